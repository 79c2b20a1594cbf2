//! Partitioned runs on disk.

use std::io;
use std::ops::Range;

use super::partition::Visit;
use super::run::{KEY, PARTITIONS, Run};
use super::scratch::Scratch;

/// Runs written to one temporary file, a block a partition for each time.
#[derive(Debug, Default)]
pub(super) struct Disk {
    scratch: Scratch,
    width: usize,
    spills: Vec<SpillTable>,
}

/// Where the blocks of one spill end, in bytes of the file.
#[derive(Debug)]
struct SpillTable {
    start: u64,
    ends: Box<[u64; PARTITIONS]>,
}

/// Rows on their way into the file: a block is groups of keys and then their rows, full ones but for the last.
struct Group {
    /// Rows of a full group.
    most: usize,
    keys: Vec<u128>,
    rows: Vec<u8>,
    bytes: Vec<u8>,
}

/// Bytes of a group of rows, about.
const GROUP: usize = 1 << 15;
/// Bytes written at once, about.
const BUFFER: usize = 1 << 17;

impl Disk {
    /// A disk for rows of that width.
    pub(super) fn new(scratch: Scratch, width: usize) -> Self {
        Self { scratch, width, spills: Vec::new() }
    }

    /// Bytes in the file.
    pub(super) fn written(&self) -> u64 {
        self.scratch.written()
    }

    /// Fails if something could not be written.
    pub(super) fn check(&self) -> io::Result<()> {
        self.scratch.check()
    }

    /// Appends these runs; after a failure their rows are lost and [`Disk::check`] says so.
    pub(super) fn write(&mut self, runs: &[Run]) -> io::Result<()> {
        let start = self.written();
        let mut ends = Box::new([0; PARTITIONS]);
        let mut group = Group::new(self.group());
        for (number, end) in ends.iter_mut().enumerate() {
            for run in runs {
                let (keys, rows) = run.partition(number);
                group.add(keys, rows, self.width, &mut self.scratch)?;
            }
            group.close();
            *end = self.written() + group.bytes.len() as u64;
        }
        self.scratch.append(&mut group.bytes)?;
        self.spills.push(SpillTable { start, ends });
        Ok(())
    }

    /// Rows of a full group.
    fn group(&self) -> usize {
        (GROUP / (KEY + self.width)).max(1)
    }

    /// How many rows a partition has.
    pub(super) fn count(&self, partition: usize) -> usize {
        let bytes: u64 = self
            .spills
            .iter()
            .map(|spill| spill.block(partition))
            .map(|block| block.end - block.start)
            .sum();
        usize::try_from(bytes).unwrap_or(usize::MAX) / (KEY + self.width)
    }

    /// Hands over the keys and rows of a partition, some at a time.
    pub(super) fn visit(&self, partition: usize, each: &mut Visit<'_>) -> io::Result<()> {
        let stride = KEY + self.width;
        let at_once = self.group() * stride;
        let mut bytes = Vec::new();
        let mut keys: Vec<u128> = Vec::new();
        for spill in &self.spills {
            let Range { mut start, end } = spill.block(partition);
            while start < end {
                let left = usize::try_from(end - start).unwrap_or(usize::MAX);
                bytes.resize(left.min(at_once), 0);
                self.scratch.read(start, &mut bytes)?;
                start += bytes.len() as u64;
                let (in_bytes, rows) = bytes.split_at(bytes.len() / stride * KEY);
                keys.clear();
                keys.extend(in_bytes.as_chunks().0.iter().copied().map(u128::from_le_bytes));
                each(&keys, rows)?;
            }
        }
        Ok(())
    }
}

impl Group {
    fn new(most: usize) -> Self {
        Self { most, keys: Vec::with_capacity(most), rows: Vec::new(), bytes: Vec::new() }
    }

    fn add(
        &mut self,
        mut keys: &[u128],
        mut rows: &[u8],
        width: usize,
        scratch: &mut Scratch,
    ) -> io::Result<()> {
        while !keys.is_empty() {
            let (these, others) = keys.split_at((self.most - self.keys.len()).min(keys.len()));
            let (their_rows, other_rows) = rows.split_at(these.len() * width);
            self.keys.extend_from_slice(these);
            self.rows.extend_from_slice(their_rows);
            (keys, rows) = (others, other_rows);
            if self.keys.len() == self.most {
                self.close();
                if self.bytes.len() >= BUFFER {
                    scratch.append(&mut self.bytes)?;
                }
            }
        }
        Ok(())
    }

    /// Ends a group, full or not.
    fn close(&mut self) {
        let before = self.bytes.len();
        self.bytes.resize(before + self.keys.len() * KEY, 0);
        let (places, _) = self.bytes[before..].as_chunks_mut();
        places.iter_mut().zip(&self.keys).for_each(|(place, key)| *place = key.to_le_bytes());
        self.bytes.extend_from_slice(&self.rows);
        self.keys.clear();
        self.rows.clear();
    }
}

impl SpillTable {
    /// Where a partition's block stands.
    fn block(&self, partition: usize) -> Range<u64> {
        let start = if partition == 0 { self.start } else { self.ends[partition - 1] };
        start..self.ends[partition]
    }
}
