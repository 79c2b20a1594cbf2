//! Further numbers of the United States, and those of Canada.

use crate::value::Date;
use crate::value::form::check_digit::luhn;
use crate::value::form::{digits, grouped, grouped_digits, number};

/// Routing number of a US bank: a Federal Reserve prefix, weights 3, 7 and 1 modulo 10.
pub(super) fn us_aba(text: &[u8]) -> bool {
    digits::<9>(text).is_some_and(|places| {
        let sum: u32 =
            places.iter().zip([3, 7, 1].iter().cycle()).map(|(d, w)| u32::from(*d) * w).sum();
        let prefix = number(&places[..2]);
        matches!(prefix, 1..=12 | 21..=32 | 61..=72 | 80) && sum.is_multiple_of(10)
    })
}

/// Number of a US laboratory under CLIA: two digits, D, seven digits.
pub(super) fn us_clia(text: &[u8]) -> bool {
    matches!(text, [a, b, b'D', rest @ ..] if a.is_ascii_digit() && b.is_ascii_digit()
        && digits::<7>(rest).is_some())
}

/// Old US Medicare claim number: the nine digits of a social security number and one or two places that say whose
/// account it is.
pub(super) fn us_hicn(text: &[u8]) -> bool {
    let size = if text.get(3) == Some(&b'-') { 11 } else { 9 };
    text.split_at_checked(size).is_some_and(|(account, suffix)| {
        let is_suffix = match suffix {
            [b'A' | b'B' | b'C' | b'D' | b'E' | b'F' | b'M' | b'T' | b'W'] => true,
            [b'B' | b'C' | b'D' | b'E' | b'F' | b'J' | b'K' | b'W', last] => {
                last.is_ascii_digit() || last.is_ascii_uppercase()
            }
            [b'H', b'A' | b'B' | b'C'] | [b'T', b'A' | b'B'] => true,
            _ => false,
        };
        is_suffix && super::person::us_ssn(account)
    })
}

/// Social Insurance Number of Canada: blanks or dashes after places 3 and 6, or bare digits; Luhn. 8 opens no number
/// of a person.
pub(super) fn ca_sin(text: &[u8]) -> bool {
    grouped_digits::<9>(text, &[3, 3, 3], b" -").is_some_and(|places| {
        places[0] != 8 && places.iter().any(|digit| *digit != 0) && luhn(&places)
    })
}

/// The number that documentation of the SIN shows.
pub(super) fn fictional_sin(text: &[u8]) -> bool {
    grouped::<9>(text, &[3, 3, 3], b" -").is_some_and(|places| places == *b"046454286")
}

/// Health card of Ontario: ten digits, the first not nought, Luhn; perhaps two letters of version. Grouped as 4-3-3.
pub(super) fn ca_on_health(text: &[u8]) -> bool {
    let without = match text {
        [rest @ .., a, b] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => match rest {
            [rest @ .., b' ' | b'-'] => rest,
            rest => rest,
        },
        text => text,
    };
    grouped_digits::<10>(without, &[4, 3, 3], b" -")
        .is_some_and(|places| places[0] != 0 && luhn(&places))
}

/// Personal Health Number of British Columbia: ten digits from 9, weights 2, 4, 8, 5, 10, 9, 7, 3 modulo 11.
pub(super) fn ca_bc_health(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 8] = [2, 4, 8, 5, 10, 9, 7, 3];
    grouped_digits::<10>(text, &[4, 3, 3], b" -").is_some_and(|places| {
        let sum: u32 = places[1..9].iter().zip(WEIGHTS).map(|(d, w)| u32::from(*d) * w % 11).sum();
        places[0] == 9 && (11 - sum % 11) % 11 == u32::from(places[9])
    })
}

/// Health insurance number of Quebec: four letters, a birth date whose month is raised by 50 for women, two digits.
pub(super) fn ca_qc_health(text: &[u8]) -> bool {
    grouped::<12>(text, &[4, 4, 4], b" -").is_some_and(|places| {
        let (letters, rest) = places.split_at(4);
        let Some(rest) = digits::<8>(rest) else { return false };
        let month = number(&rest[2..4]);
        let month = if month > 50 { month - 50 } else { month };
        // The year's century is not written; 2000 accepts every 29 February.
        letters.iter().all(u8::is_ascii_uppercase)
            && Date::from_ymd(2000, month, number(&rest[4..6])).is_some()
    })
}

/// Postal code of Canada in capitals: letters and digits in turn, a blank or none in the middle.
pub(super) fn ca_postal(text: &[u8]) -> bool {
    grouped::<6>(text, &[3, 3], b" ").is_some_and(|places| {
        let letter = |byte: u8| byte.is_ascii_uppercase() && !b"DFIOQU".contains(&byte);
        let turns = places.iter().enumerate().all(|(place, byte)| match place % 2 {
            0 => letter(*byte),
            _ => byte.is_ascii_digit(),
        });
        turns && !matches!(places[0], b'W' | b'Z')
    })
}
