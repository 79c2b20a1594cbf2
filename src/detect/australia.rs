//! Identifiers that Australia issues.

use super::catalogue::Detector;
use super::number::Gap;
use super::reading::{Number, Proof, Reading};
use super::tier::Tier;
use crate::value::form::Form;

pub(super) const MEDICARE: Detector = Detector {
    name: "au-medicare",
    group: "au",
    country: Some("au"),
    title: "Medicare number of Australia",
    doc: "Ten or eleven digits from 2 to 6, in a row or grouped 4-5-1, whose check digit holds (C, with a label A).",
    labels: &["medicare", "medicare no", "irn"],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell"],
    found: &["Medicare [2123 45670 1]", "Medicare no [21234567011]"],
    passed: &["2123456701", "Medicare 2123456711", "Medicare 1123456701"],
    readings: &[Reading::Number(Number {
        form: Form::AuMedicare,
        runs: &[10, 11],
        groups: &[&[4, 5, 1, 1], &[4, 5, 1]],
        gaps: &[Gap::Dash, Gap::Space],
        run: Tier::C,
        parted: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const TFN: Detector = Detector {
    name: "au-tfn",
    group: "au",
    country: Some("au"),
    title: "Tax file number of Australia",
    doc: "Nine digits, in a row or grouped 3-3-3, whose check digit holds (C, with a label A).",
    labels: &["tfn", "tax file", "tax"],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell"],
    found: &["TFN [123 456 782]", "tax file number [123456782]"],
    passed: &["123456782", "TFN 123456783"],
    readings: &[Reading::Number(Number {
        form: Form::AuTfn,
        runs: &[9],
        groups: &[&[3, 3, 3]],
        gaps: &[Gap::Dash, Gap::Space],
        run: Tier::C,
        parted: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const IHI: Detector = Detector {
    name: "au-ihi",
    group: "au",
    country: Some("au"),
    title: "Individual healthcare identifier of Australia",
    doc: "Sixteen digits from 800360, in a row or in fours, whose Luhn sum holds (B, with a label A).",
    labels: &["ihi", "healthcare identifier"],
    contrary: &[],
    found: &["IHI [8003 6088 3335 7361]", "[8003608833357361]"],
    passed: &["8003608833357362", "8003618833357361"],
    readings: &[Reading::Number(Number {
        form: Form::AuIhi,
        runs: &[16],
        groups: &[&[4, 4, 4, 4]],
        gaps: &[Gap::Dash, Gap::Space],
        run: Tier::B,
        parted: Tier::B,
        proof: Proof::CheckDigit,
    })],
};
