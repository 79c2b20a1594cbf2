//! Digests that stand in texts, gathered before people are read: no other is made of what is known of anybody.

use std::io;
use std::sync::Arc;

use crate::detect::known::{DigestKinds, Pseudonyms, digest_in};
use crate::engine::known::DIGESTS;
use crate::engine::relation::Yield;
use crate::engine::verdict::cell;
use crate::source::CellSpan;
use crate::store::{Budget, Filter, KeyHasher, Rows};

/// What stands in columns of a batch that may be a digest.
pub(crate) fn digests_of<'s>(
    columns: impl Iterator<Item = &'s [CellSpan]>,
    buffer: &[u8],
    hasher: &KeyHasher,
) -> Yield {
    let mut yielded = Yield { sink: DIGESTS, keys: Vec::new(), rows: Vec::new() };
    for (kind, key) in columns.flatten().filter_map(|span| digest_in(cell(*span, buffer))) {
        yielded.keys.push(hasher.text(&key));
        yielded.rows.push(kind.bits());
    }
    yielded
}

/// The digests that stand in texts.
#[derive(Debug)]
pub(crate) struct SeenDigests {
    kinds: DigestKinds,
    filter: Filter,
}

impl SeenDigests {
    /// Those that were gathered.
    ///
    /// # Errors
    /// When their temporary file cannot be written or read.
    pub(super) fn of(rows: Rows, budget: &Arc<Budget>) -> io::Result<Self> {
        let mut kinds = DigestKinds::NONE;
        let filter = Filter::of(&rows.finish()?, budget, &mut |_, rows| {
            rows.iter().for_each(|bits| kinds = kinds.and(DigestKinds::of_bits(*bits)));
        })?;
        Ok(Self { kinds, filter })
    }

    /// What is to be made of a person.
    pub(super) fn sought(&self) -> Pseudonyms {
        Pseudonyms::Sought(self.kinds)
    }

    /// Whether a digest may be one of them; if it is, always.
    pub(super) fn may_have(&self, key: u128) -> bool {
        self.filter.may_have(key)
    }
}
