//! The cells of one column as texts and as typed values.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::engine::atom::same_text;
use crate::engine::bits::Bits;
use crate::engine::vector::{Space, TextRef, Values, Vector};
use crate::plan::{CellReader, ReaderKind};
use crate::source::{Batch, CellSpan, Issue, IssueClass, IssueCode, IssueCount, IssueLog};
use crate::value::format::DateFormat;
use crate::value::{Decimal, FieldType, Instant, Zone, parse};

/// The texts of one field: trimmed, cut and mapped as its binding says.
#[derive(Debug, Clone)]
pub(crate) struct Texts {
    /// The texts.
    pub(crate) refs: Vec<TextRef>,
    /// Rows with text, none of the texts that mean missing, and no damage.
    pub(crate) present: Bits,
    /// Rows with damaged bytes, or an identifier that a spreadsheet has damaged.
    pub(crate) invalid: Bits,
}

/// Where a column's cells come from: which column, and what is wrong with single cells.
pub(crate) struct CellSource<'c> {
    /// The column of the file.
    pub(crate) column: usize,
    /// How its cells are read.
    pub(crate) reader: &'c CellReader,
    /// Where its cells lie.
    pub(crate) spans: &'c [CellSpan],
}

/// Drops space, no-break and zero-width space at both ends.
#[inline]
fn trim(text: TextRef, space: &Space<'_>) -> TextRef {
    let bytes = space.get(text);
    match (bytes.first(), bytes.last()) {
        (Some(b'!'..=b'~'), Some(b'!'..=b'~')) | (None, _) => text,
        _ => trim_blanks(text, bytes),
    }
}

#[cold]
fn trim_blanks(text: TextRef, bytes: &[u8]) -> TextRef {
    let front = blank_prefix(bytes);
    let rest = &bytes[front..];
    text.shrink(front, blank_suffix(rest))
}

const BLANKS: [&[u8]; 4] = [b" ", b"\t", "\u{a0}".as_bytes(), "\u{200b}".as_bytes()];

fn blank_prefix(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(blank) = BLANKS.iter().find(|blank| text[at..].starts_with(blank)) {
        at += blank.len();
    }
    at
}

fn blank_suffix(text: &[u8]) -> usize {
    let mut end = text.len();
    while let Some(blank) = BLANKS.iter().find(|blank| text[..end].ends_with(blank)) {
        end -= blank.len();
    }
    text.len() - end
}

/// Whether a spreadsheet has turned an identifier into a number with an exponent: its digits are lost.
#[inline]
fn damaged(text: &[u8]) -> bool {
    let [rest @ .., _, _] = text else { return false };
    let tail = |at: usize| rest.len().checked_sub(at).and_then(|from| text.get(from..));
    let exponent = |tail: Option<&[u8]>| matches!(tail, Some([b'E' | b'e', b'+' | b'-', ..]));
    (exponent(tail(2)) || exponent(tail(1)))
        && text.first().is_some_and(u8::is_ascii_digit)
        && text.iter().all(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'.' | b',' | b'E' | b'e' | b'+' | b'-')
        })
}

/// Collects what typed reading finds wrong, a column at a time.
pub(crate) struct Complaints<'c> {
    /// The batch, for positions.
    pub(crate) batch: &'c Batch,
    /// How often each code was seen, and the first places of it in each column.
    found: BTreeMap<IssueCode, (IssueClass, u64, Vec<Issue>)>,
}

impl<'c> Complaints<'c> {
    /// None so far.
    pub(crate) fn new(batch: &'c Batch) -> Self {
        Self { batch, found: BTreeMap::new() }
    }

    fn add(
        &mut self,
        code: &'static str,
        class: IssueClass,
        row: usize,
        column: usize,
        detail: &str,
    ) {
        let (_, count, first) = self.found.entry(IssueCode(code)).or_insert((class, 0, Vec::new()));
        *count += 1;
        let column = u32::try_from(column).ok();
        // Rows rise within a column, so the first of each column hold the first of all.
        if first.iter().rev().take_while(|issue| issue.column == column).count() < IssueLog::SHOWN {
            first.push(Issue {
                code: IssueCode(code),
                class,
                line: self.batch.line(row) + 1,
                record: Some(self.batch.ordinal(row) + 1),
                byte: self.batch.record_offset(row),
                column,
                detail: detail.to_owned(),
            });
        }
    }

    /// Hands what was found to the log of the batch, in the order of its records; gives how many values were flagged.
    pub(crate) fn finish(self, log: &mut IssueLog) -> u64 {
        let mut flagged = 0;
        for (code, (class, count, mut first)) in self.found {
            if class == IssueClass::Kept {
                flagged += count;
            }
            first.sort_by_key(|issue| (issue.record, issue.column));
            first.truncate(IssueLog::SHOWN);
            log.append(
                IssueLog { by_code: [(code, IssueCount { class, count, first })].into() },
                0,
                0,
            );
        }
        flagged
    }
}

/// Reads the texts of a column.
pub(crate) fn texts(
    source: &CellSource<'_>,
    space: &mut Space<'_>,
    complaints: &mut Complaints<'_>,
) -> Texts {
    let rows = source.spans.len();
    let reader = source.reader;
    let mut refs: Vec<TextRef> = if reader.trim {
        source.spans.iter().map(|span| trim(TextRef::of(*span), space)).collect()
    } else {
        source.spans.iter().map(|span| TextRef::of(*span)).collect()
    };
    if let Some(split) = &reader.split {
        for text in &mut refs {
            let bytes = space.get(*text);
            if let Some(at) = memchr::memmem::find(bytes, split) {
                *text = trim(text.shrink(0, bytes.len() - at), space);
            }
        }
    }
    let mut present = if reader.nulls.is_empty() {
        Bits::from_fn(rows, |row| !refs[row].is_empty())
    } else {
        Bits::from_fn(rows, |row| {
            let text = space.get(refs[row]);
            !text.is_empty() && !reader.nulls.iter().any(|null| text == &**null)
        })
    };
    let mut invalid = Bits::zeros(rows);
    let column = u32::try_from(source.column).unwrap_or(u32::MAX);
    for &(row, _) in complaints.batch.invalid_cells.iter().filter(|(_, of)| *of == column) {
        invalid.set(row as usize);
    }
    match &reader.kind {
        ReaderKind::Id => {
            let broken = Bits::from_fn(rows, |row| damaged(space.get(refs[row])));
            if broken.any() {
                for row in broken.rows() {
                    let detail = "an identifier turned into a number with an exponent: its digits are lost; \
                                  export the column as text";
                    complaints.add(
                        "read/damaged-identifier",
                        IssueClass::Kept,
                        row,
                        source.column,
                        detail,
                    );
                }
                invalid = invalid.or(&broken);
            }
        }
        ReaderKind::Code(Some(map)) => {
            let mut last: (TextRef, Option<TextRef>) = (TextRef::EMPTY, None);
            for row in present.rows() {
                let bytes = space.get(refs[row]);
                let mapped = if !last.0.is_empty() && space.get(last.0) == bytes {
                    last.1
                } else {
                    let canonical = map.get(bytes).cloned();
                    let mapped = canonical.map(|canonical| space.push(canonical.as_bytes()));
                    last = (refs[row], mapped);
                    mapped
                };
                match mapped {
                    Some(text) => refs[row] = text,
                    None => complaints.add(
                        "read/unmapped-code",
                        IssueClass::Noted,
                        row,
                        source.column,
                        "a code that the layout's `values` does not list; it was kept as it is",
                    ),
                }
            }
        }
        _ => {}
    }
    present = present.and_not(&invalid);
    Texts { refs, present, invalid }
}

/// Reads the typed values of a column from its texts.
pub(crate) fn typed(
    texts: &Texts,
    ty: FieldType,
    source: &CellSource<'_>,
    space: &Space<'_>,
    complaints: &mut Complaints<'_>,
) -> Rc<Vector> {
    let rows = texts.refs.len();
    let text = |row: usize| space.get(texts.refs[row]);
    let mut bounds: Option<Vec<i64>> = None;
    let mut present = Bits::zeros(rows);
    let values = match &source.reader.kind {
        ReaderKind::Text | ReaderKind::Id | ReaderKind::Code(_) => {
            return Rc::new(Vector {
                values: Values::Text(texts.refs.clone()),
                high: None,
                present: texts.present.clone(),
                invalid: texts.invalid.clone(),
            });
        }
        ReaderKind::Integer { group } => {
            let mut values = vec![0; rows];
            for row in texts.present.rows() {
                if let Some(value) = integer(text(row), *group) {
                    values[row] = value;
                    present.set(row);
                }
            }
            Values::Int(values)
        }
        ReaderKind::Decimal { point, group } => {
            let mut values = vec![0; rows];
            for row in texts.present.rows() {
                if let Some(value) = decimal(text(row), *point, *group) {
                    values[row] = value.0;
                    present.set(row);
                }
            }
            Values::Decimal(values)
        }
        ReaderKind::Boolean { yes, no } => {
            let mut truth = Bits::zeros(rows);
            for row in texts.present.rows() {
                if let Some(value) = boolean(text(row), yes, no) {
                    present.set(row);
                    if value {
                        truth.set(row);
                    }
                }
            }
            Values::Truth(truth)
        }
        ReaderKind::Moment { formats, zone } => {
            let mut values = vec![0; rows];
            let iso_first = formats.first().is_none_or(|format| *format == DateFormat::iso());
            // Events come in bursts: a time is often that of the row before.
            let mut last: (&[u8], Option<(i64, i64)>) = (&[], None);
            for row in texts.present.rows() {
                let text = text(row);
                if !same_text(text, last.0) {
                    last = (text, moment(text, ty, formats, iso_first, zone));
                }
                let Some((low, high)) = last.1 else { continue };
                values[row] = low;
                present.set(row);
                if low != high || bounds.is_some() {
                    bounds.get_or_insert_with(|| values.clone())[row] = high;
                }
            }
            Values::Int(values)
        }
    };
    let unreadable = texts.present.and_not(&present);
    if unreadable.any() {
        let detail = format!("a value that cannot be read as {}; {}", article(ty), cure(ty));
        for row in unreadable.rows() {
            complaints.add("read/bad-value", IssueClass::Kept, row, source.column, &detail);
        }
    }
    Rc::new(Vector { values, high: bounds, present, invalid: texts.invalid.or(&unreadable) })
}

/// A type with its article, for messages.
pub(crate) fn article(ty: FieldType) -> &'static str {
    match ty {
        FieldType::Id => "an identifier",
        FieldType::Text => "text",
        FieldType::Code => "a code",
        FieldType::Integer => "a whole number",
        FieldType::Decimal => "a number",
        FieldType::Boolean => "true or false",
        FieldType::Date => "a date",
        FieldType::Time => "a time of day",
        FieldType::Timestamp => "a date and time",
        FieldType::Instant => "a moment with its offset",
    }
}

/// What makes values of a type readable, for messages.
fn cure(ty: FieldType) -> &'static str {
    match ty {
        FieldType::Integer => "declare the `group` sign of its binding",
        FieldType::Decimal => "declare the `decimal` and `group` signs of its binding",
        FieldType::Boolean => "declare the `true_values` and `false_values` of its binding",
        _ => "declare the `formats` of its binding",
    }
}

fn ungrouped(text: &[u8], group: u8) -> Vec<u8> {
    text.iter().copied().filter(|&byte| byte != group).collect()
}

fn integer(text: &[u8], group: Option<u8>) -> Option<i64> {
    match group {
        Some(group) => parse::integer(&ungrouped(text, group)),
        None => parse::integer(text),
    }
}

fn decimal(text: &[u8], point: u8, group: Option<u8>) -> Option<Decimal> {
    if point == b'.' && group.is_none() {
        return parse::decimal(text);
    }
    if point != b'.' && text.contains(&b'.') && group != Some(b'.') {
        return None;
    }
    let plain: Vec<u8> = text
        .iter()
        .filter(|&&byte| Some(byte) != group)
        .map(|&byte| if byte == point { b'.' } else { byte })
        .collect();
    parse::decimal(&plain)
}

fn boolean(text: &[u8], yes: &[Box<[u8]>], no: &[Box<[u8]>]) -> Option<bool> {
    if yes.is_empty() && no.is_empty() {
        return parse::boolean(text);
    }
    let is = |words: &[Box<[u8]>]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    if is(yes) {
        Some(true)
    } else if is(no) {
        Some(false)
    } else {
        None
    }
}

/// The bounds of a date or time, as days or microseconds. `iso_first`: no format is declared, or ISO 8601 first,
/// whose common shapes are read without detour.
#[inline]
fn moment(
    text: &[u8],
    ty: FieldType,
    formats: &[DateFormat],
    iso_first: bool,
    zone: &Zone,
) -> Option<(i64, i64)> {
    if iso_first && let Some(value) = iso(text, ty, zone) {
        return Some((value, value));
    }
    formats.iter().find_map(|format| formatted(text, ty, format, zone))
}

/// The common shapes of ISO 8601.
#[inline]
fn iso(text: &[u8], ty: FieldType, zone: &Zone) -> Option<i64> {
    const DAY: i64 = 86_400_000_000;
    match ty {
        FieldType::Date => match parse::date(text) {
            Some(date) => Some(i64::from(date.0)),
            None => civil(text, zone).map(|micros| micros.div_euclid(DAY)),
        },
        FieldType::Timestamp => match civil(text, zone) {
            Some(micros) => Some(micros),
            None => parse::date(text).map(|date| i64::from(date.0) * DAY),
        },
        FieldType::Instant => parse::instant(text).map(|moment| moment.0),
        FieldType::Time => parse::time(text).map(|time| time.0),
        _ => None,
    }
}

#[inline]
fn civil(text: &[u8], zone: &Zone) -> Option<i64> {
    match text.last()? {
        b'0'..=b'9' if text.len() <= 19 => parse::timestamp(text).map(|moment| moment.0),
        _ => match parse::instant(text) {
            Some(moment) => Some(zone.civil(moment).0),
            None => parse::timestamp(text).map(|moment| moment.0),
        },
    }
}

fn formatted(text: &[u8], ty: FieldType, format: &DateFormat, zone: &Zone) -> Option<(i64, i64)> {
    const DAY: i64 = 86_400_000_000;
    if ty == FieldType::Time {
        return parse::time(text).map(|time| (time.0, time.0));
    }
    let read = format.parse(text)?;
    let (low, high) = match (ty, read.offset) {
        (FieldType::Instant, None) => return None,
        (FieldType::Instant, Some(minutes)) => {
            let offset = i64::from(minutes) * 60_000_000;
            (read.low.0 - offset, read.high.0 - offset)
        }
        (_, None) => (read.low.0, read.high.0),
        (_, Some(minutes)) => {
            let offset = i64::from(minutes) * 60_000_000;
            let civil = |micros: i64| zone.civil(Instant(micros - offset)).0;
            (civil(read.low.0), civil(read.high.0))
        }
    };
    if ty == FieldType::Date {
        Some((low.div_euclid(DAY), high.div_euclid(DAY)))
    } else {
        Some((low, high))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exponents_damage_identifiers_and_codes_do_not() {
        for (text, expected) in [
            ("1.00002E+14", true),
            ("1E+05", true),
            ("1.2e-7", true),
            ("ABE+14", false),
            ("12345", false),
            ("1E5", false),
            ("E+1", false),
            ("", false),
            ("+", false),
        ] {
            assert_eq!(damaged(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn blanks_of_all_kinds_are_trimmed() {
        let text = "\u{a0} \u{200b}0100001 \u{a0}";
        let front = blank_prefix(text.as_bytes());
        assert_eq!(&text.as_bytes()[front..text.len() - blank_suffix(text.as_bytes())], b"0100001");
        assert_eq!(blank_prefix("é".as_bytes()), 0);
    }
}
