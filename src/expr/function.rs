//! The functions of the language, in one table: name, signature, meaning and how each is typed.

use crate::expr::typed::{Fold, Function};
use crate::value::Type;

use self::Argument::{Day, Integer, Text};

/// One function of the language.
#[derive(Debug)]
pub struct FunctionEntry {
    /// Its name.
    pub name: &'static str,
    /// How it is called: `substr(x, i, n)`.
    pub signature: &'static str,
    /// What it gives, in one line.
    pub doc: &'static str,
    pub(super) typing: Typing,
}

/// How a function's arguments and result are typed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Typing {
    /// A fixed list of arguments and a result.
    Fixed(Function, &'static [Argument], Type),
    /// Text joined: two arguments or more.
    Concat,
    /// Values of one type, NULL allowed.
    Coalesce,
    /// Two values of one type.
    NullIf,
    /// Ordered values of one type.
    Extreme(Function),
    /// The date of a date or timestamp.
    DateOf,
    /// Canonical text, or text of a named format.
    ToDate,
    /// Text, a position and a count.
    Substr,
    /// Two timestamps or two instants.
    Hours,
    /// A pattern on the whole text or on a part.
    Matches(Reach),
    /// A code set by its name.
    InSet,
    /// A form by its name.
    CheckDigit,
}

/// How much of the text a pattern must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Whole,
    Part,
}

/// What an argument must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Argument {
    Text,
    Integer,
    /// A date, or a timestamp by its date.
    Day,
}

const fn fixed(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    typing: (Function, &'static [Argument], Type),
) -> FunctionEntry {
    entry(name, signature, doc, Typing::Fixed(typing.0, typing.1, typing.2))
}

const fn entry(
    name: &'static str,
    signature: &'static str,
    doc: &'static str,
    typing: Typing,
) -> FunctionEntry {
    FunctionEntry { name, signature, doc, typing }
}

/// Every function, in the order of the reference. NULL in an argument gives NULL unless said. A date of which only the
/// year or the month is known gives unknown, except to `coalesce` and to what moves it by days, months or years.
pub static FUNCTIONS: [FunctionEntry; 36] = [
    fixed(
        "blank",
        "blank(x)",
        "true for NULL and for text of blanks only; never NULL",
        (Function::Blank, &[Text], Type::Boolean),
    ),
    fixed(
        "trim",
        "trim(x)",
        "the text without blanks (U+0020) at both ends",
        (Function::Trim, &[Text], Type::Text),
    ),
    fixed(
        "lower",
        "lower(x)",
        "ASCII letters in lower case",
        (Function::Lower, &[Text], Type::Text),
    ),
    fixed(
        "upper",
        "upper(x)",
        "ASCII letters in upper case",
        (Function::Upper, &[Text], Type::Text),
    ),
    fixed(
        "length",
        "length(x)",
        "the number of code points",
        (Function::Length, &[Text], Type::Integer),
    ),
    entry(
        "substr",
        "substr(x, i, n)",
        "n code points from the i-th, counted from 1; i and n are constants",
        Typing::Substr,
    ),
    fixed(
        "starts_with",
        "starts_with(x, y)",
        "whether x begins with y",
        (Function::StartsWith, &[Text, Text], Type::Boolean),
    ),
    fixed(
        "contains",
        "contains(x, y)",
        "whether y stands in x",
        (Function::Contains, &[Text, Text], Type::Boolean),
    ),
    entry(
        "concat",
        "concat(a, b, ...)",
        "the texts one after the other; NULL if any is NULL",
        Typing::Concat,
    ),
    entry("coalesce", "coalesce(a, b, ...)", "the first that is not NULL", Typing::Coalesce),
    entry("nullif", "nullif(a, b)", "NULL if a = b, else a", Typing::NullIf),
    entry(
        "matches",
        "matches(x, 'pattern'[, 'i'])",
        "whether the pattern matches the whole text; 'i' ignores ASCII case",
        Typing::Matches(Reach::Whole),
    ),
    entry(
        "contains_match",
        "contains_match(x, 'pattern'[, 'i'])",
        "whether the pattern matches a part of the text",
        Typing::Matches(Reach::Part),
    ),
    fixed(
        "to_int",
        "to_int(x)",
        "the integer of a canonical text, else NULL",
        (Function::ToInt, &[Text], Type::Integer),
    ),
    fixed(
        "to_decimal",
        "to_decimal(x)",
        "the decimal of a canonical text, else NULL",
        (Function::ToDecimal, &[Text], Type::Decimal),
    ),
    entry(
        "to_date",
        "to_date(x[, 'FORMAT'])",
        "the date of YYYY-MM-DD, or of YYYYMMDD, DD/MM/YYYY, MM/DD/YYYY or DD.MM.YYYY, else NULL",
        Typing::ToDate,
    ),
    fixed(
        "to_timestamp",
        "to_timestamp(x)",
        "the timestamp of a canonical text, else NULL",
        (Function::ToTimestamp, &[Text], Type::Timestamp),
    ),
    entry(
        "date_of",
        "date_of(ts)",
        "the calendar date of a timestamp; unknown for a partial date",
        Typing::DateOf,
    ),
    fixed(
        "year",
        "year(d)",
        "the year; unknown for a partial date",
        (Function::Year, &[Day], Type::Integer),
    ),
    fixed(
        "month",
        "month(d)",
        "the month, 1 to 12; unknown for a partial date",
        (Function::Month, &[Day], Type::Integer),
    ),
    fixed(
        "day",
        "day(d)",
        "the day of the month, 1 to 31; unknown for a partial date",
        (Function::Day, &[Day], Type::Integer),
    ),
    fixed(
        "days_between",
        "days_between(a, b)",
        "days from a to b; negative if b is earlier; unknown for a partial date",
        (Function::DaysBetween, &[Day, Day], Type::Integer),
    ),
    fixed(
        "months_between",
        "months_between(a, b)",
        "whole months from a to b; unknown for a partial date",
        (Function::MonthsBetween, &[Day, Day], Type::Integer),
    ),
    fixed(
        "years_between",
        "years_between(a, b)",
        "whole years from a to b; unknown for a partial date",
        (Function::YearsBetween, &[Day, Day], Type::Integer),
    ),
    entry(
        "hours_between",
        "hours_between(a, b)",
        "whole hours from a to b, rounded down; to the limit itself compare with a + INTERVAL 'n' HOUR",
        Typing::Hours,
    ),
    fixed(
        "add_days",
        "add_days(d, n)",
        "the date n days later",
        (Function::AddDays, &[Day, Integer], Type::Date),
    ),
    fixed(
        "add_months",
        "add_months(d, n)",
        "the date n months later, clamped to the month's last day",
        (Function::AddMonths, &[Day, Integer], Type::Date),
    ),
    fixed(
        "add_years",
        "add_years(d, n)",
        "the date n years later, clamped to the month's last day",
        (Function::AddYears, &[Day, Integer], Type::Date),
    ),
    fixed(
        "age",
        "age(birth, at)",
        "whole years from birth to at; NULL if at is earlier; unknown for a partial date",
        (Function::Age, &[Day, Day], Type::Integer),
    ),
    fixed(
        "adult_on",
        "adult_on(birth, n)",
        "the day on which someone turns n",
        (Function::AdultOn, &[Day, Integer], Type::Date),
    ),
    entry(
        "least",
        "least(a, b, ...)",
        "the smallest; NULL if any is NULL",
        Typing::Extreme(Function::Least),
    ),
    entry(
        "greatest",
        "greatest(a, b, ...)",
        "the largest; NULL if any is NULL",
        Typing::Extreme(Function::Greatest),
    ),
    fixed(
        "div",
        "div(a, b)",
        "the whole quotient, toward zero; NULL if b is 0",
        (Function::Div, &[Integer, Integer], Type::Integer),
    ),
    fixed(
        "mod",
        "mod(a, b)",
        "the remainder, with the sign of a; NULL if b is 0",
        (Function::Mod, &[Integer, Integer], Type::Integer),
    ),
    entry("in_set", "in_set(x, 'name')", "whether x is a member of a code set", Typing::InSet),
    entry(
        "check_digit",
        "check_digit(x, 'form')",
        "whether x has a named form, check digits included",
        Typing::CheckDigit,
    ),
];

/// The aggregates of measures: name, signature and meaning.
pub const AGGREGATES: [(&str, &str, &str); 9] = [
    ("count", "count([x])", "the records, or those for which x is present"),
    ("count_if", "count_if(condition)", "the records for which the condition is true"),
    ("share", "share(condition)", "true / (true + false); unknown leaves both sides"),
    ("distinct", "distinct(f, ...)", "the distinct combinations that are wholly present"),
    ("sum", "sum(x)", "the sum of the numbers that are present"),
    ("min", "min(x)", "the smallest of the numbers that are present"),
    ("max", "max(x)", "the largest of the numbers that are present"),
    ("avg", "avg(x)", "the mean of the numbers that are present, exact"),
    ("ratio", "ratio(a, b)", "one aggregate over another, exact"),
];

/// What can be made of the records of a relation: name, signature and meaning.
pub const FOLDS: [(&str, &str, &str); 5] = [
    ("count", "count(r) or count(r.x)", "the related records, or those for which x is present"),
    ("exists", "exists(r)", "whether there is a related record"),
    ("min", "min(r.x)", "the smallest x of the related records; NULL over none"),
    ("max", "max(r.x)", "the largest x of the related records; NULL over none"),
    ("sum", "sum(r.x)", "the sum of the numbers x of the related records; NULL over none"),
];

/// Names that other dialects give to what a function does here.
const FOREIGN: [(&str, &str); 24] = [
    ("len", "length(x)"),
    ("char_length", "length(x)"),
    ("left", "substr(x, 1, n)"),
    ("substring", "substr(x, i, n)"),
    ("mid", "substr(x, i, n)"),
    ("ifnull", "coalesce(a, b)"),
    ("nvl", "coalesce(a, b)"),
    ("isnull", "x IS NULL"),
    ("isblank", "blank(x)"),
    ("missing", "blank(x) or x IS NULL"),
    ("datediff", "days_between(a, b)"),
    ("date_diff", "days_between(a, b)"),
    ("dateadd", "add_days(d, n)"),
    ("date_add", "add_days(d, n)"),
    ("regexp_matches", "contains_match(x, 'pattern')"),
    ("regexp_like", "contains_match(x, 'pattern')"),
    ("rlike", "contains_match(x, 'pattern')"),
    ("ucase", "upper(x)"),
    ("lcase", "lower(x)"),
    ("date", "to_date(x) or date_of(x)"),
    ("integer", "to_int(x)"),
    ("if", "CASE WHEN ... THEN ... ELSE ... END"),
    ("iif", "CASE WHEN ... THEN ... ELSE ... END"),
    ("luhn", "check_digit(x, 'luhn')"),
];

/// The function of that name in lower case.
pub(super) fn function(name: &str) -> Option<&'static FunctionEntry> {
    FUNCTIONS.iter().find(|entry| entry.name == name)
}

/// What a name makes of the records of a relation.
pub(super) fn fold(name: &str) -> Option<Fold> {
    match name {
        "count" => Some(Fold::Count),
        "exists" => Some(Fold::Exists),
        "min" => Some(Fold::Min),
        "max" => Some(Fold::Max),
        "sum" => Some(Fold::Sum),
        _ => None,
    }
}

/// How a figure over a relation is called.
pub(super) fn fold_signature(name: &str) -> &'static str {
    FOLDS.iter().find(|(fold, ..)| *fold == name).map_or("", |(_, signature, _)| *signature)
}

/// What another dialect's function is called here.
pub(super) fn foreign(name: &str) -> Option<&'static str> {
    FOREIGN.iter().find(|(foreign, _)| *foreign == name).map(|(_, here)| *here)
}

/// The signature of an aggregate of that name.
pub(super) fn aggregate_signature(name: &str) -> Option<&'static str> {
    AGGREGATES.iter().find(|(aggregate, ..)| *aggregate == name).map(|(_, signature, _)| *signature)
}
