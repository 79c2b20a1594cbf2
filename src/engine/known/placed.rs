//! What joins found for the texts of a record set, kept until its records are judged.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::chunk::origin_parts;
use crate::engine::known::answer::{ANSWER_WIDTH, Everybody, OWN_WIDTH};
use crate::engine::relation::Order;
use crate::store::{Budget, Lookup, Partitions, Rows};

/// Bytes of a place.
const PLACE: usize = 8;

/// Rows under the places of records, to be read chunk by chunk.
#[derive(Debug)]
pub(crate) struct PlacedRows {
    rows: Partitions,
    order: Order,
}

/// The rows that a worker has read last.
#[derive(Default)]
pub(crate) struct KeptRows {
    /// The file of the rows and their partition.
    of: Option<(usize, u8)>,
    /// Place and bytes, in the order of places.
    rows: Vec<(u64, Vec<u8>)>,
}

impl std::fmt::Debug for KeptRows {
    /// Says nothing of the text of records that it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeptRows").finish_non_exhaustive()
    }
}

/// Joins the keys that texts ask for with everybody's.
///
/// # Errors
/// When temporary files cannot be written or read.
pub(crate) fn join_others(
    everybody: &Partitions,
    asked: Rows,
    order: Order,
    (budget, temp_dir): (Arc<Budget>, PathBuf),
) -> io::Result<PlacedRows> {
    let width = PLACE + 16 + ANSWER_WIDTH;
    joined(
        everybody,
        asked,
        order,
        Rows::new(width, budget, temp_dir),
        &|lookup, key, place, into| {
            let Some(answer) = Everybody::answer_in(lookup, key) else { return 0 };
            into.extend_from_slice(place);
            into.extend_from_slice(&key.to_le_bytes());
            into.extend_from_slice(&answer);
            1
        },
    )
}

/// Joins the patients whose records are read with what belongs to each.
///
/// # Errors
/// When temporary files cannot be written or read.
pub(crate) fn join_own(
    own: &Partitions,
    asked: Rows,
    order: Order,
    (budget, temp_dir): (Arc<Budget>, PathBuf),
) -> io::Result<PlacedRows> {
    let width = PLACE + OWN_WIDTH;
    joined(own, asked, order, Rows::new(width, budget, temp_dir), &|lookup, key, place, into| {
        let found = lookup.find(key);
        for row in found.clone() {
            into.extend_from_slice(place);
            into.extend_from_slice(lookup.row(row));
        }
        found.len()
    })
}

/// Appends what a lookup has under the key that is asked for at a place; gives how many rows that are.
type Find<'f> = dyn Fn(&Lookup, u128, &[u8; PLACE], &mut Vec<u8>) -> usize + Sync + 'f;

fn joined(
    known: &Partitions,
    asked: Rows,
    order: Order,
    placed: Rows,
    find: &Find<'_>,
) -> io::Result<PlacedRows> {
    known.join(&asked.partitions()?, &|lookup, keys, places| {
        let (mut found, mut found_keys) = (Vec::new(), Vec::new());
        for (key, bytes) in keys.iter().zip(places.as_chunks::<PLACE>().0) {
            let place = u64::from_le_bytes(*bytes);
            let (file, chunk, ..) = origin_parts(place);
            let under = u128::from(order.partition(file, chunk)) << 120 | u128::from(place);
            let count = find(lookup, *key, bytes, &mut found);
            found_keys.extend(std::iter::repeat_n(under, count));
        }
        placed.add(&found_keys, &found)
    })?;
    Ok(PlacedRows { rows: placed.partitions()?, order })
}

impl PlacedRows {
    /// Reads what was found for the records of a chunk, unless it was read last.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub(super) fn read(&self, (file, chunk): (usize, u64), kept: &mut KeptRows) -> io::Result<()> {
        let partition = self.order.partition(file, chunk);
        if kept.of == Some((file, partition)) {
            return Ok(());
        }
        kept.of = None;
        kept.rows.clear();
        self.rows.partition(partition, &mut |keys, rows| {
            let width = rows.len() / keys.len().max(1);
            for bytes in rows.chunks(width.max(1)) {
                let Some((place, rest)) = bytes.split_first_chunk() else { continue };
                let place = u64::from_le_bytes(*place);
                if origin_parts(place).0 == file & 0xFFFF {
                    kept.rows.push((place, rest.to_vec()));
                }
            }
        })?;
        kept.rows.sort_unstable();
        kept.of = Some((file, partition));
        Ok(())
    }
}

impl KeptRows {
    /// What was found at a place, in the order of its bytes.
    pub(super) fn at(&self, place: u64) -> impl Iterator<Item = &[u8]> {
        let from = self.rows.partition_point(|(other, _)| *other < place);
        let rest = self.rows.get(from..).unwrap_or_default().iter();
        rest.take_while(move |(other, _)| *other == place).map(|(_, bytes)| bytes.as_slice())
    }
}
