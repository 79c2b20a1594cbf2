//! Values planted in the fixtures are searched in every byte that the program emits.

use std::fs;

use memchr::memmem;

use crate::program::{fixture, folder, program, root, run, text, write};

/// The exports that hold canaries.
const EXPORTS: [&str; 3] = ["hospital/ehr/faulty", "hospital/synthea/faulty", "hospital/damaged"];

#[test]
fn no_scan_shows_a_value() {
    for export in EXPORTS {
        let folder = folder();
        let path = text(&fixture(export));
        let mut emitted = Vec::new();
        for stream in ["csv", "jsonl"] {
            let stream = text(&folder.path().join(format!("all.{stream}")));
            let report = text(&folder.path().join("audit.json"));
            let screen = text(&folder.path().join("audit.txt"));
            let arguments = ["scan", &path, "--as-of", "2026-03-01", "--all-findings", &stream];
            let outputs = [
                "--report".to_owned(),
                format!("json={report}"),
                "--report".to_owned(),
                format!("text={screen}"),
                "--jurisdiction=US".to_owned(),
                "--facility=hospital".to_owned(),
                "--examples=200".to_owned(),
                "--progress=always".to_owned(),
            ];
            let run = run(arguments.into_iter().map(str::to_owned).chain(outputs));
            assert!(matches!(run.code(), Some(1 | 3)), "{run:?}");
            emitted.extend(run.streams());
            for file in [&stream, &report, &screen] {
                emitted.extend(fs::read(file).expect("every output was written"));
            }
            for format in ["text", "json"] {
                emitted
                    .extend(crate::program::run(["report", &report, "--report", format]).streams());
            }
        }
        assert!(emitted.len() > 2_000, "the run said next to nothing");
        assert_silent(&emitted, export);
    }
}

#[test]
fn no_other_command_shows_a_value() {
    for export in EXPORTS {
        let path = text(&fixture(export));
        let mut emitted = run(["plan", &path]).streams();
        emitted.extend(run(["scan", &path, "--select", "no-such-rule"]).streams());
        emitted.extend(run(["scan", &path, "--report", "json=/no/such/folder/a.json"]).streams());
        emitted.extend(run(["scan", &path, "--report", "json"]).streams());
        emitted.extend(run(["scan", &path, "--all-findings", "/no/such/folder/a.csv"]).streams());
        emitted.extend(run(["scan", &path, "--allow-empty", "--fictional", "report"]).streams());
        for arguments in [
            &["rules", "list"][..],
            &["rules", "check"],
            &["rules", "test"],
            &["rules", "schema"],
            &["explain", "completeness/patient-number-twice"],
            &["explain", "no-such-rule"],
        ] {
            // Where they start they may find a project file, and everything else that lies there.
            let mut here = program();
            here.current_dir(fixture(export)).args(arguments);
            let output = here.output().expect("the program can be started");
            emitted.extend(output.stdout.into_iter().chain(output.stderr));
        }
        assert_silent(&emitted, export);
    }
}

#[test]
fn a_record_given_as_anything_else_is_not_quoted() {
    for export in EXPORTS {
        for entry in fs::read_dir(fixture(export)).expect("a fixture can be listed") {
            let path = entry.expect("a fixture can be listed").path();
            let path = text(&path);
            let clean = text(&fixture("hospital/synthea/clean"));
            let mut emitted = run(["report", &path]).streams();
            emitted.extend(run(["scan", &clean, "--rules", &path]).streams());
            emitted.extend(run(["scan", &clean, "--config", &path]).streams());
            emitted.extend(run(["plan", &clean, "--config", &path]).streams());
            emitted.extend(run(["explain", "x/y", "--config", &path]).streams());
            emitted.extend(run(["explain", "x/y", "--rules", &path]).streams());
            for command in ["list", "check", "test"] {
                emitted.extend(run(["rules", command, &path]).streams());
            }
            let keyed = program()
                .env("CHARTAUDIT_SITE_KEY_FILE", &path)
                .args(["scan", &clean])
                .output()
                .expect("the program can be started");
            emitted.extend(keyed.stderr);
            assert_silent(&emitted, &path);
        }
    }
}

#[test]
fn control_characters_do_not_reach_the_screen() {
    let folder = folder();
    let header = fs::read_to_string(fixture("hospital/synthea/clean/patients.csv"))
        .expect("a fixture is text");
    let header = header.lines().next().expect("a table has a header");
    let columns = header.split(',').count();
    let hostile = "\u{1b}]0;owned\u{7}\u{202e}=cmd()";
    let row = vec![hostile; columns].join(",");
    write(folder.path(), "patients.csv", format!("{header},{hostile}\n{row},x\n"));
    let run = run(["scan", &text(folder.path()), "--reveal", "values"]);
    for stream in [run.stdout(), run.stderr()] {
        let found = stream.chars().find(|char| {
            (char.is_control() && *char != '\n') || ('\u{202a}'..='\u{202e}').contains(char)
        });
        assert_eq!(found, None, "in {stream:?}");
    }
}

#[test]
fn the_search_finds_what_is_revealed() {
    let path = text(&fixture(EXPORTS[0]));
    let revealed = run(["scan", &path, "--report", "json", "--reveal", "values"]).streams();
    assert!(!leaks(&revealed).is_empty(), "the canaries are not in the fixtures");
}

#[track_caller]
fn assert_silent(emitted: &[u8], what: &str) {
    let leaks = leaks(emitted);
    assert!(leaks.is_empty(), "{what} leaks {} values, the first: {:?}", leaks.len(), leaks[0]);
}

/// Every canary that stands in these bytes.
fn leaks(emitted: &[u8]) -> Vec<String> {
    let canaries = fs::read_to_string(root().join("fixtures/hospital/canaries.txt"))
        .expect("the fixtures have canaries");
    let canaries: Vec<&str> = canaries.lines().filter(|line| !line.is_empty()).collect();
    assert!(canaries.len() > 100, "only {} canaries", canaries.len());
    canaries
        .into_iter()
        .filter(|canary| memmem::find(emitted, canary.as_bytes()).is_some())
        .map(str::to_owned)
        .collect()
}
