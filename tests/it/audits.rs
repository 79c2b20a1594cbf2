//! Whole audits: the screen as it is shown, and the counts against what was planted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::program::{fixture, folder, root, run, text};

/// What was planted in an export.
#[derive(Debug, serde::Deserialize)]
struct Expected {
    as_of: String,
    violations: BTreeMap<String, u64>,
    pending: BTreeMap<String, u64>,
    skipped: BTreeMap<String, u64>,
}

#[test]
fn screens_are_as_they_were_and_name_commands_that_work() {
    let mut commands = 0;
    for export in exports() {
        let expected = expected(&export);
        let path = text(export.strip_prefix(root()).expect("a fixture lies in the package"));
        let screen = run(["scan", &path, "--as-of", &expected.as_of]);
        // A command that is too long for the page goes on in the next line, as a shell reads it.
        let whole = screen.stdout().replace("\\\n", " ");
        for line in whole.lines().map(|line| line.trim_start_matches("next").trim_start()) {
            if let Some(command) =
                line.strip_prefix("chartaudit ").filter(|_| !line.contains("as of"))
            {
                run(command.split_whitespace()).expect_code(0);
                commands += 1;
            }
        }
        let folder = export.parent().expect("an export lies in a family");
        let name = export.file_name().expect("an export has a name").to_string_lossy();
        let shown =
            format!("exit code {:?}\n{}{}", screen.code(), screen.stdout(), screen.stderr());
        insta::with_settings!({
            snapshot_path => folder,
            prepend_module_to_snapshot => false,
            omit_expression => true,
            filters => vec![(r"chartaudit \d+\.\d+\.\d+", "chartaudit [VERSION]")],
        }, {
            insta::assert_snapshot!(format!("{name}-screen"), shown);
        });
    }
    assert!(commands >= 2, "{commands} commands were looked at");
}

#[test]
fn the_fixtures_are_those_that_their_generator_writes() {
    let folder = folder();
    let written = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--locked", "--example", "fixture-hospital", "--"])
        .arg(folder.path())
        .current_dir(root())
        .status();
    assert!(written.expect("cargo can be started").success(), "the generator fails");
    let (fresh, committed) = (folder.path().join("hospital"), fixture("hospital"));
    let mut kept = files(&committed);
    kept.retain(|path| !path.to_string_lossy().contains(".snap"));
    assert_eq!(files(&fresh), kept, "the generator writes other files than are committed");
    assert!(kept.len() > 40, "only {} files were looked at", kept.len());
    for path in kept {
        let read = |folder: &Path| fs::read(folder.join(&path)).expect("a fixture can be read");
        assert!(read(&fresh) == read(&committed), "{} is not what is written", path.display());
    }
}

#[test]
fn counts_are_those_that_were_planted() {
    for export in exports() {
        let expected = expected(&export);
        let report = report(&export, &expected.as_of);
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for rule in array(&report, "rules") {
            let id = rule["id"].as_str().expect("a rule has an id");
            if matches!(rule["outcome"].as_str(), Some("not-evaluated" | "off")) {
                continue;
            }
            seen.insert(id);
            let counts = &rule["counts"];
            for (kind, planted) in
                [("violations", &expected.violations), ("pending", &expected.pending)]
            {
                let planted = planted.get(id).copied().unwrap_or_default();
                let found = counts[kind].as_u64().expect("a count is a number");
                if planted != found {
                    faults.push(format!("{id}: {found} {kind}, {planted} planted"));
                }
            }
        }
        // A key without a family is a fault for which no rule ships.
        let planted = expected.violations.keys().chain(expected.pending.keys());
        for id in planted.filter(|id| id.contains('/') && !seen.contains(id.as_str())) {
            faults.push(format!("{id}: planted, and not judged"));
        }
        let mut skipped: BTreeMap<String, u64> = BTreeMap::new();
        for problem in array(&report, "inputs").iter().flat_map(|input| array(input, "problems")) {
            if problem["class"] == "skipped" {
                let code = problem["code"].as_str().expect("a problem has a code").to_owned();
                *skipped.entry(code).or_default() += problem["count"].as_u64().unwrap_or_default();
            }
        }
        if skipped != expected.skipped {
            faults.push(format!("skipped {skipped:?}, planted {:?}", expected.skipped));
        }
        assert!(faults.is_empty(), "{}:\n{}", export.display(), faults.join("\n"));
    }
}

#[test]
fn counts_add_up() {
    for export in exports() {
        let report = report(&export, "2026-03-01");
        for rule in array(&report, "rules") {
            let count = |name: &str| rule["counts"][name].as_u64().expect("a count is a number");
            let parts = ["not_applicable", "passed", "violations", "not_evaluable", "pending"];
            assert_eq!(
                count("records"),
                parts.into_iter().map(count).sum::<u64>(),
                "{}",
                rule["id"]
            );
            let shown = array(rule, "findings").len();
            let omitted = rule["findings_omitted"].as_u64().expect("a count is a number");
            let shown = u64::try_from(shown).expect("a length is a count");
            assert!(shown + omitted >= count("violations"), "{}", rule["id"]);
        }
        for input in array(&report, "inputs") {
            let count = |name: &str| input["records"][name].as_u64().expect("a count is a number");
            assert_eq!(count("read"), count("kept") + count("skipped"), "{}", input["path"]);
        }
    }
}

#[test]
fn every_rule_that_judges_a_clean_export_passes() {
    let mut passed = 0;
    for export in exports().into_iter().filter(|export| export.ends_with("clean")) {
        let report = report(&export, "2026-03-01");
        for rule in array(&report, "rules") {
            let outcome = rule["outcome"].as_str().expect("a rule has an outcome");
            let fine = matches!(outcome, "pass" | "not-applicable" | "not-evaluated");
            assert!(fine, "{}: {outcome} in {}", rule["id"], export.display());
            assert_eq!(rule["counts"]["violations"], 0, "{}", rule["id"]);
            if outcome != "not-evaluated" {
                assert_eq!(rule["counts"]["not_evaluable"], 0, "{}", rule["id"]);
            }
            passed += u64::from(outcome == "pass");
        }
    }
    assert!(passed >= 300, "{passed} rules passed");
}

#[test]
fn every_shipped_rule_has_something_to_judge() {
    let mut idle: BTreeMap<String, bool> = BTreeMap::new();
    let released = ["deidentified", "limited"].map(|kind| {
        let ward = text(&fixture("known/ward"));
        let scan = ["scan", &ward, "--rules", "us-hipaa", "--release", kind, "--report", "json"];
        serde_json::from_str(&run(scan).stdout()).expect("the report is JSON")
    });
    let reports = exports().into_iter().map(|export| report(&export, "2026-03-01"));
    for report in reports.chain(released) {
        for rule in array(&report, "rules") {
            let id = rule["id"].as_str().expect("a rule has an id").to_owned();
            let outcome = rule["outcome"].as_str().expect("a rule has an outcome");
            let is_idle = matches!(outcome, "not-evaluated" | "not-applicable");
            idle.entry(id).and_modify(|before| *before &= is_idle).or_insert(is_idle);
        }
    }
    // References make rules of their own, of record sets that no twin has too.
    let idle: Vec<&String> = idle
        .iter()
        .filter(|(id, is_idle)| **is_idle && !id.ends_with("-orphaned"))
        .map(|(id, _)| id)
        .collect();
    assert!(idle.is_empty(), "no fixture has a record to which these apply: {idle:?}");
}

#[test]
fn shipped_rules_keep_their_examples() {
    run(["rules", "check", "--strict"]).expect_code(0);
    run(["rules", "test"]).expect_code(0);
}

/// The list under a key.
#[track_caller]
fn array<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().expect("the report has this list")
}

/// The JSON report of an export.
fn report(export: &Path, as_of: &str) -> Value {
    let place = ["--jurisdiction", "US", "--facility", "hospital"];
    let scan = ["scan", &text(export), "--as-of", as_of, "--report", "json"];
    let run = run(scan.into_iter().chain(place));
    serde_json::from_str(&run.stdout()).expect("the report is JSON")
}

/// Every file below a folder, by its path in it, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("fixtures can be listed") {
            let path = entry.expect("fixtures can be listed").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let inside = path.strip_prefix(folder).expect("it lies in the folder");
                found.push(inside.to_owned());
            }
        }
    }
    found.sort();
    found
}

/// What was planted in it.
fn expected(export: &Path) -> Expected {
    let text =
        fs::read_to_string(export.join("expected.yaml")).expect("a fixture says what to expect");
    serde_yaml::from_str(&text).expect("what to expect is YAML")
}

/// Every export that says what an audit of it must find.
fn exports() -> Vec<PathBuf> {
    let mut exports = Vec::new();
    for family in ["class", "disclosure", "figures", "hospital", "release"] {
        let family = fixture(family);
        let accounts = files(&family).into_iter().filter(|path| path.ends_with("expected.yaml"));
        exports.extend(accounts.filter_map(|path| family.join(path).parent().map(Path::to_owned)));
    }
    assert!(exports.len() >= 7, "only {} exports", exports.len());
    exports
}
