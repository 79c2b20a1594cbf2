//! The summary: how many of how many, by family, rule, file and guideline.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{earlier, figure, mark};
use crate::report::json::v1::{
    Guideline, Outcome, Overdue, OverdueCount, Report, Rule, RuleSummary, TransferSet,
};
use crate::report::phrase;
use crate::report::screen::{counted, length, number, share};
use crate::report::waiver;

/// Rules and files that a chart shows; the rest is one row.
const CHARTED: usize = 12;

pub(super) fn section(report: &Report) -> Markup {
    html! {
        section #summary aria-labelledby="summary-title" {
            h2 #summary-title { "Summary" }
            (tiles(report))
            (waivers(report))
            (earlier::section(report))
            (families(report))
            (by_rule(report))
            (by_file(report))
            (ageing(report))
            (citations(report))
            @if !report.transfer.is_empty() { (transfer(&report.transfer)) }
        }
    }
}

/// The four numbers that are asked for first; what was not evaluated is as large as what fails.
fn tiles(report: &Report) -> Markup {
    let rules = &report.summary.rules;
    let inputs = &report.summary.inputs;
    let tile = |class: &str, target: &str, name: &str, count: u64, rest: String| {
        html! {
            li class=(if count > 0 { class } else { "" }) {
                a href=(target) {
                    span.name { (name) } " "
                    strong { (number(count)) } " "
                    span.rest { (rest) }
                }
            }
        }
    };
    let known = rules.violations.saturating_sub(rules.open_violations);
    let known = if known == 0 {
        String::new()
    } else {
        format!(", {} more waived or known", number(known))
    };
    html! {
        ul.tiles {
            (tile("fail", "#rules", "Rules that fail", rules.failed, format!("of {}", number(rules.total))))
            (tile("gap", "#gaps", "Rules not evaluated", rules.not_evaluated, format!("of {}", number(rules.total))))
            (tile(
                "fail",
                "#deficiencies",
                "Open violations",
                rules.open_violations,
                format!("in {}{known}", counted(length(&failing(report)), "rule", "rules")),
            ))
            (tile(
                "",
                "#inputs",
                "Records evaluated",
                report.summary.records.kept,
                format!("in {} of {}", number(inputs.read + inputs.incomplete), counted(inputs.total, "file", "files")),
            ))
        }
    }
}

/// The waivers that somebody has to look at.
fn waivers(report: &Report) -> Markup {
    let noted = waiver::noted(report);
    let left_out = report.provenance.waivers.as_ref().is_some_and(|source| !source.applied);
    html! {
        @if left_out { p.loud { (mark::sign("known")) "Waivers were left out of this audit: every violation counts." } }
        @if !noted.is_empty() {
            div.loud {
                p { (mark::sign("gap")) a href="#waivers" { "Waivers" } " to look at:" }
                ul { @for noted in noted { li { (mark::prose(&waiver::sentence(noted))) } } }
            }
        }
    }
}

/// What became of rules, as columns: a class, a name, and how many.
const COLUMNS: [(&str, &str); 5] = [
    ("fail", "Fail"),
    ("gap", "Not evaluated"),
    ("known", "Waived or known"),
    ("pass", "Pass"),
    ("other", "Other"),
];

/// How many rules went which way, in the order of [`COLUMNS`].
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    rules: u64,
    parts: [u64; COLUMNS.len()],
    open: u64,
}

impl Tally {
    fn of(sum: &RuleSummary) -> Self {
        let (known, other) =
            (sum.waived + sum.baselined, sum.pending + sum.not_applicable + sum.off);
        let parts = [sum.failed, sum.not_evaluated, known, sum.passed, other];
        Self { rules: sum.total, parts, open: sum.open_violations }
    }

    fn add(&mut self, rule: &Rule) {
        let column = match rule.outcome {
            Outcome::Fail => 0,
            Outcome::NotEvaluated => 1,
            Outcome::Waived | Outcome::Baselined => 2,
            Outcome::Pass => 3,
            Outcome::Pending | Outcome::NotApplicable | Outcome::Off => 4,
        };
        self.rules += 1;
        self.parts[column] += 1;
        if rule.outcome == Outcome::Fail {
            self.open = self.open.saturating_add(phrase::open(rule));
        }
    }

    /// Whether somebody has to look: a rule fails, was left unevaluated, or passes by a waiver alone.
    fn needs_a_look(&self) -> bool {
        let [failed, gaps, known, ..] = self.parts;
        failed + gaps + known > 0
    }
}

/// A table of tallies; without waivers and baselines, nobody misses their column.
fn tallies(
    (report, caption): (&Report, &str),
    heads: &Markup,
    rows: impl Iterator<Item = (Markup, Tally)>,
    last: Option<(Markup, Tally)>,
) -> Markup {
    let known = report.summary.rules.waived + report.summary.rules.baselined > 0;
    let shown = |index: usize| known || COLUMNS[index].0 != "known";
    let number_cell = |count: u64| html! { td.none[count == 0] { (number(count)) } };
    let row = |(lead, tally): (Markup, Tally)| {
        html! {
            tr {
                (lead)
                (number_cell(tally.rules))
                @for (index, count) in tally.parts.iter().enumerate() { @if shown(index) { (number_cell(*count)) } }
                (number_cell(tally.open))
            }
        }
    };
    html! {
        table.numbers {
            caption.aside { (caption) }
            thead {
                tr {
                    (heads)
                    th scope="col" { "Rules" }
                    @for (index, (class, name)) in COLUMNS.iter().enumerate() {
                        @if shown(index) { th scope="col" { span class={ "key " (class) } {} (name) } }
                    }
                    th scope="col" { "Open violations" }
                }
            }
            tbody { @for item in rows { (row(item)) } }
            @if let Some(last) = last { tfoot { (row(last)) } }
        }
    }
}

/// How many rules of each family went which way.
fn families(report: &Report) -> Markup {
    let row = |name: &str, sum: &RuleSummary| {
        let tally = Tally::of(sum);
        let parts: Vec<(&str, u64)> =
            COLUMNS.iter().map(|(class, _)| *class).zip(tally.parts).collect();
        (html! { th scope="row" { (name) } td.figure { (figure::parts(&parts)) } }, tally)
    };
    let all = &report.summary.rules;
    let others: Vec<String> = [
        (all.pending, "not yet due"),
        (all.not_applicable, "without a record to which they apply"),
        (all.off, "switched off"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, words)| format!("{} {words}", number(*count)))
    .collect();
    html! {
        h3 #families-title { "Rules by family" }
        div.wide role="group" aria-labelledby="families-title" tabindex="0" {
            (tallies(
                (report, "How many rules of each family went which way"),
                &html! { th scope="col" { "Family" } th.figure scope="col" { span.aside { "Shares" } } },
                report.summary.families.iter().map(|family| row(family.family.name(), &family.rules)),
                Some(row("all", all)),
            ))
        }
        @if !others.is_empty() { p.note { "Other: " (others.join(", ")) "." } }
    }
}

/// The rules that fail, those with the most open violations first.
fn failing(report: &Report) -> Vec<&Rule> {
    let mut rules: Vec<&Rule> =
        report.rules.iter().filter(|rule| rule.outcome == Outcome::Fail).collect();
    rules.sort_by_key(|rule| Reverse(phrase::open(rule)));
    rules
}

/// Which rules have most of the open violations.
fn by_rule(report: &Report) -> Markup {
    let rules = failing(report);
    let all = rules.iter().fold(0, |sum: u64, rule| sum.saturating_add(phrase::open(rule)));
    if all == 0 {
        return html! {};
    }
    let (shown, left) = rules.split_at(rules.len().min(CHARTED));
    let rest = left.iter().fold(0, |sum: u64, rule| sum.saturating_add(phrase::open(rule)));
    html! {
        h3 #by-rule-title { "Open violations by rule" }
        div.wide role="group" aria-labelledby="by-rule-title" tabindex="0" {
            table.chart {
                caption.aside { "The rules with the most open violations, and of how many records" }
                thead {
                    tr {
                        th scope="col" { "Rule" }
                        th scope="col" { "Severity" }
                        th.figure scope="col" { "Share of all open violations" }
                        th.number scope="col" { "Open" }
                        th scope="col" { "Of those it applies to" }
                    }
                }
                tbody {
                    @for rule in shown {
                        tr {
                            th scope="row" { a href={ "#" (mark::anchor(&rule.id)) } { (rule.title) } }
                            td { (mark::severity(rule.severity)) }
                            td.figure { (figure::bar("fail", phrase::open(rule), all)) (share(phrase::open(rule), all)) }
                            td.number { (number(phrase::open(rule))) }
                            td { (phrase::figures(rule)) }
                        }
                    }
                    @if !left.is_empty() {
                        tr.left {
                            th scope="row" { "and " (counted(length(left), "more rule", "more rules")) }
                            td {}
                            td.figure { (figure::bar("fail", rest, all)) (share(rest, all)) }
                            td.number { (number(rest)) }
                            td {}
                        }
                    }
                }
                tfoot {
                    tr {
                        th scope="row" { "all" }
                        td {}
                        td.figure {}
                        td.number { (number(all)) }
                        td { "of " (counted(length(&rules), "rule", "rules")) }
                    }
                }
            }
        }
    }
}

/// Which files have most of the open violations.
fn by_file(report: &Report) -> Markup {
    let rules = failing(report);
    let all = rules.iter().fold(0, |sum: u64, rule| sum.saturating_add(phrase::open(rule)));
    let mut files: BTreeMap<&str, u64> = BTreeMap::new();
    for count in rules.iter().flat_map(|rule| &rule.files).filter(|count| count.open() > 0) {
        let sum = files.entry(&count.file).or_default();
        *sum = sum.saturating_add(count.open());
    }
    if files.is_empty() {
        return html! {};
    }
    let mut files: Vec<(&str, u64)> = files.into_iter().collect();
    files.sort_by_key(|(_, count)| Reverse(*count));
    let in_files = files.iter().fold(0, |sum: u64, (_, count)| sum.saturating_add(*count));
    let (shown, left) = files.split_at(files.len().min(CHARTED));
    let rest = left.iter().fold(0, |sum: u64, (_, count)| sum.saturating_add(*count));
    let mut rows: Vec<(String, u64)> =
        shown.iter().map(|(file, count)| ((*file).to_owned(), *count)).collect();
    if !left.is_empty() {
        rows.push((format!("and {}", counted(length(left), "more file", "more files")), rest));
    }
    let nowhere = all.saturating_sub(in_files);
    if nowhere > 0 {
        rows.push(("not in one file, or in files that are not listed".to_owned(), nowhere));
    }
    html! {
        h3 #by-file-title { "Open violations by file" }
        div.wide role="group" aria-labelledby="by-file-title" tabindex="0" {
            table.chart {
                caption.aside { "The files with the most open violations" }
                thead {
                    tr {
                        th scope="col" { "File" }
                        th.figure scope="col" { "Share of all open violations" }
                        th.number scope="col" { "Open" }
                    }
                }
                tbody {
                    @for (name, count) in &rows {
                        tr {
                            th scope="row" { (name) }
                            td.figure { (figure::bar("fail", *count, all)) (share(*count, all)) }
                            td.number { (number(*count)) }
                        }
                    }
                }
                tfoot { tr { th scope="row" { "all" } td.figure {} td.number { (number(all)) } } }
            }
        }
    }
}

/// How much is overdue, and how long.
fn ageing(report: &Report) -> Markup {
    let rules = failing(report);
    let counts = || rules.iter().flat_map(|rule| &rule.overdue);
    let sum = |counts: &mut dyn Iterator<Item = &OverdueCount>| {
        counts.fold(0, |sum: u64, count| sum.saturating_add(count.violations))
    };
    let all = sum(&mut counts());
    if all == 0 {
        return html! {};
    }
    let dated = rules.iter().filter(|rule| !rule.overdue.is_empty()).count();
    html! {
        h3 #ageing-title { "How long overdue" }
        div.wide role="group" aria-labelledby="ageing-title" tabindex="0" {
            table.chart {
                caption.aside { "Violations that are overdue, by how long" }
                thead {
                    tr {
                        th scope="col" { "Overdue" }
                        th.figure scope="col" { "Share of what is overdue" }
                        th.number scope="col" { "Violations" }
                    }
                }
                tbody {
                    @for band in Overdue::ALL {
                        @let count = sum(&mut counts().filter(|count| count.overdue == band));
                        tr {
                            th scope="row" { (band.words()) }
                            td.figure { (figure::bar("fail", count, all)) (share(count, all)) }
                            td.number { (number(count)) }
                        }
                    }
                }
                tfoot { tr { th scope="row" { "all" } td.figure {} td.number { (number(all)) } } }
            }
        }
        p.note {
            "Deadlines that passed without the thing being done, under "
            (counted(u64::try_from(dated).unwrap_or(u64::MAX), "rule", "rules"))
            "; what was done late is no longer overdue."
        }
    }
}

/// How many rules of each guideline went which way.
fn citations(report: &Report) -> Markup {
    let mut cited: BTreeMap<(&str, &str), (&Guideline, Tally)> = BTreeMap::new();
    let mut without = 0;
    for rule in &report.rules {
        without += u64::from(rule.guideline.is_empty());
        for guideline in &rule.guideline {
            let key = (guideline.authority.as_deref().unwrap_or(""), guideline.cite.as_str());
            cited.entry(key).or_insert((guideline, Tally::default())).1.add(rule);
        }
    }
    if cited.is_empty() {
        return html! {};
    }
    let (acted, sound): (Vec<_>, Vec<_>) =
        cited.into_values().partition(|(_, tally)| tally.needs_a_look());
    html! {
        h3 #citations-title { "Guidelines" }
        p.note {
            "A rule that checks two guidelines is counted under both. "
            @if without > 0 { (counted(without, "rule cites", "rules cite")) " none." }
        }
        @if !acted.is_empty() {
            (guidelines((report, "Guidelines with rules that fail, are waived or could not be evaluated"), &acted))
        }
        @if !sound.is_empty() {
            details.group {
                summary { (counted(length(&sound), "more guideline", "more guidelines")) ": no rule fails, and none was left unevaluated" }
                (guidelines((report, "Guidelines without a rule that fails"), &sound))
            }
        }
    }
}

/// A table of guidelines.
fn guidelines(about: (&Report, &str), cited: &[(&Guideline, Tally)]) -> Markup {
    html! {
        div.wide role="group" aria-label=(about.1) tabindex="0" {
            (tallies(
                about,
                &html! { th scope="col" { "Guideline" } th scope="col" { "Authority" } },
                cited.iter().map(|(guideline, tally)| {
                    let authority = guideline.authority.as_deref().unwrap_or("");
                    (html! { th scope="row" { (mark::cite(guideline)) } td.word { (authority) } }, *tally)
                }),
                None,
            ))
        }
    }
}

/// How each record set fared on its way, where two exports were compared.
fn transfer(sets: &[TransferSet]) -> Markup {
    html! {
        h3 #transfer-title { "What arrived" }
        div.wide role="group" aria-labelledby="transfer-title" tabindex="0" {
            table.numbers {
                caption.aside { "How the records of each record set fared on their way" }
                thead {
                    tr {
                        @for name in [
                            "Record set", "Sent", "Received", "Unaltered", "Form only", "Altered", "Missing", "Extra",
                            "Repeated", "Not comparable",
                        ] {
                            th scope="col" { (name) }
                        }
                    }
                }
                tbody {
                    @for set in sets {
                        tr {
                            th scope="row" { (set.record_set) }
                            @for count in [
                                set.sent, set.received, set.unaltered, set.form_only, set.altered, set.missing, set.extra,
                                set.repeated, set.sent_not_comparable.saturating_add(set.received_not_comparable),
                            ] {
                                td.none[count == 0] { (number(count)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
