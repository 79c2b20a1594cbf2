//! The list of drawn records that people fill in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Serialize;

use super::draw::Drawn;
use super::error::{SampleError, WorksheetProblem};
use crate::finding::{Reveal, Tag, neutral};
use crate::report::{ReportError, Row, RowFile, key_cell, key_parts, number_cell};

/// The columns of a worksheet: where the record is, what the reviewer says, and how it was drawn.
const COLUMNS: [&str; 14] = [
    "number",
    "stratum",
    "file",
    "record",
    "line",
    "key",
    "deficient",
    "remark",
    "stratum_no",
    "stratum_records",
    "stratum_drawn",
    "frame",
    "size",
    "seed",
];

/// What a worksheet shows.
#[derive(Debug, Clone)]
pub struct WorksheetOptions {
    /// The seed, so that anybody can draw the sample again.
    pub seed: String,
    /// Whether tags are keyed with the site's key.
    pub site_key_present: bool,
    /// What is in clear.
    pub reveal: Reveal,
}

/// A list of drawn records.
#[derive(Debug, Clone, Copy)]
pub struct Worksheet<'d> {
    drawn: &'d Drawn,
}

impl<'d> Worksheet<'d> {
    /// The list of a sample.
    #[must_use]
    pub fn of(drawn: &'d Drawn) -> Self {
        Self { drawn }
    }

    /// Writes it: `.csv`, or `.jsonl` for JSON Lines.
    ///
    /// # Errors
    /// When the name says no format, or the file cannot be written.
    pub fn write(self, path: &Path, options: &WorksheetOptions) -> Result<(), ReportError> {
        let mut file = RowFile::create(path, &COLUMNS, options.reveal)?;
        let write = |file: &mut RowFile| {
            let mut number = 0;
            for (place, stratum) in self.drawn.strata.iter().enumerate() {
                for chosen in &stratum.drawn {
                    number += 1;
                    file.add(&Line {
                        number,
                        stratum: self.name(place, options),
                        file: neutral(&chosen.file),
                        record: chosen.record,
                        line: chosen.line,
                        key: key_cell(&key_parts(&chosen.key, options.site_key_present)),
                        deficient: "",
                        remark: "",
                        stratum_no: place + 1,
                        stratum_records: stratum.records,
                        stratum_drawn: stratum.drawn.len(),
                        frame: self.drawn.frame,
                        size: self.drawn.size(),
                        seed: &options.seed,
                    })?;
                }
            }
            Ok(())
        };
        write(&mut file)
            .and_then(|()| file.finish())
            .map_err(|cause| ReportError::Write { path: path.display().to_string(), cause })
    }

    /// What a stratum is called: its code if the dictionary declares it or the user asked for it, else its tag, else
    /// its number.
    #[must_use]
    pub fn name(self, place: usize, options: &WorksheetOptions) -> String {
        let Some(tag) = self.drawn.strata.get(place).and_then(|stratum| stratum.tag.as_ref())
        else {
            return "all".to_owned();
        };
        let parts = key_parts(std::slice::from_ref(tag), options.site_key_present);
        if parts.is_empty() { number_tag(tag, place) } else { key_cell(&parts) }
    }
}

/// A stratum whose value is neither declared nor keyed.
fn number_tag(tag: &Tag, place: usize) -> String {
    format!("{} #{}", tag.field, place + 1)
}

/// One row.
#[derive(Serialize)]
struct Line<'a> {
    number: u64,
    stratum: String,
    file: String,
    record: u64,
    line: u64,
    key: String,
    deficient: &'a str,
    remark: &'a str,
    stratum_no: usize,
    stratum_records: u64,
    stratum_drawn: usize,
    frame: u64,
    size: usize,
    seed: &'a str,
}

impl Row for Line<'_> {
    fn cells(&self) -> Vec<String> {
        vec![
            self.number.to_string(),
            self.stratum.clone(),
            self.file.clone(),
            self.record.to_string(),
            number_cell(Some(self.line).filter(|line| *line > 0)),
            self.key.clone(),
            self.deficient.to_owned(),
            self.remark.to_owned(),
            self.stratum_no.to_string(),
            self.stratum_records.to_string(),
            self.stratum_drawn.to_string(),
            self.frame.to_string(),
            self.size.to_string(),
            self.seed.to_owned(),
        ]
    }
}

/// What a reviewer says of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is deficient.
    Yes,
    /// It is sound.
    No,
    /// It cannot be assessed.
    Na,
}

/// One stratum as it was reviewed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reviewed {
    /// What it is called.
    pub name: String,
    /// How many records of the frame it has.
    pub records: u64,
    /// How many were drawn.
    pub drawn: u64,
    /// How many of them were assessed.
    pub assessed: u64,
    /// How many of those are deficient.
    pub deficient: u64,
}

/// A worksheet that was filled in, by stratum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The strata, in the order of their numbers.
    pub strata: Vec<Reviewed>,
}

impl Review {
    /// Whether a file that begins so is a worksheet, and holds no records of an export.
    #[must_use]
    pub fn begins(start: &[u8]) -> bool {
        start.starts_with(COLUMNS.join(",").as_bytes())
    }

    /// Reads a worksheet that was filled in, as spreadsheets save it: commas, semicolons or tabs, with a byte order mark
    /// or without, in any order of rows and columns.
    ///
    /// # Errors
    /// If it is none, if figures were changed or rows are missing, or if a record is not reviewed.
    pub fn read(bytes: &[u8]) -> Result<Self, SampleError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let delimiter = [b',', b';', b'\t']
            .into_iter()
            .max_by_key(|sign| header.iter().filter(|byte| *byte == sign).count())
            .unwrap_or(b',');
        let none = || SampleError::NotAWorksheet { columns: COLUMNS.join(", ") };
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(bytes);
        let header = reader.byte_headers().map_err(|_| none())?.clone();
        let column = |name: &str| {
            header.iter().position(|cell| cell.trim_ascii() == name.as_bytes()).ok_or_else(none)
        };
        let columns = Columns {
            number: column("number")?,
            stratum: column("stratum")?,
            deficient: column("deficient")?,
            stratum_no: column("stratum_no")?,
            stratum_records: column("stratum_records")?,
            stratum_drawn: column("stratum_drawn")?,
            size: column("size")?,
        };
        let mut gathering = Gathering::default();
        for (row, record) in (1..).zip(reader.byte_records()) {
            let record = record.map_err(|_| none())?;
            if record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                continue;
            }
            gathering.take(row, &record, &columns);
        }
        gathering.finish()
    }
}

/// Where the columns are.
struct Columns {
    number: usize,
    stratum: usize,
    deficient: usize,
    stratum_no: usize,
    stratum_records: usize,
    stratum_drawn: usize,
    size: usize,
}

/// What was read of a worksheet.
#[derive(Default)]
struct Gathering {
    strata: BTreeMap<u64, Reviewed>,
    /// How many rows of each stratum there are.
    rows: BTreeMap<u64, u64>,
    seen: BTreeSet<u64>,
    size: Option<u64>,
    open: usize,
    problems: Vec<WorksheetProblem>,
}

impl Gathering {
    fn take(&mut self, row: usize, record: &csv::ByteRecord, columns: &Columns) {
        let text = |column: usize| record.get(column).unwrap_or_default().trim_ascii();
        let figure = |column: usize, name: &'static str| {
            let figure =
                std::str::from_utf8(text(column)).ok().and_then(|text| text.parse::<u64>().ok());
            figure.ok_or(WorksheetProblem::Figure { row, column: name })
        };
        let figures = || {
            Ok((
                figure(columns.number, "number")?,
                figure(columns.stratum_no, "stratum_no")?,
                figure(columns.stratum_records, "stratum_records")?,
                figure(columns.stratum_drawn, "stratum_drawn")?,
                figure(columns.size, "size")?,
            ))
        };
        let (number, stratum_no, records, drawn, size) = match figures() {
            Ok(figures) => figures,
            Err(problem) => return self.problems.push(problem),
        };
        if !self.seen.insert(number) {
            return self.problems.push(WorksheetProblem::Twice { row, number });
        }
        if *self.size.get_or_insert(size) != size {
            return self.problems.push(WorksheetProblem::Figure { row, column: "size" });
        }
        let stratum = self.strata.entry(stratum_no).or_insert_with(|| Reviewed {
            name: neutral(&String::from_utf8_lossy(text(columns.stratum))),
            records,
            drawn,
            assessed: 0,
            deficient: 0,
        });
        for (found, expected, column) in
            [(records, stratum.records, "stratum_records"), (drawn, stratum.drawn, "stratum_drawn")]
        {
            if found != expected || drawn > records {
                return self.problems.push(WorksheetProblem::Figure { row, column });
            }
        }
        *self.rows.entry(stratum_no).or_default() += 1;
        match answer(text(columns.deficient)) {
            None => self.problems.push(WorksheetProblem::Answer { row }),
            Some(None) => self.open += 1,
            Some(Some(Answer::Na)) => {}
            Some(Some(said)) => {
                stratum.assessed += 1;
                stratum.deficient += u64::from(said == Answer::Yes);
            }
        }
    }

    fn finish(mut self) -> Result<Review, SampleError> {
        let rows = self.seen.len();
        let drawn = self.size.unwrap_or(0);
        if self.problems.is_empty() {
            let lacking = |(number, stratum): (&u64, &Reviewed)| {
                self.rows.get(number).copied().unwrap_or(0) != stratum.drawn
            };
            if rows as u64 != drawn || self.strata.iter().any(lacking) || rows == 0 {
                let missing = drawn.saturating_sub(rows as u64);
                self.problems.push(WorksheetProblem::RowsMissing { missing, drawn });
            }
        }
        if !self.problems.is_empty() {
            return Err(SampleError::Worksheet { problems: self.problems });
        }
        if self.open > 0 {
            return Err(SampleError::NotReviewed { open: self.open, all: rows });
        }
        Ok(Review { strata: self.strata.into_values().collect() })
    }
}

/// What a cell says; inside, nothing where it is blank.
fn answer(cell: &[u8]) -> Option<Option<Answer>> {
    Some(match cell.to_ascii_lowercase().as_slice() {
        b"" => None,
        b"yes" | b"y" | b"true" | b"1" | b"x" => Some(Answer::Yes),
        b"no" | b"n" | b"false" | b"0" => Some(Answer::No),
        b"na" | b"n/a" => Some(Answer::Na),
        _ => return None,
    })
}
