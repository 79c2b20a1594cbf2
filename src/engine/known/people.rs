//! Whose identifiers the rules of a scan look for, and in which record sets.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::detect::known::WordSieve;
use crate::engine::profile::sought;
use crate::plan::Plan;
use crate::rule::{Check, Identifiers, KNOWN_PEOPLE};

/// What the rules of a scan ask of known people.
#[derive(Debug)]
pub(crate) struct People {
    /// The record sets of people that files hold.
    pub(crate) sources: BTreeSet<usize>,
    /// The record sets that are searched.
    pub(crate) searched: BTreeSet<usize>,
    /// Those of them that are searched for pseudonyms.
    pub(crate) pseudonyms: BTreeSet<usize>,
    /// The words of their names, as far as their records have been read.
    pub(crate) words: Arc<WordSieve>,
}

impl People {
    /// What the rules that can run ask; none where they ask nothing.
    pub(crate) fn of(plan: &Plan, ready: &[usize]) -> Option<Self> {
        let mut searched = BTreeSet::new();
        let mut pseudonyms = BTreeSet::new();
        for &number in ready {
            let rule = &plan.rules[number];
            let Check::Identifiers(Identifiers { known: Some(known), .. }) = &rule.check else {
                continue;
            };
            let Some((set, _)) = plan.set_of(rule) else { continue };
            searched.insert(set);
            if known.asks_for_pseudonyms() {
                pseudonyms.insert(set);
            }
        }
        for (number, _) in plan.files.iter().enumerate() {
            let kinds = sought(plan, number, ready);
            let Some(file) = plan.table_of(number).filter(|_| !kinds.is_empty()) else { continue };
            searched.insert(file.set);
            if kinds.iter().any(|kind| kind.is_pseudonym()) {
                pseudonyms.insert(file.set);
            }
        }
        if searched.is_empty() {
            return None;
        }
        // A name that somebody of the staff has too is no sign of a patient, so that all of them are gathered.
        let sets = plan.dictionary.sets.iter().enumerate();
        let sources = sets
            .filter(|(number, set)| {
                KNOWN_PEOPLE.contains(&set.name.as_str()) && plan.files_of(*number).next().is_some()
            })
            .map(|(number, _)| number)
            .collect();
        Some(Self { sources, searched, pseudonyms, words: Arc::default() })
    }

    /// Which record sets must be read before which: the one that is searched and that of the people.
    pub(crate) fn needs(&self) -> impl Iterator<Item = (usize, usize)> {
        let pairs = |searched: &usize| {
            let searched = *searched;
            self.sources.iter().map(move |source| (searched, *source)).collect::<Vec<_>>()
        };
        self.searched.iter().flat_map(pairs)
    }
}
