//! What a plan holds.

use std::collections::BTreeMap;

use crate::detect::NamedIdentifier;
use crate::expr;
use crate::expr::typed::{Expr, FieldId, RelationId};
use crate::plan::{CellReader, Claim, Delivery, PlannedWaiver, ReleaseRequest};
use crate::rule::{
    Check, CheckedRule, Dictionary, Identifiers, KnownPeople, RecordSet, Relation, ReleaseKind,
    Whose, known_fields,
};
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
    /// The waivers in force, in the order of their file.
    pub waivers: Vec<PlannedWaiver>,
    /// What is said of the export as a release.
    pub release: ReleaseRequest,
    /// Problems that belong to no file that could be opened: path and issue.
    pub problems: Vec<(String, Issue)>,
    /// Paths that give a person away by their names, as they are shown.
    pub named: BTreeMap<String, Vec<NamedIdentifier>>,
    /// What was delivered.
    pub delivery: Delivery,
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
    /// What it claims to be when it leaves.
    pub claim: Claim,
}

/// What will be done with an input.
#[derive(Debug)]
pub enum FileState {
    /// It will be read.
    Bound(Box<BoundFile>),
    /// No record set claims it. Its records are not judged; as a file of a release its columns are looked at.
    Unplaced {
        /// The file, as one of the record set that stands for all.
        file: Box<BoundFile>,
        /// The record set it seems to hold.
        record_set: Option<String>,
    },
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

impl FileState {
    /// Why no record of it is judged, and the record set it seems to hold; `None` where its records are.
    #[must_use]
    pub fn refusal(&self) -> Option<(&IssueLog, Option<&str>)> {
        match self {
            Self::Bound(_) => None,
            Self::Unplaced { file, record_set } => {
                Some((&file.table.issues, record_set.as_deref()))
            }
            Self::Refused { issues, record_set, .. } => Some((issues, record_set.as_deref())),
        }
    }
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

impl BoundFile {
    /// The header of a column; empty if it has none.
    #[must_use]
    pub fn header(&self, column: usize) -> &str {
        self.table.header.names.get(column).map_or("", String::as_str)
    }
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
    /// No file claims to be what it is about.
    NotClaimed,
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

    /// The table of a file that could be opened as one, recognised or not.
    #[must_use]
    pub fn table_of(&self, file: usize) -> Option<&BoundFile> {
        match &self.files.get(file)?.state {
            FileState::Bound(bound) | FileState::Unplaced { file: bound, .. } => Some(bound),
            FileState::Refused { .. } => None,
        }
    }

    /// Whether a rule about releases is about this file, by what it claims to be and what it holds.
    #[must_use]
    pub fn is_about(&self, rule: &CheckedRule, file: usize) -> bool {
        let Some(planned) = self.files.get(file) else { return false };
        let Some(kind) = planned.claim.kind else { return false };
        let check = match &rule.check {
            Check::Release(check) => check,
            Check::SmallCounts { .. } => return kind == ReleaseKind::Aggregate,
            _ => return false,
        };
        let of_set = rule.record_set == RecordSet::EVERY
            || self.table_of(file).is_some_and(|bound| {
                self.dictionary.sets.get(bound.set).is_some_and(|set| set.name == rule.record_set)
            });
        of_set && check.is_about(kind, planned.claim.method())
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
            FileState::Unplaced { file, record_set } => match file.table.reopen(encoding) {
                Ok(table) => {
                    let file = Box::new(BoundFile { table, ..*file });
                    FileState::Unplaced { file, record_set }
                }
                Err(refusal) => FileState::Refused {
                    issues: refusal.issues,
                    tally: refusal.tally,
                    record_set,
                    columns: Vec::new(),
                },
            },
            refused @ FileState::Refused { .. } => refused,
        };
    }

    /// Whether a rule can run on these files, and if not why.
    #[must_use]
    pub fn readiness(&self, rule: &CheckedRule) -> Readiness {
        if let Some(reason) = &rule.off {
            return Readiness::Off(reason.clone());
        }
        // Where no file claims to be what the rule is about, it lacks nothing: it does not apply.
        if let Check::SmallCells(cells) = &rule.check
            && !self.files.iter().any(|file| cells.is_about(file.claim.kind))
        {
            return Readiness::Ready;
        }
        if let Check::Release(_) | Check::SmallCounts { .. } = rule.check {
            let about = (0..self.files.len()).any(|file| self.is_about(rule, file));
            return if about { Readiness::Ready } else { Readiness::NotClaimed };
        }
        // It is about files of all record sets, and of none.
        if let Check::Purpose(_) | Check::FileNames(_) | Check::Delivery { .. } = rule.check {
            return Readiness::Ready;
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
        let mut names: Vec<String> =
            missing.into_iter().map(|field| set.field(field).name.clone()).collect();
        for (number, relation) in rule.relations.iter().enumerate() {
            let Some(fields) = needs_of_related(rule, number, relation) else { continue };
            match self.lacking(&relation.record_set, &fields) {
                // A record set related to itself lacks a field once.
                Some(_) if relation.record_set == rule.record_set && !names.is_empty() => {}
                Some(lacking) => names.extend(lacking),
                None => return Readiness::SetAbsent(relation.record_set.clone()),
            }
        }
        if let Check::Identifiers(Identifiers { known: Some(known), .. }) = &rule.check {
            match self.lacking_people(rule, known) {
                Some(lacking) => names.extend(lacking),
                None => {
                    let people = known.of.first().copied().unwrap_or_default();
                    return Readiness::SetAbsent(people.to_owned());
                }
            }
        }
        if names.is_empty() { Readiness::Ready } else { Readiness::NotBound(names) }
    }

    /// What a rule about known identifiers lacks: fields of the people, and whose a record is; `None` where no file
    /// holds any of the people.
    fn lacking_people(&self, rule: &CheckedRule, known: &KnownPeople) -> Option<Vec<String>> {
        let mut lacking = Vec::new();
        let sets = self.dictionary.sets.iter().enumerate();
        let people = sets.filter(|(index, set)| {
            known.of.contains(&set.name.as_str()) && self.files_of(*index).next().is_some()
        });
        let mut found = false;
        let mut bound = false;
        for (index, set) in people {
            found = true;
            let fields = known_fields(set);
            bound |= self.files_of(index).any(|(_, file)| {
                fields.iter().any(|(field, _)| file.columns[usize::from(field.0)].is_some())
            });
        }
        if !found {
            return None;
        }
        if !bound {
            lacking.extend(known.of.iter().map(|people| format!("{people}.last_name")));
        }
        if known.whose != Whose::Any && !known.own.iter().any(|own| self.provides(rule, own)) {
            lacking.push("patient_id".to_owned());
        }
        Some(lacking)
    }

    /// Whether the export has all that an expression of a rule names: fields of the record under test, related
    /// record sets, and their fields.
    #[must_use]
    pub fn provides(&self, rule: &CheckedRule, value: &Expr) -> bool {
        let has = |record_set: &str, fields: &[FieldId]| {
            self.lacking(record_set, fields).is_some_and(|lacking| lacking.is_empty())
        };
        has(&rule.record_set, &expr::fields_of(value))
            && expr::relations_of(value).into_iter().all(|id| {
                let Some(relation) = rule.relations.get(usize::from(id.0)) else { return false };
                let of_relation = |expr| expr::related_fields_of(expr, id).unwrap_or_default();
                let mine = relation.matches.iter().map(|(mine, _)| *mine);
                let this = relation.condition.as_ref().map(expr::this_fields_of);
                let mine: Vec<FieldId> = mine.chain(this.unwrap_or_default()).collect();
                let mut theirs = of_relation(value);
                theirs.extend(relation.matches.iter().map(|(_, theirs)| *theirs));
                theirs.extend(relation.condition.as_ref().map(expr::fields_of).unwrap_or_default());
                has(&rule.record_set, &mine) && has(&relation.record_set, &theirs)
            })
    }

    /// The fields of a record set, by its name and theirs, that no file binds; `None` where no file holds the set.
    fn lacking(&self, record_set: &str, fields: &[FieldId]) -> Option<Vec<String>> {
        let index = self.dictionary.sets.iter().position(|set| set.name == record_set)?;
        self.files_of(index).next()?;
        let set = &self.dictionary.sets[index];
        let unbound = |field: &&FieldId| {
            !self.files_of(index).any(|(_, file)| file.columns[usize::from(field.0)].is_some())
        };
        let name = |field: &FieldId| format!("{record_set}.{}", set.field(*field).name);
        Some(fields.iter().filter(unbound).map(name).collect())
    }
}

/// The fields of a relation's records without which a rule cannot run; `None` where it can run without the
/// records themselves.
fn needs_of_related(
    rule: &CheckedRule,
    number: usize,
    relation: &Relation,
) -> Option<Vec<FieldId>> {
    let id = RelationId(u16::try_from(number).ok()?);
    let conditions = rule.conditions();
    let named = conditions.iter().filter_map(|expr| expr::related_fields_of(expr, id));
    let named: Vec<Vec<FieldId>> = named.collect();
    let references = matches!(rule.check, Check::References { relation, .. } if relation == id);
    if named.is_empty() && !references {
        return None;
    }
    let mut fields: Vec<FieldId> = relation.matches.iter().map(|(_, theirs)| *theirs).collect();
    fields.extend(relation.condition.as_ref().map(expr::fields_of).unwrap_or_default());
    fields.extend(named.into_iter().flatten());
    fields.sort_unstable();
    fields.dedup();
    Some(fields)
}

/// The fields that must all be bound for a rule to run, and those of which one is enough.
fn needs(rule: &CheckedRule) -> (Vec<FieldId>, Vec<FieldId>) {
    let applies = || rule.applies.as_ref().map(expr::fields_of).unwrap_or_default();
    match &rule.check {
        Check::RequireAny(fields) | Check::Readable(fields) => (applies(), fields.clone()),
        Check::Identifiers(identifiers) if identifiers.unbound => (applies(), Vec::new()),
        Check::Identifiers(identifiers) => (applies(), identifiers.fields.clone()),
        Check::Columns { .. }
        | Check::Compared
        | Check::Purpose(_)
        | Check::SmallCounts { .. }
        | Check::FileNames(_)
        | Check::Delivery { .. } => (Vec::new(), Vec::new()),
        _ => (rule.fields.clone(), Vec::new()),
    }
}
