//! Digests of identifiers, made without a key: whoever knows the identifier can make them too.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256, Sha512};

use super::key::Class;

/// Bytes of a digest that are compared: as many as the shortest kind has.
pub(super) const COMPARED: usize = 16;

/// Kinds of digests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DigestKinds(u8);

impl DigestKinds {
    /// No kind.
    pub const NONE: Self = Self(0);
    /// Every kind.
    pub const ALL: Self = Self(0b1111);
    const MD5: Self = Self(1);
    const SHA1: Self = Self(1 << 1);
    const SHA256: Self = Self(1 << 2);
    const SHA512: Self = Self(1 << 3);

    /// Those of two.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// As a byte, a bit each.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.0
    }

    /// Those that a byte has a bit for.
    #[must_use]
    pub const fn of_bits(bits: u8) -> Self {
        Self(bits & Self::ALL.0)
    }

    const fn has(self, kind: Self) -> bool {
        self.0 & kind.0 != 0
    }

    /// The kind whose digests have so many bytes.
    const fn of_length(bytes: usize) -> Option<Self> {
        match bytes {
            16 => Some(Self::MD5),
            20 => Some(Self::SHA1),
            32 => Some(Self::SHA256),
            64 => Some(Self::SHA512),
            _ => None,
        }
    }
}

/// The first bytes of the digests of a text, of these kinds.
pub(super) fn digests(text: &[u8], kinds: DigestKinds) -> impl Iterator<Item = [u8; COMPARED]> {
    let of = |kind, make: fn(&[u8]) -> [u8; COMPARED]| kinds.has(kind).then(|| make(text));
    [
        of(DigestKinds::MD5, |text| first(&Md5::digest(text))),
        of(DigestKinds::SHA1, |text| first(&Sha1::digest(text))),
        of(DigestKinds::SHA256, |text| first(&Sha256::digest(text))),
        of(DigestKinds::SHA512, |text| first(&Sha512::digest(text))),
    ]
    .into_iter()
    .flatten()
}

/// The key of the digest that a cell may be, as the forms of a person have it, and its kind; none if it cannot be one.
#[must_use]
pub fn digest_in(cell: &[u8]) -> Option<(DigestKinds, [u8; COMPARED + 1])> {
    let (kind, digest) = of_cell(cell)?;
    let mut key = [Class::Digest as u8; COMPARED + 1];
    key[1..].copy_from_slice(&digest);
    Some((kind, key))
}

/// The first bytes of the digest that a cell holds as hexadecimal digits or in base 64, and its kind; none if it cannot
/// be one.
fn of_cell(cell: &[u8]) -> Option<(DigestKinds, [u8; COMPARED])> {
    let cell = cell.trim_ascii();
    match cell.len() {
        32 | 40 | 64 | 128 if cell.iter().all(u8::is_ascii_hexdigit) => {
            Some((DigestKinds::of_length(cell.len() / 2)?, hex(cell)?))
        }
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

fn base64(cell: &[u8]) -> Option<(DigestKinds, [u8; COMPARED])> {
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
    Some((DigestKinds::of_length(count)?, bytes))
}

#[cfg(test)]
mod tests {
    use super::{DigestKinds, digests, of_cell};

    #[test]
    fn digests_are_read_however_they_are_written() {
        let made: Vec<_> = digests(b"abc", DigestKinds::ALL).collect();
        let [md5, sha1, sha256, sha512] = made[..] else { panic!("one of each kind") };
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
        let (kind, digest) = of_cell(cell.as_bytes()).expect("a digest");
        assert_eq!(digest, expected, "{cell}");
        let made: Vec<_> = digests(b"abc", kind).collect();
        assert_eq!(made, [expected], "{cell}");
    }
}
