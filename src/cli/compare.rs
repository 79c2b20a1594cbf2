//! `chartaudit compare`: what is new, what persists and what is resolved between two audits.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;

use crate::cli::ExitCode;
use crate::cli::arguments::severity;
use crate::cli::baseline;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::output::{Outputs, write_file};
use crate::cli::request::ReportRequest;
use crate::report::{FailOn, Ratchet, ReportFormat, Style, comparison};

/// The arguments of `compare`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Compare two audits.\n\nMatches the findings of two saved JSON reports by their fingerprints, wherever \
                  the records lie, and says which are new, which persist and which are resolved. The file of \
                  fingerprints that was written with each report must lie beside it. Nothing is audited again.",
    after_long_help = EXAMPLES
)]
pub(crate) struct CompareArguments {
    /// The earlier report
    #[arg(value_name = "OLD")]
    old: PathBuf,

    /// The later report
    #[arg(value_name = "NEW")]
    new: PathBuf,

    /// Fail on new findings from this severity on [default: that of the later report]
    #[arg(long, value_name = "SEVERITY", value_parser = severity())]
    fail_on: Option<FailOn>,

    /// Refuse growth: fail on every new finding, whatever its severity
    #[arg(long, value_parser = BoolishValueParser::new())]
    ratchet: bool,

    /// Write the later report as judged against the earlier one, to standard output without a FILE; repeatable
    ///
    /// Every format of `scan` can be written; findings of the earlier report are marked as known in each.
    #[arg(long, value_name = "FORMAT[=FILE]")]
    report: Vec<ReportRequest>,
}

/// Examples, for people.
const EXAMPLES: &str = "\
Examples:
    chartaudit compare october.json november.json
    chartaudit compare main.json branch.json --fail-on warning --report markdown=summary.md";

/// Compares two audits.
pub(crate) fn run(
    arguments: CompareArguments,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let CompareArguments { old, new, fail_on, ratchet, report } = arguments;
    let inputs = [old.clone(), new.clone()];
    let outputs = Outputs::check(report, None, &inputs, &[])?;
    let (known, mut earlier) = baseline::open(&old)?;
    let (found, later) = baseline::open(&new)?;
    let later = *later.report;
    let (theirs, ours) = (&known.about().site_key_name, &found.about().site_key_name);
    if theirs != ours {
        let (theirs, ours) = (theirs.clone(), ours.clone());
        return Err(CliError::OtherKey { path: old, theirs, ours });
    }
    earlier.ratchet = if ratchet { Ratchet::Tight } else { Ratchet::Loose };
    let said = FailOn::named(&later.provenance.fail_on).unwrap_or_default();
    let report = later
        .against(&earlier, (&known, &found), fail_on.unwrap_or(said))
        .map_err(|source| CliError::FingerprintsGone { path: new, source })?;
    let mut code = ExitCode::from_number(report.exit_code).unwrap_or(ExitCode::Internal);
    for (format, path) in &outputs.files {
        let style = Style { width: 100, ..Style::default() };
        if let Err(problem) = write_file(&report, *format, path, style) {
            console.diagnose(&problem);
            code = code.or(problem.exit_code());
        }
    }
    let style = console.out.style(0);
    let screen = match outputs.stdout {
        None | Some(ReportFormat::Text) => comparison(&report, style),
        Some(format) => format.render(&report, style)?,
    };
    console.print(&screen)?;
    Ok(code)
}
