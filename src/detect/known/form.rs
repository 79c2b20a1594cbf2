//! From what an export says of a person to the keys under which it is found.

use super::digest::{COMPARED, DigestKinds, digests};
use super::key::{Class, Key, PART, letter};
use super::kind::KnownKind;
use super::word::{DIRECTIONS, PARTICLES, SUFFIXES, TITLES, street_kind};

/// What a field of a person's record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attribute {
    /// The first name.
    FirstName,
    /// The last name, or an earlier one.
    LastName,
    /// First and last name in one field, in either order.
    FullName,
    /// The street and the house number.
    Address,
    /// A number, a code, or an address of mail.
    Code(KnownKind),
}

/// A day of birth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the parts of a date")]
pub struct Birth {
    pub year: i32,
    pub month: u32,
    pub day: u32,
}

/// What an export says of one person.
#[derive(Clone, Copy)]
pub struct Person<'a> {
    /// Its fields, in any order; empty ones say nothing.
    pub values: &'a [(Attribute, &'a [u8])],
    /// The day of birth.
    pub birth: Option<Birth>,
}

impl std::fmt::Debug for Person<'_> {
    /// Says nothing of the text of records that it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").finish_non_exhaustive()
    }
}

/// In whose records a key means the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// In the person's own alone: a single name, a day of birth.
    Own,
    /// In everybody's.
    Everybody,
}

/// One key of a person.
#[derive(Clone, Copy)]
pub struct Form<'k> {
    /// The key, to be hashed.
    pub key: &'k [u8],
    /// What it is a form of.
    pub kind: KnownKind,
    /// In whose records it means the person.
    pub reach: Reach,
    /// How many digits it has, if it is nothing but digits.
    pub digits: u8,
    /// How many places it has, if it is a number or a code.
    pub places: u8,
}

impl std::fmt::Debug for Form<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The key says what the record says.
        f.debug_struct("Form").field("kind", &self.kind).finish_non_exhaustive()
    }
}

/// The fewest places of a number or a code that is looked up.
pub(super) const SHORTEST_CODE: usize = 4;
/// The most.
pub(super) const LONGEST_CODE: usize = 40;
/// The fewest letters of a last name, and of a first name, that are looked up alone.
const SHORTEST_LAST: usize = 3;
const SHORTEST_FIRST: usize = 4;
/// Names and parts of names of a person that are looked at.
const MOST_NAMES: usize = 8;

/// Calls `each` with every key of a person.
pub fn forms(person: &Person<'_>, pseudonyms: Pseudonyms, each: &mut dyn FnMut(Form<'_>)) {
    let mut key = Key::new(Class::Name);
    let mut firsts: Vec<&[u8]> = Vec::new();
    let mut lasts: Vec<&[u8]> = Vec::new();
    for (attribute, value) in person.values {
        match attribute {
            Attribute::FirstName => firsts.push(value),
            Attribute::LastName => lasts.push(value),
            Attribute::FullName => {
                if let Some((first, last)) = parts_of_name(value) {
                    firsts.push(first);
                    lasts.push(last);
                }
            }
            Attribute::Address => address(value, &mut key, each),
            Attribute::Code(kind) => code(*kind, value, &mut key, each),
        }
    }
    let (firsts, lasts) = (names(&firsts), names(&lasts));
    for last in &lasts {
        for first in &firsts {
            key.start(Class::Name);
            if full(&mut key, first, last) {
                give(&key, KnownKind::Name, Reach::Everybody, each);
            }
        }
        for first in &firsts {
            key.start(Class::Initial);
            key.fold(last);
            key.push(PART);
            if initial(first, &mut key) {
                give(&key, KnownKind::Name, Reach::Own, each);
            }
        }
        single(last, SHORTEST_LAST, KnownKind::LastName, &mut key, each);
    }
    for first in &firsts {
        single(first, SHORTEST_FIRST, KnownKind::FirstName, &mut key, each);
    }
    if let Some(birth) = person.birth {
        key.start(Class::Day);
        day(birth, &mut key);
        give(&key, KnownKind::BirthDate, Reach::Own, each);
    }
    if let Pseudonyms::Sought(kinds) = pseudonyms {
        composed(person, &firsts, &lasts, &mut key, each);
        if kinds != DigestKinds::NONE {
            hashes(person, kinds, &mut key, each);
        }
    }
}

/// Which codes made of what is known of a person are among its forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pseudonyms {
    /// None.
    Unsought,
    /// Those of initials and a date of birth, and digests of these kinds, which take their time.
    Sought(DigestKinds),
}

fn give(key: &Key, kind: KnownKind, reach: Reach, each: &mut dyn FnMut(Form<'_>)) {
    if let Some(bytes) = key.get() {
        each(Form { key: bytes, kind, reach, digits: 0, places: 0 });
    }
}

/// First and last name as one key; whether both are long enough to mean anybody.
pub(super) fn full(key: &mut Key, first: &[u8], last: &[u8]) -> bool {
    let start = key.len();
    key.fold(first);
    let between = key.len();
    key.push(PART);
    key.fold(last);
    between - start >= 2 && key.len() - between > 2
}

/// Appends the first letter of a name.
pub(super) fn initial(name: &[u8], key: &mut Key) -> bool {
    let length = key.len();
    let (_, bytes) = letter(name);
    key.fold(name.get(..bytes).unwrap_or_default());
    key.len() > length
}

fn single(
    name: &[u8],
    shortest: usize,
    kind: KnownKind,
    key: &mut Key,
    each: &mut dyn FnMut(Form<'_>),
) {
    key.start(Class::Single);
    key.fold(name);
    if key.len() >= shortest {
        give(key, kind, Reach::Own, each);
    }
}

/// Each name and each part of it that can stand for it.
fn names<'n>(values: &[&'n [u8]]) -> Vec<&'n [u8]> {
    let mut all: Vec<&[u8]> = Vec::new();
    for value in values {
        let value = value.trim_ascii();
        let mut add = |name: &'n [u8]| {
            if !name.is_empty() && all.len() < MOST_NAMES && !all.contains(&name) {
                all.push(name);
            }
        };
        add(value);
        let parts = value.split(|byte| byte.is_ascii_whitespace() || *byte == b'-');
        for part in parts.filter(|part| part.len() >= 3 && part.len() < value.len()) {
            let part = part.strip_suffix(b".").unwrap_or(part);
            if !PARTICLES.has(part) && !SUFFIXES.has(part) {
                add(part);
            }
        }
    }
    all
}

/// First and last name of `Last, First M.` or `Mr. First M. Last Jr.`
fn parts_of_name(value: &[u8]) -> Option<(&[u8], &[u8])> {
    let value = value.trim_ascii();
    if let Some(comma) = memchr::memchr(b',', value) {
        let (last, rest) = value.split_at(comma);
        let after = rest.get(1..)?.trim_ascii();
        let first = after.split(u8::is_ascii_whitespace).next()?;
        let is_name = !first.is_empty() && !SUFFIXES.has(without_dot(first));
        return if is_name { Some((first, last.trim_ascii())) } else { parts_of_name(last) };
    }
    let plain = |(start, end): (usize, usize)| {
        let word = value.get(start..end).unwrap_or_default();
        word.strip_suffix(b".").unwrap_or(word)
    };
    let mut words = words(value);
    let titled = |word: &[u8]| TITLES.has(word) || word.eq_ignore_ascii_case(b"dr");
    while words.first().is_some_and(|word| titled(plain(*word))) {
        words.remove(0);
    }
    while words.last().is_some_and(|word| SUFFIXES.has(plain(*word))) {
        words.pop();
    }
    let (first, rest) = words.split_first()?;
    let (last, before) = rest.split_last()?;
    // A last name begins with its small words.
    let small = before.iter().rev().take_while(|word| PARTICLES.has(plain(**word))).last();
    Some((value.get(first.0..first.1)?, value.get(small.unwrap_or(last).0..last.1)?))
}

/// Where the words of a text stand.
fn words(text: &[u8]) -> Vec<(usize, usize)> {
    let mut words = Vec::new();
    let mut start = 0;
    for word in text.split(u8::is_ascii_whitespace) {
        if !word.is_empty() {
            words.push((start, start + word.len()));
        }
        start += word.len() + 1;
    }
    words
}

fn without_dot(word: &[u8]) -> &[u8] {
    word.strip_suffix(b".").unwrap_or(word)
}

fn code(kind: KnownKind, value: &[u8], key: &mut Key, each: &mut dyn FnMut(Form<'_>)) {
    if kind == KnownKind::Email {
        if memchr::memchr(b'@', value).is_some_and(|at| at > 0) {
            key.start(Class::Mail);
            value.trim_ascii().iter().for_each(|byte| key.push(byte.to_ascii_lowercase()));
            give(key, kind, Reach::Everybody, each);
        }
        return;
    }
    key.start(Class::Code);
    if kind == KnownKind::Phone {
        let digits: Vec<u8> = value.iter().copied().filter(u8::is_ascii_digit).collect();
        let Some(last) = digits.last_chunk::<10>() else { return };
        key.extend(last);
    } else {
        key.code(value);
    }
    let places = key.len();
    let Some(bytes) = key.get() else { return };
    let text = bytes.get(1..).unwrap_or_default();
    let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
    if !(SHORTEST_CODE..=LONGEST_CODE).contains(&places) || digits < 3 || is_filler(text) {
        return;
    }
    let narrow = |count: usize| u8::try_from(count).unwrap_or(u8::MAX);
    each(Form {
        key: bytes,
        kind,
        reach: Reach::Everybody,
        digits: if digits == places { narrow(digits) } else { 0 },
        places: narrow(places),
    });
}

/// Whether a number stands where nobody knew one: one digit over and over, or the digits in order.
fn is_filler(text: &[u8]) -> bool {
    let digits = || text.iter().filter(|byte| byte.is_ascii_digit());
    let first = digits().next();
    let alike = digits().all(|digit| Some(digit) == first);
    let rising = digits().zip(b"1234567890".iter().cycle()).all(|(digit, next)| digit == next);
    alike || rising && text.iter().all(u8::is_ascii_digit) || text.starts_with(b"000000")
}

/// House number and street: `1045 West Elm Street, Apt 4` is `1045`, `elm`, `st`.
fn address(value: &[u8], key: &mut Key, each: &mut dyn FnMut(Form<'_>)) {
    let mut words = value
        .split(|byte| byte.is_ascii_whitespace() || *byte == b',')
        .map(without_dot)
        .filter(|word| !word.is_empty());
    let Some(number) = words.next().filter(|word| word.iter().any(u8::is_ascii_digit)) else {
        return;
    };
    let mut words = words.filter(|word| !DIRECTIONS.has(word));
    let Some(first) = words.next() else { return };
    key.start(Class::Street);
    street(number, first, words.next(), key);
    give(key, KnownKind::Address, Reach::Everybody, each);
}

/// The key of a house number and the first two words of its street.
pub(super) fn street(number: &[u8], first: &[u8], second: Option<&[u8]>, key: &mut Key) {
    key.fold(number);
    for word in std::iter::once(first).chain(second) {
        key.push(PART);
        match street_kind(word) {
            Some(short) => key.extend(short),
            None => key.fold(word),
        }
    }
}

/// Appends a day as eight digits.
pub(super) fn day(birth: Birth, key: &mut Key) {
    let year = u32::try_from(birth.year).unwrap_or(0);
    for (number, places) in [(year, 4), (birth.month, 2), (birth.day, 2)] {
        for place in (0..places).rev() {
            key.push(b'0' + u8::try_from(number / 10_u32.pow(place) % 10).unwrap_or(0));
        }
    }
}

/// Codes that are made of initials and the date of birth.
fn composed(
    person: &Person<'_>,
    firsts: &[&[u8]],
    lasts: &[&[u8]],
    key: &mut Key,
    each: &mut dyn FnMut(Form<'_>),
) {
    let (Some(first), Some(last), Some(birth)) = (firsts.first(), lasts.first(), person.birth)
    else {
        return;
    };
    let mut date = Key::new(Class::Day);
    day(birth, &mut date);
    let Some([_, y1, y2, y3, y4, m1, m2, d1, d2]) = date.get() else { return };
    let dates = [
        [y1, y2, y3, y4, m1, m2, d1, d2],
        [m1, m2, d1, d2, y1, y2, y3, y4],
        [d1, d2, m1, m2, y1, y2, y3, y4],
    ];
    for (one, two) in [(first, last), (last, first)] {
        for date in dates {
            key.start(Class::Code);
            if !(initial(one, key) && initial(two, key)) || key.len() != 2 {
                return;
            }
            date.into_iter().for_each(|digit| key.push(*digit));
            let mut capitals = Key::new(Class::Code);
            capitals.code(key.get().and_then(|key| key.get(1..)).unwrap_or_default());
            if let Some(bytes) = capitals.get() {
                let (kind, reach) = (KnownKind::Composed, Reach::Everybody);
                each(Form { key: bytes, kind, reach, digits: 0, places: 10 });
            }
        }
    }
}

/// Digests of the identifiers in the ways in which they are usually written.
fn hashes(person: &Person<'_>, kinds: DigestKinds, key: &mut Key, each: &mut dyn FnMut(Form<'_>)) {
    let mut texts: Vec<Vec<u8>> = Vec::new();
    let mut add = |text: Vec<u8>| {
        if text.len() >= SHORTEST_CODE && !texts.contains(&text) {
            texts.push(text);
        }
    };
    let value = |wanted: Attribute| {
        let found = person.values.iter().find(|(attribute, _)| *attribute == wanted);
        found.map(|(_, value)| value.trim_ascii()).filter(|value| !value.is_empty())
    };
    for kind in [
        KnownKind::Mrn,
        KnownKind::PatientNumber,
        KnownKind::Ssn,
        KnownKind::Mbi,
        KnownKind::HealthPlan,
        KnownKind::Phone,
        KnownKind::Email,
    ] {
        let Some(value) = value(Attribute::Code(kind)) else { continue };
        let plain: Vec<u8> = value.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
        add(value.to_vec());
        add(value.to_ascii_lowercase());
        add(value.to_ascii_uppercase());
        if let (KnownKind::Ssn, Some((area, [group @ .., s1, s2, s3, s4]))) =
            (kind, plain.split_first_chunk::<3>())
        {
            add([&area[..], group, &[*s1, *s2, *s3, *s4]].join(&b'-'));
        }
        if kind != KnownKind::Email {
            add(plain);
        }
    }
    if let (Some(first), Some(last), Some(birth)) =
        (value(Attribute::FirstName), value(Attribute::LastName), person.birth)
    {
        let mut date = Key::new(Class::Day);
        day(birth, &mut date);
        let digits = date.get().and_then(|key| key.get(1..)).unwrap_or_default();
        let iso = digits.split_first_chunk::<4>().map(|(year, rest)| {
            let (month, day) = rest.split_at(rest.len().min(2));
            [&year[..], month, day].join(&b'-')
        });
        let names = [[first, last].concat(), [last, first].concat(), [first, b" ", last].concat()];
        for name in names {
            for case in [name.clone(), name.to_ascii_lowercase(), name.to_ascii_uppercase()] {
                add([case.as_slice(), digits].concat());
                add([case.as_slice(), iso.as_deref().unwrap_or_default()].concat());
            }
        }
    }
    for text in &texts {
        for digest in digests(text, kinds) {
            key.start(Class::Digest);
            key.extend(&digest);
            debug_assert_eq!(key.len(), COMPARED);
            give(key, KnownKind::Digest, Reach::Everybody, each);
        }
    }
}
