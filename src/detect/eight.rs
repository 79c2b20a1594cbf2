//! Eight bytes of a text at once, in one word of the machine.

/// The lowest bit of each byte.
pub(super) const ONES: u64 = 0x0101_0101_0101_0101;
/// The top bit of each byte.
pub(super) const TOPS: u64 = ONES << 7;

/// The top bit of each byte that is below `limit`, of 128 at most; the lowest of them is right, those above may be
/// marked for nothing.
#[inline]
pub(super) const fn below(word: u64, limit: u64) -> u64 {
    word.wrapping_sub(ONES * limit) & !word & TOPS
}

/// The top bit of each byte of ASCII from `first` to `last`.
#[inline]
const fn between(word: u64, first: u8, last: u8) -> u64 {
    let low = word & !TOPS;
    let from = low + ONES * (0x80 - first as u64);
    let beyond = low + ONES * (0x7F - last as u64);
    from & !beyond & !word & TOPS
}

/// Letters and digits of ASCII that stand together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    /// How many.
    pub(super) length: usize,
    /// Whether there is a digit among them.
    pub(super) has_digit: bool,
}

impl Run {
    /// Those that a text begins with.
    #[inline]
    pub(super) fn at_start(text: &[u8]) -> Self {
        let (words, rest) = text.as_chunks::<8>();
        let mut run = Self { length: 0, has_digit: false };
        for word in words {
            if run.take(u64::from_le_bytes(*word)) {
                return run;
            }
        }
        // Nought ends a run.
        let mut last = [0; 8];
        if let Some(places) = last.get_mut(..rest.len()) {
            places.copy_from_slice(rest);
        }
        run.take(u64::from_le_bytes(last));
        run
    }

    /// Takes as many of eight bytes as belong to it; whether it ends there.
    #[inline]
    fn take(&mut self, word: u64) -> bool {
        let digits = between(word, b'0', b'9');
        let letters = between(word | ONES << 5, b'a', b'z');
        let ends = !(digits | letters) & TOPS;
        self.length += (ends.trailing_zeros() / 8) as usize;
        // What is below the first byte that does not belong.
        self.has_digit |= digits & ends.wrapping_sub(1) & !ends != 0;
        ends != 0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Run, TOPS, below, between};

    proptest! {
        #[test]
        fn runs_are_what_byte_for_byte_gives(
            text in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..24),
                "[a-zA-Z0-9]{0,20}.{0,8}".prop_map(String::into_bytes),
            ],
        ) {
            let length = text.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            let has_digit = text[..length].iter().any(u8::is_ascii_digit);
            prop_assert_eq!(Run::at_start(&text), Run { length, has_digit });
        }

        #[test]
        fn eight_bytes_are_judged_as_one_by_one(bytes in any::<[u8; 8]>(), limit in 1_u8..=128) {
            let word = u64::from_le_bytes(bytes);
            let marked = between(word, b'0', b'9').to_le_bytes();
            for (mark, byte) in marked.into_iter().zip(bytes) {
                prop_assert_eq!(mark, if byte.is_ascii_digit() { 0x80 } else { 0 });
            }
            let first = bytes.iter().position(|byte| *byte < limit.min(128) && byte.is_ascii());
            let marked = below(word, u64::from(limit)) & TOPS;
            prop_assert_eq!(first.unwrap_or(8), (marked.trailing_zeros() / 8) as usize);
        }
    }
}
