//! From waivers and counts to the entries of a report.

use crate::finding::{fingerprint_text, neutral};
use crate::report::json::v1::{Outcome, Rule, Waiver, WaiverLine, WaiverScope, WaiverState};
use crate::rule::{self, WaiverFile, WaiverPlace, WaiverTerm};
use crate::value::Date;

/// A waiver that ends in so many days is told of.
const SOON: i64 = 30;

/// The waivers of a file on a day, in its order, and what they excuse of the findings of these rules.
pub(crate) fn entries(
    file: &WaiverFile,
    as_of: Date,
    site_key: Option<&str>,
    rules: &[Rule],
) -> Vec<Waiver> {
    let numbered = (1_u16..).zip(&file.waivers);
    numbered.map(|(number, waiver)| entry(number, waiver, as_of, site_key, rules)).collect()
}

/// How many waivers somebody has to renew or to strike out.
pub(crate) fn stale(waivers: &[Waiver]) -> u64 {
    let stale = |of: &&Waiver| matches!(of.state, WaiverState::Expired | WaiverState::Unused);
    waivers.iter().filter(stale).count() as u64
}

fn entry(
    number: u16,
    waiver: &rule::Waiver,
    as_of: Date,
    site_key: Option<&str>,
    rules: &[Rule],
) -> Waiver {
    let own = || rules.iter().filter(|rule| waiver.is_about(&rule.pack, &rule.id));
    let counts = own().flat_map(|rule| &rule.waived);
    let violations = counts.filter(|of| of.waiver == number).map(|of| of.violations).sum();
    let judged = own().any(|rule| !matches!(rule.outcome, Outcome::NotEvaluated | Outcome::Off));
    let by_day = by_day(waiver, as_of);
    let state = match by_day {
        WaiverState::NotYet | WaiverState::Expired => by_day,
        _ if !judged => WaiverState::NotJudged,
        _ if !waiver.scope.records.is_empty() && site_key.is_none() => WaiverState::NoSiteKey,
        _ if violations == 0 => WaiverState::Unused,
        _ => by_day,
    };
    written(number, waiver, as_of, (state, violations))
}

/// The waivers of a file as they stand on a day, whatever they excuse.
pub(super) fn without_audit(file: &WaiverFile, as_of: Date) -> Vec<Waiver> {
    let numbered = (1_u16..).zip(&file.waivers);
    let by_day = |(number, waiver)| written(number, waiver, as_of, (by_day(waiver, as_of), 0));
    numbered.map(by_day).collect()
}

/// How a waiver stands on a day, whatever it excuses.
fn by_day(waiver: &rule::Waiver, as_of: Date) -> WaiverState {
    match waiver.term(as_of) {
        WaiverTerm::NotYet => WaiverState::NotYet,
        WaiverTerm::Expired => WaiverState::Expired,
        WaiverTerm::InForce { days_left } if days_left <= SOON => WaiverState::ExpiresSoon,
        WaiverTerm::InForce { .. } => WaiverState::InForce,
    }
}

fn written(
    number: u16,
    waiver: &rule::Waiver,
    as_of: Date,
    (state, violations): (WaiverState, u64),
) -> Waiver {
    let place = match state {
        WaiverState::Expired | WaiverState::ExpiresSoon => &waiver.at_expires,
        _ => &waiver.at_rule,
    };
    Waiver {
        number,
        rule: neutral(&waiver.rule),
        scope: WaiverScope {
            files: waiver.scope.files.iter().map(|file| neutral(file)).collect(),
            condition: waiver.scope.condition.as_ref().map(|(text, _)| neutral(text)),
            records: waiver.scope.records.iter().map(|print| fingerprint_text(*print)).collect(),
        },
        reason: neutral(&waiver.reason),
        owner: neutral(&waiver.owner),
        approved_by: neutral(&waiver.approved_by),
        approved_on: waiver.approved_on.to_string(),
        expires: waiver.expires.to_string(),
        days_left: as_of.days_between(waiver.expires),
        evidence: waiver.evidence.as_deref().map(neutral),
        state,
        violations,
        line: line(place),
    }
}

/// A place in the file, with the text of its line.
fn line(place: &WaiverPlace) -> WaiverLine {
    WaiverLine {
        number: place.line,
        before: place.before,
        length: place.length,
        text: neutral(&place.text),
    }
}
