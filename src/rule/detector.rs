//! The names that `detect` takes: the detectors of the catalogue, then their groups and countries.

use crate::detect::{DETECTORS, named as found};

/// Every name that `detect` takes: detectors first, then groups, then countries that are no groups.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let mut groups: Vec<&'static str> = Vec::new();
    for detector in DETECTORS {
        if !groups.contains(&detector.group) {
            groups.push(detector.group);
        }
    }
    for country in DETECTORS.iter().filter_map(|detector| detector.country) {
        if !groups.contains(&country) {
            groups.push(country);
        }
    }
    DETECTORS.iter().map(|detector| detector.name).chain(groups)
}

/// The detectors that a name stands for; `None` if there is no such name.
pub(crate) fn named(name: &str) -> Option<Vec<&'static str>> {
    let detectors = found(name).ok()?;
    Some(detectors.into_iter().map(|detector| detector.name).collect())
}
