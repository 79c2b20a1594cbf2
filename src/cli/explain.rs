//! `chartaudit explain`: one rule, for a person.

use std::path::PathBuf;

use crate::cli::ExitCode;
use crate::cli::arguments::PlaceArguments;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::settings::{Origin, Project, RuleSettings, Said};
use crate::cli::{book, near};
use crate::report::explain;
use crate::rule::{self, CheckedRule, LoadRequest, Pack, RuleBook};

/// The arguments of `explain`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Explain a rule.\n\nShows what the rule checks and where it comes from, its condition and the \
                  parameters in force, why the guideline asks for it, how to fix what it finds, and its examples."
)]
pub(crate) struct ExplainArguments {
    /// The rule's id, as in `retention/kept-too-long`; `pack:family/id` is understood too
    #[arg(value_name = "RULE")]
    rule: String,

    /// Packs by name, and files or folders of your own; repeatable [default: every shipped pack]
    #[arg(
        long,
        value_name = "PACK|PATH",
        env = "CHARTAUDIT_RULES",
        hide_env_values = true,
        value_delimiter = ','
    )]
    rules: Vec<String>,

    /// The project file whose tailoring and parameters count, instead of the nearest above this folder
    #[arg(long, value_name = "FILE", env = "CHARTAUDIT_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,

    #[command(flatten)]
    place: PlaceArguments,
}

/// Explains a rule.
pub(crate) fn run(
    arguments: ExplainArguments,
    said: &Said,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let ExplainArguments { rule, rules, config, place } = arguments;
    let project = Project::find(config, &[PathBuf::from(".")])?;
    let settings = RuleSettings::settle(rules, place, None, said, &project.file);
    let book = settings.load_all(&project)?;
    if let Some((pack, rule)) = find(&book, &rule) {
        return show(rule, pack, &book, console);
    }
    // A project may run some packs only; the others can be read about all the same.
    let shipped = rule::load(book::everything().all, &LoadRequest::default())?;
    if settings.rules.origin == Origin::Project
        && let Some((pack, rule)) = find(&shipped, &rule)
    {
        return show(rule, pack, &shipped, console);
    }
    let books = [&book, &shipped];
    let packs = books.iter().flat_map(|book| &book.packs);
    let ids = packs.flat_map(|pack| &pack.rules).map(|rule| rule.id.text.as_str());
    let id = rule.split_once(':').map_or(rule.as_str(), |(_, id)| id);
    let help = match near::closest(id, ids) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`chartaudit rules list` shows every rule".to_owned(),
    };
    Err(CliError::NoSuchRule { name: rule, help })
}

/// Prints what is to be said about a rule.
fn show(
    rule: &CheckedRule,
    pack: &Pack,
    book: &RuleBook,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    console.print(&explain::render(rule, pack, &book.dictionary, console.out.style(0)))?;
    Ok(ExitCode::Ok)
}

/// The rule of that id, with or without its pack, and its pack.
fn find<'b>(book: &'b RuleBook, name: &str) -> Option<(&'b Pack, &'b CheckedRule)> {
    let (pack, id) = match name.split_once(':') {
        Some((pack, id)) => (Some(pack), id),
        None => (None, name),
    };
    book.packs
        .iter()
        .filter(|of| pack.is_none_or(|pack| of.name == pack))
        .find_map(|of| of.rules.iter().find(|rule| rule.id.text == id).map(|rule| (of, rule)))
}
