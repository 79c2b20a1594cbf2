//! The table of malformations, row by row.

use super::{WHOLE, class_of, open_bytes, read};
use crate::source::IssueClass::{self, Kept, Noted, Refused, Skipped};
use crate::source::{HeaderAt, ReadOptions, Tally};

const HEADER: &str = "mrn,name,dob,admit_dt,note\n";
const ONE: &str = "100001,Ada Fictus,1950-01-02,2026-01-03,stable\n";
const TWO: &str = "100002,Ben Fictus,1951-01-02,2026-01-04,stable\n";
const THREE: &str = "100003,Cyd Fictus,1952-01-02,2026-01-05,stable\n";

fn sound() -> String {
    format!("{HEADER}{ONE}{TWO}{THREE}")
}

/// What a row of the table expects: code and class, then kept, skipped, not records, flagged.
type Expected = (Option<(&'static str, IssueClass)>, [u64; 4]);

fn clean(kept: u64) -> Expected {
    (None, [kept, 0, 0, 0])
}

fn with(code: &'static str, class: IssueClass, counts: [u64; 4]) -> Expected {
    (Some((code, class)), counts)
}

#[track_caller]
fn check(bytes: impl AsRef<[u8]>, expected: Expected) {
    check_with(bytes, &ReadOptions::default(), expected);
}

/// The one place that knows how a malformation is read.
#[track_caller]
fn check_with(bytes: impl AsRef<[u8]>, options: &ReadOptions, (code, counts): Expected) {
    let (issues, tally, refused) = match open_bytes(bytes.as_ref(), options) {
        Ok(table) => {
            let reading = read(&table, WHOLE);
            (reading.issues, reading.tally, false)
        }
        Err(refusal) => (refusal.issues, refusal.tally, true),
    };
    let Tally { kept, skipped, not_records, flagged, .. } = tally;
    assert_eq!([kept, skipped, not_records, flagged], counts, "counts, with {issues:?}");
    match code {
        None => assert!(issues.by_code.is_empty(), "nothing is wrong, but {issues:?}"),
        Some((code, class)) => {
            assert_eq!(class_of(&issues, code), Some(class), "{code} in {issues:?}");
            assert_eq!(refused, class == Refused, "refused, with {issues:?}");
            let worst = issues.by_code.values().map(|count| count.class).max();
            assert_eq!(worst, Some(class), "nothing is worse than {code} in {issues:?}");
        }
    }
    for count in issues.by_code.values() {
        for issue in &count.first {
            let detail = &issue.detail;
            assert!(
                !detail.contains("Fictus") && !detail.contains("10000"),
                "{detail} shows a value"
            );
        }
    }
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn empty_and_headers_only() {
    check(sound(), clean(3)); // 00
    check("", with("read/empty-file", Refused, [0; 4])); // 01
    let options = ReadOptions { allow_empty: true, ..ReadOptions::default() };
    check_with("", &options, with("read/empty-file", Noted, [0; 4]));
    check(HEADER, with("read/no-records", Kept, [0; 4])); // 02
    check(HEADER.trim_end(), with("read/no-records", Kept, [0; 4])); // 03
    check("\n\n\n\n", with("read/empty-file", Refused, [0, 0, 4, 0])); // 04
}

#[test]
fn encodings() {
    check(format!("\u{FEFF}{}", sound()), with("read/bom", Noted, [3, 0, 0, 0])); // 05
    let quoted = sound().replacen("mrn", "\"mrn\"", 1);
    check(format!("\u{FEFF}{quoted}"), with("read/bom", Noted, [3, 0, 0, 0])); // 06
    let marked = format!("\u{FEFF}{}", sound()).replace("Ada", "Ad\u{e4}");
    let transcoded = || with("read/transcoded", Noted, [3, 0, 0, 0]);
    check(utf16(&marked, u16::to_le_bytes), transcoded()); // 07
    check(utf16(&marked, u16::to_be_bytes), transcoded()); // 08
    let guessed = || with("read/encoding-guessed", Kept, [3, 0, 0, 0]);
    check(utf16(&sound(), u16::to_le_bytes), guessed()); // 09
    check(utf16(&sound(), u16::to_be_bytes), guessed());
    let utf32: Vec<u8> = marked.chars().flat_map(|one| u32::from(one).to_le_bytes()).collect();
    check(utf32, with("read/encoding-unsupported", Refused, [0; 4])); // 10
    let latin = |text: &str| text.replace('~', "\u{0}").into_bytes();
    let mut bytes = latin(&sound().replace("Ada", "R~n~"));
    bytes.iter_mut().filter(|byte| **byte == 0).for_each(|byte| *byte = 0xE9);
    check(&bytes, guessed()); // 11
    let mut mixed = sound().replace("Ben", "Bj\u{f6}rn").into_bytes();
    let at = mixed.windows(3).position(|word| word == b"Ada").unwrap();
    mixed[at + 1] = 0xE9;
    check(&mixed, with("read/mixed-encoding", Kept, [3, 0, 0, 1])); // 12
    let mut cut = sound().replace("Ada", "Ren\u{e9}").replace("Ben", "Zo\u{eb}").into_bytes();
    let at = cut.windows(2).position(|word| word == "\u{eb}".as_bytes()).unwrap();
    cut.remove(at + 1);
    check(&cut, with("read/invalid-utf8", Kept, [3, 0, 0, 1])); // 13
}

#[test]
fn nuls_and_line_ends() {
    check(sound().replace("Ben", "B\0n"), with("read/nul-byte", Kept, [3, 0, 0, 1])); // 14
    let padded = format!("{}{}", sound(), "\0".repeat(500));
    check(padded, with("read/nul-padding", Skipped, [3, 1, 0, 0])); // 15
    check(sound().replace('\n', "\r"), with("read/line-ends", Noted, [3, 0, 0, 0])); // 16
    let mixed = format!("{HEADER}{}{}{THREE}", ONE.replace('\n', "\r\n"), TWO.replace('\n', "\r"));
    let mixed_ends = || with("read/mixed-line-ends", Kept, [3, 0, 0, 0]);
    check(mixed, mixed_ends()); // 17
    check(sound().replace('\n', "\r\r\n"), mixed_ends()); // 18
}

#[test]
fn quotes() {
    let noted = |note: &str| sound().replacen("stable", note, 2).replacen(note, "stable", 1);
    check(noted("\"one\ntwo\n\nthree\""), clean(3)); // 19
    let broken = format!("{HEADER}{ONE}{TWO}fell again\n{THREE}");
    check(broken, with("read/short-row", Skipped, [3, 1, 0, 0])); // 20
    let unclosed = || with("read/unclosed-quote", Skipped, [3, 1, 0, 0]);
    check(format!("{}100004,\"Dan Fictus,1950-01-01,2026-01-01,stable\n", sound()), unclosed()); // 21
    let later = format!(
        "{HEADER}{ONE}100004,\"Dan Fictus,1950-01-01,2026-01-01,stable\n{TWO}{}",
        THREE.replace("Cyd Fictus", "\"Fictus, Cyd\"")
    );
    check(later, unclosed()); // 22
    check(noted("5'10\" tall"), with("read/bare-quote", Kept, [3, 0, 0, 1])); // 23
    check(noted("\"stable\" so far"), with("read/text-after-quote", Kept, [3, 0, 0, 1])); // 24
    let escaped = noted(r#""says \"fine\", went home""#);
    check(&escaped, with("read/text-after-quote", Skipped, [2, 1, 0, 0])); // 25
    let options = ReadOptions { escape: Some(b'\\'), ..ReadOptions::default() };
    check_with(&escaped, &options, clean(3));
    let single = format!(
        "{HEADER}{}{}{}",
        ONE.replace("Ada Fictus", "'Fictus, Ada'"),
        TWO.replace("Ben Fictus", "'Fictus, Ben'"),
        THREE.replace("Cyd Fictus", "'Fictus, Cyd'")
    );
    check(&single, with("read/dialect-mismatch", Refused, [0, 3, 0, 0])); // 26
    let options = ReadOptions { quote: Some(b'\''), ..ReadOptions::default() };
    check_with(&single, &options, clean(3));
    let long = || with("read/long-row", Skipped, [2, 1, 0, 0]);
    check(noted("\u{201C}weak, tired\u{201D}"), long()); // 27
    check(noted(" \"weak, tired\""), long()); // 28
    let options = ReadOptions { trim_before_quote: true, ..ReadOptions::default() };
    check_with(noted(" \"weak, tired\""), &options, clean(3));
    check(format!("{HEADER}{ONE}\"\n{TWO}{THREE}"), unclosed()); // 56
}

#[test]
fn widths() {
    check(
        format!("{HEADER}{ONE}100002,Ben Fictus\n{THREE}"),
        with("read/short-row", Skipped, [2, 1, 0, 0]),
    ); // 29
    let long = || with("read/long-row", Skipped, [2, 1, 0, 0]);
    check(format!("{HEADER}{ONE}{},x,y\n{THREE}", TWO.trim_end()), long()); // 30
    check(sound().replace("Ben Fictus", "Fictus, Ben"), long()); // 31
    let trailing = sound().replace("stable\n", "stable,\n");
    check(&trailing, with("read/trailing-delimiter", Kept, [3, 0, 0, 0])); // 32
    let all = trailing.replace("note\n", "note,\n");
    check(all, with("read/blank-header", Kept, [3, 0, 0, 0])); // 33
    let wide: Vec<String> = (0..20_000).map(|column| format!("c{column}")).collect();
    let options = ReadOptions { header: HeaderAt::First, ..ReadOptions::default() };
    check_with(format!("{0}\n{0}x\n", wide.join(",")), &options, clean(1)); // 54
    check("mrn\n100001\n100002\n", clean(2)); // 55
}

#[test]
fn headers() {
    let duplicate = || with("read/duplicate-header", Kept, [3, 0, 0, 0]);
    check(sound().replacen("name", "mrn", 1), duplicate()); // 34
    check(sound().replacen("name", " MRN ", 1), duplicate()); // 35
    let blank = || with("read/blank-header", Kept, [3, 0, 0, 0]);
    check(sound().replacen("name", "", 1), blank()); // 36
    check(sound().replacen("note", "\"ward\nnote\"", 1), clean(3)); // 37
    let no_header = format!("{ONE}{TWO}{THREE}");
    check(&no_header, with("read/header-not-found", Refused, [0; 4])); // 38
    let options = ReadOptions {
        header: HeaderAt::None,
        columns: ["mrn", "name", "dob", "admit_dt", "note"].map(str::to_owned).to_vec(),
        ..ReadOptions::default()
    };
    check_with(&no_header, &options, clean(3));
    check(format!("{}{}", sound(), sound()), with("read/repeated-header", Kept, [6, 0, 1, 0])); // 39
    check(
        format!("Discharges by ward\nrun 2026-01-09\n\n{}", sound()),
        with("read/preamble", Kept, [3, 0, 3, 0]),
    ); // 40
    check(
        format!("sep=;\n{}", sound().replace(',', ";")),
        with("read/sep-directive", Noted, [3, 0, 1, 0]),
    ); // 43
    let detected = || with("read/dialect-detected", Noted, [3, 0, 0, 0]);
    for delimiter in [";", "\t", "|"] {
        check(sound().replace(',', delimiter), detected()); // 44 to 46
    }
    check(sound().replace(',', "||"), with("read/dialect-mismatch", Refused, [0; 4])); // 47
    check(sound().replace(',', "\u{1}"), detected()); // 48
    let fixed = sound().replace(',', "      ");
    check(fixed, with("read/header-not-found", Refused, [0; 4])); // 49
    let dashes = sound().replacen('\n', "\n---,----,---,--------,----\n", 1);
    check(dashes, with("read/underline-row", Kept, [3, 0, 1, 0])); // 50
    let moved = "note,admit_dt,dob,name,mrn\nstable,2026-01-01,1950-01-01,Ada Fictus,100001\n";
    check(moved, clean(1)); // 80
}

#[test]
fn lines_that_are_no_records() {
    let footer = format!("{}\n(3 rows affected)\n", sound());
    check(&footer, with("read/short-row", Skipped, [3, 1, 1, 0])); // 41
    let pattern = regex::bytes::Regex::new(r"^\((\d+) rows affected\)$").unwrap();
    let options = ReadOptions { footer: Some(pattern), ..ReadOptions::default() };
    check_with(&footer, &options, (None, [3, 0, 2, 0]));
    let wrong = footer.replace("(3", "(4");
    check_with(wrong, &options, with("read/footer-count", Skipped, [3, 0, 2, 0]));
    check(format!("{}TOTAL,,,,3\n", sound()), clean(4)); // 42
    let pattern = regex::bytes::Regex::new(r"^TOTAL,,,,(\d+)$").unwrap();
    let options = ReadOptions { footer: Some(pattern), ..ReadOptions::default() };
    check_with(format!("{}TOTAL,,,,3\n", sound()), &options, (None, [3, 0, 1, 0]));
    check(format!("{HEADER}\n{ONE}\n{TWO}\n{THREE}"), (None, [3, 0, 3, 0])); // 51
    let comments = format!("# exported nightly\n{HEADER}{ONE}# page 2\n{TWO}{THREE}");
    check(&comments, with("read/short-row", Skipped, [3, 1, 1, 0])); // 52
    let options = ReadOptions { comment: Some("#".to_owned()), ..ReadOptions::default() };
    check_with(&comments, &options, with("read/preamble", Kept, [3, 0, 2, 0]));
}

#[test]
fn sizes_and_ends() {
    let big = format!("\"{}\"", "lorem ipsum\n".repeat(350_000));
    check(sound().replacen("stable", &big, 1), clean(3)); // 53
    let huge = "x".repeat(9 << 20);
    let long = sound().replacen("stable", &huge, 2).replacen(&huge, "stable", 1);
    check(long, with("read/record-too-long", Skipped, [2, 1, 0, 0]));
    check(sound().trim_end(), clean(3)); // 66
    let cut = sound();
    check(&cut.as_bytes()[..cut.len() - 20], with("read/truncated", Skipped, [2, 1, 0, 0])); // 67
    check(format!("{}\u{1A}", sound()), clean(3)); // 68
    check(sound().replace('\n', "\r\n").replace("Ada Fictus", "\"Ada Fictus\""), clean(3)); // 81
}

#[test]
fn unfit_dialects() {
    let refused = || with("read/dialect-mismatch", Refused, [0; 4]);
    for delimiter in [b'\r', b'\n', b'"', 0xA7] {
        let options = ReadOptions { delimiter: Some(delimiter), ..ReadOptions::default() };
        check_with(sound(), &options, refused());
    }
    check(format!("sep=\"\n{}", sound()), with("read/dialect-mismatch", Refused, [0, 0, 1, 0]));
}

#[test]
fn other_formats() {
    let wrong = || with("read/wrong-format", Refused, [0; 4]);
    check(b"PK\x03\x04\x14\0\0\0\x08\0[Content_Types].xml", wrong()); // 57
    check("<html><table><tr><td>mrn</td></tr></table></html>", wrong()); // 58
    for start in [
        "%PDF-1.7\n",
        "PAR1",
        "MSH|^~\\&|",
        "FHS|^",
        "BHS|^",
        "ISA*00*",
        "{\"a\": 1}",
        "{\n  \"resourceType\": \"Patient\"}",
        "SQLite format 3\0",
        "Obj\u{1}",
        "[{}]",
        "<?xml?>",
    ] {
        check(start, wrong());
    }
    check(b"\xD0\xCF\x11\xE0\xA1\xB1", wrong());
    let compressed = || with("read/compressed", Refused, [0; 4]);
    check(b"\x1F\x8B\x08\0", compressed()); // 59 to 63
    check(b"\x28\xB5\x2F\xFD", compressed());
    check(format!("a.csv{}ustar\0", "\0".repeat(252)), compressed());
    check(b"PK\x03\x04\x14\0\0\0\x08\0a.csv", compressed()); // 64
    check(b"PK\x03\x04\x14\0\x01\0\x08\0a.csv", with("read/encrypted", Refused, [0; 4])); // 65
}

#[test]
fn odd_values() {
    check(
        sound().replacen("100002", "\u{c}100002", 1),
        with("read/control-char", Kept, [3, 0, 0, 1]),
    ); // 69
    check(sound().replacen("stable", "a\u{2028}b\u{85}c", 1), clean(3)); // 70
    check(
        sound().replacen("100002", "\u{a0}100002\u{200b}", 1),
        with("read/invisible-char", Kept, [3, 0, 0, 1]),
    ); // 71
    let formula = || with("read/excel-formula-text", Kept, [3, 0, 0, 1]);
    check(sound().replacen("100002", "=\"0100002\"", 1), formula()); // 72
    check(sound().replacen("100002", "\"=\"\"0100002\"\"\"", 1), formula());
    check(sound().replacen("100002", "1.00002E+14", 1), clean(3)); // 73, the engine's
    check(sound().replacen("Ben", "Ren\u{c3}\u{a9}", 1), with("read/mojibake", Kept, [3, 0, 0, 1])); // 74
    check(
        sound().replacen("Ben", "Ren\u{fffd}", 1),
        with("read/replacement-char", Kept, [3, 0, 0, 1]),
    ); // 75
    check(sound().replacen("1951-01-02", "01/02/1951", 1), clean(3)); // 76, the engine's
    check(sound().replacen("1951-01-02", "18630", 1), clean(3)); // 77, the engine's
    check(sound().replacen("stable", "NULL", 1).replacen("stable", "\\N", 1), clean(3)); // 78
    check(sound().replacen("stable", "=1+1", 1), clean(3)); // 79
}
