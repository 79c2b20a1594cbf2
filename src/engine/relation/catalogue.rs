//! Which tables the rules of a scan need, and what each record set asks of them.

use std::collections::HashMap;

use crate::engine::program::{Compiler, NodeId, Op, Program};
use crate::engine::relation::cell::Shape;
use crate::engine::relation::scope::{Side, conjuncts, grounded, pair_side, placeless, side};
use crate::expr::relations_of;
use crate::expr::typed::{Expr, ExprKind, FieldId, Fold, RelationId};
use crate::plan::{BoundFile, Plan};
use crate::rule::{Check, CheckedRule, Identifiers, Relation, Retain, RetainFact};
use crate::value::Type;

/// Everything that the rules of a scan ask of related records.
#[derive(Debug, Default)]
pub(crate) struct Relations {
    /// The tables.
    pub(crate) tables: Vec<TableSpec>,
    /// What each record set of the dictionary asks.
    pub(crate) sets: Vec<SetRelations>,
}

/// The records of one set under one key.
#[derive(Debug)]
pub(crate) struct TableSpec {
    /// The record set.
    pub(crate) set: usize,
    /// The fields of the key; none: all records have the same key.
    pub(crate) key: Vec<FieldId>,
    /// Whether a file of the record set lacks a field of the key, so that any record may belong to any.
    pub(crate) open: bool,
    /// Which records are in the table; where it is unknown they may be.
    pub(crate) filter: Option<Expr>,
    /// What is known of each.
    pub(crate) columns: Vec<Expr>,
}

/// What the rules of one record set ask.
#[derive(Debug, Default)]
pub(crate) struct SetRelations {
    /// Tables and the fields of the record under test that hold their keys.
    pub(crate) accesses: Vec<AccessSpec>,
    /// Which of the records with that key are meant, and what is asked of them.
    pub(crate) selections: Vec<Selection>,
    /// The selection of a rule's relation.
    chosen: HashMap<(usize, RelationId), usize>,
}

/// A table and the fields of the record under test that hold its key.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AccessSpec {
    /// The table.
    pub(crate) table: usize,
    /// The fields.
    pub(crate) mine: Vec<FieldId>,
}

/// The related records that are meant, and what is asked of them.
#[derive(Debug)]
pub(crate) struct Selection {
    /// Where they are found.
    pub(crate) access: usize,
    /// What is asked.
    pub(crate) outputs: Vec<Output>,
    /// Conditions and figures that look at both records, as one program over pairs of them.
    pub(crate) pair: Program,
    /// The node of the condition that looks at both records.
    pub(crate) condition: Option<NodeId>,
    /// What the program needs of the record under test.
    pub(crate) operands: Vec<Expr>,
    /// Conditions as they are written, without places: what tells selections apart.
    conditions: Vec<Expr>,
    /// What the outputs are made of, in their order.
    asked: Vec<Expr>,
}

/// One thing asked of the related records.
#[derive(Debug)]
pub(crate) enum Output {
    /// A column of the one related record.
    Column {
        /// Its number in the table.
        column: usize,
        /// How it lies there.
        shape: Shape,
        /// What it is, for people: `birth_date`.
        fields: Vec<FieldId>,
    },
    /// A figure over all of them.
    Fold {
        /// Which.
        fold: Fold,
        /// The node of what is folded, in the program over pairs.
        of: Option<NodeId>,
        /// The shape of the result.
        shape: Shape,
    },
}

impl Output {
    /// How its values lie in a row.
    pub(crate) fn shape(&self) -> Shape {
        match self {
            Self::Column { shape, .. } | Self::Fold { shape, .. } => *shape,
        }
    }
}

impl Selection {
    /// Bytes of a row of the keys that are gathered for a join: a place, and what the program needs.
    pub(crate) fn probe_width(&self) -> usize {
        8 + self.operands.iter().map(|expr| Shape::of(expr.ty).width()).sum::<usize>()
    }
}

impl TableSpec {
    /// Where a column starts in a row; a leading byte says whether the record is in the table for certain.
    pub(crate) fn offset(&self, column: usize) -> usize {
        let before = self.columns.iter().take(column);
        1 + before.map(|expr| Shape::of(expr.ty).width()).sum::<usize>()
    }

    /// Bytes of a row. A table of bare keys without a condition has none.
    pub(crate) fn width(&self) -> usize {
        if self.is_bare() { 0 } else { self.offset(self.columns.len()) }
    }

    /// Whether a row is nothing but its key.
    pub(crate) fn is_bare(&self) -> bool {
        self.columns.is_empty() && self.filter.is_none()
    }
}

impl SetRelations {
    /// The place of what a rule asks of its related records.
    pub(crate) fn output(&self, rule: usize, expr: &Expr) -> Option<(usize, usize)> {
        let (relation, asked) = match &expr.kind {
            ExprKind::Fold { relation, .. } => (*relation, placeless(expr)),
            _ => match side(expr) {
                Side::Related(relation) => (relation, grounded(expr)),
                _ => return None,
            },
        };
        let selection = *self.chosen.get(&(rule, relation))?;
        let known = &self.selections.get(selection)?.asked;
        Some((selection, known.iter().position(|other| same(other, &asked))?))
    }

    /// The access of a rule's relation.
    pub(crate) fn access_of(&self, rule: usize, relation: RelationId) -> Option<usize> {
        let selection = *self.chosen.get(&(rule, relation))?;
        Some(self.selections.get(selection)?.access)
    }
}

/// Whether two questions are the same: folds of different relations may still ask the same of one selection.
fn same(a: &Expr, b: &Expr) -> bool {
    match (&a.kind, &b.kind) {
        (
            ExprKind::Fold { fold: one, of: first, .. },
            ExprKind::Fold { fold: two, of: second, .. },
        ) => one == two && first == second,
        _ => a == b,
    }
}

impl Relations {
    /// What the rules that can run ask.
    pub(crate) fn of(plan: &Plan, ready: &[usize]) -> Self {
        let mut relations = Self {
            tables: Vec::new(),
            sets: plan.dictionary.sets.iter().map(|_| SetRelations::default()).collect(),
        };
        for &number in ready {
            let rule = &plan.rules[number];
            let Some((set, _)) = plan.set_of(rule) else { continue };
            let asked = asked(plan, rule);
            let referred = match rule.check {
                Check::References { relation, .. } => Some(relation),
                _ => None,
            };
            for id in asked.iter().flat_map(|expr| relations_of(expr)).chain(referred) {
                if let Some(relation) = rule.relations.get(usize::from(id.0)) {
                    relations.choose(plan, set, (number, id), relation);
                }
            }
            for expr in asked {
                relations.ask(set, number, expr);
            }
        }
        relations
    }

    /// Which record sets must be read before which: the set under test and the related one.
    pub(crate) fn needs(&self) -> Vec<(usize, usize)> {
        let mut needs: Vec<(usize, usize)> = self
            .sets
            .iter()
            .enumerate()
            .flat_map(|(set, of)| {
                of.accesses.iter().map(move |access| (set, self.tables[access.table].set))
            })
            .collect();
        needs.sort_unstable();
        needs.dedup();
        needs
    }

    fn choose(&mut self, plan: &Plan, set: usize, place: (usize, RelationId), relation: &Relation) {
        let sets = &plan.dictionary.sets;
        let Some(related) = sets.iter().position(|other| other.name == relation.record_set) else {
            return;
        };
        let all = relation.condition.as_ref().map(conjuncts).unwrap_or_default();
        let (alone, both): (Vec<&Expr>, Vec<&Expr>) = all
            .into_iter()
            .partition(|expr| matches!(pair_side(expr, place.1), Side::Related(_) | Side::Nobody));
        let filter = match alone.as_slice() {
            [] => None,
            [one] => Some(grounded(one)),
            several => Some(Expr {
                kind: ExprKind::And(several.iter().map(|expr| grounded(expr)).collect()),
                ty: Type::Boolean,
                span: 0..0,
            }),
        };
        let (mine, key): (Vec<FieldId>, Vec<FieldId>) = relation.matches.iter().copied().unzip();
        let table = self
            .tables
            .iter()
            .position(|table| table.set == related && table.key == key && table.filter == filter)
            .unwrap_or_else(|| {
                let lacks = |file: &BoundFile| {
                    key.iter().any(|field| file.columns[usize::from(field.0)].is_none())
                };
                let open = plan.files_of(related).any(|(_, file)| lacks(file));
                let spec = TableSpec { set: related, key, open, filter, columns: Vec::new() };
                self.tables.push(spec);
                self.tables.len() - 1
            });
        let of = &mut self.sets[set];
        let access = AccessSpec { table, mine };
        let access = of.accesses.iter().position(|other| *other == access).unwrap_or_else(|| {
            of.accesses.push(access);
            of.accesses.len() - 1
        });
        let conditions: Vec<Expr> = both.iter().map(|expr| placeless(expr)).collect();
        let selection = of
            .selections
            .iter()
            .position(|other| other.access == access && other.conditions == conditions)
            .unwrap_or_else(|| {
                of.selections.push(Selection {
                    access,
                    outputs: Vec::new(),
                    pair: Program::default(),
                    condition: None,
                    operands: Vec::new(),
                    conditions: conditions.clone(),
                    asked: Vec::new(),
                });
                of.selections.len() - 1
            });
        if of.chosen.insert(place, selection).is_some() {
            return;
        }
        if conditions.is_empty() || of.selections[selection].condition.is_some() {
            return;
        }
        let whole = Expr { kind: ExprKind::And(conditions), ty: Type::Boolean, span: 0..0 };
        let node = self.pair(set, selection, place.1, &whole);
        self.sets[set].selections[selection].condition = Some(node);
    }

    /// Enters what an expression asks of related records.
    fn ask(&mut self, set: usize, rule: usize, expr: &Expr) {
        if self.sets[set].output(rule, expr).is_some() {
            return;
        }
        let chosen = |relation| self.sets[set].chosen.get(&(rule, relation)).copied();
        let (selection, asked, output) = match (&expr.kind, side(expr)) {
            (ExprKind::Fold { relation, fold, of }, _) => {
                let Some(selection) = chosen(*relation) else { return };
                let of = of.as_deref().map(|of| self.pair(set, selection, *relation, of));
                let output = Output::Fold { fold: *fold, of, shape: Shape::of(expr.ty) };
                (selection, placeless(expr), output)
            }
            (_, Side::Related(relation)) => {
                let Some(selection) = chosen(relation) else { return };
                let asked = grounded(expr);
                let table = self.table_of(set, selection);
                let column = self.column(table, asked.clone());
                let fields = crate::expr::fields_of(&asked);
                let output = Output::Column { column, shape: Shape::of(expr.ty), fields };
                (selection, asked, output)
            }
            _ => return,
        };
        let selection = &mut self.sets[set].selections[selection];
        selection.asked.push(asked);
        selection.outputs.push(output);
    }

    fn table_of(&self, set: usize, selection: usize) -> usize {
        let of = &self.sets[set];
        of.accesses[of.selections[selection].access].table
    }

    fn column(&mut self, table: usize, expr: Expr) -> usize {
        let columns = &mut self.tables[table].columns;
        columns.iter().position(|other| *other == expr).unwrap_or_else(|| {
            columns.push(expr);
            columns.len() - 1
        })
    }

    /// Compiles what looks at both records into the selection's program.
    fn pair(&mut self, set: usize, selection: usize, relation: RelationId, expr: &Expr) -> NodeId {
        let table = self.table_of(set, selection);
        let chosen = &mut self.sets[set].selections[selection];
        let columns = &mut self.tables[table].columns;
        let operands = &mut chosen.operands;
        let place = |list: &mut Vec<Expr>, expr: Expr| {
            list.iter().position(|other| *other == expr).unwrap_or_else(|| {
                list.push(expr);
                list.len() - 1
            })
        };
        let mut outside = |part: &Expr| match pair_side(part, relation) {
            Side::Related(_) => Some(Op::Column(place(columns, grounded(part)))),
            Side::This => Some(Op::Operand(place(operands, grounded(part)))),
            Side::Nobody | Side::Several => None,
        };
        let mut compiler = Compiler::within(std::mem::take(&mut chosen.pair), &mut outside);
        let node = compiler.compile(expr);
        chosen.pair = compiler.into_program();
        node
    }
}

/// Everything that a rule asks of related records, in the order of its conditions.
pub(crate) fn asked<'r>(plan: &Plan, rule: &'r CheckedRule) -> Vec<&'r Expr> {
    fn collect<'e>(expr: &'e Expr, found: &mut Vec<&'e Expr>) {
        match (&expr.kind, side(expr)) {
            (ExprKind::Fold { .. }, _) | (_, Side::Related(_)) => found.push(expr),
            (_, Side::Several) => expr.parts().into_iter().for_each(|part| collect(part, found)),
            (_, Side::Nobody | Side::This) => {}
        }
    }
    let mut found = Vec::new();
    rule.conditions().into_iter().for_each(|expr| collect(expr, &mut found));
    if let Check::Retain(retain) = &rule.check {
        let facts = retained(plan, rule, retain);
        facts.into_iter().for_each(|fact| collect(&fact.value, &mut found));
    }
    if let Check::Identifiers(Identifiers { known: Some(known), .. }) = &rule.check {
        let own = known.own.iter().filter(|own| plan.provides(rule, own));
        own.for_each(|own| collect(own, &mut found));
    }
    found
}

/// Where the facts about retention come from: the first source of each that the export has.
pub(crate) fn retained<'r>(
    plan: &Plan,
    rule: &CheckedRule,
    retain: &'r Retain,
) -> Vec<&'r RetainFact> {
    let mut chosen: Vec<&RetainFact> = Vec::new();
    for fact in &retain.facts {
        if chosen.iter().all(|other| other.fact != fact.fact) && plan.provides(rule, &fact.value) {
            chosen.push(fact);
        }
    }
    chosen
}
