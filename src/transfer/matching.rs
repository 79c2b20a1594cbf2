//! Records brought together: by their keys, and where the key itself was harmed by what is left of it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::store::{Budget, KeyHasher, Partitions, RowSorter, Rows};
use crate::transfer::difference::one_line_end;
use crate::transfer::read::{self, AgainChunk, Records, Run, SideRead, Spot, Wanted};
use crate::transfer::set::{Set, Side};
use crate::transfer::{moment, number};

/// Marks a record that was received, in the place that it is stored under.
const RECEIVED: u64 = 1 << 63;
/// Marks a record without a key.
const KEYLESS: u64 = 1 << 62;
/// Marks a record of another width than the header.
const MISFIT: u64 = 1 << 61;
const MARKS: u64 = RECEIVED | KEYLESS | MISFIT;

/// Bytes of a record in the store: its marked spot, and the hash of all it says.
const ROW: usize = 16;

/// What a comparison works with.
#[derive(Clone)]
pub(super) struct Bench<'r, 'h> {
    pub(super) run: Run<'r, 'h>,
    pub(super) hasher: KeyHasher,
    pub(super) budget: Arc<Budget>,
}

impl Bench<'_, '_> {
    fn rows(&self, width: usize) -> Rows {
        Rows::of_fingerprints(width, Arc::clone(&self.budget), self.run.options.temp_dir.clone())
    }

    pub(super) fn sorter<const WIDTH: usize>(&self) -> RowSorter<WIDTH> {
        RowSorter::new(Arc::clone(&self.budget), self.run.options.temp_dir.clone())
    }
}

/// Which records belong together, and which stand alone.
pub(super) struct Matched {
    /// Arrived as sent.
    pub(super) unaltered: u64,
    /// Places of records that differ: sent, received.
    pub(super) pairs: RowSorter<16>,
    pub(super) missing: RowSorter<8>,
    pub(super) missing_count: u64,
    pub(super) extra: RowSorter<8>,
    pub(super) extra_count: u64,
    /// Surplus copies, each with how many were sent and how many arrived.
    pub(super) repeated: RowSorter<16>,
    pub(super) repeated_count: u64,
    /// Without a key and without a twin, on each side.
    unkeyed: [RowSorter<8>; 2],
    pub(super) keyless: [u64; 2],
    /// The last record of each sent file that arrived, plus one; nothing: none.
    pub(super) arrived: Vec<u64>,
}

/// What the columns of a record set are for.
struct Plan<'s> {
    set: &'s Set,
    /// Columns that both sides have.
    common: Vec<usize>,
    /// Those of them that are not part of the key.
    rest: Vec<usize>,
}

impl<'s> Plan<'s> {
    fn new(set: &'s Set) -> Self {
        let common: Vec<usize> =
            (0..set.columns.len()).filter(|column| set.columns[*column].on == [true; 2]).collect();
        let rest = common.iter().copied().filter(|column| !set.key.contains(column)).collect();
        Self { set, common, rest }
    }
}

/// A factor of hashes that are added up in order.
const STEP: u128 = 0xA5A3_5625_E2FE_4EB1_9E37_79B9_7F4A_7C15;

/// Adds the next cell to the hash of a record.
#[inline]
fn chained(hash: u128, cell: u128) -> u128 {
    hash.wrapping_mul(STEP).wrapping_add(cell)
}

#[inline]
#[expect(clippy::cast_possible_truncation, reason = "half of a hash is a hash")]
fn half(hash: u128) -> u64 {
    (hash ^ hash >> 64) as u64
}

/// Whether a cell may hold a line end that is written in more than one way.
#[inline]
fn hash_cell(hasher: &KeyHasher, cell: &[u8], breaks: bool) -> u128 {
    if breaks && memchr::memchr(b'\r', cell).is_some() {
        return hasher.text(&one_line_end(cell));
    }
    hasher.text(cell)
}

/// What a chunk gives to the store.
struct Hashed {
    keys: Vec<u128>,
    hashes: Vec<u64>,
    ordinals: Vec<u64>,
    keyless: Vec<u32>,
    /// How many records of another width stand at the end.
    misfits: usize,
}

fn hash(plan: &Plan<'_>, hasher: &KeyHasher, records: &Records<'_>, side: Side) -> Hashed {
    let rows = records.rows();
    let breaks = records.batch.quoted;
    let mut whole = vec![0_u128; rows];
    for &column in &plan.common {
        for (row, hash) in whole.iter_mut().enumerate() {
            *hash = chained(*hash, hash_cell(hasher, records.cell(column, row), breaks));
        }
    }
    let mut keys = vec![0_u128; rows];
    let mut keyless = Vec::new();
    if plan.set.key.is_empty() {
        // The whole record is its own key, spread like one.
        keys.iter_mut().zip(&whole).for_each(|(key, hash)| *key = hasher.text(&hash.to_le_bytes()));
    } else {
        for &column in &plan.set.key {
            for (row, key) in keys.iter_mut().enumerate() {
                *key = chained(*key, hash_cell(hasher, records.cell(column, row), breaks));
            }
        }
        for (row, key) in keys.iter_mut().enumerate() {
            let mut parts = plan.set.key.iter().map(|column| records.cell(*column, row));
            if parts.all(|part| part.trim_ascii().is_empty()) {
                keyless.push(u32::try_from(row).unwrap_or(u32::MAX));
                *key = hasher.text(&whole[row].to_le_bytes());
            } else if plan.set.key.len() > 1 {
                *key = hasher.text(&key.to_le_bytes());
            }
        }
    }
    let mut ordinals: Vec<u64> = (0..rows).map(|row| records.ordinal(row)).collect();
    let mut misfits = 0;
    // What was sent in a form that nobody can read is the sender's to mend.
    if side == Side::Received && !plan.set.key.is_empty() {
        for row in rows..rows + records.batch.misfits.len() {
            if let Some(key) = key_of_misfit(plan, hasher, records, row) {
                keys.push(key);
                whole.push(0);
                ordinals.push(records.ordinal(row));
                misfits += 1;
            }
        }
    }
    Hashed { keys, hashes: whole.into_iter().map(half).collect(), ordinals, keyless, misfits }
}

/// The key of a record of another width, where its fields reach so far: it may be that of a record that was sent.
fn key_of_misfit(
    plan: &Plan<'_>,
    hasher: &KeyHasher,
    records: &Records<'_>,
    row: usize,
) -> Option<u128> {
    let misfit = records.misfit(row)?;
    let (mut key, mut says) = (0, false);
    for &column in &plan.set.key {
        if !records.reaches(misfit, column) {
            return None;
        }
        let cell = records.cell(column, row);
        says |= !cell.trim_ascii().is_empty();
        key = chained(key, hash_cell(hasher, cell, true));
    }
    if plan.set.key.len() > 1 {
        key = hasher.text(&key.to_le_bytes());
    }
    says.then_some(key)
}

/// Reads both sides of a record set and brings their records together.
pub(super) fn gather(set: &Set, bench: &Bench<'_, '_>) -> io::Result<(Partitions, [SideRead; 2])> {
    let plan = Plan::new(set);
    let rows = bench.rows(ROW);
    let mut sides = Vec::with_capacity(2);
    for side in Side::BOTH {
        let mark = if side == Side::Received { RECEIVED } else { 0 };
        let mut bytes = Vec::new();
        let read = read::read(
            &set.files[side.index()],
            bench.run,
            &|_, records| hash(&plan, &bench.hasher, records, side),
            &mut |chunk, hashed: Hashed| {
                bytes.clear();
                let mut keyless = hashed.keyless.iter().peekable();
                let sound = hashed.keys.len() - hashed.misfits;
                for (row, (hash, ordinal)) in
                    (0_u32..).zip(hashed.hashes.iter().zip(&hashed.ordinals))
                {
                    let without = keyless.next_if(|other| **other == row).is_some();
                    let odd = row as usize >= sound;
                    let spot = Spot::new(chunk, *ordinal).0
                        | mark
                        | if without { KEYLESS } else { 0 }
                        | if odd { MISFIT } else { 0 };
                    bytes.extend_from_slice(&spot.to_be_bytes());
                    bytes.extend_from_slice(&hash.to_be_bytes());
                }
                rows.add(&hashed.keys, &bytes)
            },
        )?;
        sides.push(read);
    }
    let sides: [SideRead; 2] =
        sides.try_into().map_err(|_| io::Error::other("a transfer has two sides"))?;
    Ok((rows.partitions()?, sides))
}

/// Whether no two records that were sent have the same key, and none is without.
pub(super) fn tells_apart(partitions: &Partitions) -> io::Result<bool> {
    let apart = AtomicBool::new(true);
    partitions.lookups(&|lookup| {
        for (_, rows) in lookup.groups() {
            let spots = rows.filter_map(|row| lookup.row(row).first_chunk::<8>());
            let sent =
                spots.map(|spot| u64::from_be_bytes(*spot)).filter(|spot| spot & RECEIVED == 0);
            let (count, keyless) = sent.fold((0, false), |(count, keyless), spot| {
                (count + 1, keyless || spot & KEYLESS != 0)
            });
            if count > 1 || keyless {
                apart.store(false, Ordering::Relaxed);
                break;
            }
        }
        Ok(())
    })?;
    Ok(apart.into_inner())
}

/// A record of a group: its place and the hash of all it says.
type Said = (u64, u64);

/// What one group of records with the same key comes to.
#[derive(Default)]
struct Settled {
    unaltered: u64,
    pairs: Vec<[u8; 16]>,
    missing: Vec<[u8; 8]>,
    extra: Vec<[u8; 8]>,
    repeated: Vec<[u8; 16]>,
    /// Without a key, on each side.
    unkeyed: [Vec<[u8; 8]>; 2],
}

/// Two numbers as a row.
pub(super) fn two(first: u64, second: u64) -> [u8; 16] {
    let mut row = [0; 16];
    row[..8].copy_from_slice(&first.to_be_bytes());
    row[8..].copy_from_slice(&second.to_be_bytes());
    row
}

/// The two numbers of a row.
pub(super) fn both(row: [u8; 16]) -> (u64, u64) {
    let (words, _) = row.as_chunks::<8>();
    let word = |at: usize| words.get(at).map_or(0, |word| u64::from_be_bytes(*word));
    (word(0), word(1))
}

impl Settled {
    /// Settles a group: what is the same is paired first, then what differs, in the order of both sides; a record of
    /// another width, of those in `misfits`, belongs to one that nothing else belongs to.
    fn settle(
        &mut self,
        sent: &mut [Said],
        received: &mut [Said],
        misfits: &mut [u64],
        keyless: bool,
        arrived: &mut dyn FnMut(u64),
    ) {
        if let ([(spot, one)], [(_, other)]) = (&*sent, &*received)
            && one == other
        {
            self.unaltered += 1;
            arrived(*spot);
            return;
        }
        let by_text = |(spot, hash): &Said| (*hash, *spot);
        sent.sort_unstable_by_key(by_text);
        received.sort_unstable_by_key(by_text);
        let (mut one, mut other) = (0, 0);
        let (mut left_sent, mut left_received): (Vec<u64>, Vec<u64>) = (Vec::new(), Vec::new());
        while let (Some(mine), Some(theirs)) = (sent.get(one), received.get(other)) {
            match mine.1.cmp(&theirs.1) {
                std::cmp::Ordering::Equal => {
                    self.unaltered += 1;
                    arrived(mine.0);
                    one += 1;
                    other += 1;
                }
                std::cmp::Ordering::Less => {
                    left_sent.push(mine.0);
                    one += 1;
                }
                std::cmp::Ordering::Greater => {
                    left_received.push(theirs.0);
                    other += 1;
                }
            }
        }
        left_sent.extend(sent.get(one..).unwrap_or_default().iter().map(|(spot, _)| *spot));
        left_received
            .extend(received.get(other..).unwrap_or_default().iter().map(|(spot, _)| *spot));
        left_sent.sort_unstable();
        left_received.sort_unstable();
        let pairs = if keyless { 0 } else { left_sent.len().min(left_received.len()) };
        for (mine, theirs) in left_sent.iter().zip(&left_received).take(pairs) {
            arrived(*mine);
            self.pairs.push(two(*mine, *theirs));
        }
        misfits.sort_unstable();
        let mut misfits = misfits.iter();
        for mine in left_sent.iter().skip(pairs) {
            if keyless {
                self.unkeyed[0].push(mine.to_be_bytes());
            } else if let Some(theirs) = misfits.next() {
                arrived(*mine);
                self.pairs.push(two(*mine, *theirs));
            } else {
                self.missing.push(mine.to_be_bytes());
            }
        }
        for theirs in left_received.iter().skip(pairs) {
            if !sent.is_empty() {
                let count = |group: &[Said]| u32::try_from(group.len()).unwrap_or(u32::MAX);
                let counts = u64::from(count(sent)) << 32 | u64::from(count(received));
                self.repeated.push(two(*theirs, counts));
            } else if keyless {
                self.unkeyed[1].push(theirs.to_be_bytes());
            } else {
                self.extra.push(theirs.to_be_bytes());
            }
        }
    }
}

/// Settles every group of records with the same key.
pub(super) fn settle(
    partitions: &Partitions,
    set: &Set,
    sides: &[SideRead; 2],
    bench: &Bench<'_, '_>,
) -> io::Result<Matched> {
    let mut matched = Matched::new(set, bench);
    let arrived: Vec<AtomicU64> = set.files[0].iter().map(|_| AtomicU64::new(0)).collect();
    let file = |spot: u64| sides[0].chunks.get(Spot(spot).chunk()).map(|chunk| chunk.file);
    let [unaltered, missing, extra, repeated, keyless_sent, keyless_received] =
        [const { AtomicU64::new(0) }; 6];
    let add = |to: &AtomicU64, count: u64| to.fetch_add(count, Ordering::Relaxed);
    let hand_over = |settled: &mut Settled| -> io::Result<()> {
        add(&unaltered, std::mem::take(&mut settled.unaltered));
        add(&keyless_sent, settled.unkeyed[0].len() as u64);
        add(&keyless_received, settled.unkeyed[1].len() as u64);
        add(&missing, settled.missing.len() as u64);
        add(&extra, settled.extra.len() as u64);
        add(&repeated, settled.repeated.len() as u64);
        matched.pairs.push_all(&settled.pairs)?;
        matched.missing.push_all(&settled.missing)?;
        matched.extra.push_all(&settled.extra)?;
        matched.repeated.push_all(&settled.repeated)?;
        for (all, some) in matched.unkeyed.iter().zip(&mut settled.unkeyed) {
            all.push_all(some)?;
            some.clear();
        }
        settled.pairs.clear();
        settled.missing.clear();
        settled.extra.clear();
        settled.repeated.clear();
        Ok(())
    };
    partitions.lookups(&|lookup| {
        let mut settled = Settled::default();
        let (mut sent, mut received): (Vec<Said>, Vec<Said>) = (Vec::new(), Vec::new());
        let mut misfits: Vec<u64> = Vec::new();
        let mut highest = vec![0_u64; arrived.len()];
        for (number, (_, rows)) in lookup.groups().enumerate() {
            sent.clear();
            received.clear();
            misfits.clear();
            let mut keyless = false;
            for row in rows {
                let Some(row) = lookup.row(row).first_chunk::<ROW>() else { continue };
                let (spot, hash) = both(*row);
                if spot & MISFIT != 0 {
                    misfits.push(spot & !MARKS);
                    continue;
                }
                keyless = spot & KEYLESS != 0;
                let side = if spot & RECEIVED == 0 { &mut sent } else { &mut received };
                side.push((spot & !MARKS, hash));
            }
            settled.settle(&mut sent, &mut received, &mut misfits, keyless, &mut |spot| {
                if let Some(highest) = file(spot).and_then(|file| highest.get_mut(file)) {
                    *highest = (*highest).max(spot + 1);
                }
            });
            if number % 4096 == 4095 {
                hand_over(&mut settled)?;
            }
        }
        for (all, highest) in arrived.iter().zip(highest) {
            all.fetch_max(highest, Ordering::Relaxed);
        }
        hand_over(&mut settled)
    })?;
    matched.unaltered = unaltered.into_inner();
    matched.missing_count = missing.into_inner();
    matched.extra_count = extra.into_inner();
    matched.repeated_count = repeated.into_inner();
    matched.keyless = [keyless_sent.into_inner(), keyless_received.into_inner()];
    matched.arrived = arrived.into_iter().map(AtomicU64::into_inner).collect();
    Ok(matched)
}

impl Matched {
    fn new(set: &Set, bench: &Bench<'_, '_>) -> Self {
        Self {
            unaltered: 0,
            pairs: bench.sorter(),
            missing: bench.sorter(),
            missing_count: 0,
            extra: bench.sorter(),
            extra_count: 0,
            repeated: bench.sorter(),
            repeated_count: 0,
            unkeyed: [bench.sorter(), bench.sorter()],
            keyless: [0; 2],
            arrived: vec![0; set.files[0].len()],
        }
    }

    /// Looks once more at records that seem to be missing and records that nobody seems to have sent: a key that lost
    /// its zeros is nobody's. They belong together where one of each side, and no other, has the same key in another
    /// form, or says the same in all other columns, to the letter or but for its form, or says the same in other columns
    /// than before.
    pub(super) fn look_again(
        mut self,
        set: &Set,
        sides: &[SideRead; 2],
        bench: &Bench<'_, '_>,
    ) -> io::Result<Self> {
        let [sent, received] = self.keyless;
        if self.missing_count + sent == 0 || self.extra_count + received == 0 {
            return Ok(self);
        }
        let plan = Plan::new(set);
        let mut rows = bench.rows(ALIKE);
        let missing = std::mem::replace(&mut self.missing, bench.sorter());
        let extra = std::mem::replace(&mut self.extra, bench.sorter());
        let unkeyed = std::mem::replace(&mut self.unkeyed, [bench.sorter(), bench.sorter()]);
        for (side, (keyed, unkeyed)) in
            Side::BOTH.into_iter().zip([missing, extra].into_iter().zip(unkeyed))
        {
            for (sorter, without) in [(keyed, 0), (unkeyed, KEYLESS)] {
                let mark = without | if side == Side::Received { RECEIVED } else { 0 };
                let wanted = sorter.finish()?.map(|row| {
                    row.map(|row| Wanted { spot: Spot(u64::from_be_bytes(row)), about: () })
                });
                read::again(
                    (&set.files[side.index()], &sides[side.index()]),
                    bench.run,
                    wanted,
                    &|chunk| alike(&plan, &bench.hasher, chunk, mark),
                    &mut |(keys, bytes): (Vec<u128>, Vec<u8>)| rows.add(&keys, &bytes),
                )?;
            }
        }
        let left = Left::default();
        for by in 0..WAYS {
            let next = bench.rows(ALIKE);
            self.pair_up(&rows.partitions()?, &left, Some((&next, &bench.hasher, by)))?;
            rows = next;
        }
        self.pair_up(&rows.partitions()?, &left, None)?;
        let Left { missing, extra, repeated, keyless } = left;
        self.missing_count = missing.into_inner();
        self.extra_count = extra.into_inner();
        self.repeated_count += repeated.into_inner();
        self.keyless = keyless.map(AtomicU64::into_inner);
        Ok(self)
    }

    /// Pairs records that are the only ones of their side under a key; the others go on to be looked at by another.
    fn pair_up(
        &self,
        partitions: &Partitions,
        left: &Left,
        next: Option<(&Rows, &KeyHasher, usize)>,
    ) -> io::Result<()> {
        partitions.lookups(&|lookup| {
            let mut settled = Settled::default();
            let (mut keys, mut bytes) = (Vec::new(), Vec::new());
            let mut sides: [Vec<Words>; 2] = [Vec::new(), Vec::new()];
            for (_, rows) in lookup.groups() {
                sides.iter_mut().for_each(Vec::clear);
                for number in rows {
                    let (chunks, _) = lookup.row(number).as_chunks::<8>();
                    let words: Words = std::array::from_fn(|at| {
                        chunks.get(at).map_or(0, |word| u64::from_be_bytes(*word))
                    });
                    sides[usize::from(words[0] & RECEIVED != 0)].push(words);
                }
                let [sent, received] = &mut sides;
                if settled.pair(sent, received) {
                    continue;
                }
                for words in sides.iter().flatten() {
                    match next {
                        Some((_, hasher, by)) => {
                            // What says too little to be known by it keeps its place alone.
                            let word = if words[1 + by] == 0 { words[0] } else { words[1 + by] };
                            keys.push(hasher.text(&word.to_le_bytes()));
                            words.iter().for_each(|word| {
                                bytes.extend_from_slice(&word.to_be_bytes());
                            });
                        }
                        None => settled.leave(words[0]),
                    }
                }
            }
            if let Some((next, ..)) = next {
                next.add(&keys, &bytes)?;
            }
            left.add(&settled);
            self.pairs.push_all(&settled.pairs)?;
            self.missing.push_all(&settled.missing)?;
            self.extra.push_all(&settled.extra)?;
            self.repeated.push_all(&settled.repeated)
        })
    }
}

/// Ways to know a record whose key is harmed, beside the key itself.
const WAYS: usize = 3;

/// A record that is looked at again: its marked spot, and a hash for each way to know it; 0 says that there is too
/// little to know it by.
type Words = [u64; 1 + WAYS];

/// Bytes of such a record in the store.
const ALIKE: usize = size_of::<Words>();

/// Records that found none of the other side.
#[derive(Default)]
struct Left {
    missing: AtomicU64,
    extra: AtomicU64,
    repeated: AtomicU64,
    keyless: [AtomicU64; 2],
}

impl Left {
    fn add(&self, settled: &Settled) {
        let add = |to: &AtomicU64, some: usize| to.fetch_add(some as u64, Ordering::Relaxed);
        add(&self.missing, settled.missing.len());
        add(&self.extra, settled.extra.len());
        add(&self.repeated, settled.repeated.len());
        for (all, some) in self.keyless.iter().zip(&settled.unkeyed) {
            add(all, some.len());
        }
    }
}

impl Settled {
    /// Pairs a group if there is one record of each side, or copies that say one and the same.
    fn pair(&mut self, sent: &mut [Words], received: &mut [Words]) -> bool {
        let copies = |side: &[Words]| {
            side.windows(2).all(|two| two[0][WAYS] == two[1][WAYS] && two[0][WAYS] != 0)
        };
        if sent.is_empty() || received.is_empty() || !copies(sent) || !copies(received) {
            return false;
        }
        sent.sort_unstable();
        received.sort_unstable();
        let counts = (sent.len() as u64) << 32 | received.len() as u64;
        for (mine, theirs) in sent.iter().zip(received.iter()) {
            self.pairs.push(two(mine[0] & !MARKS, theirs[0] & !MARKS));
        }
        for mine in sent.iter().skip(received.len()) {
            self.leave(mine[0]);
        }
        for theirs in received.iter().skip(sent.len()) {
            self.repeated.push(two(theirs[0] & !MARKS, counts));
        }
        true
    }

    /// Leaves a record alone.
    fn leave(&mut self, marked: u64) {
        let side = usize::from(marked & RECEIVED != 0);
        let spot = (marked & !MARKS).to_be_bytes();
        match (marked & KEYLESS != 0, side) {
            (true, side) => self.unkeyed[side].push(spot),
            (false, 0) => self.missing.push(spot),
            (false, _) => self.extra.push(spot),
        }
    }
}

/// Text of other columns by which a record can be known, in bytes, and in how many of them.
const TELLING: usize = 12;
const TELLING_CELLS: usize = 2;

/// The keys and the rows of records that are looked at again.
fn alike(
    plan: &Plan<'_>,
    hasher: &KeyHasher,
    chunk: &AgainChunk<'_, ()>,
    mark: u64,
) -> io::Result<(Vec<u128>, Vec<u8>)> {
    let (mut keys, mut bytes) = (Vec::new(), Vec::new());
    let by: &[usize] = if plan.set.key.is_empty() { &plan.common } else { &plan.set.key };
    for again in chunk.each() {
        let again = again?;
        let cell = |column: usize| one_line_end(again.records.cell(column, again.row));
        let loose = |columns: &[usize], form: &dyn Fn(&[u8]) -> String| {
            columns
                .iter()
                .fold(0, |hash, column| chained(hash, hasher.text(form(&cell(*column)).as_bytes())))
        };
        let marked = again.spot.0 | mark;
        let key = if mark & KEYLESS == 0 { loose(by, &folded) } else { u128::from(marked) };
        let telling = |columns: &[usize]| {
            let cells = columns.iter().map(|column| cell(*column).len()).filter(|len| *len > 0);
            let (count, bytes) = cells.fold((0, 0), |(count, bytes), len| (count + 1, bytes + len));
            count >= TELLING_CELLS && bytes >= TELLING
        };
        let (mut rest, mut form, mut mixed) = (0_u128, 0_u128, 0_u128);
        if telling(&plan.rest) && !plan.set.key.is_empty() {
            let cells = plan.rest.iter().map(|column| hasher.text(&cell(*column)));
            rest = cells.fold(0, chained);
            form = loose(&plan.rest, &rounded);
        }
        if telling(&plan.common) {
            let cells =
                plan.common.iter().map(|column| cell(*column)).filter(|cell| !cell.is_empty());
            mixed = cells.fold(0, |sum, cell| sum.wrapping_add(hasher.text(&cell)));
        }
        keys.push(hasher.text(&key.to_le_bytes()));
        for word in [marked, half(rest), half(form), half(mixed)] {
            bytes.extend_from_slice(&word.to_be_bytes());
        }
    }
    Ok((keys, bytes))
}

/// A text as it is compared when only its form may have changed.
fn folded(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = text.trim();
    if let Some(moment) = moment::readings(text).first().filter(|_| text.len() != 8) {
        return format!("{moment:?}");
    }
    let text = text.strip_suffix(".0").unwrap_or(text);
    let letters =
        text.chars().filter(char::is_ascii_alphanumeric).map(|char| char.to_ascii_lowercase());
    let letters: String = letters.collect();
    letters.trim_start_matches('0').to_owned()
}

/// A text as it is compared when a spreadsheet may have rewritten it beside: dates without their times, long numbers
/// by their first digits.
fn rounded(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = text.trim();
    if let Some(day) = moment::day(text) {
        return format!("day {}", day.0);
    }
    match number::rounded(text) {
        Some(number) => number,
        None => folded(text.as_bytes()),
    }
}
