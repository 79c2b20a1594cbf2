//! The small marks of the page: words, badges, values and the signs beside them.

use maud::{Markup, html};

use crate::report::json::v1::{Fate, Guideline, Outcome, Severity, Verdict};

/// What stands for a character that is hidden.
const MASK: char = '▒';

/// Text in which what stands between backticks is code.
pub(super) fn prose(text: &str) -> Markup {
    let pieces: Vec<&str> = text.split('`').collect();
    // A lone backtick is a character like others.
    let paired = pieces.len() / 2 * 2;
    html! {
        @for (index, piece) in pieces.iter().enumerate() {
            @if index % 2 == 1 && (pieces.len() % 2 == 1 || index + 1 < paired) {
                code { (piece) }
            } @else {
                @if index % 2 == 1 { "`" }
                (piece)
            }
        }
    }
}

/// What stands for a value of a record. A screen reader says that it is masked instead of naming each block.
pub(super) fn value(text: &str) -> Markup {
    let (before, rest) = text.split_at(text.find(MASK).unwrap_or(text.len()));
    let (masked, after) = rest.split_at(rest.rfind(MASK).map_or(0, |last| last + MASK.len_utf8()));
    html! {
        (before)
        @if !masked.is_empty() {
            span.mask aria-hidden="true" { (masked) }
            span.aside { "masked" }
        }
        (after)
    }
}

/// How grave a rule is.
pub(super) fn severity(severity: Severity) -> Markup {
    html! { span class={ "severity " (severity.name()) } { (severity.name()) } }
}

/// The class of what became of a rule.
pub(super) fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        Outcome::Waived | Outcome::Baselined => "known",
        Outcome::NotEvaluated => "gap",
        Outcome::Pending | Outcome::NotApplicable | Outcome::Off => "other",
    }
}

/// What the audit says as a whole: its class and its word.
pub(super) fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Pass => ("pass", "Pass"),
        Verdict::Fail => ("fail", "Fail"),
        Verdict::Incomplete => ("gap", "Incomplete"),
        Verdict::Empty => ("gap", "Nothing evaluated"),
    }
}

/// What became of an input: a sign and a word.
pub(super) fn fate(fate: Fate) -> Markup {
    let (class, word) = match fate {
        Fate::Read => ("pass", "whole"),
        Fate::Incomplete => ("gap", "in part"),
        Fate::Refused => ("fail", "not read"),
        Fate::Unrecognised => ("gap", "not recognised"),
    };
    html! { span class={ "badge " (class) } { (sign(class)) (word) } }
}

/// The sign of a class, drawn once for the whole page.
pub(super) fn sign(class: &str) -> Markup {
    html! { svg class={ "sign " (class) } aria-hidden="true" { use href={ "#sign-" (class) } {} } }
}

/// The drawings that [`sign`] refers to.
pub(super) fn signs() -> Markup {
    let drawings = [
        ("pass", "M3 8.5 6.5 12 13 4.5"),
        ("fail", "M4 4 12 12M12 4 4 12"),
        ("known", "M5.5 3.5v9M10.5 3.5v9"),
        ("gap", "M5.5 5.6a2.5 2.5 0 1 1 3.6 2.3C8.3 8.3 8 8.8 8 9.9M8 12.6v.1"),
        ("other", "M3.5 8h9"),
    ];
    html! {
        svg.signs aria-hidden="true" {
            @for (class, path) in drawings {
                symbol id={ "sign-" (class) } viewBox="0 0 16 16" { path d=(path) {} }
            }
        }
    }
}

/// Where a guideline stands, as a link where it can be read.
pub(super) fn cite(guideline: &Guideline) -> Markup {
    // What a saved report calls an address is one only if a browser would fetch it from another machine.
    let url = guideline
        .url
        .as_deref()
        .filter(|url| url.starts_with("https://") || url.starts_with("http://"));
    html! {
        @match url {
            Some(url) => { a href=(url) rel="external noopener noreferrer" { (guideline.cite) } }
            None => { (guideline.cite) }
        }
    }
}

/// The place of a rule in the page.
pub(super) fn anchor(id: &str) -> String {
    id.chars().map(|char| if char.is_whitespace() { '-' } else { char }).collect()
}

#[cfg(test)]
mod tests {
    use super::{cite, prose, value};
    use crate::report::sample;

    #[test]
    fn code_is_marked_where_backticks_come_in_pairs() {
        for (text, markup) in [
            ("no input holds `a<b`", "no input holds <code>a&lt;b</code>"),
            ("`a` and `b`", "<code>a</code> and <code>b</code>"),
            ("a ` b", "a ` b"),
            ("`a` and ` b", "<code>a</code> and ` b"),
            ("``", "<code></code>"),
            ("", ""),
        ] {
            assert_eq!(prose(text).into_string(), markup, "of {text:?}");
        }
    }

    #[test]
    fn what_is_masked_is_said_to_be() {
        let masked = |blocks: &str| {
            format!(
                "<span class=\"mask\" aria-hidden=\"true\">{blocks}</span><span class=\"aside\">masked</span>"
            )
        };
        for (text, markup) in [
            ("inpatient", "inpatient".to_owned()),
            ("▒▒▒▒▒ (8 chars)", format!("{} (8 chars)", masked("▒▒▒▒▒"))),
            ("2021-▒▒-▒▒", format!("2021-{}", masked("▒▒-▒▒"))),
            ("", String::new()),
        ] {
            assert_eq!(value(text).into_string(), markup, "of {text:?}");
        }
    }

    #[test]
    fn only_addresses_become_links() {
        let mut guideline = sample::report().rules.remove(0).guideline.remove(0);
        assert!(cite(&guideline).into_string().starts_with("<a href=\"https://"));
        for url in ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", " https://x"] {
            guideline.url = Some(url.to_owned());
            assert!(!cite(&guideline).into_string().contains("href"), "{url}");
        }
    }
}
