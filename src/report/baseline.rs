//! What became of the findings of an earlier audit.

use std::collections::BTreeSet;

use crate::finding::{Known, neutral};
use crate::report::json::v1::{
    Baseline, Digest, Outcome, Pack, Provenance, Report, Rule, RuleBaseline,
};
use crate::report::phrase::open;
use crate::report::screen::{Ink, Screen, counted, number};
use crate::report::{Facts, Gap};

/// An earlier audit whose findings are known.
#[derive(Debug, Clone)]
pub struct Earlier {
    /// Its report.
    pub report: Box<Report>,
    /// The name of the file of the report, and its digest.
    pub source: Digest,
    /// The open findings that it knows, by rule, for every rule that it has judged.
    pub known: Vec<(String, u64)>,
    /// What growth means.
    pub ratchet: Ratchet,
}

/// Whether an audit may find more than its baseline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ratchet {
    /// It fails as usual: on new findings from the threshold on.
    #[default]
    Loose,
    /// It fails on every new finding, and is incomplete where a rule is not judged any more.
    Tight,
}

/// Whether a rule was judged.
fn is_judged(rule: &Rule) -> bool {
    !matches!(rule.outcome, Outcome::NotEvaluated | Outcome::Off)
}

/// What the baseline knows of a rule, and what became of that.
pub(crate) fn of_rule(rule: &Rule, known: Known) -> RuleBaseline {
    let judged = is_judged(rule);
    let left = known.known.saturating_sub(known.persisting);
    let doubted = known.doubted.min(left);
    RuleBaseline {
        known: known.known,
        new: open(rule),
        persisting: known.persisting,
        resolved: if judged { left - doubted } else { 0 },
        not_evaluable: if judged { doubted } else { 0 },
        not_judged: if judged { 0 } else { left },
        nameless: known.nameless,
    }
}

/// What became of the findings of an earlier audit, from the rules of this one.
pub(crate) fn entry(
    earlier: &Earlier,
    rules: &[Rule],
    provenance: &Provenance,
    as_of: &str,
) -> Baseline {
    let sum = |of: fn(&RuleBaseline) -> u64| -> u64 {
        let each = rules.iter().filter_map(|rule| rule.baseline.as_ref());
        each.map(of).fold(0, u64::saturating_add)
    };
    let absent = earlier.known.iter().filter(|(id, _)| rules.iter().all(|rule| rule.id != *id));
    let absent = absent.map(|(_, count)| *count).fold(0, u64::saturating_add);
    Baseline {
        report: Digest {
            name: neutral(&earlier.source.name),
            blake3: earlier.source.blake3.clone(),
        },
        as_of: neutral(&earlier.report.as_of),
        ratchet: earlier.ratchet == Ratchet::Tight,
        new: sum(|of| of.new),
        persisting: sum(|of| of.persisting),
        resolved: sum(|of| of.resolved),
        not_evaluable: sum(|of| of.not_evaluable),
        not_judged: sum(|of| of.not_judged).saturating_add(absent),
        nameless: sum(|of| of.nameless),
        differences: differences(&earlier.report, provenance, as_of),
    }
}

/// Rules that the earlier audit judged and this one does not.
fn no_longer_judged(earlier: &Earlier, rules: &[Rule]) -> Vec<String> {
    let judged: BTreeSet<&str> =
        rules.iter().filter(|rule| is_judged(rule)).map(|rule| rule.id.as_str()).collect();
    let before = earlier.report.rules.iter().filter(|rule| is_judged(rule));
    let lost = before.filter(|rule| !judged.contains(rule.id.as_str()));
    lost.map(|rule| neutral(&rule.id)).collect()
}

/// Lets a baseline decide over the verdict: what is resolved is stale, and a tight ratchet refuses growth.
pub(crate) fn decide(facts: &mut Facts, earlier: &Earlier, entry: &Baseline, rules: &[Rule]) {
    facts.stale = facts.stale.saturating_add(entry.resolved);
    if earlier.ratchet == Ratchet::Loose {
        return;
    }
    let lost = no_longer_judged(earlier, rules);
    facts.gaps.extend(lost.into_iter().map(|rule| Gap::NoLongerJudged { rule }));
    let new = rules.iter().map(open);
    facts.grown = new.filter(|new| *new > 0).collect();
}

/// What the two audits do not have in common, so that what is new may not be new in the records.
pub(super) fn differences(old: &Report, new: &Provenance, as_of: &str) -> Vec<String> {
    let mut words = Vec::new();
    if old.as_of.as_str() > as_of {
        words.push(format!("the baseline stands on a later day, {}", old.as_of));
    }
    for pack in &new.packs {
        match old.provenance.packs.iter().find(|of| of.pack == pack.pack) {
            None => words.push(format!("pack `{}` was not in the baseline", pack.pack)),
            Some(of) if of.version != pack.version => words
                .push(format!("pack `{}` is {} and was {}", pack.pack, pack.version, of.version)),
            Some(of) if of.blake3 != pack.blake3 => {
                words.push(format!("the rules of pack `{}` have changed", pack.pack));
            }
            Some(_) => {}
        }
    }
    let gone = |pack: &&Pack| new.packs.iter().all(|of| of.pack != pack.pack);
    let gone = old.provenance.packs.iter().filter(gone);
    words.extend(gone.map(|pack| format!("pack `{}` of the baseline does not run", pack.pack)));
    for (name, value) in &new.params {
        if let Some(before) = old.provenance.params.get(name)
            && before != value
        {
            words.push(format!("parameter `{name}` is {value} and was {before}"));
        }
    }
    if old.provenance.dictionary.blake3 != new.dictionary.blake3 {
        words.push("the dictionary has changed".to_owned());
    }
    if old.provenance.selection != new.selection {
        words.push("other rules were asked for".to_owned());
    }
    if old.incomplete {
        words.push("the audit of the baseline was incomplete".to_owned());
    }
    words.iter().map(|words| neutral(words)).collect()
}

/// The section of a report that has a baseline; nothing for every other one.
pub(crate) fn section(screen: &mut Screen, report: &Report) {
    let Some(baseline) = &report.baseline else { return };
    screen.blank();
    let ratchet = if baseline.ratchet { " · ratchet" } else { "" };
    screen.line(&[
        (Ink::Strong, "BASELINE"),
        (Ink::Plain, &format!("   {} as of {}{ratchet}", baseline.report.name, baseline.as_of)),
    ]);
    let figures: [(u64, &str, Ink); 5] = [
        (baseline.new, "new", Ink::Bad),
        (baseline.persisting, "known and still there", Ink::Plain),
        (baseline.resolved, "resolved", Ink::Good),
        (baseline.not_evaluable, "known, and not evaluable any more", Ink::Doubtful),
        (baseline.not_judged, "known, of rules that were not judged", Ink::Doubtful),
    ];
    for (place, (count, what, ink)) in figures.into_iter().enumerate() {
        if count == 0 && place > 2 {
            continue;
        }
        let ink = if count == 0 { Ink::Plain } else { ink };
        screen
            .line(&[(ink, &format!("  {:>14}", number(count))), (Ink::Plain, &format!(" {what}"))]);
    }
    if baseline.nameless > 0 {
        let words = format!(
            "{} no fingerprint, because the record has no key or the finding is of a cell or a file name: they count as new",
            counted(baseline.nameless, "violation has", "violations have")
        );
        screen.paragraph(2, Ink::Doubtful, &words);
    }
    for words in baseline.differences.iter().take(DIFFERENCES) {
        screen.paragraph(2, Ink::Doubtful, &format!("not the same audit: {words}"));
    }
    let left = baseline.differences.len().saturating_sub(DIFFERENCES);
    if left > 0 {
        screen.line(&[(Ink::Faint, &format!("  … and {left} more differences"))]);
    }
    if baseline.resolved > 0 {
        let words = "what is resolved is still known: make this audit the next baseline, or it may come back unseen";
        screen.paragraph(2, Ink::Faint, words);
    }
}

/// How many differences are listed.
const DIFFERENCES: usize = 4;
