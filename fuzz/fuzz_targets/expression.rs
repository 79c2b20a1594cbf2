//! Conditions, aggregates and patterns: any text is checked, or fails with problems inside it.

#![no_main]

use std::sync::Arc;

use chartaudit::expr::typed::{CodeSet, Value};
use chartaudit::expr::{
    ExprProblem, RelationScope, Scope, check_aggregate, check_condition, check_pattern,
    check_value, parse_tree, print,
};
use chartaudit::value::FieldType;
use libfuzzer_sys::fuzz_target;

/// A field of each type.
const FIELDS: [(&str, FieldType); 10] = [
    ("i", FieldType::Id),
    ("t", FieldType::Text),
    ("c", FieldType::Code),
    ("n", FieldType::Integer),
    ("x", FieldType::Decimal),
    ("b", FieldType::Boolean),
    ("d", FieldType::Date),
    ("tm", FieldType::Time),
    ("ts", FieldType::Timestamp),
    ("z", FieldType::Instant),
];

fuzz_target!(|text: &str| {
    let codes = CodeSet { name: "s".to_owned(), members: vec!["A".to_owned(), "B".to_owned()] };
    let codes = Arc::new(codes);
    let code_sets = |name: &str| (name == codes.name).then(|| Arc::clone(&codes));
    let params = [("p".to_owned(), Value::Integer(30))];
    let plain = Scope {
        fields: &FIELDS,
        relations: &[],
        this: None,
        params: &params,
        code_sets: &code_sets,
    };
    let related = ["r", "q"].map(|name| RelationScope { name, record_set: "rs", fields: &FIELDS });
    let scopes =
        [plain, Scope { relations: &related, ..plain }, Scope { this: Some(&FIELDS), ..plain }];
    for scope in &scopes {
        match check_condition(text, scope) {
            Ok(checked) => lie_inside(text, &checked.warnings),
            Err(problems) => fail_inside(text, &problems),
        }
        match check_value(text, scope) {
            Ok(checked) => lie_inside(text, &checked.warnings),
            Err(problems) => fail_inside(text, &problems),
        }
        if let Err(problems) = check_aggregate(text, scope) {
            fail_inside(text, &problems);
        }
    }
    if let Ok(tree) = parse_tree(text) {
        let printed = print(&tree);
        let again =
            parse_tree(&printed).unwrap_or_else(|problems| panic!("{printed}: {problems:?}"));
        assert_eq!(print(&again), printed);
    }
    for (case_blind, anchored) in [(false, true), (true, false)] {
        match check_pattern(text, case_blind, anchored) {
            Ok(pattern) => drop(pattern.regex.is_match(text.as_bytes())),
            Err(problem) => lie_inside(text, &[problem]),
        }
    }
});

fn fail_inside(text: &str, problems: &[ExprProblem]) {
    assert!(!problems.is_empty(), "it fails without a problem");
    lie_inside(text, problems);
}

/// The places of problems can be underlined.
fn lie_inside(text: &str, problems: &[ExprProblem]) {
    for problem in problems {
        assert!(text.get(problem.span.clone()).is_some(), "{:?} of {}", problem.span, text.len());
    }
}
