//! Lists of words that a word is looked up in.

/// Up to so many words of ASCII, each of 16 letters or fewer, in a table by their hash; made when the program is built.
#[derive(Debug)]
pub(super) struct WordList<const SLOTS: usize> {
    slots: [u128; SLOTS],
    /// A bit for each first letter and length, by the letter: most words that are asked for have none.
    sieve: [u32; 32],
}

impl<const SLOTS: usize> WordList<SLOTS> {
    /// The words of a text, in small letters with blanks between them.
    pub(super) const fn new(text: &str) -> Self {
        let text = text.as_bytes();
        let mut slots = [0; SLOTS];
        let mut sieve = [0; 32];
        let mut word = 0_u128;
        let mut length = 0;
        let mut count = 0;
        let mut at = 0;
        while at <= text.len() {
            if at < text.len() && text[at] != b' ' {
                assert!(word >> 120 == 0, "a word of the list is too long");
                word = word << 8 | text[at] as u128;
                length += 1;
            } else if word != 0 {
                sieve[(text[at - length] & 31) as usize] |= 1 << length;
                length = 0;
                let mut slot = Self::slot(word);
                while slots[slot] != 0 {
                    slot = (slot + 1) % SLOTS;
                }
                slots[slot] = word;
                word = 0;
                count += 1;
            }
            at += 1;
        }
        assert!(count * 2 <= SLOTS && SLOTS.is_power_of_two(), "the list needs more slots");
        Self { slots, sieve }
    }

    /// Whether the word, in letters of any case, is in the list.
    pub(super) fn has(&self, word: &[u8]) -> bool {
        let Some(first) = word.first().filter(|_| word.len() <= 16) else { return false };
        if self.sieve[usize::from(first & 31)] >> word.len() & 1 == 0 {
            return false;
        }
        let packed = word
            .iter()
            .fold(0, |packed: u128, byte| packed << 8 | u128::from(byte.to_ascii_lowercase()));
        let mut slot = Self::slot(packed);
        loop {
            match self.slots[slot] {
                0 => return false,
                known if known == packed => return true,
                _ => slot = (slot + 1) % SLOTS,
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "the remainder is small")]
    const fn slot(word: u128) -> usize {
        let mixed = (word as u64 ^ (word >> 64) as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        (mixed >> 32) as usize % SLOTS
    }
}

/// The letters of ASCII that a text ends with, at most so many.
#[inline]
pub(super) fn last_letters(text: &[u8], most: usize) -> &[u8] {
    let letters =
        text.iter().rev().take(most).take_while(|byte| byte.is_ascii_alphabetic()).count();
    &text[text.len() - letters..]
}

#[cfg(test)]
mod tests {
    use super::WordList;

    #[test]
    fn words_are_found_in_any_case() {
        const LIST: WordList<16> = WordList::new("street st avenue abcdefghijklmnop");
        for word in ["street", "Street", "ST", "avenue", "abcdefghijklmnop"] {
            assert!(LIST.has(word.as_bytes()), "{word}");
        }
        for word in ["", "s", "str", "streets", "abcdefghijklmno", "abcdefghijklmnopq"] {
            assert!(!LIST.has(word.as_bytes()), "{word}");
        }
    }
}
