//! What to do about what was wrong with an input.

/// Codes of input problems and what to do, one sentence each.
const ADVICE: [(&str, &str); 39] = [
    ("read/bad-value", "Name the format of the column under `formats` in its binding."),
    (
        "read/bare-quote",
        "Kept as they stand; check that the export quotes fields that hold quotes.",
    ),
    (
        "read/blank-header",
        "Give the column a name in the export, or leave it: nothing is read from it.",
    ),
    ("read/compressed", "Unpack the file and scan what is inside."),
    (
        "read/control-char",
        "Kept without them; check the job that prints page breaks into the export.",
    ),
    (
        "read/damaged-identifier",
        "Export the column as text: a spreadsheet has rounded the digits away.",
    ),
    ("read/dialect-mismatch", "Declare `delimiter` and `quote` of the source in the project file."),
    ("read/duplicate-header", "Rename one of the columns: a field must be read from exactly one."),
    (
        "read/duplicate-input",
        "Remove one of them; the first was audited, this one was not read again.",
    ),
    ("read/empty-file", "Repeat the export: it holds nothing. `allow_empty` accepts it."),
    ("read/encoding-guessed", "Declare `encoding` of the source if names look wrong."),
    ("read/encoding-unsupported", "Export as UTF-8."),
    ("read/encrypted", "Unpack the file with its password and scan what is inside."),
    ("read/excel-formula-text", "Read as the text inside; export plain CSV to avoid it."),
    (
        "read/header-not-found",
        "Bind the columns in the project file, or declare `header: none` with `columns`.",
    ),
    ("read/invalid-utf8", "Look at the places: a character was cut or stands in another encoding."),
    (
        "read/invisible-char",
        "Trimmed for matching; clean the column at its source, joins on it fail elsewhere.",
    ),
    ("read/long-row", "Look at the lines: a delimiter stands in a field without quotes."),
    (
        "read/missing-column",
        "Bind the field to a column in the project file, or add the column to the export.",
    ),
    ("read/mixed-encoding", "Export the whole file in one encoding, best UTF-8."),
    ("read/mixed-line-ends", "Read all the same; parts from different systems were joined."),
    ("read/mojibake", "Repeat the export: text was decoded twice on its way."),
    (
        "read/no-records",
        "Repeat the export: it holds a header and no records. `min_records` makes this an error.",
    ),
    ("read/nul-byte", "Look at the places: bytes that are no text stand in fields."),
    ("read/nul-padding", "Repeat the export: writing or copying it never finished."),
    (
        "read/record-too-long",
        "Look for a quote that is never closed, or leave the column out of the export.",
    ),
    ("read/repeated-header", "Parts were joined with their headers; these lines are no records."),
    ("read/replacement-char", "Repeat the export: characters were lost before it was written."),
    ("read/schema-drift", "Compare the headers of the parts: columns came or went between them."),
    ("read/short-row", "Look at the lines: a line break may stand in a field without quotes."),
    ("read/suspect-cut", "Check the report tool's limit: many values end at the same length."),
    ("read/text-after-quote", "If quotes are escaped by a backslash, declare `escape: \"\\\\\"`."),
    ("read/trailing-delimiter", "Read without the empty last field."),
    ("read/trailing-garbage", "Repeat the export or the download: bytes follow after its end."),
    ("read/truncated", "Repeat the export: its end is missing."),
    ("read/unclosed-quote", "Look at the opening quote: it is never closed."),
    ("read/underline-row", "The line under the header is no record."),
    ("read/unmapped-code", "Add the codes to `values` in the binding of the field."),
    ("read/wrong-format", "Export the table as CSV."),
];

/// What to do about problems of that code, if there is something to say.
pub(crate) fn advice(code: &str) -> Option<&'static str> {
    ADVICE.iter().find_map(|(known, words)| (*known == code).then_some(*words))
}

#[cfg(test)]
mod tests {
    use super::{ADVICE, advice};

    #[test]
    fn codes_are_sorted_and_said_once() {
        assert!(ADVICE.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(
            ADVICE.iter().all(|(code, words)| code.starts_with("read/") && words.ends_with('.'))
        );
    }

    #[test]
    fn advice_is_found() {
        check("read/truncated", Some("Repeat the export: its end is missing."));
        check("read/no-such-code", None);
    }

    #[track_caller]
    fn check(code: &str, expected: Option<&str>) {
        assert_eq!(advice(code), expected);
    }
}
