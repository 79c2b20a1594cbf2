//! Numbers of persons in the countries of Europe.

use crate::value::Date;
use crate::value::form::check_digit::{luhn, mod_97};
use crate::value::form::{digits, grouped, grouped_digits, number};

/// The sum of the digits of a number below 100.
fn cross(value: u32) -> u32 {
    value / 10 + value % 10
}

/// A letter as two digits, A as 01.
fn ordinal(letter: u8) -> Option<u32> {
    letter.is_ascii_uppercase().then(|| u32::from(letter - b'A') + 1)
}

/// Whether a day exists in some year with these last two digits.
fn is_day(year: u32, month: u32, day: u32) -> bool {
    [1800, 1900, 2000].into_iter().any(|century| {
        i32::try_from(year).is_ok_and(|year| Date::from_ymd(century + year, month, day).is_some())
    })
}

/// Health insurance number of Germany: a letter and nine digits; the letter as two digits, weights 1 and 2, sums of
/// digits modulo 10.
pub(super) fn de_kvnr(text: &[u8]) -> bool {
    let Some((&letter, rest)) = text.split_first() else { return false };
    let (Some(letter), Some(places)) = (ordinal(letter), digits::<9>(rest)) else { return false };
    let head = [letter / 10, letter % 10];
    let all = head.into_iter().chain(places[..8].iter().map(|digit| u32::from(*digit)));
    let sum: u32 =
        all.zip([1, 2].iter().cycle()).map(|(digit, weight)| cross(digit * weight)).sum();
    sum % 10 == u32::from(places[8])
}

/// Pension insurance number of Germany: area, birth date, letter, serial and check digit; blanks between, or none.
pub(super) fn de_rvnr(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 12] = [2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1];
    let Some(places) = grouped::<12>(text, &[2, 6, 1, 3], b" ") else { return false };
    let (Some(head), Some(letter), Some(tail)) =
        (digits::<8>(&places[..8]), ordinal(places[8]), digits::<3>(&places[9..]))
    else {
        return false;
    };
    let values = head.iter().map(|digit| u32::from(*digit));
    let values = values.chain([letter / 10, letter % 10]);
    let values = values.chain(tail[..2].iter().map(|digit| u32::from(*digit)));
    let sum: u32 = values.zip(WEIGHTS).map(|(digit, weight)| cross(digit * weight)).sum();
    let day = number(&head[2..4]);
    let day = if day > 50 { day - 50 } else { day };
    is_day(number(&head[6..8]), number(&head[4..6]), day) && sum % 10 == u32::from(tail[2])
}

/// Tax identification number of Germany: eleven digits, the first not nought; among the first ten just one digit
/// stands twice or three times; ISO 7064 modulo 11, 10.
pub(super) fn de_tax_id(text: &[u8]) -> bool {
    let Some(places) = grouped_digits::<11>(text, &[2, 3, 3, 3], b" ") else { return false };
    let mut counts = [0_u8; 10];
    for digit in &places[..10] {
        counts[usize::from(*digit % 10)] += 1;
    }
    let repeated = counts.iter().filter(|count| **count > 1).count();
    let product = places[..10].iter().fold(10, |product, digit| {
        let sum = (u32::from(*digit) + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    places[0] != 0
        && repeated == 1
        && counts.iter().all(|count| *count <= 3)
        && (11 - product) % 10 == u32::from(places[10])
}

fn spanish_letter(value: u32) -> u8 {
    b"TRWAGMYFPDXBNJZSQVHLCKE"[(value % 23) as usize]
}

/// Tax number of a Spaniard: eight digits and the letter of their remainder by 23; a dash between, or none.
pub(super) fn es_nif(text: &[u8]) -> bool {
    grouped::<9>(text, &[8, 1], b"-").is_some_and(|places| {
        digits::<8>(&places[..8]).is_some_and(|values| spanish_letter(number(&values)) == places[8])
    })
}

/// Number of a foreigner in Spain: X, Y or Z, seven digits and a letter as in the tax number.
pub(super) fn es_nie(text: &[u8]) -> bool {
    grouped::<9>(text, &[1, 7, 1], b"-").is_some_and(|places| {
        let first = match places[0] {
            b'X' => 0,
            b'Y' => 1,
            b'Z' => 2,
            _ => return false,
        };
        digits::<7>(&places[1..8])
            .is_some_and(|values| spanish_letter(first * 10_000_000 + number(&values)) == places[8])
    })
}

/// Fiscal code of Italy in capitals: six letters, year, month letter, day (raised by 40 for women), place, check letter.
///
/// Digits may be written as letters where two persons would share a code.
pub(super) fn it_fiscal_code(text: &[u8]) -> bool {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let Ok(places) = <&[u8; 16]>::try_from(text) else { return false };
    let mut values = [0_u32; 16];
    for (place, (byte, value)) in places.iter().zip(&mut values).enumerate() {
        let is_number = matches!(place, 6 | 7 | 9 | 10 | 12 | 13 | 14);
        *value = match byte {
            b'0'..=b'9' if is_number => u32::from(byte - b'0'),
            b'A'..=b'Z' if !is_number => u32::from(byte - b'A'),
            byte if is_number => {
                match b"LMNPQRSTUV".iter().position(|letter| letter == byte) {
                    // The check letter counts the letter that is written.
                    Some(_) => u32::from(byte - b'A'),
                    None => return false,
                }
            }
            _ => return false,
        };
    }
    let plain = |byte: u8| match b"LMNPQRSTUV".iter().position(|letter| *letter == byte) {
        Some(digit) if !byte.is_ascii_digit() => u32::try_from(digit).unwrap_or(0),
        _ => u32::from(byte.wrapping_sub(b'0')),
    };
    let Some(month) = b"ABCDEHLMPRST".iter().position(|letter| *letter == places[8]) else {
        return false;
    };
    let day = plain(places[9]) * 10 + plain(places[10]);
    let day = if day > 40 { day - 40 } else { day };
    let sum: u32 = values[..15]
        .iter()
        .enumerate()
        .map(|(place, value)| if place % 2 == 0 { ODD[(*value % 26) as usize] } else { *value })
        .sum();
    let months = u32::try_from(month).unwrap_or(12) + 1;
    is_day(plain(places[6]) * 10 + plain(places[7]), months, day) && sum % 26 == values[15]
}

/// Social security number of France: sex, year, month, place, order, and 97 less the remainder; Corsica is 2A and 2B.
pub(super) fn fr_nir(text: &[u8]) -> bool {
    let places = grouped::<15>(text, &[1, 2, 2, 2, 3, 3, 2], b" ")
        .or_else(|| grouped::<15>(text, &[13, 2], b" "));
    let Some(mut places) = places else { return false };
    // Corsica counts as 19 and 18.
    let corsica = match (places[5], places[6]) {
        (b'2', b'A') => Some(b'9'),
        (b'2', b'B') => Some(b'8'),
        _ => None,
    };
    if let Some(ones) = corsica {
        (places[5], places[6]) = (b'1', ones);
    }
    let Some(values) = digits::<15>(&places) else { return false };
    let month = number(&values[3..5]);
    let Some(rest) = mod_97(places[..13].iter().copied()) else { return false };
    matches!(values[0], 1 | 2 | 3 | 4 | 7 | 8)
        && matches!(month, 1..=12 | 20..=42 | 50..=99)
        && 97 - rest == number(&values[13..])
}

/// Number of a person in Poland: birth date with the century in its month, serial, weights 1, 3, 7 and 9 modulo 10.
pub(super) fn pl_pesel(text: &[u8]) -> bool {
    digits::<11>(text).is_some_and(|places| {
        let sum: u32 = places[..10]
            .iter()
            .zip([1, 3, 7, 9].iter().cycle())
            .map(|(d, w)| u32::from(*d) * w)
            .sum();
        let month = number(&places[2..4]);
        is_day(number(&places[..2]), month % 20, number(&places[4..6]))
            && (10 - sum % 10) % 10 == u32::from(places[10])
    })
}

/// Personal number of Sweden: birth date with two or four digits of year, a dash (a plus from 100 years) or none, four
/// digits; Luhn over the last ten. Coordination numbers raise the day by 60.
pub(super) fn se_personnummer(text: &[u8]) -> bool {
    let mut places = [0; 12];
    let mut count = 0;
    for (at, byte) in text.iter().enumerate() {
        if matches!(byte, b'-' | b'+') && at + 4 + 1 == text.len() {
            continue;
        }
        let Some(place) = places.get_mut(count).filter(|_| byte.is_ascii_digit()) else {
            return false;
        };
        *place = byte - b'0';
        count += 1;
    }
    let ten = match count {
        10 => &places[..10],
        12 if matches!(number(&places[..2]), 18..=20) => &places[2..],
        _ => return false,
    };
    let day = number(&ten[4..6]);
    let day = if day > 60 { day - 60 } else { day };
    is_day(number(&ten[..2]), number(&ten[2..4]), day) && luhn(ten)
}

/// Personal identity code of Finland: birth date, sign of the century, three digits, the character of the remainder by 31.
pub(super) fn fi_hetu(text: &[u8]) -> bool {
    let Ok(places) = <&[u8; 11]>::try_from(text) else { return false };
    let (Some(date), Some(serial)) = (digits::<6>(&places[..6]), digits::<3>(&places[7..10]))
    else {
        return false;
    };
    let century = match places[6] {
        b'+' => 1800,
        b'-' | b'U'..=b'Y' => 1900,
        b'A'..=b'F' => 2000,
        _ => return false,
    };
    let year = i32::try_from(number(&date[4..6])).unwrap_or(0);
    let rest = (number(&date) * 1000 + number(&serial)) % 31;
    Date::from_ymd(century + year, number(&date[2..4]), number(&date[..2])).is_some()
        && number(&serial) >= 2
        && b"0123456789ABCDEFHJKLMNPRSTUVWXY"[rest as usize] == places[10]
}

/// Serials from 900 are kept for tests.
pub(super) fn fictional_hetu(text: &[u8]) -> bool {
    fi_hetu(text) && text.get(7) == Some(&b'9')
}

/// Citizen service number of the Netherlands: nine digits, weights 9 to 2 and -1, modulo 11.
pub(super) fn nl_bsn(text: &[u8]) -> bool {
    let places = grouped_digits::<9>(text, &[4, 2, 3], b".")
        .or_else(|| grouped_digits::<9>(text, &[3, 3, 3], b". "));
    places.is_some_and(|places| {
        let sum: u32 = (2..=9).rev().zip(places).map(|(w, digit)| w * u32::from(digit)).sum();
        places.iter().any(|digit| *digit != 0) && sum % 11 == u32::from(places[8])
    })
}

/// Personal public service number of Ireland: seven digits, a check letter, perhaps a second letter; weights 8 to 2,
/// 9 for the second letter, modulo 23.
pub(super) fn ie_pps(text: &[u8]) -> bool {
    let Some((head, letters)) = text.split_at_checked(7) else { return false };
    let Some(places) = digits::<7>(head) else { return false };
    let (check, second) = match letters {
        [check] => (*check, 0),
        // W was the second letter of wives and counts nothing.
        [check, b'W'] => (*check, 0),
        [check, second @ b'A'..=b'I'] => (*check, u32::from(second - b'A') + 1),
        _ => return false,
    };
    let sum: u32 = (2..=8).rev().zip(places).map(|(w, digit)| w * u32::from(digit)).sum();
    b"WABCDEFGHIJKLMNOPQRSTUV"[((sum + 9 * second) % 23) as usize] == check
}

/// Tax number of a person in Portugal: nine digits from 1, 2, 3 or 45, weights 9 to 2 modulo 11.
pub(super) fn pt_nif(text: &[u8]) -> bool {
    grouped_digits::<9>(text, &[3, 3, 3], b" ").is_some_and(|places| {
        let sum: u32 = (2..=9).rev().zip(places).map(|(w, digit)| w * u32::from(digit)).sum();
        let check = match 11 - sum % 11 {
            10 | 11 => 0,
            check => check,
        };
        (matches!(places[0], 1..=3) || places.starts_with(&[4, 5])) && check == u32::from(places[8])
    })
}
