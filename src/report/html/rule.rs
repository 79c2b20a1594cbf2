//! Every rule: what it asks, why, what became of it, and what to do.

use std::cmp::Reverse;

use maud::{Markup, html};

use super::{figure, gap, mark};
use crate::report::explain::read_in;
use crate::report::json::v1::{Finding, Guideline, Outcome, Report, Rule, Status};
use crate::report::phrase;
use crate::report::screen::{counted, length, number};

/// Examples that a rule shows here; the list has all that the report holds.
const EXAMPLES: usize = 5;

pub(super) fn section(report: &Report) -> Markup {
    html! {
        section #rules aria-labelledby="rules-title" {
            h2 #rules-title { "Rules" }
            button #unfold type="button" aria-pressed="false" hidden { "Unfold every rule" }
            @for (outcomes, one, many) in [
                (&[Outcome::Fail][..], "rule fails", "rules fail"),
                (&[Outcome::NotEvaluated], "rule was not evaluated", "rules were not evaluated"),
                (&[Outcome::Waived, Outcome::Baselined], "rule is violated only as waived or known", "rules are violated only as waived or known"),
                (&[Outcome::Pending], "rule is not yet due for any record", "rules are not yet due for any record"),
                (&[Outcome::Off], "rule is switched off", "rules are switched off"),
                (&[Outcome::NotApplicable], "rule applies to no record", "rules apply to no record"),
                (&[Outcome::Pass], "rule passes", "rules pass"),
            ] {
                @let rules = with(report, outcomes);
                @if !rules.is_empty() {
                    @let title = counted(length(&rules), one, many);
                    @if outcomes.contains(&Outcome::Fail) {
                        h3 { (mark::sign("fail")) (title) }
                        @for (index, rule) in &rules { (card(*index, rule)) }
                    } @else {
                        details.group {
                            summary { h3 { (mark::sign(mark::class(outcomes[0]))) (title) } }
                            @for (index, rule) in &rules { (card(*index, rule)) }
                        }
                    }
                }
            }
        }
    }
}

/// The rules with one of these outcomes and their places in the plan, the gravest first, then in the order of the plan.
fn with<'r>(report: &'r Report, outcomes: &[Outcome]) -> Vec<(usize, &'r Rule)> {
    let rules = report.rules.iter().enumerate();
    let mut rules: Vec<(usize, &Rule)> =
        rules.filter(|(_, rule)| outcomes.contains(&rule.outcome)).collect();
    rules.sort_by_key(|(_, rule)| Reverse(rule.severity));
    rules
}

/// A rule, closed to a line. What it unfolds bears the rule's id, so that a link to it opens it.
fn card(index: usize, rule: &Rule) -> Markup {
    let counts = &rule.counts;
    html! {
        details class={ "rule " (mark::class(rule.outcome)) } {
            summary {
                (mark::severity(rule.severity))
                h4 { (rule.title) }
                span.told { (mark::prose(&phrase::told(rule))) }
                (figure::parts(&[
                    ("fail", phrase::open(rule)),
                    ("known", counts.waived + counts.baselined),
                    ("gap", counts.not_evaluable),
                    ("other", counts.pending),
                    ("pass", counts.passed),
                ]))
            }
            div.body id=(mark::anchor(&rule.id)) {
                p.id {
                    code { (rule.id) } " · " (rule.pack) " · " (rule.record_set)
                    @match rule.status {
                        Status::Preview => { " · preview" }
                        Status::Deprecated => { " · deprecated" }
                        Status::Stable => {}
                    }
                    @if rule.required { " · required" }
                }
                dl.facts {
                    @if let Some(because) = &rule.because { dt { "Why" } dd { (mark::prose(because)) } }
                    @if let Some(remedy) = &rule.remedy { dt { "Remedy" } dd { (mark::prose(remedy)) } }
                    @if !rule.guideline.is_empty() {
                        dt { (if rule.guideline.len() == 1 { "Guideline" } else { "Guidelines" }) }
                        dd { ul.plain { @for guideline in &rule.guideline { li { (cited(guideline)) } } } }
                    }
                    @if let Some(applies) = &rule.applies { dt { "Applies where" } dd { code { (applies) } } }
                    dt { "Check" } dd { code { (rule.check) } }
                    @if let Some(tolerance) = &rule.tolerance { dt { "Tolerance" } dd { (tolerance) } }
                    @if let Some(tailored) = &rule.tailored { dt { "Tailored" } dd { (mark::prose(tailored)) } }
                    @if !rule.detectors.is_empty() { dt { "Detectors" } dd { (rule.detectors.join(", ")) } }
                    @if !rule.allowed.is_empty() {
                        dt { "Allowed" }
                        dd {
                            ul.plain {
                                @for allowed in &rule.allowed {
                                    li { (counted(allowed.spans, "span", "spans")) " by allowance " (allowed.allowance) }
                                }
                            }
                        }
                    }
                    @if !rule.waived.is_empty() {
                        dt { "Waived" }
                        dd {
                            ul.plain {
                                @for waived in &rule.waived {
                                    li { (number(waived.violations)) " by " a href={ "#waiver-" (waived.waiver) } { "waiver " (waived.waiver) } }
                                }
                            }
                        }
                    }
                    @if !rule.files.is_empty() { dt { "Files" } dd { (phrase::files(rule)) } }
                    @if !rule.overdue.is_empty() {
                        dt { "Overdue" }
                        dd {
                            ul.plain {
                                @for count in &rule.overdue { li { (number(count.violations)) ": " (count.overdue.words()) } }
                            }
                        }
                    }
                    @for remark in &rule.remarks { dt { "Remark" } dd { (mark::prose(remark)) } }
                    @if let Some(reason) = &rule.reason { dt { "Reason" } dd { (mark::prose(reason)) } }
                }
                @if counts.records > 0 { (sums(rule)) }
                @if counts.not_evaluable > 0 && !rule.not_evaluable_reasons.is_empty() {
                    p.lead { "Not judged:" }
                    (gap::reasons(rule))
                }
                (examples(index, rule))
            }
        }
    }
}

/// A guideline, and how sure we are of it.
fn cited(guideline: &Guideline) -> Markup {
    let force = guideline.in_force.as_ref().map(|force| {
        let from = force.from.as_deref().map(|day| format!(", in force from {day}"));
        let to = force.to.as_deref().map(|day| format!(" to {day}"));
        format!("{}{}", from.unwrap_or_default(), to.unwrap_or_default())
    });
    html! {
        (mark::cite(guideline))
        span.faint {
            @if let Some(authority) = &guideline.authority { " · " (authority) }
            " · " (read_in(guideline.confidence))
            @if let Some(day) = &guideline.text_as_of { ", text of " (day) }
            @if let Some(force) = &force { (force) }
        }
    }
}

/// How the counts add up.
fn sums(rule: &Rule) -> Markup {
    let counts = &rule.counts;
    html! {
        div.wide role="group" aria-label="How the counts add up" tabindex="0" {
            table.sums {
                caption.aside { "How the counts of this rule add up" }
                thead {
                    tr {
                        @for name in ["All", "Not applicable", "Passed", "Violations", "Not judged", "Not yet due"] {
                            th scope="col" { (name) }
                        }
                        @if counts.waived > 0 { th scope="col" { "of them waived" } }
                        @if counts.baselined > 0 { th scope="col" { "of them known" } }
                    }
                }
                tbody {
                    tr {
                        th scope="row" { (number(counts.records)) " " (rule.unit.name(counts.records)) }
                        @for count in [counts.not_applicable, counts.passed, counts.violations, counts.not_evaluable, counts.pending] {
                            td.none[count == 0] { (number(count)) }
                        }
                        @if counts.waived > 0 { td { (number(counts.waived)) } }
                        @if counts.baselined > 0 { td { (number(counts.baselined)) } }
                    }
                }
            }
        }
    }
}

/// A few findings, each as the fields that the rule names.
fn examples(index: usize, rule: &Rule) -> Markup {
    let shown = &rule.findings[..rule.findings.len().min(EXAMPLES)];
    let listed = length(&rule.findings).saturating_sub(length(shown));
    html! {
        @if !shown.is_empty() {
            div.examples {
                @for finding in shown { (example(finding)) }
            }
            p.note {
                @if listed > 0 { (number(listed)) " more in " }
                @if listed == 0 { "See them in " }
                a.find href="#deficiencies" data-rule=(index) { "the list" }
                @if rule.findings_omitted > 0 {
                    "; " (counted(rule.findings_omitted, "more finding is", "more findings are")) " not in this report"
                }
                "."
            }
        }
    }
}

/// One finding as a table of its fields.
fn example(finding: &Finding) -> Markup {
    html! {
        table.example {
            caption {
                (phrase::place(finding))
                @if !finding.key.is_empty() { " " span.key { (phrase::key(finding)) } }
                span.message { (mark::prose(&finding.message)) }
                @if let Some(person) = phrase::person(finding) { " " span.key { (person) } }
            }
            @if !finding.fields.is_empty() {
                tbody {
                    @for field in &finding.fields {
                        tr { th scope="row" { (field.name) } td { (mark::value(&field.value)) } }
                    }
                }
            }
        }
    }
}
