//! What keeps an audit from being made.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::engine::EngineError;
use crate::rule::RuleErrors;

/// What keeps an audit from being made. Input that cannot be read does not: it stands in the report.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum AuditError {
    /// The project file, or a rule, is wrong: everything that is, at its place.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Rules(#[from] RuleErrors),
    /// No layout has the name that was asked for.
    #[error("there is no layout `{name}`")]
    #[diagnostic(
        code(chartaudit::audit::no_such_layout),
        help("leave it out, and layouts are chosen by the headers of the files")
    )]
    NoSuchLayout {
        /// The name.
        name: String,
    },
    /// The project file names a release manifest that cannot be read.
    #[error("cannot read the release manifest `{}`", path.display())]
    #[diagnostic(code(chartaudit::audit::unreadable))]
    Manifest {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The scan was stopped.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Engine(#[from] EngineError),
}
