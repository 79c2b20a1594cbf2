//! The names that `detect` takes: detectors, groups, countries, patterns of the site, and `default`.

use std::ops::Range;

use crate::detect::{DETECTORS, Site};
use crate::rule::error::{RuleProblem, did_you_mean, listed, span};

/// The name of what is on where nothing is said.
pub(crate) const DEFAULT: &str = "default";

/// What rules can look for in a run: the catalogue, what the site adds to it, and where the run stands.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Detection {
    /// What the project file adds.
    pub site: Site,
    /// The places whose identifiers are on by default; the United States if there is none.
    pub jurisdictions: Vec<String>,
}

impl Detection {
    /// The detectors and patterns that a name stands for, by their names; `None` if there is no such name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<Vec<String>> {
        let found = if name == DEFAULT { Ok(self.default_names()) } else { self.site.named(name) };
        Some(found.ok()?.into_iter().map(str::to_owned).collect())
    }

    /// The names of what is on where nothing is said.
    #[must_use]
    pub fn default_names(&self) -> Vec<&str> {
        let places: Vec<&str> = self.jurisdictions.iter().map(String::as_str).collect();
        self.site.served(&places)
    }

    /// The problem of a name that stands for nothing.
    pub(crate) fn unknown(&self, name: &str, place: Range<usize>) -> RuleProblem {
        let own = self.site.patterns().iter().map(|own| own.name.as_str());
        let mut known: Vec<&str> = own.collect();
        names().chain([DEFAULT]).for_each(|name| known.push(name));
        let help = did_you_mean(name, known.iter().copied())
            .unwrap_or_else(|| format!("the detectors and groups are {}", listed(known)));
        RuleProblem::UnknownDetector { name: name.to_owned(), span: span(place), help: Some(help) }
    }
}

/// Every name of the catalogue: detectors first, then groups, then countries that are no groups.
pub(crate) fn names() -> impl Iterator<Item = &'static str> + use<> {
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
    single().chain(groups)
}

/// The detectors of the catalogue, by their names.
pub(crate) fn single() -> impl Iterator<Item = &'static str> {
    DETECTORS.iter().map(|detector| detector.name)
}

/// Whether a name is that of one detector.
pub(crate) fn is_one(name: &str) -> bool {
    single().any(|known| known == name)
}
