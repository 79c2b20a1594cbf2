//! Where rule texts come from: the packs inside the program, and files and folders that the user names.

use std::fs;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use crate::rule::error::{RuleError, RuleErrors, RuleProblem};
use crate::rule::tree::MAX_BYTES;

/// A rule file as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleText {
    /// Its name as it is shown in messages and reports.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl RuleText {
    /// A built-in file without the examples of its rules, which only tests and explanations read; its line
    /// numbers stay, and its digest is that of the whole file. A file of the user stays as it is.
    #[must_use]
    pub fn skip_examples(mut self) -> Self {
        if embedded_file(&self.name) == Some(self.text.as_str()) {
            self.text = blank_examples(&self.text);
        }
        self
    }
}

/// The text with the lines of every `examples:` block of a rule left empty.
fn blank_examples(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut inside = false;
    for line in text.split_inclusive('\n') {
        if inside {
            inside = line.starts_with("      ") || line.trim().is_empty();
        }
        if !inside {
            inside = line.trim_end() == "    examples:";
        }
        kept.push_str(if inside { "\n" } else { line });
    }
    kept
}

static EMBEDDED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/rules");

/// What the names of built-in files begin with.
const PREFIX: &str = "chartaudit/rules/";

/// The dictionary, layouts and packs inside the program, in the order of their paths.
#[must_use]
pub fn embedded() -> Vec<RuleText> {
    let mut texts = Vec::new();
    collect(&EMBEDDED, &mut texts);
    texts.sort_by(|a, b| a.name.cmp(&b.name));
    texts
}

fn collect(dir: &Dir<'static>, texts: &mut Vec<RuleText>) {
    for file in dir.files() {
        if is_rule_file(file.path())
            && let Some(text) = file.contents_utf8()
        {
            texts.push(RuleText { name: shown(file.path()), text: text.to_owned() });
        }
    }
    for dir in dir.dirs() {
        collect(dir, texts);
    }
}

fn shown(path: &Path) -> String {
    format!("{PREFIX}{}", path.to_string_lossy().replace('\\', "/"))
}

/// The pack to which a file belongs by the name it is shown under, if it is a built-in one, and what it holds of it.
pub(crate) fn embedded_part(name: &str) -> Option<(&str, PackPart)> {
    let (pack, file) = name.strip_prefix(PREFIX)?.strip_prefix("packs/")?.split_once('/')?;
    Some((pack, if file == "pack.yaml" { PackPart::Head } else { PackPart::Topic }))
}

/// What a file of a built-in pack holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PackPart {
    /// What the pack is and where it runs.
    Head,
    /// Rules of one topic.
    Topic,
}

/// Whether a pack of this name is inside the program.
pub(crate) fn is_embedded_pack(name: &str) -> bool {
    EMBEDDED.get_dir(format!("packs/{name}")).is_some()
}

/// The whole text of a built-in file, if the text is one letter for letter, with or without its examples.
pub(crate) fn embedded_original(name: &str, text: &str) -> Option<&'static str> {
    embedded_file(name).filter(|whole| *whole == text || blank_examples(whole) == text)
}

/// A file inside the program, by the name it is shown under.
pub(crate) fn embedded_file(name: &str) -> Option<&'static str> {
    EMBEDDED.get_file(name.strip_prefix(PREFIX)?)?.contents_utf8()
}

fn is_rule_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// The texts of rule files, and of every rule file in folders, in the order of their paths.
///
/// # Errors
/// Every file that cannot be read, is too large or is not UTF-8, and every folder without a rule file.
pub fn read_paths(paths: &[PathBuf]) -> Result<Vec<RuleText>, RuleErrors> {
    let mut texts = Vec::new();
    let mut errors = Vec::new();
    for path in paths {
        let before = (texts.len(), errors.len());
        for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                Ok(entry) if entry.path() != path.as_path() && !is_rule_file(entry.path()) => {}
                Ok(entry) => match read_file(entry.path()) {
                    Ok(text) => texts.push(text),
                    Err(problem) => errors.push(unread(entry.path(), problem)),
                },
                Err(error) => {
                    let reason = error.io_error().map_or_else(
                        || "the folders loop".to_owned(),
                        |error| error.kind().to_string(),
                    );
                    let place = error.path().unwrap_or(path).to_owned();
                    errors.push(unread(&place, RuleProblem::Unreadable { reason }));
                }
            }
        }
        if before == (texts.len(), errors.len()) {
            errors.push(unread(path, RuleProblem::NoRuleFiles));
        }
    }
    if errors.is_empty() { Ok(texts) } else { Err(RuleErrors(errors)) }
}

fn unread(path: &Path, problem: RuleProblem) -> RuleError {
    RuleError::without_text(&format!("`{}`", path.display()), vec![problem])
}

/// Reads a file whose size, known before it is read, is within the limit.
fn read_file(path: &Path) -> Result<RuleText, RuleProblem> {
    let unreadable =
        |error: &std::io::Error| RuleProblem::Unreadable { reason: error.kind().to_string() };
    let length = fs::metadata(path).map_err(|error| unreadable(&error))?.len();
    if length > MAX_BYTES as u64 {
        return Err(RuleProblem::TooLarge { limit: MAX_BYTES / (1024 * 1024) });
    }
    let bytes = fs::read(path).map_err(|error| unreadable(&error))?;
    let text = String::from_utf8(bytes).map_err(|_| RuleProblem::NotUtf8)?;
    Ok(RuleText { name: path.to_string_lossy().replace('\\', "/"), text })
}
