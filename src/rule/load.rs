//! From rule texts and settings to the rules that run.

use std::collections::HashMap;
use std::sync::Arc;

use crate::detect::{DETECTORS, Detector};
use crate::expr::typed::Value;
use crate::retention::Schedule;
use crate::rule::check::{
    CodeSets, PackPlace, Param, RuleInput, Timetables, check_layout, check_params, check_rule,
    is_kebab, merge, schedules, set_param,
};
use crate::rule::checked::{Check, CheckedRule, Example, Pack, Severity, Tolerance};
use crate::rule::detector::Detection;
use crate::rule::dictionary::Dictionary;
use crate::rule::error::{
    RuleError, RuleErrors, RulePart, RuleProblem, closest, did_you_mean, listed, span,
};
use crate::rule::file::{Content, Document, File};
use crate::rule::layout::Layout;
use crate::rule::project::add_project_rules;
use crate::rule::raw::{RawPack, RawRule};
use crate::rule::reference::add_reference_rules;
use crate::rule::settings::{LoadRequest, PackSelection, ParamSetting, Place, Tailoring};
use crate::rule::text::{PackPart, RuleText, embedded_original, embedded_part, is_embedded_pack};
use crate::rule::tree::Node;

/// What problems of flags and other settings without a file belong to.
const SETTINGS: &str = "these settings";

/// Everything that a run knows about rules.
#[derive(Debug)]
pub struct RuleBook {
    /// The record sets.
    pub dictionary: Dictionary,
    /// The layouts.
    pub layouts: Vec<Layout>,
    /// The retention schedules.
    pub schedules: Vec<Schedule>,
    /// The packs that run, with the rules that run.
    pub packs: Vec<Pack>,
    /// The packs that do not run, and why.
    pub not_run: Vec<PackNotRun>,
    /// The ids of rules that `select` and `ignore` leave out, as `pack:family/id`.
    pub deselected: Vec<String>,
    /// What is doubtful, though the rules can be used.
    pub warnings: Vec<RuleError>,
    /// The name and hex BLAKE3 digest of each file that holds record sets, layouts or schedules, in path order.
    pub digests: Vec<(String, String)>,
    /// What the packs were made from, to check rules again with the parameters of an example.
    pub(crate) sources: Vec<PackSource>,
}

/// A pack that does not run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackNotRun {
    /// Its name.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Why it does not run, in words.
    pub why: String,
    /// The flag that would run it: `--jurisdiction US`.
    pub flag_that_runs_it: String,
}

/// A pack as it was read.
#[derive(Debug)]
pub(crate) struct PackSource {
    /// Its name.
    pub(crate) name: String,
    /// Its documents: the number of the file among the files, the file and the document's number.
    pub(crate) parts: Vec<(usize, Arc<File>, usize)>,
    /// Its parameters in force.
    pub(crate) params: Vec<Param>,
    /// Parameters whose declaration is wrong, which was told.
    pub(crate) lost: Vec<String>,
}

impl PackSource {
    /// The documents with their files.
    pub(crate) fn documents(&self) -> impl Iterator<Item = (usize, &Arc<File>, &Node, &RawPack)> {
        self.parts.iter().filter_map(|(index, file, document)| {
            let Document { node, content: Content::Pack(raw), .. } =
                file.documents.get(*document)?
            else {
                return None;
            };
            Some((*index, file, node, raw.as_ref()))
        })
    }

    /// The document with title, version and parameters; without one, the first.
    fn header(&self) -> Option<(usize, &Arc<File>, &Node, &RawPack)> {
        self.documents().find(|(.., raw)| is_header(raw)).or_else(|| self.documents().next())
    }
}

fn is_header(raw: &RawPack) -> bool {
    raw.title.is_some() || raw.version.is_some() || !raw.params.0.is_empty()
}

/// Problems, by the file they belong to.
#[derive(Default)]
struct Problems {
    files: Vec<Vec<RuleProblem>>,
    settings: Vec<RuleProblem>,
    placed: Vec<(Place, RuleProblem)>,
}

impl Problems {
    /// Takes a problem of a setting: to its place in the project file, if it has one.
    fn setting(&mut self, place: Option<&Place>, problem: RuleProblem) {
        match place {
            Some(place) => self.placed.push((place.clone(), problem)),
            None => self.settings.push(problem),
        }
    }

    /// The errors, or the warnings that stand in their place.
    fn finish(self, files: &[Arc<File>]) -> Result<Vec<RuleError>, RuleErrors> {
        let mut errors = Vec::new();
        for (file, problems) in files.iter().zip(self.files) {
            if !problems.is_empty() {
                errors.push(RuleError::new(&file.name, &file.text, problems));
            }
        }
        let mut placed = self.placed.into_iter().peekable();
        while let Some((place, problem)) = placed.next() {
            let mut problems = vec![problem];
            while let Some((_, more)) =
                placed.next_if(|(next, _)| Arc::ptr_eq(&next.file, &place.file))
            {
                problems.push(more);
            }
            let text: Arc<str> = place.file.text.as_str().into();
            let error = RuleError::new(&place.file.name, &text, problems);
            errors.push(error.of(RulePart::Project));
        }
        if !self.settings.is_empty() {
            let error = RuleError::without_text(SETTINGS, self.settings);
            errors.push(error.of(RulePart::Settings));
        }
        let only_warnings =
            errors.iter().all(|error| error.problems.iter().all(RuleProblem::is_warning));
        if only_warnings { Ok(errors) } else { Err(RuleErrors(errors)) }
    }
}

/// Reads, checks and chooses rules.
///
/// # Errors
/// Everything that is wrong with the texts and the settings, at once.
pub fn load(texts: Vec<RuleText>, request: &LoadRequest<'_>) -> Result<RuleBook, RuleErrors> {
    let mut problems = Problems::default();
    let mut files = Vec::with_capacity(texts.len());
    for (file, found) in read_all(needed(texts, &request.packs)) {
        files.push(Arc::new(file));
        problems.files.push(found);
    }
    let dictionary = merge(&files, &mut problems.files);
    let layouts = layouts(&files, &dictionary, &mut problems);
    if let Some((file, found)) =
        request.project.and_then(|project| project.problems(&dictionary, &layouts))
    {
        let place = Place { file: Arc::clone(file), span: 0..0 };
        problems.placed.extend(found.into_iter().map(|problem| (place.clone(), problem)));
    }
    let schedules = schedules(&files, &mut problems.files);
    let mut sources = pack_sources(&files, &mut problems);
    let (not_run, left) = choose_packs(&mut sources, &schedules, &request.packs, &mut problems);
    set_params(&mut sources, &left, &not_run, &request.params, &mut problems);

    let mut packs = Vec::with_capacity(sources.len());
    let mut places = HashMap::new();
    let timetables = timetables(&schedules, request);
    let detection =
        Detection { site: request.identifiers.clone(), jurisdictions: places_of(request).to_vec() };
    let known = Known { dictionary: &dictionary, timetables: &timetables, detection: &detection };
    for source in &sources {
        packs.extend(check_pack(source, &known, request, &mut places, &mut problems));
    }
    let digests = files
        .iter()
        .filter(|file| {
            file.documents.iter().any(|document| !matches!(document.content, Content::Pack(_)))
        })
        .map(|file| (file.name.clone(), file.digest.to_hex().to_string()))
        .collect();
    if problems.files.iter().flatten().any(|problem| !problem.is_warning()) {
        // Rules are missing, so that settings which name them would seem wrong.
        return Err(problems.finish(&files).err().unwrap_or(RuleErrors(Vec::new())));
    }
    let known: Vec<&str> = sources
        .iter()
        .map(|source| source.name.as_str())
        .chain(not_run.iter().map(|left| left.name.as_str()))
        .collect();
    add_reference_rules(&dictionary, &files, &known, &mut packs);
    if let Some(project) = request.project {
        add_project_rules(project, &dictionary, &mut packs);
    }
    tailor(&mut packs, &request.tailoring, &mut problems);
    let deselected = select(&mut packs, request, &not_run, &mut problems);
    let warnings = problems.finish(&files)?;
    Ok(RuleBook {
        dictionary,
        layouts,
        schedules,
        packs,
        not_run,
        deselected,
        warnings,
        digests,
        sources,
    })
}

/// The texts without the rules of built-in packs that do not run: their heads are enough to say so.
pub(crate) fn needed(mut texts: Vec<RuleText>, selection: &PackSelection) -> Vec<RuleText> {
    if *selection == PackSelection::All {
        return texts;
    }
    let mut idle: Vec<String> = Vec::new();
    for text in &texts {
        let Some((pack, PackPart::Head)) = embedded_part(&text.name) else { continue };
        let runs = match selection {
            PackSelection::All => true,
            PackSelection::Named(names) => names.iter().any(|name| name == pack),
            PackSelection::Where { jurisdictions, facility } => {
                let (head, _) = File::read(text.clone());
                head.documents.iter().any(|document| match &document.content {
                    Content::Pack(raw) => {
                        why_not(raw, jurisdictions, facility.as_deref()).is_none()
                    }
                    _ => false,
                })
            }
        };
        if !runs {
            idle.push(pack.to_owned());
        }
    }
    texts.retain(|text| match embedded_part(&text.name) {
        Some((pack, PackPart::Topic)) if idle.iter().any(|idle| idle == pack) => {
            embedded_original(&text.name, &text.text).is_none()
        }
        _ => true,
    });
    texts
}

/// Reads files on two threads, as starting takes longest here; the result is in the order of the texts.
fn read_all(texts: Vec<RuleText>) -> Vec<(File, Vec<RuleProblem>)> {
    let total: usize = texts.iter().map(|text| text.text.len()).sum();
    let mut before = 0;
    let half = texts.iter().position(|text| {
        before += text.text.len();
        before * 2 > total
    });
    let mut texts = texts;
    // The file in the middle goes to the second half, so that one large file does not leave a thread idle.
    let second = texts.split_off(half.unwrap_or(0).max(1).min(texts.len()));
    let read = |texts: Vec<RuleText>| texts.into_iter().map(File::read).collect::<Vec<_>>();
    if texts.is_empty() || second.is_empty() {
        return read(texts).into_iter().chain(read(second)).collect();
    }
    std::thread::scope(|scope| {
        let later = scope.spawn(|| read(second));
        let mut files = read(texts);
        match later.join() {
            Ok(later) => files.extend(later),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        files
    })
}

/// A rule with the parameters and files of one of its examples.
///
/// # Errors
/// What makes the rule unusable with them.
pub fn recheck(
    book: &RuleBook,
    rule: &CheckedRule,
    example: &Example,
    request: &LoadRequest<'_>,
) -> Result<CheckedRule, RuleErrors> {
    if let Check::References { .. } | Check::Purpose(_) = rule.check {
        // Nobody wrote it, so that no parameter of an example changes it.
        return Ok(rule.clone());
    }
    let detection = match &rule.check {
        Check::Identifiers(identifiers) => identifiers.detection.clone(),
        Check::Release(release) => release.detection.clone(),
        _ => Detection::default(),
    };
    let fail = |problem| {
        let name = format!("the example of `{}` at line {}", rule.id.text, example.line);
        RuleErrors(vec![RuleError::without_text(&name, vec![problem])])
    };
    let missing = || fail(RuleProblem::NoSuchRulePlain { name: rule.id.text.clone(), help: None });
    let source = book.sources.iter().find(|source| source.name == rule.pack).ok_or_else(missing)?;
    let mut params = source.params.clone();
    for (name, value) in &example.params {
        let known = params.iter_mut().find(|param| param.name == *name);
        let outcome = known.map_or_else(
            || Err("the pack has no such parameter".to_owned()),
            |param| set_param(param, value),
        );
        outcome.map_err(|why| {
            let (name, value) = (name.clone(), value.clone());
            fail(RuleProblem::ParamValue { name, value, why, span: None, help: None })
        })?;
    }
    let values = values(&params);
    let timetables = timetables(&book.schedules, request);
    let (.., header) = source.header().ok_or_else(missing)?;
    for (_, file, node, raw) in source.documents() {
        let rules = node.get("rules").map_or(&[][..], Node::items);
        let found = raw.rules.iter().zip(rules).find(|(raw, _)| raw.id == rule.id.text);
        let Some((raw, node)) = found else { continue };
        let code_sets = CodeSets::new(file, request.read_file, &example.files);
        let mut problems = Vec::new();
        let input = RuleInput {
            file,
            pack: &source.name,
            node,
            raw,
            dictionary: &book.dictionary,
            params: &params,
            lost: &source.lost,
            values: &values,
            code_sets: &code_sets,
            timetables: &timetables,
            pack_place: place_of(header),
            detection: &detection,
        };
        let checked = check_rule(input, &mut problems);
        problems.retain(|problem| !problem.is_warning());
        return match checked {
            Some(checked) if problems.is_empty() => Ok(checked),
            _ => Err(RuleErrors(vec![RuleError::new(&file.name, &file.text, problems)])),
        };
    }
    Err(missing())
}

fn place_of(header: &RawPack) -> PackPlace<'_> {
    PackPlace { jurisdiction: header.jurisdiction.as_deref(), facility: header.facility.as_deref() }
}

fn values(params: &[Param]) -> Vec<(String, Value)> {
    params.iter().map(|param| (param.name.clone(), param.value.clone())).collect()
}

fn layouts(files: &[Arc<File>], dictionary: &Dictionary, problems: &mut Problems) -> Vec<Layout> {
    let mut layouts: Vec<Layout> = Vec::new();
    let mut places: HashMap<String, String> = HashMap::new();
    for (file, problems) in files.iter().zip(&mut problems.files) {
        for Document { node, content, .. } in &file.documents {
            let Content::Layout(raw) = content else { continue };
            let place = node.span_of("layout");
            if let Some(other) = places.get(&raw.layout) {
                problems.push(RuleProblem::DuplicateLayout {
                    name: raw.layout.clone(),
                    other: other.clone(),
                    span: span(place),
                });
                continue;
            }
            let line = file.line(place.start);
            places.insert(raw.layout.clone(), format!("{}:{line}", file.name));
            layouts.extend(check_layout(raw, node, dictionary, problems));
        }
    }
    layouts
}

/// The packs among the files, in the order of their first document.
fn pack_sources(files: &[Arc<File>], problems: &mut Problems) -> Vec<PackSource> {
    let mut sources: Vec<PackSource> = Vec::new();
    for (index, file) in files.iter().enumerate() {
        for (number, Document { node, content, .. }) in file.documents.iter().enumerate() {
            let Content::Pack(raw) = content else { continue };
            let place = node.span_of("pack");
            let known = sources.iter_mut().find(|source| source.name == raw.pack);
            let part = (index, Arc::clone(file), number);
            match known {
                Some(source) => source.parts.push(part),
                None => {
                    if !is_kebab(&raw.pack)
                        && let Some(found) = problems.files.get_mut(index)
                    {
                        let name = raw.pack.clone();
                        found.push(RuleProblem::PackName { name, span: span(place) });
                    }
                    let (params, lost) = (Vec::new(), Vec::new());
                    let name = raw.pack.clone();
                    sources.push(PackSource { name, parts: vec![part], params, lost });
                }
            }
        }
    }
    for source in &mut sources {
        check_headers(source, problems);
    }
    sources
}

/// A pack has one header; its parameters are checked here.
fn check_headers(source: &mut PackSource, problems: &mut Problems) {
    let mut headers = source.documents().filter(|(.., raw)| is_header(raw));
    let first = headers.next();
    for (index, _, node, raw) in headers {
        if let Some(found) = problems.files.get_mut(index) {
            let place = span(node.span_of("pack"));
            found.push(RuleProblem::PackHeaderTwice { name: raw.pack.clone(), span: place });
        }
    }
    let mut params = Vec::new();
    let mut lost: Vec<String> = Vec::new();
    match first {
        Some((index, file, node, raw)) => {
            let Some(found) = problems.files.get_mut(index) else { return };
            params = check_params(raw, node, found);
            if let Some(declared) = node.get("params") {
                let names = declared.entries().iter().map(|entry| entry.key.as_str());
                let broken = names.filter(|name| params.iter().all(|param| param.name != *name));
                lost = broken.chain(file.keys_left_out(declared)).map(str::to_owned).collect();
            }
            let lacking = [("title", raw.title.is_none()), ("version", raw.version.is_none())];
            for (key, _) in lacking.into_iter().filter(|(_, lacks)| *lacks) {
                if file.keys_left_out(node).any(|left_out| left_out == key) {
                    continue;
                }
                found.push(RuleProblem::MissingKey {
                    key: key.to_owned(),
                    within: "the header of a pack".to_owned(),
                    span: span(node.span_of("pack")),
                    help: Some(format!("add `{key}` beside `pack: {}`", raw.pack)),
                });
            }
        }
        None => {
            let part = source.documents().next();
            if let Some((index, _, node, raw)) = part
                && let Some(found) = problems.files.get_mut(index)
            {
                found.push(RuleProblem::PackWithoutHeader {
                    name: raw.pack.clone(),
                    span: span(node.span_of("pack")),
                    help: Some("add `title` and `version` to one of its documents".to_owned()),
                });
            }
        }
    }
    source.params = params;
    source.lost = lost;
}

/// Leaves the packs that run; gives the others, and why they do not run.
fn choose_packs(
    sources: &mut Vec<PackSource>,
    schedules: &[Schedule],
    selection: &PackSelection,
    problems: &mut Problems,
) -> (Vec<PackNotRun>, Vec<PackSource>) {
    let mut not_run = Vec::new();
    let (all, mut left) = (std::mem::take(sources), Vec::new());
    match selection {
        PackSelection::All => *sources = all,
        PackSelection::Named(names) => {
            for name in names {
                if !all.iter().any(|source| source.name == *name) {
                    let known: Vec<_> = all.iter().map(|source| source.name.as_str()).collect();
                    let help = did_you_mean(name, known.iter().copied())
                        .or_else(|| Some(format!("the packs are {}", listed(known))));
                    let name = name.clone();
                    problems.settings.push(RuleProblem::NoSuchPack { name, span: None, help });
                }
            }
            for source in all {
                if names.contains(&source.name) {
                    sources.push(source);
                } else {
                    let flag = format!("--rules {}", source.name);
                    not_run.extend(left_out(&source, "not among the packs asked for", flag));
                    left.push(source);
                }
            }
        }
        PackSelection::Where { jurisdictions, facility } => {
            problems.settings.extend(unknown_places(
                &all,
                schedules,
                jurisdictions,
                facility.as_deref(),
            ));
            for source in all {
                let reason = source
                    .header()
                    .and_then(|(.., raw)| why_not(raw, jurisdictions, facility.as_deref()));
                match reason {
                    None => sources.push(source),
                    Some((why, flag)) => {
                        not_run.extend(left_out(&source, &why, flag));
                        left.push(source);
                    }
                }
            }
        }
    }
    (not_run, left)
}

fn left_out(source: &PackSource, why: &str, flag: String) -> Option<PackNotRun> {
    let (.., raw) = source.header()?;
    Some(PackNotRun {
        name: source.name.clone(),
        title: raw.title.clone().unwrap_or_else(|| source.name.clone()),
        why: why.to_owned(),
        flag_that_runs_it: flag,
    })
}

/// Why a pack does not run at a place and kind of facility, and the flags that would run it.
fn why_not(
    raw: &RawPack,
    jurisdictions: &[String],
    facility: Option<&str>,
) -> Option<(String, String)> {
    let mut why = Vec::new();
    let mut flags = Vec::new();
    if let Some(own) = &raw.jurisdiction
        && !jurisdictions.iter().any(|asked| is_within(asked, own))
    {
        why.push(format!("made for {own}"));
        flags.push(format!("--jurisdiction {own}"));
    }
    if let Some(kind) = &raw.facility
        && !facility.is_some_and(|facility| facility.eq_ignore_ascii_case(kind))
    {
        why.push(format!("made for a {kind}"));
        flags.push(format!("--facility {kind}"));
    }
    (!why.is_empty()).then(|| (why.join(", "), flags.join(" ")))
}

/// Whether a place is another or lies in it: `US-MA` lies in `US`.
fn is_within(place: &str, other: &str) -> bool {
    place.get(..other.len()).is_some_and(|start| start.eq_ignore_ascii_case(other))
        && matches!(place.as_bytes().get(other.len()), None | Some(b'-'))
}

/// Kinds of facilities that are known whether a pack is made for them or not.
pub(crate) const FACILITIES: [&str; 15] = [
    "hospital",
    "clinic",
    "cah",
    "psychiatric-hospital",
    "rhc",
    "fqhc",
    "ltc",
    "hha",
    "hospice",
    "esrd",
    "lab",
    "opo",
    "insurer",
    "practice",
    "other",
];

/// Holds places and a kind of facility against the packs among the texts, whether these run there or not.
///
/// # Errors
/// Every name that neither a pack nor the list of kinds knows.
pub fn check_places(
    texts: Vec<RuleText>,
    jurisdictions: &[String],
    facility: Option<&str>,
) -> Result<(), RuleErrors> {
    let mut problems = Problems::default();
    let mut files = Vec::with_capacity(texts.len());
    for (file, found) in read_all(texts) {
        files.push(Arc::new(file));
        problems.files.push(found);
    }
    let sources = pack_sources(&files, &mut problems);
    let schedules = schedules(&files, &mut problems.files);
    let unknown = unknown_places(&sources, &schedules, jurisdictions, facility);
    if unknown.is_empty() {
        return Ok(());
    }
    let error = RuleError::without_text(SETTINGS, unknown);
    Err(RuleErrors(vec![error.of(RulePart::Settings)]))
}

/// The places and the kind of facility that nobody knows.
fn unknown_places(
    sources: &[PackSource],
    schedules: &[Schedule],
    jurisdictions: &[String],
    facility: Option<&str>,
) -> Vec<RuleProblem> {
    let headers = || sources.iter().filter_map(PackSource::header).map(|(.., raw)| raw);
    let mut places: Vec<&str> = headers().filter_map(|raw| raw.jurisdiction.as_deref()).collect();
    let of_schedules = schedules.iter().flat_map(|schedule| &schedule.places);
    // A part of a country is known by its country, and would only lengthen the list.
    places.extend(of_schedules.map(|place| place.code.as_str()).filter(|code| !code.contains('-')));
    // Whose identifiers are looked for, where no law of theirs is judged.
    let of_detectors: Vec<String> =
        DETECTORS.iter().filter_map(Detector::jurisdiction).map(str::to_uppercase).collect();
    places.extend(of_detectors.iter().map(String::as_str));
    places.sort_unstable();
    places.dedup();
    let mut unknown = Vec::new();
    for name in jurisdictions {
        if !places.iter().any(|own| is_place_of(name, own)) {
            let country = name.split_once('-').map_or(name.as_str(), |(country, _)| country);
            let countries = places.iter().copied().filter(|own| !own.contains('-'));
            let near = did_you_mean(country, countries);
            let help = match places.as_slice() {
                _ if country.eq_ignore_ascii_case("uk") => {
                    Some("the code of the United Kingdom is `GB`".to_owned())
                }
                [] => None,
                [only] => near.or_else(|| Some(format!("did you mean `{only}`?"))),
                _ => near.or_else(|| Some(format!("there are {}", listed(places.clone())))),
            };
            unknown.push(RuleProblem::UnknownJurisdiction { name: name.clone(), help });
        }
    }
    if let Some(name) = facility {
        let of_packs = headers().filter_map(|raw| raw.facility.as_deref());
        let kinds: Vec<&str> = FACILITIES.into_iter().chain(of_packs).collect();
        if !kinds.iter().any(|kind| kind.eq_ignore_ascii_case(name)) {
            let help = did_you_mean(name, kinds)
                .or_else(|| Some(format!("the kinds are {}", listed(FACILITIES))));
            unknown.push(RuleProblem::UnknownFacility { name: name.to_owned(), help });
        }
    }
    unknown
}

/// Whether a place is one that a pack is made for, or a state of it: `US-MA` is one of `US`.
fn is_place_of(name: &str, own: &str) -> bool {
    if name.eq_ignore_ascii_case(own) {
        return true;
    }
    let state = name.get(own.len()..).and_then(|rest| rest.strip_prefix('-'));
    let is_state = |state: &str| state.len() == 2 && state.bytes().all(|b| b.is_ascii_alphabetic());
    is_within(name, own) && !own.contains('-') && state.is_some_and(is_state)
}

/// Gives the parameters of the packs that run their values.
fn set_params(
    sources: &mut [PackSource],
    left: &[PackSource],
    not_run: &[PackNotRun],
    settings: &[ParamSetting],
    problems: &mut Problems,
) {
    let mut no_packs: Vec<&str> = Vec::new();
    for setting in settings {
        let place = setting.place.as_ref();
        let at = place.map(|place| span(place.span.clone()));
        let mut having: Vec<&mut PackSource> = sources
            .iter_mut()
            .filter(|source| setting.pack.as_ref().is_none_or(|pack| *pack == source.name))
            .filter(|source| source.params.iter().any(|param| param.name == setting.name))
            .collect();
        if let [source] = having.as_mut_slice() {
            let param = source.params.iter_mut().find(|param| param.name == setting.name);
            if let Some(Err(why)) = param.map(|param| set_param(param, &setting.value)) {
                let (name, value) = (setting.name.clone(), setting.value.clone());
                let problem = RuleProblem::ParamValue { name, value, why, span: at, help: None };
                problems.setting(place, problem);
            }
            continue;
        }
        let several: Vec<String> =
            having.iter().map(|source| format!("{}.{}", source.name, setting.name)).collect();
        if !several.is_empty() {
            let name = setting.name.clone();
            let help = format!("name one of {}", listed(several.iter().map(String::as_str)));
            let help = Some(help);
            problems.setting(place, RuleProblem::ParamAmbiguous { name, span: at, help });
            continue;
        }
        let problem = unknown_param(setting, sources, left, not_run);
        if let RuleProblem::NoSuchPack { .. } = problem {
            // A pack that is not there is told once, whatever is set for it.
            let pack = setting.pack.as_deref().unwrap_or_default();
            if no_packs.contains(&pack) {
                continue;
            }
            no_packs.push(pack);
        }
        problems.setting(place, problem);
    }
}

/// Why no pack that runs has a parameter.
fn unknown_param(
    setting: &ParamSetting,
    sources: &[PackSource],
    left: &[PackSource],
    not_run: &[PackNotRun],
) -> RuleProblem {
    let at = setting.place.as_ref().map(|place| span(place.span.clone()));
    let name = setting.name.clone();
    let of_pack_not_run = |pack: &str| {
        let known = not_run.iter().find(|left| left.name == pack);
        let flag = known
            .map_or_else(|| format!("--rules {pack}"), |known| known.flag_that_runs_it.clone());
        RuleProblem::ParamOfPackNotRun { name: name.clone(), pack: pack.to_owned(), flag, span: at }
    };
    let Some(pack) = &setting.pack else {
        let has = |source: &&PackSource| source.params.iter().any(|param| param.name == name);
        if let Some(source) = left.iter().find(has) {
            return of_pack_not_run(&source.name);
        }
        let known = sources.iter().flat_map(|source| &source.params);
        let help = did_you_mean(&name, known.map(|param| param.name.as_str()));
        return RuleProblem::ParamUnknownHere { name, span: at, help };
    };
    let mut every = sources.iter().chain(left);
    let Some(source) = every.find(|source| source.name == *pack) else {
        if is_embedded_pack(pack) {
            return of_pack_not_run(pack);
        }
        let known: Vec<&str> =
            sources.iter().chain(left).map(|source| source.name.as_str()).collect();
        let help = did_you_mean(pack, known.iter().copied())
            .or_else(|| (!known.is_empty()).then(|| format!("the packs are {}", listed(known))));
        return RuleProblem::NoSuchPack { name: pack.clone(), span: at, help };
    };
    let known = || source.params.iter().map(|param| param.name.as_str());
    if left.iter().any(|left| left.name == *pack) && known().any(|known| known == name) {
        return of_pack_not_run(pack);
    }
    let help = did_you_mean(&name, known()).unwrap_or_else(|| match source.params.as_slice() {
        [] => format!("pack `{pack}` has no parameters"),
        _ => format!("the parameters of `{pack}` are {}", listed(known())),
    });
    RuleProblem::ParamUnknownHere { name: format!("{pack}.{name}"), span: at, help: Some(help) }
}

/// Rules by id: the place of the first, for the message about the second.
type Places = HashMap<String, String>;

/// What rules are checked against.
struct Known<'a> {
    detection: &'a Detection,
    dictionary: &'a Dictionary,
    timetables: &'a Timetables<'a>,
}

/// The rows of the schedules that hold where the audit is made.
fn timetables<'a>(schedules: &'a [Schedule], request: &'a LoadRequest<'_>) -> Timetables<'a> {
    let facility = match &request.packs {
        PackSelection::Where { facility, .. } if request.places.is_empty() => {
            request.facility.as_deref().or(facility.as_deref())
        }
        _ => request.facility.as_deref(),
    };
    Timetables::new(schedules, places_of(request), facility)
}

/// Where the run stands.
fn places_of<'a>(request: &'a LoadRequest<'_>) -> &'a [String] {
    match &request.packs {
        PackSelection::Where { jurisdictions, .. } if request.places.is_empty() => jurisdictions,
        _ => &request.places,
    }
}

fn check_pack(
    source: &PackSource,
    known: &Known<'_>,
    request: &LoadRequest<'_>,
    places: &mut Places,
    problems: &mut Problems,
) -> Option<Pack> {
    let (.., header) = source.header()?;
    let values = values(&source.params);
    let mut detection = known.detection.clone();
    if detection.jurisdictions.is_empty() {
        // Where nobody says a place, a pack is of its own.
        detection.jurisdictions.extend(header.jurisdiction.clone());
    }
    let mut rules = Vec::new();
    let mut digest = blake3::Hasher::new();
    let mut hashed: Option<usize> = None;
    for (index, file, node, raw) in source.documents() {
        if hashed != Some(index) {
            digest.update(file.digest.as_bytes());
            hashed = Some(index);
        }
        let Some(found) = problems.files.get_mut(index) else { continue };
        let code_sets = CodeSets::new(file, request.read_file, &[]);
        let nodes = node.get("rules").map_or(&[][..], Node::items);
        for (raw, node) in raw.rules.iter().zip(nodes) {
            note_id(file, raw, node, places, found);
            let input = RuleInput {
                file,
                pack: &source.name,
                node,
                raw,
                dictionary: known.dictionary,
                params: &source.params,
                lost: &source.lost,
                values: &values,
                code_sets: &code_sets,
                timetables: known.timetables,
                pack_place: place_of(header),
                detection: &detection,
            };
            if let Some(mut rule) = check_rule(input, found) {
                rule.report_fictional |= request.fictional_report;
                rules.push(rule);
            }
        }
    }
    Some(Pack {
        name: source.name.clone(),
        title: header.title.clone().unwrap_or_default(),
        version: header.version.clone().unwrap_or_default(),
        jurisdiction: header.jurisdiction.clone(),
        facility: header.facility.clone(),
        digest: digest.finalize().to_hex().to_string(),
        params: source.params.iter().map(Param::shown).collect(),
        not_checkable: source
            .documents()
            .flat_map(|(.., raw)| raw.not_checkable.iter().cloned())
            .collect(),
        rules,
    })
}

/// Notes the id of a rule; one that is taken is a problem.
fn note_id(
    file: &File,
    raw: &RawRule,
    node: &Node,
    places: &mut Places,
    problems: &mut Vec<RuleProblem>,
) {
    let place = node.span_of("id");
    if place.is_empty() {
        // It has none, which was told.
        return;
    }
    if let Some(other) = places.get(&raw.id) {
        problems.push(RuleProblem::DuplicateRule {
            id: raw.id.clone(),
            other: other.clone(),
            span: span(place),
        });
        return;
    }
    places.insert(raw.id.clone(), format!("{}:{}", file.name, file.line(place.start)));
}

/// Whether a name is a rule's id, with or without its pack.
fn is_named(rule: &CheckedRule, name: &str) -> bool {
    match name.split_once(':') {
        Some((pack, id)) => rule.pack == pack && rule.id.text == id,
        None => rule.id.text == name,
    }
}

fn tailor(packs: &mut [Pack], tailoring: &[Tailoring], problems: &mut Problems) {
    for change in tailoring {
        let place = change.place.as_ref();
        let rules = || packs.iter().flat_map(|pack| &pack.rules);
        let known: Vec<&str> = rules().map(|rule| rule.id.text.as_str()).collect();
        if !rules().any(|rule| is_named(rule, &change.rule)) {
            let id = change.rule.split_once(':').map_or(change.rule.as_str(), |(_, id)| id);
            let help = did_you_mean(id, known);
            let name = change.rule.clone();
            let problem = match place {
                Some(at) => RuleProblem::NoSuchRule { name, span: span(at.span.clone()), help },
                None => RuleProblem::NoSuchRulePlain { name, help },
            };
            problems.setting(place, problem);
            continue;
        }
        let rules = packs.iter_mut().flat_map(|pack| &mut pack.rules);
        for rule in rules.filter(|rule| is_named(rule, &change.rule)) {
            apply(rule, change, problems);
        }
    }
}

fn apply(rule: &mut CheckedRule, change: &Tailoring, problems: &mut Problems) {
    let mut words = Vec::new();
    let mut loosens = Vec::new();
    if let Some(severity) = change.severity
        && severity != rule.severity
    {
        let text = format!("severity {} instead of {}", word(severity), word(rule.severity));
        if severity < rule.severity {
            loosens.push(text.clone());
        }
        words.push(text);
        rule.severity = severity;
    }
    if let Some(required) = change.required
        && required != rule.required
    {
        let text = if required { "required" } else { "no longer required" };
        if !required {
            loosens.push(text.to_owned());
        }
        words.push(text.to_owned());
        rule.required = required;
    }
    if let Some(tolerance) = change.tolerance
        && rule.tolerance != Some(tolerance)
    {
        let text = format!("tolerance {}", tolerance_words(tolerance));
        if !is_tighter(tolerance, rule.tolerance) {
            loosens.push(text.clone());
        }
        words.push(text);
        rule.tolerance = Some(tolerance);
    }
    if change.off {
        words.push("off".to_owned());
        loosens.push("switches the rule off".to_owned());
        rule.off = Some(change.because.clone());
    }
    if !loosens.is_empty() && change.because.trim().is_empty() {
        let what = loosens.join(", ");
        let at = change.place.as_ref();
        let problem = match at {
            Some(place) => RuleProblem::Reason { what, span: span(place.span.clone()) },
            None => RuleProblem::Reason { what, span: span(0..0) },
        };
        problems.setting(at, problem);
    }
    if !words.is_empty() {
        let because = change.because.trim();
        let words = words.join(", ");
        rule.tailored =
            Some(if because.is_empty() { words } else { format!("{words}: {because}") });
    }
}

fn is_tighter(new: Tolerance, old: Option<Tolerance>) -> bool {
    match (new, old) {
        (Tolerance::Share(new), Some(Tolerance::Share(old))) => new <= old,
        (Tolerance::Count(new), Some(Tolerance::Count(old))) => new <= old,
        (Tolerance::Share(0) | Tolerance::Count(0), _) => true,
        _ => false,
    }
}

fn tolerance_words(tolerance: Tolerance) -> String {
    match tolerance {
        Tolerance::Count(count) => count.to_string(),
        Tolerance::Share(share) => {
            let text = format!("{}.{:04}", share / 10_000, share % 10_000);
            format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
        }
    }
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// One word of `select` or `ignore`.
enum Pattern<'a> {
    Rule(&'a str),
    Family(&'a str),
    Pack(&'a str),
    Cite(&'a str),
}

impl<'a> Pattern<'a> {
    fn of(text: &'a str) -> Self {
        if let Some(cite) = text.strip_prefix("cite:") {
            Self::Cite(cite)
        } else if let Some(pack) = text.strip_suffix(':') {
            Self::Pack(pack)
        } else if text.ends_with('/') {
            Self::Family(text)
        } else {
            Self::Rule(text)
        }
    }

    fn matches(&self, rule: &CheckedRule) -> bool {
        match self {
            Self::Rule(name) => is_named(rule, name),
            Self::Family(family) => match family.split_once(':') {
                Some((pack, family)) => rule.pack == pack && rule.id.text.starts_with(family),
                None => rule.id.text.starts_with(family),
            },
            Self::Pack(pack) => rule.pack == *pack,
            Self::Cite(text) => rule
                .guideline
                .iter()
                .any(|cited| cited.cite.to_lowercase().contains(&text.to_lowercase())),
        }
    }
}

/// Leaves the rules that run; gives the ids of the others.
fn select(
    packs: &mut [Pack],
    request: &LoadRequest<'_>,
    not_run: &[PackNotRun],
    problems: &mut Problems,
) -> Vec<String> {
    for (flag, texts) in [("--select", &request.select), ("--ignore", &request.ignore)] {
        for text in texts {
            let pattern = Pattern::of(text);
            let mut rules = packs.iter().flat_map(|pack| &pack.rules);
            if !rules.any(|rule| pattern.matches(rule)) {
                let help = selection_help(text, packs, not_run);
                let (flag, text) = (flag.to_owned(), text.clone());
                problems.settings.push(RuleProblem::SelectsNothing { flag, text, help });
            }
        }
    }
    let select: Vec<_> = request.select.iter().map(|text| Pattern::of(text)).collect();
    let ignore: Vec<_> = request.ignore.iter().map(|text| Pattern::of(text)).collect();
    let mut deselected = Vec::new();
    for pack in packs {
        pack.rules.retain_mut(|rule| {
            let by: Vec<_> = select.iter().filter(|pattern| pattern.matches(rule)).collect();
            let runs = (select.is_empty() || !by.is_empty())
                && !ignore.iter().any(|pattern| pattern.matches(rule));
            // A rule that was asked for by name has to be evaluated.
            rule.required |= by.iter().any(|pattern| matches!(pattern, Pattern::Rule(_)));
            if !runs {
                deselected.push(format!("{}:{}", rule.pack, rule.id.text));
            }
            runs
        });
    }
    deselected
}

fn selection_help(text: &str, packs: &[Pack], not_run: &[PackNotRun]) -> Option<String> {
    let pack = text.split_once(':').map(|(pack, _)| pack);
    if let Some(left) = not_run.iter().find(|left| Some(left.name.as_str()) == pack) {
        return Some(format!(
            "add `{}`: pack `{}` does not run",
            left.flag_that_runs_it, left.name
        ));
    }
    let ids = || packs.iter().flat_map(|pack| &pack.rules).map(|rule| rule.id.text.as_str());
    let names = || packs.iter().map(|pack| pack.name.as_str());
    let close = if let Some(name) = text.strip_suffix(':') {
        closest(name, names()).map(|name| format!("{name}:"))
    } else if let Some(family) = text.strip_suffix('/') {
        let (pack, family) = match family.split_once(':') {
            Some((pack, family)) => (format!("{pack}:"), family),
            None => (String::new(), family),
        };
        let families = ids().filter_map(|id| Some(id.split_once('/')?.0));
        closest(family, families).map(|family| format!("{pack}{family}/"))
    } else {
        closest(text, ids()).map(str::to_owned).or_else(|| {
            let pack = closest(text, names())?;
            Some(format!("{pack}:"))
        })
    };
    close.map(|close| format!("did you mean `{close}`?")).or_else(|| {
        not_run.first().map(|_| {
            let names = not_run.iter().map(|left| left.name.as_str());
            format!("packs that do not run: {}", listed(names))
        })
    })
}
