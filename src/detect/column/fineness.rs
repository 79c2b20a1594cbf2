//! How fine a date is that a whole cell holds.

use crate::value::Date;

/// An element of a date that is finer than a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fineness {
    /// A day, with a time or without.
    Day,
    /// A day of the week.
    Weekday,
    /// A week of a year.
    Week,
    /// A month.
    Month,
    /// A quarter or a season.
    Quarter,
    /// A time of day.
    Time,
}

/// Whether a value is what it looks like by itself, or only if its column speaks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Surety {
    /// Nothing else looks like this.
    Certain,
    /// Other things look like this too.
    Likely,
}

/// Whether the name of the column says that it holds dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dated {
    /// It does.
    Said,
    /// It does not.
    NotSaid,
}

/// The years that people of records have lived in.
const YEARS: std::ops::RangeInclusive<u32> = 1850..=2100;
/// A date with its time and zone is no longer.
const LONGEST: usize = 40;

/// A part of a cell: a number with its digits, or a word.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part<'t> {
    Number { value: u32, digits: usize },
    Word(&'t [u8]),
    Sign(u8),
}

impl std::fmt::Debug for Part<'_> {
    /// Says nothing of the text of records that it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Part").finish_non_exhaustive()
    }
}

impl Fineness {
    /// Every element.
    pub const ALL: [Self; 6] =
        [Self::Day, Self::Weekday, Self::Week, Self::Month, Self::Quarter, Self::Time];

    /// What it is, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Day => "days",
            Self::Weekday => "days of the week",
            Self::Week => "weeks",
            Self::Month => "months",
            Self::Quarter => "quarters or seasons",
            Self::Time => "times of day",
        }
    }

    /// How fine the date is that a cell holds; `None` where it holds none, or a year alone.
    #[must_use]
    pub fn of(text: &[u8], dated: Dated) -> Option<(Self, Surety)> {
        if text.len() > LONGEST || text.len() < 2 {
            return None;
        }
        let mut parts = [Part::Sign(0); 8];
        let count = split(text, &mut parts);
        let (found, surety) = judge(&parts[..count])?;
        let surety = if dated == Dated::Said { Surety::Certain } else { surety };
        Some((found, surety)).filter(|_| !only_if_said(&parts[..count]) || dated == Dated::Said)
    }
}

/// The year that a cell holds: alone, or as the year of a date.
#[must_use]
pub fn year_of(text: &[u8]) -> Option<u32> {
    if text.len() > LONGEST {
        return None;
    }
    let mut parts = [Part::Sign(0); 8];
    let count = split(text, &mut parts);
    let parts = &parts[..count];
    let year = |part: &Part<'_>| match *part {
        Part::Number { value, digits: 4 } if YEARS.contains(&value) => Some(value),
        Part::Number { value, digits: 8 } if YEARS.contains(&(value / 10_000)) => {
            Some(value / 10_000)
        }
        _ => None,
    };
    match parts {
        [only] => year(only),
        // A spreadsheet's `1934.0`.
        [only, Part::Sign(b'.'), Part::Number { value: 0, .. }] => year(only),
        _ if judge(parts).is_some() => parts.iter().find_map(year),
        _ => None,
    }
}

/// Splits a cell into its first parts; blanks are signs.
fn split<'t>(text: &'t [u8], parts: &mut [Part<'t>; 8]) -> usize {
    let (mut at, mut count) = (0, 0);
    while at < text.len() && count < parts.len() {
        let byte = text[at];
        let run = |of: fn(&u8) -> bool| text[at..].iter().take_while(|byte| of(byte)).count();
        let (part, length) = if byte.is_ascii_digit() {
            let digits = run(u8::is_ascii_digit);
            let value = text[at..at + digits].iter().fold(0_u32, |value, digit| {
                value.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
            });
            (Part::Number { value, digits }, digits)
        } else if byte.is_ascii_alphabetic() {
            let letters = run(u8::is_ascii_alphabetic);
            (Part::Word(&text[at..at + letters]), letters)
        } else if byte == b' ' {
            (Part::Sign(b' '), run(|byte| *byte == b' '))
        } else if byte == b',' && text.get(at + 1) == Some(&b' ') {
            (Part::Sign(b' '), 1 + text[at + 1..].iter().take_while(|byte| **byte == b' ').count())
        } else {
            (Part::Sign(byte), 1)
        };
        parts[count] = part;
        count += 1;
        at += length;
    }
    count
}

fn judge(parts: &[Part<'_>]) -> Option<(Fineness, Surety)> {
    use Part::{Number, Sign, Word};
    use Surety::{Certain, Likely};
    match *parts {
        // A day in numbers, a time may follow.
        [
            Number { value: a, digits: da },
            Sign(s),
            Number { value: b, digits: 1..=2 },
            Sign(t),
            Number { value: c, digits: dc },
            ref rest @ ..,
        ] if s == t && matches!(s, b'-' | b'/' | b'.') && is_rest(rest) => {
            let surety = match (da, dc) {
                (4, 1..=2) if is_day(a, b, c) => Certain,
                (1..=2, 4) if is_day(c, a, b) || is_day(c, b, a) => Certain,
                (1..=2, 2) if is_day(2000 + c, a, b) || is_day(2000 + c, b, a) => {
                    if s == b'/' {
                        Certain
                    } else {
                        Likely
                    }
                }
                _ => return None,
            };
            Some((Fineness::Day, surety))
        }
        // Digits in a row, with the time or without; the days and seconds of spreadsheets and machines.
        [Number { value, digits: 8 }] if is_day(value / 10_000, value / 100 % 100, value % 100) => {
            Some((Fineness::Day, Likely))
        }
        [Number { digits: 5, .. } | Number { digits: 10 | 13, .. }] => {
            Some((Fineness::Day, Likely))
        }
        [Number { digits: 5, .. }, Sign(b'.'), Number { .. }] => Some((Fineness::Day, Likely)),
        [Number { value, digits: 8 }, Word(b"T" | b"t"), ..]
            if is_day(value / 10_000, value / 100 % 100, value % 100) =>
        {
            Some((Fineness::Day, Certain))
        }
        [Number { digits: 12 | 14, .. }, ref rest @ ..]
            if rest.is_empty() || matches!(rest, [Sign(b'.' | b'+' | b'-'), Number { .. }, ..]) =>
        {
            Some((Fineness::Day, Likely))
        }
        [
            Number { value: 0..=24, digits: 1..=2 },
            Sign(b':'),
            Number { value: 0..=59, digits: 2 },
            ref rest @ ..,
        ] if matches!(rest, [] | [Sign(b':' | b' '), ..] | [Word(_)]) => {
            Some((Fineness::Time, Likely))
        }
        // A month with its year.
        [
            Number { value, digits: 4 },
            Sign(b'-' | b'/' | b'.'),
            Number { value: 1..=12, digits: 2 },
        ]
        | [
            Number { value: 1..=12, digits: 1..=2 },
            Sign(b'-' | b'/' | b'.'),
            Number { value, digits: 4 },
        ] if YEARS.contains(&value) => Some((Fineness::Month, Likely)),
        [Number { value, digits: 6 }]
            if YEARS.contains(&(value / 100)) && (1..=12).contains(&(value % 100)) =>
        {
            Some((Fineness::Month, Likely))
        }
        // Quarters: `2024Q1`, `2024-Q1`, `Q1 2024`, `1Q24`, `Q1`.
        [Number { digits: 4, .. }, Word(q), Number { value: 1..=4, digits: 1 }]
        | [Number { digits: 4, .. }, Sign(_), Word(q), Number { value: 1..=4, digits: 1 }]
        | [Word(q), Number { value: 1..=4, digits: 1 }, Sign(_), Number { digits: 4, .. }]
        | [Number { value: 1..=4, digits: 1 }, Word(q), Number { digits: 2 | 4, .. }]
            if q.eq_ignore_ascii_case(b"q") =>
        {
            Some((Fineness::Quarter, Certain))
        }
        [Word(q), Number { value: 1..=4, digits: 1 }] if q.eq_ignore_ascii_case(b"q") => {
            Some((Fineness::Quarter, Likely))
        }
        // Weeks: `2024-W05`, `2024W05`, `W05 2024`.
        [Number { digits: 4, .. }, Word(w), Number { value: 1..=53, digits: 1..=2 }, ..]
        | [
            Number { digits: 4, .. },
            Sign(_),
            Word(w),
            Number { value: 1..=53, digits: 1..=2 },
            ..,
        ]
        | [Word(w), Number { value: 1..=53, digits: 1..=2 }, Sign(_), Number { digits: 4, .. }]
        | [
            Word(w),
            Sign(b' '),
            Number { value: 1..=53, digits: 1..=2 },
            Sign(_),
            Number { digits: 4, .. },
        ] if w.eq_ignore_ascii_case(b"w")
            || w.eq_ignore_ascii_case(b"wk")
            || w.eq_ignore_ascii_case(b"week") =>
        {
            Some((Fineness::Week, Certain))
        }
        [Word(w), Number { value: 1..=53, digits: 1..=2 }] if w.eq_ignore_ascii_case(b"w") => {
            Some((Fineness::Week, Likely))
        }
        _ => worded(parts),
    }
}

/// Dates with the name of a month, a day of the week or a season.
fn worded(parts: &[Part<'_>]) -> Option<(Fineness, Surety)> {
    use Part::{Number, Sign, Word};
    use Surety::{Certain, Likely};
    match *parts {
        [Word(word)] if is_month(word) => Some((Fineness::Month, Likely)),
        [Word(word)] if is_weekday(word) => Some((Fineness::Weekday, Likely)),
        [Word(word)] if is_season(word) => Some((Fineness::Quarter, Likely)),
        [Word(word), Sign(b' '), ref rest @ ..] if is_weekday(word) && judge(rest).is_some() => {
            judge(rest)
        }
        [Word(word), Sign(_), Number { value, digits: 4 }, ref rest @ ..]
        | [Number { value, digits: 4 }, Sign(_), Word(word), ref rest @ ..]
            if YEARS.contains(&value)
                && (rest.is_empty() || is_month(word) && is_day_after(rest)) =>
        {
            match word {
                _ if is_month(word) && rest.is_empty() => Some((Fineness::Month, Certain)),
                _ if is_month(word) => Some((Fineness::Day, Certain)),
                _ if is_season(word) => Some((Fineness::Quarter, Certain)),
                _ => None,
            }
        }
        [Word(word), Number { value, digits: 4 }] if YEARS.contains(&value) && is_month(word) => {
            Some((Fineness::Month, Certain))
        }
        [Word(word), Sign(b'-' | b' ' | b'\''), Number { digits: 2, .. }] if is_month(word) => {
            Some((Fineness::Month, Likely))
        }
        // `4 March 2019`, `4-Mar-19`, `04MAR2019`.
        [
            Number { value: 1..=31, digits: 1..=2 },
            Word(word),
            Number { digits: 2 | 4, .. },
            ref rest @ ..,
        ]
        | [
            Number { value: 1..=31, digits: 1..=2 },
            Sign(_),
            Word(word),
            Sign(_),
            Number { digits: 2 | 4, .. },
            ref rest @ ..,
        ] if is_month(word) && is_rest(rest) => Some((Fineness::Day, Certain)),
        // `March 4, 2019`, `March 4th, 2019`, and without the year.
        [Word(word), Sign(b' '), Number { value: 1..=31, digits: 1..=2 }, ref rest @ ..]
            if is_month(word) =>
        {
            let rest = match rest {
                [Word(b"st" | b"nd" | b"rd" | b"th"), rest @ ..] => rest,
                rest => rest,
            };
            match *rest {
                [] => Some((Fineness::Day, Likely)),
                [Sign(_), Number { digits: 4, .. }, ref rest @ ..] if is_rest(rest) => {
                    Some((Fineness::Day, Certain))
                }
                _ => None,
            }
        }
        [Number { value: 1..=31, digits: 1..=2 }, Sign(b' ' | b'-'), Word(word)]
            if is_month(word) =>
        {
            Some((Fineness::Day, Likely))
        }
        _ => None,
    }
}

/// Whether the parts are a date only in a column that says so: counts of days and seconds look like any number.
fn only_if_said(parts: &[Part<'_>]) -> bool {
    matches!(
        *parts,
        [Part::Number { digits: 5, .. }, ..]
            | [Part::Number { digits: 10 | 12 | 13, .. }]
            | [Part::Number { digits: 1..=2, .. }, Part::Sign(b':'), ..]
    )
}

/// `-04` after the month.
fn is_day_after(rest: &[Part<'_>]) -> bool {
    matches!(rest, [Part::Sign(_), Part::Number { value: 1..=31, digits: 1..=2 }])
}

/// Whether what follows a day is nothing, or a time.
fn is_rest(rest: &[Part<'_>]) -> bool {
    match rest {
        [] => true,
        [
            Part::Word(b"T" | b"t") | Part::Sign(b' ' | b':'),
            Part::Number { digits: 1..=2, .. },
            ..,
        ] => true,
        [Part::Sign(b' '), ..] => false,
        [Part::Word(word)] => word.eq_ignore_ascii_case(b"z"),
        _ => false,
    }
}

fn is_day(year: u32, month: u32, day: u32) -> bool {
    YEARS.contains(&year)
        && i32::try_from(year).is_ok_and(|year| Date::from_ymd(year, month, day).is_some())
}

fn is_month(word: &[u8]) -> bool {
    named(
        word,
        &[
            "january",
            "february",
            "march",
            "april",
            "may",
            "june",
            "july",
            "august",
            "september",
            "october",
            "november",
            "december",
        ],
    ) || word.eq_ignore_ascii_case(b"sept")
}

fn is_weekday(word: &[u8]) -> bool {
    named(word, &["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])
        || [&b"tues"[..], b"thur", b"thurs"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

fn is_season(word: &[u8]) -> bool {
    ["winter", "spring", "summer", "autumn", "fall"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// Whether a word is one of these names or its first three letters.
fn named(word: &[u8], names: &[&str]) -> bool {
    names.iter().any(|name| {
        let name = name.as_bytes();
        word.eq_ignore_ascii_case(name) || word.len() == 3 && word.eq_ignore_ascii_case(&name[..3])
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{Dated, Fineness, Surety, year_of};

    #[track_caller]
    fn check(text: &str, alone: Option<(Fineness, Surety)>, said: Option<Fineness>) {
        let found = |dated| Fineness::of(text.as_bytes(), dated);
        assert_eq!(found(Dated::NotSaid), alone, "{text:?} by itself");
        let certain = said.map(|fineness| (fineness, Surety::Certain));
        assert_eq!(found(Dated::Said), certain, "{text:?} in a column of dates");
    }

    #[test]
    fn dates_of_every_spelling_are_seen() {
        use Fineness::{Day, Month, Quarter, Week, Weekday};
        for text in [
            "2024-05-01",
            "5/1/2024",
            "1.5.2024",
            "05/01/24",
            "2024-05-01T10:11:12Z",
            "2024-05-01 10:11",
            "1 May 2024",
            "1-May-24",
            "01MAY2024",
            "May 1, 2024",
            "May 1st, 2024",
            "Mon, 5 May 2024",
            "2024-May-01",
            "20240501T101112",
        ] {
            check(text, Some((Day, Surety::Certain)), Some(Day));
        }
        for text in ["20240501", "01-05-24", "May 1", "20240501101112"] {
            check(text, Some((Day, Surety::Likely)), Some(Day));
        }
        for text in ["45231", "45231.5", "1714557600", "1714557600000", "202405011011"] {
            check(text, None, Some(Day));
        }
        for text in ["May 2024", "2024-May", "May2024"] {
            check(text, Some((Month, Surety::Certain)), Some(Month));
        }
        for text in ["2024-05", "05/2024", "202405", "January", "May-24"] {
            check(text, Some((Month, Surety::Likely)), Some(Month));
        }
        check("2024Q1", Some((Quarter, Surety::Certain)), Some(Quarter));
        check("Q1 2024", Some((Quarter, Surety::Certain)), Some(Quarter));
        check("Winter 2024", Some((Quarter, Surety::Certain)), Some(Quarter));
        check("Q3", Some((Quarter, Surety::Likely)), Some(Quarter));
        check("2024-W05", Some((Week, Surety::Certain)), Some(Week));
        check("Wednesday", Some((Weekday, Surety::Likely)), Some(Weekday));
    }

    #[test]
    fn years_and_other_numbers_are_passed() {
        for text in [
            "2024",
            "1934.0",
            "120/80",
            "1.2.3",
            "5/5",
            "13/32/2024",
            "2024-13",
            "20241301",
            "90+",
            "E11.9",
            "I10",
            "12345678",
            "2.16.840.1.113883",
            "10:35",
            "0.5",
            "-3",
            "Q9",
            "W99",
            "",
            "x",
            "ABC-123",
            "99213",
        ] {
            let said = match text {
                "99213" => Some(Fineness::Day),
                "10:35" => Some(Fineness::Time),
                _ => None,
            };
            check(text, None, said);
        }
    }

    #[test]
    fn years_are_read() {
        for (text, expected) in [
            ("1934", Some(1934)),
            ("1934.0", Some(1934)),
            ("19340501", Some(1934)),
            ("5/1/1934", Some(1934)),
            ("May 1934", Some(1934)),
            ("1934 patients", None),
            ("12", None),
            ("0934", None),
        ] {
            assert_eq!(year_of(text.as_bytes()), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(text in any::<Vec<u8>>()) {
            let _ = (Fineness::of(&text, Dated::Said), year_of(&text));
        }

        #[test]
        fn no_near_miss_panics(text in "[0-9A-Za-z/., :TQW-]{0,24}") {
            let _ = (Fineness::of(text.as_bytes(), Dated::Said), year_of(text.as_bytes()));
        }

        #[test]
        fn days_are_days_in_every_order(year in 1900_u32..2100, month in 1_u32..=12, day in 1_u32..=28) {
            for text in [
                format!("{year}-{month:02}-{day:02}"),
                format!("{month}/{day}/{year}"),
                format!("{day:02}.{month:02}.{year}"),
            ] {
                let found = Fineness::of(text.as_bytes(), Dated::NotSaid);
                assert_eq!(found, Some((Fineness::Day, Surety::Certain)), "{text}");
                assert_eq!(year_of(text.as_bytes()), Some(year));
            }
        }
    }
}
