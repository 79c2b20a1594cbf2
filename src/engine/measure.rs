//! Figures of groups of records: exact sums and ratios, held against limits.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use crate::engine::bits::Bits;
use crate::engine::program::{Compiler, NodeId};
use crate::engine::vector::{Space, Values, Vector};
use crate::engine::verdict::Cells;
use crate::expr::typed::{Aggregate, ArithmeticOp, Expr, ExprKind, FieldId};
use crate::rule::{Limit, LimitKind, SmallCells};
use crate::store::KeyHasher;
use crate::value::{Decimal, Type};

/// A measure: leaves that are accumulated record by record, and trees over them.
#[derive(Debug, Clone)]
pub(crate) struct MeasureTask {
    /// The groups' fields.
    pub(crate) by: Vec<FieldId>,
    /// What else makes the groups: what is derived from fields.
    pub(crate) parts: Vec<NodeId>,
    /// What is accumulated.
    pub(crate) leaves: Vec<Leaf>,
    value: Tree,
    limits: Vec<(LimitKind, Tree, String)>,
    subject: Subject,
}

/// What the groups of a measure are.
#[derive(Debug, Clone)]
enum Subject {
    /// Records of which a figure is asked.
    Figure,
    /// Records that share a combination of values: how many they are, and how much they differ otherwise.
    Cell {
        /// The leaf that counts records of which a part cannot be read.
        unread: usize,
        /// The leaves of the field in which they differ and of its values that cannot be read, and its name.
        diverse: Option<(usize, usize, String)>,
    },
}

/// What is accumulated record by record.
#[derive(Debug, Clone)]
pub(crate) enum Leaf {
    Count,
    Present(NodeId),
    If(NodeId),
    Share(NodeId),
    Distinct(Vec<NodeId>),
    Sum(NodeId),
    Min(NodeId),
    Max(NodeId),
    Avg(NodeId),
    /// A figure of the group's related records, the same in each of its records.
    Related(NodeId),
    /// How many records have one of these that cannot be read.
    Unread(Vec<NodeId>),
}

#[derive(Debug, Clone)]
enum Tree {
    Literal(Decimal),
    Leaf(usize),
    Ratio(Box<Tree>, Box<Tree>),
    Arithmetic(ArithmeticOp, Box<Tree>, Box<Tree>),
}

/// One accumulator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Sum {
    Count(u64),
    Share {
        yes: u64,
        no: u64,
    },
    Distinct(HashSet<u128>),
    Total {
        sum: Option<i128>,
        count: u64,
    },
    Least(Option<i128>),
    Greatest(Option<i128>),
    /// The same in every record; open where it is not known.
    Alike {
        value: Option<i128>,
        open: bool,
    },
}

/// The records of one group so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// The place of its first record: groups are shown in this order.
    pub(crate) first: u64,
    /// One accumulator a leaf.
    pub(crate) sums: Vec<Sum>,
    /// How many records it has.
    pub(crate) records: u64,
}

/// Groups by the fingerprint of their key.
pub(crate) type Groups = HashMap<u128, Group>;

/// An exact figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Figure {
    numerator: i128,
    /// Always positive.
    denominator: i128,
}

/// What became of a group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GroupVerdict {
    /// Within its limits.
    Keeps,
    /// Beyond one of them.
    Breaks(Breach),
    /// A zero denominator, nothing to compare, or an overflow.
    Undecidable,
}

impl MeasureTask {
    /// Compiles a measure; its conditions become nodes of the program.
    pub(crate) fn compile(
        value: &Aggregate,
        by: &[FieldId],
        limits: &[Limit],
        compiler: &mut Compiler,
    ) -> Self {
        let mut leaves = Vec::new();
        let value = tree(value, &mut leaves, compiler);
        let limits = limits
            .iter()
            .map(|limit| {
                // A parameter is shown by its value in force.
                let text = match &limit.bound {
                    Aggregate::Literal(value) if limit.text.starts_with(':') => value.to_string(),
                    _ => limit.text.clone(),
                };
                (limit.kind, tree(&limit.bound, &mut leaves, compiler), text)
            })
            .collect();
        let (by, parts) = (by.to_vec(), Vec::new());
        Self { by, parts, leaves, value, limits, subject: Subject::Figure }
    }

    /// Compiles how often combinations occur.
    pub(crate) fn of_cells(cells: &SmallCells, compiler: &mut Compiler) -> Self {
        let parts: Vec<NodeId> = cells.by.iter().map(|part| compiler.compile(part)).collect();
        let by = cells.by.iter().filter_map(|part| match part.kind {
            ExprKind::Field(field) => Some(field),
            _ => None,
        });
        let mut leaves = vec![Leaf::Count, Leaf::Unread(parts.clone())];
        let limit =
            |count: u64| Tree::Literal(Decimal::from_i64(i64::try_from(count).unwrap_or(i64::MAX)));
        let mut limits =
            vec![(LimitKind::AtLeast, limit(cells.at_least), cells.at_least.to_string())];
        let diverse = cells.diverse.as_ref().map(|diverse| {
            let node = compiler.compile(&diverse.field);
            leaves.extend([Leaf::Distinct(vec![node]), Leaf::Unread(vec![node])]);
            limits.push((
                LimitKind::AtLeast,
                limit(diverse.at_least),
                diverse.at_least.to_string(),
            ));
            (2, 3, diverse.name.clone())
        });
        Self {
            by: by.collect(),
            parts,
            leaves,
            value: Tree::Leaf(0),
            limits,
            subject: Subject::Cell { unread: 1, diverse },
        }
    }

    /// Adds the applicable rows of a batch to their groups. `key` gives the fingerprint of a row's group, `place`
    /// tells where its record stands.
    pub(crate) fn add(
        &self,
        groups: &mut Groups,
        applies: &Bits,
        cells: &Cells<'_>,
        hasher: &KeyHasher,
        key: &dyn Fn(usize) -> u128,
        place: &dyn Fn(usize) -> u64,
    ) {
        for row in applies.rows() {
            let group = groups
                .entry(key(row))
                .or_insert_with(|| Group { first: place(row), ..Group::empty(&self.leaves) });
            group.records += 1;
            for (leaf, sum) in self.leaves.iter().zip(&mut group.sums) {
                leaf.add(sum, row, cells.nodes, cells.space, hasher);
            }
        }
    }

    /// Holds a group's figure against the limits.
    pub(crate) fn judge(&self, group: &Group) -> GroupVerdict {
        if let Subject::Cell { unread, diverse } = &self.subject {
            return self.judge_cell(group, *unread, diverse.as_ref());
        }
        let figures: Vec<Option<Figure>> =
            self.leaves.iter().zip(&group.sums).map(|(leaf, sum)| leaf.figure(sum)).collect();
        let Some(value) = self.value.figure(&figures) else {
            return GroupVerdict::Undecidable;
        };
        for (limit, (kind, bound, _)) in self.limits.iter().enumerate() {
            let Some(bound) = bound.figure(&figures) else {
                return GroupVerdict::Undecidable;
            };
            let Some(ordering) = value.compare(bound) else {
                return GroupVerdict::Undecidable;
            };
            let keeps = match kind {
                LimitKind::AtMost => ordering.is_le(),
                LimitKind::AtLeast => ordering.is_ge(),
                LimitKind::Equals => ordering.is_eq(),
            };
            if !keeps {
                let limit = u8::try_from(limit).unwrap_or(u8::MAX);
                return GroupVerdict::Breaks(Breach { value, records: group.records, limit });
            }
        }
        GroupVerdict::Keeps
    }
}

impl MeasureTask {
    /// Holds a combination against its limits. Records with a part that cannot be read stand together although their
    /// texts may differ, so that too few of them are too few for certain, and enough of them may not be enough.
    fn judge_cell(
        &self,
        group: &Group,
        unread: usize,
        diverse: Option<&(usize, usize, String)>,
    ) -> GroupVerdict {
        let leaf = |leaf: usize| match group.sums.get(leaf) {
            Some(Sum::Count(count)) => i128::from(*count),
            Some(Sum::Distinct(seen)) => i128::try_from(seen.len()).unwrap_or(i128::MAX),
            _ => 0,
        };
        let breaks = |limit: u8, value: i128| {
            let (_, bound, _) = self.limits.get(usize::from(limit))?;
            let figure = Figure::new(value, 1)?;
            let less = figure.compare(bound.figure(&[])?)?.is_lt();
            less.then_some(Breach { value: figure, records: group.records, limit })
        };
        if let Some(breach) = breaks(0, leaf(0)) {
            return GroupVerdict::Breaks(breach);
        }
        let alike = diverse.and_then(|(values, unread, _)| {
            breaks(1, leaf(*values)).map(|breach| (breach, leaf(*unread)))
        });
        match alike {
            _ if leaf(unread) > 0 => GroupVerdict::Undecidable,
            Some((_, 1..)) => GroupVerdict::Undecidable,
            Some((breach, _)) => GroupVerdict::Breaks(breach),
            None => GroupVerdict::Keeps,
        }
    }

    /// The fingerprint of the combination of a row that is made of parts: a missing part is one, and so is one that
    /// cannot be read.
    pub(crate) fn combination(&self, row: usize, cells: &Cells<'_>, hasher: &KeyHasher) -> u128 {
        let part = |node: &NodeId| {
            let vector = &cells.nodes[*node];
            match &vector.values {
                _ if vector.invalid.get(row) => 0,
                _ if !vector.present.get(row) => 0,
                Values::Text(_) => 0,
                Values::Decimal(_) => vector.decimal(row),
                Values::Truth(bits) => i128::from(bits.get(row)),
                _ => i128::from(vector.int(row)) << 64 | i128::from(vector.int_high(row)),
            }
        };
        let numbers: Vec<[u8; 16]> =
            self.parts.iter().map(|node| part(node).to_le_bytes()).collect();
        let texts: Vec<Option<&[u8]>> = self
            .parts
            .iter()
            .zip(&numbers)
            .map(|(node, number)| {
                let vector = &cells.nodes[*node];
                if vector.invalid.get(row) {
                    Some(UNREADABLE)
                } else if !vector.present.get(row) {
                    None
                } else if matches!(vector.values, Values::Text(_)) {
                    Some(vector.text(row, cells.space))
                } else {
                    Some(number.as_slice())
                }
            })
            .collect();
        hasher.key(&texts)
    }

    /// Why a group cannot be judged.
    pub(crate) fn undecided(&self) -> &'static str {
        match self.subject {
            Subject::Figure => "the figure has no value: nothing to divide by, or no values",
            Subject::Cell { .. } => "a value of the combination cannot be read",
        }
    }

    /// What all groups that break the first limit come to, in words; `None` of measures that judge figures.
    pub(crate) fn remark(&self, small: &SmallGroups) -> Option<String> {
        let (Subject::Cell { .. }, Some((_, _, limit))) = (&self.subject, self.limits.first())
        else {
            return None;
        };
        let least = small.least?;
        let records = if small.records == 1 { "record stands" } else { "records stand" };
        let groups = if small.groups == 1 { "combination" } else { "combinations" };
        Some(format!(
            "{} {records} in {} {groups} of fewer than {limit}; the smallest has {least}",
            small.records, small.groups
        ))
    }
}

/// The groups that have too few records.
#[derive(Debug, Default)]
pub(crate) struct SmallGroups {
    groups: u64,
    records: u64,
    least: Option<u64>,
}

impl SmallGroups {
    /// Counts a group that breaks a limit, if it is the limit of how many records it has.
    pub(crate) fn count(&mut self, breach: &Breach) {
        if breach.limit == 0 {
            self.groups += 1;
            self.records += breach.records;
            self.least = Some(self.least.map_or(breach.records, |least| least.min(breach.records)));
        }
    }
}

/// What stands for a part that cannot be read; no text of a sound cell is it.
const UNREADABLE: &[u8] = b"\xff";

impl Group {
    /// No records.
    pub(crate) fn empty(leaves: &[Leaf]) -> Self {
        let sums = leaves.iter().map(|leaf| match leaf {
            Leaf::Count | Leaf::Present(_) | Leaf::If(_) | Leaf::Unread(_) => Sum::Count(0),
            Leaf::Share(_) => Sum::Share { yes: 0, no: 0 },
            Leaf::Distinct(_) => Sum::Distinct(HashSet::new()),
            Leaf::Sum(_) | Leaf::Avg(_) => Sum::Total { sum: Some(0), count: 0 },
            Leaf::Min(_) => Sum::Least(None),
            Leaf::Max(_) => Sum::Greatest(None),
            Leaf::Related(_) => Sum::Alike { value: None, open: false },
        });
        Self { first: 0, sums: sums.collect(), records: 0 }
    }

    /// Adds other records of the same group.
    pub(crate) fn merge(&mut self, other: Self) {
        self.first = self.first.min(other.first);
        self.records += other.records;
        for (sum, more) in self.sums.iter_mut().zip(other.sums) {
            sum.merge(more);
        }
    }
}

/// How a group breaks a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Breach {
    value: Figure,
    records: u64,
    limit: u8,
}

impl Breach {
    /// Bytes of a breach and the place of its group.
    pub(crate) const WIDTH: usize = 49;

    /// The place of its group and itself, in the order of places.
    pub(crate) fn put(&self, place: u64) -> [u8; Self::WIDTH] {
        let mut bytes = [0; Self::WIDTH];
        let parts = [
            &place.to_be_bytes()[..],
            &self.value.numerator.to_be_bytes(),
            &self.value.denominator.to_be_bytes(),
            &self.records.to_be_bytes(),
            &[self.limit],
        ];
        for (into, from) in bytes.iter_mut().zip(parts.concat()) {
            *into = from;
        }
        bytes
    }

    /// What [`Breach::put`] has written: the place and the breach.
    pub(crate) fn get(bytes: &[u8; Self::WIDTH]) -> (u64, Self) {
        let (place, rest) = bytes.split_first_chunk().unwrap_or((&[0; 8], &[]));
        let (numerator, rest) = rest.split_first_chunk().unwrap_or((&[0; 16], &[]));
        let (denominator, rest) = rest.split_first_chunk().unwrap_or((&[0; 16], &[]));
        let (records, rest) = rest.split_first_chunk().unwrap_or((&[0; 8], &[]));
        let value = Figure {
            numerator: i128::from_be_bytes(*numerator),
            denominator: i128::from_be_bytes(*denominator),
        };
        let limit = rest.first().copied().unwrap_or(0);
        (u64::from_be_bytes(*place), Self { value, records: u64::from_be_bytes(*records), limit })
    }
}

impl MeasureTask {
    /// What is wrong with a group, in words.
    pub(crate) fn words(&self, breach: &Breach) -> String {
        let Breach { value, records, limit } = breach;
        let Some((kind, _, text)) = self.limits.get(usize::from(*limit)) else {
            return format!("the figure is {value} over {records} records");
        };
        if let Subject::Cell { diverse, .. } = &self.subject {
            let those =
                if *records == 1 { "1 record has" } else { &format!("{records} records have") };
            return match diverse {
                Some((_, _, name)) if *limit > 0 => format!(
                    "{those} this combination, but {value} of the values of `{name}`; at least {text} must be there"
                ),
                _ => format!("{those} this combination, but at least {text} must"),
            };
        }
        let words = match kind {
            LimitKind::AtMost => "at most",
            LimitKind::AtLeast => "at least",
            LimitKind::Equals => "exactly",
        };
        format!("the figure is {value} over {records} records, but must be {words} {text}")
    }
}

fn tree(aggregate: &Aggregate, leaves: &mut Vec<Leaf>, compiler: &mut Compiler) -> Tree {
    let leaf = match aggregate {
        Aggregate::Literal(value) => return Tree::Literal(*value),
        Aggregate::Ratio(a, b) => {
            return Tree::Ratio(
                Box::new(tree(a, leaves, compiler)),
                Box::new(tree(b, leaves, compiler)),
            );
        }
        Aggregate::Arithmetic(op, a, b) => {
            let (a, b) = (tree(a, leaves, compiler), tree(b, leaves, compiler));
            return Tree::Arithmetic(*op, Box::new(a), Box::new(b));
        }
        Aggregate::Count => Leaf::Count,
        Aggregate::Related(expr) => Leaf::Related(number(expr, compiler)),
        Aggregate::CountPresent(expr) => Leaf::Present(compiler.compile(expr)),
        Aggregate::CountIf(expr) => Leaf::If(compiler.compile(expr)),
        Aggregate::Share(expr) => Leaf::Share(compiler.compile(expr)),
        Aggregate::Distinct(exprs) => {
            Leaf::Distinct(exprs.iter().map(|expr| compiler.compile(expr)).collect())
        }
        Aggregate::Sum(expr) => Leaf::Sum(number(expr, compiler)),
        Aggregate::Min(expr) => Leaf::Min(number(expr, compiler)),
        Aggregate::Max(expr) => Leaf::Max(number(expr, compiler)),
        Aggregate::Avg(expr) => Leaf::Avg(number(expr, compiler)),
    };
    leaves.push(leaf);
    Tree::Leaf(leaves.len() - 1)
}

fn number(expr: &Expr, compiler: &mut Compiler) -> NodeId {
    debug_assert!(matches!(expr.ty, Type::Integer | Type::Decimal));
    compiler.compile(expr)
}

impl Leaf {
    fn add(
        &self,
        sum: &mut Sum,
        row: usize,
        nodes: &[Rc<Vector>],
        space: &Space<'_>,
        hasher: &KeyHasher,
    ) {
        let truth = |node: &NodeId| match &nodes[*node].values {
            Values::Truth(bits) => nodes[*node].present.get(row).then(|| bits.get(row)),
            _ => nodes[*node].present.get(row).then(|| nodes[*node].int(row) != 0),
        };
        let value =
            |node: &NodeId| nodes[*node].present.get(row).then(|| nodes[*node].decimal(row));
        match (self, sum) {
            (Self::Count, Sum::Count(count)) => *count += 1,
            (Self::Unread(nodes_of), Sum::Count(count)) => {
                *count += u64::from(nodes_of.iter().any(|node| nodes[*node].invalid.get(row)));
            }
            (Self::Present(node), Sum::Count(count)) => {
                *count += u64::from(nodes[*node].present.get(row));
            }
            (Self::If(node), Sum::Count(count)) => *count += u64::from(truth(node) == Some(true)),
            (Self::Share(node), Sum::Share { yes, no }) => match truth(node) {
                Some(true) => *yes += 1,
                Some(false) => *no += 1,
                None => {}
            },
            (Self::Distinct(of), Sum::Distinct(seen)) => {
                let mut text = Vec::new();
                for node in of {
                    let vector = &nodes[*node];
                    if !vector.present.get(row) {
                        return;
                    }
                    let part: Vec<u8> = match &vector.values {
                        Values::Text(_) => vector.text(row, space).to_vec(),
                        Values::Decimal(_) => vector.decimal(row).to_le_bytes().to_vec(),
                        Values::Truth(bits) => vec![u8::from(bits.get(row))],
                        _ => vector.int(row).to_le_bytes().to_vec(),
                    };
                    text.extend_from_slice(&part.len().to_le_bytes());
                    text.extend_from_slice(&part);
                }
                seen.insert(hasher.text(&text));
            }
            (Self::Sum(node) | Self::Avg(node), Sum::Total { sum, count }) => {
                if let Some(value) = value(node) {
                    *sum = sum.and_then(|sum| sum.checked_add(value));
                    *count += 1;
                }
            }
            (Self::Min(node), Sum::Least(least)) => {
                if let Some(value) = value(node) {
                    *least = Some(least.map_or(value, |least| least.min(value)));
                }
            }
            (Self::Related(node), Sum::Alike { value: alike, open }) => {
                let vector = &nodes[*node];
                *open |= vector.invalid.get(row) || vector.int(row) != vector.int_high(row);
                *alike = value(node).or(*alike);
            }
            (Self::Max(node), Sum::Greatest(greatest)) => {
                if let Some(value) = value(node) {
                    *greatest = Some(greatest.map_or(value, |greatest| greatest.max(value)));
                }
            }
            _ => {}
        }
    }

    fn figure(&self, sum: &Sum) -> Option<Figure> {
        let scaled = |value: i128| Figure::new(value, Decimal::ONE.0);
        match sum {
            Sum::Count(count) => Figure::new(i128::from(*count), 1),
            Sum::Share { yes, no } => Figure::new(i128::from(*yes), i128::from(yes + no)),
            Sum::Distinct(seen) => Figure::new(i128::try_from(seen.len()).ok()?, 1),
            Sum::Total { sum, count } => match self {
                Self::Avg(_) => {
                    Figure::new((*sum)?, Decimal::ONE.0.checked_mul(i128::from(*count))?)
                }
                _ => scaled((*sum)?),
            },
            Sum::Least(value) | Sum::Greatest(value) => scaled((*value)?),
            Sum::Alike { open: true, .. } => None,
            Sum::Alike { value, .. } => scaled((*value)?),
        }
    }
}

impl Sum {
    fn merge(&mut self, more: Self) {
        match (self, more) {
            (Self::Count(count), Self::Count(more)) => *count += more,
            (Self::Share { yes, no }, Self::Share { yes: more_yes, no: more_no }) => {
                *yes += more_yes;
                *no += more_no;
            }
            (Self::Distinct(seen), Self::Distinct(more)) => seen.extend(more),
            (Self::Total { sum, count }, Self::Total { sum: more_sum, count: more_count }) => {
                *sum = sum.zip(more_sum).and_then(|(a, b)| a.checked_add(b));
                *count += more_count;
            }
            (Self::Least(least), Self::Least(Some(more))) => {
                *least = Some(least.map_or(more, |least| least.min(more)));
            }
            (Self::Alike { value, open }, Self::Alike { value: more, open: more_open }) => {
                *value = value.or(more);
                *open |= more_open;
            }
            (Self::Greatest(greatest), Self::Greatest(Some(more))) => {
                *greatest = Some(greatest.map_or(more, |greatest| greatest.max(more)));
            }
            _ => {}
        }
    }
}

impl Tree {
    fn figure(&self, leaves: &[Option<Figure>]) -> Option<Figure> {
        match self {
            Self::Literal(value) => Figure::new(value.0, Decimal::ONE.0),
            Self::Leaf(leaf) => *leaves.get(*leaf)?,
            Self::Ratio(a, b) => {
                let (a, b) = (a.figure(leaves)?, b.figure(leaves)?);
                Figure::new(
                    a.numerator.checked_mul(b.denominator)?,
                    a.denominator.checked_mul(b.numerator)?,
                )
            }
            Self::Arithmetic(op, a, b) => {
                let (a, b) = (a.figure(leaves)?, b.figure(leaves)?);
                let (left, right) = (
                    a.numerator.checked_mul(b.denominator)?,
                    b.numerator.checked_mul(a.denominator)?,
                );
                let denominator = a.denominator.checked_mul(b.denominator)?;
                match op {
                    ArithmeticOp::Add => Figure::new(left.checked_add(right)?, denominator),
                    ArithmeticOp::Subtract => Figure::new(left.checked_sub(right)?, denominator),
                    ArithmeticOp::Multiply => {
                        Figure::new(a.numerator.checked_mul(b.numerator)?, denominator)
                    }
                }
            }
        }
    }
}

impl Figure {
    fn new(numerator: i128, denominator: i128) -> Option<Self> {
        if denominator == 0 {
            return None;
        }
        let sign = denominator.signum();
        let (mut a, mut b) = (numerator.unsigned_abs(), denominator.unsigned_abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        let divisor = i128::try_from(a.max(1)).ok()?;
        Some(Self {
            numerator: numerator / divisor * sign,
            denominator: (denominator / divisor).checked_abs()?,
        })
    }

    fn compare(self, other: Self) -> Option<std::cmp::Ordering> {
        let left = self.numerator.checked_mul(other.denominator)?;
        let right = other.numerator.checked_mul(self.denominator)?;
        Some(left.cmp(&right))
    }
}

impl std::fmt::Display for Figure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.denominator == 1 {
            return write!(f, "{}", self.numerator);
        }
        // Four places, cut towards zero, for people; limits are compared exactly.
        let whole = self.numerator / self.denominator;
        let rest = (self.numerator % self.denominator).unsigned_abs();
        let places = rest.saturating_mul(10_000) / self.denominator.unsigned_abs();
        let sign = if self.numerator < 0 && whole == 0 { "-" } else { "" };
        write!(f, "{sign}{whole}.{places:04}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_compare_by_cross_multiplication() {
        let third = Figure::new(1, 3).unwrap();
        assert_eq!(third.compare(Figure::new(2, 6).unwrap()), Some(std::cmp::Ordering::Equal));
        assert_eq!(
            third.compare(Figure::new(3_333_333, 10_000_000).unwrap()),
            Some(std::cmp::Ordering::Greater)
        );
        assert_eq!(Figure::new(1, 0), None);
        assert_eq!(third.to_string(), "0.3333");
        assert_eq!(Figure::new(-1, 2).unwrap().to_string(), "-0.5000");
        assert_eq!(Figure::new(4, -2).unwrap().to_string(), "-2");
    }
}
