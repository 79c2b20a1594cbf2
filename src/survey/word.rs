//! Words that exports use for true, false and nothing.

/// Words for true and false.
pub(super) const TRUTH: [(&str, &str); 10] = [
    ("Y", "N"),
    ("Yes", "No"),
    ("1", "0"),
    ("T", "F"),
    ("X", "-"),
    ("On", "Off"),
    ("J", "N"),
    ("Ja", "Nein"),
    ("Oui", "Non"),
    ("Si", "No"),
];

/// Words for nothing, whatever the type: nobody is called so.
pub(super) const NOTHING: [&str; 9] =
    ["NULL", "null", "(null)", "\\N", "N/A", "n/a", "#N/A", "NaN", "<NULL>"];

/// Words for nothing where a date, a number or a truth stands: elsewhere they may be one.
pub(super) const NOTHING_TYPED: [&str; 12] = [
    "-",
    "--",
    ".",
    "?",
    "NA",
    "None",
    "none",
    "Unknown",
    "unknown",
    "UNKNOWN",
    "00/00/0000",
    "0000-00-00",
];
