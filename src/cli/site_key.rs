//! The file that keeps the site's key: made once, never replaced, for its owner's eyes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::console::variable_os;
use crate::cli::error::CliError;
use crate::finding::SiteKey;

/// What a site key is called where nothing else is said.
pub(crate) const SITE_KEY: &str = "site.key";

/// A key, and who else can get at it.
#[derive(Debug)]
pub(crate) struct Kept {
    /// The key.
    pub(crate) key: SiteKey,
    /// Who else can get at it.
    pub(crate) exposure: Exposure,
}

/// Who can get at a key besides its owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exposure {
    /// Nobody, or a group that was given it; or the system does not say.
    Few,
    /// Everybody on this machine can read or replace it.
    Others,
}

/// The file that the environment names.
pub(crate) fn variable() -> Option<PathBuf> {
    variable_os("CHARTAUDIT_SITE_KEY_FILE").filter(|path| !path.is_empty()).map(PathBuf::from)
}

/// Reads the key under which record keys are hashed, so that findings can be found again in later runs.
///
/// A key that others can read is read all the same: some file systems and secret stores know no owners, and there an
/// audit could never be run.
///
/// # Errors
/// If the file cannot be read or holds neither 32 bytes nor 64 hexadecimal digits.
pub(crate) fn read(path: &Path) -> Result<Kept, CliError> {
    let unreadable =
        |source| CliError::Unreadable { what: "the site key", path: path.to_owned(), source };
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    let exposure = exposure(&file.metadata().map_err(unreadable)?);
    file.take(1024).read_to_end(&mut bytes).map_err(unreadable)?;
    let key =
        SiteKey::read(&bytes).ok_or_else(|| CliError::BadSiteKey { path: path.to_owned() })?;
    Ok(Kept { key, exposure })
}

/// Draws a key from the system's random source, and keeps it in a new file that its owner alone can read.
///
/// # Errors
/// If there is a file of that name, or if it cannot be written.
pub(crate) fn make(path: &Path) -> Result<Kept, CliError> {
    let mut bytes = [0; SiteKey::BYTES];
    getrandom::fill(&mut bytes).map_err(|_| CliError::NoRandomBytes)?;
    let key = SiteKey::new(bytes);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => CliError::AlreadyThere { path: path.to_owned() },
        _ => CliError::CannotWrite { path: path.to_owned(), source },
    })?;
    let written = file.write_all(key.to_line().as_bytes()).and_then(|()| file.sync_all());
    match written.and_then(|()| file.metadata()) {
        Ok(metadata) => Ok(Kept { key, exposure: exposure(&metadata) }),
        Err(source) => {
            // Half a key would be taken for a broken one.
            drop(fs::remove_file(path));
            Err(CliError::CannotWrite { path: path.to_owned(), source })
        }
    }
}

/// What to say of a key that everybody can get at.
pub(crate) fn exposed(path: &Path) -> String {
    format!(
        "the site key `{0}` is open to everybody on this machine: who has it can find the record numbers behind the \
         tags of your reports. `chmod 600 {0}` closes it; where a file system knows no owners, keep the key elsewhere",
        path.display()
    )
}

/// Who can get at the file besides its owner.
#[cfg(unix)]
fn exposure(metadata: &fs::Metadata) -> Exposure {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
    if mode & 0o007 == 0 { Exposure::Few } else { Exposure::Others }
}

/// Who can get at the file is for its folder to say.
#[cfg(not(unix))]
fn exposure(_metadata: &fs::Metadata) -> Exposure {
    Exposure::Few
}

#[cfg(test)]
mod tests {
    use super::{Exposure, make, read};
    use crate::cli::error::CliError;

    #[test]
    fn a_key_is_made_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.key");
        let made = make(&path).unwrap();
        assert_eq!(made.key, read(&path).unwrap().key);
        assert_eq!(made.exposure, Exposure::Few);
        assert!(matches!(make(&path), Err(CliError::AlreadyThere { .. })));
        assert_eq!(made.key, read(&path).unwrap().key);
        let other = make(&folder.path().join("other.key")).unwrap();
        assert_ne!(made.key, other.key);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("site.key");
        make(&path).unwrap();
        let exposure = |mode: u32| {
            std::fs::set_permissions(&path, PermissionsExt::from_mode(mode)).unwrap();
            read(&path).unwrap().exposure
        };
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        for (mode, expected) in [
            (0o400, Exposure::Few),
            (0o640, Exposure::Few),
            (0o644, Exposure::Others),
            (0o602, Exposure::Others),
        ] {
            // The file's owner may read it, whatever else its mode says.
            assert_eq!(exposure(mode), expected, "of {mode:o}");
        }
    }

    #[test]
    fn a_folder_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = make(&folder.path().join("none/site.key")).unwrap_err();
        assert!(error.to_string().contains("none/site.key"), "{error}");
    }
}
