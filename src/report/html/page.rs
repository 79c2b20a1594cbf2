//! The page as a whole: its head, its masthead, its sections and its end.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::deficiency::Deficiencies;
use super::{evidence, gap, input, mark, policy, rule, summary};
use crate::finding::neutral;
use crate::report::json::v1::{Masking, Report};
use crate::report::phrase;

/// How the page looks, on screens and on paper.
const STYLE: &str = include_str!("page.css");
/// What sorts and filters the list.
const SCRIPT: &str = include_str!("page.js");

/// The sign in the tab of the browser.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%230b5cad'/%3E%3Cpath d='M4 8.5 7 11.5 12 5' fill='none' stroke='%23fff' stroke-width='2'/%3E%3C/svg%3E";

/// The report as a page.
pub(crate) fn render(report: &Report) -> String {
    let body = safe(&body(report).into_string());
    let title = safe(&title(report));
    let generator = safe(&format!("{} {}", report.tool.name, report.tool.version));
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta http-equiv="Content-Security-Policy" content=(policy::policy(STYLE, SCRIPT));
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="referrer" content="no-referrer";
                meta name="robots" content="noindex";
                meta name="generator" content=(generator);
                title { (title) }
                link rel="icon" href=(ICON);
                style { (PreEscaped(STYLE)) }
            }
            body {
                (PreEscaped(body))
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    let mut page = page.into_string();
    page.push('\n');
    page
}

/// The text without characters that deceive a reader. Line ends mean nothing in a page, and stay.
fn safe(text: &str) -> String {
    text.split('\n').map(neutral).collect::<Vec<_>>().join("\n")
}

/// What the tab of the browser and a printed page are called.
fn title(report: &Report) -> String {
    let facility = report.provenance.facility.as_deref().map(|name| format!("{name}: "));
    let (_, verdict) = mark::verdict(report.verdict);
    format!(
        "{}audit of health records as of {}, {}",
        facility.unwrap_or_default(),
        report.as_of,
        verdict.to_lowercase()
    )
}

fn body(report: &Report) -> Markup {
    html! {
        (mark::signs())
        a.skip href="#summary" { "Skip to the summary" }
        (masthead(report))
        nav.sections aria-label="Sections of the report" {
            ul {
                @for (id, name) in [
                    ("summary", "Summary"),
                    ("gaps", "Not judged"),
                    ("deficiencies", "Deficiencies"),
                    ("rules", "Rules"),
                    ("inputs", "Inputs"),
                    ("evidence", "Evidence"),
                ] {
                    li { a href={ "#" (id) } { (name) } }
                }
            }
        }
        main {
            (summary::section(report))
            (gap::section(report))
            (Deficiencies::of(report).section(report))
            (rule::section(report))
            (input::section(report))
            (evidence::section(report))
        }
        footer {
            p { (phrase::masking(report)) }
            p { (report.notice) }
            p { (report.tool.name) " " (report.tool.version) " · as of " (report.as_of) }
        }
    }
}

/// Whose audit it is, of what day, and what it says.
fn masthead(report: &Report) -> Markup {
    let (class, word) = mark::verdict(report.verdict);
    let packs: Vec<String> = report
        .provenance
        .packs
        .iter()
        .map(|pack| format!("{} {}", pack.pack, pack.version))
        .collect();
    html! {
        header.masthead {
            @if report.provenance.masking != Masking::On {
                p.revealed role="note" { (mark::sign("gap")) strong { (phrase::masking(report)) } }
            }
            @if let Some(facility) = &report.provenance.facility { p.facility { (facility) } }
            h1 { "Audit of health records" }
            p.about {
                "as of " time { (report.as_of) }
                @for pack in &packs { " · " (pack) }
            }
            div class={ "verdict " (class) } {
                p.word { (mark::sign(class)) span { (word) } }
                div {
                    p { (mark::prose(&report.exit_reason)) }
                    // A single reason is what the exit code says already.
                    @if report.incomplete_reasons != [report.exit_reason.as_str()] && !report.incomplete_reasons.is_empty() {
                        ul {
                            @for reason in &report.incomplete_reasons { li { (mark::prose(reason)) } }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::render;
    use crate::report::Report;
    use crate::report::html::earlier::tests::compared;
    use crate::report::sample;

    /// What would be markup, end a script or a comment, or deceive a reader.
    const HOSTILE: &str = "</script><i>\"'&amp;<!-- \u{202e}\u{1b}x";

    /// Puts hostile text in place of every text that a report may hold as it likes.
    fn spoil(report: &Value) -> Value {
        let mut spoiled = report.clone();
        let mut pointers = vec![String::new()];
        while let Some(pointer) = pointers.pop() {
            let before = spoiled.pointer(&pointer).cloned().unwrap_or_default();
            match before {
                Value::Object(map) => {
                    let keys = map.keys().map(|key| key.replace('~', "~0").replace('/', "~1"));
                    pointers.extend(keys.map(|key| format!("{pointer}/{key}")));
                }
                Value::Array(items) => {
                    pointers.extend((0..items.len()).map(|index| format!("{pointer}/{index}")));
                }
                Value::String(text) => {
                    *spoiled.pointer_mut(&pointer).unwrap() = HOSTILE.into();
                    if serde_json::from_value::<Report>(spoiled.clone()).is_err() {
                        *spoiled.pointer_mut(&pointer).unwrap() = text.into();
                    }
                }
                _ => {}
            }
        }
        spoiled
    }

    #[test]
    fn no_text_of_a_report_means_anything() {
        let report = serde_json::to_value(compared()).unwrap();
        let report: Report = serde_json::from_value(spoil(&report)).unwrap();
        assert_eq!(report.rules[0].title, HOSTILE);
        let page = render(&report);
        let written = "&lt;/script&gt;&lt;i&gt;&quot;'&amp;amp;&lt;!-- \u{fffd}\u{fffd}x";
        assert!(page.matches(written).count() > 100);
        assert_eq!(page.matches("</script>").count(), 1);
        for hostile in ["<i>", "<!--", "\u{202e}", "\u{1b}", "\"'&"] {
            assert!(!page.contains(hostile), "{hostile:?}");
        }
    }

    #[test]
    fn the_same_report_gives_the_same_page() {
        assert_eq!(render(&sample::report()), render(&sample::report()));
    }

    #[test]
    fn what_is_not_evaluated_is_as_loud_as_what_fails() {
        let page = render(&sample::report());
        for words in [
            "4 rules were not evaluated",
            "no input holds <code>access_log</code>",
            "Controls that data cannot show",
        ] {
            assert!(page.contains(words), "{words}");
        }
    }
}
