//! Every code that reading can report, once.

use crate::source::IssueCode;

macro_rules! codes {
    ($($name:ident $code:literal)*) => { $(pub(super) const $name: IssueCode = IssueCode($code);)* };
}

codes! {
    BARE_QUOTE "read/bare-quote"
    BLANK_HEADER "read/blank-header"
    BOM "read/bom"
    COMPRESSED "read/compressed"
    CONTROL_CHAR "read/control-char"
    DIALECT_DETECTED "read/dialect-detected"
    DIALECT_MISMATCH "read/dialect-mismatch"
    DUPLICATE_HEADER "read/duplicate-header"
    EMPTY_FILE "read/empty-file"
    ENCODING_GUESSED "read/encoding-guessed"
    ENCODING_UNSUPPORTED "read/encoding-unsupported"
    ENCRYPTED "read/encrypted"
    EXCEL_FORMULA_TEXT "read/excel-formula-text"
    FOOTER_COUNT "read/footer-count"
    HEADER_NOT_FOUND "read/header-not-found"
    INVALID_UTF8 "read/invalid-utf8"
    INVISIBLE_CHAR "read/invisible-char"
    LINE_ENDS "read/line-ends"
    LONG_ROW "read/long-row"
    MIXED_ENCODING "read/mixed-encoding"
    MIXED_LINE_ENDS "read/mixed-line-ends"
    MOJIBAKE "read/mojibake"
    NOT_A_FILE "read/not-a-file"
    NO_RECORDS "read/no-records"
    NUL_BYTE "read/nul-byte"
    NUL_PADDING "read/nul-padding"
    OTHER_FILE "read/other-file"
    PREAMBLE "read/preamble"
    RECORD_TOO_LONG "read/record-too-long"
    REPEATED_HEADER "read/repeated-header"
    REPLACEMENT_CHAR "read/replacement-char"
    SEP_DIRECTIVE "read/sep-directive"
    SHORT_ROW "read/short-row"
    TEXT_AFTER_QUOTE "read/text-after-quote"
    TOO_FEW_RECORDS "read/too-few-records"
    TOO_MANY_COLUMNS "read/too-many-columns"
    TRAILING_DELIMITER "read/trailing-delimiter"
    TRANSCODED "read/transcoded"
    TRUNCATED "read/truncated"
    UNCLOSED_QUOTE "read/unclosed-quote"
    UNDERLINE_ROW "read/underline-row"
    UNREADABLE "read/unreadable"
    WRONG_FORMAT "read/wrong-format"
}
