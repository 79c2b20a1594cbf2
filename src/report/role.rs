//! What a file is among the files of an export, so that it is known again in the next export.

use std::collections::BTreeMap;

use crate::report::json::v1::Input;

/// The roles of the files of an export, by path.
///
/// An export of the next night has other dates in its file names. A role is the path with each number in it replaced by
/// `#`, and a count where several files would have the same; nothing of a record is in it.
#[derive(Debug)]
pub(crate) struct Roles<'r> {
    /// The role of each path.
    by_path: BTreeMap<&'r str, String>,
}

impl<'r> Roles<'r> {
    /// The roles of these inputs, which are sorted by path.
    pub(crate) fn of(inputs: &'r [Input]) -> Self {
        let mut seen: BTreeMap<String, u64> = BTreeMap::new();
        let mut by_path = BTreeMap::new();
        for input in inputs {
            let role = without_numbers(&input.path);
            let nth = seen.entry(role.clone()).or_default();
            *nth += 1;
            let role = if *nth == 1 { role } else { format!("{role} {nth}") };
            by_path.entry(input.path.as_str()).or_insert(role);
        }
        Self { by_path }
    }

    /// What stands for findings of a rule in a file from export to export: a hash of the rule, the file's role and
    /// what else tells them apart. It is not keyed, because nothing of a record goes into it.
    pub(crate) fn fingerprint(&self, rule: &str, file: Option<&str>, what: &str) -> String {
        let role = file.map_or("", |file| self.by_path.get(file).map_or(file, String::as_str));
        let mut hasher =
            blake3::Hasher::new_derive_key("chartaudit findings of a rule in a file 1");
        for part in [rule, role, what] {
            hasher.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        hasher.finalize().to_hex().chars().take(32).collect()
    }
}

/// The path with `#` for each number in it.
fn without_numbers(path: &str) -> String {
    let mut role = String::new();
    let mut chars = path.chars().peekable();
    while let Some(char) = chars.next() {
        if char.is_ascii_digit() {
            while chars.next_if(|char| char.is_ascii_digit() || "-_.".contains(*char)).is_some() {}
            role.push('#');
        } else {
            role.push(char);
        }
    }
    role
}

#[cfg(test)]
mod tests {
    use super::{Roles, without_numbers};
    use crate::report::sample;

    #[test]
    fn dates_in_names_do_not_matter() {
        for (path, role) in [
            ("encounters.csv", "encounters.csv"),
            ("encounters_2026-11-29.csv", "encounters_#csv"),
            ("2026/11/notes_0412.csv", "#/#/notes_#csv"),
            ("1", "#"),
        ] {
            assert_eq!(without_numbers(path), role);
        }
    }

    #[test]
    fn files_are_told_apart_and_known_again() {
        let mut inputs = sample::report().inputs;
        inputs.truncate(2);
        let name = |inputs: &mut Vec<_>, names: [&str; 2]| {
            for (input, name) in inputs.iter_mut().zip(names) {
                let input: &mut crate::report::json::v1::Input = input;
                input.path = name.to_owned();
            }
        };
        name(&mut inputs, ["notes-01.csv", "notes-02.csv"]);
        let before = inputs.clone();
        let roles = Roles::of(&before);
        let first = roles.fingerprint("a/b", Some("notes-01.csv"), "");
        assert_ne!(first, roles.fingerprint("a/b", Some("notes-02.csv"), ""));
        assert_ne!(first, roles.fingerprint("a/c", Some("notes-01.csv"), ""));
        assert_ne!(first, roles.fingerprint("a/b", None, ""));
        name(&mut inputs, ["notes-03.csv", "notes-04.csv"]);
        assert_eq!(first, Roles::of(&inputs).fingerprint("a/b", Some("notes-03.csv"), ""));
    }
}
