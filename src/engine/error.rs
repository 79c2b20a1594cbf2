//! What stops a scan.

use miette::Diagnostic;
use thiserror::Error;

/// What stops a scan. Unreadable input does not: it stands in the result.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum EngineError {
    /// Keys did not fit the memory and could not be put aside.
    #[error("cannot put keys aside in `{folder}`: {kind}")]
    #[diagnostic(
        code(chartaudit::engine::spill),
        help("make room there, name another folder with --temp-dir, or allow more with --memory")
    )]
    Spill {
        /// The folder for temporary files.
        folder: String,
        /// What the file system said.
        kind: std::io::ErrorKind,
    },
    /// The stream of findings could not be written.
    #[error("cannot write the findings: {kind}")]
    #[diagnostic(
        code(chartaudit::engine::stream),
        help("check the room and the permissions of the folder")
    )]
    Stream {
        /// What the file system said.
        kind: std::io::ErrorKind,
    },
    /// The fingerprints of the baseline could not be read to the end of the scan.
    #[error("cannot read the fingerprints of the baseline any more: {kind}")]
    #[diagnostic(
        code(chartaudit::engine::baseline),
        help("leave the file alone while a scan runs, and scan again")
    )]
    Baseline {
        /// What the file system said.
        kind: std::io::ErrorKind,
    },
    /// No threads could be had.
    #[error("cannot start {threads} threads")]
    #[diagnostic(code(chartaudit::engine::threads), help("ask for fewer with --threads"))]
    Threads {
        /// How many were asked for.
        threads: usize,
    },
}
