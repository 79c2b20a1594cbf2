//! Waivers bound to the rules of a plan.

use std::collections::BTreeSet;

use crate::expr::typed::Expr;
use crate::plan::Plan;
use crate::plan::recognise::glob;
use crate::rule::{Waiver, WaiverTerm};
use crate::value::Date;

/// A waiver that is in force for a rule of the plan.
#[derive(Debug, Clone)]
pub struct PlannedWaiver {
    /// Its place in the file of waivers, from nought.
    pub number: u16,
    /// The rule, by its number in the plan.
    pub rule: usize,
    /// The condition that holds for the records it excuses.
    pub condition: Option<Expr>,
    /// The fingerprints of the records it excuses; empty: of every record.
    pub records: BTreeSet<u128>,
    files: Vec<String>,
}

impl PlannedWaiver {
    /// Whether it excuses violations in this file; one that names no file excuses those that lie in none too.
    #[must_use]
    pub fn covers(&self, file: Option<&str>) -> bool {
        self.files.is_empty()
            || file.is_some_and(|file| self.files.iter().any(|pattern| glob(pattern, file)))
    }
}

impl Plan {
    /// Lets waivers excuse violations, as far as they hold on that day.
    pub fn waive(&mut self, waivers: &[Waiver], as_of: Date) {
        for (number, waiver) in (0_u16..).zip(waivers) {
            if !matches!(waiver.term(as_of), WaiverTerm::InForce { .. }) {
                continue;
            }
            for (rule, checked) in self.rules.iter().enumerate() {
                if waiver.is_about(&checked.pack, &checked.id.text) {
                    self.waivers.push(PlannedWaiver {
                        number,
                        rule,
                        condition: waiver.scope.condition.as_ref().map(|(_, expr)| expr.clone()),
                        records: waiver.scope.records.iter().copied().collect(),
                        files: waiver.scope.files.clone(),
                    });
                }
            }
        }
    }

    /// The waivers in force for a rule, in the order of their file.
    pub fn waivers_of(&self, rule: usize) -> impl Iterator<Item = &PlannedWaiver> {
        self.waivers.iter().filter(move |waiver| waiver.rule == rule)
    }
}
