//! The formats that a report is rendered in.

use crate::report::json::v1::Report;
use crate::report::screen::Style;
use crate::report::{ReportError, terminal};

/// A format of reports: one member, one renderer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportFormat {
    /// The screen.
    Text,
    /// The audit itself, version 1.
    Json,
}

impl ReportFormat {
    /// Every format, in the order of the reference.
    pub const ALL: [Self; 2] = [Self::Text, Self::Json];

    /// The name that `--report` uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    /// What it is for, in one line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Text => "one screen for people, the default on the terminal",
            Self::Json => {
                "the whole audit as one document; every other format can be rendered from it"
            }
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The report in this format.
    ///
    /// # Errors
    /// When the report cannot be written in the format.
    pub fn render(self, report: &Report, style: Style) -> Result<String, ReportError> {
        match self {
            Self::Text => Ok(terminal::render(report, style)),
            Self::Json => report.to_json(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ReportFormat;
    use crate::report::{Style, sample};

    #[test]
    fn every_format_is_found_and_renders() {
        for format in ReportFormat::ALL {
            assert_eq!(ReportFormat::named(format.name()), Some(format));
            assert!(!format.about().is_empty());
            let text = format.render(&sample::report(), Style::default()).unwrap();
            assert!(text.ends_with('\n'));
        }
        assert_eq!(ReportFormat::named("sarif"), None);
    }
}
