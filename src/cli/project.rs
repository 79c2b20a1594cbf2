//! The project file above the input.

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

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{PROJECT_FILE, nearest};

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
}
