//! Header names that are safe to show.

use crate::finding::{Masked, neutral};
use crate::value::FieldType;

/// So many digits are no part of a name any more, but a date, a number or a key.
const DIGITS: usize = 4;
/// No column has a longer name; a longer text is one of a record.
const LENGTH: usize = 80;
/// So many headers that look like values are no slip of one name any more.
const SEVERAL: usize = 2;

/// A header's text, masked where it looks like a value rather than a name, because the header is not where it
/// was taken to be.
///
/// What was masked already stays as it is.
#[must_use]
pub fn header_text(name: &str) -> String {
    if looks_like_value(name) {
        Masked::value(name.as_bytes(), FieldType::Text).to_string()
    } else {
        neutral(name)
    }
}

/// The headers of a table that nobody declares, safe to show.
///
/// Where several of them look like values the line may be a record that stands where a header should: a name in it
/// looks like the name of a column, so that none of them is shown.
#[must_use]
pub fn headers_of_unknown(names: &[String]) -> Vec<String> {
    if !may_be_record(names) {
        return names.iter().map(|name| header_text(name)).collect();
    }
    let masked = names.iter().map(|name| Masked::value(name.as_bytes(), FieldType::Text));
    masked.map(|name| name.to_string()).collect()
}

/// Whether a line may be a record that stands where a header should: several of its names look like values.
#[must_use]
pub fn may_be_record(names: &[String]) -> bool {
    names.iter().filter(|name| looks_like_value(name)).count() >= SEVERAL
}

/// Whether a text holds what names of columns do not: an `@`, many digits, or no letter at all.
fn looks_like_value(name: &str) -> bool {
    name.contains('@')
        || name.chars().filter(|char| char.is_numeric()).count() >= DIGITS
        || (!name.trim().is_empty() && !name.chars().any(char::is_alphabetic))
        || name.chars().count() > LENGTH
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{header_text, headers_of_unknown};

    #[test]
    fn names_are_shown() {
        for name in ["Disch Dt/Tm", "ICD10", "Phone 2", "Größe", "", " "] {
            check(name, name);
        }
        check("a\tb\u{202e}c", "a b\u{fffd}c");
    }

    #[test]
    fn values_are_masked() {
        check("1957-04-11", "▒▒▒▒▒ (10 chars)");
        check("12", "▒▒▒▒▒ (2 chars)");
        check("--", "▒▒▒▒▒ (2 chars)");
        check("jo@example.org", "▒▒▒▒▒ (13+ chars)");
        check("MRN 4711", "▒▒▒▒▒ (8 chars)");
        check("MRN \u{664}\u{667}\u{661}\u{661}", "▒▒▒▒▒ (8 chars)");
        check(&"a".repeat(81), "▒▒▒▒▒ (13+ chars)");
    }

    #[test]
    fn a_record_in_the_place_of_the_header_is_masked_whole() {
        let shown = |names: &[&str]| {
            headers_of_unknown(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        };
        let masked = ["▒▒▒▒▒ (4 chars)", "▒▒▒▒▒ (10 chars)", "▒▒▒▒▒ (5 chars)"];
        assert_eq!(shown(&["Name", "2026 total", "12-34"]), masked);
        assert_eq!(shown(&["Name", "2026 total", "Unit"]), ["Name", "▒▒▒▒▒ (10 chars)", "Unit"]);
    }

    #[track_caller]
    fn check(name: &str, expected: &str) {
        assert_eq!(header_text(name), expected, "of {name:?}");
    }

    proptest! {
        #[test]
        fn what_is_safe_stays(name in any::<String>()) {
            let once = header_text(&name);
            assert_eq!(header_text(&once), once);
        }
    }
}
