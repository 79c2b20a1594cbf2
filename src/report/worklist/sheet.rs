//! The worklist as CSV that a spreadsheet opens as it is meant.

use std::io::{self, Write};

use super::entry::{Entry, day};
use super::order::Worklist;
use crate::finding::neutral;
use crate::report::json::v1::{Masking, Outcome, Overdue, Report, Rule};
use crate::report::phrase;
use crate::report::rows::{harmless, number_cell};
use crate::report::screen::{counted, number};
use crate::report::waiver;

/// The columns; the last two are for those who work with the list.
#[derive(Debug, Clone, Copy)]
enum Column {
    AssignedTo,
    Overdue,
    Due,
    DaysOverdue,
    Severity,
    Rule,
    Title,
    Finding,
    Fields,
    Citation,
    File,
    Record,
    Line,
    Key,
    Remedy,
    Pack,
    Status,
    Remark,
}

/// How many columns there are.
const COLUMNS: usize = 18;

/// The names of the columns.
const NAMES: [&str; COLUMNS] = [
    "assigned_to",
    "overdue",
    "due",
    "days_overdue",
    "severity",
    "rule",
    "title",
    "finding",
    "fields",
    "citation",
    "file",
    "record",
    "line",
    "key",
    "remedy",
    "pack",
    "status",
    "remark",
];

/// The cells of a row.
#[derive(Default)]
struct Cells([String; COLUMNS]);

impl Cells {
    /// Fills a cell.
    fn set(&mut self, column: Column, text: &str) {
        self.0[column as usize] = neutral(text);
    }

    /// The cells as a spreadsheet may have them.
    fn harmless(self) -> [String; COLUMNS] {
        self.0.map(harmless)
    }
}

/// What tells a spreadsheet that the text is UTF-8; without it masks and names are garbled.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Whether a file that begins so is a worklist, and holds no records.
pub(crate) fn holds_worklist(start: &[u8]) -> bool {
    let start = start.strip_prefix(BYTE_ORDER_MARK.as_bytes()).unwrap_or(start);
    start.starts_with(NAMES.join(",").as_bytes())
}

impl Worklist {
    /// Writes the list of a report: every finding that was gathered, then a row a rule that has none in it and says why,
    /// and what the list does not hold.
    ///
    /// # Errors
    /// Whatever keeps it from being written, or temporary files from being read.
    pub fn write(self, report: &Report, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(BYTE_ORDER_MARK.as_bytes())?;
        let mut sheet = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to);
        sheet.write_record(NAMES)?;
        let mut listed = vec![0_u64; report.rules.len()];
        let mut entries = self.finish()?;
        while let Some((entry, assignee)) = entries.next()? {
            let index = usize::try_from(entry.rule).unwrap_or(usize::MAX);
            let Some(rule) = report.rules.get(index) else { continue };
            if let Some(listed) = listed.get_mut(index) {
                *listed += 1;
            }
            sheet.write_record(row(report, rule, &entry, &assignee).harmless())?;
        }
        for (rule, listed) in report.rules.iter().zip(listed) {
            if let Some(remark) = ending(rule, listed) {
                let mut cells = about(rule);
                cells.set(Column::Remark, &remark);
                sheet.write_record(cells.harmless())?;
            }
        }
        for remark in remarks(report) {
            let mut cells = Cells::default();
            cells.set(Column::Remark, &remark);
            sheet.write_record(cells.harmless())?;
        }
        sheet.flush()
    }
}

/// The row of a finding.
fn row(report: &Report, rule: &Rule, entry: &Entry, assignee: &str) -> Cells {
    let days = day(&report.as_of).zip(entry.due_day());
    let days = days.map(|(as_of, due)| i64::from(as_of.0) - i64::from(due.0));
    let mut cells = about(rule);
    cells.set(Column::AssignedTo, assignee);
    cells.set(Column::Overdue, entry.overdue.map_or("", Overdue::words));
    cells.set(Column::Due, entry.due.as_deref().unwrap_or_default());
    cells.set(Column::DaysOverdue, &days.map(|days| days.to_string()).unwrap_or_default());
    cells.set(Column::Finding, &entry.message);
    cells.set(Column::Fields, &entry.fields);
    cells.set(Column::File, entry.file.as_deref().unwrap_or_default());
    cells.set(Column::Record, &number_cell(entry.record));
    cells.set(Column::Line, &number_cell(entry.line));
    cells.set(Column::Key, &entry.key);
    cells
}

/// What every row of a rule says.
fn about(rule: &Rule) -> Cells {
    let mut cells = Cells::default();
    cells.set(Column::Severity, rule.severity.name());
    cells.set(Column::Rule, &rule.id);
    cells.set(Column::Title, &rule.title);
    cells.set(Column::Citation, &phrase::citations(rule));
    cells.set(Column::Remedy, rule.remedy.as_deref().unwrap_or_default());
    cells.set(Column::Pack, &rule.pack);
    // For those who work with the list.
    cells.set(Column::Status, "");
    cells
}

/// What is to be said of a rule when its findings are listed: how many are not, or why there are none.
fn ending(rule: &Rule, listed: u64) -> Option<String> {
    let counts = &rule.counts;
    let mut words = Vec::new();
    // A record with two identifiers is one violation and two findings.
    let all = if counts.occurrences == 0 {
        counts.violations.saturating_sub(counts.waived)
    } else if counts.waived == 0 {
        counts.violations.max(counts.occurrences)
    } else {
        // How many of them waived records hold is not known.
        listed
    };
    if counts.waived > 0 {
        let unit = rule.unit.name(counts.waived);
        words.push(format!("{} {unit} waived and not in this list", number(counts.waived)));
    }
    let left = all.saturating_sub(listed);
    if left > 0 {
        words.push(format!(
            "{} not in this list; `--report csv=FILE` of a scan lists every one",
            counted(left, "more finding is", "more findings are")
        ));
    }
    if listed == 0 || rule.outcome != Outcome::Fail {
        words.push(format!("{}: {}", phrase::outcome(rule.outcome), phrase::told(rule)));
    }
    words.extend(phrase::unjudged(rule));
    (!words.is_empty()).then(|| words.join("; "))
}

/// What is to be said of the list as a whole.
fn remarks(report: &Report) -> Vec<String> {
    let mut remarks = vec![format!(
        "chartaudit {} as of {}: exit {}, {}",
        report.tool.version, report.as_of, report.exit_code, report.exit_reason
    )];
    remarks.extend(report.incomplete_reasons.iter().map(|reason| format!("incomplete: {reason}")));
    let noted = waiver::noted(report).into_iter();
    remarks.extend(noted.map(|noted| format!("waivers: {}", waiver::sentence(noted))));
    let refused = report.summary.inputs.refused + report.summary.inputs.unrecognised;
    if refused > 0 {
        let words = counted(refused, "file was not evaluated", "files were not evaluated");
        remarks.push(words);
    }
    remarks.push(phrase::masking(report).to_owned());
    if !report.provenance.site_key && report.provenance.masking == Masking::On {
        let words = "without a site key, assignees are numbered in this list alone, and records are found by file and record";
        remarks.push(words.to_owned());
    }
    remarks.push(report.notice.clone());
    remarks
}
