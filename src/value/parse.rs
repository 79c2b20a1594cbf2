//! Canonical texts of values, read without allocation and without mercy.
//!
//! Nothing but the canonical text is accepted: no blanks around it, no other digits than ASCII ones.
//! These functions run once a cell on whole exports, so the shapes that fill real files, a plain date
//! and a timestamp to the second, are judged eight bytes at a time.

use crate::value::{Date, Decimal, Instant, Time, Timestamp};

/// `[+-]?[0-9]{1,18}`.
#[must_use]
#[inline]
pub fn integer(text: &[u8]) -> Option<i64> {
    let (negative, digits) = sign(text);
    let value = number(digits, 18)?.cast_signed();
    Some(if negative { -value } else { value })
}

/// `[+-]?[0-9]{1,18}([.][0-9]{1,10})?`.
#[must_use]
#[inline]
pub fn decimal(text: &[u8]) -> Option<Decimal> {
    let (negative, digits) = sign(text);
    let (whole, fraction) = match digits.iter().position(|&byte| byte == b'.') {
        None => (number(digits, 18)?, 0),
        Some(point) => {
            let (whole, rest) = digits.split_at(point);
            (number(whole, 18)?, fraction(rest.get(1..)?, 10)?)
        }
    };
    let scaled = i128::from(whole) * Decimal::ONE.0 + i128::from(fraction);
    Some(Decimal(if negative { -scaled } else { scaled }))
}

/// `YYYY-MM-DD`, a day of the calendar, year not 0000.
#[must_use]
#[inline]
pub fn date(text: &[u8]) -> Option<Date> {
    let (head, tail) = text.split_first_chunk::<8>()?;
    let &[tens, ones] = tail else { return None };
    let pairs = pairs(*head, DATE_SIGNS, DATE_MASK)?;
    let day = pair(tens, ones)?;
    let year = byte(pairs, 0) * 100 + byte(pairs, 2);
    Date::from_ymd(year.cast_signed(), byte(pairs, 5), day)
}

/// `YYYY-MM-DD`, then `T` or a blank, then `HH:MM[:SS[.ffffff]]`.
#[must_use]
#[inline]
pub fn timestamp(text: &[u8]) -> Option<Timestamp> {
    let (day, rest) = text.split_at_checked(10)?;
    let (&separator, clock) = rest.split_first()?;
    if separator != b'T' && separator != b' ' {
        return None;
    }
    Some(date(day)?.at(time(clock)?))
}

/// `HH:MM[:SS[.ffffff]]`, before 24:00.
#[must_use]
#[inline]
pub fn time(text: &[u8]) -> Option<Time> {
    if let Some((clock, rest)) = text.split_first_chunk::<8>() {
        let pairs = pairs(*clock, TIME_SIGNS, TIME_MASK)?;
        let micro = match rest.split_first() {
            None => 0,
            Some((b'.', digits)) => u32::try_from(fraction(digits, 6)?).ok()?,
            Some(_) => return None,
        };
        return Time::from_parts(byte(pairs, 0), byte(pairs, 3), byte(pairs, 6), micro);
    }
    let &[h, hh, b':', m, mm] = text else { return None };
    Time::from_parts(pair(h, hh)?, pair(m, mm)?, 0, 0)
}

/// A timestamp followed by `Z` or an offset `+HH:MM`, below 24 hours; within the years 1 to 9999 in UTC.
#[must_use]
#[inline]
pub fn instant(text: &[u8]) -> Option<Instant> {
    let (civil, minutes) = if let Some((b'Z', civil)) = text.split_last() {
        (civil, 0)
    } else {
        let (civil, zone) = text.split_at_checked(text.len().checked_sub(6)?)?;
        let &[sign, h, hh, b':', m, mm] = zone else { return None };
        (civil, offset(sign, pair(h, hh)?, pair(m, mm)?)?)
    };
    at_offset(timestamp(civil)?, minutes)
}

/// `true` or `false` in any ASCII case.
#[must_use]
#[inline]
pub fn boolean(text: &[u8]) -> Option<bool> {
    if text.eq_ignore_ascii_case(b"true") {
        Some(true)
    } else if text.eq_ignore_ascii_case(b"false") {
        Some(false)
    } else {
        None
    }
}

/// The moment of a civil time that was written with an offset in minutes.
pub(crate) fn at_offset(civil: Timestamp, minutes: i32) -> Option<Instant> {
    let micros = civil.0.checked_sub(i64::from(minutes) * 60_000_000)?;
    Timestamp::from_micros(micros).map(|utc| Instant(utc.0))
}

/// The minutes of an offset.
pub(crate) fn offset(sign: u8, hours: u32, minutes: u32) -> Option<i32> {
    if hours > 23 || minutes > 59 {
        return None;
    }
    let total = (hours * 60 + minutes).cast_signed();
    match sign {
        b'+' => Some(total),
        b'-' => Some(-total),
        _ => None,
    }
}

fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text.split_first() {
        Some((b'-', rest)) => (true, rest),
        Some((b'+', rest)) => (false, rest),
        _ => (false, text),
    }
}

/// One to `most` digits; `most` is at most 19, so that the value fits.
pub(crate) fn number(digits: &[u8], most: usize) -> Option<u64> {
    if digits.is_empty() || digits.len() > most {
        return None;
    }
    let mut value = 0_u64;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        // INVARIANT: nineteen digits fit, so this cannot wrap; unchecked, because it runs for every digit.
        value = value.wrapping_mul(10).wrapping_add(u64::from(digit));
    }
    Some(value)
}

/// One to `places` digits after the point, as a count of units of the last place.
pub(crate) fn fraction(digits: &[u8], places: usize) -> Option<u64> {
    let value = number(digits, places)?;
    let missing = u32::try_from(places - digits.len()).ok()?;
    Some(value * 10_u64.pow(missing))
}

/// The value of two digits.
#[inline]
pub(crate) fn pair(tens: u8, ones: u8) -> Option<u32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| u32::from(tens * 10 + ones))
}

/// `0000-00-`, and where its signs are.
const DATE_SIGNS: u64 = u64::from_le_bytes(*b"0000-00-");
const DATE_MASK: u64 = u64::from_le_bytes([0, 0, 0, 0, 0xFF, 0, 0, 0xFF]);
/// `00:00:00`, and where its signs are.
const TIME_SIGNS: u64 = u64::from_le_bytes(*b"00:00:00");
const TIME_MASK: u64 = u64::from_le_bytes([0, 0, 0xFF, 0, 0, 0xFF, 0, 0]);

/// Eight bytes judged against a shape of digits and signs; byte `i` of the answer is the number that digits
/// `i` and `i + 1` make.
#[inline]
fn pairs(text: [u8; 8], shape: u64, signs: u64) -> Option<u64> {
    const HIGH: u64 = 0x8080_8080_8080_8080;
    // Digits become their values and the right signs become zero; every other byte is above nine, or
    // not zero where a sign belongs. Adding 0x76 carries a byte above nine into its highest bit.
    let values = u64::from_le_bytes(text) ^ shape;
    let wrong = (values | values.wrapping_add(0x7676_7676_7676_7676)) & HIGH;
    if wrong != 0 || values & signs != 0 {
        return None;
    }
    Some(values.wrapping_mul(10).wrapping_add(values >> 8))
}

#[inline]
fn byte(word: u64, index: usize) -> u32 {
    u32::from(word.to_le_bytes()[index])
}

#[cfg(test)]
mod tests {
    use std::fmt::Debug;

    use proptest::prelude::{any, prop, proptest};

    use super::{boolean, date, decimal, instant, integer, time, timestamp};
    use crate::value::{Date, Timestamp};

    /// Texts that some engine or library takes for a value and that are none here.
    const HOSTILE: &[&str] = &[
        "",
        " ",
        "\u{a0}",
        "\t",
        "\n",
        "1e3",
        "0x1F",
        "1_000",
        "1,000",
        "12.",
        ".5",
        "--1",
        "+-1",
        "+",
        "-",
        ".",
        "٣",
        "१२",
        "12.7.1",
        "1 ",
        " 1",
        "1\n",
        "NaN",
        "inf",
        "Infinity",
        "null",
        "today",
        "now",
        "epoch",
        "2024",
        "2024-02",
        "2024-2-3",
        "2024/02/03",
        "2024.02.03",
        " 2024-02-03",
        "2024-02-03 ",
        "2024-02-30",
        "2023-02-29",
        "1900-02-29",
        "0000-01-01",
        "2024-00-01",
        "2024-01-00",
        "2024-13-01",
        "2024-01-32",
        "+2024-01-01",
        "-2024-01-01",
        "12024-01-01",
        "2024-02-03T",
        "2024-02-03\n",
        "2024‐02‐03",
        "２０２４-02-03",
        "2024-02-03 24:00:00",
        "2024-02-03 23:60:00",
        "2024-02-03 23:59:60",
        "2024-02-03t10:00:00",
        "2024-02-03  10:00:00",
        "2024-02-03T1:00",
        "2024-02-03T10",
        "2024-02-03T10:0",
        "2024-02-03T10:00:",
        "2024-02-03T10:00:00.",
        "2024-02-03T10:00:00.1234567",
        "2024-02-03T10:00:00,5",
        "2024-02-03T10:00:00.12a",
        "2024-02-03T10:00:00+2",
        "2024-02-03T10:00:00+02",
        "2024-02-03T10:00:00+0200",
        "2024-02-03T10:00:00+24:00",
        "2024-02-03T10:00:00+02:60",
        "2024-02-03T10:00:00z",
        "2024-02-03T10:00:00 Z",
        "2024-02-03Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-00:01",
        "24:00",
        "24:00:00",
        "1:00",
        "10:00 ",
        "10:00:00.",
        "10:60",
        "10:00:60",
        "10-00-00",
        "yes",
        "no",
        "t",
        "f",
        "truе",
        "true ",
        "É",
        "ß",
        "İ",
        "'",
        "1234567890123456789",
        "0000000000000000001",
        "1.12345678901",
        "1234567890123456789.5",
        "\0",
        "2024-02-03\0",
    ];

    #[test]
    fn hostile_texts_are_refused() {
        // The few that are canonical for one of the parsers, and for which.
        let canonical =
            |text: &str, of: &str| matches!((text, of), ("2024", "integer" | "decimal"));
        for text in HOSTILE {
            let bytes = text.as_bytes();
            for (of, accepted) in [
                ("integer", integer(bytes).is_some()),
                ("decimal", decimal(bytes).is_some()),
                ("date", date(bytes).is_some()),
                ("timestamp", timestamp(bytes).is_some()),
                ("instant", instant(bytes).is_some()),
                ("time", time(bytes).is_some()),
                ("boolean", boolean(bytes).is_some()),
            ] {
                assert_eq!(accepted, canonical(text, of), "{text:?} as {of}");
            }
        }
    }

    #[track_caller]
    fn check<T: Debug + PartialEq>(parsed: Option<T>, expected: T) {
        assert_eq!(parsed, Some(expected));
    }

    #[test]
    fn canonical_texts_are_read() {
        check(integer(b"-999999999999999999"), -999_999_999_999_999_999);
        check(integer(b"+007"), 7);
        check(integer(b"-0"), 0);
        check(decimal(b"-1.5").map(|value| value.0), -15_000_000_000);
        check(decimal(b"0.0000000001").map(|value| value.0), 1);
        check(decimal(b"12").map(|value| value.to_string()), "12".to_owned());
        check(date(b"0001-01-01"), Date::MIN);
        check(date(b"9999-12-31"), Date::MAX);
        check(date(b"2024-02-29").map(|date| date.ymd()), (2024, 2, 29));
        check(timestamp(b"9999-12-31 23:59:59.999999"), Timestamp::MAX);
        check(timestamp(b"1970-01-02T00:00"), Timestamp(86_400_000_000));
        check(timestamp(b"1970-01-01T00:00:01.5"), Timestamp(1_500_000));
        check(time(b"23:59").map(|time| time.to_string()), "23:59:00".to_owned());
        check(time(b"00:00:00.000001").map(|time| time.0), 1);
        check(instant(b"1970-01-01T02:00:00+02:00").map(|at| at.0), 0);
        check(instant(b"1970-01-01T00:00Z").map(|at| at.0), 0);
        check(instant(b"1969-12-31 19:00:00.5-05:00").map(|at| at.0), 500_000);
        check(boolean(b"TRUE"), true);
        check(boolean(b"False"), false);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(text in prop::collection::vec(any::<u8>(), 0..40)) {
            let _ = (integer(&text), decimal(&text), date(&text), timestamp(&text));
            let _ = (instant(&text), time(&text), boolean(&text));
        }

        #[test]
        fn printed_values_read_back(micros in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let stamp = Timestamp(micros);
            assert_eq!(timestamp(stamp.to_string().as_bytes()), Some(stamp));
            assert_eq!(date(stamp.date().to_string().as_bytes()), Some(stamp.date()));
            assert_eq!(time(stamp.time().to_string().as_bytes()), Some(stamp.time()));
            assert_eq!(instant(format!("{stamp}Z").as_bytes()).map(|at| at.0), Some(micros));
        }

        #[test]
        fn one_wrong_byte_is_seen(days in Date::MIN.0..=Date::MAX.0, at in 0_usize..10, byte in any::<u8>()) {
            let mut text = Date(days).to_string().into_bytes();
            text[at] = byte;
            let reference = std::str::from_utf8(&text).ok().filter(|text| text.is_ascii()).and_then(|text| {
                let digits = |range: std::ops::Range<usize>| {
                    let part = text.get(range)?;
                    part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<i32>().ok()).flatten()
                };
                (text.get(4..5)? == "-" && text.get(7..8)? == "-").then_some(())?;
                Date::from_ymd(
                    digits(0..4)?,
                    digits(5..7)?.unsigned_abs(),
                    digits(8..10)?.unsigned_abs(),
                )
            });
            assert_eq!(date(&text), reference);
        }
    }
}
