//! The walk over a text.

use super::catalogue::{DETECTORS, UnknownDetector, index, named};
use super::label::{Context, Labels, Mask, bit};
use super::number::{Candidate, Chain, screen};
use super::tier::{Around, Tier};
use super::{contact, network, payment, us};

/// An identifier found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hit {
    /// The detector, as its index in [`DETECTORS`].
    pub detector: u8,
    /// How certain it is.
    pub tier: Tier,
    /// The first byte of it.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// Finds the identifiers of some detectors in texts.
#[derive(Debug, Clone)]
pub struct Finder {
    enabled: Mask,
    labels: Labels,
}

impl Finder {
    /// A finder of the detectors and groups of these names.
    ///
    /// # Errors
    /// When a name is neither a detector's nor a group's.
    pub fn new(names: &[&str]) -> Result<Self, UnknownDetector> {
        let mut enabled = 0;
        for name in names {
            let found = named(name)?;
            for (index, detector) in (0_u8..).zip(DETECTORS) {
                if found.contains(&detector) {
                    enabled |= bit(index);
                }
            }
        }
        Ok(Self { enabled, labels: Labels::new(enabled) })
    }

    /// What the names of a column, its header text and its field, say about the values in it.
    #[must_use]
    pub fn context(&self, names: &[&str]) -> Context {
        self.labels.of_names(names)
    }

    /// Appends the identifiers of a text in the order in which they stand; no two overlap.
    ///
    /// Where two readings overlap, the more certain one is found, then the longer one. Fictional and sample values
    /// are of tier D unless `report_fictional` says to judge them like real ones. The text may hold any bytes; takes time
    /// in proportion to its length. What lies beyond 4 GiB is not looked at.
    pub fn scan(
        &self,
        text: &[u8],
        context: &Context,
        report_fictional: bool,
        hits: &mut Vec<Hit>,
    ) {
        let limit = usize::try_from(u32::MAX).unwrap_or(usize::MAX);
        let text = &text[..text.len().min(limit)];
        let first = hits.len();
        let mut walk = Walk { finder: self, text, context, report_fictional, first, hits };
        let mut at = 0;
        while let Some(found) = next_trigger(text, at) {
            at = match text[found] {
                b'@' => walk.offer(contact::email(text, found)),
                b':' => walk.colon(found),
                b'w' | b'W' => {
                    walk.offer(network::www(text, found).filter(|_| walk.wants(index::URL)))
                }
                _ => Some(walk.digits(found)),
            }
            .unwrap_or(found + 1);
        }
    }

    fn wants(&self, detector: u8) -> bool {
        self.enabled & bit(detector) != 0
    }
}

/// One text and what was found in it.
struct Walk<'a> {
    finder: &'a Finder,
    text: &'a [u8],
    context: &'a Context,
    report_fictional: bool,
    /// How many hits of other texts stand in the list.
    first: usize,
    hits: &'a mut Vec<Hit>,
}

impl Walk<'_> {
    fn wants(&self, detector: u8) -> bool {
        self.finder.wants(detector)
    }

    /// Judges what a colon stands in; gives where to go on.
    fn colon(&mut self, at: usize) -> Option<usize> {
        let candidate = if self.text[at..].starts_with(b"://") {
            network::url(self.text, at).filter(|_| self.wants(index::URL))
        } else if self.wants(index::IP) {
            network::ipv6(self.text, at)
        } else {
            None
        };
        self.offer(candidate)
    }

    /// Judges the chain of numbers that begins here; gives where to go on.
    fn digits(&mut self, start: usize) -> usize {
        if let Err(end) = screen(self.text, start) {
            return end;
        }
        let mut chain = Chain::new(self.text, start);
        let mut resume = 0;
        loop {
            let mut taken = 1;
            for judge in readings(chain.first().len()) {
                if let Some((candidate, groups)) = judge(&mut chain)
                    && self.wants(candidate.detector)
                {
                    taken = taken.max(groups);
                    resume = resume.max(candidate.end);
                    self.take(candidate);
                }
            }
            if chain.advance(taken).is_none() {
                return resume.max(chain.first().end);
            }
        }
    }

    /// Takes a candidate if there is one; gives where it ends.
    fn offer(&mut self, candidate: Option<Candidate>) -> Option<usize> {
        let candidate = candidate.filter(|candidate| self.wants(candidate.detector))?;
        self.take(candidate);
        Some(candidate.end)
    }

    /// Ranks a candidate and keeps it if nothing better lies over it.
    fn take(&mut self, candidate: Candidate) {
        let (start, end) = (as_place(candidate.start), as_place(candidate.end));
        let found = &self.hits[self.first..];
        let apart = found.iter().rposition(|hit| hit.end <= start).map_or(0, |place| place + 1);
        // Words before an earlier identifier speak for that one.
        let floor = apart.checked_sub(1).map_or(0, |place| found[place].end as usize);
        let tier = self.tier(&candidate, floor);
        let hit = Hit { detector: candidate.detector, tier, start, end };
        let best = found[apart..].iter().all(|other| rank(&hit) < rank(other));
        if best {
            self.hits.truncate(self.first + apart);
            self.hits.push(hit);
        }
    }

    fn tier(&self, candidate: &Candidate, floor: usize) -> Tier {
        if candidate.judgement.fictional && !self.report_fictional {
            return Tier::D;
        }
        let mask = bit(candidate.detector);
        let labels = &self.finder.labels;
        let near = labels.around(self.text, candidate.start, candidate.end, floor);
        candidate.judgement.tier(Around {
            labelled: (near.labelled | self.context.labelled) & mask != 0,
            contrary: (near.contrary | self.context.contrary) & mask != 0,
            glued: candidate.glued,
        })
    }
}

type Judge = fn(&mut Chain<'_>) -> Option<(Candidate, usize)>;

/// What a chain may be that begins with so many digits.
fn readings(digits: usize) -> &'static [Judge] {
    match digits {
        1 => &[us::mbi, contact::phone, network::ip],
        2 => &[contact::phone, network::ip],
        3 => &[us::ssn, contact::phone, network::ip],
        9 => &[us::ssn, contact::phone],
        10 => &[us::npi, contact::phone],
        4 | 13..=19 => &[payment::card, contact::phone],
        _ => &[contact::phone],
    }
}

/// Smaller is better: the more certain, the longer, the earlier in the catalogue.
fn rank(hit: &Hit) -> (Tier, u32, u8) {
    (hit.tier, u32::MAX - (hit.end - hit.start), hit.detector)
}

fn as_place(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// The next byte at or after `from` with which a candidate may begin.
fn next_trigger(text: &[u8], from: usize) -> Option<usize> {
    let rest = text.get(from..)?;
    let (words, _) = rest.as_chunks::<8>();
    let mut at = from;
    for word in words {
        if may_trigger(u64::from_le_bytes(*word))
            && let Some(found) = (at..at + 8).find(|place| is_trigger(text, *place))
        {
            return Some(found);
        }
        at += 8;
    }
    (at..text.len()).find(|place| is_trigger(text, *place))
}

fn is_trigger(text: &[u8], at: usize) -> bool {
    match text[at] {
        b'0'..=b'9' | b'@' => true,
        b':' => {
            let next = text.get(at + 1);
            next.is_some_and(|next| matches!(next, b'/' | b':') || next.is_ascii_hexdigit())
        }
        b'w' | b'W' => text.get(at..at + 4).is_some_and(|word| word.eq_ignore_ascii_case(b"www.")),
        _ => false,
    }
}

/// Whether one of eight bytes is a digit, `:` or `@`, or `www` begins there; sometimes true where none is.
fn may_trigger(word: u64) -> bool {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    // The top bit of each byte that is below `limit` after the exclusive or, as far as no borrow comes from below.
    let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word & TOPS;
    // Digits and `:` become 0 to 10.
    let digits = below(word ^ (ONES * 0x30), 11);
    let signs = below(word ^ (ONES * 0x40), 1);
    let w = below((word | (ONES * 0x20)) ^ (ONES * 0x77), 1);
    // The three may begin with the last byte.
    (digits | signs | (w & (w >> 8)) | (w >> 63)) != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Chain, Finder, Hit, may_trigger, readings, screen};
    use crate::detect::{Context, DETECTORS, Tier};

    /// Numbers of people are never real here: they are fictional ones, judged like real ones.
    #[test]
    fn social_security_numbers() {
        check("pt 900-12-3456 seen", "B us-ssn 900-12-3456");
        check("900 12 3456", "B us-ssn 900 12 3456");
        check("900.12.3456.", "B us-ssn 900.12.3456");
        check("SSN: 900-12-3456", "A us-ssn 900-12-3456");
        check("ssn#900123456", "B us-ssn 900123456");
        check("Soc. Sec. no. 900123456", "B us-ssn 900123456");
        check("900123456", "D us-ssn 900123456");
        check("account 900123456", "D us-ssn 900123456");
        check("order 900-12-3456", "C us-ssn 900-12-3456");
        check("ORD-900-12-3456", "C us-ssn 900-12-3456");
        check("900\u{2011}12\u{2011}3456", "B us-ssn 900\u{2011}12\u{2011}3456");
        check("\u{201c}900-12-3456\u{201d}", "B us-ssn 900-12-3456");
        check("claim 900-12-3456A paid", "C us-ssn 900-12-3456A");
        check("900-12-3456, 901-12-3456", "B us-ssn 900-12-3456; B us-ssn 901-12-3456");
        check("900-12-3456\n901-12-3456", "B us-ssn 900-12-3456; B us-ssn 901-12-3456");
    }

    #[test]
    fn no_social_security_numbers() {
        for text in [
            "000-12-3456",
            "666-12-3456",
            "900-00-3456",
            "900-12-0000",
            "900-12.3456",
            "1900-12-3456",
            "900-12-34567",
            "1-900-12-3456",
            "900-12-3456-7",
            "x900-12-3456",
            "900-12-3456x",
            "900_12_3456",
            "\u{e9}900-12-3456",
            "900-12-3456\u{e9}",
            "0.900123456",
            "$900123456",
            "2.16.840.1.113883.900.12.3456",
            "2001-12-3456",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn provider_identifiers() {
        check("1234567893", "C us-npi 1234567893");
        check("NPI 1234567893", "A us-npi 1234567893");
        check("MRN 1234567893", "D us-npi 1234567893");
        check("1234567890", "");
        check("A1234567893", "");
        check("12345678930", "D phone 12345678930");
        check("1234567893-1", "");
    }

    #[test]
    fn beneficiary_identifiers() {
        check("1EG4-TE5-MK73", "B us-mbi 1EG4-TE5-MK73");
        check("Medicare 1EG4TE5MK73", "A us-mbi 1EG4TE5MK73");
        check("lot 1EG4TE5MK73", "C us-mbi 1EG4TE5MK73");
        check("seen 12 1eg4te5mk73", "B us-mbi 1eg4te5mk73");
        for text in [
            "0EG4TE5MK73",
            "1SG4TE5MK73",
            "1EG4TE5MK7",
            "1EG4TE5MK733",
            "1EG4-TE5MK73",
            "1Eg4TE5MK73",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn telephone_numbers() {
        check("212-555-0134", "B phone 212-555-0134");
        check("(212) 555-0134", "B phone (212) 555-0134");
        check("tel(212)555-0134", "A phone (212)555-0134");
        check("212.555.0134.", "B phone 212.555.0134");
        check("212/555-0134", "B phone 212/555-0134");
        check("1-212-555-0134", "B phone 1-212-555-0134");
        check("+1 (212) 555-0134", "B phone +1 (212) 555-0134");
        check("+12125550134", "B phone +12125550134");
        check("+44 20 7946 0958", "B phone +44 20 7946 0958");
        check("212 555 0134", "C phone 212 555 0134");
        check("call 212 555 0134", "B phone 212 555 0134");
        check("Tel. 212-555-0134 x12", "A phone 212-555-0134 x12");
        check("212-555-0134 ext. 4, then", "B phone 212-555-0134 ext. 4");
        check("2125550134", "D phone 2125550134");
        check("Phone: 2125550134", "B phone 2125550134");
        check("555-0134", "D phone 555-0134");
        check("cell 555-0134", "B phone 555-0134");
        check("Order # 212-555-0134", "C phone 212-555-0134");
        check("H 212-555-0134/W 212-555-0135", "B phone 212-555-0134; B phone 212-555-0135");
        check("212-555-0134/212-555-0135", "B phone 212-555-0134; B phone 212-555-0135");
    }

    #[test]
    fn no_telephone_numbers() {
        for text in [
            "112-555-0134",
            "211-555-0134",
            "212-155-0134",
            "2212-555-0134",
            "212-555-01345",
            "A12-555-0134",
            "7-212-555-0134",
            "212-555-0134-9",
            "250.5 300.2 1000.1",
            "+ 12 34",
            "2020-01-01T10:00:00+05:30",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn what_records_are_full_of() {
        for text in [
            "BP 120/80, HR 72, 37.5 C, 5/5 strength, 1/2 tab",
            "Seen 2019-03-04 10:15:30, again 03/04/2019 and 4.3.2019",
            "amoxicillin 250 MG/5 ML 325 MG q6h x 10 days",
            "NDC 50090-3421-0, 0378-1234-01 and 12345-6789-01",
            "LOINC 2345-7, ICD E11.9 and 250.00, SNOMED 44054006",
            "v1.2.3.4 and version 10.0.19041.1 of build 7",
            "1.2.840.10008.5.1.4.1.1.2",
            "accession S-19-12345, room 12-345, 12-345-67",
            "Bell palsy, Parkinson disease, Graves 2 +, @ 5 mg",
            "b58731cc-2d8b-4c2d-b327-4cab771af3ef",
            "2019-03-04T10:15:30.123456Z",
            "CO2 3.3333333333 mmol/L, 1,234,567,890 units",
            "00:1A:2B:3C:4D:5E std::dec a::b 12:30",
            "user@localhost, img@2x.png, 5@6.7, a @ b.org, @b.org",
            "urn:oid:2.16.840.1.113883 http:// www. www.x awww.mayo.org",
            "12345-6789",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn addresses_of_mail() {
        check("to jo.doe+x@mail.example.org.", "A email jo.doe+x@mail.example.org");
        check("<jo@example.com>", "A email jo@example.com");
        check("'jo@example.com'", "A email jo@example.com");
        check("mailto:jo@example.com?x", "A email jo@example.com");
        check("2125550134@example.com", "A email 2125550134@example.com");
        check("\u{fc}ber jo@example.com\u{fc}", "A email jo@example.com");
        check("jo.@example.com", "");
        check("jo@example..com", "");
        check("jo@-example.com", "");
    }

    #[test]
    fn cards() {
        check("4111 1111 1111 1111", "B card 4111 1111 1111 1111");
        check("4111-1111-1111-1111", "B card 4111-1111-1111-1111");
        check("4111111111111111", "B card 4111111111111111");
        check("Visa 4111111111111111", "A card 4111111111111111");
        check("device 4111111111111111", "C card 4111111111111111");
        check("3782 822463 10005", "B card 3782 822463 10005");
        check("4111111111111112", "");
        check("4111 1111-1111 1111", "");
        check("14111111111111111", "");
        check("(01)04111111111111111", "");
        check("9111111111111111", "");
    }

    #[test]
    fn addresses_of_machines() {
        check("from 203.0.113.7", "B ip 203.0.113.7");
        check("IP 203.0.113.7:8080.", "A ip 203.0.113.7");
        check("203.0.113.7/24", "B ip 203.0.113.7");
        check("version 203.0.113.7", "C ip 203.0.113.7");
        check("10.1.2.30", "D ip 10.1.2.30");
        check("see 1.2.3.4", "C ip 1.2.3.4");
        check("2001:db8::8a2e:370:7334", "B ip 2001:db8::8a2e:370:7334");
        check("[2001:db8:0:0:0:0:0:1]", "B ip 2001:db8:0:0:0:0:0:1");
        check("203.0.113.256", "");
        check("203.0.113.07", "");
        check("1.203.0.113.7", "");
        check("203.0.113.7.1", "");
        check("v203.0.113.7", "");
    }

    #[test]
    fn addresses_of_pages() {
        check(
            "(https://clinic.example.com/p?id=900-12-3456).",
            "A url https://clinic.example.com/p?id=900-12-3456",
        );
        check("at www.clinic.example.com, or", "A url www.clinic.example.com");
        check("seeWWW", "");
        check("WWW.clinic.example.com/a b", "A url WWW.clinic.example.com/a");
        check("http://203.0.113.7/x", "A url http://203.0.113.7/x");
        check("http://jo@example.com/", "A url http://jo@example.com/");
        check("http://server/x", "C url http://server/x");
        check("http://hl7.org/fhir/sid/us-npi", "D url http://hl7.org/fhir/sid/us-npi");
        check("nope://clinic.example.com", "");
        // Wherever it falls in a word of eight bytes.
        for blanks in 0..17 {
            let text = format!("{}www.clinic.example.com", " ".repeat(blanks));
            check(&text, "A url www.clinic.example.com");
        }
    }

    #[test]
    fn one_span_is_one_finding() {
        check("provider 1234567893", "A us-npi 1234567893");
        check(
            "https://x.example.com/?m=jo@example.com",
            "A url https://x.example.com/?m=jo@example.com",
        );
        let finder = Finder::new(&["email"]).unwrap();
        let text = "https://x.example.com/?m=jo@example.com";
        assert_eq!(found(&finder, text, Context::default(), true), "A email jo@example.com");
    }

    #[test]
    fn labels_keep_to_their_number() {
        check("SSN 900-12-3456, acct 901123456", "A us-ssn 900-12-3456; D us-ssn 901123456");
        check("900123456 SSN", "B us-ssn 900123456");
        check("900123456 Phone: 212-555-0134", "D us-ssn 900123456; A phone 212-555-0134");
    }

    #[test]
    fn fictional_values_are_low() {
        for (text, name) in [
            ("SSN 900-12-3456", "us-ssn"),
            ("SSN 078-05-1120", "us-ssn"),
            ("Medicare 1EG4-TE5-MK73", "us-mbi"),
            ("NPI 1234567893", "us-npi"),
            ("call 212-555-0134", "phone"),
            ("jo@example.com", "email"),
            ("Visa 4111111111111111", "card"),
            ("IP 203.0.113.7", "ip"),
            ("www.clinic.example.com", "url"),
        ] {
            let hits = found(&everything(), text, Context::default(), false);
            assert!(
                hits.starts_with(&format!("D {name} ")) && !hits.contains(';'),
                "{text}: {hits}"
            );
        }
        let hits = found(&everything(), "jo@clinic.org", Context::default(), false);
        assert_eq!(hits, "A email jo@clinic.org");
    }

    #[test]
    fn columns_speak() {
        check_column("PATIENT_SSN", "900123456", "B us-ssn 900123456");
        check_column("npi", "1234567893", "A us-npi 1234567893");
        check_column("homePhone", "2125550134", "B phone 2125550134");
        check_column("Order Number", "900-12-3456", "C us-ssn 900-12-3456");
    }

    #[test]
    fn hits_are_appended() {
        let mut hits = Vec::new();
        everything().scan(b"jo@clinic.org", &Context::default(), false, &mut hits);
        everything().scan(b"1.2.3.4 jo@clinic.org", &Context::default(), false, &mut hits);
        assert_eq!(hits.iter().map(|hit| hit.start).collect::<Vec<_>>(), [0, 0, 8]);
    }

    #[test]
    fn eight_bytes_at_once_miss_nothing() {
        for place in 0..8 {
            for byte in 0..=255_u8 {
                for other in [b' ', b'a', 0xFF] {
                    let mut word = [other; 8];
                    word[place] = byte;
                    let must = byte.is_ascii_digit() || matches!(byte, b':' | b'@');
                    let told = may_trigger(u64::from_le_bytes(word));
                    assert!(told || !must, "{byte} at {place}");
                    let w = byte == b'w' || byte == b'W';
                    assert!(!told || must || w, "{byte} at {place} for nothing");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn any_bytes(text in prop::collection::vec(any::<u8>(), 0..300)) {
            check_sound(&text);
        }

        #[test]
        fn any_pieces(pieces in prop::collection::vec(
            prop::sample::select(vec![
                "900", "12", "3456", "212", "555", "0134", "1", "4111", "1234567893", "-", ".", "/", " ", "(", ")",
                "+", "@", "example", "com", "www", ":", "//", "http", "x", "ext", "SSN", "order", "\n", "\u{e9}",
                "\u{2011}", "1EG4TE5MK73", "2001", "::", "db8", "tel", "[", "_", "%",
            ]),
            0..60,
        )) {
            let text = pieces.concat();
            check_sound(text.as_bytes());
            check_screen(text.as_bytes());
        }
    }

    /// Long rows of what each part of the walk looks back and ahead over; squares of them would not end.
    #[test]
    fn long_texts_take_no_more_than_their_length() {
        for piece in [
            "1", "1 ", "1.", "12-", "@", "a@", "a.", ":", "::", "1:", "www.", "http://",
            "http://?", "://", "+1(",
        ] {
            let text = piece.repeat(60_000 / piece.len());
            let mut hits = Vec::new();
            everything().scan(text.as_bytes(), &Context::default(), false, &mut hits);
        }
    }

    #[test]
    #[ignore = "measures: run in release, alone, with --nocapture"]
    #[expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a measurement")]
    fn measure_notes() {
        let plain = "Patient presents with persistent cough and mild fever, denies chest pain or shortness of breath. \
                     Lungs are clear to auscultation bilaterally; no wheezes. Plan: supportive care, follow up as needed. ";
        let busy = "Seen 2019-03-04 for follow up. BP 120/80, HR 72, temp 37.2, weight 81.5 kg. Amoxicillin 500 mg tid \
                    for 10 days, recheck in 2 weeks. Call 212-555-0134 with questions about the dose. ";
        for (name, note) in [("plain", plain), ("busy", busy)] {
            let text = note.repeat(10);
            let rounds = 20_000;
            let mut hits = Vec::new();
            let start = std::time::Instant::now();
            for _ in 0..rounds {
                hits.clear();
                everything_once().scan(text.as_bytes(), &Context::default(), false, &mut hits);
            }
            let seconds = start.elapsed().as_secs_f64();
            let megabytes = (text.len() * rounds) as f64 / 1e6;
            println!("{name}: {:.0} MB/s, {} hits a text", megabytes / seconds, hits.len());
        }
    }

    fn everything_once() -> &'static Finder {
        static FINDER: std::sync::OnceLock<Finder> = std::sync::OnceLock::new();
        FINDER.get_or_init(everything)
    }

    fn everything() -> Finder {
        Finder::new(&["us", "contact", "payment", "network"]).unwrap()
    }

    /// Tier, name and text of each hit.
    fn found(finder: &Finder, text: &str, context: Context, report_fictional: bool) -> String {
        let mut hits = Vec::new();
        finder.scan(text.as_bytes(), &context, report_fictional, &mut hits);
        let show = |hit: &Hit| {
            let name = DETECTORS[usize::from(hit.detector)].name;
            let span = text.get(hit.start as usize..hit.end as usize).expect("whole characters");
            format!("{} {name} {span}", hit.tier.letter())
        };
        hits.iter().map(show).collect::<Vec<_>>().join("; ")
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found = found(&everything(), text, Context::default(), true);
        assert_eq!(found, expected, "in {text:?}");
    }

    #[track_caller]
    fn check_column(name: &str, value: &str, expected: &str) {
        let finder = everything();
        assert_eq!(found(&finder, value, finder.context(&[name]), true), expected, "in {name}");
    }

    /// What is screened off would not have been judged an identifier.
    fn check_screen(text: &[u8]) {
        for start in (0..text.len()).filter(|at| text[*at].is_ascii_digit()) {
            if start > 0 && text[start - 1].is_ascii_digit() || screen(text, start).is_ok() {
                continue;
            }
            let mut chain = Chain::new(text, start);
            loop {
                let judges = readings(chain.first().len());
                assert!(judges.iter().all(|judge| judge(&mut chain).is_none()), "{text:?}");
                if chain.advance(1).is_none() {
                    break;
                }
            }
        }
    }

    /// Spans lie in the text, in order, apart from each other; reporting fictional values only raises tiers.
    fn check_sound(text: &[u8]) {
        let mut hits = Vec::new();
        everything_once().scan(text, &Context::default(), true, &mut hits);
        let mut end = 0;
        for hit in &hits {
            assert!(end <= hit.start && hit.start < hit.end && hit.end as usize <= text.len());
            end = hit.end;
        }
        let mut lower = Vec::new();
        everything_once().scan(text, &Context::default(), false, &mut lower);
        let certain = |hits: &[Hit]| hits.iter().filter(|hit| hit.tier < Tier::D).count();
        assert!(certain(&lower) <= certain(&hits));
    }
}
