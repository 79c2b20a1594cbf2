//! How the cells of a column are best read: every way that exports use is tried, and the one that reads most is taken.

use crate::engine::{Trial, each_text, trial};
use crate::plan::CellReader;
use crate::rule::{Binding, Field};
use crate::source::Batch;
use crate::survey::order::TWINS;
use crate::survey::word::TRUTH;
use crate::value::{Date, FieldType, Timestamp};

/// Whether the order of day and month is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayOrder {
    /// The values tell it, or there is none to be told.
    Told,
    /// All values can be read both ways.
    Open,
}

/// The calendar by which short years are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calendar {
    /// The year in which the look is taken.
    pub year: i32,
}

/// How a column is read, and what that reads of it.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    /// What the binding would say beside the column's name.
    pub(super) binding: Binding,
    /// What it makes of the records at hand.
    pub(super) trial: Trial,
    /// Whether the order of day and month is known.
    pub(super) order: DayOrder,
}

/// Formats of dates, in the order in which they are tried: the first of those that read most is taken.
const FORMATS: [(&str, Years); 14] = [
    ("us", Years::Whole),
    ("eu", Years::Whole),
    ("iso-partial", Years::Whole),
    ("YYYY/M/D", Years::Whole),
    ("compact", Years::Whole),
    ("hl7", Years::Whole),
    ("sas-date", Years::Whole),
    ("oracle", Years::OfTwoDigits),
    ("M/D/YY", Years::OfTwoDigits),
    ("D/M/YY", Years::OfTwoDigits),
    ("D.M.YY", Years::OfTwoDigits),
    ("excel-serial", Years::Whole),
    ("epoch-s", Years::Whole),
    ("epoch-ms", Years::Whole),
];

/// How many digits a year has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Years {
    Whole,
    OfTwoDigits,
}

/// So many years ahead a date may lie, and so many back where two digits stand for a year.
const AHEAD: i32 = 10;
/// No record of a patient is older.
const OLDEST: i32 = 1850;
/// Where days are counted from 1900, lesser numbers are no dates.
const OLDEST_SERIAL: i32 = 1910;

/// The best way to read a column whose binding says nothing yet but which words mean nothing.
pub(super) fn best(
    batches: &mut [Batch],
    column: usize,
    field: &Field,
    nulls: &[String],
    calendar: Calendar,
) -> Reading {
    let plain = Binding { nulls: nulls.to_vec(), ..Binding::default() };
    let mut tried = Tried { batches, column, field };
    let as_is = tried.reading(plain.clone());
    if as_is.trial.unreadable == 0 {
        return as_is;
    }
    match field.ty {
        FieldType::Date | FieldType::Timestamp | FieldType::Instant => {
            tried.moment(&plain, as_is, calendar)
        }
        FieldType::Boolean => {
            let words = TRUTH.map(|(yes, no)| Binding {
                true_values: vec![yes.to_owned()],
                false_values: vec![no.to_owned()],
                ..plain.clone()
            });
            tried.first_best(as_is, words)
        }
        FieldType::Integer => {
            let signs = [',', '.', ' '];
            tried
                .first_best(as_is, signs.map(|sign| Binding { group: Some(sign), ..plain.clone() }))
        }
        FieldType::Decimal => {
            let signs = [
                ('.', Some(',')),
                (',', None),
                (',', Some('.')),
                (',', Some(' ')),
                ('.', Some(' ')),
            ];
            let signs = signs.map(|(decimal, group)| Binding {
                decimal: Some(decimal),
                group,
                ..plain.clone()
            });
            tried.first_best(as_is, signs)
        }
        FieldType::Id | FieldType::Text | FieldType::Code | FieldType::Time => as_is,
    }
}

/// A column under trial.
struct Tried<'b> {
    batches: &'b mut [Batch],
    column: usize,
    field: &'b Field,
}

impl Tried<'_> {
    /// What a binding reads; one that cannot be compiled reads nothing.
    fn reading(&mut self, binding: Binding) -> Reading {
        let reader = CellReader::compile(self.field, &binding, &[], None);
        let trial = reader.map_or_else(
            |_| Trial { unreadable: u64::MAX, ..Trial::default() },
            |reader| self.trial(&reader),
        );
        Reading { binding, trial, order: DayOrder::Told }
    }

    fn trial(&mut self, reader: &CellReader) -> Trial {
        let (column, ty) = (self.column, self.field.ty);
        let trials = self.batches.iter_mut().map(|batch| trial(batch, column, ty, reader));
        trials.fold(Trial::default(), Trial::and)
    }

    /// The first of those that read most.
    fn first_best(
        &mut self,
        as_is: Reading,
        bindings: impl IntoIterator<Item = Binding>,
    ) -> Reading {
        bindings.into_iter().fold(as_is, |best, binding| {
            if best.trial.unreadable == 0 {
                return best;
            }
            // A decimal sign taken for one between groups makes another number of it.
            if let Some(group) = binding.group
                && !self.is_grouped(binding.decimal.unwrap_or('.'), group)
            {
                return best;
            }
            let next = self.reading(binding);
            if next.trial.unreadable < best.trial.unreadable { next } else { best }
        })
    }

    /// The formats that read most: one, and a second one where the column mixes two.
    fn moment(&mut self, plain: &Binding, as_is: Reading, calendar: Calendar) -> Reading {
        let with = |formats: &[&str]| {
            let short = FORMATS
                .iter()
                .any(|(name, years)| *years == Years::OfTwoDigits && formats.contains(name));
            Binding {
                formats: formats.iter().map(|&name| name.to_owned()).collect(),
                pivot: short.then_some(calendar.year + AHEAD - 99),
                ..plain.clone()
            }
        };
        let mixed = as_is.trial.unreadable < as_is.trial.present;
        let mut race = Race { best: as_is, chosen: Vec::new() };
        for (name, _) in FORMATS {
            let next = self.reading(with(&[name]));
            if plausible(name, &next.trial, self.field.ty, calendar) {
                race.enter(&[name], next);
            }
        }
        let first = match race.chosen.first() {
            Some(first) => first,
            None if mixed => ISO,
            None => return race.best,
        };
        if race.best.trial.unreadable == 0 {
            return race.best;
        }
        for name in [ISO].into_iter().chain(FORMATS.map(|(name, _)| name)) {
            // Both orders in one column would read each value by the one that happens to fit.
            if name == first || are_twins(name, first) {
                continue;
            }
            let next = self.reading(with(&[first, name]));
            if plausible(name, &next.trial, self.field.ty, calendar) {
                race.enter(&[first, name], next);
            }
        }
        race.best
    }

    /// Whether every cell that holds a sign between groups of digits holds it where groups of three end.
    fn is_grouped(&mut self, point: char, group: char) -> bool {
        let Ok(reader) = CellReader::compile(self.field, &Binding::default(), &[], None) else {
            return false;
        };
        let mut all = true;
        for batch in self.batches.iter_mut() {
            each_text(batch, self.column, &reader, |text| {
                let text = String::from_utf8_lossy(text);
                let (whole, rest) = text.split_once(point).unwrap_or((&text, ""));
                all &= !rest.contains(group);
                let mut groups = whole.split(group).skip(1);
                all &= groups.all(|group| group.chars().filter(char::is_ascii_digit).count() == 3);
            });
        }
        all
    }
}

/// The format that needs not be declared.
const ISO: &str = "iso";

/// Whether two formats differ in the order of day and month alone.
fn are_twins(one: &str, other: &str) -> bool {
    TWINS.contains(&(one, other)) || TWINS.contains(&(other, one))
}

/// Formats that are tried one after the other; the first of those that read most is ahead.
struct Race {
    best: Reading,
    chosen: Vec<&'static str>,
}

impl Race {
    /// Lets formats take part.
    fn enter(&mut self, formats: &[&'static str], next: Reading) {
        if next.trial.unreadable < self.best.trial.unreadable {
            self.best = next;
            self.chosen = formats.to_vec();
        } else if next.trial.unreadable == self.best.trial.unreadable
            && formats.len() == self.chosen.len()
            && formats.iter().zip(&self.chosen).any(|(one, other)| are_twins(one, other))
        {
            self.best.order = DayOrder::Open;
        }
    }
}

/// Whether the dates that were read can be dates of an export: a number is a date of some calendar by chance.
fn plausible(format: &str, trial: &Trial, ty: FieldType, calendar: Calendar) -> bool {
    let year = |bound: i64| match ty {
        FieldType::Date => i32::try_from(bound).map_or(i32::MAX, |days| Date(days).year()),
        _ => Timestamp::from_micros(bound).map_or(i32::MAX, |moment| moment.date().year()),
    };
    // Far days stand for "never" in exports whose other days are near.
    let far = |year: i32| year >= 9999;
    trial.bounds.is_some_and(|(least, most)| {
        let (least, most) = (year(least), year(most));
        let counted = match format {
            "excel-serial" => least >= OLDEST_SERIAL,
            "epoch-s" | "epoch-ms" => least != 1970 || most != 1970,
            _ => true,
        };
        counted && least >= OLDEST && (most <= calendar.year + AHEAD * 3 || far(most))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Calendar, DayOrder, best};
    use crate::rule::{Field, Phi};
    use crate::source::{self, Batch, Chunk, Input, ReadOptions};
    use crate::value::FieldType;

    #[test]
    fn dates_are_read_as_they_are_written() {
        let date = FieldType::Date;
        check(date, &["2024-02-03", "1999-12-31"], "as it is", DayOrder::Told);
        check(date, &["02/13/2024", "2/3/2024"], "us", DayOrder::Told);
        check(date, &["13/02/2024", "2/3/2024"], "eu", DayOrder::Told);
        check(date, &["13.02.2024"], "eu", DayOrder::Told);
        check(date, &["2/3/2024", "4/5/2024"], "us", DayOrder::Open);
        check(date, &["20240213"], "compact", DayOrder::Told);
        check(date, &["1988", "1988-04"], "iso-partial", DayOrder::Told);
        check(date, &["13FEB2024"], "sas-date", DayOrder::Told);
        check(date, &["13-FEB-24"], "oracle pivot 1937", DayOrder::Told);
        check(date, &["2/13/24"], "M/D/YY pivot 1937", DayOrder::Told);
        check(date, &["13/2/24"], "D/M/YY pivot 1937", DayOrder::Told);
        check(date, &["2/3/24"], "M/D/YY pivot 1937", DayOrder::Open);
        check(date, &["45325", "36526"], "excel-serial", DayOrder::Told);
        check(date, &["2024/2/13"], "YYYY/M/D", DayOrder::Told);
        check(date, &["02/13/2024", "2024-02-14"], "iso us", DayOrder::Told);
        check(date, &["02/03/2024", "2024-02-14"], "iso us", DayOrder::Open);
        check(date, &["02/13/2024", "2/3/2024", "2024-02-14"], "us iso", DayOrder::Told);
        check(date, &["soon", "later"], "as it is", DayOrder::Told);
        check(date, &["3", "17"], "as it is", DayOrder::Told);
        let timestamp = FieldType::Timestamp;
        check(timestamp, &["02/13/2024 08:15 AM"], "us", DayOrder::Told);
        check(timestamp, &["20240213081500"], "hl7", DayOrder::Told);
        check(timestamp, &["1768291200"], "epoch-s", DayOrder::Told);
        check(timestamp, &["1768291200000"], "epoch-ms", DayOrder::Told);
    }

    #[test]
    fn truths_and_figures_are_read_as_they_are_written() {
        let told = DayOrder::Told;
        check(FieldType::Boolean, &["true", "FALSE"], "as it is", told);
        check(FieldType::Boolean, &["Y", "N", "y"], "true Y false N", told);
        check(FieldType::Boolean, &["1", "0"], "true 1 false 0", told);
        check(FieldType::Boolean, &["Yes"], "true Yes false No", told);
        check(FieldType::Decimal, &["1250.50"], "as it is", told);
        check(FieldType::Decimal, &["1,250.50", "3"], "decimal . group ,", told);
        check(FieldType::Decimal, &["1250,50"], "decimal ,", told);
        check(FieldType::Decimal, &["1.250,50"], "decimal , group .", told);
        check(FieldType::Integer, &["1,250"], "group ,", told);
        check(FieldType::Integer, &["3,5"], "as it is", told);
        check(FieldType::Text, &["2/3/2024"], "as it is", told);
    }

    /// The one place in this file that knows the signature under test.
    #[track_caller]
    fn check(ty: FieldType, cells: &[&str], expected: &str, order: DayOrder) {
        let field = Field {
            name: "a".to_owned(),
            ty,
            phi: Phi::None,
            label: None,
            aliases: Vec::new(),
            values: Vec::new(),
            references: None,
            often_blank: false,
        };
        let rows: Vec<String> = cells.iter().map(|cell| format!("\"{cell}\",x\n")).collect();
        let text = format!("a,b\n{}", rows.concat());
        let known = HashSet::from(["a".to_owned(), "b".to_owned()]);
        let count = |cells: &[String]| cells.iter().filter(|cell| known.contains(*cell)).count();
        let input = Input::memory("a.csv", text.into_bytes());
        let table = source::open(input, &ReadOptions::default(), &count).expect("it is a table");
        let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
        table.load(&mut chunk, 0, 1 << 16).expect("it is in memory");
        table.split(&mut chunk, table.data_start, &mut batch).expect("it is in memory");
        let reading = best(&mut [batch], 0, &field, &[], Calendar { year: 2026 });
        let binding = &reading.binding;
        let mut words = binding.formats.clone();
        words.extend(binding.pivot.map(|year| format!("pivot {year}")));
        words.extend(binding.true_values.iter().map(|word| format!("true {word}")));
        words.extend(binding.false_values.iter().map(|word| format!("false {word}")));
        words.extend(binding.decimal.map(|sign| format!("decimal {sign}")));
        words.extend(binding.group.map(|sign| format!("group {sign}")));
        let words = if words.is_empty() { "as it is".to_owned() } else { words.join(" ") };
        assert_eq!((words.as_str(), reading.order), (expected, order), "of {cells:?}");
        assert_eq!(reading.trial.present, cells.len() as u64, "of {cells:?}");
    }
}
