//! How the cells of one column become typed values: a binding, compiled once a file.

use std::collections::HashMap;
use std::sync::Arc;

use crate::rule::{Binding, Field};
use crate::value::format::DateFormat;
use crate::value::{FieldType, Zone};

/// A binding that cannot be compiled: the field, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("field `{field}`: {what}")]
pub struct ReaderProblem {
    /// The field.
    pub field: String,
    /// What is wrong, without values.
    pub what: String,
}

/// How the cells of one column become typed values.
#[derive(Debug, Clone)]
pub struct CellReader {
    /// Whether blanks around the text are dropped.
    pub trim: bool,
    /// Texts that mean missing, besides the empty one.
    pub nulls: Vec<Box<[u8]>>,
    /// A separator at which the cell ends.
    pub split: Option<Box<[u8]>>,
    /// What the text becomes.
    pub kind: ReaderKind,
}

/// What the text of a cell becomes.
#[derive(Debug, Clone)]
pub enum ReaderKind {
    /// Text as it is.
    Text,
    /// Text whose spreadsheet damage makes it invalid.
    Id,
    /// A code, mapped to the canonical one where the binding says so.
    Code(Option<HashMap<Box<[u8]>, Arc<str>>>),
    /// A whole number.
    Integer {
        /// The sign between groups of digits.
        group: Option<u8>,
    },
    /// An exact decimal.
    Decimal {
        /// The decimal sign.
        point: u8,
        /// The sign between groups of digits.
        group: Option<u8>,
    },
    /// True or false.
    Boolean {
        /// Words that mean true, in lower case.
        yes: Vec<Box<[u8]>>,
        /// Words that mean false, in lower case.
        no: Vec<Box<[u8]>>,
    },
    /// A date or time of the field's type.
    Moment {
        /// The declared formats, tried in order; none: the canonical text of the type, with an offset or without.
        formats: Vec<DateFormat>,
        /// The zone whose civil time a timestamp shows.
        zone: Zone,
    },
}

fn bytes(texts: &[String]) -> Vec<Box<[u8]>> {
    texts.iter().map(|text| text.as_bytes().into()).collect()
}

fn ascii(sign: Option<char>, field: &Field) -> Result<Option<u8>, ReaderProblem> {
    sign.map(|sign| {
        u8::try_from(sign).ok().filter(u8::is_ascii).ok_or_else(|| ReaderProblem {
            field: field.name.clone(),
            what: "`decimal` and `group` take one ASCII character".to_owned(),
        })
    })
    .transpose()
}

impl CellReader {
    /// The reader of a field by its type alone, for canonical text.
    #[must_use]
    pub fn canonical(field: &Field) -> Self {
        let kind = match field.ty {
            FieldType::Text => ReaderKind::Text,
            FieldType::Id => ReaderKind::Id,
            FieldType::Code => ReaderKind::Code(None),
            FieldType::Integer => ReaderKind::Integer { group: None },
            FieldType::Decimal => ReaderKind::Decimal { point: b'.', group: None },
            FieldType::Boolean => ReaderKind::Boolean { yes: Vec::new(), no: Vec::new() },
            FieldType::Date | FieldType::Time | FieldType::Timestamp | FieldType::Instant => {
                ReaderKind::Moment { formats: Vec::new(), zone: Zone::utc() }
            }
        };
        Self { trim: field.ty != FieldType::Text, nulls: Vec::new(), split: None, kind }
    }

    /// Compiles a binding of a field; `nulls` and `zone` are those of the whole source.
    ///
    /// # Errors
    /// A format, zone or sign that cannot be used, in words.
    pub fn compile(
        field: &Field,
        binding: &Binding,
        nulls: &[String],
        zone: Option<&str>,
    ) -> Result<Self, ReaderProblem> {
        let problem = |what: String| ReaderProblem { field: field.name.clone(), what };
        let mut reader = Self::canonical(field);
        reader.trim = binding.trim.unwrap_or(reader.trim);
        reader.nulls = bytes(nulls);
        reader.nulls.extend(bytes(&binding.nulls));
        reader.nulls.retain(|text| !text.is_empty());
        reader.split = binding.split.as_ref().map(|text| text.as_bytes().into());
        match &mut reader.kind {
            ReaderKind::Text | ReaderKind::Id => {}
            ReaderKind::Code(map) => {
                if !binding.values.is_empty() {
                    let mut codes = HashMap::new();
                    for (canonical, sources) in &binding.values {
                        let canonical: Arc<str> = canonical.as_str().into();
                        for source in sources {
                            codes.insert(source.as_bytes().into(), Arc::clone(&canonical));
                        }
                    }
                    *map = Some(codes);
                }
            }
            ReaderKind::Integer { group } => *group = ascii(binding.group, field)?,
            ReaderKind::Decimal { point, group } => {
                *point = ascii(binding.decimal, field)?.unwrap_or(b'.');
                *group = ascii(binding.group, field)?;
            }
            ReaderKind::Boolean { yes, no } => {
                let lower = |texts: &[String]| {
                    texts.iter().map(|text| text.to_ascii_lowercase().into_bytes().into()).collect()
                };
                *yes = lower(&binding.true_values);
                *no = lower(&binding.false_values);
            }
            ReaderKind::Moment { formats, zone: field_zone } => {
                for name in &binding.formats {
                    let format = DateFormat::compile(name, binding.pivot)
                        .map_err(|error| problem(error.to_string()))?;
                    formats.push(format);
                }
                if let Some(name) = binding.timezone.as_deref().or(zone) {
                    *field_zone = Zone::named(name)
                        .ok_or_else(|| problem(format!("`{name}` is no IANA time zone")))?;
                }
            }
        }
        Ok(reader)
    }
}
