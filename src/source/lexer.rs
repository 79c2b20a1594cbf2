//! One record of delimited text: the definition that every faster way must equal.
//!
//! A quote opens a field only as the field's first byte. A result other than [`Parsed::More`] never changes
//! when more text follows, so it does not matter how much of the file was at hand.

use memchr::{memchr, memchr2};

use crate::source::IssueCode;
use crate::source::code;

/// How bytes become fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    pub(super) quote: u8,
    pub(super) escape: Option<u8>,
    pub(super) trim_before_quote: bool,
}

impl Default for Dialect {
    fn default() -> Self {
        Self { delimiter: b',', quote: b'"', escape: None, trim_before_quote: false }
    }
}

/// What stands at a place of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Parsed {
    /// The text at hand ends before the record does.
    More,
    /// A record, of whatever width.
    Record(Record),
    /// No record can be made of this: its first physical line is lost.
    Broken(Fault),
}

/// A record that has an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    /// Where its content ends.
    pub(super) end: usize,
    /// Where the next record starts.
    pub(super) next: usize,
    /// How many fields it has.
    pub(super) fields: usize,
    /// Whether a line end stands inside its quotes.
    pub(super) multi_line: bool,
    /// Whether a quote stands in it.
    pub(super) quoted: bool,
    /// Whether a line end follows, or only the end of the file.
    pub(super) ended: bool,
    /// What was wrong with its quotes.
    pub(super) fault: Option<Fault>,
}

/// What is wrong with a record's quotes, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) code: IssueCode,
    pub(super) at: usize,
    pub(super) column: usize,
}

/// The length of the line end at `at`, where CR or LF stands; `None` if the text at hand does not tell.
///
/// CR CR LF is one line end: text mode applied twice.
pub(super) fn line_end(text: &[u8], at: usize, complete: bool) -> Option<usize> {
    let rest = &text[at..];
    match rest {
        [b'\r', b'\n', ..] => Some(2),
        [b'\r', b'\r', b'\n', ..] => Some(3),
        [b'\r'] | [b'\r', b'\r'] if !complete => None,
        _ => Some(1),
    }
}

/// How many line ends stand in a text.
pub(super) fn count_line_ends(text: &[u8]) -> u64 {
    let mut count = 0;
    let mut at = 0;
    while let Some(found) = memchr2(b'\r', b'\n', &text[at..]) {
        at += found;
        at += line_end(text, at, true).unwrap_or(1);
        count += 1;
    }
    count
}

/// Where the first physical line from `start` ends and the next begins; `None` if the text at hand does not tell.
pub(super) fn first_line(text: &[u8], start: usize, complete: bool) -> Option<(usize, usize)> {
    match memchr2(b'\r', b'\n', &text[start..]) {
        Some(found) => {
            let end = start + found;
            line_end(text, end, complete).map(|length| (end, end + length))
        }
        None if complete => Some((text.len(), text.len())),
        None => None,
    }
}

/// A position as an entry of a batch; batches stay far below 4 GiB.
pub(super) fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A quoted field's end: one past the closing quote.
enum Quoted {
    Closed(usize),
    Open,
}

impl Dialect {
    /// Reads the record that starts at `start`; `complete` says that the file ends with the text.
    ///
    /// The ends of its first `width` fields are appended to `ends`.
    pub(super) fn parse(
        &self,
        text: &[u8],
        start: usize,
        complete: bool,
        width: usize,
        ends: &mut Vec<u32>,
    ) -> Parsed {
        let mut record = Record {
            end: start,
            next: start,
            fields: 0,
            multi_line: false,
            quoted: false,
            ended: false,
            fault: None,
        };
        // After a fault the record ends with its line, whatever the quotes say.
        let mut limit = text.len();
        let mut complete_line = complete;
        let mut at = start;
        loop {
            let field = at;
            if self.trim_before_quote {
                let blanks = text[at..limit].iter().take_while(|&&byte| byte == b' ').count();
                if at + blanks == limit && !complete_line {
                    return Parsed::More;
                }
                if text[..limit].get(at + blanks) == Some(&self.quote) {
                    at += blanks;
                }
            }
            let mut fault = None;
            if text[..limit].get(at) == Some(&self.quote) {
                record.quoted = true;
                let open = at;
                let Some(quoted) = self.closing(&text[..limit], open + 1, complete_line) else {
                    return Parsed::More;
                };
                match quoted {
                    Quoted::Closed(end) => at = end,
                    Quoted::Open if record.fault.is_some() => at = limit,
                    Quoted::Open => {
                        return Parsed::Broken(Fault {
                            code: code::UNCLOSED_QUOTE,
                            at: open,
                            column: record.fields,
                        });
                    }
                }
                let spans_lines =
                    record.fault.is_none() && memchr2(b'\r', b'\n', &text[open..at]).is_some();
                record.multi_line |= spans_lines;
                match text[..limit].get(at) {
                    None if !complete_line => return Parsed::More,
                    None => {}
                    Some(&byte) if byte == self.delimiter || byte == b'\r' || byte == b'\n' => {}
                    Some(_) if spans_lines => {
                        return Parsed::Broken(Fault {
                            code: code::UNCLOSED_QUOTE,
                            at: open,
                            column: record.fields,
                        });
                    }
                    Some(_) => {
                        fault =
                            Some(Fault { code: code::TEXT_AFTER_QUOTE, at, column: record.fields });
                    }
                }
            } else {
                at += self.unquoted(&text[at..limit]);
                match text[..limit].get(at) {
                    None if !complete_line => return Parsed::More,
                    Some(&byte) if byte == self.quote => {
                        record.quoted = true;
                        match self.formula(&text[..limit], field, at, complete_line) {
                            None => return Parsed::More,
                            Some(Some(end)) => at = end,
                            Some(None) => {
                                fault = Some(Fault {
                                    code: code::BARE_QUOTE,
                                    at,
                                    column: record.fields,
                                });
                            }
                        }
                    }
                    _ => {}
                }
            }
            if let Some(fault) = fault {
                if record.multi_line {
                    return Parsed::Broken(fault);
                }
                if record.fault.is_none() {
                    record.fault = Some(fault);
                    match memchr2(b'\r', b'\n', &text[at..limit]) {
                        Some(found) => {
                            limit = at + found;
                            complete_line = true;
                        }
                        None if !complete => return Parsed::More,
                        None => {}
                    }
                }
                at += memchr(self.delimiter, &text[at..limit]).unwrap_or(limit - at);
            }
            if record.fields < width {
                ends.push(place(at));
            }
            record.fields += 1;
            match text[..limit].get(at) {
                Some(&byte) if byte == self.delimiter => {
                    at += 1;
                    if record.multi_line && record.fields >= width {
                        return Parsed::Broken(Fault {
                            code: code::LONG_ROW,
                            at: start,
                            column: record.fields,
                        });
                    }
                }
                _ => break,
            }
        }
        record.end = at;
        record.ended = at < text.len();
        record.next = at;
        if record.ended {
            match line_end(text, at, complete) {
                Some(length) => record.next = at + length,
                None => return Parsed::More,
            }
        }
        Parsed::Record(record)
    }

    /// Where the quoted field ends whose content starts at `from`; `None` if the text at hand does not tell.
    fn closing(&self, text: &[u8], from: usize, complete: bool) -> Option<Quoted> {
        let mut at = from;
        loop {
            let rest = text.get(at..).unwrap_or_default();
            let found = match self.escape {
                Some(escape) if escape != self.quote => memchr2(self.quote, escape, rest),
                _ => memchr(self.quote, rest),
            };
            let Some(found) = found else {
                return complete.then_some(Quoted::Open);
            };
            at += found;
            match text.get(at + 1) {
                None if !complete => return None,
                Some(_) if text[at] != self.quote => at += 2,
                None if text[at] != self.quote => return Some(Quoted::Open),
                Some(&next) if next == self.quote => at += 2,
                _ => return Some(Quoted::Closed(at + 1)),
            }
        }
    }

    /// How many bytes stand before the next delimiter, line end or quote.
    fn unquoted(&self, rest: &[u8]) -> usize {
        rest.iter()
            .position(|&byte| {
                byte == self.delimiter || byte == b'\n' || byte == b'\r' || byte == self.quote
            })
            .unwrap_or(rest.len())
    }

    /// Whether the unquoted field with a quote at `at` has the form `="…"` that spreadsheets are told text with: then
    /// its end. The outer `None` says that the text at hand does not tell.
    fn formula(
        &self,
        text: &[u8],
        field: usize,
        at: usize,
        complete: bool,
    ) -> Option<Option<usize>> {
        if at != field + 1 || text[field] != b'=' {
            return Some(None);
        }
        let close = at + 1 + self.unquoted(&text[at + 1..]);
        match (text.get(close), text.get(close + 1)) {
            (None, _) => complete.then_some(None),
            (Some(&byte), _) if byte != self.quote => Some(None),
            (Some(_), None) => complete.then_some(Some(close + 1)),
            (Some(_), Some(&byte)) => Some(
                (byte == self.delimiter || byte == b'\r' || byte == b'\n').then_some(close + 1),
            ),
        }
    }

    /// A cell's text as it is meant, appended to `out`: unquoted and unescaped.
    pub(super) fn unquote(&self, cell: &[u8], out: &mut Vec<u8>) {
        let cell = self.opened(cell);
        let Some((&first, mut rest)) = cell.split_first() else { return };
        if first != self.quote {
            out.extend_from_slice(self.formula_text(cell).unwrap_or(cell));
            return;
        }
        if let Some(text) = self.formula_text(cell) {
            out.extend_from_slice(text);
            return;
        }
        loop {
            let found = match self.escape {
                Some(escape) if escape != self.quote => memchr2(self.quote, escape, rest),
                _ => memchr(self.quote, rest),
            };
            let Some(found) = found else { break };
            out.extend_from_slice(&rest[..found]);
            let is_quote = rest[found] == self.quote;
            match rest.get(found + 1) {
                Some(&next) if !is_quote || next == self.quote => {
                    out.push(next);
                    rest = &rest[found + 2..];
                }
                _ => {
                    rest = &rest[found + usize::from(is_quote)..];
                    break;
                }
            }
        }
        out.extend_from_slice(rest);
    }

    /// A cell without the blanks before its opening quote, where they are allowed.
    pub(super) fn opened<'a>(&self, cell: &'a [u8]) -> &'a [u8] {
        if self.trim_before_quote {
            let trimmed = cell.trim_ascii_start();
            if trimmed.first() == Some(&self.quote) {
                return trimmed;
            }
        }
        cell
    }

    /// The text inside `="…"`, written bare or quoted as `"=""…"""`.
    pub(super) fn formula_text<'a>(&self, cell: &'a [u8]) -> Option<&'a [u8]> {
        let quote = self.quote;
        let text = if cell.first() == Some(&b'=') {
            cell.strip_prefix(&[b'=', quote])?.strip_suffix(&[quote])?
        } else {
            cell.strip_prefix(&[quote, b'=', quote, quote])?.strip_suffix(&[quote, quote, quote])?
        };
        memchr(quote, text).is_none().then_some(text)
    }
}
