//! The rules that the project's quasi-identifiers make: each combination of them is shared by enough records.

use crate::expr::fields_of;
use crate::expr::typed::FieldId;
use crate::rule::check::{Conditions, combination, field_types};
use crate::rule::checked::{
    Check, CheckedRule, Citation, Confidence, Diverse, Family, RuleId, Severity, SmallCells, Status,
};
use crate::rule::dictionary::{Dictionary, RecordSet};
use crate::rule::error::{RuleProblem, span};
use crate::rule::project::{PACK, line};
use crate::rule::text::RuleText;
use crate::rule::tree::{Entry, Node};

/// How many records share a combination at least, where the project does not say.
const K: u64 = 11;
/// How many values of a sensitive field a combination has at least, where the project does not say.
const L: u64 = 2;

/// The rules that `release` of a project file makes, one a record set with quasi-identifiers.
pub(crate) fn class_rules(
    file: &RuleText,
    release: &Node,
    dictionary: &Dictionary,
    problems: &mut Vec<RuleProblem>,
) -> Vec<CheckedRule> {
    let k = count(release, "k", K, problems);
    let l = count(release, "l", L, problems);
    let sets = release.get("quasi_identifiers").map_or(&[][..], Node::entries);
    let sensitive = release.get("sensitive").map_or(&[][..], Node::entries);
    for entry in sensitive {
        if sets.iter().all(|other| other.key != entry.key) {
            problems.push(RuleProblem::SensitiveAlone {
                record_set: entry.key.clone(),
                span: span(entry.key_span.clone()),
            });
        }
    }
    let rule = |entry: &Entry| {
        // A record set that is not known is told elsewhere.
        let set = dictionary.set(&entry.key)?;
        let sensitive = sensitive.iter().find(|other| other.key == entry.key);
        Class { file, set, entry, sensitive, k, l }.rule(problems)
    };
    sets.iter().filter_map(rule).collect()
}

/// A count of at least two; where it is none, the one that holds where the project does not say.
fn count(node: &Node, key: &str, unsaid: u64, problems: &mut Vec<RuleProblem>) -> u64 {
    let Some(node) = node.get(key) else { return unsaid };
    // What is no number is told with the shape of the file.
    let Some(limit) = node.text().and_then(|text| text.parse().ok()) else { return unsaid };
    if limit < 2 {
        problems.push(RuleProblem::NeverBroken { limit, span: span(node.span.clone()) });
    }
    limit
}

/// The quasi-identifiers of one record set.
struct Class<'a> {
    file: &'a RuleText,
    set: &'a RecordSet,
    entry: &'a Entry,
    sensitive: Option<&'a Entry>,
    k: u64,
    l: u64,
}

impl Class<'_> {
    fn rule(&self, problems: &mut Vec<RuleProblem>) -> Option<CheckedRule> {
        let Self { file, set, entry, k, l, .. } = self;
        let own = field_types(set);
        let conditions = Conditions {
            source: &file.text,
            fields: &own,
            relations: &[],
            this: None,
            params: &[],
            lost: &[],
            lost_relations: &[],
            code_sets: &|_| None,
        };
        let by = combination(&conditions, &entry.value, problems);
        let diverse = match self.sensitive {
            None => None,
            Some(entry) => {
                let field = conditions.value(&entry.value, problems)?;
                let name = entry.value.text()?.trim().to_owned();
                Some(Diverse { field, name, at_least: *l })
            }
        };
        let by = by?;
        let parts = by.iter().chain(diverse.as_ref().map(|diverse| &diverse.field));
        let mut fields: Vec<FieldId> = parts.flat_map(fields_of).collect();
        fields.sort_unstable();
        fields.dedup();
        let names: Vec<&str> = entry.value.texts().into_iter().map(|(text, _)| text).collect();
        let differing = diverse
            .as_ref()
            .map(|diverse| format!(", diverse: {{field: {}, at_least: {l}}}", diverse.name));
        let name = set.name.replace('_', "-");
        Some(CheckedRule {
            id: RuleId {
                family: Family::Confidentiality,
                text: format!("confidentiality/{name}-in-small-class"),
            },
            pack: PACK.to_owned(),
            title: format!("Records of {} told apart by what is known of them", set.name.replace('_', " ")),
            severity: Severity::Warning,
            status: Status::Stable,
            required: false,
            guideline: vec![Citation {
                cite: "45 CFR 164.514(b)(1)".to_owned(),
                authority: Some("HHS OCR".to_owned()),
                confidence: Confidence::Primary,
                url: None,
                text_as_of: Some("January 2025".to_owned()),
                from: None,
                to: None,
            }],
            record_set: set.name.clone(),
            relations: Vec::new(),
            applies: None,
            check_text: format!(
                "small_cells: {{by: [{}], at_least: {k}{}}}",
                names.join(", "),
                differing.unwrap_or_default()
            ),
            check: Check::SmallCells(SmallCells {
                by,
                at_least: *k,
                diverse,
                releases: Vec::new(),
            }),
            unknown_violates: false,
            tolerance: None,
            report_fictional: false,
            because: Some(
                "Fields that many people could know together point at one person where few records share them. An \
                 expert's determination that the risk is very small rests on how few share each combination. A missing \
                 value is a value of its own."
                    .to_owned(),
            ),
            remedy: Some(
                "Make the fields coarser (year for date, three digits of a ZIP code, groups of ages), or leave the \
                 records out."
                    .to_owned(),
            ),
            assign: None,
            examples: Vec::new(),
            fields,
            where_text: None,
            tailored: None,
            off: None,
            declared: (file.name.clone(), line(&file.text, &entry.key_span)),
        })
    }
}
