//! Which violations are excused, and by what.
//!
//! Every violation is found and counted whether it is excused or not; what is said here is how it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::engine::bits::Bits;
use crate::engine::program::{Compiler, NodeId, Program};
use crate::engine::vector::Vector;
use crate::finding::{Counts, Finding, Standing};
use crate::plan::{Plan, PlannedWaiver};

/// What excuses violations of one rule in one file.
#[derive(Debug, Default)]
pub(crate) struct Excuses {
    /// In the order of the file of waivers: the first that covers a violation excuses it.
    waivers: Vec<Excuse>,
    /// The conditions of a rule whose violations are known late, when the program of the file has no values any more.
    aside: Option<Program>,
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
        compiler: &mut Compiler<'_>,
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
        Self { waivers, aside: (known == Known::Late).then(|| aside.into_program()) }
    }

    /// Those of a rule whose violations are no records, in this file or in none.
    pub(crate) fn of_whole(plan: &Plan, rule: usize, file: Option<&str>) -> Self {
        let waivers = plan.waivers_of(rule);
        let waivers = waivers.filter(|waiver| waiver.covers(file) && waiver.condition.is_none());
        Self { waivers: waivers.map(|waiver| Excuse::of(waiver, None)).collect(), aside: None }
    }

    /// Whether nothing is excused.
    pub(crate) fn is_empty(&self) -> bool {
        self.waivers.is_empty()
    }

    /// Whether the identities of violations are asked for.
    pub(crate) fn ask_identity(&self) -> bool {
        self.waivers.iter().any(|excuse| !excuse.records.is_empty())
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

    /// How a violation stands. What is unknown excuses nothing.
    pub(crate) fn standing(&self, truths: &Truths, row: usize, identity: Option<u128>) -> Standing {
        let covers = |(excuse, truths): &(&Excuse, &Option<Bits>)| {
            truths.as_ref().is_none_or(|truths| truths.get(row)) && excuse.names(identity)
        };
        let found = self.waivers.iter().zip(truths).find(covers);
        found.map_or(Standing::Open, |(excuse, _)| Standing::Waived(excuse.number))
    }

    /// How a violation stands that is no record.
    pub(crate) fn standing_of_whole(&self, identity: Option<u128>) -> Standing {
        let found = self.waivers.iter().find(|excuse| excuse.names(identity));
        found.map_or(Standing::Open, |excuse| Standing::Waived(excuse.number))
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
