//! From the text of an expression to its checked tree.

use crate::expr::ast::Node;
use crate::expr::check::{Checker, Scope};
use crate::expr::parse::{Purpose, parse};
use crate::expr::problem::ExprProblem;
use crate::expr::typed::{Aggregate, Expr};
use crate::expr::walk::conditions_of;

/// A checked expression and what is odd about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Checked {
    /// The expression.
    pub expr: Expr,
    /// Warnings, in the order of the text.
    pub warnings: Vec<ExprProblem>,
}

/// A condition on one record: a boolean expression.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn check_condition(text: &str, scope: &Scope<'_>) -> Result<Checked, Vec<ExprProblem>> {
    check(text, scope, |checker, node| {
        checker.warn_constants(node);
        checker.condition(node)
    })
}

/// A value of one record, of any type.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn check_value(text: &str, scope: &Scope<'_>) -> Result<Checked, Vec<ExprProblem>> {
    check(text, scope, |checker, node| checker.expr(node))
}

fn check(
    text: &str,
    scope: &Scope<'_>,
    settle: impl FnOnce(&mut Checker<'_>, &Node) -> Option<Expr>,
) -> Result<Checked, Vec<ExprProblem>> {
    let (node, problems) = parse(text, Purpose::Scalar);
    let mut checker = Checker::new(text, scope);
    let expr = node.as_ref().and_then(|node| settle(&mut checker, node));
    expr.iter().for_each(|expr| checker.refuse_mixed_texts(expr));
    let Checker { problems: more, mut warnings, .. } = checker;
    let problems = sorted(problems, more);
    match expr {
        Some(expr) if problems.is_empty() => {
            warnings.sort_by_key(|problem| problem.span.start);
            Ok(Checked { expr, warnings })
        }
        _ => Err(problems),
    }
}

/// A figure of a group, or a limit of one: aggregates, numbers, percentages and arithmetic on them.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn check_aggregate(text: &str, scope: &Scope<'_>) -> Result<Aggregate, Vec<ExprProblem>> {
    let (node, problems) = parse(text, Purpose::Aggregate);
    let mut checker = Checker::new(text, scope);
    let aggregate = node.as_ref().and_then(|node| checker.aggregate(node));
    for expr in aggregate.iter().flat_map(conditions_of) {
        checker.refuse_mixed_texts(expr);
    }
    let problems = sorted(problems, checker.problems);
    match aggregate {
        Some(aggregate) if problems.is_empty() => Ok(aggregate),
        _ => Err(problems),
    }
}

/// The tree of a text as it is written, before names and types are known.
///
/// # Errors
/// Everything that is wrong with its grammar and its literals, in the order of the text.
pub fn parse_tree(text: &str) -> Result<Node, Vec<ExprProblem>> {
    match parse(text, Purpose::Scalar) {
        (Some(node), problems) if problems.is_empty() => Ok(node),
        (_, problems) => Err(sorted(problems, Vec::new())),
    }
}

fn sorted(mut problems: Vec<ExprProblem>, more: Vec<ExprProblem>) -> Vec<ExprProblem> {
    problems.extend(more);
    problems.sort_by_key(|problem| (problem.span.start, problem.code));
    problems
}
