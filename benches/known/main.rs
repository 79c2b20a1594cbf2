//! How fast known identifiers are looked up in notes, beside a `RegexSet` that knows none of them.
//!
//! `cargo run --release --example bench-known [PATIENTS [MEBIBYTES]]`: notes of a record system, plain and full of numbers,
//! against the keys of so many patients (7,500 unless said, which makes about 50,000 keys) in so much memory (64 MiB), in
//! megabytes a second of one core.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement")]
#![expect(clippy::expect_used, reason = "a measurement that cannot be set up must fail")]

#[path = "../clock.rs"]
mod clock;
#[path = "../corpus.rs"]
mod corpus;

use std::hint::black_box;
use std::sync::Arc;

use chartaudit::detect::known::{
    Attribute, Birth, Known, KnownKind, Owner, Person, Pseudonyms, Reach, Roster, WordSieve, forms,
    search,
};
use chartaudit::store::{Budget, Filter, Gathered, KeyHasher, Rows};

use self::clock::Clock;
use self::corpus::corpus;

/// Bytes of text a measurement walks over.
const BYTES: usize = 60_000_000;

/// Names of nobody.
const PARTS: [&str; 16] = [
    "zo", "qua", "vri", "ko", "xe", "lum", "tav", "gri", "bel", "nor", "ske", "dia", "fru", "omi",
    "pel", "wys",
];

fn name(number: usize) -> String {
    let part = |at: usize| PARTS[(number >> (4 * at)) & 15];
    let mut name = [part(0), part(1), part(2), part(3), part(4)].concat();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

/// What is known of a patient, handed to a function.
fn patient(number: usize, take: &mut dyn FnMut(&Person<'_>)) {
    let spread = number.wrapping_mul(2_654_435_761) % 100_000_000;
    let (first, last) = (name(number), name(spread));
    let (mrn, ssn) = (format!("RG{spread:08}"), format!("9{:08}", spread));
    let phone = format!("617{:07}", spread % 10_000_000);
    let (mail, street) =
        (format!("p{number}@example.com"), format!("{} {last} Street", number % 9999));
    let member = format!("H{spread:09}");
    take(&Person {
        values: &[
            (Attribute::FirstName, first.as_bytes()),
            (Attribute::LastName, last.as_bytes()),
            (Attribute::Code(KnownKind::Mrn), mrn.as_bytes()),
            (Attribute::Code(KnownKind::Ssn), ssn.as_bytes()),
            (Attribute::Code(KnownKind::Phone), phone.as_bytes()),
            (Attribute::Code(KnownKind::Email), mail.as_bytes()),
            (Attribute::Code(KnownKind::HealthPlan), member.as_bytes()),
            (Attribute::Address, street.as_bytes()),
        ],
        birth: Some(Birth { year: 1957, month: 3, day: 4 }),
    });
}

/// Everybody's keys as the engine keeps them: a filter, and a lookup or a spilled store behind it.
struct List<'l> {
    hasher: &'l KeyHasher,
    rows: &'l Gathered,
    filter: &'l Filter,
    words: &'l WordSieve,
    own: Own,
    asked: usize,
    passed: usize,
}

/// What belongs to the patient of the note.
#[derive(Clone, Default)]
struct Own {
    /// Sorted.
    keys: Vec<(u128, KnownKind)>,
    /// A bit for each, by its last byte, as in the engine.
    sieve: [u64; 4],
}

impl Own {
    #[inline]
    fn kind(&self, key: u128) -> Option<KnownKind> {
        let (word, bit) = Self::place(key);
        if self.sieve[word] & bit == 0 {
            return None;
        }
        let at = self.keys.binary_search_by_key(&key, |(known, _)| *known).ok()?;
        self.keys.get(at).map(|(_, kind)| *kind)
    }

    fn place(key: u128) -> (usize, u64) {
        let [last, ..] = key.to_le_bytes();
        (usize::from(last >> 6), 1 << (last & 63))
    }
}

impl Roster for List<'_> {
    fn find(&mut self, key: &[u8], reach: Reach) -> Option<Known> {
        let print = self.hasher.text(key);
        let known = |kind, owner| Known { kind, owner, persons: 1, crowded: false, mark: 0 };
        if let Some(kind) = self.own.kind(print) {
            return Some(known(kind, Owner::Own));
        }
        if reach == Reach::Own {
            return None;
        }
        self.asked += 1;
        if !self.filter.may_have(print) {
            return None;
        }
        self.passed += 1;
        let Gathered::Memory(lookup) = self.rows else { return None };
        (!lookup.find(print).is_empty()).then(|| known(KnownKind::Name, Owner::Patient))
    }

    fn has_own(&self) -> bool {
        true
    }

    fn words(&self) -> &WordSieve {
        self.words
    }

    fn has_places(&self, places: usize) -> bool {
        matches!(places, 9 | 10)
    }

    fn has_digests(&self) -> bool {
        false
    }
}

fn main() {
    let patients: usize =
        std::env::args().nth(1).and_then(|count| count.parse().ok()).unwrap_or(7_500);
    let memory: u64 =
        std::env::args().nth(2).and_then(|bytes| bytes.parse().ok()).unwrap_or(64) << 20;
    let hasher = KeyHasher::new([1, 2, 3, 4]);
    let budget = Arc::new(Budget::new(memory));
    let rows = Rows::new(20, Arc::clone(&budget), std::env::temp_dir());
    let words = WordSieve::new();
    let clock = Clock::start();
    let (mut keys, mut bytes, mut count) = (Vec::new(), Vec::new(), 0_usize);
    for number in 0..patients {
        patient(number, &mut |person| {
            forms(person, Pseudonyms::Unsought, &mut |form| {
                words.add(&form);
                if form.reach == Reach::Everybody {
                    keys.push(hasher.text(form.key));
                    bytes.extend_from_slice(&[0; 20]);
                }
            });
        });
        if keys.len() > 60_000 || number + 1 == patients {
            count += keys.len();
            rows.add(&keys, &bytes).expect("the store takes keys");
            keys.clear();
            bytes.clear();
        }
    }
    let rows = rows.finish().expect("the store can be read");
    let filter = Filter::of(&rows, &budget, &mut |_, _| {}).expect("the store can be read");
    let place = if matches!(rows, Gathered::Memory(_)) { "in memory" } else { "put aside" };
    println!(
        "{patients} patients, {count} keys {place}, {} MiB budget, filter {} KiB, made in {:.1} s",
        memory >> 20,
        filter.bytes() >> 10,
        clock.seconds()
    );
    let mut own = Own::default();
    patient(17, &mut |person| {
        forms(person, Pseudonyms::Unsought, &mut |form| {
            let key = hasher.text(form.key);
            let (word, bit) = Own::place(key);
            own.sieve[word] |= bit;
            own.keys.push((key, form.kind));
        });
    });
    own.keys.sort_unstable_by_key(|(key, _)| *key);
    let plain = "Patient presents with persistent cough and mild fever, denies chest pain or shortness of breath. \
                 Lungs are clear to auscultation bilaterally; no wheezes. Plan: supportive care, follow up as needed. ";
    let busy = "Seen 2019-03-04 for follow up. BP 120/80, HR 72, temp 37.2, weight 81.5 kg. Amoxicillin 500 mg tid for 10 \
                days, recheck in 2 weeks. Call 212-555-0134 with questions about the dose. Accession 20214471, Dr. Foley. ";
    let planted = {
        let mut text = String::new();
        for number in 0..50 {
            text.push_str(plain);
            text.push_str(&format!(
                "{} {} was seen, MRN RG{:08}. ",
                name(number),
                name(number),
                number
            ));
            text.push_str(busy);
        }
        text
    };
    let set = regex::bytes::RegexSet::new([
        r"\b\d{3}[- .]\d{2}[- .]\d{4}\b",
        r"\b\(?[2-9]\d{2}\)?[- .]\d{3}[- .]\d{4}\b",
        r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z.]{2,}",
        r"\bRG\d{8}\b",
        r"\b[A-Z][a-z]+ [A-Z][a-z]+\b",
        r"\b\d{1,2}/\d{1,2}/\d{2,4}\b",
    ])
    .expect("the patterns are sound");
    let shouted = busy.to_uppercase();
    let notes = corpus("notes.txt").expect("the notes are there");
    for (title, note) in [
        ("plain", plain),
        ("notes", &notes),
        ("busy", busy),
        ("planted", &planted),
        ("capitals", &shouted),
    ] {
        let text = note.repeat(8_000 / note.len() + 1);
        let rounds = BYTES / text.len();
        let megabytes = (rounds * text.len()) as f64 / 1e6;
        let mut list = List {
            hasher: &hasher,
            rows: &rows,
            filter: &filter,
            words: &words,
            own: own.clone(),
            asked: 0,
            passed: 0,
        };
        let mut sightings = Vec::new();
        let clock = Clock::start();
        for _ in 0..rounds {
            sightings.clear();
            search(text.as_bytes(), &mut list, &mut sightings);
        }
        let rate = megabytes / clock.seconds();
        let clock = Clock::start();
        for _ in 0..rounds / 8 {
            black_box(set.matches(text.as_bytes()));
        }
        let baseline = megabytes / 8.0 / clock.seconds();
        println!(
            "{title:9} {rate:5.0} MB/s, {} found a text; {:.1} % of {:.0} keys a kB pass the filter; RegexSet of six {baseline:4.0} MB/s",
            sightings.len(),
            100.0 * list.passed as f64 / list.asked.max(1) as f64,
            list.asked as f64 / (megabytes * 1000.0),
        );
    }
}
