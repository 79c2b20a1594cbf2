//! Identifiers in the names of files and folders, which are written otherwise than texts are.

use std::ops::Range;

use super::catalogue::DETECTORS;
use super::finder::{Finder, Hit};
use super::site::Site;
use super::tier::Tier;
use crate::value::Date;

/// An identifier in the name of a file or of a folder above it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedIdentifier {
    /// The detector or the pattern of the site that found it.
    pub detector: String,
    /// How certain it is.
    pub tier: Tier,
    /// Whether it was never given to anybody.
    pub fictional: bool,
}

/// A finder of everything in the catalogue, whatever the place, and of the patterns of the site.
#[must_use]
pub fn finder_for_names(site: &Site, as_of: Date) -> Option<Finder> {
    let own = site.patterns().iter().map(|own| own.name.as_str());
    let names: Vec<&str> = DETECTORS.iter().map(|detector| detector.name).chain(own).collect();
    site.finder(&names, as_of).ok()
}

/// What a finder finds in the names of a path, parted by `/`, but for what the site allows.
#[must_use]
pub fn in_path(finder: &Finder, path: &str) -> Vec<NamedIdentifier> {
    path.split('/').flat_map(|name| in_name(finder, name)).collect()
}

fn in_name(finder: &Finder, name: &str) -> Vec<NamedIdentifier> {
    let given = hits_in_name(finder, name, false);
    let found = hits_in_name(finder, name, true).into_iter().filter(|hit| hit.allowed.is_none());
    found
        .map(|hit| NamedIdentifier {
            detector: finder.name_of(hit.detector).to_owned(),
            tier: hit.tier,
            fictional: !given.contains(&hit),
        })
        .collect()
}

/// Where the patterns of a site find something in the name of a file or folder, allowed or not.
pub(crate) fn own_in_name(finder: &Finder, name: &str) -> Vec<Hit> {
    let mut hits = hits_in_name(finder, name, true);
    hits.retain(|hit| usize::from(hit.detector) >= DETECTORS.len());
    hits
}

/// Identifiers in the name of a file or folder; days are none, for deliveries are called by theirs, unless they are
/// labelled.
pub(crate) fn hits_in_name(finder: &Finder, name: &str, report_fictional: bool) -> Vec<Hit> {
    // An ending is no part of a number or an address, unless there is nothing but the address.
    let stem = match name.rsplit_once('.') {
        Some((stem, ending))
            if ending.len() <= 5 && !ending.starts_with(|c: char| c.is_ascii_digit()) =>
        {
            stem
        }
        _ => name,
    };
    let found = hits_of(finder, stem, report_fictional);
    if stem.contains('@') && found.is_empty() {
        return hits_of(finder, name, report_fictional);
    }
    found
}

fn hits_of(finder: &Finder, name: &str, report_fictional: bool) -> Vec<Hit> {
    let mut hits = Vec::new();
    // Words of names are kept apart by what is a letter of a word elsewhere.
    let words = name.replace('_', " ");
    finder.scan(words.as_bytes(), &finder.context(&[]), report_fictional, &mut hits);
    hits.retain(|hit| {
        let dated = DETECTORS
            .get(usize::from(hit.detector))
            .is_some_and(|detector| detector.group == "dates");
        let span = usize::try_from(hit.start).unwrap_or(0)..usize::try_from(hit.end).unwrap_or(0);
        let text = words.get(span).unwrap_or_default();
        match hit.tier {
            Tier::A => true,
            Tier::B | Tier::C => !dated && !is_day(text),
            Tier::D => {
                !dated && !is_day(text) && text.chars().filter(char::is_ascii_digit).count() >= 4
            }
        }
    });
    hits
}

/// Whether digits are a day of our time, with the time of day or without, as deliveries are called by.
pub(crate) fn is_day(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|char| char.to_digit(10)).collect();
    let only = text.chars().all(|char| char.is_ascii_digit() || "-. T:".contains(char));
    if !only || !matches!(digits.len(), 8 | 12 | 14) {
        return false;
    }
    let number = |places: Range<usize>| {
        digits.get(places).unwrap_or_default().iter().fold(0, |sum, digit| sum * 10 + digit)
    };
    let is = |year: u32, month, day| {
        let year = i32::try_from(year).unwrap_or_default();
        (1990..2100).contains(&year) && Date::from_ymd(year, month, day).is_some()
    };
    is(number(0..4), number(4..6), number(6..8))
        || (digits.len() == 8
            && (is(number(4..8), number(0..2), number(2..4))
                || is(number(4..8), number(2..4), number(0..2))))
}
