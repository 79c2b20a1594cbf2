//! What the first bytes of a file say: other formats, encoding marks; and what the last bytes say.

use std::io;

use memchr::memmem;

use crate::source::table::Tail;
use crate::source::{Encoding, Input, IssueCode, code};

/// What a SAS data set starts with.
const SAS: &[u8] =
    &[0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xC2, 0xEA, 0x81, 0x60, 0xB3, 0x14, 0x11, 0xCF];

/// How far from the start of a JSON text its kind is named.
const FHIR_REACH: usize = 4096;

/// The format of a file that is no delimited text, as the issue that refuses it.
pub(super) fn other_format(raw: &[u8]) -> Option<(IssueCode, &'static str)> {
    if raw.starts_with(&[0xFF, 0xFE, 0, 0]) || raw.starts_with(&[0, 0, 0xFE, 0xFF]) {
        return Some((code::ENCODING_UNSUPPORTED, "the file is UTF-32; export it as UTF-8"));
    }
    if raw.starts_with(b"PK\x03\x04") {
        let encrypted = raw.get(6).is_some_and(|flags| flags & 1 == 1);
        return Some(if memmem::find(raw, b"[Content_Types].xml").is_some() {
            (code::WRONG_FORMAT, "this is an XLSX workbook; save the sheet as CSV (UTF-8)")
        } else if memmem::find(raw, b"application/vnd.oasis.opendocument").is_some() {
            (code::WRONG_FORMAT, "this is an OpenDocument file; save the sheet as CSV (UTF-8)")
        } else if encrypted {
            (
                code::ENCRYPTED,
                "this is a zip archive with a password: encrypted archives are not read, unpack it first",
            )
        } else {
            (code::COMPRESSED, "this is a zip archive: archives are not read, unpack it first")
        });
    }
    let magic: [(&[u8], IssueCode, &str); 28] = [
        (b"PK\x05\x06", code::COMPRESSED, "this is an empty zip archive: archives are not read"),
        (&[0x1F, 0x8B], code::COMPRESSED, "this is gzip: compression is not read, unpack it first"),
        (
            &[0x28, 0xB5, 0x2F, 0xFD],
            code::COMPRESSED,
            "this is zstd: compression is not read, unpack it first",
        ),
        (b"BZh", code::COMPRESSED, "this is bzip2: compression is not read, unpack it first"),
        (
            &[0xFD, b'7', b'z', b'X', b'Z'],
            code::COMPRESSED,
            "this is xz: compression is not read, unpack it first",
        ),
        (
            &[0x04, 0x22, 0x4D, 0x18],
            code::COMPRESSED,
            "this is lz4: compression is not read, unpack it first",
        ),
        (
            &[0x1F, 0x9D],
            code::COMPRESSED,
            "this is packed by `compress`: compression is not read, unpack it first",
        ),
        (
            b"7z\xBC\xAF\x27\x1C",
            code::COMPRESSED,
            "this is a 7z archive: archives are not read, unpack it first",
        ),
        (
            b"Rar!\x1A\x07",
            code::COMPRESSED,
            "this is a RAR archive: archives are not read, unpack it first",
        ),
        (
            &[0xD0, 0xCF, 0x11, 0xE0],
            code::WRONG_FORMAT,
            "this is an old XLS or an encrypted XLSX workbook; save the sheet as CSV (UTF-8)",
        ),
        (b"%PDF", code::WRONG_FORMAT, "this is a PDF document; export the table as CSV"),
        (b"PAR1", code::WRONG_FORMAT, "this is Parquet; export the table as CSV"),
        (b"ARROW1", code::WRONG_FORMAT, "this is Arrow; export the table as CSV"),
        (b"ORC\x0A", code::WRONG_FORMAT, "this is ORC; export the table as CSV"),
        (b"ORC\x08", code::WRONG_FORMAT, "this is ORC; export the table as CSV"),
        (b"Obj\x01", code::WRONG_FORMAT, "this is Avro; export the table as CSV"),
        (
            b"SQLite format 3\0",
            code::WRONG_FORMAT,
            "this is an SQLite database; export its tables as CSV",
        ),
        (
            b"\0\x01\0\0Standard ",
            code::WRONG_FORMAT,
            "this is an Access database; export its tables as CSV",
        ),
        (b"$FL2@(#)", code::WRONG_FORMAT, "this is an SPSS file; export the table as CSV"),
        (b"$FL3@(#)", code::WRONG_FORMAT, "this is an SPSS file; export the table as CSV"),
        (b"<stata_dta>", code::WRONG_FORMAT, "this is a Stata file; export the table as CSV"),
        (
            b"HEADER RECORD*******LIB",
            code::WRONG_FORMAT,
            "this is a SAS transport file; export the table as CSV",
        ),
        (SAS, code::WRONG_FORMAT, "this is a SAS data set; export the table as CSV"),
        (b"-----BEGIN PGP MESSAGE", code::ENCRYPTED, "this is encrypted by PGP: decrypt it first"),
        (b"MSH|", code::WRONG_FORMAT, "these are HL7 v2 messages, not delimited records"),
        (b"FHS|", code::WRONG_FORMAT, "this is an HL7 v2 batch, not delimited records"),
        (b"BHS|", code::WRONG_FORMAT, "this is an HL7 v2 batch, not delimited records"),
        (b"ISA*", code::WRONG_FORMAT, "this is an X12 interchange, not delimited records"),
    ];
    let text = raw.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(raw).trim_ascii_start();
    for (start, code, detail) in magic {
        // A letter after `BZh` is a word, a digit is a block size.
        let word = start == b"BZh" && !raw.get(3).is_some_and(u8::is_ascii_digit);
        if !word && (raw.starts_with(start) || (start.ends_with(b"|") && text.starts_with(start))) {
            return Some((code, detail));
        }
    }
    if raw.get(257..262) == Some(b"ustar") {
        return Some((
            code::COMPRESSED,
            "this is a tar archive: archives are not read, unpack it first",
        ));
    }
    match text {
        [b'<', b'?', ..] => Some((code::WRONG_FORMAT, "this is XML, not delimited text")),
        [b'<', next, ..] if *next == b'!' || next.is_ascii_alphabetic() => Some((
            code::WRONG_FORMAT,
            "this is HTML or XML, not delimited text; export the table as CSV",
        )),
        [b'{' | b'[', ..]
            if memmem::find(&text[..text.len().min(FHIR_REACH)], b"\"resourceType\"").is_some() =>
        {
            Some((code::WRONG_FORMAT, "these are FHIR resources, not delimited records"))
        }
        [b'{', rest @ ..] if matches!(rest.trim_ascii_start(), [b'"' | b'}', ..]) => {
            Some((code::WRONG_FORMAT, "this is JSON, not delimited text"))
        }
        [b'[', rest @ ..] if matches!(rest.trim_ascii_start(), [b'{' | b']', ..]) => {
            Some((code::WRONG_FORMAT, "this is a JSON array, not delimited text"))
        }
        _ => None,
    }
}

/// The encoding that a mark at the start of the file names, and the mark's length.
pub(super) fn mark(raw: &[u8]) -> Option<(Encoding, u64)> {
    match raw {
        [0xEF, 0xBB, 0xBF, ..] => Some((Encoding::Utf8, 3)),
        [0xFF, 0xFE, ..] => Some((Encoding::Utf16Le, 2)),
        [0xFE, 0xFF, ..] => Some((Encoding::Utf16Be, 2)),
        _ => None,
    }
}

/// UTF-16 by the NUL in every second byte of the first KiB.
pub(super) fn unmarked_utf16(raw: &[u8]) -> Option<Encoding> {
    let (units, _) = raw[..raw.len().min(1024)].as_chunks::<2>();
    let count = |chosen: usize| units.iter().filter(|unit| unit[chosen] == 0).count();
    let (first, second) = (count(0), count(1));
    let most = |count: usize| count * 10 > units.len() * 7;
    if most(second) && first * 10 < units.len() {
        Some(Encoding::Utf16Le)
    } else if most(first) && second * 10 < units.len() {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

/// Where the text ends, and what stands after it: an end mark, or NULs to the end of the file.
///
/// # Errors
/// Whatever the file system says.
pub(super) fn tail(input: &Input, encoding: Encoding, mark: u64) -> io::Result<(u64, Tail)> {
    let unit = encoding.unit();
    let mut end = input.len;
    let mut block = Vec::new();
    let last_unit = input.len.saturating_sub(unit as u64).max(mark);
    input.append(last_unit, unit as u64, &mut block)?;
    let end_mark: &[u8] = match encoding {
        Encoding::Utf8 | Encoding::Windows1252 => &[0x1A],
        Encoding::Utf16Le => &[0x1A, 0],
        Encoding::Utf16Be => &[0, 0x1A],
    };
    if block == end_mark && last_unit % unit as u64 == mark % unit as u64 {
        return Ok((last_unit, Tail::EndMark));
    }
    while end > mark {
        let start = end.saturating_sub(1 << 16).max(mark);
        block.clear();
        input.append(start, end - start, &mut block)?;
        match block.iter().rposition(|&byte| byte != 0) {
            Some(last) => {
                end = start + last as u64 + 1;
                break;
            }
            None => end = start,
        }
    }
    // A unit of two bytes may end in a zero of its own.
    end = (end + (end - mark) % unit as u64).min(input.len);
    Ok(if end < input.len { (end, Tail::Padding) } else { (input.len, Tail::Nothing) })
}
