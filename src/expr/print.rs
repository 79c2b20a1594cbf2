//! The text of a tree: parsed again, it gives the same tree.

use std::fmt::Write as _;

use crate::expr::ast::{Literal, Node, NodeKind, Polarity};
use crate::expr::parse::is_reserved;
use crate::expr::typed::{ArithmeticOp, CompareOp, IntervalUnit};

/// The text of a tree, with no more parentheses than it needs.
#[must_use]
pub fn print(node: &Node) -> String {
    let mut out = String::new();
    Printer { out: &mut out }.node(node, Level::Or);
    out
}

/// How strongly a node binds, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Or,
    And,
    Not,
    Predicate,
    Sum,
    Product,
    Unary,
    Primary,
}

fn level(node: &Node) -> Level {
    match &node.kind {
        NodeKind::Or(_) => Level::Or,
        NodeKind::And(_) => Level::And,
        NodeKind::Not(_) => Level::Not,
        NodeKind::Compare(..)
        | NodeKind::IsNull(..)
        | NodeKind::IsDistinct(..)
        | NodeKind::In(..)
        | NodeKind::Between(..)
        | NodeKind::Like(..) => Level::Predicate,
        NodeKind::Arithmetic(ArithmeticOp::Add | ArithmeticOp::Subtract, ..) => Level::Sum,
        NodeKind::Arithmetic(ArithmeticOp::Multiply, ..) => Level::Product,
        NodeKind::Negate(_) => Level::Unary,
        NodeKind::Literal(Literal::Integer(value)) if *value < 0 => Level::Unary,
        NodeKind::Literal(Literal::Decimal(value)) if value.0 < 0 => Level::Unary,
        NodeKind::Literal(_)
        | NodeKind::Column { .. }
        | NodeKind::Param(_)
        | NodeKind::Call(..)
        | NodeKind::Case(..) => Level::Primary,
    }
}

struct Printer<'a> {
    out: &'a mut String,
}

impl Printer<'_> {
    fn push(&mut self, text: &str) {
        self.out.push_str(text);
    }

    fn node(&mut self, node: &Node, least: Level) {
        if level(node) < least {
            self.push("(");
            self.kind(node);
            self.push(")");
        } else {
            self.kind(node);
        }
    }

    fn list(&mut self, nodes: &[Node], between: &str, least: Level) {
        for (index, node) in nodes.iter().enumerate() {
            if index > 0 {
                self.push(between);
            }
            self.node(node, least);
        }
    }

    fn not(&mut self, polarity: Polarity) {
        if polarity == Polarity::Negated {
            self.push(" NOT");
        }
    }

    fn kind(&mut self, node: &Node) {
        match &node.kind {
            NodeKind::Literal(literal) => self.literal(literal),
            NodeKind::Column { relation, name } => {
                if let Some(relation) = relation {
                    self.name(relation);
                    self.push(".");
                }
                self.name(name);
            }
            NodeKind::Param(name) => {
                self.push(":");
                self.push(name);
            }
            NodeKind::Call(name, arguments) => {
                self.push(name);
                self.push("(");
                self.list(arguments, ", ", Level::Or);
                self.push(")");
            }
            NodeKind::Compare(op, a, b) => {
                self.node(a, Level::Sum);
                self.push(match op {
                    CompareOp::Equal => " = ",
                    CompareOp::NotEqual => " <> ",
                    CompareOp::Less => " < ",
                    CompareOp::LessEqual => " <= ",
                    CompareOp::Greater => " > ",
                    CompareOp::GreaterEqual => " >= ",
                });
                self.node(b, Level::Sum);
            }
            NodeKind::IsNull(a, polarity) => {
                self.node(a, Level::Sum);
                self.push(" IS");
                self.not(*polarity);
                self.push(" NULL");
            }
            NodeKind::IsDistinct(a, b, polarity) => {
                self.node(a, Level::Sum);
                self.push(" IS");
                self.not(*polarity);
                self.push(" DISTINCT FROM ");
                self.node(b, Level::Sum);
            }
            NodeKind::In(a, list, polarity) => {
                self.node(a, Level::Sum);
                self.not(*polarity);
                self.push(" IN (");
                self.list(list, ", ", Level::Or);
                self.push(")");
            }
            NodeKind::Between(a, low, high, polarity) => {
                self.node(a, Level::Sum);
                self.not(*polarity);
                self.push(" BETWEEN ");
                self.node(low, Level::Sum);
                self.push(" AND ");
                self.node(high, Level::Sum);
            }
            NodeKind::Like(a, pattern, escape, polarity) => {
                self.node(a, Level::Sum);
                self.not(*polarity);
                self.push(" LIKE ");
                self.node(pattern, Level::Primary);
                if let Some(escape) = escape {
                    self.push(" ESCAPE ");
                    self.node(escape, Level::Primary);
                }
            }
            NodeKind::And(nodes) => self.list(nodes, " AND ", Level::Not),
            NodeKind::Or(nodes) => self.list(nodes, " OR ", Level::And),
            NodeKind::Not(a) => {
                self.push("NOT ");
                self.node(a, Level::Predicate);
            }
            NodeKind::Negate(a) => {
                self.push("-");
                // A sign directly before digits belongs to the number.
                let is_number =
                    matches!(a.kind, NodeKind::Literal(Literal::Integer(_) | Literal::Decimal(_)));
                if is_number {
                    self.push("(");
                    self.kind(a);
                    self.push(")");
                } else {
                    self.node(a, Level::Primary);
                }
            }
            NodeKind::Arithmetic(op, a, b) => {
                let (sign, left, right) = match op {
                    ArithmeticOp::Add => (" + ", Level::Sum, Level::Product),
                    ArithmeticOp::Subtract => (" - ", Level::Sum, Level::Product),
                    ArithmeticOp::Multiply => (" * ", Level::Product, Level::Unary),
                };
                self.node(a, left);
                self.push(sign);
                self.node(b, right);
            }
            NodeKind::Case(branches, otherwise) => {
                self.push("CASE");
                for (condition, result) in branches {
                    self.push(" WHEN ");
                    self.node(condition, Level::Or);
                    self.push(" THEN ");
                    self.node(result, Level::Or);
                }
                if let Some(otherwise) = otherwise {
                    self.push(" ELSE ");
                    self.node(otherwise, Level::Or);
                }
                self.push(" END");
            }
        }
    }

    fn name(&mut self, name: &str) {
        let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && !is_reserved(name);
        if is_plain {
            self.push(name);
        } else {
            self.push("\"");
            self.push(&name.replace('"', "\"\""));
            self.push("\"");
        }
    }

    fn literal(&mut self, literal: &Literal) {
        let written = match literal {
            Literal::Null => self.out.write_str("NULL"),
            Literal::Boolean(true) => self.out.write_str("TRUE"),
            Literal::Boolean(false) => self.out.write_str("FALSE"),
            Literal::Text(text) => write!(self.out, "'{}'", text.replace('\'', "''")),
            Literal::Integer(value) => write!(self.out, "{value}"),
            Literal::Decimal(value) => {
                let digits = value.to_string();
                let point = if digits.contains('.') { "" } else { ".0" };
                write!(self.out, "{digits}{point}")
            }
            Literal::Date(date) => write!(self.out, "DATE '{date}'"),
            Literal::Timestamp(stamp) => write!(self.out, "TIMESTAMP '{stamp}'"),
            Literal::Interval(amount, unit) => {
                let unit = match unit {
                    IntervalUnit::Hour => "HOUR",
                    IntervalUnit::Day => "DAY",
                    IntervalUnit::Month => "MONTH",
                    IntervalUnit::Year => "YEAR",
                };
                write!(self.out, "INTERVAL '{amount}' {unit}")
            }
        };
        // INVARIANT: writing to a string cannot fail.
        debug_assert!(written.is_ok());
    }
}
