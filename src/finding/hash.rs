//! Keyed hashes: how keys are told apart and found again without being shown.

use std::hash::{BuildHasher as _, RandomState};

use crate::finding::SiteKey;

/// Hashes values under a key that stays with the site, or that lives for one run.
///
/// An unkeyed hash of a record number is no protection: all of them can be tried in seconds.
#[derive(Clone)]
pub struct KeyedHash {
    /// The BLAKE3 key.
    key: SiteKey,
    /// Whether the key outlives the run.
    scope: Scope,
}

/// How long a key lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// As long as the site keeps it.
    Site,
    /// One run.
    Run,
}

/// Keeps tags and fingerprints apart: equal input under equal keys must not give equal hashes.
const TAG: &[u8] = b"chartaudit tag 1";
const FINGERPRINT: &[u8] = b"chartaudit fingerprint 1";
const WHOLE: &[u8] = b"chartaudit fingerprint of a whole 1";
const PLACE: &[u8] = b"chartaudit fingerprint of a place 1";

impl KeyedHash {
    /// Hashes under the site's key: tags and fingerprints are the same in every run.
    #[must_use]
    pub fn with_site_key(key: SiteKey) -> Self {
        Self { key, scope: Scope::Site }
    }

    /// Hashes under a key that nobody knows and that is forgotten after the run.
    #[must_use]
    pub fn for_this_run() -> Self {
        let random = RandomState::new();
        let mut seed = [0; 32];
        for (part, chunk) in (0_u64..).zip(seed.chunks_exact_mut(8)) {
            chunk.copy_from_slice(&random.hash_one(part).to_le_bytes());
        }
        Self { key: SiteKey::new(seed), scope: Scope::Run }
    }

    /// Whether the key is the site's.
    #[must_use]
    pub fn has_site_key(&self) -> bool {
        self.scope == Scope::Site
    }

    /// The hash of a key value, 0 for a missing one; equal values have equal hashes in whatever field they stand.
    #[must_use]
    pub fn tag(&self, value: &[u8]) -> u128 {
        if value.is_empty() {
            return 0;
        }
        let mut hasher = self.hasher(TAG);
        feed(&mut hasher, value);
        first_half(&hasher).max(1)
    }

    /// The identity of a finding about a record with a key: 32 hex digits, the same in every run.
    ///
    /// `None` without a site key. A missing key field is empty.
    #[must_use]
    pub fn fingerprint(&self, rule: &str, record_set: &str, key: &[&[u8]]) -> Option<String> {
        self.identity(rule, record_set, key).map(fingerprint_text)
    }

    /// The number that a fingerprint is.
    #[must_use]
    pub fn identity(&self, rule: &str, record_set: &str, key: &[&[u8]]) -> Option<u128> {
        self.has_site_key().then(|| {
            let mut hasher = self.hasher(FINGERPRINT);
            feed(&mut hasher, rule.as_bytes());
            feed(&mut hasher, record_set.as_bytes());
            for field in key {
                feed(&mut hasher, field);
            }
            first_half(&hasher)
        })
    }

    /// The identity of a finding about something that is no record, such as a group or a column, by what names it:
    /// never that of a record, whatever its key.
    #[must_use]
    pub fn identity_of_whole(&self, rule: &str, record_set: &str, parts: &[&[u8]]) -> Option<u128> {
        self.has_site_key().then(|| {
            let mut hasher = self.hasher(WHOLE);
            for part in [rule.as_bytes(), record_set.as_bytes()].iter().chain(parts) {
                feed(&mut hasher, part);
            }
            first_half(&hasher)
        })
    }

    /// The identity of a finding about a record without a key: its file, and after `#` its number among the
    /// findings of the rule there, from 1. Baselines refuse it, because the next export may hold another record
    /// at this place.
    #[must_use]
    pub fn fingerprint_of_place(
        &self,
        rule: &str,
        record_set: &str,
        file: &str,
        occurrence: u64,
    ) -> Option<String> {
        self.has_site_key().then(|| {
            let mut hasher = self.hasher(PLACE);
            for part in [rule, record_set, file] {
                feed(&mut hasher, part.as_bytes());
            }
            format!("{:032x}#{occurrence}", first_half(&hasher))
        })
    }

    /// A hasher for one use of the key.
    fn hasher(&self, purpose: &[u8]) -> blake3::Hasher {
        let mut hasher = blake3::Hasher::new_keyed(&self.key.bytes());
        feed(&mut hasher, purpose);
        hasher
    }
}

impl std::fmt::Debug for KeyedHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeyedHash").field("scope", &self.scope).finish_non_exhaustive()
    }
}

/// Adds a part with its length before it, so that `ab, c` and `a, bc` differ.
pub(super) fn feed(hasher: &mut blake3::Hasher, part: &[u8]) {
    let length = u64::try_from(part.len()).unwrap_or(u64::MAX);
    hasher.update(&length.to_le_bytes());
    hasher.update(part);
}

/// The first 128 bits of the hash.
pub(super) fn first_half(hasher: &blake3::Hasher) -> u128 {
    let mut half = [0; 16];
    hasher.finalize_xof().fill(&mut half);
    u128::from_be_bytes(half)
}

/// A fingerprint as reports show it: 32 hex digits.
#[must_use]
pub fn fingerprint_text(identity: u128) -> String {
    format!("{identity:032x}")
}

/// Digits and letters of base 32 without those that are taken for others: i, l, o and u.
const LETTERS: [char; 32] = [
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'j',
    'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'v', 'w', 'x', 'y', 'z',
];

/// A keyed hash as eight letters that can be read out over the telephone: `kq7d-2fhm`.
#[must_use]
pub fn tag_text(hash: u128) -> String {
    let mut text = String::with_capacity(9);
    for place in 0..8_u32 {
        if place == 4 {
            text.push('-');
        }
        let digit = (hash >> (123 - 5 * place)) & 31;
        text.push(
            usize::try_from(digit)
                .ok()
                .and_then(|digit| LETTERS.get(digit))
                .copied()
                .unwrap_or('0'),
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop, proptest};

    use super::{KeyedHash, LETTERS, tag_text};
    use crate::finding::SiteKey;

    fn site() -> KeyedHash {
        KeyedHash::with_site_key(SiteKey::new([7; 32]))
    }

    #[test]
    fn tags_are_eight_letters() {
        check(0, "0000-0000");
        check(u128::MAX, "zzzz-zzzz");
        check(1 << 123, "1000-0000");
        check(31 << 88, "0000-000z");
        check(u128::MAX >> 40, "0000-0000");
    }

    #[track_caller]
    fn check(hash: u128, expected: &str) {
        assert_eq!(tag_text(hash), expected);
    }

    #[test]
    fn letters_are_not_taken_for_others() {
        let mut sorted = LETTERS;
        sorted.sort_unstable();
        assert_eq!(sorted, LETTERS, "sorted and so without repeats");
        assert!(sorted.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(!LETTERS.iter().any(|letter| "ilou".contains(*letter)));
    }

    #[test]
    fn hashes_depend_on_the_key_and_the_use() {
        let other = KeyedHash::with_site_key(SiteKey::new([8; 32]));
        assert_eq!(site().tag(b"4711"), site().tag(b"4711"));
        assert_ne!(site().tag(b"4711"), other.tag(b"4711"));
        assert_ne!(site().tag(b"4711"), site().tag(b"4712"));
        assert_eq!(site().tag(b""), 0);
        let fingerprint = |hash: &KeyedHash| hash.fingerprint("a/b", "patients", &[b"4711"]);
        assert_eq!(fingerprint(&site()), fingerprint(&site()));
        assert_ne!(fingerprint(&site()), fingerprint(&other));
        assert_eq!(fingerprint(&site()).map(|text| text.len()), Some(32));
    }

    #[test]
    fn a_run_has_no_fingerprints_and_a_key_of_its_own() {
        let run = KeyedHash::for_this_run();
        assert_eq!(run.fingerprint("a/b", "patients", &[b"4711"]), None);
        assert_eq!(run.fingerprint_of_place("a/b", "patients", "p.csv", 1), None);
        assert!(!run.has_site_key() && site().has_site_key());
        assert_ne!(run.tag(b"4711"), KeyedHash::for_this_run().tag(b"4711"));
        assert_eq!(run.tag(b"4711"), run.clone().tag(b"4711"));
    }

    #[test]
    fn records_without_a_key_are_numbered() {
        let of = |occurrence| site().fingerprint_of_place("a/b", "notes", "n.csv", occurrence);
        let (first, second) = (of(1).unwrap(), of(2).unwrap());
        assert_eq!(first.strip_suffix("#1"), second.strip_suffix("#2"));
    }

    #[test]
    fn the_key_is_not_shown() {
        assert_eq!(format!("{:?}", site()), "KeyedHash { scope: Site, .. }");
    }

    proptest! {
        #[test]
        fn fields_do_not_run_together(a in "[ab]{0,3}", b in "[ab]{0,3}", c in "[ab]{0,3}", d in "[ab]{0,3}") {
            let of = |one: &str, two: &str| {
                site().fingerprint("r/r", "s", &[one.as_bytes(), two.as_bytes()])
            };
            assert_eq!(of(&a, &b) == of(&c, &d), a == c && b == d);
        }

        #[test]
        fn only_missing_values_have_no_tag(value in prop::collection::vec(0_u8.., 0..40)) {
            assert_eq!(site().tag(&value) == 0, value.is_empty());
        }
    }
}
