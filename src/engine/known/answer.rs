//! What is kept of everybody's names and numbers, and what it answers.

use std::io;
use std::sync::Arc;

use crate::detect::known::{Form, Known, KnownKind, Owner, WordSieve};
use crate::store::{Budget, Filter, Gathered, Lookup};

/// Bytes of a row of everybody's keys: kind, owner, digits, places, and what tells the person from others.
pub(crate) const ROW_WIDTH: usize = 20;
/// Forms in a row of what belongs to one patient; a patient with more has several rows.
const OWN_SLOTS: usize = 12;
/// Bytes of such a row.
pub(crate) const OWN_WIDTH: usize = OWN_SLOTS * 8;
/// Bytes of an answer: kind, owner, persons, and the mark.
pub(super) const ANSWER_WIDTH: usize = 19;

const PATIENT: u8 = 0;
const STAFF: u8 = 1;
/// People who share a key are counted up to so many.
const COUNTED: usize = 16;
/// More of the numbers of a length known than one in so many: one of them may be anywhere by chance.
const CROWDED: u64 = 1000;

/// Appends a row of everybody's keys.
pub(super) fn put_row(form: &Form<'_>, owner: Owner, mark: u128, into: &mut Vec<u8>) {
    let owner = if owner == Owner::Staff { STAFF } else { PATIENT };
    into.extend_from_slice(&[form.kind.index(), owner, form.digits, form.places]);
    into.extend_from_slice(&mark.to_le_bytes());
}

/// A key of a patient's own, with its kind.
pub(super) fn slot(key: u128, kind: KnownKind) -> u64 {
    short(key) << 8 | u64::from(kind.index())
}

/// Appends what belongs to one patient, as so many rows as it takes; gives how many.
pub(super) fn put_own(slots: &mut [u64], into: &mut Vec<u8>) -> usize {
    // A row of its own says that the patient is known at all.
    let rows = slots.len().div_ceil(OWN_SLOTS).max(1);
    let start = into.len();
    slots.sort_unstable();
    slots.iter().for_each(|slot| into.extend_from_slice(&slot.to_le_bytes()));
    into.resize(start + rows * OWN_WIDTH, 0xFF);
    rows
}

/// The part of a key that tells one patient's own from each other.
#[inline]
#[expect(clippy::cast_possible_truncation, reason = "the lower half is the point")]
fn short(key: u128) -> u64 {
    key as u64 & (u64::MAX >> 8)
}

/// What belongs to the patient of the record at hand.
#[derive(Default)]
pub(super) struct OwnForms {
    /// Sorted.
    slots: Vec<u64>,
    /// A bit for each, by its last byte: most words of a text have none.
    sieve: [u64; 4],
    /// Whether the patient is known at all.
    pub(super) is_known: bool,
}

impl OwnForms {
    pub(super) fn clear(&mut self) {
        self.slots.clear();
        self.sieve = [0; 4];
        self.is_known = false;
    }

    /// Adds a row of what belongs to the patient.
    pub(super) fn add(&mut self, row: &[u8]) {
        self.is_known = true;
        for slot in row.as_chunks::<8>().0 {
            let slot = u64::from_le_bytes(*slot);
            if slot != u64::MAX {
                self.slots.push(slot);
                let bit = slot >> 8 & 0xFF;
                self.sieve[usize::from(bit as u8 >> 6)] |= 1 << (bit & 63);
            }
        }
    }

    pub(super) fn finish(&mut self) {
        self.slots.sort_unstable();
    }

    /// The kind of a key, if it is the patient's.
    #[inline]
    pub(super) fn kind(&self, key: u128) -> Option<KnownKind> {
        let wanted = short(key);
        let bit = wanted & 0xFF;
        if self.sieve[usize::from(bit as u8 >> 6)] >> (bit & 63) & 1 == 0 {
            return None;
        }
        let at = self.slots.partition_point(|slot| *slot >> 8 < wanted);
        let slot = self.slots.get(at).filter(|slot| *slot >> 8 == wanted)?;
        KnownKind::numbered(slot.to_le_bytes()[0])
    }
}

/// Everybody's keys, and what can be told of a key before it is looked up.
#[derive(Debug)]
pub(crate) struct Everybody {
    /// The rows.
    pub(crate) rows: Arc<Gathered>,
    pub(super) filter: Filter,
    /// The words of all names.
    pub(super) words: Arc<WordSieve>,
    /// A bit for each number of places that a number or a code has.
    pub(super) places: u64,
    /// A bit for each number of digits of which too many numbers are known.
    crowded: u64,
    pub(super) digests: bool,
}

impl Everybody {
    /// Of rows that have been gathered.
    ///
    /// # Errors
    /// When their temporary file cannot be read.
    pub(crate) fn of(
        rows: Arc<Gathered>,
        words: Arc<WordSieve>,
        budget: &Arc<Budget>,
    ) -> io::Result<Self> {
        let (mut places, mut digests) = (0_u64, false);
        let mut counts = [0_u64; 64];
        let filter = Filter::of(&rows, budget, &mut |_, rows| {
            for row in rows.as_chunks::<ROW_WIDTH>().0 {
                let [kind, _, digits, length, ..] = row;
                places |= 1_u64.checked_shl(u32::from(*length)).unwrap_or(0);
                digests |= *kind == KnownKind::Digest.index();
                if let Some(count) = counts.get_mut(usize::from(*digits)) {
                    *count += 1;
                }
            }
        })?;
        // Forms that are no numbers have no places.
        places &= !1;
        let mut crowded = 0;
        for (digits, count) in (0_u32..).zip(counts).skip(1) {
            let all = 10_u64.checked_pow(digits).unwrap_or(u64::MAX);
            if count.saturating_mul(CROWDED) > all {
                crowded |= 1 << digits;
            }
        }
        Ok(Self { rows, filter, words, places, crowded, digests })
    }

    /// What rows under one key say.
    pub(super) fn answer(rows: &mut dyn Iterator<Item = &[u8]>) -> Option<[u8; ANSWER_WIDTH]> {
        let mut marks = [[0_u8; 16]; COUNTED];
        let (mut persons, mut owner, mut kind) = (0, PATIENT, u8::MAX);
        for row in rows {
            let Some([of, whose, _, _, mark @ ..]) = row.first_chunk::<ROW_WIDTH>() else {
                continue;
            };
            // What somebody of the staff has too is no sign of a patient.
            if *whose > owner {
                (owner, persons, kind) = (*whose, 0, u8::MAX);
            }
            if *whose < owner {
                continue;
            }
            kind = kind.min(*of);
            let seen = marks.get(..persons).unwrap_or_default();
            if !seen.contains(mark) && persons < COUNTED {
                marks[persons] = *mark;
                persons += 1;
            }
        }
        if persons == 0 {
            return None;
        }
        let mut answer = [0; ANSWER_WIDTH];
        answer[0] = kind;
        answer[1] = owner;
        answer[2] = u8::try_from(persons).unwrap_or(u8::MAX);
        if persons == 1 {
            answer[3..].copy_from_slice(&marks[0]);
        }
        Some(answer)
    }

    /// What the rows of a lookup say under a key.
    pub(super) fn answer_in(lookup: &Lookup, key: u128) -> Option<[u8; ANSWER_WIDTH]> {
        let range = lookup.find(key);
        if range.is_empty() {
            return None;
        }
        Self::answer(&mut range.map(|row| lookup.row(row)))
    }

    /// An answer as the walk over a text takes it; `digits` are those of a number that has nothing else.
    pub(super) fn known(&self, answer: &[u8; ANSWER_WIDTH], digits: usize) -> Option<Known> {
        let [kind, owner, persons, mark @ ..] = answer;
        Some(Known {
            kind: KnownKind::numbered(*kind)?,
            owner: if *owner == STAFF { Owner::Staff } else { Owner::Patient },
            persons: u32::from(*persons),
            crowded: self.crowded >> digits.min(63) & 1 == 1,
            mark: u128::from_le_bytes(*mark),
        })
    }
}
