//! Which records are drawn.

use std::collections::{BTreeMap, BinaryHeap};
use std::io;
use std::sync::Arc;

use super::error::SampleError;
use crate::finding::{Finding, FindingSink, Tag};

/// A record that may be drawn: where it is and what stands for its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The file, relative to the PATH argument.
    pub file: Arc<str>,
    /// The record, from 1.
    pub record: u64,
    /// The physical line, from 1.
    pub line: u64,
    /// What stands for its key.
    pub key: Vec<Tag>,
    /// The seeded hash that decides; the lowest are drawn.
    rank: u128,
}

impl Chosen {
    /// What decides between records: the hash, then the place.
    fn order(&self) -> (u128, &str, u64) {
        (self.rank, &self.file, self.record)
    }
}

impl PartialOrd for Chosen {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Chosen {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

/// The records of one stratum that were seen, and the lowest of them.
#[derive(Debug)]
struct Seen {
    /// What the stratum is called: a tag, or a code that the dictionary declares.
    tag: Option<Tag>,
    /// How many records of it there are.
    records: u64,
    /// The lowest of them, the highest of these on top.
    lowest: BinaryHeap<Chosen>,
}

/// Draws a sample from records that are shown to it one by one.
pub struct Draw {
    hasher: blake3::Hasher,
    size: usize,
    /// By the hash of the value; a missing value is a stratum of its own.
    strata: BTreeMap<u128, Seen>,
    /// How many records are held in all strata.
    held: usize,
    /// Whether there were so many strata that they could not all be held.
    overflown: bool,
}

impl std::fmt::Debug for Draw {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draw")
            .field("size", &self.size)
            .field("held", &self.held)
            .finish_non_exhaustive()
    }
}

/// One stratum of a sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stratum {
    /// The value that its records share; `None` in a sample without strata.
    pub tag: Option<Tag>,
    /// How many records of the frame it has.
    pub records: u64,
    /// The records drawn from it, in the order in which they were drawn: any first part of them is a sample too.
    pub drawn: Vec<Chosen>,
}

/// A sample.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drawn {
    /// How many records the frame has.
    pub frame: u64,
    /// The strata; one where none were asked for. The largest first.
    pub strata: Vec<Stratum>,
}

impl Drawn {
    /// How many records were drawn.
    #[must_use]
    pub fn size(&self) -> usize {
        self.strata.iter().map(|stratum| stratum.drawn.len()).sum()
    }
}

/// How many records may be held at most while strata are drawn from: each may yet need the whole size.
const MOST_HELD: usize = 2_000_000;

impl Draw {
    /// A draw of so many records by that seed.
    #[must_use]
    pub fn new(seed: &str, size: usize) -> Self {
        let key = blake3::derive_key("chartaudit sample 1", seed.as_bytes());
        Self {
            hasher: blake3::Hasher::new_keyed(&key),
            size,
            strata: BTreeMap::new(),
            held: 0,
            overflown: false,
        }
    }

    /// Shows it a record of the frame.
    fn show(&mut self, finding: &Finding) {
        let place = &finding.place;
        let (Some(file), Some(record), false) = (&place.file, place.record, self.overflown) else {
            return;
        };
        let hash = finding.assign.as_ref().map_or(0, |tag| tag.hash);
        let rank = self.rank(file, record);
        let seen = self.strata.entry(hash).or_insert_with(|| Seen {
            tag: finding.assign.clone(),
            records: 0,
            lowest: BinaryHeap::new(),
        });
        seen.records += 1;
        let full = seen.lowest.len() >= self.size;
        if full && seen.lowest.peek().is_some_and(|top| (rank, &**file, record) > top.order()) {
            return;
        }
        seen.lowest.push(Chosen {
            file: Arc::clone(file),
            record,
            line: place.line.unwrap_or(0),
            key: finding.key.clone(),
            rank,
        });
        if full {
            seen.lowest.pop();
        } else {
            self.held += 1;
        }
        self.overflown = self.held > MOST_HELD;
    }

    fn rank(&self, file: &str, record: u64) -> u128 {
        let mut hasher = self.hasher.clone();
        hasher.update(&(file.len() as u64).to_le_bytes());
        hasher.update(file.as_bytes());
        hasher.update(&record.to_le_bytes());
        let mut half = [0; 16];
        hasher.finalize_xof().fill(&mut half);
        u128::from_be_bytes(half)
    }

    /// Ends the draw: each stratum gives its share of the sample.
    ///
    /// Shares are in proportion to the records of the strata, by largest remainders, and at least one record each.
    ///
    /// # Errors
    /// If no record was shown, if there are more strata than records to be drawn, or more than can be held.
    pub fn finish(self) -> Result<Drawn, SampleError> {
        if self.overflown {
            return Err(SampleError::TooManyStrata { strata: self.strata.len() });
        }
        let frame: u64 = self.strata.values().map(|seen| seen.records).sum();
        if frame == 0 {
            return Err(SampleError::EmptyFrame);
        }
        let mut strata: Vec<Seen> = self.strata.into_values().collect();
        // Places and not hashes decide between strata of one size, so that the order is the same in every run.
        strata.sort_by_cached_key(|seen| {
            let first =
                seen.lowest.iter().min().map(|chosen| (chosen.file.to_string(), chosen.record));
            (std::cmp::Reverse(seen.records), first)
        });
        let records: Vec<u64> = strata.iter().map(|seen| seen.records).collect();
        let shares = allocate(&records, self.size)?;
        let strata = strata.into_iter().zip(shares).map(|(seen, share)| {
            let mut drawn = seen.lowest.into_sorted_vec();
            drawn.truncate(share);
            Stratum { tag: seen.tag, records: seen.records, drawn }
        });
        Ok(Drawn { frame, strata: strata.collect() })
    }
}

/// How many of each stratum are drawn: in proportion, by largest remainders, at least one, at most all.
fn allocate(records: &[u64], size: usize) -> Result<Vec<usize>, SampleError> {
    let frame: u128 = records.iter().map(|records| u128::from(*records)).sum();
    let size = u128::from(u64::try_from(size).unwrap_or(u64::MAX)).min(frame);
    if (records.len() as u128) > size {
        return Err(SampleError::MoreStrataThanSize { strata: records.len() });
    }
    let mut shares: Vec<u128> =
        records.iter().map(|&of| (u128::from(of) * size / frame).max(1)).collect();
    let mut order: Vec<usize> = (0..records.len()).collect();
    // A stratum that was raised to one has no remainder left to be served.
    let remainder = |&place: &usize| {
        let exact = u128::from(records[place]) * size;
        if exact < frame { 0 } else { exact % frame }
    };
    order.sort_by_key(|place| std::cmp::Reverse(remainder(place)));
    while shares.iter().sum::<u128>() < size {
        for &place in &order {
            if shares.iter().sum::<u128>() < size && shares[place] < u128::from(records[place]) {
                shares[place] += 1;
            }
        }
    }
    // Those raised to one were served at the cost of the largest shares.
    while shares.iter().sum::<u128>() > size {
        let largest =
            (0..shares.len()).max_by_key(|place| (shares[*place], std::cmp::Reverse(*place)));
        if let Some(largest) = largest {
            shares[largest] -= 1;
        }
    }
    Ok(shares.into_iter().map(|share| usize::try_from(share).unwrap_or(usize::MAX)).collect())
}

impl FindingSink for &mut Draw {
    fn take(&mut self, finding: &Finding) -> io::Result<()> {
        self.show(finding);
        Ok(())
    }

    fn mark(&mut self) -> io::Result<u64> {
        Ok(0)
    }

    fn rewind(&mut self, _: u64) -> io::Result<()> {
        self.strata.clear();
        self.held = 0;
        self.overflown = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::{prop, proptest};

    use super::{Draw, Drawn, allocate};
    use crate::finding::{Finding, Place, Tag};

    #[test]
    fn shares_are_in_proportion() {
        check(&[50, 30, 20], 10, &[5, 3, 2]);
        check(&[50, 49, 1], 10, &[5, 4, 1]);
        check(&[1000, 1, 1], 10, &[8, 1, 1]);
        check(&[3, 3, 3], 4, &[2, 1, 1]);
        check(&[3, 2], 99, &[3, 2]);
        check(&[1, 1, 98], 3, &[1, 1, 1]);
        assert!(allocate(&[5, 5, 5], 2).is_err());
    }

    #[track_caller]
    fn check(records: &[u64], size: usize, expected: &[usize]) {
        assert_eq!(allocate(records, size).unwrap(), expected);
    }

    proptest! {
        #[test]
        fn shares_add_up(records in prop::collection::vec(1_u64..5_000, 1..30), size in 30_usize..900) {
            let shares = allocate(&records, size).unwrap();
            let frame: u64 = records.iter().sum();
            assert_eq!(shares.iter().sum::<usize>() as u64, frame.min(size as u64));
            for (share, of) in shares.iter().zip(&records) {
                assert!(*share >= 1 && *share as u64 <= *of);
            }
        }

        #[test]
        fn the_order_of_the_records_does_not_matter(seed in "[a-z]{1,8}", cut in 0_usize..200) {
            let mut records: Vec<Finding> = (1..=200).map(|n| record("a.csv", n, n % 3)).collect();
            let drawn = draw(&seed, 20, &records);
            records.rotate_left(cut);
            records.reverse();
            assert_eq!(draw(&seed, 20, &records), drawn);
        }
    }

    #[test]
    fn every_record_has_the_same_chance() {
        let records: Vec<Finding> = (1..=50).map(|n| record("a.csv", n, 0)).collect();
        let mut drawn: BTreeMap<u64, u64> = BTreeMap::new();
        let rounds = 20_000;
        for seed in 0..rounds {
            for chosen in &draw(&seed.to_string(), 10, &records).strata[0].drawn {
                *drawn.entry(chosen.record).or_default() += 1;
            }
        }
        // Chi-square with 49 degrees of freedom stays below 85.4 in 999 of 1,000 trials; the variance of a draw without
        // replacement is that of one with it times 40/49.
        let expected = rounds as f64 * 10.0 / 50.0;
        let chi: f64 = (1..=50)
            .map(|record| {
                (drawn.get(&record).copied().unwrap_or(0) as f64 - expected).powi(2) / expected
            })
            .sum::<f64>()
            * 49.0
            / 40.0;
        assert!(chi < 85.4, "{chi}");
    }

    #[test]
    fn seeds_and_files_matter_and_a_first_part_is_a_sample() {
        let records: Vec<Finding> = (1..=100).map(|n| record("a.csv", n, 0)).collect();
        let moved: Vec<Finding> = (1..=100).map(|n| record("b.csv", n, 0)).collect();
        let of = |drawn: &Drawn| -> Vec<u64> {
            drawn.strata[0].drawn.iter().map(|chosen| chosen.record).collect()
        };
        let ten = of(&draw("s", 10, &records));
        assert_ne!(ten, of(&draw("t", 10, &records)));
        assert_ne!(ten, of(&draw("s", 10, &moved)));
        assert_eq!(ten, of(&draw("s", 20, &records))[..10]);
        assert_eq!(draw("s", 500, &records).size(), 100);
        assert!(Draw::new("s", 5).finish().is_err(), "nothing to draw from");
    }

    fn draw(seed: &str, size: usize, records: &[Finding]) -> Drawn {
        let mut draw = Draw::new(seed, size);
        for record in records {
            draw.show(record);
        }
        draw.finish().unwrap()
    }

    fn record(file: &str, record: u64, stratum: u64) -> Finding {
        let place = Place { file: Some(file.into()), record: Some(record), line: Some(record + 1) };
        let tag = Tag { field: "class".to_owned(), hash: u128::from(stratum), revealed: None };
        Finding { assign: Some(tag), ..Finding::plain(0, place, String::new()) }
    }
}
