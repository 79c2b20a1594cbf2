//! What stops a run, with its help and its exit code.

use std::io;
use std::path::PathBuf;

use miette::Diagnostic;
use thiserror::Error;

use crate::cli::ExitCode;
use crate::cli::arguments::MOST_THREADS;
use crate::engine::EngineError;
use crate::evidence::EvidenceError;
use crate::report::ReportError;
use crate::rule::RuleErrors;
use crate::sample::SampleError;
use crate::store::LedgerError;
use crate::transfer::TransferError;

/// What stops a run.
#[derive(Debug, Error, Diagnostic)]
#[non_exhaustive]
pub(crate) enum CliError {
    /// A path of the command line cannot be looked at.
    #[error("cannot find `{}`", path.display())]
    #[diagnostic(code(chartaudit::cli::no_such_path))]
    NoSuchPath {
        /// The path as it was written.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Two inputs have different project files above them.
    #[error("the inputs belong to two projects: `{}` and `{}`", one.display(), other.display())]
    #[diagnostic(
        code(chartaudit::cli::two_projects),
        help("name the project file that counts with `--config FILE`")
    )]
    TwoProjects {
        /// The one.
        one: PathBuf,
        /// The other.
        other: PathBuf,
    },
    /// A file that a setting names cannot be read.
    #[error("cannot read {what} `{}`", path.display())]
    #[diagnostic(code(chartaudit::cli::unreadable))]
    Unreadable {
        /// What the file is for.
        what: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The site key is not a key.
    #[error("`{}` holds no site key", path.display())]
    #[diagnostic(
        code(chartaudit::cli::bad_site_key),
        help(
            "a site key is 32 random bytes, or 64 hexadecimal digits; `chartaudit init` makes one, and never replaces a file"
        )
    )]
    BadSiteKey {
        /// The file.
        path: PathBuf,
    },
    /// The project file names a site key that is not there.
    #[error("`{}` names the site key `{}`, which is not there", project.display(), path.display())]
    #[diagnostic(
        code(chartaudit::cli::site_key_gone),
        help(
            "put a copy of the key back. If there is none, `chartaudit init --new-key` makes another, under which \
             findings of earlier reports are not found again"
        )
    )]
    SiteKeyGone {
        /// The project file.
        project: PathBuf,
        /// Where the key is to be.
        path: PathBuf,
    },
    /// The system gives no random bytes.
    #[error("the system gives no random bytes for a site key")]
    #[diagnostic(
        code(chartaudit::cli::no_random_bytes),
        help("make the key on another machine, and bring it here")
    )]
    NoRandomBytes,
    /// There is a file where a new one was to be.
    #[error("`{}` is there already", path.display())]
    #[diagnostic(
        code(chartaudit::cli::already_there),
        help(
            "a site key is never replaced: findings of earlier reports could not be found again. To make another, \
             move this file aside and keep it as long as those reports"
        )
    )]
    AlreadyThere {
        /// The file.
        path: PathBuf,
    },
    /// An output lies in a folder that is not there.
    #[error("cannot write `{}`: there is no folder `{}`", path.display(), folder.display())]
    #[diagnostic(code(chartaudit::cli::no_such_folder), help("create the folder first"))]
    NoSuchFolder {
        /// The output.
        path: PathBuf,
        /// Its folder.
        folder: PathBuf,
    },
    /// An output names a folder.
    #[error("cannot write `{}`: it is a folder", path.display())]
    #[diagnostic(code(chartaudit::cli::output_is_folder), help("name a file in it"))]
    OutputIsFolder {
        /// The output.
        path: PathBuf,
    },
    /// Two outputs go to the same place.
    #[error("two outputs go to `{place}`")]
    #[diagnostic(code(chartaudit::cli::same_output), help("give each its own file"))]
    SameOutput {
        /// The place, in words or as a path.
        place: String,
    },
    /// An output would replace a file under audit.
    #[error("`{}` is under audit and would be overwritten", path.display())]
    #[diagnostic(
        code(chartaudit::cli::output_is_input),
        help("write reports to a folder outside the export")
    )]
    OutputIsInput {
        /// The file.
        path: PathBuf,
    },
    /// An output would replace a file that says what the run does.
    #[error("`{}` is in force in this run and would be overwritten", path.display())]
    #[diagnostic(
        code(chartaudit::cli::output_is_setting),
        help(
            "name another file: this one is the project file, the site key, a rule file or a code list"
        )
    )]
    OutputIsSetting {
        /// The file.
        path: PathBuf,
    },
    /// The project file asks for too many threads.
    #[error("the project file asks for {threads} threads")]
    #[diagnostic(
        code(chartaudit::cli::threads),
        help(
            "there can be 1 to {MOST_THREADS} threads; leave `threads` out to use all processors"
        )
    )]
    Threads {
        /// How many.
        threads: u64,
    },
    /// The folder for temporary files cannot be used.
    #[error("cannot use `{}` for temporary files", path.display())]
    #[diagnostic(
        code(chartaudit::cli::temp_dir),
        help("name a folder that you may write to with `--temp-dir DIR`")
    )]
    TempDir {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The export claims to be fit to leave, and no rule that runs judges that.
    #[error("no rule judges whether an export is `{kind}`")]
    #[diagnostic(
        code(chartaudit::cli::claim_not_judged),
        help(
            "add `--jurisdiction US` for the rules of HIPAA, or name a pack that has such rules with `--rules`"
        )
    )]
    ClaimNotJudged {
        /// What it claims to be.
        kind: &'static str,
    },
    /// There is no rule of that name.
    #[error("there is no rule `{name}`")]
    #[diagnostic(code(chartaudit::cli::no_such_rule))]
    NoSuchRule {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        #[help]
        help: String,
    },
    /// There is no pack of that name.
    #[error("there is no pack `{name}`")]
    #[diagnostic(code(chartaudit::cli::no_such_pack))]
    NoSuchPack {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        #[help]
        help: String,
    },
    /// There is no layout of that name.
    #[error("there is no layout `{name}`")]
    #[diagnostic(code(chartaudit::cli::no_such_layout))]
    NoSuchLayout {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        #[help]
        help: String,
    },
    /// A file is no rule file by its name.
    #[error("`{}` is not a rule file", path.display())]
    #[diagnostic(
        code(chartaudit::cli::not_yaml),
        help("rule files and project files end in `.yaml` or `.yml`")
    )]
    NotYaml {
        /// The file.
        path: PathBuf,
    },
    /// Nobody says whose law holds.
    #[error("no place is chosen, so that no law says how long records are kept")]
    #[diagnostic(
        code(chartaudit::cli::no_place),
        help("add `--jurisdiction US-WA`, or the code of your state or country")
    )]
    NoPlace,
    /// Two severities are said to be the lowest that fails.
    #[error("`--fail-on` names two severities, `{one}` and `{other}`")]
    #[diagnostic(
        code(chartaudit::cli::two_thresholds),
        help("name the lowest that is to fail the audit; graver ones fail it too")
    )]
    TwoThresholds {
        /// The one.
        one: String,
        /// The other.
        other: String,
    },
    /// Growth is refused, and nothing says from where.
    #[error("`--ratchet` refuses growth over a baseline, and there is none")]
    #[diagnostic(
        code(chartaudit::cli::ratchet_of_nothing),
        help("name it with `--baseline REPORT`, or at `baseline` in the project file")
    )]
    RatchetOfNothing,
    /// Findings cannot be found again without the site key.
    #[error("a baseline needs the site key, and this run has none")]
    #[diagnostic(
        code(chartaudit::cli::baseline_needs_key),
        help(
            "findings are matched by keyed fingerprints: name the key that the baseline was made with, or make one \
             with `chartaudit init` and audit once more for a baseline"
        )
    )]
    BaselineNeedsKey,
    /// Fingerprints cannot be made without the site key.
    #[error("`--fingerprints` needs the site key, and this run has none")]
    #[diagnostic(
        code(chartaudit::cli::fingerprints_need_key),
        help("make a key with `chartaudit init`")
    )]
    FingerprintsNeedKey,
    /// The baseline was made with another key.
    #[error("`{}` was made with the site key `{theirs}`, and not with `{ours}`", path.display())]
    #[diagnostic(
        code(chartaudit::cli::other_key),
        help(
            "no finding would be found again: use that key, or audit its export once more with this one for a new \
             baseline"
        )
    )]
    OtherKey {
        /// The report.
        path: PathBuf,
        /// The name of its key.
        theirs: String,
        /// The name of the other one.
        ours: String,
    },
    /// A report shows examples only, and its fingerprints were not written.
    #[error("`{}` does not name all of its findings", path.display())]
    #[diagnostic(
        code(chartaudit::cli::no_fingerprints),
        help(
            "a report shows examples: write the fingerprints of all findings beside it, with a site key, as \
             `--report json=audit.json --fingerprints audit.fingerprints`"
        )
    )]
    NoFingerprints {
        /// The report.
        path: PathBuf,
    },
    /// The fingerprints of a report are not where it is.
    #[error("cannot read the fingerprints `{}`", path.display())]
    #[diagnostic(
        code(chartaudit::cli::fingerprints_gone),
        help("put them beside the report that was written with them, under the name they had")
    )]
    FingerprintsGone {
        /// Where they should be.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// The fingerprints of a report are none.
    #[error("cannot use the fingerprints `{}`", path.display())]
    #[diagnostic(
        code(chartaudit::cli::fingerprints_unusable),
        help("take the file that was written with the report, whole")
    )]
    FingerprintsUnusable {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: LedgerError,
    },
    /// The fingerprints of a report are others than those it was written with.
    #[error("the fingerprints `{}` are not those of the report", path.display())]
    #[diagnostic(
        code(chartaudit::cli::fingerprints_altered),
        help(
            "its digest differs from the one in the report: take the file that was written with it"
        )
    )]
    FingerprintsAltered {
        /// The file.
        path: PathBuf,
    },
    /// There is no report to show a trend of.
    #[error("there is no JSON report there")]
    #[diagnostic(
        code(chartaudit::cli::no_reports),
        help("name a folder of reports that `--report json=FILE` wrote")
    )]
    NoReports,
    /// There are no waivers to work on.
    #[error("there is no file of waivers")]
    #[diagnostic(
        code(chartaudit::cli::no_waivers),
        help("name it with `--waivers FILE`, or at `waivers` in the project file")
    )]
    NoWaivers,
    /// A waiver cannot be added to a file as it is written.
    #[error("cannot add a waiver to `{}` without changing the rest of it", path.display())]
    #[diagnostic(
        code(chartaudit::cli::waiver_layout),
        help("write its `waivers` as a list with a dash before each, at the end of the file")
    )]
    WaiverLayout {
        /// The file.
        path: PathBuf,
    },
    /// There is nothing whose keeping could be judged.
    #[error(
        "the export holds neither `record_inventory` nor `encounters`, of which records are listed"
    )]
    #[diagnostic(
        code(chartaudit::cli::nothing_kept),
        help(
            "add the inventory of records or the stays to the export; `chartaudit plan PATH` shows what each file was recognised as"
        )
    )]
    NothingKept {
        /// Whether a file that could not be used may hold them.
        refused: bool,
    },
    /// A rule cannot be asked about a record.
    #[error("`{rule}` could not be run on this export: {why}")]
    #[diagnostic(
        code(chartaudit::cli::rule_not_run),
        help(
            "`chartaudit plan PATH` shows what each file was recognised as, and what is not bound"
        )
    )]
    RuleNotRun {
        /// The rule.
        rule: String,
        /// Why.
        why: String,
    },
    /// No record has the key that was asked for, which is not repeated: it is the record's.
    #[error("no record of `{record_set}` that was read has this key")]
    #[diagnostic(code(chartaudit::cli::no_such_record))]
    NoSuchRecord {
        /// The record set.
        record_set: String,
        /// Whether records could not be read.
        incomplete: bool,
        /// What the key is made of.
        #[help]
        help: String,
    },
    /// A key would take the place of a file that is there.
    #[error("`{}` is there already", path.display())]
    #[diagnostic(
        code(chartaudit::cli::exists),
        help("a lost key cannot be made again: name another file, or move this one away first")
    )]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// Evidence cannot be made or read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Evidence(#[from] EvidenceError),
    /// A sample cannot be drawn, or a worksheet not be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Sample(#[from] SampleError),
    /// Rule files or the project file cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Rules(#[from] RuleErrors),
    /// The scan cannot go on.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Engine(#[from] EngineError),
    /// The comparison cannot go on.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Transfer(#[from] TransferError),
    /// A report cannot be read or written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Report(#[from] ReportError),
    /// An output cannot be written.
    #[error("cannot write `{}`", path.display())]
    #[diagnostic(code(chartaudit::cli::cannot_write))]
    CannotWrite {
        /// The output.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Standard output cannot be written.
    #[error("cannot write to standard output")]
    #[diagnostic(code(chartaudit::cli::cannot_write))]
    Stdout {
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl CliError {
    /// How the program ends because of it.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::CannotWrite { .. }
            | Self::Stdout { .. }
            | Self::Report(ReportError::Write { .. } | ReportError::NotWritten)
            | Self::Engine(EngineError::Stream { .. }) => ExitCode::Write,
            Self::Transfer(TransferError::Engine(EngineError::Stream { .. })) => ExitCode::Write,
            Self::Transfer(
                TransferError::Engine(EngineError::Spill { .. }) | TransferError::Gone { .. },
            ) => ExitCode::Incomplete,
            Self::FingerprintsAltered { .. } | Self::FingerprintsUnusable { .. } => ExitCode::Trust,
            Self::Engine(EngineError::Spill { .. } | EngineError::Baseline { .. })
            | Self::RuleNotRun { .. }
            | Self::NothingKept { refused: true }
            | Self::NoSuchRecord { incomplete: true, .. } => ExitCode::Incomplete,
            Self::Sample(SampleError::EmptyFrame)
            | Self::NothingKept { .. }
            | Self::NoSuchRecord { .. } => ExitCode::NothingEvaluated,
            _ => ExitCode::Usage,
        }
    }
}
