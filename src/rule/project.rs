//! The rules that the project file makes, as a pack of their own: on classes of people, and on what a purpose needs.

use std::ops::Range;

use crate::rule::checked::Pack;
use crate::rule::config::ProjectFile;
use crate::rule::dictionary::Dictionary;

/// The pack of rules that the project file makes.
pub(crate) const PACK: &str = "project";

/// Adds the rules that the project file makes. They take the place of shipped rules of the same id.
pub(crate) fn add_project_rules(
    project: &ProjectFile,
    dictionary: &Dictionary,
    packs: &mut Vec<Pack>,
) {
    // What is wrong with them was told with the rest of the project file.
    let mut rules = project.class_rules(dictionary, &mut Vec::new());
    rules.extend(project.need_rule());
    if rules.is_empty() {
        return;
    }
    for pack in packs.iter_mut() {
        pack.rules.retain(|shipped| rules.iter().all(|rule| rule.id != shipped.id));
    }
    packs.push(Pack {
        name: PACK.to_owned(),
        title: "What the project file declares".to_owned(),
        version: project.digest.chars().take(12).collect(),
        jurisdiction: None,
        facility: None,
        digest: project.digest.clone(),
        params: Vec::new(),
        not_checkable: Vec::new(),
        rules,
    });
}

/// The line at which a stretch of a text begins, from 1.
pub(crate) fn line(text: &str, place: &Range<usize>) -> u64 {
    let before = text.as_bytes().iter().take(place.start).filter(|byte| **byte == b'\n');
    before.count() as u64 + 1
}
