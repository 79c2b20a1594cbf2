//! What was delivered, and the lists that rules hold it against.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};

use crate::delivery::Manifest;
use crate::rule::{Check, CheckedRule};
use crate::source::FoundFile;

/// What was delivered.
#[derive(Debug, Default)]
pub struct Delivery {
    /// Every file below the PATH arguments, read or not.
    pub files: Vec<FoundFile>,
    /// The lists that rules name, one for each rule's list and folder.
    pub lists: Vec<DeliveryList>,
}

/// The list of what was to be delivered to one folder.
#[derive(Debug)]
pub struct DeliveryList {
    /// Where it lies, as rules say it.
    pub manifest: String,
    /// What it says, or why it says nothing.
    pub list: Result<Manifest, String>,
    /// Its place among the files of the delivery, if it is one of them.
    pub place: Option<usize>,
    /// The other files of that folder, as places among the delivery's.
    pub arrived: Vec<usize>,
}

impl Delivery {
    /// Takes the files that were found below the PATH arguments, and reads the lists that the rules name.
    pub(super) fn settle(inputs: &[PathBuf], files: Vec<FoundFile>, rules: &[CheckedRule]) -> Self {
        let mut delivery = Self { files, lists: Vec::new() };
        let named: BTreeSet<&str> = rules.iter().filter_map(manifest_of).collect();
        let roots: BTreeSet<PathBuf> = inputs.iter().map(|path| root(path)).collect();
        for manifest in named {
            for root in &roots {
                delivery.read(manifest, root);
            }
        }
        delivery
    }

    fn read(&mut self, manifest: &str, root: &Path) {
        // A whole path stands as it is.
        let path = root.join(manifest);
        let list = Manifest::read(&path).map_err(|error| error.reason());
        // Where single files are scanned, the others of their folder arrived too.
        for name in list.iter().flat_map(Manifest::names) {
            let beside = root.join(name);
            let inside =
                Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
            if inside
                && !self.files.iter().any(|file| file.path == beside)
                && let Ok(metadata) = std::fs::metadata(&beside)
                && metadata.is_file()
            {
                self.files.push(FoundFile {
                    name: name.to_owned(),
                    path: beside,
                    len: metadata.len(),
                });
            }
        }
        let own = path.canonicalize().ok();
        let is_own = |file: &FoundFile| own.is_some() && file.path.canonicalize().ok() == own;
        let place = self.files.iter().position(is_own);
        let below = self.files.iter().enumerate().filter(|(_, file)| file.path.starts_with(root));
        let arrived = below.map(|(number, _)| number).filter(|number| Some(*number) != place);
        let (manifest, arrived) = (manifest.to_owned(), arrived.collect());
        self.lists.push(DeliveryList { manifest, list, place, arrived });
    }

    /// Whether a file is one of the lists.
    pub(super) fn is_list(&self, name: &str) -> bool {
        let places = self.lists.iter().filter_map(|list| list.place);
        places.into_iter().any(|place| self.files.get(place).is_some_and(|file| file.name == name))
    }

    /// Leaves out files of these names: they say what a run does.
    pub fn leave_out(&mut self, names: &[String]) {
        let files = &self.files;
        let stays =
            |place: &usize| files.get(*place).is_some_and(|file| !names.contains(&file.name));
        self.lists.iter_mut().for_each(|list| list.arrived.retain(stays));
    }

    /// The names of all files, found or listed, for them to be hidden where they give somebody away.
    pub fn names_mut(&mut self) -> impl Iterator<Item = &mut String> {
        let found = self.files.iter_mut().map(|file| &mut file.name);
        let lists = self.lists.iter_mut().flat_map(|list| list.list.iter_mut());
        found.chain(lists.flat_map(Manifest::names_mut))
    }
}

/// The list that a rule holds the delivery against.
fn manifest_of(rule: &CheckedRule) -> Option<&str> {
    match &rule.check {
        Check::Delivery { manifest } if rule.off.is_none() => Some(manifest),
        _ => None,
    }
}

/// The folder of a PATH argument.
fn root(path: &Path) -> PathBuf {
    if path.is_dir() { path.to_owned() } else { path.parent().unwrap_or(path).to_owned() }
}
