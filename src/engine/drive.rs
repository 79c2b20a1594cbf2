//! The parallel pass: chunks judged by all threads, joined in the order of the files.
//!
//! A chunk's start is predicted from the parity of the quotes before it. When the chunk before it has been
//! joined its true start is known; where the two differ, the chunk is done again from the true start and the
//! parity counts from there. So the result is that of reading one record after the other.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use blake3::hazmat::ChainingValue;

use crate::engine::chain::Chain;
use crate::engine::chunk::{FileWork, Shared, Worker, judge};
use crate::engine::digest::{self, Tree};
use crate::engine::excuse::{WaivedCounts, tally};
use crate::engine::part::{ChunkPart, Example, TaskPart};
use crate::engine::profile::ColumnPart;
use crate::engine::relation::Yield;
use crate::engine::task::TaskKind;
use crate::engine::verdict::Ranked;
use crate::engine::{EngineError, Hooks, ScanOptions};
use crate::finding::{Account, Counts, Finding, Place};
use crate::plan::Plan;
use crate::rule::Expectation;
use crate::source::{Chunk, Encoding, Issue, IssueClass, IssueCode, IssueLog, Table, Tally};
use crate::store::Rows;

/// Where a chunk's records start: raw offset, records and lines before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ChunkStart {
    pub(crate) start: u64,
    pub(crate) records: u64,
    pub(crate) lines: u64,
}

/// One file as far as it has been joined.
pub(crate) struct FileSoFar {
    pub(crate) chunks: Vec<ChunkStart>,
    pub(crate) tally: Tally,
    pub(crate) issues: IssueLog,
    pub(crate) tasks: Vec<TaskSoFar>,
    pub(crate) digest: Option<blake3::Hash>,
    pub(crate) complete: bool,
    pub(crate) failed: bool,
    pub(crate) overflows: u64,
    pub(crate) accounts: Vec<Account>,
    /// What its columns show, where it is a file of a release.
    pub(crate) profile: Vec<ColumnPart>,
    next_start: u64,
    tree: Tree,
    evidence: (u64, u64),
}

/// One rule on one file as far as it has been joined.
#[derive(Debug, Default)]
pub(crate) struct TaskSoFar {
    pub(crate) counts: Counts,
    pub(crate) reasons: BTreeMap<String, u64>,
    pub(crate) allowed: BTreeMap<u16, u64>,
    pub(crate) waived: WaivedCounts,
    /// Violations that nothing names.
    pub(crate) nameless: u64,
    pub(crate) examples: Vec<Example>,
    pub(crate) trace: Vec<(u64, Expectation)>,
    last: BTreeMap<u128, Ranked>,
}

/// How long a thread waits for another before it looks whether the run has been stopped.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_millis(50);

/// Locks, whatever happened to another thread: a panic there ends the run anyway.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One chunk, done.
struct Done {
    part: std::io::Result<ChunkPart>,
    hash: Option<ChainingValue>,
    whole: Option<blake3::Hash>,
    bytes: u64,
}

struct Joiner<'p> {
    next: u64,
    waiting: BTreeMap<u64, Done>,
    files: Vec<FileSoFar>,
    dead: HashSet<(usize, u64)>,
    contrary: Vec<(usize, Encoding)>,
    worker: Worker,
    chunk: Chunk,
    works: Arc<Vec<FileWork<'p>>>,
}

struct Driver<'d, 'h, 'p> {
    options: &'d ScanOptions,
    /// As many as were asked for, but no more than there are chunks.
    threads: usize,
    hooks: &'d Hooks<'h>,
    /// Whether records are judged, or only gathered for others to be judged.
    judging: bool,
    works: Arc<Vec<FileWork<'p>>>,
    chains: Vec<Chain>,
    /// The first ticket of each file, and the number of all.
    tickets: Vec<u64>,
    shared: &'d Shared,
    sinks: &'d BTreeMap<usize, Rows>,
    ticket: AtomicU64,
    joiner: Mutex<Joiner<'p>>,
    joined: Condvar,
    stop: AtomicBool,
    failure: Mutex<Option<Failure>>,
}

/// What ends a run before its end.
enum Failure {
    Error(EngineError),
    Panic(Box<dyn std::any::Any + Send>),
}

/// What one reading of some files gives.
pub(crate) struct Read<'p> {
    pub(crate) files: Vec<(FileWork<'p>, FileSoFar)>,
    pub(crate) dead: HashSet<(usize, u64)>,
    pub(crate) contrary: Vec<(usize, Encoding)>,
    pub(crate) sinks: BTreeMap<usize, Rows>,
    /// The first chunk of each file of the plan, among all that were read.
    pub(crate) first_chunks: Vec<u64>,
    pub(crate) chunks: u64,
}

/// Reads files once, in parallel.
pub(crate) fn read<'p>(
    plan: &Plan,
    works: Vec<FileWork<'p>>,
    (shared, sinks): (&Shared, BTreeMap<usize, Rows>),
    options: &ScanOptions,
    hooks: &Hooks<'_>,
    judging: bool,
) -> Result<Read<'p>, EngineError> {
    let mut tickets = vec![0];
    let mut first_chunks = vec![0; plan.files.len()];
    for work in &works {
        let before = tickets.last().copied().unwrap_or(0);
        first_chunks[work.number] = before;
        let chunks = work.file.table.input.len.div_ceil(options.chunk_size).max(1);
        tickets.push(before + chunks);
    }
    let files =
        works.iter().map(|work| FileSoFar::new(&work.file.table, work.tasks.tasks.len())).collect();
    let chains =
        works.iter().map(|work| Chain::new(work.file.table.quotes_before_data & 1 == 1)).collect();
    let works = Arc::new(works);
    let chunks = tickets.last().copied().unwrap_or(0);
    let driver = Driver {
        options,
        threads: options.threads.clamp(1, usize::try_from(chunks).unwrap_or(usize::MAX).max(1)),
        hooks,
        judging,
        works: Arc::clone(&works),
        chains,
        tickets,
        shared,
        sinks: &sinks,
        ticket: AtomicU64::new(0),
        joiner: Mutex::new(Joiner {
            next: 0,
            waiting: BTreeMap::new(),
            files,
            dead: HashSet::new(),
            contrary: Vec::new(),
            worker: Worker::default(),
            chunk: Chunk::default(),
            works,
        }),
        joined: Condvar::new(),
        stop: AtomicBool::new(false),
        failure: Mutex::new(None),
    };
    driver.run()?;
    let Driver { works, joiner, failure, .. } = driver;
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(Failure::Error(error)) => return Err(error),
        Some(Failure::Panic(payload)) => std::panic::resume_unwind(payload),
        None => {}
    }
    let Joiner { files, dead, contrary, works: again, .. } =
        joiner.into_inner().unwrap_or_else(PoisonError::into_inner);
    drop(again);
    let works = Arc::into_inner(works).unwrap_or_default();
    let files = works.into_iter().zip(files).collect();
    Ok(Read { files, dead, contrary, sinks, first_chunks, chunks })
}

impl FileSoFar {
    fn new(table: &Table, tasks: usize) -> Self {
        Self {
            chunks: Vec::new(),
            tally: table.tally,
            issues: table.issues.clone(),
            tasks: (0..tasks).map(|_| TaskSoFar::default()).collect(),
            digest: None,
            complete: false,
            failed: false,
            overflows: 0,
            accounts: Vec::new(),
            profile: Vec::new(),
            next_start: table.data_start,
            tree: Tree::default(),
            evidence: (0, 0),
        }
    }
}

impl Driver<'_, '_, '_> {
    fn run(&self) -> Result<(), EngineError> {
        if self.threads <= 1 {
            self.work();
            return Ok(());
        }
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(self.threads)
            .build()
            .map_err(|_| EngineError::Threads { threads: self.threads })?;
        pool.scope(|scope| {
            for _ in 0..self.threads {
                scope.spawn(|_| self.work());
            }
        });
        Ok(())
    }

    /// One thread: takes chunk after chunk until none is left.
    fn work(&self) {
        let mut worker = Worker::default();
        let mut chunk = Chunk::default();
        let all = self.tickets.last().copied().unwrap_or(0);
        let ahead = 4 * self.threads as u64;
        loop {
            if self.hooks.interrupted.load(Ordering::Relaxed) || self.stop.load(Ordering::Relaxed) {
                return;
            }
            let ticket = self.ticket.fetch_add(1, Ordering::Relaxed);
            if ticket >= all {
                return;
            }
            self.wait_for_room(ticket, ahead);
            let file = self.tickets.partition_point(|&first| first <= ticket) - 1;
            let index = ticket - self.tickets[file];
            // A thread that dies must not leave the others waiting for it.
            let step = std::panic::AssertUnwindSafe(|| {
                let done = self.chunk(file, index, &mut worker, &mut chunk);
                self.hand_in(ticket, done);
            });
            if let Err(payload) = std::panic::catch_unwind(step) {
                self.fail(Failure::Panic(payload));
                return;
            }
        }
    }

    /// Waits until the chunks before have been joined far enough that what waits stays small.
    fn wait_for_room(&self, ticket: u64, ahead: u64) {
        let mut joiner = lock(&self.joiner);
        while joiner.next + ahead <= ticket && !self.stop.load(Ordering::Relaxed) {
            let waited = self.joined.wait_timeout(joiner, PATIENCE);
            joiner = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn chunk(&self, file: usize, index: u64, worker: &mut Worker, chunk: &mut Chunk) -> Done {
        let work = &self.works[file];
        let table = &work.file.table;
        let size = self.options.chunk_size;
        if let Err(error) = table.load(chunk, index, size) {
            self.chains[file].enter(index, 0, &self.stop);
            return Done { part: Err(error), hash: None, whole: None, bytes: 0 };
        }
        let inside = self.chains[file].enter(index, chunk.quotes, &self.stop);
        let bytes = chunk.range.end - chunk.range.start;
        let (mut hash, mut whole) = (None, None);
        if self.judging && digest::is_subtree(size) {
            if table.input.len <= size {
                whole = Some(blake3::hash(&chunk.raw));
            } else {
                hash = Some(digest::subtree(&chunk.raw, chunk.range.start));
            }
        }
        let start = table.predict(chunk, inside);
        let part = self.part(work, worker, chunk, start, 0);
        Done { part, hash, whole, bytes }
    }

    fn part(
        &self,
        work: &FileWork<'_>,
        worker: &mut Worker,
        chunk: &mut Chunk,
        start: u64,
        attempt: u8,
    ) -> std::io::Result<ChunkPart> {
        if start >= chunk.range.end {
            let tasks = work.tasks.tasks.iter().map(|_| TaskPart::default()).collect();
            return Ok(ChunkPart { start, end: start, tasks, ..ChunkPart::default() });
        }
        let end = work.file.table.split(chunk, start, &mut worker.batch)?;
        let mut part = match judge(work, self.shared, worker, chunk.index, attempt) {
            Ok(part) => part,
            Err(error) => {
                self.fail(Failure::Error(self.options.spill_error(&error)));
                ChunkPart {
                    tasks: work.tasks.tasks.iter().map(|_| TaskPart::default()).collect(),
                    ..ChunkPart::default()
                }
            }
        };
        part.start = start;
        part.end = end;
        Ok(part)
    }

    fn fail(&self, failure: Failure) {
        self.stop.store(true, Ordering::Relaxed);
        lock(&self.failure).get_or_insert(failure);
    }

    /// Hands in a chunk, and joins all that are next in order.
    fn hand_in(&self, ticket: u64, done: Done) {
        let mut joiner = lock(&self.joiner);
        joiner.waiting.insert(ticket, done);
        loop {
            let next = joiner.next;
            let Some(done) = joiner.waiting.remove(&next) else { break };
            let file = self.tickets.partition_point(|&first| first <= next) - 1;
            let index = next - self.tickets[file];
            let last = next + 1 == self.tickets[file + 1];
            self.join(&mut joiner, file, index, done, last);
            joiner.next += 1;
        }
        self.joined.notify_all();
    }

    fn join(&self, joiner: &mut Joiner<'_>, file: usize, index: u64, done: Done, last: bool) {
        if self.judging {
            (self.hooks.progress)(done.bytes);
        }
        let works = Arc::clone(&joiner.works);
        let work = &works[file];
        if joiner.files[file].failed {
            return;
        }
        if let Some(hash) = done.hash {
            joiner.files[file].tree.push(hash);
        }
        let expected = joiner.files[file].next_start;
        let part = match done.part {
            Ok(part)
                if part.start == expected
                    || joins_empty(&part, expected, index, self.options.chunk_size) =>
            {
                Ok(part)
            }
            Ok(_) => self.again(joiner, work, index, expected),
            Err(error) => Err(error),
        };
        match part {
            Ok(part) => self.absorb(joiner, file, part, expected),
            Err(error) => {
                let so_far = &mut joiner.files[file];
                so_far.failed = true;
                so_far.issues.add(Issue {
                    code: IssueCode("read/unreadable"),
                    class: IssueClass::Skipped,
                    line: work.file.table.lines_before + so_far.tally.lines,
                    record: None,
                    byte: expected,
                    column: None,
                    detail: format!(
                        "reading stopped here: {}; what stands before was evaluated",
                        error.kind()
                    ),
                });
                return;
            }
        }
        if last && self.judging {
            self.finish(joiner, file, done.whole);
        }
    }

    /// Does a chunk again from its true start.
    fn again(
        &self,
        joiner: &mut Joiner<'_>,
        work: &FileWork<'_>,
        index: u64,
        start: u64,
    ) -> std::io::Result<ChunkPart> {
        joiner.dead.insert((work.number, index));
        let table = &work.file.table;
        let Joiner { worker, chunk, .. } = joiner;
        table.load(chunk, index, self.options.chunk_size)?;
        let part = self.part(work, worker, chunk, start, 1)?;
        // The parity counts from the true end: the quotes between the next chunk's start and it are skipped.
        let next = index + 1;
        let mut quotes = 0;
        let mut at = next;
        while at.saturating_mul(self.options.chunk_size) < part.end.min(table.input.len) {
            table.load(chunk, at, self.options.chunk_size)?;
            let upto =
                usize::try_from(part.end.saturating_sub(chunk.range.start)).unwrap_or(usize::MAX);
            let raw = chunk.raw.get(..upto.min(chunk.raw.len())).unwrap_or_default();
            quotes += memchr::memchr_iter(table.quote, raw).count() as u64;
            at += 1;
        }
        let (file, _) = self
            .works
            .iter()
            .enumerate()
            .find(|(_, other)| other.number == work.number)
            .unwrap_or((0, work));
        self.chains[file].settle(next, quotes);
        Ok(part)
    }

    fn absorb(&self, joiner: &mut Joiner<'_>, file: usize, part: ChunkPart, start: u64) {
        let works = Arc::clone(&joiner.works);
        let work = &works[file];
        let so_far = &mut joiner.files[file];
        let opened = work.file.table.tally;
        let lines = work.file.table.lines_before + (so_far.tally.lines - opened.lines);
        let records = so_far.tally.records;
        so_far.chunks.push(ChunkStart { start, records, lines });
        so_far.next_start = part.end.max(start);
        so_far.issues.append(part.issues, lines, records);
        for footer in &part.footers {
            if let Some(issue) = footer.check(lines, records) {
                so_far.issues.add(issue);
            }
        }
        so_far.tally.lines += part.tally.lines;
        so_far.tally.records += part.tally.records;
        so_far.tally.kept += part.tally.kept;
        so_far.tally.skipped += part.tally.skipped;
        so_far.tally.not_records += part.tally.not_records;
        so_far.tally.flagged += part.tally.flagged;
        so_far.evidence.0 += part.evidence.0;
        so_far.evidence.1 += part.evidence.1;
        so_far.overflows += part.overflows;
        for Yield { sink, keys, rows } in part.yields {
            if let Some(sink) = self.sinks.get(&sink)
                && let Err(error) = sink.add(&keys, &rows)
            {
                self.fail(Failure::Error(self.options.spill_error(&error)));
            }
        }
        so_far
            .profile
            .resize_with(so_far.profile.len().max(part.profile.len()), ColumnPart::default);
        for (column, next) in so_far.profile.iter_mut().zip(part.profile) {
            column.merge(next, (records, lines));
        }
        let mut stream = part.stream;
        let absolute = |place: &mut Place| {
            place.record = place.record.map(|record| record + records);
            place.line = place.line.map(|line| line + lines);
        };
        let place = |finding: &mut Finding| absolute(&mut finding.place);
        for mut account in part.accounts {
            place(&mut account.finding);
            so_far.accounts.push(account);
        }
        if let Some(sink) = &self.hooks.holdings {
            let mut sink = lock(sink);
            for mut holding in part.holdings {
                absolute(&mut holding.place);
                if let Err(error) = sink.take(&holding) {
                    self.fail(Failure::Error(EngineError::Stream { kind: error.kind() }));
                    return;
                }
            }
        }
        stream.iter_mut().for_each(place);
        for (number, task_part) in part.tasks.into_iter().enumerate() {
            let task = &work.tasks.tasks[number];
            let into = &mut so_far.tasks[number];
            add(&mut into.counts, &task_part.counts);
            for (reason, count) in task_part.reasons {
                *into.reasons.entry(reason).or_default() += count;
            }
            for (entry, count) in task_part.allowed {
                *into.allowed.entry(entry).or_default() += count;
            }
            for (waiver, count) in task_part.waived {
                *into.waived.entry(waiver).or_default() += count;
            }
            let mut sightings = task_part.sightings;
            for mut example in task_part.examples {
                place(&mut example.finding);
                into.examples.push(example);
            }
            into.trace
                .extend(task_part.trace.iter().map(|(record, word)| (record + records, *word)));
            if let TaskKind::Measure { groups, .. } = task.kind
                && let Err(error) = self.shared.groups[groups].add(task_part.groups)
            {
                self.fail(Failure::Error(self.options.spill_error(&error)));
            }
            if let TaskKind::References { late, .. } = task.kind {
                let mut orphans = lock(&self.shared.orphans[late]);
                for place in task_part.late.as_chunks().0 {
                    if let Err(error) = orphans.push(u64::from_le_bytes(*place)) {
                        self.fail(Failure::Error(self.options.spill_error(&error)));
                    }
                }
            }
            if let TaskKind::NoOverlap { sorter, .. } | TaskKind::GapFree { sorter, .. } = task.kind
                && let Err(error) = self.shared.sorters[sorter].add(&task_part.sorted)
            {
                self.fail(Failure::Error(self.options.spill_error(&error)));
            }
            if let TaskKind::Ordered { direction, strict, .. } = &task.kind {
                for run in task_part.runs {
                    let before = into.last.insert(run.group, run.last);
                    let breaks = |last: &Ranked| run.first.breaks(last, *direction, *strict);
                    if !before.as_ref().is_some_and(breaks) {
                        continue;
                    }
                    into.counts.passed -= 1;
                    into.counts.violations += 1;
                    let mut broken = run.if_broken;
                    tally(run.told.standing, &mut into.counts, &mut into.waived);
                    sightings.note(&run.told, task.excuses.watch());
                    place(&mut broken.finding);
                    if let (true, Some(record)) = (work.trace, broken.finding.place.record)
                        && let Some(entry) =
                            into.trace.iter_mut().find(|(number, _)| number + 1 == record)
                    {
                        entry.1 = Expectation::Violation;
                    }
                    let account = so_far.accounts.iter_mut().find(|account| {
                        let (told, broken) = (&account.finding, &broken.finding);
                        told.rule == broken.rule && told.place == broken.place
                    });
                    if let Some(account) = account {
                        account.word = Expectation::Violation;
                        account.finding.message.clone_from(&broken.finding.message);
                        account.finding.standing = broken.finding.standing;
                    }
                    if work.stream {
                        stream.push(broken.finding.clone());
                    }
                    into.examples.push(broken);
                }
            }
            into.nameless += sightings.nameless;
            let (baseline, register) = (self.options.baseline.as_deref(), self.hooks.register);
            if let Err(error) = sightings.settle(task.rule, baseline, register) {
                self.fail(Failure::Error(self.options.spill_error(&error)));
            }
            keep_lowest(&mut into.examples, work.examples);
            if into.examples.len() == work.examples
                && let Some(highest) = into.examples.last()
            {
                work.thresholds[number].store(highest.priority, Ordering::Relaxed);
            }
        }
        if let Some(sink) = &self.hooks.findings {
            stream.sort_by_key(|finding| (finding.place.record, finding.rule));
            let mut sink = lock(sink);
            for finding in &stream {
                if let Err(error) = sink.take(finding) {
                    self.fail(Failure::Error(EngineError::Stream { kind: error.kind() }));
                    return;
                }
            }
        }
    }

    /// What can be said when a file has been read to its end.
    fn finish(&self, joiner: &mut Joiner<'_>, file: usize, whole: Option<blake3::Hash>) {
        let works = Arc::clone(&joiner.works);
        let table = &works[file].file.table;
        let so_far = &mut joiner.files[file];
        so_far.complete = true;
        let read = so_far.tally.records;
        if let Some(issue) = table.shortfall(read) {
            so_far.issues.add(issue);
        }
        let mut more = [0_u8];
        let grown =
            table.input.bytes.read_at(table.input.len, &mut more).is_ok_and(|count| count > 0);
        if grown {
            so_far.issues.add(Issue {
                code: IssueCode("read/changed"),
                class: IssueClass::Skipped,
                line: table.lines_before + so_far.tally.lines,
                record: None,
                byte: table.input.len,
                column: None,
                detail: "the file has grown while it was read; scan it when its export has ended"
                    .to_owned(),
            });
        } else {
            let tree = std::mem::take(&mut so_far.tree);
            so_far.digest = whole.or_else(|| tree.finish());
            if so_far.digest.is_none() {
                so_far.digest = hash_whole(table);
            }
        }
        if let Some(encoding) = table.contrary(so_far.evidence.0, so_far.evidence.1) {
            joiner.contrary.push((works[file].number, encoding));
        }
    }
}

/// Whether a chunk in which no record starts joins a file whose next record starts beyond it.
fn joins_empty(part: &ChunkPart, expected: u64, index: u64, size: u64) -> bool {
    let end = (index + 1).saturating_mul(size);
    part.start == part.end && part.start >= end && expected >= end
}

/// The digest of a file in one go, where chunks are no subtrees of it.
fn hash_whole(table: &Table) -> Option<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    let mut offset = 0;
    loop {
        let count = table.input.bytes.read_at(offset, &mut buffer).ok()?;
        if count == 0 {
            break;
        }
        hasher.update(&buffer[..count]);
        offset += count as u64;
    }
    (offset == table.input.len).then(|| hasher.finalize())
}

/// Keeps the examples that are shown, lowest first.
pub(crate) fn keep_lowest(examples: &mut Vec<Example>, most: usize) {
    examples.sort_by_key(|example| {
        (
            example.priority,
            example.finding.place.record,
            example.finding.identifier.as_ref().map(|found| found.2),
        )
    });
    examples.truncate(most);
}

/// Adds counts up.
pub(crate) fn add(into: &mut Counts, more: &Counts) {
    into.records += more.records;
    into.not_applicable += more.not_applicable;
    into.passed += more.passed;
    into.violations += more.violations;
    into.not_evaluable += more.not_evaluable;
    into.pending += more.pending;
    into.waived += more.waived;
    into.baselined += more.baselined;
    into.occurrences += more.occurrences;
    for (into, more) in into.overdue.iter_mut().zip(more.overdue) {
        *into += more;
    }
}
