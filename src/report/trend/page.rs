//! The trend as one page for a browser: no script, nothing from elsewhere.

use super::{Trend, TrendRule, TrendValue};
use crate::finding::neutral;
use crate::report::NOTICE;
use crate::report::json::v1::Verdict;
use crate::report::screen::{counted, length, number};

/// How the page looks.
const STYLE: &str = include_str!("page.css");
/// The size of a drawing, in units of its own.
const WIDTH: u64 = 240;
const HEIGHT: u64 = 44;
/// What is left free around the run, so that its ends are not cut.
const MARGIN: u64 = 4;

/// The trend as a page, ending in a line end.
#[must_use]
pub fn page(trend: &Trend) -> String {
    let facility = trend.facility.as_deref().unwrap_or("Audits of health records");
    let days = match (trend.audits.first(), trend.audits.last()) {
        (Some(first), Some(last)) => format!("{} to {}", first.as_of, last.as_of),
        _ => String::new(),
    };
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; \
         base-uri 'none'; form-action 'none'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>Trend: {0}</title>\n\
         <style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{0}</h1>\n<p class=\"faint\">{1}, {2}</p>\n",
        safe(facility),
        counted(length(&trend.audits), "audit", "audits"),
        safe(&days)
    );
    rules(&mut page, trend);
    audits(&mut page, trend);
    for file in &trend.other_files {
        page.push_str(&format!(
            "<p class=\"faint\">{} is no report, and was left out.</p>\n",
            safe(file)
        ));
    }
    page.push_str(&format!("<p class=\"faint\">{}</p>\n</main>\n</body>\n</html>\n", safe(NOTICE)));
    page
}

/// A row a rule, with its run over the audits.
fn rules(page: &mut String, trend: &Trend) {
    page.push_str("<h2>Rules</h2>\n");
    if trend.rules.is_empty() {
        page.push_str("<p class=\"pass\">No rule was violated in any of them.</p>\n");
        return;
    }
    page.push_str(
        "<div class=\"wide\"><table>\n<caption>Violations, waived and known ones included; those that grew most \
         first. A gap in a run is an audit that did not judge the rule.</caption>\n<thead><tr><th \
         scope=\"col\">Rule</th><th scope=\"col\">Over time</th><th scope=\"col\" class=\"figure\">First</th><th \
         scope=\"col\" class=\"figure\">Last</th><th scope=\"col\" class=\"figure\">Change</th></tr></thead>\n<tbody>\n",
    );
    for rule in &trend.rules {
        let Some((first, last)) = rule.ends() else { continue };
        let (class, change) = match last.violations.cmp(&first.violations) {
            std::cmp::Ordering::Greater => {
                ("worse", format!("+{}", number(last.violations - first.violations)))
            }
            std::cmp::Ordering::Less => {
                ("better", format!("\u{2212}{}", number(first.violations - last.violations)))
            }
            std::cmp::Ordering::Equal => ("faint", "0".to_owned()),
        };
        page.push_str(&format!(
            "<tr><th scope=\"row\">{}<span>{} · {}</span></th><td>{}</td><td class=\"figure\">{}</td><td \
             class=\"figure\">{}</td><td class=\"figure {class}\">{change}</td></tr>\n",
            safe(&rule.title),
            safe(&rule.id),
            rule.severity.name(),
            drawing(rule),
            of(first),
            of(last),
        ));
    }
    page.push_str("</tbody></table></div>\n");
}

/// A figure and of how many it is.
fn of(value: TrendValue) -> String {
    format!("{} of {}", number(value.violations), number(value.applicable))
}

/// A row an audit, the last first.
fn audits(page: &mut String, trend: &Trend) {
    page.push_str(
        "<h2>Audits</h2>\n<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Day</th><th \
         scope=\"col\">Verdict</th><th scope=\"col\" class=\"figure\">Records</th><th scope=\"col\" \
         class=\"figure\">Open</th><th scope=\"col\" class=\"figure\">Waived</th><th scope=\"col\" \
         class=\"figure\">Known</th><th scope=\"col\" class=\"figure\">Rules not judged</th></tr></thead>\n<tbody>\n",
    );
    for audit in trend.audits.iter().rev() {
        let (class, word) = match audit.verdict {
            Verdict::Pass => ("pass", "Pass"),
            Verdict::Fail => ("fail", "Fail"),
            Verdict::Incomplete => ("incomplete", "Incomplete"),
            Verdict::Empty => ("empty", "Nothing evaluated"),
        };
        let differences = audit.differences.iter();
        let since: String = differences
            .map(|words| format!("<span>Since the one before: {}</span>", safe(words)))
            .collect();
        let figures =
            [audit.records, audit.open, audit.waived, audit.baselined, audit.rules_not_evaluated];
        let figures: String = figures
            .iter()
            .map(|figure| format!("<td class=\"figure\">{}</td>", number(*figure)))
            .collect();
        page.push_str(&format!(
            "<tr><th scope=\"row\">{}<span>{}</span>{since}</th><td class=\"{class}\">{word}</td>{figures}</tr>\n",
            safe(&audit.as_of),
            safe(&audit.file),
        ));
    }
    page.push_str("</tbody></table></div>\n");
}

/// The violations of a rule as a run of points, in pieces where it was not judged.
fn drawing(rule: &TrendRule) -> String {
    let most = rule.values.iter().flatten().map(|value| value.violations).max().unwrap_or(0);
    let steps = (rule.values.len() as u64).saturating_sub(1).max(1);
    let place = |nth: usize, violations: u64| {
        let across = MARGIN + (WIDTH - 2 * MARGIN) * nth as u64 / steps;
        let room = u128::from(HEIGHT - 2 * MARGIN);
        let up = room * u128::from(violations) / u128::from(most.max(1));
        (across, HEIGHT - MARGIN - u64::try_from(up).unwrap_or(0))
    };
    let mut runs: Vec<Vec<(u64, u64)>> = vec![Vec::new()];
    for (nth, value) in rule.values.iter().enumerate() {
        match (value, runs.last_mut()) {
            (Some(value), Some(run)) => run.push(place(nth, value.violations)),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    let words: Vec<String> = rule
        .values
        .iter()
        .map(|value| value.map_or("not judged".to_owned(), |value| number(value.violations)))
        .collect();
    let mut svg = format!(
        "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\">",
        safe(&words.join(", "))
    );
    for run in &runs {
        let points: Vec<String> = run.iter().map(|(x, y)| format!("{x},{y}")).collect();
        let points = points.join(" ");
        let base = HEIGHT - MARGIN;
        if let [(from, _), .., (to, _)] = run.as_slice() {
            svg.push_str(&format!(
                "<polygon class=\"area\" points=\"{from},{base} {points} {to},{base}\"/><polyline class=\"run\" \
                 points=\"{points}\"/>"
            ));
        } else if let [(x, y)] = run.as_slice() {
            svg.push_str(&format!("<circle class=\"day\" cx=\"{x}\" cy=\"{y}\" r=\"2\"/>"));
        }
    }
    if let Some((x, y)) = runs.last().and_then(|run| run.last()) {
        svg.push_str(&format!("<circle class=\"last\" cx=\"{x}\" cy=\"{y}\" r=\"2.5\"/>"));
    }
    svg.push_str("</svg>");
    svg
}

/// The text as content or an attribute.
fn safe(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for char in neutral(text).chars() {
        match char {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::{drawing, page, safe};
    use crate::report::json::v1::Severity;
    use crate::report::sample;
    use crate::report::trend::{Trend, TrendRule, TrendValue};

    #[test]
    fn text_means_nothing() {
        assert_eq!(safe("<b a='1'>&\""), "&lt;b a=&#39;1&#39;&gt;&amp;&quot;");
    }

    #[test]
    fn a_run_is_cut_where_nothing_was_judged() {
        let value = |violations| Some(TrendValue { violations, open: 0, applicable: 9 });
        let rule = TrendRule {
            id: "a/b".to_owned(),
            title: "A".to_owned(),
            severity: Severity::Error,
            values: vec![value(0), value(9), None, value(9)],
        };
        let svg = drawing(&rule);
        assert_eq!(svg.matches("<polyline").count(), 1);
        assert_eq!(svg.matches("<circle").count(), 2, "the lone day, and the last one");
        assert!(svg.contains("aria-label=\"0, 9, not judged, 9\""), "{svg}");
        assert!(svg.contains("4,40 81,4"), "{svg}");
    }

    #[test]
    fn nothing_comes_from_elsewhere() {
        let mut report = sample::report();
        report.rules[0].title = "<script src=x>".to_owned();
        let page = page(&Trend::of(vec![("a.json".to_owned(), report)], Vec::new()));
        assert!(!page.contains("<script") && page.contains("&lt;script"), "{page}");
        assert!(page.contains("default-src 'none'"));
        assert!(!page.contains("http://") && !page.contains("https://") && !page.contains("url("));
    }
}
