//! Rows put in order beyond what memory holds.

use std::cmp::Ordering;
use std::fmt;
use std::io;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::budget::{Budget, Reserved, Spill, lock};
use super::scratch::{Scratch, Seal};

/// Puts rows of one width in ascending order of their bytes, repeats included.
///
/// What does not fit the budget goes through a temporary file, sealed with a key of this sorter's own.
pub struct RowSorter<const WIDTH: usize> {
    budget: Arc<Budget>,
    shared: Arc<Shared<WIDTH>>,
}

/// What the budget reaches too, to have it spilled.
struct Shared<const WIDTH: usize> {
    budget: Arc<Budget>,
    /// Rows that are put in order at once.
    chunk: usize,
    /// Locked before `memory` where both are.
    disk: Mutex<Disk>,
    memory: Mutex<Memory<WIDTH>>,
}

#[derive(Default)]
struct Memory<const WIDTH: usize> {
    pending: Vec<[u8; WIDTH]>,
    /// In order, each for itself.
    chunks: Vec<Vec<[u8; WIDTH]>>,
    /// What is reserved of the budget for both.
    bytes: u64,
}

#[derive(Default)]
struct Disk {
    scratch: Scratch,
    /// The runs of the file, in bytes.
    runs: Vec<Range<u64>>,
}

/// Bytes of a run at least: a merge reads from all runs in turn.
const LEAST_RUN: u64 = 1 << 16;
/// Bytes that are put in order at once at most, few enough for the caches.
const MOST_CHUNK: u64 = 1 << 20;
/// Bytes written at once, and read from a run at once at most.
const BLOCK: usize = 1 << 16;
/// Bytes read from a run at once at least.
const LEAST_BLOCK: usize = 1 << 12;

impl<const WIDTH: usize> RowSorter<WIDTH> {
    /// An empty sorter; its temporary file, should it need one, lies in `temp_dir` and has no name there.
    #[must_use]
    pub fn new(budget: Arc<Budget>, temp_dir: PathBuf) -> Self {
        let bytes = (budget.limit() / 64).clamp(LEAST_RUN, MOST_CHUNK);
        let chunk = usize::try_from(bytes / WIDTH.max(1) as u64).unwrap_or(1).max(1);
        let scratch = Scratch::new(temp_dir, Some(Seal::random()));
        let shared = Arc::new(Shared {
            budget: Arc::clone(&budget),
            chunk,
            disk: Mutex::new(Disk { scratch, runs: Vec::new() }),
            memory: Mutex::new(Memory { pending: Vec::new(), chunks: Vec::new(), bytes: 0 }),
        });
        let weak = Arc::downgrade(&shared);
        budget.enroll(weak);
        Self { budget, shared }
    }

    /// Adds rows, from several threads at once if need be; steps of some hundred rows or more are best.
    ///
    /// # Errors
    /// When the budget is spent and the temporary file cannot be written; the sorter is of no use then.
    pub fn push_all(&self, rows: &[[u8; WIDTH]]) -> io::Result<()> {
        let mut rows = rows;
        while !rows.is_empty() {
            rows = self.shared.push(rows);
            self.budget.keep()?;
        }
        Ok(())
    }

    /// The rows in ascending order; an error is the last item.
    ///
    /// # Errors
    /// When the temporary file cannot be read, or could not be written before.
    pub fn finish(self) -> io::Result<SortedRows<WIDTH>> {
        let Self { budget, shared } = self;
        let (Disk { scratch, runs }, memory) = shared.take();
        let mut reserved = vec![Reserved::taken(Arc::clone(&budget), memory.bytes)];
        scratch.check()?;
        let block = usize::try_from(budget.limit() / 4).unwrap_or(BLOCK) / runs.len().max(1);
        let block = block.clamp(LEAST_BLOCK, BLOCK);
        reserved.push(Reserved::new(&budget, (block * runs.len()) as u64));
        let on_disk = runs.into_iter().map(|range| RunReader::on_disk(range, block));
        let readers = on_disk.chain(memory.into_readers()).collect();
        Ok(SortedRows { merge: Merge::new(readers, &scratch)?, scratch, _reserved: reserved })
    }
}

impl<const WIDTH: usize> Shared<WIDTH> {
    /// Takes as many rows as make the chunk full, and gives those that are left.
    fn push<'r>(&self, rows: &'r [[u8; WIDTH]]) -> &'r [[u8; WIDTH]] {
        let (left, mut full) = {
            let mut memory = lock(&self.memory);
            let room = self.chunk.saturating_sub(memory.pending.len());
            let (rows, left) = rows.split_at(room.min(rows.len()));
            let bytes = size_of_val(rows) as u64;
            self.budget.reserve(bytes);
            memory.bytes += bytes;
            memory.add(rows, self.chunk);
            if memory.pending.len() < self.chunk {
                return left;
            }
            let full = std::mem::take(&mut memory.pending);
            memory.bytes -= size_of_val(&*full) as u64;
            (left, full)
        };
        // No lock is held meanwhile, so that each thread puts its own chunk in order.
        full.sort_unstable_by(compare);
        let mut memory = lock(&self.memory);
        memory.bytes += size_of_val(&*full) as u64;
        memory.chunks.push(full);
        left
    }

    /// Everything that was added; waits for a spill that is under way on behalf of another store.
    fn take(&self) -> (Disk, Memory<WIDTH>) {
        let mut disk = lock(&self.disk);
        let memory = lock(&self.memory).take();
        (std::mem::take(&mut *disk), memory)
    }
}

impl<const WIDTH: usize> Memory<WIDTH> {
    /// Adds rows for which the chunk has room. The list grows as lists do, but never beyond a chunk: what is reserved
    /// of the budget is then what a full one takes.
    fn add(&mut self, rows: &[[u8; WIDTH]], chunk: usize) {
        let (len, capacity) = (self.pending.len(), self.pending.capacity());
        let wanted = len + rows.len();
        if wanted > capacity {
            let grown = wanted.max(capacity.saturating_mul(2)).min(chunk).max(wanted);
            self.pending.reserve_exact(grown - len);
        }
        self.pending.extend_from_slice(rows);
    }

    fn take(&mut self) -> Self {
        Self {
            pending: std::mem::take(&mut self.pending),
            chunks: std::mem::take(&mut self.chunks),
            bytes: std::mem::take(&mut self.bytes),
        }
    }

    fn into_readers(mut self) -> impl Iterator<Item = RunReader<WIDTH>> {
        self.pending.sort_unstable_by(compare);
        self.chunks.push(self.pending);
        self.chunks.into_iter().map(RunReader::in_memory)
    }
}

impl<const WIDTH: usize> Spill for Shared<WIDTH> {
    fn held(&self) -> u64 {
        Some(lock(&self.memory).bytes).filter(|bytes| *bytes >= LEAST_RUN).unwrap_or(0)
    }

    fn spill(&self) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        let memory = lock(&self.memory).take();
        let _reserved = Reserved::taken(Arc::clone(&self.budget), memory.bytes);
        disk.write(memory)
    }
}

impl<const WIDTH: usize> Drop for Shared<WIDTH> {
    fn drop(&mut self) {
        self.budget.release(lock(&self.memory).bytes);
    }
}

impl Disk {
    /// Writes a run of everything in memory.
    fn write<const WIDTH: usize>(&mut self, memory: Memory<WIDTH>) -> io::Result<()> {
        let start = self.scratch.written();
        let mut merge = Merge::new(memory.into_readers().collect(), &self.scratch)?;
        let mut buffer = Vec::with_capacity(BLOCK);
        while let Some(row) = merge.next(&self.scratch)? {
            if buffer.len() + WIDTH > BLOCK {
                self.scratch.append(&mut buffer)?;
            }
            buffer.extend_from_slice(&row);
        }
        self.scratch.append(&mut buffer)?;
        self.runs.push(start..self.scratch.written());
        Ok(())
    }
}

/// Rows in ascending order.
pub struct SortedRows<const WIDTH: usize> {
    merge: Merge<WIDTH>,
    scratch: Scratch,
    /// Held until the end.
    _reserved: Vec<Reserved>,
}

/// Runs as one, by a tournament in which each node keeps its loser.
struct Merge<const WIDTH: usize> {
    readers: Vec<RunReader<WIDTH>>,
    /// The next row of each run that has one.
    heads: Vec<Option<[u8; WIDTH]>>,
    losers: Vec<usize>,
    winner: usize,
}

/// One run and the part of it that was read last.
struct RunReader<const WIDTH: usize> {
    /// What is left of it in the file.
    range: Range<u64>,
    bytes: Vec<u8>,
    rows: Vec<[u8; WIDTH]>,
    next: usize,
}

impl<const WIDTH: usize> Iterator for SortedRows<WIDTH> {
    type Item = io::Result<[u8; WIDTH]>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.merge.next(&self.scratch).transpose();
        if matches!(next, Some(Err(_))) {
            self.merge.heads.fill(None);
        }
        next
    }
}

impl<const WIDTH: usize> Merge<WIDTH> {
    fn new(mut readers: Vec<RunReader<WIDTH>>, scratch: &Scratch) -> io::Result<Self> {
        let heads = readers
            .iter_mut()
            .map(|reader| reader.next(scratch))
            .collect::<io::Result<Vec<_>>>()?;
        let count = readers.len();
        let mut merge = Self { readers, heads, losers: vec![0; count], winner: 0 };
        // Node n plays the winners of nodes 2n and 2n + 1; the runs are the nodes from `count` on.
        let mut winners: Vec<usize> = (0..count).chain(0..count).collect();
        for node in (1..count).rev() {
            let (left, right) = (winners[2 * node], winners[2 * node + 1]);
            let left_wins = merge.is_before(left, right);
            (winners[node], merge.losers[node]) =
                if left_wins { (left, right) } else { (right, left) };
        }
        merge.winner = winners.get(1).copied().unwrap_or(0);
        Ok(merge)
    }

    fn next(&mut self, scratch: &Scratch) -> io::Result<Option<[u8; WIDTH]>> {
        let mut winner = self.winner;
        let Some(Some(row)) = self.heads.get(winner).copied() else { return Ok(None) };
        self.heads[winner] = self.readers[winner].next(scratch)?;
        let mut node = (winner + self.readers.len()) / 2;
        while node > 0 {
            if self.is_before(self.losers[node], winner) {
                std::mem::swap(&mut self.losers[node], &mut winner);
            }
            node /= 2;
        }
        self.winner = winner;
        Ok(Some(row))
    }

    #[inline]
    fn is_before(&self, run: usize, other: usize) -> bool {
        match (&self.heads[run], &self.heads[other]) {
            (Some(row), Some(other)) => compare(row, other).is_lt(),
            (head, _) => head.is_some(),
        }
    }
}

impl<const WIDTH: usize> RunReader<WIDTH> {
    fn in_memory(rows: Vec<[u8; WIDTH]>) -> Self {
        Self { range: 0..0, bytes: Vec::new(), rows, next: 0 }
    }

    fn on_disk(range: Range<u64>, block: usize) -> Self {
        let bytes = vec![0; (block / WIDTH.max(1)).max(1) * WIDTH];
        Self { range, bytes, rows: Vec::new(), next: 0 }
    }

    #[inline]
    fn next(&mut self, scratch: &Scratch) -> io::Result<Option<[u8; WIDTH]>> {
        if self.next == self.rows.len() && !self.range.is_empty() {
            self.read(scratch)?;
        }
        let row = self.rows.get(self.next).copied();
        self.next += usize::from(row.is_some());
        Ok(row)
    }

    #[cold]
    fn read(&mut self, scratch: &Scratch) -> io::Result<()> {
        let left = usize::try_from(self.range.end - self.range.start).unwrap_or(usize::MAX);
        self.bytes.truncate(left);
        scratch.read(self.range.start, &mut self.bytes)?;
        self.range.start += self.bytes.len() as u64;
        self.rows.clear();
        self.rows.extend_from_slice(self.bytes.as_chunks().0);
        self.next = 0;
        Ok(())
    }
}

/// The order of bytes, eight of them at a time.
#[inline]
fn compare<const WIDTH: usize>(row: &[u8; WIDTH], other: &[u8; WIDTH]) -> Ordering {
    let ((words, rest), (other_words, other_rest)) = (row.as_chunks(), other.as_chunks());
    for (word, other) in words.iter().zip(other_words) {
        let order = u64::from_be_bytes(*word).cmp(&u64::from_be_bytes(*other));
        if order.is_ne() {
            return order;
        }
    }
    rest.cmp(other_rest)
}

impl<const WIDTH: usize> fmt::Debug for RowSorter<WIDTH> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rows say what records say.
        f.debug_struct("RowSorter").finish_non_exhaustive()
    }
}

impl<const WIDTH: usize> fmt::Debug for SortedRows<WIDTH> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SortedRows").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::{LEAST_RUN, RowSorter};
    use crate::store::Budget;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_budget_and_order_sort_alike(
            numbers in prop_oneof![
                prop::collection::vec(0_u64..40, 0..300),
                prop::collection::vec(any::<u64>(), 0..20_000),
            ],
            step in 1_usize..5_000,
        ) {
            for budget in [0, 100_000, 1_000_000, 1 << 40] {
                check(&rows::<1>(&numbers), step, budget);
                check(&rows::<11>(&numbers), step, budget);
                check(&rows::<40>(&numbers), step, budget);
            }
        }
    }

    #[test]
    fn what_is_not_kept_is_spilled() {
        let budget = Arc::new(Budget::new(LEAST_RUN));
        let sorter = RowSorter::<8>::new(Arc::clone(&budget), std::env::temp_dir());
        for number in 0..100_000_u64 {
            sorter.push_all(&[number.to_be_bytes()]).unwrap();
            assert!(budget.used() <= LEAST_RUN);
        }
        assert_eq!(sorter.finish().unwrap().count(), 100_000);
    }

    #[test]
    fn no_more_memory_is_taken_than_is_reserved() {
        let budget = Arc::new(Budget::new(1 << 30));
        let sorter = RowSorter::<24>::new(Arc::clone(&budget), std::env::temp_dir());
        let mut taken = 0;
        for step in 0..200 {
            sorter.push_all(&vec![[1; 24]; 700 + step]).unwrap();
            let memory = super::lock(&sorter.shared.memory);
            let full: usize = memory.chunks.iter().map(Vec::capacity).sum();
            taken = (full + memory.pending.capacity()) * 24;
            // The list that is being filled may have room, up to that of a full one.
            assert!(taken as u64 <= budget.used() + super::MOST_CHUNK, "step {step}");
        }
        assert!(taken > 3 << 20, "only {taken} bytes were taken");
    }

    #[test]
    fn a_sorter_that_is_dropped_gives_its_memory_back() {
        let budget = Arc::new(Budget::new(1 << 30));
        let sorter = RowSorter::<8>::new(Arc::clone(&budget), std::env::temp_dir());
        sorter.push_all(&[[1; 8]; 100]).unwrap();
        assert_eq!(budget.used(), 800);
        drop(sorter);
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn an_unusable_folder_is_an_error_then_and_later() {
        let budget = Arc::new(Budget::new(0));
        let sorter = RowSorter::new(Arc::clone(&budget), "/nowhere/at/all".into());
        assert!(sorter.push_all(&vec![[1; 16]; 10_000]).is_err());
        assert!(sorter.finish().is_err());
        assert_eq!(budget.used(), 0);
    }

    fn rows<const WIDTH: usize>(numbers: &[u64]) -> Vec<[u8; WIDTH]> {
        let row = |number: &u64| {
            let mut row = [0; WIDTH];
            let bytes = number.to_le_bytes().into_iter().cycle();
            row.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
            row
        };
        numbers.iter().map(row).collect()
    }

    #[track_caller]
    fn check<const WIDTH: usize>(rows: &[[u8; WIDTH]], step: usize, bytes: u64) {
        let budget = Arc::new(Budget::new(bytes));
        let sorter = RowSorter::new(Arc::clone(&budget), std::env::temp_dir());
        // Two threads add in turn, each its own steps.
        std::thread::scope(|scope| {
            for parity in [0, 1] {
                let steps = rows.chunks(step).skip(parity).step_by(2);
                let sorter = &sorter;
                scope.spawn(move || steps.for_each(|step| sorter.push_all(step).unwrap()));
            }
        });
        let sorted: Vec<_> = sorter.finish().unwrap().map(Result::unwrap).collect();
        let mut expected = rows.to_vec();
        expected.sort_unstable();
        assert!(sorted == expected, "{} rows of {WIDTH} bytes in {bytes}", rows.len());
        assert_eq!(budget.used(), 0);
    }
}
