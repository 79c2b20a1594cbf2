//! The dictionary: record sets of all files, merged.

use std::collections::HashMap;

use crate::expr::typed::FieldId;
use crate::rule::checked::Severity;
use crate::rule::dictionary::{Dictionary, Field, Phi, RecordSet, Reference};
use crate::rule::error::{RuleProblem, did_you_mean, span};
use crate::rule::file::{Content, File};
use crate::rule::raw::{RawField, RawPhi, RawType};
use crate::rule::tree::Node;
use crate::value::{FieldType, Type};

/// The record sets of all files; problems go to the list of their file.
///
/// A later document may add fields to a record set that an earlier one declares.
pub(crate) fn merge(
    files: &[std::sync::Arc<File>],
    problems: &mut [Vec<RuleProblem>],
) -> Dictionary {
    let mut dictionary = Dictionary::default();
    let mut declared: HashMap<(String, String), String> = HashMap::new();
    for (file, problems) in files.iter().zip(&mut *problems) {
        for document in &file.documents {
            let Content::Records(raw) = &document.content else { continue };
            let Some(sets) = document.node.get("records") else { continue };
            for (name, raw_set) in &raw.records.0 {
                let Some(node) = sets.get(name) else { continue };
                if name == RecordSet::EVERY {
                    let place = sets.entry(name).map_or(node.span.clone(), |e| e.key_span.clone());
                    let name = name.clone();
                    problems.push(RuleProblem::ReservedRecordSet { name, span: span(place) });
                    continue;
                }
                let known = dictionary.sets.iter().position(|set| set.name == *name);
                let index = known.unwrap_or_else(|| {
                    dictionary.sets.push(RecordSet {
                        name: name.clone(),
                        title: raw_set.title.clone().unwrap_or_else(|| name.clone()),
                        key: Vec::new(),
                        fields: Vec::new(),
                    });
                    dictionary.sets.len() - 1
                });
                let Some(set) = dictionary.sets.get_mut(index) else { continue };
                for (field_name, raw_field) in &raw_set.fields.0 {
                    let Some(entry) = node.get("fields").and_then(|all| all.entry(field_name))
                    else {
                        continue;
                    };
                    let id = (name.clone(), field_name.clone());
                    if let Some(other) = declared.get(&id) {
                        problems.push(RuleProblem::DuplicateField {
                            name: field_name.clone(),
                            record_set: name.clone(),
                            other: other.clone(),
                            span: span(entry.key_span.clone()),
                        });
                        continue;
                    }
                    if set.fields.len() >= usize::from(u16::MAX) {
                        problems.push(RuleProblem::TooManyFields {
                            name: name.clone(),
                            span: span(entry.key_span.clone()),
                        });
                        break;
                    }
                    let line = file.line(entry.key_span.start);
                    declared.insert(id, format!("{}:{line}", file.name));
                    set.fields.push(field(file, field_name, raw_field, &entry.value));
                }
                if let Some(key) = node.get("key") {
                    let ids = fields(set, key, problems);
                    if !set.key.is_empty() && set.key != ids {
                        problems.push(RuleProblem::KeyConflict {
                            name: name.clone(),
                            span: span(key.span.clone()),
                        });
                    }
                    set.key = ids;
                }
            }
        }
    }
    references(files, &dictionary, problems);
    dictionary
}

/// References need all record sets, whatever the order of the files.
fn references(
    files: &[std::sync::Arc<File>],
    dictionary: &Dictionary,
    problems: &mut [Vec<RuleProblem>],
) {
    for (file, problems) in files.iter().zip(problems) {
        for document in &file.documents {
            let Content::Records(_) = document.content else { continue };
            for entry in document.node.get("records").map_or(&[][..], Node::entries) {
                let Some(set) = dictionary.set(&entry.key) else { continue };
                for field in entry.value.get("fields").map_or(&[][..], Node::entries) {
                    let Some(node) = field.value.get("references") else { continue };
                    reference(dictionary, set, &field.key, node, problems);
                }
            }
        }
    }
}

/// Holds one reference against the record set whose key it is.
fn reference(
    dictionary: &Dictionary,
    set: &RecordSet,
    name: &str,
    node: &Node,
    problems: &mut Vec<RuleProblem>,
) {
    let target = node.get("records").unwrap_or(node);
    let Some(reference) = set
        .field_id(name)
        .and_then(|id| set.field(id).references.as_ref().map(|found| (id, found)))
    else {
        return;
    };
    let (id, Reference { record_set, relation, .. }) = reference;
    let Some(referred) = dictionary.set(record_set) else {
        problems.push(RuleProblem::UnknownReference {
            name: record_set.clone(),
            span: span(target.span.clone()),
            help: did_you_mean(record_set, dictionary.sets.iter().map(|set| set.name.as_str())),
        });
        return;
    };
    let [key] = referred.key.as_slice() else {
        problems.push(RuleProblem::ReferenceWithoutKey {
            name: record_set.clone(),
            span: span(target.span.clone()),
        });
        return;
    };
    let (own, other) = (set.field(id).ty, referred.field(*key).ty);
    if !can_match(own, other) {
        problems.push(RuleProblem::MatchTypes {
            mine: name.to_owned(),
            own: own.name().to_owned(),
            theirs: referred.field(*key).name.clone(),
            other: other.name().to_owned(),
            span: span(target.span.clone()),
        });
    }
    let place = node.get("as").unwrap_or(target);
    if relation == "this" {
        problems.push(RuleProblem::RelationThis { span: span(place.span.clone()) });
    }
    let mut before = set.fields.iter().take(usize::from(id.0));
    let taken = before
        .find(|field| field.references.as_ref().is_some_and(|other| other.relation == *relation));
    if let Some(other) = taken {
        problems.push(RuleProblem::ReferenceTwice {
            relation: relation.clone(),
            other: other.name.clone(),
            span: span(place.span.clone()),
        });
    }
}

/// Whether the values of two fields can be equal.
pub(crate) fn can_match(one: FieldType, other: FieldType) -> bool {
    let same = |ty| one.expr_type() == ty && other.expr_type() == ty;
    same(Type::Text) || same(Type::Integer) || same(Type::Date)
}

fn field(file: &File, name: &str, raw: &RawField, node: &Node) -> Field {
    let references = node.get("references").and_then(|node| {
        let target = node.get("records").unwrap_or(node);
        let short = name.strip_suffix("_id").filter(|short| !short.is_empty()).unwrap_or(name);
        Some(Reference {
            record_set: target.text()?.to_owned(),
            relation: node.get("as").and_then(Node::text).unwrap_or(short).to_owned(),
            orphans: match node.get("orphans").and_then(Node::text) {
                Some("ignored") => None,
                Some("note") => Some(Severity::Note),
                Some("warning") => Some(Severity::Warning),
                _ => Some(Severity::Error),
            },
            declared: (file.name.clone(), file.line(node.span.start)),
        })
    });
    Field {
        name: name.to_owned(),
        ty: match raw.ty {
            RawType::Id => FieldType::Id,
            RawType::Text => FieldType::Text,
            RawType::Code => FieldType::Code,
            RawType::Integer => FieldType::Integer,
            RawType::Decimal => FieldType::Decimal,
            RawType::Boolean => FieldType::Boolean,
            RawType::Date => FieldType::Date,
            RawType::Time => FieldType::Time,
            RawType::Timestamp => FieldType::Timestamp,
            RawType::Instant => FieldType::Instant,
        },
        phi: match raw.phi {
            RawPhi::None => Phi::None,
            RawPhi::Direct => Phi::Direct,
            RawPhi::Quasi => Phi::Quasi,
            RawPhi::Date => Phi::Date,
            RawPhi::Text => Phi::Text,
        },
        label: raw.label.clone(),
        aliases: raw.aliases.clone(),
        values: raw.values.clone(),
        references,
        often_blank: raw.often_blank,
    }
}

/// The fields that a list or a single value names; unknown and repeated ones are problems.
pub(crate) fn fields(
    set: &RecordSet,
    node: &Node,
    problems: &mut Vec<RuleProblem>,
) -> Vec<FieldId> {
    let mut ids = Vec::new();
    for (name, place) in node.texts() {
        match set.field_id(name) {
            Some(id) if ids.contains(&id) => problems
                .push(RuleProblem::RepeatedField { name: name.to_owned(), span: span(place) }),
            Some(id) => ids.push(id),
            None => problems.push(unknown_field(set, name, place)),
        }
    }
    ids
}

/// A field that its record set does not have.
pub(crate) fn unknown_field(
    set: &RecordSet,
    name: &str,
    place: std::ops::Range<usize>,
) -> RuleProblem {
    RuleProblem::UnknownField {
        name: name.to_owned(),
        record_set: set.name.clone(),
        span: span(place),
        help: did_you_mean(name, set.fields.iter().map(|field| field.name.as_str())),
    }
}

/// A record set that the dictionary does not have.
pub(crate) fn unknown_set(
    dictionary: &Dictionary,
    name: &str,
    place: std::ops::Range<usize>,
) -> RuleProblem {
    RuleProblem::UnknownRecordSet {
        name: name.to_owned(),
        span: span(place),
        help: did_you_mean(name, dictionary.sets.iter().map(|set| set.name.as_str())),
    }
}
