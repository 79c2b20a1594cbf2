//! Questions about single cells.

/// What stands in a cell of ZIP codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Postal {
    /// The first three digits, as a number.
    Prefix(u16),
    /// More than three digits, or the code of another country.
    Finer,
}

impl Postal {
    /// What a cell of ZIP codes holds. Spreadsheets drop leading zeros: `36` is the prefix `036`; what follows the
    /// prefix may be blanked out: `021**`.
    #[must_use]
    pub fn of(text: &[u8]) -> Self {
        let text = text.strip_suffix(b".0").unwrap_or(text);
        let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let blanked =
            text[digits..].iter().all(|byte| matches!(byte, b'*' | b'x' | b'X' | b'#' | b'-'));
        match digits {
            1..=3 if blanked && (digits == 3 || digits == text.len()) => {
                let number =
                    text[..digits].iter().fold(0, |n, byte| n * 10 + u16::from(byte - b'0'));
                Self::Prefix(number)
            }
            _ => Self::Finer,
        }
    }
}

/// Words that stand where a value was taken out.
const TAKEN_OUT: [&str; 21] = [
    "redacted",
    "removed",
    "deidentified",
    "de-identified",
    "anonymized",
    "anonymised",
    "masked",
    "withheld",
    "suppressed",
    "hidden",
    "deleted",
    "confidential",
    "null",
    "none",
    "unknown",
    "unk",
    "n/a",
    "na",
    "not available",
    "missing",
    "nan",
];

/// Whether a cell holds no value but stands for one that was taken out or never known: `REDACTED`, `XXX`, `[NAME]`.
#[must_use]
pub fn is_placeholder(text: &[u8]) -> bool {
    if text.len() > 32 {
        return false;
    }
    // Signs alone, and the X of a shape that was kept: `XXX-XX-XXXX`.
    if !text.iter().any(|byte| byte.is_ascii_alphanumeric() && !matches!(byte, b'x' | b'X'))
        && text.is_ascii()
        && text.iter().filter(|byte| byte.is_ascii_alphabetic()).count() != 1
    {
        return true;
    }
    let bracketed = match text {
        [b'[', inner @ .., b']'] | [b'<', inner @ .., b'>'] | [b'{', inner @ .., b'}'] => {
            Some(inner)
        }
        _ => None,
    };
    let inner = bracketed.unwrap_or(text).trim_ascii();
    let inner =
        inner.strip_prefix(b"**").and_then(|inner| inner.strip_suffix(b"**")).unwrap_or(inner);
    // `[NAME]`, `<DATE>`: what was taken out, in capitals.
    let tag = bracketed.is_some()
        && !inner.is_empty()
        && inner.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-' | b' '));
    tag || TAKEN_OUT.iter().any(|word| inner.eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether a cell is a truth rather than a value of its own: `Y`, `no`, `true`, `0`.
#[must_use]
pub fn is_truth(text: &[u8]) -> bool {
    const TRUTHS: [&str; 10] = ["y", "n", "yes", "no", "true", "false", "t", "f", "0", "1"];
    TRUTHS.iter().any(|word| text.eq_ignore_ascii_case(word.as_bytes()))
}

/// Whether a cell is an age over 89 that is not the one class of those who are 90 or older.
#[must_use]
pub fn is_age_over_89(text: &[u8]) -> bool {
    let text = text.trim_ascii();
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let years = text[..digits]
        .iter()
        .fold(0_u32, |n, byte| n.saturating_mul(10).saturating_add(u32::from(byte - b'0')));
    let rest = text[digits..].trim_ascii();
    let is_class =
        matches!(rest, b"+" | b"or older" | b"or over" | b"and over" | b"and older" | b"plus");
    let fraction = matches!(rest, [b'.', decimals @ ..] if decimals.iter().all(u8::is_ascii_digit));
    let of_years = [&b"years"[..], b"year", b"yrs", b"yr", b"y", b"yo", b"years old", b"y.o."]
        .iter()
        .any(|word| rest.eq_ignore_ascii_case(word));
    match years {
        90 => rest.is_empty() || fraction || of_years,
        91..=130 => rest.is_empty() || fraction || of_years || is_class,
        _ => false,
    }
}

/// Whether a cell is a coordinate with decimals, or a pair of them.
#[must_use]
pub fn is_coordinate(text: &[u8]) -> bool {
    let one = |text: &[u8]| {
        let text = text.trim_ascii();
        let text = text.strip_prefix(b"-").unwrap_or(text);
        let Some(point) = text.iter().position(|byte| *byte == b'.') else { return false };
        let (whole, decimals) = (&text[..point], &text[point + 1..]);
        (1..=3).contains(&whole.len())
            && whole.iter().all(u8::is_ascii_digit)
            && !decimals.is_empty()
            && decimals.iter().all(u8::is_ascii_digit)
    };
    let inner = text.strip_prefix(b"(").and_then(|text| text.strip_suffix(b")")).unwrap_or(text);
    match inner.iter().position(|byte| matches!(byte, b',' | b';')) {
        Some(at) => one(&inner[..at]) && one(&inner[at + 1..]),
        None => one(inner),
    }
}

/// Whether a cell is a place on the globe: latitude and longitude, each with two decimals or more.
#[must_use]
pub fn is_position(text: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let inner = text.trim_start_matches(['(', '[']).trim_end_matches([')', ']']);
    let parts: Vec<&str> = inner.split([',', ';']).map(str::trim).collect();
    let [latitude, longitude] = parts.as_slice() else { return false };
    let degrees = |text: &str| {
        let decimals = text.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        text.parse::<f64>().ok().filter(|degrees| decimals >= 2 && degrees.is_finite())
    };
    degrees(latitude).is_some_and(|degrees| degrees.abs() <= 90.0)
        && degrees(longitude).is_some_and(|degrees| degrees.abs() <= 180.0)
}

/// How pictures begin in base64: JPEG, PNG, GIF, WebP, TIFF of both kinds, and DICOM after its preamble of zeros.
const PICTURES: [&[u8]; 7] = [
    b"/9j/",
    b"iVBORw0KGgo",
    b"R0lGOD",
    b"UklGR",
    b"SUkqA",
    b"TU0AK",
    b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
];
/// A picture is longer than this.
const SHORTEST_PICTURE: usize = 48;

/// Whether a cell holds a picture: a `data:` address of one, or the base64 of one.
#[must_use]
pub fn is_image(text: &[u8]) -> bool {
    let starts =
        |known: &[u8]| text.len() >= known.len() && text[..known.len()].eq_ignore_ascii_case(known);
    starts(b"data:image/")
        || text.len() >= SHORTEST_PICTURE
            && PICTURES.iter().any(|start| text.starts_with(start))
            && text[..SHORTEST_PICTURE].iter().all(|byte| {
                byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\r' | b'\n')
            })
}

#[cfg(test)]
mod tests {
    use super::{Postal, is_age_over_89, is_coordinate, is_image, is_placeholder, is_position};

    #[test]
    fn zip_codes_are_told_from_prefixes() {
        for (text, expected) in [
            ("021", Postal::Prefix(21)),
            ("36", Postal::Prefix(36)),
            ("21.0", Postal::Prefix(21)),
            ("021**", Postal::Prefix(21)),
            ("000", Postal::Prefix(0)),
            ("02139", Postal::Finer),
            ("02139-4307", Postal::Finer),
            ("2139", Postal::Finer),
            ("K1A 0B1", Postal::Finer),
            ("02*", Postal::Finer),
        ] {
            assert_eq!(Postal::of(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn what_was_taken_out_is_no_value() {
        for text in [
            "REDACTED",
            "XXX",
            "xxx-xx-xxxx",
            "***",
            "[NAME]",
            "<DATE>",
            "n/a",
            "-",
            "[**Redacted**]",
        ] {
            assert!(is_placeholder(text.as_bytes()), "{text:?}");
        }
        for text in ["Jane", "X", "0", "021", "[Jane]", "Nan Roe", "M\u{fc}ller", "\u{738b}"] {
            assert!(!is_placeholder(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn ages_over_89_stay_only_as_one_class() {
        for text in ["90", "93", "101", "91.5", "95+", "92 years", "90yo"] {
            assert!(is_age_over_89(text.as_bytes()), "{text:?}");
        }
        for text in ["89", "90+", ">89", "90 or older", "999", "80-89", "", "9"] {
            assert!(!is_age_over_89(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn coordinates_have_decimals() {
        for text in ["42.36", "-71.0589", "42.36,-71.06", "(42.36, -71.06)"] {
            assert!(is_coordinate(text.as_bytes()), "{text:?}");
        }
        for text in ["42", "-71", "1234.5", "", "N/A", "42.x"] {
            assert!(!is_coordinate(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn positions_are_pairs() {
        for text in ["42.36,-71.05", "(42.3601, -71.0589)", "-33.86; 151.21"] {
            assert!(is_position(text.as_bytes()), "{text:?}");
        }
        for text in ["42.36", "1,2", "120.55,80.25", "3.5,4.5", "a,b", "1.25,2.50,3.75"] {
            assert!(!is_position(text.as_bytes()), "{text:?}");
        }
    }

    #[test]
    fn pictures_are_known_by_their_beginning() {
        let jpeg = format!("/9j/{}", "4AAQSkZJRgABAQ".repeat(8));
        assert!(is_image(jpeg.as_bytes()));
        assert!(is_image(b"DATA:image/png;base64,iVBORw0KGgo="));
        assert!(!is_image(b"/9j/ is how they begin"));
        assert!(!is_image(b"/path/to/something/that/is/long/enough/to/be/one.jpeg"));
    }
}
