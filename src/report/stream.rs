//! Every finding of a scan, one row each, in memory that does not grow.

use std::io;
use std::path::Path;

use serde::Serialize;

use crate::finding::{Finding, FindingSink, Reveal, neutral, tag_text};
use crate::report::ReportError;
use crate::report::assemble::{bearer, severity, status};
use crate::report::holdings::holds_holdings;
use crate::report::rows::{KeyPart, Row, RowFile, key_cell, key_parts, number_cell};
use crate::report::worklist::holds_worklist;
use crate::rule::CheckedRule;

/// What the rows of a stream show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamOptions {
    /// What is in clear; the file is then for its owner alone.
    pub reveal: Reveal,
    /// Whether keys are shown as tags. Without a site key they are left out: ordinals would need a memory of all
    /// of them, and a file and a record number lead to the record as well.
    pub site_key_present: bool,
}

/// The file that takes every finding.
#[derive(Debug)]
pub struct AllFindings {
    /// Id and severity of each rule of the plan.
    rules: Vec<(String, &'static str)>,
    /// What the rows show.
    options: StreamOptions,
    /// The file.
    file: RowFile,
}

/// The columns of the CSV stream.
const COLUMNS: [&str; 16] = [
    "rule",
    "severity",
    "file",
    "record",
    "line",
    "key",
    "field",
    "value",
    "message",
    "fingerprint",
    "detector",
    "tier",
    "span",
    "status",
    "bearer",
    "person",
];

/// How many of them every version has written.
const FIRST: usize = 13;

/// Whether a file that begins so holds rows that an earlier run wrote, findings or a list of what is kept, and no
/// records.
#[must_use]
pub fn holds_findings(start: &[u8]) -> bool {
    start.starts_with(COLUMNS[..FIRST].join(",").as_bytes())
        || start.starts_with(br#"{"rule":""#)
            && memchr::memmem::find(start, br#"","severity":""#).is_some()
        || holds_holdings(start)
        || holds_worklist(start)
}

/// One finding as a JSON object.
#[derive(Serialize)]
struct FindingRow<'a> {
    rule: &'a str,
    severity: &'a str,
    file: Option<String>,
    record: Option<u64>,
    line: Option<u64>,
    key: Vec<KeyPart<'a>>,
    field: String,
    value: String,
    message: String,
    fingerprint: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detector: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<char>,
    #[serde(skip_serializing_if = "Option::is_none")]
    span: Option<[u32; 2]>,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bearer: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    person: Option<String>,
}

impl AllFindings {
    /// Creates the file; its name says the format: `.csv`, `.jsonl` or `.ndjson`.
    ///
    /// # Errors
    /// When the name says no format, or the file cannot be created.
    pub fn create(
        path: &Path,
        rules: &[&CheckedRule],
        options: StreamOptions,
    ) -> Result<Self, ReportError> {
        let file = RowFile::create(path, &COLUMNS, options.reveal)?;
        let rules = rules
            .iter()
            .map(|rule| (rule.id.text.clone(), severity(rule.severity).name()))
            .collect();
        Ok(Self { rules, options, file })
    }

    /// Writes what is still gathered. Without it, the last findings may be lost unnoticed.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn finish(self) -> io::Result<()> {
        self.file.finish()
    }
}

impl FindingSink for AllFindings {
    fn take(&mut self, finding: &Finding) -> io::Result<()> {
        // The row borrows the rules, and the file is another part of the same thing.
        let Self { rules, options, file } = self;
        file.add(&row(rules, *options, finding))
    }

    fn mark(&mut self) -> io::Result<u64> {
        self.file.mark()
    }

    fn rewind(&mut self, mark: u64) -> io::Result<()> {
        self.file.rewind(mark)
    }
}

/// The finding as a row.
fn row<'a>(
    rules: &'a [(String, &'static str)],
    options: StreamOptions,
    finding: &'a Finding,
) -> FindingRow<'a> {
    let rule = usize::try_from(finding.rule).ok().and_then(|index| rules.get(index));
    let (rule, severity) = rule.map_or(("", ""), |(id, severity)| (id.as_str(), *severity));
    let names: Vec<&str> = finding.fields.iter().map(|field| field.name.as_str()).collect();
    let values: Vec<&str> = finding.fields.iter().map(|field| field.value.as_str()).collect();
    let identifier = finding.identifier.as_ref();
    FindingRow {
        rule,
        severity,
        file: finding.place.file.as_deref().map(neutral),
        record: finding.place.record,
        line: finding.place.line,
        key: key_parts(&finding.key, options.site_key_present),
        field: neutral(&names.join("; ")),
        value: values.join("; "),
        message: neutral(&finding.message),
        fingerprint: finding.fingerprint.as_deref().filter(|_| options.site_key_present),
        detector: identifier.map(|(detector, _, _)| detector.as_str()),
        tier: identifier.map(|(_, tier, _)| *tier),
        span: identifier.map(|(_, _, (start, end))| [*start, *end]),
        status: status(finding.standing).name(),
        bearer: finding.person.map(|person| bearer(person.bearer).name()),
        person: finding
            .person
            .filter(|person| person.hash != 0 && options.site_key_present)
            .map(|person| tag_text(person.hash)),
    }
}

impl Row for FindingRow<'_> {
    fn cells(&self) -> Vec<String> {
        vec![
            self.rule.to_owned(),
            self.severity.to_owned(),
            self.file.clone().unwrap_or_default(),
            number_cell(self.record),
            number_cell(self.line),
            key_cell(&self.key),
            self.field.clone(),
            self.value.clone(),
            self.message.clone(),
            self.fingerprint.unwrap_or_default().to_owned(),
            self.detector.unwrap_or_default().to_owned(),
            self.tier.map(String::from).unwrap_or_default(),
            self.span.map(|[start, end]| format!("{start}-{end}")).unwrap_or_default(),
            self.status.to_owned(),
            self.bearer.unwrap_or_default().to_owned(),
            self.person.clone().unwrap_or_default(),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{AllFindings, StreamOptions, row};
    use crate::finding::{
        Bearer, Finding, FindingField, FindingSink as _, Masked, Person, Reveal, Tag,
    };
    use crate::report::{ReportError, sample};
    use crate::rule::CheckedRule;

    const PLAIN: StreamOptions = StreamOptions { reveal: Reveal::Nothing, site_key_present: false };
    const KEYED: StreamOptions = StreamOptions { reveal: Reveal::Nothing, site_key_present: true };

    /// A file and the folder that holds it.
    fn place(name: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        (folder, path)
    }

    fn stream(path: &std::path::Path, options: StreamOptions) -> AllFindings {
        let pack = sample::pack();
        let rules: Vec<&CheckedRule> = pack.rules.iter().collect();
        AllFindings::create(path, &rules, options).unwrap()
    }

    fn hostile() -> Finding {
        let mut finding = sample::finding(
            3,
            "=cmd|' /C calc'!A0.csv",
            5,
            &[("text", Masked::declared("@SUM(1)")), ("other", Masked::missing())],
        );
        finding.message = "-1\u{1b}[2J, \"quoted\"\nnext".to_owned();
        finding.identifier = Some(("us-ssn".to_owned(), 'A', (3, 14)));
        finding.person = Some(Person { bearer: Bearer::AnotherPatient, hash: finding.key[0].hash });
        finding.key.push(Tag { field: "site".to_owned(), hash: 0, revealed: None });
        finding
    }

    #[test]
    fn csv_rows_are_read_back() {
        let (_folder, path) = place("all.CSV");
        let mut sink = stream(&path, KEYED);
        sink.take(&hostile()).unwrap();
        sink.take(&sample::finding(0, "a.csv", 7, &[])).unwrap();
        sink.finish().unwrap();
        let mut reader = csv::Reader::from_path(&path).unwrap();
        assert_eq!(reader.headers().unwrap(), &super::COLUMNS[..]);
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let fingerprint = "ab".repeat(16);
        assert_eq!(
            rows[0],
            vec![
                "confidentiality/ssn-in-free-text",
                "error",
                "'=cmd|' /C calc'!A0.csv",
                "5",
                "11",
                "encounter_id=0000-000m; site=(missing)",
                "text; other",
                "'@SUM(1); (missing)",
                "'-1\u{fffd}[2J, \"quoted\" next",
                &fingerprint,
                "us-ssn",
                "A",
                "3-14",
                "open",
                "another-patient",
                "0000-000m",
            ]
        );
        assert_eq!(&rows[1][5], "0000-000w", "a key of one field is its tag");
        assert_eq!(rows.len(), 2);
    }

    #[test]
    fn json_lines_are_read_back() {
        let (_folder, path) = place("all.jsonl");
        let mut sink = stream(&path, KEYED);
        sink.take(&hostile()).unwrap();
        sink.take(&sample::finding(0, "a.csv", 7, &[])).unwrap();
        sink.finish().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let rows: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows[0]["span"], serde_json::json!([3, 14]));
        assert_eq!(rows[0]["key"][1], serde_json::json!({"field": "site", "tag": "(missing)"}));
        assert_eq!(rows[0]["value"], "@SUM(1); (missing)");
        assert_eq!(rows[1]["rule"], "completeness/chart-completed-late");
        assert_eq!(
            (&rows[0]["bearer"], &rows[0]["person"]),
            (&"another-patient".into(), &"0000-000m".into())
        );
        assert!(rows[1].get("detector").is_none() && rows[1].get("bearer").is_none());
        assert!(!text.contains('\u{1b}'));
    }

    #[test]
    fn keys_and_fingerprints_need_the_site_key() {
        let (_folder, path) = place("all.ndjson");
        let mut sink = stream(&path, PLAIN);
        let mut finding = sample::finding(0, "a.csv", 7, &[]);
        sink.take(&finding).unwrap();
        finding.key[0].revealed = Some(Masked::revealed(b"E4711", Reveal::Keys));
        sink.take(&finding).unwrap();
        sink.finish().unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        let rows: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows[0]["key"], serde_json::json!([]));
        assert_eq!(rows[0]["fingerprint"], serde_json::Value::Null);
        assert_eq!(rows[1]["key"][0]["tag"], "E4711");
    }

    #[test]
    fn a_file_that_is_read_again_starts_over() {
        for name in ["all.csv", "all.jsonl"] {
            let (_folder, path) = place(name);
            let finding = |file: &str| sample::finding(0, file, 7, &[]);
            let mut sink = stream(&path, PLAIN);
            sink.take(&finding("first.csv")).unwrap();
            let mark = sink.mark().unwrap();
            for _ in 0..2_000 {
                sink.take(&finding("wrong.csv")).unwrap();
            }
            sink.rewind(mark).unwrap();
            sink.take(&finding("right.csv")).unwrap();
            sink.finish().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.contains("first.csv") && text.contains("right.csv"), "{name}");
            assert!(!text.contains("wrong.csv") && !text.contains('\0'), "{name}");
        }
    }

    #[test]
    fn other_names_are_refused() {
        for name in ["all.txt", "all", ".csv", "all.json"] {
            let (_folder, path) = place(name);
            let error = AllFindings::create(&path, &[], PLAIN).unwrap_err();
            assert!(matches!(error, ReportError::StreamFormat), "{name}");
            assert!(!path.exists(), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn clear_data_is_for_the_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_folder, path) = place("all.csv");
        stream(&path, StreamOptions { reveal: Reveal::Keys, ..PLAIN }).finish().unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn fields_are_what_the_rule_names() {
        let (_folder, path) = place("all.csv");
        let sink = stream(&path, PLAIN);
        let mut finding = sample::finding(99, "a.csv", 7, &[]);
        finding.fields =
            vec![FindingField { name: "a\nb".to_owned(), value: Masked::declared("x") }];
        let row = row(&sink.rules, sink.options, &finding);
        assert_eq!((row.rule, row.field.as_str()), ("", "a b"), "an unknown rule does not panic");
    }
}
