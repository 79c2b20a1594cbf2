//! Sets of intervals and of numbers, read in order: which overlap, which leave a gap or come twice.
//!
//! Both read sorted rows once and keep nothing but the group at hand.

use std::io;

use crate::store::RowSorter;

/// Bytes of an interval: group, start, end, place.
pub(crate) const INTERVAL: usize = 40;
/// Bytes of a number: group, number, place.
pub(crate) const NUMBER: usize = 32;

/// What is sorted for a rule.
#[derive(Debug)]
pub(crate) enum Sorter {
    /// Intervals, for overlaps.
    Intervals(RowSorter<INTERVAL>),
    /// Numbers, for gaps.
    Numbers(RowSorter<NUMBER>),
}

impl Sorter {
    /// Adds rows that lie one after the other.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub(crate) fn add(&self, rows: &[u8]) -> io::Result<()> {
        match self {
            Self::Intervals(sorter) => sorter.push_all(rows.as_chunks().0),
            Self::Numbers(sorter) => sorter.push_all(rows.as_chunks().0),
        }
    }

    /// The places of the records that violate the rule.
    ///
    /// # Errors
    /// When a temporary file cannot be written or read, or `each` fails.
    pub(crate) fn sweep(self, each: &mut dyn FnMut(u64) -> io::Result<()>) -> io::Result<()> {
        match self {
            Self::Intervals(sorter) => overlaps(sorter.finish()?, each),
            Self::Numbers(sorter) => gaps(sorter.finish()?, each),
        }
    }
}

/// A number as bytes whose order is the order of numbers.
pub(crate) fn ordered(value: i64) -> [u8; 8] {
    (value ^ i64::MIN).to_be_bytes()
}

fn number(bytes: &[u8], at: usize) -> i64 {
    let word = bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
    i64::from_be_bytes(word) ^ i64::MIN
}

fn place(bytes: &[u8], at: usize) -> u64 {
    let word = bytes.get(at..).and_then(|rest| rest.first_chunk()).copied().unwrap_or_default();
    u64::from_be_bytes(word)
}

/// One interval of a sweep.
#[derive(Debug, Clone, Copy)]
struct Interval {
    group: [u8; 16],
    from: i64,
    to: i64,
    place: u64,
    overlaps: bool,
}

/// The places of all intervals that overlap another of their group, from intervals in the order of group, start
/// and end. Those that touch do not overlap; one without length overlaps those that hold its moment inside.
///
/// # Errors
/// Those of the rows, and of `each`.
pub(crate) fn overlaps(
    rows: impl Iterator<Item = io::Result<[u8; INTERVAL]>>,
    each: &mut dyn FnMut(u64) -> io::Result<()>,
) -> io::Result<()> {
    // The greatest end of all earlier intervals of the group, and of those that start earlier still.
    let (mut reach, mut reach_before) = (i64::MIN, i64::MIN);
    let mut last: Option<Interval> = None;
    for row in rows {
        let row = row?;
        let mut this = Interval {
            group: row.first_chunk().copied().unwrap_or_default(),
            from: number(&row, 16),
            to: number(&row, 24),
            place: place(&row, 32),
            overlaps: false,
        };
        match &mut last {
            Some(earlier) if earlier.group == this.group => {
                if earlier.from < this.from {
                    reach_before = reach_before.max(reach);
                }
                // Of intervals that start together, one without length holds no moment of the other.
                let over = if this.from == this.to { reach_before } else { reach };
                this.overlaps = over > this.from;
                earlier.overlaps |=
                    earlier.to > this.from && (this.to > this.from || earlier.from < this.from);
            }
            _ => (reach, reach_before) = (i64::MIN, i64::MIN),
        }
        reach = reach.max(this.to);
        if let Some(done) = last.replace(this)
            && done.overlaps
        {
            each(done.place)?;
        }
    }
    match last {
        Some(done) if done.overlaps => each(done.place),
        _ => Ok(()),
    }
}

/// The places of all numbers that stand more than once or before which one is missing, from numbers in the order
/// of group and number. The least number of a group has none before it.
///
/// # Errors
/// Those of the rows, and of `each`.
pub(crate) fn gaps(
    rows: impl Iterator<Item = io::Result<[u8; NUMBER]>>,
    each: &mut dyn FnMut(u64) -> io::Result<()>,
) -> io::Result<()> {
    struct Number {
        group: [u8; 16],
        value: i64,
        place: u64,
        violates: bool,
    }
    let mut last: Option<Number> = None;
    for row in rows {
        let row = row?;
        let mut this = Number {
            group: row.first_chunk().copied().unwrap_or_default(),
            value: number(&row, 16),
            place: place(&row, 24),
            violates: false,
        };
        if let Some(before) = last.as_mut().filter(|before| before.group == this.group) {
            let repeated = before.value == this.value;
            before.violates |= repeated;
            this.violates = repeated || before.value.checked_add(1) != Some(this.value);
        }
        if let Some(done) = last.replace(this)
            && done.violates
        {
            each(done.place)?;
        }
    }
    match last {
        Some(done) if done.violates => each(done.place),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{gaps, ordered, overlaps};

    proptest! {
        /// The sweep finds what a comparison of every pair finds.
        #[test]
        fn overlaps_are_those_of_all_pairs(
            intervals in prop::collection::vec((0_u8..3, -5_i64..20, 0_i64..6, any::<bool>()), 0..40),
        ) {
            let intervals: Vec<(u8, i64, i64)> = intervals
                .into_iter()
                .map(|(group, from, length, open)| (group, from, if open && length == 0 { i64::MAX } else { from + length }))
                .collect();
            let mut rows: Vec<[u8; 40]> = intervals
                .iter()
                .enumerate()
                .map(|(place, (group, from, to))| {
                    let mut row = [0; 40];
                    row[0] = *group;
                    row[16..24].copy_from_slice(&ordered(*from));
                    row[24..32].copy_from_slice(&ordered(*to));
                    row[32..].copy_from_slice(&(place as u64).to_be_bytes());
                    row
                })
                .collect();
            rows.sort_unstable();
            let mut found = Vec::new();
            overlaps(rows.into_iter().map(Ok), &mut |place| { found.push(place); Ok(()) }).unwrap();
            found.sort_unstable();
            let expected: Vec<u64> = (0..intervals.len())
                .filter(|&a| {
                    let (group, from, to) = intervals[a];
                    intervals.iter().enumerate().any(|(b, other)| {
                        a != b && other.0 == group && from < other.2 && other.1 < to
                    })
                })
                .map(|place| place as u64)
                .collect();
            prop_assert_eq!(found, expected);
        }

        /// Each number but the least of its group has the one before it in another record, and each stands once.
        #[test]
        fn gaps_are_those_of_the_definition(
            numbers in prop::collection::vec((0_u8..3, -4_i64..12), 0..40),
        ) {
            let mut rows: Vec<[u8; 32]> = numbers
                .iter()
                .enumerate()
                .map(|(place, (group, value))| {
                    let mut row = [0; 32];
                    row[0] = *group;
                    row[16..24].copy_from_slice(&ordered(*value));
                    row[24..].copy_from_slice(&(place as u64).to_be_bytes());
                    row
                })
                .collect();
            rows.sort_unstable();
            let mut found = Vec::new();
            gaps(rows.into_iter().map(Ok), &mut |place| { found.push(place); Ok(()) }).unwrap();
            found.sort_unstable();
            let expected: Vec<u64> = (0..numbers.len())
                .filter(|&a| {
                    let (group, value) = numbers[a];
                    let repeated = numbers.iter().filter(|other| **other == (group, value)).count() > 1;
                    let least = numbers.iter().all(|(other, number)| *other != group || *number >= value);
                    let follows = numbers.contains(&(group, value - 1));
                    repeated || !(least || follows)
                })
                .map(|place| place as u64)
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
