//! The groups of a measure in bounded memory: what does not fit is put aside and added up partition by partition.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use crate::engine::drive::lock;
use crate::engine::measure::{Group, Groups, Leaf, Sum};
use crate::store::{Budget, Rows};

/// The groups of one rule.
pub(crate) struct GroupStore {
    held: Mutex<Held>,
    budget: Arc<Budget>,
    temp_dir: PathBuf,
}

/// What is in memory, and what was put aside.
#[derive(Default)]
struct Held {
    groups: Groups,
    /// Distinct values in all groups, which take memory too.
    distinct: usize,
    aside: Option<Aside>,
}

/// Groups and their distinct values, by the fingerprint of the group.
struct Aside {
    groups: Rows,
    distinct: Rows,
}

/// Bytes of a group in memory, about, and of each of its sums.
const GROUP: usize = 120;
const SUM: usize = size_of::<Sum>();
/// Bytes of a distinct value in memory, about.
const DISTINCT: usize = 40;

impl GroupStore {
    /// No groups yet.
    pub(crate) fn new(budget: Arc<Budget>, temp_dir: PathBuf) -> Self {
        Self { held: Mutex::default(), budget, temp_dir }
    }

    /// Adds the groups of a chunk.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub(crate) fn add(&self, groups: Groups) -> io::Result<()> {
        let mut held = lock(&self.held);
        let Held { groups: all, distinct, .. } = &mut *held;
        let sums = groups.values().next().map_or(0, |group| group.sums.len());
        #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on their order")]
        for (key, group) in groups {
            match all.entry(key) {
                std::collections::hash_map::Entry::Vacant(place) => {
                    *distinct += group.distinct();
                    place.insert(group);
                }
                std::collections::hash_map::Entry::Occupied(mut place) => {
                    let before = place.get().distinct();
                    place.get_mut().merge(group);
                    *distinct += place.get().distinct() - before;
                }
            }
        }
        let bytes = all.len() * (GROUP + sums * SUM) + *distinct * DISTINCT;
        if bytes as u64 > self.budget.limit() / 4 {
            self.put_aside(&mut held)?;
        }
        Ok(())
    }

    fn put_aside(&self, held: &mut Held) -> io::Result<()> {
        let Held { groups, distinct, aside } = held;
        let width = groups.values().next().map_or(0, Group::width);
        let new = |width| Rows::new(width, Arc::clone(&self.budget), self.temp_dir.clone());
        let aside = aside.get_or_insert_with(|| Aside { groups: new(width), distinct: new(17) });
        let (mut keys, mut rows) = (Vec::new(), Vec::new());
        let (mut value_keys, mut values) = (Vec::new(), Vec::new());
        #[expect(clippy::iter_over_hash_type, reason = "sums do not depend on their order")]
        for (key, group) in groups.drain() {
            keys.push(key);
            group.put(&mut rows);
            for (leaf, value) in group.values() {
                value_keys.push(key);
                values.push(leaf);
                values.extend_from_slice(&value.to_le_bytes());
            }
        }
        *distinct = 0;
        aside.groups.add(&keys, &rows)?;
        aside.distinct.add(&value_keys, &values)
    }

    /// Hands over every group once, in no certain order.
    ///
    /// # Errors
    /// When a temporary file cannot be written or read, or `each` fails.
    pub(crate) fn finish(
        self,
        leaves: &[Leaf],
        each: &mut dyn FnMut(&Group) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut held = std::mem::take(&mut *lock(&self.held));
        if held.aside.is_some() {
            self.put_aside(&mut held)?;
        }
        let Some(Aside { groups, distinct }) = held.aside else {
            return held.groups.values().try_for_each(each);
        };
        let (groups, distinct) = (groups.partitions()?, distinct.partitions()?);
        for number in 0..=u8::MAX {
            let mut all: Groups = HashMap::new();
            groups.partition(number, &mut |keys, rows| {
                let width = rows.len() / keys.len().max(1);
                for (key, row) in keys.iter().zip(rows.chunks(width.max(1))) {
                    let group = Group::get(leaves, row);
                    match all.get_mut(key) {
                        Some(earlier) => earlier.merge(group),
                        None => {
                            all.insert(*key, group);
                        }
                    }
                }
            })?;
            distinct.partition(number, &mut |keys, rows| {
                for (key, row) in keys.iter().zip(rows.as_chunks::<17>().0) {
                    let [leaf, value @ ..] = row;
                    if let Some(group) = all.get_mut(key) {
                        group.enter(*leaf, u128::from_le_bytes(*value));
                    }
                }
            })?;
            all.values().try_for_each(&mut *each)?;
        }
        Ok(())
    }
}

impl Group {
    /// How many distinct values it holds.
    fn distinct(&self) -> usize {
        let sets = self.sums.iter().map(|sum| match sum {
            Sum::Distinct(seen) => seen.len(),
            _ => 0,
        });
        sets.sum()
    }

    /// Its distinct values, with the number of the leaf that counts them.
    fn values(&self) -> impl Iterator<Item = (u8, u128)> + '_ {
        self.sums.iter().zip(0_u8..).flat_map(|(sum, leaf)| {
            let values = match sum {
                Sum::Distinct(seen) => Some(seen.iter().copied()),
                _ => None,
            };
            values.into_iter().flatten().map(move |value| (leaf, value))
        })
    }

    fn enter(&mut self, leaf: u8, value: u128) {
        if let Some(Sum::Distinct(seen)) = self.sums.get_mut(usize::from(leaf)) {
            seen.insert(value);
        }
    }

    /// Bytes that [`Group::put`] writes.
    fn width(&self) -> usize {
        let mut bytes = Vec::new();
        self.put(&mut bytes);
        bytes.len()
    }

    /// Appends its place, its records and its sums; distinct values are kept apart.
    fn put(&self, into: &mut Vec<u8>) {
        let mut wide = |value: Option<i128>, more: u8| {
            into.push(u8::from(value.is_some()) | more);
            into.extend_from_slice(&value.unwrap_or_default().to_le_bytes());
        };
        wide(Some(i128::from(self.first) << 64 | i128::from(self.records)), 0);
        for sum in &self.sums {
            match sum {
                Sum::Count(count) => wide(Some(i128::from(*count)), 0),
                Sum::Share { yes, no } => wide(Some(i128::from(*yes) << 64 | i128::from(*no)), 0),
                Sum::Distinct(_) => {}
                Sum::Total { sum, count } => {
                    wide(*sum, 0);
                    wide(Some(i128::from(*count)), 0);
                }
                Sum::Least(value) | Sum::Greatest(value) => wide(*value, 0),
                Sum::Alike { value, open } => wide(*value, if *open { OPEN } else { 0 }),
            }
        }
    }

    /// What [`Group::put`] has written.
    fn get(leaves: &[Leaf], bytes: &[u8]) -> Self {
        let (cells, _) = bytes.as_chunks::<17>();
        let mut cells = cells.iter();
        let mut wide = || {
            let [flags, value @ ..] = cells.next().copied().unwrap_or_default();
            let value = (flags & HELD != 0).then(|| i128::from_le_bytes(value));
            (value, flags & OPEN != 0)
        };
        let mut group = Self::empty(leaves);
        let (first, records) = halves(wide().0);
        (group.first, group.records) = (first, records);
        for sum in &mut group.sums {
            match sum {
                Sum::Count(count) => *count = halves(wide().0).1,
                Sum::Share { yes, no } => (*yes, *no) = halves(wide().0),
                Sum::Distinct(_) => {}
                Sum::Total { sum, count } => {
                    *sum = wide().0;
                    *count = halves(wide().0).1;
                }
                Sum::Least(value) | Sum::Greatest(value) => *value = wide().0,
                Sum::Alike { value, open } => (*value, *open) = wide(),
            }
        }
        group
    }
}

/// The flag of a value that is there.
const HELD: u8 = 1;
/// The flag of a figure that is open.
const OPEN: u8 = 2;

/// Two counts in one number.
#[expect(clippy::cast_possible_truncation, reason = "the two halves")]
fn halves(value: Option<i128>) -> (u64, u64) {
    let value = value.unwrap_or_default().cast_unsigned();
    ((value >> 64) as u64, value as u64)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::GroupStore;
    use crate::engine::measure::{Group, Groups, Leaf, Sum};
    use crate::store::Budget;

    fn leaves() -> Vec<Leaf> {
        vec![
            Leaf::Count,
            Leaf::Share(0),
            Leaf::Distinct(vec![0]),
            Leaf::Sum(0),
            Leaf::Min(0),
            Leaf::Max(0),
            Leaf::Related(0),
        ]
    }

    /// One record of a group.
    fn record(place: u64, value: i64) -> Group {
        let mut group = Group::empty(&leaves());
        (group.first, group.records) = (place, 1);
        let wide = i128::from(value);
        group.sums = vec![
            Sum::Count(1),
            Sum::Share { yes: u64::from(value > 0), no: u64::from(value <= 0) },
            Sum::Distinct([value.unsigned_abs().into()].into()),
            Sum::Total { sum: (value != 7).then_some(wide), count: 1 },
            Sum::Least((value != 3).then_some(wide)),
            Sum::Greatest((value != 4).then_some(wide)),
            Sum::Alike { value: (value != 5).then_some(9), open: value == 6 },
        ];
        group
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        /// The groups are the same however little memory there is.
        #[test]
        fn any_budget_gives_the_same_groups(
            records in prop::collection::vec((0_u64..9, -9_i64..9), 0..120),
            budget in prop::sample::select(vec![0_u64, 2_000, 1 << 30]),
        ) {
            let store = GroupStore::new(Arc::new(Budget::new(budget)), std::env::temp_dir());
            let mut expected = Groups::new();
            for (place, (key, value)) in (0_u64..).zip(&records) {
                let key = u128::from(*key) << 125 | u128::from(*key);
                store.add([(key, record(place, *value))].into()).unwrap();
                match expected.get_mut(&key) {
                    Some(group) => group.merge(record(place, *value)),
                    None => { expected.insert(key, record(place, *value)); }
                }
            }
            let mut found = Vec::new();
            store.finish(&leaves(), &mut |group| { found.push(group.clone()); Ok(()) }).unwrap();
            let mut expected: Vec<Group> = expected.into_values().collect();
            expected.sort_by_key(|group| group.first);
            found.sort_by_key(|group| group.first);
            prop_assert_eq!(found, expected);
        }
    }
}
