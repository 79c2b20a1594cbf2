//! Columns of values over the rows of a batch, in three states: present, missing, invalid.

use crate::engine::bits::Bits;
use crate::expr::typed::Value;
use crate::source::CellSpan;

/// Where a text lies: in the batch's buffer, or in the arena of the evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TextRef {
    start: u32,
    len: u32,
}

/// Marks texts that lie in the arena. Buffers stay far below 2 GiB: a chunk and one record.
const IN_ARENA: u32 = 1 << 31;

impl TextRef {
    /// No text.
    pub(crate) const EMPTY: Self = Self { start: 0, len: 0 };

    /// A stretch of the buffer.
    #[inline]
    pub(crate) fn of(span: CellSpan) -> Self {
        Self { start: span.start, len: span.end - span.start }
    }

    /// Whether it has no bytes.
    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The text without its first and last bytes, so many of each.
    #[inline]
    pub(crate) fn shrink(self, front: usize, back: usize) -> Self {
        let narrow = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        Self { start: self.start + narrow(front), len: self.len - narrow(front) - narrow(back) }
    }
}

/// The texts that a batch's vectors point into.
pub(crate) struct Space<'b> {
    /// The batch's buffer.
    pub(crate) buffer: &'b [u8],
    arena: Vec<u8>,
}

impl std::fmt::Debug for Space<'_> {
    /// Says nothing of the text of records that it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Space").finish_non_exhaustive()
    }
}

impl<'b> Space<'b> {
    /// The texts of a buffer, and an empty arena.
    pub(crate) fn new(buffer: &'b [u8]) -> Self {
        Self { buffer, arena: Vec::new() }
    }

    /// The bytes of a text.
    #[inline]
    pub(crate) fn get(&self, text: TextRef) -> &[u8] {
        let start = (text.start & !IN_ARENA) as usize;
        let from = if text.start & IN_ARENA == 0 { self.buffer } else { &self.arena };
        &from[start..start + text.len as usize]
    }

    /// Puts a new text into the arena.
    ///
    /// A batch's arena holds at most a few times the batch; past 2 GiB a text comes out empty rather than wrong.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> TextRef {
        let start = self.arena.len();
        let end = start + bytes.len();
        let (Ok(at), Ok(len), true) =
            (u32::try_from(start), u32::try_from(bytes.len()), end < IN_ARENA as usize)
        else {
            return TextRef::EMPTY;
        };
        self.arena.extend_from_slice(bytes);
        TextRef { start: at | IN_ARENA, len }
    }
}

/// The values of a vector. Rows that are not present hold anything.
#[derive(Debug, Clone)]
pub(crate) enum Values {
    /// Texts.
    Text(Vec<TextRef>),
    /// Integers, days, or microseconds.
    Int(Vec<i64>),
    /// Scaled decimals.
    Decimal(Vec<i128>),
    /// Truths; false where not present.
    Truth(Bits),
    /// The same value in every row.
    Constant(Value),
}

/// A column of values. A row is present, invalid, or else missing.
#[derive(Debug, Clone)]
pub(crate) struct Vector {
    /// The values.
    pub(crate) values: Values,
    /// Upper bounds where some rows are known only between two bounds (partial dates); `values` holds the lower.
    pub(crate) high: Option<Vec<i64>>,
    /// Rows with a value.
    pub(crate) present: Bits,
    /// Rows with something that cannot be read; every operator on them is unknown.
    pub(crate) invalid: Bits,
}

impl Vector {
    /// Rows without anything.
    pub(crate) fn missing(&self) -> Bits {
        self.present.or(&self.invalid).not()
    }

    /// Truths where all rows not in `known` are unknown for the reason in `invalid` or for being missing.
    pub(crate) fn truth(truth: Bits, known: Bits, invalid: &Bits) -> Self {
        let truth = truth.and(&known);
        let invalid = invalid.and_not(&known);
        Self { values: Values::Truth(truth), high: None, present: known, invalid }
    }

    /// The truths of a boolean vector.
    pub(crate) fn truths(&self, rows: usize) -> Bits {
        match &self.values {
            Values::Truth(bits) => bits.clone(),
            Values::Constant(Value::Boolean(true)) => self.present.clone(),
            _ => Bits::zeros(rows),
        }
    }

    /// The integer, day or microsecond of a row.
    #[inline]
    pub(crate) fn int(&self, row: usize) -> i64 {
        match &self.values {
            Values::Int(values) => values[row],
            Values::Constant(value) => constant_int(value),
            _ => 0,
        }
    }

    /// The upper bound of a row; the value itself where it is known exactly.
    #[inline]
    pub(crate) fn int_high(&self, row: usize) -> i64 {
        self.high.as_ref().map_or_else(|| self.int(row), |high| high[row])
    }

    /// The scaled decimal of a row.
    #[inline]
    pub(crate) fn decimal(&self, row: usize) -> i128 {
        match &self.values {
            Values::Decimal(values) => values[row],
            Values::Int(values) => i128::from(values[row]) * crate::value::Decimal::ONE.0,
            Values::Constant(Value::Decimal(value)) => value.0,
            Values::Constant(Value::Integer(value)) => {
                i128::from(*value) * crate::value::Decimal::ONE.0
            }
            _ => 0,
        }
    }

    /// The text of a row.
    #[inline]
    pub(crate) fn text<'s>(&'s self, row: usize, space: &'s Space<'_>) -> &'s [u8] {
        match &self.values {
            Values::Text(values) => space.get(values[row]),
            Values::Constant(Value::Text(text)) => text.as_bytes(),
            _ => &[],
        }
    }
}

/// A constant as an integer, day or microsecond.
pub(crate) fn constant_int(value: &Value) -> i64 {
    match value {
        Value::Integer(value) => *value,
        Value::Date(date) => i64::from(date.0),
        Value::Time(time) => time.0,
        Value::Timestamp(moment) => moment.0,
        Value::Instant(moment) => moment.0,
        Value::Boolean(value) => i64::from(*value),
        Value::Text(_) | Value::Decimal(_) => 0,
    }
}
