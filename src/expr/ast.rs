//! The tree of an expression as it was written, before names and types are known.

use crate::expr::typed::{ArithmeticOp, CompareOp, IntervalUnit, Span};
use crate::value::{Date, Decimal, Timestamp};

/// One node and where it stands. Nodes are equal if they say the same, wherever they stand.
#[derive(Debug, Clone)]
pub struct Node {
    /// What it says.
    pub kind: NodeKind,
    /// Where it stands in the text, parentheses around it left out.
    pub span: Span,
    /// How many nodes lie on the longest way down, itself included.
    pub(super) depth: usize,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

/// What a node says.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// A constant.
    Literal(Literal),
    /// A column, of a relation or of the record under test.
    Column {
        /// The relation before the point.
        relation: Option<String>,
        /// The name.
        name: String,
    },
    /// `:name`.
    Param(String),
    /// A function, by its name in lower case, and its arguments.
    Call(String, Vec<Node>),
    /// A comparison.
    Compare(CompareOp, Box<Node>, Box<Node>),
    /// `IS NULL`.
    IsNull(Box<Node>, Polarity),
    /// `IS DISTINCT FROM`.
    IsDistinct(Box<Node>, Box<Node>, Polarity),
    /// `IN`.
    In(Box<Node>, Vec<Node>, Polarity),
    /// `BETWEEN`.
    Between(Box<Node>, Box<Node>, Box<Node>, Polarity),
    /// `LIKE`, its pattern and its escape.
    Like(Box<Node>, Box<Node>, Option<Box<Node>>, Polarity),
    /// `AND` of two or more.
    And(Vec<Node>),
    /// `OR` of two or more.
    Or(Vec<Node>),
    /// `NOT`.
    Not(Box<Node>),
    /// A minus sign before an operand.
    Negate(Box<Node>),
    /// `+`, `-` or `*`.
    Arithmetic(ArithmeticOp, Box<Node>, Box<Node>),
    /// `CASE`.
    Case(Vec<(Node, Node)>, Option<Box<Node>>),
}

/// Whether a predicate is asked straight or with `NOT` inside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Polarity {
    Straight,
    Negated,
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the types")]
pub enum Literal {
    Null,
    Boolean(bool),
    Text(String),
    Integer(i64),
    Decimal(Decimal),
    Date(Date),
    Timestamp(Timestamp),
    Interval(i64, IntervalUnit),
}

impl Node {
    pub(super) fn new(kind: NodeKind, span: Span) -> Self {
        let mut depth = 0;
        kind.each_child(&mut |child| depth = depth.max(child.depth));
        Self { kind, span, depth: depth + 1 }
    }
}

impl NodeKind {
    /// Calls `visit` with each node directly below, in the order of the text.
    pub(super) fn each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Node)) {
        match self {
            Self::Literal(_) | Self::Column { .. } | Self::Param(_) => {}
            Self::Call(_, nodes) | Self::And(nodes) | Self::Or(nodes) => {
                nodes.iter().for_each(visit);
            }
            Self::IsNull(node, _) | Self::Not(node) | Self::Negate(node) => visit(node),
            Self::Compare(_, a, b) | Self::IsDistinct(a, b, _) | Self::Arithmetic(_, a, b) => {
                visit(a);
                visit(b);
            }
            Self::In(node, list, _) => {
                visit(node);
                list.iter().for_each(visit);
            }
            Self::Between(a, b, c, _) => {
                visit(a);
                visit(b);
                visit(c);
            }
            Self::Like(node, pattern, escape, _) => {
                visit(node);
                visit(pattern);
                if let Some(escape) = escape {
                    visit(escape);
                }
            }
            Self::Case(branches, otherwise) => {
                for (condition, result) in branches {
                    visit(condition);
                    visit(result);
                }
                if let Some(otherwise) = otherwise {
                    visit(otherwise);
                }
            }
        }
    }
}
