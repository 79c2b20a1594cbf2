//! The text of a JSON report.

use serde::Deserialize;

use crate::report::ReportError;
use crate::report::json::v1::{Report, SCHEMA};

/// The JSON Schema of version 1, as it is published.
pub const SCHEMA_TEXT: &str = include_str!("v1.schema.json");

/// The one key that every version has.
#[derive(Deserialize)]
struct Version {
    schema: Option<String>,
}

impl Report {
    /// The report as JSON text that ends in a line end.
    ///
    /// # Errors
    /// Never for a report that was assembled or read; the writer's error is passed on all the same.
    pub fn to_json(&self) -> Result<String, ReportError> {
        let mut text = serde_json::to_string_pretty(self).map_err(|_| ReportError::NotWritten)?;
        text.push('\n');
        Ok(text)
    }

    /// The report that a JSON text holds.
    ///
    /// # Errors
    /// When the text is no JSON, no report, a report of another version, or one that was damaged.
    pub fn from_json(text: &str) -> Result<Self, ReportError> {
        let version: Version = serde_json::from_str(text).map_err(|error| {
            if error.is_data() {
                ReportError::NotAReport
            } else {
                ReportError::NotJson { line: error.line(), column: error.column() }
            }
        })?;
        match version.schema.as_deref() {
            None => return Err(ReportError::NotAReport),
            Some(SCHEMA) => {}
            Some(other) if other.starts_with("chartaudit.report/") => {
                return Err(ReportError::OtherVersion { expected: SCHEMA });
            }
            Some(_) => return Err(ReportError::NotAReport),
        }
        serde_json::from_str(text).map_err(|error| ReportError::Damaged {
            expected: SCHEMA,
            line: error.line(),
            column: error.column(),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::SCHEMA_TEXT;
    use crate::report::ReportError;
    use crate::report::json::v1::{Report, SCHEMA};
    use crate::report::sample;

    /// Holds a report against the published schema.
    #[track_caller]
    pub(crate) fn assert_published(report: &Report) {
        let schema: serde_json::Value = serde_json::from_str(SCHEMA_TEXT).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let instance: serde_json::Value = serde_json::from_str(&report.to_json().unwrap()).unwrap();
        let problems: Vec<String> = validator
            .iter_errors(&instance)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert_eq!(problems, Vec::<String>::new());
    }

    fn generated() -> String {
        let mut schema = schemars::schema_for!(Report);
        schema.insert("$id".to_owned(), SCHEMA.into());
        schema.insert("title".to_owned(), "Report of chartaudit, version 1".into());
        if let Some(version) = schema.pointer_mut("/properties/schema") {
            version["const"] = SCHEMA.into();
        }
        let mut text = serde_json::to_string_pretty(&schema).unwrap();
        text.push('\n');
        text
    }

    #[test]
    fn the_published_schema_is_current() {
        assert!(
            SCHEMA_TEXT == generated(),
            "run `cargo test --lib write_the_schema -- --ignored` and read the difference"
        );
    }

    #[test]
    #[ignore = "writes the published schema; for after a change of the wire types"]
    fn write_the_schema() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/report/json/v1.schema.json");
        std::fs::write(path, generated()).unwrap();
    }

    #[test]
    fn the_schema_refuses_what_is_no_report() {
        let schema: serde_json::Value = serde_json::from_str(SCHEMA_TEXT).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(!validator.is_valid(&serde_json::json!({"schema": SCHEMA})));
        let mut report: serde_json::Value =
            serde_json::from_str(&sample::report().to_json().unwrap()).unwrap();
        assert!(validator.is_valid(&report));
        report["schema"] = "chartaudit.report/2".into();
        assert!(!validator.is_valid(&report));
    }

    #[test]
    fn reports_are_read_back() {
        let report = sample::report();
        assert_published(&report);
        let read = Report::from_json(&report.to_json().unwrap()).unwrap();
        assert_eq!(read, report);
    }

    #[test]
    fn other_files_are_refused_without_quoting_them() {
        check("", "not JSON: line 1");
        check("{\"schema\": \"4711\"}", "not a report");
        check("{\"name\": \"4711\"}", "not a report");
        check("[4711]", "not a report");
        check("\"4711\"", "not a report");
        check("{\"schema\": \"chartaudit.report/2\"}", "another version");
        check("{\"schema\": \"chartaudit.report/1\", \"as_of\": 4711}", "does not keep to");
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let error: ReportError = Report::from_json(text).unwrap_err();
        let message = format!("{error} {error:?}");
        assert!(message.contains(expected), "{message:?} does not say {expected:?}");
        assert!(!message.contains("4711"), "{message:?} quotes the file");
    }
}
