//! What the command line asks to be set and to be written.

use std::path::PathBuf;
use std::str::FromStr;

use crate::cli::near;
use crate::report::ReportFormat;

/// A report in one format, to one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportRequest {
    /// The format.
    pub(crate) format: ReportFormat,
    /// The file; `None`: standard output.
    pub(crate) file: Option<PathBuf>,
}

/// Why a text is not a report request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ReportRequestError {
    /// The format is unknown.
    #[error("there is no format `{name}`{}; the formats are {}", hint(*near), formats())]
    Format {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        near: Option<&'static str>,
    },
    /// A file was promised and not named.
    #[error("a file name must follow the `=`")]
    NoFile,
}

impl FromStr for ReportRequest {
    type Err = ReportRequestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (name, file) = match text.split_once('=') {
            Some((_, "")) => return Err(ReportRequestError::NoFile),
            Some((name, "-")) => (name, None),
            Some((name, file)) => (name, Some(PathBuf::from(file))),
            None => (text, None),
        };
        match ReportFormat::named(name) {
            Some(format) => Ok(Self { format, file }),
            None => Err(ReportRequestError::Format {
                name: name.to_owned(),
                near: near::closest(name, ReportFormat::ALL.map(ReportFormat::name)),
            }),
        }
    }
}

/// A file that takes every finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct StreamRequest {
    /// The file; its extension decides its format.
    pub(crate) file: PathBuf,
}

/// Why a text is not a stream request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the file must end in .csv or .jsonl, which decides its format")]
pub(crate) struct StreamRequestError;

impl FromStr for StreamRequest {
    type Err = StreamRequestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let file = PathBuf::from(text);
        let extension = file.extension().and_then(|extension| extension.to_str());
        match extension.map(str::to_ascii_lowercase).as_deref() {
            Some("csv" | "jsonl" | "ndjson") => Ok(Self { file }),
            _ => Err(StreamRequestError),
        }
    }
}

/// A parameter and the value it is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ParamRequest {
    /// Its name, with its pack before a dot where two packs have one of this name.
    pub(crate) name: String,
    /// Its value as text; the pack knows its type.
    pub(crate) value: String,
}

/// Why a text is not a parameter.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a parameter is set as NAME=VALUE or PACK.NAME=VALUE")]
pub(crate) struct ParamRequestError;

impl FromStr for ParamRequest {
    type Err = ParamRequestError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, value)) if !name.trim().is_empty() && !value.trim().is_empty() => {
                Ok(Self { name: name.trim().to_owned(), value: value.trim().to_owned() })
            }
            _ => Err(ParamRequestError),
        }
    }
}

/// The names of all formats, for a sentence.
fn formats() -> String {
    let names = ReportFormat::ALL.map(ReportFormat::name);
    match names.split_last() {
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

/// The end of a message that knows better.
fn hint(near: Option<&str>) -> String {
    near.map_or_else(String::new, |near| format!(" (did you mean `{near}`?)"))
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{ParamRequest, ReportRequest, StreamRequest};
    use crate::report::ReportFormat;

    #[test]
    fn reports_are_asked_for() {
        report("json", Ok((ReportFormat::Json, None)));
        report("json=-", Ok((ReportFormat::Json, None)));
        report("json=a=b.json", Ok((ReportFormat::Json, Some("a=b.json"))));
        report("text=audit.txt", Ok((ReportFormat::Text, Some("audit.txt"))));
        report("json=", Err("a file name must follow the `=`"));
        let refused = |text: &str, words: &str| {
            let message = text.parse::<ReportRequest>().expect_err("it is no format").to_string();
            assert!(message.starts_with(words), "{message}");
        };
        refused("jsn=a", "there is no format `jsn` (did you mean `json`?); the formats are text, ");
        refused("pdf", "there is no format `pdf`; the formats are text, ");
    }

    #[test]
    fn the_message_names_every_format() {
        let message = "x".parse::<ReportRequest>().map_err(|error| error.to_string());
        let message = message.expect_err("x is no format");
        assert!(
            ReportFormat::ALL.iter().all(|format| message.contains(format.name())),
            "{message}"
        );
    }

    #[test]
    fn streams_are_told_by_extension() {
        stream("a.csv", true);
        stream("out/a.b.CSV", true);
        stream("a.jsonl", true);
        stream("a.json", false);
        stream("csv", false);
        stream("", false);
    }

    #[test]
    fn parameters_are_pairs() {
        param("days=14", Some(("days", "14")));
        param("us-hospital.days = 14", Some(("us-hospital.days", "14")));
        param("url=a=b", Some(("url", "a=b")));
        param("days", None);
        param("=14", None);
        param("days=", None);
    }

    #[track_caller]
    fn report(text: &str, expected: Result<(ReportFormat, Option<&str>), &str>) {
        let read = text.parse::<ReportRequest>().map_err(|error| error.to_string());
        let expected = expected
            .map(|(format, file)| ReportRequest { format, file: file.map(PathBuf::from) })
            .map_err(str::to_owned);
        assert_eq!(read, expected, "of {text:?}");
    }

    #[track_caller]
    fn stream(text: &str, expected: bool) {
        assert_eq!(text.parse::<StreamRequest>().is_ok(), expected, "of {text:?}");
    }

    #[track_caller]
    fn param(text: &str, expected: Option<(&str, &str)>) {
        let read = text.parse::<ParamRequest>().ok();
        let expected =
            expected.map(|(name, value)| ParamRequest { name: name.into(), value: value.into() });
        assert_eq!(read, expected, "of {text:?}");
    }
}
