//! Values that may stand where identifiers must not.

use std::fmt;

use regex::bytes::{Regex, RegexSet};

use super::DETECTORS;
use super::catalogue::{UnknownDetector, named};
use super::label::{Mask, bit};
use crate::value::Date;

/// One exception: what may stand, why, and until when.
#[derive(Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The detector, group or country it is for; `None`: all.
    pub detector: Option<String>,
    /// What may stand.
    pub value: AllowedValue,
    /// Why it may.
    pub reason: String,
    /// The last day on which it may; `None`: no end.
    pub until: Option<Date>,
}

/// What an exception is for.
#[derive(Clone, PartialEq, Eq)]
pub enum AllowedValue {
    /// This very text.
    Exactly(String),
    /// Whatever this pattern matches from its beginning to its end.
    Pattern(String),
}

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
        })
    }
}

/// An exception that cannot be used; which one it is counts from nought.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AllowError {
    /// Its detector has no such name.
    #[error(transparent)]
    Detector(#[from] UnknownDetector),
    /// Its pattern is none.
    #[error("the pattern of allowance {place} cannot be read")]
    Pattern {
        /// Its place in the list.
        place: usize,
    },
    /// It says no reason.
    #[error("allowance {place} has no reason")]
    NoReason {
        /// Its place in the list.
        place: usize,
    },
}

/// Exceptions that hold on a day.
#[derive(Clone, Default)]
pub struct AllowList {
    /// Sorted by text.
    exact: Vec<(Vec<u8>, Mask)>,
    patterns: Option<(RegexSet, Vec<Mask>)>,
    expired: Vec<usize>,
}

impl fmt::Debug for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AllowList").field("exact", &self.exact.len()).finish_non_exhaustive()
    }
}

impl AllowList {
    /// The exceptions that hold on that day.
    ///
    /// # Errors
    /// When one names no detector there is, has a pattern that cannot be read, or no reason.
    pub fn new(allowances: &[Allowance], as_of: Date) -> Result<Self, AllowError> {
        let mut list = Self::default();
        let mut patterns = Vec::new();
        let mut masks = Vec::new();
        for (place, allowance) in allowances.iter().enumerate() {
            if allowance.reason.trim().is_empty() {
                return Err(AllowError::NoReason { place });
            }
            let mask = match &allowance.detector {
                Some(name) => mask_of(name)?,
                None => Mask::MAX,
            };
            let pattern = match &allowance.value {
                AllowedValue::Exactly(_) => None,
                AllowedValue::Pattern(pattern) => {
                    let whole = format!("^(?:{pattern})$");
                    Regex::new(&whole).map_err(|_| AllowError::Pattern { place })?;
                    Some(whole)
                }
            };
            if allowance.until.is_some_and(|until| until < as_of) {
                list.expired.push(place);
                continue;
            }
            match (&allowance.value, pattern) {
                (AllowedValue::Exactly(text), _) => {
                    list.exact.push((text.clone().into_bytes(), mask));
                }
                (_, Some(pattern)) => {
                    patterns.push(pattern);
                    masks.push(mask);
                }
                (AllowedValue::Pattern(_), None) => {}
            }
        }
        list.exact.sort();
        if !patterns.is_empty() {
            let place = allowances.len();
            let set = RegexSet::new(&patterns).map_err(|_| AllowError::Pattern { place })?;
            list.patterns = Some((set, masks));
        }
        Ok(list)
    }

    /// The places, in the list they came from, of those that held no more.
    #[must_use]
    pub fn expired(&self) -> &[usize] {
        &self.expired
    }

    /// Whether the value may stand as far as the detector goes.
    pub(super) fn allows(&self, detector: u8, value: &[u8]) -> bool {
        let bit = bit(detector);
        let start = self.exact.partition_point(|(text, _)| text.as_slice() < value);
        let mut same = self.exact[start..].iter().take_while(|(text, _)| text == value);
        same.any(|(_, mask)| mask & bit != 0)
            || self.patterns.as_ref().is_some_and(|(set, masks)| {
                set.matches(value).into_iter().any(|place| masks[place] & bit != 0)
            })
    }
}

fn mask_of(name: &str) -> Result<Mask, UnknownDetector> {
    let found = named(name)?;
    let of_name =
        (0_u8..).zip(DETECTORS).filter(|(_, known)| found.iter().any(|one| one.name == known.name));
    Ok(of_name.fold(0, |mask, (index, _)| mask | bit(index)))
}

#[cfg(test)]
mod tests {
    use super::{AllowError, AllowList, Allowance, AllowedValue};
    use crate::detect::{Context, Finder, Tier};
    use crate::value::Date;

    #[test]
    fn allowed_values_are_low() {
        check(exactly("jo@clinic.org"), "jo@clinic.org", Tier::D);
        check(exactly("jo@clinic.org"), "al@clinic.org", Tier::A);
        check(pattern("[a-z]+@clinic\\.org"), "al@clinic.org", Tier::D);
        check(pattern("@clinic"), "al@clinic.org", Tier::A);
        check(
            Allowance { detector: Some("phone".to_owned()), ..exactly("jo@clinic.org") },
            "jo@clinic.org",
            Tier::A,
        );
        check(
            Allowance { detector: Some("contact".to_owned()), ..exactly("jo@clinic.org") },
            "jo@clinic.org",
            Tier::D,
        );
        check(
            Allowance { until: Some(Date(100)), ..exactly("jo@clinic.org") },
            "jo@clinic.org",
            Tier::D,
        );
        check(
            Allowance { until: Some(Date(99)), ..exactly("jo@clinic.org") },
            "jo@clinic.org",
            Tier::A,
        );
    }

    #[test]
    fn exceptions_are_judged_before_they_are_used() {
        let error = |allowance| AllowList::new(&[allowance], Date(100)).map(|_| ()).unwrap_err();
        assert_eq!(
            error(Allowance { reason: " ".to_owned(), ..exactly("x") }),
            AllowError::NoReason { place: 0 }
        );
        assert_eq!(error(pattern("(")), AllowError::Pattern { place: 0 });
        let unknown = error(Allowance { detector: Some("fone".to_owned()), ..exactly("x") });
        assert_eq!(unknown.to_string(), "unknown detector `fone`");
        let list = AllowList::new(
            &[exactly("x"), Allowance { until: Some(Date(1)), ..exactly("y") }],
            Date(100),
        )
        .unwrap();
        assert_eq!(list.expired(), [1]);
        assert!(!format!("{:?} {list:?}", exactly("jo@clinic.org")).contains("jo"));
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
        Allowance { value: AllowedValue::Pattern(text.to_owned()), ..exactly("") }
    }

    #[track_caller]
    fn check(allowance: Allowance, text: &str, expected: Tier) {
        let list = AllowList::new(&[allowance], Date(100)).unwrap();
        let finder = Finder::new(&["contact"]).unwrap().allowing(list);
        let mut hits = Vec::new();
        finder.scan(text.as_bytes(), &Context::default(), false, &mut hits);
        assert_eq!(hits[0].tier, expected);
    }
}
