//! The audit read aloud: for screen readers and braille lines.
//!
//! One sentence a line, in the order in which a listener needs them: the verdict, what to do next, then part after part,
//! each announced with its number and its count. No columns, no drawn lines, no colours, no signs that are spelled out.

use std::collections::BTreeMap;

use crate::finding::neutral;
use crate::report::json::v1::{Fate, Outcome, ProblemClass, Report, Rule, RuleSummary, Verdict};
use crate::report::phrase;
use crate::report::screen::{counted, length, number, size};

/// Rules of an outcome that are read at most; how many more there are is said.
const READ: usize = 1_000;
/// Findings of a failing rule that are read at most.
const FINDINGS: usize = 3;

/// One part: its title, and its sentences.
struct Part {
    title: String,
    sentences: Vec<String>,
}

impl Part {
    fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), sentences: Vec::new() }
    }

    /// Adds a sentence; the full stop is set where none stands.
    fn say(&mut self, sentence: &str) {
        let sentence = spoken(sentence);
        let end = if sentence.ends_with(['.', '?', '!']) { "" } else { "." };
        self.sentences.push(format!("{sentence}{end}"));
    }
}

/// The report as a text to be read aloud.
pub(crate) fn render(report: &Report) -> String {
    let mut opening = Part::new("");
    verdict(&mut opening, report);
    let parts = [
        next(report),
        families(report),
        failing(report),
        not_evaluated(report),
        partly(report),
        transfer(report),
        inputs(report),
        allowed(report),
        others(report),
        basis(report),
    ];
    let parts: Vec<Part> = parts.into_iter().filter(|part| !part.sentences.is_empty()).collect();
    opening.say(&format!("This report has {}", counted(length(&parts), "part", "parts")));
    let mut text = opening.sentences.join("\n");
    text.push('\n');
    for (index, part) in parts.iter().enumerate() {
        text.push_str(&format!("\nPart {} of {}. {}.\n", index + 1, parts.len(), part.title));
        for sentence in &part.sentences {
            text.push_str(sentence);
            text.push('\n');
        }
    }
    text.push_str("\nEnd of the report.\n");
    text
}

/// What audit it is, and how it ended.
fn verdict(part: &mut Part, report: &Report) {
    let of = report.provenance.facility.as_deref().map(|name| format!(" of {name}"));
    part.say(&format!("Audit of health records{}, as of {}", of.unwrap_or_default(), report.as_of));
    let verdict = match report.verdict {
        Verdict::Pass => "pass",
        Verdict::Fail => "fail",
        Verdict::Incomplete => "incomplete",
        Verdict::Empty => "nothing was evaluated",
    };
    part.say(&format!(
        "Verdict: {verdict}. Exit code {}: {}",
        report.exit_code, report.exit_reason
    ));
    for reason in &report.incomplete_reasons {
        part.say(&format!("Incomplete: {reason}"));
    }
    part.say(phrase::masking(report));
}

fn next(report: &Report) -> Part {
    let mut part = Part::new("What to do next");
    let fails = with(report, &[Outcome::Fail]);
    if let Some(rule) = fails.iter().min_by_key(|rule| std::cmp::Reverse(rule.severity)) {
        let id = &rule.id;
        part.say(&format!("The gravest rule that fails is explained by: chartaudit explain {id}"));
        part.say("Every finding is written to a file by: add --all-findings findings.csv");
    }
    if report.summary.rules.not_evaluated > 0 || report.verdict == Verdict::Empty {
        part.say("What is missing for which rule is shown by: chartaudit plan, on the same input");
    }
    if !report.provenance.site_key && report.summary.rules.violations > 0 {
        part.say(
            "There is no site key, so that keys are numbered within this report and findings cannot be found again in \
             the next one; chartaudit init makes one",
        );
    }
    part
}

/// Figures in words, each with those for one and for many; those that are nought go unsaid.
fn those(figures: &[(u64, &str, &str)]) -> String {
    let figures = figures.iter().filter(|(count, ..)| *count > 0);
    let words: Vec<String> = figures.map(|(count, one, many)| counted(*count, one, many)).collect();
    words.join(", ")
}

/// How many rules of each family went which way.
fn families(report: &Report) -> Part {
    let mut part = Part::new("Rules by family");
    let mut family = |name: &str, sum: &RuleSummary| {
        let figures = [
            (sum.passed, "holds", "hold"),
            (sum.failed, "fails", "fail"),
            (sum.not_evaluated, "was not evaluated", "were not evaluated"),
            (sum.not_applicable, "applies to no record", "apply to no record"),
            (sum.pending, "is not yet due", "are not yet due"),
            (sum.waived, "is waived", "are waived"),
            (sum.baselined, "is known from the baseline", "are known from the baseline"),
            (sum.off, "is switched off", "are switched off"),
        ];
        part.say(&format!(
            "{name}: {}, of which {}",
            counted(sum.total, "rule", "rules"),
            those(&figures)
        ));
    };
    for sum in &report.summary.families {
        family(sum.family.name(), &sum.rules);
    }
    family("All families", &report.summary.rules);
    part
}

/// The rules that fail, the gravest first.
fn failing(report: &Report) -> Part {
    let mut rules = with(report, &[Outcome::Fail]);
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.severity));
    let open = rules.iter().fold(0_u64, |sum, rule| sum.saturating_add(phrase::open(rule)));
    let mut part = Part::new(match length(&rules) {
        0 => "No rule fails".to_owned(),
        count => format!(
            "{}, with {}",
            counted(count, "rule fails", "rules fail"),
            counted(open, "open violation", "open violations")
        ),
    });
    if rules.is_empty() {
        part.say("Nothing violates a rule beyond its tolerance");
    }
    for (index, rule) in rules.iter().take(READ).enumerate() {
        let severity = rule.severity.name();
        part.say(&format!("{}: {severity}. {}. Rule {}", index + 1, rule.title, rule.id));
        part.say(&format!("Violated by {}", phrase::figures(rule)));
        let files = phrase::files(rule);
        if !files.is_empty() {
            part.say(&format!("In {files}"));
        }
        let citations = phrase::citations(rule);
        if !citations.is_empty() {
            part.say(&format!("Guideline: {citations}"));
        }
        for remark in &rule.remarks {
            part.say(remark);
        }
        for finding in rule.findings.iter().take(FINDINGS) {
            part.say(&format!("Example: {}", phrase::finding(finding)));
        }
        let read = rule.findings.len().min(FINDINGS);
        let left = phrase::open(rule).saturating_sub(u64::try_from(read).unwrap_or(u64::MAX));
        if left > 0 && read > 0 {
            part.say(&format!("And {}", counted(left, "more finding", "more findings")));
        }
        part.say(
            &rule.remedy.as_deref().map_or_else(
                || "No remedy is given".to_owned(),
                |remedy| format!("Remedy: {remedy}"),
            ),
        );
    }
    more(&mut part, rules.len());
    part
}

/// The rules that could not be judged, by the reason.
fn not_evaluated(report: &Report) -> Part {
    let rules = with(report, &[Outcome::NotEvaluated]);
    let count = counted(length(&rules), "rule was", "rules were");
    let mut part = Part::new(format!("{count} not evaluated"));
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for rule in &rules {
        let reason = rule.reason.as_deref().unwrap_or("no reason is given");
        reasons.entry(reason).or_default().push(&rule.id);
    }
    let mut reasons: Vec<(&str, Vec<&str>)> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, ids)| std::cmp::Reverse(ids.len()));
    for (reason, ids) in reasons {
        let rules = counted(length(&ids), "rule", "rules");
        part.say(&format!("{rules}, because {reason}: {}", ids.join(", ")));
    }
    part
}

/// Rules that were judged, but not on every record.
fn partly(report: &Report) -> Part {
    let told: Vec<(&Rule, String)> =
        report.rules.iter().filter_map(|rule| Some((rule, phrase::unjudged(rule)?))).collect();
    let count = counted(length(&told), "rule", "rules");
    let mut part = Part::new(format!("{count} could not judge every record"));
    for (rule, words) in told.iter().take(READ) {
        part.say(&format!("Rule {}: {words}", rule.id));
    }
    more(&mut part, told.len());
    part
}

/// How each record set fared on its way.
fn transfer(report: &Report) -> Part {
    let mut part = Part::new("What was sent and what arrived");
    for set in &report.transfer {
        let unjudged = set.sent_not_comparable.saturating_add(set.received_not_comparable);
        let figures = [
            (set.unaltered, "arrived unaltered", "arrived unaltered"),
            (set.form_only, "arrived in another form", "arrived in another form"),
            (set.altered, "arrived altered", "arrived altered"),
            (set.missing, "is missing", "are missing"),
            (set.extra, "was not sent", "were not sent"),
            (set.repeated, "is a surplus copy", "are surplus copies"),
            (unjudged, "could not be compared", "could not be compared"),
        ];
        part.say(&format!(
            "{}: {} sent, {} received; {}",
            set.record_set,
            number(set.sent),
            number(set.received),
            those(&figures)
        ));
    }
    part
}

/// What was read, and what was wrong with it.
fn inputs(report: &Report) -> Part {
    let summary = &report.summary;
    let mut part = Part::new(format!(
        "{}, {}, {}",
        counted(summary.inputs.total, "file", "files"),
        counted(summary.records.kept, "record", "records"),
        size(summary.bytes)
    ));
    for input in &report.inputs {
        let set = input.record_set.as_deref().unwrap_or("records of an unknown kind");
        let records = counted(input.records.kept, "record", "records");
        let mut words = match input.fate {
            Fate::Read => format!("{}: {set}, {records}", input.path),
            Fate::Incomplete => format!("{}: {set}, {records}, not read whole", input.path),
            Fate::Refused => format!("{}: not read", input.path),
            Fate::Unrecognised => format!("{}: not recognised", input.path),
        };
        if input.records.skipped > 0 {
            words.push_str(&format!(", {} skipped", number(input.records.skipped)));
        }
        if !input.unbound.is_empty() && input.fate != Fate::Unrecognised {
            words.push_str(&format!("; no field is read from {}", input.unbound.join(", ")));
        }
        part.say(&words);
        for problem in input.problems.iter().filter(|found| found.class > ProblemClass::Noted) {
            let class = match problem.class {
                ProblemClass::Refused => "Refused",
                ProblemClass::Skipped => "Skipped",
                ProblemClass::Kept => "Kept, with a warning",
                ProblemClass::Noted => "Noted",
            };
            let times = counted(problem.count, "time", "times");
            let place = problem.first.first();
            let detail = place.map_or("", |place| place.detail.as_str());
            let line = place.map_or(0, |place| place.line);
            let first =
                if line > 0 { format!(", first in line {}", number(line)) } else { String::new() };
            part.say(&format!("{class}: {}, {times}{first}. {detail}", problem.code));
        }
    }
    part
}

/// What the project file lets stand.
fn allowed(report: &Report) -> Part {
    let mut part = Part::new("Allowed by the project file");
    for allowance in &report.provenance.allowances {
        let detector = allowance.detector.as_deref().unwrap_or("any identifier");
        let until = match (&allowance.until, allowance.expired) {
            (Some(until), true) => format!(", expired on {until}"),
            (Some(until), false) => format!(", until {until}"),
            (None, _) => String::new(),
        };
        part.say(&format!(
            "Number {}: {} of {detector}, let stand {}{until}. Reason: {}",
            allowance.number,
            allowance.what.name(),
            counted(allowance.spans, "time", "times"),
            allowance.reason
        ));
    }
    part
}

/// Every other rule.
fn others(report: &Report) -> Part {
    let outcomes = [
        Outcome::Waived,
        Outcome::Baselined,
        Outcome::Pending,
        Outcome::Off,
        Outcome::Pass,
        Outcome::NotApplicable,
    ];
    let rules: Vec<&Rule> = outcomes.iter().flat_map(|outcome| with(report, &[*outcome])).collect();
    let count = counted(length(&rules), "other rule", "other rules");
    let mut part = Part::new(count);
    for rule in rules.iter().take(READ) {
        part.say(&format!("Rule {}: {}", rule.id, phrase::told(rule)));
    }
    more(&mut part, rules.len());
    part
}

/// What the audit stands on.
fn basis(report: &Report) -> Part {
    let mut part = Part::new("What this audit stands on");
    let provenance = &report.provenance;
    part.say(&format!("{} {}", report.tool.name, report.tool.version));
    for pack in &provenance.packs {
        part.say(&format!("Pack {} {}", pack.pack, pack.version));
    }
    for pack in &provenance.packs_not_run {
        part.say(&format!(
            "Pack {} did not run: {}. {} runs it",
            pack.pack, pack.reason, pack.flag
        ));
    }
    for change in &provenance.tailoring {
        part.say(&format!("Rule {} is changed by the project file", change.rule));
    }
    let controls = provenance.not_checkable.iter().map(|pack| length(&pack.controls)).sum();
    if controls > 0 {
        let controls = counted(controls, "control", "controls");
        part.say(&format!(
            "{controls} of these guidelines cannot be judged from data; the JSON report lists them"
        ));
    }
    part.say(&report.notice);
    part
}

/// Says how many more there are than are read.
fn more(part: &mut Part, all: usize) {
    if all > READ {
        let left = u64::try_from(all - READ).unwrap_or(u64::MAX);
        part.say(&format!("And {} in the JSON report", counted(left, "more rule", "more rules")));
    }
}

/// The rules with one of these outcomes, in the order of the plan.
fn with<'r>(report: &'r Report, outcomes: &[Outcome]) -> Vec<&'r Rule> {
    report.rules.iter().filter(|rule| outcomes.contains(&rule.outcome)).collect()
}

/// Text as it is to be heard: signs that a reader would spell out are words or pauses.
fn spoken(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in neutral(text).split_whitespace() {
        match word {
            "·" => {
                if let Some(last) = words.last_mut() {
                    last.push(',');
                }
            }
            // A date of which every part is hidden is one hidden thing.
            hidden if hidden.contains('▒') => {
                if words.last().is_none_or(|last| last != MASKED) {
                    words.push(MASKED.to_owned());
                }
            }
            word => words.push(word.replace('`', "").replace('…', "and so on")),
        }
    }
    words.retain(|word| !word.is_empty());
    words.join(" ")
}

/// What is said in the place of a hidden value.
const MASKED: &str = "masked";

#[cfg(test)]
mod tests {
    use super::{render, spoken};
    use crate::report::sample;

    #[test]
    fn the_sample_is_read_aloud() {
        insta::assert_snapshot!(render(&sample::report()));
    }

    #[test]
    fn signs_are_words_or_pauses() {
        assert_eq!(spoken("key ▒▒▒▒▒ (10 chars) · `mrn`"), "key masked (10 chars), mrn");
        assert_eq!(spoken("seen ▒▒▒▒/▒▒/▒▒ ▒▒:▒▒ AM · x"), "seen masked AM, x");
        assert_eq!(spoken("a\u{1b}[2Jb\nc  d"), "a\u{fffd}[2Jb c d");
    }

    #[test]
    fn every_line_is_a_sentence_and_every_rule_is_named() {
        let report = sample::report();
        let text = render(&report);
        for line in text.lines().filter(|line| !line.is_empty()) {
            assert!(line.ends_with(['.', '?', '!']), "{line:?}");
            assert!(!line.contains("  ") && !line.starts_with(' '), "{line:?}");
            let drawn = |char: char| ('\u{2500}'..='\u{25ff}').contains(&char);
            assert!(!line.contains(drawn), "{line:?}");
        }
        for rule in &report.rules {
            assert!(text.contains(&rule.id), "{}", rule.id);
        }
    }
}
