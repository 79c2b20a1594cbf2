//! The audit as a JUnit report, in the dialect that Jenkins and GitLab read.
//!
//! A test case is a rule, so that its name stays the same from export to export. A rule fails its case only if it
//! fails gravely enough for the exit code; what could not be judged is skipped, and an error where it had to be judged.
//! Cases about the audit itself are errors whenever the exit code says that nothing can be certified, so that the
//! report is never greener than the run. The few elements are written here: a writer of XML would be more code than
//! they are.

use std::collections::BTreeSet;

use crate::finding::neutral;
use crate::report::json::v1::{Family, Fate, Input, Outcome, Report, Rule, Verdict};
use crate::report::phrase;
use crate::report::screen::{counted, length, number};
use crate::report::waiver;

/// How many inputs have a case of their own; GitLab refuses files of 30 MB.
const INPUTS: usize = 1_000;
/// How many characters a message or a text has at most.
const TEXT: usize = 4_000;

/// One test case.
struct Case {
    class: &'static str,
    name: String,
    ending: Ending,
}

/// How a case ended.
enum Ending {
    /// It passed, with something to say or not.
    Passed(String),
    /// It was left out.
    Skipped { why: &'static str, message: String },
    /// What was tested does not hold.
    Failed { severity: &'static str, message: String, text: String },
    /// It could not be tested, and had to be.
    Error { why: &'static str, message: String },
}

/// The report as JUnit XML.
pub(crate) fn render(report: &Report) -> String {
    let mut suites = vec![("chartaudit.audit", audit(report))];
    for family in Family::ALL {
        let rules = report.rules.iter().filter(|rule| rule.family == family);
        suites.push((class(family), rules.map(|rule| rule_case(report, rule)).collect()));
    }
    suites.retain(|(_, cases): &(_, Vec<Case>)| !cases.is_empty());
    let all = || suites.iter().flat_map(|(_, cases)| cases);
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.push_str(&format!("<testsuites name=\"chartaudit\"{}>\n", totals(all())));
    for (name, cases) in &suites {
        suite(&mut xml, report, name, cases);
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// How many cases there are, and how many ended badly.
fn totals<'c>(cases: impl Iterator<Item = &'c Case>) -> String {
    let (mut tests, mut failures, mut errors) = (0_u64, 0_u64, 0_u64);
    for case in cases {
        tests += 1;
        failures += u64::from(matches!(case.ending, Ending::Failed { .. }));
        errors += u64::from(matches!(case.ending, Ending::Error { .. }));
    }
    format!(" tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\"")
}

/// One suite.
fn suite(xml: &mut String, report: &Report, name: &str, cases: &[Case]) {
    let skipped = cases.iter().filter(|case| matches!(case.ending, Ending::Skipped { .. })).count();
    xml.push_str(&format!(
        "  <testsuite name=\"{name}\"{} skipped=\"{skipped}\">\n",
        totals(cases.iter())
    ));
    if name == "chartaudit.audit" {
        properties(xml, report);
    }
    for case in cases {
        xml.push_str(&format!(
            "    <testcase classname=\"{}\" name=\"{}\"",
            case.class,
            escaped(&case.name)
        ));
        match &case.ending {
            Ending::Passed(said) if said.is_empty() => {
                xml.push_str("/>\n");
                continue;
            }
            Ending::Passed(said) => {
                xml.push_str(&format!(">\n      <system-out>{}</system-out>\n", escaped(said)));
            }
            Ending::Skipped { why, message } => element(xml, "skipped", why, message, ""),
            Ending::Failed { severity, message, text } => {
                element(xml, "failure", severity, message, text);
            }
            Ending::Error { why, message } => element(xml, "error", why, message, ""),
        }
        xml.push_str("    </testcase>\n");
    }
    xml.push_str("  </testsuite>\n");
}

/// The element that says how a case ended.
fn element(xml: &mut String, name: &str, kind: &str, message: &str, text: &str) {
    xml.push_str(&format!(
        ">\n      <{name} type=\"{kind}\" message=\"{}\"",
        escaped(&phrase::cut(message, TEXT))
    ));
    if text.is_empty() {
        xml.push_str("/>\n");
    } else {
        let lines: Vec<String> = text.lines().map(escaped).collect();
        xml.push_str(&format!(">{}</{name}>\n", lines.join("\n")));
    }
}

/// What the audit stands on.
fn properties(xml: &mut String, report: &Report) {
    let provenance = &report.provenance;
    let mut all = vec![
        ("version".to_owned(), report.tool.version.clone()),
        ("as-of".to_owned(), report.as_of.clone()),
        ("exit-code".to_owned(), report.exit_code.to_string()),
        ("exit-reason".to_owned(), report.exit_reason.clone()),
        ("selection".to_owned(), provenance.selection.clone()),
        ("fail-on".to_owned(), provenance.fail_on.clone()),
        ("masking".to_owned(), phrase::masking(report).to_owned()),
        ("notice".to_owned(), report.notice.clone()),
    ];
    all.extend(provenance.facility.iter().map(|name| ("facility".to_owned(), name.clone())));
    all.extend(provenance.packs.iter().map(|pack| {
        (format!("pack {}", pack.pack), format!("{} blake3:{}", pack.version, pack.blake3))
    }));
    all.retain(|(_, value)| !value.is_empty());
    xml.push_str("    <properties>\n");
    for (name, value) in all {
        xml.push_str(&format!(
            "      <property name=\"{}\" value=\"{}\"/>\n",
            escaped(&name),
            escaped(&phrase::cut(&value, TEXT))
        ));
    }
    xml.push_str("    </properties>\n");
}

/// The cases about the audit itself: whether it is complete, and how each input was read.
fn audit(report: &Report) -> Vec<Case> {
    let class = "chartaudit.audit";
    let reasons = report.incomplete_reasons.join("; ");
    let result = match report.verdict {
        Verdict::Incomplete => {
            let message = if reasons.is_empty() { report.exit_reason.clone() } else { reasons };
            Ending::Error { why: "incomplete", message }
        }
        Verdict::Empty if report.exit_code != 0 => {
            Ending::Error { why: "nothing-evaluated", message: report.exit_reason.clone() }
        }
        _ => Ending::Passed(String::new()),
    };
    let mut cases = vec![Case { class, name: "the audit is complete".to_owned(), ending: result }];
    if report.provenance.waivers.as_ref().is_some_and(|source| source.applied) {
        let name = "the waivers are current".to_owned();
        cases.push(Case { class, name, ending: current(report) });
    }
    let mut inputs: Vec<&Input> = report.inputs.iter().collect();
    inputs.sort_by_key(|input| input.fate == Fate::Read);
    let mut names = BTreeSet::new();
    for input in inputs.iter().take(INPUTS) {
        let mut name = format!("input {}", input.path);
        let mut nth = 1_u32;
        while !names.insert(name.clone()) {
            nth += 1;
            name = format!("input {} ({nth})", input.path);
        }
        cases.push(Case { class, name, ending: input_result(input) });
    }
    if inputs.len() > INPUTS {
        let left = length(&inputs[INPUTS..]);
        let read = inputs[INPUTS..].iter().filter(|input| input.fate == Fate::Read).count();
        let said = format!(
            "{} more are in the JSON report; {read} of them were read to their end",
            counted(left, "input", "inputs")
        );
        let result = Ending::Skipped { why: "too-many", message: said };
        cases.push(Case {
            class,
            name: "inputs without a case of their own".to_owned(),
            ending: result,
        });
    }
    cases
}

/// Whether somebody has to renew a waiver, or to strike it out.
fn current(report: &Report) -> Ending {
    let noted: Vec<String> = waiver::noted(report).into_iter().map(waiver::sentence).collect();
    let message = noted.join("; ");
    match (noted.is_empty(), report.exit_code) {
        (true, _) => Ending::Passed(String::new()),
        (false, 6) => Ending::Failed { severity: "stale", message, text: noted.join("\n") },
        (false, _) => Ending::Skipped { why: "stale", message },
    }
}

/// How an input was read. Whether that makes the audit incomplete is the matter of the case about that.
fn input_result(input: &Input) -> Ending {
    let mut said: Vec<String> = input
        .problems
        .iter()
        .map(|problem| match problem.first.first() {
            Some(place) => {
                format!("{} ({}): {}", problem.code, number(problem.count), place.detail)
            }
            None => format!("{} ({})", problem.code, number(problem.count)),
        })
        .collect();
    let records = counted(input.records.kept, "record was read", "records were read");
    match input.fate {
        Fate::Read => Ending::Passed(phrase::cut(&said.join("; "), TEXT)),
        Fate::Incomplete => {
            said.insert(0, format!("{records}, {} skipped", number(input.records.skipped)));
            Ending::Skipped { why: "incomplete", message: said.join("; ") }
        }
        Fate::Refused => {
            said.insert(0, "not read".to_owned());
            Ending::Skipped { why: "refused", message: said.join("; ") }
        }
        Fate::Unrecognised => {
            said.insert(0, "no record set claims it".to_owned());
            Ending::Skipped { why: "unrecognised", message: said.join("; ") }
        }
    }
}

/// The case of a rule.
fn rule_case(report: &Report, rule: &Rule) -> Case {
    let message = phrase::told(rule);
    let result = match rule.outcome {
        Outcome::Fail if phrase::counts_against(report, rule) => {
            Ending::Failed { severity: rule.severity.name(), message, text: text(rule) }
        }
        Outcome::Fail => Ending::Skipped {
            why: "below-fail-on",
            message: format!("{} at `{}`: {message}", rule.title, rule.severity.name()),
        },
        Outcome::NotEvaluated | Outcome::Off if rule.required => {
            Ending::Error { why: "not-evaluated", message }
        }
        Outcome::NotEvaluated => Ending::Skipped { why: "not-evaluated", message },
        Outcome::Off => Ending::Skipped { why: "off", message },
        Outcome::Waived => Ending::Skipped { why: "waived", message },
        Outcome::Baselined => Ending::Skipped { why: "baselined", message },
        Outcome::Pending => Ending::Skipped { why: "pending", message },
        Outcome::NotApplicable => Ending::Skipped { why: "not-applicable", message },
        Outcome::Pass => {
            let tolerated = (rule.counts.violations > 0).then_some(message);
            let said = tolerated.into_iter().chain(phrase::unjudged(rule));
            Ending::Passed(said.collect::<Vec<_>>().join("; "))
        }
    };
    Case { class: class(rule.family), name: rule.id.clone(), ending: result }
}

/// What a person reads of a failing rule.
fn text(rule: &Rule) -> String {
    let mut lines = vec![rule.title.clone()];
    let mut add = |lead: &str, words: Option<String>| {
        lines.extend(words.filter(|words| !words.is_empty()).map(|words| format!("{lead}{words}")));
    };
    add("Guideline: ", Some(phrase::citations(rule)));
    add("Why: ", rule.because.clone());
    add("Remedy: ", rule.remedy.clone());
    add("Files: ", Some(phrase::files(rule)));
    add("", phrase::unjudged(rule));
    for finding in &rule.findings {
        add("- ", Some(phrase::finding(finding)));
    }
    if rule.findings_omitted > 0 {
        add("- and ", Some(counted(rule.findings_omitted, "more finding", "more findings")));
    }
    let mut lines: Vec<String> =
        lines.iter().map(|line| neutral(&phrase::cut(line, TEXT))).collect();
    lines.insert(0, String::new());
    lines.join("\n")
}

/// The class of a family's cases.
fn class(family: Family) -> &'static str {
    match family {
        Family::Retention => "chartaudit.retention",
        Family::Confidentiality => "chartaudit.confidentiality",
        Family::Completeness => "chartaudit.completeness",
    }
}

/// The text as content or an attribute, on one line and without a character that XML does not know.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in neutral(text).chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            other => safe.push(other),
        }
    }
    safe
}
