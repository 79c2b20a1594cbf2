//! What became of each rule and of each input.

use std::sync::Arc;

use crate::finding::{Age, Finding, Masked};
use crate::rule::{ClaimedBy, ReleaseKind};
use crate::source::{IssueLog, Tally};

/// What a rule's counts count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names are the units")]
pub enum Unit {
    #[default]
    Record,
    Group,
    Field,
    File,
    Cell,
}

/// How many records (or groups) went which way:
/// `records = not_applicable + passed + violations + not_evaluable + pending`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// All of them.
    pub records: u64,
    /// The rule does not apply.
    pub not_applicable: u64,
    /// It holds.
    pub passed: u64,
    /// It is violated.
    pub violations: u64,
    /// An input is missing or unreadable.
    pub not_evaluable: u64,
    /// Not yet due.
    pub pending: u64,
    /// Violations under a waiver.
    pub waived: u64,
    /// Violations known from the baseline.
    pub baselined: u64,
    /// Spans found, for identifier rules; not part of the sum.
    pub occurrences: u64,
    /// Violations that are overdue and not waived, by the bands of [`Age::ALL`]; not part of the sum.
    pub overdue: [u64; Age::ALL.len()],
}

impl Counts {
    /// Whether the parts add up.
    #[must_use]
    pub fn add_up(&self) -> bool {
        let parts =
            [self.not_applicable, self.passed, self.violations, self.not_evaluable, self.pending];
        let sum = parts.into_iter().try_fold(0, u64::checked_add);
        let excused = self.waived.checked_add(self.baselined);
        sum == Some(self.records) && excused.is_some_and(|excused| excused <= self.violations)
    }
}

/// What became of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Every applicable record passes, or as many as the tolerance asks.
    Pass,
    /// Violations are open.
    Fail,
    /// Every violation is waived.
    Waived,
    /// Every violation is known from the baseline.
    Baselined,
    /// Nothing is due yet.
    Pending,
    /// It could not be judged.
    NotEvaluated(NotEvaluated),
    /// There is no record to which it applies.
    NotApplicable,
    /// Switched off by tailoring, with its reason.
    Off(String),
}

/// Why a rule could not be judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotEvaluated {
    /// No input holds the record set.
    RecordSetAbsent(String),
    /// No file binds these fields.
    FieldsNotBound(Vec<String>),
    /// Every applicable record lacks an input.
    Undecidable,
    /// The input could not be read.
    InputUnreadable(String),
    /// The run was interrupted.
    Interrupted,
}

/// One rule's result.
#[derive(Debug, Clone)]
pub struct RuleOutcome {
    /// The rule, as its number in the plan.
    pub rule: u32,
    /// What became of it.
    pub outcome: Outcome,
    /// What the counts count.
    pub unit: Unit,
    /// The counts.
    pub counts: Counts,
    /// The reasons for records that could not be judged, most frequent first: words and count.
    pub not_evaluable_reasons: Vec<(String, u64)>,
    /// How many identifiers each of the site's allowances let stand: its place in the project file, from nought, and
    /// the count.
    pub allowed: Vec<(u16, u64)>,
    /// How many violations each waiver excuses: its place in the file of waivers, from nought, and the count.
    pub waived: Vec<(u16, u64)>,
    /// What the baseline knows of the rule, where there is one.
    pub known: Option<Known>,
    /// The files that have violations and how many, in the order of the plan; empty where groups are counted.
    pub by_file: Vec<FileViolations>,
    /// Examples, sorted by place.
    pub findings: Vec<Finding>,
    /// What the result as a whole comes to, in words without a value: how small the smallest group is.
    pub remarks: Vec<String>,
}

/// What a baseline knows of a rule, and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Known {
    /// Findings of the baseline.
    pub known: u64,
    /// Those that are still there.
    pub persisting: u64,
    /// Those whose records are there and could not be judged.
    pub doubted: u64,
    /// Violations of this run that nothing names, so that no baseline can know them.
    pub nameless: u64,
}

/// How many violations a file has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileViolations {
    /// The file.
    pub file: Arc<str>,
    /// All of them.
    pub violations: u64,
    /// Those under a waiver.
    pub waived: u64,
    /// Those known from the baseline.
    pub baselined: u64,
}

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputFate {
    /// Read to its end, nothing skipped.
    Read,
    /// Read, but records were skipped or the end is missing.
    Incomplete,
    /// Not read: nothing of it was evaluated.
    Refused,
    /// No record set claims it.
    Unrecognised,
}

/// One input's result.
#[derive(Debug, Clone)]
pub struct InputOutcome {
    /// Its path, relative to the PATH argument.
    pub path: String,
    /// What became of it.
    pub fate: InputFate,
    /// Its record set, if it was recognised.
    pub record_set: Option<String>,
    /// The layout that bound it.
    pub layout: Option<String>,
    /// Its format: `csv`.
    pub format: String,
    /// Bytes.
    pub bytes: u64,
    /// Hex BLAKE3 of its bytes, if it was read whole and did not change meanwhile.
    pub blake3: Option<String>,
    /// What was detected: encoding, delimiter, quote, header line, line ends; name and words.
    pub dialect: Vec<(String, String)>,
    /// Field and the header text it was read from.
    pub bound: Vec<(String, String)>,
    /// Columns that no field is read from.
    pub unbound: Vec<String>,
    /// How much there was.
    pub tally: Tally,
    /// What was wrong.
    pub issues: IssueLog,
    /// Header text by column, for naming columns in issues.
    pub columns: Vec<String>,
    /// How many results of arithmetic over its records were out of range and count as missing.
    pub overflows: u64,
    /// What it claims to be when it leaves, where anybody says it.
    pub claim: Option<Claimed>,
    /// Whether no record set claims it and its columns were looked at all the same, as those of a release.
    pub looked_at: bool,
}

/// What an input claims to be when it leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// What it is.
    pub kind: ReleaseKind,
    /// Who says so.
    pub by: ClaimedBy,
    /// What it is made for: in clear where the project file uses the word.
    pub purpose: Option<Masked>,
}

/// The result of one scan, before it becomes a report.
#[derive(Debug, Clone)]
pub struct Scan {
    /// One entry an input, sorted by path.
    pub inputs: Vec<InputOutcome>,
    /// One entry a rule, in the order of the plan.
    pub rules: Vec<RuleOutcome>,
    /// True if the run was interrupted.
    pub interrupted: bool,
}
