//! Numbers of persons elsewhere: Australia, India, South Africa, Korea, Singapore, Türkiye, Thailand.

use crate::value::Date;
use crate::value::form::check_digit::{luhn, verhoeff};
use crate::value::form::{digits, grouped_digits, number};

/// Medicare number of Australia: eight digits from 2 to 6, their check digit, the card's issue and perhaps the person's
/// place on it; weights 1, 3, 7 and 9 modulo 10.
pub(super) fn au_medicare(text: &[u8]) -> bool {
    let ten = grouped_digits::<10>(text, &[4, 5, 1], b" -");
    let places = match grouped_digits::<11>(text, &[4, 5, 1, 1], b" -") {
        Some([ten @ .., person]) if (1..=9).contains(&person) => Some(ten),
        _ => ten,
    };
    places.is_some_and(|places| {
        let sum: u32 = places[..8]
            .iter()
            .zip([1, 3, 7, 9].iter().cycle())
            .map(|(d, w)| u32::from(*d) * w)
            .sum();
        matches!(places[0], 2..=6) && sum % 10 == u32::from(places[8]) && places[9] != 0
    })
}

/// Tax file number of Australia: nine digits, weights 1, 4, 3, 7, 5, 8, 6, 9 and 10 modulo 11.
pub(super) fn au_tfn(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 9] = [1, 4, 3, 7, 5, 8, 6, 9, 10];
    grouped_digits::<9>(text, &[3, 3, 3], b" -").is_some_and(|places| {
        let sum: u32 = places.iter().zip(WEIGHTS).map(|(digit, w)| u32::from(*digit) * w).sum();
        sum > 0 && sum.is_multiple_of(11)
    })
}

/// Individual healthcare identifier of Australia: 16 digits from 800360, Luhn.
pub(super) fn au_ihi(text: &[u8]) -> bool {
    grouped_digits::<16>(text, &[4, 4, 4, 4], b" -")
        .is_some_and(|places| places.starts_with(&[8, 0, 0, 3, 6, 0]) && luhn(&places))
}

/// Aadhaar of India: twelve digits from 2, Verhoeff; no palindrome.
pub(super) fn in_aadhaar(text: &[u8]) -> bool {
    grouped_digits::<12>(text, &[4, 4, 4], b" -").is_some_and(|places| {
        let mirrored = places.iter().eq(places.iter().rev());
        places[0] >= 2 && !mirrored && verhoeff(&places)
    })
}

/// Health account of India: fourteen digits, the first not nought, as 2-4-4-4; how its check digit is made is not published.
pub(super) fn in_abha(text: &[u8]) -> bool {
    grouped_digits::<14>(text, &[2, 4, 4, 4], b" -").is_some_and(|places| places[0] != 0)
}

/// Identity number of South Africa: birth date, serial, citizenship 0 to 2, a digit, Luhn.
pub(super) fn za_id(text: &[u8]) -> bool {
    grouped_digits::<13>(text, &[6, 4, 3], b" ").is_some_and(|places| {
        let (year, month, day) =
            (number(&places[..2]), number(&places[2..4]), number(&places[4..6]));
        is_day(year, month, day) && places[10] <= 2 && luhn(&places)
    })
}

/// Resident registration number of Korea: birth date, sex and century, serial; a dash after the date, or none.
///
/// Numbers given since October 2020 have no check digit.
pub(super) fn kr_rrn(text: &[u8]) -> bool {
    grouped_digits::<13>(text, &[6, 7], b"-").is_some_and(|places| {
        let (year, month, day) =
            (number(&places[..2]), number(&places[2..4]), number(&places[4..6]));
        is_day(year, month, day)
    })
}

/// Identity number of Singapore: S, T, F, G or M, seven digits, a check letter.
pub(super) fn sg_nric(text: &[u8]) -> bool {
    let Some((&kind, rest)) = text.split_first() else { return false };
    let Some((&[check], rest)) = rest.split_last_chunk::<1>().map(|(rest, last)| (last, rest))
    else {
        return false;
    };
    let Some(places) = digits::<7>(rest) else { return false };
    let sum: u32 =
        places.iter().zip([2, 7, 6, 5, 4, 3, 2]).map(|(digit, w)| u32::from(*digit) * w).sum();
    let (letters, add) = match kind {
        b'S' => (b"JZIHGFEDCBA", 0),
        b'T' => (b"JZIHGFEDCBA", 4),
        b'F' => (b"XWUTRQPNMLK", 0),
        b'G' => (b"XWUTRQPNMLK", 4),
        b'M' => (b"XWUTRQPNJLK", 3),
        _ => return false,
    };
    letters[((sum + add) % 11) as usize] == check
}

/// Identity number of Türkiye: eleven digits, the first not nought, and two check digits.
pub(super) fn tr_id(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|places| {
        let sum = |from: usize, to: usize| -> u32 {
            places[from..to].iter().step_by(2).map(|digit| u32::from(*digit)).sum()
        };
        let tenth = (sum(0, 9) * 7 + 90 - sum(1, 8)) % 10;
        let eleventh = (sum(0, 10) + sum(1, 10)) % 10;
        places[0] != 0 && tenth == u32::from(places[9]) && eleventh == u32::from(places[10])
    })
}

/// Identity number of Thailand: thirteen digits from 1 to 8, weights 13 to 2 modulo 11; dashes as 1-4-5-2-1, or none.
pub(super) fn th_id(text: &[u8]) -> bool {
    grouped_digits::<13>(text, &[1, 4, 5, 2, 1], b" -").is_some_and(|places| {
        let sum: u32 = (2..=13).rev().zip(places).map(|(w, digit)| w * u32::from(digit)).sum();
        matches!(places[0], 1..=8) && (11 - sum % 11) % 10 == u32::from(places[12])
    })
}

/// Whether a day exists in some year with these last two digits.
fn is_day(year: u32, month: u32, day: u32) -> bool {
    [1900, 2000].into_iter().any(|century| {
        i32::try_from(year).is_ok_and(|year| Date::from_ymd(century + year, month, day).is_some())
    })
}
