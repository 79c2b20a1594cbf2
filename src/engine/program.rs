//! Conditions compiled to a list of nodes in which equal parts are one node.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::engine::atom::{Atom, AtomSet};
use crate::expr::typed::{
    ArithmeticOp, CodeSet, CompareOp, Expr, ExprKind, FieldId, Function, IntervalUnit, LikePattern,
    Value,
};
use crate::value::Type;
use crate::value::form::Form;

/// The number of a node; its operands have smaller numbers.
pub(crate) type NodeId = usize;

/// What a node computes.
#[derive(Debug, Clone)]
pub(crate) enum Op {
    Literal(Option<Value>),
    Field(FieldId),
    AsOf,
    /// The answer to one question about a field's text.
    Atom {
        set: usize,
        bit: u8,
    },
    Compare(CompareOp, NodeId, NodeId),
    IsNull(NodeId),
    IsDistinct(NodeId, NodeId),
    InList(NodeId, Arc<[Value]>),
    Like(NodeId, LikePattern),
    And(Vec<NodeId>),
    Or(Vec<NodeId>),
    Not(NodeId),
    Negate(NodeId),
    Arithmetic(ArithmeticOp, NodeId, NodeId),
    Shift(NodeId, i64, IntervalUnit),
    Case {
        branches: Vec<(NodeId, NodeId)>,
        otherwise: Option<NodeId>,
    },
    Widen(NodeId),
    Call(Function, Vec<NodeId>),
    Matches(NodeId, regex::bytes::Regex),
    InSet(NodeId, Arc<CodeSet>),
    /// What a selection of related records gives.
    Output {
        selection: usize,
        output: usize,
    },
    /// In what looks at both records: a column of the related record.
    Column(usize),
    /// In what looks at both records: a value of the record under test.
    Operand(usize),
    /// The fingerprint of a text, which is all that is known of the texts of related records.
    Fingerprint(NodeId),
    /// What the export does not say.
    Unknown,
}

/// One node.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// What it computes.
    pub(crate) op: Op,
    /// The type of its values.
    pub(crate) ty: Type,
}

/// All conditions of one record set.
#[derive(Debug, Clone, Default)]
pub(crate) struct Program {
    /// The nodes, operands first.
    pub(crate) nodes: Vec<Node>,
    /// The questions about texts, by field.
    pub(crate) atom_sets: Vec<(FieldId, AtomSet)>,
    /// Fields whose typed values are needed.
    pub(crate) typed: BTreeSet<FieldId>,
    /// Fields whose texts are needed.
    pub(crate) raw: BTreeSet<FieldId>,
}

/// Says of an expression whether its values come from elsewhere than the record at hand, and from where.
pub(crate) type Outsider<'o> = dyn FnMut(&Expr) -> Option<Op> + 'o;

/// Builds a program; equal parts of different rules become one node.
#[derive(Default)]
pub(crate) struct Compiler<'o> {
    /// What was built.
    pub(crate) program: Program,
    known: HashMap<String, NodeId>,
    atoms: HashMap<String, (usize, u8)>,
    /// Expressions whose values come from elsewhere than the record at hand.
    outside: Option<&'o mut Outsider<'o>>,
}

impl<'o> Compiler<'o> {
    /// Goes on with a program; `outside` says of each expression, the outer ones first, whether its values come
    /// from elsewhere than the record at hand.
    pub(crate) fn within(program: Program, outside: &'o mut Outsider<'o>) -> Self {
        Self { program, outside: Some(outside), ..Self::default() }
    }

    /// What was built.
    pub(crate) fn into_program(self) -> Program {
        self.program
    }

    fn node(&mut self, op: Op, ty: Type) -> NodeId {
        let key = format!("{ty:?} {op:?}");
        if let Some(&id) = self.known.get(&key) {
            return id;
        }
        let id = self.program.nodes.len();
        self.program.nodes.push(Node { op, ty });
        self.known.insert(key, id);
        id
    }

    /// The place of a question about a field's text.
    pub(crate) fn atom(&mut self, field: FieldId, atom: Atom) -> (usize, u8) {
        let key = match &atom {
            Atom::InSet(set) => format!("{field:?} set {:p}", Arc::as_ptr(set)),
            other => format!("{field:?} {other:?}"),
        };
        if let Some(&place) = self.atoms.get(&key) {
            return place;
        }
        self.program.raw.insert(field);
        let open = self
            .program
            .atom_sets
            .iter()
            .position(|(of, set)| *of == field && set.atoms.len() < AtomSet::LIMIT);
        let set = open.unwrap_or_else(|| {
            self.program.atom_sets.push((field, AtomSet::default()));
            self.program.atom_sets.len() - 1
        });
        let atoms = &mut self.program.atom_sets[set].1.atoms;
        let bit = u8::try_from(atoms.len()).unwrap_or(0);
        atoms.push(atom);
        self.atoms.insert(key, (set, bit));
        (set, bit)
    }

    fn atom_node(&mut self, field: FieldId, atom: Atom) -> NodeId {
        let (set, bit) = self.atom(field, atom);
        self.node(Op::Atom { set, bit }, Type::Boolean)
    }

    /// Compiles an expression and gives the node of its value.
    pub(crate) fn compile(&mut self, expr: &Expr) -> NodeId {
        let ty = expr.ty;
        if let Some(op) = self.outside.as_mut().and_then(|outside| outside(expr)) {
            return self.node(op, ty);
        }
        if let Some(id) = self.question(expr) {
            return id;
        }
        let op = match &expr.kind {
            ExprKind::Literal(value) => Op::Literal(value.clone()),
            ExprKind::Field(field) => {
                self.program.typed.insert(*field);
                Op::Field(*field)
            }
            ExprKind::AsOf => Op::AsOf,
            ExprKind::This(_) | ExprKind::Related(..) | ExprKind::Fold { .. } => Op::Unknown,
            ExprKind::Compare(op, a, b) => {
                let (a, b) = self.comparable(a, b);
                Op::Compare(*op, a, b)
            }
            ExprKind::IsNull(a) => Op::IsNull(self.compile(a)),
            ExprKind::IsDistinct(a, b) => {
                let (a, b) = self.comparable(a, b);
                Op::IsDistinct(a, b)
            }
            ExprKind::InList(a, list) => Op::InList(self.compile(a), Arc::clone(list)),
            ExprKind::Between(x, low, high) => {
                let x = self.compile(x);
                let (low, high) = (self.compile(low), self.compile(high));
                let above = self.node(Op::Compare(CompareOp::GreaterEqual, x, low), Type::Boolean);
                let below = self.node(Op::Compare(CompareOp::LessEqual, x, high), Type::Boolean);
                Op::And(vec![above, below])
            }
            ExprKind::Like(a, pattern) => Op::Like(self.compile(a), pattern.clone()),
            ExprKind::And(parts) => Op::And(parts.iter().map(|part| self.compile(part)).collect()),
            ExprKind::Or(parts) => Op::Or(parts.iter().map(|part| self.compile(part)).collect()),
            ExprKind::Not(a) => Op::Not(self.compile(a)),
            ExprKind::Negate(a) => Op::Negate(self.compile(a)),
            ExprKind::Arithmetic(op, a, b) => Op::Arithmetic(*op, self.compile(a), self.compile(b)),
            ExprKind::Shift(a, amount, unit) => Op::Shift(self.compile(a), *amount, *unit),
            ExprKind::Case { branches, otherwise } => Op::Case {
                branches: branches
                    .iter()
                    .map(|(test, value)| (self.compile(test), self.compile(value)))
                    .collect(),
                otherwise: otherwise.as_ref().map(|value| self.compile(value)),
            },
            ExprKind::Widen(a) => Op::Widen(self.compile(a)),
            ExprKind::Call(function, args) => {
                Op::Call(*function, args.iter().map(|arg| self.compile(arg)).collect())
            }
            ExprKind::Matches(a, pattern) => Op::Matches(self.compile(a), pattern.regex.clone()),
            ExprKind::InSet(a, set) => Op::InSet(self.compile(a), Arc::clone(set)),
        };
        self.node(op, ty)
    }

    /// The nodes of two values that are compared. Where one is a text of another record, of which only the
    /// fingerprint is known, so is the other.
    fn comparable(&mut self, a: &Expr, b: &Expr) -> (NodeId, NodeId) {
        let text = a.ty == Type::Text;
        let (a, b) = (self.compile(a), self.compile(b));
        if text && self.is_fingerprint(a) != self.is_fingerprint(b) {
            return (self.fingerprint(a), self.fingerprint(b));
        }
        (a, b)
    }

    fn is_fingerprint(&self, node: NodeId) -> bool {
        matches!(
            self.program.nodes[node].op,
            Op::Output { .. } | Op::Column(_) | Op::Operand(_) | Op::Fingerprint(_)
        )
    }

    /// The fingerprint of a text, unless it is one already; other values as they are.
    pub(crate) fn fingerprint(&mut self, node: NodeId) -> NodeId {
        if self.program.nodes[node].ty != Type::Text || self.is_fingerprint(node) {
            return node;
        }
        self.node(Op::Fingerprint(node), Type::Text)
    }

    /// An expression that asks something of one field's text becomes a question, answered once a text.
    fn question(&mut self, expr: &Expr) -> Option<NodeId> {
        let text_field = |expr: &Expr| match expr.kind {
            ExprKind::Field(field) if expr.ty == Type::Text => Some(field),
            _ => None,
        };
        let literal = |expr: &Expr| match &expr.kind {
            ExprKind::Literal(Some(Value::Text(text))) => Some(Box::<[u8]>::from(text.as_bytes())),
            _ => None,
        };
        match &expr.kind {
            ExprKind::Compare(op @ (CompareOp::Equal | CompareOp::NotEqual), a, b) => {
                let (field, text) = match (text_field(a), literal(b)) {
                    (Some(field), Some(text)) => (field, text),
                    _ => (text_field(b)?, literal(a)?),
                };
                let equal = self.atom_node(field, Atom::Equal(text));
                Some(if *op == CompareOp::Equal {
                    equal
                } else {
                    self.node(Op::Not(equal), Type::Boolean)
                })
            }
            ExprKind::InList(a, list) => {
                let field = text_field(a)?;
                let mut texts: Vec<Box<[u8]>> = list
                    .iter()
                    .filter_map(|value| match value {
                        Value::Text(text) => Some(text.as_bytes().into()),
                        _ => None,
                    })
                    .collect();
                texts.sort();
                Some(self.atom_node(field, Atom::InList(texts.into())))
            }
            ExprKind::Like(a, pattern) => {
                Some(self.atom_node(text_field(a)?, Atom::Like(pattern.clone())))
            }
            ExprKind::Matches(a, pattern) => {
                Some(self.atom_node(text_field(a)?, Atom::matches(pattern)))
            }
            ExprKind::InSet(a, set) => {
                Some(self.atom_node(text_field(a)?, Atom::InSet(Arc::clone(set))))
            }
            ExprKind::Call(Function::StartsWith, args) => {
                let [a, b] = args.as_slice() else { return None };
                Some(self.atom_node(text_field(a)?, Atom::StartsWith(literal(b)?)))
            }
            ExprKind::Call(Function::Contains, args) => {
                let [a, b] = args.as_slice() else { return None };
                Some(self.atom_node(text_field(a)?, Atom::Contains(literal(b)?)))
            }
            ExprKind::Call(Function::CheckDigit, args) => {
                let [a, b] = args.as_slice() else { return None };
                let form = Form::named(std::str::from_utf8(&literal(b)?).ok()?)?;
                Some(self.atom_node(text_field(a)?, Atom::Form(form)))
            }
            _ => None,
        }
    }
}
