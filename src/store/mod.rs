//! Fingerprints of keys in bounded memory, spilled when need be.
//!
//! A key becomes a seeded 128-bit fingerprint ([`KeyHasher`]); a [`KeyStore`] collects fingerprints with the
//! places they came from and tells which keys stand in more than one place; an [`OriginSorter`] puts places in
//! order. All of them share one [`Budget`] and write what does not fit to temporary files without a name.
//! What is written is fingerprints and numbers: this room never keeps the text of a record.

mod hash;
mod budget;
mod spill;
mod key;
mod repeat;
mod origin;

pub use self::budget::Budget;
pub use self::hash::KeyHasher;
pub use self::key::{Entry, KeyStore, Stats};
pub use self::origin::OriginSorter;
