//! Every exit code that this version can end with, by running the program.
//!
//! Codes 5 and 6 belong to evidence and waivers, which have no command yet, and 70 to a panic, which no input
//! causes; their numbers and their rank are tested beside the enum.

use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::program::{Run, fixture, folder, keeps_to_its_schema, program, run, text, write};

/// The day on which the fixtures stand.
const AS_OF: &str = "2026-03-01";

#[test]
fn clean_is_0() {
    scan(&fixture("hospital/ehr/clean"), &[]).expect_code(0);
}

#[test]
fn findings_are_1() {
    let faulty = fixture("hospital/synthea/faulty");
    scan(&faulty, &[]).expect_code(1);
    scan(&faulty, &["--fail-on", "never"]).expect_code(0);
}

#[test]
fn a_wrong_command_line_is_2() {
    run(["scan"]).expect_code(2);
    run(["scan", "--no-such-flag", "x"]).expect_code(2);
    run(["scan", "-"]).expect_code(2);
    run(["scan", "no-such-file.csv"]).expect_code(2);
    let clean = fixture("hospital/synthea/clean");
    scan(&clean, &["--select", "no-such-rule"]).expect_code(2);
    scan(&clean, &["--rules", "no-such-pack"]).expect_code(2);
    scan(&clean, &["--param", "no_such_param=1"]).expect_code(2);
    scan(&clean, &["--layout", "no-such-layout"]).expect_code(2);
    scan(&clean, &["--report", "json=no-such-folder/a.json"]).expect_code(2);
    scan(&clean, &["--all-findings", "findings.pdf"]).expect_code(2);
    scan(&clean, &["--threads", "1025"]).expect_code(2);
    scan(&clean, &["--jurisdiction", "USA"]).expect_code(2);
    scan(&clean, &["--rules", "essentials", "--jurisdiction", "XX-ZZ"]).expect_code(2);
    scan(&clean, &["--facility", "hospitl"]).expect_code(2);
    run(["explain", "no-such-rule"]).expect_code(2);
}

#[test]
fn transfers_end_like_audits() {
    let transfer = |sent: &Path, received: &Path, more: &[&str]| {
        let (sent, received) = (text(sent), text(received));
        let arguments = ["transfer", &sent, &received, "--as-of", AS_OF];
        run(arguments.iter().chain(more))
    };
    let (sent, received) = (fixture("transfer/sent"), fixture("transfer/received"));
    transfer(&sent, &sent, &[]).expect_code(0);
    transfer(&sent, &received, &[]).expect_code(1);
    transfer(&sent, &received, &["--fail-on", "never"]).expect_code(0);
    transfer(&sent, &received, &["--key", "no_such_column"]).expect_code(2);
    transfer(&sent, &received, &["--key", "patients="]).expect_code(2);
    transfer(&sent, Path::new("no-such-folder"), &[]).expect_code(2);
    run(["transfer", &text(&sent)]).expect_code(2);
    let empty = folder();
    transfer(empty.path(), empty.path(), &[]).expect_code(4);
    transfer(empty.path(), empty.path(), &["--allow-empty"]).expect_code(0);
    let sealed = folder();
    write(sealed.path(), "patients.csv", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03");
    transfer(&sent, sealed.path(), &[]).expect_code(3);
    // A file that cannot be read has arrived nevertheless if its bytes have.
    write(empty.path(), "patients.csv", "patient_id,mrn\n,7\n");
    write(sealed.path(), "patients.csv", "patient_id,mrn\n,8\n");
    transfer(empty.path(), sealed.path(), &[]).expect_code(3);
    transfer(empty.path(), empty.path(), &[]).expect_code(0);
}

#[test]
fn an_empty_audit_may_be_allowed_by_a_variable() {
    let folder = folder();
    for (word, code) in [("1", 0), ("yes", 0), ("true", 0), ("0", 4), ("perhaps", 2)] {
        let status = program()
            .args(["scan", &text(folder.path()), "--as-of", AS_OF])
            .env("CHARTAUDIT_ALLOW_EMPTY", word)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert_eq!(status.expect("the program can be started").code(), Some(code), "of {word}");
    }
}

#[test]
fn a_wrong_project_file_is_2() {
    let folder = folder();
    write(folder.path(), "chartaudit.yaml", "juristiction: US\n");
    write(folder.path(), "patients.csv", "patient_id\n1\n");
    let run = scan(folder.path(), &[]).expect_code(2);
    assert!(run.stderr().contains("jurisdiction"), "{}", run.stderr());
}

#[test]
fn a_wrong_rule_pack_is_2() {
    let folder = folder();
    let pack = write(folder.path(), "pack.yaml", "pack: local\nrules: 7\n");
    scan(&fixture("hospital/synthea/clean"), &["--rules", &text(&pack)]).expect_code(2);
    run(["rules", "check", &text(&pack)]).expect_code(2);
}

#[test]
fn skipped_records_are_3() {
    let folder = export();
    let patients = folder.path().join("patients.csv");
    let mut lines = fs::read_to_string(&patients).expect("a fixture is text");
    lines.push_str("one,two,three\n");
    write(folder.path(), "patients.csv", lines);
    scan(folder.path(), &[]).expect_code(3);
}

#[test]
fn skipped_records_may_be_a_share_or_a_count() {
    let folder = export();
    let patients = folder.path().join("patients.csv");
    let mut lines = fs::read_to_string(&patients).expect("a fixture is text");
    lines.push_str("one,two,three\n");
    write(folder.path(), "patients.csv", lines);
    for (most, code) in [("50%", 0), ("1", 0), ("0", 3), ("0.0001%", 3), ("some", 2)] {
        write(folder.path(), "chartaudit.yaml", format!("max_skipped: {most}\n"));
        scan(folder.path(), &[]).expect_code(code);
    }
}

#[test]
fn findings_of_an_earlier_audit_are_no_input() {
    for name in ["findings.csv", "findings.jsonl"] {
        let folder = folder();
        let faulty = fixture("hospital/synthea/faulty/patients.csv");
        write(folder.path(), "patients.csv", fs::read(faulty).expect("it can be read"));
        let findings = folder.path().join(name);
        let flags = ["--all-findings", findings.to_str().unwrap()];
        scan(folder.path(), &flags).expect_code(1);
        assert!(findings.is_file());
        scan(folder.path(), &[]).expect_code(1);
    }
}

#[test]
fn a_declared_record_set_that_is_not_there_is_3() {
    let folder = export();
    let project = "sources: {encounters: {files: ['encounters*.csv'], min_records: 1}}\n";
    write(folder.path(), "chartaudit.yaml", project);
    scan(folder.path(), &[]).expect_code(3);
}

#[test]
fn a_place_of_the_project_file_that_nobody_knows_is_2() {
    let folder = export();
    write(folder.path(), "chartaudit.yaml", "jurisdiction: USA\nfacility: {kind: hospitl}\n");
    let run = scan(folder.path(), &[]).expect_code(2);
    for words in ["chartaudit.yaml", "did you mean `US`?", "did you mean `hospital`?"] {
        assert!(run.stderr().contains(words), "{}", run.stderr());
    }
}

#[test]
fn a_layout_of_the_project_file_that_nobody_wrote_is_2() {
    let folder = export();
    write(folder.path(), "chartaudit.yaml", "layout: synthea-cvs\n");
    let run = scan(folder.path(), &[]).expect_code(2);
    for words in ["did you mean `synthea-csv`?", "chartaudit.yaml:1:9"] {
        assert!(run.stderr().contains(words), "{}", run.stderr());
    }
}

/// A pack with one rule that names a code list beside it.
const LISTED: &str = "\
pack: local
title: Local rules
version: 1.0.0
rules:
  - id: completeness/sex-not-listed
    title: Sex is not on the list
    severity: note
    records: patients
    allowed: {field: sex, file: codes.txt}
";

#[test]
fn files_in_force_are_neither_input_nor_overwritten() {
    let folder = export();
    let pack = text(&write(folder.path(), "pack.yaml", LISTED));
    let codes = text(&write(folder.path(), "codes.txt", "M\nF\n"));
    let project = text(&write(folder.path(), "chartaudit.yaml", "facility: Riverside\n"));
    let patients = folder.path().join("patients.csv");
    scan(folder.path(), &["--rules", &pack]).expect_code(0);
    for file in [&pack, &codes, &project] {
        let before = fs::read(file).expect("it can be read");
        let report = format!("json={file}");
        scan(&patients, &["--rules", &pack, "--report", &report]).expect_code(2);
        assert_eq!(fs::read(file).expect("it can be read"), before, "{file}");
    }
}

#[test]
fn a_refused_input_is_3() {
    let folder = export();
    write(folder.path(), "encounters.csv", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03");
    scan(folder.path(), &[]).expect_code(3);
}

#[test]
fn a_rule_that_was_asked_for_and_could_not_run_is_3() {
    let folder = export();
    let rules = run(["rules", "list", "us-hospital"]).expect_code(0).stdout();
    let id = rules
        .split_whitespace()
        .find(|word| word.starts_with("completeness/"))
        .expect("the pack has rules of this family");
    scan(folder.path(), &["--rules", "us-hospital", "--facility", "hospital", "--select", id])
        .expect_code(3);
}

#[test]
fn nothing_to_evaluate_is_4() {
    let folder = folder();
    scan(folder.path(), &[]).expect_code(4);
    scan(folder.path(), &["--allow-empty"]).expect_code(0);
    write(folder.path(), "lunch.yaml", "soup: leek\n");
    scan(folder.path(), &[]).expect_code(4);
}

#[test]
fn a_table_that_nobody_recognises_is_3() {
    let folder = folder();
    write(folder.path(), "lunch.csv", "day,soup\n1,leek\n");
    scan(folder.path(), &[]).expect_code(3);
    scan(folder.path(), &["--allow-empty"]).expect_code(3);
}

#[test]
fn one_file_under_two_names_is_3() {
    let folder = export();
    fs::copy(folder.path().join("patients.csv"), folder.path().join("patients-copy.csv"))
        .expect("a file can be copied");
    scan(folder.path(), &[]).expect_code(3);
}

#[cfg(target_os = "linux")]
#[test]
fn a_report_that_cannot_be_written_is_74() {
    let clean = fixture("hospital/synthea/clean");
    let run = scan(&clean, &["--report", "json=/dev/full"]).expect_code(74);
    assert!(run.stderr().contains("/dev/full"), "{}", run.stderr());
    let full =
        fs::OpenOptions::new().write(true).open("/dev/full").expect("there is a full device");
    let mut command = program();
    command.args(["scan", &text(&clean), "--as-of", AS_OF]).stdout(full);
    assert_eq!(command.status().expect("the program can be started").code(), Some(74));
}

#[cfg(unix)]
#[test]
fn an_interrupt_is_130_with_an_incomplete_report() {
    let folder = folder();
    let export = folder.path().join("export");
    fs::create_dir(&export).expect("a folder can be made");
    let lines = fs::read_to_string(fixture("hospital/synthea/clean/observations.csv"))
        .expect("a fixture is text");
    let (header, records) = lines.split_once('\n').expect("a table has a header");
    let times = 48_000_000 / records.len();
    write(&export, "observations.csv", format!("{header}\n{}", records.repeat(times)));
    let report = folder.path().join("audit.json");
    let mut child = program()
        .args(["scan", &text(&export), "--as-of", AS_OF, "--threads", "1", "--progress", "always"])
        .args(["--chunk-size", "64KiB", "--report", &format!("json={}", text(&report))])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    // The first line of progress shows that the scan is under way.
    let mut first = [0; 1];
    let stderr = child.stderr.as_mut().expect("standard error is a pipe");
    stderr.read_exact(&mut first).expect("there is progress");
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(kill.expect("kill can be started").success());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(130), "{}", String::from_utf8_lossy(&output.stderr));
    let report = keeps_to_its_schema(&fs::read_to_string(report).expect("there is a report"));
    assert_eq!(report["verdict"], "incomplete");
    assert_eq!(report["exit_code"], 130);
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_changes_nothing() {
    let mut child = program()
        .args(["scan", &text(&fixture("hospital/synthea/clean")), "--as-of", AS_OF])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn a_scheduled_run_without_a_day_is_warned() {
    let clean = text(&fixture("hospital/synthea/clean"));
    let scheduled = program().env("CI", "true").args(["scan", &clean]).output();
    let stderr = scheduled.expect("the program can be started").stderr;
    assert!(String::from_utf8_lossy(&stderr).contains("--as-of"), "no warning");
    assert!(!run(["scan", &clean]).stderr().contains("--as-of"), "a warning for a person");
}

#[test]
fn fictional_identifiers_are_findings_where_that_is_said() {
    let folder = folder();
    write(folder.path(), "notes.csv", "document_id,patient_id,text\n1,1,SSN 987-65-4321.\n");
    let rules = "pack: local\ntitle: x\nversion: 1.0.0\nrules:\n  - id: confidentiality/ssn-in-note\n    title: x\n    severity: error\n    \
                 records: documents\n    identifiers: {in: [text], detect: [us-ssn]}\n";
    let rules = text(&write(folder.path(), "rules.yaml", rules));
    let with = ["--rules", rules.as_str()];
    scan(folder.path(), &with).expect_code(0);
    let flag = scan(folder.path(), &[&with[..], &["--fictional", "report"]].concat());
    assert!(flag.expect_code(1).stdout().contains("fictional identifiers reported"));
    scan(folder.path(), &[&with[..], &["--fictional", "hide"]].concat()).expect_code(2);
    write(folder.path(), "chartaudit.yaml", "fictional: report\n");
    scan(folder.path(), &with).expect_code(1);
}

#[test]
fn what_a_project_is_made_of_is_not_an_unknown_file() {
    let clean = fixture("hospital/ehr/clean");
    let screen = scan(&clean, &[]).stdout();
    assert!(screen.contains("1 file not recognised   expected.yaml"), "{screen}");
    let shipped = ["--rules", "essentials", "--rules", "us-hipaa", "--rules", "us-hospital"];
    let other = scan(&clean, &shipped).stdout();
    assert!(other.contains("2 files not recognised   expected.yaml, riverside.yaml"), "{other}");
}

#[test]
fn what_is_said_nearer_wins() {
    let folder = export();
    write(folder.path(), "chartaudit.yaml", "packs: [no-such-pack-in-file]\n");
    let from_file = scan(folder.path(), &[]).expect_code(2);
    assert!(from_file.stderr().contains("no-such-pack-in-file"), "{}", from_file.stderr());
    let environment = |arguments: &[&str]| {
        let output = program()
            .env("CHARTAUDIT_RULES", "no-such-pack-in-environment")
            .args(["scan", &text(folder.path()), "--as-of", AS_OF])
            .args(arguments)
            .output()
            .expect("the program can be started");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, stderr) = environment(&[]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("no-such-pack-in-environment"), "{stderr}");
    let (code, stderr) = environment(&["--rules", "essentials"]);
    assert_eq!(code, Some(0), "{stderr}");
}

/// A small export of its own, clean.
fn export() -> tempfile::TempDir {
    let folder = folder();
    let patients =
        fs::read(fixture("hospital/synthea/clean/patients.csv")).expect("it can be read");
    write(folder.path(), "patients.csv", patients);
    folder
}

/// Scans that folder as of the fixtures' day.
fn scan(path: &Path, arguments: &[&str]) -> Run {
    let path = text(path);
    run(["scan", path.as_str(), "--as-of", AS_OF].into_iter().chain(arguments.iter().copied()))
}

#[test]
fn a_working_list_ends_as_promised() {
    let list = |folder: &Path, flags: &[&str]| {
        let path = text(folder);
        run(["retention", &path, "--as-of", AS_OF].into_iter().chain(flags.iter().copied()))
    };
    let place = "--jurisdiction=US-WA";
    let export = inventory();
    list(export.path(), &[place]).expect_code(0);
    list(export.path(), &[place, "--facility=hospital"]).expect_code(0);
    list(export.path(), &[]).expect_code(2);
    list(export.path(), &[place, "--list", "list.pdf"]).expect_code(2);
    list(export.path(), &[place, "--record", "R-1"]).expect_code(0);
    list(export.path(), &[place, "--record", "R-9"]).expect_code(4);
    write(export.path(), "chartaudit.yaml", "max_not_evaluable: 0\n");
    list(export.path(), &[place]).expect_code(3);
    write(export.path(), "chartaudit.yaml", "jurisdiction: [US-WA]\n");
    list(export.path(), &[]).expect_code(0);
    let inventory = export.path().join("record_inventory.csv");
    let mut lines = fs::read_to_string(&inventory).expect("it was written");
    lines.push_str("one,two\n");
    fs::write(&inventory, lines).expect("it can be written");
    list(export.path(), &[]).expect_code(3);
    list(export.path(), &["--record", "R-1"]).expect_code(3);
    list(export.path(), &["--record", "R-9"]).expect_code(3);
    fs::remove_file(&inventory).expect("it can be removed");
    list(export.path(), &[]).expect_code(4);
    let empty = folder();
    write(empty.path(), "record_inventory.csv", INVENTORY);
    list(empty.path(), &[place]).expect_code(4);
}

#[cfg(target_os = "linux")]
#[test]
fn a_list_that_cannot_be_written_is_74() {
    let export = inventory();
    let list = folder();
    let full = list.path().join("list.csv");
    std::os::unix::fs::symlink("/dev/full", &full).expect("a link can be made");
    let arguments =
        ["retention", &text(export.path()), "--jurisdiction=US-WA", "--list", &text(&full)];
    run(arguments).expect_code(74);
}

/// The header of an inventory.
const INVENTORY: &str =
    "Record ID,Patient ID,Record Class,Record Created,Last Entry,Trigger Date\n";

/// An inventory of one record whose patient nobody knows.
fn inventory() -> tempfile::TempDir {
    let folder = folder();
    let row = "R-1,P1,medical_record,2010-04-20,2010-05-02,2010-05-01\n";
    write(folder.path(), "record_inventory.csv", format!("{INVENTORY}{row}"));
    folder
}

#[test]
fn an_account_of_a_record_ends_as_promised() {
    let rule = "completeness/discharge-before-admission";
    let explain = |rule: &str, folder: &Path, key: &str| {
        run(["explain", rule, &text(folder), "--record", key, "--as-of", AS_OF])
    };
    let export = folder();
    let stays = "Encounter ID,Patient ID,Class,Admitted,Discharged\nE1,P1,inpatient,2026-01-01,2026-01-03\n";
    write(export.path(), "encounters.csv", stays);
    explain(rule, export.path(), "E1").expect_code(0);
    explain(rule, export.path(), "E2").expect_code(4);
    explain("no/such-rule", export.path(), "E1").expect_code(2);
    explain("completeness/chart-completed-late", export.path(), "E1").expect_code(3);
    run(["explain", rule, "--record", "E1"]).expect_code(2);
    run(["explain", rule, &text(export.path())]).expect_code(2);
    let both = explain(rule, export.path(), "E1").stdout();
    write(
        export.path(),
        "encounters.csv",
        format!("{stays}E1,P2,inpatient,2026-01-05,2026-01-02\n"),
    );
    let twice = explain(rule, export.path(), "E1").expect_code(0).stdout();
    assert!(
        twice.contains("2 records have this key") && !both.contains("have this key"),
        "{twice}"
    );
    write(export.path(), "encounters.csv", format!("{stays}E3\n"));
    explain(rule, export.path(), "E1").expect_code(3);
}
