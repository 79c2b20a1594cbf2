//! An input recognised as a table of delimited text, read chunk by chunk.

use std::io;

use memchr::{memchr2, memchr3};

use crate::source::lexer::{Dialect, line_end};
use crate::source::{Input, Issue, IssueClass, IssueLog, ReadOptions, code};

/// How many records of an input went which way. Records count everything that was meant to be one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tally {
    /// Physical lines consumed.
    pub lines: u64,
    /// Records read: kept and skipped.
    pub records: u64,
    /// Records evaluated.
    pub kept: u64,
    /// Records skipped as malformed.
    pub skipped: u64,
    /// Lines that are no records: blank lines, titles, repeated headers, comments.
    pub not_records: u64,
    /// Values kept with a flag.
    pub flagged: u64,
}

/// How the bytes of a file become text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8, with or without its mark.
    #[default]
    Utf8,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// Windows code page 1252.
    Windows1252,
}

/// The header of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Header {
    /// The names as they stand, unquoted and trimmed, runs of white space folded to one blank.
    pub names: Vec<String>,
    /// The physical line it starts on, counted from 1; 0 where the layout gives the names.
    pub line: u64,
}

/// How lines end, as seen in the first stretch of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LineEnd {
    /// No line end was seen.
    #[default]
    None,
    /// LF.
    Lf,
    /// CR LF.
    CrLf,
    /// CR alone.
    Cr,
    /// More than one of them, or CR CR LF.
    Mixed,
}

/// What stands after the last record and is not text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Tail {
    #[default]
    Nothing,
    /// The end mark of DOS.
    EndMark,
    /// NUL bytes to the end of the file.
    Padding,
}

/// An input with everything that was detected about it.
#[derive(Debug)]
pub struct Table {
    /// The file.
    pub input: Input,
    /// Its encoding.
    pub encoding: Encoding,
    /// The delimiter.
    pub delimiter: u8,
    /// The quote.
    pub quote: u8,
    /// The byte that takes the next one literally inside quotes, if one was declared.
    pub escape: Option<u8>,
    /// How lines end.
    pub line_end: LineEnd,
    /// Its header.
    pub header: Header,
    /// How many fields a record has: as many as the header has names, or one more, nameless and empty, where every
    /// record ends in a delimiter.
    pub width: usize,
    /// Columns that have the same name as an earlier one after trimming and case folding: (earlier, later).
    pub duplicates: Vec<(usize, usize)>,
    /// Raw offset of the first byte after the header.
    pub data_start: u64,
    /// Lines before the data: preamble, header and underline.
    pub lines_before: u64,
    /// Quote bytes before the data: the parity counts from there.
    pub quotes_before_data: u64,
    /// What opening it found: marks, guesses, preamble.
    pub issues: IssueLog,
    /// What opening it counted.
    pub tally: Tally,
    /// What was declared.
    pub(super) options: ReadOptions,
    /// Whether the encoding was declared, marked or already corrected.
    pub(super) encoding_fixed: bool,
    /// Whether every record ends in a delimiter that the header does not have.
    pub(super) trailing: bool,
    /// Raw offset where the header starts.
    pub(super) header_start: u64,
    /// Raw offset where the text ends.
    pub(super) data_end: u64,
    /// What stands after the text.
    pub(super) tail: Tail,
}

/// A stretch of a file, loaded and decoded, with what is needed to predict where its records start.
#[derive(Default)]
pub struct Chunk {
    /// The number of the chunk in its file.
    pub index: u64,
    /// Raw offsets: the chunk owns the records that start in this range.
    pub range: std::ops::Range<u64>,
    /// The raw bytes, then more as records that cross its end need.
    pub raw: Vec<u8>,
    /// Quote bytes in the range, for the parity.
    pub quotes: u64,
    /// The character before the range.
    pub(super) before: u8,
    /// Whether a batch has taken the raw bytes and left others in their place.
    pub(super) taken: bool,
}

impl std::fmt::Debug for Chunk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chunk")
            .field("index", &self.index)
            .field("range", &self.range)
            .field("quotes", &self.quotes)
            .finish_non_exhaustive()
    }
}

impl Table {
    /// How the table's bytes become fields.
    pub(super) fn dialect(&self) -> Dialect {
        Dialect {
            delimiter: self.delimiter,
            quote: self.quote,
            escape: self.escape,
            trim_before_quote: self.options.trim_before_quote,
        }
    }

    /// Reads the raw bytes of chunk `index` of chunks of `size` bytes, and counts its quotes.
    ///
    /// # Errors
    /// Whatever the file system says, and a file that has become shorter since it was opened.
    pub fn load(&self, chunk: &mut Chunk, index: u64, size: u64) -> io::Result<()> {
        let start = index.saturating_mul(size).min(self.input.len);
        let end = start.saturating_add(size).min(self.input.len);
        chunk.index = index;
        chunk.range = start..end;
        chunk.taken = false;
        let unit = self.encoding.unit() as u64;
        let mut before = [0; 2];
        let length = self.encoding.unit();
        if let Some(offset) = (start - start % unit).checked_sub(unit) {
            self.input.bytes.read_at(offset, &mut before[..length])?;
        }
        chunk.before = before.into_iter().find(|&byte| byte != 0).unwrap_or(0);
        self.input.fill(start, end - start, &mut chunk.raw)?;
        let cut = usize::try_from((unit - start % unit) % unit).unwrap_or(0).min(chunk.raw.len());
        chunk.quotes = self.encoding.count(&chunk.raw[cut..], self.quote);
        Ok(())
    }

    /// Where the first record of a chunk starts, given whether the chunk's first byte lies inside quotes.
    ///
    /// A raw offset, at or after the data's start; the range's end if no record seems to start in it. It is right
    /// for every file whose quotes are in order, and a guess where one is stray.
    #[must_use]
    pub fn predict(&self, chunk: &Chunk, inside: bool) -> u64 {
        let range = &chunk.range;
        if range.start <= self.data_start {
            return self.data_start;
        }
        if range.start > self.data_end {
            return self.input.len;
        }
        match self.encoding {
            Encoding::Utf8 | Encoding::Windows1252 => {
                range.start + self.first_start(&chunk.raw, chunk.before, inside)
            }
            Encoding::Utf16Le | Encoding::Utf16Be => {
                let odd = range.start % 2;
                let skipped = usize::try_from(odd).unwrap_or(0).min(chunk.raw.len());
                let mut text = Vec::with_capacity(chunk.raw.len());
                self.encoding.decode(&chunk.raw[skipped..], true, &mut text);
                let start = usize::try_from(self.first_start(&text, chunk.before, inside));
                let start = start.unwrap_or(usize::MAX).min(text.len());
                let found = range.start + odd + self.encoding.raw_len(&text[..start]);
                found.min(range.end.max(range.start + odd))
            }
        }
    }

    /// How far into a text the first record starts; the text's length if none does.
    fn first_start(&self, text: &[u8], before: u8, inside: bool) -> u64 {
        let mut inside = inside;
        let mut at = 0;
        if !inside {
            match (before, text) {
                (b'\n', _) => return 0,
                (b'\r', [b'\r', b'\n', ..]) => return 2,
                (b'\r', [b'\n', ..]) => return 1,
                (b'\r', _) => return 0,
                _ => {}
            }
        }
        loop {
            let rest = &text[at.min(text.len())..];
            let found = match (inside, self.escape) {
                (true, Some(escape)) => memchr2(self.quote, escape, rest),
                (true, None) => memchr::memchr(self.quote, rest),
                (false, _) => memchr3(self.quote, b'\r', b'\n', rest),
            };
            let Some(found) = found else { return text.len() as u64 };
            at += found;
            let byte = text[at];
            if byte == self.quote {
                inside = !inside;
                at += 1;
            } else if inside {
                at += 2;
            } else {
                return (at + line_end(text, at, true).unwrap_or(1)) as u64;
            }
        }
    }

    /// Takes what was taken for the header for the first record, and these names for those of the columns.
    ///
    /// # Errors
    /// Whatever the file system says; nothing is changed then.
    pub fn deny_header(&mut self, names: &[String]) -> io::Result<()> {
        let mut first = [0; 3];
        let count = self.input.bytes.read_at(0, &mut first)?;
        let mark = match first.get(..count).unwrap_or_default() {
            [0xEF, 0xBB, 0xBF] => 3,
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => 2,
            _ => 0,
        };
        (self.header_start, self.data_start) = (mark, mark);
        (self.lines_before, self.quotes_before_data) = (0, 0);
        self.tally = Tally::default();
        self.header = Header { names: names.to_vec(), line: 0 };
        self.duplicates.clear();
        let of_header =
            [code::PREAMBLE, code::UNDERLINE_ROW, code::BLANK_HEADER, code::DUPLICATE_HEADER];
        self.issues.by_code.retain(|code, _| !of_header.contains(code));
        self.issues.add(Issue {
            code: code::HEADER_NOT_FOUND,
            class: IssueClass::Kept,
            line: 1,
            record: None,
            byte: mark,
            column: None,
            detail: "the first line is a record; the columns are taken to stand as in the file \
                     that has their names"
                .to_owned(),
        });
        Ok(())
    }

    /// What was detected, for the report: name and words.
    #[must_use]
    pub fn describe(&self) -> Vec<(String, String)> {
        let line_end = match self.line_end {
            LineEnd::None => "none",
            LineEnd::Lf => "LF",
            LineEnd::CrLf => "CRLF",
            LineEnd::Cr => "CR",
            LineEnd::Mixed => "mixed",
        };
        let header = match self.header.line {
            0 => "none".to_owned(),
            line => format!("line {line}"),
        };
        let mut words = vec![
            ("encoding", self.encoding.name().to_owned()),
            ("delimiter", byte_name(self.delimiter)),
            ("quote", byte_name(self.quote)),
        ];
        words.extend(self.escape.map(|escape| ("escape", byte_name(escape))));
        words.extend([("header", header), ("line ends", line_end.to_owned())]);
        words.into_iter().map(|(name, words)| (name.to_owned(), words)).collect()
    }

    /// The encoding that the whole file speaks for, if it is another than the first stretch did: given how many
    /// characters of several bytes were sound UTF-8, and how many runs of bytes were none.
    #[must_use]
    pub fn contrary(&self, valid: u64, invalid: u64) -> Option<Encoding> {
        match self.encoding {
            _ if self.encoding_fixed => None,
            Encoding::Utf8 if valid == 0 && invalid > 0 => Some(Encoding::Windows1252),
            Encoding::Windows1252 if valid > 0 => Some(Encoding::Utf8),
            _ => None,
        }
    }

    /// The issue of a table that holds fewer records than it should.
    #[must_use]
    pub fn shortfall(&self, records: u64) -> Option<Issue> {
        let least = self.options.min_records;
        (records < least).then(|| Issue {
            code: code::TOO_FEW_RECORDS,
            class: IssueClass::Skipped,
            line: self.lines_before + 1,
            record: None,
            byte: self.data_start,
            column: None,
            detail: format!("expected at least {least} records (`min_records`), found {records}"),
        })
    }
}

/// A byte by a name that can be shown.
pub(super) fn byte_name(byte: u8) -> String {
    match byte {
        b',' => "comma".to_owned(),
        b';' => "semicolon".to_owned(),
        b'\t' => "tab".to_owned(),
        b'|' => "pipe".to_owned(),
        b' ' => "space".to_owned(),
        0x21..=0x7E => char::from(byte).to_string(),
        _ => format!("0x{byte:02X}"),
    }
}
