//! Regular expressions: the subset that means the same in every engine, and its rewriting.
//!
//! A pattern is parsed, judged and written anew with explicit classes and anchors, so that no engine's
//! notion of digits, line ends or case decides an audit.

use std::fmt::Write as _;
use std::ops::Range;

use regex::bytes::RegexBuilder;
use regex_syntax::ast::{
    self, AssertionKind, Ast, ClassAsciiKind, ClassPerlKind, ClassSet, ClassSetBinaryOpKind,
    ClassSetItem, GroupKind, RepetitionKind, RepetitionRange,
};
use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

use crate::expr::problem::{ExprCode, ExprProblem};
use crate::expr::typed::Pattern;

/// The longest pattern, in bytes.
pub const MAX_PATTERN_BYTES: usize = 512;
/// The largest repeat count.
pub const MAX_REPEAT: u32 = 255;

const MAX_NEST: u32 = 40;
const MAX_COMPILED: usize = 4 << 20;

/// A pattern judged, rewritten and compiled. `case_blind` ignores the case of ASCII letters; an `anchored`
/// pattern matches the whole text. The span of a problem counts in bytes of the pattern.
///
/// # Errors
/// What keeps the pattern from meaning the same everywhere, or a limit that it exceeds.
pub fn check_pattern(text: &str, case_blind: bool, anchored: bool) -> Result<Pattern, ExprProblem> {
    if text.len() > MAX_PATTERN_BYTES {
        let message =
            format!("the pattern is {} bytes long, the limit is {MAX_PATTERN_BYTES}", text.len());
        return Err(ExprProblem::new(ExprCode::E120, 0..text.len(), message, "over the limit")
            .help("put the values in a code-set file, or split the pattern in several"));
    }
    let ast = ast::parse::ParserBuilder::new()
        .nest_limit(MAX_NEST)
        .build()
        .parse(text)
        .map_err(|error| unparsable(&error, text))?;
    let mut writer = Writer { out: String::new(), case_blind };
    writer.ast(&ast)?;
    let rewritten = if anchored { format!(r"\A(?:{})\z", writer.out) } else { writer.out };
    let regex = RegexBuilder::new(&rewritten)
        .size_limit(MAX_COMPILED)
        .dfa_size_limit(MAX_COMPILED)
        .nest_limit(MAX_NEST + 10)
        .build()
        .map_err(|_| {
            ExprProblem::new(
                ExprCode::E120,
                0..text.len(),
                "the pattern is too large once its repeats are counted",
                "over the limit",
            )
            .help("lower the repeat counts")
        })?;
    Ok(Pattern { rewritten, regex })
}

/// What the parser of regular expressions refuses, in our words.
fn unparsable(error: &ast::Error, text: &str) -> ExprProblem {
    use ast::ErrorKind as Kind;

    let mut span = bytes(error.span());
    if span.is_empty() {
        // The parser points before the character that it refuses.
        let next = text.get(span.start..).and_then(|rest| rest.chars().next());
        span.end += next.map_or(0, char::len_utf8);
    }
    let (what, help) = match error.kind() {
        Kind::UnsupportedLookAround => ("lookaround", Some("use two conditions joined with AND")),
        Kind::UnsupportedBackreference => {
            ("a backreference", Some("compare two substr(...) instead"))
        }
        Kind::NestLimitExceeded(_) => {
            return ExprProblem::new(
                ExprCode::E120,
                span,
                "the pattern is nested too deep",
                "over the limit",
            );
        }
        Kind::EscapeUnrecognized => {
            ("this escape", Some("write the character itself, or \\x and its code"))
        }
        Kind::FlagUnrecognized => ("this group", Some("write (...) or (?:...)")),
        Kind::GroupUnclosed => ("an open group", Some("close it with )")),
        Kind::GroupUnopened => {
            ("a `)` without its group", Some(r"write \) for the character itself"))
        }
        Kind::ClassUnclosed => ("an open class", Some("close it with ]")),
        Kind::ClassRangeInvalid => {
            ("a range that runs backwards", Some("write the smaller end first"))
        }
        Kind::RepetitionMissing => {
            ("a repeat of nothing", Some(r"write \ before the sign for the character itself"))
        }
        Kind::RepetitionCountInvalid => {
            ("a repeat that runs backwards", Some("write the smaller count first"))
        }
        Kind::RepetitionCountUnclosed => {
            ("an open repeat", Some(r"close it with }, or write \{ for the character"))
        }
        Kind::EscapeUnexpectedEof => {
            ("a backslash at the end", Some(r"write \\ for the character itself"))
        }
        _ => ("this", None),
    };
    refused(span, what, help)
}

fn refused(span: Range<usize>, what: &str, help: Option<&str>) -> ExprProblem {
    ExprProblem::new(
        ExprCode::E109,
        span,
        format!("{what} is not allowed in a pattern"),
        "outside the subset of regular expressions",
    )
    .maybe_help(help.map(str::to_owned))
}

fn bytes(span: &ast::Span) -> Range<usize> {
    span.start.offset..span.end.offset
}

struct Writer {
    out: String,
    case_blind: bool,
}

impl Writer {
    fn ast(&mut self, ast: &Ast) -> Result<(), ExprProblem> {
        match ast {
            Ast::Empty(_) => {}
            Ast::Flags(flags) => return Err(inline_flags(&flags.span)),
            Ast::Literal(literal) => self.literal(literal)?,
            Ast::Dot(_) => self.out.push_str(r"[^\n]"),
            Ast::Assertion(assertion) => self.assertion(assertion)?,
            Ast::ClassUnicode(class) => return Err(unicode_class(&class.span)),
            Ast::ClassPerl(class) => {
                let negated = class.negated;
                self.class(&perl(&class.kind), negated, &class.span)?;
            }
            Ast::ClassBracketed(class) => {
                let set = self.set(&class.kind)?;
                self.class(&set, class.negated, &class.span)?;
            }
            Ast::Repetition(repetition) => self.repetition(repetition)?,
            Ast::Group(group) => {
                if let GroupKind::NonCapturing(flags) = &group.kind
                    && !flags.items.is_empty()
                {
                    return Err(inline_flags(&flags.span));
                }
                self.out.push_str("(?:");
                self.ast(&group.ast)?;
                self.out.push(')');
            }
            Ast::Alternation(alternation) => {
                for (index, branch) in alternation.asts.iter().enumerate() {
                    if index > 0 {
                        self.out.push('|');
                    }
                    self.ast(branch)?;
                }
            }
            Ast::Concat(concat) => {
                for part in &concat.asts {
                    self.ast(part)?;
                }
            }
        }
        Ok(())
    }

    fn literal(&mut self, literal: &ast::Literal) -> Result<(), ExprProblem> {
        if literal.c == '\0' {
            return Err(nul(&literal.span));
        }
        if self.case_blind && literal.c.is_ascii_alphabetic() {
            let (lower, upper) = (literal.c.to_ascii_lowercase(), literal.c.to_ascii_uppercase());
            let _ = write!(self.out, "[{upper}{lower}]");
        } else {
            push_char(&mut self.out, literal.c);
        }
        Ok(())
    }

    fn assertion(&mut self, assertion: &ast::Assertion) -> Result<(), ExprProblem> {
        let anchor = match assertion.kind {
            AssertionKind::StartLine | AssertionKind::StartText => r"\A",
            AssertionKind::EndLine | AssertionKind::EndText => r"\z",
            _ => {
                let help = "write out what may stand at the border, as ([^A-Za-z]|^)";
                return Err(refused(bytes(&assertion.span), "a word boundary", Some(help)));
            }
        };
        self.out.push_str(anchor);
        Ok(())
    }

    fn repetition(&mut self, repetition: &ast::Repetition) -> Result<(), ExprProblem> {
        let span = bytes(&repetition.op.span);
        if matches!(*repetition.ast, Ast::Repetition(_)) {
            return Err(refused(
                span,
                "a repeat of a repeat, or a possessive one,",
                Some("put the inner repeat in a group"),
            ));
        }
        if matches!(*repetition.ast, Ast::Assertion(_)) {
            return Err(refused(span, "a repeat of an anchor", Some("remove the repeat")));
        }
        let counts = match &repetition.op.kind {
            RepetitionKind::ZeroOrOne => "?".to_owned(),
            RepetitionKind::ZeroOrMore => "*".to_owned(),
            RepetitionKind::OneOrMore => "+".to_owned(),
            RepetitionKind::Range(range) => {
                let (text, most) = match range {
                    RepetitionRange::Exactly(count) => (format!("{{{count}}}"), *count),
                    RepetitionRange::AtLeast(count) => (format!("{{{count},}}"), *count),
                    RepetitionRange::Bounded(least, most) => (format!("{{{least},{most}}}"), *most),
                };
                if most > MAX_REPEAT {
                    return Err(refused(
                        span,
                        "a repeat of more than 255",
                        Some("check the length with length(x)"),
                    ));
                }
                text
            }
        };
        self.ast(&repetition.ast)?;
        self.out.push_str(&counts);
        if !repetition.greedy {
            self.out.push('?');
        }
        Ok(())
    }

    /// The characters of a class, computed.
    fn set(&self, set: &ClassSet) -> Result<ClassUnicode, ExprProblem> {
        match set {
            ClassSet::Item(item) => self.item(item),
            ClassSet::BinaryOp(op) => {
                let mut left = self.set(&op.lhs)?;
                let right = self.set(&op.rhs)?;
                match op.kind {
                    ClassSetBinaryOpKind::Intersection => left.intersect(&right),
                    ClassSetBinaryOpKind::Difference => left.difference(&right),
                    ClassSetBinaryOpKind::SymmetricDifference => left.symmetric_difference(&right),
                }
                Ok(left)
            }
        }
    }

    fn item(&self, item: &ClassSetItem) -> Result<ClassUnicode, ExprProblem> {
        Ok(match item {
            ClassSetItem::Empty(_) => ClassUnicode::empty(),
            ClassSetItem::Literal(literal) => self.range(literal, literal)?,
            ClassSetItem::Range(range) => self.range(&range.start, &range.end)?,
            ClassSetItem::Ascii(class) => {
                let mut set = posix(&class.kind);
                self.fold(&mut set);
                if class.negated {
                    set.negate();
                }
                set
            }
            ClassSetItem::Unicode(class) => return Err(unicode_class(&class.span)),
            ClassSetItem::Perl(class) => {
                let mut set = perl(&class.kind);
                if class.negated {
                    set.negate();
                }
                set
            }
            ClassSetItem::Bracketed(class) => {
                let mut set = self.set(&class.kind)?;
                if class.negated {
                    set.negate();
                }
                set
            }
            ClassSetItem::Union(union) => {
                let mut set = ClassUnicode::empty();
                for item in &union.items {
                    set.union(&self.item(item)?);
                }
                set
            }
        })
    }

    fn range(&self, start: &ast::Literal, end: &ast::Literal) -> Result<ClassUnicode, ExprProblem> {
        if let Some(literal) = [start, end].into_iter().find(|literal| literal.c == '\0') {
            return Err(nul(&literal.span));
        }
        let mut set = ClassUnicode::new([ClassUnicodeRange::new(start.c, end.c)]);
        self.fold(&mut set);
        Ok(set)
    }

    /// Adds the other case of the ASCII letters of a set.
    fn fold(&self, set: &mut ClassUnicode) {
        if !self.case_blind {
            return;
        }
        let mut other = ClassUnicode::empty();
        for range in set.ranges() {
            for letter in ('A'..='Z').chain('a'..='z') {
                if (range.start()..=range.end()).contains(&letter) {
                    let flipped = if letter.is_ascii_lowercase() {
                        letter.to_ascii_uppercase()
                    } else {
                        letter.to_ascii_lowercase()
                    };
                    other.push(ClassUnicodeRange::new(flipped, flipped));
                }
            }
        }
        set.union(&other);
    }

    fn class(
        &mut self,
        set: &ClassUnicode,
        negated: bool,
        span: &ast::Span,
    ) -> Result<(), ExprProblem> {
        let is_all = |range: &ClassUnicodeRange| range.start() == '\0' && range.end() == char::MAX;
        if set.ranges().is_empty() || set.ranges().iter().any(is_all) {
            return Err(refused(
                bytes(span),
                "a class of no character or of all",
                Some("write . for any character but a line end"),
            ));
        }
        self.out.push_str(if negated { "[^" } else { "[" });
        for range in set.ranges() {
            push_class_char(&mut self.out, range.start());
            if range.start() != range.end() {
                if u32::from(range.end()) > u32::from(range.start()) + 1 {
                    self.out.push('-');
                }
                push_class_char(&mut self.out, range.end());
            }
        }
        self.out.push(']');
        Ok(())
    }
}

fn inline_flags(span: &ast::Span) -> ExprProblem {
    refused(bytes(span), "an inline flag", Some("ignore case with matches(x, 'pattern', 'i')"))
}

fn unicode_class(span: &ast::Span) -> ExprProblem {
    refused(bytes(span), r"a class `\p`", Some("write out its ranges, as [A-Za-z]"))
}

fn nul(span: &ast::Span) -> ExprProblem {
    refused(bytes(span), "the character NUL", Some("remove it"))
}

/// One character outside classes.
fn push_char(out: &mut String, letter: char) {
    match letter {
        '\\' | '.' | '+' | '*' | '?' | '(' | ')' | '|' | '[' | ']' | '{' | '}' | '^' | '$' => {
            out.push('\\');
            out.push(letter);
        }
        '\'' => out.push_str(r"\x27"),
        _ if letter.is_control() => push_code(out, letter),
        _ => out.push(letter),
    }
}

/// One character inside a class, where more signs have a meaning in some engine.
fn push_class_char(out: &mut String, letter: char) {
    let is_plain = letter.is_alphanumeric() || matches!(letter, '_' | ' ' | '<' | '>');
    if is_plain {
        // An escape before < and > has a meaning of its own in some engines; bare they have none.
        out.push(letter);
    } else if letter == '\'' || letter.is_ascii_control() || !letter.is_ascii() {
        push_code(out, letter);
    } else {
        out.push('\\');
        out.push(letter);
    }
}

fn push_code(out: &mut String, letter: char) {
    if let Some((_, short)) = [('\t', r"\t"), ('\n', r"\n"), ('\x0C', r"\f"), ('\r', r"\r")]
        .iter()
        .find(|(of, _)| *of == letter)
    {
        out.push_str(short);
        return;
    }
    let code = u32::from(letter);
    // INVARIANT: writing to a string cannot fail.
    let _ = if code < 0x80 { write!(out, r"\x{code:02X}") } else { write!(out, r"\x{{{code:X}}}") };
}

fn perl(kind: &ClassPerlKind) -> ClassUnicode {
    ranges(match kind {
        ClassPerlKind::Digit => &[('0', '9')],
        ClassPerlKind::Space => &[('\t', '\n'), ('\x0C', '\r'), (' ', ' ')],
        ClassPerlKind::Word => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
    })
}

fn posix(kind: &ClassAsciiKind) -> ClassUnicode {
    ranges(match kind {
        ClassAsciiKind::Alnum => &[('0', '9'), ('A', 'Z'), ('a', 'z')],
        ClassAsciiKind::Alpha => &[('A', 'Z'), ('a', 'z')],
        ClassAsciiKind::Ascii => &[('\x01', '\x7F')],
        ClassAsciiKind::Blank => &[('\t', '\t'), (' ', ' ')],
        ClassAsciiKind::Cntrl => &[('\x01', '\x1F'), ('\x7F', '\x7F')],
        ClassAsciiKind::Digit => &[('0', '9')],
        ClassAsciiKind::Graph => &[('!', '~')],
        ClassAsciiKind::Lower => &[('a', 'z')],
        ClassAsciiKind::Print => &[(' ', '~')],
        ClassAsciiKind::Punct => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        ClassAsciiKind::Space => &[('\t', '\r'), (' ', ' ')],
        ClassAsciiKind::Upper => &[('A', 'Z')],
        ClassAsciiKind::Word => &[('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')],
        ClassAsciiKind::Xdigit => &[('0', '9'), ('A', 'F'), ('a', 'f')],
    })
}

fn ranges(pairs: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(pairs.iter().map(|&(start, end)| ClassUnicodeRange::new(start, end)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::check_pattern;

    #[track_caller]
    fn check(text: &str, rewritten: &str) {
        let pattern = check_pattern(text, false, false).expect("a pattern of the subset");
        assert_eq!(pattern.rewritten, rewritten);
        // What is written anew is of the subset, and stays as it is.
        let again =
            check_pattern(&pattern.rewritten, false, false).expect("a pattern of the subset");
        assert_eq!(again.rewritten, pattern.rewritten, "again");
    }

    #[test]
    fn patterns_are_rewritten() {
        check(r"^\d{3}-\d{2}$", r"\A[0-9]{3}-[0-9]{2}\z");
        check(r"\w+\s*?\S", r"[0-9A-Z_a-z]+[\t\n\f\r ]*?[^\t\n\f\r ]");
        check("a.b", r"a[^\n]b");
        check("a\t\u{7f}", r"a\t\x7F");
    }

    #[test]
    fn classes_are_computed() {
        check("[a-m&&k-z]|x", "[k-m]|x");
        check("[a-z--[aeiou]]", "[b-df-hj-np-tv-z]");
        check(r"[[:lower:]&~\-\[]", r"[\&\-\[a-z\~]");
        check("it's", r"it\x27s");
        check("[']", r"[\x27]");
        check("(a|b){2,3}", "(?:a|b){2,3}");
        check("[^é]", "[^é]");
    }

    #[test]
    fn constructs_outside_the_subset_are_named() {
        let check = |text: &str, expected: &str, underlined: &str| {
            let problem = check_pattern(text, false, true).expect_err("outside the subset");
            assert_eq!(
                (
                    format!("{} {}", problem.code, problem.message).as_str(),
                    text.get(problem.span.clone())
                ),
                (expected, Some(underlined)),
                "{text}"
            );
        };
        check("a(?=b)", "E109 lookaround is not allowed in a pattern", "(?=");
        check(r"(a)\1", "E109 a backreference is not allowed in a pattern", r"\1");
        check(r"\bword", "E109 a word boundary is not allowed in a pattern", r"\b");
        check("(?i)a", "E109 an inline flag is not allowed in a pattern", "(?i)");
        check("(?i:a)", "E109 an inline flag is not allowed in a pattern", "i");
        check(r"\p{L}", r"E109 a class `\p` is not allowed in a pattern", r"\p{L}");
        check(
            "a++",
            "E109 a repeat of a repeat, or a possessive one, is not allowed in a pattern",
            "+",
        );
        check("(?>a)", "E109 this group is not allowed in a pattern", ">");
        check(r"\Qa\E", "E109 this escape is not allowed in a pattern", r"\Q");
        check("a{256}", "E109 a repeat of more than 255 is not allowed in a pattern", "{256}");
        check(r"\x00", "E109 the character NUL is not allowed in a pattern", r"\x00");
        check("(a", "E109 an open group is not allowed in a pattern", "(");
        check("a)", "E109 a `)` without its group is not allowed in a pattern", ")");
        check("[a", "E109 an open class is not allowed in a pattern", "[");
        check("*a", "E109 a repeat of nothing is not allowed in a pattern", "*");
        check(
            "[a&&b]",
            "E109 a class of no character or of all is not allowed in a pattern",
            "[a&&b]",
        );
        check(
            "((a{255}){255}){255}",
            "E120 the pattern is too large once its repeats are counted",
            "((a{255}){255}){255}",
        );
        let long = "a".repeat(513);
        check(&long, "E120 the pattern is 513 bytes long, the limit is 512", &long);
        let deep = format!("{}a{}", "(".repeat(60), ")".repeat(60));
        assert_eq!(
            check_pattern(&deep, false, false).unwrap_err().message,
            "the pattern is nested too deep"
        );
    }

    #[test]
    fn matching_is_the_same_everywhere() {
        let matches = |text: &str, case_blind, anchored, subject: &str| {
            check_pattern(text, case_blind, anchored).unwrap().regex.is_match(subject.as_bytes())
        };
        assert!(!matches("ab", false, true, "ab\n"));
        assert!(!matches("^ab$", false, false, "ab\n"));
        assert!(!matches(r"\d", false, true, "٣"));
        assert!(!matches("a|b", false, true, "ab"));
        assert!(matches("a.b", false, true, "a\rb"));
        assert!(matches("a.b", false, true, "aéb"));
        assert!(matches("[^a]", false, true, "é"));
        assert!(matches("straße", true, true, "STRAßE"));
        assert!(!matches("é", true, true, "É"));
        assert!(matches("[a-f]+", true, true, "aF"));
        assert!(!matches("[^a]", true, true, "A"));
        assert!(!matches("k", true, true, "\u{212A}"));
    }

    proptest! {
        #[test]
        fn no_pattern_panics(text in "\\PC{0,30}|[-a-c0-9.\\[\\](){}|*+?^$\\\\&~:=!<>dwsDWSbBpPQ,'é]{0,30}") {
            for (case_blind, anchored) in [(false, false), (true, true)] {
                match check_pattern(&text, case_blind, anchored) {
                    Ok(pattern) => {
                        let again = check_pattern(&pattern.rewritten, false, false);
                        assert_eq!(again.map(|again| again.rewritten).ok(), Some(pattern.rewritten));
                    }
                    Err(problem) => assert!(text.get(problem.span).is_some()),
                }
            }
        }
    }
}
