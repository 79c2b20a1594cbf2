//! How long each record is kept, one row each, in memory that does not grow.

use std::io;
use std::path::Path;

use serde::Serialize;

use crate::finding::{Holding, Reveal, neutral};
use crate::report::ReportError;
use crate::report::rows::{KeyPart, Row, RowFile, key_cell, key_parts, number_cell};
use crate::report::stream::StreamOptions;
use crate::retention::{FactValue, FloorKind, RecordClass, Ruling, Standing, Timetable};
use crate::value::Date;

/// The columns of the list.
const COLUMNS: [&str; 13] = [
    "file",
    "record",
    "line",
    "key",
    "class",
    "status",
    "not_before",
    "until",
    "decided_by",
    "why",
    "missing",
    "holds",
    "requests",
];

/// Whether a file that begins so is a list of what is kept, and holds no records.
pub(super) fn holds_holdings(start: &[u8]) -> bool {
    start.starts_with(COLUMNS.join(",").as_bytes())
        || start.starts_with(br#"{"file":"#)
            && memchr::memmem::find(start, br#","class":"#).is_some()
            && memchr::memmem::find(start, br#","status":""#).is_some()
}

/// The file that takes how long each record is kept.
#[derive(Debug)]
pub struct HoldingList {
    /// What the rows show.
    options: StreamOptions,
    /// The day of the audit.
    as_of: Date,
    /// The file.
    file: RowFile,
    /// Where the first row begins.
    first: u64,
}

/// One record as a JSON object.
#[derive(Serialize)]
struct HoldingRow<'a> {
    file: Option<String>,
    record: Option<u64>,
    line: Option<u64>,
    key: Vec<KeyPart<'a>>,
    class: Option<&'a str>,
    status: &'a str,
    not_before: Option<String>,
    until: Option<String>,
    decided_by: Option<&'a str>,
    why: Option<String>,
    missing: Option<String>,
    holds: Option<String>,
    requests: Option<String>,
}

impl HoldingList {
    /// Creates the file; its name says the format: `.csv`, `.jsonl` or `.ndjson`.
    ///
    /// # Errors
    /// When the name says no format, or the file cannot be created.
    pub fn create(path: &Path, options: StreamOptions, as_of: Date) -> Result<Self, ReportError> {
        let mut file = RowFile::create(path, &COLUMNS, options.reveal)?;
        let first = file
            .mark()
            .map_err(|cause| ReportError::Write { path: path.display().to_string(), cause });
        Ok(Self { options, as_of, file, first: first? })
    }

    /// Adds a record, judged by these rows.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn add(&mut self, holding: &Holding, table: &Timetable) -> io::Result<()> {
        self.file.add(&row(holding, table, self.as_of, self.options))
    }

    /// Forgets every row.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn start_over(&mut self) -> io::Result<()> {
        self.file.rewind(self.first)
    }

    /// Writes what is still gathered. Without it, the last rows may be lost unnoticed.
    ///
    /// # Errors
    /// Whatever the file system says.
    pub fn finish(self) -> io::Result<()> {
        self.file.finish()
    }
}

/// What is said of one record.
pub(super) struct Words {
    /// What may be done with it.
    pub(super) standing: Standing,
    /// Before it, destruction is certainly unlawful.
    pub(super) not_before: Option<Date>,
    /// From it, destruction is certainly lawful.
    pub(super) until: Option<Date>,
    /// The floor that decides.
    pub(super) floor: Option<(u16, FloorKind)>,
    /// What is missing, in one line.
    pub(super) missing: Option<String>,
}

impl Words {
    /// What is said of that record on that day.
    pub(super) fn of(holding: &Holding, table: &Timetable, as_of: Date) -> Self {
        let Holding { outlook, claims, .. } = holding;
        let standing = outlook.standing(claims, as_of);
        let later = |day: Option<Date>| day.filter(|day| *day > as_of);
        let open = match standing {
            Standing::Undecided | Standing::NoRow => true,
            Standing::Keep | Standing::Held | Standing::Requested => {
                outlook.lawful.high.is_none_or(|high| high > as_of) && !outlook.lawful.is_exact()
            }
            Standing::Destroyable | Standing::Permanent | Standing::Gone => false,
        };
        let floor = match standing {
            Standing::Gone | Standing::NoRow => None,
            Standing::Permanent => outlook.certain,
            _ if outlook.lawful.high.is_none() => outlook.certain.or(outlook.safe),
            _ => outlook.safe,
        };
        let bounded = !matches!(standing, Standing::Permanent | Standing::Gone);
        Self {
            standing,
            not_before: later(outlook.lawful.low).filter(|_| bounded),
            until: later(outlook.lawful.high).filter(|_| bounded),
            floor,
            missing: open
                .then(|| table.reason(&outlook.undecided(claims, as_of)))
                .filter(|words| !words.is_empty()),
        }
    }
}

/// The day from which on something is certainly so. A day would show a birthday: without a flag it is the first year
/// that begins no earlier.
pub(super) fn from(day: Date, reveal: Reveal) -> String {
    if reveal == Reveal::Values { day.to_string() } else { year_from(day).to_string() }
}

/// The year on whose first day something that begins on that day has certainly begun.
pub(super) fn year_from(day: Date) -> i32 {
    let (year, first) = (day.year(), day.month() == 1 && day.day() == 1);
    if first { year } else { year.saturating_add(1) }
}

/// The day before which something is certainly not so; without a flag the year in which it lies.
pub(super) fn not_before(day: Date, reveal: Reveal) -> String {
    if reveal == Reveal::Values { day.to_string() } else { day.year().to_string() }
}

/// A count of what stands against destruction.
fn count(value: FactValue) -> Option<String> {
    match value {
        FactValue::Absent | FactValue::Missing => None,
        FactValue::Unknown => Some("unknown".to_owned()),
        FactValue::Known { low, high } if low == high => Some(low.to_string()),
        FactValue::Known { low, high } => Some(format!("{low} to {high}")),
    }
}

/// The record as a row.
fn row<'a>(
    holding: &'a Holding,
    table: &'a Timetable,
    as_of: Date,
    options: StreamOptions,
) -> HoldingRow<'a> {
    let Words { standing, not_before: low, until, floor, missing } =
        Words::of(holding, table, as_of);
    let litigation = matches!(holding.claims.litigation, Ruling::Violation(_));
    let holds: Vec<String> = count(holding.claims.holds)
        .into_iter()
        .chain(litigation.then(|| "litigation".to_owned()))
        .collect();
    HoldingRow {
        file: holding.place.file.as_deref().map(neutral),
        record: holding.place.record,
        line: holding.place.line,
        key: key_parts(&holding.key, options.site_key_present),
        class: holding.class.map(RecordClass::name),
        status: standing.name(),
        not_before: low.map(|day| not_before(day, options.reveal)),
        until: until.map(|day| from(day, options.reveal)),
        decided_by: floor.map(|(row, _)| table.citation(row)).filter(|cite| !cite.is_empty()),
        why: floor.map(|(row, kind)| neutral(&table.floor_words(row, kind))),
        missing: missing.map(|words| neutral(&words)),
        holds: (!holds.is_empty()).then(|| holds.join("; ")),
        requests: count(holding.claims.requests),
    }
}

impl Row for HoldingRow<'_> {
    fn cells(&self) -> Vec<String> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            text(&self.file),
            number_cell(self.record),
            number_cell(self.line),
            key_cell(&self.key),
            self.class.unwrap_or_default().to_owned(),
            self.status.to_owned(),
            text(&self.not_before),
            text(&self.until),
            self.decided_by.unwrap_or_default().to_owned(),
            text(&self.why),
            text(&self.missing),
            text(&self.holds),
            text(&self.requests),
        ]
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::path::PathBuf;
    use std::sync::Arc;

    use super::{HoldingList, StreamOptions, from, holds_holdings, not_before};
    use crate::finding::{Holding, Masked, Place, Reveal, Tag};
    use crate::report::holds_findings;
    use crate::retention::{
        Bounds, Claims, Confidence, CountedFrom, Fact, FactSet, FactValue, FloorKind, Force, Minor,
        MinorAge, MinorBasis, MinorRule, Outlook, Period, Place as LawPlace, RecordClass, Schedule,
        ScheduleRow, Termed, Timetable, TimetableSettings, Trigger,
    };
    use crate::value::Date;

    pub(in crate::report) const AS_OF: Date = Date(20_000);
    const PLAIN: StreamOptions = StreamOptions { reveal: Reveal::Nothing, site_key_present: false };

    /// A schedule of one row: ten years, and a minor's birthday.
    pub(in crate::report) fn schedule() -> Schedule {
        Schedule {
            name: "us-states".to_owned(),
            title: "States".to_owned(),
            version: "1.0.0".to_owned(),
            digest: "ab".repeat(32),
            places: vec![LawPlace {
                code: "US-WA".to_owned(),
                name: "Washington".to_owned(),
                majority: (18, 18),
                gap: None,
            }],
            rows: vec![ScheduleRow {
                schedule: "us-states".to_owned(),
                place: "US-WA".to_owned(),
                facilities: Vec::new(),
                classes: vec![RecordClass::MedicalRecord],
                payers: Vec::new(),
                force: Force::Law,
                period: Some(Termed {
                    triggers: vec![Trigger::LastDischarge],
                    shortest: Period::years(10),
                    longest: Period::years(10),
                    counted_from: CountedFrom::Day,
                    when_missing: None,
                }),
                permanent: false,
                minors: Minor::Rule(MinorRule {
                    basis: MinorBasis::Discharge,
                    below: None,
                    until: MinorAge::Birthday(21),
                    until_if_last_year: None,
                    after_death_years: None,
                }),
                death: None,
                litigation: None,
                unless: None,
                lifted_by: Vec::new(),
                conditions: Vec::new(),
                log_required: false,
                limit: None,
                next_day: false,
                citation: "RCW 70.41.190".to_owned(),
                authority: None,
                url: None,
                from: None,
                to: None,
                verified_on: None,
                source: None,
                confidence: Confidence::Primary,
                note: None,
            }],
            not_shipped: Vec::new(),
        }
    }

    pub(in crate::report) fn table() -> Timetable {
        let chosen =
            TimetableSettings { places: vec!["US-WA".to_owned()], ..TimetableSettings::default() };
        Timetable::new(&[schedule()], &chosen)
    }

    /// A record whose earliest lawful day lies between these, so many days after the day of the audit.
    pub(in crate::report) fn holding(
        record: u64,
        low: Option<i32>,
        high: Option<i32>,
        claims: Claims,
    ) -> Holding {
        let day = |days: i32| Date(AS_OF.0 + days);
        let exact = low.is_some() && low == high;
        Holding {
            rule: 0,
            place: Place {
                file: Some(Arc::from("record_inventory.csv")),
                record: Some(record),
                line: Some(record + 1),
            },
            key: vec![Tag { field: "record_id".to_owned(), hash: 5 << 90, revealed: None }],
            class: Some(RecordClass::MedicalRecord),
            outlook: Outlook {
                lawful: Bounds { low: low.map(day), high: high.map(day) },
                certain: Some((0, FloorKind::Period)),
                safe: Some((0, FloorKind::Minor)),
                open: if exact { FactSet::EMPTY } else { FactSet::of(Fact::Birth) },
                rows: 1,
                gap: None,
            },
            claims,
        }
    }

    #[test]
    fn each_record_is_a_row() {
        let held = Claims { holds: FactValue::exact(2), ..Claims::NONE };
        let asked = Claims { requests: FactValue::exact(1), ..Claims::NONE };
        let minor = "until a minor's 21st birthday, RCW 70.41.190";
        let adult = "10 years after the most recent discharge, RCW 70.41.190";
        check(holding(1, Some(-9), Some(-9), Claims::NONE), "destroyable,,", minor, ",,");
        check(holding(2, Some(900), Some(900), Claims::NONE), "keep,2027,2028", minor, ",,");
        check(
            holding(3, Some(-9), Some(900), Claims::NONE),
            "undecided,,2028",
            minor,
            "not known: birth date,,",
        );
        check(
            holding(4, Some(900), None, Claims::NONE),
            "keep,2027,",
            adult,
            "not known: birth date,,",
        );
        check(holding(5, Some(-9), Some(-9), held), "held,,", minor, ",2,");
        check(holding(6, Some(-9), Some(-9), asked), "requested,,", minor, ",,1");
    }

    #[track_caller]
    fn check(holding: Holding, status: &str, why: &str, rest: &str) {
        let (folder, path) = place("list.csv");
        let record = holding.place.record.unwrap();
        let text = written(&path, &[holding], PLAIN);
        drop(folder);
        let line = record + 1;
        let expected = format!(
            "record_inventory.csv,{record},{line},,medical_record,{status},RCW 70.41.190,\"{why}\",{rest}"
        );
        assert_eq!(text.lines().nth(1), Some(expected.as_str()));
    }

    #[test]
    fn days_are_rounded_to_the_safe_side() {
        let day = |year, month, day| Date::from_ymd(year, month, day).unwrap();
        for (date, year) in
            [((2030, 1, 1), "2030"), ((2030, 1, 2), "2031"), ((2030, 12, 31), "2031")]
        {
            let (y, m, d) = date;
            assert_eq!(from(day(y, m, d), Reveal::Nothing), year);
            assert_eq!(from(day(y, m, d), Reveal::Keys), year, "keys are no days");
            assert_eq!(not_before(day(y, m, d), Reveal::Nothing), "2030");
        }
        assert_eq!(from(day(2030, 5, 6), Reveal::Values), "2030-05-06");
        assert_eq!(from(Date::MAX, Reveal::Nothing), "10000");
    }

    #[test]
    fn json_lines_are_read_back() {
        let (_folder, path) = place("list.jsonl");
        let keyed = StreamOptions { reveal: Reveal::Values, site_key_present: true };
        let mut last = holding(2, Some(900), Some(900), Claims::NONE);
        last.key[0].revealed = Some(Masked::revealed(b"=R-2", Reveal::Values));
        let text = written(&path, &[holding(1, Some(-9), Some(-9), Claims::NONE), last], keyed);
        let rows: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(rows[0]["status"], "destroyable");
        assert_eq!(rows[0]["until"], serde_json::Value::Null);
        assert_eq!(rows[0]["key"][0]["tag"], "0000-000m");
        assert_eq!(rows[1]["key"][0]["tag"], "=R-2");
        assert_eq!(rows[1]["until"], "2027-03-23");
        assert!(holds_holdings(text.as_bytes()), "it is known again");
    }

    #[test]
    fn formulas_are_defused_and_lists_are_no_input() {
        let (_folder, path) = place("list.csv");
        let mut hostile = holding(1, Some(-9), Some(-9), Claims::NONE);
        hostile.place.file = Some(Arc::from("=cmd|' /C calc'!A0\u{1b}.csv"));
        let text = written(&path, &[hostile], PLAIN);
        assert!(text.contains("'=cmd|' /C calc'!A0\u{fffd}.csv"), "{text}");
        assert!(holds_findings(text.as_bytes()));
    }

    #[test]
    fn files_that_are_read_again_start_over() {
        for name in ["list.csv", "list.jsonl"] {
            let (_folder, path) = place(name);
            let mut list = HoldingList::create(&path, PLAIN, AS_OF).unwrap();
            for record in 1..2_000 {
                list.add(&holding(record, Some(1), Some(1), Claims::NONE), &table()).unwrap();
            }
            list.start_over().unwrap();
            list.add(&holding(7, Some(1), Some(1), Claims::NONE), &table()).unwrap();
            list.finish().unwrap();
            let text = std::fs::read_to_string(&path).unwrap();
            let rows = text.lines().filter(|line| line.contains("keep")).count();
            assert_eq!(rows, 1, "{name}");
            assert!(!text.contains('\0'), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn clear_data_is_for_the_owner() {
        use std::os::unix::fs::PermissionsExt as _;
        let (_folder, path) = place("list.csv");
        written(&path, &[], StreamOptions { reveal: Reveal::Keys, ..PLAIN });
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }

    fn place(name: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        (folder, path)
    }

    fn written(path: &std::path::Path, holdings: &[Holding], options: StreamOptions) -> String {
        let mut list = HoldingList::create(path, options, AS_OF).unwrap();
        for holding in holdings {
            list.add(holding, &table()).unwrap();
        }
        list.finish().unwrap();
        std::fs::read_to_string(path).unwrap()
    }
}
