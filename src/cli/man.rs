//! `chartaudit man`: the manual pages.

use std::path::PathBuf;

use clap::{Command, CommandFactory as _};
use clap_mangen::Man;

use crate::cli::ExitCode;
use crate::cli::arguments::Arguments;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::output;
use crate::cli::table::Table;
use crate::report::{Audience, write_atomic};

/// The arguments of `man`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Print the manual page of this program, or write a page for each of its commands into a folder.\n\nRead one \
                  without installing it: `chartaudit man | man -l -`. In a folder `man1` of the MANPATH, such as \
                  ~/.local/share/man/man1, `man chartaudit-scan` finds them."
)]
pub(crate) struct ManArguments {
    /// The folder for the pages of all commands; pages that are there are replaced
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// One page: the name of its file, and the command it is about.
struct Page {
    name: String,
    command: Command,
}

/// Prints the page of the program, or writes those of all commands.
pub(crate) fn run(arguments: &ManArguments, console: &mut Console) -> Result<ExitCode, CliError> {
    let mut pages = Vec::new();
    // Built, so that each command knows by what it is called.
    let mut program = Arguments::command();
    program.build();
    collect(program, "chartaudit", &mut pages);
    let Some(folder) = &arguments.out else {
        let program = pages.into_iter().next();
        console.print_bytes(&program.map(roff).transpose()?.unwrap_or_default())?;
        return Ok(ExitCode::Ok);
    };
    let places: Vec<PathBuf> = pages.iter().map(|page| folder.join(&page.name)).collect();
    for place in &places {
        output::check_place(place)?;
    }
    let mut written = Table::new(1);
    for (page, place) in pages.into_iter().zip(&places) {
        write_atomic(place, &roff(page)?, Audience::Usual)?;
        written.row([place.display().to_string()]);
    }
    console.print(&written.render(0, console.out.width))?;
    Ok(ExitCode::Ok)
}

/// The page of a command and those of the commands below it.
fn collect(command: Command, name: &str, pages: &mut Vec<Page>) {
    let below: Vec<(String, Command)> = command
        .get_subcommands()
        .filter(|below| !below.is_hide_set())
        .map(|below| (format!("{name}-{}", below.get_name()), below.clone()))
        .collect();
    pages.push(Page { name: format!("{name}.1"), command });
    for (name, command) in below {
        collect(command, &name, pages);
    }
}

/// A page as `man` reads it.
fn roff(page: Page) -> Result<Vec<u8>, CliError> {
    let mut text = Vec::new();
    let rendered = Man::new(page.command).render(&mut text);
    rendered.map_err(|source| CliError::Stdout { source })?;
    Ok(text)
}
