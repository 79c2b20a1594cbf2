//! How long something is overdue on the day of the audit.

use crate::value::Date;

/// How long something is overdue, as far as that may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Overdue {
    /// How long, roughly.
    pub age: Age,
    /// The day on which it was due, where the user asked to see values.
    pub due: Option<Date>,
}

/// How long something is overdue, in bands.
///
/// The day of the audit is known, so that a count of days would be the day on which the thing was due, and with the
/// rule's own period the day of a discharge. A band is a month wide at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Age {
    /// Up to 30 days.
    Days30,
    /// 31 to 60 days.
    Days60,
    /// 61 to 90 days.
    Days90,
    /// 91 to 180 days.
    Days180,
    /// 181 to 365 days.
    Year,
    /// More than 365 days.
    Over,
}

impl Age {
    /// Every band, the shortest first.
    pub const ALL: [Self; 6] =
        [Self::Days30, Self::Days60, Self::Days90, Self::Days180, Self::Year, Self::Over];

    /// The band of so many days.
    #[must_use]
    pub fn of(days: i64) -> Self {
        match days {
            ..=30 => Self::Days30,
            31..=60 => Self::Days60,
            61..=90 => Self::Days90,
            91..=180 => Self::Days180,
            181..=365 => Self::Year,
            366.. => Self::Over,
        }
    }

    /// The band in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Days30 => "up to 30 days",
            Self::Days60 => "31 to 60 days",
            Self::Days90 => "61 to 90 days",
            Self::Days180 => "91 to 180 days",
            Self::Year => "181 to 365 days",
            Self::Over => "more than 365 days",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Age;

    #[test]
    fn bands_meet() {
        for (days, words) in [
            (0, "up to 30 days"),
            (30, "up to 30 days"),
            (31, "31 to 60 days"),
            (60, "31 to 60 days"),
            (61, "61 to 90 days"),
            (91, "91 to 180 days"),
            (180, "91 to 180 days"),
            (181, "181 to 365 days"),
            (365, "181 to 365 days"),
            (366, "more than 365 days"),
            (i64::MAX, "more than 365 days"),
        ] {
            assert_eq!(Age::of(days).words(), words, "of {days}");
        }
        assert!(Age::ALL.windows(2).all(|pair| pair[0] < pair[1]));
    }
}
