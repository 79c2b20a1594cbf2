//! Names of files and folders that hold identifiers: found, hidden, and let stand where the site says so.

use serde_json::Value;

use crate::program::{folder, run, text, write};

const VISITS: &str = "encounter_id,patient_id,class,admitted_at\nE1,P1,inpatient,2026-01-02\n";
const PROJECT: &str = "packs: [essentials]\n";

/// The rule about names, of an export with files of these names.
fn judged(names: &[&str], project: &str, more: &[&str]) -> Value {
    let export = folder();
    for name in names {
        if let Some((folder, _)) = name.rsplit_once('/') {
            std::fs::create_dir_all(export.path().join(folder)).expect("a folder can be made");
        }
        write(export.path(), name, VISITS);
    }
    write(export.path(), "chartaudit.yaml", project);
    let path = text(export.path());
    let scan = ["scan", &path, "--as-of", "2026-03-01", "--report", "json"];
    let run = run(scan.into_iter().chain(more.iter().copied()));
    let report: Value = serde_json::from_str(&run.stdout()).expect("the report is JSON");
    let rules = report["rules"].as_array().expect("a report has rules");
    let rule = rules.iter().find(|rule| rule["id"] == "confidentiality/identifier-in-file-name");
    rule.expect("the rule is in force everywhere").clone()
}

#[track_caller]
fn check(rule: &Value, counts: [u64; 2]) {
    let names = ["passed", "violations"];
    assert_eq!(names.map(|name| rule["counts"][name].as_u64().unwrap_or_default()), counts);
}

#[test]
fn identifiers_in_names_are_findings_of_files() {
    let names = [
        "a/visits.csv",
        "jane.roe@clinic-riverside.org/b.csv",
        "visits_987-65-4321.csv",
        "scan_987-65-4322.pdf",
    ];
    let rule = judged(&names, PROJECT, &["--examples", "5"]);
    assert_eq!((&rule["unit"], &rule["outcome"]), (&"file".into(), &"fail".into()));
    check(&rule, [1, 3]);
    let findings = rule["findings"].as_array().expect("there are findings").iter();
    let files: Vec<&Value> = findings.map(|finding| &finding["file"]).collect();
    let block = "\u{2592}".repeat(5);
    let expected =
        [format!("scan_{block}.pdf"), format!("visits_{block}.csv"), format!("{block}/b.csv")];
    assert_eq!(files, expected.iter().collect::<Vec<_>>());
}

#[test]
fn fictional_ones_count_where_they_are_asked_for() {
    let names = ["visits_123-45-6789.csv"];
    check(&judged(&names, PROJECT, &[]), [1, 0]);
    check(&judged(&names, PROJECT, &["--fictional", "report"]), [0, 1]);
}

#[test]
fn what_the_site_allows_may_stand() {
    let names = ["info@clinic-riverside.org/visits.csv"];
    let allow = |until: &str| {
        format!(
            "{PROJECT}identifiers:\n  allow:\n    - {{value: info@clinic-riverside.org, reason: our own address, until: {until}}}\n"
        )
    };
    check(&judged(&names, &allow("2026-12-31"), &[]), [1, 0]);
    check(&judged(&names, &allow("2026-02-28"), &[]), [0, 1]);
}

#[test]
fn patterns_of_the_site_are_found_and_hidden() {
    let names = ["CH44812/visits.csv", "visits_CH44813_Thistle.csv", "visits_CH4.csv"];
    let own = "identifiers:\n  patterns: [{name: chart-no, title: Chart number, pattern: 'CH[0-9]{5}', tier: B}]\n";
    check(&judged(&names, PROJECT, &[]), [3, 0]);
    let rule = judged(&names, &format!("{PROJECT}{own}"), &["--examples", "5"]);
    check(&rule, [1, 2]);
    let told = rule.to_string();
    assert!(told.contains("what looks like an identifier (chart-no)"), "{told}");
    assert!(!told.contains("4481") && !told.contains("Thistle"), "{told}");
    // What is allowed is no finding, and hidden all the same.
    let allowed = format!(
        "{PROJECT}{own}  allow: [{{value: CH44813, detector: chart-no, reason: the index case of our course}}]\n"
    );
    let rule = judged(&names, &allowed, &["--examples", "5"]);
    check(&rule, [2, 1]);
    assert!(!rule.to_string().contains("4481"), "{rule}");
}
