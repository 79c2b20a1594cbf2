//! What was seen, on one screen: what each file is and how sure that is, and what a person has to settle.

use crate::cli::init::answer::Answers;
use crate::cli::init::export::{Export, Recognised};
use crate::cli::table::Table;
use crate::cli::word;
use crate::source::IssueLog;
use crate::survey::{Confidence, DayOrder, Extent};

/// Renders it.
pub(super) fn render(export: &Export, answers: &Answers, width: usize) -> String {
    let recognised = export.recognised();
    let mut text = String::new();
    if recognised.is_empty() {
        text.push_str("No file is recognised.\n");
    } else {
        text.push_str("Recognised\n");
        let mut table = Table::new(4);
        for file in &recognised {
            let confidence = file.seen.map_or(Confidence::Doubtful, |seen| seen.confidence);
            table.row([
                file.set.name.clone(),
                confidence.name().to_owned(),
                file.file.name.clone(),
                facts(file),
            ]);
        }
        text.push_str(&table.render(2, width));
    }
    let mut unknown = Table::new(2);
    for file in &export.plan.files {
        if let Some((issues, _)) = file.state.refusal() {
            unknown.row([file.name.clone(), why_not(issues)]);
        }
    }
    for (name, issue) in &export.plan.problems {
        unknown.row([name.clone(), issue.detail.clone()]);
    }
    section(&mut text, "Not recognised", &unknown.render(2, width));
    section(
        &mut text,
        "To settle, in the project file",
        &open(&recognised, answers).render(2, width),
    );
    text
}

fn section(text: &mut String, title: &str, body: &str) {
    if !body.is_empty() {
        text.push_str(&format!("\n{title}\n{body}"));
    }
}

/// What speaks for a file's record set.
pub(super) fn facts(file: &Recognised<'_>) -> String {
    let Some(seen) = file.seen else { return "it cannot be read to its end".to_owned() };
    let records = word::counted(usize::try_from(seen.records).unwrap_or(usize::MAX), "record");
    let records = match seen.extent {
        Extent::Whole => records,
        Extent::Start => format!("first {records}"),
    };
    let (known, columns) = file.known();
    let mut facts = format!("{records}, {known} of {} known", word::counted(columns, "column"));
    let (read, typed) = seen.read();
    if typed > 0 {
        facts.push_str(&format!(", {} of dates and figures read", share(read, typed)));
    }
    let dialect: Vec<String> = file
        .bound
        .table
        .describe()
        .into_iter()
        .filter_map(|(name, words)| match (name.as_str(), words.as_str()) {
            ("encoding", "utf-8" | "UTF-8") | ("delimiter", "comma") | ("header", "line 1") => None,
            ("encoding" | "delimiter", _) => Some(words),
            ("header", _) => Some(format!("header in {words}")),
            _ => None,
        })
        .collect();
    if !dialect.is_empty() {
        facts.push_str(&format!("; {}", dialect.join(", ")));
    }
    facts
}

/// A share in whole percent, rounded down so that only all is 100%.
fn share(part: u64, all: u64) -> String {
    format!("{}%", part.saturating_mul(100) / all.max(1))
}

/// Why a file is not recognised.
pub(super) fn why_not(issues: &IssueLog) -> String {
    let issues = issues.by_code.values().filter_map(|count| count.first.first());
    issues.map(|issue| issue.detail.as_str()).collect::<Vec<_>>().join("; ")
}

/// What a person has to settle.
fn open(recognised: &[Recognised<'_>], answers: &Answers) -> Table {
    let mut table = Table::new(2);
    for file in recognised {
        let Some(seen) = file.seen else { continue };
        let mut row = |what: String| table.row([file.set.name.clone(), what]);
        for column in &seen.columns {
            let name = file.set.fields.get(usize::from(column.field.0));
            let name = name.map_or("", |field| field.name.as_str());
            if column.order == DayOrder::Open && answers.order.is_none() {
                row(format!("`{name}`: month first or day first? no value tells"));
            } else if column.unreadable > 0 {
                let (unreadable, typed) = (column.unreadable, column.typed);
                row(format!("`{name}`: {unreadable} of {typed} values cannot be read"));
            }
            if column.unknown_codes > 0 {
                row(format!("`{name}`: {} that rules do not know", codes(column.unknown_codes)));
            }
        }
        for (field, header, _) in file.perhaps() {
            row(format!("`{field}`: perhaps the column `{header}`"));
        }
    }
    table
}

fn codes(count: u64) -> String {
    word::counted(usize::try_from(count).unwrap_or(usize::MAX), "code")
}
