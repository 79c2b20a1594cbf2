//! What is put aside while memory is short: read while the program has it open, it says nothing of any record.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::canary::Canary;
use crate::program::{folder, program, text, write};

/// Rules that keep texts for later: fields of related records, groups, keys, names of people.
const RULES: &str = "
pack: spill
title: What is put aside
version: 1.0.0
rules:
  - {id: completeness/a, title: A, severity: note, records: encounters, assert: patient.last_name <> 'Nobody' AND patient.ssn <> '0'}
  - {id: completeness/b, title: B, severity: note, records: patients, measure: {value: count(), by: [last_name, phone], at_most: 9}}
  - {id: completeness/c, title: C, severity: note, records: documents, unique: [text]}
  - {id: completeness/d, title: D, severity: note, records: patients, with: {stays: {records: encounters, match: patient_id}}, assert: max(stays.admitted_at) > birth_date}
  - {id: completeness/e, title: E, severity: note, records: patients, small_cells: {by: [last_name, birth_date], at_least: 2}}
  - {id: confidentiality/f, title: F, severity: note, records: documents, identifiers: {in: everything, of: [patients, staff]}}
  - {id: confidentiality/g, title: G, severity: note, records: encounters, identifiers: {in: everything, of: patients, kinds: [pseudonym]}}
";

/// People and what is written of them; gives the values by which they would be known.
fn write_export(export: &Path, count: usize, altered: usize) -> Vec<String> {
    let mut patients = "patient_id,mrn,first_name,last_name,birth_date,ssn,phone\n".to_owned();
    let mut stays = "encounter_id,patient_id,class,admitted_at,discharged_at\n".to_owned();
    let mut notes = "document_id,patient_id,encounter_id,doc_type,text\n".to_owned();
    let mut planted = Vec::new();
    for number in 0..count {
        let part = |of: usize| ["zor", "quil", "vex", "lam", "tav", "gri", "hux", "pel"][of % 8];
        let name = format!("Y{}{}{}owich", part(number), part(number / 8), part(number / 64));
        let mrn = format!("RG{:07}", 4_100_000 + number * 37);
        let ssn = format!("9{:02}-{:02}-{:04}", number % 89, 10 + number % 80, 1000 + number);
        let phone = format!("617-555-{:04}", 1000 + number);
        writeln!(
            patients,
            "P{number:05},{mrn},Marta,{name},1957-03-{:02},{ssn},{phone}",
            1 + number % 28
        )
        .expect("a text takes lines");
        writeln!(stays, "E{number:05},P{number:05},inpatient,2026-01-02 10:00,2026-01-05 09:00")
            .expect("a text takes lines");
        let change = if number < altered { "was told" } else { "was seen" };
        let said = format!("Marta {name} {change}; ring {phone}, chart {mrn}.");
        writeln!(notes, "D{number:05},P{number:05},E{number:05},progress-note,\"{said}\"")
            .expect("a text takes lines");
        planted.extend([name, mrn, ssn, phone, said]);
    }
    write(export, "patients.csv", patients);
    write(export, "encounters.csv", stays);
    write(export, "documents.csv", notes);
    planted
}

/// Bytes that are looked at, at least.
const ENOUGH: usize = 50_000;

/// What a command puts aside in little memory. Files that are gone before they were seen make it run once more.
#[track_caller]
fn put_aside(args: &[&str]) -> Vec<Vec<u8>> {
    let mut seen = Vec::new();
    let mut runs = 0;
    while seen.iter().map(Vec::len).sum::<usize>() < ENOUGH {
        runs += 1;
        assert!(runs <= 50, "{} puts next to nothing aside", args[0]);
        seen.extend(put_aside_once(args));
    }
    seen
}

/// Runs a command in little memory, and gives what stood in those of its temporary files that were seen at its end.
fn put_aside_once(args: &[&str]) -> Vec<Vec<u8>> {
    let room = folder();
    let room_path = fs::canonicalize(room.path()).expect("the folder is there");
    let mut command = program();
    command.args(args);
    command.args(["--temp-dir", &text(&room_path), "--memory", "1", "--chunk-size", "4KiB"]);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program can be started");
    let open = format!("/proc/{}/fd", child.id());
    let mut held: BTreeMap<u64, File> = BTreeMap::new();
    let status = loop {
        let names = fs::read_dir(&room_path).expect("the folder can be listed").count();
        assert_eq!(names, 0, "a temporary file has a name");
        held.extend(opened_below(Path::new(&open), &room_path));
        if let Some(status) = child.try_wait().expect("the program can be waited for") {
            break status;
        }
        std::thread::sleep(Duration::from_micros(300));
    };
    assert!(matches!(status.code(), Some(0 | 1)), "{status}");
    // What we have open outlives the program.
    let read = |mut file: File| {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("what is open can be read");
        bytes
    };
    held.into_values().map(read).collect()
}

/// The files below a folder that a process has open, by their numbers, opened once more.
fn opened_below(open: &Path, room: &Path) -> Vec<(u64, File)> {
    let Ok(entries) = fs::read_dir(open) else { return Vec::new() };
    let of_room = entries
        .flatten()
        .filter(|entry| fs::read_link(entry.path()).is_ok_and(|target| target.starts_with(room)));
    let again = of_room.filter_map(|entry| File::open(entry.path()).ok());
    again.filter_map(|file| Some((file.metadata().ok()?.ino(), file))).collect()
}

#[track_caller]
fn assert_sealed(files: &[Vec<u8>], planted: &[String], what: &str) {
    for value in planted {
        let canary = Canary::new(value);
        for file in files {
            assert_eq!(canary.found_in(file), None, "{what} puts a value aside in clear");
        }
    }
}

#[test]
fn a_scan_puts_nothing_aside_in_clear() {
    let (export, rules) = (folder(), folder());
    let planted = write_export(export.path(), 300, 0);
    write(rules.path(), "rules.yaml", RULES);
    let (export, rules) = (text(export.path()), text(rules.path()));
    let files = put_aside(&["scan", &export, "--rules", &rules, "--as-of", "2026-03-01"]);
    assert_sealed(&files, &planted, "a scan");
}

#[test]
fn a_comparison_puts_nothing_aside_in_clear() {
    let (sent, received) = (folder(), folder());
    let mut planted = write_export(sent.path(), 300, 0);
    planted.extend(write_export(received.path(), 280, 60));
    let (sent, received) = (text(sent.path()), text(received.path()));
    let files = put_aside(&["transfer", &sent, &received, "--as-of", "2026-03-01"]);
    assert_sealed(&files, &planted, "a comparison");
}

#[test]
fn what_stands_in_clear_would_be_seen() {
    let room = folder();
    let room_path = fs::canonicalize(room.path()).expect("the folder is there");
    let mut file = tempfile::tempfile_in(&room_path).expect("a file can be made");
    std::io::Write::write_all(&mut file, b"..RG4100037..").expect("it can be written");
    let mut seen = Vec::new();
    for (_, mut file) in opened_below(Path::new("/proc/self/fd"), &room_path) {
        file.read_to_end(&mut seen).expect("what is open can be read");
    }
    assert_eq!(Canary::new("RG4100037").found_in(&seen).as_deref(), Some("RG4100037"));
}
