//! Keyed rows of one step, put in the order of their partitions.

use std::io;

use memmap2::{MmapMut, MmapOptions};

/// Partitions by the top bits of the key.
pub(super) const PARTITIONS: usize = 256;
/// Bytes of a key, in memory and in the file.
pub(super) const KEY: usize = 16;

/// Keyed rows of one step, put in the order of their partitions.
pub(super) struct Run {
    /// The keys, and behind them their rows, one after the other. The memory is the system's own, and goes back to it
    /// when the run is put aside, as what an allocator keeps among other things does not.
    memory: Option<MmapMut>,
    count: usize,
    width: usize,
    /// Where each partition ends.
    ends: Box<[u32; PARTITIONS]>,
}

impl Run {
    /// Rows a run holds at most.
    pub(super) const MOST: usize = 1 << 16;
    /// Bytes of a run beside its keys and rows.
    pub(super) const TABLE: usize = PARTITIONS * 4;

    /// A run of these rows, at most [`Run::MOST`] of them, each of `width` bytes.
    ///
    /// # Errors
    /// When the system has no memory left.
    pub(super) fn new<R: AsRef<[u8]>>(
        width: usize,
        unordered: impl ExactSizeIterator<Item = (u128, R)> + Clone,
    ) -> io::Result<Self> {
        let mut ends = Box::new([0_u32; PARTITIONS]);
        for (key, _) in unordered.clone() {
            ends[partition_of(key)] += 1;
        }
        let mut before = 0;
        for end in ends.iter_mut() {
            let count = *end;
            *end = before;
            before += count;
        }
        // Each end starts at its partition's beginning and has passed its last row when all are placed.
        let count = unordered.len();
        let mut memory = match count {
            0 => None,
            // All of it is written at once: the system need not be asked page by page.
            count => Some(MmapOptions::new().len(count * (KEY + width)).populate().map_anon()?),
        };
        let (keys, rows) = memory.as_deref_mut().unwrap_or_default().split_at_mut(count * KEY);
        // A map begins where a page does.
        let keys: &mut [u128] = bytemuck::cast_slice_mut(keys);
        for (key, row) in unordered {
            let next = &mut ends[partition_of(key)];
            let place = *next as usize;
            keys[place] = key;
            // The length of an array is known when this is compiled, that of `width` is not.
            let row = row.as_ref();
            rows[place * row.len()..][..row.len()].copy_from_slice(row);
            *next += 1;
        }
        Ok(Self { memory, count, width, ends })
    }

    /// A run of these rows, one a key, at most [`Run::MOST`] of them.
    ///
    /// # Errors
    /// When the system has no memory left.
    pub(super) fn of_slices(width: usize, keys: &[u128], rows: &[u8]) -> io::Result<Self> {
        fn fixed<const WIDTH: usize>(keys: &[u128], rows: &[u8]) -> io::Result<Run> {
            let (rows, _) = rows.as_chunks::<WIDTH>();
            Run::new(WIDTH, keys.iter().copied().zip(rows.iter().copied()))
        }
        match width {
            0 => Self::new(0, keys.iter().map(|key| (*key, []))),
            8 => fixed::<8>(keys, rows),
            16 => fixed::<16>(keys, rows),
            24 => fixed::<24>(keys, rows),
            32 => fixed::<32>(keys, rows),
            width => Self::new(width, keys.iter().copied().zip(rows.chunks_exact(width))),
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        (self.count * (KEY + self.width) + Self::TABLE) as u64
    }

    /// The keys and the rows of a partition.
    pub(super) fn partition(&self, number: usize) -> (&[u128], &[u8]) {
        let start = if number == 0 { 0 } else { self.ends[number - 1] as usize };
        let end = self.ends[number] as usize;
        let (keys, rows) = self.memory.as_deref().unwrap_or_default().split_at(self.count * KEY);
        let keys: &[u128] = bytemuck::cast_slice(keys);
        (&keys[start..end], &rows[start * self.width..end * self.width])
    }
}

#[inline]
fn partition_of(key: u128) -> usize {
    usize::from(key.to_be_bytes()[0])
}
