//! Waivers: what they excuse and what not, counted exactly; how they are told of, added and refused.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::program::{Run, fixture, folder, keeps_to_its_schema, program, run, text, write};

const AS_OF: &str = "2026-03-01";

#[test]
fn the_register_is_told_on_the_screen() {
    let run = scan(&fixture("waivers/export"), &["--report", "text"]).expect_code(1);
    snapshot("screen", &run.stdout());
}

#[test]
fn a_broken_register_is_told_at_once() {
    let folder = folder();
    let waivers = write(folder.path(), "waivers.yaml", BROKEN);
    let run = scan(&fixture("waivers/export"), &["--waivers", &text(&waivers)]).expect_code(2);
    let told = run.stderr().replace(&text(&waivers), "waivers.yaml");
    for secret in ["MRN-44107", "Quellwater"] {
        assert!(!told.contains(secret), "a value is told:\n{told}");
    }
    snapshot("broken", &told);
    let empty = write(folder.path(), "waivers.yaml", "# none yet\n");
    let run = scan(&fixture("waivers/export"), &["--waivers", &text(&empty)]).expect_code(2);
    assert!(run.stderr().contains("no waivers in it"), "{}", run.stderr());
}

/// One of everything that can be wrong.
const BROKEN: &str = "\
waivers:
  - rule: completeness/visit-unsignd
    scope: all
    reason: A
    owner: B
    approved_by: C
    approved_on: 2026-01-10
    expires: 2026-12-31
  - rule: completeness/visit-unsigned
    scope: all
    reason: A
    owner: B
    approved_on: 2026-01-10
    expires: 2026-12-31
  - rule: completeness/visit-unsigned
    scope: all
    reason: ' '
    owner: B
    approved_by: C
    approved_on: 2026-01-10
    expires: 2027-01-11
  - rule: completeness/visit-unsigned
    scope: {records: [MRN-44107]}
    reason: A
    owner: B
    approved_by: C
    approved_on: 2026-01-10
    expires: 2026-01-09
  - rule: completeness/visit-unsigned
    scope: {where: note LIKE '%Quellwater%'}
    reason: A
    owner: B
    approved_by: C
    approved_on: 2026-02-30
    expires: 2026-12-31
  - rule: completeness/too-many-unsigned
    scope: {where: site = 'north', files: [north.csv]}
    reason: A
    owner: B
    approved_by: C
    approved_on: 2026-01-10
    expires: 2026-12-31
  - rule: completeness/visit-unsigned
    scope: {where: clas = 'phone'}
    reason: A
    owner: B
    approved_by: C
    approved_on: 2026-01-10
    expires: 2026-12-31
    untl: 2026-12-31
  - rule: completeness/visit-unsigned
    scope: {}
    reason: A
    owner: B
    approved_by: C
    approved_on: 2026-01-10
    expires: 2026-12-31
  - rule: completeness/visit-unsigned
    scope: {records: [0123456789abcdef0123456789abcdef#2]}
    reason: A
    owner: B
    approved_by: C
    approved_on: 2026-01-10
    expires: 2026-12-31
";

/// What the waivers of the fixture cover, told in another way.
fn covered(rule: &str, file: &str, row: &BTreeMap<String, String>) -> bool {
    let of = |name: &str| row.get(name).map_or("", String::as_str);
    match rule {
        "completeness/visit-unsigned" => file.starts_with("north") && of("class") == "phone",
        "completeness/visit-twice" => of("seen") < "2026-01-20",
        "completeness/out-of-order" => of("class") == "phone",
        "completeness/number-missing" => of("site") == "south",
        "confidentiality/number-in-note" => true,
        _ => false,
    }
}

#[test]
fn exactly_what_is_covered_is_waived_however_the_work_is_cut() {
    let folder = folder();
    let export = folder.path().join("export");
    fs::create_dir(&export).expect("a folder can be made");
    for name in ["north.csv", "south.csv"] {
        let table = fs::read_to_string(fixture("waivers/export").join(name)).expect("it is text");
        let (header, rows) = table.split_once('\n').expect("it has a header");
        write(&export, name, format!("{header}\n{}", rows.repeat(30)));
    }
    let all = folder.path().join("all.jsonl");
    let stream = ["--all-findings", &text(&all), "--report", "json"];
    scan(&export, &[&stream[..], &["--no-waivers"]].concat()).expect_code(1);
    // What each finding must be, by rule, file and record.
    let mut expected: BTreeMap<(String, String, u64), &str> = BTreeMap::new();
    let mut waived: BTreeMap<String, u64> = BTreeMap::new();
    for finding in findings(&all) {
        let Some(record) = finding["record"].as_u64() else { continue };
        let (rule, file) = (string(&finding, "rule"), string(&finding, "file"));
        let covered = covered(&rule, &file, &row(&export.join(&file), record));
        *waived.entry(rule.clone()).or_default() += u64::from(covered);
        expected.insert((rule, file, record), if covered { "waived" } else { "open" });
    }
    let late = ["completeness/visit-twice", "completeness/number-missing"];
    assert!(late.iter().all(|rule| waived[*rule] > 100), "{waived:?}");
    let mut first: Option<String> = None;
    for (threads, chunk, memory) in
        [("1", "1MiB", "64MiB"), ("4", "1KiB", "64MiB"), ("2", "4KiB", "1KiB")]
    {
        let cut = ["--threads", threads, "--chunk-size", chunk, "--memory", memory];
        let report = scan(&export, &[&stream[..], &cut].concat()).expect_code(1).stdout();
        let found: BTreeMap<(String, String, u64), String> = findings(&all)
            .iter()
            .filter_map(|finding| {
                let place = (string(finding, "rule"), string(finding, "file"));
                Some(((place.0, place.1, finding["record"].as_u64()?), string(finding, "status")))
            })
            .collect();
        assert_eq!(found.len(), expected.len());
        for (place, status) in &expected {
            assert_eq!(found[place], *status, "{place:?} on {threads} threads, {chunk} a chunk");
        }
        let report = first.get_or_insert_with(|| report.clone()) == &report;
        assert!(report, "another report on {threads} threads, {chunk} a chunk");
    }
    let report = keeps_to_its_schema(&first.expect("there is a report"));
    for rule in array(&report, "rules") {
        let counts = &rule["counts"];
        let own = waived.get(&string(rule, "id")).copied();
        assert!(own.is_none_or(|own| counts["waived"].as_u64() == Some(own)), "of {}", rule["id"]);
        let by_waiver: u64 =
            rule["waived"].as_array().into_iter().flatten().map(|of| count(of, "violations")).sum();
        assert_eq!(by_waiver, count(counts, "waived"), "of {}", rule["id"]);
        let by_file = array(rule, "files").iter();
        let by_file: u64 = by_file.map(|of| of["waived"].as_u64().unwrap_or(0)).sum();
        assert!(array(rule, "files").is_empty() || by_file == by_waiver, "of {}", rule["id"]);
        // What is open is shown before what is excused.
        let open = count(counts, "violations") - count(counts, "waived");
        let shown = array(rule, "findings");
        let shown_open = shown.iter().filter(|of| of.get("status").is_none()).count() as u64;
        assert_eq!(shown_open, open.min(shown.len() as u64), "of {}", rule["id"]);
    }
}

#[test]
fn an_inspector_leaves_everything_out() {
    let folder = folder();
    let config = fs::read_to_string(fixture("waivers/chartaudit.yaml")).expect("it is text");
    let fixture_path = |name: &str| text(&fixture(&format!("waivers/{name}")));
    let config = config
        .replace("./clinic.yaml", &fixture_path("clinic.yaml"))
        .replace("waivers: waivers.yaml", &format!("waivers: {}", fixture_path("waivers.yaml")))
        + "rules: {completeness/visit-unsigned: {off: true, because: no}}\n\
           identifiers: {allow: [{column: note, reason: tests}]}\n";
    let config = text(&write(folder.path(), "chartaudit.yaml", config));
    let of = |more: &[&str]| {
        let export = fixture("waivers/export");
        let scan = ["scan", &text(&export), "--config", &config, "--as-of", AS_OF];
        let fictional = ["--fictional", "report", "--report", "json"];
        keeps_to_its_schema(&run(scan.iter().chain(&fictional).chain(more)).stdout())
    };
    let usual = of(&[]);
    assert_eq!(rule(&usual, "completeness/visit-unsigned")["outcome"], "off");
    assert_eq!(rule(&usual, "confidentiality/number-in-note")["counts"]["violations"], 0);
    let view = of(&["--no-waivers", "--no-tailoring"]);
    assert_eq!(rule(&view, "completeness/visit-unsigned")["outcome"], "fail");
    assert_eq!(rule(&view, "confidentiality/number-in-note")["counts"]["violations"], 7);
    let waived = array(&view, "rules").iter().map(|rule| count(&rule["counts"], "waived"));
    assert_eq!(waived.sum::<u64>(), 0);
    let provenance = &view["provenance"];
    assert_eq!(provenance["waivers"]["applied"], false);
    assert_eq!(provenance["tailoring_left_out"], true);
    assert_eq!(array(provenance, "tailoring").len(), 0);
}

#[test]
fn stale_waivers_fail_where_that_is_asked_for() {
    let folder = folder();
    let export = fixture("waivers/export");
    let one = |rule: &str, approved: &str, expires: &str| {
        format!(
            "  - {{rule: {rule}, scope: all, reason: A, owner: B, approved_by: C, approved_on: {approved}, expires: {expires}}}\n"
        )
    };
    let select = ["--select", "completeness/visit-unsigned"];
    let scan = |waivers: &str, more: &[&str]| {
        let file = write(folder.path(), "waivers.yaml", format!("waivers:\n{waivers}"));
        let own = ["--waivers", &text(&file)];
        scan(&export, &[&own[..], &select, more].concat())
    };
    let current = one("completeness/visit-unsigned", "2026-01-01", "2026-12-31");
    scan(&current, &[]).expect_code(0);
    scan(&current, &["--fail-on", "error,stale"]).expect_code(0);
    // The last day counts, the next one does not.
    let last_day = one("completeness/visit-unsigned", "2026-01-01", AS_OF);
    scan(&last_day, &["--fail-on", "error,stale"]).expect_code(0);
    let expired = one("completeness/visit-unsigned", "2026-01-01", "2026-02-28");
    scan(&expired, &["--fail-on", "error,stale"]).expect_code(1);
    scan(&expired, &["--fail-on", "never"]).expect_code(0);
    scan(&expired, &["--fail-on", "never,stale"]).expect_code(6);
    let unused = format!("{current}{current}");
    scan(&unused, &[]).expect_code(0);
    scan(&unused, &["--fail-on", "error,stale"]).expect_code(6);
    scan(&unused, &["--fail-on", "error,warning"]).expect_code(2);
    scan(&current, &["--no-waivers", "--no-tailoring"]).expect_code(2);
}

#[test]
fn the_project_file_may_make_stale_waivers_fail_and_let_them_hold_longer() {
    let folder = folder();
    let rules = text(&fixture("waivers/clinic.yaml"));
    write(
        folder.path(),
        "waivers.yaml",
        "waivers: [{rule: completeness/room-missing, scope: all, reason: A, owner: B, approved_by: C, \
         approved_on: 2026-01-01, expires: 2027-06-30}, {rule: completeness/visit-unsigned, scope: {where: class IS \
         NULL}, reason: A, owner: B, approved_by: C, approved_on: 2026-01-01, expires: 2026-06-30}]\n",
    );
    let scan = |config: &str| {
        let config = write(folder.path(), "chartaudit.yaml", config);
        let export = text(&fixture("waivers/export"));
        run(["scan", &export, "--config", &text(&config), "--as-of", AS_OF])
    };
    let run = scan(&format!("packs: [{rules}]\nwaivers: waivers.yaml\n")).expect_code(2);
    assert!(run.stderr().contains("2027-01-01 at the latest"), "{}", run.stderr());
    let longer = "waivers: {file: waivers.yaml, longest: 18 months}\n";
    scan(&format!("packs: [{rules}]\n{longer}fail_on: never\n")).expect_code(0);
    scan(&format!("packs: [{rules}]\n{longer}fail_on: [never, stale]\n")).expect_code(6);
    scan(&format!("packs: [{rules}]\n{longer}fail_on: [note, never]\n")).expect_code(2);
    scan(&format!("packs: [{rules}]\nwaivers: {{file: waivers.yaml, longest: long}}\n"))
        .expect_code(2);
}

#[test]
fn one_record_is_waived_by_its_fingerprint_wherever_it_lies() {
    let folder = folder();
    let key = write(folder.path(), "site.key", [7_u8; 32]);
    let export = folder.path().join("export");
    fs::create_dir(&export).expect("a folder can be made");
    let north = fs::read_to_string(fixture("waivers/export/north.csv")).expect("it is text");
    write(&export, "north.csv", &north);
    let all = folder.path().join("all.jsonl");
    let scan = |more: &[&str]| {
        let (export, config) = (text(&export), text(&fixture("waivers/chartaudit.yaml")));
        let all = text(&all);
        let arguments = ["scan", &export, "--config", &config, "--as-of", AS_OF];
        let stream = ["--all-findings", &all, "--report", "json"];
        let mut program = program();
        program.args(arguments).args(stream).args(more);
        Run::of(program.env("CHARTAUDIT_SITE_KEY_FILE", &key))
    };
    scan(&["--no-waivers"]).expect_code(1);
    let of_rule = |rule: &str| -> Vec<Value> {
        findings(&all).into_iter().filter(|found| string(found, "rule") == rule).collect()
    };
    let unsigned = of_rule("completeness/visit-unsigned");
    let twice = of_rule("completeness/visit-twice");
    let prints: Vec<String> =
        [&unsigned[4], &twice[0]].iter().map(|of| string(of, "fingerprint")).collect();
    let waiver = |rule: &str, print: &str| {
        format!(
            "  - {{rule: {rule}, scope: {{records: [{print}]}}, reason: A, owner: B, approved_by: C, approved_on: \
             2026-01-01, expires: 2026-12-31}}\n"
        )
    };
    let waivers = format!(
        "waivers:\n{}{}",
        waiver("completeness/visit-unsigned", &prints[0]),
        waiver("completeness/visit-twice", &prints[1])
    );
    let waivers = text(&write(folder.path(), "waivers.yaml", waivers));
    // The record moves to another place in another file.
    fs::remove_file(export.join("north.csv")).expect("it is there");
    let (header, rows) = north.split_once('\n').expect("it has a header");
    let turned: Vec<&str> = rows.lines().rev().collect();
    write(&export, "moved.csv", format!("{header}\n{}\n", turned.join("\n")));
    scan(&["--waivers", &waivers]).expect_code(1);
    let waived = |rule: &str| -> Vec<Value> {
        of_rule(rule).into_iter().filter(|of| string(of, "status") == "waived").collect()
    };
    let unsigned = waived("completeness/visit-unsigned");
    assert_eq!(unsigned.len(), 1);
    assert_eq!(string(&unsigned[0], "fingerprint"), prints[0]);
    assert_eq!(string(&unsigned[0], "file"), "moved.csv");
    // Both records of the number are the one that the fingerprint names.
    assert_eq!(waived("completeness/visit-twice").len(), 2);
}

#[test]
fn every_format_tells_of_waivers() {
    let of = |format: &str| {
        scan(&fixture("waivers/export"), &["--report", format]).expect_code(1).stdout()
    };
    let reason = "Test notes of the go-live.";
    let sarif: Value = serde_json::from_str(&of("sarif-full")).expect("it is JSON");
    let results = array(&sarif["runs"][0], "results");
    let suppressed: Vec<&Value> =
        results.iter().filter(|result| result.get("suppressions").is_some()).collect();
    let of_note = suppressed.iter().filter(|of| of["ruleId"] == "confidentiality/number-in-note");
    for result in of_note.clone() {
        let justification = string(&result["suppressions"][0], "justification");
        assert!(justification.contains(reason), "{justification}");
    }
    assert_eq!(of_note.count(), 2, "one a file");
    let south_gaps = suppressed.iter().any(|of| of["ruleId"] == "completeness/number-missing");
    assert!(south_gaps, "a file in which everything is waived is suppressed, another is not");
    let sarif = of("sarif");
    let open: Value = serde_json::from_str(&sarif).expect("it is JSON");
    let results = array(&open["runs"][0], "results");
    assert!(results.iter().all(|of| of["ruleId"] != "confidentiality/number-in-note"));
    let gaps = results.iter().filter(|of| of["ruleId"] == "completeness/number-missing").count();
    assert_eq!(gaps, 1, "only the file with something open");
    assert!(sarif.contains("waiver/noted"));
    let junit = of("junit");
    assert!(junit.contains("<skipped type=\"waived\""), "{junit}");
    assert!(junit.contains("name=\"the waivers are current\""), "{junit}");
    let github = of("github");
    assert!(github.contains("waivers.yaml,line=38,title=Waiver 5%3A expired"), "{github}");
    let gitlab = of("gitlab");
    assert!(gitlab.contains("waiver/expired"), "{gitlab}");
    let markdown = of("markdown");
    assert!(markdown.contains("## Waivers in") && markdown.contains("expires soon"), "{markdown}");
    let sheet = of("csv");
    assert!(sheet.contains("7 records waived and not in this list"), "{sheet}");
    let rows = sheet.lines().filter(|line| line.contains("us-ssn stands in")).count();
    assert_eq!(rows, 0, "what is waived is nobody's work");
}

#[test]
fn waivers_are_added_listed_and_checked() {
    let folder = folder();
    let rules = text(&fixture("waivers/clinic.yaml"));
    write(folder.path(), "chartaudit.yaml", format!("packs: [{rules}]\nwaivers: waivers.yaml\n"));
    let ours = "# Ours.\nwaivers:\n# The first.\n- rule: completeness/room-missing  # kept\n  scope: all\n  \
                reason: \"A\"\n  owner: B\n  approved_by: C\n  approved_on: 2026-01-01\n  expires: 2026-03-10";
    let file = write(folder.path(), "waivers.yaml", ours);
    let waiver = |arguments: &[&str]| {
        let mut program = program();
        program.current_dir(folder.path()).arg("waiver").args(arguments);
        Run::of(program.args(["--as-of", AS_OF]))
    };
    let approval = ["--owner", "HIM director", "--approved-by", "Compliance: us"];
    let add = |more: &[&str]| {
        let rule = ["add", "completeness/visit-unsigned", "--reason", "Signed on paper; \"so\""];
        waiver(&[&rule[..], &approval, more].concat())
    };
    let refused = add(&["--all", "--expires", "2027-03-02"]).expect_code(2);
    assert!(refused.stderr().contains("more than 1 year"), "{}", refused.stderr());
    add(&["--where", "clas = 'phone'", "--expires", "2026-09-30"]).expect_code(2);
    add(&["--expires", "2026-09-30"]).expect_code(2);
    assert_eq!(fs::read_to_string(&file).expect("it is there"), ours, "nothing was written");
    let scope = ["--where", "class = 'phone'", "--file", "north*.csv"];
    add(&[&scope[..], &["--expires", "2026-09-30", "--evidence", "T-17"]].concat()).expect_code(0);
    let now = fs::read_to_string(&file).expect("it is there");
    snapshot("added", &now);
    assert!(now.starts_with(ours), "the rest stays as it is");
    snapshot("list", &waiver(&["list"]).expect_code(0).stdout());
    snapshot("check", &waiver(&["check"]).expect_code(0).stdout());
    let later = waiver(&["check", "--as-of", "2026-04-01"]);
    later.expect_code(2);
    let mut program = program();
    program.current_dir(folder.path()).args(["waiver", "check", "--as-of", "2026-04-01"]);
    Run::of(&mut program).expect_code(6);
    waiver(&["list", "--waivers", "none.yaml"]).expect_code(2);
}

fn scan(export: &Path, more: &[&str]) -> Run {
    let (export, config) = (text(export), text(&fixture("waivers/chartaudit.yaml")));
    let arguments = ["scan", &export, "--config", &config, "--as-of", AS_OF];
    run(arguments.iter().chain(&["--fictional", "report"]).chain(more))
}

#[track_caller]
fn snapshot(name: &str, shown: &str) {
    let root = format!("{}/", text(crate::program::root()));
    let shown = shown.replace(&root, "");
    insta::with_settings!({
        snapshot_path => fixture("waivers"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
        filters => vec![(r"chartaudit \d+\.\d+\.\d+", "chartaudit [VERSION]")],
    }, {
        insta::assert_snapshot!(name, shown);
    });
}

fn findings(file: &Path) -> Vec<Value> {
    let lines = fs::read_to_string(file).expect("findings were written");
    lines.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect()
}

/// A row of a table without quotes, by the names of its columns.
fn row(file: &Path, record: u64) -> BTreeMap<String, String> {
    let table = fs::read_to_string(file).expect("a table is text");
    let mut lines = table.lines();
    let names: Vec<&str> = lines.next().expect("it has a header").split(',').collect();
    let nth = usize::try_from(record).expect("it is small") - 1;
    let cells = lines.nth(nth).expect("the record is there").split(',');
    names.into_iter().map(str::to_owned).zip(cells.map(str::to_owned)).collect()
}

fn rule<'r>(report: &'r Value, id: &str) -> &'r Value {
    array(report, "rules").iter().find(|rule| rule["id"] == id).expect("the rule is there")
}

fn array<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[][..], Vec::as_slice)
}

fn string(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn count(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_default()
}

#[test]
fn an_account_of_one_record_says_what_excuses_it() {
    let (export, config) =
        (text(&fixture("waivers/export")), text(&fixture("waivers/chartaudit.yaml")));
    let account = |rule: &str, key: &str, more: &[&str]| {
        let arguments = ["explain", rule, &export, "--record", key, "--config", &config];
        let run = run(arguments.iter().chain(&["--as-of", AS_OF]).chain(more)).expect_code(0);
        run.stdout().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let unsigned = "completeness/visit-unsigned";
    let told = account(unsigned, "N100", &[]);
    let expected = "WAIVED excused by waiver 1 of waivers.yaml, until 2026-12-31 Telephone visits at the north site were \
                    signed on paper until May. owner HIM director · approved by Compliance officer on 2026-01-10";
    assert!(told.contains("violates the rule") && told.contains(expected), "{told}");
    for (key, more) in [("S100", &[][..]), ("N100", &["--no-waivers"])] {
        let told = account(unsigned, key, more);
        assert!(told.contains("violates the rule") && !told.contains("WAIVED"), "{told}");
    }
    // Of every visit and rule the account says what the audit says, when all records are known too.
    let folder = folder();
    let rows = folder.path().join("all.jsonl");
    let more = ["--all-findings", &text(&rows), "--reveal", "keys", "--report", "json"];
    scan(&fixture("waivers/export"), &more);
    let rows = fs::read_to_string(rows).expect("every finding was written");
    let mut seen: BTreeMap<(String, String), bool> = BTreeMap::new();
    for row in rows.lines() {
        let row: Value = serde_json::from_str(row).expect("a row is JSON");
        let of = |value: &Value| value.as_str().map(str::to_owned);
        let key = of(&row["key"][0]["tag"]).filter(|_| row["record"].is_u64());
        if let (Some(rule), Some(key)) = (of(&row["rule"]), key) {
            let waived = row["status"] == "waived";
            seen.insert((rule, key), waived);
        }
    }
    let kinds: std::collections::BTreeSet<(&str, bool)> =
        seen.iter().map(|((rule, _), waived)| (rule.as_str(), *waived)).collect();
    // Two records have the key that stands twice.
    let twice = "completeness/visit-twice";
    for late in ["completeness/number-missing", "completeness/out-of-order"] {
        assert!(kinds.contains(&(late, true)) && kinds.contains(&(late, false)), "{kinds:?}");
    }
    let one_record = |rule: &str| rule.starts_with("completeness/") && rule != twice;
    for (rule, waived) in kinds.into_iter().filter(|(rule, _)| one_record(rule)) {
        let (key, _) = seen
            .iter()
            .find(|((of, _), is)| of == rule && **is == waived)
            .map(|((_, key), is)| (key, is))
            .expect("it was taken from there");
        let told = account(rule, key, &[]);
        assert_eq!(told.contains("WAIVED"), waived, "{key} by {rule}: {told}");
    }
}
