//! The quote parity at the start of each chunk of a file.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

use crate::engine::drive::{PATIENCE, lock};

/// The quote parity at each chunk's start, known as far as all chunks before it have been counted.
#[derive(Debug)]
pub(crate) struct Chain {
    state: Mutex<ChainState>,
    grown: Condvar,
}

#[derive(Debug)]
struct ChainState {
    /// Whether the first byte of chunk `n` is inside quotes; one more entry than chunks counted.
    inside: Vec<bool>,
    /// From this chunk on the parity is turned, by what was found when chunks were joined.
    turned: bool,
}

impl Chain {
    pub(crate) fn new(inside: bool) -> Self {
        Self {
            state: Mutex::new(ChainState { inside: vec![inside], turned: false }),
            grown: Condvar::new(),
        }
    }

    /// Adds a chunk's quotes when those before it are known, and says whether it starts inside quotes.
    pub(crate) fn enter(&self, chunk: u64, quotes: u64, stop: &AtomicBool) -> bool {
        let mut state = lock(&self.state);
        while (state.inside.len() as u64) <= chunk {
            if stop.load(Ordering::Relaxed) {
                return false;
            }
            let waited = self.grown.wait_timeout(state, PATIENCE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        let at = state
            .inside
            .get(usize::try_from(chunk).unwrap_or(usize::MAX))
            .copied()
            .unwrap_or(false);
        state.inside.push(at ^ (quotes & 1 == 1));
        self.grown.notify_all();
        at ^ state.turned
    }

    /// Turns the parity so that it is outside quotes at a true record start, `quotes` after the start of `chunk`.
    pub(crate) fn settle(&self, chunk: u64, quotes: u64) {
        let mut state = lock(&self.state);
        if let Some(&at) = state.inside.get(usize::try_from(chunk).unwrap_or(usize::MAX)) {
            state.turned = at ^ (quotes & 1 == 1);
        }
    }
}
