//! The files of an export.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::source::{Input, Issue, IssueClass, IssueCode, code};

/// What files of tables are called; a name without a dot may be one too.
const TABLES: [&str; 6] = ["csv", "tsv", "txt", "dat", "psv", "tab"];

/// What exports are called that are no plain tables: they are opened, so that their bytes say why they are refused.
const EXPORTS: [&str; 41] = [
    // Compressed, packed.
    "gz", "tgz", "zip", "zst", "bz2", "xz", "7z", "rar", "tar", "lz4", "z", //
    // Workbooks and databases.
    "xlsx", "xls", "xlsm", "xlsb", "ods", "mdb", "accdb", "sqlite", "sqlite3", //
    // Columns and statistics.
    "parquet", "orc", "avro", "arrow", "feather", "sas7bdat", "xpt", "sav", "dta", //
    // Messages and documents.
    "hl7", "x12", "edi", "834", "835", "837", "xml", "ccd", "cda", "ccda", "ndjson", "jsonl",
];

/// What files are called that are locked.
const ENCRYPTED: [&str; 4] = ["gpg", "pgp", "age", "enc"];

/// How much of a JSON file tells whether it holds health records.
const JSON_START: u64 = 4096;

/// A file that may be a table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FoundFile {
    /// Its path relative to the PATH argument, with `/`; the file's own name where the argument is the file.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its length in bytes.
    pub len: u64,
}

/// The files under the PATH arguments.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    /// Files to read, sorted by name.
    pub files: Vec<FoundFile>,
    /// Files that are there and are not read, sorted by name; each stands among the problems too.
    pub others: Vec<FoundFile>,
    /// What was met and is not read, by name.
    pub problems: Vec<(String, Issue)>,
}

/// Finds the files under the paths: folders with all their folders, files as they are.
///
/// In folders, hidden files and files that are not called like exports are listed as problems, and what lies in
/// hidden folders is left alone;
/// exports of another format are found like tables, and refused when they are opened. Links are followed, loops
/// are not.
#[must_use]
pub fn discover(paths: &[PathBuf]) -> Discovery {
    let mut discovery = Discovery::default();
    for path in paths {
        walk(path, &mut discovery);
    }
    discovery.files.sort();
    discovery.files.dedup_by(|one, other| one.path == other.path);
    discovery.others.sort();
    discovery.others.dedup_by(|one, other| one.path == other.path);
    discovery.problems.sort_by(|(one, _), (other, _)| one.cmp(other));
    discovery
}

/// Opens a file for positioned reads.
///
/// # Errors
/// Whatever the file system says, and anything that is not a regular file.
pub fn open_file(found: &FoundFile) -> io::Result<Input> {
    let file = File::open(&found.path)?;
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    Ok(Input { name: found.name.clone(), len: metadata.len(), bytes: Box::new(file) })
}

fn walk(argument: &Path, discovery: &mut Discovery) {
    let entries = WalkDir::new(argument).follow_links(true).sort_by_file_name();
    let hidden = |entry: &walkdir::DirEntry| {
        entry.depth() > 0 && entry.file_name().to_string_lossy().starts_with('.')
    };
    let wanted = |entry: &walkdir::DirEntry| !(hidden(entry) && entry.file_type().is_dir());
    for entry in entries.into_iter().filter_entry(wanted) {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let name = relative(argument, error.path().unwrap_or(argument));
                let detail = match (error.loop_ancestor(), error.io_error()) {
                    (Some(_), _) => "a link leads back to a folder above it".to_owned(),
                    (None, Some(error)) => format!("cannot be read: {}", error.kind()),
                    (None, None) => "cannot be read".to_owned(),
                };
                discovery.problems.push(problem(
                    name,
                    code::UNREADABLE,
                    IssueClass::Refused,
                    detail,
                ));
                continue;
            }
        };
        if entry.file_type().is_dir() {
            continue;
        }
        let name = relative(argument, entry.path());
        let metadata = entry.metadata();
        let found = |len| FoundFile { name: name.clone(), path: entry.path().to_path_buf(), len };
        let other = metadata.as_ref().ok().filter(|metadata| metadata.is_file());
        let other = other.map(|metadata| found(metadata.len()));
        if hidden(&entry) {
            discovery.others.extend(other);
            let detail = "a hidden file; name the file itself to read it";
            discovery.problems.push(problem(name, code::OTHER_FILE, IssueClass::Noted, detail));
            continue;
        }
        if !entry.file_type().is_file() {
            let detail = "a pipe, socket or device is not read; write its data to a file first";
            discovery.problems.push(problem(name, code::NOT_A_FILE, IssueClass::Refused, detail));
            continue;
        }
        let kind = if entry.depth() > 0 { kind(entry.path()) } else { Kind::Export };
        match kind {
            Kind::Export => {}
            Kind::Encrypted => {
                discovery.others.extend(other);
                let detail = "called like an encrypted file: these are not read";
                discovery.problems.push(problem(
                    name,
                    code::ENCRYPTED,
                    IssueClass::Refused,
                    detail,
                ));
                continue;
            }
            Kind::Other => {
                discovery.others.extend(other);
                let detail = "not called like a table (csv, tsv, txt, dat, psv, tab); name the file itself to read it";
                discovery.problems.push(problem(name, code::OTHER_FILE, IssueClass::Noted, detail));
                continue;
            }
        }
        match metadata {
            Ok(metadata) => discovery.files.push(found(metadata.len())),
            Err(_) => {
                let detail = "cannot be read";
                discovery.problems.push(problem(
                    name,
                    code::UNREADABLE,
                    IssueClass::Refused,
                    detail,
                ));
            }
        }
    }
}

fn problem(
    name: String,
    code: IssueCode,
    class: IssueClass,
    detail: impl Into<String>,
) -> (String, Issue) {
    (name, Issue::of_file(code, class, detail.into()))
}

/// What a file in a folder seems to be.
enum Kind {
    /// An export: a table, or one of another format.
    Export,
    /// Something locked.
    Encrypted,
    /// No export.
    Other,
}

fn kind(path: &Path) -> Kind {
    let Some(extension) = path.extension() else {
        return if is_about(path) { Kind::Other } else { Kind::Export };
    };
    let is_one = |known: &&str| extension.eq_ignore_ascii_case(known);
    if extension.eq_ignore_ascii_case("txt") && is_about(path) {
        Kind::Other
    } else if TABLES.iter().chain(&EXPORTS).any(is_one) {
        Kind::Export
    } else if ENCRYPTED.iter().any(is_one) {
        Kind::Encrypted
    } else if extension.eq_ignore_ascii_case("json") && is_fhir(path) {
        Kind::Export
    } else {
        Kind::Other
    }
}

/// Whether a text is called like one about the files beside it.
fn is_about(path: &Path) -> bool {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().to_lowercase();
    let word = stem.split(|character: char| !character.is_alphanumeric()).next();
    word.is_some_and(|word| matches!(word, "readme" | "license" | "licence" | "changelog"))
}

/// Whether a JSON file starts like health records; one that cannot be read does not.
fn is_fhir(path: &Path) -> bool {
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(JSON_START).read_to_end(&mut start));
    read.is_ok() && memchr::memmem::find(&start, b"\"resourceType\"").is_some()
}

/// The path below the argument, or the name of the argument itself.
fn relative(argument: &Path, path: &Path) -> String {
    let below = path.strip_prefix(argument).unwrap_or(path);
    let shown = if below.as_os_str().is_empty() {
        Path::new(path.file_name().unwrap_or(path.as_os_str()))
    } else {
        below
    };
    let parts = shown.components().map(|part| part.as_os_str().to_string_lossy());
    parts.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::{discover, open_file};

    #[test]
    fn folders_and_files_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::fs::create_dir(root.join("sub")).unwrap();
        for name in ["b.csv", "sub/a.TSV", "bare", "scan.pdf", ".hidden.csv"] {
            std::fs::write(root.join(name), "mrn\n1\n").unwrap();
        }
        check(
            &[root.to_path_buf()],
            &["b.csv", "bare", "sub/a.TSV"],
            &[".hidden.csv: read/other-file", "scan.pdf: read/other-file"],
        );
        check(&[root.join("scan.pdf")], &["scan.pdf"], &[]);
        check(&[root.join("absent.csv")], &[], &["absent.csv: read/unreadable"]);
        let found = discover(&[root.join("b.csv")]).files.remove(0);
        let input = open_file(&found).unwrap();
        let mut bytes = [0; 4];
        assert_eq!(input.bytes.read_at(3, &mut bytes).unwrap(), 3);
        assert_eq!(&bytes[..3], b"\n1\n");
    }

    #[test]
    fn exports_of_other_formats_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let text = "{\"total\": 1}";
        for name in
            ["a.csv.GZ", "b.xlsx", "c.hl7", "d.ndjson", "e.yaml", "f.md", "g.json", "h.csv.gpg"]
        {
            std::fs::write(root.join(name), text).unwrap();
        }
        for name in ["README", "ReadMe-first.txt", "notes.txt", "LICENSE"] {
            std::fs::write(root.join(name), text).unwrap();
        }
        std::fs::write(root.join("i.json"), "{\"resourceType\": \"Bundle\"}").unwrap();
        check(
            &[root.to_path_buf()],
            &["a.csv.GZ", "b.xlsx", "c.hl7", "d.ndjson", "i.json", "notes.txt"],
            &[
                "LICENSE: read/other-file",
                "README: read/other-file",
                "ReadMe-first.txt: read/other-file",
                "e.yaml: read/other-file",
                "f.md: read/other-file",
                "g.json: read/other-file",
                "h.csv.gpg: read/encrypted",
            ],
        );
    }

    #[cfg(unix)]
    #[test]
    fn loops_and_sockets_are_problems() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        std::os::unix::fs::symlink(root, root.join("loop")).unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(root.join("s.csv")).unwrap();
        check(&[root.to_path_buf()], &[], &["loop: read/unreadable", "s.csv: read/not-a-file"]);
    }

    #[track_caller]
    fn check(paths: &[std::path::PathBuf], files: &[&str], problems: &[&str]) {
        let discovery = discover(paths);
        let found: Vec<_> = discovery.files.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(found, files);
        let met =
            discovery.problems.iter().map(|(name, issue)| format!("{name}: {}", issue.code.0));
        assert_eq!(met.collect::<Vec<_>>(), problems);
    }
}
