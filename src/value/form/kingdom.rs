//! Numbers of persons in the United Kingdom; the NHS number stands with the other persons' numbers.

use crate::value::Date;
use crate::value::form::{digits, grouped, grouped_digits, number};

fn nino_places(text: &[u8]) -> Option<[u8; 9]> {
    grouped(text, &[2, 2, 2, 2, 1], b" ")
}

/// National Insurance number: two letters, six digits, a letter from A to D; blanks after each pair, or none.
///
/// D, F, I, Q, U and V do not open a number, nor is O its second letter; some pairs are not given out.
pub(super) fn nino(text: &[u8]) -> bool {
    const UNUSED: [&[u8]; 7] = [b"BG", b"GB", b"KN", b"NK", b"NT", b"TN", b"ZZ"];
    nino_places(text).is_some_and(|places| {
        let (prefix, rest) = places.split_at(2);
        let (serial, suffix) = rest.split_at(6);
        prefix.iter().all(|byte| byte.is_ascii_uppercase() && !b"DFIQUV".contains(byte))
            && prefix[1] != b'O'
            && !UNUSED.contains(&prefix)
            && digits::<6>(serial).is_some()
            && matches!(suffix, [b'A'..=b'D'])
    })
}

/// The pair QQ is kept for specimens.
pub(super) fn fictional_nino(text: &[u8]) -> bool {
    nino_places(text).is_some_and(|places| {
        places.starts_with(b"QQ") && places[2..8].iter().all(u8::is_ascii_digit)
    })
}

/// Community Health Index number of Scotland: a birth date as day, month and year, then weights 10 to 2 modulo
/// 11 as in an NHS number.
pub(super) fn chi(text: &[u8]) -> bool {
    grouped_digits::<10>(text, &[6, 4], b" ").is_some_and(|places| {
        let (day, month, year) =
            (number(&places[..2]), number(&places[2..4]), number(&places[4..6]));
        let born = [1900, 2000].into_iter().any(|century| {
            i32::try_from(year)
                .is_ok_and(|year| Date::from_ymd(century + year, month, day).is_some())
        });
        born && super::person::nhs_check(&places)
    })
}

/// Postcode of the United Kingdom in capitals: an outward part, a blank or none, a digit and two letters.
pub(super) fn uk_postcode(text: &[u8]) -> bool {
    let Some((head, inward)) = text.split_last_chunk::<3>() else { return false };
    let outward = head.strip_suffix(b" ").unwrap_or(head);
    let area = outward.iter().take_while(|byte| byte.is_ascii_uppercase()).count();
    let (letters, district) = outward.split_at(area.min(2));
    let is_area = match letters {
        [first] => !b"IJQVXZ".contains(first) && first.is_ascii_uppercase(),
        [first, second] => !b"QVX".contains(first) && !b"IJZ".contains(second),
        _ => false,
    };
    let is_district = match district {
        [first] => first.is_ascii_digit(),
        [first, second] => {
            first.is_ascii_digit() && (second.is_ascii_digit() || second.is_ascii_uppercase())
        }
        _ => false,
    };
    let is_unit = |byte: &u8| byte.is_ascii_uppercase() && !b"CIKMOV".contains(byte);
    (is_area && is_district || outward == b"GIR")
        && inward[0].is_ascii_digit()
        && inward[1..].iter().all(is_unit)
}
