//! The typed tree that a checked expression is.
//!
//! Types are settled here: both sides of a comparison have the same type, parameters are
//! literals, patterns are compiled. What the tree means is defined by the engine.

use std::ops::Range;
use std::sync::Arc;

use crate::value::{Date, Decimal, Instant, Time, Timestamp, Type};

/// A place in the text of an expression, in bytes.
pub type Span = Range<usize>;

/// The number of a field in the record set of the rule, in the order of the dictionary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldId(pub u16);

/// The number of a relation of the rule, in the order of the rule's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelationId(pub u16);

/// A checked expression: its node, its type and where it stands in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it does.
    pub kind: ExprKind,
    /// The type of its value.
    pub ty: Type,
    /// Where it stands in the text of the condition.
    pub span: Span,
}

impl Expr {
    /// The expressions of the same scope that it is made of, in the order of the text; what is folded over
    /// related records is of another scope and not among them.
    #[must_use]
    pub fn parts(&self) -> Vec<&Expr> {
        match &self.kind {
            ExprKind::Literal(_)
            | ExprKind::Field(_)
            | ExprKind::AsOf
            | ExprKind::This(_)
            | ExprKind::Related(..)
            | ExprKind::Fold { .. } => Vec::new(),
            ExprKind::Compare(_, a, b)
            | ExprKind::IsDistinct(a, b)
            | ExprKind::Arithmetic(_, a, b) => vec![a, b],
            ExprKind::IsNull(a)
            | ExprKind::InList(a, _)
            | ExprKind::Like(a, _)
            | ExprKind::Not(a)
            | ExprKind::Negate(a)
            | ExprKind::Shift(a, ..)
            | ExprKind::Widen(a)
            | ExprKind::Matches(a, _)
            | ExprKind::InSet(a, _) => vec![a],
            ExprKind::Between(a, b, c) => vec![a, b, c],
            ExprKind::And(all) | ExprKind::Or(all) | ExprKind::Call(_, all) => all.iter().collect(),
            ExprKind::Case { branches, otherwise } => {
                let pairs = branches.iter().flat_map(|(condition, result)| [condition, result]);
                pairs.chain(otherwise.as_deref()).collect()
            }
        }
    }
}

impl Expr {
    /// The same expressions as [`Expr::parts`], to be changed.
    pub(super) fn parts_mut(&mut self) -> Vec<&mut Self> {
        match &mut self.kind {
            ExprKind::Literal(_)
            | ExprKind::Field(_)
            | ExprKind::AsOf
            | ExprKind::This(_)
            | ExprKind::Related(..)
            | ExprKind::Fold { .. } => Vec::new(),
            ExprKind::Compare(_, a, b)
            | ExprKind::IsDistinct(a, b)
            | ExprKind::Arithmetic(_, a, b) => vec![a, b],
            ExprKind::IsNull(a)
            | ExprKind::InList(a, _)
            | ExprKind::Like(a, _)
            | ExprKind::Not(a)
            | ExprKind::Negate(a)
            | ExprKind::Shift(a, ..)
            | ExprKind::Widen(a)
            | ExprKind::Matches(a, _)
            | ExprKind::InSet(a, _) => vec![a],
            ExprKind::Between(a, b, c) => vec![a, b, c],
            ExprKind::And(all) | ExprKind::Or(all) | ExprKind::Call(_, all) => {
                all.iter_mut().collect()
            }
            ExprKind::Case { branches, otherwise } => {
                let pairs = branches.iter_mut().flat_map(|(condition, result)| [condition, result]);
                pairs.chain(otherwise.as_deref_mut()).collect()
            }
        }
    }
}

/// A literal, or a parameter whose value was put in its place.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Value {
    /// Text.
    Text(Arc<str>),
    /// An integer.
    Integer(i64),
    /// A decimal.
    Decimal(Decimal),
    /// True or false.
    Boolean(bool),
    /// A date.
    Date(Date),
    /// A time of day.
    Time(Time),
    /// A civil date and time.
    Timestamp(Timestamp),
    /// A moment.
    Instant(Instant),
}

/// What a node of the tree does. NULL and invalid operands make every node unknown unless said.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A constant; `None` is NULL, which the checker lets stand only where a type is known.
    Literal(Option<Value>),
    /// A field of the record under test.
    Field(FieldId),
    /// `:as_of`, the day on which the audit stands: a date.
    AsOf,
    /// `this.field` in what is said of related records: a field of the record under test. There, a plain
    /// [`ExprKind::Field`] is a field of the related record.
    This(FieldId),
    /// `relation.field`: the field of the one related record. Unknown where there is none or more than one.
    Related(RelationId, FieldId),
    /// A figure over the related records.
    Fold {
        /// Which records.
        relation: RelationId,
        /// What is made of them.
        fold: Fold,
        /// What is folded, in the scope of the related record; `None` for the records themselves.
        of: Option<Box<Expr>>,
    },
    /// A comparison of two values of one type.
    Compare(CompareOp, Box<Expr>, Box<Expr>),
    /// `IS NULL`; false for present values, unknown for invalid ones. `NOT` is a node of its own.
    IsNull(Box<Expr>),
    /// `IS DISTINCT FROM`: NULL equals NULL; unknown only for invalid operands.
    IsDistinct(Box<Expr>, Box<Expr>),
    /// Membership in a list of constants of the same type.
    InList(Box<Expr>, Arc<[Value]>),
    /// `x >= low AND x <= high`.
    Between(Box<Expr>, Box<Expr>, Box<Expr>),
    /// `LIKE`, compiled.
    Like(Box<Expr>, LikePattern),
    /// All of them, three-valued.
    And(Vec<Expr>),
    /// Any of them, three-valued.
    Or(Vec<Expr>),
    /// Three-valued negation.
    Not(Box<Expr>),
    /// Negation of an integer or decimal.
    Negate(Box<Expr>),
    /// Exact arithmetic of two integers or two decimals; overflow is NULL, counted.
    Arithmetic(ArithmeticOp, Box<Expr>, Box<Expr>),
    /// A date, timestamp or instant moved by an interval; months and years clamp to the month's last day.
    Shift(Box<Expr>, i64, IntervalUnit),
    /// The first branch whose condition is true; else `otherwise`; else NULL.
    Case {
        /// Conditions and results, in order.
        branches: Vec<(Expr, Expr)>,
        /// The result when no condition is true.
        otherwise: Option<Box<Expr>>,
    },
    /// An implicit conversion to the node's type: integer to decimal, date to timestamp (midnight).
    Widen(Box<Expr>),
    /// A function of values.
    Call(Function, Vec<Expr>),
    /// Whole-text or partial match of a compiled pattern.
    Matches(Box<Expr>, Pattern),
    /// Membership in a code set.
    InSet(Box<Expr>, Arc<CodeSet>),
}

/// What is made of the records of a relation. NULL operands are left out, as in SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fold {
    /// How many there are; with an operand, for how many it is present.
    Count,
    /// Whether there is one.
    Exists,
    /// The least value; NULL over none.
    Min,
    /// The greatest value; NULL over none.
    Max,
    /// The sum; NULL over none.
    Sum,
}

/// How two values compare.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the signs")]
pub enum CompareOp {
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
}

/// Exact arithmetic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the signs")]
pub enum ArithmeticOp {
    Add,
    Subtract,
    Multiply,
}

/// The unit of an interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the units")]
pub enum IntervalUnit {
    Hour,
    Day,
    Month,
    Year,
}

/// The functions that take values and give a value; patterns and code sets have nodes of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "one SQL function each, documented in the function table")]
pub enum Function {
    Blank,
    Trim,
    Lower,
    Upper,
    Length,
    Substr,
    StartsWith,
    Contains,
    Concat,
    Coalesce,
    NullIf,
    ToInt,
    ToDecimal,
    ToDate,
    /// `to_date(x, 'FORMAT')`: the second argument is a text literal from the closed list.
    ToDateAs,
    ToTimestamp,
    DateOf,
    Year,
    Month,
    Day,
    DaysBetween,
    MonthsBetween,
    YearsBetween,
    HoursBetween,
    AddDays,
    AddMonths,
    AddYears,
    Age,
    AdultOn,
    Least,
    Greatest,
    Div,
    Mod,
    /// `check_digit(x, 'NAME')`: the second argument is a text literal naming a form of `value::form`.
    CheckDigit,
}

/// A `LIKE` pattern as a list of parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct LikePattern {
    /// The parts, in order.
    pub parts: Vec<LikePart>,
}

/// One part of a `LIKE` pattern.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum LikePart {
    /// `%`: any text, line ends included.
    Any,
    /// `_`: one code point.
    One,
    /// Literal text.
    Text(String),
}

/// A pattern of the regular expression subset, rewritten and compiled.
#[derive(Debug, Clone)]
pub struct Pattern {
    /// The rewritten pattern, anchored if the whole text must match; equal in every engine.
    pub rewritten: String,
    /// The compiled form, over bytes.
    pub regex: regex::bytes::Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.rewritten == other.rewritten
    }
}

/// A named set of codes.
#[derive(Debug, PartialEq, Eq)]
pub struct CodeSet {
    /// Its name, as rules use it.
    pub name: String,
    /// Its members, sorted by bytes, without repeats.
    pub members: Vec<String>,
}

/// An aggregate over the records of a group, as `measure` uses it.
#[derive(Debug, Clone, PartialEq)]
pub enum Aggregate {
    /// A constant.
    Literal(Decimal),
    /// `count()`: the records.
    Count,
    /// `count(EXPR)`: the records for which it is present.
    CountPresent(Box<Expr>),
    /// `count_if(COND)`: the records for which it is true.
    CountIf(Box<Expr>),
    /// `share(COND)`: true / (true + false); unknown leaves both sides.
    Share(Box<Expr>),
    /// `distinct(f, …)`: distinct wholly present combinations.
    Distinct(Vec<Expr>),
    /// `sum(EXPR)` of integers or decimals that are present.
    Sum(Box<Expr>),
    /// `min(EXPR)` of the present ones.
    Min(Box<Expr>),
    /// `max(EXPR)` of the present ones.
    Max(Box<Expr>),
    /// `avg(EXPR)` of the present ones, an exact ratio.
    Avg(Box<Expr>),
    /// `ratio(a, b)`: exact; a zero denominator is not evaluable.
    Ratio(Box<Aggregate>, Box<Aggregate>),
    /// A figure of the group's related records, where the group's key decides which they are: an integer or decimal.
    Related(Box<Expr>),
    /// Exact arithmetic of aggregates.
    Arithmetic(ArithmeticOp, Box<Aggregate>, Box<Aggregate>),
}
