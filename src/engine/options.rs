//! How a scan is done, and what it calls while it runs.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use crate::engine::EngineError;
use crate::finding::{FindingSink, HoldingSink, RecordKey, Reveal, SiteKey};
use crate::store::{Ledger, Register};
use crate::value::Date;

/// How to scan.
#[derive(Debug, Clone)]
pub struct ScanOptions {
    /// The day on which the audit stands.
    pub as_of: Date,
    /// Threads.
    pub threads: usize,
    /// Bytes a chunk.
    pub chunk_size: u64,
    /// Bytes for keys; more are put aside.
    pub memory: u64,
    /// The folder for what is put aside.
    pub temp_dir: PathBuf,
    /// Examples a rule.
    pub examples: usize,
    /// What the user asked to see in clear.
    pub reveal: Reveal,
    /// The key of tags and fingerprints; without it they hold for this run only.
    pub site_key: Option<SiteKey>,
    /// Whether the word on each record is kept; for examples of rules.
    pub trace: bool,
    /// The findings of an earlier run, which are known.
    pub baseline: Option<Arc<Ledger>>,
    /// The key of a record of which is told what each rule says of it and why.
    pub watched: Option<RecordKey>,
}

impl ScanOptions {
    /// The error of a temporary file.
    pub(crate) fn spill_error(&self, error: &std::io::Error) -> EngineError {
        EngineError::Spill { folder: self.temp_dir.display().to_string(), kind: error.kind() }
    }

    /// Bytes a chunk unless said: a chunk and its columns stay in the cache of a core.
    pub const CHUNK: u64 = 512 * 1024;
    /// Bytes for keys unless said.
    pub const MEMORY: u64 = 64 << 20;
}

/// What a scan calls while it runs.
pub struct Hooks<'h> {
    /// Set when the user interrupts; the scan then ends with what it has.
    pub interrupted: &'h AtomicBool,
    /// Told how many bytes are done.
    pub progress: &'h (dyn Fn(u64) + Sync),
    /// Takes every finding, in the order of files and records.
    pub findings: Option<Mutex<Box<dyn FindingSink + 'h>>>,
    /// Takes how long each record is kept to which a rule about that applies.
    pub holdings: Option<Mutex<Box<dyn HoldingSink + 'h>>>,
    /// Gathers the fingerprint of every finding.
    pub register: Option<&'h Register>,
}

impl<'h> Hooks<'h> {
    /// None but the one by which the user interrupts.
    #[must_use]
    pub fn none(interrupted: &'h AtomicBool) -> Self {
        Self { interrupted, progress: &|_| {}, findings: None, holdings: None, register: None }
    }
}

impl std::fmt::Debug for Hooks<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hooks").field("streaming", &self.findings.is_some()).finish_non_exhaustive()
    }
}
