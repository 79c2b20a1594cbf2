//! The examples that rules carry, run by the same engine as exports.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use crate::detect;
use crate::engine::outcome::Told;
use crate::engine::{Hooks, ScanOptions};
use crate::finding::{Outcome, Reveal, Unit};
use crate::plan::{
    BoundColumn, BoundFile, CellReader, Claim, Delivery, FileState, Plan, PlannedFile,
    ReleaseRequest,
};
use crate::rule::{
    Check, CheckedRule, Dictionary, Example, ExampleRecord, Expectation, Identifiers, RecordSet,
    ReleaseCheck, ReleaseMethod,
};
use crate::source::{self, HeaderAt, Input, Issue, IssueClass, IssueCode, ReadOptions, Table};
use crate::value::Date;

/// What an example came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExampleOutcome {
    /// What the rule says of each record (or group), in order.
    pub got: Vec<Expectation>,
    /// What the example expects of each.
    pub expected: Vec<Expectation>,
}

impl ExampleOutcome {
    /// Whether the rule says what the example expects.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.got == self.expected
    }
}

/// The as-of date of examples that name none: 2026-01-01.
const AS_OF: Date = Date(20_454);

/// Runs one example of a rule.
///
/// # Errors
/// Why it could not be run, in words.
pub fn run(
    dictionary: &Dictionary,
    rule: &CheckedRule,
    example: &Example,
) -> Result<ExampleOutcome, String> {
    let mut dictionary = dictionary.clone();
    dictionary.sets.push(RecordSet::every());
    let dictionary = &dictionary;
    let set =
        dictionary.set(&rule.record_set).ok_or("the rule's record set is not in the dictionary")?;
    let mut rule = rule.clone();
    rule.report_fictional = true;
    rule.off = None;
    // What a site allows is no part of a rule.
    if let Check::Identifiers(Identifiers { detection, .. })
    | Check::Release(ReleaseCheck { detection, .. }) = &mut rule.check
    {
        detection.site = detection.site.without_allowances();
    }
    let mut files = if set.name == RecordSet::EVERY {
        Vec::new()
    } else {
        vec![planned(dictionary, set, &example.given)?]
    };
    for (name, _) in &example.given {
        let related = dictionary.set(name).filter(|other| other.name != set.name);
        files.extend(related.map(|set| planned(dictionary, set, &example.given)).transpose()?);
    }
    let mut named = BTreeMap::new();
    if let Check::FileNames(looked_for) = &rule.check {
        let finder = detect::finder_for_names(&looked_for.detection.site, AS_OF);
        let of_path =
            |path: &str| finder.iter().flat_map(|finder| detect::in_path(finder, path)).collect();
        let paths = example.table.iter().flatten().map(|(_, path)| (path.clone(), of_path(path)));
        named.extend(paths);
    } else if !example.table.is_empty() {
        files.push(unplaced(dictionary, &example.table)?);
    }
    let by_expert = matches!(
        &rule.check,
        Check::Release(ReleaseCheck { method: Some(ReleaseMethod::Expert), .. })
    );
    for file in &mut files {
        file.claim.kind = example.release;
        file.claim.determined = by_expert;
    }
    let mut plan = Plan {
        dictionary: dictionary.clone(),
        rules: vec![rule],
        files,
        waivers: Vec::new(),
        release: ReleaseRequest::default(),
        problems: named.keys().map(|path: &String| (path.clone(), unread())).collect(),
        named,
        delivery: Delivery::default(),
    };
    let options = ScanOptions {
        as_of: example.as_of.unwrap_or(AS_OF),
        threads: 1,
        chunk_size: ScanOptions::CHUNK,
        memory: ScanOptions::MEMORY,
        temp_dir: PathBuf::new(),
        examples: 0,
        reveal: Reveal::Nothing,
        site_key: None,
        trace: true,
        baseline: None,
        watched: None,
    };
    let interrupted = AtomicBool::new(false);
    let hooks = Hooks::none(&interrupted);
    let Told { scan, trace, .. } =
        super::told(&mut plan, &options, &hooks).map_err(|error| error.to_string())?;
    let mut got: Vec<Expectation> = trace.into_iter().map(|(.., word)| word).collect();
    if got.is_empty()
        && let Some(outcome) = scan.rules.first()
    {
        // Of columns and files the worst word counts.
        got.push(match &outcome.outcome {
            Outcome::Pass if outcome.unit == Unit::Field && outcome.counts.not_evaluable > 0 => {
                Expectation::NotEvaluable
            }
            Outcome::Pass | Outcome::Waived | Outcome::Baselined => Expectation::Pass,
            Outcome::Fail => Expectation::Violation,
            Outcome::Pending => Expectation::Pending,
            Outcome::NotEvaluated(_) => Expectation::NotEvaluable,
            Outcome::NotApplicable | Outcome::Off(_) => Expectation::NotApplicable,
        });
    }
    let expected = match example.expect.as_slice() {
        [one] => vec![*one; got.len().max(1)],
        several => several.to_vec(),
    };
    Ok(ExampleOutcome { got, expected })
}

/// What becomes of a file of which an example gives the name alone.
fn unread() -> Issue {
    Issue::of_file(IssueCode("read/other-file"), IssueClass::Noted, String::new())
}

/// Text of a table, every cell quoted.
fn quoted(cells: &[String]) -> String {
    let cells: Vec<String> =
        cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
    cells.join(",") + "\n"
}

/// Rows as a table that no record set claims; a row that lacks a column has nothing there.
fn unplaced(
    dictionary: &Dictionary,
    rows: &[Vec<(String, String)>],
) -> Result<PlannedFile, String> {
    let mut headers: Vec<String> = Vec::new();
    for (header, _) in rows.iter().flatten() {
        if !headers.contains(header) {
            headers.push(header.clone());
        }
    }
    let mut text = quoted(&headers);
    for row in rows {
        let cell = |header: &String| {
            let cell = row.iter().find(|(name, _)| name == header);
            cell.map_or_else(String::new, |(_, text)| text.clone())
        };
        text += &quoted(&headers.iter().map(cell).collect::<Vec<_>>());
    }
    let (bytes, table) = opened(text.into_bytes())?;
    let file = BoundFile {
        set: dictionary.sets.len().saturating_sub(1),
        layout: String::new(),
        key: Vec::new(),
        columns: Vec::new(),
        unbound: (0..headers.len()).collect(),
        max_skipped: 0,
        min_records: 0,
        table,
    };
    Ok(PlannedFile {
        name: "example".to_owned(),
        bytes,
        state: FileState::Unplaced { file: Box::new(file), record_set: None },
        claim: Claim::default(),
    })
}

/// Text opened as a table with a header, and its length.
fn opened(text: Vec<u8>) -> Result<(u64, Table), String> {
    let bytes = text.len() as u64;
    let input = Input::memory("example", text);
    let options =
        ReadOptions { delimiter: Some(b','), header: HeaderAt::First, ..ReadOptions::default() };
    let table = source::open(input, &options, &|cells| cells.len())
        .map_err(|_| "its records cannot be read as a table".to_owned())?;
    Ok((bytes, table))
}

/// The records as a table whose columns are named like the fields, every cell quoted.
fn as_csv<'e>(set: &RecordSet, records: impl Iterator<Item = &'e ExampleRecord>) -> Vec<u8> {
    let names: Vec<String> = set.fields.iter().map(|field| field.name.clone()).collect();
    let mut text = quoted(&names);
    for record in records {
        let mut cells = vec![String::new(); set.fields.len()];
        for (field, cell) in &record.cells {
            cells[usize::from(field.0)].clone_from(cell);
        }
        text += &quoted(&cells);
    }
    text.into_bytes()
}

fn planned(
    dictionary: &Dictionary,
    set: &RecordSet,
    given: &[(String, Vec<ExampleRecord>)],
) -> Result<PlannedFile, String> {
    let records = given.iter().filter(|(name, _)| *name == set.name);
    let text = as_csv(set, records.flat_map(|(_, records)| records));
    let (bytes, table) = opened(text)?;
    let index = dictionary.sets.iter().position(|other| other.name == set.name).unwrap_or(0);
    let columns = set
        .fields
        .iter()
        .enumerate()
        .map(|(column, field)| Some(BoundColumn { column, reader: CellReader::canonical(field) }))
        .collect();
    let file = BoundFile {
        table,
        set: index,
        layout: "example".to_owned(),
        key: set.key.clone(),
        columns,
        unbound: Vec::new(),
        max_skipped: 0,
        min_records: 0,
    };
    Ok(PlannedFile {
        name: "example".to_owned(),
        bytes,
        state: FileState::Bound(Box::new(file)),
        claim: Claim::default(),
    })
}
