//! The list of deficiencies: a row a finding, by who is to mend it, what is open and overdue longest first.
//!
//! The first rows stand in the page as they are. The rest stands behind them for readers without scripts; a browser with
//! scripts takes that part for plain text, which costs it nothing, and the script makes rows of it when they are asked for.
//! So a list of a hundred thousand findings opens at once, and there is one drawing of a row.

use std::cmp::Reverse;

use maud::{Markup, Render, html};

use super::mark;
use crate::report::json::v1::{
    Family, Finding, FindingStatus, KeyPart, Outcome, Overdue, Report, Rule, Severity,
};
use crate::report::phrase;
use crate::report::screen::{counted, length, number};

/// Rows that stand in the page as they are, and that the script adds at a time.
const ROWS: usize = 500;

/// Every finding that the report holds, in the order of the list.
pub(super) struct Deficiencies<'r> {
    rows: Vec<Row<'r>>,
    assignees: Vec<Assignee<'r>>,
    files: Vec<&'r str>,
    /// Findings that the report does not hold.
    omitted: u64,
}

/// One finding.
struct Row<'r> {
    rule: (usize, &'r Rule),
    finding: &'r Finding,
    standing: Standing,
    /// The place of the assignee in the list of them.
    assignee: usize,
    /// The place of the file in the list of them.
    file: usize,
}

/// Who is to mend a finding, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Assignee<'r> {
    /// Known by a number of this report.
    Numbered(u64),
    /// Known by a tag, or by name.
    Named(&'r str),
    /// The field that names the person is blank.
    Missing,
    /// The rule names nobody.
    Nobody,
}

/// Where a finding stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Open,
    Waived,
    Known,
    Tolerated,
}

impl<'r> Assignee<'r> {
    fn of(part: Option<&'r KeyPart>) -> Self {
        match part {
            None => Self::Nobody,
            Some(part) if part.tag == "(missing)" => Self::Missing,
            Some(part) => {
                let number = part.tag.strip_prefix('#').and_then(|digits| digits.parse().ok());
                number.map_or(Self::Named(&part.tag), Self::Numbered)
            }
        }
    }
}

impl Render for Assignee<'_> {
    fn render(&self) -> Markup {
        match self {
            Self::Numbered(number) => html! { "#" (number) },
            Self::Named(name) => html! { (name) },
            Self::Missing => html! { "nobody is named in the record" },
            Self::Nobody => html! { "nobody in particular" },
        }
    }
}

impl Standing {
    const ALL: [Self; 4] = [Self::Open, Self::Waived, Self::Known, Self::Tolerated];

    fn of(rule: &Rule, finding: &Finding) -> Self {
        match finding.status {
            FindingStatus::Waived => Self::Waived,
            FindingStatus::Baselined => Self::Known,
            FindingStatus::Open if rule.outcome == Outcome::Pass => Self::Tolerated,
            FindingStatus::Open => Self::Open,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Waived => "waived",
            Self::Known => "known",
            Self::Tolerated => "within tolerance",
        }
    }
}

impl<'r> Deficiencies<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let listed = report.rules.iter().enumerate();
        let listed = listed.flat_map(|(index, rule)| {
            rule.findings.iter().map(move |finding| (index, rule, finding))
        });
        let mut assignees: Vec<Assignee<'_>> =
            listed.clone().map(|(_, _, finding)| Assignee::of(finding.assign.as_ref())).collect();
        assignees.sort_unstable();
        assignees.dedup();
        let mut files: Vec<&str> = listed.clone().map(|(_, _, finding)| file(finding)).collect();
        files.sort_unstable();
        files.dedup();
        let mut rows: Vec<Row<'_>> = listed
            .map(|(index, rule, finding)| Row {
                rule: (index, rule),
                finding,
                standing: Standing::of(rule, finding),
                assignee: assignees
                    .binary_search(&Assignee::of(finding.assign.as_ref()))
                    .unwrap_or(0),
                file: files.binary_search(&file(finding)).unwrap_or(0),
            })
            .collect();
        // Stable: what is equal stays in the order of the export.
        rows.sort_by_key(|row| {
            let (index, rule) = row.rule;
            (
                row.assignee,
                row.standing,
                Reverse(row.finding.overdue),
                Reverse(rule.severity),
                index,
                row.file,
            )
        });
        let omitted =
            report.rules.iter().fold(0, |sum: u64, rule| sum.saturating_add(rule.findings_omitted));
        Self { rows, assignees, files, omitted }
    }

    pub(super) fn section(&self, report: &Report) -> Markup {
        html! {
            section #deficiencies aria-labelledby="deficiencies-title" {
                h2 #deficiencies-title { "Deficiencies" }
                @if self.rows.is_empty() {
                    p { (if self.omitted == 0 { "No rule that was evaluated found one." } else { "The report holds no single findings." }) }
                }
                (self.extent(report))
                @if !self.rows.is_empty() {
                    (self.filter(report))
                    (self.table())
                }
            }
        }
    }

    /// How much of all findings the list holds.
    fn extent(&self, report: &Report) -> Markup {
        let numbered = self.assignees.iter().any(|who| matches!(who, Assignee::Numbered(_)));
        html! {
            @if self.omitted > 0 {
                p.loud {
                    (mark::sign("gap"))
                    "The list holds " (counted(length(&self.rows), "finding", "findings")) " as examples; "
                    strong { (counted(self.omitted, "more finding is", "more findings are")) " not in it" }
                    ". The worklist of a scan, " code { "--report csv=worklist.csv" } ", holds every one; "
                    code { "--examples" } " sets how many of each rule this page holds."
                }
            } @else if !self.rows.is_empty() {
                p.note { "The list holds every finding of this audit: " (number(length(&self.rows))) "." }
            }
            @if numbered && !report.provenance.site_key {
                p.note { "Without a site key, people and records are numbered in this report alone: the same number is the same person." }
            }
        }
    }

    /// What the list can be narrowed by; the script shows it.
    fn filter(&self, report: &Report) -> Markup {
        let severities = Severity::ALL
            .iter()
            .filter(|severity| self.rows.iter().any(|row| row.rule.1.severity == **severity));
        let families = Family::ALL
            .iter()
            .filter(|family| self.rows.iter().any(|row| row.rule.1.family == **family));
        let standings = Standing::ALL
            .iter()
            .filter(|standing| self.rows.iter().any(|row| row.standing == **standing));
        let bands = Overdue::ALL
            .iter()
            .filter(|band| self.rows.iter().any(|row| row.finding.overdue == Some(**band)));
        let mut rules: Vec<(usize, &str)> = report
            .rules
            .iter()
            .enumerate()
            .filter(|(_, rule)| !rule.findings.is_empty())
            .map(|(index, rule)| (index, rule.title.as_str()))
            .collect();
        rules.sort_by_key(|(_, title)| *title);
        html! {
            div #filter role="search" aria-label="Narrow the list" hidden {
                label { "Text" input type="search" data-by="text" autocomplete="off"; }
                (choice("Severity", "severity", severities.map(|severity| (*severity as usize, severity.name()))))
                (choice("Family", "family", families.map(|family| (*family as usize, family.name()))))
                (choice("Assigned to", "assignee", self.assignees.iter().enumerate()))
                (choice("Rule", "rule", rules.into_iter()))
                (choice("File", "file", self.files.iter().enumerate().map(|(index, file)| (index, if file.is_empty() { "no one file" } else { file }))))
                (choice("Overdue", "overdue", bands.map(|band| (*band as usize + 1, band.words()))))
                (choice("Status", "status", standings.map(|standing| (*standing as usize, standing.name()))))
                button #clear type="button" { "Show all" }
            }
            p #shown role="status" {}
        }
    }

    fn table(&self) -> Markup {
        let (first, rest) = self.rows.split_at(self.rows.len().min(ROWS));
        html! {
            div.wide role="group" aria-labelledby="deficiencies-title" tabindex="0" {
                table #list data-rows=(ROWS) {
                    (head("Deficiencies"))
                    (self.groups(first))
                }
            }
            p #more hidden { button type="button" {} }
            @if !rest.is_empty() {
                // In parts, so that a browser lays out only those that are in view.
                noscript #rest {
                    @for part in rest.chunks(ROWS) {
                        div.part { table.list { (head("Deficiencies, continued")) (self.groups(part)) } }
                    }
                }
            }
        }
    }

    /// The rows, under a heading for each assignee.
    fn groups(&self, rows: &[Row<'_>]) -> Markup {
        html! {
            @for group in rows.chunk_by(|a, b| a.assignee == b.assignee) {
                tbody {
                    tr.group {
                        th scope="rowgroup" colspan="6" {
                            "Assigned to " (self.assignees[group[0].assignee])
                            span.count { " · " (counted(length(group), "deficiency", "deficiencies")) }
                        }
                    }
                    @for row in group { (self.row(row)) }
                }
            }
        }
    }

    /// One finding. What the script sorts and filters by are numbers, in the order in which it reads them.
    fn row(&self, row: &Row<'_>) -> Markup {
        let finding = row.finding;
        let (index, rule) = row.rule;
        let overdue = finding.overdue.map_or(0, |band| band as usize + 1);
        let numbers = [
            rule.severity as usize,
            rule.family as usize,
            row.assignee,
            index,
            row.file,
            overdue,
            row.standing as usize,
        ];
        let record = finding.record.unwrap_or(0);
        html! {
            tr data-k=(format!("{numbers:?},{record}").replace(['[', ']', ' '], "")) {
                td { (mark::severity(rule.severity)) }
                td {
                    a href={ "#" (mark::anchor(&rule.id)) } { (rule.title) }
                    @if finding.message != rule.title { p { (mark::prose(&finding.message)) } }
                    @if let Some(person) = phrase::person(finding) { p.key { (person) } }
                    @if !finding.fields.is_empty() {
                        p.fields {
                            @for field in &finding.fields { span { (field.name) " " b { (mark::value(&field.value)) } } " " }
                        }
                    }
                }
                td {
                    @if let Some(file) = &finding.file { (file) }
                    @if let Some(record) = finding.record {
                        p { "record " (number(record)) @if let Some(line) = finding.line { ", line " (number(line)) } }
                    }
                    @if !finding.key.is_empty() { p.key { (phrase::key(finding)) } }
                }
                td { @if let Some(band) = finding.overdue { (band.words()) } @if let Some(due) = &finding.due { p { "due " (due) } } }
                td { (self.assignees[row.assignee]) }
                td {
                    (row.standing.name())
                    @if let Some(waiver) = finding.waiver { p { a href={ "#waiver-" (waiver) } { "waiver " (waiver) } } }
                }
            }
        }
    }
}

/// The file of a finding, empty for groups over several files.
fn file(finding: &Finding) -> &str {
    finding.file.as_deref().unwrap_or("")
}

/// The heads of the columns; the script makes buttons of them.
fn head(caption: &str) -> Markup {
    html! {
        caption.aside { (caption) }
        thead {
            tr {
                @for (by, name) in [
                    ("severity", "Severity"),
                    ("rule", "Deficiency"),
                    ("file", "Where"),
                    ("overdue", "Overdue"),
                    ("assignee", "Assigned to"),
                    ("status", "Status"),
                ] {
                    th scope="col" data-by=(by) { (name) }
                }
            }
        }
    }
}

/// One thing to narrow the list by.
fn choice<T: Render>(name: &str, by: &str, options: impl Iterator<Item = (usize, T)>) -> Markup {
    html! {
        label {
            (name)
            select data-by=(by) {
                option value="" { "all" }
                @for (value, option) in options { option value=(value) { (option) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Deficiencies, ROWS};
    use crate::report::json::v1::{KeyPart, Overdue, Report};
    use crate::report::sample;

    /// The sample report with so many findings of its first rule, and a few more besides.
    fn report(findings: usize) -> Report {
        let mut report = sample::report();
        let finding = report.rules[0].findings[0].clone();
        report.rules[0].findings = vec![finding; findings];
        report
    }

    /// Who mends each row, and how long it is overdue, in the order of the list.
    fn order(report: &Report) -> Vec<(String, Option<Overdue>)> {
        let list = Deficiencies::of(report);
        let row = |row: &super::Row<'_>| {
            let who = maud::Render::render(&list.assignees[row.assignee]).into_string();
            (who, row.finding.overdue)
        };
        list.rows.iter().map(row).collect()
    }

    #[test]
    fn people_are_in_order_and_what_is_overdue_longest_comes_first() {
        let mut report = report(7);
        let tags = [
            Some("#10"),
            Some("#9"),
            None,
            Some("(missing)"),
            Some("kq7d-2fhm"),
            Some("#9"),
            Some("#9"),
        ];
        let bands = [
            Overdue::Days30,
            Overdue::Days30,
            Overdue::Over,
            Overdue::Over,
            Overdue::Over,
            Overdue::Year,
            Overdue::Days60,
        ];
        for ((finding, tag), band) in report.rules[0].findings.iter_mut().zip(tags).zip(bands) {
            finding.assign =
                tag.map(|tag| KeyPart { field: "attending_id".to_owned(), tag: tag.to_owned() });
            finding.overdue = Some(band);
        }
        report.rules.truncate(1);
        let expected = [
            ("#9", Overdue::Year),
            ("#9", Overdue::Days60),
            ("#9", Overdue::Days30),
            ("#10", Overdue::Days30),
            ("kq7d-2fhm", Overdue::Over),
            ("nobody is named in the record", Overdue::Over),
            ("nobody in particular", Overdue::Over),
        ];
        assert_eq!(order(&report), expected.map(|(who, band)| (who.to_owned(), Some(band))));
    }

    #[test]
    fn every_finding_has_its_row_whether_it_is_shown_at_once_or_not() {
        for findings in [0, 1, ROWS, ROWS + 1, 3 * ROWS] {
            let report = report(findings);
            let all: usize = report.rules.iter().map(|rule| rule.findings.len()).sum();
            let section = Deficiencies::of(&report).section(&report).into_string();
            assert_eq!(section.matches("<tr data-k=").count(), all);
            let (shown, rest) = section.split_once("<noscript").unwrap_or((&section, ""));
            assert_eq!(shown.matches("<tr data-k=").count(), all.min(ROWS));
            assert_eq!(rest.matches("<tr data-k=").count(), all.saturating_sub(ROWS));
        }
    }

    #[test]
    fn what_the_list_leaves_out_is_said() {
        let mut report = report(1);
        report.rules[0].findings_omitted = 1_047;
        report.rules[3].findings_omitted = 0;
        let omitted: u64 = report.rules.iter().map(|rule| rule.findings_omitted).sum();
        let section = Deficiencies::of(&report).section(&report).into_string();
        assert!(
            section
                .contains(&format!("{} more findings are", crate::report::screen::number(omitted)))
        );
        for rule in &mut report.rules {
            rule.findings_omitted = 0;
        }
        let section = Deficiencies::of(&report).section(&report).into_string();
        assert!(section.contains("every finding of this audit: 5."), "{section}");
    }
}
