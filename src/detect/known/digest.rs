//! Digests of identifiers, made without a key: whoever knows the identifier can make them too.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

/// Bytes of a digest that are compared: as many as the shortest kind has.
pub(super) const COMPARED: usize = 16;

/// The first bytes of each kind of digest of a text.
pub(super) fn digests(text: &[u8]) -> [[u8; COMPARED]; 4] {
    [
        first(&Md5::digest(text)),
        first(&Sha1::digest(text)),
        first(&Sha256::digest(text)),
        first(&Sha512::digest(text)),
    ]
}

/// The first bytes of the digest that a cell holds as hexadecimal digits or in base 64; none if it cannot be one.
pub(super) fn of_cell(cell: &[u8]) -> Option<[u8; COMPARED]> {
    let cell = cell.trim_ascii();
    match cell.len() {
        32 | 40 | 64 | 128 if cell.iter().all(u8::is_ascii_hexdigit) => hex(cell),
        22 | 24 | 27 | 28 | 43 | 44 | 86 | 88 => base64(cell),
        _ => None,
    }
}

fn first(digest: &[u8]) -> [u8; COMPARED] {
    digest.first_chunk().copied().unwrap_or_default()
}

fn hex(cell: &[u8]) -> Option<[u8; COMPARED]> {
    let mut bytes = [0; COMPARED];
    for (byte, pair) in bytes.iter_mut().zip(cell.chunks(2)) {
        let digit = |at: usize| char::from(*pair.get(at)?).to_digit(16);
        *byte = u8::try_from(digit(0)? << 4 | digit(1)?).ok()?;
    }
    Some(bytes)
}

fn base64(cell: &[u8]) -> Option<[u8; COMPARED]> {
    let end = cell.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let (letters, padding) = cell.split_at(end);
    if padding.len() > 2 {
        return None;
    }
    let mut bytes = [0; COMPARED];
    let (mut bits, mut held, mut count) = (0_u32, 0, 0);
    for letter in letters {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            if let Some(place) = bytes.get_mut(count) {
                *place = u8::try_from(bits >> held & 0xFF).ok()?;
            }
            count += 1;
        }
        bits &= 0xFFFF;
    }
    matches!(count, 16 | 20 | 32 | 64).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{digests, of_cell};

    #[test]
    fn digests_are_read_however_they_are_written() {
        let [md5, sha1, sha256, sha512] = digests(b"abc");
        // The published digests of `abc`.
        check("900150983cd24fb0d6963f7d28e17f72", md5);
        check("900150983CD24FB0D6963F7D28E17F72", md5);
        check("kAFQmDzST7DWlj99KOF/cg==", md5);
        check("kAFQmDzST7DWlj99KOF_cg", md5);
        check("a9993e364706816aba3e25717850c26c9cd0d89d", sha1);
        check("qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", sha1);
        check("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", sha256);
        check("ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=", sha256);
        check(
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
            sha512,
        );
    }

    #[test]
    fn other_cells_are_no_digests() {
        for cell in
            ["", "900150983cd24fb0d6963f7d28e17f7", "900150983cd24fb0d6963f7d28e17f7g", "====="]
        {
            assert_eq!(of_cell(cell.as_bytes()), None, "{cell}");
        }
    }

    #[track_caller]
    fn check(cell: &str, expected: [u8; 16]) {
        assert_eq!(of_cell(cell.as_bytes()), Some(expected), "{cell}");
    }
}
