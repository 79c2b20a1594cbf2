//! Memory that several stores share.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// Memory that several stores share; when it runs out, the largest of them is written to its file.
///
/// It is a target that is kept within what the threads add in one step: nobody waits for memory that only a
/// store not yet finished could give back.
#[derive(Debug)]
pub struct Budget {
    limit: u64,
    used: AtomicU64,
    holders: Mutex<Vec<Weak<dyn Spill>>>,
    /// Held while something is spilled, so that threads that find the budget spent wait instead of spilling crumbs.
    gate: Mutex<()>,
}

/// Something that can trade memory for a file.
pub(super) trait Spill: Send + Sync {
    /// Bytes that spilling would free.
    fn held(&self) -> u64;

    /// Writes what is held to the file and frees it.
    fn spill(&self) -> io::Result<()>;
}

impl Budget {
    /// A budget of that many bytes.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        Self {
            limit: bytes,
            used: AtomicU64::new(0),
            holders: Mutex::default(),
            gate: Mutex::default(),
        }
    }

    /// How many bytes there are.
    #[must_use]
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// How many bytes are in use.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.used.load(Ordering::Relaxed)
    }

    pub(super) fn reserve(&self, bytes: u64) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn release(&self, bytes: u64) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }

    pub(super) fn enroll(&self, holder: Weak<dyn Spill>) {
        let mut holders = lock(&self.holders);
        holders.retain(|holder| holder.strong_count() > 0);
        holders.push(holder);
    }

    /// Whether more is in use than there is.
    pub(super) fn is_spent(&self) -> bool {
        self.used() > self.limit
    }

    /// Bytes that each of the threads may take to work with: its part of what is free, and of an eighth of all at least.
    pub(super) fn share(&self, threads: usize) -> usize {
        let free = self.limit.saturating_sub(self.used()).max(self.limit / 8);
        usize::try_from(free / threads.max(1) as u64).unwrap_or(usize::MAX)
    }

    /// Spills the largest holders until the budget is kept or none of them holds anything worth it.
    ///
    /// The caller must hold no lock of a store.
    pub(super) fn keep(&self) -> io::Result<()> {
        if !self.is_spent() {
            return Ok(());
        }
        let _gate = lock(&self.gate);
        while self.is_spent() {
            let Some(largest) = self.largest() else { break };
            largest.spill()?;
        }
        Ok(())
    }

    fn largest(&self) -> Option<Arc<dyn Spill>> {
        // A block written for a crumb costs more than the crumb.
        let worth = (self.limit / 64).max(1);
        lock(&self.holders)
            .iter()
            .filter_map(Weak::upgrade)
            .map(|holder| (holder.held(), holder))
            .filter(|(held, _)| *held >= worth)
            .max_by_key(|(held, _)| *held)
            .map(|(_, holder)| holder)
    }
}

/// Memory in use until the work on it ends, well or badly.
#[derive(Debug)]
pub(super) struct Reserved {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Reserved {
    /// Takes memory of the budget.
    pub(super) fn new(budget: &Arc<Budget>, bytes: u64) -> Self {
        budget.reserve(bytes);
        Self::taken(Arc::clone(budget), bytes)
    }

    /// Takes over memory that was reserved before.
    pub(super) fn taken(budget: Arc<Budget>, bytes: u64) -> Self {
        Self { budget, bytes }
    }

    /// Where the memory was taken.
    pub(super) fn budget(&self) -> &Arc<Budget> {
        &self.budget
    }

    /// Takes or gives back what makes it that many bytes.
    pub(super) fn resize(&mut self, bytes: u64) {
        self.budget.reserve(bytes);
        self.budget.release(std::mem::replace(&mut self.bytes, bytes));
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        self.budget.release(self.bytes);
    }
}

/// The lock, whether or not a thread panicked while it held it: what it guards is replaced as a whole.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
