//! `chartaudit rules check`: everything that is wrong with rule files.

use crate::cli::ExitCode;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::rules::WhichRules;
use crate::cli::word;
use crate::rule::{self, RuleProblem, Strictness};

/// The arguments of `rules check`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Check rule files.\n\nReports everything that is wrong at once, each problem underlined at its \
                  place: unknown keys, types, fields, conditions, patterns, parameters. With --strict a rule \
                  must also say why it exists, how to fix what it finds, and show examples of both."
)]
pub(crate) struct CheckArguments {
    #[command(flatten)]
    which: WhichRules,

    /// Ask of every rule what is asked of a shipped one: guideline, because, remedy and examples
    #[arg(long)]
    strict: bool,
}

/// Checks rule files.
pub(crate) fn run(arguments: &CheckArguments, console: &mut Console) -> Result<ExitCode, CliError> {
    let texts = arguments.which.texts()?;
    let book = rule::load(texts.all, &arguments.which.request()?)?;
    let strictness = if arguments.strict { Strictness::Strict } else { Strictness::Normal };
    let mut code = ExitCode::Ok;
    for remark in book.warnings.iter().chain(&rule::lint(&book, strictness)) {
        console.diagnose(remark);
        if !remark.problems.iter().all(RuleProblem::is_warning) {
            code = ExitCode::Usage;
        }
    }
    if code == ExitCode::Ok {
        let rules = book.packs.iter().map(|pack| pack.rules.len()).sum();
        console.print(&format!(
            "{} in {}: sound\n",
            word::counted(rules, "rule"),
            word::counted(book.packs.len(), "pack")
        ))?;
    }
    Ok(code)
}
