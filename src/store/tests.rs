//! Laws of keyed rows: neither budget nor threads nor the order of adding changes what comes of them.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex};

use proptest::prelude::*;

use super::{Budget, Gathered, Lookup, Partitions, Rows};

/// The rows of each key, sorted.
type Model = BTreeMap<u128, Vec<Vec<u8>>>;

/// Budgets from nothing to plenty: everything spilled, some of it, nothing.
const BUDGETS: [u64; 4] = [0, 40_000, 400_000, 1 << 40];

/// How numbers become keys.
#[derive(Debug, Clone, Copy)]
enum Spread {
    /// Over everything, as fingerprints are.
    Even,
    /// In one partition, but evenly there.
    OnePartition,
    /// Neighbours at the end of the last partition.
    Tail,
    /// The number is the partition.
    Bucket,
}

#[derive(Debug, Clone)]
struct Case {
    width: usize,
    spread: Spread,
    numbers: Vec<u64>,
    step: usize,
}

fn numbers() -> impl Strategy<Value = Vec<u64>> {
    prop_oneof![
        prop::collection::vec(0_u64..40, 0..300),
        prop::collection::vec(0_u64..20_000, 0..12_000),
        (0_u64..9, 0_usize..5_000).prop_map(|(number, count)| vec![number; count]),
    ]
}

fn case() -> impl Strategy<Value = Case> {
    let width = prop_oneof![Just(0_usize), Just(8), Just(11), Just(16)];
    let spread = prop_oneof![
        Just(Spread::Even),
        Just(Spread::OnePartition),
        Just(Spread::Tail),
        Just(Spread::Bucket)
    ];
    (width, spread, numbers(), 1_usize..5_000).prop_map(|(width, spread, numbers, step)| Case {
        width,
        spread,
        numbers,
        step,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn rows_are_found_by_their_keys(case in case()) {
        for budget in BUDGETS {
            check_groups(&case, budget);
        }
        let mut backwards = case;
        backwards.numbers.reverse();
        check_groups(&backwards, BUDGETS[1]);
    }

    #[test]
    fn joins_bring_equal_keys_together(
        related in case(),
        probes in numbers(),
        width in prop_oneof![Just(0_usize), Just(8), Just(5)],
    ) {
        let probes = Case { width, numbers: probes, ..related.clone() };
        for (budget, threads) in [(BUDGETS[0], 1), (BUDGETS[1], 2), (BUDGETS[2], 3), (BUDGETS[3], 2)] {
            check_join(&related, &probes, budget, threads);
        }
    }
}

#[test]
fn one_key_with_more_rows_than_the_budget_has_bytes() {
    let spread = Spread::OnePartition;
    let mut numbers = vec![3; 30_000];
    numbers.extend(0..6_000);
    let related = Case { width: 8, spread, numbers, step: 4_000 };
    let probes = Case { width: 8, spread, numbers: (0..9_000).collect(), step: 700 };
    check_join(&related, &probes, 100_000, 2);
    check_join(&related, &probes, 0, 1);
}

#[test]
fn rows_and_keys_must_match() {
    let budget = Arc::new(Budget::new(0));
    let rows = Rows::new(3, Arc::clone(&budget), std::env::temp_dir());
    assert!(rows.add(&[1, 2], &[0; 5]).is_err());
}

#[test]
fn an_unusable_folder_is_an_error_then_and_later() {
    let budget = Arc::new(Budget::new(0));
    let rows = Rows::new(1, Arc::clone(&budget), "/nowhere/at/all".into());
    assert!(rows.add(&[1], &[1]).is_err());
    assert!(rows.finish().is_err());
    assert_eq!(budget.used(), 0);
}

#[test]
fn rows_that_are_dropped_give_their_memory_back() {
    let budget = Arc::new(Budget::new(1 << 30));
    let case = Case { width: 8, spread: Spread::Even, numbers: (0..5_000).collect(), step: 600 };
    let rows = filled(&case, &budget);
    assert!(budget.used() >= 5_000 * 24);
    drop(rows);
    assert_eq!(budget.used(), 0);
}

#[test]
fn a_lookup_makes_other_stores_spill() {
    let budget = Arc::new(Budget::new(2_000_000));
    let other =
        Case { width: 8, spread: Spread::Even, numbers: (0..40_000).collect(), step: 4_000 };
    let other = filled(&other, &budget);
    let case = Case { width: 8, spread: Spread::Even, numbers: (0..30_000).collect(), step: 4_000 };
    assert!(matches!(filled(&case, &budget).finish().unwrap(), Gathered::Memory(_)));
    assert!(other.partitions().unwrap().spilled_bytes() > 0);
}

#[track_caller]
fn check_groups(case: &Case, bytes: u64) {
    let budget = Arc::new(Budget::new(bytes));
    let expected = case.model();
    let gathered = filled(case, &budget).finish().unwrap();
    match &gathered {
        Gathered::Memory(lookup) => {
            assert!(bytes > 0 || case.numbers.is_empty(), "nothing was spilled");
            check_lookup(lookup, &expected, case);
        }
        Gathered::Spilled(partitions) => {
            assert!(bytes < BUDGETS[3], "all of it would have fitted");
            assert_eq!(partitions.len(), case.numbers.len() as u64);
        }
    }
    // Two threads read, each its own partitions.
    let read = Mutex::new(Model::new());
    std::thread::scope(|scope| {
        for parity in [0, 1] {
            let (gathered, read) = (&gathered, &read);
            scope.spawn(move || {
                for number in (0..=u8::MAX).filter(|number| number % 2 == parity) {
                    let mut read = read.lock().unwrap();
                    let mut each = |keys: &[u128], rows: &[u8]| {
                        assert_eq!(keys.len() * case.width, rows.len());
                        for (place, key) in keys.iter().enumerate() {
                            assert_eq!(key.to_be_bytes()[0], number);
                            let row = rows[place * case.width..][..case.width].to_vec();
                            read.entry(*key).or_default().push(row);
                        }
                    };
                    gathered.partition(number, &mut each).unwrap();
                }
            });
        }
    });
    let mut read = read.into_inner().unwrap();
    read.values_mut().for_each(|rows| rows.sort_unstable());
    assert_eq!(read, expected, "budget {bytes}");
    drop(gathered);
    assert_eq!(budget.used(), 0);
}

#[track_caller]
fn check_lookup(lookup: &Lookup, expected: &Model, case: &Case) {
    assert_eq!(lookup.len(), case.numbers.len());
    assert_eq!(lookup.is_empty(), case.numbers.is_empty());
    assert_eq!(lookup.key_count(), expected.len());
    let mut keys: Vec<u128> = case.keys().collect();
    keys.extend((0..50_000).step_by(7).map(|number| case.spread.key(number)));
    keys.extend([0, 1, u128::MAX, u128::MAX - 1, u128::MAX >> 1]);
    let mut ranges = Vec::new();
    lookup.find_all(&keys, &mut ranges);
    assert_eq!(ranges.len(), keys.len());
    for (key, range) in keys.into_iter().zip(ranges) {
        assert_eq!(lookup.find(key), range);
        let found: Vec<&[u8]> = range.map(|number| lookup.row(number)).collect();
        let rows = expected.get(&key).map_or(&[][..], |rows| rows);
        assert_eq!(found, rows, "key {key:x}");
    }
}

#[track_caller]
fn check_join(related: &Case, probes: &Case, bytes: u64, threads: usize) {
    let budget = Arc::new(Budget::new(bytes));
    let partitions = |case| -> Partitions { filled(case, &budget).partitions().unwrap() };
    let sides = (partitions(related), partitions(probes));
    let expected = related.model();
    let told = Mutex::new(Model::new());
    let each = |lookup: &Lookup, keys: &[u128], rows: &[u8]| -> io::Result<()> {
        for (place, key) in keys.iter().enumerate() {
            let found = lookup.find(*key).map(|number| lookup.row(number));
            let wanted = expected.get(key).map_or(&[][..], |rows| rows);
            assert_eq!(found.collect::<Vec<_>>(), wanted, "budget {bytes}");
            let row = rows[place * probes.width..][..probes.width].to_vec();
            told.lock().unwrap().entry(*key).or_default().push(row);
        }
        Ok(())
    };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| sides.0.join(&sides.1, &each)).unwrap();
    let mut told = told.into_inner().unwrap();
    told.values_mut().for_each(|rows| rows.sort_unstable());
    assert_eq!(told, probes.model(), "budget {bytes}");
    let fails = |_: &Lookup, _: &[u128], _: &[u8]| Err(io::ErrorKind::Other.into());
    assert_eq!(pool.install(|| sides.0.join(&sides.1, &fails)).is_err(), !sides.1.is_empty());
    drop(sides);
    assert_eq!(budget.used(), 0);
}

/// The rows of a case, added by two threads in turn.
fn filled(case: &Case, budget: &Arc<Budget>) -> Rows {
    let rows = Rows::new(case.width, Arc::clone(budget), std::env::temp_dir());
    std::thread::scope(|scope| {
        for parity in [0, 1] {
            let rows = &rows;
            scope.spawn(move || {
                let keys: Vec<u128> = case.keys().collect();
                let bytes = (0..keys.len()).map(|place| case.row(place)).collect::<Vec<_>>();
                let steps = keys.chunks(case.step).zip(bytes.chunks(case.step));
                for (keys, bytes) in steps.skip(parity).step_by(2) {
                    rows.add(keys, &bytes.concat()).unwrap();
                }
            });
        }
    });
    rows
}

impl Case {
    fn keys(&self) -> impl Iterator<Item = u128> {
        self.numbers.iter().map(|number| self.spread.key(*number))
    }

    /// Depends on the number and its count so far only loosely: equal rows happen.
    fn row(&self, place: usize) -> Vec<u8> {
        let number = self.numbers[place].wrapping_mul(31).wrapping_add(place as u64 % 5);
        number.to_le_bytes().into_iter().cycle().take(self.width).collect()
    }

    fn model(&self) -> Model {
        let mut model = Model::new();
        for (place, key) in self.keys().enumerate() {
            model.entry(key).or_default().push(self.row(place));
        }
        model.values_mut().for_each(|rows| rows.sort_unstable());
        model
    }
}

impl Spread {
    fn key(self, number: u64) -> u128 {
        let high = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let even = u128::from(high ^ high >> 31) << 64 | u128::from(number);
        match self {
            Self::Even => even,
            Self::OnePartition => even >> 8 | 7 << 120,
            Self::Tail => u128::MAX - u128::from(number),
            Self::Bucket => u128::from(number % 256) << 120 | even >> 8,
        }
    }
}
