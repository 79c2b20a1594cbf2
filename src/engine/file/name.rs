//! Names of files and folders that hold identifiers.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::detect::NamedIdentifier;
use crate::engine::EngineError;
use crate::engine::outcome::{Asked, empty, judge};
use crate::engine::whole::Wholes;
use crate::finding::{Finding, Outcome, Place, RuleOutcome};
use crate::plan::Plan;
use crate::rule::{CheckedRule, Identifiers};

/// A rule about what files are called, read or not.
pub(in crate::engine) fn names<'a>(
    (plan, number): (&'a Plan, usize),
    rule: &'a CheckedRule,
    looked_for: &Identifiers,
    asked: Asked<'a, '_>,
) -> Result<RuleOutcome, EngineError> {
    let mut wholes = Wholes::new((plan, number), rule, asked);
    let mut outcome = empty(number, rule, Outcome::NotApplicable);
    let counts = |held: &&NamedIdentifier| {
        held.tier <= looked_for.min_tier
            && (rule.report_fictional || !held.fictional)
            && looked_for.detect.contains(&held.detector)
    };
    let read = plan.files.iter().map(|file| file.name.as_str());
    let paths: BTreeSet<&str> =
        read.chain(plan.problems.iter().map(|(name, _)| name.as_str())).collect();
    for path in paths {
        outcome.counts.records += 1;
        let held = plan.named.get(path).into_iter().flatten();
        let detectors: BTreeSet<&str> =
            held.filter(counts).map(|held| held.detector.as_str()).collect();
        if detectors.is_empty() {
            outcome.counts.passed += 1;
            continue;
        }
        outcome.counts.violations += 1;
        let detectors: Vec<&str> = detectors.into_iter().collect();
        let message = format!(
            "the name of the file or of a folder above it holds what looks like an identifier ({})",
            detectors.join(", ")
        );
        let file: Arc<str> = path.into();
        let place = Place { file: Some(Arc::clone(&file)), ..Place::default() };
        let finding = Finding::plain(outcome.rule, place, message);
        // What is hidden of the name would name it.
        wholes.take_of_file(finding, None, &mut outcome, &file)?;
    }
    wholes.finish(&mut outcome);
    outcome.outcome = judge(rule, &outcome.counts);
    Ok(outcome)
}
