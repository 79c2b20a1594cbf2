//! Waivers as an audit finds them: what each excuses, and what somebody has to do about it.

mod entry;
mod section;
mod underline;

pub(crate) use self::entry::{entries, stale};
pub use self::section::{list_waivers, note_waivers};
pub(crate) use self::section::{noted, section, sentence};
