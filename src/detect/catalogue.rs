//! The detectors there are.

use super::reading::Reading;
use super::{
    australia, canada, contact, date, europe, network, payment, person, place, record, secret,
    thing, uk, us, world,
};

/// A kind of identifier that can be found.
#[derive(Debug, Clone, Copy)]
pub struct Detector {
    /// The name that rules use: `us-ssn`.
    pub name: &'static str,
    /// The group that switches it on together with others: `us`.
    pub group: &'static str,
    /// The country whose identifier it is: its code (ISO 3166) in lower case, `uk` for the United Kingdom; `None`: any.
    pub country: Option<&'static str>,
    /// What it finds, in words.
    pub title: &'static str,
    /// How it is recognised and ranked, for the reference.
    pub doc: &'static str,
    /// Words beside the identifier, or in the name of its column, that make it more certain.
    pub labels: &'static [&'static str],
    /// Words that name something else with the same shape.
    pub contrary: &'static [&'static str],
    /// Texts with a fictional or published sample in brackets, which is found with tier B or better.
    pub found: &'static [&'static str],
    /// Texts that come close and hold nothing of tier B or better.
    pub passed: &'static [&'static str],
    /// How it reads a text.
    pub(super) readings: &'static [Reading],
}

impl Detector {
    /// Whether it looks for identifiers that the jurisdiction issues, or for those that no country issues: `US-MA`
    /// has those of the United States.
    #[must_use]
    pub fn serves(&self, jurisdiction: &str) -> bool {
        let country = jurisdiction.split('-').next().unwrap_or_default();
        let country = if country.eq_ignore_ascii_case("gb") { "uk" } else { country };
        self.country.is_none_or(|own| own.eq_ignore_ascii_case(country))
    }

    /// The country whose identifiers it looks for, as jurisdictions are called.
    pub(crate) fn jurisdiction(&self) -> Option<&'static str> {
        self.country.map(|country| if country == "uk" { "gb" } else { country })
    }

    /// Whether words that name other numbers (order, lot, accession) speak against it.
    pub(super) fn is_a_number(&self) -> bool {
        !matches!(self.group, "dates" | "person" | "place" | "secret" | "thing" | "record")
    }
}

/// The detectors that are on where nothing is said: those of no country, and those of the jurisdictions; without
/// any, those of the United States.
pub fn served(jurisdictions: &[&str]) -> impl Iterator<Item = &'static Detector> {
    let of_home = if jurisdictions.is_empty() { &["US"] } else { jurisdictions };
    let names: Vec<String> = of_home.iter().map(|&name| name.to_owned()).collect();
    DETECTORS.iter().filter(move |detector| names.iter().any(|name| detector.serves(name)))
}

/// Every detector; [`super::Hit::detector`] is an index into this list.
///
/// Where two readings of a span are equally certain and equally long, the earlier one here is found.
pub const DETECTORS: &[Detector] = &[
    us::ITIN,
    us::HICN,
    us::SSN,
    us::NPI,
    us::MBI,
    us::DEA,
    us::CLIA,
    us::ABA,
    uk::NHS,
    uk::CHI,
    uk::NINO,
    uk::POSTCODE,
    canada::SIN,
    canada::BC_HEALTH,
    canada::ON_HEALTH,
    canada::QC_HEALTH,
    canada::POSTAL,
    australia::MEDICARE,
    australia::TFN,
    australia::IHI,
    europe::DE_KVNR,
    europe::DE_RVNR,
    europe::DE_TAX_ID,
    europe::ES_NIF,
    europe::ES_NIE,
    europe::IT_FISCAL_CODE,
    europe::FR_NIR,
    europe::PL_PESEL,
    europe::SE_PERSONNUMMER,
    europe::FI_HETU,
    europe::NL_BSN,
    europe::IE_PPS,
    europe::PT_NIF,
    world::IN_AADHAAR,
    world::IN_ABHA,
    world::ZA_ID,
    world::KR_RRN,
    world::SG_NRIC,
    world::TR_ID,
    world::TH_ID,
    record::MRN,
    record::PLAN_MEMBER,
    record::ACCOUNT,
    record::CLAIM,
    record::PRESCRIPTION,
    record::AUTHORIZATION,
    record::ENCOUNTER,
    record::DRIVER_LICENSE,
    thing::PLATE,
    record::LICENSE,
    record::PASSPORT,
    contact::EMAIL,
    contact::PHONE,
    payment::CARD,
    payment::IBAN,
    network::IP,
    network::MAC,
    network::URL,
    date::BIRTH_DATE,
    date::DATE,
    date::AGE,
    place::ADDRESS,
    place::ZIP,
    person::NAME,
    thing::VIN,
    thing::UDI,
    thing::SERIAL,
    secret::PASSWORD,
    secret::ACCESS_TOKEN,
    secret::PRIVATE_KEY,
];

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

/// A name that no detector, group or country has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown detector `{name}`")]
pub struct UnknownDetector {
    /// The name as it is written.
    pub name: String,
    /// The closest name of a detector, group or country, if one is close.
    pub suggestion: Option<&'static str>,
}

/// The detectors of that name: one, or all of a group or country, in the order of the catalogue.
///
/// # Errors
/// When neither a detector nor a group nor a country has the name.
pub fn named(name: &str) -> Result<Vec<&'static Detector>, UnknownDetector> {
    let found: Vec<_> =
        DETECTORS.iter().filter(|detector| names(detector).contains(&name)).collect();
    if found.is_empty() {
        return Err(UnknownDetector { name: name.to_owned(), suggestion: closest(name) });
    }
    Ok(found)
}

/// What switches the detector on.
fn names(detector: &'static Detector) -> [&'static str; 3] {
    [detector.name, detector.group, detector.country.unwrap_or(detector.group)]
}

fn closest(name: &str) -> Option<&'static str> {
    let lower = name.to_ascii_lowercase();
    DETECTORS
        .iter()
        .flat_map(names)
        .map(|known| (strsim::damerau_levenshtein(&lower, known), known))
        .filter(|(distance, known)| *distance <= known.len().div_ceil(3))
        // Two letters of a country are close to anything short.
        .filter(|(distance, known)| known.len() > 2 || *distance == 0)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{DETECTORS, named, served};
    use crate::detect::{Context, Finder, Hit, Tier};

    #[test]
    fn every_detector_is_documented_and_named_once() {
        let mut names = BTreeSet::new();
        assert!(DETECTORS.len() <= 128, "one bit each");
        for detector in DETECTORS {
            assert!(names.insert(detector.name) && !detector.title.is_empty(), "{detector:?}");
            assert!(!detector.doc.is_empty() && !detector.labels.is_empty(), "{detector:?}");
            assert!(!detector.found.is_empty() && detector.passed.len() > 1, "{detector:?}");
            for word in detector.labels.iter().chain(detector.contrary) {
                assert!(word.split(' ').count() <= 2, "{word}: at most two words");
                assert!(
                    word.chars().all(|c| c == ' '
                        || c.is_alphabetic() && !c.is_uppercase()
                        || !c.is_ascii()),
                    "{word}"
                );
                assert!(word.len() <= 64, "{word}");
            }
        }
        for detector in DETECTORS {
            assert!(!names.contains(detector.group), "{} is a detector", detector.group);
        }
    }

    #[test]
    fn vectors_are_found() {
        for detector in DETECTORS {
            for vector in detector.found {
                let (before, rest) = vector.split_once('[').unwrap();
                let (value, after) = rest.rsplit_once(']').unwrap();
                let text = format!("{before}{value}{after}");
                let hits = hits(detector.name, &text);
                let [hit] = hits[..] else { panic!("{}: {text:?} has {hits:?}", detector.name) };
                let span = (hit.start as usize, hit.end as usize);
                assert_eq!(
                    span,
                    (before.len(), before.len() + value.len()),
                    "{} in {text:?}",
                    detector.name
                );
            }
        }
    }

    #[test]
    fn near_misses_are_passed() {
        for detector in DETECTORS {
            for text in detector.passed {
                let hits = hits(detector.name, text);
                assert!(hits.is_empty(), "{}: {text:?} has {hits:?}", detector.name);
            }
        }
    }

    /// What the detector finds of tier B and better, fictional values judged like real ones.
    fn hits(name: &str, text: &str) -> Vec<Hit> {
        let mut hits = Vec::new();
        let finder = Finder::new(&[name]).unwrap();
        finder.scan(text.as_bytes(), &Context::default(), true, &mut hits);
        hits.retain(|hit| hit.tier <= Tier::B);
        hits
    }

    #[test]
    fn groups_countries_and_names() {
        check("contact", &["email", "phone"]);
        check("card", &["card"]);
        check("de", &["de-kvnr", "de-rvnr", "de-tax-id"]);
        check("australia", &[]);
        check("au", &["au-medicare", "au-tfn", "au-ihi"]);
        assert!(named("us").unwrap().iter().all(|detector| detector.country == Some("us")));
        check_unknown("us-snn", Some("us-ssn"));
        check_unknown("Email", Some("email"));
        check_unknown("fingerprints", None);
    }

    #[test]
    fn countries_are_served_when_they_are_named() {
        let names = |jurisdictions: &[&str]| -> Vec<&str> {
            served(jurisdictions).map(|detector| detector.name).collect()
        };
        assert!(names(&[]).contains(&"us-ssn") && names(&[]).contains(&"email"));
        assert!(!names(&[]).contains(&"uk-nhs") && !names(&["US-MA"]).contains(&"pl-pesel"));
        assert!(names(&["GB-SCT"]).contains(&"uk-chi") && !names(&["GB"]).contains(&"us-ssn"));
        assert!(
            names(&["US", "CA"]).contains(&"ca-sin") && names(&["US", "CA"]).contains(&"us-ssn")
        );
    }

    #[track_caller]
    fn check(name: &str, expected: &[&str]) {
        let names: Vec<_> = named(name)
            .map(|found| found.iter().map(|detector| detector.name).collect())
            .unwrap_or_default();
        assert_eq!(names, expected);
    }

    #[track_caller]
    fn check_unknown(name: &str, suggestion: Option<&'static str>) {
        let unknown = named(name).map(|found| found.len()).unwrap_err();
        assert_eq!((unknown.name.as_str(), unknown.suggestion), (name, suggestion));
    }
}
