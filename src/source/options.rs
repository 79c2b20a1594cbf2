//! What a layout or the project file may pin about a table.

use crate::source::Encoding;

/// Where a table's column names stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeaderAt {
    /// In the first of the first 50 lines where enough names are known.
    #[default]
    Search,
    /// In the first line that is not blank.
    First,
    /// Nowhere: [`ReadOptions::columns`] gives the names.
    None,
}

/// What is known about a table before it is opened; what is absent is detected.
#[derive(Debug, Clone, Default)]
pub struct ReadOptions {
    /// The byte between fields.
    pub delimiter: Option<u8>,
    /// The byte around fields that hold delimiters or line breaks; `"` if absent.
    pub quote: Option<u8>,
    /// A byte that takes the next one literally inside quotes, beside the doubled quote.
    pub escape: Option<u8>,
    /// Whether blanks may stand before an opening quote.
    pub trim_before_quote: bool,
    /// The encoding of the bytes.
    pub encoding: Option<Encoding>,
    /// Where the names stand.
    pub header: HeaderAt,
    /// The names of the columns, for [`HeaderAt::None`].
    pub columns: Vec<String>,
    /// What starts a line that is a comment.
    pub comment: Option<String>,
    /// What a footer line looks like; its first group is the number of records.
    pub footer: Option<regex::bytes::Regex>,
    /// Whether a file without a byte is in order.
    pub allow_empty: bool,
    /// How many records the file holds at least.
    pub min_records: u64,
}
