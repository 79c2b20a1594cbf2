//! Two exports held against each other: did every record arrive, once, unaltered, and nothing that was not sent.
//!
//! Files of both sides are brought together as record sets ([`compare`]), their records matched by key without regard
//! to order, file, delimiter, quoting, encoding and line ends, and what differs is read once more to tell what became
//! of it. Memory is bounded; what is put aside is fingerprints, or sealed. Values of records never leave this room.

mod kind;
mod error;
mod set;
mod read;
mod moment;
mod number;
mod character;
mod difference;
mod shift;
mod matching;
mod tell;
mod account;
mod bytes;
mod compare;

pub use self::account::{Account, ColumnAccount};
pub use self::bytes::{ByteFile, Purpose, RefusedFile};
pub use self::compare::{Export, Request, Transfer, compare};
pub use self::error::{TransferError, TransferProblem};
pub use self::kind::{Kind, pack};
pub use self::set::KeyChoice;
