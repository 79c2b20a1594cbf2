//! The signs in the columns of one chunk, and those of chunks joined in the order of the file.

use std::collections::BTreeMap;

use crate::detect::known::KnownKind;
use crate::detect::{
    Dated, Fineness, Hit, Identifying, Postal, Role, Surety, Tier, is_age_over_89, is_coordinate,
    is_image, is_placeholder, is_position, is_truth, year_of,
};
use crate::engine::profile::sign::{Sign, Signs};
use crate::engine::profile::sketch::Sketch;
use crate::engine::profile::task::{Look, ProfileTask, ProfiledColumn, Said};
use crate::engine::verdict::cell;
use crate::finding::{Masked, Reveal};
use crate::source::{Batch, CellSpan};
use crate::store::KeyHasher;
use crate::value::FieldType;

/// What the cells of one column show.
#[derive(Debug, Clone, Default)]
pub(crate) struct ColumnPart {
    /// Cells with a value.
    pub(super) filled: u64,
    /// The signs that were seen, by number.
    pub(super) signs: BTreeMap<u8, Seen>,
    /// The ZIP prefixes that were seen.
    pub(super) zips: BTreeMap<u16, Seen>,
    /// Which values differ.
    pub(super) values: Sketch,
    /// How many values would hold an identifier of a kind if the site did not let it stand: by its entry and the kind.
    pub(super) allowed: BTreeMap<(u16, Identifying), u64>,
}

/// How often something was seen, and where first.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) count: u64,
    pub(super) first: First,
}

/// Where something was seen first.
#[derive(Debug, Clone)]
pub(super) struct First {
    /// The record, from 1.
    pub(super) record: u64,
    /// The physical line, from 1.
    pub(super) line: u64,
    /// The value, safe to show.
    pub(super) value: Masked,
    /// What found it where in the cell.
    pub(super) found: Option<FoundAt>,
}

/// An identifier in a cell.
#[derive(Debug, Clone, Copy)]
pub(super) struct FoundAt {
    /// What found it.
    pub(super) by: By,
    /// How certain it is.
    pub(super) tier: Tier,
    /// Its first byte, and one past its last.
    pub(super) span: (u32, u32),
}

/// What finds identifiers.
#[derive(Debug, Clone, Copy)]
pub(super) enum By {
    /// A detector or a pattern of the site, by its number.
    Detector(u8),
    /// What is known of patients.
    Known(KnownKind),
}

impl ColumnPart {
    /// Takes in the next part of the column, before which there are so many records and lines.
    pub(crate) fn merge(&mut self, next: Self, (records, lines): (u64, u64)) {
        self.filled += next.filled;
        self.values.merge(next.values);
        join(&mut self.signs, next.signs, (records, lines));
        join(&mut self.zips, next.zips, (records, lines));
        for (entry, count) in next.allowed {
            *self.allowed.entry(entry).or_default() += count;
        }
    }
}

fn join<K: Ord>(
    into: &mut BTreeMap<K, Seen>,
    next: BTreeMap<K, Seen>,
    (records, lines): (u64, u64),
) {
    for (key, mut seen) in next {
        match into.entry(key) {
            std::collections::btree_map::Entry::Occupied(mut known) => {
                known.get_mut().count += seen.count;
            }
            std::collections::btree_map::Entry::Vacant(free) => {
                seen.first.record += records;
                seen.first.line += lines;
                free.insert(seen);
            }
        }
    }
}

/// What was seen in the last values of a column: the same ones come again and again.
#[derive(Debug, Default)]
pub(crate) struct ColumnMemory {
    slots: Vec<Option<Remembered>>,
}

#[derive(Debug, Clone, Copy)]
struct Remembered {
    print: u128,
    signs: Signs,
    zip: Option<u16>,
    /// The first identifier that the site lets stand: its entry, and the kind.
    allowed: Option<(u16, Identifying)>,
    /// The hash by which the sketch knows it.
    hash: u64,
}

/// How many values of a column are remembered.
const SLOTS: usize = 256;

/// What all cells of a chunk share.
struct Looking<'l> {
    task: &'l ProfileTask,
    batch: &'l Batch,
    reveal: Reveal,
    /// The year of the audit.
    as_of_year: i32,
    /// The hasher of this run, and one that is the same in every run.
    hashers: (&'l KeyHasher, KeyHasher),
    hits: Vec<Hit>,
    /// The first identifier of the value at hand that the site lets stand.
    allowed: Option<(u16, Identifying)>,
}

/// Looks at every cell of a batch; `slots` says where the spans of a column lie.
pub(crate) fn take(
    task: &ProfileTask,
    batch: &Batch,
    (slots, spans): (&BTreeMap<usize, usize>, &[Vec<CellSpan>]),
    memories: &mut Vec<ColumnMemory>,
    hasher: &KeyHasher,
    (as_of_year, reveal): (i32, Reveal),
) -> Vec<ColumnPart> {
    memories.resize_with(task.columns.len(), ColumnMemory::default);
    let mut looking = Looking {
        task,
        batch,
        reveal,
        as_of_year,
        hashers: (hasher, KeyHasher::new([0x0005_EED0_F5A3_7C11, 1, 2, 3])),
        hits: Vec::new(),
        allowed: None,
    };
    let spans_of = |column: &ProfiledColumn| {
        slots.get(&column.column).and_then(|slot| spans.get(*slot)).map_or(&[][..], Vec::as_slice)
    };
    let mut parts: Vec<ColumnPart> = task
        .columns
        .iter()
        .zip(memories)
        .map(|(column, memory)| looking.column(column, spans_of(column), memory))
        .collect();
    if task.has_years {
        looking.years(&mut parts, &spans_of);
    }
    parts
}

impl Looking<'_> {
    fn column(
        &mut self,
        column: &ProfiledColumn,
        spans: &[CellSpan],
        memory: &mut ColumnMemory,
    ) -> ColumnPart {
        let mut part = ColumnPart::default();
        if column.look == Look::Nothing {
            let has_value =
                |span: &&CellSpan| value(column, cell(**span, &self.batch.buffer)).is_some();
            part.filled = spans.iter().filter(has_value).count() as u64;
            return part;
        }
        memory.slots.resize(SLOTS, None);
        let mut counts = [0_u64; Sign::COUNT];
        let mut last: (&[u8], Option<Remembered>) = (&[], None);
        for (row, span) in spans.iter().enumerate() {
            let raw = cell(*span, &self.batch.buffer);
            let seen = if raw == last.0 {
                last.1
            } else {
                let seen = value(column, raw).map(|text| self.remembered(column, text, memory));
                last = (raw, seen);
                seen
            };
            let Some(seen) = seen else { continue };
            part.filled += 1;
            if let Some(allowed) = seen.allowed {
                *part.allowed.entry(allowed).or_default() += 1;
            }
            for index in seen.signs.indices() {
                let count = &mut counts[usize::from(index)];
                *count += 1;
                if *count == 1 {
                    let first = self.first(column, row, raw, index);
                    part.signs.insert(index, Seen { count: 1, first });
                }
            }
            if seen.signs.indices().any(|index| index == Sign::Code.index()) {
                part.values.add(seen.hash);
            }
            if let Some(zip) = seen.zip {
                match part.zips.get_mut(&zip) {
                    Some(seen) => seen.count += 1,
                    None => {
                        let first = self.first(column, row, raw, u8::MAX);
                        part.zips.insert(zip, Seen { count: 1, first });
                    }
                }
            }
        }
        for (index, seen) in &mut part.signs {
            seen.count = counts[usize::from(*index)];
        }
        part
    }

    /// What a value shows: as it was seen before, or looked at now.
    fn remembered(
        &mut self,
        column: &ProfiledColumn,
        text: &[u8],
        memory: &mut ColumnMemory,
    ) -> Remembered {
        let print = self.hashers.0.text(text);
        let slot = usize::try_from(print % SLOTS as u128).unwrap_or(0);
        if let Some(known) = memory.slots[slot].filter(|known| known.print == print) {
            return known;
        }
        self.allowed = None;
        let (signs, zip) = self.signs(column, text);
        let allowed = self.allowed;
        let stable = self.hashers.1.text(text);
        let hash = u64::try_from(stable & u128::from(u64::MAX)).unwrap_or(0);
        let seen = Remembered { print, signs, zip, allowed, hash };
        memory.slots[slot] = Some(seen);
        seen
    }

    /// What one value shows.
    fn signs(&mut self, column: &ProfiledColumn, text: &[u8]) -> (Signs, Option<u16>) {
        let mut signs = Signs::default();
        match column.role {
            Some(Role::Zip) => {
                return match Postal::of(text) {
                    Postal::Prefix(prefix) => (signs, Some(prefix)),
                    Postal::Finer => {
                        signs.add(Sign::FineZip);
                        (signs, None)
                    }
                };
            }
            Some(Role::Coordinate) => {
                if is_coordinate(text) {
                    signs.add(Sign::Coordinate);
                }
                return (signs, None);
            }
            Some(Role::Date | Role::Birth) => {
                match Fineness::of(text, Dated::Said) {
                    Some((fineness, surety)) => {
                        signs.add(Sign::Fine(fineness, surety));
                    }
                    None if year_of(text).is_some() => {}
                    None => {
                        signs.add(Sign::NoDate);
                        self.search(column, text, &mut signs);
                    }
                }
                return (signs, None);
            }
            Some(Role::Calendar(part)) => {
                let number =
                    std::str::from_utf8(text).ok().and_then(|text| text.parse::<u32>().ok());
                match number {
                    Some(number) if number <= part.most() => {
                        signs.add(Sign::Fine(part.fineness(), Surety::Certain));
                    }
                    Some(_) => {
                        signs.add(Sign::Beyond);
                    }
                    None => {
                        if let Some((fineness, surety)) = Fineness::of(text, Dated::Said) {
                            signs.add(Sign::Fine(fineness, surety));
                        } else {
                            self.search(column, text, &mut signs);
                        }
                    }
                }
                return (signs, None);
            }
            Some(Role::Age) => {
                if is_age_over_89(text) {
                    signs.add(Sign::Over89);
                }
                if !text.iter().all(u8::is_ascii_digit) {
                    self.search(column, text, &mut signs);
                }
                return (signs, None);
            }
            Some(Role::Element(kind)) if column.said == Said::Dictionary || may_be(kind, text) => {
                signs.add(Sign::Named);
            }
            Some(Role::PersonCode) => {
                signs.add(Sign::Named);
                signs.add(Sign::Code);
            }
            _ => {}
        }
        if text.contains(&b'.') && is_position(text) {
            signs.add(Sign::Coordinate);
            return (signs, None);
        }
        if is_image(text) {
            signs.add(Sign::Picture);
            return (signs, None);
        }
        self.search(column, text, &mut signs);
        if column.look == Look::All && column.role != Some(Role::Amount) {
            let plain = matches!(column.role, None | Some(Role::Code | Role::Year));
            if plain && let Some((fineness, surety)) = Fineness::of(text, Dated::NotSaid) {
                signs.add(Sign::Fine(fineness, surety));
            }
            if column.role.is_none()
                && text.len() == 4
                && let Some(year) = year_of(text).and_then(|year| i32::try_from(year).ok())
            {
                signs.add(Sign::YearShape);
                if self.as_of_year - year > 90 {
                    signs.add(Sign::OldYearShape);
                }
            }
            if matches!(column.role, None | Some(Role::Code)) && is_code(text) {
                signs.add(Sign::Code);
            }
        }
        (signs, None)
    }

    /// Looks for identifiers in a value.
    fn search(&mut self, column: &ProfiledColumn, text: &[u8], signs: &mut Signs) {
        if text.len() < SHORTEST {
            return;
        }
        self.hits.clear();
        self.task.finder.scan(text, &column.context, self.task.fictional, &mut self.hits);
        for hit in &self.hits {
            let Some(Some(kind)) = self.task.kinds.get(usize::from(hit.detector)) else { continue };
            let kind = match (*kind, column.role) {
                (Identifying::Phones, Some(Role::Element(Identifying::Faxes))) => {
                    Identifying::Faxes
                }
                (kind, _) => kind,
            };
            if let Some(allowed) = hit.allowed {
                if allowed.from <= Tier::B {
                    self.allowed.get_or_insert((allowed.entry, kind));
                }
                continue;
            }
            let whole = hit.end - hit.start >= u32::try_from(text.len()).unwrap_or(u32::MAX);
            // `patient id` is a label of record numbers, but what stands below it may be any code.
            let by_name = matches!(column.role, Some(Role::PersonCode | Role::Code)) && whole;
            if by_name && self.task.of_records.contains(&hit.detector) {
                continue;
            }
            let guesses = column.look == Look::All && column.role != Some(Role::Amount) && whole;
            let sign = match (hit.tier, kind) {
                (Tier::A | Tier::B, Identifying::Dates) => {
                    Sign::Fine(Fineness::Day, Surety::Certain)
                }
                (_, Identifying::Dates | Identifying::Places) if hit.tier > Tier::B => continue,
                (Tier::A | Tier::B, kind) => Sign::Certain(kind),
                (Tier::C, kind) if guesses => Sign::Likely(kind),
                (
                    Tier::D,
                    Identifying::Ssns
                    | Identifying::Phones
                    | Identifying::RecordNumbers
                    | Identifying::Accounts,
                ) if guesses => Sign::Shape(kind),
                _ => continue,
            };
            signs.add(sign);
        }
    }

    /// Where a sign was seen first.
    fn first(&mut self, column: &ProfiledColumn, row: usize, raw: &[u8], index: u8) -> First {
        let text = value(column, raw).unwrap_or(raw);
        self.hits.clear();
        self.task.finder.scan(text, &column.context, self.task.fictional, &mut self.hits);
        let sign_of = |hit: &&Hit| {
            if hit.allowed.is_some() {
                return false;
            }
            let kind = self.task.kinds.get(usize::from(hit.detector)).copied().flatten();
            kind.is_some_and(|kind| {
                let of = match hit.tier {
                    Tier::A | Tier::B if kind == Identifying::Dates => {
                        Sign::Fine(Fineness::Day, Surety::Certain)
                    }
                    Tier::A | Tier::B => Sign::Certain(kind),
                    Tier::C => Sign::Likely(kind),
                    Tier::D => Sign::Shape(kind),
                };
                of.index() == index
            })
        };
        let offset = raw.len() - raw.trim_ascii_start().len();
        let offset = u32::try_from(offset).unwrap_or(0);
        let found = self.hits.iter().find(sign_of).map(|hit| FoundAt {
            by: By::Detector(hit.detector),
            tier: hit.tier,
            span: (hit.start + offset, hit.end + offset),
        });
        let value = shown(text, self.reveal);
        First { record: self.batch.ordinal(row) + 1, line: self.batch.line(row) + 1, value, found }
    }

    /// Looks for years that show an age over 89, each held against the latest other year of its row, or that of
    /// the audit where the row has none.
    fn years<'s>(
        &mut self,
        parts: &mut [ColumnPart],
        spans_of: &dyn Fn(&ProfiledColumn) -> &'s [CellSpan],
    ) {
        let task = self.task;
        let of_years: Vec<(usize, &ProfiledColumn, &[CellSpan])> = task
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| {
                matches!(column.role, Some(Role::Birth | Role::Year | Role::Date))
            })
            .map(|(number, column)| (number, column, spans_of(column)))
            .collect();
        let mut years: Vec<Option<i32>> = vec![None; of_years.len()];
        for row in 0..self.batch.rows {
            for (year, (_, column, spans)) in years.iter_mut().zip(&of_years) {
                let raw = spans.get(row).map_or(&[][..], |span| cell(*span, &self.batch.buffer));
                let text = value(column, raw);
                *year = text.and_then(year_of).and_then(|year| i32::try_from(year).ok());
            }
            for (nth, (number, column, spans)) in of_years.iter().enumerate() {
                let Some(year) = years[nth] else { continue };
                let others = years.iter().enumerate().filter(|(other, _)| *other != nth);
                let latest = others.filter_map(|(_, year)| *year).max().unwrap_or(self.as_of_year);
                let sign = match latest - year {
                    91.. => Sign::OldYear,
                    90 => Sign::MaybeOldYear,
                    _ => continue,
                };
                match parts[*number].signs.get_mut(&sign.index()) {
                    Some(seen) => seen.count += 1,
                    None => {
                        let raw =
                            spans.get(row).map_or(&[][..], |span| cell(*span, &self.batch.buffer));
                        let first = self.first(column, row, raw, sign.index());
                        parts[*number].signs.insert(sign.index(), Seen { count: 1, first });
                    }
                }
            }
        }
    }
}

/// No identifier is shorter.
const SHORTEST: usize = 5;
/// A code is no longer, and none of the many short ones.
const CODE: std::ops::RangeInclusive<usize> = 4..=80;

/// A value, as safe to show as is asked.
pub(super) fn shown(text: &[u8], reveal: Reveal) -> Masked {
    if reveal >= Reveal::Values {
        Masked::revealed(text, reveal)
    } else {
        Masked::value(text, FieldType::Text)
    }
}

/// The value in a cell, without blanks around it; `None` where it is missing or was taken out.
pub(super) fn value<'t>(column: &ProfiledColumn, raw: &'t [u8]) -> Option<&'t [u8]> {
    let text = raw.trim_ascii();
    let missing =
        text.is_empty() || column.nulls.iter().any(|null| **null == *text) || is_placeholder(text);
    (!missing).then_some(text)
}

/// Whether a value can be what the header says: flags and counts about an element are none.
fn may_be(kind: Identifying, text: &[u8]) -> bool {
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = text.iter().any(|byte| byte.is_ascii_alphabetic() || !byte.is_ascii());
    match kind {
        _ if is_truth(text) => false,
        Identifying::Names => letters && digits == 0,
        Identifying::Addresses => letters || digits >= 3,
        Identifying::Places => letters || digits >= 3,
        Identifying::Phones | Identifying::Faxes => digits >= 7,
        Identifying::Emails => text.contains(&b'@'),
        Identifying::Ssns => digits >= 4,
        Identifying::Urls => text.contains(&b'.'),
        Identifying::IpAddresses => text.contains(&b'.') || text.contains(&b':'),
        Identifying::RecordNumbers
        | Identifying::PlanNumbers
        | Identifying::Accounts
        | Identifying::Licences
        | Identifying::Vehicles
        | Identifying::Devices => digits > 0 && text.len() >= 3,
        _ => true,
    }
}

/// Whether a value has the shape of a number or code: digits, no blank, no decimal point.
fn is_code(text: &[u8]) -> bool {
    CODE.contains(&text.len())
        && text.iter().any(u8::is_ascii_digit)
        && text.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'/' | b'{' | b'}')
        })
}
