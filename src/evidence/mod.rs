//! Evidence: what an audit stood on, listed, sealed with a signature, and held against what is there now.
//!
//! A [`Manifest`] names every input and its digests, everything that was in force, and the digest of the report. It is
//! signed with Ed25519 in minisign's format, so that the stock tool checks it too. This room is handed bytes and
//! readers; it opens no file and knows no clock.

mod digest;
mod manifest;
mod difference;
mod seal;
mod error;

pub use self::difference::{Difference, Held, compare};
pub use self::digest::Digests;
pub use self::error::EvidenceError;
pub use self::manifest::{Manifest, SealedInput, SealedReport, Sha256};
pub use self::seal::{KeyPair, PublicKey, Secret, SecretKey, Signed};
