//! Characters: read in the wrong encoding, escaped, replaced, stripped of their accents, lost, or written large or
//! small.

use std::sync::LazyLock;

use crate::transfer::Kind;

/// What became of the characters of a text, if nothing else was done to it.
pub(super) fn harm(sent: &str, received: &str) -> Option<Kind> {
    let ascii = sent.is_ascii() && received.is_ascii();
    if sent.eq_ignore_ascii_case(received)
        || !ascii && sent.to_lowercase() == received.to_lowercase()
    {
        return Some(Kind::Case);
    }
    if escaped(sent, received) || marks_lost(sent, received) {
        return Some(Kind::Encoding);
    }
    if ascii {
        return None;
    }
    if replaced(sent, received)
        || bare(sent) == bare(received)
        || same_frame(sent, received) && misread(sent, received)
    {
        return Some(Kind::Encoding);
    }
    let ascii = |text: &str| -> String { text.chars().filter(char::is_ascii).collect() };
    let gone = ascii(sent);
    (!sent.is_ascii() && gone.len() >= 2 && gone == received).then_some(Kind::Encoding)
}

/// Whether the ASCII characters of both texts are the same, with others between them at the same places.
fn same_frame(sent: &str, received: &str) -> bool {
    let frame = |text: &str| text.split(|char: char| !char.is_ascii()).map(str::len).sum::<usize>();
    let parts =
        |text| str::split(text, |char: char| !char.is_ascii()).filter(|part| !part.is_empty());
    frame(sent) == frame(received) && parts(sent).eq(parts(received))
}

/// Whether one text is the other, its bytes taken for those of another code page.
fn misread(sent: &str, received: &str) -> bool {
    let as_utf8 = |text: &str, other: &str| {
        PAGES.iter().any(|page| {
            let once = page.decode(text.as_bytes());
            // Some texts went the wrong way twice.
            once == other || page.decode(once.as_bytes()) == other
        })
    };
    let as_page = || {
        PAGES
            .iter()
            .filter_map(|page| page.encode(sent))
            .any(|bytes| PAGES.iter().any(|page| page.decode(&bytes) == received))
    };
    as_utf8(sent, received) || as_utf8(received, sent) || as_page()
}

/// The characters that a code page has for the bytes from 0x80 on.
struct Page([char; 128]);

/// Code page 437, of the first personal computers and many exports of old systems.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";

/// Code page 850, its successor in Western Europe.
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";

/// The code pages that texts of hospitals are met in.
static PAGES: LazyLock<[Page; 8]> = LazyLock::new(|| {
    use encoding_rs::{ISO_8859_2, ISO_8859_15, MACINTOSH, WINDOWS_1250, WINDOWS_1252};
    let bytes: Vec<u8> = (0x80..=0xFF).collect();
    let page = |text: &str| {
        let mut chars = text.chars();
        Page(std::array::from_fn(|_| chars.next().unwrap_or(char::REPLACEMENT_CHARACTER)))
    };
    let known = |encoding: &'static encoding_rs::Encoding| {
        page(&encoding.decode_without_bom_handling(&bytes).0)
    };
    [
        known(WINDOWS_1252),
        page(&encoding_rs::mem::decode_latin1(&bytes)),
        known(MACINTOSH),
        page(CP437),
        page(CP850),
        known(WINDOWS_1250),
        known(ISO_8859_2),
        known(ISO_8859_15),
    ]
});

impl Page {
    fn decode(&self, bytes: &[u8]) -> String {
        let char = |byte: &u8| match byte.checked_sub(0x80) {
            None => char::from(*byte),
            Some(place) => self.0[usize::from(place)],
        };
        bytes.iter().map(char).collect()
    }

    /// The bytes of a text; `None` where the page lacks a character of it.
    fn encode(&self, text: &str) -> Option<Vec<u8>> {
        let byte = |char: char| match u8::try_from(char) {
            Ok(byte) if byte.is_ascii() => Some(byte),
            _ => u8::try_from(self.0.iter().position(|other| *other == char)? + 0x80).ok(),
        };
        text.chars().map(byte).collect()
    }
}

/// Whether one text is the other in the writing of HTML, of URLs, of programs, or with its quotes doubled.
fn escaped(sent: &str, received: &str) -> bool {
    let opens = |text: &str, other: &str| {
        let alike = |marks: &[char], opened: &dyn Fn(&str) -> String| {
            text.contains(marks) && text.len() > other.len() && opened(text) == other
        };
        alike(&['&'], &from_html)
            || alike(&['\\'], &from_program)
            || alike(&['%'], &from_url)
            || alike(&['"'], &|text| text.replace("\"\"", "\""))
            || alike(&['\''], &|text| text.replace("''", "'"))
    };
    opens(received, sent) || opens(sent, received)
}

/// Names that HTML has for characters, as far as they are met in exports.
const ENTITIES: [(&str, &str); 8] = [
    ("amp", "&"),
    ("lt", "<"),
    ("gt", ">"),
    ("quot", "\""),
    ("apos", "'"),
    ("nbsp", " "),
    ("ndash", "\u{2013}"),
    ("rsquo", "\u{2019}"),
];

/// Bytes of the longest name or number of a character.
const LONGEST_ENTITY: usize = 8;

fn from_html(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        // Names and numbers are short: a text of nothing but `&` is looked at once.
        let end = rest.bytes().take(LONGEST_ENTITY + 1).position(|byte| byte == b';');
        let entity = end.and_then(|end| rest.get(..end));
        let opened = entity.and_then(|entity| {
            let number =
                entity.strip_prefix('#').and_then(|number| match number.strip_prefix(['x', 'X']) {
                    Some(digits) => u32::from_str_radix(digits, 16).ok(),
                    None => number.parse().ok(),
                });
            let named = ENTITIES.iter().find(|(name, _)| *name == entity);
            let text = named.map(|(_, text)| (*text).to_owned());
            text.or_else(|| number.and_then(char::from_u32).map(String::from))
        });
        match (opened, entity) {
            (Some(opened), Some(entity)) => {
                out.push_str(&opened);
                rest = rest.get(entity.len() + 1..).unwrap_or_default();
            }
            _ => out.push('&'),
        }
    }
    out + rest
}

/// A text in which backslashes stand before quotes, themselves, and the numbers of characters.
fn from_program(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        units.extend(rest.get(..at).unwrap_or_default().encode_utf16());
        rest = rest.get(at + 1..).unwrap_or_default();
        let number = rest
            .strip_prefix('u')
            .and_then(|rest| rest.get(..4))
            .and_then(|digits| u16::from_str_radix(digits, 16).ok());
        if let Some(number) = number {
            units.push(number);
            rest = rest.get(5..).unwrap_or_default();
        } else if let Some(after) = rest.strip_prefix('\\') {
            units.push(u16::from(b'\\'));
            rest = after;
        } else if !rest.starts_with(['"', '\'', '/']) {
            units.push(u16::from(b'\\'));
        }
    }
    units.extend(rest.encode_utf16());
    String::from_utf16_lossy(&units)
}

fn from_url(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'%').then(|| after.get(..2)).flatten();
        let code = code.and_then(|code| std::str::from_utf8(code).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether the texts are the same but for quotation marks, or for characters that nobody sees.
fn marks_lost(sent: &str, received: &str) -> bool {
    let is_quote = |char: char| {
        matches!(char, '"' | '\'' | '`' | '\u{B4}' | '\u{2018}'..='\u{201F}' | '\u{AB}' | '\u{BB}')
    };
    let unseen = |char: char| {
        char.is_control() && !char.is_whitespace()
            || matches!(char, '\u{AD}' | '\u{200C}'..='\u{200F}')
    };
    let same = |left_out: &dyn Fn(char) -> bool| {
        let rest = |text: &str| text.chars().filter(|char| !left_out(*char)).collect::<String>();
        let words =
            |text: &str| -> String { text.split_whitespace().collect::<Vec<_>>().join(" ") };
        let (before, after) = (rest(sent), rest(received));
        !before.trim().is_empty() && words(&before) == words(&after)
    };
    let parts = |text: &str| -> Vec<String> {
        let parts = text.split(|char: char| unseen(char) || char.is_whitespace());
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let has = |which: &dyn Fn(char) -> bool| sent.contains(which) || received.contains(which);
    has(&is_quote) && same(&is_quote)
        || has(&unseen) && (same(&unseen) || parts(sent) == parts(received))
}

/// Whether the texts are alike but for characters of the one for which the other has `?` or a replacement.
fn replaced(sent: &str, received: &str) -> bool {
    let is_mark = |char: char| matches!(char, '?' | '\u{FFFD}' | '_' | '\u{1A}' | '\u{BF}');
    let mut after = received.chars().peekable();
    let mut marks = 0;
    for char in sent.chars() {
        if after.peek() == Some(&char) {
            after.next();
            continue;
        }
        if char.is_ascii() {
            return false;
        }
        // One mark a character, or one a byte of it.
        let mut count = 0;
        while count < char.len_utf8() && after.next_if(|next| is_mark(*next)).is_some() {
            count += 1;
        }
        if count == 0 {
            return false;
        }
        marks += 1;
    }
    marks > 0 && after.next().is_none()
}

/// A text as it is where accents are lost.
fn bare(text: &str) -> String {
    let mut bare = String::with_capacity(text.len());
    for char in text.chars() {
        match plain(char) {
            Some(letters) => bare.push_str(letters),
            None => bare.push(char),
        }
    }
    bare
}

/// The ASCII letters that stand for a letter where accents are lost, none where it is itself; a mark that combines is
/// dropped.
fn plain(char: char) -> Option<&'static str> {
    Some(match char {
        'À'..='Å' | 'Ā' | 'Ă' | 'Ą' => "A",
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'Æ' => "AE",
        'æ' => "ae",
        'Ç' | 'Ć' | 'Č' => "C",
        'ç' | 'ć' | 'č' => "c",
        'Ď' | 'Đ' | 'Ð' => "D",
        'ď' | 'đ' | 'ð' => "d",
        'È'..='Ë' | 'Ē' | 'Ę' | 'Ě' => "E",
        'è'..='ë' | 'ē' | 'ę' | 'ě' => "e",
        'Ğ' => "G",
        'ğ' => "g",
        'Ì'..='Ï' | 'İ' | 'Ī' => "I",
        'ì'..='ï' | 'ı' | 'ī' => "i",
        'Ł' | 'Ľ' => "L",
        'ł' | 'ľ' => "l",
        'Ñ' | 'Ń' | 'Ň' => "N",
        'ñ' | 'ń' | 'ň' => "n",
        'Ò'..='Ö' | 'Ø' | 'Ő' | 'Ō' => "O",
        'ò'..='ö' | 'ø' | 'ő' | 'ō' => "o",
        'Œ' => "OE",
        'œ' => "oe",
        'Ř' => "R",
        'ř' => "r",
        'Ś' | 'Š' | 'Ş' | 'Ș' => "S",
        'ś' | 'š' | 'ş' | 'ș' => "s",
        'ß' => "ss",
        'Ť' | 'Ţ' | 'Ț' => "T",
        'ť' | 'ţ' | 'ț' => "t",
        'Ù'..='Ü' | 'Ů' | 'Ű' | 'Ū' => "U",
        'ù'..='ü' | 'ů' | 'ű' | 'ū' => "u",
        'Ý' | 'Ÿ' => "Y",
        'ý' | 'ÿ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        '\u{2018}' | '\u{2019}' | '\u{201A}' | '\u{2032}' => "'",
        '\u{201C}' | '\u{201D}' | '\u{201E}' => "\"",
        '\u{2013}' | '\u{2014}' | '\u{2010}' | '\u{2011}' => "-",
        '\u{2026}' => "...",
        '\u{A0}' => " ",
        '\u{300}'..='\u{36F}' => "",
        _ => return None,
    })
}
