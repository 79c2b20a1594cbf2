//! `chartaudit rules`: for people who write rules.

mod list;
mod check;
mod test;
mod schema;

use std::path::{Path, PathBuf};

use clap::Subcommand;

use crate::cli::ExitCode;
use crate::cli::book::{self, Texts};
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::settings::Project;
use crate::rule::LoadRequest;

/// What to do with rules.
#[derive(Debug, Subcommand)]
pub(crate) enum RulesCommand {
    /// List rules with their severity, pack and citation
    List(list::ListArguments),
    /// Check rule files, and report everything that is wrong with them
    Check(check::CheckArguments),
    /// Run the examples of every rule
    Test(test::TestArguments),
    /// Print the JSON Schema of rule files, for editors
    Schema(schema::SchemaArguments),
}

/// Runs the subcommand.
pub(crate) fn run(command: RulesCommand, console: &mut Console) -> Result<ExitCode, CliError> {
    match command {
        RulesCommand::List(arguments) => list::run(&arguments, console),
        RulesCommand::Check(arguments) => check::run(&arguments, console),
        RulesCommand::Test(arguments) => test::run(&arguments, console),
        RulesCommand::Schema(arguments) => schema::run(&arguments, console),
    }
}

/// Which rules to work on.
#[derive(Debug, clap::Args)]
struct WhichRules {
    /// Packs that ship with the program, by name, and files or folders of your own [default: every shipped pack]
    #[arg(value_name = "PACK|PATH")]
    rules: Vec<String>,
}

impl WhichRules {
    /// Their texts.
    fn texts(&self) -> Result<Texts, CliError> {
        if self.rules.is_empty() {
            Ok(book::everything())
        } else {
            book::named(&self.rules, Path::new(""))
        }
    }

    /// What they are read with: rules of a site's own may name the patterns of its project file.
    ///
    /// # Errors
    /// If they belong to two projects, or if what the file of theirs says of identifiers cannot be used.
    fn request(&self) -> Result<LoadRequest<'static>, CliError> {
        let own: Vec<PathBuf> =
            self.rules.iter().map(PathBuf::from).filter(|path| path.exists()).collect();
        let project = Project::find(None, &own)?;
        Ok(LoadRequest { identifiers: project.file.identifiers, ..LoadRequest::default() })
    }
}
