//! What an export looks like before anybody says how it is read: the first records of each recognised file are tried
//! with the formats, signs and words that exports use.
//!
//! This room judges no record and keeps no value: what comes out are counts, names of formats, and spellings that this
//! room knew before.

mod word;
mod order;
mod reading;
mod spelling;
mod footer;
mod confidence;
mod look;

pub use self::confidence::Confidence;
pub use self::look::{Extent, SeenColumn, SeenFile, look};
pub use self::order::Order;
pub use self::reading::{Calendar, DayOrder};
