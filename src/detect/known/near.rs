//! What stands around a name or a number that is known, and what it says of it.

use super::key::letter;
use super::kind::KnownKind;
use super::word::{CLINICIANS, DEGREES, EPONYM, ORDINARY, RELATIVES, TITLES};
use crate::detect::catalogue::DETECTORS;
use crate::detect::label::{Labels, Mask, bit};

/// The labels of numbers of people.
#[derive(Debug)]
pub(super) struct NumberLabels {
    labels: Labels,
    /// The detectors of numbers that are issued to people and of what is kept of them.
    numbers: Mask,
    /// Those of dates of birth.
    births: Mask,
}

impl NumberLabels {
    /// The one list, made when it is first asked for.
    pub(super) fn get() -> &'static Self {
        static LABELS: std::sync::OnceLock<NumberLabels> = std::sync::OnceLock::new();
        LABELS.get_or_init(|| {
            let of_people = [
                "us-ssn",
                "us-mbi",
                "mrn",
                "member-id",
                "phone",
                "uk-nhs",
                "driver-license",
                "passport",
            ];
            let (mut numbers, mut births) = (0, 0);
            for (index, detector) in (0_u8..).zip(DETECTORS) {
                if of_people.contains(&detector.name) {
                    numbers |= bit(index);
                }
                if detector.name == "birth-date" {
                    births |= bit(index);
                }
            }
            Self { labels: Labels::new(numbers | births, &[]), numbers, births }
        })
    }

    /// What the words beside a number say of it.
    pub(super) fn of_number(&self, text: &[u8], start: usize, end: usize) -> Said {
        let near = self.labels.around(text, start, end, 0);
        match (near.labelled & self.numbers != 0, near.contrary & self.numbers != 0) {
            (true, _) => Said::Labelled,
            (false, true) => Said::Contrary,
            (false, false) => Said::Nothing,
        }
    }

    /// What the words beside a date say of it.
    pub(super) fn of_date(&self, text: &[u8], start: usize, end: usize) -> Said {
        let near = self.labels.around(text, start, end, 0);
        if near.labelled & self.births != 0 { Said::Labelled } else { Said::Nothing }
    }
}

/// What the words beside a value say of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// That it is an identifier.
    Labelled,
    /// That it is a number of something else.
    Contrary,
    /// Nothing.
    Nothing,
}

/// What stands around a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NameSigns {
    /// `Mr.` before it.
    pub(super) titled: bool,
    /// `Dr.` before it, or a degree behind it.
    pub(super) clinician: bool,
    /// A word for a relative before it.
    pub(super) relative: bool,
    /// It is part of the name of a disease, a test or a tool.
    pub(super) eponym: bool,
    /// It stands inside a sentence with a capital that it would not have there as a word.
    pub(super) inner: bool,
}

impl NameSigns {
    /// Of the name that stands there.
    pub(super) fn of(text: &[u8], start: usize, end: usize) -> Self {
        let (before, gap) = word_before(text, start);
        let (earlier, _) = word_before(text, start - gap - before.len());
        let after = text.get(end..).unwrap_or_default();
        let (possessive, rest) = match after {
            [b'\'', b's', rest @ ..] | [0xE2, 0x80, 0x99, b's', rest @ ..] => (true, rest),
            rest => (false, rest),
        };
        let next = word_after(rest);
        let name = text.get(start..end).unwrap_or_default();
        let shouted = !name.iter().any(u8::is_ascii_lowercase);
        let ends = text.get(..start).unwrap_or_default().trim_ascii_end().last();
        Self {
            titled: TITLES.has(before),
            clinician: CLINICIANS.has(before) || is_degree(rest, next),
            relative: RELATIVES.has(before) || RELATIVES.has(earlier),
            eponym: EPONYM.has(next)
                || possessive && next.first().is_some_and(u8::is_ascii_lowercase) && !is_verb(next),
            inner: !shouted
                && ends.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b','),
        }
    }
}

/// Whether a word or a name, alone, is a word of notes too.
pub(super) fn is_ordinary(word: &[u8]) -> bool {
    let word = word.strip_suffix(b"'s").unwrap_or(word);
    ORDINARY.has(word)
}

/// What a patient has, behind `'s`, that is no disease.
fn is_verb(word: &[u8]) -> bool {
    const OWNED: [&[u8]; 14] = [
        b"mother",
        b"father",
        b"wife",
        b"husband",
        b"daughter",
        b"son",
        b"family",
        b"chart",
        b"room",
        b"labs",
        b"pain",
        b"condition",
        b"home",
        b"care",
    ];
    OWNED.iter().any(|owned| word.eq_ignore_ascii_case(owned))
}

/// A degree behind a name: `, MD`.
fn is_degree(rest: &[u8], next: &[u8]) -> bool {
    let upper = next.first().is_some_and(u8::is_ascii_uppercase);
    let comma = rest.trim_ascii_start().first() == Some(&b',');
    upper && DEGREES.has(next) && (comma || next.iter().all(u8::is_ascii_uppercase))
}

/// The word before a place, without the dot of a title, and how many bytes lie between; none across a sentence's end.
fn word_before(text: &[u8], at: usize) -> (&[u8], usize) {
    let before = text.get(..at).unwrap_or_default();
    let end = before
        .iter()
        .rposition(|byte| !matches!(byte, b' ' | b'.' | b':' | b',' | b'(' | b'\t'))
        .map_or(0, |last| last + 1);
    let gap = before.get(end..).unwrap_or_default();
    let start = before
        .get(..end)
        .unwrap_or_default()
        .iter()
        .rposition(|byte| !byte.is_ascii_alphanumeric())
        .map_or(0, |last| last + 1);
    let word = before.get(start..end).unwrap_or_default();
    let ended = gap.contains(&b'.') && !TITLES.has(word) && !CLINICIANS.has(word);
    if ended || gap.len() > 3 { (b"", 0) } else { (word, gap.len()) }
}

/// The next word behind a place, on the same line.
fn word_after(text: &[u8]) -> &[u8] {
    let start =
        text.iter().position(|byte| !matches!(byte, b' ' | b',' | b'.')).unwrap_or(text.len());
    let rest = if start > 3 { &[] } else { text.get(start..).unwrap_or_default() };
    let end = rest.iter().position(|byte| !byte.is_ascii_alphabetic()).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// Whether a letter stands at the beginning of a text that a name may begin with.
pub(super) fn begins_name(text: &[u8]) -> bool {
    match text.first() {
        Some(byte) if byte.is_ascii() => byte.is_ascii_uppercase(),
        Some(_) => letter(text).0.is_some_and(char::is_uppercase),
        None => false,
    }
}

/// The kinds whose shape is unmistakable with its separators.
pub(super) fn is_shaped(kind: KnownKind) -> bool {
    matches!(kind, KnownKind::Ssn | KnownKind::Phone | KnownKind::Mbi | KnownKind::NhsNumber)
}
