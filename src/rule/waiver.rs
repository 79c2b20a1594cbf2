//! Waivers: exceptions from rules that somebody approved for a while.

use std::ops::Range;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use crate::expr::typed::Expr;
use crate::rule::check::waivers;
use crate::rule::checked::{DeadlineUnit, Within};
use crate::rule::error::{RuleError, RuleErrors, RulePart, RuleProblem};
use crate::rule::file::read_waivers;
use crate::rule::load::RuleBook;
use crate::rule::raw::OneOrMany;
use crate::rule::text::RuleText;
use crate::rule::tree::without_mark;
use crate::value::Date;

/// A file of waivers.
#[derive(Debug, Clone, Default)]
pub struct WaiverFile {
    /// The waivers, in the order of the file.
    pub waivers: Vec<Waiver>,
    /// The name of the file as it is shown.
    pub name: String,
    /// The hex BLAKE3 digest of the file.
    pub digest: String,
}

/// An exception from a rule, with everything that an inspector asks of one.
#[derive(Debug, Clone)]
pub struct Waiver {
    /// The rule, as it is written: an id, with or without its pack.
    pub rule: String,
    /// What is excused.
    pub scope: WaiverScope,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it.
    pub approved_by: String,
    /// The day of the approval, from which on it holds.
    pub approved_on: Date,
    /// The last day on which it holds.
    pub expires: Date,
    /// Where the approval can be read.
    pub evidence: Option<String>,
    /// Where its rule is named.
    pub at_rule: WaiverPlace,
    /// Where its last day is said.
    pub at_expires: WaiverPlace,
}

impl Waiver {
    /// How it stands on a day, whatever it matches.
    #[must_use]
    pub fn term(&self, as_of: Date) -> WaiverTerm {
        if as_of < self.approved_on {
            WaiverTerm::NotYet
        } else if as_of > self.expires {
            WaiverTerm::Expired
        } else {
            WaiverTerm::InForce { days_left: as_of.days_between(self.expires) }
        }
    }

    /// Whether it is about the rule of that pack and id.
    #[must_use]
    pub fn is_about(&self, pack: &str, id: &str) -> bool {
        match self.rule.split_once(':') {
            Some((of, rule)) => of == pack && rule == id,
            None => self.rule == id,
        }
    }
}

/// How a waiver stands on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaiverTerm {
    /// It was not approved yet.
    NotYet,
    /// It holds.
    InForce {
        /// How many days after this one it holds.
        days_left: i64,
    },
    /// Its last day is past.
    Expired,
}

/// Which violations of its rule a waiver excuses: those for which everything holds that is said here.
#[derive(Debug, Clone, Default)]
pub struct WaiverScope {
    /// Patterns of the files in which they are; empty: every file.
    pub files: Vec<String>,
    /// The condition that holds for their records, as it is written and as it is checked.
    pub condition: Option<(String, Expr)>,
    /// The fingerprints of their records; empty: every record.
    pub records: Vec<u128>,
}

impl WaiverScope {
    /// Whether it excuses every violation of the rule.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.files.is_empty() && self.condition.is_none() && self.records.is_empty()
    }
}

/// A place in the file of waivers, with the text of its line.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WaiverPlace {
    /// The line, from 1.
    pub line: u64,
    /// The characters of the line before the place.
    pub before: u64,
    /// The characters of the place.
    pub length: u64,
    /// The text of the line.
    pub text: String,
}

impl WaiverPlace {
    /// The place of some bytes of a text.
    pub(crate) fn of(text: &str, span: &Range<usize>) -> Self {
        let start = text.get(..span.start).unwrap_or_default();
        let line_start = start.rfind('\n').map_or(0, |at| at + 1);
        let rest = text.get(line_start..).unwrap_or_default();
        let line = rest.lines().next().unwrap_or_default();
        let before = text.get(line_start..span.start).unwrap_or_default().chars().count();
        let place = text.get(span.clone()).unwrap_or_default();
        let place = place.lines().next().unwrap_or_default().trim_end().chars().count();
        Self {
            line: start.matches('\n').count() as u64 + 1,
            before: before as u64,
            length: place.max(1) as u64,
            text: line.trim_end().to_owned(),
        }
    }
}

/// What a file of waivers is held against.
#[derive(Debug)]
pub struct WaiverRules<'b> {
    /// The rules of the run.
    pub book: &'b RuleBook,
    /// Every rule that ships or is named, where a waiver is for one that the run leaves out.
    pub others: Option<&'b RuleBook>,
    /// How long a waiver may hold from the day of its approval.
    pub longest: Within,
}

/// How long a waiver may hold unless the project file says otherwise.
pub const LONGEST: Within = Within { amount: 1, unit: DeadlineUnit::Years };

/// The rules that a text of waivers names, as far as it can be read.
#[must_use]
pub fn waived_rules(text: &RuleText) -> Vec<String> {
    let (found, _) = read_waivers(&without_mark(text.text.clone()));
    found.map_or_else(Vec::new, |(_, raw)| raw.waivers.into_iter().map(|raw| raw.rule).collect())
}

/// Reads and checks a file of waivers.
///
/// # Errors
/// Everything that is wrong in it, at once.
pub fn load_waivers(text: RuleText, rules: &WaiverRules<'_>) -> Result<WaiverFile, RuleErrors> {
    let digest = blake3::hash(text.text.as_bytes()).to_hex().to_string();
    let source: Arc<str> = without_mark(text.text).into();
    let (found, mut problems) = read_waivers(&source);
    let mut file = WaiverFile { digest, name: text.name, ..WaiverFile::default() };
    if let Some((node, raw)) = found {
        file.waivers = waivers(&source, &node, &raw, rules, &mut problems);
    } else if problems.is_empty() {
        problems.push(RuleProblem::NoWaivers);
    }
    if problems.iter().all(RuleProblem::is_warning) {
        return Ok(file);
    }
    let shown: Arc<str> = without_persons(&source, &problems).into();
    Err(RuleErrors(vec![RuleError::new(&file.name, &shown, problems).of(RulePart::Waivers)]))
}

/// The text with every letter and digit hidden that may be a person's: what was written where a fingerprint belongs,
/// and the texts of conditions that ask who somebody is.
fn without_persons(source: &str, problems: &[RuleProblem]) -> String {
    let mut shown = source.to_owned();
    for problem in problems {
        let (place, quoted) = match problem {
            RuleProblem::NotAFingerprint { span, .. } => (span, false),
            RuleProblem::ScopeNamesPerson { span, .. } => (span, true),
            _ => continue,
        };
        let place = place.offset()..place.offset() + place.len();
        let Some(text) = shown.get(place.clone()) else { continue };
        let mut inside = !quoted;
        let mut hidden = String::with_capacity(text.len());
        for character in text.chars() {
            if quoted && character == '\'' {
                inside = !inside;
            }
            if (inside && character.is_alphanumeric()) || character.is_numeric() {
                hidden.extend(std::iter::repeat_n('*', character.len_utf8()));
            } else {
                hidden.push(character);
            }
        }
        shown.replace_range(place, &hidden);
    }
    shown
}

/// A file of waivers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a file of waivers"))]
pub(crate) struct RawWaiverFile {
    /// The waivers.
    pub(crate) waivers: Vec<RawWaiver>,
}

/// An exception from a rule that somebody approved for a while.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a waiver"))]
#[expect(
    dead_code,
    reason = "a field that is read from the span tree still settles shape and schema"
)]
pub(crate) struct RawWaiver {
    /// The rule, by its id, with or without its pack.
    pub(crate) rule: String,
    /// Which of its violations are excused: `all`, or those in some files, on some condition, of some records.
    #[schemars(schema_with = "scope_schema")]
    pub(crate) scope: OneOrMany,
    /// Why they are.
    pub(crate) reason: String,
    /// Who answers for it.
    pub(crate) owner: String,
    /// Who approved it.
    pub(crate) approved_by: String,
    /// The day on which it was approved; it does not hold before.
    pub(crate) approved_on: String,
    /// The last day on which it holds.
    pub(crate) expires: String,
    /// Where the approval can be read: a link, a minute, the number of a ticket.
    #[serde(default)]
    pub(crate) evidence: Option<String>,
}

/// Which violations are excused: those for which everything holds that is said here.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a scope"))]
#[expect(dead_code, reason = "only the schema is used")]
pub(crate) struct RawWaiverScope {
    /// The files they are in, by patterns of `*` and `?`.
    #[serde(default)]
    pub(crate) files: Option<OneOrMany>,
    /// A condition on the record that violates the rule.
    #[serde(default, rename = "where")]
    pub(crate) condition: Option<String>,
    /// The records, by the fingerprints of their findings.
    #[serde(default)]
    pub(crate) records: Option<OneOrMany>,
}

fn scope_schema(generator: &mut SchemaGenerator) -> Schema {
    let long = generator.subschema_for::<RawWaiverScope>();
    json_schema!({"anyOf": [{"type": "string", "enum": ["all"]}, long]})
}
