//! One finding on its way to the worklist.

use serde::{Deserialize, Serialize};

use crate::finding::{self, Standing, neutral};
use crate::report::assemble::{bearer, overdue_entry};
use crate::report::json::v1::{Finding, FindingStatus, KeyPart, Masking, Overdue};
use crate::report::phrase;
use crate::report::rows::{key_cell, key_parts};
use crate::report::stream::StreamOptions;
use crate::value::Date;

/// What is said of a finding that is no news.
const KNOWN: &str = " (known from the baseline)";

/// One finding: what its row says that its rule does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) rule: u32,
    pub(super) assignee: Assignee,
    pub(super) overdue: Option<Overdue>,
    pub(super) due: Option<String>,
    pub(super) file: Option<String>,
    pub(super) record: Option<u64>,
    pub(super) line: Option<u64>,
    pub(super) key: String,
    pub(super) fields: String,
    pub(super) message: String,
}

/// Who is to mend a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) enum Assignee {
    /// A keyed tag, or a value in clear.
    Named(String),
    /// Nobody knows who it is; the same stands for the same person in this run.
    Numbered(u128),
    /// The field that names the person is blank.
    Missing,
    /// The rule names nobody.
    Nobody,
}

impl Entry {
    /// A finding of a scan.
    pub(super) fn of_scan(finding: &finding::Finding, options: StreamOptions) -> Self {
        let assignee = match &finding.assign {
            None => Assignee::Nobody,
            Some(tag) => match (&tag.revealed, tag.hash) {
                (Some(value), _) => Assignee::Named(value.as_str().to_owned()),
                (None, 0) => Assignee::Missing,
                (None, hash) if options.site_key_present => {
                    Assignee::Named(finding::tag_text(hash))
                }
                (None, hash) => Assignee::Numbered(hash),
            },
        };
        let fields = finding
            .fields
            .iter()
            .map(|field| format!("{}: {}", neutral(&field.name), field.value.as_str()));
        Self {
            rule: finding.rule,
            assignee,
            overdue: finding.overdue.map(|overdue| overdue_entry(overdue.age)),
            due: finding.overdue.and_then(|overdue| overdue.due).map(|day| day.to_string()),
            file: finding.place.file.as_deref().map(neutral),
            record: finding.place.record,
            line: finding.place.line,
            key: key_cell(&key_parts(&finding.key, options.site_key_present)),
            fields: with_found(
                fields.collect(),
                finding.identifier.as_ref().map(|found| found.2),
                finding.person.filter(|of| of.hash != 0 && options.site_key_present).map(|of| {
                    phrase::person_tagged(bearer(of.bearer), &finding::tag_text(of.hash))
                }),
            ),
            message: match finding.standing {
                Standing::Known => format!("{}{KNOWN}", neutral(&finding.message)),
                Standing::Open | Standing::Waived(_) => neutral(&finding.message),
            },
        }
    }

    /// An example of a saved report. Keys that are numbered in it mean nothing outside of it.
    pub(super) fn of_report(
        rule: u32,
        finding: &Finding,
        site_key: bool,
        masking: Masking,
    ) -> Self {
        let numbered = |part: &KeyPart| {
            let digits = part.tag.strip_prefix('#').filter(|_| !site_key && masking == Masking::On);
            digits.and_then(|digits| digits.parse::<u128>().ok())
        };
        let assignee = match &finding.assign {
            None => Assignee::Nobody,
            Some(part) if part.tag == "(missing)" => Assignee::Missing,
            Some(part) => match numbered(part) {
                Some(number) => Assignee::Numbered(number),
                None => Assignee::Named(neutral(&part.tag)),
            },
        };
        let shown: Vec<&KeyPart> =
            finding.key.iter().filter(|part| numbered(part).is_none()).collect();
        let key = match shown.as_slice() {
            [part] => part.tag.clone(),
            parts => {
                let parts = parts.iter().map(|part| format!("{}={}", part.field, part.tag));
                parts.collect::<Vec<_>>().join("; ")
            }
        };
        let fields = finding.fields.iter().map(|field| format!("{}: {}", field.name, field.value));
        Self {
            rule,
            assignee,
            overdue: finding.overdue,
            due: finding.due.as_deref().map(neutral),
            file: finding.file.as_deref().map(neutral),
            record: finding.record,
            line: finding.line,
            key: neutral(&key),
            fields: neutral(&with_found(
                fields.collect(),
                finding.span.map(|[start, end]| (start, end)),
                phrase::person(finding).filter(|_| site_key),
            )),
            message: match finding.status {
                FindingStatus::Baselined => format!("{}{KNOWN}", finding.message),
                FindingStatus::Open | FindingStatus::Waived => finding.message.clone(),
            },
        }
    }

    /// The day on which it was due, where it is known.
    pub(super) fn due_day(&self) -> Option<Date> {
        self.due.as_deref().and_then(day)
    }
}

/// The fields, and where in the last one an identifier lies and whose it is.
fn with_found(mut fields: Vec<String>, span: Option<(u32, u32)>, person: Option<String>) -> String {
    fields.extend(span.map(|(start, end)| format!("bytes {start} to {end}")));
    fields.extend(person.map(|person| format!("of {person}")));
    fields.join("; ")
}

/// The day that a report writes.
pub(super) fn day(text: &str) -> Option<Date> {
    let date: jiff::civil::Date = text.parse().ok()?;
    let days = date.since(jiff::civil::date(1970, 1, 1)).ok()?.get_days();
    Some(Date(days))
}
