//! Words beside a candidate, and in the name of its column, that say what it is or is not.

use std::sync::Arc;

use super::allow::Exception;
use super::catalogue::{DETECTORS, OTHER_NUMBERS};
use super::site::SitePattern;
use super::words::WordList;

/// One bit a detector, by its index.
pub(super) type Mask = u128;

/// The bit of a detector.
pub(super) fn bit(detector: u8) -> Mask {
    1_u128.checked_shl(u32::from(detector)).unwrap_or(0)
}

/// What the name of a column says about every value in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    /// What the words of the name say.
    pub(super) says: Says,
    /// What may stand in the column whatever it is.
    pub(super) allowed: Option<Arc<[Exception]>>,
}

/// What words say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Says {
    /// Detectors one of whose labels stands there.
    pub(super) labelled: Mask,
    /// Detectors one of whose contrary words stands there.
    pub(super) contrary: Mask,
}

/// The labels and contrary words of some detectors.
#[derive(Debug, Clone)]
pub(super) struct Labels {
    /// Sorted by their first words.
    words: Vec<Word>,
    /// Where the words that begin with a word start in the list, plus one, by the hash of that word.
    table: Vec<u16>,
    /// A bit for each first word, by its length and first two letters: most words of a text have none.
    sieve: [u64; SIEVE],
}

/// How many words of bits the sieve has.
const SIEVE: usize = 64;

/// The bit of a word in the sieve: its word and its place there.
fn sieved(word: &[u8]) -> (usize, u64) {
    let letter = |place: usize| usize::from(word.get(place).copied().unwrap_or(0) | 0x20);
    let mixed = letter(0) * 37 + letter(1) * 613 + word.len() * 1_031;
    ((mixed >> 6) % SIEVE, 1 << (mixed % 64))
}

/// A word or a pair of words, and the detectors for which it speaks.
#[derive(Debug, Clone)]
struct Word {
    first: Lower,
    second: Option<Lower>,
    says: Says,
}

/// Bytes before a candidate in which a label counts.
const BEFORE: usize = 40;
/// Bytes after it.
const AFTER: usize = 15;
/// The longest word that is compared.
const LONGEST: usize = 32;
/// Words of so many letters before a full stop are abbreviations (`tel.`) and end no sentence.
const ABBREVIATION: usize = 4;

impl Labels {
    pub(super) fn new(enabled: Mask, patterns: &[SitePattern]) -> Self {
        let mut words = Vec::new();
        for (index, detector) in (0_u8..).zip(DETECTORS) {
            let mask = bit(index) & enabled;
            if mask == 0 {
                continue;
            }
            for label in detector.labels {
                say(&mut words, label, Says { labelled: mask, contrary: 0 });
            }
            let others = if detector.is_a_number() { OTHER_NUMBERS } else { &[] };
            let others = detector.contrary.iter().chain(others);
            for word in others.filter(|word| !detector.labels.contains(word)) {
                say(&mut words, word, Says { labelled: 0, contrary: mask });
            }
        }
        for (index, own) in (DETECTORS.len()..).zip(patterns) {
            let mask = u8::try_from(index).map_or(0, bit) & enabled;
            if mask == 0 {
                continue;
            }
            // What takes the place of a detector is called what that is called.
            let replaced =
                DETECTORS.iter().find(|known| own.replaces.as_deref() == Some(known.name));
            let of_replaced = replaced.map_or(&[][..], |known| known.labels).iter().copied();
            let labels: Vec<&str> =
                own.labels.iter().map(String::as_str).chain(of_replaced).collect();
            for label in &labels {
                say(&mut words, label, Says { labelled: mask, contrary: 0 });
            }
            let others =
                own.contrary.iter().map(String::as_str).chain(OTHER_NUMBERS.iter().copied());
            for word in others.filter(|word| !labels.contains(word)) {
                say(&mut words, word, Says { labelled: 0, contrary: mask });
            }
        }
        words.sort_by_key(|word| word.first);
        let size = (words.len() * 4).next_power_of_two().max(64);
        let mut table = vec![0; size];
        for (place, word) in words.iter().enumerate() {
            if place > 0 && words[place - 1].first == word.first {
                continue;
            }
            let mut slot = word.first.hash(size);
            while table[slot] != 0 {
                slot = (slot + 1) % size;
            }
            table[slot] = u16::try_from(place + 1).unwrap_or(0);
        }
        let mut sieve = [0; SIEVE];
        for word in &words {
            let (place, bit) = sieved(word.first.as_bytes());
            sieve[place] |= bit;
        }
        Self { words, table, sieve }
    }

    /// Whether entries may begin with the word.
    fn may_begin_with(&self, word: &[u8]) -> bool {
        let (place, bit) = sieved(word);
        self.sieve[place] & bit != 0
    }

    /// What the names of a column say: header text, field name.
    pub(super) fn of_names(&self, names: &[&str]) -> Says {
        let mut says = Says::default();
        for name in names {
            let words = name_words(name);
            let mut following = words.iter().skip(1);
            for word in &words {
                let next = following.next().map_or("", String::as_str);
                says = says
                    .and(self.look_up(Lower::new(word.as_bytes()), Lower::new(next.as_bytes())));
                // Names run words together: `homephone`.
                for known in self.words.iter().filter(|known| known.second.is_none()) {
                    let (word, known_word) = (word.as_bytes(), known.first.as_bytes());
                    let inside = word.starts_with(known_word) || word.ends_with(known_word);
                    if known_word.len() > ABBREVIATION && inside {
                        says = says.and(known.says);
                    }
                }
            }
        }
        says
    }

    /// What the words before and after a span of a text say, as far as the sentence and `floor` reach.
    pub(super) fn around(&self, text: &[u8], start: usize, end: usize, floor: usize) -> Says {
        let before = self.of_words(before(text, start, floor), Side::Before);
        let before = before.and(self.of_abbreviation(text, start, floor));
        let after = self.of_words(after(text, end), Side::After);
        // `SSN 900-12-3456 with a lot of`: what is named before is not called otherwise after.
        before.and(Says { contrary: after.contrary & !before.labelled, ..after })
    }

    /// What an abbreviation with stops right before a span says: `S.I.N. 1`.
    fn of_abbreviation(&self, text: &[u8], start: usize, floor: usize) -> Says {
        // Few stand before a stop.
        if !text[floor..start].iter().rev().take(3).any(|byte| *byte == b'.') {
            return Says::default();
        }
        let stopped = text[floor..start].trim_ascii_end();
        let stopped = stopped.strip_suffix(b":").unwrap_or(stopped);
        let Some(letters) = stopped.strip_suffix(b".") else { return Says::default() };
        abbreviation_before(text, floor + letters.len(), floor)
            .map_or_else(Says::default, |letters| self.look_up(letters, Lower::default()))
    }

    fn of_words(&self, text: &[u8], side: Side) -> Says {
        let mut says = Says::default();
        let mut words = words(text).peekable();
        while let Some((end, word)) = words.next() {
            // After a number, `Fax:` belongs to what follows.
            let opens = matches!(text.get(end), Some(b':' | b'#' | b'='));
            if side == Side::After && opens {
                break;
            }
            // Keys run their words together: `dateOfBirth`.
            if opens || text.get(end) == Some(&b'"') {
                let mut key = word;
                while let last = last_hump(key)
                    && last > 0
                {
                    says = says.and(self.look_up(Lower::new(&key[last..]), Lower::default()));
                    key = &key[..last];
                }
                says = if key.len() < word.len() {
                    says.and(self.look_up(Lower::new(key), Lower::default()))
                } else {
                    says
                };
            }
            if !self.may_begin_with(word) {
                continue;
            }
            let next = words.peek().map(|(_, next)| Lower::new(next)).unwrap_or_default();
            let more = self.look_up(Lower::new(word), next);
            says = match side {
                Side::Before => says.overruled_by(more),
                Side::After => says.and(more),
            };
        }
        says
    }

    /// The detectors whose labels stand right before a value, with nothing but `no.`, `is` and the like between, or in
    /// parentheses right after it.
    pub(super) fn direct(&self, text: &[u8], start: usize, end: usize, floor: usize) -> Direct {
        let mut at = start;
        let mut says = 0;
        let mut pointing = Pointing::Bare;
        let (mut pointed, mut far) = (false, false);
        for _ in 0..=MOST_FILLERS {
            let Some(marks_start) = skip_marks(text, at, floor) else { break };
            // `her passport, no. 1`
            let comma = at < start && text[floor..marks_start].ends_with(b",");
            let marks_start = marks_start - usize::from(comma);
            // Most words have but a blank after them.
            let plain = marks_start + 1 == at && text[marks_start] == b' ';
            let marks_start =
                if plain { marks_start } else { skip_tags(text, marks_start, at, floor) };
            // `MRN (main campus): 1`, `license (DL) 1`: what is in the parentheses may be the label as well.
            let (word_end, inside) = skip_parentheses(text, marks_start, floor);
            if inside.is_some() || text[word_end..at].iter().any(|byte| b":#=|".contains(byte)) {
                pointing = Pointing::Marked;
            }
            if let Some(inside) = inside {
                says |= self.of_one(Lower::new(inside));
            }
            let word = word_before(text, word_end, floor);
            let word_start = word_end - word.len();
            let earlier_says = says;
            let too_far = far && !is_abbreviated(word);
            if let Some(letters) = abbreviation_before(text, word_end, floor) {
                says |= self.of_one(letters);
            }
            let earlier_end = word_start
                - text[floor..word_start]
                    .iter()
                    .rev()
                    .take(2)
                    .take_while(|byte| b" ._-'/".contains(byte))
                    .count();
            let mut earlier = word_before(text, earlier_end, floor);
            // `insured's id`
            if earlier == b"s" && text[..earlier_end - 1].ends_with(b"'") {
                let owner = word_before(text, earlier_end - 2, floor);
                earlier = if self.may_begin_with(owner) { owner } else { earlier };
            }
            if !too_far && (self.may_begin_with(word) || self.may_begin_with(earlier)) {
                let (first, second) = (Lower::new(earlier), Lower::new(word));
                // Units look like abbreviated labels, `mg/dL (70-99)`, and two labels stand with a slash: `MRN/CSN: 1`.
                let parted = text[..word_start].ends_with(b"/");
                let of_unit = parted
                    && word.len() <= LONGEST_UNIT
                    && (earlier.is_empty() || MEASURES.has(earlier));
                says |= if of_unit { 0 } else { self.of_one(second) };
                says |= if parted && !of_unit { self.of_one(first) } else { 0 };
                says |= self.of_two(first, second);
                // `visit #` is `visit no`.
                if text[word_end..at].contains(&b'#') {
                    says |= self.of_two(second, Lower::number());
                }
            }
            if says != earlier_says && is_abbreviated(word) {
                pointing = Pointing::Marked;
            }
            // More may stand before a filler: `driver license no` is no license of a profession.
            pointed |= !plain && text[word_end..at].iter().any(|byte| b":=".contains(byte));
            if !(FILLERS.has(word) || pointed && ASIDES.has(word)) {
                // `MRN on wristband: 1`
                if says != 0
                    || !pointed
                    || word.is_empty()
                    || !word.iter().all(u8::is_ascii_lowercase)
                {
                    break;
                }
                far = true;
            }
            pointing = Pointing::Marked;
            at = word_start;
        }
        if says != 0 {
            return Direct { labelled: says, pointing };
        }
        let after = match &text[end..] {
            [b' ', b'(', rest @ ..] | [b'(', rest @ ..] => {
                let length = rest.iter().take(LONGEST).take_while(|byte| is_word(**byte)).count();
                match rest.get(length) {
                    Some(b')') => self.of_one(Lower::new(&rest[..length])),
                    _ => 0,
                }
            }
            _ => 0,
        };
        Direct { labelled: after, pointing: Pointing::Marked }
    }

    /// What a word labels by itself.
    fn of_one(&self, word: Lower) -> Mask {
        let alone = self.beginning_with(word).iter().filter(|known| known.second.is_none());
        alone.fold(0, |mask, known| mask | known.says.labelled)
    }

    /// What two words label together.
    fn of_two(&self, first: Lower, second: Lower) -> Mask {
        let entries = self.beginning_with(first);
        let second = if entries.is_empty() { second } else { second.or_number() };
        let both = entries.iter().filter(|known| known.second == Some(second));
        both.fold(0, |mask, known| mask | known.says.labelled)
    }

    fn look_up(&self, first: Lower, second: Lower) -> Says {
        let entries = self.beginning_with(first);
        let second = if entries.is_empty() { second } else { second.or_number() };
        entries
            .iter()
            .filter(|word| word.second.is_none_or(|expected| expected == second))
            .fold(Says::default(), |says, word| says.and(word.says))
    }

    /// The entries whose first word this is.
    fn beginning_with(&self, first: Lower) -> &[Word] {
        if first.bytes[0] == 0 {
            return &[];
        }
        let mut slot = first.hash(self.table.len());
        while let Some(place) = usize::from(self.table[slot]).checked_sub(1) {
            let words = &self.words[place..];
            if words[0].first == first {
                let count = words.iter().take_while(|word| word.first == first).count();
                return &words[..count];
            }
            slot = (slot + 1) % self.table.len();
        }
        &[]
    }
}

/// The labels right before a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Direct {
    /// The detectors whose labels they are.
    pub(super) labelled: Mask,
    pub(super) pointing: Pointing,
}

/// How a label points to its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pointing {
    /// With a mark or a word that a value follows: `chart: 1`, `chart no. 1`, `chart is 1`.
    Marked,
    /// By standing before it: `chart 1`, which also begins `chart 12 visits`.
    Bare,
}

/// Adds what a word or a pair of words says; an `id` may be called a number as well.
fn say(words: &mut Vec<Word>, label: &str, says: Says) {
    let lower = |word: &str| Lower::new(word.as_bytes());
    let Some((first, second)) = label.split_once(' ') else {
        return say_of(words, lower(label), None, says);
    };
    say_of(words, lower(first), Some(lower(second).or_number()), says);
    if second == "id" {
        say_of(words, lower(first), Some(Lower::number()), says);
    }
}

fn say_of(words: &mut Vec<Word>, first: Lower, second: Option<Lower>, says: Says) {
    match words.iter_mut().find(|word| (word.first, word.second) == (first, second)) {
        Some(word) => word.says = word.says.and(says),
        None => words.push(Word { first, second, says }),
    }
}

/// Words that say that a number follows.
static NUMBERS: WordList<32> = WordList::new("no nr num number numbers nbr nummer numero numer");
/// Words that may stand between a label and its value.
static FILLERS: WordList<64> = WordList::new(
    "no nr num number numbers nbr nummer numero numer id is was the code as identifier control identification ref \
     reference",
);
/// What else may stand between them where a colon does: `MRN as listed: 1`, `MRN on file: 1`.
static ASIDES: WordList<64> = WordList::new(
    "listed on file given shown above recorded per for this new old current assigned at of provided verified now here \
     noted printed stated",
);
/// What stands before a slash in a unit of measure.
static MEASURES: WordList<64> = WordList::new(
    "g kg mg mcg ug ng pg u iu miu mu meq mmol umol nmol mol ml l k m cells copies mm",
);
/// The fewest letters of an abbreviation that is a label by itself.
const ABBREVIATED: usize = 3;
/// How many of them.
const MOST_FILLERS: usize = 3;

/// Whether a word is an abbreviation without a vowel, by which nothing is counted.
fn is_abbreviated(word: &[u8]) -> bool {
    word.len() >= ABBREVIATED && !word.iter().any(|letter| b"aeiouyAEIOUY".contains(letter))
}

/// Where the word ends before which nothing but marks of a label stand; `None` if something else does.
fn skip_marks(text: &[u8], start: usize, floor: usize) -> Option<usize> {
    let is_mark = |byte: &u8| is_blank(*byte) || b":#=(.\"'*[>|_".contains(byte);
    let count = |end: usize| {
        text[floor..end].iter().rev().take(MOST_MARKS).take_while(|byte| is_mark(byte)).count()
    };
    let mut end = start - count(start);
    // `MRN - 1`: a dash between blanks is a mark, one inside a word is none.
    if text[end..start].starts_with(b" ") && text[floor..end].ends_with(b" -") {
        end -= 1;
        end -= count(end);
    }
    // Keys run their words together: `visitId`.
    if end == start && is_hump(text, start) && floor < start {
        return Some(start);
    }
    let marks = start - end;
    let between = &text[end..start];
    // A new line is a new thing unless the label ends with a colon.
    let broken = between.contains(&b'\n') && !between.contains(&b':');
    (marks > 0 && !broken).then_some(end)
}

/// The longest tag of markup, and how many may stand together.
const LONGEST_TAG: usize = 40;
const MOST_TAGS: usize = 6;

/// Tags that only say how a text looks.
static FORMATS: WordList<64> =
    WordList::new("a b i u p td th tr dd dt li em div span font strong label br small");

/// Where a word ends before tags that end in the marks from `end` to `until`: `<b>MRN</b>: 1`, `<td>MRN</td><td>1`.
fn skip_tags(text: &[u8], end: usize, until: usize, floor: usize) -> usize {
    let mut end = end;
    let Some(close) = text[end..until].iter().position(|byte| *byte == b'>') else { return end };
    let mut inside = &text[floor..end + close];
    for _ in 0..MOST_TAGS {
        let open = inside.iter().rev().take(LONGEST_TAG).position(|byte| *byte == b'<');
        let Some(open) = open else { break };
        let tag = &inside[inside.len() - open..];
        let name = tag.strip_prefix(b"/").unwrap_or(tag);
        let letters = name.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        if !FORMATS.has(&name[..letters]) {
            break;
        }
        let before = text[floor..floor + inside.len() - open - 1].trim_ascii_end();
        let before = before.strip_suffix(b":").unwrap_or(before).trim_ascii_end();
        end = floor + before.len();
        let Some(rest) = before.strip_suffix(b">") else { break };
        inside = rest;
    }
    end
}

/// The longest text in parentheses between a label and its colon.
const LONGEST_ASIDE: usize = 24;

/// Where a word ends before parentheses that end here, and the last word in those.
fn skip_parentheses(text: &[u8], end: usize, floor: usize) -> (usize, Option<&[u8]>) {
    let Some(open) = text[floor..end].strip_suffix(b")").and_then(|inside| {
        let least = inside.len().saturating_sub(LONGEST_ASIDE);
        let place = inside[least..].iter().rposition(|byte| matches!(byte, b'(' | b'\n' | b')'))?;
        (inside[least + place] == b'(').then_some(floor + least + place)
    }) else {
        return (end, None);
    };
    let before = text[floor..open].trim_ascii_end();
    (floor + before.len(), Some(word_before(text, end - 1, open)))
}

/// The most letters of an abbreviation with stops.
const MOST_LETTERS: usize = 5;

/// The letters of the abbreviation that ends here without its last stop: `M.R.N`.
fn abbreviation_before(text: &[u8], end: usize, floor: usize) -> Option<Lower> {
    let mut letters = [0; MOST_LETTERS];
    let mut first = MOST_LETTERS;
    let mut before = &text[floor..end];
    while let [rest @ .., letter] = before
        && letter.is_ascii_alphabetic()
        && !rest.last().is_some_and(|byte| is_word(*byte))
    {
        first = first.checked_sub(1)?;
        letters[first] = *letter;
        match rest {
            [more @ .., b'.'] => before = more,
            _ => break,
        }
    }
    (MOST_LETTERS - first >= 2).then(|| Lower::new(&letters[first..]))
}

/// The longest unit of measure after a slash.
const LONGEST_UNIT: usize = 3;

/// How many blanks and marks may stand between a label and its value, as in `MRN........: 1`.
const MOST_MARKS: usize = 32;

/// The word that ends at a place, the last of those that a key runs together.
fn word_before(text: &[u8], end: usize, floor: usize) -> &[u8] {
    let before = &text[floor.min(end)..end];
    let length = before.iter().rev().take(LONGEST).take_while(|byte| is_word(**byte)).count();
    let run = &before[before.len() - length..];
    &run[last_hump(run)..]
}

/// Where the last of the words begins that a key runs together; single letters are none: `dL`.
fn last_hump(word: &[u8]) -> usize {
    (1..word.len().saturating_sub(1)).rev().find(|at| is_hump(word, *at)).unwrap_or(0)
}

/// Whether a word of a key begins inside it here: `dateOfBirth`.
fn is_hump(text: &[u8], at: usize) -> bool {
    at > 0 && text[at - 1].is_ascii_lowercase() && text.get(at).is_some_and(u8::is_ascii_uppercase)
}

/// Which side of a candidate words stand on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Before,
    After,
}

impl Says {
    /// What is said where a word nearer to the candidate follows: `called about order` speaks of an order.
    fn overruled_by(self, nearer: Self) -> Self {
        Self {
            labelled: self.labelled & !nearer.contrary | nearer.labelled,
            contrary: self.contrary & !nearer.labelled | nearer.contrary,
        }
    }

    fn and(self, other: Self) -> Self {
        Self { labelled: self.labelled | other.labelled, contrary: self.contrary | other.contrary }
    }
}

/// A word in lower case, padded with nought; nothing if it is longer than any label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Lower {
    bytes: [u8; LONGEST],
}

impl Lower {
    fn new(word: &[u8]) -> Self {
        let mut lower = Self::default();
        if let Some(bytes) = lower.bytes.get_mut(..word.len()) {
            for (lower, byte) in bytes.iter_mut().zip(word) {
                *lower = byte.to_ascii_lowercase();
            }
        }
        lower
    }

    /// The word for all words that say `number`.
    fn number() -> Self {
        Self::new(b"no")
    }

    /// The word, or the one for all that say `number`.
    fn or_number(self) -> Self {
        // They all begin alike.
        if self.bytes[0] == b'n' && NUMBERS.has(self.as_bytes()) { Self::number() } else { self }
    }

    fn as_bytes(&self) -> &[u8] {
        let length = self.bytes.iter().position(|byte| *byte == 0).unwrap_or(LONGEST);
        &self.bytes[..length]
    }

    /// A place in a table of `size`, a power of two.
    fn hash(&self, size: usize) -> usize {
        const MULTIPLIER: u64 = 0x9E37_79B9_7F4A_7C15;
        let (words, _) = self.bytes.as_chunks::<8>();
        let used = words.iter().take_while(|word| word[0] != 0);
        let mixed = used.fold(0_u64, |hash, word| {
            (hash.rotate_left(23) ^ u64::from_le_bytes(*word)).wrapping_mul(MULTIPLIER)
        });
        usize::try_from(mixed >> 40).unwrap_or(0) & (size - 1)
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
    use super::{Labels, Mask, Pointing, bit, name_words};
    use crate::detect::DETECTORS;

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
        check_names("PATIENT_SSN", "us-ssn");
        check_names("Social Security No.", "us-ssn");
        check_names("homephone", "phone");
        check_names("NOTE", "");
        check_names("note_text", "");
        check_names("hotel", "");
        check_names("MRN", "mrn");
        check_names("LAST_NAME", "name");
    }

    #[test]
    fn labels_stand_right_before() {
        check_direct("MRN 1", "mrn");
        check_direct("MRN: #1", "mrn");
        check_direct("medical record no. 1", "mrn");
        check_direct("Patient ID is 1", "mrn");
        check_direct("1 (MRN)", "mrn");
        check_direct("MRN pending, room 1", "");
        check_direct("chart # 1", "mrn");
        check_direct("visit # 1", "encounter date");
        check_direct("driver license no. 1", "driver-license professional-license");
        check_direct("S/N: 1", "device-serial");
        check_direct("mg/dL (1", "");
        check_direct("MRN\n1", "");
        check_direct("MRN:\n1", "mrn");
        check_direct("1 MRN", "");
        check_direct("MRN - 1", "mrn");
        check_direct("re-1", "");
        check_direct("M.R.N. 1", "mrn");
        check_direct("D.L. 1", "driver-license");
        check_direct("U.S. 1", "");
        check_direct("MRN (main campus): 1", "mrn");
        check_direct("paper (passport) 1", "passport");
        check_direct("mrn_number: 1", "mrn");
        check_direct("| MRN | 1", "mrn");
        check_direct("MRN/CSN: 1", "mrn encounter");
        check_direct("insured's id 1", "member-id");
        check_direct("visitId: 1", "encounter date");
        check_direct("serialNumber=1", "device-serial");
        check_direct("MRN)\n1", "");
        check_direct("MRN as listed: 1", "mrn");
        check_direct("<b>MRN</b>: 1", "mrn");
        check_direct("<td class=\"k\">MRN:</td> <td>1", "mrn");
        check_direct("<mrn>1", "mrn");
        check_direct("MRN</note><b>1", "");
        check_direct("MRN on file for this 1", "");
        check_direct("MRN on wristband: 1", "mrn");
        check_direct("chart on wristband: 1", "");
        check_direct("passport, no. 1", "passport");
        check_direct("passport, 1", "");
        check_direct("visit nbr 1", "encounter date");
        check_direct("pt no. 1", "mrn");
    }

    #[test]
    fn labels_point_to_values() {
        for (text, pointing) in [
            ("chart 1", Pointing::Bare),
            ("chart: 1", Pointing::Marked),
            ("chart #1", Pointing::Marked),
            ("chart no. 1", Pointing::Marked),
            ("chart is 1", Pointing::Marked),
            ("chart (old) 1", Pointing::Marked),
            ("1 (chart)", Pointing::Marked),
            ("MRN 1", Pointing::Marked),
        ] {
            let at = text.find('1').unwrap();
            let direct = Labels::new(Mask::MAX, &[]).direct(text.as_bytes(), at, at + 1, 0);
            assert_eq!((direct.pointing, direct.labelled != 0), (pointing, true), "{text}");
        }
    }

    #[test]
    fn words_speak_within_their_sentence() {
        check("his SSN is _", true);
        check("SSN:\n_", true);
        check("S.S.N. _", true);
        check("S.S.N.: _", true);
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
        let says = Labels::new(Mask::MAX, &[]).around(text.as_bytes(), at, at + 1, 0);
        assert_eq!(said(says.labelled).contains(&"us-ssn"), expected, "in {text:?}");
    }

    #[track_caller]
    fn check_direct(text: &str, expected: &str) {
        let at = text.find('1').unwrap();
        let direct = Labels::new(Mask::MAX, &[]).direct(text.as_bytes(), at, at + 1, 0);
        assert_eq!(said(direct.labelled).join(" "), expected, "in {text:?}");
    }

    #[track_caller]
    fn check_names(name: &str, expected: &str) {
        let says = Labels::new(Mask::MAX, &[]).of_names(&[name]);
        assert_eq!(said(says.labelled).join(" "), expected, "for {name:?}");
    }

    /// The names of the detectors of a mask.
    fn said(mask: Mask) -> Vec<&'static str> {
        let named = (0_u8..).zip(DETECTORS).filter(|(index, _)| mask & bit(*index) != 0);
        named.map(|(_, detector)| detector.name).collect()
    }
}
