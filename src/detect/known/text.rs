//! The walk over a text, with a key for everything in it that may be somebody's.

use super::digest::digest_in;
use super::form::{Birth, LONGEST_CODE, Reach, SHORTEST_CODE, day, full, initial, street};
use super::key::{Class, Key, PART, letter};
use super::kind::KnownKind;
use super::near::{NameSigns, NumberLabels, Said, begins_name, is_ordinary, is_shaped};
use super::sieve::WordSieve;
use super::word::{CLINICIANS, DIRECTIONS, MONTHS, PARTICLES, TITLES, street_kind};
use crate::detect::eight::{ONES, Run, TOPS, below};
use crate::detect::tier::Tier;

/// Whose an identifier is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Owner {
    /// The person whose record it stands in.
    Own,
    /// Somebody of the staff.
    Staff,
    /// A patient; another one, where that of the record is known.
    Patient,
}

/// What a roster knows of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// What it is.
    pub kind: KnownKind,
    /// Whose it is.
    pub owner: Owner,
    /// How many people share it.
    pub persons: u32,
    /// Whether more than one in a thousand numbers of its length is known, so that it may be here by chance.
    pub crowded: bool,
    /// What tells its person from others.
    pub mark: u128,
}

/// Says whose a key is.
pub trait Roster {
    /// What is known of a key; with [`Reach::Own`] only the person of the record at hand is meant.
    fn find(&mut self, key: &[u8], reach: Reach) -> Option<Known>;

    /// Whether anything is known of the person of the record at hand.
    fn has_own(&self) -> bool;

    /// The words of which the names and streets of all known people are made.
    fn words(&self) -> &WordSieve;

    /// Whether any known number or code has so many places.
    fn has_places(&self, places: usize) -> bool;

    /// Whether digests of identifiers are known.
    fn has_digests(&self) -> bool;
}

/// A known identifier in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sighting {
    /// Its first byte.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// How certain it is.
    pub tier: Tier,
    /// As whom the text names the person.
    pub named: Named,
    /// What is known of it.
    pub known: Known,
}

/// As whom a text names a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Named {
    /// As anybody.
    Plainly,
    /// As a relative or a neighbour, who may well stand in the note of somebody else.
    Related,
}

/// Shared by more people, a value says nothing of anybody: `000-000-0000`, the telephone of the ward.
const CROWD: u32 = 10;
/// Words of a last name that are looked at behind the first.
const MOST_PARTICLES: usize = 3;
/// Groups of digits and letters that are looked at as one number.
const MOST_GROUPS: usize = 5;
/// Letters before the dash of a number: `RG-0041234`.
const LONGEST_PREFIX: usize = 5;
/// The longest part of an address of mail before the `@`, and behind it.
const LONGEST_LOCAL: usize = 64;
const LONGEST_DOMAIN: usize = 50;

/// Appends every known identifier of a text, in the order in which they begin; they may overlap.
///
/// The keys that are asked for depend on the text and the sieve of words and not on the answers, so that a first walk can gather them
/// and a second one find what came of them. Takes time in proportion to the length of the text, which may
/// hold any bytes; what lies beyond 4 GiB is not looked at.
pub fn search<R: Roster>(text: &[u8], roster: &mut R, sightings: &mut Vec<Sighting>) {
    let limit = usize::try_from(u32::MAX).unwrap_or(usize::MAX);
    let text = text.get(..limit).unwrap_or(text);
    let mut walk = Walk { text, roster, sightings, key: Key::new(Class::Name) };
    if walk.roster.has_digests() {
        walk.cell();
    }
    let mut at = 0;
    while let Some(found) = next_trigger(text, at) {
        at = match text[found] {
            b'0'..=b'9' => walk.number(found),
            b'@' => walk.mail(found),
            _ => walk.word(found),
        };
    }
}

/// Leaves of sightings that overlap the most certain, then the longest, then the first.
pub fn best(sightings: &mut Vec<Sighting>) {
    let rank = |of: &Sighting| (of.tier, u32::MAX - (of.end - of.start), of.known.kind, of.start);
    sightings.sort_by_key(|of| (of.start, rank(of)));
    let mut kept = 0_usize;
    for place in 0..sightings.len() {
        let next = sightings[place];
        match kept.checked_sub(1).map(|last| sightings[last]) {
            Some(last) if next.start < last.end => {
                if rank(&next) < rank(&last) {
                    sightings[kept - 1] = next;
                }
            }
            _ => {
                sightings[kept] = next;
                kept += 1;
            }
        }
    }
    sightings.truncate(kept);
}

/// One text and what was found in it.
struct Walk<'w, R> {
    text: &'w [u8],
    roster: &'w mut R,
    sightings: &'w mut Vec<Sighting>,
    key: Key,
}

/// What stands between two words of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gap {
    Blank,
    Comma,
}

impl<R: Roster> Walk<'_, R> {
    /// Looks up the key at hand.
    fn find(&mut self, reach: Reach) -> Option<Known> {
        self.roster.find(self.key.get()?, reach)
    }

    /// Whether a word may be part of a known name or the first of a known street.
    fn may_name(&self, word: &[u8]) -> bool {
        self.roster.words().may_have(word)
    }

    fn push(&mut self, start: usize, end: usize, tier: Tier, known: Known) {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        let tier = if known.owner != Owner::Own && known.persons > CROWD {
            tier.max(Tier::C)
        } else {
            tier
        };
        let (start, end, named) = (place(start), place(end), Named::Plainly);
        self.sightings.push(Sighting { start, end, tier, named, known });
    }

    /// A digest is a cell of its own.
    fn cell(&mut self) {
        let Some((_, key)) = digest_in(self.text) else { return };
        if let Some(known) = self.roster.find(&key, Reach::Everybody) {
            let start = self.text.len() - self.text.trim_ascii_start().len();
            self.push(start, start + self.text.trim_ascii().len(), Tier::A, known);
        }
    }

    /// Looks up the address of mail around an `@`; gives where to go on.
    fn mail(&mut self, at: usize) -> usize {
        let text = self.text;
        let in_local = |byte: &&u8| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'%' | b'+' | b'-')
        };
        let local = text[..at].iter().rev().take(LONGEST_LOCAL).take_while(in_local).count();
        let in_domain = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
        let domain = text[at + 1..].iter().take(LONGEST_DOMAIN).take_while(in_domain).count();
        let (start, mut end) = (at - local, at + 1 + domain);
        while matches!(text[end - 1], b'.' | b'-') {
            end -= 1;
        }
        if local > 0 && end > at + 1 {
            self.key.start(Class::Mail);
            text[start..end].iter().for_each(|byte| self.key.push(byte.to_ascii_lowercase()));
            if let Some(known) = self.find(Reach::Everybody) {
                self.push(start, end, Tier::A, known);
            }
        }
        at + 1
    }

    /// Looks up what the number here may be; gives where to go on.
    fn number(&mut self, at: usize) -> usize {
        let text = self.text;
        let before = text[..at]
            .iter()
            .rev()
            .take(LONGEST_CODE)
            .take_while(|byte| byte.is_ascii_alphanumeric())
            .count();
        let start = at - before;
        let end = code_end(text, at);
        self.code(start, end);
        if before == 0 && text[start..end].iter().all(u8::is_ascii_digit) {
            if self.roster.has_own() {
                self.date(start, end);
            }
            self.address(start, end);
        }
        end
    }

    /// Looks up the number or code that begins here, alone and with the groups behind it.
    fn code(&mut self, start: usize, end: usize) {
        if end - start > LONGEST_CODE {
            return;
        }
        if end - start >= SHORTEST_CODE && self.roster.has_places(end - start) {
            self.whole(start, end);
        }
        self.groups(start, end);
    }

    /// Looks up the number or code here if it stands alone.
    fn whole(&mut self, start: usize, end: usize) {
        let text = self.text;
        let before = text[..start].last().copied();
        let digit_before = start >= 2 && text[start - 2].is_ascii_digit();
        let digits = text[start..end].iter().filter(|byte| byte.is_ascii_digit()).count();
        let plain = digits == end - start;
        let after = (text.get(end), text.get(end + 1).is_some_and(u8::is_ascii_digit));
        let measured = match before {
            Some(b'.' | b',' | b'/' | b':') => digit_before,
            Some(b'$') => true,
            _ => false,
        } || match after {
            (Some(b'%'), _) => true,
            (Some(b',' | b'/' | b':' | b'.'), next) => next,
            _ => false,
        };
        let chained = before == Some(b'-') && digit_before
            || matches!(after, (Some(b'-'), true))
            || before == Some(b'+');
        if digits >= 3 && !(plain && (measured || chained)) {
            self.offer(start, end, Grouped::No);
        }
    }

    /// Looks up the number that groups make: `617-555-0143`, `(617) 555-0143`, `RG-0041234`.
    fn groups(&mut self, start: usize, end: usize) {
        let text = self.text;
        let before = start.checked_sub(1).and_then(|at| text.get(at)).copied();
        let mut lengths = [end - start, 0, 0, 0, 0];
        let (mut at, mut total) = (end, end - start);
        let mut mark = None;
        for count in 1..MOST_GROUPS {
            let Some((separator, next)) = separator(text, at, before, lengths[0], count) else {
                return;
            };
            // A bracket closes once; every other mark is the same all along.
            if separator != b')' && mark.is_some_and(|mark| mark != separator) {
                return;
            }
            if separator != b')' {
                mark = Some(separator);
            }
            // Most numbers between blanks are no part of a longer one.
            if matches!(separator, b' ' | b'.') && !begins_shape(&lengths[..count]) {
                return;
            }
            let next_end = code_end(text, next);
            lengths[count] = next_end - next;
            total += lengths[count];
            if next_end == next || total > LONGEST_CODE {
                return;
            }
            at = next_end;
            let lengths = &lengths[..=count];
            let ends = match text.get(at) {
                Some(byte @ (b'-' | b'.' | b'/')) => {
                    *byte != separator && *byte != b'/'
                        || !text.get(at + 1).is_some_and(u8::is_ascii_alphanumeric)
                }
                Some(b'%') => false,
                _ => true,
            };
            let begins = match before {
                Some(b'-' | b'.' | b'/') if start >= 2 => {
                    let code = text[start - 2];
                    let country = code == b'1'
                        && !start.checked_sub(3).is_some_and(|at| text[at].is_ascii_digit());
                    !code.is_ascii_alphanumeric() || country && lengths == [3, 3, 4]
                }
                _ => true,
            };
            let shape = if separator == b'-' && mark == Some(b'-') && !lengths.contains(&0) {
                !is_date(lengths)
            } else {
                is_shape(lengths)
            };
            if ends && begins && shape && self.roster.has_places(total) {
                let digits = text[start..at].iter().filter(|byte| byte.is_ascii_digit()).count();
                if digits >= 3 {
                    self.offer(start, at, Grouped::Yes);
                }
            }
        }
    }

    /// Looks up a number or a code.
    fn offer(&mut self, start: usize, end: usize, grouped: Grouped) {
        let text = self.text;
        self.key.start(Class::Code);
        self.key.code(&text[start..end]);
        let places = self.key.len();
        let Some(known) = self.find(Reach::Everybody) else { return };
        let digits = text[start..end].iter().filter(|byte| byte.is_ascii_digit()).count();
        let said = NumberLabels::get().of_number(text, start, end);
        let tier = if known.kind == KnownKind::Composed {
            Tier::B
        } else if places < 6 {
            if said != Said::Labelled {
                return;
            }
            Tier::B
        } else if known.owner == Owner::Own || said == Said::Labelled {
            Tier::A
        } else if grouped == Grouped::Yes && is_shaped(known.kind) || digits < places {
            if said == Said::Contrary { Tier::C } else { Tier::A }
        } else if known.crowded
            || said == Said::Contrary
            || is_day(&text[start..end])
            || text.trim_ascii().len() == end - start
        {
            // Alone in its cell a number does not say what it counts.
            Tier::C
        } else {
            Tier::B
        };
        self.push(start, end, tier, known);
    }

    /// Looks up the house number here with the street behind it.
    fn address(&mut self, start: usize, end: usize) {
        let text = self.text;
        if end - start > 6 || text.get(end) != Some(&b' ') {
            return;
        }
        let mut at = end + 1;
        let (first, first_end) = loop {
            let rest = text.get(at..).unwrap_or_default();
            if !begins_name(rest) && !rest.first().is_some_and(u8::is_ascii_digit) {
                return;
            }
            let word_end = code_end(text, at).max(name_end(text, at));
            let word = &text[at..word_end];
            let rest = text.get(word_end..).unwrap_or_default();
            let dot = usize::from(rest.first() == Some(&b'.'));
            if DIRECTIONS.has(word) && rest.get(dot) == Some(&b' ') {
                at = word_end + dot + 1;
                continue;
            }
            break (word, word_end);
        };
        if first.is_empty() || !self.may_name(first) && street_kind(first).is_none() {
            return;
        }
        let number = &text[start..end];
        let second_at = first_end + 1;
        if text.get(first_end) == Some(&b' ')
            && text.get(second_at).is_some_and(u8::is_ascii_alphabetic)
        {
            let second_end = name_end(text, second_at);
            self.key.start(Class::Street);
            street(number, first, Some(&text[second_at..second_end]), &mut self.key);
            if let Some(known) = self.find(Reach::Everybody) {
                let tier = if known.owner == Owner::Own { Tier::A } else { Tier::B };
                self.push(start, second_end, tier, known);
            }
        }
        self.key.start(Class::Street);
        street(number, first, None, &mut self.key);
        if let Some(known) = self.find(Reach::Everybody) {
            let tier = if known.owner == Owner::Own { Tier::B } else { Tier::C };
            self.push(start, first_end, tier, known);
        }
    }

    /// Looks up the date of birth that digits and marks may be.
    fn date(&mut self, start: usize, end: usize) {
        let text = self.text;
        let number = |from: usize, to: usize| {
            text[from..to].iter().fold(0, |sum: u32, digit| sum * 10 + u32::from(digit - b'0'))
        };
        if end - start == 8 {
            let (year, month, day) =
                (number(start, start + 4), number(start + 4, start + 6), number(start + 6, end));
            self.birth(start, end, &[(year, month, day)]);
            return;
        }
        if end - start > 4 || end - start == 3 {
            return;
        }
        let Some(mark @ (b'/' | b'-' | b'.')) = text.get(end).copied() else { return };
        let digits_end = |from: usize| {
            let digits = text.get(from..).unwrap_or_default();
            from + digits.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count()
        };
        let second_end = digits_end(end + 1);
        if second_end == end + 1 || text.get(second_end) != Some(&mark) {
            return;
        }
        let third = second_end + 1;
        let third_end = digits_end(third);
        let (one, two, three) =
            (number(start, end), number(end + 1, second_end), number(third, third_end));
        match (end - start, second_end - end - 1, third_end - third) {
            (4, 1 | 2, 1 | 2) => self.birth(start, third_end, &[(one, two, three)]),
            (1 | 2, 1 | 2, 4) => {
                self.birth(start, third_end, &[(three, one, two), (three, two, one)]);
            }
            (1 | 2, 1 | 2, 2) => {
                let (last, this) = (1900 + three, 2000 + three);
                let readings =
                    [(last, one, two), (this, one, two), (last, two, one), (this, two, one)];
                self.birth(start, third_end, &readings);
            }
            _ => {}
        }
    }

    /// Looks up the date of birth around the name of a month.
    fn month(&mut self, start: usize, end: usize, month: u32) {
        let text = self.text;
        let digits = |from: usize| {
            let rest = text.get(from..).unwrap_or_default();
            let count = rest.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
            let value =
                rest.iter().take(count).fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
            (value, from + count, count)
        };
        let marks = |from: usize| {
            let rest = text.get(from..).unwrap_or_default();
            from + rest
                .iter()
                .take(3)
                .take_while(|byte| matches!(byte, b' ' | b',' | b'.' | b'-' | b'/'))
                .count()
        };
        let (first, first_end, count) = digits(marks(end));
        if count == 1 || count == 2 {
            let ordinal = text.get(first_end..first_end + 2).is_some_and(is_ordinal);
            let (year, year_end, places) = digits(marks(first_end + if ordinal { 2 } else { 0 }));
            if places == 4 {
                self.birth(start, year_end, &[(year, month, first)]);
            }
        }
        if count == 4 {
            let before = text[..start]
                .trim_ascii_end_by(|byte| matches!(byte, b' ' | b'-' | b'.' | b'/'), 2);
            let before = before.strip_suffix(b" of").unwrap_or(before);
            let before = match before.split_last_chunk::<2>() {
                Some((rest, ordinal)) if is_ordinal(ordinal) => rest,
                _ => before,
            };
            let places =
                before.iter().rev().take(3).take_while(|byte| byte.is_ascii_digit()).count();
            if places == 1 || places == 2 {
                let day_start = before.len() - places;
                let (day, ..) = digits(day_start);
                self.birth(day_start, first_end, &[(first, month, day)]);
            }
        }
    }

    fn birth(&mut self, start: usize, end: usize, readings: &[(u32, u32, u32)]) {
        let text = self.text;
        let before = text[..start].last();
        if before.is_some_and(|byte| byte.is_ascii_alphanumeric())
            || text.get(end).is_some_and(u8::is_ascii_digit)
        {
            return;
        }
        for &(year, month, day_of_month) in readings {
            if !(1..=12).contains(&month) || !(1..=31).contains(&day_of_month) {
                continue;
            }
            self.key.start(Class::Day);
            let year = i32::try_from(year).unwrap_or(0);
            day(Birth { year, month, day: day_of_month }, &mut self.key);
            if let Some(known) = self.find(Reach::Own) {
                let said = NumberLabels::get().of_date(text, start, end);
                let tier = if said == Said::Labelled { Tier::A } else { Tier::B };
                self.push(start, end, tier, known);
                return;
            }
        }
    }

    /// Looks up the word here, alone and with the words behind it; gives where to go on.
    fn word(&mut self, at: usize) -> usize {
        let text = self.text;
        let plain = run(text, at);
        let code = at + plain.length;
        let end = name_end_behind(text, at, code);
        if end == at {
            return at + letter(&text[at..]).1;
        }
        let inside = text[..at].last().is_some_and(|byte| byte.is_ascii_alphanumeric())
            || at >= 2 && !text[at - 1].is_ascii() && is_letter_before(text, at);
        if inside {
            return end;
        }
        let word = &text[at..end];
        let dashed = plain.length <= LONGEST_PREFIX
            && text.get(code) == Some(&b'-')
            && text.get(code + 1).is_some_and(u8::is_ascii_digit);
        if dashed || plain.has_digit {
            self.code(at, code);
        }
        if !begins_name(word) {
            return end;
        }
        if letter(word).1 == word.len() {
            self.initials(at, end);
            return end;
        }
        if self.roster.has_own()
            && let Some(month) = month_of(word)
        {
            self.month(at, end, month);
        }
        if !self.may_name(word) || TITLES.has(word) || CLINICIANS.has(word) {
            return end;
        }
        if self.roster.has_own() {
            self.key.start(Class::Single);
            self.key.fold(word);
            if let Some(known) = self.find(Reach::Own)
                && let Some(tier) = single_tier(text, at, end)
            {
                self.push(at, end, tier, known);
            }
        }
        if let Some((gap, next)) = gap(text, end) {
            self.pairs(at, end, gap, next);
        }
        end
    }

    /// `J. Smith`.
    fn initials(&mut self, start: usize, end: usize) {
        let text = self.text;
        let dot = usize::from(text.get(end) == Some(&b'.'));
        let Some((Gap::Blank, next)) = gap(text, end + dot) else { return };
        if begins_name(&text[next..]) && self.roster.has_own() {
            let last_end = name_end(text, next);
            self.initial(&text[next..last_end], &text[start..end], start, last_end);
        }
    }

    fn initial(&mut self, last: &[u8], first: &[u8], start: usize, end: usize) {
        if !self.may_name(last) {
            return;
        }
        self.key.start(Class::Initial);
        self.key.fold(last);
        self.key.push(PART);
        if initial(first, &mut self.key)
            && let Some(known) = self.find(Reach::Own)
            && !NameSigns::of(self.text, start, end).clinician
        {
            self.push(start, end, Tier::B, known);
        }
    }

    /// Looks up the full names that begin with the word here.
    fn pairs(&mut self, start: usize, end: usize, gap_before: Gap, next: usize) {
        let text = self.text;
        let word = &text[start..end];
        if gap_before == Gap::Comma {
            if begins_name(&text[next..]) {
                let first_end = name_end(text, next);
                let first = &text[next..first_end];
                if letter(first).1 == first.len() {
                    self.initial(word, first, start, first_end);
                } else {
                    self.name(first, word, start, first_end);
                }
            }
            return;
        }
        let Some((last, last_end)) = last_name(text, next) else { return };
        let second_end = name_end(text, next);
        let second = &text[next..second_end];
        if begins_name(second) && letter(second).1 == second.len() {
            // `Mary A. Smith`, `Smith A`
            self.initial(word, second, start, second_end);
            let dot = usize::from(text.get(second_end) == Some(&b'.'));
            if let Some((Gap::Blank, third)) = gap(text, second_end + dot)
                && let Some((last, last_end)) = last_name(text, third)
            {
                self.name(word, last, start, last_end);
            }
            return;
        }
        self.name(word, last, start, last_end);
        if begins_name(second) {
            self.name(second, word, start, second_end);
            if let Some((Gap::Blank, third)) = gap(text, second_end)
                && let Some((last, last_end)) = last_name(text, third)
            {
                self.name(word, last, start, last_end);
            }
        }
    }

    fn name(&mut self, first: &[u8], last: &[u8], start: usize, end: usize) {
        if !(self.may_name(first) && self.may_name(last)) {
            return;
        }
        self.key.start(Class::Name);
        if !full(&mut self.key, first, last) {
            return;
        }
        let Some(known) = self.find(Reach::Everybody) else { return };
        let signs = NameSigns::of(self.text, start, end);
        let doubtful = signs.eponym || is_ordinary(first) && is_ordinary(last);
        let tier = match known.owner {
            Owner::Own if signs.clinician => Tier::C,
            Owner::Own => Tier::A,
            Owner::Patient if signs.clinician => return,
            Owner::Patient if doubtful => Tier::C,
            Owner::Patient | Owner::Staff if known.persons > 1 => Tier::B,
            Owner::Patient | Owner::Staff => Tier::A,
        };
        self.push(start, end, tier, known);
        if signs.relative
            && let Some(last) = self.sightings.last_mut()
        {
            last.named = Named::Related;
        }
    }
}

/// Whether a number was put together from groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Grouped {
    Yes,
    No,
}

/// How certain it is that a word is the name of the record's own patient; none if it is not.
fn single_tier(text: &[u8], start: usize, end: usize) -> Option<Tier> {
    let signs = NameSigns::of(text, start, end);
    if signs.clinician {
        return None;
    }
    if is_ordinary(&text[start..end]) {
        return match (signs.titled, signs.inner && !signs.eponym) {
            (true, _) => Some(Tier::B),
            (false, true) => Some(Tier::C),
            (false, false) => None,
        };
    }
    Some(if signs.eponym && !signs.titled { Tier::C } else { Tier::B })
}

/// Where the letters and digits from here on end.
fn code_end(text: &[u8], at: usize) -> usize {
    at + run(text, at).length
}

/// The letters and digits from here on.
fn run(text: &[u8], at: usize) -> Run {
    Run::at_start(text.get(at..).unwrap_or_default())
}

/// Where the word that begins here ends; apostrophes and dashes between its letters are part of it, `'s` is not.
fn name_end(text: &[u8], start: usize) -> usize {
    name_end_behind(text, start, code_end(text, start))
}

/// The same of a word whose first letters and digits end there.
fn name_end_behind(text: &[u8], start: usize, plain: usize) -> usize {
    let mut at = plain;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        // Most words end with a blank.
        if matches!(rest.first(), None | Some(b' ')) {
            return at;
        }
        let mark = match rest {
            [b'\'' | b'-', ..] => 1,
            // A curly apostrophe, and dashes that do not break.
            [0xE2, 0x80, 0x99 | 0x90 | 0x91, ..] => 3,
            _ => 0,
        };
        if mark > 0 {
            let after = rest.get(mark..).unwrap_or_default();
            let joins = at > start && begins_name(after);
            if !joins {
                return at;
            }
            at += mark;
        } else {
            match letter(rest) {
                (Some(letter), length) if letter.is_alphabetic() || is_accent(letter) => {
                    at += length;
                }
                _ => return at,
            }
        }
        at = code_end(text, at);
    }
}

fn is_accent(letter: char) -> bool {
    ('\u{300}'..='\u{36f}').contains(&letter)
}

/// Whether a letter outside ASCII ends right before a place.
fn is_letter_before(text: &[u8], at: usize) -> bool {
    let from = (1..=4.min(at)).find(|back| text[at - back] & 0xC0 != 0x80).unwrap_or(1);
    letter(&text[at - from..]).0.is_some_and(|letter| letter.is_alphabetic() || is_accent(letter))
}

/// What stands between the word that ends here and the next one, and where that begins.
fn gap(text: &[u8], end: usize) -> Option<(Gap, usize)> {
    let mut at = end;
    let mut kind = Gap::Blank;
    if let Some(b',' | b'^') = text.get(at) {
        kind = Gap::Comma;
        at += 1;
    }
    let from = at;
    while at < from + 3 {
        at += match text.get(at..).unwrap_or_default() {
            [b' ' | b'\n' | b'\r', ..] => 1,
            [0xC2, 0xA0, ..] => 2,
            _ => break,
        };
    }
    (at < text.len() && (at > from || kind == Gap::Comma)).then_some((kind, at))
}

/// The last name that begins here, with its small words; `de la Cruz` begins with a small letter.
fn last_name(text: &[u8], start: usize) -> Option<(&[u8], usize)> {
    let mut at = start;
    for _ in 0..=MOST_PARTICLES {
        let end = name_end(text, at);
        let word = text.get(at..end)?;
        if word.is_empty() {
            return None;
        }
        if PARTICLES.has(word)
            && let Some((Gap::Blank, next)) = gap(text, end)
        {
            at = next;
            continue;
        }
        return begins_name(word).then(|| (&text[start..end], end));
    }
    None
}

/// What separates the group of a number that ends here from the next, and where that begins.
fn separator(
    text: &[u8],
    at: usize,
    before: Option<u8>,
    first: usize,
    count: usize,
) -> Option<(u8, usize)> {
    let code = |place: usize| text.get(place).is_some_and(u8::is_ascii_alphanumeric);
    match text.get(at)? {
        b')' if count == 1 && before == Some(b'(') && first == 3 => {
            let blank = usize::from(matches!(text.get(at + 1), Some(b' ' | b'-')));
            code(at + 1 + blank).then_some((b')', at + 1 + blank))
        }
        mark @ (b'-' | b'.' | b' ') => code(at + 1).then_some((*mark, at + 1)),
        _ => None,
    }
}

/// How a number with blanks or dots in it may be grouped.
fn is_shape(lengths: &[usize]) -> bool {
    matches!(lengths, [3, 2 | 3, 4] | [4, 3, 4] | [2, 4, 4] | [5, 6])
}

/// Whether groups of these lengths are the first of such a number.
fn begins_shape(lengths: &[usize]) -> bool {
    matches!(lengths, [2..=5] | [3, 2 | 3] | [4, 3] | [2, 4])
}

/// Whether groups of digits of these lengths are a date rather than a number.
fn is_date(lengths: &[usize]) -> bool {
    matches!(lengths, [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 4] | [1 | 2, 1 | 2, 2])
}

/// Whether eight digits are a day.
fn is_day(text: &[u8]) -> bool {
    let ([b'1', b'9', _, _, m1, m2, d1, d2] | [b'2', b'0', _, _, m1, m2, d1, d2]) = text else {
        return false;
    };
    matches!((m1, m2), (b'0', b'1'..=b'9') | (b'1', b'0'..=b'2'))
        && matches!((d1, d2), (b'0', b'1'..=b'9') | (b'1' | b'2', _) | (b'3', b'0' | b'1'))
}

/// The number of the month that a word names, in full or by its first three letters.
fn month_of(word: &[u8]) -> Option<u32> {
    let number = match &word.first_chunk::<3>()?.map(|byte| byte.to_ascii_lowercase()) {
        b"jan" => 1,
        b"feb" => 2,
        b"mar" => 3,
        b"apr" => 4,
        b"may" => 5,
        b"jun" => 6,
        b"jul" => 7,
        b"aug" => 8,
        b"sep" => 9,
        b"oct" => 10,
        b"nov" => 11,
        b"dec" => 12,
        _ => return None,
    };
    let month = MONTHS[number - 1];
    let is_short = word.len() == 3 || word.eq_ignore_ascii_case(b"sept");
    let is_month = is_short || word.eq_ignore_ascii_case(month);
    u32::try_from(number).ok().filter(|_| is_month)
}

fn is_ordinal(text: impl AsRef<[u8]>) -> bool {
    matches!(text.as_ref(), b"st" | b"nd" | b"rd" | b"th")
}

trait TrimEnd {
    fn trim_ascii_end_by(&self, drops: impl Fn(u8) -> bool, most: usize) -> &[u8];
}

impl TrimEnd for [u8] {
    /// Without the last bytes that are dropped, at most so many.
    fn trim_ascii_end_by(&self, drops: impl Fn(u8) -> bool, most: usize) -> &[u8] {
        let count = self.iter().rev().take(most).take_while(|byte| drops(**byte)).count();
        self.get(..self.len() - count).unwrap_or_default()
    }
}

/// The next byte at or after `from` with which a key may begin: a digit, a capital, `@`, or a byte outside ASCII.
fn next_trigger(text: &[u8], from: usize) -> Option<usize> {
    let mut at = from;
    while let Some(word) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let marked = triggers(u64::from_le_bytes(*word));
        if marked == 0 {
            at += 8;
            continue;
        }
        return Some(at + (marked.trailing_zeros() / 8) as usize);
    }
    let rest = text.get(at..)?;
    let found = rest.iter().position(|byte| {
        byte.is_ascii_digit() || byte.is_ascii_uppercase() || *byte == b'@' || !byte.is_ascii()
    })?;
    Some(at + found)
}

/// The top bit of each of eight bytes that is a trigger; the lowest of them is right, those above may be marked for
/// nothing.
fn triggers(word: u64) -> u64 {
    // Digits become 0 to 9; `@` and capitals 0 to 26.
    below(word ^ (ONES * 0x30), 10) | below(word ^ (ONES * 0x40), 27) | word & TOPS
}
