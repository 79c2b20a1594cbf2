//! The export that was looked at.

use std::path::PathBuf;

use crate::cli::proposal;
use crate::cli::settings::{Loaded, Settings};
use crate::expr::typed::FieldId;
use crate::plan::{BoundFile, FileState, GENERIC, Plan, PlannedFile};
use crate::rule::RecordSet;
use crate::source;
use crate::survey::{self, Calendar, DayOrder, Order, SeenColumn, SeenFile};

/// An export, and what was seen of it.
#[derive(Debug)]
pub(super) struct Export {
    /// Its files and how they bind as things are.
    pub(super) plan: Plan,
    /// One entry a file of the plan; nothing of a file that is not recognised or cannot be read.
    pub(super) seen: Vec<Option<SeenFile>>,
}

/// A recognised file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Recognised<'e> {
    /// The file.
    pub(super) file: &'e PlannedFile,
    /// How it is bound.
    pub(super) bound: &'e BoundFile,
    /// Its record set.
    pub(super) set: &'e RecordSet,
    /// What was seen of it.
    pub(super) seen: Option<&'e SeenFile>,
}

impl Export {
    /// Looks at the files below these paths, as the settings have them read.
    pub(super) fn look(
        settings: &Settings,
        paths: &[PathBuf],
        loaded: &Loaded,
        calendar: Calendar,
    ) -> Self {
        let plan = settings.bind(paths, source::discover(paths), loaded);
        let book = &loaded.book;
        let look = |file: &PlannedFile| match &file.state {
            // A file that cannot be read is for the audit to tell of.
            FileState::Bound(bound) => {
                let (dictionary, layouts) = (&book.dictionary, &book.layouts);
                let perhaps = near(dictionary.sets.get(bound.set)?, bound);
                survey::look(dictionary, layouts, bound, &perhaps, calendar).ok().flatten()
            }
            _ => None,
        };
        let seen = plan.files.iter().map(look).collect();
        Self { plan, seen }
    }

    /// The files that are recognised, in the order of their record sets and names.
    pub(super) fn recognised(&self) -> Vec<Recognised<'_>> {
        let files = self.plan.files.iter().zip(&self.seen);
        let mut all: Vec<Recognised<'_>> = files
            .filter_map(|(file, seen)| {
                let FileState::Bound(bound) = &file.state else { return None };
                let set = self.plan.dictionary.sets.get(bound.set)?;
                Some(Recognised { file, bound, set, seen: seen.as_ref() })
            })
            .collect();
        all.sort_by_key(|one| one.bound.set);
        all
    }

    /// Whether the order of day and month is open somewhere.
    pub(super) fn has_open_order(&self) -> bool {
        self.columns().any(|column| column.order == DayOrder::Open)
    }

    /// The order of day and month that columns tell, where all that tell one tell the same.
    pub(super) fn told_order(&self) -> Option<Order> {
        let told = self.columns().filter(|column| column.order == DayOrder::Told);
        let orders: Vec<Order> = told.filter_map(|column| Order::of(&column.binding)).collect();
        let first = *orders.first()?;
        orders.iter().all(|order| *order == first).then_some(first)
    }

    fn columns(&self) -> impl Iterator<Item = &SeenColumn> {
        self.seen.iter().flatten().flat_map(|seen| &seen.columns)
    }
}

impl Recognised<'_> {
    /// Whether a shipped or site layout binds it, which says how it is read.
    pub(super) fn has_layout(&self) -> bool {
        self.bound.layout != GENERIC
    }

    /// The header of a column.
    pub(super) fn header(&self, column: usize) -> &str {
        self.bound.table.header.names.get(column).map_or("", String::as_str)
    }

    /// A pattern of its name that fits next month's too: figures are left open. A name that is hidden has none.
    pub(super) fn name_pattern(&self) -> Option<String> {
        if self.file.name != self.bound.table.input.name {
            return None;
        }
        let name = self.file.name.rsplit('/').next().unwrap_or(&self.file.name);
        let mut pattern = String::new();
        for char in name.chars() {
            match char {
                char if char.is_numeric() => {
                    if !pattern.ends_with('*') {
                        pattern.push('*');
                    }
                }
                '*' | '?' => pattern.push('?'),
                char => pattern.push(char),
            }
        }
        Some(pattern)
    }

    /// How many of its columns have a field, and how many it has.
    pub(super) fn known(&self) -> (usize, usize) {
        let columns = self.bound.table.header.names.len();
        (columns - self.bound.unbound.len().min(columns), columns)
    }

    /// Columns that may be fields although they are called otherwise: the field, the header, and how it would be read.
    pub(super) fn perhaps(&self) -> Vec<(&str, &str, &SeenColumn)> {
        let perhaps = self.seen.map_or(&[][..], |seen| &seen.perhaps);
        let name = |seen: &SeenColumn| self.set.fields.get(usize::from(seen.field.0));
        let named = perhaps
            .iter()
            .filter_map(|seen| Some((name(seen)?.name.as_str(), self.header(seen.column), seen)));
        named.collect()
    }
}

/// Columns without a field whose names are like that of a free field.
fn near(set: &RecordSet, bound: &BoundFile) -> Vec<(FieldId, usize)> {
    let names = &bound.table.header.names;
    let found = proposal::near(bound, set).into_iter().filter_map(|(field, header)| {
        let column = bound.unbound.iter().find(|column| names.get(**column) == Some(&header))?;
        Some((set.field_id(&field)?, *column))
    });
    found.collect()
}
