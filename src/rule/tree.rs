//! The span tree: what a YAML file says, node by node, with the byte range of each.
//!
//! It is made by a safe event parser before any other parser sees the text, and refuses what rule
//! files have no need of: anchors, aliases, merge keys, tags, keys given twice, hidden characters, and
//! anything over the limits. It never decides what a value means.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use granit_parser::{Event, Options, Parser, ScalarStyle};

use crate::rule::error::{RuleProblem, span};

/// The size of a rule file at most, in bytes.
pub(crate) const MAX_BYTES: usize = 4 * 1024 * 1024;
/// How deep lists and mappings may nest.
const MAX_DEPTH: usize = 64;
/// How many keys, values and collections a file may have.
const MAX_NODES: usize = 200_000;
/// How many documents may share a file.
const MAX_DOCUMENTS: usize = 1_000;

/// A value of a rule file and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// The bytes of the file that hold it, quotes included.
    pub(crate) span: Range<usize>,
    /// What it is.
    pub(crate) kind: NodeKind,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum NodeKind {
    /// A text, number or other single value.
    Scalar {
        /// The text after unquoting and unescaping; otherwise untouched.
        text: String,
        /// How it is written.
        style: Style,
    },
    /// A list.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Mapping(Vec<Entry>),
}

/// One key of a mapping and its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    /// The key.
    pub(crate) key: String,
    /// Where the key stands.
    pub(crate) key_span: Range<usize>,
    /// The value.
    pub(crate) value: Node,
}

/// How a single value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Without quotes: the only style in which a number, a boolean or nothing can be meant.
    Plain,
    /// In single or double quotes.
    Quoted,
    /// As a block, `|` or `>`.
    Block,
}

impl Node {
    /// The value of a key, if this is a mapping that has it.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.value)
    }

    /// A key with its value, if this is a mapping that has it.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The entries of a mapping; none for anything else.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.kind {
            NodeKind::Mapping(entries) => entries,
            NodeKind::Scalar { .. } | NodeKind::List(_) => &[],
        }
    }

    /// The items of a list; none for anything else.
    pub(crate) fn items(&self) -> &[Self] {
        match &self.kind {
            NodeKind::List(items) => items,
            NodeKind::Scalar { .. } | NodeKind::Mapping(_) => &[],
        }
    }

    /// The text of a single value, exactly as it stands.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.kind {
            NodeKind::Scalar { text, .. } => Some(text),
            NodeKind::List(_) | NodeKind::Mapping(_) => None,
        }
    }

    /// The texts of a list, or of the single value that stands for a list of one.
    pub(crate) fn texts(&self) -> Vec<(&str, Range<usize>)> {
        match &self.kind {
            NodeKind::Scalar { text, .. } => vec![(text.as_str(), self.span.clone())],
            NodeKind::List(items) => items
                .iter()
                .filter_map(|item| item.text().map(|text| (text, item.span.clone())))
                .collect(),
            NodeKind::Mapping(_) => Vec::new(),
        }
    }

    /// Whether it is no value at all: nothing, `~` or `null`, unquoted.
    pub(crate) fn is_null(&self) -> bool {
        matches!(&self.kind, NodeKind::Scalar { text, style: Style::Plain }
            if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Where the value of a key stands, or the whole of this node if the key is not there.
    pub(crate) fn span_of(&self, key: &str) -> Range<usize> {
        self.get(key).map_or_else(|| self.span.clone(), |node| node.span.clone())
    }
}

/// A text without the byte-order mark that some editors put before it, which is no part of what is said.
pub(crate) fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}

/// The documents of a file, and everything that is wrong with the text of it.
///
/// Where the file cannot be followed to its end there are no documents; else they are there without what was refused,
/// so that the rest can be checked in the same run.
pub(crate) fn parse(text: &str) -> (Vec<Node>, Vec<RuleProblem>) {
    if text.len() > MAX_BYTES {
        let problem = RuleProblem::TooLarge { limit: MAX_BYTES / (1024 * 1024) };
        return (Vec::new(), vec![problem]);
    }
    let mut problems = hidden_characters(text);
    if problems.is_empty() {
        return Builder::new(text).run();
    }
    let readable: String =
        text.chars().map(|c| if is_hidden(c) && c.is_ascii() { ' ' } else { c }).collect();
    let (documents, found) = Builder::new(&readable).run();
    problems.extend(found);
    (documents, problems)
}

/// Characters that a person reading the file cannot see, or that reorder what is seen.
fn hidden_characters(text: &str) -> Vec<RuleProblem> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte) || byte == b'\n') {
        return Vec::new();
    }
    text.char_indices()
        .filter(|&(_, c)| is_hidden(c))
        .take(20)
        .map(|(at, c)| hidden(c, at..at + c.len_utf8()))
        .collect()
}

fn hidden(c: char, place: Range<usize>) -> RuleProblem {
    RuleProblem::HiddenCharacter { code: format!("U+{:04X}", u32::from(c)), span: span(place) }
}

/// A text that can be shown: every hidden character replaced by a visible one of the same length.
pub(crate) fn shown(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let visible = |c: char| match c.len_utf8() {
        _ if !is_hidden(c) => c,
        1 => '?',
        2 => '\u{b7}',
        3 => '\u{fffd}',
        _ => '\u{1f6ab}',
    };
    Cow::Owned(text.chars().map(visible).collect())
}

fn is_hidden(c: char) -> bool {
    (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
        || matches!(c,
            '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A collection that is not closed yet.
enum Open {
    List(usize, Vec<Node>),
    /// With the key whose value comes next; the value of a key that was refused has no name and is dropped.
    Mapping(
        usize,
        Vec<Entry>,
        Option<(Option<String>, Range<usize>)>,
        HashMap<String, Range<usize>>,
    ),
}

struct Builder<'t> {
    text: &'t str,
    open: Vec<Open>,
    documents: Vec<Node>,
    problems: Vec<RuleProblem>,
    nodes: usize,
    last_end: usize,
    lost: bool,
}

/// The file cannot be read any further; the problem is noted.
struct Stop;

impl<'t> Builder<'t> {
    fn new(text: &'t str) -> Self {
        Self {
            text,
            open: Vec::new(),
            documents: Vec::new(),
            problems: Vec::new(),
            nodes: 0,
            last_end: 0,
            lost: false,
        }
    }

    fn run(mut self) -> (Vec<Node>, Vec<RuleProblem>) {
        let mut options = Options::default();
        options.set_emit_comments(false);
        options.emit_anchor_events = true;
        options.emit_unresolved_aliases = true;
        for next in Parser::new_from_str_with_options(self.text, options) {
            let step = match next {
                Ok((event, place)) => {
                    let range = place.byte_range().unwrap_or(0..0);
                    let tag = place.tag_span().and_then(|tag| tag.byte_range());
                    self.event(event, range, tag)
                }
                Err(error) => {
                    let at = error.marker().byte_offset().unwrap_or(0);
                    self.syntax(error.info(), at)
                }
            };
            if step.is_err() {
                self.lost = true;
                break;
            }
        }
        if self.lost {
            self.documents.clear();
        }
        (self.documents, self.problems)
    }

    /// A fault of syntax; the ones that people make most get words of our own.
    fn syntax(&mut self, message: String, at: usize) -> Result<(), Stop> {
        let tab = self.text.get(..at).is_some_and(|before| {
            let line = before.rsplit('\n').next().unwrap_or("");
            line.contains('\t') && line.trim().is_empty()
        }) || self.text.get(at..).is_some_and(|rest| rest.starts_with('\t'));
        let help = if tab {
            Some("indent with spaces; YAML forbids tabs there".to_owned())
        } else if message.contains("mapping values are not allowed") {
            Some("put quotes around a text that holds `: `, and check the indentation".to_owned())
        } else if message.contains("nesting") || message.contains("recursion") {
            self.problems.push(RuleProblem::TooDeep { limit: MAX_DEPTH, span: span(at..at) });
            return Err(Stop);
        } else {
            None
        };
        let end = self
            .text
            .get(at..)
            .and_then(|rest| rest.chars().next())
            .map_or(at, |c| if c == '\n' { at } else { at + c.len_utf8() });
        self.problems.push(RuleProblem::Syntax { message, span: span(at..end), help });
        Err(Stop)
    }

    fn event(
        &mut self,
        event: Event<'_>,
        range: Range<usize>,
        tag: Option<Range<usize>>,
    ) -> Result<(), Stop> {
        if let Some(tag) = tag {
            self.problems.push(RuleProblem::Tag { span: span(tag) });
        }
        match event {
            Event::Scalar(text, style, ..) => {
                self.count(&range)?;
                let style = match style {
                    ScalarStyle::Plain => Style::Plain,
                    ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
                    _ => Style::Quoted,
                };
                // The parser spells a value that is not there `~`.
                let mut text = if range.is_empty() { String::new() } else { text.into_owned() };
                let trimmed = self.trimmed(range);
                if let Some(c) = text.chars().find(|c| is_hidden(*c)) {
                    let written = self.text.get(trimmed.clone()).unwrap_or_default();
                    // One that stands there as it is was told before; this one is escaped.
                    if !written.chars().any(is_hidden) {
                        self.problems.push(hidden(c, trimmed.clone()));
                    }
                    text.retain(|c| !is_hidden(c));
                }
                self.place(Node { span: trimmed, kind: NodeKind::Scalar { text, style } });
            }
            Event::SequenceStart(..) => {
                self.enter(&range)?;
                self.open.push(Open::List(range.start, Vec::new()));
            }
            Event::MappingStart(..) => {
                self.enter(&range)?;
                self.open.push(Open::Mapping(range.start, Vec::new(), None, HashMap::new()));
            }
            Event::SequenceEnd | Event::MappingEnd => {
                let end = if range.is_empty() { self.last_end } else { range.end };
                match self.open.pop() {
                    Some(Open::List(start, items)) => {
                        let span = start..end.max(start);
                        self.place(Node { span, kind: NodeKind::List(items) });
                    }
                    Some(Open::Mapping(start, entries, ..)) => {
                        let span = start..end.max(start);
                        self.place(Node { span, kind: NodeKind::Mapping(entries) });
                    }
                    None => {}
                }
            }
            Event::Anchor(..) => self.problems.push(RuleProblem::Anchor { span: span(range) }),
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                self.count(&range)?;
                self.problems.push(RuleProblem::Alias { span: span(range.clone()) });
                self.lost = true;
                let kind = NodeKind::Scalar { text: String::new(), style: Style::Plain };
                self.place(Node { span: range, kind });
            }
            Event::DocumentStart(..) if self.documents.len() >= MAX_DOCUMENTS => {
                self.problems.push(RuleProblem::TooManyDocuments {
                    limit: MAX_DOCUMENTS,
                    span: span(range),
                });
                return Err(Stop);
            }
            _ => {}
        }
        if self.problems.len() >= 100 { Err(Stop) } else { Ok(()) }
    }

    fn enter(&mut self, range: &Range<usize>) -> Result<(), Stop> {
        self.count(range)?;
        if self.open.len() >= MAX_DEPTH {
            self.problems
                .push(RuleProblem::TooDeep { limit: MAX_DEPTH, span: span(range.clone()) });
            return Err(Stop);
        }
        Ok(())
    }

    fn count(&mut self, range: &Range<usize>) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            self.problems
                .push(RuleProblem::TooManyNodes { limit: MAX_NODES, span: span(range.clone()) });
            return Err(Stop);
        }
        Ok(())
    }

    /// A range without the white space at its end, which block values carry along.
    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let length = self.text.get(range.clone()).map_or(0, |text| text.trim_end().len());
        range.start..range.start + length
    }

    /// Hands a finished node to the collection or document that holds it.
    fn place(&mut self, node: Node) {
        self.last_end = self.last_end.max(node.span.end);
        match self.open.last_mut() {
            None => self.documents.push(node),
            Some(Open::List(_, items)) => items.push(node),
            Some(Open::Mapping(_, _, key @ None, seen)) => {
                let NodeKind::Scalar { text, style } = node.kind else {
                    self.problems.push(RuleProblem::KeyNotText { span: span(node.span.clone()) });
                    *key = Some((None, node.span));
                    return;
                };
                if text == "<<" && style == Style::Plain {
                    self.problems.push(RuleProblem::MergeKey { span: span(node.span.clone()) });
                    *key = Some((None, node.span));
                } else if let Some(first) = seen.get(&text) {
                    self.problems.push(RuleProblem::DuplicateKey {
                        key: text,
                        span: span(node.span.clone()),
                        first: span(first.clone()),
                    });
                    *key = Some((None, node.span));
                } else {
                    seen.insert(text.clone(), node.span.clone());
                    *key = Some((Some(text), node.span));
                }
            }
            Some(Open::Mapping(_, entries, key, _)) => {
                if let Some((Some(key), key_span)) = key.take() {
                    entries.push(Entry { key, key_span, value: node });
                }
            }
        }
    }
}

/// The place in the file of each place in a single value, given as offsets into its text.
///
/// Quotes, escapes, indentation and folded line ends make the two differ. Where a place has no exact
/// counterpart, as inside an escape, the nearest one before it is given.
pub(crate) fn source_range(source: &str, node: &Node, range: &Range<usize>) -> Range<usize> {
    let (Some(text), Some(written)) = (node.text(), source.get(node.span.clone())) else {
        return node.span.clone();
    };
    if written == text {
        return node.span.start + range.start..node.span.start + range.end;
    }
    let mut aligned = Alignment { written, at: 0, escapes: Escapes::None };
    if let NodeKind::Scalar { style: Style::Quoted, .. } = node.kind {
        aligned.at = 1;
        aligned.escapes =
            if written.starts_with('\'') { Escapes::DoubledQuote } else { Escapes::Backslash };
    }
    let (mut start, mut end) = (None, aligned.at);
    for (offset, c) in text.char_indices() {
        let place = aligned.next(c);
        if offset >= range.start && start.is_none() {
            start = Some(place.start);
        }
        if offset < range.end {
            end = place.end;
        }
        if offset >= range.end && start.is_some() {
            break;
        }
    }
    let start = start.unwrap_or(aligned.at);
    node.span.start + start..node.span.start + end.max(start)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Escapes {
    None,
    DoubledQuote,
    Backslash,
}

/// Walks the text as it is written in step with the text as it is meant.
struct Alignment<'t> {
    written: &'t str,
    at: usize,
    escapes: Escapes,
}

impl Alignment<'_> {
    /// Where the next character of the meant text is written.
    fn next(&mut self, meant: char) -> Range<usize> {
        loop {
            let Some(c) = self.rest().chars().next() else { return self.at..self.at };
            let start = self.at;
            if self.escapes == Escapes::Backslash && c == '\\' {
                self.at += self.escape_length();
                let joined = self.written.get(start + 1..start + 2);
                if matches!(joined, Some("\n" | "\r")) {
                    continue;
                }
                return start..self.at;
            }
            if c == meant {
                self.at += c.len_utf8();
                if self.escapes == Escapes::DoubledQuote && c == '\'' {
                    self.at += usize::from(self.rest().starts_with('\''));
                }
                return start..self.at;
            }
            if is_hidden(c) {
                self.at += c.len_utf8();
                continue;
            }
            if !c.is_whitespace() {
                // The two do not agree; stay where we are rather than run away.
                return start..start;
            }
            let skipped = self.rest().len() - self.rest().trim_start().len();
            self.at += skipped;
            if meant.is_whitespace() {
                return start..self.at;
            }
        }
    }

    fn rest(&self) -> &str {
        self.written.get(self.at..).unwrap_or("")
    }

    fn escape_length(&self) -> usize {
        let mut chars = self.rest().chars().skip(1);
        match chars.next() {
            Some('x') => 4,
            Some('u') => 6,
            Some('U') => 10,
            Some(c) => 1 + c.len_utf8(),
            None => 1,
        }
        .min(self.rest().len())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::string_slice, reason = "a wrong range is to fail the test")]

    use super::*;

    #[test]
    fn ranges_cover_the_values() {
        let text = "pack: é\nrules:\n  - {id: 'x''y', n: 010}\n  - where: |\n      a\n      b\n";
        let (documents, problems) = parse(text);
        assert_eq!(problems, []);
        let rules = documents[0].get("rules").unwrap();
        let first = &rules.items()[0];
        assert_eq!(&text[first.span.clone()], "{id: 'x''y', n: 010}");
        assert_eq!(&text[first.span_of("n")], "010");
        assert_eq!(first.get("id").and_then(Node::text), Some("x'y"));
        assert_eq!(&text[rules.span.clone()], text[18..].trim_end());
    }

    #[test]
    fn every_offset_of_a_value_is_found_in_the_file() {
        place("w: a = b\n", "b", "b");
        place("w: 'it''s = b'\n", "b", "b");
        place("w: 'it''s = b'\n", "'", "''");
        place("w: \"a\\tb\\u00e9 = c\"\n", "c", "c");
        place("w: \"a \\\n   b = c\"\n", "c", "c");
        place("w: |\n  a = b\n    AND é = d\n", "d", "d");
        place("w: >-\n  a = b\n  AND c = dd\n\n  OR x\n", "dd", "dd");
        place("w: a = b\n  AND c = dd\n", "dd", "dd");
        place("w: |\r\n  a = b\r\n  AND c = dd\r\n", "dd", "dd");
    }

    /// The one place that knows how an offset is looked up.
    #[track_caller]
    fn place(text: &str, needle: &str, expected: &str) {
        let (documents, problems) = parse(text);
        assert_eq!(problems, []);
        let node = documents[0].get("w").unwrap();
        let at = node.text().unwrap().rfind(needle).unwrap();
        let found = source_range(text, node, &(at..at + needle.len()));
        assert_eq!(&text[found.clone()], expected, "in {text:?}");
        assert_eq!(found.start, text.rfind(expected).unwrap(), "in {text:?}");
    }
}
