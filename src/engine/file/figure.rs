//! Cells of files of figures that show few people.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::engine::EngineError;
use crate::engine::aggregate::{self, Figures, Leak};
use crate::engine::outcome::{Asked, empty, judge, reasons};
use crate::engine::verdict::cell;
use crate::engine::whole::Wholes;
use crate::finding::{Finding, FindingField, Masked, Outcome, Place, RuleOutcome, header_text};
use crate::plan::Plan;
use crate::rule::{CheckedRule, ReleaseKind};
use crate::source::{CellSpan, Table};

/// So much larger than its file is a table in memory, about.
const IN_MEMORY: u64 = 8;

/// A table of figures, and where each of its rows stands: record and line.
fn figures(table: &Table) -> std::io::Result<(Figures, Vec<(u64, u64)>)> {
    let mut figures = Figures { headers: table.header.names.clone(), rows: Vec::new() };
    let mut places = Vec::new();
    let mut spans: Vec<CellSpan> = Vec::new();
    table.read_through(&mut |batch, (lines, records)| {
        let before = figures.rows.len();
        figures.rows.resize(before + batch.rows, Vec::new());
        for column in 0..figures.headers.len() {
            batch.column(column, &mut spans);
            for (row, span) in figures.rows.iter_mut().skip(before).zip(&spans) {
                row.push(String::from_utf8_lossy(cell(*span, &batch.buffer)).into_owned());
            }
        }
        for row in 0..batch.rows {
            places.push((records + batch.ordinal(row) + 1, lines + batch.line(row) + 1));
        }
    })?;
    Ok((figures, places))
}

/// A rule about the cells of files of figures.
pub(in crate::engine) fn counted<'a>(
    (plan, number): (&'a Plan, usize),
    rule: &'a CheckedRule,
    (from, to): (u32, u32),
    asked: Asked<'a, '_>,
) -> Result<RuleOutcome, EngineError> {
    let (options, ..) = asked;
    let mut wholes = Wholes::new((plan, number), rule, asked);
    let mut outcome = empty(number, rule, Outcome::NotApplicable);
    let mut why: BTreeMap<String, u64> = BTreeMap::new();
    for (file, planned) in plan.files.iter().enumerate() {
        if planned.claim.kind != Some(ReleaseKind::Aggregate) {
            continue;
        }
        let read = match plan.table_of(file).map(|bound| &bound.table) {
            None => Err("the file is no table that can be read".to_owned()),
            Some(table) if table.input.len.saturating_mul(IN_MEMORY) > options.memory => {
                Err("the table is larger than `--memory` lets it be looked at as a whole"
                    .to_owned())
            }
            Some(table) => {
                figures(table).map_err(|error| format!("the file cannot be read: {}", error.kind()))
            }
        };
        let (table, places) = match read {
            Ok(read) => read,
            // A file that cannot be judged counts as a cell: it is not left out in silence.
            Err(reason) => {
                outcome.counts.records += 1;
                outcome.counts.not_evaluable += 1;
                *why.entry(reason).or_default() += 1;
                continue;
            }
        };
        let verdict = aggregate::judge(&table, i64::from(from), i64::from(to));
        let name =
            |column: usize| header_text(table.headers.get(column).map_or("", String::as_str));
        if verdict.counts.is_empty() {
            outcome.counts.records += 1;
            outcome.counts.not_evaluable += 1;
            *why.entry("no column of the file was taken for counts".to_owned()).or_default() += 1;
        } else {
            let names: Vec<String> =
                verdict.counts.iter().map(|&column| format!("`{}`", name(column))).collect();
            let taken = names.join(", ");
            outcome.remarks.push(format!("{}: taken for counts: {taken}", planned.name));
        }
        let leaks = verdict.leaks.len() as u64;
        outcome.counts.records += verdict.cells;
        outcome.counts.violations += leaks;
        let unknown = [
            (verdict.unclear, "the cell is neither a whole number nor left out"),
            (
                verdict.tangled,
                "the cell is left out, and so many cells that are left out depend on each other that each total was \
                 looked at by itself: whether all of them together give it back was not worked out",
            ),
            (
                verdict.contrary,
                "the cell is left out, and no counts fit the totals and what is said of the cells",
            ),
        ];
        let not_evaluable: u64 = unknown.iter().map(|(count, _)| count).sum();
        outcome.counts.not_evaluable += not_evaluable;
        outcome.counts.passed += verdict.cells.saturating_sub(leaks + not_evaluable);
        for (count, reason) in unknown.into_iter().filter(|(count, _)| *count > 0) {
            *why.entry(reason.to_owned()).or_default() += count;
        }
        let path: Arc<str> = planned.name.as_str().into();
        for (row, column, leak) in verdict.leaks {
            let (record, line) = places.get(row).copied().unzip();
            let place = Place { file: Some(Arc::clone(&path)), record, line };
            let message = match leak {
                Leak::Shown => format!("the cell shows a count from {from} to {to}"),
                Leak::Subtracted => {
                    format!(
                        "the cell is left out, and other cells and totals give back a count from {from} to {to}"
                    )
                }
                Leak::Share => {
                    format!(
                        "the cell is left out, and a share of a shown count gives back a count from {from} to {to}"
                    )
                }
            };
            let mut finding = Finding::plain(outcome.rule, place, message);
            finding.fields.push(FindingField { name: name(column), value: Masked::missing() });
            // The next table may have another figure at this place.
            wholes.take(finding, None, &mut outcome.counts)?;
        }
    }
    wholes.finish(&mut outcome);
    outcome.not_evaluable_reasons = reasons(why);
    outcome.outcome = judge(rule, &outcome.counts);
    Ok(outcome)
}
