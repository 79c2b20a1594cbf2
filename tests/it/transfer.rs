//! Transfers: planted damage is counted exactly, and other clothing is no damage.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;

use crate::program::{folder, keeps_to_its_schema, run, text, write};

/// The columns of the records that are made up.
const COLUMNS: [&str; 11] = [
    "patient_id",
    "mrn",
    "last_name",
    "middle_name",
    "birth_date",
    "zip",
    "phone",
    "account_no",
    "address_line",
    "city",
    "notes",
];

/// What is done to one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Damage {
    Drop,
    Repeat(usize),
    Change,
    Empty,
    Fill,
    Cut,
    Zeros,
    KeyZeros,
    Scientific,
    Serial,
    Mojibake,
    Marks,
    Bare,
    Capitals,
    OneLine,
    Null,
    Shift,
    Blanks,
    Form,
}

/// Every damage, with the rule that must count it; `None` for those that happen to whole records.
const DAMAGES: [(Damage, Option<&str>); 19] = [
    (Damage::Drop, None),
    (Damage::Repeat(2), None),
    (Damage::Change, Some("completeness/value-changed")),
    (Damage::Empty, Some("completeness/value-lost")),
    (Damage::Fill, Some("completeness/value-added")),
    (Damage::Cut, Some("completeness/value-cut-short")),
    (Damage::Zeros, Some("completeness/leading-zeros-lost")),
    (Damage::KeyZeros, Some("completeness/leading-zeros-lost")),
    (Damage::Scientific, Some("completeness/spreadsheet-mangled")),
    (Damage::Serial, Some("completeness/spreadsheet-mangled")),
    (Damage::Mojibake, Some("completeness/characters-damaged")),
    (Damage::Marks, Some("completeness/characters-damaged")),
    (Damage::Bare, Some("completeness/characters-damaged")),
    (Damage::Capitals, Some("completeness/case-changed")),
    (Damage::OneLine, Some("completeness/line-breaks-lost")),
    (Damage::Null, Some("completeness/missing-became-a-word")),
    (Damage::Shift, Some("completeness/columns-shifted")),
    (Damage::Blanks, Some("completeness/white-space-changed")),
    (Damage::Form, Some("completeness/form-changed")),
];

/// One record as it is sent.
fn record(number: usize) -> Vec<String> {
    vec![
        format!("{:07}", number + 1),
        format!("0{:06}", number * 37 + 11),
        format!("Ren\u{e9}e M\u{fc}ller {number}"),
        String::new(),
        format!("19{:02}-{:02}-{:02}", 40 + number % 60, 1 + number % 12, 13 + number % 15),
        format!("0{:04}", 1000 + number),
        "555-0100".to_owned(),
        format!("1234567{:05}", number * 7 + 1),
        format!("{number} Fictional Street, Apartment {}", number * 3),
        format!("Sample Town {}", number % 7),
        format!("first line {number}\nsecond, \"quoted\" line"),
    ]
}

/// The records that arrive in the place of one.
fn arrived(mut record: Vec<String>, damage: Option<Damage>) -> Vec<Vec<String>> {
    let mut copies = 1;
    match damage {
        None => {}
        Some(Damage::Drop) => copies = 0,
        Some(Damage::Repeat(more)) => copies += more,
        Some(Damage::Change) => record[9] = "Elsewhere".to_owned(),
        Some(Damage::Empty) => record[6].clear(),
        Some(Damage::Fill) => record[3] = "Q".to_owned(),
        Some(Damage::Cut) => record[8].truncate(9),
        Some(Damage::Zeros) => record[5].drain(..1).for_each(drop),
        Some(Damage::KeyZeros) => record[0] = record[0].trim_start_matches('0').to_owned(),
        Some(Damage::Scientific) => {
            let digits: f64 = record[7].parse().expect("it is a number");
            record[7] = format!("{digits:.5E}").replace('E', "E+");
        }
        Some(Damage::Serial) => record[4] = serial(&record[4]),
        Some(Damage::Mojibake) => {
            record[2] =
                record[2].replace('\u{e9}', "\u{c3}\u{a9}").replace('\u{fc}', "\u{c3}\u{bc}");
        }
        Some(Damage::Marks) => record[2] = record[2].replace(['\u{e9}', '\u{fc}'], "?"),
        Some(Damage::Bare) => {
            record[2] = record[2].replace('\u{e9}', "e").replace('\u{fc}', "u");
        }
        Some(Damage::Capitals) => record[2] = record[2].to_uppercase(),
        Some(Damage::OneLine) => record[10] = record[10].replace('\n', " "),
        Some(Damage::Null) => record[3] = "NULL".to_owned(),
        Some(Damage::Shift) => {
            record.insert(2, String::new());
            record.pop();
        }
        Some(Damage::Blanks) => record[8].push_str("  "),
        Some(Damage::Form) => {
            let (year, rest) = record[4].split_once('-').expect("it is a date");
            record[4] = format!("{}/{year}", rest.replace('-', "/"));
        }
    }
    vec![record; copies]
}

/// The days from 1899-12-30 to a date, which is what a spreadsheet keeps.
fn serial(date: &str) -> String {
    let date: jiff::civil::Date = date.parse().expect("it is a date");
    let days = jiff::civil::date(1899, 12, 30).until((jiff::Unit::Day, date));
    days.expect("it lies behind").get_days().to_string()
}

/// How an export is written.
#[derive(Debug, Clone)]
struct Clothing {
    order: Vec<usize>,
    shuffle: u64,
    files: usize,
    delimiter: char,
    quoted: bool,
    line_end: &'static str,
    encoding: &'static str,
}

impl Clothing {
    fn plain() -> Self {
        Self {
            order: (0..COLUMNS.len()).collect(),
            shuffle: 0,
            files: 1,
            delimiter: ',',
            quoted: false,
            line_end: "\n",
            encoding: "utf-8",
        }
    }

    /// Writes the records into the folder.
    fn write(&self, folder: &Path, mut records: Vec<Vec<String>>) {
        let mixed =
            |number: usize| (number as u64 + 1).wrapping_mul(self.shuffle | 1).rotate_left(17);
        if self.shuffle > 0 {
            let mut numbered: Vec<(u64, Vec<String>)> = records
                .into_iter()
                .enumerate()
                .map(|(number, record)| (mixed(number), record))
                .collect();
            numbered.sort_by_key(|(rank, _)| *rank);
            records = numbered.into_iter().map(|(_, record)| record).collect();
        }
        let cell = |cell: &str| {
            let needs = cell.contains([self.delimiter, '"', '\n', '\r']);
            if self.quoted || needs {
                format!("\"{}\"", cell.replace('"', "\"\""))
            } else {
                cell.to_owned()
            }
        };
        let line = |cells: &[String]| {
            let cells: Vec<String> =
                self.order.iter().map(|column| cell(&cells[*column])).collect();
            cells.join(&self.delimiter.to_string()) + self.line_end
        };
        let header: Vec<String> = COLUMNS.iter().map(|name| (*name).to_owned()).collect();
        let size = records.len().div_ceil(self.files).max(1);
        for (number, records) in records.chunks(size).enumerate() {
            let mut text = line(&header);
            records.iter().for_each(|record| text.push_str(&line(record)));
            let bytes = match self.encoding {
                "utf-16" => {
                    let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
                    units.flat_map(u16::to_le_bytes).collect()
                }
                "windows-1252" => {
                    text.chars().map(|char| u8::try_from(char).unwrap_or(b'?')).collect()
                }
                _ => text.into_bytes(),
            };
            write(folder, &format!("part-{number}.csv"), bytes);
        }
    }
}

fn clothing() -> impl Strategy<Value = Clothing> {
    let order = Just((0..COLUMNS.len()).collect::<Vec<usize>>()).prop_shuffle();
    (
        order,
        0_u64..1_000,
        1_usize..4,
        prop::sample::select(vec![',', ';', '\t', '|']),
        any::<bool>(),
        prop::sample::select(vec!["\n", "\r\n"]),
        prop::sample::select(vec!["utf-8", "utf-16"]),
    )
        .prop_map(|(order, shuffle, files, delimiter, quoted, line_end, encoding)| Clothing {
            order,
            shuffle,
            files,
            delimiter,
            quoted,
            line_end,
            encoding,
        })
}

/// How the work is done, none of which may show.
fn machine() -> impl Strategy<Value = [&'static str; 3]> {
    (
        prop::sample::select(vec!["--threads=1", "--threads=3"]),
        prop::sample::select(vec!["--chunk-size=1KiB", "--chunk-size=3001", "--chunk-size=512KiB"]),
        prop::sample::select(vec!["--memory=1MiB", "--memory=64MiB"]),
    )
        .prop_map(|(threads, chunk, memory)| [threads, chunk, memory])
}

fn compare(sent: &Path, received: &Path, more: &[&str]) -> crate::program::Run {
    let (sent, received) = (text(sent), text(received));
    let arguments = ["transfer", &sent, &received, "--as-of", "2026-03-01", "--report", "json"];
    run(arguments.iter().chain(more))
}

fn violations(report: &Value) -> BTreeMap<String, u64> {
    let rules = report["rules"].as_array().expect("a report has rules");
    let counts = rules.iter().map(|rule| {
        let id = rule["id"].as_str().expect("a rule has an id").to_owned();
        (id, rule["counts"]["violations"].as_u64().expect("a rule has counts"))
    });
    counts.filter(|(_, count)| *count > 0).collect()
}

#[test]
fn a_damaged_transfer_is_told_by_its_causes() {
    let path = |side: &str| format!("fixtures/transfer/{side}");
    let (sent, received) = (path("sent"), path("received"));
    let arguments = ["transfer", &sent, &received, "--as-of", "2026-03-01"];
    let screen = run(arguments);
    let findings = folder();
    let list = text(&findings.path().join("all.csv"));
    run(arguments.iter().chain(&["--all-findings", &list, "--report", "json"])).expect_code(1);
    let list = fs::read_to_string(&list).expect("the list was written");
    let shown =
        format!("exit code {:?}\n{}{}\n{list}", screen.code(), screen.stdout(), screen.stderr());
    insta::with_settings!({
        snapshot_path => crate::program::root().join("fixtures/transfer"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
        filters => vec![(r"chartaudit \d+\.\d+\.\d+", "chartaudit [VERSION]")],
    }, {
        insta::assert_snapshot!("damaged-transfer", shown);
    });
}

#[test]
fn the_report_does_not_depend_on_how_the_work_is_cut() {
    let (sent, received) =
        (crate::program::fixture("transfer/sent"), crate::program::fixture("transfer/received"));
    let pairs = [
        (sent.clone(), received.clone()),
        (received, sent),
        (
            crate::program::fixture("hospital/synthea/faulty"),
            crate::program::fixture("hospital/damaged"),
        ),
    ];
    for (sent, received) in pairs {
        let mut reports: Vec<String> = Vec::new();
        for threads in ["--threads=1", "--threads=4"] {
            for chunk in ["--chunk-size=64", "--chunk-size=1KiB", "--chunk-size=1MiB"] {
                for memory in ["--memory=1KiB", "--memory=64MiB"] {
                    reports.push(compare(&sent, &received, &[threads, chunk, memory]).stdout());
                }
            }
        }
        assert!(reports[0].len() > 1_000, "the report says next to nothing");
        reports.dedup();
        assert_eq!(reports.len(), 1, "{sent:?}");
    }
}

#[test]
fn a_manifest_says_what_was_to_be_sent() {
    let folder = folder();
    let (sent, received) = (folder.path().join("sent"), folder.path().join("received"));
    for side in [&sent, &received] {
        fs::create_dir(side).expect("a folder can be made");
        Clothing::plain().write(side, (0..5).map(record).collect());
        write(side, "form.pdf", "an invented form");
    }
    let digest = |name: &str| {
        let bytes = fs::read(received.join(name)).expect("it was written");
        (blake3::hash(&bytes).to_hex().to_string(), bytes.len())
    };
    let ((table, length), (form, _)) = (digest("part-0.csv"), digest("form.pdf"));
    let held = |text: String, expected: &[(&str, u64)]| {
        let manifest = write(folder.path(), "list", text);
        let run = compare(&sent, &received, &["--manifest", &self::text(&manifest)]);
        let report = keeps_to_its_schema(&run.stdout());
        let expected: BTreeMap<String, u64> =
            expected.iter().map(|(rule, count)| ((*rule).to_owned(), *count)).collect();
        assert_eq!(violations(&report), expected);
        assert_eq!(run.code(), Some(i32::from(!expected.is_empty())));
    };
    let (wrong, unlisted) = ("completeness/file-not-as-listed", "confidentiality/file-not-listed");
    held(format!("{table}  part-0.csv\n{form} *./form.pdf\n"), &[]);
    held(format!("{table}  sub/part-0.csv\n{form}  form.pdf\n{form}  other.pdf\n"), &[(wrong, 1)]);
    held(format!("{form}  part-0.csv\n"), &[(wrong, 1), (unlisted, 1)]);
    held(format!("file,bytes,row_count\npart-0.csv,{length},5\nform.pdf,,\n"), &[]);
    held(format!("file,bytes,row_count\npart-0.csv,{},6\nform.pdf,,\n", length + 1), &[(wrong, 1)]);
    let utf_16 = |text: &str| -> Vec<u8> {
        let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let list = format!("file|bytes\r\npart-0.csv|{length}\r\nform.pdf|\r\n");
    let manifest = write(folder.path(), "list", utf_16(&list));
    compare(&sent, &received, &["--manifest", &self::text(&manifest)]).expect_code(0);
    // A list that lies among what it lists is no part of it, whatever it looks like.
    for list in [format!("{table}  part-0.csv\n{form}  form.pdf\n"), list] {
        for place in [&[&received][..], &[&received, &sent]] {
            let lists = place.iter().map(|side| write(side, "list.txt", list.clone()));
            let lists: Vec<_> = lists.collect();
            let run = compare(&sent, &received, &["--manifest", &self::text(&lists[0])]);
            let run = run.expect_code(0);
            assert_eq!(violations(&keeps_to_its_schema(&run.stdout())), BTreeMap::new());
            lists.iter().for_each(|list| fs::remove_file(list).expect("it can be removed"));
        }
    }
    let records = text(&received.join("part-0.csv"));
    for wrong in [records.as_str(), "no-such-list"] {
        let run = compare(&sent, &received, &["--manifest", wrong]).expect_code(2);
        assert!(!run.stderr().contains("Fictional"), "{}", run.stderr());
    }
}

/// Sends six records and has the text of the table arrive as a program made it.
#[track_caller]
fn arrives(made: impl Fn(&str) -> String, expected: &[(&str, u64)], code: i32) -> Value {
    let folder = folder();
    let (sent, received) = (folder.path().join("sent"), folder.path().join("received"));
    for side in [&sent, &received] {
        fs::create_dir(side).expect("a folder can be made");
        Clothing::plain().write(side, (0..6).map(record).collect());
    }
    let text = fs::read_to_string(sent.join("part-0.csv")).expect("it was written");
    let one_line = text.replace("\nsecond", " second");
    fs::write(sent.join("part-0.csv"), &one_line).expect("it can be written again");
    fs::write(received.join("part-0.csv"), made(&one_line)).expect("it can be written again");
    let run = compare(&sent, &received, &[]);
    let report = keeps_to_its_schema(&run.stdout());
    let expected: BTreeMap<String, u64> =
        expected.iter().map(|(rule, count)| ((*rule).to_owned(), *count)).collect();
    assert_eq!(violations(&report), expected, "{}", report["exit_reason"]);
    assert_eq!(run.code(), Some(code), "{}", report["exit_reason"]);
    report
}

const ALTERED: &str = "completeness/record-altered";
const SHIFTED: &str = "completeness/columns-shifted";
const MISSING: &str = "completeness/record-not-arrived";

#[test]
fn records_of_another_width_are_known_by_their_keys() {
    let shifted = [(ALTERED, 2), (SHIFTED, 2)];
    // A delimiter that nobody quoted, in the addresses of two records.
    let report = arrives(
        |text| {
            let quoted =
                |number: usize| format!("\"{number} Fictional Street, Apartment {}\"", number * 3);
            [2, 3].into_iter().fold(text.to_owned(), |text, number| {
                let quoted = quoted(number);
                text.replace(&quoted, quoted.trim_matches('"'))
            })
        },
        &shifted,
        1,
    );
    assert_eq!(report["inputs"][0]["records"]["skipped"], 0);
    assert_eq!(report["transfer"][0]["received_not_comparable"], 0);
    // A record whose end is lost.
    let cut = |text: &str| {
        text.replacen(",Sample Town 1,\"first line 1 second, \"\"quoted\"\" line\"", "", 1)
    };
    arrives(cut, &[(ALTERED, 1), ("completeness/value-lost", 1)], 1);
    // What belongs to no record that was sent cannot be judged.
    arrives(|text| format!("{text}9999,1,2\n"), &[], 3);
    // Nor is a second one of a record that arrived.
    arrives(|text| format!("{text}0000001,1,2\n"), &[], 3);
}

#[test]
fn a_header_that_is_lost_is_told_as_that() {
    let lost = |text: &str| text.split_once('\n').expect("there is a header").1.to_owned();
    let report = arrives(lost, &[("completeness/header-not-arrived", 1)], 1);
    assert_eq!(report["transfer"][0]["unaltered"], 6);
}

#[test]
fn columns_that_are_exchanged_are_told_as_that() {
    let exchanged = |text: &str| text.replacen("birth_date,zip", "zip,birth_date", 1);
    arrives(exchanged, &[(ALTERED, 6), (SHIFTED, 6)], 1);
}

#[test]
fn records_without_a_key_are_known_by_the_rest() {
    let report = arrives(
        |text| text.replacen("0000003,", ",", 1),
        &[(ALTERED, 1), ("completeness/value-lost", 1)],
        1,
    );
    assert_eq!(report["transfer"][0]["received_not_comparable"], 0);
}

#[test]
fn copies_of_a_record_with_a_harmed_key_are_surplus() {
    let twice = |text: &str| {
        let at = text.find("0000006").expect("it was written");
        let (before, last) = text.split_at(at);
        format!("{before}{0}{0}", last.replacen("0000006", "6", 1))
    };
    let expected = [
        (ALTERED, 1),
        ("completeness/leading-zeros-lost", 1),
        ("completeness/record-arrived-more-than-once", 1),
    ];
    arrives(twice, &expected, 1);
}

#[test]
fn a_table_that_cannot_be_read_is_no_file_that_was_not_sent() {
    // Every quote is lost, so that line breaks and delimiters stand bare.
    let report = arrives(|text| text.replace('"', ""), &[(MISSING, 6)], 3);
    let rules = report["rules"].as_array().expect("a report has rules");
    for id in ["completeness/record-set-not-arrived", "confidentiality/file-not-to-be-sent"] {
        let rule = rules.iter().find(|rule| rule["id"] == id).expect("every rule is told");
        assert_eq!(rule["counts"]["not_evaluable"], 1, "{id}");
        assert_eq!(rule["counts"]["violations"], 0, "{id}");
    }
}

#[test]
fn what_a_spreadsheet_makes_of_keys_dates_and_numbers_is_found_again() {
    // Keys lost their zeros, dates and long numbers were rewritten, all at once.
    let saved = |text: &str| {
        let mut text = text.to_owned();
        for number in 0..6 {
            let record = record(number);
            let (id, birth, account) = (&record[0], &record[4], &record[7]);
            let (year, day) = birth.split_once('-').expect("it is a date");
            let day = day.replace('-', "/");
            let digits: f64 = account.parse().expect("it is a number");
            let rewritten = format!("{digits:.5E}").replace('E', "E+");
            text = text
                .replace(id, &format!("{rewritten}-{number}"))
                .replace(birth, &format!("{day}/{year}"))
                .replace(account, &rewritten);
        }
        text
    };
    let expected = [
        (ALTERED, 6),
        ("completeness/form-changed", 6),
        ("completeness/spreadsheet-mangled", 6),
        ("completeness/value-changed", 6),
    ];
    arrives(saved, &expected, 1);
}

#[test]
fn the_screen_names_what_did_not_arrive() {
    let folder = folder();
    let (sent, received) = (folder.path().join("sent"), folder.path().join("received"));
    for side in [&sent, &received] {
        fs::create_dir(side).expect("a folder can be made");
        Clothing::plain().write(side, (0..3).map(record).collect());
    }
    let table = received.join("part-0.csv");
    let text = fs::read_to_string(&table).expect("it was written");
    fs::write(&table, text.replacen("phone", "extension", 1)).expect("it can be written again");
    let screen = run(["transfer", &self::text(&sent), &self::text(&received)]).stdout();
    assert!(screen.contains("`phone` of `patients` did not arrive"), "{screen}");
    assert!(screen.contains("`extension` of `patients` arrived and was not sent"), "{screen}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn planted_damage_is_counted_exactly(
        damages in prop::collection::vec(prop::option::of(prop::sample::select(DAMAGES.map(|(damage, _)| damage).to_vec())), 1..80),
        extra in 0_usize..4,
        clothing in clothing(),
        machine in machine(),
    ) {
        let folder = folder();
        let (sent, received) = (folder.path().join("sent"), folder.path().join("received"));
        for side in [&sent, &received] {
            fs::create_dir(side).expect("a folder can be made");
        }
        let records: Vec<Vec<String>> = (0..damages.len()).map(record).collect();
        Clothing::plain().write(&sent, records.clone());
        let mut after: Vec<Vec<String>> =
            records.into_iter().zip(&damages).flat_map(|(record, damage)| arrived(record, *damage)).collect();
        after.extend((0..extra).map(|number| record(9_000 + number)));
        prop_assume!(!after.is_empty());
        clothing.write(&received, after.clone());

        let mut expected: BTreeMap<String, u64> = BTreeMap::new();
        let mut add = |rule: &str, count: usize| {
            if count > 0 {
                *expected.entry(rule.to_owned()).or_default() += count as u64;
            }
        };
        let (mut missing, mut repeated, mut altered, mut form) = (0, 0, 0, 0);
        for damage in damages.iter().flatten() {
            let rule = DAMAGES.iter().find(|(other, _)| other == damage).and_then(|(_, rule)| *rule);
            match (damage, rule) {
                (Damage::Drop, _) => missing += 1,
                (Damage::Repeat(more), _) => repeated += more,
                (Damage::Blanks | Damage::Form, Some(rule)) => {
                    form += 1;
                    add(rule, 1);
                }
                (_, rule) => {
                    altered += 1;
                    rule.iter().for_each(|rule| add(rule, 1));
                }
            }
        }
        add("completeness/record-not-arrived", missing);
        add("completeness/record-arrived-more-than-once", repeated);
        add("completeness/record-altered", altered);
        add("confidentiality/record-not-to-be-sent", extra);

        let run = compare(&sent, &received, &machine);
        let report = keeps_to_its_schema(&run.stdout());
        prop_assert_eq!(violations(&report), expected, "{}", report["exit_reason"]);
        let clean = missing + repeated + altered + extra == 0;
        prop_assert_eq!(run.code(), Some(i32::from(!clean)));
        let set = &report["transfer"][0];
        let figure = |name: &str| set[name].as_u64().expect("an account has this figure");
        let part = |count: usize| count as u64;
        prop_assert_eq!(figure("sent"), part(damages.len()));
        prop_assert_eq!(figure("received"), part(after.len()));
        prop_assert_eq!(figure("unaltered"), part(damages.len() - missing - altered - form));
        prop_assert_eq!(
            [figure("missing"), figure("extra"), figure("repeated"), figure("altered"), figure("form_only")],
            [missing, extra, repeated, altered, form].map(part)
        );
    }

    #[test]
    fn other_clothing_is_no_difference(
        count in 1_usize..60,
        before in clothing(),
        after in clothing(),
        legacy in any::<bool>(),
        machine in machine(),
    ) {
        let folder = folder();
        let (sent, received) = (folder.path().join("sent"), folder.path().join("received"));
        for side in [&sent, &received] {
            fs::create_dir(side).expect("a folder can be made");
        }
        let records: Vec<Vec<String>> = (0..count).map(record).collect();
        before.write(&sent, records.clone());
        let encoding = if legacy { "windows-1252" } else { after.encoding };
        Clothing { encoding, ..after }.write(&received, records);
        let run = compare(&sent, &received, &machine);
        let report = keeps_to_its_schema(&run.stdout());
        prop_assert_eq!(violations(&report), BTreeMap::new());
        prop_assert_eq!(run.code(), Some(0), "{}", report["exit_reason"]);
        prop_assert_eq!(report["transfer"][0]["unaltered"].as_u64(), Some(count as u64));
    }
}
