//! Export files: read whole and in small chunks, any bytes give the same records, places, issues and counts.

#![no_main]

use chartaudit::source::{Batch, Chunk, Input, IssueLog, ReadOptions, Table, Tally, open};
use libfuzzer_sys::fuzz_target;

/// A chunk that holds every input.
const WHOLE: u64 = 1 << 24;

/// A kept record: physical line, number, offset and cells.
type Record = (u64, u64, u64, Vec<Vec<u8>>);

/// Everything that reading a file gave.
#[derive(Debug, PartialEq, Eq)]
struct Reading {
    records: Vec<Record>,
    invalid: Vec<(u64, u32)>,
    evidence: (u64, u64),
    issues: IssueLog,
    tally: Tally,
}

fuzz_target!(|bytes: &[u8]| {
    let Some(last) = bytes.last() else { return };
    let options = ReadOptions {
        escape: (last & 0x80 != 0).then_some(b'\\'),
        trim_before_quote: last & 0x40 != 0 && last & 0x80 != 0,
        ..ReadOptions::default()
    };
    let input = Input {
        name: "fuzz.csv".to_owned(),
        len: bytes.len() as u64,
        bytes: Box::new(bytes.to_vec()),
    };
    let known = |cells: &[String]| cells.iter().filter(|cell| cell.len() < 9).count();
    let Ok(table) = open(input, &options, &known) else { return };
    let whole = read(&table, WHOLE);
    assert_eq!(whole.tally.records, whole.tally.kept + whole.tally.skipped);
    assert_eq!(read(&table, 1 + u64::from(last & 0x3F)), whole);
});

/// Reads a table as the engine does: each chunk is split where its first record is predicted, and again where that was
/// wrong.
fn read(table: &Table, size: u64) -> Reading {
    let mut reading = Reading {
        records: Vec::new(),
        invalid: Vec::new(),
        evidence: (0, 0),
        issues: IssueLog::default(),
        tally: Tally::default(),
    };
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    let mut truth = table.data_start;
    let mut quotes = 0_u64;
    for index in 0..table.input.len.div_ceil(size) {
        table.load(&mut chunk, index, size).expect("memory can be read");
        let inside = quotes.saturating_sub(table.quotes_before_data) % 2 == 1;
        quotes += chunk.quotes;
        let predicted = table.predict(&chunk, inside);
        let mut next = table.split(&mut chunk, predicted, &mut batch).expect("memory can be read");
        if predicted != truth {
            next = table.split(&mut chunk, truth, &mut batch).expect("memory can be read");
        }
        truth = next;
        reading.append(&mut batch);
    }
    assert_eq!(truth.max(table.data_start), table.input.len, "the file is read to its end");
    reading
}

impl Reading {
    fn append(&mut self, batch: &mut Batch) {
        let before = self.tally;
        let columns: Vec<_> = (0..batch.width)
            .map(|column| {
                let mut spans = Vec::new();
                batch.column(column, &mut spans);
                spans
            })
            .collect();
        for row in 0..batch.rows {
            let text = |span: &chartaudit::source::CellSpan| {
                batch.buffer[span.start as usize..span.end as usize].to_vec()
            };
            self.records.push((
                before.lines + batch.line(row) + 1,
                before.records + batch.ordinal(row) + 1,
                batch.record_offset(row),
                columns.iter().map(|spans| text(&spans[row])).collect(),
            ));
        }
        for (row, column) in &batch.invalid_cells {
            self.invalid.push((before.records + batch.ordinal(*row as usize) + 1, *column));
        }
        self.evidence.0 += batch.valid_multibyte;
        self.evidence.1 += batch.invalid_bytes;
        self.issues.append(batch.issues.clone(), before.lines, before.records);
        for footer in &batch.footers {
            if let Some(issue) = footer.check(before.lines, before.records) {
                self.issues.add(issue);
            }
        }
        let tally = batch.tally;
        self.tally = Tally {
            lines: before.lines + tally.lines,
            records: before.records + tally.records,
            kept: before.kept + tally.kept,
            skipped: before.skipped + tally.skipped,
            not_records: before.not_records + tally.not_records,
            flagged: before.flagged + tally.flagged,
        };
    }
}
