//! What a join found for the records of a set, kept until they are read.

use std::io;
use std::rc::Rc;
use std::sync::Arc;

use crate::engine::bits::Bits;
use crate::engine::chunk::origin_parts;
use crate::engine::relation::catalogue::{Output, Selection, TableSpec};
use crate::engine::relation::cell::{Column, Shape};
use crate::engine::relation::select::{Question, Selected};
use crate::engine::relation::table::Keys;
use crate::expr::typed::Fold;
use crate::store::{Budget, KeyHasher, Lookup, Partitions, Rows};
use crate::value::Date;

/// Where the chunks of each file stand in the order of all chunks.
#[derive(Debug, Clone)]
pub(crate) struct Order {
    /// The first chunk of each file of the plan.
    pub(crate) first: Vec<u64>,
    /// How many chunks there are.
    pub(crate) chunks: u64,
}

impl Order {
    /// The partition in which what belongs to a chunk is kept.
    pub(crate) fn partition(&self, file: usize, chunk: u64) -> u8 {
        let at = self.first.get(file).copied().unwrap_or(0).saturating_add(chunk);
        let part = u128::from(at) * 256 / u128::from(self.chunks.max(1));
        u8::try_from(part).unwrap_or(u8::MAX)
    }
}

/// What a selection gives for the records of a set, by chunk.
#[derive(Debug)]
pub(crate) struct Placed {
    rows: Partitions,
    order: Order,
}

/// The partition that a worker has read last.
#[derive(Default)]
pub(crate) struct Kept {
    /// File of the rows, selection and partition.
    of: Option<(usize, u8)>,
    /// Place and bytes, in the order of places.
    rows: Vec<(u64, Vec<u8>)>,
}

impl std::fmt::Debug for Kept {
    /// Says nothing of the text of records that it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kept").finish_non_exhaustive()
    }
}

/// A key was found, but no record under it.
const NONE: u8 = 1;
/// More than one record was found, or may have been.
const SEVERAL: u8 = 2;

/// The keys of the records under test, gathered by a reading of their own.
pub(crate) struct Emission<'e> {
    /// What is asked.
    pub(crate) selection: &'e Selection,
    /// Of which table.
    pub(crate) table: &'e TableSpec,
    /// The table, put aside.
    pub(crate) related: &'e Partitions,
    /// The keys, each with its place and what the selection needs of its record.
    pub(crate) probes: Rows,
    /// The order of the chunks.
    pub(crate) order: Order,
    /// The as-of date.
    pub(crate) as_of: Date,
}

impl Emission<'_> {
    /// Joins the keys with the table.
    ///
    /// # Errors
    /// When temporary files cannot be written or read.
    pub(crate) fn join(
        self,
        budget: Arc<Budget>,
        temp_dir: std::path::PathBuf,
    ) -> io::Result<Placed> {
        let Self { selection, table, related, probes, order, as_of } = self;
        let width =
            9 + selection.outputs.iter().map(|output| output.shape().width()).sum::<usize>();
        let shapes: Vec<Shape> = selection.operands.iter().map(|expr| Shape::of(expr.ty)).collect();
        let stride = selection.probe_width();
        let placed = Rows::new(width, budget, temp_dir);
        related.join(&probes.partitions()?, &|lookup, keys, rows| {
            let count = keys.len();
            let mut operands: Vec<Column> =
                shapes.iter().map(|shape| Column::new(*shape, count)).collect();
            for (row, bytes) in rows.chunks(stride).enumerate() {
                let mut at = 8;
                for (column, shape) in operands.iter_mut().zip(&shapes) {
                    column.set(row, bytes.get(at..at + shape.width()).unwrap_or_default());
                    at += shape.width();
                }
            }
            let operands: Vec<_> =
                operands.into_iter().map(|column| Rc::new(column.finish())).collect();
            let ranges: Vec<_> = keys.iter().map(|key| lookup.find(*key)).collect();
            let question = Question { selection, table, lookup, as_of };
            let answer =
                question.answer(&ranges, &Bits::ones(count), &Bits::zeros(count), &operands);
            let mut found = Vec::with_capacity(count * width);
            let mut places = Vec::with_capacity(count);
            for (row, bytes) in rows.chunks(stride).enumerate() {
                let place = bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
                // Which attempt at its chunk gave the key is all one: records are asked for without it.
                let place = place & !3;
                let (file, chunk, ..) = origin_parts(place);
                places.push(u128::from(order.partition(file, chunk)) << 120 | u128::from(place));
                found.extend_from_slice(&place.to_le_bytes());
                answer.put(selection, row, &mut found);
            }
            placed.add(&places, &found)
        })?;
        Ok(Placed { rows: placed.partitions()?, order })
    }
}

impl Placed {
    /// What a selection gives for the rows of a batch; `place` tells where a row's record stands.
    ///
    /// # Errors
    /// When a temporary file cannot be read.
    pub(crate) fn selected(
        &self,
        selection: &Selection,
        keys: &Keys,
        (file, chunk): (usize, u64),
        place: &dyn Fn(usize) -> u64,
        kept: &mut Kept,
    ) -> io::Result<Selected> {
        let partition = self.order.partition(file, chunk);
        if kept.of != Some((file, partition)) {
            self.read(file, partition, kept)?;
        }
        let rows = keys.prints.len();
        let mut answers = Answers::new(selection, rows);
        for row in 0..rows {
            let found = keys.whole.get(row).then(|| place(row)).and_then(|place| {
                let at = kept.rows.binary_search_by_key(&place, |(place, _)| *place).ok()?;
                kept.rows.get(at)
            });
            match found {
                Some((_, bytes)) => answers.set(row, bytes),
                None => answers.nobody(row, keys.unknown.get(row)),
            }
        }
        Ok(answers.finish())
    }

    fn read(&self, file: usize, partition: u8, kept: &mut Kept) -> io::Result<()> {
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

impl Selected {
    /// Appends what was found for a row.
    fn put(&self, selection: &Selection, row: usize, into: &mut Vec<u8>) {
        let none = if self.none.get(row) { NONE } else { 0 };
        let several = if self.several.get(row) { SEVERAL } else { 0 };
        into.push(none | several);
        for (output, vector) in selection.outputs.iter().zip(&self.outputs) {
            output.shape().put(vector, row, into);
        }
    }
}

/// What was found for some rows, row by row.
struct Answers<'a> {
    selection: &'a Selection,
    outputs: Vec<Column>,
    none: Bits,
    several: Bits,
}

impl<'a> Answers<'a> {
    fn new(selection: &'a Selection, rows: usize) -> Self {
        let outputs = selection.outputs.iter();
        Self {
            selection,
            outputs: outputs.map(|output| Column::new(output.shape(), rows)).collect(),
            none: Bits::zeros(rows),
            several: Bits::zeros(rows),
        }
    }

    /// What [`Selected::put`] has written for a row.
    fn set(&mut self, row: usize, bytes: &[u8]) {
        let flags = bytes.first().copied().unwrap_or(0);
        if flags & NONE != 0 {
            self.none.set(row);
        }
        if flags & SEVERAL != 0 {
            self.several.set(row);
        }
        let mut at = 1;
        for (column, output) in self.outputs.iter_mut().zip(&self.selection.outputs) {
            let width = output.shape().width();
            column.set(row, bytes.get(at..at + width).unwrap_or_default());
            at += width;
        }
    }

    /// A record without a whole key: nothing belongs to it, unless its key cannot be read.
    fn nobody(&mut self, row: usize, unknown: bool) {
        for (column, output) in self.outputs.iter_mut().zip(&self.selection.outputs) {
            match output {
                Output::Fold { fold: Fold::Exists, .. } if !unknown => column.truth(row, false),
                Output::Fold { fold: Fold::Count, .. } if !unknown => column.number(row, 0, 0),
                Output::Fold { .. } if !unknown => {}
                Output::Fold { .. } | Output::Column { .. } => column.unknown(row),
            }
        }
    }

    fn finish(self) -> Selected {
        let outputs = self.outputs.into_iter().map(|column| Rc::new(column.finish())).collect();
        Selected { outputs, none: self.none, several: self.several }
    }
}

/// What a selection gives for every record alike: one that asks for a whole record set, whatever the record under
/// test holds. Found once and not for each batch.
#[derive(Debug)]
pub(crate) struct Constant(Vec<u8>);

impl Constant {
    /// The answer over all rows of the table, if it is the same for all records.
    pub(crate) fn of(
        selection: &Selection,
        table: &TableSpec,
        lookup: &Lookup,
        hasher: &KeyHasher,
        as_of: Date,
    ) -> Option<Self> {
        if !table.key.is_empty() || !selection.operands.is_empty() {
            return None;
        }
        let question = Question { selection, table, lookup, as_of };
        let range = lookup.find(hasher.key(&[]));
        let answer = question.answer(&[range], &Bits::ones(1), &Bits::zeros(1), &[]);
        let mut bytes = Vec::new();
        answer.put(selection, 0, &mut bytes);
        Some(Self(bytes))
    }

    /// The answer for so many rows.
    pub(crate) fn selected(&self, selection: &Selection, rows: usize) -> Selected {
        let mut answers = Answers::new(selection, rows);
        (0..rows).for_each(|row| answers.set(row, &self.0));
        answers.finish()
    }
}
