//! Lists of what was to be sent: a release manifest as CSV, or the sums that `sha256sum` and `b3sum` write.

use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::delivery::ListError;
use crate::source::{self, FoundFile};

/// What was to be sent, file by file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    entries: Vec<Entry>,
}

/// One file and what is said of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Entry {
    file: String,
    sum: Option<Sum>,
    bytes: Option<u64>,
    records: Option<u64>,
}

/// The hash of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sum {
    Sha256([u8; 32]),
    Blake3([u8; 32]),
    /// The list does not say which of them it holds.
    Either([u8; 32]),
}

/// A file that arrived.
#[derive(Debug, Clone)]
pub(crate) struct ArrivedFile {
    /// Its path below the PATH argument.
    pub(crate) name: String,
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// Records that were read in it, where it is a table.
    pub(crate) records: Option<u64>,
}

/// What the files that arrived are by the list.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Held {
    /// How many files the list has.
    pub(crate) listed: u64,
    /// Files of the list that are not what it says, and in what; by name.
    pub(crate) wrong: Vec<(String, String)>,
    /// Files of the list that are right as far as can be told, and what cannot be; by name.
    pub(crate) open: Vec<(String, String)>,
    /// Files that the list does not have.
    pub(crate) unlisted: Vec<String>,
}

/// What a file is by the list.
enum Word {
    Right,
    Wrong(String),
    Open(String),
}

/// Bytes of a list at most.
const MOST: u64 = 64 << 20;

impl Manifest {
    /// The names of the files that it lists.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.file.as_str())
    }

    /// Whether it says of any file how many records it has.
    pub(crate) fn counts_records(&self) -> bool {
        self.entries.iter().any(|entry| entry.records.is_some())
    }

    /// The names of the files that it lists, for them to be hidden where they give somebody away.
    pub fn names_mut(&mut self) -> impl Iterator<Item = &mut String> {
        self.entries.iter_mut().map(|entry| &mut entry.file)
    }

    /// Reads a list.
    ///
    /// # Errors
    /// With the line at which it is no list; the line itself is not quoted, because it may be a record's.
    pub fn read(path: &Path) -> Result<Self, ListError> {
        let name = path.display().to_string();
        let unreadable = |kind: io::ErrorKind| ListError::Unreadable { name: name.clone(), kind };
        let length = std::fs::metadata(path).map_err(|error| unreadable(error.kind()))?.len();
        if length > MOST {
            return Err(unreadable(io::ErrorKind::FileTooLarge));
        }
        let bytes = std::fs::read(path).map_err(|error| unreadable(error.kind()))?;
        // What shells of Windows write is UTF-16; a mark says so.
        let marked = encoding_rs::Encoding::for_bom(&bytes);
        let text = match marked.filter(|(encoding, _)| *encoding != encoding_rs::UTF_8) {
            Some((encoding, _)) => {
                let (text, _, harmed) = encoding.decode(&bytes);
                if harmed { Err(()) } else { Ok(text.into_owned()) }
            }
            None => String::from_utf8(bytes).map_err(|_| ()),
        };
        let text = text.map_err(|()| unreadable(io::ErrorKind::InvalidData))?;
        parse(&text, &name).map_err(|(line, what)| ListError::NoManifest { name, line, what })
    }

    /// Holds the files that arrived against the list.
    pub(crate) fn hold(&self, files: &[ArrivedFile]) -> Held {
        let place = |entry: &Entry| {
            let whole = files.iter().position(|file| file.name == entry.file);
            let base = |name: &str| name.rsplit('/').next().unwrap_or(name).to_owned();
            let by_base = || {
                let mut same = files
                    .iter()
                    .enumerate()
                    .filter(|(_, file)| base(&file.name) == base(&entry.file));
                same.next().filter(|_| same.next().is_none()).map(|(place, _)| place)
            };
            whole.or_else(by_base)
        };
        let places: Vec<Option<usize>> = self.entries.iter().map(place).collect();
        let words: Vec<(String, Word)> = self
            .entries
            .par_iter()
            .zip(&places)
            .map(|(entry, place)| {
                let file = place.and_then(|place| files.get(place));
                let word = match file {
                    None => Word::Wrong("it is listed and did not arrive".to_owned()),
                    Some(file) => entry.word(file),
                };
                let name = file.map_or(entry.file.as_str(), |file| &file.name);
                (name.to_owned(), word)
            })
            .collect();
        let mut held = Held { listed: self.entries.len() as u64, ..Held::default() };
        for (name, word) in words {
            match word {
                Word::Right => {}
                Word::Wrong(what) => held.wrong.push((name, what)),
                Word::Open(what) => held.open.push((name, what)),
            }
        }
        let unlisted =
            files.iter().enumerate().filter(|(number, _)| !places.contains(&Some(*number)));
        held.unlisted = unlisted.map(|(_, file)| file.name.clone()).collect();
        held
    }
}

impl Entry {
    /// Whether a file is the one that is listed.
    fn word(&self, file: &ArrivedFile) -> Word {
        let Ok(metadata) = std::fs::metadata(&file.path) else {
            return Word::Open("it could not be read".to_owned());
        };
        let (mut what, mut open) = (Vec::new(), Vec::new());
        if self.bytes.is_some_and(|bytes| bytes != metadata.len()) {
            what.push(format!(
                "{} bytes arrived, {} are listed",
                metadata.len(),
                self.bytes.unwrap_or(0)
            ));
        }
        match (self.records, file.records) {
            (Some(listed), Some(read)) if listed != read => {
                what.push(format!("{read} records arrived, {listed} are listed"));
            }
            (Some(_), None) => open.push("its records could not be counted"),
            (Some(_), Some(_)) | (None, _) => {}
        }
        match self.sum.map(|sum| sum.is_of(file, metadata.len())) {
            Some(None) => open.push("its hash could not be taken"),
            Some(Some(false)) => what.push("its hash is another than the one listed".to_owned()),
            Some(Some(true)) | None => {}
        }
        if !what.is_empty() {
            return Word::Wrong(what.join("; "));
        }
        if open.is_empty() { Word::Right } else { Word::Open(open.join("; ")) }
    }
}

impl Sum {
    /// Whether it is the hash of a file; `None` where that cannot be read.
    fn is_of(self, file: &ArrivedFile, len: u64) -> Option<bool> {
        let found = FoundFile { name: file.name.clone(), path: file.path.clone(), len };
        let input = source::open_file(&found).ok()?;
        let (mut sha, mut blake) = (Sha256::new(), blake3::Hasher::new());
        let mut buffer = vec![0; 1 << 17];
        let mut offset = 0;
        loop {
            let count = input.bytes.read_at(offset, &mut buffer).ok()?;
            if count == 0 {
                break;
            }
            let part = buffer.get(..count)?;
            if !matches!(self, Self::Blake3(_)) {
                sha.update(part);
            }
            if !matches!(self, Self::Sha256(_)) {
                blake.update(part);
            }
            offset += count as u64;
        }
        let (sha, blake): ([u8; 32], [u8; 32]) =
            (sha.finalize().into(), *blake.finalize().as_bytes());
        Some(match self {
            Self::Sha256(listed) => listed == sha,
            Self::Blake3(listed) => listed == blake,
            Self::Either(listed) => listed == sha || listed == blake,
        })
    }
}

/// The line at which a list is none, and why.
type Wrong = (u64, &'static str);

fn parse(text: &str, name: &str) -> Result<Manifest, Wrong> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let first = text.lines().find(|line| !line.trim().is_empty() && !line.starts_with('#'));
    let Some(first) = first else { return Err((1, "the list is empty")) };
    let mut entries =
        if sum_line(first, name).is_some() { sums(text, name)? } else { table(text, first)? };
    if entries.is_empty() {
        return Err((1, "the list names no file"));
    }
    let mut names: Vec<&str> = entries.iter().map(|entry| entry.file.as_str()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err((1, "a file is listed twice"));
    }
    entries.sort_by(|one, other| one.file.cmp(&other.file));
    Ok(Manifest { entries })
}

/// A list of sums, a line a file.
fn sums(text: &str, name: &str) -> Result<Vec<Entry>, Wrong> {
    let lines = (1_u64..).zip(text.lines());
    let lines = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    lines
        .map(|(number, line)| {
            sum_line(line, name)
                .ok_or((number, "a line must be a hash of 64 digits and the name of its file"))
        })
        .collect()
}

/// `HASH  NAME`, `HASH *NAME` or `SHA256 (NAME) = HASH`.
fn sum_line(line: &str, name: &str) -> Option<Entry> {
    let line = line.trim_end();
    for (word, sum) in [("SHA256 (", Sum::Sha256 as fn([u8; 32]) -> Sum), ("BLAKE3 (", Sum::Blake3)]
    {
        if let Some((file, digits)) =
            line.strip_prefix(word).and_then(|rest| rest.rsplit_once(") = "))
        {
            return Some(Entry {
                file: plain(file),
                sum: Some(sum(hash(digits)?)),
                ..Entry::default()
            });
        }
    }
    let (digits, file) = line.strip_prefix('\\').unwrap_or(line).split_once(' ')?;
    let file = file.strip_prefix([' ', '*']).unwrap_or(file).trim_start();
    let digits = hash(digits)?;
    let lower = name.to_lowercase();
    let sum = if lower.contains("sha256") {
        Sum::Sha256(digits)
    } else if lower.contains("b3") || lower.contains("blake3") {
        Sum::Blake3(digits)
    } else {
        Sum::Either(digits)
    };
    (!file.is_empty()).then(|| Entry { file: plain(file), sum: Some(sum), ..Entry::default() })
}

/// A table with a header, a row a file.
fn table(text: &str, first: &str) -> Result<Vec<Entry>, Wrong> {
    const NO_TABLE: &str = "it is neither a table with the columns `file` and `sha256`, `bytes` or `row_count`, nor a list of sums";
    let delimiter = [b',', b';', b'\t', b'|']
        .into_iter()
        .max_by_key(|byte| memchr::memchr_iter(*byte, first.as_bytes()).count());
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter.unwrap_or(b','))
        .flexible(true)
        .from_reader(text.as_bytes());
    let headers = reader.headers().map_err(|_| (1, NO_TABLE))?.clone();
    let column = |names: &[&str]| {
        headers.iter().position(|header| {
            let header: String = header
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|char| char.to_ascii_lowercase())
                .collect();
            names.contains(&header.as_str())
        })
    };
    let file = column(&["file", "filename", "name", "path", "releasedfile", "releasefilename"])
        .ok_or((1, NO_TABLE))?;
    let sha256 = column(&["sha256", "checksum", "sha256sum"]);
    let blake3 = column(&["blake3", "b3sum"]);
    let bytes = column(&["bytes", "size", "length", "filesize"]);
    let records = column(&["rowcount", "rows", "records", "recordcount"]);
    if sha256.or(blake3).or(bytes).or(records).is_none() {
        return Err((1, NO_TABLE));
    }
    let mut entries = Vec::new();
    for row in reader.records() {
        let row = row.map_err(|error| {
            (error.position().map_or(1, csv::Position::line), "the row cannot be read")
        })?;
        let line = row.position().map_or(1, csv::Position::line);
        let cell = |column: Option<usize>| {
            column.and_then(|column| row.get(column)).map(str::trim).filter(|cell| !cell.is_empty())
        };
        let Some(file) = cell(Some(file)) else { return Err((line, "the row names no file")) };
        let number = |column| {
            cell(column)
                .map(|cell: &str| {
                    cell.parse::<u64>()
                        .map_err(|_| (line, "a size or a count must be a whole number"))
                })
                .transpose()
        };
        let digits = |column| {
            cell(column)
                .map(|cell| hash(cell).ok_or((line, "a hash must be 64 hexadecimal digits")))
                .transpose()
        };
        entries.push(Entry {
            file: plain(file),
            sum: digits(sha256)?.map(Sum::Sha256).or(digits(blake3)?.map(Sum::Blake3)),
            bytes: number(bytes)?,
            records: number(records)?,
        });
    }
    Ok(entries)
}

/// A path as the files of an export are named.
fn plain(file: &str) -> String {
    let file = file.trim().replace('\\', "/");
    file.strip_prefix("./").unwrap_or(&file).to_owned()
}

/// The bytes of 64 hexadecimal digits.
fn hash(digits: &str) -> Option<[u8; 32]> {
    blake3::Hash::from_hex(digits.to_ascii_lowercase()).ok().map(|hash| *hash.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::{Entry, Manifest, Sum, parse};

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn hash() -> [u8; 32] {
        super::hash(HEX).unwrap()
    }

    #[test]
    fn sums_are_read_in_every_form() {
        let either = Some(Sum::Either(hash()));
        check(
            &format!("{HEX}  a.csv\n{HEX} *sub\\b.csv\n"),
            "sums.txt",
            &[("a.csv", either), ("sub/b.csv", either)],
        );
        check(
            &format!("# list\nSHA256 (./a b.csv) = {HEX}\n"),
            "x",
            &[("a b.csv", Some(Sum::Sha256(hash())))],
        );
        check(
            &format!("{}  a.csv", HEX.to_uppercase()),
            "SHA256SUMS",
            &[("a.csv", Some(Sum::Sha256(hash())))],
        );
        check(&format!("{HEX}  a.csv"), "list.b3", &[("a.csv", Some(Sum::Blake3(hash())))]);
    }

    #[track_caller]
    fn check(text: &str, name: &str, expected: &[(&str, Option<Sum>)]) {
        let entries = parse(text, name).unwrap().entries;
        let read: Vec<_> = entries.iter().map(|entry| (entry.file.as_str(), entry.sum)).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn tables_are_read() {
        let text =
            format!("\u{feff}File;SHA-256;Row Count;Bytes\n\"a;b.csv\";{HEX};7;\nc.csv;;;12\n");
        let entry =
            |file: &str, sum, bytes, records| Entry { file: file.to_owned(), sum, bytes, records };
        let entries = vec![
            entry("a;b.csv", Some(Sum::Sha256(hash())), None, Some(7)),
            entry("c.csv", None, Some(12), None),
        ];
        assert_eq!(parse(&text, "m.csv"), Ok(Manifest { entries }));
    }

    #[test]
    fn what_is_no_list_says_where() {
        let line = |text: &str| parse(text, "m").unwrap_err().0;
        assert_eq!(line(""), 1);
        assert_eq!(line("patient_id,mrn\n1,2\n"), 1);
        assert_eq!(line(&format!("{HEX}  a\nnonsense\n")), 2);
        assert_eq!(line("file,row_count\na,1\nb,many\n"), 3);
        assert_eq!(line("file,sha256\na,123\n"), 2);
        assert_eq!(line("file,bytes\n,1\n"), 2);
        assert!(parse("file,bytes\na,1\na,1\n", "m").is_err());
    }
}
