//! Every command, on an export in which every place that can hold a value holds one, says none of them.
//!
//! A new command, or a new subcommand, fails [`every_command_has_a_case`] until it has a line in [`CASES`]: write the
//! command lines that make it say the most, errors included. `{export}` is the export, `{record}` a file of it that is
//! given as something else, `{yaml}` and `{json}` the same record in files called so, `{key}` the key of a record, `{out}` a folder in
//! which everything that is written is searched too. New report formats need nothing: the formats are asked of the
//! program, and each is written and searched.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::canary::Canary;
use crate::program::{Run, folder, program, run, text, write};

/// What is asked of each command; blanks stand between arguments.
const CASES: &[(&str, &[&str])] = &[
    (
        "init",
        &[
            "--folder {export}",
            "--folder {out} --site-key-file {record}",
            "{export} --folder {out}",
            "{export} --print --jurisdiction US-WA",
            "{record} {yaml} --folder {out} --print",
        ],
    ),
    (
        "scan",
        &[
            "{export} {where} --progress always --all-findings {out}/all.csv {reports}",
            "{export} {where} --memory 1KiB --threads 2 --all-findings {out}/all.jsonl",
            "{export} {where} --fictional report --examples 200",
            "{export} {where} --release deidentified",
            "{export} --rules {yaml}",
            "{export} --config {yaml}",
            "{export} --waivers {yaml}",
            "{export} --baseline {json}",
            "{export} --layout no-such-layout",
            "{export} {where} --format narrated",
            "{export} --rules {yaml} --format narrated",
            "{export} --report json={record}",
            "{record}",
        ],
    ),
    ("plan", &["{export} {where}", "{record}", "{export} --config {yaml}"]),
    (
        "explain",
        &[
            "completeness/discharge-before-admission {export} --record {key}",
            "completeness/patient-number-twice {export} --record {key} {where}",
            "no/such-rule {export} --record {key}",
            "completeness/discharge-before-admission --rules {yaml}",
        ],
    ),
    (
        "retention",
        &[
            "{export} {where} --list {out}/list.csv",
            "{export} {where} --list {out}/list.jsonl",
            "{export} {where} --record {key}",
        ],
    ),
    ("rules list", &["{yaml}", "{record}"]),
    ("rules check", &["{yaml}", "{record}"]),
    ("rules test", &["{yaml}", "{record}"]),
    ("rules schema", &[""]),
    (
        "waiver add",
        &[
            "completeness/patient-number-twice --record {key} --reason a --owner b --approved-by c --expires 2026-12-31 --as-of 2026-03-01 --waivers {out}/waivers.yaml",
            "completeness/patient-number-twice --where patient_id='{key}' --reason a --owner b --approved-by c --expires 2026-12-31 --as-of 2026-03-01 --waivers {out}/waivers.yaml",
        ],
    ),
    ("compare", &["{json} {json}", "{record} {json} {reports}"]),
    ("trend", &["{export}", "{json} {record} --report html={out}/trend.html"]),
    ("waiver list", &["--waivers {yaml}", "--waivers {record}"]),
    ("waiver check", &["--waivers {yaml}", "--waivers {record}"]),
    ("report", &["{json}", "{record}", "{json} {reports}"]),
    ("evidence keygen", &["--out {record}"]),
    ("evidence sign", &["{json} --key {record}", "{record}"]),
    ("evidence verify", &["{json} --key {record}", "{record} --inputs {export}"]),
    (
        "sample",
        &["{export} --records patients --size 3 --seed 1 {where} --worksheet {out}/sheet.csv"],
    ),
    (
        "transfer",
        &[
            "{export} {record} {reports} --all-findings {out}/all.csv --examples 200",
            "{export} {export} --as-of 2026-03-01 --memory 1KiB --all-findings {out}/all.jsonl",
            "{record} {export} --config {yaml}",
        ],
    ),
    ("sample estimate", &["{record}", "{json}"]),
    ("completions", &["bash", "zsh", "{record}"]),
    ("man", &["", "--out {out}", "--out {record}"]),
];

/// The values that are planted, one a place.
const VALUES: [&str; 15] = [
    "Quellwater",
    "912-45-6781",
    "1957-04-11",
    "imara.q@example.com",
    "Preamblewitz",
    "Footerwitz",
    "Shortrowski",
    "Quotelander",
    "Nullbyter",
    "Linebreaker",
    "Longfieldova",
    "Sixteenhauer",
    "Caféwindows",
    "Headerlessen",
    "Otherfilesen",
];
/// Those that stand in names of files and folders.
const NAMES: [&str; 4] = ["912-45-6786", "912456787", "912-45-6788", "912-45-6789"];
/// The key of a record.
const KEY: &str = "KEYQX7-44108";

/// An export in which every place holds a value.
fn plant(export: &Path) {
    let patients = format!(
        "Patients of Preamblewitz\npatient_id,mrn,first_name,last_name,birth_date,ssn,email,sex\n\
         {KEY},M-1,Imar,Quellwater,1957-04-11,912-45-6781,imara.q@example.com,female\n\
         {KEY},M-2,Imar,\"Linebreaker\nLinebreaker\",1957-04-11,912-45-6781,imara.q@example.com,male\n\
         3,Shortrowski\n4,M-4,Imar,x\"Quotelander\",\"Quotelander\"Quotelander,z,Quotelander,Quotelander\n\
         5,M-5,Null\0byter,Nullbyter\0,bad,Nullbyter,Nullbyter,Nullbyter\n\
         6,M-6,Imar,{},2001-01-01,,,other\n\
         Total 6 Footerwitz\n",
        "Longfieldova".repeat(90_000)
    );
    write(export, "patients.csv", &patients);
    let encounters = format!(
        "encounter_id,patient_id,class,admitted_at,discharged_at\n{KEY},{KEY},Sixteenhauer,2026-01-05,2026-01-02\n"
    );
    let wide: Vec<u8> = encounters.encode_utf16().flat_map(u16::to_le_bytes).collect();
    write(export, "encounters.csv", [vec![0xff, 0xfe], wide].concat());
    let mut documents = b"document_id,patient_id,encounter_id,doc_type,text\n".to_vec();
    for number in 0..40 {
        documents.extend(format!("D{number},{KEY},{KEY},note,seen by Caf").bytes());
        documents.extend(b"\xe9windows, SSN 912-45-6781\n");
    }
    write(export, "documents.csv", documents);
    write(export, "bare.csv", "Headerlessen,912-45-6781,1957-04-11\nHeaderlessen,2,3\n");
    write(export, "912-45-6786_access_log.csv", "access_id,user_id,patient_id\n1,2,3\n");
    write(export, "912-45-6788.pdf", "%PDF of Otherfilesen");
    let below = export.join("912456787");
    fs::create_dir(&below).expect("a folder can be made");
    write(&below, "staff.csv", "staff_id,last_name\n7,Otherfilesen\n");
    write(export, "912-45-6789.csv", &patients);
    #[cfg(unix)]
    std::os::unix::fs::symlink(export, below.join("912-45-6789")).expect("a link can be made");
}

/// What a case is run on.
struct Place {
    folder: tempfile::TempDir,
    export: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = folder();
        let export = folder.path().join("export");
        fs::create_dir(&export).expect("a folder can be made");
        plant(&export);
        let record = fs::read(export.join("patients.csv")).expect("it was written");
        for name in ["record.yaml", "record.json", "record.dat"] {
            write(folder.path(), name, &record);
        }
        Self { folder, export }
    }

    /// Runs a command line, and gives everything that it wrote, its own files included.
    fn emitted(&self, command: &str, line: &str, more: &[&str]) -> (Run, Vec<u8>) {
        let out = self.folder.path().join("out");
        drop(fs::remove_dir_all(&out));
        fs::create_dir(&out).expect("a folder can be made");
        let of = |name: &str| text(&self.folder.path().join(name));
        let reports: Vec<String> = formats()
            .iter()
            .map(|format| format!("--report {format}={}/{format}", text(&out)))
            .collect();
        let line = format!("{command} {line}")
            .replace("{reports}", &reports.join(" "))
            .replace("{where}", "--as-of 2026-03-01 --jurisdiction US-WA --facility hospital")
            .replace("{export}", &text(&self.export))
            .replace("{record}", &of("record.dat"))
            .replace("{yaml}", &of("record.yaml"))
            .replace("{json}", &of("record.json"))
            .replace("{key}", KEY)
            .replace("{out}", &text(&out));
        let mut command = program();
        command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
        let run = Run::of(command.args(line.split_whitespace()).args(more));
        let mut emitted = run.streams();
        for entry in fs::read_dir(&out).expect("a folder can be listed") {
            let path = entry.expect("a folder can be listed").path();
            emitted.extend(fs::read(path).expect("it was written"));
        }
        (run, emitted)
    }
}

#[test]
fn no_command_says_a_value() {
    let canaries: Vec<Canary> =
        VALUES.into_iter().chain(NAMES).chain([KEY]).map(Canary::new).collect();
    let mut faults = Vec::new();
    for (command, lines) in CASES {
        let place = Place::new();
        for line in *lines {
            let (run, emitted) = place.emitted(command, line, &[]);
            assert!(run.code().is_some_and(|code| code != 70), "{command} {line}: {run:?}");
            assert!(!emitted.is_empty(), "{command} {line} said nothing");
            for canary in &canaries {
                if let Some(form) = canary.found_in(&emitted) {
                    faults.push(format!("{command} {line}: {form:?}"));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_revealed_is_what_was_asked_for() {
    let others: Vec<Canary> = VALUES.into_iter().map(Canary::new).collect();
    let mut looked = 0;
    for (command, lines) in CASES {
        let help = run(command.split(' ').chain(["--help"])).stdout();
        if !help.contains("--reveal") {
            continue;
        }
        looked += 1;
        let place = Place::new();
        for line in *lines {
            let (run, keys) = place.emitted(command, line, &["--reveal", "keys"]);
            for canary in others.iter().filter(|_| run.code() != Some(2)) {
                assert_eq!(canary.found_in(&keys), None, "{command} {line} --reveal keys");
            }
            let (run, _) = place.emitted(command, line, &["--reveal", "values"]);
            for canary in &others {
                let errors = run.stderr();
                assert_eq!(canary.found_in(errors.as_bytes()), None, "{command} {line}: errors");
            }
        }
    }
    assert!(looked > 2, "only {looked} commands reveal");
}

#[test]
fn names_of_files_are_hidden_and_told_apart() {
    let place = Place::new();
    let line = "{export} {where} --report json={out}/a.json";
    let (_, emitted) = place.emitted("scan", line, &[]);
    let shown = String::from_utf8_lossy(&emitted);
    for name in ["▒▒▒▒▒_access_log.csv", "▒▒▒▒▒.csv", "▒▒▒▒▒.pdf", "▒▒▒▒▒/staff.csv"]
    {
        assert!(
            shown.contains(&format!("\"path\":\"{name}\""))
                || shown.contains(&format!("\"path\": \"{name}\"")),
            "{name}"
        );
    }
    assert!(shown.contains("read/identifier-in-name"), "it is said");
    let (_, clear) = place.emitted("scan", line, &["--reveal", "values"]);
    for name in NAMES {
        assert!(Canary::new(name).found_in(&clear).is_some(), "what is asked for is shown");
    }
}

#[test]
fn every_command_has_a_case() {
    let mut commands = BTreeSet::new();
    let mut waiting = vec![String::new()];
    while let Some(command) = waiting.pop() {
        let arguments = command.split_whitespace().chain(["--help"]);
        let below = listed(&run(arguments).expect_code(0).stdout());
        if below.is_empty() {
            commands.insert(command.trim().to_owned());
        }
        waiting.extend(below.into_iter().map(|name| format!("{command} {name}")));
    }
    assert!(commands.len() > 10, "only {commands:?}");
    for (command, _) in CASES {
        run(command.split(' ').chain(["--help"])).expect_code(0);
        commands.remove(*command);
    }
    assert!(commands.is_empty(), "{commands:?}: see at the top of this file how to add a case");
}

/// The subcommands that a help text lists.
fn listed(help: &str) -> Vec<String> {
    let Some((_, after)) = help.split_once("\nCommands:\n") else { return Vec::new() };
    let lines = after.lines().take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names.filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

/// Every format of a report, as the program itself names them.
fn formats() -> Vec<String> {
    let message = run(["scan", ".", "--report", "no-such-format"]).stderr();
    let (_, after) = message.split_once("the formats are ").expect("the formats are named");
    let names = after.split_whitespace().take_while(|word| !word.starts_with("For"));
    let names =
        names.map(|word| word.trim_matches(|char: char| !char.is_alphanumeric() && char != '-'));
    let names: Vec<String> =
        names.filter(|word| !word.is_empty() && *word != "and").map(str::to_owned).collect();
    assert!(names.iter().any(|name| name == "json"), "{names:?}");
    names
}
