//! Fingerprints of keys, and rows under them, in bounded memory, spilled when need be.
//!
//! A key becomes a seeded 128-bit fingerprint ([`KeyHasher`]). A [`KeyStore`] collects fingerprints with the
//! places they came from and tells which keys stand in more than one place. [`Rows`] collects rows of one width under
//! fingerprints, to be found by them in memory ([`Lookup`]) or joined with others partition by partition
//! ([`Partitions`]). A [`Filter`] is a small memory of the keys. A [`RowSorter`] puts rows in order, an [`OriginSorter`] places. All of them share one
//! [`Budget`] and write what does not fit to temporary files without a name, sealed unless it is
//! fingerprints and places alone. [`Texts`] keeps what records say for a
//! second look, sealed from the first byte; nothing else in this room holds the text of a record. A [`Register`] gathers
//! the fingerprints of findings and writes them as a [`Ledger`], in which a later run finds them again.

mod hash;
mod budget;
mod scratch;
mod run;
mod spill;
mod partition;
mod rows;
mod lookup;
mod filter;
mod join;
mod key;
mod repeat;
mod sort;
mod origin;
mod text;
mod ledger;
mod register;

pub use self::budget::Budget;
pub use self::filter::Filter;
pub use self::hash::KeyHasher;
pub use self::join::Matcher;
pub use self::key::{Entry, KeyStore, Stats};
pub use self::ledger::{
    Entries, Ledger, LedgerAbout, LedgerError, LedgerSection, LedgerStanding, LedgerTally,
};
pub use self::lookup::Lookup;
pub use self::origin::{OriginSorter, SortedOrigins};
pub use self::partition::Partitions;
pub use self::register::{
    MOST_UNJUDGED, Register, RegisterRow, SortedRegister, WrittenLedger, register_row,
};
pub use self::rows::{Gathered, Rows};
pub use self::sort::{RowSorter, SortedRows};
pub use self::text::{SealedTexts, Texts};

#[cfg(test)]
mod tests;
