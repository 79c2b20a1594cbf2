//! What leaves: whatever identifier stands in whatever column, its own rule finds it and no other does.

use std::collections::BTreeSet;
use std::fs;

use memchr::memmem;
use serde_json::Value;

use crate::program::{fixture, folder, run, text, write};

/// One element of each letter of Safe Harbor that its value alone gives away, and the rule that finds it.
const PLANTED: [(&str, &str); 13] = [
    ("names", "Patient: Jane Roe was seen"),
    ("places", "lives at 12 Elm Street"),
    ("places", "42.3601,-71.0589"),
    ("dates", "2024-05-01"),
    ("dates", "seen on 05/01/2024"),
    ("phones", "call 617-555-0142"),
    ("emails", "jane.roe@example.com"),
    ("ssns", "987-65-4321"),
    ("plan-numbers", "1EG4-TE5-MK73"),
    ("accounts", "4111 1111 1111 1111"),
    ("vehicles", "1M8GDM9AXKP042788"),
    ("urls", "https://www.example.com/p/17"),
    ("ip-addresses", "IP 203.0.113.7"),
];

/// The columns of a file without identifiers, and a value of each.
const CLEAN: [(&str, &str); 6] = [
    ("sex", "F"),
    ("diagnosis", "I10"),
    ("los", "4"),
    ("region", "north"),
    ("remark", "stable"),
    ("x7", "a"),
];

/// The rules about de-identified files that fail, in short.
fn failing(rows: usize, planted: Option<(usize, usize, &str)>, cut: &[&str]) -> BTreeSet<String> {
    let folder = folder();
    let header: Vec<&str> = CLEAN.iter().map(|(header, _)| *header).collect();
    let mut lines = vec![header.join(",")];
    for row in 0..rows {
        let cell = |(column, (_, value)): (usize, &(&str, &str))| match planted {
            Some((of_row, of_column, value)) if (of_row, of_column) == (row, column) => {
                format!("\"{value}\"")
            }
            _ => (*value).to_owned(),
        };
        lines.push(CLEAN.iter().enumerate().map(cell).collect::<Vec<_>>().join(","));
    }
    write(folder.path(), "cohort.csv", lines.join("\n"));
    let path = text(folder.path());
    let scan = ["scan", &path, "--as-of", "2026-03-01", "--jurisdiction", "US", "--fictional"];
    let release = ["report", "--release", "deidentified", "--report", "json"];
    let run = run(scan.iter().chain(&release).chain(cut));
    let report: Value = serde_json::from_str(&run.stdout()).expect("the report is JSON");
    let rules = report["rules"].as_array().expect("a report has rules");
    let failed = rules.iter().filter(|rule| rule["outcome"] == "fail");
    failed
        .map(|rule| {
            let id = rule["id"].as_str().expect("a rule has an id");
            id.trim_start_matches("confidentiality/deidentified-file-holds-").to_owned()
        })
        .collect()
}

#[test]
fn whatever_is_planted_wherever_its_own_rule_alone_finds_it() {
    assert_eq!(failing(40, None, &[]), BTreeSet::new());
    for (nth, (rule, value)) in PLANTED.into_iter().enumerate() {
        let (row, column) = (nth * 17 % 40, nth % CLEAN.len());
        let found = failing(40, Some((row, column, value)), &["--chunk-size", "512B"]);
        assert_eq!(found, BTreeSet::from([rule.to_owned()]), "in column {column}");
    }
}

#[test]
fn a_report_of_a_release_shows_no_value() {
    let folder = folder();
    let path = text(&fixture("release/faulty"));
    let (json, rows) = (folder.path().join("audit.json"), folder.path().join("all.csv"));
    let report = format!("json={}", text(&json));
    let scan = ["scan", &path, "--as-of", "2026-03-01", "--report", &report, "--examples", "50"];
    let run = run(scan.into_iter().chain(["--all-findings", &text(&rows)]));
    let run = run.expect_code(1);
    let mut emitted = run.streams();
    for file in [&json, &rows] {
        emitted.extend(fs::read(file).expect("every output was written"));
    }
    for value in [
        "617-555-0142",
        "jane.roe",
        "ruth.roe",
        "987-65-4321",
        "RG0041234",
        "QX123456789",
        "88123456",
        "S48812345",
        "1M8GDM9AXKP042788",
        "SN-449812",
        "203.0.113.7",
        "Rk1SACAyM",
        "iVBORw0KGgo",
        "E-90017",
        "2024-05-01",
        "12 Elm",
        "KX 4471",
    ] {
        assert!(memmem::find(&emitted, value.as_bytes()).is_none(), "{value:?} is shown");
    }
}

#[test]
fn a_claim_without_rules_stops_the_run() {
    let path = text(&fixture("release/clean"));
    let run = run(["scan", &path, "--rules", "essentials", "--release", "limited"]);
    let run = run.expect_code(2);
    assert!(run.stderr().contains("no rule judges whether an export is `limited`"));
}

#[test]
fn files_that_nothing_can_look_into_leave_the_audit_incomplete() {
    let folder = folder();
    write(folder.path(), "cohort.csv", "sex,diagnosis\nF,I10\n");
    write(folder.path(), "scan.pdf", "%PDF-1.7");
    let path = text(folder.path());
    let run = run(["scan", &path, "--jurisdiction", "US", "--release", "deidentified"]);
    let run = run.expect_code(3);
    assert!(run.stdout().contains("`scan.pdf` would leave with the release"), "{}", run.stdout());
}

#[test]
fn the_run_goes_before_the_manifest_and_says_so() {
    let path = text(&fixture("release/clean"));
    let scan = ["scan", &path, "--as-of", "2026-03-01", "--release", "deidentified"];
    let run = run(scan);
    let run = run.expect_code(3);
    let screen = run.stdout().split_whitespace().collect::<Vec<_>>().join(" ");
    let said = "the manifest says that the file is limited, the run says deidentified: the run is followed";
    assert!(screen.contains(said), "{screen}");
}

/// What the rules about de-identified files say of one cell, under a project file: those that fail, and what was let stand.
fn under(project: &str, cell: &str, more: &[&str]) -> (BTreeSet<String>, u64) {
    let folder = folder();
    write(folder.path(), "cohort.csv", format!("sex,remark\nF,stable\nM,{cell}\n"));
    write(folder.path(), "chartaudit.yaml", format!("jurisdiction: [US]\n{project}"));
    let path = text(folder.path());
    let scan =
        ["scan", &path, "--as-of", "2026-03-01", "--fictional", "report", "--report", "json"];
    let run =
        run(scan.into_iter().chain(["--release", "deidentified"]).chain(more.iter().copied()));
    let report: Value = serde_json::from_str(&run.stdout()).expect("the report is JSON");
    let rules = report["rules"].as_array().expect("a report has rules");
    let (mut failed, mut allowed) = (BTreeSet::new(), 0);
    for rule in rules {
        let id = rule["id"].as_str().expect("a rule has an id");
        let Some(short) = id.strip_prefix("confidentiality/deidentified-file-holds-") else {
            continue;
        };
        if rule["outcome"] == "fail" {
            failed.insert(short.to_owned());
        }
        let entries = rule["allowed"].as_array().into_iter().flatten();
        allowed += entries.filter_map(|entry| entry["spans"].as_u64()).sum::<u64>();
    }
    (failed, allowed)
}

#[test]
fn a_release_is_searched_for_what_the_site_and_the_place_know() {
    let own = "identifiers:\n  patterns: [{name: chart-no, title: Chart number, pattern: 'RG-[0-9]{7}'}]\n";
    let of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    assert_eq!(under("", "see RG-0041234", &[]), (of(&[]), 0));
    assert_eq!(under(own, "see RG-0041234", &[]), (of(&["record-numbers"]), 0));
    let told = own.replace("pattern:", "replaces: account, pattern:");
    assert_eq!(under(&told, "see RG-0041234", &[]), (of(&["accounts"]), 0));
    // A number of another country is looked for where the run is about that country too.
    assert_eq!(under("", "NHS no. 999 000 0018", &[]).0, of(&[]));
    let both = ["--jurisdiction", "US,GB"];
    assert_eq!(under("", "NHS no. 999 000 0018", &both).0, of(&["record-numbers"]));
}

#[test]
fn what_the_site_lets_stand_may_leave_and_is_counted() {
    let allow =
        "identifiers:\n  allow: [{value: 617-555-0142, detector: phone, reason: the front desk}]\n";
    let (failed, allowed) = under("", "call 617-555-0142", &[]);
    assert_eq!((failed.len(), allowed), (1, 0));
    assert_eq!(under(allow, "call 617-555-0142", &[]), (BTreeSet::new(), 1));
    let (failed, allowed) = under(allow, "call 617-555-0142 or 617-555-0143", &[]);
    assert_eq!((failed.len(), allowed), (1, 1));
    let past = allow.replace("reason", "until: 2026-02-28, reason");
    assert_eq!(under(&past, "call 617-555-0142", &[]).0.len(), 1);
}

/// What the rules about de-identified files say of an export, at a memory and cut; and the bytes of the report.
fn said_of(export: &std::path::Path, cut: &[&str]) -> (Vec<u8>, Vec<(String, String, String)>) {
    let path = text(export);
    let scan = ["scan", &path, "--as-of", "2026-03-01", "--jurisdiction", "US", "--fictional"];
    let run = run(scan.iter().chain(&["report", "--report", "json"]).chain(cut));
    let report: Value = serde_json::from_str(&run.stdout()).expect("the report is JSON");
    let mut said = Vec::new();
    for rule in report["rules"].as_array().expect("a report has rules") {
        let id = rule["id"].as_str().expect("a rule has an id");
        let Some(short) = id.strip_prefix("confidentiality/deidentified-file-holds-") else {
            continue;
        };
        for finding in rule["findings"].as_array().expect("a rule has findings") {
            let text = |key: &str| finding[key].as_str().unwrap_or_default().to_owned();
            said.push((short.to_owned(), text("detector"), text("message")));
        }
    }
    (run.streams(), said)
}

/// A table of patients that stays, and files that leave beside it as de-identified.
fn beside_patients(export: &std::path::Path, remark: &str, code: &str) {
    let mut patients = "patient_id,mrn,first_name,last_name,birth_date,phone\n".to_owned();
    for number in 0..60 {
        let letter = char::from(b'a' + number % 26);
        patients.push_str(&format!(
            "P9{number:05},RG90{number:05},Zoe{letter},Quint{letter}{letter},1957-03-04,617-555-01{number:02}\n"
        ));
    }
    write(export, "patients.csv", patients);
    write(export, "staff.csv", "staff_id,first_name,last_name\nS1,Ines,Lindqvist\n");
    let mut cohort = "sex,remark,x7\n".to_owned();
    for row in 0..60 {
        let remark = if row == 41 { remark } else { "stable" };
        cohort.push_str(&format!("F,{remark},{code}\n"));
    }
    write(export, "cohort.csv", cohort);
    write(
        export,
        "release_manifest.csv",
        "file,release_kind,purpose,released_on\npatients.csv,identified,research,2026-01-01\n\
         staff.csv,identified,research,2026-01-01\ncohort.csv,deidentified,research,2026-01-01\n",
    );
}

#[test]
fn what_is_known_of_patients_beside_a_release_is_found_in_it() {
    let cases = [
        ("discussed with Zoec Quintcc at noon", "names", "known-name"),
        ("as noted in RG9000017 before", "record-numbers", "known-mrn"),
        ("ring 617.555.0123 after ten", "phones", "phone"),
        ("see P900031 too", "codes", "known-patient-number"),
        ("stable", "", ""),
        ("seen with Ines Lindqvist", "", ""),
    ];
    for (remark, rule, detector) in cases {
        let folder = folder();
        beside_patients(folder.path(), remark, "a");
        let (bytes, said) = said_of(folder.path(), &[]);
        let said: Vec<(&str, &str)> =
            said.iter().map(|(rule, by, _)| (rule.as_str(), by.as_str())).collect();
        let expected: Vec<(&str, &str)> =
            [(rule, detector)].into_iter().filter(|(rule, _)| !rule.is_empty()).collect();
        assert_eq!(said, expected, "of {remark:?}");
        for cut in [
            &["--chunk-size", "512B"][..],
            &["--memory", "64KiB", "--threads", "2"],
            &["--memory", "1", "--threads", "1", "--chunk-size", "700B"],
        ] {
            assert!(said_of(folder.path(), cut).0 == bytes, "{cut:?} changes the report");
        }
    }
}

#[test]
fn no_code_of_a_release_is_made_of_what_is_known_of_the_patient() {
    // MD5 of RG9000017; declared as the code by which patients are found again, it is one all the same.
    let folder = folder();
    beside_patients(folder.path(), "stable", "c9b3a8b0b1c0");
    write(folder.path(), "chartaudit.yaml", "release: {codes: [x7]}\n");
    assert_eq!(said_of(folder.path(), &[]).1, []);
    let hash = "ade984dc02af79ce1db93cc29e175f78";
    beside_patients(folder.path(), "stable", hash);
    let (_, said) = said_of(folder.path(), &[]);
    let [(rule, detector, message)] = &said[..] else { panic!("{said:?}") };
    assert_eq!((rule.as_str(), detector.as_str()), ("codes", "known-pseudonym"));
    assert!(message.contains("derived from what is known of them: 60 of 60 values"), "{message}");
}
