//! The figures of groups: aggregates and exact arithmetic on them.

use crate::expr::ast::{Literal, Node, NodeKind};
use crate::expr::check::{Checker, type_name};
use crate::expr::function::{self, AGGREGATES};
use crate::expr::problem::{ExprCode, ExprProblem, closest};
use crate::expr::typed::{Aggregate, ArithmeticOp, Expr, ExprKind, Span, Value};
use crate::value::{Decimal, Type};

impl Checker<'_> {
    /// A figure of a group.
    pub(super) fn aggregate(&mut self, node: &Node) -> Option<Aggregate> {
        match &node.kind {
            NodeKind::Literal(Literal::Integer(value)) => {
                Some(Aggregate::Literal(Decimal::from_i64(*value)))
            }
            NodeKind::Literal(Literal::Decimal(value)) => Some(Aggregate::Literal(*value)),
            NodeKind::Param(_) => {
                let expr = self.expr(node)?;
                match expr.kind {
                    ExprKind::Literal(Some(Value::Integer(value))) => {
                        Some(Aggregate::Literal(Decimal::from_i64(value)))
                    }
                    ExprKind::Literal(Some(Value::Decimal(value))) => Some(Aggregate::Literal(value)),
                    _ => self.fail(not_a_number(&expr)),
                }
            }
            NodeKind::Negate(inner) => {
                let inner = self.aggregate(inner)?;
                let nought = Aggregate::Literal(Decimal::ZERO);
                Some(Aggregate::Arithmetic(ArithmeticOp::Subtract, Box::new(nought), Box::new(inner)))
            }
            NodeKind::Arithmetic(op, a, b) => {
                let (a, b) = (self.aggregate(a), self.aggregate(b));
                Some(Aggregate::Arithmetic(*op, Box::new(a?), Box::new(b?)))
            }
            NodeKind::Call(name, arguments) => self.aggregate_call(name, arguments, &node.span),
            _ => self.fail(
                ExprProblem::new(
                    ExprCode::E105,
                    node.span.clone(),
                    "a figure is made of aggregates and numbers",
                    "neither an aggregate nor a number",
                )
                .help("use count(), count_if(condition), share(condition), sum(x), min(x), max(x), avg(x), distinct(f) or ratio(a, b)"),
            ),
        }
    }

    fn aggregate_call(&mut self, name: &str, arguments: &[Node], span: &Span) -> Option<Aggregate> {
        let Some(signature) = function::aggregate_signature(name) else {
            return self.unknown_aggregate(name, span);
        };
        let (least, most) = match name {
            "count" => (0, 1),
            "ratio" => (2, 2),
            "distinct" => (1, usize::MAX),
            _ => (1, 1),
        };
        if !(least..=most).contains(&arguments.len()) {
            let problem = ExprProblem::new(
                ExprCode::E106,
                span.clone(),
                format!("{name} does not take {} arguments", arguments.len()),
                "wrong number of arguments",
            );
            return self.fail(problem.help(format!("write {signature}")));
        }
        if name == "ratio" {
            let [a, b] = arguments else { return None };
            let (a, b) = (self.aggregate(a), self.aggregate(b));
            return Some(Aggregate::Ratio(Box::new(a?), Box::new(b?)));
        }
        if name == "distinct" {
            let all: Vec<_> = arguments.iter().map(|node| self.expr(node)).collect();
            return Some(Aggregate::Distinct(all.into_iter().collect::<Option<_>>()?));
        }
        let Some(node) = arguments.first() else { return Some(Aggregate::Count) };
        if let Some(fold) = function::fold(name)
            && self.is_over_relation(name, node)
        {
            let figure = self.fold(fold, name, arguments, span.clone())?;
            return match figure.ty {
                Type::Integer | Type::Decimal => Some(Aggregate::Related(Box::new(figure))),
                _ => self.fail(not_a_number(&figure)),
            };
        }
        if let ("count", NodeKind::Column { relation: None, name: relation }) = (name, &node.kind)
            && self.scope.fields.iter().all(|(field, _)| field != relation)
            && closest(relation, self.scope.fields.iter().map(|(field, _)| *field)).is_none()
        {
            let problem = self.unknown_relation(relation, node.span.clone());
            return self.fail(problem);
        }
        Some(match name {
            "count" => Aggregate::CountPresent(Box::new(self.expr(node)?)),
            "count_if" => Aggregate::CountIf(Box::new(self.counted(node)?)),
            "share" => Aggregate::Share(Box::new(self.counted(node)?)),
            "sum" => Aggregate::Sum(Box::new(self.summed(node)?)),
            "min" => Aggregate::Min(Box::new(self.summed(node)?)),
            "max" => Aggregate::Max(Box::new(self.summed(node)?)),
            _ => Aggregate::Avg(Box::new(self.summed(node)?)),
        })
    }

    fn counted(&mut self, node: &Node) -> Option<Expr> {
        self.warn_constants(node);
        self.condition(node)
    }

    fn summed(&mut self, node: &Node) -> Option<Expr> {
        let expr = self.expr(node)?;
        if matches!(expr.ty, Type::Integer | Type::Decimal) {
            return Some(expr);
        }
        self.fail(not_a_number(&expr))
    }

    fn unknown_aggregate<T>(&mut self, name: &str, span: &Span) -> Option<T> {
        let name_span = span.start..span.start + name.len().min(span.len());
        let close = closest(name, AGGREGATES.iter().map(|(aggregate, ..)| *aggregate));
        let help = if function::function(name).is_some() || name == "exists" {
            format!("`{name}` is of one record; use it inside an aggregate, as count_if(...)")
        } else if let Some(close) = close {
            format!("did you mean `{close}`?")
        } else {
            let names: Vec<_> = AGGREGATES.iter().map(|(aggregate, ..)| *aggregate).collect();
            format!("the aggregates are {}", names.join(", "))
        };
        self.fail(
            ExprProblem::new(
                ExprCode::E103,
                name_span,
                format!("unknown aggregate `{name}`"),
                "no such aggregate",
            )
            .help(help),
        )
    }
}

fn not_a_number(expr: &Expr) -> ExprProblem {
    let help = match (&expr.kind, expr.ty) {
        (ExprKind::Literal(_), _) => None,
        (_, Type::Date | Type::Timestamp) => Some(
            "compare it in each record with `assert`, or measure days, as max(days_between(a, b))",
        ),
        (_, Type::Instant) => Some(
            "compare it in each record with `assert`, or measure hours, as max(hours_between(a, b))",
        ),
        (_, Type::Time) => Some("compare it in each record with `assert`"),
        (_, Type::Boolean) => Some("write count_if(x) or share(x)"),
        (_, Type::Text) => {
            Some("write count(x) or distinct(x), or make it a number with to_int(x)")
        }
        (_, Type::Integer | Type::Decimal) => None,
    };
    ExprProblem::new(
        ExprCode::E105,
        expr.span.clone(),
        format!("a figure needs numbers, this is {}", type_name(expr.ty)),
        format!("this is {}", type_name(expr.ty)),
    )
    .maybe_help(help.map(str::to_owned))
}
