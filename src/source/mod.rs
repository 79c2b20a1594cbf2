//! Exported files as batches of cells, with everything that was wrong with them.
//!
//! The sequential reader is the definition: a quote opens a field only as its first byte, and a
//! fault costs one physical line. Reading by chunks equals it byte for byte. This room knows
//! nothing of rules.

mod input;
mod discover;
mod options;
mod issue;
mod code;
mod open;
mod sniff;
mod table;
mod decode;
mod lexer;
mod split;
mod block;
mod flag;
mod batch;
#[cfg(test)]
mod tests;

pub use self::batch::{Batch, CellSpan, Footer, Misfit};
pub use self::discover::{Discovery, FoundFile, discover, open_file};
pub use self::input::{Input, ReadAt};
pub use self::issue::{Issue, IssueClass, IssueCode, IssueCount, IssueLog};
pub use self::open::{Refusal, open};
pub use self::options::{HeaderAt, ReadOptions};
pub use self::table::{Chunk, Encoding, Header, LineEnd, Table, Tally};
