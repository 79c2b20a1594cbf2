//! Tokens to a tree, by recursive descent with a bound on depth.

use crate::expr::ast::{Literal, Node, NodeKind, Polarity};
use crate::expr::problem::{ExprCode, ExprProblem};
use crate::expr::token::{Token, TokenKind, forbidden, tokens};
use crate::expr::typed::{ArithmeticOp, CompareOp, IntervalUnit, Span};
use crate::value::{Decimal, parse as canonical};

/// The longest text of an expression, in bytes.
pub const MAX_BYTES: usize = 8 * 1024;
/// The most tokens of an expression, those of IN lists apart.
pub const MAX_TOKENS: usize = 1_000;
/// The deepest nesting of an expression.
pub const MAX_DEPTH: usize = 40;
/// The longest IN list.
pub const MAX_IN_LIST: usize = 1_000;

/// What an expression is parsed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A value or condition of one record.
    Scalar,
    /// A figure of a group; a number may be a percentage.
    Aggregate,
}

/// Words that no column can be named by without quotes.
const RESERVED: [&str; 21] = [
    "AND",
    "OR",
    "NOT",
    "IS",
    "NULL",
    "IN",
    "BETWEEN",
    "LIKE",
    "ESCAPE",
    "CASE",
    "WHEN",
    "THEN",
    "ELSE",
    "END",
    "TRUE",
    "FALSE",
    "DISTINCT",
    "FROM",
    "SELECT",
    "CURRENT_DATE",
    "CURRENT_TIMESTAMP",
];

/// Words of SQL that are not in the language: the word, what it is, what to write.
const FORBIDDEN_CALLS: [(&str, &str, &str); 17] = [
    ("cast", "a cast", "use to_int(...), to_decimal(...), to_date(...) or to_timestamp(...)"),
    ("try_cast", "a cast", "use to_int(...), to_decimal(...), to_date(...) or to_timestamp(...)"),
    ("convert", "a cast", "use to_int(...), to_decimal(...), to_date(...) or to_timestamp(...)"),
    ("extract", "EXTRACT", "use year(d), month(d) or day(d)"),
    ("now", "a clock", "use :as_of, the day on which the audit stands"),
    ("today", "a clock", "use :as_of, the day on which the audit stands"),
    ("getdate", "a clock", "use :as_of, the day on which the audit stands"),
    ("sysdate", "a clock", "use :as_of, the day on which the audit stands"),
    ("current_date", "a clock", "use :as_of, the day on which the audit stands"),
    ("current_timestamp", "a clock", "use :as_of, the day on which the audit stands"),
    ("random", "a random function", "write a condition that gives the same answer each time"),
    ("rand", "a random function", "write a condition that gives the same answer each time"),
    ("uuid", "a random function", "write a condition that gives the same answer each time"),
    ("any", "a comparison with ANY", "use IN (...)"),
    ("all", "a comparison with ALL", "use AND between comparisons"),
    ("some", "a comparison with SOME", "use IN (...)"),
    ("array", "an array", "use IN (...) with the values"),
];

/// Operators of SQL that are words and not in the language.
const FORBIDDEN_OPERATORS: [(&str, &str); 8] = [
    ("ILIKE", "use lower(x) LIKE '...'"),
    ("SIMILAR", "use matches(x, 'pattern')"),
    ("RLIKE", "use contains_match(x, 'pattern')"),
    ("REGEXP", "use contains_match(x, 'pattern')"),
    ("GLOB", "use LIKE or matches(x, 'pattern')"),
    ("OVERLAPS", "compare the ends of the two spans"),
    ("COLLATE", "use lower(x) or upper(x) on both sides"),
    ("AT", "bind the column with its `timezone`"),
];

/// Whether a word cannot name a column without quotes.
pub(super) fn is_reserved(word: &str) -> bool {
    let is = |other: &&str| other.eq_ignore_ascii_case(word);
    RESERVED.iter().any(&is)
        || ["DATE", "TIMESTAMP", "INTERVAL", "WITH", "OVER", "FILTER"].iter().any(&is)
        || FORBIDDEN_OPERATORS.iter().any(|(other, _)| is(other))
        || FORBIDDEN_CALLS.iter().any(|(other, ..)| is(other))
}

/// The tree of a text. Problems that leave a tree are returned beside it, so that types can be checked too.
pub(super) fn parse(text: &str, purpose: Purpose) -> (Option<Node>, Vec<ExprProblem>) {
    if text.len() > MAX_BYTES {
        let problem = limit(
            0..text.len(),
            format!("the expression is {} bytes long, the limit is {MAX_BYTES}", text.len()),
        );
        return (None, vec![problem.help("split the rule in several")]);
    }
    let tokens = match tokens(text) {
        Ok(tokens) => tokens,
        Err(problems) => return (None, problems),
    };
    let mut parser =
        Parser { text, tokens, at: 0, nesting: 0, listed: 0, purpose, problems: Vec::new() };
    let node = parser.whole();
    (node, parser.problems)
}

fn limit(span: Span, message: String) -> ExprProblem {
    ExprProblem::new(ExprCode::E120, span, message, "over the limit")
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    /// How many constructs are open.
    nesting: usize,
    /// How many tokens stand in IN lists.
    listed: usize,
    purpose: Purpose,
    problems: Vec<ExprProblem>,
}

/// Every method returns `None` after it has noted a problem that leaves no tree.
impl Parser<'_> {
    fn whole(&mut self) -> Option<Node> {
        if self.kind() == &TokenKind::End {
            return self.fail(
                ExprProblem::new(
                    ExprCode::E101,
                    0..self.text.len(),
                    "the expression is empty",
                    "nothing here",
                )
                .help("write a condition, as `discharged_at IS NOT NULL`"),
            );
        }
        let node = self.expr()?;
        if self.kind() != &TokenKind::End {
            return self.unexpected_after();
        }
        let count = self.tokens.len() - 1 - self.listed;
        if count > MAX_TOKENS {
            let message =
                format!("the expression has {count} words and signs, the limit is {MAX_TOKENS}");
            return self.fail(limit(0..self.text.len(), message).help("split the rule in several"));
        }
        Some(node)
    }

    fn fail<T>(&mut self, problem: ExprProblem) -> Option<T> {
        self.problems.push(problem);
        None
    }

    fn token(&self, ahead: usize) -> &Token {
        let last = self.tokens.len() - 1;
        &self.tokens[(self.at + ahead).min(last)]
    }

    fn kind(&self) -> &TokenKind {
        &self.token(0).kind
    }

    fn span(&self) -> Span {
        self.token(0).span.clone()
    }

    /// The end of the token before.
    fn end(&self) -> usize {
        self.at.checked_sub(1).map_or(0, |before| self.tokens[before].span.end)
    }

    fn advance(&mut self) -> Token {
        let token = self.token(0).clone();
        self.at = (self.at + 1).min(self.tokens.len() - 1);
        token
    }

    fn is_word_at(&self, ahead: usize, word: &str) -> bool {
        matches!(&self.token(ahead).kind, TokenKind::Word(found) if found.eq_ignore_ascii_case(word))
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.kind(), TokenKind::Sign(found) if *found == sign)
    }

    fn eat_word(&mut self, word: &str) -> bool {
        let found = self.is_word_at(0, word);
        if found {
            self.advance();
        }
        found
    }

    fn eat_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        if found {
            self.advance();
        }
        found
    }

    fn expect_word(&mut self, word: &str, why: &str) -> Option<()> {
        if self.eat_word(word) { Some(()) } else { self.missing(&format!("`{word}`"), why) }
    }

    fn expect_sign(&mut self, sign: &str, why: &str) -> Option<()> {
        if self.eat_sign(sign) {
            return Some(());
        }
        // What stands here may be something better explained than by the sign that is missing.
        if let Some(problem) = self.foreign() {
            return self.fail(problem);
        }
        self.missing(&format!("`{sign}`"), why)
    }

    fn missing<T>(&mut self, what: &str, why: &str) -> Option<T> {
        let span = self.span();
        let found = self.shown();
        self.fail(ExprProblem::new(
            ExprCode::E101,
            span,
            format!("expected {what}, found {found}"),
            format!("{what} {why}"),
        ))
    }

    /// The current token as people see it.
    fn shown(&self) -> String {
        match self.kind() {
            TokenKind::End => "the end".to_owned(),
            _ => format!("`{}`", self.text.get(self.span()).unwrap_or_default()),
        }
    }

    /// The construct outside the language that begins with the current token, if it is one.
    fn foreign(&self) -> Option<ExprProblem> {
        match self.kind() {
            TokenKind::Sign("%") => {
                Some(forbidden(self.span(), "the operator `%`").help("use mod(a, b)"))
            }
            TokenKind::Word(word) => {
                let is = |other: &str| other.eq_ignore_ascii_case(word);
                if is("OVER") || is("FILTER") {
                    return Some(forbidden(self.span(), "a window").help(
                        "use a check over the record set, as `unique`, `measure` or `ordered`",
                    ));
                }
                if is("SELECT") || is("WITH") {
                    return Some(subquery(self.span()));
                }
                FORBIDDEN_OPERATORS.iter().find(|(other, _)| is(other)).map(|(name, help)| {
                    forbidden(self.span(), &format!("the operator `{name}`")).help(*help)
                })
            }
            _ => None,
        }
    }

    /// The problem of something that stands after a whole expression.
    fn unexpected_after<T>(&mut self) -> Option<T> {
        if let Some(problem) = self.foreign() {
            return self.fail(problem);
        }
        let help = match self.kind() {
            TokenKind::Sign("=" | "<>" | "!=" | "<" | "<=" | ">" | ">=") => {
                Some("compare two values at a time, and join the comparisons with AND")
            }
            TokenKind::Sign(")") => Some("remove it, or open it before"),
            TokenKind::Word(word) if word.eq_ignore_ascii_case("ESCAPE") => None,
            TokenKind::Word(_)
            | TokenKind::Quoted(_)
            | TokenKind::Text(_)
            | TokenKind::Number(_) => Some(
                "join conditions with AND or OR; a column name that holds blanks needs double quotes",
            ),
            _ => None,
        };
        let problem = ExprProblem::new(
            ExprCode::E101,
            self.span(),
            format!("unexpected {}", self.shown()),
            "the expression is complete before this",
        );
        self.fail(problem.maybe_help(help.map(str::to_owned)))
    }

    fn node(&mut self, kind: NodeKind, span: Span) -> Option<Node> {
        let node = Node::new(kind, span);
        if node.depth > MAX_DEPTH {
            let span = node.span;
            return self.too_deep(span);
        }
        Some(node)
    }

    fn too_deep<T>(&mut self, span: Span) -> Option<T> {
        let message = format!("the expression is nested more than {MAX_DEPTH} deep");
        self.fail(
            limit(span, message).help("split the rule in several, or use IN (...) or a code set"),
        )
    }

    /// Runs `inner` one level deeper.
    fn nested<T>(&mut self, inner: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        if self.nesting >= MAX_DEPTH {
            let span = self.span();
            return self.too_deep(span);
        }
        self.nesting += 1;
        let result = inner(self);
        self.nesting -= 1;
        result
    }

    fn expr(&mut self) -> Option<Node> {
        let start = self.span().start;
        let first = self.and()?;
        if !self.is_word_at(0, "OR") {
            return Some(first);
        }
        let mut all = vec![first];
        while self.eat_word("OR") {
            all.push(self.and()?);
        }
        let span = start..self.end();
        self.node(NodeKind::Or(all), span)
    }

    fn and(&mut self) -> Option<Node> {
        let start = self.span().start;
        let first = self.not()?;
        if !self.is_word_at(0, "AND") {
            return Some(first);
        }
        let mut all = vec![first];
        while self.eat_word("AND") {
            all.push(self.not()?);
        }
        let span = start..self.end();
        self.node(NodeKind::And(all), span)
    }

    fn not(&mut self) -> Option<Node> {
        let start = self.span().start;
        if !self.eat_word("NOT") {
            return self.predicate();
        }
        let inner = self.predicate()?;
        let span = start..inner.span.end.max(self.end());
        self.node(NodeKind::Not(Box::new(inner)), span)
    }

    fn predicate(&mut self) -> Option<Node> {
        let start = self.span().start;
        let left = self.sum()?;
        if let Some(op) = self.compare_op() {
            self.advance();
            let right = self.sum()?;
            let span = start..self.end();
            return self.node(NodeKind::Compare(op, Box::new(left), Box::new(right)), span);
        }
        if self.eat_word("IS") {
            return self.is(start, left);
        }
        let negated = self.is_word_at(0, "NOT");
        let ahead = usize::from(negated);
        let polarity = if negated { Polarity::Negated } else { Polarity::Straight };
        if self.is_word_at(ahead, "IN") {
            self.at += ahead + 1;
            return self.in_list(start, left, polarity);
        }
        if self.is_word_at(ahead, "BETWEEN") {
            self.at += ahead + 1;
            let low = self.sum()?;
            self.expect_word("AND", "stands between the bounds of BETWEEN")?;
            let high = self.sum()?;
            let span = start..self.end();
            let kind = NodeKind::Between(Box::new(left), Box::new(low), Box::new(high), polarity);
            return self.node(kind, span);
        }
        if self.is_word_at(ahead, "LIKE") {
            self.at += ahead + 1;
            let pattern = Box::new(self.primary()?);
            let escape =
                if self.eat_word("ESCAPE") { Some(Box::new(self.primary()?)) } else { None };
            let span = start..self.end();
            return self.node(NodeKind::Like(Box::new(left), pattern, escape, polarity), span);
        }
        if negated {
            self.advance();
            if let Some(problem) = self.foreign() {
                return self.fail(problem);
            }
            return self.missing("`IN`, `BETWEEN` or `LIKE`", "follows NOT here");
        }
        Some(left)
    }

    fn compare_op(&self) -> Option<CompareOp> {
        let TokenKind::Sign(sign) = self.kind() else { return None };
        Some(match *sign {
            "=" => CompareOp::Equal,
            "<>" | "!=" => CompareOp::NotEqual,
            "<" => CompareOp::Less,
            "<=" => CompareOp::LessEqual,
            ">" => CompareOp::Greater,
            ">=" => CompareOp::GreaterEqual,
            _ => return None,
        })
    }

    fn is(&mut self, start: usize, left: Node) -> Option<Node> {
        let polarity = if self.eat_word("NOT") { Polarity::Negated } else { Polarity::Straight };
        if self.eat_word("NULL") {
            let span = start..self.end();
            return self.node(NodeKind::IsNull(Box::new(left), polarity), span);
        }
        if self.eat_word("DISTINCT") {
            self.expect_word("FROM", "follows DISTINCT")?;
            let right = self.sum()?;
            let span = start..self.end();
            return self
                .node(NodeKind::IsDistinct(Box::new(left), Box::new(right), polarity), span);
        }
        if self.is_word_at(0, "TRUE") || self.is_word_at(0, "FALSE") {
            let problem = forbidden(self.span(), "`IS TRUE` or `IS FALSE`");
            return self.fail(problem.help("write the condition itself, or NOT before it"));
        }
        self.missing("`NULL` or `DISTINCT FROM`", "follows IS")
    }

    fn in_list(&mut self, start: usize, left: Node, polarity: Polarity) -> Option<Node> {
        let before = self.at;
        self.expect_sign("(", "opens the list of IN")?;
        let mut list = Vec::new();
        loop {
            list.push(self.unary()?);
            if !self.eat_sign(",") {
                break;
            }
        }
        self.expect_sign(")", "closes the list of IN")?;
        self.listed += self.at - before;
        let span = start..self.end();
        if list.len() > MAX_IN_LIST {
            let message =
                format!("the list of IN has {} values, the limit is {MAX_IN_LIST}", list.len());
            return self.fail(
                limit(span, message)
                    .help("put the values in a code-set file and use in_set(x, 'name')"),
            );
        }
        self.node(NodeKind::In(Box::new(left), list, polarity), span)
    }

    fn sum(&mut self) -> Option<Node> {
        let start = self.span().start;
        let mut left = self.term()?;
        loop {
            let op = match self.kind() {
                TokenKind::Sign("+") => ArithmeticOp::Add,
                TokenKind::Sign("-") => ArithmeticOp::Subtract,
                _ => return Some(left),
            };
            self.advance();
            let right = self.term()?;
            let span = start..self.end();
            left = self.node(NodeKind::Arithmetic(op, Box::new(left), Box::new(right)), span)?;
        }
    }

    fn term(&mut self) -> Option<Node> {
        let start = self.span().start;
        let mut left = self.unary()?;
        while self.eat_sign("*") {
            let right = self.unary()?;
            let span = start..self.end();
            let kind =
                NodeKind::Arithmetic(ArithmeticOp::Multiply, Box::new(left), Box::new(right));
            left = self.node(kind, span)?;
        }
        Some(left)
    }

    fn unary(&mut self) -> Option<Node> {
        let start = self.span().start;
        if !self.eat_sign("-") {
            return self.primary();
        }
        // A sign directly before digits belongs to the number, so that the least integer can be written.
        if let TokenKind::Number(digits) = self.kind().clone() {
            return self.number(start, &format!("-{digits}"));
        }
        let inner = self.primary()?;
        let span = start..self.end();
        self.node(NodeKind::Negate(Box::new(inner)), span)
    }

    fn primary(&mut self) -> Option<Node> {
        if self.is_word_at(0, "SELECT") || self.is_word_at(0, "WITH") {
            let span = self.span();
            return self.fail(subquery(span));
        }
        let start = self.span().start;
        match self.kind().clone() {
            TokenKind::Number(digits) => self.number(start, &digits),
            TokenKind::Text(text) => self.leaf(NodeKind::Literal(Literal::Text(text))),
            TokenKind::Param(name) => self.leaf(NodeKind::Param(name)),
            TokenKind::Quoted(name) => self.column(start, name),
            TokenKind::Word(word) => self.word(start, word),
            TokenKind::Sign("(") => {
                self.advance();
                let inner = self.nested(Self::expr)?;
                self.expect_sign(")", "closes the parenthesis")?;
                Some(inner)
            }
            TokenKind::Sign("*") => {
                let problem = forbidden(self.span(), "the argument `*`");
                self.fail(problem.help("write count() for the number of records"))
            }
            _ => self.missing("a value", "belongs here"),
        }
    }

    fn leaf(&mut self, kind: NodeKind) -> Option<Node> {
        let token = self.advance();
        self.node(kind, token.span)
    }

    fn number(&mut self, start: usize, digits: &str) -> Option<Node> {
        self.advance();
        let mut literal = if digits.contains('.') {
            canonical::decimal(digits.as_bytes()).map(Literal::Decimal)
        } else {
            digits.parse().ok().map(Literal::Integer)
        };
        if self.purpose == Purpose::Aggregate && self.eat_sign("%") {
            literal = literal.and_then(|literal| percent(&literal)).map(Literal::Decimal);
        }
        let span = start..self.end();
        let literal = literal.unwrap_or_else(|| {
            let (message, label) = if digits.contains('.') {
                (
                    "a decimal has at most 18 digits before and 10 after the point",
                    "more digits than a decimal holds",
                )
            } else {
                ("an integer has at most 64 bits", "larger than an integer holds")
            };
            self.problems.push(ExprProblem::new(ExprCode::E108, span.clone(), message, label));
            Literal::Integer(0)
        });
        self.node(NodeKind::Literal(literal), span)
    }

    fn word(&mut self, start: usize, word: String) -> Option<Node> {
        match word.to_ascii_uppercase().as_str() {
            "TRUE" => return self.leaf(NodeKind::Literal(Literal::Boolean(true))),
            "FALSE" => return self.leaf(NodeKind::Literal(Literal::Boolean(false))),
            "NULL" => return self.leaf(NodeKind::Literal(Literal::Null)),
            "CASE" => {
                self.advance();
                return self.nested(|parser| parser.case(start));
            }
            upper @ ("DATE" | "TIMESTAMP" | "INTERVAL") => match &self.token(1).kind {
                TokenKind::Text(text) => {
                    let text = text.clone();
                    self.advance();
                    return self.typed_literal(start, upper, &text);
                }
                TokenKind::Number(number) => {
                    let problem = ExprProblem::new(
                        ExprCode::E108,
                        start..self.token(1).span.end,
                        format!("the value of {upper} is written in quotes"),
                        "no quotes",
                    );
                    let help = format!("write {upper} '{number}'");
                    return self.fail(problem.help(help));
                }
                _ => {}
            },
            "EXISTS"
                if matches!(self.token(1).kind, TokenKind::Sign("("))
                    && self.is_word_at(2, "SELECT") =>
            {
                let span = start..self.token(2).span.end;
                return self.fail(subquery(span));
            }
            "CURRENT_DATE" | "CURRENT_TIMESTAMP" => {
                let span = self.span();
                return self.forbidden_call(&word, span);
            }
            "DISTINCT" if matches!(self.token(1).kind, TokenKind::Sign("(")) => {}
            _ if RESERVED.iter().any(|reserved| reserved.eq_ignore_ascii_case(&word)) => {
                let problem = ExprProblem::new(
                    ExprCode::E101,
                    self.span(),
                    format!("expected a value, found `{word}`"),
                    "a value belongs here",
                );
                let help = format!(
                    "if this is the name of a column, write it in double quotes: \"{word}\""
                );
                return self.fail(problem.help(help));
            }
            _ => {}
        }
        if matches!(self.token(1).kind, TokenKind::Sign("(")) {
            return self.call(start, &word);
        }
        self.column(start, word)
    }

    fn column(&mut self, start: usize, name: String) -> Option<Node> {
        self.advance();
        if !self.eat_sign(".") {
            let span = start..self.end();
            return self.node(NodeKind::Column { relation: None, name }, span);
        }
        let (TokenKind::Word(field) | TokenKind::Quoted(field)) = self.kind().clone() else {
            return self.missing("a column of the relation", "follows the point");
        };
        self.advance();
        let span = start..self.end();
        self.node(NodeKind::Column { relation: Some(name), name: field }, span)
    }

    fn forbidden_call(&mut self, word: &str, span: Span) -> Option<Node> {
        let found = FORBIDDEN_CALLS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(word));
        let (_, what, help) = found.unwrap_or(&("", "this", "remove it"));
        self.fail(forbidden(span, what).help(*help))
    }

    fn call(&mut self, start: usize, word: &str) -> Option<Node> {
        let name_span = self.span();
        if FORBIDDEN_CALLS.iter().any(|(name, ..)| name.eq_ignore_ascii_case(word)) {
            return self.forbidden_call(word, name_span);
        }
        self.advance();
        self.advance();
        let mut arguments = Vec::new();
        if self.is_word_at(0, "DISTINCT") {
            let problem = forbidden(self.span(), "DISTINCT inside a function");
            return self.fail(problem.help("use distinct(f, ...)"));
        }
        if !self.is_sign(")") {
            loop {
                arguments.push(self.nested(Self::expr)?);
                if !self.eat_sign(",") {
                    break;
                }
            }
        }
        self.expect_sign(")", "closes the arguments")?;
        if self.is_word_at(0, "OVER") || self.is_word_at(0, "FILTER") {
            let problem = self.foreign()?;
            return self.fail(problem);
        }
        let span = start..self.end();
        self.node(NodeKind::Call(word.to_ascii_lowercase(), arguments), span)
    }

    fn case(&mut self, start: usize) -> Option<Node> {
        let mut branches = Vec::new();
        while self.eat_word("WHEN") {
            let condition = self.expr()?;
            self.expect_word("THEN", "follows the condition of WHEN")?;
            branches.push((condition, self.expr()?));
        }
        if branches.is_empty() {
            return self.missing("`WHEN`", "follows CASE");
        }
        let otherwise = if self.eat_word("ELSE") { Some(Box::new(self.expr()?)) } else { None };
        self.expect_word("END", "closes CASE")?;
        let span = start..self.end();
        self.node(NodeKind::Case(branches, otherwise), span)
    }

    /// `DATE '...'` and its like; the first word has been read.
    fn typed_literal(&mut self, start: usize, kind: &str, text: &str) -> Option<Node> {
        self.advance();
        let span = start..self.end();
        let bytes = text.as_bytes();
        let (literal, example) = match kind {
            "DATE" => (
                canonical::date(bytes).map(Literal::Date),
                "DATE '2024-02-29', a day of the calendar",
            ),
            "TIMESTAMP" => (
                canonical::timestamp(bytes).map(Literal::Timestamp),
                "TIMESTAMP '2024-02-29 23:59:59', without a zone",
            ),
            _ => return self.interval(start, text),
        };
        let literal = literal.unwrap_or_else(|| {
            let problem = ExprProblem::new(
                ExprCode::E108,
                span.clone(),
                format!("`{text}` is no {}", kind.to_ascii_lowercase()),
                "cannot be read",
            );
            self.problems.push(problem.help(format!("write it as {example}")));
            if kind == "DATE" {
                Literal::Date(crate::value::Date(0))
            } else {
                Literal::Timestamp(crate::value::Timestamp(0))
            }
        });
        self.node(NodeKind::Literal(literal), span)
    }

    fn interval(&mut self, start: usize, text: &str) -> Option<Node> {
        const UNITS: [(&str, IntervalUnit); 4] = [
            ("HOUR", IntervalUnit::Hour),
            ("DAY", IntervalUnit::Day),
            ("MONTH", IntervalUnit::Month),
            ("YEAR", IntervalUnit::Year),
        ];
        let Some(&(_, unit)) = UNITS.iter().find(|(name, _)| self.is_word_at(0, name)) else {
            let problem = ExprProblem::new(
                ExprCode::E108,
                start..self.span().end,
                "an interval needs its unit",
                "no HOUR, DAY, MONTH or YEAR here",
            );
            return self.fail(problem.help("write it as INTERVAL '30' DAY"));
        };
        self.advance();
        let span = start..self.end();
        let amount = canonical::integer(text.as_bytes()).unwrap_or_else(|| {
            let problem = ExprProblem::new(
                ExprCode::E108,
                span.clone(),
                format!("`{text}` is no count of an interval"),
                "not a whole number",
            );
            self.problems.push(problem.help("write it as INTERVAL '30' DAY"));
            0
        });
        self.node(NodeKind::Literal(Literal::Interval(amount, unit)), span)
    }
}

fn percent(literal: &Literal) -> Option<Decimal> {
    let value = match literal {
        Literal::Integer(value) => Decimal::from_i64(*value),
        Literal::Decimal(value) => *value,
        _ => return None,
    };
    value.checked_mul(Decimal(Decimal::ONE.0 / 100))
}

fn subquery(span: Span) -> ExprProblem {
    forbidden(span, "a subquery")
        .help("open a relation with the rule's `with`, or use a code set with in_set(x, 'name')")
}
