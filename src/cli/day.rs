//! The day on which the audit stands.

use std::str::FromStr;

use jiff::civil;

use crate::value::Date;

/// A day as the command line writes it: `2026-11-22`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Day(pub(crate) Date);

/// Why a text is not a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a day is written YYYY-MM-DD, as in `2026-11-22`, and must be in the calendar")]
pub(crate) struct DayError;

impl Day {
    /// The day it is here and now, by the time zone of this machine.
    pub(crate) fn today() -> Self {
        #[expect(clippy::disallowed_methods, reason = "the one place that asks the clock")]
        let now = jiff::Zoned::now();
        Self::from_civil(now.date())
    }

    /// The day of the calendar.
    fn from_civil(date: civil::Date) -> Self {
        let epoch = civil::date(1970, 1, 1);
        let days = date.duration_since(epoch).as_hours() / 24;
        Self(Date(i32::try_from(days).unwrap_or_default()))
    }
}

impl FromStr for Day {
    type Err = DayError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let shape = text.len() == 10
            && text.bytes().enumerate().all(|(index, byte)| match index {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shape {
            return Err(DayError);
        }
        let date: civil::Date = text.parse().map_err(|_| DayError)?;
        if date.year() < 1 { Err(DayError) } else { Ok(Self::from_civil(date)) }
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let span = jiff::Span::new().try_days(self.0.0);
        match span.and_then(|span| civil::date(1970, 1, 1).checked_add(span)) {
            Ok(date) => write!(f, "{date}"),
            Err(_) => f.write_str("a day beyond the calendar"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Day, DayError};
    use crate::value::Date;

    #[test]
    fn days_are_read() {
        check("1970-01-01", Ok(0));
        check("1969-12-31", Ok(-1));
        check("2024-02-29", Ok(19_782));
        check("0001-01-01", Ok(Date::MIN.0));
        check("9999-12-31", Ok(Date::MAX.0));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in
            ["", "today", "2026-2-1", "2026-02-30", "22.11.2026", "2026-11-22T00:00", "0000-01-01"]
        {
            check(text, Err(DayError));
        }
    }

    #[test]
    fn days_are_shown_as_they_are_written() {
        for text in ["1970-01-01", "1969-12-31", "2026-11-22", "0001-01-01", "9999-12-31"] {
            let shown = text.parse::<Day>().map(|day| day.to_string());
            assert_eq!(shown.as_deref(), Ok(text));
        }
    }

    #[track_caller]
    fn check(text: &str, expected: Result<i32, DayError>) {
        assert_eq!(text.parse::<Day>().map(|day| day.0.0), expected, "of {text:?}");
    }
}
