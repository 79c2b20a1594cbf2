//! What could not be judged, as loud as what fails.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use maud::{Markup, html};

use super::mark;
use crate::report::json::v1::{Fate, Outcome, Report, Rule};
use crate::report::screen::{counted, length, number, share};

pub(super) fn section(report: &Report) -> Markup {
    let groups = groups(report);
    let partly = partly(report);
    let inputs = report.inputs.iter().filter(|input| input.fate != Fate::Read).count();
    let packs = &report.provenance.packs_not_run;
    let nothing = groups.is_empty() && partly.is_empty() && inputs == 0 && packs.is_empty();
    html! {
        section #gaps aria-labelledby="gaps-title" {
            h2 #gaps-title { "What could not be judged" }
            @if nothing {
                p { "Every rule that applies was evaluated on every record, and every file was read whole." }
            }
            @if inputs > 0 {
                p.loud {
                    (mark::sign("gap"))
                    (counted(u64::try_from(inputs).unwrap_or(u64::MAX), "file was", "files were"))
                    " not read, or only in part: see " a href="#inputs" { "the inputs" } "."
                }
            }
            @if !groups.is_empty() { (unevaluated(&groups)) }
            @if !partly.is_empty() { (in_part(&partly)) }
            @if !packs.is_empty() {
                h3 #packs-title { (counted(length(packs), "pack did not run", "packs did not run")) }
                div.wide role="group" aria-labelledby="packs-title" tabindex="0" {
                    table {
                        caption.aside { "Packs that did not run, and what would run them" }
                        thead { tr { th scope="col" { "Pack" } th scope="col" { "Why" } th scope="col" { "What would run it" } } }
                        tbody {
                            @for pack in packs {
                                tr {
                                    th scope="row" { (pack.title) span.id { (pack.pack) } }
                                    td { (mark::prose(&pack.reason)) }
                                    td { code { (pack.flag) } }
                                }
                            }
                        }
                    }
                }
            }
            @if !report.provenance.not_checkable.is_empty() {
                p.note { "What data cannot show at all stands under " a href="#manual" { "evidence" } "." }
            }
        }
    }
}

/// The rules that were not evaluated, by the reason, the most frequent first.
fn groups(report: &Report) -> Vec<(&str, Vec<&Rule>)> {
    let mut groups: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in report.rules.iter().filter(|rule| rule.outcome == Outcome::NotEvaluated) {
        groups
            .entry(rule.reason.as_deref().unwrap_or("no reason is given"))
            .or_default()
            .push(rule);
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, rules)| Reverse(rules.len()));
    groups
}

/// The rules that were evaluated, but not on every record.
fn partly(report: &Report) -> Vec<&Rule> {
    let mut rules: Vec<&Rule> = report
        .rules
        .iter()
        .filter(|rule| rule.counts.not_evaluable > 0 && rule.outcome != Outcome::NotEvaluated)
        .collect();
    rules.sort_by_key(|rule| Reverse(rule.counts.not_evaluable));
    rules
}

fn unevaluated(groups: &[(&str, Vec<&Rule>)]) -> Markup {
    let all: u64 = groups.iter().map(|(_, rules)| length(rules)).sum();
    html! {
        h3 #unevaluated-title { (mark::sign("gap")) (counted(all, "rule was not evaluated", "rules were not evaluated")) }
        div.wide role="group" aria-labelledby="unevaluated-title" tabindex="0" {
            table.gaps {
                caption.aside { "Rules that were not evaluated, by the reason" }
                thead { tr { th scope="col" { "Why" } th.number scope="col" { "Rules" } th scope="col" { "Which" } } }
                tbody {
                    @for (reason, rules) in groups {
                        tr {
                            th scope="row" { (mark::prose(reason)) }
                            td.number { (number(length(rules))) }
                            td {
                                ul.plain {
                                    @for rule in rules {
                                        li { a href={ "#" (mark::anchor(&rule.id)) } { (rule.title) } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn in_part(rules: &[&Rule]) -> Markup {
    html! {
        h3 #partly-title {
            (mark::sign("gap"))
            (counted(length(rules), "rule could not judge every record", "rules could not judge every record"))
        }
        div.wide role="group" aria-labelledby="partly-title" tabindex="0" {
            table.gaps {
                caption.aside { "Rules that could not judge every record to which they may apply" }
                thead {
                    tr {
                        th scope="col" { "Rule" }
                        th.number scope="col" { "Not judged" }
                        th.number scope="col" { "Of" }
                        th scope="col" { "Why" }
                    }
                }
                tbody {
                    @for rule in rules {
                        @let counts = &rule.counts;
                        @let may_apply = counts.records.saturating_sub(counts.not_applicable);
                        tr {
                            th scope="row" { a href={ "#" (mark::anchor(&rule.id)) } { (rule.title) } }
                            td.number { (number(counts.not_evaluable)) }
                            td.number {
                                (number(may_apply)) " " (rule.unit.name(may_apply)) " ("
                                (share(counts.not_evaluable, may_apply)) ")"
                            }
                            td { (reasons(rule)) }
                        }
                    }
                }
            }
        }
    }
}

/// Why records could not be judged.
pub(super) fn reasons(rule: &Rule) -> Markup {
    let told: u64 = rule.not_evaluable_reasons.iter().map(|reason| reason.count).sum();
    let left = rule.counts.not_evaluable.saturating_sub(told);
    html! {
        ul.plain {
            @for reason in &rule.not_evaluable_reasons {
                li { (number(reason.count)) ": " (mark::prose(&reason.reason)) }
            }
            @if left > 0 { li { (number(left)) ": for other reasons" } }
        }
    }
}
