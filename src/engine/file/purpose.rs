//! Columns that the purpose of a file does not need.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::EngineError;
use crate::engine::outcome::{Asked, empty, judge, reasons};
use crate::engine::whole::Wholes;
use crate::finding::{Finding, FindingField, Masked, Outcome, Place, RuleOutcome, header_text};
use crate::plan::{FileState, Plan, normalise};
use crate::rule::{CheckedRule, ClaimedBy, Purpose};

/// A rule about what the purposes of files need: columns on no list are findings.
pub(in crate::engine) fn needed<'a>(
    (plan, number): (&'a Plan, usize),
    rule: &'a CheckedRule,
    purposes: &[Purpose],
    asked: Asked<'a, '_>,
) -> Result<RuleOutcome, EngineError> {
    let mut wholes = Wholes::new((plan, number), rule, asked);
    let mut outcome = empty(number, rule, Outcome::NotApplicable);
    let mut why: BTreeMap<String, u64> = BTreeMap::new();
    for planned in &plan.files {
        let (headers, set) = match &planned.state {
            FileState::Bound(file) => {
                (&file.table.header.names, Some(plan.dictionary.sets[file.set].name.as_str()))
            }
            FileState::Unplaced { file, .. } => (&file.table.header.names, None),
            FileState::Refused { columns, record_set, .. } => (columns, record_set.as_deref()),
        };
        // A file whose columns are not known counts as one: it is not left out in silence.
        let columns = headers.len().max(1) as u64;
        outcome.counts.records += columns;
        let Some(said) = planned.claim.purpose.as_ref() else {
            outcome.counts.not_applicable += columns;
            continue;
        };
        if planned.claim.by == ClaimedBy::Itself {
            outcome.counts.not_applicable += columns;
            continue;
        }
        let purpose =
            purposes.iter().find(|purpose| purpose.name.eq_ignore_ascii_case(said.trim()));
        let list = purpose.zip(set).and_then(|(purpose, set)| {
            purpose.columns.iter().find(|(name, _)| name == set).map(|(_, list)| list)
        });
        let Some(list) = list else {
            // The word of a manifest is a value of a record, unless the project file uses it too.
            let name = match purpose {
                Some(purpose) => format!("the purpose `{}`", purpose.name),
                None if plan.release.settings.declares(said) => format!("the purpose `{said}`"),
                None => "the purpose that the manifest names".to_owned(),
            };
            let of = set.map_or_else(|| "a file like this".to_owned(), |set| format!("`{set}`"));
            *why.entry(format!("{name} has no list of columns of {of}")).or_default() += columns;
            outcome.counts.not_evaluable += columns;
            continue;
        };
        let fields = |column: usize| -> Vec<&str> {
            let FileState::Bound(file) = &planned.state else { return Vec::new() };
            let set = &plan.dictionary.sets[file.set];
            let of_column = set.fields.iter().zip(&file.columns).filter(move |(_, bound)| {
                bound.as_ref().is_some_and(|bound| bound.column == column)
            });
            of_column.map(|(field, _)| field.name.as_str()).collect()
        };
        let file: Arc<str> = planned.name.as_str().into();
        for (column, header) in headers.iter().enumerate() {
            let named = |name: &str| list.iter().any(|listed| listed == name);
            let plain = normalise(header);
            if fields(column).into_iter().any(named)
                || list.iter().any(|listed| normalise(listed) == plain)
            {
                outcome.counts.passed += 1;
                continue;
            }
            outcome.counts.violations += 1;
            let place = Place { file: Some(Arc::clone(&file)), ..Place::default() };
            let message = "the purpose does not need the column".to_owned();
            let mut finding = Finding::plain(outcome.rule, place, message);
            let name = header_text(header);
            let of = set.unwrap_or(&planned.name);
            let named = [of.as_bytes(), name.as_bytes()];
            finding.fields.push(FindingField { name: name.clone(), value: Masked::missing() });
            wholes.take(finding, Some(&named), &mut outcome.counts)?;
        }
    }
    wholes.finish(&mut outcome);
    outcome.not_evaluable_reasons = reasons(why);
    outcome.outcome = judge(rule, &outcome.counts);
    Ok(outcome)
}
