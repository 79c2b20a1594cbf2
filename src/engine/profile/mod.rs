//! What the columns of a release hold, over all their values, whatever their names say.
//!
//! While a file that claims to be fit to leave is read, every cell of every column is looked at once, and the signs
//! of identifying elements are counted by column. When all is read, each rule about releases judges the columns by
//! the counts. A sign that chance, or another meaning, may explain is no violation: such a column is not evaluable.

mod sign;
mod sketch;
mod task;
mod part;
mod known;
mod judge;

pub(crate) use self::judge::judge;
pub(crate) use self::known::add_known;
pub(crate) use self::part::{ColumnMemory, ColumnPart, take};
pub(crate) use self::task::{ProfileTask, sought, unsought};
