//! Every format of reports, on an export and rules made to be hard on them, and on the fixture hospital.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Mutex;

use chartaudit::report::ReportFormat;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::program::{fixture, folder, keeps_to_its_schema, root, run, text};

/// Exports, with the project file of each, that every format is tried on.
const EXPORTS: [(&str, Option<&str>); 4] = [
    ("formats/export", Some("formats/chartaudit.yaml")),
    ("hospital/ehr/faulty", None),
    ("hospital/synthea/clean", None),
    ("hospital/damaged", None),
];

#[test]
fn formats_are_as_they_were() {
    let (export, config) = EXPORTS[0];
    for format in ReportFormat::ALL {
        let shown = fresh(export, config, format.name());
        let shown = match format {
            // On one line in the file, so that it is small; here it is to be read.
            ReportFormat::Sarif | ReportFormat::SarifFull => {
                let value: Value = serde_json::from_str(&shown).expect("it is JSON");
                serde_json::to_string_pretty(&value).expect("it is JSON")
            }
            ReportFormat::Html => without_its_code(&shown).replace("><", ">\n<"),
            _ => shown,
        };
        insta::with_settings!({
            snapshot_path => fixture("formats"),
            prepend_module_to_snapshot => false,
            omit_expression => true,
            filters => vec![
                (r"chartaudit \d+\.\d+\.\d+", "chartaudit [VERSION]"),
                (r#"("(?:version|semanticVersion)":? (?:value=)?)"\d+\.\d+\.\d+""#, r#"$1"[VERSION]""#),
                (r"[0-9a-f]{64}", "[DIGEST]"),
                (r"sha256-[A-Za-z0-9+/=]{44}", "sha256-[DIGEST]"),
            ],
        }, {
            insta::assert_snapshot!(format.name(), shown);
        });
    }
}

#[test]
fn a_saved_report_gives_the_same_bytes() {
    for (export, config) in EXPORTS {
        let folder = folder();
        let saved = text(&folder.path().join("saved.json"));
        scan(export, config, &["--report", &format!("json={saved}")]);
        for format in ReportFormat::ALL {
            let again = run(["report", &saved, "--report", format.name()]).expect_code(0).stdout();
            let fresh = fresh(export, config, format.name());
            match format {
                // The screen of a run also says which flags its commands need.
                ReportFormat::Text => {}
                // A scan lists every finding, a saved report its examples, and says how many more there are.
                ReportFormat::Csv if again.contains("not in this list") => {
                    let (some, all) = (rows(&again), rows(&fresh));
                    assert!(some.len() > 5 && some.len() < all.len());
                    let bare = |row: &Row| Row { assigned_to: String::new(), ..row.clone() };
                    let all: BTreeSet<Row> = all.iter().map(bare).collect();
                    assert!(some.iter().all(|row| all.contains(&bare(row))), "{export}");
                }
                _ => assert!(again == fresh, "{} of {export} differs", format.name()),
            }
        }
    }
}

#[test]
fn every_rule_is_in_every_format() {
    for (export, config) in EXPORTS {
        let report = keeps_to_its_schema(&fresh(export, config, "json"));
        let ids: Vec<&str> =
            array(&report, "rules").iter().map(|rule| string(rule, "id")).collect();
        assert!(ids.len() > 10);
        // The screen is one screen whatever there is, and says how much it leaves out.
        for format in ReportFormat::ALL.into_iter().filter(|format| *format != ReportFormat::Text) {
            let shown = fresh(export, config, format.name());
            for id in &ids {
                assert!(shown.contains(id), "{id} is not in {} of {export}", format.name());
            }
        }
    }
}

#[test]
fn every_format_is_told_to_people() {
    let readme = fs::read_to_string(root().join("README.md")).expect("there is a README");
    let scan = run(["scan", "--help"]).stdout();
    let report = run(["report", "--help"]).stdout();
    for format in ReportFormat::ALL {
        assert!(readme.contains(&format!("\n| `{}` | ", format.name())), "{}", format.name());
        for help in [&scan, &report] {
            let words = help.split(|char: char| !char.is_ascii_lowercase() && char != '-');
            assert!(words.into_iter().any(|word| word == format.name()), "{}", format.name());
        }
        assert!(format.about().len() > 20);
    }
}

#[test]
fn sarif_keeps_to_its_schema_and_to_what_code_scanning_takes() {
    let schema = fs::read_to_string(root().join("tests/schema/sarif-2.1.0.schema.json"))
        .expect("the schema is there");
    let schema: Value = serde_json::from_str(&schema).expect("the schema is JSON");
    let validator = jsonschema::validator_for(&schema).expect("the schema is a schema");
    for (export, config) in EXPORTS {
        for format in ["sarif", "sarif-full"] {
            let log = fresh(export, config, format);
            assert!(log.len() < 10_000_000, "{} bytes", log.len());
            let log: Value = serde_json::from_str(&log).expect("SARIF is JSON");
            let problems: Vec<String> = validator
                .iter_errors(&log)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert_eq!(problems, Vec::<String>::new(), "{format} of {export}");
            let run = &log["runs"][0];
            let rules = array(&run["tool"]["driver"], "rules");
            let mut fingerprints = BTreeSet::new();
            for result in array(run, "results") {
                let index = result["ruleIndex"].as_u64().expect("an index is a number");
                let rule = &rules[usize::try_from(index).expect("an index is small")];
                assert_eq!(rule["id"], result["ruleId"]);
                let locations = array(result, "locations");
                assert_eq!(locations.len(), 1, "exactly the first one is annotated");
                let region = &locations[0]["physicalLocation"]["region"];
                assert!(region["startLine"].as_u64() > Some(0) && region["endColumn"].is_u64());
                let uri = &locations[0]["physicalLocation"]["artifactLocation"]["uri"];
                let uri = uri.as_str().expect("a place has a file");
                assert!(!uri.contains([' ', ':', '\\']) && !uri.starts_with(['/', '.']), "{uri}");
                let hash = string(&result["partialFingerprints"], "primaryLocationLineHash");
                assert!(fingerprints.insert(hash.to_owned()), "a fingerprint stands twice");
                assert!(result.pointer("/locations/0/physicalLocation/region/snippet").is_none());
                assert!(format == "sarif-full" || result["kind"] == "fail", "it would be an alert");
            }
            let text = log.to_string();
            assert!(!text.contains("snippet") && !text.contains("contextRegion"));
        }
    }
}

#[test]
fn the_places_of_sarif_are_those_of_the_report() {
    let (export, config) = EXPORTS[0];
    let report: Value = serde_json::from_str(&fresh(export, config, "json")).expect("it is JSON");
    let log: Value = serde_json::from_str(&fresh(export, config, "sarif")).expect("it is JSON");
    let results = array(&log["runs"][0], "results");
    let mut seen = 0;
    for rule in array(&report, "rules").iter().filter(|rule| rule["outcome"] == "fail") {
        for file in array(rule, "files") {
            let name = string(file, "file").replace(' ', "%20");
            let of = |result: &&Value| {
                let place = &result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"];
                result["ruleId"] == rule["id"] && *place == name
            };
            let result = results.iter().find(of).expect("each file has its result");
            assert_eq!(result["occurrenceCount"], file["violations"]);
            seen += 1;
        }
    }
    assert!(seen >= 4, "only {seen} results were looked at");
}

#[test]
fn junit_is_what_its_readers_take() {
    for (export, config) in EXPORTS {
        let xml = fresh(export, config, "junit");
        let document = roxmltree::Document::parse(&xml).expect("it is XML");
        let all = document.root_element();
        assert_eq!(all.tag_name().name(), "testsuites");
        let mut names = BTreeSet::new();
        let mut sums = [0_usize; 3];
        for suite in all.children().filter(roxmltree::Node::is_element) {
            let cases: Vec<_> =
                suite.children().filter(|node| node.has_tag_name("testcase")).collect();
            assert!(!cases.is_empty(), "Jenkins refuses a suite without a case");
            let ended = |name: &str| {
                let has = |case: &&roxmltree::Node<'_, '_>| {
                    case.children().any(|node| node.has_tag_name(name))
                };
                cases.iter().filter(has).count()
            };
            let counts = [cases.len(), ended("failure"), ended("error")];
            for (name, count) in ["tests", "failures", "errors"].iter().zip(counts) {
                assert_eq!(suite.attribute(*name), Some(count.to_string().as_str()));
            }
            assert_eq!(suite.attribute("skipped"), Some(ended("skipped").to_string().as_str()));
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
            for case in cases {
                let name = (case.attribute("classname"), case.attribute("name"));
                assert!(names.insert(name), "{name:?} stands twice");
            }
        }
        for (name, sum) in ["tests", "failures", "errors"].iter().zip(sums) {
            assert_eq!(all.attribute(*name), Some(sum.to_string().as_str()));
        }
        let code = scan(export, config, &[]).code().expect("no signal ended it");
        let [_, failures, errors] = sums;
        assert_eq!(code == 0, failures + errors == 0, "{export} ends with {code}");
        assert_eq!(code == 3, errors > 0, "{export} ends with {code}");
    }
}

#[test]
fn gitlab_is_what_its_reader_takes() {
    for (export, config) in EXPORTS {
        let report: Value =
            serde_json::from_str(&fresh(export, config, "gitlab")).expect("it is JSON");
        let entries = report.as_array().expect("it is a list");
        let mut fingerprints = BTreeSet::new();
        for entry in entries {
            assert!(
                !string(entry, "description").is_empty() && !string(entry, "check_name").is_empty()
            );
            assert!(
                fingerprints.insert(string(entry, "fingerprint")),
                "GitLab drops the second one"
            );
            let severities = ["info", "minor", "major", "critical", "blocker"];
            assert!(severities.contains(&string(entry, "severity")));
            let path = string(&entry["location"], "path");
            assert!(!path.is_empty() && !path.starts_with(['/', '.']), "{path}");
            assert!(entry["location"]["lines"]["begin"].as_u64() > Some(0));
        }
        assert!(!entries.is_empty());
    }
}

#[test]
fn a_page_allows_only_its_own_style_and_script() {
    for (export, config) in EXPORTS {
        let page = fresh(export, config, "html");
        for (tag, directive) in [("style", "style-src"), ("script", "script-src")] {
            let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
            let pieces: Vec<&str> = page.split(&open).skip(1).collect();
            assert_eq!(pieces.len(), 1, "{tag} stands once");
            let (code, _) = pieces[0].split_once(&close).expect("it has an end");
            let digest = Sha256::digest(code.as_bytes());
            let allowed = page.split_once(&format!("{directive} 'sha256-"));
            let (_, allowed) = allowed.expect("the policy names it");
            let (allowed, _) = allowed.split_once("';").expect("a digest has an end");
            assert_eq!(bytes_of_base64(allowed), digest.to_vec(), "{tag} of {export}");
        }
        let head = page.split_once("<body>").expect("a page has a body").0;
        assert!(head.contains("content=\"default-src 'none'; "));
        let policy = head.find("Content-Security-Policy").expect("there is a policy");
        assert!(policy < head.find("<style>").expect("there is a style"), "it holds from there on");
        for fetching in [" src=", " srcset=", "@import", "url(", " style=", " onclick="] {
            assert!(!page.contains(fetching), "{fetching} in the page of {export}");
        }
    }
}

/// The bytes that a text in Base64 stands for.
fn bytes_of_base64(text: &str) -> Vec<u8> {
    let digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bytes, mut bits, mut held) = (Vec::new(), 0_u32, 0);
    for char in text.trim_end_matches('=').chars() {
        let value = digits.find(char).expect("it is a digit of Base64");
        bits = (bits << 6 | u32::try_from(value).expect("it is small")) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from(bits >> held & 0xff).expect("it is a byte"));
        }
    }
    bytes
}

#[test]
fn a_worklist_has_every_finding_in_order() {
    let mut overdue = 0;
    for (export, config) in EXPORTS {
        let report: Value =
            serde_json::from_str(&fresh(export, config, "json")).expect("it is JSON");
        let listed = rows(&fresh(export, config, "csv"));
        for rule in array(&report, "rules") {
            let id = string(rule, "id");
            let of_rule = listed.iter().filter(|row| row.rule == id && !row.finding.is_empty());
            let counts = &rule["counts"];
            let all = counts["violations"].as_u64().max(counts["occurrences"].as_u64());
            assert_eq!(of_rule.count() as u64, all.expect("a count"), "{id} of {export}");
            let bands = rule["overdue"].as_array().map_or(&[][..], Vec::as_slice);
            let told: BTreeMap<&str, u64> = bands
                .iter()
                .map(|band| {
                    (string(band, "overdue"), band["violations"].as_u64().expect("a count"))
                })
                .collect();
            let mut counted: BTreeMap<&str, u64> = BTreeMap::new();
            for row in listed.iter().filter(|row| row.rule == id && !row.overdue.is_empty()) {
                *counted.entry(&row.overdue).or_default() += 1;
            }
            assert_eq!(told, counted, "what is overdue under {id} of {export}");
            overdue += counted.len();
        }
        let findings: Vec<&Row> = listed.iter().filter(|row| !row.finding.is_empty()).collect();
        let mut groups: Vec<&str> = findings.iter().map(|row| row.assigned_to.as_str()).collect();
        groups.dedup();
        let distinct: BTreeSet<&str> = groups.iter().copied().collect();
        assert_eq!(groups.len(), distinct.len(), "an assignee stands in two places of {export}");
        for pair in findings.windows(2).filter(|pair| pair[0].assigned_to == pair[1].assigned_to) {
            assert!(age(pair[0]) >= age(pair[1]), "what is due longest comes first");
        }
    }
    assert!(overdue >= 4, "next to nothing is overdue");
}

#[test]
fn a_worklist_is_the_same_with_any_memory_and_number_of_threads() {
    let (export, config) = EXPORTS[1];
    let plain = fresh(export, config, "csv");
    for more in [["--memory=1KiB", "--threads=1"], ["--chunk-size=4KiB", "--threads=4"]] {
        let other = scan(export, config, &["--report", "csv", more[0], more[1]]).stdout();
        assert!(plain == other, "{more:?} changes it");
    }
}

#[test]
fn a_worklist_shows_keys_and_days_on_request_only() {
    let (export, config) = EXPORTS[0];
    let folder = folder();
    let path = folder.path().join("list.csv");
    let report = format!("csv={}", text(&path));
    for (reveal, key, due) in [("keys", "E-90003", ""), ("values", "E-90003", "2025-02-04")] {
        scan(export, config, &["--report", &report, "--reveal", reveal]);
        let list = fs::read_to_string(&path).expect("the list was written");
        let late = rows(&list).into_iter().find(|row| row.key == key).expect("the key is there");
        assert_eq!((late.assigned_to.as_str(), late.due.as_str()), ("A-12", due));
        assert_eq!(late.days_overdue.is_empty(), due.is_empty());
        assert!(list.contains("keep this file like the records themselves"));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(&path).expect("it is there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }
    let masked = fresh(export, config, "csv");
    assert!(!masked.contains("E-9000") && !masked.contains("A-1") && !masked.contains("2025-02"));
    assert!(masked.contains("more than 365 days"));
}

#[test]
fn a_worklist_is_no_record_set() {
    let (export, config) = EXPORTS[0];
    let folder = folder();
    for entry in fs::read_dir(fixture(export)).expect("a fixture can be listed") {
        let entry = entry.expect("a fixture can be listed");
        fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("it can be copied");
    }
    let config = text(&fixture(config.expect("it has one")));
    let scan = |report: &str| {
        let common = ["scan", &text(folder.path()), "--config", &config, "--as-of", "2026-03-01"];
        run(common.into_iter().chain(["--report", report])).expect_code(1).stdout()
    };
    scan(&format!("csv={}", text(&folder.path().join("list.csv"))));
    let report: Value = serde_json::from_str(&scan("json")).expect("it is JSON");
    let input = array(&report, "inputs").iter().find(|input| input["path"] == "list.csv");
    let input = input.expect("it is listed");
    assert_eq!(input["problems"][0]["code"], "read/other-file", "a list was read as an export");
}

#[test]
fn cells_are_no_formulas() {
    let (export, config) = EXPORTS[0];
    for (list, columns) in [(fresh(export, config, "csv"), 18)] {
        let list = list.strip_prefix('\u{feff}').expect("a spreadsheet is told that it is UTF-8");
        let mut reader = csv::Reader::from_reader(list.as_bytes());
        let mut seen = 0;
        for row in reader.records() {
            let row = row.expect("it is CSV");
            assert_eq!(row.len(), columns);
            for cell in &row {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
                seen += usize::from(cell.starts_with('\''));
            }
        }
        assert!(seen >= 3, "only {seen} cells were defused");
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_no_half_report() {
    let (export, config) = EXPORTS[0];
    for format in ReportFormat::ALL {
        let full = format!("{}=/dev/full", format.name());
        scan(export, config, &["--report", &full]).expect_code(74);
        let folder = folder();
        let path = folder.path().join("report");
        let limited = format!(
            "trap '' XFSZ; ulimit -f 1; exec '{}' scan '{}' --config '{}' --as-of 2026-03-01 --report {}='{}'",
            env!("CARGO_BIN_EXE_chartaudit"),
            text(&fixture(export)),
            text(&fixture(config.expect("it has one"))),
            format.name(),
            text(&path)
        );
        let ended = std::process::Command::new("sh")
            .args(["-c", &limited])
            .current_dir(root())
            .output()
            .expect("there is a shell");
        assert_eq!(ended.status.code(), Some(74), "{}: {ended:?}", format.name());
        let left: Vec<_> = fs::read_dir(folder.path()).expect("it can be listed").collect();
        assert!(left.is_empty(), "{}: {left:?} is left", format.name());
    }
}

#[test]
fn a_text_of_a_saved_report_stays_text() {
    let (export, config) = EXPORTS[0];
    let mut report: Value =
        serde_json::from_str(&fresh(export, config, "json")).expect("it is JSON");
    let hostile = "a\u{202e}b\u{1b}[2J\u{0}\u{fffe}\n::error::x\r\n=1 ]]> </testsuites> ##[group]";
    for rule in report["rules"].as_array_mut().expect("there are rules") {
        for key in ["title", "because", "remedy", "reason", "check", "record_set"] {
            if rule[key].is_string() {
                rule[key] = hostile.into();
            }
        }
        for finding in rule["findings"].as_array_mut().expect("there are findings") {
            finding["message"] = hostile.into();
        }
    }
    report["exit_reason"] = hostile.into();
    report["provenance"]["facility"] = hostile.into();
    let folder = folder();
    let saved = crate::program::write(folder.path(), "saved.json", report.to_string());
    for format in ReportFormat::ALL.into_iter().filter(|format| *format != ReportFormat::Json) {
        let shown = run(["report", &text(&saved), "--report", format.name()]).expect_code(0);
        let shown = shown.stdout();
        let unsafe_char = shown.chars().find(|char| {
            let plain = matches!(char, '\n' | '\r' | '\u{feff}');
            (char.is_control() && !plain) || matches!(char, '\u{202a}'..='\u{202e}' | '\u{fffe}')
        });
        assert_eq!(unsafe_char, None, "in {}", format.name());
        if format == ReportFormat::Junit {
            roxmltree::Document::parse(&shown).expect("it is XML");
        }
        if format == ReportFormat::Github {
            assert!(!shown.contains("##[") && !shown.contains("\n::error::x"));
        }
    }
}

/// A page without its style and its script, which are read in their own files.
fn without_its_code(page: &str) -> String {
    let (head, rest) = page.split_once("<style>").expect("a page has a style");
    let (_, rest) = rest.split_once("</style>").expect("a style has an end");
    let (body, rest) = rest.rsplit_once("<script>").expect("a page has a script");
    let (_, end) = rest.split_once("</script>").expect("a script has an end");
    format!("{head}{body}{end}")
}

/// A row of a worklist.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
struct Row {
    assigned_to: String,
    overdue: String,
    due: String,
    days_overdue: String,
    rule: String,
    finding: String,
    file: String,
    record: String,
    key: String,
}

/// The rows of a worklist that are about rules.
fn rows(list: &str) -> Vec<Row> {
    let list = list.trim_start_matches('\u{feff}');
    let rows = csv::Reader::from_reader(list.as_bytes()).into_deserialize::<Row>();
    rows.map(|row| row.expect("it is a row")).filter(|row| !row.finding.is_empty()).collect()
}

/// How long the finding of a row is overdue, as a number that grows.
fn age(row: &Row) -> usize {
    let bands = ["", "up to 30 days", "31 to 60 days", "61 to 90 days", "91 to 180 days"];
    let more = ["181 to 365 days", "more than 365 days"];
    let all = bands.iter().chain(&more);
    all.into_iter().position(|band| *band == row.overdue).expect("it is a band")
}

/// The report of a scan in a format.
fn fresh(export: &str, config: Option<&str>, format: &str) -> String {
    static WRITTEN: Mutex<BTreeMap<String, BTreeMap<&'static str, String>>> =
        Mutex::new(BTreeMap::new());
    let mut written = WRITTEN.lock().expect("no other test fails in here");
    let formats = written.entry(export.to_owned()).or_insert_with(|| {
        // One scan writes them all.
        let folder = folder();
        let place = |format: ReportFormat| folder.path().join(format.name());
        let reports = ReportFormat::ALL.map(|format| {
            ["--report".to_owned(), format!("{}={}", format.name(), text(&place(format)))]
        });
        let reports: Vec<&str> = reports.iter().flatten().map(String::as_str).collect();
        let run = scan(export, config, &reports);
        assert!(matches!(run.code(), Some(0 | 1 | 3)), "{run:?}");
        let read = |format| fs::read_to_string(place(format)).expect("every report is written");
        ReportFormat::ALL.map(|format| (format.name(), read(format))).into()
    });
    formats[format].clone()
}

/// A scan of a fixture with more arguments.
fn scan(export: &str, config: Option<&str>, more: &[&str]) -> crate::program::Run {
    let mut arguments = vec!["scan".to_owned(), text(&fixture(export))];
    if let Some(config) = config {
        arguments.extend(["--config".to_owned(), text(&fixture(config))]);
    }
    arguments.extend(["--as-of".to_owned(), "2026-03-01".to_owned()]);
    arguments.extend(more.iter().map(|argument| (*argument).to_owned()));
    run(arguments)
}

/// The list under a key.
#[track_caller]
fn array<'a>(value: &'a Value, key: &str) -> &'a Vec<Value> {
    value[key].as_array().expect("there is a list under the key")
}

/// The text under a key.
#[track_caller]
fn string<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().expect("there is a text under the key")
}
