//! Keys that stand in more than one place, found partition by partition.

use std::io;
use std::ops::Range;

use rayon::prelude::*;

use super::budget::{Budget, Reserved};
use super::spill::{PARTITIONS, Record, Run, Spilled};

/// Everything that was added to a store.
pub(super) struct Repeats<'a> {
    pub(super) runs: Vec<Run>,
    pub(super) spilled: Spilled,
    /// Origins that count as never added.
    pub(super) dead: &'a (dyn Fn(u64) -> bool + Sync),
}

/// What one thread works with, and what it found; kept from partition to partition.
#[derive(Default)]
struct Workspace {
    records: Vec<Record>,
    /// The origins of repeated keys, one key after the other, and where each key ends.
    origins: Vec<u64>,
    ends: Vec<usize>,
    keys: u64,
    distinct: u64,
}

/// Records that a bucket should have: few enough to sort by insertion.
const IN_BUCKET: usize = 8;
/// Buckets of a partition at most, as a power of two.
const MOST_BUCKET_BITS: u32 = 13;
/// Bits of the fingerprint that choose the partition.
const PARTITION_BITS: u32 = PARTITIONS.ilog2();

impl Repeats<'_> {
    /// Calls `each` for every repeated key; gives the numbers of keys and of distinct keys.
    pub(super) fn find(
        &self,
        budget: &Budget,
        each: &mut dyn FnMut(&[u64]),
    ) -> io::Result<(u64, u64)> {
        let threads = rayon::current_num_threads();
        let free = budget.limit().saturating_sub(budget.used());
        let bytes = free.max(budget.limit() / 8) / threads as u64;
        let allowed = usize::try_from(bytes).unwrap_or(usize::MAX) / Record::SIZE;

        let mut workspaces: Vec<Workspace> = Vec::new();
        workspaces.resize_with(threads, Workspace::default);
        let numbers: Vec<usize> = (0..PARTITIONS).collect();
        // A wave is one step of every thread; a step is one partition, or more if they are small.
        let largest = numbers.iter().map(|number| self.count(*number)).max().unwrap_or(0);
        let _work = Reserved::new(budget, (threads * largest.min(allowed) * Record::SIZE) as u64);
        let step = (SMALL_STEP / largest.max(1)).clamp(1, PARTITIONS);
        for wave in numbers.chunks(step * threads) {
            workspaces.par_iter_mut().zip(wave.par_chunks(step)).try_for_each(
                |(workspace, numbers)| {
                    numbers
                        .iter()
                        .try_for_each(|number| self.partition(*number, allowed, workspace))
                },
            )?;
            workspaces.iter_mut().for_each(|workspace| workspace.hand_over(each));
        }
        let keys = workspaces.iter().map(|workspace| workspace.keys).sum();
        let distinct = workspaces.iter().map(|workspace| workspace.distinct).sum();
        Ok((keys, distinct))
    }

    fn count(&self, partition: usize) -> usize {
        let in_memory: usize = self.runs.iter().map(|run| run.partition(partition).len()).sum();
        in_memory + self.spilled.count(partition)
    }

    fn visit(&self, partition: usize, each: &mut dyn FnMut(&[Record])) -> io::Result<()> {
        self.runs.iter().for_each(|run| each(run.partition(partition)));
        self.spilled.visit(partition, each)
    }

    /// Finds the repeated keys of a partition, `allowed` records at a time.
    fn partition(
        &self,
        number: usize,
        allowed: usize,
        workspace: &mut Workspace,
    ) -> io::Result<()> {
        let count = self.count(number);
        if count == 0 {
            return Ok(());
        }
        let bits = (count / IN_BUCKET).max(2).next_power_of_two().ilog2().min(MOST_BUCKET_BITS);
        let mut counts = vec![0_usize; 1 << bits];
        self.visit(number, &mut |records| {
            for record in records {
                counts[bucket(*record, bits)] += 1;
            }
        })?;
        for range in slices(&counts, allowed) {
            self.slice(number, bits, range, &counts, workspace)?;
        }
        Ok(())
    }

    /// Finds the repeated keys of some buckets of a partition.
    fn slice(
        &self,
        number: usize,
        bits: u32,
        range: Range<usize>,
        counts: &[usize],
        workspace: &mut Workspace,
    ) -> io::Result<()> {
        let mut total = 0;
        let mut ends: Vec<usize> = Vec::with_capacity(range.len());
        for count in &counts[range.clone()] {
            ends.push(total);
            total += count;
        }
        if workspace.records.len() < total {
            workspace.records.resize(total, Record::default());
        }
        let placed = &mut workspace.records[..total];
        self.visit(number, &mut |records| {
            for record in records {
                let bucket = bucket(*record, bits);
                if range.contains(&bucket) {
                    let next = &mut ends[bucket - range.start];
                    placed[*next] = *record;
                    *next += 1;
                }
            }
        })?;
        let mut start = 0;
        for end in ends {
            workspace.bucket(start..end, self.dead);
            start = end;
        }
        Ok(())
    }
}

/// Records that make a step worth another thread.
const SMALL_STEP: usize = 1 << 15;

/// The bucket inside the partition, by the bits of the fingerprint that follow the partition's.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "few bits are left after the shift")]
fn bucket(record: Record, bits: u32) -> usize {
    (record.high << PARTITION_BITS >> (u64::BITS - bits)) as usize
}

/// Neighbouring buckets taken together while they have no more than `allowed` records; a bucket is never cut.
fn slices(counts: &[usize], allowed: usize) -> Vec<Range<usize>> {
    let mut slices = Vec::new();
    let mut start = 0;
    let mut total: usize = 0;
    for (number, count) in counts.iter().enumerate() {
        if start < number && total + count > allowed {
            slices.push(start..number);
            start = number;
            total = 0;
        }
        total += count;
    }
    slices.push(start..counts.len());
    slices
}

impl Workspace {
    /// Sorts one bucket and notes its repeated keys.
    fn bucket(&mut self, range: Range<usize>, dead: &(dyn Fn(u64) -> bool + Sync)) {
        let records = &mut self.records[range];
        records.sort_unstable();
        for group in records.chunk_by(|a, b| (a.high, a.low) == (b.high, b.low)) {
            let start = self.origins.len();
            self.origins.extend(group.iter().map(|record| record.origin).filter(|o| !dead(*o)));
            let live = self.origins.len() - start;
            self.keys += live as u64;
            self.distinct += u64::from(live > 0);
            if live > 1 {
                self.ends.push(self.origins.len());
            } else {
                self.origins.truncate(start);
            }
        }
    }

    fn hand_over(&mut self, each: &mut dyn FnMut(&[u64])) {
        let mut start = 0;
        for end in self.ends.drain(..) {
            each(&self.origins[start..end]);
            start = end;
        }
        self.origins.clear();
    }
}
