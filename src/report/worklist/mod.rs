//! The worklist as CSV: a row a finding, ordered by who is to mend it and by when it was due, for people and their spreadsheets.
//!
//! A scan gathers every finding, beyond memory if need be; a saved report gives its examples and says how many more
//! there are. Both go the same way from there, so that they agree wherever the report shows every finding.

mod entry;
mod order;
mod sheet;

pub use self::order::Worklist;
pub(crate) use self::sheet::holds_worklist;
