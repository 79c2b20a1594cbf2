//! Laws of the whole program: the same bytes however the work is cut, and reports that keep to their schema.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::program::{fixture, folder, keeps_to_its_schema, run, text, write};

/// How the work is cut.
const THREADS: [&str; 3] = ["1", "2", "4"];
/// How the bytes are cut.
const CHUNKS: [&str; 3] = ["1KiB", "4KiB", "1MiB"];

#[test]
fn the_report_does_not_depend_on_how_the_work_is_cut() {
    for export in
        ["hospital/ehr/faulty", "hospital/synthea/faulty", "hospital/damaged", "release/faulty"]
    {
        same_for_every_cut(&fixture(export));
    }
}

#[test]
fn hostile_tables_are_cut_exactly() {
    let header = fs::read_to_string(fixture("hospital/synthea/faulty/patients.csv"))
        .expect("a fixture is text");
    let mut lines = header.lines();
    let header = lines.next().expect("a table has a header");
    let records: Vec<&str> = lines.collect();
    let columns = header.split(',').count();
    let long = format!("\"{}\"", "a \"\"quoted\"\" line\r\nand, another\n".repeat(150));
    let wide = vec![long.as_str(); columns].join(",");
    let stray = vec!["5\" wide, \"\"x"; columns].join(",");
    let mut text = format!("{header}\r\n");
    for (index, record) in records.iter().cycle().take(600).enumerate() {
        text.push_str(record);
        text.push_str(["\n", "\r\n", "\r"][index % 3]);
        match index % 41 {
            3 => text.push_str(&format!("{wide}\n")),
            11 => text.push_str(&format!("{stray}\n")),
            17 => text.push_str("\n\n"),
            23 => text.push_str("\"never closed,1,2\n"),
            29 => text.push_str("one,two\n"),
            _ => {}
        }
    }
    let folder = folder();
    write(folder.path(), "patients.csv", text);
    same_for_every_cut(folder.path());
}

#[test]
fn every_report_keeps_to_its_schema() {
    let empty = folder();
    let refused = folder();
    write(refused.path(), "patients.csv", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03");
    let mut paths = vec![empty.path().to_owned(), refused.path().to_owned()];
    let mut codes = BTreeSet::new();
    for export in ["ehr/clean", "ehr/faulty", "synthea/clean", "synthea/faulty", "damaged"] {
        paths.push(fixture(&format!("hospital/{export}")));
    }
    paths.push(fixture("release/faulty"));
    for path in paths {
        for more in [
            &[][..],
            &["--reveal", "keys"],
            &["--reveal", "values"],
            &["--jurisdiction", "US", "--facility", "hospital", "--fictional", "report"],
            &["--allow-empty", "--fail-on", "never"],
            &["--all-findings", "/dev/full/all.csv"],
            #[cfg(target_os = "linux")]
            &["--report", "json=/dev/full"],
            &["--select", "retention/hold-value-unreadable"],
        ] {
            let path = text(&path);
            let scan = ["scan", &path, "--as-of", "2026-03-01", "--report", "json"];
            let run = run(scan.iter().chain(more));
            codes.extend(run.code());
            if run.code() != Some(2) {
                let report = keeps_to_its_schema(&run.stdout());
                let said = report["exit_code"].as_i64();
                assert!(said == run.code().map(i64::from) || run.code() == Some(74), "{more:?}");
            }
        }
    }
    // An interrupt is tested beside the exit codes.
    assert!([0, 1, 3, 4].iter().all(|code| codes.contains(code)), "{codes:?}");
    assert!(codes.contains(&74) || cfg!(not(target_os = "linux")), "{codes:?}");
}

#[test]
fn a_saved_report_is_rendered_as_it_was() {
    let folder = folder();
    let saved = folder.path().join("audit.json");
    let screen = run([
        "scan",
        &text(&fixture("hospital/ehr/faulty")),
        "--as-of",
        "2026-03-01",
        "--report",
        &format!("json={}", text(&saved)),
    ]);
    let again = run(["report", &text(&saved)]);
    assert_eq!(again.stdout(), screen.stdout());
    let json = run(["report", &text(&saved), "--report", "json"]).expect_code(0);
    assert_eq!(json.stdout().as_bytes(), fs::read(saved).expect("it was written"));
}

#[track_caller]
fn same_for_every_cut(export: &Path) {
    let mut first: Option<String> = None;
    for threads in THREADS {
        for chunk in CHUNKS {
            let arguments = ["scan", &text(export), "--as-of", "2026-03-01", "--report", "json"]
                .map(str::to_owned)
                .into_iter()
                .chain(["--threads", threads, "--chunk-size", chunk].map(str::to_owned));
            let report = run(arguments).stdout();
            assert!(report.len() > 1_000, "there is no report: {report}");
            match &first {
                None => first = Some(report),
                Some(first) => assert!(
                    *first == report,
                    "{}: another report with {threads} threads and chunks of {chunk}",
                    export.display()
                ),
            }
        }
    }
}
