//! The trend as a table with a line of marks a row.

use super::{MARKS, PLAIN_MARKS, Trend, TrendRule};
use crate::report::json::v1::Verdict;
use crate::report::screen::{Ink, Screen, Style, counted, length, number, pad, pad_left, width};

/// How many audits a line of marks shows; the last ones are.
const AUDITS: usize = 30;
/// How many rules the table lists.
const RULES: usize = 25;

/// The trend for a terminal.
#[must_use]
pub fn table(trend: &Trend, style: Style) -> String {
    let mut screen = Screen::new(style);
    let facility = trend.facility.as_deref().map(|name| format!("{name} · ")).unwrap_or_default();
    let days = match (trend.audits.first(), trend.audits.last()) {
        (Some(first), Some(last)) => format!(", {} to {}", first.as_of, last.as_of),
        _ => String::new(),
    };
    let audits = counted(length(&trend.audits), "audit", "audits");
    screen.line(&[(Ink::Strong, "TREND"), (Ink::Plain, &format!("   {facility}{audits}{days}"))]);
    screen.blank();
    let head = [("day", 12), ("verdict", 12)].map(|(word, room)| pad(word, room)).concat();
    let figures = ["records", "open", "waived", "known", "not judged"];
    let figures = figures.map(|word| pad_left(word, 12)).concat();
    screen.line(&[(Ink::Faint, &format!("  {head}{figures}"))]);
    let left = trend.audits.len().saturating_sub(AUDITS);
    for audit in trend.audits.iter().skip(left) {
        let (word, ink) = match audit.verdict {
            Verdict::Pass => ("pass", Ink::Good),
            Verdict::Fail => ("fail", Ink::Bad),
            Verdict::Incomplete => ("incomplete", Ink::Doubtful),
            Verdict::Empty => ("empty", Ink::Doubtful),
        };
        let figures =
            [audit.records, audit.open, audit.waived, audit.baselined, audit.rules_not_evaluated];
        let figures = figures.map(|figure| pad_left(&number(figure), 12)).concat();
        screen.line(&[
            (Ink::Plain, &format!("  {}", pad(&audit.as_of, 12))),
            (ink, &pad(word, 12)),
            (Ink::Plain, &figures),
        ]);
        for words in &audit.differences {
            screen.paragraph(14, Ink::Faint, &format!("since the one before: {words}"));
        }
    }
    if left > 0 {
        let words = counted(left as u64, "earlier audit", "earlier audits");
        screen.line(&[(Ink::Faint, &format!("  … and {words}"))]);
    }
    rules(&mut screen, trend, left);
    for file in &trend.other_files {
        screen.paragraph(0, Ink::Doubtful, &format!("{file} is no report, and was left out"));
    }
    screen.finish()
}

/// The rules, those that grew most first.
fn rules(screen: &mut Screen, trend: &Trend, left: usize) {
    screen.blank();
    if trend.rules.is_empty() {
        screen.line(&[(Ink::Good, "no rule was violated in any of them")]);
        return;
    }
    let marks = trend.audits.len().clamp(5, AUDITS);
    let shown = trend.rules.iter().take(RULES);
    let ids = shown.clone().map(|rule| width(&rule.id)).max().unwrap_or(0);
    let ids = ids.min(screen.style().width.saturating_sub(marks + 38)).max(12);
    let head = ["first", "last", "change"].map(|word| pad_left(word, 11)).concat();
    screen.line(&[(Ink::Faint, &format!("  {}{head}", pad("violations of", ids + marks + 2)))]);
    for rule in shown {
        let Some((first, last)) = rule.ends() else { continue };
        let (ink, change) = match last.violations.cmp(&first.violations) {
            std::cmp::Ordering::Greater => {
                (Ink::Bad, format!("+{}", number(last.violations - first.violations)))
            }
            std::cmp::Ordering::Less => {
                (Ink::Good, format!("-{}", number(first.violations - last.violations)))
            }
            std::cmp::Ordering::Equal => (Ink::Plain, "0".to_owned()),
        };
        let ends = [first, last].map(|value| pad_left(&number(value.violations), 11)).concat();
        let line = line_of_marks(rule, left, screen.style().unicode);
        // The marks are ours, and safe on every terminal that says it shows them.
        let cells = format!("  {}  {}{ends}", pad(&screen.safe(&rule.id), ids), pad(&line, marks));
        screen.marked(&cells, (ink, &pad_left(&change, 11)));
    }
    if trend.rules.len() > RULES {
        let more = u64::try_from(trend.rules.len() - RULES).unwrap_or(u64::MAX);
        let words = counted(more, "more rule", "more rules");
        screen.line(&[(Ink::Faint, &format!("  … and {words}; `--report json` has them all"))]);
    }
}

/// The violations of a rule, a mark an audit; a gap where it was not judged.
fn line_of_marks(rule: &TrendRule, left: usize, unicode: bool) -> String {
    let marks = if unicode { MARKS } else { PLAIN_MARKS };
    let most = rule.values.iter().flatten().map(|value| value.violations).max().unwrap_or(0);
    let mark = |violations: u64| {
        let steps = u128::from(violations) * (marks.len() as u128 - 1);
        let step = steps.div_ceil(u128::from(most.max(1)));
        usize::try_from(step).ok().and_then(|step| marks.get(step)).copied().unwrap_or(' ')
    };
    let values = rule.values.iter().skip(left);
    values.map(|value| value.map_or(' ', |value| mark(value.violations))).collect()
}

#[cfg(test)]
mod tests {
    use super::line_of_marks;
    use crate::report::json::v1::Severity;
    use crate::report::trend::{TrendRule, TrendValue};

    #[test]
    fn what_is_violated_is_never_drawn_like_what_is_not() {
        check(&[Some(0), Some(1), Some(1000)], "▁▂█", "_.#");
        check(&[Some(7), None, Some(7)], "█ █", "# #");
        check(&[Some(0), None, Some(0)], "▁ ▁", "_ _");
        check(&[Some(u64::MAX), Some(1)], "█▂", "#.");
    }

    #[track_caller]
    fn check(values: &[Option<u64>], drawn: &str, plain: &str) {
        let value = |of: &Option<u64>| {
            of.map(|violations| TrendValue { violations, open: 0, applicable: violations })
        };
        let rule = TrendRule {
            id: String::new(),
            title: String::new(),
            severity: Severity::Note,
            values: values.iter().map(value).collect(),
        };
        assert_eq!(line_of_marks(&rule, 0, true), drawn);
        assert_eq!(line_of_marks(&rule, 0, false), plain);
    }
}
