//! What a review says of all records.
//!
//! The interval is Clopper and Pearson's for a simple random sample. Drawing without replacement only makes it safer: the
//! number of deficient records in such a sample is a sum of independent trials of different chances, whose tails
//! are no heavier than those of the binomial (Hoeffding, On the distribution of the number of successes in independent
//! trials, 1956). The same holds for the sum over strata. Where shares of the sample are not exactly those of the
//! frame, the mean of that sum can miss the rate by no more than half the sum of their differences, and the interval is
//! wider by as much on both sides. So it holds at least as often as it says, whatever the strata.

use special::Beta as _;

use super::error::SampleError;
use super::worksheet::{Review, Reviewed};

/// An interval of rates, from 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// What is known of one stratum.
#[derive(Debug, Clone, PartialEq)]
pub struct StratumEstimate {
    /// The stratum as it was reviewed.
    pub reviewed: Reviewed,
    /// The share of its assessed records that are deficient.
    pub rate: f64,
    /// The interval for it alone.
    pub interval: Interval,
}

/// The share of all records of the frame that are deficient.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    /// How many records the frame has.
    pub frame: u64,
    /// How many were drawn.
    pub drawn: u64,
    /// How many of them were assessed.
    pub assessed: u64,
    /// How many of those are deficient.
    pub deficient: u64,
    /// The rate: the mean over the strata, weighted by their records.
    pub rate: f64,
    /// The interval that holds the rate of all records with the confidence or more.
    pub interval: Interval,
    /// The confidence, from 0 to 1.
    pub confidence: f64,
    /// How much the interval was widened on each side because shares were not exactly in proportion.
    pub widened: f64,
    /// The strata; one in a sample without.
    pub strata: Vec<StratumEstimate>,
}

impl Estimate {
    /// The estimate of a review.
    ///
    /// # Errors
    /// If no record of a stratum could be assessed, or if the confidence is not one of 50 % to 99.99 %.
    pub fn of(review: &Review, confidence: f64) -> Result<Self, SampleError> {
        if !(0.5..=0.9999).contains(&confidence) {
            let percent = format!("{}", confidence * 100.0);
            return Err(SampleError::Confidence { percent });
        }
        let sum = |of: fn(&Reviewed) -> u64| review.strata.iter().map(of).sum::<u64>();
        let frame = sum(|stratum| stratum.records);
        let assessed = sum(|stratum| stratum.assessed);
        let deficient = sum(|stratum| stratum.deficient);
        let mut rate = 0.0;
        let mut apart = 0.0;
        let mut strata = Vec::new();
        for reviewed in &review.strata {
            if reviewed.assessed == 0 {
                return Err(SampleError::NothingAssessed { records: reviewed.records });
            }
            let of_frame = reviewed.records as f64 / frame as f64;
            let of_stratum = reviewed.deficient as f64 / reviewed.assessed as f64;
            rate += of_frame * of_stratum;
            apart += (of_frame - reviewed.assessed as f64 / assessed as f64).abs();
            strata.push(StratumEstimate {
                rate: of_stratum,
                interval: clopper_pearson(reviewed.deficient, reviewed.assessed, confidence),
                reviewed: reviewed.clone(),
            });
        }
        let widened = if strata.len() > 1 { apart / 2.0 } else { 0.0 };
        let pooled = clopper_pearson(deficient, assessed, confidence);
        // What was seen is certain: a rate below the records found deficient cannot be.
        let interval = Interval {
            low: (pooled.low - widened).max(0.0).max(deficient as f64 / frame as f64 * CERTAIN),
            high: (pooled.high + widened).min(1.0),
        };
        Ok(Self {
            frame,
            drawn: sum(|stratum| stratum.drawn),
            assessed,
            deficient,
            rate,
            interval: if assessed == frame { Interval { low: rate, high: rate } } else { interval },
            confidence,
            widened,
            strata,
        })
    }
}

/// A hair below one, so that rounding does not cut off the rate itself.
const CERTAIN: f64 = 1.0 - 1e-12;

/// Clopper and Pearson's exact interval for a share, of which `found` of `seen` trials had it.
///
/// Each end is the rate at which what was found, or more extreme, has half the remaining chance. Its error is below 1e-9.
#[must_use]
pub fn clopper_pearson(found: u64, seen: u64, confidence: f64) -> Interval {
    let tail = (1.0 - confidence) / 2.0;
    let (found, missed) = (found as f64, seen.saturating_sub(found) as f64);
    let low = if found == 0.0 { 0.0 } else { quantile(tail, found, missed + 1.0) };
    let high = if missed == 0.0 { 1.0 } else { quantile(1.0 - tail, found + 1.0, missed) };
    Interval { low, high }
}

/// Where the beta distribution has this much below it, by halving: the function is monotone, and sixty halvings leave
/// nothing that a double could tell apart.
fn quantile(share: f64, a: f64, b: f64) -> f64 {
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let whole = a.ln_beta(b);
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if middle.inc_beta(a, b, whole) < share {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::{Estimate, clopper_pearson};
    use crate::finding::{Finding, FindingSink as _, Place, Tag};
    use crate::sample::{Draw, Review, Reviewed};

    #[test]
    fn ends_are_those_of_the_closed_forms() {
        // Nothing found in n: the upper end is 1 - tail^(1/n).
        for seen in [1, 10, 59, 300, 5_000] {
            let interval = clopper_pearson(0, seen, 0.95);
            close(interval.low, 0.0);
            close(interval.high, 1.0 - 0.025_f64.powf(1.0 / seen as f64));
            let all = clopper_pearson(seen, seen, 0.95);
            close(all.low, 0.025_f64.powf(1.0 / seen as f64));
            close(all.high, 1.0);
        }
    }

    #[test]
    fn ends_leave_half_of_the_rest_to_each_side() {
        for (found, seen) in [(1, 10), (5, 10), (3, 60), (57, 60), (12, 400)] {
            for confidence in [0.5, 0.9, 0.95, 0.99] {
                let interval = clopper_pearson(found, seen, confidence);
                let tail = (1.0 - confidence) / 2.0;
                close(at_least(found, seen, interval.low), tail);
                close(1.0 - at_least(found + 1, seen, interval.high), tail);
            }
        }
    }

    /// The chance of so many or more of a binomial, summed term by term.
    fn at_least(found: u64, seen: u64, rate: f64) -> f64 {
        let mut term = (1.0 - rate).powi(i32::try_from(seen).unwrap());
        let mut sum = 0.0;
        for k in 0..=seen {
            if k >= found {
                sum += term;
            }
            term *= (seen - k) as f64 / (k + 1) as f64 * rate / (1.0 - rate);
        }
        sum
    }

    #[track_caller]
    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    }

    /// Draws again and again from records of which the rate is known.
    #[test]
    fn intervals_hold_as_often_as_they_say() {
        check_coverage(&[(400, 20)], 40);
        check_coverage(&[(1_000, 3)], 60);
        check_coverage(&[(300, 150)], 25);
        check_coverage(&[(250, 10), (200, 60), (50, 45)], 50);
        check_coverage(&[(390, 0), (5, 5), (5, 5)], 40);
        check_coverage(&[(97, 30), (61, 2), (33, 33), (9, 0), (3, 1)], 37);
    }

    #[track_caller]
    fn check_coverage(strata: &[(u64, u64)], size: usize) {
        let frame: u64 = strata.iter().map(|(records, _)| records).sum();
        let deficient: u64 = strata.iter().map(|(_, deficient)| deficient).sum();
        let truth = deficient as f64 / frame as f64;
        let rounds = 600;
        let mut held = 0;
        for seed in 0..rounds {
            let mut draw = Draw::new(&format!("round {seed}"), size);
            for (number, (records, _)) in (0_u32..).zip(strata) {
                for record in 1..=*records {
                    (&mut draw).take(&shown(number, record)).unwrap();
                }
            }
            let drawn = draw.finish().unwrap();
            let reviewed = drawn.strata.iter().map(|stratum| {
                let number = stratum.tag.as_ref().map_or(0, |tag| tag.hash);
                let (_, deficient) = strata[usize::try_from(number).unwrap() - 1];
                let drawn = stratum.drawn.len() as u64;
                let bad = stratum.drawn.iter().filter(|chosen| chosen.record <= deficient).count();
                Reviewed {
                    name: String::new(),
                    records: stratum.records,
                    drawn,
                    assessed: drawn,
                    deficient: bad as u64,
                }
            });
            let estimate = Estimate::of(&Review { strata: reviewed.collect() }, 0.95).unwrap();
            held += u64::from(
                estimate.interval.low <= truth + 1e-12 && truth <= estimate.interval.high + 1e-12,
            );
        }
        // Of 600 trials at 0.95, fewer than 553 hold in one of ten thousand.
        assert!(held >= 553, "{held} of {rounds} intervals hold the rate of {strata:?}");
    }

    fn shown(stratum: u32, record: u64) -> Finding {
        let file = format!("{stratum}.csv");
        let place = Place { file: Some(file.as_str().into()), record: Some(record), line: None };
        let tag = Tag { field: "class".to_owned(), hash: u128::from(stratum) + 1, revealed: None };
        Finding { assign: Some(tag), ..Finding::plain(0, place, String::new()) }
    }

    #[test]
    fn all_records_are_no_sample() {
        let all = Reviewed { name: String::new(), records: 8, drawn: 8, assessed: 8, deficient: 2 };
        let estimate = Estimate::of(&Review { strata: vec![all] }, 0.95).unwrap();
        assert_eq!((estimate.interval.low, estimate.interval.high), (0.25, 0.25));
    }

    #[test]
    fn what_was_not_assessed_is_not_guessed() {
        let none =
            Reviewed { name: String::new(), records: 8, drawn: 2, assessed: 0, deficient: 0 };
        assert!(Estimate::of(&Review { strata: vec![none.clone()] }, 0.95).is_err());
        let some = Reviewed { assessed: 2, ..none };
        assert!(Estimate::of(&Review { strata: vec![some] }, 1.0).is_err(), "no such confidence");
    }
}
