//! Identifiers of vehicles and devices.

use super::catalogue::Detector;
use super::gate::{Bytes, Near};
use super::reading::{Found, Labelled, LabelledKind, Reading, Token};
use super::tier::{Judgement, Tier};
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
    doc: "Four to eight letters and digits right after a label or in a column so named (B).",
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
    ],
    contrary: &[],
    found: &["license plate [7ABC123]", "plate no. [KXR-4471]"],
    passed: &["7ABC123", "plate 12", "plate 4-hole", "plates 5x12", "plate 25000 colonies"],
    readings: &[Reading::Labelled(Labelled {
        places: (4, 8),
        digits: 1,
        kind: LabelledKind::Code,
    })],
};

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
