//! Baselines: findings known from an earlier audit, matched one by one whatever became of the export; and what is drawn
//! from saved reports.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::program::{Run, fixture, folder, keeps_to_its_schema, program, root, text, write};

const AS_OF: &str = "2026-03-01";
/// Rules whose findings are records.
const OF_RECORDS: [&str; 5] = [
    "completeness/visit-unsigned",
    "completeness/visit-twice",
    "completeness/signed-late",
    "completeness/number-missing",
    "confidentiality/number-in-note",
];

/// A place with a key, an export and the reports of it.
struct Place {
    folder: tempfile::TempDir,
    key: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = folder();
        let key = write(folder.path(), "site.key", [7_u8; 32]);
        fs::create_dir(folder.path().join("export")).expect("a folder can be made");
        Self { folder, key }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a table of the export.
    fn table(&self, name: &str, rows: &[Row]) {
        let mut text = "visit,site,class,seen,signed,seq,note\n".to_owned();
        rows.iter().for_each(|row| text.push_str(&row.line()));
        write(&self.path("export"), name, text);
    }

    /// Takes every table away.
    fn clear(&self) {
        for entry in fs::read_dir(self.path("export")).expect("it can be listed") {
            fs::remove_file(entry.expect("it can be listed").path()).expect("it can be removed");
        }
    }

    fn scan(&self, more: &[&str]) -> Run {
        let (export, config) =
            (text(&self.path("export")), text(&fixture("waivers/chartaudit.yaml")));
        let mut program = program();
        program.args(["scan", &export, "--config", &config, "--no-waivers"]);
        if !more.contains(&"--as-of") {
            program.args(["--as-of", AS_OF]);
        }
        program.args(["--fictional", "report"]).args(more);
        Run::of(program.current_dir(self.folder.path()).env("CHARTAUDIT_SITE_KEY_FILE", &self.key))
    }

    /// A scan whose report and fingerprints are kept.
    fn keep(&self, name: &str, more: &[&str]) -> (Run, Value) {
        let report = format!("json={name}.json");
        let prints = format!("{name}.fingerprints");
        let run =
            self.scan(&[&["--report", &report, "--fingerprints", &prints][..], more].concat());
        let text = fs::read_to_string(self.path(&format!("{name}.json"))).expect("it is there");
        (run, keeps_to_its_schema(&text))
    }

    /// The findings of the export by rule: the numbers of their visits, each as often as it stands there.
    fn visits(&self) -> BTreeMap<String, Vec<String>> {
        self.scan(&["--all-findings", "all.jsonl"]);
        let lines = fs::read_to_string(self.path("all.jsonl")).expect("it is there");
        let mut visits: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for line in lines.lines() {
            let finding: Value = serde_json::from_str(line).expect("a line is JSON");
            let (Some(file), Some(record)) = (finding["file"].as_str(), finding["record"].as_u64())
            else {
                continue;
            };
            let rule = finding["rule"].as_str().unwrap_or_default().to_owned();
            // A record with two identifiers has two rows and is one violation.
            if !seen.insert((rule.clone(), file.to_owned(), record)) {
                continue;
            }
            let table = fs::read_to_string(self.path("export").join(file)).expect("it is there");
            let nth = usize::try_from(record).expect("it is small");
            let row = table.lines().nth(nth).expect("the record is there");
            visits
                .entry(rule)
                .or_default()
                .push(row.split(',').next().unwrap_or_default().to_owned());
        }
        visits
    }
}

/// One visit.
#[derive(Debug, Clone)]
struct Row {
    visit: String,
    site: &'static str,
    class: &'static str,
    seen: &'static str,
    signed: &'static str,
    seq: u32,
    note: &'static str,
}

impl Row {
    fn line(&self) -> String {
        let Self { visit, site, class, seen, signed, seq, note } = self;
        format!("{visit},{site},{class},{seen},{signed},{seq},{note}\n")
    }
}

/// Visits of which some are unsigned, some twice, some late, and some say a number.
fn visits(site: &'static str, count: u32) -> Vec<Row> {
    let row = |n: u32| Row {
        visit: format!("{site}-{}", if n % 9 == 8 { n / 2 } else { n }),
        site,
        class: if n.is_multiple_of(3) { "phone" } else { "office" },
        seen: "2026-01-10",
        signed: match n % 7 {
            0 => "",
            1 => "2026-02-20",
            _ => "2026-01-11",
        },
        seq: if n % 11 == 10 { n + 1 } else { n },
        note: if n % 13 == 4 { "gave 917-45-1003 and 917-45-1004" } else { "seen" },
    };
    (1..=count).map(row).collect()
}

/// What must be new, persisting and resolved, from the visits alone.
fn expected(old: &[String], new: &[String]) -> [u64; 3] {
    let count = |of: &[String], not_in: &[String]| -> u64 {
        of.iter().filter(|visit| !not_in.contains(visit)).count() as u64
    };
    let resolved = count(old, new);
    [count(new, old), old.len() as u64 - resolved, resolved]
}

#[test]
fn findings_are_known_wherever_their_records_lie() {
    let place = Place::new();
    let (north, south) = (visits("north", 400), visits("south", 300));
    place.table("north.csv", &north);
    place.table("south.csv", &south);
    let old = place.visits();
    place.keep("old", &[]);
    // Some are mended, some come to it, some move to another file, and the other one gets another name and order.
    place.clear();
    let mut mended = north;
    for row in mended.iter_mut().filter(|row| row.visit.ends_with('4')) {
        (row.signed, row.note) = ("2026-01-11", "seen");
    }
    let mut moved = mended.split_off(250);
    for number in 0..20 {
        let row = Row { visit: format!("late-{number}"), ..mended[6].clone() };
        moved.insert(number * 3, row);
    }
    let mut south: Vec<Row> = south;
    south.reverse();
    moved.extend(south);
    place.table("a.csv", &mended);
    place.table("renamed.csv", &moved);
    let new = place.visits();
    let (_, kept) = place.keep("new", &[]);
    let mut first: Option<String> = None;
    for cut in [
        ["--threads", "1", "--chunk-size", "1MiB", "--memory", "64MiB"],
        ["--threads", "4", "--chunk-size", "1KiB", "--memory", "1KiB"],
    ] {
        let known = ["--baseline", "old.json", "--report", "json", "--fingerprints", "cut.prints"];
        let report = place.scan(&[&known[..], &cut].concat()).expect_code(1).stdout();
        assert_eq!(first.get_or_insert_with(|| report.clone()), &report, "by {cut:?}");
        let prints = |name: &str| fs::read(place.path(name)).expect("it was written");
        assert!(prints("cut.prints") == prints("new.fingerprints"), "other bytes by {cut:?}");
    }
    let report = keeps_to_its_schema(&first.expect("there is one"));
    let none = Vec::new();
    for id in OF_RECORDS {
        let (old, new) = (old.get(id).unwrap_or(&none), new.get(id).unwrap_or(&none));
        let found = &rule(&report, id)["baseline"];
        let found =
            ["new", "persisting", "resolved"].map(|name| found[name].as_u64().unwrap_or(99));
        assert_eq!(found, expected(old, new), "of {id}");
        let known = new.iter().filter(|visit| old.contains(visit)).count() as u64;
        let counts = &rule(&report, id)["counts"];
        assert_eq!(counts["baselined"].as_u64(), Some(known), "of {id}");
        assert_eq!(counts["violations"].as_u64(), Some(new.len() as u64), "of {id}");
    }
    let unsigned = &rule(&report, OF_RECORDS[0])["baseline"];
    assert!(["new", "persisting", "resolved"].iter().all(|of| unsigned[of].as_u64() > Some(4)));
    // The same from two saved reports.
    let compared = place.compare(&["old.json", "new.json", "--report", "json"]).expect_code(1);
    let compared = keeps_to_its_schema(&compared.stdout());
    for (one, other) in array(&report, "rules").iter().zip(array(&compared, "rules")) {
        for key in ["id", "outcome", "counts", "baseline", "waived"] {
            assert_eq!(one[key], other[key], "{key} of {}", one["id"]);
        }
    }
    for key in ["baseline", "exit_code", "exit_reason", "verdict", "summary"] {
        assert_eq!(report[key], compared[key], "{key}");
    }
    assert_eq!(kept["exit_code"], 1);
}

#[test]
fn only_what_is_new_fails() {
    let place = Place::new();
    place.table("north.csv", &visits("north", 60));
    let (run, report) = place.keep("old", &[]);
    run.expect_code(1);
    assert_eq!(report["provenance"]["fingerprints"]["name"], "old.fingerprints");
    let known = ["--baseline", "old.json"];
    let scan = |more: &[&str]| place.scan(&[&known[..], more].concat());
    scan(&[]).expect_code(0);
    scan(&["--ratchet", "--fail-on", "error,stale"]).expect_code(0);
    let same = scan(&["--report", "text"]).stdout();
    assert!(same.contains("rule") && same.contains("known from the baseline"), "{same}");
    // One record more that misses a number of the sequence: a warning.
    let mut rows = visits("north", 60);
    rows.push(Row { visit: "gap".to_owned(), seq: 90, signed: "2026-01-11", ..rows[2].clone() });
    place.table("north.csv", &rows);
    scan(&[]).expect_code(0);
    scan(&["--fail-on", "warning"]).expect_code(1);
    let refused = scan(&["--ratchet", "--fail-on", "never"]).expect_code(1);
    assert!(refused.stdout().contains("1 rule has violations that the baseline does not know: 1"));
    // One that is mended: the baseline is stale.
    let mut rows = visits("north", 60);
    rows[6].signed = "2026-01-11";
    place.table("north.csv", &rows);
    scan(&["--ratchet"]).expect_code(0);
    scan(&["--fail-on", "error,stale"]).expect_code(6);
    // A rule that cannot be judged any more is no success.
    let bare: String = visits("north", 60)
        .iter()
        .map(|row| {
            row.line().rsplit_once(',').map_or(String::new(), |(rest, _)| format!("{rest}\n"))
        })
        .collect();
    write(&place.path("export"), "north.csv", format!("visit,site,class,seen,signed,seq\n{bare}"));
    let blind = scan(&["--report", "text"]).expect_code(0);
    assert!(blind.stdout().contains("known, of rules that were not judged"), "{}", blind.stdout());
    let refused = scan(&["--ratchet"]).expect_code(3);
    assert!(refused.stdout().contains("was judged in the baseline"), "{}", refused.stdout());
}

#[test]
fn records_that_cannot_be_judged_any_more_are_not_resolved() {
    let place = Place::new();
    place.table("north.csv", &visits("north", 60));
    place.keep("old", &[]);
    let mut rows = visits("north", 60);
    for row in rows.iter_mut().filter(|row| row.signed == "2026-02-20") {
        row.seen = "no day";
    }
    place.table("north.csv", &rows);
    let report = place.scan(&["--baseline", "old.json", "--report", "json"]).stdout();
    let report = keeps_to_its_schema(&report);
    let late = &rule(&report, "completeness/signed-late")["baseline"];
    let [known, unclear] = ["known", "not_evaluable"].map(|of| late[of].as_u64().unwrap_or(0));
    assert!(unclear > 5 && known > unclear, "{late}");
    assert_eq!(late["resolved"], 0, "{late}");
}

#[test]
fn two_saved_audits_tell_what_is_resolved_from_what_cannot_be_judged() {
    let place = Place::new();
    let id = "completeness/signed-late";
    // Some could never be judged: they are no known findings.
    let mut rows = visits("north", 200);
    rows.iter_mut()
        .filter(|row| row.signed == "2026-01-11")
        .take(30)
        .for_each(|row| row.seen = "?");
    place.table("north.csv", &rows);
    place.keep("old", &[]);
    for (nth, row) in rows.iter_mut().filter(|row| row.signed == "2026-02-20").enumerate() {
        match nth % 3 {
            0 => row.signed = "2026-01-11",
            1 => row.seen = "no day",
            _ => {}
        }
    }
    place.table("north.csv", &rows);
    place.keep("new", &[]);
    let scanned = place.scan(&["--baseline", "old.json", "--report", "json"]).stdout();
    let scanned = rule(&keeps_to_its_schema(&scanned), id)["baseline"].clone();
    assert!(
        ["resolved", "not_evaluable", "persisting"].iter().all(|of| scanned[of].as_u64() > Some(5))
    );
    let compared = place.compare(&["old.json", "new.json", "--report", "json"]).stdout();
    assert_eq!(rule(&keeps_to_its_schema(&compared), id)["baseline"], scanned);
    let screen = place.compare(&["old.json", "new.json"]).stdout();
    assert!(screen.contains("known, and not evaluable any more"), "{screen}");
    // A report that shows all of its findings does not say which records it could not judge: as many as may be are told.
    place.scan(&[
        "--report",
        "json=whole.json",
        "--examples",
        "500",
        "--ignore",
        "confidentiality/",
    ]);
    let compared = place.compare(&["old.json", "whole.json", "--report", "json"]).stdout();
    let bare = rule(&keeps_to_its_schema(&compared), id)["baseline"].clone();
    let left = |of: &Value| of["resolved"].as_u64().zip(of["not_evaluable"].as_u64());
    assert_eq!(left(&bare).map(|(resolved, _)| resolved), Some(0), "{bare}");
    assert_eq!(left(&bare).map(|(a, b)| a + b), left(&scanned).map(|(a, b)| a + b), "{bare}");
}

#[test]
fn a_waiver_that_ends_is_not_hidden_by_a_baseline() {
    let place = Place::new();
    place.table("north.csv", &visits("north", 60));
    let waivers = |expires: &str| {
        format!(
            "waivers: [{{rule: completeness/visit-unsigned, scope: all, reason: A, owner: B, approved_by: C, \
             approved_on: 2026-01-01, expires: {expires}}}]\n"
        )
    };
    let select = ["--select", "completeness/visit-unsigned"];
    let scan = |waiver: &str, more: &[&str]| {
        write(place.folder.path(), "waivers.yaml", waivers(waiver));
        let (export, config) =
            (text(&place.path("export")), text(&fixture("waivers/chartaudit.yaml")));
        let mut program = program();
        program.args(["scan", &export, "--config", &config, "--waivers", "waivers.yaml"]);
        program.args(["--as-of", AS_OF]).args(select).args(more);
        Run::of(
            program.current_dir(place.folder.path()).env("CHARTAUDIT_SITE_KEY_FILE", &place.key),
        )
    };
    let keep = ["--report", "json=old.json", "--fingerprints", "old.prints"];
    scan("2026-06-30", &keep).expect_code(0);
    scan("2026-06-30", &["--baseline", "old.json"]).expect_code(0);
    scan("2026-02-01", &["--baseline", "old.json"]).expect_code(1);
}

#[test]
fn a_baseline_that_says_nothing_is_refused() {
    let place = Place::new();
    place.table("north.csv", &visits("north", 60));
    place.keep("old", &[]);
    let scan = |more: &[&str]| place.scan(more);
    scan(&["--ratchet"]).expect_code(2);
    scan(&["--baseline", "none.json"]).expect_code(2);
    scan(&["--baseline", "site.key"]).expect_code(2);
    scan(&["--baseline", "old.json", "--no-baseline"]).expect_code(2);
    scan(&["--fingerprints", "old.json", "--report", "json=old.json"]).expect_code(2);
    scan(&["--baseline", "old.json", "--fingerprints", "export/north.csv"]).expect_code(2);
    // Without fingerprints a report is enough where it shows everything, and only then.
    scan(&["--report", "json=bare.json"]).expect_code(1);
    let told = scan(&["--baseline", "bare.json"]).expect_code(2);
    assert!(told.stderr().contains("does not name all of its findings"), "{}", told.stderr());
    scan(&["--report", "json=whole.json", "--examples", "500", "--ignore", "confidentiality/"]);
    scan(&["--baseline", "whole.json", "--ignore", "confidentiality/"]).expect_code(0);
    // Another key, or none.
    let other = Place { key: write(place.folder.path(), "other.key", [8_u8; 32]), ..Place::new() };
    other.table("north.csv", &visits("north", 60));
    for name in ["old.json", "old.fingerprints"] {
        fs::copy(place.path(name), other.path(name)).expect("it can be copied");
    }
    let told = other.scan(&["--baseline", "old.json"]).expect_code(2);
    assert!(told.stderr().contains("was made with the site key"), "{}", told.stderr());
    let bare = |more: &[&str]| {
        let mut program = program();
        let config = text(&fixture("waivers/chartaudit.yaml"));
        program.args(["scan", "export", "--config", &config, "--as-of", AS_OF]).args(more);
        Run::of(program.current_dir(place.folder.path()))
    };
    bare(&["--baseline", "old.json"]).expect_code(2);
    bare(&["--fingerprints", "a.prints"]).expect_code(2);
    // Fingerprints that are gone, cut short, altered, or those of another run.
    let prints = place.path("old.fingerprints");
    let whole = fs::read(&prints).expect("it is there");
    fs::write(&prints, &whole[..whole.len() / 2]).expect("it can be written");
    scan(&["--baseline", "old.json"]).expect_code(5);
    let mut altered = whole.clone();
    let last = altered.iter().rposition(|byte| *byte == b'"').expect("it says something");
    altered[last - 1] ^= 1;
    fs::write(&prints, altered).expect("it can be written");
    scan(&["--baseline", "old.json"]).expect_code(5);
    place.keep("later", &["--select", "completeness/visit-twice"]);
    fs::copy(place.path("later.fingerprints"), &prints).expect("it can be copied");
    scan(&["--baseline", "old.json"]).expect_code(5);
    fs::remove_file(&prints).expect("it is there");
    scan(&["--baseline", "old.json"]).expect_code(2);
    place.compare(&["old.json", "later.json"]).expect_code(2);
}

#[test]
fn another_audit_is_said_to_be_another() {
    let place = Place::new();
    place.table("north.csv", &visits("north", 60));
    place.keep("old", &[]);
    let run = place.scan(&["--baseline", "old.json", "--param", "days=9", "--report", "text"]);
    let told = run.stdout();
    assert!(told.contains("parameter `clinic.days` is 9 and was 7"), "{told}");
}

#[test]
fn two_audits_and_many_are_told_on_the_screen() {
    let place = Place::new();
    let mut names = Vec::new();
    for (month, count) in [("2026-01-31", 60), ("2026-02-28", 44), ("2026-03-31", 80)] {
        place.table("north.csv", &visits("north", count));
        let name = format!("audits-{month}");
        let (_, report) = place.keep(&name, &["--as-of", month]);
        assert_eq!(report["as_of"], month);
        names.push(format!("{name}.json"));
    }
    let compared = place.compare(&[&names[1], &names[2]]).expect_code(1);
    snapshot("compare", &compared.stdout());
    place.compare(&[&names[2], &names[1], "--ratchet"]).expect_code(0);
    for format in ["json", "markdown", "csv", "sarif", "sarif-full", "junit", "github", "gitlab"] {
        let shown = place.compare(&[&names[1], &names[2], "--report", format]).expect_code(1);
        assert!(shown.stdout().len() > 100, "{format}");
    }
    let sarif = place.compare(&[&names[1], &names[2], "--report", "sarif-full"]).stdout();
    assert!(sarif.contains("\"baselineState\":\"updated\""), "{sarif}");
    let trend = |more: &[&str]| place.run("trend", &[&["."][..], more].concat());
    let table = trend(&[]).expect_code(0).stdout();
    for words in ["3 audits, 2026-01-31 to 2026-03-31", "completeness/signed-late", "+"] {
        assert!(table.contains(words), "{words}:\n{table}");
    }
    let json = trend(&["--report", "json"]).expect_code(0).stdout();
    let json: Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(array(&json, "audits").len(), 3);
    trend(&["--report", "html=trend.html"]).expect_code(0);
    let page = fs::read_to_string(place.path("trend.html")).expect("it was written");
    assert!(page.contains("<svg") && !page.contains("<script"), "{page}");
    let empty = folder();
    place.run("trend", &[&text(empty.path())]).expect_code(2);
    place.run("trend", &["none"]).expect_code(2);
    place.run("trend", &[".", "--report", "pdf"]).expect_code(2);
}

impl Place {
    fn compare(&self, arguments: &[&str]) -> Run {
        self.run("compare", arguments)
    }

    fn run(&self, command: &str, arguments: &[&str]) -> Run {
        let mut program = program();
        Run::of(program.arg(command).args(arguments).current_dir(self.folder.path()))
    }
}

#[track_caller]
fn snapshot(name: &str, shown: &str) {
    insta::with_settings!({
        snapshot_path => root().join("fixtures/baseline"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
        filters => vec![(r"chartaudit \d+\.\d+\.\d+", "chartaudit [VERSION]")],
    }, {
        insta::assert_snapshot!(name, shown);
    });
}

fn rule<'r>(report: &'r Value, id: &str) -> &'r Value {
    array(report, "rules").iter().find(|rule| rule["id"] == id).expect("the rule is there")
}

fn array<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map_or(&[][..], Vec::as_slice)
}
