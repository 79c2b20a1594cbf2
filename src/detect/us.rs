//! Identifiers that the United States issue.

use super::catalogue::Detector;
use super::gate::{Bytes, Near};
use super::number::{Chain, Gap, Written, is_one_digit, right_edge};
use super::reading::{Code, Found, Number, Proof, Reading, Token};
use super::tier::{Judgement, Tier};
use crate::value::form::Form;

pub(super) const SSN: Detector = Detector {
    name: "us-ssn",
    group: "us",
    country: Some("us"),
    title: "US Social Security number",
    doc: "Three, two and four digits with one kind of separator (B, with a label A), or nine digits in a row (D, with a \
          label B). The area is not 000 or 666, the group not 00, the serial not 0000. Areas from 900, which are \
          never issued, the numbers of advertisements and runs of one digit are fictional. A Medicare claim number's \
          suffix letter may follow.",
    labels: &[
        "ssn",
        "ssns",
        "social security",
        "soc sec",
        "socsec",
        "ss no",
        "ss",
        "social",
        "hicn",
    ],
    contrary: &["zip", "mrn", "account", "acct", "claim", "routing", "aba", "phone", "fax"],
    found: &["SSN: [900-12-3456]", "seen [900.12.3456] here", "ssn [900123456]"],
    passed: &["000-12-3456", "900-00-3456", "zip 90012-3456", "900123456", "order 90-12-34567"],
    readings: &[Reading::Chain { runs: &[9], pairs: &[(3, 2)], gaps: PARTED, judge: ssn }],
};

pub(super) const NPI: Detector = Detector {
    name: "us-npi",
    group: "us",
    country: Some("us"),
    title: "US National Provider Identifier",
    doc: "Ten digits from 1 or 2 whose Luhn sum holds with 80840 before them (C, with a label A). One in ten numbers of \
          this shape passes by chance.",
    labels: &[
        "npi",
        "npis",
        "national provider",
        "provider",
        "prescriber",
        "clinician",
        "physician",
    ],
    contrary: &["mrn", "account", "acct", "claim", "phone", "tel", "fax", "cell", "mobile"],
    found: &["NPI [1234567893]", "NPI [1234-567-893]"],
    passed: &["1234567893", "NPI 1234567894", "NPI 3234567893", "NPI 1111111112"],
    readings: &[Reading::Chain {
        runs: &[10],
        pairs: &[(4, 3)],
        gaps: &[Gap::Dash, Gap::Space],
        judge: npi,
    }],
};

pub(super) const MBI: Detector = Detector {
    name: "us-mbi",
    group: "us",
    country: Some("us"),
    title: "US Medicare Beneficiary Identifier",
    doc: "Eleven places of digits and letters without S, L, O, I, B and Z in a fixed order, perhaps grouped 4-3-4 (B, with a \
          label A). The specimen that CMS prints is fictional.",
    labels: &["mbi", "medicare", "beneficiary", "hic", "hicn"],
    contrary: &[],
    found: &["[1EG4-TE5-MK73]", "Medicare no. [1EG4TE5MK73]"],
    passed: &["1SG4TE5MK73", "0EG4TE5MK73", "1EG4TE5MK7"],
    readings: &[
        Reading::Token {
            lengths: (4, 4),
            near: &[Near {
                first: Bytes::DIGIT,
                last: Bytes::DIGIT,
                after: Bytes::of(b"- "),
                ..Near::ANY
            }],
            judge: mbi,
        },
        Reading::Token {
            lengths: (11, 11),
            near: &[Near { first: Bytes::DIGIT, last: Bytes::DIGIT, ..Near::ANY }],
            judge: mbi,
        },
    ],
};

pub(super) const ITIN: Detector = Detector {
    name: "us-itin",
    group: "us",
    country: Some("us"),
    title: "US individual taxpayer identification number",
    doc: "Written as a Social Security number, from 900, with a group that is given to taxpayers: in groups (B, with a label \
          A), in a row (D, with a label B).",
    labels: &["itin", "itins", "taxpayer", "tax id", "taxpayers"],
    contrary: &["zip", "mrn", "account", "acct", "claim", "routing", "aba", "phone", "fax"],
    found: &["ITIN [912-70-1234]", "filed under [900-65-1234]", "taxpayer id [912701234]"],
    passed: &["900-12-3456", "912-93-1234", "912701234"],
    readings: &[Reading::Number(Number {
        form: Form::UsItin,
        runs: &[9],
        groups: &[&[3, 2, 4]],
        gaps: PARTED,
        run: Tier::D,
        parted: Tier::B,
        proof: Proof::Shape,
    })],
};

pub(super) const DEA: Detector = Detector {
    name: "us-dea",
    group: "us",
    country: Some("us"),
    title: "US Drug Enforcement Administration registration",
    doc: "Two letters and seven digits, the last of them a check digit (C, with a label A). One in ten numbers of this shape \
          passes by chance.",
    labels: &["dea", "registration", "prescriber", "registrant"],
    contrary: &["mrn", "account", "acct", "claim", "passport", "policy", "member"],
    found: &["DEA# [AB1234563]", "DEA registration [BJ6125341]"],
    passed: &["AB1234563", "DEA AB1234564", "lot AB1234563"],
    readings: &[Reading::Code(Code {
        form: Form::UsDea,
        lengths: (9, 9),
        pieces: &[&[9]],
        between: b"",
        lead: 0,
        tier: Tier::C,
        proof: Proof::CheckDigit,
    })],
};

pub(super) const HICN: Detector = Detector {
    name: "us-hicn",
    group: "us",
    country: Some("us"),
    title: "Old US Medicare claim number",
    doc: "A Social Security number with the letters that say whose account it is: in groups (B, with a label A), in a row \
          (C, with a label B). Medicare replaced it in 2020.",
    labels: &["hicn", "hic", "medicare", "beneficiary", "claim number"],
    contrary: &["zip", "mrn", "account", "acct"],
    found: &["HICN [900-12-3456A]", "Medicare [900123456B1]"],
    passed: &["900-12-3456", "900123456A", "HICN 900-12-3456X"],
    readings: &[
        Reading::Chain { runs: &[], pairs: &[(3, 2)], gaps: PARTED, judge: hicn },
        Reading::Token { lengths: (10, 11), near: Near::ANYWHERE, judge: hicn_run },
    ],
};

pub(super) const CLIA: Detector = Detector {
    name: "us-clia",
    group: "us",
    country: Some("us"),
    title: "US laboratory under CLIA",
    doc: "Two digits, D and seven digits (C, with a label B). It names a laboratory, not a person.",
    labels: &["clia", "laboratory", "lab"],
    contrary: &[],
    found: &["CLIA [05D0000000]", "lab no. [11D2030855]"],
    passed: &["05D0000000", "CLIA 05E0000000", "CLIA 05D000000"],
    readings: &[Reading::Code(Code {
        form: Form::UsClia,
        lengths: (10, 10),
        pieces: &[&[10]],
        between: b"",
        lead: 0,
        tier: Tier::C,
        proof: Proof::Shape,
    })],
};

pub(super) const ABA: Detector = Detector {
    name: "us-aba",
    group: "us",
    country: Some("us"),
    title: "Routing number of a US bank",
    doc: "Nine digits of a Federal Reserve prefix whose check digit holds, in a row or grouped 4-4-1 (D, with a label A).",
    labels: &["routing", "aba", "rtn", "transit", "ach"],
    contrary: &["ssn", "mrn", "phone", "fax", "zip"],
    found: &["routing number [021000021]", "ABA: [111000025]", "routing [0210-0002-1]"],
    passed: &["021000021", "routing 021000022", "routing 511000028"],
    readings: &[Reading::Number(Number {
        form: Form::UsAba,
        runs: &[9],
        groups: &[&[4, 4, 1]],
        gaps: &[Gap::Dash],
        run: Tier::D,
        parted: Tier::D,
        proof: Proof::CheckDigit,
    })],
};

/// What stands between the groups of a Social Security number.
const PARTED: &[Gap] = &[Gap::Dash, Gap::Space, Gap::Dot];

/// Judges the first groups of a chain as a Social Security number; gives how many it takes.
pub(super) fn ssn(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    let first = chain.first();
    let (groups, written) = if first.len() == 9 {
        (1, Written::Run)
    } else if chain.has_lengths(&[3, 2, 4]) {
        let gap = chain.gap(1)?;
        let one_kind =
            chain.gap(2) == Some(gap) && matches!(gap, Gap::Dash | Gap::Dot | Gap::Space);
        (3, one_kind.then_some(Written::Parted(gap))?)
    } else {
        return None;
    };
    let digits: [u8; 9] = chain.digits(groups)?;
    let issued = Form::UsSsn.holds(&digits);
    if !issued && !is_fictional_ssn(&digits) {
        return None;
    }
    let digits_end = chain.group(groups - 1)?.end;
    let end = match written {
        Written::Parted(Gap::Dash) => claim_suffix_end(chain.text, digits_end),
        _ => digits_end,
    };
    let edges = chain.edges(groups, end, written)?;
    let tier = if written == Written::Run { Tier::D } else { Tier::B };
    let judgement = Judgement::shape(tier).fictional_if(!issued);
    let (start, glued) = (first.start, edges.glued);
    Some((Found { judgement, start, end, glued }, groups))
}

/// Whether the digits stand for nobody, and yet are written like a number of somebody.
fn is_fictional_ssn(digits: &[u8; 9]) -> bool {
    match digits {
        // Areas from 900 are never issued; taxpayer numbers among them are written alike.
        [b'9', ..] => digits[3..5] != *b"00" && digits[5..] != *b"0000",
        [b'0', b'0', b'0', ..] => false,
        _ => Form::UsSsn.fictional(digits),
    }
}

/// Where the suffix of an old Medicare claim number ends: a letter, perhaps another letter or digit.
fn claim_suffix_end(text: &[u8], end: usize) -> usize {
    let suffix = match text[end..] {
        [b'A'..=b'Z', b'A'..=b'Z' | b'0'..=b'9', ..] => 2,
        [b'A'..=b'Z', ..] => 1,
        _ => 0,
    };
    if right_edge(text, end + suffix) { end + suffix } else { end }
}

/// Judges the first groups of a chain as an old Medicare claim number.
fn hicn(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    let (found, groups) = ssn(chain)?;
    let digits_end = chain.group(groups - 1)?.end;
    has_known_suffix(&chain.text[digits_end..found.end]).then_some((found, groups))
}

/// Judges nine digits and letters in a row as an old Medicare claim number.
fn hicn_run(token: Token<'_>) -> Option<Found> {
    let (digits, suffix) = token.bytes().split_first_chunk::<9>()?;
    if !has_known_suffix(suffix) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let issued = Form::UsSsn.holds(digits);
    if !issued && !is_fictional_ssn(digits) {
        return None;
    }
    token.found(Judgement::shape(Tier::C).fictional_if(!issued), token.start, token.end)
}

/// Whether these letters say whose account it is.
fn has_known_suffix(suffix: &[u8]) -> bool {
    suffix.len() <= 2 && {
        // The number before them is one that holds, so that only the suffix is judged.
        let mut number = *b"53622123400";
        let length = 9 + suffix.len();
        number[9..length].copy_from_slice(suffix);
        Form::UsHicn.holds(&number[..length])
    }
}

/// Judges the first groups of a chain as a provider identifier: in a row, or 4-3-3 as on some cards.
pub(super) fn npi(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    let first = chain.first();
    let (groups, written) = if first.len() == 10 {
        (1, Written::Run)
    } else {
        let gap = chain.gap(1)?;
        (chain.has_lengths(&[4, 3, 3]) && chain.gap(2) == Some(gap))
            .then_some((3, Written::Parted(gap)))?
    };
    let digits: [u8; 10] = chain.digits(groups)?;
    if !Form::UsNpi.holds(&digits) || is_one_digit(&digits[..9]) {
        return None;
    }
    let end = chain.group(groups - 1)?.end;
    let edges = chain.edges(groups, end, written)?;
    let judgement = Judgement::checked(Tier::C).fictional_if(Form::UsNpi.fictional(&digits));
    Some((Found { judgement, start: first.start, end, glued: edges.glued }, groups))
}

/// Places of a beneficiary identifier.
const MBI_PLACES: usize = 11;

/// Judges the text from a token on as a beneficiary identifier; letters are of one case.
fn mbi(token: Token<'_>) -> Option<Found> {
    let (text, start) = (token.text, token.start);
    if !text[start + 1].is_ascii_alphabetic() {
        return None;
    }
    let mut places = [0; MBI_PLACES];
    let mut at = start;
    let mut parted = 0;
    for (number, place) in places.iter_mut().enumerate() {
        if matches!(number, 4 | 7) && matches!(text.get(at), Some(b'-' | b' ')) {
            parted += 1;
            at += 1;
        }
        *place = *text.get(at).filter(|byte| byte.is_ascii_alphanumeric())?;
        at += 1;
    }
    let lower = places.iter().any(u8::is_ascii_lowercase);
    if parted == 1 || lower && places.iter().any(u8::is_ascii_uppercase) {
        return None;
    }
    places.make_ascii_uppercase();
    if !Form::UsMbi.holds(&places) {
        return None;
    }
    if let [.., digit, b'-' | b'.' | b'/'] = text[..start]
        && digit.is_ascii_digit()
    {
        return None;
    }
    let judgement = Judgement::shape(Tier::B).fictional_if(Form::UsMbi.fictional(&places));
    token.found(judgement, start, at)
}
