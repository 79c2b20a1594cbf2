//! Identifiers that countries of Europe issue.

use super::catalogue::Detector;
use super::gate::Near;
use super::number::Gap;
use super::reading::{Code, Found, Number, Proof, Reading, Token};
use super::tier::{Judgement, Tier};
use crate::value::form::Form;

pub(super) const DE_KVNR: Detector = Detector {
    name: "de-kvnr",
    group: "eu",
    country: Some("de"),
    title: "Health insurance number of Germany",
    doc: "A letter and nine digits whose check digit holds (C, with a label A).",
    labels: &[
        "kvnr",
        "egk",
        "kv nr",
        "vers nr",
        "versichertennr",
        "krankenversicherung",
        "versicherten",
        "versichertennummer",
        "krankenkasse",
        "krankenversichertennummer",
    ],
    contrary: &[],
    found: &["KVNR: [A123456780]"],
    passed: &["A123456780", "KVNR A123456781"],
    readings: &[Reading::Code(Code {
        form: Form::DeKvnr,
        lengths: (10, 10),
        pieces: &[&[10]],
        between: b"",
        lead: 0,
        tier: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const DE_RVNR: Detector = Detector {
    name: "de-rvnr",
    group: "eu",
    country: Some("de"),
    title: "Pension insurance number of Germany",
    doc: "Area, birth date, letter, serial and check digit, in a row or with blanks (B, with a label A).",
    labels: &[
        "rvnr",
        "rentenversicherung",
        "sozialversicherung",
        "svnr",
        "rentenversicherungsnummer",
        "sozialversicherungsnummer",
    ],
    contrary: &[],
    found: &["Rentenversicherung [15 070649 C 103]", "[65180539W001]"],
    passed: &["15070649C104", "15320649C103"],
    readings: &[Reading::Code(Code {
        form: Form::DeRvnr,
        lengths: (2, 12),
        pieces: &[&[12], &[2, 6, 1, 3]],
        between: b" ",
        lead: 0,
        tier: Tier::B,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const DE_TAX_ID: Detector = Detector {
    name: "de-tax-id",
    group: "eu",
    country: Some("de"),
    title: "Tax identification number of Germany",
    doc: "Eleven digits, in a row or grouped 2-3-3-3, whose repeated digit and check digit hold (C, with a label A).",
    labels: &[
        "steuer",
        "steuerid",
        "idnr",
        "steuernummer",
        "tin",
        "identifikationsnummer",
        "steueridentifikationsnummer",
    ],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell"],
    found: &["Steuer-ID [36 574 261 809]", "IdNr [36574261809]"],
    passed: &["36574261809", "IdNr 36574261808"],
    readings: &[Reading::Number(Number {
        form: Form::DeTaxId,
        runs: &[11],
        groups: &[&[2, 3, 3, 3]],
        gaps: &[Gap::Dash, Gap::Space],
        run: Tier::C,
        parted: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const ES_NIF: Detector = Detector {
    name: "es-nif",
    group: "eu",
    country: Some("es"),
    title: "Tax and identity number of a Spaniard",
    doc: "Eight digits and the letter of their remainder (B, with a label A).",
    labels: &["dni", "nif", "documento", "identidad"],
    contrary: &[],
    found: &["DNI [54362315K]", "[54362315-K]"],
    passed: &["54362315Z", "5436231K"],
    readings: &[Reading::Code(Code {
        form: Form::EsNif,
        lengths: (8, 9),
        pieces: &[&[9], &[8, 1]],
        between: b"-",
        lead: 0,
        tier: Tier::B,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const ES_NIE: Detector = Detector {
    name: "es-nie",
    group: "eu",
    country: Some("es"),
    title: "Number of a foreigner in Spain",
    doc: "X, Y or Z, seven digits and the letter of their remainder (B, with a label A).",
    labels: &["nie", "extranjero", "documento"],
    contrary: &[],
    found: &["NIE [X2482300W]", "[X-2482300-W]", "[X2482300-W]"],
    passed: &["X2482300A", "A2482300W"],
    readings: &[Reading::Code(Code {
        form: Form::EsNie,
        lengths: (7, 9),
        pieces: &[&[9], &[1, 7, 1], &[1, 8], &[8, 1]],
        between: b"-",
        lead: 1,
        tier: Tier::B,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const IT_FISCAL_CODE: Detector = Detector {
    name: "it-fiscal-code",
    group: "eu",
    country: Some("it"),
    title: "Fiscal code of Italy",
    doc: "Sixteen letters and digits that hold a birth date and a check letter (B, with a label A).",
    labels: &["codice fiscale", "cf", "fiscale"],
    contrary: &[],
    found: &["codice fiscale [RSSMRA85T10A562S]"],
    passed: &["RSSMRA85T10A562T", "RSSMRA85T32A562S"],
    readings: &[Reading::Code(Code {
        form: Form::ItFiscalCode,
        lengths: (16, 16),
        pieces: &[&[16]],
        between: b"",
        lead: 0,
        tier: Tier::B,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const FR_NIR: Detector = Detector {
    name: "fr-nir",
    group: "eu",
    country: Some("fr"),
    title: "Social security number of France",
    doc: "Sex, birth year and month, place, order and the key by 97, in a row or with blanks (B, with a label A).",
    labels: &["nir", "insee", "securite sociale", "sécurité sociale", "secu", "vitale"],
    contrary: &[],
    found: &["NIR [2 95 10 99 126 111 93]", "[255081416802538]", "[266042B60476359]"],
    passed: &["255081416802539", "255151416802538"],
    readings: &[
        Reading::Number(Number {
            form: Form::FrNir,
            runs: &[15],
            groups: &[&[1, 2, 2, 2, 3, 3, 2], &[13, 2]],
            gaps: &[Gap::Space],
            run: Tier::B,
            parted: Tier::B,
            proof: Proof::CheckDigit,
        }),
        Reading::Code(Code {
            form: Form::FrNir,
            lengths: (15, 15),
            pieces: &[&[15]],
            between: b"",
            lead: 0,
            tier: Tier::B,
            proof: Proof::CheckDigit,
        }),
    ],
};

pub(super) const PL_PESEL: Detector = Detector {
    name: "pl-pesel",
    group: "eu",
    country: Some("pl"),
    title: "Number of a person in Poland",
    doc: "Eleven digits that begin with a birth date and whose check digit holds (C, with a label A).",
    labels: &["pesel"],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell"],
    found: &["PESEL [44051401359]"],
    passed: &["44051401359", "PESEL 44051401358"],
    readings: &[Reading::Number(Number {
        form: Form::PlPesel,
        runs: &[11],
        groups: &[],
        gaps: &[],
        run: Tier::C,
        parted: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const SE_PERSONNUMMER: Detector = Detector {
    name: "se-personnummer",
    group: "eu",
    country: Some("se"),
    title: "Personal number of Sweden",
    doc: "A birth date of six or eight digits and four digits whose Luhn sum holds: with a dash (B, with a label A), in a row (C, with a label A).",
    labels: &["personnummer", "pnr", "samordningsnummer", "personnr"],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell"],
    found: &["personnummer [880320-0016]", "[19880320-0016]"],
    passed: &["8803200016", "880320-0017", "881320-0016"],
    readings: &[Reading::Number(Number {
        form: Form::SePersonnummer,
        runs: &[10, 12],
        groups: &[&[6, 4], &[8, 4]],
        gaps: &[Gap::Dash],
        run: Tier::C,
        parted: Tier::B,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const FI_HETU: Detector = Detector {
    name: "fi-hetu",
    group: "eu",
    country: Some("fi"),
    title: "Personal identity code of Finland",
    doc: "A birth date, the sign of the century, three digits and a check character (B, with a label A). Serials from 900 are fictional.",
    labels: &["hetu", "henkilotunnus", "henkilötunnus", "personbeteckning"],
    contrary: &[],
    found: &["hetu [131052-308T]", "[010916A445C]"],
    passed: &["131052-308U", "131352-308T"],
    readings: &[Reading::Token { lengths: (6, 11), near: Near::ANYWHERE, judge: fi_hetu }],
};

pub(super) const NL_BSN: Detector = Detector {
    name: "nl-bsn",
    group: "eu",
    country: Some("nl"),
    title: "Citizen service number of the Netherlands",
    doc: "Nine digits, in a row or grouped, whose check digit holds (C, with a label A).",
    labels: &["bsn", "burgerservicenummer", "sofinummer", "sofi"],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell"],
    found: &["BSN [416747887]", "BSN: [1112.22.333]"],
    passed: &["416747887", "BSN 416747888"],
    readings: &[Reading::Number(Number {
        form: Form::NlBsn,
        runs: &[9],
        groups: &[&[3, 3, 3], &[4, 2, 3]],
        gaps: &[Gap::Dot, Gap::Space],
        run: Tier::C,
        parted: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const IE_PPS: Detector = Detector {
    name: "ie-pps",
    group: "eu",
    country: Some("ie"),
    title: "Personal public service number of Ireland",
    doc: "Seven digits and one or two letters, the first a check letter (B, with a label A).",
    labels: &["pps", "ppsn", "pps no", "public service"],
    contrary: &[],
    found: &["PPS [6433435F]", "[8407361U]"],
    passed: &["6433435E", "643343F"],
    readings: &[Reading::Code(Code {
        form: Form::IePps,
        lengths: (7, 9),
        pieces: &[&[8], &[9]],
        between: b"",
        lead: 0,
        tier: Tier::B,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const PT_NIF: Detector = Detector {
    name: "pt-nif",
    group: "eu",
    country: Some("pt"),
    title: "Tax number of a person in Portugal",
    doc: "Nine digits from 1, 2, 3 or 45, in a row or grouped 3-3-3, whose check digit holds (C, with a label A).",
    labels: &["nif", "contribuinte", "fiscal"],
    contrary: &["phone", "tel", "telephone", "fax", "mobile", "cell"],
    found: &["NIF [125136617]", "contribuinte [125 136 617]"],
    passed: &["125136617", "NIF 125136618"],
    readings: &[Reading::Number(Number {
        form: Form::PtNif,
        runs: &[9],
        groups: &[&[3, 3, 3]],
        gaps: &[Gap::Space],
        run: Tier::C,
        parted: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

/// Judges a birth date and what follows it as a personal identity code.
fn fi_hetu(token: Token<'_>) -> Option<Found> {
    let mut places: [u8; 11] = token.text.get(token.start..token.start + 11)?.try_into().ok()?;
    places.make_ascii_uppercase();
    let judgement = Judgement::checked(Tier::B).fictional_if(Form::FiHetu.fictional(&places));
    let end = token.start + places.len();
    Form::FiHetu.holds(&places).then(|| token.found(judgement, token.start, end))?
}
