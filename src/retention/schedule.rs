//! The rows of a schedule: what a law, a contract or a policy says of how long a class of records is kept.

use crate::retention::vocabulary::{
    Evidence, Facility, Lift, MinorBasis, Payer, RecordClass, Trigger, WhenMissing,
};
use crate::value::Date;

/// Rows that are kept together, and what is said of the places they hold for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// Its name: `us-states`.
    pub name: String,
    /// Its title in words.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The hex BLAKE3 digest of the file it stands in.
    pub digest: String,
    /// The places it tells of.
    pub places: Vec<Place>,
    /// Its rows.
    pub rows: Vec<ScheduleRow>,
    /// Rules of law that are left out, each with the reason.
    pub not_shipped: Vec<String>,
}

/// A country, or a part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its code: `US`, `US-MA`.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The age of majority; two where sources differ.
    pub majority: (u8, u8),
    /// What its law says of, but no row tells.
    pub gap: Option<Gap>,
}

/// Records of which the law of a place is known to say something that no shipped row tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// The classes of records.
    pub classes: Vec<RecordClass>,
    /// The kinds of facilities; empty: every kind.
    pub facilities: Vec<Facility>,
    /// Why there is no row.
    pub because: String,
}

/// One floor, and what limits or lifts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScheduleRow {
    /// The name of its schedule.
    pub schedule: String,
    /// The place whose law it is.
    pub place: String,
    /// The kinds of facilities it holds for; empty: every kind.
    pub facilities: Vec<Facility>,
    /// The classes of records it holds for.
    pub classes: Vec<RecordClass>,
    /// The payers it holds for; empty: every payer.
    pub payers: Vec<Payer>,
    /// What binds: law, contract, standard or policy.
    pub force: Force,
    /// The period that all records have; a row may tell of minors only.
    pub period: Option<Termed>,
    /// Whether the record is never destroyed.
    pub permanent: bool,
    /// What holds for minors.
    pub minors: Minor,
    /// What holds after the patient's death.
    pub death: Option<DeathRule>,
    /// What a pending litigation does.
    pub litigation: Option<LitigationRule>,
    /// Facts of the matter without which the row holds.
    pub unless: Option<Lift>,
    /// Evidence that lifts the row: all of it must be there.
    pub lifted_by: Vec<Lift>,
    /// What must be shown when the record is destroyed.
    pub conditions: Vec<Condition>,
    /// Whether an entry or a stub of the destroyed record must remain.
    pub log_required: bool,
    /// The longest time a record may be kept, counted from the same trigger.
    pub limit: Option<Period>,
    /// Whether destruction is lawful on the anniversary or the day after it.
    pub next_day: bool,
    /// Where it stands.
    pub citation: String,
    /// Who issued it.
    pub authority: Option<String>,
    /// Where it can be read.
    pub url: Option<String>,
    /// The first day it is in force.
    pub from: Option<Date>,
    /// The last day it is in force.
    pub to: Option<Date>,
    /// When its text was last checked.
    pub verified_on: Option<Date>,
    /// What was read.
    pub source: Option<String>,
    /// How sure we are of it.
    pub confidence: Confidence,
    /// What else is to be known.
    pub note: Option<String>,
}

/// What binds a facility to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Force {
    /// A statute or a regulation.
    #[default]
    Law,
    /// A rule that holds for records of a payer's patients.
    Payer,
    /// A standard that is no law.
    Standard,
    /// The facility's own policy.
    Policy,
}

/// How sure we are of what a row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Confidence {
    /// Read in the text of the rule itself, or with the authority.
    Primary,
    /// Read in a secondary source.
    Secondary,
    /// From memory, or not said.
    Unverified,
}

/// A number of years and months.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Period {
    /// In months.
    pub months: u32,
}

impl Period {
    /// So many years.
    #[must_use]
    pub const fn years(years: u16) -> Self {
        Self { months: years as u32 * 12 }
    }
}

/// A period and what starts it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Termed {
    /// What starts it; of several, the earliest is certain and the latest is safe.
    pub triggers: Vec<Trigger>,
    /// How long it is at least, by every reading of the rule.
    pub shortest: Period,
    /// How long it is at most.
    pub longest: Period,
    /// Which day it is counted from.
    pub counted_from: CountedFrom,
    /// What a missing trigger means, if not what its kind means.
    pub when_missing: Option<WhenMissing>,
}

/// Which day a period is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum CountedFrom {
    /// The day of the trigger.
    #[default]
    Day,
    /// The end of the calendar year of the trigger.
    YearEnd,
    /// The day or the end of its year: sources differ.
    Either,
}

/// What a row says of minors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Minor {
    /// What it says of everybody.
    Same,
    /// Nothing was found, though the law may say something.
    NotFound,
    /// A floor of their own.
    Rule(MinorRule),
}

/// The floor of minors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MinorRule {
    /// Which day decides who is a minor.
    pub basis: MinorBasis,
    /// The age below which a person is a minor here, if not that of majority.
    pub below: Option<u8>,
    /// Until when the record is kept.
    pub until: MinorAge,
    /// The age instead, where the person was in the last year of minority.
    pub until_if_last_year: Option<u8>,
    /// Where the person dies as a minor, so many years after death instead.
    pub after_death_years: Option<u8>,
}

/// Until when a minor's record is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinorAge {
    /// So many years after majority.
    AfterMajority(u8),
    /// A birthday.
    Birthday(u8),
}

/// What holds after the patient's death.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeathRule {
    /// So many years after death.
    pub years: u8,
    /// How it stands to the row's own period.
    pub how: DeathHow,
    /// Only where death came within so many years after the trigger.
    pub within: Option<u8>,
}

/// How a period after death stands to the ordinary one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DeathHow {
    /// Both must have run.
    And,
    /// The rule says "or": the earlier is certain, the later safe.
    Or,
    /// It replaces the ordinary one.
    Instead,
}

/// What a pending litigation does to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LitigationRule {
    /// The years after the trigger at which it ends at the latest; without them it lasts as long as the litigation.
    pub at_most_years: Option<u8>,
}

/// What must be shown when a record is destroyed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    /// What.
    pub evidence: Evidence,
    /// How many days before the destruction at the latest.
    pub days_before: Option<u16>,
    /// Where that stands, if not with the row.
    pub citation: Option<String>,
}

impl ScheduleRow {
    /// The citation of one of its conditions.
    #[must_use]
    pub fn cites<'a>(&'a self, condition: &'a Condition) -> &'a str {
        condition.citation.as_deref().unwrap_or(&self.citation)
    }

    /// Whether its place is that place or holds it: the rows of `US` hold in `US-MA`.
    #[must_use]
    pub fn holds_in(&self, place: &str) -> bool {
        is_within(place, &self.place)
    }
}

/// Whether a place is another or lies in it.
pub(super) fn is_within(place: &str, other: &str) -> bool {
    place.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
