//! Text that is safe to show.

use crate::value::FieldType;

/// What the user asked to see in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Reveal {
    /// Nothing.
    #[default]
    Nothing,
    /// Record keys, `assign` fields and group keys.
    Keys,
    /// All fields of findings.
    Values,
}

/// Text that is safe to show: masked, or declared by a rule, or revealed by the user's flag.
///
/// The constructors are the only ways to it. None lets a control, bidirectional or invisible
/// character through, so a value cannot move the cursor or reorder a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Masked(String);

/// Stands for one character of a date, and five times for any other value.
const BLOCK: char = '▒';
/// What every value but a date looks like; its length is said beside it, or not at all.
const BLOCKS: &str = "▒▒▒▒▒";
/// Up to this many characters the length of a value is said exactly.
const LENGTH_SHOWN: usize = 12;
/// A date, a time or both is shorter than this in every format that is read.
const DATE_LENGTH: usize = 40;
/// A revealed value is cut after this many characters: a report is no copy of a chart.
const REVEALED_LENGTH: usize = 200;

impl Masked {
    /// A value from a record with nothing left of it but its kind.
    ///
    /// Dates and times keep their digits' places and their separators, so that a wrong format can be seen; the
    /// words of a date do not keep their length, which would tell the month. Codes and booleans do not even
    /// say their length, which would tell them from each other. The rest says its length, up to 12.
    #[must_use]
    pub fn value(text: &[u8], ty: FieldType) -> Self {
        let text = String::from_utf8_lossy(text);
        match ty {
            FieldType::Date | FieldType::Time | FieldType::Timestamp | FieldType::Instant => {
                Self(date_shape(&text).unwrap_or_else(|| with_length(&text)))
            }
            FieldType::Code | FieldType::Boolean => Self(format!("{BLOCKS} ({})", ty.name())),
            FieldType::Id | FieldType::Text | FieldType::Integer | FieldType::Decimal => {
                Self(with_length(&text))
            }
        }
    }

    /// A code that the rule or the dictionary declares, or words of our own.
    #[must_use]
    pub fn declared(text: &str) -> Self {
        Self(neutral(text))
    }

    /// Stands where a value is missing.
    #[must_use]
    pub fn missing() -> Self {
        Self("(missing)".to_owned())
    }

    /// Stands for a value that cannot be read as its type.
    #[must_use]
    pub fn unreadable(text: &[u8], ty: FieldType) -> Self {
        let text = String::from_utf8_lossy(text);
        Self(format!("(unreadable {}, {})", ty.name(), length(&text)))
    }

    /// A value that the user asked to see; masked like text where nothing was asked for.
    ///
    /// Whether the flag covers this value (a key, an `assign` field, any field) is for the caller to know.
    #[must_use]
    pub fn revealed(text: &[u8], reveal: Reveal) -> Self {
        if reveal == Reveal::Nothing {
            return Self::value(text, FieldType::Text);
        }
        let text = String::from_utf8_lossy(text);
        let cut: String = text.chars().take(REVEALED_LENGTH).collect();
        let mut shown = neutral(&cut);
        if cut.len() < text.len() {
            shown.push_str(&format!("… ({} chars)", text.chars().count()));
        }
        Self(shown)
    }

    /// The safe text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Masked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The text with every control, bidirectional and invisible character made visible and harmless:
/// blanks for tabs and line ends, U+FFFD for the rest.
#[must_use]
pub fn neutral(text: &str) -> String {
    text.chars()
        .map(|char| match char {
            '\t' | '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => ' ',
            char if is_unsafe(char) => char::REPLACEMENT_CHARACTER,
            char => char,
        })
        .collect()
}

/// Whether a terminal, a viewer or a reader could be deceived by the character.
fn is_unsafe(char: char) -> bool {
    char.is_control()
        || matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Blocks and the length.
fn with_length(text: &str) -> String {
    format!("{BLOCKS} ({})", length(text))
}

/// The length in words, exact while it is small.
fn length(text: &str) -> String {
    match text.chars().take(LENGTH_SHOWN + 1).count() {
        1 => "1 char".to_owned(),
        count if count <= LENGTH_SHOWN => format!("{count} chars"),
        _ => format!("{}+ chars", LENGTH_SHOWN + 1),
    }
}

/// The shape of a date or time; `None` where the text is too long or holds what no date holds.
fn date_shape(text: &str) -> Option<String> {
    if text.len() > DATE_LENGTH {
        return None;
    }
    let mut shape = String::new();
    let mut chars = text.trim_matches(' ').chars().peekable();
    let mut after_digit = false;
    while let Some(char) = chars.next() {
        match char {
            '0'..='9' => shape.push(BLOCK),
            'T' if after_digit && chars.peek().is_some_and(char::is_ascii_digit) => shape.push('T'),
            'A'..='Z' | 'a'..='z' => {
                while chars.next_if(char::is_ascii_alphabetic).is_some() {}
                shape.extend([BLOCK; 3]);
            }
            '-' | '/' | '.' | ':' | ',' | ' ' | '+' => shape.push(char),
            _ => return None,
        }
        after_digit = char.is_ascii_digit();
    }
    (!shape.is_empty()).then_some(shape)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::{Masked, Reveal, is_unsafe, neutral};
    use crate::value::FieldType;

    #[test]
    fn dates_keep_their_shape() {
        check("2026-01-31", FieldType::Date, "▒▒▒▒-▒▒-▒▒");
        check("1/5/26", FieldType::Date, "▒/▒/▒▒");
        check("2026-01-31T10:20:30Z", FieldType::Timestamp, "▒▒▒▒-▒▒-▒▒T▒▒:▒▒:▒▒▒▒▒");
        check("5-May-2026", FieldType::Date, "▒-▒▒▒-▒▒▒▒");
        check("5-September-2026", FieldType::Date, "▒-▒▒▒-▒▒▒▒");
        check("10:05 PM", FieldType::Time, "▒▒:▒▒ ▒▒▒");
        check("Müller", FieldType::Date, "▒▒▒▒▒ (6 chars)");
        check(&"1".repeat(41), FieldType::Instant, "▒▒▒▒▒ (13+ chars)");
        check("", FieldType::Date, "▒▒▒▒▒ (0 chars)");
    }

    #[test]
    fn other_values_keep_their_length_at_most() {
        check("Smith", FieldType::Text, "▒▒▒▒▒ (5 chars)");
        check("O'Brien-Xu", FieldType::Text, "▒▒▒▒▒ (10 chars)");
        check("x", FieldType::Id, "▒▒▒▒▒ (1 char)");
        check("123456789012", FieldType::Id, "▒▒▒▒▒ (12 chars)");
        check("1234567890123", FieldType::Integer, "▒▒▒▒▒ (13+ chars)");
        check("12.5", FieldType::Decimal, "▒▒▒▒▒ (4 chars)");
        check("male", FieldType::Code, "▒▒▒▒▒ (code)");
        check("true", FieldType::Boolean, "▒▒▒▒▒ (boolean)");
    }

    #[track_caller]
    fn check(text: &str, ty: FieldType, expected: &str) {
        assert_eq!(Masked::value(text.as_bytes(), ty).as_str(), expected, "of {text:?}");
    }

    #[test]
    fn unreadable_values_say_type_and_length() {
        let of = |text: &str, ty| Masked::unreadable(text.as_bytes(), ty).to_string();
        assert_eq!(of("31.02.2026", FieldType::Date), "(unreadable date, 10 chars)");
        assert_eq!(of(&"9".repeat(99), FieldType::Integer), "(unreadable integer, 13+ chars)");
    }

    #[test]
    fn revealing_needs_the_flag() {
        let of = |reveal| Masked::revealed(b"MRN\x1b[2J 4711", reveal).to_string();
        assert_eq!(of(Reveal::Nothing), "▒▒▒▒▒ (12 chars)");
        assert_eq!(of(Reveal::Keys), "MRN\u{fffd}[2J 4711");
        assert_eq!(of(Reveal::Values), "MRN\u{fffd}[2J 4711");
        let long = Masked::revealed("ä".repeat(5000).as_bytes(), Reveal::Values);
        assert_eq!(long.as_str(), format!("{}… (5000 chars)", "ä".repeat(200)));
    }

    #[test]
    fn declared_text_is_neutralised() {
        let declared = Masked::declared("a\r\nb\u{202e}c\u{200b}d\u{9b}e\u{feff}\u{e0041}");
        assert_eq!(declared.as_str(), "a  b\u{fffd}c\u{fffd}d\u{fffd}e\u{fffd}\u{fffd}");
        assert_eq!(Masked::missing().as_str(), "(missing)");
    }

    /// Values made to survive a careless mask.
    const HOSTILE: [&str; 14] = [
        "123-45-6789",
        "Jane Q. Public",
        "jane.public@example.org",
        "+1 (617) 555-0142",
        "1EG4-TE5-MK73",
        "1957-04-11",
        "19570411",
        "11APR1957:10:22:31.123456",
        "2026-01-31T10:20:30.123456789+02:00",
        "T1T2T3T4T5",
        "\u{202e}9876-54-321",
        "\u{1b}]8;;http://x.test/4711\u{7}4711",
        "MRN\u{200b}00\u{200b}4711",
        "=HYPERLINK(\"http://x.test/?q=4711\")",
    ];

    #[test]
    fn no_three_neighbours_survive_a_mask() {
        for value in HOSTILE {
            for ty in FieldType::ALL {
                assert_masked(value.as_bytes(), ty);
            }
        }
    }

    proptest! {
        #[test]
        fn masking_is_total(bytes: Vec<u8>, ty in 0..FieldType::ALL.len()) {
            assert_masked(&bytes, FieldType::ALL[ty]);
        }

        #[test]
        fn masking_hides_likely_values(text in "[0-9A-Za-z/:. -]{0,50}", ty in 0..FieldType::ALL.len()) {
            assert_masked(text.as_bytes(), FieldType::ALL[ty]);
        }

        #[test]
        fn values_of_one_length_look_the_same(a in "[0-9]{4}-[0-9]{2}-[0-9]{2}", b in "[0-9]{4}-[0-9]{2}-[0-9]{2}") {
            for ty in FieldType::ALL {
                assert_eq!(Masked::value(a.as_bytes(), ty), Masked::value(b.as_bytes(), ty));
            }
        }

        #[test]
        fn nothing_unsafe_is_left(text in prop::collection::vec(any::<char>(), 0..64)) {
            let text: String = text.into_iter().collect();
            let shown = neutral(&text);
            assert!(!shown.chars().any(is_unsafe));
            assert_eq!(shown.chars().count(), text.chars().count());
        }
    }

    /// Three letters or digits that stand together in the value must not stand in its mask, our own words aside.
    #[track_caller]
    fn assert_masked(value: &[u8], ty: FieldType) {
        let text = String::from_utf8_lossy(value);
        let letters: Vec<char> = text.chars().collect();
        for mask in [
            Masked::value(value, ty),
            Masked::unreadable(value, ty),
            Masked::revealed(value, Reveal::Nothing),
        ] {
            let mut mask = mask.to_string();
            assert!(!mask.chars().any(is_unsafe));
            for ours in ["unreadable", ty.name(), "chars", "char"] {
                mask = mask.replace(ours, "");
            }
            for three in
                letters.windows(3).filter(|three| three.iter().all(|c| c.is_alphanumeric()))
            {
                let three: String = three.iter().collect();
                assert!(!mask.contains(&three), "a piece of a value of type {} shows", ty.name());
            }
        }
    }
}
