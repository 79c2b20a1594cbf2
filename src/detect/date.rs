//! Dates finer than a year, and ages that show a birth more than 89 years ago.

use std::sync::LazyLock;

use memchr::memmem;

use super::catalogue::Detector;
use super::gate::{Bytes, Near};
use super::number::{Chain, Gap, Written, left_edge, right_edge, value};
use super::reading::{Found, Reading, Sign, Token};
use super::tier::{Judgement, Tier};
use super::words::{WordList, last_letters};
use crate::value::Date;

pub(super) const BIRTH_DATE: Detector = Detector {
    name: "birth-date",
    group: "dates",
    country: None,
    title: "Date of birth",
    doc: "A date as the detector `date` finds it, with a label of birth beside it or in the name of its column (A); \
          without one D.",
    labels: &[
        "dob",
        "born",
        "birth",
        "birthdate",
        "birthday",
        "birthdates",
        "bday",
        "b day",
        "b d",
        "d o",
        "nacimiento",
        "nascimento",
        "naissance",
        "geboren",
        "geburtsdatum",
        "nascita",
    ],
    contrary: &["gestation", "edd", "due"],
    found: &["DOB: [03/04/1951]", "born on [4 March 1951]", "D.O.B. [1951-03-04]"],
    passed: &["seen 03/04/2019", "DOB 13/32/1951", "born 1951"],
    // Nothing but its label tells a date of birth.
    readings: &[Reading::Echo { of: "date", judgement: Judgement::checked(Tier::D) }],
};

pub(super) const DATE: Detector = Detector {
    name: "date",
    group: "dates",
    country: None,
    title: "Date finer than a year",
    doc: "Day, month and year that the calendar has: in numbers or with the name of the month (B, with a label A; two digits of \
          year with dashes C, with dots D), in a row (D, with a label B). A month by its name with its year or its day (B; \
          May, March and small letters with a day C), a month in numbers with its year (C). Month and day in numbers only \
          right after a word that a date follows (B): others are fractions. A year alone never counts.",
    labels: &[
        "date",
        "dates",
        "dated",
        "dob",
        "born",
        "birth",
        "admitted",
        "admission",
        "discharged",
        "discharge",
        "died",
        "death",
        "deceased",
        "seen",
        "visit",
        "service",
        "dos",
        "surgery",
        "procedure",
        "scheduled",
        "followup",
        "d o",
        "adm",
        "disch",
        "since",
        "collected",
        "received",
        "reported",
        "drawn",
        "signed",
        "performed",
        "effective",
        "onset",
        "diagnosed",
        "arrival",
        "arrived",
        "datum",
        "fecha",
    ],
    contrary: &[
        "version",
        "ver",
        "release",
        "build",
        "section",
        "ratio",
        "score",
        "rev",
        "revised",
        "revision",
        "edition",
        "copyright",
    ],
    found: &[
        "seen [03/04/2019]",
        "in [March 2019]",
        "since [03/2019]",
        "admitted on [5/21] with fever",
        "[June 14] visit",
        "on [8-09-83]",
        "CABG in [3/80].",
        "[March 4-7, 2019]",
        "on [2019-03-04]",
        "[March 4th, 2019]",
        "[4-Mar-2019]",
        "admitted [20190304]",
        "[04MAR2019]",
        "on [3. August 2019]",
    ],
    passed: &[
        "13/32/2019",
        "BP 120/80",
        "5/5 strength",
        "in 2019",
        "version 1.2.19",
        "1/2 tab",
        "20190304",
        "may 4 tablets",
        "on 1/2 tab daily",
        "on 5/5 strength",
        "May 4 be given",
        "03/2019",
        "form 12 rev. March 2019",
        "RF 3. August flowers",
        "insulin 10/12/14",
        "10/8/06 units",
        "scores 7/8/09",
    ],
    readings: &[
        Reading::Chain {
            runs: &[8, 12, 14],
            pairs: &[(1, 1), (1, 2), (1, 4), (2, 1), (2, 2), (2, 4), (4, 1), (4, 2)],
            gaps: &[Gap::Dash, Gap::Slash, Gap::Dot],
            judge: date_chain,
        },
        Reading::Token { lengths: (1, 4), near: MONTH_NEAR, judge: date_words },
        Reading::Token {
            lengths: (8, 9),
            near: &[Near { first: Bytes::DIGIT, last: Bytes::DIGIT, ..Near::ANY }],
            judge: date_words,
        },
    ],
};

pub(super) const AGE: Detector = Detector {
    name: "age-over-89",
    group: "dates",
    country: None,
    title: "Age over 89",
    doc: "A number from 90 to 125 with words that make it an age in years, or as the whole value of a column so named (A). The class \
          `90 or older` may stay and is not found. The number may be in words.",
    labels: &["age", "ages", "alter", "edad"],
    contrary: &["gestational", "bone", "days", "weeks", "months"],
    found: &[
        "a [92-year-old] man",
        "pt is [101 y.o.]",
        "aged [93]",
        "Age: [94]",
        "[97yo] F",
        "Age (years): [95]",
        "a [ninety-two-year-old] man",
        "[Ninety years old]",
        "is [one hundred and one years of age]",
        "[93y F] with CHF",
        "[94M] with dementia",
        "Age/Sex: [91]/F",
        "Age = [103]",
        "Age (y): [93]",
        "in her mid [90s]",
        "is [93 yrs. old]",
    ],
    passed: &[
        "89 years old",
        "weight 92 kg",
        "aged 90 days",
        "90+",
        "> 89",
        "BP 120/92",
        "age 90 or older",
        "ninety days",
        "eighty-nine years old",
        "hundreds of years old",
        "two hundred years old",
        "T 101F with chills",
        "fever to 101F with rigors",
        "aged 96 hrs",
        "a 120 year old building",
        "in the 90s",
        "94F wire",
    ],
    readings: &[
        Reading::Token {
            lengths: (2, 7),
            near: &[Near { first: Bytes::of(b"19"), ..Near::ANY }],
            judge: age,
        },
        Reading::Sign(Sign::Ninety),
    ],
};

/// The name of a month before a number or after it.
const MONTH_NEAR: &[Near] = &[
    Near {
        first: Bytes::DIGIT,
        before: Bytes::of(b" -"),
        earlier: Bytes::of(b".,bceghlnprtvyBCEGHLNPRTVY"),
        ..Near::ANY
    },
    Near {
        first: Bytes::DIGIT,
        after: Bytes::of(b" -/."),
        later: Bytes::of(b" adfjmnosADFJMNOS"),
        ..Near::ANY
    },
];

/// Judges the first groups of a chain as a date in numbers.
fn date_chain(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    let first = chain.first();
    if first.len() >= 8 {
        return moment(chain);
    }
    let second = chain.group(1)?;
    let gap = second.gap;
    let Some(third) = chain.group(2).filter(|third| third.gap == gap) else {
        return month_in_numbers(chain);
    };
    if !matches!(gap, Gap::Dash | Gap::Slash | Gap::Dot) || second.len() > 2 {
        return None;
    }
    let text = chain.text;
    let [a, b, c] = [first, second, third].map(|group| number(&text[group.start..group.end]));
    let tier = match (first.len(), third.len()) {
        (4, 1 | 2) if is_day(a, b, c) => Tier::B,
        (1 | 2, 4) if is_day(c, a, b) || is_day(c, b, a) => Tier::B,
        (1 | 2, 2) if is_day(2000 + c, a, b) || is_day(2000 + c, b, a) => match gap {
            _ if announced(text, first.start) => Tier::B,
            Gap::Slash if is_of_counts(text, first.start, third.end) => Tier::C,
            Gap::Slash => Tier::B,
            Gap::Dash => Tier::C,
            _ => Tier::D,
        },
        _ => return None,
    };
    let glued = opens(text, first.start, gap)?;
    closes(text, third.end, gap).then_some(())?;
    let (start, end) = (first.start, third.end);
    Some((Found { judgement: Judgement::shape(tier), start, end, glued }, 3))
}

/// Judges two groups as a month and its year, or as a month and its day after a word that a date follows.
fn month_in_numbers(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    let (first, second) = (chain.first(), chain.group(1)?);
    let text = chain.text;
    if first.len() > 2 || second.gap != Gap::Slash {
        return None;
    }
    let (a, b) = (number(&text[first.start..first.end]), number(&text[second.start..second.end]));
    let judgement = match second.len() {
        4 if is_day(b, a, 1) => {
            let tier = if announced(text, first.start) { Tier::B } else { Tier::C };
            Judgement::shape(tier)
        }
        // `CABG in 3/80`: no month has so many days.
        2 if (1..=12).contains(&a) && b > 31 => {
            let fraction = FRACTIONS.has(word_after(text, second.end));
            let within =
                last_word(text[..first.start].trim_ascii_end()).eq_ignore_ascii_case(b"in");
            let dated = within || announced(text, first.start);
            (!fraction && dated).then_some(Judgement::settled(Tier::B))?
        }
        1 | 2 if is_day(2000, a, b) || is_day(2000, b, a) => {
            let fraction = FRACTIONS.has(word_after(text, second.end));
            (!fraction && announced(text, first.start)).then_some(Judgement::settled(Tier::B))?
        }
        _ => return None,
    };
    opens(text, first.start, Gap::Slash)?;
    closes(text, second.end, Gap::Slash).then_some(())?;
    Some((Found { judgement, start: first.start, end: second.end, glued: false }, 2))
}

/// Words right after which digits are a date.
static ANNOUNCING: WordList<64> = WordList::new(
    "on since until till thru through dated date dates dob dos admitted admit discharged appt appointment lmp",
);

/// What fractions are of, and what they are called.
static FRACTIONS: WordList<128> = WordList::new(
    "tab tabs tablet tablets pill pills cup cups dose doses strength power scale pain sternal normal ns of tsp \
     teaspoon pack packs ppd systolic diastolic murmur motor ml mg inch inches mile miles way hour hours liter \
     bilaterally throughout patients cases subjects positive negative points point score scale apples blood cultures bottles stars",
);

/// What comes in threes with slashes between: doses over the day, levels, scores.
static IN_THREES: WordList<128> = WordList::new(
    "insulin humalog novolog lispro aspart glargine lantus levemir nph regular units level levels score scores rep wk wks week weeks mo months \
     reps set sets grade grades ratio ratios dose doses pressure pressures \
     pain",
);

/// Words that ask when something was.
static TIMELY: WordList<16> = WordList::new("last next first final previous prior initial");

/// Whether what stands beside three small numbers says that they are no date.
fn is_of_counts(text: &[u8], start: usize, end: usize) -> bool {
    let after = word_after(text, end);
    let stem = text[..start].trim_ascii_end();
    let before = last_word(stem);
    let earlier = || last_word(stem[..stem.len() - before.len()].trim_ascii_end());
    // `last dose 7/14/07` was on a day.
    IN_THREES.has(before) && !TIMELY.has(earlier())
        || IN_THREES.has(after)
        || FRACTIONS.has(after)
        || UNITS.has(after)
}

/// Whether a word that a date follows stands right before the place.
fn announced(text: &[u8], start: usize) -> bool {
    let before = &text[..start];
    let marks =
        before.iter().rev().take(3).take_while(|byte| matches!(byte, b' ' | b':' | b'*')).count();
    let colon = before[before.len() - marks..].contains(&b':');
    let before = &before[..before.len() - marks];
    let word = last_word(before);
    let earlier = || last_word(before[..before.len() - word.len()].trim_ascii_end());
    let scheduled =
        || word.eq_ignore_ascii_case(b"for") && earlier().eq_ignore_ascii_case(b"scheduled");
    marks > 0 && (ANNOUNCING.has(word) || colon && EVENTS.has(word) || scheduled())
}

/// What has a date, with a colon after it: `date of service: 9/9`.
static EVENTS: WordList<32> = WordList::new(
    "service death admission discharge visit surgery procedure injury onset seen due exam followup",
);

/// Judges digits in a row as year, month, day and perhaps a time.
fn moment(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    let first = chain.first();
    let digits = &chain.text[first.start..first.end];
    let (date, time) = digits.split_first_chunk::<8>()?;
    let [hours, minutes] = match time {
        [] => [0, 0],
        [a, b, c, d] | [a, b, c, d, _, _] => [number(&[*a, *b]), number(&[*c, *d])],
        _ => return None,
    };
    let sound = is_day(number(&date[..4]), number(&date[4..6]), number(&date[6..]));
    if !sound || hours > 23 || minutes > 59 {
        return None;
    }
    let edges = chain.edges(1, first.end, Written::Run)?;
    let judgement = Judgement::shape(Tier::D);
    Some((Found { judgement, start: first.start, end: first.end, glued: edges.glued }, 1))
}

/// Whether a date may begin here, and whether it hangs on a word; a range of dates has a dash or a blank before it.
fn opens(text: &[u8], start: usize, gap: Gap) -> Option<bool> {
    let [before @ .., byte] = &text[..start] else { return Some(false) };
    let after_digit = before.last().is_some_and(u8::is_ascii_digit);
    match byte {
        b'-' if gap != Gap::Dash && after_digit => Some(false),
        b'-' | b'/' | b'.' | b',' if after_digit => None,
        b'-' | b'/' | b'.' | b'\\' => Some(before.last().is_some_and(u8::is_ascii_alphanumeric)),
        b'_' | b'@' | b'$' | b'#' => None,
        byte => (!byte.is_ascii_alphanumeric()).then_some(false),
    }
}

/// Whether a date may end here: a time or the other end of a range may follow.
fn closes(text: &[u8], end: usize, gap: Gap) -> bool {
    match text[end..] {
        [b'T' | b't', next, ..] => next.is_ascii_digit(),
        [b'-', next, ..] if next.is_ascii_digit() => gap != Gap::Dash,
        [b'/' | b'.' | b',', next, ..] if next.is_ascii_digit() => false,
        _ => right_edge(text, end),
    }
}

fn number(digits: &[u8]) -> u32 {
    u32::try_from(value(digits)).unwrap_or(u32::MAX)
}

/// Whether the calendar has the day, in a year that people of records have lived in.
fn is_day(year: u32, month: u32, day: u32) -> bool {
    (1850..=2100).contains(&year)
        && i32::try_from(year).is_ok_and(|year| Date::from_ymd(year, month, day).is_some())
}

/// Judges a token as the day or year of a date with the name of its month.
fn date_words(token: Token<'_>) -> Option<Found> {
    let text = token.text;
    let bytes = token.bytes();
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if token.digit != token.start {
        return None;
    }
    let day = number(&bytes[..digits]);
    let suffix = &bytes[digits..];
    if digits > 2 {
        return if digits == 4 && suffix.is_empty() { year_of_month(token, day) } else { None };
    }
    if let Some(glued) = glued_date(token, day, suffix) {
        return Some(glued);
    }
    let ordinal = [&b"st"[..], b"nd", b"rd", b"th"];
    let is_ordinal = ordinal.iter().any(|known| suffix.eq_ignore_ascii_case(known));
    if !(suffix.is_empty() || is_ordinal) || !(1..=31).contains(&day) {
        return None;
    }
    // "March 4, 2019" and "March 4".
    if let Some((month, start)) = month_before(text, token.start) {
        let dashed = text[..token.start].ends_with(b"-");
        let month = if is_ordinal || dashed { month.unmistakable() } else { month };
        let last = last_day(text, token.end);
        let (end, tier) = match year_after(text, last) {
            Some((year, end)) if is_day(year, month.number, day) => (end, Tier::B),
            Some(_) => return None,
            None => (last, month.alone(text, start)),
        };
        let sure = end > last || month.capital && !is_measured(text, end);
        return if sure { token.found(Judgement::shape(tier), start, end) } else { None };
    }
    // "4 March 2019", "4th of March" and "4-Mar-19"; after a stop only "4. March 2019", for a sentence may end there.
    let stopped = text.get(token.end) == Some(&b'.');
    let (month, after) = month_after(text, token.end)?;
    let dashed = text.get(token.end) == Some(&b'-');
    let month = if is_ordinal || dashed { month.unmistakable() } else { month };
    let (end, tier) = match year_after(text, after) {
        Some((year, end)) if is_day(year, month.number, day) => (end, Tier::B),
        Some(_) => return None,
        None if stopped => return None,
        None => (after, month.alone(text, token.start)),
    };
    let sure = end > after || month.capital && is_day(2000, month.number, day);
    if sure { token.found(Judgement::shape(tier), token.start, end) } else { None }
}

/// "04MAR2019".
fn glued_date(token: Token<'_>, day: u32, suffix: &[u8]) -> Option<Found> {
    let (name, year) = suffix.split_first_chunk::<3>()?;
    let month = month(name)?;
    let year = match year.len() {
        4 if year.iter().all(u8::is_ascii_digit) => number(year),
        _ => return None,
    };
    if !is_day(year, month.number, day) {
        return None;
    }
    token.found(Judgement::shape(Tier::B), token.start, token.end)
}

/// A year with the month before it, or with month and day after it.
fn year_of_month(token: Token<'_>, year: u32) -> Option<Found> {
    let text = token.text;
    if !(1850..=2100).contains(&year) {
        return None;
    }
    if let Some((month, after)) = month_after(text, token.end) {
        let gap = text.get(after).filter(|byte| matches!(byte, b' ' | b'-'))?;
        let rest = &text[after + 1..];
        let digits = rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
        let end = after + 1 + digits;
        let sound =
            (1..=2).contains(&digits) && is_day(year, month.number, number(&rest[..digits]));
        let dated = *gap == b'-' || month.capital;
        return if sound && dated {
            token.found(Judgement::shape(Tier::B), token.start, end)
        } else {
            None
        };
    }
    let (month, start) = month_before(text, token.start)?;
    let within = || WITHIN.has(last_word(text[..start].trim_ascii_end()));
    let dated = (month.capital || !month.word || within()) && !is_measured(text, token.end);
    if dated { token.found(Judgement::shape(Tier::B), start, token.end) } else { None }
}

/// Words after which `march` and `may` are months.
static WITHIN: WordList<32> =
    WordList::new("in since of until till from by early late mid before after during");

/// Where the last day of a range ends that begins with a day: `March 4-7`.
fn last_day(text: &[u8], end: usize) -> usize {
    let Some(rest) = text[end..].strip_prefix(b"-") else { return end };
    let digits = rest.iter().take(3).take_while(|byte| byte.is_ascii_digit()).count();
    let sound = (1..=2).contains(&digits) && (1..=31).contains(&number(&rest[..digits]));
    if sound && right_edge(text, end + 1 + digits) { end + 1 + digits } else { end }
}

/// A month by its name.
#[derive(Debug, Clone, Copy)]
struct Month {
    number: u32,
    /// Written with a capital.
    capital: bool,
    /// A word of its own in a sentence: may, march.
    word: bool,
}

impl Month {
    /// With an ordinal or a dash beside it, which no other word has: `May 4th`, `4-Mar`.
    fn unmistakable(self) -> Self {
        Self { word: false, ..self }
    }

    /// How certain it is with its day and without its year, where it starts.
    fn alone(self, text: &[u8], start: usize) -> Tier {
        let sure = self.capital && (!self.word || announced(text, start));
        if sure { Tier::B } else { Tier::C }
    }
}

const MONTHS: [&[u8]; 12] = [
    b"january",
    b"february",
    b"march",
    b"april",
    b"may",
    b"june",
    b"july",
    b"august",
    b"september",
    b"october",
    b"november",
    b"december",
];

/// The month of that name or of its first three letters.
fn month(name: &[u8]) -> Option<Month> {
    let head = name.first_chunk::<3>()?.map(|byte| byte.to_ascii_lowercase());
    let place = match &head {
        b"jan" => 0,
        b"feb" => 1,
        b"mar" => 2,
        b"apr" => 3,
        b"may" => 4,
        b"jun" => 5,
        b"jul" => 6,
        b"aug" => 7,
        b"sep" => 8,
        b"oct" => 9,
        b"nov" => 10,
        b"dec" => 11,
        _ => return None,
    };
    let full = name.eq_ignore_ascii_case(MONTHS[place]);
    if !full && name.len() != 3 && !name.eq_ignore_ascii_case(b"sept") {
        return None;
    }
    let capital = name[0].is_ascii_uppercase();
    let word = matches!(place, 2 | 4);
    u32::try_from(place + 1).ok().map(|number| Month { number, capital, word })
}

/// The month right before a number, and where it starts.
fn month_before(text: &[u8], start: usize) -> Option<(Month, usize)> {
    let before = text[..start].strip_suffix(b" ").or_else(|| text[..start].strip_suffix(b"-"))?;
    let before = before.strip_suffix(b".").or_else(|| before.strip_suffix(b",")).unwrap_or(before);
    let word = last_letters(before, 10);
    Some((month(word)?, before.len() - word.len()))
}

/// The month right after a number, and where it ends.
fn month_after(text: &[u8], end: usize) -> Option<(Month, usize)> {
    let rest = match &text[end..] {
        [b' ' | b'-' | b'/', rest @ ..] => rest,
        [b'.', b' ', rest @ ..] => rest,
        _ => return None,
    };
    let rest = rest.strip_prefix(b"of ").unwrap_or(rest);
    let letters = rest.iter().take(10).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let found = month(&rest[..letters])?;
    let stop = usize::from(letters <= 4 && rest.get(letters) == Some(&b'.'));
    Some((found, text.len() - rest.len() + letters + stop))
}

/// The year right after a month or a day, and where it ends; two digits only after a dash or an apostrophe.
fn year_after(text: &[u8], end: usize) -> Option<(u32, usize)> {
    let (rest, short) = match &text[end..] {
        [b',', b' ', rest @ ..] | [b' ' | b',', rest @ ..] => (rest, rest.first() == Some(&b'\'')),
        [b'-' | b'/', rest @ ..] => (rest, true),
        _ => return None,
    };
    let rest = rest.strip_prefix(b"'").unwrap_or(rest);
    let digits = rest.iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
    let at = text.len() - rest.len();
    let year = number(&rest[..digits]);
    match digits {
        4 if (1850..=2100).contains(&year) => Some((year, at + 4)),
        2 if short => Some((2000 + year, at + 2)),
        _ => None,
    }
}

/// Whether a unit, a count or the rest of a fraction follows: `May 4 tablets`, `Jun 10/10`.
fn is_measured(text: &[u8], end: usize) -> bool {
    match text[end..] {
        [b' ', ..] => UNITS.has(word_after(text, end)),
        [b'/', next, ..] => next.is_ascii_digit(),
        _ => false,
    }
}

static UNITS: WordList<64> = WordList::new(
    "mg ml mcg g units tablets tabs days weeks hours times months patients cm mm doses drops kg yo year years \
     yr yrs be visits",
);

fn word_after(text: &[u8], end: usize) -> &[u8] {
    let rest = text[end..].strip_prefix(b" ").unwrap_or(&text[end..]);
    let letters = rest.iter().take(12).take_while(|byte| byte.is_ascii_alphabetic()).count();
    &rest[..letters]
}

/// Judges a number as an age.
fn age(token: Token<'_>) -> Option<Found> {
    let bytes = token.bytes();
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let years = number(&bytes[..digits]);
    if token.digit != token.start || !matches!(digits, 2 | 3) || !(90..=125).contains(&years) {
        return None;
    }
    let text = token.text;
    let (suffix, number_end) = (&bytes[digits..], token.start + digits);
    let decimal = matches!(text[token.end..], [b'.' | b'/', next, ..] if next.is_ascii_digit());
    if decimal || matches!(text[token.end..], [b'+' | b'%', ..]) || !stands_alone(text, token.start)
    {
        return None;
    }
    let certain = Judgement::settled(Tier::A);
    if let Some(end) =
        years_old(text, number_end).or_else(|| years_and_sex(text, token.start, number_end))
    {
        return token.found(certain, token.start, end);
    }
    if suffix == b"s" && years == 90 && of_decade(text, token.start) {
        return token.found(certain, token.start, token.end);
    }
    if token.start == 0 && token.end == text.len() && suffix.is_empty() {
        return token.found(Judgement::checked(Tier::D), token.start, token.end);
    }
    let birthday = [&b"th"[..], b"st", b"nd", b"rd"].contains(&suffix)
        && word_after(text, token.end).eq_ignore_ascii_case(b"birthday");
    let aged =
        suffix.is_empty() && follows_age(text, token.start) && !has_other_unit(text, token.end);
    (birthday || aged).then(|| token.found(certain, token.start, token.end))?
}

/// Where `93y F` ends, or `94M` where a patient is introduced: degrees of heat are written like the latter.
fn years_and_sex(text: &[u8], start: usize, end: usize) -> Option<usize> {
    static SEXES: WordList<32> = WordList::new("f m female male woman man lady gentleman");
    static INTRODUCED: WordList<64> = WordList::new(
        "with w who presents presenting presented pmh pmhx hx h admitted here found s p transferred brought bib biba",
    );
    let rest = &text[end..];
    let blank = usize::from(rest.first() == Some(&b' '));
    let unit = word_from(rest, blank);
    if [&b"y"[..], b"yr", b"yrs"].iter().any(|known| unit.eq_ignore_ascii_case(known)) {
        let after = blank + unit.len();
        let sex = word_from(rest, after + 1);
        return (matches!(rest.get(after), Some(b' ' | b'/')) && SEXES.has(sex))
            .then_some(end + after + 1 + sex.len());
    }
    if blank > 0 || !matches!(unit, b"F" | b"M") || rest.get(1) != Some(&b' ') {
        return None;
    }
    let before = text[..start].trim_ascii_end();
    let begins = matches!(before.last(), None | Some(b'.' | b':' | b'\n' | b'|'))
        || text[before.len()..start].contains(&b'\n')
        || [&b"a"[..], b"an"].iter().any(|known| last_word(before).eq_ignore_ascii_case(known));
    (begins && INTRODUCED.has(word_from(rest, 2))).then_some(end + 1)
}

/// Whether somebody is in the decade whose number begins here: `in her mid 90s`.
fn of_decade(text: &[u8], start: usize) -> bool {
    static OWNERS: WordList<8> = WordList::new("her his their");
    static PARTS: WordList<8> = WordList::new("early mid late");
    let before = text[..start].trim_ascii_end();
    let before = before.strip_suffix(b"-").unwrap_or(before);
    let word = last_word(before);
    let owner = || last_word(before[..before.len() - word.len()].trim_ascii_end());
    OWNERS.has(word) || PARTS.has(word) && OWNERS.has(owner())
}

/// Where numbers from ninety in words may stand in a text, in order.
pub(super) struct Nineties<'t> {
    text: &'t [u8],
    /// The next place of each of the middles, and the first of them all; one past any text where there is none.
    places: [usize; 4],
    first: usize,
}

/// The middle of these words, which begin small or with a capital, and all in capitals.
static MIDDLES: LazyLock<[memmem::Finder<'static>; 4]> =
    LazyLock::new(|| [&b"inety"[..], b"INETY", b"undred", b"UNDRED"].map(memmem::Finder::new));

/// The shortest age in words: `ninety yo`.
const SHORTEST_NINETY: usize = 9;

impl<'t> Nineties<'t> {
    pub(super) fn of(text: &'t [u8]) -> Self {
        let mut places = [usize::MAX; 4];
        if text.len() >= SHORTEST_NINETY {
            for (place, middle) in places.iter_mut().zip(&*MIDDLES) {
                *place = middle.find(text).unwrap_or(usize::MAX);
            }
        }
        Self { text, places, first: places.into_iter().min().unwrap_or(usize::MAX) }
    }

    /// The first of them at or before a place; it is not given again.
    #[inline]
    pub(super) fn next_until(&mut self, place: usize) -> Option<usize> {
        if self.first > place { None } else { Some(self.take_first()) }
    }

    fn take_first(&mut self) -> usize {
        let taken = self.first;
        for (place, middle) in self.places.iter_mut().zip(&*MIDDLES) {
            if *place == taken {
                let from = taken + 1;
                *place = middle.find(&self.text[from..]).map_or(usize::MAX, |found| from + found);
            }
        }
        self.first = self.places.into_iter().min().unwrap_or(usize::MAX);
        taken
    }
}

/// Judges the number in words whose second letter is here as an age: `ninety-two years old`.
pub(super) fn age_in_words(text: &[u8], at: usize) -> Option<Found> {
    static ONES: WordList<32> =
        WordList::new("one two three four five six seven eight nine ten eleven twelve");
    let start = at.checked_sub(1)?;
    let word = word_from(text, start);
    let ninety = word.eq_ignore_ascii_case(b"ninety");
    if !ninety && !word.eq_ignore_ascii_case(b"hundred")
        || start > 0 && text[start - 1].is_ascii_alphanumeric()
    {
        return None;
    }
    let mut end = start + word.len();
    let and = !ninety && (text[end..].starts_with(b" and ") || text[end..].starts_with(b"-and-"));
    let ones_start = end + if and { b" and ".len() } else { 1 };
    let ones = word_from(text, ones_start);
    if matches!(text.get(end), Some(b' ' | b'-')) && ONES.has(ones) {
        end = ones_start + ones.len();
    }
    let before = &text[..start];
    // `one hundred` is a hundred, `two hundred` no age.
    let count =
        last_word(before.strip_suffix(b" ").or(before.strip_suffix(b"-")).unwrap_or(before));
    let start = match ninety {
        false if count.eq_ignore_ascii_case(b"one") || count.eq_ignore_ascii_case(b"a") => {
            start - count.len() - 1
        }
        false if HUNDREDS.has(count) => return None,
        _ => start,
    };
    let end = years_old(text, end)?;
    left_edge(text, start)?;
    right_edge(text, end).then_some(Found {
        judgement: Judgement::settled(Tier::A),
        start,
        end,
        glued: false,
    })
}

/// What stands before `hundred` where it is no age.
static HUNDREDS: WordList<32> =
    WordList::new("two three four five six seven eight nine ten several few many");

fn word_from(text: &[u8], start: usize) -> &[u8] {
    let rest = text.get(start..).unwrap_or_default();
    let letters = rest.iter().take(12).take_while(|byte| byte.is_ascii_alphabetic()).count();
    &rest[..letters]
}

fn stands_alone(text: &[u8], start: usize) -> bool {
    match &text[..start] {
        [before @ .., b'-' | b'/' | b'.' | b','] => !before.last().is_some_and(u8::is_ascii_digit),
        [.., b'>' | b'<' | b'$' | b'_'] => false,
        [before @ .., b' '] => !matches!(before, [.., b'>' | b'<'] | [.., b'>' | b'<', b'=']),
        _ => true,
    }
}

/// Where words end that make the number before them an age: `-year-old`, ` y.o.`, `yo`, ` years of age`.
fn years_old(text: &[u8], end: usize) -> Option<usize> {
    const OLD: [&[u8]; 21] = [
        b"years old",
        b"year old",
        b"years-old",
        b"year-old",
        b"years of age",
        b"yrs old",
        b"yr old",
        b"yrs-old",
        b"yr-old",
        b"yrs of age",
        b"yrs. old",
        b"yr. old",
        b"y.o.",
        b"y/o",
        b"y.o",
        b"yo",
        b"y o ",
        b"yo.",
        b"y-o",
        b"yom",
        b"yof",
    ];
    let rest = &text[end..];
    let rest = match rest {
        [b' ' | b'-', rest @ ..] => rest,
        rest => rest,
    };
    if !rest.first().is_some_and(|byte| byte.eq_ignore_ascii_case(&b'y')) {
        return None;
    }
    let known = OLD.iter().find(|known| {
        rest.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known))
            && !rest.get(known.len()).is_some_and(u8::is_ascii_alphabetic)
    })?;
    let blank = usize::from(known.ends_with(b" "));
    let end = text.len() - rest.len() + known.len() - blank;
    (!THINGS.has(word_after(text, end))).then_some(end)
}

/// What is old and nobody.
static THINGS: WordList<32> =
    WordList::new("building buildings house home tradition bridge tree church cohort hospital");

/// Words between those for an age and the number.
static OF_AGE: WordList<64> = WordList::new(
    "of is at was turned in years yrs yr y sex gender death diagnosis onset presentation",
);

/// Whether the words before the number say that it is an age.
fn follows_age(text: &[u8], start: usize) -> bool {
    let before = &text[..start];
    let skip = |before: &[u8]| -> usize {
        before
            .iter()
            .rev()
            .take(4)
            .take_while(|byte| matches!(byte, b' ' | b':' | b'=' | b'\t' | b'(' | b')' | b'*'))
            .count()
    };
    let mut end = before.len() - skip(before);
    for _ in 0..3 {
        let word = last_word(&before[..end]);
        let is = |known: &[u8]| word.eq_ignore_ascii_case(known);
        if is(b"age") || is(b"aged") {
            let earlier = last_word(before[..end - word.len()].trim_ascii_end());
            return ![&b"gestational"[..], b"bone"]
                .iter()
                .any(|no| earlier.eq_ignore_ascii_case(no));
        }
        if !OF_AGE.has(word) {
            return false;
        }
        if is(b"turned") {
            return true;
        }
        end -= word.len();
        end -= usize::from(before[..end].ends_with(b"/"));
        end -= skip(&before[..end]);
    }
    false
}

fn last_word(text: &[u8]) -> &[u8] {
    last_letters(text, 14)
}

/// Whether the number counts something else, or names the class of all ages from there.
fn has_other_unit(text: &[u8], end: usize) -> bool {
    static OTHERS: WordList<64> = WordList::new(
        "days day weeks week months month hours hour hrs hr minutes min or and to mg kg percent wk wks mo mos degrees degree deg ml cc l cm mm",
    );
    let word = word_after(text, end);
    OTHERS.has(word) || text[end..].starts_with(b"-")
}
