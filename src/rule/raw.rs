//! The shapes of what a person writes. The JSON Schema of the language is made from these types, and
//! their doc comments are its descriptions.
//!
//! Nothing is checked here beyond the shape. Places and exact texts stand in the span tree, so that many of these
//! fields are there for their shape alone.
#![expect(
    dead_code,
    reason = "a field that is read from the span tree still settles shape and schema"
)]

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize as DeriveDeserialize;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::detect::Identifying;
use crate::retention::{Facility, RecordClass};
use crate::rule::detector::{DEFAULT, names, single};
use crate::rule::release::ReleaseKind;

/// A mapping whose keys are names of the author's choice, in the order of the file.
#[derive(Debug, Clone)]
pub(crate) struct Entries<T>(pub(crate) Vec<(String, T)>);

impl<T> Default for Entries<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for InOrder<T> {
            type Value = Entries<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a mapping")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some(entry) = map.next_entry()? {
                    entries.push(entry);
                }
                Ok(Entries(entries))
            }
        }
        deserializer.deserialize_map(InOrder(PhantomData))
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("EntriesOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object", "additionalProperties": generator.subschema_for::<T>()})
    }
}

/// A text, or a list of texts.
///
/// Only the shape is settled here. The texts are taken from the span tree, because `010` and `1e3` lose their
/// spelling where a parser must guess what an unquoted value is.
#[derive(Debug, Clone, Default)]
pub(crate) struct OneOrMany;

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl JsonSchema for OneOrMany {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "OneOrMany".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
    }
}

/// A key that the language reserves for a later version.
#[derive(Debug, Clone)]
pub(crate) struct Reserved;

impl<'de> Deserialize<'de> for Reserved {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        IgnoredAny::deserialize(deserializer).map(|_| Self)
    }
}

impl JsonSchema for Reserved {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Reserved".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"x-reserved": true})
    }
}

/// A value of an example: its text, or nothing.
#[derive(Debug, Clone, Default, DeriveDeserialize)]
#[serde(transparent)]
pub(crate) struct Cell(pub(crate) Option<String>);

impl JsonSchema for Cell {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Cell".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": ["string", "null"], "x-cell": true})
    }
}

/// Record sets: their fields, keys and references.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a dictionary"))]
pub(crate) struct RawRecords {
    /// The record sets, by name.
    pub(crate) records: Entries<RawRecordSet>,
}

/// Records of one kind.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a record set"))]
pub(crate) struct RawRecordSet {
    /// What one record is, in words.
    #[serde(default)]
    pub(crate) title: Option<String>,
    /// The fields that identify a record; may be empty.
    #[serde(default)]
    pub(crate) key: Option<Vec<String>>,
    /// The fields, by name.
    #[serde(default)]
    pub(crate) fields: Entries<RawField>,
}

/// One field of a record set.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a field"))]
pub(crate) struct RawField {
    /// What its values are.
    #[serde(rename = "type")]
    pub(crate) ty: RawType,
    /// How it may identify a person.
    #[serde(default)]
    pub(crate) phi: RawPhi,
    /// The words staff use for it.
    #[serde(default)]
    pub(crate) label: Option<String>,
    /// Header names under which it is recognised where no layout knows the file.
    #[serde(default)]
    pub(crate) aliases: Vec<String>,
    /// The codes it may hold; they are shown in clear in reports.
    #[serde(default)]
    pub(crate) values: Vec<String>,
    /// The record set whose key it holds; long form `{records: NAME, as: NAME, orphans: warning}`.
    #[serde(default)]
    #[schemars(schema_with = "reference_schema")]
    pub(crate) references: Option<OneOrMany>,
    /// Whether a sound record may well have no value here.
    #[serde(default)]
    pub(crate) often_blank: bool,
}

fn reference_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"anyOf": [{"type": "string"}, {
        "type": "object", "x-what": "a reference", "required": ["records"], "additionalProperties": false,
        "properties": {
            "records": {"type": "string"}, "as": {"type": "string"},
            "orphans": {"enum": ["error", "warning", "note", "ignored"]}
        }
    }]})
}

/// The type of a field.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawType {
    Id,
    Text,
    Code,
    Integer,
    Decimal,
    Boolean,
    Date,
    Time,
    Timestamp,
    Instant,
}

/// How a field may identify a person: by itself, together with others, as a date about the person, as free text.
#[derive(Debug, Clone, Copy, Default, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawPhi {
    #[default]
    None,
    Direct,
    Quasi,
    Date,
    Text,
}

/// How the files of one export format bind to the dictionary.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a layout"))]
pub(crate) struct RawLayout {
    /// Its name: `synthea-csv`.
    pub(crate) layout: String,
    /// Its title in words.
    #[serde(default, rename = "title")]
    pub(crate) _title: Option<String>,
    /// One entry a record set.
    pub(crate) sources: Entries<RawSource>,
}

/// Both places that say how files are read have these keys: a source, and `csv` inside it.
macro_rules! source_keys {
    ($(#[$about:meta])* $name:ident { $($(#[$extra_about:meta])* $extra:ident: $extra_type:ty,)* }) => {
        #[derive(Debug, Default, DeriveDeserialize, JsonSchema)]
        #[serde(deny_unknown_fields, default)]
        $(#[$about])*
        pub(crate) struct $name {
            $($(#[$extra_about])* pub(crate) $extra: $extra_type,)*
            /// File name patterns, like `encounters*.csv`.
            pub(crate) files: Option<OneOrMany>,
            /// The sign between fields, or the word `tab`.
            pub(crate) delimiter: Option<String>,
            /// The sign around fields.
            pub(crate) quote: Option<String>,
            /// The sign before a quote that stands for itself; doubling unless said.
            pub(crate) escape: Option<String>,
            /// Whether blanks before a quote are skipped.
            pub(crate) trim_before_quote: Option<bool>,
            /// The encoding, by its name in the Encoding Standard.
            pub(crate) encoding: Option<String>,
            /// Where the header is.
            pub(crate) header: Option<RawHeader>,
            /// Column names where the file has no header.
            pub(crate) columns: Option<Vec<String>>,
            /// A prefix of lines that are not records.
            pub(crate) comment: Option<String>,
            /// A pattern of lines at the end that are not records; its first group, a count, is checked.
            pub(crate) footer: Option<String>,
            /// Texts that mean missing in every field.
            pub(crate) nulls: Option<OneOrMany>,
            /// IANA zone of civil times.
            pub(crate) timezone: Option<String>,
            /// How many records may be skipped before the audit is incomplete.
            pub(crate) max_skipped: Option<u64>,
            /// How many records are expected at least.
            pub(crate) min_records: Option<u64>,
            /// Whether an empty file is fine.
            pub(crate) allow_empty: Option<bool>,
            /// Whether the record set must be there; in the project file only.
            pub(crate) expect: Option<bool>,
            /// Formats of dates and times, tried in order, where a binding names none.
            pub(crate) formats: Option<OneOrMany>,
            /// Words that mean true, where a binding names none.
            pub(crate) true_values: Option<OneOrMany>,
            /// Words that mean false, where a binding names none.
            pub(crate) false_values: Option<OneOrMany>,
            /// The decimal sign, where a binding names none.
            pub(crate) decimal: Option<String>,
            /// The sign between groups of digits, where a binding names none.
            pub(crate) group: Option<String>,
            /// A separator at which cells are split, where a binding names none.
            pub(crate) split: Option<String>,
        }
    };
}

source_keys! {
    /// How the files of one record set are found and read.
    #[schemars(extend("x-what" = "a source"))]
    RawSource {
        /// Reading options of delimited text; the same keys may stand in the source itself.
        csv: Option<RawCsv>,
        /// Fields and the columns they are read from.
        bind: Entries<RawBinding>,
        /// The record key in this layout, replacing the dictionary's.
        key: Option<Vec<String>>,
    }
}

source_keys! {
    /// How delimited text is read.
    #[schemars(extend("x-what" = "`csv`"))]
    RawCsv {}
}

/// Where the header is: found by the names it holds, in the first line, or nowhere.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawHeader {
    Search,
    First,
    None,
}

/// What a field is read from: a column, several names of one column, or the long form.
#[derive(Debug)]
pub(crate) enum RawBinding {
    /// Column names; their texts stand in the span tree.
    Columns,
    /// The long form.
    Long(Box<RawLongBinding>),
}

impl<'de> Deserialize<'de> for RawBinding {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = RawBinding;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a column name, a list of them, or a mapping")
            }

            fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
                Ok(RawBinding::Columns)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(RawBinding::Columns)
            }

            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(RawBinding::Columns)
            }

            fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
                Ok(RawBinding::Columns)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(RawBinding::Columns)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(RawBinding::Columns)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
                let inner = serde::de::value::MapAccessDeserializer::new(map);
                RawLongBinding::deserialize(inner).map(|long| RawBinding::Long(Box::new(long)))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for RawBinding {
    fn schema_name() -> Cow<'static, str> {
        "RawBinding".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let long = generator.subschema_for::<RawLongBinding>();
        json_schema!({"anyOf": [
            {"type": "string"}, {"type": "array", "items": {"type": "string"}}, long
        ]})
    }
}

/// How one field is read.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a binding"))]
pub(crate) struct RawLongBinding {
    /// The header name, or several, of which the first that is there is read.
    #[serde(default)]
    pub(crate) column: Option<OneOrMany>,
    /// A path into formats that have no columns.
    #[serde(default)]
    pub(crate) path: Option<Reserved>,
    /// Formats of dates and times, tried in order.
    #[serde(default)]
    pub(crate) formats: Option<OneOrMany>,
    /// Texts that mean missing, besides the empty one.
    #[serde(default)]
    pub(crate) nulls: Option<OneOrMany>,
    /// Codes of the dictionary, and for each the source codes that mean it.
    #[serde(default)]
    pub(crate) values: Entries<OneOrMany>,
    /// Words that mean true.
    #[serde(default)]
    pub(crate) true_values: Option<OneOrMany>,
    /// Words that mean false.
    #[serde(default)]
    pub(crate) false_values: Option<OneOrMany>,
    /// The decimal sign.
    #[serde(default)]
    pub(crate) decimal: Option<String>,
    /// The sign between groups of digits.
    #[serde(default)]
    pub(crate) group: Option<String>,
    /// A separator at which the cell is split; the first part is read.
    #[serde(default)]
    pub(crate) split: Option<String>,
    /// IANA zone to which offsets are converted.
    #[serde(default)]
    pub(crate) timezone: Option<String>,
    /// The first year of the hundred that two-digit years mean.
    #[serde(default)]
    pub(crate) pivot: Option<i32>,
    /// Whether the text is trimmed.
    #[serde(default)]
    pub(crate) trim: Option<bool>,
    /// What several values mean.
    #[serde(default)]
    pub(crate) many: Option<Reserved>,
}

/// Rules that ship together. One document of a pack has its title, version and parameters; further ones repeat `pack` and add
/// rules.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a pack"))]
pub(crate) struct RawPack {
    /// Its name: `us-hospital`.
    pub(crate) pack: String,
    /// Its title in words.
    #[serde(default)]
    pub(crate) title: Option<String>,
    /// Its version.
    #[serde(default)]
    pub(crate) version: Option<String>,
    /// The jurisdiction in which it runs, like `US` or `US-MA`; everywhere unless said.
    #[serde(default)]
    pub(crate) jurisdiction: Option<String>,
    /// The kind of facility for which it runs, like `hospital`; every kind unless said.
    #[serde(default)]
    pub(crate) facility: Option<String>,
    /// Parameters, by name.
    #[serde(default)]
    pub(crate) params: Entries<RawParam>,
    /// Controls of the guideline that data cannot show.
    #[serde(default)]
    pub(crate) not_checkable: Vec<String>,
    /// Its rules.
    #[serde(default)]
    pub(crate) rules: Vec<RawRule>,
}

/// A parameter of a pack.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a parameter"))]
pub(crate) struct RawParam {
    /// What its values are.
    #[serde(rename = "type")]
    pub(crate) ty: RawParamType,
    /// Its value unless a setting says otherwise.
    pub(crate) default: String,
    /// What it counts: `hours`, `days`, `months` or `years`.
    #[serde(default)]
    pub(crate) unit: Option<RawUnit>,
    /// The least value it may take.
    #[serde(default)]
    pub(crate) min: Option<String>,
    /// The greatest value it may take.
    #[serde(default)]
    pub(crate) max: Option<String>,
}

/// The type of a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawParamType {
    Integer,
    Decimal,
    Text,
    Date,
    Boolean,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawUnit {
    Hours,
    Days,
    Months,
    Years,
}

/// A machine check of a guideline on one record set. It has exactly one check.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a rule"))]
pub(crate) struct RawRule {
    /// `family/what-is-wrong`; the family is retention, confidentiality or completeness.
    pub(crate) id: String,
    /// What is wrong, in one line.
    pub(crate) title: String,
    /// How grave a violation is.
    pub(crate) severity: RawSeverity,
    /// How far the rule has come.
    #[serde(default)]
    pub(crate) status: RawStatus,
    /// The laws, regulations or standards it checks.
    #[serde(default)]
    pub(crate) guideline: Vec<RawCitation>,
    /// The record set under test; `every` for checks of files whatever they hold.
    pub(crate) records: String,
    /// The condition under which the rule applies to a record; all records unless said.
    #[serde(default, rename = "where")]
    pub(crate) applies: Option<String>,
    /// Why the guideline asks for it.
    #[serde(default)]
    pub(crate) because: Option<String>,
    /// What to do about a finding.
    #[serde(default)]
    pub(crate) remedy: Option<String>,
    /// The field that groups the worklist.
    #[serde(default)]
    pub(crate) assign: Option<String>,
    /// The share (`0.5%`) or count of applicable records that may violate it.
    #[serde(default)]
    pub(crate) tolerance: Option<String>,
    /// Makes a violation of what is not evaluable.
    #[serde(default)]
    pub(crate) unknown: Option<RawUnknown>,
    /// Reports fictional identifiers like real ones.
    #[serde(default)]
    pub(crate) fictional: Option<RawFictional>,
    /// Whether an audit without this rule is incomplete.
    #[serde(default)]
    pub(crate) required: bool,
    /// Records, and what the rule must say of them.
    #[serde(default)]
    pub(crate) examples: Vec<RawExample>,
    /// Check: every field is present.
    #[serde(default)]
    pub(crate) require: Option<Vec<String>>,
    /// Check: at least one field is present.
    #[serde(default)]
    pub(crate) require_any: Option<Vec<String>>,
    /// Check: the condition is true.
    #[serde(default)]
    pub(crate) assert: Option<String>,
    /// Check: the condition is false.
    #[serde(default)]
    pub(crate) fail_if: Option<String>,
    /// Check: done in time.
    #[serde(default)]
    pub(crate) deadline: Option<RawDeadline>,
    /// Check: the value has a form.
    #[serde(default)]
    pub(crate) format: Option<RawFormat>,
    /// Check: the value is in a set.
    #[serde(default)]
    pub(crate) allowed: Option<RawAllowed>,
    /// Check: every present value can be read as its type; a list of fields, or `all`.
    #[serde(default)]
    pub(crate) readable: Option<OneOrMany>,
    /// Check: no other record has the same key.
    #[serde(default)]
    pub(crate) unique: Option<Vec<String>>,
    /// Check: a figure keeps its limits.
    #[serde(default)]
    pub(crate) measure: Option<RawMeasure>,
    /// Check: values keep the order of the records in their file.
    #[serde(default)]
    pub(crate) ordered: Option<RawOrdered>,
    /// Check: the columns of the files.
    #[serde(default)]
    pub(crate) columns: Option<RawColumns>,
    /// Check: no identifier where none belongs.
    #[serde(default)]
    pub(crate) identifiers: Option<RawIdentifiers>,
    /// Check: intervals of one group do not overlap.
    #[serde(default)]
    pub(crate) no_overlap: Option<RawNoOverlap>,
    /// Check: every combination occurs often enough.
    #[serde(default)]
    pub(crate) small_cells: Option<RawSmallCells>,
    /// Check: a sequence misses no number and repeats none.
    #[serde(default)]
    pub(crate) gap_free: Option<RawGapFree>,
    /// Relations to other record sets, by the names that conditions use.
    #[serde(default)]
    pub(crate) with: Entries<RawRelation>,
    /// Check: kept as long as the schedules of retention say, and no longer than they let it be.
    #[serde(default)]
    pub(crate) retain: Option<RawRetain>,
    /// Check: files that claim to be of a kind of release hold nothing that it must not hold: `limited` or
    /// `deidentified`, or the long form.
    #[serde(default)]
    #[schemars(schema_with = "release_check_schema")]
    pub(crate) release: Option<OneOrMany>,
    /// Check: every file is the one that the list of the delivery says, and no other came.
    #[serde(default)]
    pub(crate) delivery: Option<RawDelivery>,
    /// Check: no count of so few people is shown in a file of figures, or can be worked out.
    #[serde(default)]
    pub(crate) small_counts: Option<RawSmallCounts>,
}

/// What was to be delivered.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`delivery`"))]
pub(crate) struct RawDelivery {
    /// The list, below each folder that is scanned or as a whole path: a CSV table with the columns `file` and
    /// `sha256`, `blake3`, `bytes` or `row_count`, or what `sha256sum` or `b3sum` writes. Or a `:parameter`.
    pub(crate) manifest: String,
}

/// The counts of people that are too small to be shown.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`small_counts`"))]
pub(crate) struct RawSmallCounts {
    /// The least.
    pub(crate) from: u64,
    /// The greatest.
    pub(crate) to: u64,
}

fn release_check_schema(generator: &mut SchemaGenerator) -> Schema {
    let long = generator.subschema_for::<RawReleaseCheck>();
    json_schema!({"anyOf": [{"type": "string", "enum": release_names()}, long]})
}

/// What files that claim to be of a kind of release must not hold.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`release`"))]
pub(crate) struct RawReleaseCheck {
    /// The kind, or kinds, of release.
    #[schemars(schema_with = "kind_or_kinds_schema")]
    pub(crate) kind: OneOrMany,
    /// Only files that were made fit to leave in this way: by the list of Safe Harbor, or by an expert's determination.
    #[serde(default)]
    pub(crate) method: Option<RawMethod>,
    /// What must not be there; everything that the kind forbids unless said.
    #[serde(default)]
    #[schemars(schema_with = "identifying_schema")]
    pub(crate) remove: Option<Vec<String>>,
    /// Three-digit ZIP prefixes that too few people live in, parted by blanks, or a `:parameter`.
    #[serde(default)]
    pub(crate) restricted_zips: Option<String>,
    /// Three-digit ZIP prefixes that are in no census table, likewise.
    #[serde(default)]
    pub(crate) unused_zips: Option<String>,
}

/// How a file was made fit to leave.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum RawMethod {
    SafeHarbor,
    Expert,
}

fn kind_or_kinds_schema(_: &mut SchemaGenerator) -> Schema {
    let kind = json_schema!({"type": "string", "enum": release_names()});
    json_schema!({"anyOf": [kind, {"type": "array", "items": kind}]})
}

fn identifying_schema(_: &mut SchemaGenerator) -> Schema {
    let names = Identifying::ALL.map(Identifying::name);
    json_schema!({"type": "array", "items": {"type": "string", "enum": names}})
}

/// Kept as long as the schedules of retention say, and no longer than they let it be.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`retain`"))]
pub(crate) struct RawRetain {
    /// What is asked.
    pub(crate) kind: RawRetainKind,
    /// The class of the records, where no field of them says it.
    #[serde(default)]
    #[schemars(schema_with = "class_schema")]
    pub(crate) class: Option<String>,
    /// The kind of facility that keeps them, where no field says it.
    #[serde(default)]
    #[schemars(schema_with = "facility_kind_schema")]
    pub(crate) facility: Option<String>,
    /// Whether standards that are no law count.
    #[serde(default)]
    pub(crate) standards: bool,
    /// How long after the earliest lawful day the facility's policy keeps records: `2 years`.
    #[serde(default)]
    pub(crate) grace: Option<String>,
    /// Where facts are found: an expression for each, beside those that the built-in record sets know.
    #[serde(default)]
    pub(crate) facts: Entries<String>,
}

/// Destroyed too early, under a hold, during a request, without evidence; gone without an entry; kept too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawRetainKind {
    Early,
    Held,
    Requested,
    Unevidenced,
    Vanished,
    Overdue,
}

fn class_schema(_: &mut SchemaGenerator) -> Schema {
    let words = RecordClass::ALL.iter().flat_map(|class| class.words());
    json_schema!({"type": "string", "enum": words.collect::<Vec<_>>()})
}

fn facility_kind_schema(_: &mut SchemaGenerator) -> Schema {
    let words = Facility::ALL.iter().flat_map(|kind| kind.words());
    json_schema!({"type": "string", "enum": words.collect::<Vec<_>>()})
}

/// The records of another record set, or of the same, that belong to a record.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a relation"))]
pub(crate) struct RawRelation {
    /// The record set of the related records.
    pub(crate) records: String,
    /// The fields that are equal in both: one name, a list of names, or `{mine: theirs}`; all records unless said.
    #[serde(default, rename = "match")]
    #[schemars(schema_with = "match_schema")]
    pub(crate) matches: Option<OneOrMany>,
    /// Which of these records count; `this.` is the record under test.
    #[serde(default, rename = "where")]
    pub(crate) condition: Option<String>,
}

fn match_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"anyOf": [
        {"type": "string"},
        {"type": "array", "items": {"type": "string"}},
        {"type": "object", "x-what": "`match`", "additionalProperties": {"type": "string"}}
    ]})
}

/// How grave a violation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawSeverity {
    Error,
    Warning,
    Note,
}

/// How far a rule has come.
#[derive(Debug, Clone, Copy, Default, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawStatus {
    Preview,
    #[default]
    Stable,
    Deprecated,
}

/// What an unknown condition means.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawUnknown {
    Violation,
}

/// What becomes of fictional identifiers.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawFictional {
    Report,
}

/// Where a guideline stands.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a citation"))]
pub(crate) struct RawCitation {
    /// `42 CFR 482.24(c)(1)`.
    pub(crate) cite: String,
    /// Who issued it.
    #[serde(default)]
    pub(crate) authority: Option<String>,
    /// How sure the author of the rule is of what it says.
    #[serde(default)]
    pub(crate) confidence: RawConfidence,
    /// Where it can be read.
    #[serde(default)]
    pub(crate) url: Option<String>,
    /// The date of the text that was read.
    #[serde(default)]
    pub(crate) text_as_of: Option<String>,
    /// When it is in force.
    #[serde(default)]
    pub(crate) in_force: Option<RawInForce>,
}

/// How sure the author is: read in the text itself, read about, from memory, calculated, or practice rather than law.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawConfidence {
    Primary,
    Secondary,
    #[default]
    Unverified,
    Computed,
    Practice,
}

/// When a guideline is in force, both days included.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`in_force`"))]
pub(crate) struct RawInForce {
    /// The first day.
    #[serde(default)]
    pub(crate) from: Option<String>,
    /// The last day.
    #[serde(default)]
    pub(crate) to: Option<String>,
}

/// Done in time.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a deadline"))]
pub(crate) struct RawDeadline {
    /// When it was done: a field or an expression.
    pub(crate) of: String,
    /// When the clock starts: a field or an expression.
    pub(crate) after: String,
    /// How long it may take: `30 days` or `:parameter days`.
    pub(crate) within: String,
    /// How long before the start it may be done at the earliest.
    #[serde(default)]
    pub(crate) not_before: Option<String>,
}

/// The value has a form: a named one, or a pattern of the whole value.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`format`"))]
pub(crate) struct RawFormat {
    /// The field under test.
    pub(crate) field: String,
    /// A named form, check digits included.
    #[serde(default)]
    #[schemars(schema_with = "form_schema")]
    pub(crate) is: Option<String>,
    /// A regular expression of the whole value.
    #[serde(default)]
    pub(crate) pattern: Option<String>,
}

fn form_schema(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<_> = crate::value::form::Form::ALL.into_iter().map(|form| form.name()).collect();
    json_schema!({"type": "string", "examples": names})
}

/// The value is in a set: written here, in a file, or a named code set.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`allowed`"))]
pub(crate) struct RawAllowed {
    /// The field under test.
    pub(crate) field: String,
    /// The codes.
    #[serde(default)]
    pub(crate) values: Option<Vec<String>>,
    /// The name of a code set: the file `codes/NAME.csv` or `codes/NAME.txt` beside the rule file.
    #[serde(default)]
    pub(crate) code_set: Option<String>,
    /// A file with one code a line, relative to the rule file.
    #[serde(default)]
    pub(crate) file: Option<String>,
}

/// A figure of each group keeps its limits.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a measure"))]
pub(crate) struct RawMeasure {
    /// The figure: `share(COND)`, `count()`, `ratio(a, b)` and the like.
    pub(crate) value: String,
    /// The fields that make the groups; one group unless said.
    #[serde(default)]
    pub(crate) by: Vec<String>,
    /// It is at most this.
    #[serde(default)]
    pub(crate) at_most: Option<String>,
    /// It is at least this.
    #[serde(default)]
    pub(crate) at_least: Option<String>,
    /// It is exactly this.
    #[serde(default)]
    pub(crate) equals: Option<String>,
}

/// Values keep the order of the records in their file.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`ordered`"))]
pub(crate) struct RawOrdered {
    /// The field under test.
    pub(crate) field: String,
    /// The fields that make the groups; one a file unless said.
    #[serde(default)]
    pub(crate) by: Vec<String>,
    /// Which way values go.
    pub(crate) direction: RawDirection,
    /// Whether equal neighbours break it.
    #[serde(default)]
    pub(crate) strict: bool,
}

/// Which way values go.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawDirection {
    Rising,
    Falling,
}

/// The columns of a record set's files.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`columns`"))]
pub(crate) struct RawColumns {
    /// Whether columns that nothing declares are findings.
    #[serde(default)]
    pub(crate) closed: bool,
    /// The order of fields that is asked for; any unless said.
    #[serde(default)]
    pub(crate) order: Vec<String>,
}

/// Intervals of one group do not overlap; touching is no overlap, and a missing end is open.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`no_overlap`"))]
pub(crate) struct RawNoOverlap {
    /// The fields that make the groups; one group unless said.
    #[serde(default)]
    pub(crate) by: Vec<String>,
    /// The field of the start: a date, timestamp or instant.
    pub(crate) from: String,
    /// The field of the end, of the same type.
    pub(crate) to: String,
}

/// Every combination occurs often enough.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`small_cells`"))]
pub(crate) struct RawSmallCells {
    /// The fields whose combinations are counted, or what is derived from them: `year(birth_date)`.
    pub(crate) by: Vec<String>,
    /// How often a combination occurs at least.
    pub(crate) at_least: u64,
    /// A field that must have several values in each combination.
    #[serde(default)]
    pub(crate) diverse: Option<RawDiverse>,
    /// Only in files that claim to be of these kinds of release; in all unless said.
    #[serde(default)]
    #[schemars(schema_with = "release_kinds_schema")]
    pub(crate) releases: Option<Vec<String>>,
}

/// A field that must have several values in each combination.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`diverse`"))]
pub(crate) struct RawDiverse {
    /// The field.
    pub(crate) field: String,
    /// How many values at least.
    pub(crate) at_least: u64,
}

/// A sequence misses no number before a record's and repeats none.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`gap_free`"))]
pub(crate) struct RawGapFree {
    /// The integer field that counts.
    pub(crate) field: String,
    /// The fields that make the groups; one group unless said.
    #[serde(default)]
    pub(crate) by: Vec<String>,
}

/// No identifier where none belongs.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "`identifiers`"))]
pub(crate) struct RawIdentifiers {
    /// Where to search: a list of fields, `text`, `all`, `everything`; or `file_names`, with `records: every`.
    #[serde(rename = "in")]
    pub(crate) within: OneOrMany,
    /// Detectors and groups of them, patterns of the project file, `default`; `default` unless said, or nothing where
    /// `of` says what is looked for.
    #[serde(default)]
    #[schemars(schema_with = "detector_schema")]
    pub(crate) detect: Option<Vec<String>>,
    /// The lowest tier reported; B unless said.
    #[serde(default)]
    pub(crate) min_tier: Option<RawTier>,
    /// Looks for the known identifiers of the people of these record sets of the export: `patients`, `staff`,
    /// `providers`.
    #[serde(default)]
    #[schemars(schema_with = "people_schema")]
    pub(crate) of: OneOrMany,
    /// Whose identifiers of patients are meant: those of the record's own patient, those of another one, or any; any
    /// unless said.
    #[serde(default)]
    pub(crate) whose: Option<RawWhose>,
    /// The kinds of known identifiers that are looked for; all but `pseudonym` unless said.
    #[serde(default)]
    #[schemars(schema_with = "kind_schema")]
    pub(crate) kinds: OneOrMany,
    /// Searches only the files that claim to be such a release; all files unless said.
    #[serde(default)]
    #[schemars(schema_with = "released_schema")]
    pub(crate) releases: OneOrMany,
}

fn released_schema(_: &mut SchemaGenerator) -> Schema {
    one_or_many_of(&release_names())
}

/// Whose known identifiers are meant.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum RawWhose {
    Own,
    Another,
    Any,
}

fn people_schema(_: &mut SchemaGenerator) -> Schema {
    one_or_many_of(&crate::rule::checked::KNOWN_PEOPLE)
}

fn kind_schema(_: &mut SchemaGenerator) -> Schema {
    one_or_many_of(&crate::detect::known::KnownKind::names())
}

fn one_or_many_of(names: &[&str]) -> Schema {
    json_schema!({"anyOf": [
        {"type": "string", "enum": names}, {"type": "array", "items": {"type": "string", "enum": names}}
    ]})
}

fn detector_schema(_: &mut SchemaGenerator) -> Schema {
    let names: Vec<_> = [DEFAULT].into_iter().chain(names()).collect();
    json_schema!({"type": "array", "items": {"type": "string", "examples": names}})
}

/// How certain a finding is, from certain to shape only.
#[derive(Debug, Clone, Copy, DeriveDeserialize, JsonSchema)]
pub(crate) enum RawTier {
    A,
    B,
    C,
    D,
}

/// Records, and what the rule must say of them.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "an example"))]
pub(crate) struct RawExample {
    /// The day on which it stands.
    #[serde(default)]
    pub(crate) as_of: Option<String>,
    /// Parameters of the pack that differ here.
    #[serde(default)]
    pub(crate) params: Entries<String>,
    /// Records by record set; a field that is not given is missing. Records of `every` are rows of a table that no
    /// record set claims, and their keys its headers.
    pub(crate) given: Entries<Vec<Entries<Cell>>>,
    /// What the files of these records claim to be when they leave.
    #[serde(default)]
    #[schemars(schema_with = "release_kind_schema")]
    pub(crate) release: Option<String>,
    /// Files that the rule names, by name.
    #[serde(default)]
    pub(crate) files: Entries<String>,
    /// What the rule says of all records, or of each in order: `pass`, `violation`, `not-evaluable`, `not-applicable`,
    /// `pending`.
    #[schemars(schema_with = "expect_schema")]
    pub(crate) expect: OneOrMany,
}

fn expect_schema(_: &mut SchemaGenerator) -> Schema {
    let words = ["pass", "violation", "not-evaluable", "not-applicable", "pending"];
    json_schema!({"anyOf": [
        {"type": "string", "enum": words}, {"type": "array", "items": {"type": "string", "enum": words}}
    ]})
}

/// The settings of a project.
#[derive(Debug, Default, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("x-what" = "the project file"))]
pub(crate) struct RawProject {
    /// The name of the facility, or `{name: …, kind: hospital}`.
    #[schemars(schema_with = "facility_schema")]
    pub(crate) facility: Option<OneOrMany>,
    /// Where it stands: `US`, `US-MA`.
    pub(crate) jurisdiction: Option<OneOrMany>,
    /// The packs that run: names of built-in ones and paths.
    pub(crate) packs: Option<Vec<String>>,
    /// The layout of the exports.
    pub(crate) layout: Option<String>,
    /// Parameters, by pack and name.
    pub(crate) params: Entries<Entries<String>>,
    /// How files of each record set are found and read.
    pub(crate) sources: Entries<RawSource>,
    /// Tailoring, by rule.
    pub(crate) rules: Entries<RawTailoring>,
    /// How many threads work.
    pub(crate) threads: Option<u64>,
    /// How much memory the stores may use: `64 MiB`.
    pub(crate) memory: Option<String>,
    /// The day on which the audit stands.
    pub(crate) as_of: Option<String>,
    /// Record sets that must be there.
    pub(crate) expect: Option<Vec<String>>,
    /// The share or count of records of a rule that may be not evaluable.
    pub(crate) max_not_evaluable: Option<String>,
    /// The lowest severity that fails the audit; in a list with `stale`, so do waivers and baselines that are stale.
    #[schemars(schema_with = "fail_on_schema")]
    pub(crate) fail_on: Option<OneOrMany>,
    /// The share or count of records of a file that may be skipped: `0.5%`.
    pub(crate) max_skipped: Option<String>,
    /// A file that holds the site key.
    pub(crate) site_key_file: Option<String>,
    /// Reports fictional identifiers like real ones, in every rule: for fixtures and demonstrations.
    pub(crate) fictional: Option<RawFictional>,
    /// A JSON report whose findings are known: only new ones make the audit fail.
    pub(crate) baseline: Option<String>,
    /// Refuses growth: fails on every finding that the baseline does not know.
    pub(crate) ratchet: bool,
    /// The file of waivers, or `{file: waivers.yaml, longest: 2 years}`.
    #[schemars(schema_with = "waivers_schema")]
    pub(crate) waivers: Option<OneOrMany>,
    /// What the export claims to be when it leaves: `deidentified`, or the long form.
    #[schemars(schema_with = "release_schema")]
    pub(crate) release: Option<OneOrMany>,
    /// Identifiers of the site's own, and values that may stand.
    pub(crate) identifiers: Option<RawSite>,
}

/// Identifiers of the site's own, and values that may stand.
#[derive(Debug, Default, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("x-what" = "`identifiers`"))]
pub(crate) struct RawSite {
    /// Identifiers that only this site has, such as its record numbers.
    pub(crate) patterns: Vec<RawSitePattern>,
    /// What is found and may stand where it is.
    pub(crate) allow: Vec<RawAllowance>,
}

/// An identifier that only this site has.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a pattern"))]
pub(crate) struct RawSitePattern {
    /// The name that `detect` takes and findings bear: `mrn-riverside`.
    pub(crate) name: String,
    /// What it is, in words.
    #[serde(default)]
    pub(crate) title: Option<String>,
    /// The regular expression of it; it is found as a whole word.
    pub(crate) pattern: String,
    /// Words beside it, or in the name of its column, that raise its tier.
    #[serde(default)]
    pub(crate) labels: Vec<String>,
    /// Words that name something else of the same shape and lower its tier.
    #[serde(default)]
    pub(crate) contrary: Vec<String>,
    /// How certain it is by itself; B unless said.
    #[serde(default)]
    pub(crate) tier: Option<RawTier>,
    /// The form whose check digit it holds: `luhn`.
    #[serde(default)]
    #[schemars(schema_with = "form_schema")]
    pub(crate) check: Option<String>,
    /// The detector in whose place it is looked for: `mrn`.
    #[serde(default)]
    #[schemars(schema_with = "single_schema")]
    pub(crate) replaces: Option<String>,
}

fn single_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "examples": single().collect::<Vec<_>>()})
}

/// Something that is found and may stand: exactly one of `value`, `pattern` and `column`.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "an allowance"))]
pub(crate) struct RawAllowance {
    /// This value, whatever its case, blanks and signs between letters and digits.
    #[serde(default)]
    pub(crate) value: Option<String>,
    /// Whatever this regular expression matches as a whole.
    #[serde(default)]
    pub(crate) pattern: Option<String>,
    /// Whatever stands in the column of this header or field; `set.field` for one record set alone.
    #[serde(default)]
    pub(crate) column: Option<String>,
    /// The detector, group or pattern whose finding may stand; all unless said.
    #[serde(default)]
    pub(crate) detector: Option<String>,
    /// Why it may stand; the report says it.
    pub(crate) reason: String,
    /// The last day on which it may; without an end unless said.
    #[serde(default)]
    pub(crate) until: Option<String>,
}

fn release_schema(generator: &mut SchemaGenerator) -> Schema {
    let long = generator.subschema_for::<RawRelease>();
    json_schema!({"anyOf": [{"type": "string", "enum": release_names()}, long]})
}

/// What the export claims to be when it leaves.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a release"))]
pub(crate) struct RawRelease {
    /// What every file claims to be of which the manifest says nothing.
    #[serde(default)]
    #[schemars(schema_with = "release_kind_schema")]
    pub(crate) kind: Option<String>,
    /// What it is made for: a word of your own.
    #[serde(default)]
    pub(crate) purpose: Option<String>,
    /// A table that says kind and purpose file by file, relative to this file.
    #[serde(default)]
    pub(crate) manifest: Option<String>,
    /// The fields that together may tell a person from the others, by record set; or what is derived from them, such as
    /// `year(birth_date)`.
    #[serde(default)]
    pub(crate) quasi_identifiers: Entries<Vec<String>>,
    /// How many records share each combination of them at least; 11 unless said.
    #[serde(default)]
    pub(crate) k: Option<u64>,
    /// By record set, a field that must not be the same for all records of a combination.
    #[serde(default)]
    pub(crate) sensitive: Entries<String>,
    /// How many values of it each combination has at least; 2 unless said.
    #[serde(default)]
    pub(crate) l: Option<u64>,
    /// The columns of the codes by which the sender, and nobody else, can find a patient again: names of fields or headers.
    #[serde(default)]
    pub(crate) codes: Vec<String>,
    /// The columns that each purpose needs, by purpose and record set.
    #[serde(default)]
    pub(crate) purposes: Entries<Entries<Vec<String>>>,
}

fn release_names() -> [&'static str; 4] {
    ReleaseKind::ALL.map(ReleaseKind::name)
}

fn release_kinds_schema(generator: &mut SchemaGenerator) -> Schema {
    let kind = release_kind_schema(generator);
    json_schema!({"type": "array", "items": kind})
}

fn release_kind_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"type": "string", "enum": release_names()})
}

fn facility_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"anyOf": [{"type": "string"}, {
        "type": "object", "x-what": "`facility`", "additionalProperties": false,
        "properties": {"name": {"type": "string"}, "kind": {"type": "string"}}
    }]})
}

/// A change to a rule.
#[derive(Debug, DeriveDeserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("x-what" = "a tailoring"))]
pub(crate) struct RawTailoring {
    /// Another severity.
    #[serde(default)]
    pub(crate) severity: Option<RawSeverity>,
    /// Switches it off.
    #[serde(default)]
    pub(crate) off: bool,
    /// Makes an audit without it incomplete.
    #[serde(default)]
    pub(crate) required: Option<bool>,
    /// Another tolerance.
    #[serde(default)]
    pub(crate) tolerance: Option<String>,
    /// The reason, which stands in the report.
    #[serde(default)]
    pub(crate) because: Option<String>,
}

fn fail_on_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"anyOf": [
        {"type": "string", "enum": ["error", "warning", "note", "never"]},
        {"type": "array", "items": {"type": "string", "enum": ["error", "warning", "note", "never", "stale"]}}
    ]})
}

fn waivers_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({"anyOf": [{"type": "string"}, {
        "type": "object", "x-what": "`waivers`", "additionalProperties": false, "required": ["file"],
        "properties": {
            "file": {"type": "string"},
            "longest": {"type": "string", "description": "How long a waiver may hold from the day of its approval: `2 years`."}
        }
    }]})
}
