//! Files that are no tables: held against each other byte for byte.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::finding::{InputFate, InputOutcome};
use crate::source::{self, FoundFile, Issue, IssueClass, IssueCode, IssueLog, Tally};
use crate::transfer::set::Side;

/// A file whose records cannot be compared.
#[derive(Debug, Clone)]
pub struct ByteFile {
    /// Its path below the PATH argument, with `/`.
    pub name: String,
    /// Where it lies.
    pub path: PathBuf,
}

/// A file that was to be read as a table and cannot be.
#[derive(Debug)]
pub struct RefusedFile {
    /// The file.
    pub file: ByteFile,
    /// Why.
    pub issues: IssueLog,
    /// What was seen of it.
    pub tally: Tally,
    /// The record set it seems to hold.
    pub record_set: Option<String>,
    /// Whether it is plainly no export, so that nothing is missing where it is not read.
    pub other: bool,
    /// What it is for.
    pub purpose: Purpose,
}

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// It was to be sent.
    Delivery,
    /// It lists what was to be sent.
    List,
}

/// What became of the files that are no tables.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) inputs: Vec<InputOutcome>,
    /// The files of each side, by name.
    pub(super) sent: Vec<(String, Twin)>,
    pub(super) received: Vec<(String, Twin)>,
}

/// Whether the other side has a file of the same bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Twin {
    Found,
    Missing,
    /// None has, but the file seems to be a table, and a table may be written in many ways.
    Unknown,
}

/// The digest of a file and its length; `None` if it cannot be read.
fn digest(file: &ByteFile) -> Option<(u64, blake3::Hash)> {
    let len = std::fs::metadata(&file.path).ok()?.len();
    let found = FoundFile { name: file.name.clone(), path: file.path.clone(), len };
    let input = source::open_file(&found).ok()?;
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 1 << 17];
    let mut offset = 0;
    loop {
        match input.bytes.read_at(offset, &mut buffer).ok()? {
            0 => return Some((offset, hasher.finalize())),
            count => {
                hasher.update(buffer.get(..count)?);
                offset += count as u64;
            }
        }
    }
}

/// Holds the files of both sides against each other: what arrived byte for byte arrived, whatever it is called.
pub(super) fn hold(files: [Vec<RefusedFile>; 2]) -> Held {
    let mut held = Held::default();
    let mut digests: [Vec<Option<(u64, blake3::Hash)>>; 2] = [Vec::new(), Vec::new()];
    let mut twins: BTreeMap<[u8; 32], [usize; 2]> = BTreeMap::new();
    for side in Side::BOTH {
        for refused in &files[side.index()] {
            let digest = digest(&refused.file);
            if let Some((_, hash)) = &digest {
                twins.entry(*hash.as_bytes()).or_default()[side.index()] += 1;
            }
            digests[side.index()].push(digest);
        }
    }
    for (side, (files, digests)) in Side::BOTH.into_iter().zip(files.into_iter().zip(digests)) {
        for (refused, digest) in files.into_iter().zip(digests) {
            let RefusedFile { file, mut issues, tally, record_set, other, purpose } = refused;
            let list = purpose == Purpose::List;
            let twin = digest.as_ref().is_some_and(|(_, hash)| {
                twins.get(hash.as_bytes()).is_some_and(|sides| sides.iter().all(|count| *count > 0))
            });
            let found = match (twin || list, other) {
                (true, _) => Twin::Found,
                (false, true) => Twin::Missing,
                (false, false) => Twin::Unknown,
            };
            let name = format!("{}/{}", side.name(), file.name);
            let fate = match (twin || list, other) {
                (true, _) if list => {
                    issues = IssueLog::default();
                    issues.add(noted("the list of what was to be sent"));
                    InputFate::Read
                }
                (true, _) => {
                    issues = IssueLog::default();
                    issues.add(noted("compared byte for byte: the other side has the same bytes"));
                    InputFate::Read
                }
                (false, true) => InputFate::Unrecognised,
                (false, false) => InputFate::Refused,
            };
            held.inputs.push(InputOutcome {
                path: name.clone(),
                fate,
                record_set: record_set.filter(|_| !twin),
                layout: None,
                format: "bytes".to_owned(),
                bytes: digest.as_ref().map_or(0, |(len, _)| *len),
                blake3: digest.map(|(_, hash)| hash.to_hex().to_string()),
                dialect: Vec::new(),
                bound: Vec::new(),
                unbound: Vec::new(),
                tally: if twin { Tally::default() } else { tally },
                issues,
                columns: Vec::new(),
                overflows: 0,
                claim: None,
                looked_at: false,
            });
            match side {
                Side::Sent => held.sent.push((name, found)),
                Side::Received => held.received.push((name, found)),
            }
        }
    }
    held
}

fn noted(detail: &str) -> Issue {
    Issue::of_file(IssueCode("read/other-file"), IssueClass::Noted, detail.to_owned())
}
