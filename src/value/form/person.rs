//! Numbers of persons.

use crate::value::form::{grouped, grouped_digits, number};

/// The digits of a US nine-digit number: `123-45-6789`, `123 45 6789` or bare.
fn nine(text: &[u8]) -> Option<[u8; 9]> {
    grouped_digits(text, &[3, 2, 4], b"- ")
}

/// US social security number: dashes or blanks after places 3 and 5, or bare digits.
///
/// Areas 000, 666 and 900 to 999, group 00 and serial 0000 are never given out. Numbers that are printed
/// in advertisements, and repeated and running digits, are refused too.
pub(super) fn us_ssn(text: &[u8]) -> bool {
    nine(text).is_some_and(|digits| {
        let (area, group, serial) = ssn_parts(&digits);
        !matches!(area, 0 | 666 | 900..) && group != 0 && serial != 0 && !is_sample_ssn(&digits)
    })
}

/// An SSN that stands for nobody: a printed sample, running or repeated digits, or an area from 900 that is no ITIN.
pub(super) fn fictional_ssn(text: &[u8]) -> bool {
    nine(text).is_some_and(|digits| {
        is_sample_ssn(&digits) || (ssn_parts(&digits).0 >= 900 && !itin_digits(&digits))
    })
}

fn ssn_parts(digits: &[u8; 9]) -> (u32, u32, u32) {
    let (area, rest) = digits.split_at(3);
    let (group, serial) = rest.split_at(2);
    (number(area), number(group), number(serial))
}

fn is_sample_ssn(digits: &[u8; 9]) -> bool {
    let steps =
        |step: i16| digits.windows(2).all(|pair| i16::from(pair[1]) - i16::from(pair[0]) == step);
    matches!(number(digits), 78_051_120 | 219_099_999 | 987_654_320..=987_654_329)
        || steps(0)
        || steps(1)
        || steps(-1)
}

/// US individual taxpayer identification number, written as an SSN: area 900 to 999 and a group of 50 to 65,
/// 70 to 88, 90 to 92 or 94 to 99.
pub(super) fn us_itin(text: &[u8]) -> bool {
    nine(text).is_some_and(|digits| itin_digits(&digits))
}

fn itin_digits(digits: &[u8; 9]) -> bool {
    let (area, group, _) = ssn_parts(digits);
    area >= 900 && matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99)
}

/// The eleven places of a Medicare number: `1EG4-TE5-MK73` or bare.
fn eleven(text: &[u8]) -> Option<[u8; 11]> {
    grouped(text, &[4, 3, 4], b"-")
}

/// Medicare beneficiary identifier in capitals: dashes after places 4 and 7, or none.
///
/// Letters exclude S, L, O, I, B and Z; there is no check digit.
pub(super) fn us_mbi(text: &[u8]) -> bool {
    let letter = |byte: u8| byte.is_ascii_uppercase() && !b"SLOIBZ".contains(&byte);
    eleven(text).is_some_and(|places| {
        places.iter().zip(b"9AN0AN0AA00").all(|(&byte, kind)| match kind {
            b'9' => matches!(byte, b'1'..=b'9'),
            b'0' => byte.is_ascii_digit(),
            b'A' => letter(byte),
            _ => letter(byte) || byte.is_ascii_digit(),
        })
    })
}

/// The specimens that CMS printed on its sample cards.
pub(super) fn fictional_mbi(text: &[u8]) -> bool {
    eleven(text).is_some_and(|places| matches!(&places, b"1EG4TE5MK72" | b"1EG4TE5MK73"))
}

fn ten(text: &[u8]) -> Option<[u8; 10]> {
    grouped_digits(text, &[3, 3, 4], b" -")
}

/// NHS number of England, Wales and the Isle of Man: blanks or dashes after places 3 and 6, or bare digits; weights
/// 10 to 2 modulo 11.
pub(super) fn nhs_number(text: &[u8]) -> bool {
    ten(text).is_some_and(|digits| nhs_check(&digits))
}

/// Weights 10 to 2 modulo 11.
pub(super) fn nhs_check(digits: &[u8; 10]) -> bool {
    let sum: u32 =
        (2..=10).rev().zip(digits).map(|(weight, digit)| weight * u32::from(*digit)).sum();
    let check = (11 - sum % 11) % 11;
    // A remainder that asks for the digit 10 equals no digit, so such numbers never hold.
    check == u32::from(digits[9])
}

/// Numbers from 999 are kept for tests.
pub(super) fn fictional_nhs_number(text: &[u8]) -> bool {
    ten(text).is_some_and(|digits| digits.starts_with(&[9, 9, 9]))
}
