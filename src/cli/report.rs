//! `chartaudit report`: a saved report again, in other formats.

use std::fs;
use std::path::PathBuf;

use crate::cli::ExitCode;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::output::Outputs;
use crate::cli::request::ReportRequest;
use crate::report::Report;

/// The arguments of `report`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Render a saved JSON report again.\n\nShows the screen that the scan showed, or writes other \
                  formats. Nothing is judged again: the exit code says whether the report could be rendered, \
                  not how the audit ended."
)]
pub(crate) struct ReportArguments {
    /// The report that `--report json=FILE` wrote
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Write a report, to standard output without a FILE: `markdown`, `sarif=audit.sarif`; repeatable
    ///
    /// The formats are text, narrated, json, html, markdown, csv (the worklist), sarif, sarif-full, junit, github and gitlab.
    #[arg(long, value_name = "FORMAT[=FILE]")]
    report: Vec<ReportRequest>,
}

/// Renders a saved report.
pub(crate) fn run(arguments: ReportArguments, console: &mut Console) -> Result<ExitCode, CliError> {
    let ReportArguments { file, report } = arguments;
    let outputs = Outputs::check(report, None, std::slice::from_ref(&file), &[])?;
    let unreadable =
        |source| CliError::Unreadable { what: "the report", path: file.clone(), source };
    let report = Report::from_json(&fs::read_to_string(&file).map_err(unreadable)?)?;
    let mut code = ExitCode::Ok;
    for problem in outputs.write(&report, None, 0, &[], console) {
        console.diagnose(&problem);
        code = code.or(problem.exit_code());
    }
    Ok(code)
}
