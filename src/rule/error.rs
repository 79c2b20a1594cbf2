//! What can be wrong with rule files and with the settings that choose among them.
//!
//! Every problem says what is wrong, where, and what to write instead. None ever holds a value from a record.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, Severity, SourceSpan};
use thiserror::Error;

use crate::rule::tree;

/// How many problems of one file are shown; whoever made more of them has made most of them in the same way.
const MOST_SHOWN: usize = 100;

/// Everything that keeps rules from being used, a file at a time.
#[derive(Debug, Clone, Error, Diagnostic)]
#[error("{} found in {}", self.counts(), self.parts())]
pub struct RuleErrors(#[related] pub Vec<RuleError>);

impl RuleErrors {
    /// How many problems there are in all files, those that are only counted included.
    #[must_use]
    pub fn problem_count(&self) -> usize {
        let problems = self.0.iter().flat_map(|error| &error.problems);
        problems
            .map(|problem| match problem {
                RuleProblem::More { count } => *count,
                _ => 1,
            })
            .sum()
    }
}

impl RuleErrors {
    /// How many problems there are, and how many of them are warnings.
    fn counts(&self) -> String {
        let problems = self.0.iter().flat_map(|error| &error.problems);
        let warnings = problems.filter(|problem| problem.is_warning()).count();
        let errors = self.problem_count().saturating_sub(warnings);
        match (errors, warnings) {
            (_, 0) => counted(errors, "problem"),
            (0, _) => counted(warnings, "warning"),
            _ => format!("{} and {}", counted(errors, "problem"), counted(warnings, "warning")),
        }
    }

    /// Where they are.
    fn parts(&self) -> String {
        let mut parts: Vec<RulePart> = self.0.iter().map(|error| error.part).collect();
        parts.sort_unstable();
        parts.dedup();
        if parts.is_empty() {
            parts.push(RulePart::Rules);
        }
        parts.into_iter().map(RulePart::words).collect::<Vec<_>>().join(" and ")
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// What is wrong: rules, or what was asked of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum RulePart {
    /// A file of rules, record sets or layouts.
    #[default]
    Rules,
    /// The project file.
    Project,
    /// The file of waivers.
    Waivers,
    /// Flags and variables.
    Settings,
}

impl RulePart {
    fn words(self) -> &'static str {
        match self {
            Self::Rules => "the rules",
            Self::Project => "the project file",
            Self::Waivers => "the waivers",
            Self::Settings => "these settings",
        }
    }
}

/// A rule file, or a set of flags, with everything wrong in it.
#[derive(Debug, Clone, Error, Diagnostic)]
#[error("cannot use {}", heading(name, text.is_some()))]
pub struct RuleError {
    /// The file as it was named, or `these settings` for flags.
    pub name: String,
    /// What it is.
    pub part: RulePart,
    /// The whole text of the file; `None` where it was not read, and for flags.
    #[source_code]
    pub text: Option<NamedSource<Arc<str>>>,
    /// The problems found, in the order of the file; of very many the gravest, and the number of the others.
    #[related]
    pub problems: Vec<RuleProblem>,
}

fn heading(name: &str, file: bool) -> String {
    if file { format!("`{name}`") } else { name.to_owned() }
}

/// Keys with which what people write for us begins its lines.
const OURS: [&str; 27] = [
    "as_of",
    "baseline",
    "expect",
    "facility",
    "fail_on",
    "fictional",
    "identifiers",
    "jurisdiction",
    "layout",
    "max_not_evaluable",
    "max_skipped",
    "memory",
    "not_checkable",
    "pack",
    "packs",
    "params",
    "ratchet",
    "records",
    "release",
    "rules",
    "schedule",
    "site_key_file",
    "sources",
    "threads",
    "title",
    "version",
    "waivers",
];

/// Whether a text has a line that begins as ours do, or almost so. What has none may be anything, a record that was
/// given by mistake too, and is not quoted.
fn is_ours(text: &str) -> bool {
    let keys = text.lines().filter_map(|line| line.split_once(':').map(|(key, _)| key));
    keys.map(|key| key.trim_start_matches(['{', '\u{feff}', '"', ' ']))
        .any(|key| OURS.iter().any(|ours| strsim::jaro_winkler(key, ours) > 0.85))
}

impl RuleError {
    /// The problems of one file, put into the order of the file.
    pub(crate) fn new(name: &str, text: &Arc<str>, mut problems: Vec<RuleProblem>) -> Self {
        let more = problems.len().saturating_sub(MOST_SHOWN);
        if more > 0 {
            // Each problem that is shown costs a walk through the text.
            problems.sort_by_cached_key(|problem| (problem.is_warning(), problem.offset()));
            problems.truncate(MOST_SHOWN);
        }
        problems.sort_by_cached_key(RuleProblem::offset);
        if more > 0 {
            problems.push(RuleProblem::More { count: more });
        }
        let shown = match tree::shown(text) {
            Cow::Borrowed(_) => Arc::clone(text),
            Cow::Owned(shown) => shown.into(),
        };
        let source = NamedSource::new(name, shown).with_language("yaml");
        let text = is_ours(text).then_some(source);
        Self { name: name.to_owned(), part: RulePart::Rules, text, problems }
    }

    /// The same problems, of another part.
    pub(crate) fn of(self, part: RulePart) -> Self {
        Self { part, ..self }
    }

    /// Problems without a text to underline.
    pub(crate) fn without_text(name: &str, problems: Vec<RuleProblem>) -> Self {
        Self { name: name.to_owned(), part: RulePart::Rules, text: None, problems }
    }
}

/// A place in a rule file as miette takes it.
pub(crate) fn span(range: Range<usize>) -> SourceSpan {
    (range.start, range.end.saturating_sub(range.start)).into()
}

/// A problem of an expression, at its place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConditionProblem {
    /// The code of the condition language: `E102`.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// What is wrong at the spot.
    pub label: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Whether the expression can be used all the same.
    pub warning: bool,
    /// Where it stands in the file.
    pub span: SourceSpan,
}

impl fmt::Display for ConditionProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ConditionProblem {}

impl Diagnostic for ConditionProblem {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(format!("chartaudit::expr::{}", self.code)))
    }

    fn severity(&self) -> Option<Severity> {
        self.warning.then_some(Severity::Warning)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let label = LabeledSpan::new_with_span(Some(self.label.clone()), self.span);
        Some(Box::new(std::iter::once(label)))
    }
}

/// One thing wrong in a rule file or in the settings.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[non_exhaustive]
pub enum RuleProblem {
    /// An expression is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Condition(#[from] ConditionProblem),
    /// The file is larger than a rule file may be.
    #[error("larger than {limit} MiB")]
    #[diagnostic(
        code(chartaudit::rule::too_large),
        help("split it, and keep long code lists in a file of their own (`allowed: {{file: …}}`)")
    )]
    TooLarge {
        /// The limit in MiB.
        limit: usize,
    },
    /// The file cannot be read from the disk.
    #[error("cannot be read: {reason}")]
    #[diagnostic(code(chartaudit::rule::unreadable))]
    Unreadable {
        /// What the system says.
        reason: String,
    },
    /// A folder holds no rule file.
    #[error("no rule file in this folder")]
    #[diagnostic(
        code(chartaudit::rule::no_rule_files),
        help("name a folder that holds `.yaml` files")
    )]
    NoRuleFiles,
    /// A file says nothing: it is empty, or holds comments only.
    #[error("nothing in it")]
    #[diagnostic(
        code(chartaudit::rule::nothing_in_it),
        help("write a pack, a layout or records into it, or do not name it")
    )]
    NothingInIt,
    /// The file is not UTF-8 text.
    #[error("not UTF-8 text")]
    #[diagnostic(code(chartaudit::rule::not_utf8), help("save it as UTF-8"))]
    NotUtf8,
    /// The text is not YAML.
    #[error("not valid YAML: {message}")]
    #[diagnostic(code(chartaudit::rule::syntax))]
    Syntax {
        /// What the parser says.
        message: String,
        /// Where it stands.
        #[label("here")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A node carries an anchor.
    #[error("anchors are not allowed")]
    #[diagnostic(code(chartaudit::rule::anchor), help("write the text out where it is needed"))]
    Anchor {
        /// Where it stands.
        #[label("this names a node")]
        span: SourceSpan,
    },
    /// A node is an alias.
    #[error("aliases are not allowed")]
    #[diagnostic(code(chartaudit::rule::alias), help("write the text out where it is needed"))]
    Alias {
        /// Where it stands.
        #[label("this stands for a node elsewhere")]
        span: SourceSpan,
    },
    /// A mapping merges another.
    #[error("merge keys are not allowed")]
    #[diagnostic(
        code(chartaudit::rule::merge_key),
        help("write the keys out where they are needed")
    )]
    MergeKey {
        /// Where it stands.
        #[label("this pulls in another mapping")]
        span: SourceSpan,
    },
    /// A node carries a tag.
    #[error("tags are not allowed")]
    #[diagnostic(
        code(chartaudit::rule::tag),
        help("remove the tag; put quotes around what must be text")
    )]
    Tag {
        /// Where it stands.
        #[label("this asks for a type of its own")]
        span: SourceSpan,
    },
    /// A mapping gives a key twice.
    #[error("key `{key}` is given twice")]
    #[diagnostic(code(chartaudit::rule::duplicate_key), help("keep one of the two"))]
    DuplicateKey {
        /// The key.
        key: String,
        /// Where it stands.
        #[label("again here")]
        span: SourceSpan,
        /// Where it is given first.
        #[label("first given here")]
        first: SourceSpan,
    },
    /// A key is a list or a mapping.
    #[error("a key must be text")]
    #[diagnostic(code(chartaudit::rule::key_not_text), help("write a plain name before the colon"))]
    KeyNotText {
        /// Where it stands.
        #[label("this is a list or a mapping")]
        span: SourceSpan,
    },
    /// A character that cannot be seen, or reorders what is seen.
    #[error("hidden character {code}")]
    #[diagnostic(code(chartaudit::rule::hidden_character), help("delete it"))]
    HiddenCharacter {
        /// Its code point.
        code: String,
        /// Where it stands.
        #[label("right here")]
        span: SourceSpan,
    },
    /// Lists and mappings nest too deep.
    #[error("nested more than {limit} levels deep")]
    #[diagnostic(code(chartaudit::rule::too_deep))]
    TooDeep {
        /// The limit.
        limit: usize,
        /// Where it stands.
        #[label("too deep from here")]
        span: SourceSpan,
    },
    /// The file holds too many values.
    #[error("more than {limit} keys and values")]
    #[diagnostic(
        code(chartaudit::rule::too_many_nodes),
        help("keep long code lists in a file of their own (`allowed: {{file: …}}`)")
    )]
    TooManyNodes {
        /// The limit.
        limit: usize,
        /// Where it stands.
        #[label("too many from here")]
        span: SourceSpan,
    },
    /// The file holds too many documents.
    #[error("more than {limit} documents in one file")]
    #[diagnostic(code(chartaudit::rule::too_many_documents))]
    TooManyDocuments {
        /// The limit.
        limit: usize,
        /// Where it stands.
        #[label("too many from here")]
        span: SourceSpan,
    },
    /// The text has the right shape, but its values cannot be read.
    #[error("cannot be read: {message}")]
    #[diagnostic(code(chartaudit::rule::decode))]
    Decode {
        /// What the decoder says.
        message: String,
        /// Where it stands.
        #[label("here")]
        span: SourceSpan,
    },
    /// A document is none of the kinds that may stand in a rule file.
    #[error("not a rule document")]
    #[diagnostic(
        code(chartaudit::rule::document_kind),
        help("begin it with `pack: NAME`, `layout: NAME`, `schedule: NAME` or `records:`")
    )]
    DocumentKind {
        /// Where it stands.
        #[label("no `pack`, `layout`, `schedule` or `records` here")]
        span: SourceSpan,
    },
    /// A mapping has a key that its kind does not know.
    #[error("unknown key `{key}`")]
    #[diagnostic(code(chartaudit::rule::unknown_key))]
    UnknownKey {
        /// The key.
        key: String,
        /// What the mapping is.
        within: String,
        /// Where it stands.
        #[label("{within} has no such key")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A mapping lacks a key that it needs.
    #[error("`{key}` is missing")]
    #[diagnostic(code(chartaudit::rule::missing_key))]
    MissingKey {
        /// The key.
        key: String,
        /// What the mapping is.
        within: String,
        /// Where it stands.
        #[label("{within} needs it")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A value is of another kind than its key takes.
    #[error("expected {expected}, found {found}")]
    #[diagnostic(code(chartaudit::rule::wrong_type))]
    WrongType {
        /// What the key takes.
        expected: String,
        /// What is there.
        found: String,
        /// Where it stands.
        #[label("{found}")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A key has no value.
    #[error("`{key}` has no value")]
    #[diagnostic(code(chartaudit::rule::empty_value), help("give it a value or remove the key"))]
    EmptyValue {
        /// The key.
        key: String,
        /// Where it stands.
        #[label("nothing after the colon")]
        span: SourceSpan,
    },
    /// A value is none of the words that its key takes.
    #[error("`{word}` is not one of the words allowed here")]
    #[diagnostic(code(chartaudit::rule::unknown_word))]
    UnknownWord {
        /// The word.
        word: String,
        /// Where it stands.
        #[label("not known here")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// The key belongs to a later version of the language.
    #[error("`{key}` is not available in this version")]
    #[diagnostic(
        code(chartaudit::rule::not_available),
        help("remove it, or use a newer chartaudit")
    )]
    NotAvailable {
        /// The key.
        key: String,
        /// Where it stands.
        #[label("reserved, but not built yet")]
        span: SourceSpan,
    },
    /// A rule id is not of the form family/what-is-wrong.
    #[error("`{id}` is not a rule id")]
    #[diagnostic(code(chartaudit::rule::rule_id))]
    RuleId {
        /// The id.
        id: String,
        /// Where it stands.
        #[label("not of the form `family/what-is-wrong`")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// Two rules have one id.
    #[error("rule `{id}` is declared twice")]
    #[diagnostic(
        code(chartaudit::rule::duplicate_rule),
        help("give it a name of its own; the other one stands in {other}")
    )]
    DuplicateRule {
        /// The id.
        id: String,
        /// Where the other one stands.
        other: String,
        /// Where it stands.
        #[label("this id is taken")]
        span: SourceSpan,
    },
    /// A pack's name is not a plain name.
    #[error("`{name}` is not a pack name")]
    #[diagnostic(
        code(chartaudit::rule::pack_name),
        help("write it in lower case with dashes, like `us-hospital`")
    )]
    PackName {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("letters, digits and dashes only")]
        span: SourceSpan,
    },
    /// Two documents give the header of one pack.
    #[error("pack `{name}` has two headers")]
    #[diagnostic(
        code(chartaudit::rule::pack_header_twice),
        help(
            "keep title, version and params in one document; the others repeat `pack: {name}` and add `rules`"
        )
    )]
    PackHeaderTwice {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("a second header")]
        span: SourceSpan,
    },
    /// No document gives the header of a pack.
    #[error("pack `{name}` has no title and version")]
    #[diagnostic(code(chartaudit::rule::pack_without_header))]
    PackWithoutHeader {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("only rules here")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A rule has no check.
    #[error("a rule needs one check")]
    #[diagnostic(code(chartaudit::rule::no_check))]
    NoCheck {
        /// Where it stands.
        #[label("no check in this rule")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A rule has several checks.
    #[error("a rule has exactly one check, and this has {count}")]
    #[diagnostic(
        code(chartaudit::rule::several_checks),
        help("make a rule of each, or join conditions with AND")
    )]
    SeveralChecks {
        /// How many.
        count: usize,
        /// Where it stands.
        #[label("one more check")]
        span: SourceSpan,
    },
    /// A record set that the dictionary does not have.
    #[error("unknown record set `{name}`")]
    #[diagnostic(code(chartaudit::rule::unknown_record_set))]
    UnknownRecordSet {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("not in the dictionary")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A field that its record set does not have.
    #[error("unknown field `{name}`")]
    #[diagnostic(code(chartaudit::rule::unknown_field))]
    UnknownField {
        /// The name as it is written.
        name: String,
        /// The record set.
        record_set: String,
        /// Where it stands.
        #[label("`{record_set}` has no such field")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A list names a field twice.
    #[error("field `{name}` is listed twice")]
    #[diagnostic(code(chartaudit::rule::repeated_field), help("name it once"))]
    RepeatedField {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("again here")]
        span: SourceSpan,
    },
    /// A list holds nothing.
    #[error("an empty list")]
    #[diagnostic(code(chartaudit::rule::empty_list))]
    EmptyList {
        /// Where it stands.
        #[label("nothing is named here")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A record set has two fields of one name.
    #[error("field `{name}` is declared twice in `{record_set}`")]
    #[diagnostic(
        code(chartaudit::rule::duplicate_field),
        help("give it another name; the first stands in {other}")
    )]
    DuplicateField {
        /// The name as it is written.
        name: String,
        /// The record set.
        record_set: String,
        /// Where the first one stands.
        other: String,
        /// Where it stands.
        #[label("this name is taken")]
        span: SourceSpan,
    },
    /// A record set has too many fields.
    #[error("record set `{name}` has more than 65,535 fields")]
    #[diagnostic(code(chartaudit::rule::too_many_fields))]
    TooManyFields {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("too many")]
        span: SourceSpan,
    },
    /// A field refers to a record set that the dictionary does not have.
    #[error("unknown record set `{name}`")]
    #[diagnostic(code(chartaudit::rule::unknown_reference))]
    UnknownReference {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("referred to here, but nowhere declared")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A field refers to a record set whose key is not one field.
    #[error("a field cannot refer to `{name}`")]
    #[diagnostic(
        code(chartaudit::rule::reference_without_key),
        help(
            "give `{name}` a key of one field, or open a relation with `with` in the rules that need it"
        )
    )]
    ReferenceWithoutKey {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("no single field is its key")]
        span: SourceSpan,
    },
    /// Two fields of a record set open relations of one name.
    #[error("two fields open a relation `{relation}`")]
    #[diagnostic(
        code(chartaudit::rule::reference_twice),
        help("name one of them, as `references: {{records: …, as: NAME}}`")
    )]
    ReferenceTwice {
        /// The name of the relation.
        relation: String,
        /// The other field.
        other: String,
        /// Where it stands.
        #[label("`{other}` opens one of this name")]
        span: SourceSpan,
    },
    /// A relation has the name of the record under test.
    #[error("a relation cannot be called `this`")]
    #[diagnostic(
        code(chartaudit::rule::relation_this),
        help("give it another name; `this` is the record under test")
    )]
    RelationThis {
        /// Where it stands.
        #[label("this name is taken")]
        span: SourceSpan,
    },
    /// A relation has the name of a field, or of another relation that the dictionary opens.
    #[error("relation `{name}` is there already")]
    #[diagnostic(code(chartaudit::rule::relation_taken), help("give it another name"))]
    RelationTaken {
        /// The name as it is written.
        name: String,
        /// What has this name.
        by: String,
        /// Where it stands.
        #[label("{by}")]
        span: SourceSpan,
    },
    /// A relation matches fields whose values are never equal.
    #[error("`{mine}` cannot match `{theirs}`")]
    #[diagnostic(
        code(chartaudit::rule::match_types),
        help("match id, code and text with each other, integer with integer, date with date")
    )]
    MatchTypes {
        /// The field of the record under test.
        mine: String,
        /// Its type.
        own: String,
        /// The field of the related record.
        theirs: String,
        /// Its type.
        other: String,
        /// Where it stands.
        #[label("one is of type {own}, the other of type {other}")]
        span: SourceSpan,
    },
    /// A figure of a group is over related records that the group does not decide.
    #[error("the records of `{relation}` are not those of a group")]
    #[diagnostic(code(chartaudit::rule::relation_outside_group))]
    RelationOutsideGroup {
        /// The relation.
        relation: String,
        /// The fields that decide which records are related.
        fields: String,
        /// Where it stands.
        #[label("which they are depends on {fields}, outside of `by`")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A check of records with `records: every`.
    #[error("`{check}` judges the records of one record set")]
    #[diagnostic(code(chartaudit::rule::not_of_every))]
    NotOfEvery {
        /// The check.
        check: String,
        /// Where the record set is named.
        #[label("not one record set")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A check of files with one record set.
    #[error("`{check}` judges files, whatever they hold")]
    #[diagnostic(code(chartaudit::rule::only_of_every), help("write `records: every`"))]
    OnlyOfEvery {
        /// The check.
        check: String,
        /// Where the record set is named.
        #[label("files of any record set are meant")]
        span: SourceSpan,
    },
    /// Limits that leave no number between them.
    #[error("no count is from {from} to {to}")]
    #[diagnostic(
        code(chartaudit::rule::empty_range),
        help("counts of nobody may be shown: begin at 1, as in `{{from: 1, to: 10}}`")
    )]
    EmptyRange {
        /// The least.
        from: u64,
        /// The greatest.
        to: u64,
        /// Where they stand.
        #[label("leaves nothing to look for")]
        span: SourceSpan,
    },
    /// A record set of a reserved name.
    #[error("`{name}` stands for all record sets")]
    #[diagnostic(code(chartaudit::rule::reserved_record_set), help("give it another name"))]
    ReservedRecordSet {
        /// The name.
        name: String,
        /// Where it stands.
        #[label("reserved")]
        span: SourceSpan,
    },
    /// A list of ZIP prefixes that is none.
    #[error("not a list of ZIP prefixes")]
    #[diagnostic(
        code(chartaudit::rule::zip_prefix),
        help("write the first three digits of each, parted by blanks: \"036 059 102\"")
    )]
    ZipPrefix {
        /// Where it stands.
        #[label("not three digits each")]
        span: SourceSpan,
    },
    /// A limit that nothing can break.
    #[error("no combination occurs fewer than {limit} times")]
    #[diagnostic(code(chartaudit::rule::never_broken), help("ask for 2 or more, often 5 or 11"))]
    NeverBroken {
        /// The limit.
        limit: u64,
        /// Where it stands.
        #[label("nothing breaks this limit")]
        span: SourceSpan,
    },
    /// A sensitive field of a record set without quasi-identifiers.
    #[error("`{record_set}` has a sensitive field and no quasi-identifiers")]
    #[diagnostic(
        code(chartaudit::rule::sensitive_alone),
        help("name them: `quasi_identifiers: {{{record_set}: [sex, zip]}}`")
    )]
    SensitiveAlone {
        /// The record set.
        record_set: String,
        /// Where it is named.
        #[label("values of it are counted for each combination of quasi-identifiers")]
        span: SourceSpan,
    },
    /// A field of the one related record, where there may be several.
    #[error("relation `{name}` may be to several records")]
    #[diagnostic(
        code(chartaudit::rule::several_matches),
        help(
            "match the whole key, narrow it with `where`, or use min, max or count over it; where several match, a field of the one is unknown"
        ),
        severity(Warning)
    )]
    SeveralMatches {
        /// The name as it is written.
        name: String,
        /// The record set.
        record_set: String,
        /// The fields of its key that are not matched.
        fields: String,
        /// Where it stands.
        #[label("records of `{record_set}` also differ in {fields}")]
        span: SourceSpan,
    },
    /// A relation that nothing uses.
    #[error("relation `{name}` is never used")]
    #[diagnostic(
        code(chartaudit::rule::unused_relation),
        help("use it in `where` or in the check, or remove it"),
        severity(Warning)
    )]
    UnusedRelation {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("no condition names it")]
        span: SourceSpan,
    },
    /// Two documents give a record set different keys.
    #[error("record set `{name}` has another key already")]
    #[diagnostic(code(chartaudit::rule::key_conflict), help("keep the key in one document"))]
    KeyConflict {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("differs from the first declaration")]
        span: SourceSpan,
    },
    /// A field's type does not fit what is done with it.
    #[error("field `{name}` is of type {found}")]
    #[diagnostic(code(chartaudit::rule::field_type))]
    FieldType {
        /// The name as it is written.
        name: String,
        /// Its type.
        found: String,
        /// What is needed.
        wanted: String,
        /// Where it stands.
        #[label("{wanted} is needed here")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// An expression's type does not fit its place.
    #[error("expected {wanted}, found {found}")]
    #[diagnostic(code(chartaudit::rule::condition_type))]
    ConditionType {
        /// What is needed.
        wanted: String,
        /// What is there.
        found: String,
        /// Where it stands.
        #[label("{found}")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A span of time is not a number and a unit.
    #[error("`{text}` is not a span of time")]
    #[diagnostic(
        code(chartaudit::rule::span),
        help("write a number or `:parameter` and hours, days, months or years, like `30 days`")
    )]
    Span {
        /// The text.
        text: String,
        /// Where it stands.
        #[label("not a number and a unit")]
        span: SourceSpan,
    },
    /// A parameter counts another unit than its place says.
    #[error("parameter `{name}` counts {unit}, not {used}")]
    #[diagnostic(code(chartaudit::rule::unit_mismatch), help("write `:{name} {unit}`"))]
    UnitMismatch {
        /// The name as it is written.
        name: String,
        /// Its own unit.
        unit: String,
        /// The unit used.
        used: String,
        /// Where it stands.
        #[label("{used} here")]
        span: SourceSpan,
    },
    /// A parameter that the pack does not have.
    #[error("unknown parameter `{name}`")]
    #[diagnostic(code(chartaudit::rule::unknown_param))]
    UnknownParam {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("not among the pack's params")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A parameter's value is not of its type.
    #[error("`{value}` is not {wanted}")]
    #[diagnostic(code(chartaudit::rule::param_type))]
    ParamType {
        /// The name as it is written.
        name: String,
        /// The value.
        value: String,
        /// What its type takes.
        wanted: String,
        /// Where it stands.
        #[label("parameter `{name}` takes {wanted}")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A parameter's value is out of its bounds.
    #[error("`{value}` is out of bounds for parameter `{name}`")]
    #[diagnostic(code(chartaudit::rule::param_range))]
    ParamRange {
        /// The name as it is written.
        name: String,
        /// The value.
        value: String,
        /// The bounds.
        bounds: String,
        /// Where it stands.
        #[label("{bounds}")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// Bounds where the type has none, or bounds in the wrong order.
    #[error("these bounds make no sense")]
    #[diagnostic(
        code(chartaudit::rule::param_bounds),
        help("give `min` and `max` to integers, decimals and dates only, the smaller first")
    )]
    ParamBounds {
        /// Why.
        why: String,
        /// Where it stands.
        #[label("{why}")]
        span: SourceSpan,
    },
    /// A named form that does not exist.
    #[error("unknown form `{name}`")]
    #[diagnostic(code(chartaudit::rule::unknown_form))]
    UnknownForm {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("no form of this name")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// Exactly one of several keys is needed.
    #[error("give exactly one of {keys}")]
    #[diagnostic(code(chartaudit::rule::one_of))]
    OneOf {
        /// The keys.
        keys: String,
        /// How many are there.
        found: String,
        /// Where it stands.
        #[label("{found}")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A detector that does not exist.
    #[error("unknown detector `{name}`")]
    #[diagnostic(code(chartaudit::rule::unknown_detector))]
    UnknownDetector {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("no detector of this name")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// The records of a set do not say whose they are.
    #[error("the patient of a record of `{record_set}` cannot be told")]
    #[diagnostic(code(chartaudit::rule::whose_record))]
    WhoseRecord {
        /// The record set.
        record_set: String,
        /// Where it stands.
        #[label("needs a patient of the record's own")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A pattern of the site that matches nothing at all.
    #[error("the pattern matches where nothing stands")]
    #[diagnostic(
        code(chartaudit::rule::empty_pattern),
        help("ask for one character at least: `+` in the place of `*`")
    )]
    EmptyPattern {
        /// Where it stands.
        #[label("an empty text matches it")]
        span: SourceSpan,
    },
    /// More patterns of the site than there can be.
    #[error("more than {limit} patterns")]
    #[diagnostic(
        code(chartaudit::rule::too_many_patterns),
        help("join those that mean the same with `|`")
    )]
    TooManyPatterns {
        /// How many there can be.
        limit: usize,
        /// Where the first too many stands.
        #[label("this is one too many")]
        span: SourceSpan,
    },
    /// A code-set file cannot be found.
    #[error("cannot find code set `{name}`")]
    #[diagnostic(
        code(chartaudit::rule::code_set_missing),
        help("put it beside the rule file, at `{path}`")
    )]
    CodeSetMissing {
        /// The name as it is written.
        name: String,
        /// Where it was looked for.
        path: String,
        /// Where it stands.
        #[label("no such file")]
        span: SourceSpan,
    },
    /// A code-set file holds no codes.
    #[error("code set `{name}` holds no codes")]
    #[diagnostic(code(chartaudit::rule::code_set_empty), help("write one code a line"))]
    CodeSetEmpty {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("nothing to compare with")]
        span: SourceSpan,
    },
    /// A tolerance is neither a share nor a count.
    #[error("`{text}` is not a tolerance")]
    #[diagnostic(
        code(chartaudit::rule::tolerance),
        help("write a share like `0.5%` or a count like `3`")
    )]
    Tolerance {
        /// The text.
        text: String,
        /// Where it stands.
        #[label("not a share or a count")]
        span: SourceSpan,
    },
    /// A text is not a calendar date.
    #[error("`{text}` is not a date")]
    #[diagnostic(code(chartaudit::rule::bad_date), help("write it as YYYY-MM-DD"))]
    BadDate {
        /// The text.
        text: String,
        /// Where it stands.
        #[label("not a day of the calendar")]
        span: SourceSpan,
    },
    /// A period ends before it starts.
    #[error("ends before it starts")]
    #[diagnostic(code(chartaudit::rule::date_order), help("swap the two dates"))]
    DateOrder {
        /// Where it stands.
        #[label("earlier than `from`")]
        span: SourceSpan,
    },
    /// An example gives no record of the rule's set.
    #[error("no record of `{record_set}` in this example")]
    #[diagnostic(
        code(chartaudit::rule::example_without_records),
        help("add `{record_set}: […]` to `given`")
    )]
    ExampleWithoutRecords {
        /// The record set.
        record_set: String,
        /// Where it stands.
        #[label("nothing for the rule to judge")]
        span: SourceSpan,
    },
    /// An example expects another number of outcomes than it has records.
    #[error("{expected} outcomes for {records} records")]
    #[diagnostic(code(chartaudit::rule::expectation_count))]
    ExpectationCount {
        /// The outcomes.
        expected: usize,
        /// The records.
        records: usize,
        /// Where it stands.
        #[label("one word for all, or one for each record")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A format cannot be used.
    #[error("`{text}` is not a format")]
    #[diagnostic(code(chartaudit::rule::bad_format))]
    BadFormat {
        /// The text.
        text: String,
        /// Why.
        why: String,
        /// Where it stands.
        #[label("{why}")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A reading option cannot be used.
    #[error("`{text}` cannot be used as {what}")]
    #[diagnostic(code(chartaudit::rule::bad_option))]
    BadOption {
        /// The text.
        text: String,
        /// What it is for.
        what: String,
        /// Why.
        why: String,
        /// Where it stands.
        #[label("{why}")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A reading option is given at two levels.
    #[error("`{key}` is given twice for one source")]
    #[diagnostic(code(chartaudit::rule::option_twice), help("keep one of the two"))]
    OptionTwice {
        /// The key.
        key: String,
        /// Where it stands.
        #[label("again here")]
        span: SourceSpan,
    },
    /// Two layouts have one name.
    #[error("layout `{name}` is declared twice")]
    #[diagnostic(
        code(chartaudit::rule::duplicate_layout),
        help("give it a name of its own; the other one stands in {other}")
    )]
    DuplicateLayout {
        /// The name as it is written.
        name: String,
        /// Where the other one stands.
        other: String,
        /// Where it stands.
        #[label("this name is taken")]
        span: SourceSpan,
    },
    /// Two schedules have one name.
    #[error("schedule `{name}` is declared twice")]
    #[diagnostic(
        code(chartaudit::rule::duplicate_schedule),
        help("give it a name of its own; the other one stands in {other}")
    )]
    DuplicateSchedule {
        /// The name as it is written.
        name: String,
        /// Where the other one stands.
        other: String,
        /// Where it stands.
        #[label("this name is taken")]
        span: SourceSpan,
    },
    /// The code of a place is not written as one.
    #[error("`{code}` is not the code of a place")]
    #[diagnostic(
        code(chartaudit::rule::place_code),
        help("write it like `US` or `US-MA`, in capitals")
    )]
    PlaceCode {
        /// The code as it is written.
        code: String,
        /// Where it stands.
        #[label("not a code")]
        span: SourceSpan,
    },
    /// A row is for a place that no schedule declares.
    #[error("unknown place `{name}`")]
    #[diagnostic(code(chartaudit::rule::unknown_place))]
    UnknownPlace {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("no schedule declares this place")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A period or an age is longer than any.
    #[error("{value} years are too many")]
    #[diagnostic(code(chartaudit::rule::too_many_years), help("write {limit} or less"))]
    TooManyYears {
        /// The number.
        value: u64,
        /// The most.
        limit: u64,
        /// Where it stands.
        #[label("too many")]
        span: SourceSpan,
    },
    /// The project file names a layout that nobody wrote.
    #[error("unknown layout `{name}`")]
    #[diagnostic(code(chartaudit::rule::unknown_layout))]
    UnknownLayout {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("no layout of this name")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: String,
    },
    /// A binding maps source codes to a code that the dictionary does not declare.
    #[error("`{name}` is not a code of field `{field}`")]
    #[diagnostic(code(chartaudit::rule::unmapped_code))]
    UnmappedCode {
        /// The name as it is written.
        name: String,
        /// The field.
        field: String,
        /// Where it stands.
        #[label("the dictionary does not declare it")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A binding maps one source code to two codes.
    #[error("source code `{name}` is mapped twice")]
    #[diagnostic(code(chartaudit::rule::code_mapped_twice), help("keep one of the two"))]
    CodeMappedTwice {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("again here")]
        span: SourceSpan,
    },
    /// A tailoring loosens a rule without a reason.
    #[error("loosening a rule needs a reason")]
    #[diagnostic(code(chartaudit::rule::reason), help("add `because: …`; it stands in the report"))]
    Reason {
        /// What it loosens.
        what: String,
        /// Where it stands.
        #[label("{what}")]
        span: SourceSpan,
    },
    /// A tailoring changes nothing.
    #[error("nothing is changed here")]
    #[diagnostic(
        code(chartaudit::rule::nothing_tailored),
        help("say what is to change, or remove the entry")
    )]
    NothingTailored {
        /// Where it stands.
        #[label("no severity, off, required or tolerance")]
        span: SourceSpan,
    },
    /// A setting names a rule that no loaded pack has.
    #[error("no rule `{name}`")]
    #[diagnostic(code(chartaudit::rule::no_such_rule))]
    NoSuchRule {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("no loaded pack has it")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A flag names a rule that no loaded pack has.
    #[error("no rule `{name}`")]
    #[diagnostic(code(chartaudit::rule::no_such_rule_plain))]
    NoSuchRulePlain {
        /// The name as it is written.
        name: String,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A flag or setting names a pack that is not there.
    #[error("no pack `{name}`")]
    #[diagnostic(code(chartaudit::rule::no_such_pack))]
    NoSuchPack {
        /// The name as it is written.
        name: String,
        /// Where it stands, if in a file.
        #[label("set for `{name}`, which is no pack")]
        span: Option<SourceSpan>,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A selection matches no rule.
    #[error("`{flag} {text}` matches no rule")]
    #[diagnostic(code(chartaudit::rule::selects_nothing))]
    SelectsNothing {
        /// The flag.
        flag: String,
        /// Its value.
        text: String,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A setting names a parameter that no pack has.
    #[error("no parameter `{name}`")]
    #[diagnostic(code(chartaudit::rule::param_unknown_here))]
    ParamUnknownHere {
        /// The name as it is written, with its pack if that is said.
        name: String,
        /// Where it stands, if in a file.
        #[label("the pack has no such parameter")]
        span: Option<SourceSpan>,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A setting names a parameter that several packs have.
    #[error("several packs have a parameter `{name}`")]
    #[diagnostic(code(chartaudit::rule::param_ambiguous))]
    ParamAmbiguous {
        /// The name as it is written.
        name: String,
        /// Where it stands, if in a file.
        #[label("which of them is meant?")]
        span: Option<SourceSpan>,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A setting gives a parameter a value that it cannot take.
    #[error("`{value}` cannot be the value of parameter `{name}`: {why}")]
    #[diagnostic(code(chartaudit::rule::param_value))]
    ParamValue {
        /// The name as it is written.
        name: String,
        /// The value.
        value: String,
        /// Why.
        why: String,
        /// Where it stands, if in a file.
        #[label("{why}")]
        span: Option<SourceSpan>,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A setting names a parameter of a pack that does not run.
    #[error("parameter `{name}` belongs to pack `{pack}`, which does not run")]
    #[diagnostic(
        code(chartaudit::rule::param_of_pack_not_run),
        help("run the pack with `{flag}`, or leave the parameter out")
    )]
    ParamOfPackNotRun {
        /// The parameter.
        name: String,
        /// Its pack.
        pack: String,
        /// The flag that runs the pack.
        flag: String,
        /// Where it stands, if in a file.
        #[label("without effect")]
        span: Option<SourceSpan>,
    },
    /// A jurisdiction of which nothing is known.
    #[error("no pack, schedule or detector is made for jurisdiction `{name}`")]
    #[diagnostic(code(chartaudit::rule::unknown_jurisdiction))]
    UnknownJurisdiction {
        /// The name as it is written.
        name: String,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A kind of facility that neither a pack nor the list of kinds knows.
    #[error("no kind of facility is called `{name}`")]
    #[diagnostic(code(chartaudit::rule::unknown_facility))]
    UnknownFacility {
        /// The name as it is written.
        name: String,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A shipped rule lacks a part that it must have.
    #[error("`{key}` is missing")]
    #[diagnostic(code(chartaudit::rule::missing_for_strict))]
    MissingForStrict {
        /// The key.
        key: String,
        /// Where it stands.
        #[label("a shipped rule has it")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// A shipped rule lacks a kind of example.
    #[error("no example that expects `{outcome}`")]
    #[diagnostic(
        code(chartaudit::rule::missing_example),
        help("add an example with `expect: {outcome}`")
    )]
    MissingExample {
        /// The outcome.
        outcome: String,
        /// Where it stands.
        #[label("a shipped rule shows what passes and what does not")]
        span: SourceSpan,
    },
    /// A condition compares a field that is normally blank without its blank case.
    #[error("field `{name}` is often blank")]
    #[diagnostic(
        code(chartaudit::rule::bare_often_blank),
        help("write `{name} IS NULL OR …` or `{name} IS NOT NULL AND …` around it"),
        severity(Warning)
    )]
    BareOftenBlank {
        /// The name as it is written.
        name: String,
        /// Where it stands.
        #[label("unknown for every record where it is blank")]
        span: SourceSpan,
    },
    /// Further problems that are not shown one by one, none of them graver than those that are.
    #[error("and {count} more")]
    #[diagnostic(
        code(chartaudit::rule::more),
        help("repair these first, then check again"),
        severity(Warning)
    )]
    More {
        /// How many.
        count: usize,
    },
    /// A file of waivers holds none.
    #[error("no waivers in it")]
    #[diagnostic(
        code(chartaudit::rule::no_waivers),
        help("write `waivers: []` where there are none, or do not name the file")
    )]
    NoWaivers,
    /// A waiver ends before it was approved.
    #[error("the waiver expires before it was approved")]
    #[diagnostic(
        code(chartaudit::rule::expires_before_approval),
        help("`expires` is the last day on which the waiver holds")
    )]
    ExpiresBeforeApproval {
        /// The day of the approval.
        approved_on: String,
        /// Where it stands.
        #[label("approved on {approved_on}")]
        span: SourceSpan,
    },
    /// A waiver holds longer than it may.
    #[error("the waiver holds for more than {longest}")]
    #[diagnostic(
        code(chartaudit::rule::expires_too_late),
        help(
            "let it expire on {latest} at the latest, and approve it anew then; the project file may say \
             `waivers: {{file: …, longest: 2 years}}`"
        )
    )]
    ExpiresTooLate {
        /// How long it may hold.
        longest: String,
        /// The last day on which it may.
        latest: String,
        /// Where it stands.
        #[label("after {latest}")]
        span: SourceSpan,
    },
    /// The scope of a waiver names nothing.
    #[error("the scope names nothing")]
    #[diagnostic(
        code(chartaudit::rule::scope_of_nothing),
        help(
            "write `scope: all` for every violation of the rule, or name `files`, `where` or `records`"
        )
    )]
    ScopeOfNothing {
        /// Where it stands.
        #[label("nothing is excused")]
        span: SourceSpan,
    },
    /// The scope of a waiver is none that its rule could have.
    #[error("the rule cannot be waived like this")]
    #[diagnostic(
        code(chartaudit::rule::scope_not_of_rule),
        help("write `scope: all`, or name `records` by the fingerprints of the findings")
    )]
    ScopeNotOfRule {
        /// What the rule is like.
        what: String,
        /// Where it stands.
        #[label("{what}")]
        span: SourceSpan,
    },
    /// The condition of a waiver asks who somebody is, or what free text says.
    #[error("the scope of a waiver may not ask for `{field}`")]
    #[diagnostic(
        code(chartaudit::rule::scope_names_person),
        help(
            "waivers are kept and shown beside reports: name single records by `records`, with the fingerprints of \
             their findings"
        )
    )]
    ScopeNamesPerson {
        /// The field.
        field: String,
        /// Where it stands.
        #[label("`{field}` tells who somebody is, or may")]
        span: SourceSpan,
    },
    /// A record of a waiver is not named by a fingerprint.
    #[error("not the fingerprint of a record")]
    #[diagnostic(code(chartaudit::rule::not_a_fingerprint))]
    NotAFingerprint {
        /// Why.
        why: String,
        /// Where it stands.
        #[label("{why}")]
        span: SourceSpan,
        /// What to write instead.
        #[help]
        help: String,
    },
    /// A rule from memory is an error.
    #[error("an unverified guideline is a warning at most")]
    #[diagnostic(
        code(chartaudit::rule::unverified_error),
        help("set `severity: warning`, or verify the text")
    )]
    UnverifiedError {
        /// Where it stands.
        #[label("severity `error` rests on memory alone")]
        span: SourceSpan,
    },
}

impl RuleProblem {
    /// Where in its file the problem stands; problems of the whole file come first.
    #[must_use]
    pub fn offset(&self) -> usize {
        self.labels().and_then(|mut labels| labels.next()).map_or(0, |label| label.offset())
    }

    /// Whether the rules can be used all the same.
    #[must_use]
    pub fn is_warning(&self) -> bool {
        self.severity() == Some(Severity::Warning)
    }
}

/// The closest of some names, as a help text, if one is close.
pub(crate) fn did_you_mean<'n>(
    name: &str,
    known: impl IntoIterator<Item = &'n str>,
) -> Option<String> {
    closest(name, known).map(|found| format!("did you mean `{found}`?"))
}

/// The closest of some names, if one is close.
pub(crate) fn closest<'n>(name: &str, known: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let lower = name.to_lowercase();
    let most = name.chars().count() / 3;
    known
        .into_iter()
        .map(|candidate| (strsim::osa_distance(&lower, &candidate.to_lowercase()), candidate))
        .filter(|&(distance, _)| distance <= most.max(2) && distance < name.chars().count().max(1))
        .min()
        .map(|(_, candidate)| candidate)
}

impl RuleProblem {
    /// Leaves out advice that would quote what stands in these bytes of the file.
    pub(crate) fn quote_nothing_of(&mut self, place: &Range<usize>) {
        let within = place.contains(&self.offset());
        if let Self::WrongType { help, .. } = self
            && within
        {
            *help = None;
        }
    }
}

/// Names as a list for people, each in backticks.
pub(crate) fn listed<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::is_ours;
    use crate::rule::schema;

    #[test]
    fn every_key_of_ours_is_known() {
        let mut seen = 0;
        walk(&schema(), &mut |properties| {
            if properties.contains_key("site_key_file") || properties.contains_key("pack") {
                seen += 1;
                for key in properties.keys() {
                    assert!(is_ours(&format!("{key}: 1\n")), "`{key}` is not known as ours");
                }
            }
        });
        assert!(seen >= 2, "only {seen} kinds of documents were looked at");
    }

    #[test]
    fn records_are_not_ours() {
        for text in ["", "patient_id,mrn\n1,2\n", "Quellwater: 4711\n", "a\n\nb: c\n"] {
            assert!(!is_ours(text), "{text:?}");
        }
    }

    fn walk(value: &Value, found: &mut impl FnMut(&serde_json::Map<String, Value>)) {
        match value {
            Value::Object(map) => {
                if let Some(Value::Object(properties)) = map.get("properties") {
                    found(properties);
                }
                map.values().for_each(|value| walk(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
}
