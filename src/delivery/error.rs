//! Why a list cannot be used.

use std::io;

use miette::Diagnostic;
use thiserror::Error;

/// Why a list of what was to be delivered cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[non_exhaustive]
pub enum ListError {
    /// It cannot be read.
    #[error("cannot read the manifest `{name}`: {kind}")]
    #[diagnostic(
        code(chartaudit::delivery::unreadable),
        help("a manifest is a text in UTF-8: a CSV table, or what `sha256sum` or `b3sum` writes")
    )]
    Unreadable {
        /// The file.
        name: String,
        /// What the file system said.
        kind: io::ErrorKind,
    },
    /// It is none.
    #[error("`{name}` is no manifest: line {line}: {what}")]
    #[diagnostic(
        code(chartaudit::delivery::no_manifest),
        help(
            "name a CSV table with the columns `file` and `sha256`, `bytes` or `row_count`, or what `sha256sum` or `b3sum` writes"
        )
    )]
    NoManifest {
        /// The file.
        name: String,
        /// The line, from 1; it is not quoted, because it may be a record's.
        line: u64,
        /// What is wrong there.
        what: &'static str,
    },
}

impl ListError {
    /// What is wrong with it, without its name.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Unreadable { kind: io::ErrorKind::NotFound, .. } => {
                "it is not in the delivery".to_owned()
            }
            Self::Unreadable { kind, .. } => format!("it cannot be read: {kind}"),
            Self::NoManifest { line, what, .. } => format!("it is none: line {line}: {what}"),
        }
    }
}
