//! One violation, masked; what became of each rule and each input, with counts that add up.
//!
//! Record numbers count from 1 after the header, skipped records included; physical lines count from 1.
//! Nothing here holds text of a record unmasked.

mod masked;
mod header;
mod article;
mod hash;
mod key;
mod overdue;
mod standing;
mod person;
mod violation;
mod holding;
mod outcome;

pub use self::article::article;
pub use self::hash::{KeyedHash, fingerprint_text, tag_text};
pub use self::header::{header_text, headers_of_unknown, may_be_record};
pub use self::holding::{Account, Holding, HoldingSink};
pub use self::key::{RecordKey, SiteKey};
pub use self::masked::{Masked, Reveal, neutral};
pub use self::outcome::{
    Claimed, Counts, FileViolations, InputFate, InputOutcome, Known, NotEvaluated, Outcome,
    RuleOutcome, Scan, Unit,
};
pub use self::overdue::{Age, Overdue};
pub use self::person::{Bearer, Person};
pub use self::standing::Standing;
pub use self::violation::{Finding, FindingField, FindingSink, Place, Tag};
pub use crate::source::{Issue, IssueClass, IssueCode, IssueLog, Tally};
