//! Numbers of things, and check digits by themselves.

use crate::value::form::check_digit;
use crate::value::form::digits;

/// The number that documentation of the VIN check digit shows.
pub(super) const SAMPLE_VIN: &[u8] = b"1M8GDM9AXKP042788";

/// UUID: 8-4-4-4-12 hexadecimal digits of either case, dashes required; version and variant are not judged.
pub(super) fn uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(place, byte)| match place {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// Two to thirty-two digits, not all nought, the last a Luhn check digit; single blanks or dashes between digits.
pub(super) fn luhn(text: &[u8]) -> bool {
    spaced_digits(text).is_some_and(|(digits, count)| {
        let digits = &digits[..count];
        count >= 2 && digits.iter().any(|&digit| digit != 0) && check_digit::luhn(digits)
    })
}

/// Card numbers that payment networks publish for tests.
pub(super) fn fictional_card(text: &[u8]) -> bool {
    const SAMPLES: [u64; 8] = [
        4_111_111_111_111_111,
        4_242_424_242_424_242,
        4_012_888_888_881_881,
        5_555_555_555_554_444,
        5_105_105_105_105_100,
        378_282_246_310_005,
        371_449_635_398_431,
        6_011_111_111_111_117,
    ];
    spaced_digits(text).is_some_and(|(digits, count)| {
        let value = digits[..count]
            .iter()
            .try_fold(0_u64, |sum, &digit| sum.checked_mul(10)?.checked_add(u64::from(digit)));
        count <= 16 && value.is_some_and(|value| SAMPLES.contains(&value))
    })
}

fn spaced_digits(text: &[u8]) -> Option<([u8; 32], usize)> {
    let mut digits = [0; 32];
    let mut count = 0;
    let mut was_digit = false;
    for &byte in text {
        match byte {
            b'0'..=b'9' => {
                *digits.get_mut(count)? = byte - b'0';
                count += 1;
                was_digit = true;
            }
            b' ' | b'-' if was_digit => was_digit = false,
            _ => return None,
        }
    }
    was_digit.then_some((digits, count))
}

/// IBAN in capitals: the length of its country, modulo 97; bare, or in groups of four with blanks.
pub(super) fn iban(text: &[u8]) -> bool {
    iban_places(text).is_some_and(|(places, count)| {
        let places = &places[..count];
        let Some((head, account)) = places.split_at_checked(4) else { return false };
        let &[c, ountry, tens, ones] = head else { return false };
        let is_country = IBAN_LENGTHS
            .iter()
            .any(|(country, length)| *country == [c, ountry] && *length == count);
        is_country
            && tens.is_ascii_digit()
            && ones.is_ascii_digit()
            && check_digit::mod_97(account.iter().chain(head).copied()) == Some(1)
    })
}

/// The account that the standard's documentation shows.
pub(super) fn fictional_iban(text: &[u8]) -> bool {
    iban_places(text).is_some_and(|(places, count)| places[..count] == *b"GB82WEST12345698765432")
}

fn iban_places(text: &[u8]) -> Option<([u8; 34], usize)> {
    let mut places = [0; 34];
    let mut count = 0;
    let spaced = text.contains(&b' ');
    for (at, &byte) in text.iter().enumerate() {
        if spaced && at % 5 == 4 {
            if byte != b' ' || at + 1 == text.len() {
                return None;
            }
            continue;
        }
        if byte == b' ' {
            return None;
        }
        *places.get_mut(count)? = byte;
        count += 1;
    }
    Some((places, count))
}

/// Countries of the IBAN registry and the length of their numbers.
const IBAN_LENGTHS: [([u8; 2], usize); 78] = [
    (*b"AD", 24),
    (*b"AE", 23),
    (*b"AL", 28),
    (*b"AT", 20),
    (*b"AZ", 28),
    (*b"BA", 20),
    (*b"BE", 16),
    (*b"BG", 22),
    (*b"BH", 22),
    (*b"BR", 29),
    (*b"BY", 28),
    (*b"CH", 21),
    (*b"CR", 22),
    (*b"CY", 28),
    (*b"CZ", 24),
    (*b"DE", 22),
    (*b"DK", 18),
    (*b"DO", 28),
    (*b"EE", 20),
    (*b"EG", 29),
    (*b"ES", 24),
    (*b"FI", 18),
    (*b"FO", 18),
    (*b"FR", 27),
    (*b"GB", 22),
    (*b"GE", 22),
    (*b"GI", 23),
    (*b"GL", 18),
    (*b"GR", 27),
    (*b"GT", 28),
    (*b"HR", 21),
    (*b"HU", 28),
    (*b"IE", 22),
    (*b"IL", 23),
    (*b"IQ", 23),
    (*b"IS", 26),
    (*b"IT", 27),
    (*b"JO", 30),
    (*b"KW", 30),
    (*b"KZ", 20),
    (*b"LB", 28),
    (*b"LC", 32),
    (*b"LI", 21),
    (*b"LT", 20),
    (*b"LU", 20),
    (*b"LV", 21),
    (*b"LY", 25),
    (*b"MC", 27),
    (*b"MD", 24),
    (*b"ME", 22),
    (*b"MK", 19),
    (*b"MR", 27),
    (*b"MT", 31),
    (*b"MU", 30),
    (*b"NL", 18),
    (*b"NO", 15),
    (*b"PK", 24),
    (*b"PL", 28),
    (*b"PS", 29),
    (*b"PT", 25),
    (*b"QA", 29),
    (*b"RO", 24),
    (*b"RS", 22),
    (*b"SA", 24),
    (*b"SC", 31),
    (*b"SE", 24),
    (*b"SI", 19),
    (*b"SK", 24),
    (*b"SM", 27),
    (*b"ST", 25),
    (*b"SV", 28),
    (*b"TL", 23),
    (*b"TN", 24),
    (*b"TR", 26),
    (*b"UA", 29),
    (*b"VA", 22),
    (*b"VG", 24),
    (*b"XK", 20),
];

/// Vehicle identification number: 17 digits and capitals without I, O and Q; North American ones, which start with
/// 1 to 5, carry a check digit in place 9.
pub(super) fn vin(text: &[u8]) -> bool {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let Ok(places) = <&[u8; 17]>::try_from(text) else { return false };
    let mut sum = 0;
    for (&byte, weight) in places.iter().zip(WEIGHTS) {
        let Some(value) = vin_value(byte) else { return false };
        sum += value * weight;
    }
    let check = match sum % 11 {
        10 => b'X',
        digit => b"0123456789"[digit as usize],
    };
    !matches!(places[0], b'1'..=b'5') || places[8] == check
}

fn vin_value(byte: u8) -> Option<u32> {
    let value = match byte {
        b'0'..=b'9' => byte - b'0',
        b'A'..=b'H' => byte - b'A' + 1,
        b'J'..=b'N' => byte - b'J' + 1,
        b'P' => 7,
        b'R' => 9,
        b'S'..=b'Z' => byte - b'S' + 2,
        _ => return None,
    };
    Some(value.into())
}

/// Global trade item number of fourteen digits: weights 3 and 1 modulo 10.
pub(super) fn gtin(text: &[u8]) -> bool {
    digits::<14>(text).is_some_and(|places| {
        let sum: u32 =
            places.iter().zip([3, 1].iter().cycle()).map(|(d, w)| u32::from(*d) * w).sum();
        places.iter().any(|digit| *digit != 0) && sum.is_multiple_of(10)
    })
}
