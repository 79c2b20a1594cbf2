//! Lines of text that fit a terminal and cannot deceive it.

use unicode_width::UnicodeWidthChar as _;

use crate::finding::neutral;

/// How a screen is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Whether colours may be used; they are never the only signal.
    pub color: bool,
    /// How many columns there are; no line is wider.
    pub width: usize,
    /// Whether characters beyond ASCII can be shown.
    pub unicode: bool,
    /// How many findings of each failing rule are shown one by one.
    pub examples: usize,
}

impl Default for Style {
    /// A pipe: 80 columns without colour.
    fn default() -> Self {
        Self { color: false, width: 80, unicode: true, examples: 0 }
    }
}

/// How a piece of a line is inked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    Strong,
    Faint,
    Bad,
    Doubtful,
    Good,
}

impl Ink {
    /// The codes of the terminal.
    fn codes(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Strong => "1",
            Self::Faint => "2",
            Self::Bad => "1;31",
            Self::Doubtful => "1;33",
            Self::Good => "1;32",
        }
    }
}

/// A text of lines, each neutralised and cut to the width.
#[derive(Debug)]
pub(crate) struct Screen {
    style: Style,
    text: String,
}

impl Screen {
    /// Nothing yet.
    pub(crate) fn new(style: Style) -> Self {
        Self { style, text: String::new() }
    }

    /// How it is drawn.
    pub(crate) fn style(&self) -> Style {
        self.style
    }

    /// Adds a line of pieces.
    pub(crate) fn line(&mut self, pieces: &[(Ink, &str)]) {
        let safe: Vec<(Ink, String)> =
            pieces.iter().map(|(ink, text)| (*ink, self.safe(text))).collect();
        let whole: usize = safe.iter().map(|(_, text)| width(text)).sum();
        let ellipsis = self.safe("…");
        let mut room = if whole > self.style.width {
            self.style.width.saturating_sub(width(&ellipsis))
        } else {
            whole
        };
        let last = safe.iter().rposition(|(_, text)| !text.trim_end().is_empty());
        for (index, (ink, text)) in safe.iter().enumerate() {
            let text = if last == Some(index) { text.trim_end() } else { text.as_str() };
            if last.is_none_or(|last| index > last) {
                break;
            }
            let shown = cut(text, room);
            room = room.saturating_sub(width(shown));
            self.inked(*ink, shown);
            if shown.len() < text.len() {
                break;
            }
        }
        if whole > self.style.width {
            self.inked(Ink::Faint, cut(&ellipsis, self.style.width));
        }
        self.text.push('\n');
    }

    /// Adds an empty line.
    pub(crate) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Adds text that is broken between words, every line behind the indent.
    pub(crate) fn paragraph(&mut self, indent: usize, ink: Ink, text: &str) {
        self.hanging(&" ".repeat(indent), ink, text);
    }

    /// Adds text that is broken between words: the first line behind `lead`, the others below its end.
    pub(crate) fn hanging(&mut self, lead: &str, ink: Ink, text: &str) {
        let indent = " ".repeat(width(lead));
        let room = self.style.width.saturating_sub(indent.len()).max(1);
        for (index, line) in wrap(&self.safe(text), room).iter().enumerate() {
            self.line(&[(Ink::Plain, if index == 0 { lead } else { &indent }), (ink, line)]);
        }
    }

    /// Adds lines that were drawn elsewhere, safe and narrow enough already.
    pub(crate) fn drawn(&mut self, lines: &str) {
        for line in lines.lines() {
            self.text.push_str(line.trim_end());
            self.text.push('\n');
        }
    }

    /// Adds a line of which the first part holds marks of ours, safe already, and cuts it where it is too long.
    pub(crate) fn marked(&mut self, marks: &str, (ink, rest): (Ink, &str)) {
        let shown = cut(marks, self.style.width).to_owned();
        self.text.push_str(&shown);
        let room = self.style.width.saturating_sub(width(&shown));
        let rest = self.safe(rest);
        self.inked(ink, cut(&rest, room));
        self.text.push('\n');
    }

    /// The text as this screen can show it.
    pub(crate) fn safe(&self, text: &str) -> String {
        let text = neutral(text);
        if self.style.unicode { text } else { ascii(&text) }
    }

    /// Everything that was added.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// Adds text in an ink.
    fn inked(&mut self, ink: Ink, text: &str) {
        if text.is_empty() {
            return;
        }
        let codes = ink.codes();
        if !self.style.color || codes.is_empty() {
            self.text.push_str(text);
        } else {
            self.text.push_str("\u{1b}[");
            self.text.push_str(codes);
            self.text.push('m');
            self.text.push_str(text);
            self.text.push_str("\u{1b}[0m");
        }
    }
}

/// The text in ASCII.
fn ascii(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '▒' => shown.push('#'),
            '·' => shown.push('-'),
            '…' => shown.push_str("..."),
            '─' => shown.push('-'),
            '│' => shown.push('|'),
            '’' => shown.push('\''),
            '≤' => shown.push_str("<="),
            char if char.is_ascii() => shown.push(char),
            _ => shown.push('?'),
        }
    }
    shown
}

/// How many columns the text takes.
pub(crate) fn width(text: &str) -> usize {
    text.chars().map(|char| char.width().unwrap_or(0)).sum()
}

/// As much of the text as fits into so many columns.
pub(crate) fn cut(text: &str, room: usize) -> &str {
    let mut taken = 0;
    for (at, char) in text.char_indices() {
        taken += char.width().unwrap_or(0);
        if taken > room {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// The text in at most so many columns, with an ellipsis where it was cut.
pub(crate) fn shorten(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    format!("{}…", cut(text, room.saturating_sub(1)))
}

/// The text and blanks up to so many columns.
pub(crate) fn pad(text: &str, columns: usize) -> String {
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(text))))
}

/// Blanks up to so many columns and the text.
pub(crate) fn pad_left(text: &str, columns: usize) -> String {
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(text))))
}

/// The text in lines of at most so many columns, broken between words, and inside them where one is too long.
pub(crate) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let mut word = word;
        while let Some(line) = lines.last_mut() {
            let gap = usize::from(!line.is_empty());
            let free = room.saturating_sub(width(line) + gap);
            if width(word) <= free {
                line.push_str(if gap == 1 { " " } else { "" });
                line.push_str(word);
                break;
            }
            if line.is_empty() {
                let head = cut(word, room);
                // A character wider than the whole line would never fit.
                let length = word.chars().next().map_or(0, char::len_utf8).max(head.len());
                let (head, rest) = word.split_at(length);
                line.push_str(head);
                word = rest;
                if word.is_empty() {
                    break;
                }
            }
            lines.push(String::new());
        }
    }
    lines
}

/// The number with a comma between thousands.
pub(crate) fn number(count: u64) -> String {
    let digits = count.to_string();
    let mut shown = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// The number and its noun.
pub(crate) fn counted(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", number(count), if count == 1 { one } else { many })
}

/// How long a list is.
pub(crate) fn length<T>(list: &[T]) -> u64 {
    u64::try_from(list.len()).unwrap_or(u64::MAX)
}

/// The share in percent; never rounded to none or to all.
pub(crate) fn share(part: u64, whole: u64) -> String {
    if part == 0 {
        return "0%".to_owned();
    }
    if part >= whole {
        return "100%".to_owned();
    }
    // To the nearest; `whole` is not 0 here.
    let (part, whole) = (u128::from(part), u128::from(whole));
    let nearest = |parts: u128| (part * 2 * parts + whole) / (2 * whole);
    match nearest(10_000) {
        0 => "<0.01%".to_owned(),
        hundredths @ 1..1_000 => format!("{}.{:02}%", hundredths / 100, hundredths % 100),
        _ => {
            let tenths = nearest(1_000).min(999);
            format!("{}.{}%", tenths / 10, tenths % 10)
        }
    }
}

/// The size in the unit that suits it, powers of 1,000.
pub(crate) fn size(bytes: u64) -> String {
    for (unit, name) in
        [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB")]
    {
        if bytes >= unit {
            return format!("{}.{} {name}", bytes / unit, bytes % unit * 10 / unit);
        }
    }
    counted(bytes, "byte", "bytes")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{Ink, Screen, Style, number, share, size, width, wrap};

    #[test]
    fn numbers_are_read_at_a_glance() {
        for (count, text) in [(0, "0"), (999, "999"), (1_000, "1,000"), (19_412_880, "19,412,880")]
        {
            assert_eq!(number(count), text);
        }
        for (bytes, text) in
            [(1, "1 byte"), (999, "999 bytes"), (1_999, "1.9 kB"), (6_100_000_000, "6.1 GB")]
        {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(size(u64::MAX), "18446744.0 TB");
    }

    #[test]
    fn shares_are_never_rounded_away() {
        for (part, whole, text) in [
            (0, 0, "0%"),
            (0, 5, "0%"),
            (5, 5, "100%"),
            (1, 3, "33.3%"),
            (2, 12, "16.7%"),
            (1, 1_000_000, "<0.01%"),
            (999_999, 1_000_000, "99.9%"),
            (871, 10_000, "8.71%"),
            (1_048, 12_037, "8.71%"),
            (1, 20_000, "0.01%"),
            (1, 20_001, "<0.01%"),
            (u64::MAX - 1, u64::MAX, "99.9%"),
        ] {
            assert_eq!(share(part, whole), text, "of {part} in {whole}");
        }
    }

    #[test]
    fn lines_are_cut_with_an_ellipsis() {
        check(&[(Ink::Plain, "0123456789")], 10, "0123456789\n");
        check(&[(Ink::Plain, "0123456789"), (Ink::Bad, "a")], 10, "012345678…\n");
        check(&[(Ink::Plain, "ok"), (Ink::Bad, "    ")], 10, "ok\n");
        check(&[(Ink::Plain, "漢字漢字漢字")], 6, "漢字…\n");
        check(&[(Ink::Plain, "a\u{1b}[2Jb\u{202e}c")], 20, "a\u{fffd}[2Jb\u{fffd}c\n");
    }

    #[track_caller]
    fn check(pieces: &[(Ink, &str)], columns: usize, expected: &str) {
        let mut screen = Screen::new(Style { width: columns, ..Style::default() });
        screen.line(pieces);
        assert_eq!(screen.finish(), expected);
    }

    #[test]
    fn colour_is_added_not_needed() {
        let mut screen = Screen::new(Style { color: true, ..Style::default() });
        screen.line(&[(Ink::Bad, "FAIL"), (Ink::Plain, "  3 rules")]);
        assert_eq!(screen.finish(), "\u{1b}[1;31mFAIL\u{1b}[0m  3 rules\n");
    }

    #[test]
    fn ascii_screens_stay_ascii() {
        let mut screen = Screen::new(Style { unicode: false, width: 12, ..Style::default() });
        screen.line(&[(Ink::Plain, "▒▒▒▒ · ä and more")]);
        assert_eq!(screen.finish(), "#### - ? ...\n");
    }

    #[test]
    fn words_are_kept_whole_where_they_fit() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a completeness/x", 5), ["a", "compl", "etene", "ss/x"]);
        assert_eq!(wrap("", 5), [""]);
    }

    proptest! {
        #[test]
        fn no_line_is_too_wide(text in "\\PC{0,80}", wild: String, columns in 1..60_usize, color: bool, unicode: bool) {
            let mut screen = Screen::new(Style { width: columns, color, unicode, examples: 0 });
            screen.line(&[(Ink::Plain, &text), (Ink::Bad, &wild)]);
            screen.paragraph(4, Ink::Faint, &text);
            let shown = screen.finish();
            for line in shown.lines() {
                let bare = ["\u{1b}[1;31m", "\u{1b}[2m", "\u{1b}[0m"].iter().fold(line.to_owned(), |line, code| line.replace(code, ""));
                assert!(width(&bare) <= columns, "{bare:?} in {columns}");
                assert!(!bare.chars().any(char::is_control));
                assert!(unicode || bare.is_ascii());
            }
        }

        #[test]
        fn wrapping_keeps_every_letter(text in "[a-z ]{0,60}", columns in 1..20_usize) {
            let kept: String = wrap(&text, columns).concat();
            assert_eq!(kept.replace(' ', ""), text.replace(' ', ""));
        }

        #[test]
        fn shares_are_total(part in any::<u64>(), whole in any::<u64>()) {
            assert!(share(part, whole).ends_with('%'));
        }
    }
}
