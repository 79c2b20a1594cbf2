//! What is asked of an audit.

use std::path::PathBuf;

use crate::finding::{Reveal, SiteKey};
use crate::report::FailOn;
use crate::rule::ReleaseKind;
use crate::value::Date;

/// What is asked of an audit. What is left empty is as on the command line: see [`Request::on`].
#[derive(Debug, Clone)]
pub struct Request {
    /// The day on which the audit stands; the same export has the same verdict on the same day.
    pub as_of: Date,
    /// The project file, whose settings hold where this request says nothing.
    pub project: Option<PathBuf>,
    /// Packs that ship, by name, and files or folders of rules; empty: those of the project file, else those of the place.
    pub rules: Vec<String>,
    /// Where the facility is: `US-MA`; empty: what the project file says.
    pub jurisdictions: Vec<String>,
    /// The kind of facility: `hospital`; `None`: what the project file says.
    pub facility: Option<String>,
    /// Parameters of packs, name and value: `us-hospital.completion_days` and `14`.
    pub params: Vec<(String, String)>,
    /// Rules that run: an id, `FAMILY/`, `PACK:` or `cite:TEXT`; empty: all.
    pub select: Vec<String>,
    /// Rules that do not run, in the same words.
    pub ignore: Vec<String>,
    /// The layout that wins where it fits; `None`: what the project file says.
    pub layout: Option<String>,
    /// What the export claims to be when it leaves; `None`: what the manifest or the project file says.
    pub release: Option<ReleaseKind>,
    /// The lowest severity that makes the audit fail; `None`: what the project file says, else errors.
    pub fail_on: Option<FailOn>,
    /// The key of tags and fingerprints; without it keys are numbered within the report.
    pub site_key: Option<SiteKey>,
    /// What is shown in clear.
    pub reveal: Reveal,
}

impl Request {
    /// An audit as of a day, of which nothing else is said: the packs that run everywhere, every rule of theirs, every
    /// value masked.
    #[must_use]
    pub fn on(as_of: Date) -> Self {
        Self {
            as_of,
            project: None,
            rules: Vec::new(),
            jurisdictions: Vec::new(),
            facility: None,
            params: Vec::new(),
            select: Vec::new(),
            ignore: Vec::new(),
            layout: None,
            release: None,
            fail_on: None,
            site_key: None,
            reveal: Reveal::Nothing,
        }
    }
}
