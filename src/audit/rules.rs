//! The rules of an audit, read and checked.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use crate::audit::{AuditError, Export, Request};
use crate::plan::GENERIC;
use crate::rule::config::{self, ProjectFile};
use crate::rule::{
    self, LONGEST, LoadRequest, PackSelection, ParamSetting, RuleBook, RuleErrors, RulePart,
    RuleText, WaiverFile, WaiverRules,
};
use crate::source::FoundFile;

/// The rules of an audit, read and checked, with everything that was asked of it.
#[derive(Debug)]
pub struct Rules {
    /// What was asked.
    pub(super) request: Request,
    /// What the project file says.
    pub(super) project: ProjectFile,
    /// The rules.
    pub(super) book: RuleBook,
    /// The waivers that the project file names.
    pub(super) waivers: Option<WaiverFile>,
    /// The release manifest, and the hex BLAKE3 digest of its bytes.
    pub(super) manifest: Option<(FoundFile, String)>,
    /// The files that say what the audit does: project file, rules, lists of codes.
    pub(super) files: Vec<PathBuf>,
}

impl Rules {
    /// Reads and checks the rules that a request asks for, and its project file.
    ///
    /// # Errors
    /// Everything that is wrong with them, at once and at its place; a manifest that cannot be read.
    pub fn load(request: Request) -> Result<Self, AuditError> {
        let project = match &request.project {
            Some(path) => {
                let texts = rule::read_paths(std::slice::from_ref(path))?;
                texts.into_iter().next().map(config::read).unwrap_or_default()
            }
            None => ProjectFile::default(),
        };
        let base = folder_of(request.project.as_deref());
        let request = settled(request, &project);
        let named = if request.rules.is_empty() {
            project.packs.iter().flatten().map(|name| (name, base.as_path())).collect()
        } else {
            request.rules.iter().map(|name| (name, Path::new(""))).collect::<Vec<_>>()
        };
        let (texts, own) = texts(&named)?;
        let packs = if named.is_empty() {
            PackSelection::Where {
                jurisdictions: request.jurisdictions.clone(),
                facility: request.facility.clone(),
            }
        } else {
            rule::check_places(
                rule::embedded()
                    .into_iter()
                    .chain(own.iter().cloned())
                    .map(RuleText::skip_examples)
                    .collect(),
                &request.jurisdictions,
                request.facility.as_deref(),
            )?;
            PackSelection::All
        };
        let files: RefCell<Vec<PathBuf>> =
            RefCell::new(own.iter().map(|text| PathBuf::from(&text.name)).collect());
        let read = |path: &str| {
            let text = std::fs::read_to_string(path).ok()?;
            files.borrow_mut().push(PathBuf::from(path));
            Some(text)
        };
        let said = request.params.iter().map(|(name, value)| {
            let (pack, name) = match name.split_once('.') {
                Some((pack, name)) => (Some(pack.to_owned()), name.to_owned()),
                None => (None, name.clone()),
            };
            ParamSetting { pack, name, value: value.clone(), place: None }
        });
        let load = LoadRequest {
            packs,
            places: request.jurisdictions.clone(),
            facility: request.facility.clone(),
            params: project.params.iter().cloned().chain(said).collect(),
            tailoring: project.tailoring.clone(),
            select: request.select.clone(),
            ignore: request.ignore.clone(),
            fictional_report: project.fictional_report,
            read_file: &read,
            identifiers: project.identifiers.clone(),
            project: Some(&project),
        };
        let book = rule::load(texts, &load)?;
        let waivers = waivers(&project, &base, &book, &own, &load)?;
        if let Some(name) = &request.layout
            && name != GENERIC
            && book.layouts.iter().all(|layout| layout.name != *name)
        {
            return Err(AuditError::NoSuchLayout { name: name.clone() });
        }
        let manifest = manifest(&project, &base)?;
        let mut files = files.into_inner();
        files.extend(request.project.clone());
        files.extend(project.waivers.as_ref().map(|said| base.join(said)));
        Ok(Self { request, project, book, waivers, manifest, files })
    }

    /// The rules, the record sets and the layouts that were loaded.
    #[must_use]
    pub fn book(&self) -> &RuleBook {
        &self.book
    }

    /// Binds the rules to the files of an export: files, and folders that are searched for files.
    ///
    /// Nothing fails here: a file that cannot be used stands in the plan, and in the report, with its reason.
    #[must_use]
    pub fn bind(&self, paths: &[PathBuf]) -> Export<'_> {
        Export::bind(self, paths)
    }
}

/// The folder to which the paths of a project file are relative.
fn folder_of(project: Option<&Path>) -> PathBuf {
    match project.and_then(Path::parent) {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The request, with what the project file says where it says nothing.
fn settled(mut request: Request, project: &ProjectFile) -> Request {
    if request.jurisdictions.is_empty() {
        request.jurisdictions.clone_from(&project.jurisdictions);
    }
    request.facility = request.facility.or_else(|| project.facility_kind.clone());
    request.layout = request.layout.or_else(|| project.layout.clone());
    request
}

/// The rule files of these packs and paths, with the dictionary and the layouts that they need, and the caller's own
/// among them; everything that ships where none is named.
fn texts(named: &[(&String, &Path)]) -> Result<(Vec<RuleText>, Vec<RuleText>), AuditError> {
    let mut all = rule::embedded();
    let is_shipped = |name: &str| rule::is_embedded_pack(name);
    let paths: Vec<PathBuf> = named
        .iter()
        .filter(|(name, _)| !is_shipped(name))
        .map(|(name, base)| base.join(name))
        .collect();
    if !named.is_empty() {
        all.retain(|text| {
            rule::embedded_part(&text.name)
                .is_none_or(|(pack, _)| named.iter().any(|(name, _)| *name == pack))
        });
    }
    let own = if paths.is_empty() { Vec::new() } else { rule::read_paths(&paths)? };
    all.extend(own.iter().cloned());
    Ok((all.into_iter().map(RuleText::skip_examples).collect(), own))
}

/// The waivers that the project file names, held against the rules of the audit, and against every other rule where one
/// of those is named.
fn waivers(
    project: &ProjectFile,
    base: &Path,
    book: &RuleBook,
    own: &[RuleText],
    load: &LoadRequest<'_>,
) -> Result<Option<WaiverFile>, AuditError> {
    let Some(said) = &project.waivers else { return Ok(None) };
    let path = base.join(said);
    let texts = rule::read_paths(std::slice::from_ref(&path)).map_err(|errors| {
        RuleErrors(errors.0.into_iter().map(|error| error.of(RulePart::Waivers)).collect())
    })?;
    let Some(text) = texts.into_iter().next() else { return Ok(None) };
    let is_known = |name: &String| {
        let (pack, id) =
            name.split_once(':').map_or((None, name.as_str()), |(pack, id)| (Some(pack), id));
        let packs = book.packs.iter().filter(|of| pack.is_none_or(|pack| of.name == pack));
        packs.flat_map(|of| &of.rules).any(|rule| rule.id.text == id)
    };
    let others = if rule::waived_rules(&text).iter().all(is_known) {
        None
    } else {
        let all = rule::embedded().into_iter().chain(own.iter().cloned());
        let every = LoadRequest {
            packs: PackSelection::All,
            places: load.places.clone(),
            facility: load.facility.clone(),
            params: load.params.clone(),
            tailoring: load.tailoring.clone(),
            identifiers: load.identifiers.clone(),
            read_file: load.read_file,
            ..LoadRequest::default()
        };
        // What is wrong with packs that do not run is not the matter of this audit.
        rule::load(all.map(RuleText::skip_examples).collect(), &every).ok()
    };
    let longest = project.longest_waiver.unwrap_or(LONGEST);
    let file = rule::load_waivers(text, &WaiverRules { book, others: others.as_ref(), longest })?;
    // A report names no place on this machine.
    let name = match path.file_name() {
        Some(name) if path.is_absolute() => name.to_string_lossy().into_owned(),
        _ => file.name.trim_start_matches("./").to_owned(),
    };
    Ok(Some(WaiverFile { name, ..file }))
}

/// The release manifest that the project file names.
fn manifest(project: &ProjectFile, base: &Path) -> Result<Option<(FoundFile, String)>, AuditError> {
    let Some(said) = &project.release.manifest else { return Ok(None) };
    let path = base.join(said);
    let bytes = std::fs::read(&path)
        .map_err(|source| AuditError::Manifest { path: path.clone(), source })?;
    let name = said.trim_start_matches("./").replace('\\', "/");
    let blake3 = blake3::hash(&bytes).to_hex().to_string();
    Ok(Some((FoundFile { name, path, len: bytes.len() as u64 }, blake3)))
}
