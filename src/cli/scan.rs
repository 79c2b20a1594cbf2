//! `chartaudit scan`: the audit.

use std::io;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use crate::audit::{self, Basis};
use crate::cli::ExitCode;
use crate::cli::arguments::{
    InputArguments, MachineArguments, OutputArguments, RuleArguments, VerdictArguments,
};
use crate::cli::baseline::{self, BaselineArguments};
use crate::cli::console::{Console, variable};
use crate::cli::error::CliError;
use crate::cli::exception::ExceptionArguments;
use crate::cli::output::Outputs;
use crate::cli::project::PROJECT_FILE;
use crate::cli::settings::{Machine, Origin, Said, Settings, Stale, fail_on};
use crate::engine::{self, Hooks, ScanOptions};
use crate::finding::{Finding, FindingSink, Reveal, SiteKey};
use crate::plan::{FileState, Plan};
use crate::report::{
    AllFindings, AssembleInput, Excusing, ExitReason, FailOn, Meta, Policy, Report, StreamOptions,
    Worklist,
};
use crate::rule::{CheckedRule, RuleBook};
use crate::source;

/// The arguments of `scan`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Audit exported files.\n\nFinds the record sets of the export by their headers, holds every \
                  record against every rule that applies, prints one screen and ends with an exit code. \
                  Values of records are masked everywhere unless --reveal asks otherwise.",
    after_long_help = EXAMPLES
)]
pub(crate) struct ScanArguments {
    #[command(flatten)]
    input: InputArguments,
    #[command(flatten)]
    rules: RuleArguments,
    #[command(flatten)]
    verdict: VerdictArguments,
    #[command(flatten)]
    exceptions: ExceptionArguments,
    #[command(flatten)]
    baseline: BaselineArguments,
    #[command(flatten)]
    output: OutputArguments,
    #[command(flatten)]
    machine: MachineArguments,
}

/// Examples, for people.
const EXAMPLES: &str = "\
Examples:
    chartaudit scan exports/
    chartaudit scan exports/ --jurisdiction US-MA --facility hospital --as-of 2026-06-30
    chartaudit scan exports/ --report json=audit.json --all-findings findings.csv
    chartaudit scan exports/ --rules essentials,./our-rules --select retention/";

/// Audits, writes what was asked for, and says how it ended.
pub(crate) fn run(
    arguments: ScanArguments,
    said: &Said,
    interrupted: &'static AtomicBool,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let ScanArguments {
        input,
        rules: which,
        verdict,
        exceptions,
        baseline: known,
        output,
        machine,
    } = arguments;
    let mut settings = Settings::settle(&input.paths, input.layout, which, said)?;
    verdict.check()?;
    let tailoring_left_out = exceptions.apply(&mut settings);
    known.apply(&mut settings);
    let limits = Machine::settle(&machine, &settings.project.file)?;
    let site_key = settings.site_key(console)?;
    let loaded = settings.load_rules()?;
    settings.check_release(&loaded.book)?;
    let waivers = exceptions.load(&settings, &loaded)?;
    let (ledger, earlier) = known.open(&settings, site_key)?.unzip();
    let register = known.register(site_key, limits.memory.0, &limits.temp_dir)?;
    let discovery = source::discover(&input.paths);
    let found: Vec<PathBuf> = discovery.files.iter().map(|file| file.path.clone()).collect();
    let in_force = settings.in_force(&loaded);
    let outputs = Outputs::check(output.report, output.all_findings, &found, &in_force)?;
    if let Some(path) = &known.fingerprints {
        outputs.check_beside(path, &found, &in_force)?;
    }
    warn_without_day(&settings, console);
    let reveal = output.reveal.settle();
    settings.reveal = reveal;
    let mut plan = settings.bind(&input.paths, discovery, &loaded);
    if let Some((file, Excusing::Applied)) = &waivers {
        plan.waive(&file.waivers, settings.as_of.value.0);
    }
    let book = loaded.book;
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
        baseline: ledger,
        watched: None,
    };
    let stream_options = StreamOptions { reveal, site_key_present: site_key.is_some() };
    let stream = outputs.stream.as_ref();
    let mut stream = stream
        .map(|request| AllFindings::create(&request.file, &rules(&plan), stream_options))
        .transpose()?;
    let meter = machine.progress.meter(bytes(&plan), console.err);
    let mut worklist = outputs.want_worklist().then(|| {
        // Beside the stores of the scan, which share the whole.
        let room = (limits.memory.0 / WORKLIST_SHARE, options.temp_dir.clone());
        let files = plan.files.iter().map(|file| file.name.as_str());
        Worklist::new(&rules(&plan), files, stream_options, room)
    });
    let findings = (stream.is_some() || worklist.is_some()).then(|| {
        let (stream, worklist) = (stream.as_mut(), worklist.as_mut());
        let lent: Box<dyn FindingSink + '_> = Box::new(Lent::new(stream, worklist));
        Mutex::new(lent)
    });
    let hooks = Hooks {
        progress: &|bytes| meter.add(bytes),
        findings,
        register: register.as_ref(),
        ..Hooks::none(interrupted)
    };
    let scan = engine::scan(&mut plan, &options, &hooks);
    drop(hooks);
    meter.finish();
    let scan = scan?;
    let rules = rules(&plan);
    let of_rules = rules.iter().zip(&scan.rules);
    let ids: Vec<(&str, u64)> = of_rules
        .map(|(rule, outcome)| (rule.id.text.as_str(), outcome.counts.not_evaluable))
        .collect();
    let mut unwritten = None;
    let fingerprints = match (register, site_key, &known.fingerprints) {
        (Some(register), Some(key), Some(path)) => {
            let written = baseline::write(register, &ids, key, path);
            written.map_err(|problem| unwritten = Some(problem)).ok()
        }
        _ => None,
    };

    let project = &settings.project.file;
    let (fail_on, stale) = fail_on(&verdict.fail_on, project);
    let policy = Policy {
        allow_empty: verdict.allow_empty,
        fail_on,
        fail_on_stale: stale == Stale::Fails,
        must_run: audit::must_run(&settings.select, &book),
        ..policy(&settings, &book)
    };
    let meta = Meta {
        tailoring_left_out,
        waivers,
        baseline: earlier,
        fingerprints,
        ..meta(&settings, &book, policy, reveal, site_key)
    };
    let mut report =
        Report::assemble(AssembleInput { scan: &scan, packs: &book.packs, rules: &rules, meta });
    if let Some(problem) = unwritten {
        console.diagnose(&problem);
        report.end_with(&ExitReason::Write);
    }
    if let (Some(stream), Some(request)) = (stream, &outputs.stream)
        && let Err(source) = stream.finish()
    {
        console.diagnose(&CliError::CannotWrite { path: request.file.clone(), source });
        report.end_with(&ExitReason::Write);
    }
    // Findings are drawn one by one on the screen only where the user says how many.
    let drawn = match said.origin("examples") {
        Origin::Default => 0,
        _ => options.examples,
    };
    let problems = outputs.write(&report, worklist, drawn, &settings.explain_flags(), console);
    let mut code = ExitCode::from_number(report.exit_code).unwrap_or(ExitCode::Internal);
    for problem in problems {
        console.diagnose(&problem);
        code = code.or(problem.exit_code());
    }
    Ok(code)
}

/// Warns where the day is that of a scheduled run.
pub(crate) fn warn_without_day(settings: &Settings, console: &mut Console) {
    if settings.as_of.origin == Origin::Default && variable("CI").is_some_and(|ci| !ci.is_empty()) {
        console.warn(
            "no --as-of is given in a scheduled run: the audit stands on the day of the run, and \
             the same export may have another verdict tomorrow",
        );
    }
}

/// What part of the memory a worklist gets.
const WORKLIST_SHARE: u64 = 8;

/// Sinks that are lent to the scan, and closed afterwards by their owner.
pub(crate) struct Lent<'s> {
    stream: Option<&'s mut AllFindings>,
    worklist: Option<&'s mut Worklist>,
    /// The marks of both, by the mark that the scan was given.
    marks: Vec<[u64; 2]>,
}

impl<'s> Lent<'s> {
    /// Lends those that there are.
    pub(crate) fn new(
        stream: Option<&'s mut AllFindings>,
        worklist: Option<&'s mut Worklist>,
    ) -> Self {
        Self { stream, worklist, marks: Vec::new() }
    }
}

impl FindingSink for Lent<'_> {
    fn take(&mut self, finding: &Finding) -> io::Result<()> {
        if let Some(stream) = &mut self.stream {
            stream.take(finding)?;
        }
        self.worklist.as_mut().map_or(Ok(()), |worklist| worklist.take(finding))
    }

    fn mark(&mut self) -> io::Result<u64> {
        let stream = self.stream.as_mut().map_or(Ok(0), |stream| stream.mark())?;
        let worklist = self.worklist.as_mut().map_or(Ok(0), |worklist| worklist.mark())?;
        self.marks.push([stream, worklist]);
        Ok(self.marks.len() as u64 - 1)
    }

    fn rewind(&mut self, mark: u64) -> io::Result<()> {
        let mark = usize::try_from(mark).ok().and_then(|mark| self.marks.get(mark));
        let [stream, worklist] = *mark.ok_or(io::ErrorKind::InvalidInput)?;
        if let Some(sink) = &mut self.stream {
            sink.rewind(stream)?;
        }
        self.worklist.as_mut().map_or(Ok(()), |sink| sink.rewind(worklist))
    }
}

/// The rules of a plan, by their numbers.
pub(crate) fn rules(plan: &Plan) -> Vec<&CheckedRule> {
    plan.rules.iter().collect()
}

/// How many bytes will be read.
pub(crate) fn bytes(plan: &Plan) -> u64 {
    let bound = plan.files.iter().filter(|file| matches!(file.state, FileState::Bound(_)));
    bound.fold(0, |sum, file| sum.saturating_add(file.bytes))
}

/// What the report says of the run.
pub(crate) fn meta(
    settings: &Settings,
    book: &RuleBook,
    policy: Policy,
    reveal: Reveal,
    site_key: Option<SiteKey>,
) -> Meta {
    let basis = Basis {
        as_of: settings.as_of.value.0,
        project: &settings.project.file,
        config: settings.project.path.as_ref().map(|_| PROJECT_FILE.to_owned()),
        book,
        selection: settings.selection(),
        reveal,
        site_key,
        fictional_report: settings.rules.fictional_report.value,
        jurisdictions: settings.rules.jurisdictions.value.clone(),
        release: settings.claimed(),
        release_manifest: settings
            .manifest
            .as_ref()
            .map(|manifest| audit::digest(&manifest.file.name, &manifest.blake3)),
        policy,
    };
    basis.meta()
}

/// What the project file says must be judged for a run to be complete.
pub(crate) fn policy(settings: &Settings, book: &RuleBook) -> Policy {
    Policy { fail_on: FailOn::Never, ..audit::policy(&settings.project.file, book) }
}
