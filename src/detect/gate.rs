//! What must stand in and around a number before a judge is asked about it.
//!
//! Most numbers of a note are doses, results and scores. A few bytes in and beside a number tell for all judges at
//! once which of them could find something there; a gate may only ever be too wide.

use super::number::{Gap, Group};
use super::reading::LONGEST_TOKEN;

/// A set of bytes; nought is in it if the end of the text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bytes {
    bits: [u64; 4],
}

impl Bytes {
    /// Whatever stands there.
    pub(super) const ANY: Self = Self { bits: [u64::MAX; 4] };
    pub(super) const DIGIT: Self = Self::of(b"0123456789");
    pub(super) const CAPITAL: Self = Self::of(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ");
    pub(super) const LETTER: Self = Self::CAPITAL.and(Self::of(b"abcdefghijklmnopqrstuvwxyz"));
    /// Parts of characters beyond ASCII.
    pub(super) const BEYOND: Self = Self { bits: [0, 0, u64::MAX, u64::MAX] };

    pub(super) const fn of(bytes: &[u8]) -> Self {
        let mut bits = [0; 4];
        let mut at = 0;
        while at < bytes.len() {
            bits[(bytes[at] >> 6) as usize] |= 1 << (bytes[at] & 63);
            at += 1;
        }
        Self { bits }
    }

    pub(super) const fn and(self, other: Self) -> Self {
        let mut bits = self.bits;
        let mut at = 0;
        while at < bits.len() {
            bits[at] |= other.bits[at];
            at += 1;
        }
        Self { bits }
    }

    fn has(self, byte: u8) -> bool {
        self.bits[usize::from(byte >> 6)] >> (byte & 63) & 1 != 0
    }
}

/// The bytes in and beside a token among which a judge could find something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Near {
    /// Its first byte, and its last.
    pub(super) first: Bytes,
    pub(super) last: Bytes,
    /// The byte before it, and the one before that.
    pub(super) before: Bytes,
    pub(super) earlier: Bytes,
    /// The byte after it, and the one after that.
    pub(super) after: Bytes,
    pub(super) later: Bytes,
}

impl Near {
    /// No demands, to begin with.
    pub(super) const ANY: Self = Self {
        first: Bytes::ANY,
        last: Bytes::ANY,
        before: Bytes::ANY,
        earlier: Bytes::ANY,
        after: Bytes::ANY,
        later: Bytes::ANY,
    };
    /// Wherever a token stands.
    pub(super) const ANYWHERE: &'static [Self] = &[Self::ANY];

    fn places(&self) -> [Bytes; PLACES] {
        [self.first, self.last, self.before, self.earlier, self.after, self.later]
    }
}

/// How many bytes are looked at.
const PLACES: usize = 6;

/// Judges by their numbers, one bit each.
pub(super) type Judges = u64;

/// How many gates of tokens, and of chains, there can be.
#[cfg(test)]
pub(super) const MOST_JUDGES: usize = 64;

/// The gates of all judges of tokens.
#[derive(Debug, Clone)]
pub(super) struct TokenGates {
    count: usize,
    /// By the length of the token, the last of them for all longer ones.
    lengths: [Judges; LONGEST_TOKEN + 2],
    /// By the byte at each place.
    places: Box<[[Judges; 256]; PLACES]>,
}

impl TokenGates {
    pub(super) fn new() -> Self {
        let places = Box::new([[0; 256]; PLACES]);
        Self { count: 0, lengths: [0; LONGEST_TOKEN + 2], places }
    }

    /// Adds a gate; gives the bit of its judge.
    pub(super) fn add(&mut self, (least, most): (usize, usize), near: &Near) -> Judges {
        // INVARIANT: 64 gates at most, which a test holds for all detectors together.
        let judge = 1 << self.count;
        self.count += 1;
        self.lengths[least..=most].iter_mut().for_each(|open| *open |= judge);
        for (of_place, bytes) in self.places.iter_mut().zip(near.places()) {
            for (byte, open) in (0..=u8::MAX).zip(of_place) {
                if bytes.has(byte) {
                    *open |= judge;
                }
            }
        }
        judge
    }

    /// The judges of tokens of that length.
    #[cfg(test)]
    pub(super) fn of_length(&self, length: usize) -> Judges {
        self.lengths[length.min(LONGEST_TOKEN + 1)]
    }

    /// The judges that could find something at the token from `start` to `end`.
    #[inline]
    pub(super) fn open(&self, text: &[u8], start: usize, end: usize) -> Judges {
        let at = |place: usize| usize::from(text.get(place).copied().unwrap_or(0));
        let [first, last, before, earlier, after, later] = &*self.places;
        self.lengths[(end - start).min(LONGEST_TOKEN + 1)]
            & first[at(start)]
            & last[at(end - 1)]
            & before[at(start.wrapping_sub(1))]
            & earlier[at(start.wrapping_sub(2))]
            & after[at(end)]
            & later[at(end + 1)]
    }
}

/// The longest group of digits that is told from longer ones.
pub(super) const LONGEST_GROUP: usize = 20;
/// The longest second group that is told from longer ones.
const LONGEST_SECOND: usize = 7;

/// The gates of all judges of chains.
#[derive(Debug, Clone)]
pub(super) struct ChainGates {
    count: usize,
    /// By the length of the first group where it is all they want.
    runs: [Judges; LONGEST_GROUP + 1],
    /// By the lengths of the first two groups, and by what stands between them.
    pairs: [[Judges; LONGEST_SECOND + 1]; LONGEST_GROUP + 1],
    gaps: [Judges; Gap::ALL.len()],
}

impl ChainGates {
    pub(super) fn new() -> Self {
        Self {
            count: 0,
            runs: [0; LONGEST_GROUP + 1],
            pairs: [[0; LONGEST_SECOND + 1]; LONGEST_GROUP + 1],
            gaps: [0; Gap::ALL.len()],
        }
    }

    /// Adds a gate for runs of these lengths and for groups that begin with these pairs and these gaps; gives the bit
    /// of its judge.
    pub(super) fn add(
        &mut self,
        runs: &[usize],
        pairs: impl Iterator<Item = (usize, usize)>,
        gaps: &[Gap],
    ) -> Judges {
        // INVARIANT: 64 gates at most, which a test holds for all detectors together.
        let judge = 1 << self.count;
        self.count += 1;
        runs.iter().for_each(|length| self.runs[*length] |= judge);
        pairs.for_each(|(first, second)| self.pairs[first][second.min(LONGEST_SECOND)] |= judge);
        gaps.iter().for_each(|gap| self.gaps[*gap as usize] |= judge);
        judge
    }

    /// The judges that could find something from a group on, with the one after it if the chain goes on.
    #[inline]
    pub(super) fn open(&self, group: Group, next: Option<Group>) -> Judges {
        let length = group.len().min(LONGEST_GROUP);
        let of_pair = next.map_or(0, |next| {
            self.pairs[length][next.len().min(LONGEST_SECOND)] & self.gaps[next.gap as usize]
        });
        self.runs[length] | of_pair
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, ChainGates, Near, TokenGates};
    use crate::detect::number::{Gap, Group};

    #[test]
    fn sets_hold_what_they_are_made_of() {
        for byte in 0..=u8::MAX {
            let set = Bytes::of(b" x").and(Bytes::DIGIT).and(Bytes::BEYOND);
            let expected = b" x0123456789".contains(&byte) || byte >= 0x80;
            assert_eq!(set.has(byte), expected, "{byte}");
            assert!(Bytes::ANY.has(byte));
            assert_eq!(Bytes::LETTER.has(byte), byte.is_ascii_alphabetic(), "{byte}");
        }
    }

    #[test]
    fn tokens_pass_their_gates() {
        let mut gates = TokenGates::new();
        let short = gates.add((1, 2), &Near::ANY);
        let dose = gates.add((1, 9), &Near { after: Bytes::of(b" "), ..Near::ANY });
        let ends =
            gates.add((1, 9), &Near { after: Bytes::of(b"\0"), last: Bytes::DIGIT, ..Near::ANY });
        for (text, expected) in
            [("12 mg", short | dose), ("12", short | ends), ("123 mg", dose), ("12mg", short)]
        {
            let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
            assert_eq!(gates.open(text.as_bytes(), 0, end), expected, "{text}");
        }
    }

    #[test]
    fn chains_pass_their_gates() {
        let group = |gap, length| Group { gap, start: 0, end: length };
        let mut gates = ChainGates::new();
        let run = gates.add(&[9], std::iter::empty(), &[]);
        let parted = gates.add(&[9], [(3, 2)].into_iter(), &[Gap::Dash]);
        for (first, next, expected) in [
            (9, None, run | parted),
            (3, None, 0),
            (3, Some((Gap::Dash, 2)), parted),
            (3, Some((Gap::Dot, 2)), 0),
            (3, Some((Gap::Dash, 20)), 0),
            (99, Some((Gap::Dash, 2)), 0),
        ] {
            let next = next.map(|(gap, length)| group(gap, length));
            assert_eq!(gates.open(group(Gap::Outside, first), next), expected);
        }
    }
}
