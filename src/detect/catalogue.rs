//! The detectors there are.

use super::{contact, network, payment, us};

/// A kind of identifier that can be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detector {
    /// The name that rules use: `us-ssn`.
    pub name: &'static str,
    /// The group that switches it on together with others: `us`.
    pub group: &'static str,
    /// What it finds, in words.
    pub title: &'static str,
    /// How it is recognised and ranked, for the reference.
    pub doc: &'static str,
    /// Words beside the identifier, or in the name of its column, that make it more certain.
    pub labels: &'static [&'static str],
    /// Words that name something else with the same shape.
    pub contrary: &'static [&'static str],
}

/// Every detector; [`super::Hit::detector`] is an index into this list.
pub const DETECTORS: &[Detector] = &[
    us::SSN,
    us::NPI,
    us::MBI,
    contact::EMAIL,
    contact::PHONE,
    payment::CARD,
    network::IP,
    network::URL,
];

/// Indexes into [`DETECTORS`].
pub(super) mod index {
    pub(in super::super) const SSN: u8 = 0;
    pub(in super::super) const NPI: u8 = 1;
    pub(in super::super) const MBI: u8 = 2;
    pub(in super::super) const EMAIL: u8 = 3;
    pub(in super::super) const PHONE: u8 = 4;
    pub(in super::super) const CARD: u8 = 5;
    pub(in super::super) const IP: u8 = 6;
    pub(in super::super) const URL: u8 = 7;
}

/// Words that name something other than a person's identifier, whatever the detector.
pub(super) const OTHER_NUMBERS: &[&str] = &[
    "tracking",
    "order",
    "orders",
    "invoice",
    "accession",
    "lot",
    "batch",
    "ndc",
    "cpt",
    "hcpcs",
    "icd",
    "loinc",
    "snomed",
    "device",
    "serial",
    "model",
    "sku",
    "udi",
    "quantity",
    "qty",
    "specimen",
    "barcode",
];

/// A name that neither a detector nor a group has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown detector `{name}`")]
pub struct UnknownDetector {
    /// The name as it is written.
    pub name: String,
    /// The closest name of a detector or group, if one is close.
    pub suggestion: Option<&'static str>,
}

/// The detectors of that name: one, or all of a group, in the order of the catalogue.
///
/// # Errors
/// When neither a detector nor a group has the name.
pub fn named(name: &str) -> Result<Vec<&'static Detector>, UnknownDetector> {
    let found: Vec<_> = DETECTORS.iter().filter(|d| d.name == name || d.group == name).collect();
    if found.is_empty() {
        return Err(UnknownDetector { name: name.to_owned(), suggestion: closest(name) });
    }
    Ok(found)
}

fn closest(name: &str) -> Option<&'static str> {
    DETECTORS
        .iter()
        .flat_map(|detector| [detector.name, detector.group])
        .map(|known| (strsim::damerau_levenshtein(&name.to_ascii_lowercase(), known), known))
        .filter(|(distance, known)| *distance <= known.len().div_ceil(3))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{DETECTORS, UnknownDetector, index, named};

    #[test]
    fn indexes_are_those_of_the_list() {
        for (number, name) in [
            (index::SSN, "us-ssn"),
            (index::NPI, "us-npi"),
            (index::MBI, "us-mbi"),
            (index::EMAIL, "email"),
            (index::PHONE, "phone"),
            (index::CARD, "card"),
            (index::IP, "ip"),
            (index::URL, "url"),
        ] {
            assert_eq!(DETECTORS[usize::from(number)].name, name);
        }
    }

    #[test]
    fn every_detector_is_documented_and_named_once() {
        let mut names = BTreeSet::new();
        for detector in DETECTORS {
            assert!(names.insert(detector.name) && !detector.title.is_empty(), "{detector:?}");
            assert!(!detector.doc.is_empty() && !detector.labels.is_empty(), "{detector:?}");
            for word in detector.labels.iter().chain(detector.contrary) {
                assert!(word.split(' ').count() <= 2, "{word}: at most two words");
                assert!(word.bytes().all(|b| b.is_ascii_lowercase() || b == b' '), "{word}");
            }
        }
        for detector in DETECTORS {
            assert!(!names.contains(detector.group), "{} is a detector", detector.group);
        }
    }

    #[test]
    fn groups_and_names() {
        check("us", &["us-ssn", "us-npi", "us-mbi"]);
        check("contact", &["email", "phone"]);
        check("card", &["card"]);
        check_unknown("us-snn", Some("us-ssn"));
        check_unknown("Email", Some("email"));
        check_unknown("fingerprints", None);
    }

    #[track_caller]
    fn check(name: &str, expected: &[&str]) {
        let names: Vec<_> = named(name).unwrap().iter().map(|detector| detector.name).collect();
        assert_eq!(names, expected);
    }

    #[track_caller]
    fn check_unknown(name: &str, suggestion: Option<&'static str>) {
        assert_eq!(named(name), Err(UnknownDetector { name: name.to_owned(), suggestion }));
    }
}
