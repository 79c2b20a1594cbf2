//! The rules that were asked for, read and checked.

use std::path::{Path, PathBuf};

use crate::cli::error::CliError;
use crate::cli::near;
use crate::rule::{self, CheckedRule, Pack, RuleBook, RuleText};

/// Where the packs that ship with the program lie among its rule files: a folder each.
const SHIPPED: &str = "/packs/";

/// The names of the packs that ship with the program, in order.
pub(crate) fn shipped() -> Vec<String> {
    let mut names: Vec<String> =
        rule::embedded().iter().filter_map(|text| pack_of(&text.name)).map(str::to_owned).collect();
    names.dedup();
    names
}

/// The pack to which a shipped rule file belongs; dictionary and layouts belong to none.
fn pack_of(name: &str) -> Option<&str> {
    name.split_once(SHIPPED).and_then(|(_, rest)| rest.split_once('/')).map(|(pack, _)| pack)
}

/// Rule files, and how many of them the user named.
#[derive(Debug)]
pub(crate) struct Texts {
    /// Dictionary and layouts that ship, then packs that ship, then files of the user.
    pub(crate) all: Vec<RuleText>,
    /// The names of the user's own files among them.
    pub(crate) own: Vec<String>,
}

/// Every rule file that ships.
pub(crate) fn everything() -> Texts {
    Texts { all: rule::embedded(), own: Vec::new() }
}

/// The rule of that id, with or without its pack, and its pack.
pub(crate) fn rule_named<'b>(
    book: &'b RuleBook,
    name: &str,
) -> Option<(&'b Pack, &'b CheckedRule)> {
    let (pack, id) = match name.split_once(':') {
        Some((pack, id)) => (Some(pack), id),
        None => (None, name),
    };
    book.packs
        .iter()
        .filter(|of| pack.is_none_or(|pack| of.name == pack))
        .find_map(|of| of.rules.iter().find(|rule| rule.id.text == id).map(|rule| (of, rule)))
}

/// The rule files of these packs and paths, and the dictionary and layouts that they need.
///
/// Paths are relative to `base`. A name that is a shipped pack's is that pack; write `./name` for a folder.
///
/// # Errors
/// If a name is neither a pack nor a path, or if a file cannot be read.
pub(crate) fn named(names: &[String], base: &Path) -> Result<Texts, CliError> {
    let shipped = shipped();
    let mut packs = Vec::new();
    let mut paths: Vec<PathBuf> = Vec::new();
    for name in names {
        let path = base.join(name);
        if shipped.contains(name) {
            packs.push(name.as_str());
        } else if looks_like_path(name) || path.exists() {
            check_extension(&path)?;
            paths.push(path);
        } else {
            let known = shipped.iter().map(String::as_str);
            return Err(CliError::NoSuchPack {
                name: name.clone(),
                help: match near::closest(name, known) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!(
                        "the packs are {}; a path is written `./{name}`",
                        shipped.join(", ")
                    ),
                },
            });
        }
    }
    let mut all = rule::embedded();
    all.retain(|text| pack_of(&text.name).is_none_or(|pack| packs.contains(&pack)));
    let own = if paths.is_empty() { Vec::new() } else { rule::read_paths(&paths)? };
    let names = own.iter().map(|text| text.name.clone()).collect();
    all.extend(own);
    Ok(Texts { all, own: names })
}

/// Whether a name can only be meant as a path.
fn looks_like_path(name: &str) -> bool {
    name.contains(['/', '\\']) || name.ends_with(".yaml") || name.ends_with(".yml")
}

/// Refuses a file that is no rule file by its name: problems of rule files are shown with their text, and a
/// file of records named by mistake must not be.
///
/// # Errors
/// If it is a file and does not end in `.yaml` or `.yml`.
pub(crate) fn check_extension(path: &Path) -> Result<(), CliError> {
    let yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
    if yaml || !path.is_file() { Ok(()) } else { Err(CliError::NotYaml { path: path.to_owned() }) }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{named, shipped};

    #[test]
    fn packs_ship() {
        let shipped = shipped();
        assert!(shipped.iter().any(|name| name == "essentials"), "{shipped:?}");
    }

    #[test]
    fn names_are_packs_or_paths() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("local.yaml"), "pack: local\n").unwrap();
        std::fs::write(folder.path().join("patients.csv"), "id\n").unwrap();
        let take = |name: &str| named(&[name.to_owned()], folder.path());
        let of_pack = take("essentials").unwrap();
        assert!(of_pack.own.is_empty());
        assert!(of_pack.all.len() < crate::rule::embedded().len());
        assert_eq!(take("local.yaml").unwrap().own.len(), 1);
        refuse("esentials", folder.path(), "no pack `esentials`");
        refuse("patients.csv", folder.path(), "is not a rule file");
        refuse("./none.yaml", folder.path(), "");
    }

    #[track_caller]
    fn refuse(name: &str, base: &Path, expected: &str) {
        let error = named(&[name.to_owned()], base).expect_err("it should be refused").to_string();
        assert!(error.contains(expected), "{error}");
    }
}
