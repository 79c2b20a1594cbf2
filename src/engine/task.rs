//! The rules of one record set, compiled against one file of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::detect::{Context, Finder, Tier};
use crate::engine::atom::Atom;
use crate::engine::measure::MeasureTask;
use crate::engine::program::{Compiler, NodeId, Program};
use crate::expr::fields_of;
use crate::expr::typed::{Expr, ExprKind, FieldId, Function};
use crate::finding::header_text;
use crate::plan::{BoundFile, Plan};
use crate::rule::{Check, CheckedRule, Direction, FormatCheck, Within};
use crate::value::Type;

/// The rules of a record set as nodes of one program.
#[derive(Debug)]
pub(crate) struct SetTasks {
    /// The conditions of all of them.
    pub(crate) program: Program,
    /// The rules.
    pub(crate) tasks: Vec<Task>,
}

/// One rule.
#[derive(Debug)]
pub(crate) struct Task {
    /// Its number in the plan.
    pub(crate) rule: usize,
    /// The node of `where`.
    pub(crate) applies: Option<NodeId>,
    /// What it checks.
    pub(crate) kind: TaskKind,
    /// Whether unknown conditions violate it.
    pub(crate) unknown_violates: bool,
    /// Fields that keep a record from being judged only when they cannot be read: where they are missing the
    /// rule has an answer all the same (`revoked_at IS NULL OR …`, the end of a deadline).
    pub(crate) may_be_missing: Vec<FieldId>,
}

/// What a rule checks.
#[derive(Debug)]
pub(crate) enum TaskKind {
    /// All fields are present.
    Require(Vec<FieldId>),
    /// One field is present.
    RequireAny(Vec<FieldId>),
    /// The node has this truth.
    Truth { node: NodeId, violates: bool },
    /// Done in time.
    Deadline(DeadlineTask),
    /// The answer to a question about a field's text is yes.
    Answer { field: FieldId, set: usize, bit: u8, why: &'static str },
    /// Nothing unreadable.
    Readable(Vec<FieldId>),
    /// No other record with the key; the number of the key store.
    Unique { fields: Vec<FieldId>, store: usize },
    /// Figures by group.
    Measure(MeasureTask),
    /// In the order of the file.
    Ordered { field: FieldId, by: Vec<FieldId>, direction: Direction, strict: bool },
    /// No identifiers.
    Identifiers(IdentifierTask),
}

/// A deadline.
#[derive(Debug)]
pub(crate) struct DeadlineTask {
    /// When it was done.
    pub(crate) of: (NodeId, Type),
    /// When the clock starts.
    pub(crate) after: (NodeId, Type),
    /// How long it may take.
    pub(crate) within: Within,
    /// How early it may be done.
    pub(crate) not_before: Option<Within>,
}

/// Where identifiers are looked for.
#[derive(Debug)]
pub(crate) struct IdentifierTask {
    /// The columns of this file and what they are called.
    pub(crate) columns: Vec<SearchedColumn>,
    /// What looks for them.
    pub(crate) finder: Arc<Finder>,
    /// The lowest tier reported.
    pub(crate) min_tier: Tier,
    /// Whether fictional identifiers count.
    pub(crate) fictional: bool,
}

/// A column that is searched for identifiers.
#[derive(Debug)]
pub(crate) struct SearchedColumn {
    /// Its number.
    pub(crate) column: usize,
    /// The field's name, or the header of an unbound column.
    pub(crate) name: String,
    /// What its name says of its content.
    pub(crate) context: Context,
}

/// Compiles the rules that can run on a file. `stores` gives the number of the key store of a rule.
pub(crate) fn compile(
    plan: &Plan,
    file: &BoundFile,
    ready: &[usize],
    stores: &dyn Fn(usize) -> usize,
) -> SetTasks {
    let set = &plan.dictionary.sets[file.set];
    let mut compiler = Compiler::default();
    let mut tasks = Vec::new();
    for &number in ready {
        let rule = &plan.rules[number];
        if rule.record_set != set.name {
            continue;
        }
        let applies = rule.applies.as_ref().map(|expr| compiler.compile(expr));
        let kind = match &rule.check {
            Check::Require(fields) => TaskKind::Require(need(&mut compiler, fields)),
            Check::RequireAny(fields) => TaskKind::RequireAny(need(&mut compiler, fields)),
            Check::Assert(expr) => {
                TaskKind::Truth { node: compiler.compile(expr), violates: false }
            }
            Check::FailIf(expr) => TaskKind::Truth { node: compiler.compile(expr), violates: true },
            Check::Deadline { of, after, within, not_before } => TaskKind::Deadline(DeadlineTask {
                of: (compiler.compile(of), of.ty),
                after: (compiler.compile(after), after.ty),
                within: *within,
                not_before: *not_before,
            }),
            Check::Format { field, is } => {
                let (atom, why) = match is {
                    FormatCheck::Named(form) => {
                        (Atom::Form(*form), "is not of the form or fails its check digit")
                    }
                    FormatCheck::Pattern(pattern) => {
                        (Atom::matches(pattern), "does not match the pattern")
                    }
                };
                let (set, bit) = compiler.atom(*field, atom);
                TaskKind::Answer { field: *field, set, bit, why }
            }
            Check::Allowed { field, set: codes, .. } => {
                let (set, bit) = compiler.atom(*field, Atom::InSet(Arc::clone(codes)));
                TaskKind::Answer {
                    field: *field,
                    set,
                    bit,
                    why: "is not one of the allowed values",
                }
            }
            Check::Readable(fields) => {
                let bound: Vec<FieldId> = fields
                    .iter()
                    .copied()
                    .filter(|field| file.columns[usize::from(field.0)].is_some())
                    .collect();
                TaskKind::Readable(need(&mut compiler, &bound))
            }
            Check::Unique(fields) => {
                compiler.program.raw.extend(fields);
                TaskKind::Unique { fields: fields.clone(), store: stores(number) }
            }
            Check::Measure { value, by, limits } => {
                compiler.program.raw.extend(by);
                TaskKind::Measure(MeasureTask::compile(value, by, limits, &mut compiler))
            }
            Check::Ordered { field, by, direction, strict } => {
                compiler.program.raw.extend(by);
                need(&mut compiler, &[*field]);
                TaskKind::Ordered {
                    field: *field,
                    by: by.clone(),
                    direction: *direction,
                    strict: *strict,
                }
            }
            Check::Identifiers(identifiers) => {
                let mut searched: BTreeSet<usize> = BTreeSet::new();
                let mut columns = Vec::new();
                let bound = identifiers.fields.iter().filter_map(|field| {
                    let column = file.columns[usize::from(field.0)].as_ref()?.column;
                    Some((column, set.field(*field).name.clone()))
                });
                let header = |column: usize| {
                    file.table.header.names.get(column).cloned().unwrap_or_default()
                };
                let unbound =
                    file.unbound.iter().map(|&column| (column, header_text(&header(column))));
                let names: Vec<&str> = identifiers.detect.iter().map(String::as_str).collect();
                let Ok(finder) = Finder::new(&names) else { continue };
                for (column, name) in bound.chain(unbound.filter(|_| identifiers.unbound)) {
                    if searched.insert(column) {
                        let context = finder.context(&[&name, &header(column)]);
                        columns.push(SearchedColumn { column, name, context });
                    }
                }
                TaskKind::Identifiers(IdentifierTask {
                    columns,
                    finder: Arc::new(finder),
                    min_tier: identifiers.min_tier,
                    fictional: rule.report_fictional,
                })
            }
            Check::Columns { .. } => continue,
        };
        tasks.push(Task {
            rule: number,
            applies,
            kind,
            unknown_violates: rule.unknown_violates,
            may_be_missing: may_be_missing(rule),
        });
    }
    SetTasks { program: compiler.program, tasks }
}

/// The fields whose blank case a rule deals with.
fn may_be_missing(rule: &CheckedRule) -> Vec<FieldId> {
    fn collect(expr: &Expr, found: &mut Vec<FieldId>) {
        let tolerant = matches!(
            expr.kind,
            ExprKind::IsNull(_)
                | ExprKind::IsDistinct(..)
                | ExprKind::Call(Function::Blank | Function::Coalesce, _)
        );
        if tolerant {
            found.extend(fields_of(expr));
        }
        expr.parts().into_iter().for_each(|part| collect(part, found));
    }
    let mut found = Vec::new();
    rule.applies.iter().for_each(|expr| collect(expr, &mut found));
    match &rule.check {
        Check::Assert(expr) | Check::FailIf(expr) => collect(expr, &mut found),
        Check::Deadline { of, .. } => found.extend(fields_of(of)),
        _ => {}
    }
    found
}

/// Marks fields as needed with their types.
fn need(compiler: &mut Compiler, fields: &[FieldId]) -> Vec<FieldId> {
    compiler.program.typed.extend(fields);
    fields.to_vec()
}
