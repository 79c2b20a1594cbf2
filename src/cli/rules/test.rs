//! `chartaudit rules test`: the examples of every rule.

use crate::cli::ExitCode;
use crate::cli::console::Console;
use crate::cli::error::CliError;
use crate::cli::rules::WhichRules;
use crate::cli::word;
use crate::engine;
use crate::rule::{self, Check, CheckedRule, Expectation, LoadRequest, RuleBook};

/// The arguments of `rules test`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Run the examples of every rule.\n\nEach example gives records and says what the rule must make of \
                  them. A shipped rule without an example that passes and one that violates it fails. Ends with 0 \
                  if all hold, else with 1."
)]
pub(crate) struct TestArguments {
    #[command(flatten)]
    which: WhichRules,
}

/// Runs the examples.
pub(crate) fn run(arguments: &TestArguments, console: &mut Console) -> Result<ExitCode, CliError> {
    let texts = arguments.which.texts()?;
    let book = rule::load(texts.all, &arguments.which.request()?)?;
    let mut text = String::new();
    let mut totals = Totals::default();
    for rule in book.packs.iter().flat_map(|pack| &pack.rules) {
        let shipped = !texts.own.contains(&rule.declared.0);
        totals.rules += 1;
        let faults = faults(rule, &book, shipped, &mut totals.examples);
        if !faults.is_empty() {
            totals.failed += 1;
            text.push_str(&format!(
                "FAIL {} ({}:{})\n",
                rule.id.text, rule.declared.0, rule.declared.1
            ));
            for fault in faults {
                text.push_str(&format!("     {fault}\n"));
            }
        }
    }
    text.push_str(&format!(
        "{}, {}: {}\n",
        word::counted(totals.rules, "rule"),
        word::counted(totals.examples, "example"),
        match totals.failed {
            0 => "all hold".to_owned(),
            1 => "1 rule does not keep its examples".to_owned(),
            failed => format!("{failed} rules do not keep their examples"),
        }
    ));
    console.print(&text)?;
    Ok(if totals.failed == 0 { ExitCode::Ok } else { ExitCode::Findings })
}

/// What was counted.
#[derive(Debug, Default)]
struct Totals {
    rules: usize,
    examples: usize,
    failed: usize,
}

/// Everything that is wrong with the examples of a rule.
fn faults(rule: &CheckedRule, book: &RuleBook, shipped: bool, examples: &mut usize) -> Vec<String> {
    let mut faults = Vec::new();
    let mut seen = Vec::new();
    for example in &rule.examples {
        *examples += 1;
        let place = format!("example at line {}", example.line);
        let request = LoadRequest::default();
        let outcome = rule::recheck(book, rule, example, &request)
            .map_err(|errors| errors.to_string())
            .and_then(|rule| engine::run_example(&book.dictionary, &rule, example));
        match outcome {
            Err(problem) => faults.push(format!("{place}: {problem}")),
            Ok(outcome) => {
                if !outcome.holds() {
                    let (expected, got) = (list(&outcome.expected), list(&outcome.got));
                    faults.push(format!("{place}: expected {expected}; got {got}"));
                }
                seen.extend(outcome.expected);
            }
        }
    }
    // What arrived and what was listed are no records; no shipped rule is about them.
    let may_be_shown = !matches!(rule.check, Check::Delivery { .. });
    for needed in [Expectation::Pass, Expectation::Violation] {
        if shipped && may_be_shown && !seen.contains(&needed) {
            faults.push(format!("no example expects {}", list(&[needed])));
        }
    }
    faults
}

/// Outcomes in words, in order.
fn list(outcomes: &[Expectation]) -> String {
    let words: Vec<&str> = outcomes.iter().copied().map(word::expectation).collect();
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}
