//! Planted values, and every form in which one could get out.

use memchr::memmem;

/// A value that was planted, and the forms in which it is looked for.
#[derive(Debug)]
pub(crate) struct Canary {
    forms: Vec<Vec<u8>>,
}

impl Canary {
    /// The value, to be looked for as it is, in other writings and encodings, and as a hash without a key, which can be
    /// undone by trying.
    pub(crate) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut forms: Vec<Vec<u8>> = vec![bytes.to_vec()];
        let plain: String = text.chars().filter(|char| char.is_alphanumeric()).collect();
        let reversed: Vec<&str> = text.split('-').rev().collect();
        let mut written = vec![
            text.to_lowercase(),
            text.to_uppercase(),
            base64(bytes),
            hex(bytes),
            hex(bytes).to_uppercase(),
            percent(bytes),
            serde_json::to_string(text).unwrap_or_default().trim_matches('"').to_owned(),
            blake3::hash(bytes).to_hex().to_string(),
        ];
        // Shorter ones stand in words and figures by chance.
        if plain.chars().count() >= 7 {
            written.extend([plain.to_lowercase(), plain]);
        }
        if let [day, month, year] = reversed[..]
            && year.len() == 4
        {
            written.extend([
                format!("{month}/{day}/{year}"),
                format!("{day}/{month}/{year}"),
                format!("{day}.{month}.{year}"),
            ]);
        }
        written.extend(unkeyed(bytes));
        forms.extend(written.into_iter().map(String::into_bytes));
        forms.push(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
        forms.push(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
        forms.sort();
        forms.dedup();
        Self { forms }
    }

    /// The form in which it stands in these bytes.
    pub(crate) fn found_in(&self, bytes: &[u8]) -> Option<String> {
        let form = self.forms.iter().find(|form| memmem::find(bytes, form).is_some())?;
        Some(String::from_utf8_lossy(form).into_owned())
    }
}

/// Hashes that anybody can make of a value: the usual ones, in hexadecimal.
fn unkeyed(bytes: &[u8]) -> [String; 4] {
    use sha2::Digest as _;
    [
        hex(&md5::Md5::digest(bytes)),
        hex(&sha1::Sha1::digest(bytes)),
        hex(&sha2::Sha256::digest(bytes)),
        hex(&sha2::Sha512::digest(bytes)),
    ]
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn percent(bytes: &[u8]) -> String {
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    bytes
        .iter()
        .map(|&byte| if kept(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

/// The bytes in base 64, without the end that depends on what follows.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks_exact(3) {
        let bits = three.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        for place in [18, 12, 6, 0] {
            text.push(char::from(LETTERS[bits >> place & 63]));
        }
    }
    text
}

#[test]
fn every_form_is_found() {
    let canary = Canary::new("Imara 912-45");
    for form in [
        "Imara 912-45",
        "x IMARA 912-45",
        "imara91245",
        "SW1hcmEgOTEyLTQ1",
        "Imara%20912-45",
        "I\x00m\x00a\x00r\x00a\x00 \x009\x001\x002\x00-\x004\x005\x00",
    ] {
        assert!(canary.found_in(form.as_bytes()).is_some(), "{form:?}");
    }
    let day = Canary::new("1957-04-11");
    for form in ["04/11/1957", "11.04.1957", "19570411"] {
        assert!(day.found_in(form.as_bytes()).is_some(), "{form:?}");
    }
    assert!(day.found_in(b"1957 11-04").is_none());
    for published in [
        "900150983cd24fb0d6963f7d28e17f72",
        "a9993e364706816aba3e25717850c26c9cd0d89d",
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ] {
        assert!(Canary::new("abc").found_in(published.as_bytes()).is_some(), "{published}");
    }
}
