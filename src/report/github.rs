//! The audit as workflow commands of GitHub Actions: annotations, and a log of every rule.
//!
//! GitHub shows ten annotations of a kind for a step and drops the others unsaid; the tenth here says how many more
//! there are. Every line begins with a command or with two blanks and a word of ours, so that no text can become a
//! command.

use crate::finding::neutral;
use crate::report::json::v1::{Outcome, Report, Rule, Severity};
use crate::report::phrase;
use crate::report::screen::{counted, length};
use crate::report::waiver;

/// Annotations of a kind that GitHub shows for a step.
const ANNOTATIONS: usize = 10;
/// How many characters an annotation says at most.
const TEXT: usize = 2_000;

/// A line that GitHub shows beside the files.
struct Annotation {
    level: &'static str,
    title: String,
    /// The file and the line in it.
    place: Option<(String, u64)>,
    message: String,
}

/// The report as lines of a log.
pub(crate) fn render(report: &Report) -> String {
    let annotations = annotations(report);
    let mut log = String::new();
    for level in ["error", "warning", "notice"] {
        let of_level: Vec<&Annotation> =
            annotations.iter().filter(|annotation| annotation.level == level).collect();
        let shown = if of_level.len() > ANNOTATIONS { ANNOTATIONS - 1 } else { of_level.len() };
        for annotation in of_level.iter().take(shown) {
            log.push_str(&command(annotation));
        }
        if of_level.len() > shown {
            let more = counted(length(&of_level[shown..]), "more", "more");
            log.push_str(&command(&Annotation {
                level,
                title: format!("chartaudit: {more}"),
                place: None,
                message: format!(
                    "{more} of this kind: see the log of this step, or the JSON report"
                ),
            }));
        }
    }
    for (outcome, name) in OUTCOMES {
        let rules: Vec<&Rule> =
            report.rules.iter().filter(|rule| rule.outcome == outcome).collect();
        if rules.is_empty() {
            continue;
        }
        let title = format!("{}: {name}", counted(length(&rules), "rule", "rules"));
        log.push_str(&format!("::group::{}\n", data(&title)));
        for rule in rules {
            let unjudged = phrase::unjudged(rule).map(|words| format!("; {words}"));
            let words = format!("{}{}", phrase::told(rule), unjudged.unwrap_or_default());
            log.push_str(&format!("  {}: {}\n", plain(&rule.id), plain(&words)));
        }
        log.push_str("::endgroup::\n");
    }
    let ending = format!(
        "  chartaudit as of {}: exit {}: {}. {} {}\n",
        report.as_of,
        report.exit_code,
        report.exit_reason,
        phrase::masking(report),
        report.notice
    );
    log.push_str(&plain_line(&ending));
    log
}

/// The outcomes in the order of the log.
const OUTCOMES: [(Outcome, &str); 8] = [
    (Outcome::Fail, "fail"),
    (Outcome::NotEvaluated, "not evaluated"),
    (Outcome::Waived, "waived"),
    (Outcome::Baselined, "known from the baseline"),
    (Outcome::Pending, "not yet due"),
    (Outcome::Off, "switched off"),
    (Outcome::NotApplicable, "without a record to which they apply"),
    (Outcome::Pass, "pass"),
];

/// What GitHub is to show, the gravest first.
fn annotations(report: &Report) -> Vec<Annotation> {
    let mut all: Vec<Annotation> = report
        .incomplete_reasons
        .iter()
        .map(|reason| Annotation {
            level: "error",
            title: "The audit is incomplete".to_owned(),
            place: None,
            message: reason.clone(),
        })
        .collect();
    let mut failing: Vec<&Rule> =
        report.rules.iter().filter(|rule| rule.outcome == Outcome::Fail).collect();
    failing.sort_by_key(|rule| std::cmp::Reverse(rule.severity));
    all.extend(failing.into_iter().map(annotation));
    for noted in waiver::noted(report) {
        let register = report.provenance.waivers.as_ref();
        all.push(Annotation {
            level: if report.exit_code == 6 { "error" } else { "warning" },
            title: format!("Waiver {}: {}", noted.number, noted.state.words()),
            place: register.map(|of| (of.name.clone(), noted.line.number)),
            message: waiver::sentence(noted),
        });
    }
    let unjudged: Vec<&Rule> =
        report.rules.iter().filter(|rule| rule.outcome == Outcome::NotEvaluated).collect();
    if !unjudged.is_empty() {
        let message = format!(
            "{} could not be judged; the log of this step says which, and why",
            counted(length(&unjudged), "rule", "rules")
        );
        let title = "Not evaluated".to_owned();
        // First of its kind, so that failing rules cannot push it out.
        let at = all.iter().position(|other| other.level == "warning").unwrap_or(all.len());
        all.insert(at, Annotation { level: "warning", title, place: None, message });
    }
    all
}

/// The annotation of a failing rule.
fn annotation(rule: &Rule) -> Annotation {
    let level = match rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let first = rule.files.first().map(|count| count.file.as_str());
    let first = first.or_else(|| rule.findings.iter().find_map(|of| of.file.as_deref()));
    let place = first.map(|file| {
        let here = rule.findings.iter().filter(|finding| finding.file.as_deref() == Some(file));
        (file.to_owned(), here.filter_map(|finding| finding.line).min().unwrap_or(1))
    });
    let mut message = vec![format!("{}: {}.", rule.id, phrase::told(rule))];
    let mut add = |lead: &str, words: String| {
        if !words.is_empty() {
            message.push(format!("{lead}{words}"));
        }
    };
    add("", phrase::unjudged(rule).unwrap_or_default());
    add("Files: ", phrase::files(rule));
    add("Guideline: ", phrase::citations(rule));
    add("Remedy: ", rule.remedy.clone().unwrap_or_default());
    Annotation { level, title: rule.title.clone(), place, message: message.join("\n") }
}

/// The command that makes an annotation.
fn command(annotation: &Annotation) -> String {
    let mut properties = Vec::new();
    if let Some((file, line)) = &annotation.place {
        properties.push(format!("file={}", property(file)));
        properties.push(format!("line={line}"));
    }
    properties.push(format!("title={}", property(&phrase::cut(&annotation.title, 200))));
    let message: Vec<String> = phrase::cut(&annotation.message, TEXT).lines().map(plain).collect();
    format!("::{} {}::{}\n", annotation.level, properties.join(","), data(&message.join("\n")))
}

/// The text of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command.
fn property(text: &str) -> String {
    data(&plain(text)).replace(':', "%3A").replace(',', "%2C")
}

/// A text on one line. The runner takes `##[` for a command wherever it stands.
fn plain(text: &str) -> String {
    neutral(text).replace("##[", "## [")
}

/// A whole line of the log.
fn plain_line(line: &str) -> String {
    format!("{}\n", plain(line.trim_end_matches('\n')))
}

#[cfg(test)]
mod tests {
    use super::render;
    use crate::report::sample;

    #[test]
    fn what_is_not_shown_is_counted() {
        let mut report = sample::report();
        let rule = report.rules[0].clone();
        report.rules = (0..25).map(|_| rule.clone()).collect();
        let log = render(&report);
        let errors: Vec<&str> = log.lines().filter(|line| line.starts_with("::error ")).collect();
        assert_eq!(errors.len(), 10);
        // Two reasons for which the audit is incomplete come first.
        let first = report.incomplete_reasons.len();
        assert!(
            errors[9].contains(&format!("{} more of this kind", 25 + first - 9)),
            "{}",
            errors[9]
        );
    }

    #[test]
    fn no_text_becomes_a_command() {
        let mut report = sample::report();
        for rule in &mut report.rules {
            rule.title = "a%0A::error::b\n::stop-commands::x, y: z".to_owned();
            rule.reason = Some("\r\n::error::c ##[error]d".to_owned());
        }
        report.exit_reason = "e\n::error::f ##[group]".to_owned();
        let log = render(&report);
        for line in log.lines() {
            let known = ["::error ", "::warning ", "::notice ", "::group::", "::endgroup::", "  "];
            assert!(known.iter().any(|start| line.starts_with(start)), "{line}");
            assert!(!line.contains("##["), "{line}");
            assert!(!line.trim_start().starts_with("::error::"), "{line}");
        }
        assert!(
            log.contains("title=a%250A%3A%3Aerror%3A%3Ab %3A%3Astop-commands%3A%3Ax%2C y%3A z")
        );
    }
}
