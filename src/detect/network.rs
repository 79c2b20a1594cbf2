//! Addresses of machines and pages.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::catalogue::Detector;
use super::gate::{Bytes, Near};
use super::number::{Chain, Gap, Written, left_edge, right_edge};
use super::reading::{Found, Reading, Sign, Token};
use super::tier::{Judgement, Tier};
use super::words::last_letters;

pub(super) const IP: Detector = Detector {
    name: "ip",
    group: "network",
    country: None,
    title: "Internet address of a machine",
    doc: "Four numbers up to 255 with dots between them, no more and no fewer (B; from 10 or all below 32, as in a version or an \
          outline, C), or an address of version 6 (B; of the own network C). Addresses of private networks name a machine \
          there. Those of the machine itself and of all machines, and masks, are D; those set apart for documentation are \
          fictional.",
    labels: &["ip", "ips", "address", "host", "client", "server", "login", "logged"],
    contrary: &[
        "version", "ver", "release", "build", "firmware", "software", "kernel", "driver",
        "section", "revision", "rev", "oid", "app", "api", "ios", "android", "windows",
    ],
    found: &[
        "from [203.0.113.7]",
        "[2001:db8::8a2e:370:7334]",
        "info:[2001:db8::8a2e:370:7334]",
        "[::ffff:203.0.113.7]",
        "on [192.168.40.12]",
        "IP [10.1.2.30]",
    ],
    passed: &[
        "version 1.2.3.4",
        "2.16.840.1.113883",
        "203.0.113.256",
        "10.1.2.30",
        "IP 127.0.0.1, mask 255.255.255.0",
        "App 10.4.2.118",
        "PEEP 5.8.10.12",
    ],
    readings: &[
        Reading::Chain {
            runs: &[],
            pairs: &[(1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3), (3, 1), (3, 2), (3, 3)],
            gaps: &[Gap::Dot],
            judge: ip,
        },
        Reading::Sign(Sign::Colon),
    ],
};

pub(super) const URL: Detector = Detector {
    name: "url",
    group: "network",
    country: None,
    title: "Web address",
    doc: "A known scheme and `://`, or `www.`, and a host (A; a host of one word C). Hosts of standards bodies, whose \
          addresses name code systems, are D; the domains set apart for examples are fictional.",
    labels: &["url", "website", "web", "link", "homepage", "site", "portal"],
    contrary: &["xmlns", "namespace"],
    found: &["see [https://clinic.example.com/p?id=7]", "at [www.clinic.example.com]"],
    passed: &["http://hl7.org/fhir/sid/us-npi", "nope://clinic.example.com", "www.x"],
    readings: &[Reading::Sign(Sign::Page)],
};

pub(super) const MAC: Detector = Detector {
    name: "mac",
    group: "network",
    country: None,
    title: "Hardware address of a machine",
    doc: "Six or eight pairs of hexadecimal digits with colons or dashes between them, or three fours with dots (B; digits only \
          C). One digit throughout is D.",
    labels: &["mac", "macs", "ethernet", "wifi", "bluetooth", "hardware address", "device"],
    contrary: &["serial"],
    found: &[
        "MAC [00:1A:2B:3C:4D:5E]",
        "[de-ad-be-ef-00-01]",
        "[AA:BB:CC:DD:EE:FF]",
        "MAC:[00:1A:2B:3C:4D:5E]",
        "MAC [001a.2b3c.4d5e]",
        "[AA-BB-CC-DD-EE-FF]",
    ],
    passed: &[
        "00:1A:2B:3C:4D",
        "00:1A:2B:3C:4D:5E:6F",
        "10:15:30",
        "00:15:30:45:12:08",
        "00:1A-2B:3C:4D:5E",
        "00:00:00:00:00:00",
        "1234.5678.9012",
    ],
    readings: &[
        Reading::Token {
            lengths: (2, 2),
            near: &[
                Near { before: Bytes::of(b":-"), ..Near::ANY },
                Near { after: Bytes::of(b":-"), ..Near::ANY },
            ],
            judge: mac,
        },
        Reading::Token {
            lengths: (4, 4),
            near: &[Near {
                after: Bytes::of(b"."),
                later: Bytes::DIGIT.and(Bytes::of(b"abcdefABCDEF")),
                ..Near::ANY
            }],
            judge: mac_of_fours,
        },
        Reading::Sign(Sign::Pair),
    ],
};

/// Judges a pair of hexadecimal digits and those beside it as a hardware address.
fn mac(token: Token<'_>) -> Option<Found> {
    let text = token.text;
    let before = token.start.checked_sub(1).map(|at| text[at]);
    let is_sign = |byte: &u8| matches!(byte, b':' | b'-');
    let sign = text.get(token.end).copied().filter(is_sign).or(before.filter(is_sign))?;
    let is_pair =
        |at: usize| text.get(at..at + 2).is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit));
    let mut start = token.start;
    while let Some(earlier) = start.checked_sub(3)
        && token.start - earlier <= 21
        && text[start - 1] == sign
        && is_pair(earlier)
        && earlier.checked_sub(1).is_none_or(|at| !text[at].is_ascii_alphanumeric())
    {
        start = earlier;
    }
    let mut end = start;
    let mut pairs = 0;
    while pairs < 9 && is_pair(end) {
        pairs += 1;
        end += 2;
        if text.get(end) != Some(&sign) || !is_pair(end + 1) {
            break;
        }
        end += 1;
    }
    // `MAC:` is a label and not a seventh pair.
    let label = text[..start].iter().rev().skip(1).take_while(|byte| byte.is_ascii_alphabetic());
    let starts = start.checked_sub(1).is_none_or(|at| text[at] != sign) || label.count() > 2;
    if !matches!(pairs, 6 | 8) || !starts || text.get(end) == Some(&sign) {
        return None;
    }
    let lettered = text[start..end].iter().any(u8::is_ascii_alphabetic);
    let judgement = match lettered {
        // Nobody and everybody: 00 and FF throughout.
        _ if is_one_place(&text[start..end]) => Judgement::settled(Tier::D),
        true => Judgement::shape(Tier::B),
        false => Judgement::shape(Tier::C),
    };
    token.found(judgement, start, end)
}

/// Judges the text around a colon, which letters stand before, as a hardware address.
pub(super) fn mac_of_letters(text: &[u8], at: usize) -> Option<Found> {
    let start = at.checked_sub(2)?;
    let pair = &text[start..at];
    let begins =
        start.checked_sub(1).is_none_or(|at| !text[at].is_ascii_alphanumeric() && text[at] != b':');
    let lettered = pair.iter().all(|byte| byte.is_ascii_hexdigit() && !byte.is_ascii_digit());
    if begins && lettered { mac(Token { text, start, end: at, digit: start }) } else { None }
}

/// Judges four hexadecimal digits and eight after them as a hardware address with dots.
fn mac_of_fours(token: Token<'_>) -> Option<Found> {
    let (text, start) = (token.text, token.start);
    let written = text.get(start..start + 14)?;
    let hexadecimal = |part: &[u8]| part.iter().all(u8::is_ascii_hexdigit);
    let sound = written[4] == b'.'
        && written[9] == b'.'
        && [&written[..4], &written[5..9], &written[10..]].into_iter().all(hexadecimal)
        && written.iter().any(u8::is_ascii_alphabetic);
    sound.then(|| token.found(Judgement::shape(Tier::B), start, start + written.len()))?
}

fn is_one_place(text: &[u8]) -> bool {
    let mut places = text.iter().filter(|byte| byte.is_ascii_hexdigit());
    let first = places.next();
    first.is_some_and(|first| places.all(|byte| byte.eq_ignore_ascii_case(first)))
}

/// Judges the first four groups of a chain as an address of version 4.
pub(super) fn ip(chain: &mut Chain<'_>) -> Option<(Found, usize)> {
    let dotted = (1..4).all(|place| chain.gap(place) == Some(Gap::Dot));
    if !dotted || chain.gap(4) == Some(Gap::Dot) {
        return None;
    }
    let mut octets = [0; 4];
    for (place, octet) in octets.iter_mut().enumerate() {
        let group = chain.group(place)?;
        let digits = &chain.text[group.start..group.end];
        let padded = digits.len() > 1 && digits.starts_with(b"0");
        *octet = std::str::from_utf8(digits).ok()?.parse().ok().filter(|_| !padded)?;
    }
    let (start, end) = (chain.first().start, chain.group(3)?.end);
    let edges = chain.edges(4, end, Written::Parted(Gap::Dot))?;
    if edges.glued {
        return None;
    }
    let address = Ipv4Addr::from(octets);
    let outline = octets.iter().all(|octet| *octet < 32);
    let of_nobody =
        address.is_loopback() || address.is_multicast() || octets[0] == 0 || octets[0] >= 240;
    // Versions begin with 10 as often as addresses of private networks do: `App 10.4.2.118`.
    let judgement = match (of_nobody, outline || octets[0] == 10) {
        (true, _) => Judgement::settled(Tier::D),
        (false, true) => Judgement::shape(Tier::C),
        (false, false) => Judgement::shape(Tier::B),
    };
    let judgement = judgement.fictional_if(address.is_documentation());
    Some((Found { judgement, start, end, glued: false }, 4))
}

/// The longest address of version 6.
const LONGEST_IPV6: usize = 45;

/// Judges the text around a colon as an address of version 6.
pub(super) fn ipv6(text: &[u8], at: usize) -> Option<Found> {
    // Times of day have colons too: there must be two in a row here, or as many as the long form has.
    if text.get(at + 1) != Some(&b':') && !has_eight_groups(&text[at + 1..]) {
        return None;
    }
    let belongs = |byte: &&u8| byte.is_ascii_hexdigit() || matches!(**byte, b':' | b'.');
    let before = text[..at].iter().rev().take(LONGEST_IPV6).take_while(belongs).count();
    let after = text[at..].iter().take(LONGEST_IPV6).take_while(belongs).count();
    let (start, end) = (at - before, at + after);
    // Stops of the sentence, and the colon of a label, are no part of it.
    let stops = text[start..at].iter().take_while(|byte| **byte == b'.').count();
    let start = start + stops;
    let colon = text[start..].starts_with(b":") && !text[start..].starts_with(b"::");
    let start = start + usize::from(colon);
    let token = text.get(start..end).filter(|_| start <= at)?;
    let trimmed = token.trim_ascii_end();
    let stops = trimmed.iter().rev().take_while(|byte| matches!(byte, b'.' | b':')).count();
    // A final `::` is a part of the address, a final stop or colon is not.
    let end = if token.ends_with(b"::") { end } else { end - stops };
    let token = std::str::from_utf8(&text[start..end]).ok()?;
    let groups = token.split(':').filter(|group| !group.is_empty()).count();
    let address: Ipv6Addr = token.parse().ok()?;
    let numbered = token.bytes().any(|byte| byte.is_ascii_digit());
    // `std::io` and `a::b` are names; an old address inside a new one, and `2001::1`, are none.
    let least = if token.contains('.') || token.find(':') == Some(4) { 2 } else { 3 };
    if groups < least || !numbered || left_edge(text, start)?.glued || !right_edge(text, end) {
        return None;
    }
    let local = address.is_unique_local() || address.is_unicast_link_local();
    let judgement = if address.is_loopback() || address.is_multicast() {
        Judgement::settled(Tier::D)
    } else if local {
        Judgement::shape(Tier::C)
    } else {
        Judgement::shape(Tier::B)
    };
    let judgement = judgement.fictional_if(address.segments().starts_with(&[0x2001, 0x0db8]));
    Some(Found { judgement, start, end, glued: false })
}

/// Whether seven more groups of the long form follow its first colon.
fn has_eight_groups(text: &[u8]) -> bool {
    let mut rest = text;
    for _ in 0..6 {
        let digits = rest.iter().take(5).take_while(|byte| byte.is_ascii_hexdigit()).count();
        match rest.get(digits) {
            Some(b':') if digits > 0 => rest = &rest[digits + 1..],
            _ => return false,
        }
    }
    true
}

/// The longest name and password and host.
const LONGEST_HOST: usize = 300;

/// Schemes of addresses that lead somewhere.
const SCHEMES: [&[u8]; 11] = [
    b"http", b"https", b"ftp", b"ftps", b"sftp", b"ws", b"wss", b"ldap", b"ldaps", b"smb", b"rtsp",
];

/// Hosts whose addresses are names of code systems and vocabularies.
const STANDARDS: [&[u8]; 10] = [
    b"hl7.org",
    b"w3.org",
    b"snomed.info",
    b"loinc.org",
    b"unitsofmeasure.org",
    b"ihe.net",
    b"dicom.nema.org",
    b"nlm.nih.gov",
    b"schema.org",
    b"xmlsoap.org",
];

/// Judges the text around `://`, the colon at `at`.
pub(super) fn url(text: &[u8], at: usize) -> Option<Found> {
    let word = last_letters(&text[..at], 7);
    let start = at - word.len();
    let known = SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme));
    if !known || left_edge(text, start).is_none() {
        return None;
    }
    let rest = text.get(at + 3..)?;
    let authority = rest[..rest.len().min(LONGEST_HOST)]
        .split(|byte| stops_url(*byte) || matches!(byte, b'/' | b'?' | b'#'))
        .next()?;
    let host = authority.rsplit(|byte| *byte == b'@').next()?;
    let host = host.split(|byte| *byte == b':').next()?;
    if !host.iter().any(u8::is_ascii_alphanumeric) && !authority.starts_with(b"[") {
        return None;
    }
    let tier = if host.contains(&b'.') || authority.starts_with(b"[") { Tier::A } else { Tier::C };
    Some(page(start, url_end(text, at + 3), host, tier))
}

/// Judges the text from `www.`.
pub(super) fn www(text: &[u8], start: usize) -> Option<Found> {
    if left_edge(text, start)?.glued {
        return None;
    }
    let host_end = domain_end(text, start)?;
    let host = &text[start..host_end];
    let labels = host.split(|byte| *byte == b'.').count();
    if labels < 3 {
        return None;
    }
    let end = match text.get(host_end) {
        Some(b'/' | b'?' | b'#' | b':') => url_end(text, host_end),
        _ => host_end,
    };
    Some(page(start, end, host, Tier::A))
}

fn page(start: usize, end: usize, host: &[u8], tier: Tier) -> Found {
    let standard = STANDARDS.iter().any(|standard| is_within(host, standard));
    let judgement = if standard { Judgement::settled(Tier::D) } else { Judgement::shape(tier) };
    let judgement = judgement.fictional_if(is_example_domain(host));
    Found { judgement, start, end, glued: false }
}

/// Where a web address ends: at a blank, a bracket or a quote; marks of the sentence are left out.
fn url_end(text: &[u8], start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let length = rest.iter().position(|byte| stops_url(*byte)).unwrap_or(rest.len());
    let marks =
        rest[..length].iter().rev().take_while(|byte| b".,;:!?')]*_".contains(byte)).count();
    start + length - marks
}

fn stops_url(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte.is_ascii_control() || b"<>\"`{}|\\^".contains(&byte)
}

/// Where a domain of two labels or more ends, the last of them letters; `None` if there is none.
pub(super) fn domain_end(text: &[u8], start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let belongs = |byte: &&u8| byte.is_ascii_alphanumeric() || matches!(**byte, b'-' | b'.');
    let length = rest.iter().take(254).take_while(belongs).count();
    let marks = rest[..length].iter().rev().take_while(|byte| matches!(byte, b'-' | b'.')).count();
    let domain = &rest[..length - marks];
    let mut labels = domain.split(|byte| *byte == b'.').rev();
    let last = labels.next()?;
    let letters = last.iter().all(u8::is_ascii_alphabetic) || last.starts_with(b"xn--");
    let mut others = 0;
    let sound = labels.all(|label| {
        others += 1;
        !label.is_empty() && !label.starts_with(b"-") && !label.ends_with(b"-") && label.len() < 64
    });
    let is_domain = letters && (2..64).contains(&last.len()) && others > 0 && sound;
    is_domain.then_some(start + domain.len())
}

/// Whether the domain is set apart for examples and tests (RFC 2606).
pub(super) fn is_example_domain(domain: &[u8]) -> bool {
    const EXAMPLES: [&[u8]; 8] = [
        b"example.com",
        b"example.org",
        b"example.net",
        b"example.edu",
        b"example",
        b"test",
        b"invalid",
        b"localhost",
    ];
    EXAMPLES.iter().any(|example| is_within(domain, example))
}

/// Whether the domain is `parent` or lies below it.
fn is_within(domain: &[u8], parent: &[u8]) -> bool {
    let Some(start) = domain.len().checked_sub(parent.len()) else { return false };
    domain[start..].eq_ignore_ascii_case(parent) && (start == 0 || domain[start - 1] == b'.')
}
