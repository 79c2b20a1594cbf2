//! A sample audit for the tests of this room: a small hospital with everything a screen must show.

use std::sync::Arc;

use crate::finding::{
    self, Counts, Finding, FindingField, InputFate, InputOutcome, Issue, IssueClass, IssueCode,
    IssueLog, Masked, NotEvaluated, Outcome, Place, Reveal, RuleOutcome, Scan, Tag, Tally, Unit,
};
use crate::report::{AssembleInput, Digest, Meta, PackNotRun, Policy, Report, Tailoring};
use crate::rule::{
    Check, CheckedRule, Citation, Confidence, Dictionary, Example, ExampleRecord, Expectation,
    Family, Field, Pack, ParamValue, Phi, RecordSet, RuleId, Severity, Status, Tolerance,
};
use crate::value::{Date, FieldType};

/// The sample report.
pub(crate) fn report() -> Report {
    let pack = pack();
    let rules: Vec<&CheckedRule> = pack.rules.iter().collect();
    Report::assemble(AssembleInput {
        scan: &scan(),
        packs: std::slice::from_ref(&pack),
        rules: &rules,
        meta: meta(),
    })
}

/// What the caller knows about the sample run.
pub(crate) fn meta() -> Meta {
    Meta {
        as_of: Date(20_779),
        tool_version: "0.1.0".to_owned(),
        time_zone: "UTC".to_owned(),
        layouts: vec![Digest { name: "generic".to_owned(), blake3: "11".repeat(32) }],
        dictionary: Digest { name: "built-in".to_owned(), blake3: "22".repeat(32) },
        config: Some(Digest { name: "chartaudit.yaml".to_owned(), blake3: "33".repeat(32) }),
        selection: "all rules of the selected packs".to_owned(),
        tailoring: vec![Tailoring {
            rule: "retention/kept-too-long".to_owned(),
            change: "off".to_owned(),
            reason: "no declared policy limits keeping".to_owned(),
        }],
        tailoring_left_out: false,
        waivers: None,
        baseline: None,
        fingerprints: None,
        site_patterns: Vec::new(),
        allowances: Vec::new(),
        packs_not_run: vec![PackNotRun {
            pack: "us-hipaa".to_owned(),
            title: "HIPAA privacy and security".to_owned(),
            reason: "no jurisdiction of the run is `US`".to_owned(),
            flag: "--jurisdiction US".to_owned(),
        }],
        reveal: Reveal::Nothing,
        fictional_report: false,
        site_key: None,
        facility: Some("Riverside General".to_owned()),
        jurisdictions: Vec::new(),
        release: None,
        release_manifest: None,
        policy: Policy::default(),
    }
}

/// The sample dictionary.
pub(crate) fn dictionary() -> Dictionary {
    let field = |name: &str, ty| Field {
        name: name.to_owned(),
        ty,
        phi: Phi::None,
        label: None,
        aliases: Vec::new(),
        values: Vec::new(),
        references: None,
        often_blank: false,
    };
    let mut set = RecordSet {
        name: "encounters".to_owned(),
        title: "One stay or visit".to_owned(),
        key: Vec::new(),
        fields: vec![
            field("encounter_id", FieldType::Id),
            field("class", FieldType::Code),
            field("discharged_at", FieldType::Timestamp),
            field("record_completed_at", FieldType::Timestamp),
        ],
    };
    set.key.extend(set.field_id("encounter_id"));
    Dictionary { sets: vec![set] }
}

/// A rule of the sample pack.
pub(crate) fn rule(family: Family, name: &str, severity: Severity, title: &str) -> CheckedRule {
    let folder = match family {
        Family::Retention => "retention",
        Family::Confidentiality => "confidentiality",
        Family::Completeness => "completeness",
    };
    let dictionary = dictionary();
    let field = |name: &str| dictionary.sets[0].field_id(name).unwrap();
    CheckedRule {
        id: RuleId { family, text: format!("{folder}/{name}") },
        pack: "us-hospital".to_owned(),
        title: title.to_owned(),
        severity,
        status: Status::Stable,
        required: false,
        guideline: vec![Citation {
            cite: "42 CFR 482.24(c)(4)(viii)".to_owned(),
            authority: Some("CMS".to_owned()),
            confidence: Confidence::Primary,
            url: Some("https://www.ecfr.gov/current/title-42/section-482.24".to_owned()),
            text_as_of: Some("January 2025".to_owned()),
            from: Some(Date(13_174)),
            to: None,
        }],
        record_set: "encounters".to_owned(),
        relations: Vec::new(),
        applies: None,
        check: Check::Require(vec![field("record_completed_at")]),
        unknown_violates: false,
        tolerance: None,
        report_fictional: false,
        because: Some("The condition of participation asks for a final diagnosis and a completed chart within 30 days of discharge.".to_owned()),
        remedy: Some("Send the open charts to the attending physicians and complete them.".to_owned()),
        assign: None,
        examples: vec![
            Example {
                as_of: Some(Date(20_513)),
                params: vec![("completion_days".to_owned(), "14".to_owned())],
                given: vec![(
                    "encounters".to_owned(),
                    vec![
                        record(&[("class", "inpatient"), ("discharged_at", "2026-01-01"), ("record_completed_at", "2026-01-20")]),
                        record(&[("class", "inpatient"), ("discharged_at", "2026-01-01")]),
                    ],
                )],
                table: Vec::new(),
                release: None,
                files: Vec::new(),
                expect: vec![Expectation::Pass, Expectation::Violation],
                line: 40,
            },
            Example {
                as_of: None,
                params: Vec::new(),
                given: vec![("encounters".to_owned(), vec![record(&[("class", "outpatient")])])],
                table: Vec::new(),
                release: None,
                files: Vec::new(),
                expect: vec![Expectation::NotApplicable],
                line: 44,
            },
        ],
        fields: ["class", "discharged_at", "record_completed_at"].map(field).to_vec(),
        where_text: Some("class = 'inpatient'".to_owned()),
        check_text: "deadline: {of: record_completed_at, after: discharged_at, within: \":completion_days days\"}".to_owned(),
        tailored: None,
        off: None,
        declared: ("us-hospital/completeness.yaml".to_owned(), 12),
    }
}

/// A record of an example.
fn record(cells: &[(&str, &str)]) -> ExampleRecord {
    let dictionary = dictionary();
    let cells = cells
        .iter()
        .map(|(name, text)| (dictionary.sets[0].field_id(name).unwrap(), (*text).to_owned()));
    ExampleRecord { cells: cells.collect() }
}

/// The sample pack.
pub(crate) fn pack() -> Pack {
    use Family::{Completeness, Confidentiality, Retention};
    use Severity::{Error, Note, Warning};
    let mut rules = vec![
        rule(
            Completeness,
            "chart-completed-late",
            Error,
            "Inpatient chart not complete 30 days after discharge",
        ),
        rule(Completeness, "discharge-without-date", Warning, "Discharge without a date"),
        rule(Completeness, "duplicate-encounter", Error, "Encounter number used twice"),
        rule(Confidentiality, "ssn-in-free-text", Error, "Social security number in free text"),
        rule(Confidentiality, "access-after-leaving", Error, "Access by staff who had left"),
        rule(Confidentiality, "access-without-reason", Warning, "Access without a stated reason"),
        rule(
            Confidentiality,
            "disclosure-unlogged",
            Error,
            "Disclosure without an entry in the log",
        ),
        rule(Retention, "destroyed-under-hold", Error, "Record destroyed under a legal hold"),
        rule(Retention, "destruction-without-witness", Note, "Destruction without a named witness"),
        rule(Retention, "kept-too-long", Note, "Record kept past its period"),
    ];
    rules[1].tolerance = Some(Tolerance::Share(5_000));
    rules[9].off = Some("no declared policy limits keeping".to_owned());
    for (index, set) in [(3, "notes"), (4, "access_log"), (5, "access_log"), (6, "disclosures")] {
        rules[index].record_set = set.to_owned();
    }
    Pack {
        name: "us-hospital".to_owned(),
        title: "US hospitals: Medicare conditions of participation".to_owned(),
        version: "1.0.0".to_owned(),
        jurisdiction: Some("US".to_owned()),
        facility: Some("hospital".to_owned()),
        digest: "44".repeat(32),
        params: vec![ParamValue {
            name: "completion_days".to_owned(),
            value: "30".to_owned(),
            unit: Some("days".to_owned()),
            changed: false,
        }],
        not_checkable: vec!["Whether charts lie behind locked doors at night.".to_owned()],
        rules,
    }
}

/// Counts that add up.
pub(crate) fn counts(parts: [u64; 5]) -> Counts {
    let [not_applicable, passed, violations, not_evaluable, pending] = parts;
    let records = parts.iter().sum();
    Counts {
        records,
        not_applicable,
        passed,
        violations,
        not_evaluable,
        pending,
        ..Counts::default()
    }
}

/// A rule's result.
pub(crate) fn result(rule: u32, outcome: Outcome, parts: [u64; 5]) -> RuleOutcome {
    RuleOutcome {
        rule,
        outcome,
        unit: Unit::Record,
        counts: counts(parts),
        not_evaluable_reasons: Vec::new(),
        allowed: Vec::new(),
        waived: Vec::new(),
        known: None,
        by_file: Vec::new(),
        findings: Vec::new(),
        remarks: Vec::new(),
    }
}

/// A finding in a file.
pub(crate) fn finding(rule: u32, file: &str, record: u64, fields: &[(&str, Masked)]) -> Finding {
    Finding {
        rule,
        place: Place { file: Some(Arc::from(file)), record: Some(record), line: Some(record + 6) },
        key: vec![Tag {
            field: "encounter_id".to_owned(),
            hash: u128::from(record) << 90,
            revealed: None,
        }],
        assign: None,
        fields: fields
            .iter()
            .map(|(name, value)| FindingField { name: (*name).to_owned(), value: value.clone() })
            .collect(),
        message: "record_completed_at is missing, and was due 30 days after discharged_at"
            .to_owned(),
        standing: crate::finding::Standing::Open,
        overdue: None,
        fingerprint: Some("ab".repeat(16)),
        identifier: None,
        person: None,
    }
}

/// An input that was read.
pub(crate) fn input(path: &str, record_set: &str, records: u64) -> InputOutcome {
    InputOutcome {
        path: path.to_owned(),
        fate: InputFate::Read,
        record_set: Some(record_set.to_owned()),
        layout: Some("generic".to_owned()),
        format: "csv".to_owned(),
        bytes: records * 120,
        blake3: Some("55".repeat(32)),
        dialect: vec![
            ("encoding".to_owned(), "UTF-8".to_owned()),
            ("delimiter".to_owned(), "comma".to_owned()),
        ],
        bound: vec![("encounter_id".to_owned(), "Encounter No".to_owned())],
        unbound: Vec::new(),
        tally: Tally { lines: records + 1, records, kept: records, ..Tally::default() },
        issues: IssueLog::default(),
        columns: vec!["Encounter No".to_owned(), "Disch Dt/Tm".to_owned()],
        overflows: 0,
        claim: None,
        looked_at: false,
    }
}

/// An issue.
pub(crate) fn issue(code: &'static str, class: IssueClass, line: u64, detail: &str) -> Issue {
    Issue {
        code: IssueCode(code),
        class,
        line,
        record: Some(line - 1),
        byte: line * 100,
        column: None,
        detail: detail.to_owned(),
    }
}

/// The sample scan.
pub(crate) fn scan() -> Scan {
    let date = |text: &str| Masked::value(text.as_bytes(), FieldType::Timestamp);
    let mut late = result(0, Outcome::Fail, [40_102, 10_989, 1_048, 12, 1_195]);
    late.not_evaluable_reasons = vec![("`discharged_at` cannot be read".to_owned(), 12)];
    late.findings = (1..=3)
        .map(|number| {
            finding(
                0,
                "encounters.csv",
                number * 1_301,
                &[
                    ("class", Masked::declared("inpatient")),
                    ("discharged_at", date("2026-01-01 10:00")),
                    ("record_completed_at", Masked::missing()),
                ],
            )
        })
        .collect();
    let mut tolerated = result(1, Outcome::Pass, [0, 53_300, 46, 0, 0]);
    tolerated.findings =
        vec![finding(1, "encounters.csv", 77, &[("discharged_at", Masked::missing())])];
    let mut duplicates = result(2, Outcome::Fail, [0, 53_344, 2, 0, 0]);
    duplicates.findings = vec![
        finding(
            2,
            "encounters.csv",
            1_301,
            &[("encounter_id", Masked::value(b"E4711", FieldType::Id))],
        ),
        finding(
            2,
            "encounters.csv",
            9_001,
            &[("encounter_id", Masked::value(b"E4711", FieldType::Id))],
        ),
    ];
    duplicates.findings[1].key[0].hash = duplicates.findings[0].key[0].hash;
    let mut ssn = result(3, Outcome::Fail, [0, 4_100_000, 37, 0, 0]);
    ssn.counts.occurrences = 38;
    ssn.findings = vec![finding(
        3,
        "notes/2026-01.csv",
        5,
        &[("text", Masked::value(b"123-45-6789 called", FieldType::Text))],
    )];
    ssn.findings[0].identifier = Some(("us-ssn".to_owned(), 'A', (0, 11)));
    ssn.findings[0].message = "an identifier `us-ssn` stands in text".to_owned();
    let absent = |set: &str| Outcome::NotEvaluated(NotEvaluated::RecordSetAbsent(set.to_owned()));
    let fields = Outcome::NotEvaluated(NotEvaluated::FieldsNotBound(vec!["witness_id".to_owned()]));
    let mut encounters = input("encounters.csv", "encounters", 53_346);
    encounters.unbound = vec!["BASE_COST".to_owned(), "PAYER".to_owned(), "1957-04-11".to_owned()];
    encounters.fate = InputFate::Incomplete;
    encounters.tally.records += 3;
    encounters.tally.skipped = 3;
    for line in [88_101, 91_003, 99_000] {
        encounters.issues.add(issue(
            "read/short-row",
            IssueClass::Skipped,
            line,
            "expected 15 fields, found 14",
        ));
    }
    encounters.issues.add(issue("read/bom", IssueClass::Noted, 1, "a byte order mark"));
    let mut refused = input("old/report.csv", "encounters", 0);
    refused.fate = InputFate::Refused;
    refused.record_set = None;
    refused.layout = None;
    refused.issues.add(issue(
        "read/wrong-format",
        IssueClass::Refused,
        1,
        "an HTML page, not delimited text",
    ));
    let mut unknown = input("zz/readme.csv", "", 0);
    unknown.fate = InputFate::Unrecognised;
    unknown.record_set = None;
    unknown.layout = None;
    unknown.issues.add(issue(
        "read/header-not-found",
        IssueClass::Refused,
        1,
        "no record set has these columns; name them under `sources` in chartaudit.yaml",
    ));
    unknown.unbound = vec!["Jane Public".to_owned()];
    Scan {
        inputs: vec![unknown, input("notes/2026-01.csv", "notes", 4_100_037), encounters, refused],
        rules: vec![
            late,
            tolerated,
            duplicates,
            ssn,
            result(4, absent("access_log"), [0; 5]),
            result(5, absent("access_log"), [0; 5]),
            result(6, absent("disclosures"), [0; 5]),
            result(7, Outcome::Pass, [0, 120, 0, 4, 0]),
            result(8, fields, [0; 5]),
            result(
                9,
                finding::Outcome::Off("no declared policy limits keeping".to_owned()),
                [0; 5],
            ),
        ],
        interrupted: false,
    }
}
