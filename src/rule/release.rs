//! What an export claims to be when it leaves, what the project file says of it, and what must not be in it.

use crate::detect::Identifying;
use crate::rule::Detection;

/// What a release, or one file of it, claims to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReleaseKind {
    /// Records with everything that identifies the patient: for treatment, the patient, an authorised recipient.
    Identified,
    /// A limited data set: no direct identifiers; dates, towns, states and ZIP codes may stay.
    Limited,
    /// No identifier is left.
    Deidentified,
    /// Figures about groups of people.
    Aggregate,
}

impl ReleaseKind {
    /// Every kind, in the order of the reference.
    pub const ALL: [Self; 4] =
        [Self::Identified, Self::Limited, Self::Deidentified, Self::Aggregate];

    /// The word for it in flags, project files, rules and manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Identified => "identified",
            Self::Limited => "limited",
            Self::Deidentified => "deidentified",
            Self::Aggregate => "aggregate",
        }
    }

    /// The kind of that name; a manifest may write it with capitals, blanks or hyphens: `De-identified`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let letters = || name.trim().chars().filter(|char| !matches!(char, ' ' | '-' | '_'));
        Self::ALL
            .into_iter()
            .find(|kind| letters().flat_map(char::to_lowercase).eq(kind.name().chars()))
    }
}

/// Who says what a file claims to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ClaimedBy {
    /// Nobody.
    #[default]
    Nobody,
    /// The flag or variable of the run.
    Run,
    /// A manifest.
    Manifest,
    /// The project file.
    Project,
    /// It is a manifest: it is about the release and no part of it.
    Itself,
}

/// What the project file says of the release that an export is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReleaseSettings {
    /// What every file claims to be of which the manifest says nothing.
    pub kind: Option<ReleaseKind>,
    /// What it is made for.
    pub purpose: Option<String>,
    /// A file that says it file by file, relative to the project file.
    pub manifest: Option<String>,
    /// The fields that together may tell a person from the others, by record set.
    pub quasi_identifiers: Vec<(String, Vec<String>)>,
    /// How many records share each combination of them at least.
    pub k: Option<u64>,
    /// A field that must not be the same for all records of a combination, by record set.
    pub sensitive: Vec<(String, String)>,
    /// How many values of it each combination has at least.
    pub l: Option<u64>,
    /// The columns of the codes by which the sender can find a patient again: names of fields or headers.
    pub codes: Vec<String>,
    /// What each purpose needs.
    pub purposes: Vec<Purpose>,
}

impl ReleaseSettings {
    /// Whether the project file uses this word for a purpose, so that it is no secret.
    #[must_use]
    pub fn declares(&self, purpose: &str) -> bool {
        let names = self.purposes.iter().map(|purpose| &purpose.name);
        names.chain(&self.purpose).any(|name| name == purpose)
    }
}

/// What files that claim to be of a kind of release must not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct ReleaseCheck {
    /// The kinds of release.
    pub kinds: Vec<ReleaseKind>,
    /// Only files that were made fit to leave in this way; `None`: in any.
    pub method: Option<ReleaseMethod>,
    /// What must not be there.
    pub remove: Vec<Identifying>,
    /// The ZIP prefixes in force; `None`: whether a prefix may stay cannot be told.
    pub zips: Option<ZipPrefixes>,
    /// What identifiers it can look for.
    pub detection: Detection,
}

impl ReleaseCheck {
    /// Whether files of such a claim are held against it.
    #[must_use]
    pub fn is_about(&self, kind: ReleaseKind, method: ReleaseMethod) -> bool {
        self.kinds.contains(&kind) && self.method.is_none_or(|own| own == method)
    }
}

/// How a file was made fit to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReleaseMethod {
    /// Everything on a list was taken out.
    SafeHarbor,
    /// An expert determined that the risk is very small.
    Expert,
}

/// Three-digit prefixes of ZIP codes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ZipPrefixes {
    /// Those in whose areas too few people live.
    pub restricted: Vec<u16>,
    /// Those that are in no census table.
    pub unused: Vec<u16>,
}

/// What a purpose needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purpose {
    /// Its name.
    pub name: String,
    /// The columns, by record set: names of fields, or of headers where no field is read from the column.
    pub columns: Vec<(String, Vec<String>)>,
}

#[cfg(test)]
mod tests {
    use super::ReleaseKind;

    #[test]
    fn kinds_are_known_by_their_words() {
        for kind in ReleaseKind::ALL {
            assert_eq!(ReleaseKind::named(kind.name()), Some(kind));
        }
        for (text, expected) in [
            ("De-identified", Some(ReleaseKind::Deidentified)),
            (" LIMITED ", Some(ReleaseKind::Limited)),
            ("limited data set", None),
            ("", None),
        ] {
            assert_eq!(ReleaseKind::named(text), expected, "of {text:?}");
        }
    }
}
