//! What the language allows and a careful author would not write.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use crate::expr::fields_of;
use crate::expr::typed::{Expr, ExprKind, FieldId, Function};
use crate::rule::checked::{Check, CheckedRule, Confidence, Expectation, Severity};
use crate::rule::dictionary::RecordSet;
use crate::rule::error::{RuleError, RuleProblem, span};
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
                if let Some(set) = book.dictionary.set(&rule.record_set) {
                    bare_comparisons(rule, set, node, file, problems);
                }
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

fn bare_comparisons(
    rule: &CheckedRule,
    set: &RecordSet,
    node: &Node,
    file: &File,
    problems: &mut Vec<RuleProblem>,
) {
    // In `where` an unknown is as harmful as in the check: the record is not evaluable.
    let check = match &rule.check {
        Check::Assert(expr) => node.get("assert").map(|node| (expr, node)),
        Check::FailIf(expr) => node.get("fail_if").map(|node| (expr, node)),
        _ => None,
    };
    let applies = rule.applies.as_ref().zip(node.get("where"));
    let guarded_by_where: Vec<FieldId> = applies.map_or_else(Vec::new, |(expr, _)| guarded(expr));
    for (expr, node) in applies.into_iter().chain(check) {
        let mut guards = guarded(expr);
        guards.extend(&guarded_by_where);
        let mut bare = Vec::new();
        comparisons(expr, &mut bare);
        for (field, place) in bare {
            if set.field(field).often_blank && !guards.contains(&field) {
                let place = source_range(&file.text, node, &place);
                let name = set.field(field).name.clone();
                problems.push(RuleProblem::BareOftenBlank { name, span: span(place) });
                guards.push(field);
            }
        }
    }
}

/// The fields whose blank case an expression treats: by `IS NULL`, `blank`, `coalesce` or `IS DISTINCT FROM`.
fn guarded(expr: &Expr) -> Vec<FieldId> {
    let mut fields = Vec::new();
    walk(expr, &mut |node| {
        if matches!(
            node.kind,
            ExprKind::IsNull(_)
                | ExprKind::IsDistinct(..)
                | ExprKind::Call(Function::Blank | Function::Coalesce, _)
        ) {
            fields.extend(fields_of(node));
        }
    });
    fields
}

/// The fields that stand on a side of a comparison, and where.
fn comparisons(expr: &Expr, bare: &mut Vec<(FieldId, Range<usize>)>) {
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
                if let ExprKind::Field(field) = inner.kind {
                    bare.push((field, inner.span.clone()));
                }
            });
        }
    });
}

/// Visits every node, the outer ones first.
fn walk(expr: &Expr, visit: &mut dyn FnMut(&Expr)) {
    visit(expr);
    match &expr.kind {
        ExprKind::Literal(_) | ExprKind::Field(_) | ExprKind::AsOf => {}
        ExprKind::IsNull(a)
        | ExprKind::InList(a, _)
        | ExprKind::Like(a, _)
        | ExprKind::Not(a)
        | ExprKind::Negate(a)
        | ExprKind::Shift(a, ..)
        | ExprKind::Widen(a)
        | ExprKind::Matches(a, _)
        | ExprKind::InSet(a, _) => walk(a, visit),
        ExprKind::Compare(_, a, b) | ExprKind::IsDistinct(a, b) | ExprKind::Arithmetic(_, a, b) => {
            walk(a, visit);
            walk(b, visit);
        }
        ExprKind::Between(a, b, c) => {
            walk(a, visit);
            walk(b, visit);
            walk(c, visit);
        }
        ExprKind::And(all) | ExprKind::Or(all) | ExprKind::Call(_, all) => {
            for expr in all {
                walk(expr, visit);
            }
        }
        ExprKind::Case { branches, otherwise } => {
            for (condition, result) in branches {
                walk(condition, visit);
                walk(result, visit);
            }
            if let Some(otherwise) = otherwise {
                walk(otherwise, visit);
            }
        }
    }
}
