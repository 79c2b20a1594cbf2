//! What can be wrong with an expression, with the place and the way out.

use std::fmt;

use crate::expr::typed::Span;

/// The stable code of a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ExprCode {
    /// The text is not of the grammar.
    E101,
    /// A column or parameter that does not exist.
    E102,
    /// A function that does not exist.
    E103,
    /// Text in double quotes.
    E104,
    /// Types that do not go together.
    E105,
    /// A wrong number of arguments, or a constant required.
    E106,
    /// A construct that is not in the language.
    E107,
    /// A literal that means nothing.
    E108,
    /// A pattern outside the subset of regular expressions.
    E109,
    /// NULL where it can only make the result unknown.
    E110,
    /// A relation that the rule does not have, or where none may stand.
    E111,
    /// Texts of different records in what is more than a question of equality.
    E112,
    /// A limit is exceeded.
    E120,
    /// A condition that is the same for every record.
    W201,
    /// A BETWEEN whose bounds are reversed.
    W202,
}

impl ExprCode {
    /// Every code, in the order of the reference.
    pub const ALL: [Self; 15] = [
        Self::E101,
        Self::E102,
        Self::E103,
        Self::E104,
        Self::E105,
        Self::E106,
        Self::E107,
        Self::E108,
        Self::E109,
        Self::E110,
        Self::E111,
        Self::E112,
        Self::E120,
        Self::W201,
        Self::W202,
    ];

    /// The code as people see it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::E101 => "E101",
            Self::E102 => "E102",
            Self::E103 => "E103",
            Self::E104 => "E104",
            Self::E105 => "E105",
            Self::E106 => "E106",
            Self::E107 => "E107",
            Self::E108 => "E108",
            Self::E109 => "E109",
            Self::E110 => "E110",
            Self::E111 => "E111",
            Self::E112 => "E112",
            Self::E120 => "E120",
            Self::W201 => "W201",
            Self::W202 => "W202",
        }
    }
}

impl fmt::Display for ExprCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExprProblem {
    /// Its code.
    pub code: ExprCode,
    /// What is wrong, in one line.
    pub message: String,
    /// What is wrong at the underlined place.
    pub label: String,
    /// How to put it right.
    pub help: Option<String>,
    /// The underlined place, in bytes of the expression's text.
    pub span: Span,
}

impl ExprProblem {
    pub(super) fn new(
        code: ExprCode,
        span: Span,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self { code, message: message.into(), label: label.into(), help: None, span }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(super) fn maybe_help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }
}

/// The name among `known` that is close enough to `name` to be meant.
pub(super) fn closest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let lower = name.to_lowercase();
    known
        .map(|candidate| (strsim::jaro_winkler(&lower, &candidate.to_lowercase()), candidate))
        .filter(|(score, _)| *score >= 0.84)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}
