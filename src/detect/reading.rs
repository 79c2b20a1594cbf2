//! How a detector reads a text, and the readings that many detectors share.

use super::gate::Near;
use super::number::{Chain, Gap, Group, Written, is_one_digit, left_edge, right_edge};
use super::tier::{Judgement, Tier};
use crate::value::form::Form;

/// Something in a text that may be an identifier.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub(super) judgement: Judgement,
    pub(super) start: usize,
    pub(super) end: usize,
    /// It hangs on a word by a dash, a dot or a slash.
    pub(super) glued: bool,
}

/// Judges the first groups of a chain; says how many it takes.
pub(super) type ChainJudge = fn(&mut Chain<'_>) -> Option<(Found, usize)>;
/// Judges what a token begins or stands in.
pub(super) type TokenJudge = fn(Token<'_>) -> Option<Found>;

/// Judges a whole value of a column that is labelled.
pub(super) type ValueJudge = fn(&[u8]) -> Option<Found>;

/// One way to find an identifier.
#[derive(Debug, Clone, Copy)]
pub(super) enum Reading {
    /// Digits: one group of so many, or several of which the first two have so many and one of these gaps between.
    Chain {
        runs: &'static [usize],
        pairs: &'static [(usize, usize)],
        gaps: &'static [Gap],
        judge: ChainJudge,
    },
    /// Digits of a form.
    Number(Number),
    /// Something around a token of so many letters and digits, from and to, where one of these holds.
    Token { lengths: (usize, usize), near: &'static [Near], judge: TokenJudge },
    /// Letters and digits of a form.
    Code(Code),
    /// Whatever follows a label.
    Labelled(Labelled),
    /// The whole value of a column whose name labels it.
    Value(ValueJudge),
    /// Something around a sign.
    Sign(Sign),
    /// What the detector of that name reads from numbers, judged anew.
    Echo { of: &'static str, judgement: Judgement },
}

/// Signs and words that are looked for besides digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// An address around `@`.
    At,
    /// An address after `://` or from `www.`.
    Page,
    /// An address of version 6 around `:`.
    Colon,
    /// A hardware address around `:`.
    Pair,
    /// A telephone number after `+`.
    Plus,
    /// A name from a capital letter.
    Capital,
    /// A key from its armour.
    Armour,
    /// An age from `ninety` or `hundred`.
    Ninety,
}

/// Whether anything but the shape speaks for a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proof {
    /// A check digit; with a label it is certain.
    CheckDigit,
    Shape,
}

impl Proof {
    fn judgement(self, tier: Tier) -> Judgement {
        match self {
            Self::CheckDigit => Judgement::checked(tier),
            Self::Shape => Judgement::shape(tier),
        }
    }
}

/// A number of a form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Number {
    pub(super) form: Form,
    /// How many digits stand in a row.
    pub(super) runs: &'static [usize],
    /// How they are grouped.
    pub(super) groups: &'static [&'static [usize]],
    /// What may stand between all groups.
    pub(super) gaps: &'static [Gap],
    /// How certain it is in a row, and in groups.
    pub(super) run: Tier,
    pub(super) parted: Tier,
    pub(super) proof: Proof,
}

/// The longest number.
const LONGEST_NUMBER: usize = 20;

impl Number {
    /// Judges the first groups of a chain.
    pub(super) fn judge(&self, chain: &mut Chain<'_>) -> Option<(Found, usize)> {
        let first = chain.first();
        let (groups, written, tier) = if self.runs.contains(&first.len()) {
            (1, Written::Run, self.run)
        } else {
            let shape = self.groups.iter().find(|shape| chain.has_lengths(shape))?;
            let gap = chain.gap(1)?;
            let one_kind = (2..shape.len()).all(|place| chain.gap(place) == Some(gap));
            if !one_kind || !self.gaps.contains(&gap) {
                return None;
            }
            (shape.len(), Written::Parted(gap), self.parted)
        };
        let mut digits = [0; LONGEST_NUMBER];
        let mut count = 0;
        for place in 0..groups {
            let group = chain.group(place)?;
            let place = digits.get_mut(count..count + group.len())?;
            place.copy_from_slice(&chain.text[group.start..group.end]);
            count += group.len();
        }
        let digits = &digits[..count];
        if !self.form.holds(digits) || is_one_digit(digits) {
            return None;
        }
        let end = chain.group(groups - 1)?.end;
        let edges = chain.edges(groups, end, written)?;
        let judgement = self.proof.judgement(tier).fictional_if(self.form.fictional(digits));
        Some((Found { judgement, start: first.start, end, glued: edges.glued }, groups))
    }
}

/// A run of letters and digits, at its first digit.
#[derive(Clone, Copy)]
pub(super) struct Token<'t> {
    pub(super) text: &'t [u8],
    pub(super) start: usize,
    pub(super) end: usize,
    /// The first digit.
    pub(super) digit: usize,
}

impl std::fmt::Debug for Token<'_> {
    /// Says nothing of the text of records that it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token").finish_non_exhaustive()
    }
}

/// The longest run of letters before a digit that is looked at.
const LONGEST_LEAD: usize = 40;
/// The longest run of letters and digits that is told from longer ones.
pub(super) const LONGEST_TOKEN: usize = 40;

impl<'t> Token<'t> {
    /// The token whose first digits are these; `None` if a digit of it stands before, or it is no token.
    #[inline]
    pub(super) fn at(text: &'t [u8], digits: Group) -> Option<Self> {
        let Group { start, end, .. } = digits;
        let lettered = |place: usize| text.get(place).is_some_and(u8::is_ascii_alphanumeric);
        if lettered(end) || lettered(start.wrapping_sub(1)) || digits.len() > LONGEST_TOKEN {
            return Self::with_letters(text, digits);
        }
        Some(Self { text, start, end, digit: start })
    }

    fn with_letters(text: &'t [u8], digits: Group) -> Option<Self> {
        let digit = digits.start;
        let lead = text[..digit]
            .iter()
            .rev()
            .take(LONGEST_LEAD)
            .take_while(|byte| byte.is_ascii_alphabetic())
            .count();
        let start = digit - lead;
        if start > 0 && text[start - 1].is_ascii_alphanumeric() {
            return None;
        }
        let most = text.len().min(digit + LONGEST_TOKEN + 1);
        let rest = text.get(digits.end..most).unwrap_or_default();
        let tail = rest.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        Some(Self { text, start, end: most.min(digits.end + tail), digit })
    }

    pub(super) fn bytes(&self) -> &'t [u8] {
        &self.text[self.start..self.end]
    }

    /// Found as it stands, from `start` to `end`, if it may begin and end there.
    pub(super) fn found(&self, judgement: Judgement, start: usize, end: usize) -> Option<Found> {
        let edges = left_edge(self.text, start)?;
        right_edge(self.text, end).then_some(Found { judgement, start, end, glued: edges.glued })
    }
}

/// Letters and digits of a form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code {
    pub(super) form: Form,
    /// How many letters and digits stand together where its first digit is, from and to.
    pub(super) lengths: (usize, usize),
    /// How it may be grouped; one group is a row.
    pub(super) pieces: &'static [&'static [usize]],
    /// What may stand between all groups.
    pub(super) between: &'static [u8],
    /// How many letters may stand apart before the first digit.
    pub(super) lead: usize,
    pub(super) tier: Tier,
    pub(super) proof: Proof,
}

/// The longest code.
const LONGEST_CODE: usize = 24;

impl Code {
    pub(super) fn judge(&self, token: Token<'_>) -> Option<Found> {
        let text = token.text;
        let apart = self.lead > 0 && token.start == token.digit;
        let start = if apart { self.start_apart(text, token.start) } else { None };
        let start = start.unwrap_or(token.start);
        self.pieces.iter().find_map(|pieces| {
            let (mut places, count, end) = take_pieces(text, start, pieces, self.between)?;
            let places = &mut places[..count];
            let lower = places.iter().any(u8::is_ascii_lowercase);
            if lower && places.iter().any(u8::is_ascii_uppercase) {
                return None;
            }
            places.make_ascii_uppercase();
            let fictional = self.form.fictional(places);
            if !fictional && !self.form.holds(places) {
                return None;
            }
            let judgement = self.proof.judgement(self.tier).fictional_if(fictional);
            token.found(judgement, start, end)
        })
    }

    /// Where letters apart from the digits start.
    fn start_apart(&self, text: &[u8], digits: usize) -> Option<usize> {
        let (between, start) = (digits.checked_sub(1)?, digits.checked_sub(1 + self.lead)?);
        let letters = &text[start..between];
        let before = start.checked_sub(1).map(|at| text[at]);
        (self.between.contains(&text[between])
            && letters.iter().all(u8::is_ascii_alphabetic)
            && !before.is_some_and(|byte| byte.is_ascii_alphanumeric()))
        .then_some(start)
    }
}

/// Letters and digits in groups of these sizes with one sign between them: the places, how many, and where they end.
pub(super) fn take_pieces(
    text: &[u8],
    start: usize,
    pieces: &[usize],
    between: &[u8],
) -> Option<([u8; LONGEST_CODE], usize, usize)> {
    let mut places = [0; LONGEST_CODE];
    let mut count = 0;
    let mut at = start;
    let mut sign = None;
    for (number, size) in pieces.iter().enumerate() {
        if number > 0 {
            let found = *text.get(at)?;
            if !between.contains(&found) || *sign.get_or_insert(found) != found {
                return None;
            }
            at += 1;
        }
        let piece = text.get(at..at + size)?;
        if !piece.iter().all(u8::is_ascii_alphanumeric) {
            return None;
        }
        places.get_mut(count..count + size)?.copy_from_slice(piece);
        count += size;
        at += size;
    }
    Some((places, count, at))
}

/// A value that nothing but its label tells.
#[derive(Debug, Clone, Copy)]
pub(super) struct Labelled {
    /// How many letters and digits it has, from and to.
    pub(super) places: (usize, usize),
    /// How many of them are digits at least.
    pub(super) digits: usize,
    pub(super) kind: LabelledKind,
}

/// What a labelled value is written with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LabelledKind {
    /// Letters, digits and dashes.
    Code,
    /// The same, often three groups of two, which may look like a day.
    Record,
    /// Anything but blanks.
    Secret,
}
