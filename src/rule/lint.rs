//! What the language allows and a careful author would not write.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::expr::conditions_of;
use crate::expr::typed::{Expr, ExprKind, FieldId, Function, RelationId};
use crate::rule::checked::{Check, CheckedRule, Confidence, Expectation, Severity};
use crate::rule::dictionary::Dictionary;
use crate::rule::error::{RuleError, RuleProblem, listed, span};
use crate::rule::file::File;
use crate::rule::load::RuleBook;
use crate::rule::tree::{Node, source_range};

/// How much is asked of rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// What every rule should keep.
    Normal,
    /// What a shipped rule keeps: guideline, reason, remedy and examples are there.
    Strict,
}

/// Problems of rules that can be used all the same, a file at a time, in the order of the files.
#[must_use]
pub fn lint(book: &RuleBook, strictness: Strictness) -> Vec<RuleError> {
    let mut found: BTreeMap<usize, (Arc<File>, Vec<RuleProblem>)> = BTreeMap::new();
    for source in &book.sources {
        let pack = book.packs.iter().find(|pack| pack.name == source.name);
        for (index, file, node, raw) in source.documents() {
            let nodes = node.get("rules").map_or(&[][..], Node::items);
            for (raw, node) in raw.rules.iter().zip(nodes) {
                let rule =
                    pack.and_then(|pack| pack.rules.iter().find(|rule| rule.id.text == raw.id));
                let Some(rule) = rule else { continue };
                let (_, problems) =
                    found.entry(index).or_insert_with(|| (Arc::clone(file), Vec::new()));
                if strictness == Strictness::Strict {
                    strict(rule, node, problems);
                }
                unused_relations(rule, node, problems);
                several_matches(rule, &book.dictionary, node, problems);
                bare_comparisons(rule, &book.dictionary, node, file, problems);
            }
        }
    }
    found
        .into_values()
        .filter(|(_, problems)| !problems.is_empty())
        .map(|(file, problems)| RuleError::new(&file.name, &file.text, problems))
        .collect()
}

fn strict(rule: &CheckedRule, node: &Node, problems: &mut Vec<RuleProblem>) {
    let place = node.span_of("id");
    let parts = [
        ("guideline", rule.guideline.is_empty(), "cite the law, regulation or standard it checks"),
        ("because", rule.because.is_none(), "say why the guideline asks for it"),
        ("remedy", rule.remedy.is_none(), "say what to do about a finding"),
        ("examples", rule.examples.is_empty(), "show records that pass and records that do not"),
    ];
    for (key, _, help) in parts.into_iter().filter(|(_, missing, _)| *missing) {
        problems.push(RuleProblem::MissingForStrict {
            key: key.to_owned(),
            span: span(place.clone()),
            help: Some(help.to_owned()),
        });
    }
    for (outcome, word) in [(Expectation::Pass, "pass"), (Expectation::Violation, "violation")] {
        let shown = rule.examples.iter().any(|example| example.expect.contains(&outcome));
        if !rule.examples.is_empty() && !shown {
            problems.push(RuleProblem::MissingExample {
                outcome: word.to_owned(),
                span: span(node.entry("examples").map_or(place.clone(), |e| e.key_span.clone())),
            });
        }
    }
    let memory_only = !rule.guideline.is_empty()
        && rule.guideline.iter().all(|cited| cited.confidence == Confidence::Unverified);
    if memory_only && rule.severity == Severity::Error {
        problems.push(RuleProblem::UnverifiedError { span: span(node.span_of("severity")) });
    }
}

/// Relations that the rule declares and no condition names.
fn unused_relations(rule: &CheckedRule, node: &Node, problems: &mut Vec<RuleProblem>) {
    for entry in node.get("with").map_or(&[][..], Node::entries) {
        if !rule.relations.iter().any(|relation| relation.name == entry.key) {
            let place = span(entry.key_span.clone());
            problems.push(RuleProblem::UnusedRelation { name: entry.key.clone(), span: place });
        }
    }
}

/// Whose field is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mention {
    /// A field by its plain name.
    Plain(FieldId),
    /// In the condition of a relation, a field of the record under test.
    This(FieldId),
    /// A field of the one related record.
    Related(RelationId, FieldId),
}

impl Mention {
    fn of(expr: &Expr) -> Option<Self> {
        match expr.kind {
            ExprKind::Field(field) => Some(Self::Plain(field)),
            ExprKind::This(field) => Some(Self::This(field)),
            ExprKind::Related(relation, field) => Some(Self::Related(relation, field)),
            _ => None,
        }
    }
}

fn bare_comparisons(
    rule: &CheckedRule,
    dictionary: &Dictionary,
    node: &Node,
    file: &File,
    problems: &mut Vec<RuleProblem>,
) {
    let Some(set) = dictionary.set(&rule.record_set) else { return };
    // In `where` an unknown is as harmful as in the check: the record is not evaluable.
    let check = match &rule.check {
        Check::Assert(expr) => node.get("assert").map(|node| (expr, node)),
        Check::FailIf(expr) => node.get("fail_if").map(|node| (expr, node)),
        _ => None,
    };
    let applies = rule.applies.as_ref().zip(node.get("where"));
    let guarded_by_where: Vec<Mention> = applies.map_or_else(Vec::new, |(expr, _)| guarded(expr));
    let name = |mention| {
        let (relation, set, field) = match mention {
            Mention::Plain(field) | Mention::This(field) => (None, set, field),
            Mention::Related(relation, field) => {
                let relation = rule.relations.get(usize::from(relation.0))?;
                (Some(relation), dictionary.set(&relation.record_set)?, field)
            }
        };
        let field = set.fields.get(usize::from(field.0)).filter(|field| field.often_blank)?;
        Some(relation.map_or_else(
            || field.name.clone(),
            |relation| format!("{}.{}", relation.name, field.name),
        ))
    };
    for (expr, node) in applies.into_iter().chain(check) {
        told(expr, guarded_by_where.clone(), &name, |name, place| {
            let place = source_range(&file.text, node, &place);
            problems.push(RuleProblem::BareOftenBlank { name, span: span(place) });
        });
    }
    for relation in &rule.relations {
        let declared = node.get("with").and_then(|with| with.get(&relation.name));
        let Some(node) = declared.and_then(|node| node.get("where")) else { continue };
        let Some(related) = dictionary.set(&relation.record_set) else { continue };
        let Some(expr) = &relation.condition else { continue };
        let guards = guarded_by_where.iter().filter_map(|mention| match mention {
            Mention::Plain(field) => Some(Mention::This(*field)),
            Mention::This(_) | Mention::Related(..) => None,
        });
        let name = |mention| {
            let (lead, set, field) = match mention {
                Mention::This(field) => ("this.", set, field),
                Mention::Plain(field) | Mention::Related(_, field) => ("", related, field),
            };
            let field = set.fields.get(usize::from(field.0)).filter(|field| field.often_blank)?;
            Some(format!("{lead}{}", field.name))
        };
        told(expr, guards.collect(), &name, |name, place| {
            let place = source_range(&file.text, node, &place);
            problems.push(RuleProblem::BareOftenBlank { name, span: span(place) });
        });
    }
}

/// Tells of every field that is often blank and that an expression compares without its blank case.
fn told(
    expr: &Expr,
    mut guards: Vec<Mention>,
    often_blank: &dyn Fn(Mention) -> Option<String>,
    mut tell: impl FnMut(String, Range<usize>),
) {
    guards.extend(guarded(expr));
    let mut bare = Vec::new();
    comparisons(expr, &mut bare);
    for (mention, place) in bare {
        if guards.contains(&mention) {
            continue;
        }
        if let Some(name) = often_blank(mention) {
            tell(name, place);
            guards.push(mention);
        }
    }
}

/// Fields of a relation to one record that other records may share.
fn several_matches(
    rule: &CheckedRule,
    dictionary: &Dictionary,
    node: &Node,
    problems: &mut Vec<RuleProblem>,
) {
    let mut to_one: Vec<RelationId> = Vec::new();
    let mut note = |expr: &Expr| {
        walk(expr, &mut |node| {
            if let ExprKind::Related(relation, _) = node.kind {
                to_one.push(relation);
            }
        });
    };
    rule.applies.iter().for_each(&mut note);
    match &rule.check {
        Check::Assert(expr) | Check::FailIf(expr) => note(expr),
        Check::Deadline { of, after, .. } => {
            note(of);
            note(after);
        }
        Check::Measure { value, limits, .. } => {
            let bounds = limits.iter().map(|limit| &limit.bound);
            std::iter::once(value).chain(bounds).flat_map(conditions_of).for_each(&mut note);
        }
        _ => {}
    }
    for (relation, number) in rule.relations.iter().zip(0_u16..) {
        let Some(set) = dictionary.set(&relation.record_set) else { continue };
        let is_matched = |key: &FieldId| relation.matches.iter().any(|(_, theirs)| theirs == key);
        // A condition may well leave one of them.
        let is_narrow = relation.condition.is_some() || set.key.iter().all(is_matched);
        if is_narrow || !to_one.contains(&RelationId(number)) {
            continue;
        }
        let declared = node.get("with").and_then(|with| with.entry(&relation.name));
        if let Some(entry) = declared {
            let missing = set.key.iter().filter(|key| !is_matched(key));
            problems.push(RuleProblem::SeveralMatches {
                name: relation.name.clone(),
                record_set: set.name.clone(),
                fields: listed(missing.map(|key| set.field(*key).name.as_str())),
                span: span(entry.key_span.clone()),
            });
        }
    }
}

/// The fields whose blank case an expression treats: by `IS NULL`, `blank`, `coalesce` or `IS DISTINCT FROM`.
fn guarded(expr: &Expr) -> Vec<Mention> {
    let mut mentions = Vec::new();
    walk(expr, &mut |node| {
        if matches!(
            node.kind,
            ExprKind::IsNull(_)
                | ExprKind::IsDistinct(..)
                | ExprKind::Call(Function::Blank | Function::Coalesce, _)
        ) {
            walk(node, &mut |inner| mentions.extend(Mention::of(inner)));
        }
    });
    mentions
}

/// The fields that stand on a side of a comparison, and where.
fn comparisons(expr: &Expr, bare: &mut Vec<(Mention, Range<usize>)>) {
    walk(expr, &mut |node| {
        let compared = matches!(
            node.kind,
            ExprKind::Compare(..)
                | ExprKind::InList(..)
                | ExprKind::Between(..)
                | ExprKind::Like(..)
                | ExprKind::Matches(..)
                | ExprKind::InSet(..)
        );
        if compared {
            walk(node, &mut |inner| {
                if let Some(mention) = Mention::of(inner) {
                    bare.push((mention, inner.span.clone()));
                }
            });
        }
    });
}

/// Visits every node, the outer ones first.
fn walk(expr: &Expr, visit: &mut dyn FnMut(&Expr)) {
    visit(expr);
    expr.parts().into_iter().for_each(|part| walk(part, visit));
}
