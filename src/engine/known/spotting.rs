//! The known identifiers in the texts of a batch.

use std::collections::BTreeMap;
use std::io;

use crate::detect::known::{KnownKind, Named, Owner, Sighting, best, search};
use crate::detect::{Hit, Tier};
use crate::engine::bits::Bits;
use crate::engine::known::placed::KeptRows;
use crate::engine::known::roster::{At, Others, OwnAt, RosterAt};
use crate::engine::known::{ASKED, ASKED_OWN};
use crate::engine::program::NodeId;
use crate::engine::relation::Yield;
use crate::engine::verdict::{Cells, cell};
use crate::finding::{Bearer, Person};
use crate::rule::{KnownPeople, Whose};
use crate::source::CellSpan;
use crate::store::KeyHasher;

/// Where known identifiers are looked for in a file.
#[derive(Debug, Default)]
pub(crate) struct SearchWork {
    /// The columns.
    pub(crate) columns: Vec<usize>,
    /// The nodes of what says whose a record is; the first with a value counts.
    pub(crate) own: Vec<NodeId>,
}

/// What was found in the texts of a batch.
#[derive(Debug)]
pub(crate) struct Spotting {
    /// By column, the rows and what stands in them, in order.
    sightings: BTreeMap<usize, Vec<(usize, Sighting)>>,
    /// Rows that hold any text in a searched column, by column.
    filled: BTreeMap<usize, Bits>,
    /// Rows that name no patient.
    pub(crate) nameless: Bits,
    /// Rows whose patient is not among those of the export.
    pub(crate) strangers: Bits,
}

/// A known identifier that a rule reports.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spot {
    /// The row.
    pub(crate) row: usize,
    /// Where and how certain.
    pub(crate) hit: Hit,
    /// The detector.
    pub(crate) detector: &'static str,
    kind: KnownKind,
    owner: Owner,
    persons: u32,
    /// What tells its person from others.
    mark: u128,
    /// Whether it is known whose the record is.
    owned: bool,
}

impl Spot {
    /// What it is, to begin a sentence with: `the full name of another patient`.
    pub(crate) fn words(&self) -> String {
        let what = self.kind.words();
        match (self.owner, self.owned, self.persons) {
            (Owner::Own, ..) => format!("the patient's own {what}"),
            (Owner::Staff, ..) => format!("the {what} of a member of staff"),
            (Owner::Patient, true, 1) => format!("the {what} of another patient"),
            (Owner::Patient, true, _) => format!("the {what} of other patients"),
            (Owner::Patient, false, 1) => format!("the {what} of a patient"),
            (Owner::Patient, false, _) => format!("the {what} of several patients"),
        }
    }

    /// Whose it is.
    pub(crate) fn person(&self) -> Person {
        let bearer = match (self.owner, self.owned) {
            (Owner::Own, _) => Bearer::OwnPatient,
            (Owner::Staff, _) => Bearer::Staff,
            (Owner::Patient, true) => Bearer::AnotherPatient,
            (Owner::Patient, false) => Bearer::SomePatient,
        };
        Person { bearer, hash: if self.persons == 1 { self.mark } else { 0 } }
    }
}

/// Searches the texts of a batch; or gathers what they ask for, where that is joined first.
///
/// # Errors
/// When a temporary file cannot be read.
pub(crate) fn spot(
    work: &SearchWork,
    roster: &RosterAt,
    cells: &Cells<'_>,
    texts: &BTreeMap<usize, &[CellSpan]>,
    (here, place): ((usize, u64), &dyn Fn(usize) -> u64),
    hasher: &KeyHasher,
    [kept_own, kept_others]: &mut [KeptRows; 2],
) -> io::Result<(Spotting, Vec<Yield>)> {
    let rows = cells.rows;
    let empty = || Bits::zeros(rows);
    let mut spotting = Spotting {
        sightings: texts.keys().map(|column| (*column, Vec::new())).collect(),
        filled: texts.keys().map(|column| (*column, empty())).collect(),
        nameless: empty(),
        strangers: empty(),
    };
    let mut asked = Yield { sink: ASKED, keys: Vec::new(), rows: Vec::new() };
    let mut asked_own = Yield { sink: ASKED_OWN, keys: Vec::new(), rows: Vec::new() };
    let mut at = At::new(roster, hasher);
    let mut last = None;
    let mut sightings = Vec::new();
    for row in 0..rows {
        let patient = work.own.iter().find_map(|node| {
            let node = &cells.nodes[*node];
            node.present.get(row).then(|| node.decimal(row).cast_unsigned())
        });
        let here_at = place(row);
        if last != Some(patient) {
            last = Some(patient);
            at.turn(patient, here_at, here, kept_own)?;
            if let (OwnAt::Asked, Some(patient)) = (&roster.own, patient) {
                asked_own.keys.push(patient);
                asked_own.rows.extend_from_slice(&here_at.to_le_bytes());
            }
        }
        if patient.is_none() {
            spotting.nameless.set(row);
        } else if !at.knows_own() {
            spotting.strangers.set(row);
        }
        at.record(here_at, here, kept_others)?;
        for (column, spans) in texts {
            let text = spans.get(row).map_or(&[][..], |span| cell(*span, cells.space.buffer));
            if text.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            if let Some(filled) = spotting.filled.get_mut(column) {
                filled.set(row);
            }
            sightings.clear();
            search(text, &mut at, &mut sightings);
            if let Some(of_column) = spotting.sightings.get_mut(column) {
                of_column.extend(sightings.iter().map(|sighting| (row, *sighting)));
            }
        }
        if let Others::Asked = roster.others {
            at.asked.sort_unstable();
            at.asked.dedup();
            let places = at.asked.iter().flat_map(|_| here_at.to_le_bytes());
            asked.rows.extend(places);
            asked.keys.append(&mut at.asked);
        }
    }
    Ok((spotting, vec![asked, asked_own]))
}

/// The known identifiers of a column that a rule asks for, those that overlap left out.
pub(crate) fn spots(
    spotting: &Spotting,
    column: usize,
    known: &KnownPeople,
    min_tier: Tier,
) -> Vec<Spot> {
    let all = spotting.of_column(column);
    let mut spots = Vec::new();
    for of_row in all.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((row, _)) = of_row.first() else { continue };
        let owned = spotting.is_owned(*row);
        let mut kept: Vec<Sighting> = of_row
            .iter()
            .map(|(_, sighting)| *sighting)
            .filter(|of| {
                of.tier <= min_tier
                    && known.kinds.contains(&of.known.kind)
                    && known.asks(of.known.owner, owned)
                    && !(known.whose == Whose::Another && of.named == Named::Related)
            })
            .collect();
        best(&mut kept);
        spots.extend(kept.into_iter().map(|of| Spot {
            row: *row,
            hit: Hit {
                detector: u8::MAX,
                tier: of.tier,
                allowed: None,
                start: of.start,
                end: of.end,
            },
            detector: of.known.kind.detector(),
            kind: of.known.kind,
            owner: of.known.owner,
            persons: of.known.persons,
            mark: of.known.mark,
            owned,
        }));
    }
    spots
}

impl Spotting {
    /// What stands in a column, with its rows, in their order; sightings may overlap.
    pub(crate) fn of_column(&self, column: usize) -> &[(usize, Sighting)] {
        self.sightings.get(&column).map_or(&[], Vec::as_slice)
    }

    /// Whether it is known whose a record is, and what belongs to that patient.
    fn is_owned(&self, row: usize) -> bool {
        !self.nameless.get(row) && !self.strangers.get(row)
    }

    /// Rows that cannot be judged by a rule that asks whose an identifier is: they hold text, and their patient is
    /// not known.
    pub(crate) fn undecided(&self, columns: &[usize], known: &KnownPeople) -> Bits {
        let unknown = self.nameless.or(&self.strangers);
        let none = unknown.and_not(&unknown);
        if known.whose == Whose::Any {
            return none;
        }
        let filled = columns.iter().filter_map(|column| self.filled.get(column));
        filled.fold(none, |all, of| all.or(of)).and(&unknown)
    }
}

impl KnownPeople {
    /// Whether an identifier of that owner is asked for, in a record whose patient is known or not.
    fn asks(&self, owner: Owner, owned: bool) -> bool {
        match owner {
            Owner::Staff => self.of.iter().any(|of| *of != "patients"),
            Owner::Own | Owner::Patient if !self.of.contains(&"patients") => false,
            Owner::Own => self.whose != Whose::Another,
            Owner::Patient => match self.whose {
                Whose::Any => true,
                Whose::Another => owned,
                Whose::Own => false,
            },
        }
    }
}
