//! One audit from rules to report, for programs that embed it: load, bind, scan, report.
//!
//! Each step is a type: a [`Request`] is loaded into [`Rules`], these are bound to files as an [`Export`], and that is
//! scanned into a [`Report`](crate::report::Report). What the command line and an embedding program do alike is done
//! here once. This room knows no clock, no environment and no terminal: the day, the folder for temporary files and the
//! site's key come from the caller.

mod error;
mod request;
mod rules;
mod file_name;
mod files;
mod export;
mod basis;

pub use self::error::AuditError;
pub use self::export::{Export, Machine};
pub use self::request::Request;
pub use self::rules::Rules;

pub(crate) use self::basis::{Basis, digest, fail_on, must_run, policy};
pub(crate) use self::file_name::{hide, hide_found};
pub(crate) use self::files::bind;
