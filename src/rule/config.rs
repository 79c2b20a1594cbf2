//! The project file, `chartaudit.yaml`: which packs run on which files, with which settings.

use std::iter;
use std::sync::Arc;

use crate::detect::Site;
use crate::rule::check::{check_names, date, severity, site, sources, tolerance, without_values};
use crate::rule::checked::{CheckedRule, DeadlineUnit, Severity, Tolerance, Within};
use crate::rule::class::class_rules;
use crate::rule::dictionary::Dictionary;
use crate::rule::error::{
    RuleError, RuleErrors, RulePart, RuleProblem, did_you_mean, listed, span,
};
use crate::rule::file::read_project;
use crate::rule::layout::{Layout, LayoutSource};
use crate::rule::load::FACILITIES;
use crate::rule::need::need_rule;
use crate::rule::raw::RawProject;
use crate::rule::release::{Purpose, ReleaseKind, ReleaseSettings};
use crate::rule::settings::{ParamSetting, Place, Tailoring};
use crate::rule::shape::Broken;
use crate::rule::text::RuleText;
use crate::rule::tree::{Entry, Node, without_mark};
use crate::value::Date;

/// The settings of a project. Paths in it are relative to the file.
#[derive(Debug, Clone, Default)]
pub struct ProjectFile {
    /// The facility's name.
    pub facility_name: Option<String>,
    /// The kind of facility: `hospital`.
    pub facility_kind: Option<String>,
    /// Where it stands.
    pub jurisdictions: Vec<String>,
    /// The packs that run, names and paths; `None`: those of the jurisdictions.
    pub packs: Option<Vec<String>>,
    /// The layout of the exports.
    pub layout: Option<String>,
    /// Values of parameters.
    pub params: Vec<ParamSetting>,
    /// How files of each record set are found and read; see [`ProjectFile::check_sources`].
    pub sources: Vec<LayoutSource>,
    /// Changes to rules.
    pub tailoring: Vec<Tailoring>,
    /// How many threads work.
    pub threads: Option<u64>,
    /// How many bytes of memory the stores may use.
    pub memory: Option<u64>,
    /// The day on which the audit stands.
    pub as_of: Option<Date>,
    /// Record sets that must be there, those that a source expects included.
    pub expect: Vec<String>,
    /// The share or count of records of a rule that may be not evaluable.
    pub max_not_evaluable: Option<Tolerance>,
    /// The lowest severity that fails the audit.
    pub fail_on: Option<FailOn>,
    /// Whether waivers and baselines that are stale fail it too.
    pub fail_on_stale: bool,
    /// The report whose findings are known.
    pub baseline: Option<String>,
    /// Whether growth is refused.
    pub ratchet: bool,
    /// The file of waivers.
    pub waivers: Option<String>,
    /// How long a waiver may hold from the day of its approval.
    pub longest_waiver: Option<Within>,
    /// The share or count of records of a file that may be skipped.
    pub max_skipped: Option<Tolerance>,
    /// A file that holds the site key.
    pub site_key_file: Option<String>,
    /// Whether fictional identifiers are reported like real ones by every rule.
    pub fictional_report: bool,
    /// What the export claims to be when it leaves.
    pub release: ReleaseSettings,
    /// Identifiers of the site's own, and values that may stand.
    pub identifiers: Site,
    /// The hex BLAKE3 digest of the file.
    pub digest: String,
    problems: Vec<RuleProblem>,
    tree: Option<Node>,
    text: Option<Arc<RuleText>>,
}

/// The layout that the dictionary itself is: its alias lists.
const GENERIC: &str = "generic";

/// The lowest severity that fails an audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// That one and every graver one.
    Severity(Severity),
    /// None.
    Never,
}

impl ProjectFile {
    /// Whether it is sound by itself.
    ///
    /// # Errors
    /// Everything that is wrong in it, at once.
    pub fn check(&self) -> Result<(), RuleErrors> {
        match &self.text {
            Some(file) if !self.problems.is_empty() => Err(errors(file, self.problems.clone())),
            _ => Ok(()),
        }
    }

    /// Holds the names in `sources` and `expect` against the dictionary.
    ///
    /// # Errors
    /// Every record set and field that the dictionary does not have, at its place.
    pub fn check_sources(&self, dictionary: &Dictionary) -> Result<(), RuleErrors> {
        let Some(file) = &self.text else { return Ok(()) };
        let mut problems = self.unknown_names(dictionary);
        self.class_rules(dictionary, &mut problems);
        if problems.is_empty() { Ok(()) } else { Err(errors(file, problems)) }
    }

    fn unknown_names(&self, dictionary: &Dictionary) -> Vec<RuleProblem> {
        let Some(tree) = &self.tree else { return Vec::new() };
        let mut problems = Vec::new();
        if let Some(node) = tree.get("sources") {
            check_names(&self.sources, node, dictionary, &mut problems);
        }
        let release = tree.get("release");
        let of_release =
            |key| release.and_then(|node| node.get(key)).map_or(&[][..], Node::entries);
        let purposes = of_release("purposes").iter().flat_map(|entry| entry.value.entries());
        let by_set = of_release("quasi_identifiers").iter().chain(of_release("sensitive"));
        let by_set = by_set.chain(purposes);
        let expected = tree.get("expect").map_or_else(Vec::new, Node::texts);
        let named = by_set.map(|entry| (entry.key.as_str(), entry.key_span.clone()));
        for (name, place) in expected.into_iter().chain(named) {
            if dictionary.set(name).is_none() {
                problems.push(RuleProblem::UnknownRecordSet {
                    name: name.to_owned(),
                    span: span(place),
                    help: did_you_mean(name, dictionary.sets.iter().map(|set| set.name.as_str())),
                });
            }
        }
        problems
    }

    /// The rules that its quasi-identifiers make.
    pub(crate) fn class_rules(
        &self,
        dictionary: &Dictionary,
        problems: &mut Vec<RuleProblem>,
    ) -> Vec<CheckedRule> {
        match (&self.text, self.tree.as_ref().and_then(|tree| tree.get("release"))) {
            (Some(file), Some(node)) => class_rules(file, node, dictionary, problems),
            _ => Vec::new(),
        }
    }

    /// The rule that its purposes make.
    pub(crate) fn need_rule(&self) -> Option<CheckedRule> {
        let node = self.tree.as_ref()?.get("release")?;
        need_rule(self.text.as_ref()?, node, &self.release)
    }

    /// Everything that is wrong in the file as far as dictionary and layouts tell, and the file.
    pub(crate) fn problems(
        &self,
        dictionary: &Dictionary,
        layouts: &[Layout],
    ) -> Option<(&Arc<RuleText>, Vec<RuleProblem>)> {
        let mut problems = self.problems.clone();
        problems.extend(self.unknown_names(dictionary));
        self.class_rules(dictionary, &mut problems);
        if let Some(node) = self.tree.as_ref().and_then(|tree| tree.get("layout"))
            && let Some(name) = node.text()
        {
            let known =
                || layouts.iter().map(|layout| layout.name.as_str()).chain(iter::once(GENERIC));
            if known().all(|known| known != name) {
                problems.push(RuleProblem::UnknownLayout {
                    name: name.to_owned(),
                    span: span(node.span.clone()),
                    help: did_you_mean(name, known())
                        .unwrap_or_else(|| format!("the layouts are {}", listed(known()))),
                });
            }
        }
        Some((self.text.as_ref()?, problems))
    }
}

fn errors(file: &RuleText, problems: Vec<RuleProblem>) -> RuleErrors {
    let text: Arc<str> = file.text.as_str().into();
    RuleErrors(vec![RuleError::new(&file.name, &text, problems).of(RulePart::Project)])
}

/// Reads a project file that is to be sound by itself.
///
/// # Errors
/// Everything that is wrong in it, at once.
pub fn load(text: RuleText) -> Result<ProjectFile, RuleErrors> {
    let project = read(text);
    project.check()?;
    Ok(project)
}

/// Reads what can be read of a project file. What is wrong in it is told by [`load`](crate::rule::load), together with
/// what is wrong in the rules and with the names that it uses, if the request holds it.
#[must_use]
pub fn read(text: RuleText) -> ProjectFile {
    let digest = blake3::hash(text.text.as_bytes()).to_hex().to_string();
    let source = without_mark(text.text);
    let (found, mut problems) = read_project(&source);
    // What may stand may be a person's: messages show the file without it.
    let (shown, hidden) = without_values(&source);
    for problem in &mut problems {
        problem.quote_nothing_of(&hidden);
    }
    let file = Arc::new(RuleText { text: shown, ..text });
    let mut settings = ProjectFile::default();
    let mut tree = None;
    if let Some((node, raw, broken)) = found {
        settings = project(&raw, &node, &broken, &file, &mut problems);
        if let Some(node) = node.get("identifiers") {
            settings.identifiers = site(&source, node, &mut problems);
        }
        tree = Some(node);
    }
    ProjectFile { digest, problems, tree, text: Some(file), ..settings }
}

fn project(
    raw: &RawProject,
    node: &Node,
    broken: &Broken,
    file: &Arc<RuleText>,
    problems: &mut Vec<RuleProblem>,
) -> ProjectFile {
    let (facility_name, facility_kind) = facility(node);
    let mut expect = raw.expect.clone().unwrap_or_default();
    for (name, source) in &raw.sources.0 {
        let asked = source.expect.or(source.csv.as_ref().and_then(|csv| csv.expect));
        if asked == Some(true) && !expect.contains(name) {
            expect.push(name.clone());
        }
    }
    ProjectFile {
        facility_name,
        facility_kind,
        jurisdictions: node.get("jurisdiction").map_or_else(Vec::new, |node| {
            node.texts().into_iter().map(|(text, _)| text.to_owned()).collect()
        }),
        packs: raw.packs.clone(),
        layout: raw.layout.clone(),
        params: params(raw, node, file),
        sources: node
            .get("sources")
            .map_or_else(Vec::new, |node| sources(&raw.sources, node, problems)),
        tailoring: tailoring(raw, node, broken, file, problems),
        threads: raw.threads,
        memory: memory(node.get("memory"), problems),
        as_of: node
            .get("as_of")
            .and_then(|node| date(node.text().unwrap_or_default(), node, problems)),
        expect,
        max_not_evaluable: limit(node.get("max_not_evaluable"), problems),
        fail_on: fail_on(node.get("fail_on"), problems),
        fail_on_stale: node
            .get("fail_on")
            .is_some_and(|node| node.texts().into_iter().any(|(word, _)| word == STALE)),
        baseline: raw.baseline.clone(),
        ratchet: raw.ratchet,
        waivers: node
            .get("waivers")
            .and_then(|node| node.text().or_else(|| node.get("file")?.text()).map(str::to_owned)),
        longest_waiver: node
            .get("waivers")
            .and_then(|node| node.get("longest"))
            .and_then(|node| longest(node, problems)),
        max_skipped: limit(node.get("max_skipped"), problems),
        site_key_file: raw.site_key_file.clone(),
        fictional_report: raw.fictional.is_some(),
        release: node.get("release").map(release).unwrap_or_default(),
        ..ProjectFile::default()
    }
}

/// What makes stale waivers and baselines fail the audit.
const STALE: &str = "stale";

/// The one severity that is named.
fn fail_on(node: Option<&Node>, problems: &mut Vec<RuleProblem>) -> Option<FailOn> {
    let named = node.map_or_else(Vec::new, Node::texts).into_iter();
    let mut named = named.filter(|(word, _)| *word != STALE);
    let (word, _) = named.next()?;
    if let Some((second, place)) = named.next() {
        problems.push(RuleProblem::BadOption {
            text: second.to_owned(),
            what: "a second severity".to_owned(),
            why: format!("`{word}` is named already"),
            span: span(place),
            help: Some(
                "name the lowest severity that fails the audit, and `stale` beside it".to_owned(),
            ),
        });
    }
    match word {
        "error" => Some(FailOn::Severity(Severity::Error)),
        "warning" => Some(FailOn::Severity(Severity::Warning)),
        "note" => Some(FailOn::Severity(Severity::Note)),
        "never" => Some(FailOn::Never),
        _ => None,
    }
}

/// How long a waiver may hold: a number of days, months or years.
fn longest(node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Within> {
    let text = node.text()?;
    let words: Vec<&str> = text.split_whitespace().collect();
    let unit = match words.get(1) {
        Some(&("day" | "days")) => Some(DeadlineUnit::Days),
        Some(&("month" | "months")) => Some(DeadlineUnit::Months),
        Some(&("year" | "years")) => Some(DeadlineUnit::Years),
        _ => None,
    };
    let amount = words.first().and_then(|text| text.parse().ok()).filter(|amount| *amount > 0);
    let found = amount.zip(unit).filter(|_| words.len() == 2);
    if found.is_none() {
        problems.push(RuleProblem::BadOption {
            text: text.to_owned(),
            what: "a span of time".to_owned(),
            why: "not a number of days, months or years".to_owned(),
            span: span(node.span.clone()),
            help: Some("write it like `18 months`".to_owned()),
        });
    }
    found.map(|(amount, unit)| Within { amount, unit })
}

/// The name and the kind of a facility; a bare kind, such as `hospital`, is both.
fn facility(node: &Node) -> (Option<String>, Option<String>) {
    let Some(node) = node.get("facility") else { return (None, None) };
    match node.text() {
        Some(text) => {
            let is_kind = FACILITIES.iter().any(|kind| kind.eq_ignore_ascii_case(text));
            let kind = is_kind.then(|| text.to_owned());
            (Some(text.to_owned()), kind)
        }
        None => {
            let text = |key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
            (text("name"), text("kind"))
        }
    }
}

/// What the export claims to be: a bare kind, or the long form.
fn release(node: &Node) -> ReleaseSettings {
    let word = |node: Option<&Node>| node.and_then(Node::text).map(str::to_owned);
    let kind = |node: Option<&Node>| node.and_then(Node::text).and_then(ReleaseKind::named);
    if node.text().is_some() {
        return ReleaseSettings { kind: kind(Some(node)), ..ReleaseSettings::default() };
    }
    let count = |key: &str| node.get(key).and_then(Node::text).and_then(|text| text.parse().ok());
    ReleaseSettings {
        kind: kind(node.get("kind")),
        purpose: word(node.get("purpose")),
        manifest: word(node.get("manifest")),
        quasi_identifiers: node.get("quasi_identifiers").map(lists).unwrap_or_default(),
        k: count("k"),
        sensitive: node.get("sensitive").map_or_else(Vec::new, |node| {
            let field = |entry: &Entry| Some((entry.key.clone(), entry.value.text()?.to_owned()));
            node.entries().iter().filter_map(field).collect()
        }),
        l: count("l"),
        codes: node.get("codes").map_or_else(Vec::new, |node| {
            node.texts().into_iter().map(|(text, _)| text.to_owned()).collect()
        }),
        purposes: node.get("purposes").map_or_else(Vec::new, |node| {
            let purposes = node.entries().iter();
            let purpose =
                |entry: &Entry| Purpose { name: entry.key.clone(), columns: lists(&entry.value) };
            purposes.map(purpose).collect()
        }),
    }
}

/// Lists of texts by name.
fn lists(node: &Node) -> Vec<(String, Vec<String>)> {
    let list = |entry: &Entry| {
        let texts = entry.value.texts().into_iter().map(|(text, _)| text.to_owned());
        (entry.key.clone(), texts.collect())
    };
    node.entries().iter().map(list).collect()
}

fn params(raw: &RawProject, node: &Node, file: &Arc<RuleText>) -> Vec<ParamSetting> {
    let mut settings = Vec::new();
    for (pack, values) in &raw.params.0 {
        let at = node.get("params").and_then(|node| node.get(pack));
        for (name, value) in &values.0 {
            settings.push(ParamSetting {
                pack: Some(pack.clone()),
                name: name.clone(),
                value: value.clone(),
                place: at.and_then(|node| node.entry(name)).map(|entry| Place {
                    file: Arc::clone(file),
                    span: entry.key_span.start..entry.value.span.end,
                }),
            });
        }
    }
    settings
}

fn tailoring(
    raw: &RawProject,
    node: &Node,
    broken: &Broken,
    file: &Arc<RuleText>,
    problems: &mut Vec<RuleProblem>,
) -> Vec<Tailoring> {
    let mut changes = Vec::new();
    for (rule, raw) in &raw.rules.0 {
        let Some(entry) = node.get("rules").and_then(|node| node.entry(rule)) else { continue };
        let place = entry.key_span.clone();
        let change = Tailoring {
            rule: rule.clone(),
            severity: raw.severity.map(severity),
            off: raw.off,
            required: raw.required,
            tolerance: limit(entry.value.get("tolerance"), problems),
            because: raw.because.clone().unwrap_or_default(),
            place: Some(Place { file: Arc::clone(file), span: place.clone() }),
        };
        let nothing =
            raw.severity.is_none() && !raw.off && raw.required.is_none() && raw.tolerance.is_none();
        if nothing && broken.spares(&entry.value.span) {
            problems.push(RuleProblem::NothingTailored { span: span(place) });
        }
        changes.push(change);
    }
    changes
}

fn limit(node: Option<&Node>, problems: &mut Vec<RuleProblem>) -> Option<Tolerance> {
    let node = node?;
    let text = node.text()?;
    let found = tolerance(text);
    if found.is_none() {
        let place = span(node.span.clone());
        problems.push(RuleProblem::Tolerance { text: text.to_owned(), span: place });
    }
    found
}

/// A size like `64 MiB`.
fn memory(node: Option<&Node>, problems: &mut Vec<RuleProblem>) -> Option<u64> {
    let node = node?;
    let text = node.text()?;
    let size = parse_size(text);
    if size.is_none() {
        problems.push(RuleProblem::BadOption {
            text: text.to_owned(),
            what: "a size".to_owned(),
            why: "not a number and a unit".to_owned(),
            span: span(node.span.clone()),
            help: Some("write it like `64 MiB`".to_owned()),
        });
    }
    size
}

/// The bytes of a size like `64 MiB`, `1GiB`, `500MB` or `1048576`.
#[must_use]
pub fn parse_size(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at_checked(end)?;
    let factor: u64 = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "kib" => 1 << 10,
        "m" | "mb" => 1_000_000,
        "mib" => 1 << 20,
        "g" | "gb" => 1_000_000_000,
        "gib" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}
