//! The audit as Markdown, for the summary of a job or a ticket.

use crate::finding::neutral;
use crate::report::json::v1::{Fate, Input, Outcome, Report, Rule, RuleSummary, Verdict, Waiver};
use crate::report::phrase;
use crate::report::screen::{counted, length, number, size};

/// Bytes that a page has at most, about: GitHub drops the summary of a step beyond 1 MiB.
const BYTES: usize = 900_000;
/// Rules of an outcome, inputs and findings that are listed at most.
const LISTED: usize = 1_000;
/// Inputs that are listed at most.
const INPUTS: usize = 100;

/// A page that does not grow past its limit.
struct Page {
    text: String,
    /// Rows that did not fit.
    left: u64,
}

impl Page {
    /// Adds a line.
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Adds a row or an item if there is room, and counts it if not.
    fn row(&mut self, row: &str) {
        if self.text.len() + row.len() > BYTES {
            self.left += 1;
        } else {
            self.line(row);
        }
    }

    /// Says how many more there are than are listed.
    fn more(&mut self, all: usize, shown: usize, one: &str, many: &str) {
        if all > shown {
            let left = u64::try_from(all - shown).unwrap_or(u64::MAX);
            self.line(&format!("\n… and {} in the JSON report", counted(left, one, many)));
        }
    }
}

/// The report as a page.
pub(crate) fn render(report: &Report) -> String {
    let mut page = Page { text: String::new(), left: 0 };
    heading(&mut page, report);
    families(&mut page, report);
    failing(&mut page, report);
    not_evaluated(&mut page, report);
    partly(&mut page, report);
    baseline(&mut page, report);
    waivers(&mut page, report);
    inputs(&mut page, report);
    others(&mut page, report);
    ending(&mut page, report);
    page.text
}

fn heading(page: &mut Page, report: &Report) {
    let verdict = match report.verdict {
        Verdict::Pass => "✅ Pass",
        Verdict::Fail => "❌ Fail",
        Verdict::Incomplete => "⚠️ Incomplete",
        Verdict::Empty => "⚠️ Nothing evaluated",
    };
    let facility = report.provenance.facility.as_deref().map(|name| format!("{} · ", safe(name)));
    page.line(&format!("# Audit of health records: {verdict}\n"));
    page.line(&format!(
        "{}as of {} · exit {}: {}\n",
        facility.unwrap_or_default(),
        safe(&report.as_of),
        report.exit_code,
        safe(&report.exit_reason)
    ));
    for reason in &report.incomplete_reasons {
        page.row(&format!("- **Incomplete:** {}", safe(reason)));
    }
    if !report.incomplete_reasons.is_empty() {
        page.line("");
    }
}

/// How many rules of each family went which way.
fn families(page: &mut Page, report: &Report) {
    page.line("| Rules | all | pass | fail | waived or known | not evaluated | other |");
    page.line("|---|--:|--:|--:|--:|--:|--:|");
    let mut line = |name: &str, sum: &RuleSummary| {
        page.line(&format!(
            "| {name} | {} | {} | {} | {} | {} | {} |",
            number(sum.total),
            number(sum.passed),
            number(sum.failed),
            number(sum.waived + sum.baselined),
            number(sum.not_evaluated),
            number(sum.pending + sum.not_applicable + sum.off)
        ));
    };
    for family in &report.summary.families {
        line(family.family.name(), &family.rules);
    }
    line("**all**", &report.summary.rules);
}

fn failing(page: &mut Page, report: &Report) {
    let mut rules = with(report, &[Outcome::Fail]);
    rules.sort_by_key(|rule| std::cmp::Reverse(rule.severity));
    if rules.is_empty() {
        page.line("\n## No rule fails");
        return;
    }
    let count = counted(length(&rules), "rule fails", "rules fail");
    let open = rules.iter().fold(0, |sum: u64, rule| sum.saturating_add(phrase::open(rule)));
    let open = counted(open, "open violation", "open violations");
    page.line(&format!("\n## {count}, {open}\n"));
    page.line("| | Rule | What is wrong | Violated by | Files | Guideline |");
    page.line("|---|---|---|---|---|---|");
    for rule in rules.iter().take(LISTED) {
        page.row(&format!(
            "| {} | `{}` | {} | {} | {} | {} |",
            rule.severity.name(),
            code(&rule.id),
            safe(&rule.title),
            safe(&phrase::figures(rule)),
            safe(&phrase::files(rule)),
            safe(&phrase::citations(rule))
        ));
    }
    page.more(rules.len(), LISTED, "more failing rule", "more failing rules");
    page.line("\n<details><summary>Examples and remedies</summary>\n");
    for rule in rules.iter().take(LISTED) {
        page.row(&about(rule));
    }
    page.line("</details>");
}

/// Why a rule is there, what to do, and its examples.
fn about(rule: &Rule) -> String {
    let mut text = format!("**{}** `{}`\n\n", safe(&rule.title), code(&rule.id));
    let mut add = |lead: &str, words: Option<&str>| {
        if let Some(words) = words {
            text.push_str(&format!("- {lead}{}\n", safe(words)));
        }
    };
    add("Why: ", rule.because.as_deref());
    add("Remedy: ", rule.remedy.as_deref());
    for finding in &rule.findings {
        add("", Some(&phrase::finding(finding)));
    }
    if rule.findings_omitted > 0 {
        let more = counted(rule.findings_omitted, "more finding", "more findings");
        add("", Some(&format!("… and {more}")));
    }
    text
}

/// The rules that could not be judged, by the reason.
fn not_evaluated(page: &mut Page, report: &Report) {
    let rules = with(report, &[Outcome::NotEvaluated]);
    if rules.is_empty() {
        return;
    }
    let count = counted(length(&rules), "rule was", "rules were");
    page.line(&format!("\n## {count} not evaluated\n"));
    table(page, &rules, "Why");
}

/// Rules that were judged, but not on every record.
fn partly(page: &mut Page, report: &Report) {
    let rules: Vec<&Rule> =
        report.rules.iter().filter(|rule| phrase::unjudged(rule).is_some()).collect();
    if rules.is_empty() {
        return;
    }
    let count = counted(length(&rules), "rule", "rules");
    page.line(&format!("\n## {count} could not judge every record\n"));
    page.line("| Rule | What could not be judged |");
    page.line("|---|---|");
    for rule in rules.iter().take(LISTED) {
        let words = phrase::unjudged(rule).unwrap_or_default();
        page.row(&format!("| `{}` | {} |", code(&rule.id), safe(&words)));
    }
    page.more(rules.len(), LISTED, "more rule", "more rules");
}

/// What was read.
fn inputs(page: &mut Page, report: &Report) {
    let mut inputs: Vec<&Input> = report.inputs.iter().collect();
    inputs.sort_by_key(|input| input.fate == Fate::Read);
    page.line(&format!(
        "\n## {}, {}\n",
        counted(length(&inputs), "input", "inputs"),
        counted(report.summary.records.kept, "record", "records")
    ));
    page.line("| File | Record set | Read | Records | Skipped | Size | What was wrong |");
    page.line("|---|---|---|--:|--:|--:|---|");
    for input in inputs.iter().take(INPUTS) {
        let fate = match input.fate {
            Fate::Read => "whole",
            Fate::Incomplete => "**in part**",
            Fate::Refused => "**no**",
            Fate::Unrecognised => "**not recognised**",
        };
        let problems = input.problems.iter().map(|problem| {
            let detail = problem.first.first().map_or("", |place| place.detail.as_str());
            format!("{} ({}): {detail}", problem.code, number(problem.count))
        });
        page.row(&format!(
            "| {} | {} | {fate} | {} | {} | {} | {} |",
            safe(&input.path),
            safe(input.record_set.as_deref().unwrap_or("")),
            number(input.records.kept),
            number(input.records.skipped),
            size(input.bytes),
            safe(&phrase::cut(&problems.collect::<Vec<_>>().join("; "), 300))
        ));
    }
    page.more(inputs.len(), INPUTS, "more input", "more inputs");
}

/// What became of the findings of the baseline.
fn baseline(page: &mut Page, report: &Report) {
    let Some(baseline) = &report.baseline else { return };
    page.line(&format!(
        "\n## Against {} as of {}\n",
        safe(&baseline.report.name),
        safe(&baseline.as_of)
    ));
    page.line("| new | known and still there | resolved | not evaluable any more | of rules not judged | without a fingerprint |");
    page.line("|--:|--:|--:|--:|--:|--:|");
    page.line(&format!(
        "| {} | {} | {} | {} | {} | {} |",
        number(baseline.new),
        number(baseline.persisting),
        number(baseline.resolved),
        number(baseline.not_evaluable),
        number(baseline.not_judged),
        number(baseline.nameless)
    ));
    for words in &baseline.differences {
        page.row(&format!("\n- Not the same audit: {}", safe(words)));
    }
}

/// The waivers, and how each stands.
fn waivers(page: &mut Page, report: &Report) {
    let Some(source) = &report.provenance.waivers else { return };
    if !source.applied {
        page.line(&format!("\nThe waivers in {} were left out.", safe(&source.name)));
        return;
    }
    page.line(&format!("\n## Waivers in {}\n", safe(&source.name)));
    page.line("| | Rule | Excuses | Violations | State | Until | Reason | Owner | Approved |");
    page.line("|--:|---|---|--:|---|---|---|---|---|");
    let mut waivers: Vec<&Waiver> = report.waivers.iter().collect();
    waivers.sort_by_key(|waiver| waiver.state);
    for waiver in waivers.iter().take(LISTED) {
        page.row(&format!(
            "| {} | `{}` | {} | {} | {} | {} | {} | {} | {}, {} |",
            waiver.number,
            code(&waiver.rule),
            safe(&waiver.scope.words()),
            number(waiver.violations),
            waiver.state.words(),
            safe(&waiver.expires),
            safe(&phrase::cut(&waiver.reason, 300)),
            safe(&waiver.owner),
            safe(&waiver.approved_by),
            safe(&waiver.approved_on)
        ));
    }
    page.more(waivers.len(), LISTED, "more waiver", "more waivers");
}

/// Every other rule.
fn others(page: &mut Page, report: &Report) {
    for (outcomes, title) in [
        (&[Outcome::Waived, Outcome::Baselined][..], "waived or known"),
        (&[Outcome::Pending], "not yet due"),
        (&[Outcome::Off], "switched off"),
        (&[Outcome::NotApplicable], "without a record to which they apply"),
        (&[Outcome::Pass], "pass"),
    ] {
        let rules = with(report, outcomes);
        if rules.is_empty() {
            continue;
        }
        let count = counted(length(&rules), "rule", "rules");
        page.line(&format!("\n<details><summary>{count}: {title}</summary>\n"));
        table(page, &rules, "Outcome");
        page.line("\n</details>");
    }
}

/// Rules and what is said of each.
fn table(page: &mut Page, rules: &[&Rule], second: &str) {
    page.line(&format!("| Rule | {second} |"));
    page.line("|---|---|");
    for rule in rules.iter().take(LISTED) {
        page.row(&format!("| `{}` | {} |", code(&rule.id), safe(&phrase::told(rule))));
    }
    page.more(rules.len(), LISTED, "more rule", "more rules");
}

fn ending(page: &mut Page, report: &Report) {
    if page.left > 0 {
        let left = counted(page.left, "more row did", "more rows did");
        page.line(&format!("\n**{left} not fit on this page; the JSON report has them.**"));
    }
    let packs = report.provenance.packs.iter();
    let packs: Vec<String> =
        packs.map(|pack| format!("{} {}", safe(&pack.pack), safe(&pack.version))).collect();
    page.line(&format!("\nchartaudit {} · {}", safe(&report.tool.version), packs.join(" · ")));
    page.line(&format!("\n{} {}", phrase::masking(report), safe(&report.notice)));
}

/// The rules with one of these outcomes, in the order of the plan.
fn with<'r>(report: &'r Report, outcomes: &[Outcome]) -> Vec<&'r Rule> {
    report.rules.iter().filter(|rule| outcomes.contains(&rule.outcome)).collect()
}

/// Text without a meaning in Markdown or HTML, on one line.
fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    let text = neutral(text);
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' | '#' | '$' | '@' => {
                safe.push('\\');
                safe.push(char);
            }
            // An address would become a link.
            ':' if chars.peek() == Some(&'/') => safe.push_str("\\:"),
            other => safe.push(other),
        }
    }
    safe
}

/// Text between backticks.
fn code(text: &str) -> String {
    neutral(text).replace(['`', '|'], " ")
}

#[cfg(test)]
mod tests {
    use super::{BYTES, render, safe};
    use crate::report::sample;

    #[test]
    fn text_means_nothing() {
        let hostile = "a|b\n# c <script> [d](https://x.test) `e` *f* ![g] @h $i$ \\";
        let shown = safe(hostile);
        assert_eq!(
            shown,
            "a\\|b \\# c &lt;script&gt; \\[d\\](https\\://x.test) \\`e\\` \\*f\\* \\!\\[g\\] \\@h \\$i\\$ \\\\"
        );
    }

    #[test]
    fn a_page_is_not_dropped_for_its_size() {
        let mut report = sample::report();
        let rule = report.rules[0].clone();
        report.rules = (0..30_000)
            .map(|number| {
                let mut rule = rule.clone();
                rule.id = format!("completeness/rule-{number}");
                rule.title = "a long title ".repeat(100);
                rule
            })
            .collect();
        let page = render(&report);
        assert!(page.len() < BYTES + 50_000, "{} bytes", page.len());
        assert!(page.contains("29,000 more failing rules in the JSON report"));
        assert!(page.contains("more rows did not fit on this page"));
    }
}
