//! Which fields an expression names.

use crate::expr::typed::{Aggregate, Expr, ExprKind, FieldId};

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
    collect_aggregate(aggregate, &mut found);
    found
}

fn collect(expr: &Expr, found: &mut Vec<FieldId>) {
    if let ExprKind::Field(id) = expr.kind
        && !found.contains(&id)
    {
        found.push(id);
    }
    expr.parts().into_iter().for_each(|part| collect(part, found));
}

fn collect_aggregate(aggregate: &Aggregate, found: &mut Vec<FieldId>) {
    match aggregate {
        Aggregate::Literal(_) | Aggregate::Count => {}
        Aggregate::CountPresent(a)
        | Aggregate::CountIf(a)
        | Aggregate::Share(a)
        | Aggregate::Sum(a)
        | Aggregate::Min(a)
        | Aggregate::Max(a)
        | Aggregate::Avg(a) => collect(a, found),
        Aggregate::Distinct(all) => all.iter().for_each(|part| collect(part, found)),
        Aggregate::Ratio(a, b) | Aggregate::Arithmetic(_, a, b) => {
            collect_aggregate(a, found);
            collect_aggregate(b, found);
        }
    }
}
