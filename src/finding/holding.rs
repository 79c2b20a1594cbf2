//! What is said of one record: by one rule, and by the retention schedule.

use crate::finding::{Finding, Place, Tag};
use crate::retention::{Claims, Derivation, Outlook, RecordClass};
use crate::rule::Expectation;

/// What one rule says of one record, and why.
#[derive(Debug, Clone)]
pub struct Account {
    /// The record and its fields, as they may be shown; the message says what is wrong, if anything is.
    pub finding: Finding,
    /// What the rule says of it.
    pub word: Expectation,
    /// Why it cannot be judged, if it cannot.
    pub reasons: Vec<String>,
    /// How long it is kept, where the rule asks that.
    pub derivation: Option<Derivation>,
}

/// How long one record is kept.
#[derive(Debug, Clone)]
pub struct Holding {
    /// The number of the rule that asked.
    pub rule: usize,
    /// Where the record stands.
    pub place: Place,
    /// What stands for its key.
    pub key: Vec<Tag>,
    /// Its class, if that is known.
    pub class: Option<RecordClass>,
    /// The earliest lawful day of destruction.
    pub outlook: Outlook,
    /// What else stands against its destruction.
    pub claims: Claims,
}

/// Takes how long each record is kept, in the order of files and records.
pub trait HoldingSink: Send {
    /// Takes one.
    ///
    /// # Errors
    /// When it cannot be written.
    fn take(&mut self, holding: &Holding) -> std::io::Result<()>;

    /// Forgets everything that was taken, because the files are read again.
    ///
    /// # Errors
    /// Whatever the file system says.
    fn start_over(&mut self) -> std::io::Result<()>;
}
