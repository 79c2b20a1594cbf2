//! What a project file says of identifiers, in whole audits.

use std::path::Path;

use serde_json::Value;

use crate::program::{folder, keeps_to_its_schema, run, text, write};

/// Rules that look for everything that is on by default, for record numbers, and for telephone numbers alone.
const RULES: &str = "\
pack: house
title: House rules
version: 1.0.0
rules:
  - id: confidentiality/anything
    title: Any identifier in a note
    severity: error
    records: documents
    identifiers: {in: [text]}
  - id: confidentiality/record-number
    title: A record number in a note
    severity: error
    records: documents
    identifiers: {in: [text], detect: [mrn]}
    examples:
      - {given: {documents: [{text: see RG-0041234}]}, expect: violation}
      - {given: {documents: [{text: see RG-004123}]}, expect: pass}
  - id: confidentiality/phone
    title: A telephone number in a note
    severity: error
    records: documents
    identifiers: {in: [text], detect: [phone]}
";

const PROJECT: &str = "\
packs: [./house.yaml]
as_of: 2026-03-01
fictional: report
identifiers:
  patterns:
    - {name: mrn-riverside, title: Record number, pattern: 'RG-[0-9]{7}', labels: [chart], replaces: mrn}
  allow:
    - {value: 617-555-0143, detector: phone, reason: the front desk}
    - {value: 617-555-0199, reason: a line that was closed, until: 2026-02-28}
    - {pattern: 'desk-[0-9]@example\\.com', reason: mail of desks, until: 2026-12-31}
    - {column: documents.text, detector: us-npi, reason: providers are no patients}
";

const DOCUMENTS: &str = "\
document_id,patient_id,doc_type,text
D1,P1,note,Call (617) 555-0143 or 617-555-0150.
D2,P1,note,Old line 617.555.0199; write to desk-4@example.com.
D3,P2,note,Pulled RG-0041234 with MRN 00418822.
D4,P2,note,NPI 1234567893 signed. NHS number 943 476 5919 on the form.
D5,P3,note,Nothing here.
";

#[test]
fn a_site_has_identifiers_of_its_own_and_values_that_may_stand() {
    let folder = audited();
    let report = scan(folder.path(), &[]);
    // The pattern takes the place of the guess by the label, for each rule that asks for record numbers.
    assert_eq!(hits(&report, "confidentiality/record-number"), ["mrn-riverside 3"]);
    assert_eq!(hits(&report, "confidentiality/phone"), ["phone 1", "phone 2"]);
    assert_eq!(
        hits(&report, "confidentiality/anything"),
        ["phone 1", "phone 2", "mrn-riverside 3"]
    );
    let allowances = report["provenance"]["allowances"].as_array().expect("they are listed");
    let told: Vec<String> = allowances
        .iter()
        .map(|entry| format!("{} {} {}", entry["what"], entry["spans"], entry["expired"]))
        .collect();
    // Once in each of two rules, never again after its day, once, once.
    let expected =
        [r#""value" 2 false"#, r#""value" 0 true"#, r#""pattern" 1 false"#, r#""column" 1 false"#];
    assert_eq!(told, expected);
    let of_rule = &rule(&report, "confidentiality/phone")["allowed"];
    assert_eq!(of_rule, &serde_json::json!([{"allowance": 1, "spans": 1}]));
    assert_eq!(report["provenance"]["site_patterns"][0]["name"], "mrn-riverside");
}

#[test]
fn the_screen_says_what_was_allowed_and_what_has_expired_but_no_value() {
    let folder = audited();
    let shown = run(["scan", &text(folder.path())]).expect_code(1).stdout();
    let section = shown.split("ALLOWED BY THE PROJECT FILE").nth(1).expect("it has its section");
    let first = section.lines().find(|line| !line.trim().is_empty()).expect("it has lines");
    assert!(first.contains("EXPIRED on 2026-02-28"), "{section}");
    assert!(section.contains("the front desk") && section.contains("2 spans"), "{section}");
    for value in ["0143", "0199", "desk-", "@example", "RG-0041234"] {
        assert!(!shown.contains(value), "{value} is shown");
    }
}

#[test]
fn what_is_on_by_default_depends_on_the_place() {
    let folder = audited();
    let detectors = |report: &Value| -> Vec<String> {
        let rule = rule(report, "confidentiality/anything");
        let names = rule["detectors"].as_array().expect("detectors are listed");
        names.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let has = |names: &[String], name: &str| names.iter().any(|known| known == name);
    let home = detectors(&scan(folder.path(), &[]));
    assert!(has(&home, "us-ssn") && has(&home, "email") && !has(&home, "uk-nhs"));
    assert!(has(&home, "mrn-riverside") && !has(&home, "mrn"));
    let abroad = scan(folder.path(), &["--jurisdiction", "GB"]);
    let names = detectors(&abroad);
    assert!(has(&names, "uk-nhs") && has(&names, "mrn-riverside") && !has(&names, "us-ssn"));
    assert!(hits(&abroad, "confidentiality/anything").contains(&"uk-nhs 4".to_owned()));
    let explained = run([
        "explain",
        "confidentiality/anything",
        "--config",
        &text(&folder.path().join("chartaudit.yaml")),
        "--jurisdiction",
        "GB",
    ])
    .expect_code(0)
    .stdout();
    assert!(explained.contains("uk-nhs") && explained.contains("mrn-riverside"), "{explained}");
}

#[test]
fn counts_of_what_was_allowed_are_the_same_however_it_is_read() {
    let folder = audited();
    let expected = scan(folder.path(), &["--threads", "1"]);
    for arguments in [["--threads", "3"], ["--chunk-size", "64"]] {
        assert_eq!(scan(folder.path(), &arguments), expected, "{arguments:?}");
    }
}

#[test]
fn examples_know_the_patterns_of_the_site() {
    let folder = audited();
    let rules = text(&folder.path().join("house.yaml"));
    run(["rules", "check", &rules]).expect_code(0);
    run(["rules", "test", &rules]).expect_code(0);
}

#[test]
fn faults_of_a_project_file_show_no_allowed_value() {
    for broken in [
        "identifiers: {allow: [{value: 900-12-3456}]}",
        "identifiers: {allow: [{value: 900-12-3456, reason: x, detector: fone}]}",
        "identifiers: {allow: [{value: 900-12-3456, pattern: '900-12-3456', reason: x}]}",
        "identifiers: {allow: [{pattern: '900-12-3456(', reason: x}]}",
        "identifiers: {allow: [900-12-3456]}",
        "identifiers: {allow: 900-12-3456}",
        "identifiers:\n  allow:\n    - value: 900-12-3456\n      reason: [x\n",
        "identifiers:\n  allow:\n    - {value: [900-12-3456], reason: x}\n",
        "identifiers:\n  allow:\n    - {valu: 900-12-3456, reason: x, until: tomorrow}\n",
    ] {
        let folder = folder();
        write(folder.path(), "documents.csv", DOCUMENTS);
        write(folder.path(), "chartaudit.yaml", broken);
        let failed = run(["scan", &text(folder.path())]).expect_code(2);
        let shown = failed.stderr() + &failed.stdout();
        assert!(shown.contains("chartaudit.yaml"), "{shown}");
        assert!(!shown.contains("3456") && !shown.contains("900-12"), "{broken}: {shown}");
    }
}

/// A folder with a project of one record set.
fn audited() -> tempfile::TempDir {
    let folder = folder();
    write(folder.path(), "documents.csv", DOCUMENTS);
    write(folder.path(), "house.yaml", RULES);
    write(folder.path(), "chartaudit.yaml", PROJECT);
    folder
}

#[track_caller]
fn scan(folder: &Path, arguments: &[&str]) -> Value {
    let path = text(folder);
    let always = ["scan", &path, "--report", "json"];
    let report = run(always.iter().chain(arguments)).expect_code(1).stdout();
    keeps_to_its_schema(&report)
}

fn rule<'r>(report: &'r Value, id: &str) -> &'r Value {
    let rules = report["rules"].as_array().expect("a report has rules");
    rules.iter().find(|rule| rule["id"] == id).expect("the rule is in the report")
}

/// The detector and the record of each example of a rule.
fn hits(report: &Value, id: &str) -> Vec<String> {
    let findings = rule(report, id)["findings"].as_array().expect("a rule has findings");
    let shown = |finding: &Value| {
        let detector = finding["detector"].as_str().expect("a detector is named");
        format!("{detector} {}", finding["record"])
    };
    findings.iter().map(shown).collect()
}
