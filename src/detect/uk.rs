//! Identifiers that the United Kingdom issues.

use super::catalogue::Detector;
use super::number::Gap;
use super::reading::{Code, Number, Proof, Reading};
use super::tier::Tier;
use crate::value::form::Form;

pub(super) const NHS: Detector = Detector {
    name: "uk-nhs",
    group: "uk",
    country: Some("uk"),
    title: "NHS number of England, Wales and the Isle of Man",
    doc: "Ten digits, in a row or grouped 3-3-4, whose check digit holds (C, with a label A). One in eleven passes by chance. Numbers from 999 are kept for tests and fictional.",
    labels: &["nhs", "nhs no", "hospital number", "patient number"],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell", "npi", "order"],
    found: &["NHS number [943 476 5919]", "NHS no: [9434765919]"],
    passed: &["943 476 5919", "NHS 9434765918", "call 943 476 5919"],
    readings: &[Reading::Number(Number {
        form: Form::NhsNumber,
        runs: &[10],
        groups: &[&[3, 3, 4]],
        gaps: &[Gap::Dash, Gap::Space],
        run: Tier::C,
        parted: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const CHI: Detector = Detector {
    name: "uk-chi",
    group: "uk",
    country: Some("uk"),
    title: "Community Health Index number of Scotland",
    doc: "Ten digits that begin with a birth date and whose check digit holds (C, with a label A).",
    labels: &["chi", "chi no", "community health"],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell"],
    found: &["CHI [0101010001]", "CHI: [010101 0001]"],
    passed: &["0101010001", "CHI 0101010002", "CHI 3201010001"],
    readings: &[Reading::Number(Number {
        form: Form::UkChi,
        runs: &[10],
        groups: &[&[6, 4]],
        gaps: &[Gap::Space],
        run: Tier::C,
        parted: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const NINO: Detector = Detector {
    name: "uk-nino",
    group: "uk",
    country: Some("uk"),
    title: "National Insurance number of the United Kingdom",
    doc: "Two letters, six digits and a letter from A to D, in a row or in pairs (B, with a label A). The prefix QQ is fictional.",
    labels: &["national insurance", "nino", "ni number", "ni no", "insurance no"],
    contrary: &[],
    found: &["NI number [AB 12 34 56 C]", "[AB123456C] on file"],
    passed: &["BG123456A", "AB123456E", "AB12345C"],
    readings: &[Reading::Code(Code {
        form: Form::UkNino,
        lengths: (2, 9),
        pieces: &[&[9], &[2, 2, 2, 2, 1], &[2, 6, 1], &[2, 7], &[8, 1]],
        between: b" -",
        lead: 2,
        tier: Tier::B,
        proof: Proof::Shape,
    })],
};

pub(super) const POSTCODE: Detector = Detector {
    name: "uk-postcode",
    group: "uk",
    country: Some("uk"),
    title: "Postcode of the United Kingdom",
    doc: "An outward part of letters and digits, a blank, a digit and two letters (B, with a label A), or without the blank \
          (C, with a label B).",
    labels: &["postcode", "post code", "postal", "address", "lives", "home", "resides"],
    contrary: &[],
    found: &["postcode [SW1A 1AA]", "lives at 4 Elm Road, [M1 1AE]"],
    passed: &["SW1A 1CA", "B12 4MG", "E11 9"],
    readings: &[
        Reading::Code(Code {
            form: Form::UkPostcode,
            lengths: (2, 4),
            pieces: &[&[2, 3], &[3, 3], &[4, 3]],
            between: b" ",
            lead: 0,
            tier: Tier::B,
            proof: Proof::Shape,
        }),
        Reading::Code(Code {
            form: Form::UkPostcode,
            lengths: (5, 7),
            pieces: &[&[7], &[6], &[5]],
            between: b" ",
            lead: 0,
            tier: Tier::C,
            proof: Proof::Shape,
        }),
    ],
};
