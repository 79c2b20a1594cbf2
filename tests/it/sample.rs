//! Samples for review by hand: drawn again by anybody, and estimated with an interval.

use std::collections::BTreeMap;
use std::fs;

use crate::program::{Run, fixture, folder, run, text, write};

#[test]
fn a_sample_is_the_same_however_it_is_drawn() {
    let folder = folder();
    let worksheet = |name: &str, more: &[&str]| {
        let file = text(&folder.path().join(name));
        sample(&[&["--by", "class", "--worksheet", &file], more].concat()).expect_code(0);
        fs::read_to_string(file).expect("the worksheet was written")
    };
    let first = worksheet("a.csv", &[]);
    assert_eq!(first.lines().count(), 31);
    assert_eq!(worksheet("b.csv", &["--threads", "1"]), first);
    assert_eq!(worksheet("c.csv", &["--threads", "4", "--chunk-size", "1KiB"]), first);
    assert_eq!(worksheet("d.csv", &["--memory", "1KiB", "--chunk-size", "61"]), first);
}

#[test]
fn strata_have_their_shares_and_codes_their_names() {
    let shown = sample(&["--by", "class"]).expect_code(0).stdout();
    assert!(shown.contains("15 of       104   outpatient"), "{shown}");
    assert!(shown.contains("1 of         6   emergency"), "{shown}");
}

#[test]
fn the_frame_is_told_to_the_last_record() {
    let condition = "discharged_at >= DATE '2025-06-01'";
    let shown = sample(&["--where", condition]).expect_code(0).stdout();
    let number = |line: &str| -> u64 {
        let words = shown.lines().find(|other| other.contains(line)).expect(line);
        words.split(' ').find_map(|word| word.parse().ok()).expect("a line has its number")
    };
    let frame = shown.split(" of ").nth(1).and_then(|rest| rest.split(' ').next());
    let frame: u64 = frame.and_then(|frame| frame.parse().ok()).expect("the frame is told");
    assert_eq!(frame + number("outside `--where`") + number("cannot be told"), 213, "{shown}");
}

#[test]
fn what_cannot_be_drawn_is_said() {
    let check = |run: Run, code: i32, expected: &str| {
        let run = run.expect_code(code);
        assert!(run.stderr().contains(expected), "{}", run.stderr());
    };
    check(sample(&["--where", "class = 'none'"]), 4, "there is no record to draw");
    check(sample(&["--where", "clas = 'none'"]), 2, "did you mean `class`?");
    check(sample(&["--by", "encounter_id"]), 2, "draw at least 212 records");
    check(sample(&["--by", "clas"]), 2, "did you mean `class`?");
    let export = text(&fixture("hospital/ehr/faulty"));
    let of = |records: &str| run(["sample", &export, "--records", records, "--size=9", "--seed=1"]);
    check(of("medications"), 3, "no input holds `medications`");
    check(of("encounter"), 2, "did you mean `encounters`?");
    check(run(["sample", &export, "--records", "encounters", "--seed=1"]), 2, "--size");
    let damaged = text(&fixture("hospital/damaged"));
    let part = run(["sample", &damaged, "--records", "patients", "--size=2", "--seed=1"]);
    let part = part.expect_code(3).stdout();
    assert!(part.contains("drawn from what could be read"), "{part}");
}

#[test]
fn keys_are_in_clear_only_where_they_are_asked_for() {
    let folder = folder();
    let file = folder.path().join("review.csv");
    let masked = sample(&["--worksheet", &text(&file)]).expect_code(0);
    let masked = [masked.stdout(), fs::read_to_string(&file).expect("it was written")].concat();
    let clear = sample(&["--worksheet", &text(&file), "--reveal", "keys"]).expect_code(0);
    assert!(clear.stdout().contains("in clear"), "{}", clear.stdout());
    let revealed = rows(&fs::read(&file).expect("it was written"));
    for row in &revealed {
        assert!(!row["key"].is_empty() && !masked.contains(&row["key"]), "{row:?}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&file).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn a_worksheet_beside_the_records_is_no_input() {
    let folder = folder();
    write(folder.path(), "patients.csv", "patient_id,mrn,last_name\nP1,M1,Roe\nP2,M2,Poe\n");
    let (export, file) = (text(folder.path()), text(&folder.path().join("review.csv")));
    let draw = ["sample", &export, "--records", "patients", "--size=2", "--seed=1"];
    run(draw.iter().chain(&["--worksheet", &file])).expect_code(0);
    let plan = run(["plan", &export]).expect_code(0).stdout();
    assert!(plan.contains("findings that an earlier audit wrote"), "{plan}");
}

#[test]
fn a_review_gives_a_rate_with_an_interval() {
    let folder = folder();
    let file = folder.path().join("review.csv");
    sample(&["--worksheet", &text(&file)]).expect_code(0);
    let header = fs::read_to_string(&file).expect("it was written");
    let header = header.lines().next().expect("it has a header").to_owned();
    let rows = rows(&fs::read(&file).expect("it was written"));
    let filled = |answer: &dyn Fn(usize) -> &'static str, sign: &str| {
        let mut sheet = format!("\u{feff}{}\r\n", header.replace(',', sign));
        for (number, row) in rows.iter().enumerate().rev() {
            let cells: Vec<&str> = header
                .split(',')
                .map(|name| if name == "deficient" { answer(number) } else { row[name].as_str() })
                .collect();
            sheet.push_str(&(cells.join(sign) + "\r\n"));
        }
        let path = write(folder.path(), "filled.csv", sheet);
        run(["sample", "estimate", &text(&path)])
    };
    // As a spreadsheet of a country of decimal commas saves it, and turned upside down.
    let three = filled(&|number| if number < 3 { "YES" } else { "no" }, ";").expect_code(0);
    let three = three.stdout();
    assert!(three.contains("30 of 30 drawn from 213 records, 3 deficient"), "{three}");
    // R: binom.test(3, 30) gives 0.02112 and 0.26529.
    assert!(three.contains("rate        10.00 %\ninterval    2.11 % to 26.53 %"), "{three}");
    let some = filled(&|number| if number < 6 { "n/a" } else { "no" }, ",").expect_code(0).stdout();
    assert!(some.contains("24 of 30 drawn") && some.contains("6 records could not be"), "{some}");
    let open = filled(&|number| if number < 6 { "" } else { "no" }, ",").expect_code(2);
    assert!(open.stderr().contains("6 of 30 records are not reviewed"), "{}", open.stderr());
    let odd = filled(&|number| if number == 29 { "perhaps" } else { "no" }, ",").expect_code(2);
    assert!(odd.stderr().contains("row 1: `deficient` is neither"), "{}", odd.stderr());
    assert!(!odd.stderr().contains("perhaps"), "{}", odd.stderr());
    let cut: String = fs::read_to_string(folder.path().join("filled.csv"))
        .expect("it was written")
        .lines()
        .take(12)
        .map(|line| line.replace("perhaps", "no") + "\n")
        .collect();
    let cut = write(folder.path(), "cut.csv", cut);
    let cut = run(["sample", "estimate", &text(&cut)]).expect_code(2);
    assert!(cut.stderr().contains("19 of 30 records of the sample are not"), "{}", cut.stderr());
    let export = text(&fixture("hospital/ehr/faulty/encounters.csv"));
    let none = run(["sample", "estimate", &export]).expect_code(2);
    assert!(none.stderr().contains("is not a worksheet"), "{}", none.stderr());
}

/// A sample of thirty stays.
fn sample(more: &[&str]) -> Run {
    let export = text(&fixture("hospital/ehr/faulty"));
    let arguments = ["sample", &export, "--records", "encounters", "--size=30", "--seed=q2"];
    run(arguments.iter().chain(&["--as-of", "2026-03-01"]).chain(more))
}

/// The rows of a worksheet, by column.
fn rows(bytes: &[u8]) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.deserialize().map(|row| row.expect("a worksheet is a table")).collect()
}
