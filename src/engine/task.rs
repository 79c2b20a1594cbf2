//! The rules of one record set, compiled against one file of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::detect::{Context, Finder, Tier};
use crate::engine::atom::Atom;
use crate::engine::excuse::{Excuses, Known, Watch};
use crate::engine::known::{KnownStore, PeopleHarvest, SearchWork};
use crate::engine::measure::MeasureTask;
use crate::engine::profile::ProfileTask;
use crate::engine::program::{Compiler, NodeId, Op, Program};
use crate::engine::relation::{
    Access, Harvest, Head, Output, Relations, SetRelations, Shape, asked, retained,
};
use crate::expr::fields_of;
use crate::expr::typed::{Expr, ExprKind, FieldId, Function, RelationId};
use crate::finding::header_text;
use crate::plan::{BoundFile, Plan};
use crate::retention::{Fact, RetainKind, Timetable};
use crate::rule::{
    Check, CheckedRule, Direction, FormatCheck, Identifiers, KnownPeople, RecordSet, Within,
    owner_field,
};
use crate::value::{Date, Type};

/// The rules of a record set as nodes of one program.
#[derive(Debug)]
pub(crate) struct SetTasks {
    /// The conditions of all of them.
    pub(crate) program: Program,
    /// The rules.
    pub(crate) tasks: Vec<Task>,
    /// What the programs of selections need of the record under test, by selection.
    pub(crate) operands: Vec<Vec<NodeId>>,
    /// What the records give to tables and joins.
    pub(crate) harvests: Vec<Harvest>,
    /// What the records of people give to those who look for them.
    pub(crate) people: Option<PeopleHarvest>,
    /// Where known identifiers are looked for.
    pub(crate) search: Option<SearchWork>,
    /// The columns that are read for digests.
    pub(crate) digests: Vec<usize>,
}

/// Why a file is read.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose<'p> {
    /// To judge its records, and to gather the tables of its record set that are not known yet.
    Judge {
        /// How related records are found.
        accesses: &'p [Access],
        /// The tables to gather.
        tables: &'p [usize],
        /// Whether each record's own key is needed.
        keys: Keys,
    },
    /// To gather tables alone.
    Gather {
        /// The tables.
        tables: &'p [usize],
    },
    /// To gather the keys of joins: selection and where its keys go.
    Emit {
        /// The selections and sinks.
        probes: &'p [(usize, usize)],
    },
    /// To gather the digests that stand in texts.
    Digests,
    /// To gather what texts ask of known people.
    Spot {
        /// How related records are found.
        accesses: &'p [Access],
    },
}

/// Whether each record's own key is needed, whatever the rules name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Keys {
    Needed,
    LeftOut,
}

/// Where the rules of a scan put what is judged when all records are known.
#[derive(Debug, Default)]
pub(crate) struct Places {
    /// The rule of each key store.
    pub(crate) unique: Vec<usize>,
    /// The rule of each sorter.
    pub(crate) sorted: Vec<usize>,
    /// The measures.
    pub(crate) measures: Vec<usize>,
    /// The rules about references.
    pub(crate) references: Vec<usize>,
    /// The first sink of keys without a known parent; one a rule in `orphans`.
    pub(crate) first_orphan: usize,
    /// The rules whose parents were put aside.
    pub(crate) orphans: Vec<usize>,
}

impl Places {
    fn of(list: &[usize], rule: usize) -> usize {
        list.iter().position(|other| *other == rule).unwrap_or(0)
    }
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
    /// What it asks of related records: selection, output, and how people call it.
    pub(crate) asks: Vec<Ask>,
    /// What excuses violations.
    pub(crate) excuses: Excuses,
}

/// Something that a rule asks of related records.
#[derive(Debug)]
pub(crate) struct Ask {
    /// The selection.
    pub(crate) selection: usize,
    /// The output.
    pub(crate) output: usize,
    /// The record set of the related records.
    pub(crate) records: String,
    /// What is asked: `patient.birth_date`, `count(summary)`.
    pub(crate) name: String,
    /// Of how many of them.
    pub(crate) kind: AskKind,
}

/// Of how many related records something is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AskKind {
    /// Of the one.
    One,
    /// Of all.
    All,
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
    /// Figures by group; the number of the store of groups.
    Measure { measure: MeasureTask, groups: usize },
    /// In the order of the file.
    Ordered { field: FieldId, by: Vec<FieldId>, direction: Direction, strict: bool },
    /// No identifiers.
    Identifiers(IdentifierTask),
    /// There is a record with the key.
    References { access: usize, late: usize, sink: Option<usize> },
    /// No other interval of the group overlaps; the number of the sorter.
    NoOverlap { by: Vec<FieldId>, from: FieldId, to: FieldId, sorter: usize },
    /// No number missing or twice; the number of the sorter.
    GapFree { field: FieldId, by: Vec<FieldId>, sorter: usize },
    /// Kept as long as the schedules ask, and no longer than they let.
    Retain(RetainTask),
}

/// Where a fact comes from.
#[derive(Debug)]
pub(crate) struct FactSource {
    /// The fact.
    pub(crate) fact: Fact,
    /// The node of its value.
    pub(crate) node: NodeId,
    /// The type of its value.
    pub(crate) ty: Type,
    /// The accesses over whose records it is a figure: of a record without their key it is unknown.
    pub(crate) over: Vec<usize>,
}

/// A question to the schedules.
#[derive(Debug)]
pub(crate) struct RetainTask {
    /// What is asked.
    pub(crate) kind: RetainKind,
    /// Where the facts of a record come from.
    pub(crate) facts: Vec<FactSource>,
    /// The rows that hold where the audit is made.
    pub(crate) timetable: Arc<Timetable>,
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
    /// What looks for them; none where only known ones are looked for.
    pub(crate) finder: Option<Arc<Finder>>,
    /// The lowest tier reported.
    pub(crate) min_tier: Tier,
    /// Whether fictional identifiers count.
    pub(crate) fictional: bool,
    /// Whose known ones are looked for.
    pub(crate) known: Option<KnownPeople>,
    /// Whether the rule is about this file.
    pub(crate) scope: FileScope,
}

/// Whether a rule is about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileScope {
    /// It is.
    Meant,
    /// It is about files that claim to be another kind of release.
    LeftOut,
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

/// Compiles the rules that can run on a file.
pub(crate) fn compile(
    plan: &Plan,
    (number_of_file, file): (usize, &BoundFile),
    ready: &[usize],
    (relations, places): (&Relations, &Places),
    purpose: Purpose<'_>,
    (harvested, released): (Option<&KnownStore<'_>>, Option<&ProfileTask>),
    (as_of, watch): (Date, &Watch),
) -> SetTasks {
    let set = &plan.dictionary.sets[file.set];
    let of_set = &relations.sets[file.set];
    let rule_at_hand = std::cell::Cell::new(usize::MAX);
    let mut outside = |expr: &Expr| {
        let (selection, output) = of_set.output(rule_at_hand.get(), expr)?;
        Some(Op::Output { selection, output })
    };
    let mut compiler = Compiler::within(Program::default(), &mut outside);
    let (accesses, tables, probes): (&[Access], &[usize], &[(usize, usize)]) = match purpose {
        Purpose::Judge { accesses, tables, .. } => (accesses, tables, &[]),
        Purpose::Gather { tables } => (&[], tables, &[]),
        Purpose::Emit { probes } => (&[], &[], probes),
        Purpose::Spot { accesses } => (accesses, &[], &[]),
        Purpose::Digests => (&[], &[], &[]),
    };
    let operands: Vec<Vec<NodeId>> = match purpose {
        Purpose::Gather { .. } | Purpose::Digests => Vec::new(),
        Purpose::Judge { .. } | Purpose::Emit { .. } | Purpose::Spot { .. } => of_set
            .selections
            .iter()
            .map(|selection| {
                let nodes = selection.operands.iter().map(|expr| column(&mut compiler, expr));
                nodes.collect()
            })
            .collect(),
    };
    let mut harvests = Vec::new();
    for &table in tables {
        let spec = &relations.tables[table];
        if spec.set != file.set {
            continue;
        }
        key_fields(&mut compiler, set, &spec.key);
        let filter = spec.filter.as_ref().map(|expr| compiler.compile(expr));
        let columns = spec.columns.iter();
        let columns =
            columns.map(|expr| (column(&mut compiler, expr), Shape::of(expr.ty))).collect();
        let head = if spec.is_bare() { Head::Nothing } else { Head::Certainty(filter) };
        harvests.push(Harvest { sink: table, key: spec.key.clone(), head, columns });
    }
    for &(selection, sink) in probes {
        let spec = &of_set.selections[selection];
        let key = of_set.accesses[spec.access].mine.clone();
        key_fields(&mut compiler, set, &key);
        let shapes = spec.operands.iter().map(|expr| Shape::of(expr.ty));
        let columns = operands[selection].iter().copied().zip(shapes).collect();
        harvests.push(Harvest { sink, key, head: Head::Place { file: number_of_file }, columns });
    }
    if !accesses.is_empty() {
        for access in &of_set.accesses {
            key_fields(&mut compiler, set, &access.mine);
        }
    }
    if let Purpose::Judge { keys: Keys::Needed, .. } = purpose {
        key_fields(&mut compiler, set, &file.key);
        compiler.program.raw.extend(&file.key);
    }
    let people = harvested.map(|known| PeopleHarvest::of(set, file, known));
    if let Some(people) = &people {
        key_fields(&mut compiler, set, &people.key);
        compiler.program.raw.extend(people.key.iter().filter(|field| has(file, **field)));
        compiler.program.raw.extend(people.fields.iter().map(|(field, _)| *field));
        compiler.program.typed.extend(people.birth);
    }
    let search = match purpose {
        Purpose::Judge { .. } | Purpose::Spot { .. } => {
            let here = (number_of_file, file, set);
            search_work(plan, here, (ready, released), &rule_at_hand, &mut compiler)
        }
        Purpose::Gather { .. } | Purpose::Emit { .. } | Purpose::Digests => None,
    };
    let digests = match purpose {
        Purpose::Digests => digest_columns(plan, (number_of_file, file, set), (ready, released)),
        _ => Vec::new(),
    };
    let mut tasks = Vec::new();
    let judged: &[usize] = if matches!(purpose, Purpose::Judge { .. }) { ready } else { &[] };
    for &number in judged {
        let rule = &plan.rules[number];
        if rule.record_set != set.name {
            continue;
        }
        rule_at_hand.set(number);
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
                key_fields(&mut compiler, set, fields);
                let store = Places::of(&places.unique, number);
                TaskKind::Unique { fields: fields.clone(), store }
            }
            Check::Measure { value, by, limits } => {
                key_fields(&mut compiler, set, by);
                let measure = MeasureTask::compile(value, by, limits, &mut compiler);
                TaskKind::Measure { measure, groups: Places::of(&places.measures, number) }
            }
            Check::Ordered { field, by, direction, strict } => {
                key_fields(&mut compiler, set, by);
                need(&mut compiler, &[*field]);
                TaskKind::Ordered {
                    field: *field,
                    by: by.clone(),
                    direction: *direction,
                    strict: *strict,
                }
            }
            Check::Identifiers(identifiers) => {
                let names: Vec<&str> = identifiers.detect.iter().map(String::as_str).collect();
                // INVARIANT: the names were resolved against this very site when the rule was checked.
                let site = &identifiers.detection.site;
                let Ok(finder) = site.finder(&names, as_of) else { continue };
                let searched = searched_columns(identifiers, (file, set)).into_iter();
                let columns = searched.map(|(column, name)| {
                    let context = finder.context_in(&set.name, &[&name, file.header(column)]);
                    SearchedColumn { column, name, context }
                });
                TaskKind::Identifiers(IdentifierTask {
                    columns: columns.collect(),
                    finder: (!names.is_empty()).then(|| Arc::new(finder)),
                    min_tier: identifiers.min_tier,
                    fictional: rule.report_fictional,
                    known: identifiers.known.clone(),
                    scope: scope(plan, number_of_file, identifiers),
                })
            }
            Check::References { relation, .. } => {
                let Some(access) = of_set.access_of(number, *relation) else { continue };
                let orphan = places.orphans.iter().position(|other| *other == number);
                let sink = orphan.map(|orphan| places.first_orphan + orphan);
                let late = Places::of(&places.references, number);
                TaskKind::References { access, late, sink }
            }
            Check::NoOverlap { by, from, to } => {
                key_fields(&mut compiler, set, by);
                need(&mut compiler, &[*from, *to]);
                let sorter = Places::of(&places.sorted, number);
                TaskKind::NoOverlap { by: by.clone(), from: *from, to: *to, sorter }
            }
            Check::GapFree { field, by } => {
                key_fields(&mut compiler, set, by);
                need(&mut compiler, &[*field]);
                let sorter = Places::of(&places.sorted, number);
                TaskKind::GapFree { field: *field, by: by.clone(), sorter }
            }
            Check::SmallCells(cells) => {
                let claim = plan.files.get(number_of_file).and_then(|file| file.claim.kind);
                if !cells.is_about(claim) {
                    continue;
                }
                let measure = MeasureTask::of_cells(cells, &mut compiler);
                TaskKind::Measure { measure, groups: Places::of(&places.measures, number) }
            }
            Check::Retain(retain) => {
                let facts = retained(plan, rule, retain);
                TaskKind::Retain(RetainTask {
                    kind: retain.kind,
                    facts: (facts.into_iter())
                        .map(|fact| FactSource {
                            fact: fact.fact,
                            node: compiler.compile(&fact.value),
                            ty: fact.value.ty,
                            over: (folded(&fact.value).into_iter())
                                .filter_map(|relation| of_set.access_of(number, relation))
                                .collect(),
                        })
                        .collect(),
                    timetable: Arc::clone(&retain.timetable),
                })
            }
            Check::Columns { .. }
            | Check::Compared
            | Check::Release(_)
            | Check::Purpose(_)
            | Check::FileNames(_)
            | Check::Delivery { .. }
            | Check::SmallCounts { .. } => continue,
        };
        let known = match kind {
            TaskKind::Unique { .. }
            | TaskKind::References { .. }
            | TaskKind::NoOverlap { .. }
            | TaskKind::GapFree { .. } => Known::Late,
            _ => Known::AtOnce,
        };
        let name = plan.files.get(number_of_file).map_or("", |file| file.name.as_str());
        tasks.push(Task {
            excuses: Excuses::compile(plan, number, name, known, (&mut compiler, watch)),
            rule: number,
            applies,
            kind,
            unknown_violates: rule.unknown_violates,
            may_be_missing: may_be_missing(rule),
            asks: asks(of_set, plan, number),
        });
    }
    let program = compiler.into_program();
    SetTasks { program, tasks, operands, harvests, people, search, digests }
}

/// Where the known identifiers are looked for that the rules of a file ask for; none where no rule does.
fn search_work(
    plan: &Plan,
    (number_of_file, file, set): (usize, &BoundFile, &RecordSet),
    (ready, released): (&[usize], Option<&ProfileTask>),
    rule_at_hand: &std::cell::Cell<usize>,
    compiler: &mut Compiler<'_>,
) -> Option<SearchWork> {
    let mut work: Option<SearchWork> = None;
    for (number, identifiers, known) in known_in(plan, (number_of_file, set), ready) {
        let rule = &plan.rules[number];
        rule_at_hand.set(number);
        let work = work.get_or_insert_default();
        for (place, _) in searched_columns(identifiers, (file, set)) {
            if !work.columns.contains(&place) {
                work.columns.push(place);
            }
        }
        // All rules of a record set have the same ones.
        if work.own.is_empty() {
            let own = known.own.iter().filter(|own| plan.provides(rule, own));
            work.own = own.map(|own| column(compiler, own)).collect();
        }
    }
    let released: Vec<usize> = released.iter().flat_map(|profile| profile.searched()).collect();
    if !released.is_empty() {
        let work = work.get_or_insert_default();
        for place in released {
            if !work.columns.contains(&place) {
                work.columns.push(place);
            }
        }
        if work.own.is_empty()
            && let Some(field) = owner_field(set).filter(|field| has(file, *field))
        {
            let own = Expr { kind: ExprKind::Field(field), ty: Type::Text, span: 0..0 };
            work.own.push(column(compiler, &own));
        }
    }
    work
}

/// The rules that look for known identifiers in a file.
fn known_in<'p>(
    plan: &'p Plan,
    (number_of_file, set): (usize, &RecordSet),
    ready: &[usize],
) -> impl Iterator<Item = (usize, &'p Identifiers, &'p KnownPeople)> {
    ready.iter().filter_map(move |&number| {
        let rule = &plan.rules[number];
        let Check::Identifiers(identifiers) = &rule.check else { return None };
        let known = identifiers.known.as_ref().filter(|_| rule.record_set == set.name)?;
        let is_meant = scope(plan, number_of_file, identifiers) == FileScope::Meant;
        is_meant.then_some((number, identifiers, known))
    })
}

/// The columns of a file in which pseudonyms are looked for.
fn digest_columns(
    plan: &Plan,
    (number_of_file, file, set): (usize, &BoundFile, &RecordSet),
    (ready, released): (&[usize], Option<&ProfileTask>),
) -> Vec<usize> {
    let rules = known_in(plan, (number_of_file, set), ready);
    let columns = rules
        .filter(|(_, _, known)| known.asks_for_pseudonyms())
        .flat_map(|(_, identifiers, _)| searched_columns(identifiers, (file, set)));
    let released = released.filter(|profile| profile.asks_for_pseudonyms());
    let released = released.into_iter().flat_map(ProfileTask::searched);
    let columns: BTreeSet<usize> = columns.map(|(column, _)| column).chain(released).collect();
    columns.into_iter().collect()
}

/// Whether a rule is about a file that claims to be what this one does.
fn scope(plan: &Plan, file: usize, identifiers: &Identifiers) -> FileScope {
    let claimed = plan.files.get(file).and_then(|planned| planned.claim.kind);
    let kinds = &identifiers.releases;
    match claimed {
        _ if kinds.is_empty() => FileScope::Meant,
        Some(kind) if kinds.contains(&kind) => FileScope::Meant,
        _ => FileScope::LeftOut,
    }
}

/// The columns of a file that a rule searches, each once, and what they are called.
fn searched_columns(
    identifiers: &Identifiers,
    (file, set): (&BoundFile, &RecordSet),
) -> Vec<(usize, String)> {
    let bound = identifiers.fields.iter().filter_map(|field| {
        let column = file.columns[usize::from(field.0)].as_ref()?.column;
        Some((column, set.field(*field).name.clone()))
    });
    let unbound = file.unbound.iter().map(|&column| (column, header_text(file.header(column))));
    let mut once: BTreeSet<usize> = BTreeSet::new();
    let all = bound.chain(unbound.filter(|_| identifiers.unbound));
    all.filter(|(column, _)| once.insert(*column)).collect()
}

fn has(file: &BoundFile, field: FieldId) -> bool {
    file.columns.get(usize::from(field.0)).is_some_and(Option::is_some)
}

/// The node of a value that travels between record sets: a text as its fingerprint.
fn column(compiler: &mut Compiler<'_>, expr: &Expr) -> NodeId {
    let node = compiler.compile(expr);
    compiler.fingerprint(node)
}

/// Marks the fields of a key as needed: texts as they are, other values by what they mean.
fn key_fields(compiler: &mut Compiler<'_>, set: &RecordSet, fields: &[FieldId]) {
    for field in fields {
        if set.field(*field).ty.expr_type() == Type::Text {
            compiler.program.raw.insert(*field);
        } else {
            compiler.program.typed.insert(*field);
        }
    }
}

/// What a rule asks of related records, with the names that people know.
fn asks(of_set: &SetRelations, plan: &Plan, number: usize) -> Vec<Ask> {
    let rule = &plan.rules[number];
    let mut all: Vec<Ask> = Vec::new();
    for expr in asked(plan, rule) {
        let Some((selection, output)) = of_set.output(number, expr) else { continue };
        if all.iter().any(|ask| (ask.selection, ask.output) == (selection, output)) {
            continue;
        }
        let relation = match &expr.kind {
            ExprKind::Fold { relation, .. } => *relation,
            _ => match related_of(expr) {
                Some(relation) => relation,
                None => continue,
            },
        };
        let Some(relation) = rule.relations.get(usize::from(relation.0)) else { continue };
        let (kind, name) = match &of_set.selections[selection].outputs[output] {
            Output::Fold { fold, .. } => {
                (AskKind::All, format!("{}({})", format!("{fold:?}").to_lowercase(), relation.name))
            }
            Output::Column { fields, .. } => {
                let related = plan.dictionary.set(&relation.record_set);
                let names = fields.iter().filter_map(|field| {
                    Some(format!("{}.{}", relation.name, related?.field(*field).name))
                });
                (AskKind::One, names.collect::<Vec<_>>().join("`, `"))
            }
        };
        all.push(Ask { selection, output, records: relation.record_set.clone(), name, kind });
    }
    all
}

/// The relations over whose records an expression makes figures.
fn folded(expr: &Expr) -> Vec<RelationId> {
    match &expr.kind {
        ExprKind::Fold { relation, .. } => vec![*relation],
        _ => expr.parts().into_iter().flat_map(folded).collect(),
    }
}

fn related_of(expr: &Expr) -> Option<RelationId> {
    match &expr.kind {
        ExprKind::Related(relation, _) => Some(*relation),
        _ => expr.parts().into_iter().find_map(related_of),
    }
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
fn need(compiler: &mut Compiler<'_>, fields: &[FieldId]) -> Vec<FieldId> {
    compiler.program.typed.extend(fields);
    fields.to_vec()
}
