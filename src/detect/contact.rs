//! Telephone numbers and e-mail addresses.

use super::catalogue::Detector;
use super::network::{domain_end, is_example_domain};
use super::number::{Chain, Gap, Written, is_one_digit, right_edge};
use super::reading::{Found, Reading, Sign};
use super::tier::{Judgement, Tier};
use super::words::{WordList, last_letters};
use crate::value::form::Form;

pub(super) const EMAIL: Detector = Detector {
    name: "email",
    group: "contact",
    country: None,
    title: "E-mail address",
    doc: "A local part, `@` and a domain of two labels or more whose last is letters (A). Addresses of the domains set apart for \
          examples are fictional.",
    labels: &["email", "emails", "e mail", "mail", "mailto"],
    contrary: &[],
    found: &["write to [jo.doe@example.com]."],
    passed: &["logo@2x.png", "jo@localhost", "@example.com"],
    readings: &[Reading::Sign(Sign::At)],
};

pub(super) const PHONE: Detector = Detector {
    name: "phone",
    group: "contact",
    country: None,
    title: "Telephone or fax number",
    doc: "A North American number, area and exchange from 2, the area not x11: grouped with dashes, dots or parentheses (B), with \
          spaces only (C), in a row or without its area (D, with a label B); an extension may follow. Or `+` and 8 to \
          15 digits (B). Or digits of another country or a pager right after a word for a telephone (B); 3-3-4 that no \
          exchange has is D without one, unless its area stands in parentheses or a `+` before it. 555-0100 to 555-0199 and runs of one digit are fictional.",
    labels: &[
        "tel",
        "telephone",
        "phone",
        "phones",
        "cell",
        "cellphone",
        "mobile",
        "fax",
        "call",
        "calling",
        "pager",
        "beeper",
        "voicemail",
        "callback",
        "reach",
        "reached",
        "reachable",
        "dial",
        "contact",
        "contacted",
        "texted",
    ],
    contrary: &[
        "npi",
        "mrn",
        "account",
        "acct",
        "claim",
        "nhs",
        "ssn",
        "zip",
        "ref",
        "reference",
        "dea",
        "catalog",
        "catalogue",
        "part",
        "ticket",
        "item",
        "job",
        "count",
    ],
    found: &[
        "call [212-555-0134]",
        "[(212) 555-0134] x",
        "fax [2125550134]",
        "[+44 20 7946 0958]",
        "Tel: [020 7946 0958]",
        "contact number: [555-123-4567]",
        "pager [84710]",
        "desk: [001-212-555-0134]",
        "[617-155-0123] fax",
        "Phone:\n[467 3395]",
        "Ph. [2125550134]",
        "ph# [555-0134]",
        "[(123) 456-7890]",
        "phone [0 (917) 123 4567]",
    ],
    passed: &[
        "2125550134",
        "order 5550134",
        "112-555-0134",
        "BP 120/80",
        "called 03-04-2019",
        "called at 0730 0815",
        "Home meds: order 212-555-0134",
        "020 7946 0958",
        "pH 7.35, order 2125550134",
        "ph 7 2 5 5 0134",
        "urine ph 6.0 5.5 6.5 7.0",
    ],
    readings: &[
        Reading::Chain {
            runs: &[10, 11],
            pairs: &[(1, 3), (3, 3), (3, 4)],
            gaps: Gap::ALL,
            judge: phone,
        },
        Reading::Chain {
            runs: &[4, 5, 6, 7, 8, 9, 10, 11, 12, 13],
            pairs: &NAMED_PAIRS,
            gaps: &[Gap::Dash, Gap::Dot, Gap::Space, Gap::Open, Gap::Close],
            judge: named_phone,
        },
        // `0 (917) 123 4567`
        Reading::Chain {
            runs: &[],
            pairs: &[(1, 2), (1, 3), (1, 4)],
            gaps: &[Gap::Dash, Gap::Space, Gap::Open, Gap::Close],
            judge: named_phone_from_one,
        },
        Reading::Sign(Sign::Plus),
        Reading::Value(phone_as_value),
    ],
};

/// Judges the first groups of a chain as a telephone number; gives how many it takes.
pub(super) fn phone(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    let first = chain.first();
    let plus = first.gap == Gap::Outside && opens_with_plus(chain.text, first.start);
    let (groups, written, tier) = north_american_shape(chain)?;
    let digits = national_digits(chain, groups)?;
    let tier = match (Form::UsPhone.holds(&digits), written) {
        (true, _) if plus => Tier::B,
        (true, _) => tier,
        // No exchange has it, and yet nothing but a telephone number is written so.
        (false, Written::Parted(_)) if groups > 2 && (plus || is_bracketed(chain)) => Tier::B,
        (false, Written::Parted(_)) if groups > 2 => Tier::D,
        (false, Written::Run) if plus => Tier::D,
        (false, _) => return None,
    };
    let fictional = Form::UsPhone.fictional(&digits) || is_one_digit(&digits);
    let judgement = Judgement::shape(tier).fictional_if(fictional);
    let end = extension_end(chain.text, chain.group(groups - 1)?.end);
    let start = opening(chain.text, first.start, chain.gap(1) == Some(Gap::Close));
    let glued = match first.gap {
        Gap::Outside if start < first.start => {
            right_side(chain, groups, end, written)?;
            false
        }
        _ => chain.edges(groups, end, written)?.glued,
    };
    Some((Found { judgement, start, end, glued }, groups))
}

/// Whether the area stands in parentheses: `(123) 456-7890`.
fn is_bracketed(chain: &mut Chain<'_>) -> bool {
    let first = chain.first();
    first.len() == 3
        && chain.gap(1) == Some(Gap::Close)
        && chain.text[..first.start].ends_with(b"(")
}

/// Groups, how they are written, and the tier of that.
fn north_american_shape(chain: &mut Chain<'_>) -> Option<(usize, Written, Tier)> {
    let first = chain.first();
    let one = first.len() == 1;
    if one && chain.text[first.start] != b'1' {
        return None;
    }
    let shape: &[usize] = match &chain.text[first.start..first.end] {
        [_] => &[1, 3, 3, 4],
        b"001" => &[3, 3, 3, 4],
        _ => &[3, 3, 4],
    };
    if chain.has_lengths(shape) {
        let groups = shape.len();
        let (middle, last) = (chain.gap(groups - 2)?, chain.gap(groups - 1)?);
        let even = middle == last || matches!(middle, Gap::Close | Gap::Slash | Gap::Space);
        if !even || !matches!(last, Gap::Dash | Gap::Dot | Gap::Space) {
            return None;
        }
        let spaces = middle == Gap::Space && last == Gap::Space;
        return Some((groups, Written::Parted(last), if spaces { Tier::C } else { Tier::B }));
    }
    if chain.has_lengths(&[3, 4]) {
        return (chain.gap(1)? == Gap::Dash).then_some((2, Written::Parted(Gap::Dash), Tier::D));
    }
    matches!(chain.first().len(), 10 | 11).then_some((1, Written::Run, Tier::D))
}

/// The ten digits without the leading 1; a local number gets an area that any exchange may have.
fn national_digits(chain: &mut Chain<'_>, groups: usize) -> Option<[u8; 10]> {
    if let Some(digits) = chain.digits(groups) {
        return Some(digits);
    }
    let mut national = *b"2000000000";
    if let Some([b'1', rest @ ..]) = chain.digits::<11>(groups) {
        national = rest;
    } else if let Some([b'0', b'0', b'1', rest @ ..]) = chain.digits::<13>(groups) {
        national = rest;
    } else {
        let local: [u8; 7] = chain.digits(groups)?;
        national[3..].copy_from_slice(&local);
    }
    Some(national)
}

/// How many digits the first two groups have of a telephone that its word names.
const NAMED_PAIRS: [(usize, usize); 36] = {
    let mut pairs = [(0, 0); 36];
    let mut at = 0;
    while at < pairs.len() {
        pairs[at] = (2 + at / 6, 2 + at % 6);
        at += 1;
    }
    pairs
};

/// Words right before the digits of a telephone.
static PHONES: WordList<64> = WordList::new(
    "tel telephone phone phones cell cellphone mobile fax facsimile landline home work office contact \
     whatsapp hotline desk",
);

/// Words right before the digits of a pager, which may be few.
static PAGERS: WordList<8> = WordList::new("pager beeper bpr pgr");

/// What one does with a telephone; a time of day may follow as well.
static CALLS: WordList<32> =
    WordList::new("call called calling reach reached reachable dial text texted answering");

/// Words between these and the digits.
static BETWEEN: WordList<64> = WordList::new(
    "no nr num number numbers is was at on phone fax or line me him her them us back",
);

/// How many of them.
const MOST_BETWEEN: usize = 3;

/// What names the digits after it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Phone,
    Pager,
    Call,
}

/// Judges digits right after a word for a telephone, however they are grouped; gives how many groups it takes.
fn named_phone(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    if chain.first().len() == 1 {
        return None;
    }
    let found = named(chain)?;
    let parted = chain.group(1).is_some_and(|second| second.len() == 1);
    (!parted).then_some(found)
}

/// The same where a trunk digit stands apart: `0 (917) 123 4567`.
fn named_phone_from_one(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    let first = chain.first();
    if first.len() != 1 || !matches!(chain.text[first.start], b'0' | b'1') {
        return None;
    }
    let found = named(chain)?;
    let second = chain.group(1)?;
    let apart = (2..=4).contains(&second.len())
        && matches!(second.gap, Gap::Dash | Gap::Space | Gap::Open | Gap::Close);
    apart.then_some(found)
}

fn named(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    let first = chain.first();
    if first.gap != Gap::Outside {
        return None;
    }
    let text = chain.text;
    let opened = text[..first.start].ends_with(b"(") || text[..first.start].ends_with(b"+");
    let start = first.start - usize::from(opened);
    let named = named_before(text, start);
    let mut sizes = [0; MOST_GROUPS];
    let (mut groups, mut total, mut end) = (0, 0, first.start);
    while let Some(group) = chain.group(groups)
        && group.gap != Gap::Slash
        && total + group.len() <= MOST_DIGITS
        && let Some(size) = sizes.get_mut(groups)
    {
        *size = group.len();
        total += group.len();
        end = group.end;
        groups += 1;
    }
    // So many digits in a row are no telephone number, whatever stands before them.
    if groups == 0 || groups == 1 && total > LONGEST_RUN {
        return None;
    }
    let after = if named.is_none() { named_after(text, end) } else { None };
    let named = named.or(after)?;
    let dots = (1..groups).filter(|place| chain.gap(*place) == Some(Gap::Dot)).count();
    let sound = match (named, &sizes[..groups]) {
        // Measured numbers stand in a row, each with its decimals.
        _ if dots > 0 && dots + 1 < groups => false,
        // A date is when, not where.
        (_, [4, 2, 2] | [1 | 2, 1 | 2, 2 | 4] | [8]) if is_dashed(chain) => false,
        (Named::Pager, _) => (4..=MOST_DIGITS).contains(&total),
        (Named::Phone, _) => (7..=MOST_DIGITS).contains(&total),
        (Named::Call, [3, 4]) => chain.gap(1) == Some(Gap::Dash),
        (Named::Call, [4, 4] | [8]) => false,
        (Named::Call, _) => (8..=MOST_DIGITS).contains(&total),
    };
    // `617-155-0123-fax` hangs on its own word.
    let closed =
        after.is_some() || right_side(chain, groups, end, Written::Parted(Gap::Close)).is_some();
    if !sound || !closed {
        return None;
    }
    let fictional = match total {
        7 | 10 | 11 => national_digits(chain, groups)
            .is_some_and(|digits| Form::UsPhone.fictional(&digits) || is_one_digit(&digits)),
        _ => false,
    };
    let judgement = Judgement::settled(Tier::B).fictional_if(fictional);
    let end = extension_end(text, end);
    Some((Found { judgement, start, end, glued: false }, groups))
}

/// Judges a whole value of a column of telephones, however its digits are grouped.
fn phone_as_value(text: &[u8]) -> Option<Found> {
    let value = text.trim_ascii();
    let start = text.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let end = extension_end(value, value.iter().rposition(u8::is_ascii_digit)? + 1);
    let numbered = match value.iter().position(u8::is_ascii_alphabetic) {
        Some(letter) if end == value.len() => value[..letter].trim_ascii_end(),
        Some(_) => return None,
        None => value,
    };
    let digits = numbered.iter().filter(|byte| byte.is_ascii_digit()).count();
    let written = numbered.iter().all(|byte| byte.is_ascii_digit() || b" -.()+/".contains(byte));
    let parted = numbered.len() > digits;
    // A number in a row is judged by its digits, one with stops or slashes may be a day or an address.
    let sound = written
        && parted
        && (7..=MOST_DIGITS).contains(&digits)
        && numbered.iter().any(|byte| b" ()+".contains(byte));
    let judgement = Judgement::settled(Tier::B).fictional_if(is_fictional(numbered));
    sound.then_some(Found { judgement, start, end: start + value.len(), glued: false })
}

/// Whether the digits of a number are those of nobody.
fn is_fictional(numbered: &[u8]) -> bool {
    let mut national = *b"2000000000";
    let digits = numbered.iter().filter(|byte| byte.is_ascii_digit());
    let count = digits.clone().count();
    let skipped = usize::from(count == 11 && numbered.contains(&b'1'));
    if !matches!(count - skipped, 7 | 10) {
        return false;
    }
    let places = national.iter_mut().skip(10 - (count - skipped));
    places.zip(digits.skip(skipped)).for_each(|(place, digit)| *place = *digit);
    Form::UsPhone.fictional(&national) || is_one_digit(&national)
}

/// The most groups of a telephone number, and the most digits in them.
const MOST_GROUPS: usize = 7;
const MOST_DIGITS: usize = 15;
/// The most digits that stand in a row.
const LONGEST_RUN: usize = 13;

/// Whether the gaps between the groups are those of a date.
fn is_dashed(chain: &mut Chain<'_>) -> bool {
    matches!(chain.gap(1), None | Some(Gap::Dash | Gap::Dot))
}

/// Which word for a telephone stands right before the place.
fn named_before(text: &[u8], start: usize) -> Option<Named> {
    let mut end = start;
    let (mut numbered, mut timed) = (false, false);
    for _ in 0..=MOST_BETWEEN {
        let marks = text[..end]
            .iter()
            .rev()
            .take(6)
            .take_while(|byte| b" \t\r\n:#.=*\"-".contains(byte))
            .count();
        let between = &text[end - marks..end];
        let broken = between.contains(&b'\n') && !between.contains(&b':');
        end -= marks;
        let word = last_letters(&text[..end], 12);
        let letters = word.len();
        if marks == 0 || letters == 0 || broken {
            return None;
        }
        numbered |= text[end..start].contains(&b':');
        if PAGERS.has(word) {
            return Some(Named::Pager);
        }
        if CALLS.has(word) {
            return Some(Named::Call);
        }
        // `home 8 to 10 hours` counts, `home: 8` names; pH is measured.
        if is_ph(word) {
            // pH is measured, and written without its capital as well.
            let marked = text[end..start].iter().any(|byte| b":#.".contains(byte));
            return (word != b"pH" && (marked || numbered)).then_some(Named::Phone);
        }
        if PHONES.has(word) && (numbered || !WEAK.has(word)) {
            return Some(if timed { Named::Call } else { Named::Phone });
        }
        if !BETWEEN.has(word) {
            return None;
        }
        numbered |= word[0].eq_ignore_ascii_case(&b'n');
        timed |= word.eq_ignore_ascii_case(b"at");
        end -= letters;
    }
    None
}

/// Whether a word is the abbreviation of a telephone that is also a measure of acids.
fn is_ph(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"ph")
}

/// Whether a word for a telephone stands right after the digits: `617-155-0123 fax`.
fn named_after(text: &[u8], end: usize) -> Option<Named> {
    let rest = match &text[extension_end(text, end)..] {
        [b' ', b'(', rest @ ..] | [b' ' | b'-', rest @ ..] => rest,
        _ => return None,
    };
    let letters = rest.iter().take(12).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let goes_on = rest.get(letters).is_some_and(|byte| matches!(byte, b':' | b'#'));
    (!goes_on && AFTER.has(&rest[..letters])).then_some(Named::Phone)
}

/// Words that name a telephone after its digits.
static AFTER: WordList<8> = WordList::new("fax office mobile pager");

/// Words that name a telephone only with a colon or `number` after them.
static WEAK: WordList<16> = WordList::new("home work office contact cell mobile desk");

/// Judges the digits after a `+`, the first of them at `start`, as a number of any country.
pub(super) fn plus(text: &[u8], start: usize) -> Option<Found> {
    let mut chain = Chain::new(text, start);
    if !opens_with_plus(text, start) {
        return None;
    }
    let (found, _) =
        if text[start] == b'1' { phone(&mut chain)? } else { international(&mut chain)? };
    Some(found)
}

/// Judges digits after `+` as an international number.
fn international(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    let mut total = 0;
    let mut groups = 0;
    let mut end = 0;
    while let Some(group) = chain.group(groups) {
        let joined = groups == 0 || !matches!(group.gap, Gap::Slash);
        if !joined || total + group.len() > 15 || groups == 7 {
            break;
        }
        total += group.len();
        groups += 1;
        end = group.end;
    }
    if total < 8 || chain.text[chain.first().start] == b'0' {
        return None;
    }
    right_side(chain, groups, end, Written::Parted(Gap::Close))?;
    let start = chain.first().start - 1;
    let judgement = Judgement::shape(Tier::B);
    Some((Found { judgement, start, end, glued: false }, groups))
}

/// Whether what follows leaves the candidate whole; its left side was looked at apart.
fn right_side(chain: &mut Chain<'_>, groups: usize, end: usize, written: Written) -> Option<()> {
    let last_is_end = chain.group(groups - 1).is_some_and(|last| last.end == end);
    match if last_is_end { chain.gap(groups) } else { None } {
        Some(Gap::Dash | Gap::Dot) => None,
        Some(Gap::Space) if written == Written::Parted(Gap::Space) => None,
        Some(_) => Some(()),
        None => right_edge(chain.text, end).then_some(()),
    }
}

/// Whether a `+` stands before the digits and hangs on nothing.
fn opens_with_plus(text: &[u8], start: usize) -> bool {
    match text[..start] {
        [ref before @ .., b'+'] => !before.last().is_some_and(u8::is_ascii_alphanumeric),
        _ => false,
    }
}

/// Where the number starts with its `+` and its parenthesis.
fn opening(text: &[u8], start: usize, closed: bool) -> usize {
    let before = &text[..start];
    if before.ends_with(b"+") || closed && before.ends_with(b"(") { start - 1 } else { start }
}

/// Where an extension ends, if one follows: ` x123`, ` ext. 123`.
fn extension_end(text: &[u8], end: usize) -> usize {
    let rest = &text[end..];
    let blank = usize::from(rest.first() == Some(&b' '));
    let word = rest[blank..].iter().take(9).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let known = [&b"x"[..], b"ext", b"extension"];
    if !known.iter().any(|known| rest[blank..blank + word].eq_ignore_ascii_case(known)) {
        return end;
    }
    let mut at = blank + word;
    at += rest[at..].iter().take(2).take_while(|byte| matches!(byte, b'.' | b' ')).count();
    let digits = rest[at..].iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
    if (1..=6).contains(&digits) { end + at + digits } else { end }
}

/// The longest local part.
const LONGEST_LOCAL: usize = 64;

/// Judges the text around an `@` as an address.
pub(super) fn email(text: &[u8], at: usize) -> Option<Found> {
    let local = text[..at]
        .iter()
        .rev()
        .take(LONGEST_LOCAL)
        .take_while(|byte| byte.is_ascii_alphanumeric() || b"._%+-'~".contains(byte))
        .count();
    let blank =
        text[at - local..at].iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
    let start = at - local + blank;
    let end = domain_end(text, at + 1)?;
    let domain = &text[at + 1..end];
    let last = domain.rsplit(|byte| *byte == b'.').next()?;
    let of_file = FILE_ENDINGS.iter().any(|ending| last.eq_ignore_ascii_case(ending));
    if start == at || text[at - 1] == b'.' || of_file {
        return None;
    }
    let judgement = Judgement::shape(Tier::A).fictional_if(is_example_domain(domain));
    Some(Found { judgement, start, end, glued: false })
}

/// Endings of pictures in names such as `logo@2x.png`.
const FILE_ENDINGS: [&[u8]; 7] = [b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"pdf"];
