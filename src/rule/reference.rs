//! The rules that references open: a key that stands in no record of the set it refers to is a finding.

use std::sync::Arc;

use crate::expr::typed::{FieldId, RelationId};
use crate::rule::checked::{
    Check, CheckedRule, Citation, Confidence, Example, ExampleRecord, Expectation, Family, Pack,
    Relation, RuleId, Severity, Status,
};
use crate::rule::dictionary::{Dictionary, Field, RecordSet, Reference};
use crate::rule::file::{Content, File};
use crate::rule::text::embedded_file;
use crate::value::Type;

/// The pack that has the rules of references in the built-in dictionary.
const ESSENTIALS: &str = "essentials";

/// Adds a rule for each reference to the packs that run, behind their own rules and in the order of the ids.
///
/// References of the built-in dictionary belong to `essentials`, those of a file with a pack to that pack. A file that
/// declares nothing but record sets makes a pack of its own, named like the file. A rule that somebody wrote under the same
/// id stands in place of the one made here. `known` names the packs that are there, whether they run or not.
pub(crate) fn add_reference_rules(
    dictionary: &Dictionary,
    files: &[Arc<File>],
    known: &[&str],
    packs: &mut Vec<Pack>,
) {
    let file_of = |name: &str| files.iter().find(|file| file.name == name);
    let mut made: Vec<CheckedRule> = Vec::new();
    for set in &dictionary.sets {
        for (field, index) in set.fields.iter().zip(0_u16..) {
            let Some(reference) = &field.references else { continue };
            let Some(severity) = reference.orphans else { continue };
            let Some(related) = dictionary.set(&reference.record_set) else { continue };
            let [key] = related.key.as_slice() else { continue };
            if related.name == set.name && key.0 == index {
                continue;
            }
            let Some(file) = file_of(&reference.declared.0) else { continue };
            let subject = Subject { set, field, id: FieldId(index), reference, related, key: *key };
            made.push(subject.rule(pack_of(file), severity));
        }
    }
    made.sort_by(|a, b| a.id.cmp(&b.id));
    for rule in made {
        let name = rule.pack.clone();
        let is_written = |pack: &Pack| pack.rules.iter().any(|other| other.id == rule.id);
        if packs.iter().any(is_written) {
            continue;
        }
        if let Some(pack) = packs.iter_mut().find(|pack| pack.name == name) {
            pack.rules.push(rule);
        } else if !known.contains(&name.as_str()) && name != ESSENTIALS {
            let Some(file) = file_of(&rule.declared.0) else { continue };
            let digest = file.digest.to_hex().to_string();
            packs.push(Pack {
                title: format!("References in {}", base_name(file)),
                name,
                version: digest.chars().take(12).collect(),
                jurisdiction: None,
                facility: None,
                digest,
                params: Vec::new(),
                not_checkable: Vec::new(),
                rules: vec![rule],
            });
        }
    }
}

/// The pack to which the references of a file belong.
fn pack_of(file: &File) -> String {
    if embedded_file(&file.name).is_some() {
        return ESSENTIALS.to_owned();
    }
    let pack = file.documents.iter().find_map(|document| match &document.content {
        Content::Pack(pack) => Some(pack.pack.clone()),
        Content::Records(_) | Content::Layout(_) | Content::Schedule(_) => None,
    });
    pack.unwrap_or_else(|| {
        let name = base_name(file);
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let kebab = dashed(&stem.to_lowercase());
        if kebab.is_empty() { "records".to_owned() } else { kebab }
    })
}

/// The name of a file without its folders.
fn base_name(file: &File) -> &str {
    file.name.rsplit('/').next().unwrap_or_default()
}

/// Letters and digits in parts joined by single dashes.
fn dashed(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit());
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

/// One reference and the records at both of its ends.
struct Subject<'a> {
    set: &'a RecordSet,
    field: &'a Field,
    id: FieldId,
    reference: &'a Reference,
    related: &'a RecordSet,
    key: FieldId,
}

impl Subject<'_> {
    fn rule(&self, pack: String, severity: Severity) -> CheckedRule {
        let Self { set, field, reference, related, .. } = self;
        let (whose, target) = (self.whose(), words(&related.name));
        let key = &related.field(self.key).name;
        CheckedRule {
            id: self.rule_id(),
            pack,
            title: format!("{} whose {whose} is not in the export", self.record()),
            severity,
            status: Status::Stable,
            required: false,
            guideline: vec![Citation {
                cite: "Export integrity: every reference has its record".to_owned(),
                authority: Some("good practice".to_owned()),
                confidence: Confidence::Practice,
                url: None,
                text_as_of: None,
                from: None,
                to: None,
            }],
            record_set: set.name.clone(),
            relations: vec![Relation {
                name: reference.relation.clone(),
                record_set: related.name.clone(),
                matches: vec![(self.id, self.key)],
                condition: None,
                implied: true,
                where_text: None,
            }],
            applies: None,
            check: Check::References { field: self.id, relation: RelationId(0) },
            unknown_violates: false,
            tolerance: None,
            report_fictional: false,
            because: Some(format!(
                "Where the {} leads nowhere, it is wrong or the export lacks records of {target}. Whatever is to be \
                 known of the {whose} cannot be judged for such a record.",
                self.label()
            )),
            remedy: Some(format!(
                "See whether {target} were exported for the same period and facilities. If they were, correct the {} \
                 in the source system.",
                self.label()
            )),
            assign: None,
            examples: self.examples(),
            fields: vec![self.id],
            where_text: None,
            check_text: format!(
                "references: {{field: {}, of: {}.{key}}}",
                field.name, related.name
            ),
            tailored: None,
            off: None,
            declared: reference.declared.clone(),
        }
    }

    /// `completeness/encounters-patient-orphaned`; the field keeps its `_id` where another one is called the same without.
    fn rule_id(&self) -> RuleId {
        let short = self.field.name.strip_suffix("_id").filter(|short| !short.is_empty());
        let is_taken = |short: &str| {
            let mut others = self.set.fields.iter().filter(|other| other.references.is_some());
            others.any(|other| other.name == short)
        };
        let field = short.filter(|short| !is_taken(short)).unwrap_or(&self.field.name);
        let name = dashed(&format!("{}-{field}", self.set.name).to_lowercase());
        RuleId { family: Family::Completeness, text: format!("completeness/{name}-orphaned") }
    }

    /// One record of the set, in words, at the beginning of a sentence.
    fn record(&self) -> String {
        let title = self.set.title.strip_prefix("One ").unwrap_or_default();
        let mut letters = title.chars();
        match letters.next() {
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => format!("Record of {}", words(&self.set.name)),
        }
    }

    /// The words staff use for the field.
    fn label(&self) -> String {
        let Some(label) = &self.field.label else { return words(&self.field.name) };
        let mut letters = label.chars();
        let first = letters.next().map(char::to_lowercase);
        // An abbreviation keeps its capitals.
        if letters.clone().next().is_some_and(char::is_uppercase) {
            return label.clone();
        }
        first.into_iter().flatten().chain(letters).collect()
    }

    /// Who or what the field names.
    fn whose(&self) -> String {
        if self.field.label.is_none() {
            return words(&self.reference.relation);
        }
        let label = self.label();
        label.strip_suffix(" number").map(str::to_owned).unwrap_or(label)
    }

    fn examples(&self) -> Vec<Example> {
        let [one, other] = match self.related.field(self.key).ty.expr_type() {
            Type::Integer => ["1", "2"],
            Type::Date => ["2024-01-01", "2024-01-02"],
            _ => ["A1", "A2"],
        };
        let record = |cells: &[(FieldId, &str)]| ExampleRecord {
            cells: cells.iter().map(|(id, text)| (*id, (*text).to_owned())).collect(),
        };
        let example = |mine: Option<&str>, expect| {
            let own: Vec<_> = mine.iter().map(|text| (self.id, *text)).collect();
            let given = if self.set.name == self.related.name {
                let all: Vec<_> = own.into_iter().chain([(self.key, one)]).collect();
                vec![(self.set.name.clone(), vec![record(&all)])]
            } else {
                vec![
                    (self.set.name.clone(), vec![record(&own)]),
                    (self.related.name.clone(), vec![record(&[(self.key, one)])]),
                ]
            };
            let line = self.reference.declared.1;
            let (params, files) = (Vec::new(), Vec::new());
            Example {
                as_of: None,
                params,
                given,
                table: Vec::new(),
                release: None,
                files,
                expect: vec![expect],
                line,
            }
        };
        vec![
            example(Some(one), Expectation::Pass),
            example(Some(other), Expectation::Violation),
            example(None, Expectation::NotApplicable),
        ]
    }
}

fn words(name: &str) -> String {
    name.replace('_', " ")
}
