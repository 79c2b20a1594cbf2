//! Relations in expressions: `relation.field`, figures over related records, and texts of different records.

use crate::expr::ast::{Node, NodeKind};
use crate::expr::check::{Checker, did_you_mean, field_named, type_name};
use crate::expr::function;
use crate::expr::problem::{ExprCode, ExprProblem, closest};
use crate::expr::typed::{CompareOp, Expr, ExprKind, Fold, RelationId, Span};
use crate::value::{FieldType, Type};

/// A relation that an expression may name.
#[derive(Debug, Clone, Copy)]
pub struct RelationScope<'a> {
    /// Its name.
    pub name: &'a str,
    /// The name of the record set of the related records.
    pub record_set: &'a str,
    /// The fields of the related records, in the order of the dictionary.
    pub fields: &'a [(&'a str, FieldType)],
}

/// Whose field a plain name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// The record under test.
    Record,
    /// The related record, in the condition of a relation.
    Related,
    /// The record under test, in a figure over the relation of that number.
    Folded(usize),
}

impl Checker<'_> {
    fn relation(&self, name: &str) -> Option<(usize, RelationId)> {
        let index = self.scope.relations.iter().position(|relation| relation.name == name)?;
        Some((index, RelationId(u16::try_from(index).ok()?)))
    }

    /// A relation that the rule does not have.
    pub(super) fn unknown_relation(&self, name: &str, span: Span) -> ExprProblem {
        let known = || self.scope.relations.iter().map(|relation| relation.name);
        let declare = format!("declare `{name}` under `with` of the rule");
        let help = match closest(name, known()) {
            Some(close) => did_you_mean(close),
            None if self.scope.relations.is_empty() => declare,
            None => {
                let names: Vec<_> = known().map(|known| format!("`{known}`")).collect();
                format!("{declare}, which has {}", names.join(", "))
            }
        };
        ExprProblem::new(
            ExprCode::E111,
            span,
            format!("relation `{name}` is not declared"),
            "relation not declared",
        )
        .help(help)
    }

    /// `relation.name`.
    pub(super) fn related_column(
        &mut self,
        relation: &str,
        name: &str,
        span: Span,
    ) -> Option<Expr> {
        if self.reading == Reading::Related {
            return self.fail(nested(span));
        }
        let Some((index, id)) = self.relation(relation) else {
            let problem = self.unknown_relation(relation, span);
            return self.fail(problem);
        };
        let scope = self.scope.relations.get(index)?;
        let Some((field, ty)) = field_named(scope.fields, name) else {
            let close = closest(name, scope.fields.iter().map(|(field, _)| *field));
            let problem = ExprProblem::new(
                ExprCode::E102,
                span,
                format!("unknown column `{name}` of `{relation}`"),
                format!("record set `{}` has no such field", scope.record_set),
            );
            return self.fail(
                problem.maybe_help(close.map(|close| did_you_mean(&format!("{relation}.{close}")))),
            );
        };
        let kind = match self.reading {
            Reading::Folded(_) => ExprKind::Field(field),
            Reading::Record | Reading::Related => ExprKind::Related(id, field),
        };
        Some(Expr { kind, ty, span })
    }

    /// How a field is named that the other record has.
    pub(super) fn other_side(&self, relation: Option<&str>, name: &str) -> Option<String> {
        match (self.reading, relation) {
            (Reading::Related, None) => {
                field_named(self.scope.this?, name)?;
                Some(format!("write `this.{name}` for the field of the record under test"))
            }
            (Reading::Related, Some(_)) => {
                field_named(self.scope.fields, name)?;
                Some(format!("write `{name}` for the field of the related record"))
            }
            (Reading::Folded(index), _) => {
                let relation = self.scope.relations.get(index)?;
                field_named(relation.fields, name)?;
                Some(format!(
                    "write `{}.{name}` for the field of the related record",
                    relation.name
                ))
            }
            (Reading::Record, _) => None,
        }
    }

    /// A figure over the records of the one relation that its argument names.
    pub(super) fn fold(
        &mut self,
        fold: Fold,
        name: &str,
        arguments: &[Node],
        span: Span,
    ) -> Option<Expr> {
        match self.reading {
            Reading::Record => {}
            Reading::Related => return self.fail(nested(span)),
            Reading::Folded(_) => {
                let problem = ExprProblem::new(
                    ExprCode::E111,
                    span,
                    "a figure over related records inside another",
                    "inside another figure",
                );
                return self.fail(problem.help("compare two figures beside each other"));
            }
        }
        if let [
            Node { kind: NodeKind::Column { relation: None, name: relation }, span: place, .. },
        ] = arguments
        {
            if let Some((_, id)) = self.relation(relation) {
                return self.fold_records(fold, name, (relation, id), span);
            }
            if field_named(self.scope.fields, relation).is_none() {
                let problem = self.unknown_relation(relation, place.clone());
                return self.fail(problem);
            }
        }
        let mut named = Vec::new();
        arguments.iter().for_each(|node| relations_in(node, &mut named));
        let Some((relation, place)) = named.first() else {
            return self.fail(no_relation(name, span));
        };
        if let Some((other, place)) = named.iter().find(|(other, _)| other != relation) {
            let problem = ExprProblem::new(
                ExprCode::E111,
                place.clone(),
                format!("`{name}` is over one relation, and `{relation}` and `{other}` are named"),
                "a second relation",
            );
            return self.fail(problem.help(format!(
                "make a figure of each, or a relation whose `where` holds what `{other}` says"
            )));
        }
        let Some((index, id)) = self.relation(relation) else {
            let problem = self.unknown_relation(relation, place.clone());
            return self.fail(problem);
        };
        let ([node], false) = (arguments, fold == Fold::Exists) else {
            let problem = ExprProblem::new(
                ExprCode::E106,
                span,
                match fold {
                    Fold::Exists => "exists takes the name of a relation".to_owned(),
                    _ => format!("{name} takes 1 argument, here are {}", arguments.len()),
                },
                match fold {
                    Fold::Exists => "more than a name",
                    _ => "wrong number of arguments",
                },
            );
            return self.fail(problem.help(match fold {
                Fold::Exists => format!(
                    "write exists({relation}), and what is to hold of the records under `where` of the relation"
                ),
                _ => format!("write {}", function::fold_signature(name)),
            }));
        };
        let before = std::mem::replace(&mut self.reading, Reading::Folded(index));
        let of = self.expr(node);
        self.reading = before;
        let of = of?;
        let ty = self.fold_type(fold, name, relation, &of)?;
        let found = self.problems.len();
        self.refuse_mixed_texts_in(&of, Reading::Folded(index));
        if self.problems.len() > found {
            return None;
        }
        Some(Expr { kind: ExprKind::Fold { relation: id, fold, of: Some(Box::new(of)) }, ty, span })
    }

    /// A figure over the records themselves.
    fn fold_records(
        &mut self,
        fold: Fold,
        name: &str,
        (relation, id): (&str, RelationId),
        span: Span,
    ) -> Option<Expr> {
        let ty = match fold {
            Fold::Count => Type::Integer,
            Fold::Exists => Type::Boolean,
            Fold::Min | Fold::Max | Fold::Sum => {
                let problem = ExprProblem::new(
                    ExprCode::E106,
                    span,
                    format!("{name} needs a value of the related records"),
                    "a relation, and none of its fields",
                );
                return self.fail(problem.help(format!("write {name}({relation}.FIELD)")));
            }
        };
        Some(Expr { kind: ExprKind::Fold { relation: id, fold, of: None }, ty, span })
    }

    /// The type of a figure over related records.
    fn fold_type(&mut self, fold: Fold, name: &str, relation: &str, of: &Expr) -> Option<Type> {
        let is_sound = match fold {
            Fold::Count => of.ty != Type::Boolean || matches!(of.kind, ExprKind::Field(_)),
            Fold::Exists => false,
            Fold::Min | Fold::Max => !matches!(of.ty, Type::Text | Type::Boolean),
            Fold::Sum => matches!(of.ty, Type::Integer | Type::Decimal),
        };
        if is_sound {
            return Some(if fold == Fold::Count { Type::Integer } else { of.ty });
        }
        let (message, help) = match fold {
            Fold::Count | Fold::Exists => (
                "count(x) counts where x is present, and a condition is present where it is false too"
                    .to_owned(),
                Some(format!(
                    "put the condition under `where` of the relation, and write count({relation})"
                )),
            ),
            Fold::Min | Fold::Max => {
                (format!("{name} is over dates, times and numbers, this is {}", type_name(of.ty)), None)
            }
            Fold::Sum => (format!("{name} needs numbers, this is {}", type_name(of.ty)), None),
        };
        let help = help.or_else(|| match of.ty {
            Type::Text => {
                Some("make it a number or a date with to_int(x) or to_date(x)".to_owned())
            }
            Type::Boolean => Some(format!(
                "write count({relation}), with the condition under `where` of the relation"
            )),
            _ => None,
        });
        let label = format!("this is {}", type_name(of.ty));
        let problem = ExprProblem::new(ExprCode::E105, of.span.clone(), message, label);
        self.fail(problem.maybe_help(help))
    }

    /// A figure over the related records of a whole group: every column that it names is of one relation.
    pub(super) fn is_over_relation(&self, name: &str, node: &Node) -> bool {
        if let NodeKind::Column { relation: None, name: relation } = &node.kind {
            return name == "count"
                && field_named(self.scope.fields, relation).is_none()
                && self.relation(relation).is_some();
        }
        let mut named = Vec::new();
        relations_in(node, &mut named);
        matches!(name, "count" | "sum" | "min" | "max") && !named.is_empty() && !names_own(node)
    }

    /// Notes where texts of different records meet in more than a question of equality.
    pub(super) fn refuse_mixed_texts(&mut self, expr: &Expr) {
        self.refuse_mixed_texts_in(expr, self.reading);
    }

    fn refuse_mixed_texts_in(&mut self, expr: &Expr, reading: Reading) {
        if reading != Reading::Record || !self.scope.relations.is_empty() {
            texts(expr, reading, &mut self.problems);
        }
    }
}

/// A relation in the condition of a relation.
fn nested(span: Span) -> ExprProblem {
    ExprProblem::new(
        ExprCode::E111,
        span,
        "a relation cannot be used in the condition of another",
        "a relation inside a relation",
    )
    .help("compare fields of the related record with fields of the record under test, as `this.FIELD`")
}

/// A figure over related records that names no relation.
fn no_relation(name: &str, span: Span) -> ExprProblem {
    let help = match name {
        "min" => {
            "use least(a, b) for the smaller of two values; min is over a relation, as min(relation.x)"
        }
        "max" => {
            "use greatest(a, b) for the larger of two values; max is over a relation, as max(relation.x)"
        }
        "exists" => "write x IS NOT NULL, or name a relation, as exists(relation)",
        _ => "use it in a `measure`, or name a relation in it",
    };
    ExprProblem::new(
        ExprCode::E111,
        span,
        format!("`{name}` is over related records, and no relation is named"),
        "no relation named",
    )
    .help(help)
}

/// The relations that a node names before a point, and where.
fn relations_in(node: &Node, found: &mut Vec<(String, Span)>) {
    if let NodeKind::Column { relation: Some(relation), .. } = &node.kind
        && relation != "this"
    {
        found.push((relation.clone(), node.span.clone()));
    }
    node.kind.each_child(&mut |child| relations_in(child, found));
}

/// Whether a node names a column of the record under test.
fn names_own(node: &Node) -> bool {
    if let NodeKind::Column { relation, .. } = &node.kind {
        return relation.as_deref().is_none_or(|relation| relation == "this");
    }
    let mut found = false;
    node.kind.each_child(&mut |child| found |= names_own(child));
    found
}

/// Whose values something is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    Nobody,
    /// The record under test.
    Own,
    /// A related record; in the scope of a relation there is only one.
    Related(RelationId),
    Several,
}

impl Origin {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nobody, origin) | (origin, Self::Nobody) => origin,
            (one, other) if one == other => one,
            _ => Self::Several,
        }
    }
}

/// Whose values an expression is made of, and, if it is a text, whose text.
#[derive(Debug, Clone, Copy)]
struct Origins {
    all: Origin,
    text: Origin,
}

/// Finds the origins of an expression. Of the text of a related record only a fingerprint travels, so that another record
/// can ask whether it is equal, and nothing else.
fn texts(expr: &Expr, reading: Reading, problems: &mut Vec<ExprProblem>) -> Origins {
    let related = |id| match reading {
        Reading::Record => Origin::Related(id),
        Reading::Related | Reading::Folded(_) => Origin::Related(RelationId(0)),
    };
    let leaf = match &expr.kind {
        ExprKind::Field(_) if reading != Reading::Record => Some(related(RelationId(0))),
        // What is made of all related records is known where the record under test is.
        ExprKind::Field(_) | ExprKind::This(_) | ExprKind::Fold { .. } => Some(Origin::Own),
        ExprKind::Related(id, _) => Some(related(*id)),
        _ => None,
    };
    if let Some(all) = leaf {
        return Origins { all, text: if expr.ty == Type::Text { all } else { Origin::Nobody } };
    }
    let (mut all, mut text) = (Origin::Nobody, Origin::Nobody);
    for part in expr.parts() {
        let found = texts(part, reading, problems);
        all = all.and(found.all);
        text = text.and(found.text);
    }
    let asks_equality = matches!(
        expr.kind,
        ExprKind::Compare(CompareOp::Equal | CompareOp::NotEqual, ..) | ExprKind::IsDistinct(..)
    );
    if text == Origin::Several && !asks_equality {
        problems.push(mixed(
            expr.span.clone(),
            "texts of different records can only be compared for equality",
            "texts of different records meet here",
            "compare with =, <> or IS [NOT] DISTINCT FROM; functions of one side alone are fine, as lower(a.x) = lower(b.y)",
        ));
        text = Origin::Nobody;
    }
    if expr.ty != Type::Text {
        return Origins { all, text: Origin::Nobody };
    }
    if matches!(text, Origin::Related(_)) && all == Origin::Several {
        problems.push(mixed(
            expr.span.clone(),
            "the text of a related record cannot depend on another record",
            "a text that two records decide",
            "ask of the other record beside the comparison, as CONDITION AND relation.x = y",
        ));
        text = Origin::Nobody;
    }
    Origins { all, text }
}

fn mixed(span: Span, message: &str, label: &str, help: &str) -> ExprProblem {
    ExprProblem::new(ExprCode::E112, span, message, label).help(help)
}
