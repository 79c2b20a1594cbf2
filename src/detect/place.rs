//! Addresses of homes and their postal codes.

use super::catalogue::Detector;
use super::gate::{Bytes, Near};
use super::number::{left_edge, right_edge};
use super::reading::{Found, Reading, Token};
use super::tier::{Judgement, Tier};
use super::words::WordList;

pub(super) const ADDRESS: Detector = Detector {
    name: "address",
    group: "place",
    country: None,
    title: "Street address or post office box",
    doc: "A house number, one to four capitalised words and the kind of a street, perhaps with a unit, or a box of a post office, a \
          rural route or military post (B, with a label A). Kinds that are also clinical abbreviations (CT, ST, PL) are C unless a unit, a city or the end of the \
          line follows.",
    labels: &[
        "address",
        "addr",
        "lives",
        "living",
        "lived",
        "resides",
        "residing",
        "residence",
        "home",
        "street",
        "mailing",
        "moved",
    ],
    contrary: &[],
    found: &[
        "lives at [123 Main Street]",
        "[4510 N Elm Ave, Apt 4B], Springfield",
        "[P.O. Box 1234]",
        "[Post Office Box 77]",
        "[RR 2 Box 152]",
        "[PSC 3294, Box 9168], APO",
        "[221 5th St]",
    ],
    passed: &["3 Chest CT", "500 mg Drive", "12 Lead ST elevation", "2 Vessel disease", "Box 12"],
    readings: &[Reading::Token {
        lengths: (1, 6),
        near: &[
            Near {
                first: Bytes::DIGIT,
                last: Bytes::DIGIT.and(Bytes::CAPITAL),
                after: Bytes::of(b" "),
                later: Bytes::CAPITAL.and(Bytes::DIGIT).and(Bytes::BEYOND),
                ..Near::ANY
            },
            Near { before: Bytes::of(b" "), earlier: Bytes::of(b"xX#"), ..Near::ANY },
        ],
        judge: address,
    }],
};

pub(super) const ZIP: Detector = Detector {
    name: "us-zip",
    group: "us",
    country: Some("us"),
    title: "US ZIP code",
    doc: "Five digits, or five and four, right after the abbreviation of a state (B); five and four alone C, five alone D; \
          with a label B.",
    labels: &["zip", "zipcode", "zip code", "postal", "postal code"],
    contrary: &["cpt", "hcpcs", "ndc", "account", "mrn"],
    found: &["Springfield, IL [62704]", "ZIP [02139-4307]", "zip code: [02139]"],
    passed: &["62704", "02139-4307", "CPT 99213"],
    readings: &[Reading::Token {
        lengths: (5, 5),
        near: &[Near { first: Bytes::DIGIT, last: Bytes::DIGIT, ..Near::ANY }],
        judge: zip,
    }],
};

/// Kinds of streets that mean nothing else.
static STREETS: WordList<128> = WordList::new(
    "street str avenue ave av boulevard blvd road rd lane ln drive court place terrace ter circle \
     cir parkway pkwy highway hwy trail trl square sq crescent cres close way plaza alley loop \
     turnpike pike freeway expressway route row mews gardens grove walk cove",
);

/// Kinds of streets that are clinical abbreviations too.
static AMBIGUOUS: WordList<16> = WordList::new("st dr ct pl rte");

/// Capitalised words that no street is named after, but many findings are.
static NO_STREETS: WordList<128> = WordList::new(
    "mg ml mcg cm mm kg chest head lead vessel week weeks day days hour hours month months year \
     years unit units tab tabs abdominal brain neck pelvis pelvic spine cardiac coronary repeat \
     prior normal new acute mild heart blood phase level grade stage type patients patient ct mri",
);

/// Kinds of units in a house.
static UNITS: WordList<32> =
    WordList::new("apt apartment unit suite ste room rm floor fl bldg building lot");

/// The most words between a house number and the kind of its street.
const MOST_WORDS: usize = 4;

/// Judges a number as that of a house or a box.
fn address(token: Token<'_>) -> Option<Found> {
    let text = token.text;
    let bytes = token.bytes();
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let suffix = &bytes[digits..];
    if token.digit != token.start || suffix.len() > 1 || text.get(token.end) == Some(&b'.') {
        return post_office_box(token);
    }
    if text.get(token.end) != Some(&b' ') {
        return post_office_box(token);
    }
    let numbered = suffix.first().is_none_or(|byte| byte.is_ascii_uppercase());
    if numbered && let Some((end, tier)) = street(text, token.end + 1, digits) {
        // Ranges and decimals are no house numbers.
        let start = match &text[..token.start] {
            [before @ .., b'-'] if before.last().is_some_and(u8::is_ascii_digit) => return None,
            [before @ .., b'.' | b'/'] if before.last().is_some_and(u8::is_ascii_digit) => {
                return None;
            }
            _ => token.start,
        };
        return token.found(Judgement::shape(tier), start, end);
    }
    post_office_box(token)
}

/// Where a street ends, unit included, and how certain it is.
fn street(text: &[u8], start: usize, digits: usize) -> Option<(usize, Tier)> {
    let mut at = start;
    for number in 0..=MOST_WORDS {
        let word = word_at(text, at);
        let first = *word.first()?;
        let end = at + word.len();
        let dotted = text.get(end) == Some(&b'.');
        if number > 0 && STREETS.has(word) {
            return Some((unit_end(text, end, dotted), Tier::B));
        }
        if number > 0 && AMBIGUOUS.has(word) && first.is_ascii_uppercase() {
            let unit = unit_end(text, end, dotted);
            let cased = word.iter().any(u8::is_ascii_lowercase) && digits >= 2;
            let ends = unit > end + 1 || is_followed_by_city(text, end + usize::from(dotted));
            let tier = if cased || ends && digits >= 2 { Tier::B } else { Tier::C };
            return Some((unit, tier));
        }
        let ordinal = first.is_ascii_digit()
            && [&b"st"[..], b"nd", b"rd", b"th"].iter().any(|known| {
                word.iter()
                    .skip_while(|byte| byte.is_ascii_digit())
                    .map(u8::to_ascii_lowercase)
                    .eq(known.iter().copied())
            });
        let plain = first.is_ascii_uppercase() || first >= 0x80 || ordinal;
        if !plain || NO_STREETS.has(word) {
            return None;
        }
        at = end + usize::from(dotted && word.len() <= 3);
        if text.get(at) != Some(&b' ') {
            return None;
        }
        at += 1;
    }
    None
}

fn word_at(text: &[u8], at: usize) -> &[u8] {
    let rest = text.get(at..).unwrap_or_default();
    let length = rest
        .iter()
        .take(20)
        .take_while(|byte| {
            byte.is_ascii_alphanumeric() || **byte >= 0x80 || matches!(byte, b'\'' | b'-')
        })
        .count();
    &rest[..length]
}

/// Where the unit of a house ends, or else where its street does.
fn unit_end(text: &[u8], end: usize, dotted: bool) -> usize {
    let street = end;
    let mut at = end + usize::from(dotted);
    // The quarter of a town: `Main St NW`.
    let quarter = word_at(text, at + 1);
    let is_quarter = [&b"N"[..], b"S", b"E", b"W", b"NE", b"NW", b"SE", b"SW"].contains(&quarter);
    let mut sure = street;
    if text.get(at) == Some(&b' ') && is_quarter {
        at += 1 + quarter.len();
        sure = at;
    }
    at += usize::from(text.get(at) == Some(&b','));
    if text.get(at) != Some(&b' ') {
        return sure;
    }
    at += 1;
    let kind = word_at(text, at);
    if UNITS.has(kind) {
        at += kind.len();
        at += usize::from(text.get(at) == Some(&b'.'));
        at += usize::from(text.get(at) == Some(&b' '));
        at += usize::from(text.get(at) == Some(&b'#'));
    } else if text.get(at) == Some(&b'#') {
        at += 1;
    } else {
        return sure;
    }
    let number = word_at(text, at);
    let is_number = number.iter().any(u8::is_ascii_digit) || number.len() == 1;
    if is_number && number.len() <= 6 { at + number.len() } else { sure }
}

/// Whether a city or the end of the line follows.
fn is_followed_by_city(text: &[u8], end: usize) -> bool {
    match &text[end..] {
        [] | [b'\n' | b'\r' | b';' | b'|', ..] => true,
        [b',', b' ', next, ..] | [b',', next, ..] => next.is_ascii_uppercase(),
        _ => false,
    }
}

/// Judges a number after `P.O. Box`.
fn post_office_box(token: Token<'_>) -> Option<Found> {
    let text = token.text;
    let before = text[..token.start].strip_suffix(b" ")?;
    if !matches!(before.last(), Some(b'x' | b'X' | b'#')) {
        return None;
    }
    let before = strip_suffix(strip_suffix(before, b"#"), b" ");
    let office = strip_word(before, b"box")?;
    let office = office.trim_ascii_end();
    let of_office = || {
        [&b"p.o."[..], b"p. o.", b"po", b"p.o", b"p o", b"post office"]
            .iter()
            .find_map(|known| strip_word(office, known))
            .map(<[u8]>::len)
    };
    let start = of_office().or_else(|| route_before(office))?;
    if start > 0 && text[start - 1].is_ascii_alphanumeric() {
        return None;
    }
    left_edge(text, start)?;
    let judgement = Judgement::shape(Tier::B);
    right_edge(text, token.end).then_some(Found { judgement, start, end: token.end, glued: false })
}

/// Where a rural route or a military post begins that ends here: `RR 2`, `HC 68`, `PSC 3294,`, `Unit 1009`.
fn route_before(text: &[u8]) -> Option<usize> {
    let text = text.strip_suffix(b",").unwrap_or(text);
    let digits = text.iter().rev().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    let before = text[..text.len() - digits].trim_ascii_end();
    let kinds = [&b"rural route"[..], b"rr", b"hc", b"psc", b"cmr", b"unit", b"route"];
    let start = kinds.iter().find_map(|kind| strip_word(before, kind))?.len();
    (digits > 0).then_some(start)
}

fn strip_suffix<'t>(text: &'t [u8], suffix: &[u8]) -> &'t [u8] {
    text.strip_suffix(suffix).unwrap_or(text)
}

/// What stands before a word of any case at the end of the text.
fn strip_word<'t>(text: &'t [u8], word: &[u8]) -> Option<&'t [u8]> {
    let start = text.len().checked_sub(word.len())?;
    text[start..].eq_ignore_ascii_case(word).then_some(&text[..start])
}

/// The abbreviations of states, territories and military post.
const STATES: [&[u8; 2]; 59] = [
    b"AL", b"AK", b"AZ", b"AR", b"CA", b"CO", b"CT", b"DE", b"FL", b"GA", b"HI", b"ID", b"IL",
    b"IN", b"IA", b"KS", b"KY", b"LA", b"ME", b"MD", b"MA", b"MI", b"MN", b"MS", b"MO", b"MT",
    b"NE", b"NV", b"NH", b"NJ", b"NM", b"NY", b"NC", b"ND", b"OH", b"OK", b"OR", b"PA", b"RI",
    b"SC", b"SD", b"TN", b"TX", b"UT", b"VT", b"VA", b"WA", b"WV", b"WI", b"WY", b"DC", b"PR",
    b"VI", b"GU", b"AS", b"MP", b"AA", b"AE", b"AP",
];

/// Judges five digits, perhaps with four more, as a ZIP code.
fn zip(token: Token<'_>) -> Option<Found> {
    let text = token.text;
    if !token.bytes().iter().all(u8::is_ascii_digit) {
        return None;
    }
    let long = match text.get(token.end..token.end + 5) {
        Some([b'-', four @ ..]) if four.iter().all(u8::is_ascii_digit) => token.end + 5,
        _ => token.end,
    };
    let (end, tier) = match text[long..] {
        [b'-' | b'/' | b'.' | b',', next, ..] if next.is_ascii_digit() => return None,
        _ if long > token.end => (long, Tier::C),
        _ => (token.end, Tier::D),
    };
    let before = &text[..token.start];
    if let [.., sign, b'-' | b'/' | b'.' | b','] = before
        && sign.is_ascii_digit()
    {
        return None;
    }
    let state = before.trim_ascii_end();
    let after_state = state.len() < before.len()
        && state.last_chunk::<2>().is_some_and(|last| STATES.contains(&last))
        && matches!(state[..state.len() - 2], [.., b' ' | b',' | b'\n'] | []);
    let judgement = if after_state { Judgement::checked(Tier::B) } else { Judgement::shape(tier) };
    token.found(judgement, token.start, end)
}
