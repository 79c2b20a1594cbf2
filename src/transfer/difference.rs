//! What became of one value on its way: the likeliest harm that turns the one text into the other.
//!
//! A value that is the same in another form is told apart from another value. Nothing here is a judgement of one
//! text alone: a text is only what it is held against.

use std::borrow::Cow;

use crate::transfer::Kind;
use crate::transfer::moment::{self, Moment};
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
    if words(sent).eq(words(received)) {
        let lost = |text: &str| text.trim().matches('\n').count();
        return if lost(received) < lost(sent) { Kind::LineBreaks } else { Kind::Whitespace };
    }
    if breaks_lost(sent, received) {
        return Kind::LineBreaks;
    }
    let (before, after) = (sent.trim(), received.trim());
    of_moments(before, after)
        .or_else(|| of_numbers(before, after, ty))
        .or_else(|| of_characters(before, after))
        .or_else(|| cut(before, after))
        .unwrap_or(Kind::Changed)
}

/// The words of a text, whatever white space stands between them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|char: char| char.is_whitespace() || matches!(char, '\u{200B}' | '\u{FEFF}'))
        .filter(|word| !word.is_empty())
}

/// Whether line breaks were dropped, or written as something else, and nothing else was done.
fn breaks_lost(sent: &str, received: &str) -> bool {
    let lines = || sent.trim().split('\n').map(str::trim).filter(|line| !line.is_empty());
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

/// Dates and times: the same moment in another form, its time lost, or the number that a spreadsheet keeps it as.
fn of_moments(sent: &str, received: &str) -> Option<Kind> {
    let before = moment::readings(sent);
    if before.is_empty() {
        return None;
    }
    let after = moment::readings(received);
    let any = |same: &dyn Fn(&Moment, &Moment) -> bool| {
        before.iter().any(|one| after.iter().any(|other| same(one, other)))
    };
    // In one and the same form, day and month that changed places are another day.
    let shape = |text: &str| -> String {
        text.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect()
    };
    let alike = shape(sent) == shape(received);
    if any(&|one, other| (!alike || one.has_offset()) && one.is(other)) {
        return Some(Kind::Reformatted);
    }
    if any(&|one, other| one.date == other.date && one.begins(other)) {
        return Some(Kind::Truncated);
    }
    before.iter().any(|moment| moment.is_serial(received)).then_some(Kind::Mangled)
}

/// Numbers: zeros lost at the front, the same number in another form, digits that a spreadsheet took.
fn of_numbers(sent: &str, received: &str, ty: FieldType) -> Option<Kind> {
    let is_number = matches!(ty, FieldType::Integer | FieldType::Decimal);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = received.strip_suffix(".0").unwrap_or(received);
    if sent.len() > 1 && sent.starts_with('0') && !sent.starts_with("0.") && !sent.starts_with("0,")
    {
        let stripped = sent.trim_start_matches('0');
        let stripped = if stripped.starts_with(|char: char| char.is_alphanumeric()) {
            stripped
        } else {
            sent.get(sent.len() - stripped.len() - 1..).unwrap_or(sent)
        };
        // A prefix of zeros may also be lost only in part, by padding to another length.
        let shorter = sent.len() > whole.len()
            && sent.trim_start_matches('0') == whole.trim_start_matches('0');
        if stripped == whole || shorter && !whole.trim_start_matches('0').is_empty() {
            return Some(if is_number && digits(sent) { Kind::Reformatted } else { Kind::Zeros });
        }
    }
    if scientific(received) && !scientific(sent) && is_rounding(sent, received) {
        return Some(Kind::Mangled);
    }
    // Beyond fifteen digits a spreadsheet writes zeros.
    if digits(sent)
        && sent.len() > 15
        && sent.len() == received.len()
        && sent.get(..15) == received.get(..15)
        && received.get(15..).is_some_and(|rest| rest.bytes().all(|byte| byte == b'0'))
    {
        return Some(Kind::Mangled);
    }
    let (before, after) = (plain_numbers(sent), plain_numbers(received));
    let same = before.iter().any(|number| after.contains(number));
    // Padding an identifier with zeros is another identifier to whoever compares it as text.
    let padded =
        digits(sent) && received.starts_with('0') && received.len() > 1 && digits(received);
    (same && (is_number || !padded)).then_some(Kind::Reformatted)
}

/// Whether a text is a number in scientific notation: `1.23457E+11`.
fn scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let mantissa = mantissa.trim_start_matches(['+', '-']);
    let exponent = exponent.trim_start_matches(['+', '-']);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits(exponent)
        && exponent.len() <= 3
        && !mantissa.is_empty()
        && mantissa.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
        && mantissa.starts_with(|char: char| char.is_ascii_digit())
}

/// Whether a number in scientific notation is what is left of the digits that were sent.
fn is_rounding(sent: &str, received: &str) -> bool {
    let number =
        |text: &str| text.replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
    let digits =
        sent.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
    let (Some(before), Some(after)) = (number(sent), number(received)) else { return false };
    let mantissa = received.split(['E', 'e']).next().unwrap_or_default();
    let places = mantissa.split_once(['.', ',']).map_or(0, |(_, places)| places.len());
    let places = i32::try_from(places).unwrap_or(i32::MAX);
    let exponent = received.rsplit(['E', 'e']).next().and_then(|text| text.parse::<i32>().ok());
    let unit = 10_f64.powi(exponent.unwrap_or(0).saturating_sub(places));
    digits && (before - after).abs() <= unit * 0.500_001
}

/// The readings of a text as a plain number, each as its sign and digits without idle zeros and with one point.
fn plain_numbers(text: &str) -> Vec<String> {
    let mut readings = Vec::new();
    let text = text.trim_start_matches('+');
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text),
    };
    for (point, groups) in [('.', [',', ' ', '\u{A0}', '\'']), (',', ['.', ' ', '\u{A0}', '\''])] {
        let (whole, places) = text.split_once(point).unwrap_or((text, ""));
        let ungrouped = if whole.contains(groups) {
            let mut parts = whole.split(groups);
            let first = parts.next().unwrap_or_default();
            let well = (1..=3).contains(&first.len()) && parts.all(|part| part.len() == 3);
            if !well {
                continue;
            }
            whole.replace(groups, "")
        } else {
            whole.to_owned()
        };
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if ungrouped.len() + places.len() == 0 || !digits(&ungrouped) || !digits(places) {
            continue;
        }
        let (whole, places) = (ungrouped.trim_start_matches('0'), places.trim_end_matches('0'));
        let zero = whole.is_empty() && places.is_empty();
        readings.push(format!("{}{whole}.{places}", if zero { "" } else { sign }));
    }
    readings
}

/// Characters: read in the wrong encoding, replaced, stripped of their accents, or written large or small.
fn of_characters(sent: &str, received: &str) -> Option<Kind> {
    if sent.to_lowercase() == received.to_lowercase() {
        return Some(Kind::Case);
    }
    if sent.is_ascii() && received.is_ascii() {
        return None;
    }
    let misread = |text: &str, other: &str| {
        let mut text = text.to_owned();
        // Some texts went the wrong way twice.
        (0..2).any(|_| match misread(&text) {
            Some(next) => {
                text = next;
                text == other
            }
            None => false,
        })
    };
    if misread(sent, received) || misread(received, sent) {
        return Some(Kind::Encoding);
    }
    let bare = |text: &str| -> String { text.chars().flat_map(plain).collect() };
    if replaced(sent, received) || bare(sent) == bare(received) {
        return Some(Kind::Encoding);
    }
    let ascii = |text: &str| -> String { text.chars().filter(char::is_ascii).collect() };
    let gone = ascii(sent);
    (!sent.is_ascii() && gone.len() >= 2 && gone == received).then_some(Kind::Encoding)
}

/// The text as somebody reads it who takes its UTF-8 for Windows-1252 or Latin-1.
fn misread(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let (read, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(text.as_bytes());
    Some(read.into_owned())
}

/// Whether the texts are alike but for characters of the one for which the other has `?` or a replacement.
fn replaced(sent: &str, received: &str) -> bool {
    let is_mark = |char: char| matches!(char, '?' | '\u{FFFD}' | '_' | '\u{1A}' | '\u{BF}');
    let mut after = received.chars().peekable();
    let mut marks = 0;
    for char in sent.chars() {
        if after.peek() == Some(&char) {
            after.next();
            continue;
        }
        if char.is_ascii() {
            return false;
        }
        // One mark a character, or one a byte of it.
        let mut count = 0;
        while count < char.len_utf8() && after.next_if(|next| is_mark(*next)).is_some() {
            count += 1;
        }
        if count == 0 {
            return false;
        }
        marks += 1;
    }
    marks > 0 && after.next().is_none()
}

/// The ASCII letters that stand for a letter where accents are lost; a mark that combines is dropped.
fn plain(char: char) -> std::vec::IntoIter<char> {
    let letters: &str = match char {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'Æ' => "AE",
        'æ' => "ae",
        'Ç' | 'Ć' | 'Č' => "C",
        'ç' | 'ć' | 'č' => "c",
        'Ď' | 'Đ' | 'Ð' => "D",
        'ď' | 'đ' | 'ð' => "d",
        'È'..='Ë' | 'Ē' | 'Ę' | 'Ě' => "E",
        'è'..='ë' | 'ē' | 'ę' | 'ě' => "e",
        'Ğ' => "G",
        'ğ' => "g",
        'Ì'..='Ï' | 'İ' | 'Ī' => "I",
        'ì'..='ï' | 'ı' | 'ī' => "i",
        'Ł' | 'Ľ' => "L",
        'ł' | 'ľ' => "l",
        'Ñ' | 'Ń' | 'Ň' => "N",
        'ñ' | 'ń' | 'ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'Ő' | 'Ō' => "O",
        'ò'..='ö' | 'ø' | 'ő' | 'ō' => "o",
        'Œ' => "OE",
        'œ' => "oe",
        'Ř' => "R",
        'ř' => "r",
        'Ś' | 'Š' | 'Ş' | 'Ș' => "S",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'Ť' | 'Ţ' | 'Ț' => "T",
        'ť' | 'ţ' | 'ț' => "t",
        'Ù'..='Ü' | 'Ů' | 'Ű' | 'Ū' => "U",
        'ù'..='ü' | 'ů' | 'ű' | 'ū' => "u",
        'Ý' | 'Ÿ' => "Y",
        'ý' | 'ÿ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{2032}' => "'",
        '\u{201C}' | '\u{201D}' | '\u{201E}' => "\"",
        '\u{2013}' | '\u{2014}' | '\u{2010}' | '\u{2011}' => "-",
        '\u{2026}' => "...",
        '\u{A0}' => " ",
        '\u{300}'..='\u{36F}' => "",
        other => return vec![other].into_iter(),
    };
    letters.chars().collect::<Vec<_>>().into_iter()
}

/// Whether only the beginning arrived.
fn cut(sent: &str, received: &str) -> Option<Kind> {
    let ends = ["...", "\u{2026}", "[truncated]"];
    let whole = ends.iter().find_map(|end| received.strip_suffix(end)).unwrap_or(received);
    let starts =
        |start: &str| !start.is_empty() && start.len() < sent.len() && sent.starts_with(start);
    (starts(received) || starts(whole.trim_end())).then_some(Kind::Truncated)
}

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

/// Columns whose values moved by one place, in the order in which the columns stand: the first and the last of them.
///
/// At least two values must be found beside their places, and every value between the first and the last difference.
pub(super) fn shift<'c>(
    columns: &[usize],
    sent: &dyn Fn(usize) -> &'c [u8],
    received: &dyn Fn(usize) -> &'c [u8],
) -> Option<std::ops::RangeInclusive<usize>> {
    let differs = |place: &usize| sent(columns[*place]) != received(columns[*place]);
    let first = (0..columns.len()).find(differs)?;
    let last = (0..columns.len()).rev().find(differs)?;
    if last == first {
        return None;
    }
    let moved = |pairs: &mut dyn Iterator<Item = (usize, usize)>| {
        let mut moved = 0;
        for (from, to) in pairs {
            let (before, after) = (sent(columns[from]), received(columns[to]));
            // A value may have been harmed in another way too, as zeros are lost in a whole column.
            match difference(before, after, FieldType::Text) {
                None => moved += usize::from(!before.is_empty()),
                Some(Kind::Changed | Kind::Emptied | Kind::Filled) => return false,
                Some(_) => {}
            }
        }
        moved >= 2
    };
    let right = moved(&mut (first..last).map(|place| (place, place + 1)));
    let left = moved(&mut (first..last).map(|place| (place + 1, place)));
    (right || left).then_some(first..=last)
}

#[cfg(test)]
mod tests {
    use super::{difference, shift};
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

    #[test]
    fn values_move_by_a_column() {
        fn held(sent: [&str; 4], received: [&str; 4]) -> Option<std::ops::RangeInclusive<usize>> {
            let columns = [0, 1, 2, 3];
            shift(&columns, &|column| sent[column].as_bytes(), &|column| {
                received[column].as_bytes()
            })
        }
        assert_eq!(held(["k", "a", "b", "c"], ["k", "", "a", "b"]), Some(1..=3));
        assert_eq!(held(["k", "a", "b", "c"], ["k", "b", "c", ""]), Some(1..=3));
        assert_eq!(held(["k", "a", "07", "c"], ["", "k", "a", "7"]), Some(0..=3));
        assert_eq!(held(["k", "a", "b", "c"], ["k", "b", "a", "c"]), None);
        assert_eq!(held(["k", "a", "b", "c"], ["k", "x", "y", "z"]), None);
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
