//! The comparison itself: record set by record set, then everything that came of it as the result of a scan.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::delivery::{ArrivedFile, Manifest};
use crate::engine::{EngineError, Hooks, ScanOptions};
use crate::finding::{
    Counts, Finding, InputFate, InputOutcome, NotEvaluated, Outcome, Place, RuleOutcome, Scan,
    Unit, headers_of_unknown,
};
use crate::plan::{FileState, Plan};
use crate::rule::{Dictionary, Pack};
use crate::source::{self, FoundFile, HeaderAt, IssueClass, ReadOptions, Refusal};
use crate::store::{Budget, KeyHasher, RowSorter, SealedTexts, Texts};
use crate::transfer::account::{Account, ColumnAccount};
use crate::transfer::bytes::{self, ByteFile, Purpose, RefusedFile, Twin};
use crate::transfer::difference::difference;
use crate::transfer::error::{Gone, TransferError};
use crate::transfer::kind::{self, Kind};
use crate::transfer::matching::{Bench, Matched, both, gather, settle, tells_apart, two};
use crate::transfer::read::{self, Again, AgainChunk, FileRead, Run, SideRead, Spot, Wanted};
use crate::transfer::set::{self, File, KeyChoice, Member, Set, Side};
use crate::transfer::shift;
use crate::transfer::tell::{Teller, priority};

/// One side of a transfer, its files recognised as far as the dictionary knows them.
#[derive(Debug)]
pub struct Export {
    /// Its files.
    pub plan: Plan,
    /// Where they lie.
    pub found: Vec<FoundFile>,
    /// Files that are no tables.
    pub others: Vec<ByteFile>,
}

/// What is to be compared.
#[derive(Debug)]
pub struct Request {
    /// What was sent.
    pub sent: Export,
    /// What was received.
    pub received: Export,
    /// Keys that the user names.
    pub keys: Vec<KeyChoice>,
    /// What was to be sent, and the file that says it.
    pub manifest: Option<(Manifest, PathBuf)>,
}

/// What a comparison gives.
#[derive(Debug)]
pub struct Transfer {
    /// Inputs and rules, as a scan gives them.
    pub scan: Scan,
    /// The rules.
    pub pack: Pack,
    /// How each record set fared.
    pub accounts: Vec<Account>,
}

/// Compares two exports.
///
/// # Errors
/// [`TransferError`]: a key that no table has, records that could not be put aside or read again, findings that
/// could not be written.
pub fn compare(
    request: Request,
    options: &ScanOptions,
    hooks: &Hooks<'_>,
) -> Result<Transfer, TransferError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads.max(1))
        .build()
        .map_err(|_| EngineError::Threads { threads: options.threads })?;
    let Request { sent, received, keys, manifest } = request;
    let arrived = manifest.as_ref().map(|(_, path)| arrived_files(&received, path));
    let dictionary = sent.plan.dictionary.clone();
    let mut members = Vec::with_capacity(2);
    let mut refused = Vec::with_capacity(2);
    let list = manifest.as_ref().and_then(|(_, path)| std::fs::read(path).ok());
    for (side, export) in Side::BOTH.into_iter().zip([sent, received]) {
        let (tables, files) = sorted_out(side, export, list.as_deref());
        members.push(tables);
        refused.push(files);
    }
    let members: [Vec<Member>; 2] = members.try_into().unwrap_or_default();
    let refused: [Vec<RefusedFile>; 2] = refused.try_into().unwrap_or_default();
    let sets = set::sets(members, &dictionary, &keys)?;
    let run = Run { options, hooks };
    let bench = Bench {
        run,
        hasher: KeyHasher::new(std::array::from_fn(|at| {
            use std::hash::{BuildHasher as _, RandomState};
            RandomState::new().hash_one(at)
        })),
        budget: Arc::new(Budget::new(options.memory)),
    };
    let teller = Teller::new(run);
    let mut whole = Whole { unread: unread(&refused), ..Whole::default() };
    for set in sets {
        if run.interrupted() {
            break;
        }
        let compared = pool.install(|| whole.compare(set, &dictionary, &bench, &teller));
        compared.map_err(|error| match (teller.failure(), Gone::kind_of(&error)) {
            (Some(kind), _) => TransferError::from(EngineError::Stream { kind }),
            (None, Some(kind)) => TransferError::Gone { kind },
            (None, None) => options.spill_error(&error).into(),
        })?;
    }
    whole
        .hold_bytes(refused, &teller)
        .map_err(|error| EngineError::Stream { kind: error.kind() })?;
    if let (Some((manifest, _)), Some(files)) = (manifest, arrived) {
        pool.install(|| whole.hold_to_list(&manifest, files, &teller))
            .map_err(|error| EngineError::Stream { kind: error.kind() })?;
    }
    Ok(whole.conclude(teller.examples(), run.interrupted()))
}

/// What the tables of each side that cannot be read seem to hold: a record set, or what their files are called.
fn unread(refused: &[Vec<RefusedFile>; 2]) -> [BTreeSet<String>; 2] {
    refused.each_ref().map(|files| {
        let tables =
            files.iter().filter(|refused| !refused.other && refused.purpose == Purpose::Delivery);
        let names = tables.flat_map(|refused| {
            let stem = set::stem(&refused.file.name).to_owned();
            refused.record_set.clone().into_iter().chain([stem])
        });
        names.collect()
    })
}

/// The files that arrived, all but the manifest itself.
fn arrived_files(received: &Export, manifest: &Path) -> Vec<ArrivedFile> {
    let manifest = manifest.canonicalize().ok();
    let tables = received.found.iter().map(|file| (&file.name, &file.path));
    let others = received.others.iter().map(|file| (&file.name, &file.path));
    tables
        .chain(others)
        .filter(|(_, path)| manifest.is_none() || path.canonicalize().ok() != manifest)
        .map(|(name, path)| ArrivedFile { name: name.clone(), path: path.clone(), records: None })
        .collect()
}

/// What a file is for, given the bytes of the list of what was to be sent.
fn purpose(path: &Path, list: Option<&[u8]>) -> Purpose {
    let is_list = list.is_some_and(|list| {
        let length = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        length == list.len() as u64 && std::fs::read(path).is_ok_and(|bytes| bytes == list)
    });
    if is_list { Purpose::List } else { Purpose::Delivery }
}

/// The tables of a side, and the files that are none; the list of what was to be sent is one of the latter, whatever it
/// looks like.
fn sorted_out(side: Side, export: Export, list: Option<&[u8]>) -> (Vec<Member>, Vec<RefusedFile>) {
    let Export { plan, found, others } = export;
    let path = |name: &str| found.iter().find(|file| file.name == name);
    let named = |name: &str| format!("{}/{name}", side.name());
    let mut tables = Vec::new();
    let mut refused = Vec::new();
    for planned in plan.files {
        let name = planned.name;
        let lies = path(&name).map(|file| file.path.clone()).unwrap_or_default();
        let purpose = purpose(&lies, list);
        let (issues, tally, record_set) = match planned.state {
            FileState::Bound(file) if purpose == Purpose::List => {
                (file.table.issues, file.table.tally, None)
            }
            FileState::Bound(file) => {
                tables.push(Member::bound(named(&name), planned.bytes, *file));
                continue;
            }
            FileState::Unplaced { file, record_set } => {
                (file.table.issues, file.table.tally, record_set)
            }
            FileState::Refused { issues, tally, record_set, .. } => (issues, tally, record_set),
        };
        let unknown = ["read/header-not-found", "read/missing-column", "read/ambiguous-layout"];
        let mut whys = issues.by_code.iter().filter(|(_, log)| log.class == IssueClass::Refused);
        let nobody_knows = whys.all(|(code, _)| unknown.contains(&code.0));
        let may_be = nobody_knows && purpose == Purpose::Delivery;
        let table = path(&name).filter(|_| may_be).and_then(open);
        match table {
            Some(table) => tables.push(Member::table(named(&name), planned.bytes, table)),
            None => refused.push(RefusedFile {
                file: ByteFile { path: lies, name },
                issues,
                tally,
                record_set,
                other: false,
                purpose,
            }),
        }
    }
    for (name, issue) in plan.problems {
        let other = others.iter().find(|file| file.name == name);
        let mut issues = source::IssueLog::default();
        let is_other = issue.class < IssueClass::Skipped;
        issues.add(issue);
        let path = other.map(|file| file.path.clone()).unwrap_or_default();
        refused.push(RefusedFile {
            purpose: purpose(&path, list),
            file: ByteFile { name, path },
            issues,
            tally: source::Tally::default(),
            record_set: None,
            other: is_other,
        });
    }
    (tables, refused)
}

/// Opens a table that the dictionary does not know: its first full line of names is the header.
fn open(found: &FoundFile) -> Option<source::Table> {
    let input = source::open_file(found).ok()?;
    let options = ReadOptions { header: HeaderAt::Search, ..ReadOptions::default() };
    let named = |cells: &[String]| cells.iter().filter(|cell| !cell.is_empty()).count();
    source::open(input, &options, &named).ok().filter(|table| table.width > 1)
}

/// Everything that came of the record sets so far.
#[derive(Default)]
struct Whole {
    inputs: Vec<InputOutcome>,
    accounts: Vec<Account>,
    /// What the tables of each side that cannot be read seem to hold.
    unread: [BTreeSet<String>; 2],
    /// One entry a kind that counts no records.
    units: BTreeMap<Kind, Units>,
    /// One line a cause.
    stories: BTreeMap<Kind, Vec<Finding>>,
}

/// How many units there are, how many of them are findings, and of how many nothing can be said.
#[derive(Debug, Clone, Copy, Default)]
struct Units {
    all: u64,
    violations: u64,
    unjudged: u64,
}

/// Why nothing can be said of a file, or of a record set.
const UNREAD: &str = "the file could not be read as a table";

impl Whole {
    fn story(&mut self, kind: Kind, message: String) {
        let finding = Finding::plain(kind.rule(), Place::default(), message);
        self.stories.entry(kind).or_default().push(finding);
    }

    fn count(&mut self, kind: Kind, all: u64, violations: u64) {
        self.add(kind, Units { all, violations, unjudged: 0 });
    }

    fn add(&mut self, kind: Kind, more: Units) {
        let units = self.units.entry(kind).or_default();
        units.all += more.all;
        units.violations += more.violations;
        units.unjudged += more.unjudged;
    }

    /// Whether a side has a file that may hold the record set and cannot be read.
    fn may_be_unread(&self, set: &Set, side: Side) -> bool {
        let names = &self.unread[side.index()];
        let files = set.files.iter().flatten();
        names.contains(&set.name)
            || files.map(|file| set::stem(&file.member.name)).any(|stem| names.contains(stem))
    }

    /// Compares one record set.
    fn compare<'h>(
        &mut self,
        mut set: Set,
        dictionary: &Dictionary,
        bench: &Bench<'_, 'h>,
        teller: &Teller<'_, 'h>,
    ) -> io::Result<()> {
        set.key.extend(set.candidate);
        let (partitions, sides) = loop {
            let (partitions, sides) = gather(&set, bench)?;
            if sides.iter().all(|side| side.contrary.is_empty()) || bench.run.interrupted() {
                // A column that nobody called a key is one only if it tells the records apart.
                if set.candidate.take().is_none() || tells_apart(&partitions)? {
                    break (partitions, sides);
                }
                set.key.clear();
                continue;
            }
            drop(partitions);
            for side in Side::BOTH {
                // From the last on, so that a file that is dropped moves no other that is yet to come.
                for (file, encoding) in sides[side.index()].contrary.iter().rev() {
                    let files = &mut set.files[side.index()];
                    match files.remove(*file).reopen(*encoding) {
                        Ok(again) => files.insert(*file, again),
                        Err((name, refusal)) => self.inputs.push(lost(&set.name, name, *refusal)),
                    }
                }
            }
        };
        self.tell_structure(&set);
        let mut misfits = BTreeMap::new();
        if !bench.run.interrupted() {
            let matched = settle(&partitions, &set, &sides, bench)?;
            drop(partitions);
            let matched = matched.look_again(&set, &sides, bench)?;
            let comparison =
                Comparison { set: &set, sides: &sides, bench, teller, names: names(&set) };
            let (account, recovered) = comparison.account(matched, self)?;
            self.accounts.push(account);
            misfits = recovered;
        }
        for (side, read) in Side::BOTH.into_iter().zip(sides) {
            let files = set.files[side.index()].iter().zip(read.files).enumerate();
            for (number, (file, mut read)) in files {
                if let Some(recovered) = misfits.get(&number).filter(|_| side == Side::Received) {
                    read.recover(*recovered);
                }
                self.inputs.push(input(&set, file, &read, dictionary));
            }
        }
        Ok(())
    }

    /// Record sets and columns that only one side has.
    fn tell_structure(&mut self, set: &Set) {
        let [sent, received] = [0, 1].map(|side| u64::from(!set.files[side].is_empty()));
        for (kind, here, there, side) in [
            (Kind::SetMissing, sent, received, Side::Received),
            (Kind::SetExtra, received, sent, Side::Sent),
        ] {
            let alone = here & (1 - there);
            let unjudged = alone & u64::from(self.may_be_unread(set, side));
            self.add(kind, Units { all: here, violations: alone - unjudged, unjudged });
        }
        self.tell_headers(set);
        let name = &set.name;
        match (sent, received) {
            (1, 0) if self.may_be_unread(set, Side::Received) => {
                let message = format!("a file of `{name}` arrived and could not be read");
                self.story(Kind::Missing, message);
            }
            (0, 1) if self.may_be_unread(set, Side::Sent) => {
                let message = format!("what was sent of `{name}` could not be read");
                self.story(Kind::Extra, message);
            }
            (1, 0) => {
                let message = format!("no file of `{name}` arrived");
                self.story(Kind::SetMissing, message);
            }
            (0, 1) => {
                let message = format!("`{name}` arrived, and nothing like it was sent");
                self.story(Kind::SetExtra, message);
            }
            _ => {
                for (kind, here, there) in [(Kind::ColumnMissing, 0, 1), (Kind::ColumnExtra, 1, 0)]
                {
                    let all = set.columns.iter().filter(|column| column.on[here]);
                    let lacking: Vec<&str> = all
                        .clone()
                        .filter(|column| !column.on[there])
                        .map(|column| column.name.as_str())
                        .collect();
                    self.count(kind, all.count() as u64, lacking.len() as u64);
                    for column in lacking {
                        let message = match kind {
                            Kind::ColumnMissing => format!("`{column}` of `{name}` did not arrive"),
                            _ => format!("`{column}` of `{name}` arrived and was not sent"),
                        };
                        self.story(kind, message);
                    }
                }
            }
        }
    }

    /// Tables that came without their header.
    fn tell_headers(&mut self, set: &Set) {
        let [sent, received] = &set.files;
        let headless = |files: &[File]| files.iter().filter(|file| file.member.headless).count();
        // Tables that were sent without one arrived as they were sent.
        let lost = if headless(sent) == 0 { headless(received) } else { 0 };
        self.count(Kind::HeaderMissing, received.len() as u64, lost as u64);
        if lost > 0 {
            let files = received.iter().filter(|file| file.member.headless);
            for file in files.take(lost) {
                let message = format!(
                    "the first line of `{}` is a record; its columns are taken to stand as in `{}`",
                    file.member.name, set.name
                );
                self.story(Kind::HeaderMissing, message);
            }
        }
    }

    /// Files that are no tables.
    fn hold_bytes(
        &mut self,
        files: [Vec<RefusedFile>; 2],
        teller: &Teller<'_, '_>,
    ) -> io::Result<()> {
        let held = bytes::hold(files);
        self.inputs.extend(held.inputs);
        let sides = [
            (Kind::FileMissing, held.sent, "no file with the same bytes arrived"),
            (Kind::FileExtra, held.received, "no file with the same bytes was sent"),
        ];
        for (kind, files, message) in sides {
            let number =
                |which: Twin| files.iter().filter(|(_, twin)| *twin == which).count() as u64;
            let (violations, unjudged) = (number(Twin::Missing), number(Twin::Unknown));
            self.add(kind, Units { all: files.len() as u64, violations, unjudged });
            let lonely = files.into_iter().filter(|(_, twin)| *twin == Twin::Missing);
            for (number, (name, _)) in lonely.enumerate() {
                let place = Place { file: Some(name.into()), record: None, line: None };
                let finding = Finding::plain(kind.rule(), place, message.to_owned());
                teller.take(kind, priority(number, 0), finding)?;
            }
        }
        Ok(())
    }

    /// Holds the files that arrived against the list of what was to be sent.
    fn hold_to_list(
        &mut self,
        manifest: &Manifest,
        mut files: Vec<ArrivedFile>,
        teller: &Teller<'_, '_>,
    ) -> io::Result<()> {
        let named = |name: &str| format!("{}/{name}", Side::Received.name());
        for file in &mut files {
            let input = self.inputs.iter().find(|input| input.path == named(&file.name));
            let table = input.filter(|input| input.record_set.is_some());
            file.records = table.map(|input| input.tally.records);
        }
        let held = manifest.hold(&files);
        // What cannot be told to be what was sent has not been shown to have arrived.
        let mut wrong = held.wrong;
        wrong.extend(held.open);
        wrong.sort();
        self.count(Kind::Manifest, held.listed, wrong.len() as u64);
        self.count(Kind::NotListed, files.len() as u64, held.unlisted.len() as u64);
        let unlisted = held.unlisted.into_iter().map(|name| (name, "it is not listed".to_owned()));
        let findings = [(Kind::Manifest, wrong), (Kind::NotListed, unlisted.collect())];
        for (kind, files) in findings {
            for (number, (name, message)) in files.into_iter().enumerate() {
                let place = Place { file: Some(named(&name).into()), record: None, line: None };
                let finding = Finding::plain(kind.rule(), place, message);
                teller.take(kind, priority(number, 0), finding)?;
            }
        }
        Ok(())
    }

    /// The result, as a scan gives it.
    fn conclude(mut self, examples: Vec<Vec<Finding>>, interrupted: bool) -> Transfer {
        let mut rules = Vec::new();
        for (kind, examples) in Kind::all().zip(examples) {
            let mut counts = Counts::default();
            for account in &self.accounts {
                add(&mut counts, &account.counts(kind));
            }
            let mut reasons: BTreeMap<String, u64> = BTreeMap::new();
            if let Some(Units { all, violations, unjudged }) = self.units.get(&kind) {
                counts.records += all;
                counts.violations += violations;
                counts.not_evaluable += unjudged;
                counts.passed += all - violations - unjudged;
                if *unjudged > 0 {
                    reasons.insert(UNREAD.to_owned(), *unjudged);
                }
            }
            let side = match kind {
                Kind::Missing => Some(0),
                Kind::Extra => Some(1),
                _ => None,
            };
            for account in self.accounts.iter().filter(|_| side.is_some()) {
                for (reason, counts) in &account.reasons {
                    let count = side.map_or(0, |side| counts[side]);
                    if count > 0 {
                        *reasons.entry((*reason).to_owned()).or_default() += count;
                    }
                }
            }
            let mut findings = self.stories.remove(&kind).unwrap_or_default();
            let mut remarks = shortened(&findings);
            if kind.unit() == Unit::Record {
                findings = Vec::new();
            }
            findings.extend(examples);
            let outcome = if interrupted {
                counts = Counts::default();
                findings.clear();
                remarks.clear();
                Outcome::NotEvaluated(NotEvaluated::Interrupted)
            } else {
                judge(&counts)
            };
            rules.push(RuleOutcome {
                rule: kind.rule(),
                outcome,
                unit: kind.unit(),
                counts,
                not_evaluable_reasons: reasons.into_iter().collect(),
                allowed: Vec::new(),
                waived: Vec::new(),
                known: None,
                by_file: Vec::new(),
                remarks,
                findings,
            });
        }
        self.inputs.sort_by(|one, other| one.path.cmp(&other.path));
        Transfer {
            scan: Scan { inputs: self.inputs, rules, interrupted },
            pack: kind::pack(),
            accounts: self.accounts,
        }
    }
}

/// Lines about causes that a rule has at most; the account of the record sets has them all.
const REMARKS: usize = 6;

/// What is said of causes, as far as a page has room for it.
fn shortened(stories: &[Finding]) -> Vec<String> {
    let more = stories.len().saturating_sub(REMARKS);
    let mut remarks: Vec<String> =
        stories.iter().take(REMARKS).map(|story| story.message.clone()).collect();
    if more > 0 {
        remarks.push(format!("and {} more", grouped(more as u64)));
    }
    remarks
}

fn add(into: &mut Counts, more: &Counts) {
    into.records += more.records;
    into.not_applicable += more.not_applicable;
    into.passed += more.passed;
    into.violations += more.violations;
    into.not_evaluable += more.not_evaluable;
}

fn judge(counts: &Counts) -> Outcome {
    if counts.records == counts.not_applicable {
        Outcome::NotApplicable
    } else if counts.violations > 0 {
        Outcome::Fail
    } else if counts.passed == 0 {
        Outcome::NotEvaluated(NotEvaluated::Undecidable)
    } else {
        Outcome::Pass
    }
}

/// The names of the files of both sides, to be lent to findings.
fn names(set: &Set) -> [Vec<Arc<str>>; 2] {
    [0, 1].map(|side| set.files[side].iter().map(|file| file.member.name.as_str().into()).collect())
}

/// What became of a table.
fn input(set: &Set, file: &File, read: &FileRead, dictionary: &Dictionary) -> InputOutcome {
    let member = &file.member;
    let names = headers_of_unknown(&member.table.header.names);
    let over = read
        .issues
        .by_code
        .values()
        .any(|count| count.class >= IssueClass::Skipped && read.tally.skipped == 0);
    let whole = read.complete && read.tally.skipped <= member.max_skipped && !over;
    let bound = set.columns.iter().zip(&file.columns).filter_map(|(column, place)| {
        Some((column.name.clone(), names.get((*place)?).cloned().unwrap_or_default()))
    });
    let known = dictionary.set(&set.name).is_some() && member.layout.is_some();
    InputOutcome {
        path: member.name.clone(),
        fate: if whole { InputFate::Read } else { InputFate::Incomplete },
        record_set: Some(set.name.clone()),
        layout: member.layout.clone().filter(|_| known),
        format: "csv".to_owned(),
        bytes: member.bytes,
        blake3: read.digest.map(|digest| digest.to_hex().to_string()),
        dialect: member.table.describe(),
        bound: bound.collect(),
        unbound: Vec::new(),
        tally: read.tally,
        issues: read.issues.clone(),
        columns: names,
        overflows: 0,
        claim: None,
        looked_at: false,
    }
}

/// What became of a table that could be opened once and then no more.
fn lost(record_set: &str, path: String, refusal: Refusal) -> InputOutcome {
    InputOutcome {
        path,
        fate: InputFate::Refused,
        record_set: Some(record_set.to_owned()),
        layout: None,
        format: "csv".to_owned(),
        bytes: refusal.input.len,
        blake3: None,
        dialect: Vec::new(),
        bound: Vec::new(),
        unbound: Vec::new(),
        tally: refusal.tally,
        issues: refusal.issues,
        columns: Vec::new(),
        overflows: 0,
        claim: None,
        looked_at: false,
    }
}

/// One record set under comparison.
struct Comparison<'c, 'h> {
    set: &'c Set,
    sides: &'c [SideRead; 2],
    bench: &'c Bench<'c, 'h>,
    teller: &'c Teller<'c, 'h>,
    names: [Vec<Arc<str>>; 2],
}

/// Where a sent record was put.
#[derive(Debug, Clone, Copy)]
struct Put {
    place: u64,
    length: usize,
}

/// A record that was sent.
#[derive(Default)]
struct Sent<'t> {
    record: u64,
    file: usize,
    cells: Vec<&'t [u8]>,
}

/// Bytes of a record's place among those that are put aside: where it was received, and where its text is and how long.
const PUT: usize = 20;

/// Bytes before the text of a record that is put aside: its number and its file.
const ORIGIN: usize = 12;

/// The least and the most that was left of values, in characters.
type Left = Option<(u64, u64)>;

/// What became of records that arrived with differences.
#[derive(Default)]
struct Changes {
    unaltered: u64,
    form_only: u64,
    altered: u64,
    /// Records to which each change happened.
    kinds: BTreeMap<Kind, u64>,
    /// How often what happened to which column, and what was left where values were cut.
    columns_of: BTreeMap<(usize, Kind), (u64, Left)>,
    /// Records of another width, by their file.
    misfits: BTreeMap<usize, u64>,
    findings: Vec<(Kind, u64, Finding)>,
    /// The columns of the record at hand and what happened to them.
    columns: Vec<(usize, Kind)>,
}

impl Changes {
    /// Counts one record, given how long the text is that is left in a column.
    fn count(&mut self, columns: &[(usize, Kind)], left: &dyn Fn(usize) -> u64) {
        match columns {
            [] => self.unaltered += 1,
            columns if columns.iter().all(|(_, kind)| kind.is_form()) => self.form_only += 1,
            _ => self.altered += 1,
        }
        for (number, (column, kind)) in columns.iter().enumerate() {
            let before = columns.get(..number).unwrap_or_default();
            if !before.iter().any(|(_, other)| other == kind) {
                *self.kinds.entry(*kind).or_default() += 1;
            }
            let (count, range) = self.columns_of.entry((*column, *kind)).or_default();
            *count += 1;
            if *kind == Kind::Truncated {
                let length = left(*column);
                *range = wider(*range, Some((length, length)));
            }
        }
    }

    /// Adds what became of others.
    fn add(&mut self, more: Self) {
        self.unaltered += more.unaltered;
        self.form_only += more.form_only;
        self.altered += more.altered;
        for (kind, count) in more.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        for (file, count) in more.misfits {
            *self.misfits.entry(file).or_default() += count;
        }
        for (column, (count, range)) in more.columns_of {
            let (all, widest) = self.columns_of.entry(column).or_default();
            *all += count;
            *widest = wider(*widest, range);
        }
    }
}

/// The range that holds both.
fn wider(one: Left, other: Left) -> Left {
    match (one, other) {
        (Some((least, most)), Some((less, more))) => Some((least.min(less), most.max(more))),
        (range, None) | (None, range) => range,
    }
}

impl Comparison<'_, '_> {
    /// How the record set fared, and how many records of another width of each received file belong to one that was
    /// sent.
    fn account(
        &self,
        matched: Matched,
        whole: &mut Whole,
    ) -> io::Result<(Account, BTreeMap<usize, u64>)> {
        let set = self.set;
        let mut account = Account {
            record_set: set.name.clone(),
            key: set.key.iter().map(|column| set.columns[*column].name.clone()).collect(),
            unaltered: matched.unaltered,
            missing: matched.missing_count,
            extra: matched.extra_count,
            repeated: matched.repeated_count,
            sent_not_comparable: matched.keyless[0],
            received_not_comparable: matched.keyless[1],
            ..Account::default()
        };
        let skipped = self
            .sides
            .each_ref()
            .map(|side| side.files.iter().fold(0, |sum, file| sum + file.tally.skipped));
        let [sent, received] = self.sides.each_ref().map(|side| {
            side.files.iter().fold(0, |sum, file| sum + file.tally.kept + file.tally.skipped)
        });
        (account.sent, account.received) = (sent, received);
        let Matched { pairs, missing, extra, repeated, arrived, keyless, .. } = matched;
        let told = self.lone(Side::Sent, Kind::Missing, missing, Some(&arrived))?;
        self.lone(Side::Received, Kind::Extra, extra, None)?;
        self.repeats(repeated)?;
        let changes = self.changes(pairs)?;
        account.unaltered += changes.unaltered;
        account.form_only = changes.form_only;
        account.altered = changes.altered;
        let recovered: u64 = changes.misfits.values().sum();
        let unread = [skipped[0], skipped[1].saturating_sub(recovered)];
        account.sent_not_comparable += unread[0];
        account.received_not_comparable += unread[1];
        for (reason, counts) in [
            ("the record has no key and no twin", keyless),
            ("the record could not be read", unread),
        ] {
            if counts != [0; 2] {
                account.reasons.insert(reason, counts);
            }
        }
        let misfits = self.tell(&mut account, changes, told, whole);
        Ok((account, misfits))
    }

    /// Tells of records that stand on one side only, and gives what there is to say of whole files.
    fn lone(
        &self,
        side: Side,
        kind: Kind,
        spots: RowSorter<8>,
        arrived: Option<&[u64]>,
    ) -> io::Result<Vec<(Kind, String)>> {
        let mut told = Vec::new();
        let read = &self.sides[side.index()];
        let mut tails = vec![0_u64; read.files.len()];
        let mut shown: Vec<(u64, Spot)> = Vec::new();
        let most = self.bench.run.options.examples;
        let mut note = |row: &[u8; 8]| {
            let spot = Spot(u64::from_be_bytes(*row));
            let Some(chunk) = read.chunks.get(spot.chunk()) else { return };
            if arrived
                .and_then(|arrived| arrived.get(chunk.file))
                .is_some_and(|last| spot.0 >= *last)
                && let Some(tail) = tails.get_mut(chunk.file)
            {
                *tail += 1;
            }
            if most > 0 {
                let rank = priority(chunk.file, chunk.records + spot.ordinal());
                let place = shown.partition_point(|(other, _)| *other <= rank);
                if place < most {
                    shown.insert(place, (rank, spot));
                    shown.truncate(most);
                }
            }
        };
        let message = match kind {
            Kind::Missing => "no readable record with this key arrived",
            _ => "no record with this key was sent",
        };
        let message = if self.set.key.is_empty() {
            message.replace("with this key", "that says the same")
        } else {
            message.to_owned()
        };
        let sorted = spots.finish()?;
        if self.teller.streams() {
            let wanted = sorted.map(|row| {
                row.map(|row| {
                    note(&row);
                    Wanted { spot: Spot(u64::from_be_bytes(row)), about: () }
                })
            });
            self.tell_each(side, kind, wanted, &|()| message.clone())?;
        } else {
            for row in sorted {
                note(&row?);
            }
            let mut spots: Vec<Spot> = shown.into_iter().map(|(_, spot)| spot).collect();
            spots.sort_unstable();
            let wanted = spots.into_iter().map(|spot| Ok(Wanted { spot, about: () }));
            self.tell_each(side, kind, wanted, &|()| message.clone())?;
        }
        for (file, (tail, name)) in tails.into_iter().zip(&self.names[side.index()]).enumerate() {
            let some_arrived =
                arrived.and_then(|arrived| arrived.get(file)).is_some_and(|last| *last > 0);
            if tail > 1 && some_arrived {
                let message = format!(
                    "the last {} records of `{name}` did not arrive: it was cut off",
                    grouped(tail)
                );
                told.push((kind, message));
            }
        }
        Ok(told)
    }

    /// Tells of surplus copies.
    fn repeats(&self, spots: RowSorter<16>) -> io::Result<()> {
        let wanted = spots.finish()?.map(|row| {
            row.map(|row| {
                let (spot, counts) = both(row);
                Wanted { spot: Spot(spot), about: counts }
            })
        });
        let read = &self.sides[1];
        let wanted = wanted.filter(|row| match row {
            Ok(row) => read.chunks.get(row.spot.chunk()).is_some_and(|chunk| {
                let rank = priority(chunk.file, chunk.records + row.spot.ordinal());
                self.teller.wants(Kind::Repeated, rank)
            }),
            Err(_) => true,
        });
        self.tell_each(Side::Received, Kind::Repeated, wanted, &|counts: u64| {
            let (sent, received) = (counts >> 32, counts & u64::from(u32::MAX));
            format!("it was sent {} and arrived {}", times(sent), times(received))
        })
    }

    /// Reads records again to tell of them.
    fn tell_each<T: Copy + Send + Sync>(
        &self,
        side: Side,
        kind: Kind,
        wanted: impl Iterator<Item = io::Result<Wanted<T>>>,
        message: &(dyn Fn(T) -> String + Sync),
    ) -> io::Result<()> {
        let names = &self.names[side.index()];
        read::again(
            (&self.set.files[side.index()], &self.sides[side.index()]),
            self.bench.run,
            wanted,
            &|chunk: &AgainChunk<'_, T>| {
                let mut findings = Vec::new();
                for again in chunk.each() {
                    let again = again?;
                    let rank = priority(again.file, again.record - 1);
                    if !self.teller.wants(kind, rank) {
                        continue;
                    }
                    let name = names
                        .get(again.file)
                        .ok_or_else(|| Gone::error(io::ErrorKind::NotFound))?;
                    let key = |column: usize| again.records.cell(column, again.row);
                    let mut finding = self.teller.finding(kind, self.set, name, &again, &key);
                    finding.message = message(again.about);
                    for column in &self.set.key {
                        let Some(about) = self.set.columns.get(*column) else { continue };
                        let name = about.name.clone();
                        finding.fields.push(self.teller.field(name, key(*column), about.ty));
                    }
                    findings.push((rank, finding));
                }
                Ok(findings)
            },
            &mut |findings| {
                findings.into_iter().try_for_each(|(rank, finding): (u64, Finding)| {
                    self.teller.take(kind, rank, finding)
                })
            },
        )
    }

    /// Finds out what became of records that arrived with differences.
    fn changes(&self, pairs: RowSorter<16>) -> io::Result<Changes> {
        let (texts, puts) = self.put_aside(pairs)?;
        let wanted = puts.finish()?.map(|row| row.map(put));
        let orders = [0, 1].map(|side| self.order(side));
        let mut all = Changes::default();
        read::again(
            (&self.set.files[1], &self.sides[1]),
            self.bench.run,
            wanted,
            &|chunk: &AgainChunk<'_, Put>| {
                let (text, places) = taken_back(&texts, chunk.wanted)?;
                let mut changes = Changes::default();
                let mut sent = Sent::default();
                for (again, place) in chunk.each().zip(places) {
                    let again = again?;
                    sent.read(text.get(place..).unwrap_or_default(), again.about.length);
                    self.change(&sent, &again, &orders, &mut changes);
                }
                Ok(changes)
            },
            &mut |mut changes: Changes| {
                for (kind, rank, finding) in changes.findings.drain(..) {
                    self.teller.take(kind, rank, finding)?;
                }
                all.add(changes);
                Ok(())
            },
        )?;
        Ok(all)
    }

    /// Puts the texts of sent records aside, sealed, and says by the place of its counterpart where each is.
    fn put_aside(&self, pairs: RowSorter<16>) -> io::Result<(SealedTexts, RowSorter<PUT>)> {
        let wanted = pairs.finish()?.map(|row| {
            row.map(|row| {
                let (spot, about) = both(row);
                Wanted { spot: Spot(spot), about }
            })
        });
        let mut texts = Texts::new(self.bench.run.options.temp_dir.clone());
        let puts = self.bench.sorter::<PUT>();
        let mut rows: Vec<[u8; PUT]> = Vec::new();
        let columns = self.set.columns.len();
        read::again(
            (&self.set.files[0], &self.sides[0]),
            self.bench.run,
            wanted,
            &|chunk: &AgainChunk<'_, u64>| {
                let mut text = Vec::new();
                let mut puts = Vec::with_capacity(chunk.wanted.len());
                for again in chunk.each() {
                    let again = again?;
                    let from = text.len();
                    let file = u32::try_from(again.file).unwrap_or(u32::MAX);
                    text.extend_from_slice(&again.record.to_le_bytes());
                    text.extend_from_slice(&file.to_le_bytes());
                    for column in 0..columns {
                        let cell = again.records.cell(column, again.row);
                        let length = u32::try_from(cell.len()).unwrap_or(u32::MAX);
                        text.extend_from_slice(&length.to_le_bytes());
                        text.extend_from_slice(cell);
                    }
                    puts.push((again.about, Put { place: from as u64, length: text.len() - from }));
                }
                Ok((text, puts))
            },
            &mut |(text, some): (Vec<u8>, Vec<(u64, Put)>)| {
                let from = texts.add(&text)?;
                rows.clear();
                rows.extend(some.into_iter().map(|(received, put)| {
                    let length = u32::try_from(put.length).unwrap_or(u32::MAX);
                    let mut row = [0; PUT];
                    let (places, rest) = row.split_at_mut(16);
                    places.copy_from_slice(&two(received, from + put.place));
                    rest.copy_from_slice(&length.to_be_bytes());
                    row
                }));
                puts.push_all(&rows)
            },
        )?;
        Ok((texts.finish()?, puts))
    }

    /// The columns that both sides have, in the order in which they stand in the first file of a side.
    fn order(&self, side: usize) -> Vec<usize> {
        let Some(file) = self.set.files[side].first() else { return Vec::new() };
        let common =
            (0..self.set.columns.len()).filter(|column| self.set.columns[*column].on == [true; 2]);
        let mut columns: Vec<usize> = common.collect();
        columns.sort_by_key(|column| file.columns.get(*column).copied().flatten());
        columns
    }

    /// Adds what became of one record.
    fn change(
        &self,
        sent: &Sent<'_>,
        again: &Again<'_, Put>,
        orders: &[Vec<usize>; 2],
        changes: &mut Changes,
    ) {
        let before = |column: usize| sent.cells.get(column).copied().unwrap_or_default();
        let after = |column: usize| again.records.cell(column, again.row);
        let mut columns = std::mem::take(&mut changes.columns);
        columns.clear();
        for (column, about) in self.set.columns.iter().enumerate() {
            if about.on == [true; 2]
                && let Some(kind) = difference(before(column), after(column), about.ty)
            {
                columns.push((column, kind));
            }
        }
        if let Some(misfit) = again.records.misfit(again.row) {
            *changes.misfits.entry(again.file).or_default() += 1;
            // Where only the end of the record is gone, the values before it stand in their places.
            let cut = |kind: &Kind| matches!(kind, Kind::Emptied | Kind::Truncated);
            if misfit.says_more && columns.is_empty() {
                columns.extend(orders[1].last().map(|column| (*column, Kind::Shifted)));
            } else if misfit.fields > again.records.batch.width
                || !columns.iter().all(|(_, kind)| cut(kind))
            {
                columns.iter_mut().for_each(|(_, kind)| *kind = Kind::Shifted);
            }
        } else if columns.len() > 1 {
            let differing: Vec<usize> = columns.iter().map(|(column, _)| *column).collect();
            let moved = shift::moved(&differing, orders, &before, &after);
            for (column, kind) in &mut columns {
                if moved.contains(column) {
                    *kind = Kind::Shifted;
                }
            }
        }
        changes.count(&columns, &|column| {
            String::from_utf8_lossy(after(column)).chars().count() as u64
        });
        self.find(&columns, changes, sent, again, &before, &after);
        changes.columns = columns;
    }

    /// Makes the findings about one record that are wanted.
    fn find<'t>(
        &self,
        changed: &[(usize, Kind)],
        changes: &mut Changes,
        sent: &Sent<'_>,
        again: &Again<'_, Put>,
        before: &dyn Fn(usize) -> &'t [u8],
        after: &dyn Fn(usize) -> &'t [u8],
    ) {
        let rank = priority(again.file, again.record - 1);
        let altered = changed.iter().any(|(_, kind)| !kind.is_form()).then_some(Kind::Altered);
        let mut kinds: Vec<Kind> = altered
            .into_iter()
            .chain(changed.iter().map(|(_, kind)| *kind))
            .filter(|kind| self.teller.wants(*kind, rank))
            .collect();
        kinds.sort_unstable();
        kinds.dedup();
        let [sent_names, names] = &self.names;
        let (Some(sent_name), Some(name)) = (sent_names.get(sent.file), names.get(again.file))
        else {
            return;
        };
        for kind in kinds {
            let columns: Vec<usize> = changed
                .iter()
                .filter(|(_, other)| kind == *other || kind == Kind::Altered && !other.is_form())
                .map(|(column, _)| *column)
                .collect();
            let listed: Vec<String> = columns
                .iter()
                .take(SHOWN)
                .map(|column| format!("`{}`", self.set.columns[*column].name))
                .collect();
            let more = match columns.len().saturating_sub(SHOWN) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            let what = match kind {
                Kind::Altered => "another content".to_owned(),
                kind => lower(kind.title()),
            };
            let mut finding = self.teller.finding(kind, self.set, name, again, before);
            finding.message = format!(
                "{}{more}: {what}; sent as record {} of `{sent_name}`",
                listed.join(", "),
                sent.record
            );
            for column in columns.into_iter().take(SHOWN) {
                let about = &self.set.columns[column];
                for (side, text) in [("sent", before(column)), ("received", after(column))] {
                    let field =
                        self.teller.field(format!("{} ({side})", about.name), text, about.ty);
                    finding.fields.push(field);
                }
            }
            changes.findings.push((kind, rank, finding));
        }
    }

    /// One line a cause.
    fn tell(
        &self,
        account: &mut Account,
        changes: Changes,
        told: Vec<(Kind, String)>,
        whole: &mut Whole,
    ) -> BTreeMap<usize, u64> {
        let Changes { kinds, columns_of, misfits, .. } = changes;
        account.changes = kinds;
        let name = &self.set.name;
        let lines = [
            (Kind::Missing, account.missing, account.sent, "did not arrive"),
            (Kind::Extra, account.extra, account.received, "that arrived were not sent"),
            (Kind::Repeated, account.repeated, account.received, "that arrived are surplus copies"),
            (
                Kind::Altered,
                account.altered,
                account.arrived(),
                "that arrived have another content",
            ),
        ];
        for (kind, count, of, words) in lines {
            if count > 0 {
                let message =
                    format!("`{name}`: {} of {} records {words}", grouped(count), grouped(of));
                whole.story(kind, message);
            }
        }
        for (kind, message) in told {
            whole.story(kind, message);
        }
        let arrived = account.arrived();
        for ((column, kind), (records, left)) in columns_of {
            account.columns.push(ColumnAccount {
                column: self.set.columns[column].name.clone(),
                kind,
                records,
                left,
            });
        }
        account.columns.sort_by(|one, other| {
            other.records.cmp(&one.records).then_with(|| one.column.cmp(&other.column))
        });
        for column in &account.columns {
            let cut = match column.left {
                None => String::new(),
                Some((least, most)) if least == most && column.records > 1 => {
                    format!("; each was cut at {most} characters")
                }
                Some((least, most)) if least == most => format!("; {most} characters are left"),
                Some((least, most)) => format!("; {least} to {most} characters are left"),
            };
            let message = format!(
                "`{}` of `{name}`: in {} of {} records that arrived{cut}",
                column.column,
                grouped(column.records),
                grouped(arrived)
            );
            whole.story(column.kind, message);
        }
        misfits
    }
}

/// Columns that a finding names at most.
const SHOWN: usize = 8;

/// A row of what is put aside, read back.
fn put(row: [u8; PUT]) -> Wanted<Put> {
    let (words, length) = row.as_chunks::<8>();
    let word = |at: usize| words.get(at).map_or(0, |word| u64::from_be_bytes(*word));
    let length = length.first_chunk().map_or(0, |length| u32::from_be_bytes(*length));
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    Wanted { spot: Spot(word(0)), about: Put { place: word(1), length } }
}

/// The texts of the records that were put aside, in one, and the place of each in it: what lies side by side is read at
/// once.
fn taken_back(texts: &SealedTexts, wanted: &[Wanted<Put>]) -> io::Result<(Vec<u8>, Vec<usize>)> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_unstable_by_key(|number| wanted[*number].about.place);
    let mut places = vec![0; wanted.len()];
    let mut text = Vec::new();
    let mut order = order.into_iter().peekable();
    while let Some(first) = order.next() {
        let Put { place, length, .. } = wanted[first].about;
        places[first] = text.len();
        let (from, mut end) = (text.len(), place + length as u64);
        while let Some(next) = order.next_if(|next| {
            let next = &wanted[*next].about;
            next.place >= end && next.place - end <= GAP
        }) {
            let next_put = wanted[next].about;
            places[next] = from + usize::try_from(next_put.place - place).unwrap_or(usize::MAX);
            end = next_put.place + next_put.length as u64;
        }
        text.resize(from + usize::try_from(end - place).unwrap_or(usize::MAX), 0);
        texts.read(place, &mut text[from..])?;
    }
    Ok((text, places))
}

/// Bytes that are read for nothing at most, so that two texts are read at once.
const GAP: u64 = 256;

impl<'t> Sent<'t> {
    /// Takes what was put aside of a record.
    fn read(&mut self, text: &'t [u8], length: usize) {
        self.cells.clear();
        let mut text = text.get(..length).unwrap_or_default();
        if let Some((origin, rest)) = text.split_first_chunk::<ORIGIN>() {
            let (record, file) = origin.split_at(8);
            self.record = record.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes));
            let file = file.first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes));
            self.file = usize::try_from(file).unwrap_or(usize::MAX);
            text = rest;
        }
        while let Some((length, rest)) = text.split_first_chunk::<4>() {
            let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
            let Some((cell, after)) = rest.split_at_checked(length) else { break };
            self.cells.push(cell);
            text = after;
        }
    }
}

/// A title inside a sentence.
fn lower(title: &str) -> String {
    let mut chars = title.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}

/// How often, in words where there is one.
fn times(count: u64) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        count => format!("{} times", grouped(count)),
    }
}

/// A number with its thousands set apart.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
