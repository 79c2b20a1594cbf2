//! How a column would be read: what a reader makes of the records at hand, before anybody says how it is to be read.

use crate::engine::column::{CellSource, Complaints, texts, typed};
use crate::engine::vector::{Space, Values};
use crate::plan::CellReader;
use crate::source::Batch;
use crate::value::FieldType;

/// What a reader makes of a column: counts, and no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Trial {
    /// Cells that hold something.
    pub present: u64,
    /// Those of them that it cannot read.
    pub unreadable: u64,
    /// The least and the greatest of the dates and times that it reads, as days or microseconds.
    pub bounds: Option<(i64, i64)>,
}

impl Trial {
    /// The trials of two batches together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let bounds = match (self.bounds, other.bounds) {
            (Some((low, high)), Some((least, most))) => Some((low.min(least), high.max(most))),
            (one, other) => one.or(other),
        };
        Self {
            present: self.present + other.present,
            unreadable: self.unreadable + other.unreadable,
            bounds,
        }
    }
}

/// Tries a reader on a column of a batch.
#[must_use]
pub fn trial(batch: &mut Batch, column: usize, ty: FieldType, reader: &CellReader) -> Trial {
    let mut spans = Vec::new();
    batch.column(column, &mut spans);
    let source = CellSource { column, reader, spans: &spans };
    let mut space = Space::new(&batch.buffer);
    let mut complaints = Complaints::new(batch);
    let texts = texts(&source, &mut space, &mut complaints);
    let vector = typed(&texts, ty, &source, &space, &mut complaints);
    let of_time =
        matches!(ty, FieldType::Date | FieldType::Time | FieldType::Timestamp | FieldType::Instant);
    let bounds = match &vector.values {
        Values::Int(values) if of_time => {
            let least = vector.present.rows().filter_map(|row| values.get(row)).min();
            let most = vector.present.rows().filter_map(|row| values.get(row)).max();
            least.copied().zip(most.copied())
        }
        _ => None,
    };
    let count = |rows: usize| rows as u64;
    let read = count(vector.present.rows().count());
    let unreadable = count(vector.invalid.rows().count());
    Trial { present: read + unreadable, unreadable, bounds }
}

/// Shows the texts of a column that are present, trimmed as the reader does, one after the other.
pub fn each_text(
    batch: &mut Batch,
    column: usize,
    reader: &CellReader,
    mut show: impl FnMut(&[u8]),
) {
    let mut spans = Vec::new();
    batch.column(column, &mut spans);
    let source = CellSource { column, reader, spans: &spans };
    let mut space = Space::new(&batch.buffer);
    let texts = texts(&source, &mut space, &mut Complaints::new(batch));
    for row in texts.present.rows() {
        show(space.get(texts.refs[row]));
    }
}
