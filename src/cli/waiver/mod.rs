//! `chartaudit waiver`: the register of approved exceptions.

mod add;
mod list;
mod check;

use std::path::PathBuf;

use clap::Subcommand;

use crate::cli::ExitCode;
use crate::cli::arguments::{BookArguments, RuleArguments};
use crate::cli::console::Console;
use crate::cli::day::Day;
use crate::cli::error::CliError;
use crate::cli::exception;
use crate::cli::settings::{Origin, Said, Setting, Settings};
use crate::rule::{RuleBook, WaiverFile};

/// What to do with waivers.
#[derive(Debug, Subcommand)]
pub(crate) enum WaiverCommand {
    /// Add a waiver to the file, and leave the rest of it as it is
    Add(Box<add::AddArguments>),
    /// List the waivers and how each stands on a day
    List(list::ListArguments),
    /// Check the file: everything wrong with it at once, and what has expired
    Check(check::CheckArguments),
}

/// Runs the subcommand.
pub(crate) fn run(
    command: WaiverCommand,
    said: &Said,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    match command {
        WaiverCommand::Add(arguments) => add::run(*arguments, said, console),
        WaiverCommand::List(arguments) => list::run(arguments, said, console),
        WaiverCommand::Check(arguments) => check::run(arguments, said, console),
    }
}

/// Which file, and which rules it is about.
#[derive(Debug, clap::Args)]
struct WhichWaivers {
    /// The file of waivers, instead of the one that the project file names
    #[arg(long, value_name = "FILE", env = "CHARTAUDIT_WAIVERS", hide_env_values = true)]
    waivers: Option<PathBuf>,

    #[command(flatten)]
    book: BookArguments,
}

impl WhichWaivers {
    /// The settings of the folder that the file lies in, or of this one; the file is where they say.
    fn settle(self, said: &Said) -> Result<Settings, CliError> {
        let here = PathBuf::from(".");
        let folder = self.waivers.as_deref().and_then(std::path::Path::parent);
        let folder = folder.filter(|folder| folder.is_dir()).map_or(here, PathBuf::from);
        let rules = RuleArguments::of(self.book);
        let mut settings = Settings::settle(&[folder], None, rules, said)?;
        if let Some(path) = self.waivers {
            settings.waivers = Setting { value: Some(path), origin: Origin::Flag };
        }
        Ok(settings)
    }

    /// The waivers of the file, each of them checked.
    fn open(self, said: &Said) -> Result<Opened, CliError> {
        let settings = self.settle(said)?;
        let path = file(&settings)?;
        let waivers = exception::check(exception::read(&path)?, &settings, &rules(&settings)?)?;
        Ok(Opened { path, waivers, as_of: settings.as_of.value })
    }
}

/// A file of waivers, and the day on which they are looked at.
#[derive(Debug)]
struct Opened {
    path: PathBuf,
    waivers: WaiverFile,
    as_of: Day,
}

/// The file of waivers that these settings name.
fn file(settings: &Settings) -> Result<PathBuf, CliError> {
    settings.waivers.value.clone().ok_or(CliError::NoWaivers)
}

/// Every rule that a waiver may be for.
fn rules(settings: &Settings) -> Result<RuleBook, CliError> {
    Ok(settings.load_rules()?.book)
}
