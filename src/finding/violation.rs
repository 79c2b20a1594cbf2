//! One violation of a rule.

use std::sync::Arc;

use crate::finding::{Masked, Overdue, Person, Standing};

/// Where a finding is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Place {
    /// The file, relative to the PATH argument; `None` for groups over several files.
    pub file: Option<Arc<str>>,
    /// The record, counted from 1; `None` for groups, columns and files.
    pub record: Option<u64>,
    /// The physical line, counted from 1.
    pub line: Option<u64>,
}

/// What stands for a key value: a keyed tag, an ordinal of this report, or the value if revealed.
///
/// Until the report is assembled only the keyed hash is known; equal values have equal hashes in one run.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    /// The field.
    pub field: String,
    /// The keyed hash of the value; 0 for a missing value.
    pub hash: u128,
    /// The value, where the user asked for keys.
    pub revealed: Option<Masked>,
}

/// One field of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingField {
    /// Its name.
    pub name: String,
    /// Its value, safe to show.
    pub value: Masked,
}

/// One violation of a rule, safe to show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule, as its number in the plan.
    pub rule: u32,
    /// Where it is.
    pub place: Place,
    /// The record's key, or the group's.
    pub key: Vec<Tag>,
    /// The value of the field that groups the worklist, where the rule has one.
    pub assign: Option<Tag>,
    /// The fields that the rule names.
    pub fields: Vec<FindingField>,
    /// What is wrong here, without values.
    pub message: String,
    /// How it stands.
    pub standing: Standing,
    /// How long it is overdue, where a deadline has passed and the thing is not done.
    pub overdue: Option<Overdue>,
    /// The keyed hash of (rule, record set, record key), hex, where there is a site key.
    pub fingerprint: Option<String>,
    /// For identifier findings: detector, tier (`A` to `D`) and span in bytes of the cell's text.
    pub identifier: Option<(String, char, (u32, u32))>,
    /// Whose it is, where the audit knows the person.
    pub person: Option<Person>,
}

impl Finding {
    /// A finding that says no more than where something is and what is wrong with it.
    #[must_use]
    pub fn plain(rule: u32, place: Place, message: String) -> Self {
        Self {
            rule,
            place,
            key: Vec::new(),
            assign: None,
            fields: Vec::new(),
            message,
            standing: Standing::Open,
            overdue: None,
            fingerprint: None,
            identifier: None,
            person: None,
        }
    }
}

/// Where a scan sends every finding, one after the other, in the order of files and records.
pub trait FindingSink: Send {
    /// Takes one finding.
    ///
    /// # Errors
    /// Whatever keeps the sink from taking it; the scan goes on and reports it at its end.
    fn take(&mut self, finding: &Finding) -> std::io::Result<()>;

    /// Remembers this point of the stream, before a file is read.
    ///
    /// # Errors
    /// Whatever the file system says.
    fn mark(&mut self) -> std::io::Result<u64>;

    /// Forgets everything since the mark, because the file is read again in another encoding.
    ///
    /// # Errors
    /// Whatever the file system says.
    fn rewind(&mut self, mark: u64) -> std::io::Result<()>;
}
