//! What can be wrong with a sample or with a worksheet.

use miette::Diagnostic;
use thiserror::Error;

/// Why a sample cannot be drawn, or a worksheet not be used.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
#[non_exhaustive]
pub enum SampleError {
    /// There is no record to draw.
    #[error("there is no record to draw")]
    #[diagnostic(
        code(chartaudit::sample::empty_frame),
        help(
            "`chartaudit plan PATH` shows what each file was recognised as; `--where` may be too narrow"
        )
    )]
    EmptyFrame,
    /// There are more strata than records to be drawn.
    #[error("the records fall into {strata} strata, and each needs a record")]
    #[diagnostic(
        code(chartaudit::sample::more_strata_than_size),
        help("draw at least {strata} records with `--size`, or choose another field for `--by`")
    )]
    MoreStrataThanSize {
        /// How many strata there are.
        strata: usize,
    },
    /// There are too many strata to be held.
    #[error("the records fall into more than {strata} strata: too many for a sample of this size")]
    #[diagnostic(
        code(chartaudit::sample::too_many_strata),
        help("choose a field with fewer values for `--by`, such as a class or a unit")
    )]
    TooManyStrata {
        /// How many strata were seen.
        strata: usize,
    },
    /// The file is no worksheet.
    #[error("the file is not a worksheet of `chartaudit sample`")]
    #[diagnostic(
        code(chartaudit::sample::not_a_worksheet),
        help("save the worksheet as CSV with all its columns: {columns}")
    )]
    NotAWorksheet {
        /// The columns that it must have.
        columns: String,
    },
    /// The worksheet cannot be used as it was filled in.
    #[error("the worksheet cannot be used")]
    #[diagnostic(code(chartaudit::sample::worksheet))]
    Worksheet {
        /// Everything that is wrong, in the order of the rows.
        #[related]
        problems: Vec<WorksheetProblem>,
    },
    /// Not every record was reviewed.
    #[error("{open} of {all} records are not reviewed")]
    #[diagnostic(
        code(chartaudit::sample::not_reviewed),
        help(
            "fill `deficient` with `yes`, `no`, or `na` where a record cannot be assessed: a sample of those that were easy is no random sample"
        )
    )]
    NotReviewed {
        /// How many are open.
        open: usize,
        /// How many there are.
        all: usize,
    },
    /// Nothing could be assessed in a stratum.
    #[error(
        "no record of a stratum of {records} records could be assessed, so that nothing can be said of all"
    )]
    #[diagnostic(
        code(chartaudit::sample::nothing_assessed),
        help("draw a larger sample, or leave the stratum out with `--where`")
    )]
    NothingAssessed {
        /// How many records the stratum has.
        records: u64,
    },
    /// The confidence is none.
    #[error("a confidence of {percent} % is none")]
    #[diagnostic(
        code(chartaudit::sample::confidence),
        help("name a percentage from 50 to 99.99; 95 is usual")
    )]
    Confidence {
        /// What was asked for.
        percent: String,
    },
}

/// One thing wrong in a worksheet. Rows count from 1 after the header.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum WorksheetProblem {
    /// An answer is no answer.
    #[error("row {row}: `deficient` is neither `yes`, `no` nor `na`")]
    #[diagnostic(code(chartaudit::sample::answer))]
    Answer {
        /// The row.
        row: usize,
    },
    /// A figure was changed.
    #[error("row {row}: `{column}` is not what was written there")]
    #[diagnostic(
        code(chartaudit::sample::figure),
        help(
            "the columns after `remark` say how the sample was drawn: take them from the worksheet as it was written"
        )
    )]
    Figure {
        /// The row.
        row: usize,
        /// The column.
        column: &'static str,
    },
    /// A record stands twice.
    #[error("row {row}: record {number} of the sample stands here again")]
    #[diagnostic(code(chartaudit::sample::twice))]
    Twice {
        /// The row.
        row: usize,
        /// The number of the record in the sample.
        number: u64,
    },
    /// Rows are missing.
    #[error("{missing} of {drawn} records of the sample are not in the worksheet")]
    #[diagnostic(
        code(chartaudit::sample::rows_missing),
        help(
            "a record that was left out counts as much as one that was reviewed: take its row from the worksheet as it was written"
        )
    )]
    RowsMissing {
        /// How many are missing.
        missing: u64,
        /// How many were drawn.
        drawn: u64,
    },
}
