//! The JSON report, version 1: what stands in the file, key for key.
//!
//! Keys and their meaning are a stable interface, described by `v1.schema.json` beside this file. Every text is
//! safe to show: masked, declared or neutralised before it gets here. Inner types never reach the file; they are
//! turned into these.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The name of this version of the report.
pub const SCHEMA: &str = "chartaudit.report/1";

/// One audit as a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// `chartaudit.report/1`.
    pub schema: String,
    /// The program that wrote it.
    pub tool: Tool,
    /// The day on which the audit stands: `2026-11-22`.
    pub as_of: String,
    /// What the audit says as a whole.
    pub verdict: Verdict,
    /// The exit code of the run.
    pub exit_code: u8,
    /// Why the exit code is what it is, in words.
    pub exit_reason: String,
    /// Whether something that had to be judged was not.
    pub incomplete: bool,
    /// What was not judged and had to be, in words.
    pub incomplete_reasons: Vec<String>,
    /// What this report is not.
    pub notice: String,
    /// What the audit stands on.
    pub provenance: Provenance,
    /// Every input, sorted by path.
    pub inputs: Vec<Input>,
    /// Every rule of the plan, in its order, whether it ran or not.
    pub rules: Vec<Rule>,
    /// The waivers, in the order of their file, and what each excuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
    /// What became of the findings of an earlier audit; absent where none is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<Baseline>,
    /// Everything added up.
    pub summary: Summary,
    /// How each record set fared on its way, where two exports were compared.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transfer: Vec<TransferSet>,
}

/// How one record set fared on its way:
/// `sent = unaltered + form_only + altered + missing + sent_not_comparable`, and
/// `received = unaltered + form_only + altered + extra + repeated + received_not_comparable`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TransferSet {
    /// The record set.
    pub record_set: String,
    /// The columns by which records were matched; empty: by all they say.
    pub key: Vec<String>,
    /// Records that were sent.
    pub sent: u64,
    /// Records that arrived.
    pub received: u64,
    /// Arrived as they were sent.
    pub unaltered: u64,
    /// Arrived with values in another form only.
    pub form_only: u64,
    /// Arrived with another content.
    pub altered: u64,
    /// Did not arrive.
    pub missing: u64,
    /// Arrived and were not sent.
    pub extra: u64,
    /// Surplus copies.
    pub repeated: u64,
    /// Sent, and nothing can be said of them.
    pub sent_not_comparable: u64,
    /// Received, and nothing can be said of them.
    pub received_not_comparable: u64,
    /// What happened to which column, the most frequent first.
    pub columns: Vec<TransferColumn>,
}

/// What happened to one column on its way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TransferColumn {
    /// The column.
    pub column: String,
    /// The rule that says what happened.
    pub rule: String,
    /// In how many records.
    pub records: u64,
    /// The shortest and the longest value that was left, in characters, where values were cut.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<[u64; 2]>,
}

/// The program that wrote a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tool {
    /// `chartaudit`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// What an audit says as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// What could be judged was judged, and nothing that counts is open.
    Pass,
    /// Findings that count are open.
    Fail,
    /// It cannot be certified: something that had to be judged was not.
    Incomplete,
    /// Nothing was evaluated.
    Empty,
}

/// What an audit stands on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Provenance {
    /// The packs whose rules are in the plan.
    pub packs: Vec<Pack>,
    /// Packs that did not run, and what would run them.
    pub packs_not_run: Vec<PackNotRun>,
    /// The layouts that bound the inputs, by name, joined by `, `; null where none did.
    pub layout: Option<String>,
    /// The loaded layouts and their digests.
    pub layouts: Vec<Digest>,
    /// The dictionary and its digest.
    pub dictionary: Digest,
    /// The project file and its digest.
    pub config: Option<Digest>,
    /// Parameters in force, as `pack.name`.
    pub params: BTreeMap<String, String>,
    /// Rules changed by the project file, with the reason.
    pub tailoring: Vec<Tailoring>,
    /// Identifiers that the project file adds to the catalogue.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub site_patterns: Vec<SitePattern>,
    /// What the project file lets stand though it is an identifier.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowances: Vec<Allowance>,
    /// The file of waivers; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waivers: Option<WaiverSource>,
    /// Whether changes to rules and allowances of the project file were left out, for an inspection.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tailoring_left_out: bool,
    /// The file of the fingerprints of all findings, which lies beside this report; absent where none was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprints: Option<Fingerprints>,
    /// Which rules were asked for.
    pub selection: String,
    /// Whether values are masked.
    pub masking: Masking,
    /// Whether every rule reports fictional identifiers like real ones.
    pub fictional_report: bool,
    /// Whether tags and fingerprints are keyed with the site's key; without it, tags are ordinals of this report.
    pub site_key: bool,
    /// What tells the site's key from others without telling it: reports under keys of other names cannot be matched.
    pub site_key_name: Option<String>,
    /// The zone of civil times where no source says another.
    pub time_zone: String,
    /// The facility.
    pub facility: Option<String>,
    /// The jurisdictions whose packs were asked for.
    pub jurisdictions: Vec<String>,
    /// What the export was said to be when it leaves; absent where nobody said it of the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    /// The release manifest that the project file names, and its digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release_manifest: Option<Digest>,
    /// The lowest severity whose open findings make the audit fail.
    pub fail_on: String,
    /// Controls of the guidelines that data cannot show, by pack.
    pub not_checkable: Vec<NotCheckable>,
}

/// The file of the fingerprints of all findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fingerprints {
    /// Its name.
    pub name: String,
    /// Its digest, hex.
    pub blake3: String,
    /// How many there are: findings that are named by something, those of a repeated key each.
    pub count: u64,
}

/// What became of the findings of an earlier audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Baseline {
    /// The report of that audit, and its digest.
    pub report: Digest,
    /// The day on which it stands.
    pub as_of: String,
    /// Whether growth is refused.
    pub ratchet: bool,
    /// Violations that are neither known nor waived.
    pub new: u64,
    /// Known findings that are still there, waived ones included.
    pub persisting: u64,
    /// Known findings that are not there any more.
    pub resolved: u64,
    /// Known findings whose records cannot be judged any more.
    pub not_evaluable: u64,
    /// Known findings of rules that were not judged this time.
    pub not_judged: u64,
    /// Violations that nothing names, so that they count as new: of records without a key, of cells, of names of files.
    pub nameless: u64,
    /// What the two audits do not have in common.
    pub differences: Vec<String>,
}

/// What became of the findings of a rule that are known:
/// `known = persisting + resolved + not_evaluable + not_judged`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuleBaseline {
    /// All of them.
    pub known: u64,
    /// Violations that are neither known nor waived.
    pub new: u64,
    /// Still there.
    pub persisting: u64,
    /// Not there any more.
    pub resolved: u64,
    /// Their records cannot be judged any more.
    pub not_evaluable: u64,
    /// The rule was not judged.
    pub not_judged: u64,
    /// Violations that nothing names.
    pub nameless: u64,
}

/// The file of waivers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverSource {
    /// Its name.
    pub name: String,
    /// Its digest, hex.
    pub blake3: String,
    /// Whether its waivers excuse anything in this audit; not where they were left out for an inspection.
    pub applied: bool,
}

/// An approved exception from a rule, and what it excuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Waiver {
    /// Its place in the file, from 1.
    pub number: u16,
    /// The rule.
    pub rule: String,
    /// Which of its violations are excused.
    pub scope: WaiverScope,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it.
    pub approved_by: String,
    /// The day of the approval.
    pub approved_on: String,
    /// The last day on which it holds.
    pub expires: String,
    /// How many days after that of the audit it holds; negative where it holds no more.
    pub days_left: i64,
    /// Where the approval can be read.
    pub evidence: Option<String>,
    /// How it stands.
    pub state: WaiverState,
    /// How many violations it excuses; one that two waivers cover is counted by the first.
    pub violations: u64,
    /// The line of the file that somebody has to look at.
    pub line: WaiverLine,
}

/// Which violations a waiver excuses: those for which everything holds that is said here.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct WaiverScope {
    /// Patterns of files; empty: every file.
    pub files: Vec<String>,
    /// The condition on their records.
    #[serde(rename = "where")]
    pub condition: Option<String>,
    /// The fingerprints of their records; empty: every record.
    pub records: Vec<String>,
}

impl WaiverScope {
    /// What is excused, in words.
    #[must_use]
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        if !self.files.is_empty() {
            words.push(format!("in {}", self.files.join(", ")));
        }
        words.extend(self.condition.iter().map(|condition| format!("where {condition}")));
        match self.records.len() {
            0 => {}
            1 => words.push("of 1 record".to_owned()),
            records => words.push(format!("of {records} records")),
        }
        if words.is_empty() { "every violation".to_owned() } else { words.join(" ") }
    }
}

/// How a waiver stands on the day of the audit. What somebody has to act on comes first.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum WaiverState {
    /// Its last day is past: stale.
    Expired,
    /// It holds, and no violation is in its scope: stale.
    Unused,
    /// It names records by fingerprints, and the run has no site key to find them by.
    NoSiteKey,
    /// It excuses violations, and holds for 30 more days at most.
    ExpiresSoon,
    /// It was not approved yet.
    NotYet,
    /// Its rule was not evaluated in this audit, so that nothing can be said of it.
    NotJudged,
    /// It excuses violations.
    InForce,
}

impl WaiverState {
    /// Every state.
    pub const ALL: [Self; 7] = [
        Self::Expired,
        Self::Unused,
        Self::NoSiteKey,
        Self::ExpiresSoon,
        Self::NotYet,
        Self::NotJudged,
        Self::InForce,
    ];

    /// Its name for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Unused => "excuses nothing",
            Self::NoSiteKey => "needs the site key",
            Self::ExpiresSoon => "expires soon",
            Self::NotYet => "not in force yet",
            Self::NotJudged => "not tried",
            Self::InForce => "in force",
        }
    }
}

/// A line of the file of waivers, and the place in it that is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaiverLine {
    /// Its number, from 1.
    pub number: u64,
    /// The characters before the place.
    pub before: u64,
    /// The characters of the place.
    pub length: u64,
    /// The text of the line.
    pub text: String,
}

/// How many violations of a rule a waiver excuses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaivedCount {
    /// The waiver, by its number.
    pub waiver: u16,
    /// How many.
    pub violations: u64,
}

/// How a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FindingStatus {
    /// Somebody has to act on it.
    #[default]
    Open,
    /// Under a waiver.
    Waived,
    /// Known from the baseline.
    Baselined,
}

impl FindingStatus {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Waived => "waived",
            Self::Baselined => "baselined",
        }
    }

    /// Whether somebody has to act on it.
    #[must_use]
    pub fn is_open(&self) -> bool {
        *self == Self::Open
    }
}

/// An identifier that the project file adds to the catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SitePattern {
    /// The name that findings bear.
    pub name: String,
    /// What it is, in words.
    pub title: String,
    /// The detector in whose place it was looked for.
    pub replaces: Option<String>,
}

/// Something that the project file lets stand; what it is stays unsaid, for it may be a person's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Allowance {
    /// Its place in the project file, from 1.
    pub number: u16,
    /// What it is for.
    pub what: AllowanceKind,
    /// The detector, group or pattern whose findings may stand; null: all.
    pub detector: Option<String>,
    /// Why they may.
    pub reason: String,
    /// The last day on which they may; null: without an end.
    pub until: Option<String>,
    /// Whether that day is past, so that nothing was let stand.
    pub expired: bool,
    /// How many spans it let stand that would have been reported, once a rule.
    pub spans: u64,
}

/// What an allowance is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AllowanceKind {
    /// One value.
    Value,
    /// What a pattern matches.
    Pattern,
    /// What stands in a column.
    Column,
}

impl AllowanceKind {
    /// Its name for people, the same as in the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Value => "value",
            Self::Pattern => "pattern",
            Self::Column => "column",
        }
    }
}

/// How many spans an allowance let stand in one rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AllowedCount {
    /// The allowance, by its number.
    pub allowance: u16,
    /// How many.
    pub spans: u64,
}

/// Whether values are masked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Masking {
    /// Every value is masked.
    On,
    /// Record keys, `assign` fields and group keys are in clear.
    KeysRevealed,
    /// The fields of findings are in clear.
    ValuesRevealed,
}

/// A named thing and its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Digest {
    /// Its name or relative path.
    pub name: String,
    /// Its BLAKE3 digest, hex.
    pub blake3: String,
}

/// A pack in the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pack {
    /// Its name.
    pub pack: String,
    /// Its title.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The digest of its files, hex.
    pub blake3: String,
    /// Whether all its rules come with the program.
    pub shipped: bool,
    /// The jurisdiction in which it runs; null: everywhere.
    pub jurisdiction: Option<String>,
    /// The kind of facility for which it runs; null: every kind.
    pub facility: Option<String>,
    /// Its parameters in force.
    pub params: Vec<Param>,
}

/// A parameter in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Its unit.
    pub unit: Option<String>,
    /// Whether it differs from the pack's default.
    pub changed: bool,
}

/// A pack that did not run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PackNotRun {
    /// Its name.
    pub pack: String,
    /// Its title.
    pub title: String,
    /// Why it did not run.
    pub reason: String,
    /// The flag that would run it.
    pub flag: String,
}

/// A rule changed by the project file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tailoring {
    /// The rule.
    pub rule: String,
    /// What was changed.
    pub change: String,
    /// Why.
    pub reason: String,
}

/// Controls of a pack's guidelines that data cannot show.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NotCheckable {
    /// The pack.
    pub pack: String,
    /// The controls, in words.
    pub controls: Vec<String>,
}

/// One input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Input {
    /// Its path, relative to the PATH argument.
    pub path: String,
    /// What became of it.
    pub fate: Fate,
    /// Its record set; null where it was not recognised.
    pub record_set: Option<String>,
    /// The layout that bound it.
    pub layout: Option<String>,
    /// Its format: `csv`.
    pub format: String,
    /// Its size.
    pub bytes: u64,
    /// The digest of its bytes, hex; null where it was not read whole or changed meanwhile.
    pub blake3: Option<String>,
    /// What was detected: encoding, delimiter, quote, line ends.
    pub dialect: BTreeMap<String, String>,
    /// Its records.
    pub records: Records,
    /// Its physical lines.
    pub lines: u64,
    /// Values kept with a flag.
    pub values_flagged: u64,
    /// Fields and the headers they are read from.
    pub bound: BTreeMap<String, String>,
    /// Headers that no field is read from; masked where they look like values.
    pub unbound: Vec<String>,
    /// What it claims to be when it leaves; absent where nobody says it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Release>,
    /// What was wrong, by code.
    pub problems: Vec<Problem>,
}

/// What an input claims to be when it leaves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Release {
    /// The kind of release.
    pub kind: ReleaseKind,
    /// Who says so.
    pub said_by: SaidBy,
    /// What it is made for; masked where the project file does not use the word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Whether its columns were looked at although no record set claims it; absent where one does.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub columns_only: bool,
}

/// A kind of release.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseKind {
    /// Records with everything that identifies the patient.
    Identified,
    /// A limited data set.
    Limited,
    /// No identifier is left.
    Deidentified,
    /// Figures about groups of people.
    Aggregate,
}

impl ReleaseKind {
    /// Its name for people, the same as in the file.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Identified => "identified",
            Self::Limited => "limited",
            Self::Deidentified => "deidentified",
            Self::Aggregate => "aggregate",
        }
    }
}

/// Who says what an input claims to be.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum SaidBy {
    /// The flag or variable of the run.
    Run,
    /// A release manifest.
    Manifest,
    /// The project file.
    Project,
}

impl SaidBy {
    /// Who that is, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Run => "says this run",
            Self::Manifest => "says the manifest",
            Self::Project => "says the project file",
        }
    }
}

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// Read to its end, nothing skipped.
    Read,
    /// Read, but records were skipped or the end is missing.
    Incomplete,
    /// Not read: nothing of it was evaluated.
    Refused,
    /// No record set claims it.
    Unrecognised,
}

/// How many records of an input went which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Records {
    /// Kept and skipped.
    pub read: u64,
    /// Evaluated.
    pub kept: u64,
    /// Skipped as malformed.
    pub skipped: u64,
    /// Lines that are no records.
    pub not_records: u64,
}

/// One kind of thing that was wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// Its stable code: `read/short-row`.
    pub code: String,
    /// What it costs.
    pub class: ProblemClass,
    /// How often it was seen.
    pub count: u64,
    /// The first places.
    pub first: Vec<ProblemPlace>,
}

/// What a problem costs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemClass {
    /// Nothing: it is noted.
    Noted,
    /// Nothing yet: kept with a warning.
    Kept,
    /// Records were skipped, or the input is incomplete.
    Skipped,
    /// The file was refused.
    Refused,
}

/// One place where a problem was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProblemPlace {
    /// Physical line, from 1; 0 for the file as a whole.
    pub line: u64,
    /// Record, from 1; null outside records.
    pub record: Option<u64>,
    /// Offset in the file, from 0.
    pub byte: u64,
    /// The header of the column.
    pub column: Option<String>,
    /// What was expected and what was found.
    pub detail: String,
}

/// One rule of the plan and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    /// Its id.
    pub id: String,
    /// Its pack.
    pub pack: String,
    /// What is wrong, in one line.
    pub title: String,
    /// Its family.
    pub family: Family,
    /// How grave a violation is.
    pub severity: Severity,
    /// How far the rule has come.
    pub status: Status,
    /// Whether it must be evaluated for the audit to be complete.
    pub required: bool,
    /// The guidelines it checks.
    pub guideline: Vec<Guideline>,
    /// Why the guideline asks for it.
    pub because: Option<String>,
    /// What to do about a finding.
    pub remedy: Option<String>,
    /// The record set under test.
    pub record_set: String,
    /// The condition under which it applies.
    #[serde(rename = "where")]
    pub applies: Option<String>,
    /// Its check, as it is written.
    pub check: String,
    /// How much it tolerates: `0.5%`, or a count.
    pub tolerance: Option<String>,
    /// How the project file changed it.
    pub tailored: Option<String>,
    /// What the counts count.
    pub unit: Unit,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it was not evaluated or is off, in words.
    pub reason: Option<String>,
    /// The same as a stable word: `record-set-absent`.
    pub reason_code: Option<ReasonCode>,
    /// The counts.
    pub counts: Counts,
    /// Why records could not be judged, most frequent first.
    pub not_evaluable_reasons: Vec<ReasonCount>,
    /// The detectors that an identifier rule ran.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub detectors: Vec<String>,
    /// How many spans allowances of the project file let stand.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<AllowedCount>,
    /// How many violations each waiver excuses.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waived: Vec<WaivedCount>,
    /// What became of what the baseline knows of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<RuleBaseline>,
    /// The files that have violations, the most first, then by path; none where groups over several files are counted.
    #[serde(default)]
    pub files: Vec<FileCount>,
    /// How many more files have violations.
    #[serde(default)]
    pub files_omitted: u64,
    /// How many violations are overdue and how long, the shortest first; what is waived is not counted, and bands without
    /// a violation are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub overdue: Vec<OverdueCount>,
    /// Examples of its findings, sorted by place.
    pub findings: Vec<Finding>,
    /// How many more there are.
    pub findings_omitted: u64,
    /// What the result as a whole comes to, in words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// The families of guidelines.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the families")]
pub enum Family {
    Retention,
    Confidentiality,
    Completeness,
}

impl Family {
    /// Every family, in the order of reports.
    pub const ALL: [Self; 3] = [Self::Retention, Self::Confidentiality, Self::Completeness];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Retention => "retention",
            Self::Confidentiality => "confidentiality",
            Self::Completeness => "completeness",
        }
    }
}

/// How grave a violation is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the levels, the gravest last")]
pub enum Severity {
    Note,
    Warning,
    Error,
}

impl Severity {
    /// Every severity, the gravest first.
    pub const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How far a rule has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the states")]
pub enum Status {
    Preview,
    Stable,
    Deprecated,
}

/// Where a guideline stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Guideline {
    /// `42 CFR 482.24(c)(1)`.
    pub cite: String,
    /// Who issued it.
    pub authority: Option<String>,
    /// How sure we are of what it says.
    pub confidence: Confidence,
    /// Where it can be read.
    pub url: Option<String>,
    /// The date of the text that was read.
    pub text_as_of: Option<String>,
    /// When it is in force; null: not said.
    pub in_force: Option<InForce>,
}

/// When a guideline is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InForce {
    /// From this day.
    pub from: Option<String>,
    /// To this day.
    pub to: Option<String>,
}

/// How sure we are of what a guideline says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// Read in its text.
    Primary,
    /// Read in a secondary source.
    Secondary,
    /// From memory.
    Unverified,
    /// An algorithm run on known-good values.
    Computed,
    /// Practice rather than law.
    Practice,
}

/// What a rule's counts count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are the units")]
pub enum Unit {
    Record,
    Group,
    Field,
    File,
    Cell,
}

impl Unit {
    /// Its name for that many.
    #[must_use]
    pub fn name(self, count: u64) -> &'static str {
        match (self, count) {
            (Self::Record, 1) => "record",
            (Self::Record, _) => "records",
            (Self::Group, 1) => "group",
            (Self::Group, _) => "groups",
            (Self::Field, 1) => "column",
            (Self::Field, _) => "columns",
            (Self::Cell, 1) => "cell",
            (Self::Cell, _) => "cells",
            (Self::File, 1) => "file",
            (Self::File, _) => "files",
        }
    }
}

/// What became of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
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
    NotEvaluated,
    /// There is no record to which it applies.
    NotApplicable,
    /// Switched off by the project file.
    Off,
}

/// Why a rule was not evaluated.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ReasonCode {
    /// No input holds its record set.
    RecordSetAbsent,
    /// No file binds fields that it needs.
    FieldsNotBound,
    /// Every applicable record lacks an input.
    Undecidable,
    /// The input could not be read.
    InputUnreadable,
    /// The run was interrupted.
    Interrupted,
    /// The scan gave no result for it.
    NoResult,
    /// Switched off by the project file.
    Off,
}

/// How many records went which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Counts {
    /// `not_applicable + passed + violations + not_evaluable + pending`.
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
    /// Spans found by an identifier rule; no part of the sum.
    pub occurrences: u64,
}

/// A reason and how many records it concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReasonCount {
    /// The reason in words.
    pub reason: String,
    /// How many records.
    pub count: u64,
}

/// A file and how many violations it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FileCount {
    /// The file.
    pub file: String,
    /// How many violations.
    pub violations: u64,
    /// How many of them are under a waiver.
    #[serde(default, skip_serializing_if = "is_none")]
    pub waived: u64,
    /// How many of them are known from the baseline.
    #[serde(default, skip_serializing_if = "is_none")]
    pub baselined: u64,
}

impl FileCount {
    /// How many of them are neither waived nor known.
    #[must_use]
    pub fn open(&self) -> u64 {
        self.violations.saturating_sub(self.waived).saturating_sub(self.baselined)
    }
}

/// Whether a count says nothing.
#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_none(count: &u64) -> bool {
    *count == 0
}

/// How many violations are overdue so long.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OverdueCount {
    /// How long.
    pub overdue: Overdue,
    /// How many.
    pub violations: u64,
}

/// One violation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// The file; null for groups over several files.
    pub file: Option<String>,
    /// The record, from 1 after the header.
    pub record: Option<u64>,
    /// The physical line, from 1.
    pub line: Option<u64>,
    /// The record's key, or the group's.
    pub key: Vec<KeyPart>,
    /// The field that groups the worklist.
    pub assign: Option<KeyPart>,
    /// The fields that the rule names.
    pub fields: Vec<FieldValue>,
    /// What is wrong here.
    pub message: String,
    /// How it stands; absent: open.
    #[serde(default, skip_serializing_if = "FindingStatus::is_open")]
    pub status: FindingStatus,
    /// The waiver that excuses it, by its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiver: Option<u16>,
    /// How long it is overdue on the day of the audit, where a deadline has passed and the thing is not done. Bands,
    /// because the days would show a date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overdue: Option<Overdue>,
    /// The day on which it was due, if values are revealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// The keyed hash of rule, record set and record key; null without a site key.
    pub fingerprint: Option<String>,
    /// The detector that found an identifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detector: Option<String>,
    /// How certain it is, `A` to `D`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// Where in the cell's text it lies: `[start, end)` in bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<[u32; 2]>,
    /// Whose it is, if it was found because the audit knows the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<Person>,
}

/// Whose an identifier is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// Who that is to the record.
    pub bearer: Bearer,
    /// What stands for the person's key: the same keyed tag or ordinal as in the person's own record. Absent where several
    /// people share the identifier, and for the patient whose record it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// Who somebody is to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Bearer {
    /// The patient whose record it is.
    OwnPatient,
    /// Another patient.
    AnotherPatient,
    /// A patient, in a record that does not say whose it is.
    SomePatient,
    /// A member of staff.
    Staff,
}

impl Bearer {
    /// Its name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::OwnPatient => "own-patient",
            Self::AnotherPatient => "another-patient",
            Self::SomePatient => "some-patient",
            Self::Staff => "staff",
        }
    }
}

/// How long something is overdue.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
pub enum Overdue {
    /// Up to 30 days.
    #[serde(rename = "up to 30 days")]
    Days30,
    /// 31 to 60 days.
    #[serde(rename = "31 to 60 days")]
    Days60,
    /// 61 to 90 days.
    #[serde(rename = "61 to 90 days")]
    Days90,
    /// 91 to 180 days.
    #[serde(rename = "91 to 180 days")]
    Days180,
    /// 181 to 365 days.
    #[serde(rename = "181 to 365 days")]
    Year,
    /// More than 365 days.
    #[serde(rename = "more than 365 days")]
    Over,
}

impl Overdue {
    /// Every band, the shortest first.
    pub const ALL: [Self; 6] =
        [Self::Days30, Self::Days60, Self::Days90, Self::Days180, Self::Year, Self::Over];

    /// The band in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Days30 => "up to 30 days",
            Self::Days60 => "31 to 60 days",
            Self::Days90 => "61 to 90 days",
            Self::Days180 => "91 to 180 days",
            Self::Year => "181 to 365 days",
            Self::Over => "more than 365 days",
        }
    }
}

/// One field of a key and what stands for its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KeyPart {
    /// The field.
    pub field: String,
    /// A keyed tag, an ordinal of this report, the value if revealed, or `(missing)`.
    pub tag: String,
}

/// One field of a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FieldValue {
    /// Its name.
    pub name: String,
    /// Its value, safe to show.
    pub value: String,
}

/// Everything added up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// The inputs.
    pub inputs: InputSummary,
    /// The records of all inputs.
    pub records: Records,
    /// The bytes of all inputs.
    pub bytes: u64,
    /// All rules.
    pub rules: RuleSummary,
    /// The rules of each family.
    pub families: Vec<FamilySummary>,
    /// The rules of each severity, the gravest first.
    pub severities: Vec<SeveritySummary>,
}

/// How many inputs went which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct InputSummary {
    /// All of them.
    pub total: u64,
    /// Read to their end.
    pub read: u64,
    /// Read in part.
    pub incomplete: u64,
    /// Not read.
    pub refused: u64,
    /// Claimed by no record set.
    pub unrecognised: u64,
}

/// How many rules went which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct RuleSummary {
    /// All of them: the sum of the eight outcomes.
    pub total: u64,
    /// `pass`.
    pub passed: u64,
    /// `fail`.
    pub failed: u64,
    /// `waived`.
    pub waived: u64,
    /// `baselined`.
    pub baselined: u64,
    /// `pending`.
    pub pending: u64,
    /// `not-evaluated`.
    pub not_evaluated: u64,
    /// `not-applicable`.
    pub not_applicable: u64,
    /// `off`.
    pub off: u64,
    /// The violations of all of them.
    pub violations: u64,
    /// Those that are neither waived nor baselined.
    pub open_violations: u64,
    /// The records that could not be judged, a record counted by each rule.
    pub not_evaluable: u64,
}

/// The rules of a family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FamilySummary {
    /// The family.
    pub family: Family,
    /// Its rules.
    pub rules: RuleSummary,
}

/// The rules of a severity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeveritySummary {
    /// The severity.
    pub severity: Severity,
    /// Its rules.
    pub rules: RuleSummary,
}
