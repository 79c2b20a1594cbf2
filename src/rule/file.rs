//! One rule file: its documents as span trees and as raw shapes.

use std::ops::Range;
use std::sync::{Arc, LazyLock, OnceLock};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::rule::decode;
use crate::rule::error::{RuleProblem, span};
use crate::rule::raw::{RawLayout, RawPack, RawProject, RawRecords};
use crate::rule::schedule::RawSchedule;
use crate::rule::shape::{self, Broken};
use crate::rule::text::{RuleText, embedded_original};
use crate::rule::tree::{self, Node};
use crate::rule::waiver::RawWaiverFile;

/// A rule file, as far as its shape is sound.
#[derive(Debug)]
pub(crate) struct File {
    /// Its name as shown.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: Arc<str>,
    /// The BLAKE3 digest of the whole file.
    pub(crate) digest: blake3::Hash,
    /// Its documents.
    pub(crate) documents: Vec<Document>,
    line_breaks: OnceLock<Vec<usize>>,
}

/// A document, and where everything in it stands.
#[derive(Debug)]
pub(crate) struct Document {
    /// The span tree.
    pub(crate) node: Node,
    /// What it says.
    pub(crate) content: Content,
    /// What is left out of both because its shape is wrong.
    pub(crate) broken: Broken,
}

/// What a document says.
#[derive(Debug)]
pub(crate) enum Content {
    /// Record sets.
    Records(RawRecords),
    /// A layout.
    Layout(RawLayout),
    /// A pack, or further rules of one.
    Pack(Box<RawPack>),
    /// How long records are kept.
    Schedule(Box<RawSchedule>),
}

impl File {
    /// Reads a file; with problems, the documents that are sound are there all the same.
    pub(crate) fn read(source: RuleText) -> (Self, Vec<RuleProblem>) {
        let original = embedded_original(&source.name, &source.text);
        let mut file = Self {
            name: source.name,
            digest: blake3::hash(original.unwrap_or(&source.text).as_bytes()),
            text: tree::without_mark(source.text).into(),
            documents: Vec::new(),
            line_breaks: OnceLock::new(),
        };
        let (nodes, mut problems) = tree::parse(&file.text);
        // The built-in files are held against the schema by a test, not at every start.
        let trusted = original.is_some();
        for node in nodes {
            if node.is_null() {
                continue;
            }
            let document = if node.entry("pack").is_some() {
                let pack = |raw: RawPack| Content::Pack(Box::new(raw));
                document(node, &PACK, trusted, pack, &mut problems)
            } else if node.entry("schedule").is_some() {
                let schedule = |raw: RawSchedule| Content::Schedule(Box::new(raw));
                document(node, &SCHEDULE, trusted, schedule, &mut problems)
            } else if node.entry("layout").is_some() {
                document(node, &LAYOUT, trusted, Content::Layout, &mut problems)
            } else if node.entry("records").is_some() {
                document(node, &RECORDS, trusted, Content::Records, &mut problems)
            } else {
                let place = node.entries().first().map_or(&node.span, |entry| &entry.key_span);
                problems.push(RuleProblem::DocumentKind { span: span(place.clone()) });
                None
            };
            file.documents.extend(document);
        }
        if file.documents.is_empty() && problems.is_empty() {
            problems.push(RuleProblem::NothingInIt);
        }
        (file, problems)
    }

    /// The line of an offset, counted from 1.
    pub(crate) fn line(&self, offset: usize) -> u64 {
        let breaks = self
            .line_breaks
            .get_or_init(|| memchr::memchr_iter(b'\n', self.text.as_bytes()).collect());
        1 + breaks.partition_point(|at| *at < offset) as u64
    }

    /// Whether nothing between these places was left out because its shape is wrong.
    pub(crate) fn is_whole(&self, place: &Range<usize>) -> bool {
        self.documents.iter().all(|document| document.broken.spares(place))
    }

    /// The keys that were left out of a mapping.
    pub(crate) fn keys_left_out<'a>(&'a self, mapping: &Node) -> impl Iterator<Item = &'a str> {
        let start = mapping.span.start;
        self.documents.iter().flat_map(move |document| document.broken.keys_of(start))
    }

    /// The name of a file that a rule in this one names.
    pub(crate) fn beside(&self, name: &str) -> String {
        match self.name.rsplit_once('/') {
            Some((folder, _)) if !name.starts_with('/') => format!("{folder}/{name}"),
            _ => name.to_owned(),
        }
    }
}

/// What can be read of a project file, and everything that is wrong with its shape.
pub(crate) fn read_project(text: &str) -> (Option<(Node, RawProject, Broken)>, Vec<RuleProblem>) {
    read_single(text, &PROJECT)
}

/// What can be read of a file of waivers, and everything that is wrong with its shape.
pub(crate) fn read_waivers(text: &str) -> (Option<(Node, RawWaiverFile)>, Vec<RuleProblem>) {
    let (found, problems) = read_single(text, &WAIVERS);
    (found.map(|(node, raw, _)| (node, raw)), problems)
}

/// What can be read of a file of one document.
fn read_single<T: DeserializeOwned>(
    text: &str,
    schema: &Value,
) -> (Option<(Node, T, Broken)>, Vec<RuleProblem>) {
    let (nodes, mut problems) = tree::parse(text);
    let mut nodes = nodes.into_iter();
    let Some(mut node) = nodes.next() else { return (None, problems) };
    if let Some(second) = nodes.next() {
        problems.push(RuleProblem::TooManyDocuments { limit: 1, span: span(second.span) });
    }
    if node.is_null() {
        return (None, problems);
    }
    let found = decoded(&mut node, Some(schema), &mut problems);
    (found.map(|(raw, broken)| (node, raw, broken)), problems)
}

/// A document without the parts whose shape is wrong, which are reported.
fn document<T: DeserializeOwned>(
    mut node: Node,
    schema: &Value,
    trusted: bool,
    content: impl FnOnce(T) -> Content,
    problems: &mut Vec<RuleProblem>,
) -> Option<Document> {
    let (raw, broken) = decoded(&mut node, (!trusted).then_some(schema), problems)?;
    Some(Document { node, content: content(raw), broken })
}

fn decoded<T: DeserializeOwned>(
    node: &mut Node,
    schema: Option<&Value>,
    problems: &mut Vec<RuleProblem>,
) -> Option<(T, Broken)> {
    let mut broken = Broken::default();
    if let Some(schema) = schema {
        let found = shape::prune(node, schema);
        problems.extend(found.problems);
        if !found.usable {
            return None;
        }
        broken = found.broken;
    }
    match decode::decode(node) {
        Ok(raw) => Some((raw, broken)),
        Err(error) => {
            let at = node.span.start;
            problems.push(RuleProblem::Decode { message: error.to_string(), span: span(at..at) });
            None
        }
    }
}

/// The schemas of the document kinds, each made when it is first needed.
static PACK: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(RawPack).into());
static LAYOUT: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(RawLayout).into());
static RECORDS: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(RawRecords).into());
static SCHEDULE: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(RawSchedule).into());
static PROJECT: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(RawProject).into());
static WAIVERS: LazyLock<Value> = LazyLock::new(|| schemars::schema_for!(RawWaiverFile).into());

/// The JSON Schema of rule documents and of the project file, one alternative a kind.
#[must_use]
pub fn schema() -> Value {
    let mut schema: Value = schemars::schema_for!(AnyDocument).into();
    published(&mut schema);
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".to_owned(), "chartaudit rule file".into());
    }
    schema
}

/// Lets an editor accept what is accepted: any single value where text is meant, and no empty values.
fn published(schema: &mut Value) {
    match schema {
        Value::Array(items) => items.iter_mut().for_each(published),
        Value::Object(object) => {
            let closed = object.contains_key("enum") || object.contains_key("const");
            let cell = object.remove("x-cell").is_some();
            object.remove("x-what");
            let reserved = object.remove("x-reserved").is_some();
            if reserved {
                object.insert("deprecated".to_owned(), Value::Bool(true));
            }
            if let Some(types) = object.get_mut("type") {
                let mut names: Vec<Value> = match types.take() {
                    Value::Array(names) => names,
                    name => vec![name],
                };
                names.retain(|name| cell || name != "null");
                if !closed && names.iter().any(|name| name == "string") {
                    names.extend(["number".into(), "boolean".into()]);
                }
                *types = if names.len() == 1 { names.remove(0) } else { Value::Array(names) };
            }
            if let Some(Value::Array(branches)) = object.get_mut("anyOf") {
                branches.retain(|branch| branch.get("type").is_none_or(|name| name != "null"));
            }
            for (_, inner) in object.iter_mut() {
                published(inner);
            }
        }
        _ => {}
    }
}

/// What a document of a rule file may be; only its schema is used.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only the schema is used")]
enum AnyDocument {
    Pack(RawPack),
    Layout(RawLayout),
    Records(RawRecords),
    Schedule(RawSchedule),
    Project(RawProject),
    Waivers(RawWaiverFile),
}
