//! What the language accepts, refuses and warns of, with message, help and underlined text.

use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

use crate::expr::ast::{Literal, Node, NodeKind, Polarity};
use crate::expr::typed::{
    Aggregate, ArithmeticOp, CodeSet, CompareOp, Expr, ExprKind, FieldId, Fold, Function,
    IntervalUnit, RelationId, Value,
};
use crate::expr::{
    ExprCode, ExprProblem, FUNCTIONS, RelationScope, Scope, check_aggregate, check_condition,
    check_value, conditions_of, fields_of, fields_of_aggregate, parse_tree, print, relations_of,
    renumber_relations, renumber_relations_of_aggregate, this_fields_of,
};
use crate::value::{Date, Decimal, FieldType, Timestamp, Type};

const FIELDS: &[(&str, FieldType)] = &[
    ("encounter_id", FieldType::Id),
    ("class", FieldType::Code),
    ("note", FieldType::Text),
    ("los_days", FieldType::Integer),
    ("charge", FieldType::Decimal),
    ("deceased", FieldType::Boolean),
    ("birth_date", FieldType::Date),
    ("opened", FieldType::Time),
    ("admitted_at", FieldType::Timestamp),
    ("discharged_at", FieldType::Timestamp),
    ("received", FieldType::Instant),
    ("two words", FieldType::Text),
];

const PATIENT: &[(&str, FieldType)] = &[
    ("patient_id", FieldType::Id),
    ("last_name", FieldType::Text),
    ("birth_date", FieldType::Date),
    ("weight", FieldType::Decimal),
];
const SUMMARY: &[(&str, FieldType)] = &[
    ("title", FieldType::Text),
    ("signed_at", FieldType::Timestamp),
    ("pages", FieldType::Integer),
    ("final", FieldType::Boolean),
    ("filed", FieldType::Time),
];
const RELATIONS: &[RelationScope<'_>] = &[
    RelationScope { name: "patient", record_set: "patients", fields: PATIENT },
    RelationScope { name: "summary", record_set: "documents", fields: SUMMARY },
];

/// Runs with the scope of a rule that has relations.
fn related<T>(run: impl FnOnce(&Scope<'_>) -> T) -> T {
    scoped(|scope| run(&Scope { relations: RELATIONS, ..*scope }))
}

/// Runs with the scope of the condition of a relation.
fn inside<T>(run: impl FnOnce(&Scope<'_>) -> T) -> T {
    scoped(|scope| run(&Scope { fields: SUMMARY, this: Some(FIELDS), ..*scope }))
}

/// Runs with the scope of these tests.
fn scoped<T>(run: impl FnOnce(&Scope<'_>) -> T) -> T {
    let params = [
        ("days".to_owned(), Value::Integer(30)),
        ("kind".to_owned(), Value::Text("inpatient".into())),
        ("rate".to_owned(), Value::Decimal(Decimal::ONE)),
    ];
    let sets = |name: &str| {
        let members = vec!["20".to_owned(), "21".to_owned()];
        (name == "status").then(|| Arc::new(CodeSet { name: name.to_owned(), members }))
    };
    run(&Scope { fields: FIELDS, relations: &[], this: None, params: &params, code_sets: &sets })
}

fn condition(text: &str) -> Expr {
    scoped(|scope| check_condition(text, scope))
        .unwrap_or_else(|problems| panic!("{text}: {problems:#?}"))
        .expr
}

fn shown(text: &str, problems: &[ExprProblem]) -> String {
    let mut out = String::new();
    for problem in problems {
        let place = text.get(problem.span.clone()).unwrap();
        let help = problem.help.as_deref().unwrap_or("-");
        writeln!(
            out,
            "{} {} | {place} | {} | {help}",
            problem.code, problem.message, problem.label
        )
        .unwrap();
    }
    out.trim_end().to_owned()
}

/// Code, message, underlined text, label and help of every problem of a condition.
#[track_caller]
fn refused(text: &str, expected: &[&str]) {
    let problems = scoped(|scope| check_condition(text, scope)).expect_err(text);
    assert_eq!(shown(text, &problems), expected.join("\n"), "in {text}");
}

#[track_caller]
fn warned(text: &str, expected: &[&str]) {
    let checked = scoped(|scope| check_condition(text, scope)).expect(text);
    assert_eq!(shown(text, &checked.warnings), expected.join("\n"), "in {text}");
}

#[test]
fn sound_conditions() {
    for text in [
        "class = 'inpatient' AND discharged_at IS NOT NULL",
        "los_days > 3 OR NOT charge <= 2.5",
        "los_days = charge",
        "birth_date <= admitted_at",
        "birth_date < :as_of AND class = :kind",
        "admitted_at < TIMESTAMP '2024-02-29 23:59:59' AND birth_date >= DATE '1900-01-01'",
        "discharged_at BETWEEN admitted_at AND admitted_at + INTERVAL '30' DAY",
        "discharged_at - INTERVAL '12' HOUR <= admitted_at",
        "los_days IN (-1, 2, :days)",
        "charge NOT IN (1, 2.5)",
        "class NOT LIKE 'in!_%' ESCAPE '!'",
        "class IS DISTINCT FROM NULL",
        "\"two words\" = 'it''s'",
        "CASE WHEN deceased THEN los_days ELSE NULL END = 3",
        "CASE WHEN deceased THEN 1 WHEN los_days > 2 THEN 2.5 END > 1",
        "coalesce(los_days, NULL, 0) > -9223372036854775808",
        "matches(encounter_id, 'E\\d+', 'i') AND contains_match(note, '[a-z]')",
        "in_set(class, 'status') OR check_digit(encounter_id, 'us-npi')",
        "age(birth_date, admitted_at) >= 18 AND adult_on(birth_date, 18) < :as_of",
        "hours_between(admitted_at, discharged_at) <= 24 AND hours_between(received, received) = 0",
        "days_between(date_of(admitted_at), to_date(note, 'DD/MM/YYYY')) > :days",
        "substr(class, 1, 2) = upper('in') AND concat(class, note, 'x') <> ''",
        "greatest(los_days, charge) > div(los_days, 2) + mod(los_days, 3)",
        "this.class = 'x' and Blank(note) or true",
        "deceased",
        "deceased = TRUE AND opened = opened",
        "los_days = 1 OR TRUE",
    ] {
        assert_eq!(condition(text).ty, Type::Boolean, "{text}");
        let beside_relations = related(|scope| check_condition(text, scope)).expect(text).expr;
        assert_eq!(beside_relations, condition(text), "{text}");
    }
}

#[test]
fn types_are_settled() {
    let field = |id, ty, start: usize, end| Expr {
        kind: ExprKind::Field(FieldId(id)),
        ty,
        span: start..end,
    };
    let ExprKind::Compare(CompareOp::Equal, a, b) = condition("los_days = charge").kind else {
        panic!()
    };
    assert_eq!(a.kind, ExprKind::Widen(Box::new(field(3, Type::Integer, 0, 8))));
    assert_eq!((a.ty, *b), (Type::Decimal, field(4, Type::Decimal, 11, 17)));

    let ExprKind::Compare(_, _, b) = condition("charge > 5").kind else { panic!() };
    assert_eq!(b.kind, ExprKind::Literal(Some(Value::Decimal(Decimal::from_i64(5)))));

    let ExprKind::Compare(_, a, _) = condition("birth_date + INTERVAL '1' HOUR < admitted_at").kind
    else {
        panic!()
    };
    let ExprKind::Shift(inner, 1, IntervalUnit::Hour) = a.kind else { panic!() };
    assert!(matches!(inner.kind, ExprKind::Widen(_)) && inner.ty == Type::Timestamp);

    let ExprKind::Compare(_, a, _) = condition("year(admitted_at) = 2024").kind else { panic!() };
    let ExprKind::Call(Function::Year, arguments) = a.kind else { panic!() };
    assert!(
        matches!(&arguments[0].kind, ExprKind::Call(Function::DateOf, _))
            && arguments[0].ty == Type::Date
    );

    let ExprKind::InList(_, items) = condition("charge IN (1, -2.5)").kind else { panic!() };
    assert_eq!(
        *items,
        [Value::Decimal(Decimal::from_i64(1)), Value::Decimal(Decimal(-25_000_000_000))]
    );

    let ExprKind::Compare(_, a, _) = condition(":as_of = birth_date").kind else { panic!() };
    assert_eq!((a.kind, a.ty), (ExprKind::AsOf, Type::Date));

    let parens = condition("(class = 'a') AND ((class = 'b'))");
    assert_eq!(parens.span, 0..33);
}

#[test]
fn syntax() {
    refused(
        "",
        &[
            "E101 the expression is empty |  | nothing here | write a condition, as `discharged_at IS NOT NULL`",
        ],
    );
    refused("class =", &["E101 expected a value, found the end |  | a value belongs here | -"]);
    refused(
        "class = 'a",
        &[
            "E101 a quote is not closed | 'a | opened here, no closing `'` follows | close it; a quote inside is written twice: ''",
        ],
    );
    refused(
        "(class = 'a'",
        &["E101 expected `)`, found the end |  | `)` closes the parenthesis | -"],
    );
    refused(
        "deceased)",
        &[
            "E101 unexpected `)` | ) | the expression is complete before this | remove it, or open it before",
        ],
    );
    refused(
        "1 < los_days < 5",
        &[
            "E101 unexpected `<` | < | the expression is complete before this | compare two values at a time, and join the comparisons with AND",
        ],
    );
    refused(
        "two words = 'a'",
        &[
            "E101 unexpected `words` | words | the expression is complete before this | join conditions with AND or OR; a column name that holds blanks needs double quotes",
        ],
    );
    refused(
        "end = 1",
        &[
            "E101 expected a value, found `end` | end | a value belongs here | if this is the name of a column, write it in double quotes: \"end\"",
        ],
    );
    refused(
        "class IS 5",
        &[
            "E101 expected `NULL` or `DISTINCT FROM`, found `5` | 5 | `NULL` or `DISTINCT FROM` follows IS | -",
        ],
    );
    refused(
        "los_days ≥ 3 ¶",
        &[
            "E101 unexpected character `≥` | ≥ | no part of the language | write >=",
            "E101 unexpected character `¶` | ¶ | no part of the language | -",
        ],
    );
    refused(
        "los_days\u{a0}= 3",
        &[
            "E101 unexpected character U+00A0 | \u{a0} | no part of the language | write an ordinary blank",
        ],
    );
    refused("CASE 1 END", &["E101 expected `WHEN`, found `1` | 1 | `WHEN` follows CASE | -"]);
}

#[test]
fn unknown_names_are_told_all_at_once() {
    refused(
        "clas = 'a' AND los_day > :dayz AND zebra IS NULL",
        &[
            "E102 unknown column `clas` | clas | the record set has no such field | did you mean `class`?",
            "E102 unknown column `los_day` | los_day | the record set has no such field | did you mean `los_days`?",
            "E102 unknown parameter `:dayz` | :dayz | the pack declares no such parameter | did you mean `:days`?",
            "E102 unknown column `zebra` | zebra | the record set has no such field | -",
        ],
    );
    refused(
        "Class = 'a'",
        &[
            "E102 unknown column `Class` | Class | the record set has no such field | did you mean `class`?",
        ],
    );
    refused(
        "lenght(class) = 1",
        &["E103 unknown function `lenght` | lenght | no such function | did you mean `length`?"],
    );
    refused(
        "NVL(class, 'x') = 'x'",
        &["E103 unknown function `nvl` | NVL | no such function | write coalesce(a, b)"],
    );
    refused(
        "class = \"inpatient\"",
        &[
            "E104 `\"inpatient\"` names a column, and there is none of this name | \"inpatient\" | double quotes make a column name | write text in single quotes: 'inpatient'",
        ],
    );
    refused(
        "\"clas\" = 'a'",
        &[
            "E104 `\"clas\"` names a column, and there is none of this name | \"clas\" | double quotes make a column name | write text in single quotes: 'clas'; or did you mean the column `class`?",
        ],
    );
    refused(
        "patient.birth_date < :as_of",
        &[
            "E111 relation `patient` is not declared | patient.birth_date | relation not declared | declare `patient` under `with` of the rule",
        ],
    );
    refused(
        "count(documents) > 0",
        &[
            "E111 relation `documents` is not declared | documents | relation not declared | declare `documents` under `with` of the rule",
        ],
    );
    refused(
        "min(los_days, 3) = 3",
        &[
            "E111 `min` is over related records, and no relation is named | min(los_days, 3) | no relation named | use least(a, b) for the smaller of two values; min is over a relation, as min(relation.x)",
        ],
    );
}

#[test]
fn sound_conditions_on_related_records() {
    for text in [
        "patient.birth_date <= admitted_at",
        "count(summary) >= 1 OR age(patient.birth_date, admitted_at) < 1",
        "exists(summary) AND NOT exists(patient)",
        "min(summary.signed_at) <= discharged_at + INTERVAL '24' HOUR",
        "max(summary.filed) = opened",
        "sum(summary.pages * los_days) > 3 AND sum(patient.weight) < 2.5",
        "count(summary.title) = count(summary.final)",
        "count(CASE WHEN summary.signed_at < this.admitted_at THEN 1 END) = 0",
        "max(days_between(admitted_at, summary.signed_at)) <= 30",
        "lower(patient.last_name) = lower(note) AND patient.last_name <> summary.title",
        "patient.last_name IS NOT DISTINCT FROM summary.title",
        "coalesce(patient.last_name, 'x') = class",
        "CASE WHEN patient.birth_date IS NULL THEN note ELSE class END = 'a'",
        "patient.last_name < 'm' AND starts_with(patient.last_name, 'a')",
    ] {
        let checked = related(|scope| check_condition(text, scope));
        assert!(checked.is_ok(), "{text}: {checked:#?}");
    }
    for text in [
        "title = 'a' AND signed_at >= this.admitted_at",
        "pages > this.los_days OR lower(title) = this.note",
    ] {
        let checked = inside(|scope| check_condition(text, scope));
        assert!(checked.is_ok(), "{text}: {checked:#?}");
    }
}

#[test]
fn names_mean_fields_of_the_right_record() {
    let parsed = |text| related(|scope| check_condition(text, scope)).expect(text).expr;
    let ExprKind::Compare(_, a, b) = parsed("patient.birth_date = this.birth_date").kind else {
        panic!()
    };
    assert_eq!(a.kind, ExprKind::Related(RelationId(0), FieldId(2)));
    assert_eq!(b.kind, ExprKind::Field(FieldId(6)));

    let expr = parsed("sum(summary.pages * los_days) = this.los_days AND exists(patient)");
    assert_eq!(fields_of(&expr), [FieldId(3)]);
    assert_eq!(relations_of(&expr), [RelationId(1), RelationId(0)]);
    let ExprKind::And(all) = expr.kind else { panic!() };
    let ExprKind::Compare(_, sum, _) = &all[0].kind else { panic!() };
    let ExprKind::Fold { relation: RelationId(1), fold: Fold::Sum, of: Some(of) } = &sum.kind
    else {
        panic!("{sum:?}")
    };
    let ExprKind::Arithmetic(_, a, b) = &of.kind else { panic!() };
    assert_eq!((&a.kind, &b.kind), (&ExprKind::Field(FieldId(2)), &ExprKind::This(FieldId(3))));
    assert_eq!((sum.ty, all[1].ty), (Type::Integer, Type::Boolean));

    let text = "signed_at >= this.admitted_at";
    let expr = inside(|scope| check_condition(text, scope)).expect(text).expr;
    let ExprKind::Compare(_, a, b) = &expr.kind else { panic!() };
    assert_eq!((&a.kind, &b.kind), (&ExprKind::Field(FieldId(1)), &ExprKind::This(FieldId(8))));
    assert_eq!(this_fields_of(&expr), [FieldId(8)]);
}

#[test]
fn figures_of_groups_over_related_records() {
    let check = |text: &str, expected: &str| {
        let figure = related(|scope| check_aggregate(text, scope)).expect(text);
        assert_eq!(skeleton(&figure), expected, "{text}");
    };
    check("count(summary)", "related");
    check("ratio(count(), count(summary))", "count / related");
    check("sum(summary.pages) + max(patient.weight)", "(related + related)");
    check("sum(summary.pages * 2) - min(los_days)", "(related - min)");
    check("sum(patient.weight * los_days)", "sum");
    check("avg(patient.weight)", "avg");
    check("count_if(exists(summary)) + share(patient.weight > 3)", "(count_if + share)");
    check("max(count(summary) + los_days)", "max");

    let refused = |text: &str, expected: &str| {
        let problems = related(|scope| check_aggregate(text, scope)).expect_err(text);
        assert_eq!(shown(text, &problems), expected, "{text}");
    };
    refused(
        "max(summary.signed_at)",
        "E105 a figure needs numbers, this is timestamp | max(summary.signed_at) | this is timestamp | compare it in each record with `assert`, or measure days, as max(days_between(a, b))",
    );
    refused(
        "exists(summary)",
        "E103 unknown aggregate `exists` | exists | no such aggregate | `exists` is of one record; use it inside an aggregate, as count_if(...)",
    );
    refused(
        "sum(summary.pages + patient.weight)",
        "E111 `sum` is over one relation, and `summary` and `patient` are named | patient.weight | a second relation | make a figure of each, or a relation whose `where` holds what `patient` says",
    );
    refused(
        "distinct(class, concat(class, patient.last_name))",
        "E112 texts of different records can only be compared for equality | concat(class, patient.last_name) | texts of different records meet here | compare with =, <> or IS [NOT] DISTINCT FROM; functions of one side alone are fine, as lower(a.x) = lower(b.y)",
    );
}

#[test]
fn relations_get_other_numbers() {
    let later = |id: RelationId| RelationId(id.0 + 5);
    let text = "exists(summary) OR NOT (CASE WHEN patient.weight > 1 THEN count(patient) END = 2)";
    let mut expr = related(|scope| check_condition(text, scope)).expect(text).expr;
    renumber_relations(&mut expr, &later);
    assert_eq!(relations_of(&expr), [RelationId(6), RelationId(5)]);

    let text = "ratio(count(summary), count_if(exists(patient)) + distinct(patient.weight))";
    let mut figure = related(|scope| check_aggregate(text, scope)).expect(text);
    renumber_relations_of_aggregate(&mut figure, &later);
    let found: Vec<_> = conditions_of(&figure).into_iter().flat_map(relations_of).collect();
    assert_eq!(found, [RelationId(6), RelationId(5), RelationId(5)]);
}

#[test]
fn faults_around_relations() {
    let check = |text: &str, expected: &[&str]| {
        let problems = related(|scope| check_condition(text, scope)).expect_err(text);
        assert_eq!(shown(text, &problems), expected.join("\n"), "in {text}");
    };
    check(
        "patiant.birth_date < :as_of",
        &[
            "E111 relation `patiant` is not declared | patiant.birth_date | relation not declared | did you mean `patient`?",
        ],
    );
    check(
        "count(consents) = 0 OR exists(summry)",
        &[
            "E111 relation `consents` is not declared | consents | relation not declared | declare `consents` under `with` of the rule, which has `patient`, `summary`",
            "E111 relation `summry` is not declared | summry | relation not declared | did you mean `summary`?",
        ],
    );
    check(
        "patient.birthdate IS NULL AND summary.zebra = 1",
        &[
            "E102 unknown column `birthdate` of `patient` | patient.birthdate | record set `patients` has no such field | did you mean `patient.birth_date`?",
            "E102 unknown column `zebra` of `summary` | summary.zebra | record set `documents` has no such field | -",
        ],
    );
    check(
        "count(summary.pages * los_dayz) > 0 AND sum(summary.pages * signed_at) > 0",
        &[
            "E102 unknown column `los_dayz` | los_dayz | the record set has no such field | did you mean `los_days`?",
            "E102 unknown column `signed_at` | signed_at | the record set has no such field | write `summary.signed_at` for the field of the related record",
        ],
    );
    check(
        "min(summary) > 3 OR sum(los_days) > 1",
        &[
            "E106 min needs a value of the related records | min(summary) | a relation, and none of its fields | write min(summary.FIELD)",
            "E111 `sum` is over related records, and no relation is named | sum(los_days) | no relation named | use it in a `measure`, or name a relation in it",
        ],
    );
    check(
        "exists(summary.final)",
        &[
            "E106 exists takes the name of a relation | exists(summary.final) | more than a name | write exists(summary), and what is to hold of the records under `where` of the relation",
        ],
    );
    check(
        "min(summary.pages, 3) = 1 AND max() = 2",
        &[
            "E106 min takes 1 argument, here are 2 | min(summary.pages, 3) | wrong number of arguments | write min(r.x)",
            "E111 `max` is over related records, and no relation is named | max() | no relation named | use greatest(a, b) for the larger of two values; max is over a relation, as max(relation.x)",
        ],
    );
    check(
        "sum(summary.pages * patient.weight) > 1",
        &[
            "E111 `sum` is over one relation, and `summary` and `patient` are named | patient.weight | a second relation | make a figure of each, or a relation whose `where` holds what `patient` says",
        ],
    );
    check(
        "sum(count(summary) + summary.pages) > 1",
        &[
            "E111 a figure over related records inside another | count(summary) | inside another figure | compare two figures beside each other",
        ],
    );
    check(
        "count(summary.pages > 3) > 1 AND count(summary.final) > 1",
        &[
            "E105 count(x) counts where x is present, and a condition is present where it is false too | summary.pages > 3 | this is boolean | put the condition under `where` of the relation, and write count(summary)",
        ],
    );
    check(
        "min(summary.title) = 'a' AND sum(summary.final) = 1 AND sum(summary.filed) = 1",
        &[
            "E105 min is over dates, times and numbers, this is text | summary.title | this is text | make it a number or a date with to_int(x) or to_date(x)",
            "E105 sum needs numbers, this is boolean | summary.final | this is boolean | write count(summary), with the condition under `where` of the relation",
            "E105 sum needs numbers, this is time | summary.filed | this is time | -",
        ],
    );
    check(
        "avg(summary.pages) > 3",
        &[
            "E103 `avg` is a figure of many records | avg | not a function of one record | use it in a `measure`; over a relation there are count, exists, min, max and sum",
        ],
    );
    check(
        "starts_with(note, patient.last_name) OR zebra = 1",
        &[
            "E112 texts of different records can only be compared for equality | starts_with(note, patient.last_name) | texts of different records meet here | compare with =, <> or IS [NOT] DISTINCT FROM; functions of one side alone are fine, as lower(a.x) = lower(b.y)",
            "E102 unknown column `zebra` | zebra | the record set has no such field | -",
        ],
    );
    check(
        "patient.last_name < summary.title",
        &[
            "E112 texts of different records can only be compared for equality | patient.last_name < summary.title | texts of different records meet here | compare with =, <> or IS [NOT] DISTINCT FROM; functions of one side alone are fine, as lower(a.x) = lower(b.y)",
        ],
    );
    check(
        "coalesce(patient.last_name, note) = 'a'",
        &[
            "E112 texts of different records can only be compared for equality | coalesce(patient.last_name, note) | texts of different records meet here | compare with =, <> or IS [NOT] DISTINCT FROM; functions of one side alone are fine, as lower(a.x) = lower(b.y)",
        ],
    );
    check(
        "concat(patient.last_name, class) LIKE '%a'",
        &[
            "E112 texts of different records can only be compared for equality | concat(patient.last_name, class) | texts of different records meet here | compare with =, <> or IS [NOT] DISTINCT FROM; functions of one side alone are fine, as lower(a.x) = lower(b.y)",
        ],
    );
    check(
        "CASE WHEN deceased THEN patient.last_name ELSE 'x' END = note",
        &[
            "E112 the text of a related record cannot depend on another record | CASE WHEN deceased THEN patient.last_name ELSE 'x' END | a text that two records decide | ask of the other record beside the comparison, as CONDITION AND relation.x = y",
        ],
    );
    check(
        "count(coalesce(summary.title, note)) > 1",
        &[
            "E112 texts of different records can only be compared for equality | coalesce(summary.title, note) | texts of different records meet here | compare with =, <> or IS [NOT] DISTINCT FROM; functions of one side alone are fine, as lower(a.x) = lower(b.y)",
        ],
    );
}

#[test]
fn faults_in_the_condition_of_a_relation() {
    let check = |text: &str, expected: &[&str]| {
        let problems = inside(|scope| check_condition(text, scope)).expect_err(text);
        assert_eq!(shown(text, &problems), expected.join("\n"), "in {text}");
    };
    check(
        "patient.birth_date IS NULL AND count(patient) = 0",
        &[
            "E111 a relation cannot be used in the condition of another | patient.birth_date | a relation inside a relation | compare fields of the related record with fields of the record under test, as `this.FIELD`",
            "E111 a relation cannot be used in the condition of another | count(patient) | a relation inside a relation | compare fields of the related record with fields of the record under test, as `this.FIELD`",
        ],
    );
    check(
        "admitted_at < this.signed_at",
        &[
            "E102 unknown column `admitted_at` | admitted_at | the record set has no such field | write `this.admitted_at` for the field of the record under test",
            "E102 unknown column `signed_at` | this.signed_at | the record under test has no such field | write `signed_at` for the field of the related record",
        ],
    );
    check(
        "titel = this.clas",
        &[
            "E102 unknown column `titel` | titel | the record set has no such field | did you mean `title`?",
            "E102 unknown column `clas` | this.clas | the record under test has no such field | did you mean `class`?",
        ],
    );
    check(
        "title < this.note",
        &[
            "E112 texts of different records can only be compared for equality | title < this.note | texts of different records meet here | compare with =, <> or IS [NOT] DISTINCT FROM; functions of one side alone are fine, as lower(a.x) = lower(b.y)",
        ],
    );
}

#[test]
fn types_that_do_not_go_together() {
    refused(
        "class > 3",
        &[
            "E105 cannot compare text with integer | class | this is text, the other side is integer | write `to_int(class)`, or declare its type as integer",
        ],
    );
    refused(
        "2.5 = trim(class)",
        &[
            "E105 cannot compare decimal with text | trim(class) | this is text, the other side is decimal | write `to_decimal(trim(class))`, or declare its type as decimal",
        ],
    );
    refused(
        "birth_date < '2024-01-01'",
        &[
            "E105 cannot compare date with text | '2024-01-01' | this is text, the other side is date | write DATE '2024-01-01'",
        ],
    );
    refused(
        "los_days = '3'",
        &[
            "E105 cannot compare integer with text | '3' | this is text, the other side is integer | write 3 without quotes",
        ],
    );
    refused(
        "deceased = 'true'",
        &[
            "E105 cannot compare boolean with text | 'true' | this is text, the other side is boolean | write TRUE without quotes",
        ],
    );
    refused(
        "received < admitted_at",
        &[
            "E105 cannot compare instant with timestamp | admitted_at | this is timestamp, the other side is instant | both sides must be instant, or timestamp",
        ],
    );
    refused(
        "discharged_at - admitted_at > 3",
        &[
            "E105 `-` needs numbers, these are timestamp and timestamp | discharged_at - admitted_at | timestamp - timestamp | write `days_between(admitted_at, discharged_at)`",
        ],
    );
    refused(
        "birth_date + 30 < :as_of",
        &[
            "E105 `+` needs numbers, these are date and integer | birth_date + 30 | date + integer | write `birth_date + INTERVAL '30' DAY`, or `add_days(birth_date, 30)`",
        ],
    );
    refused(
        "class + note = 'x'",
        &[
            "E105 `+` needs numbers, these are text and text | class + note | text + text | write `concat(class, note)`",
        ],
    );
    refused(
        "class",
        &[
            "E105 a condition must be boolean, this is text | class | text, not a condition | compare it, as x = 'value', or ask x IS NOT NULL",
        ],
    );
    refused(
        "NOT los_days OR deceased",
        &[
            "E105 a condition must be boolean, this is integer | los_days | integer, not a condition | compare it with a value",
        ],
    );
    refused(
        "blank(birth_date)",
        &[
            "E105 blank needs text, this is date | birth_date | this is date | write `birth_date IS NULL`",
        ],
    );
    refused(
        "age(note, :as_of) > 3",
        &[
            "E105 age needs date here, this is text | note | this is text | write `to_date(note)`, or declare its type as date",
        ],
    );
    refused(
        "deceased < TRUE",
        &["E105 booleans have no order | deceased < TRUE | only = and <> compare booleans | -"],
    );
    refused(
        "INTERVAL '1' DAY = 1",
        &[
            "E105 an interval can only be added to a date, timestamp or instant | INTERVAL '1' DAY | an interval by itself | write the interval after + or -, as DATE '2024-01-31' + INTERVAL '1' MONTH",
        ],
    );
    refused(
        "-class = 1",
        &[
            "E105 arithmetic needs numbers, this is text | class | this is text | write `to_int(class)`, or declare its type as integer",
        ],
    );
}

#[test]
fn arguments() {
    refused(
        "substr(class, 1) = 'a'",
        &[
            "E106 substr takes 3 arguments, here are 2 | substr(class, 1) | wrong number of arguments | write substr(x, i, n)",
        ],
    );
    refused(
        "substr(class, 0, los_days) = 'a'",
        &[
            "E106 substr takes constants from 1 for the start and from 0 for the count | 0 | not a constant integer from 1 | write substr(x, i, n)",
            "E106 substr takes constants from 1 for the start and from 0 for the count | los_days | not a constant integer from 0 | write substr(x, i, n)",
        ],
    );
    refused(
        "matches(class, note)",
        &[
            "E106 the pattern must be a constant text | note | not a constant text | write it in single quotes",
        ],
    );
    refused(
        "matches(class, 'a', 'x')",
        &[
            "E106 the third argument of matches can only be 'i' | 'x' | no such flag | write 'i' to ignore the case of ASCII letters",
        ],
    );
    refused(
        "class LIKE note",
        &[
            "E106 the pattern of LIKE must be a constant text | note | not a constant text | write it in single quotes",
        ],
    );
    refused(
        "los_days IN (1, charge)",
        &[
            "E106 the list of IN takes constants and parameters only | charge | not a constant | write `... OR los_days = charge`",
        ],
    );
    refused(
        "coalesce(class) = 'a'",
        &[
            "E106 coalesce takes 2 arguments or more, here are 1 | coalesce(class) | wrong number of arguments | write coalesce(a, b, ...)",
        ],
    );
}

#[test]
fn constructs_outside_the_language_are_named() {
    let check = |text: &str, what: &str, place: &str| {
        let problems = scoped(|scope| check_condition(text, scope)).expect_err(text);
        let [problem] = &problems[..] else { panic!("{text}: {problems:#?}") };
        assert_eq!(
            (problem.code, problem.message.as_str(), text.get(problem.span.clone()).unwrap()),
            (ExprCode::E107, format!("{what} is not in the language").as_str(), place),
            "{text}"
        );
        assert!(problem.help.is_some(), "{text}");
    };
    check("class::int = 1", "the cast `::`", "::");
    check("class || note = 'x'", "the operator `||`", "||");
    check("los_days / 2 = 1", "the operator `/`", "/");
    check("los_days % 2 = 1", "the operator `%`", "%");
    check("note -> 'a' = 'x'", "the arrow `->`", "->");
    check("note ->> 'a' = 'x'", "the arrow `->>`", "->>");
    check("deceased -- yes", "a comment", "-- yes");
    check("deceased /* yes */", "a comment", "/* yes */");
    check("los_days IN (SELECT 1)", "a subquery", "SELECT");
    check("(SELECT 1) = 1", "a subquery", "SELECT");
    check("EXISTS (SELECT 1)", "a subquery", "EXISTS (SELECT");
    check("count(los_days) OVER () = 1", "a window", "OVER");
    check("cast(class AS int) = 1", "a cast", "cast");
    check("birth_date < now()", "a clock", "now");
    check("birth_date < CURRENT_DATE", "a clock", "CURRENT_DATE");
    check("random() < 1", "a random function", "random");
    check("class ILIKE 'a'", "the operator `ILIKE`", "ILIKE");
    check("class NOT ILIKE 'a'", "the operator `ILIKE`", "ILIKE");
    check("class == 'a'", "the operator `==`", "==");
    check("deceased IS TRUE", "`IS TRUE` or `IS FALSE`", "TRUE");
    check("length(x => class) = 1", "the named argument `=>`", "=>");
    check("los_days = ANY (1, 2)", "a comparison with ANY", "ANY");
    check("deceased;", "a second statement", ";");
    check("count(*) > 1", "the argument `*`", "*");
    check("`class = 'a'", "the quote `` ` ``", "`");
    refused(
        "note[1] = 'a'",
        &[
            "E107 an array is not in the language | [ | outside the language | use IN (...) with the values",
            "E107 an array is not in the language | ] | outside the language | use IN (...) with the values",
        ],
    );
}

#[test]
fn literals() {
    refused(
        "birth_date = DATE '2024-02-30' OR clas = 'a'",
        &[
            "E108 `2024-02-30` is no date | DATE '2024-02-30' | cannot be read | write it as DATE '2024-02-29', a day of the calendar",
            "E102 unknown column `clas` | clas | the record set has no such field | did you mean `class`?",
        ],
    );
    refused(
        "admitted_at = TIMESTAMP '2024-02-03T10:00:00Z'",
        &[
            "E108 `2024-02-03T10:00:00Z` is no timestamp | TIMESTAMP '2024-02-03T10:00:00Z' | cannot be read | write it as TIMESTAMP '2024-02-29 23:59:59', without a zone",
        ],
    );
    refused(
        "birth_date + INTERVAL '1' WEEK < :as_of",
        &[
            "E108 an interval needs its unit | INTERVAL '1' WEEK | no HOUR, DAY, MONTH or YEAR here | write it as INTERVAL '30' DAY",
        ],
    );
    refused(
        "birth_date + INTERVAL 'x' DAY < :as_of",
        &[
            "E108 `x` is no count of an interval | INTERVAL 'x' DAY | not a whole number | write it as INTERVAL '30' DAY",
        ],
    );
    refused(
        "birth_date + INTERVAL 3 DAY < :as_of",
        &[
            "E108 the value of INTERVAL is written in quotes | INTERVAL 3 | no quotes | write INTERVAL '3'",
        ],
    );
    refused(
        "los_days = 9223372036854775808",
        &[
            "E108 an integer has at most 64 bits | 9223372036854775808 | larger than an integer holds | -",
        ],
    );
    refused(
        "charge = 1.12345678901",
        &[
            "E108 a decimal has at most 18 digits before and 10 after the point | 1.12345678901 | more digits than a decimal holds | -",
        ],
    );
    refused(
        "charge = 1e3",
        &[
            "E108 `1e3` is no number | 1e3 | digits followed by letters | write whole numbers and decimals with digits and a point; a column whose name begins with a digit needs double quotes",
        ],
    );
    refused(
        "class LIKE 'a!' ESCAPE '!'",
        &[
            "E108 the pattern of LIKE ends in its escape | 'a!' | bad escape | write the escape twice for the character itself",
        ],
    );
    refused(
        "class LIKE 'a' ESCAPE '!!'",
        &["E108 the escape of LIKE is one character | '!!' | not one character | -"],
    );
    refused(
        "to_date(note, 'YY') = birth_date",
        &[
            "E108 to_date knows no format `YY` | 'YY' | no such format | write one of YYYYMMDD, DD/MM/YYYY, MM/DD/YYYY, DD.MM.YYYY",
        ],
    );
    refused(
        "in_set(class, 'stat')",
        &[
            "E108 there is no code set `stat` | 'stat' | no such code set | declare it, or name the values with IN (...)",
        ],
    );
    refused(
        "check_digit(class, 'us-npu')",
        &["E108 there is no form `us-npu` | 'us-npu' | no such form | did you mean `us-npi`?"],
    );
    refused(
        "matches(class, 'a\\bc')",
        &[
            "E109 a word boundary is not allowed in a pattern | \\b | outside the subset of regular expressions | write out what may stand at the border, as ([^A-Za-z]|^)",
        ],
    );
    refused(
        "matches(class, 'it''s(?=x)')",
        &[
            "E109 lookaround is not allowed in a pattern | 'it''s(?=x)' | outside the subset of regular expressions | use two conditions joined with AND",
        ],
    );
}

#[test]
fn null_is_asked_for_not_compared() {
    refused(
        "class = NULL",
        &[
            "E110 a comparison with NULL is never true | class = NULL | always unknown | write `class IS NULL`",
        ],
    );
    refused(
        "clas = NULL AND NULL <> trim(birth_date)",
        &[
            "E102 unknown column `clas` | clas | the record set has no such field | did you mean `class`?",
            "E110 a comparison with NULL is never true | clas = NULL | always unknown | write `clas IS NULL`",
            "E110 a comparison with NULL is never true | NULL <> trim(birth_date) | always unknown | write `trim(birth_date) IS NOT NULL`",
            "E105 trim needs text, this is date | birth_date | this is date | -",
        ],
    );
    refused(
        "NULL <> trim(class)",
        &[
            "E110 a comparison with NULL is never true | NULL <> trim(class) | always unknown | write `trim(class) IS NOT NULL`",
        ],
    );
    refused(
        "class IN ('a', NULL)",
        &[
            "E110 NULL in a list of IN is never equal to anything | NULL | matches no record | write `... OR class IS NULL`",
        ],
    );
    for text in [
        "NULL",
        "los_days + NULL > 1",
        "los_days BETWEEN NULL AND 3",
        "deceased AND NULL",
        "length(NULL) = 1",
        "coalesce(NULL, NULL) = 1",
    ] {
        let problems = scoped(|scope| check_condition(text, scope)).expect_err(text);
        assert_eq!(
            shown(text, &problems),
            "E110 NULL here makes the result unknown for every record | NULL | always unknown | write IS NULL or IS NOT NULL to ask for missing values",
            "{text}"
        );
    }
}

#[test]
fn limits() {
    let check = |text: &str, expected: &str| {
        let problems = scoped(|scope| check_condition(text, scope)).expect_err("over a limit");
        assert_eq!((problems[0].code, problems[0].message.as_str()), (ExprCode::E120, expected));
    };
    check(
        &format!("class = '{}'", "a".repeat(8 * 1024)),
        "the expression is 8202 bytes long, the limit is 8192",
    );
    let depth = "the expression is nested more than 40 deep";
    check(&format!("{}deceased{}", "(".repeat(41), ")".repeat(41)), depth);
    check(&format!("{}deceased{}", "NOT (".repeat(41), ")".repeat(41)), depth);
    check(&format!("{}1 = 1", "1 + ".repeat(41)), depth);
    check(&format!("{}1{} = 1", "(".repeat(3000), ")".repeat(3000)), depth);
    check(
        &format!("{}deceased", "deceased OR ".repeat(501)),
        "the expression has 1003 words and signs, the limit is 1000",
    );
    let list = |count: usize| vec!["1"; count].join(",");
    check(
        &format!("los_days IN ({})", list(1001)),
        "the list of IN has 1001 values, the limit is 1000",
    );
    condition(&format!("los_days IN ({})", list(1000)));
    condition(&format!("{}deceased{}", "(".repeat(40), ")".repeat(40)));
    condition(&format!("{}deceased", "deceased OR ".repeat(499)));
    check(
        &format!("matches(class, '{}')", "a".repeat(513)),
        "the pattern is 513 bytes long, the limit is 512",
    );
}

#[test]
fn warnings() {
    warned(
        "1 = 1",
        &[
            "W201 this condition is the same for every record | 1 = 1 | names no column and no parameter | remove it, or name a column in it",
        ],
    );
    warned(
        "class = 'a' OR (TRUE AND 1 < 2)",
        &[
            "W201 this condition is the same for every record | TRUE AND 1 < 2 | names no column and no parameter | remove it, or name a column in it",
        ],
    );
    warned(
        "los_days NOT BETWEEN 5 AND 3",
        &[
            "W202 the bounds of BETWEEN are reversed | 5 AND 3 | no value lies between these | write `BETWEEN 3 AND 5`",
        ],
    );
    warned(
        "charge BETWEEN 2.5 AND 2",
        &[
            "W202 the bounds of BETWEEN are reversed | 2.5 AND 2 | no value lies between these | write `BETWEEN 2 AND 2.5`",
        ],
    );
    warned(":days = 30 AND los_days BETWEEN 3 AND 3", &[]);
}

#[test]
fn figures() {
    let check = |text: &str, expected: &str| {
        let figure =
            scoped(|scope| check_aggregate(text, scope)).unwrap_or_else(|all| panic!("{all:#?}"));
        assert_eq!(format!("{:?}", skeleton(&figure)), format!("{expected:?}"), "{text}");
    };
    check("count()", "count");
    check("5", "5");
    check("50%", "0.5");
    check("-2.5 %", "-0.025");
    check(":days", "30");
    check("count_if(class = 'a') + 2 * count(note)", "(count_if + (2 * present))");
    check("ratio(count_if(deceased), count())", "count_if / count");
    check("share(deceased) - avg(charge)", "(share - avg)");
    check("-count()", "(0 - count)");
    check("max(days_between(admitted_at, discharged_at))", "max");
    check(
        "distinct(class, note) * max(los_days) + min(charge) + sum(los_days)",
        "(((distinct * max) + min) + sum)",
    );

    let refused = |text: &str, expected: &str| {
        let problems = scoped(|scope| check_aggregate(text, scope)).expect_err(text);
        assert_eq!(shown(text, &problems), expected, "{text}");
    };
    refused(
        "count_iff(deceased)",
        "E103 unknown aggregate `count_iff` | count_iff | no such aggregate | did you mean `count_if`?",
    );
    refused(
        "length(class)",
        "E103 unknown aggregate `length` | length | no such aggregate | `length` is of one record; use it inside an aggregate, as count_if(...)",
    );
    refused(
        "los_days",
        "E105 a figure is made of aggregates and numbers | los_days | neither an aggregate nor a number | use count(), count_if(condition), share(condition), sum(x), min(x), max(x), avg(x), distinct(f) or ratio(a, b)",
    );
    refused(
        "sum(class)",
        "E105 a figure needs numbers, this is text | class | this is text | write count(x) or distinct(x), or make it a number with to_int(x)",
    );
    refused(
        "max(admitted_at)",
        "E105 a figure needs numbers, this is timestamp | admitted_at | this is timestamp | compare it in each record with `assert`, or measure days, as max(days_between(a, b))",
    );
    refused(
        "min(received)",
        "E105 a figure needs numbers, this is instant | received | this is instant | compare it in each record with `assert`, or measure hours, as max(hours_between(a, b))",
    );
    refused(
        "share(los_days)",
        "E105 a condition must be boolean, this is integer | los_days | integer, not a condition | compare it with a value",
    );
    refused(
        "ratio(count())",
        "E106 ratio does not take 1 arguments | ratio(count()) | wrong number of arguments | write ratio(a, b)",
    );
    refused(
        "count(received_files)",
        "E102 unknown column `received_files` | received_files | the record set has no such field | did you mean `received`?",
    );
    refused(
        "count(manifest)",
        "E111 relation `manifest` is not declared | manifest | relation not declared | declare `manifest` under `with` of the rule",
    );
    refused(
        "count(*)",
        "E107 the argument `*` is not in the language | * | outside the language | write count() for the number of records",
    );
    refused(
        "count_if(count() > 1)",
        "E111 `count` is over related records, and no relation is named | count() | no relation named | use it in a `measure`, or name a relation in it",
    );
    refused(
        "count(DISTINCT class)",
        "E107 DISTINCT inside a function is not in the language | DISTINCT | outside the language | use distinct(f, ...)",
    );
}

fn skeleton(figure: &Aggregate) -> String {
    match figure {
        Aggregate::Literal(value) => value.to_string(),
        Aggregate::Count => "count".to_owned(),
        Aggregate::CountPresent(_) => "present".to_owned(),
        Aggregate::CountIf(_) => "count_if".to_owned(),
        Aggregate::Share(_) => "share".to_owned(),
        Aggregate::Distinct(_) => "distinct".to_owned(),
        Aggregate::Sum(_) => "sum".to_owned(),
        Aggregate::Min(_) => "min".to_owned(),
        Aggregate::Max(_) => "max".to_owned(),
        Aggregate::Avg(_) => "avg".to_owned(),
        Aggregate::Related(_) => "related".to_owned(),
        Aggregate::Ratio(a, b) => format!("{} / {}", skeleton(a), skeleton(b)),
        Aggregate::Arithmetic(op, a, b) => {
            let sign = match op {
                ArithmeticOp::Add => "+",
                ArithmeticOp::Subtract => "-",
                ArithmeticOp::Multiply => "*",
            };
            format!("({} {sign} {})", skeleton(a), skeleton(b))
        }
    }
}

#[test]
fn fields_come_in_order_and_once() {
    let expr = condition("note = 'a' AND (class = note OR coalesce(encounter_id, class) IN ('x'))");
    assert_eq!(fields_of(&expr), [FieldId(2), FieldId(1), FieldId(0)]);
    let figure = scoped(|scope| {
        check_aggregate("ratio(count_if(note = 'a'), sum(los_days) + count(note))", scope)
    });
    assert_eq!(fields_of_aggregate(&figure.unwrap()), [FieldId(2), FieldId(3)]);
}

/// Whoever reads the table is told what becomes of a date of which only the year is known.
#[test]
fn functions_of_dates_say_what_partial_dates_give() {
    let of_dates = [
        "date_of",
        "year",
        "month",
        "day",
        "days_between",
        "months_between",
        "years_between",
        "age",
    ];
    let entries: Vec<_> = FUNCTIONS.iter().filter(|entry| of_dates.contains(&entry.name)).collect();
    assert_eq!(entries.len(), of_dates.len());
    for entry in entries {
        assert!(entry.doc.contains("unknown for a partial date"), "{}", entry.name);
    }
}

#[test]
fn every_function_is_named_documented_and_called_in_its_signature() {
    let mut names: Vec<_> = FUNCTIONS.iter().map(|entry| entry.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), FUNCTIONS.len());
    for entry in &FUNCTIONS {
        assert!(entry.signature.starts_with(&format!("{}(", entry.name)), "{}", entry.name);
        assert!(!entry.doc.is_empty(), "{}", entry.name);
        // No function takes nothing, and each tells its signature when it is called so.
        let text = format!("{}()", entry.name);
        let problems = scoped(|scope| check_value(&text, scope)).expect_err(&text);
        assert_eq!(problems[0].code, ExprCode::E106, "{text}");
        assert_eq!(problems[0].help, Some(format!("write {}", entry.signature)));
    }
}

fn any_node() -> impl Strategy<Value = Node> {
    let node = |kind| Node::new(kind, 0..0);
    let word =
        || prop_oneof!["[a-z_][a-z0-9_]{0,5}", "[A-Za-z é\"'.-]{1,6}"].prop_map(String::from);
    let name = || word().prop_filter("a name", |name: &String| !name.is_empty());
    let number = || {
        prop_oneof![
            any::<i64>().prop_map(Literal::Integer),
            (-999_999_999_999_999_999_i128..=999_999_999_999_999_999)
                .prop_map(|scaled| Literal::Decimal(Decimal(scaled))),
        ]
    };
    let constant = move || {
        prop_oneof![
            number(),
            "\\PC{0,6}".prop_map(Literal::Text),
            any::<bool>().prop_map(Literal::Boolean),
            (Date::MIN.0..=Date::MAX.0).prop_map(|days| Literal::Date(Date(days))),
            (Timestamp::MIN.0..=Timestamp::MAX.0)
                .prop_map(|micros| Literal::Timestamp(Timestamp(micros))),
            (-999_i64..999).prop_map(|amount| Literal::Interval(amount, IntervalUnit::Month)),
            Just(Literal::Null),
        ]
    };
    let leaf = prop_oneof![
        constant().prop_map(NodeKind::Literal),
        (prop::option::of(name()), name())
            .prop_map(|(relation, name)| NodeKind::Column { relation, name }),
        "[a-z_][a-z0-9_]{0,5}".prop_map(NodeKind::Param),
    ]
    .prop_map(node);
    let item = move || prop_oneof![constant().prop_map(NodeKind::Literal)].prop_map(node);
    let polarity = || prop_oneof![Just(Polarity::Straight), Just(Polarity::Negated)];
    let compare = || {
        prop_oneof![
            Just(CompareOp::Equal),
            Just(CompareOp::NotEqual),
            Just(CompareOp::Less),
            Just(CompareOp::GreaterEqual)
        ]
    };
    let arithmetic = || {
        prop_oneof![
            Just(ArithmeticOp::Add),
            Just(ArithmeticOp::Subtract),
            Just(ArithmeticOp::Multiply)
        ]
    };
    leaf.prop_recursive(5, 40, 3, move |inner| {
        let one = || inner.clone().prop_map(Box::new);
        prop_oneof![
            (compare(), one(), one()).prop_map(|(op, a, b)| NodeKind::Compare(op, a, b)),
            (arithmetic(), one(), one()).prop_map(|(op, a, b)| NodeKind::Arithmetic(op, a, b)),
            (one(), polarity()).prop_map(|(a, polarity)| NodeKind::IsNull(a, polarity)),
            (one(), one(), polarity())
                .prop_map(|(a, b, polarity)| NodeKind::IsDistinct(a, b, polarity)),
            (one(), prop::collection::vec(item(), 1..4), polarity())
                .prop_map(|(a, list, polarity)| NodeKind::In(a, list, polarity)),
            (one(), one(), one(), polarity())
                .prop_map(|(a, b, c, polarity)| NodeKind::Between(a, b, c, polarity)),
            (one(), "[%_a!']{0,4}", prop::option::of("[!x]"), polarity()).prop_map(
                move |(a, text, escape, polarity)| {
                    let literal = |text| Box::new(node(NodeKind::Literal(Literal::Text(text))));
                    NodeKind::Like(a, literal(text), escape.map(literal), polarity)
                }
            ),
            prop::collection::vec(inner.clone(), 2..4).prop_map(NodeKind::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(NodeKind::Or),
            one().prop_map(NodeKind::Not),
            one().prop_map(NodeKind::Negate),
            ("f_[a-z]{1,4}", prop::collection::vec(inner.clone(), 0..3))
                .prop_map(|(name, arguments)| NodeKind::Call(name, arguments)),
            (prop::collection::vec((inner.clone(), inner.clone()), 1..3), prop::option::of(one()))
                .prop_map(|(branches, otherwise)| NodeKind::Case(branches, otherwise)),
        ]
        .prop_map(node)
    })
}

proptest! {
    #[test]
    fn printed_trees_parse_to_themselves(node in any_node()) {
        let text = print(&node);
        let again = parse_tree(&text).unwrap_or_else(|problems| panic!("{text}: {problems:#?}"));
        assert_eq!(again, node, "{text}");
    }

    #[test]
    fn no_text_panics(text in "\\PC{0,60}") {
        survives(&text);
    }

    #[test]
    fn no_words_panic(words in prop::collection::vec(prop::sample::select(WORDS), 0..25)) {
        survives(&words.join(" "));
        survives(&words.concat());
    }
}

const WORDS: &[&str] = &[
    "class",
    "los_days",
    "birth_date",
    "admitted_at",
    "nope",
    "AND",
    "OR",
    "NOT",
    "IS",
    "NULL",
    "IN",
    "BETWEEN",
    "LIKE",
    "ESCAPE",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "TRUE",
    "DISTINCT",
    "FROM",
    "(",
    ")",
    ",",
    "=",
    "<",
    "+",
    "-",
    "*",
    "%",
    ".",
    "'a'",
    "'\\d('",
    "\"q\"",
    "1",
    "2.5",
    ":days",
    ":as_of",
    "DATE",
    "INTERVAL",
    "'2024-02-30'",
    "DAY",
    "length",
    "matches",
    "count",
    "ratio",
    "exists",
    "max",
    "patient",
    "patient.last_name",
    "summary.pages",
    "summary.title",
    "this",
    "this.note",
    "title",
    "é",
    "'",
    "\"",
];

/// Whatever the text, every check ends, and its problems underline the text at whole characters.
fn survives(text: &str) {
    let check = |scope: &Scope<'_>| {
        let mut problems = check_condition(text, scope).err().unwrap_or_default();
        problems.extend(check_value(text, scope).err().unwrap_or_default());
        problems.extend(check_aggregate(text, scope).err().unwrap_or_default());
        for problem in problems {
            assert!(text.get(problem.span.clone()).is_some(), "{problem:?}");
        }
    };
    scoped(check);
    related(check);
    inside(check);
}
