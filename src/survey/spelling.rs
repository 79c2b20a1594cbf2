//! How exports spell the codes of the dictionary.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::each_text;
use crate::plan::CellReader;
use crate::rule::Field;
use crate::source::Batch;
use crate::survey::word::NOTHING;

/// Field, code of the dictionary, and what exports write for it. What is like the code itself but for case, blanks and
/// signs need not stand here.
const SPELLINGS: [(&str, &str, &[&str]); 25] = [
    ("class", "inpatient", &["IP", "I", "INP", "IMP", "ACUTE", "Inpatient Hospital"]),
    ("class", "outpatient", &["OP", "O", "OUT", "AMB", "Ambulatory", "Clinic", "Office Visit"]),
    ("class", "emergency", &["ER", "ED", "E", "EMER", "EMERG", "Emergency Department"]),
    ("class", "observation", &["OBS", "OBSENC", "OBV"]),
    ("class", "virtual", &["VR", "Telehealth", "Telemedicine", "Video Visit"]),
    ("class", "home", &["HH", "Home Health"]),
    ("class", "preadmission", &["PRE", "P", "PREADMIT"]),
    ("class", "newborn", &["NB", "N"]),
    ("class", "skilled-nursing", &["SNF"]),
    ("class", "hospice", &["HSP"]),
    ("doc_type", "history-and-physical", &["H&P", "HP", "H & P"]),
    ("doc_type", "hp-update", &["H&P Update", "Interval H&P", "Interval Note"]),
    ("doc_type", "discharge-summary", &["DS", "D/C Summary", "DC Summary", "Disch Summary"]),
    ("doc_type", "operative-note", &["Op Note", "Operative Report", "OP Report", "Op Report"]),
    ("doc_type", "consult", &["Consultation", "Consult Note", "Consultation Note"]),
    ("doc_type", "progress", &["Progress Note", "Progress Notes", "PN", "Daily Note"]),
    ("doc_type", "psychotherapy", &["Psychotherapy Note", "Psychotherapy Notes"]),
    ("doc_type", "sud-counseling", &["SUD Counseling Note", "SUD Counselling Note", "SUD Note"]),
    ("doc_type", "consent", &["Consent Form", "Informed Consent"]),
    ("doc_type", "anesthesia-record", &["Anesthesia Record", "Anaesthesia Record"]),
    ("doc_type", "radiology-report", &["Rad Report", "Radiology", "Imaging Report"]),
    ("doc_type", "laboratory-report", &["Lab Report", "Lab", "Lab Result", "Laboratory"]),
    ("doc_type", "pathology-report", &["Path Report", "Pathology"]),
    ("doc_type", "nursing", &["Nursing Note", "Nurse Note", "RN Note"]),
    ("doc_type", "ed-note", &["ED Note", "ER Note", "ED Provider Note", "Emergency Note"]),
];

/// What was seen of a field's codes.
#[derive(Debug, Default)]
pub(super) struct Codes {
    /// Codes of the dictionary that it holds, by whatever spelling.
    pub(super) seen: Vec<String>,
    /// Codes of the dictionary and how the file spells them; empty where it spells all of them as the dictionary does.
    pub(super) spelled: Vec<(String, Vec<String>)>,
    /// How many different texts are no code of the dictionary by any spelling that is known.
    pub(super) unknown: u64,
    /// How many records hold one of them.
    pub(super) unknown_records: u64,
}

/// So many texts that are no code say that the column holds something else.
const MOST: usize = 500;

/// Holds the texts of a column against the codes that the dictionary declares.
pub(super) fn codes(
    batches: &mut [Batch],
    column: usize,
    field: &Field,
    reader: &CellReader,
) -> Codes {
    let mut spelled: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut written: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut unknown: BTreeSet<Vec<u8>> = BTreeSet::new();
    let mut unknown_records = 0;
    let mut other = false;
    for batch in batches {
        each_text(batch, column, reader, |text| {
            if let Some(code) = field.values.iter().find(|code| code.as_bytes() == text) {
                spelled.entry(code).or_default().insert(code);
                return;
            }
            if NOTHING.iter().any(|word| word.as_bytes() == text) {
                return;
            }
            match known(field, text) {
                Some((code, Spelled::Listed(spelling))) => {
                    other = true;
                    spelled.entry(code).or_default().insert(spelling);
                }
                Some((code, Spelled::Alike(text))) => {
                    other = true;
                    written.entry(code).or_default().insert(text);
                }
                None => {
                    unknown_records += 1;
                    if unknown.len() < MOST {
                        unknown.insert(text.to_vec());
                    }
                }
            }
        });
    }
    let mut all: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (code, spellings) in spelled {
        all.entry(code).or_default().extend(spellings.into_iter().map(str::to_owned));
    }
    for (code, texts) in written {
        all.entry(code).or_default().extend(texts);
    }
    let order = |code: &str| field.values.iter().position(|value| value == code);
    let seen = all.keys().map(|code| (*code).to_owned()).collect();
    let mut spelled: Vec<(String, Vec<String>)> =
        all.into_iter().filter(|_| other).map(|(code, texts)| (code.to_owned(), texts)).collect();
    spelled.sort_by_key(|(code, _)| order(code));
    Codes { seen, spelled, unknown: unknown.len() as u64, unknown_records }
}

/// How a text spells a code.
enum Spelled {
    /// As the list has it.
    Listed(&'static str),
    /// Like the code itself, but for case, blanks and signs: the letters are those of the dictionary.
    Alike(String),
}

/// The code that a text spells, if it is one that a field can have.
fn known<'f>(field: &'f Field, text: &[u8]) -> Option<(&'f str, Spelled)> {
    let code = |name: &str| field.values.iter().find(|value| *value == name).map(String::as_str);
    let listed = SPELLINGS.iter().filter(|(of, ..)| *of == field.name);
    for (_, name, spellings) in listed {
        let found =
            spellings.iter().find(|spelling| spelling.as_bytes().eq_ignore_ascii_case(text));
        if let (Some(spelling), Some(code)) = (found, code(name)) {
            return match *spelling {
                exact if exact.as_bytes() == text => Some((code, Spelled::Listed(exact))),
                _ => Some((code, Spelled::Alike(String::from_utf8(text.to_vec()).ok()?))),
            };
        }
    }
    let text = std::str::from_utf8(text).ok()?;
    let plain = letters(text);
    let alike = field.values.iter().find(|value| letters(value) == plain)?;
    // A sign that no spelling needs may be part of something else.
    let signs = text.chars().all(|char| char.is_ascii_alphanumeric() || " -_/&".contains(char));
    signs.then(|| (alike.as_str(), Spelled::Alike(text.to_owned())))
}

/// The letters and digits of a text, in lower case.
fn letters(text: &str) -> String {
    let kept = text.chars().filter(|char| char.is_ascii_alphanumeric());
    kept.map(|char| char.to_ascii_lowercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Spelled, known};
    use crate::rule::{Field, Phi};
    use crate::value::FieldType;

    #[test]
    fn spellings_are_those_that_are_known() {
        check("inpatient", Some(("inpatient", "inpatient")));
        check("IP", Some(("inpatient", "IP")));
        check("ip", Some(("inpatient", "ip")));
        check("IN-PATIENT", Some(("inpatient", "IN-PATIENT")));
        check("Urgent Care", Some(("urgent-care", "Urgent Care")));
        for other in ["Quellwater", "", "912-45-6781", "inpatient@example.com", "in\npatient"] {
            check(other, None);
        }
    }

    #[test]
    fn every_spelling_is_of_a_code_of_the_dictionary() {
        let book = crate::rule::load(crate::rule::embedded(), &Default::default());
        let dictionary = book.expect("what ships is sound").dictionary;
        let fields = || dictionary.sets.iter().flat_map(|set| &set.fields);
        for (field, code, _) in super::SPELLINGS {
            let declared =
                fields().any(|of| of.name == field && of.values.iter().any(|value| value == code));
            assert!(declared, "{field}: {code}");
        }
    }

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str)>) {
        let field = Field {
            name: "class".to_owned(),
            ty: FieldType::Code,
            phi: Phi::None,
            label: None,
            aliases: Vec::new(),
            values: ["inpatient", "urgent-care"].map(str::to_owned).into(),
            references: None,
            often_blank: false,
        };
        let found = known(&field, text.as_bytes()).map(|(code, spelled)| match spelled {
            Spelled::Listed(spelling) => (code.to_owned(), spelling.to_owned()),
            Spelled::Alike(spelling) => (code.to_owned(), spelling),
        });
        let expected = expected.map(|(code, text)| (code.to_owned(), text.to_owned()));
        assert_eq!(found, expected, "of {text:?}");
    }
}
