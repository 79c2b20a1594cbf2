//! Words beside a candidate, and in the name of its column, that say what it is or is not.

use super::catalogue::{DETECTORS, OTHER_NUMBERS};

/// One bit a detector, by its index.
pub(super) type Mask = u32;

/// The bit of a detector.
pub(super) fn bit(detector: u8) -> Mask {
    1_u32.checked_shl(u32::from(detector)).unwrap_or(0)
}

/// What the name of a column says about every value in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Context {
    /// Detectors one of whose labels stands in the name.
    pub(super) labelled: Mask,
    /// Detectors one of whose contrary words stands in the name.
    pub(super) contrary: Mask,
}

/// The labels and contrary words of some detectors.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    /// Sorted by word.
    words: Vec<Word>,
}

/// A word or a pair of words, and the detectors for which it speaks.
#[derive(Debug, Clone)]
struct Word {
    first: &'static str,
    second: Option<&'static str>,
    says: Context,
}

/// Bytes before a candidate in which a label counts.
const BEFORE: usize = 40;
/// Bytes after it.
const AFTER: usize = 15;
/// The longest word that is compared.
const LONGEST: usize = 24;
/// Words of so many letters before a full stop are abbreviations (`tel.`) and end no sentence.
const ABBREVIATION: usize = 4;

impl Labels {
    pub(super) fn new(enabled: Mask) -> Self {
        let mut labels = Self { words: Vec::new() };
        for (index, detector) in (0_u8..).zip(DETECTORS) {
            let mask = bit(index) & enabled;
            if mask == 0 {
                continue;
            }
            for label in detector.labels {
                labels.say(label, Context { labelled: mask, contrary: 0 });
            }
            let others = detector.contrary.iter().chain(OTHER_NUMBERS);
            for word in others.filter(|word| !detector.labels.contains(word)) {
                labels.say(word, Context { labelled: 0, contrary: mask });
            }
        }
        labels.words.sort_by_key(|word| word.first);
        labels
    }

    fn say(&mut self, label: &'static str, says: Context) {
        let (first, second) = match label.split_once(' ') {
            Some((first, second)) => (first, Some(second)),
            None => (label, None),
        };
        match self.words.iter_mut().find(|word| (word.first, word.second) == (first, second)) {
            Some(word) => word.says = word.says.and(says),
            None => self.words.push(Word { first, second, says }),
        }
    }

    /// What the names of a column say: header text, field name.
    pub(super) fn of_names(&self, names: &[&str]) -> Context {
        let mut says = Context::default();
        for name in names {
            let words = name_words(name);
            let mut following = words.iter().skip(1);
            for word in &words {
                let next = following.next().map_or("", String::as_str);
                says = says.and(self.look_up(word, next));
                // Names run words together: `homephone`.
                for known in self.words.iter().filter(|known| known.second.is_none()) {
                    let inside = word.starts_with(known.first) || word.ends_with(known.first);
                    if known.first.len() > ABBREVIATION && inside {
                        says = says.and(known.says);
                    }
                }
            }
        }
        says
    }

    /// What the words before and after a span of a text say, as far as the sentence and `floor` reach.
    pub(super) fn around(&self, text: &[u8], start: usize, end: usize, floor: usize) -> Context {
        let before = self.of_words(before(text, start, floor), Side::Before);
        before.and(self.of_words(after(text, end), Side::After))
    }

    fn of_words(&self, text: &[u8], side: Side) -> Context {
        let mut says = Context::default();
        let mut words = words(text).peekable();
        while let Some((end, word)) = words.next() {
            // After a number, `Fax:` belongs to what follows.
            let opens = matches!(text.get(end), Some(b':' | b'#' | b'='));
            if side == Side::After && opens {
                break;
            }
            let next = words.peek().map(|(_, next)| Lower::new(next)).unwrap_or_default();
            says = says.and(self.look_up(Lower::new(word).as_str(), next.as_str()));
        }
        says
    }

    fn look_up(&self, first: &str, second: &str) -> Context {
        let start = self.words.partition_point(|word| word.first < first);
        self.words[start..]
            .iter()
            .take_while(|word| word.first == first)
            .filter(|word| word.second.is_none_or(|expected| expected == second))
            .fold(Context::default(), |says, word| says.and(word.says))
    }
}

/// Which side of a candidate words stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

impl Context {
    fn and(self, other: Self) -> Self {
        Self { labelled: self.labelled | other.labelled, contrary: self.contrary | other.contrary }
    }
}

/// A word in lower case; nothing if it is longer than any label.
#[derive(Default)]
struct Lower {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Lower {
    fn new(word: &[u8]) -> Self {
        let mut lower = Self::default();
        if let Some(bytes) = lower.bytes.get_mut(..word.len()) {
            bytes.copy_from_slice(word);
            bytes.make_ascii_lowercase();
            lower.length = word.len();
        }
        lower
    }

    fn as_str(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.length]).unwrap_or_default()
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte >= 0x80
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

/// The words of a text, each with the place where it ends.
fn words(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text[at..].iter().position(|byte| is_word(*byte))?;
        let length = text[start..].iter().position(|byte| !is_word(*byte));
        at = length.map_or(text.len(), |length| start + length);
        Some((at, &text[start..at]))
    })
}

/// The part of the sentence before a candidate.
fn before(text: &[u8], start: usize, floor: usize) -> &[u8] {
    let mut from = start.saturating_sub(BEFORE).max(floor);
    // A word that the window cuts is not whole.
    while from > floor && from < start && is_word(text[from - 1]) && is_word(text[from]) {
        from += 1;
    }
    let window = &text[from..start];
    let mut at = window.len();
    // A line break right before the candidate is a label on a line of its own.
    while at > 0 && (is_blank(window[at - 1]) || matches!(window[at - 1], b':' | b'#' | b'=')) {
        at -= 1;
    }
    while at > 0 {
        let byte = window[at - 1];
        let next_is_blank = window.get(at).is_some_and(|next| is_blank(*next));
        let ends = match byte {
            b'\n' => true,
            b'!' | b'?' => next_is_blank,
            b'.' => next_is_blank && !is_abbreviation(&window[..at - 1]),
            _ => false,
        };
        if ends {
            return &window[at..];
        }
        at -= 1;
    }
    window
}

/// Whether the word at the end of the text is short.
fn is_abbreviation(text: &[u8]) -> bool {
    let letters = text.iter().rev().take_while(|byte| is_word(**byte)).count();
    (1..=ABBREVIATION).contains(&letters)
}

/// The part of the clause after a candidate: what follows a comma is the next thing.
fn after(text: &[u8], end: usize) -> &[u8] {
    let mut to = text.len().min(end.saturating_add(AFTER));
    while to > end && to < text.len() && is_word(text[to]) && is_word(text[to - 1]) {
        to -= 1;
    }
    let window = &text[end..to];
    let ends = (0..window.len()).find(|at| match window[*at] {
        b'\n' | b'\t' | b',' | b';' | b'|' => true,
        b'.' | b'!' | b'?' => window.get(at + 1).is_none_or(|next| is_blank(*next)),
        _ => false,
    });
    &window[..ends.unwrap_or(window.len())]
}

/// The words of a name in lower case: `PATIENT_SSN`, `homePhone`, `IPAddress`, `Phone 2`.
fn name_words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let characters: Vec<char> = name.chars().collect();
    let mut inside = false;
    for (place, character) in characters.iter().enumerate() {
        if !character.is_alphabetic() {
            inside = false;
            continue;
        }
        let before = place.checked_sub(1).map(|place| characters[place]);
        let after = characters.get(place + 1);
        let hump = character.is_uppercase()
            && (before.is_some_and(char::is_lowercase)
                || before.is_some_and(char::is_uppercase)
                    && after.is_some_and(|after| after.is_lowercase()));
        match words.last_mut() {
            Some(word) if inside && !hump => word.extend(character.to_lowercase()),
            _ => words.push(character.to_lowercase().collect()),
        }
        inside = true;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::{Labels, bit, name_words};
    use crate::detect::catalogue::index;

    #[test]
    fn names_come_apart() {
        for (name, words) in [
            ("PATIENT_SSN", "patient ssn"),
            ("homePhone", "home phone"),
            ("IPAddress", "ip address"),
            ("Phone 2", "phone"),
            ("e-mail", "e mail"),
            ("", ""),
        ] {
            assert_eq!(name_words(name).join(" "), words);
        }
    }

    #[test]
    fn names_speak_for_detectors() {
        check_names(&["PATIENT_SSN"], bit(index::SSN));
        check_names(&["Social Security No."], bit(index::SSN));
        check_names(&["homephone"], bit(index::PHONE));
        check_names(&["NOTE", "note_text"], 0);
        check_names(&["hotel"], 0);
    }

    #[test]
    fn words_speak_within_their_sentence() {
        check("his SSN is _", true);
        check("SSN:\n_", true);
        check("Soc. Sec. _", true);
        check("social   security number _", true);
        check("_ (SSN)", true);
        check("no social security. Seen for _", false);
        check("SSN on file\nOrder _", false);
        check("classn _", false);
        check("SSN xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx _", false);
        check("_ yes. SSN", false);
        check("_ SSN: 1", false);
    }

    #[track_caller]
    fn check(text: &str, expected: bool) {
        let at = text.find('_').unwrap();
        let says = Labels::new(u32::MAX).around(text.as_bytes(), at, at + 1, 0);
        assert_eq!(says.labelled & bit(index::SSN) != 0, expected, "in {text:?}");
    }

    #[track_caller]
    fn check_names(names: &[&str], labelled: u32) {
        let says = Labels::new(u32::MAX).of_names(names);
        assert_eq!(says.labelled, labelled, "for {names:?}");
    }
}
