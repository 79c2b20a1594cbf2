//! How few records share what a release shows of each: against a count by hand.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde_json::Value;

use crate::program::{folder, run, text, write};

const PROJECT: &str = "packs: []
release:
  kind: deidentified
  quasi_identifiers: {patients: [year(birth_date), sex, \"substr(zip, 1, 3)\"]}
  k: 3
  sensitive: {patients: ethnicity}
sources:
  patients: {key: [], bind: {birth_date: {column: Born}}}
";

/// The rule of the project in the report on these patients.
fn judged(project: &str, patients: &str, more: &[&str]) -> (Value, String) {
    let export = folder();
    write(export.path(), "patients.csv", patients);
    let config = write(export.path(), "chartaudit.yaml", project);
    let (path, config) = (text(export.path()), text(&config));
    let scan = ["scan", &path, "--config", &config, "--as-of", "2026-03-01", "--report", "json"];
    let report = run(scan.iter().chain(more)).stdout();
    let whole: Value = serde_json::from_str(&report).expect("the report is JSON");
    let rules = whole["rules"].as_array().expect("the report has rules");
    let of_project =
        rules.iter().find(|rule| rule["id"] == "confidentiality/patients-in-small-class");
    (of_project.expect("the project makes a rule").clone(), report)
}

#[test]
fn classes_are_counted_and_their_values_are_not_shown() {
    let patients = "Born,Sex,ZIP,Ethnicity
1970-02-01,F,90012,zyqone
1970-12-31,F,90013,zyqtwo
1970-06-30,F,90099,zyqone
1971-02-01,F,90012,zyqone
1971-03-01,F,90012,zyqone
1971-04-01,F,90013,zyqone
1970-02-01,F,90112,zyqone
1970-02-01,,90012,zyqone
soon,M,90012,zyqone
soon,M,90012,zyqtwo
late,M,90012,zyqthree
";
    let (rule, report) = judged(PROJECT, patients, &[]);
    insta::assert_snapshot!(
        serde_json::to_string_pretty(&serde_json::json!({
            "check": rule["check"],
            "counts": rule["counts"],
            "remarks": rule["remarks"],
            "reasons": rule["not_evaluable_reasons"],
            "messages": rule["findings"].as_array().expect("there are findings").iter()
                .map(|finding| finding["message"].clone()).collect::<Vec<_>>(),
        }))
        .expect("JSON can be written")
    );
    for value in ["zyq", "90012", "1970-02", "soon"] {
        assert!(!report.contains(value), "{value} is shown");
    }
}

#[test]
fn a_file_that_names_people_is_not_held_against_shipped_classes() {
    let project = "packs: [us-hipaa]\nsources: {patients: {key: []}}\n";
    let patients = "Birth Year,Sex,ZIP3\n1970,F,900\n";
    let (rule, _) = judged(project, patients, &["--release", "identified"]);
    assert_eq!(rule["outcome"], "not-applicable");
    let (rule, _) = judged(project, patients, &["--release", "deidentified"]);
    assert_eq!(rule["counts"]["violations"], 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Combinations and the records in small ones are those of a count by hand, however the file is read.
    #[test]
    fn classes_are_those_of_a_count_by_hand(
        rows in prop::collection::vec((1970_u16..1973, 1_u8..13, 0_u8..3, 0_u8..3, 0_u8..3), 1..150),
        k in 2_u64..6,
    ) {
        let mut patients = "Born,Sex,ZIP,Ethnicity\n".to_owned();
        let mut classes: BTreeMap<_, (u64, BTreeSet<u8>)> = BTreeMap::new();
        for (year, month, sex, zip, ethnicity) in &rows {
            let shown = ["", "F", "M"][usize::from(*sex)];
            let (zip, zip3) = [("90012", "900"), ("90013", "900"), ("94100", "941")][usize::from(*zip)];
            let value = ["", "e1", "e2"][usize::from(*ethnicity)];
            patients.push_str(&format!("{year}-{month:02}-01,{shown},{zip},{value}\n"));
            let (records, values) = classes.entry((*year, *sex, zip3)).or_default();
            *records += 1;
            if *ethnicity > 0 {
                values.insert(*ethnicity);
            }
        }
        let few = |(records, _): &&(u64, BTreeSet<u8>)| *records < k;
        let alike = classes.values().filter(|class| few(class) || class.1.len() < 2).count();
        let project = PROJECT.replace("k: 3", &format!("k: {k}"));
        let (rule, report) = judged(&project, &patients, &["--threads", "1"]);
        prop_assert_eq!(rule["counts"]["violations"].as_u64(), Some(alike as u64));
        prop_assert_eq!(rule["counts"]["records"].as_u64(), Some(classes.len() as u64));
        let small: Vec<u64> = classes.values().filter(few).map(|(records, _)| *records).collect();
        let remark = rule["remarks"][0].as_str().unwrap_or_default();
        match small.iter().min() {
            Some(least) => {
                let records = small.iter().sum::<u64>();
                let begins = remark.starts_with(&format!("{records} record"));
                prop_assert!(begins && remark.ends_with(&format!("the smallest has {least}")), "{}", remark);
            }
            None => prop_assert_eq!(remark, ""),
        }
        let cut = ["--threads", "3", "--chunk-size", "64", "--memory", "16MiB"];
        let (_, other) = judged(&project, &patients, &cut);
        prop_assert_eq!(report, other);
    }
}
