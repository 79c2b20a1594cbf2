//! A small memory of the words that names and streets are made of.

use std::sync::atomic::{AtomicU64, Ordering};

use super::form::Form;
use super::key::{Class, Key, PART};
use crate::detect::eight::{ONES, TOPS};

/// Tells of a word that no name and no street of a known person has it, or that one may have.
///
/// Of a text's words few are anybody's, so that for most of them no key need be made and hashed. A bit of memory is
/// looked at for each; with 20,000 words in it five in a thousand others pass, with a million two in ten.
pub struct WordSieve {
    bits: Vec<AtomicU64>,
}

/// Bits of a sieve, by their logarithm: half a mebibyte, which a core keeps near.
const LOG_BITS: u32 = 22;

impl WordSieve {
    /// A sieve of no words.
    #[must_use]
    pub fn new() -> Self {
        Self { bits: (0..1 << (LOG_BITS - 6)).map(|_| AtomicU64::new(0)).collect() }
    }

    /// A sieve that holds nothing back.
    #[cfg(test)]
    pub(super) fn of_every_word() -> Self {
        Self { bits: (0..1 << (LOG_BITS - 6)).map(|_| AtomicU64::new(u64::MAX)).collect() }
    }

    /// Takes the words of a form of a person; many may do so at once.
    pub fn add(&self, form: &Form<'_>) {
        let Some((&class, parts)) = form.key.split_first() else { return };
        let mut parts = parts.split(|byte| *byte == PART);
        match class {
            class if class == Class::Name as u8 => parts.for_each(|part| self.put(part)),
            class if class == Class::Initial as u8 || class == Class::Single as u8 => {
                parts.next().into_iter().for_each(|part| self.put(part));
            }
            // The number of the house is not asked for by itself.
            class if class == Class::Street as u8 => {
                parts.nth(1).into_iter().for_each(|part| self.put(part));
            }
            _ => {}
        }
    }

    fn put(&self, word: &[u8]) {
        let (place, bit) = place(print(word));
        if let Some(bits) = self.bits.get(place) {
            bits.fetch_or(bit, Ordering::Relaxed);
        }
    }

    /// Whether a word of a text may be one of them, however it is written; where it is, always.
    #[inline]
    pub(super) fn may_have(&self, word: &[u8]) -> bool {
        let print = match ends(word) {
            Some(ends) if word.len() <= 16 && are_plain(ends) => mixed(ends, word.len()),
            _ => print_of_folded(word),
        };
        let (place, bit) = place(print);
        self.bits.get(place).is_some_and(|bits| bits.load(Ordering::Relaxed) & bit != 0)
    }
}

impl Default for WordSieve {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for WordSieve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WordSieve").finish_non_exhaustive()
    }
}

fn place(print: u64) -> (usize, u64) {
    let bit = print >> (64 - LOG_BITS);
    ((bit >> 6) as usize, 1 << (bit & 63))
}

/// The print of a word with accents, apostrophes or dashes, or of a long one.
#[cold]
fn print_of_folded(word: &[u8]) -> u64 {
    let mut key = Key::new(Class::Single);
    key.fold(word);
    print(key.get().and_then(|key| key.get(1..)).unwrap_or_default())
}

/// The print of a folded word. What stands in the middle of one of more than sixteen bytes does not count.
fn print(word: &[u8]) -> u64 {
    let one = || [u64::from(word.first().copied().unwrap_or_default()), 0];
    mixed(ends(word).unwrap_or_else(one), word.len())
}

/// The first and the last bytes of a word of two or more.
#[inline]
fn ends(word: &[u8]) -> Option<[u64; 2]> {
    if let (Some(head), Some(tail)) = (word.first_chunk::<8>(), word.last_chunk::<8>()) {
        Some([u64::from_le_bytes(*head), u64::from_le_bytes(*tail)])
    } else if let (Some(head), Some(tail)) = (word.first_chunk::<4>(), word.last_chunk::<4>()) {
        let (head, tail) = (u32::from_le_bytes(*head), u32::from_le_bytes(*tail));
        Some([u64::from(head) | u64::from(tail) << 32; 2])
    } else {
        let (head, tail) = (word.first_chunk::<2>()?, word.last_chunk::<2>()?);
        let (head, tail) = (u16::from_le_bytes(*head), u16::from_le_bytes(*tail));
        let both = u64::from(head) | u64::from(tail) << 16;
        Some([both | both << 32; 2])
    }
}

/// Whether all of these bytes, of a word as a name has it, are letters and digits of ASCII: dashes and apostrophes
/// have neither of two bits that each of those has one of.
#[inline]
fn are_plain([head, tail]: [u64; 2]) -> bool {
    let one_of = (head | head >> 2) & (tail | tail >> 2) & (ONES << 4);
    (head | tail) & TOPS == 0 && one_of == ONES << 4
}

/// One word of well mixed bits; letters of either case give the same.
#[inline]
fn mixed([head, tail]: [u64; 2], length: usize) -> u64 {
    let head = (head | ONES << 5).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(32);
    let tail = (tail | ONES << 5).rotate_left(29) ^ length as u64;
    (head ^ tail.wrapping_mul(0xC2B2_AE3D_27D4_EB4F)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::WordSieve;
    use crate::detect::known::{Attribute, Person, Pseudonyms, forms};

    #[test]
    fn words_are_known_however_they_are_written() {
        let sieve = of(&[
            (Attribute::FirstName, "Zoë Li"),
            (Attribute::LastName, "O'Hara-Quint"),
            (Attribute::LastName, "de la Wolfeschlegelsteinhausen"),
            (Attribute::Address, "12 North Juniper Street"),
        ]);
        for word in [
            "ZOE",
            "Zoë",
            "zoë",
            "Zoe\u{308}",
            "O’Hara-Quint",
            "Ohara",
            "OHARAQUINT",
            "QUINT",
            "Wolfeschlegelsteinhausen",
            "WOLFESCHLEGELSTEINHAUSEN",
            "de la Wolfeschlegelsteinhausen",
            "Juniper",
        ] {
            assert!(sieve.may_have(word.as_bytes()), "{word}");
        }
        let passed = ["Patient", "Zo", "Zoes", "Quin", "Aquint", "Elm", "Street", "12", "a", ""];
        let passed: Vec<_> = passed.iter().filter(|word| sieve.may_have(word.as_bytes())).collect();
        assert!(passed.is_empty(), "{passed:?}");
    }

    #[test]
    fn few_other_words_pass() {
        let sieve = WordSieve::new();
        let word = |number: u32| format!("N{:x}", number.wrapping_mul(2_654_435_761));
        for number in 0..20_000 {
            add(&sieve, &[(Attribute::LastName, &word(number)), (Attribute::FirstName, "Ann")]);
        }
        assert!((0..20_000).all(|number| sieve.may_have(word(number).as_bytes())));
        let passed = (20_000..120_000).filter(|number| sieve.may_have(word(*number).as_bytes()));
        let passed = passed.count();
        assert!(passed < 700, "{passed} of 100,000 pass");
    }

    fn of(values: &[(Attribute, &str)]) -> WordSieve {
        let sieve = WordSieve::new();
        add(&sieve, values);
        sieve
    }

    fn add(sieve: &WordSieve, values: &[(Attribute, &str)]) {
        let values: Vec<_> = values.iter().map(|(of, text)| (*of, text.as_bytes())).collect();
        let person = Person { values: &values, birth: None };
        forms(&person, Pseudonyms::Unsought, &mut |form| sieve.add(&form));
    }
}
