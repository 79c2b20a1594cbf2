//! The audit as a code quality report of GitLab.
//!
//! GitLab shows what stands in the report of a branch and not in that of its target, by fingerprint, and drops an entry
//! whose fingerprint it has seen. So a rule has an entry a file, with a fingerprint that holds neither lines nor
//! counts. It knows no passed checks: rules that are not violated stand together in one entry an outcome, whose
//! fingerprint never changes, so that no merge request shows it.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::finding::neutral;
use crate::report::ReportError;
use crate::report::json::v1::{Fate, FileCount, Outcome, Report, Rule, Severity};
use crate::report::phrase;
use crate::report::role::Roles;
use crate::report::screen::{counted, length, number};
use crate::report::waiver;

/// Entries that are written; the others are counted.
const ENTRIES: usize = 5_000;
/// How many characters a description has at most, lists of rules aside.
const TEXT: usize = 2_000;

/// One entry.
#[derive(Serialize)]
struct Entry {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u64,
}

/// The report as JSON.
///
/// # Errors
/// Never; the writer's error is passed on all the same.
pub(crate) fn render(report: &Report) -> Result<String, ReportError> {
    let roles = Roles::of(&report.inputs);
    // Entries about the audit belong to no file; GitLab wants one.
    let somewhere = report.inputs.first().map_or("chartaudit.yaml", |input| input.path.as_str());
    let mut entries = Vec::new();
    for (nth, reason) in report.incomplete_reasons.iter().enumerate() {
        let fingerprint = roles.fingerprint("audit/incomplete", None, &nth.to_string());
        let description = format!("The audit is incomplete: {reason}");
        entries.push(entry(
            "audit/incomplete",
            &description,
            fingerprint,
            "blocker",
            (somewhere, 1),
        ));
    }
    for input in report.inputs.iter().filter(|input| input.fate != Fate::Read) {
        let (name, words) = match input.fate {
            Fate::Incomplete => ("input/incomplete", "was read in part"),
            Fate::Unrecognised => ("input/unrecognised", "was not recognised as any record set"),
            Fate::Read | Fate::Refused => ("input/refused", "was not read"),
        };
        let why = input.problems.iter().filter_map(|problem| problem.first.first());
        let why: Vec<&str> = why.map(|place| place.detail.as_str()).take(3).collect();
        let description = format!("{} {words}: {}", input.path, why.join("; "));
        let fingerprint = roles.fingerprint(name, Some(&input.path), "");
        entries.push(entry(name, &description, fingerprint, "major", (&input.path, 1)));
    }
    let mut rules: Vec<&Rule> = report.rules.iter().collect();
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.severity));
    for rule in rules.into_iter().filter(|rule| rule.outcome == Outcome::Fail) {
        violated(&mut entries, &roles, rule, somewhere);
    }
    let register = report.provenance.waivers.as_ref().map_or("waivers.yaml", |of| &of.name);
    for noted in waiver::noted(report) {
        let name = format!("waiver/{}", noted.state.words().replace(' ', "-"));
        let fingerprint =
            roles.fingerprint(&name, None, &format!("{} {}", noted.number, noted.rule));
        let (words, place) = (waiver::sentence(noted), (register, noted.line.number));
        entries.push(entry(&name, &words, fingerprint, "minor", place));
    }
    let mut seen = BTreeSet::new();
    entries.retain(|entry| seen.insert(entry.fingerprint.clone()));
    if entries.len() > ENTRIES {
        let left = counted(length(&entries[ENTRIES..]), "more entry is", "more entries are");
        entries.truncate(ENTRIES);
        let description = format!("{left} not in this file; the JSON report has them");
        let fingerprint = roles.fingerprint("report/truncated", None, "");
        entries.push(entry("report/truncated", &description, fingerprint, "major", (somewhere, 1)));
    }
    for outcome in OUTCOMES {
        let rules: Vec<&Rule> =
            report.rules.iter().filter(|rule| rule.outcome == outcome).collect();
        if rules.is_empty() {
            continue;
        }
        let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        let name = format!("rules/{}", phrase::outcome(outcome).replace(' ', "-"));
        let description = format!(
            "{}, outcome {}: {}",
            counted(length(&rules), "rule", "rules"),
            phrase::outcome(outcome),
            ids.join(", ")
        );
        entries.push(Entry {
            description: neutral(&description),
            ..entry(&name, "", roles.fingerprint(&name, None, ""), "info", (somewhere, 1))
        });
    }
    let mut text = serde_json::to_string_pretty(&entries).map_err(|_| ReportError::NotWritten)?;
    text.push('\n');
    Ok(text)
}

/// Outcomes whose rules stand together.
const OUTCOMES: [Outcome; 7] = [
    Outcome::NotEvaluated,
    Outcome::Waived,
    Outcome::Baselined,
    Outcome::Pending,
    Outcome::Off,
    Outcome::NotApplicable,
    Outcome::Pass,
];

/// The entries of a rule that is violated: one a file, or one where files are not told apart.
fn violated(entries: &mut Vec<Entry>, roles: &Roles<'_>, rule: &Rule, somewhere: &str) {
    let severity = match rule.severity {
        Severity::Error => "critical",
        Severity::Warning => "major",
        Severity::Note => "minor",
    };
    let about = format!("{}: {}", rule.title, phrase::told(rule));
    let unjudged = phrase::unjudged(rule).map_or_else(String::new, |words| format!("; {words}"));
    let cites = match phrase::citations(rule) {
        cites if cites.is_empty() => cites,
        cites => format!(" ({cites})"),
    };
    if rule.files.is_empty() {
        let file = rule.findings.iter().find_map(|finding| finding.file.as_deref());
        let description = format!("{about}{unjudged}{cites}");
        let fingerprint = roles.fingerprint(&rule.id, None, "");
        let place = (file.unwrap_or(somewhere), 1);
        entries.push(entry(&rule.id, &description, fingerprint, severity, place));
        return;
    }
    // The report of a branch holds what is open; what is excused is told with the rule.
    let open = |count: &&FileCount| count.open() > 0;
    for (nth, count) in rule.files.iter().filter(open).enumerate() {
        let here =
            rule.findings.iter().filter(|finding| finding.file.as_ref() == Some(&count.file));
        let line = here.filter_map(|finding| finding.line).min().unwrap_or(1);
        let mut description = format!("{about}; {} in this file{unjudged}", number(count.open()));
        if nth == 0 && rule.files_omitted > 0 {
            let more = counted(rule.files_omitted, "more file has", "more files have");
            description.push_str(&format!("; {more} no entry"));
        }
        description.push_str(&cites);
        let fingerprint = roles.fingerprint(&rule.id, Some(&count.file), "");
        entries.push(entry(&rule.id, &description, fingerprint, severity, (&count.file, line)));
    }
}

/// An entry.
fn entry(
    check_name: &str,
    description: &str,
    fingerprint: String,
    severity: &'static str,
    (path, line): (&str, u64),
) -> Entry {
    Entry {
        description: neutral(&phrase::cut(description, TEXT)),
        check_name: neutral(check_name),
        fingerprint,
        severity,
        location: Location {
            path: neutral(path.trim_start_matches("./")),
            lines: Lines { begin: line.max(1) },
        },
    }
}
