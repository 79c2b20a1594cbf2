//! All records that start in a chunk, exactly as one reader from the first byte to the last would find them.

use std::io;

use memchr::memchr2;

use crate::source::batch::Footer;
use crate::source::block::has_strange;
use crate::source::flag::{Flag, examine, is_strange, may_be_odd};
use crate::source::lexer::{
    Dialect, Fault, Parsed, Record, count_line_ends, first_line, line_end, place,
};
use crate::source::table::{Tail, byte_name};
use crate::source::{Batch, Chunk, Encoding, Issue, IssueClass, IssueCode, Table, code, decode};

/// How long a record may be, in bytes of its text.
pub(super) const RECORD_LIMIT: usize = 8 << 20;

/// How near the end of the file a line of full width is still held against the footer pattern.
const FOOTER_REACH: u64 = 16 << 10;

/// How much is read beyond a chunk at a time, at least.
const READ_ON: u64 = 64 << 10;

/// Which ways the splitter may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Whole blocks where they are regular.
    Blocks,
    /// One record after the other: the definition, which the tests hold the blocks against.
    #[cfg(test)]
    Records,
}

/// Bytes of a table read at a time, where it is read from end to end by one.
const STRETCH: u64 = 1 << 18;

impl Table {
    /// Reads all records in their order, a batch at a time, each told with the lines and records before it; gives how
    /// many records there are.
    ///
    /// # Errors
    /// Whatever the file system says, and a file that has become shorter since it was opened.
    pub fn read_through(&self, each: &mut dyn FnMut(&mut Batch, (u64, u64))) -> io::Result<u64> {
        let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
        let mut start = self.data_start;
        let (mut lines, mut records) = (self.lines_before, 0);
        for index in 0..self.input.len.div_ceil(STRETCH) {
            self.load(&mut chunk, index, STRETCH)?;
            if start >= chunk.range.end {
                continue;
            }
            start = self.split(&mut chunk, start, &mut batch)?;
            each(&mut batch, (lines, records));
            lines += batch.tally.lines;
            records += batch.tally.records;
        }
        Ok(records)
    }

    /// Splits all records that start in the chunk from `start` on, and says where the next record starts.
    ///
    /// `start` is the raw offset of a record's first byte, and so is the result: at or after the range's end, or the
    /// file's length. The batch is refilled, its allocations kept. A chunk is at most 1 GiB.
    ///
    /// # Errors
    /// Whatever the file system says, and a file that has become shorter since it was opened.
    pub fn split(&self, chunk: &mut Chunk, start: u64, batch: &mut Batch) -> io::Result<u64> {
        self.split_at_pace(chunk, start, batch, Pace::Blocks)
    }

    /// Splits, with the ways it may take.
    pub(super) fn split_at_pace(
        &self,
        chunk: &mut Chunk,
        start: u64,
        batch: &mut Batch,
        pace: Pace,
    ) -> io::Result<u64> {
        batch.reset(self.dialect(), self.encoding, self.width);
        let start = start.max(chunk.range.start);
        batch.raw_start = start;
        if start >= chunk.range.end {
            return Ok(start);
        }
        let mut text = std::mem::take(&mut batch.buffer);
        let (mut at, mut decoded_to) = (0, start);
        if self.encoding == Encoding::Utf8 {
            // The bytes are the text: they change places with the old text instead of being copied.
            let range = &chunk.range;
            if chunk.taken {
                self.input.fill(range.start, range.end - range.start, &mut chunk.raw)?;
            }
            std::mem::swap(&mut text, &mut chunk.raw);
            chunk.taken = true;
            decoded_to = range.end.min(self.data_end.max(range.start));
            let length = usize::try_from(decoded_to - range.start).unwrap_or(usize::MAX);
            text.truncate(length);
            at = usize::try_from(start - range.start).unwrap_or(usize::MAX).min(text.len());
            batch.raw_start = range.start;
        }
        let mut splitter = Splitter {
            table: self,
            dialect: self.dialect(),
            text,
            chunk,
            batch,
            decoded_to,
            at,
            base: at,
            raw: start,
            scratch: Vec::new(),
            unweighed: Vec::new(),
            strange: false,
        };
        let result = splitter.run(pace);
        splitter.batch.buffer = std::mem::take(&mut splitter.text);
        splitter.batch.mark();
        result
    }
}

/// One split under way.
pub(super) struct Splitter<'a> {
    pub(super) table: &'a Table,
    pub(super) dialect: Dialect,
    pub(super) chunk: &'a mut Chunk,
    pub(super) batch: &'a mut Batch,
    /// The decoded text from the start on.
    pub(super) text: Vec<u8>,
    /// Raw offset of the first byte that is not decoded yet.
    decoded_to: u64,
    /// Where the next record starts in the text.
    pub(super) at: usize,
    /// A place in the text at or before it.
    base: usize,
    /// The raw offset of that place.
    pub(super) raw: u64,
    /// Unquoted cells, for comparisons.
    scratch: Vec<u8>,
    /// Lines so long that they are not even weighed, as raw ranges.
    unweighed: Vec<std::ops::Range<u64>>,
    /// Whether anything but printable ASCII may stand in the text.
    pub(super) strange: bool,
}

impl Splitter<'_> {
    fn run(&mut self, pace: Pace) -> io::Result<u64> {
        let range_end = self.chunk.range.end;
        let data_end = self.table.data_end;
        let start = self.raw;
        self.feed(range_end)?;
        // Records that start before this place belong to the range.
        let owned = self.text.len();
        let mut patience: u32 = 1;
        while self.raw < range_end && self.raw < data_end {
            if pace == Pace::Blocks && self.table.allows_blocks(self.chunk) && self.at < owned {
                let before = self.at;
                self.base = before;
                self.blocks(owned);
                self.raw += self.table.encoding.raw_len(&self.text[before..self.at]);
                self.base = self.at;
                patience = if self.at > before { 1 } else { (patience * 2).min(1 << 12) };
            }
            for _ in 0..patience {
                if self.raw >= range_end || self.raw >= data_end {
                    break;
                }
                let before = self.at;
                self.base = before;
                self.step()?;
                self.strange |= has_strange(&self.text[before..self.at]);
                self.raw += self.table.encoding.raw_len(&self.text[before..self.at]);
                self.base = self.at;
            }
        }
        self.raw = self.raw.min(data_end.max(start));
        self.weigh(start);
        if self.raw >= data_end && self.raw < range_end {
            if self.table.tail == Tail::Padding && start <= data_end {
                self.skip_padding();
            }
            return Ok(self.table.input.len);
        }
        Ok(self.raw)
    }

    /// Counts what the raw bytes say about the encoding.
    fn weigh(&mut self, start: u64) {
        let speaks = matches!(self.table.encoding, Encoding::Utf8 | Encoding::Windows1252);
        if !speaks || !self.strange {
            return;
        }
        let base = self.chunk.range.start;
        let place = |raw: u64| usize::try_from(raw.saturating_sub(base)).unwrap_or(usize::MAX);
        let mut from = start;
        let end = self.raw..self.raw;
        for gap in self.unweighed.drain(..).chain([end]) {
            let raw = match self.table.encoding {
                Encoding::Utf8 => &self.text,
                _ => &self.chunk.raw,
            };
            let raw = raw.get(place(from)..place(gap.start)).unwrap_or_default();
            let evidence = decode::evidence(raw);
            self.batch.valid_multibyte += evidence.valid;
            self.batch.invalid_bytes += evidence.invalid;
            from = gap.end;
        }
    }

    /// Whether the text reaches the end of the data.
    fn complete(&self) -> bool {
        self.decoded_to >= self.table.data_end
    }

    /// Decodes up to a raw offset, and reads what is missing for that.
    fn feed(&mut self, to: u64) -> io::Result<()> {
        let to = to.min(self.table.data_end);
        if to <= self.decoded_to {
            return Ok(());
        }
        if self.table.encoding == Encoding::Utf8 {
            self.table.input.append(self.decoded_to, to - self.decoded_to, &mut self.text)?;
            self.decoded_to = to;
            return Ok(());
        }
        let base = self.chunk.range.start;
        let at_hand = base + self.chunk.raw.len() as u64;
        if at_hand < to {
            self.table.input.append(at_hand, to - at_hand, &mut self.chunk.raw)?;
        }
        let place = |raw: u64| usize::try_from(raw - base).unwrap_or(usize::MAX);
        let raw = &self.chunk.raw[place(self.decoded_to)..place(to)];
        let complete = to == self.table.data_end;
        let used = self.table.encoding.decode(raw, complete, &mut self.text);
        self.decoded_to += used as u64;
        Ok(())
    }

    /// Reads on beyond what is decoded, the more the longer the record at hand already is.
    fn more(&mut self) -> io::Result<()> {
        let wanted = READ_ON.max((self.text.len() - self.at) as u64);
        self.feed(self.decoded_to.saturating_add(wanted))
    }

    /// The text from the next record on, with the promise that it does not go on in the file where `complete`.
    fn rest(&self) -> &[u8] {
        &self.text[self.at..]
    }

    /// Takes one record, or one line that is none.
    fn step(&mut self) -> io::Result<()> {
        let (lead, blank) = loop {
            let window = self.rest().len().min(RECORD_LIMIT + 3);
            let rest = &self.rest()[..window];
            let complete = self.complete() && window == self.rest().len();
            let lead = rest.iter().take_while(|&&byte| byte == 0x0C).count();
            let blanks = match self.table.width {
                0 | 1 => 0,
                _ => rest[lead..].iter().take_while(|&&byte| byte == b' ').count(),
            };
            let decided = match rest.get(lead + blanks) {
                Some(b'\r' | b'\n') => line_end(rest, lead + blanks, complete)
                    .map(|length| (lead, Some(lead + blanks + length))),
                Some(_) => Some((lead, None)),
                None if complete => Some((lead, Some(lead + blanks))),
                None => None,
            };
            match decided {
                Some(decided) => break decided,
                None if window == RECORD_LIMIT + 3 => break (0, None),
                None => self.more()?,
            }
        };
        if let Some(length) = blank {
            self.batch.tally.not_records += 1;
            return self.pass(self.at + length, 1);
        }
        let start = self.at + lead;
        if self.is_comment(start)? {
            self.batch.tally.not_records += 1;
            return self.pass_line();
        }
        let fields_before = self.batch.ends.len();
        let parsed = loop {
            let window = (start + RECORD_LIMIT + 3).min(self.text.len());
            let whole = window == self.text.len();
            let parsed = self.dialect.parse(
                &self.text[..window],
                start,
                whole && self.complete(),
                self.table.width,
                &mut self.batch.ends,
            );
            match parsed {
                Parsed::More => {
                    self.batch.ends.truncate(fields_before);
                    if !whole || window == start + RECORD_LIMIT + 3 {
                        break Parsed::Broken(self.too_long(start));
                    }
                    self.more()?;
                }
                Parsed::Record(record) if record.end - start > RECORD_LIMIT => {
                    break Parsed::Broken(self.too_long(start));
                }
                parsed => break parsed,
            }
        };
        match parsed {
            Parsed::Record(record) => self.take(start, fields_before, &record),
            Parsed::Broken(fault) => {
                let ends = self.batch.ends.split_off(fields_before);
                if fault.code == code::LONG_ROW {
                    let end = ends.last().map_or(start, |end| *end as usize);
                    let text = self.text.get(start..end).unwrap_or_default();
                    self.batch.set_aside(text, place(start), self.table.width + 1, &ends);
                }
                let detail = self.fault_detail(&fault);
                self.skip(fault.code, fault.at, Some(fault.column), detail);
                self.pass_line()
            }
            Parsed::More => Ok(()),
        }
    }

    fn too_long(&self, start: usize) -> Fault {
        Fault { code: code::RECORD_TOO_LONG, at: start, column: 0 }
    }

    /// Takes a record that has an end: kept, skipped, or no record after all.
    fn take(&mut self, start: usize, fields_before: usize, record: &Record) -> io::Result<()> {
        let expected = self.table.width;
        let short_by_trailing = self.table.trailing && record.fields + 1 == expected;
        if short_by_trailing {
            self.batch.ends.push(place(record.end));
        }
        let trailing_filled = self.table.trailing
            && record.fields == expected
            && !ends_empty(&self.batch.ends[fields_before..], start);
        let fits = (record.fields == expected || short_by_trailing) && !trailing_filled;
        if !record.multi_line
            && (!fits || self.raw.saturating_add(FOOTER_REACH) >= self.table.data_end)
            && self.is_footer(start, record.end)
        {
            self.batch.ends.truncate(fields_before);
            self.batch.tally.not_records += 1;
            return self.pass(record.next, 1);
        }
        if !fits {
            let ends = self.batch.ends.split_off(fields_before);
            return self.skip_misfit(start, &ends, record);
        }
        let ends = &self.batch.ends[fields_before..];
        if let Some(aside) = self.table.aside(&self.text, start, ends, &mut self.scratch) {
            self.batch.ends.truncate(fields_before);
            self.batch.tally.not_records += 1;
            self.note(aside, IssueClass::Kept, start, None, None, || {
                match aside {
                    code::REPEATED_HEADER => "the header stands here again: not a record",
                    _ => "a row of dashes: not a record",
                }
                .to_owned()
            });
            let lines = self.lines_to(record);
            return self.pass(record.next, lines);
        }
        let row = self.batch.rows;
        if start > self.at {
            self.flag(code::CONTROL_CHAR, self.at, 0, || {
                "a form feed before the record".to_owned()
            });
        }
        if let Some(fault) = record.fault {
            let detail = self.fault_detail(&fault);
            self.flag(fault.code, fault.at, fault.column, || detail);
        }
        if record.quoted {
            self.flag_formulas(start, fields_before);
        }
        let row_text = &self.text[start..record.end];
        if row_text.iter().any(|&byte| is_strange(byte)) && may_be_odd(row_text) {
            self.flag_cells(row, start, fields_before);
        }
        self.batch.quoted |= record.quoted;
        self.keep(start);
        self.batch.tally.records += 1;
        let lines = self.lines_to(record);
        self.pass(record.next, lines)
    }

    /// How many lines a record takes.
    fn lines_to(&self, record: &Record) -> u64 {
        if record.multi_line { count_line_ends(&self.text[self.at..record.end]) + 1 } else { 1 }
    }

    /// Enters the row whose ends are already there.
    pub(super) fn keep(&mut self, start: usize) {
        let Batch { rows, lines, ordinals, row_start, tally, .. } = &mut *self.batch;
        enter(lines, *rows, tally.lines);
        enter(ordinals, *rows, tally.records);
        row_start.push(place(start));
        *rows += 1;
        tally.kept += 1;
    }

    /// Goes on at a place, so many lines later.
    fn pass(&mut self, next: usize, lines: u64) -> io::Result<()> {
        self.at = next;
        self.batch.tally.lines += lines;
        Ok(())
    }

    /// Goes on after the first physical line, however long it is.
    fn pass_line(&mut self) -> io::Result<()> {
        let encoding = self.table.encoding;
        let start = self.raw;
        let mut found = first_line(&self.text, self.at, self.complete());
        while found.is_none() && self.rest().len() <= RECORD_LIMIT {
            self.more()?;
            found = first_line(&self.text, self.at, self.complete());
        }
        let (line, next) = match found {
            Some((end, next)) => (end - self.at, next),
            None => (usize::MAX, self.read_past_line()?),
        };
        if line > RECORD_LIMIT {
            let end = self.raw + encoding.raw_len(&self.text[self.at..next]);
            self.unweighed.push(start..end);
        }
        self.pass(next, 1)
    }

    /// Drops the line at hand, reads on until it ends, and says where that is in the text.
    ///
    /// The line reaches beyond the chunk's range, so no row of this batch follows it.
    fn read_past_line(&mut self) -> io::Result<usize> {
        let mut raw = Vec::new();
        loop {
            if let Some((_, next)) = first_line(&self.text, self.at, self.complete()) {
                return Ok(next);
            }
            if memchr2(b'\r', b'\n', self.rest()).is_none() {
                self.raw += self.table.encoding.raw_len(self.rest());
                self.text.truncate(self.at);
            }
            let to = self.decoded_to.saturating_add(READ_ON).min(self.table.data_end);
            raw.clear();
            self.table.input.append(self.decoded_to, to - self.decoded_to, &mut raw)?;
            let complete = to == self.table.data_end;
            let used = self.table.encoding.decode(&raw, complete, &mut self.text);
            self.decoded_to += used as u64;
        }
    }

    fn is_comment(&mut self, start: usize) -> io::Result<bool> {
        let table = self.table;
        let Some(mark) = table.options.comment.as_ref().filter(|mark| !mark.is_empty()) else {
            return Ok(false);
        };
        while self.text.len() < start + mark.len() && !self.complete() {
            self.more()?;
        }
        Ok(self.text[start..].starts_with(mark.as_bytes()))
    }

    /// Whether a line is a declared footer; its number is kept for the check.
    fn is_footer(&mut self, start: usize, end: usize) -> bool {
        let Some(footer) = &self.table.options.footer else { return false };
        let line = &self.text[start..end];
        let Some(found) = footer.captures(line) else { return false };
        let number = found.get(1).and_then(|group| std::str::from_utf8(group.as_bytes()).ok());
        let number = number.map(|text| text.replace([',', ' ', '.'], ""));
        if let Some(declared) = number.and_then(|text| text.parse().ok()) {
            self.batch.footers.push(Footer {
                declared,
                records: self.batch.tally.records,
                line: self.batch.tally.lines + 1,
                byte: self.raw_at(start),
            });
        }
        true
    }

    fn skip_misfit(&mut self, start: usize, ends: &[u32], record: &Record) -> io::Result<()> {
        let table = self.table;
        let expected = table.width - usize::from(table.trailing);
        let found = record.fields;
        let text = &self.text[start..record.end];
        // A quote inside an unquoted field protects nothing: only the width is wrong.
        let fault = record.fault.filter(|fault| fault.code != code::BARE_QUOTE);
        let (code, detail) = match fault {
            Some(fault) => (
                fault.code,
                format!("{}; expected {expected} fields, found {found}", self.fault_detail(&fault)),
            ),
            None if found < table.width && !record.ended && table.tail != Tail::EndMark => (
                code::TRUNCATED,
                format!(
                    "expected {expected} fields, found {found}, and no line end: \
                     the file is cut off in this record"
                ),
            ),
            None if found < table.width => (
                code::SHORT_ROW,
                format!("expected {expected} fields, found {found}{}", short_hint(text, table)),
            ),
            None => (
                code::LONG_ROW,
                format!(
                    "expected {expected} fields, found {found}{}",
                    long_hint(text, self.dialect)
                ),
            ),
        };
        let (at, column) = match fault {
            Some(fault) => (fault.at, Some(fault.column)),
            None => (start, None),
        };
        if matches!(code, code::SHORT_ROW | code::LONG_ROW) {
            self.batch.set_aside(text, place(start), found, ends);
        }
        self.skip(code, at, column, detail);
        if record.multi_line {
            return self.pass_line();
        }
        self.pass(record.next, 1)
    }

    /// Counts a record that is lost.
    fn skip(&mut self, code: IssueCode, at: usize, column: Option<usize>, detail: String) {
        let record = self.batch.tally.records + 1;
        self.note(code, IssueClass::Skipped, at, Some(record), column, || detail);
        self.batch.tally.records += 1;
        self.batch.tally.skipped += 1;
    }

    /// Counts the block of NULs at the end of the file.
    fn skip_padding(&mut self) {
        let padding = self.table.input.len - self.table.data_end;
        self.at = self.text.len();
        self.skip(
            code::NUL_PADDING,
            self.at,
            None,
            format!(
                "the file ends in {padding} NUL bytes: a copy or a write to disk never finished, \
                 export it again"
            ),
        );
        self.batch.tally.lines += 1;
    }

    /// The raw offset of a place at or after the next record's start.
    fn raw_at(&self, at: usize) -> u64 {
        self.raw + self.table.encoding.raw_len(self.text.get(self.base..at).unwrap_or_default())
    }

    fn note(
        &mut self,
        code: IssueCode,
        class: IssueClass,
        at: usize,
        record: Option<u64>,
        column: Option<usize>,
        detail: impl FnOnce() -> String,
    ) {
        let mut issues = std::mem::take(&mut self.batch.issues);
        issues.note(code, class, || Issue {
            code,
            class,
            line: self.batch.tally.lines
                + 1
                + count_line_ends(self.text.get(self.at..at).unwrap_or_default()),
            record,
            byte: self.raw_at(at),
            column: column.map(place),
            detail: detail(),
        });
        self.batch.issues = issues;
    }

    /// Counts an oddity of a cell that is kept.
    fn flag(&mut self, code: IssueCode, at: usize, column: usize, detail: impl FnOnce() -> String) {
        let record = self.batch.tally.records + 1;
        self.note(code, Flag::CLASS, at, Some(record), Some(column), detail);
        self.batch.tally.flagged += 1;
    }

    /// The cells of the row whose ends start at `fields_before`: column, first byte, one past the last.
    fn cell(&self, start: usize, fields_before: usize, column: usize) -> (usize, usize) {
        let end = self.batch.ends[fields_before + column] as usize;
        match column.checked_sub(1) {
            None => (start, end),
            Some(before) => ((self.batch.ends[fields_before + before] as usize + 1).min(end), end),
        }
    }

    /// Flags the texts that were written as formulas.
    pub(super) fn flag_formulas(&mut self, start: usize, fields_before: usize) {
        for column in 0..self.table.width {
            let (from, to) = self.cell(start, fields_before, column);
            if self.dialect.formula_text(self.dialect.opened(&self.text[from..to])).is_some() {
                self.flag(code::EXCEL_FORMULA_TEXT, from, column, || {
                    "the value is written as a formula; its text is read".to_owned()
                });
            }
        }
    }

    /// Looks closely at the cells of a row that has strange bytes.
    pub(super) fn flag_cells(&mut self, row: usize, start: usize, fields_before: usize) {
        for column in 0..self.table.width {
            let (from, to) = self.cell(start, fields_before, column);
            let cell = &self.text[from..to];
            if !cell.iter().any(|&byte| is_strange(byte)) {
                continue;
            }
            let mut flags = Vec::new();
            examine(cell, self.dialect.quote, |flag| flags.push(flag));
            if flags.iter().any(|flag| flag.invalid) {
                self.batch.invalid_cells.push((place(row), place(column)));
            }
            for flag in flags {
                self.flag(flag.code, from + flag.at, column, || flag.detail.to_owned());
            }
        }
    }

    fn fault_detail(&self, fault: &Fault) -> String {
        let quote = byte_name(self.dialect.quote);
        match fault.code {
            code::UNCLOSED_QUOTE => format!(
                "the quote {quote} that opens this field does not close it: \
                 the first line of the record is lost"
            ),
            code::BARE_QUOTE => format!("a quote {quote} stands inside an unquoted field"),
            code::TEXT_AFTER_QUOTE => {
                let escaped = fault.at >= 2 && self.text.get(fault.at - 2) == Some(&b'\\');
                let hint = if escaped {
                    r#"; if backslashes escape quotes, set `escape: "\\"`"#
                } else {
                    ""
                };
                format!(
                    "expected a delimiter or a line end after the closing quote, found text{hint}"
                )
            }
            code::LONG_ROW => format!(
                "expected {} fields, found more, over several lines: \
                 the first line of the record is lost",
                self.table.width - usize::from(self.table.trailing)
            ),
            _ => format!(
                "the record is longer than {RECORD_LIMIT} bytes; perhaps a quote is not closed: \
                 the first line of the record is lost"
            ),
        }
    }
}

/// Enters a row's number in a list that stays empty as long as it would hold 0, 1, 2, ...
fn enter(list: &mut Vec<u32>, row: usize, number: u64) {
    let number = u32::try_from(number).unwrap_or(u32::MAX);
    if list.is_empty() {
        if number as usize == row {
            return;
        }
        list.extend((0..row).map(place));
    }
    list.push(number);
}

/// Whether the last of a row's fields is empty.
fn ends_empty(ends: &[u32], start: usize) -> bool {
    match ends {
        [.., before, last] => last - before == 1,
        [last] => *last as usize == start,
        [] => true,
    }
}

fn short_hint(text: &[u8], table: &Table) -> &'static str {
    if table.options.comment.is_none() && text.starts_with(b"#") {
        return "; if this is a comment, set `comment: \"#\"`";
    }
    if text.starts_with(b"(") || text.to_ascii_lowercase().starts_with(b"total") {
        return "; if this is a footer, set `footer:` to its pattern";
    }
    "; the record above may continue here"
}

fn long_hint(text: &[u8], dialect: Dialect) -> &'static str {
    let blank_quote = [dialect.delimiter, b' ', dialect.quote];
    if memchr::memmem::find(text, "\u{201C}".as_bytes()).is_some() {
        "; typographic quotes (U+201C) do not protect delimiters, only plain ones do"
    } else if memchr::memmem::find(text, &blank_quote).is_some() {
        "; if blanks may stand before quotes, set `trim_before_quote: true`"
    } else {
        "; a delimiter may stand unquoted in a value"
    }
}

impl Table {
    /// Why a row of the right width is no record: the header again, or a row of dashes.
    pub(super) fn aside(
        &self,
        text: &[u8],
        start: usize,
        ends: &[u32],
        scratch: &mut Vec<u8>,
    ) -> Option<IssueCode> {
        if self.is_underline(text, start, ends) {
            return Some(code::UNDERLINE_ROW);
        }
        self.is_header(text, start, ends, scratch).then_some(code::REPEATED_HEADER)
    }

    /// Whether all cells of a row are runs of `-` or `=`, and one at least is longer than a character.
    pub(super) fn is_underline(&self, text: &[u8], start: usize, ends: &[u32]) -> bool {
        let mut from = start;
        let mut long = false;
        let cells = ends.len() - usize::from(self.trailing && ends.len() > 1);
        for &end in &ends[..cells] {
            let cell = self.bare(&text[from..(end as usize).max(from)]);
            if cell.is_empty() || !cell.iter().all(|&byte| byte == b'-' || byte == b'=') {
                return false;
            }
            long |= cell.len() > 1;
            from = end as usize + 1;
        }
        long
    }

    /// Whether a row equals the header, cell for cell.
    pub(super) fn is_header(
        &self,
        text: &[u8],
        start: usize,
        ends: &[u32],
        scratch: &mut Vec<u8>,
    ) -> bool {
        if self.header.line == 0 || self.header.names.is_empty() {
            return false;
        }
        let mut from = start;
        for (name, &end) in self.header.names.iter().zip(ends) {
            let cell = &text[from..(end as usize).max(from)];
            if !self.is_name(cell, name, scratch) {
                return false;
            }
            from = end as usize + 1;
        }
        true
    }

    /// Whether a cell is a name of the header.
    fn is_name(&self, cell: &[u8], name: &str, scratch: &mut Vec<u8>) -> bool {
        let bare = self.bare(cell);
        if bare == name.as_bytes() {
            return true;
        }
        // Names are folded: only one with a blank or an escaped quote can stand in another spelling.
        if !bare.iter().any(|byte| {
            byte.is_ascii_whitespace() || *byte >= 0x80 || *byte == self.quote || *byte == b'='
        }) {
            return false;
        }
        scratch.clear();
        self.dialect().unquote(cell, scratch);
        std::str::from_utf8(scratch).is_ok_and(|text| super::open::fold(text) == name)
    }

    /// A cell without blanks and quotes around it.
    fn bare<'a>(&self, cell: &'a [u8]) -> &'a [u8] {
        let cell = cell.trim_ascii();
        match cell {
            [first, inner @ .., last] if *first == self.quote && *last == self.quote => {
                inner.trim_ascii()
            }
            _ => cell,
        }
    }

    /// Whether whole blocks may be taken at once: a plain dialect, and no footer in reach.
    fn allows_blocks(&self, chunk: &Chunk) -> bool {
        let footer_in_reach = self.options.footer.is_some()
            && chunk.range.end.saturating_add(FOOTER_REACH) >= self.data_end;
        self.escape.is_none()
            && !self.options.trim_before_quote
            && self.options.comment.is_none()
            && self.width > 0
            && !footer_in_reach
    }
}
