//! From reports to figures by day and rule.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::report::baseline::differences;
use crate::report::json::v1::{Outcome, Report, Rule, Severity, Verdict};
use crate::report::phrase::open;

/// The name of this version of the document.
const SCHEMA: &str = "chartaudit.trend/1";

/// Audits in the order of their days, and how each rule fared in them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Trend {
    /// `chartaudit.trend/1`.
    pub schema: &'static str,
    /// The facility, where all of them name the same.
    pub facility: Option<String>,
    /// The audits.
    pub audits: Vec<TrendPoint>,
    /// The rules, those that grew most first.
    pub rules: Vec<TrendRule>,
    /// Files that are no reports.
    pub other_files: Vec<String>,
}

/// One audit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrendPoint {
    /// The name of its file.
    pub file: String,
    /// The day on which it stands.
    pub as_of: String,
    /// What it says as a whole.
    pub verdict: Verdict,
    /// Its exit code.
    pub exit_code: u8,
    /// Records that were judged.
    pub records: u64,
    /// Violations that are neither waived nor known.
    pub open: u64,
    /// Violations under a waiver.
    pub waived: u64,
    /// Violations known from a baseline.
    pub baselined: u64,
    /// Rules that could not be judged.
    pub rules_not_evaluated: u64,
    /// What it does not have in common with the one before.
    pub differences: Vec<String>,
}

/// One rule over all audits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrendRule {
    /// Its id.
    pub id: String,
    /// Its title, as the last audit has it.
    pub title: String,
    /// Its severity, as the last audit has it.
    pub severity: Severity,
    /// One entry an audit; null where it was not judged.
    pub values: Vec<Option<TrendValue>>,
}

/// How a rule fared in one audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TrendValue {
    /// All violations, excused or not.
    pub violations: u64,
    /// Those that are neither waived nor known.
    pub open: u64,
    /// To how many the rule applied.
    pub applicable: u64,
}

impl TrendRule {
    /// The first and the last audit that judged it.
    #[must_use]
    pub fn ends(&self) -> Option<(TrendValue, TrendValue)> {
        let mut judged = self.values.iter().flatten();
        let first = judged.next()?;
        Some((*first, *judged.next_back().unwrap_or(first)))
    }

    /// By how many violations it grew.
    fn growth(&self) -> i128 {
        let growth = |(first, last): (TrendValue, TrendValue)| {
            i128::from(last.violations) - i128::from(first.violations)
        };
        self.ends().map_or(0, growth)
    }

    /// Whether it was ever violated, or not judged while others were.
    fn is_worth_a_line(&self) -> bool {
        let violated = |value: &Option<TrendValue>| value.is_none_or(|value| value.violations > 0);
        self.values.iter().any(Option::is_some) && self.values.iter().any(violated)
    }
}

impl Trend {
    /// The trend of reports by the names of their files. Reports of one day keep the order of their names.
    #[must_use]
    pub fn of(mut reports: Vec<(String, Report)>, other_files: Vec<String>) -> Self {
        reports.sort_by(|(one, a), (other, b)| a.as_of.cmp(&b.as_of).then_with(|| one.cmp(other)));
        let mut audits: Vec<TrendPoint> = Vec::new();
        let mut before: Option<&Report> = None;
        for (file, report) in &reports {
            let differences = before
                .map(|before| differences(before, &report.provenance, &report.as_of))
                .unwrap_or_default();
            audits.push(point(file, report, differences));
            before = Some(report);
        }
        let mut rules: BTreeMap<&str, TrendRule> = BTreeMap::new();
        for (place, (_, report)) in reports.iter().enumerate() {
            for rule in &report.rules {
                let of = rules.entry(&rule.id).or_insert_with(|| TrendRule {
                    id: rule.id.clone(),
                    title: String::new(),
                    severity: rule.severity,
                    values: vec![None; reports.len()],
                });
                of.title.clone_from(&rule.title);
                of.severity = rule.severity;
                of.values[place] = value(rule);
            }
        }
        let mut rules: Vec<TrendRule> =
            rules.into_values().filter(TrendRule::is_worth_a_line).collect();
        let last = |rule: &TrendRule| rule.ends().map_or(0, |(_, last)| last.violations);
        rules.sort_by(|a, b| {
            let most = b.growth().cmp(&a.growth()).then(last(b).cmp(&last(a)));
            most.then_with(|| a.id.cmp(&b.id))
        });
        let mut facilities = reports.iter().map(|(_, report)| &report.provenance.facility);
        let first = facilities.next().cloned().flatten();
        let facility = first.filter(|first| facilities.all(|other| other.as_ref() == Some(first)));
        Self { schema: SCHEMA, facility, audits, rules, other_files }
    }

    /// The trend as a document, ending in a line end.
    ///
    /// # Errors
    /// Never; the writer's error is passed on all the same.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        Ok(text)
    }
}

fn point(file: &str, report: &Report, differences: Vec<String>) -> TrendPoint {
    let sum = |of: fn(&Rule) -> u64| report.rules.iter().map(of).fold(0, u64::saturating_add);
    TrendPoint {
        file: file.to_owned(),
        as_of: report.as_of.clone(),
        verdict: report.verdict,
        exit_code: report.exit_code,
        records: report.summary.records.kept,
        open: sum(open),
        waived: sum(|rule| rule.counts.waived),
        baselined: sum(|rule| rule.counts.baselined),
        rules_not_evaluated: report.summary.rules.not_evaluated,
        differences,
    }
}

fn value(rule: &Rule) -> Option<TrendValue> {
    let judged = !matches!(rule.outcome, Outcome::NotEvaluated | Outcome::Off);
    judged.then(|| TrendValue {
        violations: rule.counts.violations,
        open: open(rule),
        applicable: rule.counts.passed.saturating_add(rule.counts.violations),
    })
}
