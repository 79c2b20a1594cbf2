//! What a rule says of each row of a batch.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::detect::Hit;
use crate::engine::bits::Bits;
use crate::engine::column::{Texts, article};
use crate::engine::kernel::shift_value;
use crate::engine::program::NodeId;
use crate::engine::relation::{Keys, Selecting};
use crate::engine::task::{DeadlineTask, FactSource, IdentifierTask, RetainTask};
use crate::engine::vector::{Space, Values, Vector};
use crate::expr::typed::{FieldId, IntervalUnit};
use crate::finding::{Age, Reveal};
use crate::retention::{Fact, FactValue, Facts, RecordClass, Ruling, Undecided};
use crate::rule::{DeadlineUnit, Direction, Expectation, RecordSet, Within};
use crate::source::CellSpan;
use crate::value::{Date, FieldType, Type};

/// Microseconds in a day.
const DAY: i64 = 86_400_000_000;

/// The loaded cells of one field.
#[derive(Debug, Clone)]
pub(crate) struct FieldCells {
    /// The texts.
    pub(crate) texts: Texts,
    /// The typed values, where the program needs them.
    pub(crate) typed: Option<Rc<Vector>>,
}

impl FieldCells {
    /// Rows with a readable value.
    pub(crate) fn present(&self) -> &Bits {
        self.typed.as_ref().map_or(&self.texts.present, |typed| &typed.present)
    }

    /// Rows with something that cannot be read.
    pub(crate) fn invalid(&self) -> &Bits {
        self.typed.as_ref().map_or(&self.texts.invalid, |typed| &typed.invalid)
    }

    /// Rows with neither.
    pub(crate) fn missing(&self) -> Bits {
        self.present().or(self.invalid()).not()
    }
}

/// Which rows go which way; rows in none of the masks pass, where the rule applies.
#[derive(Debug, Clone)]
pub(crate) struct Verdict {
    /// Rows to which the rule applies for certain.
    pub(crate) applies: Bits,
    /// Rows that violate it.
    pub(crate) violation: Bits,
    /// Rows that cannot be judged, whether for the condition or for `where`.
    pub(crate) unknown: Bits,
    /// Rows not yet due.
    pub(crate) pending: Bits,
}

impl Verdict {
    /// What is said of a row.
    pub(crate) fn word(&self, row: usize) -> Expectation {
        if self.violation.get(row) {
            Expectation::Violation
        } else if self.unknown.get(row) {
            Expectation::NotEvaluable
        } else if self.pending.get(row) {
            Expectation::Pending
        } else if self.applies.get(row) {
            Expectation::Pass
        } else {
            Expectation::NotApplicable
        }
    }

    /// Puts the masks in order: what does not apply is nothing else, and a violation is certain.
    pub(crate) fn settle(mut self, where_unknown: &Bits) -> Self {
        self.violation = self.violation.and(&self.applies);
        self.unknown = self.unknown.and(&self.applies).and_not(&self.violation).or(where_unknown);
        self.pending =
            self.pending.and(&self.applies).and_not(&self.violation).and_not(&self.unknown);
        self
    }
}

/// The cells of a batch as rules see them.
pub(crate) struct Cells<'c> {
    /// How many rows there are.
    pub(crate) rows: usize,
    /// One entry a field of the record set; `None`: not loaded, or not in this file.
    pub(crate) fields: &'c [Option<FieldCells>],
    /// The record set, for types and names.
    pub(crate) set: &'c RecordSet,
    /// The values of the program's nodes.
    pub(crate) nodes: &'c [Rc<Vector>],
    /// The answers to the questions.
    pub(crate) answers: &'c [Vec<u64>],
    /// The texts.
    pub(crate) space: &'c Space<'c>,
    /// The as-of date.
    pub(crate) as_of: Date,
}

impl Cells<'_> {
    /// The cells of a field, if it is in this file.
    pub(crate) fn field(&self, field: FieldId) -> Option<&FieldCells> {
        self.fields.get(usize::from(field.0))?.as_ref()
    }

    /// Rows in which a field has something in it: readable, and more than blanks.
    fn filled(&self, field: FieldId, cells: &FieldCells) -> Bits {
        let present = cells.present();
        if self.set.field(field).ty != FieldType::Text {
            return present.clone();
        }
        let filled = Bits::from_fn(self.rows, |row| {
            self.space.get(cells.texts.refs[row]).iter().any(|byte| *byte != b' ')
        });
        present.and(&filled)
    }

    /// A verdict in which every applicable row passes so far.
    pub(crate) fn verdict(&self, applies: &Bits) -> Verdict {
        let none = Bits::zeros(self.rows);
        Verdict {
            applies: applies.clone(),
            violation: none.clone(),
            unknown: none.clone(),
            pending: none,
        }
    }

    /// `require`: every field is filled.
    pub(crate) fn require(&self, fields: &[FieldId], applies: &Bits) -> Verdict {
        let mut verdict = self.verdict(applies);
        for &field in fields {
            match self.field(field) {
                Some(cells) => {
                    verdict.violation = verdict.violation.or(&self.filled(field, cells).not());
                }
                None => verdict.unknown = Bits::ones(self.rows),
            }
        }
        verdict
    }

    /// `require_any`: one field is filled.
    pub(crate) fn require_any(&self, fields: &[FieldId], applies: &Bits) -> Verdict {
        let mut verdict = self.verdict(applies);
        let mut filled = Bits::zeros(self.rows);
        let mut absent = false;
        for &field in fields {
            match self.field(field) {
                Some(cells) => filled = filled.or(&self.filled(field, cells)),
                None => absent = true,
            }
        }
        if absent {
            verdict.unknown = filled.not();
        } else {
            verdict.violation = filled.not();
        }
        verdict
    }

    /// `assert` and `fail_if`: the node has the truth that violates.
    pub(crate) fn truth(
        &self,
        node: NodeId,
        violates: bool,
        unknown_violates: bool,
        applies: &Bits,
    ) -> Verdict {
        let vector = &self.nodes[node];
        let truth = vector.truths(self.rows);
        let mut verdict = self.verdict(applies);
        verdict.violation = if violates { truth } else { vector.present.and_not(&truth) };
        let unknown = vector.present.not();
        if unknown_violates {
            verdict.violation = verdict.violation.or(&unknown);
        } else {
            verdict.unknown = unknown;
        }
        verdict
    }

    /// `format` and `allowed`: the answer about a present text is yes.
    pub(crate) fn answer(&self, field: FieldId, set: usize, bit: u8, applies: &Bits) -> Verdict {
        let mut verdict = self.verdict(applies);
        let Some(cells) = self.field(field) else {
            verdict.unknown = Bits::ones(self.rows);
            return verdict;
        };
        let words = &self.answers[set];
        let texts = &cells.texts;
        let yes = Bits::from_fn(self.rows, |row| words[row] >> bit & 1 == 1);
        verdict.applies = applies.and(&texts.present.or(&texts.invalid));
        verdict.violation = texts.present.and_not(&yes);
        verdict.unknown = texts.invalid.clone();
        verdict
    }

    /// `readable`: nothing that is there cannot be read.
    pub(crate) fn readable(&self, fields: &[FieldId], applies: &Bits) -> Verdict {
        let mut verdict = self.verdict(applies);
        let mut any = Bits::zeros(self.rows);
        for cells in fields.iter().filter_map(|field| self.field(*field)) {
            any = any.or(&cells.missing().not());
            verdict.violation = verdict.violation.or(cells.invalid());
        }
        verdict.applies = applies.and(&any);
        verdict
    }

    /// `unique`: which rows have a whole key; their keys are compared when all files are read.
    pub(crate) fn keyed(&self, fields: &[FieldId], keys: &Keys, applies: &Bits) -> Verdict {
        let mut verdict = self.verdict(applies);
        let mut empty = Bits::ones(self.rows);
        for &field in fields {
            empty = match self.field(field) {
                Some(cells) => empty.and(&cells.missing()),
                None => Bits::zeros(self.rows),
            };
        }
        verdict.applies = applies.and_not(&empty);
        verdict.unknown = keys.whole.not();
        verdict
    }

    /// `retain`: what the schedules say of each row.
    pub(crate) fn retain(
        &self,
        task: &RetainTask,
        related: &Selecting<'_>,
        applies: &Bits,
    ) -> Verdict {
        let mut verdict = self.verdict(applies);
        let mut facts = Facts::new();
        for row in applies.rows() {
            self.facts(task, row, related, &mut facts);
            match task.timetable.judge(task.kind, &facts, self.as_of) {
                Ruling::Pass => {}
                Ruling::NotApplicable => verdict.applies.clear(row),
                Ruling::Violation(_) => verdict.violation.set(row),
                Ruling::Unknown(_) => verdict.unknown.set(row),
            }
        }
        verdict
    }

    /// Why the schedules leave rows undecided, and how many each.
    pub(crate) fn undecided(
        &self,
        task: &RetainTask,
        related: &Selecting<'_>,
        rows: &Bits,
    ) -> BTreeMap<String, u64> {
        let mut facts = Facts::new();
        let mut counted: Vec<(Undecided, u64)> = Vec::new();
        for row in rows.rows() {
            self.facts(task, row, related, &mut facts);
            let ruling = task.timetable.judge(task.kind, &facts, self.as_of);
            let Ruling::Unknown(why) = ruling else { continue };
            match counted.iter_mut().find(|(other, _)| *other == why) {
                Some((_, count)) => *count += 1,
                None => counted.push((why, 1)),
            }
        }
        let mut reasons = BTreeMap::new();
        for (why, count) in counted {
            *reasons.entry(task.timetable.reason(&why)).or_default() += count;
        }
        reasons
    }

    /// What is known of a row's retention.
    pub(crate) fn facts(
        &self,
        task: &RetainTask,
        row: usize,
        related: &Selecting<'_>,
        facts: &mut Facts,
    ) {
        // A record of no patient has no patient's stays and holds; one of a patient that does not say whose has.
        let class = task.facts.iter().find(|source| source.fact == Fact::Class);
        let class = class.and_then(|class| {
            let vector = &self.nodes[class.node];
            vector.present.get(row).then(|| RecordClass::numbered(vector.int(row)))?
        });
        let of_patient = class.is_none_or(RecordClass::is_of_patient);
        for FactSource { fact, node, ty, over } in &task.facts {
            let vector = &self.nodes[*node];
            let keyless =
                of_patient && over.iter().any(|access| !related.keys(*access).whole.get(row));
            let value = if keyless || vector.invalid.get(row) {
                FactValue::Unknown
            } else if !vector.present.get(row) {
                FactValue::Missing
            } else {
                let (low, high) = match (&vector.values, ty) {
                    (Values::Truth(bits), _) => {
                        (i64::from(bits.get(row)), i64::from(bits.get(row)))
                    }
                    (_, Type::Date | Type::Timestamp | Type::Instant) => {
                        Scale::Days.bounds(vector, *ty, row)
                    }
                    _ => (vector.int(row), vector.int_high(row)),
                };
                FactValue::Known { low, high }
            };
            facts.set(*fact, value);
        }
    }

    /// What is wrong with the retention of a row, in words.
    pub(crate) fn breach(&self, task: &RetainTask, related: &Selecting<'_>, row: usize) -> String {
        let mut facts = Facts::new();
        self.facts(task, row, related, &mut facts);
        match task.timetable.judge(task.kind, &facts, self.as_of) {
            Ruling::Violation(breach) => task.timetable.message(&breach),
            Ruling::Pass | Ruling::NotApplicable | Ruling::Unknown(_) => String::new(),
        }
    }

    /// `deadline`: done in time, still pending, or late.
    pub(crate) fn deadline(&self, task: &DeadlineTask, applies: &Bits) -> Verdict {
        let mut verdict = self.verdict(applies);
        for row in applies.rows() {
            match self.timeliness(task, row) {
                Timeliness::InTime => {}
                Timeliness::Unknown => verdict.unknown.set(row),
                Timeliness::Pending => verdict.pending.set(row),
                Timeliness::TooEarly(_) | Timeliness::Late(_) | Timeliness::Overdue(_) => {
                    verdict.violation.set(row);
                }
            }
        }
        verdict
    }

    /// How a row stands to its deadline.
    pub(crate) fn timeliness(&self, task: &DeadlineTask, row: usize) -> Timeliness {
        let (of, after) = (&self.nodes[task.of.0], &self.nodes[task.after.0]);
        if !after.present.get(row) || of.invalid.get(row) {
            return Timeliness::Unknown;
        }
        let scale =
            if task.within.unit == DeadlineUnit::Hours { Scale::Micros } else { Scale::Days };
        let as_of = i64::from(self.as_of.0);
        let now = if scale == Scale::Micros { as_of * DAY } else { as_of };
        let start = scale.bounds(after, task.after.1, row);
        let (Some(due_low), Some(due_high)) =
            (scale.add(start.0, task.within, 1), scale.add(start.1, task.within, 1))
        else {
            return Timeliness::Unknown;
        };
        let undone = || {
            if now > due_high {
                Timeliness::Overdue(scale.days(now - due_high))
            } else if now <= due_low {
                Timeliness::Pending
            } else {
                Timeliness::Unknown
            }
        };
        if !of.present.get(row) {
            return undone();
        }
        // Done later than the as-of moment is not done yet; where that is open, both readings must agree.
        let (first, last) = Scale::Micros.bounds(of, task.of.1, row);
        if first > as_of * DAY {
            return undone();
        }
        let exact = of.int(row) == of.int_high(row);
        match (self.punctuality(task, scale, row, (due_low, due_high)), undone()) {
            (done, _) if exact || last <= as_of * DAY => done,
            (done, undone) if done.is_violation() && undone.is_violation() => undone,
            _ => Timeliness::Unknown,
        }
    }

    /// How something that is done stands to its deadline.
    fn punctuality(
        &self,
        task: &DeadlineTask,
        scale: Scale,
        row: usize,
        (due_low, due_high): (i64, i64),
    ) -> Timeliness {
        let (of, after) = (&self.nodes[task.of.0], &self.nodes[task.after.0]);
        let (low, high) = scale.bounds(of, task.of.1, row);
        if let Some(early) = task.not_before {
            let scale = if early.unit == DeadlineUnit::Hours { Scale::Micros } else { Scale::Days };
            let start = scale.bounds(after, task.after.1, row);
            let done = scale.bounds(of, task.of.1, row);
            let (Some(first_low), Some(first_high)) =
                (scale.add(start.0, early, -1), scale.add(start.1, early, -1))
            else {
                return Timeliness::Unknown;
            };
            if done.1 < first_low {
                return Timeliness::TooEarly(scale.days(first_low - done.1));
            }
            if done.0 < first_high {
                return Timeliness::Unknown;
            }
        }
        if low > due_high {
            Timeliness::Late(scale.days(low - due_high))
        } else if high <= due_low {
            Timeliness::InTime
        } else {
            Timeliness::Unknown
        }
    }

    /// Why fields keep rows from being judged, and how many rows each; where a missing value of a field in
    /// `may_be_missing` is no reason while there is another; `related` says what is lacking in related records.
    pub(crate) fn hindrances(
        &self,
        fields: &[FieldId],
        may_be_missing: &[FieldId],
        unknown: &Bits,
        related: &[(String, Bits)],
    ) -> Vec<(String, u64)> {
        let counts_missing = |field| !may_be_missing.contains(&field);
        let mut reasons = self.reasons(fields, &counts_missing, unknown, related);
        if reasons.is_empty() {
            reasons = self.reasons(fields, &|_| true, unknown, related);
        }
        reasons
    }

    fn reasons(
        &self,
        fields: &[FieldId],
        counts_missing: &dyn Fn(FieldId) -> bool,
        unknown: &Bits,
        related: &[(String, Bits)],
    ) -> Vec<(String, u64)> {
        let mut reasons = Vec::new();
        let mut unexplained = unknown.clone();
        for (reason, rows) in related {
            unexplained = unexplained.and_not(rows);
            reasons.push((reason.clone(), rows.count()));
        }
        for &field in fields {
            let said = self.set.field(field);
            if let Some(cells) = self.field(field) {
                unexplained = unexplained.and_not(&cells.present().not());
                if let Some(typed) = cells.typed.as_ref().filter(|typed| typed.high.is_some()) {
                    let partial = Bits::from_fn(self.rows, |row| {
                        unknown.get(row)
                            && typed.present.get(row)
                            && typed.int(row) != typed.int_high(row)
                    });
                    unexplained = unexplained.and_not(&partial);
                    if partial.any() {
                        let reason = format!("`{}` is only partly known", said.name);
                        reasons.push((reason, partial.count()));
                    }
                }
            } else {
                unexplained = Bits::zeros(self.rows);
            }
            match self.field(field) {
                Some(cells) => {
                    let missing = cells.missing().and(unknown).count();
                    let invalid = cells.invalid().and(unknown).count();
                    if missing > 0 && counts_missing(field) {
                        reasons.push((format!("`{}` is missing", said.name), missing));
                    }
                    if invalid > 0 {
                        reasons.push((
                            format!("`{}` cannot be read as {}", said.name, article(said.ty)),
                            invalid,
                        ));
                    }
                }
                None => reasons
                    .push((format!("the file has no column for `{}`", said.name), unknown.count())),
            }
        }
        if unexplained.any() {
            let reason = "a result is out of range, or has no value".to_owned();
            reasons.push((reason, unexplained.count()));
        }
        reasons
    }

    /// What is wrong with a field that should be filled.
    pub(crate) fn lack(&self, field: FieldId, row: usize) -> Option<String> {
        let said = self.set.field(field);
        let cells = self.field(field)?;
        if cells.invalid().get(row) {
            Some(format!("`{}` cannot be read as {}", said.name, article(said.ty)))
        } else if cells.missing().get(row) {
            Some(format!("`{}` is missing", said.name))
        } else if !self.filled(field, cells).get(row) {
            Some(format!("`{}` is blank", said.name))
        } else {
            None
        }
    }
}

/// How a record stands to its deadline; spans in whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Timeliness {
    InTime,
    Pending,
    Unknown,
    TooEarly(i64),
    Late(i64),
    Overdue(i64),
}

impl Timeliness {
    /// Whether the deadline was not kept.
    pub(crate) fn is_violation(self) -> bool {
        matches!(self, Self::TooEarly(_) | Self::Late(_) | Self::Overdue(_))
    }

    /// What is wrong, in words. How long something is overdue would show the day on which it was due.
    pub(crate) fn words(self, reveal: Reveal) -> String {
        let days = |days: i64| match days {
            0 => "less than a day".to_owned(),
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        };
        match self {
            Self::TooEarly(span) => format!("done {} too early", days(span)),
            Self::Late(span) => format!("done {} late", days(span)),
            Self::Overdue(span) if reveal < Reveal::Values => {
                format!("not done, {} overdue", Age::of(span).words())
            }
            Self::Overdue(span) => format!("not done, {} overdue", days(span)),
            Self::InTime | Self::Pending | Self::Unknown => String::new(),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    Days,
    Micros,
}

impl Scale {
    /// The bounds of a date or time on this scale; a date without time may be any moment of its day.
    fn bounds(self, vector: &Vector, ty: Type, row: usize) -> (i64, i64) {
        let (low, high) = (vector.int(row), vector.int_high(row));
        match (self, ty) {
            (Self::Days, Type::Date) => (low, high),
            (Self::Days, _) => (low.div_euclid(DAY), high.div_euclid(DAY)),
            (Self::Micros, Type::Date) => {
                (low.saturating_mul(DAY), high.saturating_mul(DAY).saturating_add(DAY - 1))
            }
            (Self::Micros, _) => (low, high),
        }
    }

    fn add(self, value: i64, by: Within, sign: i64) -> Option<i64> {
        let unit = match by.unit {
            DeadlineUnit::Hours => IntervalUnit::Hour,
            DeadlineUnit::Days => IntervalUnit::Day,
            DeadlineUnit::Months => IntervalUnit::Month,
            DeadlineUnit::Years => IntervalUnit::Year,
        };
        let ty = if self == Self::Days { Type::Date } else { Type::Timestamp };
        shift_value(value, ty, by.amount.checked_mul(sign)?, unit)
    }

    fn days(self, span: i64) -> i64 {
        if self == Self::Days { span } else { span / DAY }
    }
}

/// A value as it is held against the one before it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Ranked {
    /// A number, or the bounds of a date that is only partly known.
    Number(i128, i128),
    /// A text, by its bytes.
    Text(Vec<u8>),
}

impl std::fmt::Debug for Ranked {
    /// Says nothing of the value of a record that it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ranked").finish_non_exhaustive()
    }
}

impl Ranked {
    /// The present value of a row.
    pub(crate) fn of(vector: &Vector, row: usize, space: &Space<'_>) -> Self {
        match &vector.values {
            Values::Text(_) => Self::Text(vector.text(row, space).to_vec()),
            Values::Decimal(_) => Self::Number(vector.decimal(row), vector.decimal(row)),
            Values::Truth(truth) => Self::Number(truth.get(row).into(), truth.get(row).into()),
            _ => Self::Number(vector.int(row).into(), vector.int_high(row).into()),
        }
    }

    /// Whether this value for certain breaks the order after `previous`.
    pub(crate) fn breaks(&self, previous: &Self, direction: Direction, strict: bool) -> bool {
        let (first, second) = match direction {
            Direction::Rising => (previous, self),
            Direction::Falling => (self, previous),
        };
        match (first, second) {
            (Self::Number(low, _), Self::Number(_, high)) => {
                if strict {
                    low >= high
                } else {
                    low > high
                }
            }
            (Self::Text(first), Self::Text(second)) => {
                if strict {
                    first >= second
                } else {
                    first > second
                }
            }
            _ => false,
        }
    }
}

/// Looks for identifiers in one cell: those to be reported, and those that would be if they were not allowed.
pub(crate) fn search(task: &IdentifierTask, column: usize, text: &[u8], hits: &mut Vec<Hit>) {
    hits.clear();
    if let (Some(searched), Some(finder)) = (task.columns.get(column), &task.finder) {
        finder.scan(text, &searched.context, task.fictional, hits);
        let tier = |hit: &Hit| hit.allowed.map_or(hit.tier, |allowed| allowed.from);
        hits.retain(|hit| tier(hit) <= task.min_tier);
    }
}

/// A cell's bytes, as they stand in the file after unquoting.
pub(crate) fn cell(span: CellSpan, buffer: &[u8]) -> &[u8] {
    buffer.get(span.start as usize..span.end as usize).unwrap_or_default()
}
