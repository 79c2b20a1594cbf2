//! Laws of known identifiers: what was planted is found, nothing else is, and neither memory nor threads nor the cuts
//! of the work change a byte of the report.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::Value;

use crate::program::{Run, fixture, folder, keeps_to_its_schema, program, run, text, write};

/// What is asked of the notes.
const RULES: &str = "
pack: known
title: Known identifiers
version: 1.0.0
rules:
  - {id: confidentiality/own, title: A, severity: error, records: documents, identifiers: {in: [text], of: patients, whose: own}}
  - {id: confidentiality/another, title: B, severity: error, records: documents, identifiers: {in: [text], of: patients, whose: another}}
  - {id: confidentiality/anybody, title: C, severity: error, records: documents, identifiers: {in: [text], of: patients}}
  - {id: confidentiality/staff, title: D, severity: error, records: documents, identifiers: {in: [text], of: staff}}
  - {id: confidentiality/hashed, title: E, severity: error, records: documents, identifiers: {in: everything, of: patients, kinds: [pseudonym]}}
";

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (self.0 >> 33) % sides
    }

    fn pick<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[usize::try_from(self.roll(all.len() as u64)).unwrap_or(0)]
    }

    /// A name that nobody has and that is no word.
    fn name(&mut self) -> String {
        let mut name: String = (0..4)
            .map(|_| self.pick(&["zo", "qua", "vri", "ko", "xe", "lum", "tav", "gri"]))
            .collect();
        name.get_mut(..1).expect("ASCII").make_ascii_uppercase();
        name
    }
}

/// One person of the export.
#[derive(Clone)]
struct Somebody {
    id: String,
    first: String,
    last: String,
    mrn: String,
    ssn: String,
    phone: String,
    email: String,
    born: String,
    street: String,
}

fn people(dice: &mut Dice, letter: char, count: usize) -> Vec<Somebody> {
    let somebody = |number: usize| {
        let (first, last) = (dice.name(), format!("{}{}", dice.name(), "son"));
        Somebody {
            id: format!("{letter}{number:05}"),
            mrn: format!("RG{:07}", 4_000_000 + number * 37 + usize::from(letter == 'Q') * 11),
            ssn: format!("9{:02}-{:02}-{:04}", number % 99, 10 + number % 80, 1000 + number),
            phone: format!("617-555-{:04}", 1000 + number + usize::from(letter > 'P') * 5000),
            email: format!("{}.{number}{letter}@example.com", last.to_lowercase()),
            born: format!(
                "19{:02}-{:02}-{:02}",
                20 + number % 70,
                1 + number % 12,
                1 + number % 28
            ),
            street: format!("{} {} Street", 100 + number, dice.name()),
            first,
            last,
        }
    };
    (0..count).map(somebody).collect()
}

/// What a note may hold of a person, in ways in which notes write it.
fn planted(dice: &mut Dice, of: &Somebody) -> String {
    match dice.roll(9) {
        0 => format!("{} {}", of.first, of.last),
        1 => format!("{}, {}", of.last.to_uppercase(), of.first.to_uppercase()),
        2 => of.mrn.clone(),
        3 => of.mrn.replace("RG", "rg-").to_uppercase(),
        4 => of.ssn.clone(),
        5 => of.phone.replace('-', "."),
        6 => format!("({}", of.phone.replacen('-', ") ", 1)),
        7 => of.email.to_uppercase(),
        _ => format!("{} Q. {}", of.first, of.last),
    }
}

/// How many notes hold something of the own patient, of another one, of staff; and how many do not say whose they are.
#[derive(Debug, Default, PartialEq, Eq)]
struct Planted {
    own: u64,
    another: u64,
    staff: u64,
    hashed: u64,
    unowned: u64,
}

/// Patients, staff, encounters and notes; the notes speak of `in_notes`, the tables of `in_tables`.
fn write_export(
    export: &Path,
    in_notes: &[Somebody],
    in_tables: &[Somebody],
    staff: &[Somebody],
) -> Planted {
    let mut dice = Dice(41);
    let mut patients =
        "Patient ID,MRN,Last Name,First Name,DOB,SSN,Phone,Email,Address\n".to_owned();
    for of in in_tables {
        writeln!(
            patients,
            "{},{},{},{},{},{},{},{},{}",
            of.id, of.mrn, of.last, of.first, of.born, of.ssn, of.phone, of.email, of.street
        )
        .expect("a text takes lines");
    }
    write(export, "patients.csv", patients);
    let mut members = "Staff ID,Staff Last Name,Staff First Name,Employee Phone\n".to_owned();
    for of in staff {
        writeln!(members, "{},{},{},{}", of.id, of.last, of.first, of.phone)
            .expect("a text takes lines");
    }
    write(export, "staff.csv", members);
    let mut stays = "Encounter ID,Patient ID\n".to_owned();
    let mut notes = "Document ID,Patient ID,Encounter ID,Research Code,Note Text\n".to_owned();
    let mut told = Planted::default();
    for number in 0..900_usize {
        // Notes are mostly grouped by patient, as exports have them.
        let at = usize::try_from(dice.roll(4)).unwrap_or(0) + number / 4;
        let own = &in_notes[at % in_notes.len()];
        let other = &in_notes[(at + 7) % in_notes.len()];
        let member = &staff[at % staff.len()];
        writeln!(stays, "E{number},{}", own.id).expect("a text takes lines");
        let (patient, stay) = match dice.roll(10) {
            0..=5 => (own.id.clone(), String::new()),
            6..=8 => (String::new(), format!("E{number}")),
            _ => (String::new(), String::new()),
        };
        let unowned = patient.is_empty() && stay.is_empty();
        let mut words = vec!["Seen on rounds, BP 120/80, Tylenol 500 mg."];
        let (what, who) = match dice.roll(6) {
            0 => (planted(&mut dice, own), Some(true)),
            1 => (planted(&mut dice, other), Some(false)),
            2 => (format!("signed {} {}", member.first, member.last), None),
            _ => (String::new(), None),
        };
        words.push(&what);
        words.push("Bell's palsy, Parkinson disease; acc 20210045, 4.5 x 3.2 cm, Dr. Foley.");
        let code = if dice.roll(9) == 0 { hash(&own.mrn) } else { hash("a keyed code") };
        told.hashed += u64::from(code != hash("a keyed code"));
        told.unowned += u64::from(unowned);
        match who {
            Some(true) if !unowned => told.own += 1,
            Some(false) if !unowned => told.another += 1,
            Some(_) => {}
            None if !what.is_empty() => told.staff += 1,
            None => {}
        }
        writeln!(notes, "D{number},{patient},{stay},{code},\"{}\n\"", words.join("\n"))
            .expect("a text takes lines");
    }
    write(export, "encounters.csv", stays);
    write(export, "documents.csv", notes);
    told
}

/// An MD5 as hexadecimal digits.
fn hash(text: &str) -> String {
    use md5::Digest as _;
    let mut digits = String::new();
    for byte in md5::Md5::digest(text.as_bytes()) {
        write!(digits, "{byte:02x}").expect("a text takes digits");
    }
    digits
}

/// The report of a scan with these arguments, as text.
fn report(export: &Path, rules: &Path, more: &[&str]) -> String {
    let (export, rules) = (text(export), text(rules));
    let scan = ["scan", &export, "--rules", &rules, "--as-of", "2026-01-01", "--report", "json"];
    run(scan.iter().chain(more)).stdout()
}

/// What a report counts of a rule: violations and not evaluable.
fn counted(report: &Value, rule: &str) -> (u64, u64) {
    let rules = report["rules"].as_array().expect("a report lists rules");
    let id = format!("confidentiality/{rule}");
    let entry = rules.iter().find(|entry| entry["id"] == id.as_str()).expect("the rule ran");
    let count = |key: &str| entry["counts"][key].as_u64().expect("a count");
    (count("violations"), count("not_evaluable"))
}

#[test]
fn what_is_planted_is_found_whatever_the_memory_the_threads_and_the_cuts() {
    let (export, rules) = (folder(), folder());
    write(rules.path(), "rules.yaml", RULES);
    let mut dice = Dice(3);
    let (patients, staff) = (people(&mut dice, 'P', 240), people(&mut dice, 'S', 40));
    let told = write_export(export.path(), &patients, &patients, &staff);
    let whole = report(export.path(), rules.path(), &[]);
    let parsed: Value = serde_json::from_str(&whole).expect("a report is JSON");
    assert_eq!(counted(&parsed, "own"), (told.own, told.unowned));
    assert_eq!(counted(&parsed, "another"), (told.another, told.unowned));
    assert_eq!(counted(&parsed, "staff"), (told.staff, 0));
    assert_eq!(counted(&parsed, "hashed"), (told.hashed, 0));
    let (anybody, open) = counted(&parsed, "anybody");
    assert!(anybody > told.own + told.another && open == 0, "those of no known patient too");
    assert!(told.own > 50 && told.another > 50 && told.staff > 50 && told.unowned > 50, "{told:?}");
    for memory in ["1", "200KiB", "64MiB"] {
        for (threads, chunk) in [("1", "1KiB"), ("3", "2KiB"), ("2", "1MiB")] {
            let arguments = ["--memory", memory, "--threads", threads, "--chunk-size", chunk];
            let other = report(export.path(), rules.path(), &arguments);
            assert!(whole == other, "another report with {arguments:?}");
        }
    }
}

#[test]
fn nothing_is_found_of_people_who_are_not_in_the_notes() {
    let (export, rules) = (folder(), folder());
    write(rules.path(), "rules.yaml", RULES);
    let mut dice = Dice(3);
    let (patients, staff) = (people(&mut dice, 'P', 240), people(&mut dice, 'S', 40));
    // Others under the same patient numbers, with names and numbers of their own.
    let mut dice = Dice(99);
    let mut others = people(&mut dice, 'Q', 240);
    for (other, patient) in others.iter_mut().zip(&patients) {
        other.id.clone_from(&patient.id);
        other.ssn = other.ssn.replacen('9', "8", 1);
        other.born = "1901-01-31".to_owned();
    }
    let told = write_export(export.path(), &patients, &others, &staff);
    let parsed: Value =
        serde_json::from_str(&report(export.path(), rules.path(), &[])).expect("a report is JSON");
    assert_eq!(counted(&parsed, "own"), (0, told.unowned));
    assert_eq!(counted(&parsed, "another"), (0, told.unowned));
    assert_eq!(counted(&parsed, "anybody"), (0, 0));
    assert_eq!(counted(&parsed, "hashed"), (0, 0));
    assert_eq!(counted(&parsed, "staff"), (told.staff, 0));
}

#[test]
fn a_stray_quote_moves_nothing_where_memory_is_short() {
    let (export, rules) = (folder(), folder());
    write(rules.path(), "rules.yaml", RULES);
    let mut dice = Dice(3);
    let (patients, staff) = (people(&mut dice, 'P', 60), people(&mut dice, 'S', 9));
    write_export(export.path(), &patients, &patients, &staff);
    let path = export.path().join("documents.csv");
    let notes = std::fs::read_to_string(&path).expect("a text");
    // Chunks behind it are begun anew from their true starts.
    write(
        export.path(),
        "documents.csv",
        notes.replace("D77,", "D\"77,").replace("D500,", "D\"500,"),
    );
    let whole = report(export.path(), rules.path(), &["--threads", "1", "--chunk-size", "1MiB"]);
    for threads in ["1", "2"] {
        let arguments = ["--memory", "1", "--threads", threads, "--chunk-size", "1KiB"];
        assert!(whole == report(export.path(), rules.path(), &arguments), "with {arguments:?}");
    }
}

#[test]
fn the_known_case_reads_as_it_did_and_shows_no_value() {
    let export = fixture("known/ward");
    let path = text(&export);
    let all = folder();
    let findings = all.path().join("findings.csv");
    let scan = run([
        "scan",
        &path,
        "--rules",
        "us-hipaa",
        "--as-of",
        "2026-01-31",
        "--fictional",
        "report",
        "--select",
        "confidentiality/another-patient-in-note,confidentiality/another-patient-in-disclosure-log,confidentiality/unkeyed-pseudonym,confidentiality/patient-in-deidentified-note,confidentiality/staff-in-deidentified-note",
        "--release",
        "deidentified",
        "--all-findings",
        &text(&findings),
        "--examples",
        "30",
    ]);
    let rows = std::fs::read_to_string(&findings).expect("findings were written");
    let shown = format!("exit code {:?}\n{}{}\n{rows}", scan.code(), scan.stdout(), scan.stderr());
    for hidden in ["Quint", "QUINT", "Bellamy", "RG9", "555", "Lindqvist", "@example", "Elm"] {
        assert!(!shown.contains(hidden), "`{hidden}` is shown");
    }
    insta::with_settings!({
        snapshot_path => fixture("known"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
        filters => vec![
            (r"chartaudit \d+\.\d+\.\d+", "chartaudit [VERSION]"),
            (r"/\S*findings.csv", "[FINDINGS]"),
        ],
    }, {
        insta::assert_snapshot!("ward", shown);
    });
}

#[test]
fn who_is_affected_is_said_by_the_tag_of_their_own_record_in_every_format() {
    let (export, rules, out) = (folder(), folder(), folder());
    let more =
        "  - {id: completeness/no-ssn, title: F, severity: note, records: patients, require: [ssn]}
  - {id: completeness/no-npi, title: G, severity: note, records: staff, require: [npi]}
";
    write(rules.path(), "rules.yaml", format!("{RULES}{more}"));
    write(
        export.path(),
        "patients.csv",
        "patient_id,first_name,last_name,mrn,ssn,phone\nP1,Zoe,Quint,RG9000417,,617-555-0143\n\
         P2,Anton,Bellamy,RG9000952,,617-555-0199\nP3,Marta,Quillon,RG9000999,,617-555-0199\n",
    );
    write(export.path(), "staff.csv", "staff_id,first_name,last_name,npi\nS1,Ines,Lindqvist,\n");
    write(
        export.path(),
        "documents.csv",
        "document_id,patient_id,text\nD1,P1,\"Zoe Quint, RG9000417\"\nD2,P1,Seen with Anton Bellamy.\n\
         D3,,Asked for Anton Bellamy.\nD4,P1,Signed by Ines Lindqvist.\nD5,P1,Ring 617-555-0199 now.\n",
    );
    let key = write(out.path(), "site.key", [7_u8; 32]);
    let file = |name: &str| text(&out.path().join(name));
    let (export, rules) = (text(export.path()), text(rules.path()));
    let scan = ["scan", &export, "--rules", &rules, "--as-of", "2026-01-01", "--examples", "9"];
    let reports = ["json", "csv", "html", "markdown"].map(|format| {
        ["--report".to_owned(), format!("{format}={}", file(&format!("audit.{format}")))]
    });
    let mut program = program();
    program.args(scan).args(reports.iter().flatten()).args(["--report", "text"]);
    program.args(["--all-findings", &file("all.jsonl")]).env("CHARTAUDIT_SITE_KEY_FILE", &key);
    let run = Run::of(&mut program).expect_code(1);
    let read = |name: &str| std::fs::read_to_string(out.path().join(name)).expect("it was written");
    let report = keeps_to_its_schema(&read("audit.json"));
    let findings = |id: &str| -> Vec<Value> {
        let rules = report["rules"].as_array().expect("a report lists rules");
        let rule = rules.iter().find(|rule| rule["id"] == id).expect("the rule ran");
        rule["findings"].as_array().expect("a rule has findings").clone()
    };
    let tag = |finding: &Value| finding["key"][0]["tag"].as_str().expect("a tag").to_owned();
    let patients: Vec<String> = findings("completeness/no-ssn").iter().map(tag).collect();
    let [_, anton, _] = &patients[..] else { panic!("{patients:?}") };
    let ines = tag(&findings("completeness/no-npi")[0]);
    let persons = |id: &str| -> Vec<(u64, String, Option<String>)> {
        let person = |finding: &Value| {
            let person = &finding["person"];
            let bearer = person["bearer"].as_str().expect("somebody bears it").to_owned();
            let record = finding["record"].as_u64().expect("a record");
            (record, bearer, person["tag"].as_str().map(str::to_owned))
        };
        findings(id).iter().map(person).collect()
    };
    let is = |record, bearer: &str, tag: Option<&String>| (record, bearer.to_owned(), tag.cloned());
    let another = [is(2, "another-patient", Some(anton)), is(5, "another-patient", None)];
    assert_eq!(persons("confidentiality/another"), another);
    assert_eq!(persons("confidentiality/own"), [is(1, "own-patient", None)]);
    assert_eq!(persons("confidentiality/staff"), [is(4, "staff", Some(&ines))]);
    assert_eq!(persons("confidentiality/anybody")[2], is(3, "some-patient", Some(anton)));
    // Wherever a person reads of it, the tag stands beside it.
    let (patient, member) = (format!("patient {anton}"), format!("member of staff {ines}"));
    let whole = run.stdout().split_whitespace().collect::<Vec<_>>().join(" ");
    for (name, shown) in [
        ("the screen", whole),
        ("the worklist", read("audit.csv")),
        ("the page", read("audit.html")),
        ("the summary", read("audit.markdown")),
    ] {
        assert!(shown.contains(&patient) && shown.contains(&member), "in {name}: {shown}");
    }
    let rows = read("all.jsonl");
    let rows = rows.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
    let tagged = rows.filter(|row| row["person"] == anton.as_str()).count();
    assert_eq!(tagged, 3, "in another's note twice, in nobody's once");
}
