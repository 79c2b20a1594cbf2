//! Days known by bounds, and the arithmetic of periods on them.

use crate::retention::fact::FactValue;
use crate::retention::schedule::Period;
use crate::value::Date;

/// A day that lies between two, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// The earliest it can be; `None`: nothing is certain.
    pub low: Option<Date>,
    /// The latest it can be; `None`: it can lie at any time to come.
    pub high: Option<Date>,
}

impl Bounds {
    /// Nothing is known.
    pub const OPEN: Self = Self { low: None, high: None };

    /// A day that is known.
    #[must_use]
    pub const fn exact(day: Date) -> Self {
        Self { low: Some(day), high: Some(day) }
    }

    /// The day of a fact that is known, brought into the calendar.
    pub(super) fn of(value: FactValue) -> Option<Self> {
        match value {
            FactValue::Known { low, high } => {
                Some(Self { low: Some(day(low)), high: Some(day(high)) })
            }
            _ => None,
        }
    }

    /// Whether it is one day.
    #[must_use]
    pub fn is_exact(self) -> bool {
        self.low.is_some() && self.low == self.high
    }

    /// Every day that either can be.
    pub(super) fn hull(self, other: Self) -> Self {
        Self {
            low: self.low.zip(other.low).map(|(a, b)| a.min(b)),
            high: self.high.zip(other.high).map(|(a, b)| a.max(b)),
        }
    }

    /// The later of two days.
    pub(super) fn later(self, other: Self) -> Self {
        Self {
            low: self.low.max(other.low),
            high: self.high.zip(other.high).map(|(a, b)| a.max(b)),
        }
    }

    /// The earlier of two days.
    pub(super) fn earlier(self, other: Self) -> Self {
        Self {
            low: self.low.zip(other.low).map(|(a, b)| a.min(b)),
            high: match (self.high, other.high) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (one, other) => one.or(other),
            },
        }
    }

    /// The day moved by a period that is at least and at most so long.
    pub(super) fn after(self, shortest: Period, longest: Period) -> Self {
        Self {
            low: self.low.map(|low| anniversary(low, shortest)),
            high: self.high.and_then(|high| within_calendar(anniversary(high, longest))),
        }
    }

    /// The day moved by so many years.
    pub(super) fn after_years(self, years: u8) -> Self {
        let period = Period::years(u16::from(years));
        self.after(period, period)
    }

    /// The day after a period has run: where the month of its last day is too short, the period ends with the month.
    pub(super) fn day_after(self, shortest: Period, longest: Period) -> Self {
        let ends = |day: Date, period: Period| {
            let last = day.add_months(i64::from(period.months));
            last.and_then(|last| last.add_days(1)).unwrap_or(Date::MAX)
        };
        Self {
            low: self.low.map(|low| ends(low, shortest)),
            high: self.high.and_then(|high| within_calendar(ends(high, longest))),
        }
    }

    /// The day after the end of its calendar year.
    pub(super) fn after_year_end(self) -> Self {
        let next = |day: Date| Date::from_ymd(day.year() + 1, 1, 1).unwrap_or(Date::MAX);
        Self { low: self.low.map(next), high: self.high.map(next) }
    }

    /// Whether it certainly lies before that day; it may be that day only by `false`.
    pub(super) fn is_before(self, day: Date) -> bool {
        self.high.is_some_and(|high| high < day)
    }
}

/// The day so many years and months later. Where the month has no such day it is the first of the next: the later,
/// safer day, as for 29 February.
pub(super) fn anniversary(day: Date, period: Period) -> Date {
    let Some(moved) = day.add_months(i64::from(period.months)) else { return Date::MAX };
    // `add_months` goes back to the last day of a shorter month.
    if moved.day() < day.day() { moved.add_days(1).unwrap_or(Date::MAX) } else { moved }
}

/// The birthday at which a person is so old.
pub(super) fn birthday(birth: Date, age: u8) -> Date {
    anniversary(birth, Period::years(u16::from(age)))
}

/// The end of the calendar stands for every day past it.
fn within_calendar(day: Date) -> Option<Date> {
    (day < Date::MAX).then_some(day)
}

/// A count of days as a day, the nearest end of the calendar where it lies outside.
fn day(count: i64) -> Date {
    let count = count.clamp(i64::from(Date::MIN.0), i64::from(Date::MAX.0));
    Date(i32::try_from(count).unwrap_or(Date::MAX.0))
}
