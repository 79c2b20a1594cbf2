//! A store of fingerprints that tells which keys stand in more than one place.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::budget::Budget;
use super::repeat::{ORIGIN, Repeats};
use super::rows::Rows;
use super::run::Run;

/// The fingerprint of a key and where the key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The fingerprint.
    pub key: u128,
    /// Where the key stands: a number that means something to the caller only.
    pub origin: u64,
}

/// How much a store held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stats {
    /// Entries, those of dead origins left out.
    pub keys: u64,
    /// Distinct keys among them.
    pub distinct: u64,
    /// Bytes that were written to the temporary file.
    pub spilled_bytes: u64,
}

/// Collects keys from several threads and then tells which of them stand in more than one place.
///
/// The answer depends neither on the budget nor on the threads nor on the order in which keys come.
#[derive(Debug)]
pub struct KeyStore {
    /// The origins under their keys.
    rows: Rows,
}

impl KeyStore {
    /// An empty store; its temporary file, should it need one, lies in `temp_dir` and has no name there.
    #[must_use]
    pub fn new(budget: Arc<Budget>, temp_dir: PathBuf) -> Self {
        Self { rows: Rows::of_fingerprints(ORIGIN, budget, temp_dir) }
    }

    /// Adds the entries of a step and leaves the list empty.
    ///
    /// # Errors
    /// When the budget is spent and the temporary file cannot be written; the store is of no use then.
    pub fn add(&self, batch: &mut Vec<Entry>) -> io::Result<()> {
        for piece in batch.chunks(Run::MOST) {
            self.rows
                .add_step(piece.iter().map(|entry| (entry.key, entry.origin.to_le_bytes())))?;
        }
        batch.clear();
        Ok(())
    }

    /// Calls `each` with the origins of every key that has two or more of them, sorted, in no certain order of keys.
    ///
    /// Origins that are `dead` count as never added. Beside what the store holds, this takes memory for the
    /// largest partition (a 256th of the keys) or an eighth of the budget, whichever is less, and
    /// for the origins of one key.
    ///
    /// # Errors
    /// When the temporary file cannot be read, or could not be written before.
    pub fn finish(
        self,
        dead: &(dyn Fn(u64) -> bool + Sync),
        each: &mut dyn FnMut(&[u64]),
    ) -> io::Result<Stats> {
        let partitions = self.rows.partitions()?;
        let (keys, distinct) = Repeats { partitions: &partitions, dead }.find(each)?;
        Ok(Stats { keys, distinct, spilled_bytes: partitions.spilled_bytes() })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::{Entry, KeyStore, Stats};
    use crate::store::Budget;

    /// Budgets from nothing to plenty: everything spilled, some of it, nothing.
    const BUDGETS: [u64; 4] = [0, 20_000, 300_000, u64::MAX / 2];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn any_budget_and_order_tell_alike(
            numbers in prop_oneof![
                prop::collection::vec(0_u64..40, 0..200),
                prop::collection::vec(0_u64..100_000, 0..20_000),
            ],
            step in 1_usize..6_000,
            dead in 2_u64..9,
        ) {
            let entries: Vec<Entry> = (0_u64..).zip(&numbers).map(|(o, n)| entry(*n, o)).collect();
            let expected = model(&entries, dead);
            for budget in BUDGETS {
                check(&entries, step, dead, budget, &expected);
            }
            let mut backwards = entries;
            backwards.reverse();
            check(&backwards, step, dead, BUDGETS[1], &expected);
        }
    }

    #[test]
    fn one_key_everywhere() {
        let entries: Vec<Entry> = (0..50_000).map(|origin| entry(7, origin)).collect();
        let expected = model(&entries, u64::MAX);
        for budget in BUDGETS {
            check(&entries, 3_000, u64::MAX, budget, &expected);
        }
    }

    #[test]
    fn an_unusable_folder_is_an_error_then_and_later() {
        let budget = Arc::new(Budget::new(0));
        let store = KeyStore::new(Arc::clone(&budget), "/nowhere/at/all".into());
        assert!(store.add(&mut vec![entry(1, 1)]).is_err());
        assert!(store.finish(&|_| false, &mut |_| ()).is_err());
        assert_eq!(budget.used(), 0);
    }

    #[test]
    fn the_largest_store_makes_room() {
        let budget = Arc::new(Budget::new(1_000_000));
        let stores = [0, 1].map(|_| KeyStore::new(Arc::clone(&budget), std::env::temp_dir()));
        let mut many: Vec<Entry> = (0..39_000).map(|number| entry(number, number)).collect();
        stores[0].add(&mut many).unwrap();
        let mut few: Vec<Entry> = (0..3_000).map(|number| entry(number, number)).collect();
        stores[1].add(&mut few).unwrap();
        assert!(few.is_empty() && !budget.is_spent());
        let [large, small] = stores.map(|store| store.finish(&|_| false, &mut |_| ()).unwrap());
        assert!(large.spilled_bytes >= 39_000 * 24, "{large:?}");
        assert_eq!(small.spilled_bytes, 0);
    }

    #[test]
    fn a_store_that_is_dropped_gives_its_memory_back() {
        let budget = Arc::new(Budget::new(1_000_000));
        let store = KeyStore::new(Arc::clone(&budget), std::env::temp_dir());
        store.add(&mut (0..5_000).map(|number| entry(number, number)).collect()).unwrap();
        assert!(budget.used() >= 5_000 * 24);
        drop(store);
        assert_eq!(budget.used(), 0);
    }

    fn entry(number: u64, origin: u64) -> Entry {
        // Cheap and well spread, for the sake of tests in debug builds.
        let high = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Entry { key: u128::from(high ^ high >> 31) << 64 | u128::from(number), origin }
    }

    /// What the store must say: the repeated keys' origins, sorted, and the numbers.
    fn model(entries: &[Entry], dead: u64) -> (Vec<Vec<u64>>, Stats) {
        let mut keys: BTreeMap<u128, Vec<u64>> = BTreeMap::new();
        for entry in entries.iter().filter(|entry| entry.origin % dead != 1) {
            keys.entry(entry.key).or_default().push(entry.origin);
        }
        let stats = Stats {
            keys: keys.values().map(|origins| origins.len() as u64).sum(),
            distinct: keys.len() as u64,
            spilled_bytes: 0,
        };
        let mut repeated: Vec<_> = keys.into_values().filter(|origins| origins.len() > 1).collect();
        repeated.iter_mut().for_each(|origins| origins.sort_unstable());
        repeated.sort_unstable();
        (repeated, stats)
    }

    #[track_caller]
    fn check(
        entries: &[Entry],
        step: usize,
        dead: u64,
        bytes: u64,
        (repeated, stats): &(Vec<Vec<u64>>, Stats),
    ) {
        let budget = Arc::new(Budget::new(bytes));
        let store = KeyStore::new(Arc::clone(&budget), std::env::temp_dir());
        // Two threads add in turn, each its own steps.
        std::thread::scope(|scope| {
            for parity in [0, 1] {
                let steps = entries.chunks(step).skip(parity).step_by(2);
                let store = &store;
                scope.spawn(move || {
                    steps.for_each(|step| store.add(&mut step.to_vec()).unwrap());
                });
            }
        });
        let mut told: Vec<Vec<u64>> = Vec::new();
        let is_dead = |origin| origin % dead == 1;
        let result = store.finish(&is_dead, &mut |origins| told.push(origins.to_vec())).unwrap();
        told.sort_unstable();
        assert_eq!(&told, repeated, "budget {bytes}");
        assert_eq!((result.keys, result.distinct), (stats.keys, stats.distinct));
        assert!(bytes > 0 || entries.is_empty() || result.spilled_bytes > 0, "nothing was spilled");
        assert_eq!(budget.used(), 0);
    }
}
