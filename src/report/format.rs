//! The formats that a report is rendered in.

use crate::report::json::v1::Report;
use crate::report::screen::Style;
use crate::report::{
    ReportError, Worklist, github, gitlab, html, junit, markdown, narrated, sarif, terminal,
};

/// A format of reports: one member, one renderer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReportFormat {
    /// The screen.
    Text,
    /// A text to be read aloud.
    Narrated,
    /// The audit itself, version 1.
    Json,
    /// A page for a browser.
    Html,
    /// SARIF 2.1.0 with a result for what is violated.
    Sarif,
    /// SARIF 2.1.0 with a result for every rule.
    SarifFull,
    /// Test cases.
    Junit,
    /// Annotations of GitHub Actions.
    Github,
    /// Code quality of GitLab.
    Gitlab,
    /// A page for the summary of a job or a ticket.
    Markdown,
    /// The worklist.
    Csv,
}

impl ReportFormat {
    /// Every format, in the order of the reference.
    pub const ALL: [Self; 11] = [
        Self::Text,
        Self::Narrated,
        Self::Json,
        Self::Html,
        Self::Markdown,
        Self::Csv,
        Self::Sarif,
        Self::SarifFull,
        Self::Junit,
        Self::Github,
        Self::Gitlab,
    ];

    /// The name that `--report` uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Narrated => "narrated",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::SarifFull => "sarif-full",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Html => "html",
            Self::Markdown => "markdown",
            Self::Csv => "csv",
        }
    }

    /// What it is for, in one line.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Text => "one screen for people, the default on the terminal",
            Self::Narrated => {
                "the whole audit to be read aloud: a sentence a line, part after part"
            }
            Self::Json => {
                "the whole audit as one document; every other format can be rendered from it"
            }
            Self::Html => {
                "one page for a browser, to look at, work from, print and hand out; it fetches nothing"
            }
            Self::Sarif => {
                "SARIF 2.1.0 for code scanning: a result a rule and file that is violated"
            }
            Self::SarifFull => {
                "SARIF 2.1.0 for viewers: also what passed, did not apply or could not be judged"
            }
            Self::Junit => "test results for Jenkins and GitLab: a case a rule",
            Self::Github => "annotations and the log of a step of GitHub Actions",
            Self::Gitlab => "a code quality report for GitLab: an entry a rule and file",
            Self::Markdown => "a page for the summary of a job or a ticket",
            Self::Csv => {
                "the worklist: a row a finding, ordered by who is to mend it and when it was due"
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
            Self::Narrated => Ok(narrated::render(report)),
            Self::Json => report.to_json(),
            Self::Sarif => sarif::render(report, sarif::Scope::Open),
            Self::SarifFull => sarif::render(report, sarif::Scope::Every),
            Self::Junit => Ok(junit::render(report)),
            Self::Github => Ok(github::render(report)),
            Self::Gitlab => gitlab::render(report),
            Self::Html => Ok(html::render(report)),
            Self::Markdown => Ok(markdown::render(report)),
            Self::Csv => worklist(report),
        }
    }
}

/// The worklist of the examples that a report holds.
fn worklist(report: &Report) -> Result<String, ReportError> {
    let mut bytes = Vec::new();
    let list = Worklist::of_report(report).and_then(|list| list.write(report, &mut bytes));
    list.map_err(|_| ReportError::NotWritten)?;
    String::from_utf8(bytes).map_err(|_| ReportError::NotWritten)
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
        assert_eq!(ReportFormat::named("pdf"), None);
    }
}
