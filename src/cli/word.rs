//! What rule files call things, for messages.

use crate::rule::Expectation;

/// An outcome as examples write it.
pub(crate) fn expectation(outcome: Expectation) -> &'static str {
    match outcome {
        Expectation::Pass => "pass",
        Expectation::Violation => "violation",
        Expectation::NotEvaluable => "not-evaluable",
        Expectation::NotApplicable => "not-applicable",
        Expectation::Pending => "pending",
    }
}

/// A count and its noun.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
