//! Ways to reach someone.

use crate::value::form::{digits, number};

/// US ZIP code: five digits, or nine with a dash after the fifth.
pub(super) fn us_zip(text: &[u8]) -> bool {
    match text.split_at_checked(5) {
        Some((five, [])) => digits::<5>(five).is_some(),
        Some((five, [b'-', four @ ..])) => {
            digits::<5>(five).is_some() && digits::<4>(four).is_some()
        }
        _ => false,
    }
}

/// US telephone number of the North American plan: ten digits, area and exchange from 2, area not of the form
/// x11; an optional `1` or `+1`; between groups one blank, dash or dot, and the area may stand in parentheses.
pub(super) fn us_phone(text: &[u8]) -> bool {
    phone(text).is_some()
}

/// Lines 0100 to 0199 of exchange 555, and area 555, which serves no place.
pub(super) fn fictional_phone(text: &[u8]) -> bool {
    phone(text).is_some_and(|digits| {
        let (area, local) = digits.split_at(3);
        number(area) == 555 || matches!(number(local), 555_0100..=555_0199)
    })
}

fn phone(text: &[u8]) -> Option<[u8; 10]> {
    let has_country = text.len() > 10;
    let national = text
        .strip_prefix(b"+1")
        .or_else(|| text.strip_prefix(b"1").filter(|_| has_country))
        .map_or(text, without_sign);
    let (area, rest) = match national.strip_prefix(b"(") {
        Some(rest) => {
            let (area, rest) = rest.split_at_checked(3)?;
            (area, rest.strip_prefix(b")")?)
        }
        None => national.split_at_checked(3)?,
    };
    let (exchange, rest) = without_sign(rest).split_at_checked(3)?;
    let line = digits::<4>(without_sign(rest))?;
    let (area, exchange) = (digits::<3>(area)?, digits::<3>(exchange)?);
    if area[0] < 2 || exchange[0] < 2 || area.ends_with(&[1, 1]) {
        return None;
    }
    let mut all = [0; 10];
    all[..3].copy_from_slice(&area);
    all[3..6].copy_from_slice(&exchange);
    all[6..].copy_from_slice(&line);
    Some(all)
}

fn without_sign(text: &[u8]) -> &[u8] {
    match text {
        [b' ' | b'-' | b'.', rest @ ..] => rest,
        _ => text,
    }
}

/// E-mail address in ASCII: an unquoted local part and a domain of at least two labels, the last of letters
/// (or in its `xn--` form).
pub(super) fn email(text: &[u8]) -> bool {
    if text.len() > 254 {
        return false;
    }
    let mut halves = text.split(|&byte| byte == b'@');
    let (Some(local), Some(domain), None) = (halves.next(), halves.next(), halves.next()) else {
        return false;
    };
    let is_atom = |byte: &u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(byte);
    let local_holds = local.len() <= 64
        && local
            .split(|&byte| byte == b'.')
            .all(|atom| !atom.is_empty() && atom.iter().all(is_atom));
    local_holds && is_domain(domain)
}

fn is_domain(domain: &[u8]) -> bool {
    let is_label = |label: &[u8]| {
        (1..=63).contains(&label.len())
            && !label.starts_with(b"-")
            && !label.ends_with(b"-")
            && label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
    };
    let mut labels = domain.rsplit(|&byte| byte == b'.');
    let Some(top) = labels.next() else { return false };
    let top_holds =
        top.len() >= 2 && (top.iter().all(u8::is_ascii_alphabetic) || top.starts_with(b"xn--"));
    let mut count = 1;
    let all = labels.all(|label| {
        count += 1;
        is_label(label)
    });
    top_holds && is_label(top) && all && count >= 2
}

/// Addresses under the domains that are kept for documentation and tests.
pub(super) fn fictional_email(text: &[u8]) -> bool {
    let domain = text.rsplit(|&byte| byte == b'@').next().unwrap_or_default();
    let mut labels = domain.rsplit(|&byte| byte == b'.');
    let (top, second) = (labels.next().unwrap_or_default(), labels.next().unwrap_or_default());
    let is = |label: &[u8], names: &[&str]| {
        names.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(label))
    };
    let kept = is(top, &["test", "example", "invalid", "localhost"])
        || (is(top, &["com", "org", "net"]) && is(second, &["example"]));
    kept && email(text)
}
