//! Holds a span tree against the JSON Schema of its kind, so that everything wrong with the shape of a file is
//! reported at once and at its place.
//!
//! The schema is the one that `rules schema` prints; only the words that it uses are understood here.

use std::ops::Range;

use serde_json::{Map, Value};

use crate::rule::error::{RuleProblem, did_you_mean, listed, span};
use crate::rule::tree::{Entry, Node, NodeKind, Style};

/// What came of holding a node against a schema.
#[derive(Debug)]
pub(crate) struct Pruned {
    /// Whether what is left of the node has the shape.
    pub(crate) usable: bool,
    /// Everything wrong with the shape of the node.
    pub(crate) problems: Vec<RuleProblem>,
    /// What was left out.
    pub(crate) broken: Broken,
}

/// What is missing from a node, so that nobody complains of it a second time.
#[derive(Debug, Default)]
pub(crate) struct Broken {
    places: Vec<usize>,
    keys: Vec<(usize, String)>,
}

impl Broken {
    /// Whether nothing inside these bytes was left out.
    pub(crate) fn spares(&self, place: &Range<usize>) -> bool {
        self.places.iter().all(|at| !place.contains(at))
    }

    /// The keys that were left out of the mapping that begins there.
    pub(crate) fn keys_of(&self, mapping: usize) -> impl Iterator<Item = &str> {
        let keys = self.keys.iter().filter(move |(start, _)| *start == mapping);
        keys.map(|(_, key)| key.as_str())
    }
}

/// Takes out of a node everything whose shape is wrong: entries and items, or what cannot be without them.
pub(crate) fn prune(node: &mut Node, schema: &Value) -> Pruned {
    let mut walk = Walk { root: schema, problems: Vec::new(), keys: Vec::new() };
    let usable = walk.node(node, schema, "");
    let places = walk.problems.iter().map(RuleProblem::offset).collect();
    Pruned { usable, problems: walk.problems, broken: Broken { places, keys: walk.keys } }
}

/// What stands in for a key of a rule that is missing or broken, so that the other keys are checked. Its place is empty.
const STAND_INS: [(&str, &str); 3] =
    [("id", "completeness/unnamed"), ("title", ""), ("severity", "note")];

struct Walk<'s> {
    root: &'s Value,
    problems: Vec<RuleProblem>,
    keys: Vec<(usize, String)>,
}

impl<'s> Walk<'s> {
    /// Whether the node has the shape, after what has not was taken out of it.
    fn node(&mut self, node: &mut Node, schema: &'s Value, key: &str) -> bool {
        let schema = self.resolve(schema);
        if schema.get("x-reserved").is_some() {
            return true;
        }
        if node.is_null() {
            let accepted = accepts_null_itself(schema);
            if !accepted {
                self.problems.push(RuleProblem::EmptyValue {
                    key: key.to_owned(),
                    span: span(node.span.clone()),
                });
            }
            return accepted;
        }
        let branches = self.branches(schema);
        let fitting = branches.iter().find(|branch| fits(node, branch)).copied();
        let Some(branch) = fitting else {
            self.wrong_type(node, &branches, key);
            return false;
        };
        let first_line = first_line(node);
        match &mut node.kind {
            NodeKind::Scalar { text, .. } => self.word(&node.span, text, branch),
            NodeKind::List(items) => {
                let before = items.len();
                if let Some(schema) = branch.get("items") {
                    items.retain_mut(|item| self.node(item, schema, key));
                }
                before == 0 || !items.is_empty()
            }
            NodeKind::Mapping(entries) => self.mapping(&first_line, entries, branch),
        }
    }

    /// The schema that a reference stands for.
    fn resolve(&self, schema: &'s Value) -> &'s Value {
        let mut schema = schema;
        // A reference beside other words keeps its meaning; the words are descriptions.
        for _ in 0..8 {
            let Some(pointer) = schema.get("$ref").and_then(Value::as_str) else { break };
            let Some(target) = self.root.pointer(pointer.trim_start_matches('#')) else { break };
            schema = target;
        }
        schema
    }

    /// The alternatives of a schema that are not null, each resolved.
    fn branches(&self, schema: &'s Value) -> Vec<&'s Value> {
        let Some(Value::Array(any)) = schema.get("anyOf") else { return vec![schema] };
        any.iter()
            .map(|branch| self.resolve(branch))
            .filter(|branch| branch.get("type").and_then(Value::as_str) != Some("null"))
            .flat_map(|branch| self.branches(branch))
            .collect()
    }

    fn wrong_type(&mut self, node: &Node, branches: &[&Value], key: &str) {
        let expected: Vec<_> = branches.iter().map(|branch| expectation(branch, key)).collect();
        let help = match (&node.kind, branches) {
            (NodeKind::Scalar { text, .. }, [only]) if has_type(only, "array") => {
                Some(format!("write it as a list: `[{text}]`"))
            }
            // A whole file that is one text may be anything, a record too, and is not quoted.
            (NodeKind::Scalar { text, .. }, [only])
                if has_type(only, "object") && !key.is_empty() =>
            {
                match only.get("required").and_then(Value::as_array).map(Vec::as_slice) {
                    Some([Value::String(required)]) => {
                        Some(format!("write it as a mapping: `{{{required}: {text}}}`"))
                    }
                    _ => None,
                }
            }
            (NodeKind::Scalar { style: Style::Quoted, .. }, [only])
                if has_type(only, "boolean") || has_type(only, "integer") =>
            {
                Some("remove the quotes".to_owned())
            }
            (NodeKind::Scalar { text, .. }, [only]) if has_type(only, "boolean") => {
                match text.to_ascii_lowercase().as_str() {
                    "yes" | "on" | "y" => Some("write `true`".to_owned()),
                    "no" | "off" | "n" => Some("write `false`".to_owned()),
                    _ => None,
                }
            }
            _ => None,
        };
        self.problems.push(RuleProblem::WrongType {
            expected: expected.join(" or "),
            found: found(node).to_owned(),
            span: span(first_line(node)),
            help,
        });
    }

    fn word(&mut self, place: &Range<usize>, text: &str, branch: &Value) -> bool {
        let words = words(branch);
        let known = words.is_empty() || words.contains(&text);
        if !known {
            let help = did_you_mean(text, words.iter().copied())
                .unwrap_or_else(|| format!("write one of {}", listed(words.iter().copied())));
            self.problems.push(RuleProblem::UnknownWord {
                word: text.to_owned(),
                span: span(place.clone()),
                help: Some(help),
            });
        }
        known
    }

    fn mapping(
        &mut self,
        first_line: &Range<usize>,
        entries: &mut Vec<Entry>,
        branch: &'s Value,
    ) -> bool {
        let none = Map::new();
        let known = branch.get("properties").and_then(Value::as_object).unwrap_or(&none);
        let what = branch.get("x-what").and_then(Value::as_str).unwrap_or("this mapping");
        let given: Vec<String> = entries.iter().map(|entry| entry.key.clone()).collect();
        entries.retain_mut(|entry| {
            let sound = self.entry(entry, branch, known, what);
            if !sound {
                self.keys.push((first_line.start, entry.key.clone()));
            }
            sound
        });
        let mut usable = true;
        let required = branch.get("required").and_then(Value::as_array);
        for key in required.into_iter().flatten().filter_map(Value::as_str) {
            if !given.iter().any(|given| given == key) {
                let about = known
                    .get(key)
                    .and_then(|schema| schema.get("description"))
                    .and_then(Value::as_str)
                    .map(|text| text.split('\n').collect::<Vec<_>>().join(" "));
                self.problems.push(RuleProblem::MissingKey {
                    key: key.to_owned(),
                    within: what.to_owned(),
                    span: span(first_line.clone()),
                    help: about.map(|about| format!("add `{key}`: {}", lower_first(&about))),
                });
            }
            if entries.iter().any(|entry| entry.key == key) {
                continue;
            }
            let stand_in = STAND_INS.iter().find(|(name, _)| what == "a rule" && *name == key);
            match stand_in {
                Some((_, text)) => {
                    let place = first_line.start..first_line.start;
                    let kind = NodeKind::Scalar { text: (*text).to_owned(), style: Style::Quoted };
                    entries.push(Entry {
                        key: key.to_owned(),
                        key_span: place.clone(),
                        value: Node { span: place, kind },
                    });
                }
                None => usable = false,
            }
        }
        usable
    }

    /// Whether an entry of a mapping has the shape.
    fn entry(
        &mut self,
        entry: &mut Entry,
        branch: &'s Value,
        known: &Map<String, Value>,
        what: &str,
    ) -> bool {
        let empty = |entry: &Entry| RuleProblem::EmptyValue {
            key: entry.key.clone(),
            span: span(entry.key_span.clone()),
        };
        let others = branch.get("additionalProperties");
        if let Some(schema) = branch.get("properties").and_then(|known| known.get(&entry.key)) {
            if self.resolve(schema).get("x-reserved").is_some() {
                self.problems.push(RuleProblem::NotAvailable {
                    key: entry.key.clone(),
                    span: span(entry.key_span.clone()),
                });
                return false;
            }
            if entry.value.is_null() && !accepts_null_itself(self.resolve(schema)) {
                self.problems.push(empty(entry));
                return false;
            }
            return self.node(&mut entry.value, schema, &entry.key);
        }
        if let Some(schema @ Value::Object(_)) = others {
            if entry.value.is_null() {
                let cell = self.cell(schema);
                if !cell {
                    self.problems.push(empty(entry));
                }
                return cell;
            }
            return self.node(&mut entry.value, schema, &entry.key);
        }
        if others != Some(&Value::Bool(false)) {
            return true;
        }
        let mut names: Vec<_> = known
            .iter()
            .filter(|(_, schema)| schema.get("x-reserved").is_none())
            .map(|(name, _)| name.as_str())
            .collect();
        names.sort_unstable();
        let help = hint(&entry.key, &names).unwrap_or_else(|| {
            if names.len() <= 12 {
                format!("the keys here are {}", listed(names.iter().copied()))
            } else {
                "`chartaudit rules schema` lists the keys".to_owned()
            }
        });
        self.problems.push(RuleProblem::UnknownKey {
            key: entry.key.clone(),
            within: what.to_owned(),
            span: span(entry.key_span.clone()),
            help: Some(help),
        });
        false
    }

    /// Whether a schema is that of a cell, where nothing is a value.
    fn cell(&self, schema: &'s Value) -> bool {
        accepts_null_itself(self.resolve(schema))
    }
}

/// Words of other tools and of earlier drafts, and what this language calls them.
const OTHER_WORDS: [(&str, &str); 6] = [
    ("when", "where"),
    ("if", "where"),
    ("description", "title"),
    ("message", "title"),
    ("level", "severity"),
    ("citation", "guideline"),
];

fn hint(key: &str, names: &[&str]) -> Option<String> {
    let other = OTHER_WORDS.iter().find(|(word, ours)| *word == key && names.contains(ours));
    match other {
        Some((_, ours)) => Some(format!("did you mean `{ours}`?")),
        None => did_you_mean(key, names.iter().copied()),
    }
}

/// The part of a node on its first line: enough to underline where a collection is wrong as a whole.
fn first_line(node: &Node) -> Range<usize> {
    match &node.kind {
        NodeKind::Scalar { .. } => node.span.clone(),
        NodeKind::List(items) => items.first().map_or_else(
            || node.span.clone(),
            |item| node.span.start..first_line(item).end.max(node.span.start),
        ),
        NodeKind::Mapping(entries) => entries
            .first()
            .map_or_else(|| node.span.clone(), |entry| node.span.start..entry.key_span.end),
    }
}

fn lower_first(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

/// Whether nothing is a value of its own: only cells of examples say `["string", "null"]` as an entry of a mapping.
fn accepts_null_itself(schema: &Value) -> bool {
    schema.get("x-cell").is_some()
}

fn has_type(schema: &Value, wanted: &str) -> bool {
    match schema.get("type") {
        Some(Value::String(name)) => name == wanted,
        Some(Value::Array(names)) => names.iter().any(|name| name.as_str() == Some(wanted)),
        _ => false,
    }
}

/// The closed list of words that a schema allows; empty: any text.
fn words(schema: &Value) -> Vec<&str> {
    if let Some(Value::Array(words)) = schema.get("enum") {
        return words.iter().filter_map(Value::as_str).collect();
    }
    if let Some(Value::Array(branches)) = schema.get("oneOf") {
        return branches
            .iter()
            .filter_map(|branch| branch.get("const").and_then(Value::as_str))
            .collect();
    }
    Vec::new()
}

fn fits(node: &Node, schema: &Value) -> bool {
    match &node.kind {
        NodeKind::Mapping(_) => has_type(schema, "object"),
        NodeKind::List(_) => has_type(schema, "array"),
        NodeKind::Scalar { text, style } => {
            has_type(schema, "string")
                || schema.get("enum").is_some()
                || schema.get("oneOf").is_some()
                || (*style == Style::Plain
                    && ((has_type(schema, "boolean") && matches!(text.as_str(), "true" | "false"))
                        || (has_type(schema, "integer") && is_integer(text, schema))))
        }
    }
}

fn is_integer(text: &str, schema: &Value) -> bool {
    if schema.get("minimum").is_some() {
        text.parse::<u64>().is_ok()
    } else {
        text.parse::<i32>().is_ok()
    }
}

fn expectation(schema: &Value, key: &str) -> &'static str {
    const FIELD_LISTS: [&str; 6] = ["require", "require_any", "unique", "by", "key", "readable"];
    if has_type(schema, "array") && FIELD_LISTS.contains(&key) {
        "a list of field names"
    } else if has_type(schema, "array") {
        "a list"
    } else if has_type(schema, "object") {
        "a mapping"
    } else if has_type(schema, "boolean") {
        "`true` or `false`"
    } else if has_type(schema, "integer") {
        if schema.get("minimum").is_some() { "a whole number, 0 or more" } else { "a whole number" }
    } else {
        "text"
    }
}

fn found(node: &Node) -> &'static str {
    match &node.kind {
        NodeKind::Mapping(_) => "a mapping",
        NodeKind::List(_) => "a list",
        NodeKind::Scalar { text, style: Style::Plain } => {
            if matches!(text.as_str(), "true" | "false") {
                "`true` or `false`"
            } else if text.parse::<f64>().is_ok() {
                "a number"
            } else {
                "text"
            }
        }
        NodeKind::Scalar { .. } => "text",
    }
}
