//! Secrets stay out of version control: the `.gitignore` beside them.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::Path;

/// Whether version control leaves a file alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ignored {
    /// A line was added that makes it so.
    Now,
    /// It was so before.
    Before,
    /// The folder is in no checkout.
    NoCheckout,
}

/// The file that lists what version control leaves alone.
pub(crate) const IGNORES: &str = ".gitignore";

/// Makes version control leave a file of this folder alone, where the folder is in a checkout.
///
/// # Errors
/// Whatever the file system says of `.gitignore`.
pub(crate) fn ignore(folder: &Path, name: &str) -> io::Result<Ignored> {
    let whole = folder.canonicalize()?;
    // A work tree of its own has a file there, not a folder.
    if !whole.ancestors().any(|above| above.join(".git").exists()) {
        return Ok(Ignored::NoCheckout);
    }
    let path = folder.join(IGNORES);
    let before = match fs::read(&path) {
        Ok(before) => before,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    let line = line(name);
    if lists(&before, name, &line) {
        return Ok(Ignored::Before);
    }
    let end = if before.is_empty() || before.ends_with(b"\n") { "" } else { "\n" };
    let mut file = OpenOptions::new().append(true).create(true).open(&path)?;
    file.write_all(format!("{end}{line}\n").as_bytes())?;
    Ok(Ignored::Now)
}

/// The line that names this one file of the folder.
pub(crate) fn line(name: &str) -> String {
    let mut line = "/".to_owned();
    for char in name.chars() {
        if matches!(char, '*' | '?' | '[' | '\\' | ' ') {
            line.push('\\');
        }
        line.push(char);
    }
    line
}

/// Whether the file lists that one by its name; patterns are not understood, and a line too many does no harm.
fn lists(ignores: &[u8], name: &str, line: &str) -> bool {
    let lines = ignores.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii_end);
    let last = lines.rev().find(|said| {
        let said = said.strip_prefix(b"!").unwrap_or(said);
        said == name.as_bytes() || said == line.as_bytes()
    });
    last.is_some_and(|said| !said.starts_with(b"!"))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{IGNORES, Ignored, ignore, line};

    #[test]
    fn a_line_is_added_once() {
        check(None, "/site.key\n");
        check(Some(""), "/site.key\n");
        check(Some("target\n"), "target\n/site.key\n");
        check(Some("target"), "target\n/site.key\n");
        check(Some("!site.key\n"), "!site.key\n/site.key\n");
        for enough in ["site.key\n", "a\r\n/site.key\r\n", "/site.key"] {
            check(Some(enough), enough);
        }
    }

    #[track_caller]
    fn check(before: Option<&str>, expected: &str) {
        let top = tempfile::tempdir().unwrap();
        let folder = top.path().join("audits");
        fs::create_dir_all(top.path().join(".git")).unwrap();
        fs::create_dir(&folder).unwrap();
        if let Some(before) = before {
            fs::write(folder.join(IGNORES), before).unwrap();
        }
        let ignored = ignore(&folder, "site.key").unwrap();
        assert_eq!(ignored == Ignored::Before, before == Some(expected), "of {before:?}");
        assert_eq!(fs::read_to_string(folder.join(IGNORES)).unwrap(), expected);
        assert_eq!(ignore(&folder, "site.key").unwrap(), Ignored::Before);
    }

    #[test]
    fn nothing_is_written_outside_a_checkout() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(ignore(folder.path(), "site.key").unwrap(), Ignored::NoCheckout);
        assert!(!folder.path().join(IGNORES).exists());
    }

    #[test]
    fn names_are_no_patterns() {
        assert_eq!(line("our key*.[1]"), "/our\\ key\\*.\\[1]");
    }
}
