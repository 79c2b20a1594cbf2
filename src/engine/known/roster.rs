//! Says of the keys of a text whose they are.

use std::io;
use std::sync::Arc;

use crate::detect::known::{Known, Owner, Reach, Roster, WordSieve};
use crate::engine::known::answer::{ANSWER_WIDTH, Everybody, OwnForms};
use crate::engine::known::placed::{KeptRows, PlacedRows};
use crate::store::{Gathered, KeyHasher};

/// Where the answers about the texts of a record set come from.
#[derive(Debug)]
pub(crate) struct RosterAt {
    /// Everybody's keys.
    pub(crate) everybody: Arc<Everybody>,
    /// How those of others are found.
    pub(crate) others: Others,
    /// How those of the record's own patient are found.
    pub(crate) own: OwnAt,
}

/// How the keys of others are found.
#[derive(Debug)]
pub(crate) enum Others {
    /// In memory.
    Memory,
    /// They were joined before.
    Placed(PlacedRows),
    /// They are gathered to be joined.
    Asked,
    /// They are not asked for in this reading.
    Unasked,
}

/// How the keys of a record's own patient are found.
#[derive(Debug)]
pub(crate) enum OwnAt {
    /// In memory.
    Memory(Arc<Gathered>),
    /// They were joined before.
    Placed(PlacedRows),
    /// The patients are gathered to be joined.
    Asked,
    /// They are not asked for in this reading.
    Unasked,
}

/// A roster at one record after the other.
pub(super) struct At<'r> {
    roster: &'r RosterAt,
    hasher: &'r KeyHasher,
    own: OwnForms,
    /// Keys and answers of the record at hand, where they were joined before, in the order of the keys.
    found: Vec<(u128, [u8; ANSWER_WIDTH])>,
    /// The keys that the record at hand asks for, where they are gathered.
    pub(super) asked: Vec<u128>,
}

impl<'r> At<'r> {
    pub(super) fn new(roster: &'r RosterAt, hasher: &'r KeyHasher) -> Self {
        Self { roster, hasher, own: OwnForms::default(), found: Vec::new(), asked: Vec::new() }
    }

    /// Goes on to records of another patient; `place` is that of the first of them.
    pub(super) fn turn(
        &mut self,
        patient: Option<u128>,
        place: u64,
        here: (usize, u64),
        kept: &mut KeptRows,
    ) -> io::Result<()> {
        self.own.clear();
        let Some(patient) = patient else { return Ok(()) };
        match &self.roster.own {
            OwnAt::Memory(gathered) => {
                if let Gathered::Memory(lookup) = &**gathered {
                    lookup.find(patient).for_each(|row| self.own.add(lookup.row(row)));
                }
            }
            OwnAt::Placed(placed) => {
                placed.read(here, kept)?;
                kept.at(place).for_each(|row| self.own.add(row));
            }
            OwnAt::Asked | OwnAt::Unasked => {}
        }
        self.own.finish();
        Ok(())
    }

    /// Goes on to the record at a place.
    pub(super) fn record(
        &mut self,
        place: u64,
        here: (usize, u64),
        kept: &mut KeptRows,
    ) -> io::Result<()> {
        let Others::Placed(placed) = &self.roster.others else { return Ok(()) };
        placed.read(here, kept)?;
        self.found.clear();
        for row in kept.at(place) {
            if let Some((key, answer)) = row.split_first_chunk()
                && let Some(answer) = answer.first_chunk()
            {
                self.found.push((u128::from_le_bytes(*key), *answer));
            }
        }
        self.found.sort_unstable();
        Ok(())
    }

    /// Whether anything is known of the patient of the record at hand.
    pub(super) fn knows_own(&self) -> bool {
        self.own.is_known
    }
}

impl Roster for At<'_> {
    #[inline]
    fn find(&mut self, key: &[u8], reach: Reach) -> Option<Known> {
        let print = self.hasher.text(key);
        if let Some(kind) = self.own.kind(print) {
            return Some(Known { kind, owner: Owner::Own, persons: 1, crowded: false, mark: 0 });
        }
        let everybody = &self.roster.everybody;
        if reach == Reach::Own || !everybody.filter.may_have(print) {
            return None;
        }
        let answer = match &self.roster.others {
            Others::Memory => match &*everybody.rows {
                Gathered::Memory(lookup) => Everybody::answer_in(lookup, print)?,
                Gathered::Spilled(_) => return None,
            },
            Others::Placed(_) => {
                let at = self.found.binary_search_by_key(&print, |(key, _)| *key).ok()?;
                self.found.get(at)?.1
            }
            Others::Asked => {
                self.asked.push(print);
                return None;
            }
            Others::Unasked => return None,
        };
        // Behind its class, the key of a number of nothing but digits is that number.
        let digits = match key.split_first() {
            Some((_, number)) if number.iter().all(u8::is_ascii_digit) => number.len(),
            _ => 0,
        };
        everybody.known(&answer, digits)
    }

    fn has_own(&self) -> bool {
        self.own.is_known
    }

    #[inline]
    fn words(&self) -> &WordSieve {
        &self.roster.everybody.words
    }

    #[inline]
    fn has_places(&self, places: usize) -> bool {
        self.roster.everybody.places >> places.min(63) & 1 == 1
    }

    fn has_digests(&self) -> bool {
        self.roster.everybody.digests
    }
}
