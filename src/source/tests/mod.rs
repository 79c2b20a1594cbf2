//! A whole file read as the engine reads it, for the tests of this room.

mod law;
mod malformation;
mod place;
mod rate;

use crate::source::split::Pace;
use crate::source::{
    Batch, CellSpan, Chunk, Input, IssueClass, IssueLog, ReadOptions, Refusal, Table, Tally, open,
};

/// A kept record, with its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    line: u64,
    record: u64,
    byte: u64,
    cells: Vec<Vec<u8>>,
}

/// Everything that reading a file gave.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reading {
    kept: Vec<Kept>,
    invalid: Vec<(u64, u32)>,
    evidence: (u64, u64),
    issues: IssueLog,
    tally: Tally,
}

/// How a file is read: in chunks of how many bytes, trusting predictions or not.
#[derive(Debug, Clone, Copy)]
struct Way {
    size: u64,
    pace: Pace,
}

const WHOLE: Way = Way { size: 1 << 20, pace: Pace::Blocks };

fn input(bytes: &[u8]) -> Input {
    Input { name: "t.csv".to_owned(), len: bytes.len() as u64, bytes: Box::new(bytes.to_vec()) }
}

/// Opens bytes as a table with the columns that the malformations are told with.
fn open_bytes(bytes: &[u8], options: &ReadOptions) -> Result<Table, Box<Refusal>> {
    open(input(bytes), options, &|cells| {
        let known = ["mrn", "name", "dob", "admit_dt", "note"];
        cells.iter().filter(|cell| known.contains(&cell.to_lowercase().as_str())).count()
    })
}

/// Reads a table to its end, chunk by chunk, each split on its prediction and again where that was wrong.
fn read(table: &Table, way: Way) -> Reading {
    let mut reading = Reading {
        kept: Vec::new(),
        invalid: Vec::new(),
        evidence: (0, 0),
        issues: table.issues.clone(),
        tally: table.tally,
    };
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    let mut truth = table.data_start;
    let mut quotes = 0;
    for index in 0..table.input.len.div_ceil(way.size) {
        table.load(&mut chunk, index, way.size).unwrap();
        let inside =
            quotes > table.quotes_before_data && (quotes - table.quotes_before_data) % 2 == 1;
        quotes += chunk.quotes;
        let predicted = table.predict(&chunk, inside);
        let mut next = table.split_at_pace(&mut chunk, predicted, &mut batch, way.pace).unwrap();
        if predicted != truth {
            next = table.split_at_pace(&mut chunk, truth, &mut batch, way.pace).unwrap();
        }
        assert!(
            next >= chunk.range.end.min(truth.max(chunk.range.end)),
            "a chunk is read to its end"
        );
        truth = next;
        append(&mut reading, &mut batch);
    }
    assert_eq!(truth.max(table.data_start), table.input.len, "the file is read to its end");
    reading
}

fn append(reading: &mut Reading, batch: &mut Batch) {
    let before = reading.tally;
    let mut columns: Vec<Vec<CellSpan>> = vec![Vec::new(); batch.width];
    for (column, spans) in columns.iter_mut().enumerate() {
        batch.column(column, spans);
    }
    for row in 0..batch.rows {
        let text = |span: &CellSpan| batch.buffer[span.start as usize..span.end as usize].to_vec();
        reading.kept.push(Kept {
            line: before.lines + batch.line(row) + 1,
            record: before.records + batch.ordinal(row) + 1,
            byte: batch.record_offset(row),
            cells: columns.iter().map(|spans| text(&spans[row])).collect(),
        });
    }
    let damaged = batch.invalid_cells.iter();
    let numbered =
        damaged.map(|&(row, column)| (before.records + batch.ordinal(row as usize) + 1, column));
    reading.invalid.extend(numbered);
    reading.evidence.0 += batch.valid_multibyte;
    reading.evidence.1 += batch.invalid_bytes;
    reading.issues.append(batch.issues.clone(), before.lines, before.records);
    for footer in &batch.footers {
        if let Some(issue) = footer.check(before.lines, before.records) {
            reading.issues.add(issue);
        }
    }
    let tally = batch.tally;
    assert_eq!(tally.records, tally.kept + tally.skipped);
    assert_eq!(tally.kept, batch.rows as u64);
    assert_eq!(batch.ends.len(), batch.rows * batch.width);
    reading.tally = Tally {
        lines: before.lines + tally.lines,
        records: before.records + tally.records,
        kept: before.kept + tally.kept,
        skipped: before.skipped + tally.skipped,
        not_records: before.not_records + tally.not_records,
        flagged: before.flagged + tally.flagged,
    };
}

/// The class of a code in a log.
fn class_of(issues: &IssueLog, code: &str) -> Option<IssueClass> {
    issues.by_code.iter().find(|(one, _)| one.0 == code).map(|(_, count)| count.class)
}
