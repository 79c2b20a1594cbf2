//! `chartaudit waiver check`: whether a file of waivers can be used, and what in it has expired.

use crate::cli::ExitCode;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::settings::Said;
use crate::cli::waiver::{Opened, WhichWaivers};
use crate::cli::word::counted;
use crate::report;
use crate::rule::{Waiver, WaiverTerm};

/// The arguments of `waiver check`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Check waivers.\n\nReports everything that is wrong with the file at once, each problem underlined at \
                  its place: unknown rules, missing keys, conditions, and days that are too far. Waivers that have \
                  expired on the day end it with 6."
)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    which: WhichWaivers,
}

/// Checks waivers.
pub(crate) fn run(
    arguments: CheckArguments,
    said: &Said,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let Opened { path, waivers, as_of } = arguments.which.open(said)?;
    let expired = |waiver: &&Waiver| waiver.term(as_of.0) == WaiverTerm::Expired;
    let expired = waivers.waivers.iter().filter(expired).count();
    let list = report::note_waivers(&waivers, as_of.0, console.out.style(0));
    let words = match expired {
        0 => "sound".to_owned(),
        _ => format!("sound, but {} expired", if expired == 1 { "1 has" } else { "some have" }),
    };
    console.print(&format!(
        "{list}{} in {} as of {as_of}: {words}\n",
        counted(waivers.waivers.len(), "waiver"),
        path.display(),
    ))?;
    Ok(if expired == 0 { ExitCode::Ok } else { ExitCode::Stale })
}
