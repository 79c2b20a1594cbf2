//! Numbers put in order beyond what memory holds.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use super::budget::Budget;

/// Puts origins in ascending order, repeats included; what does not fit the budget goes through a temporary file.
#[derive(Debug)]
pub struct OriginSorter {
    budget: Arc<Budget>,
    temp_dir: PathBuf,
    memory: Vec<u64>,
    /// What is reserved of the budget.
    reserved: u64,
    file: Option<File>,
    /// The sorted runs of the file, in bytes.
    runs: Vec<Range<u64>>,
}

/// Origins of a run at least: a merge reads from all runs in turn.
const LEAST_RUN: usize = 1 << 13;
/// Bytes read from a run at once.
const BLOCK: usize = 1 << 14;

impl OriginSorter {
    /// An empty sorter; its temporary file, should it need one, lies in `temp_dir` and has no name there.
    #[must_use]
    pub fn new(budget: Arc<Budget>, temp_dir: PathBuf) -> Self {
        Self { budget, temp_dir, memory: Vec::new(), reserved: 0, file: None, runs: Vec::new() }
    }

    /// Adds an origin.
    ///
    /// # Errors
    /// When the budget is spent and the temporary file cannot be written.
    pub fn push(&mut self, origin: u64) -> io::Result<()> {
        if self.memory.len() == self.memory.capacity() {
            self.make_room()?;
        }
        self.memory.push(origin);
        Ok(())
    }

    /// The origins in ascending order; an error is the last item.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn finish(mut self) -> io::Result<Sorted> {
        self.memory.sort_unstable();
        let mut sorted =
            Sorted { heap: BinaryHeap::new(), runs: Vec::new(), file: None, sorter: self };
        sorted.file = sorted.sorter.file.take();
        for range in std::mem::take(&mut sorted.sorter.runs) {
            sorted.runs.push(RunReader { range, block: Vec::new(), next: 0 });
        }
        let in_memory = std::mem::take(&mut sorted.sorter.memory);
        sorted.runs.push(RunReader { range: 0..0, block: in_memory, next: 0 });
        for run in 0..sorted.runs.len() {
            sorted.advance(run)?;
        }
        Ok(sorted)
    }

    /// Doubles the memory if the budget allows it, else writes a run.
    fn make_room(&mut self) -> io::Result<()> {
        let more = self.memory.capacity().max(LEAST_RUN / 2);
        let bytes = (more * 8) as u64;
        self.budget.reserve(bytes);
        self.reserved += bytes;
        self.budget.keep()?;
        if self.memory.capacity() < LEAST_RUN || !self.budget.is_spent() {
            self.memory.reserve_exact(more);
            return Ok(());
        }
        self.budget.release(bytes);
        self.reserved -= bytes;
        self.write_run()
    }

    fn write_run(&mut self) -> io::Result<()> {
        self.memory.sort_unstable();
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(&self.temp_dir)?),
        };
        let start = self.runs.last().map_or(0, |run| run.end);
        let mut end = start;
        let mut bytes = Vec::with_capacity(BLOCK);
        for part in self.memory.chunks(BLOCK / 8) {
            bytes.clear();
            part.iter().for_each(|origin| bytes.extend_from_slice(&origin.to_le_bytes()));
            file.write_all(&bytes)?;
            end += bytes.len() as u64;
        }
        self.runs.push(start..end);
        self.memory.clear();
        Ok(())
    }
}

impl Drop for OriginSorter {
    fn drop(&mut self) {
        self.budget.release(self.reserved);
    }
}

/// Origins in ascending order.
#[derive(Debug)]
pub struct Sorted {
    /// The next origin of each run that has one.
    heap: BinaryHeap<Reverse<(u64, usize)>>,
    runs: Vec<RunReader>,
    file: Option<File>,
    /// Holds the reservation until the end.
    sorter: OriginSorter,
}

/// One run and the part of it that was read last.
#[derive(Debug)]
struct RunReader {
    range: Range<u64>,
    block: Vec<u64>,
    next: usize,
}

impl Sorted {
    /// Puts the next origin of a run on the heap, if it has one.
    fn advance(&mut self, run: usize) -> io::Result<()> {
        let reader = &mut self.runs[run];
        if reader.next == reader.block.len() {
            let Some(file) = self.file.as_mut().filter(|_| !reader.range.is_empty()) else {
                reader.block = Vec::new();
                reader.next = 0;
                return Ok(());
            };
            let left = usize::try_from(reader.range.end - reader.range.start).unwrap_or(BLOCK);
            let mut bytes = [0; BLOCK];
            let bytes = &mut bytes[..left.min(BLOCK)];
            file.seek(SeekFrom::Start(reader.range.start))?;
            file.read_exact(bytes)?;
            reader.range.start += bytes.len() as u64;
            reader.block.clear();
            reader.block.extend(bytes.as_chunks().0.iter().copied().map(u64::from_le_bytes));
            reader.next = 0;
        }
        if let Some(origin) = reader.block.get(reader.next) {
            reader.next += 1;
            self.heap.push(Reverse((*origin, run)));
        }
        Ok(())
    }
}

impl Iterator for Sorted {
    type Item = io::Result<u64>;

    fn next(&mut self) -> Option<Self::Item> {
        let Reverse((origin, run)) = self.heap.pop()?;
        if let Err(error) = self.advance(run) {
            self.heap.clear();
            return Some(Err(error));
        }
        Some(Ok(origin))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::{LEAST_RUN, OriginSorter};
    use crate::store::Budget;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn any_budget_sorts_alike(
            seed in any::<u64>(),
            count in 0..6 * LEAST_RUN,
            budget in prop_oneof![Just(0_u64), Just(100_000), Just(u64::MAX / 2)],
        ) {
            let origins = (0..count as u64).map(|number| number.wrapping_mul(seed | 1) >> 44);
            check(origins.collect(), budget);
        }
    }

    #[test]
    fn few_and_none() {
        check(vec![], 0);
        check(vec![u64::MAX, 0, u64::MAX], 0);
    }

    #[track_caller]
    fn check(mut origins: Vec<u64>, bytes: u64) {
        let budget = Arc::new(Budget::new(bytes));
        let mut sorter = OriginSorter::new(Arc::clone(&budget), std::env::temp_dir());
        for origin in &origins {
            sorter.push(*origin).unwrap();
        }
        assert!(bytes > 0 || origins.len() <= LEAST_RUN || !sorter.runs.is_empty());
        assert!(bytes < u64::MAX / 2 || sorter.runs.is_empty());
        let sorted: Vec<u64> = sorter.finish().unwrap().map(Result::unwrap).collect();
        origins.sort_unstable();
        assert_eq!(sorted, origins);
        assert_eq!(budget.used(), 0);
    }
}
