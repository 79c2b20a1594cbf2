//! Files read by all threads, their chunks handed over in order; and single records read again.
//!
//! Chunks are worked on a wave at a time. Where a record starts in a chunk is predicted from the quotes before it,
//! and proved when the chunk before has been handed over; a chunk that was begun at the wrong place is done again.
//! So the result is that of reading one record after the other.

use std::io;
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use crate::engine::{Hooks, ScanOptions, Tree, is_subtree, subtree};
use crate::source::{
    Batch, CellSpan, Chunk, Encoding, Issue, IssueClass, IssueCode, IssueLog, Misfit, Table, Tally,
};
use crate::transfer::error::Gone;
use crate::transfer::set::File;

/// How a comparison uses the machine, and whom it tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<'r, 'h> {
    pub(super) options: &'r ScanOptions,
    pub(super) hooks: &'r Hooks<'h>,
}

impl Run<'_, '_> {
    /// Chunks that are worked on at once.
    fn wave(&self) -> usize {
        (self.options.threads * 2).max(2)
    }

    pub(super) fn interrupted(&self) -> bool {
        self.hooks.interrupted.load(Ordering::Relaxed)
    }
}

/// Where a record stands on its side: the chunk among all chunks of the side, and the record's number in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Spot(pub(super) u64);

/// Bits of a spot that number the record.
const RECORD_BITS: u32 = 30;

impl Spot {
    pub(super) fn new(chunk: usize, ordinal: u64) -> Self {
        Self((chunk as u64) << RECORD_BITS | ordinal & ((1 << RECORD_BITS) - 1))
    }

    pub(super) fn chunk(self) -> usize {
        usize::try_from(self.0 >> RECORD_BITS).unwrap_or(usize::MAX)
    }

    pub(super) fn ordinal(self) -> u64 {
        self.0 & ((1 << RECORD_BITS) - 1)
    }
}

/// Where the records of a chunk start.
#[derive(Debug, Clone, Copy)]
pub(super) struct ChunkAt {
    /// The file on its side.
    pub(super) file: usize,
    /// The chunk in its file.
    index: u64,
    /// Raw offset of its first record.
    start: u64,
    /// Records and lines of the file before it.
    pub(super) records: u64,
    pub(super) lines: u64,
}

/// A file as it was read.
#[derive(Debug)]
pub(super) struct FileRead {
    pub(super) tally: Tally,
    pub(super) issues: IssueLog,
    pub(super) digest: Option<blake3::Hash>,
    pub(super) complete: bool,
    failed: bool,
    next_start: u64,
    tree: Tree,
    evidence: (u64, u64),
}

/// One side of a record set as it was read.
#[derive(Debug)]
pub(super) struct SideRead {
    pub(super) files: Vec<FileRead>,
    pub(super) chunks: Vec<ChunkAt>,
    /// Files whose later bytes speak for another encoding.
    pub(super) contrary: Vec<(usize, Encoding)>,
}

/// The records of a chunk as cells: those that are sound, and behind them those of another width.
pub(super) struct Records<'b> {
    pub(super) batch: &'b Batch,
    /// The cells of each column of the record set; none where the file lacks it, and none at all where each is found
    /// when it is asked for.
    columns: &'b [Vec<CellSpan>],
    present: &'b [Option<usize>],
}

impl Records<'_> {
    /// How many sound records there are.
    pub(super) fn rows(&self) -> usize {
        self.batch.rows
    }

    /// The record of another width that stands in a row.
    pub(super) fn misfit(&self, row: usize) -> Option<&Misfit> {
        self.batch.misfits.get(row.checked_sub(self.batch.rows)?)
    }

    /// The record's number in the chunk, from 0.
    pub(super) fn ordinal(&self, row: usize) -> u64 {
        self.misfit(row).map_or_else(|| self.batch.ordinal(row), |misfit| misfit.ordinal.into())
    }

    /// The line of the record in the chunk, from 0.
    fn line(&self, row: usize) -> u64 {
        self.misfit(row).map_or_else(|| self.batch.line(row), |misfit| misfit.line.into())
    }

    /// Whether a record of another width reaches to a column of the record set.
    pub(super) fn reaches(&self, misfit: &Misfit, column: usize) -> bool {
        let place = self.present.get(column).copied().flatten();
        place.is_some_and(|place| place < misfit.fields)
    }

    /// A cell's text; nothing where the file lacks the column.
    #[inline]
    pub(super) fn cell(&self, column: usize, row: usize) -> &[u8] {
        let Some(Some(place)) = self.present.get(column) else { return Default::default() };
        let span = match self.columns.get(column) {
            Some(spans) => spans.get(row).copied(),
            None => self.batch.unquoted_cell(row, *place),
        };
        span.and_then(|span| self.batch.buffer.get(span.start as usize..span.end as usize))
            .unwrap_or_default()
    }

    /// The row of the record of that number in the chunk.
    fn row_of(&self, ordinal: u64) -> Option<usize> {
        if self.batch.ordinals.is_empty() {
            let row = usize::try_from(ordinal).ok().filter(|row| *row < self.batch.rows);
            return row.or_else(|| self.row_of_misfit(ordinal));
        }
        let number = u32::try_from(ordinal).ok()?;
        let row = self.batch.ordinals.binary_search(&number).ok();
        row.or_else(|| self.row_of_misfit(ordinal))
    }

    fn row_of_misfit(&self, ordinal: u64) -> Option<usize> {
        let misfits = &self.batch.misfits;
        let place = misfits.binary_search_by_key(&ordinal, |misfit| misfit.ordinal.into()).ok()?;
        Some(self.batch.rows + place)
    }
}

/// What a thread works with.
#[derive(Default)]
struct Slot {
    chunk: Chunk,
    batch: Batch,
    columns: Vec<Vec<CellSpan>>,
}

impl Slot {
    /// The records of a file of which few cells are wanted.
    fn some_cells<'s>(&'s mut self, file: &'s File) -> Records<'s> {
        if self.batch.quoted || !self.batch.misfits.is_empty() {
            return self.cells(file);
        }
        Records { batch: &self.batch, columns: &[], present: &file.columns }
    }

    /// Finds the cells of the columns of a file.
    fn cells<'s>(&'s mut self, file: &'s File) -> Records<'s> {
        let Self { batch, columns, .. } = self;
        columns.resize_with(file.columns.len(), Vec::new);
        for (spans, column) in columns.iter_mut().zip(&file.columns) {
            match column {
                Some(column) => {
                    batch.column(*column, spans);
                    batch.misfit_column(*column, spans);
                }
                None => spans.clear(),
            }
        }
        Records { batch, columns, present: &file.columns }
    }
}

/// A chunk of a wave.
#[derive(Debug, Clone, Copy)]
struct Job {
    file: usize,
    index: u64,
    start: u64,
}

/// What was made of a chunk.
struct Done<P> {
    start: u64,
    end: u64,
    part: Option<P>,
    tally: Tally,
    issues: IssueLog,
    footers: Vec<crate::source::Footer>,
    evidence: (u64, u64),
}

/// What a chunk is for the hash of its file.
enum Hashed {
    Whole(blake3::Hash),
    Part(blake3::hazmat::ChainingValue),
    Nothing,
}

/// Reads every file of a side once. `judge` is called by all threads with the records of a chunk and the file's
/// number, `take` in order with what it gave and the chunk's number.
///
/// # Errors
/// What `take` gives.
pub(super) fn read<P: Send>(
    files: &[File],
    run: Run<'_, '_>,
    judge: &(dyn Fn(usize, &Records<'_>) -> P + Sync),
    take: &mut dyn FnMut(usize, P) -> io::Result<()>,
) -> io::Result<SideRead> {
    let size = run.options.chunk_size;
    let mut side = SideRead {
        files: files.iter().map(|file| FileRead::new(&file.member.table)).collect(),
        chunks: Vec::new(),
        contrary: Vec::new(),
    };
    let mut slots: Vec<Slot> = (0..run.wave()).map(|_| Slot::default()).collect();
    let chunks = |file: &File| file.member.table.input.len.div_ceil(size).max(1);
    let mut jobs = files.iter().enumerate().flat_map(|(number, file)| {
        (0..chunks(file)).map(move |index| Job { file: number, index, start: 0 })
    });
    loop {
        let mut wave: Vec<Job> = jobs.by_ref().take(slots.len()).collect();
        if wave.is_empty() || run.interrupted() {
            break;
        }
        let loaded: Vec<io::Result<Hashed>> = slots
            .par_iter_mut()
            .zip(&wave)
            .map(|(slot, job)| {
                load(&files[job.file].member.table, &mut slot.chunk, job.index, size)
            })
            .collect();
        begin(&mut wave, files, &side, &slots);
        let done: Vec<io::Result<Done<P>>> = slots
            .par_iter_mut()
            .zip(&wave)
            .zip(&loaded)
            .map(|((slot, job), loaded)| match loaded {
                Ok(_) => work(&files[job.file], *job, slot, judge),
                Err(error) => Err(error.kind().into()),
            })
            .collect();
        for (((job, loaded), done), slot) in wave.iter().zip(loaded).zip(done).zip(&mut slots) {
            let file = &files[job.file];
            let table = &file.member.table;
            let so_far = &mut side.files[job.file];
            (run.hooks.progress)(slot.chunk.range.end - slot.chunk.range.start);
            if so_far.failed {
                continue;
            }
            match loaded {
                Ok(Hashed::Whole(hash)) => so_far.digest = Some(hash),
                Ok(Hashed::Part(value)) => so_far.tree.push(value),
                _ => {}
            }
            let expected = so_far.next_start;
            let range_end = (job.index + 1).saturating_mul(size);
            let fits = |done: &Done<P>| {
                done.start == expected
                    || done.start == done.end && done.start >= range_end && expected >= range_end
            };
            let done = match done {
                Ok(done) if !fits(&done) => load(table, &mut slot.chunk, job.index, size)
                    .and_then(|_| work(file, Job { start: expected, ..*job }, slot, judge)),
                done => done,
            };
            match done {
                Ok(done) => {
                    let chunk = ChunkAt {
                        file: job.file,
                        index: job.index,
                        start: expected,
                        records: so_far.tally.records,
                        lines: table.lines_before + (so_far.tally.lines - table.tally.lines),
                    };
                    side.chunks.push(chunk);
                    let part = so_far.absorb(done, chunk);
                    if let Some(part) = part {
                        take(side.chunks.len() - 1, part)?;
                    }
                }
                Err(error) => side.files[job.file].fail(table, &error),
            }
            let last = job.index + 1 == chunks(file);
            if last && let Some(encoding) = side.files[job.file].finish(table) {
                side.contrary.push((job.file, encoding));
            }
        }
    }
    Ok(side)
}

/// Loads a chunk, and hashes it for the digest of its file.
fn load(table: &Table, chunk: &mut Chunk, index: u64, size: u64) -> io::Result<Hashed> {
    table.load(chunk, index, size)?;
    Ok(if table.input.len <= size {
        Hashed::Whole(blake3::hash(&chunk.raw))
    } else if is_subtree(size) {
        Hashed::Part(subtree(&chunk.raw, chunk.range.start))
    } else {
        Hashed::Nothing
    })
}

/// Says where the chunks of a wave begin: the first of a file where the one before ended, the others where the quotes
/// between make it likely.
fn begin(wave: &mut [Job], files: &[File], side: &SideRead, slots: &[Slot]) {
    let mut last: Option<(usize, u64, bool)> = None;
    for (job, slot) in wave.iter_mut().zip(slots) {
        let table = &files[job.file].member.table;
        let chunk = &slot.chunk;
        let known = side.files[job.file].next_start;
        // From the true start of a record on the quotes count; those before it were another record's.
        let fresh = last.is_none_or(|(file, ..)| file != job.file);
        let (from, inside) = match last {
            Some((_, from, inside)) if !fresh => (from, inside),
            _ => (known, false),
        };
        job.start =
            if fresh || from >= chunk.range.start { from } else { table.predict(chunk, inside) };
        let skipped = usize::try_from(from.saturating_sub(chunk.range.start)).unwrap_or(usize::MAX);
        let quotes = if skipped == 0 {
            chunk.quotes
        } else {
            let rest = chunk.raw.get(skipped.min(chunk.raw.len())..).unwrap_or_default();
            memchr::memchr_iter(table.quote, rest).count() as u64
        };
        last = Some((job.file, from, inside ^ (quotes & 1 == 1)));
    }
}

fn work<P>(
    file: &File,
    job: Job,
    slot: &mut Slot,
    judge: &(dyn Fn(usize, &Records<'_>) -> P + Sync),
) -> io::Result<Done<P>> {
    let start = job.start;
    if start >= slot.chunk.range.end {
        return Ok(Done {
            start,
            end: start,
            part: None,
            tally: Tally::default(),
            issues: IssueLog::default(),
            footers: Vec::new(),
            evidence: (0, 0),
        });
    }
    let end = file.member.table.split(&mut slot.chunk, start, &mut slot.batch)?;
    let some = slot.batch.rows + slot.batch.misfits.len() > 0;
    let part = some.then(|| judge(job.file, &slot.cells(file)));
    let batch = &mut slot.batch;
    Ok(Done {
        start,
        end,
        part,
        tally: batch.tally,
        issues: std::mem::take(&mut batch.issues),
        footers: std::mem::take(&mut batch.footers),
        evidence: (batch.valid_multibyte, batch.invalid_bytes),
    })
}

impl FileRead {
    fn new(table: &Table) -> Self {
        Self {
            tally: table.tally,
            issues: table.issues.clone(),
            digest: None,
            complete: false,
            failed: false,
            next_start: table.data_start,
            tree: Tree::default(),
            evidence: (0, 0),
        }
    }

    fn absorb<P>(&mut self, done: Done<P>, chunk: ChunkAt) -> Option<P> {
        self.next_start = done.end.max(chunk.start);
        self.issues.append(done.issues, chunk.lines, chunk.records);
        for footer in &done.footers {
            if let Some(issue) = footer.check(chunk.lines, chunk.records) {
                self.issues.add(issue);
            }
        }
        self.tally.lines += done.tally.lines;
        self.tally.records += done.tally.records;
        self.tally.kept += done.tally.kept;
        self.tally.skipped += done.tally.skipped;
        self.tally.not_records += done.tally.not_records;
        self.tally.flagged += done.tally.flagged;
        self.evidence.0 += done.evidence.0;
        self.evidence.1 += done.evidence.1;
        done.part
    }

    /// Takes records of another width for read: each was held against the record that was sent.
    pub(super) fn recover(&mut self, records: u64) {
        self.tally.kept += records;
        self.tally.skipped = self.tally.skipped.saturating_sub(records);
        let codes = [IssueCode("read/short-row"), IssueCode("read/long-row")];
        let of_width = self.issues.by_code.iter_mut().filter(|(code, _)| codes.contains(code));
        let counts: Vec<_> = of_width.map(|(_, count)| count).collect();
        if counts.iter().map(|count| count.count).sum::<u64>() != records {
            return;
        }
        for count in counts {
            count.class = IssueClass::Kept;
            for issue in &mut count.first {
                issue.class = IssueClass::Kept;
                issue.detail.push_str("; it was held against the record that was sent, by its key");
            }
        }
    }

    fn fail(&mut self, table: &Table, error: &io::Error) {
        self.failed = true;
        self.issues.add(Issue {
            code: IssueCode("read/unreadable"),
            class: IssueClass::Skipped,
            line: table.lines_before + self.tally.lines,
            record: None,
            byte: self.next_start,
            column: None,
            detail: format!(
                "reading stopped here: {}; what stands before was compared",
                error.kind()
            ),
        });
    }

    /// What can be said when the file has been read to its end; gives the encoding that it speaks for, if it is another.
    fn finish(&mut self, table: &Table) -> Option<Encoding> {
        if self.failed {
            return None;
        }
        self.complete = true;
        if let Some(issue) = table.shortfall(self.tally.records) {
            self.issues.add(issue);
        }
        let mut more = [0_u8];
        if table.input.bytes.read_at(table.input.len, &mut more).is_ok_and(|count| count > 0) {
            self.digest = None;
            self.issues.add(Issue {
                code: IssueCode("read/changed"),
                class: IssueClass::Skipped,
                line: table.lines_before + self.tally.lines,
                record: None,
                byte: table.input.len,
                column: None,
                detail:
                    "the file has grown while it was read; compare it when its export has ended"
                        .to_owned(),
            });
        } else if self.digest.is_none() {
            self.digest = std::mem::take(&mut self.tree).finish().or_else(|| hash_whole(table));
        }
        table.contrary(self.evidence.0, self.evidence.1)
    }
}

/// The digest of a file in one go, where chunks are no subtrees of it.
fn hash_whole(table: &Table) -> Option<blake3::Hash> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    let mut offset = 0;
    loop {
        match table.input.bytes.read_at(offset, &mut buffer).ok()? {
            0 => break,
            count => {
                hasher.update(buffer.get(..count)?);
                offset += count as u64;
            }
        }
    }
    (offset == table.input.len).then(|| hasher.finalize())
}

/// A record that is wanted once more, and what the caller must remember of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<T> {
    pub(super) spot: Spot,
    pub(super) about: T,
}

/// Records of one chunk that were read again.
pub(super) struct AgainChunk<'b, T> {
    records: &'b Records<'b>,
    at: ChunkAt,
    /// What is wanted of the chunk, in the order of the records.
    pub(super) wanted: &'b [Wanted<T>],
}

impl<'b, T: Copy> AgainChunk<'b, T> {
    /// The record that is wanted.
    ///
    /// # Errors
    /// When the file no longer has it.
    pub(super) fn record(&self, wanted: &Wanted<T>) -> io::Result<Again<'b, T>> {
        let gone = || Gone::error(io::ErrorKind::UnexpectedEof);
        let row = self.records.row_of(wanted.spot.ordinal()).ok_or_else(gone)?;
        Ok(Again {
            records: self.records,
            row,
            about: wanted.about,
            file: self.at.file,
            record: self.at.records + wanted.spot.ordinal() + 1,
            line: self.at.lines + self.records.line(row) + 1,
            spot: wanted.spot,
        })
    }

    /// All records that are wanted.
    pub(super) fn each(&self) -> impl Iterator<Item = io::Result<Again<'b, T>>> {
        self.wanted.iter().map(|wanted| self.record(wanted))
    }
}

/// One record that was read again.
pub(super) struct Again<'b, T> {
    pub(super) records: &'b Records<'b>,
    pub(super) row: usize,
    pub(super) about: T,
    /// The file on its side.
    pub(super) file: usize,
    /// The record's number and its line in the file, from 1.
    pub(super) record: u64,
    pub(super) line: u64,
    pub(super) spot: Spot,
}

/// Reads single records again, in the order in which they stand. `judge` is called by all threads with what is wanted
/// of a chunk, `take` in order with what it gave.
///
/// # Errors
/// A file that can no longer be read, or what the others give.
pub(super) fn again<T: Copy + Send + Sync, P: Send>(
    (files, side): (&[File], &SideRead),
    run: Run<'_, '_>,
    wanted: impl Iterator<Item = io::Result<Wanted<T>>>,
    judge: &(dyn Fn(&AgainChunk<'_, T>) -> io::Result<P> + Sync),
    take: &mut dyn FnMut(P) -> io::Result<()>,
) -> io::Result<()> {
    let size = run.options.chunk_size;
    let mut slots: Vec<Slot> = (0..run.wave()).map(|_| Slot::default()).collect();
    let mut wanted = wanted.peekable();
    loop {
        let mut wave: Vec<(usize, Vec<Wanted<T>>)> = Vec::new();
        while wave.len() < slots.len() {
            let Some(first) = wanted.next().transpose()? else { break };
            let chunk = first.spot.chunk();
            let mut of_chunk = vec![first];
            let same = |next: &io::Result<Wanted<T>>| {
                next.as_ref().is_ok_and(|next| next.spot.chunk() == chunk)
            };
            while let Some(next) = wanted.next_if(same) {
                of_chunk.push(next?);
            }
            wave.push((chunk, of_chunk));
        }
        if wave.is_empty() || run.interrupted() {
            return Ok(());
        }
        let done: Vec<io::Result<P>> = slots
            .par_iter_mut()
            .zip(&wave)
            .map(|(slot, (chunk, wanted))| {
                let gone = || Gone::error(io::ErrorKind::UnexpectedEof);
                let failed = |error: io::Error| Gone::error(error.kind());
                let at = side.chunks.get(*chunk).ok_or_else(gone)?;
                let file = &files[at.file];
                let table = &file.member.table;
                table.load(&mut slot.chunk, at.index, size).map_err(failed)?;
                table.split(&mut slot.chunk, at.start, &mut slot.batch).map_err(failed)?;
                judge(&AgainChunk { records: &slot.some_cells(file), at: *at, wanted })
            })
            .collect();
        for part in done {
            take(part?)?;
        }
    }
}
