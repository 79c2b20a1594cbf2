//! Records in partitions, in memory and on disk.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::Mutex;

use super::budget::lock;

/// Partitions by the top bits of the fingerprint.
pub(super) const PARTITIONS: usize = 256;

/// A fingerprint and where its key stands; ordered by fingerprint, then by place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Record {
    pub(super) high: u64,
    pub(super) low: u64,
    pub(super) origin: u64,
}

impl Record {
    /// Bytes, in memory and in the file.
    pub(super) const SIZE: usize = 24;

    fn partition(self) -> usize {
        usize::from(self.high.to_be_bytes()[0])
    }

    fn to_bytes(self) -> [u8; Self::SIZE] {
        let mut bytes = [0; Self::SIZE];
        for (place, word) in bytes.chunks_exact_mut(8).zip([self.high, self.low, self.origin]) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }

    fn from_bytes(bytes: [u8; Self::SIZE]) -> Self {
        let (words, _) = bytes.as_chunks::<8>();
        let word = |number: usize| u64::from_le_bytes(words[number]);
        Self { high: word(0), low: word(1), origin: word(2) }
    }
}

/// Records of one step, put in the order of their partitions.
#[derive(Debug)]
pub(super) struct Run {
    records: Vec<Record>,
    /// Where each partition ends.
    ends: Box<[u32; PARTITIONS]>,
}

impl Run {
    /// Records a run holds at most.
    pub(super) const MOST: usize = 1 << 16;
    /// Bytes of a run beside its records.
    pub(super) const TABLE: usize = PARTITIONS * 4;

    /// A run of these records, at most [`Run::MOST`] of them.
    pub(super) fn new(unordered: impl ExactSizeIterator<Item = Record> + Clone) -> Self {
        let mut ends = Box::new([0_u32; PARTITIONS]);
        for record in unordered.clone() {
            ends[record.partition()] += 1;
        }
        let mut before = 0;
        for end in ends.iter_mut() {
            let count = *end;
            *end = before;
            before += count;
        }
        // Each end starts at its partition's beginning and has passed its last record when all are placed.
        let mut records = vec![Record::default(); unordered.len()];
        for record in unordered {
            let next = &mut ends[record.partition()];
            records[*next as usize] = record;
            *next += 1;
        }
        Self { records, ends }
    }

    pub(super) fn bytes(&self) -> u64 {
        (self.records.len() * Record::SIZE + Self::TABLE) as u64
    }

    /// The records of a partition.
    pub(super) fn partition(&self, number: usize) -> &[Record] {
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.records[start as usize..self.ends[number] as usize]
    }
}

/// Runs written to one file without a name, a block a partition for each time.
#[derive(Debug, Default)]
pub(super) struct Disk {
    temp_dir: PathBuf,
    file: Option<File>,
    written: u64,
    spills: Vec<SpillTable>,
    failed: bool,
}

/// Where the blocks of one spill end, in bytes of the file.
#[derive(Debug)]
struct SpillTable {
    start: u64,
    ends: Box<[u64; PARTITIONS]>,
}

/// Bytes written or read at once.
const BUFFER: usize = Record::SIZE * 4096;

impl Disk {
    pub(super) fn new(temp_dir: PathBuf) -> Self {
        Self { temp_dir, ..Self::default() }
    }

    /// Bytes in the file.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Appends these runs; after a failure the records are lost and [`Disk::finish`] says so.
    pub(super) fn write(&mut self, runs: &[Run]) -> io::Result<()> {
        let outcome = self.try_write(runs);
        self.failed |= outcome.is_err();
        outcome
    }

    fn try_write(&mut self, runs: &[Run]) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(&self.temp_dir)?),
        };
        let start = self.written;
        let mut ends = Box::new([0; PARTITIONS]);
        let mut buffer = Vec::with_capacity(BUFFER);
        for (number, end) in ends.iter_mut().enumerate() {
            for record in runs.iter().flat_map(|run| run.partition(number)) {
                buffer.extend_from_slice(&record.to_bytes());
                if buffer.len() >= BUFFER {
                    file.write_all(&buffer)?;
                    self.written += buffer.len() as u64;
                    buffer.clear();
                }
            }
            *end = self.written + buffer.len() as u64;
        }
        file.write_all(&buffer)?;
        self.written += buffer.len() as u64;
        self.spills.push(SpillTable { start, ends });
        Ok(())
    }

    /// What was written, to be read by several threads.
    pub(super) fn finish(self) -> io::Result<Spilled> {
        if self.failed {
            return Err(io::Error::other("a temporary file could not be written"));
        }
        Ok(Spilled { file: self.file.map(Mutex::new), spills: self.spills })
    }
}

/// What was written, partition by partition.
#[derive(Debug)]
pub(super) struct Spilled {
    file: Option<Mutex<File>>,
    spills: Vec<SpillTable>,
}

impl Spilled {
    /// How many records a partition has.
    pub(super) fn count(&self, partition: usize) -> usize {
        let bytes: u64 = self.spills.iter().map(|spill| spill.bytes(partition).1).sum();
        usize::try_from(bytes).unwrap_or(usize::MAX) / Record::SIZE
    }

    /// Hands over the records of a partition, some at a time.
    pub(super) fn visit(
        &self,
        partition: usize,
        each: &mut dyn FnMut(&[Record]),
    ) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let mut bytes = vec![0; BUFFER];
        let mut records = Vec::with_capacity(BUFFER / Record::SIZE);
        for spill in &self.spills {
            let (mut start, mut left) = spill.bytes(partition);
            while left > 0 {
                let count = usize::try_from(left).unwrap_or(BUFFER).min(BUFFER);
                let block = &mut bytes[..count];
                {
                    let mut file = lock(file);
                    file.seek(SeekFrom::Start(start))?;
                    file.read_exact(block)?;
                }
                start += count as u64;
                left -= count as u64;
                records.clear();
                records.extend(block.as_chunks().0.iter().copied().map(Record::from_bytes));
                each(&records);
            }
        }
        Ok(())
    }
}

impl SpillTable {
    /// Where a partition's block starts, and how long it is.
    fn bytes(&self, partition: usize) -> (u64, u64) {
        let start = if partition == 0 { self.start } else { self.ends[partition - 1] };
        (start, self.ends[partition] - start)
    }
}
