//! The audit as a document: one report, and everything that is rendered from it.
//!
//! The JSON report is the audit; the terminal screen and every other format are drawn from it, fresh or saved.
//! This room never sees a cell of a record: what reaches it is masked already. It knows no clock and no terminal;
//! width, colour and the as-of date come from the caller.

mod error;
pub mod json;
mod verdict;
mod assemble;
mod screen;
mod transfer;
mod waiver;
mod baseline;
mod compare;
pub mod trend;
mod advice;
pub mod terminal;
mod snippet;
pub mod explain;
mod phrase;
mod role;
mod sarif;
mod junit;
mod github;
mod gitlab;
mod markdown;
mod html;
mod narrated;
mod worklist;
mod format;
mod rows;
mod stream;
mod holdings;
pub mod retention;
pub mod record;
mod write;
#[cfg(test)]
pub(crate) mod sample;

pub(crate) use self::assemble::header;
pub use self::assemble::{AssembleInput, Excusing, Meta, NOTICE, Policy};
pub use self::baseline::{Earlier, Ratchet};
pub use self::compare::comparison;
pub use self::error::ReportError;
pub use self::format::ReportFormat;
pub use self::holdings::HoldingList;
pub use self::json::v1::{
    Allowance, AllowanceKind, Digest, Fingerprints, PackNotRun, Report, SitePattern, Tailoring,
    TransferColumn, TransferSet, Verdict,
};
pub(crate) use self::rows::{Row, RowFile, key_cell, key_parts, number_cell};
pub use self::screen::Style;
pub use self::stream::{AllFindings, StreamOptions, holds_findings};
pub use self::verdict::{Emptiness, ExitReason, Facts, FailOn, Gap, verdict};
pub use self::waiver::{list_waivers, note_waivers};
pub use self::worklist::Worklist;
pub use self::write::{Audience, write_atomic, write_atomic_with};
