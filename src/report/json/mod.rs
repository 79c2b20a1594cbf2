//! The report as JSON: writing it, reading it back, and the schema that describes it.

pub mod v1;
mod text;

pub use self::text::SCHEMA_TEXT;
#[cfg(test)]
pub(crate) use self::text::tests::assert_published;
