//! What each file of an export claims to be: said for the whole export, or file by file in a manifest.

use std::collections::BTreeMap;

use crate::plan::bind::issue;
use crate::plan::{BoundFile, FileState, PlannedFile, ReaderKind};
use crate::rule::{ClaimedBy, Dictionary, ReleaseKind, ReleaseMethod, ReleaseSettings};
use crate::source::{CellSpan, FoundFile, Issue, IssueClass, Table};

/// The record set whose records say what the files of a release are.
pub const MANIFEST: &str = "release_manifest";

/// What is said of the export as a whole.
#[derive(Debug, Clone, Default)]
pub struct ReleaseRequest {
    /// What every file is, whatever a manifest says.
    pub of_run: Option<ReleaseKind>,
    /// What the project file says.
    pub settings: ReleaseSettings,
    /// The manifest that the project file names.
    pub manifest: Option<FoundFile>,
}

/// What a file claims to be, and who says so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// What it is; `None`: nobody says it.
    pub kind: Option<ReleaseKind>,
    /// Who says it.
    pub by: ClaimedBy,
    /// What it is made for. The word of a manifest is a value of a record.
    pub purpose: Option<String>,
    /// Whether the manifest names the determination of an expert for it.
    pub determined: bool,
    /// What is wrong with what is said.
    pub issues: Vec<Issue>,
}

impl Claim {
    /// How the file was made fit to leave.
    #[must_use]
    pub fn method(&self) -> ReleaseMethod {
        if self.determined { ReleaseMethod::Expert } else { ReleaseMethod::SafeHarbor }
    }
}

/// One row of a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Row {
    file: String,
    kind: Option<ReleaseKind>,
    purpose: Option<String>,
    determined: bool,
    line: u64,
    record: u64,
}

/// Settles what each file claims to be. A manifest that no file holds gives its own issues back.
pub(super) fn settle(
    files: &mut [PlannedFile],
    dictionary: &Dictionary,
    request: &ReleaseRequest,
    beside: Option<(&str, &BoundFile)>,
) -> Vec<(String, Issue)> {
    let Some(set) = dictionary.sets.iter().position(|set| set.name == MANIFEST) else {
        return Vec::new();
    };
    let mut rows: Vec<(String, Row)> = Vec::new();
    let mut faults: Vec<(String, Issue)> = Vec::new();
    let held = files.iter().filter_map(|file| match &file.state {
        FileState::Bound(bound) if bound.set == set => Some((file.name.as_str(), &**bound)),
        _ => None,
    });
    for (name, bound) in held.chain(beside) {
        match read(bound, dictionary) {
            Ok(read) => rows.extend(read.into_iter().map(|row| (name.to_owned(), row))),
            Err(kind) => {
                let detail = format!("the manifest cannot be read: {kind}");
                faults.push((
                    name.to_owned(),
                    issue("release/manifest", IssueClass::Skipped, detail),
                ));
            }
        }
    }
    let names: Vec<String> = files.iter().map(|file| file.name.clone()).collect();
    let mut said: BTreeMap<usize, Vec<&Row>> = BTreeMap::new();
    let mut lost: Vec<&(String, Row)> = Vec::new();
    for named in &rows {
        let matches = matching(&named.1.file, &names);
        matches.iter().for_each(|file| said.entry(*file).or_default().push(&named.1));
        if matches.is_empty() {
            lost.push(named);
        }
    }
    // A list of what left the house before is no manifest of this export.
    let about = request.manifest.is_some() || !said.is_empty();
    if about {
        let detail = "the manifest names a file that is not here";
        let absent = lost.iter().map(|(name, row)| (name, at(row, "release/no-such-file", detail)));
        let detail = "the manifest does not say what the file is: use identified, limited, deidentified or \
                      aggregate";
        let unknown = rows.iter().filter(|(_, row)| row.kind.is_none());
        let unknown = unknown.map(|(name, row)| (name, at(row, "release/unknown-kind", detail)));
        faults.extend(absent.chain(unknown).map(|(name, fault)| (name.clone(), fault)));
    }
    for (number, file) in files.iter_mut().enumerate() {
        let rows = said.get(&number).map_or(&[][..], Vec::as_slice);
        let is_manifest = matches!(&file.state, FileState::Bound(bound) if bound.set == set);
        file.claim = if is_manifest && rows.is_empty() {
            Claim { by: ClaimedBy::Itself, ..Claim::default() }
        } else {
            claim(rows, about, request)
        };
    }
    let mut homeless = Vec::new();
    for (name, fault) in faults {
        match files.iter_mut().find(|file| file.name == name) {
            Some(file) => file.claim.issues.push(fault),
            None => homeless.push((name, fault)),
        }
    }
    homeless
}

/// What the rows about a file, and what is said of the whole export, come to.
///
/// The flag goes before the manifest, which is more exact than the project file. Of rows that contradict each other
/// the one counts that lets least stay.
fn claim(rows: &[&Row], has_manifest: bool, request: &ReleaseRequest) -> Claim {
    let mut issues = Vec::new();
    let mut kinds: Vec<ReleaseKind> = rows.iter().filter_map(|row| row.kind).collect();
    kinds.sort_by_key(|kind| strictness(*kind));
    kinds.dedup();
    let listed = kinds.last().copied();
    if kinds.len() > 1 {
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        issues.push(kept(
            "release/said-twice",
            format!(
                "the manifest says that the file is {}: it is held against the strictest",
                names.join(" and ")
            ),
        ));
    }
    if has_manifest && rows.is_empty() {
        issues.push(kept(
            "release/not-in-manifest",
            "the release has a manifest, and this file is not in it".to_owned(),
        ));
    }
    let (kind, by) = match (request.of_run, listed, request.settings.kind) {
        (Some(kind), listed, _) => {
            if let Some(listed) = listed.filter(|listed| *listed != kind) {
                let detail = format!(
                    "the manifest says that the file is {}, the run says {}: the run is followed",
                    listed.name(),
                    kind.name()
                );
                issues.push(kept("release/said-twice", detail));
            }
            (Some(kind), ClaimedBy::Run)
        }
        (None, Some(kind), _) => (Some(kind), ClaimedBy::Manifest),
        (None, None, Some(kind)) => (Some(kind), ClaimedBy::Project),
        (None, None, None) => (None, ClaimedBy::Nobody),
    };
    Claim {
        kind,
        by,
        purpose: rows
            .iter()
            .find_map(|row| row.purpose.clone())
            .or_else(|| request.settings.purpose.clone()),
        determined: !rows.is_empty() && rows.iter().all(|row| row.determined),
        issues,
    }
}

/// What is held against most comes last.
fn strictness(kind: ReleaseKind) -> u8 {
    match kind {
        ReleaseKind::Identified => 0,
        ReleaseKind::Limited => 1,
        ReleaseKind::Deidentified => 2,
        ReleaseKind::Aggregate => 3,
    }
}

fn kept(code: &'static str, detail: String) -> Issue {
    issue(code, IssueClass::Kept, detail)
}

/// An issue of one row of a manifest.
fn at(row: &Row, code: &'static str, detail: &str) -> Issue {
    Issue { line: row.line, record: Some(row.record), ..kept(code, detail.to_owned()) }
}

/// The files that a name means: the one of that path, else those whose path ends in it or that it ends in, at a
/// folder's edge.
fn matching(named: &str, names: &[String]) -> Vec<usize> {
    let plain = |name: &str| {
        let name = name.trim().replace('\\', "/").to_lowercase();
        name.trim_start_matches("./").trim_matches('/').to_owned()
    };
    let named = plain(named);
    let end_of = |whole: &str, end: &str| {
        whole.strip_suffix(end).is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    let exact: Vec<usize> =
        (0..names.len()).filter(|number| plain(&names[*number]) == named).collect();
    if named.is_empty() || !exact.is_empty() {
        return exact;
    }
    let alike = |name: &String| {
        let name = plain(name);
        end_of(&name, &named) || end_of(&named, &name)
    };
    (0..names.len()).filter(|number| alike(&names[*number])).collect()
}

/// Reads the rows of a manifest, one after the other.
fn read(bound: &BoundFile, dictionary: &Dictionary) -> Result<Vec<Row>, std::io::ErrorKind> {
    let table: &Table = &bound.table;
    let set = &dictionary.sets[bound.set];
    let column = |field: &str| {
        let id = set.field_id(field)?;
        bound.columns.get(usize::from(id.0))?.as_ref()
    };
    let (file, kind) = (column("file"), column("kind"));
    let (purpose, determination) = (column("purpose"), column("determination_id"));
    let mut spans: Vec<CellSpan> = Vec::new();
    let mut rows = Vec::new();
    let read = table.read_through(&mut |batch, (lines, records)| {
        let mut texts: Vec<Vec<Option<String>>> = Vec::new();
        for column in [file, kind, purpose, determination] {
            let Some(bound) = column else {
                texts.push(vec![None; batch.rows]);
                continue;
            };
            batch.column(bound.column, &mut spans);
            let text = |span: &CellSpan| {
                let raw = batch.buffer.get(span.start as usize..span.end as usize);
                let raw = raw.unwrap_or_default().trim_ascii();
                let missing =
                    raw.is_empty() || bound.reader.nulls.iter().any(|null| **null == *raw);
                let mapped = match &bound.reader.kind {
                    ReaderKind::Code(Some(map)) => map.get(raw).map(|code| code.as_bytes()),
                    _ => None,
                };
                let text = String::from_utf8_lossy(mapped.unwrap_or(raw)).into_owned();
                (!missing).then_some(text)
            };
            texts.push(spans.iter().map(text).collect());
        }
        for row in 0..batch.rows {
            let cell = |column: usize| texts.get(column).and_then(|texts| texts.get(row)?.clone());
            rows.push(Row {
                file: cell(0).unwrap_or_default(),
                kind: cell(1).as_deref().and_then(ReleaseKind::named),
                purpose: cell(2),
                determined: cell(3).is_some(),
                line: lines + batch.line(row) + 1,
                record: records + batch.ordinal(row) + 1,
            });
        }
    });
    read.map_err(|error| error.kind())?;
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_name_files_in_many_ways() {
        let names = ["a/patients.csv", "b/patients.csv", "notes.csv"].map(str::to_owned);
        for (named, expected) in [
            ("a/patients.csv", &[0][..]),
            ("A\\Patients.csv", &[0]),
            ("./notes.csv", &[2]),
            ("exports/2026/notes.csv", &[2]),
            ("patients.csv", &[0, 1]),
            ("otes.csv", &[]),
            ("", &[]),
        ] {
            assert_eq!(matching(named, &names), expected, "of {named:?}");
        }
    }

    fn row(kind: ReleaseKind) -> Row {
        let (file, purpose) = ("notes.csv".to_owned(), None);
        Row { file, kind: Some(kind), purpose, determined: false, line: 2, record: 1 }
    }

    #[track_caller]
    fn check(
        listed: &[ReleaseKind],
        run: Option<ReleaseKind>,
        project: Option<ReleaseKind>,
        expected: (Option<ReleaseKind>, ClaimedBy, &[&str]),
    ) {
        let settings = ReleaseSettings { kind: project, ..ReleaseSettings::default() };
        let request = ReleaseRequest { of_run: run, settings, manifest: None };
        let rows: Vec<Row> = listed.iter().map(|kind| row(*kind)).collect();
        let claim = claim(&rows.iter().collect::<Vec<_>>(), true, &request);
        let codes: Vec<&str> = claim.issues.iter().map(|issue| issue.code.0).collect();
        assert_eq!((claim.kind, claim.by, codes.as_slice()), expected);
    }

    #[test]
    fn who_says_it_nearest_wins_and_contradictions_are_told() {
        use ReleaseKind::{Deidentified, Identified, Limited};
        let twice: &[&str] = &["release/said-twice"];
        check(&[Limited], None, Some(Identified), (Some(Limited), ClaimedBy::Manifest, &[]));
        check(&[Limited], Some(Limited), None, (Some(Limited), ClaimedBy::Run, &[]));
        check(&[Limited], Some(Deidentified), None, (Some(Deidentified), ClaimedBy::Run, twice));
        check(
            &[Deidentified, Identified],
            None,
            None,
            (Some(Deidentified), ClaimedBy::Manifest, twice),
        );
        let unnamed: &[&str] = &["release/not-in-manifest"];
        check(&[], None, Some(Limited), (Some(Limited), ClaimedBy::Project, unnamed));
        check(&[], None, None, (None, ClaimedBy::Nobody, unnamed));
    }
}
