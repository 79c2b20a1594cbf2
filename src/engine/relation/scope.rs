//! Of whom an expression speaks, and the same expression said in another scope.

use crate::expr::typed::{Expr, ExprKind, RelationId};

/// Of which records the fields of an expression are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// It names no field.
    Nobody,
    /// The record under test alone.
    This,
    /// The record of one relation alone; in what is said of related records, the related record.
    Related(RelationId),
    /// More than one record, or a figure over several.
    Several,
}

impl Side {
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nobody, side) | (side, Self::Nobody) => side,
            (a, b) if a == b => a,
            _ => Self::Several,
        }
    }
}

/// The side of an expression of a rule's own conditions.
pub(super) fn side(expr: &Expr) -> Side {
    match &expr.kind {
        ExprKind::Field(_) => Side::This,
        ExprKind::Related(relation, _) => Side::Related(*relation),
        ExprKind::Fold { .. } => Side::Several,
        _ => expr.parts().into_iter().map(side).fold(Side::Nobody, Side::with),
    }
}

/// The side of an expression said of the records of `relation`.
pub(super) fn pair_side(expr: &Expr, relation: RelationId) -> Side {
    match &expr.kind {
        ExprKind::Field(_) => Side::Related(relation),
        ExprKind::This(_) => Side::This,
        ExprKind::Related(..) | ExprKind::Fold { .. } => Side::Several,
        _ => expr
            .parts()
            .into_iter()
            .map(|part| pair_side(part, relation))
            .fold(Side::Nobody, Side::with),
    }
}

/// The expression with every field a field of the record it is evaluated on, and without places in a text: two
/// rules that ask the same then have equal expressions.
pub(super) fn grounded(expr: &Expr) -> Expr {
    rebuilt(expr, &|kind| match kind {
        ExprKind::This(field) | ExprKind::Related(_, field) => ExprKind::Field(*field),
        other => other.clone(),
    })
}

/// The expression without places in a text.
pub(super) fn placeless(expr: &Expr) -> Expr {
    rebuilt(expr, &ExprKind::clone)
}

fn rebuilt(expr: &Expr, leaf: &dyn Fn(&ExprKind) -> ExprKind) -> Expr {
    let each = |expr: &Expr| Box::new(rebuilt(expr, leaf));
    let all = |exprs: &[Expr]| exprs.iter().map(|expr| rebuilt(expr, leaf)).collect();
    let kind = match &expr.kind {
        ExprKind::This(_)
        | ExprKind::Related(..)
        | ExprKind::Field(_)
        | ExprKind::Literal(_)
        | ExprKind::AsOf => leaf(&expr.kind),
        ExprKind::Fold { relation, fold, of } => {
            ExprKind::Fold { relation: *relation, fold: *fold, of: of.as_deref().map(each) }
        }
        ExprKind::Compare(op, a, b) => ExprKind::Compare(*op, each(a), each(b)),
        ExprKind::IsDistinct(a, b) => ExprKind::IsDistinct(each(a), each(b)),
        ExprKind::Arithmetic(op, a, b) => ExprKind::Arithmetic(*op, each(a), each(b)),
        ExprKind::IsNull(a) => ExprKind::IsNull(each(a)),
        ExprKind::InList(a, list) => ExprKind::InList(each(a), list.clone()),
        ExprKind::Like(a, pattern) => ExprKind::Like(each(a), pattern.clone()),
        ExprKind::Not(a) => ExprKind::Not(each(a)),
        ExprKind::Negate(a) => ExprKind::Negate(each(a)),
        ExprKind::Shift(a, amount, unit) => ExprKind::Shift(each(a), *amount, *unit),
        ExprKind::Widen(a) => ExprKind::Widen(each(a)),
        ExprKind::Matches(a, pattern) => ExprKind::Matches(each(a), pattern.clone()),
        ExprKind::InSet(a, set) => ExprKind::InSet(each(a), set.clone()),
        ExprKind::Between(a, b, c) => ExprKind::Between(each(a), each(b), each(c)),
        ExprKind::And(parts) => ExprKind::And(all(parts)),
        ExprKind::Or(parts) => ExprKind::Or(all(parts)),
        ExprKind::Call(function, parts) => ExprKind::Call(*function, all(parts)),
        ExprKind::Case { branches, otherwise } => ExprKind::Case {
            branches: branches
                .iter()
                .map(|(test, value)| (rebuilt(test, leaf), rebuilt(value, leaf)))
                .collect(),
            otherwise: otherwise.as_deref().map(each),
        },
    };
    Expr { kind, ty: expr.ty, span: 0..0 }
}

/// The conditions that must all be true, one by one.
pub(super) fn conjuncts(condition: &Expr) -> Vec<&Expr> {
    match &condition.kind {
        ExprKind::And(parts) => parts.iter().flat_map(conjuncts).collect(),
        _ => vec![condition],
    }
}
