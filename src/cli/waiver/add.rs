//! `chartaudit waiver add`: another waiver at the end of the file, the rest of which stays as it is.

use std::path::Path;

use clap::ArgGroup;

use crate::cli::ExitCode;
use crate::cli::console::Console;
use crate::cli::day::Day;
use crate::cli::error::CliError;
use crate::cli::exception;
use crate::cli::settings::Said;
use crate::cli::waiver::{WhichWaivers, file, rules};
use crate::report::{self, Audience, write_atomic};
use crate::rule::{RuleText, WaiverFile};

/// The arguments of `waiver add`.
#[derive(Debug, clap::Args)]
#[command(
    long_about = "Add a waiver.\n\nWrites it at the end of the file, and makes the file where there is none. Nothing is \
                  written unless the whole file can be used with it.",
    after_long_help = EXAMPLES,
    group(ArgGroup::new("scope").required(true).multiple(true).args(["all", "file", "condition", "record"]))
)]
pub(crate) struct AddArguments {
    #[command(flatten)]
    asked: Asked,

    #[command(flatten)]
    which: WhichWaivers,
}

/// The waiver that is to be added.
#[derive(Debug, clap::Args)]
struct Asked {
    /// The rule whose violations are excused
    #[arg(value_name = "RULE")]
    rule: String,

    /// Excuse every violation of the rule
    #[arg(long, conflicts_with_all = ["file", "condition", "record"], help_heading = "Scope")]
    all: bool,

    /// Excuse those in files that fit this pattern of `*` and `?`; repeatable
    #[arg(long, value_name = "PATTERN", help_heading = "Scope")]
    file: Vec<String>,

    /// Excuse those for whose record this condition holds: `discharged_at < DATE '2020-01-01'`
    #[arg(long = "where", value_name = "CONDITION", help_heading = "Scope")]
    condition: Option<String>,

    /// Excuse those of the record with this fingerprint, as the JSON report has it; repeatable
    #[arg(long, value_name = "FINGERPRINT", help_heading = "Scope")]
    record: Vec<String>,

    /// Why they are excused
    #[arg(long, value_name = "TEXT", help_heading = "Approval")]
    reason: String,

    /// Who answers for it
    #[arg(long, value_name = "WHO", help_heading = "Approval")]
    owner: String,

    /// Who approved it
    #[arg(long, value_name = "WHO", help_heading = "Approval")]
    approved_by: String,

    /// The day of the approval [default: the day of --as-of]
    #[arg(long, value_name = "DATE", help_heading = "Approval")]
    approved_on: Option<Day>,

    /// The last day on which it holds, at most a year after the approval unless the project file says otherwise
    #[arg(long, value_name = "DATE", help_heading = "Approval")]
    expires: Day,

    /// Where the approval can be read: a link, a minute, the number of a ticket
    #[arg(long, value_name = "WHERE", help_heading = "Approval")]
    evidence: Option<String>,
}

/// Examples, for people.
const EXAMPLES: &str = "\
Examples:
    chartaudit waiver add completeness/chart-completed-late --file 'encounters-2019*.csv' \\
        --reason 'Migrated charts; completion days were not carried over' --owner 'HIM director' \\
        --approved-by 'Compliance officer' --expires 2027-04-30";

/// Where a file of waivers is made if nothing names one.
const DEFAULT: &str = "waivers.yaml";

/// Adds a waiver.
pub(crate) fn run(
    arguments: AddArguments,
    said: &Said,
    console: &mut Console,
) -> Result<ExitCode, CliError> {
    let AddArguments { asked, which } = arguments;
    let settings = which.settle(said)?;
    let path = match file(&settings) {
        Ok(path) => path,
        Err(_) => settings.project.folder().join(DEFAULT),
    };
    let path = path.strip_prefix("./").map(Path::to_owned).unwrap_or(path);
    let book = rules(&settings)?;
    let before = if path.exists() { Some(exception::read(&path)?) } else { None };
    let count = match &before {
        Some(text) => exception::check(text.clone(), &settings, &book)?.waivers.len(),
        None => 0,
    };
    let as_of = settings.as_of.value;
    let entry = entry(&asked, asked.approved_on.unwrap_or(as_of));
    let text = appended(before.as_ref().map(|text| text.text.as_str()), &entry)
        .ok_or_else(|| CliError::WaiverLayout { path: path.clone() })?;
    let name = path.to_string_lossy().replace('\\', "/");
    let whole = exception::check(RuleText { name, text: text.clone() }, &settings, &book)?;
    if whole.waivers.len() != count + 1 {
        return Err(CliError::WaiverLayout { path });
    }
    write_atomic(&path, text.as_bytes(), Audience::Usual)?;
    let added = WaiverFile { waivers: whole.waivers[count..].to_vec(), ..whole };
    let list = report::list_waivers(&added, as_of.0, console.out.style(0));
    let mut note = format!("{list}added to {}\n", path.display());
    if settings.waivers.value.is_none() {
        note.push_str(&remember(&path));
    }
    console.print(&note)?;
    Ok(ExitCode::Ok)
}

/// What makes scans use a file that nothing names yet.
fn remember(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    format!("next  add `waivers: {name}` to chartaudit.yaml, or scan with `--waivers {name}`\n")
}

/// The lines of the waiver, without the dash before them.
fn entry(asked: &Asked, approved_on: Day) -> Vec<String> {
    let list = |texts: &[String]| {
        let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
        format!("[{}]", texts.join(", "))
    };
    let mut lines = vec![format!("rule: {}", quoted(&asked.rule))];
    if asked.all {
        lines.push("scope: all".to_owned());
    } else {
        lines.push("scope:".to_owned());
        if !asked.file.is_empty() {
            lines.push(format!("  files: {}", list(&asked.file)));
        }
        if let Some(condition) = &asked.condition {
            lines.push(format!("  where: {}", quoted(condition)));
        }
        if !asked.record.is_empty() {
            lines.push(format!("  records: {}", list(&asked.record)));
        }
    }
    lines.push(format!("reason: {}", quoted(&asked.reason)));
    lines.push(format!("owner: {}", quoted(&asked.owner)));
    lines.push(format!("approved_by: {}", quoted(&asked.approved_by)));
    lines.push(format!("approved_on: {approved_on}"));
    lines.push(format!("expires: {}", asked.expires));
    if let Some(evidence) = &asked.evidence {
        lines.push(format!("evidence: {}", quoted(evidence)));
    }
    lines
}

/// A text as YAML takes it: plain where it can only be meant as text, else in double quotes, whose escapes are those of
/// JSON.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '/' | '-' | '_' | '.');
    let starts = text.chars().next().is_some_and(char::is_alphabetic);
    let word = text.contains([' ', '/', '-']);
    if starts && word && text.chars().all(plain) && !text.ends_with(' ') {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

/// The text with the waiver at its end; `None` where its list is not written with dashes.
fn appended(before: Option<&str>, entry: &[String]) -> Option<String> {
    let mut text = match before {
        None => "waivers:\n".to_owned(),
        Some(text) => text.to_owned(),
    };
    let empty = text.trim_end();
    if let Some(head) = empty.strip_suffix("[]") {
        text = format!("{}\n", head.trim_end());
    }
    if !text.ends_with('\n') {
        text.push('\n');
    }
    let dash = text.lines().find(|line| line.trim_start().starts_with("- "));
    let indent = match dash {
        Some(line) => line.len() - line.trim_start().len(),
        None if text.lines().any(|line| line.trim_end() == "waivers:") => 2,
        None => return None,
    };
    let margin = " ".repeat(indent);
    for (nth, line) in entry.iter().enumerate() {
        let lead = if nth == 0 { "- " } else { "  " };
        text.push_str(&format!("{margin}{lead}{line}\n"));
    }
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::{appended, quoted};

    #[test]
    fn texts_stay_what_they_are() {
        for (text, expected) in [
            ("HIM director", "HIM director"),
            ("completeness/late", "completeness/late"),
            ("2026", "\"2026\""),
            ("no", "\"no\""),
            ("a: b", "\"a: b\""),
            ("it's \"so\"", "\"it's \\\"so\\\"\""),
            ("class = 'inpatient'", "\"class = 'inpatient'\""),
            ("", "\"\""),
        ] {
            assert_eq!(quoted(text), expected);
        }
    }

    #[test]
    fn the_rest_of_the_file_stays() {
        let entry = ["rule: a/b".to_owned(), "scope: all".to_owned()];
        check(None, &entry, Some("waivers:\n  - rule: a/b\n    scope: all\n"));
        check(Some("waivers: []\n"), &entry, Some("waivers:\n  - rule: a/b\n    scope: all\n"));
        check(
            Some("# ours\nwaivers:\n- rule: c/d   # kept\n  scope: all"),
            &entry,
            Some(
                "# ours\nwaivers:\n- rule: c/d   # kept\n  scope: all\n- rule: a/b\n  scope: all\n",
            ),
        );
        check(Some("waivers: [{rule: c/d}]\n"), &entry, None);
    }

    #[track_caller]
    fn check(before: Option<&str>, entry: &[String], expected: Option<&str>) {
        assert_eq!(appended(before, entry).as_deref(), expected);
    }
}
