//! The site's key, and the key of a record that somebody asks for: secrets that are carried and never shown.

use std::fmt;

use crate::finding::hash::{feed, first_half, tag_text};

/// The key under which a site hashes the keys of its records.
///
/// It prints as nothing but its type, wherever it is carried.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SiteKey([u8; SiteKey::BYTES]);

/// Keeps the name of a key apart from whatever else is hashed under it.
const NAME: &[u8] = b"chartaudit name of a key 1";

impl SiteKey {
    /// How long a key is.
    pub const BYTES: usize = 32;

    /// The key of these bytes.
    #[must_use]
    pub fn new(bytes: [u8; Self::BYTES]) -> Self {
        Self(bytes)
    }

    /// The key that a file's bytes are (32 of them) or spell (64 hexadecimal digits).
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        if let Ok(raw) = <[u8; Self::BYTES]>::try_from(bytes) {
            return Some(Self(raw));
        }
        let digits = bytes.trim_ascii();
        if digits.len() != 2 * Self::BYTES {
            return None;
        }
        let mut key = [0; Self::BYTES];
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let high = char::from(pair[0]).to_digit(16)?;
            let low = char::from(pair[1]).to_digit(16)?;
            *byte = u8::try_from(high * 16 + low).ok()?;
        }
        Some(Self(key))
    }

    /// The line of hexadecimal digits that [`SiteKey::read`] reads again, for the file that keeps the key.
    #[must_use]
    pub fn to_line(self) -> String {
        let digits = self.0.iter().map(|byte| format!("{byte:02x}"));
        digits.chain(["\n".to_owned()]).collect()
    }

    /// What tells keys apart without telling them: `kq7d-2fhm`.
    #[must_use]
    pub fn name(self) -> String {
        let mut hasher = blake3::Hasher::new_keyed(&self.0);
        feed(&mut hasher, NAME);
        tag_text(first_half(&hasher))
    }

    /// The bytes, for hashing.
    pub(super) fn bytes(self) -> [u8; Self::BYTES] {
        self.0
    }
}

impl fmt::Debug for SiteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SiteKey").finish_non_exhaustive()
    }
}

/// The key of the record that somebody asks about, as it was typed; a composite key's parts are joined by `|`.
///
/// It is the record's own, and is compared but never repeated.
#[derive(Clone, PartialEq, Eq)]
pub struct RecordKey(String);

impl RecordKey {
    /// Whether a record with this key is asked for, its parts joined already.
    pub(crate) fn is(&self, joined: &[u8]) -> bool {
        self.0.as_bytes() == joined
    }
}

impl From<String> for RecordKey {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Debug for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordKey").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{RecordKey, SiteKey};

    #[test]
    fn keys_are_bytes_or_digits() {
        check(&[7; 32], Some([7; 32]));
        check(format!("{}\n", "0a".repeat(32)).as_bytes(), Some([10; 32]));
        check("0A".repeat(32).as_bytes(), Some([10; 32]));
        for wrong in ["", "secret", &"0g".repeat(32), &"0a".repeat(33)] {
            check(wrong.as_bytes(), None);
        }
    }

    #[track_caller]
    fn check(bytes: &[u8], expected: Option<[u8; 32]>) {
        assert_eq!(SiteKey::read(bytes), expected.map(SiteKey::new), "of {bytes:?}");
    }

    #[test]
    fn secrets_are_carried_and_not_shown() {
        assert_eq!(format!("{:?}", SiteKey::new([7; 32])), "SiteKey { .. }");
        assert_eq!(format!("{:?}", RecordKey::from("E-1007".to_owned())), "RecordKey { .. }");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(bytes: [u8; 32], other: [u8; 32]) {
            let key = SiteKey::new(bytes);
            assert_eq!(SiteKey::read(key.to_line().as_bytes()), Some(key));
            assert_eq!(key.name() == SiteKey::new(other).name(), bytes == other);
            assert_eq!(key.name().len(), 9);
        }

        #[test]
        fn no_bytes_are_refused_with_a_panic(bytes in any::<Vec<u8>>()) {
            assert_eq!(SiteKey::read(&bytes).is_some(), bytes.len() == 32);
        }
    }
}
