//! Laws of what is judged across records: the same answer in any memory, however the work is cut, and in
//! whatever files the records lie.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::program::{folder, run, text, write};

/// Every kind of relation and of check over sets, on record sets of its own.
const RULES: &str = r#"
records:
  people:
    title: A person
    key: [pid]
    fields:
      pid: {type: id}
      last: {type: text}
      born: {type: date}
      died: {type: date, often_blank: true}
      boss: {type: id, references: {records: people, as: boss}}
  stays:
    title: A stay
    key: [sid]
    fields:
      sid: {type: id}
      pid: {type: id, references: people}
      ward: {type: code}
      bed: {type: integer}
      admitted: {type: timestamp}
      discharged: {type: timestamp}
  notes:
    title: A note
    key: [nid]
    fields:
      nid: {type: id}
      sid: {type: id, references: stays}
      ward: {type: code}
      bed: {type: integer}
      kind: {type: code}
      at: {type: timestamp}
      who: {type: text}
      seq: {type: integer}
---
pack: relations
title: Relations
version: 1.0.0
rules:
  - {id: completeness/before-birth, title: A, severity: error, records: stays, with: {p: {records: people, match: pid}}, assert: "date_of(admitted) >= p.born"}
  - {id: completeness/boss-of-same-name, title: B, severity: error, records: people, fail_if: "lower(boss.last) = lower(last)"}
  - {id: completeness/no-summary, title: C, severity: error, records: stays, with: {summary: {records: notes, match: sid, where: "kind = 'sum' AND at >= this.admitted"}}, assert: "count(summary) >= 1 OR bed > 4"}
  - {id: completeness/late-history, title: D, severity: error, records: stays, with: {hp: {records: notes, match: sid, where: "kind = 'hp'"}}, deadline: {of: "min(hp.at)", after: admitted, within: 24 hours}}
  - {id: completeness/wrong-bed, title: E, severity: error, records: notes, with: {there: {records: stays, match: [ward, bed], where: "this.at >= admitted AND (discharged IS NULL OR this.at <= discharged)"}}, assert: "exists(there)"}
  - {id: completeness/readmitted, title: F, severity: error, records: stays, with: {again: {records: stays, match: pid, where: "sid <> this.sid AND admitted > this.discharged AND admitted < this.discharged + INTERVAL '30' DAY"}}, fail_if: "count(again) > 1 OR max(again.bed) > bed"}
  - {id: completeness/few-people, title: G, severity: error, records: notes, with: {everyone: {records: people}}, fail_if: "count(everyone.died) > seq"}
  - {id: completeness/beds, title: H, severity: error, records: people, with: {stay: {records: stays, match: pid}}, assert: "sum(stay.bed) < 9 OR min(stay.admitted) IS NULL"}
  - {id: completeness/overlap, title: I, severity: error, records: stays, no_overlap: {by: [pid], from: admitted, to: discharged}}
  - {id: completeness/gap, title: J, severity: error, records: notes, gap_free: {field: seq, by: [ward]}}
  - {id: completeness/few, title: K, severity: error, records: stays, small_cells: {by: [ward, bed], at_least: 13}}
  - {id: completeness/twice, title: L, severity: error, records: stays, unique: [pid, bed]}
"#;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % sides
    }

    fn moment(&mut self) -> String {
        match self.roll(12) {
            0 => String::new(),
            1 => "soon".to_owned(),
            _ => format!(
                "2024-0{}-{:02} {:02}:00",
                self.roll(9) + 1,
                self.roll(28) + 1,
                self.roll(24)
            ),
        }
    }

    fn key(&mut self, letter: char, most: u64) -> String {
        if self.roll(20) == 0 { String::new() } else { format!("{letter}{}", self.roll(most)) }
    }
}

/// The records of each set, without headers.
fn records() -> [(&'static str, &'static str, Vec<String>); 3] {
    let mut dice = Dice(7);
    let mut people = Vec::new();
    let mut stays = Vec::new();
    let mut notes = Vec::new();
    for number in 0..60 {
        let (boss, letter) =
            (dice.key('P', 70), char::from(b'a' + u8::try_from(dice.roll(4)).unwrap_or(0)));
        let died = if dice.roll(3) == 0 { "2024-05-05" } else { "" };
        let born = if dice.roll(9) == 0 { "?" } else { "2024-03-01" };
        people.push(format!("P{},{letter},{born},{died},{boss}", number - number % 29 / 28));
    }
    for number in 0..300 {
        let pid = dice.key('P', 66);
        let (ward, bed) = (dice.roll(4), dice.roll(6));
        stays.push(format!("S{number},{pid},w{ward},0{bed},{},{}", dice.moment(), dice.moment()));
    }
    for number in 0..700 {
        let kind = ["sum", "hp", ""][usize::try_from(dice.roll(3)).unwrap_or(0)];
        let (sid, ward, bed) = (dice.key('S', 320), dice.roll(4), dice.roll(6));
        let (at, seq) = (dice.moment(), dice.roll(400));
        notes.push(format!("N{number},{sid},w{ward},{bed},{kind},{at},x,{seq}"));
    }
    [
        ("people", "pid,last,born,died,boss", people),
        ("stays", "sid,pid,ward,bed,admitted,discharged", stays),
        ("notes", "nid,sid,ward,bed,kind,at,who,seq", notes),
    ]
}

/// The report of a scan with these arguments, as text.
fn report(export: &Path, rules: &Path, more: &[&str]) -> String {
    let (export, rules) = (text(export), text(rules));
    let scan = ["scan", &export, "--rules", &rules, "--as-of", "2025-01-01", "--report", "json"];
    run(scan.iter().chain(more)).stdout()
}

#[test]
fn memory_threads_and_chunks_change_nothing() {
    let (export, rules) = (folder(), folder());
    write(rules.path(), "rules.yaml", RULES);
    for (name, header, records) in records() {
        write(export.path(), &format!("{name}.csv"), format!("{header}\n{}\n", records.join("\n")));
    }
    let whole = report(export.path(), rules.path(), &[]);
    let parsed: Value = serde_json::from_str(&whole).expect("a report is JSON");
    for rule in parsed["rules"].as_array().expect("a report lists rules") {
        let counts = &rule["counts"];
        let (bad, good) = (counts["violations"].as_u64(), counts["passed"].as_u64());
        assert!(bad > Some(0) && good > Some(0), "{}: {counts} decides nothing", rule["id"]);
    }
    for memory in ["1", "20KiB", "64MiB"] {
        for (threads, chunk) in [("1", "1KiB"), ("3", "2KiB"), ("2", "1MiB")] {
            let arguments = ["--memory", memory, "--threads", threads, "--chunk-size", chunk];
            let other = report(export.path(), rules.path(), &arguments);
            assert!(whole == other, "another report with {arguments:?}");
        }
    }
}

#[test]
fn the_files_in_which_records_lie_change_no_count() {
    let rules = folder();
    write(rules.path(), "rules.yaml", RULES);
    let counted = |parts: usize, backwards: bool| {
        let export = folder();
        for (number, (name, header, mut records)) in records().into_iter().enumerate() {
            if backwards {
                records.reverse();
            }
            for (part, some) in records.chunks(records.len().div_ceil(parts)).enumerate() {
                // Names in another order than the record sets, and parts in another order than the records.
                let file = format!("{}{}-{name}.csv", (number + parts) % 3, parts - part);
                write(export.path(), &file, format!("{header}\n{}\n", some.join("\n")));
            }
        }
        let report: Value =
            serde_json::from_str(&report(export.path(), rules.path(), &["--memory", "1"]))
                .expect("a report is JSON");
        let mut said = String::new();
        for rule in report["rules"].as_array().expect("a report lists rules") {
            let (id, counts, why) = (&rule["id"], &rule["counts"], &rule["not_evaluable_reasons"]);
            writeln!(said, "{id} {counts} {why}").expect("a text takes lines");
        }
        said
    };
    let one = counted(1, false);
    for (parts, backwards) in [(1, true), (2, false), (5, true)] {
        assert_eq!(one, counted(parts, backwards), "{parts} parts, backwards: {backwards}");
    }
}
