//! Values of related records as bytes of one fixed width, so that tables can be put aside and joined.

use crate::engine::bits::Bits;
use crate::engine::vector::{Values, Vector};
use crate::value::Type;

/// How a value lies in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A truth: one byte.
    Truth,
    /// A day and how many days it may be later: seven bytes.
    Day,
    /// An integer or a moment, and how much greater it may be: seventeen bytes.
    Number,
    /// A decimal, or the fingerprint of a text: seventeen bytes.
    Wide,
}

const FALSE: u8 = 0;
const TRUE: u8 = 1;
const MISSING: u8 = 2;
const INVALID: u8 = 3;
const PRESENT: u8 = TRUE;

impl Shape {
    /// The shape of the values of a type.
    pub(crate) fn of(ty: Type) -> Self {
        match ty {
            Type::Boolean => Self::Truth,
            Type::Date => Self::Day,
            Type::Text | Type::Decimal => Self::Wide,
            Type::Integer | Type::Time | Type::Timestamp | Type::Instant => Self::Number,
        }
    }

    /// Bytes.
    pub(crate) fn width(self) -> usize {
        match self {
            Self::Truth => 1,
            Self::Day => 7,
            Self::Number | Self::Wide => 17,
        }
    }

    /// Appends the value of a row; texts must have been made fingerprints.
    pub(crate) fn put(self, vector: &Vector, row: usize, into: &mut Vec<u8>) {
        let (low, high) = (vector.int(row), vector.int_high(row));
        let day = i32::try_from(low).ok().zip(u16::try_from(high.saturating_sub(low)).ok());
        let beyond = self == Self::Day && day.is_none();
        let state = if vector.invalid.get(row) || beyond {
            INVALID
        } else if !vector.present.get(row) {
            MISSING
        } else if self == Self::Truth {
            if truth(vector, row) { TRUE } else { FALSE }
        } else {
            PRESENT
        };
        into.push(state);
        match self {
            Self::Truth => {}
            Self::Day => {
                let (day, span) = day.unwrap_or_default();
                into.extend_from_slice(&day.to_le_bytes());
                into.extend_from_slice(&span.to_le_bytes());
            }
            Self::Number => {
                into.extend_from_slice(&low.to_le_bytes());
                into.extend_from_slice(&high.to_le_bytes());
            }
            Self::Wide => into.extend_from_slice(&vector.decimal(row).to_le_bytes()),
        }
    }
}

fn truth(vector: &Vector, row: usize) -> bool {
    match &vector.values {
        Values::Truth(bits) => bits.get(row),
        _ => vector.int(row) != 0,
    }
}

/// Builds a vector from bytes, a row at a time.
#[derive(Debug)]
pub(crate) struct Column {
    shape: Shape,
    low: Vec<i64>,
    high: Vec<i64>,
    wide: Vec<i128>,
    truths: Bits,
    present: Bits,
    invalid: Bits,
    uncertain: bool,
}

impl Column {
    /// A vector of so many rows, all missing.
    pub(crate) fn new(shape: Shape, rows: usize) -> Self {
        let (numbers, wide) = match shape {
            Shape::Truth => (0, 0),
            Shape::Day | Shape::Number => (rows, 0),
            Shape::Wide => (0, rows),
        };
        Self {
            shape,
            low: vec![0; numbers],
            high: vec![0; numbers],
            wide: vec![0; wide],
            truths: Bits::zeros(rows),
            present: Bits::zeros(rows),
            invalid: Bits::zeros(rows),
            uncertain: false,
        }
    }

    /// Sets a row from the bytes of its value.
    #[inline]
    pub(crate) fn set(&mut self, row: usize, bytes: &[u8]) {
        let Some((&state, bytes)) = bytes.split_first() else { return };
        match (state, self.shape) {
            (MISSING, _) => {}
            (INVALID, _) => self.invalid.set(row),
            (state, Shape::Truth) => {
                self.present.set(row);
                if state == TRUE {
                    self.truths.set(row);
                }
            }
            (_, Shape::Day) => {
                let [a, b, c, d, e, f] = *bytes else { return };
                let low = i64::from(i32::from_le_bytes([a, b, c, d]));
                self.number(row, low, low + i64::from(u16::from_le_bytes([e, f])));
            }
            (_, Shape::Number) => {
                let (Some(low), Some(high)) = (bytes.first_chunk(), bytes.last_chunk()) else {
                    return;
                };
                self.number(row, i64::from_le_bytes(*low), i64::from_le_bytes(*high));
            }
            (_, Shape::Wide) => {
                let Some(value) = bytes.first_chunk() else { return };
                self.wide[row] = i128::from_le_bytes(*value);
                self.present.set(row);
            }
        }
    }

    /// Sets a row to a number known between two bounds.
    pub(crate) fn number(&mut self, row: usize, low: i64, high: i64) {
        self.low[row] = low;
        self.high[row] = high;
        self.uncertain |= low != high;
        self.present.set(row);
    }

    /// Sets a row to a wide value.
    pub(crate) fn wide(&mut self, row: usize, value: i128) {
        self.wide[row] = value;
        self.present.set(row);
    }

    /// Sets a row to a truth.
    pub(crate) fn truth(&mut self, row: usize, value: bool) {
        self.present.set(row);
        if value {
            self.truths.set(row);
        }
    }

    /// Makes a row unknown.
    pub(crate) fn unknown(&mut self, row: usize) {
        self.invalid.set(row);
    }

    /// The vector.
    pub(crate) fn finish(self) -> Vector {
        let values = match self.shape {
            Shape::Truth => Values::Truth(self.truths),
            Shape::Day | Shape::Number => Values::Int(self.low),
            Shape::Wide => Values::Decimal(self.wide),
        };
        Vector {
            values,
            high: self.uncertain.then_some(self.high),
            present: self.present,
            invalid: self.invalid,
        }
    }
}

/// The rows of a vector that `from` names, in its order.
pub(crate) fn gathered(vector: &Vector, shape: Shape, from: &[u32]) -> Vector {
    let mut column = Column::new(shape, from.len());
    for (row, &source) in from.iter().enumerate() {
        let source = source as usize;
        if vector.invalid.get(source) {
            column.unknown(row);
        } else if vector.present.get(source) {
            match shape {
                Shape::Truth => column.truth(row, truth(vector, source)),
                Shape::Day | Shape::Number => {
                    column.number(row, vector.int(source), vector.int_high(source));
                }
                Shape::Wide => column.wide(row, vector.decimal(source)),
            }
        }
    }
    column.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Column, Shape, gathered};
    use crate::engine::bits::Bits;
    use crate::engine::vector::{Values, Vector};

    proptest! {
        /// A vector survives the way through bytes, whatever its states and bounds.
        #[test]
        fn values_survive(
            rows in prop::collection::vec((0_u8..4, any::<i32>(), any::<u16>()), 1..40),
            shape in prop::sample::select(vec![Shape::Truth, Shape::Day, Shape::Number, Shape::Wide]),
        ) {
            let count = rows.len();
            let vector = Vector {
                values: match shape {
                    Shape::Truth => Values::Truth(Bits::from_fn(count, |row| rows[row].0 == 1 && rows[row].1 > 0)),
                    Shape::Wide => Values::Decimal(rows.iter().map(|(_, low, _)| i128::from(*low) << 70).collect()),
                    _ => Values::Int(rows.iter().map(|(_, low, _)| i64::from(*low)).collect()),
                },
                high: matches!(shape, Shape::Day | Shape::Number).then(|| {
                    rows.iter().map(|(_, low, span)| i64::from(*low) + i64::from(*span)).collect()
                }),
                present: Bits::from_fn(count, |row| rows[row].0 < 2),
                invalid: Bits::from_fn(count, |row| rows[row].0 == 3),
            };
            let mut bytes = Vec::new();
            (0..count).for_each(|row| shape.put(&vector, row, &mut bytes));
            prop_assert_eq!(bytes.len(), count * shape.width());
            let mut column = Column::new(shape, count);
            for (row, bytes) in bytes.chunks(shape.width()).enumerate() {
                column.set(row, bytes);
            }
            let back = column.finish();
            let all: Vec<u32> = (0..u32::try_from(count).unwrap()).collect();
            for other in [back, gathered(&vector, shape, &all)] {
                prop_assert_eq!(&other.present, &vector.present);
                prop_assert_eq!(&other.invalid, &vector.invalid);
                for row in vector.present.rows() {
                    prop_assert_eq!(other.int(row), vector.int(row));
                    prop_assert_eq!(other.int_high(row), vector.int_high(row));
                    prop_assert_eq!(other.decimal(row), vector.decimal(row));
                    prop_assert_eq!(other.truths(count).get(row), vector.truths(count).get(row));
                }
            }
        }
    }
}
