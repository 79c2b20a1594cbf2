//! What is held against what: files of both sides brought together as record sets, and their columns.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use crate::expr::typed::FieldId;
use crate::finding::{header_text, headers_of_unknown, may_be_record};
use crate::plan::{self, BoundFile};
use crate::rule::Dictionary;
use crate::source::{Batch, Chunk, Encoding, Refusal, Table};
use crate::transfer::TransferProblem;
use crate::value::FieldType;

/// The two sides of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Sent,
    Received,
}

impl Side {
    pub(super) const BOTH: [Self; 2] = [Self::Sent, Self::Received];

    /// Stands before the names of its files.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Received => "received",
        }
    }

    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// A table that is to be compared, before it is known with what.
#[derive(Debug)]
pub(super) struct Member {
    /// Its path with its side before it.
    pub(super) name: String,
    pub(super) bytes: u64,
    pub(super) table: Table,
    pub(super) layout: Option<String>,
    pub(super) max_skipped: u64,
    /// The record set of the dictionary that it holds, by its number there.
    set: Option<usize>,
    /// The fields of the key.
    key: Vec<FieldId>,
    /// The column of each field that is read from one.
    fields: Vec<(FieldId, usize)>,
    /// Its columns by their headers: the normalised name, and how often it stood before.
    headers: Vec<(String, usize)>,
    /// Whether it came without a header.
    pub(super) headless: bool,
}

/// Records of one kind on both sides.
#[derive(Debug)]
pub(super) struct Set {
    /// Its name in the dictionary, or that of its first file.
    pub(super) name: String,
    /// The columns of both sides.
    pub(super) columns: Vec<Column>,
    /// The columns that make the key; empty: a record is known by all it says.
    pub(super) key: Vec<usize>,
    /// A column that may be a key, where nobody names one.
    pub(super) candidate: Option<usize>,
    /// The files of each side.
    pub(super) files: [Vec<File>; 2],
}

/// A column of a record set.
#[derive(Debug, Clone)]
pub(super) struct Column {
    /// The field's name, or a header that is safe to show.
    pub(super) name: String,
    pub(super) ty: FieldType,
    /// Whether any file of each side has it.
    pub(super) on: [bool; 2],
}

/// One file of one side.
#[derive(Debug)]
pub(super) struct File {
    pub(super) member: Member,
    /// Where each column of the set stands in it.
    pub(super) columns: Vec<Option<usize>>,
}

/// The key that a user names for record sets that have these columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyChoice {
    /// The record set that is meant; `None`: every one that has the columns.
    pub record_set: Option<String>,
    /// Headers or field names.
    pub columns: Vec<String>,
}

/// What identifies a column across files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum ColumnId {
    Field(FieldId),
    Header(String, usize),
}

impl File {
    /// Opens it again in another encoding; what became of it where it cannot be read so.
    pub(super) fn reopen(self, encoding: Encoding) -> Result<Self, (String, Box<Refusal>)> {
        let Self { member, columns } = self;
        match member.table.reopen(encoding) {
            Ok(table) => Ok(Self { member: Member { table, ..member }, columns }),
            Err(refusal) => Err((member.name, refusal)),
        }
    }
}

impl Member {
    /// A file that the plan bound to a record set.
    pub(super) fn bound(name: String, bytes: u64, file: BoundFile) -> Self {
        let fields = (0..).zip(&file.columns);
        let fields =
            fields.filter_map(|(field, bound)| Some((FieldId(field), bound.as_ref()?.column)));
        Self {
            fields: fields.collect(),
            set: Some(file.set),
            key: file.key,
            layout: Some(file.layout),
            max_skipped: file.max_skipped,
            ..Self::table(name, bytes, file.table)
        }
    }

    /// A table that no layout knows.
    pub(super) fn table(name: String, bytes: u64, table: Table) -> Self {
        let headers = headers(&table.header.names);
        Self {
            name,
            bytes,
            table,
            layout: None,
            max_skipped: 0,
            set: None,
            key: Vec::new(),
            fields: Vec::new(),
            headers,
            headless: false,
        }
    }

    /// Whether its header may be a record, as where a file was cut into parts of which only the first has one.
    fn may_be_headless(&self) -> bool {
        self.set.is_none() && may_be_record(&self.table.header.names)
    }

    /// Whether its first line has the form of the records of another table: in the columns of the key, and in most.
    fn is_like(&self, other: &Self) -> bool {
        let mine: Vec<String> = self.table.header.names.iter().map(|cell| form(cell)).collect();
        let theirs = first_forms(&other.table);
        let alike = |column: usize| {
            mine.get(column)
                .is_some_and(|mine| theirs.get(column) == Some(mine) && !mine.is_empty())
        };
        let key = other.key.iter().filter_map(|field| {
            other.fields.iter().find(|(bound, _)| bound == field).map(|(_, column)| *column)
        });
        key.chain([0].into_iter().filter(|_| other.key.is_empty())).all(alike)
            && (0..mine.len()).filter(|column| alike(*column)).count() * 2 > mine.len()
    }

    /// Takes the columns of another table, which has a header.
    fn follow(&mut self, other: &Self) -> io::Result<()> {
        self.table.deny_header(&other.table.header.names)?;
        self.headers.clone_from(&other.headers);
        self.layout.clone_from(&other.layout);
        self.key.clone_from(&other.key);
        self.fields.clone_from(&other.fields);
        self.set = other.set;
        self.headless = true;
        Ok(())
    }

    /// Its columns, by fields first and then by the headers that no field is read from.
    fn ids(&self) -> Vec<(ColumnId, usize)> {
        let mut ids: Vec<(ColumnId, usize)> =
            self.fields.iter().map(|(field, column)| (ColumnId::Field(*field), *column)).collect();
        for (column, (header, before)) in self.headers.iter().enumerate() {
            if !self.fields.iter().any(|(_, bound)| *bound == column) {
                ids.push((ColumnId::Header(header.clone(), *before), column));
            }
        }
        ids
    }

    /// Forgets the dictionary: its columns are known by their headers, its key too.
    fn forget_fields(&mut self) {
        self.set = None;
        self.fields.clear();
    }

    /// The key by headers, where the dictionary knows one.
    fn key_headers(&self) -> Vec<(String, usize)> {
        let column = |field: &FieldId| {
            let bound = self.fields.iter().find(|(other, _)| other == field);
            bound.and_then(|(_, column)| self.headers.get(*column).cloned())
        };
        self.key.iter().filter_map(column).collect()
    }

    fn stem(&self) -> &str {
        stem(&self.name)
    }
}

/// What a file is called, without its folder and what kind of file it is.
pub(super) fn stem(name: &str) -> &str {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.split_once('.').map_or(file, |(stem, _)| stem)
}

/// The form of a value: what kinds of characters follow one another, however many of each.
fn form(text: &str) -> String {
    let mut form = String::new();
    for char in text.trim().chars() {
        let kind = match char {
            _ if char.is_numeric() => '0',
            _ if char.is_alphabetic() => 'a',
            other => other,
        };
        if !form.ends_with(kind) {
            form.push(kind);
        }
    }
    form
}

/// How much of a table is read to see the form of its records.
const LOOK: u64 = 1 << 16;

/// The forms of the values of a table's first record; none where it has none or cannot be read.
fn first_forms(table: &Table) -> Vec<String> {
    let (mut chunk, mut batch) = (Chunk::default(), Batch::default());
    let read = table.load(&mut chunk, table.data_start / LOOK, LOOK);
    if read.and_then(|()| table.split(&mut chunk, table.data_start, &mut batch)).is_err() {
        return Vec::new();
    }
    let mut spans = Vec::new();
    let mut forms = Vec::with_capacity(table.width);
    for column in 0..table.width {
        batch.column(column, &mut spans);
        let cell =
            spans.first().and_then(|span| batch.buffer.get(span.start as usize..span.end as usize));
        forms.push(cell.map_or_else(String::new, |cell| form(&String::from_utf8_lossy(cell))));
    }
    forms
}

/// Headers normalised, each with how often it stood before.
fn headers(names: &[String]) -> Vec<(String, usize)> {
    let mut headers: Vec<(String, usize)> = Vec::new();
    for header in names {
        let header = plan::normalise(header);
        let before = headers.iter().filter(|(other, _)| *other == header).count();
        headers.push((header, before));
    }
    headers
}

/// Members that hold the same kind of records.
#[derive(Debug, Default)]
struct Group {
    members: [Vec<Member>; 2],
}

impl Group {
    fn all(&self) -> impl Iterator<Item = &Member> {
        self.members.iter().flatten()
    }

    fn set(&self) -> Option<usize> {
        self.all().find_map(|member| member.set)
    }

    fn headers(&self) -> BTreeSet<&(String, usize)> {
        self.all().flat_map(|member| &member.headers).collect()
    }

    /// A table whose header may be that of another, which has none; of its side if there is one.
    fn model(&self, side: Side, of: &Member) -> Option<&Member> {
        let [sent, received] = &self.members;
        let (mine, theirs) = if side == Side::Sent { (sent, received) } else { (received, sent) };
        let mut all = mine.iter().chain(theirs);
        let width = of.table.header.names.len();
        all.find(|member| {
            !member.headless && member.table.header.names.len() == width && of.is_like(member)
        })
    }

    /// How alike the columns are: those of both among those of either, in thousandths.
    fn likeness(&self, other: &Self) -> usize {
        let (mine, theirs) = (self.headers(), other.headers());
        let common = mine.intersection(&theirs).count();
        common * 1000 / mine.union(&theirs).count().max(1)
    }
}

/// Columns must be so alike, in thousandths, for two tables to hold the same kind of records.
const ALIKE: usize = 500;

/// Brings the tables of both sides together as record sets.
///
/// # Errors
/// A key that names a record set or columns that are not there.
pub(super) fn sets(
    members: [Vec<Member>; 2],
    dictionary: &Dictionary,
    keys: &[KeyChoice],
) -> Result<Vec<Set>, TransferProblem> {
    let mut known: BTreeMap<usize, Group> = BTreeMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (side, members) in Side::BOTH.into_iter().zip(members) {
        for member in members {
            if let Some(set) = member.set {
                known.entry(set).or_default().members[side.index()].push(member);
                continue;
            }
            let mut alone = Group::default();
            alone.members[side.index()].push(member);
            let closest = groups.iter_mut().max_by_key(|group| group.likeness(&alone));
            match closest.filter(|group| group.likeness(&alone) >= ALIKE) {
                Some(group) => {
                    for (into, from) in group.members.iter_mut().zip(alone.members) {
                        into.extend(from);
                    }
                }
                None => groups.push(alone),
            }
        }
    }
    groups.extend(known.into_values());
    adopt_headless(&mut groups);
    join_halves(&mut groups);
    let mut used = vec![false; keys.len()];
    let mut sets: Vec<Set> =
        groups.into_iter().map(|group| set(group, dictionary, keys, &mut used)).collect();
    if let Some((choice, _)) = keys.iter().zip(used).find(|(_, used)| !used) {
        return Err(TransferProblem::NoSuchKey {
            key: choice.columns.join(","),
            record_set: choice.record_set.clone(),
        });
    }
    sets.sort_by(|one, other| one.name.cmp(&other.name));
    // Two tables that nobody knows may have one name.
    for number in 1..sets.len() {
        let (before, rest) = sets.split_at_mut(number);
        let taken = |name: &str| before.iter().any(|set| set.name == name);
        let (name, mut count) = (rest[0].name.clone(), 1);
        while taken(&rest[0].name) {
            count += 1;
            rest[0].name = format!("{name}-{count}");
        }
    }
    Ok(sets)
}

/// Brings tables whose header did not come with them to the only table with a header that has as many columns: where
/// several have, to the only one that the side lacks.
fn adopt_headless(groups: &mut Vec<Group>) {
    let mut headless: Vec<(Side, Member)> = Vec::new();
    for group in groups.iter_mut() {
        for side in Side::BOTH {
            let [sent, received] = &mut group.members;
            let (mine, theirs) =
                if side == Side::Sent { (sent, received) } else { (received, sent) };
            if theirs.is_empty() {
                let parted = std::mem::take(mine).into_iter().partition(Member::may_be_headless);
                let (without, with): (Vec<_>, Vec<_>) = parted;
                headless.extend(without.into_iter().map(|member| (side, member)));
                *mine = with;
            }
        }
    }
    groups.retain(|group| group.all().next().is_some());
    let mut alone: Vec<(Side, Member)> = Vec::new();
    for (side, mut member) in headless {
        let fits = |group: &Group| group.model(side, &member).is_some();
        let lacks = |group: &Group| !group.members[side.index()].iter().any(|has| !has.headless);
        let only = |which: &dyn Fn(&Group) -> bool| {
            let mut all = (0..groups.len()).filter(|number| which(&groups[*number]));
            all.next().filter(|_| all.next().is_none())
        };
        let home = only(&fits).or_else(|| only(&|group| fits(group) && lacks(group)));
        let followed = home.is_some_and(|home| {
            let model = groups[home].model(side, &member);
            model.is_some_and(|model| member.follow(model).is_ok())
        });
        match home.filter(|_| followed) {
            Some(home) => groups[home].members[side.index()].push(member),
            None => alone.push((side, member)),
        }
    }
    for (side, member) in alone {
        let mut group = Group::default();
        group.members[side.index()].push(member);
        groups.push(group);
    }
}

/// Brings a record set that only one side seems to have together with the likeliest table of the other side:
/// a renamed column can keep a file from being recognised.
fn join_halves(groups: &mut Vec<Group>) {
    loop {
        let only = |group: &Group, side: Side| {
            !group.members[side.index()].is_empty() && group.members[1 - side.index()].is_empty()
        };
        let mut best: Option<(usize, usize, usize)> = None;
        for (sent, group) in groups.iter().enumerate().filter(|(_, group)| only(group, Side::Sent))
        {
            for (received, other) in groups.iter().enumerate() {
                let likeness = group.likeness(other);
                if only(other, Side::Received)
                    && likeness >= ALIKE
                    && best.is_none_or(|(_, _, most)| likeness > most)
                {
                    best = Some((sent, received, likeness));
                }
            }
        }
        let Some((sent, received, _)) = best else { return };
        let mut other = std::mem::take(&mut groups[received]);
        let group = &mut groups[sent];
        group.members[1] = std::mem::take(&mut other.members[1]);
        groups.remove(received);
    }
}

/// One record set of a group of files.
fn set(mut group: Group, dictionary: &Dictionary, keys: &[KeyChoice], used: &mut [bool]) -> Set {
    let number = group.set().filter(|number| group.all().all(|member| member.set == Some(*number)));
    let record_set = number.and_then(|number| dictionary.sets.get(number));
    let name = match record_set {
        Some(set) => set.name.clone(),
        None => {
            let set = group.set().and_then(|number| dictionary.sets.get(number));
            let stem = group.all().next().map_or("", Member::stem);
            set.map_or_else(|| header_text(stem), |set| set.name.clone())
        }
    };
    let mut key: Vec<ColumnId> = match record_set {
        Some(_) => {
            let first = group.all().next();
            first.map(|member| member.key.iter().copied().map(ColumnId::Field).collect())
        }
        None => {
            let known = group.all().map(Member::key_headers).find(|key| !key.is_empty());
            group.members.iter_mut().flatten().for_each(Member::forget_fields);
            known.map(|key| key.into_iter().map(|(name, n)| ColumnId::Header(name, n)).collect())
        }
    }
    .unwrap_or_default();
    let ids = column_ids(&group);
    let named = |choice: &KeyChoice| -> Option<Vec<ColumnId>> {
        if choice.record_set.as_ref().is_some_and(|wanted| *wanted != name) {
            return None;
        }
        let find = |wanted: &String| {
            let normal = plan::normalise(wanted);
            ids.iter().find(|id| match id {
                ColumnId::Header(header, 0) => *header == normal,
                ColumnId::Header(..) => false,
                ColumnId::Field(field) => {
                    record_set.is_some_and(|set| set.field(*field).name == *wanted)
                        || group.all().any(|member| {
                            let of = member.fields.iter().find(|(other, _)| other == field);
                            of.and_then(|(_, column)| member.headers.get(*column))
                                .is_some_and(|(header, _)| *header == normal)
                        })
                }
            })
        };
        choice.columns.iter().map(|wanted| find(wanted).cloned()).collect()
    };
    // A choice for this record set goes before one for all.
    let mut order: Vec<usize> = (0..keys.len()).collect();
    order.sort_by_key(|number| keys[*number].record_set.is_none());
    for number in order {
        if let Some(columns) = named(&keys[number]) {
            used[number] = true;
            key = columns;
            break;
        }
    }
    // A key that one side lacks tells nothing.
    let stands = |id: &ColumnId| {
        group.members.iter().all(|members| {
            members.is_empty()
                || members.iter().any(|member| member.ids().iter().any(|(other, _)| other == id))
        })
    };
    if !key.iter().all(stands) {
        key.clear();
    }
    let columns: Vec<Column> = ids.iter().map(|id| column(id, &group, record_set)).collect();
    let files = group.members.map(|members| {
        let file = |member: Member| {
            let of = member.ids();
            let place =
                |id: &ColumnId| of.iter().find(|(other, _)| other == id).map(|(_, column)| *column);
            File { columns: ids.iter().map(place).collect(), member }
        };
        members.into_iter().map(file).collect()
    });
    let key: Vec<usize> =
        key.iter().filter_map(|id| ids.iter().position(|other| other == id)).collect();
    let candidate = candidate(&columns).filter(|_| key.is_empty());
    Set { name, columns, key, candidate, files }
}

/// Words at the end of a header that say that its column tells records apart.
const IDENTIFYING: [&str; 10] =
    ["id", "no", "nr", "num", "number", "key", "mrn", "uid", "guid", "accession"];

/// The column that looks most like a key: the first that is called so, else the first of all.
fn candidate(columns: &[Column]) -> Option<usize> {
    let both: Vec<usize> =
        (0..columns.len()).filter(|column| columns[*column].on == [true; 2]).collect();
    let called = |column: &&usize| {
        let name = plan::normalise(&columns[**column].name);
        IDENTIFYING.iter().any(|word| name.ends_with(word))
    };
    both.iter().find(called).or_else(|| both.first()).copied()
}

/// The columns of a group: in the order of the first file, then what others have beside.
///
/// Several fields may be read from one column; the first stands for all where that holds in every file.
fn column_ids(group: &Group) -> Vec<ColumnId> {
    let mut ids: Vec<ColumnId> = Vec::new();
    for member in group.all() {
        let mut of = member.ids();
        of.sort_by_key(|(_, column)| *column);
        for (id, _) in of {
            if !ids.contains(&id) {
                ids.push(id);
            }
        }
    }
    let all: Vec<Vec<(ColumnId, usize)>> = group.all().map(Member::ids).collect();
    let place = |of: &[(ColumnId, usize)], id: &ColumnId| {
        of.iter().find(|(other, _)| other == id).map(|(_, column)| *column)
    };
    let key = group.all().next().map(|member| member.key.clone()).unwrap_or_default();
    let mut kept: Vec<ColumnId> = Vec::new();
    // A field of the key stands for others, never another for it.
    let is_key = |id: &ColumnId| matches!(id, ColumnId::Field(field) if key.contains(field));
    let (first, rest): (Vec<_>, Vec<_>) = ids.iter().cloned().partition(is_key);
    for id in first.into_iter().chain(rest) {
        let same = |other: &ColumnId| {
            matches!((&id, other), (ColumnId::Field(_), ColumnId::Field(_)))
                && all.iter().all(|of| place(of, &id) == place(of, other))
        };
        if !kept.iter().any(same) {
            kept.push(id);
        }
    }
    ids.retain(|id| kept.contains(id));
    ids
}

fn column(id: &ColumnId, group: &Group, record_set: Option<&crate::rule::RecordSet>) -> Column {
    let on = Side::BOTH.map(|side| {
        let members = &group.members[side.index()];
        members.iter().any(|member| member.ids().iter().any(|(other, _)| other == id))
    });
    let (name, ty) = match (id, record_set) {
        (ColumnId::Field(field), Some(set)) => {
            let field = set.field(*field);
            (field.name.clone(), field.ty)
        }
        _ => {
            let header = group.all().find_map(|member| {
                let ids = member.ids();
                let (_, column) = ids.iter().find(|(other, _)| other == id)?;
                headers_of_unknown(&member.table.header.names).into_iter().nth(*column)
            });
            let header = header.unwrap_or_default();
            let shown = if header.trim().is_empty() { "(blank)".to_owned() } else { header };
            (shown, FieldType::Text)
        }
    };
    Column { name, ty, on }
}
