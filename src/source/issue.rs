//! What can be wrong with an input, by code, class and count.

use std::collections::BTreeMap;

/// What was wrong, as a stable code: `read/short-row`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IssueCode(pub &'static str);

/// What an issue costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IssueClass {
    /// Noted in the input summary.
    Noted,
    /// Kept, with a warning.
    Kept,
    /// Records were skipped, or the input is incomplete.
    Skipped,
    /// The file was refused; nothing of it was evaluated.
    Refused,
}

/// One place where an issue was seen. It never holds a value from a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// What was wrong.
    pub code: IssueCode,
    /// What it costs.
    pub class: IssueClass,
    /// Physical line, counted from 1; relative to the batch until merged.
    pub line: u64,
    /// Record number, counted from 1; relative to the batch until merged; `None` outside records.
    pub record: Option<u64>,
    /// Byte offset in the file as it lies on disk.
    pub byte: u64,
    /// The column, counted from 0, where there is one.
    pub column: Option<u32>,
    /// What was expected and what was found, in words, without values.
    pub detail: String,
}

impl Issue {
    /// An issue of a file as a whole.
    #[must_use]
    pub fn of_file(code: IssueCode, class: IssueClass, detail: String) -> Self {
        Self { code, class, line: 0, record: None, byte: 0, column: None, detail }
    }
}

/// Issues of one input: exact counts, and the first places of each code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct IssueLog {
    /// Count and first places, by code.
    pub by_code: BTreeMap<IssueCode, IssueCount>,
}

/// How often one issue was seen, and where first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueCount {
    /// What it costs.
    pub class: IssueClass,
    /// How often.
    pub count: u64,
    /// The first places, in the order of the file, at most [`IssueLog::SHOWN`].
    pub first: Vec<Issue>,
}

impl IssueLog {
    /// How many places of a code are kept.
    pub const SHOWN: usize = 5;

    /// Counts an issue and keeps its place while there is room.
    pub fn add(&mut self, issue: Issue) {
        let entry = self.by_code.entry(issue.code).or_insert_with(|| IssueCount {
            class: issue.class,
            count: 0,
            first: Vec::new(),
        });
        entry.count += 1;
        entry.class = entry.class.max(issue.class);
        if entry.first.len() < Self::SHOWN {
            entry.first.push(issue);
        }
    }

    /// Counts an issue whose place is only worked out while there is room for it.
    pub(super) fn note(
        &mut self,
        code: IssueCode,
        class: IssueClass,
        place: impl FnOnce() -> Issue,
    ) {
        match self.by_code.get_mut(&code) {
            Some(entry) if entry.first.len() >= Self::SHOWN => {
                entry.count += 1;
                entry.class = entry.class.max(class);
            }
            _ => self.add(place()),
        }
    }

    /// Appends the log of the batch that follows, its lines and records moved to their absolute numbers.
    pub fn append(&mut self, later: Self, lines_before: u64, records_before: u64) {
        for (code, count) in later.by_code {
            let entry = self.by_code.entry(code).or_insert_with(|| IssueCount {
                class: count.class,
                count: 0,
                first: Vec::new(),
            });
            entry.count += count.count;
            entry.class = entry.class.max(count.class);
            for mut issue in count.first {
                if entry.first.len() >= Self::SHOWN {
                    break;
                }
                issue.line += lines_before;
                issue.record = issue.record.map(|record| record + records_before);
                entry.first.push(issue);
            }
        }
    }
}
