//! The project file above the input, and the site's key.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use crate::cli::error::CliError;

/// The name of a project file.
pub(crate) const PROJECT_FILE: &str = "chartaudit.yaml";

/// The nearest project file above the inputs, if there is one.
///
/// # Errors
/// If an input cannot be found, or if two inputs have different project files above them.
pub(crate) fn nearest(inputs: &[PathBuf]) -> Result<Option<PathBuf>, CliError> {
    let mut found: Option<(&Path, Option<PathBuf>)> = None;
    for input in inputs {
        let whole = input
            .canonicalize()
            .map_err(|source| CliError::NoSuchPath { path: input.clone(), source })?;
        let start = if whole.is_dir() { Some(whole.as_path()) } else { whole.parent() };
        let nearest = start.and_then(|start| {
            start.ancestors().map(|folder| folder.join(PROJECT_FILE)).find(|file| file.is_file())
        });
        match &found {
            None => found = Some((input, nearest)),
            Some((_, before)) if *before == nearest => {}
            Some((first, before)) => {
                let name = |file: &Option<PathBuf>, input: &Path| {
                    file.clone().unwrap_or_else(|| input.join("(none)"))
                };
                return Err(CliError::TwoProjects {
                    one: name(before, first),
                    other: name(&nearest, input),
                });
            }
        }
    }
    Ok(found.and_then(|(_, file)| file).map(|file| as_seen_from_here(&file)))
}

/// The path below the current folder, where it lies there; messages and reports are shorter for it.
fn as_seen_from_here(path: &Path) -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for the current folder")]
    let here = std::env::current_dir().and_then(|here| here.canonicalize());
    match here.as_deref().map(|here| path.strip_prefix(here)) {
        Ok(Ok(below)) => below.to_owned(),
        _ => path.to_owned(),
    }
}

/// The key under which record keys are hashed, so that findings can be found again in later runs.
///
/// # Errors
/// If the file cannot be read or holds neither 32 bytes nor 64 hexadecimal digits.
pub(crate) fn site_key(path: &Path) -> Result<[u8; 32], CliError> {
    let unreadable =
        |source| CliError::Unreadable { what: "the site key", path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = fs::File::open(path).map_err(unreadable)?;
    file.take(1024).read_to_end(&mut bytes).map_err(unreadable)?;
    key(&bytes).ok_or_else(|| CliError::BadSiteKey { path: path.to_owned() })
}

/// The key that these bytes are or spell.
fn key(bytes: &[u8]) -> Option<[u8; 32]> {
    if let Ok(raw) = <[u8; 32]>::try_from(bytes) {
        return Some(raw);
    }
    let digits = bytes.trim_ascii();
    if digits.len() != 64 {
        return None;
    }
    let mut key = [0; 32];
    for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
        let high = char::from(pair[0]).to_digit(16)?;
        let low = char::from(pair[1]).to_digit(16)?;
        *byte = u8::try_from(high * 16 + low).ok()?;
    }
    Some(key)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{PROJECT_FILE, key, nearest};

    #[test]
    fn the_nearest_file_wins() {
        let top = tempfile::tempdir().unwrap();
        let deep = top.path().join("exports/night");
        fs::create_dir_all(&deep).unwrap();
        fs::write(top.path().join(PROJECT_FILE), "").unwrap();
        fs::write(deep.join("patients.csv"), "").unwrap();
        let expected = top.path().canonicalize().unwrap();
        let of_file = nearest(&[deep.join("patients.csv")]).unwrap().unwrap();
        assert_eq!(of_file, expected.join(PROJECT_FILE));
        fs::write(deep.join(PROJECT_FILE), "").unwrap();
        let of_folder = nearest(std::slice::from_ref(&deep)).unwrap().unwrap();
        assert_eq!(of_folder, expected.join("exports/night").join(PROJECT_FILE));
    }

    #[test]
    fn two_projects_and_missing_inputs_are_errors() {
        let top = tempfile::tempdir().unwrap();
        for name in ["a", "b"] {
            fs::create_dir(top.path().join(name)).unwrap();
            fs::write(top.path().join(name).join(PROJECT_FILE), "").unwrap();
        }
        let two = nearest(&[top.path().join("a"), top.path().join("b")]).unwrap_err();
        assert!(two.to_string().contains("two projects"), "{two}");
        let none = nearest(&[top.path().join("c")]).unwrap_err();
        assert!(none.to_string().contains("cannot find"), "{none}");
    }

    #[test]
    fn keys_are_bytes_or_digits() {
        assert_eq!(key(&[7; 32]), Some([7; 32]));
        assert_eq!(key(format!("{}\n", "0a".repeat(32)).as_bytes()), Some([10; 32]));
        assert_eq!(key("0A".repeat(32).as_bytes()), Some([10; 32]));
        for wrong in ["", "secret", &"0g".repeat(32), &"0a".repeat(33)] {
            assert_eq!(key(wrong.as_bytes()), None, "of {wrong:?}");
        }
    }
}
