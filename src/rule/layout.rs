//! Layouts: how the columns of a known export format bind to the fields of the dictionary.

/// How one export format binds to the dictionary.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Its name: `synthea-csv`.
    pub name: String,
    /// One entry a record set.
    pub sources: Vec<LayoutSource>,
}

/// How the files of one record set are found and read.
#[derive(Debug, Clone)]
pub struct LayoutSource {
    /// The record set.
    pub record_set: String,
    /// File name patterns (`encounters*.csv`), a hint that breaks ties; empty: any.
    pub files: Vec<String>,
    /// Reading options that replace detection.
    pub options: SourceOptions,
    /// Fields and the columns they are read from.
    pub bind: Vec<Binding>,
    /// The record key in this layout, replacing the dictionary's.
    pub key: Option<Vec<String>>,
}

/// One field and how it is read.
#[derive(Debug, Clone, Default)]
pub struct Binding {
    /// The field of the record set.
    pub field: String,
    /// Header names, the first that matches wins; two matches are an error.
    pub columns: Vec<String>,
    /// Names or patterns of the formats, tried in order; empty: the type's default.
    pub formats: Vec<String>,
    /// Texts that mean missing, besides the empty one.
    pub nulls: Vec<String>,
    /// Canonical code and the source codes that mean it.
    pub values: Vec<(String, Vec<String>)>,
    /// Words that mean true; empty: `true`.
    pub true_values: Vec<String>,
    /// Words that mean false; empty: `false`.
    pub false_values: Vec<String>,
    /// The decimal sign, `.` unless said.
    pub decimal: Option<char>,
    /// The sign between groups of digits, none unless said.
    pub group: Option<char>,
    /// IANA zone to which offsets are converted; UTC unless said.
    pub timezone: Option<String>,
    /// The first year of the hundred that two-digit years mean.
    pub pivot: Option<i32>,
    /// Whether the text is trimmed; by type unless said.
    pub trim: Option<bool>,
    /// A separator at which the cell is split; the first part is read unless `many` says otherwise.
    pub split: Option<String>,
}

/// Reading options; what is said replaces detection.
#[derive(Debug, Clone, Default)]
pub struct SourceOptions {
    /// The field delimiter, one byte.
    pub delimiter: Option<u8>,
    /// The quote, one byte.
    pub quote: Option<u8>,
    /// The escape inside quotes, one byte; doubling unless said.
    pub escape: Option<u8>,
    /// Whether blanks before a quote are skipped.
    pub trim_before_quote: bool,
    /// A label of the Encoding Standard.
    pub encoding: Option<String>,
    /// Where the header is.
    pub header: HeaderMode,
    /// Column names where the file has no header.
    pub columns: Vec<String>,
    /// A prefix of lines that are not records.
    pub comment: Option<String>,
    /// A pattern of lines at the end that are not records; its first group, a count, is checked.
    pub footer: Option<String>,
    /// Texts that mean missing in every field.
    pub nulls: Vec<String>,
    /// IANA zone of civil times.
    pub timezone: Option<String>,
    /// How many records may be skipped before the audit is incomplete.
    pub max_skipped: u64,
    /// How many records are expected at least.
    pub min_records: u64,
    /// Whether an empty file is fine.
    pub allow_empty: bool,
}

/// Where the header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeaderMode {
    /// In the first fifty lines, by the names it holds.
    #[default]
    Search,
    /// The first line.
    First,
    /// There is none; columns are named by the layout.
    None,
}
