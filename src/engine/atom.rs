//! Questions about the text of one field, asked once for each distinct text.
//!
//! Exports repeat the same few codes and names over and over. All questions that the rules ask of one
//! field are answered together, and the answers are remembered by text in a small table.

use std::sync::Arc;

use crate::engine::pattern::Runs;
use crate::expr::typed::{CodeSet, LikePart, LikePattern, Pattern};
use crate::value::form::Form;

/// A question about a text.
#[derive(Debug, Clone)]
pub(crate) enum Atom {
    /// Is it this text?
    Equal(Box<[u8]>),
    /// Is it one of these texts? Sorted.
    InList(Arc<[Box<[u8]>]>),
    /// Is it in the code set?
    InSet(Arc<CodeSet>),
    /// Does the pattern match?
    Matches(regex::bytes::Regex),
    /// Does the whole text match the simple pattern?
    Runs(Runs),
    /// Is it like the pattern?
    Like(LikePattern),
    /// Does it start with this?
    StartsWith(Box<[u8]>),
    /// Does it hold this?
    Contains(Box<[u8]>),
    /// Is it of this form?
    Form(Form),
}

impl Atom {
    /// The question whether a pattern matches, in its fastest form.
    pub(crate) fn matches(pattern: &Pattern) -> Self {
        Runs::of(&pattern.rewritten)
            .map_or_else(|| Self::Matches(pattern.regex.clone()), Self::Runs)
    }

    /// The answer for a text.
    pub(crate) fn holds(&self, text: &[u8]) -> bool {
        match self {
            Self::Equal(other) => text == &**other,
            Self::InList(list) => list.binary_search_by(|item| (**item).cmp(text)).is_ok(),
            Self::InSet(set) => in_set(set, text),
            Self::Matches(regex) => regex.is_match(text),
            Self::Runs(runs) => runs.match_whole(text),
            Self::Like(pattern) => like(pattern, text),
            Self::StartsWith(start) => text.starts_with(start),
            Self::Contains(part) => contains(text, part),
            Self::Form(form) => form.holds(text),
        }
    }
}

/// Whether a code set has the text.
pub(crate) fn in_set(set: &CodeSet, text: &[u8]) -> bool {
    set.members.binary_search_by(|member| member.as_bytes().cmp(text)).is_ok()
}

/// Whether a text holds another.
pub(crate) fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

/// Whether a text fits a `LIKE` pattern: linear in the text for each literal part, by greedy matching of
/// the parts between two `%`.
pub(crate) fn like(pattern: &LikePattern, text: &[u8]) -> bool {
    // The runs between two `%`; the first is bound to the start, the last to the end.
    let runs: Vec<&[LikePart]> = pattern.parts.split(|part| *part == LikePart::Any).collect();
    let Some((first, rest)) = runs.split_first() else {
        return text.is_empty();
    };
    let Some(after_first) = run_at(first, text) else {
        return false;
    };
    let Some((last, middle)) = rest.split_last() else {
        return after_first == text.len();
    };
    let mut at = after_first;
    for run in middle {
        match find_run(run, text, at) {
            Some(end) => at = end,
            None => return false,
        }
    }
    ends_with_run(last, text, at)
}

/// Where a run that starts at the text's start ends.
fn run_at(run: &[LikePart], text: &[u8]) -> Option<usize> {
    let mut at = 0;
    for part in run {
        match part {
            LikePart::Text(literal) => {
                if !text.get(at..)?.starts_with(literal.as_bytes()) {
                    return None;
                }
                at += literal.len();
            }
            LikePart::One => at += code_point_len(text.get(at..)?)?,
            LikePart::Any => return None,
        }
    }
    Some(at)
}

/// The bytes of the first code point; a damaged byte counts as one.
fn code_point_len(text: &[u8]) -> Option<usize> {
    let first = *text.first()?;
    let len = match first {
        0xC2..=0xDF => 2,
        0xE0..=0xEF => 3,
        0xF0..=0xF4 => 4,
        _ => 1,
    };
    Some(len.min(text.len()))
}

/// The end of the first place at or after `from` where the run stands.
fn find_run(run: &[LikePart], text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    loop {
        let rest = text.get(at..)?;
        if let Some(end) = run_at(run, rest) {
            return Some(at + end);
        }
        at += code_point_len(rest)?;
    }
}

/// Whether the run stands at the text's end, starting no earlier than `from`.
fn ends_with_run(run: &[LikePart], text: &[u8], from: usize) -> bool {
    let mut at = from;
    loop {
        let Some(rest) = text.get(at..) else { return false };
        if run_at(run, rest).is_some_and(|end| at + end == text.len()) {
            return true;
        }
        match code_point_len(rest) {
            Some(step) => at += step,
            None => return false,
        }
    }
}

/// The questions about one field, at most 64.
#[derive(Debug, Clone, Default)]
pub(crate) struct AtomSet {
    /// The questions; the answer to number `n` is bit `n`.
    pub(crate) atoms: Vec<Atom>,
}

impl AtomSet {
    /// How many questions a set takes.
    pub(crate) const LIMIT: usize = 64;

    fn answer(&self, text: &[u8]) -> u64 {
        self.atoms
            .iter()
            .enumerate()
            .fold(0, |bits, (n, atom)| bits | u64::from(atom.holds(text)) << n)
    }
}

/// Texts longer than this are asked anew each time; a UUID is not.
const KEY: usize = 39;
/// How many texts are remembered.
const SLOTS: usize = 512;
/// After this many misses a table that seldom helps is given up.
const TRIAL: u32 = 8192;

#[derive(Debug, Clone, Copy)]
struct Slot {
    answers: u64,
    len: u8,
    key: [u8; KEY],
}

/// The answers for texts seen lately; one a thread and field.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    slots: Vec<Slot>,
    hits: u32,
    misses: u32,
}

impl Memory {
    /// The answers of a set for a text, bit by bit.
    #[inline]
    pub(crate) fn answers(&mut self, set: &AtomSet, text: &[u8]) -> u64 {
        if text.len() > KEY || (self.misses > TRIAL && self.hits < self.misses) {
            return set.answer(text);
        }
        if self.slots.is_empty() {
            self.slots = vec![Slot { answers: 0, len: u8::MAX, key: [0; KEY] }; SLOTS];
        }
        let slot = &mut self.slots[place(text)];
        if usize::from(slot.len) == text.len() && same_text(&slot.key[..text.len()], text) {
            self.hits = self.hits.saturating_add(1);
            return slot.answers;
        }
        self.misses = self.misses.saturating_add(1);
        slot.answers = set.answer(text);
        slot.key[..text.len()].copy_from_slice(text);
        slot.len = u8::try_from(text.len()).unwrap_or(u8::MAX);
        slot.answers
    }
}

/// Whether two short texts are equal, eight bytes at a time.
#[inline]
pub(crate) fn same_text(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let ((a_words, a_rest), (b_words, b_rest)) = (a.as_chunks::<8>(), b.as_chunks::<8>());
    match (a.last_chunk::<8>(), b.last_chunk::<8>()) {
        (Some(a_last), Some(b_last)) => {
            a_words.iter().zip(b_words).all(|(a, b)| a == b) && a_last == b_last
        }
        _ => a_rest.iter().zip(b_rest).all(|(a, b)| a == b),
    }
}

/// The slot of a text: its first and last eight bytes and its length, mixed.
#[inline]
fn place(text: &[u8]) -> usize {
    let word = |bytes: &[u8]| {
        let mut word = [0_u8; 8];
        word[..bytes.len()].copy_from_slice(bytes);
        u64::from_le_bytes(word)
    };
    let (head, tail) =
        if let (Some(head), Some(tail)) = (text.first_chunk::<8>(), text.last_chunk::<8>()) {
            (u64::from_le_bytes(*head), u64::from_le_bytes(*tail))
        } else {
            (word(text), 0)
        };
    let mixed =
        (head ^ tail.rotate_left(23) ^ text.len() as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from(mixed >> 55).unwrap_or(0) & (SLOTS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> LikePattern {
        let mut parts = Vec::new();
        for c in text.chars() {
            match c {
                '%' => parts.push(LikePart::Any),
                '_' => parts.push(LikePart::One),
                c => match parts.last_mut() {
                    Some(LikePart::Text(literal)) => literal.push(c),
                    _ => parts.push(LikePart::Text(c.to_string())),
                },
            }
        }
        LikePattern { parts }
    }

    #[test]
    fn like_matches_whole_texts() {
        for (p, text, expected) in [
            ("", "", true),
            ("", "a", false),
            ("%", "", true),
            ("%", "any\nthing", true),
            ("a%", "abc", true),
            ("a%", "ba", false),
            ("%c", "abc", true),
            ("%b%", "abc", true),
            ("a_c", "abc", true),
            ("a_c", "aéc", true),
            ("a_c", "abbc", false),
            ("%ab%ab", "abab", true),
            ("%ab%ab", "xab", false),
            ("a%a", "a", false),
            ("_%_", "ab", true),
            ("_%_", "a", false),
        ] {
            assert_eq!(like(&pattern(p), text.as_bytes()), expected, "{p} {text}");
        }
    }

    #[test]
    fn memory_never_changes_an_answer() {
        let set = AtomSet {
            atoms: vec![
                Atom::Equal(b"inpatient".as_slice().into()),
                Atom::Equal(b"".as_slice().into()),
                Atom::Contains(b"7".as_slice().into()),
            ],
        };
        let mut memory = Memory::default();
        for round in 0..3 {
            for n in 0..5000_u32 {
                let text =
                    format!("code-{}-{}", n % 700, if n % 3 == 0 { "inpatient" } else { "" });
                assert_eq!(
                    memory.answers(&set, text.as_bytes()),
                    set.answer(text.as_bytes()),
                    "round {round}"
                );
            }
            assert_eq!(memory.answers(&set, b"inpatient"), 1);
            assert_eq!(memory.answers(&set, b""), 2);
        }
    }
}
