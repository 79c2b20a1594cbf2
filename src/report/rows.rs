//! Files of rows, written one after the other in memory that does not grow.

use std::fs::File;
use std::io::{self, BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use serde::Serialize;

use crate::finding::{Masked, Reveal, Tag, tag_text};
use crate::report::ReportError;
use crate::report::write::{Audience, create};

/// One row of a list.
pub(crate) trait Row: Serialize {
    /// Its cells, in the order of the columns.
    fn cells(&self) -> Vec<String>;
}

/// A file of rows.
pub(crate) enum RowFile {
    /// Comma-separated, with a header.
    Csv(Box<csv::Writer<File>>),
    /// One JSON object a line.
    JsonLines(BufWriter<File>),
}

impl std::fmt::Debug for RowFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Csv(_) => "Csv",
            Self::JsonLines(_) => "JsonLines",
        })
    }
}

/// How much is gathered before it is written.
const BUFFER: usize = 1 << 16;

impl RowFile {
    /// Creates the file; its name says the format: `.csv`, `.jsonl` or `.ndjson`. A file in which something is in
    /// clear is for its owner alone.
    ///
    /// # Errors
    /// When the name says no format, or the file cannot be created.
    pub(crate) fn create(
        path: &Path,
        columns: &[&str],
        reveal: Reveal,
    ) -> Result<Self, ReportError> {
        let extension =
            path.extension().and_then(|extension| extension.to_str()).map(str::to_ascii_lowercase);
        let open = || create(path, Audience::of(reveal));
        let failed = |cause| ReportError::Write { path: path.display().to_string(), cause };
        match extension.as_deref() {
            Some("csv") => {
                let mut builder = csv::WriterBuilder::new();
                let mut writer =
                    builder.buffer_capacity(BUFFER).from_writer(open().map_err(failed)?);
                writer.write_record(columns).map_err(|error| failed(error.into()))?;
                Ok(Self::Csv(Box::new(writer)))
            }
            Some("jsonl" | "ndjson") => {
                let file = open().map_err(failed)?;
                Ok(Self::JsonLines(BufWriter::with_capacity(BUFFER, file)))
            }
            _ => Err(ReportError::StreamFormat),
        }
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub(crate) fn add(&mut self, row: &impl Row) -> io::Result<()> {
        match self {
            Self::Csv(writer) => writer.write_record(row.cells().into_iter().map(harmless))?,
            Self::JsonLines(writer) => {
                serde_json::to_writer(&mut *writer, row)?;
                writer.write_all(b"\n")?;
            }
        }
        Ok(())
    }

    /// Writes what is still gathered. Without it, the last rows may be lost unnoticed.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.flush()?;
        let file = self.file();
        if file.metadata()?.is_file() { file.sync_all() } else { Ok(()) }
    }

    /// Remembers this point.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub(crate) fn mark(&mut self) -> io::Result<u64> {
        self.flush()?;
        self.file().stream_position()
    }

    /// Forgets everything since the mark.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub(crate) fn rewind(&mut self, mark: u64) -> io::Result<()> {
        self.flush()?;
        let mut file = self.file();
        file.set_len(mark)?;
        file.seek(SeekFrom::Start(mark)).map(drop)
    }

    /// Hands everything gathered to the file.
    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Csv(writer) => writer.flush(),
            Self::JsonLines(writer) => writer.flush(),
        }
    }

    /// The file.
    fn file(&self) -> &File {
        match self {
            Self::Csv(writer) => writer.get_ref(),
            Self::JsonLines(writer) => writer.get_ref(),
        }
    }
}

/// One field of a key.
#[derive(Debug, Serialize)]
pub(crate) struct KeyPart<'a> {
    pub(crate) field: &'a str,
    pub(crate) tag: String,
}

/// The fields of a key that can be shown. Tags need the site's key: ordinals would need a memory of all of them, and
/// a file and a record number lead to the record as well.
pub(crate) fn key_parts(key: &[Tag], site_key_present: bool) -> Vec<KeyPart<'_>> {
    key.iter()
        .filter_map(|tag| {
            let shown = match &tag.revealed {
                Some(value) => value.as_str().to_owned(),
                None if tag.hash == 0 => Masked::missing().to_string(),
                None if site_key_present => tag_text(tag.hash),
                None => return None,
            };
            Some(KeyPart { field: &tag.field, tag: shown })
        })
        .collect()
}

/// A key as one cell: of one field its tag alone.
pub(crate) fn key_cell(key: &[KeyPart<'_>]) -> String {
    match key {
        [part] => part.tag.clone(),
        parts => {
            let parts: Vec<String> =
                parts.iter().map(|part| format!("{}={}", part.field, part.tag)).collect();
            parts.join("; ")
        }
    }
}

/// A number as a cell, or nothing.
pub(crate) fn number_cell(number: Option<u64>) -> String {
    number.map(|number| number.to_string()).unwrap_or_default()
}

/// What a formula begins with.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// The cell with an apostrophe before it where a spreadsheet would take it for a formula, in full width too.
pub(crate) fn harmless(cell: String) -> String {
    if cell.starts_with(FORMULA) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::harmless;

    #[test]
    fn formulas_are_defused() {
        for cell in ["=1", "+1", "-1", "@x", "\tx", "\rx", "＝1"] {
            check(cell, &format!("'{cell}"));
        }
        for cell in ["", "1-1", "a=b", "'=1", "▒▒▒▒▒ (5 chars)", "#1"] {
            check(cell, cell);
        }
    }

    #[track_caller]
    fn check(cell: &str, expected: &str) {
        assert_eq!(harmless(cell.to_owned()), expected);
    }
}
