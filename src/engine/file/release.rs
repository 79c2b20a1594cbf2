//! What files of a release hold.

use crate::engine::EngineError;
use crate::engine::outcome::{Asked, empty, judge, reasons};
use crate::engine::profile;
use crate::engine::stage::Pass;
use crate::engine::whole::Wholes;
use crate::finding::{Outcome, RuleOutcome};
use crate::plan::{FileState, Plan};
use crate::rule::{CheckedRule, ReleaseCheck};

/// A rule about what files of a release hold.
pub(in crate::engine) fn released<'a>(
    (plan, pass, number): (&'a Plan, &Pass<'_>, usize),
    rule: &'a CheckedRule,
    check: &ReleaseCheck,
    asked: Asked<'a, '_>,
) -> Result<RuleOutcome, EngineError> {
    let mut outcome = empty(number, rule, Outcome::NotApplicable);
    let judged = profile::judge(plan, &pass.files, outcome.rule, rule, check);
    outcome.counts = judged.counts;
    outcome.allowed = judged.allowed.into_iter().collect();
    outcome.remarks.extend(profile::unsought(plan, check));
    let mut wholes = Wholes::new((plan, number), rule, asked);
    for finding in judged.findings {
        let of = held_in(plan, finding.place.file.as_deref());
        let column = finding.fields.first().map(|field| field.name.clone()).unwrap_or_default();
        wholes.take(finding, Some(&[of.as_bytes(), column.as_bytes()]), &mut outcome.counts)?;
    }
    wholes.finish(&mut outcome);
    outcome.not_evaluable_reasons = reasons(judged.reasons);
    outcome.outcome = judge(rule, &outcome.counts);
    Ok(outcome)
}

/// What a file holds: its record set, or the file itself where it is of none.
fn held_in<'p>(plan: &'p Plan, file: Option<&str>) -> &'p str {
    let planned = plan.files.iter().find(|planned| Some(planned.name.as_str()) == file);
    planned.map_or("", |planned| match &planned.state {
        FileState::Bound(file) => &plan.dictionary.sets[file.set].name,
        FileState::Unplaced { .. } | FileState::Refused { .. } => &planned.name,
    })
}
