//! What a report says of the audit itself: what it stood on, and what had to be judged.

use crate::detect::{self, AllowedValue};
use crate::finding::{Claimed, Reveal, SiteKey};
use crate::report::{
    Allowance, AllowanceKind, Digest, FailOn, Meta, PackNotRun, Policy, SitePattern, Tailoring,
};
use crate::rule::config::{self, ProjectFile};
use crate::rule::{self, RuleBook, Severity, Tolerance};
use crate::value::Date;

/// What an audit stood on.
#[derive(Debug)]
pub(crate) struct Basis<'b> {
    /// The day on which it stands.
    pub(crate) as_of: Date,
    /// What the project file says.
    pub(crate) project: &'b ProjectFile,
    /// The name of the project file, if there is one.
    pub(crate) config: Option<String>,
    /// The rules.
    pub(crate) book: &'b RuleBook,
    /// Which rules were asked for, in words.
    pub(crate) selection: String,
    /// What is shown in clear.
    pub(crate) reveal: Reveal,
    /// The key of tags and fingerprints.
    pub(crate) site_key: Option<SiteKey>,
    /// Whether every rule reports fictional identifiers like real ones.
    pub(crate) fictional_report: bool,
    /// Where the facility is.
    pub(crate) jurisdictions: Vec<String>,
    /// What the export as a whole is said to be when it leaves.
    pub(crate) release: Option<Claimed>,
    /// The release manifest.
    pub(crate) release_manifest: Option<Digest>,
    /// What must be judged, and what counts.
    pub(crate) policy: Policy,
}

impl Basis<'_> {
    /// What the report says of it.
    pub(crate) fn meta(self) -> Meta {
        let Self { project, book, .. } = self;
        let (dictionary, layouts): (Vec<_>, Vec<_>) =
            book.digests.iter().partition(|(name, _)| name.contains("/dictionary/"));
        let mut hasher = blake3::Hasher::new();
        for (name, digest) in dictionary {
            hasher.update(format!("{name} {digest}\n").as_bytes());
        }
        Meta {
            as_of: self.as_of,
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            time_zone: "UTC".to_owned(),
            layouts: layouts.into_iter().map(|(name, blake3)| digest(name, blake3)).collect(),
            dictionary: digest("dictionary", hasher.finalize().to_hex().as_str()),
            config: self.config.as_deref().map(|name| digest(name, &project.digest)),
            selection: self.selection,
            tailoring: project.tailoring.iter().map(tailoring).collect(),
            tailoring_left_out: false,
            waivers: None,
            baseline: None,
            fingerprints: None,
            site_patterns: project.identifiers.patterns().iter().map(site_pattern).collect(),
            allowances: (1..)
                .zip(project.identifiers.allowances())
                .map(|(number, allowance)| allowed(number, allowance, self.as_of))
                .collect(),
            packs_not_run: book
                .not_run
                .iter()
                .map(|pack| PackNotRun {
                    pack: pack.name.clone(),
                    title: pack.title.clone(),
                    reason: pack.why.clone(),
                    flag: pack.flag_that_runs_it.clone(),
                })
                .collect(),
            reveal: self.reveal,
            fictional_report: self.fictional_report,
            site_key: self.site_key.map(SiteKey::name),
            facility: project.facility_name.clone(),
            jurisdictions: self.jurisdictions,
            release: self.release,
            release_manifest: self.release_manifest,
            policy: self.policy,
        }
    }
}

/// What the project file says must be judged for a run to be complete.
pub(crate) fn policy(project: &ProjectFile, book: &RuleBook) -> Policy {
    Policy {
        expect: expect(project),
        max_skipped: max_skipped(project, book),
        max_not_evaluable: project.max_not_evaluable,
        ..Policy::default()
    }
}

/// Record sets that must be there: those that the project says, and those that must hold so many records.
fn expect(project: &ProjectFile) -> Vec<String> {
    let mut expect = project.expect.clone();
    for source in project.sources.iter().filter(|source| source.options.min_records > 0) {
        if !expect.contains(&source.record_set) {
            expect.push(source.record_set.clone());
        }
    }
    expect
}

/// How many records of each record set may be skipped: what its source says, else what the project says.
fn max_skipped(project: &ProjectFile, book: &RuleBook) -> Vec<(String, Tolerance)> {
    let of_source = |name: &str| {
        let source = project.sources.iter().find(|source| source.record_set == name);
        let most = source.map(|source| source.options.max_skipped).filter(|most| *most > 0);
        most.map(Tolerance::Count)
    };
    let sets = book.dictionary.sets.iter().filter_map(|set| {
        of_source(&set.name).or(project.max_skipped).map(|most| (set.name.clone(), most))
    });
    sets.collect()
}

/// The threshold that the project file sets.
pub(crate) fn fail_on(project: &ProjectFile) -> Option<FailOn> {
    project.fail_on.map(|threshold| match threshold {
        config::FailOn::Severity(Severity::Error) => FailOn::Error,
        config::FailOn::Severity(Severity::Warning) => FailOn::Warning,
        config::FailOn::Severity(Severity::Note) => FailOn::Note,
        config::FailOn::Never => FailOn::Never,
    })
}

/// Rules that were asked for by their exact id.
pub(crate) fn must_run(select: &[String], book: &RuleBook) -> Vec<String> {
    let rules = || book.packs.iter().flat_map(|pack| &pack.rules);
    let exact = select.iter().filter(|name| {
        let id = name.split_once(':').map_or(name.as_str(), |(_, id)| id);
        rules().any(|rule| rule.id.text == id)
    });
    exact.cloned().collect()
}

/// An identifier that the project file adds.
fn site_pattern(pattern: &detect::SitePattern) -> SitePattern {
    SitePattern {
        name: pattern.name.clone(),
        title: pattern.title.clone(),
        replaces: pattern.replaces.clone(),
    }
}

/// What the project file lets stand, without what it is.
fn allowed(number: u16, allowance: &detect::Allowance, as_of: Date) -> Allowance {
    Allowance {
        number,
        what: match allowance.value {
            AllowedValue::Exactly(_) => AllowanceKind::Value,
            AllowedValue::Pattern(_) => AllowanceKind::Pattern,
            AllowedValue::Column(_) => AllowanceKind::Column,
        },
        detector: allowance.detector.clone(),
        reason: allowance.reason.clone(),
        until: allowance.until.map(|until| until.to_string()),
        expired: allowance.is_expired(as_of),
        spans: 0,
    }
}

/// A file and its digest.
pub(crate) fn digest(name: &str, blake3: &str) -> Digest {
    Digest { name: name.to_owned(), blake3: blake3.to_owned() }
}

/// A change to a rule, in words.
fn tailoring(change: &rule::Tailoring) -> Tailoring {
    let mut words = Vec::new();
    if change.off {
        words.push("off".to_owned());
    }
    if let Some(severity) = change.severity {
        words.push(format!("severity {}", severity.name()));
    }
    if let Some(required) = change.required {
        words.push(if required { "required" } else { "not required" }.to_owned());
    }
    match change.tolerance {
        Some(Tolerance::Count(count)) => words.push(format!("tolerance {count}")),
        Some(Tolerance::Share(millionths)) => {
            words.push(format!("tolerance {}.{:04}%", millionths / 10_000, millionths % 10_000));
        }
        None => {}
    }
    Tailoring {
        rule: change.rule.clone(),
        change: words.join(", "),
        reason: change.because.clone(),
    }
}
