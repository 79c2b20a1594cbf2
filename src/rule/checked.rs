//! Checked packs: every name resolved, every condition typed, every pattern compiled.

use std::sync::Arc;

use crate::detect::Tier;
use crate::detect::known::KnownKind;
use crate::expr::conditions_of;
use crate::expr::typed::{Aggregate, CodeSet, Expr, FieldId, Pattern, RelationId};
use crate::retention::{Fact, RetainKind, Timetable};
use crate::rule::detector::Detection;
use crate::rule::release::{Purpose, ReleaseCheck, ReleaseKind};
use crate::value::Date;
use crate::value::form::Form;

/// Rules that ship together.
#[derive(Debug, Clone)]
pub struct Pack {
    /// Its name: `us-hospital`.
    pub name: String,
    /// Its title in words.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The jurisdiction in which it runs; `None`: everywhere.
    pub jurisdiction: Option<String>,
    /// The kind of facility for which it runs; `None`: every kind.
    pub facility: Option<String>,
    /// The hex BLAKE3 digest of the digests of its files, in path order.
    pub digest: String,
    /// Parameters in force and where each came from.
    pub params: Vec<ParamValue>,
    /// Controls of the guideline that data cannot show.
    pub not_checkable: Vec<String>,
    /// Its rules, in file order.
    pub rules: Vec<CheckedRule>,
}

/// A parameter and its value in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParamValue {
    /// Its name.
    pub name: String,
    /// Its value as text.
    pub value: String,
    /// Its unit, if it has one.
    pub unit: Option<String>,
    /// True when it differs from the pack's default.
    pub changed: bool,
}

/// The name of a rule: a family and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId {
    /// The family.
    pub family: Family,
    /// The whole id: `completeness/chart-completed-late`.
    pub text: String,
}

/// The three families of guidelines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the families")]
pub enum Family {
    Retention,
    Confidentiality,
    Completeness,
}

/// How grave a violation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the names are the levels, the gravest last")]
pub enum Severity {
    Note,
    Warning,
    Error,
}

impl Severity {
    /// Its name, as rule files write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// How far a rule has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[expect(missing_docs, reason = "the names are the states")]
pub enum Status {
    Preview,
    #[default]
    Stable,
    Deprecated,
}

/// How sure we are of what a guideline says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Confidence {
    /// Read in the text of the rule itself.
    Primary,
    /// Read in a secondary source.
    Secondary,
    /// From memory; such rules are warnings at most.
    Unverified,
    /// An algorithm that was run on known-good values.
    Computed,
    /// Practice rather than law.
    Practice,
}

/// Where a guideline stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Citation {
    /// `42 CFR 482.24(c)(1)`.
    pub cite: String,
    /// Who issued it.
    pub authority: Option<String>,
    /// How sure we are.
    pub confidence: Confidence,
    /// Where it can be read.
    pub url: Option<String>,
    /// The date of the text that was read: `January 2025`.
    pub text_as_of: Option<String>,
    /// In force from this day.
    pub from: Option<Date>,
    /// In force to this day.
    pub to: Option<Date>,
}

/// A rule that can be planned.
#[derive(Debug, Clone)]
pub struct CheckedRule {
    /// Its name.
    pub id: RuleId,
    /// The name of its pack.
    pub pack: String,
    /// What is wrong, in one line.
    pub title: String,
    /// How grave it is.
    pub severity: Severity,
    /// How far it has come.
    pub status: Status,
    /// Whether it must be evaluated for an audit to be complete.
    pub required: bool,
    /// The guidelines it checks.
    pub guideline: Vec<Citation>,
    /// The record set under test.
    pub record_set: String,
    /// The relations that its conditions use, declared or implied; a `RelationId` is an index into this list.
    pub relations: Vec<Relation>,
    /// The records to which it applies; `None`: all.
    pub applies: Option<Expr>,
    /// Its check.
    pub check: Check,
    /// True when an unknown condition is a violation (`unknown: violation`).
    pub unknown_violates: bool,
    /// The share or count of applicable records that may violate it.
    pub tolerance: Option<Tolerance>,
    /// Whether fictional identifiers are reported like real ones (`fictional: report`).
    pub report_fictional: bool,
    /// Why the guideline asks for it.
    pub because: Option<String>,
    /// What to do about a finding.
    pub remedy: Option<String>,
    /// The field that groups the worklist.
    pub assign: Option<FieldId>,
    /// Its examples.
    pub examples: Vec<Example>,
    /// Fields named by `where` and the check, in order, without repeats: shown in findings and needed to run.
    pub fields: Vec<FieldId>,
    /// The source text of `where`, for people.
    pub where_text: Option<String>,
    /// The source text of the check, for people: `deadline: {…}`.
    pub check_text: String,
    /// Tailoring in force, with its reason.
    pub tailored: Option<String>,
    /// Switched off by tailoring: the reason.
    pub off: Option<String>,
    /// The file and the line at which it is declared.
    pub declared: (String, u64),
}

impl CheckedRule {
    /// The expressions of its own conditions: `where`, and those of its check.
    #[must_use]
    pub fn conditions(&self) -> Vec<&Expr> {
        let mut all: Vec<&Expr> = self.applies.iter().collect();
        match &self.check {
            Check::Assert(expr) | Check::FailIf(expr) => all.push(expr),
            Check::Deadline { of, after, .. } => all.extend([of, after]),
            Check::Measure { value, limits, .. } => {
                all.extend(conditions_of(value));
                all.extend(limits.iter().flat_map(|limit| conditions_of(&limit.bound)));
            }
            _ => {}
        }
        all
    }
}

impl CheckedRule {
    /// Whether the rule judges what files hold that claim to be of this kind.
    #[must_use]
    pub fn judges(&self, kind: ReleaseKind) -> bool {
        match &self.check {
            Check::Release(check) => check.kinds.contains(&kind),
            Check::SmallCounts { .. } => kind == ReleaseKind::Aggregate,
            _ => false,
        }
    }

    /// Whether the rule says anything at all of files that claim to be of this kind.
    #[must_use]
    pub fn concerns(&self, kind: ReleaseKind) -> bool {
        let of_classes =
            matches!(&self.check, Check::SmallCells(cells) if cells.is_about(Some(kind)));
        self.judges(kind) || of_classes
    }
}

/// The records of another record set (or the same) that belong to a record under test.
#[derive(Debug, Clone, PartialEq)]
pub struct Relation {
    /// What the rule calls it.
    pub name: String,
    /// The record set of the related records.
    pub record_set: String,
    /// Which field of the record under test equals which of the related record; empty: all records are related.
    pub matches: Vec<(FieldId, FieldId)>,
    /// Which of the matching records count: plain fields are those of the related record, `this.` of the one
    /// under test.
    pub condition: Option<Expr>,
    /// Whether a reference of the dictionary opens it, rather than the rule's `with`.
    pub implied: bool,
    /// The source text of its condition, for people.
    pub where_text: Option<String>,
}

/// The share or count of violations that a rule tolerates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tolerance {
    /// Up to and including this share, in millionths.
    Share(u32),
    /// Up to and including this many.
    Count(u64),
}

/// What a rule checks.
#[derive(Debug, Clone)]
pub enum Check {
    /// Every field is present.
    Require(Vec<FieldId>),
    /// At least one field is present.
    RequireAny(Vec<FieldId>),
    /// The condition is true.
    Assert(Expr),
    /// The condition is false.
    FailIf(Expr),
    /// Done in time.
    Deadline {
        /// When it was done: a timestamp or date.
        of: Expr,
        /// When the clock starts: a timestamp or date.
        after: Expr,
        /// How long it may take.
        within: Within,
        /// How long before the start it may be done at the earliest.
        not_before: Option<Within>,
    },
    /// The value has the form.
    Format {
        /// The field under test.
        field: FieldId,
        /// The form.
        is: FormatCheck,
    },
    /// The value is in the set.
    Allowed {
        /// The field under test.
        field: FieldId,
        /// The set.
        set: Arc<CodeSet>,
        /// True when the set is written in the rule itself.
        inline: bool,
    },
    /// No identifier where none belongs.
    Identifiers(Identifiers),
    /// Every present value can be read as its type. All typed fields where the list is the whole set.
    Readable(Vec<FieldId>),
    /// No other record has the same key.
    Unique(Vec<FieldId>),
    /// A figure of each group keeps its limits.
    Measure {
        /// The figure.
        value: Aggregate,
        /// The groups; empty: one group.
        by: Vec<FieldId>,
        /// The limits, each to be kept.
        limits: Vec<Limit>,
    },
    /// Values do not break the order of the records in their file.
    Ordered {
        /// The field under test.
        field: FieldId,
        /// The groups; empty: one a file.
        by: Vec<FieldId>,
        /// Which way.
        direction: Direction,
        /// Whether equal neighbours break it.
        strict: bool,
    },
    /// A record of the related set has the key that this field holds.
    References {
        /// The field that holds the key.
        field: FieldId,
        /// The record set whose key it is.
        relation: RelationId,
    },
    /// No other record of the group has an interval that overlaps this one's; touching is no overlap.
    NoOverlap {
        /// The groups; empty: one group.
        by: Vec<FieldId>,
        /// The start: a date, timestamp or instant.
        from: FieldId,
        /// The end, of the same type; missing is open.
        to: FieldId,
    },
    /// Each combination occurs often enough. Counts groups.
    SmallCells(SmallCells),
    /// An integer sequence misses no number before a record's and repeats none.
    GapFree {
        /// The sequence.
        field: FieldId,
        /// The groups; empty: one group.
        by: Vec<FieldId>,
    },
    /// How long the record is kept.
    Retain(Retain),
    /// What arrived, held against what was sent; judged where two exports are compared, never in a scan.
    Compared,
    /// Files that claim to be of a kind of release hold nothing that it must not hold. Counts columns.
    Release(ReleaseCheck),
    /// No count from one number to another is shown in a file of figures, or can be worked out. Counts cells.
    SmallCounts {
        /// The least.
        from: u32,
        /// The greatest.
        to: u32,
    },
    /// The names of files and folders hold no identifier. Counts files.
    FileNames(Identifiers),
    /// Every file is the one that a list says, and no other came. Counts files.
    Delivery {
        /// Where the list lies: below each PATH argument, or its whole path.
        manifest: String,
    },
    /// Each file holds the columns that its purpose needs, and no others. Counts columns.
    Purpose(Vec<Purpose>),
    /// The columns of the record set's files.
    Columns {
        /// Undeclared columns are findings.
        closed: bool,
        /// The order of columns that is asked for; empty: any.
        order: Vec<String>,
    },
}

/// How often each combination of values occurs at least.
#[derive(Debug, Clone)]
pub struct SmallCells {
    /// The combination: fields, or what is derived from them, such as the year of a date.
    pub by: Vec<Expr>,
    /// How often at least.
    pub at_least: u64,
    /// What the records of one combination must not have in common.
    pub diverse: Option<Diverse>,
    /// Only in files that claim to be of one of these kinds; empty: in all.
    pub releases: Vec<ReleaseKind>,
}

impl SmallCells {
    /// Whether a file that claims to be of a kind, or claims nothing, is held against it.
    #[must_use]
    pub fn is_about(&self, claim: Option<ReleaseKind>) -> bool {
        self.releases.is_empty() || claim.is_some_and(|kind| self.releases.contains(&kind))
    }
}

/// A field that has several values in each combination.
#[derive(Debug, Clone)]
pub struct Diverse {
    /// The field.
    pub field: Expr,
    /// Its name.
    pub name: String,
    /// How many values at least; missing ones are none.
    pub at_least: u64,
}

/// What is asked of the schedule, and from what the facts are taken.
#[derive(Debug, Clone)]
pub struct Retain {
    /// What is asked.
    pub kind: RetainKind,
    /// Where the facts come from. Of several entries for a fact the first counts whose fields, and whose relations'
    /// record sets and fields, are in the export; without one the fact is absent, and the rule runs all the same.
    pub facts: Vec<RetainFact>,
    /// The rows of the schedules that hold where the audit is made; shared by the rules of a pack.
    pub timetable: Arc<Timetable>,
}

/// Where a fact comes from.
#[derive(Debug, Clone, PartialEq)]
pub struct RetainFact {
    /// The fact.
    pub fact: Fact,
    /// Its value: a date or a timestamp, an integer, or a truth.
    pub value: Expr,
}

/// A span of time with its unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Within {
    /// How many.
    pub amount: i64,
    /// Of what.
    pub unit: DeadlineUnit,
}

impl Within {
    /// The span in words: `1 year`.
    #[must_use]
    pub fn words(self) -> String {
        let unit = match self.unit {
            DeadlineUnit::Hours => "hour",
            DeadlineUnit::Days => "day",
            DeadlineUnit::Months => "month",
            DeadlineUnit::Years => "year",
        };
        let plural = if self.amount == 1 { "" } else { "s" };
        format!("{} {unit}{plural}", self.amount)
    }
}

/// The unit of a deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the units")]
pub enum DeadlineUnit {
    Hours,
    Days,
    Months,
    Years,
}

/// The form that a value must have.
#[derive(Debug, Clone)]
pub enum FormatCheck {
    /// A named form with its check digits.
    Named(Form),
    /// A pattern of the whole value.
    Pattern(Pattern),
}

/// Which identifiers must not be where.
#[derive(Debug, Clone)]
pub struct Identifiers {
    /// The fields searched.
    pub fields: Vec<FieldId>,
    /// Whether unbound columns are searched too (`in: everything`).
    pub unbound: bool,
    /// Names of the detectors, in catalogue order, and of patterns of the site.
    pub detect: Vec<String>,
    /// What it could look for.
    pub detection: Detection,
    /// The lowest tier reported.
    pub min_tier: Tier,
    /// The people whose known identifiers are looked for, if any are (`of`).
    pub known: Option<KnownPeople>,
    /// The kinds of release that a file must claim to be to be searched; empty: every file is.
    pub releases: Vec<ReleaseKind>,
}

/// The record sets of people whose identifiers can be known.
pub const KNOWN_PEOPLE: [&str; 3] = ["patients", "staff", "providers"];

/// Whose known identifiers must not be where.
#[derive(Debug, Clone)]
pub struct KnownPeople {
    /// The record sets of these people, of [`KNOWN_PEOPLE`].
    pub of: Vec<&'static str>,
    /// Whose of the patients' are meant.
    pub whose: Whose,
    /// The kinds that are looked for.
    pub kinds: Vec<KnownKind>,
    /// What says whose a record is; of several the first whose field, and whose relation's record set and field, are
    /// in the export and that has a value.
    pub own: Vec<Expr>,
}

impl KnownPeople {
    /// Whether codes are looked for that are made of what is known of a person.
    #[must_use]
    pub fn asks_for_pseudonyms(&self) -> bool {
        self.kinds.iter().any(|kind| kind.is_pseudonym())
    }
}

/// Whose identifiers are meant, seen from a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those of the patient whose record it is.
    Own,
    /// Those of another patient.
    Another,
    /// Anybody's.
    Any,
}

/// A limit that a figure must keep.
#[derive(Debug, Clone)]
pub struct Limit {
    /// Which side.
    pub kind: LimitKind,
    /// The bound.
    pub bound: Aggregate,
    /// The bound as it is written.
    pub text: String,
}

/// Which side of a limit is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the keys")]
pub enum LimitKind {
    AtMost,
    AtLeast,
    Equals,
}

/// Which way values must go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the keys")]
pub enum Direction {
    Rising,
    Falling,
}

/// One example of a rule: records and what the rule must say of them.
#[derive(Debug, Clone)]
pub struct Example {
    /// The as-of date; the day of the run would make an example rot, so there is a fixed default.
    pub as_of: Option<Date>,
    /// Parameters for this example.
    pub params: Vec<(String, String)>,
    /// The records, by record set, cells as source text after binding.
    pub given: Vec<(String, Vec<ExampleRecord>)>,
    /// Rows of a table that no record set claims: header and text.
    pub table: Vec<Vec<(String, String)>>,
    /// What the files of the records claim to be.
    pub release: Option<ReleaseKind>,
    /// Code-set and other files the rule names, by name.
    pub files: Vec<(String, String)>,
    /// What each record of the rule's set (or each group) must be, in order; one for all if one is given.
    pub expect: Vec<Expectation>,
    /// The line at which it stands.
    pub line: u64,
}

/// One record of an example: field and text; an absent field is missing.
#[derive(Debug, Clone, Default)]
pub struct ExampleRecord {
    /// The cells.
    pub cells: Vec<(FieldId, String)>,
}

/// What a rule says of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the outcomes")]
pub enum Expectation {
    Pass,
    Violation,
    NotEvaluable,
    NotApplicable,
    Pending,
}
