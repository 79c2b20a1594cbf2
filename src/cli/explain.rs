//! `chartaudit explain`: one rule, for a person.

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use clap::builder::{OsStringValueParser, TypedValueParser as _};

use crate::cli::ExitCode;
use crate::cli::arguments::{
    BookArguments, MachineArguments, PlaceArguments, RevealArguments, RuleArguments, input,
};
use crate::cli::book::rule_named;
use crate::cli::console::Console;
use crate::cli::day::Day;
use crate::cli::error::CliError;
use crate::cli::exception::ExceptionArguments;
use crate::cli::settings::{Machine, Origin, Project, RuleSettings, Said, Settings};
use crate::cli::{book, near, scan};
use crate::engine::{self, Hooks, ScanOptions};
use crate::finding::{RecordKey, Reveal};
use crate::plan::{Plan, Readiness};
use crate::report::record::{self, RecordView};
use crate::report::{AssembleInput, Excusing, Meta, Report, explain};
use crate::rule::{self, Check, CheckedRule, LoadRequest, Pack, RuleBook, WaiverFile};
use crate::source;
use crate::transfer;

/// The arguments of `explain`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Explain a rule, or what it says of one record.\n\nShows what the rule checks and where it comes \
                  from, its condition and the parameters in force, why the guideline asks for it, how to fix what \
                  it finds, and its examples. With an export and the key of a record it runs the rule there and \
                  accounts for that record, masked: what the rule says of it and why, and for a rule of retention \
                  every floor from which the earliest lawful day of destruction is derived.",
    after_long_help = NOTES
)]
pub(crate) struct ExplainArguments {
    /// The rule's id, as in `retention/kept-too-long`; `pack:family/id` is understood too
    #[arg(value_name = "RULE")]
    rule: String,

    /// Files and folders of the export that holds the record; folders are searched for files
    #[arg(
        value_name = "PATH",
        requires = "record",
        value_parser = OsStringValueParser::new().try_map(input)
    )]
    paths: Vec<PathBuf>,

    /// Account for the record with this key; parts of a composite key are joined by `|`
    ///
    /// The key is the record's own: it is never repeated in what is written. Every record that has it is shown.
    #[arg(long, value_name = "KEY", allow_hyphen_values = true, requires = "paths")]
    record: Option<RecordKey>,

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

    #[command(flatten)]
    asked: RecordArguments,
}

/// How a record is looked at.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "With --record")]
struct RecordArguments {
    /// The layout that binds columns to fields, instead of choosing by header
    #[arg(long, value_name = "NAME", env = "CHARTAUDIT_LAYOUT", hide_env_values = true)]
    layout: Option<String>,

    /// Judge as of this day, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE", env = "CHARTAUDIT_AS_OF", hide_env_values = true)]
    as_of: Option<Day>,

    #[command(flatten)]
    exceptions: ExceptionArguments,
    #[command(flatten)]
    reveal: RevealArguments,
    #[command(flatten)]
    machine: MachineArguments,
}

/// How an account of a record ends, and examples.
const NOTES: &str = "\
Exit codes with --record:
    0  the record was found and is shown, whatever the rule says of it
    2  the command line or the rules are wrong
    3  an input could not be read whole, or the rule cannot run on this export
    4  no record with this key was read

Examples:
    chartaudit explain completeness/chart-completed-late
    chartaudit explain completeness/chart-completed-late exports/ --record E-1007 --as-of 2026-06-30";

/// Explains a rule, or a record by it.
pub(crate) fn run(
    arguments: ExplainArguments,
    said: &Said,
    interrupted: &'static AtomicBool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let ExplainArguments { rule, paths, record, rules, config, place, asked } = arguments;
    if let Some(key) = record {
        let RecordArguments { layout, as_of, exceptions, reveal, machine } = asked;
        let book = BookArguments { config, rules, place, as_of };
        let which = RuleArguments::of(book);
        let mut settings = Settings::settle(&paths, layout, which, said)?;
        settings.reveal = reveal.settle();
        exceptions.apply(&mut settings);
        let wanted = Wanted { rule, key, exceptions, reveal: settings.reveal };
        return on_export(wanted, settings, &paths, &machine, interrupted, console);
    }
    let project = Project::find(config, &[PathBuf::from(".")])?;
    let settings = RuleSettings::settle(rules, place, None, said, &project.file);
    let book = settings.load_all(&project)?;
    if let Some((pack, rule)) = rule_named(&book, &rule) {
        return show(rule, pack, &book, console);
    }
    // A project may run some packs only; the others can be read about all the same.
    let shipped = rule::load(book::everything().all, &LoadRequest::default())?;
    if settings.rules.origin == Origin::Project
        && let Some((pack, rule)) = rule_named(&shipped, &rule)
    {
        return show(rule, pack, &shipped, console);
    }
    // The rules of transfers come with the comparison, and with no file.
    let pack = transfer::pack();
    let id = rule.strip_prefix("transfer:").unwrap_or(&rule);
    if let Some(rule) = pack.rules.iter().find(|other| other.id.text == id) {
        return show(rule, &pack, &shipped, console);
    }
    Err(no_such_rule(rule, &[&book, &shipped]))
}

/// That there is no such rule, and which may have been meant.
fn no_such_rule(name: String, books: &[&RuleBook]) -> CliError {
    let packs = books.iter().flat_map(|book| &book.packs);
    let ids = packs.flat_map(|pack| &pack.rules).map(|rule| rule.id.text.as_str());
    let id = name.split_once(':').map_or(name.as_str(), |(_, id)| id);
    let help = match near::closest(id, ids) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`chartaudit rules list` shows every rule".to_owned(),
    };
    CliError::NoSuchRule { name, help }
}

/// The record that is asked for.
struct Wanted {
    rule: String,
    key: RecordKey,
    exceptions: ExceptionArguments,
    reveal: Reveal,
}

/// Runs the rule alone on the export, and accounts for the record.
fn on_export(
    wanted: Wanted,
    mut settings: Settings,
    paths: &[PathBuf],
    machine: &MachineArguments,
    interrupted: &'static AtomicBool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let limits = Machine::settle(machine, &settings.project.file)?;
    let site_key = settings.site_key(console)?;
    let loaded = match settings.load_rule(&wanted.rule)? {
        Ok(loaded) => loaded,
        Err(known) => return Err(no_such_rule(wanted.rule, &[&known])),
    };
    let asks_schedule = rule_named(&loaded.book, &wanted.rule)
        .is_some_and(|(_, rule)| matches!(rule.check, Check::Retain(_)));
    if asks_schedule && settings.rules.jurisdictions.value.is_empty() {
        return Err(CliError::NoPlace);
    }
    let waivers = wanted.exceptions.load(&settings, &loaded)?;
    scan::warn_without_day(&settings, console);
    let mut plan = settings.bind(paths, source::discover(paths), &loaded);
    if let Some((file, Excusing::Applied)) = &waivers {
        plan.waive(&file.waivers, settings.as_of.value.0);
    }
    let options = ScanOptions {
        as_of: settings.as_of.value.0,
        threads: limits.threads.get(),
        chunk_size: limits.chunk_size.0,
        memory: limits.memory.0,
        temp_dir: limits.temp_dir,
        examples: 0,
        reveal: wanted.reveal,
        site_key,
        trace: false,
        baseline: None,
        watched: Some(wanted.key),
    };
    let asked = Asked { settings: &settings, book: &loaded.book, of_pack: true, waivers };
    record(&asked, plan, &options, machine, interrupted, console)
}

/// Of what an account is given.
pub(crate) struct Asked<'a> {
    /// What is in force.
    pub(crate) settings: &'a Settings,
    /// The rules.
    pub(crate) book: &'a RuleBook,
    /// Whether the rule is one of a pack, rather than the question of a list.
    pub(crate) of_pack: bool,
    /// What excuses violations.
    pub(crate) waivers: Option<(WaiverFile, Excusing)>,
}

/// Accounts for the watched record by the one rule of a plan.
pub(crate) fn record(
    asked: &Asked<'_>,
    mut plan: Plan,
    options: &ScanOptions,
    machine: &MachineArguments,
    interrupted: &'static AtomicBool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let meter = machine.progress.meter(scan::bytes(&plan), console.err);
    let hooks = Hooks { progress: &|bytes| meter.add(bytes), ..Hooks::none(interrupted) };
    let accounted = engine::account(&mut plan, options, &hooks);
    drop(hooks);
    meter.finish();
    let (scan, accounts) = accounted?;
    let rules = scan::rules(&plan);
    let Some(&rule) = rules.first() else { return Ok(ExitCode::Internal) };
    let policy = scan::policy(asked.settings, asked.book);
    let site_key = options.site_key;
    let meta = Meta {
        waivers: asked.waivers.clone(),
        ..scan::meta(asked.settings, asked.book, policy, options.reveal, site_key)
    };
    let packs = if asked.of_pack { asked.book.packs.as_slice() } else { &[] };
    let report = Report::assemble(AssembleInput { scan: &scan, packs, rules: &rules, meta });
    let of_run = match ExitCode::from_number(report.exit_code) {
        Some(ExitCode::Interrupted) => ExitCode::Interrupted,
        Some(ExitCode::Internal) | None => ExitCode::Internal,
        Some(_) if report.incomplete => ExitCode::Incomplete,
        Some(_) => ExitCode::Ok,
    };
    if accounts.is_empty() && !matches!(of_run, ExitCode::Interrupted | ExitCode::Internal) {
        let incomplete = of_run == ExitCode::Incomplete;
        return Err(not_found(&plan, rule, incomplete));
    }
    let view = RecordView {
        report: &report,
        rule,
        accounts: &accounts,
        as_of: options.as_of,
        reveal: options.reveal,
        of_pack: asked.of_pack,
        kept: rule::KEPT.contains(&rule.record_set.as_str()),
    };
    console.print(&record::render(&view, console.out.style(0)))?;
    for reason in &report.incomplete_reasons {
        console.warn(reason);
    }
    Ok(of_run)
}

/// Why there is no account: the rule did not run, or no record has the key.
fn not_found(plan: &Plan, rule: &CheckedRule, incomplete: bool) -> CliError {
    let id = rule.id.text.clone();
    match plan.readiness(rule) {
        Readiness::Ready => {}
        Readiness::NotClaimed => {
            let why = "no file claims to be what it is about".to_owned();
            return CliError::RuleNotRun { rule: id, why };
        }
        Readiness::Off(reason) => {
            return CliError::RuleNotRun { rule: id, why: format!("switched off: {reason}") };
        }
        Readiness::SetAbsent(set) => {
            return CliError::RuleNotRun { rule: id, why: format!("no input holds `{set}`") };
        }
        Readiness::NotBound(fields) => {
            let why = format!("no input binds {}", fields.join(", "));
            return CliError::RuleNotRun { rule: id, why };
        }
    }
    let bound = plan.set_of(rule).and_then(|(index, set)| {
        let (_, file) = plan.files_of(index).next()?;
        let names: Vec<&str> =
            file.key.iter().map(|field| set.field(*field).name.as_str()).collect();
        Some(names)
    });
    let help = match bound.as_deref() {
        None | Some([]) => "records of this set have no key by which one could be named".to_owned(),
        Some([field]) => format!("the key is the value of `{field}` as it stands in the file"),
        Some(fields) => format!("join the values of `{}` by `|`", fields.join("`, `")),
    };
    CliError::NoSuchRecord { record_set: rule.record_set.clone(), incomplete, help }
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
