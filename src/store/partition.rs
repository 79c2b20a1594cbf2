//! Rows read back partition by partition.

use std::fmt;
use std::io;
use std::ops::RangeInclusive;

use super::budget::Reserved;
use super::run::{PARTITIONS, Run};
use super::spill::Disk;

/// All rows of a store, to be read or joined partition by partition.
pub struct Partitions {
    width: usize,
    runs: Vec<Run>,
    disk: Disk,
    /// The memory of the runs.
    reserved: Reserved,
}

/// The rows of a partition whose keys lie in a range.
#[derive(Debug, Clone)]
pub(super) struct Slice {
    number: u8,
    keys: RangeInclusive<u128>,
    /// How many rows it has.
    pub(super) rows: usize,
}

/// Takes keys and rows, some at a time.
pub(super) type Visit<'a> = dyn FnMut(&[u128], &[u8]) -> io::Result<()> + 'a;

/// Pieces that a slice is counted in to be cut, as a power of two.
const PIECE_BITS: u32 = 12;

impl Partitions {
    pub(super) fn new(width: usize, runs: Vec<Run>, disk: Disk, reserved: Reserved) -> Self {
        Self { width, runs, disk, reserved }
    }

    /// Bytes of a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        (0..PARTITIONS).map(|number| self.count(number) as u64).sum()
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Bytes that were written to the temporary file.
    #[must_use]
    pub fn spilled_bytes(&self) -> u64 {
        self.disk.written()
    }

    /// Calls `each` with the keys and the rows of a partition, some at a time, in no certain order; several threads may
    /// do so at once.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn partition(&self, number: u8, each: &mut dyn FnMut(&[u128], &[u8])) -> io::Result<()> {
        self.visit(usize::from(number), &mut |keys, rows| {
            each(keys, rows);
            Ok(())
        })
    }

    pub(super) fn reserved(&self) -> &Reserved {
        &self.reserved
    }

    /// Whether rows are held in memory.
    pub(super) fn holds_memory(&self) -> bool {
        !self.runs.is_empty()
    }

    /// Writes what is held in memory to the file.
    pub(super) fn spill(&mut self) -> io::Result<()> {
        self.disk.write(&self.runs)?;
        self.runs = Vec::new();
        self.reserved.resize(0);
        Ok(())
    }

    /// How many rows a partition has.
    pub(super) fn count(&self, number: usize) -> usize {
        let in_memory: usize = self.runs.iter().map(|run| run.partition(number).0.len()).sum();
        in_memory + self.disk.count(number)
    }

    pub(super) fn visit(&self, number: usize, each: &mut Visit<'_>) -> io::Result<()> {
        for run in &self.runs {
            let (keys, rows) = run.partition(number);
            if !keys.is_empty() {
                each(keys, rows)?;
            }
        }
        self.disk.visit(number, each)
    }

    /// All of a partition.
    pub(super) fn slice(&self, number: u8) -> Slice {
        let low = u128::from(number) << 120;
        Slice { number, keys: low..=low | u128::MAX >> 8, rows: self.count(usize::from(number)) }
    }

    pub(super) fn visit_slice(&self, slice: &Slice, each: &mut Visit<'_>) -> io::Result<()> {
        let number = usize::from(slice.number);
        if slice.is_whole() {
            return self.visit(number, each);
        }
        let mut kept_keys = Vec::new();
        let mut kept_rows = Vec::new();
        self.visit(number, &mut |keys, rows| {
            kept_keys.clear();
            kept_rows.clear();
            for (place, key) in keys.iter().enumerate() {
                if slice.keys.contains(key) {
                    kept_keys.push(*key);
                    kept_rows.extend_from_slice(&rows[place * self.width..][..self.width]);
                }
            }
            if kept_keys.is_empty() { Ok(()) } else { each(&kept_keys, &kept_rows) }
        })
    }

    /// Cuts a slice into slices of at most `allowed` rows; the rows of one key are never cut.
    pub(super) fn cut(&self, slice: Slice, allowed: usize) -> io::Result<Vec<Slice>> {
        let mut slices = Vec::new();
        let mut larger = vec![slice];
        while let Some(slice) = larger.pop() {
            if slice.rows <= allowed {
                slices.push(slice);
                continue;
            }
            // Keys need not be spread evenly over the slice, so that it is cut between its first and last.
            let (mut first, mut last) = (u128::MAX, 0);
            self.visit_slice(&slice, &mut |keys, _| {
                first = keys.iter().copied().fold(first, u128::min);
                last = keys.iter().copied().fold(last, u128::max);
                Ok(())
            })?;
            if first >= last {
                slices.push(slice);
                continue;
            }
            let pieces = self.pieces(&slice, first, last)?;
            larger.extend(slice.joined(pieces, allowed));
        }
        Ok(slices)
    }

    /// Pieces of a slice, by the bits in which its first and last key differ first: where each ends, and its rows.
    fn pieces(&self, slice: &Slice, first: u128, last: u128) -> io::Result<Vec<(u128, usize)>> {
        let shift = (u128::BITS - (last - first).leading_zeros()).saturating_sub(PIECE_BITS);
        let piece = |key: u128| usize::try_from((key - first) >> shift).unwrap_or(usize::MAX);
        let mut counts = vec![0_usize; piece(last) + 1];
        self.visit_slice(slice, &mut |keys, _| {
            keys.iter().for_each(|key| counts[piece(*key)] += 1);
            Ok(())
        })?;
        let end_of = |number: usize| {
            let start = (number as u128) << shift;
            first.saturating_add(start).saturating_add((1 << shift) - 1)
        };
        Ok(counts.into_iter().enumerate().map(|(number, rows)| (end_of(number), rows)).collect())
    }
}

impl Slice {
    /// Whether it is all of its partition.
    fn is_whole(&self) -> bool {
        self.keys.end() - self.keys.start() == u128::MAX >> 8
    }

    /// Neighbouring pieces as slices of at most `allowed` rows, or of one piece.
    fn joined(&self, pieces: Vec<(u128, usize)>, allowed: usize) -> Vec<Self> {
        let mut slices: Vec<Self> = Vec::new();
        for (end, rows) in pieces {
            match slices.last_mut().filter(|last| last.rows + rows <= allowed) {
                Some(last) => {
                    last.keys = *last.keys.start()..=end;
                    last.rows += rows;
                }
                None => {
                    let start =
                        slices.last().map_or(*self.keys.start(), |last| last.keys.end() + 1);
                    slices.push(Self { number: self.number, keys: start..=end, rows });
                }
            }
        }
        // Keys that only the other side of a join has may lie behind the last piece.
        if let Some(last) = slices.last_mut() {
            last.keys = *last.keys.start()..=*self.keys.end();
        }
        slices
    }
}

impl fmt::Debug for Partitions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rows say what records say.
        f.debug_struct("Partitions").field("width", &self.width).finish_non_exhaustive()
    }
}
