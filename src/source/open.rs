//! Recognising an input as a table: its encoding, dialect and header, on a fixed stretch of its start.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::source::decode::evidence;
use crate::source::lexer::{Dialect, Parsed, count_line_ends, first_line, line_end};
use crate::source::sniff;
use crate::source::table::{Tail, byte_name};
use crate::source::{
    Batch, Chunk, Encoding, Header, HeaderAt, Input, Issue, IssueClass, IssueCode, IssueLog,
    LineEnd, ReadOptions, Table, Tally, code,
};

/// How much of a file is looked at to recognise it.
const PREFIX: u64 = 1 << 20;

/// In how many lines the header is searched.
const SEARCHED_LINES: u64 = 50;

/// How many rows decide between delimiters.
const COMPARED_ROWS: usize = 100;

/// How many records decide whether the dialect fits.
const JUDGED_RECORDS: usize = 1000;

/// How many columns a table may have.
const COLUMN_LIMIT: usize = 65_536;

/// The delimiters that are tried, the likelier first.
const DELIMITERS: [u8; 8] = [b',', b';', b'\t', b'|', b'^', b'~', 0x01, 0x1F];

/// Says how many of a row's cells are known names.
pub(super) type Recognise<'a> = &'a (dyn Fn(&[String]) -> usize + Sync);

/// An input that is not read, and why.
#[derive(Debug)]
pub struct Refusal {
    /// The file.
    pub input: Input,
    /// Why, and what else was found.
    pub issues: IssueLog,
    /// What was counted until then.
    pub tally: Tally,
}

/// Recognises an input as a table.
///
/// `recognise` gets the cells of a candidate header, unquoted and trimmed, and says how many are known names.
///
/// # Errors
/// An input that is no table, or none that can be read: its issues say why.
pub fn open(
    input: Input,
    options: &ReadOptions,
    recognise: &(dyn Fn(&[String]) -> usize + Sync),
) -> Result<Table, Box<Refusal>> {
    let mut opening = Opening { issues: IssueLog::default(), tally: Tally::default() };
    match opening.recognise(&input, options, recognise) {
        Ok(found) => opening.judge(found.into_table(input, options, &opening)),
        Err(Refused) => Err(opening.refusal(input)),
    }
}

/// A text with white space at its edges and invisible blanks removed, runs of white space folded to one blank.
pub(super) fn fold(text: &str) -> String {
    let blank = |character: char| {
        character.is_whitespace()
            || matches!(character, '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}')
    };
    let mut folded = String::with_capacity(text.len());
    for word in text.split(blank).filter(|word| !word.is_empty()) {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(word);
    }
    folded
}

/// The issue that refuses the file stands in the log.
struct Refused;

/// An opening under way.
struct Opening {
    issues: IssueLog,
    tally: Tally,
}

/// What was recognised.
struct Found {
    encoding: Encoding,
    encoding_fixed: bool,
    dialect: Dialect,
    line_end: LineEnd,
    header: Header,
    width: usize,
    trailing: bool,
    duplicates: Vec<(usize, usize)>,
    header_start: u64,
    data_start: u64,
    data_end: u64,
    tail: Tail,
    quotes_before_data: u64,
}

impl Found {
    fn into_table(self, input: Input, options: &ReadOptions, opening: &Opening) -> Table {
        Table {
            input,
            encoding: self.encoding,
            delimiter: self.dialect.delimiter,
            quote: self.dialect.quote,
            escape: self.dialect.escape,
            line_end: self.line_end,
            header: self.header,
            width: self.width,
            duplicates: self.duplicates,
            data_start: self.data_start,
            lines_before: opening.tally.lines,
            quotes_before_data: self.quotes_before_data,
            issues: opening.issues.clone(),
            tally: opening.tally,
            options: options.clone(),
            encoding_fixed: self.encoding_fixed,
            trailing: self.trailing,
            header_start: self.header_start,
            data_end: self.data_end,
            tail: self.tail,
        }
    }
}

/// One row of the stretch that is looked at.
struct Row {
    start: usize,
    next: usize,
    /// Lines before it, counted from where the rows start.
    line: u64,
    fields: usize,
    sound: bool,
    last_empty: bool,
    cells: Vec<String>,
    ending: LineEnd,
}

/// A way to read the header.
struct Candidate {
    dialect: Dialect,
    known: usize,
    agreeing: usize,
    fields: usize,
    header: Option<Row>,
}

/// The decoded start of a file.
struct Prefix {
    text: Vec<u8>,
    /// Whether it is all of the file's text.
    whole: bool,
    encoding: Encoding,
    /// Raw offset of its first byte.
    base: u64,
    /// Raw offset where it ends: half a character there is a whole one in the text.
    end: u64,
}

impl Prefix {
    fn raw(&self, at: usize) -> u64 {
        (self.base + self.encoding.raw_len(&self.text[..at])).min(self.end)
    }

    /// The rows from a place on, blank lines left out, until there are `count` or the lines are used up.
    fn rows(&self, from: usize, dialect: Dialect, count: usize, lines: u64) -> Vec<Row> {
        let mut rows = Vec::new();
        let mut at = from;
        let mut line = 0;
        let mut ends = Vec::new();
        while rows.len() < count && line < lines && at < self.text.len() {
            let text = &self.text;
            if matches!(text[at], b'\r' | b'\n') {
                at += line_end(text, at, true).unwrap_or(1);
                line += 1;
                continue;
            }
            ends.clear();
            let row = match dialect.parse(text, at, self.whole, COLUMN_LIMIT + 1, &mut ends) {
                Parsed::More => break,
                Parsed::Record(record) => Row {
                    start: at,
                    next: record.next,
                    line,
                    fields: record.fields,
                    sound: record.fault.is_none(),
                    last_empty: match ends.as_slice() {
                        [.., before, last] => last - before == 1,
                        _ => false,
                    },
                    cells: cells(text, at, dialect, &ends),
                    ending: match &text[record.end..record.next] {
                        b"\n" => LineEnd::Lf,
                        b"\r\n" => LineEnd::CrLf,
                        b"\r" => LineEnd::Cr,
                        b"" => LineEnd::None,
                        _ => LineEnd::Mixed,
                    },
                },
                Parsed::Broken(_) => {
                    let Some((_, next)) = first_line(text, at, self.whole) else { break };
                    Row {
                        start: at,
                        next,
                        line,
                        fields: 0,
                        sound: false,
                        last_empty: false,
                        cells: Vec::new(),
                        ending: LineEnd::None,
                    }
                }
            };
            line += count_line_ends(&text[at..row.next]).max(1);
            at = row.next;
            rows.push(row);
        }
        rows
    }
}

/// The cells of a row as names.
fn cells(text: &[u8], start: usize, dialect: Dialect, ends: &[u32]) -> Vec<String> {
    let mut from = start;
    let mut scratch = Vec::new();
    ends.iter()
        .map(|&end| {
            scratch.clear();
            dialect.unquote(text[from..end as usize].trim_ascii(), &mut scratch);
            from = end as usize + 1;
            fold(&String::from_utf8_lossy(&scratch))
        })
        .collect()
}

impl Opening {
    fn refusal(&mut self, input: Input) -> Box<Refusal> {
        Box::new(Refusal { input, issues: std::mem::take(&mut self.issues), tally: self.tally })
    }

    fn note(
        &mut self,
        code: IssueCode,
        class: IssueClass,
        place: (u64, u64),
        column: Option<usize>,
        detail: impl Into<String>,
    ) {
        let (line, byte) = place;
        let column = column.map(super::lexer::place);
        self.issues.add(Issue {
            code,
            class,
            line,
            record: None,
            byte,
            column,
            detail: detail.into(),
        });
    }

    fn refuse(&mut self, code: IssueCode, place: (u64, u64), detail: impl Into<String>) -> Refused {
        self.note(code, IssueClass::Refused, place, None, detail);
        Refused
    }

    fn recognise(
        &mut self,
        input: &Input,
        options: &ReadOptions,
        recognise: Recognise<'_>,
    ) -> Result<Found, Refused> {
        let mut raw = Vec::new();
        if let Err(error) = input.append(0, PREFIX, &mut raw) {
            return Err(self.refuse(
                code::UNREADABLE,
                (1, 0),
                format!("cannot be read: {}", error.kind()),
            ));
        }
        if raw.is_empty() {
            return self.empty(options);
        }
        if let Some((code, detail)) = sniff::other_format(&raw) {
            return Err(self.refuse(code, (1, 0), detail));
        }
        let (encoding, mark, encoding_fixed) = self.encoding(&raw, options);
        let (data_end, tail) = match sniff::tail(input, encoding, mark) {
            Ok(tail) => tail,
            Err(error) => {
                let detail = format!("cannot be read: {}", error.kind());
                return Err(self.refuse(code::UNREADABLE, (1, 0), detail));
            }
        };
        let whole = data_end <= raw.len() as u64;
        let end = usize::try_from(data_end).unwrap_or(usize::MAX).min(raw.len());
        let start = usize::try_from(mark).unwrap_or(usize::MAX).min(end);
        let mut text = Vec::new();
        encoding.decode(&raw[start..end], whole, &mut text);
        let prefix = Prefix { text, whole, encoding, base: mark, end: end as u64 };
        if whole && prefix.text.iter().all(|&byte| matches!(byte, b'\r' | b'\n' | b' ' | 0x0C)) {
            let lines = count_line_ends(&prefix.text);
            self.tally.lines += lines;
            self.tally.not_records += lines;
            let detail = match tail {
                Tail::Padding => {
                    "the file holds only NUL bytes: a copy or a write to disk never finished"
                }
                _ => "no header was found: the file holds only blank lines",
            };
            return Err(self.refuse(code::EMPTY_FILE, (1, 0), detail));
        }
        let mut found = self.header(&prefix, options, recognise)?;
        found.encoding_fixed = encoding_fixed;
        found.data_end = data_end;
        found.tail = tail;
        Ok(found)
    }

    /// A file without a byte.
    fn empty(&mut self, options: &ReadOptions) -> Result<Found, Refused> {
        if !options.allow_empty {
            return Err(self.refuse(
                code::EMPTY_FILE,
                (1, 0),
                "the file has no bytes: the export failed; if that is in order, set `allow_empty: true`",
            ));
        }
        self.note(code::EMPTY_FILE, IssueClass::Noted, (1, 0), None, "the file has no bytes");
        Ok(Found {
            encoding: options.encoding.unwrap_or_default(),
            encoding_fixed: true,
            dialect: dialect(options, b','),
            line_end: LineEnd::None,
            header: Header { names: options.columns.clone(), line: 0 },
            width: options.columns.len(),
            trailing: false,
            duplicates: Vec::new(),
            header_start: 0,
            data_start: 0,
            data_end: 0,
            tail: Tail::Nothing,
            quotes_before_data: 0,
        })
    }

    /// The encoding, how long its mark is, and whether it is certain.
    fn encoding(&mut self, raw: &[u8], options: &ReadOptions) -> (Encoding, u64, bool) {
        if let Some((encoding, length)) = sniff::mark(raw)
            && options.encoding.is_none_or(|declared| declared.unit() == encoding.unit())
        {
            let (code, detail) = match encoding {
                Encoding::Utf8 => (code::BOM, "the file starts with a UTF-8 mark"),
                _ => (code::TRANSCODED, "the file is UTF-16 by its mark"),
            };
            self.note(code, IssueClass::Noted, (1, 0), None, detail);
            return (encoding, length, true);
        }
        if let Some(declared) = options.encoding {
            return (declared, 0, true);
        }
        if let Some(guess) = sniff::unmarked_utf16(raw) {
            self.guessed(guess);
            return (guess, 0, true);
        }
        let weighed = evidence(whole_characters(raw));
        if weighed.valid == 0 && weighed.invalid > 0 {
            self.guessed(Encoding::Windows1252);
            return (Encoding::Windows1252, 0, false);
        }
        (Encoding::Utf8, 0, false)
    }

    fn guessed(&mut self, guess: Encoding) {
        let detail = guess_detail(guess);
        self.note(code::ENCODING_GUESSED, IssueClass::Kept, (1, 0), None, detail);
    }

    /// Finds the delimiter and the header, and what follows from them.
    fn header(
        &mut self,
        prefix: &Prefix,
        options: &ReadOptions,
        recognise: Recognise<'_>,
    ) -> Result<Found, Refused> {
        let mut from = 0;
        let mut declared = options.delimiter;
        if let Some((delimiter, next)) = sep_directive(&prefix.text, prefix.whole) {
            self.note(
                code::SEP_DIRECTIVE,
                IssueClass::Noted,
                (1, prefix.base),
                None,
                format!("the first line says that the delimiter is {}", byte_name(delimiter)),
            );
            self.tally.lines += 1;
            self.tally.not_records += 1;
            declared = declared.or(Some(delimiter));
            from = next;
        }
        let quote = options.quote.unwrap_or(b'"');
        let unfit = |byte: u8| byte >= 0x80 || matches!(byte, b'\r' | b'\n');
        if unfit(quote) || declared.is_some_and(|delimiter| unfit(delimiter) || delimiter == quote)
        {
            let detail = "the delimiter and the quote must be two ASCII characters, no line ends";
            return Err(self.refuse(code::DIALECT_MISMATCH, (1, prefix.base), detail));
        }
        let tried = declared.map_or_else(|| DELIMITERS.to_vec(), |delimiter| vec![delimiter]);
        let mut best: Option<Candidate> = None;
        for delimiter in tried {
            let candidate =
                candidate(prefix, from, dialect(options, delimiter), options, recognise);
            let better = best.as_ref().is_none_or(|best| {
                let rank = |one: &Candidate| (one.known, one.agreeing, one.fields);
                rank(&candidate) > rank(best)
            });
            if better {
                best = Some(candidate);
            }
        }
        let Some(best) = best else {
            return Err(self.refuse(
                code::HEADER_NOT_FOUND,
                (1, prefix.base),
                "no delimiter to try",
            ));
        };
        let delimiter = best.dialect.delimiter;
        let first_line = self.tally.lines + 1;
        let (header, header_at, data_at) = match (options.header, best.header) {
            (HeaderAt::None, _) => (Header { names: options.columns.clone(), line: 0 }, from, from),
            (HeaderAt::Search, Some(row)) if best.known > 0 => self.place_header(prefix, from, row),
            (HeaderAt::First, Some(row)) => self.place_header(prefix, from, row),
            (_, _) => {
                let detail = format!(
                    "no known column name stands in the first {SEARCHED_LINES} lines; the widest reading \
                     of the first row has {} fields, delimiter {}; if there is no header, set \
                     `header: none` and `columns:`",
                    best.fields,
                    byte_name(delimiter)
                );
                let place = (first_line, prefix.raw(from));
                return Err(self.refuse(code::HEADER_NOT_FOUND, place, detail));
            }
        };
        let place = (header.line.max(1), prefix.raw(header_at));
        if declared.is_none() && delimiter != b',' && header.names.len() > 1 {
            let detail = format!("the delimiter is {}", byte_name(delimiter));
            self.note(code::DIALECT_DETECTED, IssueClass::Noted, place, None, detail);
        }
        self.check_names(&header, delimiter, place)?;
        let mut found = Found {
            encoding: prefix.encoding,
            encoding_fixed: false,
            dialect: best.dialect,
            line_end: LineEnd::None,
            duplicates: self.duplicates(&header.names, place),
            width: header.names.len(),
            header,
            trailing: false,
            header_start: place.1,
            data_start: prefix.raw(data_at),
            data_end: 0,
            tail: Tail::Nothing,
            quotes_before_data: 0,
        };
        let rows = prefix.rows(data_at, found.dialect, JUDGED_RECORDS, u64::MAX);
        self.fit_width(&mut found, &rows, place);
        self.pass_underline(prefix, &mut found, &rows);
        self.line_ends(prefix, &mut found, header_at, &rows);
        let before = usize::try_from(found.data_start - prefix.base).unwrap_or(usize::MAX);
        found.quotes_before_data = match prefix.encoding {
            Encoding::Utf8 => count_byte(&prefix.text, before, found.dialect.quote),
            _ => {
                let at = text_place(prefix, found.data_start);
                count_byte(&prefix.text, at, found.dialect.quote)
            }
        };
        Ok(found)
    }

    /// Takes a row as the header and counts what stands before it.
    fn place_header(&mut self, prefix: &Prefix, from: usize, row: Row) -> (Header, usize, usize) {
        let line = self.tally.lines + 1;
        let above = &prefix.text[from..row.start];
        if above.iter().any(|&byte| !matches!(byte, b'\r' | b'\n' | b' ' | 0x0C)) {
            let detail = match row.line {
                1 => "1 line stands above the header: no record".to_owned(),
                lines => format!("{lines} lines stand above the header: no records"),
            };
            self.note(code::PREAMBLE, IssueClass::Kept, (line, prefix.raw(from)), None, detail);
        }
        self.tally.lines += row.line;
        self.tally.not_records += row.line;
        let header = Header { names: row.cells, line: line + row.line };
        self.tally.lines += count_line_ends(&prefix.text[row.start..row.next]).max(1);
        (header, row.start, row.next)
    }

    /// Refuses headers that cannot be right and notes blank names.
    fn check_names(
        &mut self,
        header: &Header,
        delimiter: u8,
        place: (u64, u64),
    ) -> Result<(), Refused> {
        let names = &header.names;
        if names.len() > COLUMN_LIMIT {
            let detail = format!("expected at most {COLUMN_LIMIT} columns, found more");
            return Err(self.refuse(code::TOO_MANY_COLUMNS, place, detail));
        }
        let blank = |index: usize| names.get(index).is_some_and(String::is_empty);
        let doubled =
            names.len() >= 3 && (0..names.len()).all(|index| blank(index) == (index % 2 == 1));
        if doubled {
            let name = byte_name(delimiter);
            let detail = format!(
                "every other column name is blank: the delimiter seems to be {name} twice; only \
                 single characters are read, export again with one"
            );
            return Err(self.refuse(code::DIALECT_MISMATCH, place, detail));
        }
        if header.line > 0 {
            for column in (0..names.len()).filter(|&index| blank(index)) {
                let detail = "a column without a name: no field can be bound to it";
                self.note(code::BLANK_HEADER, IssueClass::Kept, place, Some(column), detail);
            }
        }
        Ok(())
    }

    /// The columns whose name an earlier one has too.
    fn duplicates(&mut self, names: &[String], place: (u64, u64)) -> Vec<(usize, usize)> {
        let mut first = BTreeMap::new();
        let mut duplicates = Vec::new();
        for (column, name) in names.iter().enumerate().filter(|(_, name)| !name.is_empty()) {
            match first.get(&name.to_lowercase()) {
                None => {
                    first.insert(name.to_lowercase(), column);
                }
                Some(&earlier) => {
                    duplicates.push((earlier, column));
                    let detail = format!(
                        "columns {} and {} have the same name after trimming and case folding",
                        earlier + 1,
                        column + 1
                    );
                    self.note(
                        code::DUPLICATE_HEADER,
                        IssueClass::Kept,
                        place,
                        Some(column),
                        detail,
                    );
                }
            }
        }
        duplicates
    }

    /// Finds out whether records have one empty field more than the header, or one less than its blank last name.
    fn fit_width(&mut self, found: &mut Found, rows: &[Row], place: (u64, u64)) {
        let names = found.header.names.len();
        let most = |count: usize| count * 2 > rows.len();
        if names == 0 {
            found.width = rows.first().map_or(0, |row| row.fields);
            return;
        }
        let trailing = rows.iter().filter(|row| row.fields == names + 1 && row.last_empty).count();
        let nameless = found.header.line > 0
            && names > 1
            && found.header.names.last().is_some_and(String::is_empty);
        let fewer = rows.iter().filter(|row| row.fields + 1 == names).count();
        if most(trailing) {
            found.trailing = true;
            found.width = names + 1;
            let detail = "records end in a delimiter that the header does not have: the empty last field is left out";
            self.note(code::TRAILING_DELIMITER, IssueClass::Kept, place, None, detail);
        } else if nameless && most(fewer) {
            found.header.names.pop();
            found.width = names - 1;
        }
    }

    /// Leaves out a row of dashes under the header.
    fn pass_underline(&mut self, prefix: &Prefix, found: &mut Found, rows: &[Row]) {
        let Some(row) = rows.first().filter(|_| found.header.line > 0) else { return };
        let dashes = |cell: &String| {
            !cell.is_empty() && cell.bytes().all(|byte| byte == b'-' || byte == b'=')
        };
        let cells = match row.cells.as_slice() {
            [cells @ .., last] if last.is_empty() && !cells.is_empty() => cells,
            cells => cells,
        };
        if cells.is_empty() || !cells.iter().all(dashes) || !cells.iter().any(|cell| cell.len() > 1)
        {
            return;
        }
        let place = (self.tally.lines + row.line + 1, prefix.raw(row.start));
        let detail = "a row of dashes under the header: not a record";
        self.note(code::UNDERLINE_ROW, IssueClass::Kept, place, None, detail);
        self.tally.lines += row.line + 1;
        self.tally.not_records += row.line + 1;
        found.data_start = prefix.raw(row.next);
    }

    /// Notes how lines end.
    fn line_ends(&mut self, prefix: &Prefix, found: &mut Found, header_at: usize, rows: &[Row]) {
        let header = match found.header.line {
            0 => Vec::new(),
            _ => prefix.rows(header_at, found.dialect, 1, u64::MAX),
        };
        let base = self.tally.lines;
        for row in header.iter().chain(rows).filter(|row| row.ending != LineEnd::None) {
            if found.line_end == LineEnd::None {
                found.line_end = row.ending;
            }
            if row.ending != found.line_end || row.ending == LineEnd::Mixed {
                found.line_end = LineEnd::Mixed;
                let place = (base + row.line + 1, prefix.raw(row.start));
                let detail =
                    "lines end in different ways (LF, CRLF, CR or CR CR LF): each ends a record";
                self.note(code::MIXED_LINE_ENDS, IssueClass::Kept, place, None, detail);
                return;
            }
        }
        if found.line_end == LineEnd::Cr {
            let place = (found.header.line.max(1), found.header_start);
            self.note(code::LINE_ENDS, IssueClass::Noted, place, None, "lines end in CR alone");
        }
    }

    /// Reads the first records as they will be read, and refuses a dialect that does not fit.
    fn judge(&mut self, mut table: Table) -> Result<Table, Box<Refusal>> {
        let mut chunk = Chunk::default();
        let mut batch = Batch::default();
        let read = table
            .load(&mut chunk, 0, PREFIX)
            .and_then(|()| table.split(&mut chunk, table.data_start, &mut batch));
        let next = match read {
            Ok(next) => next,
            Err(error) => {
                let detail = format!("cannot be read: {}", error.kind());
                self.refuse(code::UNREADABLE, (1, 0), detail);
                return Err(self.refusal(table.input));
            }
        };
        let judged = batch.tally.records.min(JUDGED_RECORDS as u64);
        let kept = (0..batch.rows).filter(|&row| batch.ordinal(row) < judged).count() as u64;
        let malformed = judged - kept;
        if malformed >= 3 && malformed * 2 > judged {
            self.tally.records += judged;
            self.tally.kept += kept;
            self.tally.skipped += malformed;
            let detail = mismatch_detail(&table, malformed, judged);
            self.refuse(code::DIALECT_MISMATCH, (table.lines_before + 1, table.data_start), detail);
            return Err(self.refusal(table.input));
        }
        if batch.tally.records == 0 && next >= table.data_end && table.input.len > 0 {
            let place = (table.lines_before + 1, table.data_start);
            let detail = "the file has a header and no records: every rule would pass on nothing";
            self.note(code::NO_RECORDS, IssueClass::Kept, place, None, detail);
            table.issues = self.issues.clone();
        }
        Ok(table)
    }
}

fn count_byte(text: &[u8], to: usize, byte: u8) -> u64 {
    memchr::memchr_iter(byte, &text[..to.min(text.len())]).count() as u64
}

/// The place in the text that a raw offset stands for.
fn text_place(prefix: &Prefix, raw: u64) -> usize {
    let mut offset = prefix.base;
    for (at, byte) in prefix.text.iter().enumerate().filter(|(_, byte)| **byte & 0xC0 != 0x80) {
        if offset >= raw {
            return at;
        }
        offset += match prefix.encoding {
            Encoding::Utf8 | Encoding::Windows1252 => 1,
            _ if *byte >= 0xF0 => 4,
            _ => 2,
        };
    }
    prefix.text.len()
}

fn guess_detail(guess: Encoding) -> String {
    format!(
        "no mark says so, the bytes look like {0}; to fix it, set `encoding: {0}`",
        guess.name()
    )
}

/// The bytes without a character that the end of the stretch may have cut.
fn whole_characters(raw: &[u8]) -> &[u8] {
    let tail = raw.len().saturating_sub(4);
    match raw[tail..].iter().rposition(|&byte| byte < 0x80) {
        Some(ascii) if raw.len() as u64 >= PREFIX => &raw[..=tail + ascii],
        _ => raw,
    }
}

fn dialect(options: &ReadOptions, delimiter: u8) -> Dialect {
    Dialect {
        delimiter,
        quote: options.quote.unwrap_or(b'"'),
        escape: options.escape,
        trim_before_quote: options.trim_before_quote,
    }
}

/// The delimiter that a first line `sep=…` names, and where the next line starts.
fn sep_directive(text: &[u8], whole: bool) -> Option<(u8, usize)> {
    let (end, next) = first_line(text.get(..64.min(text.len()))?, 0, whole)?;
    let line: Cow<'_, [u8]> = match text[..end].trim_ascii_end() {
        [b'"', inner @ .., b'"'] => inner.into(),
        [] => return None,
        _ => text[..end].into(),
    };
    match line.as_ref() {
        [s, e, p, b'=', delimiter]
            if [*s, *e, *p].eq_ignore_ascii_case(b"sep") && *delimiter < 0x80 =>
        {
            Some((*delimiter, next))
        }
        _ => None,
    }
}

/// How well a dialect reads the start of a file.
fn candidate(
    prefix: &Prefix,
    from: usize,
    dialect: Dialect,
    options: &ReadOptions,
    recognise: Recognise<'_>,
) -> Candidate {
    let mut rows = prefix.rows(from, dialect, COMPARED_ROWS, u64::MAX);
    let first_fields = rows.first().map_or(0, |row| row.fields);
    if options.header == HeaderAt::None {
        let width = if options.columns.is_empty() { first_fields } else { options.columns.len() };
        let agreeing = rows.iter().filter(|row| row.fields == width && row.sound).count();
        return Candidate { dialect, known: 0, agreeing, fields: first_fields, header: None };
    }
    let searched = match options.header {
        HeaderAt::First => rows.len().min(1),
        _ => rows.iter().take_while(|row| row.line < SEARCHED_LINES).count(),
    };
    let known: Vec<usize> = rows[..searched].iter().map(|row| recognise(&row.cells)).collect();
    let most = known.iter().copied().max().unwrap_or(0);
    let chosen =
        known.iter().position(|&known| known * 2 > most || options.header == HeaderAt::First);
    let Some(chosen) = chosen else {
        return Candidate { dialect, known: 0, agreeing: 0, fields: first_fields, header: None };
    };
    let fields = rows[chosen].fields;
    let agreeing = rows[chosen + 1..]
        .iter()
        .filter(|row| {
            row.sound && (row.fields == fields || (row.fields == fields + 1 && row.last_empty))
        })
        .count();
    let known = known.get(chosen).copied().unwrap_or(0);
    let header = Some(rows.swap_remove(chosen)).filter(|row| !row.cells.is_empty());
    Candidate { dialect, known, agreeing, fields, header }
}

/// Why the dialect does not fit, and which would.
fn mismatch_detail(table: &Table, malformed: u64, judged: u64) -> String {
    let mut detail = format!(
        "{malformed} of the first {judged} records are malformed; detected: delimiter {}, quote {}",
        byte_name(table.delimiter),
        byte_name(table.quote)
    );
    let mut raw = Vec::new();
    let read = table.input.append(
        table.data_start,
        PREFIX.min(table.data_end - table.data_start),
        &mut raw,
    );
    if read.is_err() {
        return detail;
    }
    let mut text = Vec::new();
    table.encoding.decode(&raw, true, &mut text);
    let prefix =
        Prefix { text, whole: true, encoding: table.encoding, base: 0, end: raw.len() as u64 };
    let other = Dialect { quote: b'\'', ..table.dialect() };
    let rows = prefix.rows(0, other, JUDGED_RECORDS, u64::MAX);
    let fitting = rows.iter().filter(|row| row.sound && row.fields == table.width).count();
    if table.quote != b'\'' && fitting * 2 > rows.len() {
        detail.push_str("; single quotes fit: set `quote: \"'\"`");
    } else {
        detail.push_str("; set `delimiter`, `quote` or `escape` to what the export uses");
    }
    detail
}

impl Table {
    /// The same table in another encoding, after the whole file spoke against the first.
    ///
    /// # Errors
    /// A file that can no longer be read.
    pub fn reopen(mut self, encoding: Encoding) -> Result<Self, Box<Refusal>> {
        let mut raw = Vec::new();
        let read =
            self.input.append(self.header_start, self.data_start - self.header_start, &mut raw);
        let issue = |code, class, detail| Issue {
            code,
            class,
            line: 1,
            record: None,
            byte: 0,
            column: None,
            detail,
        };
        if let Err(error) = read {
            let detail = format!("cannot be read: {}", error.kind());
            self.issues.add(issue(code::UNREADABLE, IssueClass::Refused, detail));
            return Err(Box::new(Refusal {
                input: self.input,
                issues: self.issues,
                tally: self.tally,
            }));
        }
        self.issues.by_code.remove(&code::ENCODING_GUESSED);
        if encoding != Encoding::Utf8 {
            let detail = guess_detail(encoding);
            self.issues.add(issue(code::ENCODING_GUESSED, IssueClass::Kept, detail));
        }
        self.encoding = encoding;
        self.encoding_fixed = true;
        if self.header.line > 0 {
            let mut text = Vec::new();
            encoding.decode(&raw, true, &mut text);
            let prefix = Prefix { text, whole: true, encoding, base: 0, end: raw.len() as u64 };
            let mut rows = prefix.rows(0, self.dialect(), 1, u64::MAX);
            if let Some(row) = rows.pop() {
                let count = self.header.names.len();
                self.header.names = row.cells;
                self.header.names.truncate(count);
            }
        }
        Ok(self)
    }
}
