//! One chunk: its cells loaded, its conditions computed, its records judged.

use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::detect::{Finder, Hit};
use crate::engine::atom::{Memory, same_text};
use crate::engine::bits::Bits;
use crate::engine::column::{self, CellSource, Complaints};
use crate::engine::excuse::{Sight, rank, tally};
use crate::engine::group::GroupStore;
use crate::engine::kernel::{self, Frame, Outside};
use crate::engine::known::{self, KeptRows, RosterAt, Spot, Spotting};
use crate::engine::part::{ChunkPart, Example, Run, TaskPart};
use crate::engine::profile::{self, ColumnMemory, ProfileTask};
use crate::engine::program::Program;
use crate::engine::relation::{self, Access, Found, Kept, Keys, Relations, Selecting, Yield};
use crate::engine::show::{FoundHere, Pending, Shower, trimmed};
use crate::engine::sweep::{self, Sorter};
use crate::engine::task::{AskKind, FileScope, IdentifierTask, SetTasks, Task, TaskKind};
use crate::engine::vector::{Space, Values, Vector};
use crate::engine::verdict::{Cells, FieldCells, Ranked, Timeliness, Verdict, cell, search};
use crate::expr::typed::FieldId;
use crate::finding::{
    Account, Age, Counts, Finding, Holding, Person, Place, RecordKey, Standing, article,
};
use crate::plan::BoundFile;
use crate::retention::{Caveat, Claims, Fact, FactValue, Facts, RecordClass, RetainKind, Ruling};
use crate::rule::{Check, CheckedRule, Direction, Expectation, RecordSet};
use crate::source::{Batch, CellSpan};
use crate::store::{Entry, KeyHasher, KeyStore, OriginSorter};
use crate::value::Date;

/// Everything about one file that its chunks share.
pub(crate) struct FileWork<'p> {
    /// The number of the file in the plan.
    pub(crate) number: usize,
    /// The file.
    pub(crate) file: &'p BoundFile,
    /// Its record set.
    pub(crate) set: &'p RecordSet,
    /// All rules of the plan.
    pub(crate) rules: &'p [CheckedRule],
    /// Its rules, compiled.
    pub(crate) tasks: SetTasks,
    /// What rules ask of related records.
    pub(crate) relations: &'p Relations,
    /// How the related records are found, by access.
    pub(crate) accesses: Vec<Access>,
    /// What was found before the records are read, by selection.
    pub(crate) found: Vec<Found>,
    /// Who is known in its texts, where a rule looks for them.
    pub(crate) roster: Option<Arc<RosterAt>>,
    /// The highest priority still shown, by task; sunk as verified chunks are joined.
    pub(crate) thresholds: Vec<AtomicU64>,
    /// How findings are made safe to show.
    pub(crate) shower: Shower<'p>,
    /// The as-of date.
    pub(crate) as_of: Date,
    /// Examples a rule.
    pub(crate) examples: usize,
    /// Whether every finding is wanted.
    pub(crate) stream: bool,
    /// Whether the word on each record is wanted.
    pub(crate) trace: bool,
    /// The key of the record of which accounts are wanted.
    pub(crate) watched: Option<RecordKey>,
    /// Whether it is wanted how long each record is kept.
    pub(crate) holdings: bool,
    /// What is looked for in its columns, if it is a file of a release.
    pub(crate) profile: Option<ProfileTask>,
}

/// What all files share.
pub(crate) struct Shared {
    /// Makes fingerprints of keys.
    pub(crate) hasher: KeyHasher,
    /// One store a uniqueness rule.
    pub(crate) stores: Vec<KeyStore>,
    /// One sorter a rule about intervals or sequences.
    pub(crate) sorters: Vec<Sorter>,
    /// The groups of each measure.
    pub(crate) groups: Vec<GroupStore>,
    /// Keys to which no record belongs, by rule about references.
    pub(crate) orphans: Vec<Mutex<OriginSorter>>,
}

/// What one thread keeps from chunk to chunk.
#[derive(Debug, Default)]
pub(crate) struct Worker {
    /// The file at hand and the answers remembered for it; those of other files are let go, so that many files
    /// take no more room than one.
    memories: (usize, Vec<Memory>),
    /// The same for the columns of a release.
    seen: (usize, Vec<ColumnMemory>),
    /// The batch, reused.
    pub(crate) batch: Batch,
    spans: Vec<Vec<CellSpan>>,
    entries: Vec<Entry>,
    /// What was read last of each join.
    kept: Vec<Kept>,
    /// What was read last of the joins with known people.
    kept_known: [KeptRows; 2],
}

/// The place of a record for the key stores, in the order of the export: file, chunk, record in the chunk,
/// and the attempt at the chunk.
///
/// 16 bits of file, 24 of chunk, 22 of record and 2 of attempt: at 512 KiB a chunk, files of 8 TiB.
pub(crate) fn origin(file: usize, chunk: u64, record: u64, attempt: u8) -> u64 {
    (file as u64 & 0xFFFF) << 48
        | (chunk & 0xFF_FFFF) << 24
        | (record & 0x3F_FFFF) << 2
        | u64::from(attempt & 3)
}

/// The parts of an origin: file, chunk, record in the chunk, attempt.
pub(crate) fn origin_parts(origin: u64) -> (usize, u64, u64, u8) {
    let file = usize::try_from(origin >> 48).unwrap_or(0);
    (file, origin >> 24 & 0xFF_FFFF, origin >> 2 & 0x3F_FFFF, u8::try_from(origin & 3).unwrap_or(0))
}

/// Spreads examples over a file: a hash of the place, the same in every run.
pub(crate) fn priority(place: u64) -> u64 {
    let mut mixed = place.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

/// Judges the records of the worker's batch.
///
/// # Errors
/// Whatever keeps the key stores from spilling.
pub(crate) fn judge(
    work: &FileWork<'_>,
    shared: &Shared,
    worker: &mut Worker,
    chunk: u64,
    attempt: u8,
) -> std::io::Result<ChunkPart> {
    let Worker { memories, seen, batch, spans, entries, kept, kept_known } = worker;
    let rows = batch.rows;
    let mut part = ChunkPart {
        tasks: work.tasks.tasks.iter().map(|_| TaskPart::default()).collect(),
        ..ChunkPart::default()
    };
    let columns = load_spans(work, batch, spans);
    let mut issues = std::mem::take(&mut batch.issues);
    let mut flagged = 0;
    let mut pendings: Vec<Pending> = Vec::new();
    let mut invalid: HashMap<FieldId, Bits> = HashMap::new();
    if rows > 0 {
        let frozen: &Batch = batch;
        let mut space = Space::new(&frozen.buffer);
        let mut complaints = Complaints::new(frozen);
        let program = &work.tasks.program;
        let fields = load_fields(work, program, (&columns, spans), &mut space, &mut complaints);
        flagged = complaints.finish(&mut issues);
        if memories.0 != work.number {
            *memories = (work.number, Vec::new());
        }
        let memories = &mut memories.1;
        memories.resize_with(program.atom_sets.len(), Memory::default);
        let (answers, asked) = ask(program, &fields, memories, &space, rows);
        let typed: Vec<Option<Rc<Vector>>> = fields
            .iter()
            .map(|cells| cells.as_ref().and_then(|cells| cells.typed.clone()))
            .collect();
        let place = |file: usize, row: usize| origin(file, chunk, frozen.ordinal(row), attempt);
        let of_set = &work.relations.sets[work.file.set];
        let keys = {
            let cells = Cells {
                rows,
                fields: &fields,
                set: work.set,
                nodes: &[],
                answers: &answers,
                space: &space,
                as_of: work.as_of,
            };
            let accesses = of_set.accesses.iter().take(work.accesses.len());
            accesses
                .map(|access| Keys::of(&cells, &access.mine, &shared.hasher))
                .collect::<Vec<_>>()
        };
        kept.resize_with(work.found.len(), Kept::default);
        let found = work
            .found
            .iter()
            .zip(kept)
            .zip(&of_set.selections)
            .map(|((found, kept), selection)| match found {
                Found::Nothing => Ok(None),
                Found::Alike(constant) => Ok(Some(constant.selected(selection, rows))),
                Found::Placed(placed) => {
                    let keys = &keys[selection.access];
                    let here = (work.number, chunk);
                    let place = |row| origin(work.number, chunk, frozen.ordinal(row), 0);
                    placed.selected(selection, keys, here, &place, kept).map(Some)
                }
            })
            .collect::<std::io::Result<Vec<_>>>()?;
        let mut related = Selecting::new(
            work.relations,
            (work.file.set, &work.tasks),
            &work.accesses,
            &keys,
            found,
            &shared.hasher,
        );
        let mut frame = Frame {
            rows,
            space: &mut space,
            as_of: work.as_of,
            fields: &typed,
            answers: &answers,
            asked: &asked,
            outside: Outside::Related(&mut related),
            overflows: 0,
        };
        let nodes = kernel::run(&program.nodes, &mut frame);
        part.overflows = frame.overflows;
        let cells = Cells {
            rows,
            fields: &fields,
            set: work.set,
            nodes: &nodes,
            answers: &answers,
            space: &space,
            as_of: work.as_of,
        };
        if let Some(profile) = &work.profile {
            if seen.0 != work.number {
                *seen = (work.number, Vec::new());
            }
            part.profile = profile::take(
                profile,
                frozen,
                (&columns, spans),
                &mut seen.1,
                &shared.hasher,
                (work.as_of.year(), work.shower.reveal),
            );
        }
        for harvest in &work.tasks.harvests {
            part.yields.push(harvest.take(&cells, &shared.hasher, &place));
        }
        if let Some(people) = &work.tasks.people {
            part.yields.extend(people.take(&cells, &shared.hasher, work.shower.keyed));
        }
        if !work.tasks.digests.is_empty() {
            let columns = work.tasks.digests.iter().filter_map(|column| columns.get(column));
            let columns = columns.filter_map(|slot| spans.get(*slot).map(Vec::as_slice));
            part.yields.push(known::digests_of(columns, &frozen.buffer, &shared.hasher));
        }
        let mut spotting = None;
        if let (Some(search), Some(roster)) = (&work.tasks.search, &work.roster) {
            let texts = search
                .columns
                .iter()
                .filter_map(|column| Some((*column, spans.get(*columns.get(column)?)?.as_slice())));
            let place = |row| origin(work.number, chunk, frozen.ordinal(row), 0);
            let (spotted, asked) = known::spot(
                search,
                roster,
                &cells,
                &texts.collect(),
                ((work.number, chunk), &place),
                &shared.hasher,
                kept_known,
            )?;
            if let Some(profile) = &work.profile {
                profile::add_known(
                    profile,
                    frozen,
                    (&columns, spans),
                    &spotted,
                    work.shower.reveal,
                    &mut part.profile,
                );
            }
            spotting = Some(spotted);
            part.yields.extend(asked);
        }
        let judging = Judging {
            work,
            shared,
            batch: frozen,
            cells: &cells,
            columns: &columns,
            spans,
            chunk,
            attempt,
            related: &related,
            watched: watched_rows(work, &cells),
            spotting,
        };
        for (number, task) in work.tasks.tasks.iter().enumerate() {
            entries.clear();
            let verdict =
                judging.task(number, task, &mut part.tasks[number], &mut pendings, entries);
            if let Some(verdict) = verdict {
                judging.account(number, task, &verdict, &mut part.accounts, &mut pendings);
            }
            if work.holdings {
                judging.holdings(task, &mut part.holdings);
            }
            match &task.kind {
                TaskKind::Unique { store, .. } => shared.stores[*store].add(entries)?,
                TaskKind::References { sink, .. } => {
                    let places = entries.iter().flat_map(|entry| entry.origin.to_le_bytes());
                    match sink {
                        Some(sink) => part.yields.push(Yield {
                            sink: *sink,
                            keys: entries.iter().map(|entry| entry.key).collect(),
                            rows: places.collect(),
                        }),
                        None => part.tasks[number].late = places.collect(),
                    }
                }
                _ => {}
            }
        }
        for (number, cells) in fields.iter().enumerate() {
            if let (Some(cells), Ok(number)) = (cells, u16::try_from(number))
                && cells.invalid().any()
            {
                invalid.insert(FieldId(number), cells.invalid().clone());
            }
        }
    }
    show(work, batch, pendings, &invalid, &mut part);
    part.tally = batch.tally;
    part.tally.flagged += flagged;
    part.issues = issues;
    part.footers = std::mem::take(&mut batch.footers);
    part.evidence = (batch.valid_multibyte, batch.invalid_bytes);
    Ok(part)
}

/// Turns what is to be shown into findings, and hands each to its rule.
fn show(
    work: &FileWork<'_>,
    batch: &mut Batch,
    pendings: Vec<Pending>,
    invalid: &HashMap<FieldId, Bits>,
    part: &mut ChunkPart,
) {
    if pendings.is_empty() {
        return;
    }
    let findings = work.shower.findings(work, batch, &pendings, invalid);
    for (pending, finding) in pendings.into_iter().zip(findings) {
        if let Some(account) = pending.account {
            part.accounts[account].finding = finding;
            continue;
        }
        let task = &mut part.tasks[pending.task];
        if let Some(run) = pending.run {
            task.runs[run].if_broken.finding = finding;
            continue;
        }
        if pending.shown {
            task.examples.push(Example { priority: pending.priority, finding: finding.clone() });
        }
        if work.stream {
            part.stream.push(finding);
        }
    }
    if work.stream {
        part.stream.sort_by_key(|finding| (finding.place.record, finding.rule));
    }
}

/// The rows of the record of which accounts are wanted.
fn watched_rows(work: &FileWork<'_>, cells: &Cells<'_>) -> Vec<usize> {
    let Some(wanted) = &work.watched else { return Vec::new() };
    let key = |row: usize| {
        let texts = work.file.key.iter().map(|field| {
            let of = cells.field(*field);
            of.map_or(&[][..], |of| cells.space.get(of.texts.refs[row]))
        });
        texts.collect::<Vec<_>>().join(&b'|')
    };
    let keyed = !work.file.key.is_empty();
    (0..cells.rows).filter(|row| keyed && wanted.is(&key(*row))).collect()
}

/// Fetches the spans of every column that is needed; gives, by column, where they lie.
fn load_spans(
    work: &FileWork<'_>,
    batch: &mut Batch,
    spans: &mut Vec<Vec<CellSpan>>,
) -> BTreeMap<usize, usize> {
    let asked = work.tasks.tasks.iter().any(|task| task.excuses.ask_identity());
    let of_fields = columns_of(work, &work.tasks.program, asked);
    let searched = work.tasks.tasks.iter().flat_map(|task| match &task.kind {
        TaskKind::Identifiers(task) => task.columns.iter().map(|column| column.column).collect(),
        _ => Vec::new(),
    });
    let known = work.tasks.search.iter().flat_map(|search| search.columns.iter().copied());
    let known = known.chain(work.tasks.digests.iter().copied());
    let profiled = work.profile.iter().flat_map(|profile| &profile.columns);
    let profiled = profiled.map(|column| column.column);
    fetch(of_fields.chain(searched).chain(known).chain(profiled), batch, spans)
}

/// The columns that a program reads, and those of the key where the identities of records are asked for.
fn columns_of<'w>(
    work: &'w FileWork<'_>,
    program: &'w Program,
    identity: bool,
) -> impl Iterator<Item = usize> + 'w {
    let key = work.file.key.iter().filter(move |_| identity);
    let fields = program.raw.iter().chain(&program.typed).chain(key);
    let bound = fields.filter_map(|field| work.file.columns[usize::from(field.0)].as_ref());
    bound.map(|bound| bound.column)
}

/// Fetches the spans of columns; gives, by column, where they lie.
fn fetch(
    wanted: impl Iterator<Item = usize>,
    batch: &mut Batch,
    spans: &mut Vec<Vec<CellSpan>>,
) -> BTreeMap<usize, usize> {
    let mut columns = BTreeMap::new();
    for column in wanted {
        let next = columns.len();
        columns.entry(column).or_insert(next);
    }
    spans.resize_with(spans.len().max(columns.len()), Vec::new);
    for (&column, &slot) in &columns {
        batch.column(column, &mut spans[slot]);
    }
    columns
}

/// The texts of the key of a row, as they are told from others.
fn key_texts<'b>(
    work: &FileWork<'_>,
    (columns, spans): (&BTreeMap<usize, usize>, &[Vec<CellSpan>]),
    buffer: &'b [u8],
    row: usize,
) -> Vec<&'b [u8]> {
    let text = |field: &FieldId| {
        let column = work.file.columns[usize::from(field.0)].as_ref()?.column;
        let span = spans.get(*columns.get(&column)?)?.get(row)?;
        Some(trimmed(work.set.field(*field), cell(*span, buffer)))
    };
    work.file.key.iter().map(|field| text(field).unwrap_or_default()).collect()
}

/// What is known of violations of a rule that are found late: the records of a batch that was read again, by their
/// rows.
pub(crate) fn tell_late(
    work: &FileWork<'_>,
    task: &Task,
    batch: &mut Batch,
    rows: &[usize],
) -> Vec<Sight> {
    let Some(program) = task.excuses.aside() else { return vec![Sight::default(); rows.len()] };
    let mut spans = Vec::new();
    let columns = fetch(columns_of(work, program, true), batch, &mut spans);
    let frozen: &Batch = batch;
    let mut space = Space::new(&frozen.buffer);
    // What cannot be read was told when the records were judged.
    let mut complaints = Complaints::new(frozen);
    let fields = load_fields(work, program, (&columns, &spans), &mut space, &mut complaints);
    let mut memories: Vec<Memory> = Vec::new();
    memories.resize_with(program.atom_sets.len(), Memory::default);
    let (answers, asked) = ask(program, &fields, &mut memories, &space, frozen.rows);
    let typed: Vec<Option<Rc<Vector>>> =
        fields.iter().map(|cells| cells.as_ref().and_then(|cells| cells.typed.clone())).collect();
    let mut frame = Frame {
        rows: frozen.rows,
        space: &mut space,
        as_of: work.as_of,
        fields: &typed,
        answers: &answers,
        asked: &asked,
        outside: Outside::Pairs { columns: &[], operands: &[] },
        overflows: 0,
    };
    let nodes = kernel::run(&program.nodes, &mut frame);
    let truths = task.excuses.truths(&nodes, frozen.rows);
    let tell = |row: &usize| {
        let key = key_texts(work, (&columns, &spans), &frozen.buffer, *row);
        let identity = work.shower.identity(work, &work.rules[task.rule], &key);
        task.excuses.tell(&truths, *row, identity)
    };
    rows.iter().map(tell).collect()
}

fn load_fields(
    work: &FileWork<'_>,
    program: &Program,
    (columns, spans): (&BTreeMap<usize, usize>, &[Vec<CellSpan>]),
    space: &mut Space<'_>,
    complaints: &mut Complaints<'_>,
) -> Vec<Option<FieldCells>> {
    work.set
        .fields
        .iter()
        .enumerate()
        .map(|(number, field)| {
            let id = FieldId(u16::try_from(number).ok()?);
            let wants_type = program.typed.contains(&id);
            if !wants_type && !program.raw.contains(&id) {
                return None;
            }
            let bound = work.file.columns[number].as_ref()?;
            let source = CellSource {
                column: bound.column,
                reader: &bound.reader,
                spans: &spans[*columns.get(&bound.column)?],
            };
            let texts = column::texts(&source, space, complaints);
            let typed =
                wants_type.then(|| column::typed(&texts, field.ty, &source, space, complaints));
            Some(FieldCells { texts, typed })
        })
        .collect()
}

/// Answers the questions about texts, and says which rows have a text to ask about.
fn ask(
    program: &Program,
    fields: &[Option<FieldCells>],
    memories: &mut [Memory],
    space: &Space<'_>,
    rows: usize,
) -> (Vec<Vec<u64>>, Vec<Rc<Vector>>) {
    let mut answers = Vec::new();
    let mut asked = Vec::new();
    for ((field, set), memory) in program.atom_sets.iter().zip(memories) {
        let Some(cells) = &fields[usize::from(field.0)] else {
            answers.push(vec![0; rows]);
            asked.push(Rc::new(kernel::unreadable(rows)));
            continue;
        };
        let texts = &cells.texts;
        // Exports are grouped: a text is often that of the row before.
        let mut last: (&[u8], u64) = (&[], 0);
        let words = (0..rows).map(|row| {
            if !texts.present.get(row) {
                return 0;
            }
            let text = space.get(texts.refs[row]);
            if !same_text(text, last.0) {
                last = (text, memory.answers(set, text));
            }
            last.1
        });
        answers.push(words.collect());
        asked.push(Rc::new(Vector {
            values: Values::Int(Vec::new()),
            high: None,
            present: texts.present.clone(),
            invalid: texts.invalid.clone(),
        }));
    }
    (answers, asked)
}

/// One batch being judged.
struct Judging<'j, 'p> {
    work: &'j FileWork<'p>,
    shared: &'j Shared,
    batch: &'j Batch,
    cells: &'j Cells<'j>,
    columns: &'j BTreeMap<usize, usize>,
    spans: &'j [Vec<CellSpan>],
    chunk: u64,
    attempt: u8,
    related: &'j Selecting<'j>,
    watched: Vec<usize>,
    spotting: Option<Spotting>,
}

impl Judging<'_, '_> {
    fn task(
        &self,
        number: usize,
        task: &Task,
        part: &mut TaskPart,
        pendings: &mut Vec<Pending>,
        entries: &mut Vec<Entry>,
    ) -> Option<Verdict> {
        let (applies, where_unknown) = self.applies(task);
        // The identifiers of each violating row.
        let mut found: BTreeMap<usize, Vec<Spotted>> = BTreeMap::new();
        let verdict = match &task.kind {
            TaskKind::Require(fields) => self.cells.require(fields, &applies),
            TaskKind::RequireAny(fields) => self.cells.require_any(fields, &applies),
            TaskKind::Truth { node, violates } => {
                self.cells.truth(*node, *violates, task.unknown_violates, &applies)
            }
            TaskKind::Deadline(deadline) => self.cells.deadline(deadline, &applies),
            TaskKind::Answer { field, set, bit, .. } => {
                self.cells.answer(*field, *set, *bit, &applies)
            }
            TaskKind::Readable(fields) => self.cells.readable(fields, &applies),
            TaskKind::Unique { fields, .. } => {
                let keys = Keys::of(self.cells, fields, &self.shared.hasher);
                let verdict = self.cells.keyed(fields, &keys, &applies);
                entries.extend(
                    verdict
                        .applies
                        .and(&keys.whole)
                        .rows()
                        .map(|row| Entry { key: keys.prints[row], origin: self.origin(row) }),
                );
                verdict
            }
            TaskKind::Measure { measure, .. } => {
                measure.add(
                    &mut part.groups,
                    &applies,
                    self.cells,
                    &self.shared.hasher,
                    &|row| match measure.parts.as_slice() {
                        [] => self.group(&measure.by, row),
                        _ => measure.combination(row, self.cells, &self.shared.hasher),
                    },
                    &|row| origin(self.work.number, self.chunk, self.batch.ordinal(row), 0),
                );
                return None;
            }
            TaskKind::Ordered { field, by, direction, strict } => {
                self.order(number, *field, by, (*direction, *strict), &applies, part, pendings)
            }
            TaskKind::Identifiers(_) => {
                let (verdict, spotted) = self.identifiers(task, &applies, part);
                found = spotted;
                verdict
            }
            TaskKind::References { access, .. } => self.references(*access, &applies, entries),
            TaskKind::NoOverlap { by, from, to, .. } => {
                self.intervals(by, *from, *to, &applies, part)
            }
            TaskKind::GapFree { field, by, .. } => self.sequence(*field, by, &applies, part),
            TaskKind::Retain(retain) => self.cells.retain(retain, self.related, &applies),
        };
        let verdict = verdict.settle(&where_unknown);
        self.count(task, &verdict, part);
        let told_of = self.tell(task, verdict.violation.rows());
        for told in told_of.values() {
            tally(told.standing, &mut part.counts, &mut part.waived);
            part.sightings.note(told, task.excuses.watch());
        }
        if task.excuses.ask_doubted() {
            for row in verdict.unknown.rows() {
                if let Some(identity) = self.identity(task, row) {
                    task.excuses.doubt(identity, &mut part.sightings);
                }
            }
        }
        self.age(task, &verdict, &told_of, &mut part.counts);
        if matches!(task.kind, TaskKind::Identifiers(_)) {
            self.pick_identifiers(number, task, found, &told_of, pendings);
        } else {
            self.pick(number, task, &verdict, &told_of, pendings);
        }
        Some(verdict)
    }

    /// Rows to which a rule applies, and those of which that is not known.
    fn applies(&self, task: &Task) -> (Bits, Bits) {
        let rows = self.cells.rows;
        if let TaskKind::Identifiers(IdentifierTask { scope: FileScope::LeftOut, .. }) = &task.kind
        {
            return (Bits::zeros(rows), Bits::zeros(rows));
        }
        match task.applies {
            Some(node) => {
                let vector = &self.cells.nodes[node];
                (vector.truths(rows), vector.present.not())
            }
            None => (Bits::ones(rows), Bits::zeros(rows)),
        }
    }

    /// What is known of violating rows; nothing where nothing is asked, or where they are not known to be violations
    /// before all records are.
    fn tell(&self, task: &Task, rows: impl Iterator<Item = usize>) -> BTreeMap<usize, Sight> {
        let mut rows = rows.peekable();
        if task.excuses.is_empty() || task.excuses.aside().is_some() || rows.peek().is_none() {
            return BTreeMap::new();
        }
        let truths = task.excuses.truths(self.cells.nodes, self.cells.rows);
        let asked = task.excuses.ask_identity();
        let tell = |row: usize| {
            let identity = if asked { self.identity(task, row) } else { None };
            (row, task.excuses.tell(&truths, row, identity))
        };
        rows.map(tell).collect()
    }

    /// The identity of a finding of a rule about the record in a row.
    fn identity(&self, task: &Task, row: usize) -> Option<u128> {
        let key = key_texts(self.work, (self.columns, self.spans), self.cells.space.buffer, row);
        self.work.shower.identity(self.work, &self.work.rules[task.rule], &key)
    }

    /// Says of the watched records what the rule says and why.
    fn account(
        &self,
        number: usize,
        task: &Task,
        verdict: &Verdict,
        accounts: &mut Vec<Account>,
        pendings: &mut Vec<Pending>,
    ) {
        let violating = self.watched.iter().copied().filter(|row| verdict.violation.get(*row));
        let told = self.tell(task, violating);
        for &row in &self.watched {
            let word = verdict.word(row);
            let mut reasons = Vec::new();
            if word == Expectation::NotEvaluable {
                let only = Bits::from_fn(self.cells.rows, |other| other == row);
                reasons = self.reasons(task, &only).into_keys().collect();
            }
            let derivation = match &task.kind {
                TaskKind::Retain(retain) => {
                    let mut facts = Facts::new();
                    self.cells.facts(retain, row, self.related, &mut facts);
                    let mut derivation = retain.timetable.derive(&facts, self.cells.as_of);
                    // What stops a destruction is the matter of rules that ask for it.
                    let rule = &self.work.rules[task.rule];
                    let asks = |fact: Fact| match &rule.check {
                        Check::Retain(asked) => asked.facts.iter().any(|from| from.fact == fact),
                        _ => false,
                    };
                    derivation.caveats.retain(|caveat| {
                        !matches!(caveat, Caveat::Holds | Caveat::Requests) || asks(caveat.fact())
                    });
                    Some(derivation)
                }
                _ => None,
            };
            let message = match word {
                Expectation::Violation => self.message(task, row),
                _ => String::new(),
            };
            pendings.push(Pending {
                task: number,
                row,
                priority: 0,
                shown: false,
                message,
                standing: standing_of(&told, row),
                overdue: None,
                fields: None,
                run: None,
                account: Some(accounts.len()),
                found: None,
            });
            let finding = Finding::plain(0, Place::default(), String::new());
            accounts.push(Account { finding, word, reasons, derivation });
        }
    }

    /// Says how long each record is kept to which a rule about that applies.
    fn holdings(&self, task: &Task, holdings: &mut Vec<Holding>) {
        let TaskKind::Retain(retain) = &task.kind else { return };
        let (applies, _) = self.applies(task);
        let mut facts = Facts::new();
        for row in applies.rows() {
            self.cells.facts(retain, row, self.related, &mut facts);
            let class = match facts.get(Fact::Class) {
                FactValue::Known { low, high } if low == high => RecordClass::numbered(low),
                _ => None,
            };
            let (holds, outlook) =
                (facts.get(Fact::Holds), retain.timetable.outlook(&facts, self.cells.as_of));
            let litigation = match facts.get(Fact::Litigation) {
                FactValue::Absent | FactValue::Missing => Ruling::Pass,
                FactValue::Known { .. } | FactValue::Unknown => {
                    // Without its holds, what keeps the record is litigation alone.
                    facts.set(Fact::Holds, FactValue::exact(0));
                    let ruling = retain.timetable.judge(RetainKind::Held, &facts, self.cells.as_of);
                    facts.set(Fact::Holds, holds);
                    ruling
                }
            };
            holdings.push(Holding {
                rule: task.rule,
                place: Place {
                    file: Some(self.work.shower.file.clone()),
                    record: Some(self.batch.ordinal(row) + 1),
                    line: Some(self.batch.line(row) + 1),
                },
                key: self.work.shower.tags(self.work, self.cells, &self.work.file.key, row),
                class,
                outlook,
                claims: Claims {
                    holds,
                    requests: facts.get(Fact::Requests),
                    litigation,
                    gone: facts.get(Fact::Logged),
                },
            });
        }
    }

    fn count(&self, task: &Task, verdict: &Verdict, part: &mut TaskPart) {
        let rows = self.cells.rows as u64;
        let (violations, not_evaluable) = (verdict.violation.count(), verdict.unknown.count());
        let pending = verdict.pending.count();
        let applies = verdict.applies.or(&verdict.unknown).count();
        let counts = &mut part.counts;
        counts.records += rows;
        counts.not_applicable += rows - applies;
        counts.violations += violations;
        counts.not_evaluable += not_evaluable;
        counts.pending += pending;
        counts.passed += applies - violations - not_evaluable - pending;
        if verdict.unknown.any() {
            for (reason, count) in self.reasons(task, &verdict.unknown) {
                *part.reasons.entry(reason).or_default() += count;
            }
        }
        if self.work.trace {
            for row in 0..self.cells.rows {
                let word = verdict.word(row);
                part.trace.push((self.batch.ordinal(row), word));
            }
        }
    }

    /// Counts what is overdue and has to be done, by how long.
    fn age(
        &self,
        task: &Task,
        verdict: &Verdict,
        told: &BTreeMap<usize, Sight>,
        counts: &mut Counts,
    ) {
        if !matches!(task.kind, TaskKind::Deadline(_)) {
            return;
        }
        for row in verdict.violation.rows() {
            let is_waived = matches!(standing_of(told, row), Standing::Waived(_));
            if let Some(days) = self.overdue(task, row).filter(|_| !is_waived) {
                counts.overdue[Age::of(days) as usize] += 1;
            }
        }
    }

    /// Chooses which violations are shown, and says what is wrong with each.
    fn pick(
        &self,
        number: usize,
        task: &Task,
        verdict: &Verdict,
        told: &BTreeMap<usize, Sight>,
        pendings: &mut Vec<Pending>,
    ) {
        if !verdict.violation.any() {
            return;
        }
        let shown = self.shown(number, task, verdict.violation.rows(), told);
        for row in verdict.violation.rows() {
            let priority = shown.get(&row).copied();
            if priority.is_some() || self.work.stream {
                pendings.push(Pending {
                    task: number,
                    row,
                    priority: priority.unwrap_or(u64::MAX),
                    shown: priority.is_some(),
                    message: self.message(task, row),
                    standing: standing_of(told, row),
                    overdue: self.overdue(task, row),
                    fields: self.faulty_fields(task, row),
                    run: None,
                    account: None,
                    found: None,
                });
            }
        }
    }

    /// The violating rows that may be shown as examples, with their priorities.
    fn shown(
        &self,
        number: usize,
        task: &Task,
        rows: impl Iterator<Item = usize>,
        told: &BTreeMap<usize, Sight>,
    ) -> HashMap<usize, u64> {
        let threshold = self.work.thresholds[number].load(Ordering::Relaxed);
        let mut best: Vec<(u64, usize)> = rows
            .map(|row| (self.priority(task, row, told), row))
            .filter(|(priority, _)| *priority <= threshold)
            .collect();
        best.sort_unstable();
        best.truncate(self.work.examples);
        best.into_iter().map(|(priority, row)| (row, priority)).collect()
    }

    /// Where a row stands among those that may be shown.
    fn priority(&self, task: &Task, row: usize, told: &BTreeMap<usize, Sight>) -> u64 {
        let priority = priority(self.batch.record_offset(row));
        if !task.excuses.may_excuse() {
            return priority;
        }
        rank(priority, standing_of(told, row))
    }

    /// The fields at fault, where a rule looks at many and each stands for itself.
    fn faulty_fields(&self, task: &Task, row: usize) -> Option<Vec<FieldId>> {
        let TaskKind::Readable(fields) = &task.kind else { return None };
        let broken = |field: &FieldId| {
            self.cells.field(*field).is_some_and(|cells| cells.invalid().get(row))
        };
        Some(fields.iter().copied().filter(broken).collect())
    }

    /// How many days a record is overdue.
    fn overdue(&self, task: &Task, row: usize) -> Option<i64> {
        let TaskKind::Deadline(deadline) = &task.kind else { return None };
        match self.cells.timeliness(deadline, row) {
            Timeliness::Overdue(days) => Some(days),
            _ => None,
        }
    }

    fn message(&self, task: &Task, row: usize) -> String {
        let rule = &self.work.rules[task.rule];
        match &task.kind {
            TaskKind::Require(fields) => {
                let lacks: Vec<String> =
                    fields.iter().filter_map(|field| self.cells.lack(*field, row)).collect();
                lacks.join("; ")
            }
            TaskKind::RequireAny(fields) => {
                let names: Vec<String> = fields
                    .iter()
                    .map(|field| format!("`{}`", self.work.set.field(*field).name))
                    .collect();
                format!("none of {} is filled", names.join(", "))
            }
            TaskKind::Deadline(deadline) => {
                self.cells.timeliness(deadline, row).words(self.work.shower.reveal)
            }
            TaskKind::Answer { field, why, .. } => {
                format!("`{}` {why}", self.work.set.field(*field).name)
            }
            TaskKind::Readable(_) => {
                let broken = self.faulty_fields(task, row).unwrap_or_default();
                let words: Vec<String> =
                    broken.into_iter().filter_map(|field| self.cells.lack(field, row)).collect();
                words.join("; ")
            }
            TaskKind::Ordered { field, .. } => {
                format!(
                    "`{}` breaks the order of the records before it",
                    self.work.set.field(*field).name
                )
            }
            TaskKind::Retain(retain) => self.cells.breach(retain, self.related, row),
            _ => rule.title.clone(),
        }
    }

    fn group(&self, by: &[FieldId], row: usize) -> u128 {
        relation::group(self.cells, by, row, &self.shared.hasher)
    }

    /// Why rows cannot be judged, and how many each.
    fn reasons(&self, task: &Task, unknown: &Bits) -> BTreeMap<String, u64> {
        let rule = &self.work.rules[task.rule];
        let mut unexplained = unknown.clone();
        let mut reasons = BTreeMap::new();
        if let TaskKind::Retain(retain) = &task.kind {
            let (applies, _) = self.applies(task);
            reasons = self.cells.undecided(retain, self.related, &unknown.and(&applies));
            unexplained = unknown.and_not(&applies);
        }
        if let (TaskKind::Identifiers(_), Some(spotting)) = (&task.kind, &self.spotting) {
            // Why `where` is unknown is another matter.
            let (applies, _) = self.applies(task);
            let judged = unknown.and(&applies);
            for (reason, rows) in [
                ("it names no patient", &spotting.nameless),
                ("its patient is not among the `patients` of the export", &spotting.strangers),
            ] {
                let count = judged.and(rows).count();
                if count > 0 {
                    reasons.insert(reason.to_owned(), count);
                }
            }
            unexplained = unknown.and_not(&applies);
        }
        if unexplained.any() {
            let related = self.lacks(task, &unexplained);
            let hindrances =
                self.cells.hindrances(&rule.fields, &task.may_be_missing, &unexplained, &related);
            for (reason, count) in hindrances {
                *reasons.entry(reason).or_default() += count;
            }
        }
        reasons
    }

    /// Why related records keep rows from being judged, and which rows each.
    fn lacks(&self, task: &Task, unknown: &Bits) -> Vec<(String, Bits)> {
        let mut lacks: Vec<(String, Bits)> = Vec::new();
        for ask in &task.asks {
            let Some(result) = self.related.result(ask.selection) else { continue };
            let vector = &result.outputs[ask.output];
            let open = unknown.and_not(&vector.present);
            let reasons = match ask.kind {
                AskKind::One => {
                    let none = open.and(&result.none);
                    let several = open.and(&result.several);
                    let keyless = self.related.keyless(ask.selection);
                    let here = open.and_not(&none).and_not(&several).and_not(&keyless);
                    vec![
                        (format!("no record of `{}` has this key", ask.records), none),
                        (
                            format!("more than one record of `{}` may belong to it", ask.records),
                            several,
                        ),
                        (format!("`{}` is missing or cannot be read", ask.name), here),
                    ]
                }
                AskKind::All => vec![
                    (
                        format!("no record of `{}` gives `{}` a value", ask.records, ask.name),
                        open.and_not(&vector.invalid),
                    ),
                    (
                        format!("the records of `{}` leave `{}` open", ask.records, ask.name),
                        open.and(&vector.invalid),
                    ),
                ],
            };
            for (reason, rows) in reasons {
                if rows.any() && !lacks.iter().any(|(other, _)| *other == reason) {
                    lacks.push((reason, rows));
                }
            }
        }
        lacks
    }

    /// `references`: which rows have a key. Those to which no record belongs are entered, or all of them where the
    /// records were put aside and are held against the keys later.
    fn references(&self, access: usize, applies: &Bits, entries: &mut Vec<Entry>) -> Verdict {
        let mut verdict = self.cells.verdict(applies);
        let keys = self.related.keys(access);
        verdict.applies = applies.and(&keys.whole.or(&keys.unknown));
        verdict.unknown = keys.unknown.clone();
        let keyed = verdict.applies.and(&keys.whole);
        let orphans = match self.related.ranges(access) {
            Some(ranges) => {
                Bits::from_fn(self.cells.rows, |row| ranges[row].is_empty()).and(&keyed)
            }
            None => keyed,
        };
        let of_set = &self.work.relations.sets[self.work.file.set];
        if self.work.relations.tables[of_set.accesses[access].table].open {
            verdict.unknown = verdict.unknown.or(&orphans);
            return verdict;
        }
        entries.extend(
            orphans.rows().map(|row| Entry { key: keys.prints[row], origin: self.origin(row) }),
        );
        verdict
    }

    /// `no_overlap`: which rows have an interval; the intervals are compared when all are known.
    fn intervals(
        &self,
        by: &[FieldId],
        from: FieldId,
        to: FieldId,
        applies: &Bits,
        part: &mut TaskPart,
    ) -> Verdict {
        let mut verdict = self.cells.verdict(applies);
        let groups = Keys::of(self.cells, by, &self.shared.hasher);
        let (Some((_, starts)), Some((end_cells, ends))) = (self.typed(from), self.typed(to))
        else {
            verdict.unknown = Bits::ones(self.cells.rows);
            return verdict;
        };
        let known = |row: usize| {
            groups.whole.get(row)
                && starts.present.get(row)
                && !end_cells.invalid().get(row)
                && starts.int(row) == starts.int_high(row)
                && (!ends.present.get(row)
                    || (ends.int(row) == ends.int_high(row) && ends.int(row) >= starts.int(row)))
        };
        verdict.unknown = Bits::from_fn(self.cells.rows, |row| !known(row));
        for row in applies.and_not(&verdict.unknown).rows() {
            let end = if ends.present.get(row) { ends.int(row) } else { i64::MAX };
            part.sorted.extend_from_slice(&groups.prints[row].to_be_bytes());
            part.sorted.extend_from_slice(&sweep::ordered(starts.int(row)));
            part.sorted.extend_from_slice(&sweep::ordered(end));
            part.sorted.extend_from_slice(&self.origin(row).to_be_bytes());
        }
        verdict
    }

    /// `gap_free`: which rows have a number; the numbers are compared when all are known.
    fn sequence(
        &self,
        field: FieldId,
        by: &[FieldId],
        applies: &Bits,
        part: &mut TaskPart,
    ) -> Verdict {
        let mut verdict = self.cells.verdict(applies);
        let groups = Keys::of(self.cells, by, &self.shared.hasher);
        let Some((cells, numbers)) = self.typed(field) else {
            verdict.unknown = Bits::ones(self.cells.rows);
            return verdict;
        };
        verdict.applies = applies.and(&cells.missing().not());
        verdict.unknown = cells.invalid().or(&groups.whole.not());
        for row in verdict.applies.and_not(&verdict.unknown).rows() {
            part.sorted.extend_from_slice(&groups.prints[row].to_be_bytes());
            part.sorted.extend_from_slice(&sweep::ordered(numbers.int(row)));
            part.sorted.extend_from_slice(&self.origin(row).to_be_bytes());
        }
        verdict
    }

    fn typed(&self, field: FieldId) -> Option<(&FieldCells, &Vector)> {
        let cells = self.cells.field(field)?;
        Some((cells, cells.typed.as_deref()?))
    }

    fn origin(&self, row: usize) -> u64 {
        origin(self.work.number, self.chunk, self.batch.ordinal(row), self.attempt)
    }

    #[expect(clippy::too_many_arguments, reason = "one call, from the match over kinds")]
    fn order(
        &self,
        number: usize,
        field: FieldId,
        by: &[FieldId],
        (direction, strict): (Direction, bool),
        applies: &Bits,
        part: &mut TaskPart,
        pendings: &mut Vec<Pending>,
    ) -> Verdict {
        let mut verdict = self.cells.verdict(applies);
        let Some((cells, values)) =
            self.cells.field(field).and_then(|cells| Some((cells, cells.typed.as_ref()?)))
        else {
            verdict.unknown = Bits::ones(self.cells.rows);
            return verdict;
        };
        verdict.applies = applies.and(&cells.missing().not());
        verdict.unknown = cells.invalid().clone();
        let mut runs: HashMap<u128, usize> = HashMap::new();
        for row in verdict.applies.and(cells.present()).rows() {
            let group = self.group(by, row);
            let value = Ranked::of(values, row, self.cells.space);
            match runs.get(&group) {
                Some(&run) => {
                    let run = &mut part.runs[run];
                    if value.breaks(&run.last, direction, strict) {
                        verdict.violation.set(row);
                    }
                    run.last = value;
                }
                None => {
                    runs.insert(group, part.runs.len());
                    let task = &self.work.tasks.tasks[number];
                    let told = &self.tell(task, std::iter::once(row));
                    pendings.push(Pending {
                        task: number,
                        row,
                        priority: 0,
                        shown: true,
                        message: self.message(task, row),
                        standing: standing_of(told, row),
                        overdue: None,
                        fields: None,
                        run: Some(part.runs.len()),
                        account: None,
                        found: None,
                    });
                    let if_broken = Example {
                        priority: self.priority(task, row, told),
                        finding: Finding::plain(0, Place::default(), String::new()),
                    };
                    let told = told.get(&row).copied().unwrap_or_default();
                    part.runs.push(Run {
                        group,
                        first: value.clone(),
                        last: value,
                        if_broken,
                        told,
                    });
                }
            }
        }
        verdict
    }

    /// `identifiers`: which rows hold some, and which they are.
    fn identifiers(
        &self,
        task: &Task,
        applies: &Bits,
        part: &mut TaskPart,
    ) -> (Verdict, BTreeMap<usize, Vec<Spotted>>) {
        let mut verdict = self.cells.verdict(applies);
        let mut found: BTreeMap<usize, Vec<Spotted>> = BTreeMap::new();
        let TaskKind::Identifiers(search_task) = &task.kind else { return (verdict, found) };
        let mut hits: Vec<Hit> = Vec::new();
        for (index, searched) in search_task.columns.iter().enumerate() {
            let spots = match (&search_task.known, &self.spotting) {
                (Some(known), Some(spotting)) => {
                    known::spots(spotting, searched.column, known, search_task.min_tier)
                }
                _ => Vec::new(),
            };
            for spot in spots.iter().filter(|spot| applies.get(spot.row)) {
                found.entry(spot.row).or_default().push(Spotted::known(index, spot));
            }
            let Some(&slot) = self.columns.get(&searched.column) else { continue };
            let Some(finder) = &search_task.finder else { continue };
            for row in applies.rows() {
                let text = cell(self.spans[slot][row], self.cells.space.buffer);
                search(search_task, index, text, &mut hits);
                // What is known of a span is told, and not what it looks like.
                hits.retain(|hit| {
                    let over = |spot: &Spot| {
                        spot.row == row && spot.hit.start < hit.end && hit.start < spot.hit.end
                    };
                    let first = spots.partition_point(|spot| spot.row < row);
                    let of_row = spots.iter().skip(first).take_while(|spot| spot.row == row);
                    !of_row.into_iter().any(over)
                });
                hits.retain(|hit| match hit.allowed {
                    Some(allowed) => {
                        *part.allowed.entry(allowed.entry).or_default() += 1;
                        false
                    }
                    None => true,
                });
                if !hits.is_empty() {
                    let spotted = hits.drain(..).map(|hit| Spotted::detected(index, finder, hit));
                    found.entry(row).or_default().extend(spotted);
                }
            }
        }
        for (row, spotted) in &found {
            part.counts.occurrences += spotted.len() as u64;
            verdict.violation.set(*row);
        }
        if let (Some(known), Some(spotting)) = (&search_task.known, &self.spotting) {
            let columns: Vec<usize> =
                search_task.columns.iter().map(|searched| searched.column).collect();
            verdict.unknown = spotting.undecided(&columns, known);
        }
        (verdict, found)
    }

    /// Chooses which identifiers are shown: the best one of a record, and all where they are streamed.
    fn pick_identifiers(
        &self,
        number: usize,
        task: &Task,
        found: BTreeMap<usize, Vec<Spotted>>,
        told: &BTreeMap<usize, Sight>,
        pendings: &mut Vec<Pending>,
    ) {
        let TaskKind::Identifiers(search_task) = &task.kind else { return };
        let shown = self.shown(number, task, found.keys().copied(), told);
        for (row, mut spotted) in found {
            let priority = shown.get(&row).copied();
            spotted.sort_by_key(|of| (of.hit.tier, of.column, of.hit.start));
            let others = spotted.len() - 1;
            let kept =
                if self.work.stream { spotted.len() } else { usize::from(priority.is_some()) };
            for (nth, of) in spotted.into_iter().take(kept).enumerate() {
                let searched = &search_task.columns[of.column];
                let more = match others {
                    0 => String::new(),
                    1 => ", and 1 more in this record".to_owned(),
                    others => format!(", and {others} more in this record"),
                };
                pendings.push(Pending {
                    task: number,
                    row,
                    priority: priority.unwrap_or(u64::MAX),
                    shown: priority.is_some() && nth == 0,
                    message: format!("{} stands in `{}`{more}", of.words, searched.name),
                    standing: standing_of(told, row),
                    overdue: None,
                    fields: None,
                    run: None,
                    account: None,
                    found: Some(FoundHere {
                        column: searched.column,
                        name: searched.name.clone(),
                        detector: of.detector,
                        hit: of.hit,
                        person: of.person,
                    }),
                });
            }
        }
    }
}

/// How a violating row stands.
fn standing_of(told: &BTreeMap<usize, Sight>, row: usize) -> Standing {
    told.get(&row).map(|told| told.standing).unwrap_or_default()
}

/// An identifier that a rule has found in a row.
struct Spotted {
    /// The number of the column among those that the rule searches.
    column: usize,
    detector: String,
    hit: Hit,
    /// What it is, to begin a sentence with.
    words: String,
    /// Whose it is, where that is known.
    person: Option<Person>,
}

impl Spotted {
    fn detected(column: usize, finder: &Finder, hit: Hit) -> Self {
        let detector = finder.name_of(hit.detector);
        let words = format!("{} {detector}", article(detector));
        Self { column, detector: detector.to_owned(), hit, words, person: None }
    }

    fn known(column: usize, spot: &Spot) -> Self {
        Self {
            column,
            detector: spot.detector.to_owned(),
            hit: spot.hit,
            words: spot.words(),
            person: Some(spot.person()),
        }
    }
}
