//! Time zones: which civil time a moment is.

use jiff::tz::TimeZone;

use crate::value::date::MICROS_PER_SECOND;
use crate::value::{Instant, Timestamp};

/// A time zone of the IANA database, or UTC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// `None` is UTC, which needs no look-up.
    rules: Option<TimeZone>,
    name: String,
}

impl Zone {
    /// UTC.
    #[must_use]
    pub fn utc() -> Self {
        Self { rules: None, name: "UTC".to_owned() }
    }

    /// The zone of that IANA name (`America/Chicago`); `None` if the database has no such zone.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        if ["UTC", "Etc/UTC", "Z"].iter().any(|utc| utc.eq_ignore_ascii_case(name)) {
            return Some(Self::utc());
        }
        let rules = TimeZone::get(name).ok()?;
        let name = rules.iana_name().unwrap_or(name).to_owned();
        Some(Self { rules: Some(rules), name })
    }

    /// Its IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The civil time that clocks of this zone show at a moment.
    #[must_use]
    #[inline]
    pub fn civil(&self, instant: Instant) -> Timestamp {
        match &self.rules {
            None => Timestamp(instant.0),
            Some(rules) => shifted(rules, instant),
        }
    }
}

fn shifted(rules: &TimeZone, instant: Instant) -> Timestamp {
    let Ok(moment) = jiff::Timestamp::from_microsecond(instant.0) else {
        return Timestamp(instant.0);
    };
    let seconds = i64::from(rules.to_offset(moment).seconds());
    Timestamp(instant.0.saturating_add(seconds * MICROS_PER_SECOND))
}

#[cfg(test)]
mod tests {
    use super::Zone;
    use crate::value::parse;

    #[track_caller]
    fn check(zone: &str, instant: &str, civil: &str) {
        let zone = Zone::named(zone).expect("a zone of the database");
        let instant = parse::instant(instant.as_bytes()).expect("an instant");
        assert_eq!(zone.civil(instant).to_string(), civil);
    }

    #[test]
    fn moments_become_civil_times() {
        check("utc", "2024-07-01T10:00:00+02:00", "2024-07-01T08:00:00");
        check("America/Chicago", "2024-03-10T07:59:59Z", "2024-03-10T01:59:59");
        check("America/Chicago", "2024-03-10T08:00:00Z", "2024-03-10T03:00:00");
        check("America/Chicago", "2024-11-03T07:00:00Z", "2024-11-03T01:00:00");
        check("Asia/Kolkata", "2023-12-31T18:30:00.5Z", "2024-01-01T00:00:00.5");
    }

    #[test]
    fn unknown_zones_are_refused() {
        for name in ["", "Mars/Olympus", "../etc/passwd", "EST5EDT4,garbage"] {
            assert_eq!(Zone::named(name), None, "{name:?}");
        }
    }
}
