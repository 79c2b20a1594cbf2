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
mod kernel;
mod measure;
mod task;
mod verdict;
mod show;
mod part;
mod chunk;
mod digest;
mod drive;
mod outcome;
mod error;
mod example;

#[cfg(test)]
mod tests;

pub use self::drive::{Hooks, ScanOptions};
pub use self::error::EngineError;
pub use self::example::{ExampleOutcome, run as run_example};

use crate::finding::{KeyedHash, Scan};
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
    traced(plan, options, hooks).map(|(scan, _)| scan)
}

fn traced(
    plan: &mut Plan,
    options: &ScanOptions,
    hooks: &Hooks<'_>,
) -> Result<(Scan, outcome::Trace), EngineError> {
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
    let contrary = {
        let pass = drive::pass(plan, options, hooks, &keyed, &ready)?;
        if pass.contrary.is_empty() || pass.interrupted {
            return outcome::conclude(plan, pass, options, hooks);
        }
        pass.contrary
    };
    for (file, encoding) in contrary {
        plan.read_as(file, encoding);
    }
    if let (Some(sink), Some(mark)) = (&hooks.findings, mark) {
        drive::lock(sink).rewind(mark).map_err(stream_error)?;
    }
    let pass = drive::pass(plan, options, hooks, &keyed, &ready)?;
    outcome::conclude(plan, pass, options, hooks)
}
