//! From rows to findings that are safe to show.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::detect::Hit;
use crate::engine::bits::Bits;
use crate::engine::chunk::FileWork;
use crate::engine::verdict::{Cells, cell};
use crate::expr::typed::{Expr, ExprKind, FieldId, Value};
use crate::finding::{
    Age, Finding, FindingField, KeyedHash, Masked, Overdue, Person, Place, Reveal, Standing, Tag,
    fingerprint_text,
};
use crate::plan::{BoundColumn, ReaderKind};
use crate::rule::{Check, CheckedRule, Field};
use crate::source::{Batch, CellSpan};
use crate::value::{Date, FieldType};

/// A violation that is to be shown.
#[derive(Debug)]
pub(crate) struct Pending {
    /// The task.
    pub(crate) task: usize,
    /// The row in the batch.
    pub(crate) row: usize,
    /// The lowest are shown.
    pub(crate) priority: u64,
    /// Whether it may be an example (else it is only streamed).
    pub(crate) shown: bool,
    /// What is wrong.
    pub(crate) message: String,
    /// How it stands.
    pub(crate) standing: Standing,
    /// How many days it is overdue.
    pub(crate) overdue: Option<i64>,
    /// The fields that are shown, where they are not those of the rule.
    pub(crate) fields: Option<Vec<FieldId>>,
    /// The run whose boundary it may break.
    pub(crate) run: Option<usize>,
    /// The account that it belongs to, where it is no violation that is to be shown.
    pub(crate) account: Option<usize>,
    /// The identifier that was found.
    pub(crate) found: Option<FoundHere>,
}

/// An identifier that was found in a row.
#[derive(Debug)]
pub(crate) struct FoundHere {
    /// The column, and what it is called.
    pub(crate) column: usize,
    pub(crate) name: String,
    /// What found it.
    pub(crate) detector: String,
    /// Where it lies, and how certain it is.
    pub(crate) hit: Hit,
    /// Whose it is, where that is known.
    pub(crate) person: Option<Person>,
}

/// How values are made safe to show in one file.
pub(crate) struct Shower<'p> {
    /// The file's name.
    pub(crate) file: Arc<str>,
    /// Makes tags and fingerprints.
    pub(crate) keyed: &'p KeyedHash,
    /// What the user asked to see.
    pub(crate) reveal: Reveal,
    /// The day of the audit.
    pub(crate) as_of: Date,
    /// Texts that rules themselves declare, by rule.
    literals: HashMap<usize, HashSet<Vec<u8>>>,
}

impl<'p> Shower<'p> {
    /// For one file and the rules that run on it.
    pub(crate) fn new(
        file: Arc<str>,
        keyed: &'p KeyedHash,
        (reveal, as_of): (Reveal, Date),
        rules: impl Iterator<Item = (usize, &'p CheckedRule)>,
    ) -> Self {
        Self {
            file,
            keyed,
            reveal,
            as_of,
            literals: rules.map(|(number, rule)| (number, literals(rule))).collect(),
        }
    }

    /// What stands for the group of a row.
    pub(crate) fn tags(
        &self,
        work: &FileWork<'_>,
        cells: &Cells<'_>,
        by: &[FieldId],
        row: usize,
    ) -> Vec<Tag> {
        by.iter()
            .map(|&field| {
                let text = cells
                    .field(field)
                    .filter(|cells| cells.texts.present.get(row))
                    .map(|of| cells.space.get(of.texts.refs[row]));
                self.tag(work.set.field(field), text)
            })
            .collect()
    }

    /// What stands for the group of a row of a batch that was read again.
    pub(crate) fn group(
        &self,
        work: &FileWork<'_>,
        batch: &mut Batch,
        by: &[FieldId],
        row: usize,
    ) -> Vec<Tag> {
        let mut spans: Vec<CellSpan> = Vec::new();
        by.iter()
            .map(|&field| {
                let said = work.set.field(field);
                let Some(bound) = &work.file.columns[usize::from(field.0)] else {
                    return self.tag(said, None);
                };
                batch.column(bound.column, &mut spans);
                let raw = spans.get(row).map_or(&[][..], |span| cell(*span, &batch.buffer));
                self.tag(said, canonical(bound, trimmed(said, raw)))
            })
            .collect()
    }

    fn tag(&self, field: &Field, text: Option<&[u8]>) -> Tag {
        let declared =
            text.filter(|text| field.values.iter().any(|value| value.as_bytes() == *text));
        let revealed = match (text, declared) {
            (_, Some(text)) => Some(Masked::declared(&String::from_utf8_lossy(text))),
            (Some(text), None) if self.reveal >= Reveal::Keys => {
                Some(Masked::revealed(text, self.reveal))
            }
            _ => None,
        };
        let hash = text.filter(|text| !text.is_empty()).map_or(0, |text| self.keyed.tag(text));
        Tag { field: field.name.clone(), hash, revealed }
    }

    /// The findings of a batch, one for each that is pending.
    pub(crate) fn findings(
        &self,
        work: &FileWork<'_>,
        batch: &mut Batch,
        pendings: &[Pending],
        invalid: &HashMap<FieldId, Bits>,
    ) -> Vec<Finding> {
        let columns = self.columns(work, batch, pendings);
        let batch: &Batch = batch;
        let text = |field: FieldId, row: usize| -> Option<&[u8]> {
            let column = work.file.columns[usize::from(field.0)].as_ref()?.column;
            let span = columns.get(&column)?.get(row)?;
            Some(trimmed(work.set.field(field), cell(*span, &batch.buffer)))
        };
        pendings
            .iter()
            .map(|pending| {
                let row = pending.row;
                let rule_number = work.tasks.tasks[pending.task].rule;
                let rule = &work.rules[rule_number];
                let key: Vec<Tag> = work
                    .file
                    .key
                    .iter()
                    .map(|&field| self.tag(work.set.field(field), text(field, row)))
                    .collect();
                let key_texts: Vec<&[u8]> = work
                    .file
                    .key
                    .iter()
                    .map(|&field| text(field, row).unwrap_or_default())
                    .collect();
                let fields = match &pending.found {
                    Some(FoundHere { column, name, .. }) => {
                        let raw = columns.get(column).and_then(|spans| spans.get(row));
                        let raw = raw.map_or(&[][..], |span| cell(*span, &batch.buffer));
                        vec![FindingField {
                            name: name.clone(),
                            value: self.masked(raw, FieldType::Text),
                        }]
                    }
                    None => pending
                        .fields
                        .as_ref()
                        .unwrap_or(&rule.fields)
                        .iter()
                        .filter(|field| work.file.columns[usize::from(field.0)].is_some())
                        .map(|&field| {
                            let unreadable = invalid.get(&field).is_some_and(|bits| bits.get(row));
                            self.field(work, rule_number, field, text(field, row), unreadable)
                        })
                        .collect(),
                };
                Finding {
                    rule: u32::try_from(rule_number).unwrap_or(u32::MAX),
                    place: Place {
                        file: Some(Arc::clone(&self.file)),
                        record: Some(batch.ordinal(row) + 1),
                        line: Some(batch.line(row) + 1),
                    },
                    assign: rule.assign.map(|field| {
                        let bound = work.file.columns[usize::from(field.0)].as_ref();
                        let text = text(field, row).zip(bound);
                        let text = text.and_then(|(text, bound)| canonical(bound, text));
                        self.tag(work.set.field(field), text)
                    }),
                    fields,
                    message: pending.message.clone(),
                    standing: pending.standing,
                    overdue: pending.overdue.map(|days| self.overdue(days)),
                    fingerprint: self.identity(work, rule, &key_texts).map(fingerprint_text),
                    identifier: pending.found.as_ref().map(|found| {
                        let hit = &found.hit;
                        (found.detector.clone(), hit.tier.letter(), (hit.start, hit.end))
                    }),
                    person: pending.found.as_ref().and_then(|found| found.person),
                    key,
                }
            })
            .collect()
    }

    /// The identity of a finding of a rule about the record with this key. There is none without the site's key, and
    /// none where a part of the key is missing: what has no name cannot be found again.
    pub(crate) fn identity(
        &self,
        work: &FileWork<'_>,
        rule: &CheckedRule,
        key: &[&[u8]],
    ) -> Option<u128> {
        let named = !key.is_empty() && key.iter().all(|part| !part.is_empty());
        named.then(|| self.keyed.identity(&rule.id.text, &work.set.name, key)).flatten()
    }

    /// How long something is overdue; the day itself is a value.
    fn overdue(&self, days: i64) -> Overdue {
        let due = i32::try_from(i64::from(self.as_of.0).saturating_sub(days)).ok().map(Date);
        Overdue { age: Age::of(days), due: due.filter(|_| self.reveal >= Reveal::Values) }
    }

    /// The spans of every column that the findings show.
    fn columns(
        &self,
        work: &FileWork<'_>,
        batch: &mut Batch,
        pendings: &[Pending],
    ) -> BTreeMap<usize, Vec<CellSpan>> {
        let mut fields: HashSet<FieldId> = work.file.key.iter().copied().collect();
        let mut columns: BTreeMap<usize, Vec<CellSpan>> = BTreeMap::new();
        for pending in pendings {
            let rule = &work.rules[work.tasks.tasks[pending.task].rule];
            fields.extend(rule.assign);
            match &pending.found {
                Some(found) => {
                    columns.insert(found.column, Vec::new());
                }
                None => fields.extend(rule.fields.iter().copied()),
            }
        }
        for (number, bound) in work.file.columns.iter().enumerate() {
            let wanted =
                u16::try_from(number).is_ok_and(|number| fields.contains(&FieldId(number)));
            if let (Some(bound), true) = (bound, wanted) {
                columns.insert(bound.column, Vec::new());
            }
        }
        for (column, spans) in &mut columns {
            batch.column(*column, spans);
        }
        columns
    }

    fn masked(&self, text: &[u8], ty: FieldType) -> Masked {
        if self.reveal >= Reveal::Values {
            Masked::revealed(text, self.reveal)
        } else {
            Masked::value(text, ty)
        }
    }

    fn field(
        &self,
        work: &FileWork<'_>,
        rule: usize,
        id: FieldId,
        text: Option<&[u8]>,
        unreadable: bool,
    ) -> FindingField {
        let field = work.set.field(id);
        let value = match text {
            None => Masked::missing(),
            Some([]) => Masked::missing(),
            Some(text) if unreadable && self.reveal < Reveal::Values => {
                Masked::unreadable(text, field.ty)
            }
            Some(text) if self.declared(rule, field, text) => {
                Masked::declared(&String::from_utf8_lossy(text))
            }
            Some(text) => self.masked(text, field.ty),
        };
        FindingField { name: field.name.clone(), value }
    }

    /// Codes that the dictionary or the rule declares are no secret.
    fn declared(&self, rule: usize, field: &Field, text: &[u8]) -> bool {
        field.ty == FieldType::Code
            && (field.values.iter().any(|value| value.as_bytes() == text)
                || self.literals.get(&rule).is_some_and(|literals| literals.contains(text)))
    }
}

/// The text of a cell as it is shown and told from others: text as it stands, everything else trimmed.
pub(crate) fn trimmed<'t>(field: &Field, raw: &'t [u8]) -> &'t [u8] {
    if field.ty == FieldType::Text { raw } else { raw.trim_ascii() }
}

/// What a trimmed cell means: nothing where it is blank or declared to mean so, and for a code the canonical one.
fn canonical<'t>(bound: &'t BoundColumn, text: &'t [u8]) -> Option<&'t [u8]> {
    if text.is_empty() || bound.reader.nulls.iter().any(|null| **null == *text) {
        return None;
    }
    let mapped = match &bound.reader.kind {
        ReaderKind::Code(Some(map)) => map.get(text),
        _ => None,
    };
    Some(mapped.map_or(text, |canonical| canonical.as_bytes()))
}

/// The texts that a rule names.
fn literals(rule: &CheckedRule) -> HashSet<Vec<u8>> {
    let mut texts = HashSet::new();
    let mut add = |expr: &Expr| collect(expr, &mut texts);
    if let Some(applies) = &rule.applies {
        add(applies);
    }
    match &rule.check {
        Check::Assert(expr) | Check::FailIf(expr) => add(expr),
        Check::Allowed { set, inline: true, .. } => {
            texts.extend(set.members.iter().map(|member| member.clone().into_bytes()));
        }
        _ => {}
    }
    texts
}

fn collect(expr: &Expr, texts: &mut HashSet<Vec<u8>>) {
    let mut add = |value: &Value| {
        if let Value::Text(text) = value {
            texts.insert(text.as_bytes().to_vec());
        }
    };
    match &expr.kind {
        ExprKind::Literal(Some(literal)) => add(literal),
        ExprKind::InList(_, list) => list.iter().for_each(add),
        _ => {}
    }
    expr.parts().into_iter().for_each(|part| collect(part, texts));
}
