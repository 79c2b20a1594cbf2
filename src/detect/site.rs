//! What a site adds to the catalogue: identifiers of its own, and values that may stand.

use std::fmt;
use std::sync::Arc;

use regex::bytes::{Regex, RegexSet};

use super::allow::{AllowList, Allowance};
use super::catalogue::{DETECTORS, UnknownDetector, named, served};
use super::finder::Finder;
use super::label::{Mask, bit};
use super::number::{left_edge, right_edge};
use super::reading::Found;
use super::tier::{Judgement, Tier};
use crate::value::Date;
use crate::value::form::Form;

/// The most patterns of a site; they share their bits with the detectors of the catalogue.
pub const MOST_PATTERNS: usize = 32;

/// An identifier that only a site has, such as its record numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SitePattern {
    /// The name that rules use and findings bear.
    pub name: String,
    /// What it finds, in words.
    pub title: String,
    /// The regular expression of it, without edges.
    pub pattern: String,
    /// Words beside it, or in the name of its column, that make it more certain.
    pub labels: Vec<String>,
    /// Words that name something else with the same shape.
    pub contrary: Vec<String>,
    /// How certain it is by itself.
    pub tier: Tier,
    /// The form whose check digit its letters and digits, or its digits, must hold.
    pub check: Option<Form>,
    /// The detector of the catalogue in whose place it is looked for.
    pub replaces: Option<String>,
}

/// The patterns of a site and the values that it allows.
#[derive(Clone, Default)]
pub struct Site {
    patterns: Option<Arc<Patterns>>,
    allowances: Arc<[Allowance]>,
}

/// Patterns, ready to search.
struct Patterns {
    known: Vec<SitePattern>,
    set: RegexSet,
    each: Vec<Regex>,
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site")
            .field("patterns", &self.patterns())
            .field("allowances", &self.allowances.len())
            .finish()
    }
}

impl PartialEq for Site {
    fn eq(&self, other: &Self) -> bool {
        self.patterns() == other.patterns() && self.allowances == other.allowances
    }
}

impl Site {
    /// A site with these patterns and allowances; those beyond [`MOST_PATTERNS`] are left out.
    ///
    /// # Errors
    /// When a pattern cannot be read.
    pub fn new(
        mut patterns: Vec<SitePattern>,
        allowances: Vec<Allowance>,
    ) -> Result<Self, regex::Error> {
        patterns.truncate(MOST_PATTERNS);
        let allowances = allowances.into();
        if patterns.is_empty() {
            return Ok(Self { patterns: None, allowances });
        }
        // The search itself looks for whole words, so that a shorter match does not hide one.
        let whole = |pattern: &SitePattern| {
            format!(r"(?-u:\b{{start-half}})(?:{})(?-u:\b{{end-half}})", pattern.pattern)
        };
        let whole: Vec<String> = patterns.iter().map(whole).collect();
        let each = whole.iter().map(|pattern| Regex::new(pattern)).collect::<Result<_, _>>()?;
        let set = RegexSet::new(&whole)?;
        Ok(Self { patterns: Some(Arc::new(Patterns { known: patterns, set, each })), allowances })
    }

    /// The same patterns, with nothing allowed.
    #[must_use]
    pub fn without_allowances(&self) -> Self {
        Self { patterns: self.patterns.clone(), allowances: Arc::default() }
    }

    /// Its patterns.
    #[must_use]
    pub fn patterns(&self) -> &[SitePattern] {
        self.patterns.as_ref().map_or(&[], |patterns| &patterns.known)
    }

    /// What it allows.
    #[must_use]
    pub fn allowances(&self) -> &[Allowance] {
        &self.allowances
    }

    /// The name of a detector by its number: one of the catalogue, or a pattern of the site.
    #[must_use]
    pub fn name_of(&self, detector: u8) -> &str {
        let number = usize::from(detector);
        match DETECTORS.get(number) {
            Some(known) => known.name,
            None => self.patterns().get(number - DETECTORS.len()).map_or("", |own| &own.name),
        }
    }

    /// The names of what is on where nothing is said: the detectors of the jurisdictions, and every pattern of the site,
    /// some in the place of detectors.
    #[must_use]
    pub fn served(&self, jurisdictions: &[&str]) -> Vec<&str> {
        let known: Vec<&str> = served(jurisdictions).map(|detector| detector.name).collect();
        let mut names = self.replaced(&known);
        names.extend(self.patterns().iter().map(|own| own.name.as_str()));
        self.in_order(&names)
    }

    /// The names of what a name switches on: a pattern of the site, or detectors with the patterns that are looked for
    /// in their place.
    ///
    /// # Errors
    /// When neither a pattern nor a detector, group or country has the name.
    pub fn named(&self, name: &str) -> Result<Vec<&str>, UnknownDetector> {
        if let Some(own) = self.patterns().iter().find(|own| own.name == name) {
            return Ok(vec![own.name.as_str()]);
        }
        let known: Vec<&str> = named(name)?.into_iter().map(|detector| detector.name).collect();
        Ok(self.in_order(&self.replaced(&known)))
    }

    /// Names of the catalogue with the patterns that take the place of some.
    fn replaced(&self, names: &[&'static str]) -> Vec<&str> {
        let mut all = Vec::new();
        for &name in names {
            let before = all.len();
            let own = self.patterns().iter().filter(|own| own.replaces.as_deref() == Some(name));
            all.extend(own.map(|own| own.name.as_str()));
            if all.len() == before {
                all.push(name);
            }
        }
        all
    }

    /// Those of these names that there are, each once, in the order of the catalogue and then of the site.
    #[must_use]
    pub fn in_order(&self, names: &[&str]) -> Vec<&str> {
        let known = DETECTORS.iter().map(|detector| detector.name);
        let own = self.patterns().iter().map(|own| own.name.as_str());
        known.chain(own).filter(|name| names.contains(name)).collect()
    }

    /// A finder of the detectors, groups, countries and patterns of these names, which on that day passes over what the
    /// site allows.
    ///
    /// # Errors
    /// When there is nothing of a name, or an allowance cannot be used.
    pub fn finder(&self, names: &[&str], as_of: Date) -> Result<Finder, UnknownDetector> {
        let mut enabled: Mask = 0;
        for name in names {
            enabled |= self.mask(name)?;
        }
        let allowed = AllowList::new(&self.allowances, as_of, |name| self.mask(name))?;
        Ok(Finder::of(enabled, self.clone(), allowed))
    }

    /// The bits of what has exactly that name, or is of that group or country.
    pub(super) fn mask(&self, name: &str) -> Result<Mask, UnknownDetector> {
        let own = (DETECTORS.len()..).zip(self.patterns()).find(|(_, own)| own.name == name);
        if let Some((index, _)) = own {
            return Ok(u8::try_from(index).map_or(0, bit));
        }
        let found = named(name)?;
        let of_name = (0_u8..)
            .zip(DETECTORS)
            .filter(|(_, known)| found.iter().any(|one| one.name == known.name));
        Ok(of_name.fold(0, |mask, (index, _)| mask | bit(index)))
    }

    /// Appends what the enabled patterns find in a text, by where it begins.
    pub(super) fn search(&self, text: &[u8], enabled: Mask, found: &mut Vec<(u8, Found)>) {
        let Some(patterns) = &self.patterns else { return };
        for number in patterns.set.matches(text) {
            let Ok(detector) = u8::try_from(DETECTORS.len() + number) else { continue };
            if enabled & bit(detector) == 0 {
                continue;
            }
            let matches = patterns.each[number].find_iter(text);
            let judged = matches.filter_map(|place| {
                judge(&patterns.known[number], text, place.start(), place.end())
            });
            found.extend(judged.map(|found| (detector, found)));
        }
        found.sort_by_key(|(detector, found)| (found.start, found.end, *detector));
    }
}

/// Judges what a pattern matches.
fn judge(pattern: &SitePattern, text: &[u8], start: usize, end: usize) -> Option<Found> {
    if start == end || !right_edge(text, end) {
        return None;
    }
    let glued = left_edge(text, start)?.glued;
    let judgement = match pattern.check {
        None => Judgement::shape(pattern.tier),
        Some(form) => {
            let of = |keep: fn(&u8) -> bool| {
                let kept: Vec<u8> = text[start..end].iter().copied().filter(keep).collect();
                form.holds(&kept)
            };
            let holds = of(u8::is_ascii_alphanumeric) || of(u8::is_ascii_digit);
            holds.then_some(Judgement::checked(pattern.tier))?
        }
    };
    Some(Found { judgement, start, end, glued })
}

#[cfg(test)]
mod tests {
    use super::{MOST_PATTERNS, Site, SitePattern};
    use crate::detect::{Context, DETECTORS, Tier};
    use crate::value::Date;
    use crate::value::form::Form;

    #[test]
    fn every_pattern_has_a_bit() {
        assert!(DETECTORS.len() + MOST_PATTERNS <= 128);
    }

    #[test]
    fn a_pattern_is_found_as_a_whole_word() {
        check("note RG-0041234 filed", "B mrn-riverside RG-0041234");
        check("RG-0041234", "B mrn-riverside RG-0041234");
        check("(RG-0041234),RG-0041235.", "B mrn-riverside RG-0041234; B mrn-riverside RG-0041235");
        for text in [
            "RG-00412345",
            "XRG-0041234",
            "RG-0041234-A",
            "RG-0041234x",
            "RG-0041234_1",
            "\u{e9}RG-0041234",
            "RG-004123",
            "rg-0041234",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn words_beside_a_pattern_speak() {
        check("Riverside no. RG-0041234", "A mrn-riverside RG-0041234");
        check("specimen RG-0041234", "C mrn-riverside RG-0041234");
        check("LAB-RG-0041234", "C mrn-riverside RG-0041234");
        // It is called what the detector is called whose place it takes.
        check("MRN: RG-0041234", "A mrn-riverside RG-0041234");
        check("badge 79927398713", "A badge 79927398713");
        check("79927398713 and 79927398710", "C badge 79927398713");
    }

    #[test]
    fn columns_speak_for_patterns() {
        let finder = site().finder(&["mrn-riverside"], Date(0)).unwrap();
        let mut hits = Vec::new();
        finder.scan(b"RG-0041234", &finder.context(&["RIVERSIDE_ID"]), false, &mut hits);
        finder.scan(b"RG-0041234", &finder.context(&["SPECIMEN"]), false, &mut hits);
        assert_eq!(hits.iter().map(|hit| hit.tier).collect::<Vec<_>>(), [Tier::A, Tier::C]);
    }

    #[test]
    fn one_span_is_one_finding_of_a_pattern_and_the_catalogue() {
        // The guess by the label is as certain and as long; the pattern is what the site says.
        let both = site().finder(&["mrn", "mrn-riverside"], Date(0)).unwrap();
        let shown = |text: &str| {
            let mut hits = Vec::new();
            both.scan(text.as_bytes(), &Context::default(), false, &mut hits);
            hits.iter().map(|hit| both.name_of(hit.detector).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(shown("MRN RG-0041234"), ["mrn-riverside"]);
        assert_eq!(shown("MRN 00418822, RG-0041234"), ["mrn", "mrn-riverside"]);
    }

    #[test]
    fn patterns_take_the_place_of_detectors() {
        let site = site();
        assert_eq!(site.named("mrn").unwrap(), ["mrn-riverside"]);
        assert_eq!(site.named("badge").unwrap(), ["badge"]);
        let group = site.named("record").unwrap();
        assert!(group.contains(&"mrn-riverside") && !group.contains(&"mrn"));
        let all = site.served(&["US"]);
        assert!(all.contains(&"us-ssn") && all.contains(&"badge") && !all.contains(&"mrn"));
        assert!(!all.contains(&"uk-nhs") && !Site::default().served(&[]).is_empty());
        assert_eq!(site.named("mrn-riversid").unwrap_err().name, "mrn-riversid");
    }

    /// Hits of patterns and of the catalogue come in the order of the text, in time in proportion to it.
    #[test]
    fn long_texts_are_merged_in_order() {
        let text = "RG-0041234 jo@clinic.org ".repeat(20_000);
        let finder = site().finder(&["default-of-nobody", "email"], Date(0));
        assert!(finder.is_err());
        let finder = site().finder(&["mrn-riverside", "email"], Date(0)).unwrap();
        let mut hits = Vec::new();
        finder.scan(text.as_bytes(), &Context::default(), false, &mut hits);
        assert_eq!(hits.len(), 40_000);
        assert!(hits.windows(2).all(|pair| pair[0].end <= pair[1].start));
    }

    /// A record number of its own shape, and badges with a check digit.
    fn site() -> Site {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let mrn = SitePattern {
            name: "mrn-riverside".to_owned(),
            title: "Record number of Riverside".to_owned(),
            pattern: "RG-[0-9]{7}".to_owned(),
            labels: words(&["riverside"]),
            contrary: words(&["specimen"]),
            tier: Tier::B,
            check: None,
            replaces: Some("mrn".to_owned()),
        };
        let badge = SitePattern {
            name: "badge".to_owned(),
            title: "Number of a badge".to_owned(),
            pattern: "[0-9]{11}".to_owned(),
            labels: words(&["badge"]),
            contrary: Vec::new(),
            tier: Tier::C,
            check: Some(Form::Luhn),
            replaces: None,
        };
        Site::new(vec![mrn, badge], Vec::new()).unwrap()
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let finder = site().finder(&["mrn-riverside", "badge"], Date(0)).unwrap();
        let mut hits = Vec::new();
        finder.scan(text.as_bytes(), &Context::default(), false, &mut hits);
        let found: Vec<String> = hits
            .iter()
            .map(|hit| {
                let span = text.get(hit.start as usize..hit.end as usize).unwrap();
                format!("{} {} {span}", hit.tier.letter(), finder.name_of(hit.detector))
            })
            .collect();
        assert_eq!(found.join("; "), expected, "in {text:?}");
    }
}
