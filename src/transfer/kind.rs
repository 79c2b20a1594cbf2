//! What can go wrong on the way, as rules of the built-in pack `transfer`.

use crate::finding::Unit;
use crate::rule::{
    Check, CheckedRule, Citation, Confidence, Family, Pack, RuleId, Severity, Status,
};
use crate::value::Date;

/// One thing that can go wrong; each is a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// No readable record with this key arrived.
    Missing,
    /// It arrived more often than it was sent.
    Repeated,
    /// It was never sent.
    Extra,
    /// It arrived with another content.
    Altered,
    /// A value is another one.
    Changed,
    /// A value is gone.
    Emptied,
    /// A value came into being.
    Filled,
    /// Only a part of a value arrived.
    Truncated,
    /// Zeros at the front are gone.
    Zeros,
    /// A program took a value for a number or a date and wrote it in its own way.
    Mangled,
    /// Characters were read in the wrong encoding, escaped, replaced or stripped.
    Encoding,
    /// Letters were written large or small.
    Case,
    /// Line breaks inside a text are gone.
    LineBreaks,
    /// A word stands for nothing.
    NullWord,
    /// Values of a record stand under other columns.
    Shifted,
    /// White space was added, folded or trimmed.
    Whitespace,
    /// The same date, number or code is written in another form.
    Reformatted,
    /// A column is absent.
    ColumnMissing,
    /// A column was not there when it was sent.
    ColumnExtra,
    /// A file came without the names of its columns.
    HeaderMissing,
    /// A record set is absent.
    SetMissing,
    /// A record set was not there when it was sent.
    SetExtra,
    /// A file that is no table is absent or has other bytes.
    FileMissing,
    /// A file that is no table was never sent.
    FileExtra,
    /// A file is not what the manifest says.
    Manifest,
    /// A file that the manifest does not list.
    NotListed,
}

/// What a rule says.
struct Words {
    kind: Kind,
    id: &'static str,
    family: Family,
    severity: Severity,
    unit: Unit,
    title: &'static str,
    because: &'static str,
    remedy: &'static str,
    guideline: Guideline,
}

/// Which text asks for it.
#[derive(Clone, Copy)]
enum Guideline {
    /// Nothing is altered or destroyed improperly, in transmission as at rest.
    Integrity,
    /// Only what was to be disclosed is disclosed.
    Disclosure,
}

macro_rules! words {
    ($($kind:ident $family:ident $severity:ident $unit:ident $guideline:ident $id:literal
       $title:literal $because:literal $remedy:literal)*) => {
        [$(Words {
            kind: Kind::$kind,
            id: $id,
            family: Family::$family,
            severity: Severity::$severity,
            unit: Unit::$unit,
            title: $title,
            because: $because,
            remedy: $remedy,
            guideline: Guideline::$guideline,
        }),*]
    };
}

/// Every kind, in the order of the report.
const WORDS: [Words; 26] = words! {
    Missing Completeness Error Record Integrity "completeness/record-not-arrived"
        "Record did not arrive"
        "A record that is lost on its way is a gap in the chart that nobody at the receiving end can see."
        "Send the records of the list again; where the last records of a file are missing, the file was cut off."
    Repeated Completeness Error Record Integrity "completeness/record-arrived-more-than-once"
        "Record arrived more often than it was sent"
        "A record that stands twice is counted, billed or given twice."
        "Remove the surplus copies before loading, and look for a file or a batch that was delivered twice."
    Extra Confidentiality Error Record Disclosure "confidentiality/record-not-to-be-sent"
        "Record arrived that was not sent"
        "What was not to be sent is a disclosure of somebody's record, or a record that belongs to nobody."
        "Set the records aside, do not load them, and tell the sender's privacy officer."
    Altered Completeness Error Record Integrity "completeness/record-altered"
        "Record arrived with another content"
        "Records must arrive as they were sent. A value in another form, or with other white space, is listed apart and does not count here."
        "See the rules below for what happened to which columns, mend the job that did it, and send the records again."
    Changed Completeness Error Record Integrity "completeness/value-changed"
        "A value is another one than was sent"
        "No usual harm of a transfer explains the difference: the value was edited, mapped or taken from another record."
        "Compare the records of the list at both ends, and look at mappings and scripts on the way."
    Emptied Completeness Error Record Integrity "completeness/value-lost"
        "A value is gone"
        "A value that is empty at its destination looks as if it had never been documented."
        "Look for a column that was left unmapped or a type that the receiving system could not read."
    Filled Completeness Error Record Integrity "completeness/value-added"
        "A value stands where none was sent"
        "Defaults that a system fills in look like documentation."
        "Switch defaults off in the receiving job, or have them marked as such."
    Truncated Completeness Error Record Integrity "completeness/value-cut-short"
        "Only a part of a value arrived"
        "Text that is cut loses findings, doses and negations without a trace; a time that is cut loses the order of events."
        "Widen the column of the receiving table: the finding says at which length values were cut."
    Zeros Completeness Error Record Integrity "completeness/leading-zeros-lost"
        "Leading zeros are lost"
        "Record numbers, ZIP codes and drug codes without their zeros are other numbers, or nobody's."
        "Treat the column as text in every program on the way; a spreadsheet takes it for a number."
    Mangled Completeness Error Record Integrity "completeness/spreadsheet-mangled"
        "A program took the value for a number or a date and rewrote it"
        "Long identifiers in scientific notation have lost digits for good; dates as day counts and codes as dates are read as something else."
        "Never open an export in a spreadsheet and save it; import columns as text, and keep identifiers out of number types."
    Encoding Completeness Error Record Integrity "completeness/characters-damaged"
        "Characters were read in the wrong encoding, escaped, replaced or lost"
        "Names with broken letters no longer match, and patients are entered twice."
        "Declare UTF-8 at both ends, undo escapes before loading, and send again: replaced characters cannot be restored."
    Case Completeness Error Record Integrity "completeness/case-changed"
        "Capital and small letters were changed"
        "Codes and identifiers may differ by case, and names lose their spelling."
        "Leave the case alone in the job; compare without case at the destination if need be."
    LineBreaks Completeness Error Record Integrity "completeness/line-breaks-lost"
        "Line breaks inside a text are lost"
        "Lists of drugs and findings run together when their lines do."
        "Quote fields that hold line breaks instead of taking the breaks out."
    NullWord Completeness Error Record Integrity "completeness/missing-became-a-word"
        "A word stands where nothing was sent, or the other way round"
        "`NULL` or `nan` in a field is taken for a value by whoever reads it next."
        "Write missing values as empty fields."
    Shifted Completeness Error Record Integrity "completeness/columns-shifted"
        "Values of the record stand under other columns"
        "Every such value is under the wrong heading."
        "Look for a delimiter inside a field that was not quoted and for columns that a mapping exchanged, and send the records again."
    Whitespace Completeness Warning Record Integrity "completeness/white-space-changed"
        "White space was trimmed, folded or added"
        "The value is the same to a reader, not to a program that compares it."
        "Harmless in most columns; pad fixed-width codes again where they matter."
    Reformatted Completeness Warning Record Integrity "completeness/form-changed"
        "The same date, number or code is written in another form"
        "The value is the same; whoever reads 01/02/2026 must know which is the month."
        "Agree on ISO dates and plain numbers, or tell the receiver the format."
    ColumnMissing Completeness Error Field Integrity "completeness/column-not-arrived"
        "A column did not arrive"
        "What a column held is lost for every record."
        "Add the column to the export or to the mapping, and send again."
    ColumnExtra Confidentiality Error Field Disclosure "confidentiality/column-not-to-be-sent"
        "A column arrived that was not sent"
        "A column more is a disclosure for every record of the table."
        "Find out what added it; leave it out if nobody asked for it."
    HeaderMissing Completeness Error File Integrity "completeness/header-not-arrived"
        "A table arrived without the names of its columns"
        "Whoever loads such a file loses its first record and guesses what stands in which column."
        "Put the header on every file, also where a table is cut into parts."
    SetMissing Completeness Error Group Integrity "completeness/record-set-not-arrived"
        "A record set did not arrive"
        "A whole kind of records is missing."
        "Send its files again."
    SetExtra Confidentiality Error Group Disclosure "confidentiality/record-set-not-to-be-sent"
        "A record set arrived that was not sent"
        "A whole kind of records was disclosed, or comes from somewhere else."
        "Set the files aside, and tell the sender's privacy officer."
    FileMissing Completeness Error File Integrity "completeness/file-not-arrived"
        "A file that is no table did not arrive unaltered"
        "Documents, images and archives are compared byte for byte."
        "Send the file again."
    FileExtra Confidentiality Error File Disclosure "confidentiality/file-not-to-be-sent"
        "A file that is no table arrived and was not sent"
        "Nobody can say what is in it and whom it is about."
        "Set the file aside, and ask the sender."
    Manifest Completeness Error File Integrity "completeness/file-not-as-listed"
        "A file is not what the manifest says"
        "The manifest says what was sent; a file of another size, hash or number of records is not that file."
        "Send the file again, or have the manifest written by the job that writes the files."
    NotListed Confidentiality Error File Disclosure "confidentiality/file-not-listed"
        "A file is not in the manifest"
        "What the manifest does not list was not to be sent."
        "Set the file aside, or add it to the manifest if it belongs there."
};

impl Kind {
    /// Every kind, in the order of the report.
    pub fn all() -> impl Iterator<Item = Self> {
        WORDS.iter().map(|words| words.kind)
    }

    fn words(self) -> &'static Words {
        // INVARIANT: the words stand in the order of the kinds; a test holds them to it.
        &WORDS[self as usize]
    }

    /// The number of its rule.
    pub(super) fn rule(self) -> u32 {
        self as u32
    }

    /// The id of its rule.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.words().id
    }

    /// What is wrong, in a few words.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.words().title
    }

    /// What its rule counts.
    pub(super) fn unit(self) -> Unit {
        self.words().unit
    }

    /// Whether the value is the same to whoever reads it.
    #[must_use]
    pub fn is_form(self) -> bool {
        matches!(self, Self::Whitespace | Self::Reformatted)
    }

    /// Whether it happens to a value of a record that arrived.
    #[must_use]
    pub fn is_change(self) -> bool {
        self >= Self::Changed && self <= Self::Reformatted
    }
}

/// What the rules of the pack are declared in, for people.
const DECLARED: &str = "chartaudit/transfer";

/// The version of the pack.
const VERSION: &str = "1.0.0";

/// The built-in pack.
#[must_use]
pub fn pack() -> Pack {
    let mut hasher = blake3::Hasher::new();
    for words in &WORDS {
        for text in [words.id, words.title, words.because, words.remedy] {
            hasher.update(text.as_bytes());
            hasher.update(b"\n");
        }
    }
    Pack {
        name: "transfer".to_owned(),
        title: "Transfers: everything arrived, once, unaltered".to_owned(),
        version: VERSION.to_owned(),
        jurisdiction: None,
        facility: None,
        digest: hasher.finalize().to_hex().to_string(),
        params: Vec::new(),
        not_checkable: Vec::new(),
        rules: WORDS.iter().map(rule).collect(),
    }
}

fn rule(words: &Words) -> CheckedRule {
    CheckedRule {
        id: RuleId { family: words.family, text: words.id.to_owned() },
        pack: "transfer".to_owned(),
        title: words.title.to_owned(),
        severity: words.severity,
        status: Status::Stable,
        required: false,
        guideline: guideline(words.guideline),
        record_set: "all record sets".to_owned(),
        relations: Vec::new(),
        applies: None,
        check: Check::Compared,
        unknown_violates: false,
        tolerance: None,
        report_fictional: false,
        because: Some(words.because.to_owned()),
        remedy: Some(words.remedy.to_owned()),
        assign: None,
        examples: Vec::new(),
        fields: Vec::new(),
        where_text: None,
        check_text: match words.kind {
            Kind::Manifest | Kind::NotListed => "what arrived, held against the manifest",
            _ => "what arrived, held against what was sent",
        }
        .to_owned(),
        tailored: None,
        off: None,
        declared: (DECLARED.to_owned(), 1),
    }
}

fn guideline(which: Guideline) -> Vec<Citation> {
    let cite = |cite: &str, confidence: Confidence| Citation {
        cite: cite.to_owned(),
        authority: Some("HHS OCR".to_owned()),
        confidence,
        url: None,
        text_as_of: (confidence == Confidence::Primary).then(|| "January 2025".to_owned()),
        from: Date::from_ymd(2005, 4, 20).filter(|_| confidence == Confidence::Primary),
        to: None,
    };
    match which {
        Guideline::Integrity => vec![
            cite("45 CFR 164.312(c)(1)", Confidence::Primary),
            cite("45 CFR 164.312(e)(2)(i)", Confidence::Secondary),
        ],
        Guideline::Disclosure => {
            vec![Citation { from: None, ..cite("45 CFR 164.502(b)", Confidence::Primary) }]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, WORDS, pack};
    use crate::rule::Family;

    #[test]
    fn the_words_stand_in_the_order_of_the_kinds() {
        for (number, words) in WORDS.iter().enumerate() {
            assert_eq!(words.kind as usize, number, "{}", words.id);
            let family = match words.family {
                Family::Retention => "retention/",
                Family::Confidentiality => "confidentiality/",
                Family::Completeness => "completeness/",
            };
            assert!(words.id.starts_with(family), "{}", words.id);
        }
        assert_eq!(Kind::NotListed as usize + 1, WORDS.len());
        let mut ids: Vec<_> = Kind::all().map(Kind::id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), WORDS.len());
    }

    #[test]
    fn differences_of_form_are_warnings() {
        for (kind, rule) in Kind::all().zip(pack().rules) {
            assert_eq!(kind.is_form(), rule.severity == crate::rule::Severity::Warning);
        }
    }
}
