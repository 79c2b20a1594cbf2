//! Two stores brought together by their keys.

use std::io;

use rayon::prelude::*;

use super::budget::Reserved;
use super::lookup::Lookup;
use super::partition::{Partitions, Slice};

/// Takes a lookup, and keys and rows to be looked up in it; from several threads.
pub type Matcher<'a> = dyn Fn(&Lookup, &[u128], &[u8]) -> io::Result<()> + Sync + 'a;

/// Rows of the probing side that are handed over at once, about.
const BLOCK: usize = 1 << 12;
/// Bytes that a thread works with at least: every cut reads a partition once more.
const LEAST_SHARE: usize = 1 << 16;

impl Partitions {
    /// Calls `each` with every row of `probes`, some at a time, each time with a lookup that holds all rows of this
    /// side under the keys of that time.
    ///
    /// Works on as many partitions at once as the current pool has threads; `each` must not hand work to the pool. Beside
    /// what the two sides hold, this takes memory for a partition of this side a thread, or its share of what is
    /// free (of an eighth of the budget at least), whichever is less; a partition that is larger is
    /// read several times, each time for some of its keys. One key with more rows than
    /// that takes what it needs.
    ///
    /// # Errors
    /// What `each` gives; or when a temporary file cannot be read, or a key has more than 4,294,967,295 rows.
    pub fn join(&self, probes: &Self, each: &Matcher<'_>) -> io::Result<()> {
        let share = self.reserved().budget().share(rayon::current_num_threads());
        let allowed = share.max(LEAST_SHARE) / bytes(1, self.width()).max(1);
        (0..=u8::MAX).into_par_iter().with_max_len(1).try_for_each(|number| {
            if probes.count(usize::from(number)) == 0 {
                return Ok(());
            }
            for slice in self.cut(self.slice(number), allowed.max(1))? {
                self.join_slice(&slice, probes, each)?;
            }
            Ok(())
        })
    }

    /// Calls `each` with lookups that hold every row once between them, and all rows of a key in one.
    ///
    /// Works on as many partitions at once as the current pool has threads, in memory like [`Partitions::join`];
    /// `each` must not hand work to the pool.
    ///
    /// # Errors
    /// As [`Partitions::join`].
    pub fn lookups(&self, each: &(dyn Fn(&Lookup) -> io::Result<()> + Sync)) -> io::Result<()> {
        let share = self.reserved().budget().share(rayon::current_num_threads());
        let allowed = share.max(LEAST_SHARE) / bytes(1, self.width()).max(1);
        (0..=u8::MAX).into_par_iter().with_max_len(1).try_for_each(|number| {
            for slice in self.cut(self.slice(number), allowed.max(1))? {
                let bytes = bytes(slice.rows, self.width()) as u64;
                let reserved = Reserved::new(self.reserved().budget(), bytes);
                each(&Lookup::of_slices(self, std::slice::from_ref(&slice), reserved)?)?;
            }
            Ok(())
        })
    }

    fn join_slice(&self, slice: &Slice, probes: &Self, each: &Matcher<'_>) -> io::Result<()> {
        let bytes = bytes(slice.rows, self.width()) as u64;
        let reserved = Reserved::new(self.reserved().budget(), bytes);
        let lookup = Lookup::of_slices(self, std::slice::from_ref(slice), reserved)?;
        // Pieces in memory are as small as the steps in which rows came.
        let mut block_keys = Vec::with_capacity(BLOCK);
        let mut block_rows = Vec::with_capacity(BLOCK * probes.width());
        probes.visit_slice(slice, &mut |keys, rows| {
            if keys.len() >= BLOCK {
                return each(&lookup, keys, rows);
            }
            block_keys.extend_from_slice(keys);
            block_rows.extend_from_slice(rows);
            if block_keys.len() < BLOCK {
                return Ok(());
            }
            let outcome = each(&lookup, &block_keys, &block_rows);
            block_keys.clear();
            block_rows.clear();
            outcome
        })?;
        if block_keys.is_empty() { Ok(()) } else { each(&lookup, &block_keys, &block_rows) }
    }
}

/// Bytes that a thread takes for so many rows.
fn bytes(rows: usize, width: usize) -> usize {
    let lookup = Lookup::most_bytes(rows as u64, width);
    let lookup = lookup.and_then(|bytes| usize::try_from(bytes).ok()).unwrap_or(usize::MAX);
    lookup.saturating_add(Lookup::work_bytes(rows, width))
}
