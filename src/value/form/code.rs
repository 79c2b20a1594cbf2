//! Codes of clinical vocabularies, in capitals and without blanks.

use crate::value::form::check_digit::{luhn, verhoeff};

/// ICD-10-CM: a letter, two places of category, up to four more after an optional dot.
///
/// The second place may be `A` (category QA0), the third `A` or `B` (Z3A, C7B).
pub(super) fn icd10cm(text: &[u8]) -> bool {
    let Some((&[letter, second, third], rest)) = text.split_first_chunk::<3>() else {
        return false;
    };
    let detail = rest.strip_prefix(b".").unwrap_or(rest);
    letter.is_ascii_uppercase()
        && matches!(second, b'0'..=b'9' | b'A')
        && matches!(third, b'0'..=b'9' | b'A' | b'B')
        && detail.len() <= 4
        && detail.is_empty() == rest.is_empty()
        && detail.iter().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

/// ICD-10-PCS: seven digits or capitals other than I and O.
pub(super) fn icd10pcs(text: &[u8]) -> bool {
    text.len() == 7
        && text.iter().all(|&byte| {
            byte.is_ascii_digit() || (byte.is_ascii_uppercase() && byte != b'I' && byte != b'O')
        })
}

/// CPT: five digits, or four and one of F, T, U, M.
pub(super) fn cpt(text: &[u8]) -> bool {
    matches!(text, [digits @ .., last] if digits.len() == 4 && all_digits(digits)
        && (last.is_ascii_digit() || b"FTUM".contains(last)))
}

/// HCPCS: level II (a letter from A to V and four digits), or level I, which is CPT.
pub(super) fn hcpcs(text: &[u8]) -> bool {
    matches!(text, [b'A'..=b'V', digits @ ..] if digits.len() == 4 && all_digits(digits))
        || cpt(text)
}

/// LOINC: up to seven digits, a dash, and their Luhn check digit.
pub(super) fn loinc(text: &[u8]) -> bool {
    let [number @ .., b'-', check] = text else { return false };
    let mut values = [0; 8];
    let Some(places) = values.get_mut(..=number.len()).filter(|_| !number.is_empty()) else {
        return false;
    };
    for (place, &byte) in places.iter_mut().zip(number.iter().chain([check])) {
        if !byte.is_ascii_digit() {
            return false;
        }
        *place = byte - b'0';
    }
    luhn(places)
}

/// SNOMED CT concept: 6 to 18 digits, the first not 0, the partition 00 or 10, the last a Verhoeff check digit.
pub(super) fn snomed(text: &[u8]) -> bool {
    if !(6..=18).contains(&text.len()) || !all_digits(text) || text.starts_with(b"0") {
        return false;
    }
    let mut values = [0; 18];
    for (value, byte) in values.iter_mut().zip(text) {
        *value = byte - b'0';
    }
    let is_concept = matches!(text, [.., b'0' | b'1', b'0', _]);
    is_concept && verhoeff(&values[..text.len()])
}

/// NDC: dashes as 4-4-2, 5-3-2, 5-4-1, 6-4-1 or 6-3-2, or the eleven digits of billing as 5-4-2 or bare.
///
/// Ten bare digits are refused, because they do not say where the parts end; so are twelve, which are
/// not assigned before 7 March 2033.
pub(super) fn ndc(text: &[u8]) -> bool {
    if text.len() == 11 && all_digits(text) {
        return true;
    }
    let mut sizes = [0_usize; 3];
    let mut parts = text.split(|&byte| byte == b'-');
    for size in &mut sizes {
        match parts.next() {
            Some(part) if all_digits(part) => *size = part.len(),
            _ => return false,
        }
    }
    parts.next().is_none()
        && matches!(sizes, [4, 4, 2] | [5, 3, 2] | [5, 4, 1 | 2] | [6, 4, 1] | [6, 3, 2])
}

/// CVX: two or three digits.
pub(super) fn cvx(text: &[u8]) -> bool {
    matches!(text.len(), 2 | 3) && all_digits(text)
}

fn all_digits(text: &[u8]) -> bool {
    text.iter().all(u8::is_ascii_digit)
}
