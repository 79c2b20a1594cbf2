//! Dates and times in whatever form programs write them, to tell another form from another value.

use crate::transfer::Kind;
use crate::value::Date;

/// What became of a date or a time: the same in another form, its time lost, or what a spreadsheet makes of it. A code
/// that a spreadsheet took for a date is one too.
pub(super) fn harm(sent: &str, received: &str) -> Option<Kind> {
    if !received.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let before = readings(sent);
    if before.is_empty() {
        return of_times(sent, received)
            .or_else(|| became_date(sent, received).then_some(Kind::Mangled));
    }
    let after = readings(received);
    let any = |same: &dyn Fn(&Moment, &Moment) -> bool| {
        before.iter().any(|one| after.iter().any(|other| same(one, other)))
    };
    // In one and the same form, day and month that changed places are another day.
    let shape = |text: &str| -> String {
        text.chars().map(|char| if char.is_ascii_digit() { '0' } else { char }).collect()
    };
    let alike = shape(sent) == shape(received);
    if any(&|one, other| (!alike || one.has_offset()) && one.is(other))
        || before.iter().any(|moment| moment.is_epoch(received))
    {
        return Some(Kind::Reformatted);
    }
    if any(&|one, other| one.date == other.date && one.begins(other)) {
        return Some(Kind::Truncated);
    }
    before.iter().any(|moment| moment.is_serial(received)).then_some(Kind::Mangled)
}

/// Times without a date.
fn of_times(sent: &str, received: &str) -> Option<Kind> {
    let clock = |text: &str| {
        if text.len() > 20 || !text.contains(':') { None } else { time(text) }
    };
    let ((before, zone), (after, other)) = (clock(sent)?, clock(received)?);
    if before == after && (zone == other || zone.is_none() || other.is_none()) {
        return Some(Kind::Reformatted);
    }
    (after == before / MINUTE * MINUTE || after == before / SECOND * SECOND)
        .then_some(Kind::Truncated)
}

/// Whether a code or a ratio (`MAR1`, `3/4`, `5-10`) became the day that a spreadsheet takes it for.
fn became_date(sent: &str, received: &str) -> bool {
    if sent.len() > 12 || received.len() > 40 {
        return false;
    }
    let before = days(sent);
    if before.is_empty() {
        return false;
    }
    let mut after = days(received);
    after.extend(readings(received).iter().map(|moment| day_of(moment.date)));
    let serial = number(received).filter(|_| received.len() == 5);
    let serial = serial.and_then(|days| i32::try_from(days).ok());
    after.extend(serial.map(|days| day_of(Date(days - 25_569))));
    before.iter().any(|day| after.contains(day))
}

/// The month and the day of a date.
fn day_of(date: Date) -> (i64, i64) {
    let (_, month, day) = date.ymd();
    (i64::from(month), i64::from(day))
}

/// Every way in which a text of two parts can be read as a month and a day, or the last digits of a year.
fn days(text: &str) -> Vec<(i64, i64)> {
    let text = text.trim();
    let parts = text.split_once(['-', '/', '.', ' ']).or_else(|| {
        // `MAR1`: letters, and a number behind them.
        let at = text.find(|char: char| !char.is_ascii_alphabetic())?;
        text.split_at_checked(at)
    });
    let Some((one, other)) = parts else { return Vec::new() };
    let short = |text: &str| number(text).filter(|number| text.len() <= 2 && *number > 0);
    match (month(one), short(one), month(other), short(other)) {
        (Some(month), _, _, Some(day)) | (_, Some(day), Some(month), _) => vec![(month, day)],
        (_, Some(one), _, Some(other)) => {
            let days = [(one, other), (other, one)];
            days.into_iter().filter(|(month, day)| *month <= 12 && *day <= 31).collect()
        }
        _ => Vec::new(),
    }
}

/// One reading of a text as a date, with or without a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    pub(super) date: Date,
    /// The time, in microseconds of the day; `None` where none is written.
    time: Option<i64>,
    /// Minutes from UTC, where they are written.
    offset: Option<i64>,
}

const SECOND: i64 = 1_000_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;

impl Moment {
    /// Whether both are the same moment; midnight may be left out.
    pub(super) fn is(&self, other: &Self) -> bool {
        match (self.offset, other.offset) {
            (Some(mine), Some(theirs)) => {
                let utc = |moment: &Self, offset: i64| {
                    i64::from(moment.date.0) * DAY + moment.time.unwrap_or(0) - offset * MINUTE
                };
                utc(self, mine) == utc(other, theirs)
            }
            _ => self.date == other.date && self.time.unwrap_or(0) == other.time.unwrap_or(0),
        }
    }

    /// Whether its distance from UTC is written.
    pub(super) fn has_offset(&self) -> bool {
        self.offset.is_some()
    }

    /// Whether the other says the same but for the time, or for its seconds.
    pub(super) fn begins(&self, other: &Self) -> bool {
        match (self.time, other.time) {
            (Some(_), None) => true,
            (Some(mine), Some(theirs)) => {
                theirs == mine / MINUTE * MINUTE || theirs == mine / SECOND * SECOND
            }
            _ => false,
        }
    }

    /// Whether a text is the number of seconds or milliseconds that computers count this moment by.
    fn is_epoch(&self, text: &str) -> bool {
        let unit = match text.len() {
            9 | 10 => SECOND,
            12 | 13 => SECOND / 1000,
            _ => return false,
        };
        let utc = i64::from(self.date.0) * DAY + self.time.unwrap_or(0)
            - self.offset.unwrap_or(0) * MINUTE;
        text.bytes().all(|byte| byte.is_ascii_digit())
            && text.parse::<i64>().is_ok_and(|count| count == utc / unit && utc % unit == 0)
    }

    /// Whether a text is the number that a spreadsheet keeps for this moment, of either calendar.
    pub(super) fn is_serial(&self, text: &str) -> bool {
        let (days, part) = text.split_once('.').unwrap_or((text, ""));
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if days.is_empty() || days.len() > 7 || !digits(days) || !digits(part) {
            return false;
        }
        let Ok(days) = days.parse::<i64>() else { return false };
        let date = i64::from(self.date.0);
        // Days from 1899-12-30, and from 1904-01-01, to 1970-01-01.
        let alike = [25_569, 24_107].into_iter().any(|first| days == date + first);
        let part = format!("0.{part}0").parse::<f64>().unwrap_or(0.0);
        #[expect(clippy::cast_precision_loss, reason = "microseconds of a day fit a double")]
        let time = self.time.unwrap_or(0) as f64 / DAY as f64;
        alike && (part == 0.0 || (part - time).abs() < 0.000_1)
    }
}

/// Every way in which a text can be read as a date, with or without a time; none for most texts.
pub(super) fn readings(text: &str) -> Vec<Moment> {
    let mut moments = Vec::new();
    let bytes = text.as_bytes();
    if !(6..=40).contains(&bytes.len()) || !bytes.iter().any(u8::is_ascii_digit) {
        return moments;
    }
    if let Some(moment) = compact(text) {
        return vec![moment];
    }
    let (date, rest) = split(text);
    let (time, offset) = match rest.map(time) {
        None => (None, None),
        Some(Some((time, offset))) => (Some(time), offset),
        Some(None) => return moments,
    };
    for date in dates(date) {
        let moment = Moment { date, time, offset };
        if !moments.contains(&moment) {
            moments.push(moment);
        }
    }
    moments
}

/// The day that a text says, also as the number that a spreadsheet keeps it as.
pub(super) fn day(text: &str) -> Option<Date> {
    if let Some(moment) = readings(text).first() {
        return Some(moment.date);
    }
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let digits = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let days = number(whole).filter(|_| digits && whole.len() == 5)?;
    i32::try_from(days - 25_569).ok().map(Date)
}

/// A date and a time without anything between their digits, as HL7 writes them: `20260102140500.000-0500`.
fn compact(text: &str) -> Option<Moment> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits != 12 && digits != 14 {
        return None;
    }
    let part = |range: std::ops::Range<usize>| text.get(range);
    let date = dates(part(0..8)?).first().copied()?;
    let seconds = if digits == 14 { part(12..14)? } else { "00" };
    let clock = format!("{}:{}:{seconds}{}", part(8..10)?, part(10..12)?, text.get(digits..)?);
    let (time, offset) = time(&clock)?;
    Some(Moment { date, time: Some(time), offset })
}

/// The date and what stands behind it.
fn split(text: &str) -> (&str, Option<&str>) {
    let colon = text.find(':').unwrap_or(text.len());
    let head = text.get(..colon).unwrap_or(text);
    let at = match head.rfind(['T', ' ']) {
        // A blank may also stand inside a date: `2 Jan 2026`.
        Some(at) if colon < text.len() => at,
        _ => return (text, None),
    };
    (text.get(..at).unwrap_or(text), text.get(at + 1..))
}

/// A time of day in microseconds, and minutes from UTC.
fn time(text: &str) -> Option<(i64, Option<i64>)> {
    let mut text = text.trim();
    let mut offset = None;
    if let Some(rest) = text.strip_suffix(['Z', 'z']) {
        (text, offset) = (rest, Some(0));
    } else if let Some(at) = text.rfind(['+', '-']) {
        let (clock, zone) = text.split_at_checked(at)?;
        let (sign, digits) = zone.split_at_checked(1)?;
        let digits: String = digits.chars().filter(|char| *char != ':').collect();
        let (hours, minutes) = digits.split_at_checked(2)?;
        let minutes = if minutes.is_empty() { 0 } else { number(minutes)? };
        let all = number(hours)? * 60 + minutes;
        (text, offset) = (clock, Some(if sign == "-" { -all } else { all }));
    }
    let lower = text.to_ascii_lowercase();
    let half = [("am", 0), ("pm", 12)]
        .into_iter()
        .find_map(|(word, hours)| Some((lower.strip_suffix(word)?.trim_end().to_owned(), hours)));
    let (clock, half) = match half {
        Some((clock, hours)) => (clock, Some(hours)),
        None => (lower.trim().to_owned(), None),
    };
    let mut parts = clock.split(':');
    let hour = number(parts.next()?)?;
    let minute = number(parts.next()?)?;
    let second = parts.next().unwrap_or("0");
    if parts.next().is_some() {
        return None;
    }
    let (second, part) = second.split_once('.').unwrap_or((second, ""));
    let micros = if part.is_empty() { 0 } else { number(format!("{part:0<6}").get(..6)?)? };
    let second = number(second)?;
    let hour = match half {
        Some(_) if !(1..=12).contains(&hour) => return None,
        Some(after) => hour % 12 + after,
        None => hour,
    };
    (hour < 24 && minute < 60 && second < 60)
        .then_some(((hour * 60 + minute) * MINUTE + second * SECOND + micros, offset))
}

fn number(text: &str) -> Option<i64> {
    if text.is_empty() || text.len() > 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// The number of a month by the beginning of its name.
fn month(text: &str) -> Option<i64> {
    if text.len() < 3 {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let start = lower.get(..3)?;
    let known = lower.bytes().all(|byte| byte.is_ascii_lowercase());
    let place = MONTHS.iter().position(|month| *month == start).filter(|_| known)?;
    i64::try_from(place + 1).ok()
}

/// The dates as which a text can be read.
fn dates(text: &str) -> Vec<Date> {
    let mut found = Vec::new();
    let mut push = |year: i64, month: i64, day: i64| {
        let parts = (i32::try_from(year), u32::try_from(month), u32::try_from(day));
        if let (Ok(year), Ok(month), Ok(day)) = parts
            && (1800..2200).contains(&year)
            && let Some(date) = Date::from_ymd(year, month, day)
            && !found.contains(&date)
        {
            found.push(date);
        }
    };
    let separators = ['-', '/', '.', ' ', ','];
    let parts: Vec<&str> = text.split(separators).filter(|part| !part.is_empty()).collect();
    let numbers: Vec<Option<i64>> = parts.iter().map(|part| number(part)).collect();
    // Two digits of a year are this century's or the last one's.
    let years = |text: &str, year: i64| match text.len() {
        4 => vec![year],
        2 => vec![2000 + year, 1900 + year],
        _ => Vec::new(),
    };
    match (parts.as_slice(), numbers.as_slice()) {
        ([only], [_]) if only.len() == 8 => {
            let part = |range| only.get(range).and_then(number);
            if let (Some(year), Some(month), Some(day)) = (part(0..4), part(4..6), part(6..8)) {
                push(year, month, day);
            }
        }
        ([first, _, last], [Some(one), Some(two), Some(three)]) => {
            if first.len() == 4 {
                push(*one, *two, *three);
            } else {
                for year in years(last, *three) {
                    push(year, *one, *two);
                    push(year, *two, *one);
                }
            }
        }
        ([_, name, last], [Some(day), None, Some(year)])
        | ([name, _, last], [None, Some(day), Some(year)]) => {
            if let Some(month) = month(name) {
                for year in years(last, *year) {
                    push(year, month, *day);
                }
            }
        }
        _ => {}
    }
    found
}
