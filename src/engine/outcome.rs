//! From the pass over all files to what became of each rule and each input.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::engine::drive::{add, lock};
use crate::engine::excuse::{Shown, WaivedCounts};
use crate::engine::group::GroupStore;
use crate::engine::late::Fetcher;
use crate::engine::measure::{Breach, Group, GroupVerdict, SmallGroups};
use crate::engine::part::Example;
use crate::engine::stage::Pass;
use crate::engine::task::TaskKind;
use crate::engine::whole::Wholes;
use crate::engine::{EngineError, Hooks, ScanOptions, file, input, late};
use crate::finding::{
    Account, Counts, FileViolations, Finding, KeyedHash, Known, NotEvaluated, Outcome, Place,
    RuleOutcome, Scan, Unit,
};
use crate::plan::{Plan, Readiness};
use crate::rule::{Check, CheckedRule, Expectation, Tolerance};
use crate::store::{LedgerStanding, OriginSorter, RowSorter};

/// What each rule says of each record: rule, file, record (from 0), word.
pub(crate) type Trace = Vec<(usize, usize, u64, Expectation)>;

/// What a scan tells.
#[derive(Debug)]
pub(crate) struct Told {
    /// What became of each rule and input.
    pub(crate) scan: Scan,
    /// The word on each record, where that is wanted.
    pub(crate) trace: Trace,
    /// What the rules say of the watched record.
    pub(crate) accounts: Vec<Account>,
}

/// How the scan is done, what it calls, and what makes tags and fingerprints.
pub(crate) type Asked<'a, 'h> = (&'a ScanOptions, &'a Hooks<'h>, &'a KeyedHash);

/// Ends a scan: the set checks, the groups, the outcomes.
///
/// # Errors
/// Whatever keeps keys or findings from being written.
pub(crate) fn conclude(
    plan: &Plan,
    mut pass: Pass<'_>,
    asked: Asked<'_, '_>,
) -> Result<Told, EngineError> {
    let (options, hooks, _) = asked;
    let stores = std::mem::take(&mut pass.shared.stores);
    for (store, rule) in stores.into_iter().zip(pass.places.unique.clone()) {
        let places = late::repeats(&pass, store, options)?;
        late::enter(&mut pass, rule, places, options, hooks)?;
    }
    let sorters = std::mem::take(&mut pass.shared.sorters);
    for (sorter, rule) in sorters.into_iter().zip(pass.places.sorted.clone()) {
        let mut places = OriginSorter::new(Arc::clone(&pass.budget), options.temp_dir.clone());
        sorter
            .sweep(&mut |place| places.push(place))
            .map_err(|error| options.spill_error(&error))?;
        late::enter(&mut pass, rule, places, options, hooks)?;
    }
    let orphans = std::mem::take(&mut pass.shared.orphans);
    for (places, rule) in orphans.into_iter().zip(pass.places.references.clone()) {
        let places = places.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        late::enter(&mut pass, rule, places, options, hooks)?;
    }
    let stores = std::mem::take(&mut pass.shared.groups);
    let mut groups: HashMap<usize, GroupStore> =
        pass.places.measures.iter().copied().zip(stores).collect();
    let mut outcomes = Vec::new();
    let mut trace = Trace::new();
    for (number, rule) in plan.rules.iter().enumerate() {
        let outcome = match plan.readiness(rule) {
            Readiness::Off(reason) => empty(number, rule, Outcome::Off(reason)),
            Readiness::SetAbsent(set) => {
                not_evaluated(number, rule, NotEvaluated::RecordSetAbsent(set))
            }
            Readiness::NotBound(fields) => {
                not_evaluated(number, rule, NotEvaluated::FieldsNotBound(fields))
            }
            Readiness::NotClaimed => empty(number, rule, Outcome::NotApplicable),
            Readiness::Ready => match &rule.check {
                Check::Release(check) => file::released((plan, &pass, number), rule, check, asked)?,
                Check::SmallCounts { from, to } => {
                    file::counted((plan, number), rule, (*from, *to), asked)?
                }
                Check::FileNames(looked_for) => {
                    file::names((plan, number), rule, looked_for, asked)?
                }
                Check::Delivery { manifest } => {
                    file::delivered((plan, &pass, number), rule, manifest, asked)?
                }
                Check::Purpose(purposes) => file::needed((plan, number), rule, purposes, asked)?,
                Check::Columns { closed, order } => {
                    file::columns((plan, number), rule, (*closed, order), asked)?
                }
                Check::Measure { .. } | Check::SmallCells(_) => match groups.remove(&number) {
                    Some(groups) => {
                        let at = (plan, &pass, number);
                        measured(at, rule, groups, asked, &mut trace)?
                    }
                    None => empty(number, rule, Outcome::NotApplicable),
                },
                _ => recorded(&pass, number, rule, options, &mut trace),
            },
        };
        outcomes.push(RuleOutcome { known: known(rule, outcome.known, options), ..outcome });
    }
    if let Some(ledger) = &options.baseline {
        ledger.check().map_err(|error| EngineError::Baseline { kind: error.kind() })?;
    }
    let accounts =
        pass.files.iter_mut().flat_map(|(_, so_far)| std::mem::take(&mut so_far.accounts));
    let accounts = accounts.collect();
    let interrupted = pass.interrupted;
    if interrupted {
        for outcome in &mut outcomes {
            if !matches!(
                outcome.outcome,
                Outcome::Fail | Outcome::Off(_) | Outcome::NotEvaluated(_)
            ) {
                outcome.outcome = Outcome::NotEvaluated(NotEvaluated::Interrupted);
            }
        }
    }
    let scan = Scan { inputs: input::outcomes(plan, &pass), rules: outcomes, interrupted };
    Ok(Told { scan, trace, accounts })
}

/// What the baseline knows of a rule, and what became of that; `nameless` is what the scan counted.
fn known(rule: &CheckedRule, found: Option<Known>, options: &ScanOptions) -> Option<Known> {
    let ledger = options.baseline.as_ref()?;
    let section = ledger.section(&rule.id.text, LedgerStanding::Open);
    let tally = section.map(|section| ledger.tally(section)).unwrap_or_default();
    Some(Known {
        known: tally.count,
        persisting: tally.seen,
        doubted: tally.doubted,
        nameless: found.map_or(0, |found| found.nameless),
    })
}

fn unit(rule: &CheckedRule) -> Unit {
    match rule.check {
        Check::Measure { .. } | Check::SmallCells(_) => Unit::Group,
        Check::Columns { .. } | Check::Purpose(_) | Check::Release(_) => Unit::Field,
        Check::SmallCounts { .. } => Unit::Cell,
        Check::FileNames(_) | Check::Delivery { .. } => Unit::File,
        _ => Unit::Record,
    }
}

pub(super) fn empty(number: usize, rule: &CheckedRule, outcome: Outcome) -> RuleOutcome {
    RuleOutcome {
        rule: u32::try_from(number).unwrap_or(u32::MAX),
        outcome,
        unit: unit(rule),
        counts: Counts::default(),
        not_evaluable_reasons: Vec::new(),
        allowed: Vec::new(),
        waived: Vec::new(),
        known: None,
        by_file: Vec::new(),
        findings: Vec::new(),
        remarks: Vec::new(),
    }
}

fn not_evaluated(number: usize, rule: &CheckedRule, why: NotEvaluated) -> RuleOutcome {
    empty(number, rule, Outcome::NotEvaluated(why))
}

/// What counts come to. A rule that tolerates what violates it passes whether that is excused or not; else what is
/// excused counts no more, and what is left may be tolerated.
pub(super) fn judge(rule: &CheckedRule, counts: &Counts) -> Outcome {
    if counts.violations > 0 {
        let tolerated = |violations: u64| match rule.tolerance {
            Some(Tolerance::Count(most)) => violations <= most,
            Some(Tolerance::Share(millionths)) => {
                u128::from(violations) * 1_000_000
                    <= u128::from(millionths) * u128::from(counts.violations + counts.passed)
            }
            None => false,
        };
        let open = counts.violations - counts.waived - counts.baselined;
        return if tolerated(counts.violations) {
            Outcome::Pass
        } else if counts.waived == counts.violations {
            Outcome::Waived
        } else if open == 0 {
            Outcome::Baselined
        } else if tolerated(open) {
            Outcome::Pass
        } else {
            Outcome::Fail
        };
    }
    if counts.passed > 0 {
        Outcome::Pass
    } else if counts.not_evaluable > 0 {
        Outcome::NotEvaluated(NotEvaluated::Undecidable)
    } else if counts.pending > 0 {
        Outcome::Pending
    } else {
        Outcome::NotApplicable
    }
}

pub(super) fn reasons(all: BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut reasons: Vec<(String, u64)> = all.into_iter().collect();
    reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    reasons
}

/// A rule that counts records.
fn recorded(
    pass: &Pass<'_>,
    number: usize,
    rule: &CheckedRule,
    options: &ScanOptions,
    trace: &mut Trace,
) -> RuleOutcome {
    let mut counts = Counts::default();
    let mut why: BTreeMap<String, u64> = BTreeMap::new();
    let mut allowed: BTreeMap<u16, u64> = BTreeMap::new();
    let mut waived = WaivedCounts::new();
    let mut nameless = 0;
    let mut examples: Vec<Vec<Example>> = Vec::new();
    let mut by_file = Vec::new();
    for (work, so_far) in &pass.files {
        let Some(task) = work.tasks.tasks.iter().position(|task| task.rule == number) else {
            continue;
        };
        let task = &so_far.tasks[task];
        add(&mut counts, &task.counts);
        for (reason, count) in &task.reasons {
            *why.entry(reason.clone()).or_default() += count;
        }
        for (entry, count) in &task.allowed {
            *allowed.entry(*entry).or_default() += count;
        }
        nameless += task.nameless;
        for (waiver, count) in &task.waived {
            *waived.entry(*waiver).or_default() += count;
        }
        trace.extend(task.trace.iter().map(|(record, word)| (number, work.number, *record, *word)));
        if task.counts.violations > 0 {
            by_file.push(of_file(&work.shower.file, &task.counts));
        }
        examples.push(task.examples.clone());
    }
    RuleOutcome {
        rule: u32::try_from(number).unwrap_or(u32::MAX),
        outcome: judge(rule, &counts),
        unit: unit(rule),
        counts,
        not_evaluable_reasons: reasons(why),
        allowed: allowed.into_iter().collect(),
        waived: waived.into_iter().collect(),
        known: Some(Known { nameless, ..Known::default() }),
        by_file,
        findings: spread(examples, options.examples),
        remarks: Vec::new(),
    }
}

/// How many violations a file has.
pub(super) fn of_file(file: &Arc<str>, counts: &Counts) -> FileViolations {
    FileViolations {
        file: Arc::clone(file),
        violations: counts.violations,
        waived: counts.waived,
        baselined: counts.baselined,
    }
}

/// Takes examples from each file in turn, the open ones before those that are excused, and puts them in the order of
/// the export.
fn spread(by_file: Vec<Vec<Example>>, most: usize) -> Vec<Finding> {
    let deepest = by_file.iter().map(Vec::len).max().unwrap_or(0);
    let mut shown = Shown::new(most);
    for depth in 0..deepest {
        for example in by_file.iter().filter_map(|examples| examples.get(depth)) {
            shown.take(example.finding.clone());
        }
    }
    let mut chosen = shown.finish();
    chosen.sort_by(|a, b| a.place.cmp(&b.place));
    chosen
}

/// A rule that counts groups.
fn measured<'a>(
    (plan, pass, number): (&'a Plan, &Pass<'_>, usize),
    rule: &'a CheckedRule,
    groups: GroupStore,
    asked: Asked<'a, '_>,
    trace: &mut Trace,
) -> Result<RuleOutcome, EngineError> {
    let (options, hooks, _) = asked;
    let mut outcome = empty(number, rule, Outcome::NotApplicable);
    let task = pass.files.iter().find_map(|(work, _)| {
        work.tasks.tasks.iter().find(|task| task.rule == number).and_then(|task| match &task.kind {
            TaskKind::Measure { measure, .. } => Some(measure),
            _ => None,
        })
    });
    let Some(measure) = task else { return Ok(outcome) };
    let spill = |error: std::io::Error| options.spill_error(&error);
    let counts = &mut outcome.counts;
    let broken = RowSorter::new(Arc::clone(&pass.budget), options.temp_dir.clone());
    let mut words = Vec::new();
    let mut small = SmallGroups::default();
    let judge_group = &mut |group: &Group| {
        counts.records += 1;
        let word = match measure.judge(group) {
            GroupVerdict::Keeps => {
                counts.passed += 1;
                Expectation::Pass
            }
            GroupVerdict::Undecidable => {
                counts.not_evaluable += 1;
                Expectation::NotEvaluable
            }
            GroupVerdict::Breaks(breach) => {
                counts.violations += 1;
                small.count(&breach);
                broken.push_all(&[breach.put(group.first)])?;
                Expectation::Violation
            }
        };
        if options.trace {
            words.push((group.first, word));
        }
        Ok(())
    };
    groups.finish(&measure.leaves, judge_group).map_err(spill)?;
    words.sort_unstable_by_key(|(first, _)| *first);
    trace.extend(
        words.into_iter().enumerate().map(|(nth, (_, word))| (number, 0, nth as u64, word)),
    );
    let mut fetcher = Fetcher::new(options.chunk_size);
    let mut wholes = Wholes::new((plan, number), rule, asked);
    for row in broken.finish().map_err(spill)? {
        let (place, breach) = Breach::get(&row.map_err(spill)?);
        if wholes.is_settled() && hooks.findings.is_none() {
            break;
        }
        let message = measure.words(&breach);
        let mut finding = Finding::plain(outcome.rule, Place::default(), message);
        finding.key = fetcher.group(pass, place, &measure.by);
        let hashes: Vec<[u8; 16]> = finding.key.iter().map(|tag| tag.hash.to_be_bytes()).collect();
        let named: Vec<&[u8]> = hashes.iter().map(<[u8; 16]>::as_slice).collect();
        wholes.take(finding, Some(&named), &mut outcome.counts)?;
    }
    wholes.finish(&mut outcome);
    if outcome.counts.not_evaluable > 0 {
        let why = measure.undecided().to_owned();
        outcome.not_evaluable_reasons.push((why, outcome.counts.not_evaluable));
    }
    outcome.remarks.extend(measure.remark(&small));
    outcome.outcome = judge(rule, &outcome.counts);
    Ok(outcome)
}

pub(super) fn stream(hooks: &Hooks<'_>, finding: &Finding) -> Result<(), EngineError> {
    match &hooks.findings {
        Some(sink) => {
            lock(sink).take(finding).map_err(|error| EngineError::Stream { kind: error.kind() })
        }
        None => Ok(()),
    }
}
