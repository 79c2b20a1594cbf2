//! Lists of what was to be delivered, and the files that arrived held against them.
//!
//! A list says of each file its size, its hash or how many records it has; nothing in it is trusted to name a file
//! outside the delivery.

mod error;
mod list;

pub use self::error::ListError;
pub(crate) use self::list::ArrivedFile;
pub use self::list::Manifest;
