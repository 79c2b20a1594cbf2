//! Many audits of one facility, one after the other: how each rule fared.

mod gather;
mod table;
mod page;

pub use self::gather::{Trend, TrendPoint, TrendRule, TrendValue};
pub use self::page::page;
pub use self::table::table;

/// The marks of a line of figures, the lowest first.
pub(crate) const MARKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The same where characters beyond ASCII cannot be shown.
pub(crate) const PLAIN_MARKS: [char; 8] = ['_', '.', '-', '=', '+', '*', '%', '#'];
