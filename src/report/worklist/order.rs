//! Findings in the order of the worklist, in memory that does not grow.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::entry::{Assignee, Entry};
use crate::finding::{Finding, FindingSink, Reveal, Standing, neutral};
use crate::report::assemble::severity;
use crate::report::json::v1::{self, FindingStatus, Report, Severity};
use crate::report::stream::StreamOptions;
use crate::rule::CheckedRule;
use crate::store::{Budget, RowSorter, SealedTexts, SortedRows, Texts};

/// Every finding that a worklist is to show.
///
/// What a row says is put aside as text; only what decides over its place is sorted.
pub struct Worklist {
    /// The severity of each rule.
    severities: Vec<Severity>,
    /// The place of each file in the export.
    files: HashMap<String, u32>,
    options: StreamOptions,
    budget: Arc<Budget>,
    temp_dir: PathBuf,
    texts: Texts,
    rows: RowSorter<ROW>,
    /// Rows of a step to come.
    step: Vec<[u8; ROW]>,
    /// Whether there are assignees without a name.
    numbered: bool,
    /// Texts that were taken back.
    dead: Vec<(u64, u64)>,
}

/// Bytes of what decides over a row's place: the assignee, then what is due first, then what is gravest, then the order
/// of the export.
const PLACE: usize = ASSIGNEE + 22;
/// Bytes that stand for an assignee.
const ASSIGNEE: usize = 33;
/// Bytes of a sorted row: its place, and where its text is and how long.
const ROW: usize = PLACE + 12;
/// The first byte of an assignee without a name.
const NUMBERED: u8 = 1;
/// Rows of a step.
const STEP: usize = 512;

impl Worklist {
    /// An empty list for the findings of these rules in these files.
    #[must_use]
    pub fn new<'f>(
        rules: &[&CheckedRule],
        files: impl Iterator<Item = &'f str>,
        options: StreamOptions,
        (memory, temp_dir): (u64, PathBuf),
    ) -> Self {
        let severities = rules.iter().map(|rule| severity(rule.severity)).collect();
        let files = files.map(neutral).collect();
        Self::sorted_by(severities, files, options, (memory, temp_dir))
    }

    fn sorted_by(
        severities: Vec<Severity>,
        mut files: Vec<String>,
        options: StreamOptions,
        (memory, temp_dir): (u64, PathBuf),
    ) -> Self {
        files.sort();
        files.dedup();
        let files = files.into_iter().zip(0_u32..).collect();
        let budget = Arc::new(Budget::new(memory));
        Self {
            severities,
            files,
            options,
            texts: Texts::new(temp_dir.clone()),
            rows: RowSorter::new(Arc::clone(&budget), temp_dir.clone()),
            budget,
            temp_dir,
            step: Vec::new(),
            numbered: false,
            dead: Vec::new(),
        }
    }

    /// The examples of a saved report.
    ///
    /// # Errors
    /// Never; the writer's error is passed on all the same.
    pub fn of_report(report: &Report) -> io::Result<Self> {
        let provenance = &report.provenance;
        let site_key_present = provenance.site_key;
        let options = StreamOptions { reveal: Reveal::Nothing, site_key_present };
        let severities = report.rules.iter().map(|rule| rule.severity).collect();
        let files = report.inputs.iter().map(|input| input.path.clone()).collect();
        // What is sorted is in memory already.
        let mut list = Self::sorted_by(severities, files, options, (u64::MAX, PathBuf::new()));
        list.texts = Texts::in_memory();
        for (number, rule) in (0_u32..).zip(&report.rules) {
            let to_mend = |finding: &&v1::Finding| finding.status != FindingStatus::Waived;
            for finding in rule.findings.iter().filter(to_mend) {
                let (site_key, masking) = (provenance.site_key, provenance.masking);
                list.push(&Entry::of_report(number, finding, site_key, masking))?;
            }
        }
        Ok(list)
    }

    fn push(&mut self, entry: &Entry) -> io::Result<()> {
        self.numbered |= matches!(entry.assignee, Assignee::Numbered(_));
        let text = serde_json::to_vec(entry)?;
        let start = self.texts.add(&text)?;
        let mut row = [0; ROW];
        row[..PLACE].copy_from_slice(&self.place(entry));
        row[PLACE..PLACE + 8].copy_from_slice(&start.to_be_bytes());
        let length = u32::try_from(text.len()).map_err(io::Error::other)?;
        row[PLACE + 8..].copy_from_slice(&length.to_be_bytes());
        self.step.push(row);
        if self.step.len() < STEP {
            return Ok(());
        }
        let outcome = self.rows.push_all(&self.step);
        self.step.clear();
        outcome
    }

    /// What decides over the place of a row.
    fn place(&self, entry: &Entry) -> [u8; PLACE] {
        let mut place = [0; PLACE];
        let (assignee, rest) = place.split_at_mut(ASSIGNEE);
        match &entry.assignee {
            Assignee::Named(name) => {
                let most = name.len().min(16);
                assignee[1..=most].copy_from_slice(&name.as_bytes()[..most]);
                assignee[17..].copy_from_slice(&blake3::hash(name.as_bytes()).as_bytes()[..16]);
            }
            Assignee::Numbered(number) => {
                assignee[0] = NUMBERED;
                assignee[17..].copy_from_slice(&number.to_be_bytes());
            }
            Assignee::Missing => assignee[0] = 2,
            Assignee::Nobody => assignee[0] = 3,
        }
        // Longest overdue first; what is not overdue comes last.
        rest[0] = entry.overdue.map_or(u8::MAX, |overdue| u8::MAX - 1 - overdue as u8);
        let due = entry.due_day().map_or(0, |due| i64::from(due.0) - i64::from(i32::MIN));
        rest[1..5].copy_from_slice(&u32::try_from(due).unwrap_or(u32::MAX).to_be_bytes());
        let rule = usize::try_from(entry.rule).ok();
        let severity = rule.and_then(|rule| self.severities.get(rule)).copied();
        rest[5] = match severity {
            Some(Severity::Error) => 0,
            Some(Severity::Warning) => 1,
            Some(Severity::Note) | None => 2,
        };
        rest[6..10].copy_from_slice(&entry.rule.to_be_bytes());
        let file = entry.file.as_ref().and_then(|file| self.files.get(file)).copied();
        rest[10..14].copy_from_slice(&file.map_or(0, |file| file + 1).to_be_bytes());
        rest[14..22].copy_from_slice(&entry.record.unwrap_or(0).to_be_bytes());
        place
    }

    /// The findings in order.
    ///
    /// # Errors
    /// When a temporary file cannot be written or read.
    pub(super) fn finish(self) -> io::Result<OrderedEntries> {
        self.rows.push_all(&self.step)?;
        let mut rows = self.rows.finish()?;
        if self.numbered {
            // A person without a name is known by a number that this run drew. In the list they stand where their first
            // row would stand alone, so that it is the same list every time.
            let again = RowSorter::new(Arc::clone(&self.budget), self.temp_dir);
            let mut leader: Option<[u8; PLACE]> = None;
            for row in rows {
                let mut row = row?;
                if is_dead(&self.dead, &row) {
                    continue;
                }
                if row[0] == NUMBERED {
                    let same = leader.filter(|leader| leader[..ASSIGNEE] == row[..ASSIGNEE]);
                    let mut first = [0; PLACE];
                    first.copy_from_slice(&row[..PLACE]);
                    let first = *leader.insert(same.unwrap_or(first));
                    row[1..ASSIGNEE].fill(0);
                    row[1..=PLACE - ASSIGNEE].copy_from_slice(&first[ASSIGNEE..]);
                }
                again.push_all(&[row])?;
            }
            rows = again.finish()?;
        }
        let Self { texts, dead, .. } = self;
        let texts = texts.finish()?;
        Ok(OrderedEntries { rows, texts, dead, buffer: Vec::new(), last: None, number: 0 })
    }
}

impl std::fmt::Debug for Worklist {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Rows begin with what stands for an assignee, which may be in clear.
        f.debug_struct("Worklist").field("rules", &self.severities.len()).finish_non_exhaustive()
    }
}

impl FindingSink for Worklist {
    fn take(&mut self, finding: &Finding) -> io::Result<()> {
        // Nobody has to mend what is waived; the list says how much that is.
        if matches!(finding.standing, Standing::Waived(_)) {
            return Ok(());
        }
        let entry = Entry::of_scan(finding, self.options);
        self.push(&entry)
    }

    fn mark(&mut self) -> io::Result<u64> {
        Ok(self.texts.end())
    }

    fn rewind(&mut self, mark: u64) -> io::Result<()> {
        self.dead.push((mark, self.texts.end()));
        Ok(())
    }
}

/// Whether the text of a row was taken back.
fn is_dead(dead: &[(u64, u64)], row: &[u8; ROW]) -> bool {
    let (start, _) = text_of(row);
    dead.iter().any(|(from, to)| (*from..*to).contains(&start))
}

/// Where the text of a row is, and how long.
fn text_of(row: &[u8; ROW]) -> (u64, usize) {
    let (mut start, mut length) = ([0; 8], [0; 4]);
    start.copy_from_slice(&row[PLACE..PLACE + 8]);
    length.copy_from_slice(&row[PLACE + 8..]);
    (u64::from_be_bytes(start), usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX))
}

/// The findings of a worklist in order, with what stands for their assignees.
pub(super) struct OrderedEntries {
    rows: SortedRows<ROW>,
    texts: SealedTexts,
    dead: Vec<(u64, u64)>,
    buffer: Vec<u8>,
    /// The assignee before, where it has no name.
    last: Option<[u8; ASSIGNEE]>,
    /// How many assignees without a name there were.
    number: u64,
}

impl OrderedEntries {
    /// The next finding and its assignee.
    pub(super) fn next(&mut self) -> io::Result<Option<(Entry, String)>> {
        loop {
            let Some(row) = self.rows.next().transpose()? else { return Ok(None) };
            if is_dead(&self.dead, &row) {
                continue;
            }
            let (start, length) = text_of(&row);
            self.buffer.resize(length, 0);
            self.texts.read(start, &mut self.buffer)?;
            let entry: Entry = serde_json::from_slice(&self.buffer)?;
            let label = match &entry.assignee {
                Assignee::Named(name) => name.clone(),
                Assignee::Numbered(_) => {
                    let mut assignee = [0; ASSIGNEE];
                    assignee.copy_from_slice(&row[..ASSIGNEE]);
                    if self.last != Some(assignee) {
                        self.number += 1;
                        self.last = Some(assignee);
                    }
                    format!("#{}", self.number)
                }
                Assignee::Missing => "(missing)".to_owned(),
                Assignee::Nobody => String::new(),
            };
            return Ok(Some((entry, label)));
        }
    }
}
