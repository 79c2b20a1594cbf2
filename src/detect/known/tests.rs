//! Known identifiers found in texts, and texts in which nothing is found.

use std::collections::HashMap;

use proptest::prelude::*;

use super::{
    Attribute, Birth, DigestKinds, Known, KnownKind, Named, Owner, Person, Pseudonyms, Reach,
    Roster, Sighting, WordSieve, best, forms, search,
};
use crate::detect::Tier;

/// Keys in clear, for tests alone: whose each is.
#[derive(Default)]
struct List {
    own: HashMap<Vec<u8>, KnownKind>,
    others: HashMap<Vec<u8>, Known>,
    words: WordSieve,
    places: u64,
    crowded: bool,
}

impl List {
    fn add(&mut self, person: &Person<'_>, owner: Owner) {
        forms(person, Pseudonyms::Sought(DigestKinds::ALL), &mut |form| {
            self.places |= 1 << form.places;
            self.words.add(&form);
            let key = form.key.to_vec();
            if owner == Owner::Own {
                let kind = self.own.entry(key).or_insert(form.kind);
                *kind = form.kind.min(*kind);
            } else if form.reach == Reach::Everybody {
                let known =
                    Known { kind: form.kind, owner, persons: 0, crowded: self.crowded, mark: 0 };
                let known = self.others.entry(key).or_insert(known);
                known.persons += 1;
                known.owner = known.owner.min(owner);
            }
        });
    }
}

impl Roster for List {
    fn find(&mut self, key: &[u8], reach: Reach) -> Option<Known> {
        if let Some(&kind) = self.own.get(key) {
            return Some(Known { kind, owner: Owner::Own, persons: 1, crowded: false, mark: 0 });
        }
        if reach == Reach::Own { None } else { self.others.get(key).copied() }
    }

    fn has_own(&self) -> bool {
        !self.own.is_empty()
    }

    fn words(&self) -> &WordSieve {
        &self.words
    }

    fn has_places(&self, places: usize) -> bool {
        self.places >> places & 1 == 1
    }

    fn has_digests(&self) -> bool {
        true
    }
}

/// The patient of the record.
const OWN: &[(Attribute, &[u8])] = &[
    (Attribute::FirstName, b"Zo\xc3\xab Mary"),
    (Attribute::LastName, b"O'Hara-Quint"),
    (Attribute::Code(KnownKind::Mrn), b"RG0041234"),
    (Attribute::Code(KnownKind::Ssn), b"900-12-3456"),
    (Attribute::Code(KnownKind::Phone), b"(617) 555-0143"),
    (Attribute::Code(KnownKind::Email), b"zoe@example.com"),
    (Attribute::Code(KnownKind::Mbi), b"1EG4TE5MK73"),
    (Attribute::Code(KnownKind::HealthPlan), b"77412"),
    (Attribute::Address, b"1045 West Elm Street, Apt 4"),
];
/// Another one.
const OTHER: &[(Attribute, &[u8])] = &[
    (Attribute::FullName, b"van der Bell, Anton K."),
    (Attribute::Code(KnownKind::Mrn), b"4471902"),
    (Attribute::Code(KnownKind::Ssn), b"987654321"),
    (Attribute::Code(KnownKind::Phone), b"+1 617 555 0199"),
    (Attribute::Code(KnownKind::Email), b"a.bell@example.org"),
    (Attribute::Address, b"12 Old Mill Rd"),
];
const STAFF: &[(Attribute, &[u8])] =
    &[(Attribute::FirstName, b"Ines"), (Attribute::LastName, b"Lindqvist")];

fn list() -> List {
    let mut list = List::default();
    let born = Birth { year: 1957, month: 3, day: 4 };
    list.add(&Person { values: OWN, birth: Some(born) }, Owner::Own);
    list.add(&Person { values: OTHER, birth: None }, Owner::Patient);
    list.add(&Person { values: STAFF, birth: None }, Owner::Staff);
    list
}

fn found(list: &mut List, text: &str) -> Vec<Sighting> {
    let mut sightings = Vec::new();
    search(text.as_bytes(), list, &mut sightings);
    best(&mut sightings);
    sightings
}

/// Owner, tier, kind and text of each finding.
#[track_caller]
fn check(text: &str, expected: &str) {
    check_in(&mut list(), text, expected);
}

#[track_caller]
fn check_in(list: &mut List, text: &str, expected: &str) {
    let show = |of: &Sighting| {
        let owner = match of.known.owner {
            Owner::Own => "own",
            Owner::Staff => "staff",
            Owner::Patient => "other",
        };
        let span = text.get(of.start as usize..of.end as usize).expect("whole characters");
        format!("{owner} {} {} {span}", of.tier.letter(), of.known.kind.name())
    };
    let got: Vec<String> = found(list, text).iter().map(show).collect();
    assert_eq!(got.join("; "), expected, "in {text:?}");
}

#[test]
fn own_names() {
    check("Zoë O'Hara-Quint was seen.", "own A name Zoë O'Hara-Quint");
    check("ZOE O’HARA-QUINT was seen.", "own A name ZOE O’HARA-QUINT");
    check("O'HARA-QUINT, ZOE M", "own A name O'HARA-QUINT, ZOE");
    check("O'Hara-Quint,Zoe", "own A name O'Hara-Quint,Zoe");
    check("OHARA^MARY", "own A name OHARA^MARY");
    check("Zoe M. Quint", "own A name Zoe M. Quint");
    check("Quint Zoe", "own A name Quint Zoe");
    check("seen with\nZoe\nQuint", "own A name Zoe\nQuint");
    check("Quint, Z. and Z. Quint", "own B name Quint, Z; own B name Z. Quint");
    check("Mrs. Quint feels better", "own B name Quint");
    check("Quint's mother", "own B name Quint");
    check("Mary slept well", "own B name Mary");
    check("Dr. Quint and Nurse Mary", "");
    check("Quint syndrome", "own C name Quint");
    check("quint", "");
}

#[test]
fn ordinary_words_need_a_title() {
    let bell: &[(Attribute, &[u8])] =
        &[(Attribute::FirstName, b"Grace"), (Attribute::LastName, b"Bell")];
    let mut list = List::default();
    list.add(&Person { values: bell, birth: None }, Owner::Own);
    check_in(&mut list, "Bell's palsy on the left", "");
    check_in(&mut list, "Dx: Bell palsy", "");
    check_in(&mut list, "Ms. Bell is well", "own B name Bell");
    check_in(&mut list, "today Bell is well", "own C name Bell");
    check_in(&mut list, "Grace Bell is well", "own A name Grace Bell");
}

#[test]
fn names_of_others() {
    check("as for Anton van der Bell", "other A name Anton van der Bell");
    check("as for BELL, ANTON", "other A name BELL, ANTON");
    check("as for Bell Anton", "other A name Bell Anton");
    check("son Anton Bell", "other A name Anton Bell");
    for (text, named) in [
        ("son Anton Bell", Named::Related),
        ("her neighbour, Anton Bell", Named::Related),
        ("as for Anton Bell", Named::Plainly),
    ] {
        assert_eq!(found(&mut list(), text).first().map(|of| of.named), Some(named), "{text}");
    }
    check("Dr. Anton Bell", "");
    check("Anton Bell, MD", "");
    check("Anton said Bell", "");
    check("Bell, A.", "");
    check("signed Ines Lindqvist", "staff A name Ines Lindqvist");
}

#[test]
fn numbers() {
    check("MRN RG0041234.", "own A mrn RG0041234");
    check("rg-0041234 rg0041234 RG-0041234", "own A mrn rg0041234; own A mrn RG-0041234");
    check("SSN 900-12-3456", "own A ssn 900-12-3456");
    check("900123456", "own A ssn 900123456");
    check("900 12 3456", "own A ssn 900 12 3456");
    check("call (617) 555-0143", "own A phone 617) 555-0143");
    check("call +1-617-555-0143", "own A phone 617-555-0143");
    check("call 617.555.0143", "own A phone 617.555.0143");
    check("card 1EG4-TE5-MK73", "own A mbi 1EG4-TE5-MK73");
    check("MRN 4471902", "other A mrn 4471902");
    check("see 4471902", "other B mrn 4471902");
    check("accession 4471902", "other C mrn 4471902");
    check("on 6175550199", "other B phone 6175550199");
    check("6175550199", "other C phone 6175550199");
    check("987-65-4321", "other A ssn 987-65-4321");
    check("member id 77412", "own B member-id 77412");
    check("wbc 77412", "");
    for near in
        ["4471902.5", "0.4471902", "44719020", "4471902-3", "4471902%", "$4471902", "4471902/2"]
    {
        check(near, "");
    }
}

#[test]
fn crowded_numbers_need_a_label() {
    let mut crowded = List { crowded: true, ..List::default() };
    crowded.add(&Person { values: OTHER, birth: None }, Owner::Patient);
    check_in(&mut crowded, "see 4471902", "other C mrn 4471902");
    check_in(&mut crowded, "MRN 4471902", "other A mrn 4471902");
    check_in(&mut crowded, "987-65-4321", "other A ssn 987-65-4321");
}

#[test]
fn mail_and_streets() {
    check("<Zoe@Example.com>.", "own A email Zoe@Example.com");
    check("a.bell@example.org.", "other A email a.bell@example.org");
    check("lives at 1045 W. Elm St.", "own A address 1045 W. Elm St");
    check("1045 Elm Street Apt 4", "own A address 1045 Elm Street");
    check("12 Old Mill Road", "other B address 12 Old Mill");
    check("12 Old Men", "");
}

#[test]
fn days_of_birth() {
    for date in [
        "03/04/1957",
        "3/4/1957",
        "4.3.1957",
        "1957-03-04",
        "19570304",
        "3/4/57",
        "March 4, 1957",
        "Mar 4th 1957",
        "4 March 1957",
        "4th of March 1957",
        "04-MAR-1957",
    ] {
        check(&format!("seen {date} and"), &format!("own B birth-date {date}"));
    }
    check("DOB: 03/04/1957", "own A birth-date 03/04/1957");
    for other in ["03/05/1957", "1957-03-041", "103/04/1957", "March 14, 1957", "3/4", "4 March"] {
        check(other, "");
    }
}

#[test]
fn pseudonyms() {
    use sha2::Digest as _;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let md5 = hex(&md5::Md5::digest(b"RG0041234"));
    check(&md5, &format!("own A pseudonym {md5}"));
    let upper = hex(&sha2::Sha256::digest(b"900123456")).to_uppercase();
    check(&upper, &format!("own A pseudonym {upper}"));
    let other = hex(&sha1::Sha1::digest(b"987-65-4321"));
    check(&other, &format!("other A pseudonym {other}"));
    check("ZO19570304", "own B pseudonym ZO19570304");
    // A digest under a key is that of no identifier.
    let keyed = hex(&sha2::Sha256::digest(b"a secret of the site RG0041234"));
    check(&keyed, "");
}

#[test]
fn numbers_that_nobody_has_are_no_forms() {
    for filler in ["0000000", "999-99-9999", "123456789", "1234567890", "000-00-0000", "N/A", "123"]
    {
        let values: &[(Attribute, &[u8])] = &[(Attribute::Code(KnownKind::Ssn), filler.as_bytes())];
        let mut count = 0;
        forms(&Person { values, birth: None }, Pseudonyms::Unsought, &mut |_| count += 1);
        assert_eq!(count, 0, "{filler}");
    }
}

#[test]
fn the_more_certain_of_two_that_overlap_is_kept() {
    let known =
        Known { kind: KnownKind::Mrn, owner: Owner::Own, persons: 1, crowded: false, mark: 0 };
    let of = |start, end, tier| Sighting { start, end, tier, named: Named::Plainly, known };
    let mut all = vec![of(0, 9, Tier::B), of(0, 4, Tier::A), of(4, 9, Tier::B), of(9, 12, Tier::A)];
    best(&mut all);
    let spans: Vec<(u32, u32)> = all.iter().map(|of| (of.start, of.end)).collect();
    assert_eq!(spans, [(0, 4), (4, 9), (9, 12)]);
}

proptest! {
    #[test]
    fn any_bytes(text in prop::collection::vec(any::<u8>(), 0..300)) {
        check_sound(&text);
    }

    #[test]
    fn any_pieces(pieces in prop::collection::vec(prop::sample::select(vec![
        "900", "12", "3456", "617", "555", "0143", "RG", "0041234", "-", ".", "/", " ", "(", ")", "+", "@", ",", "\n",
        "Zoe", "zo\u{eb}", "O'Hara", "Quint", "van", "der", "Bell", "Anton", "Dr", "MD", "March", "4", "1957", "th", "\u{2019}",
        "example", "com", "Elm", "St", "1045", "\u{e9}", "\u{a0}", "'s",
    ]), 0..50)) {
        check_sound(pieces.concat().as_bytes());
    }
}

/// Spans lie in the text, in order; the keys that are asked for do not depend on the answers; and no word that the
/// sieve holds back would have been found.
fn check_sound(text: &[u8]) {
    struct Asked<'l> {
        list: &'l mut List,
        words: &'l WordSieve,
        keys: Vec<Vec<u8>>,
        answers: bool,
    }
    impl Roster for Asked<'_> {
        fn find(&mut self, key: &[u8], reach: Reach) -> Option<Known> {
            if reach == Reach::Everybody {
                self.keys.push(key.to_vec());
            }
            self.list.find(key, reach).filter(|_| self.answers)
        }
        fn has_own(&self) -> bool {
            self.list.has_own()
        }
        fn words(&self) -> &WordSieve {
            self.words
        }
        fn has_places(&self, places: usize) -> bool {
            self.list.has_places(places)
        }
        fn has_digests(&self) -> bool {
            true
        }
    }
    let mut list = list();
    let of_list = std::mem::take(&mut list.words);
    let mut walk = |words, answers| {
        let mut asked = Asked { list: &mut list, words, keys: Vec::new(), answers };
        let mut sightings = Vec::new();
        search(text, &mut asked, &mut sightings);
        (asked.keys, sightings)
    };
    let (with, mut sightings) = walk(&of_list, true);
    let (without, none) = walk(&of_list, false);
    assert_eq!(with, without);
    assert!(none.is_empty());
    let (_, of_every_word) = walk(&WordSieve::of_every_word(), true);
    assert_eq!(sightings, of_every_word);
    best(&mut sightings);
    let mut end = 0;
    for of in &sightings {
        assert!(end <= of.start && of.start < of.end && of.end as usize <= text.len());
        end = of.end;
    }
}

/// Long rows of what each part of the walk looks back and ahead over; squares of them would not end.
#[test]
fn long_texts_take_no_more_than_their_length() {
    let mut list = list();
    for piece in [
        "1", "1 ", "1-", "1.", "a@", "@", "A", "A ", "A,", "Zoe ", "Zoe-", "van ", "Zoe van ",
        "O'", "\u{e9}", "\u{e9} ", "March 4 ", "1 March ", "1 N ", "12 Elm ", "(617) ", "RG-1 ",
        "9-", "  ", "a1",
    ] {
        let text = piece.repeat(200_000 / piece.len());
        search(text.as_bytes(), &mut list, &mut Vec::new());
    }
}
