//! Plan and batches to findings: conditions as column kernels, and the parallel, exact driver.
//!
//! This room opens no file, knows no flag and reads no clock. The same plan, bytes and as-of date give the
//! same findings for every thread count and chunk size.

mod bits;
mod vector;
mod column;
mod pattern;
mod atom;
mod program;
mod excuse;
mod kernel;
mod relation;
mod known;
mod measure;
mod group;
mod task;
mod sweep;
mod verdict;
mod show;
mod part;
mod profile;
mod chunk;
mod digest;
mod file;
mod options;
mod chain;
mod drive;
mod stage;
mod equation;
mod aggregate;
mod whole;
mod late;
mod input;
mod outcome;
mod error;
mod example;
mod trial;

#[cfg(test)]
mod tests;

pub use self::error::EngineError;
pub use self::example::{ExampleOutcome, run as run_example};
pub use self::options::{Hooks, ScanOptions};
pub use self::trial::{Trial, each_text, trial};

pub(crate) use self::digest::{Tree, is_subtree, subtree};

use self::outcome::Told;

use crate::finding::{Account, KeyedHash, Scan};
use crate::plan::{Plan, Readiness};

/// Scans the files of a plan by its rules.
///
/// A file whose later bytes speak for another encoding than its first stretch did is opened again in that
/// encoding, and the scan is done once more; the report says so.
///
/// # Errors
/// [`EngineError`]: keys or findings that could not be written, threads that could not be had.
pub fn scan(
    plan: &mut Plan,
    options: &ScanOptions,
    hooks: &Hooks<'_>,
) -> Result<Scan, EngineError> {
    told(plan, options, hooks).map(|told| told.scan)
}

/// Scans, and says of the record that [`ScanOptions::watched`] names what each rule says of it and why.
///
/// # Errors
/// As [`scan`].
pub fn account(
    plan: &mut Plan,
    options: &ScanOptions,
    hooks: &Hooks<'_>,
) -> Result<(Scan, Vec<Account>), EngineError> {
    told(plan, options, hooks).map(|told| (told.scan, told.accounts))
}

fn told(plan: &mut Plan, options: &ScanOptions, hooks: &Hooks<'_>) -> Result<Told, EngineError> {
    let keyed = match options.site_key {
        Some(key) => KeyedHash::with_site_key(key),
        None => KeyedHash::for_this_run(),
    };
    let stream_error = |error: std::io::Error| EngineError::Stream { kind: error.kind() };
    let mark = match &hooks.findings {
        Some(sink) => Some(drive::lock(sink).mark().map_err(stream_error)?),
        None => None,
    };
    let ready: Vec<usize> = plan
        .rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| plan.readiness(rule) == Readiness::Ready)
        .map(|(number, _)| number)
        .collect();
    let relations = relation::Relations::of(plan, &ready);
    let people = known::People::of(plan, &ready);
    let asked = stage::Asked { relations: &relations, people: people.as_ref() };
    let contrary = {
        let pass = stage::pass(plan, &asked, options, hooks, &keyed, &ready)?;
        if pass.contrary.is_empty() || pass.interrupted {
            return outcome::conclude(plan, pass, (options, hooks, &keyed));
        }
        pass.contrary
    };
    for (file, encoding) in contrary {
        plan.read_as(file, encoding);
    }
    if let (Some(sink), Some(mark)) = (&hooks.findings, mark) {
        drive::lock(sink).rewind(mark).map_err(stream_error)?;
    }
    if let Some(sink) = &hooks.holdings {
        drive::lock(sink).start_over().map_err(stream_error)?;
    }
    if let Some(register) = hooks.register {
        register.forget();
    }
    if let Some(ledger) = &options.baseline {
        ledger.forget();
    }
    let pass = stage::pass(plan, &asked, options, hooks, &keyed, &ready)?;
    outcome::conclude(plan, pass, (options, hooks, &keyed))
}
