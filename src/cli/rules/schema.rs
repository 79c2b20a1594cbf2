//! `chartaudit rules schema`: what an editor needs to complete and check rule files.

use crate::cli::ExitCode;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::rule;

/// The arguments of `rules schema`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Print the JSON Schema of rule files, for editors.\n\nSave it, and name it on the first line of a \
                  rule file: `# yaml-language-server: $schema=rules.schema.json`"
)]
pub(crate) struct SchemaArguments {}

/// Prints the schema.
pub(crate) fn run(
    _arguments: &SchemaArguments,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    console.print(&format!("{:#}\n", rule::schema()))?;
    Ok(ExitCode::Ok)
}
