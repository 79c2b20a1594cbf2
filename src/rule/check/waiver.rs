//! Waivers held against the rules that they are for.

use std::ops::Range;

use crate::expr::fields_of;
use crate::rule::check::condition::Conditions;
use crate::rule::check::relation::field_types;
use crate::rule::check::rule::date;
use crate::rule::checked::{Check, CheckedRule, DeadlineUnit, Within};
use crate::rule::dictionary::{Dictionary, Phi};
use crate::rule::error::{RuleProblem, did_you_mean, span};
use crate::rule::tree::Node;
use crate::rule::waiver::{RawWaiverFile, Waiver, WaiverPlace, WaiverRules, WaiverScope};
use crate::value::Date;

/// Checks waivers that have their shape.
pub(crate) fn waivers(
    source: &str,
    node: &Node,
    raw: &RawWaiverFile,
    rules: &WaiverRules<'_>,
    problems: &mut Vec<RuleProblem>,
) -> Vec<Waiver> {
    let nodes = node.get("waivers").map_or(&[][..], Node::items);
    let checked = nodes.iter().zip(&raw.waivers).map(|(node, raw)| {
        let texts = [&raw.reason, &raw.owner, &raw.approved_by];
        blank(node, &["reason", "owner", "approved_by"], texts, problems);
        waiver(source, node, &raw.rule, rules, problems)
    });
    checked.collect::<Vec<_>>().into_iter().flatten().collect()
}

/// Refuses words that say nothing.
fn blank(node: &Node, keys: &[&str], texts: [&String; 3], problems: &mut Vec<RuleProblem>) {
    for (key, text) in keys.iter().zip(texts) {
        if text.trim().is_empty() {
            let place = node.entry(key).map_or(node.span.clone(), |entry| entry.key_span.clone());
            problems.push(RuleProblem::EmptyValue { key: (*key).to_owned(), span: span(place) });
        }
    }
}

fn waiver(
    source: &str,
    node: &Node,
    name: &str,
    rules: &WaiverRules<'_>,
    problems: &mut Vec<RuleProblem>,
) -> Option<Waiver> {
    let before = problems.len();
    let at = |key: &str| node.get(key);
    let text = |key: &str| at(key).and_then(Node::text).unwrap_or_default().trim().to_owned();
    let found = named(rules, name);
    if found.is_none() {
        problems.push(no_rule(rules, name, node.span_of("rule")));
    }
    let scope = at("scope").map(|node| scope(source, node, found, problems));
    let mut day = |key: &str| {
        let node = at(key)?;
        date(node.text()?, node, problems)
    };
    let (approved_on, expires) = (day("approved_on"), day("expires"));
    if let (Some(approved_on), Some(expires)) = (approved_on, expires) {
        term(approved_on, expires, rules.longest, node.span_of("expires"), problems);
    }
    if problems[before..].iter().any(|problem| !problem.is_warning()) {
        return None;
    }
    Some(Waiver {
        rule: name.to_owned(),
        scope: scope?,
        reason: text("reason"),
        owner: text("owner"),
        approved_by: text("approved_by"),
        approved_on: approved_on?,
        expires: expires?,
        evidence: at("evidence").and_then(Node::text).map(|text| text.trim().to_owned()),
        at_rule: WaiverPlace::of(source, &node.span_of("rule")),
        at_expires: WaiverPlace::of(source, &node.span_of("expires")),
    })
}

/// The rule of that name, and the dictionary that it was checked against.
fn named<'b>(rules: &WaiverRules<'b>, name: &str) -> Option<(&'b CheckedRule, &'b Dictionary)> {
    let of = |pack: &str, id: &str| match name.split_once(':') {
        Some((of, rule)) => of == pack && rule == id,
        None => name == id,
    };
    let books = std::iter::once(rules.book).chain(rules.others);
    books.into_iter().find_map(|book| {
        let mut rules = book.packs.iter().flat_map(|pack| &pack.rules);
        let rule = rules.find(|rule| of(&rule.pack, &rule.id.text))?;
        Some((rule, &book.dictionary))
    })
}

fn no_rule(rules: &WaiverRules<'_>, name: &str, place: Range<usize>) -> RuleProblem {
    let books = std::iter::once(rules.book).chain(rules.others);
    let known: Vec<&str> = books
        .flat_map(|book| &book.packs)
        .flat_map(|pack| &pack.rules)
        .map(|rule| rule.id.text.as_str())
        .collect();
    let id = name.split_once(':').map_or(name, |(_, id)| id);
    let help = did_you_mean(id, known)
        .unwrap_or_else(|| "`chartaudit rules list` lists the rules".to_owned());
    RuleProblem::NoSuchRule { name: name.to_owned(), span: span(place), help: Some(help) }
}

/// Refuses a waiver that ends before it begins, or that holds longer than it may.
fn term(
    approved_on: Date,
    expires: Date,
    longest: Within,
    place: Range<usize>,
    problems: &mut Vec<RuleProblem>,
) {
    if expires < approved_on {
        let approved_on = approved_on.to_string();
        problems.push(RuleProblem::ExpiresBeforeApproval { approved_on, span: span(place) });
        return;
    }
    let latest = match longest.unit {
        DeadlineUnit::Hours => approved_on.add_days(longest.amount / 24),
        DeadlineUnit::Days => approved_on.add_days(longest.amount),
        DeadlineUnit::Months => approved_on.add_months(longest.amount),
        DeadlineUnit::Years => approved_on.add_years(longest.amount),
    };
    let latest = latest.unwrap_or(Date::MAX);
    if expires > latest {
        problems.push(RuleProblem::ExpiresTooLate {
            longest: longest.words(),
            latest: latest.to_string(),
            span: span(place),
        });
    }
}

fn scope(
    source: &str,
    node: &Node,
    rule: Option<(&CheckedRule, &Dictionary)>,
    problems: &mut Vec<RuleProblem>,
) -> WaiverScope {
    if node.text().is_some() {
        // INVARIANT: the shape lets no other word stand than `all`.
        return WaiverScope::default();
    }
    if node.entries().is_empty() {
        problems.push(RuleProblem::ScopeOfNothing { span: span(node.span.clone()) });
    }
    for entry in node.entries() {
        let empty = match entry.value.text() {
            Some(text) => text.trim().is_empty(),
            None => entry.value.items().is_empty(),
        };
        if empty {
            let place = span(entry.key_span.clone());
            problems.push(RuleProblem::EmptyValue { key: entry.key.clone(), span: place });
        }
    }
    let texts = |key: &str| node.get(key).map_or_else(Vec::new, Node::texts);
    let files: Vec<String> = texts("files").into_iter().map(|(text, _)| text.to_owned()).collect();
    if let (Some(entry), Some((rule, _))) = (node.entry("files"), rule)
        && matches!(rule.check, Check::Measure { .. } | Check::SmallCells(_))
    {
        let what = "its groups may lie in several files".to_owned();
        problems.push(RuleProblem::ScopeNotOfRule { what, span: span(entry.key_span.clone()) });
    }
    let condition = node.get("where").and_then(|at| condition(source, at, rule?, problems));
    let records = texts("records");
    let records = records.into_iter().filter_map(|(text, place)| {
        let found = fingerprint(text);
        if found.is_none() {
            problems.push(not_a_fingerprint(text, place));
        }
        found
    });
    WaiverScope { files, condition, records: records.collect() }
}

/// The condition on the records that are excused.
fn condition(
    source: &str,
    node: &Node,
    (rule, dictionary): (&CheckedRule, &Dictionary),
    problems: &mut Vec<RuleProblem>,
) -> Option<(String, crate::expr::typed::Expr)> {
    let of_records = !matches!(
        rule.check,
        Check::Measure { .. }
            | Check::SmallCells(_)
            | Check::SmallCounts { .. }
            | Check::Columns { .. }
            | Check::Purpose(_)
            | Check::Release(_)
            | Check::FileNames(_)
            | Check::Delivery { .. }
            | Check::Compared
    );
    let set = dictionary.set(&rule.record_set).filter(|_| of_records);
    let Some(set) = set else {
        let what = "it does not judge single records".to_owned();
        problems.push(RuleProblem::ScopeNotOfRule { what, span: span(node.span.clone()) });
        return None;
    };
    let fields = field_types(set);
    let conditions = Conditions {
        source,
        fields: &fields,
        relations: &[],
        this: None,
        params: &[],
        lost: &[],
        lost_relations: &[],
        code_sets: &|_| None,
    };
    let expr = conditions.condition(node, problems)?;
    let personal = fields_of(&expr).into_iter().map(|field| set.field(field));
    if let Some(field) =
        personal.into_iter().find(|field| matches!(field.phi, Phi::Direct | Phi::Text))
    {
        problems.push(RuleProblem::ScopeNamesPerson {
            field: field.name.clone(),
            span: span(node.span.clone()),
        });
        return None;
    }
    Some((node.text()?.trim().to_owned(), expr))
}

/// A fingerprint as reports show it.
fn fingerprint(text: &str) -> Option<u128> {
    let sound = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    sound.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

fn not_a_fingerprint(text: &str, place: Range<usize>) -> RuleProblem {
    let of_place = text.split_once('#').is_some_and(|(print, _)| fingerprint(print).is_some());
    let (why, help) = if of_place {
        (
            "that of a place and not of a record",
            "the record set has no key, so that the next export may hold another record there; name files or a \
             condition instead",
        )
    } else {
        (
            "not 32 hexadecimal digits",
            "take it from `fingerprint` of a finding, in the JSON report or in `--all-findings`; a record's own \
             number has no place here",
        )
    };
    // What was written may be a record's number.
    RuleProblem::NotAFingerprint { why: why.to_owned(), help: help.to_owned(), span: span(place) }
}

#[cfg(test)]
mod tests {
    use super::fingerprint;

    #[test]
    fn fingerprints_are_32_digits() {
        assert_eq!(fingerprint("0000000000000000000000000000000a"), Some(10));
        for text in
            ["", "4711", "+000000000000000000000000000000a", "z0000000000000000000000000000000"]
        {
            assert_eq!(fingerprint(text), None, "of {text:?}");
        }
    }
}
