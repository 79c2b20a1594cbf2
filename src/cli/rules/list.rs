//! `chartaudit rules list`: every rule on a line.

use crate::cli::ExitCode;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::rules::WhichRules;
use crate::cli::table::Table;
use crate::cli::word;
use crate::rule::{self, CheckedRule};

/// The arguments of `rules list`.
#[derive(Debug, clap::Args)]
pub(crate) struct ListArguments {
    #[command(flatten)]
    which: WhichRules,
}

/// Lists rules, a pack at a time.
pub(crate) fn run(arguments: &ListArguments, console: &mut Console) -> Result<ExitCode, CliError> {
    let book = rule::load(arguments.which.texts()?.all, &arguments.which.request()?)?;
    let mut text = String::new();
    for pack in &book.packs {
        text.push_str(&format!(
            "{} {} · {} · {}\n",
            pack.name,
            pack.version,
            pack.title,
            word::counted(pack.rules.len(), "rule")
        ));
        for rule in &pack.rules {
            text.push_str(&format!("  {:<8} {}\n", rule.severity.name(), rule.id.text));
            let mut table = Table::new(1);
            table.row([match citation(rule) {
                cite if cite.is_empty() => rule.title.clone(),
                cite => format!("{} · {cite}", rule.title),
            }]);
            text.push_str(&table.render(11, console.out.width));
        }
        text.push('\n');
    }
    console.print(&text)?;
    Ok(ExitCode::Ok)
}

/// The citations of a rule, one after the other.
fn citation(rule: &CheckedRule) -> String {
    let cites: Vec<&str> = rule.guideline.iter().map(|citation| citation.cite.as_str()).collect();
    cites.join("; ")
}
