//! Values that may stand where identifiers must not.

use std::fmt;
use std::sync::Arc;

use regex::bytes::Regex;

use super::catalogue::UnknownDetector;
use super::label::{Mask, bit};
use super::tier::Tier;
use crate::value::Date;

/// One exception: what may stand, why, and until when.
#[derive(Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The detector, group, country or pattern it is for; `None`: all.
    pub detector: Option<String>,
    /// What may stand.
    pub value: AllowedValue,
    /// Why it may.
    pub reason: String,
    /// The last day on which it may; `None`: no end.
    pub until: Option<Date>,
}

impl Allowance {
    /// Whether it holds no more on a day.
    #[must_use]
    pub fn is_expired(&self, as_of: Date) -> bool {
        self.until.is_some_and(|until| until < as_of)
    }
}

/// What an exception is for.
#[derive(Clone)]
pub enum AllowedValue {
    /// This very text, whatever its case, blanks and signs between letters and digits.
    Exactly(String),
    /// Whatever this pattern matches from its beginning to its end.
    Pattern(Regex),
    /// Whatever stands in the column of this header or field, `set.field` for one record set alone.
    Column(String),
}

impl PartialEq for AllowedValue {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Exactly(one), Self::Exactly(two)) | (Self::Column(one), Self::Column(two)) => {
                one == two
            }
            (Self::Pattern(one), Self::Pattern(two)) => one.as_str() == two.as_str(),
            _ => false,
        }
    }
}

impl Eq for AllowedValue {}

// A value is a person's identifier until somebody has shown that it is not.
impl fmt::Debug for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Allowance")
            .field("detector", &self.detector)
            .field("until", &self.until)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for AllowedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Exactly(_) => "Exactly(..)",
            Self::Pattern(_) => "Pattern(..)",
            Self::Column(_) => "Column(..)",
        })
    }
}

/// What an exception makes of a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowed {
    /// The exception, by its place in the list of the site, from nought.
    pub entry: u16,
    /// The tier that the hit would have without it.
    pub from: Tier,
}

/// Exceptions that hold on a day.
#[derive(Clone, Default)]
pub(super) struct AllowList {
    /// Sorted by text.
    exact: Vec<(Vec<u8>, Exception)>,
    patterns: Vec<(Regex, Exception)>,
    columns: Vec<(String, Exception)>,
}

/// The detectors that an entry is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Exception {
    entry: u16,
    detectors: Mask,
}

impl Exception {
    fn of(self, detector: u8) -> Option<u16> {
        (self.detectors & bit(detector) != 0).then_some(self.entry)
    }
}

impl fmt::Debug for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllowList").field("exact", &self.exact.len()).finish_non_exhaustive()
    }
}

impl AllowList {
    /// The exceptions that hold on that day; `mask` gives the detectors of a name.
    pub(super) fn new(
        allowances: &[Allowance],
        as_of: Date,
        mask: impl Fn(&str) -> Result<Mask, UnknownDetector>,
    ) -> Result<Self, UnknownDetector> {
        let mut list = Self::default();
        for (entry, allowance) in (0_u16..).zip(allowances) {
            if allowance.is_expired(as_of) {
                continue;
            }
            let detectors = allowance.detector.as_deref().map_or(Ok(Mask::MAX), &mask)?;
            let exception = Exception { entry, detectors };
            match &allowance.value {
                AllowedValue::Exactly(text) => {
                    list.exact.push((bare(text.as_bytes()), exception));
                }
                AllowedValue::Pattern(pattern) => list.patterns.push((pattern.clone(), exception)),
                AllowedValue::Column(name) => {
                    list.columns.push((name.to_ascii_lowercase(), exception));
                }
            }
        }
        list.exact.sort();
        Ok(list)
    }

    /// The exceptions for a column of these names.
    pub(super) fn of_column(&self, names: &[&str]) -> Option<Arc<[Exception]>> {
        let of_name = |known: &str| names.iter().any(|name| name.eq_ignore_ascii_case(known));
        let found: Arc<[Exception]> = self
            .columns
            .iter()
            .filter(|(known, _)| of_name(known))
            .map(|(_, exception)| *exception)
            .collect();
        (!found.is_empty()).then_some(found)
    }

    /// The first entry by which the value may stand in that column as far as the detector goes.
    pub(super) fn entry(
        &self,
        detector: u8,
        value: &[u8],
        column: Option<&[Exception]>,
    ) -> Option<u16> {
        let of_column = column.unwrap_or_default().iter().filter_map(|one| one.of(detector)).min();
        let of_value = if self.exact.is_empty() { None } else { self.exactly(detector, value) };
        let matching = self.patterns.iter().filter(|(pattern, exception)| {
            exception.of(detector).is_some()
                && pattern.find(value).is_some_and(|found| found.len() == value.len())
        });
        let of_pattern = matching.map(|(_, exception)| exception.entry).min();
        [of_column, of_value, of_pattern].into_iter().flatten().min()
    }

    fn exactly(&self, detector: u8, value: &[u8]) -> Option<u16> {
        let value = bare(value);
        let start = self.exact.partition_point(|(text, _)| *text < value);
        let same = self.exact[start..].iter().take_while(|(text, _)| *text == value);
        same.filter_map(|(_, exception)| exception.of(detector)).min()
    }
}

/// Letters in small, digits and whatever is beyond ASCII; all of the text if it has none of them.
fn bare(text: &[u8]) -> Vec<u8> {
    let kept = text.iter().filter(|byte| byte.is_ascii_alphanumeric() || **byte >= 0x80);
    let kept: Vec<u8> = kept.map(u8::to_ascii_lowercase).collect();
    if kept.is_empty() { text.to_vec() } else { kept }
}

#[cfg(test)]
mod tests {
    use regex::bytes::Regex;

    use super::{Allowance, Allowed, AllowedValue};
    use crate::detect::{Context, Site, Tier};
    use crate::value::Date;

    const SIX: &str = "[a-z]{6}@clinic\\.org";

    #[test]
    fn allowed_values_are_low_and_say_by_which_entry() {
        let low = (Tier::D, Some(Allowed { entry: 0, from: Tier::A }));
        let as_ever = (Tier::A, None);
        check(exactly("jo@clinic.org"), "jo@clinic.org", low);
        check(exactly("Jo@Clinic.org"), "jo@clinic.org", low);
        check(exactly("jo@clinic.org"), "al@clinic.org", as_ever);
        check(pattern(SIX), "harold@clinic.org", low);
        check(pattern(SIX), "al@clinic.org", as_ever);
        check(pattern("@clinic"), "al@clinic.org", as_ever);
        check(for_detector("phone"), "jo@clinic.org", as_ever);
        check(for_detector("contact"), "jo@clinic.org", low);
        check(until(100), "jo@clinic.org", low);
        check(until(99), "jo@clinic.org", as_ever);
    }

    #[test]
    fn numbers_are_the_same_however_they_are_grouped() {
        let low = (Tier::D, Some(Allowed { entry: 0, from: Tier::B }));
        check(exactly("617-338-0143"), "(617) 338-0143", low);
        check(exactly("(617) 338.0143"), "617 338-0143", low);
        check(exactly("617-338-0143"), "617-338-0144", (Tier::B, None));
    }

    #[test]
    fn columns_are_allowed_by_header_or_field() {
        let column =
            |name: &str| Allowance { value: AllowedValue::Column(name.to_owned()), ..until(100) };
        let low = (Tier::D, Some(Allowed { entry: 0, from: Tier::A }));
        check_column(column("contact_mail"), &["contact_mail", "Mail"], low);
        check_column(column("MAIL"), &["contact_mail", "Mail", "desks.contact_mail"], low);
        check_column(column("desks.contact_mail"), &["contact_mail", "desks.contact_mail"], low);
        check_column(column("mai"), &["contact_mail", "Mail"], (Tier::A, None));
    }

    #[test]
    fn the_first_entry_counts() {
        let allowances = vec![for_detector("phone"), pattern(".*"), exactly("jo@clinic.org")];
        let site = Site::new(Vec::new(), allowances).unwrap();
        let mut hits = Vec::new();
        let finder = site.finder(&["email"], Date(100)).unwrap();
        finder.scan(b"jo@clinic.org", &Context::default(), false, &mut hits);
        assert_eq!(hits[0].allowed.map(|allowed| allowed.entry), Some(1));
    }

    #[test]
    fn a_value_is_never_shown() {
        let shown = format!("{:?} {:?}", exactly("jo@clinic.org"), exactly("jo@clinic.org").value);
        let site = Site::new(Vec::new(), vec![exactly("jo@clinic.org"), pattern("jo@")]).unwrap();
        let finder = site.finder(&["email"], Date(100)).unwrap();
        let shown = format!("{shown} {site:?} {finder:?}");
        assert!(!shown.contains("jo@") && !shown.contains("clinic"), "{shown}");
    }

    fn exactly(text: &str) -> Allowance {
        Allowance {
            detector: None,
            value: AllowedValue::Exactly(text.to_owned()),
            reason: "a desk".to_owned(),
            until: None,
        }
    }

    fn pattern(text: &str) -> Allowance {
        let pattern = Regex::new(&format!("\\A(?:{text})\\z")).unwrap();
        Allowance { value: AllowedValue::Pattern(pattern), ..exactly("") }
    }

    fn for_detector(name: &str) -> Allowance {
        Allowance { detector: Some(name.to_owned()), ..exactly("jo@clinic.org") }
    }

    fn until(day: i32) -> Allowance {
        Allowance { until: Some(Date(day)), ..exactly("jo@clinic.org") }
    }

    #[track_caller]
    fn check(allowance: Allowance, text: &str, expected: (Tier, Option<Allowed>)) {
        check_in(allowance, text, &[], expected);
    }

    #[track_caller]
    fn check_column(allowance: Allowance, names: &[&str], expected: (Tier, Option<Allowed>)) {
        check_in(allowance, "jo@clinic.org", names, expected);
    }

    #[track_caller]
    fn check_in(
        allowance: Allowance,
        text: &str,
        names: &[&str],
        expected: (Tier, Option<Allowed>),
    ) {
        let site = Site::new(Vec::new(), vec![allowance]).unwrap();
        let finder = site.finder(&["contact"], Date(100)).unwrap();
        let mut hits = Vec::new();
        finder.scan(text.as_bytes(), &finder.context(names), false, &mut hits);
        assert_eq!((hits[0].tier, hits[0].allowed), expected);
    }
}
