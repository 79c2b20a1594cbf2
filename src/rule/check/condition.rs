//! Expressions inside rule files: handed to the condition language, their problems put at their place in the file.

use std::ops::Range;
use std::sync::Arc;

use crate::expr::typed::{Aggregate, CodeSet, Expr, Pattern, Value};
use crate::expr::{self, Checked, ExprCode, ExprProblem, RelationScope, Scope};
use crate::rule::error::{ConditionProblem, RuleProblem, span};
use crate::rule::tree::{Node, source_range};
use crate::value::FieldType;

/// What the expressions of one rule may name, and the file they stand in.
pub(crate) struct Conditions<'a> {
    /// The text of the file.
    pub(crate) source: &'a str,
    /// The fields of the record set, in the order of their numbers.
    pub(crate) fields: &'a [(&'a str, FieldType)],
    /// The relations, in the order of their numbers.
    pub(crate) relations: &'a [RelationScope<'a>],
    /// In the condition of a relation, the fields of the record under test.
    pub(crate) this: Option<&'a [(&'a str, FieldType)]>,
    /// The parameters in force.
    pub(crate) params: &'a [(String, Value)],
    /// Parameters whose declaration is wrong, of which nothing more is said.
    pub(crate) lost: &'a [String],
    /// Relations whose declaration is wrong, of which nothing more is said.
    pub(crate) lost_relations: &'a [String],
    /// The code sets by name.
    pub(crate) code_sets: &'a dyn Fn(&str) -> Option<Arc<CodeSet>>,
}

impl Conditions<'_> {
    fn scope(&self) -> Scope<'_> {
        Scope {
            fields: self.fields,
            relations: self.relations,
            this: self.this,
            params: self.params,
            code_sets: self.code_sets,
        }
    }

    /// A condition: true, false or unknown.
    pub(crate) fn condition(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Expr> {
        let text = node.text()?;
        self.checked(node, expr::check_condition(text, &self.scope()), problems)
    }

    /// An expression of any type.
    pub(crate) fn value(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Expr> {
        let text = node.text()?;
        self.checked(node, expr::check_value(text, &self.scope()), problems)
    }

    /// A figure over records.
    pub(crate) fn aggregate(
        &self,
        node: &Node,
        problems: &mut Vec<RuleProblem>,
    ) -> Option<Aggregate> {
        match expr::check_aggregate(node.text()?, &self.scope()) {
            Ok(aggregate) => Some(aggregate),
            Err(found) => {
                self.refused(node, found, problems);
                None
            }
        }
    }

    /// A pattern of the whole value.
    pub(crate) fn pattern(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<Pattern> {
        match expr::check_pattern(node.text()?, false, true) {
            Ok(pattern) => Some(pattern),
            Err(problem) => {
                problems.push(self.placed(node, problem, false));
                None
            }
        }
    }

    /// The place in the file of a place in an expression.
    pub(crate) fn place(&self, node: &Node, range: &Range<usize>) -> Range<usize> {
        source_range(self.source, node, range)
    }

    fn checked(
        &self,
        node: &Node,
        outcome: Result<Checked, Vec<ExprProblem>>,
        problems: &mut Vec<RuleProblem>,
    ) -> Option<Expr> {
        match outcome {
            Ok(checked) => {
                let warnings = checked.warnings.into_iter();
                problems.extend(warnings.map(|warning| self.placed(node, warning, true)));
                Some(checked.expr)
            }
            Err(found) => {
                self.refused(node, found, problems);
                None
            }
        }
    }

    /// Takes the problems of an expression, but for names whose declaration was found wrong already.
    fn refused(&self, node: &Node, found: Vec<ExprProblem>, problems: &mut Vec<RuleProblem>) {
        let text = node.text().unwrap_or_default();
        let is_lost = |problem: &ExprProblem| {
            let named = text.get(problem.span.clone()).unwrap_or_default();
            let param = named.strip_prefix(':');
            let relation = named.split_once('.').map_or(named, |(relation, _)| relation);
            match problem.code {
                ExprCode::E102 => self.lost.iter().any(|lost| param == Some(lost)),
                ExprCode::E111 => self.lost_relations.iter().any(|lost| lost == relation),
                _ => false,
            }
        };
        let told = found.into_iter().filter(|problem| !is_lost(problem));
        problems.extend(told.map(|problem| self.placed(node, problem, false)));
    }

    fn placed(&self, node: &Node, problem: ExprProblem, warning: bool) -> RuleProblem {
        placed(self.source, node, problem, warning)
    }
}

/// A problem of an expression, at its place in the file.
pub(crate) fn placed(
    source: &str,
    node: &Node,
    problem: ExprProblem,
    warning: bool,
) -> RuleProblem {
    let place = source_range(source, node, &problem.span);
    RuleProblem::Condition(ConditionProblem {
        code: problem.code.as_str().to_owned(),
        message: problem.message,
        label: problem.label,
        help: problem.help,
        warning,
        span: span(place),
    })
}
