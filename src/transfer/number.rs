//! Numbers: the same number in another form, zeros lost at its front, digits that a program took from it.

use std::borrow::Cow;

use crate::transfer::Kind;
use crate::value::FieldType;

/// What became of a number, if one of both is one.
pub(super) fn harm(sent: &str, received: &str, ty: FieldType) -> Option<Kind> {
    let is_number = matches!(ty, FieldType::Integer | FieldType::Decimal);
    let cell_error = received.len() > 1 && received.bytes().all(|byte| byte == b'#')
        || CELL_ERRORS.contains(&received);
    if cell_error && !sent.starts_with('#') {
        return Some(Kind::Mangled);
    }
    if let Some(kind) = zeros(sent, received, is_number) {
        return Some(kind);
    }
    let same = same_number(sent, received);
    if let Some(kind) = powers(sent, received, is_number) {
        return Some(kind);
    }
    if same {
        // Padding an identifier with zeros is another identifier to whoever compares it as text.
        let padded =
            digits(sent) && received.starts_with('0') && received.len() > 1 && digits(received);
        return (is_number || !padded).then_some(Kind::Reformatted);
    }
    (digits_taken(sent, received) || is_noise(sent, received)).then_some(Kind::Mangled)
}

/// What a spreadsheet writes where it could not make a value.
const CELL_ERRORS: [&str; 7] = ["#NAME?", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#N/A", "#NULL!"];

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Zeros lost at the front.
fn zeros(sent: &str, received: &str, is_number: bool) -> Option<Kind> {
    let whole = received.strip_suffix(".0").unwrap_or(received);
    if sent.len() < 2
        || !sent.starts_with('0')
        || sent.starts_with("0.")
        || sent.starts_with("0,")
        || sent.starts_with("0:")
    {
        return None;
    }
    let stripped = sent.trim_start_matches('0');
    let stripped = if stripped.starts_with(|char: char| char.is_alphanumeric()) {
        stripped
    } else {
        sent.get(sent.len() - stripped.len() - 1..).unwrap_or(sent)
    };
    // A prefix of zeros may also be lost only in part, by padding to another length.
    let shorter = sent.len() > whole.len()
        && sent.trim_start_matches('0') == whole.trim_start_matches('0')
        && !whole.trim_start_matches('0').is_empty();
    (stripped == whole || shorter).then_some(if is_number && digits(sent) {
        Kind::Reformatted
    } else {
        Kind::Zeros
    })
}

/// Scientific notation, in which a spreadsheet shows long numbers and for which it takes codes such as `12E5`.
fn powers(sent: &str, received: &str, is_number: bool) -> Option<Kind> {
    let was = scientific(sent);
    if !was && !scientific(received) {
        return None;
    }
    let number =
        |text: &str| text.replace(',', ".").parse::<f64>().ok().filter(|number| number.is_finite());
    let (before, after) = (number(sent)?, number(received)?);
    #[expect(
        clippy::float_cmp,
        reason = "the same digits give the same number, others are rounded"
    )]
    if before == after {
        return Some(if is_number { Kind::Reformatted } else { Kind::Mangled });
    }
    (!was && is_rounding(sent, received, before, after)).then_some(Kind::Mangled)
}

/// Whether a text is a number in scientific notation: `1.23457E+11`.
fn scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let mantissa = mantissa.trim_start_matches(['+', '-']);
    let exponent = exponent.trim_start_matches(['+', '-']);
    digits(exponent)
        && exponent.len() <= 3
        && mantissa.starts_with(|char: char| char.is_ascii_digit())
        && mantissa.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
}

/// Whether a number in scientific notation is what is left of the digits that were sent.
fn is_rounding(sent: &str, received: &str, before: f64, after: f64) -> bool {
    let plain =
        sent.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'+'));
    let mantissa = received.split(['E', 'e']).next().unwrap_or_default();
    let places = mantissa.split_once(['.', ',']).map_or(0, |(_, places)| places.len());
    let places = i32::try_from(places).unwrap_or(i32::MAX);
    let exponent = received.rsplit(['E', 'e']).next().and_then(|text| text.parse::<i32>().ok());
    let unit = 10_f64.powi(exponent.unwrap_or(0).saturating_sub(places));
    plain && (before - after).abs() <= unit * 0.500_001
}

/// Whether the last digits of a long number became zeros, or what a number of double precision makes of them.
fn digits_taken(sent: &str, received: &str) -> bool {
    if !digits(sent) || !digits(received) || sent.len() < 16 || sent.len() != received.len() {
        return false;
    }
    let zeros = sent.get(..15) == received.get(..15)
        && received.get(15..).is_some_and(|rest| rest.bytes().all(|byte| byte == b'0'));
    zeros || sent.parse::<f64>().ok() == received.parse::<f64>().ok()
}

/// Whether a decimal number differs by no more than a binary number format does: `0.1` and `0.10000000149`.
fn is_noise(sent: &str, received: &str) -> bool {
    let places = |text: &str| {
        let (_, places) = text.split_once('.')?;
        digits(places).then_some(places.len())
    };
    if places(sent).max(places(received)).is_none_or(|places| places < 7) {
        return false;
    }
    let (Ok(before), Ok(after)) = (sent.parse::<f64>(), received.parse::<f64>()) else {
        return false;
    };
    (before - after).abs() <= before.abs() * 1e-6
}

/// A long number by the digits that scientific notation leaves of it; `None` for any other text.
pub(super) fn rounded(text: &str) -> Option<String> {
    let long = digits(text) && text.len() > 11 || scientific(text);
    long.then(|| text.parse::<f64>().ok()).flatten().map(|number| format!("{number:.5e}"))
}

/// Whether both texts can be read as the same plain number.
fn same_number(sent: &str, received: &str) -> bool {
    let after = plain_numbers(received);
    if after.iter().all(Option::is_none) {
        return false;
    }
    plain_numbers(sent).into_iter().flatten().any(|number| after.contains(&Some(number)))
}

/// Whether a text can be read as a plain number.
pub(super) fn is_plain(text: &str) -> bool {
    plain_numbers(text).iter().any(Option::is_some)
}

/// A number without idle zeros.
#[derive(PartialEq, Eq)]
struct Plain<'t> {
    negative: bool,
    whole: Cow<'t, str>,
    places: &'t str,
}

/// The readings of a text as a plain number: with a point before its places, and with a comma.
fn plain_numbers(text: &str) -> [Option<Plain<'_>>; 2] {
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return [None, None];
    }
    let (text, negative) = bare(text);
    let reading = |point: char, group: char| {
        let groups = [group, ' ', '\u{A0}', '\''];
        let (whole, places) = text.split_once(point).unwrap_or((text, ""));
        let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(places) {
            return None;
        }
        let whole = if all_digits(whole) {
            Cow::Borrowed(whole.trim_start_matches('0'))
        } else {
            let mut parts = whole.split(groups);
            let first = parts.next().unwrap_or_default();
            let well = (1..=3).contains(&first.len()) && parts.all(|part| part.len() == 3);
            let ungrouped = whole.replace(groups, "");
            if !well || !all_digits(&ungrouped) {
                return None;
            }
            Cow::Owned(ungrouped.trim_start_matches('0').to_owned())
        };
        if text.len() == point.len_utf8() && text.starts_with(point) {
            return None;
        }
        let places = places.trim_end_matches('0');
        let zero = whole.is_empty() && places.is_empty();
        Some(Plain { negative: negative && !zero, whole, places })
    };
    [reading('.', ','), reading(',', '.')]
}

/// A number without its sign and its currency, and whether it is below zero: bookkeepers put such a number in
/// parentheses, and mainframes write the sign behind it.
fn bare(text: &str) -> (&str, bool) {
    let inner = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    let mut negative = inner.is_some();
    let mut text = inner.unwrap_or(text);
    for _ in 0..2 {
        text = text.trim_matches(['$', '\u{20AC}', '\u{A3}', '\u{A5}']).trim();
        text = text.trim_start_matches('+');
        if let Some(rest) = text.strip_prefix('-').or_else(|| text.strip_suffix('-')) {
            (text, negative) = (rest, true);
        }
    }
    (text, negative)
}
