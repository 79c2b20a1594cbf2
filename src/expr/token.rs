//! The text of an expression as tokens with their places.

use crate::expr::problem::{ExprCode, ExprProblem};
use crate::expr::typed::Span;

/// One token and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TokenKind {
    /// A keyword or a name.
    Word(String),
    /// A name in double quotes.
    Quoted(String),
    /// Text in single quotes.
    Text(String),
    /// Digits, with a point in them or not.
    Number(String),
    /// `:name`.
    Param(String),
    /// Signs.
    Sign(&'static str),
    /// The end of the text.
    End,
}

/// Signs of the language, the longer first.
const SIGNS: [&str; 15] =
    ["<>", "!=", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", "+", "-", "*", "%"];

/// Signs of SQL that are not in the language, the longer first: what each is, and what to write.
const FORBIDDEN: [(&str, &str, &str); 17] = [
    ("--", "a comment", "remove it, or write it as a YAML comment with `#`"),
    ("/*", "a comment", "remove it, or write it as a YAML comment with `#`"),
    ("->>", "the arrow `->>`", "bind the nested value to a column of its own"),
    ("->", "the arrow `->`", "bind the nested value to a column of its own"),
    ("::", "the cast `::`", "use to_int(...), to_decimal(...), to_date(...) or to_timestamp(...)"),
    (":=", "the named argument `:=`", "give the arguments in order"),
    ("=>", "the named argument `=>`", "give the arguments in order"),
    ("||", "the operator `||`", "use concat(a, b)"),
    ("&&", "the operator `&&`", "write AND"),
    ("==", "the operator `==`", "write ="),
    ("=~", "the operator `=~`", "use matches(x, 'pattern')"),
    ("/", "the operator `/`", "use div(a, b) for whole numbers, or multiply the other side"),
    ("[", "an array", "use IN (...) with the values"),
    ("]", "an array", "use IN (...) with the values"),
    (";", "a second statement", "write one expression"),
    ("`", "the quote `` ` ``", "write column names in double quotes"),
    ("?", "the placeholder `?`", "name a parameter, as :name"),
];

/// The tokens of a text, with an end token; or everything wrong with its characters.
pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Vec<ExprProblem>> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new(), problems: Vec::new() };
    while lexer.at < text.len() {
        lexer.step();
    }
    if lexer.problems.is_empty() {
        lexer.tokens.push(Token { kind: TokenKind::End, span: text.len()..text.len() });
        Ok(lexer.tokens)
    } else {
        Err(lexer.problems)
    }
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Token>,
    problems: Vec<ExprProblem>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes the next token, or a problem in its place; always moves on.
    fn step(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.chars().next() else {
            self.at = self.text.len();
            return;
        };
        if first.is_ascii_whitespace() {
            self.at += 1;
        } else if first == '\'' {
            self.quoted('\'');
        } else if first == '"' {
            self.quoted('"');
        } else if first.is_ascii_digit() {
            self.number();
        } else if is_name_start(first) {
            let length = name_length(rest);
            self.token(length, |name| TokenKind::Word(name.to_owned()));
        } else if first == ':' && rest.chars().nth(1).is_some_and(is_name_start) {
            let length = 1 + name_length(rest.get(1..).unwrap_or_default());
            self.token(length, |name| {
                TokenKind::Param(name.strip_prefix(':').unwrap_or_default().to_owned())
            });
        } else if let Some((sign, what, help)) =
            FORBIDDEN.iter().find(|(sign, ..)| rest.starts_with(sign))
        {
            let length =
                if *sign == "--" || *sign == "/*" { comment_length(rest) } else { sign.len() };
            let problem = forbidden(self.at..self.at + length, what);
            self.problems.push(problem.help(*help));
            self.at += length;
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            self.token(sign.len(), |_| TokenKind::Sign(sign));
        } else {
            self.unexpected(first);
        }
    }

    fn token(&mut self, length: usize, kind: impl FnOnce(&str) -> TokenKind) {
        let span = self.at..self.at + length;
        let kind = kind(self.text.get(span.clone()).unwrap_or_default());
        self.tokens.push(Token { kind, span });
        self.at += length;
    }

    fn unexpected(&mut self, first: char) {
        let span = self.at..self.at + first.len_utf8();
        let name = if first.is_control() || first.is_whitespace() {
            format!("U+{:04X}", u32::from(first))
        } else {
            format!("`{first}`")
        };
        let help = match first {
            '‘' | '’' | '“' | '”' => Some("write text in straight single quotes"),
            _ if first.is_whitespace() => Some("write an ordinary blank"),
            '≤' => Some("write <="),
            '≥' => Some("write >="),
            '≠' => Some("write <>"),
            '−' | '–' => Some("write the minus sign -"),
            _ => None,
        };
        self.problems.push(
            ExprProblem::new(
                ExprCode::E101,
                span,
                format!("unexpected character {name}"),
                "no part of the language",
            )
            .maybe_help(help.map(str::to_owned)),
        );
        self.at += first.len_utf8();
    }

    fn quoted(&mut self, quote: char) {
        let start = self.at;
        let mut content = String::new();
        let mut rest = self.rest().chars().skip(1).peekable();
        let mut length = 1;
        loop {
            match rest.next() {
                Some(found) if found == quote => {
                    length += 1;
                    if rest.next_if_eq(&quote).is_none() {
                        break;
                    }
                    length += 1;
                    content.push(quote);
                }
                Some(other) => {
                    length += other.len_utf8();
                    content.push(other);
                }
                None => {
                    self.problems.push(
                        ExprProblem::new(
                            ExprCode::E101,
                            start..self.text.len(),
                            "a quote is not closed",
                            format!("opened here, no closing `{quote}` follows"),
                        )
                        .help(format!("close it; a quote inside is written twice: {quote}{quote}")),
                    );
                    self.at = self.text.len();
                    return;
                }
            }
        }
        let kind =
            if quote == '\'' { TokenKind::Text(content) } else { TokenKind::Quoted(content) };
        self.tokens.push(Token { kind, span: start..start + length });
        self.at = start + length;
    }

    fn number(&mut self) {
        let rest = self.rest();
        let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
        let whole = digits(rest);
        let after = rest.get(whole..).unwrap_or_default();
        let part = after.strip_prefix('.').map_or(0, digits);
        let length = if part > 0 { whole + 1 + part } else { whole };
        let tail = name_length_any(rest.get(length..).unwrap_or_default());
        if tail == 0 {
            self.token(length, |text| TokenKind::Number(text.to_owned()));
            return;
        }
        let span = self.at..self.at + length + tail;
        let shown = self.text.get(span.clone()).unwrap_or_default();
        let problem = ExprProblem::new(
            ExprCode::E108,
            span.clone(),
            format!("`{shown}` is no number"),
            "digits followed by letters",
        );
        self.problems.push(problem.help(
            "write whole numbers and decimals with digits and a point; a column whose name begins with a digit needs double quotes",
        ));
        self.at = span.end;
    }
}

/// The problem of a construct that is not in the language.
pub(super) fn forbidden(span: Span, what: &str) -> ExprProblem {
    ExprProblem::new(
        ExprCode::E107,
        span,
        format!("{what} is not in the language"),
        "outside the language",
    )
}

fn comment_length(rest: &str) -> usize {
    let end =
        if rest.starts_with("--") { rest.find('\n') } else { rest.find("*/").map(|end| end + 2) };
    end.unwrap_or(rest.len())
}

pub(super) fn is_name_start(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_'
}

fn name_length(text: &str) -> usize {
    if text.chars().next().is_some_and(is_name_start) { name_length_any(text) } else { 0 }
}

fn name_length_any(text: &str) -> usize {
    text.chars()
        .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
        .map(char::len_utf8)
        .sum()
}
