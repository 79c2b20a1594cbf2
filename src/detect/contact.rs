//! Telephone numbers and e-mail addresses.

use super::catalogue::Detector;
use super::network::{domain_end, is_example_domain};
use super::number::{Chain, Gap, Written, is_one_digit, right_edge};
use super::reading::{Found, Reading, Sign};
use super::tier::{Judgement, Tier};
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
          15 digits (B). 555-0100 to 555-0199 and runs of one digit are fictional.",
    labels: &[
        "tel",
        "telephone",
        "phone",
        "phones",
        "ph",
        "cell",
        "cellphone",
        "mobile",
        "fax",
        "call",
        "called",
        "pager",
        "voicemail",
        "callback",
        "home",
        "reach",
        "reached",
        "dial",
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
    ],
    found: &["call [212-555-0134]", "[(212) 555-0134] x", "fax [2125550134]", "[+44 20 7946 0958]"],
    passed: &["2125550134", "order 5550134", "112-555-0134", "BP 120/80"],
    readings: &[
        Reading::Chain {
            runs: &[10, 11],
            pairs: &[(1, 3), (3, 3), (3, 4)],
            gaps: Gap::ALL,
            judge: phone,
        },
        Reading::Sign(Sign::Plus),
    ],
};

/// Judges the first groups of a chain as a telephone number; gives how many it takes.
pub(super) fn phone(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    let first = chain.first();
    let plus = first.gap == Gap::Outside && opens_with_plus(chain.text, first.start);
    let (groups, written, tier) = north_american_shape(chain)?;
    let digits = national_digits(chain, groups)?;
    if !Form::UsPhone.holds(&digits) {
        return None;
    }
    let tier = if plus { Tier::B } else { tier };
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

/// Groups, how they are written, and the tier of that.
fn north_american_shape(chain: &mut Chain<'_>) -> Option<(usize, Written, Tier)> {
    let one = chain.first().len() == 1;
    if one && chain.text[chain.first().start] != b'1' {
        return None;
    }
    let shape: &[usize] = if one { &[1, 3, 3, 4] } else { &[3, 3, 4] };
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
    } else {
        let local: [u8; 7] = chain.digits(groups)?;
        national[3..].copy_from_slice(&local);
    }
    Some(national)
}

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
