//! The files of a delivery, held against the list that came with them.

use std::fs;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::program::{Run, folder, run, text, write};

/// A pack that holds the delivery against a list.
const PACK: &str = "pack: house
title: House
version: 1.0.0
params:
  list: {type: text, default: SHA256SUMS}
rules:
  - id: completeness/delivery-not-as-listed
    title: The delivery is not what its list says
    severity: error
    guideline: [{cite: Delivery agreement 4, authority: house, confidence: practice}]
    records: every
    delivery: {manifest: \":list\"}
";

/// What arrived: names and contents.
const FILES: [(&str, &str); 4] = [
    ("patients.csv", "patient_id,mrn,birth_date\nP1,RG90001,1970-01-02\nP2,RG90002,1971-01-02\n"),
    ("sub/visits.csv", "encounter_id,patient_id,class,admitted_at\nE1,P1,inpatient,2026-01-02\n"),
    ("sub/scan.pdf", "%PDF-1.7"),
    ("ranks.csv", "Colour,Size,Weight\nred,1,2\nblue,2,3\ngreen,4,5\n"),
];

fn sum(content: &str) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The list of all files, as `sha256sum` writes it.
fn sums() -> String {
    FILES.iter().map(|(name, content)| format!("{}  {name}\n", sum(content))).collect()
}

/// A scan of a folder with these files, or of one of them, and with this list in it.
fn scan(files: &[(&str, &str)], only: &str, list: (&str, &str), param: &str) -> Run {
    let (export, rules) = (folder(), folder());
    fs::create_dir(export.path().join("sub")).expect("a folder can be made");
    for (name, content) in files.iter().chain([&list]) {
        write(export.path(), name, content);
    }
    write(rules.path(), "pack.yaml", PACK);
    let (path, rules) = (text(&export.path().join(only)), text(rules.path()));
    let param = format!("list={param}");
    let scan = ["scan", &path, "--rules", &rules, "--as-of", "2026-03-01", "--report", "json"];
    run(scan.into_iter().chain(["--param", &param]))
}

/// The rule in the report on a delivery.
fn rule(run: &Run) -> Value {
    let report: Value = serde_json::from_str(&run.stdout()).expect("the report is JSON");
    report["rules"][0].clone()
}

/// Why files could not be judged, the commonest reason.
fn reason(run: &Run) -> String {
    rule(run)["not_evaluable_reasons"][0]["reason"].as_str().unwrap_or_default().to_owned()
}

/// Holds the files (all, passed, violations, not evaluable) and the findings against what was expected.
#[track_caller]
fn check(run: &Run, counts: [u64; 4], expected: &[(&str, &str)]) {
    let rule = rule(run);
    assert_eq!(rule["unit"], "file");
    let names = ["records", "passed", "violations", "not_evaluable"];
    assert_eq!(names.map(|name| rule["counts"][name].as_u64().unwrap_or_default()), counts);
    let findings = rule["findings"].as_array().expect("a rule has findings").iter();
    let said = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let findings: Vec<(String, String)> =
        findings.map(|finding| (said(&finding["file"]), said(&finding["message"]))).collect();
    let expected: Vec<(String, String)> =
        expected.iter().map(|(file, what)| ((*file).to_owned(), (*what).to_owned())).collect();
    assert_eq!(findings, expected);
}

#[test]
fn every_file_is_the_one_that_was_listed() {
    let list = ("SHA256SUMS", &*sums());
    check(&scan(&FILES, "", list, "SHA256SUMS"), [4, 4, 0, 0], &[]);
    // Where a single file is scanned, those beside it arrived too.
    check(&scan(&FILES, "patients.csv", list, "SHA256SUMS"), [4, 4, 0, 0], &[]);
}

#[test]
fn what_is_absent_altered_or_not_listed_is_a_finding() {
    let altered = FILES[0].1.replace("1971", "1972");
    let files = [
        ("patients.csv", altered.as_str()),
        FILES[2],
        FILES[3],
        ("more.csv", "encounter_id,patient_id\nE9,P1\n"),
    ];
    check(
        &scan(&files, "", ("SHA256SUMS", &sums()), "SHA256SUMS"),
        [5, 2, 3, 0],
        &[
            ("more.csv", "it is not listed"),
            ("patients.csv", "its hash is another than the one listed"),
            ("sub/visits.csv", "it is listed and did not arrive"),
        ],
    );
}

#[test]
fn records_are_counted_also_where_no_record_set_claims_the_file() {
    let list = "file,bytes,row_count\npatients.csv,,3\nsub/visits.csv,69,1\nranks.csv,,3\nsub/scan.pdf,8,\n";
    check(
        &scan(&FILES, "", ("list.csv", list), "list.csv"),
        [4, 3, 1, 0],
        &[("patients.csv", "2 records arrived, 3 are listed")],
    );
    let list = "file,row_count\npatients.csv,2\nsub/visits.csv,1\nranks.csv,4\nsub/scan.pdf,7\n";
    let run = scan(&FILES, "", ("list.csv", list), "list.csv");
    check(&run, [4, 2, 1, 1], &[("ranks.csv", "3 records arrived, 4 are listed")]);
    assert_eq!(reason(&run), "`sub/scan.pdf`: its records could not be counted");
}

#[test]
fn a_list_that_says_nothing_is_no_pass() {
    let run = scan(&FILES, "", ("SHA256SUMS", &sums()), "absent.csv");
    // The list that nobody asks for arrived like any other file.
    check(&run, [5, 0, 0, 5], &[]);
    assert_eq!(reason(&run), "`absent.csv`: it is not in the delivery");
    let run = scan(&FILES, "", ("SHA256SUMS", "P1 RG90001 1970-01-02\n"), "SHA256SUMS");
    check(&run, [4, 0, 0, 4], &[]);
    let why = reason(&run);
    assert!(why.starts_with("`SHA256SUMS`: it is none: line 1"), "{why}");
    assert!(!run.stdout().contains("RG90001"), "the list may be a file of records");
}

#[test]
fn a_list_names_nothing_outside_the_delivery() {
    let list = format!("{}{}  ../../etc/hostname\n", sums(), sum("x"));
    check(
        &scan(&FILES, "", ("SHA256SUMS", &list), "SHA256SUMS"),
        [5, 4, 1, 0],
        &[("../../etc/hostname", "it is listed and did not arrive")],
    );
}

#[test]
fn names_with_identifiers_are_told_apart_and_hidden() {
    let name = "visits_987-65-4329.csv";
    let list = format!(
        "{}  patients.csv\n{}  {name}\n{}  letter_987-65-4321.csv\n",
        sum(FILES[0].1),
        sum("x"),
        sum("y")
    );
    let run = scan(&[FILES[0], (name, FILES[1].1)], "", ("SHA256SUMS", &list), "SHA256SUMS");
    let hidden = "\u{2592}".repeat(5);
    check(
        &run,
        [3, 1, 2, 0],
        &[
            (&format!("letter_{hidden}.csv"), "it is listed and did not arrive"),
            (&format!("visits_{hidden}.csv"), "its hash is another than the one listed"),
        ],
    );
    assert!(!run.stdout().contains("987-65"));
}
