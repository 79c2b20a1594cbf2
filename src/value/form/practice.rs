//! Numbers of those who practise.

use crate::value::form::check_digit::luhn_sum;
use crate::value::form::digits;

/// The number that documentation of the NPI shows.
pub(super) const SAMPLE_NPI: &[u8] = b"1234567893";
/// The number that documentation of the DEA check digit shows.
pub(super) const SAMPLE_DEA: &[u8] = b"AB1234563";

/// US national provider identifier: ten bare digits from 1 or 2, Luhn with 80840 before them.
pub(super) fn us_npi(text: &[u8]) -> bool {
    // The prefix 80840 adds 24 to the Luhn sum.
    digits::<10>(text).is_some_and(|places| {
        matches!(places[0], 1 | 2) && (luhn_sum(&places) + 24).is_multiple_of(10)
    })
}

/// US DEA registration: a letter, a letter or 9, six digits and their check digit, without signs.
pub(super) fn us_dea(text: &[u8]) -> bool {
    let Some((&[kind, initial], rest)) = text.split_first_chunk::<2>() else { return false };
    let Some(places) = digits::<7>(rest) else { return false };
    let [d1, d2, d3, d4, d5, d6, check] = places;
    kind.is_ascii_uppercase()
        && (initial.is_ascii_uppercase() || initial == b'9')
        && (d1 + d3 + d5 + 2 * (d2 + d4 + d6)) % 10 == check
}
