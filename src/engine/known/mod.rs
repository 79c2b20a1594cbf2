//! Known identifiers of people: gathered from their records, looked up in the texts of others.
//!
//! The record sets of people are read first. Each person gives keyed fingerprints to two stores: one says whose a
//! name or a number is, the other what belongs to one patient. Where a store does not fit the memory, what the texts ask
//! for is gathered by a reading of its own, past a filter that knows nearly every key that nobody has, and
//! joined with the store partition by partition. Where digests of identifiers are looked for, the texts are read
//! for digests first, so that none is made of a person in vain. No text of a person's record is kept.

mod people;
mod pseudonym;
mod harvest;
mod answer;
mod placed;
mod roster;
mod store;
mod spotting;

pub(crate) use self::harvest::PeopleHarvest;
pub(crate) use self::people::People;
pub(crate) use self::placed::KeptRows;
pub(crate) use self::pseudonym::digests_of;
pub(crate) use self::roster::RosterAt;
pub(crate) use self::spotting::{SearchWork, Spot, Spotting, spot, spots};
pub(crate) use self::store::{KnownStore, Room, asked, digests, roster, to_ask};

/// Where the keys of everybody go, among the sinks of a reading.
const EVERYBODY: usize = usize::MAX;
/// Where what belongs to each patient goes.
const OWN: usize = usize::MAX - 1;
/// Where the keys go that texts ask for.
const ASKED: usize = usize::MAX - 2;
/// Where the patients go whose records are read.
const ASKED_OWN: usize = usize::MAX - 3;
/// Where the digests go that stand in texts.
const DIGESTS: usize = usize::MAX - 4;
