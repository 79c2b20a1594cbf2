//! What is in force, and where it was said: flag, environment, project file or default.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use clap::parser::ValueSource;

use crate::audit;
use crate::cli::arguments::{
    FictionalChoice, MOST_THREADS, MachineArguments, PlaceArguments, RuleArguments,
};
use crate::cli::book::{self, Texts};
use crate::cli::console::Console;
use crate::cli::day::Day;
use crate::cli::error::CliError;
use crate::cli::init::SCHEMA_FILE;
use crate::cli::request::ParamRequest;
use crate::cli::site_key::{self, Exposure};
use crate::cli::size::Size;
use crate::cli::{near, project};
use crate::detect::{self, Finder};
use crate::engine::ScanOptions;
use crate::finding::{Claimed, Masked, Reveal, SiteKey};
use crate::plan::{BindOptions, GENERIC, Plan, ReleaseRequest, Twins};
use crate::report::FailOn;
use crate::rule::config::{self, ProjectFile};
use crate::rule::{
    self, CheckedRule, ClaimedBy, LoadRequest, PackSelection, ParamSetting, ReleaseKind, RuleBook,
    RuleError, RuleErrors, RulePart, RuleProblem, RuleText,
};
use crate::source::{Discovery, FoundFile};

/// Where a setting was said; the first that says it wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// On the command line.
    Flag,
    /// In a `CHARTAUDIT_*` variable.
    Environment,
    /// In the project file.
    Project,
    /// Nowhere.
    Default,
}

impl Origin {
    /// Its name for people.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Flag => "flag",
            Self::Environment => "environment",
            Self::Project => "project file",
            Self::Default => "default",
        }
    }
}

/// A value in force, and where it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Setting<T> {
    /// The value.
    pub(crate) value: T,
    /// Where it was said.
    pub(crate) origin: Origin,
}

impl<T> Setting<T> {
    /// The value that is in force: what was said on the command line or in the environment, else what the
    /// project file says, else the default.
    pub(crate) fn settle(
        said: Option<T>,
        said_by: Origin,
        project: Option<T>,
        default: impl FnOnce() -> T,
    ) -> Self {
        match (said, project) {
            (Some(value), _) => Self { value, origin: said_by },
            (None, Some(value)) => Self { value, origin: Origin::Project },
            (None, None) => Self { value: default(), origin: Origin::Default },
        }
    }
}

/// A release manifest that the project file names.
#[derive(Debug)]
pub(crate) struct Manifest {
    /// The file.
    pub(crate) file: FoundFile,
    /// The hex BLAKE3 digest of its bytes.
    pub(crate) blake3: String,
}

/// Which options the command line and the environment give.
#[derive(Debug, Default)]
pub(crate) struct Said(BTreeMap<String, Origin>);

impl Said {
    /// Reads it off the parsed command line, subcommands included.
    pub(crate) fn of(matches: &ArgMatches) -> Self {
        let mut said = BTreeMap::new();
        let mut level = Some(matches);
        while let Some(matches) = level {
            for id in matches.ids() {
                let origin = match matches.value_source(id.as_str()) {
                    Some(ValueSource::CommandLine) => Origin::Flag,
                    Some(ValueSource::EnvVariable) => Origin::Environment,
                    _ => continue,
                };
                said.insert(id.as_str().to_owned(), origin);
            }
            level = matches.subcommand().map(|(_, matches)| matches);
        }
        Self(said)
    }

    /// Where that option was given.
    pub(crate) fn origin(&self, option: &str) -> Origin {
        self.0.get(option).copied().unwrap_or(Origin::Default)
    }
}

/// The project file that counts for a run, if there is one.
#[derive(Debug, Default)]
pub(crate) struct Project {
    /// Where it lies.
    pub(crate) path: Option<PathBuf>,
    /// What it says.
    pub(crate) file: ProjectFile,
}

impl Project {
    /// The project file that a flag names, else the nearest above the inputs.
    ///
    /// # Errors
    /// If it cannot be read or used, or if the inputs belong to two projects.
    pub(crate) fn find(named: Option<PathBuf>, inputs: &[PathBuf]) -> Result<Self, CliError> {
        let path = match named {
            Some(path) => Some(path),
            None => project::nearest(inputs)?,
        };
        match path {
            Some(path) => Self::read(path),
            None => Ok(Self::default()),
        }
    }

    /// Reads a project file.
    fn read(path: PathBuf) -> Result<Self, CliError> {
        book::check_extension(&path)?;
        let texts = rule::read_paths(std::slice::from_ref(&path)).map_err(|errors| {
            RuleErrors(errors.0.into_iter().map(|error| error.of(RulePart::Project)).collect())
        })?;
        let text = texts
            .into_iter()
            .next()
            .unwrap_or(RuleText { name: String::new(), text: String::new() });
        Ok(Self { path: Some(path), file: config::read(text) })
    }

    /// The release manifest that it names.
    ///
    /// # Errors
    /// If it cannot be read.
    fn manifest(&self) -> Result<Option<Manifest>, CliError> {
        let Some(said) = &self.file.release.manifest else { return Ok(None) };
        let path = self.folder().join(said);
        let bytes = std::fs::read(&path).map_err(|source| CliError::Unreadable {
            what: "the release manifest",
            path: path.clone(),
            source,
        })?;
        let name = said.trim_start_matches("./").replace('\\', "/");
        let blake3 = blake3::hash(&bytes).to_hex().to_string();
        Ok(Some(Manifest { file: FoundFile { name, path, len: bytes.len() as u64 }, blake3 }))
    }

    /// The site key that it names.
    pub(crate) fn site_key_file(&self) -> Option<PathBuf> {
        self.file.site_key_file.as_ref().map(|path| self.folder().join(path))
    }

    /// A file that it names.
    fn beside(&self, said: Option<&str>) -> Option<PathBuf> {
        let said = said?;
        Some(match self.folder() {
            folder if folder == Path::new(".") => PathBuf::from(said),
            folder => folder.join(said),
        })
    }

    /// The folder to which its paths are relative.
    pub(crate) fn folder(&self) -> &Path {
        match self.path.as_deref().and_then(Path::parent) {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }
}

/// The rules of a run, and the files that they were read from.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// The rules.
    pub(crate) book: RuleBook,
    /// The user's own rule files, and the code lists that rules name.
    pub(crate) files: Vec<PathBuf>,
}

/// What decides which rules run and with which figures.
#[derive(Debug)]
pub(crate) struct RuleSettings {
    /// Packs and paths; empty: the packs of the place.
    pub(crate) rules: Setting<Vec<String>>,
    /// Where the facility is.
    pub(crate) jurisdictions: Setting<Vec<String>>,
    /// The kind of facility.
    pub(crate) facility: Setting<Option<String>>,
    /// Parameters from the command line; those of the project file stand there.
    pub(crate) params: Vec<ParamRequest>,
    /// Where the parameters of the command line were said.
    pub(crate) params_origin: Origin,
    /// Whether every rule reports fictional identifiers like real ones.
    pub(crate) fictional_report: Setting<bool>,
}

impl RuleSettings {
    /// Settles them.
    pub(crate) fn settle(
        rules: Vec<String>,
        place: PlaceArguments,
        fictional: Option<FictionalChoice>,
        said: &Said,
        project: &ProjectFile,
    ) -> Self {
        let list = |given: Vec<String>| if given.is_empty() { None } else { Some(given) };
        Self {
            rules: Setting::settle(
                list(rules),
                said.origin("rules"),
                project.packs.clone(),
                Vec::new,
            ),
            jurisdictions: Setting::settle(
                list(place.jurisdiction),
                said.origin("jurisdiction"),
                list(project.jurisdictions.clone()),
                Vec::new,
            ),
            facility: Setting::settle(
                place.facility.map(Some),
                said.origin("facility"),
                project.facility_kind.clone().map(Some),
                || None,
            ),
            params: place.param,
            params_origin: said.origin("param"),
            fictional_report: Setting::settle(
                fictional.map(|FictionalChoice::Report| true),
                said.origin("fictional"),
                project.fictional_report.then_some(true),
                || false,
            ),
        }
    }

    /// The rule files that these settings name, or all that ship.
    ///
    /// # Errors
    /// If a name is neither a pack nor a path, or if a file cannot be read.
    pub(crate) fn texts(&self, project: &Project) -> Result<Texts, CliError> {
        let base = match self.rules.origin {
            Origin::Project => project.folder(),
            _ => Path::new(""),
        };
        if self.rules.value.is_empty() {
            Ok(book::everything())
        } else {
            book::named(&self.rules.value, base)
        }
    }

    /// Reads and checks the rules.
    ///
    /// # Errors
    /// With everything that is wrong with them.
    pub(crate) fn load(
        &self,
        project: &Project,
        select: &[String],
        ignore: &[String],
    ) -> Result<Loaded, CliError> {
        let packs = if self.rules.value.is_empty() {
            PackSelection::Where {
                jurisdictions: self.jurisdictions.value.clone(),
                facility: self.facility.value.clone(),
            }
        } else {
            PackSelection::All
        };
        let mut texts = self.texts(project)?;
        texts.all = texts.all.into_iter().map(RuleText::skip_examples).collect();
        self.load_packs(texts, project, packs, select, ignore)
    }

    /// Reads and checks the rules of every pack, whatever its place.
    ///
    /// # Errors
    /// With everything that is wrong with them.
    pub(crate) fn load_all(&self, project: &Project) -> Result<RuleBook, CliError> {
        let loaded =
            self.load_packs(self.texts(project)?, project, PackSelection::All, &[], &[])?;
        Ok(loaded.book)
    }

    /// Reads and checks every rule that ships or is named, whatever the packs of the run.
    ///
    /// # Errors
    /// With everything that is wrong with the rules.
    pub(crate) fn load_every(&self, project: &Project) -> Result<RuleBook, CliError> {
        let Texts { all, own } = self.texts(project)?;
        let mut texts = Texts { own, ..book::everything() };
        texts.all.extend(all.into_iter().filter(|text| texts.own.contains(&text.name)));
        texts.all = texts.all.into_iter().map(RuleText::skip_examples).collect();
        Ok(self.load_packs(texts, project, PackSelection::All, &[], &[])?.book)
    }

    /// Reads and checks the rules of these packs.
    fn load_packs(
        &self,
        texts: Texts,
        project: &Project,
        packs: PackSelection,
        select: &[String],
        ignore: &[String],
    ) -> Result<Loaded, CliError> {
        let said = self.params.iter().map(|param| {
            let (pack, name) = match param.name.split_once('.') {
                Some((pack, name)) => (Some(pack.to_owned()), name.to_owned()),
                None => (None, param.name.clone()),
            };
            ParamSetting { pack, name, value: param.value.clone(), place: None }
        });
        let files: RefCell<Vec<PathBuf>> =
            RefCell::new(texts.own.iter().map(PathBuf::from).collect());
        let read = |path: &str| {
            let text = std::fs::read_to_string(path).ok()?;
            files.borrow_mut().push(PathBuf::from(path));
            Some(text)
        };
        let request = LoadRequest {
            packs,
            places: self.jurisdictions.value.clone(),
            facility: self.facility.value.clone(),
            params: project.file.params.iter().cloned().chain(said).collect(),
            tailoring: project.file.tailoring.clone(),
            select: select.to_vec(),
            ignore: ignore.to_vec(),
            fictional_report: self.fictional_report.value,
            read_file: &read,
            identifiers: project.file.identifiers.clone(),
            project: Some(&project.file),
        };
        if request.packs == PackSelection::All {
            self.check_places(&texts, project)?;
        }
        let book =
            rule::load(texts.all, &request).map_err(|errors| self.name_project(errors, project))?;
        Ok(Loaded { book, files: files.into_inner() })
    }
}

impl RuleSettings {
    /// Refuses places and kinds of facilities that nobody knows, where packs do not run by place: a slip of the pen
    /// would do nothing there, and nobody would see it.
    fn check_places(&self, texts: &Texts, project: &Project) -> Result<(), CliError> {
        let facility = self.facility.value.as_deref();
        if self.jurisdictions.value.is_empty() && facility.is_none() {
            return Ok(());
        }
        let mut all = book::everything().all;
        all.extend(texts.all.iter().filter(|text| texts.own.contains(&text.name)).cloned());
        let all = all.into_iter().map(RuleText::skip_examples).collect();
        rule::check_places(all, &self.jurisdictions.value, facility)
            .map_err(|errors| self.name_project(errors, project).into())
    }

    /// Puts problems of settings that the project file says under its name.
    fn name_project(&self, errors: RuleErrors, project: &Project) -> RuleErrors {
        let Some(path) = &project.path else { return errors };
        let of_project = |problem: &RuleProblem| match problem {
            RuleProblem::UnknownJurisdiction { .. } => self.jurisdictions.origin == Origin::Project,
            RuleProblem::UnknownFacility { .. } => self.facility.origin == Origin::Project,
            _ => false,
        };
        let mut named = Vec::new();
        for error in errors.0 {
            if error.part != RulePart::Settings {
                named.push(error);
                continue;
            }
            let (theirs, ours): (Vec<_>, Vec<_>) = error.problems.into_iter().partition(of_project);
            let name = format!("`{}`", path.display());
            let parts = [(name, RulePart::Project, theirs), (error.name, RulePart::Settings, ours)];
            for (name, part, problems) in parts {
                if !problems.is_empty() {
                    named.push(RuleError { name, part, text: None, problems });
                }
            }
        }
        RuleErrors(named)
    }
}

/// Everything that decides what a scan does, and where each part was said.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The project file.
    pub(crate) project: Project,
    /// The day on which the audit stands.
    pub(crate) as_of: Setting<Day>,
    /// The layout that is pinned.
    pub(crate) layout: Setting<Option<String>>,
    /// Which rules, with which figures.
    pub(crate) rules: RuleSettings,
    /// Rules that run; empty: all.
    pub(crate) select: Vec<String>,
    /// Rules that do not run.
    pub(crate) ignore: Vec<String>,
    /// What the export claims to be when it leaves.
    pub(crate) release: Setting<Option<ReleaseKind>>,
    /// The manifest that the project file names.
    pub(crate) manifest: Option<Manifest>,
    /// The file that holds the site's key.
    pub(crate) site_key_file: Setting<Option<PathBuf>>,
    /// The file of waivers.
    pub(crate) waivers: Setting<Option<PathBuf>>,
    /// The report whose findings are known.
    pub(crate) baseline: Setting<Option<PathBuf>>,
    /// What the user asked to see in clear; names of files are shown by it.
    pub(crate) reveal: Reveal,
}

impl Settings {
    /// Settles what is in force for these inputs.
    ///
    /// # Errors
    /// If an input cannot be found, or if the project file cannot be used.
    pub(crate) fn settle(
        inputs: &[PathBuf],
        layout: Option<String>,
        rules: RuleArguments,
        said: &Said,
    ) -> Result<Self, CliError> {
        for path in inputs {
            std::fs::metadata(path)
                .map_err(|source| CliError::NoSuchPath { path: path.clone(), source })?;
        }
        let project = Project::find(rules.book.config, inputs)?;
        let key_file = project.site_key_file();
        Ok(Self {
            as_of: Setting::settle(
                rules.book.as_of,
                said.origin("as_of"),
                project.file.as_of.map(Day),
                Day::today,
            ),
            layout: Setting::settle(
                layout.map(Some),
                said.origin("layout"),
                project.file.layout.clone().map(Some),
                || None,
            ),
            rules: RuleSettings::settle(
                rules.book.rules,
                rules.book.place,
                rules.fictional,
                said,
                &project.file,
            ),
            select: rules.select,
            ignore: rules.ignore,
            release: Setting::settle(
                rules.release.map(Some),
                said.origin("release"),
                project.file.release.kind.map(Some),
                || None,
            ),
            manifest: project.manifest()?,
            site_key_file: Setting::settle(
                site_key::variable().map(Some),
                Origin::Environment,
                key_file.map(Some),
                || None,
            ),
            waivers: Setting::settle(
                None,
                Origin::Flag,
                project.beside(project.file.waivers.as_deref()).map(Some),
                || None,
            ),
            baseline: Setting::settle(
                None,
                Origin::Flag,
                project.beside(project.file.baseline.as_deref()).map(Some),
                || None,
            ),
            reveal: Reveal::Nothing,
            project,
        })
    }

    /// The key of tags and fingerprints, where there is one; warns where others can read it.
    ///
    /// # Errors
    /// If its file cannot be read or holds no key.
    pub(crate) fn site_key(&self, console: &mut Console) -> Result<Option<SiteKey>, CliError> {
        let Some(path) = &self.site_key_file.value else { return Ok(None) };
        let kept = site_key::read(path)?;
        if kept.exposure == Exposure::Others {
            console.warn(&site_key::exposed(path));
        }
        Ok(Some(kept.key))
    }

    /// Reads and checks the rules that these settings ask for.
    ///
    /// # Errors
    /// With everything that is wrong with them.
    pub(crate) fn load_rules(&self) -> Result<Loaded, CliError> {
        let loaded = self.rules.load(&self.project, &self.select, &self.ignore)?;
        self.check_layout(&loaded.book)?;
        Ok(loaded)
    }

    /// Refuses a claim that no rule judges, unless the user chose the rules one by one: the report tells of it then.
    ///
    /// # Errors
    /// If there is no such rule.
    pub(crate) fn check_release(&self, book: &RuleBook) -> Result<(), CliError> {
        let Some(kind) = self.release.value else { return Ok(()) };
        let mut rules = book.packs.iter().flat_map(|pack| &pack.rules);
        let chosen = !self.select.is_empty() || !self.ignore.is_empty();
        if kind == ReleaseKind::Identified || chosen || rules.any(|rule| rule.concerns(kind)) {
            return Ok(());
        }
        Err(CliError::ClaimNotJudged { kind: kind.name() })
    }

    /// Reads and checks one rule alone, whatever the place of its pack. Where the project runs other packs only, it
    /// is looked for among all that ship. Without such a rule, every rule that it was looked for among is given back.
    ///
    /// # Errors
    /// With everything that is wrong with the rules.
    pub(crate) fn load_rule(&mut self, name: &str) -> Result<Result<Loaded, RuleBook>, CliError> {
        let mut known = self.rules.load_all(&self.project)?;
        if book::rule_named(&known, name).is_none() && self.rules.rules.origin == Origin::Project {
            self.rules.rules = Setting { value: Vec::new(), origin: Origin::Default };
            known = self.rules.load_all(&self.project)?;
        }
        if book::rule_named(&known, name).is_none() {
            return Ok(Err(known));
        }
        let texts = self.rules.texts(&self.project)?;
        let select = [name.to_owned()];
        let loaded =
            self.rules.load_packs(texts, &self.project, PackSelection::All, &select, &[])?;
        self.check_layout(&loaded.book)?;
        Ok(Ok(loaded))
    }

    /// Reads and checks the rule of that id in a text of our own, beside the record sets that these settings know.
    ///
    /// # Errors
    /// With everything that is wrong with it.
    pub(crate) fn load_own(&self, text: RuleText, id: &str) -> Result<Loaded, CliError> {
        let mut texts = self.rules.texts(&self.project)?;
        texts.all = texts.all.into_iter().map(RuleText::skip_examples).collect();
        texts.all.push(text);
        let select = [id.to_owned()];
        let loaded =
            self.rules.load_packs(texts, &self.project, PackSelection::All, &select, &[])?;
        self.check_layout(&loaded.book)?;
        Ok(loaded)
    }

    /// The files that say what a run does: the project file, the site's key, rule files and code lists.
    pub(crate) fn in_force(&self, loaded: &Loaded) -> Vec<PathBuf> {
        let manifest = self.manifest.iter().map(|manifest| &manifest.file.path);
        let own = loaded.files.iter().chain(&self.project.path).chain(&self.site_key_file.value);
        let schema = self.project.path.as_ref().map(|_| self.project.folder().join(SCHEMA_FILE));
        let own = own
            .chain(&self.waivers.value)
            .chain(&self.baseline.value)
            .chain(manifest)
            .chain(&schema);
        let mut files: Vec<PathBuf> = own.filter_map(|path| path.canonicalize().ok()).collect();
        files.sort();
        files.dedup();
        files
    }

    /// Binds the rules to the files of the export that were found below the inputs.
    ///
    /// The project file, rules and code lists that are in force are settings, not input: where they lie among the
    /// records they are not listed as files that nobody recognises.
    pub(crate) fn bind(&self, inputs: &[PathBuf], found: Discovery, loaded: &Loaded) -> Plan {
        let book = &loaded.book;
        let rules = book.packs.iter().flat_map(|pack| pack.rules.iter().cloned()).collect();
        self.bind_to(inputs, found, loaded, rules)
    }

    /// Binds these rules instead of those that were loaded, like [`Settings::bind`].
    pub(crate) fn bind_to(
        &self,
        inputs: &[PathBuf],
        found: Discovery,
        loaded: &Loaded,
        rules: Vec<CheckedRule>,
    ) -> Plan {
        let mut plan = self.bind_with(inputs, found, loaded, rules, Twins::Refused);
        let listed: Vec<String> = plan.delivery.names_mut().map(|name| name.clone()).collect();
        audit::hide(&mut [&mut plan], &listed, self.reveal, self.name_finder().as_ref());
        plan
    }

    /// What looks for identifiers in the names of files, but for those that the site allows.
    pub(crate) fn name_finder(&self) -> Option<Finder> {
        let site = &self.project.file.identifiers;
        detect::finder_for_names(site, self.as_of.value.0)
    }

    /// Binds the files of one side of a transfer, where a file that is there twice is read twice. Their names are for
    /// the caller to hide, with those of the other side.
    pub(crate) fn bind_side(&self, input: &Path, found: Discovery, loaded: &Loaded) -> Plan {
        self.bind_with(&[input.to_owned()], found, loaded, Vec::new(), Twins::Read)
    }

    fn bind_with(
        &self,
        inputs: &[PathBuf],
        found: Discovery,
        loaded: &Loaded,
        rules: Vec<CheckedRule>,
        twins: Twins,
    ) -> Plan {
        let book = &loaded.book;
        let options = BindOptions {
            layout: self.layout.value.clone(),
            sources: self.project.file.sources.clone(),
            release: ReleaseRequest {
                of_run: match self.release.origin {
                    Origin::Flag | Origin::Environment => self.release.value,
                    Origin::Project | Origin::Default => None,
                },
                settings: self.project.file.release.clone(),
                manifest: self.manifest.as_ref().map(|manifest| manifest.file.clone()),
            },
            twins,
            inputs: inputs.to_vec(),
        };
        let own = self.in_force(loaded);
        audit::bind(book, rules, found, &options, &own)
    }

    /// Refuses a layout that nobody wrote.
    ///
    /// # Errors
    /// If there is no layout of that name.
    fn check_layout(&self, book: &RuleBook) -> Result<(), CliError> {
        let Some(name) = &self.layout.value else { return Ok(()) };
        let known = || book.layouts.iter().map(|layout| layout.name.as_str()).chain([GENERIC]);
        if known().any(|layout| layout == name) {
            return Ok(());
        }
        let mut help = match near::closest(name, known()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("the layouts are {}", known().collect::<Vec<_>>().join(", ")),
        };
        if let (Origin::Project, Some(path)) = (self.layout.origin, &self.project.path) {
            help.push_str(&format!(" It is named at `layout` in `{}`.", path.display()));
        }
        Err(CliError::NoSuchLayout { name: name.clone(), help })
    }

    /// What the export as a whole is said to be when it leaves.
    pub(crate) fn claimed(&self) -> Option<Claimed> {
        let by = match self.release.origin {
            Origin::Flag | Origin::Environment => ClaimedBy::Run,
            Origin::Project => ClaimedBy::Project,
            Origin::Default => ClaimedBy::Nobody,
        };
        let purpose = self.project.file.release.purpose.as_deref().map(Masked::declared);
        self.release.value.map(|kind| Claimed { kind, by, purpose })
    }

    /// The settings as a table: name, value, where it was said.
    pub(crate) fn rows(&self) -> Vec<(&'static str, String, Origin)> {
        let list = |list: &[String]| list.join(", ");
        let or =
            |value: Option<String>, otherwise: &str| value.unwrap_or_else(|| otherwise.to_owned());
        let rules = match self.rules.rules.value.as_slice() {
            [] => "the packs of the place".to_owned(),
            names => list(names),
        };
        let places = match self.rules.jurisdictions.value.as_slice() {
            [] => "everywhere".to_owned(),
            places => list(places),
        };
        let mut rows = vec![
            ("as of", self.as_of.value.to_string(), self.as_of.origin),
            ("rules", rules, self.rules.rules.origin),
            ("jurisdiction", places, self.rules.jurisdictions.origin),
            (
                "facility",
                or(self.rules.facility.value.clone(), "any kind"),
                self.rules.facility.origin,
            ),
            ("layout", or(self.layout.value.clone(), "by header"), self.layout.origin),
        ];
        if let Some(kind) = self.release.value {
            rows.push(("release", kind.name().to_owned(), self.release.origin));
        }
        if let Some(manifest) = &self.manifest {
            rows.push(("manifest", manifest.file.path.display().to_string(), Origin::Project));
        }
        if let Some(purpose) = &self.project.file.release.purpose {
            rows.push(("purpose", purpose.clone(), Origin::Project));
        }
        for param in &self.project.file.params {
            let name = match &param.pack {
                Some(pack) => format!("{pack}.{}", param.name),
                None => param.name.clone(),
            };
            rows.push(("param", format!("{name} = {}", param.value), Origin::Project));
        }
        for param in &self.rules.params {
            rows.push((
                "param",
                format!("{} = {}", param.name, param.value),
                self.rules.params_origin,
            ));
        }
        if self.rules.fictional_report.value {
            let origin = self.rules.fictional_report.origin;
            rows.push(("fictional", "reported like real identifiers".to_owned(), origin));
        }
        if let Some(file) = &self.waivers.value {
            rows.push(("waivers", file.display().to_string(), self.waivers.origin));
        }
        if let Some(file) = &self.baseline.value {
            rows.push(("baseline", file.display().to_string(), self.baseline.origin));
        }
        if let Some(file) = &self.site_key_file.value {
            rows.push(("site key", file.display().to_string(), self.site_key_file.origin));
        }
        rows
    }

    /// What makes `explain` see the rules of this run, as a shell reads it.
    pub(crate) fn explain_flags(&self) -> Vec<String> {
        let mut flags = Vec::new();
        if let Some(path) = &self.project.path {
            flags.extend(["--config".to_owned(), shell_word(&path.to_string_lossy())]);
        }
        let rules = &self.rules.rules;
        if !rules.value.is_empty() && rules.origin != Origin::Project {
            flags.extend(["--rules".to_owned(), shell_word(&rules.value.join(","))]);
        }
        flags
    }

    /// Which rules were asked for, in words.
    pub(crate) fn selection(&self) -> String {
        let mut words: Vec<String> =
            self.select.iter().map(|name| format!("--select {name}")).collect();
        words.extend(self.ignore.iter().map(|name| format!("--ignore {name}")));
        words.join(" ")
    }
}

/// A word as a shell reads it: quoted where it holds more than letters, digits and a few signs.
pub(crate) fn shell_word(word: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "_./,:=@%+-".contains(char);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// How much of the machine a scan uses.
#[derive(Debug)]
pub(crate) struct Machine {
    /// Threads.
    pub(crate) threads: NonZeroUsize,
    /// Memory for checks over whole record sets, in bytes.
    pub(crate) memory: Size,
    /// The folder for temporary files.
    pub(crate) temp_dir: PathBuf,
    /// Bytes read at a time.
    pub(crate) chunk_size: Size,
}

impl Machine {
    /// Memory for checks over whole record sets where nothing is said.
    const MEMORY: Size = Size(ScanOptions::MEMORY);

    /// Settles what is in force, and tries whether temporary files can be made.
    ///
    /// # Errors
    /// If the folder cannot be used.
    pub(crate) fn settle(
        arguments: &MachineArguments,
        project: &ProjectFile,
    ) -> Result<Self, CliError> {
        let memory = arguments.memory.or(project.memory.map(Size)).unwrap_or(Self::MEMORY);
        let of_project = match project.threads {
            None => None,
            Some(threads) => {
                let number = usize::try_from(threads).ok().and_then(NonZeroUsize::new);
                let number = number.filter(|number| number.get() <= MOST_THREADS);
                Some(number.ok_or(CliError::Threads { threads })?)
            }
        };
        let available = || std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let temp_dir = arguments.temp_dir.clone().unwrap_or_else(std::env::temp_dir);
        tempfile::tempfile_in(&temp_dir)
            .map_err(|source| CliError::TempDir { path: temp_dir.clone(), source })?;
        Ok(Self {
            threads: arguments.threads.or(of_project).unwrap_or_else(available),
            memory,
            temp_dir,
            chunk_size: arguments.chunk_size.unwrap_or(Size(ScanOptions::CHUNK)),
        })
    }
}

/// The threshold of the verdict: as said, else as the project file has it; and whether what is stale counts.
pub(crate) fn fail_on(said: &[String], project: &ProjectFile) -> (FailOn, Stale) {
    let named = said.iter().find_map(|word| FailOn::named(word));
    let stale =
        if said.is_empty() { project.fail_on_stale } else { said.iter().any(|word| word == STALE) };
    let stale = if stale { Stale::Fails } else { Stale::Passes };
    (threshold(named, project), stale)
}

/// The word that makes stale waivers and baselines count.
pub(crate) const STALE: &str = "stale";

/// Whether stale waivers and baselines make an audit fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stale {
    /// They do.
    Fails,
    /// They are told of.
    Passes,
}

/// The threshold of the verdict: as said, else as the project file has it.
fn threshold(said: Option<FailOn>, project: &ProjectFile) -> FailOn {
    said.or(audit::fail_on(project)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::{Origin, Said, Setting, shell_word};
    use crate::cli::arguments::Arguments;

    #[test]
    fn what_is_said_nearer_wins() {
        check(Some(1), Some(2), (1, Origin::Flag));
        check(None, Some(2), (2, Origin::Project));
        check(None, None, (3, Origin::Default));
    }

    #[test]
    fn words_are_quoted_for_a_shell() {
        for (word, expected) in [
            ("./rules/local", "./rules/local"),
            ("a,b.yaml", "a,b.yaml"),
            ("our rules", "'our rules'"),
            ("it's", "'it'\\''s'"),
            ("$(x)", "'$(x)'"),
            ("", "''"),
        ] {
            assert_eq!(shell_word(word), expected);
        }
    }

    #[test]
    fn flags_are_told_from_defaults() {
        let command = Arguments::command();
        let matches = command
            .try_get_matches_from(["chartaudit", "scan", "x", "--layout", "generic"])
            .expect("a sound command line");
        let said = Said::of(&matches);
        assert_eq!(said.origin("layout"), Origin::Flag);
        assert_eq!(said.origin("examples"), Origin::Default);
        assert_eq!(said.origin("no_such_option"), Origin::Default);
    }

    #[track_caller]
    fn check(said: Option<u8>, project: Option<u8>, expected: (u8, Origin)) {
        let setting = Setting::settle(said, Origin::Flag, project, || 3);
        assert_eq!((setting.value, setting.origin), expected);
    }
}
