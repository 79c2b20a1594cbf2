//! What a project file says of identifiers: patterns of the site's own, and values that may stand.

use std::ops::Range;

use crate::detect::{Allowance, AllowedValue, MOST_PATTERNS, Site, SitePattern, Tier};
use crate::expr;
use crate::rule::check::condition::placed;
use crate::rule::check::rule::{date, is_kebab, one_of};
use crate::rule::detector::{self, Detection};
use crate::rule::error::{RuleProblem, did_you_mean, listed, span};
use crate::rule::tree::Node;
use crate::value::form::Form;

/// The longest label, in bytes.
const LONGEST_LABEL: usize = 32;

/// Reads `identifiers` of the project file, which has its shape.
pub(crate) fn site(source: &str, node: &Node, problems: &mut Vec<RuleProblem>) -> Site {
    let mut patterns: Vec<SitePattern> = Vec::new();
    let listed_patterns = node.get("patterns").map_or(&[][..], Node::items);
    for item in listed_patterns {
        let Some(pattern) = pattern(source, item, problems) else { continue };
        if patterns.iter().any(|other| other.name == pattern.name) {
            problems.push(unusable(
                item.get("name").unwrap_or(item),
                "the name of a pattern",
                "another pattern has it",
                Some("give each pattern a name of its own".to_owned()),
            ));
        } else {
            patterns.push(pattern);
        }
    }
    if let Some(extra) = listed_patterns.get(MOST_PATTERNS) {
        problems.push(RuleProblem::TooManyPatterns {
            limit: MOST_PATTERNS,
            span: span(extra.span.clone()),
        });
    }
    let known = Site::new(patterns.clone(), Vec::new()).unwrap_or_default();
    let detection = Detection { site: known, jurisdictions: Vec::new() };
    let listed_allowances = node.get("allow").map_or(&[][..], Node::items);
    let allowances = listed_allowances
        .iter()
        .filter_map(|item| allowance(source, item, &detection, problems))
        .collect();
    // Each pattern was compiled before, with the same limits.
    Site::new(patterns, allowances).unwrap_or_default()
}

fn pattern(source: &str, node: &Node, problems: &mut Vec<RuleProblem>) -> Option<SitePattern> {
    let name_node = node.get("name")?;
    let name = name_node.text()?;
    let before = problems.len();
    if !is_kebab(name) {
        problems.push(unusable(
            name_node,
            "the name of a pattern",
            "not small letters, digits and hyphens",
            Some("write it like `mrn-riverside`".to_owned()),
        ));
    } else if name == detector::DEFAULT || detector::names().any(|known| known == name) {
        problems.push(unusable(
            name_node,
            "the name of a pattern",
            "a detector or group has this name",
            Some(format!("name the pattern like `{name}-riverside`, and say `replaces: {name}` to look for it instead")),
        ));
    }
    let text = node.get("pattern")?;
    let pattern = regular(source, text, Whole::No, problems);
    if let Some(pattern) = &pattern
        && pattern.regex.is_match(b"")
    {
        problems.push(RuleProblem::EmptyPattern { span: span(text.span.clone()) });
    }
    let labels = words(node.get("labels"), problems);
    let contrary = words(node.get("contrary"), problems);
    let check = node.get("check").and_then(|node| {
        let text = node.text()?;
        let form = Form::named(text);
        if form.is_none() {
            let names = || Form::ALL.into_iter().map(Form::name);
            let help = did_you_mean(text, names())
                .unwrap_or_else(|| format!("the forms are {}", listed(names())));
            problems.push(unusable(node, "a check", "no form has this name", Some(help)));
        }
        form
    });
    let replaces = node.get("replaces").and_then(|node| {
        let text = node.text()?;
        if !detector::is_one(text) {
            let help = did_you_mean(text, detector::single())
                .unwrap_or_else(|| format!("the detectors are {}", listed(detector::single())));
            problems.push(RuleProblem::UnknownDetector {
                name: text.to_owned(),
                span: span(node.span.clone()),
                help: Some(help),
            });
        }
        Some(text.to_owned())
    });
    let tier = node.get("tier").and_then(Node::text).and_then(tier).unwrap_or(Tier::B);
    if problems[before..].iter().any(|problem| !problem.is_warning()) {
        return None;
    }
    Some(SitePattern {
        name: name.to_owned(),
        title: node.get("title").and_then(Node::text).unwrap_or(name).to_owned(),
        pattern: pattern?.rewritten,
        labels,
        contrary,
        tier,
        check,
        replaces,
    })
}

fn tier(text: &str) -> Option<Tier> {
    Tier::ALL.into_iter().find(|tier| text.chars().eq([tier.letter()]))
}

/// Words beside an identifier: one or two, of letters.
fn words(node: Option<&Node>, problems: &mut Vec<RuleProblem>) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    let mut words = Vec::new();
    for (text, place) in node.texts() {
        let lower = text.trim().to_lowercase();
        let each: Vec<&str> = lower.split(' ').collect();
        let sound = each.len() <= 2
            && each.iter().all(|word| {
                !word.is_empty()
                    && word.len() <= LONGEST_LABEL
                    && word.chars().all(char::is_alphabetic)
            });
        if sound {
            words.push(lower);
        } else {
            problems.push(RuleProblem::BadOption {
                text: text.to_owned(),
                what: "a label".to_owned(),
                why: "not one word or two, of letters".to_owned(),
                span: span(place),
                help: Some("write it like `chart no`, without digits and signs".to_owned()),
            });
        }
    }
    words
}

/// Whether a pattern is for the whole of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whole {
    Yes,
    No,
}

fn regular(
    source: &str,
    node: &Node,
    whole: Whole,
    problems: &mut Vec<RuleProblem>,
) -> Option<expr::typed::Pattern> {
    match expr::check_pattern(node.text()?, false, whole == Whole::Yes) {
        Ok(pattern) => Some(pattern),
        Err(problem) => {
            problems.push(placed(source, node, problem, false));
            None
        }
    }
}

/// A value that may stand. What it is stays unsaid, for it may be a person's.
fn allowance(
    source: &str,
    node: &Node,
    detection: &Detection,
    problems: &mut Vec<RuleProblem>,
) -> Option<Allowance> {
    let before = problems.len();
    let given = ["value", "pattern", "column"].map(|key| node.get(key));
    let value = match given {
        [Some(value), None, None] => AllowedValue::Exactly(value.text()?.to_owned()),
        [None, Some(pattern), None] => {
            AllowedValue::Pattern(regular(source, pattern, Whole::Yes, problems)?.regex)
        }
        [None, None, Some(column)] => AllowedValue::Column(column.text()?.to_owned()),
        _ => {
            let found = given.iter().flatten().count();
            problems.push(one_of(node, "`value`, `pattern` and `column`", found));
            return None;
        }
    };
    for blank in given.iter().flatten().copied().chain(node.get("reason")) {
        if blank.text().is_some_and(|text| text.trim().is_empty()) {
            problems.push(RuleProblem::EmptyValue {
                key: "reason".to_owned(),
                span: span(blank.span.clone()),
            });
        }
    }
    let detector = node.get("detector").and_then(|node| {
        let name = node.text()?;
        if detection.named(name).is_none() {
            problems.push(detection.unknown(name, node.span.clone()));
        }
        Some(name.to_owned())
    });
    let until = node.get("until").and_then(|node| date(node.text()?, node, problems));
    let reason = node.get("reason")?.text()?.trim().to_owned();
    let sound = problems[before..].iter().all(RuleProblem::is_warning);
    sound.then_some(Allowance { detector, value, reason, until })
}

fn unusable(node: &Node, what: &str, why: &str, help: Option<String>) -> RuleProblem {
    RuleProblem::BadOption {
        text: node.text().unwrap_or_default().to_owned(),
        what: what.to_owned(),
        why: why.to_owned(),
        span: span(node.span.clone()),
        help,
    }
}

/// The text of a project file with everything hidden that its allowances say beyond keys, detectors and days, and the
/// bytes among which they stand. It needs no sound file: a message of a fault must not show a value either.
pub(crate) fn without_values(source: &str) -> (String, Range<usize>) {
    let Some(place) = allowances(source) else { return (source.to_owned(), 0..0) };
    let mut shown = String::with_capacity(source.len());
    let mut safe = false;
    let mut word = String::new();
    let close = |word: &mut String, shown: &mut String, safe: bool| {
        let hidden = word.bytes().map(|_| '*');
        if safe {
            shown.push_str(word);
        } else {
            shown.extend(hidden);
        }
        word.clear();
    };
    for (at, character) in source.char_indices() {
        if !place.contains(&at) {
            shown.push(character);
            continue;
        }
        match character {
            ':' if SHOWN_KEYS.contains(&word.as_str()) => {
                safe = SAFE_KEYS.contains(&word.as_str());
                close(&mut word, &mut shown, true);
                shown.push(':');
            }
            ',' | '}' | ']' | '\n' => {
                close(&mut word, &mut shown, safe);
                safe &= character == ']';
                shown.push(character);
            }
            '{' | '[' | ' ' | '-' | '"' | '\'' | ':' => {
                close(&mut word, &mut shown, safe);
                shown.push(character);
            }
            _ => word.push(character),
        }
        if at + character.len_utf8() == place.end {
            close(&mut word, &mut shown, safe);
        }
    }
    (shown, place)
}

/// The keys of an allowance, and those among them whose values may be shown.
const SHOWN_KEYS: [&str; 7] =
    ["allow", "value", "pattern", "column", "detector", "reason", "until"];
const SAFE_KEYS: [&str; 2] = ["detector", "until"];

/// The bytes from `allow` in `identifiers` to the next key of the file or of that section.
fn allowances(source: &str) -> Option<Range<usize>> {
    let mut at = 0;
    let mut within = false;
    let mut start = None;
    for line in source.split_inclusive('\n') {
        let key = line.trim_start();
        let outer = key.len() == line.len() && key.starts_with(|c: char| c.is_alphabetic());
        if outer {
            if let Some(start) = start {
                return Some(start..at);
            }
            within = line.starts_with("identifiers");
        }
        if start.is_some_and(|start| start < at) && key.starts_with("patterns:") {
            return start.map(|start| start..at);
        }
        if within && start.is_none() {
            start = line.find("allow").map(|found| at + found);
        }
        at += line.len();
    }
    start.map(|start| start..at)
}

#[cfg(test)]
mod tests {
    use super::without_values;

    #[test]
    fn values_are_hidden_in_sound_and_in_broken_files() {
        check("facility: St. Anne\n", "facility: St. Anne\n");
        check(
            "identifiers:\n  allow:\n    - {value: 617-338-0143, detector: phone, reason: the desk, until: 2027-01-31}\nexpect: [a]\n",
            "identifiers:\n  allow:\n    - {value: ***-***-****, detector: phone, reason: *** ****, until: 2027-01-31}\nexpect: [a]\n",
        );
        check(
            "identifiers:\n  allow:\n    - value: \"Zo\u{eb} a\"\n      detecter: x\n  patterns:\n    - {name: a}\n",
            "identifiers:\n  allow:\n    - value: \"**** *\"\n      ********: *\n  patterns:\n    - {name: a}\n",
        );
        check("identifiers: {allow: 900-12-3456", "identifiers: {allow: ***-**-****");
        check(
            "identifiers: {patterns: [{name: a}], allow: [{value: b",
            "identifiers: {patterns: [{name: a}], allow: [{value: *",
        );
    }

    #[track_caller]
    fn check(source: &str, expected: &str) {
        let (shown, _) = without_values(source);
        assert_eq!(shown, expected);
        assert_eq!(shown.len(), source.len());
    }
}
