//! How the records of one record set fared; the parts add up on both sides.

use std::collections::BTreeMap;

use crate::finding::Counts;
use crate::transfer::Kind;

/// How one record set fared:
/// `sent = unaltered + form only + altered + missing + not comparable`, and
/// `received = unaltered + form only + altered + extra + repeated + not comparable`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Account {
    /// The record set.
    pub record_set: String,
    /// The names of the columns that make its key; empty: a record is known by all it says.
    pub key: Vec<String>,
    /// Records that were sent.
    pub sent: u64,
    /// Records that arrived.
    pub received: u64,
    /// Arrived as they were sent.
    pub unaltered: u64,
    /// Arrived with values in another form only.
    pub form_only: u64,
    /// Arrived with another content.
    pub altered: u64,
    /// Did not arrive.
    pub missing: u64,
    /// Arrived and were not sent.
    pub extra: u64,
    /// Surplus copies.
    pub repeated: u64,
    /// Sent, and nothing can be said of them.
    pub sent_not_comparable: u64,
    /// Received, and nothing can be said of them.
    pub received_not_comparable: u64,
    /// Why nothing can be said, with how many records of either side.
    pub reasons: BTreeMap<&'static str, [u64; 2]>,
    /// Records to which each change happened.
    pub changes: BTreeMap<Kind, u64>,
    /// What happened to which column, the most frequent first.
    pub columns: Vec<ColumnAccount>,
}

/// What happened to one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnAccount {
    /// The column.
    pub column: String,
    /// What happened.
    pub kind: Kind,
    /// In how many records.
    pub records: u64,
    /// The shortest and the longest value that was left, in characters, where values were cut.
    pub left: Option<(u64, u64)>,
}

impl Account {
    /// Records that arrived, altered or not.
    #[must_use]
    pub fn arrived(&self) -> u64 {
        self.unaltered + self.form_only + self.altered
    }

    /// Whether the parts add up.
    #[must_use]
    pub fn adds_up(&self) -> bool {
        let arrived = self.arrived();
        self.sent == arrived + self.missing + self.sent_not_comparable
            && self.received == arrived + self.extra + self.repeated + self.received_not_comparable
    }

    /// What the record set adds to the counts of the rule of a kind.
    pub(super) fn counts(&self, kind: Kind) -> Counts {
        let of_sent = |violations: u64, unjudged: bool| {
            let (not_evaluable, aside) = if unjudged {
                (self.sent_not_comparable, 0)
            } else {
                (0, self.sent_not_comparable + self.missing)
            };
            Counts {
                records: self.sent,
                violations,
                not_evaluable,
                not_applicable: aside,
                passed: self.sent.saturating_sub(violations + not_evaluable + aside),
                ..Counts::default()
            }
        };
        let of_received = |violations: u64, unjudged: bool| {
            let (not_evaluable, aside) = if unjudged {
                (self.received_not_comparable, 0)
            } else {
                (0, self.received_not_comparable)
            };
            Counts {
                records: self.received,
                violations,
                not_evaluable,
                not_applicable: aside,
                passed: self.received.saturating_sub(violations + not_evaluable + aside),
                ..Counts::default()
            }
        };
        match kind {
            Kind::Missing => of_sent(self.missing, true),
            Kind::Altered => of_sent(self.altered, false),
            Kind::Extra => of_received(self.extra, true),
            Kind::Repeated => of_received(self.repeated, false),
            kind if kind.is_change() => {
                of_sent(self.changes.get(&kind).copied().unwrap_or(0), false)
            }
            _ => Counts::default(),
        }
    }
}
