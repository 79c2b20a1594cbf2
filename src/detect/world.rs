//! Identifiers that other countries issue.

use super::catalogue::Detector;
use super::number::Gap;
use super::reading::{Code, Number, Proof, Reading};
use super::tier::Tier;
use crate::value::form::Form;

pub(super) const IN_AADHAAR: Detector = Detector {
    name: "in-aadhaar",
    group: "world",
    country: Some("in"),
    title: "Aadhaar of India",
    doc: "Twelve digits from 2, in a row or in fours, whose Verhoeff sum holds (C, with a label A).",
    labels: &["aadhaar", "aadhar", "uid", "uidai"],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell"],
    found: &["Aadhaar [2341 2341 2346]", "aadhar no [662635280544]"],
    passed: &["234123412346", "Aadhaar 234123412347"],
    readings: &[Reading::Number(Number {
        form: Form::InAadhaar,
        runs: &[12],
        groups: &[&[4, 4, 4]],
        gaps: &[Gap::Dash, Gap::Space],
        run: Tier::C,
        parted: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const IN_ABHA: Detector = Detector {
    name: "in-abha",
    group: "world",
    country: Some("in"),
    title: "Health account of India",
    doc: "Fourteen digits, grouped 2-4-4-4 (C, with a label B) or in a row (D, with a label B).",
    labels: &["abha", "health id", "ayushman"],
    contrary: &[],
    found: &["ABHA [91-1234-5678-9012]", "ABHA no. [91123456789012]"],
    passed: &["91-1234-5678-9012", "ABHA 01-1234-5678-9012"],
    readings: &[Reading::Number(Number {
        form: Form::InAbha,
        runs: &[14],
        groups: &[&[2, 4, 4, 4]],
        gaps: &[Gap::Dash, Gap::Space],
        run: Tier::D,
        parted: Tier::C,
        proof: Proof::Shape,
    })],
};

pub(super) const ZA_ID: Detector = Detector {
    name: "za-id",
    group: "world",
    country: Some("za"),
    title: "Identity number of South Africa",
    doc: "Thirteen digits that begin with a birth date and whose Luhn sum holds (B, with a label A).",
    labels: &["id number", "identity", "rsa id", "sa id"],
    contrary: &[],
    found: &["ID number [7503305044089]", "[750330 5044 089]"],
    passed: &["7503305044088", "7513305044089"],
    readings: &[Reading::Number(Number {
        form: Form::ZaId,
        runs: &[13],
        groups: &[&[6, 4, 3]],
        gaps: &[Gap::Dash, Gap::Space],
        run: Tier::B,
        parted: Tier::B,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const KR_RRN: Detector = Detector {
    name: "kr-rrn",
    group: "world",
    country: Some("kr"),
    title: "Resident registration number of Korea",
    doc: "A birth date, a dash and seven digits (B, with a label A), or in a row (D, with a label B).",
    labels: &["rrn", "resident registration", "주민등록번호"],
    contrary: &[],
    found: &["RRN [971013-9019902]", "[971013-1019902]"],
    passed: &["971313-9019902", "9710139019902"],
    readings: &[Reading::Number(Number {
        form: Form::KrRrn,
        runs: &[13],
        groups: &[&[6, 7]],
        gaps: &[Gap::Dash],
        run: Tier::D,
        parted: Tier::B,
        proof: Proof::Shape,
    })],
};

pub(super) const SG_NRIC: Detector = Detector {
    name: "sg-nric",
    group: "world",
    country: Some("sg"),
    title: "Identity number of Singapore",
    doc: "S, T, F, G or M, seven digits and a check letter (B, with a label A).",
    labels: &["nric", "fin", "ic no", "singapore"],
    contrary: &[],
    found: &["NRIC [S1234567D]", "[F1234567N]"],
    passed: &["S1234567E", "A1234567D"],
    readings: &[Reading::Code(Code {
        form: Form::SgNric,
        lengths: (9, 9),
        pieces: &[&[9]],
        between: b"",
        lead: 0,
        tier: Tier::B,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const TR_ID: Detector = Detector {
    name: "tr-id",
    group: "world",
    country: Some("tr"),
    title: "Identity number of Türkiye",
    doc: "Eleven digits with two check digits (C, with a label A).",
    labels: &["tckn", "tc", "turkish id", "tc kimlik", "kimlik", "tc no"],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell"],
    found: &["TC kimlik no [17291716060]"],
    passed: &["17291716060", "kimlik 17291716061"],
    readings: &[Reading::Number(Number {
        form: Form::TrId,
        runs: &[11],
        groups: &[],
        gaps: &[],
        run: Tier::C,
        parted: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const TH_ID: Detector = Detector {
    name: "th-id",
    group: "world",
    country: Some("th"),
    title: "Identity number of Thailand",
    doc: "Thirteen digits whose check digit holds, grouped 1-4-5-2-1 (B, with a label A) or in a row (C, with a label A).",
    labels: &["thai id", "tnin", "citizen id", "national id"],
    contrary: &[],
    found: &["Thai ID [1-2345-45678-78-1]", "citizen ID [1234545678781]"],
    passed: &["1234545678781", "1-2345-45678-78-2"],
    readings: &[Reading::Number(Number {
        form: Form::ThId,
        runs: &[13],
        groups: &[&[1, 4, 5, 2, 1]],
        gaps: &[Gap::Dash, Gap::Space],
        run: Tier::C,
        parted: Tier::B,
        proof: Proof::CheckDigit,
    })],
};
