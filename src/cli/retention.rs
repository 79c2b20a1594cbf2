//! `chartaudit retention`: the working list of what may be destroyed, what not, and what cannot be decided.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use crate::cli::ExitCode;
use crate::cli::arguments::{
    BookArguments, InputArguments, MachineArguments, RevealArguments, RuleArguments,
};
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::output::Outputs;
use crate::cli::request::StreamRequest;
use crate::cli::settings::{Loaded, Machine, Said, Settings};
use crate::cli::{explain, scan};
use crate::engine::{self, Hooks, ScanOptions};
use crate::expr::{self, typed::FieldId};
use crate::finding::{Counts, Holding, HoldingSink, NotEvaluated, Outcome, RecordKey, Scan};
use crate::plan::Plan;
use crate::report::retention::{HoldingTally, RetentionView, render};
use crate::report::{AssembleInput, ExitReason, HoldingList, Report, StreamOptions};
use crate::retention::{Caveat, Facility, Fact, Standards, Timetable, TimetableSettings};
use crate::rule::{self, Check, CheckedRule};
use crate::source;
use crate::value::Date;

/// The arguments of `retention`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "List what may lawfully be destroyed, what must be kept and until when, and what cannot be \
                  decided.\n\nAsks the retention schedules of the chosen places about every record of the \
                  inventory (`record_inventory`), or about the chart of every stay (`encounters`) where an \
                  export has no inventory. A record counts as destroyable only if every period has run whatever \
                  the input that is missing; what is in doubt is undecided, and what would decide it is named. \
                  Legal holds and open requests in the export stop destruction. Not legal advice.",
    after_long_help = NOTES
)]
pub(crate) struct RetentionArguments {
    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    book: BookArguments,

    /// Write every record to FILE, one a row: `.csv`, or `.jsonl` for JSON Lines
    #[arg(
        long,
        value_name = "FILE",
        env = "CHARTAUDIT_LIST",
        hide_env_values = true,
        help_heading = "Output"
    )]
    list: Option<StreamRequest>,

    /// Derive how long the record with this key is kept, floor by floor, instead of listing all
    ///
    /// Parts of a composite key are joined by `|`. The key is never repeated in what is written.
    #[arg(
        long,
        value_name = "KEY",
        allow_hyphen_values = true,
        conflicts_with = "list",
        help_heading = "Output"
    )]
    record: Option<RecordKey>,

    #[command(flatten)]
    reveal: RevealArguments,
    #[command(flatten)]
    machine: MachineArguments,
}

/// What a person must know to read the list, and examples.
const NOTES: &str = "\
Statuses:
    destroyable  every period has run, and nothing in the export stops destruction
    keep         a period has not run; `until` is when it certainly has
    held         a legal hold, or a pending litigation under a law that respects it
    requested    a request of the patient for access, amendment or accounting is open
    undecided    it depends on what `missing` names
    permanent    never to be destroyed
    no-rule      no row of the schedules is for it
    gone         destroyed or transferred already, as the export says

Years and days:
    A day could show a birthday: a minor's record is kept until one. So `until` is a year, the first on
    whose 1 January destruction is certainly lawful, and `not_before` the year in which the earliest
    possible day lies. --reveal values shows the days. What may be destroyed today is judged by the day.

Exit codes:
    0  the list is complete; undecided records are listed and are no failure by themselves
    2  the command line or the rules are wrong, or no place is chosen
    3  an input could not be read whole, or more is undecided than `max_not_evaluable` of the project allows
    4  no record to list (with --record: no such record)

Examples:
    chartaudit retention exports/ --jurisdiction US-WA --facility hospital
    chartaudit retention exports/ --jurisdiction US-WA --as-of 2026-12-31 --list due.csv
    chartaudit retention exports/ --jurisdiction US-WA --record R-1007";

/// Lists, writes what was asked for, and says how it ended.
pub(crate) fn run(
    arguments: RetentionArguments,
    said: &Said,
    interrupted: &'static AtomicBool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let RetentionArguments { input, book, list, record, reveal, machine } = arguments;
    let which = RuleArguments::of(book);
    let mut settings = Settings::settle(&input.paths, input.layout, which, said)?;
    settings.reveal = reveal.settle();
    if settings.rules.jurisdictions.value.is_empty() {
        return Err(CliError::NoPlace);
    }
    let limits = Machine::settle(&machine, &settings.project.file)?;
    let site_key = settings.site_key(console)?;
    let loaded = settings.load_rules()?;
    let discovery = source::discover(&input.paths);
    let found: Vec<PathBuf> = discovery.files.iter().map(|file| file.path.clone()).collect();
    let in_force = settings.in_force(&loaded);
    let outputs = Outputs::check(Vec::new(), list, &found, &in_force)?;
    scan::warn_without_day(&settings, console);

    let table = Arc::new(timetable(&settings, &loaded));
    let mut plan = settings.bind_to(&input.paths, discovery, &loaded, Vec::new());
    let rule = kept_rule(&plan, &table)?;
    let (record_set, caveats) = (rule.record_set.clone(), caveats(&plan, &rule, &table));
    plan.rules = vec![rule];
    let reveal = settings.reveal;
    let as_of = settings.as_of.value.0;
    let options = ScanOptions {
        as_of,
        threads: limits.threads.get(),
        chunk_size: limits.chunk_size.0,
        memory: limits.memory.0,
        temp_dir: limits.temp_dir,
        examples: 0,
        reveal,
        site_key,
        trace: false,
        baseline: None,
        watched: record,
    };
    if options.watched.is_some() {
        let asked = explain::Asked {
            settings: &settings,
            book: &loaded.book,
            of_pack: false,
            waivers: None,
        };
        return explain::record(&asked, plan, &options, &machine, interrupted, console);
    }

    let stream_options = StreamOptions { reveal, site_key_present: site_key.is_some() };
    let stream = outputs.stream.as_ref();
    let list = stream
        .map(|request| HoldingList::create(&request.file, stream_options, as_of))
        .transpose()?;
    let mut listing =
        Listing { tally: HoldingTally::default(), list, table: Arc::clone(&table), as_of };
    let meter = machine.progress.meter(scan::bytes(&plan), console.err);
    let lent: Box<dyn HoldingSink + '_> = Box::new(Lent(&mut listing));
    let progress = |bytes| meter.add(bytes);
    let hooks = Hooks {
        interrupted,
        progress: &progress,
        findings: None,
        holdings: Some(Mutex::new(lent)),
        register: None,
    };
    let scan = engine::scan(&mut plan, &options, &hooks);
    drop(hooks);
    meter.finish();
    let mut scan = scan?;
    let Listing { tally, list, .. } = listing;
    judged(&mut scan, &tally);

    let policy = scan::policy(&settings, &loaded.book);
    let meta = scan::meta(&settings, &loaded.book, policy, reveal, site_key);
    let mut report = Report::assemble(AssembleInput {
        scan: &scan,
        packs: &[],
        rules: &scan::rules(&plan),
        meta,
    });
    if let (Some(list), Some(request)) = (list, stream)
        && let Err(source) = list.finish()
    {
        console.diagnose(&CliError::CannotWrite { path: request.file.clone(), source });
        report.end_with(&ExitReason::Write);
    }
    let related = plan.rules.iter().flat_map(|rule| &rule.relations);
    let mut sets: Vec<&str> = related.map(|relation| relation.record_set.as_str()).collect();
    sets.push(&record_set);
    let name = stream.map(|request| request.file.display().to_string());
    let view = RetentionView {
        report: &report,
        record_set: &record_set,
        sets: &sets,
        tally: &tally,
        table: &table,
        schedules: &loaded.book.schedules,
        places: &settings.rules.jurisdictions.value,
        facility: settings.rules.facility.value.as_deref(),
        caveats: &caveats,
        reveal,
        list: name.as_deref(),
    };
    console.print(&render(&view, console.out.style(0)))?;
    Ok(ExitCode::from_number(report.exit_code).unwrap_or(ExitCode::Internal))
}

/// The rows that hold in the chosen places.
fn timetable(settings: &Settings, loaded: &Loaded) -> Timetable {
    let facility = settings.rules.facility.value.as_deref();
    let chosen = TimetableSettings {
        places: settings.rules.jurisdictions.value.clone(),
        facility: facility.and_then(|word| Facility::named(&word.to_lowercase())),
        standards: Standards::Left,
    };
    Timetable::new(&loaded.book.schedules, &chosen)
}

/// The question about every record of the first record set that the export holds.
fn kept_rule(plan: &Plan, table: &Arc<Timetable>) -> Result<CheckedRule, CliError> {
    let held = rule::KEPT.iter().find_map(|name| {
        let mut rule = rule::kept(&plan.dictionary, name, Arc::clone(table))?;
        let (set, _) = plan.set_of(&rule)?;
        plan.files_of(set).next()?;
        rule.fields = shown(plan, &rule, set);
        Some(rule)
    });
    let refused = plan.files.iter().any(|file| file.state.refusal().is_some());
    held.ok_or(CliError::NothingKept { refused })
}

/// The fields of the record set that the facts are taken from, as far as the export has them.
fn shown(plan: &Plan, rule: &CheckedRule, set: usize) -> Vec<FieldId> {
    let Check::Retain(retain) = &rule.check else { return Vec::new() };
    let bound = |field: &FieldId| {
        let mut files = plan.files_of(set);
        files.any(|(_, file)| file.columns.get(usize::from(field.0)).is_some_and(Option::is_some))
    };
    let mut fields: Vec<FieldId> =
        retain.facts.iter().flat_map(|known| expr::fields_of(&known.value)).filter(bound).collect();
    fields.sort_unstable();
    fields.dedup();
    fields
}

/// What the export says nothing of, where a row asks for it.
fn caveats(plan: &Plan, rule: &CheckedRule, table: &Timetable) -> Vec<Caveat> {
    let Check::Retain(retain) = &rule.check else { return Vec::new() };
    // What the inventory itself says of holds is no list of holds.
    let told = |fact: Fact| {
        retain.facts.iter().any(|known| {
            let elsewhere = fact != Fact::Holds || !expr::relations_of(&known.value).is_empty();
            known.fact == fact && elsewhere && plan.provides(rule, &known.value)
        })
    };
    let rows = table.rows();
    let asked = [
        (Fact::Holds, Caveat::Holds, true),
        (Fact::Requests, Caveat::Requests, true),
        (Fact::Litigation, Caveat::Litigation, rows.iter().any(|row| row.litigation.is_some())),
        (Fact::Payer, Caveat::Payer, rows.iter().any(|row| !row.payers.is_empty())),
    ];
    let untold = asked.into_iter().filter(|(fact, _, asked)| *asked && !told(*fact));
    untold.map(|(_, caveat, _)| caveat).collect()
}

/// Counts a record as judged if it was decided, so that the run is complete or not by the same measure as an audit.
fn judged(scan: &mut Scan, tally: &HoldingTally) {
    let (records, undecided) = (tally.records(), tally.undecided());
    for rule in &mut scan.rules {
        rule.counts = Counts {
            records,
            passed: records.saturating_sub(undecided),
            not_evaluable: undecided,
            ..Counts::default()
        };
        rule.not_evaluable_reasons.clear();
        rule.findings.clear();
        if rule.outcome != Outcome::NotEvaluated(NotEvaluated::Interrupted) {
            rule.outcome = if records == 0 { Outcome::NotApplicable } else { Outcome::Pass };
        }
    }
}

/// What takes the records one after the other.
struct Listing {
    tally: HoldingTally,
    list: Option<HoldingList>,
    table: Arc<Timetable>,
    as_of: Date,
}

/// A listing that is lent to the scan, and closed afterwards by its owner.
struct Lent<'s>(&'s mut Listing);

impl HoldingSink for Lent<'_> {
    fn take(&mut self, holding: &Holding) -> io::Result<()> {
        let Listing { tally, list, table, as_of } = &mut *self.0;
        tally.add(holding, table, *as_of);
        list.as_mut().map_or(Ok(()), |list| list.add(holding, table))
    }

    fn start_over(&mut self) -> io::Result<()> {
        let Listing { tally, list, .. } = &mut *self.0;
        *tally = HoldingTally::default();
        list.as_mut().map_or(Ok(()), HoldingList::start_over)
    }
}
