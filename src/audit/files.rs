//! The files of an export, bound: without those that are settings of the audit, or findings of an earlier one.

use std::path::PathBuf;

use crate::plan::{self, BindOptions, Plan};
use crate::report;
use crate::rule::{CheckedRule, RuleBook};
use crate::sample::Review;
use crate::source::{self, Discovery, FoundFile, Issue, IssueClass, IssueCode};
use crate::store::Ledger;

/// Binds rules to the files that were found. Files that are in force as settings are no input: where they lie among the
/// records they are not listed as files that nobody recognises.
pub(crate) fn bind(
    book: &RuleBook,
    rules: Vec<CheckedRule>,
    found: Discovery,
    options: &BindOptions,
    in_force: &[PathBuf],
) -> Plan {
    let names: Vec<String> = options
        .inputs
        .iter()
        .filter_map(|path| path.canonicalize().ok())
        .flat_map(|input| {
            let below = in_force.iter().filter_map(move |path| path.strip_prefix(&input).ok());
            below.map(|path| path.to_string_lossy().replace('\\', "/")).collect::<Vec<_>>()
        })
        .filter(|name| !name.is_empty())
        .collect();
    let found = without_findings(found);
    let mut plan = plan::bind(book.dictionary.clone(), &book.layouts, rules, found, options);
    plan.problems.retain(|(name, _)| !names.contains(name));
    plan.files.retain(|file| {
        let unplaced = matches!(file.state.refusal(), Some((_, None)));
        !(unplaced && names.contains(&file.name))
    });
    plan.delivery.leave_out(&names);
    plan
}

/// The found files without the findings of earlier audits, which lie where they were written and are listed as no
/// input.
fn without_findings(mut found: Discovery) -> Discovery {
    let (findings, files) = found.files.into_iter().partition(|file| {
        let mut start = [0; 256];
        let read = source::open_file(file).and_then(|input| input.bytes.read_at(0, &mut start));
        read.is_ok_and(|count| {
            let start = &start[..count];
            report::holds_findings(start) || Review::begins(start) || Ledger::begins(start)
        })
    });
    found.files = files;
    let findings: Vec<FoundFile> = findings;
    found.problems.extend(findings.into_iter().map(|file| {
        let detail = "findings that an earlier audit wrote; they are no records";
        let issue =
            Issue::of_file(IssueCode("read/other-file"), IssueClass::Noted, detail.to_owned());
        (file.name, issue)
    }));
    found
}
