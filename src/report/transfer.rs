//! How each record set fared on its way: a table of the screen.

use crate::report::json::v1::{Report, TransferSet};
use crate::report::screen::{Ink, Screen, length, number, pad, pad_left, shorten, width};

/// Record sets that a screen shows; what is left out is added up.
const RECORD_SETS: usize = 12;

/// A column of the table: its heading, its figure and how a figure above zero is drawn.
type Figure = (&'static str, fn(&TransferSet) -> u64, Ink);

/// The figures of a record set, those of what was sent first.
const FIGURES: [Figure; 9] = [
    ("sent", |set| set.sent, Ink::Plain),
    ("received", |set| set.received, Ink::Plain),
    ("unaltered", |set| set.unaltered, Ink::Plain),
    ("form only", |set| set.form_only, Ink::Doubtful),
    ("altered", |set| set.altered, Ink::Bad),
    ("missing", |set| set.missing, Ink::Bad),
    ("extra", |set| set.extra, Ink::Bad),
    ("repeated", |set| set.repeated, Ink::Bad),
    (
        "unjudged",
        |set| set.sent_not_comparable.saturating_add(set.received_not_comparable),
        Ink::Doubtful,
    ),
];

/// The section of a report of two exports; nothing for every other report.
pub(super) fn section(screen: &mut Screen, report: &Report) {
    if report.transfer.is_empty() {
        return;
    }
    let names =
        report.transfer.iter().map(|set| width(&set.record_set)).max().unwrap_or(0).clamp(8, 24);
    let widths: Vec<usize> = FIGURES
        .iter()
        .map(|(heading, figure, _)| {
            let widest = report.transfer.iter().map(|set| width(&number(figure(set)))).max();
            widest.unwrap_or(0).max(heading.len()) + 2
        })
        .collect();
    // A figure that is nowhere above zero may be left out where the screen is narrow.
    let shown: Vec<bool> = FIGURES
        .iter()
        .enumerate()
        .map(|(place, (_, figure, _))| {
            place < 3 || report.transfer.iter().any(|set| figure(set) > 0)
        })
        .collect();
    screen.blank();
    let headings: String = FIGURES
        .iter()
        .zip(&widths)
        .zip(&shown)
        .filter(|(_, shown)| **shown)
        .map(|(((heading, ..), width), _)| pad_left(heading, *width))
        .collect();
    screen.line(&[(Ink::Strong, &pad("TRANSFER", names + 2)), (Ink::Faint, &headings)]);
    for set in report.transfer.iter().take(RECORD_SETS) {
        let name = format!("  {}", pad(&shorten(&set.record_set, names), names));
        let figures: Vec<(Ink, String)> = FIGURES
            .iter()
            .zip(&widths)
            .zip(&shown)
            .filter(|(_, shown)| **shown)
            .map(|(((_, figure, ink), width), _)| {
                let count = figure(set);
                (if count > 0 { *ink } else { Ink::Plain }, pad_left(&number(count), *width))
            })
            .collect();
        let mut line: Vec<(Ink, &str)> = vec![(Ink::Plain, &name)];
        line.extend(figures.iter().map(|(ink, text)| (*ink, text.as_str())));
        screen.line(&line);
    }
    if let Some(rest) = report.transfer.get(RECORD_SETS..).filter(|rest| !rest.is_empty()) {
        let words =
            format!("and {} more record sets; the JSON report has them all", number(length(rest)));
        screen.paragraph(2, Ink::Faint, &words);
    }
}
