//! Layouts: sources with their reading options and bindings.

use std::ops::Range;

use crate::rule::check::dictionary::{unknown_field, unknown_set};
use crate::rule::dictionary::{Dictionary, Field, RecordSet};
use crate::rule::error::{RuleProblem, did_you_mean, span};
use crate::rule::layout::{Binding, HeaderMode, Layout, LayoutSource, SourceOptions};
use crate::rule::raw::{Entries, RawBinding, RawHeader, RawLayout, RawLongBinding, RawSource};
use crate::rule::tree::Node;
use crate::value::FieldType;
use crate::value::Zone;
use crate::value::format::{DateFormat, FormatProblem};

/// A layout with every name resolved.
pub(crate) fn check_layout(
    raw: &RawLayout,
    node: &Node,
    dictionary: &Dictionary,
    problems: &mut Vec<RuleProblem>,
) -> Option<Layout> {
    let sources_node = node.get("sources")?;
    let sources = sources(&raw.sources, sources_node, problems);
    check_names(&sources, sources_node, dictionary, problems);
    for source in sources_node.entries() {
        let inner = source.value.get("csv");
        for place in [Some(&source.value), inner].into_iter().flatten() {
            if let Some(entry) = place.entry("expect") {
                problems.push(RuleProblem::UnknownKey {
                    key: "expect".to_owned(),
                    within: "a layout's source".to_owned(),
                    span: span(entry.key_span.clone()),
                    help: Some(
                        "say in the project file which record sets must be there".to_owned(),
                    ),
                });
            }
        }
    }
    Some(Layout { name: raw.layout.clone(), sources })
}

/// Sources, as far as they can be checked without the dictionary.
pub(crate) fn sources(
    raw: &Entries<RawSource>,
    node: &Node,
    problems: &mut Vec<RuleProblem>,
) -> Vec<LayoutSource> {
    raw.0
        .iter()
        .filter_map(|(name, raw)| Some(source(name, raw, node.get(name)?, problems)))
        .collect()
}

/// The names of sources that the dictionary must have.
pub(crate) fn check_names(
    sources: &[LayoutSource],
    node: &Node,
    dictionary: &Dictionary,
    problems: &mut Vec<RuleProblem>,
) {
    for source in sources {
        let Some(entry) = node.entry(&source.record_set) else { continue };
        let Some(set) = dictionary.set(&source.record_set) else {
            let place = entry.key_span.clone();
            problems.push(unknown_set(dictionary, &source.record_set, place));
            continue;
        };
        let bind = entry.value.get("bind").map_or(&[][..], Node::entries);
        for (binding, entry) in source.bind.iter().zip(bind) {
            match set.field_id(&binding.field) {
                Some(id) => check_binding(binding, &entry.value, set.field(id), problems),
                None => {
                    let place = entry.key_span.clone();
                    problems.push(unknown_field(set, &binding.field, place));
                }
            }
        }
        if let Some(key) = entry.value.get("key") {
            check_key(set, key, problems);
        }
    }
}

fn check_key(set: &RecordSet, key: &Node, problems: &mut Vec<RuleProblem>) {
    for (name, place) in key.texts() {
        if set.field_id(name).is_none() {
            problems.push(unknown_field(set, name, place));
        }
    }
}

/// What a binding says must suit its field.
fn check_binding(binding: &Binding, node: &Node, field: &Field, problems: &mut Vec<RuleProblem>) {
    if let Some(formats) = node.get("formats")
        && !matches!(
            field.ty,
            FieldType::Date | FieldType::Time | FieldType::Timestamp | FieldType::Instant
        )
    {
        problems.push(RuleProblem::FieldType {
            name: field.name.clone(),
            found: field.ty.name().to_owned(),
            wanted: "a date or a time".to_owned(),
            span: span(formats.span.clone()),
            help: Some("remove `formats`".to_owned()),
        });
    }
    let Some(values) = node.get("values") else { return };
    let mut seen: Vec<&str> = Vec::new();
    for entry in values.entries() {
        if !field.values.is_empty() && !field.values.contains(&entry.key) {
            problems.push(RuleProblem::UnmappedCode {
                name: entry.key.clone(),
                field: field.name.clone(),
                span: span(entry.key_span.clone()),
                help: did_you_mean(&entry.key, field.values.iter().map(String::as_str)),
            });
        }
        for (code, place) in entry.value.texts() {
            if seen.contains(&code) {
                let name = code.to_owned();
                problems.push(RuleProblem::CodeMappedTwice { name, span: span(place) });
            } else {
                seen.push(code);
            }
        }
    }
    debug_assert!(binding.field == field.name, "a binding is checked against its own field");
}

fn source(
    name: &str,
    raw: &RawSource,
    node: &Node,
    problems: &mut Vec<RuleProblem>,
) -> LayoutSource {
    let csv = node.get("csv");
    let raw_csv = raw.csv.as_ref();
    // A key may stand in the source or in `csv`, not in both.
    for entry in csv.map_or(&[][..], Node::entries) {
        if node.entry(&entry.key).is_some() {
            problems.push(RuleProblem::OptionTwice {
                key: entry.key.clone(),
                span: span(entry.key_span.clone()),
            });
        }
    }
    let at = |key: &str| csv.and_then(|csv| csv.get(key)).or_else(|| node.get(key));
    let texts = |key: &str| {
        at(key).map_or_else(Vec::new, |node| {
            node.texts().into_iter().map(|(text, _)| text.to_owned()).collect()
        })
    };
    let text = |key: &str| at(key).and_then(Node::text).map(str::to_owned);
    let header = raw.header.or_else(|| raw_csv.and_then(|csv| csv.header));
    let options = SourceOptions {
        delimiter: byte(at("delimiter"), "the delimiter", problems),
        quote: byte(at("quote"), "the quote", problems),
        escape: byte(at("escape"), "the escape", problems),
        trim_before_quote: raw
            .trim_before_quote
            .or_else(|| raw_csv.and_then(|csv| csv.trim_before_quote))
            .unwrap_or(false),
        encoding: encoding(at("encoding"), problems),
        header: match header {
            None | Some(RawHeader::Search) => HeaderMode::Search,
            Some(RawHeader::First) => HeaderMode::First,
            Some(RawHeader::None) => HeaderMode::None,
        },
        columns: texts("columns"),
        comment: text("comment"),
        footer: footer(at("footer"), problems),
        nulls: texts("nulls"),
        timezone: zone(at("timezone"), problems),
        max_skipped: raw
            .max_skipped
            .or_else(|| raw_csv.and_then(|csv| csv.max_skipped))
            .unwrap_or(0),
        min_records: raw
            .min_records
            .or_else(|| raw_csv.and_then(|csv| csv.min_records))
            .unwrap_or(0),
        allow_empty: raw
            .allow_empty
            .or_else(|| raw_csv.and_then(|csv| csv.allow_empty))
            .unwrap_or(false),
    };
    if options.header == HeaderMode::None && options.columns.is_empty() {
        problems.push(RuleProblem::MissingKey {
            key: "columns".to_owned(),
            within: "a source without a header".to_owned(),
            span: span(at("header").map_or(node.span.clone(), |node| node.span.clone())),
            help: Some("name the columns in their order".to_owned()),
        });
    }
    let defaults = Binding {
        formats: formats(at("formats"), None, problems),
        true_values: texts("true_values"),
        false_values: texts("false_values"),
        decimal: sign(at("decimal"), "the decimal sign", problems),
        group: sign(at("group"), "the sign between groups", problems),
        split: text("split"),
        ..Binding::default()
    };
    let bind = node.get("bind").map_or(&[][..], Node::entries);
    LayoutSource {
        record_set: name.to_owned(),
        files: texts("files"),
        options,
        bind: raw
            .bind
            .0
            .iter()
            .zip(bind)
            .map(|((field, raw), entry)| binding(field, raw, &entry.value, &defaults, problems))
            .collect(),
        key: raw.key.clone(),
    }
}

fn binding(
    field: &str,
    raw: &RawBinding,
    node: &Node,
    defaults: &Binding,
    problems: &mut Vec<RuleProblem>,
) -> Binding {
    let owned =
        |node: &Node| node.texts().into_iter().map(|(text, _)| text.to_owned()).collect::<Vec<_>>();
    let RawBinding::Long(raw) = raw else {
        return Binding { field: field.to_owned(), columns: owned(node), ..defaults.clone() };
    };
    let raw: &RawLongBinding = raw;
    let texts =
        |key: &str, default: &[String]| node.get(key).map_or_else(|| default.to_vec(), owned);
    if node.entry("column").is_none() {
        problems.push(RuleProblem::MissingKey {
            key: "column".to_owned(),
            within: "a binding".to_owned(),
            span: span(node.entries().first().map_or(node.span.clone(), |e| e.key_span.clone())),
            help: Some("add `column`: the header name that the field is read from".to_owned()),
        });
    }
    let own = formats(node.get("formats"), raw.pivot, problems);
    Binding {
        field: field.to_owned(),
        columns: texts("column", &[]),
        formats: if own.is_empty() { defaults.formats.clone() } else { own },
        nulls: texts("nulls", &[]),
        values: node
            .get("values")
            .map_or(&[][..], Node::entries)
            .iter()
            .map(|entry| (entry.key.clone(), owned(&entry.value)))
            .collect(),
        true_values: texts("true_values", &defaults.true_values),
        false_values: texts("false_values", &defaults.false_values),
        decimal: sign(node.get("decimal"), "the decimal sign", problems).or(defaults.decimal),
        group: sign(node.get("group"), "the sign between groups", problems).or(defaults.group),
        timezone: zone(node.get("timezone"), problems),
        pivot: raw.pivot,
        trim: raw.trim,
        split: raw.split.clone().or_else(|| defaults.split.clone()),
    }
}

/// Formats of dates, each tried out.
fn formats(
    node: Option<&Node>,
    pivot: Option<i32>,
    problems: &mut Vec<RuleProblem>,
) -> Vec<String> {
    let Some(node) = node else { return Vec::new() };
    let mut formats = Vec::new();
    for (text, place) in node.texts() {
        if let Err(problem) = DateFormat::compile(text, pivot) {
            problems.push(bad_format(text, &problem, place));
        }
        formats.push(text.to_owned());
    }
    formats
}

fn bad_format(text: &str, problem: &FormatProblem, place: Range<usize>) -> RuleProblem {
    let help = match problem {
        FormatProblem::Unknown { suggestion: Some(name) } => {
            Some(format!("did you mean `{name}`?"))
        }
        FormatProblem::NeedsPivot => {
            Some("add `pivot: 1950` if `49` is to mean 2049 and `50` 1950".to_owned())
        }
        _ => None,
    };
    RuleProblem::BadFormat {
        text: text.to_owned(),
        why: problem.to_string(),
        span: span(place),
        help,
    }
}

fn bad_option(text: &str, what: &str, why: &str, help: &str, node: &Node) -> RuleProblem {
    RuleProblem::BadOption {
        text: text.escape_debug().to_string(),
        what: what.to_owned(),
        why: why.to_owned(),
        span: span(node.span.clone()),
        help: Some(help.to_owned()),
    }
}

/// A sign of one byte, or the word `tab`.
fn byte(node: Option<&Node>, what: &str, problems: &mut Vec<RuleProblem>) -> Option<u8> {
    let node = node?;
    let text = node.text()?;
    match text.as_bytes() {
        b"tab" => Some(b'\t'),
        [byte] if !byte.is_ascii_alphanumeric() && !matches!(byte, b'\n' | b'\r') => Some(*byte),
        _ => {
            let help = "write one sign in quotes, like `\";\"`, or the word `tab`";
            problems.push(bad_option(text, what, "not one ASCII sign", help, node));
            None
        }
    }
}

fn sign(node: Option<&Node>, what: &str, problems: &mut Vec<RuleProblem>) -> Option<char> {
    let node = node?;
    let text = node.text()?;
    let mut chars = text.chars();
    match (chars.next(), chars.next()) {
        (Some(sign), None) if !sign.is_alphanumeric() => Some(sign),
        _ => {
            let help = "write one sign in quotes, like `\",\"`";
            problems.push(bad_option(text, what, "not one sign", help, node));
            None
        }
    }
}

fn encoding(node: Option<&Node>, problems: &mut Vec<RuleProblem>) -> Option<String> {
    let node = node?;
    let text = node.text()?;
    if encoding_rs::Encoding::for_label(text.as_bytes()).is_none() {
        let help = "write a name like `utf-8`, `windows-1252` or `utf-16le`";
        problems.push(bad_option(text, "the encoding", "no encoding of this name", help, node));
    }
    Some(text.to_owned())
}

fn zone(node: Option<&Node>, problems: &mut Vec<RuleProblem>) -> Option<String> {
    let node = node?;
    let text = node.text()?;
    if Zone::named(text).is_none() {
        let help = "write an IANA name like `America/New_York`";
        problems.push(bad_option(text, "the time zone", "no time zone of this name", help, node));
    }
    Some(text.to_owned())
}

fn footer(node: Option<&Node>, problems: &mut Vec<RuleProblem>) -> Option<String> {
    let node = node?;
    let text = node.text()?;
    if regex::Regex::new(text).is_err() {
        let help = "write a regular expression like `^\\((\\d+) rows\\)$`";
        problems.push(bad_option(text, "the footer", "not a regular expression", help, node));
    }
    Some(text.to_owned())
}
