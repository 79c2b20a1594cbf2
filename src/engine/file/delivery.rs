//! The files of a delivery, held against the list of what was to come.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::delivery::{ArrivedFile, Manifest};
use crate::engine::EngineError;
use crate::engine::outcome::{Asked, empty, judge, reasons};
use crate::engine::stage::Pass;
use crate::engine::whole::Wholes;
use crate::finding::{Finding, Outcome, Place, RuleOutcome};
use crate::plan::{Delivery, DeliveryList, Plan};
use crate::rule::CheckedRule;

/// A rule about what was to be delivered.
pub(in crate::engine) fn delivered<'a>(
    (plan, pass, number): (&'a Plan, &Pass<'_>, usize),
    rule: &'a CheckedRule,
    manifest: &str,
    asked: Asked<'a, '_>,
) -> Result<RuleOutcome, EngineError> {
    let (options, ..) = asked;
    let mut outcome = empty(number, rule, Outcome::NotApplicable);
    let mut why: BTreeMap<String, u64> = BTreeMap::new();
    let mut wrong: Vec<(String, String)> = Vec::new();
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads.max(1))
        .build()
        .map_err(|_| EngineError::Threads { threads: options.threads })?;
    for list in plan.delivery.lists.iter().filter(|list| list.manifest == manifest) {
        let held = match &list.list {
            Err(reason) => {
                // Where nothing says what was to come, nothing can be said of what came.
                let files = (list.arrived.len() as u64).max(1);
                outcome.counts.records += files;
                outcome.counts.not_evaluable += files;
                *why.entry(format!("`{manifest}`: {reason}")).or_default() += files;
                continue;
            }
            Ok(said) => {
                let files = arrived(plan, pass, list, said);
                pool.install(|| said.hold(&files))
            }
        };
        let judged = held.listed + held.unlisted.len() as u64;
        outcome.counts.records += judged;
        outcome.counts.not_evaluable += held.open.len() as u64;
        for (name, what) in held.open {
            *why.entry(format!("`{name}`: {what}")).or_default() += 1;
        }
        wrong.extend(held.wrong);
        let unlisted = held.unlisted.into_iter().map(|name| (name, "it is not listed".to_owned()));
        wrong.extend(unlisted);
    }
    let counts = &mut outcome.counts;
    counts.violations = wrong.len() as u64;
    counts.passed = counts.records - counts.violations - counts.not_evaluable;
    wrong.sort();
    let mut wholes = Wholes::new((plan, number), rule, asked);
    for (name, message) in wrong {
        let file: Arc<str> = name.as_str().into();
        let place = Place { file: Some(Arc::clone(&file)), ..Place::default() };
        let finding = Finding::plain(outcome.rule, place, message);
        wholes.take_of_file(finding, Some(&[name.as_bytes()]), &mut outcome, &file)?;
    }
    wholes.finish(&mut outcome);
    outcome.not_evaluable_reasons = reasons(why);
    outcome.outcome = judge(rule, &outcome.counts);
    Ok(outcome)
}

/// The files of a folder as they arrived, with their records where the list speaks of them.
fn arrived(plan: &Plan, pass: &Pass<'_>, list: &DeliveryList, said: &Manifest) -> Vec<ArrivedFile> {
    let Delivery { files, .. } = &plan.delivery;
    let files = list.arrived.iter().filter_map(|place| files.get(*place));
    let of_file = |name: &str| {
        let number = plan.files.iter().position(|planned| planned.name == name)?;
        let read = pass.files.iter().find(|(work, _)| work.number == number);
        match read {
            Some((_, so_far)) => so_far.complete.then_some(so_far.tally.records),
            // No rule has read it.
            None => {
                let table = &plan.table_of(number)?.table;
                table.read_through(&mut |_, _| ()).ok().map(|read| table.tally.records + read)
            }
        }
    };
    files
        .map(|file| ArrivedFile {
            name: file.name.clone(),
            path: file.path.clone(),
            records: if said.counts_records() { of_file(&file.name) } else { None },
        })
        .collect()
}
