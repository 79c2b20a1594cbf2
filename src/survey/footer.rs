//! Lines at the end of a file that count its records and are none.

use std::io;

use crate::plan::BoundFile;

/// How export tools write them, as patterns whose group is the count.
const FOOTERS: [&str; 9] = [
    r"^\((\d+) rows? affected\)$",
    r"^\((\d+) rows?\)$",
    r"^(\d+) rows? (?:selected|affected|returned|fetched)\.?$",
    r"(?i)^(?:total )?(?:rows?|records?)(?: count)?\s*[:=]\s*(\d+)$",
    r"(?i)^(?:grand )?totals?(?: of)?(?: records?| rows?)?\s*[:=]?\s*(\d+)(?: records?| rows?)?$",
    r"(?i)^(?:number|count) of (?:records?|rows?)\s*[:=]?\s*(\d+)$",
    r"(?i)^(\d+) (?:records?|rows?)(?: total| in total| found| exported)?\.?$",
    r"(?i)^-*\s*end of (?:report|file|data|export)\s*-*\.?$",
    r"(?i)^(?:report )?(?:run|generated|printed|exported) (?:on|at|date)\s*:?\s*[\d/.:\- APMapm]+$",
];

/// How far from its end a file is looked at.
const REACH: u64 = 4 << 10;

/// The pattern of the last line of a file, where it is one of those lines.
///
/// # Errors
/// Whatever the file system says.
pub(super) fn footer(file: &BoundFile) -> io::Result<Option<&'static str>> {
    let input = &file.table.input;
    let start = input.len.saturating_sub(REACH).max(file.table.data_start.min(input.len));
    let mut end = vec![0; usize::try_from(input.len - start).unwrap_or(0)];
    let read = input.bytes.read_at(start, &mut end)?;
    end.truncate(read);
    // In two-byte encodings these lines are plain text between zeros.
    end.retain(|byte| *byte != 0);
    let lines = end.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii);
    let Some(last) = lines.rev().find(|line| !line.is_empty()) else { return Ok(None) };
    Ok(pattern_of(last))
}

/// The pattern of a line.
fn pattern_of(line: &[u8]) -> Option<&'static str> {
    let fits = |pattern: &&str| {
        regex::bytes::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(line))
    };
    FOOTERS.into_iter().find(fits)
}

#[cfg(test)]
mod tests {
    use super::pattern_of;

    #[test]
    fn counts_and_ends_are_footers_and_records_are_none() {
        for line in [
            "(213 rows affected)",
            "(1 row)",
            "42 rows selected.",
            "Records: 42",
            "Total records: 42",
            "TOTAL 42",
            "Number of rows: 7",
            "42 records",
            "-- End of report --",
            "Run on: 02/03/2026 10:15 AM",
        ] {
            check(line, true);
        }
        for line in ["42", "42,17", "Total,42", "P001,1957-04-11", "", "Totally 42", "(213)"] {
            check(line, false);
        }
    }

    #[track_caller]
    fn check(line: &str, expected: bool) {
        assert_eq!(pattern_of(line.as_bytes()).is_some(), expected, "of {line:?}");
    }
}
