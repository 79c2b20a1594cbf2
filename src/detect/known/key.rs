//! Keys: what stays of a value however it is written.

/// What a key is made of; its first byte, so that a name is never taken for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// First and last name.
    Name = b'N' as isize,
    /// Last name and first letter of the first.
    Initial = b'F' as isize,
    /// One name.
    Single = b'L' as isize,
    /// A number or a code: its letters and digits.
    Code = b'I' as isize,
    /// An address of mail.
    Mail = b'E' as isize,
    /// House number and street.
    Street = b'A' as isize,
    /// A day.
    Day = b'D' as isize,
    /// The first half of a digest.
    Digest = b'H' as isize,
}

/// Between the parts of a key.
pub(super) const PART: u8 = 0x1F;
/// Bytes of the longest key; what is longer is no identifier.
const LONGEST: usize = 120;

/// A key while it is made, without memory of its own.
#[derive(Debug, Clone)]
pub(super) struct Key {
    bytes: [u8; LONGEST],
    len: usize,
}

impl Key {
    pub(super) fn new(class: Class) -> Self {
        let mut key = Self { bytes: [0; LONGEST], len: 0 };
        key.start(class);
        key
    }

    /// Begins another key.
    pub(super) fn start(&mut self, class: Class) {
        self.bytes[0] = class as u8;
        self.len = 1;
    }

    #[inline]
    pub(super) fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
        }
        // What is too long is told by its length.
        self.len += 1;
    }

    pub(super) fn extend(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.push(*byte));
    }

    /// Appends the letters and digits of a word in small letters without accents, apostrophes and dashes.
    pub(super) fn fold(&mut self, word: &[u8]) {
        let plain = word.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let (plain, mut rest) = word.split_at(plain);
        if let Some(places) = self.bytes.get_mut(self.len..self.len + plain.len()) {
            for (place, byte) in places.iter_mut().zip(plain) {
                *place = byte.to_ascii_lowercase();
            }
        }
        self.len += plain.len();
        while let Some((&byte, after)) = rest.split_first() {
            if byte.is_ascii() {
                if byte.is_ascii_alphanumeric() {
                    self.push(byte.to_ascii_lowercase());
                }
                rest = after;
                continue;
            }
            let (letter, length) = letter(rest);
            if let Some(letter) = letter {
                self.fold_letter(letter);
            }
            rest = rest.get(length..).unwrap_or_default();
        }
    }

    fn fold_letter(&mut self, letter: char) {
        if let Some(plain) = plain(letter) {
            self.extend(plain.as_bytes());
        } else if letter.is_alphanumeric() {
            let mut buffer = [0; 4];
            for small in letter.to_lowercase() {
                self.extend(small.encode_utf8(&mut buffer).as_bytes());
            }
        }
    }

    /// Appends the letters and digits of a code in capitals.
    pub(super) fn code(&mut self, text: &[u8]) {
        for byte in text.iter().filter(|byte| byte.is_ascii_alphanumeric()) {
            self.push(byte.to_ascii_uppercase());
        }
    }

    /// How many bytes it has behind its class.
    pub(super) fn len(&self) -> usize {
        self.len - 1
    }

    /// The key; none if it is empty or too long for an identifier.
    pub(super) fn get(&self) -> Option<&[u8]> {
        self.bytes.get(..self.len).filter(|key| key.len() > 1)
    }
}

/// The letter that a text begins with, and its bytes; none for bytes that are no UTF-8.
#[inline]
pub(super) fn letter(text: &[u8]) -> (Option<char>, usize) {
    match text.first() {
        Some(byte) if byte.is_ascii() => (Some(char::from(*byte)), 1),
        _ => letter_beyond(text),
    }
}

/// The same of a text that begins with no byte of ASCII.
fn letter_beyond(text: &[u8]) -> (Option<char>, usize) {
    let head = text.get(..4).unwrap_or(text);
    let valid = match std::str::from_utf8(head) {
        Ok(valid) => valid,
        Err(error) => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or("")
        }
    };
    match valid.chars().next() {
        Some(letter) => (Some(letter), letter.len_utf8()),
        None => (None, 1),
    }
}

/// A Latin letter without its accent.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' => "a",
        'Æ' | 'æ' => "ae",
        'Ç' | 'ç' | 'Ć'..='č' => "c",
        'Ð' | 'ð' | 'Ď'..='đ' => "d",
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' => "e",
        'Ĝ'..='ģ' => "g",
        'Ĥ'..='ħ' => "h",
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' => "i",
        'Ĵ' | 'ĵ' => "j",
        'Ķ'..='ĸ' => "k",
        'Ĺ'..='ł' => "l",
        'Ñ' | 'ñ' | 'Ń'..='ŋ' => "n",
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'Ō'..='ő' => "o",
        'Œ' | 'œ' => "oe",
        'Ŕ'..='ř' => "r",
        'Ś'..='š' | 'Ș' | 'ș' => "s",
        'ß' | 'ẞ' => "ss",
        'Ţ'..='ŧ' | 'Ț' | 'ț' => "t",
        'Þ' | 'þ' => "th",
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' => "u",
        'Ŵ' | 'ŵ' => "w",
        'Ý' | 'ý' | 'ÿ' | 'Ŷ'..='Ÿ' => "y",
        'Ź'..='ž' => "z",
        // Accents that stand behind their letter.
        '\u{300}'..='\u{36f}' => "",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{Class, Key};

    #[test]
    fn words_are_folded() {
        check("Müller", "muller");
        check("O’Brien", "obrien");
        check("O'BRIEN", "obrien");
        check("Smith-Jones", "smithjones");
        check("Jose\u{301}", "jose");
        check("JOSÉ", "jose");
        check("Łukasz", "lukasz");
        check("Weiß", "weiss");
        check("Иванов", "иванов");
    }

    #[track_caller]
    fn check(word: &str, expected: &str) {
        let mut key = Key::new(Class::Name);
        key.fold(word.as_bytes());
        assert_eq!(key.get().map(|key| &key[1..]), Some(expected.as_bytes()), "of {word}");
    }

    #[test]
    fn what_is_too_long_is_no_key() {
        let mut key = Key::new(Class::Code);
        key.code(&[b'7'; 119]);
        assert_eq!(key.get().map(<[u8]>::len), Some(120));
        key.push(b'7');
        assert_eq!(key.get(), None);
    }
}
