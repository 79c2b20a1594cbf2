//! From found files to a plan: each file opened, recognised and bound.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use crate::plan::recognise::{self, Match, Shape, Unplaced, choose, glob, normalise};
use crate::plan::release;
use crate::plan::{
    BoundColumn, BoundFile, CellReader, Claim, Delivery, FileState, Plan, PlannedFile,
    ReleaseRequest,
};
use crate::rule::{
    CheckedRule, Dictionary, HeaderMode, Layout, LayoutSource, RecordSet, SourceOptions,
};
use crate::source::{
    self, Discovery, Encoding, FoundFile, HeaderAt, Issue, IssueClass, IssueCode, IssueLog,
    ReadOptions, Table,
};

/// What the user says about binding.
#[derive(Debug, Clone, Default)]
pub struct BindOptions {
    /// The layout that wins where it fits.
    pub layout: Option<String>,
    /// Bindings and reading options that go before those of every layout.
    pub sources: Vec<LayoutSource>,
    /// What is said of the export as a release.
    pub release: ReleaseRequest,
    /// What becomes of a file that has the bytes of another.
    pub twins: Twins,
    /// The PATH arguments.
    pub inputs: Vec<PathBuf>,
}

/// What becomes of a file that has the bytes of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Twins {
    /// It is refused: no record is to be judged twice.
    #[default]
    Refused,
    /// It is read like any other: that it is there twice is what is asked about.
    Read,
}

/// Opens every found file, chooses its record set and layout, and binds its columns.
///
/// Nothing fails here: a file that cannot be used stands in the plan with its reason.
#[must_use]
pub fn bind(
    dictionary: Dictionary,
    layouts: &[Layout],
    rules: Vec<CheckedRule>,
    found: Discovery,
    options: &BindOptions,
) -> Plan {
    let shapes = recognise::shapes(&dictionary, layouts, &options.sources);
    let known = recognise::known_names(&shapes);
    let delivered = found.files.iter().chain(&found.others).cloned().collect();
    let delivery = Delivery::settle(&options.inputs, delivered, &rules);
    let mut files: Vec<PlannedFile> = Vec::new();
    let mut by_length: Vec<(u64, FoundFile)> = Vec::new();
    for file in found.files {
        let twin = by_length
            .iter()
            .filter(|_| options.twins == Twins::Refused)
            .filter(|(len, _)| *len == file.len && file.len > 0)
            .find(|(_, earlier)| same_content(earlier, &file));
        let state = match twin {
            Some((_, earlier)) => refused(
                "read/duplicate-input",
                format!("its bytes are those of {}, which is read instead", earlier.name),
            ),
            None => open(&file, &dictionary, &shapes, &known, options),
        };
        by_length.push((file.len, file.clone()));
        files.push(PlannedFile {
            name: file.name,
            bytes: file.len,
            state,
            claim: Claim::default(),
        });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    note_drift(&mut files, &dictionary);
    let mut problems = found.problems;
    let place = |found: &FoundFile| found.path.canonicalize().ok();
    let listed = |named: &FoundFile| by_length.iter().any(|(_, file)| place(file) == place(named));
    let beside = options.release.manifest.as_ref().filter(|found| !listed(found));
    let beside =
        beside.map(|found| (&found.name, open(found, &dictionary, &shapes, &known, options)));
    let manifest = match &beside {
        Some((name, FileState::Bound(bound)))
            if dictionary.sets[bound.set].name == release::MANIFEST =>
        {
            Some((name.as_str(), &**bound))
        }
        Some((name, _)) => {
            let detail = "the file that `release.manifest` names is no manifest: it needs the columns `file` and \
                          `kind`";
            let fault = issue("release/manifest", IssueClass::Refused, detail.to_owned());
            problems.push(((*name).clone(), fault));
            None
        }
        None => None,
    };
    files.retain(|file| {
        let is_list =
            matches!(file.state.refusal(), Some((_, None))) && delivery.is_list(&file.name);
        if is_list {
            let detail = "the list of what was to be delivered; it holds no records";
            let note = issue("read/other-file", IssueClass::Noted, detail.to_owned());
            problems.push((file.name.clone(), note));
        }
        !is_list
    });
    // Tables that no record set claims are of the set that stands for all, which is the last.
    let mut dictionary = dictionary;
    problems.extend(release::settle(&mut files, &dictionary, &options.release, manifest));
    dictionary.sets.push(RecordSet::every());
    Plan {
        dictionary,
        rules,
        files,
        waivers: Vec::new(),
        release: options.release.clone(),
        problems,
        named: BTreeMap::new(),
        delivery,
    }
}

/// An issue of a file as a whole.
pub(super) fn issue(code: &'static str, class: IssueClass, detail: String) -> Issue {
    Issue::of_file(IssueCode(code), class, detail)
}

fn refused(code: &'static str, detail: String) -> FileState {
    let mut issues = IssueLog::default();
    issues.add(issue(code, IssueClass::Refused, detail));
    FileState::Refused {
        issues,
        tally: source::Tally::default(),
        record_set: None,
        columns: Vec::new(),
    }
}

fn same_content(a: &FoundFile, b: &FoundFile) -> bool {
    let (Ok(a), Ok(b)) = (source::open_file(a), source::open_file(b)) else {
        return false;
    };
    let (mut left, mut right) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    let mut offset = 0;
    loop {
        let (Ok(n), Ok(m)) =
            (a.bytes.read_at(offset, &mut left), b.bytes.read_at(offset, &mut right))
        else {
            return false;
        };
        if n != m || left[..n] != right[..m] {
            return false;
        }
        if n == 0 {
            return true;
        }
        offset += n as u64;
    }
}

fn open(
    file: &FoundFile,
    dictionary: &Dictionary,
    shapes: &[Shape],
    known: &HashSet<String>,
    options: &BindOptions,
) -> FileState {
    let input = match source::open_file(file) {
        Ok(input) => input,
        Err(error) => {
            return refused("read/unreadable", format!("cannot be opened: {}", error.kind()));
        }
    };
    let said = said_options(&file.name, shapes, &options.sources);
    let read = match read_options(&said) {
        Ok(read) => read,
        Err(what) => return refused("read/bad-option", what),
    };
    let recognised =
        |cells: &[String]| cells.iter().filter(|cell| known.contains(&normalise(cell))).count();
    match source::open(input, &read, &recognised) {
        Ok(table) => place(table, dictionary, shapes, options),
        Err(refusal) => {
            let no_header = refusal.issues.by_code.keys().any(|code| code.0 == NO_HEADER);
            match without_names(file, &read).filter(|_| no_header) {
                Some(mut table) => {
                    table.issues = refusal.issues;
                    unplaced(table, None, dictionary)
                }
                None => FileState::Refused {
                    issues: refusal.issues,
                    tally: refusal.tally,
                    record_set: None,
                    columns: Vec::new(),
                },
            }
        }
    }
}

/// The issue of a table without a name that anybody knows.
const NO_HEADER: &str = "read/header-not-found";

/// The file as a table of which no name is known: its first line is the header.
fn without_names(file: &FoundFile, read: &ReadOptions) -> Option<Table> {
    let read = ReadOptions { header: HeaderAt::First, ..read.clone() };
    source::open(source::open_file(file).ok()?, &read, &|cells| cells.len()).ok()
}

/// A table that no record set claims.
fn unplaced(table: Table, record_set: Option<String>, dictionary: &Dictionary) -> FileState {
    let file = BoundFile {
        set: dictionary.sets.len(),
        layout: String::new(),
        key: Vec::new(),
        columns: Vec::new(),
        unbound: (0..table.header.names.len()).collect(),
        max_skipped: 0,
        min_records: 0,
        table,
    };
    FileState::Unplaced { file: Box::new(file), record_set }
}

/// The reading options of the first source that names this file: the user's, then the layouts'. A source of
/// the user without file names means files that are named like its record set.
fn said_options(name: &str, shapes: &[Shape], overlays: &[LayoutSource]) -> SourceOptions {
    let named_like_set = |source: &LayoutSource| {
        source.files.is_empty() && glob(&format!("*{}*", source.record_set), name)
    };
    let names = |source: &&LayoutSource| {
        source.files.iter().any(|pattern| glob(pattern, name)) || named_like_set(source)
    };
    overlays
        .iter()
        .filter(names)
        .chain(
            shapes
                .iter()
                .filter(|shape| shape.layout != recognise::GENERIC)
                .map(|shape| &shape.source)
                .filter(names),
        )
        .map(|source| source.options.clone())
        .next()
        .unwrap_or_default()
}

fn read_options(said: &SourceOptions) -> Result<ReadOptions, String> {
    let encoding = said
        .encoding
        .as_deref()
        .map(|label| match normalise(label).as_str() {
            "utf8" => Ok(Encoding::Utf8),
            "utf16" | "utf16le" => Ok(Encoding::Utf16Le),
            "utf16be" => Ok(Encoding::Utf16Be),
            "windows1252" | "cp1252" | "latin1" | "iso88591" => Ok(Encoding::Windows1252),
            _ => Err(format!(
                "encoding `{label}` is not known; use utf-8, utf-16le, utf-16be or windows-1252"
            )),
        })
        .transpose()?;
    let footer = said
        .footer
        .as_deref()
        .map(regex::bytes::Regex::new)
        .transpose()
        .map_err(|_| "`footer` is no regular expression".to_owned())?;
    Ok(ReadOptions {
        delimiter: said.delimiter,
        quote: said.quote,
        escape: said.escape,
        trim_before_quote: said.trim_before_quote,
        encoding,
        header: match said.header {
            HeaderMode::Search => HeaderAt::Search,
            HeaderMode::First => HeaderAt::First,
            HeaderMode::None => HeaderAt::None,
        },
        columns: said.columns.clone(),
        comment: said.comment.clone(),
        footer,
        allow_empty: said.allow_empty,
        min_records: said.min_records,
    })
}

/// Chooses the record set of an opened table and binds its columns.
fn place(
    table: Table,
    dictionary: &Dictionary,
    shapes: &[Shape],
    options: &BindOptions,
) -> FileState {
    let header: Vec<String> = table.header.names.iter().map(|name| normalise(name)).collect();
    let refuse = |mut table: Table, set: Option<usize>, code, detail: String| {
        let mut refusal = issue(code, IssueClass::Refused, detail);
        refusal.line = table.header.line;
        table.issues.add(refusal);
        unplaced(table, set.map(|set| dictionary.sets[set].name.clone()), dictionary)
    };
    let held = match choose(shapes, &header, options.layout.as_deref(), &table.input.name) {
        Ok(held) => held,
        Err(Unplaced::Unknown { closest }) => {
            let known = closest.map_or_else(String::new, |(set, columns)| {
                let name = &dictionary.sets[set].name;
                format!(" (closest is {name}, with {columns} of {} columns)", header.len())
            });
            let detail = format!(
                "no record set has these columns{known}; name them under `sources` in chartaudit.yaml"
            );
            return refuse(table, None, NO_HEADER, detail);
        }
        Err(Unplaced::Ambiguous(a, b)) => {
            let detail = format!(
                "the columns fit {a} and {b} equally well; pin one with --layout or `sources`"
            );
            return refuse(table, None, "read/ambiguous-layout", detail);
        }
        Err(Unplaced::KeyMissing { set, fields }) => {
            let names: Vec<_> = fields
                .iter()
                .map(|&field| format!("`{}`", dictionary.sets[set].field(field).name))
                .collect();
            let detail = format!(
                "it looks like {}, but no column holds {}, which identifies a record",
                dictionary.sets[set].name,
                names.join(", ")
            );
            return refuse(table, Some(set), "read/missing-column", detail);
        }
    };
    match columns_of(&held, dictionary, &table) {
        Ok(columns) => {
            let set = held.shape.set;
            let mut unbound: Vec<usize> = (0..header.len()).collect();
            for bound in columns.iter().flatten() {
                unbound.retain(|&column| column != bound.column);
            }
            let said = &held.shape.source.options;
            FileState::Bound(Box::new(BoundFile {
                set,
                layout: held.shape.layout.clone(),
                key: held.shape.key.clone(),
                columns,
                unbound,
                max_skipped: said.max_skipped,
                min_records: said.min_records,
                table,
            }))
        }
        Err((code, detail)) => {
            let set = held.shape.set;
            refuse(table, Some(set), code, detail)
        }
    }
}

fn columns_of(
    held: &Match<'_>,
    dictionary: &Dictionary,
    table: &Table,
) -> Result<Vec<Option<BoundColumn>>, (&'static str, String)> {
    let set = &dictionary.sets[held.shape.set];
    let mut columns: Vec<Option<BoundColumn>> = vec![None; set.fields.len()];
    for (binding, matched) in held.columns.iter().enumerate() {
        let field = held.shape.field(binding);
        let name = &set.field(field).name;
        match matched.as_slice() {
            [] => {}
            [column] => {
                let said = &held.shape.source.options;
                let reader = CellReader::compile(
                    set.field(field),
                    &held.shape.source.bind[binding],
                    &said.nulls,
                    said.timezone.as_deref(),
                )
                .map_err(|problem| ("read/bad-option", problem.to_string()))?;
                columns[usize::from(field.0)] = Some(BoundColumn { column: *column, reader });
            }
            [first, second, ..] => {
                return Err((
                    "read/duplicate-header",
                    format!(
                        "columns {} and {} both have the name from which `{name}` is read (line {})",
                        first + 1,
                        second + 1,
                        table.header.line
                    ),
                ));
            }
        }
    }
    Ok(columns)
}

/// Notes files of one record set that bind other fields than the first one.
fn note_drift(files: &mut [PlannedFile], dictionary: &Dictionary) {
    for (number, set) in dictionary.sets.iter().enumerate() {
        let mut first: Option<Vec<bool>> = None;
        for file in files.iter_mut() {
            let FileState::Bound(bound) = &mut file.state else { continue };
            if bound.set != number {
                continue;
            }
            let here: Vec<bool> = bound.columns.iter().map(Option::is_some).collect();
            let Some(expected) = &first else {
                first = Some(here);
                continue;
            };
            let names = |other: &[bool], than: &[bool]| {
                let differing = set.fields.iter().zip(other.iter().zip(than));
                let names: Vec<String> = differing
                    .filter(|(_, (one, other))| **one && !**other)
                    .map(|(field, _)| format!("`{}`", field.name))
                    .collect();
                if names.is_empty() { "none".to_owned() } else { names.join(", ") }
            };
            if *expected != here {
                let detail = format!(
                    "of the fields that the first file of {} binds, these are gone: {}; new are: {}",
                    set.name,
                    names(expected, &here),
                    names(&here, expected)
                );
                let mut drift = issue("read/schema-drift", IssueClass::Kept, detail);
                drift.line = bound.table.header.line;
                bound.table.issues.add(drift);
            }
        }
    }
}
