//! What one chunk gives: counts, examples, groups and boundaries, to be joined in the order of the file.

use std::collections::BTreeMap;

use crate::engine::excuse::{Sight, Sightings, WaivedCounts};
use crate::engine::measure::Groups;
use crate::engine::profile::ColumnPart;
use crate::engine::relation::Yield;
use crate::engine::verdict::Ranked;
use crate::finding::{Account, Counts, Finding, Holding};
use crate::rule::Expectation;
use crate::source::{Footer, IssueLog, Tally};

/// What one chunk gives to one rule.
#[derive(Default)]
pub(crate) struct TaskPart {
    /// The counts.
    pub(crate) counts: Counts,
    /// Why records could not be judged.
    pub(crate) reasons: BTreeMap<String, u64>,
    /// How many identifiers the site's allowances let stand, by allowance.
    pub(crate) allowed: BTreeMap<u16, u64>,
    /// How many violations each waiver excuses.
    pub(crate) waived: WaivedCounts,
    /// What is to be told of the identities of violations.
    pub(crate) sightings: Sightings,
    /// Examples with the lowest priorities; records and lines relative to the chunk.
    pub(crate) examples: Vec<Example>,
    /// Groups of a measure.
    pub(crate) groups: Groups,
    /// Intervals or numbers that are compared when all are known, as rows to be sorted.
    pub(crate) sorted: Vec<u8>,
    /// The places of records that violate a rule whose findings are fetched when all records are known.
    pub(crate) late: Vec<u8>,
    /// First and last values of an order, by group.
    pub(crate) runs: Vec<Run>,
    /// What the rule says of each record, where that is asked for: relative record number and word.
    pub(crate) trace: Vec<(u64, Expectation)>,
}

impl std::fmt::Debug for TaskPart {
    /// Says nothing of the text of records that it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TaskPart").finish_non_exhaustive()
    }
}

/// A finding that may be shown.
#[derive(Debug, Clone)]
pub(crate) struct Example {
    /// The lowest are shown; a hash of the record's place, so that examples are spread over the file.
    pub(crate) priority: u64,
    /// The finding.
    pub(crate) finding: Finding,
}

/// The values of one group at the edges of a chunk.
#[derive(Debug)]
pub(crate) struct Run {
    /// The fingerprint of the group.
    pub(crate) group: u128,
    /// The first present value.
    pub(crate) first: Ranked,
    /// The last present value.
    pub(crate) last: Ranked,
    /// The finding for the first row, if the chunk before breaks its order.
    pub(crate) if_broken: Example,
    /// What is known of it.
    pub(crate) told: Sight,
}

/// What one chunk gives.
#[derive(Debug, Default)]
pub(crate) struct ChunkPart {
    /// Raw offset at which it was split from.
    pub(crate) start: u64,
    /// Raw offset of the next chunk's first record.
    pub(crate) end: u64,
    /// How much there was.
    pub(crate) tally: Tally,
    /// What was wrong.
    pub(crate) issues: IssueLog,
    /// One entry a task.
    pub(crate) tasks: Vec<TaskPart>,
    /// What the records give to tables and joins.
    pub(crate) yields: Vec<Yield>,
    /// What the rules say of the watched record.
    pub(crate) accounts: Vec<Account>,
    /// How long each record is kept, where that is asked for.
    pub(crate) holdings: Vec<Holding>,
    /// Every finding, in the order of records and rules, where they are streamed.
    pub(crate) stream: Vec<Finding>,
    /// Valid multi-byte sequences and damaged bytes seen.
    pub(crate) evidence: (u64, u64),
    /// Footers that say how many records there should be.
    pub(crate) footers: Vec<Footer>,
    /// Arithmetic results that were out of range.
    pub(crate) overflows: u64,
    /// What the columns of a file of a release show.
    pub(crate) profile: Vec<ColumnPart>,
}
