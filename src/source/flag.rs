//! What can be odd about a cell's text whatever its type.

use crate::source::code;
use crate::source::{IssueClass, IssueCode};

/// One oddity of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flag {
    pub(super) code: IssueCode,
    /// Where in the cell it stands.
    pub(super) at: usize,
    /// Whether the value cannot be trusted whatever its type.
    pub(super) invalid: bool,
    pub(super) detail: &'static str,
}

impl Flag {
    /// Flags keep the record.
    pub(super) const CLASS: IssueClass = IssueClass::Kept;
}

/// Whether a byte asks for a closer look at its cell.
pub(super) fn is_strange(byte: u8) -> bool {
    byte >= 0x80 || (byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r'))
}

/// Whether a record with strange bytes may hold an oddity: false for accents and other letters that are in order.
///
/// No loop has a way out, so that they become vector code.
pub(super) fn may_be_odd(record: &[u8]) -> bool {
    // Control characters, and what starts the blanks, the lost character, and the second reading of UTF-8.
    let suspect = |byte| matches!(byte, 0xC2 | 0xE2 | 0xEF) || (byte < 0x80 && is_strange(byte));
    let alone = record.iter().fold(false, |odd, &byte| odd | suspect(byte));
    let pairs = record.iter().zip(record.get(1..).unwrap_or_default());
    let paired = pairs.fold(false, |odd, (&byte, &next)| {
        odd | ((byte == 0xC3) & matches!(next, 0x82 | 0x83 | 0xA2))
    });
    alone || paired || std::str::from_utf8(record).is_err()
}

/// Looks closely at a cell, quotes included.
pub(super) fn examine(cell: &[u8], quote: u8, mut found: impl FnMut(Flag)) {
    let flag = |code, at, detail| Flag { code, at, invalid: false, detail };
    let invalid = |code, at, detail| Flag { code, at, invalid: true, detail };
    if let Some(at) = cell.iter().position(|&byte| byte == 0) {
        found(invalid(code::NUL_BYTE, at, "a NUL byte stands in the cell: its value is invalid"));
    }
    let control = |&byte: &u8| byte != 0 && byte < 0x80 && is_strange(byte);
    if let Some(at) = cell.iter().position(control) {
        found(flag(code::CONTROL_CHAR, at, "a control character stands in the cell"));
    }
    if cell.is_ascii() {
        return;
    }
    let text = match std::str::from_utf8(cell) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            found(if is_cut(&cell[at..]) {
                invalid(
                    code::INVALID_UTF8,
                    at,
                    "a character of several bytes is cut: the cell's value is invalid",
                )
            } else {
                invalid(
                    code::MIXED_ENCODING,
                    at,
                    "expected UTF-8 as in the rest of the file, found bytes of another encoding: \
                     the cell's value is invalid",
                )
            });
            return;
        }
    };
    if let Some(at) = text.find(char::REPLACEMENT_CHARACTER) {
        found(flag(
            code::REPLACEMENT_CHAR,
            at,
            "a character was lost before this file was written (U+FFFD)",
        ));
    }
    if let Some(at) = edge_blank(text, char::from(quote)) {
        found(flag(
            code::INVISIBLE_CHAR,
            at,
            "a no-break or zero-width blank stands at the edge of the value: \
             it is trimmed here, joins elsewhere will fail on it",
        ));
    }
    if let Some(at) = mojibake(text) {
        found(flag(code::MOJIBAKE, at, "the text looks like UTF-8 that was decoded twice"));
    }
}

/// Whether bytes that are no UTF-8 look like a character of several bytes that was cut, not like another code page.
fn is_cut(bytes: &[u8]) -> bool {
    let continued = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    match bytes.first() {
        Some(0xC2..=0xDF) => true,
        Some(0xE0..=0xF4) => continued(1),
        _ => false,
    }
}

/// Where an invisible blank stands at an edge of the text, inside its quotes.
fn edge_blank(text: &str, quote: char) -> Option<usize> {
    let invisible = |character: char| {
        matches!(
            character,
            '\u{A0}' | '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{202F}' | '\u{2060}' | '\u{FEFF}'
        )
    };
    let skipped = |character: char| character == quote || character == ' ' || character == '\t';
    let ahead = text.trim_start_matches(skipped);
    if ahead.starts_with(invisible) {
        return Some(text.len() - ahead.len());
    }
    let behind = text.trim_end_matches(skipped);
    let last = behind.chars().next_back().filter(|&character| invisible(character))?;
    Some(behind.len() - last.len_utf8())
}

/// Where a character stands that UTF-8 bytes make when they are read as Windows-1252.
fn mojibake(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map_or('\0', |&(_, next)| next);
        let suspect = match character {
            '\u{C2}' | '\u{C3}' => {
                matches!(next, '\u{80}'..='\u{BF}') || (character == '\u{C3}' && is_1252_high(next))
            }
            '\u{E2}' => next == '\u{20AC}',
            _ => false,
        };
        if suspect {
            return Some(at);
        }
    }
    None
}

/// Whether Windows-1252 has the character among its bytes 0x80 to 0x9F.
fn is_1252_high(character: char) -> bool {
    matches!(
        character,
        '\u{152}' | '\u{153}' | '\u{160}' | '\u{161}' | '\u{178}' | '\u{17D}' | '\u{17E}' | '\u{192}'
            | '\u{2C6}' | '\u{2DC}' | '\u{2013}' | '\u{2014}' | '\u{2018}'..='\u{201A}'
            | '\u{201C}'..='\u{201E}' | '\u{2020}'..='\u{2022}' | '\u{2026}' | '\u{2030}'
            | '\u{2039}' | '\u{203A}' | '\u{20AC}' | '\u{2122}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};

    use super::{examine, may_be_odd};

    /// Characters and bytes that stand near oddities.
    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let suspects = "\u{C2}\u{C3}\u{E2}\u{20AC}\u{A9}\u{A0}\u{200B}\u{FEFF}\u{FFFD}\u{153}";
        let suspects: Vec<char> = suspects.chars().collect();
        prop_oneof![
            4 => proptest::sample::select(suspects).prop_map(|one| one.to_string().into_bytes()),
            2 => any::<char>().prop_map(|one| one.to_string().into_bytes()),
            1 => any::<u8>().prop_map(|byte| vec![byte]),
            1 => Just(b"\"".to_vec()),
        ]
    }

    proptest! {
        #[test]
        fn what_is_passed_unseen_is_in_order(pieces in proptest::collection::vec(piece(), 0..6)) {
            let cell = pieces.concat();
            if !may_be_odd(&cell) {
                examine(&cell, b'"', |flag| panic!("{} in {cell:?}", flag.code.0));
            }
        }
    }

    #[test]
    fn oddities_are_named() {
        check(b"plain", &[]);
        check("Ren\u{e9}".as_bytes(), &[]);
        check(b"a\0b", &[("read/nul-byte", 1)]);
        check(b"a\x07b", &[("read/control-char", 1)]);
        check(b"Ren\xC3", &[("read/invalid-utf8", 3)]);
        check(b"Ren\xE9 ", &[("read/mixed-encoding", 3)]);
        check("\"\u{A0}123\"".as_bytes(), &[("read/invisible-char", 1)]);
        check("123\u{200B}".as_bytes(), &[("read/invisible-char", 3)]);
        check("12\u{A0}3".as_bytes(), &[]);
        check("Ren\u{C3}\u{A9}".as_bytes(), &[("read/mojibake", 3)]);
        check("don\u{E2}\u{20AC}\u{2122}t".as_bytes(), &[("read/mojibake", 3)]);
        check("S\u{C3}O PAULO".as_bytes(), &[]);
        check("R\u{FFFD}n".as_bytes(), &[("read/replacement-char", 1)]);
        check("a\u{2028}b\u{85}c".as_bytes(), &[]);
    }

    #[track_caller]
    fn check(cell: &[u8], expected: &[(&str, usize)]) {
        let mut found = Vec::new();
        examine(cell, b'"', |flag| found.push((flag.code.0, flag.at)));
        assert_eq!(found, expected);
    }
}
