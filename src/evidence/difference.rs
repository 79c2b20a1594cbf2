//! What differs between a manifest and what is there.

use std::collections::{BTreeMap, BTreeSet};

use super::digest::Digests;
use super::manifest::Manifest;

/// A file that is there, under the name that an audit would give it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Its path below the folder under audit.
    pub path: String,
    /// What was read of it; `None` where it could not be read.
    pub digests: Option<Digests>,
}

/// One difference between a manifest and the files that are there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// The file is not there.
    Missing {
        /// Its path in the manifest.
        path: String,
    },
    /// The file is there under another name.
    Renamed {
        /// Its path in the manifest.
        path: String,
        /// Its path now.
        now: String,
    },
    /// The file has another size or other bytes.
    Altered {
        /// Its path.
        path: String,
        /// Its size in the manifest.
        sealed: u64,
        /// Its size now.
        now: u64,
    },
    /// The file is there and was not under audit.
    Extra {
        /// Its path.
        path: String,
    },
    /// The file is there and cannot be read.
    Unreadable {
        /// Its path.
        path: String,
    },
    /// The manifest holds no digest of the file, because the audit did not read it: nothing can be said.
    NotSealed {
        /// Its path.
        path: String,
    },
}

/// Holds the files that are there against a manifest; differences in the order of paths.
///
/// A file under another name is told by its digest, so that a renamed export is not taken for a lost one.
#[must_use]
pub fn compare(manifest: &Manifest, held: &[Held]) -> Vec<Difference> {
    let by_path: BTreeMap<&str, &Held> =
        held.iter().map(|file| (file.path.as_str(), file)).collect();
    let sealed: BTreeSet<&str> = manifest.inputs.iter().map(|input| input.path.as_str()).collect();
    let mut strangers: Vec<&Held> =
        held.iter().filter(|file| !sealed.contains(file.path.as_str())).collect();
    let mut differences = Vec::new();
    for input in &manifest.inputs {
        let path = input.path.clone();
        let Some(file) = by_path.get(path.as_str()) else {
            let same = strangers.iter().position(|file| {
                let digest = file.digests.as_ref().map(|digests| &digests.blake3);
                digest.is_some() && digest == input.blake3.as_ref()
            });
            differences.push(match same {
                Some(place) => {
                    Difference::Renamed { path, now: strangers.remove(place).path.clone() }
                }
                None if input.blake3.is_none() => Difference::NotSealed { path },
                None => Difference::Missing { path },
            });
            continue;
        };
        let Some(digests) = &file.digests else {
            differences.push(Difference::Unreadable { path });
            continue;
        };
        let Some(blake3) = &input.blake3 else {
            differences.push(Difference::NotSealed { path });
            continue;
        };
        let same_sha256 =
            input.sha256.is_none() || digests.sha256.is_none() || input.sha256 == digests.sha256;
        if digests.bytes != input.bytes || digests.blake3 != *blake3 || !same_sha256 {
            let (sealed, now) = (input.bytes, digests.bytes);
            differences.push(Difference::Altered { path, sealed, now });
        }
    }
    differences.extend(strangers.iter().map(|file| Difference::Extra { path: file.path.clone() }));
    differences.sort();
    differences
}

impl Difference {
    /// Whether the files are not what was sealed; a file of which nothing was sealed proves nothing.
    #[must_use]
    pub fn breaks(&self) -> bool {
        !matches!(self, Self::NotSealed { .. })
    }

    /// It in words.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Missing { path } => format!("{path}: missing"),
            Self::Renamed { path, now } => format!("{path}: now called {now}, same bytes"),
            Self::Altered { path, sealed, now } if sealed == now => {
                format!("{path}: other bytes, same size")
            }
            Self::Altered { path, sealed, now } => {
                format!("{path}: other bytes, {now} in place of {sealed}")
            }
            Self::Extra { path } => format!("{path}: was not under audit"),
            Self::Unreadable { path } => format!("{path}: cannot be read"),
            Self::NotSealed { path } => {
                format!("{path}: the audit did not read it whole, nothing was sealed")
            }
        }
    }
}
