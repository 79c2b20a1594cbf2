//! What a plan holds.

use crate::expr;
use crate::expr::typed::FieldId;
use crate::plan::CellReader;
use crate::rule::{Check, CheckedRule, Dictionary, RecordSet};
use crate::source::{Encoding, Issue, IssueLog, Table, Tally};

/// Rules bound to files, ready to run.
#[derive(Debug)]
pub struct Plan {
    /// The record sets.
    pub dictionary: Dictionary,
    /// The rules, in the order of the report.
    pub rules: Vec<CheckedRule>,
    /// Every input, sorted by path.
    pub files: Vec<PlannedFile>,
    /// Problems that belong to no file that could be opened: path and issue.
    pub problems: Vec<(String, Issue)>,
}

/// One input.
#[derive(Debug)]
pub struct PlannedFile {
    /// Its path, relative to the PATH argument.
    pub name: String,
    /// Its length in bytes.
    pub bytes: u64,
    /// What will be done with it.
    pub state: FileState,
}

/// What will be done with an input.
#[derive(Debug)]
pub enum FileState {
    /// It will be read.
    Bound(Box<BoundFile>),
    /// It will not be read.
    Refused {
        /// Why.
        issues: IssueLog,
        /// What was seen of it.
        tally: Tally,
        /// The record set it seems to hold.
        record_set: Option<String>,
        /// Its column headers, where one was found.
        columns: Vec<String>,
    },
}

/// A file whose columns are bound to the fields of a record set.
#[derive(Debug)]
pub struct BoundFile {
    /// The file as a table.
    pub table: Table,
    /// The record set, as an index into the dictionary.
    pub set: usize,
    /// The layout that bound it.
    pub layout: String,
    /// The record key: the layout's, else the dictionary's.
    pub key: Vec<FieldId>,
    /// One entry a field of the record set.
    pub columns: Vec<Option<BoundColumn>>,
    /// Columns that no field is read from.
    pub unbound: Vec<usize>,
    /// How many records may be skipped before the audit is incomplete.
    pub max_skipped: u64,
    /// How many records are expected at least.
    pub min_records: u64,
}

/// The column a field is read from.
#[derive(Debug, Clone)]
pub struct BoundColumn {
    /// Its number, from 0.
    pub column: usize,
    /// How its cells are read.
    pub reader: CellReader,
}

/// Whether a rule can run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// It can.
    Ready,
    /// Switched off by tailoring, with its reason.
    Off(String),
    /// No input holds its record set.
    SetAbsent(String),
    /// No file binds these fields.
    NotBound(Vec<String>),
}

impl Plan {
    /// The record set of a rule.
    #[must_use]
    pub fn set_of(&self, rule: &CheckedRule) -> Option<(usize, &RecordSet)> {
        self.dictionary.sets.iter().enumerate().find(|(_, set)| set.name == rule.record_set)
    }

    /// The files of a record set, with their numbers.
    pub fn files_of(&self, set: usize) -> impl Iterator<Item = (usize, &BoundFile)> {
        self.files.iter().enumerate().filter_map(move |(index, file)| match &file.state {
            FileState::Bound(bound) if bound.set == set => Some((index, &**bound)),
            _ => None,
        })
    }

    /// Opens a file again in another encoding; a file that cannot be read so is refused.
    pub fn read_as(&mut self, file: usize, encoding: Encoding) {
        let Some(planned) = self.files.get_mut(file) else { return };
        let nothing = FileState::Refused {
            issues: IssueLog::default(),
            tally: Tally::default(),
            record_set: None,
            columns: Vec::new(),
        };
        planned.state = match std::mem::replace(&mut planned.state, nothing) {
            FileState::Bound(bound) => {
                let bound = *bound;
                match bound.table.reopen(encoding) {
                    Ok(table) => FileState::Bound(Box::new(BoundFile { table, ..bound })),
                    Err(refusal) => FileState::Refused {
                        issues: refusal.issues,
                        tally: refusal.tally,
                        record_set: Some(self.dictionary.sets[bound.set].name.clone()),
                        columns: Vec::new(),
                    },
                }
            }
            refused @ FileState::Refused { .. } => refused,
        };
    }

    /// Whether a rule can run on these files, and if not why.
    #[must_use]
    pub fn readiness(&self, rule: &CheckedRule) -> Readiness {
        if let Some(reason) = &rule.off {
            return Readiness::Off(reason.clone());
        }
        let Some((index, set)) = self.set_of(rule) else {
            return Readiness::SetAbsent(rule.record_set.clone());
        };
        if self.files_of(index).next().is_none() {
            return Readiness::SetAbsent(rule.record_set.clone());
        }
        let bound = |field: FieldId| {
            self.files_of(index).any(|(_, file)| file.columns[usize::from(field.0)].is_some())
        };
        let (needed, any_of) = needs(rule);
        let mut missing: Vec<FieldId> = needed.into_iter().filter(|&field| !bound(field)).collect();
        if missing.is_empty() && !any_of.is_empty() && !any_of.iter().any(|&field| bound(field)) {
            missing = any_of;
        }
        if missing.is_empty() {
            Readiness::Ready
        } else {
            Readiness::NotBound(
                missing.into_iter().map(|field| set.field(field).name.clone()).collect(),
            )
        }
    }
}

/// The fields that must all be bound for a rule to run, and those of which one is enough.
fn needs(rule: &CheckedRule) -> (Vec<FieldId>, Vec<FieldId>) {
    let applies = || rule.applies.as_ref().map(expr::fields_of).unwrap_or_default();
    match &rule.check {
        Check::RequireAny(fields) | Check::Readable(fields) => (applies(), fields.clone()),
        Check::Identifiers(identifiers) if identifiers.unbound => (applies(), Vec::new()),
        Check::Identifiers(identifiers) => (applies(), identifiers.fields.clone()),
        Check::Columns { .. } => (Vec::new(), Vec::new()),
        _ => (rule.fields.clone(), Vec::new()),
    }
}
