//! Which fields and relations an expression names.

use crate::expr::typed::{Aggregate, Expr, ExprKind, FieldId, RelationId};

/// The fields that an expression names, in the order of their appearance, without repeats.
#[must_use]
pub fn fields_of(expr: &Expr) -> Vec<FieldId> {
    let mut found = Vec::new();
    collect(expr, &mut found);
    found
}

/// The fields that an aggregate names, in the order of their appearance, without repeats.
#[must_use]
pub fn fields_of_aggregate(aggregate: &Aggregate) -> Vec<FieldId> {
    let mut found = Vec::new();
    conditions_of(aggregate).into_iter().for_each(|expr| collect(expr, &mut found));
    found
}

fn collect(expr: &Expr, found: &mut Vec<FieldId>) {
    match &expr.kind {
        ExprKind::Field(id) if !found.contains(id) => found.push(*id),
        ExprKind::Fold { of: Some(of), .. } => collect_this(of, found),
        _ => {}
    }
    expr.parts().into_iter().for_each(|part| collect(part, found));
}

/// The fields of the record under test that are named in what is said of related records.
fn collect_this(expr: &Expr, found: &mut Vec<FieldId>) {
    if let ExprKind::This(id) = expr.kind
        && !found.contains(&id)
    {
        found.push(id);
    }
    expr.parts().into_iter().for_each(|part| collect_this(part, found));
}

/// The fields of the record under test that a condition on related records names, in order, without repeats.
#[must_use]
pub fn this_fields_of(condition: &Expr) -> Vec<FieldId> {
    let mut found = Vec::new();
    collect_this(condition, &mut found);
    found
}

/// The relations that an expression names, in the order of their appearance, without repeats.
#[must_use]
pub fn relations_of(expr: &Expr) -> Vec<RelationId> {
    let mut found = Vec::new();
    collect_relations(expr, &mut found);
    found
}

fn collect_relations(expr: &Expr, found: &mut Vec<RelationId>) {
    if let ExprKind::Related(id, _) | ExprKind::Fold { relation: id, .. } = &expr.kind
        && !found.contains(id)
    {
        found.push(*id);
    }
    expr.parts().into_iter().for_each(|part| collect_relations(part, found));
}

/// Gives the relations of an expression other numbers.
pub fn renumber_relations(expr: &mut Expr, number: &dyn Fn(RelationId) -> RelationId) {
    if let ExprKind::Related(id, _) | ExprKind::Fold { relation: id, .. } = &mut expr.kind {
        *id = number(*id);
    }
    expr.parts_mut().into_iter().for_each(|part| renumber_relations(part, number));
}

/// Gives the relations of the expressions of an aggregate other numbers.
pub fn renumber_relations_of_aggregate(
    aggregate: &mut Aggregate,
    number: &dyn Fn(RelationId) -> RelationId,
) {
    match aggregate {
        Aggregate::Literal(_) | Aggregate::Count => {}
        Aggregate::CountPresent(a)
        | Aggregate::CountIf(a)
        | Aggregate::Share(a)
        | Aggregate::Sum(a)
        | Aggregate::Min(a)
        | Aggregate::Max(a)
        | Aggregate::Avg(a)
        | Aggregate::Related(a) => renumber_relations(a, number),
        Aggregate::Distinct(all) => {
            all.iter_mut().for_each(|expr| renumber_relations(expr, number));
        }
        Aggregate::Ratio(a, b) | Aggregate::Arithmetic(_, a, b) => {
            renumber_relations_of_aggregate(a, number);
            renumber_relations_of_aggregate(b, number);
        }
    }
}

/// The expressions that an aggregate is made of, in the order of the text.
#[must_use]
pub fn conditions_of(aggregate: &Aggregate) -> Vec<&Expr> {
    match aggregate {
        Aggregate::Literal(_) | Aggregate::Count => Vec::new(),
        Aggregate::CountPresent(a)
        | Aggregate::CountIf(a)
        | Aggregate::Share(a)
        | Aggregate::Sum(a)
        | Aggregate::Min(a)
        | Aggregate::Max(a)
        | Aggregate::Avg(a)
        | Aggregate::Related(a) => vec![a],
        Aggregate::Distinct(all) => all.iter().collect(),
        Aggregate::Ratio(a, b) | Aggregate::Arithmetic(_, a, b) => {
            let mut all = conditions_of(a);
            all.extend(conditions_of(b));
            all
        }
    }
}

/// The fields of a relation's records that an expression of a rule's own conditions names, in order, without
/// repeats; `None` where it names none of its records.
#[must_use]
pub fn related_fields_of(expr: &Expr, relation: RelationId) -> Option<Vec<FieldId>> {
    let mut found = None;
    collect_related(expr, relation, &mut found);
    found
}

fn collect_related(expr: &Expr, relation: RelationId, found: &mut Option<Vec<FieldId>>) {
    match &expr.kind {
        ExprKind::Related(of, field) if *of == relation => {
            let found = found.get_or_insert_default();
            if !found.contains(field) {
                found.push(*field);
            }
        }
        ExprKind::Fold { relation: of, of: folded, .. } if *of == relation => {
            let found = found.get_or_insert_default();
            let fields = folded.as_deref().map(fields_of).unwrap_or_default();
            for field in fields {
                if !found.contains(&field) {
                    found.push(field);
                }
            }
        }
        _ => {}
    }
    expr.parts().into_iter().for_each(|part| collect_related(part, relation, found));
}
