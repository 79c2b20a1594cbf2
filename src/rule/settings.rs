//! What the flags and the project file ask of the rules.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::detect::Site;
use crate::rule::checked::{Severity, Tolerance};
use crate::rule::config::ProjectFile;
use crate::rule::text::RuleText;

/// What is asked of the rules.
pub struct LoadRequest<'a> {
    /// Which packs run.
    pub packs: PackSelection,
    /// The places by whose law records are kept: `US-MA`; those of `packs` if empty, and without any of them every
    /// place of a pack's own jurisdiction.
    pub places: Vec<String>,
    /// The kind of facility that keeps the records, where neither they nor a rule say it.
    pub facility: Option<String>,
    /// Values of parameters.
    pub params: Vec<ParamSetting>,
    /// Changes to rules.
    pub tailoring: Vec<Tailoring>,
    /// Rules that run: an id, `FAMILY/`, `PACK:` or `cite:TEXT`; empty: all.
    pub select: Vec<String>,
    /// Rules that do not run, in the same words.
    pub ignore: Vec<String>,
    /// Whether fictional identifiers are reported like real ones by every rule.
    pub fictional_report: bool,
    /// What the project file says of identifiers.
    pub identifiers: Site,
    /// The project file, if what is wrong in it is to be told too.
    pub project: Option<&'a ProjectFile>,
    /// Reads a file that a rule names; the path is that of the rule file joined with the name.
    pub read_file: &'a dyn Fn(&str) -> Option<String>,
}

impl Default for LoadRequest<'_> {
    fn default() -> Self {
        Self {
            packs: PackSelection::All,
            places: Vec::new(),
            facility: None,
            params: Vec::new(),
            tailoring: Vec::new(),
            select: Vec::new(),
            ignore: Vec::new(),
            fictional_report: false,
            identifiers: Site::default(),
            project: None,
            read_file: &|_| None,
        }
    }
}

impl fmt::Debug for LoadRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoadRequest")
            .field("packs", &self.packs)
            .field("select", &self.select)
            .field("ignore", &self.ignore)
            .finish_non_exhaustive()
    }
}

/// Which packs run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PackSelection {
    /// Every pack among the texts.
    All,
    /// The packs of these names, whatever their jurisdiction.
    Named(Vec<String>),
    /// The packs made for the place and the kind of facility, and those made for everywhere.
    Where {
        /// `US`, `US-MA`; the second implies the first.
        jurisdictions: Vec<String>,
        /// `hospital`.
        facility: Option<String>,
    },
}

/// The value of a parameter.
#[derive(Debug, Clone)]
pub struct ParamSetting {
    /// The pack; without it exactly one pack has the parameter.
    pub pack: Option<String>,
    /// The parameter.
    pub name: String,
    /// Its value.
    pub value: String,
    /// Where it is written, if in a file.
    pub place: Option<Place>,
}

/// A change to a rule.
#[derive(Debug, Clone, Default)]
pub struct Tailoring {
    /// The id of the rule, with or without its pack.
    pub rule: String,
    /// Another severity.
    pub severity: Option<Severity>,
    /// Switches it off.
    pub off: bool,
    /// Makes an audit without it incomplete, or no longer does.
    pub required: Option<bool>,
    /// Another tolerance.
    pub tolerance: Option<Tolerance>,
    /// The reason; a loosening has one.
    pub because: String,
    /// Where it is written, if in a file.
    pub place: Option<Place>,
}

/// A place in a file.
#[derive(Debug, Clone)]
pub struct Place {
    /// The file.
    pub file: Arc<RuleText>,
    /// The bytes.
    pub span: Range<usize>,
}
