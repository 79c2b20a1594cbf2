//! What the related records of each row of a batch come to.

use std::cell::OnceCell;
use std::ops::Range;
use std::rc::Rc;
use std::sync::Arc;

use crate::engine::bits::Bits;
use crate::engine::kernel::{self, Frame, Outside, Related};
use crate::engine::program::{NodeId, Op};
use crate::engine::relation::catalogue::{Output, Relations, Selection, SetRelations, TableSpec};
use crate::engine::relation::cell::{Column, Shape, gathered};
use crate::engine::relation::placed::{Constant, Placed};
use crate::engine::relation::table::{CERTAIN, Keys};
use crate::engine::task::SetTasks;
use crate::engine::vector::{Space, Vector};
use crate::expr::typed::Fold;
use crate::store::{Gathered, KeyHasher, Lookup};
use crate::value::Date;

/// How the related records of a record set are found.
#[derive(Debug, Clone)]
pub(crate) enum Access {
    /// In a table in memory.
    Table(Arc<Gathered>),
    /// The table was put aside; what its selections give was found by a join.
    Joined,
}

/// What is known of a selection before the records that ask are read.
#[derive(Debug, Clone, Default)]
pub(crate) enum Found {
    /// Nothing: it is found batch by batch.
    #[default]
    Nothing,
    /// The answer is the same for all records.
    Alike(Arc<Constant>),
    /// A join has found it.
    Placed(Arc<Placed>),
}

/// What one selection gives for the rows of a batch.
#[derive(Debug)]
pub(crate) struct Selected {
    /// One vector an output.
    pub(crate) outputs: Vec<Rc<Vector>>,
    /// Rows with a key to which no record belongs.
    pub(crate) none: Bits,
    /// Rows to which more than one record belongs, or may belong.
    pub(crate) several: Bits,
}

/// The related records of one batch, found when they are first asked for.
pub(crate) struct Selecting<'s> {
    relations: &'s SetRelations,
    tables: &'s [TableSpec],
    accesses: &'s [Access],
    /// Nodes of the main program that each selection's program needs.
    operands: &'s [Vec<NodeId>],
    keys: &'s [Keys],
    ranges: Vec<OnceCell<Vec<Range<u32>>>>,
    found: Vec<Option<Selected>>,
    results: Vec<Option<Rc<Selected>>>,
    hasher: &'s KeyHasher,
}

impl<'s> Selecting<'s> {
    /// For the rows whose keys are given, one entry an access; `found` holds what was found before, one
    /// entry a selection.
    pub(crate) fn new(
        relations: &'s Relations,
        (set, tasks): (usize, &'s SetTasks),
        accesses: &'s [Access],
        keys: &'s [Keys],
        found: Vec<Option<Selected>>,
        hasher: &'s KeyHasher,
    ) -> Self {
        let of_set = &relations.sets[set];
        Self {
            ranges: accesses.iter().map(|_| OnceCell::new()).collect(),
            results: of_set.selections.iter().map(|_| None).collect(),
            relations: of_set,
            tables: &relations.tables,
            accesses,
            operands: &tasks.operands,
            keys,
            found,
            hasher,
        }
    }

    /// The keys of an access.
    pub(crate) fn keys(&self, access: usize) -> &'s Keys {
        &self.keys[access]
    }

    /// Rows without a key to look for the records of a selection.
    pub(crate) fn keyless(&self, selection: usize) -> Bits {
        self.keys[self.relations.selections[selection].access].whole.not()
    }

    /// The rows of the table under each row's key; `None` where the table was put aside.
    pub(crate) fn ranges(&self, access: usize) -> Option<&[Range<u32>]> {
        let lookup = self.lookup(access)?;
        Some(self.ranges[access].get_or_init(|| find(lookup, &self.keys[access])))
    }

    /// What a selection gave, if a rule has asked.
    pub(crate) fn result(&self, selection: usize) -> Option<&Selected> {
        self.results.get(selection)?.as_deref()
    }

    fn lookup(&self, access: usize) -> Option<&'s Lookup> {
        match &self.accesses[access] {
            Access::Table(table) => match &**table {
                Gathered::Memory(lookup) => Some(lookup),
                Gathered::Spilled(_) => None,
            },
            Access::Joined => None,
        }
    }

    fn selected(&mut self, selection: usize, done: &[Rc<Vector>], as_of: Date) -> Rc<Selected> {
        if let Some(result) = &self.results[selection] {
            return Rc::clone(result);
        }
        let result = Rc::new(self.evaluated(selection, done, as_of));
        self.results[selection] = Some(Rc::clone(&result));
        result
    }

    fn evaluated(&mut self, number: usize, done: &[Rc<Vector>], as_of: Date) -> Selected {
        if let Some(found) = self.found.get_mut(number).and_then(Option::take) {
            return found;
        }
        let selection = &self.relations.selections[number];
        let keys = &self.keys[selection.access];
        let (Some(lookup), Some(ranges)) =
            (self.lookup(selection.access), self.ranges(selection.access))
        else {
            return nothing_known(selection, keys.prints.len());
        };
        let operands: Vec<Rc<Vector>> =
            self.operands[number].iter().map(|node| Rc::clone(&done[*node])).collect();
        let table = &self.tables[self.relations.accesses[selection.access].table];
        let question = Question { selection, table, lookup, as_of };
        question.answer(ranges, &keys.whole, &keys.unknown, &operands)
    }
}

impl Related for Selecting<'_> {
    fn output(
        &mut self,
        selection: usize,
        output: usize,
        done: &[Rc<Vector>],
        as_of: Date,
    ) -> Rc<Vector> {
        Rc::clone(&self.selected(selection, done, as_of).outputs[output])
    }

    fn hasher(&self) -> &KeyHasher {
        self.hasher
    }
}

/// The rows of a table under each key, with a memory of the key before: exports are grouped.
fn find(lookup: &Lookup, keys: &Keys) -> Vec<Range<u32>> {
    let mut last = (0, 0..0);
    let mut first = true;
    let mut ranges = vec![0..0; keys.prints.len()];
    for row in keys.whole.rows() {
        let key = keys.prints[row];
        if first || key != last.0 {
            last = (key, lookup.find(key));
            first = false;
        }
        ranges[row] = last.1.clone();
    }
    ranges
}

/// Unknown throughout.
fn nothing_known(selection: &Selection, rows: usize) -> Selected {
    let outputs = selection.outputs.iter().map(|_| Rc::new(kernel::unreadable(rows))).collect();
    Selected { outputs, none: Bits::zeros(rows), several: Bits::zeros(rows) }
}

/// A selection asked of a table.
pub(super) struct Question<'q> {
    pub(super) selection: &'q Selection,
    pub(super) table: &'q TableSpec,
    pub(super) lookup: &'q Lookup,
    pub(super) as_of: Date,
}

/// How many related records each row has, and one of them.
struct Members {
    certain: Vec<u32>,
    possible: Vec<u32>,
    entry: Vec<u32>,
}

/// Whether a record belongs to the row under test.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Membership {
    Certain,
    Possible,
}

/// As many records as may belong where nothing says which do.
const MANY: u32 = 1 << 30;

/// Pairs of records looked at together at most, so that a batch with many related records stays small.
const PAIRS: usize = 1 << 13;

impl Question<'_> {
    /// The answer for rows whose records in the table are given.
    pub(super) fn answer(
        &self,
        ranges: &[Range<u32>],
        whole: &Bits,
        unknown: &Bits,
        operands: &[Rc<Vector>],
    ) -> Selected {
        let rows = ranges.len();
        // Where nothing of the record under test matters but its key, equal keys have equal answers.
        let same = self.selection.operands.is_empty();
        let mut asked: Vec<u32> = Vec::with_capacity(rows);
        let mut answer_of: Vec<u32> = Vec::with_capacity(rows);
        for (row, range) in ranges.iter().enumerate() {
            let before = asked.last().map(|row| *row as usize);
            let alike =
                |before: usize| ranges[before] == *range && whole.get(before) == whole.get(row);
            if !(same && before.is_some_and(alike)) {
                asked.push(u32::try_from(row).unwrap_or(u32::MAX));
            }
            answer_of.push(u32::try_from(asked.len().saturating_sub(1)).unwrap_or(u32::MAX));
        }
        let chosen: Vec<Range<u32>> =
            asked.iter().map(|row| ranges[*row as usize].clone()).collect();
        let mut members = Members {
            certain: vec![0; chosen.len()],
            possible: vec![0; chosen.len()],
            entry: vec![0; chosen.len()],
        };
        let mut folds: Vec<Option<Folding>> = self
            .selection
            .outputs
            .iter()
            .map(|output| match output {
                Output::Fold { fold, of: Some(_), .. } => Some(Folding::new(*fold, chosen.len())),
                _ => None,
            })
            .collect();
        if self.selection.condition.is_none() && folds.iter().all(Option::is_none) {
            self.count(&chosen, &mut members);
        } else {
            self.pairs(&chosen, &asked, operands, &mut members, &mut folds);
        }
        if self.table.open {
            let keyed = asked.iter().map(|row| whole.get(*row as usize)).enumerate();
            for (row, _) in keyed.filter(|(_, keyed)| *keyed) {
                members.possible[row] = members.possible[row].saturating_add(MANY);
                folds.iter_mut().flatten().for_each(|folding| folding.open(row));
            }
        }
        let outputs = self.outputs(&members, &folds);
        let spread = |vector: Vector, shape: Shape| -> Rc<Vector> {
            let mut vector =
                if asked.len() == rows { vector } else { gathered(&vector, shape, &answer_of) };
            vector.present = vector.present.and_not(unknown);
            vector.invalid = vector.invalid.or(unknown);
            Rc::new(vector)
        };
        let outputs = outputs
            .into_iter()
            .zip(&self.selection.outputs)
            .map(|(vector, output)| spread(vector, output.shape()))
            .collect();
        let of = |row: usize| answer_of[row] as usize;
        let found = |row: usize| members.certain[of(row)].saturating_add(members.possible[of(row)]);
        let none = Bits::from_fn(rows, |row| whole.get(row) && found(row) == 0);
        let several = Bits::from_fn(rows, |row| {
            found(row) > 1 || (found(row) == 1 && members.certain[of(row)] == 0)
        });
        Selected { outputs, none, several }
    }

    /// Counts the records under each key where no condition looks at both sides.
    fn count(&self, ranges: &[Range<u32>], members: &mut Members) {
        for (row, range) in ranges.iter().enumerate() {
            members.entry[row] = range.start;
            if self.table.filter.is_none() {
                members.certain[row] = range.end - range.start;
                continue;
            }
            for entry in range.clone() {
                match self.membership(entry) {
                    Membership::Certain => {
                        if members.certain[row] == 0 {
                            members.entry[row] = entry;
                        }
                        members.certain[row] += 1;
                    }
                    Membership::Possible => members.possible[row] += 1,
                }
            }
        }
    }

    fn membership(&self, entry: u32) -> Membership {
        match self.lookup.row(entry).first() {
            None | Some(&CERTAIN) => Membership::Certain,
            Some(_) => Membership::Possible,
        }
    }

    /// Looks at the pairs of rows and related records, some at a time.
    fn pairs(
        &self,
        ranges: &[Range<u32>],
        asked: &[u32],
        operands: &[Rc<Vector>],
        members: &mut Members,
        folds: &mut [Option<Folding>],
    ) {
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        for (row, range) in ranges.iter().enumerate() {
            let mut start = range.start;
            while start < range.end {
                let room = u32::try_from(PAIRS - pairs.len()).unwrap_or(u32::MAX);
                let end = range.end.min(start.saturating_add(room));
                let row = u32::try_from(row).unwrap_or(u32::MAX);
                pairs.extend((start..end).map(|entry| (row, entry)));
                start = end;
                if pairs.len() >= PAIRS {
                    self.block(&pairs, asked, operands, members, folds);
                    pairs.clear();
                }
            }
        }
        if !pairs.is_empty() {
            self.block(&pairs, asked, operands, members, folds);
        }
    }

    fn block(
        &self,
        pairs: &[(u32, u32)],
        asked: &[u32],
        operands: &[Rc<Vector>],
        members: &mut Members,
        folds: &mut [Option<Folding>],
    ) {
        let program = &self.selection.pair;
        let columns: Vec<Option<Rc<Vector>>> = self.columns(pairs, &program.nodes);
        let rows: Vec<u32> = pairs.iter().map(|(row, _)| asked[*row as usize]).collect();
        let operands: Vec<Rc<Vector>> = operands
            .iter()
            .zip(&self.selection.operands)
            .map(|(vector, expr)| Rc::new(gathered(vector, Shape::of(expr.ty), &rows)))
            .collect();
        let mut space = Space::new(&[]);
        let mut frame = Frame {
            rows: pairs.len(),
            space: &mut space,
            as_of: self.as_of,
            fields: &[],
            answers: &[],
            asked: &[],
            outside: Outside::Pairs { columns: &columns, operands: &operands },
            overflows: 0,
        };
        let nodes = kernel::run(&program.nodes, &mut frame);
        let condition = self
            .selection
            .condition
            .map(|node| (nodes[node].truths(pairs.len()), nodes[node].present.clone()));
        for (pair, (row, entry)) in pairs.iter().enumerate() {
            let row = *row as usize;
            let mut membership = self.membership(*entry);
            if let Some((truth, known)) = &condition {
                if known.get(pair) && !truth.get(pair) {
                    continue;
                }
                if !known.get(pair) {
                    membership = Membership::Possible;
                }
            }
            match membership {
                Membership::Certain => {
                    if members.certain[row] == 0 {
                        members.entry[row] = *entry;
                    }
                    members.certain[row] = members.certain[row].saturating_add(1);
                }
                Membership::Possible => {
                    members.possible[row] = members.possible[row].saturating_add(1);
                }
            }
            for (folding, output) in folds.iter_mut().zip(&self.selection.outputs) {
                if let (Some(folding), Output::Fold { of: Some(of), shape, .. }) = (folding, output)
                {
                    folding.add(row, membership, &nodes[*of], pair, *shape);
                }
            }
        }
    }

    /// The columns of the table that the program over pairs needs.
    fn columns(
        &self,
        pairs: &[(u32, u32)],
        nodes: &[crate::engine::program::Node],
    ) -> Vec<Option<Rc<Vector>>> {
        let mut columns: Vec<Option<Rc<Vector>>> = vec![None; self.table.columns.len()];
        for node in nodes {
            if let Op::Column(number) = node.op
                && columns[number].is_none()
            {
                let entries = pairs.iter().map(|(_, entry)| Some(*entry));
                columns[number] = Some(Rc::new(self.column(number, pairs.len(), entries)));
            }
        }
        columns
    }

    /// A column of the table for some of its rows; rows without one are unknown.
    fn column(
        &self,
        number: usize,
        rows: usize,
        entries: impl Iterator<Item = Option<u32>>,
    ) -> Vector {
        let shape = Shape::of(self.table.columns[number].ty);
        let start = self.table.offset(number);
        let mut column = Column::new(shape, rows);
        for (row, entry) in entries.enumerate() {
            match entry {
                Some(entry) => {
                    let bytes = self.lookup.row(entry);
                    column.set(row, bytes.get(start..start + shape.width()).unwrap_or_default());
                }
                None => column.unknown(row),
            }
        }
        column.finish()
    }

    fn outputs(&self, members: &Members, folds: &[Option<Folding>]) -> Vec<Vector> {
        let rows = members.certain.len();
        self.selection
            .outputs
            .iter()
            .zip(folds)
            .map(|(output, folding)| match (output, folding) {
                (Output::Column { column, .. }, _) => {
                    let entries = (0..rows).map(|row| {
                        let one = members.certain[row] == 1 && members.possible[row] == 0;
                        one.then_some(members.entry[row])
                    });
                    self.column(*column, rows, entries)
                }
                (Output::Fold { shape, .. }, Some(folding)) => folding.finish(*shape),
                (Output::Fold { fold, shape, .. }, None) => {
                    let mut column = Column::new(*shape, rows);
                    for row in 0..rows {
                        let low = i64::from(members.certain[row]);
                        let high = low + i64::from(members.possible[row]);
                        match fold {
                            Fold::Exists if low > 0 => column.truth(row, true),
                            Fold::Exists if high == 0 => column.truth(row, false),
                            Fold::Exists => column.unknown(row),
                            _ => column.number(row, low, high),
                        }
                    }
                    column.finish()
                }
            })
            .collect()
    }
}

/// A figure over values that are known by bounds, of records that belong for certain or may belong.
struct Folding {
    fold: Fold,
    low: Vec<i128>,
    high: Vec<i128>,
    certain: Vec<bool>,
    possible: Vec<bool>,
    broken: Vec<bool>,
}

impl Folding {
    fn new(fold: Fold, rows: usize) -> Self {
        let start = match fold {
            Fold::Min => i128::MAX,
            Fold::Max => i128::MIN,
            Fold::Count | Fold::Exists | Fold::Sum => 0,
        };
        Self {
            fold,
            low: vec![start; rows],
            high: vec![start; rows],
            certain: vec![false; rows],
            possible: vec![false; rows],
            broken: vec![false; rows],
        }
    }

    fn add(&mut self, row: usize, membership: Membership, of: &Vector, pair: usize, shape: Shape) {
        let certain = membership == Membership::Certain;
        if matches!(self.fold, Fold::Count | Fold::Exists) {
            self.low[row] += i128::from(certain && of.present.get(pair));
            self.high[row] += i128::from(of.present.get(pair) || of.invalid.get(pair));
            return;
        }
        if of.invalid.get(pair) {
            self.broken[row] = true;
            return;
        }
        if !of.present.get(pair) {
            return;
        }
        self.certain[row] |= certain;
        self.possible[row] |= !certain;
        let (low, high) = match shape {
            Shape::Wide => (of.decimal(pair), of.decimal(pair)),
            _ => (of.int(pair).into(), of.int_high(pair).into()),
        };
        let (lows, highs) = (&mut self.low[row], &mut self.high[row]);
        match self.fold {
            Fold::Min => {
                *lows = (*lows).min(low);
                if certain {
                    *highs = (*highs).min(high);
                }
            }
            Fold::Max => {
                *highs = (*highs).max(high);
                if certain {
                    *lows = (*lows).max(low);
                }
            }
            _ => {
                let (low, high) = if certain { (low, high) } else { (low.min(0), high.max(0)) };
                match (lows.checked_add(low), highs.checked_add(high)) {
                    (Some(low), Some(high)) => (*lows, *highs) = (low, high),
                    _ => self.broken[row] = true,
                }
            }
        }
    }

    /// Any number of records more may belong to a row.
    fn open(&mut self, row: usize) {
        match self.fold {
            Fold::Count | Fold::Exists => self.high[row] += i128::from(MANY),
            Fold::Min | Fold::Max | Fold::Sum => self.broken[row] = true,
        }
    }

    fn finish(&self, shape: Shape) -> Vector {
        let rows = self.low.len();
        let mut column = Column::new(shape, rows);
        for row in 0..rows {
            let (low, high) = (self.low[row], self.high[row]);
            let counts = matches!(self.fold, Fold::Count | Fold::Exists);
            if self.broken[row] || (!counts && !self.certain[row] && self.possible[row]) {
                column.unknown(row);
            } else if counts || self.certain[row] {
                match (shape, i64::try_from(low), i64::try_from(high)) {
                    (Shape::Wide, ..) if low == high => column.wide(row, low),
                    (Shape::Day | Shape::Number, Ok(low), Ok(high)) => {
                        column.number(row, low, high);
                    }
                    _ => column.unknown(row),
                }
            }
        }
        column.finish()
    }
}
