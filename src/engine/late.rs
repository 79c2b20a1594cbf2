//! Violations that show only when all records are known: entered into the counts, and their records fetched again.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use crate::engine::bits::Bits;
use crate::engine::chunk::{FileWork, Worker, origin_parts, priority, tell_late};
use crate::engine::drive::{ChunkStart, FileSoFar, keep_lowest};
use crate::engine::excuse::{Sight, Sightings, rank, tally};
use crate::engine::outcome::stream;
use crate::engine::part::Example;
use crate::engine::show::Pending;
use crate::engine::stage::Pass;
use crate::engine::task::TaskKind;
use crate::engine::{EngineError, Hooks, ScanOptions};
use crate::expr::typed::FieldId;
use crate::finding::{Finding, Standing, Tag};
use crate::rule::Expectation;
use crate::source::Chunk;
use crate::store::{KeyStore, OriginSorter};

/// Finds the places of the repeated keys of one uniqueness rule.
pub(super) fn repeats(
    pass: &Pass<'_>,
    store: KeyStore,
    options: &ScanOptions,
) -> Result<OriginSorter, EngineError> {
    let mut places = OriginSorter::new(Arc::clone(&pass.budget), options.temp_dir.clone());
    let mut failed = None;
    let dead = |place: u64| {
        let (file, chunk, _, attempt) = origin_parts(place);
        attempt == 0 && pass.dead.contains(&(file, chunk))
    };
    store
        .finish(&dead, &mut |origins| {
            for &place in origins {
                if let Err(error) = places.push(place) {
                    failed.get_or_insert(error);
                }
            }
        })
        .map_err(|error| options.spill_error(&error))?;
    match failed {
        Some(error) => Err(options.spill_error(&error)),
        None => Ok(places),
    }
}

/// Enters the violations of one rule that were found when all records were known, and fetches the records that
/// are shown.
pub(super) fn enter(
    pass: &mut Pass<'_>,
    rule: usize,
    places: OriginSorter,
    options: &ScanOptions,
    hooks: &Hooks<'_>,
) -> Result<(), EngineError> {
    let spill = |error: std::io::Error| options.spill_error(&error);
    let mut entering = Entering {
        rule,
        options,
        hooks,
        fetcher: Fetcher::new(options.chunk_size),
        best: BTreeMap::new(),
    };
    let mut current: Option<(usize, u64)> = None;
    let mut here: Vec<u64> = Vec::new();
    for place in places.finish().map_err(spill)? {
        let (file, chunk, record, _) = origin_parts(place.map_err(spill)?);
        let Some(index) = pass.files.iter().position(|(work, _)| work.number == file) else {
            continue;
        };
        if current != Some((index, chunk)) {
            if let Some((index, chunk)) = current {
                entering.chunk(pass, index, chunk, &here)?;
            }
            here.clear();
            current = Some((index, chunk));
        }
        here.push(record);
    }
    if let Some((index, chunk)) = current {
        entering.chunk(pass, index, chunk, &here)?;
    }
    entering.show(pass);
    Ok(())
}

/// A record that may be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    /// The lowest are shown.
    priority: u64,
    chunk: u64,
    /// Its number in the chunk, from nought.
    record: u64,
    standing: Standing,
}

/// The violations of one rule that were found late, being entered.
struct Entering<'e, 'h> {
    rule: usize,
    options: &'e ScanOptions,
    hooks: &'e Hooks<'h>,
    fetcher: Fetcher,
    /// What may be shown, by file.
    best: BTreeMap<usize, Vec<Candidate>>,
}

impl Entering<'_, '_> {
    /// Enters the violations of a chunk, by the numbers of their records in it.
    fn chunk(
        &mut self,
        pass: &mut Pass<'_>,
        index: usize,
        chunk: u64,
        records: &[u64],
    ) -> Result<(), EngineError> {
        let (work, _) = &pass.files[index];
        let Some(number) = work.tasks.tasks.iter().position(|task| task.rule == self.rule) else {
            return Ok(());
        };
        let excuses = &work.tasks.tasks[number].excuses;
        let told = if excuses.is_empty() {
            vec![Sight::default(); records.len()]
        } else {
            self.fetcher.tell(&pass.files[index], number, chunk, records)
        };
        let (watch, excusable) = (excuses.watch().clone(), excuses.may_excuse());
        let mut sightings = Sightings::default();
        told.iter().for_each(|told| sightings.note(told, &watch));
        let (work, so_far) = &mut pass.files[index];
        so_far.tasks[number].nameless += sightings.nameless;
        sightings
            .settle(self.rule, self.options.baseline.as_deref(), self.hooks.register)
            .map_err(|error| self.options.spill_error(&error))?;
        let before = usize::try_from(chunk)
            .ok()
            .and_then(|chunk| so_far.chunks.get(chunk))
            .map_or(0, |at| at.records);
        let lowest = self.best.entry(index).or_default();
        for (&record, &Sight { standing, .. }) in records.iter().zip(&told) {
            let task = &mut so_far.tasks[number];
            task.counts.violations += 1;
            task.counts.passed -= 1;
            tally(standing, &mut task.counts, &mut task.waived);
            let told = so_far.accounts.iter_mut().find(|account| {
                account.finding.rule as usize == self.rule
                    && account.finding.place.record == Some(before + record + 1)
            });
            if let Some(account) = told {
                account.word = Expectation::Violation;
                account.finding.message = late_message(work, number);
                account.finding.standing = standing;
            }
            if work.trace
                && let Some(entry) =
                    task.trace.iter_mut().find(|(number, _)| *number == before + record)
            {
                entry.1 = Expectation::Violation;
            }
            let priority = priority(before + record);
            let priority = if excusable { rank(priority, standing) } else { priority };
            lowest.push(Candidate { priority, chunk, record, standing });
            if lowest.len() >= 4 * self.options.examples.max(16) {
                lowest.sort_unstable();
                lowest.truncate(self.options.examples);
            }
        }
        if self.hooks.findings.is_some() {
            let standings = told.into_iter().map(|told| told.standing);
            let records: Vec<(u64, Standing)> = records.iter().copied().zip(standings).collect();
            for finding in self.fetcher.fetch(&pass.files[index], self.rule, chunk, &records) {
                stream(self.hooks, &finding)?;
            }
        }
        Ok(())
    }

    /// Fetches the records that are shown.
    fn show(self, pass: &mut Pass<'_>) {
        let Self { rule, options, mut fetcher, best, .. } = self;
        for (index, mut lowest) in best {
            lowest.sort_unstable();
            lowest.truncate(options.examples);
            let mut by_chunk: BTreeMap<u64, Vec<Candidate>> = BTreeMap::new();
            for candidate in lowest {
                by_chunk.entry(candidate.chunk).or_default().push(candidate);
            }
            let mut examples = Vec::new();
            for (chunk, mut candidates) in by_chunk {
                candidates.sort_unstable_by_key(|candidate| candidate.record);
                let records: Vec<(u64, Standing)> = candidates
                    .iter()
                    .map(|candidate| (candidate.record, candidate.standing))
                    .collect();
                let before = usize::try_from(chunk)
                    .ok()
                    .and_then(|chunk| pass.files[index].1.chunks.get(chunk))
                    .map_or(0, |at| at.records);
                for finding in fetcher.fetch(&pass.files[index], rule, chunk, &records) {
                    let record = finding.place.record.unwrap_or(0);
                    let priority = candidates
                        .iter()
                        .find(|candidate| before + candidate.record + 1 == record)
                        .map_or(u64::MAX, |candidate| candidate.priority);
                    examples.push(Example { priority, finding });
                }
            }
            let (work, so_far) = &mut pass.files[index];
            if let Some(number) = work.tasks.tasks.iter().position(|task| task.rule == rule) {
                so_far.tasks[number].examples.extend(examples);
                keep_lowest(&mut so_far.tasks[number].examples, options.examples);
            }
        }
    }
}

/// Reads single chunks again, for records that a set check found late.
pub(super) struct Fetcher {
    worker: Worker,
    chunk: Chunk,
    size: u64,
    /// File and chunk that the batch holds.
    holds: Option<(usize, u64)>,
}

impl Fetcher {
    pub(super) fn new(size: u64) -> Self {
        Self { worker: Worker::default(), chunk: Chunk::default(), size, holds: None }
    }

    /// Reads a chunk again, and says where its records start; `None` where it cannot be read any more.
    fn load(
        &mut self,
        (work, so_far): &(FileWork<'_>, FileSoFar),
        chunk: u64,
    ) -> Option<ChunkStart> {
        let at = *so_far.chunks.get(usize::try_from(chunk).ok()?)?;
        if self.holds == Some((work.number, chunk)) {
            return Some(at);
        }
        self.holds = None;
        let table = &work.file.table;
        table
            .load(&mut self.chunk, chunk, self.size)
            .and_then(|()| table.split(&mut self.chunk, at.start, &mut self.worker.batch))
            .ok()?;
        self.holds = Some((work.number, chunk));
        Some(at)
    }

    /// What stands for the group of the record at a place.
    pub(super) fn group(&mut self, pass: &Pass<'_>, place: u64, by: &[FieldId]) -> Vec<Tag> {
        let (file, chunk, record, _) = origin_parts(place);
        let Some(file) = pass.files.iter().find(|(work, _)| work.number == file) else {
            return Vec::new();
        };
        if self.load(file, chunk).is_none() {
            return Vec::new();
        }
        let batch = &mut self.worker.batch;
        let row = (0..batch.rows).find(|row| batch.ordinal(*row) == record);
        row.map(|row| file.0.shower.group(&file.0, batch, by, row)).unwrap_or_default()
    }

    /// What is known of violations of a chunk, by the numbers of their records in it (from 0, rising). Of a record that
    /// cannot be read any more it is nothing.
    fn tell(
        &mut self,
        file: &(FileWork<'_>, FileSoFar),
        task: usize,
        chunk: u64,
        records: &[u64],
    ) -> Vec<Sight> {
        let mut told = vec![Sight::default(); records.len()];
        if self.load(file, chunk).is_none() {
            return told;
        }
        let batch = &mut self.worker.batch;
        let (places, rows): (Vec<usize>, Vec<usize>) = (0..batch.rows)
            .filter_map(|row| Some((records.binary_search(&batch.ordinal(row)).ok()?, row)))
            .unzip();
        let (work, _) = file;
        let found = tell_late(work, &work.tasks.tasks[task], batch, &rows);
        for (place, of_row) in places.into_iter().zip(found) {
            told[place] = of_row;
        }
        told
    }

    /// The findings of records of a chunk, by their numbers in it (from 0, rising), and how each stands.
    fn fetch(
        &mut self,
        file: &(FileWork<'_>, FileSoFar),
        rule: usize,
        chunk: u64,
        records: &[(u64, Standing)],
    ) -> Vec<Finding> {
        let (work, _) = file;
        let Some(at) = self.load(file, chunk) else { return Vec::new() };
        let batch = &mut self.worker.batch;
        let Some(task) = work.tasks.tasks.iter().position(|task| task.rule == rule) else {
            return Vec::new();
        };
        let message = late_message(work, task);
        let pendings: Vec<Pending> = (0..batch.rows)
            .filter_map(|row| {
                let found =
                    records.binary_search_by_key(&batch.ordinal(row), |(record, _)| *record);
                Some((row, records[found.ok()?].1))
            })
            .map(|(row, standing)| Pending {
                task,
                row,
                priority: 0,
                shown: true,
                message: message.clone(),
                standing,
                overdue: None,
                fields: None,
                run: None,
                account: None,
                found: None,
            })
            .collect();
        let invalid: HashMap<_, Bits> = HashMap::new();
        let mut findings = work.shower.findings(work, batch, &pendings, &invalid);
        for finding in &mut findings {
            finding.place.record = finding.place.record.map(|record| record + at.records);
            finding.place.line = finding.place.line.map(|line| line + at.lines);
        }
        findings
    }
}

/// What is wrong with the records of a rule that is judged when all records are known.
fn late_message(work: &FileWork<'_>, task: usize) -> String {
    let name = |field: &FieldId| format!("`{}`", work.set.field(*field).name);
    let task = &work.tasks.tasks[task];
    match &task.kind {
        TaskKind::Unique { fields, .. } => {
            let names: Vec<String> = fields.iter().map(name).collect();
            format!("{} has the same value in another record", names.join(", "))
        }
        TaskKind::NoOverlap { from, to, .. } => {
            format!("{} to {} overlaps another record of the group", name(from), name(to))
        }
        TaskKind::GapFree { field, .. } => {
            format!("{}: the number before it is missing, or it stands twice", name(field))
        }
        TaskKind::References { .. } => {
            let rule = &work.rules[task.rule];
            let related = rule.relations.first().map_or("", |relation| &relation.record_set);
            let names: Vec<String> = rule.fields.iter().map(name).collect();
            format!("no record of `{related}` has the key in {}", names.join(", "))
        }
        _ => work.rules[task.rule].title.clone(),
    }
}
