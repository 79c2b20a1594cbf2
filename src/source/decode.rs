//! Bytes to text, and back to offsets in the bytes.

use memchr::memchr_iter;

use crate::source::Encoding;

impl Encoding {
    /// What people call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
            Self::Windows1252 => "windows-1252",
        }
    }

    /// The encoding that people call so.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase().replace('_', "-");
        match name.as_str() {
            "utf-8" | "utf8" => Some(Self::Utf8),
            "utf-16le" | "utf-16" => Some(Self::Utf16Le),
            "utf-16be" => Some(Self::Utf16Be),
            "windows-1252" | "cp1252" | "latin-1" | "latin1" | "iso-8859-1" => {
                Some(Self::Windows1252)
            }
            _ => None,
        }
    }

    /// How many bytes the smallest character has.
    pub(super) fn unit(self) -> usize {
        match self {
            Self::Utf8 | Self::Windows1252 => 1,
            Self::Utf16Le | Self::Utf16Be => 2,
        }
    }

    /// Appends the text of `raw` to `out` and says how many bytes it used: all of them if `complete`, else all but a
    /// character cut at the end.
    pub(super) fn decode(self, raw: &[u8], complete: bool, out: &mut Vec<u8>) -> usize {
        match self {
            Self::Utf8 => {
                out.extend_from_slice(raw);
                raw.len()
            }
            Self::Windows1252 => {
                if raw.is_ascii() {
                    out.extend_from_slice(raw);
                } else {
                    let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(raw);
                    out.extend_from_slice(text.as_bytes());
                }
                raw.len()
            }
            Self::Utf16Le => decode_utf16(raw, u16::from_le_bytes, complete, out),
            Self::Utf16Be => decode_utf16(raw, u16::from_be_bytes, complete, out),
        }
    }

    /// How many raw bytes a decoded text was made of.
    pub(super) fn raw_len(self, text: &[u8]) -> u64 {
        let characters = || text.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u64;
        match self {
            Self::Utf8 => text.len() as u64,
            Self::Windows1252 => characters(),
            Self::Utf16Le | Self::Utf16Be => {
                let pairs = text.iter().filter(|&&byte| byte >= 0xF0).count() as u64;
                2 * (characters() + pairs)
            }
        }
    }

    /// How often the ASCII character stands in raw bytes that start on a character.
    pub(super) fn count(self, raw: &[u8], character: u8) -> u64 {
        match self {
            Self::Utf8 | Self::Windows1252 => memchr_iter(character, raw).count() as u64,
            Self::Utf16Le => {
                raw.chunks(2).filter(|unit| is_unit(unit, 0, character)).count() as u64
            }
            Self::Utf16Be => {
                raw.chunks(2).filter(|unit| is_unit(unit, 1, character)).count() as u64
            }
        }
    }
}

/// Whether a unit of two bytes is an ASCII character, whose byte stands at `low`.
fn is_unit(unit: &[u8], low: usize, character: u8) -> bool {
    unit.get(low) == Some(&character) && unit.get(1 - low).is_none_or(|&high| high == 0)
}

fn decode_utf16(raw: &[u8], unit: fn([u8; 2]) -> u16, complete: bool, out: &mut Vec<u8>) -> usize {
    let (pairs, rest) = raw.as_chunks::<2>();
    let mut used = 0;
    let mut utf8 = [0; 4];
    let mut units = pairs.iter().map(|&pair| unit(pair)).peekable();
    while let Some(first) = units.next() {
        let high = (0xD800..0xDC00).contains(&first);
        if high && units.peek().is_none() && !complete {
            return used;
        }
        used += 2;
        let low = units.next_if(|next| high && (0xDC00..0xE000).contains(next));
        used += 2 * usize::from(low.is_some());
        let character = match low {
            Some(low) => {
                let code = 0x10000 + ((u32::from(first) & 0x3FF) << 10) + (u32::from(low) & 0x3FF);
                char::from_u32(code)
            }
            None => char::from_u32(u32::from(first)),
        };
        let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
        out.extend_from_slice(character.encode_utf8(&mut utf8).as_bytes());
    }
    if complete && !rest.is_empty() {
        out.extend_from_slice("\u{FFFD}".as_bytes());
        used += rest.len();
    }
    used
}

/// What bytes above 127 say about an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Evidence {
    /// Characters of several bytes, sound as UTF-8.
    pub(super) valid: u64,
    /// Runs of bytes that are no UTF-8.
    pub(super) invalid: u64,
}

/// Weighs raw bytes; quick where they are ASCII.
pub(super) fn evidence(raw: &[u8]) -> Evidence {
    let mut evidence = Evidence::default();
    if raw.is_ascii() {
        return evidence;
    }
    if std::str::from_utf8(raw).is_ok() {
        evidence.valid = raw.iter().filter(|&&byte| byte >= 0xC0).count() as u64;
        return evidence;
    }
    for chunk in raw.utf8_chunks() {
        evidence.valid += chunk.valid().bytes().filter(|&byte| byte >= 0xC0).count() as u64;
        evidence.invalid += u64::from(!chunk.invalid().is_empty());
    }
    evidence
}

#[cfg(test)]
mod tests {
    use super::{Encoding, evidence};
    use proptest::prelude::{any, proptest};

    #[test]
    fn utf16_becomes_text() {
        check(Encoding::Utf16Le, b"a\0\xE9\0", "a\u{e9}", 4);
        check(Encoding::Utf16Be, b"\0a\0\xE9", "a\u{e9}", 4);
        check(Encoding::Utf16Be, b"\xD8\x3D\xDE\x00", "\u{1F600}", 4);
        check(Encoding::Utf16Be, b"\xD8\x3D", "", 0);
        check(Encoding::Utf16Be, b"\xD8\x3D\0a", "\u{FFFD}a", 4);
        check(Encoding::Windows1252, b"\x93Ren\xE9\x94", "\u{201C}Ren\u{e9}\u{201D}", 6);
    }

    #[track_caller]
    fn check(encoding: Encoding, raw: &[u8], text: &str, used: usize) {
        let mut out = Vec::new();
        assert_eq!(encoding.decode(raw, false, &mut out), used);
        assert_eq!(out, text.as_bytes());
        assert_eq!(encoding.raw_len(&out), used as u64);
    }

    #[test]
    fn evidence_counts_characters_and_damage() {
        let found = evidence(b"Ren\xC3\xA9 Ren\xE9 \xE2\x82\xAC");
        assert_eq!((found.valid, found.invalid), (2, 1));
    }

    proptest! {
        #[test]
        fn offsets_survive_decoding(raw in proptest::collection::vec(any::<u8>(), 0..64)) {
            for encoding in [Encoding::Utf8, Encoding::Utf16Le, Encoding::Utf16Be, Encoding::Windows1252] {
                let whole = raw.len() - raw.len() % encoding.unit();
                let mut out = Vec::new();
                encoding.decode(&raw[..whole], true, &mut out);
                assert_eq!(encoding.raw_len(&out), whole as u64);
            }
        }
    }
}
