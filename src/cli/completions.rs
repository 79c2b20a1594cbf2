//! `chartaudit completions`: what a shell needs to complete commands and options.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::ExitCode;
use crate::cli::arguments::Arguments;
use crate::cli::console::Console;
use crate::cli::error::CliError;

/// The arguments of `completions`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Print what a shell needs to complete commands, options and their values.",
    after_long_help = NOTES
)]
pub(crate) struct CompletionsArguments {
    /// The shell
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// Where it goes, for people.
const NOTES: &str = "\
Where it goes:
    bash        chartaudit completions bash > ~/.local/share/bash-completion/completions/chartaudit
    zsh         chartaudit completions zsh > ~/.zfunc/_chartaudit
                and in ~/.zshrc, before compinit: fpath+=~/.zfunc
    fish        chartaudit completions fish > ~/.config/fish/completions/chartaudit.fish
    powershell  chartaudit completions powershell >> $PROFILE
    elvish      chartaudit completions elvish >> ~/.config/elvish/rc.elv";

/// Prints the script.
pub(crate) fn run(
    arguments: &CompletionsArguments,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut Arguments::command(), "chartaudit", &mut script);
    console.print_bytes(&script)?;
    Ok(ExitCode::Ok)
}
