//! Findings on their way out: every one to the stream, and the examples that the report shows.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::finding::{Finding, FindingField, KeyedHash, Masked, Place, Reveal, Tag};
use crate::transfer::Kind;
use crate::transfer::read::{Again, Run};
use crate::transfer::set::Set;
use crate::value::FieldType;

/// Locks, whatever happened to another thread: a panic there ends the run anyway.
fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Where findings go.
pub(super) struct Teller<'r, 'h> {
    run: Run<'r, 'h>,
    keyed: KeyedHash,
    /// One entry a kind: the findings with the lowest priorities.
    examples: Vec<Examples>,
    /// What kept the stream from being written.
    failed: Mutex<Option<io::ErrorKind>>,
}

#[derive(Default)]
struct Examples {
    kept: Mutex<Vec<(u64, Finding)>>,
    /// The highest priority that is kept, where there are as many as are shown.
    highest: AtomicU64,
}

impl<'r, 'h> Teller<'r, 'h> {
    pub(super) fn new(run: Run<'r, 'h>) -> Self {
        let keyed = match run.options.site_key {
            Some(key) => KeyedHash::with_site_key(key),
            None => KeyedHash::for_this_run(),
        };
        let examples = Kind::all().map(|_| Examples {
            kept: Mutex::default(),
            highest: AtomicU64::new(if run.options.examples == 0 { 0 } else { u64::MAX }),
        });
        Self { run, keyed, examples: examples.collect(), failed: Mutex::default() }
    }

    /// Whether every finding is wanted, not only examples.
    pub(super) fn streams(&self) -> bool {
        self.run.hooks.findings.is_some()
    }

    /// Whether a finding of this priority would be shown or streamed; asked before it is made.
    pub(super) fn wants(&self, kind: Kind, priority: u64) -> bool {
        self.streams() || priority < self.examples[kind as usize].highest.load(Ordering::Relaxed)
    }

    /// Takes a finding; those of one kind and record set come in the order in which their records stand.
    pub(super) fn take(&self, kind: Kind, priority: u64, finding: Finding) -> io::Result<()> {
        if let Some(sink) = &self.run.hooks.findings
            && let Err(error) = lock(sink).take(&finding)
        {
            *lock(&self.failed) = Some(error.kind());
            return Err(error);
        }
        let most = self.run.options.examples;
        let examples = &self.examples[kind as usize];
        if priority >= examples.highest.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut kept = lock(&examples.kept);
        let place = kept.partition_point(|(other, _)| *other <= priority);
        kept.insert(place, (priority, finding));
        kept.truncate(most);
        if kept.len() == most
            && let Some((highest, _)) = kept.last()
        {
            examples.highest.store(*highest, Ordering::Relaxed);
        }
        Ok(())
    }

    /// What kept the stream from being written, if anything did.
    pub(super) fn failure(&self) -> Option<io::ErrorKind> {
        *lock(&self.failed)
    }

    /// The examples of each kind.
    pub(super) fn examples(self) -> Vec<Vec<Finding>> {
        let kept = |examples: Examples| {
            let kept = examples.kept.into_inner().unwrap_or_else(PoisonError::into_inner);
            kept.into_iter().map(|(_, finding)| finding).collect()
        };
        self.examples.into_iter().map(kept).collect()
    }

    /// The finding about a record that was read again; `key` gives the text of each column of the key.
    pub(super) fn finding<'k, T>(
        &self,
        kind: Kind,
        set: &Set,
        file: &Arc<str>,
        again: &Again<'_, T>,
        key: &dyn Fn(usize) -> &'k [u8],
    ) -> Finding {
        let reveal = self.run.options.reveal;
        let texts: Vec<&[u8]> = set.key.iter().map(|column| key(*column)).collect();
        let tags = set.key.iter().zip(&texts).map(|(column, text)| Tag {
            field: set.columns[*column].name.clone(),
            hash: self.keyed.tag(text),
            revealed: (reveal >= Reveal::Keys && !text.is_empty())
                .then(|| Masked::revealed(text, Reveal::Keys)),
        });
        Finding {
            rule: kind.rule(),
            place: Place {
                file: Some(Arc::clone(file)),
                record: Some(again.record),
                line: Some(again.line),
            },
            key: tags.collect(),
            assign: None,
            fields: Vec::new(),
            message: String::new(),
            standing: crate::finding::Standing::Open,
            overdue: None,
            fingerprint: (!texts.is_empty())
                .then(|| self.keyed.fingerprint(kind.id(), &set.name, &texts))
                .flatten(),
            identifier: None,
            person: None,
        }
    }

    /// A value as it may be shown.
    pub(super) fn field(&self, name: String, text: &[u8], ty: FieldType) -> FindingField {
        let value = match self.run.options.reveal {
            _ if text.is_empty() => Masked::missing(),
            Reveal::Values => Masked::revealed(text, Reveal::Values),
            Reveal::Nothing | Reveal::Keys => Masked::value(text, ty),
        };
        FindingField { name, value }
    }
}

/// The priority of a record's finding: examples are spread over the files, whatever the chunks and threads.
pub(super) fn priority(file: usize, record: u64) -> u64 {
    let mut mixed = (file as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ record;
    for factor in [0xBF58_476D_1CE4_E5B9, 0x94D0_49BB_1331_11EB] {
        mixed = (mixed ^ mixed >> 30).wrapping_mul(factor);
    }
    (mixed ^ mixed >> 31) >> 1
}
