//! How long records are kept: the rows of a schedule, and what they say of one record.
//!
//! For each record the rows that apply give floors; the latest of them is the earliest lawful day of
//! destruction. Everything is known by bounds: a violation is certain for every value that the input allows, a
//! permission is safe for every one, and what lies between is undecided, with the input that is missing named.
//!
//! This room reads no file and knows no rule; its messages hold no value of a record.

mod vocabulary;
mod fact;
mod schedule;
mod span;
mod timetable;
mod derive;
mod judge;
mod standing;
mod explain;

pub use self::derive::{Applies, Caveat, Derivation, ELSEWHERE, Floor, FloorKind, Outlook};
pub use self::explain::{Decides, Line};
pub use self::fact::{Fact, FactSet, FactValue, Facts, Held};
pub use self::judge::{Breach, Obstacle, RetainKind, Ruling, Undecided};
pub use self::schedule::{
    Condition, Confidence, CountedFrom, DeathHow, DeathRule, Force, Gap, LitigationRule, Minor,
    MinorAge, MinorRule, Period, Place, Schedule, ScheduleRow, Termed,
};
pub use self::span::Bounds;
pub use self::standing::{Claims, Standing};
pub use self::timetable::{Standards, Timetable, TimetableSettings};
pub use self::vocabulary::{
    Evidence, Facility, Lift, MinorBasis, Payer, RecordClass, Trigger, WhenMissing,
};
