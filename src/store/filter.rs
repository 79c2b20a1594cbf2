//! A small memory of many keys, that forgets which but not whether.

use std::io;
use std::sync::Arc;

use super::budget::{Budget, Reserved};
use super::rows::Gathered;

/// Tells of a key that it is not in a store, or that it may be: one word of memory is looked at.
///
/// About two in a hundred other keys pass at ten bits a key; with less memory more of them do.
pub struct Filter {
    words: Vec<u64>,
    /// Held until the filter is dropped.
    _reserved: Reserved,
}

/// Bits a key, where there is memory for them.
const BITS: u64 = 12;
/// Bits that a key sets in its word.
const MARKS: u32 = 4;
/// Words of the smallest filter.
const LEAST: u64 = 64;

impl Filter {
    /// A filter of all keys of a store, of at most a quarter of the budget.
    ///
    /// `each` is called with the keys and the rows too, some at a time, in no certain order.
    ///
    /// # Errors
    /// When the temporary file of the store cannot be read.
    pub fn of(
        gathered: &Gathered,
        budget: &Arc<Budget>,
        each: &mut dyn FnMut(&[u128], &[u8]),
    ) -> io::Result<Self> {
        let wanted = gathered.len().saturating_mul(BITS) / 64;
        let count = wanted.min(budget.limit() / 4 / 8).max(LEAST);
        let reserved = Reserved::new(budget, count * 8);
        let mut words = vec![0_u64; usize::try_from(count).unwrap_or(usize::MAX)];
        for number in 0..=u8::MAX {
            gathered.partition(number, &mut |keys, rows| {
                for key in keys {
                    let (place, mark) = place(*key, words.len());
                    if let Some(word) = words.get_mut(place) {
                        *word |= mark;
                    }
                }
                each(keys, rows);
            })?;
        }
        Ok(Self { words, _reserved: reserved })
    }

    /// Whether the store may have the key; where it has, always.
    #[inline]
    #[must_use]
    pub fn may_have(&self, key: u128) -> bool {
        let (place, mark) = place(key, self.words.len());
        self.words.get(place).is_some_and(|word| word & mark == mark)
    }

    /// Bytes in use.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.words.len() as u64 * 8
    }
}

/// The word of a key, and its bits in it. The partition's bits, which a store goes by, are not used alone.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the halves are the point")]
fn place(key: u128, words: usize) -> (usize, u64) {
    let (low, high) = (key as u64, (key >> 64) as u64);
    let place = ((u128::from(low) * words as u128) >> 64) as usize;
    let mut mark = 0;
    for number in 0..MARKS {
        mark |= 1 << (high >> (6 * number) & 63);
    }
    (place, mark)
}

impl std::fmt::Debug for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Filter").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Filter;
    use crate::store::{Budget, KeyHasher, Rows};

    #[test]
    fn no_key_is_forgotten_and_few_others_pass() {
        for (memory, most) in [(64 << 20, 0.03), (256 << 10, 0.45), (1 << 10, 1.0)] {
            let hasher = KeyHasher::new([5; 4]);
            let key = |number: u32| hasher.text(&number.to_le_bytes());
            let budget = Arc::new(Budget::new(memory));
            let rows = Rows::new(0, Arc::clone(&budget), std::env::temp_dir());
            let keys: Vec<u128> = (0..100_000).map(key).collect();
            rows.add(&keys, &[]).unwrap();
            let gathered = rows.finish().unwrap();
            let mut seen = 0;
            let filter = Filter::of(&gathered, &budget, &mut |keys, _| seen += keys.len()).unwrap();
            assert_eq!(seen, keys.len());
            assert!(keys.iter().all(|key| filter.may_have(*key)));
            let others = (100_000..200_000).filter(|number| filter.may_have(key(*number))).count();
            assert!((others as f64) <= most * 100_000.0, "{others} pass with {memory} bytes");
            assert!(filter.bytes() <= (memory / 4).max(512));
        }
    }
}
