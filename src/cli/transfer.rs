//! `chartaudit transfer`: did everything arrive, once, unaltered.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use clap::builder::{OsStringValueParser, TypedValueParser as _};

use crate::audit;
use crate::cli::ExitCode;
use crate::cli::arguments::{
    self, BookArguments, MachineArguments, OutputArguments, PlaceArguments, RuleArguments,
    VerdictArguments,
};
use crate::cli::console::Console;
use crate::cli::day::Day;
use crate::cli::error::CliError;
use crate::cli::output::Outputs;
use crate::cli::scan;
use crate::cli::settings::{Loaded, Machine, Origin, Said, Settings, fail_on};
use crate::delivery::Manifest;
use crate::detect::Finder;
use crate::engine::{Hooks, ScanOptions};
use crate::finding::{FindingSink, Reveal};
use crate::report::{
    AllFindings, AssembleInput, ExitReason, Policy, Report, StreamOptions, TransferColumn,
    TransferSet,
};
use crate::rule::{CheckedRule, Tolerance};
use crate::source;
use crate::transfer::{
    self, Account, ByteFile, Export, KeyChoice, Request, Transfer, TransferError,
};

/// The arguments of `transfer`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Compare what was sent with what was received: did every record arrive, once, unaltered, and \
                  nothing that was not sent.\n\nRecords are matched by record set and key. Another order of columns or \
                  records, other file names, records split over other files, another delimiter, quoting, encoding or \
                  line ends are no differences. What differs is told by its cause: values cut short, leading zeros \
                  lost, letters broken by an encoding, columns shifted, dates in another form. Values of records are \
                  masked everywhere unless --reveal asks otherwise.",
    after_long_help = EXAMPLES
)]
pub(crate) struct TransferArguments {
    /// The file or folder that was sent
    #[arg(value_name = "SENT", value_parser = OsStringValueParser::new().try_map(arguments::input))]
    sent: PathBuf,

    /// The file or folder that was received
    #[arg(value_name = "RECEIVED", value_parser = OsStringValueParser::new().try_map(arguments::input))]
    received: PathBuf,

    /// The key by which records are matched: `COLUMN,COLUMN`, or `RECORD_SET=COLUMN,COLUMN`; repeatable
    ///
    /// For tables that no layout knows, and where the dictionary's key is not the one to go by. Without a key a
    /// record is known by all it says: it can be missing or extra, not altered.
    #[arg(long, value_name = "KEY", env = "CHARTAUDIT_KEY", hide_env_values = true)]
    key: Vec<KeyRequest>,

    /// What was to be sent, file by file: a CSV table, or what `sha256sum` or `b3sum` writes
    ///
    /// A table has the columns `file` and `sha256`, `blake3`, `bytes` or `row_count`. Every received file is held
    /// against it: absent, not listed, of another size, hash or number of records.
    #[arg(long, value_name = "FILE", env = "CHARTAUDIT_MANIFEST", hide_env_values = true)]
    manifest: Option<PathBuf>,

    /// The layout that binds columns to fields, instead of choosing by header
    #[arg(long, value_name = "NAME", env = "CHARTAUDIT_LAYOUT", hide_env_values = true)]
    layout: Option<String>,

    /// The project file, instead of the nearest chartaudit.yaml above both folders
    #[arg(long, value_name = "FILE", env = "CHARTAUDIT_CONFIG", hide_env_values = true)]
    config: Option<PathBuf>,

    /// Files or folders of your own with record sets and layouts; repeatable
    #[arg(
        long,
        value_name = "PACK|PATH",
        env = "CHARTAUDIT_RULES",
        hide_env_values = true,
        value_delimiter = ','
    )]
    rules: Vec<String>,

    /// The day on which the report stands, YYYY-MM-DD [default: today]
    #[arg(long, value_name = "DATE", env = "CHARTAUDIT_AS_OF", hide_env_values = true)]
    as_of: Option<Day>,

    #[command(flatten)]
    verdict: VerdictArguments,
    #[command(flatten)]
    output: OutputArguments,
    #[command(flatten)]
    machine: MachineArguments,
}

/// What a person must know to read the result, and examples.
const EXAMPLES: &str = "\
Counts:
    sent     = unaltered + form only + altered + missing + unjudged
    received = unaltered + form only + altered + extra + repeated + unjudged
    A record is `form only` where a date or number is written in another form, or white space differs: a warning.
    A record is unjudged where it could not be read, or has no key and no twin.

Exit codes:
    0  everything arrived, once, unaltered, and nothing else did
    1  something is missing, extra, repeated or altered (--fail-on warning counts other forms too)
    2  the command line or the project file is wrong
    3  a file or record of either side could not be read or compared
    4  nothing was compared

Examples:
    chartaudit transfer sent/ received/
    chartaudit transfer sent/ received/ --report json=transfer.json --all-findings differences.csv
    chartaudit transfer sent/ received/ --manifest SHA256SUMS
    chartaudit transfer labs.csv labs-loaded.tsv --key ACCESSION_NO
    chartaudit transfer sent/ received/ --reveal values --examples 3";

/// A key on the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct KeyRequest(KeyChoice);

/// Why a text is not a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a key is named as COLUMN,COLUMN or RECORD_SET=COLUMN,COLUMN")]
struct KeyRequestError;

impl FromStr for KeyRequest {
    type Err = KeyRequestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (record_set, columns) = match text.split_once('=') {
            Some((record_set, columns)) => (Some(record_set.trim()), columns),
            None => (None, text),
        };
        let columns: Vec<String> = columns.split(',').map(|name| name.trim().to_owned()).collect();
        if columns.iter().any(String::is_empty) || record_set == Some("") {
            return Err(KeyRequestError);
        }
        Ok(Self(KeyChoice { record_set: record_set.map(str::to_owned), columns }))
    }
}

/// Compares, writes what was asked for, and says how it ended.
pub(crate) fn run(
    arguments: TransferArguments,
    said: &Said,
    interrupted: &'static AtomicBool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let TransferArguments {
        sent,
        received,
        key,
        manifest,
        layout,
        config,
        rules,
        as_of,
        verdict,
        output,
        machine,
    } = arguments;
    verdict.check()?;
    let inputs = [sent.clone(), received.clone()];
    let place = PlaceArguments { jurisdiction: Vec::new(), facility: None, param: Vec::new() };
    let book = BookArguments { config, rules, place, as_of };
    let which = RuleArguments::of(book);
    let settings = Settings::settle(&inputs, layout, which, said)?;
    let limits = Machine::settle(&machine, &settings.project.file)?;
    let site_key = settings.site_key(console)?;
    let loaded = settings.load_rules()?;
    let mut manifest = manifest
        .map(|path| Manifest::read(&path).map(|read| (read, path)))
        .transpose()
        .map_err(TransferError::from)?;
    let mut sent = export(&sent, &settings, &loaded);
    let mut received = export(&received, &settings, &loaded);
    let listed = manifest.as_mut().map(|(manifest, _)| manifest);
    hide_names(
        &mut sent,
        &mut received,
        listed,
        output.reveal.settle(),
        settings.name_finder().as_ref(),
    );
    let found = sent.found.iter().chain(&received.found).map(|file| file.path.clone());
    let others = sent.others.iter().chain(&received.others).map(|file| file.path.clone());
    let listed = manifest.iter().map(|(_, path)| path.clone());
    let found: Vec<PathBuf> = found.chain(others).chain(listed).collect();
    let outputs =
        Outputs::check(output.report, output.all_findings, &found, &settings.in_force(&loaded))?;
    let reveal = output.reveal.settle();
    let options = ScanOptions {
        as_of: settings.as_of.value.0,
        threads: limits.threads.get(),
        chunk_size: limits.chunk_size.0,
        memory: limits.memory.0,
        temp_dir: limits.temp_dir,
        examples: usize::from(output.examples),
        reveal,
        site_key,
        trace: false,
        baseline: None,
        watched: None,
    };
    let pack = transfer::pack();
    let rules: Vec<&CheckedRule> = pack.rules.iter().collect();
    let stream_options = StreamOptions { reveal, site_key_present: site_key.is_some() };
    let mut stream = (outputs.stream.as_ref())
        .map(|request| AllFindings::create(&request.file, &rules, stream_options))
        .transpose()?;
    let bytes = sent.plan.files.iter().chain(&received.plan.files);
    let bytes = bytes.fold(0, |sum: u64, file| sum.saturating_add(file.bytes));
    let meter = machine.progress.meter(bytes, console.err);
    let findings = stream.as_mut().map(|stream| {
        let lent: Box<dyn FindingSink + '_> = Box::new(scan::Lent::new(Some(stream), None));
        Mutex::new(lent)
    });
    let hooks = Hooks { progress: &|bytes| meter.add(bytes), findings, ..Hooks::none(interrupted) };
    let request = Request {
        sent,
        received,
        keys: key.into_iter().map(|KeyRequest(choice)| choice).collect(),
        manifest,
    };
    let compared = transfer::compare(request, &options, &hooks);
    drop(hooks);
    meter.finish();
    let Transfer { scan: result, accounts, .. } = compared?;

    let project = &settings.project.file;
    let policy = scan::policy(&settings, &loaded.book);
    let policy = Policy {
        allow_empty: verdict.allow_empty,
        fail_on: fail_on(&verdict.fail_on, project).0,
        // A record of which nothing can be said has not been shown to have arrived.
        max_not_evaluable: policy.max_not_evaluable.or(Some(Tolerance::Count(0))),
        ..policy
    };
    let mut meta = scan::meta(&settings, &loaded.book, policy, reveal, site_key);
    meta.packs_not_run.clear();
    let packs = std::slice::from_ref(&pack);
    let mut report = Report::assemble(AssembleInput { scan: &result, packs, rules: &rules, meta });
    finish(&mut report, &accounts);
    if let (Some(stream), Some(request)) = (stream, &outputs.stream)
        && let Err(source) = stream.finish()
    {
        console.diagnose(&CliError::CannotWrite { path: request.file.clone(), source });
        report.end_with(&ExitReason::Write);
    }
    let drawn = match said.origin("examples") {
        Origin::Default => 0,
        _ => options.examples,
    };
    let problems = outputs.write(&report, None, drawn, &[], console);
    let mut code = ExitCode::from_number(report.exit_code).unwrap_or(ExitCode::Internal);
    for problem in problems {
        console.diagnose(&problem);
        code = code.or(problem.exit_code());
    }
    Ok(code)
}

/// One side: its files found and recognised.
fn export(path: &Path, settings: &Settings, loaded: &Loaded) -> Export {
    let discovery = source::discover(&[path.to_owned()]);
    let found = discovery.files.clone();
    let plan = settings.bind_side(path, discovery, loaded);
    let others = plan.problems.iter().map(|(name, _)| ByteFile {
        name: name.clone(),
        path: if path.is_dir() { path.join(name) } else { path.to_owned() },
    });
    Export { others: others.collect(), found, plan }
}

/// Hides identifiers in the names of files, in the same way on both sides and in the list of what was to be sent:
/// files are paired by their names.
fn hide_names(
    sent: &mut Export,
    received: &mut Export,
    manifest: Option<&mut Manifest>,
    reveal: Reveal,
    of_site: Option<&Finder>,
) {
    let mut listed: Vec<&mut String> = manifest.into_iter().flat_map(Manifest::names_mut).collect();
    let more: Vec<String> = listed.iter().map(|name| (**name).clone()).collect();
    let hidden = audit::hide(&mut [&mut sent.plan, &mut received.plan], &more, reveal, of_site);
    for name in &mut listed {
        if let Some(shown) = hidden.get(*name) {
            shown.clone_into(name);
        }
    }
    for side in [sent, received] {
        let found = side.found.iter_mut().map(|file| &mut file.name);
        for name in found.chain(side.others.iter_mut().map(|file| &mut file.name)) {
            if let Some(shown) = hidden.get(name) {
                shown.clone_into(name);
            }
        }
    }
}

/// What only a comparison knows: how each record set fared, and that its rules come with the program.
fn finish(report: &mut Report, accounts: &[Account]) {
    report.transfer = accounts.iter().map(transfer_set).collect();
    for pack in &mut report.provenance.packs {
        pack.shipped = true;
    }
}

fn transfer_set(account: &Account) -> TransferSet {
    let columns = account.columns.iter().map(|column| TransferColumn {
        column: column.column.clone(),
        rule: column.kind.id().to_owned(),
        records: column.records,
        left: column.left.map(|(least, most)| [least, most]),
    });
    TransferSet {
        record_set: account.record_set.clone(),
        key: account.key.clone(),
        sent: account.sent,
        received: account.received,
        unaltered: account.unaltered,
        form_only: account.form_only,
        altered: account.altered,
        missing: account.missing,
        extra: account.extra,
        repeated: account.repeated,
        sent_not_comparable: account.sent_not_comparable,
        received_not_comparable: account.received_not_comparable,
        columns: columns.collect(),
    }
}
