//! What each node of a program means: one function a kind of node, over whole columns.
//!
//! A missing operand makes a value missing, an invalid one makes it invalid, unless said otherwise.

use std::borrow::Cow;
use std::rc::Rc;

use crate::engine::atom;
use crate::engine::bits::Bits;
use crate::engine::program::{Node, NodeId, Op};
use crate::engine::vector::{Space, TextRef, Values, Vector, constant_int};
use crate::expr::typed::{ArithmeticOp, CompareOp, Function, IntervalUnit, Value};
use crate::store::KeyHasher;
use crate::value::form::Form;
use crate::value::format::DateFormat;
use crate::value::parse;
use crate::value::{Date, Decimal, Timestamp, Type};

/// Microseconds in an hour.
const HOUR: i64 = 3_600_000_000;
/// Microseconds in a day.
const DAY: i64 = 24 * HOUR;

/// Where values come from that are not of the record at hand.
pub(crate) enum Outside<'f> {
    /// From the records related to those of the batch.
    Related(&'f mut (dyn Related + 'f)),
    /// The rows are pairs of a record under test and a related one.
    Pairs {
        /// The related record's columns.
        columns: &'f [Option<Rc<Vector>>],
        /// What is needed of the record under test.
        operands: &'f [Rc<Vector>],
    },
}

/// What is known of related records.
pub(crate) trait Related {
    /// What a selection gives; `done` holds the nodes computed so far.
    fn output(
        &mut self,
        selection: usize,
        output: usize,
        done: &[Rc<Vector>],
        as_of: Date,
    ) -> Rc<Vector>;

    /// What makes fingerprints of texts.
    fn hasher(&self) -> &KeyHasher;
}

/// What the nodes of one batch are computed from.
pub(crate) struct Frame<'f, 'b> {
    /// How many rows there are.
    pub(crate) rows: usize,
    /// The texts.
    pub(crate) space: &'f mut Space<'b>,
    /// The as-of date.
    pub(crate) as_of: Date,
    /// The typed values of each field of the record set that the program needs.
    pub(crate) fields: &'f [Option<Rc<Vector>>],
    /// The answers to the questions, one word a row, by set.
    pub(crate) answers: &'f [Vec<u64>],
    /// The typed column of each question's field: rows without text have no answer.
    pub(crate) asked: &'f [Rc<Vector>],
    /// What is not of the record at hand.
    pub(crate) outside: Outside<'f>,
    /// Operations whose result was out of range, and became missing.
    pub(crate) overflows: u64,
}

/// Computes all nodes, in order.
pub(crate) fn run(nodes: &[Node], frame: &mut Frame<'_, '_>) -> Vec<Rc<Vector>> {
    let mut done: Vec<Rc<Vector>> = Vec::with_capacity(nodes.len());
    for node in nodes {
        let vector = frame.node(node, &done);
        done.push(vector);
    }
    done
}

/// Rows in which every operand is present, and rows in which one is invalid.
fn strict(operands: &[&Vector]) -> (Bits, Bits) {
    let mut iter = operands.iter();
    let Some(first) = iter.next() else {
        return (Bits::default(), Bits::default());
    };
    let (mut present, mut invalid) = (first.present.clone(), first.invalid.clone());
    for operand in iter {
        present = present.and(&operand.present);
        invalid = invalid.or(&operand.invalid);
    }
    (present, invalid)
}

fn compares<T: PartialOrd>(op: CompareOp, a: T, b: T) -> bool {
    match op {
        CompareOp::Equal => a == b,
        CompareOp::NotEqual => a != b,
        CompareOp::Less => a < b,
        CompareOp::LessEqual => a <= b,
        CompareOp::Greater => a > b,
        CompareOp::GreaterEqual => a >= b,
    }
}

/// The loop of one comparison, with the operator chosen outside of it.
fn compare_rows<T: PartialOrd>(
    op: CompareOp,
    rows: usize,
    a: impl Fn(usize) -> T,
    b: impl Fn(usize) -> T,
) -> Bits {
    match op {
        CompareOp::Equal => Bits::from_fn(rows, |row| a(row) == b(row)),
        CompareOp::NotEqual => Bits::from_fn(rows, |row| a(row) != b(row)),
        CompareOp::Less => Bits::from_fn(rows, |row| a(row) < b(row)),
        CompareOp::LessEqual => Bits::from_fn(rows, |row| a(row) <= b(row)),
        CompareOp::Greater => Bits::from_fn(rows, |row| a(row) > b(row)),
        CompareOp::GreaterEqual => Bits::from_fn(rows, |row| a(row) >= b(row)),
    }
}

/// Rows in which a comparison of two values known by bounds is certain, and in which it is certainly true.
fn compare_bounds(op: CompareOp, rows: usize, a: &Vector, b: &Vector) -> (Bits, Bits) {
    let judge = |row: usize| -> Option<bool> {
        let (a_low, a_high, b_low, b_high) =
            (a.int(row), a.int_high(row), b.int(row), b.int_high(row));
        let apart = a_high < b_low || b_high < a_low;
        let same = a_low == a_high && b_low == b_high && a_low == b_low;
        match op {
            CompareOp::Equal | CompareOp::NotEqual if same || apart => {
                Some(same == (op == CompareOp::Equal))
            }
            CompareOp::Equal | CompareOp::NotEqual => None,
            CompareOp::Less
            | CompareOp::LessEqual
            | CompareOp::Greater
            | CompareOp::GreaterEqual => {
                let outcomes = [compares(op, a_low, b_high), compares(op, a_high, b_low)];
                (outcomes[0] == outcomes[1]).then_some(outcomes[0])
            }
        }
    };
    let known = Bits::from_fn(rows, |row| judge(row).is_some());
    let truth = Bits::from_fn(rows, |row| judge(row) == Some(true));
    (known, truth)
}

/// A vector in which what is known only between two bounds is not known.
fn exact(a: &Vector) -> Cow<'_, Vector> {
    let Some(high) = &a.high else { return Cow::Borrowed(a) };
    let open = Bits::from_fn(high.len(), |row| a.present.get(row) && a.int(row) != high[row]);
    Cow::Owned(Vector {
        values: a.values.clone(),
        high: None,
        present: a.present.and_not(&open),
        invalid: a.invalid.or(&open),
    })
}

/// A date vector's day of a row as a date; rows hold days in range by construction.
fn day(value: i64) -> Date {
    Date(i32::try_from(value).unwrap_or(0))
}

impl Frame<'_, '_> {
    fn node(&mut self, node: &Node, done: &[Rc<Vector>]) -> Rc<Vector> {
        let arg = |id: NodeId| &*done[id];
        let rows = self.rows;
        Rc::new(match &node.op {
            Op::Field(field) => {
                return self.fields[usize::from(field.0)]
                    .clone()
                    .unwrap_or_else(|| Rc::new(unreadable(rows)));
            }
            Op::Output { selection, output } => {
                return match &mut self.outside {
                    Outside::Related(related) => {
                        related.output(*selection, *output, done, self.as_of)
                    }
                    Outside::Pairs { .. } => Rc::new(unreadable(rows)),
                };
            }
            Op::Column(number) => {
                return match &self.outside {
                    Outside::Pairs { columns, .. } => columns[*number].clone(),
                    Outside::Related(_) => None,
                }
                .unwrap_or_else(|| Rc::new(unreadable(rows)));
            }
            Op::Operand(number) => {
                return match &self.outside {
                    Outside::Pairs { operands, .. } => Rc::clone(&operands[*number]),
                    Outside::Related(_) => Rc::new(unreadable(rows)),
                };
            }
            Op::Fingerprint(a) => self.fingerprint(arg(*a)),
            Op::Unknown => unreadable(rows),
            Op::Literal(value) => constant(value.as_ref(), rows),
            Op::AsOf => constant(Some(&Value::Date(self.as_of)), rows),
            Op::Atom { set, bit } => {
                let words = &self.answers[*set];
                let truth = Bits::from_fn(rows, |row| words[row] >> bit & 1 == 1);
                let field = &self.asked[*set];
                Vector::truth(truth, field.present.clone(), &field.invalid)
            }
            Op::Compare(op, a, b) => self.compare(*op, arg(*a), arg(*b)),
            Op::IsNull(a) => {
                let a = arg(*a);
                Vector::truth(a.missing(), a.invalid.not(), &a.invalid)
            }
            Op::IsDistinct(a, b) => {
                let (a, b) = (arg(*a), arg(*b));
                let equal = self.compare(CompareOp::Equal, a, b);
                let both_missing = a.missing().and(&b.missing());
                let same = equal.truths(rows).or(&both_missing);
                let invalid = a.invalid.or(&b.invalid);
                // Bounds that overlap leave even this open.
                let open = a.present.and(&b.present).and_not(&equal.present);
                let unknown = invalid.or(&open);
                Vector::truth(same.not(), unknown.not(), &unknown)
            }
            Op::InList(a, list) => self.in_list(arg(*a), list),
            Op::Like(a, pattern) => self.ask_text(arg(*a), |text| atom::like(pattern, text)),
            Op::Matches(a, regex) => self.ask_text(arg(*a), |text| regex.is_match(text)),
            Op::InSet(a, set) => self.ask_text(arg(*a), |text| atom::in_set(set, text)),
            Op::And(parts) => {
                let (mut all, mut any_false, mut invalid) =
                    (Bits::ones(rows), Bits::zeros(rows), Bits::zeros(rows));
                for part in parts {
                    let part = arg(*part);
                    let truth = part.truths(rows);
                    any_false = any_false.or(&part.present.and_not(&truth));
                    all = all.and(&truth);
                    invalid = invalid.or(&part.invalid);
                }
                let known = all.or(&any_false);
                Vector::truth(all, known, &invalid)
            }
            Op::Or(parts) => {
                let (mut any, mut all_false, mut invalid) =
                    (Bits::zeros(rows), Bits::ones(rows), Bits::zeros(rows));
                for part in parts {
                    let part = arg(*part);
                    let truth = part.truths(rows);
                    all_false = all_false.and(&part.present.and_not(&truth));
                    any = any.or(&truth);
                    invalid = invalid.or(&part.invalid);
                }
                let known = any.or(&all_false);
                Vector::truth(any, known, &invalid)
            }
            Op::Not(a) => {
                let a = arg(*a);
                Vector::truth(a.truths(rows).not(), a.present.clone(), &a.invalid)
            }
            Op::Negate(a) => self.negate(&exact(arg(*a)), node.ty),
            Op::Arithmetic(op, a, b) => {
                self.arithmetic(*op, &exact(arg(*a)), &exact(arg(*b)), node.ty)
            }
            Op::Shift(a, amount, unit) => self.shift(arg(*a), node.ty, &|_| *amount, *unit),
            Op::Case { branches, otherwise } => {
                let pairs: Vec<_> =
                    branches.iter().map(|(test, value)| (arg(*test), arg(*value))).collect();
                self.case(&pairs, otherwise.map(arg), node.ty)
            }
            Op::Widen(a) => self.widen(arg(*a), node.ty),
            Op::Call(function, args) => {
                let types = node.ty;
                let args: Vec<&Vector> = args.iter().map(|id| arg(*id)).collect();
                self.call(*function, &args, types)
            }
        })
    }

    fn ask_text(&self, a: &Vector, test: impl Fn(&[u8]) -> bool) -> Vector {
        let truth =
            Bits::from_fn(self.rows, |row| a.present.get(row) && test(a.text(row, self.space)));
        Vector::truth(truth, a.present.clone(), &a.invalid)
    }

    fn compare(&self, op: CompareOp, a: &Vector, b: &Vector) -> Vector {
        let rows = self.rows;
        let (mut known, invalid) = strict(&[a, b]);
        let mut unknown = invalid;
        let truth = if a.high.is_some() || b.high.is_some() {
            let (certain, truth) = compare_bounds(op, rows, a, b);
            unknown = unknown.or(&known.and_not(&certain));
            known = known.and(&certain);
            truth
        } else {
            match (&a.values, &b.values) {
                (Values::Int(a), Values::Int(b)) => {
                    compare_rows(op, rows, |row| a[row], |row| b[row])
                }
                (Values::Int(a), Values::Constant(value)) => {
                    let b = constant_int(value);
                    compare_rows(op, rows, |row| a[row], |_| b)
                }
                (Values::Constant(value), Values::Int(b)) => {
                    let a = constant_int(value);
                    compare_rows(op, rows, |_| a, |row| b[row])
                }
                (Values::Text(_), _) | (_, Values::Text(_)) => compare_rows(
                    op,
                    rows,
                    |row| a.text(row, self.space),
                    |row| b.text(row, self.space),
                ),
                (Values::Constant(Value::Text(a)), Values::Constant(Value::Text(b))) => {
                    let truth = compares(op, a.as_bytes(), b.as_bytes());
                    compare_rows(CompareOp::Equal, rows, |_| truth, |_| true)
                }
                (Values::Truth(_) | Values::Constant(Value::Boolean(_)), _) => {
                    let (a, b) = (a.truths(rows), b.truths(rows));
                    compare_rows(op, rows, |row| a.get(row), |row| b.get(row))
                }
                (Values::Decimal(_) | Values::Constant(Value::Decimal(_)), _)
                | (_, Values::Decimal(_)) => {
                    compare_rows(op, rows, |row| a.decimal(row), |row| b.decimal(row))
                }
                _ => compare_rows(op, rows, |row| a.int(row), |row| b.int(row)),
            }
        };
        Vector::truth(truth, known, &unknown)
    }

    fn in_list(&self, a: &Vector, list: &[Value]) -> Vector {
        let rows = self.rows;
        let mut any = Bits::zeros(rows);
        let mut unknown = a.invalid.clone();
        let mut known = a.present.clone();
        for value in list {
            let one = self.compare(CompareOp::Equal, a, &constant(Some(value), rows));
            any = any.or(&one.truths(rows));
            unknown = unknown.or(&one.invalid);
        }
        known = known.and_not(&unknown.and_not(&any));
        Vector::truth(any, known, &unknown)
    }

    fn ints(&mut self, operands: &[&Vector], each: impl Fn(usize) -> Option<i64>) -> Vector {
        let (present, invalid) = strict(operands);
        let mut values = vec![0; self.rows];
        let mut kept = Bits::zeros(self.rows);
        for row in present.rows() {
            if let Some(value) = each(row) {
                values[row] = value;
                kept.set(row);
            } else {
                self.overflows += 1;
            }
        }
        Vector { values: Values::Int(values), high: None, present: kept, invalid }
    }

    fn decimals(
        &mut self,
        operands: &[&Vector],
        each: impl Fn(usize) -> Option<Decimal>,
    ) -> Vector {
        let (present, invalid) = strict(operands);
        let mut values = vec![0; self.rows];
        let mut kept = Bits::zeros(self.rows);
        for row in present.rows() {
            if let Some(value) = each(row) {
                values[row] = value.0;
                kept.set(row);
            } else {
                self.overflows += 1;
            }
        }
        Vector { values: Values::Decimal(values), high: None, present: kept, invalid }
    }

    fn texts(
        &mut self,
        operands: &[&Vector],
        each: impl Fn(usize, &Space<'_>, &mut Vec<u8>),
    ) -> Vector {
        let (present, invalid) = strict(operands);
        let mut values = vec![TextRef::EMPTY; self.rows];
        let mut text = Vec::new();
        for row in present.rows() {
            text.clear();
            each(row, self.space, &mut text);
            values[row] = self.space.push(&text);
        }
        Vector { values: Values::Text(values), high: None, present, invalid }
    }

    fn fingerprint(&self, a: &Vector) -> Vector {
        let mut prints = vec![0; self.rows];
        if let Outside::Related(related) = &self.outside {
            let hasher = related.hasher();
            for row in a.present.rows() {
                prints[row] = hasher.text(a.text(row, self.space)).cast_signed();
            }
        }
        Vector {
            values: Values::Decimal(prints),
            high: None,
            present: a.present.clone(),
            invalid: a.invalid.clone(),
        }
    }

    fn negate(&mut self, a: &Vector, ty: Type) -> Vector {
        match ty {
            Type::Decimal => self.decimals(&[a], |row| Some(Decimal(-a.decimal(row)))),
            _ => self.ints(&[a], |row| a.int(row).checked_neg()),
        }
    }

    fn arithmetic(&mut self, op: ArithmeticOp, a: &Vector, b: &Vector, ty: Type) -> Vector {
        if ty == Type::Decimal {
            return self.decimals(&[a, b], |row| {
                let (a, b) = (Decimal(a.decimal(row)), Decimal(b.decimal(row)));
                match op {
                    ArithmeticOp::Add => a.checked_add(b),
                    ArithmeticOp::Subtract => a.checked_sub(b),
                    ArithmeticOp::Multiply => a.checked_mul(b),
                }
            });
        }
        self.ints(&[a, b], |row| {
            let (a, b) = (a.int(row), b.int(row));
            match op {
                ArithmeticOp::Add => a.checked_add(b),
                ArithmeticOp::Subtract => a.checked_sub(b),
                ArithmeticOp::Multiply => a.checked_mul(b),
            }
        })
    }

    /// Moves dates, timestamps or instants; both bounds move where there are two.
    fn shift(
        &mut self,
        a: &Vector,
        ty: Type,
        amount: &dyn Fn(usize) -> i64,
        unit: IntervalUnit,
    ) -> Vector {
        let moved = |row: usize, value: i64| shift_value(value, ty, amount(row), unit);
        let mut low = self.ints(&[a], |row| moved(row, a.int(row)));
        if a.high.is_some() {
            let high = self.ints(&[a], |row| moved(row, a.int_high(row)));
            low.present = low.present.and(&high.present);
            if let Values::Int(values) = high.values {
                low.high = Some(values);
            }
        }
        low
    }

    fn widen(&mut self, a: &Vector, ty: Type) -> Vector {
        match ty {
            Type::Decimal => {
                let a = exact(a);
                self.decimals(&[&a], |row| Some(Decimal(a.decimal(row))))
            }
            Type::Timestamp => {
                let mut low = self.ints(&[a], |row| a.int(row).checked_mul(DAY));
                if a.high.is_some() {
                    low.high = Some(
                        (0..self.rows).map(|row| a.int_high(row).saturating_mul(DAY)).collect(),
                    );
                }
                low
            }
            _ => a.clone(),
        }
    }

    fn case(
        &mut self,
        branches: &[(&Vector, &Vector)],
        otherwise: Option<&Vector>,
        ty: Type,
    ) -> Vector {
        let rows = self.rows;
        let mut open = Bits::ones(rows);
        let mut broken = Bits::zeros(rows);
        let mut chosen: Vec<(Bits, &Vector)> = Vec::new();
        for (test, value) in branches {
            // A condition that cannot be read leaves the whole choice open.
            broken = broken.or(&test.invalid.and(&open));
            let taken = test.truths(rows).and(&open).and_not(&broken);
            open = open.and_not(&taken);
            chosen.push((taken, value));
        }
        if let Some(value) = otherwise {
            chosen.push((open.and_not(&broken), value));
        }
        let (mut present, mut invalid) = (Bits::zeros(rows), broken);
        for (taken, value) in &chosen {
            present = present.or(&taken.and(&value.present));
            invalid = invalid.or(&taken.and(&value.invalid));
        }
        let values = match ty {
            Type::Boolean => {
                let truth = chosen.iter().fold(Bits::zeros(rows), |bits, (taken, value)| {
                    bits.or(&taken.and(&value.truths(rows)))
                });
                Values::Truth(truth.and(&present))
            }
            Type::Text => {
                let mut texts = vec![TextRef::EMPTY; rows];
                for (taken, value) in &chosen {
                    let here = taken.and(&value.present);
                    match &value.values {
                        Values::Text(of) => here.rows().for_each(|row| texts[row] = of[row]),
                        _ => {
                            let text = value.text(0, self.space).to_vec();
                            let text = self.space.push(&text);
                            here.rows().for_each(|row| texts[row] = text);
                        }
                    }
                }
                Values::Text(texts)
            }
            Type::Decimal => {
                let mut numbers = vec![0; rows];
                for (taken, value) in &chosen {
                    taken
                        .and(&value.present)
                        .rows()
                        .for_each(|row| numbers[row] = value.decimal(row));
                }
                Values::Decimal(numbers)
            }
            _ => {
                let mut numbers = vec![0; rows];
                for (taken, value) in &chosen {
                    taken.and(&value.present).rows().for_each(|row| numbers[row] = value.int(row));
                }
                Values::Int(numbers)
            }
        };
        let high = chosen.iter().any(|(_, value)| value.high.is_some()).then(|| {
            let mut numbers = vec![0; rows];
            for (taken, value) in &chosen {
                taken.and(&value.present).rows().for_each(|row| numbers[row] = value.int_high(row));
            }
            numbers
        });
        Vector { values, high, present, invalid }
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one line or two a function of the language, side by side"
    )]
    fn call(&mut self, function: Function, args: &[&Vector], ty: Type) -> Vector {
        let rows = self.rows;
        // Values known only by bounds are open to every function but those that move or pick them.
        let exact: Vec<Cow<'_, Vector>> = args.iter().map(|vector| exact(vector)).collect();
        let (Some(a), b) = (exact.first().map(|a| &**a), exact.get(1).map(|b| &**b)) else {
            return unreadable(rows);
        };
        let b = b.unwrap_or(a);
        let both = &[a, b];
        match function {
            Function::Blank => {
                let spaces = Bits::from_fn(rows, |row| {
                    a.present.get(row) && a.text(row, self.space).iter().all(|&c| c == b' ')
                });
                Vector::truth(spaces.or(&a.missing()), a.invalid.not(), &a.invalid)
            }
            Function::Trim => self.texts(&[a], |row, space, out| {
                let text = a.text(row, space);
                let start = text.iter().take_while(|&&c| c == b' ').count();
                let end = text.iter().rev().take_while(|&&c| c == b' ').count();
                out.extend_from_slice(
                    text.get(start..text.len().saturating_sub(end)).unwrap_or_default(),
                );
            }),
            Function::Lower => self.texts(&[a], |row, space, out| {
                out.extend(a.text(row, space).iter().map(u8::to_ascii_lowercase));
            }),
            Function::Upper => self.texts(&[a], |row, space, out| {
                out.extend(a.text(row, space).iter().map(u8::to_ascii_uppercase));
            }),
            Function::Length => {
                let lengths: Vec<i64> =
                    (0..rows).map(|row| code_points(a.text(row, self.space))).collect();
                self.ints(&[a], |row| Some(lengths[row]))
            }
            Function::Substr => {
                let count = exact.get(2).map_or(b, |count| &**count);
                self.texts(&[a, b, count], |row, space, out| {
                    let text = a.text(row, space);
                    let skip = usize::try_from(b.int(row) - 1).unwrap_or(0);
                    let take = usize::try_from(count.int(row)).unwrap_or(0);
                    let start = nth_code_point(text, skip);
                    let rest = &text[start..];
                    out.extend_from_slice(&rest[..nth_code_point(rest, take)]);
                })
            }
            Function::StartsWith => {
                let truth = Bits::from_fn(rows, |row| {
                    a.text(row, self.space).starts_with(b.text(row, self.space))
                });
                let (present, invalid) = strict(both);
                Vector::truth(truth, present, &invalid)
            }
            Function::Contains => {
                let truth = Bits::from_fn(rows, |row| {
                    atom::contains(a.text(row, self.space), b.text(row, self.space))
                });
                let (present, invalid) = strict(both);
                Vector::truth(truth, present, &invalid)
            }
            Function::Concat => {
                let parts: Vec<&Vector> = exact.iter().map(|part| &**part).collect();
                self.texts(&parts, |row, space, out| {
                    for part in &parts {
                        out.extend_from_slice(part.text(row, space));
                    }
                })
            }
            Function::Coalesce => self.coalesce(args, ty),
            Function::NullIf => {
                let equal = self.compare(CompareOp::Equal, a, b);
                let mut result = a.clone();
                let unknown = b.invalid.and(&a.present);
                result.present = result.present.and_not(&equal.truths(rows)).and_not(&unknown);
                result.invalid = result.invalid.or(&unknown);
                result
            }
            Function::ToInt => self.parse(a, parse::integer),
            Function::ToDate => {
                self.parse(a, |text| parse::date(text).map(|date| i64::from(date.0)))
            }
            Function::ToTimestamp => {
                self.parse(a, |text| parse::timestamp(text).map(|moment| moment.0))
            }
            Function::ToDecimal => {
                let parsed: Vec<Option<Decimal>> = (0..rows)
                    .map(|row| {
                        if a.present.get(row) {
                            parse::decimal(a.text(row, self.space))
                        } else {
                            None
                        }
                    })
                    .collect();
                let readable = Bits::from_fn(rows, |row| parsed[row].is_some());
                let values = parsed.iter().map(|value| value.map_or(0, |value| value.0)).collect();
                Vector {
                    values: Values::Decimal(values),
                    high: None,
                    present: readable,
                    invalid: a.invalid.clone(),
                }
            }
            Function::ToDateAs => {
                let shape = std::str::from_utf8(b.text(0, self.space)).unwrap_or_default();
                let format = DateFormat::compile(shape, None).ok();
                self.parse(a, |text| Some(i64::from(format.as_ref()?.parse(text)?.low.date().0)))
            }
            Function::DateOf => {
                let of = args[0];
                let mut days = self.ints(&[of], |row| Some(of.int(row).div_euclid(DAY)));
                if of.high.is_some() {
                    days.high =
                        Some((0..rows).map(|row| of.int_high(row).div_euclid(DAY)).collect());
                }
                days
            }
            Function::Year => self.ints(&[a], |row| Some(i64::from(day(a.int(row)).year()))),
            Function::Month => self.ints(&[a], |row| Some(i64::from(day(a.int(row)).month()))),
            Function::Day => self.ints(&[a], |row| Some(i64::from(day(a.int(row)).day()))),
            Function::DaysBetween => self.ints(both, |row| b.int(row).checked_sub(a.int(row))),
            Function::MonthsBetween => {
                self.ints(both, |row| Some(day(a.int(row)).months_between(day(b.int(row)))))
            }
            Function::YearsBetween => {
                self.ints(both, |row| Some(day(a.int(row)).years_between(day(b.int(row)))))
            }
            Function::HoursBetween => self.ints(both, |row| {
                b.int(row).checked_sub(a.int(row)).map(|span| span.div_euclid(HOUR))
            }),
            Function::AddDays => self.moved(args, ty, IntervalUnit::Day),
            Function::AddMonths => self.moved(args, ty, IntervalUnit::Month),
            Function::AddYears | Function::AdultOn => self.moved(args, ty, IntervalUnit::Year),
            Function::Age => {
                let mut age =
                    self.ints(both, |row| Some(day(a.int(row)).years_between(day(b.int(row)))));
                let unborn = Bits::from_fn(rows, |row| b.int(row) < a.int(row));
                age.present = age.present.and_not(&unborn);
                age
            }
            Function::Least | Function::Greatest => {
                let picks = |ordering: std::cmp::Ordering| match function {
                    Function::Least => ordering.is_le(),
                    _ => ordering.is_ge(),
                };
                let (present, invalid) = strict(both);
                let first = match ty {
                    Type::Text => Bits::from_fn(rows, |row| {
                        picks(a.text(row, self.space).cmp(b.text(row, self.space)))
                    }),
                    Type::Decimal => {
                        Bits::from_fn(rows, |row| picks(a.decimal(row).cmp(&b.decimal(row))))
                    }
                    _ => Bits::from_fn(rows, |row| picks(a.int(row).cmp(&b.int(row)))),
                };
                let first = Vector::truth(first, present.clone(), &invalid);
                let mut picked = self.case(&[(&first, a)], Some(b), ty);
                picked.present = picked.present.and(&present);
                picked.invalid = invalid;
                picked
            }
            Function::Div | Function::Mod => {
                // Division by zero is missing, not an overflow.
                let zeros = Bits::from_fn(rows, |row| b.int(row) == 0);
                let mut result = self.ints(both, |row| match function {
                    _ if b.int(row) == 0 => Some(0),
                    Function::Div => a.int(row).checked_div(b.int(row)),
                    _ => Some(a.int(row).wrapping_rem(b.int(row))),
                });
                result.present = result.present.and_not(&zeros);
                result
            }
            Function::CheckDigit => {
                let form = std::str::from_utf8(b.text(0, self.space)).ok().and_then(Form::named);
                self.ask_text(a, |text| form.is_some_and(|form| form.holds(text)))
            }
        }
    }

    /// `coalesce`: the first present value; an invalid one before it leaves the result open.
    fn coalesce(&mut self, args: &[&Vector], ty: Type) -> Vector {
        let tests: Vec<Vector> = args
            .iter()
            .map(|arg| Vector::truth(arg.present.clone(), arg.invalid.not(), &arg.invalid))
            .collect();
        let branches: Vec<(&Vector, &Vector)> = tests.iter().zip(args.iter().copied()).collect();
        self.case(&branches, None, ty)
    }

    fn parse(&mut self, a: &Vector, read: impl Fn(&[u8]) -> Option<i64>) -> Vector {
        let parsed: Vec<Option<i64>> = (0..self.rows)
            .map(|row| if a.present.get(row) { read(a.text(row, self.space)) } else { None })
            .collect();
        let present = Bits::from_fn(self.rows, |row| parsed[row].is_some());
        let values = parsed.into_iter().map(Option::unwrap_or_default).collect();
        Vector { values: Values::Int(values), high: None, present, invalid: a.invalid.clone() }
    }

    fn moved(&mut self, args: &[&Vector], ty: Type, unit: IntervalUnit) -> Vector {
        let [a, by] = args else { return unreadable(self.rows) };
        let mut result = self.shift(a, ty, &|row| by.int(row), unit);
        result.present = result.present.and(&by.present);
        result.invalid = result.invalid.or(&by.invalid);
        result
    }
}

/// A date, timestamp or instant moved by an interval; `None` outside the calendar.
pub(crate) fn shift_value(value: i64, ty: Type, amount: i64, unit: IntervalUnit) -> Option<i64> {
    let move_date = |date: Date| match unit {
        IntervalUnit::Hour => None,
        IntervalUnit::Day => date.add_days(amount),
        IntervalUnit::Month => date.add_months(amount),
        IntervalUnit::Year => date.add_years(amount),
    };
    if ty == Type::Date {
        return move_date(day(value)).map(|date| i64::from(date.0));
    }
    let (days, time) = (value.div_euclid(DAY), value.rem_euclid(DAY));
    let moved = match unit {
        IntervalUnit::Hour => value.checked_add(amount.checked_mul(HOUR)?)?,
        _ => i64::from(move_date(day(days))?.0) * DAY + time,
    };
    let range = Timestamp::MIN.0..=Timestamp::MAX.0;
    range.contains(&moved).then_some(moved)
}

/// The same value in every row; NULL is missing everywhere.
pub(crate) fn constant(value: Option<&Value>, rows: usize) -> Vector {
    match value {
        Some(value) => Vector {
            values: Values::Constant(value.clone()),
            high: None,
            present: Bits::ones(rows),
            invalid: Bits::zeros(rows),
        },
        None => Vector {
            values: Values::Int(vec![0; rows]),
            high: None,
            present: Bits::zeros(rows),
            invalid: Bits::zeros(rows),
        },
    }
}

/// Nothing that can be read in any row.
pub(crate) fn unreadable(rows: usize) -> Vector {
    Vector {
        values: Values::Int(vec![0; rows]),
        high: None,
        present: Bits::zeros(rows),
        invalid: Bits::ones(rows),
    }
}

/// How many code points a text has; a damaged byte counts as one.
fn code_points(text: &[u8]) -> i64 {
    let count = text.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Where the code point of that number starts, or the text's end.
fn nth_code_point(text: &[u8], n: usize) -> usize {
    text.iter()
        .enumerate()
        .filter(|(_, byte)| **byte & 0xC0 != 0x80)
        .map(|(at, _)| at)
        .nth(n)
        .unwrap_or(text.len())
}
