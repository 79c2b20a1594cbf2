//! Tables of related records: what a batch gives to them, and where they are kept.

use std::sync::Arc;

use crate::engine::atom::same_text;
use crate::engine::bits::Bits;
use crate::engine::program::NodeId;
use crate::engine::relation::cell::Shape;
use crate::engine::vector::{Values, Vector};
use crate::engine::verdict::{Cells, FieldCells};
use crate::expr::typed::FieldId;
use crate::store::{Gathered, KeyHasher};

/// The keys of the rows of a batch.
#[derive(Debug)]
pub(crate) struct Keys {
    /// The fingerprints, where the key is whole.
    pub(crate) prints: Vec<u128>,
    /// Rows with a whole key.
    pub(crate) whole: Bits,
    /// Rows whose key cannot be read; a key of which a part is missing matches nothing, which is known.
    pub(crate) unknown: Bits,
}

impl Keys {
    /// The keys that some fields hold; no fields are one key, the same for all.
    pub(crate) fn of(cells: &Cells<'_>, fields: &[FieldId], hasher: &KeyHasher) -> Self {
        let rows = cells.rows;
        let (mut whole, mut unknown) = (Bits::ones(rows), Bits::zeros(rows));
        let mut missing = Bits::zeros(rows);
        let mut columns: Vec<&FieldCells> = Vec::new();
        for &field in fields {
            let Some(of) = cells.field(field) else {
                return Self {
                    prints: vec![0; rows],
                    whole: Bits::zeros(rows),
                    unknown: Bits::ones(rows),
                };
            };
            whole = whole.and(of.present());
            unknown = unknown.or(of.invalid());
            missing = missing.or(&of.missing());
            if let Some(typed) = of.typed.as_ref().filter(|typed| typed.high.is_some()) {
                let partial = Bits::from_fn(rows, |row| typed.int(row) != typed.int_high(row));
                unknown = unknown.or(&partial.and(&typed.present));
                whole = whole.and_not(&partial);
            }
            columns.push(of);
        }
        unknown = unknown.and_not(&missing);
        let prints = match columns.as_slice() {
            [] => vec![hasher.key(&[]); rows],
            [one] if text_of(one) => single(one, &whole, cells, hasher),
            several => composite(several, &whole, cells, hasher),
        };
        Self { prints, whole, unknown }
    }
}

fn text_of(cells: &FieldCells) -> bool {
    cells.typed.as_ref().is_none_or(|typed| matches!(typed.values, Values::Text(_)))
}

/// Keys of one text; exports are grouped, so that a key is often that of the row before.
fn single(of: &FieldCells, whole: &Bits, cells: &Cells<'_>, hasher: &KeyHasher) -> Vec<u128> {
    let mut prints = vec![0; cells.rows];
    let mut last: (&[u8], u128) = (&[], hasher.text(&[]));
    for row in whole.rows() {
        let text = cells.space.get(of.texts.refs[row]);
        if !same_text(text, last.0) {
            last = (text, hasher.text(text));
        }
        prints[row] = last.1;
    }
    prints
}

fn composite(
    columns: &[&FieldCells],
    whole: &Bits,
    cells: &Cells<'_>,
    hasher: &KeyHasher,
) -> Vec<u128> {
    let mut prints = vec![0; cells.rows];
    let texts_alone = columns.iter().all(|of| text_of(of));
    let mut texts: Vec<Option<&[u8]>> = Vec::with_capacity(columns.len());
    for row in whole.rows() {
        prints[row] = if texts_alone {
            texts.clear();
            texts.extend(columns.iter().map(|of| Some(cells.space.get(of.texts.refs[row]))));
            hasher.key(&texts)
        } else {
            let parts = columns.iter().map(|of| (of.present().get(row), Some(*of)));
            key_of(parts, row, cells, hasher)
        };
    }
    prints
}

/// The fingerprint of the group of a row: a missing value is one, and so is one that cannot be read.
pub(crate) fn group(cells: &Cells<'_>, by: &[FieldId], row: usize, hasher: &KeyHasher) -> u128 {
    let parts = by.iter().map(|field| {
        let of = cells.field(*field);
        (of.is_some_and(|of| of.present().get(row)), of)
    });
    key_of(parts, row, cells, hasher)
}

fn key_of<'c>(
    parts: impl Iterator<Item = (bool, Option<&'c FieldCells>)>,
    row: usize,
    cells: &Cells<'_>,
    hasher: &KeyHasher,
) -> u128 {
    let parts: Vec<(bool, Option<&FieldCells>)> = parts.collect();
    let number = |(present, of): &(bool, Option<&FieldCells>)| match of {
        Some(FieldCells { typed: Some(typed), .. }) if *present => canonical(typed, row),
        _ => 0,
    };
    let numbers: Vec<[u8; 16]> = parts.iter().map(|part| number(part).to_le_bytes()).collect();
    let texts: Vec<Option<&[u8]>> = parts
        .iter()
        .enumerate()
        .map(|(part, (present, of))| match of {
            Some(of) if *present && text_of(of) => Some(cells.space.get(of.texts.refs[row])),
            Some(_) if *present => numbers.get(part).map(<[u8; 16]>::as_slice),
            Some(of) if of.invalid().get(row) => Some(UNREADABLE),
            _ => None,
        })
        .collect();
    hasher.key(&texts)
}

/// What stands for a value that cannot be read in the key of a group; no text of a sound cell is it.
const UNREADABLE: &[u8] = b"\xff";

/// A typed value as one number; the same however its text was written.
fn canonical(typed: &Vector, row: usize) -> i128 {
    match &typed.values {
        Values::Decimal(values) => values[row],
        Values::Truth(bits) => i128::from(bits.get(row)),
        _ => i128::from(typed.int(row)),
    }
}

/// What the batches of a record set give to one table, or to the gathering of keys that a join needs.
#[derive(Debug)]
pub(crate) struct Harvest {
    /// Where the rows go.
    pub(crate) sink: usize,
    /// The fields of the key.
    pub(crate) key: Vec<FieldId>,
    /// What a row starts with.
    pub(crate) head: Head,
    /// What it holds.
    pub(crate) columns: Vec<(NodeId, Shape)>,
}

/// What a row starts with.
#[derive(Debug)]
pub(crate) enum Head {
    /// Nothing: bare keys.
    Nothing,
    /// Whether the record is in the table for certain; the node of the table's condition.
    Certainty(Option<NodeId>),
    /// Where the record stands: chunk and record in it, with the file.
    Place {
        /// The number of the file.
        file: usize,
    },
}

/// The rows that one batch gives to one sink.
pub(crate) struct Yield {
    /// Where the rows go.
    pub(crate) sink: usize,
    /// Their keys.
    pub(crate) keys: Vec<u128>,
    /// Their bytes.
    pub(crate) rows: Vec<u8>,
}

impl std::fmt::Debug for Yield {
    /// Says nothing of the text of records that it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Yield").finish_non_exhaustive()
    }
}

/// The first byte of a row of a record that is in the table for certain.
pub(super) const CERTAIN: u8 = 1;
/// The first byte of a row of a record that may be in the table.
const POSSIBLE: u8 = 0;

impl Harvest {
    /// What a batch gives; `place` tells where a row's record stands.
    pub(crate) fn take(
        &self,
        cells: &Cells<'_>,
        hasher: &KeyHasher,
        place: &dyn Fn(usize, usize) -> u64,
    ) -> Yield {
        let keys = Keys::of(cells, &self.key, hasher);
        let mut wanted = keys.whole.clone();
        let mut certain = Bits::default();
        if let Head::Certainty(Some(filter)) = self.head {
            let filter = &cells.nodes[filter];
            certain = filter.truths(cells.rows);
            wanted = wanted.and(&certain.or(&filter.present.not()));
        }
        let mut given = Yield { sink: self.sink, keys: Vec::new(), rows: Vec::new() };
        let width: usize = self.columns.iter().map(|(_, shape)| shape.width()).sum();
        let count = usize::try_from(wanted.count()).unwrap_or(0);
        given.keys.reserve(count);
        given.rows.reserve(count * (width + 8));
        for row in wanted.rows() {
            given.keys.push(keys.prints[row]);
            match self.head {
                Head::Nothing => {}
                Head::Certainty(None) => given.rows.push(CERTAIN),
                Head::Certainty(Some(_)) => {
                    given.rows.push(if certain.get(row) { CERTAIN } else { POSSIBLE });
                }
                Head::Place { file } => {
                    given.rows.extend_from_slice(&place(file, row).to_le_bytes());
                }
            }
            for (node, shape) in &self.columns {
                shape.put(&cells.nodes[*node], row, &mut given.rows);
            }
        }
        given
    }
}

/// The tables as far as they have been gathered.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tables {
    slots: Vec<Option<Arc<Gathered>>>,
}

impl Tables {
    /// None of so many gathered yet.
    pub(crate) fn new(count: usize) -> Self {
        Self { slots: vec![None; count] }
    }

    /// Puts a table in its place.
    pub(crate) fn put(&mut self, table: usize, gathered: Gathered) {
        self.slots[table] = Some(Arc::new(gathered));
    }

    /// A table that was gathered.
    pub(crate) fn get(&self, table: usize) -> Option<&Arc<Gathered>> {
        self.slots.get(table)?.as_ref()
    }

    /// Lets a table go.
    pub(crate) fn drop(&mut self, table: usize) {
        self.slots[table] = None;
    }
}
