//! The formats that dates and timestamps are read from, by name or by pattern.
//!
//! A format reads exactly what it declares: there is no guessing between orders of day and month, no
//! century invented, no field filled in. What was not written is left open in the [`Moment`].

use crate::value::date::MICROS_PER_DAY;
use crate::value::parse::{self, fraction, number, offset, pair};
use crate::value::{Date, Instant, Time, Timestamp};

/// The names of the built-in formats, in the order of the reference, and what each reads.
pub const NAMES: [(&str, &str); 12] = [
    ("iso", "2024-02-03, or with T or a blank 10:30[:00[.5]] and optional Z or offset"),
    ("iso-partial", "as iso, and the year or the year and month alone: 2024, 2024-02"),
    ("us", "2/3/2024, optional time, optional AM or PM"),
    ("eu", "3/2/2024, 3.2.2024 or 3-2-2024, optional time"),
    ("hl7", "YYYY[MM[DD[HH[MM[SS[.S+]]]]]][+ZZZZ]"),
    ("compact", "20240203"),
    ("oracle", "03-FEB-24 or 03-FEB-2024, optional time; needs a pivot"),
    ("sas-date", "03FEB2024, optional :10:30:00"),
    ("excel-serial", "days of the 1900 system: 45325, 45325.4375"),
    ("excel-serial-1904", "days of the 1904 system"),
    ("epoch-s", "seconds since 1970-01-01 UTC"),
    ("epoch-ms", "milliseconds since 1970-01-01 UTC"),
];

/// How a date or timestamp is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DateFormat {
    reader: Reader,
}

/// When something was, as precisely as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The earliest civil time it can mean; midnight where no time was written.
    pub low: Timestamp,
    /// The latest civil time it can mean; differs from `low` only for partial dates.
    pub high: Timestamp,
    /// Whether a time of day was written.
    pub has_time: bool,
    /// The offset from UTC in minutes, if one was written.
    pub offset: Option<i16>,
}

impl Moment {
    /// Whether it means one civil time (or one day, where no time was written).
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.low == self.high
    }

    /// The moment in UTC, where it is exact and an offset was written.
    #[must_use]
    pub fn instant(&self) -> Option<Instant> {
        let minutes = i32::from(self.offset.filter(|_| self.is_exact())?);
        parse::at_offset(self.low, minutes)
    }

    fn day(date: Date) -> Self {
        let midnight = date.midnight();
        Self { low: midnight, high: midnight, has_time: false, offset: None }
    }

    fn time(stamp: Timestamp) -> Self {
        Self { low: stamp, high: stamp, has_time: true, offset: None }
    }

    fn days(first: Date, last: Date) -> Self {
        let high = Timestamp(last.midnight().0 + (MICROS_PER_DAY - 1));
        Self { low: first.midnight(), high, has_time: false, offset: None }
    }

    fn with_offset(self, minutes: i32) -> Option<Self> {
        Some(Self { offset: Some(i16::try_from(minutes).ok()?), ..self })
    }
}

/// Why a text names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatProblem {
    /// The text is neither a name nor a pattern.
    #[error(
        "unknown date format: neither a name nor a pattern of YYYY YY MM M DD D MON HH H mm ss AM"
    )]
    Unknown {
        /// The closest name, if one is close.
        suggestion: Option<&'static str>,
    },
    /// Letters that are no token.
    #[error("`{0}` is no part of a date pattern")]
    UnknownToken(String),
    /// A part of the date stands twice.
    #[error("the date pattern has two parts for the {0}")]
    Repeated(&'static str),
    /// A part without the part that it refines.
    #[error("the date pattern has a {part} but no {without}")]
    Without {
        /// The part that stands.
        part: &'static str,
        /// The part that it needs.
        without: &'static str,
    },
    /// A part of one or two digits directly before another number.
    #[error("`{0}` may be one or two digits, so a sign must separate it from the number after it")]
    Ambiguous(&'static str),
    /// Two-digit years without a century.
    #[error("two-digit years need a pivot: the first year of the hundred that they mean")]
    NeedsPivot,
    /// A pivot that leaves the calendar.
    #[error("the pivot must be a year from 1 to 9900")]
    BadPivot,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Reader {
    Iso,
    IsoPartial,
    Us,
    Eu,
    Hl7,
    Compact,
    Oracle(Pivot),
    SasDate,
    Excel1900,
    Excel1904,
    EpochSeconds,
    EpochMillis,
    Pattern(Vec<Part>, Option<Pivot>),
}

impl DateFormat {
    /// The format of that name or pattern; `pivot` is the first year of the hundred that two-digit years mean.
    ///
    /// # Errors
    /// What is wrong with the text, or a pivot that is missing or outside the calendar.
    pub fn compile(text: &str, pivot: Option<i32>) -> Result<Self, FormatProblem> {
        let pivot = pivot.map(Pivot::new).transpose()?;
        let reader = match text {
            "iso" => Reader::Iso,
            "iso-partial" => Reader::IsoPartial,
            "us" => Reader::Us,
            "eu" => Reader::Eu,
            "hl7" => Reader::Hl7,
            "compact" => Reader::Compact,
            "oracle" => Reader::Oracle(pivot.ok_or(FormatProblem::NeedsPivot)?),
            "sas-date" => Reader::SasDate,
            "excel-serial" => Reader::Excel1900,
            "excel-serial-1904" => Reader::Excel1904,
            "epoch-s" => Reader::EpochSeconds,
            "epoch-ms" => Reader::EpochMillis,
            pattern => Reader::Pattern(parts(pattern, pivot)?, pivot),
        };
        Ok(Self { reader })
    }

    /// Canonical ISO dates and timestamps, the default where no format is declared.
    #[must_use]
    pub fn iso() -> Self {
        Self { reader: Reader::Iso }
    }

    /// What the text means; `None` where it is not of this format.
    #[must_use]
    #[inline]
    pub fn parse(&self, text: &[u8]) -> Option<Moment> {
        if text.len() > 64 {
            return None;
        }
        match &self.reader {
            Reader::Iso => iso(text),
            Reader::IsoPartial => iso_partial(text),
            Reader::Us => us(text),
            Reader::Eu => eu(text),
            Reader::Hl7 => hl7(text),
            Reader::Compact => compact(text),
            Reader::Oracle(pivot) => oracle(text, *pivot),
            Reader::SasDate => sas(text),
            Reader::Excel1900 => excel(text, Epoch::Of1900),
            Reader::Excel1904 => excel(text, Epoch::Of1904),
            Reader::EpochSeconds => epoch_seconds(text),
            Reader::EpochMillis => epoch_millis(text),
            Reader::Pattern(parts, pivot) => pattern(text, parts, *pivot),
        }
    }
}

/// The first year of the hundred that two-digit years mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pivot(i32);

impl Pivot {
    fn new(year: i32) -> Result<Self, FormatProblem> {
        if (1..=9900).contains(&year) { Ok(Self(year)) } else { Err(FormatProblem::BadPivot) }
    }

    fn year(self, two_digits: i32) -> i32 {
        self.0 + (two_digits - self.0).rem_euclid(100)
    }
}

fn iso(text: &[u8]) -> Option<Moment> {
    // The shapes that fill real files first; what they refuse may still be a rarer shape of that length.
    match (text.len(), text.split_last()) {
        (10, _) => return parse::date(text).map(Moment::day),
        (19, _) => {
            if let Some(stamp) = parse::timestamp(text) {
                return Some(Moment::time(stamp));
            }
        }
        (20, Some((b'Z', civil))) => {
            return parse::timestamp(civil).map(Moment::time)?.with_offset(0);
        }
        _ => {}
    }
    let (day, rest) = text.split_at_checked(10)?;
    let (&separator, clock) = rest.split_first()?;
    if separator != b'T' && separator != b' ' {
        return None;
    }
    let date = parse::date(day)?;
    let zone = clock.iter().position(|byte| matches!(byte, b'Z' | b'+' | b'-'));
    let (clock, zone) = clock.split_at(zone.unwrap_or(clock.len()));
    let moment = Moment::time(date.at(iso_time(clock)?));
    match zone {
        [] => Some(moment),
        [b'Z'] => moment.with_offset(0),
        &[sign, h, hh] => moment.with_offset(offset(sign, pair(h, hh)?, 0)?),
        &[sign, h, hh, m, mm] | &[sign, h, hh, b':', m, mm] => {
            moment.with_offset(offset(sign, pair(h, hh)?, pair(m, mm)?)?)
        }
        _ => None,
    }
}

/// A canonical time, or one with up to nine digits after the point; what is below a microsecond is dropped,
/// as databases that print nanoseconds count none.
fn iso_time(text: &[u8]) -> Option<Time> {
    match text.split_at_checked(15) {
        Some((kept, dropped)) if !dropped.is_empty() => {
            number(dropped, 3)?;
            parse::time(kept)
        }
        _ => parse::time(text),
    }
}

fn iso_partial(text: &[u8]) -> Option<Moment> {
    match text {
        [y1, y2, y3, y4] => year_span(number(&[*y1, *y2, *y3, *y4], 4)?),
        &[y1, y2, y3, y4, b'-', m, mm] => month_span(number(&[y1, y2, y3, y4], 4)?, pair(m, mm)?),
        _ => iso(text),
    }
}

fn year_span(year: u64) -> Option<Moment> {
    let year = i32::try_from(year).ok()?;
    Some(Moment::days(Date::from_ymd(year, 1, 1)?, Date::from_ymd(year, 12, 31)?))
}

fn month_span(year: u64, month: u32) -> Option<Moment> {
    let first = Date::from_ymd(i32::try_from(year).ok()?, month, 1)?;
    Some(Moment::days(first, first.end_of_month()))
}

fn us(text: &[u8]) -> Option<Moment> {
    let (month, rest) = one_or_two(text)?;
    let rest = rest.strip_prefix(b"/")?;
    let (day, rest) = one_or_two(rest)?;
    let rest = rest.strip_prefix(b"/")?;
    let (year, rest) = four(rest)?;
    day_and_clock(Date::from_ymd(year, month, day)?, rest)
}

fn eu(text: &[u8]) -> Option<Moment> {
    let (day, rest) = one_or_two(text)?;
    let (&sign, rest) = rest.split_first()?;
    if !matches!(sign, b'/' | b'.' | b'-') {
        return None;
    }
    let (month, rest) = one_or_two(rest)?;
    let (&second, rest) = rest.split_first()?;
    if second != sign {
        return None;
    }
    let (year, rest) = four(rest)?;
    day_and_clock(Date::from_ymd(year, month, day)?, rest)
}

/// A date and what follows it: nothing, or a blank (or comma and blank) and a time.
fn day_and_clock(date: Date, rest: &[u8]) -> Option<Moment> {
    if rest.is_empty() {
        return Some(Moment::day(date));
    }
    let rest = rest.strip_prefix(b",").unwrap_or(rest).strip_prefix(b" ")?;
    Some(Moment::time(date.at(clock(rest, b':')?)))
}

/// `H:mm[:ss[.f]]`, optionally followed by AM or PM, which then bounds the hour to 1..12.
fn clock(text: &[u8], sign: u8) -> Option<Time> {
    let (hour, rest) = one_or_two(text)?;
    let (minute, mut rest) = two(rest.strip_prefix(&[sign])?)?;
    let (mut second, mut micro) = (0, 0);
    if let Some(after) = rest.strip_prefix(&[sign]) {
        (second, rest) = two(after)?;
        if let Some(after) = rest.strip_prefix(b".") {
            let count = after.iter().take_while(|byte| byte.is_ascii_digit()).count();
            let (digits, after) = after.split_at(count);
            let kept = digits.get(..6.min(count)).filter(|_| count <= 9)?;
            micro = u32::try_from(fraction(kept, 6)?).ok()?;
            rest = after;
        }
    }
    let hour = match rest {
        [] => hour,
        _ => half(hour, rest.strip_prefix(b" ").unwrap_or(rest))?,
    };
    Time::from_parts(hour, minute, second, micro)
}

/// The hour of the day of an hour of AM or PM.
fn half(hour: u32, text: &[u8]) -> Option<u32> {
    if !(1..=12).contains(&hour) {
        return None;
    }
    if text.eq_ignore_ascii_case(b"AM") {
        Some(hour % 12)
    } else if text.eq_ignore_ascii_case(b"PM") {
        Some(hour % 12 + 12)
    } else {
        None
    }
}

fn hl7(text: &[u8]) -> Option<Moment> {
    let zone = text.iter().position(|byte| matches!(byte, b'+' | b'-'));
    let (stamp, zone) = text.split_at(zone.unwrap_or(text.len()));
    let moment = hl7_stamp(stamp)?;
    match zone {
        [] => Some(moment),
        &[sign, h, hh, m, mm] => moment.with_offset(offset(sign, pair(h, hh)?, pair(m, mm)?)?),
        _ => None,
    }
}

fn hl7_stamp(text: &[u8]) -> Option<Moment> {
    let (year, rest) = text.split_at_checked(4)?;
    let year = number(year, 4)?;
    if rest.is_empty() {
        return year_span(year);
    }
    let (month, rest) = two(rest)?;
    if rest.is_empty() {
        return month_span(year, month);
    }
    let (day, rest) = two(rest)?;
    let date = Date::from_ymd(i32::try_from(year).ok()?, month, day)?;
    if rest.is_empty() {
        return Some(Moment::day(date));
    }
    let (hour, rest) = two(rest)?;
    if rest.is_empty() {
        let low = date.at(Time::from_parts(hour, 0, 0, 0)?);
        let high = date.at(Time::from_parts(hour, 59, 59, 999_999)?);
        return Some(Moment { low, high, has_time: true, offset: None });
    }
    let (minute, rest) = two(rest)?;
    if rest.is_empty() {
        return Some(Moment::time(date.at(Time::from_parts(hour, minute, 0, 0)?)));
    }
    let (second, rest) = two(rest)?;
    let micro = match rest {
        [] => 0,
        [b'.', digits @ ..] => {
            number(digits, 9)?;
            u32::try_from(fraction(digits.get(..digits.len().min(6))?, 6)?).ok()?
        }
        _ => return None,
    };
    Some(Moment::time(date.at(Time::from_parts(hour, minute, second, micro)?)))
}

fn compact(text: &[u8]) -> Option<Moment> {
    let (year, rest) = four(text)?;
    let (month, rest) = two(rest)?;
    let (day, rest) = two(rest)?;
    rest.is_empty().then(|| Date::from_ymd(year, month, day).map(Moment::day))?
}

fn oracle(text: &[u8], pivot: Pivot) -> Option<Moment> {
    let (day, rest) = two(text)?;
    let (month, rest) = month_name(rest.strip_prefix(b"-")?)?;
    let rest = rest.strip_prefix(b"-")?;
    let (year, rest) = match four(rest) {
        Some(long) => long,
        None => two(rest).map(|(year, rest)| (pivot.year(year.cast_signed()), rest))?,
    };
    let date = Date::from_ymd(year, month, day)?;
    if rest.is_empty() {
        return Some(Moment::day(date));
    }
    let rest = rest.strip_prefix(b" ")?;
    let time = clock(rest, b'.').or_else(|| clock(rest, b':'))?;
    Some(Moment::time(date.at(time)))
}

fn sas(text: &[u8]) -> Option<Moment> {
    let (day, rest) = two(text)?;
    let (month, rest) = month_name(rest)?;
    let (year, rest) = four(rest)?;
    let date = Date::from_ymd(year, month, day)?;
    match rest.split_first() {
        None => Some(Moment::day(date)),
        Some((b':', time)) => Some(Moment::time(date.at(parse::time(time)?))),
        Some(_) => None,
    }
}

/// The two day counts of spreadsheets.
#[derive(Debug, Clone, Copy)]
enum Epoch {
    Of1900,
    Of1904,
}

/// Days, and after the point a part of the day, rounded to the millisecond: a spreadsheet keeps no more.
fn excel(text: &[u8], epoch: Epoch) -> Option<Moment> {
    let point = text.iter().position(|&byte| byte == b'.');
    let (days, part) = text.split_at(point.unwrap_or(text.len()));
    let days = i64::try_from(number(days, 7)?).ok()?;
    let origin = match (epoch, days) {
        // The 1900 system counts a 29 February 1900, day 60, that never was; day 0 is a time without a date.
        (Epoch::Of1900, 0 | 60) => return None,
        (Epoch::Of1900, ..60) => Date::from_ymd(1899, 12, 31)?,
        (Epoch::Of1900, _) => Date::from_ymd(1899, 12, 30)?,
        (Epoch::Of1904, _) => Date::from_ymd(1904, 1, 1)?,
    };
    let date = origin.add_days(days)?;
    let Some(part) = part.strip_prefix(b".") else { return Some(Moment::day(date)) };
    number(part.get(..part.len().min(17))?, 17)?;
    if !part.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let part = fraction(part.get(..part.len().min(12))?, 12)?;
    let millis = (u128::from(part) * 86_400_000 + 500_000_000_000) / 1_000_000_000_000;
    if millis == 0 {
        return Some(Moment::day(date));
    }
    let micros = i64::try_from(millis).ok()? * 1000;
    Timestamp::from_micros(date.midnight().0 + micros).map(Moment::time)
}

fn epoch_seconds(text: &[u8]) -> Option<Moment> {
    let (negative, digits) = text.strip_prefix(b"-").map_or((false, text), |rest| (true, rest));
    let point = digits.iter().position(|&byte| byte == b'.');
    let (whole, part) = digits.split_at(point.unwrap_or(digits.len()));
    let part = match part.strip_prefix(b".") {
        None => 0,
        Some(part) => i64::try_from(fraction(part, 6)?).ok()?,
    };
    let micros = i64::try_from(number(whole, 12)?).ok()? * 1_000_000 + part;
    since_epoch(if negative { -micros } else { micros })
}

fn epoch_millis(text: &[u8]) -> Option<Moment> {
    let (negative, digits) = text.strip_prefix(b"-").map_or((false, text), |rest| (true, rest));
    let micros = i64::try_from(number(digits, 15)?).ok()? * 1000;
    since_epoch(if negative { -micros } else { micros })
}

fn since_epoch(micros: i64) -> Option<Moment> {
    Moment::time(Timestamp::from_micros(micros)?).with_offset(0)
}

/// One part of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Year4,
    Year2,
    Month2,
    Month,
    MonthName,
    Day2,
    Day,
    Hour2,
    Hour,
    Minute,
    Second,
    Half,
    Sign(u8),
}

/// The tokens of patterns, the longest first, and what each stands for.
const TOKENS: [(&str, Part, &str); 12] = [
    ("YYYY", Part::Year4, "year"),
    ("YY", Part::Year2, "year"),
    ("MON", Part::MonthName, "month"),
    ("MM", Part::Month2, "month"),
    ("M", Part::Month, "month"),
    ("DD", Part::Day2, "day"),
    ("D", Part::Day, "day"),
    ("HH", Part::Hour2, "hour"),
    ("H", Part::Hour, "hour"),
    ("mm", Part::Minute, "minute"),
    ("ss", Part::Second, "second"),
    ("AM", Part::Half, "half of the day"),
];

/// What each part of a date needs beside it.
const NEEDS: [(&str, &str); 6] = [
    ("month", "year"),
    ("day", "month"),
    ("hour", "day"),
    ("minute", "hour"),
    ("second", "minute"),
    ("half of the day", "hour"),
];

fn parts(text: &str, pivot: Option<Pivot>) -> Result<Vec<Part>, FormatProblem> {
    let mut parts = Vec::new();
    let mut seen: Vec<&'static str> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some((token, part, what)) = TOKENS.iter().find(|(token, ..)| rest.starts_with(token))
        {
            if seen.contains(what) {
                return Err(FormatProblem::Repeated(what));
            }
            seen.push(what);
            parts.push(*part);
            rest = rest.strip_prefix(token).unwrap_or_default();
            continue;
        }
        // `T` is the sign of ISO 8601; other letters are tokens of some other tool.
        match u8::try_from(first) {
            Ok(sign) if first == 'T' || first.is_ascii_punctuation() || first == ' ' => {
                parts.push(Part::Sign(sign));
                rest = rest.strip_prefix(first).unwrap_or_default();
            }
            _ => return Err(unknown(text, rest)),
        }
    }
    if seen.is_empty() {
        return Err(unknown(text, text));
    }
    if let Some(&(part, without)) =
        NEEDS.iter().find(|(part, needs)| seen.contains(part) && !seen.contains(needs))
    {
        return Err(FormatProblem::Without { part, without });
    }
    for (part, next) in parts.iter().zip(parts.iter().skip(1)) {
        let name = match part {
            Part::Month => "M",
            Part::Day => "D",
            Part::Hour => "H",
            _ => continue,
        };
        if !matches!(next, Part::Sign(_) | Part::MonthName | Part::Half) {
            return Err(FormatProblem::Ambiguous(name));
        }
    }
    if parts.contains(&Part::Year2) && pivot.is_none() {
        return Err(FormatProblem::NeedsPivot);
    }
    Ok(parts)
}

/// The closest name, or the letters that are no token of a text that is more like a pattern.
fn unknown(text: &str, rest: &str) -> FormatProblem {
    let suggestion = NAMES
        .iter()
        .map(|&(name, _)| (strsim::jaro_winkler(name, &text.to_ascii_lowercase()), name))
        .filter(|(score, _)| *score > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name);
    if suggestion.is_some() || !TOKENS.iter().any(|(token, ..)| text.contains(token)) {
        return FormatProblem::Unknown { suggestion };
    }
    let letters: String = rest.chars().take_while(|letter| letter.is_alphanumeric()).collect();
    let token = if letters.is_empty() { rest.chars().take(1).collect() } else { letters };
    FormatProblem::UnknownToken(token)
}

fn pattern(text: &[u8], parts: &[Part], pivot: Option<Pivot>) -> Option<Moment> {
    let (mut year, mut month, mut day) = (0, None, None);
    let (mut hour, mut minute, mut second) = (None, 0, 0);
    let mut is_afternoon = None;
    let mut rest = text;
    for part in parts {
        match part {
            Part::Year4 => (year, rest) = four(rest)?,
            Part::Year2 => {
                let short;
                (short, rest) = two(rest)?;
                year = pivot?.year(short.cast_signed());
            }
            Part::Month2 => (month, rest) = some(two(rest)?),
            Part::Month => (month, rest) = some(one_or_two(rest)?),
            Part::MonthName => (month, rest) = some(month_name(rest)?),
            Part::Day2 => (day, rest) = some(two(rest)?),
            Part::Day => (day, rest) = some(one_or_two(rest)?),
            Part::Hour2 => (hour, rest) = some(two(rest)?),
            Part::Hour => (hour, rest) = some(one_or_two(rest)?),
            Part::Minute => (minute, rest) = two(rest)?,
            Part::Second => (second, rest) = two(rest)?,
            Part::Half => {
                let word;
                (word, rest) = rest.split_at_checked(2)?;
                is_afternoon = Some(word);
            }
            Part::Sign(sign) => rest = rest.strip_prefix(&[*sign])?,
        }
    }
    if !rest.is_empty() {
        return None;
    }
    let Some(month) = month else { return year_span(u64::try_from(year).ok()?) };
    let Some(day) = day else { return month_span(u64::try_from(year).ok()?, month) };
    let date = Date::from_ymd(year, month, day)?;
    let Some(hour) = hour else { return Some(Moment::day(date)) };
    let hour = match is_afternoon {
        None => hour,
        Some(word) => half(hour, word)?,
    };
    Some(Moment::time(date.at(Time::from_parts(hour, minute, second, 0)?)))
}

fn some<T, U>((value, rest): (T, U)) -> (Option<T>, U) {
    (Some(value), rest)
}

fn two(text: &[u8]) -> Option<(u32, &[u8])> {
    let (&[tens, ones], rest) = text.split_first_chunk::<2>()?;
    Some((pair(tens, ones)?, rest))
}

fn four(text: &[u8]) -> Option<(i32, &[u8])> {
    let (digits, rest) = text.split_first_chunk::<4>()?;
    Some((i32::try_from(number(digits, 4)?).ok()?, rest))
}

fn one_or_two(text: &[u8]) -> Option<(u32, &[u8])> {
    if let Some(both) = two(text) {
        return Some(both);
    }
    let (&digit, rest) = text.split_first()?;
    digit.is_ascii_digit().then(|| (u32::from(digit - b'0'), rest))
}

fn month_name(text: &[u8]) -> Option<(u32, &[u8])> {
    const NAMES: [&[u8; 3]; 12] = [
        b"JAN", b"FEB", b"MAR", b"APR", b"MAY", b"JUN", b"JUL", b"AUG", b"SEP", b"OCT", b"NOV",
        b"DEC",
    ];
    let (name, rest) = text.split_first_chunk::<3>()?;
    let index = NAMES.iter().position(|month| month.eq_ignore_ascii_case(name))?;
    Some((u32::try_from(index).ok()? + 1, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, proptest};

    use super::{DateFormat, FormatProblem, NAMES};
    use crate::value::{Date, parse};

    /// The one place that knows the signatures under test: `low..high offset`, or `none`.
    #[track_caller]
    fn check(format: &str, text: &str, expected: &str) {
        let format = DateFormat::compile(format, Some(1950)).expect("a format");
        let shown = format.parse(text.as_bytes()).map_or("none".to_owned(), |moment| {
            let show = |stamp: crate::value::Timestamp| {
                if moment.has_time { stamp.to_string() } else { stamp.date().to_string() }
            };
            let mut shown = show(moment.low);
            if !moment.is_exact() {
                shown += &format!("..{}", show(moment.high));
            }
            moment.offset.map_or(shown.clone(), |minutes| format!("{shown} {minutes:+}"))
        });
        assert_eq!(shown, expected, "{text:?}");
    }

    #[test]
    fn iso_texts() {
        check("iso", "2024-02-29", "2024-02-29");
        check("iso", "2024-02-03T10:30:00Z", "2024-02-03T10:30:00 +0");
        check("iso", "2024-02-03 10:30", "2024-02-03T10:30:00");
        check("iso", "2024-02-03T10:30:00.5-05:30", "2024-02-03T10:30:00.5 -330");
        check("iso", "2024-02-03T10:30:00.123+0000", "2024-02-03T10:30:00.123 +0");
        check("iso", "2024-02-03 10:30:00+02", "2024-02-03T10:30:00 +120");
        check("iso", "2024-02-03 10:30:00.0000000", "2024-02-03T10:30:00");
        check("iso", "2024-02-03T10:30:00.123456789Z", "2024-02-03T10:30:00.123456 +0");
        for refused in [
            "",
            "2024",
            "2024-02",
            "2024-02-30",
            "2024-02-03T24:00",
            "2024-02-03T24:00:00",
            "2024-02-03T",
            "2024-02-03T10:30:00.1234567890",
            "2024-02-03T10:30:00.123456x",
            "2024-02-03Z",
            "2024-02-03T10:30:00ZZ",
            "2024-02-03T10:30:00+25",
            "20240203",
            "02/03/2024",
            "2024-02-03T10:30:00 Z",
            "2024-2-3",
        ] {
            check("iso", refused, "none");
        }
        check("iso-partial", "2024", "2024-01-01..2024-12-31");
        check("iso-partial", "2024-02", "2024-02-01..2024-02-29");
        check("iso-partial", "2024-02-03", "2024-02-03");
        check("iso-partial", "0000", "none");
        check("iso-partial", "2024-13", "none");
    }

    #[test]
    fn orders_of_day_and_month() {
        check("us", "2/3/2024", "2024-02-03");
        check("us", "02/03/2024 14:05", "2024-02-03T14:05:00");
        check("us", "2/3/2024 2:05:06 PM", "2024-02-03T14:05:06");
        check("us", "2/3/2024 12:00 am", "2024-02-03T00:00:00");
        check("us", "2/3/2024, 12:00PM", "2024-02-03T12:00:00");
        check("us", "2/3/2024 2:05:06.250 PM", "2024-02-03T14:05:06.25");
        check("eu", "3/2/2024", "2024-02-03");
        check("eu", "03.02.2024 14:05:06", "2024-02-03T14:05:06");
        check("eu", "3-2-2024", "2024-02-03");
        for refused in [
            "13/1/2024",
            "2/30/2024",
            "2/3/24",
            "2-3-2024",
            "2/3/2024 24:00",
            "2/3/2024 13:00 PM",
            "2/3/2024 0:30 AM",
            "2/3/2024 ",
            "2/3/2024 1:5",
            "2/3/02024",
            "/3/2024",
            "002/3/2024",
        ] {
            check("us", refused, "none");
        }
        check("eu", "3.2/2024", "none");
        check("eu", "1/13/2024", "none");
    }

    #[test]
    fn hl7_stamps_at_every_precision() {
        check("hl7", "2024", "2024-01-01..2024-12-31");
        check("hl7", "202402", "2024-02-01..2024-02-29");
        check("hl7", "20240203", "2024-02-03");
        check("hl7", "2024020310", "2024-02-03T10:00:00..2024-02-03T10:59:59.999999");
        check("hl7", "202402031030", "2024-02-03T10:30:00");
        check("hl7", "20240203103015", "2024-02-03T10:30:15");
        check("hl7", "20240203103015.1234-0600", "2024-02-03T10:30:15.1234 -360");
        check("hl7", "202402031030+0000", "2024-02-03T10:30:00 +0");
        for refused in [
            "20240",
            "20241301",
            "2024020324",
            "202402032400",
            "20240203103015.",
            "20240203+00:00",
            "2024-02-03",
        ] {
            check("hl7", refused, "none");
        }
    }

    #[test]
    fn names_of_months() {
        check("oracle", "03-FEB-24", "2024-02-03");
        check("oracle", "03-feb-49", "2049-02-03");
        check("oracle", "03-FEB-50", "1950-02-03");
        check("oracle", "03-FEB-2024", "2024-02-03");
        check("oracle", "03-FEB-24 02.30.00.000000000 PM", "2024-02-03T14:30:00");
        check("oracle", "03-FEB-24 14:30:00", "2024-02-03T14:30:00");
        check("oracle", "3-FEB-24", "none");
        check("oracle", "30-FEB-24", "none");
        check("oracle", "03-FEV-24", "none");
        check("sas-date", "03FEB2024", "2024-02-03");
        check("sas-date", "03FEB2024:10:30:00", "2024-02-03T10:30:00");
        check("sas-date", "03FEB24", "none");
        check("compact", "20240203", "2024-02-03");
        check("compact", "20240230", "none");
        check("compact", "2024023", "none");
    }

    #[test]
    fn counted_days_and_seconds() {
        check("excel-serial", "1", "1900-01-01");
        check("excel-serial", "59", "1900-02-28");
        check("excel-serial", "60", "none");
        check("excel-serial", "60.5", "none");
        check("excel-serial", "61", "1900-03-01");
        check("excel-serial", "45292", "2024-01-01");
        check("excel-serial", "45292.0", "2024-01-01");
        check("excel-serial", "45292.6041666667", "2024-01-01T14:30:00");
        check("excel-serial", "45292.60416666666424135", "2024-01-01T14:30:00");
        check("excel-serial", "0", "none");
        check("excel-serial", "-1", "none");
        check("excel-serial", "2958465", "9999-12-31");
        check("excel-serial", "2958466", "none");
        check("excel-serial", "2958465.999999999999", "none");
        check("excel-serial", "45292.", "none");
        check("excel-serial", "4.5292E4", "none");
        check("excel-serial-1904", "0", "1904-01-01");
        check("excel-serial-1904", "43830", "2024-01-01");
        check("epoch-s", "1700000000", "2023-11-14T22:13:20 +0");
        check("epoch-s", "-1.5", "1969-12-31T23:59:58.5 +0");
        check("epoch-ms", "1700000000123", "2023-11-14T22:13:20.123 +0");
        check("epoch-ms", "999999999999999", "none");
        check("epoch-s", "", "none");
        check("epoch-s", "-", "none");
    }

    #[test]
    fn patterns() {
        check("YYYYMMDDHHmm", "202402031030", "2024-02-03T10:30:00");
        check("DD MON YYYY", "03 Feb 2024", "2024-02-03");
        check("M-D-YY H:mm AM", "2-3-24 1:05 pm", "2024-02-03T13:05:00");
        check("MM/YYYY", "02/2024", "2024-02-01..2024-02-29");
        check("YYYY", "2024", "2024-01-01..2024-12-31");
        check("YYYY-MM-DDTHH:mm:ss", "2024-02-03T23:59:59", "2024-02-03T23:59:59");
        check("YYYY-MM-DDTHH:mm:ss", "2024-02-03T24:00:00", "none");
        check("MM/DD/YYYY", "2/3/2024", "none");
        check("M/D/YYYY", "02/03/2024", "2024-02-03");
        check("M/D/YYYY", "02/03/2024 ", "none");
    }

    #[test]
    fn patterns_that_cannot_work() {
        let check = |text: &str, pivot, problem: FormatProblem| {
            assert_eq!(DateFormat::compile(text, pivot), Err(problem), "{text:?}");
        };
        check("DD-MM-YY", None, FormatProblem::NeedsPivot);
        check("oracle", None, FormatProblem::NeedsPivot);
        check("iso", Some(0), FormatProblem::BadPivot);
        check("MDYYYY", None, FormatProblem::Ambiguous("M"));
        check("YYYY-YY", Some(1950), FormatProblem::Repeated("year"));
        check("YYYY-DD", None, FormatProblem::Without { part: "day", without: "month" });
        check("YYYY-MM HH:mm", None, FormatProblem::Without { part: "hour", without: "day" });
        check(
            "YYYY-MM-DD AM",
            None,
            FormatProblem::Without { part: "half of the day", without: "hour" },
        );
        check("yyyy-MM-DD", None, FormatProblem::UnknownToken("yyyy".to_owned()));
        check("YYYY-MM-DDThh", None, FormatProblem::UnknownToken("hh".to_owned()));
        check("isso", None, FormatProblem::Unknown { suggestion: Some("iso") });
        check("", None, FormatProblem::Unknown { suggestion: None });
        check("MM-DD", None, FormatProblem::Without { part: "month", without: "year" });
    }

    proptest! {
        #[test]
        fn no_bytes_panic(text in prop::collection::vec(any::<u8>(), 0..40)) {
            for (name, _) in NAMES {
                let format = DateFormat::compile(name, Some(1950)).expect("a name of the list");
                if let Some(moment) = format.parse(&text) {
                    assert!(moment.low <= moment.high);
                    let _ = moment.instant();
                }
            }
        }

        #[test]
        fn no_digits_panic(text in "[-+0-9./: APMFEBT]{0,24}") {
            for (name, _) in NAMES {
                let format = DateFormat::compile(name, Some(1950)).expect("a name of the list");
                let _ = format.parse(text.as_bytes()).and_then(|moment| moment.instant());
            }
        }

        #[test]
        fn no_pattern_panics(pattern in "\\PC{0,12}|([YMDHmsAON]{1,4}[-/ T]?){0,6}", text in "[-0-9/:A-Z ]{0,20}") {
            if let Ok(format) = DateFormat::compile(&pattern, Some(9900)) {
                let _ = format.parse(text.as_bytes());
            }
        }

        #[test]
        fn every_format_reads_its_own_dates(days in Date::MIN.0..=Date::MAX.0) {
            let date = Date(days);
            let (year, month, day) = date.ymd();
            for (format, text) in [
                ("iso", format!("{date}")),
                ("us", format!("{month}/{day}/{year:04}")),
                ("eu", format!("{day}.{month}.{year:04}")),
                ("hl7", format!("{year:04}{month:02}{day:02}")),
                ("YYYY/M/D", format!("{year:04}/{month}/{day}")),
            ] {
                let moment = DateFormat::compile(format, None).unwrap().parse(text.as_bytes());
                let moment = moment.expect("a date of its own format");
                assert!(moment.is_exact() && !moment.has_time);
                assert_eq!(moment.low, parse::date(date.to_string().as_bytes()).unwrap().midnight());
            }
        }
    }
}
