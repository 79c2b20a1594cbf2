//! How many values of a column are all different, in bounded memory.

use std::collections::BTreeMap;

/// The values with the lowest hashes, and how often each occurs.
///
/// Whatever the order, and however the values were cut into parts, the same ones are kept with their exact counts.
/// They are a sample of all values that differ: of up to [`Sketch::KEPT`] it is exact, and beyond that the share of
/// values that occur once is off by less than 0.05 in more than 999 of 1,000 columns.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Sketch {
    counts: BTreeMap<u64, u64>,
}

impl Sketch {
    /// How many are kept.
    pub(super) const KEPT: usize = 512;

    /// Counts one value by its hash.
    pub(super) fn add(&mut self, hash: u64) {
        self.add_many(hash, 1);
    }

    /// Takes in what another part of the column gave.
    pub(super) fn merge(&mut self, other: Self) {
        for (hash, count) in other.counts {
            self.add_many(hash, count);
        }
    }

    fn add_many(&mut self, hash: u64, count: u64) {
        let full = self.counts.len() >= Self::KEPT;
        if full && self.counts.last_key_value().is_some_and(|(highest, _)| hash > *highest) {
            return;
        }
        *self.counts.entry(hash).or_default() += count;
        if self.counts.len() > Self::KEPT {
            self.counts.pop_last();
        }
    }

    /// Whether nearly every value is another one: nine in ten occur once, and a value 1.1 times on the average.
    pub(super) fn nearly_all_differ(&self) -> bool {
        let different = self.counts.len() as u64;
        let once = self.counts.values().filter(|count| **count == 1).count() as u64;
        let all: u64 = self.counts.values().sum();
        different > 0 && once * 10 >= different * 9 && all * 10 <= different * 11
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};

    use super::Sketch;

    fn of(hashes: &[u64]) -> Sketch {
        let mut sketch = Sketch::default();
        hashes.iter().for_each(|hash| sketch.add(*hash));
        sketch
    }

    #[test]
    fn values_that_differ_are_told_from_those_that_repeat() {
        let mixed = |n: u64| n.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(31);
        let different: Vec<u64> = (0..10_000).map(mixed).collect();
        assert!(of(&different).nearly_all_differ());
        let pairs: Vec<u64> = (0..10_000).map(|n| mixed(n / 2)).collect();
        assert!(!of(&pairs).nearly_all_differ());
        assert!(!of(&[]).nearly_all_differ());
    }

    proptest! {
        #[test]
        fn parts_come_to_the_same(hashes in prop::collection::vec(0_u64..900, 0..2000), cut in 0_usize..2000) {
            let cut = cut.min(hashes.len());
            let mut parts = of(&hashes[..cut]);
            parts.merge(of(&hashes[cut..]));
            assert_eq!(parts, of(&hashes));
        }
    }
}
