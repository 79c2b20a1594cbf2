//! What became of each file of an export.

use crate::detect::Tier;
use crate::engine::drive::FileSoFar;
use crate::engine::stage::Pass;
use crate::finding::{Claimed, InputFate, InputOutcome, Masked, header_text};
use crate::plan::{BoundFile, FileState, Plan};
use crate::rule::ClaimedBy;
use crate::source::{Issue, IssueClass, IssueCode, IssueLog, Tally};
use crate::value::FieldType;

/// A file as far as it was read.
fn so_far<'p>(pass: &'p Pass<'_>, number: usize) -> Option<&'p FileSoFar> {
    pass.files.iter().find(|(work, _)| work.number == number).map(|(_, so_far)| so_far)
}

/// What became of each input.
pub(super) fn outcomes(plan: &Plan, pass: &Pass<'_>) -> Vec<InputOutcome> {
    let mut outcomes: Vec<InputOutcome> = plan
        .files
        .iter()
        .enumerate()
        .map(|(number, planned)| match &planned.state {
            FileState::Refused { issues, tally, record_set, columns } => InputOutcome {
                path: planned.name.clone(),
                fate: if record_set.is_none()
                    && issues.by_code.keys().any(|code| code.0 == "read/header-not-found")
                {
                    InputFate::Unrecognised
                } else {
                    InputFate::Refused
                },
                record_set: record_set.clone(),
                layout: None,
                format: "csv".to_owned(),
                bytes: planned.bytes,
                blake3: None,
                dialect: Vec::new(),
                bound: Vec::new(),
                unbound: Vec::new(),
                tally: *tally,
                issues: issues.clone(),
                columns: columns.iter().map(|_| String::new()).collect(),
                overflows: 0,
                claim: None,
                looked_at: false,
            },
            FileState::Bound(file) => {
                bound_input(plan, planned.name.clone(), planned.bytes, file, so_far(pass, number))
            }
            FileState::Unplaced { file, record_set } => {
                let so_far = so_far(pass, number);
                let looked_at = so_far.is_some_and(|so_far| so_far.complete);
                let mut read = bound_input(plan, planned.name.clone(), planned.bytes, file, so_far);
                if looked_at {
                    // It was read; what is left of the refusal is that no record of it was judged.
                    for log in read.issues.by_code.values_mut() {
                        log.class = log.class.min(IssueClass::Kept);
                        log.first.iter_mut().for_each(|issue| issue.class = log.class);
                    }
                }
                let unknown = record_set.is_none()
                    && read.issues.by_code.keys().any(|code| code.0 == "read/header-not-found");
                InputOutcome {
                    fate: if unknown || looked_at {
                        InputFate::Unrecognised
                    } else {
                        InputFate::Refused
                    },
                    record_set: record_set.clone().filter(|_| !looked_at),
                    layout: None,
                    unbound: Vec::new(),
                    dialect: if looked_at { read.dialect } else { Vec::new() },
                    columns: read.columns.iter().map(|_| String::new()).collect(),
                    looked_at,
                    ..read
                }
            }
        })
        .collect();
    for (outcome, planned) in outcomes.iter_mut().zip(&plan.files) {
        let claim = &planned.claim;
        outcome.claim = claim.kind.map(|kind| Claimed {
            kind,
            by: claim.by,
            purpose: claim.purpose.as_ref().map(|purpose| {
                if plan.release.settings.declares(purpose) {
                    Masked::declared(purpose)
                } else {
                    Masked::value(purpose.as_bytes(), FieldType::Code)
                }
            }),
        });
        claim.issues.iter().for_each(|issue| outcome.issues.add(issue.clone()));
    }
    let of_run = plan.release.of_run.map(|kind| (kind, ClaimedBy::Run));
    let of_project = plan.release.settings.kind.map(|kind| (kind, ClaimedBy::Project));
    let of_all = of_run.or(of_project).map(|(kind, by)| Claimed { kind, by, purpose: None });
    for (path, issue) in &plan.problems {
        let mut issues = IssueLog::default();
        issues.add(issue.clone());
        outcomes.push(InputOutcome {
            path: path.clone(),
            fate: if issue.class >= IssueClass::Skipped {
                InputFate::Refused
            } else {
                InputFate::Unrecognised
            },
            record_set: None,
            layout: None,
            format: "unknown".to_owned(),
            bytes: 0,
            blake3: None,
            dialect: Vec::new(),
            bound: Vec::new(),
            unbound: Vec::new(),
            tally: Tally::default(),
            issues,
            columns: Vec::new(),
            overflows: 0,
            claim: of_all.clone(),
            looked_at: false,
        });
    }
    for outcome in &mut outcomes {
        let held = plan.named.get(&outcome.path).into_iter().flatten();
        if let Some(sure) = held.into_iter().find(|held| held.tier <= Tier::B) {
            outcome.issues.add(named(&sure.detector));
        }
    }
    outcomes.sort_by(|a, b| a.path.cmp(&b.path));
    outcomes
}

/// What a path that holds an identifier costs: names travel further than what files hold.
fn named(detector: &str) -> Issue {
    let detail = format!(
        "the file's name or folder holds what looks like an identifier ({detector}); rename it"
    );
    Issue::of_file(IssueCode("read/identifier-in-name"), IssueClass::Kept, detail)
}

fn bound_input(
    plan: &Plan,
    path: String,
    bytes: u64,
    file: &BoundFile,
    so_far: Option<&FileSoFar>,
) -> InputOutcome {
    let set = &plan.dictionary.sets[file.set];
    let names: Vec<String> = file.table.header.names.iter().map(|name| header_text(name)).collect();
    let tally = so_far.map_or(file.table.tally, |so_far| so_far.tally);
    let issues = so_far.map_or_else(|| file.table.issues.clone(), |so_far| so_far.issues.clone());
    let complete = so_far.is_some_and(|so_far| so_far.complete);
    let over = issues
        .by_code
        .values()
        .any(|count| count.class >= IssueClass::Skipped && tally.skipped == 0);
    InputOutcome {
        path,
        fate: if complete && tally.skipped <= file.max_skipped && !over {
            InputFate::Read
        } else {
            InputFate::Incomplete
        },
        record_set: Some(set.name.clone()),
        layout: Some(file.layout.clone()),
        format: "csv".to_owned(),
        bytes,
        blake3: so_far.and_then(|so_far| so_far.digest).map(|digest| digest.to_hex().to_string()),
        dialect: file.table.describe(),
        bound: set
            .fields
            .iter()
            .zip(&file.columns)
            .filter_map(|(field, bound)| {
                let column = bound.as_ref()?.column;
                Some((field.name.clone(), names.get(column).cloned().unwrap_or_default()))
            })
            .collect(),
        unbound: file.unbound.iter().filter_map(|&column| names.get(column).cloned()).collect(),
        tally,
        issues,
        columns: names,
        overflows: so_far.map_or(0, |so_far| so_far.overflows),
        claim: None,
        looked_at: false,
    }
}
