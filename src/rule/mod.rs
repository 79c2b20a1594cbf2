//! What a person writes in YAML, read, checked and made ready: dictionary, layouts, packs and rules.
//!
//! A text goes through a span tree (places), a shape check against the schema of its kind, raw
//! shapes, and checks of every name and condition; everything wrong is reported at once, at its place.
//!
//! This room never reads a record.

mod error;
mod text;
mod tree;
mod raw;
mod schedule;
mod shape;
mod decode;
mod file;
mod dictionary;
mod layout;
mod checked;
mod detector;
mod people;
mod check;
mod settings;
mod release;
mod project;
mod class;
mod waiver;
mod need;
mod reference;
mod load;
mod lint;
pub mod config;

#[cfg(test)]
mod tests;

pub(crate) use self::check::tolerance;
pub use self::check::{KEPT, kept};
pub use self::checked::{
    Check, CheckedRule, Citation, Confidence, DeadlineUnit, Direction, Diverse, Example,
    ExampleRecord, Expectation, Family, FormatCheck, Identifiers, KNOWN_PEOPLE, KnownPeople, Limit,
    LimitKind, Pack, ParamValue, Relation, Retain, RetainFact, RuleId, Severity, SmallCells,
    Status, Tolerance, Whose, Within,
};
pub use self::detector::Detection;
pub use self::dictionary::{Dictionary, Field, Phi, RecordSet, Reference};
pub use self::error::{ConditionProblem, RuleError, RuleErrors, RulePart, RuleProblem};
pub use self::file::schema;
pub use self::layout::{Binding, HeaderMode, Layout, LayoutSource, SourceOptions};
pub use self::lint::{Strictness, lint};
pub use self::load::{PackNotRun, RuleBook, check_places, load, recheck};
pub use self::people::{PATIENTS, birth_field, known_fields, owner_field};
pub use self::release::{
    ClaimedBy, Purpose, ReleaseCheck, ReleaseKind, ReleaseMethod, ReleaseSettings, ZipPrefixes,
};
pub use self::settings::{LoadRequest, PackSelection, ParamSetting, Place, Tailoring};
pub use self::text::{RuleText, embedded, read_paths};
pub(crate) use self::text::{embedded_part, is_embedded_pack};
pub use self::waiver::{
    LONGEST, Waiver, WaiverFile, WaiverPlace, WaiverRules, WaiverScope, WaiverTerm, load_waivers,
    waived_rules,
};
pub use crate::detect::Tier;
