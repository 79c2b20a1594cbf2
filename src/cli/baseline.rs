//! An earlier report whose findings are known, and the fingerprints that this run leaves for the next one.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use clap::builder::BoolishValueParser;

use crate::cli::error::CliError;
use crate::cli::settings::{Origin, Setting, Settings};
use crate::finding::SiteKey;
use crate::report::json::v1::{Finding, FindingStatus, Rule};
use crate::report::{self, Audience, Digest, Earlier, Fingerprints, Ratchet, Report};
use crate::store::{Ledger, LedgerAbout, LedgerSection, LedgerStanding, Register, WrittenLedger};

/// What is known from earlier.
#[derive(Debug, Args)]
#[command(next_help_heading = "Baseline")]
pub(crate) struct BaselineArguments {
    /// Take the findings of this JSON report for known: only new ones make the audit fail
    ///
    /// Findings are matched by their fingerprints, which need the site key, wherever their records lie now. The file of
    /// fingerprints that was written with the report must lie beside it.
    #[arg(long, value_name = "REPORT", env = "CHARTAUDIT_BASELINE", hide_env_values = true)]
    pub(crate) baseline: Option<PathBuf>,

    /// Leave the baseline of the project file out
    #[arg(
        long,
        env = "CHARTAUDIT_NO_BASELINE",
        hide_env_values = true,
        value_parser = BoolishValueParser::new(),
        conflicts_with = "baseline"
    )]
    pub(crate) no_baseline: bool,

    /// Refuse growth: fail on every finding that the baseline does not know, whatever its severity
    ///
    /// A rule that the baseline judged and this run cannot leaves the audit incomplete.
    #[arg(
        long,
        env = "CHARTAUDIT_RATCHET",
        hide_env_values = true,
        value_parser = BoolishValueParser::new()
    )]
    pub(crate) ratchet: bool,

    /// Write the fingerprints of all findings to FILE, so that the report can be a baseline
    #[arg(long, value_name = "FILE", env = "CHARTAUDIT_FINGERPRINTS", hide_env_values = true)]
    pub(crate) fingerprints: Option<PathBuf>,
}

/// What part of the memory the fingerprints get.
const SHARE: u64 = 8;

impl BaselineArguments {
    /// Puts into the settings what is said here.
    pub(crate) fn apply(&self, settings: &mut Settings) {
        if let Some(path) = &self.baseline {
            settings.baseline = Setting { value: Some(path.clone()), origin: Origin::Flag };
        }
        if self.no_baseline {
            settings.baseline = Setting { value: None, origin: Origin::Flag };
        }
    }

    /// The baseline of the run.
    ///
    /// # Errors
    /// If it cannot be read, or if its findings cannot be found again.
    pub(crate) fn open(
        &self,
        settings: &Settings,
        site_key: Option<SiteKey>,
    ) -> Result<Option<(Arc<Ledger>, Earlier)>, CliError> {
        let ratchet = self.ratchet || settings.project.file.ratchet;
        let Some(path) = &settings.baseline.value else {
            return if self.ratchet { Err(CliError::RatchetOfNothing) } else { Ok(None) };
        };
        let Some(key) = site_key else { return Err(CliError::BaselineNeedsKey) };
        let (ledger, mut earlier) = open(path)?;
        if ledger.about().site_key_name != key.name() {
            return Err(CliError::OtherKey {
                path: path.clone(),
                theirs: ledger.about().site_key_name.clone(),
                ours: key.name(),
            });
        }
        earlier.ratchet = if ratchet { Ratchet::Tight } else { Ratchet::Loose };
        Ok(Some((Arc::new(ledger), earlier)))
    }

    /// What gathers the fingerprints of the run, where they are wanted.
    ///
    /// # Errors
    /// If there is no site key to make them with.
    pub(crate) fn register(
        &self,
        site_key: Option<SiteKey>,
        memory: u64,
        temp_dir: &Path,
    ) -> Result<Option<Register>, CliError> {
        match (&self.fingerprints, site_key) {
            (None, _) => Ok(None),
            (Some(_), None) => Err(CliError::FingerprintsNeedKey),
            (Some(_), Some(_)) => Ok(Some(Register::new(memory / SHARE, temp_dir.to_owned()))),
        }
    }
}

/// Writes the fingerprints of a run of rules, each with how many records it could not judge, and says what a report says of
/// them.
///
/// # Errors
/// If they cannot be written.
pub(crate) fn write(
    register: Register,
    rules: &[(&str, u64)],
    key: SiteKey,
    path: &Path,
) -> Result<Fingerprints, CliError> {
    let mut written: Option<WrittenLedger> = None;
    let sorted = register.finish();
    report::write_atomic_with(path, Audience::Usual, |to| {
        written = Some(sorted?.write(rules, &key.name(), to)?);
        Ok(())
    })?;
    let WrittenLedger { count, digest } =
        written.unwrap_or(WrittenLedger { count: 0, digest: String::new() });
    Ok(Fingerprints { name: file_name(path), blake3: digest, count })
}

/// The name of a file without its folders.
fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A saved report and the fingerprints of its findings.
///
/// # Errors
/// If one of them cannot be read, if they do not belong together, or if there are none.
pub(crate) fn open(path: &Path) -> Result<(Ledger, Earlier), CliError> {
    let unreadable =
        |source| CliError::Unreadable { what: "the report", path: path.to_owned(), source };
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let report = Report::from_json(&text)?;
    let ledger = match &report.provenance.fingerprints {
        Some(said) => companion(path, said)?,
        None => of_examples(path, &report)?,
    };
    let of_ledger = |section: &LedgerSection| {
        (section.standing == LedgerStanding::Open).then(|| (section.rule.clone(), section.count))
    };
    let known = ledger.about().sections.iter().filter_map(of_ledger).collect();
    let blake3 = blake3::hash(text.as_bytes()).to_hex().to_string();
    let source = Digest { name: file_name(path), blake3 };
    Ok((ledger, Earlier { report: Box::new(report), source, known, ratchet: Ratchet::Loose }))
}

/// The file of fingerprints that lies beside a report.
fn companion(path: &Path, said: &Fingerprints) -> Result<Ledger, CliError> {
    // A report names no folder; whoever writes one into it does not lead us elsewhere.
    let place = path.with_file_name(file_name(Path::new(&said.name)));
    let file = File::open(&place)
        .map_err(|source| CliError::FingerprintsGone { path: place.clone(), source })?;
    let ledger = Ledger::open(file)
        .map_err(|source| CliError::FingerprintsUnusable { path: place.clone(), source })?;
    if ledger.digest() == said.blake3 {
        Ok(ledger)
    } else {
        Err(CliError::FingerprintsAltered { path: place })
    }
}

/// The fingerprints of a report that shows every finding it has.
fn of_examples(path: &Path, report: &Report) -> Result<Ledger, CliError> {
    let lacking = || CliError::NoFingerprints { path: path.to_owned() };
    let key = report.provenance.site_key_name.clone().ok_or_else(lacking)?;
    if report.rules.iter().any(|rule| rule.findings_omitted > 0) {
        return Err(lacking());
    }
    let mut about = LedgerAbout { site_key_name: key, sections: Vec::new() };
    let mut lists = Vec::new();
    for rule in &report.rules {
        for standing in [LedgerStanding::Open, LedgerStanding::Waived] {
            let list = prints(rule, standing);
            let count = list.len() as u64;
            about.sections.push(LedgerSection { rule: rule.id.clone(), standing, count });
            lists.push(list);
        }
    }
    Ledger::of(&about, &lists)
        .map_err(|source| CliError::FingerprintsUnusable { path: path.to_owned(), source })
}

/// The fingerprints of the findings of a rule that stand so.
fn prints(rule: &Rule, standing: LedgerStanding) -> Vec<u128> {
    let waived = standing == LedgerStanding::Waived;
    let stands = |finding: &&Finding| (finding.status == FindingStatus::Waived) == waived;
    let print = |finding: &Finding| {
        let text = finding.fingerprint.as_deref()?;
        u128::from_str_radix(text, 16).ok()
    };
    rule.findings.iter().filter(stands).filter_map(print).collect()
}
