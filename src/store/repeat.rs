//! Keys that stand in more than one place, found partition by partition.

use std::io;
use std::ops::Range;

use rayon::prelude::*;

use super::budget::Reserved;
use super::partition::Partitions;
use super::run::PARTITIONS;

/// Everything that was added to a store.
pub(super) struct Repeats<'a> {
    /// Origins under their keys.
    pub(super) partitions: &'a Partitions,
    /// Origins that count as never added.
    pub(super) dead: &'a (dyn Fn(u64) -> bool + Sync),
}

/// A fingerprint and where its key stands; ordered by fingerprint, then by place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Record {
    high: u64,
    low: u64,
    origin: u64,
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

/// Bytes of an origin.
pub(super) const ORIGIN: usize = 8;
/// Records that a bucket should have: few enough to sort by insertion.
const IN_BUCKET: usize = 8;
/// Buckets of a partition at most, as a power of two.
const MOST_BUCKET_BITS: u32 = 15;
/// Bits of the fingerprint that choose the partition.
const PARTITION_BITS: u32 = PARTITIONS.ilog2();

impl Repeats<'_> {
    /// Calls `each` for every repeated key; gives the numbers of keys and of distinct keys.
    pub(super) fn find(&self, each: &mut dyn FnMut(&[u64])) -> io::Result<(u64, u64)> {
        let threads = rayon::current_num_threads();
        let budget = self.partitions.reserved().budget();
        let allowed = budget.share(threads) / size_of::<Record>();

        let mut workspaces: Vec<Workspace> = Vec::new();
        workspaces.resize_with(threads, Workspace::default);
        let numbers: Vec<usize> = (0..PARTITIONS).collect();
        // A wave is one step of every thread; a step is one partition, or more if they are small.
        let counts = numbers.iter().map(|number| self.partitions.count(*number));
        let largest = counts.max().unwrap_or(0);
        let bytes = threads * largest.min(allowed) * size_of::<Record>();
        let _work = Reserved::new(budget, bytes as u64);
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

    fn visit(&self, number: usize, mut each: impl FnMut(Record)) -> io::Result<()> {
        self.partitions.visit(number, &mut |keys, rows| {
            let (origins, _) = rows.as_chunks::<ORIGIN>();
            for (key, origin) in keys.iter().zip(origins) {
                each(Record::new(*key, u64::from_le_bytes(*origin)));
            }
            Ok(())
        })
    }

    /// Finds the repeated keys of a partition, `allowed` records at a time.
    fn partition(
        &self,
        number: usize,
        allowed: usize,
        workspace: &mut Workspace,
    ) -> io::Result<()> {
        let count = self.partitions.count(number);
        if count == 0 {
            return Ok(());
        }
        let bits = (count / IN_BUCKET).max(2).next_power_of_two().ilog2().min(MOST_BUCKET_BITS);
        let mut counts = vec![0_usize; 1 << bits];
        self.visit(number, |record| counts[bucket(record, bits)] += 1)?;
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
        self.visit(number, |record| {
            let bucket = bucket(record, bits);
            if range.contains(&bucket) {
                let next = &mut ends[bucket - range.start];
                placed[*next] = record;
                *next += 1;
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

impl Record {
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "the two halves of the fingerprint")]
    fn new(key: u128, origin: u64) -> Self {
        Self { high: (key >> 64) as u64, low: key as u64, origin }
    }
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
