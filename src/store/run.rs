//! Keyed rows of one step, put in the order of their partitions.

/// Partitions by the top bits of the key.
pub(super) const PARTITIONS: usize = 256;
/// Bytes of a key, in memory and in the file.
pub(super) const KEY: usize = 16;

/// Keyed rows of one step, put in the order of their partitions.
pub(super) struct Run {
    keys: Vec<u128>,
    /// The rows of the keys, one after the other.
    rows: Vec<u8>,
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
    pub(super) fn new<R: AsRef<[u8]>>(
        width: usize,
        unordered: impl ExactSizeIterator<Item = (u128, R)> + Clone,
    ) -> Self {
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
        let mut keys = vec![0; unordered.len()];
        let mut rows = vec![0; unordered.len() * width];
        for (key, row) in unordered {
            let next = &mut ends[partition_of(key)];
            let place = *next as usize;
            keys[place] = key;
            // The length of an array is known when this is compiled, that of `width` is not.
            let row = row.as_ref();
            rows[place * row.len()..][..row.len()].copy_from_slice(row);
            *next += 1;
        }
        Self { keys, rows, width, ends }
    }

    /// A run of these rows, one a key, at most [`Run::MOST`] of them.
    pub(super) fn of_slices(width: usize, keys: &[u128], rows: &[u8]) -> Self {
        fn fixed<const WIDTH: usize>(keys: &[u128], rows: &[u8]) -> Run {
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
        (self.keys.len() * (KEY + self.width) + Self::TABLE) as u64
    }

    /// The keys and the rows of a partition.
    pub(super) fn partition(&self, number: usize) -> (&[u128], &[u8]) {
        let start = if number == 0 { 0 } else { self.ends[number - 1] as usize };
        let end = self.ends[number] as usize;
        (&self.keys[start..end], &self.rows[start * self.width..end * self.width])
    }
}

#[inline]
fn partition_of(key: u128) -> usize {
    usize::from(key.to_be_bytes()[0])
}
