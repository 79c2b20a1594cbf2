//! Random samples of records for review by hand, and what a review says of all records.
//!
//! A [`Draw`] takes every record of the frame once, in any order, and keeps those whose seeded hashes are the lowest: a
//! simple random sample without replacement, or one in each stratum, that anybody can draw again from the same export
//! with the same seed. A [`Worksheet`] is the list that people fill in; an [`Estimate`] is the rate that follows, with an
//! interval that holds at least as often as it says. This room opens no export; it is handed findings that are
//! masked already.

mod draw;
mod worksheet;
mod estimate;
mod error;

pub use self::draw::{Chosen, Draw, Drawn, Stratum};
pub use self::error::{SampleError, WorksheetProblem};
pub use self::estimate::{Estimate, Interval, StratumEstimate, clopper_pearson};
pub use self::worksheet::{Answer, Review, Reviewed, Worksheet, WorksheetOptions};
