//! Waivers and tailoring as a run uses them: read and checked, or left out for an inspection.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::BoolishValueParser;

use crate::cli::book;
use crate::cli::error::CliError;
use crate::cli::settings::{Loaded, Origin, Setting, Settings};
use crate::detect::Site;
use crate::report::Excusing;
use crate::rule::{
    self, LONGEST, RuleBook, RuleErrors, RulePart, RuleText, WaiverFile, WaiverRules,
};

/// What is excused, and what is not.
#[derive(Debug, Args)]
#[command(next_help_heading = "Exceptions")]
pub(crate) struct ExceptionArguments {
    /// Excuse violations by the waivers in FILE, instead of those that the project file names
    ///
    /// Waived violations are found and counted all the same; they do not make the audit fail.
    #[arg(long, value_name = "FILE", env = "CHARTAUDIT_WAIVERS", hide_env_values = true)]
    pub(crate) waivers: Option<PathBuf>,

    /// Leave all waivers out: the view of an inspector
    #[arg(
        long,
        env = "CHARTAUDIT_NO_WAIVERS",
        hide_env_values = true,
        value_parser = BoolishValueParser::new(),
        conflicts_with = "waivers"
    )]
    pub(crate) no_waivers: bool,

    /// Leave out what the project file changes in rules and lets stand: the view of an inspector
    ///
    /// Its `rules` and `identifiers.allow` have no effect; parameters stay as they are, and the report shows them.
    #[arg(
        long,
        env = "CHARTAUDIT_NO_TAILORING",
        hide_env_values = true,
        value_parser = BoolishValueParser::new()
    )]
    pub(crate) no_tailoring: bool,
}

impl ExceptionArguments {
    /// Takes out of the settings what is left out, and puts in what is named. Says whether tailoring was left out.
    pub(crate) fn apply(&self, settings: &mut Settings) -> bool {
        if let Some(path) = &self.waivers {
            settings.waivers = Setting { value: Some(path.clone()), origin: Origin::Flag };
        }
        if self.no_tailoring {
            let project = &mut settings.project.file;
            project.tailoring.clear();
            let patterns = project.identifiers.patterns().to_vec();
            // Each pattern was compiled before, with the same limits.
            project.identifiers = Site::new(patterns, Vec::new()).unwrap_or_default();
        }
        self.no_tailoring
    }

    /// The waivers of the run, and whether they excuse anything. They are checked even where they do not.
    ///
    /// # Errors
    /// If their file cannot be read, or with everything that is wrong in it.
    pub(crate) fn load(
        &self,
        settings: &Settings,
        loaded: &Loaded,
    ) -> Result<Option<(WaiverFile, Excusing)>, CliError> {
        let Some(path) = &settings.waivers.value else { return Ok(None) };
        let excusing = if self.no_waivers { Excusing::LeftOut } else { Excusing::Applied };
        let file = check(read(path)?, settings, &loaded.book)?;
        // A report names no place on this machine.
        let name = match path.file_name() {
            Some(name) if path.is_absolute() => name.to_string_lossy().into_owned(),
            _ => file.name.clone(),
        };
        Ok(Some((WaiverFile { name, ..file }, excusing)))
    }
}

/// The text of a file of waivers.
///
/// # Errors
/// If it cannot be read, or is none by its name.
pub(crate) fn read(path: &Path) -> Result<RuleText, CliError> {
    book::check_extension(path)?;
    let texts = rule::read_paths(std::slice::from_ref(&path.to_owned())).map_err(|errors| {
        RuleErrors(errors.0.into_iter().map(|error| error.of(RulePart::Waivers)).collect())
    })?;
    Ok(texts.into_iter().next().unwrap_or(RuleText { name: String::new(), text: String::new() }))
}

/// The waivers in a text, held against the rules of the run, and against every other rule where one of those is named.
///
/// # Errors
/// Everything that is wrong in it.
pub(crate) fn check(
    text: RuleText,
    settings: &Settings,
    book: &RuleBook,
) -> Result<WaiverFile, CliError> {
    let known = |name: &String| book::rule_named(book, name).is_some();
    let others = match rule::waived_rules(&text).iter().all(known) {
        true => None,
        // What is wrong with packs that do not run is not the matter of this run.
        false => settings.rules.load_every(&settings.project).ok(),
    };
    let longest = settings.project.file.longest_waiver.unwrap_or(LONGEST);
    let rules = WaiverRules { book, others: others.as_ref(), longest };
    Ok(rule::load_waivers(text, &rules)?)
}
