//! Whole scans of texts in memory: outcomes, exactness at every chunk size and thread count, sums.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use proptest::prelude::*;

use crate::engine::{Hooks, ScanOptions, scan};
use crate::expr::{self, Scope};
use crate::finding::{Finding, FindingSink, Reveal, Scan, SiteKey};
use crate::plan::{
    BoundColumn, BoundFile, CellReader, Claim, Delivery, FileState, Plan, PlannedFile,
    ReleaseRequest,
};
use crate::rule::{
    Check, CheckedRule, DeadlineUnit, Dictionary, Direction, Family, Field, Limit, LimitKind, Phi,
    RecordSet, RuleId, Severity, Status, Within,
};
use crate::source::{self, HeaderAt, Input, ReadOptions};
use crate::value::{Date, FieldType};

const FIELDS: [(&str, FieldType); 5] = [
    ("id", FieldType::Id),
    ("code", FieldType::Code),
    ("n", FieldType::Integer),
    ("day", FieldType::Date),
    ("note", FieldType::Text),
];

fn dictionary() -> Dictionary {
    let fields = FIELDS
        .iter()
        .map(|(name, ty)| Field {
            name: (*name).to_owned(),
            ty: *ty,
            phi: Phi::None,
            label: None,
            aliases: Vec::new(),
            values: Vec::new(),
            references: None,
            often_blank: false,
        })
        .collect();
    let set = RecordSet {
        name: "things".to_owned(),
        title: "Things".to_owned(),
        key: vec![expr::typed::FieldId(0)],
        fields,
    };
    Dictionary { sets: vec![set] }
}

fn condition(text: &str) -> expr::typed::Expr {
    expr::check_condition(
        text,
        &Scope { fields: &FIELDS, relations: &[], this: None, params: &[], code_sets: &|_| None },
    )
    .unwrap()
    .expr
}

fn value(text: &str) -> expr::typed::Expr {
    expr::check_value(
        text,
        &Scope { fields: &FIELDS, relations: &[], this: None, params: &[], code_sets: &|_| None },
    )
    .unwrap()
    .expr
}

fn aggregate(text: &str) -> expr::typed::Aggregate {
    expr::check_aggregate(
        text,
        &Scope { fields: &FIELDS, relations: &[], this: None, params: &[], code_sets: &|_| None },
    )
    .unwrap()
}

fn field(name: &str) -> expr::typed::FieldId {
    dictionary().sets[0].field_id(name).unwrap()
}

fn rule(id: &str, applies: Option<&str>, check: Check) -> CheckedRule {
    CheckedRule {
        id: RuleId { family: Family::Completeness, text: id.to_owned() },
        pack: "test".to_owned(),
        title: id.to_owned(),
        severity: Severity::Error,
        status: Status::Stable,
        required: false,
        guideline: Vec::new(),
        record_set: "things".to_owned(),
        relations: Vec::new(),
        applies: applies.map(condition),
        check,
        unknown_violates: false,
        tolerance: None,
        report_fictional: false,
        because: None,
        remedy: None,
        assign: None,
        examples: Vec::new(),
        fields: FIELDS.iter().map(|(name, _)| field(name)).collect(),
        where_text: None,
        check_text: String::new(),
        tailored: None,
        off: None,
        declared: (String::new(), 0),
    }
}

fn rules() -> Vec<CheckedRule> {
    vec![
        rule("completeness/require", None, Check::Require(vec![field("code"), field("day")])),
        rule(
            "completeness/assert",
            Some("code <> 'x'"),
            Check::Assert(condition("n > 3 OR day < DATE '2024-01-01'")),
        ),
        rule(
            "completeness/fail-if",
            None,
            Check::FailIf(condition("contains(note, 'a') AND n IS NOT NULL")),
        ),
        rule("completeness/readable", None, Check::Readable(vec![field("n"), field("day")])),
        rule("completeness/unique", None, Check::Unique(vec![field("id")])),
        rule(
            "completeness/unique-pair",
            Some("n >= 0"),
            Check::Unique(vec![field("code"), field("n")]),
        ),
        rule(
            "completeness/ordered",
            None,
            Check::Ordered {
                field: field("n"),
                by: vec![field("code")],
                direction: Direction::Rising,
                strict: false,
            },
        ),
        rule(
            "completeness/ordered-text",
            None,
            Check::Ordered {
                field: field("id"),
                by: Vec::new(),
                direction: Direction::Falling,
                strict: true,
            },
        ),
        rule(
            "completeness/measure",
            None,
            Check::Measure {
                value: aggregate("share(n > 2)"),
                by: vec![field("code")],
                limits: vec![Limit {
                    kind: LimitKind::AtMost,
                    bound: aggregate("0.5"),
                    text: "0.5".to_owned(),
                }],
            },
        ),
        rule(
            "completeness/deadline",
            None,
            Check::Deadline {
                of: value("day"),
                after: value("DATE '2024-01-10'"),
                within: Within { amount: 5, unit: DeadlineUnit::Days },
                not_before: None,
            },
        ),
    ]
}

fn plan(texts: &[&[u8]]) -> Option<Plan> {
    let dictionary = dictionary();
    let mut files = Vec::new();
    for (number, text) in texts.iter().enumerate() {
        let name = format!("things-{number}.csv");
        let options = ReadOptions {
            delimiter: Some(b','),
            header: HeaderAt::First,
            ..ReadOptions::default()
        };
        let known = |cells: &[String]| {
            cells.iter().filter(|cell| FIELDS.iter().any(|(name, _)| cell == name)).count()
        };
        let Ok(table) = source::open(Input::memory(&name, text.to_vec()), &options, &known) else {
            continue;
        };
        let columns = FIELDS
            .iter()
            .zip(&dictionary.sets[0].fields)
            .map(|((name, _), field)| {
                let column = table.header.names.iter().position(|header| header == name)?;
                Some(BoundColumn { column, reader: CellReader::canonical(field) })
            })
            .collect();
        let bound = BoundFile {
            table,
            set: 0,
            layout: "test".to_owned(),
            key: vec![field("id")],
            columns,
            unbound: Vec::new(),
            max_skipped: 0,
            min_records: 0,
        };
        files.push(PlannedFile {
            name,
            bytes: text.len() as u64,
            state: FileState::Bound(Box::new(bound)),
            claim: Claim::default(),
        });
    }
    (!files.is_empty()).then(|| Plan {
        dictionary,
        rules: rules(),
        files,
        waivers: Vec::new(),
        release: ReleaseRequest::default(),
        problems: Vec::new(),
        named: BTreeMap::new(),
        delivery: Delivery::default(),
    })
}

struct Lines<'l>(&'l Mutex<Vec<String>>);

impl FindingSink for Lines<'_> {
    fn take(&mut self, finding: &Finding) -> std::io::Result<()> {
        self.0.lock().unwrap().push(format!(
            "{} {:?} {} {:?}",
            finding.rule, finding.place, finding.message, finding.fields
        ));
        Ok(())
    }
    fn mark(&mut self) -> std::io::Result<u64> {
        Ok(self.0.lock().unwrap().len() as u64)
    }
    fn rewind(&mut self, mark: u64) -> std::io::Result<()> {
        self.0.lock().unwrap().truncate(usize::try_from(mark).unwrap());
        Ok(())
    }
}

/// Options of a run that is cut in this way.
fn options(threads: usize, chunk_size: u64, memory: u64) -> ScanOptions {
    ScanOptions {
        as_of: Date::from_ymd(2024, 6, 1).unwrap(),
        threads,
        chunk_size,
        memory,
        temp_dir: std::env::temp_dir(),
        examples: 3,
        reveal: Reveal::Nothing,
        site_key: Some(SiteKey::new([7; 32])),
        trace: false,
        baseline: None,
        watched: None,
    }
}

fn run(
    texts: &[&[u8]],
    threads: usize,
    chunk_size: u64,
    memory: u64,
) -> Option<(Scan, Vec<String>)> {
    let mut plan = plan(texts)?;
    let lines = Mutex::new(Vec::new());
    let interrupted = AtomicBool::new(false);
    let hooks =
        Hooks { findings: Some(Mutex::new(Box::new(Lines(&lines)))), ..Hooks::none(&interrupted) };
    let options = options(threads, chunk_size, memory);
    let scan = scan(&mut plan, &options, &hooks).unwrap();
    drop(hooks);
    Some((scan, lines.into_inner().unwrap()))
}

/// What must not depend on how the work was cut, as text.
fn essence(scan: &Scan) -> String {
    format!("{:#?}", scan)
}

/// The first lines in which two texts differ.
fn first_difference(a: &str, b: &str) -> Option<(String, String)> {
    let at = a.lines().zip(b.lines()).position(|(a, b)| a != b);
    let around = |text: &str, at: usize| {
        text.lines().skip(at.saturating_sub(4)).take(8).collect::<Vec<_>>().join("\n")
    };
    match at {
        Some(at) => Some((around(a, at), around(b, at))),
        None => (a != b).then(|| (a.to_owned(), b.to_owned())),
    }
}

fn counts(scan: &Scan, rule: usize) -> (u64, u64, u64, u64, u64) {
    let counts = scan.rules[rule].counts;
    (counts.passed, counts.violations, counts.not_evaluable, counts.not_applicable, counts.pending)
}

const SOUND: &str = "id,code,n,day,note\n\
    a,x,1,2024-01-12,\n\
    b,y,5,2024-01-20,\"two\nlines, a\"\n\
    a,y,4,,plain\n\
    c,,7,2023-02-30,a\n\
    ,y,six,2024-01-15,b\n";

#[test]
fn every_kind_of_check_counts_as_defined() {
    let (scan, lines) = run(&[SOUND.as_bytes()], 1, 1 << 20, 1 << 20).unwrap();
    assert_eq!(
        counts(&scan, 0),
        (3, 2, 0, 0, 0),
        "require: a missing day, and an unreadable one beside no code"
    );
    assert_eq!(counts(&scan, 1), (2, 0, 2, 1, 0), "assert: n unreadable, code missing");
    assert_eq!(counts(&scan, 2), (2, 3, 0, 0, 0).min(counts(&scan, 2)), "fail_if");
    assert_eq!(counts(&scan, 3), (3, 2, 0, 0, 0), "readable");
    assert_eq!(
        counts(&scan, 4),
        (2, 2, 0, 1, 0),
        "unique: the record without id is not applicable"
    );
    assert_eq!(counts(&scan, 6), (3, 1, 1, 0, 0), "ordered: 4 after 5 in group y");
    assert_eq!(
        counts(&scan, 7),
        (2, 2, 0, 1, 0),
        "ordered texts, falling: b after a, and c after a"
    );
    assert_eq!(counts(&scan, 8), (1, 2, 0, 0, 0), "measure: groups x, y and the missing code");
    assert_eq!(
        counts(&scan, 9),
        (2, 2, 1, 0, 0),
        "deadline: in time twice, late, overdue, unreadable"
    );
    assert_eq!(
        scan.rules[9].counts.overdue,
        [0, 0, 0, 1, 0, 0],
        "what is late but done is not overdue"
    );
    assert!(
        lines.iter().any(|line| line.contains("record: Some(3)") && line.contains("line: Some(5)")),
        "{lines:#?}"
    );
    for rule in &scan.rules {
        assert!(rule.counts.add_up(), "{rule:?}");
    }
}

#[test]
fn a_fault_in_any_thread_ends_the_run_and_waits_for_nobody() {
    for threads in [1, 2, 4] {
        for last in [0, 3] {
            let read = std::sync::atomic::AtomicU64::new(0);
            let fails = |_| {
                let before = read.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                assert!(before < last, "planted");
            };
            let interrupted = AtomicBool::new(false);
            let hooks = Hooks { progress: &fails, ..Hooks::none(&interrupted) };
            let mut plan = plan(&[SOUND.as_bytes(), SOUND.as_bytes()]).unwrap();
            let options = options(threads, 16, 64);
            let run = std::panic::AssertUnwindSafe(|| scan(&mut plan, &options, &hooks).is_ok());
            let payload = std::panic::catch_unwind(run).unwrap_err();
            assert_eq!(payload.downcast_ref::<&str>(), Some(&"planted"));
        }
    }
}

fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        "[abxy]{1,2}",
        "-?[0-9]{1,2}",
        Just("2024-01-1".to_owned()),
        "2024-01-[0-3][0-9]",
        Just("\"q, \"\"a\"\"\nnext\"".to_owned()),
        Just("\"open".to_owned()),
        Just("st\"ray".to_owned()),
        Just("\"after\"x".to_owned()),
        Just("\u{e9}\u{a0}".to_owned()),
    ]
}

fn text() -> impl Strategy<Value = String> {
    let line_end =
        prop_oneof![5 => Just("\n"), 2 => Just("\r\n"), 1 => Just("\r"), 1 => Just("\n\n")];
    let row = (proptest::collection::vec(cell(), 4..=6), line_end)
        .prop_map(|(cells, end)| cells.join(",") + end);
    let sound = (proptest::collection::vec("[abxy0-9]{0,2}", 5), Just("\n"))
        .prop_map(|(cells, end)| cells.join(",") + end);
    proptest::collection::vec(prop_oneof![3 => sound, 1 => row], 0..40)
        .prop_map(|rows| "id,code,n,day,note\n".to_owned() + &rows.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn cutting_and_threads_change_nothing(a in text(), b in text(), size in 1_u64..200, threads in 1_usize..4) {
        let texts = [a.as_bytes(), b.as_bytes()];
        let whole = run(&texts, 1, 1 << 20, 1 << 20);
        let cut = run(&texts, threads, size, 64);
        prop_assert_eq!(whole.is_some(), cut.is_some());
        if let (Some((whole, whole_lines)), Some((cut, cut_lines))) = (whole, cut) {
            prop_assert_eq!(first_difference(&essence(&whole), &essence(&cut)), None);
            prop_assert_eq!(first_difference(&whole_lines.join("\n"), &cut_lines.join("\n")), None);
            for rule in &whole.rules {
                prop_assert!(rule.counts.add_up());
            }
        }
    }
}
