//! What became of one value on its way: the likeliest harm that turns the one text into the other.
//!
//! A value that is the same in another form is told apart from another value. Nothing here is a judgement of one
//! text alone: a text is only what it is held against.

use std::borrow::Cow;

use crate::transfer::{Kind, character, moment, number};
use crate::value::FieldType;

/// What turned the text that was sent into the one that was received; `None` for the same text.
///
/// Line ends inside a text are alike, however they are written.
pub(super) fn difference(sent: &[u8], received: &[u8], ty: FieldType) -> Option<Kind> {
    if sent == received {
        return None;
    }
    let (sent, received) = (one_line_end(sent), one_line_end(received));
    if sent == received {
        return None;
    }
    let (Ok(before), Ok(after)) = (std::str::from_utf8(&sent), std::str::from_utf8(&received))
    else {
        return Some(damaged(&sent, &received));
    };
    Some(of_texts(before, after, ty))
}

/// The text with every line end written as LF.
pub(super) fn one_line_end(text: &[u8]) -> Cow<'_, [u8]> {
    if memchr::memchr(b'\r', text).is_none() {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\r', rest) {
        out.extend_from_slice(&rest[..at]);
        out.push(b'\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix(b"\n").unwrap_or(rest);
    }
    out.extend_from_slice(rest);
    Cow::Owned(out)
}

/// Words that stand for nothing in one program or another.
const NOTHING: [&str; 12] = [
    "null",
    "none",
    "nil",
    "nan",
    "nat",
    "n/a",
    "na",
    "#n/a",
    "\\n",
    "<null>",
    "(null)",
    "undefined",
];

fn of_texts(sent: &str, received: &str, ty: FieldType) -> Kind {
    let means_nothing = |text: &str| {
        let text = text.trim();
        text.is_empty() || NOTHING.iter().any(|word| text.eq_ignore_ascii_case(word))
    };
    let (is_blank, became_blank) = (sent.trim().is_empty(), received.trim().is_empty());
    if is_blank && became_blank {
        return Kind::Whitespace;
    }
    if (is_blank || became_blank) && means_nothing(sent) && means_nothing(received) {
        return Kind::NullWord;
    }
    if became_blank {
        return Kind::Emptied;
    }
    if is_blank {
        return Kind::Filled;
    }
    // Most values are single words, in which nothing can happen to white space.
    let one_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
    if !one_word(sent) || !one_word(received) {
        if words(sent).eq(words(received)) {
            let lost = |text: &str| text.trim().matches('\n').count();
            return if lost(received) < lost(sent) { Kind::LineBreaks } else { Kind::Whitespace };
        }
        if breaks_lost(sent, received) {
            return Kind::LineBreaks;
        }
        if joined(sent, received) {
            return Kind::Whitespace;
        }
    }
    let (before, after) = (sent.trim(), received.trim());
    moment::harm(before, after)
        .or_else(|| of_truths(before, after, ty))
        .or_else(|| number::harm(before, after, ty))
        .or_else(|| of_marks(before, after, ty))
        .or_else(|| character::harm(before, after))
        .or_else(|| cut(before, after))
        .unwrap_or(Kind::Changed)
}

/// Whether blanks between words are gone or were put there; digits that they held apart are another number together.
fn joined(sent: &str, received: &str) -> bool {
    let solid = |text: &str| text.chars().filter(|char| !char.is_whitespace()).collect::<String>();
    let (longer, shorter) =
        if sent.len() > received.len() { (sent, received) } else { (received, sent) };
    let holds_digits_apart = || {
        let mut before = None;
        let mut blank = false;
        longer.trim().chars().any(|char| {
            let apart = blank && before.is_some_and(|char: char| char.is_ascii_digit());
            blank = char.is_whitespace();
            if !blank {
                before = Some(char);
            }
            apart && char.is_ascii_digit()
        })
    };
    longer.contains(char::is_whitespace) && solid(longer) == solid(shorter) && !holds_digits_apart()
}

/// Words for true and for false, each with its counterpart.
const TRUTHS: [[&str; 2]; 5] =
    [["true", "false"], ["t", "f"], ["yes", "no"], ["y", "n"], ["1", "0"]];

/// True and false in other words. Where nobody declared the column, `true` or `false` itself must stand on one side.
fn of_truths(sent: &str, received: &str, ty: FieldType) -> Option<Kind> {
    let truth = |text: &str| {
        TRUTHS.iter().find_map(|pair| pair.iter().position(|word| text.eq_ignore_ascii_case(word)))
    };
    let spelled = |text: &str| TRUTHS[0].iter().any(|word| text.eq_ignore_ascii_case(word));
    if ty != FieldType::Boolean && !spelled(sent) && !spelled(received) {
        return None;
    }
    let (before, after) = (truth(sent)?, truth(received)?);
    Some(if before == after { Kind::Reformatted } else { Kind::Changed })
}

/// Numbers of telephones, people and things with other marks between their digits, and codes without their point:
/// the same to whoever reads them. A decimal number without its point is another one.
fn of_marks(sent: &str, received: &str, ty: FieldType) -> Option<Kind> {
    let marks = ['-', '.', '/', ' ', '(', ')'];
    if sent.len() > 40
        || received.len() > 40
        || !sent.is_ascii()
        || !received.is_ascii()
        || !sent.contains(marks) && !received.contains(marks)
    {
        return None;
    }
    let parts = |text: &'_ str| -> Vec<String> {
        let parts = text.split(marks).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let (before, after) = (parts(sent), parts(received));
    let whole = before.concat();
    let same =
        before == after || (before.len() == 1 || after.len() == 1) && whole == after.concat();
    if !same || !whole.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let digits = whole.bytes().filter(u8::is_ascii_digit).count();
    let is_known = match ty {
        FieldType::Id => digits >= 4,
        FieldType::Code => digits >= 7 || digits > 0 && digits < whole.len(),
        _ => digits >= 7 && digits == whole.len(),
    };
    let marked = if before.len() > 1 { sent } else { received };
    (is_known && !number::is_plain(marked)).then_some(Kind::Reformatted)
}

/// The words of a text, whatever white space stands between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| char.is_whitespace() || matches!(char, '\u{200B}' | '\u{FEFF}'))
        .filter(|word| !word.is_empty())
}

/// Whether line breaks were dropped, or written as something else, and nothing else was done.
fn breaks_lost(sent: &str, received: &str) -> bool {
    let lines = || sent.trim().split('\n').map(str::trim).filter(|line| !line.is_empty());
    if !sent.contains('\n') {
        return false;
    }
    if sent.trim().matches('\n').count() <= received.trim().matches('\n').count() {
        return false;
    }
    let mut rest = received.trim();
    for (number, line) in lines().enumerate() {
        if number > 0 {
            let marks =
                [' ', '|', ';', ',', '/', '\\', '\u{B6}', '~', '^', '\n', '\t', '_', '\u{FFFD}'];
            let without = ["\\r\\n", "\\n", "\\X0A\\", "\\.br\\", "<br>", "<br/>", "<br />"];
            rest = rest.trim_start();
            rest = match without.iter().find_map(|mark| rest.strip_prefix(mark)) {
                Some(rest) => rest,
                None => rest.trim_start_matches(marks),
            };
            rest = rest.trim_start();
        }
        match rest.strip_prefix(line) {
            Some(after) => rest = after,
            None => return false,
        }
    }
    rest.trim().is_empty()
}

/// Whether only a part arrived: the beginning, as where a column is too narrow, or the end.
fn cut(sent: &str, received: &str) -> Option<Kind> {
    let ends = ["...", "\u{2026}", "[truncated]"];
    let whole = ends.iter().find_map(|end| received.strip_suffix(end)).unwrap_or(received);
    // What is left of a character that was cut itself.
    let whole = whole.trim_end_matches('\u{FFFD}').trim_end();
    let starts =
        |start: &str| !start.is_empty() && start.len() < sent.len() && sent.starts_with(start);
    let is_end =
        received.len() >= LEAST_END && sent.len() > received.len() + 1 && sent.ends_with(received);
    (starts(received) || starts(whole) || is_end).then_some(Kind::Truncated)
}

/// The end of a value must be so long to be taken for a part of it.
const LEAST_END: usize = 4;

/// What became of a text of which one side is no text at all.
fn damaged(sent: &[u8], received: &[u8]) -> Kind {
    if received.trim_ascii().is_empty() {
        return Kind::Emptied;
    }
    if sent.trim_ascii().is_empty() {
        return Kind::Filled;
    }
    // A character cut in its middle is a text cut short.
    if received.len() < sent.len() && sent.starts_with(received) {
        return Kind::Truncated;
    }
    let text =
        |bytes: &[u8]| encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned();
    let ascii = |bytes: &[u8]| -> Vec<u8> { bytes.iter().copied().filter(u8::is_ascii).collect() };
    if ascii(sent) == ascii(received)
        || text(received).as_bytes() == sent
        || text(sent).as_bytes() == received
    {
        Kind::Encoding
    } else {
        Kind::Changed
    }
}

#[cfg(test)]
mod tests {
    use super::difference;
    use crate::transfer::Kind;
    use crate::value::FieldType;

    #[test]
    fn the_same_text_is_no_difference() {
        check("", "", None);
        check("two\r\nlines", "two\nlines", None);
        check("two\rlines", "two\nlines", None);
    }

    #[test]
    fn values_come_and_go() {
        check("a", "", Some(Kind::Emptied));
        check("a", "  ", Some(Kind::Emptied));
        check("", "a", Some(Kind::Filled));
        check("", "NULL", Some(Kind::NullWord));
        check("nan", "", Some(Kind::NullWord));
        check("", " ", Some(Kind::Whitespace));
        check("a", "NULL", Some(Kind::Changed));
    }

    #[test]
    fn zeros_are_lost() {
        check("00417", "417", Some(Kind::Zeros));
        check("00417", "0417", Some(Kind::Zeros));
        check("00417", "417.0", Some(Kind::Zeros));
        check("0A417", "A417", Some(Kind::Zeros));
        check("000", "0", Some(Kind::Zeros));
        check("417", "00417", Some(Kind::Changed));
        check("00417", "418", Some(Kind::Changed));
        check_as("00417", "417", FieldType::Integer, Some(Kind::Reformatted));
    }

    #[test]
    fn forms_differ() {
        check("2026-01-02", "01/02/2026", Some(Kind::Reformatted));
        check("2026-01-02", "02.01.2026", Some(Kind::Reformatted));
        check("2026-01-02", "2-Jan-2026", Some(Kind::Reformatted));
        check("2026-01-02", "20260102", Some(Kind::Reformatted));
        check("2026-01-02 00:00:00", "2026-01-02", Some(Kind::Reformatted));
        check("2026-01-02T14:05:00Z", "2026-01-02 14:05", Some(Kind::Reformatted));
        check("2026-01-02T14:05:00Z", "2026-01-02T15:05:00+01:00", Some(Kind::Reformatted));
        check("01/02/2026 2:05 PM", "2026-01-02 14:05:00", Some(Kind::Reformatted));
        check("1234.50", "1,234.5", Some(Kind::Reformatted));
        check("1234.5", "1234,5", Some(Kind::Reformatted));
        check("417", "417.0", Some(Kind::Reformatted));
        check("2026-01-02", "2026-01-03", Some(Kind::Changed));
        check("01/02/2026", "02/01/2026", Some(Kind::Changed));
        check("2026-01-02 14:05", "2026-01-02", Some(Kind::Truncated));
        check("2026-01-02 14:05:30", "2026-01-02 14:05", Some(Kind::Truncated));
    }

    #[test]
    fn spreadsheets_mangle() {
        check("123456789012", "1.23457E+11", Some(Kind::Mangled));
        check("4417123456789113", "4417123456789110", Some(Kind::Mangled));
        check("123456789012", "1.23458E+11", Some(Kind::Changed));
        check("2026-01-02", "46024", Some(Kind::Mangled));
        check("2026-01-02 12:00:00", "46024.5", Some(Kind::Mangled));
        check("2026-01-02", "46025", Some(Kind::Changed));
    }

    #[test]
    fn codes_become_dates() {
        check("MAR1", "1-Mar", Some(Kind::Mangled));
        check("SEPT2", "2-Sep", Some(Kind::Mangled));
        check("MARCH1", "03/01/2026", Some(Kind::Mangled));
        check("DEC1", "46357", Some(Kind::Mangled));
        check("3/4", "4-Mar", Some(Kind::Mangled));
        check("3/4", "3-Apr", Some(Kind::Mangled));
        check("5-10", "2026-05-10", Some(Kind::Mangled));
        check("5-10", "11-May", Some(Kind::Changed));
        check("MAR1", "2-Mar", Some(Kind::Changed));
        check("12E5", "1.20E+06", Some(Kind::Mangled));
        check("12E5", "1200000", Some(Kind::Mangled));
        check_as("12E5", "1200000", FieldType::Decimal, Some(Kind::Reformatted));
        check("positive", "#NAME?", Some(Kind::Mangled));
        check("2026-01-02", "########", Some(Kind::Mangled));
    }

    #[test]
    fn numbers_lose_digits_in_a_binary_form() {
        check("0.1", "0.10000000149011612", Some(Kind::Mangled));
        check("98.6", "98.59999999", Some(Kind::Mangled));
        check("98.6", "98.5", Some(Kind::Changed));
        check("90071992547409931", "90071992547409936", Some(Kind::Mangled));
        check("4417123456789113", "4417123456789115", Some(Kind::Changed));
    }

    #[test]
    fn the_same_is_written_otherwise() {
        check("-5.00", "(5)", Some(Kind::Reformatted));
        check("-5", "5-", Some(Kind::Reformatted));
        check("1000.00", "$1,000.00", Some(Kind::Reformatted));
        check("5", "-5", Some(Kind::Changed));
        check("617-555-0101", "(617) 555-0101", Some(Kind::Reformatted));
        check("617-555-0101", "6175550101", Some(Kind::Reformatted));
        check("617-555-0101", "617-555-0110", Some(Kind::Changed));
        check("1234567.89", "123456789", Some(Kind::Changed));
        check("10-20", "1020", Some(Kind::Changed));
        check_as("E11.9", "E119", FieldType::Code, Some(Kind::Reformatted));
        check_as("AB-12-34", "AB1234", FieldType::Id, Some(Kind::Reformatted));
        check_as("1.5", "15", FieldType::Decimal, Some(Kind::Changed));
        check_as("Y", "true", FieldType::Boolean, Some(Kind::Reformatted));
        check_as("Y", "0", FieldType::Boolean, Some(Kind::Changed));
        check("true", "TRUE", Some(Kind::Reformatted));
        check("Y", "1", Some(Kind::Changed));
        check("14:05:00", "2:05 PM", Some(Kind::Reformatted));
        check("08:15", "8:15", Some(Kind::Reformatted));
        check("14:05:30", "14:05", Some(Kind::Truncated));
        check("2026-01-02 14:05:00", "20260102140500", Some(Kind::Reformatted));
        check("2026-01-02 14:05:00", "202601021405", Some(Kind::Reformatted));
        check("2026-01-02T14:05:00Z", "20260102090500-0500", Some(Kind::Reformatted));
        check("2026-01-02T14:05:00Z", "1767362700", Some(Kind::Reformatted));
        check("2026-01-02T14:05:00Z", "1767362700000", Some(Kind::Reformatted));
        check("5 mg", "5mg", Some(Kind::Whitespace));
        check("take 1 2 times", "take 12 times", Some(Kind::Changed));
    }

    #[test]
    fn characters_are_escaped_or_left_out() {
        check("Ren\u{e9} & Co", "Ren&#233; &amp; Co", Some(Kind::Encoding));
        check("Ren\u{e9}", "Ren&#xE9;", Some(Kind::Encoding));
        check("Ren\u{e9}", "Ren\\u00e9", Some(Kind::Encoding));
        check("a \"b\"", "a \\\"b\\\"", Some(Kind::Encoding));
        check("Sample Town", "Sample%20Town", Some(Kind::Encoding));
        check("Sample Town 1", "Sample+Town+1", Some(Kind::Changed));
        check("a \"b\"", "a \"\"b\"\"", Some(Kind::Encoding));
        check("a \"b\" c", "a b c", Some(Kind::Encoding));
        check("O'Dray", "ODray", Some(Kind::Encoding));
        check("one two", "one\u{0}two", Some(Kind::Encoding));
        check("one two", "one\u{b} two", Some(Kind::Whitespace));
        check("&", "&amp", Some(Kind::Changed));
    }

    #[test]
    fn characters_are_read_by_another_code_page() {
        check("M\u{fc}ller", "M\u{b8}ller", Some(Kind::Encoding));
        check("M\u{fc}ller", "M\u{207f}ller", Some(Kind::Encoding));
        check("Ren\u{e9}e", "Ren\u{251c}\u{ae}e", Some(Kind::Encoding));
        check("S\u{f8}ren", "S\u{159}ren", Some(Kind::Encoding));
        check("\u{c7}elan", "\u{c3}\u{87}elan", Some(Kind::Encoding));
        check("M\u{fc}ller", "M\u{f6}ller", Some(Kind::Changed));
    }

    #[test]
    fn characters_are_damaged() {
        check("Ren\u{e9}", "Ren\u{c3}\u{a9}", Some(Kind::Encoding));
        check("Ren\u{c3}\u{a9}", "Ren\u{e9}", Some(Kind::Encoding));
        check("Ren\u{e9}e", "Ren?e", Some(Kind::Encoding));
        check("Ren\u{e9}e", "Ren\u{fffd}\u{fffd}e", Some(Kind::Encoding));
        check("M\u{fc}ller", "Muller", Some(Kind::Encoding));
        check("\u{201c}ok\u{201d}", "\"ok\"", Some(Kind::Encoding));
        check("McDonald", "MCDONALD", Some(Kind::Case));
        check("\u{c9}mile", "\u{e9}mile", Some(Kind::Case));
    }

    #[test]
    fn texts_are_cut_and_joined() {
        check("a long story", "a long st", Some(Kind::Truncated));
        check("a long story", "a long...", Some(Kind::Truncated));
        check("a long st\u{e9}", "a long st\u{fffd}", Some(Kind::Encoding));
        check("a long st\u{e9}ry", "a long st\u{fffd}", Some(Kind::Truncated));
        check("a long story", "story", Some(Kind::Truncated));
        check("417", "17", Some(Kind::Changed));
        check("one\ntwo", "one two", Some(Kind::LineBreaks));
        check("one\ntwo", "onetwo", Some(Kind::LineBreaks));
        check("one\ntwo", "one\\ntwo", Some(Kind::LineBreaks));
        check(" padded ", "padded", Some(Kind::Whitespace));
        check("two  blanks", "two blanks", Some(Kind::Whitespace));
        check("one", "two", Some(Kind::Changed));
    }

    #[test]
    fn bytes_that_are_no_text_are_held_against_each_other_too() {
        let of = |sent: &[u8], received: &[u8]| difference(sent, received, FieldType::Text);
        assert_eq!(of("Ren\u{e9}".as_bytes(), b"Ren\xE9"), Some(Kind::Encoding));
        assert_eq!(of("Ren\u{e9}".as_bytes(), b"Ren\xC3"), Some(Kind::Truncated));
        assert_eq!(of(b"\xFF", b""), Some(Kind::Emptied));
        assert_eq!(of(b"\xFFa", b"\xFEb"), Some(Kind::Changed));
    }

    #[track_caller]
    fn check(sent: &str, received: &str, expected: Option<Kind>) {
        check_as(sent, received, FieldType::Text, expected);
    }

    #[track_caller]
    fn check_as(sent: &str, received: &str, ty: FieldType, expected: Option<Kind>) {
        let found = difference(sent.as_bytes(), received.as_bytes(), ty);
        assert_eq!(found, expected, "{sent:?} to {received:?}");
    }
}
