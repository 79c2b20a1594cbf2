//! `chartaudit sample`: a random sample of records for review by hand, and the rate that follows from it.

use std::fmt::Write as _;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use clap::builder::{OsStringValueParser, TypedValueParser as _};

use crate::cli::ExitCode;
use crate::cli::arguments::{
    BookArguments, MachineArguments, RevealArguments, RuleArguments, input,
};
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::output::Outputs;
use crate::cli::request::StreamRequest;
use crate::cli::scan;
use crate::cli::settings::{Machine, Said, Settings};
use crate::engine::{self, Hooks, ScanOptions};
use crate::finding::{FindingSink, Reveal, Scan};
use crate::report::{AssembleInput, Report};
use crate::rule::RuleText;
use crate::sample::{Draw, Drawn, Estimate, Interval, Review, Worksheet, WorksheetOptions};
use crate::source;

/// The arguments of `sample`.
#[derive(Debug, clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    long_about = "Draw a random sample of records for review by hand.\n\nEvery record of the frame has the same chance, \
                  or with --by every record of a stratum. The same export, frame, size and seed give the same sample, \
                  so that anybody can draw it again. `sample estimate` reads the worksheet when it is filled in.",
    after_long_help = NOTES
)]
pub(crate) struct SampleArguments {
    #[command(subcommand)]
    then: Option<SampleCommand>,

    /// Files and folders of the export; folders are searched for files
    #[arg(required = true, value_name = "PATH", value_parser = OsStringValueParser::new().try_map(input))]
    paths: Vec<PathBuf>,

    /// The record set that is drawn from
    #[arg(long, value_name = "RECORDS", required = true)]
    records: Option<String>,

    /// How many records are drawn
    #[arg(long, value_name = "N", required = true)]
    size: Option<NonZeroUsize>,

    /// Any word or number; write it down before you look, so that nobody can say you chose the sample
    #[arg(long, value_name = "SEED", required = true)]
    seed: Option<String>,

    /// Draw from each value of this field in proportion to its records, at least one
    #[arg(long, value_name = "FIELD")]
    by: Option<String>,

    /// Draw only from records for which this condition is true
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<String>,

    /// Write the records that were drawn to FILE, with columns for the reviewer: `.csv`, or `.jsonl`
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    worksheet: Option<StreamRequest>,

    /// The layout that binds columns to fields, instead of choosing by header
    #[arg(long, value_name = "NAME", env = "CHARTAUDIT_LAYOUT", hide_env_values = true)]
    layout: Option<String>,

    #[command(flatten)]
    book: BookArguments,
    #[command(flatten)]
    reveal: RevealArguments,
    #[command(flatten)]
    machine: MachineArguments,
}

/// What follows a sample.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum SampleCommand {
    /// Read a worksheet that was filled in, and estimate the rate of all records
    Estimate(EstimateArguments),
}

/// The arguments of `sample estimate`.
#[derive(Debug, clap::Args)]
pub(crate) struct EstimateArguments {
    /// The worksheet, saved as CSV, with `yes`, `no` or `na` in the column `deficient`
    #[arg(value_name = "WORKSHEET")]
    worksheet: PathBuf,

    /// How sure the interval is to hold the rate, in per cent
    #[arg(long, value_name = "PERCENT", default_value_t = 95.0)]
    confidence: f64,
}

/// What a reviewer must know, and examples.
const NOTES: &str = "\
Method:
    The records of the frame are ranked by a keyed hash of file and record number, the seed being the key, and the
    lowest are drawn: a simple random sample without replacement. With --by, each stratum gives its share by
    largest remainders, and at least one record. Any first part of a stratum's rows is a random sample too.

Exit codes:
    0  the sample was drawn from every record, or the rate was estimated
    2  the command line, the condition or the worksheet is wrong
    3  an input could not be read whole: the sample was drawn from what could be read
    4  there is no record to draw

Examples:
    chartaudit sample exports/ --records encounters --size 60 --seed 2026-Q2 --worksheet review.csv
    chartaudit sample exports/ --records encounters --size 60 --seed 2026-Q2 --by class \\
        --where \"discharged_at >= DATE '2026-01-01'\" --reveal keys --worksheet review.csv
    chartaudit sample estimate review.csv";

/// The rule that makes every record of the frame a finding, which is how the draw is shown it.
const FRAME: &str = "completeness/record-of-the-frame";

/// Draws, or estimates.
pub(crate) fn run(
    arguments: SampleArguments,
    said: &Said,
    interrupted: &'static AtomicBool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let SampleArguments {
        then,
        paths,
        records,
        size,
        seed,
        by,
        condition,
        worksheet,
        layout,
        book,
        reveal,
        machine,
    } = arguments;
    if let Some(SampleCommand::Estimate(arguments)) = then {
        return estimate(&arguments, console);
    }
    let (records, seed) = (records.unwrap_or_default(), seed.unwrap_or_default());
    let size = size.map_or(1, NonZeroUsize::get);
    let which = RuleArguments::of(book);
    let mut settings = Settings::settle(&paths, layout, which, said)?;
    settings.reveal = reveal.settle();
    let limits = Machine::settle(&machine, &settings.project.file)?;
    let site_key = settings.site_key(console)?;
    let loaded = settings.load_own(frame(&records, by.as_deref(), condition.as_deref()), FRAME)?;
    let discovery = source::discover(&paths);
    let found: Vec<PathBuf> = discovery.files.iter().map(|file| file.path.clone()).collect();
    let outputs = Outputs::check(Vec::new(), worksheet, &found, &settings.in_force(&loaded))?;
    let mut plan = settings.bind(&paths, discovery, &loaded);
    let reveal = settings.reveal;
    let options = ScanOptions {
        as_of: settings.as_of.value.0,
        threads: limits.threads.get(),
        chunk_size: limits.chunk_size.0,
        memory: limits.memory.0,
        temp_dir: limits.temp_dir,
        examples: 0,
        reveal,
        site_key,
        trace: false,
        baseline: None,
        watched: None,
    };
    let mut draw = Draw::new(&seed, size);
    let meter = machine.progress.meter(scan::bytes(&plan), console.err);
    let lent: Box<dyn FindingSink + '_> = Box::new(&mut draw);
    let progress = |bytes| meter.add(bytes);
    let hooks =
        Hooks { progress: &progress, findings: Some(Mutex::new(lent)), ..Hooks::none(interrupted) };
    let scan = engine::scan(&mut plan, &options, &hooks);
    drop(hooks);
    meter.finish();
    let scan = scan?;
    let policy = scan::policy(&settings, &loaded.book);
    let meta = scan::meta(&settings, &loaded.book, policy, reveal, site_key);
    let report = Report::assemble(AssembleInput {
        scan: &scan,
        packs: &[],
        rules: &scan::rules(&plan),
        meta,
    });
    if let [rule] = report.rules.as_slice()
        && let (Some(why), 0) = (&rule.reason, rule.counts.records)
    {
        let (rule, why) = (format!("frame of {records}"), why.clone());
        return Err(CliError::RuleNotRun { rule, why });
    }
    let drawn = draw.finish()?;
    let shown = WorksheetOptions { seed, site_key_present: site_key.is_some(), reveal };
    if let Some(request) = &outputs.stream {
        Worksheet::of(&drawn).write(&request.file, &shown)?;
    }
    let view =
        View { records: &records, by: by.as_deref(), drawn: &drawn, scan: &scan, options: &shown };
    let mut screen = view.screen();
    let mut code = ExitCode::Ok;
    if report.incomplete {
        code = ExitCode::Incomplete;
        for reason in &report.incomplete_reasons {
            let _ = writeln!(screen, "incomplete  {reason}");
        }
        screen.push_str("exit 3: the sample was drawn from what could be read\n");
    }
    match &outputs.stream {
        Some(request) => {
            let file = request.file.display();
            let _ = writeln!(
                screen,
                "worksheet   {file}: fill `deficient` with yes, no or na, then\n            chartaudit sample estimate {file}"
            );
        }
        None => screen
            .push_str("next        add --worksheet review.csv for the records that were drawn\n"),
    }
    console.print(&screen)?;
    Ok(code)
}

/// The rule whose findings are the frame, as a rule file.
fn frame(records: &str, by: Option<&str>, condition: Option<&str>) -> RuleText {
    // A text in quotation marks of JSON is the same text in YAML.
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut text = format!(
        "pack: sample\ntitle: Records to be drawn\nversion: 1.0.0\nrules:\n  - id: {FRAME}\n    title: Record of the \
         frame\n    severity: note\n    records: {}\n",
        quoted(records)
    );
    if let Some(by) = by {
        let _ = writeln!(text, "    assign: {}", quoted(by));
    }
    let _ = writeln!(text, "    fail_if: {}", quoted(condition.unwrap_or("TRUE")));
    RuleText { name: "the frame of the sample".to_owned(), text }
}

/// What is said of a sample.
struct View<'v> {
    records: &'v str,
    by: Option<&'v str>,
    drawn: &'v Drawn,
    scan: &'v Scan,
    options: &'v WorksheetOptions,
}

impl View<'_> {
    fn screen(&self) -> String {
        let drawn = self.drawn;
        let method = match self.by {
            None => "simple random sample without replacement".to_owned(),
            Some(by) => format!("stratified by `{by}`, in proportion, at least one each"),
        };
        let mut screen = format!(
            "sample      {} of {} records of {}\nmethod      {method}; seed {}\n",
            drawn.size(),
            drawn.frame,
            self.records,
            crate::finding::neutral(&self.options.seed),
        );
        if self.by.is_some() {
            for (place, stratum) in drawn.strata.iter().enumerate().take(MOST_STRATA) {
                let name = Worksheet::of(drawn).name(place, self.options);
                let count = stratum.drawn.len();
                let _ =
                    writeln!(screen, "            {count:>6} of {:>9}   {name}", stratum.records);
            }
            if drawn.strata.len() > MOST_STRATA {
                let more = drawn.strata.len() - MOST_STRATA;
                let _ = writeln!(screen, "            … and {more} more strata, in the worksheet");
            }
        }
        if let Some(rule) = self.scan.rules.first() {
            let counts = &rule.counts;
            if counts.passed > 0 {
                let _ = writeln!(screen, "left out    {} records outside `--where`", counts.passed);
            }
            if counts.not_evaluable > 0 {
                let _ = writeln!(
                    screen,
                    "left out    {} records of which `--where` cannot be told: they had no chance to be drawn",
                    counts.not_evaluable
                );
                for (reason, count) in rule.not_evaluable_reasons.iter().take(3) {
                    let _ = writeln!(screen, "            {count}: {reason}");
                }
            }
        }
        if self.options.reveal > Reveal::Nothing {
            screen
                .push_str("keys        in clear in the worksheet, which only its owner may read\n");
        }
        screen
    }
}

/// How many strata the screen lists.
const MOST_STRATA: usize = 20;

fn estimate(arguments: &EstimateArguments, console: &mut Console) -> Result<ExitCode, CliError> {
    let path = &arguments.worksheet;
    let bytes = fs::read(path).map_err(|source| CliError::Unreadable {
        what: "the worksheet",
        path: path.clone(),
        source,
    })?;
    let review = Review::read(&bytes)?;
    let estimate = Estimate::of(&review, arguments.confidence / 100.0)?;
    let percent = |rate: f64| format!("{:.2} %", rate * 100.0);
    let between =
        |interval: Interval| format!("{} to {}", percent(interval.low), percent(interval.high));
    let mut screen = format!(
        "reviewed    {} of {} drawn from {} records, {} deficient\nrate        {}\ninterval    {} with a confidence of {} %\n",
        estimate.assessed,
        estimate.drawn,
        estimate.frame,
        estimate.deficient,
        percent(estimate.rate),
        between(estimate.interval),
        arguments.confidence,
    );
    let records = |rate: f64| (rate * estimate.frame as f64).round();
    let _ = writeln!(
        screen,
        "records     about {} of all; between {} and {}",
        records(estimate.rate),
        records(estimate.interval.low),
        records(estimate.interval.high),
    );
    if estimate.assessed < estimate.drawn {
        let _ = writeln!(
            screen,
            "left out    {} records could not be assessed: the rate is of those that can",
            estimate.drawn - estimate.assessed
        );
    }
    if estimate.strata.len() > 1 {
        for stratum in estimate.strata.iter().take(MOST_STRATA) {
            let of = &stratum.reviewed;
            let _ = writeln!(
                screen,
                "            {:>5} of {:>5} deficient, {:>9}   {}   {} of {} records drawn",
                of.deficient,
                of.assessed,
                percent(stratum.rate),
                of.name,
                of.drawn,
                of.records,
            );
        }
        if estimate.strata.len() > MOST_STRATA {
            let more = estimate.strata.len() - MOST_STRATA;
            let _ = writeln!(screen, "            … and {more} more strata");
        }
        let _ = writeln!(
            screen,
            "method      mean of the strata weighted by their records; exact interval of the sample as a whole,\n            \
             wider by {} on each side because the shares are not exactly in proportion",
            percent(estimate.widened)
        );
    } else {
        screen.push_str("method      exact interval of Clopper and Pearson; drawing without replacement makes it safer\n");
    }
    console.print(&screen)?;
    Ok(ExitCode::Ok)
}
