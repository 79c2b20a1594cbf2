//! Laws: the same reading whatever the chunks and the way; the csv crate's reading of sound text.

use proptest::prelude::*;

use super::{Reading, WHOLE, Way, input, open_bytes, read};
use crate::source::split::Pace;
use crate::source::{Encoding, HeaderAt, ReadOptions, Table, open};

const RECORDS: Way = Way { size: 1 << 20, pace: Pace::Records };

/// Text that is unkind: quotes, delimiters, line ends, NULs, damaged characters, headers again.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        6 => Just(&b"a"[..]), 6 => Just(&b","[..]), 5 => Just(&b"\n"[..]), 3 => Just(&b"\""[..]),
        2 => Just(&b"\r\n"[..]), 2 => Just(&b"\r"[..]), 2 => Just(&b"\"\""[..]), 2 => Just(&b",\""[..]),
        2 => Just(&b"\","[..]), 2 => Just(&b"\"\n"[..]), 1 => Just(&b"\0"[..]), 1 => Just(&b"\xE9"[..]),
        1 => Just(&b"\xC3\xA9"[..]), 1 => Just(&b"\xC3"[..]), 1 => Just(&b"="[..]), 1 => Just(&b"=\"7\""[..]),
        1 => Just(&b"mrn,note\n"[..]), 1 => Just(&b"--,--\n"[..]), 1 => Just(&b"\x0C"[..]),
        1 => Just(&b" "[..]), 1 => Just(&b"\\"[..]), 8 => Just(&b"1,b\n"[..]), 4 => Just(&b"2,\"c\"\n"[..]),
        1 => Just(&b"# x\n"[..]), 1 => Just(&b"(3 rows)\n"[..]), 1 => Just(&b"\x1A"[..]),
    ];
    proptest::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Rows that are mostly in order, many of them, with some damage.
fn mostly_sound() -> impl Strategy<Value = Vec<u8>> {
    let row = prop_oneof![
        40 => Just("1,plain\n"), 20 => Just("22,\"quoted, with\"\n"), 10 => Just("3,\"two\nlines\"\n"),
        10 => Just("4,\"a \"\"b\"\" c\"\n"), 4 => Just("5,R\u{e9}n\u{e9}\n"), 2 => Just("5,crlf\r\n"),
        1 => Just("6\n"), 1 => Just("7,5'10\"\n"), 1 => Just("8,\"open\n"), 1 => Just("\n"),
        1 => Just("mrn,note\n"), 1 => Just("9,\"=\"\"7\"\"\"\n"), 1 => Just("9,x\0\n"), 1 => Just("1,2,3\n"),
        1 => Just("m,-\n"), 1 => Just("-,-\n"), 1 => Just("--,-\n"), 1 => Just("\x0C1,2\n"),
        2 => Just("1,aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"),
    ];
    proptest::collection::vec(row, 0..80).prop_map(|rows| rows.concat().into_bytes())
}

fn options() -> impl Strategy<Value = ReadOptions> {
    let footer = || regex::bytes::Regex::new(r"^\((\d+) rows\)$").ok();
    prop_oneof![
        6 => Just(ReadOptions::default()),
        1 => Just(ReadOptions { escape: Some(b'\\'), ..ReadOptions::default() }),
        1 => Just(ReadOptions { trim_before_quote: true, ..ReadOptions::default() }),
        1 => Just(ReadOptions { comment: Some("#".to_owned()), ..ReadOptions::default() }),
        1 => Just(ReadOptions { footer: footer(), ..ReadOptions::default() }),
        1 => Just(ReadOptions { encoding: Some(Encoding::Windows1252), ..ReadOptions::default() }),
    ]
    .prop_map(|options| ReadOptions {
        delimiter: Some(b','),
        header: HeaderAt::First,
        ..options
    })
}

/// Opens text behind a sound start, so that the dialect is accepted.
fn behind_sound_start(text: &[u8], options: &ReadOptions) -> Table {
    let mut bytes = b"mrn,note\n".to_vec();
    for _ in 0..120 {
        bytes.extend_from_slice(b"1,sound\n");
    }
    bytes.extend_from_slice(text);
    open_bytes(&bytes, options).unwrap()
}

/// What differs between two readings, in few words.
fn difference(one: &Reading, other: &Reading) -> Option<String> {
    if one == other {
        return None;
    }
    let kept = one.kept.iter().zip(&other.kept).find(|(one, other)| one != other);
    Some(format!(
        "{kept:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}\n{:?}",
        one.tally, other.tally, one.issues, other.issues, one.invalid, other.invalid
    ))
}

/// Files that once broke a law: a blank as the delimiter at the end of the text, half a character at the end.
#[test]
fn small_files_keep_the_laws() {
    check_file(b"sep= \r;\rm");
    check_file(b"\xFF\xFEi\0d\0,\0\x10\0\0\"\0idX\0\n\0bd\0,\n|\0id,name,1,\na,\n2\0\0\x85");
}

/// Reads a file whole and in chunks of any few bytes.
#[track_caller]
fn check_file(bytes: &[u8]) {
    let table = open(input(bytes), &ReadOptions::default(), &|cells| cells.len()).unwrap();
    assert!(table.data_start <= table.input.len, "the data starts inside the file");
    let expected = read(&table, RECORDS);
    for size in 1..=bytes.len() as u64 + 1 {
        for pace in [Pace::Blocks, Pace::Records] {
            assert_eq!(difference(&read(&table, Way { size, pace }), &expected), None);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn chunks_do_not_matter(text in hostile(), options in options(), size in 1_u64..64) {
        let table = behind_sound_start(&text, &options);
        let expected = read(&table, RECORDS);
        for pace in [Pace::Blocks, Pace::Records] {
            prop_assert_eq!(difference(&read(&table, Way { size, pace }), &expected), None);
        }
        prop_assert_eq!(difference(&read(&table, WHOLE), &expected), None);
    }

    #[test]
    fn blocks_equal_records(text in mostly_sound(), options in options(), size in 1_u64..4096) {
        let table = behind_sound_start(&text, &options);
        let expected = read(&table, RECORDS);
        prop_assert_eq!(difference(&read(&table, WHOLE), &expected), None);
        prop_assert_eq!(difference(&read(&table, Way { size, pace: Pace::Blocks }), &expected), None);
    }

    #[test]
    fn wide_characters_do_not_matter(text in mostly_sound(), size in 1_u64..64, little in any::<bool>()) {
        let text = format!("\u{FEFF}mrn,note\n{}{}", "1,sound\n".repeat(120), String::from_utf8_lossy(&text));
        let bytes: Vec<u8> = text
            .encode_utf16()
            .flat_map(|unit| if little { unit.to_le_bytes() } else { unit.to_be_bytes() })
            .collect();
        let table = open_bytes(&bytes, &ReadOptions::default()).unwrap();
        let expected = read(&table, RECORDS);
        prop_assert_eq!(difference(&read(&table, Way { size, pace: Pace::Blocks }), &expected), None);
        for kept in &expected.kept {
            let at = usize::try_from(kept.byte).unwrap();
            let unit = [bytes[at - 2], bytes[at - 1]];
            let unit = if little { u16::from_le_bytes(unit) } else { u16::from_be_bytes(unit) };
            prop_assert!(unit == 0x0A || unit == 0x0C, "a record starts after a line end");
        }
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), text in hostile(), size in 1_u64..64) {
        for bytes in [bytes, text] {
            for header in [HeaderAt::Search, HeaderAt::First, HeaderAt::None] {
                let options = ReadOptions { header, ..ReadOptions::default() };
                if let Ok(table) = open_bytes(&bytes, &options) {
                    let expected = read(&table, RECORDS);
                    prop_assert_eq!(difference(&read(&table, Way { size, pace: Pace::Blocks }), &expected), None);
                }
            }
        }
    }

    #[test]
    fn sound_text_reads_as_the_csv_crate_reads_it(
        rows in proptest::collection::vec(proptest::collection::vec("[a-z,\"\n\r ]{0,6}", 3), 1..30),
        crlf in any::<bool>(),
    ) {
        let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
        let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
        writer.write_record(["mrn", "name", "note"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let options = ReadOptions { delimiter: Some(b','), ..ReadOptions::default() };
        let reading = read(&open_bytes(&bytes, &options).unwrap(), WHOLE);
        let kept: Vec<Vec<Vec<u8>>> = reading.kept.into_iter().map(|kept| kept.cells).collect();
        let oracle: Vec<Vec<Vec<u8>>> = csv::ReaderBuilder::new()
            .from_reader(bytes.as_slice())
            .byte_records()
            .map(|record| record.unwrap().iter().map(<[u8]>::to_vec).collect())
            .collect();
        prop_assert_eq!(kept, oracle);
    }
}
