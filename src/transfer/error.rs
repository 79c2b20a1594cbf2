//! What stops a comparison.

use std::io;

use miette::Diagnostic;
use thiserror::Error;

use crate::delivery::ListError;
use crate::engine::EngineError;

/// What stops a comparison. Unreadable input does not: it stands in the result.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum TransferError {
    /// Memory, threads or an output.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Engine(#[from] EngineError),
    /// What was asked for does not fit the files.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Problem(#[from] TransferProblem),
    /// The list of what was to be sent cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    List(#[from] ListError),
    /// A file could be read once, and then no more.
    #[error("a file could not be read again: {kind}")]
    #[diagnostic(
        code(chartaudit::transfer::gone),
        help("compare the exports when nothing writes to them any more")
    )]
    Gone {
        /// What the file system said.
        kind: io::ErrorKind,
    },
}

/// What was asked for and does not fit the files.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[non_exhaustive]
pub enum TransferProblem {
    /// A key names columns that no table has.
    #[error("no table{} has the key `{key}`", of(record_set.as_deref()))]
    #[diagnostic(
        code(chartaudit::transfer::no_such_key),
        help(
            "name columns by their headers, or fields of the dictionary: `--key encounters=encounter_id`"
        )
    )]
    NoSuchKey {
        /// The columns.
        key: String,
        /// The record set that was meant.
        record_set: Option<String>,
    },
}

fn of(record_set: Option<&str>) -> String {
    record_set.map_or_else(String::new, |name| format!(" of `{name}`"))
}

/// Marks an error of a file that was to be read again.
#[derive(Debug, Error)]
#[error("a file could not be read again")]
pub(super) struct Gone(pub(super) io::ErrorKind);

impl Gone {
    pub(super) fn error(kind: io::ErrorKind) -> io::Error {
        io::Error::other(Self(kind))
    }

    /// The kind of the error, if it is one of a file that was to be read again.
    pub(super) fn kind_of(error: &io::Error) -> Option<io::ErrorKind> {
        error.get_ref()?.downcast_ref::<Self>().map(|gone| gone.0)
    }
}
