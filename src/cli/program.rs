//! From the command line to the exit code.

use std::ffi::OsString;
use std::panic::AssertUnwindSafe;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _};

use crate::cli::arguments::{Arguments, Command};
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::settings::Said;
use crate::cli::{
    ExitCode, compare, completions, evidence, explain, guard, init, interrupt, man, plan, report,
    retention, rules, sample, scan, transfer, trend, waiver,
};

/// Runs the program on these arguments, the program's name first, and says how it ended.
///
/// A panic anywhere below ends in [`ExitCode::Internal`] and a message that quotes no data.
#[must_use]
pub fn run<I: IntoIterator<Item = OsString>>(arguments: I) -> ExitCode {
    guard::install();
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    guard::run(AssertUnwindSafe(|| {
        let mut console = Console::of_process();
        match parse(arguments, &mut console) {
            Ok((parsed, said)) => finish(dispatch(parsed, &said, &mut console), &mut console),
            Err(code) => code,
        }
    }))
}

/// Reads the command line; help, version and mistakes end here.
fn parse(arguments: Vec<OsString>, console: &mut Console) -> Result<(Arguments, Said), ExitCode> {
    let parsed = Arguments::command().try_get_matches_from(arguments).and_then(|matches| {
        Arguments::from_arg_matches(&matches).map(|parsed| (parsed, Said::of(&matches)))
    });
    parsed.map_err(|error| {
        let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
        let colour = if asked { console.out.colour } else { console.err.colour };
        let text = error.render();
        let text = if colour { text.ansi().to_string() } else { text.to_string() };
        if asked {
            let printed = console.print(&text).map(|()| ExitCode::Ok);
            finish(printed, console)
        } else {
            console.complain(&text);
            ExitCode::Usage
        }
    })
}

/// Runs the command.
fn dispatch(
    arguments: Arguments,
    said: &Said,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    console.speak(arguments.format);
    match arguments.command {
        Command::Init(arguments) => init::run(arguments, said, console),
        Command::Scan(arguments) => scan::run(arguments, said, interrupt::listen(), console),
        Command::Plan(arguments) => plan::run(arguments, said, console),
        Command::Explain(arguments) => explain::run(arguments, said, interrupt::listen(), console),
        Command::Retention(arguments) => {
            retention::run(arguments, said, interrupt::listen(), console)
        }
        Command::Transfer(arguments) => {
            transfer::run(arguments, said, interrupt::listen(), console)
        }
        Command::Rules(command) => rules::run(command, console),
        Command::Report(arguments) => report::run(arguments, console),
        Command::Compare(arguments) => compare::run(arguments, console),
        Command::Trend(arguments) => trend::run(arguments, console),
        Command::Waiver(command) => waiver::run(command, said, console),
        Command::Sample(arguments) => sample::run(arguments, said, interrupt::listen(), console),
        Command::Evidence(command) => evidence::run(command, console),
        Command::Completions(arguments) => completions::run(&arguments, console),
        Command::Man(arguments) => man::run(&arguments, console),
    }
}

/// Shows what stopped the run, and gives its exit code.
fn finish(result: Result<ExitCode, CliError>, console: &mut Console) -> ExitCode {
    result.unwrap_or_else(|error| {
        console.diagnose(&error);
        error.exit_code()
    })
}
