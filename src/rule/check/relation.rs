//! Relations of a rule: declared by its `with`, or opened by a reference of the dictionary.

use crate::expr::this_fields_of;
use crate::expr::typed::{Expr, FieldId, RelationId};
use crate::rule::check::condition::Conditions;
use crate::rule::check::dictionary::{can_match, unknown_field, unknown_set};
use crate::rule::checked::Relation;
use crate::rule::dictionary::{Dictionary, RecordSet};
use crate::rule::error::{RuleProblem, span};
use crate::rule::tree::{Entry, Node, NodeKind};
use crate::value::FieldType;

/// A relation that the conditions of a rule may name.
#[derive(Debug)]
pub(crate) struct Candidate<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// The record set of the related records.
    pub(crate) set: &'a RecordSet,
    /// The fields of that record set, as conditions take them.
    pub(crate) fields: Vec<(&'a str, FieldType)>,
    /// Which fields are equal.
    pub(crate) matches: Vec<(FieldId, FieldId)>,
    /// Where its condition stands, if it has one; an implied relation has none.
    node: Option<&'a Node>,
    implied: bool,
    condition: Option<Expr>,
    /// The text of a condition that stands in no file.
    built_in_text: Option<&'a str>,
    /// Whether nothing is wrong with it.
    sound: bool,
}

impl<'a> Candidate<'a> {
    /// A relation that a check needs and no rule writes.
    pub(crate) fn built_in(
        name: &'a str,
        set: &'a RecordSet,
        matches: Vec<(FieldId, FieldId)>,
    ) -> Self {
        Self {
            name,
            set,
            fields: field_types(set),
            matches,
            node: None,
            implied: true,
            condition: None,
            built_in_text: None,
            sound: true,
        }
    }

    /// Leaves only the related records for which this is true.
    pub(crate) fn limit(&mut self, condition: Expr, text: &'a str) {
        self.condition = Some(condition);
        self.built_in_text = Some(text);
    }
}

impl Candidate<'_> {
    /// The relation as a checked rule has it.
    pub(crate) fn relation(&self) -> Relation {
        Relation {
            name: self.name.to_owned(),
            record_set: self.set.name.clone(),
            matches: self.matches.clone(),
            condition: self.condition.clone(),
            implied: self.implied,
            where_text: self
                .node
                .and_then(Node::text)
                .or(self.built_in_text)
                .map(|text| text.trim().to_owned()),
        }
    }

    /// Whether a reference of the dictionary opens it.
    pub(crate) fn is_implied(&self) -> bool {
        self.implied
    }

    /// The fields of the record under test that decide which records are related.
    pub(crate) fn deciding_fields(&self) -> Vec<FieldId> {
        let mut fields: Vec<FieldId> = self.matches.iter().map(|(mine, _)| *mine).collect();
        for field in self.condition.as_ref().map(this_fields_of).unwrap_or_default() {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        fields
    }
}

/// The fields of a record set as conditions take them.
pub(crate) fn field_types(set: &RecordSet) -> Vec<(&str, FieldType)> {
    set.fields.iter().map(|field| (field.name.as_str(), field.ty)).collect()
}

/// Every relation that a rule may use: its own in the order of its `with`, then those that the dictionary opens, in the
/// order of the fields. The names of those that cannot be used are noted in `lost`.
pub(crate) fn candidates<'a>(
    dictionary: &'a Dictionary,
    set: &'a RecordSet,
    node: &'a Node,
    problems: &mut Vec<RuleProblem>,
    lost: &mut Vec<String>,
) -> Vec<Candidate<'a>> {
    let implied = implied(dictionary, set);
    let mut all: Vec<Candidate<'a>> = Vec::new();
    for entry in node.get("with").map_or(&[][..], Node::entries) {
        let before = problems.len();
        let found = declared(dictionary, set, entry, problems);
        match found {
            Some(mut found) => {
                taken(set, &implied, &found, entry, problems);
                found.sound = problems.len() == before;
                all.push(found);
            }
            None => lost.push(entry.key.clone()),
        }
    }
    for relation in implied {
        let is_declared = all.iter().any(|known| known.name == relation.name);
        if !is_declared && !lost.iter().any(|lost| lost == relation.name) {
            all.push(relation);
        }
    }
    all
}

/// The relations that the references of a record set open.
pub(super) fn implied<'a>(dictionary: &'a Dictionary, set: &'a RecordSet) -> Vec<Candidate<'a>> {
    let mut all = Vec::new();
    for (field, index) in set.fields.iter().zip(0_u16..) {
        let Some(reference) = &field.references else { continue };
        let Some(related) = dictionary.set(&reference.record_set) else { continue };
        let [key] = related.key.as_slice() else { continue };
        all.push(Candidate {
            name: &reference.relation,
            set: related,
            fields: field_types(related),
            matches: vec![(FieldId(index), *key)],
            node: None,
            implied: true,
            condition: None,
            built_in_text: None,
            sound: true,
        });
    }
    all
}

fn declared<'a>(
    dictionary: &'a Dictionary,
    set: &RecordSet,
    entry: &'a Entry,
    problems: &mut Vec<RuleProblem>,
) -> Option<Candidate<'a>> {
    let records = entry.value.get("records")?;
    let name = records.text()?;
    let Some(related) = dictionary.set(name) else {
        problems.push(unknown_set(dictionary, name, records.span.clone()));
        return None;
    };
    let matches = match entry.value.get("match") {
        Some(node) => matches(set, related, node, problems),
        None => Vec::new(),
    };
    Some(Candidate {
        name: &entry.key,
        set: related,
        fields: field_types(related),
        matches,
        node: entry.value.get("where"),
        implied: false,
        condition: None,
        built_in_text: None,
        sound: true,
    })
}

/// The pairs of fields that `match` names, and what is wrong with them.
fn matches(
    set: &RecordSet,
    related: &RecordSet,
    node: &Node,
    problems: &mut Vec<RuleProblem>,
) -> Vec<(FieldId, FieldId)> {
    let mut pairs: Vec<(FieldId, FieldId)> = Vec::new();
    let written: Vec<_> = match &node.kind {
        NodeKind::Mapping(entries) => entries
            .iter()
            .filter_map(|entry| {
                let mine = (entry.key.as_str(), entry.key_span.clone());
                Some((mine, (entry.value.text()?, entry.value.span.clone())))
            })
            .collect(),
        NodeKind::Scalar { .. } | NodeKind::List(_) => {
            node.texts().into_iter().map(|both| (both.clone(), both)).collect()
        }
    };
    if written.is_empty() {
        problems.push(RuleProblem::EmptyList {
            span: span(node.span.clone()),
            help: Some("name a field that is equal in both, or remove `match`".to_owned()),
        });
    }
    for ((mine, place), (theirs, their_place)) in written {
        let own = set.field_id(mine);
        let other = related.field_id(theirs);
        let one_name = place == their_place;
        if own.is_none() {
            let help = (one_name && other.is_some())
                .then(|| format!("name both fields, as `match: {{FIELD: {theirs}}}`"));
            problems.push(missing(set, mine, place.clone(), help));
        }
        if other.is_none() && (own.is_some() || !one_name) {
            let help = one_name.then(|| format!("name both fields, as `match: {{{mine}: FIELD}}`"));
            problems.push(missing(related, theirs, their_place.clone(), help));
        }
        let (Some(own), Some(other)) = (own, other) else { continue };
        if pairs.iter().any(|(known, theirs)| *known == own || *theirs == other) {
            let name = if pairs.iter().any(|(known, _)| *known == own) { mine } else { theirs };
            let place = if name == mine { place } else { their_place };
            problems.push(RuleProblem::RepeatedField { name: name.to_owned(), span: span(place) });
            continue;
        }
        let (own_type, other_type) = (set.field(own).ty, related.field(other).ty);
        if !can_match(own_type, other_type) {
            problems.push(RuleProblem::MatchTypes {
                mine: mine.to_owned(),
                own: own_type.name().to_owned(),
                theirs: theirs.to_owned(),
                other: other_type.name().to_owned(),
                span: span(their_place),
            });
            continue;
        }
        pairs.push((own, other));
    }
    pairs
}

/// A field that one of the two record sets lacks; without a better help, the closest name.
fn missing(
    set: &RecordSet,
    name: &str,
    place: std::ops::Range<usize>,
    better: Option<String>,
) -> RuleProblem {
    let mut problem = unknown_field(set, name, place);
    if let RuleProblem::UnknownField { help, .. } = &mut problem
        && better.is_some()
    {
        *help = better;
    }
    problem
}

/// Whether a name means something already. Spelling out what the dictionary opens anyway is fine.
fn taken(
    set: &RecordSet,
    implied: &[Candidate<'_>],
    found: &Candidate<'_>,
    entry: &Entry,
    problems: &mut Vec<RuleProblem>,
) {
    let place = span(entry.key_span.clone());
    if found.name == "this" {
        problems.push(RuleProblem::RelationThis { span: place });
        return;
    }
    let by = if let Some(known) = implied.iter().find(|known| known.name == found.name) {
        let is_same = known.set.name == found.set.name
            && known.matches == found.matches
            && found.node.is_none();
        let field = known.matches.first().map_or("", |(field, _)| set.field(*field).name.as_str());
        (!is_same).then(|| format!("`{field}` opens it to the one record of `{}`", known.set.name))
    } else {
        set.field_id(found.name).map(|_| format!("a field of `{}` has this name", set.name))
    };
    if let Some(by) = by {
        let name = found.name.to_owned();
        problems.push(RuleProblem::RelationTaken { name, by, span: place });
    }
}

/// Checks the conditions of the relations that a rule declares; the names of those that are wrong are noted in `lost`.
pub(crate) fn check_conditions<'a>(
    all: &mut Vec<Candidate<'a>>,
    base: &Conditions<'_>,
    problems: &mut Vec<RuleProblem>,
    lost: &mut Vec<String>,
) {
    all.retain_mut(|candidate| {
        let Some(node) = candidate.node else {
            if !candidate.sound {
                lost.push(candidate.name.to_owned());
            }
            return candidate.sound;
        };
        let conditions = Conditions {
            source: base.source,
            fields: &candidate.fields,
            relations: &[],
            this: Some(base.fields),
            params: base.params,
            lost: base.lost,
            lost_relations: base.lost_relations,
            code_sets: base.code_sets,
        };
        candidate.condition = conditions.condition(node, problems);
        candidate.sound &= candidate.condition.is_some();
        if !candidate.sound {
            lost.push(candidate.name.to_owned());
        }
        candidate.sound
    });
}

/// The relations of a rule in their order, and the new number of each.
pub(crate) fn used_relations(
    candidates: &[Candidate<'_>],
    used: &[RelationId],
) -> (Vec<Relation>, Vec<RelationId>) {
    let mut numbers = Vec::with_capacity(candidates.len());
    let mut relations: Vec<Relation> = Vec::with_capacity(used.len());
    for (candidate, index) in candidates.iter().zip(0_u16..) {
        numbers.push(RelationId(u16::try_from(relations.len()).unwrap_or(u16::MAX)));
        if used.contains(&RelationId(index)) {
            relations.push(candidate.relation());
        }
    }
    (relations, numbers)
}
