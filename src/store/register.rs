//! Fingerprints of findings gathered in any order, and written as a ledger.

use std::fmt;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::budget::{Budget, lock};
use super::ledger::{LedgerAbout, LedgerSection, LedgerStanding, MAGIC, append_about};
use super::sort::{RowSorter, SortedRows};

/// Gathers the fingerprints of a run in bounded memory; what does not fit is put aside, sealed.
pub struct Register {
    memory: u64,
    temp_dir: PathBuf,
    rows: Mutex<RowSorter<ROW>>,
}

/// Bytes of a row: the rule, how the finding stands, its fingerprint.
const ROW: usize = 4 + 1 + 16;
/// Of a rule that could not judge more records than this a ledger does not say which: they would be most of its bytes.
pub const MOST_UNJUDGED: u64 = 100_000;
/// Bytes written at once.
const BUFFER: usize = 1 << 16;

/// The row of a finding.
pub type RegisterRow = [u8; ROW];

/// A ledger that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenLedger {
    /// How many fingerprints of findings it holds.
    pub count: u64,
    /// Its hex BLAKE3 digest.
    pub digest: String,
}

/// The row of a finding of a rule, by its number.
#[must_use]
pub fn register_row(rule: u32, standing: LedgerStanding, print: u128) -> RegisterRow {
    let mut row = [0; ROW];
    row[..4].copy_from_slice(&rule.to_be_bytes());
    row[4] = standing as u8;
    row[5..].copy_from_slice(&print.to_be_bytes());
    row
}

impl Register {
    /// An empty one, of so much memory.
    #[must_use]
    pub fn new(memory: u64, temp_dir: PathBuf) -> Self {
        let rows = Mutex::new(Self::rows(memory, &temp_dir));
        Self { memory, temp_dir, rows }
    }

    fn rows(memory: u64, temp_dir: &Path) -> RowSorter<ROW> {
        RowSorter::new(Arc::new(Budget::new(memory)), temp_dir.to_owned())
    }

    /// Adds findings, from several threads at once if need be.
    ///
    /// # Errors
    /// When memory is spent and the temporary file cannot be written.
    pub fn add(&self, rows: &[RegisterRow]) -> io::Result<()> {
        if rows.is_empty() { Ok(()) } else { lock(&self.rows).push_all(rows) }
    }

    /// Forgets everything.
    pub fn forget(&self) {
        *lock(&self.rows) = Self::rows(self.memory, &self.temp_dir);
    }

    /// Everything that was added, in order.
    ///
    /// # Errors
    /// When a temporary file could not be written, or cannot be read.
    pub fn finish(self) -> io::Result<SortedRegister> {
        let rows = self.rows.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(SortedRegister { rows: rows.finish()? })
    }
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Register").field("memory", &self.memory).finish_non_exhaustive()
    }
}

/// The fingerprints of a run in order.
#[derive(Debug)]
pub struct SortedRegister {
    rows: SortedRows<ROW>,
}

impl SortedRegister {
    /// Writes the ledger of rules, each with how many records it could not judge. Every rule has its lists in it, empty ones
    /// too: what was judged and clean is known as well.
    ///
    /// # Errors
    /// Whatever keeps it from being written, or temporary files from being read.
    pub fn write(
        self,
        rules: &[(&str, u64)],
        site_key_name: &str,
        to: &mut dyn Write,
    ) -> io::Result<WrittenLedger> {
        let mut sections: Vec<LedgerSection> = rules
            .iter()
            .flat_map(|(rule, _)| {
                LedgerStanding::ALL.map(|standing| LedgerSection {
                    rule: (*rule).to_owned(),
                    standing,
                    count: 0,
                })
            })
            .collect();
        let mut hasher = blake3::Hasher::new();
        let mut buffer = MAGIC.to_vec();
        let mut count = 0;
        let mut flush = |buffer: &mut Vec<u8>| {
            hasher.update(buffer);
            to.write_all(buffer)?;
            buffer.clear();
            io::Result::Ok(())
        };
        for row in self.rows {
            let row = row?;
            let (rule, rest) = row.split_at(4);
            let rule = rule.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte));
            let place = rule * LedgerStanding::ALL.len() + usize::from(rest[0]);
            let section = sections.get_mut(place).ok_or(io::ErrorKind::InvalidData)?;
            if section.standing == LedgerStanding::Unjudged {
                if rules.get(rule).is_some_and(|(_, unjudged)| *unjudged > MOST_UNJUDGED) {
                    continue;
                }
            } else {
                count += 1;
            }
            section.count += 1;
            buffer.extend(&rest[1..]);
            if buffer.len() >= BUFFER {
                flush(&mut buffer)?;
            }
        }
        let about = LedgerAbout { site_key_name: site_key_name.to_owned(), sections };
        append_about(&mut buffer, &about)?;
        flush(&mut buffer)?;
        Ok(WrittenLedger { count, digest: hasher.finalize().to_hex().to_string() })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MOST_UNJUDGED, Register, register_row};
    use crate::store::ledger::{Ledger, LedgerError, LedgerStanding};

    const RULES: [&str; 3] = ["a/one", "b/two", "c/three"];
    /// The last could not judge too many records to say which.
    const UNJUDGED: [u64; 3] = [7, MOST_UNJUDGED, MOST_UNJUDGED + 1];

    /// Whether a print of a rule stands in the ledger.
    fn is_kept(rule: usize, standing: LedgerStanding) -> bool {
        standing != LedgerStanding::Unjudged || rule != 2
    }

    fn written(prints: &[(u32, LedgerStanding, u128)], memory: u64) -> (Vec<u8>, u64, String) {
        let register = Register::new(memory, std::env::temp_dir());
        for (rule, standing, print) in prints {
            register.add(&[register_row(*rule, *standing, *print)]).unwrap();
        }
        let mut bytes = Vec::new();
        let rules: Vec<(&str, u64)> = RULES.into_iter().zip(UNJUDGED).collect();
        let written = register.finish().unwrap().write(&rules, "key", &mut bytes).unwrap();
        (bytes, written.count, written.digest)
    }

    fn opened(bytes: &[u8]) -> Result<Ledger, LedgerError> {
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, bytes).unwrap();
        Ledger::open(file)
    }

    fn standing() -> impl Strategy<Value = LedgerStanding> {
        prop_oneof![
            Just(LedgerStanding::Open),
            Just(LedgerStanding::Waived),
            Just(LedgerStanding::Unjudged)
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(60))]

        /// Small numbers, so that repeats and near misses are many.
        #[test]
        fn what_was_written_is_found_and_nothing_else(
            prints in prop::collection::vec((0..3_u32, standing(), 0..400_u128), 0..900),
            memory in prop_oneof![Just(0_u64), Just(1 << 20)],
            asked in prop::collection::vec((0..3_usize, standing(), 0..420_u128), 0..200),
        ) {
            let (bytes, count, digest) = written(&prints, memory);
            let findings = prints.iter().filter(|of| of.1 != LedgerStanding::Unjudged);
            prop_assert_eq!(count, findings.count() as u64);
            let hash = blake3::hash(&bytes).to_hex();
            prop_assert_eq!(digest.as_str(), hash.as_str());
            let ledger = opened(&bytes).unwrap();
            prop_assert_eq!(ledger.digest(), digest);
            let of = |rule: usize, standing: LedgerStanding| {
                let wanted = move |of: &&(u32, LedgerStanding, u128)| {
                    of.0 as usize == rule && of.1 == standing && is_kept(rule, standing)
                };
                let mut all: Vec<u128> = prints.iter().filter(wanted).map(|of| of.2).collect();
                all.sort_unstable();
                all
            };
            for (rule, standing, print) in &asked {
                let section = ledger.section(RULES[*rule], *standing).unwrap();
                let found = ledger.find(section, *print);
                prop_assert_eq!(found.is_some(), of(*rule, *standing).contains(print));
                if let Some(place) = found {
                    ledger.see(place);
                }
            }
            for (rule, name) in RULES.into_iter().enumerate() {
                for standing in LedgerStanding::ALL {
                    let section = ledger.section(name, standing).unwrap();
                    let entries: Vec<u128> = ledger.entries(section).map(Result::unwrap).collect();
                    prop_assert_eq!(&entries, &of(rule, standing));
                    let wanted = asked.iter().filter(|of| of.0 == rule && of.1 == standing);
                    let wanted: Vec<u128> = wanted.map(|of| of.2).collect();
                    let seen = entries.iter().filter(|print| wanted.contains(print)).count();
                    let tally = ledger.tally(section);
                    prop_assert_eq!((tally.count, tally.seen), (entries.len() as u64, seen as u64));
                }
            }
            ledger.forget();
            prop_assert_eq!(ledger.tally(0).seen, 0);
        }

        #[test]
        fn no_damage_panics(
            prints in prop::collection::vec((0..3_u32, standing(), 0..400_u128), 0..100),
            cut in 0..5_000_usize,
            flip in 0..5_000_usize,
        ) {
            let (mut bytes, ..) = written(&prints, 1 << 20);
            bytes.truncate(cut.max(1));
            let at = flip % bytes.len();
            bytes[at] ^= 0x41;
            if let Ok(ledger) = opened(&bytes) {
                let sections = ledger.about().sections.len();
                (0..sections).for_each(|section| assert!(ledger.find(section, 7).is_none_or(|_| true)));
            }
        }
    }

    #[test]
    fn what_is_no_ledger_is_refused() {
        let (bytes, ..) = written(&[(0, LedgerStanding::Open, 2), (0, LedgerStanding::Open, 3)], 0);
        assert!(opened(&bytes).is_ok());
        assert!(matches!(opened(b""), Err(LedgerError::Form)));
        assert!(matches!(opened(b"patient_id,mrn\n4711,M-1\n0,0,0,0\n"), Err(LedgerError::Form)));
        assert!(matches!(opened(&bytes[..bytes.len() - 1]), Err(LedgerError::Form)));
        let mut turned = bytes.clone();
        let start = super::MAGIC.len();
        turned[start + 15] = 9;
        assert!(matches!(opened(&turned), Err(LedgerError::Order)));
    }
}
