//! What is said of a rule in words, the same in every format.

use crate::report::FailOn;
use crate::report::json::v1::{Bearer, Confidence, Finding, Outcome, Person, Report, Rule};
use crate::report::screen::{counted, number, share};

/// How many files, fields or places a sentence lists.
const LISTED: usize = 5;

/// Violations that are neither waived nor baselined.
pub(crate) fn open(rule: &Rule) -> u64 {
    let counts = &rule.counts;
    counts.violations.saturating_sub(counts.waived).saturating_sub(counts.baselined)
}

/// Whether the rule fails gravely enough to make the audit fail.
pub(crate) fn counts_against(report: &Report, rule: &Rule) -> bool {
    let fail_on = FailOn::named(&report.provenance.fail_on).unwrap_or_default();
    rule.outcome == Outcome::Fail && fail_on.counts(rule.severity)
}

/// The outcome as a word.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Pass => "pass",
        Outcome::Fail => "fail",
        Outcome::Waived => "waived",
        Outcome::Baselined => "baselined",
        Outcome::Pending => "pending",
        Outcome::NotEvaluated => "not evaluated",
        Outcome::NotApplicable => "not applicable",
        Outcome::Off => "off",
    }
}

/// How many violate a rule, of how many to which it applies: `1,048 of 12,037 records (8.71%)`.
pub(crate) fn figures(rule: &Rule) -> String {
    let counts = &rule.counts;
    let applicable = counts.passed.saturating_add(counts.violations);
    let mut words = format!(
        "{} of {} {} ({})",
        number(counts.violations),
        number(applicable),
        rule.unit.name(applicable),
        share(counts.violations, applicable)
    );
    if counts.waived > 0 {
        words.push_str(&format!(", {} of them waived", number(counts.waived)));
    }
    if counts.baselined > 0 {
        words.push_str(&format!(", {} of them known", number(counts.baselined)));
    }
    words
}

/// What became of a rule, in one sentence without a full stop.
pub(crate) fn told(rule: &Rule) -> String {
    let counts = &rule.counts;
    let reason = || rule.reason.clone().unwrap_or_else(|| "no reason is given".to_owned());
    match rule.outcome {
        Outcome::Fail => format!("violated by {}", figures(rule)),
        Outcome::Waived => format!("every violation is waived: {}", figures(rule)),
        Outcome::Baselined => format!("every violation is known: {}", figures(rule)),
        Outcome::Pass if counts.violations > 0 => {
            let most = rule.tolerance.as_deref().unwrap_or("some");
            format!("within its tolerance of {most}: violated by {}", figures(rule))
        }
        Outcome::Pass => {
            format!("holds for {} {}", number(counts.passed), rule.unit.name(counts.passed))
        }
        Outcome::Pending => {
            format!("not yet due for {} {}", number(counts.pending), rule.unit.name(counts.pending))
        }
        Outcome::NotEvaluated => reason(),
        Outcome::NotApplicable => format!("there is no {} to which it applies", rule.unit.name(1)),
        Outcome::Off => format!("switched off: {}", reason()),
    }
}

/// How many could not be judged and why; nothing where every one could be, or the outcome says it already.
pub(crate) fn unjudged(rule: &Rule) -> Option<String> {
    let count = rule.counts.not_evaluable;
    if count == 0 || rule.outcome == Outcome::NotEvaluated {
        return None;
    }
    let reason = rule.not_evaluable_reasons.first().map(|reason| reason.reason.as_str());
    let others = if rule.not_evaluable_reasons.len() > 1 { ", and other reasons" } else { "" };
    let reason = reason.unwrap_or("no reason is given");
    Some(format!(
        "{} {} could not be judged: {reason}{others}",
        number(count),
        rule.unit.name(count)
    ))
}

/// The guidelines that a rule checks; each says where its text was not read.
pub(crate) fn citations(rule: &Rule) -> String {
    let cites = rule.guideline.iter().map(|guideline| match guideline.confidence {
        Confidence::Unverified => format!("{} (unverified)", guideline.cite),
        _ => guideline.cite.clone(),
    });
    cites.collect::<Vec<_>>().join("; ")
}

/// In which files violations are and how many: `a.csv (3), b.csv (1), and 2 more files`.
pub(crate) fn files(rule: &Rule) -> String {
    let mut words: Vec<String> = rule
        .files
        .iter()
        .take(LISTED)
        .map(|count| format!("{} ({})", count.file, number(count.violations)))
        .collect();
    let left = rule.files.len().saturating_sub(LISTED);
    let left = u64::try_from(left).unwrap_or(u64::MAX).saturating_add(rule.files_omitted);
    if left > 0 {
        words.push(format!("and {}", counted(left, "more file", "more files")));
    }
    words.join(", ")
}

/// Where a finding is: `encounters.csv, record 7, line 9`.
pub(crate) fn place(finding: &Finding) -> String {
    let mut words: Vec<String> = finding.file.iter().cloned().collect();
    words.extend(finding.record.map(|record| format!("record {record}")));
    words.extend(finding.line.map(|line| format!("line {line}")));
    words.join(", ")
}

/// The key of a finding: of one field its tag alone.
pub(crate) fn key(finding: &Finding) -> String {
    match finding.key.as_slice() {
        [part] => part.tag.clone(),
        parts => {
            let parts = parts.iter().map(|part| format!("{}={}", part.field, part.tag));
            parts.collect::<Vec<_>>().join("; ")
        }
    }
}

/// Who the person is whose identifier was found, where a tag says it: `patient kq7d-2fhm`.
pub(crate) fn person(finding: &Finding) -> Option<String> {
    let Person { bearer, tag } = finding.person.as_ref()?;
    Some(person_tagged(*bearer, tag.as_deref()?))
}

/// The same of a person and a tag.
pub(crate) fn person_tagged(bearer: Bearer, tag: &str) -> String {
    let who = if bearer == Bearer::Staff { "member of staff" } else { "patient" };
    format!("{who} {tag}")
}

/// One finding in a line, its values as they may be shown.
pub(crate) fn finding(finding: &Finding) -> String {
    let mut words = vec![place(finding)];
    words.push(
        Some(key(finding))
            .filter(|key| !key.is_empty())
            .map_or_else(String::new, |key| format!("key {key}")),
    );
    words.push(finding.message.clone());
    words.extend(person(finding));
    words.extend(finding.fields.iter().map(|field| format!("{} {}", field.name, field.value)));
    words.retain(|word| !word.is_empty());
    words.join(" · ")
}

/// What a report shows in clear, in one sentence.
pub(crate) fn masking(report: &Report) -> &'static str {
    use crate::report::json::v1::Masking;
    match report.provenance.masking {
        Masking::On => "Every value of a record is masked.",
        Masking::KeysRevealed => {
            "Record keys are in clear: keep this file like the records themselves."
        }
        Masking::ValuesRevealed => {
            "Record keys and values are in clear: keep this file like the records themselves."
        }
    }
}

/// The first so many characters, with an ellipsis where something is cut.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}

#[cfg(test)]
mod tests {
    use super::{cut, figures, files, told, unjudged};
    use crate::report::json::v1::{FileCount, Outcome};
    use crate::report::sample;

    #[test]
    fn every_outcome_is_told() {
        let rules = sample::report().rules;
        let told: Vec<String> = rules.iter().map(told).collect();
        assert_eq!(told[0], "violated by 1,048 of 12,037 records (8.71%)");
        assert_eq!(
            told[1],
            "within its tolerance of 0.5%: violated by 46 of 53,346 records (0.09%)"
        );
        assert_eq!(told[4], "no input holds `access_log`");
        assert_eq!(told[7], "holds for 120 records");
        assert_eq!(told[9], "switched off: no declared policy limits keeping");
        let mut rule = rules[0].clone();
        rule.counts.waived = 1_040;
        rule.counts.baselined = 8;
        assert!(figures(&rule).ends_with(", 1,040 of them waived, 8 of them known"));
        for outcome in
            [Outcome::Waived, Outcome::Baselined, Outcome::Pending, Outcome::NotApplicable]
        {
            rule.outcome = outcome;
            assert!(!super::told(&rule).is_empty());
        }
    }

    #[test]
    fn what_is_left_unjudged_is_said() {
        let rules = sample::report().rules;
        assert_eq!(
            unjudged(&rules[0]).as_deref(),
            Some("12 records could not be judged: `discharged_at` cannot be read")
        );
        assert_eq!(unjudged(&rules[3]), None);
    }

    #[test]
    fn files_that_are_left_out_are_counted() {
        let mut rule = sample::report().rules.remove(0);
        rule.files = (0..7)
            .map(|n| FileCount { file: format!("{n}.csv"), violations: 9, waived: 0, baselined: 0 })
            .collect();
        rule.files_omitted = 4;
        assert!(files(&rule).ends_with("4.csv (9), and 6 more files"), "{}", files(&rule));
        rule.files.clear();
        rule.files_omitted = 0;
        assert_eq!(files(&rule), "");
    }

    #[test]
    fn long_texts_are_cut() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüx", 3), "äö…");
    }
}
