//! Records of one chunk as columns of spans into one buffer.

use memchr::memchr;

use crate::source::lexer::{Dialect, place};
use crate::source::{Encoding, Issue, IssueClass, IssueLog, Tally, code};

/// Where a cell's text lies in its batch's buffer: after unquoting and unescaping, before trimming.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CellSpan {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A footer line that says how many records there should be before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footer {
    /// How many it says.
    pub declared: u64,
    /// How many records of the batch stand before it.
    pub records: u64,
    /// Its physical line, counted from 1 at the batch's first.
    pub line: u64,
    /// Its raw file offset.
    pub byte: u64,
}

impl Footer {
    /// The issue of a footer whose number is not that of the records read, given what was read before the batch.
    #[must_use]
    pub fn check(&self, lines_before: u64, records_before: u64) -> Option<Issue> {
        let records = records_before + self.records;
        (records != self.declared).then(|| Issue {
            code: code::FOOTER_COUNT,
            class: IssueClass::Skipped,
            line: lines_before + self.line,
            record: None,
            byte: self.byte,
            column: None,
            detail: format!("the footer says {} records, {records} were read", self.declared),
        })
    }
}

/// A record on one line that has fewer or more fields than the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Misfit {
    /// How many fields it has.
    pub fields: usize,
    /// Whether the fields that are too much say anything.
    pub says_more: bool,
    /// Its number among all records of the chunk, counted from 0.
    pub ordinal: u32,
    /// Its physical line, counted from 0 at the chunk's first record.
    pub line: u32,
    /// Where it starts in the buffer.
    start: u32,
}

/// How much text is walked at most to turn a place into a raw offset.
const STRETCH: usize = 4096;

/// The kept records of one chunk.
///
/// The buffer is UTF-8 where [`Batch::invalid_cells`] does not say otherwise. Cells come out a column at a time by
/// [`Batch::column`]; unescaped texts are appended to the buffer, so every span points into it.
#[derive(Default)]
pub struct Batch {
    /// The decoded text of the chunk, and after it the unescaped cells.
    pub buffer: Vec<u8>,
    /// How many records were kept.
    pub rows: usize,
    /// How many fields a kept record has.
    pub width: usize,
    /// Where each kept record starts in the buffer.
    pub row_start: Vec<u32>,
    /// Where each field ends, `width` entries a kept record; quotes still stand inside.
    pub ends: Vec<u32>,
    /// True if a quote byte stands in any kept record.
    pub quoted: bool,
    /// The physical line of each kept record's first byte, counted from 0 at the chunk's first record;
    /// empty when each record is one line and none was skipped (then it is the row number).
    pub lines: Vec<u32>,
    /// The number of each kept record among all records of the chunk, counted from 0; empty when none was skipped.
    pub ordinals: Vec<u32>,
    /// Records of another width, which are skipped: nobody knows which of their fields is which. What they say is kept
    /// for whoever has the same record in another place.
    pub misfits: Vec<Misfit>,
    /// Where the fields of the misfits end, `width` entries each; what is too much is left out, what lacks is empty.
    misfit_ends: Vec<u32>,
    /// Cells whose bytes are damaged (row, column), sorted: invalid whatever their type.
    pub invalid_cells: Vec<(u32, u32)>,
    /// Raw file offset of the buffer's first byte.
    pub raw_start: u64,
    /// Characters of several bytes in the raw bytes, sound as UTF-8: evidence for [`crate::source::Table::contrary`].
    pub valid_multibyte: u64,
    /// Runs of raw bytes that are no UTF-8: the contrary evidence.
    pub invalid_bytes: u64,
    /// Footers that say how many records there should be.
    pub footers: Vec<Footer>,
    /// What was wrong; lines and records relative to the chunk, counted from 1.
    pub issues: IssueLog,
    /// How much there was.
    pub tally: Tally,
    /// How its bytes became fields.
    pub(super) dialect: Dialect,
    /// How its bytes became text.
    pub(super) encoding: Encoding,
    /// How many raw bytes each stretch of [`STRETCH`] bytes of the buffer starts after; empty for UTF-8.
    pub(super) marks: Vec<u64>,
    /// Separator positions of the block at hand.
    pub(super) positions: Vec<u32>,
    /// Line ends inside quotes of the block at hand.
    pub(super) breaks: Vec<u32>,
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Batch")
            .field("rows", &self.rows)
            .field("width", &self.width)
            .field("issues", &self.issues)
            .field("tally", &self.tally)
            .finish_non_exhaustive()
    }
}

impl Batch {
    /// Empties the batch and keeps its allocations.
    pub(super) fn reset(&mut self, dialect: Dialect, encoding: Encoding, width: usize) {
        self.buffer.clear();
        self.rows = 0;
        self.width = width;
        self.row_start.clear();
        self.ends.clear();
        self.quoted = false;
        self.lines.clear();
        self.ordinals.clear();
        self.misfits.clear();
        self.misfit_ends.clear();
        self.invalid_cells.clear();
        self.raw_start = 0;
        self.valid_multibyte = 0;
        self.invalid_bytes = 0;
        self.footers.clear();
        self.marks.clear();
        self.issues.by_code.clear();
        self.tally = Tally::default();
        self.dialect = dialect;
        self.encoding = encoding;
    }

    /// The physical line of a kept record's first byte, counted from 0 at the chunk's first record.
    #[must_use]
    pub fn line(&self, row: usize) -> u64 {
        self.lines.get(row).map_or(row as u64, |&line| u64::from(line))
    }

    /// The number of a kept record among all records of the chunk, skipped ones included, counted from 0.
    #[must_use]
    pub fn ordinal(&self, row: usize) -> u64 {
        self.ordinals.get(row).map_or(row as u64, |&ordinal| u64::from(ordinal))
    }

    /// The raw file offset of a kept record's first byte.
    #[must_use]
    pub fn record_offset(&self, row: usize) -> u64 {
        let start = self.row_start.get(row).map_or(0, |&start| start as usize);
        let stretch = start / STRETCH;
        let (from, raw) = match self.marks.get(stretch) {
            Some(&raw) => (stretch * STRETCH, raw),
            None => (0, 0),
        };
        self.raw_start
            + raw
            + self.encoding.raw_len(self.buffer.get(from..start).unwrap_or_default())
    }

    /// Remembers the raw offsets of places in the text, where they differ.
    pub(super) fn mark(&mut self) {
        if self.encoding == Encoding::Utf8 {
            return;
        }
        let mut raw = 0;
        for stretch in self.buffer.chunks(STRETCH) {
            self.marks.push(raw);
            raw += self.encoding.raw_len(stretch);
        }
    }

    /// Where the cells of a column lie, one span a kept record: quotes stripped, doubled and escaped bytes restored
    /// at the end of the buffer.
    pub fn column(&mut self, column: usize, out: &mut Vec<CellSpan>) {
        out.clear();
        if column >= self.width {
            return;
        }
        out.reserve(self.rows);
        let rows = self.ends.chunks_exact(self.width).zip(&self.row_start);
        match column.checked_sub(1) {
            None => out.extend(rows.map(|(ends, &start)| CellSpan {
                start,
                end: ends.first().copied().unwrap_or(start),
            })),
            Some(before) => out.extend(rows.map(|(ends, &start)| match ends.get(before..) {
                Some(&[before, end, ..]) => CellSpan { start: (before + 1).min(end), end },
                _ => CellSpan { start, end: start },
            })),
        }
        if self.quoted {
            for span in out {
                self.open_quotes(span);
            }
        }
    }

    /// Appends where the cells of a column lie in the misfits, one span each, as [`Batch::column`] does for the records
    /// that were kept.
    pub fn misfit_column(&mut self, column: usize, out: &mut Vec<CellSpan>) {
        if column >= self.width {
            return;
        }
        let from = out.len();
        let misfits = self.misfit_ends.chunks_exact(self.width).zip(&self.misfits);
        out.extend(misfits.map(|(ends, misfit)| {
            let before = column.checked_sub(1).and_then(|before| ends.get(before));
            let end = ends.get(column).copied().unwrap_or(misfit.start);
            CellSpan { start: before.map_or(misfit.start, |before| (before + 1).min(end)), end }
        }));
        for span in out.get_mut(from..).unwrap_or_default() {
            self.open_quotes(span);
        }
    }

    /// Keeps what a skipped record of another width says, given where it and its first fields end.
    pub(super) fn set_aside(&mut self, text: &[u8], start: u32, fields: usize, ends: &[u32]) {
        let number = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let (ordinal, line) = (number(self.tally.records), number(self.tally.lines));
        let end = start.saturating_add(place(text.len()));
        let known = ends.get(..self.width).and_then(<[u32]>::last).copied().unwrap_or(end);
        let more = text.get(known.saturating_sub(start) as usize..).unwrap_or_default();
        let says_more = fields > self.width
            && (more.is_empty()
                || more.iter().any(|byte| *byte != self.dialect.delimiter && *byte != b' '));
        self.misfits.push(Misfit { fields, says_more, ordinal, line, start });
        self.misfit_ends.extend(ends.iter().copied().take(self.width));
        self.misfit_ends.resize(self.misfits.len() * self.width, end);
    }

    /// Where one cell of a kept record lies, where no quote stands in any of them.
    #[must_use]
    pub fn unquoted_cell(&self, row: usize, column: usize) -> Option<CellSpan> {
        let from = row.checked_mul(self.width)?;
        let ends = self.ends.get(from..from + self.width)?;
        let (start, end) = (*self.row_start.get(row)?, *ends.get(column)?);
        let before = column.checked_sub(1).and_then(|before| ends.get(before));
        Some(CellSpan { start: before.map_or(start, |before| (before + 1).min(end)), end })
    }

    /// Moves a span to the text inside its quotes.
    fn open_quotes(&mut self, span: &mut CellSpan) {
        let Self { buffer, dialect, .. } = self;
        let Some(cell) = buffer.get(span.start as usize..span.end as usize) else { return };
        let opened = dialect.opened(cell);
        match opened.first() {
            Some(&first) if first == dialect.quote => {
                let inner = opened.get(1..opened.len() - 1).unwrap_or_default();
                let escaped = dialect.escape.is_some_and(|escape| memchr(escape, inner).is_some());
                if opened.len() > 1
                    && opened.last() == Some(&dialect.quote)
                    && !escaped
                    && memchr(dialect.quote, inner).is_none()
                {
                    span.start = span.end - place(opened.len()) + 1;
                    span.end -= 1;
                    return;
                }
            }
            Some(b'=') if dialect.formula_text(opened).is_some() => {}
            _ => return,
        }
        let mut text = Vec::with_capacity(opened.len());
        dialect.unquote(cell, &mut text);
        span.start = place(buffer.len());
        buffer.extend_from_slice(&text);
        span.end = place(buffer.len());
    }
}
