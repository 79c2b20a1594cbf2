//! Rows of one width under 128-bit keys, in memory and on disk.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use super::budget::{Budget, Reserved, Spill, lock};
use super::lookup::Lookup;
use super::partition::Partitions;
use super::run::{KEY, PARTITIONS, Run};
use super::scratch::{Scratch, Seal};
use super::spill::Disk;

/// Collects rows of one width under keys, from several threads.
///
/// What comes of them depends neither on the budget nor on the threads nor on the order in which rows come. The
/// keys are fingerprints, or spread like them; their top byte chooses the partition. Rows that
/// go through the temporary file are sealed there with a key of this store's own.
pub struct Rows {
    budget: Arc<Budget>,
    shared: Arc<Shared>,
}

/// Rows under their keys, where they fit.
#[derive(Debug)]
pub enum Gathered {
    /// All of them in memory, to be looked up.
    Memory(Lookup),
    /// Too many for that: to be read or joined partition by partition.
    Spilled(Partitions),
}

/// What the budget reaches too, to have it spilled.
struct Shared {
    budget: Arc<Budget>,
    width: usize,
    /// Locked before `memory` where both are.
    disk: Mutex<Disk>,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    /// Rows of small steps, not yet enough for a run.
    pending_keys: Vec<u128>,
    pending_rows: Vec<u8>,
    runs: Vec<Run>,
    /// What is reserved of the budget for all of it.
    bytes: u64,
}

/// Steps of fewer rows are gathered first: a run has a table of a kibibyte.
const SMALL: usize = 2048;
/// Gathered rows that make a run.
const GATHERED: usize = 8192;

impl Rows {
    /// An empty store of rows of `width` bytes, which may be none; its temporary file, should it need one, lies in
    /// `temp_dir` and has no name there.
    #[must_use]
    pub fn new(width: usize, budget: Arc<Budget>, temp_dir: PathBuf) -> Self {
        Self::with_scratch(width, budget, Scratch::new(temp_dir, Some(Seal::random())))
    }

    /// A store as [`Rows::new`] makes it, of rows that hold nothing but seeded fingerprints and places: they say nothing
    /// of a record, and need no seal.
    #[must_use]
    pub fn of_fingerprints(width: usize, budget: Arc<Budget>, temp_dir: PathBuf) -> Self {
        Self::with_scratch(width, budget, Scratch::new(temp_dir, None))
    }

    pub(super) fn with_scratch(width: usize, budget: Arc<Budget>, scratch: Scratch) -> Self {
        let shared = Arc::new(Shared {
            budget: Arc::clone(&budget),
            width,
            disk: Mutex::new(Disk::new(scratch, width)),
            memory: Mutex::default(),
        });
        let weak = Arc::downgrade(&shared);
        budget.enroll(weak);
        Self { budget, shared }
    }

    /// Adds the rows of a step, one a key: `rows` holds them one after the other.
    ///
    /// # Errors
    /// When the budget is spent and the temporary file cannot be written, or when `rows` does not hold as many rows
    /// as there are keys; the store is of no use then.
    pub fn add(&self, keys: &[u128], rows: &[u8]) -> io::Result<()> {
        let width = self.shared.width;
        if keys.len().checked_mul(width) != Some(rows.len()) {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "rows and keys do not match"));
        }
        for (number, keys) in keys.chunks(Run::MOST).enumerate() {
            let rows = &rows[number * Run::MOST * width..][..keys.len() * width];
            if keys.len() >= SMALL {
                self.shared.push(Run::of_slices(width, keys, rows)?);
            } else {
                self.shared.gather(keys.iter().copied(), |pending| {
                    pending.extend_from_slice(rows);
                })?;
            }
            self.budget.keep()?;
        }
        Ok(())
    }

    /// Adds a step of at most [`Run::MOST`] rows.
    pub(super) fn add_step<R: AsRef<[u8]>>(
        &self,
        step: impl ExactSizeIterator<Item = (u128, R)> + Clone,
    ) -> io::Result<()> {
        if step.len() >= SMALL {
            self.shared.push(Run::new(self.shared.width, step)?);
        } else {
            self.shared.gather(step.clone().map(|(key, _)| key), |pending| {
                step.for_each(|(_, row)| pending.extend_from_slice(row.as_ref()));
            })?;
        }
        self.budget.keep()
    }

    /// The rows to be looked up if the budget allows for that, else partition by partition.
    ///
    /// A lookup leaves a quarter of the budget to stores that spill.
    ///
    /// # Errors
    /// When the temporary file cannot be read, or could not be written before.
    pub fn finish(self) -> io::Result<Gathered> {
        let mut partitions = self.partitions()?;
        match reserve_lookup(&mut partitions)? {
            Some(reserved) => Ok(Gathered::Memory(Lookup::of_all(&partitions, reserved)?)),
            None => Ok(Gathered::Spilled(partitions)),
        }
    }

    /// The rows partition by partition, whether or not they would fit the budget as a lookup.
    ///
    /// # Errors
    /// When the temporary file could not be written before.
    pub fn partitions(self) -> io::Result<Partitions> {
        let Self { budget, shared } = self;
        let (disk, memory) = shared.take();
        let width = shared.width;
        let reserved = Reserved::taken(budget, memory.bytes);
        disk.check()?;
        let runs = memory.into_runs(width)?;
        Ok(Partitions::new(width, runs, disk, reserved))
    }
}

impl Gathered {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> u64 {
        match self {
            Self::Memory(lookup) => lookup.len() as u64,
            Self::Spilled(partitions) => partitions.len(),
        }
    }

    /// Whether there are no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Calls `each` with the keys and the rows of a partition, some at a time, in no certain order; several threads may
    /// do so at once.
    ///
    /// # Errors
    /// When the temporary file cannot be read.
    pub fn partition(&self, number: u8, each: &mut dyn FnMut(&[u128], &[u8])) -> io::Result<()> {
        match self {
            Self::Memory(lookup) => {
                lookup.partition(number, each);
                Ok(())
            }
            Self::Spilled(partitions) => partitions.partition(number, each),
        }
    }
}

/// Memory for a lookup of all rows, if the budget has it.
fn reserve_lookup(partitions: &mut Partitions) -> io::Result<Option<Reserved>> {
    let budget = Arc::clone(partitions.reserved().budget());
    let width = partitions.width();
    let spare = budget.limit() / 4;
    let Some(bytes) = Lookup::most_bytes(partitions.len(), width)
        .filter(|bytes| *bytes <= budget.limit() - spare)
    else {
        return Ok(None);
    };
    let largest = (0..PARTITIONS).map(|number| partitions.count(number)).max().unwrap_or(0);
    let work = Lookup::work_bytes(largest, width).saturating_mul(rayon::current_num_threads());
    let reserved = Reserved::new(&budget, bytes);
    let _work = Reserved::new(&budget, (work as u64).min(budget.limit()).saturating_add(spare));
    if budget.is_spent() && partitions.holds_memory() {
        // They would stand in memory twice.
        partitions.spill()?;
    }
    budget.keep()?;
    Ok(Some(reserved).filter(|_| !budget.is_spent()))
}

impl Memory {
    /// Everything as runs.
    fn into_runs(mut self, width: usize) -> io::Result<Vec<Run>> {
        for (number, keys) in self.pending_keys.chunks(Run::MOST).enumerate() {
            let rows = &self.pending_rows[number * Run::MOST * width..][..keys.len() * width];
            self.runs.push(Run::of_slices(width, keys, rows)?);
        }
        Ok(self.runs)
    }
}

impl Shared {
    fn push(&self, run: Run) {
        let bytes = run.bytes();
        self.budget.reserve(bytes);
        let mut memory = lock(&self.memory);
        memory.bytes += bytes;
        memory.runs.push(run);
    }

    fn gather(
        &self,
        keys: impl ExactSizeIterator<Item = u128>,
        extend_rows: impl FnOnce(&mut Vec<u8>),
    ) -> io::Result<()> {
        let stride = KEY + self.width;
        let bytes = (keys.len() * stride) as u64;
        self.budget.reserve(bytes);
        let (keys, rows, bytes) = {
            let mut memory = lock(&self.memory);
            memory.bytes += bytes;
            memory.pending_keys.extend(keys);
            extend_rows(&mut memory.pending_rows);
            if memory.pending_keys.len() < GATHERED {
                return Ok(());
            }
            let keys = std::mem::take(&mut memory.pending_keys);
            let rows = std::mem::take(&mut memory.pending_rows);
            let bytes = (keys.len() * stride) as u64;
            memory.bytes -= bytes;
            (keys, rows, bytes)
        };
        self.push(Run::of_slices(self.width, &keys, &rows)?);
        self.budget.release(bytes);
        Ok(())
    }

    /// Everything that was added; waits for a spill that is under way on behalf of another store.
    fn take(&self) -> (Disk, Memory) {
        let mut disk = lock(&self.disk);
        let memory = std::mem::take(&mut *lock(&self.memory));
        (std::mem::take(&mut *disk), memory)
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Rows say what records say.
        f.debug_struct("Rows").field("width", &self.shared.width).finish_non_exhaustive()
    }
}

impl Spill for Shared {
    fn held(&self) -> u64 {
        lock(&self.memory).bytes
    }

    fn spill(&self) -> io::Result<()> {
        let mut disk = lock(&self.disk);
        let memory = std::mem::take(&mut *lock(&self.memory));
        let bytes = memory.bytes;
        let outcome = memory.into_runs(self.width).and_then(|runs| disk.write(&runs));
        self.budget.release(bytes);
        outcome
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.budget.release(lock(&self.memory).bytes);
    }
}
