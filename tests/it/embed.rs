//! A program that embeds the library gets the audit that the command line makes, byte for byte.

use std::path::PathBuf;

use chartaudit::audit::{AuditError, Machine, Request, Rules};
use chartaudit::finding::{Reveal, SiteKey};
use chartaudit::report::ReportFormat;
use chartaudit::rule::ReleaseKind;
use chartaudit::value::Date;

use crate::program::{Run, folder, program, run, write};

/// A request as of the day of the fixtures.
fn request() -> Request {
    Request::on(Date::from_ymd(2026, 3, 1).expect("it is a day"))
}

/// The JSON report of an embedded audit, by several threads with little memory.
fn embedded(request: Request, export: &str) -> String {
    let rules = Rules::load(request).expect("the rules are sound");
    let bound = rules.bind(&[PathBuf::from(export)]);
    let machine = Machine {
        threads: std::num::NonZeroUsize::new(3).expect("three is not zero"),
        memory: 64 << 10,
        temp_dir: std::env::temp_dir(),
    };
    let report = bound.scan(&machine).expect("the export can be scanned");
    report.to_json().expect("a report is JSON")
}

/// The JSON report of the command line.
fn by_command(export: &str, arguments: &[&str]) -> String {
    let scan = ["scan", export, "--as-of", "2026-03-01", "--report", "json"];
    run(scan.iter().chain(arguments)).stdout()
}

#[track_caller]
fn check(request: Request, export: &str, arguments: &[&str]) {
    let (ours, theirs) = (embedded(request, export), by_command(export, arguments));
    assert!(theirs.len() > 1000, "the command line wrote {theirs:?}");
    let line = ours.lines().zip(theirs.lines()).find(|(one, other)| one != other);
    assert_eq!(line, None, "the reports of {export} differ");
    assert_eq!(ours, theirs);
}

#[test]
fn places_and_packs_are_as_on_the_command_line() {
    let export = "fixtures/hospital/synthea/faulty";
    check(request(), export, &[]);
    let place = Request {
        jurisdictions: vec!["US-MA".to_owned()],
        facility: Some("hospital".to_owned()),
        ..request()
    };
    check(place, export, &["--jurisdiction", "US-MA", "--facility", "hospital"]);
    let chosen = Request {
        rules: vec!["essentials".to_owned(), "us-hospital".to_owned()],
        params: vec![("us-hospital.completion_days".to_owned(), "14".to_owned())],
        select: vec!["completeness/".to_owned()],
        ignore: vec!["completeness/same-person-twice".to_owned()],
        layout: Some("synthea-csv".to_owned()),
        ..request()
    };
    let arguments = [
        "--rules=essentials,us-hospital",
        "--param=us-hospital.completion_days=14",
        "--select=completeness/",
        "--ignore=completeness/same-person-twice",
        "--layout=synthea-csv",
    ];
    check(chosen, export, &arguments);
}

#[test]
fn a_project_file_holds_as_on_the_command_line() {
    for (export, project) in [
        ("fixtures/hospital/ehr/faulty", "fixtures/hospital/ehr/faulty/chartaudit.yaml"),
        ("fixtures/release/faulty", "fixtures/release/chartaudit.yaml"),
        ("fixtures/class/faulty", "fixtures/class/chartaudit.yaml"),
        ("fixtures/formats/export", "fixtures/formats/chartaudit.yaml"),
        ("fixtures/disclosure/faulty", "fixtures/disclosure/chartaudit.yaml"),
        ("fixtures/waivers/export", "fixtures/waivers/chartaudit.yaml"),
    ] {
        check(Request { project: Some(PathBuf::from(project)), ..request() }, export, &[]);
    }
    let project = Some(PathBuf::from("fixtures/release/chartaudit.yaml"));
    let release = Some(ReleaseKind::Deidentified);
    let claimed = Request { project, release, ..request() };
    check(claimed, "fixtures/release/faulty", &["--release", "deidentified"]);
}

#[test]
fn a_key_and_what_is_revealed_are_as_on_the_command_line() {
    let folder = folder();
    let hex = "5f".repeat(32);
    let key = write(folder.path(), "site.key", &hex);
    let site_key = SiteKey::read(hex.as_bytes());
    assert!(site_key.is_some());
    let export = "fixtures/hospital/damaged";
    let mut scan = program();
    scan.env("CHARTAUDIT_SITE_KEY_FILE", &key);
    scan.args(["scan", export, "--as-of=2026-03-01", "--report=json", "--reveal=keys"]);
    let theirs = Run::of(&mut scan).stdout();
    assert_eq!(embedded(Request { site_key, reveal: Reveal::Keys, ..request() }, export), theirs);
    assert!(theirs.contains("site_key_name"));
}

#[test]
fn what_is_wrong_is_an_error_and_what_cannot_be_read_is_in_the_report() {
    let refused = |request: Request| Rules::load(request).expect_err("it is refused");
    let none = refused(Request { layout: Some("none".to_owned()), ..request() });
    assert!(matches!(none, AuditError::NoSuchLayout { .. }), "{none}");
    for wrong in [
        Request { rules: vec!["no-such-pack".to_owned()], ..request() },
        Request { jurisdictions: vec!["Massachusetts".to_owned()], ..request() },
        Request { facility: Some("zoo".to_owned()), ..request() },
        Request { select: vec!["no/such-rule".to_owned()], ..request() },
        Request { params: vec![("no_such_param".to_owned(), "1".to_owned())], ..request() },
        Request { project: Some(PathBuf::from("fixtures/none.yaml")), ..request() },
    ] {
        assert!(matches!(refused(wrong), AuditError::Rules(_)));
    }
    let report = embedded(request(), "fixtures/no-such-export");
    let report: serde_json::Value = serde_json::from_str(&report).expect("a report is JSON");
    assert_eq!(report["exit_code"], 3, "{}", report["exit_reason"]);
}

#[test]
fn every_format_is_made_of_an_embedded_report() {
    let rules = Rules::load(request()).expect("the rules are sound");
    let bound = rules.bind(&[PathBuf::from("fixtures/hospital/damaged")]);
    let report = bound.scan(&Machine::small(std::env::temp_dir())).expect("it can be scanned");
    for format in ReportFormat::ALL {
        let text = format.render(&report, chartaudit::report::Style::default());
        assert!(!text.expect("it can be rendered").is_empty(), "{}", format.name());
    }
}
