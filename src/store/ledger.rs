//! Fingerprints of findings that a later run finds again: a file in order, looked up where it lies.

use std::fmt;
use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::scratch::read_at;

/// The fingerprints of an earlier run, rule by rule, each list in ascending order.
///
/// However many there are, memory holds one of every 64 of them and three bits of each. What was seen again is marked,
/// from several threads at once.
pub struct Ledger {
    bytes: Bytes,
    /// The place of the first fingerprint.
    start: u64,
    about: LedgerAbout,
    sections: Vec<Range<u64>>,
    /// The first fingerprint of each block.
    heads: Vec<u128>,
    /// Fingerprints that are those before them.
    repeats: Vec<u64>,
    seen: Vec<AtomicU64>,
    doubted: Vec<AtomicU64>,
    /// Whether it could not be read when something was looked up.
    broken: AtomicBool,
    digest: String,
}

/// Where the fingerprints lie.
enum Bytes {
    File(File),
    Memory(Vec<u8>),
}

/// What a ledger says of itself, at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerAbout {
    /// The name of the site's key.
    pub site_key_name: String,
    /// The lists, in the order of the file.
    pub sections: Vec<LedgerSection>,
}

/// One list of fingerprints.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LedgerSection {
    /// The rule whose findings they are.
    pub rule: String,
    /// Whether the findings are open or waived, or the records could not be judged.
    pub standing: LedgerStanding,
    /// How many there are; a fingerprint that stands for two findings is there twice.
    pub count: u64,
}

/// How the findings of a list stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LedgerStanding {
    /// Open, or known from a baseline.
    Open,
    /// Under a waiver.
    Waived,
    /// None: the records could not be judged, so that nothing can be said of findings of an earlier run.
    Unjudged,
}

impl LedgerStanding {
    /// Each, in the order of the lists of a rule.
    pub const ALL: [Self; 3] = [Self::Open, Self::Waived, Self::Unjudged];
}

/// What became of the fingerprints of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct LedgerTally {
    /// All of them.
    pub count: u64,
    /// Those that were seen again.
    pub seen: u64,
    /// Those whose record is there, and could not be judged.
    pub doubted: u64,
}

/// Why a file is no ledger.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// It cannot be read.
    #[error("it cannot be read: {}", .0.kind())]
    Read(#[from] io::Error),
    /// It does not begin or end like one.
    #[error("it is no file of fingerprints, or not a whole one")]
    Form,
    /// Its lists are not in order.
    #[error("its fingerprints are not in order")]
    Order,
}

/// What a ledger begins with.
pub(super) const MAGIC: &[u8] = b"chartaudit.fingerprints/1\n";
/// Bytes of a fingerprint.
const PRINT: u64 = 16;
/// Fingerprints of a block.
const BLOCK: u64 = 64;
/// Bytes read to find a fingerprint: a block and the first one of the next.
const READ: usize = 65 * 16;
/// Bytes of what a ledger says of itself at most.
const MOST_ABOUT: u64 = 16 << 20;
/// Fingerprints read at once where all are read.
const STRETCH: u64 = 1 << 12;

impl Ledger {
    /// Opens a ledger, and reads it once to be sure that it is whole and in order.
    ///
    /// # Errors
    /// If it is not.
    pub fn open(file: File) -> Result<Self, LedgerError> {
        let length = file.metadata()?.len();
        Self::read(Bytes::File(file), length)
    }

    /// A ledger of fingerprints that are in memory already: for each rule those of its findings.
    ///
    /// # Errors
    /// Never; the reader's error is passed on all the same.
    pub fn of(about: &LedgerAbout, lists: &[Vec<u128>]) -> Result<Self, LedgerError> {
        let mut bytes = MAGIC.to_vec();
        for list in lists {
            let mut list = list.clone();
            list.sort_unstable();
            list.iter().for_each(|print| bytes.extend(print.to_be_bytes()));
        }
        append_about(&mut bytes, about)?;
        let length = bytes.len() as u64;
        Self::read(Bytes::Memory(bytes), length)
    }

    fn read(bytes: Bytes, length: u64) -> Result<Self, LedgerError> {
        let start = MAGIC.len() as u64;
        let mut magic = vec![0; MAGIC.len()];
        let mut size = [0; 8];
        if length < start + 8 {
            return Err(LedgerError::Form);
        }
        bytes.read(0, &mut magic)?;
        bytes.read(length - 8, &mut size)?;
        let size = u64::from_be_bytes(size);
        if magic != MAGIC || size > MOST_ABOUT || size + 8 + start > length {
            return Err(LedgerError::Form);
        }
        let end = length - 8 - size;
        let mut text = vec![0; usize::try_from(size).map_err(|_| LedgerError::Form)?];
        bytes.read(end, &mut text)?;
        let about: LedgerAbout = serde_json::from_slice(&text).map_err(|_| LedgerError::Form)?;
        let mut sections = Vec::new();
        let mut at = 0_u64;
        for section in &about.sections {
            let after = at.checked_add(section.count).ok_or(LedgerError::Form)?;
            sections.push(at..after);
            at = after;
        }
        if at.checked_mul(PRINT) != Some(end - start) {
            return Err(LedgerError::Form);
        }
        let words = usize::try_from(at.div_ceil(64)).map_err(|_| LedgerError::Form)?;
        let marks = || (0..words).map(|_| AtomicU64::new(0)).collect::<Vec<_>>();
        let mut ledger = Self {
            bytes,
            start,
            about,
            sections,
            heads: Vec::new(),
            repeats: vec![0; words],
            seen: marks(),
            doubted: marks(),
            broken: AtomicBool::new(false),
            digest: String::new(),
        };
        ledger.read_all(&magic, &text)?;
        Ok(ledger)
    }

    /// Reads every fingerprint once: for the order, the blocks and the digest.
    fn read_all(&mut self, magic: &[u8], about: &[u8]) -> Result<(), LedgerError> {
        let mut hasher = blake3::Hasher::new();
        hasher.update(magic);
        let mut heads = Vec::new();
        let mut repeats = std::mem::take(&mut self.repeats);
        for section in &self.sections {
            let mut before: Option<u128> = None;
            let mut entries = Entries::of(self, section.clone());
            for index in section.clone() {
                let Some(print) = entries.next().transpose()? else { break };
                hasher.update(&print.to_be_bytes());
                if index % BLOCK == 0 {
                    heads.push(print);
                }
                match before {
                    Some(before) if before > print => return Err(LedgerError::Order),
                    Some(before) if before == print => mark(&mut repeats, index),
                    _ => {}
                }
                before = Some(print);
            }
        }
        hasher.update(about);
        hasher.update(&(about.len() as u64).to_be_bytes());
        self.heads = heads;
        self.repeats = repeats;
        self.digest = hasher.finalize().to_hex().to_string();
        Ok(())
    }

    /// What it says of itself.
    #[must_use]
    pub fn about(&self) -> &LedgerAbout {
        &self.about
    }

    /// The hex BLAKE3 digest of the whole file.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The list of a rule's findings that stand so.
    #[must_use]
    pub fn section(&self, rule: &str, standing: LedgerStanding) -> Option<usize> {
        let wanted = |of: &LedgerSection| of.rule == rule && of.standing == standing;
        self.about.sections.iter().position(wanted)
    }

    /// The place of a fingerprint in a list, if it is there. Where the file cannot be read any more there is none, and
    /// [`Ledger::check`] says so.
    #[must_use]
    pub fn find(&self, section: usize, print: u128) -> Option<u64> {
        let Range { start, end } = self.sections.get(section).cloned()?;
        let (first, last) = (start.div_ceil(BLOCK), end.div_ceil(BLOCK));
        let heads = usize::try_from(first).ok().zip(usize::try_from(last).ok());
        let heads = heads.and_then(|(first, last)| self.heads.get(first..last.max(first)));
        let before = heads.unwrap_or_default().partition_point(|head| *head < print) as u64;
        // The first of its kind stands in the block before, or begins the next one.
        let from = if before == 0 { start } else { (first + before - 1) * BLOCK };
        let upto = end.min((first + before) * BLOCK + 1);
        let mut buffer = [0; READ];
        let count = usize::try_from(upto.saturating_sub(from)).unwrap_or(0);
        let buffer = &mut buffer[..count * 16];
        if self.bytes.read(self.start + from * PRINT, buffer).is_err() {
            self.broken.store(true, Ordering::Relaxed);
            return None;
        }
        let (prints, _) = buffer.as_chunks::<16>();
        let place = prints.partition_point(|bytes| u128::from_be_bytes(*bytes) < print);
        let found = prints.get(place).is_some_and(|bytes| u128::from_be_bytes(*bytes) == print);
        found.then_some(from + place as u64)
    }

    /// Fails if something could not be looked up.
    ///
    /// # Errors
    /// When the file could not be read.
    pub fn check(&self) -> io::Result<()> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(io::Error::other("the fingerprints of the baseline could not be read"));
        }
        Ok(())
    }

    /// Whether a file that begins so is a ledger, and holds no records.
    #[must_use]
    pub fn begins(start: &[u8]) -> bool {
        start.starts_with(MAGIC)
    }

    /// Marks a fingerprint as seen again, by the place that [`Ledger::find`] gave.
    pub fn see(&self, place: u64) {
        set(&self.seen, place);
    }

    /// Marks a fingerprint as that of a record which could not be judged.
    pub fn doubt(&self, place: u64) {
        set(&self.doubted, place);
    }

    /// Forgets what was seen.
    pub fn forget(&self) {
        let marks = self.seen.iter().chain(&self.doubted);
        marks.for_each(|word| word.store(0, Ordering::Relaxed));
    }

    /// What became of the fingerprints of a list.
    #[must_use]
    pub fn tally(&self, section: usize) -> LedgerTally {
        let mut tally = LedgerTally::default();
        let mut state = (false, false);
        for index in self.sections.get(section).cloned().unwrap_or_default() {
            if tally.count == 0 || !is_set(&self.repeats, index) {
                let of = |marks: &[AtomicU64]| {
                    word(index)
                        .and_then(|(at, bit)| Some((marks.get(at)?, bit)))
                        .is_some_and(|(word, bit)| word.load(Ordering::Relaxed) & bit != 0)
                };
                state = (of(&self.seen), of(&self.doubted));
            }
            tally.count += 1;
            tally.seen += u64::from(state.0);
            tally.doubted += u64::from(state.1 && !state.0);
        }
        tally
    }

    /// The fingerprints of a list, in ascending order.
    #[must_use]
    pub fn entries(&self, section: usize) -> Entries<'_> {
        Entries::of(self, self.sections.get(section).cloned().unwrap_or_default())
    }
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("about", &self.about).finish_non_exhaustive()
    }
}

/// Adds to a ledger what it says of itself.
///
/// # Errors
/// Never; the writer's error is passed on all the same.
pub(super) fn append_about(bytes: &mut Vec<u8>, about: &LedgerAbout) -> io::Result<()> {
    let text = serde_json::to_vec(about)?;
    let length = text.len() as u64;
    bytes.extend(text);
    bytes.extend(length.to_be_bytes());
    Ok(())
}

impl Bytes {
    fn read(&self, offset: u64, buffer: &mut [u8]) -> io::Result<()> {
        match self {
            Self::Memory(bytes) => {
                let from = usize::try_from(offset).unwrap_or(usize::MAX);
                let upto = from.saturating_add(buffer.len());
                let bytes = bytes.get(from..upto).ok_or(io::ErrorKind::UnexpectedEof)?;
                buffer.copy_from_slice(bytes);
                Ok(())
            }
            Self::File(file) => {
                let mut done = 0;
                while done < buffer.len() {
                    match read_at(file, offset + done as u64, &mut buffer[done..]) {
                        Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                        Ok(count) => done += count,
                        Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(error),
                    }
                }
                Ok(())
            }
        }
    }
}

/// The fingerprints of a list, some read at a time.
pub struct Entries<'l> {
    ledger: &'l Ledger,
    left: Range<u64>,
    buffer: Vec<u8>,
    at: usize,
}

impl<'l> Entries<'l> {
    fn of(ledger: &'l Ledger, left: Range<u64>) -> Self {
        Self { ledger, left, buffer: Vec::new(), at: 0 }
    }
}

impl fmt::Debug for Entries<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entries").field("left", &self.left).finish_non_exhaustive()
    }
}

impl Iterator for Entries<'_> {
    type Item = io::Result<u128>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.buffer.len() {
            let count = self.left.end.checked_sub(self.left.start)?.min(STRETCH);
            if count == 0 {
                return None;
            }
            self.buffer.resize(usize::try_from(count * PRINT).unwrap_or(0), 0);
            let place = self.ledger.start + self.left.start * PRINT;
            self.at = 0;
            self.left.start += count;
            if let Err(error) = self.ledger.bytes.read(place, &mut self.buffer) {
                self.left = 0..0;
                self.buffer.clear();
                return Some(Err(error));
            }
        }
        let (bytes, _) = self.buffer.get(self.at..)?.split_first_chunk::<16>()?;
        self.at += bytes.len();
        Some(Ok(u128::from_be_bytes(*bytes)))
    }
}

/// The word of a bit, and the bit in it.
fn word(index: u64) -> Option<(usize, u64)> {
    Some((usize::try_from(index / 64).ok()?, 1 << (index % 64)))
}

fn mark(bits: &mut [u64], index: u64) {
    if let Some((at, bit)) = word(index)
        && let Some(word) = bits.get_mut(at)
    {
        *word |= bit;
    }
}

fn is_set(bits: &[u64], index: u64) -> bool {
    word(index).and_then(|(at, bit)| Some(bits.get(at)? & bit)).is_some_and(|bit| bit != 0)
}

fn set(bits: &[AtomicU64], index: u64) {
    if let Some((at, bit)) = word(index)
        && let Some(word) = bits.get(at)
    {
        word.fetch_or(bit, Ordering::Relaxed);
    }
}
