//! The stores of what is known of people, as far as they have been gathered.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use crate::engine::known::answer::{Everybody, OWN_WIDTH, ROW_WIDTH};
use crate::engine::known::placed::{PlacedRows, join_others, join_own};
use crate::engine::known::pseudonym::SeenDigests;
use crate::engine::known::roster::{Others, OwnAt, RosterAt};
use crate::engine::known::{ASKED, ASKED_OWN, DIGESTS, EVERYBODY, OWN, People};
use crate::engine::relation::Order;
use crate::store::{Budget, Gathered, Rows};

/// Memory for stores, and the folder for what does not fit it.
pub(crate) type Room = (Arc<Budget>, PathBuf);

/// What is known of people, as far as it has been gathered.
pub(crate) struct KnownStore<'p> {
    /// What is asked.
    pub(crate) people: &'p People,
    /// Record sets of people that have given what they hold.
    done: BTreeSet<usize>,
    /// The digests that stand in texts, once those have been read for them.
    pub(crate) digests: Option<Arc<SeenDigests>>,
    gathering: Option<(Rows, Rows)>,
    known: Option<(Arc<Everybody>, Arc<Gathered>)>,
}

impl<'p> KnownStore<'p> {
    /// Nothing gathered yet.
    pub(crate) fn new(people: &'p People) -> Self {
        Self { people, done: BTreeSet::new(), digests: None, gathering: None, known: None }
    }

    /// The record sets among these whose people are still to be gathered.
    pub(crate) fn left(&self, sets: &[usize]) -> Vec<usize> {
        let left = |set: &usize| self.people.sources.contains(set) && !self.done.contains(set);
        sets.iter().copied().filter(left).collect()
    }

    /// The record sets whose texts are to be read for digests before people are.
    pub(crate) fn unread_for_digests(&self) -> Vec<usize> {
        if self.digests.is_some() {
            Vec::new()
        } else {
            self.people.pseudonyms.iter().copied().collect()
        }
    }

    /// Takes the digests that were read.
    ///
    /// # Errors
    /// When temporary files cannot be written or read.
    pub(crate) fn take_digests(
        &mut self,
        room: &Room,
        sinks: BTreeMap<usize, Rows>,
    ) -> io::Result<()> {
        for rows in sinks.into_values() {
            self.digests = Some(Arc::new(SeenDigests::of(rows, &room.0)?));
        }
        Ok(())
    }

    /// Lends the stores to a reading of record sets of people.
    pub(crate) fn lend(&mut self, room: &Room, sinks: &mut BTreeMap<usize, Rows>) {
        let (everybody, own) = self.gathering.take().unwrap_or_else(|| new(room));
        sinks.insert(EVERYBODY, everybody);
        sinks.insert(OWN, own);
    }

    /// Takes the stores back after the reading.
    pub(crate) fn take_back(&mut self, sets: &[usize], sinks: &mut BTreeMap<usize, Rows>) {
        self.gathering = sinks.remove(&EVERYBODY).zip(sinks.remove(&OWN));
        self.done.extend(sets);
    }

    /// Everybody's keys and what belongs to each patient, when all records of people have been read.
    ///
    /// # Errors
    /// When temporary files cannot be written or read.
    pub(crate) fn known(&mut self, room: &Room) -> io::Result<(Arc<Everybody>, Arc<Gathered>)> {
        if let Some(known) = &self.known {
            return Ok(known.clone());
        }
        let (everybody, own) = self.gathering.take().unwrap_or_else(|| new(room));
        // The smaller store comes first to the memory there is.
        let own = Arc::new(own.finish()?);
        let words = Arc::clone(&self.people.words);
        let everybody = Everybody::of(Arc::new(everybody.finish()?), words, &room.0)?;
        Ok(self.known.insert((Arc::new(everybody), own)).clone())
    }

    /// Lets everything go.
    pub(crate) fn forget(&mut self) {
        self.known = None;
    }
}

fn new(room: &Room) -> (Rows, Rows) {
    let store = |width| Rows::new(width, Arc::clone(&room.0), room.1.clone());
    (store(ROW_WIDTH), store(OWN_WIDTH))
}

/// How the texts of a record set are read to gather what they ask for; none where everything is in memory.
pub(crate) fn to_ask(everybody: &Arc<Everybody>, own: &Arc<Gathered>) -> Option<RosterAt> {
    let is_aside = |gathered: &Gathered| matches!(gathered, Gathered::Spilled(_));
    let (others_aside, own_aside) = (is_aside(&everybody.rows), is_aside(own));
    (others_aside || own_aside).then(|| RosterAt {
        everybody: Arc::clone(everybody),
        others: if others_aside { Others::Asked } else { Others::Unasked },
        own: if own_aside { OwnAt::Asked } else { OwnAt::Unasked },
    })
}

/// The store to which the digests go that stand in texts.
pub(crate) fn digests(room: &Room) -> BTreeMap<usize, Rows> {
    BTreeMap::from([(DIGESTS, Rows::new(1, Arc::clone(&room.0), room.1.clone()))])
}

/// The stores to which what texts ask for goes.
pub(crate) fn asked(room: &Room) -> BTreeMap<usize, Rows> {
    let store = || Rows::new(8, Arc::clone(&room.0), room.1.clone());
    BTreeMap::from([(ASKED, store()), (ASKED_OWN, store())])
}

/// Who is known in the texts of a record set, after what they ask for was gathered where need be.
///
/// # Errors
/// When temporary files cannot be written or read.
pub(crate) fn roster(
    everybody: &Arc<Everybody>,
    own: &Arc<Gathered>,
    asked: Option<(BTreeMap<usize, Rows>, Order)>,
    room: &Room,
) -> io::Result<RosterAt> {
    let (mut asked, order) = match asked {
        Some((asked, order)) => (asked, Some(order)),
        None => (BTreeMap::new(), None),
    };
    let mut placed = |sink, known: &Gathered, join: Join| -> io::Result<Option<PlacedRows>> {
        match (known, asked.remove(&sink), &order) {
            (Gathered::Spilled(known), Some(asked), Some(order)) => {
                join(known, asked, order.clone(), room.clone()).map(Some)
            }
            _ => Ok(None),
        }
    };
    let others = placed(ASKED, &everybody.rows, join_others)?;
    let belongings = placed(ASKED_OWN, own, join_own)?;
    Ok(RosterAt {
        everybody: Arc::clone(everybody),
        others: others.map_or(Others::Memory, Others::Placed),
        own: belongings.map_or_else(|| OwnAt::Memory(Arc::clone(own)), OwnAt::Placed),
    })
}

/// A join of keys that were asked for.
type Join = fn(&crate::store::Partitions, Rows, Order, Room) -> io::Result<PlacedRows>;
