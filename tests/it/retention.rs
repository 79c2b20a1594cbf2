//! The shipped schedules are sound, and what is derived of the worked cases is what a person found who read the law.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;

use chartaudit::retention::{
    Bounds, Fact, FactValue, Facts, Payer, RecordClass, RetainKind, Ruling, Schedule, Standards,
    Timetable, TimetableSettings,
};
use chartaudit::rule::{self, LoadRequest, PackSelection};
use chartaudit::value::Date;

#[test]
fn shipped_schedules_are_sound() {
    let schedules = shipped();
    assert_eq!(schedules.len(), 3);
    for schedule in &schedules {
        assert!(!schedule.not_shipped.is_empty(), "{} says what it leaves out", schedule.name);
        for row in &schedule.rows {
            assert!(row.source.is_some(), "{} has a source", row.citation);
        }
    }
    let rows: usize = schedules.iter().map(|schedule| schedule.rows.len()).sum();
    assert!(rows > 110, "only {rows} rows");
}

#[test]
fn worked_cases_come_out_as_the_law_says() {
    let schedules = shipped();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/retention/cases.yaml");
    let text = fs::read_to_string(path).expect("the cases can be read");
    let cases: Vec<Case> = serde_yaml::from_str(&text).expect("the cases are sound");
    assert!(cases.len() > 200, "only {} cases", cases.len());
    let mut faults = String::new();
    for case in &cases {
        for fault in case.faults(&schedules) {
            let _ = writeln!(faults, "{}: {fault} ({})", case.text("case"), case.text("why"));
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

#[test]
fn every_kind_of_ruling_has_its_words() {
    use RetainKind::{Held, Overdue, Requested, Unevidenced, Vanished};
    let kept = |facts: &str| format!("{facts} destroyed=absent logged=0 inventoried=0");
    let shown =
        "method=1 description=1 range_start=1 range_end=1 destroyed_by=1 witness=1 authorized_by=1";
    let policy = Overdue { grace: Some(chartaudit::retention::Period::years(1)) };
    let limit = Overdue { grace: None };
    ruled("US-WA", Held, "holds=2", "destroyed while 2 legal holds were in force");
    ruled("US-WA", Held, "holds=0", "pass");
    ruled("US-WA", Held, "", "? not known: legal holds");
    ruled(
        "US-ND",
        Held,
        "holds=0 litigation=2020-01-01",
        "destroyed while litigation was pending (NDAC 33-07-01.1-20)",
    );
    ruled("US-ND", Held, "holds=0 litigation=missing", "pass");
    ruled("US-WA", Held, "holds=0 litigation=2020-01-01", "pass");
    ruled("US-WA", Requested, "requests=1", "destroyed while 1 request was open");
    ruled("US-WA", Requested, "requests=0", "pass");
    ruled("US-WA", Requested, "requests=unknown", "? not known: open requests");
    ruled("US-WA", Unevidenced, shown, "pass");
    ruled(
        "US-WA",
        Unevidenced,
        "method=1 witness=0 range_end=0",
        "the evidence of destruction lacks: last date of the records, witness",
    );
    ruled(
        "US-WA",
        Unevidenced,
        "method=1",
        "? not known: description, first date of the records, last date of the records, who destroyed them, witness, who authorized it",
    );
    ruled("US-MA", Unevidenced, &format!("{shown} authority_notified=2024-12-02"), "pass");
    ruled(
        "US-MA",
        Unevidenced,
        &format!("{shown} authority_notified=2024-12-03"),
        "the authority was not told 30 days before (105 CMR 130.370)",
    );
    ruled(
        "US-MA",
        Unevidenced,
        &format!("{shown} authority_notified=missing"),
        "the authority was not told (105 CMR 130.370)",
    );
    ruled("US-MA", Unevidenced, shown, "? not known: notice to the authority");
    ruled(
        "US-NM",
        Unevidenced,
        &format!("{shown} normal_course=0"),
        "not in the ordinary course of business (NMSA 14-6-2)",
    );
    ruled(
        "US-WA",
        Vanished,
        &kept("discharged=2020-11-22"),
        "gone without an entry more than 3 years before the earliest lawful day (10 years after the most recent discharge, RCW 70.41.190)",
    );
    ruled("US-WA", Vanished, &kept("discharged=2001-01-01"), "pass");
    ruled(
        "GB-ENG",
        Vanished,
        &kept("discharged=2001-01-01"),
        "gone without the entry that must remain (NHS Records Management Code of Practice 2021, Appendix II)",
    );
    ruled("US-WA", Vanished, "destroyed=absent logged=1 discharged=2020-11-22", "pass");
    ruled(
        "US-WA",
        Vanished,
        "destroyed=absent logged=0 discharged=2020-11-22",
        "? not known: entry in the inventory",
    );
    ruled(
        "US-WA",
        policy,
        "destroyed=absent discharged=2010-11-21 holds=0",
        "kept more than 4 years longer than the facility's policy says",
    );
    ruled("US-WA", policy, "destroyed=absent discharged=2010-11-21 holds=1", "pass");
    ruled("US-WA", policy, "destroyed=absent discharged=2010-11-21", "? not known: legal holds");
    ruled("US-WA", policy, "destroyed=absent discharged=2020-11-21", "pass");
    ruled("US-WA", limit, "destroyed=absent discharged=1990-11-21 holds=0", "not applicable");
    ruled(
        "GB-ENG",
        limit,
        "destroyed=absent discharged=2006-11-21 holds=0",
        "kept less than a year longer than the law lets it be (NHS Records Management Code of Practice 2021, Appendix II)",
    );
    ruled("GB-ENG", limit, "destroyed=absent discharged=2006-11-22 holds=0", "pass");
}

/// What is said of an adult's chart in a hospital, which was destroyed on 2025-01-01 unless the facts say otherwise.
#[track_caller]
fn ruled(place: &str, kind: RetainKind, facts: &str, expected: &str) {
    static SHIPPED: LazyLock<Vec<Schedule>> = LazyLock::new(shipped);
    let said = facts.split_whitespace().filter_map(|fact| fact.split_once('='));
    let mut keys: BTreeMap<String, serde_yaml::Value> = [("destroyed", "2025-01-01")]
        .into_iter()
        .chain(said)
        .map(|(key, value)| (key.to_owned(), value.into()))
        .collect();
    keys.entry("discharged".to_owned()).or_insert("2000-01-01".into());
    let settings = TimetableSettings {
        places: vec![place.to_owned()],
        facility: chartaudit::retention::Facility::named("hospital"),
        standards: Standards::Left,
    };
    let table = Timetable::new(&SHIPPED, &settings);
    let found = match table.judge(kind, &Case(keys).facts(&table), day("2026-11-22")) {
        Ruling::Pass => "pass".to_owned(),
        Ruling::NotApplicable => "not applicable".to_owned(),
        Ruling::Violation(breach) => table.message(&breach),
        Ruling::Unknown(undecided) => format!("? {}", table.reason(&undecided)),
    };
    assert_eq!(found, expected);
}

#[test]
fn a_derivation_is_told_line_by_line() {
    let text = "{case: a, at: US-WA, birth: 2005-03-10, discharged: 2012-06-01, lawful: open}";
    let case: Case = serde_yaml::from_str(text).expect("the case is sound");
    let settings = TimetableSettings {
        places: vec!["US-WA".to_owned()],
        facility: chartaudit::retention::Facility::named("hospital"),
        standards: Standards::Left,
    };
    let table = Timetable::new(&shipped(), &settings);
    let derived = table.derive(&case.facts(&table), day("2026-11-22"));
    let lines: Vec<String> = table
        .lines(&derived)
        .iter()
        .map(|line| {
            format!(
                "{:?} {} from {} until {}",
                line.decides,
                line.what,
                shown(line.start),
                shown(line.day)
            )
        })
        .collect();
    assert_eq!(
        lines,
        [
            "Both 3 years after a minor's majority, RCW 70.41.190 from 2012-06-01 to 2012-06-01 until 2026-03-10 to 2026-03-10",
            "Neither 10 years after the most recent discharge, RCW 70.41.190 from 2012-06-01 to 2012-06-01 until 2022-06-01 to 2022-06-01",
            "Neither 5 years after discharge, 42 CFR 482.24(b)(1) from 2012-06-01 to 2012-06-01 until 2017-06-01 to 2017-06-01",
            "Neither 5 years after the transfer, 42 CFR 489.20(r)(1) from 2012-06-01 to 2012-06-01 until 2017-06-01 to 2017-06-01",
        ]
    );
    assert_eq!(derived.caveats.len(), 4);
}

/// The schedules inside the program, held against the schema.
fn shipped() -> Vec<Schedule> {
    let texts = rule::embedded().into_iter().map(|mut text| {
        // With a comment before it, a text is no longer a built-in one, whose shape is not looked at again.
        text.text.insert_str(0, "# read as a file of a user\n");
        text
    });
    let request = LoadRequest { packs: PackSelection::All, ..LoadRequest::default() };
    let book = rule::load(texts.collect(), &request);
    book.map_err(|errors| errors.0).expect("the built-in texts are sound").schedules
}

/// A worked case: its keys and values as text.
#[derive(serde::Deserialize)]
#[serde(transparent)]
struct Case(BTreeMap<String, serde_yaml::Value>);

impl Case {
    fn text(&self, key: &str) -> String {
        self.0.get(key).map(word).unwrap_or_default()
    }

    fn list(&self, key: &str) -> Vec<String> {
        match self.0.get(key) {
            None => Vec::new(),
            Some(serde_yaml::Value::Sequence(items)) => items.iter().map(word).collect(),
            Some(value) => vec![word(value)],
        }
    }

    fn faults(&self, schedules: &[Schedule]) -> Vec<String> {
        let kind = self.0.get("in").map_or_else(|| "hospital".to_owned(), word);
        let settings = TimetableSettings {
            places: self.list("at"),
            facility: chartaudit::retention::Facility::named(&kind),
            standards: match self.0.get("standards") {
                Some(_) => Standards::Counted,
                None => Standards::Left,
            },
        };
        let table = Timetable::new(schedules, &settings);
        let as_of = self.0.get("as_of").map_or_else(|| "2026-11-22".to_owned(), word);
        let as_of = day(&as_of);
        let facts = self.facts(&table);
        let derived = table.derive(&facts, as_of);
        let mut faults = Vec::new();
        assert_eq!(table.outlook(&facts, as_of), derived.outlook, "{}", self.text("case"));
        let expected = self.lawful();
        if derived.outlook.lawful != expected {
            faults.push(format!(
                "lawful {}, expected {}",
                shown(derived.outlook.lawful),
                shown(expected)
            ));
        }
        let Some(early) = self.0.get("early").map(word) else { return faults };
        let ruling = table.judge(RetainKind::Early, &facts, as_of);
        let (found, says) = match &ruling {
            Ruling::Pass => ("pass", String::new()),
            Ruling::NotApplicable => ("not applicable", String::new()),
            Ruling::Violation(breach) => ("violation", table.message(breach)),
            Ruling::Unknown(undecided) => {
                for open in self.list("open") {
                    let fact = Fact::named(&open).expect("`open` names facts");
                    if !undecided.open.contains(fact) {
                        faults.push(format!("{open} is not said to be open"));
                    }
                }
                ("unknown", table.reason(undecided))
            }
        };
        if found != early {
            faults.push(format!("{found} ({says}), expected {early}"));
        }
        if let Some(expected) = self.0.get("says").map(word)
            && says != expected
        {
            faults.push(format!("says {says:?}"));
        }
        faults
    }

    fn facts(&self, table: &Timetable) -> Facts {
        let mut facts = Facts::new();
        let discharged = self.0.get("discharged").map(word);
        let defaults = [
            (Fact::Birth, Some("1950-01-01".to_owned())),
            (Fact::Death, Some("missing".to_owned())),
            (Fact::OpenStays, Some("0".to_owned())),
            (Fact::Admitted, discharged.clone()),
            (Fact::LastAdmission, discharged.clone()),
            (Fact::LastDischarge, discharged.clone().or(Some("missing".to_owned()))),
            (Fact::LastService, discharged.or(Some("missing".to_owned()))),
        ];
        for (fact, text) in defaults {
            if let Some(text) = text {
                facts.set(fact, value(fact, &text, table));
            }
        }
        for (key, text) in &self.0 {
            if let Some(fact) = Fact::named(key) {
                facts.set(fact, value(fact, &word(text), table));
            }
        }
        let class = self.0.get("of").map_or_else(|| "medical_record".to_owned(), word);
        if let Some(class) = RecordClass::named(&class) {
            facts.set(Fact::Class, FactValue::exact(class.number()));
        }
        facts
    }

    fn lawful(&self) -> Bounds {
        let end = |text: &str| match text {
            "none" | "open" => None,
            "forever" => Some(Date::MAX),
            text => Some(day(text)),
        };
        match self.list("lawful").as_slice() {
            [one] => Bounds { low: end(one), high: end(one) },
            [low, high] => Bounds { low: end(low), high: end(high) },
            other => unreachable!("`lawful` is one day or two, not {other:?}"),
        }
    }
}

fn word(value: &serde_yaml::Value) -> String {
    match value {
        serde_yaml::Value::String(text) => text.clone(),
        serde_yaml::Value::Number(number) => number.to_string(),
        serde_yaml::Value::Bool(truth) => truth.to_string(),
        other => unreachable!("{other:?} is no single value"),
    }
}

fn value(fact: Fact, text: &str, table: &Timetable) -> FactValue {
    match (text, fact) {
        ("missing", _) => FactValue::Missing,
        ("absent", _) => FactValue::Absent,
        ("unknown", _) => FactValue::Unknown,
        ("other", Fact::Place) => FactValue::exact(-1),
        (code, Fact::Place) => {
            let place = table.places().iter().position(|place| place.code == code);
            FactValue::exact(
                i64::try_from(place.expect("the place is chosen")).expect("few places"),
            )
        }
        (name, Fact::Payer) => FactValue::exact(Payer::named(name).expect("a payer").number()),
        (text, _) => match text.split('-').collect::<Vec<_>>().as_slice() {
            [number] if number.len() < 4 => FactValue::exact(number.parse().expect("a number")),
            [year] => FactValue::days(day(&format!("{year}-01-01")), day(&format!("{year}-12-31"))),
            [_, _] => {
                let first = day(&format!("{text}-01"));
                FactValue::days(first, first.end_of_month())
            }
            _ => FactValue::day(day(text)),
        },
    }
}

fn day(text: &str) -> Date {
    chartaudit::value::parse::date(text.as_bytes()).expect("a day is written as one")
}

fn shown(bounds: Bounds) -> String {
    let end = |day: Option<Date>, none: &str| day.map_or(none.to_owned(), |day| day.to_string());
    format!("{} to {}", end(bounds.low, "none"), end(bounds.high, "open"))
}

/// Facts that move the earliest lawful day, with bounds of up to a year.
fn dates() -> impl Strategy<Value = FactValue> {
    prop_oneof![
        8 => (0_i64..20_000, prop_oneof![Just(0_i64), 1_i64..366])
            .prop_map(|(low, width)| FactValue::Known { low, high: low + width }),
        1 => Just(FactValue::Missing),
        1 => Just(FactValue::Unknown),
        1 => Just(FactValue::Absent),
    ]
}

const MOVING: [Fact; 18] = [
    Fact::Birth,
    Fact::Death,
    Fact::Admitted,
    Fact::Discharged,
    Fact::LastAdmission,
    Fact::LastDischarge,
    Fact::LastService,
    Fact::Created,
    Fact::LastEntry,
    Fact::Serviced,
    Fact::Reported,
    Fact::Transferred,
    Fact::ContractEnd,
    Fact::AuditCompleted,
    Fact::StudyEnd,
    Fact::MarketingDecided,
    Fact::Litigation,
    Fact::PatientNotified,
];

fn facts() -> impl Strategy<Value = Facts> {
    let class = prop_oneof![4 => Just(0), 1 => 0..37_i64];
    let values = proptest::collection::vec(dates(), MOVING.len());
    (class, values, dates(), 0_i64..3).prop_map(|(class, values, destroyed, open)| {
        let mut facts = Facts::new();
        for (fact, value) in MOVING.into_iter().zip(values) {
            facts.set(fact, value);
        }
        facts.set(Fact::Destroyed, destroyed);
        facts.set(Fact::Class, FactValue::exact(class));
        facts.set(Fact::OpenStays, FactValue::Known { low: 0, high: open });
        facts.set(Fact::Facility, FactValue::exact(0));
        facts
    })
}

/// What came to pass in the life of a record, and what an export knows of it.
///
/// Facts that were drawn each by itself would contradict each other, and whoever learns of a contradiction is less sure.
fn lives() -> impl Strategy<Value = (Facts, Facts)> {
    let gap = prop_oneof![Just(0_i64), 0_i64..40, 0_i64..3_000];
    let gaps = proptest::collection::vec(gap, MOVING.len());
    let came = proptest::collection::vec(proptest::bool::weighted(0.6), MOVING.len());
    let seen = proptest::collection::vec((0_u8..8, 0_i64..366, 0_i64..366), MOVING.len());
    let class = prop_oneof![4 => Just(0), 1 => 0..37_i64];
    (gaps, came, seen, class, 0_i64..9_000).prop_map(|(gaps, came, seen, class, kept)| {
        let mut truth = Facts::new();
        truth.set(Fact::Class, FactValue::exact(class));
        truth.set(Fact::OpenStays, FactValue::exact(0));
        truth.set(Fact::Facility, FactValue::exact(0));
        let mut facts = truth.clone();
        let mut last = 0;
        for ((fact, gap), (came, (seen, earlier, later))) in
            IN_ORDER.into_iter().zip(gaps).zip(came.into_iter().zip(seen))
        {
            let optional = matches!(
                fact,
                Fact::Transferred
                    | Fact::Death
                    | Fact::AuditCompleted
                    | Fact::MarketingDecided
                    | Fact::Litigation
                    | Fact::PatientNotified
            );
            last += gap;
            let happened = came || !optional;
            truth.set(fact, if happened { FactValue::exact(last) } else { FactValue::Missing });
            let known = match seen {
                0 => FactValue::Unknown,
                1 => FactValue::Absent,
                2..4 if happened => FactValue::Known { low: last - earlier, high: last + later },
                _ => truth.get(fact),
            };
            facts.set(fact, known);
        }
        for all in [&mut truth, &mut facts] {
            all.set(
                Fact::Destroyed,
                FactValue::exact((last + kept).min(DAY_OF_THE_AUDIT.0.into())),
            );
        }
        (truth, facts)
    })
}

/// The facts that move the earliest lawful day, in an order in which they can come.
const IN_ORDER: [Fact; 18] = [
    Fact::Birth,
    Fact::Admitted,
    Fact::Created,
    Fact::Serviced,
    Fact::Transferred,
    Fact::Discharged,
    Fact::Reported,
    Fact::LastAdmission,
    Fact::LastDischarge,
    Fact::LastService,
    Fact::Death,
    Fact::LastEntry,
    Fact::ContractEnd,
    Fact::StudyEnd,
    Fact::MarketingDecided,
    Fact::PatientNotified,
    Fact::AuditCompleted,
    Fact::Litigation,
];

/// The rows of one place among many, and the same with one row less.
fn tables() -> &'static [(Timetable, Timetable)] {
    static TABLES: LazyLock<Vec<(Timetable, Timetable)>> = LazyLock::new(|| {
        let all = shipped();
        let codes: Vec<String> = all
            .iter()
            .flat_map(|schedule| &schedule.places)
            .map(|place| place.code.clone())
            .collect();
        let table = |schedules: &[Schedule], code: &String| {
            let settings = TimetableSettings {
                places: vec![code.clone()],
                facility: None,
                standards: Standards::Counted,
            };
            Timetable::new(schedules, &settings)
        };
        let fewer = |code: &String| {
            let mut fewer = all.clone();
            let rows = fewer.iter_mut().flat_map(|schedule| std::iter::once(&mut schedule.rows));
            for rows in rows {
                if let Some(last) = rows.iter().rposition(|row| row.place == *code) {
                    rows.remove(last);
                }
            }
            fewer
        };
        codes.iter().map(|code| (table(&all, code), table(&fewer(code), code))).collect()
    });
    &TABLES
}

const DAY_OF_THE_AUDIT: Date = Date(20_700);

fn is_no_earlier(day: Option<Date>, than: Option<Date>) -> bool {
    than.is_none_or(|than| day.is_some_and(|day| day >= than))
}

/// Whether a day that is safe is no earlier; none is later than any.
fn is_no_safer(day: Option<Date>, than: Option<Date>) -> bool {
    day.is_none_or(|day| than.is_some_and(|than| day >= than))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_certain_day_is_no_later_than_the_safe_one(facts in facts(), table in 0..60_usize) {
        let (table, _) = &tables()[table % tables().len()];
        let lawful = table.outlook(&facts, DAY_OF_THE_AUDIT).lawful;
        if let (Some(low), Some(high)) = (lawful.low, lawful.high) {
            prop_assert!(low <= high, "{}: {}", table.places()[0].code, shown(lawful));
        }
    }

    #[test]
    fn a_row_more_never_makes_the_day_earlier(facts in facts(), table in 0..60_usize) {
        let (table, fewer) = &tables()[table % tables().len()];
        let (more, less) = (
            table.outlook(&facts, DAY_OF_THE_AUDIT),
            fewer.outlook(&facts, DAY_OF_THE_AUDIT),
        );
        if less.rows > 0 {
            prop_assert!(is_no_earlier(more.lawful.low, less.lawful.low));
            // A row of a place may close the gap that the schedule owns up to.
            if less.gap == more.gap {
                prop_assert!(is_no_safer(more.lawful.high, less.lawful.high));
            }
        }
    }

    #[test]
    fn knowing_more_never_turns_what_is_certain(
        (truth, facts) in lives(), table in 0..60_usize, which in 0..MOVING.len(),
    ) {
        let (table, _) = &tables()[table % tables().len()];
        let fact = MOVING[which];
        let narrower = match facts.get(fact) {
            // A litigation and a patient's notice count only where they are said.
            FactValue::Absent | FactValue::Unknown
                if matches!(fact, Fact::PatientNotified | Fact::Litigation) =>
            {
                facts.get(fact)
            }
            _ => truth.get(fact),
        };
        let before = table.judge(RetainKind::Early, &facts, DAY_OF_THE_AUDIT);
        let after = table.judge(RetainKind::Early, &facts.clone().with(fact, narrower), DAY_OF_THE_AUDIT);
        match before {
            Ruling::Pass => prop_assert_eq!(after, Ruling::Pass, "{:?} is {:?}", fact, narrower),
            Ruling::Violation(_) => prop_assert!(
                matches!(after, Ruling::Violation(_)), "{:?} is {:?}: {:?}", fact, narrower, after
            ),
            Ruling::NotApplicable | Ruling::Unknown(_) => {}
        }
    }

    #[test]
    fn a_later_trigger_never_makes_the_day_earlier(
        facts in facts(), table in 0..60_usize, later in 1_i64..2000,
    ) {
        let (table, _) = &tables()[table % tables().len()];
        // All triggers of the record move together; the patient is as old, and the law of the same day holds.
        let mut moved = facts.clone();
        for fact in [
            Fact::Admitted, Fact::Discharged, Fact::LastAdmission, Fact::LastDischarge,
            Fact::LastService, Fact::Created, Fact::LastEntry, Fact::Serviced, Fact::Reported,
            Fact::ContractEnd, Fact::StudyEnd, Fact::Birth,
        ] {
            if let FactValue::Known { low, high } = facts.get(fact) {
                moved.set(fact, FactValue::Known { low: low + later, high: high + later });
            }
        }
        for fact in [Fact::Death, Fact::Transferred, Fact::AuditCompleted, Fact::Litigation] {
            moved.set(fact, FactValue::Missing);
        }
        let mut still = facts;
        for fact in [Fact::Death, Fact::Transferred, Fact::AuditCompleted, Fact::Litigation] {
            still.set(fact, FactValue::Missing);
        }
        let before = table.outlook(&still, DAY_OF_THE_AUDIT).lawful;
        let after = table.outlook(&moved, DAY_OF_THE_AUDIT).lawful;
        prop_assert!(is_no_earlier(after.low, before.low), "{} {}", shown(before), shown(after));
        prop_assert!(is_no_safer(after.high, before.high), "{} {}", shown(before), shown(after));
    }

    #[test]
    fn nothing_panics_and_every_ruling_has_words(facts in facts(), table in 0..60_usize) {
        let (table, _) = &tables()[table % tables().len()];
        let grace = Some(chartaudit::retention::Period::years(2));
        for kind in [
            RetainKind::Early, RetainKind::Held, RetainKind::Requested, RetainKind::Unevidenced,
            RetainKind::Vanished, RetainKind::Overdue { grace },
        ] {
            match table.judge(kind, &facts, DAY_OF_THE_AUDIT) {
                Ruling::Violation(breach) => prop_assert!(!table.message(&breach).is_empty()),
                Ruling::Unknown(undecided) => prop_assert!(!table.reason(&undecided).is_empty()),
                Ruling::Pass | Ruling::NotApplicable => {}
            }
        }
    }
}
