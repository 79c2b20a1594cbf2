//! A saved report judged again against an earlier one, finding by finding.

use std::io;

use crate::finding::Known;
use crate::report::assemble::summary;
use crate::report::baseline::{decide, entry, of_rule, section};
use crate::report::json::v1::{Finding, FindingStatus, Outcome, Report, Rule};
use crate::report::phrase::open;
use crate::report::screen::{Ink, Screen, Style, counted, length, number, pad, pad_left, width};
use crate::report::{Earlier, ExitReason, Facts, FailOn, verdict};
use crate::rule::{Tolerance, tolerance};
use crate::store::{Entries, Ledger, LedgerStanding};

/// How many rules of each kind the screen lists.
const RULES: usize = 12;

impl Report {
    /// This report as it would be if the earlier one had been its baseline, from the fingerprints of both.
    ///
    /// Known findings whose records cannot be judged any more count apart from those that are resolved. Where the later
    /// fingerprints do not say which records those are, as many as may be among them do.
    ///
    /// # Errors
    /// When fingerprints cannot be read.
    pub fn against(
        mut self,
        earlier: &Earlier,
        (old, new): (&Ledger, &Ledger),
        fail_on: FailOn,
    ) -> io::Result<Self> {
        for rule in &mut self.rules {
            hold(rule, old, new)?;
        }
        old.check()?;
        self.provenance.fail_on = fail_on.name().to_owned();
        let baseline = entry(earlier, &self.rules, &self.provenance, &self.as_of);
        let failed = self.rules.iter().filter(|rule| rule.outcome == Outcome::Fail);
        let mut facts = Facts {
            failed: failed.map(|rule| (rule.severity, open(rule))).collect(),
            fail_on,
            ..Facts::default()
        };
        decide(&mut facts, earlier, &baseline, &self.rules);
        facts.stale = 0;
        let (word, reason) = verdict(&facts);
        // What kept the audit from being certified still does.
        if matches!(self.exit_code, 0 | 1 | 6) {
            self.exit_code = reason.number();
            self.verdict = word;
            self.exit_reason = reason.to_string();
            if let ExitReason::Incomplete(gaps) = &reason {
                self.incomplete = true;
                self.incomplete_reasons.extend(gaps.iter().map(ToString::to_string));
            }
        }
        self.baseline = Some(baseline);
        self.summary = summary(&self.inputs, &self.rules);
        Ok(self)
    }
}

/// Holds the findings of a rule against those that are known.
fn hold(rule: &mut Rule, old: &Ledger, new: &Ledger) -> io::Result<()> {
    let section = old.section(&rule.id, LedgerStanding::Open);
    let entries = |ledger: &Ledger, standing| ledger.section(&rule.id, standing);
    let none = usize::MAX;
    let of_new = |standing| new.entries(entries(new, standing).unwrap_or(none));
    let matched = matched(old.entries(section.unwrap_or(none)), LedgerStanding::ALL.map(of_new))?;
    rule.counts.baselined = matched.again.min(rule.counts.violations - rule.counts.waived);
    let is_known = |finding: &Finding| {
        let print = finding.fingerprint.as_deref()?;
        let print = u128::from_str_radix(print, 16).ok()?;
        old.find(section?, print)
    };
    for finding in &mut rule.findings {
        if finding.status != FindingStatus::Waived {
            finding.status = match is_known(finding) {
                Some(_) => FindingStatus::Baselined,
                None => FindingStatus::Open,
            };
        }
    }
    let none_open = open(rule) == 0;
    let known = rule.counts.baselined;
    let alone = rule.files.len() == 1 && rule.files_omitted == 0;
    for file in &mut rule.files {
        // Fingerprints do not say in which file their records lie.
        file.baselined = match (none_open, alone) {
            (true, _) => file.violations.saturating_sub(file.waived),
            (false, true) => known,
            (false, false) => 0,
        };
    }
    rule.outcome = outcome(rule);
    let nameless = rule.counts.violations.saturating_sub(matched.entries);
    // What is not listed may be any of the known ones.
    let unlisted = rule.counts.not_evaluable.saturating_sub(matched.unjudged);
    let doubted = matched.doubted.saturating_add(unlisted);
    let known = Known { known: matched.known, persisting: matched.persisting, doubted, nameless };
    rule.baseline = Some(of_rule(rule, known));
    Ok(())
}

/// What a rule comes to when some of its violations are known.
fn outcome(rule: &Rule) -> Outcome {
    let counts = &rule.counts;
    let violated = matches!(
        rule.outcome,
        Outcome::Fail | Outcome::Pass | Outcome::Waived | Outcome::Baselined
    );
    if counts.violations == 0 || !violated {
        return rule.outcome;
    }
    let most = rule.tolerance.as_deref().and_then(tolerance);
    let tolerated = |violations: u64| match most {
        Some(Tolerance::Count(most)) => violations <= most,
        Some(Tolerance::Share(millionths)) => {
            u128::from(violations) * 1_000_000
                <= u128::from(millionths)
                    * (u128::from(counts.violations) + u128::from(counts.passed))
        }
        None => false,
    };
    if tolerated(counts.violations) {
        Outcome::Pass
    } else if counts.waived == counts.violations {
        Outcome::Waived
    } else if open(rule) == 0 {
        Outcome::Baselined
    } else if tolerated(open(rule)) {
        Outcome::Pass
    } else {
        Outcome::Fail
    }
}

/// What two lists of fingerprints have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Matched {
    /// Known findings.
    known: u64,
    /// Those that are still there, waived or not.
    persisting: u64,
    /// Findings of the later audit that are known and not waived.
    again: u64,
    /// Those that are not, and whose records could not be judged.
    doubted: u64,
    /// Findings of the later audit that have a fingerprint.
    entries: u64,
    /// Records that it could not judge and that have one.
    unjudged: u64,
}

/// Walks the known findings and the lists of a later audit once, all of them in order.
fn matched(old: Entries<'_>, [opened, waived, unjudged]: [Entries<'_>; 3]) -> io::Result<Matched> {
    let mut matched = Matched::default();
    let (mut opened, mut waived) = (Walk::new(opened)?, Walk::new(waived)?);
    let mut unjudged = Walk::new(unjudged)?;
    let mut old = Walk::new(old)?;
    while let Some(print) = old.head {
        let known = old.take(print)?;
        let again = opened.take(print)?;
        let excused = waived.take(print)?;
        let doubted = unjudged.take(print)?;
        matched.known += known;
        matched.again += again;
        if again + excused > 0 {
            matched.persisting += known;
        } else if doubted > 0 {
            matched.doubted += known;
        }
    }
    opened.finish()?;
    waived.finish()?;
    unjudged.finish()?;
    matched.entries = opened.taken + waived.taken;
    matched.unjudged = unjudged.taken;
    Ok(matched)
}

/// An ordered list, walked from its start.
struct Walk<'l> {
    entries: Entries<'l>,
    head: Option<u128>,
    taken: u64,
}

impl<'l> Walk<'l> {
    fn new(mut entries: Entries<'l>) -> io::Result<Self> {
        let head = entries.next().transpose()?;
        Ok(Self { entries, head, taken: 0 })
    }

    /// Walks past this fingerprint, and says how often it stands here.
    fn take(&mut self, print: u128) -> io::Result<u64> {
        let mut found = 0;
        while let Some(head) = self.head.filter(|head| *head <= print) {
            found += u64::from(head == print);
            self.taken += 1;
            self.head = self.entries.next().transpose()?;
        }
        Ok(found)
    }

    /// Walks to the end.
    fn finish(&mut self) -> io::Result<()> {
        self.take(u128::MAX).map(drop)
    }
}

/// Two audits on one screen: what is new, what persists and what is resolved, rule by rule.
#[must_use]
pub fn comparison(report: &Report, style: Style) -> String {
    let mut screen = Screen::new(style);
    let name = &report.tool.name;
    screen.line(&[
        (Ink::Strong, &format!("{name} {}", report.tool.version)),
        (Ink::Plain, &format!("   audit as of {} against an earlier one", report.as_of)),
    ]);
    section(&mut screen, report);
    let of = |figure: fn(&Rule) -> u64| {
        let mut rules: Vec<&Rule> = report.rules.iter().filter(|rule| figure(rule) > 0).collect();
        rules.sort_by_key(|rule| std::cmp::Reverse(figure(rule)));
        rules
    };
    let new = |rule: &Rule| rule.baseline.map_or(0, |of| of.new);
    let resolved = |rule: &Rule| rule.baseline.map_or(0, |of| of.resolved);
    let unjudged = |rule: &Rule| rule.baseline.map_or(0, |of| of.not_judged + of.not_evaluable);
    table(&mut screen, "NEW", Ink::Bad, &of(new));
    table(&mut screen, "RESOLVED", Ink::Good, &of(resolved));
    table(&mut screen, "KNOWN, AND NOT JUDGED ANY MORE", Ink::Doubtful, &of(unjudged));
    screen.blank();
    let ink = if report.exit_code == 0 { Ink::Good } else { Ink::Bad };
    let words = format!("exit {}: {}", report.exit_code, report.exit_reason);
    screen.paragraph(0, ink, &words);
    screen.finish()
}

/// The rules of which something is so.
fn table(screen: &mut Screen, title: &str, ink: Ink, rules: &[&Rule]) {
    if rules.is_empty() {
        return;
    }
    screen.blank();
    let rest = counted(length(rules), "rule", "rules");
    screen.line(&[(ink, title), (Ink::Plain, &format!("   {rest}"))]);
    let ids = rules.iter().take(RULES).map(|rule| width(&rule.id)).max().unwrap_or(0);
    let ids = ids.min(screen.style().width.saturating_sub(40)).max(10);
    let head = ["new", "known", "resolved"].map(|word| pad_left(word, 11)).concat();
    screen.line(&[(Ink::Faint, &format!("  {}{head}", pad("", ids)))]);
    for rule in rules.iter().take(RULES) {
        let Some(of) = rule.baseline else { continue };
        let figures = [of.new, of.persisting, of.resolved];
        let figures = figures.map(|figure| pad_left(&number(figure), 11)).concat();
        screen.line(&[
            (Ink::Plain, "  "),
            (Ink::Strong, &pad(&rule.id, ids)),
            (Ink::Plain, &figures),
        ]);
    }
    if rules.len() > RULES {
        let left = u64::try_from(rules.len() - RULES).unwrap_or(u64::MAX);
        let words = counted(left, "more rule", "more rules");
        screen.line(&[(Ink::Faint, &format!("  … and {words}, in the JSON report"))]);
    }
}
