//! Names of people, as far as the words beside them tell.

use super::catalogue::Detector;
use super::reading::{Found, Reading, Sign};
use super::tier::{Judgement, Tier};
use super::words::{WordList, last_letters};

pub(super) const NAME: Detector = Detector {
    name: "name",
    group: "person",
    country: None,
    title: "Name of a person",
    doc: "Capitalised words after a title (Mr, Dr), after a label with a colon (`Patient:`, `Name:`), after a relation and of two \
          words (`daughter Mary Jones`), after `signed by` and the like, or before a degree or a date of birth (B); one word after a relation C. The whole \
          value of a column so named is B. One word after a bare `Name:` is C. Eponyms, drugs, brands (Dr. Pepper), months and \
          the words that begin sentences are no names.",
    labels: &[
        "name",
        "names",
        "surname",
        "firstname",
        "lastname",
        "fname",
        "lname",
        "patientname",
        "fullname",
        "maiden",
        "forename",
    ],
    contrary: &[
        "drug",
        "medication",
        "file",
        "facility",
        "department",
        "test",
        "procedure",
        "code",
        "plan",
        "hospital",
        "location",
        "payer",
        "organization",
        "product",
        "display",
        "item",
        "panel",
        "unit",
        "service",
        "city",
        "county",
        "insurance",
        "company",
        "order",
        "lab",
        "labs",
        "laboratory",
        "clinic",
        "pharmacy",
        "trial",
        "generic",
        "brand",
        "study",
        "report",
        "form",
        "document",
        "event",
        "role",
        "room",
        "ward",
        "school",
        "vendor",
        "manufacturer",
        "analyte",
        "specimen",
        "vaccine",
        "allergen",
        "rule",
        "table",
        "column",
        "field",
        "set",
        "device",
    ],
    found: &[
        "seen by Dr. [Harriet Bell] today",
        "Patient: [Oduya, Simon]",
        "PCP: [H. Marsh]",
        "Name: [MARLOWE, JUNE A.]",
        "her daughter [Mary Kestrel] called",
        "Mrs. [Graves] was seen",
        "signed by [Tobias Quill], MD",
        "[Tobias K. Quill], M.D.",
        "[Tobias K Quill], M.D.",
        "[Tobias Quill] RN at bedside",
        "[Uma van der Berg], PA-C",
        "daughter [Keiko May] called",
        "**Patient Name**: [Lena Marsh]",
        "daughter ([Mary Kestrel]) called",
        "Name   : [Kestrel, Mary]",
        "husband: [Peter Marlowe]",
        "Doctor: [Uma Kestrel]",
        "Attending MD: [Uma Kestrel]",
        "Patient [Uma Kestrel] was seen",
        "Daughter: [Keiko Marlowe]",
        "[Marlowe,Keiko A],MD - Surgery",
        "seen by [Oona Fitzsimmons-McNally], RN",
        "Patient: [Marlowe,Keiko]",
        "Therapist: [Keiko Marlowe]",
        "[Keiko Marlowe Jr.], MD",
        "Dear Ms. [Marlowe]:",
        "Re: [Keiko Marlowe], DOB 03/04/1951",
    ],
    passed: &[
        "Dr. Pepper and Mr. Clean",
        "THE DR. SAID SO",
        "Name: Ibuprofen",
        "Name: Ferrous Sulfate",
        "Referring Physician MD",
        "Chest Pain PA view",
        "Parkinson disease and Graves disease",
        "Patient: Denies Chest Pain",
        "Drug Name: Tylenol",
        "Mother: Breast Cancer",
        "MR Brain was normal",
        "Bell palsy in May",
        "Dr. ordered it",
        "Clinical Pharmacist, PharmD",
        "Contact: Isolation Precautions",
        "Patient Verbalizes Understanding",
        "Patient Home Exercise was taught",
        "Reviewed By Utilization Committee",
    ],
    readings: &[Reading::Sign(Sign::Capital), Reading::Value(name_as_value)],
};

/// What stands before a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// A title: any capitalised word is a name.
    Title,
    /// `Patient name:`
    NameLabel,
    /// `Name:`, which things have as well.
    BareLabel,
    /// A label of a person with a colon.
    PersonLabel,
    /// `patient` inside a sentence.
    Patient,
    /// `Patient` with a capital, which headings have as well.
    Heading,
    /// A relative.
    Relation,
    /// `signed by`
    By,
}

/// The longest word of these lists.
const LONGEST: usize = 16;
/// The longest word of a name, which two names may make: `Fitzsimmons-Abernathy`.
const LONGEST_NAME: usize = 28;
/// How many blanks may stand between a label and its colon.
const MOST_APART: usize = 8;
/// The most words of a name.
const MOST_WORDS: usize = 5;

static TITLES: WordList<32> = WordList::new("mr mrs ms miss dr prof professor doctor rev");

static PERSONS: WordList<256> = WordList::new(
    "patient pt client attending provider physician surgeon pcp nurse author dictator resident \
     guarantor subscriber insured contact kin guardian caregiver spouse clinician anesthesiologist \
     radiologist pathologist assistant witness interpreter therapist employer member proxy referring doctor dr \
     husband wife partner fiance fiancee boyfriend girlfriend roommate daughter son pharmacist person midwife dentist \
     counselor dietitian hygienist technologist coordinator consultant preceptor supervisor informant agent reader worker signed dictated",
);

static RELATIONS: WordList<64> = WordList::new(
    "mother father wife husband daughter son brother sister aunt uncle niece nephew grandmother \
     grandfather grandson granddaughter partner fiance fiancee cousin friend neighbor mom dad \
     roommate girlfriend",
);

static DEEDS: WordList<32> = WordList::new(
    "signed seen dictated reviewed verified examined performed written authored entered transcribed \
     interpreted read electronically evaluated approved",
);

/// Words before `name:` that keep it a person's.
static OF_PERSONS: WordList<64> = WordList::new(
    "patient pt full first last family given middle maiden legal preferred contact guarantor insured \
     subscriber spouse provider doctor physician nurse s his her member kin surgeon",
);

/// What somebody does, in small letters after a name.
static DOES: WordList<64> = WordList::new(
    "was is has had presents presented presenting arrived called came reports reported denies denied states stated \
     underwent returns returned",
);

/// Particles inside names.
const PARTICLES: [&[u8]; 14] = [
    b"van", b"de", b"der", b"den", b"von", b"la", b"del", b"bin", b"al", b"el", b"da", b"di",
    b"dos", b"le",
];

/// Degrees after names.
const DEGREES: [&[u8]; 24] = [
    b"MD", b"DO", b"RN", b"NP", b"PA", b"PhD", b"LPN", b"DDS", b"DPM", b"PharmD", b"LCSW", b"MBBS",
    b"CRNA", b"FNP", b"APRN", b"DPT", b"BSN", b"MSN", b"CNM", b"CNP", b"ARNP", b"DMD", b"PsyD",
    b"MBChB",
];

/// Degrees that mean something else after capitalised words without a comma: views and orders.
const UNSURE_DEGREES: [&[u8]; 5] = [b"DO", b"PA", b"NP", b"DPT", b"CNP"];

/// What follows the last name of a son.
const SUFFIXES: [&[u8]; 6] = [b" Jr.", b", Jr.", b" Jr", b" Sr.", b" III", b" II"];

/// Titles and brands that go by them.
const BRANDS: [(&[u8], &[u8]); 15] = [
    (b"dr", b"pepper"),
    (b"mr", b"clean"),
    (b"mrs", b"dash"),
    (b"dr", b"scholl"),
    (b"ms", b"pac-man"),
    (b"dr", b"bronner"),
    (b"dr", b"seuss"),
    (b"dr", b"spock"),
    (b"dr", b"oz"),
    (b"mr", b"potato"),
    (b"miss", b"universe"),
    (b"miss", b"america"),
    (b"dr", b"martens"),
    (b"mr", b"bubble"),
    (b"mrs", b"butterworth"),
];

/// What salts and doses are called: a drug stands before it.
static OF_DRUGS: WordList<128> = WordList::new(
    "sulfate hydrochloride hcl hbr sodium potassium calcium acetate tartrate succinate citrate chloride fumarate \
     maleate mesylate besylate phosphate carbonate nitrate oxide er xr sr dr tablet tablets capsule capsules \
     cream ointment solution injection inhaler",
);

/// Capitalised words that are no names after a label, a relation or a title.
static NO_NAMES: WordList<2048> = WordList::new(
    "abdomen abdominal active acute admitted admission age agrees alcohol alert alive all allergic \
     allergies also and any appears arrived arthritis assessment asthma at autism bipolar blood \
     brain breast bronchitis by cad called came cancer cardiac cardiology care caucasian chest chf \
     chronic clinic colon comfortable complains complaint continues copd current date dead deceased \
     declined declines dementia denied denies dental department depression dermatology describes \
     diabetes diabetic diagnosed diagnosis did died discharge discharged disease disorder does doing \
     dob emergency endocrinology epilepsy er exam examined failure family feels female for from \
     gender general given had has have he head health healthy heart her here his history home \
     hospital hospitalist htn hypertension icu id in information insulin intensive internal is \
     kidney lab labor leukemia living lives liver lung lymphoma male may medical medicine melanoma \
     mental mild migraine mrn name negative neurology neurosurgery new no none normal not notes \
     notified now number nurse nursing obesity oncology on orders orthopedics osteoporosis ovarian \
     pain past pathology patient pediatrics physical physician plan pneumonia positive pregnant \
     presented presents previous primary prior procedure prostate provider psychiatry radiology \
     refused refuses rehab remains renal reported reports requests resident rheumatology room same \
     satisfaction says see seen seizures service services severe sex she sick sleep social speaks \
     spanish stable staff stated states status still stroke surgery surgical swallow syndrome takes \
     team the they this thyroid to today tolerated transferred tuberculosis type under unit unknown \
     unremarkable urology vitals was well were while who will with would yes tylenol advil aspirin \
     lipitor metformin lasix coumadin plavix zoloft prozac contin lisinopril warfarin heparin \
     january february march july september october november december monday tuesday wednesday \
     thursday friday saturday sunday angiogram spine imaging moderate trace bilateral left right \
     upper lower anxiety smoker ambulatory education portal instructions safety self phone address \
     relationship mother father brother sister daughter son wife husband if when after before but \
     pulmonary gastroenterology nephrology hematology anesthesia icd ekg ecg ct mri bp hr tumor \
     cirrhosis hepatitis hiv copy pending unavailable deferred confidential redacted anonymous doe's \
     emt ems pharmacy laboratory infectious obstetrics gynecology wound trauma palliative hospice \
     case management work response level rights summary report record records number: class weight \
     isolation precautions contact droplet airborne proxy form forms utilization review consent consult consultation \
     consultant system interface automated hospitalist tbd clinical pharmacist pharmacists registered practitioner \
     practitioners assistant assistants manager supervisor technologist technician therapist therapists therapy \
     occupational respiratory speech float pool present provided verbalizes verbalized ambulates independently \
     understanding cooperative tolerating remained resting sitting lying walking eating feeling taking using having \
     accompanied scheduled followed follow seated two three four five six one both several multiple committee board \
     attending fellow intern student chief director coordinator staffing below above see n/a none pending internist \
     surgeon surgeons nurses physicians providers patients doctors guardian caregiver family self-pay medicare \
     medicaid aetna cigna humana deceased single married widowed divorced retired employed unemployed disabled \
     hypertensive obstructive congestive bacterial viral fungal liaison officer services desk line helpline office \
     comprehensive metabolic panel basic cross cover imported document documents works nights days \
     of advanced practice legacy data shift requires needs awaiting assistance assist night day evening coverage \
     clerk registrar scribe dietitian nutritionist chaplain advocate navigator ombudsman signature required \
     height temp pulse awake oriented cooperative obese african american hispanic asian white black \
     english said stated advised recommended recommends wants calls told noted added agreed discussed \
     informed paged updated aware ordered prescribed planning charge triage it again we there then further weekly monthly daily visit visits main support access vascular per protocol parent parents or",
);

/// Judges the capitalised word that begins here as the first of a name.
#[inline]
pub(super) fn name(text: &[u8], start: usize) -> Option<Found> {
    // Most words with a capital stand behind nothing that says so.
    let (before, label) = before(text, start)?;
    name_behind(text, start, before, label)
}

/// The same behind what says so, perhaps with a colon.
#[inline(never)]
fn name_behind(text: &[u8], start: usize, before: Before, label: bool) -> Option<Found> {
    let name = words(text, start, before)?;
    let tier = match before {
        Before::Heading => {
            let next = letters_at(text, name.end + 1);
            let sure = text[name.end..].starts_with(b" ") && DOES.has(next) && name.count >= 2;
            sure.then_some(Tier::B)?
        }
        Before::Title | Before::NameLabel => Tier::B,
        Before::BareLabel if name.count >= 2 => Tier::B,
        Before::BareLabel => Tier::C,
        Before::PersonLabel | Before::Patient | Before::By if name.count >= 2 => Tier::B,
        Before::Relation if name.count >= 2 && !label => Tier::B,
        Before::Relation => Tier::C,
        Before::PersonLabel | Before::Patient | Before::By => return None,
    };
    Some(Found { judgement: Judgement::settled(tier), start, end: name.end, glued: false })
}

/// Whether a degree begins like this, as far as two letters tell: hardly any capitalised word does.
fn may_be_degree(text: &[u8]) -> bool {
    match text {
        [first, b'.', second, ..] | [first, second, ..] => matches!(
            (first, second),
            (b'M', b'B' | b'D' | b'S')
                | (b'D', b'D' | b'M' | b'O' | b'P')
                | (b'P', b'A' | b'h' | b's')
                | (b'C', b'N' | b'R')
                | (b'L', b'C' | b'P')
                | (b'A', b'P' | b'R')
                | (b'R' | b'F', b'N')
                | (b'N', b'P')
                | (b'B', b'S')
        ),
        _ => false,
    }
}

/// Judges the degree that begins here, perhaps with stops: the two or three words before it are a name.
#[inline]
pub(super) fn name_before_degree(text: &[u8], at: usize) -> Option<Found> {
    if may_be_degree(&text[at..]) { name_before(text, at) } else { None }
}

/// The same before what begins like a degree.
#[inline(never)]
fn name_before(text: &[u8], at: usize) -> Option<Found> {
    let (before, comma) = match &text[..at] {
        [before @ .., b',', b' '] | [before @ .., b','] => (before, true),
        [before @ .., b' ', b'('] => (before, true),
        [before @ .., b' '] => (before, false),
        _ => return None,
    };
    let degree =
        if comma && text[at..].starts_with(b"DOB") { b"DOB" } else { degree_at(text, at)? };
    if !comma
        && (UNSURE_DEGREES.contains(&degree) || !before.last().is_some_and(u8::is_ascii_alphabetic))
    {
        return None;
    }
    let end = before.len();
    let suffixed = SUFFIXES.iter().find_map(|suffix| before.strip_suffix(*suffix));
    let mut start = suffixed.map_or(end, <[u8]>::len);
    let mut count = 0;
    while count < 3 {
        let from =
            text[..start].iter().rev().take(LONGEST_NAME).take_while(|byte| in_word(byte)).count();
        let word = &text[start - from..start];
        // An abbreviation before a name in small letters is none of its words.
        let loud = word.len() < 5 && !word.iter().any(u8::is_ascii_lowercase);
        if count > 0 && loud && from > 1 && text[start..end].iter().any(u8::is_ascii_lowercase) {
            break;
        }
        let bare = from == 1 && (count > 0 || comma) && word[0].is_ascii_uppercase();
        let initial = from == 0
            && start >= 2
            && text[start - 1] == b'.'
            && text[start - 2].is_ascii_uppercase();
        if bare {
            start -= 1;
        } else if initial {
            start -= 2;
        } else if word.first().is_some_and(u8::is_ascii_uppercase) && from >= 2 && !is_no_name(word)
        {
            start -= from;
        } else if count > 0
            && PARTICLES.contains(&word)
            && start > from
            && text[start - from - 1] == b' '
        {
            start -= from + 1;
            continue;
        } else {
            break;
        }
        count += 1;
        if count < 3 && start > 0 && text[start - 1] == b' ' {
            start -= 1;
        } else {
            break;
        }
    }
    let start = start + text[start..end].iter().take_while(|byte| **byte == b' ').count();
    let last_name = last_name_before(text, start, end);
    // `Vitamin D, MD` ends with an initial and is nobody.
    let ends_bare = text[..end].iter().rev().take_while(|byte| in_word(byte)).count() == 1;
    if ends_bare && last_name.is_none() {
        return None;
    }
    let start = last_name.unwrap_or(start);
    let parts = text.get(start..end)?.split(|byte| matches!(byte, b' ' | b',')).count();
    let title = letters_at(text, start);
    let titled = TITLES.has(title);
    if parts < 2 || titled || start > 0 && in_word(&text[start - 1]) {
        return None;
    }
    Some(Found { judgement: Judgement::settled(Tier::B), start, end, glued: false })
}

/// Where the last name starts that stands with a comma before a first name: `Kestrel,Mary A`, `Kestrel, Mary A`.
fn last_name_before(text: &[u8], start: usize, end: usize) -> Option<usize> {
    let before = text[..start].strip_suffix(b",").or_else(|| {
        // After a comma and a blank, two whole words are the next name of a list.
        let firsts = text[start..end].split(|byte| matches!(byte, b' ' | b'.'));
        let whole = firsts.filter(|word| word.len() > 1).count();
        text[..start].strip_suffix(b", ").filter(|_| whole == 1)
    })?;
    let length = before.iter().rev().take(LONGEST_NAME).take_while(|byte| in_word(byte)).count();
    let word = &before[before.len() - length..];
    let is_name = length >= 2 && word[0].is_ascii_uppercase() && !is_no_name(word);
    (is_name && !is_degree(word)).then_some(before.len() - length)
}

/// The degree that begins here: `MD`, `M.D.`, `Ph.D.`.
fn degree_at(text: &[u8], at: usize) -> Option<&'static [u8]> {
    // Most words with a capital are none: two places tell.
    let (first, second) = (text.get(at)?, text.get(at + 1)?);
    if !b"MDRNPLCFAB".contains(first) || !(second.is_ascii_uppercase() || b".hsS".contains(second))
    {
        return None;
    }
    let rest = &text[at..];
    let length =
        rest.iter().take(8).take_while(|byte| byte.is_ascii_alphabetic() || **byte == b'.').count();
    if rest.get(length).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80) {
        return None;
    }
    let written = rest[..length].iter().filter(|byte| **byte != b'.');
    DEGREES.into_iter().find(|known| known.iter().eq(written.clone()))
}

/// Judges a whole value of a column as a name.
pub(super) fn name_as_value(text: &[u8]) -> Option<Found> {
    let trimmed = text.trim_ascii();
    let start = text.iter().position(|byte| !byte.is_ascii_whitespace())?;
    let allowed = |byte: &u8| in_word(byte) || matches!(byte, b' ' | b'.' | b',');
    let capital = trimmed.first().is_some_and(|byte| byte.is_ascii_uppercase() || *byte >= 0x80);
    let parts = trimmed.split(|byte| *byte == b' ').count();
    let letters = trimmed.iter().filter(|byte| in_word(byte)).count();
    if !capital
        || letters < 2
        || parts > MOST_WORDS
        || trimmed.len() > 60
        || !trimmed.iter().all(allowed)
    {
        return None;
    }
    if is_no_name(trimmed) {
        return None;
    }
    let judgement = Judgement::shape(Tier::D);
    Some(Found { judgement, start, end: start + trimmed.len(), glued: false })
}

/// What stands before the word at `start`, and whether a colon does.
#[inline]
fn before(text: &[u8], start: usize) -> Option<(Before, bool)> {
    let mut end = start;
    let blanks = text[..end]
        .iter()
        .rev()
        .take(4)
        .take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'*' | b'"'))
        .count();
    end -= blanks;
    let mark = *text[..end].last()?;
    let (colon, stop) = (matches!(mark, b':' | b'='), mark == b'.');
    // `daughter (Mary Jones)`
    let opened = mark == b'(' && blanks == 0;
    if !colon && !opened && (blanks == 0 || text[end..start].contains(&b'\n')) {
        return None;
    }
    end -= usize::from(colon || stop || mark == b',' || opened);
    let apart = text[..end].iter().rev().take(MOST_APART).take_while(|byte| **byte == b' ').count();
    end -= if colon || opened { apart } else { 0 };
    let bold = text[..end].iter().rev().take(2).take_while(|byte| **byte == b'*').count();
    end -= if colon { bold } else { 0 };
    end -= usize::from(colon && text[..end].ends_with(b")"));
    let word = letters_before(text, end);
    if word.is_empty() || word.len() > LONGEST {
        return None;
    }
    let place = end - word.len();
    let is = |known: &[u8]| word.eq_ignore_ascii_case(known);
    // The words are told by their first letter, which most words fail.
    let initial = word[0].to_ascii_lowercase();
    let may_be = matches!(initial, b'a'..=b'i' | b'k' | b'm' | b'n' | b'p'..=b's' | b'u' | b'w');
    if !(may_be || colon && initial == b't') {
        return None;
    }
    if opened {
        return RELATIONS.has(word).then_some((Before::Relation, false));
    }
    if !colon {
        let shouted = word.len() == 2 && word.iter().all(u8::is_ascii_uppercase);
        let small = word[0].is_ascii_lowercase() && !stop;
        if TITLES.has(word) && mark != b',' {
            // MR, MS and DR are also regurgitation, sclerosis and the delivery room.
            let next = letters_at(text, start);
            let loud = next.len() >= 3 && next.iter().all(u8::is_ascii_uppercase);
            let branded = BRANDS.iter().any(|(title, brand)| {
                word.eq_ignore_ascii_case(title) && next.eq_ignore_ascii_case(brand)
            });
            let sure = !(shouted && !(stop && loud)) && !small && !branded;
            return sure.then_some((Before::Title, false));
        }
        // Headings are full of `Patient` and capitals.
        if mark != b',' && !stop && word == b"Patient" {
            return Some((Before::Heading, false));
        }
        if mark != b',' && (word == b"patient" || is(b"pt")) && !word.starts_with(b"PT") {
            return Some((Before::Patient, false));
        }
        if stop {
            return None;
        }
        if RELATIONS.has(word) {
            return Some((Before::Relation, false));
        }
        if is(b"by") {
            let deed = letters_before(text, text[..place].trim_ascii_end().len());
            let known = DEEDS.has(deed);
            return known.then_some((Before::By, false));
        }
        let named = is(b"named")
            || is(b"is") && {
                let earlier = letters_before(text, text[..place].trim_ascii_end().len());
                earlier.eq_ignore_ascii_case(b"name")
            };
        return named.then_some((Before::PersonLabel, false));
    }
    if is(b"name") || is(b"names") || is(b"surname") {
        let earlier = text[..place].trim_ascii_end();
        let earlier_end = earlier.len();
        let on_line = text[earlier_end..place].contains(&b'\n') || earlier.is_empty();
        let owner = letters_before(text, earlier_end);
        let known = OF_PERSONS.has(owner);
        let free = on_line || owner.is_empty();
        return match (known, free) {
            (true, _) => Some((Before::NameLabel, true)),
            (false, true) => Some((Before::BareLabel, true)),
            (false, false) => None,
        };
    }
    // `Attending MD: Bao Kestrel`
    let of_degree = || {
        is_degree(word) && PERSONS.has(letters_before(text, text[..place].trim_ascii_end().len()))
    };
    if PERSONS.has(word) || is(b"by") || of_degree() {
        return Some((Before::PersonLabel, true));
    }
    RELATIONS.has(word).then_some((Before::Relation, true))
}

/// A name that was read.
struct Name {
    count: usize,
    end: usize,
}

/// Reads capitalised words, initials and particles from `start`.
fn words(text: &[u8], start: usize, before: Before) -> Option<Name> {
    let mut at = start;
    let mut name = Name { count: 0, end: start };
    let mut first_of_all = true;
    while name.count < MOST_WORDS {
        let word = letters_at(text, at);
        let end = at + word.len();
        let Some(first) = word.first() else { break };
        let particle = PARTICLES.contains(&word);
        let capital = first.is_ascii_uppercase() || *first >= 0x80;
        let titled = first_of_all && TITLES.has(word);
        if titled {
            return None;
        }
        if !(capital || particle && !first_of_all) || word.len() > LONGEST_NAME {
            break;
        }
        if text.get(end).is_some_and(|byte| byte.is_ascii_digit() || *byte == b'_')
            || is_degree(word) && !first_of_all
        {
            break;
        }
        // A month may be the last name; a date may follow a name.
        let may = word.eq_ignore_ascii_case(b"may") && name.count > 0;
        let day = matches!(text[end..], [b' ', next, ..] if next.is_ascii_digit());
        if is_no_name(word) && (!may || day) {
            break;
        }
        if !first_of_all && OF_DRUGS.has(word) {
            return None;
        }
        let initial = word.len() == 1;
        // A capitalised word and a colon is the next label, but for the end of `Dear Dr. Kestrel:`.
        if text.get(end) == Some(&b':') && (before != Before::Title || !is_greeted(text, start)) {
            break;
        }
        let dotted = text.get(end) == Some(&b'.');
        let abbreviated = dotted && (initial || is_suffix(word));
        if !particle {
            name.count += usize::from(!initial || !first_of_all || dotted);
            name.end = end + usize::from(abbreviated);
        }
        first_of_all = false;
        let next = end + usize::from(abbreviated);
        at = match &text[next..] {
            [b' ', following, ..] if !dotted || abbreviated => {
                if following.is_ascii_alphabetic() || *following >= 0x80 { next + 1 } else { break }
            }
            // "Last, First"
            [b',', b' ', following, ..]
                if name.count == 1
                    && before != Before::Title
                    && before != Before::Relation
                    && following.is_ascii_uppercase() =>
            {
                next + 2
            }
            [b',', following, ..]
                if name.count == 1
                    && matches!(
                        before,
                        Before::NameLabel | Before::BareLabel | Before::PersonLabel
                    )
                    && following.is_ascii_uppercase() =>
            {
                next + 1
            }
            _ => break,
        };
    }
    // Two words at least unless a title or `Name:` stands before; an initial alone is none.
    (name.count > 0 && name.end > start + 1).then_some(name)
}

/// Whether the title before the name is greeted.
fn is_greeted(text: &[u8], start: usize) -> bool {
    let before = text[..start].trim_ascii_end();
    let before = before.strip_suffix(b".").unwrap_or(before);
    let title = letters_before(text, before.len());
    let greeting = text[..before.len() - title.len()].trim_ascii_end();
    letters_before(text, greeting.len()).eq_ignore_ascii_case(b"dear")
}

fn is_suffix(word: &[u8]) -> bool {
    matches!(word, b"Jr" | b"Sr")
}

fn is_degree(word: &[u8]) -> bool {
    DEGREES.contains(&word)
}

fn is_no_name(word: &[u8]) -> bool {
    NO_NAMES.has(word) || is_of_language(word)
}

/// Whether a long word ends like those of a text and unlike names.
fn is_of_language(word: &[u8]) -> bool {
    const ENDINGS: [&[u8]; 17] = [
        b"tion", b"tions", b"sion", b"ently", b"antly", b"ously", b"tely", b"ally", b"izes",
        b"ology", b"ical", b"ities", b"itis", b"emia", b"ably", b"ibly", b"fully",
    ];
    word.len() >= 7
        && ENDINGS
            .iter()
            .any(|ending| word[word.len() - ending.len()..].eq_ignore_ascii_case(ending))
        && !is_of_clan(word)
}

/// Whether the last of two names begins like `McNally`, which ends like an adverb.
fn is_of_clan(word: &[u8]) -> bool {
    let last = word.rsplit(|byte| *byte == b'-').next().unwrap_or(word);
    last.get(..2).is_some_and(|first| first.eq_ignore_ascii_case(b"mc"))
}

fn in_word(byte: &u8) -> bool {
    byte.is_ascii_alphabetic() || *byte >= 0x80 || matches!(byte, b'\'' | b'-')
}

/// The letters from a place, apostrophes and dashes among them.
fn letters_at(text: &[u8], at: usize) -> &[u8] {
    let rest = text.get(at..).unwrap_or_default();
    let length = rest.iter().take(32).take_while(|byte| in_word(byte)).count();
    let word = &rest[..length];
    let marks = word.iter().rev().take_while(|byte| matches!(byte, b'\'' | b'-')).count();
    let word = &word[..length - marks];
    word.strip_suffix(b"'s").unwrap_or(word)
}

/// The letters before a place.
fn letters_before(text: &[u8], end: usize) -> &[u8] {
    last_letters(&text[..end], LONGEST + 1)
}

#[cfg(test)]
mod tests {
    use super::{DEGREES, may_be_degree};

    #[test]
    fn every_degree_begins_like_one() {
        for degree in DEGREES {
            let stopped = [&degree[..1], b".", &degree[1..]].concat();
            assert!(may_be_degree(degree) && may_be_degree(&stopped), "{degree:?}");
        }
        assert!(!may_be_degree(b"Mary") && !may_be_degree(b"M"));
    }
}
