//! Where records and issues are said to be.

use super::{WHOLE, open_bytes, read};
use crate::source::{Encoding, ReadOptions};

#[test]
fn records_know_their_place() {
    let text = "mrn,note\r\n1,\"a\r\nb\"\r\n\r\n2\r\n3,c\r\n";
    check(text.as_bytes(), &[(2, 1, 10), (6, 3, 25)]);
    check(b"mrn,note\r1,a\r2,b\r", &[(2, 1, 9), (3, 2, 13)]);
    check(b"\xEF\xBB\xBFmrn,note\n1,a\n", &[(2, 1, 12)]);
    check("mrn,note\n1,R\u{e9}\n2,b\n".as_bytes(), &[(2, 1, 9), (3, 2, 15)]);
    check(b"mrn,note\n1,R\xE9\n2,b\n", &[(2, 1, 9), (3, 2, 14)]);
    let wide: Vec<u8> =
        "\u{FEFF}mrn,note\n1,R\u{1F600}\n2,b\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&wide, &[(2, 1, 20), (3, 2, 32)]);
}

/// Line, record and byte of each kept record.
#[track_caller]
fn check(bytes: &[u8], expected: &[(u64, u64, u64)]) {
    let table = open_bytes(bytes, &ReadOptions::default()).unwrap();
    let reading = read(&table, WHOLE);
    let places: Vec<_> =
        reading.kept.iter().map(|kept| (kept.line, kept.record, kept.byte)).collect();
    assert_eq!(places, expected);
}

#[test]
fn issues_know_their_place() {
    check_issue("mrn,note\n1,a\n2,5'10\"\n", "read/bare-quote", (3, Some(2), 19, Some(1)));
    check_issue("mrn,note\n1,a\n2\n3,b\n4,c\n", "read/short-row", (3, Some(2), 13, None));
    check_issue(
        "mrn,note\n1,a\n2,\"x\n3,b\n4,c\n",
        "read/unclosed-quote",
        (3, Some(2), 15, Some(1)),
    );
    check_issue("mrn,note\n1,\"a\nb\0c\"\n", "read/nul-byte", (3, Some(1), 15, Some(1)));
    check_issue("mrn,note\n1,a\nmrn,note\n2,b\n", "read/repeated-header", (3, None, 13, None));
}

#[track_caller]
fn check_issue(text: &str, code: &str, expected: (u64, Option<u64>, u64, Option<u32>)) {
    let table = open_bytes(text.as_bytes(), &ReadOptions::default()).unwrap();
    let reading = read(&table, WHOLE);
    let count = reading.issues.by_code.iter().find(|(one, _)| one.0 == code);
    let issue = &count.unwrap_or_else(|| panic!("{code} in {:?}", reading.issues)).1.first[0];
    assert_eq!((issue.line, issue.record, issue.byte, issue.column), expected);
}

#[test]
fn cells_are_unquoted() {
    check_cell("plain", "plain");
    check_cell("\"a,b\"", "a,b");
    check_cell("\"a\"\"b\"\"\"", "a\"b\"");
    check_cell("\"\"", "");
    check_cell("\"\"\"\"", "\"");
    check_cell("=\"007\"", "007");
    check_cell("\"=\"\"007\"\"\"", "007");
    check_cell("\"a\" b", "a b");
    check_cell("5'10\"", "5'10\"");
}

#[track_caller]
fn check_cell(written: &str, meant: &str) {
    let table = open_bytes(format!("mrn,note\n1,{written}\n").as_bytes(), &ReadOptions::default());
    let reading = read(&table.unwrap(), WHOLE);
    assert_eq!(reading.kept[0].cells[1], meant.as_bytes());
}

#[test]
fn contrary_evidence_reopens() {
    let mut late = b"mrn,note\n".to_vec();
    for _ in 0..200_000 {
        late.extend_from_slice(b"1,plain\n");
    }
    late.extend_from_slice(b"2,R\xE9\n");
    let table = open_bytes(&late, &ReadOptions::default()).unwrap();
    assert_eq!(table.encoding, Encoding::Utf8);
    let (valid, invalid) = read(&table, WHOLE).evidence;
    assert_eq!(table.contrary(valid, invalid), Some(Encoding::Windows1252));
    let table = table.reopen(Encoding::Windows1252).unwrap();
    let reading = read(&table, WHOLE);
    assert_eq!(table.contrary(valid, invalid), None);
    assert_eq!(reading.tally.flagged, 0);
    assert_eq!(reading.kept.last().unwrap().cells[1], "R\u{e9}".as_bytes());
    assert_eq!(
        super::class_of(&reading.issues, "read/encoding-guessed"),
        Some(crate::source::IssueClass::Kept)
    );
}
