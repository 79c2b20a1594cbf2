//! One rule: from its raw shape to a rule that can be planned.

use std::sync::Arc;

use crate::detect::{Identifying, Tier};
use crate::expr::typed::{Aggregate, CodeSet, Expr, ExprKind, FieldId, RelationId, Value};
use crate::expr::{
    RelationScope, conditions_of, fields_of, fields_of_aggregate, relations_of, renumber_relations,
    renumber_relations_of_aggregate, this_fields_of,
};
use crate::rule::check::code_set::CodeSets;
use crate::rule::check::condition::Conditions;
use crate::rule::check::dictionary::{fields, unknown_field, unknown_set};
use crate::rule::check::known;
use crate::rule::check::param::{Param, unit_name};
use crate::rule::check::relation::{
    Candidate, candidates, check_conditions, field_types, used_relations,
};
use crate::rule::check::retain::{self, PackPlace, Timetables};
use crate::rule::checked::{
    Check, CheckedRule, Citation, Confidence, DeadlineUnit, Direction, Diverse, Example,
    ExampleRecord, Expectation, Family, FormatCheck, Identifiers, Limit, LimitKind, Relation,
    RuleId, Severity, SmallCells, Status, Tolerance, Within,
};
use crate::rule::detector::{self, DEFAULT, Detection};
use crate::rule::dictionary::{Dictionary, RecordSet};
use crate::rule::error::{RuleProblem, closest, did_you_mean, listed, span};
use crate::rule::file::File;
use crate::rule::raw::{
    Cell, RawCitation, RawConfidence, RawDirection, RawExample, RawRule, RawSeverity,
    RawSmallCounts, RawStatus, RawTier, RawUnit,
};
use crate::rule::release::{ReleaseCheck, ReleaseKind, ReleaseMethod, ZipPrefixes};
use crate::rule::tree::{Entry, Node};
use crate::value::form::Form;
use crate::value::{Date, FieldType, Type, parse};

/// The keys of the checks, of which a rule has exactly one.
const CHECKS: [&str; 20] = [
    "require",
    "require_any",
    "assert",
    "fail_if",
    "deadline",
    "format",
    "allowed",
    "readable",
    "unique",
    "measure",
    "ordered",
    "columns",
    "identifiers",
    "no_overlap",
    "small_cells",
    "gap_free",
    "retain",
    "release",
    "delivery",
    "small_counts",
];

/// Those that are about files whatever they hold, and must have `records: every`. `release` may have it.
const OF_FILES: [&str; 2] = ["delivery", "small_counts"];
/// Where `identifiers` searches if it is about files.
const FILE_NAMES: &str = "file_names";

/// A rule and everything it may name.
#[derive(Clone, Copy)]
pub(crate) struct RuleInput<'a> {
    /// The file it stands in.
    pub(crate) file: &'a File,
    /// The name of its pack.
    pub(crate) pack: &'a str,
    /// Where it stands.
    pub(crate) node: &'a Node,
    /// What it says.
    pub(crate) raw: &'a RawRule,
    /// The record sets.
    pub(crate) dictionary: &'a Dictionary,
    /// The pack's parameters.
    pub(crate) params: &'a [Param],
    /// Parameters whose declaration is wrong, of which nothing more is said.
    pub(crate) lost: &'a [String],
    /// The parameters as expressions take them.
    pub(crate) values: &'a [(String, Value)],
    /// The code sets beside the file.
    pub(crate) code_sets: &'a CodeSets<'a>,
    /// The schedules of retention.
    pub(crate) timetables: &'a Timetables<'a>,
    /// Where its pack runs.
    pub(crate) pack_place: PackPlace<'a>,
    /// What identifiers it can look for.
    pub(crate) detection: &'a Detection,
}

/// A rule that can be planned; `None` if a problem keeps it from being one.
pub(crate) fn check_rule(
    input: RuleInput<'_>,
    problems: &mut Vec<RuleProblem>,
) -> Option<CheckedRule> {
    let RuleInput { file, node, raw, dictionary, .. } = input;
    let id = rule_id(&raw.id, node, problems);
    let entry = one_check(file, node, problems);
    let guideline = citations(raw, node, problems);
    let tolerance = raw.tolerance.as_deref().and_then(|text| {
        let found = tolerance(text);
        if found.is_none() {
            let place = span(node.span_of("tolerance"));
            problems.push(RuleProblem::Tolerance { text: text.to_owned(), span: place });
        }
        found
    });
    let every = RecordSet::every();
    let every = (raw.records == RecordSet::EVERY).then_some(&every);
    if let Some(entry) = entry
        && let Some(problem) = wrong_set(entry, every.is_some(), node)
    {
        problems.push(problem);
        return None;
    }
    let Some(set) = every.or_else(|| dictionary.set(&raw.records)) else {
        problems.push(unknown_set(dictionary, &raw.records, node.span_of("records")));
        return None;
    };
    let code_sets = |name: &str| input.code_sets.get(name);
    let own_fields = field_types(set);
    let left_out = node.get("with").into_iter().flat_map(|with| file.keys_left_out(with));
    let mut lost_relations: Vec<String> = left_out.map(str::to_owned).collect();
    let mut candidates = candidates(dictionary, set, node, problems, &mut lost_relations);
    let plain = Conditions {
        source: &file.text,
        fields: &own_fields,
        relations: &[],
        this: None,
        params: input.values,
        lost: input.lost,
        lost_relations: &[],
        code_sets: &code_sets,
    };
    check_conditions(&mut candidates, &plain, problems, &mut lost_relations);
    if raw.retain.is_some() {
        let built_in = retain::relations(dictionary, set, &plain, &candidates);
        candidates.extend(built_in);
    }
    let scopes: Vec<_> = candidates
        .iter()
        .map(|known| RelationScope {
            name: known.name,
            record_set: &known.set.name,
            fields: &known.fields,
        })
        .collect();
    let conditions = Conditions { relations: &scopes, lost_relations: &lost_relations, ..plain };
    let applies = node.get("where").map(|node| conditions.condition(node, problems));
    let assign = raw.assign.as_deref().map(|name| {
        let id = set.field_id(name);
        if id.is_none() {
            problems.push(unknown_field(set, name, node.span_of("assign")));
        }
        id
    });
    let checker = Checker { input, set, conditions: &conditions, candidates: &candidates };
    let check = entry.and_then(|entry| checker.check(entry, problems));
    let examples = checker.examples(problems);

    if !lost_relations.is_empty() {
        return None;
    }
    let (id, entry, mut check) = (id?, entry?, check?);
    let mut applies = match applies {
        Some(None) => return None,
        Some(found) => found,
        None => None,
    };
    let relations = relations(&candidates, applies.as_mut(), &mut check);
    let fields = named_fields(applies.as_ref(), &check, &relations);
    Some(CheckedRule {
        id,
        pack: input.pack.to_owned(),
        title: raw.title.clone(),
        severity: severity(raw.severity),
        status: match raw.status {
            RawStatus::Preview => Status::Preview,
            RawStatus::Stable => Status::Stable,
            RawStatus::Deprecated => Status::Deprecated,
        },
        required: raw.required,
        guideline,
        record_set: set.name.clone(),
        relations,
        applies,
        check,
        unknown_violates: raw.unknown.is_some(),
        tolerance,
        report_fictional: raw.fictional.is_some(),
        because: raw.because.as_deref().map(tidy),
        remedy: raw.remedy.as_deref().map(tidy),
        assign: assign.flatten(),
        examples,
        fields,
        where_text: node.get("where").and_then(Node::text).map(|text| text.trim().to_owned()),
        check_text: check_text(file, entry),
        tailored: None,
        off: None,
        declared: (file.name.clone(), file.line(node.span.start)),
    })
}

/// The problem of a check of records with every record set, or of one of files with a single one.
fn wrong_set(entry: &Entry, every: bool, node: &Node) -> Option<RuleProblem> {
    let check = entry.key.as_str();
    let of_names = check == "identifiers"
        && entry.value.get("in").and_then(Node::text).is_some_and(|text| text == FILE_NAMES);
    let of_files = of_names || OF_FILES.contains(&check);
    let place = span(node.span_of("records"));
    if every && !of_files && check != "release" {
        let help = format!(
            "name one record set; `every` is for {}, `release` and `identifiers` of `{FILE_NAMES}` alone",
            OF_FILES.map(|check| format!("`{check}`")).join(", ")
        );
        let check = check.to_owned();
        return Some(RuleProblem::NotOfEvery { check, span: place, help: Some(help) });
    }
    (of_files && !every).then(|| RuleProblem::OnlyOfEvery { check: check.to_owned(), span: place })
}

/// Prose on one line, whatever way it was folded in the file.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The check as it is written, on one line.
fn check_text(file: &File, entry: &Entry) -> String {
    if let Some(text) = entry.value.text() {
        return format!("{}: {}", entry.key, tidy(text));
    }
    let written = file.text.get(entry.key_span.start..entry.value.span.end).unwrap_or("");
    tidy(written)
}

/// The level that a word means.
pub(crate) fn severity(raw: RawSeverity) -> Severity {
    match raw {
        RawSeverity::Error => Severity::Error,
        RawSeverity::Warning => Severity::Warning,
        RawSeverity::Note => Severity::Note,
    }
}

fn rule_id(text: &str, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<RuleId> {
    const FAMILIES: [(&str, Family); 3] = [
        ("retention", Family::Retention),
        ("confidentiality", Family::Confidentiality),
        ("completeness", Family::Completeness),
    ];
    let (family, name) = text.split_once('/').unwrap_or(("", text));
    let known = FAMILIES.iter().find(|(word, _)| *word == family);
    if let Some((_, family)) = known
        && is_kebab(name)
    {
        return Some(RuleId { family: *family, text: text.to_owned() });
    }
    let help = match known {
        Some(_) => "write what is wrong in lower case with dashes".to_owned(),
        None => match closest(family, FAMILIES.iter().map(|(word, _)| *word)) {
            Some(found) => format!("did you mean `{found}/{name}`?"),
            None => "begin it with `retention/`, `confidentiality/` or `completeness/`".to_owned(),
        },
    };
    problems.push(RuleProblem::RuleId {
        id: text.to_owned(),
        span: span(node.span_of("id")),
        help: Some(help),
    });
    None
}

/// Lower case letters and digits in parts joined by single dashes.
pub(crate) fn is_kebab(name: &str) -> bool {
    !name.is_empty()
        && name.split('-').all(|part| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        })
}

fn one_check<'n>(
    file: &File,
    node: &'n Node,
    problems: &mut Vec<RuleProblem>,
) -> Option<&'n Entry> {
    let found: Vec<_> =
        node.entries().iter().filter(|entry| CHECKS.contains(&entry.key.as_str())).collect();
    match found.as_slice() {
        // What was left out may have been the check.
        [] if !file.is_whole(&node.span) => None,
        [] => {
            problems.push(RuleProblem::NoCheck {
                span: span(node.entry("id").map_or(node.span.clone(), |id| id.value.span.clone())),
                help: Some(format!("add one of {}", listed(CHECKS))),
            });
            None
        }
        [only] => Some(only),
        [_, second, ..] => {
            problems.push(RuleProblem::SeveralChecks {
                count: found.len(),
                span: span(second.key_span.clone()),
            });
            None
        }
    }
}

/// A share like `0.5%` or a count like `3`.
pub(crate) fn tolerance(text: &str) -> Option<Tolerance> {
    if let Some(share) = text.strip_suffix('%') {
        let share = parse::decimal(share.trim_end().as_bytes())?;
        // A percent is a hundredth and decimals have ten places: a millionth is 10^6 of the scaled value.
        let millionths = u32::try_from(share.0 / 1_000_000).ok()?;
        let exact = share.0 % 1_000_000 == 0 && millionths <= 1_000_000;
        return exact.then_some(Tolerance::Share(millionths));
    }
    text.parse().ok().map(Tolerance::Count)
}

/// A calendar date, or the problem that it is none.
pub(crate) fn date(text: &str, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Date> {
    let date = parse::date(text.as_bytes());
    if date.is_none() {
        let place = span(node.span.clone());
        problems.push(RuleProblem::BadDate { text: text.to_owned(), span: place });
    }
    date
}

fn citations(raw: &RawRule, node: &Node, problems: &mut Vec<RuleProblem>) -> Vec<Citation> {
    let nodes = node.get("guideline").map_or(&[][..], Node::items);
    raw.guideline.iter().zip(nodes).map(|(raw, node)| citation(raw, node, problems)).collect()
}

fn citation(raw: &RawCitation, node: &Node, problems: &mut Vec<RuleProblem>) -> Citation {
    let in_force = node.get("in_force");
    let mut day = |key: &str| {
        let node = in_force?.get(key)?;
        date(node.text()?, node, problems)
    };
    let (from, to) = (day("from"), day("to"));
    if let (Some(from), Some(to), Some(node)) = (from, to, in_force)
        && to < from
    {
        problems.push(RuleProblem::DateOrder { span: span(node.span_of("to")) });
    }
    Citation {
        cite: raw.cite.clone(),
        authority: raw.authority.clone(),
        confidence: match raw.confidence {
            RawConfidence::Primary => Confidence::Primary,
            RawConfidence::Secondary => Confidence::Secondary,
            RawConfidence::Unverified => Confidence::Unverified,
            RawConfidence::Computed => Confidence::Computed,
            RawConfidence::Practice => Confidence::Practice,
        },
        url: raw.url.clone(),
        text_as_of: raw.text_as_of.clone(),
        from,
        to,
    }
}

/// The relations that the condition and the check name; there they get the numbers of this list.
pub(super) fn relations(
    candidates: &[Candidate<'_>],
    applies: Option<&mut Expr>,
    check: &mut Check,
) -> Vec<Relation> {
    let mut used: Vec<RelationId> = applies.as_deref().map(relations_of).unwrap_or_default();
    match check {
        Check::Assert(expr) | Check::FailIf(expr) => used.extend(relations_of(expr)),
        Check::Deadline { of, after, .. } => {
            used.extend(relations_of(of));
            used.extend(relations_of(after));
        }
        Check::Measure { value, limits, .. } => {
            let bounds = limits.iter().map(|limit| &limit.bound);
            let all = std::iter::once(&*value).chain(bounds).flat_map(conditions_of);
            used.extend(all.flat_map(relations_of));
        }
        Check::Retain(retain) => {
            used.extend(retain.facts.iter().flat_map(|fact| relations_of(&fact.value)));
        }
        Check::Identifiers(Identifiers { known: Some(known), .. }) => {
            used.extend(known.own.iter().flat_map(relations_of));
        }
        _ => {}
    }
    if used.is_empty() {
        return Vec::new();
    }
    let (relations, numbers) = used_relations(candidates, &used);
    let number = |id: RelationId| numbers.get(usize::from(id.0)).copied().unwrap_or(id);
    if let Some(expr) = applies {
        renumber_relations(expr, &number);
    }
    match check {
        Check::Assert(expr) | Check::FailIf(expr) => renumber_relations(expr, &number),
        Check::Deadline { of, after, .. } => {
            renumber_relations(of, &number);
            renumber_relations(after, &number);
        }
        Check::Measure { value, limits, .. } => {
            renumber_relations_of_aggregate(value, &number);
            for limit in limits {
                renumber_relations_of_aggregate(&mut limit.bound, &number);
            }
        }
        Check::Retain(retain) => {
            for fact in &mut retain.facts {
                renumber_relations(&mut fact.value, &number);
            }
        }
        Check::Identifiers(Identifiers { known: Some(known), .. }) => {
            known.own.iter_mut().for_each(|own| renumber_relations(own, &number));
        }
        _ => {}
    }
    relations
}

/// The fields that the condition, the check and the relations name, in order, each once.
fn named_fields(applies: Option<&Expr>, check: &Check, relations: &[Relation]) -> Vec<FieldId> {
    let mut named: Vec<FieldId> = applies.map(fields_of).unwrap_or_default();
    match check {
        Check::Require(fields)
        | Check::RequireAny(fields)
        | Check::Readable(fields)
        | Check::Unique(fields)
        | Check::Identifiers(Identifiers { fields, .. }) => named.extend(fields),
        Check::Assert(expr) | Check::FailIf(expr) => named.extend(fields_of(expr)),
        Check::Deadline { of, after, .. } => {
            named.extend(fields_of(of));
            named.extend(fields_of(after));
        }
        Check::Format { field, .. } | Check::Allowed { field, .. } => named.push(*field),
        Check::Measure { value, by, limits } => {
            named.extend(by);
            named.extend(fields_of_aggregate(value));
            for limit in limits {
                named.extend(fields_of_aggregate(&limit.bound));
            }
        }
        Check::Ordered { field, by, .. } => {
            named.extend(by);
            named.push(*field);
        }
        Check::References { field, .. } => named.push(*field),
        Check::NoOverlap { by, from, to } => {
            named.extend(by);
            named.extend([*from, *to]);
        }
        Check::SmallCells(cells) => {
            let diverse = cells.diverse.iter().map(|diverse| &diverse.field);
            named.extend(cells.by.iter().chain(diverse).flat_map(fields_of));
        }
        Check::GapFree { field, by } => {
            named.extend(by);
            named.push(*field);
        }
        Check::Retain(retain) => {
            // The others may be missing from an export: the derivation then says for lack of what it cannot tell.
            named.extend(retain::needed(retain).flat_map(fields_of));
        }
        Check::Columns { .. }
        | Check::Compared
        | Check::Release(_)
        | Check::Purpose(_)
        | Check::FileNames(_)
        | Check::Delivery { .. }
        | Check::SmallCounts { .. } => {}
    }
    let needed = match check {
        Check::Retain(retain) => {
            let exprs = applies.into_iter().chain(retain::needed(retain));
            Some(exprs.flat_map(relations_of).collect::<Vec<_>>())
        }
        // Where the encounters are missing, the record may say itself whose it is.
        Check::Identifiers(_) => Some(applies.map(relations_of).unwrap_or_default()),
        _ => None,
    };
    for (relation, index) in relations.iter().zip(0_u16..) {
        if needed.as_ref().is_some_and(|needed| !needed.contains(&RelationId(index))) {
            continue;
        }
        named.extend(relation.matches.iter().map(|(mine, _)| *mine));
        named.extend(relation.condition.as_ref().map(this_fields_of).unwrap_or_default());
    }
    let mut once = Vec::with_capacity(named.len());
    for field in named {
        if !once.contains(&field) {
            once.push(field);
        }
    }
    once
}

/// What the parts of one rule are checked against.
struct Checker<'a> {
    input: RuleInput<'a>,
    set: &'a RecordSet,
    conditions: &'a Conditions<'a>,
    candidates: &'a [Candidate<'a>],
}

impl Checker<'_> {
    fn check(&self, entry: &Entry, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let node = &entry.value;
        match entry.key.as_str() {
            "require" => self.list(node, problems).map(Check::Require),
            "require_any" => self.list(node, problems).map(Check::RequireAny),
            "assert" => self.conditions.condition(node, problems).map(Check::Assert),
            "fail_if" => self.conditions.condition(node, problems).map(Check::FailIf),
            "deadline" => self.deadline(node, problems),
            "format" => self.format(node, problems),
            "allowed" => self.allowed(node, problems),
            "readable" => self.readable(node, problems),
            "unique" => self.list(node, problems).map(Check::Unique),
            "measure" => self.measure(node, problems),
            "ordered" => self.ordered(node, problems),
            "columns" => self.columns(node, problems),
            "identifiers" => self.identifiers(node, problems),
            "no_overlap" => self.no_overlap(node, problems),
            "small_cells" => self.small_cells(node, problems),
            "gap_free" => self.gap_free(node, problems),
            "retain" => self.retain(node, problems),
            "release" => self.release(node, problems),
            "delivery" => self.delivery(node, problems),
            "small_counts" => self.small_counts(node, problems),
            _ => None,
        }
    }

    fn retain(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let RuleInput { raw, timetables, pack_place, .. } = self.input;
        let raw = raw.retain.as_ref()?;
        let (set, conditions) = (self.set, self.conditions);
        let asked = retain::Asked { set, conditions, timetables, pack: pack_place };
        asked.check(node, raw, problems).map(Check::Retain)
    }

    /// Fields of which there is at least one.
    fn list(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Vec<FieldId>> {
        if node.texts().is_empty() {
            problems.push(RuleProblem::EmptyList {
                span: span(node.span.clone()),
                help: Some("name at least one field".to_owned()),
            });
            return None;
        }
        sound(problems, |problems| Some(fields(self.set, node, problems)))
    }

    fn field(&self, node: &Node, key: &str, problems: &mut Vec<RuleProblem>) -> Option<FieldId> {
        let node = node.get(key)?;
        let name = node.text()?;
        let id = self.set.field_id(name);
        if id.is_none() {
            problems.push(unknown_field(self.set, name, node.span.clone()));
        }
        id
    }

    fn by(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Vec<FieldId>> {
        match node.get("by") {
            Some(by) => sound(problems, |problems| Some(fields(self.set, by, problems))),
            None => Some(Vec::new()),
        }
    }

    fn deadline(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let of = self.moment(node.get("of")?, problems);
        let after = self.moment(node.get("after")?, problems);
        let within = self.within(node.get("within")?, problems);
        let not_before = node.get("not_before").map(|node| self.within(node, problems));
        let not_before = match not_before {
            Some(None) => return None,
            Some(found) => found,
            None => None,
        };
        Some(Check::Deadline { of: of?, after: after?, within: within?, not_before })
    }

    /// An expression that is a date or a timestamp.
    fn moment(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Expr> {
        let expr = self.conditions.value(node, problems)?;
        if matches!(expr.ty, Type::Date | Type::Timestamp) {
            return Some(expr);
        }
        problems.push(RuleProblem::ConditionType {
            wanted: "a date or a timestamp".to_owned(),
            found: type_name(expr.ty).to_owned(),
            span: span(node.span.clone()),
            help: Some("name a field of type `date` or `timestamp`".to_owned()),
        });
        None
    }

    /// `30 days` or `:parameter days`.
    fn within(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Within> {
        let text = node.text()?;
        let mut words = text.split_whitespace();
        let (Some(amount), Some(unit), None) = (words.next(), words.next(), words.next()) else {
            let text = text.to_owned();
            problems.push(RuleProblem::Span { text, span: span(node.span.clone()) });
            return None;
        };
        let unit = match unit {
            "hours" | "hour" => Some((RawUnit::Hours, DeadlineUnit::Hours)),
            "days" | "day" => Some((RawUnit::Days, DeadlineUnit::Days)),
            "months" | "month" => Some((RawUnit::Months, DeadlineUnit::Months)),
            "years" | "year" => Some((RawUnit::Years, DeadlineUnit::Years)),
            _ => None,
        };
        let Some((raw_unit, unit)) = unit else {
            let text = text.to_owned();
            problems.push(RuleProblem::Span { text, span: span(node.span.clone()) });
            return None;
        };
        let Some(name) = amount.strip_prefix(':') else {
            let amount = amount.parse().ok().filter(|amount: &i64| *amount >= 0);
            if amount.is_none() {
                let text = text.to_owned();
                problems.push(RuleProblem::Span { text, span: span(node.span.clone()) });
            }
            return amount.map(|amount| Within { amount, unit });
        };
        let Some(param) = self.input.params.iter().find(|param| param.name == name) else {
            if self.input.lost.iter().any(|lost| lost == name) {
                return None;
            }
            let names = self.input.params.iter().map(|param| param.name.as_str());
            problems.push(RuleProblem::UnknownParam {
                name: name.to_owned(),
                span: span(node.span.clone()),
                help: did_you_mean(name, names),
            });
            return None;
        };
        let Value::Integer(amount) = param.value else {
            problems.push(RuleProblem::ParamType {
                name: name.to_owned(),
                value: format!(":{name}"),
                wanted: "a whole number".to_owned(),
                span: span(node.span.clone()),
                help: Some("declare it with `type: integer`".to_owned()),
            });
            return None;
        };
        if let Some(own) = param.unit
            && own != raw_unit
        {
            problems.push(RuleProblem::UnitMismatch {
                name: name.to_owned(),
                unit: unit_name(own).to_owned(),
                used: unit_name(raw_unit).to_owned(),
                span: span(node.span.clone()),
            });
            return None;
        }
        Some(Within { amount, unit })
    }

    fn format(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let field = self.field(node, "field", problems);
        let is = match (node.get("is"), node.get("pattern")) {
            (Some(name), None) => {
                let text = name.text()?;
                let form = Form::named(text);
                if form.is_none() {
                    let names = Form::ALL.into_iter().map(Form::name);
                    problems.push(RuleProblem::UnknownForm {
                        name: text.to_owned(),
                        span: span(name.span.clone()),
                        help: Some(
                            did_you_mean(text, names.clone())
                                .unwrap_or_else(|| format!("the forms are {}", listed(names))),
                        ),
                    });
                }
                form.map(FormatCheck::Named)
            }
            (None, Some(pattern)) => {
                self.conditions.pattern(pattern, problems).map(FormatCheck::Pattern)
            }
            (None, None) if !self.input.file.is_whole(&node.span) => None,
            (first, _) => {
                problems.push(one_of(node, "`is` and `pattern`", usize::from(first.is_some()) * 2));
                None
            }
        };
        let field = field?;
        let ty = self.set.field(field).ty;
        if ty.expr_type() != Type::Text {
            problems.push(RuleProblem::FieldType {
                name: self.set.field(field).name.clone(),
                found: ty.name().to_owned(),
                wanted: "id, code or text".to_owned(),
                span: span(node.span_of("field")),
                help: Some("use `readable` to check what has a type".to_owned()),
            });
            return None;
        }
        Some(Check::Format { field, is: is? })
    }

    fn allowed(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let field = self.field(node, "field", problems);
        let given: Vec<_> =
            ["values", "code_set", "file"].into_iter().filter_map(|key| node.entry(key)).collect();
        let [entry] = given.as_slice() else {
            if given.is_empty() && !self.input.file.is_whole(&node.span) {
                return None;
            }
            problems.push(one_of(node, "`values`, `code_set` and `file`", given.len()));
            return None;
        };
        let place = span(entry.value.span.clone());
        let set = if entry.key == "values" {
            let mut members: Vec<_> =
                entry.value.texts().into_iter().map(|(text, _)| text.to_owned()).collect();
            if members.is_empty() {
                let help = Some("list at least one code".to_owned());
                problems.push(RuleProblem::EmptyList { span: place, help });
                return None;
            }
            members.sort_unstable();
            members.dedup();
            Arc::new(CodeSet { name: String::new(), members })
        } else {
            let name = entry.value.text()?;
            let Some(set) = self.input.code_sets.get(name) else {
                let places = self.input.code_sets.places(name);
                let place_name = places.first().map_or_else(String::new, Clone::clone);
                problems.push(RuleProblem::CodeSetMissing {
                    name: name.to_owned(),
                    path: self.input.file.beside(&place_name),
                    span: place,
                });
                return None;
            };
            if set.members.is_empty() {
                problems.push(RuleProblem::CodeSetEmpty { name: name.to_owned(), span: place });
            }
            set
        };
        Some(Check::Allowed { field: field?, set, inline: entry.key == "values" })
    }

    fn readable(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        if node.text() == Some("all") {
            let typed = self.of_types(|ty| ty != FieldType::Text);
            return Some(Check::Readable(typed));
        }
        self.list(node, problems).map(Check::Readable)
    }

    fn of_types(&self, wanted: impl Fn(FieldType) -> bool) -> Vec<FieldId> {
        let fields = self.set.fields.iter().zip(0_u16..);
        fields.filter(|(field, _)| wanted(field.ty)).map(|(_, index)| FieldId(index)).collect()
    }

    fn measure(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let by = self.by(node, problems);
        let figure = |node: &Node, problems: &mut Vec<RuleProblem>| {
            let figure = self.conditions.aggregate(node, problems)?;
            let by = by.as_ref()?;
            sound(problems, |problems| {
                self.within_groups(node, &figure, by, problems);
                Some(figure)
            })
        };
        let value = figure(node.get("value")?, problems);
        let mut limits = Vec::new();
        let mut broken = false;
        for (key, kind) in [
            ("at_most", LimitKind::AtMost),
            ("at_least", LimitKind::AtLeast),
            ("equals", LimitKind::Equals),
        ] {
            let Some(node) = node.get(key) else { continue };
            match figure(node, problems) {
                Some(bound) => {
                    let text = node.text().unwrap_or("").to_owned();
                    limits.push(Limit { kind, bound, text });
                }
                None => broken = true,
            }
        }
        if limits.is_empty() && !broken && !self.input.file.is_whole(&node.span) {
            return None;
        }
        if limits.is_empty() && !broken {
            problems.push(RuleProblem::MissingKey {
                key: "at_most".to_owned(),
                within: "a measure".to_owned(),
                span: span(node.span_of("value")),
                help: Some("add a limit: `at_most`, `at_least` or `equals`".to_owned()),
            });
            broken = true;
        }
        if broken { None } else { Some(Check::Measure { value: value?, by: by?, limits }) }
    }

    /// Figures over related records: of a group, only if all its records have the same ones.
    fn within_groups(
        &self,
        node: &Node,
        figure: &Aggregate,
        by: &[FieldId],
        problems: &mut Vec<RuleProblem>,
    ) {
        match figure {
            Aggregate::Ratio(a, b) | Aggregate::Arithmetic(_, a, b) => {
                self.within_groups(node, a, by, problems);
                self.within_groups(node, b, by, problems);
            }
            Aggregate::Related(expr) => {
                let ExprKind::Fold { relation, .. } = expr.kind else { return };
                let Some(relation) = self.candidates.get(usize::from(relation.0)) else { return };
                let names = || {
                    let outside = relation.deciding_fields().into_iter();
                    outside
                        .filter(|field| !by.contains(field))
                        .map(|field| self.set.field(field).name.as_str())
                };
                if names().next().is_some() {
                    let place = self.conditions.place(node, &expr.span);
                    problems.push(RuleProblem::RelationOutsideGroup {
                        relation: relation.name.to_owned(),
                        fields: listed(names()),
                        span: span(place),
                        help: Some(format!(
                            "add {} to `by`, or put the figure of each record inside an aggregate, as count_if(count({}) > 0)",
                            listed(names()),
                            relation.name
                        )),
                    });
                }
            }
            _ => {}
        }
    }

    fn ordered(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let field = self.field(node, "field", problems);
        let by = self.by(node, problems);
        let raw = self.input.raw.ordered.as_ref()?;
        let direction = match raw.direction {
            RawDirection::Rising => Direction::Rising,
            RawDirection::Falling => Direction::Falling,
        };
        Some(Check::Ordered { field: field?, by: by?, direction, strict: raw.strict })
    }

    fn columns(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let raw = self.input.raw.columns.as_ref()?;
        if !raw.closed && raw.order.is_empty() {
            if !self.input.file.is_whole(&node.span) {
                return None;
            }
            problems.push(RuleProblem::EmptyList {
                span: span(node.span.clone()),
                help: Some("say `closed: true`, or give an `order`".to_owned()),
            });
            return None;
        }
        if let Some(order) = node.get("order") {
            sound(problems, |problems| Some(fields(self.set, order, problems)))?;
        }
        Some(Check::Columns { closed: raw.closed, order: raw.order.clone() })
    }

    fn identifiers(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let raw = self.input.raw.identifiers.as_ref()?;
        let within = node.get("in")?;
        let (fields, unbound) = match within.text() {
            Some(FILE_NAMES) => (Some(Vec::new()), false),
            Some("text") => (Some(self.of_types(|ty| ty == FieldType::Text)), false),
            Some("all") => (Some(self.of_types(|_| true)), false),
            Some("everything") => (Some(self.of_types(|_| true)), true),
            _ => (self.list(within, problems), false),
        };
        let detection = self.input.detection;
        let known = known::known(self.set, self.candidates, raw, node, problems);
        let mut detect: Vec<String> = Vec::new();
        match node.get("detect") {
            // Who asks for what is known asks for nothing else.
            None if node.get("of").is_some() => {}
            None => detect.extend(detection.named(DEFAULT).unwrap_or_default()),
            Some(list) => {
                for (name, place) in list.texts() {
                    match detection.named(name) {
                        Some(members) => detect.extend(members),
                        None => problems.push(detection.unknown(name, place)),
                    }
                }
                if list.texts().is_empty() {
                    problems.push(RuleProblem::EmptyList {
                        span: span(list.span.clone()),
                        help: Some(format!(
                            "leave `detect` out, or name some of {}",
                            listed(detector::names())
                        )),
                    });
                }
            }
        }
        let named: Vec<&str> = detect.iter().map(String::as_str).collect();
        let detect = detection.site.in_order(&named).into_iter().map(str::to_owned).collect();
        let detection = detection.clone();
        let min_tier = match raw.min_tier {
            Some(RawTier::A) => Tier::A,
            None | Some(RawTier::B) => Tier::B,
            Some(RawTier::C) => Tier::C,
            Some(RawTier::D) => Tier::D,
        };
        let releases = node.get("releases").map(Node::texts).unwrap_or_default();
        let releases =
            releases.into_iter().filter_map(|(name, _)| ReleaseKind::named(name)).collect();
        let looked_for =
            Identifiers { fields: fields?, unbound, detect, min_tier, known, releases, detection };
        Some(match within.text() {
            Some(FILE_NAMES) => Check::FileNames(looked_for),
            _ => Check::Identifiers(looked_for),
        })
    }

    fn delivery(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let manifest = self.text_or_param(node.get("manifest")?, problems)?;
        Some(Check::Delivery { manifest: manifest.to_owned() })
    }

    fn small_counts(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let RawSmallCounts { from, to } = *self.input.raw.small_counts.as_ref()?;
        let limit = |number: u64| u32::try_from(number).ok().filter(|number| *number > 0);
        let limits = limit(from).zip(limit(to)).filter(|(from, to)| from <= to);
        let Some((from, to)) = limits else {
            problems.push(RuleProblem::EmptyRange { from, to, span: span(node.span.clone()) });
            return None;
        };
        Some(Check::SmallCounts { from, to })
    }

    fn release(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        if let Some(kind) = node.text().and_then(ReleaseKind::named) {
            return self.release_of(vec![kind], None, node, problems);
        }
        let kinds = node.get("kind")?.texts();
        let kinds = kinds.iter().filter_map(|(name, _)| ReleaseKind::named(name)).collect();
        let method = match node.get("method").and_then(Node::text) {
            Some("safe-harbor") => Some(ReleaseMethod::SafeHarbor),
            Some("expert") => Some(ReleaseMethod::Expert),
            _ => None,
        };
        self.release_of(kinds, method, node, problems)
    }

    fn release_of(
        &self,
        kinds: Vec<ReleaseKind>,
        method: Option<ReleaseMethod>,
        node: &Node,
        problems: &mut Vec<RuleProblem>,
    ) -> Option<Check> {
        let remove = match node.get("remove") {
            None => forbidden(&kinds),
            Some(list) => {
                let named = |(name, _): (&str, _)| Identifying::named(name);
                list.texts().into_iter().filter_map(named).collect()
            }
        };
        // Files with everything in them may hold everything.
        let free = kinds.contains(&ReleaseKind::Identified) && node.get("remove").is_none();
        if kinds.is_empty() || remove.is_empty() || free {
            problems.push(RuleProblem::EmptyList {
                span: span(node.get("remove").unwrap_or(node).span.clone()),
                help: Some(format!(
                    "name what must not be there: {}",
                    listed(Identifying::ALL.map(Identifying::name))
                )),
            });
            return None;
        }
        let zips = match (node.get("restricted_zips"), node.get("unused_zips")) {
            (None, None) => None,
            (restricted, unused) => {
                let mut read = |node: Option<&Node>| match node {
                    Some(node) => self.zips(node, problems),
                    None => Some(Vec::new()),
                };
                let (restricted, unused) = (read(restricted), read(unused));
                Some(ZipPrefixes { restricted: restricted?, unused: unused? })
            }
        };
        let detection = self.input.detection.clone();
        Some(Check::Release(ReleaseCheck { kinds, method, remove, zips, detection }))
    }

    /// A text, or that of the parameter whose name stands behind a colon.
    fn text_or_param<'t>(
        &'t self,
        node: &'t Node,
        problems: &mut Vec<RuleProblem>,
    ) -> Option<&'t str> {
        let text = node.text()?;
        match text.strip_prefix(':') {
            None => Some(text),
            Some(name) => match self.input.params.iter().find(|param| param.name == name) {
                Some(Param { value: Value::Text(text), .. }) => Some(text),
                Some(_) => {
                    problems.push(RuleProblem::ParamType {
                        name: name.to_owned(),
                        value: format!(":{name}"),
                        wanted: "a text".to_owned(),
                        span: span(node.span.clone()),
                        help: Some("declare it with `type: text`".to_owned()),
                    });
                    None
                }
                None => {
                    if !self.input.lost.iter().any(|lost| lost == name) {
                        let names = self.input.params.iter().map(|param| param.name.as_str());
                        problems.push(RuleProblem::UnknownParam {
                            name: name.to_owned(),
                            span: span(node.span.clone()),
                            help: did_you_mean(name, names),
                        });
                    }
                    None
                }
            },
        }
    }

    /// `036 059 …`, or the parameter that holds them.
    fn zips(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Vec<u16>> {
        let text = self.text_or_param(node, problems)?;
        let prefix = |word: &str| {
            let digits = word.len() == 3 && word.bytes().all(|byte| byte.is_ascii_digit());
            word.parse::<u16>().ok().filter(|_| digits)
        };
        let words = text.split(|char: char| char.is_whitespace() || char == ',');
        let prefixes: Option<Vec<u16>> =
            words.filter(|word| !word.is_empty()).map(prefix).collect();
        if prefixes.is_none() {
            problems.push(RuleProblem::ZipPrefix { span: span(node.span.clone()) });
        }
        prefixes
    }

    fn no_overlap(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let from = self.field(node, "from", problems);
        let to = self.field(node, "to", problems);
        let by = self.by(node, problems);
        let (from, to) = (from?, to?);
        let (start, end) = (self.set.field(from), self.set.field(to));
        if from == to {
            let (name, place) = (end.name.clone(), span(node.span_of("to")));
            problems.push(RuleProblem::RepeatedField { name, span: place });
            return None;
        }
        let is_moment =
            |ty| matches!(ty, FieldType::Date | FieldType::Timestamp | FieldType::Instant);
        let wrong = if !is_moment(start.ty) {
            Some((start, "from", "a date, timestamp or instant"))
        } else if end.ty != start.ty {
            Some((end, "to", start.ty.name()))
        } else {
            None
        };
        if let Some((field, key, wanted)) = wrong {
            problems.push(RuleProblem::FieldType {
                name: field.name.clone(),
                found: field.ty.name().to_owned(),
                wanted: wanted.to_owned(),
                span: span(node.span_of(key)),
                help: Some("an interval has two ends of one type".to_owned()),
            });
            return None;
        }
        Some(Check::NoOverlap { by: by?, from, to })
    }

    fn small_cells(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let raw = self.input.raw.small_cells.as_ref()?;
        let own = Conditions { relations: &[], lost_relations: &[], ..*self.conditions };
        let by = combination(&own, node.get("by")?, problems);
        let diverse = match node.get("diverse") {
            None => None,
            Some(node) => {
                let id = self.field(node, "field", problems);
                let field = node.get("field").and_then(|node| own.value(node, problems));
                let at_least = raw.diverse.as_ref()?.at_least;
                if at_least < 2 {
                    let place = span(node.span_of("at_least"));
                    problems.push(RuleProblem::NeverBroken { limit: at_least, span: place });
                    return None;
                }
                Some(Diverse { field: field?, name: self.set.field(id?).name.clone(), at_least })
            }
        };
        let at_least = raw.at_least;
        if at_least < 2 {
            let place = span(node.span_of("at_least"));
            problems.push(RuleProblem::NeverBroken { limit: at_least, span: place });
            return None;
        }
        let releases = node.get("releases").map_or_else(Vec::new, |node| {
            node.texts().into_iter().filter_map(|(name, _)| ReleaseKind::named(name)).collect()
        });
        Some(Check::SmallCells(SmallCells { by: by?, at_least, diverse, releases }))
    }

    fn gap_free(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Check> {
        let field = self.field(node, "field", problems);
        let by = self.by(node, problems);
        let field = field?;
        let FieldType::Integer = self.set.field(field).ty else {
            problems.push(RuleProblem::FieldType {
                name: self.set.field(field).name.clone(),
                found: self.set.field(field).ty.name().to_owned(),
                wanted: "an integer".to_owned(),
                span: span(node.span_of("field")),
                help: Some("declare the field as `type: integer`".to_owned()),
            });
            return None;
        };
        Some(Check::GapFree { field, by: by? })
    }

    fn examples(&self, problems: &mut Vec<RuleProblem>) -> Vec<Example> {
        let nodes = self.input.node.get("examples").map_or(&[][..], Node::items);
        self.input
            .raw
            .examples
            .iter()
            .zip(nodes)
            .filter_map(|(raw, node)| sound(problems, |problems| self.example(raw, node, problems)))
            .collect()
    }

    fn example(
        &self,
        raw: &RawExample,
        node: &Node,
        problems: &mut Vec<RuleProblem>,
    ) -> Option<Example> {
        let as_of =
            node.get("as_of").and_then(|node| date(node.text().unwrap_or(""), node, problems));
        let mut given = Vec::new();
        let sets = node.get("given")?;
        let mut table = Vec::new();
        for (name, records) in &raw.given.0 {
            let entry = sets.entry(name)?;
            if name == RecordSet::EVERY {
                let cell = |(name, cell): &(String, Cell)| {
                    (name.clone(), cell.0.clone().unwrap_or_default())
                };
                table.extend(records.iter().map(|row| row.0.iter().map(cell).collect()));
                continue;
            }
            let Some(set) = self.input.dictionary.set(name) else {
                let place = entry.key_span.clone();
                problems.push(unknown_set(self.input.dictionary, name, place));
                continue;
            };
            let mut checked = Vec::with_capacity(records.len());
            for (record, node) in records.iter().zip(entry.value.items()) {
                let mut cells = Vec::with_capacity(record.0.len());
                for (field, cell) in &record.0 {
                    match (set.field_id(field), &cell.0) {
                        (Some(id), Some(text)) => cells.push((id, text.clone())),
                        (Some(_), None) => {}
                        (None, _) => {
                            let place = node.entry(field)?.key_span.clone();
                            problems.push(unknown_field(set, field, place));
                        }
                    }
                }
                checked.push(ExampleRecord { cells });
            }
            given.push((name.clone(), checked));
        }
        for (name, _) in &raw.params.0 {
            let known = self.input.params.iter().map(|param| &param.name);
            if !known.chain(self.input.lost).any(|known| known == name) {
                let names = self.input.params.iter().map(|param| param.name.as_str());
                let place = node.get("params")?.entry(name)?.key_span.clone();
                problems.push(RuleProblem::UnknownParam {
                    name: name.clone(),
                    span: span(place),
                    help: did_you_mean(name, names),
                });
            }
        }
        let expect_node = node.get("expect")?;
        let expect: Vec<_> =
            expect_node.texts().into_iter().filter_map(|(word, _)| expectation(word)).collect();
        let own = given.iter().find(|(name, _)| *name == self.set.name);
        let records = own.map(|(_, records)| records.len());
        let raw_rule = self.input.raw;
        let grouped = raw_rule.measure.is_some()
            || raw_rule.small_cells.is_some()
            || raw_rule.columns.is_some()
            || raw_rule.release.is_some()
            || raw_rule.small_counts.is_some();
        match records {
            // What was left out may have been a record or an outcome.
            _ if !self.input.file.is_whole(&node.span) => {}
            None if self.input.dictionary.set(&self.set.name).is_some() => {
                problems.push(RuleProblem::ExampleWithoutRecords {
                    record_set: self.set.name.clone(),
                    span: span(
                        sets.entries()
                            .first()
                            .map_or(node.span_of("given"), |entry| entry.key_span.clone()),
                    ),
                });
            }
            Some(records) if !grouped && expect.len() != 1 && expect.len() != records => {
                problems.push(RuleProblem::ExpectationCount {
                    expected: expect.len(),
                    records,
                    span: span(expect_node.span.clone()),
                    help: Some(format!("give {records} outcomes, in the order of the records")),
                });
            }
            _ => {}
        }
        Some(Example {
            as_of,
            params: raw.params.0.clone(),
            given,
            table,
            release: raw.release.as_deref().and_then(ReleaseKind::named),
            files: raw.files.0.clone(),
            expect,
            line: self.input.file.line(node.span.start),
        })
    }
}

/// The parts of a combination: fields, or what is derived from them.
pub(crate) fn combination(
    conditions: &Conditions<'_>,
    node: &Node,
    problems: &mut Vec<RuleProblem>,
) -> Option<Vec<Expr>> {
    if node.items().is_empty() {
        problems.push(RuleProblem::EmptyList {
            span: span(node.span.clone()),
            help: Some("name at least one field".to_owned()),
        });
        return None;
    }
    let mut parts = Vec::new();
    let mut said: Vec<&str> = Vec::new();
    for item in node.items() {
        let text = item.text().unwrap_or_default().trim();
        if said.contains(&text) {
            let place = span(item.span.clone());
            problems.push(RuleProblem::RepeatedField { name: text.to_owned(), span: place });
        }
        said.push(text);
        parts.push(conditions.value(item, problems));
    }
    parts.into_iter().collect()
}

/// What a kind of release must not hold: of several kinds, what any of them must not.
fn forbidden(kinds: &[ReleaseKind]) -> Vec<Identifying> {
    use Identifying::{Ages, Codes, Dates, Places};
    let may_stay = |kind: ReleaseKind, what: Identifying| match kind {
        ReleaseKind::Identified => true,
        ReleaseKind::Limited | ReleaseKind::Aggregate => {
            matches!(what, Places | Dates | Ages | Codes)
        }
        ReleaseKind::Deidentified => false,
    };
    let any = |what: &Identifying| kinds.iter().any(|kind| !may_stay(*kind, *what));
    Identifying::ALL.into_iter().filter(any).collect()
}

/// The result of a step, unless it found a new problem.
fn sound<T>(
    problems: &mut Vec<RuleProblem>,
    step: impl FnOnce(&mut Vec<RuleProblem>) -> Option<T>,
) -> Option<T> {
    let before = problems.len();
    let result = step(problems);
    if problems.len() == before { result } else { None }
}

pub(crate) fn one_of(node: &Node, keys: &str, found: usize) -> RuleProblem {
    let place = node.entries().last().map_or(node.span.clone(), |entry| entry.key_span.clone());
    RuleProblem::OneOf {
        keys: keys.to_owned(),
        found: if found == 0 { "none here".to_owned() } else { format!("{found} here") },
        span: span(place),
        help: None,
    }
}

fn expectation(word: &str) -> Option<Expectation> {
    match word {
        "pass" => Some(Expectation::Pass),
        "violation" => Some(Expectation::Violation),
        "not-evaluable" => Some(Expectation::NotEvaluable),
        "not-applicable" => Some(Expectation::NotApplicable),
        "pending" => Some(Expectation::Pending),
        _ => None,
    }
}

pub(super) fn type_name(ty: Type) -> &'static str {
    match ty {
        Type::Text => "text",
        Type::Integer => "an integer",
        Type::Decimal => "a decimal",
        Type::Boolean => "a condition",
        Type::Date => "a date",
        Type::Time => "a time of day",
        Type::Timestamp => "a timestamp",
        Type::Instant => "an instant",
    }
}
