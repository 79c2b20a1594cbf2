//! Places put in order.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::budget::Budget;
use super::sort::{RowSorter, SortedRows};

/// Puts origins in ascending order, repeats included; what does not fit the budget goes through a temporary file.
#[derive(Debug)]
pub struct OriginSorter {
    rows: RowSorter<8>,
    /// Origins of a step to come.
    step: Vec<[u8; 8]>,
}

/// Origins of a step.
const STEP: usize = 512;

impl OriginSorter {
    /// An empty sorter; its temporary file, should it need one, lies in `temp_dir` and has no name there.
    #[must_use]
    pub fn new(budget: Arc<Budget>, temp_dir: PathBuf) -> Self {
        Self { rows: RowSorter::new(budget, temp_dir), step: Vec::new() }
    }

    /// Adds an origin.
    ///
    /// # Errors
    /// When the budget is spent and the temporary file cannot be written.
    pub fn push(&mut self, origin: u64) -> io::Result<()> {
        self.step.push(origin.to_be_bytes());
        if self.step.len() < STEP {
            return Ok(());
        }
        let outcome = self.rows.push_all(&self.step);
        self.step.clear();
        outcome
    }

    /// The origins in ascending order; an error is the last item.
    ///
    /// # Errors
    /// When the temporary file cannot be read or written.
    pub fn finish(self) -> io::Result<SortedOrigins> {
        self.rows.push_all(&self.step)?;
        Ok(SortedOrigins { rows: self.rows.finish()? })
    }
}

/// Origins in ascending order.
#[derive(Debug)]
pub struct SortedOrigins {
    rows: SortedRows<8>,
}

impl Iterator for SortedOrigins {
    type Item = io::Result<u64>;

    fn next(&mut self) -> Option<Self::Item> {
        self.rows.next().map(|row| row.map(u64::from_be_bytes))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::OriginSorter;
    use crate::store::Budget;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]
        #[test]
        fn any_budget_sorts_alike(
            seed in any::<u64>(),
            count in 0..40_000_usize,
            budget in prop_oneof![Just(0_u64), Just(100_000), Just(u64::MAX / 2)],
        ) {
            let origins = (0..count as u64).map(|number| number.wrapping_mul(seed | 1) >> 44);
            check(origins.collect(), budget);
        }
    }

    #[test]
    fn few_and_none() {
        check(vec![], 0);
        check(vec![u64::MAX, 0, u64::MAX], 0);
    }

    #[track_caller]
    fn check(mut origins: Vec<u64>, bytes: u64) {
        let budget = Arc::new(Budget::new(bytes));
        let mut sorter = OriginSorter::new(Arc::clone(&budget), std::env::temp_dir());
        for origin in &origins {
            sorter.push(*origin).unwrap();
        }
        let sorted: Vec<u64> = sorter.finish().unwrap().map(Result::unwrap).collect();
        origins.sort_unstable();
        assert_eq!(sorted, origins);
        assert_eq!(budget.used(), 0);
    }
}
