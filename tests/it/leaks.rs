//! Values planted in the fixtures are searched in every byte that the program emits.

use std::fs;

use chartaudit::report::ReportFormat;
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
        }
        let files = ReportFormat::ALL.map(|format| folder.path().join(format.name()));
        let reports = ReportFormat::ALL.iter().zip(&files);
        let reports = reports.flat_map(|(format, file)| {
            ["--report".to_owned(), format!("{}={}", format.name(), text(file))]
        });
        let scan = ["scan".to_owned(), path, "--fictional=report".to_owned()];
        emitted.extend(run(scan.into_iter().chain(reports)).streams());
        for file in &files {
            emitted.extend(fs::read(file).expect("every report was written"));
        }
        let saved = text(&folder.path().join("json"));
        for format in ReportFormat::ALL {
            emitted.extend(run(["report", &saved, "--report", format.name()]).streams());
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
fn no_transfer_shows_a_value() {
    let pairs = [
        ("hospital/ehr/faulty", "hospital/ehr/clean"),
        ("hospital/synthea/clean", "hospital/synthea/faulty"),
        ("hospital/synthea/faulty", "hospital/damaged"),
        ("hospital/damaged", "hospital/ehr/faulty"),
    ];
    for (sent, received) in pairs {
        let folder = folder();
        let (from, to) = (text(&fixture(sent)), text(&fixture(received)));
        let config = text(&write(folder.path(), "chartaudit.yaml", ""));
        let mut emitted = Vec::new();
        for stream in ["csv", "jsonl"] {
            let stream = text(&folder.path().join(format!("all.{stream}")));
            let report = text(&folder.path().join("transfer.json"));
            let run = run([
                "transfer",
                &from,
                &to,
                "--config",
                &config,
                "--memory=64KiB",
                "--examples=200",
                "--progress=always",
                "--report",
                &format!("json={report}"),
                "--all-findings",
                &stream,
            ]);
            assert!(matches!(run.code(), Some(1 | 3)), "{run:?}");
            emitted.extend(run.streams());
            for file in [&stream, &report] {
                emitted.extend(fs::read(file).expect("every output was written"));
            }
        }
        for wrong in [["--key", "nobody"], ["--report", "json=/no/such/folder/a.json"]] {
            let arguments = ["transfer", &from, &to, "--config", &config];
            emitted.extend(run(arguments.into_iter().chain(wrong)).streams());
        }
        assert!(emitted.len() > 2_000, "the run said next to nothing");
        assert_silent(&emitted, sent);
        let clear = ["transfer", &from, &to, "--config", &config, "--reveal", "values"];
        let clear = run(clear.into_iter().chain(["--report", "json", "--examples", "200"]));
        assert!(!leaks(&clear.streams()).is_empty(), "what is asked for is shown");
    }
}

#[test]
fn no_working_list_shows_a_value() {
    for export in EXPORTS {
        let folder = folder();
        let path = text(&fixture(export));
        let mut emitted = Vec::new();
        for stream in ["csv", "jsonl"] {
            let list = text(&folder.path().join(format!("list.{stream}")));
            let run = run([
                "retention",
                &path,
                "--jurisdiction=US-WA",
                "--as-of=2026-03-01",
                "--progress=always",
                "--list",
                &list,
            ]);
            assert!(matches!(run.code(), Some(0 | 3 | 4)), "{run:?}");
            emitted.extend(run.streams());
            emitted.extend(fs::read(&list).unwrap_or_default());
        }
        emitted.extend(run(["retention", &path]).streams());
        let nowhere = "/no/such/folder/a.csv";
        emitted.extend(run(["retention", &path, "--jurisdiction=US", "--list", nowhere]).streams());
        assert_silent(&emitted, export);
    }
}

#[test]
fn no_account_of_a_record_repeats_its_key_or_shows_a_value() {
    let export = fixture(EXPORTS[0]);
    let path = text(&export);
    let reports = fs::read(export.join("encounters.csv")).expect("a fixture can be read");
    let reports = String::from_utf8_lossy(&reports);
    let key = |canary: &&String| reports.lines().any(|line| line.split(',').next() == Some(canary));
    let all = canaries();
    let keys: Vec<&String> = all.iter().filter(key).take(3).collect();
    assert!(!keys.is_empty(), "no key of a stay is a canary");
    let mut shown = 0;
    for key in keys {
        let mut emitted = Vec::new();
        for rule in ["completeness/discharge-before-admission", "no/such-rule"] {
            let explain = run(["explain", rule, &path, "--record", key]);
            shown += usize::from(explain.code() == Some(0));
            emitted.extend(explain.streams());
        }
        for record in [key.clone(), format!("{key}|{key}"), format!("-{key}")] {
            let place = "--jurisdiction=US-WA";
            emitted.extend(run(["retention", &path, place, "--record", &record]).streams());
        }
        emitted.extend(run(["explain", "completeness/x", "--record", key]).streams());
        emitted.extend(run(["retention", &path, "--record", key, "--list", "a.csv"]).streams());
        assert_silent(&emitted, key);
        let rule = "completeness/discharge-before-admission";
        let clear = run(["explain", rule, &path, "--record", key, "--reveal", "keys"]).streams();
        assert!(memmem::find(&clear, key.as_bytes()).is_some(), "what is asked for is shown");
    }
    assert!(shown > 0, "no record was found");
}

#[test]
fn a_birthday_is_shown_as_a_year_only() {
    let export = text(&root().join("tests/cmd/retention.in"));
    let folder = folder();
    let list = text(&folder.path().join("list.csv"));
    let common = ["--jurisdiction=US-WA", "--facility=hospital", "--as-of=2024-06-30"];
    let all = |more: &[&str]| {
        let arguments =
            ["retention", &export].into_iter().chain(common).chain(more.iter().copied());
        run(arguments).expect_code(0).streams()
    };
    let day = b"07-19".as_slice();
    let mut masked = all(&["--list", &list]);
    masked.extend(fs::read(&list).expect("the list was written"));
    masked.extend(all(&["--record", "R-2"]));
    masked.extend(all(&["--record", "R-2", "--reveal", "keys"]));
    assert!(memmem::find(&masked, b"2027").is_some(), "the year is there");
    assert_eq!(memmem::find(&masked, day), None, "{}", String::from_utf8_lossy(&masked));
    let clear = all(&["--record", "R-2", "--reveal", "values"]);
    assert!(memmem::find(&clear, day).is_some(), "what is asked for is shown");
    all(&["--list", &list, "--reveal", "values"]);
    let clear = fs::read(&list).expect("the list was written");
    assert!(memmem::find(&clear, day).is_some(), "what is asked for is shown");
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
    let found = |canary: &String| memmem::find(emitted, canary.as_bytes()).is_some();
    canaries().into_iter().filter(found).collect()
}

/// Every value that was planted.
fn canaries() -> Vec<String> {
    let canaries = fs::read_to_string(root().join("fixtures/hospital/canaries.txt"))
        .expect("the fixtures have canaries");
    let canaries: Vec<String> =
        canaries.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    assert!(canaries.len() > 100, "only {} canaries", canaries.len());
    canaries
}
