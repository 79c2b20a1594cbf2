//! `chartaudit waiver list`: the waivers, and how each stands on a day.

use crate::cli::ExitCode;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::settings::Said;
use crate::cli::waiver::{Opened, WhichWaivers};
use crate::report;

/// The arguments of `waiver list`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "List waivers.\n\nSays of each what it excuses, why, who answers for it, and how it stands on a \
                  day: in force, expiring within 30 days, expired, or not approved yet. Whether it excuses anything \
                  only a scan can say."
)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    which: WhichWaivers,
}

/// Lists waivers.
pub(crate) fn run(
    arguments: ListArguments,
    said: &Said,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let Opened { path, waivers, as_of } = arguments.which.open(said)?;
    let list = report::list_waivers(&waivers, as_of.0, console.out.style(0));
    console.print(&format!("{list}{} as of {as_of}\n", path.display()))?;
    Ok(ExitCode::Ok)
}
