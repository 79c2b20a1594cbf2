//! The look at one file: its first records, column by column.

use std::io;

use crate::engine::each_text;
use crate::expr::typed::FieldId;
use crate::plan::{self, BoundColumn, BoundFile, CellReader, ReaderKind};
use crate::rule::{Binding, Dictionary, Field, Layout};
use crate::source::{Batch, Chunk};
use crate::survey::confidence::{Confidence, Grounds};
use crate::survey::footer;
use crate::survey::reading::{self, Calendar, DayOrder, Reading};
use crate::survey::spelling::{self, Codes};
use crate::survey::word::{NOTHING, NOTHING_TYPED};
use crate::value::FieldType;

/// How many bytes are read at a time.
const CHUNK: u64 = 256 << 10;
/// How many chunks are looked at.
const CHUNKS: u64 = 4;

/// What was seen of a file.
#[derive(Debug)]
pub struct SeenFile {
    /// The record set, as an index into the dictionary.
    pub set: usize,
    /// How many records were looked at.
    pub records: u64,
    /// Whether there are more.
    pub extent: Extent,
    /// The pattern of a line at its end that counts the records and is none.
    pub footer: Option<&'static str>,
    /// Its columns that have a field, in the order of the file.
    pub columns: Vec<SeenColumn>,
    /// Columns that may be fields although they are called otherwise, as they would be read; only those of which most
    /// can be read.
    pub perhaps: Vec<SeenColumn>,
    /// How sure it is that it holds what it was recognised as.
    pub confidence: Confidence,
    /// The record set that comes next, as an index into the dictionary, and how many fields it would bind.
    pub rival: Option<(usize, usize)>,
}

/// How much of a file was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Its start.
    Start,
}

/// What was seen of a column.
#[derive(Debug)]
pub struct SeenColumn {
    /// The field that is read from it.
    pub field: FieldId,
    /// Its number, from 0.
    pub column: usize,
    /// How many of its cells hold something.
    pub filled: u64,
    /// How many of those are to be read as more than text: all, or none.
    pub typed: u64,
    /// How many of those cannot be read by [`SeenColumn::binding`].
    pub unreadable: u64,
    /// What its binding has to say beside the name of the column; nothing where it is read without.
    pub binding: Binding,
    /// Whether the order of day and month is known.
    pub order: DayOrder,
    /// The codes of the dictionary that it holds.
    pub codes: Vec<String>,
    /// How many different texts of a code are none that the dictionary declares.
    pub unknown_codes: u64,
    /// How many records hold one of them.
    pub unknown_code_records: u64,
}

impl SeenFile {
    /// How many typed values were read, and how many there are.
    #[must_use]
    pub fn read(&self) -> (u64, u64) {
        let typed = self.columns.iter().map(|column| column.typed).sum::<u64>();
        let unreadable = self.columns.iter().map(|column| column.unreadable).sum::<u64>();
        (typed - unreadable, typed)
    }

    /// Whether a code of the dictionary stands in one of its columns.
    #[must_use]
    pub fn shows(&self, code: &str) -> bool {
        self.columns.iter().any(|column| column.codes.iter().any(|seen| seen == code))
    }
}

/// Looks at the first records of a file, and at these columns as if they were those fields.
///
/// # Errors
/// Whatever the file system says.
pub fn look(
    dictionary: &Dictionary,
    layouts: &[Layout],
    file: &BoundFile,
    perhaps: &[(FieldId, usize)],
    calendar: Calendar,
) -> io::Result<Option<SeenFile>> {
    let Some(set) = dictionary.sets.get(file.set) else { return Ok(None) };
    let (mut batches, extent) = first_records(file)?;
    let records = batches.iter().map(|batch| batch.rows as u64).sum();
    let bound = set.fields.iter().enumerate().zip(&file.columns);
    let mut columns: Vec<SeenColumn> = bound
        .filter_map(|((number, field), column)| {
            let field_id = FieldId(u16::try_from(number).ok()?);
            Some(seen(field_id, field, column.as_ref()?, &mut batches, calendar))
        })
        .collect();
    columns.sort_by_key(|column| column.column);
    let perhaps = perhaps
        .iter()
        .filter_map(|&(field_id, column)| {
            let field = set.fields.get(usize::from(field_id.0))?;
            let bound = BoundColumn { column, reader: CellReader::canonical(field) };
            let seen = seen(field_id, field, &bound, &mut batches, calendar);
            (seen.unreadable * 2 <= seen.typed).then_some(seen)
        })
        .collect();
    let rival = plan::rival(dictionary, layouts, &file.table.header.names, file.set);
    let footer = footer::footer(file)?;
    let confidence = Confidence::Doubtful;
    let set = file.set;
    let mut seen = SeenFile { set, records, extent, footer, columns, perhaps, confidence, rival };
    let width = file.table.header.names.len();
    let grounds = Grounds {
        known: (width - file.unbound.len().min(width), width),
        read: seen.read(),
        ahead: seen.columns.len().saturating_sub(rival.map_or(0, |(_, fields)| fields)),
        records,
    };
    seen.confidence = grounds.confidence();
    Ok(Some(seen))
}

/// The records of the first chunks.
fn first_records(file: &BoundFile) -> io::Result<(Vec<Batch>, Extent)> {
    let table = &file.table;
    let mut batches = Vec::new();
    let mut chunk = Chunk::default();
    let mut start = table.data_start;
    let mut index = start / CHUNK;
    let last = index + CHUNKS;
    while index < last && start < table.input.len {
        table.load(&mut chunk, index, CHUNK)?;
        let mut batch = Batch::default();
        start = table.split(&mut chunk, start, &mut batch)?;
        batches.push(batch);
        index = (index + 1).max(start / CHUNK);
    }
    let extent = if start < table.input.len { Extent::Start } else { Extent::Whole };
    Ok((batches, extent))
}

/// What is seen of one column.
fn seen(
    field_id: FieldId,
    field: &Field,
    bound: &BoundColumn,
    batches: &mut [Batch],
    calendar: Calendar,
) -> SeenColumn {
    let column = bound.column;
    let declared = match &bound.reader.kind {
        ReaderKind::Moment { formats, .. } => !formats.is_empty(),
        ReaderKind::Boolean { yes, no } => !yes.is_empty() || !no.is_empty(),
        ReaderKind::Decimal { point, group } => *point != b'.' || group.is_some(),
        ReaderKind::Integer { group } => group.is_some(),
        ReaderKind::Code(map) => map.is_some(),
        ReaderKind::Text | ReaderKind::Id => false,
    };
    let typed = !matches!(field.ty, FieldType::Text | FieldType::Id | FieldType::Code);
    let nulls = if bound.reader.nulls.is_empty() && !declared {
        nothing(batches, bound, typed)
    } else {
        Vec::new()
    };
    let mut read = if declared || !bound.reader.nulls.is_empty() {
        let ty = field.ty;
        let trials =
            batches.iter_mut().map(|batch| crate::engine::trial(batch, column, ty, &bound.reader));
        let trial = trials.fold(crate::engine::Trial::default(), crate::engine::Trial::and);
        Reading { binding: Binding::default(), trial, order: DayOrder::Told }
    } else {
        reading::best(batches, column, field, &nulls, calendar)
    };
    let codes = if field.ty == FieldType::Code && !field.values.is_empty() {
        spelling::codes(batches, column, field, &bound.reader)
    } else {
        Codes::default()
    };
    if !declared {
        read.binding.values = codes.spelled;
    }
    let filled = read.trial.present;
    let (typed, unreadable) = if typed { (filled, read.trial.unreadable) } else { (0, 0) };
    SeenColumn {
        field: field_id,
        column,
        filled,
        typed,
        unreadable,
        binding: read.binding,
        order: read.order,
        codes: codes.seen,
        unknown_codes: codes.unknown,
        unknown_code_records: codes.unknown_records,
    }
}

/// The words of a column that mean nothing.
fn nothing(batches: &mut [Batch], bound: &BoundColumn, typed: bool) -> Vec<String> {
    let mut found: Vec<&'static str> = Vec::new();
    for batch in batches {
        each_text(batch, bound.column, &bound.reader, |text| {
            let words = NOTHING.iter().chain(NOTHING_TYPED.iter().filter(|_| typed));
            let word = words.into_iter().find(|word| word.as_bytes() == text);
            if let Some(word) = word
                && !found.contains(word)
            {
                found.push(word);
            }
        });
    }
    found.sort_unstable();
    found.into_iter().map(str::to_owned).collect()
}
