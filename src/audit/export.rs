//! The files of an export with the rules bound to them, ready to be scanned.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;

use crate::audit::{AuditError, Basis, Rules, digest, fail_on, file_name, files, must_run, policy};
use crate::detect;
use crate::engine::{self, Hooks, ScanOptions};
use crate::finding::{Claimed, Masked};
use crate::plan::{BindOptions, Plan, ReleaseRequest, Twins};
use crate::report::{AssembleInput, Excusing, Meta, Policy, Report};
use crate::rule::{CheckedRule, ClaimedBy};
use crate::source;

/// The files of an export with the rules bound to them.
#[derive(Debug)]
pub struct Export<'r> {
    rules: &'r Rules,
    plan: Plan,
}

/// How much of the machine a scan uses; the report is the same whatever it is.
#[derive(Debug, Clone)]
pub struct Machine {
    /// Threads.
    pub threads: NonZeroUsize,
    /// Bytes for checks over whole record sets, beyond which temporary files are used.
    pub memory: u64,
    /// The folder for temporary files, which never hold values of records in clear.
    pub temp_dir: PathBuf,
}

impl Machine {
    /// One thread and the usual memory, with temporary files in this folder.
    #[must_use]
    pub fn small(temp_dir: PathBuf) -> Self {
        Self { threads: NonZeroUsize::MIN, memory: ScanOptions::MEMORY, temp_dir }
    }
}

impl<'r> Export<'r> {
    /// Binds the rules to the files below these paths.
    pub(super) fn bind(rules: &'r Rules, paths: &[PathBuf]) -> Self {
        let Rules { request, project, book, waivers, manifest, files } = rules;
        let options = BindOptions {
            layout: request.layout.clone(),
            sources: project.sources.clone(),
            release: ReleaseRequest {
                of_run: request.release,
                settings: project.release.clone(),
                manifest: manifest.as_ref().map(|(file, _)| file.clone()),
            },
            twins: Twins::Refused,
            inputs: paths.to_vec(),
        };
        let manifest = manifest.as_ref().map(|(file, _)| &file.path);
        let in_force: Vec<PathBuf> =
            files.iter().chain(manifest).filter_map(|path| path.canonicalize().ok()).collect();
        let checked = book.packs.iter().flat_map(|pack| pack.rules.iter().cloned()).collect();
        let mut plan = files::bind(book, checked, source::discover(paths), &options, &in_force);
        let listed: Vec<String> = plan.delivery.names_mut().map(|name| name.clone()).collect();
        let finder = detect::finder_for_names(&project.identifiers, request.as_of);
        file_name::hide(&mut [&mut plan], &listed, request.reveal, finder.as_ref());
        if let Some(file) = waivers {
            plan.waive(&file.waivers, request.as_of);
        }
        Self { rules, plan }
    }

    /// What will be done: which file is recognised as what, which rules can run and why others cannot.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Scans the files, and gives the audit as a document.
    ///
    /// # Errors
    /// If keys cannot be put aside, or threads cannot be had.
    pub fn scan(self, machine: &Machine) -> Result<Report, AuditError> {
        let interrupted = AtomicBool::new(false);
        let hooks = Hooks::none(&interrupted);
        self.scan_with(machine, &hooks)
    }

    /// Scans like [`Export::scan`], tells how far it is, takes every finding if asked to, and ends early when it is
    /// interrupted; the report then says so.
    ///
    /// # Errors
    /// As [`Export::scan`], and if a finding cannot be taken.
    pub fn scan_with(mut self, machine: &Machine, hooks: &Hooks<'_>) -> Result<Report, AuditError> {
        let Rules { request, project, book, waivers, manifest, .. } = self.rules;
        let options = ScanOptions {
            as_of: request.as_of,
            threads: machine.threads.get(),
            chunk_size: ScanOptions::CHUNK,
            memory: machine.memory,
            temp_dir: machine.temp_dir.clone(),
            examples: EXAMPLES,
            reveal: request.reveal,
            site_key: request.site_key,
            trace: false,
            baseline: None,
            watched: None,
        };
        let scan = engine::scan(&mut self.plan, &options, hooks)?;
        let mut selection: Vec<String> =
            request.select.iter().map(|name| format!("--select {name}")).collect();
        selection.extend(request.ignore.iter().map(|name| format!("--ignore {name}")));
        let basis = Basis {
            as_of: request.as_of,
            project,
            config: request.project.as_deref().map(file_name_of),
            book,
            selection: selection.join(" "),
            reveal: request.reveal,
            site_key: request.site_key,
            fictional_report: project.fictional_report,
            jurisdictions: request.jurisdictions.clone(),
            release: self.claimed(),
            release_manifest: manifest.as_ref().map(|(file, blake3)| digest(&file.name, blake3)),
            policy: Policy {
                fail_on: request.fail_on.or(fail_on(project)).unwrap_or_default(),
                fail_on_stale: project.fail_on_stale,
                must_run: must_run(&request.select, book),
                ..policy(project, book)
            },
        };
        let rules: Vec<&CheckedRule> = self.plan.rules.iter().collect();
        let waivers = waivers.clone().map(|file| (file, Excusing::Applied));
        let meta = Meta { waivers, ..basis.meta() };
        Ok(Report::assemble(AssembleInput { scan: &scan, packs: &book.packs, rules: &rules, meta }))
    }

    /// What the export as a whole is said to be when it leaves.
    fn claimed(&self) -> Option<Claimed> {
        let Rules { request, project, .. } = self.rules;
        let (kind, by) = match (request.release, project.release.kind) {
            (Some(kind), _) => (kind, ClaimedBy::Run),
            (None, Some(kind)) => (kind, ClaimedBy::Project),
            (None, None) => return None,
        };
        let purpose = project.release.purpose.as_deref().map(Masked::declared);
        Some(Claimed { kind, by, purpose })
    }
}

/// Examples of each rule that a report holds.
const EXAMPLES: usize = 10;

/// The last part of a path.
fn file_name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
