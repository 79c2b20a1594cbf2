//! The audit held against an earlier one: what is new, what is still there, what is resolved, and under which rules.

use maud::{Markup, html};

use super::{figure, mark};
use crate::report::json::v1::{Baseline, Report, Rule, RuleBaseline};
use crate::report::screen::{counted, number, share};

/// The section of a report that has a baseline; nothing for every other one.
pub(super) fn section(report: &Report) -> Markup {
    let Some(baseline) = &report.baseline else { return html! {} };
    let parts: [(&str, &str, u64); 5] = [
        ("fail", "new", baseline.new),
        ("known", "known and still there", baseline.persisting),
        ("pass", "resolved", baseline.resolved),
        ("gap", "known, and not evaluable any more", baseline.not_evaluable),
        ("gap", "known, of rules that were not judged", baseline.not_judged),
    ];
    let all = parts.iter().fold(0, |sum: u64, (.., count)| sum.saturating_add(*count));
    html! {
        h3 #earlier-title { "Since the audit of " (baseline.as_of) }
        div.wide role="group" aria-labelledby="earlier-title" tabindex="0" {
            table.chart {
                caption.aside { "Findings of this audit and the earlier one, by what became of them" }
                thead {
                    tr {
                        th scope="col" { "Finding" }
                        th.figure scope="col" { "Share of both audits' findings" }
                        th.number scope="col" { "Findings" }
                    }
                }
                tbody {
                    // What became of none stands there where it may be missed.
                    @for (class, what, count) in parts.into_iter().filter(|(class, _, count)| *class != "gap" || *count > 0) {
                        tr {
                            th scope="row" { (what) }
                            td.figure { (figure::bar(class, count, all)) (share(count, all)) }
                            td.number { (number(count)) }
                        }
                    }
                }
                tfoot { tr { th scope="row" { "all" } td.figure {} td.number { (number(all)) } } }
            }
        }
        (remarks(baseline))
        (changed(report))
    }
}

/// What has to be known to read the figures.
fn remarks(baseline: &Baseline) -> Markup {
    html! {
        @if baseline.ratchet {
            p.note { "The ratchet is on: every finding that the earlier audit does not know fails this one." }
        }
        @if baseline.nameless > 0 {
            p.note {
                (counted(baseline.nameless, "violation has", "violations have"))
                " no fingerprint, because the record has no key or the finding is of a cell or a file name: they count as new."
            }
        }
        @if !baseline.differences.is_empty() {
            div.loud {
                p { (mark::sign("gap")) "The two are not the same audit:" }
                ul { @for words in &baseline.differences { li { (mark::prose(words)) } } }
            }
        }
    }
}

/// The rules under which something is new or resolved, those with the most that is new first.
fn changed(report: &Report) -> Markup {
    let of_rule = |rule: &&Rule| rule.baseline.is_some_and(|of| of.new > 0 || of.resolved > 0);
    let mut rules: Vec<(&Rule, RuleBaseline)> = report
        .rules
        .iter()
        .filter(of_rule)
        .filter_map(|rule| Some((rule, rule.baseline?)))
        .collect();
    rules.sort_by_key(|(rule, of)| (std::cmp::Reverse((of.new, of.resolved)), rule.id.as_str()));
    html! {
        @if !rules.is_empty() {
            p.note { "By rule, where something is new or resolved:" }
            div.wide role="group" aria-labelledby="earlier-title" tabindex="0" {
                table {
                    caption.aside { "Rules under which something changed since the earlier audit" }
                    thead {
                        tr {
                            th scope="col" { "Rule" }
                            th.number scope="col" { "New" }
                            th.number scope="col" { "Still there" }
                            th.number scope="col" { "Resolved" }
                        }
                    }
                    tbody {
                        @for (rule, of) in rules {
                            tr {
                                th scope="row" { a href={ "#" (mark::anchor(&rule.id)) } { (rule.title) } }
                                td.number { (number(of.new)) }
                                td.number { (number(of.persisting)) }
                                td.number { (number(of.resolved)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::section;
    use crate::report::json::v1::{Baseline, Digest, Report, RuleBaseline};
    use crate::report::sample;

    /// The sample report, held against an earlier one.
    pub(in super::super) fn compared() -> Report {
        let mut report = sample::report();
        report.baseline = Some(Baseline {
            report: Digest { name: "january.json".to_owned(), blake3: "44".repeat(32) },
            as_of: "2026-10-31".to_owned(),
            ratchet: true,
            new: 1_048_130,
            persisting: 17,
            resolved: 212,
            not_evaluable: 3,
            not_judged: 0,
            nameless: 1,
            differences: vec!["pack `riverside` was not in the baseline".to_owned()],
        });
        report.rules[0].baseline = Some(RuleBaseline {
            known: 232,
            new: 1_048_130,
            persisting: 17,
            resolved: 212,
            not_evaluable: 3,
            not_judged: 0,
            nameless: 1,
        });
        report
    }

    #[test]
    fn what_changed_is_said_with_its_numbers() {
        let page = section(&compared()).into_string();
        for said in [
            "Since the audit of 2026-10-31",
            "<td class=\"number\">1,048,130</td>",
            "<td class=\"number\">1,048,362</td>",
            "The ratchet is on",
            "1 violation has no fingerprint",
            "was not in the baseline",
        ] {
            assert!(page.contains(said), "{said}:\n{page}");
        }
        let title = compared().rules[0].title.clone();
        assert!(page.contains(&title), "the rule that changed is named:\n{page}");
        assert_eq!(section(&sample::report()).into_string(), "");
    }
}
