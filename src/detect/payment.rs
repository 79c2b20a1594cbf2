//! Means of payment.

use super::catalogue::Detector;
use super::gate::{Bytes, Near};
use super::number::{Chain, Gap, Written, is_one_digit, value};
use super::reading::{Found, Reading, Token};
use super::tier::{Judgement, Tier};
use crate::value::form::Form;

pub(super) const CARD: Detector = Detector {
    name: "card",
    group: "payment",
    country: None,
    title: "Payment card number",
    doc: "12 to 19 digits whose Luhn sum holds, in a row or grouped as on the card: of an issuer's range B, of none D; with \
          a label A. The numbers that issuers publish for tests are fictional.",
    labels: &[
        "card",
        "cards",
        "visa",
        "mastercard",
        "amex",
        "american express",
        "discover",
        "diners",
        "credit",
        "debit",
        "cc",
        "pan",
    ],
    contrary: &["npi", "mrn", "account", "acct", "claim", "imei", "device", "gtin", "sscc"],
    found: &[
        "paid with [4111 1111 1111 1111]",
        "[4111111111111111]",
        "credit card no. [3502162941615515]",
    ],
    passed: &["4111111111111112", "9111111111111111", "4111 1111 1111 111"],
    readings: &[Reading::Chain {
        runs: &[12, 13, 14, 15, 16, 17, 18, 19],
        pairs: &[(4, 4), (4, 6)],
        gaps: &[Gap::Dash, Gap::Space],
        judge: card,
    }],
};

pub(super) const IBAN: Detector = Detector {
    name: "iban",
    group: "payment",
    country: None,
    title: "International bank account number",
    doc: "The letters of a country, two check digits and as many places as the country has, in a row or in groups of four, \
          whose remainder by 97 holds (A). Dashes may take the place of the blanks. The account of the standard's documentation is fictional.",
    labels: &["iban", "account", "acct", "bank"],
    contrary: &[],
    found: &[
        "IBAN [GB82-WEST-1234-5698-7654-32]",
        "IBAN [GB82 WEST 1234 5698 7654 32]",
        "to [DE89370400440532013000]",
    ],
    passed: &["GB82WEST12345698765433", "XX82WEST12345698765432", "GB82WEST1234569876543"],
    readings: &[Reading::Token {
        lengths: (4, 34),
        near: &[Near { first: Bytes::LETTER, ..Near::ANY }],
        judge: iban,
    }],
};

/// The longest account number.
const LONGEST_IBAN: usize = 34;

/// Judges a token as an account number or its first group.
fn iban(token: Token<'_>) -> Option<Found> {
    if token.digit != token.start + 2 {
        return None;
    }
    let (text, start) = (token.text, token.start);
    let mut places = [0; LONGEST_IBAN];
    let mut count = 0;
    let mut at = start;
    let spaced = token.end - start == 4;
    let mut holds = None;
    while let Some(&byte) = text.get(at) {
        let gap = byte == b' ' || byte == b'-';
        if spaced && count % 4 == 0 && count > 0 && gap && text[at - 1] != byte {
            // The account may end with any group.
            if Form::Iban.holds(&places[..count]) {
                holds = Some((count, at));
            }
            at += 1;
            continue;
        }
        let grouped =
            !spaced || count == 0 || count % 4 != 0 || matches!(text[at - 1], b' ' | b'-');
        let Some(place) = places.get_mut(count).filter(|_| grouped && byte.is_ascii_alphanumeric())
        else {
            break;
        };
        *place = byte.to_ascii_uppercase();
        count += 1;
        at += 1;
    }
    if Form::Iban.holds(&places[..count]) {
        holds = Some((count, at));
    }
    let (count, end) = holds?;
    let end = if matches!(text[end - 1], b' ' | b'-') { end - 1 } else { end };
    let fictional = Form::Iban.fictional(&places[..count]);
    token.found(Judgement::shape(Tier::A).fictional_if(fictional), start, end)
}

/// Judges the first groups of a chain as a card number; gives how many it takes.
pub(super) fn card(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    let first = chain.first();
    let (groups, written) = match first.len() {
        12..=19 => (1, Written::Run),
        4 => parted(chain)?,
        _ => return None,
    };
    let mut digits = [0; 19];
    let mut count = 0;
    for place in 0..groups {
        let group = chain.group(place)?;
        let place = digits.get_mut(count..count + group.len())?;
        place.copy_from_slice(&chain.text[group.start..group.end]);
        count += group.len();
    }
    let digits = &digits[..count];
    if !Form::Luhn.holds(digits) || is_one_digit(digits) {
        return None;
    }
    let tier = if is_issued(digits) { Tier::B } else { Tier::D };
    let end = chain.group(groups - 1)?.end;
    let edges = chain.edges(groups, end, written)?;
    let judgement = Judgement::checked(tier).fictional_if(Form::Luhn.fictional(digits));
    let (start, glued) = (first.start, edges.glued);
    Some((Found { judgement, start, end, glued }, groups))
}

/// The groups of a card that is written as it is embossed.
fn parted(chain: &mut Chain<'_>) -> Option<(usize, Written)> {
    let shapes: [&[usize]; 4] = [&[4, 4, 4, 4, 3], &[4, 4, 4, 4], &[4, 6, 5], &[4, 6, 4]];
    let shape = shapes.into_iter().find(|shape| chain.has_lengths(shape))?;
    let gap = chain.gap(1)?;
    let one_kind = (2..shape.len()).all(|place| chain.gap(place) == Some(gap));
    (one_kind && matches!(gap, Gap::Dash | Gap::Space))
        .then_some((shape.len(), Written::Parted(gap)))
}

/// Whether an issuer has numbers of that length with these first digits.
fn is_issued(digits: &[u8]) -> bool {
    let Some(first) = digits.first_chunk::<4>().map(|first| value(first)) else { return false };
    let maestro = matches!(first, 5018 | 5020 | 5038 | 5612 | 5893 | 6304 | 6759 | 6761..=6763);
    match digits.len() {
        12 | 17 | 18 => maestro || digits.len() > 12 && matches!(first, 6200..=6299),
        13 => first / 1000 == 4 || maestro,
        14 => matches!(first, 3000..=3059 | 3095 | 3600..=3699 | 3800..=3999) || maestro,
        15 => matches!(first, 3400..=3499 | 3700..=3799 | 1800 | 2131) || maestro,
        16 => {
            maestro
                || matches!(
                    first,
                    2200..=2204 | 2221..=2720 | 3528..=3589 | 4000..=4999 | 5019 | 5100..=5599 | 6011
                        | 6200..=6299 | 6440..=6599
                )
        }
        19 => maestro || matches!(first, 4000..=4999 | 6011 | 6200..=6299 | 6440..=6599),
        _ => false,
    }
}
