//! Identifiers that Canada and its provinces issue.

use super::catalogue::Detector;
use super::number::Gap;
use super::reading::{Code, Number, Proof, Reading};
use super::tier::Tier;
use crate::value::form::Form;

pub(super) const SIN: Detector = Detector {
    name: "ca-sin",
    group: "ca",
    country: Some("ca"),
    title: "Social Insurance Number of Canada",
    doc: "Nine digits, in a row or grouped 3-3-3, whose Luhn sum holds (C, with a label A).",
    labels: &["sin", "social insurance", "nas", "assurance sociale"],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell", "ssn"],
    found: &["SIN [046 454 286]", "social insurance no. [193456787]"],
    passed: &["046454286", "SIN 046454287", "SIN 800000002"],
    readings: &[Reading::Number(Number {
        form: Form::CaSin,
        runs: &[9],
        groups: &[&[3, 3, 3]],
        gaps: &[Gap::Dash, Gap::Space],
        run: Tier::C,
        parted: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const ON_HEALTH: Detector = Detector {
    name: "ca-on-health",
    group: "ca",
    country: Some("ca"),
    title: "Health card of Ontario",
    doc: "Ten digits, in a row or grouped 4-3-3, whose Luhn sum holds, perhaps two letters of version (C, with a label A).",
    labels: &[
        "ohip",
        "health card",
        "health number",
        "hcn",
        "card",
        "phn",
        "insured",
        "care card",
        "carecard",
    ],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell"],
    found: &["OHIP [9876-543-217]", "health card [9876543217]", "OHIP [9876543217XK]"],
    passed: &["9876543217", "OHIP 9876543218"],
    readings: &[
        Reading::Number(Number {
            form: Form::CaOnHealth,
            runs: &[10],
            groups: &[&[4, 3, 3]],
            gaps: &[Gap::Dash, Gap::Space],
            run: Tier::C,
            parted: Tier::C,
            proof: Proof::CheckDigit,
        }),
        Reading::Code(Code {
            form: Form::CaOnHealth,
            lengths: (12, 12),
            pieces: &[&[12]],
            between: b"",
            lead: 0,
            tier: Tier::B,
            proof: Proof::CheckDigit,
        }),
    ],
};

pub(super) const BC_HEALTH: Detector = Detector {
    name: "ca-bc-health",
    group: "ca",
    country: Some("ca"),
    title: "Personal Health Number of British Columbia",
    doc: "Ten digits from 9, in a row or grouped 4-3-3, whose check digit holds (C, with a label A).",
    labels: &[
        "msp",
        "personal health",
        "health card",
        "health number",
        "hcn",
        "card",
        "phn",
        "insured",
        "care card",
        "carecard",
        "services card",
    ],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell"],
    found: &["PHN [9698 658 215]", "personal health number [9698658215]"],
    passed: &["9698658215", "PHN 9698658216"],
    readings: &[Reading::Number(Number {
        form: Form::CaBcHealth,
        runs: &[10],
        groups: &[&[4, 3, 3]],
        gaps: &[Gap::Dash, Gap::Space],
        run: Tier::C,
        parted: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const QC_HEALTH: Detector = Detector {
    name: "ca-qc-health",
    group: "ca",
    country: Some("ca"),
    title: "Health insurance number of Quebec",
    doc: "Four letters and eight digits that hold a birth date, in a row or in fours (B, with a label A).",
    labels: &[
        "ramq",
        "nam",
        "assurance maladie",
        "medicare",
        "health card",
        "health number",
        "hcn",
        "card",
        "phn",
        "insured",
        "care card",
    ],
    contrary: &[],
    found: &["RAMQ [DOEJ 7055 1512]", "[DOEJ70551512]"],
    passed: &["DOEJ 7013 1512", "DOEJ7005321"],
    readings: &[Reading::Code(Code {
        form: Form::CaQcHealth,
        lengths: (4, 12),
        pieces: &[&[12], &[4, 4, 4]],
        between: b" -",
        lead: 4,
        tier: Tier::B,
        proof: Proof::Shape,
    })],
};

pub(super) const POSTAL: Detector = Detector {
    name: "ca-postal",
    group: "ca",
    country: Some("ca"),
    title: "Postal code of Canada",
    doc: "Letters and digits in turn: three and three with a blank (B, with a label A), in a row (C, with a label B).",
    labels: &["postal", "postal code", "address", "lives", "home", "resides", "code postal"],
    contrary: &[],
    found: &["postal code [K1A 0B1]", "lives at 4 Elm Road, [V6B4Y8]"],
    passed: &["K1A0B1", "postal code W1A 0B1", "D1A 0B1"],
    readings: &[
        Reading::Code(Code {
            form: Form::CaPostal,
            lengths: (3, 3),
            pieces: &[&[3, 3]],
            between: b" ",
            lead: 0,
            tier: Tier::B,
            proof: Proof::Shape,
        }),
        Reading::Code(Code {
            form: Form::CaPostal,
            lengths: (6, 6),
            pieces: &[&[6]],
            between: b" ",
            lead: 0,
            tier: Tier::C,
            proof: Proof::Shape,
        }),
    ],
};
