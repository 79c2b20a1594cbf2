//! Records that belong to a record under test: found by key while the files are read.
//!
//! The related record set is read first and gives a table: a row a record, of one fixed width, with what the
//! rules need to know of it. The record set under test is then read against the table. A table that does not
//! fit the memory is put aside in partitions; the keys of the record set under test are then gathered by a
//! reading of their own and joined with it, partition by partition, before its records are judged.

mod scope;
mod cell;
mod catalogue;
mod select;
mod order;
mod table;
mod placed;

pub(crate) use self::catalogue::{AccessSpec, Output, Relations, SetRelations, asked, retained};
pub(crate) use self::cell::Shape;
pub(crate) use self::order::{Stage, stages};
pub(crate) use self::placed::{Constant, Emission, Kept, Order, Placed};
pub(crate) use self::select::{Access, Found, Selecting};
pub(crate) use self::table::{Harvest, Head, Keys, Tables, Yield, group};
