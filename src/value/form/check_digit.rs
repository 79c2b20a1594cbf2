//! Check digit algorithms that several forms share.

/// Whether the digits (as values, the check digit last) pass the Luhn check.
pub(super) fn luhn(digits: &[u8]) -> bool {
    luhn_sum(digits).is_multiple_of(10)
}

/// The Luhn sum of digits, the last counted once, the one before it twice, and so on.
pub(super) fn luhn_sum(digits: &[u8]) -> u32 {
    const DOUBLED: [u8; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let mut sum = 0;
    for (place, &digit) in digits.iter().rev().enumerate() {
        let value = if place % 2 == 0 { digit } else { DOUBLED[usize::from(digit % 10)] };
        sum += u32::from(value);
    }
    sum
}

/// Whether the digits (as values, the check digit last) pass the Verhoeff check.
///
/// The check multiplies in the dihedral group of the pentagon: 0 to 4 are its turns, 5 to 9 its flips.
pub(super) fn verhoeff(digits: &[u8]) -> bool {
    let mut sum = 0;
    for (place, &digit) in digits.iter().rev().enumerate() {
        sum = compose(sum, permuted(digit, place % 8));
    }
    sum == 0
}

/// The product of two elements of the group.
fn compose(a: u8, b: u8) -> u8 {
    let (a_turn, b_turn) = (a % 5, b % 5);
    match (a < 5, b < 5) {
        (true, true) => (a_turn + b_turn) % 5,
        (true, false) => 5 + (a_turn + b_turn) % 5,
        (false, true) => 5 + (5 + a_turn - b_turn) % 5,
        (false, false) => (5 + a_turn - b_turn) % 5,
    }
}

/// The digit after so many rounds of the algorithm's permutation.
fn permuted(digit: u8, rounds: usize) -> u8 {
    const ROUND: [u8; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    (0..rounds).fold(digit, |digit, _| ROUND[usize::from(digit % 10)])
}

/// The remainder by 97 of the number that letters (as 10 to 35) and digits make.
pub(super) fn mod_97(text: impl Iterator<Item = u8>) -> Option<u32> {
    let mut rest = 0;
    for byte in text {
        rest = match byte {
            b'0'..=b'9' => rest * 10 + u32::from(byte - b'0'),
            b'A'..=b'Z' => rest * 100 + u32::from(byte - b'A') + 10,
            _ => return None,
        } % 97;
    }
    Some(rest)
}
