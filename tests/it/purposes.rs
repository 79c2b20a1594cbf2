//! Columns that the purpose of a release does not need.

use serde_json::Value;

use crate::program::{folder, run, text, write};

const PROJECT: &str = "packs: []
release:
  kind: identified
  purpose: monthly-quality
  purposes:
    monthly-quality: {encounters: [encounter_id, class, Ward Note]}
    billing: {}
";

/// The rule of the project in the report on an export, and the whole report.
fn judged(project: &str, files: &[(&str, &str)]) -> (Value, String) {
    let export = folder();
    for (name, content) in files {
        write(export.path(), name, content);
    }
    write(export.path(), "chartaudit.yaml", project);
    let path = text(export.path());
    let report = run(["scan", &path, "--as-of", "2026-03-01", "--report", "json"]).stdout();
    let whole: Value = serde_json::from_str(&report).expect("the report is JSON");
    let rules = whole["rules"].as_array().expect("the report has rules");
    let found = rules.iter().find(|rule| rule["id"] == "confidentiality/column-beyond-purpose");
    (found.expect("the project makes a rule").clone(), report)
}

const ENCOUNTERS: (&str, &str) = (
    "encounters.csv",
    "Encounter ID,Patient Class,Patient ID,ward_note,Zyqqo Remark\nE1,inpatient,P1,a,b\n",
);

#[test]
fn columns_off_the_list_are_findings_bound_or_not() {
    let (rule, _) = judged(PROJECT, &[ENCOUNTERS]);
    assert_eq!(rule["outcome"], "fail");
    assert_eq!(rule["unit"], "field");
    let counts = &rule["counts"];
    assert_eq!((&counts["passed"], &counts["violations"]), (&Value::from(3), &Value::from(2)));
    let names: Vec<&Value> = rule["findings"]
        .as_array()
        .expect("there are findings")
        .iter()
        .map(|finding| &finding["fields"][0]["name"])
        .collect();
    assert_eq!(names, ["Patient ID", "Zyqqo Remark"]);
}

#[test]
fn what_has_no_list_is_not_evaluable_and_says_so() {
    let stray = ("stray.csv", "Colour,Size,Weight\nred,1,2\nblue,2,3\n");
    let (rule, _) = judged(PROJECT, &[ENCOUNTERS, stray]);
    assert_ne!(rule["counts"]["not_evaluable"], 0, "a file that nobody knows is not left out");
    assert_eq!(
        rule["not_evaluable_reasons"][0]["reason"],
        "the purpose `monthly-quality` has no list of columns of a file like this"
    );
    let (rule, _) =
        judged(&PROJECT.replace("purpose: monthly-quality", "purpose: billing"), &[ENCOUNTERS]);
    assert_eq!(rule["outcome"], "not-evaluated");
    assert_eq!(rule["counts"]["not_evaluable"], 5);
}

#[test]
fn the_purpose_of_a_manifest_counts_file_by_file() {
    let manifest = (
        "release.csv",
        "Released File,Release Kind,Release Manifest Purpose\nencounters.csv,identified,zyq study of Jane\n",
    );
    let (rule, report) = judged(PROJECT, &[ENCOUNTERS, manifest]);
    assert_eq!(rule["counts"]["not_evaluable"], 5, "{report}");
    assert_eq!(
        rule["not_evaluable_reasons"][0]["reason"],
        "the purpose that the manifest names has no list of columns of `encounters`"
    );
    assert_eq!(rule["counts"]["not_applicable"], 3, "the manifest is no part of the release");
    assert!(!report.contains("zyq study"), "the word of a manifest is a value");
}
