//! Civil dates and times of the proleptic Gregorian calendar, years 1 to 9999.
//!
//! The calendar is computed with multiplications and shifts instead of tables and branches
//! (Neri and Schneider, "Euclidean affine functions and their application to calendar algorithms",
//! 2022), because an audit converts hundreds of millions of dates.

use std::fmt;

/// A calendar date: days since 1970-01-01.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i32);

/// A time of day: microseconds since midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

/// A civil date and time without a zone: microseconds since 1970-01-01 00:00.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A moment: microseconds since 1970-01-01 00:00 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

/// Microseconds in a second.
pub(crate) const MICROS_PER_SECOND: i64 = 1_000_000;
/// Microseconds in an hour.
pub(crate) const MICROS_PER_HOUR: i64 = 3_600 * MICROS_PER_SECOND;
/// Microseconds in a civil day.
pub(crate) const MICROS_PER_DAY: i64 = 24 * MICROS_PER_HOUR;

/// Days from 0000-03-01, where the calendar's arithmetic starts, to 1970-01-01.
const SHIFT: i32 = 719_468;

impl Date {
    /// 0001-01-01.
    pub const MIN: Self = Self(-719_162);
    /// 9999-12-31.
    pub const MAX: Self = Self(2_932_896);

    /// The date of that year, month and day; `None` where the calendar has no such day.
    #[must_use]
    #[inline]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        let valid = (1..=9999).contains(&year)
            && (1..=12).contains(&month)
            && day >= 1
            && day <= days_in_month(year, month);
        valid.then(|| Self::from_valid(year, month, day))
    }

    /// The date of that year and month, with the day clamped to the month's last.
    #[inline]
    fn clamped(year: i32, month: u32, day: u32) -> Self {
        Self::from_valid(year, month, day.min(days_in_month(year, month)))
    }

    // INVARIANT: the caller has checked year, month and day; every step then fits.
    #[inline]
    fn from_valid(year: i32, month: u32, day: u32) -> Self {
        let before_march = month <= 2;
        let year = year.unsigned_abs() - u32::from(before_march);
        let month = if before_march { month + 12 } else { month };
        let century = year / 100;
        let days = 1461 * year / 4 - century + century / 4 + (979 * month - 2919) / 32 + day - 1;
        Self(days.cast_signed() - SHIFT)
    }

    /// Year, month and day.
    ///
    /// A number of days outside the calendar counts as its nearest end.
    #[must_use]
    #[inline]
    pub fn ymd(self) -> (i32, u32, u32) {
        let days = (self.0.clamp(Self::MIN.0, Self::MAX.0) + SHIFT).cast_unsigned();
        let quarters = 4 * days + 3;
        let century = quarters / 146_097;
        let quarters_of_century = (quarters % 146_097) | 3;
        let product = 2_939_745 * u64::from(quarters_of_century);
        let (year_of_century, rest) = split(product);
        let day_of_year = rest / 2_939_745 / 4;
        let months = 2141 * day_of_year + 197_913;
        let after_december = day_of_year >= 306;
        let month = if after_december { (months >> 16) - 12 } else { months >> 16 };
        let year = 100 * century + year_of_century + u32::from(after_december);
        (year.cast_signed(), month, (months & 0xFFFF) / 2141 + 1)
    }

    /// The year, 1 to 9999.
    #[must_use]
    #[inline]
    pub fn year(self) -> i32 {
        self.ymd().0
    }

    /// The month, 1 to 12.
    #[must_use]
    #[inline]
    pub fn month(self) -> u32 {
        self.ymd().1
    }

    /// The day of the month, 1 to 31.
    #[must_use]
    #[inline]
    pub fn day(self) -> u32 {
        self.ymd().2
    }

    /// The last day of this date's month.
    #[must_use]
    pub fn end_of_month(self) -> Self {
        let (year, month, _) = self.ymd();
        Self::clamped(year, month, 31)
    }

    /// The date so many calendar days later; `None` outside the years 1 to 9999.
    #[must_use]
    #[inline]
    pub fn add_days(self, days: i64) -> Option<Self> {
        let sum = i32::try_from(i64::from(self.0).checked_add(days)?).ok()?;
        (Self::MIN.0..=Self::MAX.0).contains(&sum).then_some(Self(sum))
    }

    /// The same day so many months later, clamped to the month's last day; `None` outside the years 1 to 9999.
    #[must_use]
    #[inline]
    pub fn add_months(self, months: i64) -> Option<Self> {
        let (year, month, day) = self.ymd();
        let count = (i64::from(year) * 12 + i64::from(month) - 1).checked_add(months)?;
        let year = i32::try_from(count.div_euclid(12)).ok()?;
        let month = u32::try_from(count.rem_euclid(12) + 1).ok()?;
        (1..=9999).contains(&year).then(|| Self::clamped(year, month, day))
    }

    /// The same day so many years later, clamped to the month's last day; `None` outside the years 1 to 9999.
    #[must_use]
    #[inline]
    pub fn add_years(self, years: i64) -> Option<Self> {
        let (year, month, day) = self.ymd();
        let year = i32::try_from(i64::from(year).checked_add(years)?).ok()?;
        (1..=9999).contains(&year).then(|| Self::clamped(year, month, day))
    }

    /// Days from this date to `other`; negative if `other` is earlier.
    #[must_use]
    #[inline]
    pub fn days_between(self, other: Self) -> i64 {
        i64::from(other.0) - i64::from(self.0)
    }

    /// Whole months from this date to `other`: the difference of month numbers, less one if this date moved
    /// by so many months (clamped) lies after `other`.
    #[must_use]
    #[inline]
    pub fn months_between(self, other: Self) -> i64 {
        let (year, month, day) = self.ymd();
        let (other_year, other_month, other_day) = other.ymd();
        let months = 12 * i64::from(other_year - year) + i64::from(other_month) - i64::from(month);
        let moved = day.min(days_in_month(other_year, other_month));
        months - i64::from(moved > other_day)
    }

    /// Whole years from this date to `other`: the difference of years, less one if this date moved by so many
    /// years (clamped) lies after `other`.
    #[must_use]
    #[inline]
    pub fn years_between(self, other: Self) -> i64 {
        let (year, month, day) = self.ymd();
        let (other_year, other_month, other_day) = other.ymd();
        let moved = (month, day.min(days_in_month(other_year, month)));
        i64::from(other_year - year) - i64::from(moved > (other_month, other_day))
    }

    /// Midnight at the start of this date.
    #[must_use]
    #[inline]
    pub fn midnight(self) -> Timestamp {
        Timestamp(i64::from(self.0.clamp(Self::MIN.0, Self::MAX.0)) * MICROS_PER_DAY)
    }

    /// This date at that time of day.
    #[must_use]
    #[inline]
    pub fn at(self, time: Time) -> Timestamp {
        Timestamp(self.midnight().0.saturating_add(time.0))
    }
}

impl Time {
    /// The time of that hour, minute, second and microsecond; `None` past 23:59:59.999999.
    #[must_use]
    #[inline]
    pub fn from_parts(hour: u32, minute: u32, second: u32, micro: u32) -> Option<Self> {
        if hour > 23 || minute > 59 || second > 59 || micro > 999_999 {
            return None;
        }
        let seconds = hour * 3600 + minute * 60 + second;
        Some(Self(i64::from(seconds) * MICROS_PER_SECOND + i64::from(micro)))
    }
}

impl Timestamp {
    /// 0001-01-01 00:00.
    pub const MIN: Self = Self(Date::MIN.0 as i64 * MICROS_PER_DAY);
    /// 9999-12-31 23:59:59.999999.
    pub const MAX: Self = Self((Date::MAX.0 as i64 + 1) * MICROS_PER_DAY - 1);

    /// The timestamp of so many microseconds since 1970-01-01 00:00; `None` outside the years 1 to 9999.
    #[must_use]
    #[inline]
    pub fn from_micros(micros: i64) -> Option<Self> {
        (Self::MIN.0..=Self::MAX.0).contains(&micros).then_some(Self(micros))
    }

    /// Its calendar date.
    #[must_use]
    #[inline]
    pub fn date(self) -> Date {
        let days = self.0.clamp(Self::MIN.0, Self::MAX.0).div_euclid(MICROS_PER_DAY);
        // INVARIANT: a clamped timestamp has a day between `Date::MIN` and `Date::MAX`.
        Date(i32::try_from(days).unwrap_or(Date::MAX.0))
    }

    /// Its time of day.
    #[must_use]
    #[inline]
    pub fn time(self) -> Time {
        Time(self.0.rem_euclid(MICROS_PER_DAY))
    }

    /// So many hours later; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn add_hours(self, hours: i64) -> Option<Self> {
        Self::from_micros(self.0.checked_add(hours.checked_mul(MICROS_PER_HOUR)?)?)
    }

    /// The same time of day so many days later; `None` outside the years 1 to 9999.
    #[must_use]
    pub fn add_days(self, days: i64) -> Option<Self> {
        self.date().add_days(days).map(|date| date.at(self.time()))
    }

    /// The same time of day so many months later, clamped to the month's last day.
    #[must_use]
    pub fn add_months(self, months: i64) -> Option<Self> {
        self.date().add_months(months).map(|date| date.at(self.time()))
    }

    /// The same time of day so many years later, clamped to the month's last day.
    #[must_use]
    pub fn add_years(self, years: i64) -> Option<Self> {
        self.date().add_years(years).map(|date| date.at(self.time()))
    }

    /// Whole hours from this timestamp to `other`, rounded down, so that a span that is one microsecond
    /// short of an hour counts none, and one that lies one microsecond back counts as minus one.
    #[must_use]
    #[inline]
    pub fn hours_between(self, other: Self) -> i64 {
        other.0.saturating_sub(self.0).div_euclid(MICROS_PER_HOUR)
    }
}

impl Instant {
    /// Its civil date and time in UTC.
    #[must_use]
    #[inline]
    pub fn utc(self) -> Timestamp {
        Timestamp(self.0)
    }
}

impl From<Date> for Timestamp {
    fn from(date: Date) -> Self {
        date.midnight()
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.rem_euclid(MICROS_PER_DAY);
        let seconds = micros / MICROS_PER_SECOND;
        write!(f, "{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)?;
        match micros % MICROS_PER_SECOND {
            0 => Ok(()),
            fraction => {
                let digits = format!("{fraction:06}");
                write!(f, ".{}", digits.trim_end_matches('0'))
            }
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}", self.date(), self.time())
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}Z", self.utc())
    }
}

/// How many days a month has; the month is 1 to 12.
#[inline]
pub(crate) fn days_in_month(year: i32, month: u32) -> u32 {
    if month == 2 { 28 + u32::from(is_leap(year)) } else { 30 | (month ^ (month >> 3)) }
}

#[inline]
fn is_leap(year: i32) -> bool {
    // A year that 100 divides is leap if 400, and so 16, divides it.
    if year % 100 == 0 { year % 16 == 0 } else { year % 4 == 0 }
}

/// The upper and the lower half of a product.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower half is what is asked for")]
fn split(product: u64) -> (u32, u32) {
    ((product >> 32) as u32, product as u32)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, proptest};

    use super::{Date, Instant, Time, Timestamp};

    fn any_date() -> impl Strategy<Value = Date> {
        (Date::MIN.0..=Date::MAX.0).prop_map(Date)
    }

    fn date(text: &str) -> Date {
        crate::value::parse::date(text.as_bytes()).expect("a date of the test")
    }

    #[test]
    fn every_day_agrees_with_an_independent_calendar() {
        let mut expected = jiff::civil::date(1, 1, 1);
        for days in Date::MIN.0..=Date::MAX.0 {
            let (year, month, day) = Date(days).ymd();
            assert_eq!(
                (i64::from(year), i64::from(month), i64::from(day)),
                (expected.year().into(), expected.month().into(), expected.day().into())
            );
            assert_eq!(Date::from_ymd(year, month, day), Some(Date(days)));
            if days < Date::MAX.0 {
                expected = expected.tomorrow().expect("the calendar goes on");
            }
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for (year, month, day) in [
            (0, 1, 1),
            (10_000, 1, 1),
            (-1, 1, 1),
            (2023, 2, 29),
            (1900, 2, 29),
            (2024, 4, 31),
            (2024, 0, 1),
            (2024, 13, 1),
            (2024, 1, 0),
            (2024, 1, 32),
            (i32::MIN, u32::MAX, u32::MAX),
        ] {
            assert_eq!(Date::from_ymd(year, month, day), None, "{year}-{month}-{day}");
        }
        assert_eq!(Date::from_ymd(2000, 2, 29), Some(Date(11_016)));
    }

    #[test]
    fn months_clamp_to_the_last_day() {
        let check = |from: &str, months: i64, to: &str| {
            assert_eq!(date(from).add_months(months), Some(date(to)), "{from} + {months}");
        };
        check("2024-01-31", 1, "2024-02-29");
        check("2023-01-31", 1, "2023-02-28");
        check("2024-03-31", -1, "2024-02-29");
        check("2024-07-31", 7, "2025-02-28");
        check("2024-01-15", -13, "2022-12-15");
        assert_eq!(date("2024-02-29").add_years(1), Some(date("2025-02-28")));
        assert_eq!(Date::MAX.add_months(1), None);
        assert_eq!(Date::MIN.add_days(-1), None);
        assert_eq!(Date::MIN.add_years(i64::MIN), None);
        assert_eq!(Date::MAX.add_months(i64::MAX), None);
        assert_eq!(Date::MAX.add_days(i64::MAX), None);
    }

    #[test]
    fn birthdays() {
        let check = |from: &str, to: &str, years: i64| {
            assert_eq!(date(from).years_between(date(to)), years, "{from} to {to}");
        };
        check("2006-12-31", "2024-01-01", 17);
        check("2004-02-29", "2022-02-28", 18);
        check("2004-02-29", "2022-02-27", 17);
        check("2000-05-10", "2000-05-09", -1);
        check("2000-05-10", "1999-05-10", -1);
        check("2000-05-10", "1999-05-09", -2);
    }

    #[test]
    fn hours_round_down() {
        let at =
            |hour, second| date("2024-03-10").at(Time::from_parts(hour, 0, second, 0).unwrap());
        assert_eq!(at(1, 0).hours_between(at(2, 0)), 1);
        assert_eq!(at(1, 1).hours_between(at(2, 0)), 0);
        assert_eq!(at(2, 0).hours_between(at(1, 59)), -1);
    }

    #[test]
    fn numbers_outside_the_calendar_do_not_panic() {
        for days in [i32::MIN, i32::MAX, Date::MIN.0 - 1, Date::MAX.0 + 1] {
            let _ = (Date(days).to_string(), Date(days).end_of_month(), Date(days).midnight());
            let _ = (Date(days).add_days(1), Date(days).add_months(-1), Date(days).add_years(1));
        }
        for micros in [i64::MIN, i64::MAX] {
            let _ = (Timestamp(micros).to_string(), Instant(micros).to_string());
            let _ = (Time(micros).to_string(), Timestamp(micros).add_hours(micros));
            let _ = Timestamp(micros).hours_between(Timestamp(-1));
        }
    }

    #[test]
    fn dates_and_times_print_as_iso() {
        let at = date("0987-06-05").at(Time::from_parts(4, 3, 2, 100_000).unwrap());
        assert_eq!(at.to_string(), "0987-06-05T04:03:02.1");
        assert_eq!(Instant(0).to_string(), "1970-01-01T00:00:00Z");
        assert_eq!(Timestamp(-1).to_string(), "1969-12-31T23:59:59.999999");
    }

    proptest! {
        #[test]
        fn spans_obey_their_definition(a in any_date(), b in any_date()) {
            let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
            let count = months(b) - months(a);
            let late = a.add_months(count).expect("the month of a date") > b;
            assert_eq!(a.months_between(b), count - i64::from(late));

            let count = i64::from(b.year() - a.year());
            let late = a.add_years(count).expect("the year of a date") > b;
            assert_eq!(a.years_between(b), count - i64::from(late));

            assert_eq!(a.add_days(a.days_between(b)), Some(b));
        }

        #[test]
        fn timestamps_split_and_join(micros in Timestamp::MIN.0..=Timestamp::MAX.0) {
            let stamp = Timestamp(micros);
            assert_eq!(stamp.date().at(stamp.time()), stamp);
        }
    }
}
