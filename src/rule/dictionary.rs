//! The dictionary: record sets, their fields, types, PHI classes, keys and references.

use crate::expr::typed::FieldId;
use crate::rule::checked::Severity;
use crate::value::FieldType;

/// The record sets known to a run: the built-in ones and those that packs declare.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    /// The record sets, in the order of their declaration.
    pub sets: Vec<RecordSet>,
}

impl Dictionary {
    /// The record set of that name.
    #[must_use]
    pub fn set(&self, name: &str) -> Option<&RecordSet> {
        self.sets.iter().find(|set| set.name == name)
    }
}

/// Records of one kind.
#[derive(Debug, Clone)]
pub struct RecordSet {
    /// Its name: `encounters`.
    pub name: String,
    /// What one record is, in words.
    pub title: String,
    /// The fields that identify a record; may be empty.
    pub key: Vec<FieldId>,
    /// The fields; a `FieldId` is an index into this list.
    pub fields: Vec<Field>,
}

impl RecordSet {
    /// What stands for the record sets of all files, recognised or not. It has no fields.
    pub const EVERY: &'static str = "every";

    /// The record set that stands for all.
    #[must_use]
    pub fn every() -> Self {
        Self {
            name: Self::EVERY.to_owned(),
            title: "A table of any kind".to_owned(),
            key: Vec::new(),
            fields: Vec::new(),
        }
    }

    /// The number of the field of that name.
    #[must_use]
    pub fn field_id(&self, name: &str) -> Option<FieldId> {
        let index = self.fields.iter().position(|field| field.name == name)?;
        u16::try_from(index).ok().map(FieldId)
    }

    /// The field of that number.
    #[must_use]
    pub fn field(&self, id: FieldId) -> &Field {
        &self.fields[usize::from(id.0)]
    }
}

/// One field of a record set.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its name: `discharged_at`.
    pub name: String,
    /// Its type.
    pub ty: FieldType,
    /// How it may identify a person.
    pub phi: Phi,
    /// The words staff use for it.
    pub label: Option<String>,
    /// Header names under which it is recognised where no layout knows the file.
    pub aliases: Vec<String>,
    /// The codes that the dictionary declares for it; they are shown in clear. Empty: none declared.
    pub values: Vec<String>,
    /// The record set whose key it holds.
    pub references: Option<Reference>,
    /// True when a sound record may well have no value here (`revoked_at`, `end_at`).
    pub often_blank: bool,
}

/// A field that holds the key of a record of another set, or of the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The record set whose key it is.
    pub record_set: String,
    /// The name of the relation to that record, which rules need not declare.
    pub relation: String,
    /// How grave it is when no record has that key; `None`: nothing is wrong then, as where the record set need
    /// not be whole.
    pub orphans: Option<Severity>,
    /// The file and the line at which it is declared.
    pub declared: (String, u64),
}

/// How a field may identify a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Phi {
    /// It does not.
    #[default]
    None,
    /// By itself: a name, a number, an address.
    Direct,
    /// Together with others: a ZIP code, an age.
    Quasi,
    /// A date about the person.
    Date,
    /// Free text that may hold anything.
    Text,
}
