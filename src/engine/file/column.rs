//! Columns that are missing, out of order, or not declared.

use std::sync::Arc;

use crate::engine::EngineError;
use crate::engine::outcome::{Asked, empty, judge, of_file};
use crate::engine::whole::Wholes;
use crate::finding::{
    Counts, Finding, FindingField, Masked, Outcome, Place, RuleOutcome, header_text,
};
use crate::plan::Plan;
use crate::rule::CheckedRule;

/// A rule about columns.
pub(in crate::engine) fn columns<'a>(
    (plan, number): (&'a Plan, usize),
    rule: &'a CheckedRule,
    (closed, order): (bool, &[String]),
    asked: Asked<'a, '_>,
) -> Result<RuleOutcome, EngineError> {
    let mut wholes = Wholes::new((plan, number), rule, asked);
    let mut outcome = empty(number, rule, Outcome::NotApplicable);
    let Some((set_number, set)) = plan.set_of(rule) else { return Ok(outcome) };
    for (file_number, file) in plan.files_of(set_number) {
        let name: Arc<str> = plan.files[file_number].name.as_str().into();
        let mut faults: Vec<(String, String)> = Vec::new();
        let mut judged = file.table.header.names.len() as u64;
        if closed {
            for &column in &file.unbound {
                let header = header_text(file.header(column));
                faults.push((header, "the column is not declared for this record set".to_owned()));
            }
        }
        let bound_at = |field: &str| {
            let id = set.field_id(field)?;
            file.columns[usize::from(id.0)].as_ref().map(|bound| bound.column)
        };
        let mut last: Option<usize> = None;
        for field in order {
            match bound_at(field) {
                None => {
                    judged += 1;
                    faults.push((field.clone(), "the column is missing".to_owned()));
                }
                Some(column) => {
                    if last.is_some_and(|last| column < last) {
                        faults.push((field.clone(), "the column is out of order".to_owned()));
                    }
                    last = Some(last.map_or(column, |last| last.max(column)));
                }
            }
        }
        outcome.counts.records += judged;
        outcome.counts.violations += faults.len() as u64;
        outcome.counts.passed += judged.saturating_sub(faults.len() as u64);
        let mut of_this = Counts { violations: faults.len() as u64, ..Counts::default() };
        for (column, message) in faults {
            let place = Place { file: Some(Arc::clone(&name)), ..Place::default() };
            let mut finding = Finding::plain(outcome.rule, place, message);
            let named = [set.name.as_bytes(), column.as_bytes()];
            finding.fields.push(FindingField { name: column.clone(), value: Masked::missing() });
            wholes.take(finding, Some(&named), &mut of_this)?;
        }
        outcome.counts.waived += of_this.waived;
        outcome.counts.baselined += of_this.baselined;
        if of_this.violations > 0 {
            outcome.by_file.push(of_file(&name, &of_this));
        }
    }
    wholes.finish(&mut outcome);
    outcome.outcome = judge(rule, &outcome.counts);
    Ok(outcome)
}
