//! What a cell can hold: types, civil dates, exact decimals, and the forms of identifiers and codes.
//!
//! This room knows nothing of files, rules or expressions.

mod kind;
mod date;
mod decimal;
mod zone;
pub mod parse;
pub mod format;
pub mod form;

pub use self::date::{Date, Instant, Time, Timestamp};
pub use self::decimal::Decimal;
pub use self::kind::{FieldType, Type};
pub use self::zone::Zone;
