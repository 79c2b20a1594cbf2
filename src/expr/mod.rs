//! The condition language: parse, type and check; never evaluate.
//!
//! It looks like SQL, so that auditors and data teams can read it, and is a closed subset of it, so that
//! every engine gives the same answer. A text becomes tokens, tokens a tree, and the tree a typed tree that
//! the engine compiles to column kernels and that can be lowered to SQL. All problems of a text are told at
//! once, each with its place and the way out.

pub mod typed;
pub mod ast;
mod problem;
mod token;
mod parse;
mod print;
mod function;
mod like;
mod pattern;
mod check;
mod relation;
mod aggregate;
mod walk;
mod entry;

#[cfg(test)]
mod tests;

pub use self::check::{Scope, TO_DATE_FORMATS};
pub use self::entry::{Checked, check_aggregate, check_condition, check_value, parse_tree};
pub use self::function::{AGGREGATES, FOLDS, FUNCTIONS, FunctionEntry};
pub use self::parse::{MAX_BYTES, MAX_DEPTH, MAX_IN_LIST, MAX_TOKENS};
pub use self::pattern::{MAX_PATTERN_BYTES, MAX_REPEAT, check_pattern};
pub use self::print::print;
pub use self::problem::{ExprCode, ExprProblem};
pub use self::relation::RelationScope;
pub use self::walk::{
    conditions_of, fields_of, fields_of_aggregate, related_fields_of, relations_of,
    renumber_relations, renumber_relations_of_aggregate, this_fields_of,
};
