//! Identifiers of people whom the export itself names, found by looking them up.
//!
//! What an export says of a person becomes forms ([`forms`]): keys of a few bytes, the same for every way of writing
//! the value. [`search`] walks a text once and makes a key of every number, every row of words with capitals, every
//! date and address in it; a [`Roster`] says whose the key is. A [`WordSieve`] tells beforehand which words no
//! name has. Keys are hashed by whoever keeps them, so
//! that no list of names and numbers stands in memory in clear.

mod kind;
mod key;
mod word;
mod form;
mod digest;
mod sieve;
mod text;
mod near;
#[cfg(test)]
mod tests;

pub use self::digest::{DigestKinds, digest_in};
pub use self::form::{Attribute, Birth, Form, Person, Pseudonyms, Reach, forms};
pub use self::kind::KnownKind;
pub use self::sieve::WordSieve;
pub use self::text::{Known, Named, Owner, Roster, Sighting, best, search};
