//! Rows in memory, found by their keys.

use std::fmt;
use std::io;
use std::ops::Range;

use rayon::prelude::*;

use super::budget::Reserved;
use super::partition::{Partitions, Slice};
use super::run::KEY;

/// Rows in memory, found by their keys; the rows of one key are neighbours, ordered by their bytes.
///
/// The distinct keys stand in order, and a directory over their leading bits tells between which two places a key must
/// stand: two cache misses for a hit as for a miss. It takes 16 bytes a distinct key, the width of each row, at
/// most 2 bytes a key for the directory, and 4 bytes a key if a key has several rows.
pub struct Lookup {
    width: usize,
    /// The distinct keys, ascending.
    keys: Vec<u128>,
    /// Where the rows of each key start, and behind them the number of rows; none while every key has one row.
    starts: Vec<u32>,
    rows: Vec<u8>,
    directory: Directory,
    /// Held until the lookup is dropped.
    reserved: Reserved,
}

/// Tells between which places of an ascending list a key must stand.
struct Directory {
    /// The first key.
    base: u128,
    /// Bits of the distance to the first key that are left out of the bucket's number.
    shift: u32,
    /// Where each bucket starts, and behind them the number of keys.
    starts: Vec<u32>,
}

/// Where one thread puts the rows of a slice.
struct Part<'a> {
    slice: &'a Slice,
    width: usize,
    first_row: u32,
    keys: &'a mut [u128],
    starts: &'a mut [u32],
    rows: &'a mut [u8],
}

/// A bucket of more keys is searched by halves.
const LINEAR: usize = 16;

impl Lookup {
    /// The rows of that key, none if it has none.
    #[inline]
    #[must_use]
    pub fn find(&self, key: u128) -> Range<u32> {
        self.place(key, self.directory.bucket(key))
    }

    /// The rows of each of these keys, in their order; what the list held before is lost.
    ///
    /// Faster than one at a time, because memory is waited for once for many keys.
    pub fn find_all(&self, keys: &[u128], ranges: &mut Vec<Range<u32>>) {
        ranges.clear();
        ranges.extend(keys.iter().map(|key| self.directory.bucket(*key)));
        for (range, key) in ranges.iter_mut().zip(keys) {
            *range = self.place(*key, range.clone());
        }
    }

    /// A row by its number.
    ///
    /// # Panics
    /// When there is no row of that number; those that [`Lookup::find`] gives are there.
    #[inline]
    #[must_use]
    pub fn row(&self, number: u32) -> &[u8] {
        &self.rows[number as usize * self.width..][..self.width]
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.row_start(self.keys.len()) as usize
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// How many distinct keys there are.
    #[must_use]
    pub fn key_count(&self) -> usize {
        self.keys.len()
    }

    /// Every key with the numbers of its rows, in ascending order.
    pub fn groups(&self) -> impl Iterator<Item = (u128, Range<u32>)> {
        let groups = self.keys.iter().enumerate();
        groups.map(|(place, key)| (*key, self.row_start(place)..self.row_start(place + 1)))
    }

    /// Bytes in use.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        let words = self.starts.capacity() + self.directory.starts.capacity();
        (self.keys.capacity() * KEY + words * 4 + self.rows.capacity()) as u64
    }

    /// Bytes that a lookup of so many rows takes at most, if there can be one.
    pub(super) fn most_bytes(rows: u64, width: usize) -> Option<u64> {
        let stride = u64::try_from(KEY + 4 + 2).ok()?.checked_add(width as u64)?;
        u32::try_from(rows).ok().and_then(|rows| u64::from(rows).checked_mul(stride))
    }

    /// Bytes that a thread needs beside it to put so many rows in order.
    pub(super) fn work_bytes(rows: usize, width: usize) -> usize {
        rows.saturating_mul((size_of::<(u64, u32)>() + KEY).saturating_add(width))
    }

    /// All rows.
    pub(super) fn of_all(partitions: &Partitions, reserved: Reserved) -> io::Result<Self> {
        let slices: Vec<Slice> = (0..=u8::MAX).map(|number| partitions.slice(number)).collect();
        Self::of_slices(partitions, &slices, reserved)
    }

    /// The rows of ascending slices.
    pub(super) fn of_slices(
        partitions: &Partitions,
        slices: &[Slice],
        reserved: Reserved,
    ) -> io::Result<Self> {
        let width = partitions.width();
        let total: usize = slices.iter().map(|slice| slice.rows).sum();
        if Self::most_bytes(total as u64, width).is_none() {
            return Err(io::Error::other("a key has too many rows"));
        }
        let mut keys = vec![0; total];
        let mut starts = vec![0; total];
        let mut rows = vec![0; total * width];
        let mut parts = Vec::with_capacity(slices.len());
        let (mut keys_left, mut starts_left, mut rows_left) =
            (&mut *keys, &mut *starts, &mut *rows);
        let mut first_row = 0;
        for slice in slices {
            let (keys, starts, rows);
            (keys, keys_left) = keys_left.split_at_mut(slice.rows);
            (starts, starts_left) = starts_left.split_at_mut(slice.rows);
            (rows, rows_left) = rows_left.split_at_mut(slice.rows * width);
            parts.push(Part { slice, width, first_row, keys, starts, rows });
            first_row += u32::try_from(slice.rows).unwrap_or(u32::MAX);
        }
        let groups: Vec<usize> = match parts.len() {
            // Whoever builds a lookup of one slice is one of several threads that do.
            1 => parts.into_iter().map(|part| part.fill(partitions)).collect::<io::Result<_>>()?,
            _ => parts
                .into_par_iter()
                .map(|part| part.fill(partitions))
                .collect::<io::Result<_>>()?,
        };
        let (mut distinct, mut first) = (0, 0);
        for (slice, groups) in slices.iter().zip(groups) {
            keys.copy_within(first..first + groups, distinct);
            starts.copy_within(first..first + groups, distinct);
            distinct += groups;
            first += slice.rows;
        }
        if distinct == total {
            starts = Vec::new();
        } else {
            starts.truncate(distinct);
            starts.push(first_row);
            starts.shrink_to_fit();
        }
        keys.truncate(distinct);
        keys.shrink_to_fit();
        let directory = Directory::new(&keys);
        let mut lookup = Self { width, keys, starts, rows, directory, reserved };
        let bytes = lookup.bytes();
        lookup.reserved.resize(bytes);
        Ok(lookup)
    }

    /// Calls `each` with the keys and the rows of a partition.
    pub(super) fn partition(&self, number: u8, each: &mut dyn FnMut(&[u128], &[u8])) {
        let first = self.keys.partition_point(|key| key.to_be_bytes()[0] < number);
        let end = self.keys.partition_point(|key| key.to_be_bytes()[0] <= number);
        let mut keys = Vec::new();
        for place in first..end {
            let rows = self.row_start(place)..self.row_start(place + 1);
            keys.clear();
            keys.resize(rows.len(), self.keys[place]);
            each(&keys, &self.rows[rows.start as usize * self.width..][..rows.len() * self.width]);
        }
    }

    /// The rows of a key that must stand among these places.
    #[inline]
    fn place(&self, key: u128, bucket: Range<u32>) -> Range<u32> {
        let candidates = &self.keys[bucket.start as usize..bucket.end as usize];
        let found = if candidates.len() <= LINEAR {
            candidates.iter().position(|candidate| *candidate == key)
        } else {
            candidates.binary_search(&key).ok()
        };
        found.map_or(0..0, |place| {
            let place = bucket.start as usize + place;
            self.row_start(place)..self.row_start(place + 1)
        })
    }

    /// The first row of the key at that place.
    #[inline]
    fn row_start(&self, place: usize) -> u32 {
        // Without a list of starts the places of keys, of which there are no more than rows, are those of rows.
        let only = u32::try_from(place).unwrap_or(u32::MAX);
        self.starts.get(place).copied().unwrap_or(only)
    }
}

impl Directory {
    fn new(keys: &[u128]) -> Self {
        let base = keys.first().copied().unwrap_or_default();
        let span = keys.last().copied().unwrap_or_default() - base;
        let bits = (keys.len() / 2).max(2).ilog2();
        let shift = (u128::BITS - span.leading_zeros()).saturating_sub(bits);
        let mut directory = Self { base, shift, starts: Vec::new() };
        let Some(last) = keys.last() else { return directory };
        let mut starts = vec![0; directory.number(*last) + 2];
        keys.iter().for_each(|key| starts[directory.number(*key) + 1] += 1);
        let mut before = 0;
        for start in &mut starts {
            before += *start;
            *start = before;
        }
        directory.starts = starts;
        directory
    }

    #[inline]
    fn number(&self, key: u128) -> usize {
        usize::try_from(key.wrapping_sub(self.base) >> self.shift).unwrap_or(usize::MAX)
    }

    /// The places among which a key must stand.
    #[inline]
    fn bucket(&self, key: u128) -> Range<u32> {
        // A key before the first wraps around and lies behind the last, or in the last bucket in vain.
        let number = self.number(key);
        match self.starts.get(number..).and_then(|starts| starts.first_chunk()) {
            Some([start, end]) => *start..*end,
            None => 0..0,
        }
    }
}

/// The half of a key behind the bits that all keys of a partition share.
#[expect(clippy::cast_possible_truncation, reason = "the half that is wanted")]
fn beginning(key: u128) -> u64 {
    (key >> (u64::BITS - u8::BITS)) as u64
}

impl Part<'_> {
    /// Puts the rows in their places; tells how many distinct keys they have.
    fn fill(self, partitions: &Partitions) -> io::Result<usize> {
        let Self { slice, width, first_row, keys, starts, rows } = self;
        let mut order: Vec<(u64, u32)> = Vec::with_capacity(slice.rows);
        let mut whole: Vec<u128> = Vec::with_capacity(slice.rows);
        let mut unordered: Vec<u8> = Vec::with_capacity(rows.len());
        partitions.visit_slice(slice, &mut |some_keys, some_rows| {
            // The numbers are those of one slice, whose rows were counted.
            order.extend(
                some_keys.iter().map(|key| beginning(*key)).zip((0_u32..).skip(whole.len())),
            );
            whole.extend_from_slice(some_keys);
            unordered.extend_from_slice(some_rows);
            Ok(())
        })?;
        let row = |number: u32| &unordered[number as usize * width..][..width];
        // Half a key moves faster than a whole one, and is seldom the half of two.
        order.sort_unstable_by_key(|(beginning, _)| *beginning);
        for same in order.chunk_by_mut(|(one, _), (other, _)| one == other) {
            same.sort_unstable_by(|(_, one), (_, other)| {
                let keys = whole[*one as usize].cmp(&whole[*other as usize]);
                keys.then_with(|| row(*one).cmp(row(*other)))
            });
        }
        let mut groups = 0;
        let mut before = None;
        for ((place, number), (_, from)) in (first_row..).enumerate().zip(&order) {
            let key = whole[*from as usize];
            if before != Some(key) {
                before = Some(key);
                keys[groups] = key;
                starts[groups] = number;
                groups += 1;
            }
            rows[place * width..][..width].copy_from_slice(row(*from));
        }
        Ok(groups)
    }
}

impl fmt::Debug for Lookup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rows say what records say.
        f.debug_struct("Lookup").field("len", &self.len()).finish_non_exhaustive()
    }
}
