//! Identifiers of vehicles and devices.

use super::catalogue::Detector;
use super::gate::{Bytes, Near};
use super::reading::{Found, Labelled, LabelledKind, Reading, Token};
use super::tier::{Judgement, Tier};
use super::words::{WordList, last_letters};
use crate::value::form::Form;

pub(super) const VIN: Detector = Detector {
    name: "vin",
    group: "thing",
    country: None,
    title: "Vehicle identification number",
    doc: "Seventeen letters and digits without I, O and Q, the last four digits: from 1 to 5 with a check digit in the ninth \
          place (B, with a label A), from elsewhere without (D, with a label B).",
    labels: &["vin", "vehicle", "vehicle id", "chassis"],
    contrary: &["serial", "hash", "lot", "order", "tracking", "model", "device", "accession"],
    found: &[
        "VIN [1M8GDM9AXKP042788]",
        "drives [1M8GDM9AXKP042788]",
        "vehicle [WVWZZZ1JZXW000001]",
    ],
    passed: &["1M8GDM9A1KP042788", "WVWZZZ1JZXW000001", "VIN 1M8GDM9AXKP04278"],
    readings: &[Reading::Token { lengths: (17, 17), near: Near::ANYWHERE, judge: vin }],
};

pub(super) const UDI: Detector = Detector {
    name: "udi",
    group: "thing",
    country: None,
    title: "Unique device identifier",
    doc: "`(01)`, fourteen digits whose check digit holds, and what follows it in the same notation: lot, expiry, serial (B, with a \
          label A).",
    labels: &["udi", "implant", "device", "pacemaker", "gtin"],
    contrary: &[],
    found: &[
        "UDI [(01)00844588003288(17)141120(10)7654321D(21)10987654d321]",
        "[(01)00844588003288]",
    ],
    passed: &["(01)00844588003289", "(01)0084458800328", "01 00844588003288"],
    readings: &[Reading::Token {
        lengths: (2, 2),
        near: &[Near { before: Bytes::of(b"("), after: Bytes::of(b")"), ..Near::ANY }],
        judge: udi,
    }],
};

pub(super) const SERIAL: Detector = Detector {
    name: "device-serial",
    group: "thing",
    country: None,
    title: "Serial number of a device",
    doc: "Five to twenty letters and digits right after a label or in a column so named (B).",
    labels: &[
        "serial",
        "serial no",
        "serial number",
        "sn",
        "s n",
        "ser",
        "ser no",
        "imei",
        "device id",
        "device serial",
    ],
    contrary: &[],
    found: &["serial no. [PMX-448812]", "device id [A00912B7]", "Ser. No. [6942-81538]"],
    passed: &["PMX-448812", "serial troponins 12", "serial 12", "SN 30000", "serial 12345 leads"],
    readings: &[Reading::Labelled(Labelled {
        places: (5, 20),
        digits: 3,
        kind: LabelledKind::Code,
    })],
};

pub(super) const PLATE: Detector = Detector {
    name: "license-plate",
    group: "thing",
    country: None,
    title: "Plate of a vehicle",
    doc: "Four to ten letters and digits right after a label or in a column so named, in up to three groups of capitals and \
          digits with blanks or dashes between them (B).",
    labels: &[
        "plate",
        "license plate",
        "licence plate",
        "plate no",
        "plate number",
        "plates",
        "tag no",
        "tag number",
        "registration plate",
        "number plate",
        "reg plate",
        "car reg",
        "vehicle reg",
        "vehicle registration",
        "kennzeichen",
    ],
    contrary: &[],
    found: &[
        "license plate [7ABC123]",
        "plate no. [KXR-4471]",
        "license plate: [KXR 4471]",
        "number plate [AB51 KXR]",
        "license plate (NH) [448 1207]",
    ],
    passed: &[
        "7ABC123",
        "plate 12",
        "plate 4-hole",
        "plates 5x12",
        "plate 25000 colonies",
        "diet reg 2000 ADA",
        "plate AB 3",
    ],
    readings: &[
        Reading::Labelled(Labelled { places: (4, 10), digits: 1, kind: LabelledKind::Code }),
        Reading::Token {
            lengths: (1, 4),
            near: &[
                Near {
                    before: Bytes::of(b" "),
                    earlier: Bytes::CAPITAL,
                    after: Bytes::of(b" \0\n.,;)|"),
                    ..Near::ANY
                },
                Near {
                    after: Bytes::of(b" "),
                    later: Bytes::CAPITAL.and(Bytes::DIGIT),
                    before: Bytes::of(b" :#\t|=\""),
                    // The last letters of the words for a plate, of `no` and `number`, and marks.
                    earlier: Bytes::of(b"esgnorESGNOR.:#=|\")\t *_"),
                    ..Near::ANY
                },
            ],
            judge: plate,
        },
        Reading::Value(plate_as_value),
    ],
};

/// Words right before a plate in groups.
static PLATES: WordList<16> = WordList::new("plate plates tag registration kennzeichen");
/// What has a registration that is called `reg`.
static VEHICLES: WordList<8> = WordList::new("car vehicle van");
/// Words and the abbreviations of states between those and the plate.
static BETWEEN: WordList<16> = WordList::new("no nr number is was");
/// How many of them.
const MOST_BETWEEN: usize = 2;
/// The most groups of a plate, and the most places of a group.
const MOST_GROUPS: usize = 3;
const LONGEST_GROUP: usize = 4;
/// How many places a plate has.
const PLATE_PLACES: std::ops::RangeInclusive<usize> = 5..=8;

/// Judges groups of capitals and digits right after the word for a plate as one: `ABC 1234`, `AB51 ABC`, `B-XY 123`.
fn plate(token: Token<'_>) -> Option<Found> {
    let (text, mut start) = (token.text, token.start);
    // The letters of `ABC 1234`, which are no token of their own.
    if let Some(before) = text[..start].strip_suffix(b" ") {
        let letters = before.iter().rev().take_while(|byte| byte.is_ascii_uppercase()).count();
        let parted =
            before[..before.len() - letters].last().is_some_and(|byte| b" :#=\"|\t".contains(byte));
        if (1..LONGEST_GROUP).contains(&letters) && parted {
            start = before.len() - letters;
        }
    }
    if !follows_plate(&text[..start]) {
        return None;
    }
    let end = groups_end(text, start)?;
    token.found(Judgement::settled(Tier::B), start, end)
}

/// Judges a whole value of a column of plates.
fn plate_as_value(text: &[u8]) -> Option<Found> {
    let start = text.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let end = groups_end(text, start).filter(|end| text[*end..].trim_ascii().is_empty())?;
    Some(Found { judgement: Judgement::settled(Tier::B), start, end, glued: false })
}

/// Where the groups of a plate end that begin here.
fn groups_end(text: &[u8], start: usize) -> Option<usize> {
    let (mut end, mut places, mut groups) = (start, 0, 0);
    while groups < MOST_GROUPS {
        let at = end + usize::from(groups > 0);
        let parted = groups == 0 || matches!(text.get(end), Some(b' ' | b'-'));
        let rest = text.get(at..).unwrap_or_default();
        let group = rest
            .iter()
            .take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
            .count();
        let whole = !rest.get(group).is_some_and(|byte| byte.is_ascii_alphanumeric());
        if !parted || !(1..=LONGEST_GROUP).contains(&group) || !whole {
            break;
        }
        (end, places, groups) = (at + group, places + group, groups + 1);
    }
    let digits = text[start..end].iter().filter(|byte| byte.is_ascii_digit()).count();
    (groups > 1 && PLATE_PLACES.contains(&places) && digits > 0).then_some(end)
}

/// Whether a word for a plate stands at the end of the text, with no more than `no.`, a state or the like after it.
fn follows_plate(text: &[u8]) -> bool {
    // Most numbers stand after other words, as the last letters of those tell.
    let may_follow = matches!(
        text,
        [.., b'e' | b's' | b'g' | b'n' | b'o' | b'r', _]
            | [.., b'E' | b'S' | b'G' | b'N' | b'O' | b'R', _]
            | [.., b'.' | b':' | b'#' | b'=' | b'|' | b'"' | b')' | b' ' | b'\t' | b'*' | b'_', _]
    );
    if !may_follow {
        return false;
    }
    let mut end = text.len();
    for _ in 0..=MOST_BETWEEN {
        let marks = text[..end]
            .iter()
            .rev()
            .take(4)
            .take_while(|byte| b" :#.()=_\"*|\t".contains(byte))
            .count();
        end -= marks;
        let word = last_word(&text[..end]);
        let letters = word.len();
        if marks == 0 || letters == 0 {
            return false;
        }
        let owner = || last_word(text[..end - letters].trim_ascii_end());
        if PLATES.has(word) || word.eq_ignore_ascii_case(b"reg") && VEHICLES.has(owner()) {
            return true;
        }
        let state = letters == 2 && word.iter().all(u8::is_ascii_uppercase);
        if !state && !BETWEEN.has(word) {
            return false;
        }
        end -= letters;
    }
    false
}

fn last_word(text: &[u8]) -> &[u8] {
    last_letters(text, 12)
}

/// Judges a token as the number of a vehicle.
fn vin(token: Token<'_>) -> Option<Found> {
    let mut places: [u8; 17] = token.bytes().try_into().ok()?;
    let lower = places.iter().any(u8::is_ascii_lowercase);
    if lower && places.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    places.make_ascii_uppercase();
    let serial = places[13..].iter().all(u8::is_ascii_digit);
    let letters = places.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    if !serial || letters < 2 || !Form::Vin.holds(&places) {
        return None;
    }
    let judgement = match places[0] {
        b'1'..=b'5' => Judgement::checked(Tier::B),
        _ => Judgement::shape(Tier::D),
    };
    let judgement = judgement.fictional_if(Form::Vin.fictional(&places));
    token.found(judgement, token.start, token.end)
}

/// How many parts of an identifier follow the first.
const MOST_PARTS: usize = 8;
/// The longest part.
const LONGEST_PART: usize = 20;

/// Judges `01` as the beginning of a device identifier.
fn udi(token: Token<'_>) -> Option<Found> {
    let (text, end) = (token.text, token.end);
    let start = token.start.checked_sub(1)?;
    if token.bytes() != b"01" || text[start] != b'(' || text.get(end) != Some(&b')') {
        return None;
    }
    let number = text.get(end + 1..end + 15)?;
    if !Form::Gtin.holds(number) {
        return None;
    }
    let mut end = end + 15;
    for _ in 0..MOST_PARTS {
        let [b'(', a, b, rest @ ..] = &text[end..] else { break };
        let more = rest.iter().take(2).take_while(|byte| byte.is_ascii_digit()).count();
        if !a.is_ascii_digit() || !b.is_ascii_digit() || rest.get(more) != Some(&b')') {
            break;
        }
        let part = rest[more + 1..]
            .iter()
            .take(LONGEST_PART)
            .take_while(|byte| byte.is_ascii_alphanumeric() || b"-./+".contains(byte))
            .count();
        end += 4 + more + part;
    }
    let marks = text[..end].iter().rev().take_while(|byte| matches!(byte, b'.' | b'-')).count();
    token.found(Judgement::shape(Tier::B), start, end - marks)
}
