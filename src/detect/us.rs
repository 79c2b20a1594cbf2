//! Identifiers that the United States issue.

use super::catalogue::{Detector, index};
use super::number::{Candidate, Chain, Gap, Written, left_edge, right_edge};
use super::tier::{Judgement, Tier};
use crate::value::form::Form;

pub(super) const SSN: Detector = Detector {
    name: "us-ssn",
    group: "us",
    title: "US Social Security number",
    doc: "Three, two and four digits with one kind of separator (B, with a label A), or nine digits in a row (D, with a \
          label B). The area is not 000 or 666, the group not 00, the serial not 0000. Areas from 900, which are \
          never issued, the numbers of advertisements and runs of one digit are fictional. A Medicare claim number's \
          suffix letter may follow.",
    labels: &["ssn", "ssns", "social security", "soc sec", "socsec", "ss no", "social", "hicn"],
    contrary: &["zip", "mrn", "account", "acct", "claim", "routing", "aba", "phone", "fax"],
};

pub(super) const NPI: Detector = Detector {
    name: "us-npi",
    group: "us",
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
};

pub(super) const MBI: Detector = Detector {
    name: "us-mbi",
    group: "us",
    title: "US Medicare Beneficiary Identifier",
    doc: "Eleven places of digits and letters without S, L, O, I, B and Z in a fixed order, perhaps grouped 4-3-4 (B, with a \
          label A). The specimen that CMS prints is fictional.",
    labels: &["mbi", "medicare", "beneficiary", "hic", "hicn"],
    contrary: &[],
};

/// Judges the first groups of a chain as a Social Security number; gives how many it takes.
pub(super) fn ssn(chain: &mut Chain<'_>) -> Option<(Candidate, usize)> {
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
    Some((Candidate { detector: index::SSN, judgement, start, end, glued }, groups))
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

/// Judges the first group of a chain as a provider identifier.
pub(super) fn npi(chain: &mut Chain<'_>) -> Option<(Candidate, usize)> {
    let first = chain.first();
    let digits: [u8; 10] = chain.digits(1)?;
    if !Form::UsNpi.holds(&digits) {
        return None;
    }
    let edges = chain.edges(1, first.end, Written::Run)?;
    let judgement = Judgement::checked(Tier::C).fictional_if(Form::UsNpi.fictional(&digits));
    let (start, end, glued) = (first.start, first.end, edges.glued);
    Some((Candidate { detector: index::NPI, judgement, start, end, glued }, 1))
}

/// Places of a beneficiary identifier.
const MBI_PLACES: usize = 11;

/// Judges the text from the first group of a chain as a beneficiary identifier; letters are of one case.
pub(super) fn mbi(chain: &mut Chain<'_>) -> Option<(Candidate, usize)> {
    let first = chain.first();
    if first.len() != 1 || matches!(first.gap, Gap::Dash | Gap::Dot | Gap::Slash) {
        return None;
    }
    let text = chain.text;
    let mut places = [0; MBI_PLACES];
    let mut at = first.start;
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
    if !Form::UsMbi.holds(&places) || !right_edge(text, at) {
        return None;
    }
    let glued = match first.gap {
        Gap::Outside => left_edge(text, first.start)?.glued,
        _ => false,
    };
    let judgement = Judgement::shape(Tier::B).fictional_if(Form::UsMbi.fictional(&places));
    let (start, end) = (first.start, at);
    Some((Candidate { detector: index::MBI, judgement, start, end, glued }, 1))
}
