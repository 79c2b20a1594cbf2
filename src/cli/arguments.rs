//! The command line, as clap reads it. What an option means is said once, here, and is the help text.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::{
    BoolishValueParser, OsStringValueParser, PossibleValuesParser, TypedValueParser as _,
};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::cli::console::Voice;
use crate::cli::day::Day;
use crate::cli::error::CliError;
use crate::cli::progress::Progress;
use crate::cli::request::{ParamRequest, ReportRequest, StreamRequest};
use crate::cli::settings::STALE;
use crate::cli::size::Size;
use crate::cli::{
    compare, completions, evidence, explain, init, man, plan, report, retention, rules, sample,
    scan, transfer, trend, waiver,
};
use crate::finding::Reveal;
use crate::report::FailOn;
use crate::rule::ReleaseKind;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "chartaudit",
    version,
    about = "Audits exported health records against rules on retention, confidentiality and completeness",
    long_about = "Audits exported health records against rules on retention, confidentiality and \
                  completeness.\n\nEvery record of an export is held against every rule that applies, in \
                  one pass on this machine. Nothing is sent anywhere, and values of records are masked \
                  in everything that is written. What it finds is not legal advice.",
    after_long_help = EXIT_CODES,
    max_term_width = 100,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,

    /// How screens and messages are written: `drawn`, or `narrated` for screen readers and braille lines
    #[arg(
        long,
        value_name = "HOW",
        env = "CHARTAUDIT_FORMAT",
        hide_env_values = true,
        hide_possible_values = true,
        default_value = "drawn",
        hide_default_value = true,
        global = true,
        help_heading = "Display"
    )]
    pub(crate) format: Voice,
}

/// The exit codes, for people.
const EXIT_CODES: &str = "\
Exit codes:
    0  everything that had to be judged was judged, and nothing at or above --fail-on is open
    1  open findings at or above --fail-on
    2  the command line, the project file or a rule pack is wrong; nothing was scanned
    3  incomplete: an unreadable input, too many skipped records, or a rule that had to run did not
    4  nothing was evaluated (--allow-empty makes it 0)
    5  a signature or a digest does not match
    6  a stale waiver or baseline, where asked for
   70  a bug of this program       74  a report could not be written       130  interrupted

Settings come from flags, then from CHARTAUDIT_* variables, then from the nearest chartaudit.yaml
above the input, then from defaults.";

/// The subcommands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Look at an export, and make the project file and the site's key
    Init(init::InitArguments),
    /// Audit exported files
    Scan(scan::ScanArguments),
    /// Show what a scan would do, without evaluating a record
    Plan(plan::PlanArguments),
    /// Explain a rule: what it checks, why, and how to fix what it finds
    Explain(explain::ExplainArguments),
    /// List what may be destroyed, what must be kept and until when, and what cannot be decided
    Retention(retention::RetentionArguments),
    /// Compare what was sent with what was received: all of it, once, unaltered
    Transfer(transfer::TransferArguments),
    /// List, check and test rules
    #[command(subcommand)]
    Rules(rules::RulesCommand),
    /// Render a saved JSON report again
    Report(report::ReportArguments),
    /// Compare two audits, finding by finding: new, persisting and resolved
    Compare(compare::CompareArguments),
    /// Show how each rule fared over a folder of saved reports
    Trend(trend::TrendArguments),
    /// Add waivers, list them, and check how they stand
    #[command(subcommand)]
    Waiver(waiver::WaiverCommand),
    /// Draw a random sample of records for review by hand, and estimate a rate from it
    Sample(sample::SampleArguments),
    /// Seal a report and what it stood on with a signature, and check such evidence
    #[command(subcommand)]
    Evidence(evidence::EvidenceCommand),
    /// Print what a shell needs to complete commands and options
    Completions(completions::CompletionsArguments),
    /// Print the manual page, or write those of all commands
    Man(man::ManArguments),
}

/// The export under audit.
#[derive(Debug, Args)]
pub(crate) struct InputArguments {
    /// Files and folders of the export; folders are searched for files
    #[arg(required = true, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(input))]
    pub(crate) paths: Vec<PathBuf>,

    /// The layout that binds columns to fields, instead of choosing by header
    #[arg(long, value_name = "NAME", env = "CHARTAUDIT_LAYOUT", hide_env_values = true)]
    pub(crate) layout: Option<String>,
}

/// From which texts, in which place, on which day.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct BookArguments {
    /// The project file, instead of the nearest chartaudit.yaml above the input
    #[arg(long, value_name = "FILE", env = "CHARTAUDIT_CONFIG", hide_env_values = true)]
    pub(crate) config: Option<PathBuf>,

    /// Packs that ship with the program, by name, and files or folders of your own; repeatable
    ///
    /// Replaces the packs of the project file. Without it the packs of the selected jurisdictions
    /// run, and with no jurisdiction `essentials` alone, which is true everywhere.
    #[arg(
        long,
        value_name = "PACK|PATH",
        env = "CHARTAUDIT_RULES",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(crate) rules: Vec<String>,

    #[command(flatten)]
    pub(crate) place: PlaceArguments,

    /// Judge as of this day, YYYY-MM-DD [default: today]
    ///
    /// All deadlines and effective dates are judged by it. Give it in scheduled runs, so that the
    /// same export has the same verdict tomorrow.
    #[arg(long, value_name = "DATE", env = "CHARTAUDIT_AS_OF", hide_env_values = true)]
    pub(crate) as_of: Option<Day>,
}

/// Which rules, in which place, on which day.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct RuleArguments {
    #[command(flatten)]
    pub(crate) book: BookArguments,

    /// Run only these rules: an id, a family (`retention/`), a pack (`us-hipaa:`) or `cite:TEXT`; repeatable
    #[arg(
        long,
        value_name = "RULES",
        env = "CHARTAUDIT_SELECT",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(crate) select: Vec<String>,

    /// Leave these rules out, named as for --select; repeatable
    #[arg(
        long,
        value_name = "RULES",
        env = "CHARTAUDIT_IGNORE",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(crate) ignore: Vec<String>,

    /// What the export claims to be when it leaves: every file is held against the rules for that
    ///
    /// It goes before what a release manifest says of single files; where the two differ, the report
    /// says so. Without it the manifest counts, then `release` of the project file.
    #[arg(
        long,
        value_name = "KIND",
        env = "CHARTAUDIT_RELEASE",
        hide_env_values = true,
        value_parser = release()
    )]
    pub(crate) release: Option<ReleaseKind>,

    /// Report identifiers that were never given to anybody like real ones: for fixtures and demonstrations
    ///
    /// Numbers from ranges that are never issued, published samples and example.com are left alone
    /// without it. The report says so.
    #[arg(long, value_name = "WHAT", env = "CHARTAUDIT_FICTIONAL", hide_env_values = true)]
    pub(crate) fictional: Option<FictionalChoice>,
}

impl RuleArguments {
    /// Every rule of the book, and nothing said of releases.
    pub(crate) fn of(book: BookArguments) -> Self {
        Self { book, select: Vec::new(), ignore: Vec::new(), release: None, fictional: None }
    }
}

/// What becomes of fictional identifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum FictionalChoice {
    /// They are findings like real ones
    Report,
}

/// What decides which packs apply, and with which figures.
#[derive(Debug, Args)]
#[command(next_help_heading = "Rules")]
pub(crate) struct PlaceArguments {
    /// Where the facility is: `US`, `US-MA`; a state implies its country; repeatable
    #[arg(
        long,
        value_name = "PLACE",
        env = "CHARTAUDIT_JURISDICTION",
        hide_env_values = true,
        value_delimiter = ','
    )]
    pub(crate) jurisdiction: Vec<String>,

    /// The kind of facility: `hospital`; some packs run only for their kind
    #[arg(long, value_name = "KIND", env = "CHARTAUDIT_FACILITY", hide_env_values = true)]
    pub(crate) facility: Option<String>,

    /// Set a parameter of a pack: `completion_days=14`, or `us-hospital.completion_days=14`; repeatable
    #[arg(long, value_name = "NAME=VALUE", env = "CHARTAUDIT_PARAM", hide_env_values = true)]
    pub(crate) param: Vec<ParamRequest>,
}

/// How much of the machine a run may use.
#[derive(Debug, Args)]
#[command(next_help_heading = "Machine")]
pub(crate) struct MachineArguments {
    /// How many threads read and judge [default: the processors available to this process]
    #[arg(
        long,
        value_name = "N",
        env = "CHARTAUDIT_THREADS",
        hide_env_values = true,
        value_parser = threads
    )]
    pub(crate) threads: Option<NonZeroUsize>,

    /// Memory for checks over whole record sets, beyond which they use temporary files [default: 64MiB]
    #[arg(long, value_name = "SIZE", env = "CHARTAUDIT_MEMORY", hide_env_values = true)]
    pub(crate) memory: Option<Size>,

    /// The folder for temporary files, which never hold values of records in clear [default: the system's]
    #[arg(long, value_name = "DIR", env = "CHARTAUDIT_TEMP_DIR", hide_env_values = true)]
    pub(crate) temp_dir: Option<PathBuf>,

    /// When to show progress, on standard error
    #[arg(
        long,
        value_name = "WHEN",
        env = "CHARTAUDIT_PROGRESS",
        hide_env_values = true,
        default_value = "auto"
    )]
    pub(crate) progress: Progress,

    /// Bytes read at a time; the report is the same for every value, which tests rely on
    #[arg(long, value_name = "SIZE", hide = true)]
    pub(crate) chunk_size: Option<Size>,
}

/// What is written, and where.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArguments {
    /// Write a report, to standard output in place of the screen without a FILE: `json=audit.json`, `csv=worklist.csv`; repeatable
    ///
    /// The formats are text, narrated, json, html, markdown, csv (the worklist), sarif, sarif-full, junit, github and gitlab.
    #[arg(long, value_name = "FORMAT[=FILE]", env = "CHARTAUDIT_REPORT", hide_env_values = true)]
    pub(crate) report: Vec<ReportRequest>,

    /// Write every finding to FILE as it is found: `.csv`, or `.jsonl` for JSON Lines
    #[arg(long, value_name = "FILE", env = "CHARTAUDIT_ALL_FINDINGS", hide_env_values = true)]
    pub(crate) all_findings: Option<StreamRequest>,

    /// How many findings of each rule a report shows, and the screen where this is given; all are counted
    #[arg(
        long,
        value_name = "N",
        env = "CHARTAUDIT_EXAMPLES",
        hide_env_values = true,
        default_value_t = 10
    )]
    pub(crate) examples: u16,

    #[command(flatten)]
    pub(crate) reveal: RevealArguments,
}

/// What is shown in clear.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct RevealArguments {
    /// Show values in clear: record keys, or all fields of findings
    ///
    /// A revealed report says so, and only its owner may read the file.
    #[arg(long, value_name = "WHAT", env = "CHARTAUDIT_REVEAL", hide_env_values = true)]
    reveal: Option<RevealChoice>,
}

impl RevealArguments {
    /// What the user asked to see in clear.
    pub(crate) fn settle(&self) -> Reveal {
        match self.reveal {
            None => Reveal::Nothing,
            Some(RevealChoice::Keys) => Reveal::Keys,
            Some(RevealChoice::Values) => Reveal::Values,
        }
    }
}

/// What may be shown in clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum RevealChoice {
    /// Record keys, the field that groups the worklist, and group keys
    Keys,
    /// These and every field that a finding names
    Values,
}

/// What makes a run fail.
#[derive(Debug, Args)]
#[command(next_help_heading = "Verdict")]
pub(crate) struct VerdictArguments {
    /// Fail on open findings from this severity on, and with `stale` on stale waivers and baselines: `error,stale`
    /// [default: error]
    #[arg(
        long,
        value_name = "SEVERITY[,stale]",
        env = "CHARTAUDIT_FAIL_ON",
        hide_env_values = true,
        value_delimiter = ',',
        value_parser = fail_on()
    )]
    pub(crate) fail_on: Vec<String>,

    /// End with 0 instead of 4 where there is nothing to evaluate
    #[arg(
        long,
        env = "CHARTAUDIT_ALLOW_EMPTY",
        hide_env_values = true,
        value_parser = BoolishValueParser::new()
    )]
    pub(crate) allow_empty: bool,
}

impl VerdictArguments {
    /// Refuses two severities, of which only one can be the lowest.
    ///
    /// # Errors
    /// If there are two.
    pub(crate) fn check(&self) -> Result<(), CliError> {
        let mut severities = self.fail_on.iter().filter(|word| *word != STALE);
        match (severities.next(), severities.next()) {
            (Some(one), Some(other)) => {
                Err(CliError::TwoThresholds { one: one.clone(), other: other.clone() })
            }
            _ => Ok(()),
        }
    }
}

/// Reads a severity by the names that the report gives it.
pub(crate) fn severity() -> impl clap::builder::TypedValueParser<Value = FailOn> {
    PossibleValuesParser::new(FailOn::ALL.map(FailOn::name))
        .try_map(|name| FailOn::named(&name).ok_or("no such severity"))
}

/// The names that the report gives severities, and the word for what is stale.
fn fail_on() -> PossibleValuesParser {
    PossibleValuesParser::new(FailOn::ALL.map(FailOn::name).into_iter().chain([STALE]))
}

/// Reads a kind of release by the names that rules give it.
fn release() -> impl clap::builder::TypedValueParser<Value = ReleaseKind> {
    PossibleValuesParser::new(ReleaseKind::ALL.map(ReleaseKind::name))
        .try_map(|name| ReleaseKind::named(&name).ok_or("no such kind of release"))
}

/// More threads than any machine has use of.
pub(crate) const MOST_THREADS: usize = 1024;

/// Takes a number of threads.
fn threads(text: &str) -> Result<NonZeroUsize, String> {
    let number = text.parse::<NonZeroUsize>().ok();
    number
        .filter(|number| number.get() <= MOST_THREADS)
        .ok_or_else(|| format!("there can be 1 to {MOST_THREADS} threads"))
}

/// Takes a path under audit, and refuses the dash that stands for standard input.
pub(crate) fn input(path: OsString) -> Result<PathBuf, &'static str> {
    if path == "-" {
        Err(
            "standard input cannot be audited: a file is read at several places at once; save it to a file \
             and name that",
        )
    } else if path.is_empty() {
        Err("an empty path names nothing")
    } else {
        Ok(PathBuf::from(path))
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::{Arguments, threads};

    #[test]
    fn there_are_not_too_many_threads() {
        for (text, expected) in
            [("1", true), ("1024", true), ("1025", false), ("0", false), ("x", false)]
        {
            assert_eq!(threads(text).is_ok(), expected, "of {text:?}");
        }
        assert_eq!(threads("5000").unwrap_err(), "there can be 1 to 1024 threads");
    }

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_option_of_a_scan_has_its_variable() {
        let command = Arguments::command();
        let scan = command.find_subcommand("scan").expect("there is a scan");
        let options =
            scan.get_arguments().filter(|arg| arg.get_long().is_some() && !arg.is_hide_set());
        let mut count = 0;
        for option in
            options.filter(|option| !matches!(option.get_id().as_str(), "help" | "version"))
        {
            let long = option.get_long().unwrap_or_default();
            let expected = format!("CHARTAUDIT_{}", long.to_ascii_uppercase().replace('-', "_"));
            assert_eq!(option.get_env().and_then(|name| name.to_str()), Some(expected.as_str()));
            count += 1;
        }
        assert!(count > 15, "only {count} options were looked at");
    }

    #[test]
    fn every_option_is_explained() {
        fn walk(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{} says nothing", command.get_name());
            for argument in command.get_arguments() {
                assert!(
                    argument.get_help().is_some(),
                    "{} {argument} says nothing",
                    command.get_name()
                );
            }
            command.get_subcommands().for_each(walk);
        }
        walk(&Arguments::command());
    }
}
