//! Record sets read stage by stage, so that related records are known before they are asked for.

use std::collections::{BTreeMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use crate::engine::chunk::{FileWork, Shared};
use crate::engine::drive::{FileSoFar, Read, lock, read};
use crate::engine::excuse::Watch;
use crate::engine::group::GroupStore;
use crate::engine::known::{self, KnownStore, People, Room, RosterAt};
use crate::engine::profile::ProfileTask;
use crate::engine::relation::{
    Access, AccessSpec, Constant, Emission, Found, Order, Placed, Relations, Stage, Tables, stages,
};
use crate::engine::show::Shower;
use crate::engine::sweep::Sorter;
use crate::engine::task::{self, Keys, Places, Purpose};
use crate::engine::{EngineError, Hooks, ScanOptions};
use crate::finding::KeyedHash;
use crate::plan::{BoundFile, FileState, Plan};
use crate::rule::Check;
use crate::source::Encoding;
use crate::store::{Budget, Gathered, KeyHasher, KeyStore, OriginSorter, RowSorter, Rows};

/// What the reading of all files gives.
pub(crate) struct Pass<'p> {
    /// One entry a file that was read: number in the plan, its work, what came of it.
    pub(crate) files: Vec<(FileWork<'p>, FileSoFar)>,
    /// What is judged when all records are known.
    pub(crate) shared: Shared,
    /// Which rule has which store.
    pub(crate) places: Places,
    /// Memory for all of it.
    pub(crate) budget: Arc<Budget>,
    /// Chunks whose first attempt does not count.
    pub(crate) dead: HashSet<(usize, u64)>,
    /// Files whose bytes speak for another encoding than their first stretch did.
    pub(crate) contrary: Vec<(usize, Encoding)>,
    /// Whether the user interrupted.
    pub(crate) interrupted: bool,
}

/// What the rules of a scan ask of other records than the one under test.
pub(crate) struct Asked<'p> {
    /// Of related records.
    pub(crate) relations: &'p Relations,
    /// Of the people whom the export names.
    pub(crate) people: Option<&'p People>,
}

/// Runs all rules over all files, the record sets in the order of what they ask of each other.
pub(crate) fn pass<'p>(
    plan: &'p Plan,
    asked: &Asked<'p>,
    options: &ScanOptions,
    hooks: &Hooks<'_>,
    keyed: &'p KeyedHash,
    ready: &[usize],
) -> Result<Pass<'p>, EngineError> {
    let relations = asked.relations;
    let of_kind = |wanted: fn(&Check) -> bool| -> Vec<usize> {
        ready.iter().copied().filter(|&rule| wanted(&plan.rules[rule].check)).collect()
    };
    let places = Places {
        unique: of_kind(|check| matches!(check, Check::Unique(_))),
        sorted: of_kind(|check| matches!(check, Check::NoOverlap { .. } | Check::GapFree { .. })),
        measures: of_kind(|check| matches!(check, Check::Measure { .. } | Check::SmallCells(_))),
        references: of_kind(|check| matches!(check, Check::References { .. })),
        ..Places::default()
    };
    let budget = Arc::new(Budget::new(options.memory));
    let temp_dir = || options.temp_dir.clone();
    let shared = Shared {
        hasher: KeyHasher::new(seeds()),
        stores: (places.unique.iter())
            .map(|_| KeyStore::new(Arc::clone(&budget), temp_dir()))
            .collect(),
        sorters: (places.sorted.iter())
            .map(|rule| {
                let budget = Arc::clone(&budget);
                match plan.rules[*rule].check {
                    Check::GapFree { .. } => Sorter::Numbers(RowSorter::new(budget, temp_dir())),
                    _ => Sorter::Intervals(RowSorter::new(budget, temp_dir())),
                }
            })
            .collect(),
        groups: (places.measures.iter())
            .map(|_| GroupStore::new(Arc::clone(&budget), temp_dir()))
            .collect(),
        orphans: (places.references.iter())
            .map(|_| Mutex::new(OriginSorter::new(Arc::clone(&budget), temp_dir())))
            .collect(),
    };
    let pass = Pass {
        files: Vec::new(),
        shared,
        places,
        budget,
        dead: HashSet::new(),
        contrary: Vec::new(),
        interrupted: false,
    };
    let mut staging = Staging {
        plan,
        relations,
        options,
        hooks,
        keyed,
        ready,
        tables: Tables::new(relations.tables.len()),
        known: asked.people.map(KnownStore::new),
        pass,
    };
    let mut needs = relations.needs();
    needs.extend(asked.people.iter().flat_map(|people| people.needs()));
    let stages = stages(&staging.sets(), &needs);
    for (number, stage) in stages.iter().enumerate() {
        staging.stage(stage)?;
        if hooks.interrupted.load(Ordering::Relaxed) {
            break;
        }
        staging.forget(stages.get(number + 1..).unwrap_or_default());
    }
    let mut pass = staging.pass;
    pass.files.sort_by_key(|(work, _)| work.number);
    pass.interrupted = hooks.interrupted.load(Ordering::Relaxed);
    Ok(pass)
}

/// Record sets read stage by stage.
struct Staging<'s, 'h, 'p> {
    plan: &'p Plan,
    relations: &'p Relations,
    options: &'s ScanOptions,
    hooks: &'s Hooks<'h>,
    keyed: &'p KeyedHash,
    ready: &'s [usize],
    tables: Tables,
    known: Option<KnownStore<'p>>,
    pass: Pass<'p>,
}

impl<'p> Staging<'_, '_, 'p> {
    /// The record sets that files hold, with their bytes.
    fn sets(&self) -> Vec<(usize, u64)> {
        let mut sets: BTreeMap<usize, u64> = BTreeMap::new();
        for (number, planned) in self.plan.files.iter().enumerate() {
            if let Some(file) = self.file(number) {
                *sets.entry(file.set).or_default() += planned.bytes;
            }
        }
        sets.into_iter().collect()
    }

    /// A file that is read: one of a record set, or one of a release that no record set claims.
    fn file(&self, number: usize) -> Option<&'p BoundFile> {
        let file = self.plan.table_of(number)?;
        let is_released =
            || self.ready.iter().any(|rule| self.plan.is_about(&self.plan.rules[*rule], number));
        match self.plan.files[number].state {
            FileState::Bound(_) => Some(file),
            FileState::Unplaced { .. } => Some(file).filter(|_| is_released()),
            FileState::Refused { .. } => None,
        }
    }

    fn stage(&mut self, stage: &Stage) -> Result<(), EngineError> {
        self.read_for_digests(stage)?;
        let gathered = self.tables_of(&stage.gathered);
        let people = self.people_of(&stage.gathered);
        if !gathered.is_empty() || !people.is_empty() {
            let purpose = |_: usize| Reading::new(Purpose::Gather { tables: &gathered });
            let mut sinks = self.sinks(&gathered);
            self.lend(&people, &mut sinks);
            let mut read = self.read(&stage.gathered, &purpose, sinks)?;
            self.take_back(&people, &mut read.sinks);
            self.keep(read.sinks)?;
        }
        if stage.judged.is_empty() || self.hooks.interrupted.load(Ordering::Relaxed) {
            return Ok(());
        }
        let sets = self.relations.sets.iter();
        let accesses: Vec<Vec<Access>> =
            sets.map(|of| of.accesses.iter().map(|access| self.access(access)).collect()).collect();
        let found = self.found(&stage.judged, &accesses)?;
        let rosters = self.rosters(&stage.judged, &accesses, &found)?;
        let tables = self.tables_of(&stage.judged);
        let people = self.people_of(&stage.judged);
        let mut sinks = self.sinks(&tables);
        self.lend(&people, &mut sinks);
        let orphans = self.orphans(&stage.judged, &accesses);
        self.pass.places.first_orphan = self.relations.tables.len();
        self.pass.places.orphans = orphans.iter().map(|(rule, _)| *rule).collect();
        for (number, _) in orphans.iter().enumerate() {
            let rows = Rows::new(8, Arc::clone(&self.pass.budget), self.options.temp_dir.clone());
            sinks.insert(self.pass.places.first_orphan + number, rows);
        }
        let asked = self.options.watched.is_some() || self.hooks.holdings.is_some();
        let keys = if asked { Keys::Needed } else { Keys::LeftOut };
        let purpose = |set: usize| Reading {
            purpose: Purpose::Judge { accesses: &accesses[set], tables: &tables, keys },
            found: found.get(&set).cloned().unwrap_or_default(),
            roster: rosters.get(&set).cloned(),
        };
        let mut read = self.read(&stage.judged, &purpose, sinks)?;
        self.take_back(&people, &mut read.sinks);
        for (number, (rule, table)) in orphans.into_iter().enumerate() {
            let keys = read.sinks.remove(&(self.pass.places.first_orphan + number));
            if let Some(keys) = keys {
                self.hold_against(rule, table, keys)?;
            }
        }
        for (mut work, so_far) in read.files {
            // What tables and joins hold is let go with the last work that needs it.
            work.accesses = Vec::new();
            work.found = Vec::new();
            work.roster = None;
            self.pass.files.push((work, so_far));
        }
        self.pass.dead.extend(read.dead);
        self.pass.contrary.extend(read.contrary);
        self.keep(read.sinks)
    }

    /// The tables of some record sets that are not known yet.
    fn tables_of(&self, sets: &[usize]) -> Vec<usize> {
        let tables = self.relations.tables.iter().enumerate();
        tables
            .filter(|(table, spec)| sets.contains(&spec.set) && self.tables.get(*table).is_none())
            .map(|(table, _)| table)
            .collect()
    }

    fn sinks(&self, tables: &[usize]) -> BTreeMap<usize, Rows> {
        let sink = |table: &usize| {
            let width = self.relations.tables[*table].width();
            let budget = Arc::clone(&self.pass.budget);
            (*table, Rows::new(width, budget, self.options.temp_dir.clone()))
        };
        tables.iter().map(sink).collect()
    }

    fn keep(&mut self, sinks: BTreeMap<usize, Rows>) -> Result<(), EngineError> {
        for (table, rows) in sinks {
            let gathered = rows.finish().map_err(|error| self.options.spill_error(&error))?;
            self.tables.put(table, gathered);
        }
        Ok(())
    }

    fn access(&self, access: &AccessSpec) -> Access {
        match self.tables.get(access.table) {
            Some(table) if matches!(&**table, Gathered::Memory(_)) => {
                Access::Table(Arc::clone(table))
            }
            _ => Access::Joined,
        }
    }

    /// What can be found before the records of some sets are judged.
    fn found(
        &self,
        sets: &[usize],
        accesses: &[Vec<Access>],
    ) -> Result<BTreeMap<usize, Vec<Found>>, EngineError> {
        let mut all = BTreeMap::new();
        for &set in sets {
            let of_set = &self.relations.sets[set];
            let mut found = vec![Found::Nothing; of_set.selections.len()];
            let mut aside = Vec::new();
            for (number, selection) in of_set.selections.iter().enumerate() {
                let table = of_set.accesses[selection.access].table;
                let spec = &self.relations.tables[table];
                match self.tables.get(table).map(|table| &**table) {
                    _ if selection.outputs.is_empty() => {}
                    Some(Gathered::Memory(lookup)) => {
                        let hasher = &self.pass.shared.hasher;
                        let as_of = self.options.as_of;
                        if let Some(alike) = Constant::of(selection, spec, lookup, hasher, as_of) {
                            found[number] = Found::Alike(Arc::new(alike));
                        }
                    }
                    Some(Gathered::Spilled(_))
                        if matches!(accesses[set][selection.access], Access::Joined) =>
                    {
                        aside.push(number);
                    }
                    _ => {}
                }
            }
            for (number, placed) in self.joined(set, &aside)? {
                found[number] = Found::Placed(Arc::new(placed));
            }
            all.insert(set, found);
        }
        Ok(all)
    }

    /// The record sets of people among these that are still to be gathered.
    fn people_of(&self, sets: &[usize]) -> Vec<usize> {
        self.known.as_ref().map(|known| known.left(sets)).unwrap_or_default()
    }

    /// Reads texts for digests before the first stage that reads people, if any rule looks for them.
    fn read_for_digests(&mut self, stage: &Stage) -> Result<(), EngineError> {
        let reads_people = [&stage.gathered, &stage.judged].map(|sets| self.people_of(sets));
        let sets = self.known.as_ref().map(KnownStore::unread_for_digests).unwrap_or_default();
        if sets.is_empty() || reads_people.iter().all(Vec::is_empty) {
            return Ok(());
        }
        let room = self.room();
        let read = self.read(&sets, &|_| Reading::new(Purpose::Digests), known::digests(&room))?;
        self.known
            .as_mut()
            .map_or(Ok(()), |known| known.take_digests(&room, read.sinks))
            .map_err(|error| self.options.spill_error(&error))
    }

    fn lend(&mut self, people: &[usize], sinks: &mut BTreeMap<usize, Rows>) {
        let room = self.room();
        if let Some(known) = self.known.as_mut().filter(|_| !people.is_empty()) {
            known.lend(&room, sinks);
        }
    }

    fn take_back(&mut self, people: &[usize], sinks: &mut BTreeMap<usize, Rows>) {
        if let Some(known) = self.known.as_mut().filter(|_| !people.is_empty()) {
            known.take_back(people, sinks);
        }
    }

    fn room(&self) -> Room {
        (Arc::clone(&self.pass.budget), self.options.temp_dir.clone())
    }

    /// Who is known in the texts of some record sets. Where what is known of people was put aside, the texts are read
    /// once more for what they ask of it.
    fn rosters(
        &mut self,
        sets: &[usize],
        accesses: &[Vec<Access>],
        found: &BTreeMap<usize, Vec<Found>>,
    ) -> Result<BTreeMap<usize, Arc<RosterAt>>, EngineError> {
        let room = self.room();
        let mut rosters = BTreeMap::new();
        for &set in sets {
            let Some(store) = self.known.as_mut().filter(|of| of.people.searched.contains(&set))
            else {
                continue;
            };
            let spill_error = |error: std::io::Error| self.options.spill_error(&error);
            let (everybody, own) = store.known(&room).map_err(spill_error)?;
            let asked = match known::to_ask(&everybody, &own) {
                Some(to_ask) => {
                    let to_ask = Arc::new(to_ask);
                    let purpose = |set: usize| Reading {
                        purpose: Purpose::Spot { accesses: &accesses[set] },
                        found: found.get(&set).cloned().unwrap_or_default(),
                        roster: Some(Arc::clone(&to_ask)),
                    };
                    let read = self.read(&[set], &purpose, known::asked(&room))?;
                    Some((read.sinks, Order { first: read.first_chunks, chunks: read.chunks }))
                }
                None => None,
            };
            let roster = known::roster(&everybody, &own, asked, &room).map_err(spill_error)?;
            rosters.insert(set, Arc::new(roster));
        }
        Ok(rosters)
    }

    /// Reads the keys of a record set whose related records were put aside, and joins the two.
    fn joined(
        &self,
        set: usize,
        selections: &[usize],
    ) -> Result<Vec<(usize, Placed)>, EngineError> {
        if selections.is_empty() {
            return Ok(Vec::new());
        }
        let of_set = &self.relations.sets[set];
        let probes: Vec<(usize, usize)> =
            selections.iter().map(|number| (*number, *number)).collect();
        let sinks = probes.iter().map(|(number, sink)| {
            let width = of_set.selections[*number].probe_width();
            let budget = Arc::clone(&self.pass.budget);
            (*sink, Rows::new(width, budget, self.options.temp_dir.clone()))
        });
        let purpose = |_: usize| Reading::new(Purpose::Emit { probes: &probes });
        let read = self.read(&[set], &purpose, sinks.collect())?;
        let order = Order { first: read.first_chunks, chunks: read.chunks };
        let mut placed = Vec::new();
        for (number, keys) in read.sinks {
            let selection = &of_set.selections[number];
            let table = of_set.accesses[selection.access].table;
            let Some(Gathered::Spilled(related)) = self.tables.get(table).map(|of| &**of) else {
                continue;
            };
            let emission = Emission {
                selection,
                table: &self.relations.tables[table],
                related,
                probes: keys,
                order: order.clone(),
                as_of: self.options.as_of,
            };
            let found = emission
                .join(Arc::clone(&self.pass.budget), self.options.temp_dir.clone())
                .map_err(|error| self.options.spill_error(&error))?;
            placed.push((number, found));
        }
        Ok(placed)
    }

    /// The rules about references whose parents were put aside, with the tables of the parents.
    fn orphans(&self, sets: &[usize], accesses: &[Vec<Access>]) -> Vec<(usize, usize)> {
        let table = |rule: usize| {
            let Check::References { relation, .. } = self.plan.rules[rule].check else {
                return None;
            };
            let (set, _) = self.plan.set_of(&self.plan.rules[rule])?;
            let of_set = &self.relations.sets[set];
            let access = of_set.access_of(rule, relation)?;
            let aside = sets.contains(&set) && matches!(accesses[set][access], Access::Joined);
            aside.then(|| of_set.accesses[access].table)
        };
        self.ready.iter().filter_map(|rule| Some((*rule, table(*rule)?))).collect()
    }

    /// Holds the keys of a reference against its parents, which were put aside.
    fn hold_against(&self, rule: usize, table: usize, keys: Rows) -> Result<(), EngineError> {
        let Some(Gathered::Spilled(parents)) = self.tables.get(table).map(|of| &**of) else {
            return Ok(());
        };
        let references = &self.pass.places.references;
        let number = references.iter().position(|other| *other == rule);
        let Some(orphans) = number.and_then(|number| self.pass.shared.orphans.get(number)) else {
            return Ok(());
        };
        let find = || {
            parents.join(&keys.partitions()?, &|lookup, keys, rows| {
                for (key, place) in keys.iter().zip(rows.as_chunks::<8>().0) {
                    if lookup.find(*key).is_empty() {
                        lock(orphans).push(u64::from_le_bytes(*place))?;
                    }
                }
                Ok(())
            })
        };
        find().map_err(|error| self.options.spill_error(&error))
    }

    /// Lets tables go that no later stage asks for.
    fn forget(&mut self, later: &[Stage]) {
        let asked = |table: usize| {
            let sets = later.iter().flat_map(|stage| &stage.judged);
            sets.into_iter().any(|set| {
                self.relations.sets[*set].accesses.iter().any(|access| access.table == table)
            })
        };
        let done: Vec<usize> =
            (0..self.relations.tables.len()).filter(|table| !asked(*table)).collect();
        done.into_iter().for_each(|table| self.tables.drop(table));
        if let Some(known) = &mut self.known
            && !later
                .iter()
                .flat_map(|stage| &stage.judged)
                .any(|set| known.people.searched.contains(set))
        {
            known.forget();
        }
    }

    /// Reads the files of some record sets once.
    fn read<'r>(
        &self,
        sets: &[usize],
        reading: &dyn Fn(usize) -> Reading<'r>,
        sinks: BTreeMap<usize, Rows>,
    ) -> Result<Read<'p>, EngineError> {
        let (plan, options, hooks) = (self.plan, self.options, self.hooks);
        let mut judging = false;
        let watch = Watch::of(options, hooks);
        let works: Vec<FileWork<'p>> = plan
            .files
            .iter()
            .enumerate()
            .filter_map(|(number, planned)| match self.file(number) {
                Some(file) if sets.contains(&file.set) => {
                    let Reading { purpose, found, roster } = reading(file.set);
                    let accesses = match purpose {
                        Purpose::Judge { accesses, .. } => {
                            judging = true;
                            accesses.to_vec()
                        }
                        Purpose::Spot { accesses } => accesses.to_vec(),
                        Purpose::Gather { .. } | Purpose::Emit { .. } | Purpose::Digests => {
                            Vec::new()
                        }
                    };
                    let profile = match purpose {
                        Purpose::Judge { .. } | Purpose::Spot { .. } | Purpose::Digests => {
                            ProfileTask::compile(plan, number, self.ready, options.as_of)
                        }
                        Purpose::Gather { .. } | Purpose::Emit { .. } => None,
                    };
                    let harvested = self.known.as_ref().filter(|_| {
                        self.people_of(sets).contains(&file.set)
                            && matches!(purpose, Purpose::Gather { .. } | Purpose::Judge { .. })
                    });
                    let tasks = task::compile(
                        plan,
                        (number, file),
                        self.ready,
                        (self.relations, &self.pass.places),
                        purpose,
                        (harvested, profile.as_ref()),
                        (options.as_of, &watch),
                    );
                    // What is put aside to be asked for is judged later.
                    let profile = profile.filter(|_| matches!(purpose, Purpose::Judge { .. }));
                    let thresholds = tasks.tasks.iter().map(|_| AtomicU64::new(u64::MAX)).collect();
                    let rules = tasks.tasks.iter().map(|task| (task.rule, &plan.rules[task.rule]));
                    let name = planned.name.as_str().into();
                    let shower =
                        Shower::new(name, self.keyed, (options.reveal, options.as_of), rules);
                    Some(FileWork {
                        number,
                        file,
                        set: &plan.dictionary.sets[file.set],
                        rules: &plan.rules,
                        tasks,
                        relations: self.relations,
                        accesses,
                        found,
                        roster,
                        thresholds,
                        shower,
                        as_of: options.as_of,
                        examples: options.examples,
                        stream: hooks.findings.is_some(),
                        trace: options.trace,
                        watched: options.watched.clone(),
                        holdings: hooks.holdings.is_some(),
                        profile,
                    })
                }
                _ => None,
            })
            .collect();
        read(plan, works, (&self.pass.shared, sinks), options, hooks, judging)
    }
}

/// How a record set is read, and what was found for it before.
struct Reading<'r> {
    purpose: Purpose<'r>,
    found: Vec<Found>,
    /// Who is known in the texts of its records.
    roster: Option<Arc<RosterAt>>,
}

impl<'r> Reading<'r> {
    fn new(purpose: Purpose<'r>) -> Self {
        Self { purpose, found: Vec::new(), roster: None }
    }
}

/// Seeds that nobody outside this run knows, from the standard library's own source of them.
fn seeds() -> [u64; 4] {
    use std::hash::{BuildHasher as _, RandomState};
    std::array::from_fn(|n| RandomState::new().hash_one(n))
}
