//! Which violations are excused, and by what.
//!
//! Every violation is found and counted whether it is excused or not; what is said here is how it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::engine::bits::Bits;
use crate::engine::program::{Compiler, NodeId, Program};
use crate::engine::vector::Vector;
use crate::engine::{Hooks, ScanOptions};
use crate::finding::{Counts, Finding, Standing};
use crate::plan::{Plan, PlannedWaiver};
use crate::store::{Ledger, LedgerStanding, MOST_UNJUDGED, Register, register_row};

/// What excuses violations of one rule in one file.
#[derive(Debug, Default)]
pub(crate) struct Excuses {
    /// In the order of the file of waivers: the first that covers a violation excuses it.
    waivers: Vec<Excuse>,
    /// The conditions of a rule whose violations are known late, when the program of the file has no values any more.
    aside: Option<Program>,
    /// What else is to be told of them.
    watch: Watch,
    /// The rule's list of the baseline.
    known: Option<usize>,
    /// Records that could not be judged and were gathered so far, those of chunks that are read again twice.
    unjudged: AtomicU64,
}

/// A chunk is read so often at most.
const ATTEMPTS: u64 = 4;

/// What is to be told of the identities of findings.
#[derive(Debug, Clone, Default)]
pub(crate) struct Watch {
    /// The findings that are known.
    pub(crate) baseline: Option<Arc<Ledger>>,
    /// Whether every fingerprint is gathered.
    pub(crate) gathering: Gathering,
}

/// Whether every fingerprint is gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Gathering {
    Wanted,
    #[default]
    LeftOut,
}

impl Watch {
    /// What a run asks for.
    pub(crate) fn of(options: &ScanOptions, hooks: &Hooks<'_>) -> Self {
        let gathering =
            if hooks.register.is_some() { Gathering::Wanted } else { Gathering::LeftOut };
        Self { baseline: options.baseline.clone(), gathering }
    }

    /// Whether nothing is.
    pub(crate) fn is_idle(&self) -> bool {
        self.baseline.is_none() && self.gathering == Gathering::LeftOut
    }
}

/// What is known of a violation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sight {
    /// How it stands.
    pub(crate) standing: Standing,
    /// What names it.
    identity: Option<u128>,
    /// Its place in the baseline.
    place: Option<u64>,
}

/// What is to be told of the identities of some violations.
#[derive(Debug, Default)]
pub(crate) struct Sightings {
    prints: Vec<(LedgerStanding, u128)>,
    /// Places in the baseline that were seen again.
    seen: Vec<u64>,
    /// Those of records that cannot be judged.
    doubted: Vec<u64>,
    /// Violations that nothing names, so that no baseline knows them.
    pub(crate) nameless: u64,
}

impl Sightings {
    /// Notes a violation.
    pub(crate) fn note(&mut self, told: &Sight, watch: &Watch) {
        if let (Some(identity), Gathering::Wanted) = (told.identity, watch.gathering) {
            let standing = match told.standing {
                Standing::Waived(_) => LedgerStanding::Waived,
                Standing::Open | Standing::Known => LedgerStanding::Open,
            };
            self.prints.push((standing, identity));
        }
        if watch.baseline.is_some() {
            self.seen.extend(told.place);
            self.nameless += u64::from(told.identity.is_none());
        }
    }

    /// Hands what was noted over, once it is certain.
    ///
    /// # Errors
    /// When a temporary file cannot be written.
    pub(crate) fn settle(
        self,
        rule: usize,
        baseline: Option<&Ledger>,
        register: Option<&Register>,
    ) -> std::io::Result<()> {
        if let Some(ledger) = baseline {
            self.seen.into_iter().for_each(|place| ledger.see(place));
            self.doubted.into_iter().for_each(|place| ledger.doubt(place));
        }
        let Some(register) = register else { return Ok(()) };
        let rule = u32::try_from(rule).unwrap_or(u32::MAX);
        let row = |(standing, print): (LedgerStanding, u128)| register_row(rule, standing, print);
        register.add(&self.prints.into_iter().map(row).collect::<Vec<_>>())
    }
}

/// What one waiver asks of a violation.
#[derive(Debug)]
struct Excuse {
    number: u16,
    /// The node of its condition.
    condition: Option<NodeId>,
    /// The fingerprints of its records; empty: of every one.
    records: BTreeSet<u128>,
}

/// When the violations of a rule are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Known {
    /// With the batch that holds their records.
    AtOnce,
    /// When all records are known.
    Late,
}

/// The truths of the conditions over the rows of a batch, one entry a waiver.
pub(crate) type Truths = Vec<Option<Bits>>;

impl Excuses {
    /// Those of a rule in a file; conditions become nodes of the file's program, or of one of their own.
    pub(crate) fn compile(
        plan: &Plan,
        rule: usize,
        file: &str,
        known: Known,
        (compiler, watch): (&mut Compiler<'_>, &Watch),
    ) -> Self {
        let mut aside = Compiler::default();
        let waivers = plan.waivers_of(rule).filter(|waiver| waiver.covers(Some(file)));
        let waivers = waivers.map(|waiver| {
            let condition = waiver.condition.as_ref();
            Excuse::of(
                waiver,
                condition.map(|condition| match known {
                    Known::AtOnce => compiler.compile(condition),
                    Known::Late => aside.compile(condition),
                }),
            )
        });
        let waivers = waivers.collect();
        let aside = (known == Known::Late).then(|| aside.into_program());
        Self { waivers, aside, ..Self::watching(plan, rule, watch) }
    }

    /// Nothing but what the run asks of identities.
    fn watching(plan: &Plan, rule: usize, watch: &Watch) -> Self {
        let id = plan.rules.get(rule).map_or("", |rule| rule.id.text.as_str());
        let known = watch.baseline.as_ref();
        let known = known.and_then(|ledger| ledger.section(id, LedgerStanding::Open));
        Self { watch: watch.clone(), known, ..Self::default() }
    }

    /// Those of a rule whose violations are no records, in this file or in none.
    pub(crate) fn of_whole(plan: &Plan, rule: usize, file: Option<&str>, watch: &Watch) -> Self {
        let waivers = plan.waivers_of(rule);
        let waivers = waivers.filter(|waiver| waiver.covers(file) && waiver.condition.is_none());
        let waivers = waivers.map(|waiver| Excuse::of(waiver, None)).collect();
        Self { waivers, ..Self::watching(plan, rule, watch) }
    }

    /// Whether nothing is excused, and nothing is to be told of identities.
    pub(crate) fn is_empty(&self) -> bool {
        self.waivers.is_empty() && self.watch.is_idle()
    }

    /// Whether violations may stand otherwise than open.
    pub(crate) fn may_excuse(&self) -> bool {
        !self.waivers.is_empty() || self.known.is_some()
    }

    /// Whether the identities of violations are asked for.
    pub(crate) fn ask_identity(&self) -> bool {
        !self.watch.is_idle() || self.waivers.iter().any(|excuse| !excuse.records.is_empty())
    }

    /// Whether the identities of records that cannot be judged are asked for.
    pub(crate) fn ask_doubted(&self) -> bool {
        self.known.is_some() || self.gathers_unjudged()
    }

    /// Whether records that cannot be judged are gathered: not where there are so many that a ledger leaves them out.
    fn gathers_unjudged(&self) -> bool {
        self.watch.gathering == Gathering::Wanted
            && self.unjudged.load(Ordering::Relaxed) <= MOST_UNJUDGED * ATTEMPTS
    }

    /// What the run asks of identities.
    pub(crate) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The program of the conditions of a rule whose violations are known late.
    pub(crate) fn aside(&self) -> Option<&Program> {
        self.aside.as_ref()
    }

    /// The truths of the conditions, from the values of the nodes.
    pub(crate) fn truths(&self, nodes: &[Rc<Vector>], rows: usize) -> Truths {
        let conditions = self.waivers.iter().map(|excuse| excuse.condition);
        conditions.map(|node| node.map(|node| nodes[node].truths(rows))).collect()
    }

    /// What is known of a violation. What is unknown excuses nothing.
    pub(crate) fn tell(&self, truths: &Truths, row: usize, identity: Option<u128>) -> Sight {
        let covers = |(excuse, truths): &(&Excuse, &Option<Bits>)| {
            truths.as_ref().is_none_or(|truths| truths.get(row)) && excuse.names(identity)
        };
        let waiver = self.waivers.iter().zip(truths).find(covers).map(|(excuse, _)| excuse);
        self.told(waiver, identity)
    }

    /// What is known of a violation that is no record.
    pub(crate) fn tell_whole(&self, identity: Option<u128>) -> Sight {
        let waiver = self.waivers.iter().find(|excuse| excuse.names(identity));
        self.told(waiver, identity)
    }

    /// A waiver goes before the baseline: what was excused is open again when the waiver ends, and is not known then.
    fn told(&self, waiver: Option<&Excuse>, identity: Option<u128>) -> Sight {
        let place = identity.and_then(|identity| self.find(identity));
        let standing = match (waiver, place) {
            (Some(waiver), _) => Standing::Waived(waiver.number),
            (None, Some(_)) => Standing::Known,
            (None, None) => Standing::Open,
        };
        Sight { standing, identity, place }
    }

    /// The place of a finding in the baseline.
    fn find(&self, identity: u128) -> Option<u64> {
        self.watch.baseline.as_ref()?.find(self.known?, identity)
    }

    /// Notes that a record cannot be judged, which may be why nothing is found of it.
    pub(crate) fn doubt(&self, identity: u128, sightings: &mut Sightings) {
        sightings.doubted.extend(self.find(identity));
        if self.gathers_unjudged() {
            self.unjudged.fetch_add(1, Ordering::Relaxed);
            sightings.prints.push((LedgerStanding::Unjudged, identity));
        }
    }
}

impl Excuse {
    fn of(waiver: &PlannedWaiver, condition: Option<NodeId>) -> Self {
        Self { number: waiver.number, condition, records: waiver.records.clone() }
    }

    fn names(&self, identity: Option<u128>) -> bool {
        self.records.is_empty() || identity.is_some_and(|identity| self.records.contains(&identity))
    }
}

/// How many violations each waiver excuses.
pub(crate) type WaivedCounts = BTreeMap<u16, u64>;

/// Counts a violation that stands like this.
pub(crate) fn tally(standing: Standing, counts: &mut Counts, waived: &mut WaivedCounts) {
    match standing {
        Standing::Open => {}
        Standing::Waived(number) => {
            counts.waived += 1;
            *waived.entry(number).or_default() += 1;
        }
        Standing::Known => counts.baselined += 1,
    }
}

/// The priority of an example among others of which some are excused: the open ones come first.
pub(crate) fn rank(priority: u64, standing: Standing) -> u64 {
    priority >> 1 | u64::from(!standing.is_open()) << 63
}

/// The findings of a rule that are shown, from all of them in their order: the open ones before those that are excused.
#[derive(Debug)]
pub(crate) struct Shown {
    most: usize,
    open: Vec<Finding>,
    excused: Vec<Finding>,
}

impl Shown {
    /// So many at most.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, open: Vec::new(), excused: Vec::new() }
    }

    /// Whether no further open finding would be shown.
    pub(crate) fn is_full(&self) -> bool {
        self.open.len() >= self.most
    }

    /// Takes a finding, if it may be shown.
    pub(crate) fn take(&mut self, finding: Finding) {
        let list = if finding.standing.is_open() { &mut self.open } else { &mut self.excused };
        if list.len() < self.most {
            list.push(finding);
        }
    }

    /// Those that are shown, in the order in which they were taken where they are in places that can be compared.
    pub(crate) fn finish(self) -> Vec<Finding> {
        let Self { most, open: mut shown, excused } = self;
        let room = most.saturating_sub(shown.len());
        shown.extend(excused.into_iter().take(room));
        shown
    }
}
