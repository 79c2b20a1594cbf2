//! What can go wrong with a report.

use miette::Diagnostic;
use thiserror::Error;

/// Why a saved report cannot be used, or a report cannot be written. No message quotes the file.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub enum ReportError {
    /// The text is not JSON.
    #[error("the file is not JSON: line {line}, column {column}")]
    #[diagnostic(
        code(chartaudit::report::not_json),
        help("name a report that `chartaudit scan --report json=FILE` wrote")
    )]
    NotJson {
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// The JSON is no report at all.
    #[error("the file is JSON, but not a report of chartaudit")]
    #[diagnostic(
        code(chartaudit::report::not_a_report),
        help("name a report that `chartaudit scan --report json=FILE` wrote")
    )]
    NotAReport,
    /// The report has another version.
    #[error("the report has another version than `{expected}`")]
    #[diagnostic(
        code(chartaudit::report::other_version),
        help("render it with the version of chartaudit that wrote it, or scan again")
    )]
    OtherVersion {
        /// The version that can be read.
        expected: &'static str,
    },
    /// The report says its version but does not keep to it.
    #[error("the report does not keep to `{expected}`: line {line}, column {column}")]
    #[diagnostic(
        code(chartaudit::report::damaged),
        help("the file was changed after it was written; use the original")
    )]
    Damaged {
        /// The version that it claims.
        expected: &'static str,
        /// The line, from 1.
        line: usize,
        /// The column, from 1.
        column: usize,
    },
    /// The report cannot be written as JSON.
    #[error("the report cannot be written as JSON")]
    #[diagnostic(code(chartaudit::report::not_written), help("report this as a bug of chartaudit"))]
    NotWritten,
    /// The stream of all findings has a name that says no format.
    #[error("`--all-findings` writes .csv, .jsonl or .ndjson files")]
    #[diagnostic(
        code(chartaudit::report::stream_format),
        help("end the file name in `.csv` or `.jsonl`")
    )]
    StreamFormat,
    /// A file cannot be created or written.
    #[error("cannot write `{path}`")]
    #[diagnostic(
        code(chartaudit::report::write),
        help("check that the folder exists, is writable and has space")
    )]
    Write {
        /// The file as the user named it.
        path: String,
        /// What the file system says.
        #[source]
        cause: std::io::Error,
    },
}
