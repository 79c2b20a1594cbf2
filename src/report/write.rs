//! Files that appear whole or not at all, readable by no more people than they should be.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::finding::Reveal;
use crate::report::ReportError;

/// Who may read a file that is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Whoever the system's settings let.
    Usual,
    /// Its owner alone, because it holds record data in clear.
    Owner,
}

impl Audience {
    /// The audience of a file in which so much is in clear.
    #[must_use]
    pub fn of(reveal: Reveal) -> Self {
        if reveal == Reveal::Nothing { Self::Usual } else { Self::Owner }
    }

    /// The mode bits, before the system takes away what it forbids by default.
    #[cfg(unix)]
    fn mode(self) -> u32 {
        match self {
            Self::Usual => 0o666,
            Self::Owner => 0o600,
        }
    }
}

/// Writes a file beside its place and then moves it there, so that nobody ever sees half of it.
///
/// A place that is no plain file (a pipe, a terminal, `/dev/null`) is written to instead of being replaced.
///
/// # Errors
/// Whatever the file system says; the old file is then still there.
pub fn write_atomic(path: &Path, bytes: &[u8], audience: Audience) -> Result<(), ReportError> {
    write_atomic_with(path, audience, |file| file.write_all(bytes))
}

/// Writes a file as [`write_atomic`] does, piece by piece.
///
/// # Errors
/// Whatever the file system or the writer says; the old file is then still there.
pub fn write_atomic_with(
    path: &Path,
    audience: Audience,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> Result<(), ReportError> {
    replace(path, audience, write)
        .map_err(|cause| ReportError::Write { path: path.display().to_string(), cause })
}

/// Replaces the file.
fn replace(
    path: &Path,
    audience: Audience,
    write: impl FnOnce(&mut dyn io::Write) -> io::Result<()>,
) -> io::Result<()> {
    // A link stays a link; what it points to is replaced.
    let target = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    if target.metadata().is_ok_and(|found| !found.is_file() && !found.is_dir()) {
        return write(&mut std::fs::OpenOptions::new().write(true).open(&target)?);
    }
    let folder = match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut builder = tempfile::Builder::new();
    builder.prefix(".chartaudit-");
    #[cfg(unix)]
    let permissions = std::os::unix::fs::PermissionsExt::from_mode(audience.mode());
    #[cfg(unix)]
    builder.permissions(permissions);
    #[cfg(not(unix))]
    let _ = audience;
    let mut file = builder.tempfile_in(folder)?;
    write(&mut file)?;
    file.as_file().sync_all()?;
    file.persist(&target).map(drop).map_err(|error| error.error)
}

/// Creates or empties a file that is written bit by bit.
///
/// # Errors
/// Whatever the file system says.
pub(crate) fn create(path: &Path, audience: Audience) -> io::Result<File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, audience.mode());
    let file = options.open(path)?;
    #[cfg(unix)]
    if audience == Audience::Owner && file.metadata()?.is_file() {
        // The file may have been there before, open to more people.
        file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(audience.mode()))?;
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::{Audience, create, write_atomic};
    use crate::finding::Reveal;

    #[test]
    fn files_are_replaced_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        write_atomic(&path, b"first", Audience::Usual).unwrap();
        write_atomic(&path, b"second", Audience::Usual).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "no temporary file stays");
    }

    #[test]
    fn a_missing_folder_is_an_error_that_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none/report.json");
        let error = write_atomic(&path, b"x", Audience::Usual).unwrap_err();
        assert!(error.to_string().contains("none/report.json"));
        assert!(write_atomic(folder.path(), b"x", Audience::Usual).is_err(), "a folder is no file");
    }

    #[cfg(unix)]
    #[test]
    fn clear_data_is_for_the_owner() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        write_atomic(&path, b"x", Audience::of(Reveal::Nothing)).unwrap();
        assert_ne!(mode(), 0o600, "as the system likes it");
        write_atomic(&path, b"x", Audience::of(Reveal::Keys)).unwrap();
        assert_eq!(mode(), 0o600);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        create(&path, Audience::of(Reveal::Values)).unwrap();
        assert_eq!(mode(), 0o600, "though the file was there before");
    }

    #[cfg(unix)]
    #[test]
    fn links_and_devices_stay_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("report.json"), folder.path().join("link"));
        write_atomic(&path, b"x", Audience::Usual).unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        write_atomic(&link, b"y", Audience::Usual).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(std::fs::read(&path).unwrap(), b"y");
        let null = folder.path().join("null");
        std::os::unix::fs::symlink("/dev/null", &null).unwrap();
        write_atomic(&null, b"z", Audience::Usual).unwrap();
        assert!(!null.metadata().unwrap().is_file());
    }
}
