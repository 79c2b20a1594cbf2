//! A tree with names resolved and types settled, or everything that keeps it from them.

use std::sync::Arc;

use crate::expr::ast::{Literal, Node, NodeKind, Polarity};
use crate::expr::function::{self, Argument, FUNCTIONS, FunctionEntry, Reach, Typing};
use crate::expr::like;
use crate::expr::pattern::check_pattern;
use crate::expr::problem::{ExprCode, ExprProblem, closest};
use crate::expr::relation::{Reading, RelationScope};
use crate::expr::typed::{
    ArithmeticOp, CodeSet, CompareOp, Expr, ExprKind, FieldId, Function, IntervalUnit, Span, Value,
};
use crate::value::form::Form;
use crate::value::{Decimal, FieldType, Timestamp, Type, parse as canonical};

/// What an expression may name.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// The fields of the record set, in the order of the dictionary.
    pub fields: &'a [(&'a str, FieldType)],
    /// The relations of the record under test; a `RelationId` is an index into this list.
    pub relations: &'a [RelationScope<'a>],
    /// In the condition of a relation, the fields of the record under test, which `this.` names; `fields` are then
    /// those of the related record.
    pub this: Option<&'a [(&'a str, FieldType)]>,
    /// The parameters in force, `as_of` apart, which always exists.
    pub params: &'a [(String, Value)],
    /// The code set of a name.
    pub code_sets: &'a dyn Fn(&str) -> Option<Arc<CodeSet>>,
}

impl std::fmt::Debug for Scope<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scope")
            .field("fields", &self.fields)
            .field("relations", &self.relations)
            .field("this", &self.this)
            .field("params", &self.params)
            .finish_non_exhaustive()
    }
}

/// The formats that `to_date` takes beside the canonical one.
pub const TO_DATE_FORMATS: [&str; 4] = ["YYYYMMDD", "DD/MM/YYYY", "MM/DD/YYYY", "DD.MM.YYYY"];

pub(super) struct Checker<'a> {
    pub(super) text: &'a str,
    pub(super) scope: &'a Scope<'a>,
    pub(super) problems: Vec<ExprProblem>,
    pub(super) warnings: Vec<ExprProblem>,
    /// What a name without a relation means.
    pub(super) reading: Reading,
}

/// Every method returns `None` after it has noted the problem, so that one fault is told once.
impl<'a> Checker<'a> {
    pub(super) fn new(text: &'a str, scope: &'a Scope<'a>) -> Self {
        let reading = if scope.this.is_some() { Reading::Related } else { Reading::Record };
        Self { text, scope, problems: Vec::new(), warnings: Vec::new(), reading }
    }

    pub(super) fn fail<T>(&mut self, problem: ExprProblem) -> Option<T> {
        self.problems.push(problem);
        None
    }

    fn source(&self, span: &Span) -> &'a str {
        self.text.get(span.clone()).unwrap_or_default()
    }

    /// A condition: boolean, and not NULL written out.
    pub(super) fn condition(&mut self, node: &Node) -> Option<Expr> {
        let expr = self.expr(node)?;
        if expr.ty == Type::Boolean {
            return Some(expr);
        }
        let help = match expr.ty {
            Type::Text => Some("compare it, as x = 'value', or ask x IS NOT NULL"),
            _ => Some("compare it with a value"),
        };
        self.fail(
            ExprProblem::new(
                ExprCode::E105,
                expr.span,
                format!("a condition must be boolean, this is {}", type_name(expr.ty)),
                format!("{}, not a condition", type_name(expr.ty)),
            )
            .maybe_help(help.map(str::to_owned)),
        )
    }

    /// Warns of the outermost conditions that name neither a column nor a parameter.
    pub(super) fn warn_constants(&mut self, node: &Node) {
        if is_constant(node) {
            self.warnings.push(
                ExprProblem::new(
                    ExprCode::W201,
                    node.span.clone(),
                    "this condition is the same for every record",
                    "names no column and no parameter",
                )
                .help("remove it, or name a column in it"),
            );
            return;
        }
        match &node.kind {
            NodeKind::And(nodes) | NodeKind::Or(nodes) => {
                nodes.iter().for_each(|node| self.warn_constants(node));
            }
            NodeKind::Not(node) => self.warn_constants(node),
            NodeKind::Case(branches, _) => {
                branches.iter().for_each(|(condition, _)| self.warn_constants(condition));
            }
            _ => {}
        }
    }

    /// A value that is not NULL written out.
    pub(super) fn expr(&mut self, node: &Node) -> Option<Expr> {
        let span = node.span.clone();
        let (kind, ty) = match &node.kind {
            NodeKind::Literal(Literal::Null) => {
                return self.fail(
                    ExprProblem::new(
                        ExprCode::E110,
                        span,
                        "NULL here makes the result unknown for every record",
                        "always unknown",
                    )
                    .help("write IS NULL or IS NOT NULL to ask for missing values"),
                );
            }
            NodeKind::Literal(Literal::Interval(..)) => {
                return self.fail(
                    ExprProblem::new(
                        ExprCode::E105,
                        span,
                        "an interval can only be added to a date, timestamp or instant",
                        "an interval by itself",
                    )
                    .help("write the interval after + or -, as DATE '2024-01-31' + INTERVAL '1' MONTH"),
                );
            }
            NodeKind::Literal(literal) => {
                let value = literal_value(literal)?;
                let ty = value_type(&value);
                (ExprKind::Literal(Some(value)), ty)
            }
            NodeKind::Column { relation, name } => {
                return self.column(relation.as_deref(), name, span);
            }
            NodeKind::Param(name) => return self.param(name, span),
            NodeKind::Call(name, arguments) => return self.call(name, arguments, span),
            NodeKind::Compare(op, a, b) => return self.compare(*op, a, b, span),
            NodeKind::IsNull(a, polarity) => {
                let inner = self.expr(a)?;
                return Some(negated(ExprKind::IsNull(Box::new(inner)), *polarity, span));
            }
            NodeKind::IsDistinct(a, b, polarity) => {
                let (mut sides, _) = self.unified(&[a, b], Nulls::Allowed, "compare")?;
                let (b, a) = (sides.pop()?, sides.pop()?);
                return Some(negated(
                    ExprKind::IsDistinct(Box::new(a), Box::new(b)),
                    *polarity,
                    span,
                ));
            }
            NodeKind::In(a, list, polarity) => return self.in_list(a, list, *polarity, span),
            NodeKind::Between(a, low, high, polarity) => {
                return self.between([a, low, high], *polarity, span);
            }
            NodeKind::Like(a, pattern, escape, polarity) => {
                return self.like(a, pattern, escape.as_deref(), *polarity, span);
            }
            NodeKind::And(nodes) | NodeKind::Or(nodes) => {
                let all: Vec<_> = nodes.iter().map(|node| self.condition(node)).collect();
                if all.iter().any(Option::is_none) {
                    // The whole never gets there, and all faults are told at once.
                    all.iter().flatten().for_each(|part| self.refuse_mixed_texts(part));
                }
                let all = all.into_iter().collect::<Option<Vec<_>>>()?;
                let is_and = matches!(node.kind, NodeKind::And(_));
                (if is_and { ExprKind::And(all) } else { ExprKind::Or(all) }, Type::Boolean)
            }
            NodeKind::Not(inner) => {
                let inner = self.condition(inner)?;
                (ExprKind::Not(Box::new(inner)), Type::Boolean)
            }
            NodeKind::Negate(inner) => {
                let inner = self.number(inner)?;
                let ty = inner.ty;
                (ExprKind::Negate(Box::new(inner)), ty)
            }
            NodeKind::Arithmetic(op, a, b) => return self.arithmetic(*op, a, b, span),
            NodeKind::Case(branches, otherwise) => {
                return self.case(branches, otherwise.as_deref(), span);
            }
        };
        Some(Expr { kind, ty, span })
    }

    fn column(&mut self, relation: Option<&str>, name: &str, span: Span) -> Option<Expr> {
        if let Some(relation) = relation.filter(|relation| *relation != "this") {
            return self.related_column(relation, name, span);
        }
        let (fields, kind): (_, fn(FieldId) -> ExprKind) = match (self.reading, relation) {
            (Reading::Record, _) => (self.scope.fields, ExprKind::Field),
            (Reading::Folded(_), _) => (self.scope.fields, ExprKind::This),
            (Reading::Related, None) => (self.scope.fields, ExprKind::Field),
            (Reading::Related, Some(_)) => (self.scope.this.unwrap_or_default(), ExprKind::This),
        };
        if let Some((id, ty)) = field_named(fields, name) {
            return Some(Expr { kind: kind(id), ty, span });
        }
        let close = closest(name, fields.iter().map(|(field, _)| *field));
        if self.source(&span).starts_with('"') {
            let quoted = name.replace('\'', "''");
            let mut help = format!("write text in single quotes: '{quoted}'");
            if let Some(close) = close {
                help = format!("{help}; or did you mean the column `{close}`?");
            }
            let problem = ExprProblem::new(
                ExprCode::E104,
                span,
                format!("`\"{name}\"` names a column, and there is none of this name"),
                "double quotes make a column name",
            );
            return self.fail(problem.help(help));
        }
        let help = self.other_side(relation, name).or_else(|| close.map(did_you_mean));
        let problem = ExprProblem::new(
            ExprCode::E102,
            span,
            format!("unknown column `{name}`"),
            match relation {
                Some(_) => "the record under test has no such field",
                None => "the record set has no such field",
            },
        );
        self.fail(problem.maybe_help(help))
    }

    fn param(&mut self, name: &str, span: Span) -> Option<Expr> {
        if name == "as_of" {
            return Some(Expr { kind: ExprKind::AsOf, ty: Type::Date, span });
        }
        if let Some((_, value)) = self.scope.params.iter().find(|(param, _)| param == name) {
            let ty = value_type(value);
            return Some(Expr { kind: ExprKind::Literal(Some(value.clone())), ty, span });
        }
        let known = self.scope.params.iter().map(|(param, _)| param.as_str());
        let close =
            closest(name, known.chain(["as_of"])).map(|close| format!("did you mean `:{close}`?"));
        let problem = ExprProblem::new(
            ExprCode::E102,
            span,
            format!("unknown parameter `:{name}`"),
            "the pack declares no such parameter",
        );
        let help = close.unwrap_or_else(|| format!("declare `{name}` under `params` of the pack"));
        self.fail(problem.help(help))
    }

    fn number(&mut self, node: &Node) -> Option<Expr> {
        let expr = self.expr(node)?;
        if matches!(expr.ty, Type::Integer | Type::Decimal) {
            return Some(expr);
        }
        let help = match expr.ty {
            Type::Text => Some(self.conversion(&expr.span, Type::Integer)),
            _ => None,
        };
        self.fail(
            ExprProblem::new(
                ExprCode::E105,
                expr.span,
                format!("arithmetic needs numbers, this is {}", type_name(expr.ty)),
                format!("this is {}", type_name(expr.ty)),
            )
            .maybe_help(help),
        )
    }

    fn compare(&mut self, op: CompareOp, a: &Node, b: &Node, span: Span) -> Option<Expr> {
        for side in [a, b] {
            if side.kind == NodeKind::Literal(Literal::Null) {
                let other = if std::ptr::eq(side, a) { b } else { a };
                if other.kind != NodeKind::Literal(Literal::Null) {
                    // What else is wrong with the comparison is told in the same run.
                    let _ = self.expr(other);
                }
                let other = self.source(&other.span);
                let test = if op == CompareOp::NotEqual { "IS NOT NULL" } else { "IS NULL" };
                return self.fail(
                    ExprProblem::new(
                        ExprCode::E110,
                        span,
                        "a comparison with NULL is never true",
                        "always unknown",
                    )
                    .help(format!("write `{other} {test}`")),
                );
            }
        }
        let (mut sides, ty) = self.unified(&[a, b], Nulls::Refused, "compare")?;
        if ty == Type::Boolean && !matches!(op, CompareOp::Equal | CompareOp::NotEqual) {
            return self.fail(ExprProblem::new(
                ExprCode::E105,
                span,
                "booleans have no order",
                "only = and <> compare booleans",
            ));
        }
        let (b, a) = (sides.pop()?, sides.pop()?);
        let kind = ExprKind::Compare(op, Box::new(a), Box::new(b));
        Some(Expr { kind, ty: Type::Boolean, span })
    }

    /// The nodes with one type, integers widened to decimals and dates to timestamps where others are.
    fn unified(&mut self, nodes: &[&Node], nulls: Nulls, verb: &str) -> Option<(Vec<Expr>, Type)> {
        let is_null = |node: &Node| node.kind == NodeKind::Literal(Literal::Null);
        let checked: Vec<_> = nodes
            .iter()
            .map(|node| {
                let skip = nulls == Nulls::Allowed && is_null(node);
                if skip { Some(None) } else { self.expr(node).map(Some) }
            })
            .collect();
        let checked = checked.into_iter().collect::<Option<Vec<_>>>()?;
        let mut known = checked.iter().flatten();
        let Some(first) = known.next() else {
            // Nothing but NULL: the first of them tells why.
            return self.expr(nodes.first()?).and(None);
        };
        let mut ty = first.ty;
        let mut typical = first;
        for expr in known {
            let Some(both) = common(ty, expr.ty) else {
                let problem = self.mismatch(typical, expr, verb);
                return self.fail(problem);
            };
            if both != ty {
                typical = expr;
            }
            ty = both;
        }
        let typed = checked.into_iter().zip(nodes).map(|(expr, node)| match expr {
            Some(expr) => widen(expr, ty),
            None => Expr { kind: ExprKind::Literal(None), ty, span: node.span.clone() },
        });
        Some((typed.collect(), ty))
    }

    /// Two values of types that do not go together; underlines the one that is to change.
    fn mismatch(&self, a: &Expr, b: &Expr, verb: &str) -> ExprProblem {
        let (change, stay) = match (a.ty, b.ty) {
            (Type::Text, _) => (a, b),
            (_, Type::Text) => (b, a),
            _ => (b, a),
        };
        let message = format!("cannot {verb} {} with {}", type_name(a.ty), type_name(b.ty));
        let label =
            format!("this is {}, the other side is {}", type_name(change.ty), type_name(stay.ty));
        let help = match change.ty {
            Type::Text => self.conversion_of(change, stay.ty),
            Type::Instant => {
                "an instant compares only with instants; declare the field as timestamp".to_owned()
            }
            _ => {
                format!("both sides must be {0}, or {1}", type_name(stay.ty), type_name(change.ty))
            }
        };
        ExprProblem::new(ExprCode::E105, change.span.clone(), message, label).help(help)
    }

    fn conversion_of(&self, text: &Expr, ty: Type) -> String {
        let ExprKind::Literal(Some(Value::Text(value))) = &text.kind else {
            return self.conversion(&text.span, ty);
        };
        let bytes = value.as_bytes();
        match ty {
            Type::Date if canonical::date(bytes).is_some() => format!("write DATE '{value}'"),
            Type::Timestamp if canonical::timestamp(bytes).is_some() => {
                format!("write TIMESTAMP '{value}'")
            }
            Type::Timestamp if canonical::date(bytes).is_some() => format!("write DATE '{value}'"),
            Type::Integer | Type::Decimal if canonical::decimal(bytes).is_some() => {
                format!("write {value} without quotes")
            }
            Type::Boolean if canonical::boolean(bytes).is_some() => {
                format!("write {} without quotes", value.to_uppercase())
            }
            Type::Date => "write a date as DATE '2024-02-29'".to_owned(),
            Type::Timestamp => "write a timestamp as TIMESTAMP '2024-02-29 23:59:59'".to_owned(),
            _ => format!("write a value of type {}", type_name(ty)),
        }
    }

    fn conversion(&self, span: &Span, ty: Type) -> String {
        let source = self.source(span);
        let function = match ty {
            Type::Integer => "to_int",
            Type::Decimal => "to_decimal",
            Type::Date => "to_date",
            Type::Timestamp => "to_timestamp",
            other => return format!("declare the type of `{source}` as {}", type_name(other)),
        };
        format!("write `{function}({source})`, or declare its type as {}", type_name(ty))
    }

    fn in_list(&mut self, a: &Node, list: &[Node], polarity: Polarity, span: Span) -> Option<Expr> {
        let mut all = vec![a];
        let mut is_sound = true;
        for item in list {
            let is_null = item.kind == NodeKind::Literal(Literal::Null);
            let is_constant = match &item.kind {
                NodeKind::Literal(_) => true,
                NodeKind::Param(name) => name != "as_of",
                _ => false,
            };
            if is_null {
                let problem = ExprProblem::new(
                    ExprCode::E110,
                    item.span.clone(),
                    "NULL in a list of IN is never equal to anything",
                    "matches no record",
                );
                self.problems
                    .push(problem.help(format!("write `... OR {} IS NULL`", self.source(&a.span))));
            } else if !is_constant {
                let problem = ExprProblem::new(
                    ExprCode::E106,
                    item.span.clone(),
                    "the list of IN takes constants and parameters only",
                    "not a constant",
                );
                let help = format!(
                    "write `... OR {} = {}`",
                    self.source(&a.span),
                    self.source(&item.span)
                );
                self.problems.push(problem.help(help));
            } else {
                all.push(item);
                continue;
            }
            is_sound = false;
        }
        let (mut typed, _) = self.unified(&all, Nulls::Refused, "compare")?;
        if !is_sound {
            return None;
        }
        let items = typed.split_off(1).into_iter().map(constant).collect::<Option<Vec<_>>>()?;
        let kind = ExprKind::InList(Box::new(typed.pop()?), items.into());
        Some(negated(kind, polarity, span))
    }

    fn between(&mut self, nodes: [&Node; 3], polarity: Polarity, span: Span) -> Option<Expr> {
        let (mut typed, ty) = self.unified(&nodes, Nulls::Refused, "compare")?;
        if ty == Type::Boolean {
            return self.fail(ExprProblem::new(
                ExprCode::E105,
                span,
                "booleans have no order",
                "BETWEEN needs values with an order",
            ));
        }
        let (high, low, a) = (typed.pop()?, typed.pop()?, typed.pop()?);
        if let (Some(least), Some(most)) = (constant(low.clone()), constant(high.clone()))
            && is_above(&least, &most)
        {
            let bounds = low.span.start..high.span.end;
            let swapped = format!("{} AND {}", self.source(&high.span), self.source(&low.span));
            self.warnings.push(
                ExprProblem::new(
                    ExprCode::W202,
                    bounds,
                    "the bounds of BETWEEN are reversed",
                    "no value lies between these",
                )
                .help(format!("write `BETWEEN {swapped}`")),
            );
        }
        let kind = ExprKind::Between(Box::new(a), Box::new(low), Box::new(high));
        Some(negated(kind, polarity, span))
    }

    fn like(
        &mut self,
        a: &Node,
        pattern: &Node,
        escape: Option<&Node>,
        polarity: Polarity,
        span: Span,
    ) -> Option<Expr> {
        let a = self.text_value(a, "LIKE");
        let text = self.text_constant(pattern, "the pattern of LIKE");
        let escape = match escape {
            None => None,
            Some(node) => {
                let text = self.text_constant(node, "the escape of LIKE")?;
                let mut letters = text.chars();
                let (Some(letter), None) = (letters.next(), letters.next()) else {
                    return self.fail(ExprProblem::new(
                        ExprCode::E108,
                        node.span.clone(),
                        "the escape of LIKE is one character",
                        "not one character",
                    ));
                };
                Some(letter)
            }
        };
        let (a, text) = (a?, text?);
        match like::compile(&text, escape) {
            Ok(compiled) => Some(negated(ExprKind::Like(Box::new(a), compiled), polarity, span)),
            Err((message, help)) => self.fail(
                ExprProblem::new(ExprCode::E108, pattern.span.clone(), message, "bad escape")
                    .help(help),
            ),
        }
    }

    /// A text value for something that takes nothing else.
    fn text_value(&mut self, node: &Node, what: &str) -> Option<Expr> {
        let expr = self.expr(node)?;
        if expr.ty == Type::Text {
            return Some(expr);
        }
        let help = match what {
            "blank" => Some(format!("write `{} IS NULL`", self.source(&expr.span))),
            "to_int" | "to_decimal" | "to_date" | "to_timestamp" => {
                Some(format!("leave out {what}, the value is {} already", type_name(expr.ty)))
            }
            _ => None,
        };
        let problem = ExprProblem::new(
            ExprCode::E105,
            expr.span,
            format!("{what} needs text, this is {}", type_name(expr.ty)),
            format!("this is {}", type_name(expr.ty)),
        );
        self.fail(problem.maybe_help(help))
    }

    /// A text that is known before any record is read.
    fn text_constant(&mut self, node: &Node, what: &str) -> Option<Arc<str>> {
        let value = match &node.kind {
            NodeKind::Literal(Literal::Text(text)) => return Some(text.as_str().into()),
            NodeKind::Param(_) => constant(self.expr(node)?),
            NodeKind::Column { .. } if self.source(&node.span).starts_with('"') => {
                // Most likely text in the wrong quotes; a declared column falls through to the general words.
                self.expr(node)?;
                None
            }
            _ => None,
        };
        if let Some(Value::Text(text)) = value {
            return Some(text);
        }
        self.fail(
            ExprProblem::new(
                ExprCode::E106,
                node.span.clone(),
                format!("{what} must be a constant text"),
                "not a constant text",
            )
            .help("write it in single quotes"),
        )
    }

    fn arithmetic(&mut self, op: ArithmeticOp, a: &Node, b: &Node, span: Span) -> Option<Expr> {
        if let (NodeKind::Literal(Literal::Interval(amount, unit)), false) =
            (&b.kind, op == ArithmeticOp::Multiply)
        {
            let amount = if op == ArithmeticOp::Subtract { -*amount } else { *amount };
            return self.shift(a, amount, *unit, span);
        }
        let (a, b) = (self.expr(a), self.expr(b));
        let (a, b) = (a?, b?);
        let is_number = |expr: &Expr| matches!(expr.ty, Type::Integer | Type::Decimal);
        if !is_number(&a) || !is_number(&b) {
            let problem = self.not_numbers(op, &a, &b, span);
            return self.fail(problem);
        }
        let ty = common(a.ty, b.ty)?;
        let kind = ExprKind::Arithmetic(op, Box::new(widen(a, ty)), Box::new(widen(b, ty)));
        Some(Expr { kind, ty, span })
    }

    fn not_numbers(&self, op: ArithmeticOp, a: &Expr, b: &Expr, span: Span) -> ExprProblem {
        let sign = match op {
            ArithmeticOp::Add => "+",
            ArithmeticOp::Subtract => "-",
            ArithmeticOp::Multiply => "*",
        };
        let (left, right) = (self.source(&a.span), self.source(&b.span));
        let is_day = |ty| matches!(ty, Type::Date | Type::Timestamp);
        let help = match (a.ty, b.ty) {
            (one, other) if op == ArithmeticOp::Subtract && is_day(one) && is_day(other) => {
                Some(format!("write `days_between({right}, {left})`"))
            }
            (one, Type::Integer) if op == ArithmeticOp::Add && is_day(one) => Some(format!(
                "write `{left} + INTERVAL '{}' DAY`, or `add_days({left}, {right})`",
                if right.bytes().all(|byte| byte.is_ascii_digit()) { right } else { "n" }
            )),
            (Type::Text, Type::Text) if op == ArithmeticOp::Add => {
                Some(format!("write `concat({left}, {right})`"))
            }
            (Type::Text, Type::Integer | Type::Decimal) => Some(self.conversion_of(a, b.ty)),
            (Type::Integer | Type::Decimal, Type::Text) => Some(self.conversion_of(b, a.ty)),
            _ => None,
        };
        ExprProblem::new(
            ExprCode::E105,
            span,
            format!(
                "`{sign}` needs numbers, these are {} and {}",
                type_name(a.ty),
                type_name(b.ty)
            ),
            format!("{} {sign} {}", type_name(a.ty), type_name(b.ty)),
        )
        .maybe_help(help)
    }

    fn shift(&mut self, a: &Node, amount: i64, unit: IntervalUnit, span: Span) -> Option<Expr> {
        let moved = self.expr(a)?;
        let moved = match (moved.ty, unit) {
            // A day has no hours to count, its midnight has.
            (Type::Date, IntervalUnit::Hour) => widen(moved, Type::Timestamp),
            (Type::Date | Type::Timestamp | Type::Instant, _) => moved,
            _ => {
                let help = match moved.ty {
                    Type::Text => Some(self.conversion(&moved.span, Type::Date)),
                    _ => None,
                };
                return self.fail(
                    ExprProblem::new(
                        ExprCode::E105,
                        moved.span,
                        format!("an interval cannot be added to {}", type_name(moved.ty)),
                        format!("this is {}", type_name(moved.ty)),
                    )
                    .maybe_help(help),
                );
            }
        };
        let ty = moved.ty;
        Some(Expr { kind: ExprKind::Shift(Box::new(moved), amount, unit), ty, span })
    }

    fn case(
        &mut self,
        branches: &[(Node, Node)],
        otherwise: Option<&Node>,
        span: Span,
    ) -> Option<Expr> {
        let conditions: Vec<_> = branches.iter().map(|(when, _)| self.condition(when)).collect();
        let results: Vec<_> = branches.iter().map(|(_, then)| then).chain(otherwise).collect();
        let (mut results, ty) = self.unified(&results, Nulls::Allowed, "unite")?;
        let conditions = conditions.into_iter().collect::<Option<Vec<_>>>()?;
        let otherwise = if otherwise.is_some() { results.pop().map(Box::new) } else { None };
        let branches = conditions.into_iter().zip(results).collect();
        Some(Expr { kind: ExprKind::Case { branches, otherwise }, ty, span })
    }

    fn call(&mut self, name: &str, arguments: &[Node], span: Span) -> Option<Expr> {
        let Some(entry) = function::function(name) else {
            if let Some(fold) = function::fold(name) {
                return self.fold(fold, name, arguments, span);
            }
            let problem = unknown_function(name, span);
            return self.fail(problem);
        };
        match entry.typing {
            Typing::Fixed(function, expected, ty) => {
                self.count(entry, arguments, expected.len(), expected.len(), &span)?;
                let typed: Vec<_> = arguments
                    .iter()
                    .zip(expected)
                    .map(|(node, expected)| self.argument(entry, node, *expected))
                    .collect();
                let typed = typed.into_iter().collect::<Option<Vec<_>>>()?;
                Some(Expr { kind: ExprKind::Call(function, typed), ty, span })
            }
            Typing::Concat => {
                self.count(entry, arguments, 2, usize::MAX, &span)?;
                let typed: Vec<_> =
                    arguments.iter().map(|node| self.text_value(node, entry.name)).collect();
                let typed = typed.into_iter().collect::<Option<Vec<_>>>()?;
                Some(Expr { kind: ExprKind::Call(Function::Concat, typed), ty: Type::Text, span })
            }
            Typing::Coalesce => {
                self.count(entry, arguments, 2, usize::MAX, &span)?;
                let nodes: Vec<_> = arguments.iter().collect();
                let (typed, ty) = self.unified(&nodes, Nulls::Allowed, "unite")?;
                Some(Expr { kind: ExprKind::Call(Function::Coalesce, typed), ty, span })
            }
            Typing::NullIf => {
                self.count(entry, arguments, 2, 2, &span)?;
                let nodes: Vec<_> = arguments.iter().collect();
                let (typed, ty) = self.unified(&nodes, Nulls::Refused, "compare")?;
                Some(Expr { kind: ExprKind::Call(Function::NullIf, typed), ty, span })
            }
            Typing::Extreme(function) => {
                self.count(entry, arguments, 2, usize::MAX, &span)?;
                let nodes: Vec<_> = arguments.iter().collect();
                let (typed, ty) = self.unified(&nodes, Nulls::Refused, "compare")?;
                if ty == Type::Boolean {
                    return self.fail(ExprProblem::new(
                        ExprCode::E105,
                        span,
                        "booleans have no order",
                        format!("{name} needs values with an order"),
                    ));
                }
                Some(Expr { kind: ExprKind::Call(function, typed), ty, span })
            }
            Typing::DateOf => {
                self.count(entry, arguments, 1, 1, &span)?;
                let inner = self.argument(entry, arguments.first()?, Argument::Day)?;
                Some(Expr { span, ..inner })
            }
            Typing::ToDate => self.date_from_text(entry, arguments, span),
            Typing::Substr => self.substr(entry, arguments, span),
            Typing::Hours => self.hours(entry, arguments, span),
            Typing::Matches(reach) => self.matches(entry, arguments, reach, span),
            Typing::InSet => self.in_set(entry, arguments, span),
            Typing::CheckDigit => self.check_digit(entry, arguments, span),
        }
    }

    fn count(
        &mut self,
        entry: &FunctionEntry,
        arguments: &[Node],
        least: usize,
        most: usize,
        span: &Span,
    ) -> Option<()> {
        if (least..=most).contains(&arguments.len()) {
            return Some(());
        }
        let wanted = match (least, most) {
            (1, 1) => "1 argument".to_owned(),
            (least, usize::MAX) => format!("{least} arguments or more"),
            (least, most) if least == most => format!("{least} arguments"),
            (least, most) => format!("{least} to {most} arguments"),
        };
        self.fail(
            ExprProblem::new(
                ExprCode::E106,
                span.clone(),
                format!("{} takes {wanted}, here are {}", entry.name, arguments.len()),
                "wrong number of arguments",
            )
            .help(format!("write {}", entry.signature)),
        )
    }

    fn argument(&mut self, entry: &FunctionEntry, node: &Node, expected: Argument) -> Option<Expr> {
        if expected == Argument::Text {
            return self.text_value(node, entry.name);
        }
        let expr = self.expr(node)?;
        match (expected, expr.ty) {
            (Argument::Integer, Type::Integer) | (Argument::Day, Type::Date) => Some(expr),
            (Argument::Day, Type::Timestamp) => {
                let span = expr.span.clone();
                let kind = ExprKind::Call(Function::DateOf, vec![expr]);
                Some(Expr { kind, ty: Type::Date, span })
            }
            (_, found) => {
                let wanted = if expected == Argument::Integer { Type::Integer } else { Type::Date };
                let help = match found {
                    Type::Text => Some(self.conversion_of(&expr, wanted)),
                    Type::Instant => Some(
                        "declare the field as timestamp, which is read in the zone of its source"
                            .to_owned(),
                    ),
                    _ => None,
                };
                let problem = ExprProblem::new(
                    ExprCode::E105,
                    expr.span,
                    format!(
                        "{} needs {} here, this is {}",
                        entry.name,
                        type_name(wanted),
                        type_name(found)
                    ),
                    format!("this is {}", type_name(found)),
                );
                self.fail(problem.maybe_help(help))
            }
        }
    }

    fn date_from_text(
        &mut self,
        entry: &FunctionEntry,
        arguments: &[Node],
        span: Span,
    ) -> Option<Expr> {
        self.count(entry, arguments, 1, 2, &span)?;
        let text = self.text_value(arguments.first()?, entry.name);
        let Some(node) = arguments.get(1) else {
            return Some(Expr {
                kind: ExprKind::Call(Function::ToDate, vec![text?]),
                ty: Type::Date,
                span,
            });
        };
        let format = self.text_constant(node, "the format of to_date")?;
        if !TO_DATE_FORMATS.contains(&&*format) {
            let problem = ExprProblem::new(
                ExprCode::E108,
                node.span.clone(),
                format!("to_date knows no format `{format}`"),
                "no such format",
            );
            return self.fail(problem.help(format!("write one of {}", TO_DATE_FORMATS.join(", "))));
        }
        let format = text_literal(format, node.span.clone());
        Some(Expr {
            kind: ExprKind::Call(Function::ToDateAs, vec![text?, format]),
            ty: Type::Date,
            span,
        })
    }

    fn substr(&mut self, entry: &FunctionEntry, arguments: &[Node], span: Span) -> Option<Expr> {
        self.count(entry, arguments, 3, 3, &span)?;
        let [text, start, count] = arguments else { return None };
        let text = self.text_value(text, entry.name);
        let mut bounds = Vec::new();
        for (node, least) in [(start, 1), (count, 0)] {
            let expr = self.expr(node)?;
            match &expr.kind {
                ExprKind::Literal(Some(Value::Integer(value))) if *value >= least => {
                    bounds.push(expr);
                }
                _ => {
                    self.problems.push(
                        ExprProblem::new(
                            ExprCode::E106,
                            node.span.clone(),
                            "substr takes constants from 1 for the start and from 0 for the count",
                            format!("not a constant integer from {least}"),
                        )
                        .help(format!("write {}", entry.signature)),
                    );
                }
            }
        }
        let [start, count] = <[Expr; 2]>::try_from(bounds).ok()?;
        Some(Expr {
            kind: ExprKind::Call(Function::Substr, vec![text?, start, count]),
            ty: Type::Text,
            span,
        })
    }

    fn hours(&mut self, entry: &FunctionEntry, arguments: &[Node], span: Span) -> Option<Expr> {
        self.count(entry, arguments, 2, 2, &span)?;
        let nodes: Vec<_> = arguments.iter().collect();
        let (typed, ty) = self.unified(&nodes, Nulls::Refused, "compare")?;
        let typed = match ty {
            Type::Timestamp | Type::Instant => typed,
            Type::Date => typed.into_iter().map(|expr| widen(expr, Type::Timestamp)).collect(),
            _ => {
                let first = typed.first()?;
                let help = (ty == Type::Text).then(|| self.conversion_of(first, Type::Timestamp));
                let problem = ExprProblem::new(
                    ExprCode::E105,
                    first.span.clone(),
                    format!("hours_between needs timestamps, this is {}", type_name(ty)),
                    format!("this is {}", type_name(ty)),
                );
                return self.fail(problem.maybe_help(help));
            }
        };
        Some(Expr { kind: ExprKind::Call(Function::HoursBetween, typed), ty: Type::Integer, span })
    }

    fn matches(
        &mut self,
        entry: &FunctionEntry,
        arguments: &[Node],
        reach: Reach,
        span: Span,
    ) -> Option<Expr> {
        self.count(entry, arguments, 2, 3, &span)?;
        let text = self.text_value(arguments.first()?, entry.name);
        let node = arguments.get(1)?;
        let pattern = self.text_constant(node, "the pattern");
        let case_blind = match arguments.get(2) {
            None => false,
            Some(flag) if flag.kind == NodeKind::Literal(Literal::Text("i".to_owned())) => true,
            Some(flag) => {
                let problem = ExprProblem::new(
                    ExprCode::E106,
                    flag.span.clone(),
                    format!("the third argument of {} can only be 'i'", entry.name),
                    "no such flag",
                );
                return self.fail(problem.help("write 'i' to ignore the case of ASCII letters"));
            }
        };
        let pattern = pattern?;
        match check_pattern(&pattern, case_blind, reach == Reach::Whole) {
            Ok(pattern) => Some(Expr {
                kind: ExprKind::Matches(Box::new(text?), pattern),
                ty: Type::Boolean,
                span,
            }),
            Err(mut problem) => {
                // The pattern stands behind its quote, unless quotes inside it were doubled or it is a parameter.
                let inside = node.span.start + 1 + problem.span.start
                    ..node.span.start + 1 + problem.span.end;
                let stands_there = self.source(&inside)
                    == pattern.get(problem.span.clone()).unwrap_or_default()
                    && !pattern.contains('\'')
                    && matches!(node.kind, NodeKind::Literal(_));
                problem.span = if stands_there { inside } else { node.span.clone() };
                self.fail(problem)
            }
        }
    }

    fn in_set(&mut self, entry: &FunctionEntry, arguments: &[Node], span: Span) -> Option<Expr> {
        self.count(entry, arguments, 2, 2, &span)?;
        let [text, node] = arguments else { return None };
        let text = self.text_value(text, entry.name);
        let name = self.text_constant(node, "the name of a code set")?;
        let Some(set) = (self.scope.code_sets)(&name) else {
            let problem = ExprProblem::new(
                ExprCode::E108,
                node.span.clone(),
                format!("there is no code set `{name}`"),
                "no such code set",
            );
            return self.fail(problem.help("declare it, or name the values with IN (...)"));
        };
        Some(Expr { kind: ExprKind::InSet(Box::new(text?), set), ty: Type::Boolean, span })
    }

    fn check_digit(
        &mut self,
        entry: &FunctionEntry,
        arguments: &[Node],
        span: Span,
    ) -> Option<Expr> {
        self.count(entry, arguments, 2, 2, &span)?;
        let [text, node] = arguments else { return None };
        let text = self.text_value(text, entry.name);
        let name = self.text_constant(node, "the name of a form")?;
        if Form::named(&name).is_none() {
            let close = closest(&name, Form::ALL.iter().map(|form| form.name()));
            let names = || Form::ALL.map(Form::name).join(", ");
            let problem = ExprProblem::new(
                ExprCode::E108,
                node.span.clone(),
                format!("there is no form `{name}`"),
                "no such form",
            );
            let help = close.map_or_else(|| format!("write one of {}", names()), did_you_mean);
            return self.fail(problem.help(help));
        }
        let name = text_literal(name, node.span.clone());
        Some(Expr {
            kind: ExprKind::Call(Function::CheckDigit, vec![text?, name]),
            ty: Type::Boolean,
            span,
        })
    }
}

/// Whether NULL may stand among values of one type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Nulls {
    Allowed,
    Refused,
}

/// The name of a type as people see it.
pub(super) fn type_name(ty: Type) -> &'static str {
    match ty {
        Type::Text => "text",
        Type::Integer => "integer",
        Type::Decimal => "decimal",
        Type::Boolean => "boolean",
        Type::Date => "date",
        Type::Time => "time",
        Type::Timestamp => "timestamp",
        Type::Instant => "instant",
    }
}

pub(super) fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

/// The number and type of a field.
pub(super) fn field_named(fields: &[(&str, FieldType)], name: &str) -> Option<(FieldId, Type)> {
    let index = fields.iter().position(|(field, _)| *field == name)?;
    let (_, ty) = fields.get(index)?;
    Some((FieldId(u16::try_from(index).ok()?), ty.expr_type()))
}

fn unknown_function(name: &str, span: Span) -> ExprProblem {
    let name_span = span.start..span.start + name.len().min(span.len());
    if function::aggregate_signature(name).is_some() {
        return ExprProblem::new(
            ExprCode::E103,
            name_span,
            format!("`{name}` is a figure of many records"),
            "not a function of one record",
        )
        .help("use it in a `measure`; over a relation there are count, exists, min, max and sum");
    }
    let help = function::foreign(name)
        .map(|here| format!("write {here}"))
        .or_else(|| closest(name, FUNCTIONS.iter().map(|entry| entry.name)).map(did_you_mean));
    ExprProblem::new(
        ExprCode::E103,
        name_span,
        format!("unknown function `{name}`"),
        "no such function",
    )
    .maybe_help(help)
}

/// The type that both are widened to, if there is one.
fn common(a: Type, b: Type) -> Option<Type> {
    match (a, b) {
        _ if a == b => Some(a),
        (Type::Integer, Type::Decimal) | (Type::Decimal, Type::Integer) => Some(Type::Decimal),
        (Type::Date, Type::Timestamp) | (Type::Timestamp, Type::Date) => Some(Type::Timestamp),
        _ => None,
    }
}

/// The value at the wider type; constants are widened at once.
fn widen(expr: Expr, ty: Type) -> Expr {
    if expr.ty == ty {
        return expr;
    }
    let span = expr.span.clone();
    let kind = match expr.kind {
        ExprKind::Literal(Some(Value::Integer(value))) => {
            ExprKind::Literal(Some(Value::Decimal(Decimal::from_i64(value))))
        }
        ExprKind::Literal(Some(Value::Date(date))) => {
            ExprKind::Literal(Some(Value::Timestamp(Timestamp::from(date))))
        }
        _ => ExprKind::Widen(Box::new(expr)),
    };
    Expr { kind, ty, span }
}

fn constant(expr: Expr) -> Option<Value> {
    match expr.kind {
        ExprKind::Literal(value) => value,
        _ => None,
    }
}

fn text_literal(text: Arc<str>, span: Span) -> Expr {
    Expr { kind: ExprKind::Literal(Some(Value::Text(text))), ty: Type::Text, span }
}

fn negated(kind: ExprKind, polarity: Polarity, span: Span) -> Expr {
    let straight = Expr { kind, ty: Type::Boolean, span: span.clone() };
    match polarity {
        Polarity::Straight => straight,
        Polarity::Negated => {
            Expr { kind: ExprKind::Not(Box::new(straight)), ty: Type::Boolean, span }
        }
    }
}

fn is_above(low: &Value, high: &Value) -> bool {
    match (low, high) {
        (Value::Text(low), Value::Text(high)) => low > high,
        (Value::Integer(low), Value::Integer(high)) => low > high,
        (Value::Decimal(low), Value::Decimal(high)) => low > high,
        (Value::Date(low), Value::Date(high)) => low > high,
        (Value::Time(low), Value::Time(high)) => low > high,
        (Value::Timestamp(low), Value::Timestamp(high)) => low > high,
        (Value::Instant(low), Value::Instant(high)) => low > high,
        _ => false,
    }
}

fn is_constant(node: &Node) -> bool {
    if matches!(node.kind, NodeKind::Column { .. } | NodeKind::Param(_)) {
        return false;
    }
    let mut all = true;
    node.kind.each_child(&mut |child| all &= is_constant(child));
    all
}

fn literal_value(literal: &Literal) -> Option<Value> {
    Some(match literal {
        Literal::Null | Literal::Interval(..) => return None,
        Literal::Boolean(value) => Value::Boolean(*value),
        Literal::Text(text) => Value::Text(text.as_str().into()),
        Literal::Integer(value) => Value::Integer(*value),
        Literal::Decimal(value) => Value::Decimal(*value),
        Literal::Date(date) => Value::Date(*date),
        Literal::Timestamp(stamp) => Value::Timestamp(*stamp),
    })
}

fn value_type(value: &Value) -> Type {
    match value {
        Value::Text(_) => Type::Text,
        Value::Integer(_) => Type::Integer,
        Value::Decimal(_) => Type::Decimal,
        Value::Boolean(_) => Type::Boolean,
        Value::Date(_) => Type::Date,
        Value::Time(_) => Type::Time,
        Value::Timestamp(_) => Type::Timestamp,
        Value::Instant(_) => Type::Instant,
    }
}
