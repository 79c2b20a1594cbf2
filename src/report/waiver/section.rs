//! The waivers on the screen: how many there are, and each that somebody has to look at with its line underlined.

use miette::Severity;

use super::entry::without_audit;
use super::underline::drawing;
use crate::finding::neutral;
use crate::report::json::v1::{Report, Waiver, WaiverState};
use crate::report::screen::{Ink, Screen, Style, counted, length, number};
use crate::rule::WaiverFile;
use crate::value::Date;

/// How many waivers are drawn one by one; the others are counted.
const SHOWN: usize = 3;
/// How far they are indented.
const INDENT: usize = 2;

/// The section of a report that had waivers; nothing for every other one.
pub(crate) fn section(screen: &mut Screen, report: &Report) {
    let Some(source) = &report.provenance.waivers else { return };
    screen.blank();
    if !source.applied {
        let words = format!("   left out: no violation is excused by {}", source.name);
        screen.line(&[(Ink::Strong, "WAIVERS"), (Ink::Plain, &words)]);
        return;
    }
    let excused = report.waivers.iter().map(|waiver| waiver.violations).sum();
    let words = format!(
        "   {} in {} · {} waived",
        counted(length(&report.waivers), "waiver", "waivers"),
        source.name,
        counted(excused, "violation", "violations")
    );
    screen.line(&[(Ink::Strong, "WAIVERS"), (Ink::Plain, &words)]);
    // What holds no more comes first: it is what somebody has to act on.
    let mut noted: Vec<&Waiver> =
        report.waivers.iter().filter(|waiver| waiver.state != WaiverState::InForce).collect();
    noted.sort_by_key(|waiver| waiver.state);
    for waiver in noted.iter().take(SHOWN) {
        one(screen, &source.name, waiver);
    }
    let left = noted.len().saturating_sub(SHOWN);
    if left > 0 {
        let left = u64::try_from(left).unwrap_or(u64::MAX);
        let words = counted(left, "more waiver to look at", "more waivers to look at");
        screen.line(&[(Ink::Faint, &format!("  … and {words}"))]);
    }
}

/// The waivers of a file and how each stands on a day, without an audit.
#[must_use]
pub fn list_waivers(file: &WaiverFile, as_of: Date, style: Style) -> String {
    let mut screen = Screen::new(style);
    for waiver in without_audit(file, as_of) {
        let ink = match waiver.state {
            WaiverState::InForce => Ink::Good,
            WaiverState::Expired => Ink::Bad,
            _ => Ink::Doubtful,
        };
        let state = waiver.state.words();
        screen.line(&[
            (Ink::Plain, &format!("{:>3}  ", waiver.number)),
            (Ink::Strong, &waiver.rule),
            (Ink::Plain, "   "),
            (ink, state),
            (Ink::Plain, &format!(" · {} to {}", waiver.approved_on, waiver.expires)),
        ]);
        screen.paragraph(5, Ink::Plain, &format!("excuses {}", waiver.scope.words()));
        screen.paragraph(5, Ink::Plain, &waiver.reason);
        let mut by = format!("owner {} · approved by {}", waiver.owner, waiver.approved_by);
        if let Some(evidence) = &waiver.evidence {
            by.push_str(&format!(" · {evidence}"));
        }
        screen.paragraph(5, Ink::Faint, &by);
    }
    screen.finish()
}

/// The waivers of a file that somebody has to look at on a day, without an audit.
#[must_use]
pub fn note_waivers(file: &WaiverFile, as_of: Date, style: Style) -> String {
    let mut screen = Screen::new(style);
    for waiver in without_audit(file, as_of) {
        if waiver.state != WaiverState::InForce {
            one(&mut screen, &neutral(&file.name), &waiver);
        }
    }
    screen.finish()
}

/// One waiver, its line underlined where that fits.
fn one(screen: &mut Screen, file: &str, waiver: &Waiver) {
    let (message, label, severity) = told(waiver);
    let drawn = drawing(screen, &waiver.line, file, (&message, &label), severity, INDENT);
    match drawn {
        Some(lines) => screen.drawn(&lines),
        None => {
            screen.paragraph(INDENT, Ink::Doubtful, &message);
            let place = format!("{file}, line {}: {label}", number(waiver.line.number));
            screen.paragraph(INDENT + 2, Ink::Faint, &place);
        }
    }
}

/// The waivers that somebody has to look at, what holds no more first.
pub(crate) fn noted(report: &Report) -> Vec<&Waiver> {
    let quiet = [WaiverState::InForce, WaiverState::NotYet, WaiverState::NotJudged];
    let mut noted: Vec<&Waiver> =
        report.waivers.iter().filter(|waiver| !quiet.contains(&waiver.state)).collect();
    noted.sort_by_key(|waiver| waiver.state);
    noted
}

/// What somebody has to know of a waiver, in one line: `waiver 2 of a/b expires soon: 9 days are left`.
pub(crate) fn sentence(waiver: &Waiver) -> String {
    let (message, label, _) = told(waiver);
    format!("{message}; {label}")
}

/// What somebody has to know of a waiver: a sentence, what is underlined, and how grave it is.
fn told(waiver: &Waiver) -> (String, String, Severity) {
    let of = format!("waiver {} of {}", waiver.number, waiver.rule);
    match waiver.state {
        WaiverState::InForce => {
            (format!("{of} is in force"), format!("until {}", waiver.expires), Severity::Advice)
        }
        WaiverState::Expired => (
            format!("{of} has expired: what it excused is open again"),
            format!("its last day was {}", waiver.expires),
            Severity::Error,
        ),
        WaiverState::Unused => (
            format!("{of} excuses nothing"),
            "no violation of this rule is in its scope; strike it out".to_owned(),
            Severity::Warning,
        ),
        WaiverState::NoSiteKey => (
            format!("{of} names records by fingerprints, and the run has no site key"),
            "its records cannot be found; `chartaudit init` makes a key".to_owned(),
            Severity::Warning,
        ),
        WaiverState::ExpiresSoon => {
            let left = match waiver.days_left {
                0 => "today is its last day".to_owned(),
                1 => "1 day is left".to_owned(),
                days => format!("{days} days are left"),
            };
            (format!("{of} expires soon"), left, Severity::Warning)
        }
        WaiverState::NotYet => (
            format!("{of} is not in force yet"),
            format!("approved on {}", waiver.approved_on),
            Severity::Advice,
        ),
        WaiverState::NotJudged => (
            format!("{of} was not tried: its rule was not evaluated"),
            "nothing can be said of it".to_owned(),
            Severity::Advice,
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::told;
    use crate::report::json::v1::{Waiver, WaiverLine, WaiverScope, WaiverState};

    #[test]
    fn every_state_is_told() {
        for state in WaiverState::ALL {
            let (message, label, _) = told(&waiver(state, 1));
            assert!(message.starts_with("waiver 2 of a/b") && !label.is_empty(), "{message}");
        }
        assert_eq!(told(&waiver(WaiverState::ExpiresSoon, 0)).1, "today is its last day");
        assert_eq!(told(&waiver(WaiverState::ExpiresSoon, 9)).1, "9 days are left");
    }

    fn waiver(state: WaiverState, days_left: i64) -> Waiver {
        Waiver {
            number: 2,
            rule: "a/b".to_owned(),
            scope: WaiverScope::default(),
            reason: "why".to_owned(),
            owner: "who".to_owned(),
            approved_by: "whom".to_owned(),
            approved_on: "2026-01-01".to_owned(),
            expires: "2026-06-30".to_owned(),
            days_left,
            evidence: None,
            state,
            violations: 0,
            line: WaiverLine { number: 3, before: 4, length: 3, text: "rule: a/b".to_owned() },
        }
    }
}
