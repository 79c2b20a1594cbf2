//! Passwords, keys and tokens that open something.

use super::catalogue::Detector;
use super::gate::{Bytes, Near};
use super::reading::{Found, Labelled, LabelledKind, Reading, Sign, Token};
use super::tier::{Judgement, Tier};

pub(super) const PASSWORD: Detector = Detector {
    name: "password",
    group: "secret",
    country: None,
    title: "Password or key after its label",
    doc: "Six places and more without a blank, a digit among them, right after a label (B).",
    labels: &[
        "password",
        "passwd",
        "pwd",
        "pw",
        "passcode",
        "passphrase",
        "api key",
        "apikey",
        "secret",
        "secret key",
        "access key",
        "client secret",
        "auth token",
        "access token",
        "token",
    ],
    contrary: &[],
    found: &["password: [hunter2x]", "api_key=[a8Fk20dKq77bZ]", "pwd [P@ssw0rd!]"],
    passed: &["hunter2x", "password reset on 3 May", "password: ********"],
    readings: &[Reading::Labelled(Labelled {
        places: (6, 128),
        digits: 1,
        kind: LabelledKind::Secret,
    })],
};

pub(super) const ACCESS_TOKEN: Detector = Detector {
    name: "access-token",
    group: "secret",
    country: None,
    title: "Token of a service",
    doc: "What services issue with a prefix of their own (`ghp_`, `AKIA`, `xoxb-`), as long as they issue it and not of few \
          different characters; or a signed web token of three parts (A).",
    labels: &["token", "key", "bearer"],
    contrary: &[],
    found: &["[ghp_16C7e42F292c6912E7710c838347Ae178B4a]", "key [AKIAIOSFODNN7EXAMPLE]"],
    passed: &[
        "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa1",
        "AKIA12",
        "ghost_16C7e42F292c6912E7710c838347Ae178B4a",
    ],
    readings: &[Reading::Token {
        lengths: (1, 41),
        near: &[
            Near {
                before: Bytes::of(b"_-."),
                earlier: Bytes::LETTER.and(Bytes::of(b"_-.")),
                ..Near::ANY
            },
            Near { first: Bytes::LETTER, ..Near::ANY },
        ],
        judge: access_token,
    }],
};

pub(super) const PRIVATE_KEY: Detector = Detector {
    name: "private-key",
    group: "secret",
    country: None,
    title: "Private key",
    doc: "The armour of a private key and what stands in it (A).",
    labels: &["key", "pem"],
    contrary: &[],
    found: &[
        "[-----BEGIN RSA PRIVATE KEY-----\nMIIEow+/IBAAKCAQEA\n-----END RSA PRIVATE KEY-----]",
    ],
    passed: &["-----BEGIN CERTIFICATE-----", "BEGIN PRIVATE KEY", "--- BEGIN REPORT ---"],
    readings: &[Reading::Sign(Sign::Armour)],
};

/// What services put before their tokens, and how many places follow at least.
const PREFIXES: [(&[u8], usize); 22] = [
    (b"AKIA", 16),
    (b"ASIA", 16),
    (b"AIza", 35),
    (b"ghp_", 36),
    (b"gho_", 36),
    (b"ghu_", 36),
    (b"ghs_", 36),
    (b"ghr_", 36),
    (b"github_pat_", 40),
    (b"glpat-", 20),
    (b"xoxb-", 20),
    (b"xoxp-", 20),
    (b"xoxa-", 20),
    (b"xoxs-", 20),
    (b"sk_live_", 16),
    (b"rk_live_", 16),
    (b"sk-ant-", 30),
    (b"sk-", 32),
    (b"npm_", 36),
    (b"hf_", 30),
    (b"SG.", 40),
    (b"dop_v1_", 40),
];

/// How far back a prefix may begin.
const LONGEST_PREFIX: usize = 48;
/// The longest token.
const LONGEST_SECRET: usize = 4096;
/// A token has so many different characters at least.
const LEAST_VARIETY: usize = 8;

/// Judges what a token stands in as a secret of a service.
fn access_token(token: Token<'_>) -> Option<Found> {
    let text = token.text;
    let joined = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let before = text[..token.start].last().is_some_and(joined);
    if token.end - token.start < 12 && !before && !matches!(text[token.start], b'A' | b'e') {
        return None;
    }
    let lead = text[..token.start]
        .iter()
        .rev()
        .take(LONGEST_PREFIX)
        .take_while(|byte| joined(byte))
        .count();
    let start = token.start - lead;
    let opens =
        matches!(text[start], b'A' | b'S' | b'd' | b'e' | b'g' | b'h' | b'n' | b'r' | b's' | b'x');
    if !opens || token.digit - start > LONGEST_PREFIX {
        return None;
    }
    let rest = &text[start..];
    let length = rest.iter().take(LONGEST_SECRET).take_while(|byte| joined(byte)).count();
    let stops = rest[..length].iter().rev().take_while(|byte| matches!(byte, b'.' | b'-')).count();
    let value = &rest[..length - stops];
    let known = PREFIXES.iter().any(|(prefix, least)| {
        value.strip_prefix(*prefix).is_some_and(|body| body.len() >= *least && is_varied(body))
    });
    let judgement = (known || is_web_token(value)).then_some(Judgement::shape(Tier::A))?;
    token.found(judgement, start, start + value.len())
}

/// Whether the characters are too different for a placeholder.
fn is_varied(body: &[u8]) -> bool {
    let seen = body.iter().fold(0_u128, |seen, byte| seen | 1_u128 << (byte & 0x7F));
    usize::try_from(seen.count_ones()).is_ok_and(|count| count >= LEAST_VARIETY)
}

/// Whether the value is of three parts, the first two of them encoded objects.
fn is_web_token(value: &[u8]) -> bool {
    let mut parts = value.split(|byte| *byte == b'.');
    let (Some(head), Some(body), Some(sign), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return false;
    };
    head.starts_with(b"eyJ") && body.starts_with(b"eyJ") && head.len() > 10 && sign.len() > 10
}

/// The longest key with its armour.
const LONGEST_KEY: usize = 16 * 1024;

/// Judges the text from the `B` of `BEGIN` as a private key.
pub(super) fn private_key(text: &[u8], at: usize) -> Option<Found> {
    let start = at.checked_sub(5)?;
    let head = text[at..].strip_prefix(b"BEGIN ").filter(|_| text[start..at] == *b"-----")?;
    let kind =
        head.iter().take(40).take_while(|byte| byte.is_ascii_uppercase() || **byte == b' ').count();
    let (kind, rest) = head.split_at(kind);
    if !kind.ends_with(b"PRIVATE KEY") || !rest.starts_with(b"-----") {
        return None;
    }
    let is_body = |byte: &u8| {
        byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || b"+/=:,\\".contains(byte)
    };
    let body = rest[5..].iter().take(LONGEST_KEY).take_while(|byte| is_body(byte)).count();
    let tail = &rest[5 + body..];
    let closing = tail.strip_prefix(b"-----END ").and_then(|tail| {
        let dashes = tail.iter().take(45).position(|byte| *byte == b'-')?;
        tail[dashes..].starts_with(b"-----").then_some(9 + dashes + 5)
    });
    // Without its end, only the armour is sure.
    let end = closing.map(|closing| text.len() - tail.len() + closing);
    let end = end.unwrap_or(text.len() - rest.len() + 5);
    Some(Found { judgement: Judgement::settled(Tier::A), start, end, glued: false })
}
