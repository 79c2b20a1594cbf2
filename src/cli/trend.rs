//! `chartaudit trend`: how each rule fared over a folder of saved reports.

use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::cli::ExitCode;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::output::check_place;
use crate::report::trend::{Trend, page, table};
use crate::report::{Audience, Report, ReportError, Style, write_atomic};

/// The arguments of `trend`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Show how each rule fared over a folder of saved JSON reports.\n\nReports are put in the order of the days \
                  on which their audits stand. Nothing is audited again, and what an audit did not judge is a gap, not \
                  a nought.",
    after_long_help = EXAMPLES
)]
pub(crate) struct TrendArguments {
    /// The folder of reports, or single ones
    #[arg(value_name = "DIR|REPORT", required = true)]
    paths: Vec<PathBuf>,

    /// Write the trend, to standard output in place of the table without a FILE: text, json or html; repeatable
    #[arg(long, value_name = "FORMAT[=FILE]")]
    report: Vec<TrendRequest>,
}

/// Examples, for people.
const EXAMPLES: &str = "\
Examples:
    chartaudit trend audits/
    chartaudit trend audits/ --report html=trend.html";

/// The trend in one format, to one place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct TrendRequest {
    format: TrendFormat,
    file: Option<PathBuf>,
}

/// A format of trends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TrendFormat {
    Text,
    Json,
    Html,
}

impl FromStr for TrendRequest {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => return Err("a file name must follow the `=`"),
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let format = match name {
            "text" => TrendFormat::Text,
            "json" => TrendFormat::Json,
            "html" => TrendFormat::Html,
            _ => return Err("the formats of a trend are text, json and html"),
        };
        Ok(Self { format, file })
    }
}

/// Shows the trend.
pub(crate) fn run(arguments: TrendArguments, console: &mut Console) -> Result<ExitCode, CliError> {
    let TrendArguments { paths, report } = arguments;
    let files = files(&paths)?;
    for file in report.iter().filter_map(|request| request.file.as_ref()) {
        let place = check_place(file)?;
        if files.iter().any(|path| path.canonicalize().is_ok_and(|path| path == place)) {
            return Err(CliError::OutputIsInput { path: file.clone() });
        }
    }
    if report.iter().filter(|request| request.file.is_none()).count() > 1 {
        return Err(CliError::SameOutput { place: "standard output".to_owned() });
    }
    let mut reports = Vec::new();
    let mut others = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let text = fs::read_to_string(&path);
        match text.ok().and_then(|text| Report::from_json(&text).ok()) {
            Some(report) => reports.push((name, report)),
            None => others.push(name),
        }
    }
    if reports.is_empty() {
        return Err(CliError::NoReports);
    }
    let trend = Trend::of(reports, others);
    let render = |format: TrendFormat, style: Style| match format {
        TrendFormat::Text => Ok(table(&trend, style)),
        TrendFormat::Json => trend.to_json().map_err(|_| CliError::from(ReportError::NotWritten)),
        TrendFormat::Html => Ok(page(&trend)),
    };
    let mut shown = TrendFormat::Text;
    for request in &report {
        match &request.file {
            Some(path) => {
                let text = render(request.format, Style { width: 100, ..Style::default() })?;
                write_atomic(path, text.as_bytes(), Audience::Usual)?;
            }
            None => shown = request.format,
        }
    }
    console.print(&render(shown, console.out.style(0))?)?;
    Ok(ExitCode::Ok)
}

/// The files that are named, and those in folders that end in `.json`, in the order of their names.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let mut files = Vec::new();
    for path in paths {
        let missing = |source| CliError::NoSuchPath { path: path.clone(), source };
        if !fs::metadata(path).map_err(missing)?.is_dir() {
            files.push(path.clone());
            continue;
        }
        let is_json = |file: &Path| file.extension().is_some_and(|extension| extension == "json");
        for entry in fs::read_dir(path).map_err(missing)? {
            let file = entry.map_err(missing)?.path();
            if file.is_file() && is_json(&file) {
                files.push(file);
            }
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}
