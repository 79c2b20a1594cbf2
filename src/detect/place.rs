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
    passed: &[
        "3 Chest CT",
        "500 mg Drive",
        "12 Lead ST elevation",
        "2 Vessel disease",
        "Box 12",
        "6 Minute Walk",
        "10 Blade Drive",
    ],
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
    doc: "Five digits, or five and four, right after the abbreviation of a state that has such codes, or of any state after \
          the name of a city (B); five and four alone C, five alone D; with a label B. What is counted or measured is none.",
    labels: &["zip", "zipcode", "zip code", "postal", "postal code"],
    contrary: &["cpt", "hcpcs", "ndc", "account", "mrn", "weight", "file"],
    found: &[
        "Springfield, IL [62704]",
        "Springfield IL [02139]",
        "Reno, NV, [89501]",
        "CA [94110] USA",
        "ZIP [02139-4307]",
        "zip code: [02139]",
    ],
    passed: &[
        "62704",
        "02139-4307",
        "CPT 99213",
        "ID 20123 consult",
        "PA 19104 views",
        "in HI 54321",
        "CA 12500",
    ],
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
static NO_STREETS: WordList<256> = WordList::new(
    "mg ml mcg cm mm kg chest head lead vessel week weeks day days hour hours month months year \
     years unit units tab tabs abdominal brain neck pelvis pelvic spine cardiac coronary repeat \
     prior normal new acute mild heart blood phase level grade stage type patients patient ct mri minute minutes min \
     meter meters metre foot feet ft person people part points blade gauge fr extremity quadrant step \
     steps point layer lumen chamber item items inch second seconds sec channel site sites needle drug vessels",
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
        at += usize::from(text[..at].ends_with(b"#") && text.get(at) == Some(&b' '));
    } else if text.get(at) == Some(&b'#') {
        at += 1;
        at += usize::from(text.get(at) == Some(&b' '));
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

/// The abbreviation of a state, and with what three digits its codes begin, from and to.
type State = (&'static [u8; 2], &'static [(&'static [u8; 3], &'static [u8; 3])]);

/// The states, the territories and military post.
static STATES: [State; 59] = [
    (b"AL", &[(b"350", b"369")]),
    (b"AK", &[(b"995", b"999")]),
    (b"AZ", &[(b"850", b"865")]),
    (b"AR", &[(b"716", b"729")]),
    (b"CA", &[(b"900", b"961")]),
    (b"CO", &[(b"800", b"816")]),
    (b"CT", &[(b"060", b"069")]),
    (b"DE", &[(b"197", b"199")]),
    (b"FL", &[(b"320", b"349")]),
    (b"GA", &[(b"300", b"319"), (b"398", b"399")]),
    (b"HI", &[(b"967", b"968")]),
    (b"ID", &[(b"832", b"838")]),
    (b"IL", &[(b"600", b"629")]),
    (b"IN", &[(b"460", b"479")]),
    (b"IA", &[(b"500", b"528")]),
    (b"KS", &[(b"660", b"679")]),
    (b"KY", &[(b"400", b"427")]),
    (b"LA", &[(b"700", b"714")]),
    (b"ME", &[(b"039", b"049")]),
    (b"MD", &[(b"206", b"219")]),
    (b"MA", &[(b"010", b"027"), (b"055", b"055")]),
    (b"MI", &[(b"480", b"499")]),
    (b"MN", &[(b"550", b"567")]),
    (b"MS", &[(b"386", b"397")]),
    (b"MO", &[(b"630", b"658")]),
    (b"MT", &[(b"590", b"599")]),
    (b"NE", &[(b"680", b"693")]),
    (b"NV", &[(b"889", b"898")]),
    (b"NH", &[(b"030", b"038")]),
    (b"NJ", &[(b"070", b"089")]),
    (b"NM", &[(b"870", b"884")]),
    (b"NY", &[(b"100", b"149"), (b"005", b"005"), (b"063", b"063")]),
    (b"NC", &[(b"270", b"289")]),
    (b"ND", &[(b"580", b"588")]),
    (b"OH", &[(b"430", b"459")]),
    (b"OK", &[(b"730", b"749")]),
    (b"OR", &[(b"970", b"979")]),
    (b"PA", &[(b"150", b"196")]),
    (b"RI", &[(b"028", b"029")]),
    (b"SC", &[(b"290", b"299")]),
    (b"SD", &[(b"570", b"577")]),
    (b"TN", &[(b"370", b"385")]),
    (b"TX", &[(b"750", b"799"), (b"733", b"733"), (b"885", b"885")]),
    (b"UT", &[(b"840", b"847")]),
    (b"VT", &[(b"050", b"059")]),
    (b"VA", &[(b"220", b"246"), (b"201", b"201")]),
    (b"WA", &[(b"980", b"994")]),
    (b"WV", &[(b"247", b"268")]),
    (b"WI", &[(b"530", b"549")]),
    (b"WY", &[(b"820", b"831")]),
    (b"DC", &[(b"200", b"205"), (b"569", b"569")]),
    (b"PR", &[(b"006", b"009")]),
    (b"VI", &[(b"008", b"008")]),
    (b"GU", &[(b"969", b"969")]),
    (b"AS", &[(b"967", b"967")]),
    (b"MP", &[(b"969", b"969")]),
    (b"AA", &[(b"340", b"340")]),
    (b"AE", &[(b"090", b"098")]),
    (b"AP", &[(b"962", b"966")]),
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
    let judgement = match state_before(before) {
        _ if MEASURED.has(word_at(text, end + usize::from(text.get(end) == Some(&b' ')))) => {
            Judgement::settled(Tier::D)
        }
        Some((state, before_state))
            if ends_with_city(before_state)
                || has_codes(state, token.bytes()) && !text[..token.end].ends_with(b"00") =>
        {
            Judgement::checked(Tier::B)
        }
        _ => Judgement::shape(tier),
    };
    token.found(judgement, token.start, end)
}

/// The abbreviation of a state before a blank at the end of the text, and what stands before it.
fn state_before(text: &[u8]) -> Option<(&State, &[u8])> {
    let state = text.trim_ascii_end();
    if state.len() == text.len() {
        return None;
    }
    let (before, name) = strip_suffix(state, b",").split_last_chunk::<2>()?;
    if !matches!(before, [.., b' ' | b',' | b'\n'] | []) {
        return None;
    }
    STATES.iter().find(|(known, _)| *known == name).map(|state| (state, before))
}

/// Whether a code begins like those of the state.
fn has_codes((_, ranges): &State, code: &[u8]) -> bool {
    let Some(head) = code.first_chunk::<3>() else { return false };
    ranges.iter().any(|(first, last)| (**first..=**last).contains(head))
}

/// Whether the name of a city ends here: a capitalised word, perhaps with a comma after it.
fn ends_with_city(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    let city = strip_suffix(text, b",");
    let letters = city
        .iter()
        .rev()
        .take(20)
        .take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80 || b"'-".contains(byte))
        .count();
    let word = &city[city.len() - letters..];
    let loud = word.iter().all(u8::is_ascii_uppercase);
    // `Santa Fe, NM`
    let short = letters == 2 && city.len() < text.len() && !loud;
    (letters >= 3 || short)
        && (word[0].is_ascii_uppercase() || word[0] >= 0x80)
        && (!loud || letters >= 4 || city.len() < text.len())
}

/// What follows a number that is counted or measured, as far as a state may stand before it.
static MEASURED: WordList<64> = WordList::new(
    "ng mg mcg pg ml cm mm ms kv u iu units unit cells cell copies view views dose doses slices pts patients consult \
     consults cases ft g lb count counts",
);
