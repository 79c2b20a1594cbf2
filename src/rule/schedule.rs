//! The shape of a retention schedule: a document of rows. The JSON Schema is made from these types.
#![expect(
    dead_code,
    reason = "a field that is read from the span tree still settles shape and schema"
)]

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize as DeriveDeserialize;

use crate::retention::{Evidence, Facility, Lift, MinorBasis, Payer, RecordClass, Trigger};
use crate::rule::raw::{Entries, OneOrMany, RawConfidence};

/// How long records are kept: rows of law, contracts and policies.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a schedule"))]
pub(crate) struct RawSchedule {
    /// Its name: `us-states`.
    pub(crate) schedule: String,
    /// Its title in words.
    #[serde(default)]
    pub(crate) title: Option<String>,
    /// Its version.
    #[serde(default)]
    pub(crate) version: Option<String>,
    /// The places it tells of, by code: `US-MA`.
    #[serde(default)]
    pub(crate) places: Entries<RawPlace>,
    /// Its rows.
    #[serde(default)]
    pub(crate) rows: Vec<RawRow>,
    /// Rules of law that are left out, each with the reason.
    #[serde(default)]
    pub(crate) not_shipped: Vec<String>,
}

/// A country, or a part of one.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a place"))]
pub(crate) struct RawPlace {
    /// Its name.
    pub(crate) name: String,
    /// The age of majority; 18 unless said.
    #[serde(default)]
    pub(crate) majority: Option<u64>,
    /// The age of majority by another reading.
    #[serde(default)]
    pub(crate) majority_at_most: Option<u64>,
    /// Records of which its law says something that no row tells.
    #[serde(default)]
    pub(crate) gap: Option<RawGap>,
}

/// Records of which the law of a place says something that no row tells.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a gap"))]
pub(crate) struct RawGap {
    /// The classes of records.
    #[schemars(schema_with = "classes")]
    pub(crate) record_class: OneOrMany,
    /// The kinds of facilities; every kind unless said.
    #[serde(default)]
    #[schemars(schema_with = "facilities")]
    pub(crate) facility_type: Option<OneOrMany>,
    /// Why there is no row.
    pub(crate) because: String,
}

/// One rule of how long records are kept.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a row"))]
pub(crate) struct RawRow {
    /// The place whose rule it is: `US`, `US-MA`.
    pub(crate) jurisdiction: String,
    /// The kinds of facilities it holds for; every kind unless said.
    #[serde(default)]
    #[schemars(schema_with = "facilities")]
    pub(crate) facility_type: Option<OneOrMany>,
    /// The classes of records it holds for.
    #[schemars(schema_with = "classes")]
    pub(crate) record_class: OneOrMany,
    /// The payers for whose patients it holds; every payer unless said.
    #[serde(default)]
    #[schemars(schema_with = "payers")]
    pub(crate) payer: Option<OneOrMany>,
    /// What binds: `law` unless said.
    #[serde(default)]
    pub(crate) force: Option<RawForce>,
    /// What starts the period; of several, the earliest is certain and the latest is safe.
    #[serde(default)]
    #[schemars(schema_with = "triggers")]
    pub(crate) trigger: Option<OneOrMany>,
    /// How many years the period has.
    #[serde(default)]
    pub(crate) years: Option<u64>,
    /// How many years it has by another reading.
    #[serde(default)]
    pub(crate) years_at_most: Option<u64>,
    /// How many months it has, instead of years.
    #[serde(default)]
    pub(crate) months: Option<u64>,
    /// Which day it is counted from: `day` unless said.
    #[serde(default)]
    pub(crate) counted_from: Option<RawCountedFrom>,
    /// What a missing trigger means, if not what its kind means.
    #[serde(default)]
    pub(crate) when_missing: Option<RawWhenMissing>,
    /// Whether the record is never destroyed.
    #[serde(default)]
    pub(crate) permanent: bool,
    /// What holds for minors where there is no floor of their own.
    #[serde(default)]
    pub(crate) minors: Option<RawMinors>,
    /// Which day decides whether the patient was a minor.
    #[serde(default)]
    #[schemars(schema_with = "minor_basis")]
    pub(crate) minor_basis: Option<String>,
    /// The age below which a person is a minor here, if not that of majority.
    #[serde(default)]
    pub(crate) minor_below: Option<u64>,
    /// A minor's record is kept until so many years after majority.
    #[serde(default)]
    pub(crate) minor_years_after_majority: Option<u64>,
    /// A minor's record is kept until this birthday.
    #[serde(default)]
    pub(crate) minor_fixed_age: Option<u64>,
    /// The birthday instead, where the person was in the last year of minority.
    #[serde(default)]
    pub(crate) minor_age_if_last_year: Option<u64>,
    /// Where the person dies as a minor, so many years after death instead.
    #[serde(default)]
    pub(crate) minor_after_death_years: Option<u64>,
    /// So many years after death.
    #[serde(default)]
    pub(crate) after_death_years: Option<u64>,
    /// How the period after death stands to the ordinary one.
    #[serde(default)]
    pub(crate) after_death: Option<RawDeathHow>,
    /// Only where death came within so many years after the trigger.
    #[serde(default)]
    pub(crate) after_death_within_years: Option<u64>,
    /// Whether a pending litigation stops destruction.
    #[serde(default)]
    pub(crate) litigation_stops: bool,
    /// An announced litigation prolongs the period until so many years after the trigger at the latest.
    #[serde(default)]
    pub(crate) litigation_at_most_years: Option<u64>,
    /// The matter of fact in which the row does not hold.
    #[serde(default)]
    #[schemars(schema_with = "lift")]
    pub(crate) unless: Option<String>,
    /// The evidence that lifts the row, all of it together.
    #[serde(default)]
    #[schemars(schema_with = "lifts")]
    pub(crate) lifted_by: Option<OneOrMany>,
    /// What must be shown when the record is destroyed.
    #[serde(default)]
    pub(crate) conditions: Vec<RawCondition>,
    /// Whether an entry or a stub of the destroyed record must remain.
    #[serde(default)]
    pub(crate) log_required: bool,
    /// How many years the record may be kept at most, counted from the same trigger.
    #[serde(default)]
    pub(crate) limit_years: Option<u64>,
    /// Whether destruction is lawful on the anniversary, as unless said, or on the day after.
    #[serde(default)]
    pub(crate) lawful_from: Option<RawLawfulFrom>,
    /// Where it stands: `RCW 70.41.190`.
    pub(crate) citation: String,
    /// Who issued it.
    #[serde(default)]
    pub(crate) authority: Option<String>,
    /// Where it can be read.
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// The first day it is in force.
    #[serde(default)]
    pub(crate) valid_from: Option<String>,
    /// The last day it is in force.
    #[serde(default)]
    pub(crate) valid_to: Option<String>,
    /// When its text was last checked.
    #[serde(default)]
    pub(crate) verified_on: Option<String>,
    /// What was read.
    #[serde(default)]
    pub(crate) source: Option<String>,
    /// How sure the author is of what it says.
    #[serde(default)]
    pub(crate) confidence: RawConfidence,
    /// What else is to be known.
    #[serde(default)]
    pub(crate) note: Option<String>,
}

/// What must be shown when a record is destroyed.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a condition"))]
pub(crate) struct RawCondition {
    /// What.
    #[schemars(schema_with = "evidence")]
    pub(crate) evidence: String,
    /// How many days before the destruction at the latest.
    #[serde(default)]
    pub(crate) days_before: Option<u64>,
    /// Where that stands, if not with the row.
    #[serde(default)]
    pub(crate) citation: Option<String>,
}

/// What binds a facility: a law, a payer's rule, a standard that is no law, its own policy.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawForce {
    Law,
    Payer,
    Standard,
    Policy,
}

/// The day of the trigger, the end of its calendar year, or either, where sources differ.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawCountedFrom {
    Day,
    YearEnd,
    Either,
}

/// The end of the period is open, the row says nothing, or the record is kept as long as the trigger is missing.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawWhenMissing {
    Open,
    None,
    Keep,
}

/// The same as for everybody, or nothing was found although there may be a rule.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawMinors {
    Same,
    NotFound,
}

/// Both must have run; the rule says "or"; it replaces the ordinary one.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawDeathHow {
    And,
    Or,
    Instead,
}

/// The day of the anniversary, or the day after it.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawLawfulFrom {
    SameDay,
    NextDay,
}

fn word(words: impl Iterator<Item = &'static str>) -> Schema {
    json_schema!({"type": "string", "enum": words.collect::<Vec<_>>()})
}

fn some_of(words: impl Iterator<Item = &'static str>) -> Schema {
    let word = json_schema!({"type": "string", "enum": words.collect::<Vec<_>>()});
    json_schema!({"anyOf": [word, {"type": "array", "items": word}]})
}

fn classes(_: &mut SchemaGenerator) -> Schema {
    some_of(RecordClass::ALL.iter().flat_map(|class| class.words()).copied())
}

fn facilities(_: &mut SchemaGenerator) -> Schema {
    some_of(Facility::ALL.iter().flat_map(|kind| kind.words()).copied())
}

fn payers(_: &mut SchemaGenerator) -> Schema {
    some_of(Payer::ALL.iter().map(|payer| payer.name()))
}

fn triggers(_: &mut SchemaGenerator) -> Schema {
    some_of(Trigger::ALL.iter().map(|trigger| trigger.name()))
}

fn minor_basis(_: &mut SchemaGenerator) -> Schema {
    word(MinorBasis::ALL.iter().map(|basis| basis.name()))
}

fn lift(_: &mut SchemaGenerator) -> Schema {
    word(Lift::ALL.iter().map(|lift| lift.name()))
}

fn lifts(_: &mut SchemaGenerator) -> Schema {
    some_of(Lift::ALL.iter().map(|lift| lift.name()))
}

fn evidence(_: &mut SchemaGenerator) -> Schema {
    word(Evidence::ALL.iter().map(|evidence| evidence.name()))
}
