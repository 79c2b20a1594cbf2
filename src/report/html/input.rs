//! What was read, and what was wrong with it.

use maud::{Markup, html};

use super::mark;
use crate::report::advice::advice;
use crate::report::json::v1::{Fate, Input, Problem, ProblemClass, Report};
use crate::report::screen::{counted, length, number, size};

pub(super) fn section(report: &Report) -> Markup {
    let mut inputs: Vec<&Input> = report.inputs.iter().collect();
    // What was not read whole comes first.
    inputs.sort_by_key(|input| input.fate == Fate::Read);
    let claims = report.inputs.iter().any(|input| input.release.is_some());
    html! {
        section #inputs aria-labelledby="inputs-title" {
            h2 #inputs-title { "Inputs" }
            p.note {
                (counted(length(&inputs), "file", "files")) ", "
                (counted(report.summary.records.kept, "record", "records")) " evaluated, "
                (number(report.summary.records.skipped)) " skipped, " (size(report.summary.bytes)) "."
            }
            @if !inputs.is_empty() {
                div.wide role="group" aria-labelledby="inputs-title" tabindex="0" {
                    table {
                        caption.aside { "Files, what was read of them, and what was wrong" }
                        thead {
                            tr {
                                th scope="col" { "File" }
                                th scope="col" { "Record set" }
                                th scope="col" { "Read" }
                                th.number scope="col" { "Records" }
                                th.number scope="col" { "Skipped" }
                                th.number scope="col" { "Size" }
                                @if claims { th scope="col" { "Said to be" } }
                                th scope="col" { "What was wrong" }
                            }
                        }
                        tbody { @for input in &inputs { (row(input, claims)) } }
                    }
                }
            }
        }
    }
}

fn row(input: &Input, claims: bool) -> Markup {
    html! {
        tr {
            th scope="row" { (input.path) }
            td { (input.record_set.as_deref().unwrap_or("")) }
            td { (mark::fate(input.fate)) }
            td.number { (number(input.records.kept)) }
            td.number.none[input.records.skipped == 0] { (number(input.records.skipped)) }
            td.number { (size(input.bytes)) }
            @if claims {
                td { @if let Some(release) = &input.release { (release.kind.name()) span.faint { ", " (release.said_by.words()) } } }
            }
            td {
                @if !input.problems.is_empty() {
                    ul.plain { @for problem in &input.problems { li { (wrong(problem)) } } }
                }
            }
        }
    }
}

/// What was wrong, where first, and what to do.
fn wrong(problem: &Problem) -> Markup {
    let first = problem.first.first();
    let advice = advice(&problem.code)
        .filter(|_| problem.class > ProblemClass::Noted)
        .filter(|_| first.is_none_or(|place| !place.detail.contains("; ")));
    html! {
        @match first {
            Some(place) => {
                @if let Some(column) = &place.column { code { (column) } " " }
                (mark::prose(&place.detail))
            }
            None => { code { (problem.code) } }
        }
        span.faint {
            " · " (class(problem.class)) ", "
            (counted(problem.count, "time", "times"))
            @if let Some(place) = first.filter(|place| place.line > 0) { ", first at line " (number(place.line)) }
            " · " (problem.code)
        }
        @if let Some(advice) = advice { p.faint { (advice) } }
    }
}

/// What a problem costs.
fn class(class: ProblemClass) -> &'static str {
    match class {
        ProblemClass::Noted => "noted",
        ProblemClass::Kept => "kept",
        ProblemClass::Skipped => "skipped",
        ProblemClass::Refused => "refused",
    }
}
