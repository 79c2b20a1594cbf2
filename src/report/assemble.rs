//! From the result of a scan to the report of an audit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::finding::{
    self, IssueClass, IssueLog, Masked, Reveal, Standing, header_text, neutral, tag_text,
};
use crate::report::json::v1::{
    Allowance, AllowedCount, Bearer, Confidence, Counts, Digest, Family, FamilySummary, Fate,
    FieldValue, FileCount, Finding, FindingStatus, Fingerprints, Guideline, InForce, Input,
    InputSummary, KeyPart, Masking, NotCheckable, Outcome, Overdue, OverdueCount, Pack, PackNotRun,
    Param, Person, Problem, ProblemClass, ProblemPlace, Provenance, ReasonCode, ReasonCount,
    Records, Release, ReleaseKind, Report, Rule, RuleSummary, SCHEMA, SaidBy, Severity,
    SeveritySummary, SitePattern, Status, Summary, Tailoring, Tool, Unit, WaivedCount,
    WaiverSource,
};
use crate::report::screen::number;
use crate::report::{Earlier, baseline, waiver};
use crate::report::{Emptiness, ExitReason, Facts, FailOn, Gap, verdict};
use crate::rule::{self, CheckedRule, RuleText, Tolerance, WaiverFile};
use crate::value::{Date, FieldType};

/// What every report says of itself.
pub const NOTICE: &str = "This report shows where records and declared rules disagree. It is not legal advice \
     and does not certify compliance.";

/// How many files of a rule a report lists.
const FILES: usize = 100;

/// Everything that a report is made of.
#[derive(Debug)]
pub struct AssembleInput<'a> {
    /// The result of the scan.
    pub scan: &'a finding::Scan,
    /// The packs in the plan.
    pub packs: &'a [rule::Pack],
    /// The rules of the plan, in its order; a rule's number in the scan is its index here.
    pub rules: &'a [&'a CheckedRule],
    /// What the caller knows about the run.
    pub meta: Meta,
}

/// What the caller knows about the run.
#[derive(Debug, Clone)]
pub struct Meta {
    /// The day on which the audit stands.
    pub as_of: Date,
    /// The version of this program.
    pub tool_version: String,
    /// The zone of civil times where no source says another.
    pub time_zone: String,
    /// The loaded layouts.
    pub layouts: Vec<Digest>,
    /// The dictionary.
    pub dictionary: Digest,
    /// The project file.
    pub config: Option<Digest>,
    /// Which rules were asked for, in words: `--select retention/`.
    pub selection: String,
    /// Rules changed by the project file.
    pub tailoring: Vec<Tailoring>,
    /// Whether they and the allowances of the project file were left out.
    pub tailoring_left_out: bool,
    /// The earlier audit whose findings are known.
    pub baseline: Option<Earlier>,
    /// The file of fingerprints that was written.
    pub fingerprints: Option<Fingerprints>,
    /// The file of waivers, and whether they excuse anything.
    pub waivers: Option<(WaiverFile, Excusing)>,
    /// Identifiers that the project file adds.
    pub site_patterns: Vec<SitePattern>,
    /// What it lets stand, in its order; how many spans is counted here.
    pub allowances: Vec<Allowance>,
    /// Packs that did not run, and the flag that would run each.
    pub packs_not_run: Vec<PackNotRun>,
    /// What is shown in clear.
    pub reveal: Reveal,
    /// Whether every rule reports fictional identifiers like real ones.
    pub fictional_report: bool,
    /// The name of the site's key, where tags and fingerprints are keyed with it.
    pub site_key: Option<String>,
    /// The facility.
    pub facility: Option<String>,
    /// The jurisdictions.
    pub jurisdictions: Vec<String>,
    /// What the export as a whole is said to be when it leaves.
    pub release: Option<finding::Claimed>,
    /// The release manifest that the project file names.
    pub release_manifest: Option<Digest>,
    /// What must be judged, and what counts.
    pub policy: Policy,
}

/// Whether waivers excuse anything in an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excusing {
    /// They do.
    Applied,
    /// They were left out, for an inspection.
    LeftOut,
}

/// What must be judged for an audit to be complete, and what counts against it.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Whether an empty audit is fine.
    pub allow_empty: bool,
    /// The lowest severity that counts.
    pub fail_on: FailOn,
    /// Whether stale waivers count.
    pub fail_on_stale: bool,
    /// How many waivers and baseline entries are stale.
    pub stale: u64,
    /// Record sets that must be there.
    pub expect: Vec<String>,
    /// How many records of an input may be skipped, by record set; none where it says nothing.
    pub max_skipped: Vec<(String, Tolerance)>,
    /// How much of what it may apply to a rule may leave unjudged; any where it says nothing.
    pub max_not_evaluable: Option<Tolerance>,
    /// Rules that were asked for by their exact id, or are required by the project file.
    pub must_run: Vec<String>,
}

impl Report {
    /// The report of a scan.
    ///
    /// Every rule of the plan stands in it exactly once, in the order of the plan, whether the scan has a result for
    /// it or not. Equal input gives equal bytes.
    #[must_use]
    pub fn assemble(input: AssembleInput<'_>) -> Self {
        let AssembleInput { scan, packs, rules: checked, mut meta } = input;
        let (as_of, tool_version) = (meta.as_of, meta.tool_version.clone());
        let mut inputs: Vec<Input> = scan.inputs.iter().map(input_entry).collect();
        inputs.sort_by(|a, b| a.path.cmp(&b.path));
        let mut results: BTreeMap<u32, &finding::RuleOutcome> = BTreeMap::new();
        for result in &scan.rules {
            results.entry(result.rule).or_insert(result);
        }
        let mut tags = Tags::new(meta.site_key.is_some());
        let mut rules: Vec<Rule> = (0_u32..)
            .zip(checked)
            .map(|(number, rule)| {
                rule_entry(rule, results.get(&number).copied(), scan.interrupted, &mut tags)
            })
            .collect();
        for allowance in &mut meta.allowances {
            let of_rules = rules.iter().flat_map(|rule| &rule.allowed);
            let own = of_rules.filter(|allowed| allowed.allowance == allowance.number);
            allowance.spans = own.map(|allowed| allowed.spans).sum();
        }
        for rule in &mut rules {
            rule.required |= is_asked_for(rule, &meta.policy);
        }
        if meta.baseline.is_some() {
            for (number, rule) in (0_u32..).zip(&mut rules) {
                let known = results.get(&number).and_then(|result| result.known);
                rule.baseline = Some(baseline::of_rule(rule, known.unwrap_or_default()));
            }
        }
        let waivers = match &meta.waivers {
            Some((file, Excusing::Applied)) => {
                waiver::entries(file, meta.as_of, meta.site_key.as_deref(), &rules)
            }
            _ => Vec::new(),
        };
        let earlier = meta.baseline.take();
        let mut facts = Facts {
            stale: meta.policy.stale.saturating_add(waiver::stale(&waivers)),
            ..facts(scan, (checked, &rules), &meta.policy)
        };
        let provenance = provenance(&inputs, packs, meta);
        let as_of = day(as_of);
        let baseline =
            earlier.as_ref().map(|earlier| baseline::entry(earlier, &rules, &provenance, &as_of));
        if let (Some(earlier), Some(entry)) = (&earlier, &baseline) {
            baseline::decide(&mut facts, earlier, entry, &rules);
        }
        let (verdict, reason) = verdict(&facts);
        Self {
            schema: SCHEMA.to_owned(),
            tool: Tool { name: "chartaudit".to_owned(), version: neutral(&tool_version) },
            as_of,
            verdict,
            exit_code: reason.number(),
            exit_reason: neutral(&reason.to_string()),
            incomplete: facts.interrupted || facts.faulty || !facts.gaps.is_empty(),
            incomplete_reasons: incomplete_reasons(&facts),
            notice: NOTICE.to_owned(),
            summary: summary(&inputs, &rules),
            provenance,
            inputs,
            rules,
            waivers,
            baseline,
            transfer: Vec::new(),
        }
    }

    /// Ends the report with another reason, because something happened after it was assembled: a report could not
    /// be written, say. A graver reason that already stands is kept.
    pub fn end_with(&mut self, reason: &ExitReason) {
        /// The exit codes, the gravest first.
        const PRECEDENCE: [u8; 10] = [130, 5, 2, 70, 74, 3, 4, 1, 6, 0];
        let rank = |code: u8| PRECEDENCE.iter().position(|other| *other == code);
        if rank(reason.number()) < rank(self.exit_code) {
            self.exit_code = reason.number();
            self.verdict = reason.verdict();
            self.exit_reason = neutral(&reason.to_string());
            if self.verdict == crate::report::Verdict::Incomplete {
                self.incomplete = true;
                self.incomplete_reasons.push(self.exit_reason.clone());
            }
        }
    }
}

/// Why the audit is not complete: what happened to the run, then what had to be judged and was not.
fn incomplete_reasons(facts: &Facts) -> Vec<String> {
    let of_run = [
        (facts.interrupted, "the run was interrupted before every record was judged"),
        (facts.faulty, "results of the scan are missing or do not add up"),
    ];
    let of_run = of_run.iter().filter(|(holds, _)| *holds).map(|(_, words)| (*words).to_owned());
    of_run.chain(facts.gaps.iter().map(|gap| neutral(&gap.to_string()))).collect()
}

/// What decides over verdict and exit code.
fn facts(
    scan: &finding::Scan,
    (checked, rules): (&[&CheckedRule], &[Rule]),
    policy: &Policy,
) -> Facts {
    let evaluated = |rule: &&Rule| {
        !matches!(rule.outcome, Outcome::NotEvaluated | Outcome::NotApplicable | Outcome::Off)
    };
    let audited = |input: &&finding::InputOutcome| {
        input.looked_at
            || input.record_set.is_some()
                && matches!(input.fate, finding::InputFate::Read | finding::InputFate::Incomplete)
    };
    let empty = if scan.inputs.iter().find(audited).is_none() {
        Some(Emptiness::NoInput)
    } else if scan.inputs.iter().filter(audited).all(|input| input.tally.kept == 0) {
        Some(Emptiness::NoRecords)
    } else if rules.iter().find(evaluated).is_none() {
        Some(Emptiness::NoRule)
    } else {
        None
    };
    let failed = rules.iter().filter(|rule| rule.outcome == Outcome::Fail);
    Facts {
        interrupted: scan.interrupted,
        // Counts that do not add up, a rule without a result or with two, are a bug of ours and no audit.
        faulty: rules.iter().any(|rule| rule.reason_code == Some(ReasonCode::NoResult))
            || scan.rules.iter().any(|result| !result.counts.add_up())
            || !each_once(scan, rules.len()),
        gaps: gaps(scan, rules, policy).into_iter().chain(unjudged(scan, checked, rules)).collect(),
        empty,
        allow_empty: policy.allow_empty,
        failed: failed.map(|rule| (rule.severity, open(&rule.counts))).collect(),
        fail_on: policy.fail_on,
        stale: policy.stale,
        fail_on_stale: policy.fail_on_stale,
        ..Facts::default()
    }
}

/// Whether every result of the scan is of a rule of the plan, and of another one each.
fn each_once(scan: &finding::Scan, rules: usize) -> bool {
    let seen: BTreeSet<u32> = scan.rules.iter().map(|result| result.rule).collect();
    let known =
        seen.last().is_none_or(|last| usize::try_from(*last).is_ok_and(|last| last < rules));
    known && seen.len() == scan.rules.len()
}

/// Violations that are neither waived nor baselined.
fn open(counts: &Counts) -> u64 {
    counts.violations.saturating_sub(counts.waived).saturating_sub(counts.baselined)
}

/// What had to be judged and was not: inputs first, then record sets, then rules.
fn gaps(scan: &finding::Scan, rules: &[Rule], policy: &Policy) -> Vec<Gap> {
    let mut inputs: Vec<&finding::InputOutcome> = scan.inputs.iter().collect();
    inputs.sort_by(|a, b| a.path.cmp(&b.path));
    let mut gaps: Vec<Gap> =
        inputs.into_iter().filter_map(|input| input_gap(input, policy)).collect();
    let present: BTreeSet<&str> = scan
        .inputs
        .iter()
        .filter(|input| input.fate != finding::InputFate::Refused)
        .filter_map(|input| input.record_set.as_deref())
        .collect();
    for record_set in policy.expect.iter().filter(|set| !present.contains(set.as_str())) {
        gaps.push(Gap::RecordSetAbsent { record_set: record_set.clone() });
    }
    for rule in rules {
        if rule.required && matches!(rule.outcome, Outcome::NotEvaluated | Outcome::Off) {
            gaps.push(Gap::RuleNotEvaluated { rule: rule.id.clone() });
            continue;
        }
        let of = rule.counts.records.saturating_sub(rule.counts.not_applicable);
        let not_evaluable = rule.counts.not_evaluable;
        if policy.max_not_evaluable.is_some_and(|most| !within(not_evaluable, of, most)) {
            gaps.push(Gap::TooManyNotEvaluable { rule: rule.id.clone(), not_evaluable, of });
        }
    }
    gaps
}

/// What files claim to be without a rule that judged it. To be identified is no claim that could be broken.
fn unjudged(
    scan: &finding::Scan,
    checked: &[&CheckedRule],
    rules: &[Rule],
) -> impl Iterator<Item = Gap> {
    let claimed = |kind: rule::ReleaseKind| {
        scan.inputs.iter().any(|input| input.claim.as_ref().is_some_and(|claim| claim.kind == kind))
    };
    let judged = |kind: rule::ReleaseKind| {
        let mut results = checked.iter().zip(rules).filter(|(checked, _)| checked.judges(kind));
        results.any(|(_, rule)| !matches!(rule.outcome, Outcome::NotEvaluated | Outcome::Off))
    };
    rule::ReleaseKind::ALL
        .into_iter()
        .filter(|kind| *kind != rule::ReleaseKind::Identified)
        .filter(|kind| claimed(*kind) && !judged(*kind))
        .map(|kind| Gap::ClaimNotJudged { kind: kind.name() })
        .collect::<Vec<_>>()
        .into_iter()
}

/// Whether the rule was asked for by its exact id, so that it must be evaluated.
fn is_asked_for(rule: &Rule, policy: &Policy) -> bool {
    policy.must_run.iter().any(|id| {
        *id == rule.id
            || id.strip_prefix(&rule.pack).and_then(|rest| rest.strip_prefix(':')) == Some(&rule.id)
    })
}

/// Whether so many of so many are no more than the limit allows.
fn within(part: u64, whole: u64, most: Tolerance) -> bool {
    match most {
        Tolerance::Count(most) => part <= most,
        Tolerance::Share(most) => {
            u128::from(part) * 1_000_000 <= u128::from(whole) * u128::from(most)
        }
    }
}

/// Problems after which more records may be missing than were seen.
const END_MISSING: [&str; 4] =
    ["read/truncated", "read/nul-padding", "read/checksum", "read/trailing-garbage"];

/// Why an input leaves the audit incomplete, if it does.
fn input_gap(input: &finding::InputOutcome, policy: &Policy) -> Option<Gap> {
    let path = input.path.clone();
    match input.fate {
        finding::InputFate::Read => None,
        // A file that is plainly no export lacks nothing; a table that nobody recognises may be a renamed one.
        finding::InputFate::Unrecognised if input.looked_at => None,
        finding::InputFate::Unrecognised => {
            // Of a release nobody has looked into it, whatever it is.
            let leaves = |claim: &finding::Claimed| claim.kind != rule::ReleaseKind::Identified;
            if input.claim.as_ref().is_some_and(leaves) {
                return Some(Gap::InputNotLookedAt { path });
            }
            let other = input.issues.by_code.keys().any(|code| code.0 == "read/other-file");
            (!other).then_some(Gap::InputUnrecognised { path })
        }
        finding::InputFate::Refused => {
            let mut refusals =
                input.issues.by_code.iter().filter(|(_, log)| log.class == IssueClass::Refused);
            let duplicate =
                refusals.next().is_some_and(|(code, _)| code.0 == "read/duplicate-input")
                    && refusals.next().is_none();
            Some(if duplicate { Gap::InputTwice { path } } else { Gap::InputRefused { path } })
        }
        finding::InputFate::Incomplete => {
            let skipped = input.tally.skipped;
            let most = policy
                .max_skipped
                .iter()
                .find_map(|(set, most)| (Some(set) == input.record_set.as_ref()).then_some(*most));
            let whole = !input.issues.by_code.keys().any(|code| END_MISSING.contains(&code.0));
            let records = input.tally.records;
            let allowed =
                whole && skipped > 0 && most.is_some_and(|most| within(skipped, records, most));
            (!allowed).then_some(Gap::InputIncomplete { path, skipped })
        }
    }
}

/// One input.
fn input_entry(input: &finding::InputOutcome) -> Input {
    let recognised = input.record_set.is_some();
    let tally = &input.tally;
    Input {
        path: neutral(&input.path),
        fate: match input.fate {
            finding::InputFate::Read => Fate::Read,
            finding::InputFate::Incomplete => Fate::Incomplete,
            finding::InputFate::Refused => Fate::Refused,
            finding::InputFate::Unrecognised => Fate::Unrecognised,
        },
        record_set: input.record_set.as_deref().map(neutral),
        layout: input.layout.as_deref().map(neutral),
        format: neutral(&input.format),
        bytes: input.bytes,
        blake3: input.blake3.clone(),
        dialect: input
            .dialect
            .iter()
            .map(|(name, words)| (neutral(name), neutral(words)))
            .collect(),
        records: Records {
            read: tally.records,
            kept: tally.kept,
            skipped: tally.skipped,
            not_records: tally.not_records,
        },
        lines: tally.lines,
        values_flagged: tally.flagged,
        bound: input
            .bound
            .iter()
            .map(|(field, header)| (neutral(field), neutral(header)))
            .collect(),
        unbound: input.unbound.iter().map(|name| header(name, recognised)).collect(),
        release: input.claim.as_ref().and_then(|claim| release(claim, input.looked_at)),
        problems: overflows(input.overflows)
            .into_iter()
            .chain(problems(&input.issues, &input.columns, recognised))
            .collect(),
    }
}

/// What an input claims to be, where anybody says it.
fn release(claim: &finding::Claimed, columns_only: bool) -> Option<Release> {
    let said_by = match claim.by {
        rule::ClaimedBy::Run => SaidBy::Run,
        rule::ClaimedBy::Manifest => SaidBy::Manifest,
        rule::ClaimedBy::Project => SaidBy::Project,
        rule::ClaimedBy::Nobody | rule::ClaimedBy::Itself => return None,
    };
    let kind = match claim.kind {
        rule::ReleaseKind::Identified => ReleaseKind::Identified,
        rule::ReleaseKind::Limited => ReleaseKind::Limited,
        rule::ReleaseKind::Deidentified => ReleaseKind::Deidentified,
        rule::ReleaseKind::Aggregate => ReleaseKind::Aggregate,
    };
    let purpose = claim.purpose.as_ref().map(|purpose| purpose.as_str().to_owned());
    Some(Release { kind, said_by, purpose, columns_only })
}

/// A header as it may be shown: in clear in a recognised record set, unless it looks like a value.
pub(crate) fn header(name: &str, recognised: bool) -> String {
    if recognised {
        header_text(name)
    } else {
        Masked::value(name.as_bytes(), FieldType::Text).to_string()
    }
}

/// Arithmetic that went out of range, as a problem of the input.
fn overflows(count: u64) -> Option<Problem> {
    let words = match count {
        0 => return None,
        1 => "1 result of arithmetic was out of range and counts as missing".to_owned(),
        _ => format!(
            "{} results of arithmetic were out of range and count as missing",
            number(count)
        ),
    };
    let place = ProblemPlace { line: 0, record: None, byte: 0, column: None, detail: words };
    Some(Problem {
        code: "eval/overflow".to_owned(),
        class: ProblemClass::Kept,
        count,
        first: vec![place],
    })
}

/// Problems, by code.
fn problems(issues: &IssueLog, columns: &[String], recognised: bool) -> Vec<Problem> {
    let column_name = |column: u32| {
        let name = usize::try_from(column).ok().and_then(|index| columns.get(index));
        name.map(|name| header(name, recognised))
    };
    issues
        .by_code
        .iter()
        .map(|(code, log)| Problem {
            code: code.0.to_owned(),
            class: match log.class {
                IssueClass::Noted => ProblemClass::Noted,
                IssueClass::Kept => ProblemClass::Kept,
                IssueClass::Skipped => ProblemClass::Skipped,
                IssueClass::Refused => ProblemClass::Refused,
            },
            count: log.count,
            first: log
                .first
                .iter()
                .map(|issue| ProblemPlace {
                    line: issue.line,
                    record: issue.record,
                    byte: issue.byte,
                    column: issue.column.and_then(column_name),
                    detail: neutral(&issue.detail),
                })
                .collect(),
        })
        .collect()
}

/// One rule and its result.
fn rule_entry(
    rule: &CheckedRule,
    result: Option<&finding::RuleOutcome>,
    interrupted: bool,
    tags: &mut Tags,
) -> Rule {
    let (outcome, reason_code, reason) = match (result, &rule.off) {
        (Some(result), _)
            if result.outcome == finding::Outcome::NotApplicable && result.counts.records == 0 =>
        {
            (Outcome::NotApplicable, None, unclaimed(rule))
        }
        (Some(result), _) => outcome(&rule.record_set, result),
        (None, Some(reason)) => (Outcome::Off, Some(ReasonCode::Off), Some(neutral(reason))),
        (None, None) if interrupted => {
            let words = "the run was interrupted before it was judged".to_owned();
            (Outcome::NotEvaluated, Some(ReasonCode::Interrupted), Some(words))
        }
        (None, None) => {
            let words = "the scan gave no result for it".to_owned();
            (Outcome::NotEvaluated, Some(ReasonCode::NoResult), Some(words))
        }
    };
    let counts = result.map(|result| counts(&result.counts)).unwrap_or_default();
    let findings = result.map(|result| findings(result, tags)).unwrap_or_default();
    let mut files = result.map(files).unwrap_or_default();
    let files_omitted = u64::try_from(files.len().saturating_sub(FILES)).unwrap_or(u64::MAX);
    files.truncate(FILES);
    let shown = u64::try_from(findings.len()).unwrap_or(u64::MAX);
    Rule {
        id: rule.id.text.clone(),
        pack: rule.pack.clone(),
        title: neutral(&rule.title),
        family: family(rule.id.family),
        severity: severity(rule.severity),
        status: match rule.status {
            rule::Status::Preview => Status::Preview,
            rule::Status::Stable => Status::Stable,
            rule::Status::Deprecated => Status::Deprecated,
        },
        required: rule.required,
        guideline: rule.guideline.iter().map(guideline).collect(),
        because: rule.because.as_deref().map(neutral),
        remedy: rule.remedy.as_deref().map(neutral),
        record_set: rule.record_set.clone(),
        applies: rule.where_text.as_deref().map(neutral),
        check: neutral(&rule.check_text),
        tolerance: rule.tolerance.map(tolerance),
        tailored: rule.tailored.as_deref().map(neutral),
        unit: unit(result.map(|result| result.unit).unwrap_or_default()),
        outcome,
        reason,
        reason_code,
        not_evaluable_reasons: result.map(reasons).unwrap_or_default(),
        detectors: match &rule.check {
            rule::Check::Identifiers(identifiers) => identifiers.detect.clone(),
            _ => Vec::new(),
        },
        allowed: result.map(allowed).unwrap_or_default(),
        waived: result.map(waived).unwrap_or_default(),
        baseline: None,
        files,
        files_omitted,
        overdue: result.map(overdue).unwrap_or_default(),
        findings,
        // A record with two identifiers is one violation and two findings.
        findings_omitted: counts.violations.max(counts.occurrences).saturating_sub(shown),
        remarks: result
            .map(|result| result.remarks.iter().map(|text| neutral(text)).collect())
            .unwrap_or_default(),
        counts,
    }
}

/// Why a rule about releases applies to nothing, and what would make it apply.
fn unclaimed(rule: &CheckedRule) -> Option<String> {
    let rule::Check::Release(check) = &rule.check else { return None };
    let kinds: Vec<&str> = check.kinds.iter().map(|kind| kind.name()).collect();
    let (kinds, flag) = (kinds.join(" or "), kinds.first().copied().unwrap_or_default());
    Some(match check.method {
        Some(rule::ReleaseMethod::Expert) => format!(
            "no file is said to be {kinds} by an expert's determination; a release manifest names it"
        ),
        _ => format!("no file is said to be {kinds}; `--release {flag}` says it"),
    })
}

/// What became of a rule, and why it was not evaluated or is off.
fn outcome(
    set: &str,
    result: &finding::RuleOutcome,
) -> (Outcome, Option<ReasonCode>, Option<String>) {
    use crate::finding::NotEvaluated;
    match &result.outcome {
        finding::Outcome::Pass => (Outcome::Pass, None, None),
        finding::Outcome::Fail => (Outcome::Fail, None, None),
        finding::Outcome::Waived => (Outcome::Waived, None, None),
        finding::Outcome::Baselined => (Outcome::Baselined, None, None),
        finding::Outcome::Pending => (Outcome::Pending, None, None),
        finding::Outcome::NotApplicable => (Outcome::NotApplicable, None, None),
        finding::Outcome::Off(reason) => {
            (Outcome::Off, Some(ReasonCode::Off), Some(neutral(reason)))
        }
        finding::Outcome::NotEvaluated(why) => {
            let (code, words) = match why {
                NotEvaluated::RecordSetAbsent(set) => {
                    (ReasonCode::RecordSetAbsent, format!("no input holds `{set}`"))
                }
                NotEvaluated::FieldsNotBound(fields) => {
                    let fields: Vec<String> =
                        fields.iter().map(|field| format!("`{field}`")).collect();
                    (
                        ReasonCode::FieldsNotBound,
                        format!("no file of `{set}` has {}", fields.join(", ")),
                    )
                }
                NotEvaluated::Undecidable => (ReasonCode::Undecidable, undecidable(result)),
                NotEvaluated::InputUnreadable(path) => {
                    (ReasonCode::InputUnreadable, format!("`{path}` could not be read"))
                }
                NotEvaluated::Interrupted => {
                    (ReasonCode::Interrupted, "the run was interrupted".to_owned())
                }
            };
            (Outcome::NotEvaluated, Some(code), Some(neutral(&words)))
        }
    }
}

/// The files that have violations, the most open ones first, then the most, then by path.
fn files(result: &finding::RuleOutcome) -> Vec<FileCount> {
    let counts = result.by_file.iter().map(|of| FileCount {
        file: neutral(&of.file),
        violations: of.violations,
        waived: of.waived,
        baselined: of.baselined,
    });
    let mut files: Vec<FileCount> = counts.collect();
    files.sort_by(|a, b| {
        let most = b.open().cmp(&a.open()).then(b.violations.cmp(&a.violations));
        most.then_with(|| a.file.cmp(&b.file))
    });
    files
}

/// How many violations are overdue and how long.
fn overdue(result: &finding::RuleOutcome) -> Vec<OverdueCount> {
    let bands = finding::Age::ALL.into_iter().zip(result.counts.overdue);
    let counts =
        bands.map(|(age, violations)| OverdueCount { overdue: overdue_entry(age), violations });
    counts.filter(|count| count.violations > 0).collect()
}

/// Why nothing could be judged, in the words of the most frequent reason.
fn undecidable(result: &finding::RuleOutcome) -> String {
    let unit = unit(result.unit).name(1);
    match reasons(result).as_slice() {
        [] => format!("no {unit} to which it may apply could be judged"),
        [only] => format!("no {unit} could be judged: {}", only.reason),
        [first, ..] => format!("no {unit} could be judged: {}, and other reasons", first.reason),
    }
}

/// What the counts count.
fn unit(unit: finding::Unit) -> Unit {
    match unit {
        finding::Unit::Record => Unit::Record,
        finding::Unit::Group => Unit::Group,
        finding::Unit::Field => Unit::Field,
        finding::Unit::Cell => Unit::Cell,
        finding::Unit::File => Unit::File,
    }
}

/// How many violations each waiver excuses.
fn waived(result: &finding::RuleOutcome) -> Vec<WaivedCount> {
    let counts = result.waived.iter();
    counts.map(|&(entry, violations)| WaivedCount { waiver: entry + 1, violations }).collect()
}

/// How many spans each allowance let stand.
fn allowed(result: &finding::RuleOutcome) -> Vec<AllowedCount> {
    let counts = result.allowed.iter();
    counts.map(|&(entry, spans)| AllowedCount { allowance: entry + 1, spans }).collect()
}

/// Why records could not be judged, most frequent first, then by words.
fn reasons(result: &finding::RuleOutcome) -> Vec<ReasonCount> {
    let mut reasons: Vec<ReasonCount> = result
        .not_evaluable_reasons
        .iter()
        .map(|(reason, count)| ReasonCount { reason: neutral(reason), count: *count })
        .collect();
    reasons.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.reason.cmp(&b.reason)));
    reasons
}

/// Examples of a rule's findings, sorted by place.
fn findings(result: &finding::RuleOutcome, tags: &mut Tags) -> Vec<Finding> {
    let mut sorted: Vec<&finding::Finding> = result.findings.iter().collect();
    sorted.sort_by(|a, b| a.place.cmp(&b.place));
    sorted.into_iter().map(|finding| finding_entry(finding, tags)).collect()
}

/// One finding.
fn finding_entry(finding: &finding::Finding, tags: &mut Tags) -> Finding {
    let identifier = finding.identifier.as_ref();
    Finding {
        file: finding.place.file.as_deref().map(neutral),
        record: finding.place.record,
        line: finding.place.line,
        key: finding.key.iter().map(|tag| tags.part(tag)).collect(),
        assign: finding.assign.as_ref().map(|tag| tags.part(tag)),
        fields: finding
            .fields
            .iter()
            .map(|field| FieldValue {
                name: neutral(&field.name),
                value: field.value.as_str().to_owned(),
            })
            .collect(),
        message: neutral(&finding.message),
        status: status(finding.standing),
        waiver: match finding.standing {
            Standing::Waived(number) => Some(number + 1),
            Standing::Open | Standing::Known => None,
        },
        overdue: finding.overdue.map(|overdue| overdue_entry(overdue.age)),
        due: finding.overdue.and_then(|overdue| overdue.due).map(day),
        fingerprint: finding.fingerprint.clone().filter(|_| tags.keyed),
        detector: identifier.map(|(detector, _, _)| neutral(detector)),
        tier: identifier.map(|(_, tier, _)| neutral(&tier.to_string())),
        span: identifier.map(|(_, _, (start, end))| [*start, *end]),
        person: finding.person.map(|person| Person {
            bearer: bearer(person.bearer),
            tag: (person.hash != 0).then(|| tags.shown(person.hash)),
        }),
    }
}

/// Who somebody is to a record.
pub(crate) fn bearer(bearer: finding::Bearer) -> Bearer {
    match bearer {
        finding::Bearer::OwnPatient => Bearer::OwnPatient,
        finding::Bearer::AnotherPatient => Bearer::AnotherPatient,
        finding::Bearer::SomePatient => Bearer::SomePatient,
        finding::Bearer::Staff => Bearer::Staff,
    }
}

/// How a finding stands.
pub(crate) fn status(standing: Standing) -> FindingStatus {
    match standing {
        Standing::Open => FindingStatus::Open,
        Standing::Waived(_) => FindingStatus::Waived,
        Standing::Known => FindingStatus::Baselined,
    }
}

/// How long something is overdue.
pub(crate) fn overdue_entry(age: finding::Age) -> Overdue {
    match age {
        finding::Age::Days30 => Overdue::Days30,
        finding::Age::Days60 => Overdue::Days60,
        finding::Age::Days90 => Overdue::Days90,
        finding::Age::Days180 => Overdue::Days180,
        finding::Age::Year => Overdue::Year,
        finding::Age::Over => Overdue::Over,
    }
}

/// Findings as a report shows them, their keys numbered in this order where no site key makes tags.
pub(crate) fn shown<'f>(
    findings: impl Iterator<Item = &'f finding::Finding>,
    keyed: bool,
) -> Vec<Finding> {
    let mut tags = Tags::new(keyed);
    findings.map(|finding| finding_entry(finding, &mut tags)).collect()
}

/// What stands for key values: keyed tags, or ordinals in the order in which the report shows them.
struct Tags {
    /// Whether hashes are keyed with the site's key.
    keyed: bool,
    /// The ordinals given so far; looked up only, never walked.
    ordinals: HashMap<u128, u64>,
}

impl Tags {
    /// None given yet.
    fn new(keyed: bool) -> Self {
        Self { keyed, ordinals: HashMap::new() }
    }

    /// What the report shows for the value.
    fn part(&mut self, tag: &finding::Tag) -> KeyPart {
        let shown = match &tag.revealed {
            Some(value) => value.as_str().to_owned(),
            None if tag.hash == 0 => Masked::missing().to_string(),
            None => self.shown(tag.hash),
        };
        KeyPart { field: neutral(&tag.field), tag: shown }
    }

    /// What stands for the value of a hash.
    fn shown(&mut self, hash: u128) -> String {
        if self.keyed {
            return tag_text(hash);
        }
        let next = u64::try_from(self.ordinals.len()).unwrap_or(u64::MAX).saturating_add(1);
        format!("#{}", self.ordinals.entry(hash).or_insert(next))
    }
}

/// The counts.
fn counts(counts: &finding::Counts) -> Counts {
    Counts {
        records: counts.records,
        not_applicable: counts.not_applicable,
        passed: counts.passed,
        violations: counts.violations,
        not_evaluable: counts.not_evaluable,
        pending: counts.pending,
        waived: counts.waived,
        baselined: counts.baselined,
        occurrences: counts.occurrences,
    }
}

/// The family.
fn family(family: rule::Family) -> Family {
    match family {
        rule::Family::Retention => Family::Retention,
        rule::Family::Confidentiality => Family::Confidentiality,
        rule::Family::Completeness => Family::Completeness,
    }
}

/// The severity.
pub(crate) fn severity(severity: rule::Severity) -> Severity {
    match severity {
        rule::Severity::Note => Severity::Note,
        rule::Severity::Warning => Severity::Warning,
        rule::Severity::Error => Severity::Error,
    }
}

/// A guideline.
pub(crate) fn guideline(citation: &rule::Citation) -> Guideline {
    let in_force = (citation.from.is_some() || citation.to.is_some())
        .then(|| InForce { from: citation.from.map(day), to: citation.to.map(day) });
    Guideline {
        cite: neutral(&citation.cite),
        authority: citation.authority.as_deref().map(neutral),
        confidence: match citation.confidence {
            rule::Confidence::Primary => Confidence::Primary,
            rule::Confidence::Secondary => Confidence::Secondary,
            rule::Confidence::Unverified => Confidence::Unverified,
            rule::Confidence::Computed => Confidence::Computed,
            rule::Confidence::Practice => Confidence::Practice,
        },
        url: citation.url.as_deref().map(neutral),
        text_as_of: citation.text_as_of.as_deref().map(neutral),
        in_force,
    }
}

/// The tolerance as it is written: `0.5%`, or a count.
pub(crate) fn tolerance(tolerance: Tolerance) -> String {
    match tolerance {
        Tolerance::Count(count) => count.to_string(),
        Tolerance::Share(millionths) => {
            let text = format!("{}.{:04}", millionths / 10_000, millionths % 10_000);
            format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
        }
    }
}

/// What the audit stands on.
fn provenance(inputs: &[Input], packs: &[rule::Pack], meta: Meta) -> Provenance {
    let shipped = rule::embedded();
    let layouts: BTreeSet<&str> =
        inputs.iter().filter_map(|input| input.layout.as_deref()).collect();
    let layouts: Vec<&str> = layouts.into_iter().collect();
    let digest = |digest: Digest| Digest { name: neutral(&digest.name), ..digest };
    let params = packs.iter().flat_map(|pack| {
        pack.params
            .iter()
            .map(|param| (format!("{}.{}", pack.name, param.name), neutral(&param.value)))
    });
    Provenance {
        layout: (!layouts.is_empty()).then(|| layouts.join(", ")),
        params: params.collect(),
        packs: packs.iter().map(|of| pack(of, &shipped)).collect(),
        packs_not_run: meta
            .packs_not_run
            .into_iter()
            .map(|pack| PackNotRun {
                pack: neutral(&pack.pack),
                title: neutral(&pack.title),
                reason: neutral(&pack.reason),
                flag: neutral(&pack.flag),
            })
            .collect(),
        layouts: meta.layouts.into_iter().map(digest).collect(),
        dictionary: digest(meta.dictionary),
        config: meta.config.map(digest),
        tailoring: meta
            .tailoring
            .into_iter()
            .map(|tailoring| Tailoring {
                rule: neutral(&tailoring.rule),
                change: neutral(&tailoring.change),
                reason: neutral(&tailoring.reason),
            })
            .collect(),
        site_patterns: meta
            .site_patterns
            .into_iter()
            .map(|pattern| SitePattern { title: neutral(&pattern.title), ..pattern })
            .collect(),
        allowances: meta
            .allowances
            .into_iter()
            .map(|allowance| Allowance { reason: neutral(&allowance.reason), ..allowance })
            .collect(),
        waivers: meta.waivers.map(|(file, excusing)| WaiverSource {
            name: neutral(&file.name),
            blake3: file.digest,
            applied: excusing == Excusing::Applied,
        }),
        tailoring_left_out: meta.tailoring_left_out,
        fingerprints: meta.fingerprints.map(|of| Fingerprints { name: neutral(&of.name), ..of }),
        selection: neutral(&meta.selection),
        masking: match meta.reveal {
            Reveal::Nothing => Masking::On,
            Reveal::Keys => Masking::KeysRevealed,
            Reveal::Values => Masking::ValuesRevealed,
        },
        fictional_report: meta.fictional_report,
        site_key: meta.site_key.is_some(),
        site_key_name: meta.site_key,
        time_zone: neutral(&meta.time_zone),
        facility: meta.facility.as_deref().map(neutral),
        jurisdictions: meta.jurisdictions.iter().map(|name| neutral(name)).collect(),
        release: meta.release.as_ref().and_then(|claim| release(claim, false)),
        release_manifest: meta.release_manifest.map(digest),
        fail_on: meta.policy.fail_on.name().to_owned(),
        not_checkable: packs
            .iter()
            .filter(|pack| !pack.not_checkable.is_empty())
            .map(|pack| NotCheckable {
                pack: pack.name.clone(),
                controls: pack.not_checkable.iter().map(|control| neutral(control)).collect(),
            })
            .collect(),
    }
}

/// A pack.
fn pack(pack: &rule::Pack, shipped: &[RuleText]) -> Pack {
    let comes_with_us =
        |rule: &CheckedRule| shipped.iter().any(|text| text.name == rule.declared.0);
    Pack {
        pack: neutral(&pack.name),
        title: neutral(&pack.title),
        version: neutral(&pack.version),
        blake3: pack.digest.clone(),
        shipped: !pack.rules.is_empty() && pack.rules.iter().all(comes_with_us),
        jurisdiction: pack.jurisdiction.as_deref().map(neutral),
        facility: pack.facility.as_deref().map(neutral),
        params: pack
            .params
            .iter()
            .map(|param| Param {
                name: neutral(&param.name),
                value: neutral(&param.value),
                unit: param.unit.as_deref().map(neutral),
                changed: param.changed,
            })
            .collect(),
    }
}

/// Everything added up.
pub(super) fn summary(inputs: &[Input], rules: &[Rule]) -> Summary {
    let mut counted = InputSummary::default();
    let mut records = Records::default();
    let mut bytes = 0_u64;
    for input in inputs {
        counted.total += 1;
        match input.fate {
            Fate::Read => counted.read += 1,
            Fate::Incomplete => counted.incomplete += 1,
            Fate::Refused => counted.refused += 1,
            Fate::Unrecognised => counted.unrecognised += 1,
        }
        bytes = bytes.saturating_add(input.bytes);
        records.read = records.read.saturating_add(input.records.read);
        records.kept = records.kept.saturating_add(input.records.kept);
        records.skipped = records.skipped.saturating_add(input.records.skipped);
        records.not_records = records.not_records.saturating_add(input.records.not_records);
    }
    Summary {
        inputs: counted,
        records,
        bytes,
        rules: add_up(rules.iter()),
        families: Family::ALL
            .into_iter()
            .map(|family| FamilySummary {
                family,
                rules: add_up(rules.iter().filter(|rule| rule.family == family)),
            })
            .collect(),
        severities: Severity::ALL
            .into_iter()
            .map(|severity| SeveritySummary {
                severity,
                rules: add_up(rules.iter().filter(|rule| rule.severity == severity)),
            })
            .collect(),
    }
}

/// How many of the rules went which way.
fn add_up<'a>(rules: impl Iterator<Item = &'a Rule>) -> RuleSummary {
    let mut sum = RuleSummary::default();
    for rule in rules {
        sum.total += 1;
        match rule.outcome {
            Outcome::Pass => sum.passed += 1,
            Outcome::Fail => sum.failed += 1,
            Outcome::Waived => sum.waived += 1,
            Outcome::Baselined => sum.baselined += 1,
            Outcome::Pending => sum.pending += 1,
            Outcome::NotEvaluated => sum.not_evaluated += 1,
            Outcome::NotApplicable => sum.not_applicable += 1,
            Outcome::Off => sum.off += 1,
        }
        sum.violations = sum.violations.saturating_add(rule.counts.violations);
        sum.open_violations = sum.open_violations.saturating_add(open(&rule.counts));
        sum.not_evaluable = sum.not_evaluable.saturating_add(rule.counts.not_evaluable);
    }
    sum
}

/// The day as it is written: `2026-11-22`.
pub(crate) fn day(date: Date) -> String {
    let span = jiff::Span::new().try_days(date.0);
    match span.and_then(|span| jiff::civil::date(1970, 1, 1).checked_add(span)) {
        Ok(date) => date.to_string(),
        Err(_) => "(no day of the calendar)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, any, prop, proptest};

    use crate::finding::{
        InputFate, IssueClass, Masked, NotEvaluated, Outcome, Reveal, RuleOutcome, Scan, Tag,
    };
    use crate::report::json::assert_published;
    use crate::report::json::v1::{Fate, Masking, ReasonCode, Report, RuleSummary};
    use crate::report::{AssembleInput, ExitReason, FailOn, Meta, Policy, Verdict, sample};
    use crate::rule::{CheckedRule, Family, Severity, Tolerance};
    use crate::value::Date;

    /// The report of a scan with the sample's rules.
    fn assemble(scan: &Scan, meta: Meta) -> Report {
        let pack = sample::pack();
        let rules: Vec<&CheckedRule> = pack.rules.iter().collect();
        let packs = std::slice::from_ref(&pack);
        let report = Report::assemble(AssembleInput { scan, packs, rules: &rules, meta });
        assert_published(&report);
        report
    }

    /// The sample scan with whole inputs, and every rule passing.
    fn clean() -> Scan {
        Scan {
            inputs: vec![sample::input("encounters.csv", "encounters", 5)],
            rules: (0..10)
                .map(|rule| sample::result(rule, Outcome::Pass, [0, 5, 0, 0, 0]))
                .collect(),
            interrupted: false,
        }
    }

    fn with_policy(policy: Policy) -> Meta {
        Meta { policy, ..sample::meta() }
    }

    #[test]
    fn inputs_are_sorted_and_named() {
        let report = sample::report();
        let paths: Vec<&str> = report.inputs.iter().map(|input| input.path.as_str()).collect();
        assert_eq!(
            paths,
            ["encounters.csv", "notes/2026-01.csv", "old/report.csv", "zz/readme.csv"]
        );
        assert_eq!(report.inputs[2].fate, Fate::Refused);
        assert_eq!(report.provenance.layout.as_deref(), Some("generic"));
        assert_eq!(report.as_of, "2026-11-22");
        assert_eq!(report.summary.records.skipped, 3);
        assert_eq!(report.summary.inputs.total, 4);
    }

    #[test]
    fn headers_that_may_be_values_are_masked() {
        let report = sample::report();
        assert_eq!(report.inputs[0].unbound, ["BASE_COST", "PAYER", "▒▒▒▒▒ (10 chars)"]);
        assert_eq!(report.inputs[3].unbound, ["▒▒▒▒▒ (11 chars)"], "of an unrecognised file");
    }

    #[test]
    fn tags_are_ordinals_without_a_site_key() {
        let report = sample::report();
        let tag =
            |rule: usize, finding: usize| report.rules[rule].findings[finding].key[0].tag.clone();
        assert_eq!([tag(0, 0), tag(0, 1), tag(0, 2)], ["#1", "#2", "#3"]);
        assert_eq!([tag(2, 0), tag(2, 1)], ["#1", "#1"], "one value, one ordinal");
        let none = |report: &Report| {
            report
                .rules
                .iter()
                .flat_map(|rule| &rule.findings)
                .all(|found| found.fingerprint.is_none())
        };
        assert!(none(&report), "fingerprints of one run are worth nothing");
    }

    #[test]
    fn tags_are_keyed_with_a_site_key_and_clear_when_revealed() {
        let meta =
            Meta { site_key: Some("kq7d-2fhm".to_owned()), reveal: Reveal::Keys, ..sample::meta() };
        let mut scan = sample::scan();
        scan.rules[0].findings[0].key[0].revealed = Some(Masked::revealed(b"E9", Reveal::Keys));
        scan.rules[0].findings[1].key.push(Tag { field: "x".to_owned(), hash: 0, revealed: None });
        let report = assemble(&scan, meta);
        let findings = &report.rules[0].findings;
        assert_eq!(findings[0].key[0].tag, "E9");
        assert_eq!(findings[1].key[0].tag.len(), 9);
        assert_eq!(findings[1].key[1].tag, "(missing)");
        assert!(findings[0].fingerprint.is_some());
        assert_eq!(report.provenance.masking, Masking::KeysRevealed);
    }

    #[test]
    fn findings_left_out_are_counted() {
        let report = sample::report();
        assert_eq!(report.rules[0].findings_omitted, 1_045);
        assert_eq!(
            report.rules[3].findings_omitted, 37,
            "two identifiers in a record are two findings"
        );
    }

    #[test]
    fn the_sample_is_incomplete() {
        let report = sample::report();
        assert_eq!((report.verdict, report.exit_code), (Verdict::Incomplete, 3));
        assert_eq!(
            report.incomplete_reasons,
            [
                "3 records of `encounters.csv` were skipped",
                "`old/report.csv` could not be read",
                "`zz/readme.csv` was not recognised as any record set"
            ]
        );
    }

    #[test]
    fn a_clean_scan_passes() {
        check(&clean(), Policy::default(), Verdict::Pass, 0);
    }

    #[test]
    fn failing_rules_count_from_the_threshold_on() {
        let mut scan = clean();
        scan.rules[1] = sample::result(1, Outcome::Fail, [0, 4, 1, 0, 0]);
        check(&scan, Policy::default(), Verdict::Pass, 0);
        let warning = Policy { fail_on: FailOn::Warning, ..Policy::default() };
        check(&scan, warning, Verdict::Fail, 1);
    }

    #[test]
    fn nothing_evaluated_is_no_pass() {
        let mut scan = clean();
        scan.inputs[0].tally.kept = 0;
        check(&scan, Policy::default(), Verdict::Empty, 4);
        check(&scan, Policy { allow_empty: true, ..Policy::default() }, Verdict::Empty, 0);
        scan.inputs.clear();
        check(&scan, Policy::default(), Verdict::Empty, 4);
        let mut scan = clean();
        for result in &mut scan.rules {
            result.outcome = Outcome::NotApplicable;
        }
        check(&scan, Policy::default(), Verdict::Empty, 4);
    }

    #[test]
    fn skipped_records_are_allowed_up_to_the_limit() {
        let mut scan = clean();
        scan.inputs[0].fate = InputFate::Incomplete;
        scan.inputs[0].tally.skipped = 2;
        check(&scan, Policy::default(), Verdict::Incomplete, 3);
        let most = |most| Policy {
            max_skipped: vec![("encounters".to_owned(), most)],
            ..Policy::default()
        };
        check(&scan, most(Tolerance::Count(2)), Verdict::Pass, 0);
        check(&scan, most(Tolerance::Count(1)), Verdict::Incomplete, 3);
        scan.inputs[0].tally.records = 400;
        check(&scan, most(Tolerance::Share(5_000)), Verdict::Pass, 0);
        check(&scan, most(Tolerance::Share(4_999)), Verdict::Incomplete, 3);
        let log = sample::scan().inputs[2].issues.clone();
        let mut cut = log.by_code.values().next().unwrap().first[0].clone();
        cut.code = crate::finding::IssueCode("read/truncated");
        scan.inputs[0].issues.add(cut);
        check(&scan, most(Tolerance::Count(2)), Verdict::Incomplete, 3);
    }

    #[test]
    fn tables_that_nobody_recognises_are_gaps() {
        let mut scan = clean();
        let mut other = sample::input("notes.yaml", "", 0);
        other.fate = InputFate::Unrecognised;
        other.record_set = None;
        let mut table = other.clone();
        "patients-2.csv".clone_into(&mut table.path);
        other.issues.add(sample::issue("read/other-file", IssueClass::Noted, 1, "no table"));
        scan.inputs.push(other);
        check(&scan, Policy::default(), Verdict::Pass, 0);
        table.issues.add(sample::issue("read/header-not-found", IssueClass::Refused, 1, "unknown"));
        scan.inputs.push(table);
        check(&scan, Policy::default(), Verdict::Incomplete, 3);
        check(&scan, Policy { allow_empty: true, ..Policy::default() }, Verdict::Incomplete, 3);
        let report = assemble(&scan, sample::meta());
        assert_eq!(
            report.incomplete_reasons,
            ["`patients-2.csv` was not recognised as any record set"]
        );
    }

    #[test]
    fn a_file_under_two_names_is_a_gap_with_its_remedy() {
        let mut scan = clean();
        let mut twin = scan.inputs[0].clone();
        let mut issue =
            sample::scan().inputs[2].issues.by_code.values().next().unwrap().first[0].clone();
        issue.code = crate::finding::IssueCode("read/duplicate-input");
        issue.class = IssueClass::Refused;
        twin.fate = InputFate::Refused;
        twin.issues.add(issue.clone());
        scan.inputs.push(twin);
        check(&scan, Policy::default(), Verdict::Incomplete, 3);
        let reasons = assemble(&scan, sample::meta()).incomplete_reasons;
        assert!(reasons[0].ends_with("remove one of them"), "{reasons:?}");
        issue.code = crate::finding::IssueCode("read/wrong-format");
        scan.inputs[1].issues.add(issue);
        check(&scan, Policy::default(), Verdict::Incomplete, 3);
    }

    #[test]
    fn what_is_expected_must_be_there() {
        let expect = |set: &str| Policy { expect: vec![set.to_owned()], ..Policy::default() };
        check(&clean(), expect("encounters"), Verdict::Pass, 0);
        check(&clean(), expect("patients"), Verdict::Incomplete, 3);
    }

    #[test]
    fn rules_asked_for_must_run() {
        let mut scan = clean();
        let absent = NotEvaluated::RecordSetAbsent("access_log".to_owned());
        scan.rules[4] = sample::result(4, Outcome::NotEvaluated(absent), [0; 5]);
        check(&scan, Policy::default(), Verdict::Pass, 0);
        for id in [
            "confidentiality/access-after-leaving",
            "us-hospital:confidentiality/access-after-leaving",
        ] {
            let policy = Policy { must_run: vec![id.to_owned()], ..Policy::default() };
            check(&scan, policy, Verdict::Incomplete, 3);
        }
        let policy =
            Policy { must_run: vec!["retention/kept-too-long".to_owned()], ..Policy::default() };
        check(&scan, policy, Verdict::Pass, 0);
    }

    #[test]
    fn too_much_not_evaluable_is_incomplete() {
        let mut scan = clean();
        scan.rules[0] = sample::result(0, Outcome::Pass, [100, 8, 0, 2, 0]);
        check(&scan, Policy::default(), Verdict::Pass, 0);
        for (limit, code) in [
            (Tolerance::Count(2), 0),
            (Tolerance::Count(1), 3),
            (Tolerance::Share(200_000), 0),
            (Tolerance::Share(199_999), 3),
        ] {
            let policy = Policy { max_not_evaluable: Some(limit), ..Policy::default() };
            let verdict = if code == 0 { Verdict::Pass } else { Verdict::Incomplete };
            check(&scan, policy, verdict, code);
        }
    }

    #[test]
    fn what_cannot_be_decided_says_why() {
        let mut scan = clean();
        let undecidable = Outcome::NotEvaluated(NotEvaluated::Undecidable);
        scan.rules[0] = sample::result(0, undecidable, [0, 0, 0, 5, 0]);
        scan.rules[0].unit = crate::finding::Unit::Group;
        let reason = |scan: &Scan| assemble(scan, sample::meta()).rules[0].reason.clone().unwrap();
        assert_eq!(reason(&scan), "no group to which it may apply could be judged");
        scan.rules[0].not_evaluable_reasons = vec![("nothing to divide by".to_owned(), 5)];
        assert_eq!(reason(&scan), "no group could be judged: nothing to divide by");
        scan.rules[0].not_evaluable_reasons =
            vec![("`a` is missing".to_owned(), 1), ("nothing to divide by".to_owned(), 4)];
        let several = "no group could be judged: nothing to divide by, and other reasons";
        assert_eq!(reason(&scan), several);
    }

    #[test]
    fn faults_of_ours_are_no_pass() {
        let mut scan = clean();
        scan.rules[3].counts.passed += 1;
        check(&scan, Policy::default(), Verdict::Incomplete, 70);
        let mut scan = clean();
        scan.rules.remove(3);
        check(&scan, Policy::default(), Verdict::Incomplete, 70);
        scan.interrupted = true;
        check(&scan, Policy::default(), Verdict::Incomplete, 130);
        let reasons = assemble(&scan, sample::meta()).incomplete_reasons;
        assert!(reasons[0].contains("interrupted"), "{reasons:?}");
    }

    #[test]
    fn a_later_reason_replaces_a_lesser_one() {
        let mut report = assemble(&clean(), sample::meta());
        report.end_with(&ExitReason::Write);
        assert_eq!(
            (report.verdict, report.exit_code, report.incomplete),
            (Verdict::Incomplete, 74, true)
        );
        assert_eq!(report.incomplete_reasons, ["a report could not be written"]);
        report.end_with(&ExitReason::Clean { below: 0 });
        assert_eq!(report.exit_code, 74);
        report.end_with(&ExitReason::Interrupted);
        assert_eq!(report.exit_code, 130);
    }

    #[track_caller]
    fn check(scan: &Scan, policy: Policy, verdict: Verdict, code: u8) {
        let report = assemble(scan, with_policy(policy));
        assert_eq!((report.verdict, report.exit_code), (verdict, code), "{}", report.exit_reason);
    }

    #[test]
    fn days_are_written_as_in_law() {
        assert_eq!(super::day(Date(20_779)), "2026-11-22");
        assert_eq!(super::day(Date::MIN), "0001-01-01");
        assert_eq!(super::day(Date::MAX), "9999-12-31");
        assert_eq!(super::day(Date(i32::MAX)), "(no day of the calendar)");
    }

    #[test]
    fn tolerances_are_written_as_in_rules() {
        for (tolerance, text) in [
            (Tolerance::Count(3), "3"),
            (Tolerance::Share(5_000), "0.5%"),
            (Tolerance::Share(100_000), "10%"),
            (Tolerance::Share(1), "0.0001%"),
        ] {
            assert_eq!(super::tolerance(tolerance), text);
        }
    }

    fn outcomes() -> impl Strategy<Value = Outcome> {
        prop::sample::select(vec![
            Outcome::Pass,
            Outcome::Fail,
            Outcome::Waived,
            Outcome::Baselined,
            Outcome::Pending,
            Outcome::NotApplicable,
            Outcome::NotEvaluated(NotEvaluated::Undecidable),
            Outcome::Off("because".to_owned()),
        ])
    }

    fn results() -> impl Strategy<Value = Vec<RuleOutcome>> {
        let result = (0..12_u32, outcomes(), any::<[u32; 5]>())
            .prop_map(|(rule, outcome, parts)| sample::result(rule, outcome, parts.map(u64::from)));
        prop::collection::vec(result, 0..16)
    }

    proptest! {
        #[test]
        fn everything_adds_up(results in results(), plan in prop::collection::vec((0..3_usize, 0..3_usize), 0..12)) {
            let families = [Family::Retention, Family::Confidentiality, Family::Completeness];
            let severities = [Severity::Note, Severity::Warning, Severity::Error];
            let rules: Vec<CheckedRule> = plan
                .iter()
                .enumerate()
                .map(|(number, (family, severity))| {
                    sample::rule(families[*family], &format!("r{number}"), severities[*severity], "title")
                })
                .collect();
            let rules: Vec<&CheckedRule> = rules.iter().collect();
            let scan = Scan { rules: results, ..clean() };
            let report = Report::assemble(AssembleInput { scan: &scan, packs: &[], rules: &rules, meta: sample::meta() });

            let ids: Vec<&str> = report.rules.iter().map(|rule| rule.id.as_str()).collect();
            let planned: Vec<&str> = rules.iter().map(|rule| rule.id.text.as_str()).collect();
            assert_eq!(ids, planned, "every rule once, in the order of the plan");
            for rule in &report.rules {
                let counts = rule.counts;
                let sum = counts.not_applicable + counts.passed + counts.violations + counts.not_evaluable + counts.pending;
                assert_eq!(counts.records, sum);
            }
            let whole = report.summary.rules;
            assert_eq!(whole.total, u64::try_from(rules.len()).unwrap());
            let parts = [whole.passed, whole.failed, whole.waived, whole.baselined, whole.pending,
                whole.not_evaluated, whole.not_applicable, whole.off];
            assert_eq!(parts.iter().sum::<u64>(), whole.total);
            let figures: [fn(&RuleSummary) -> u64; 4] = [
                |sum| sum.total,
                |sum| sum.violations,
                |sum| sum.failed,
                |sum| sum.not_evaluable,
            ];
            for of in figures {
                let families: u64 = report.summary.families.iter().map(|family| of(&family.rules)).sum();
                let severities: u64 = report.summary.severities.iter().map(|severity| of(&severity.rules)).sum();
                assert_eq!((families, severities), (of(&whole), of(&whole)));
            }
            let without = report.rules.iter().filter(|rule| rule.reason_code == Some(ReasonCode::NoResult)).count();
            let sound = without == 0 && super::each_once(&scan, rules.len());
            assert_eq!(sound, report.exit_code != 70, "a missing or doubled result is never a pass");
            let again = Report::assemble(AssembleInput { scan: &scan, packs: &[], rules: &rules, meta: sample::meta() });
            assert_eq!(report.to_json().unwrap(), again.to_json().unwrap());
        }
    }
}
