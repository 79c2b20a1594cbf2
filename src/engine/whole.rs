//! Findings that are no records: groups, columns and cells, each held against what excuses it.

use std::sync::Arc;

use crate::engine::excuse::{Excuses, Shown, Sightings, WaivedCounts, Watch, tally};
use crate::engine::outcome::{Asked, of_file, stream};
use crate::engine::{EngineError, Hooks, ScanOptions};
use crate::finding::{Counts, Finding, KeyedHash, Known, RuleOutcome, fingerprint_text};
use crate::plan::Plan;
use crate::rule::CheckedRule;

/// The findings of a rule that are no records: each streamed, and shown where there is room.
pub(crate) struct Wholes<'w, 'h> {
    plan: &'w Plan,
    number: usize,
    rule: &'w CheckedRule,
    hooks: &'w Hooks<'h>,
    keyed: &'w KeyedHash,
    /// What excuses them in the file at hand.
    excuses: Option<(Option<Arc<str>>, Excuses)>,
    shown: Shown,
    waived: WaivedCounts,
    watch: Watch,
    options: &'w ScanOptions,
    /// Findings that nothing names.
    nameless: u64,
}

impl<'w, 'h> Wholes<'w, 'h> {
    /// None yet.
    pub(crate) fn new(
        (plan, number): (&'w Plan, usize),
        rule: &'w CheckedRule,
        asked: Asked<'w, 'h>,
    ) -> Self {
        let (options, hooks, keyed) = asked;
        Self {
            plan,
            number,
            rule,
            hooks,
            keyed,
            excuses: None,
            shown: Shown::new(options.examples),
            waived: WaivedCounts::new(),
            watch: Watch::of(options, hooks),
            options,
            nameless: 0,
        }
    }

    /// Whether nothing depends on further findings.
    pub(crate) fn is_settled(&self) -> bool {
        self.shown.is_full()
            && self.watch.is_idle()
            && self.plan.waivers_of(self.number).next().is_none()
    }

    /// Takes a finding, and counts it where it is excused. What names it, where something does, makes its fingerprint.
    ///
    /// # Errors
    /// Whatever keeps it from being streamed.
    pub(crate) fn take(
        &mut self,
        mut finding: Finding,
        named: Option<&[&[u8]]>,
        counts: &mut Counts,
    ) -> Result<(), EngineError> {
        let (id, set) = (&self.rule.id.text, &self.rule.record_set);
        let identity = named.and_then(|named| self.keyed.identity_of_whole(id, set, named));
        let file = &finding.place.file;
        if self.excuses.as_ref().is_none_or(|(of, _)| of != file) {
            let excuses = Excuses::of_whole(self.plan, self.number, file.as_deref(), &self.watch);
            self.excuses = Some((file.clone(), excuses));
        }
        if let Some((_, excuses)) = &self.excuses {
            let told = excuses.tell_whole(identity);
            finding.standing = told.standing;
            let mut sightings = Sightings::default();
            sightings.note(&told, &self.watch);
            self.nameless += sightings.nameless;
            sightings
                .settle(self.number, self.options.baseline.as_deref(), self.hooks.register)
                .map_err(|error| self.options.spill_error(&error))?;
        }
        finding.fingerprint = identity.map(fingerprint_text);
        tally(finding.standing, counts, &mut self.waived);
        stream(self.hooks, &finding)?;
        self.shown.take(finding);
        Ok(())
    }

    /// Takes the one finding about a file, as [`Wholes::take`] does, and counts it for that file.
    ///
    /// # Errors
    /// Whatever keeps it from being streamed.
    pub(crate) fn take_of_file(
        &mut self,
        finding: Finding,
        named: Option<&[&[u8]]>,
        outcome: &mut RuleOutcome,
        file: &Arc<str>,
    ) -> Result<(), EngineError> {
        let mut of_this = Counts { violations: 1, ..Counts::default() };
        self.take(finding, named, &mut of_this)?;
        outcome.counts.waived += of_this.waived;
        outcome.counts.baselined += of_this.baselined;
        outcome.by_file.push(of_file(file, &of_this));
        Ok(())
    }

    /// Hands over what is shown, and how many each waiver excuses.
    pub(crate) fn finish(self, outcome: &mut RuleOutcome) {
        outcome.findings = self.shown.finish();
        outcome.waived = self.waived.into_iter().collect();
        outcome.known = Some(Known { nameless: self.nameless, ..Known::default() });
    }
}
