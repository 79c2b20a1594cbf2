//! Means of payment.

use super::catalogue::{Detector, index};
use super::number::{Candidate, Chain, Gap, Written, is_one_digit, value};
use super::tier::{Judgement, Tier};
use crate::value::form::Form;

pub(super) const CARD: Detector = Detector {
    name: "card",
    group: "payment",
    title: "Payment card number",
    doc: "13 to 19 digits of an issuer's range whose Luhn sum holds, in a row or grouped as on the card (B, with a label \
          A). The numbers that issuers publish for tests are fictional.",
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
};

/// Judges the first groups of a chain as a card number; gives how many it takes.
pub(super) fn card(chain: &mut Chain<'_>) -> Option<(Candidate, usize)> {
    let first = chain.first();
    let (groups, written) = match first.len() {
        13..=19 => (1, Written::Run),
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
    if !is_issued(digits) || !Form::Luhn.holds(digits) || is_one_digit(digits) {
        return None;
    }
    let end = chain.group(groups - 1)?.end;
    let edges = chain.edges(groups, end, written)?;
    let judgement = Judgement::checked(Tier::B).fictional_if(Form::Luhn.fictional(digits));
    let (start, glued) = (first.start, edges.glued);
    Some((Candidate { detector: index::CARD, judgement, start, end, glued }, groups))
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
    match digits.len() {
        13 => first / 1000 == 4,
        14 => matches!(first, 3000..=3059 | 3095 | 3600..=3699 | 3800..=3999),
        15 => matches!(first, 3400..=3499 | 3700..=3799),
        16 => matches!(
            first,
            2221..=2720 | 3528..=3589 | 4000..=4999 | 5100..=5599 | 6011 | 6200..=6299 | 6440..=6599
        ),
        17 | 18 => matches!(first, 6200..=6299),
        19 => matches!(first, 4000..=4999 | 6011 | 6200..=6299 | 6440..=6599),
        _ => false,
    }
}
