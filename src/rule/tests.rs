//! Whole rule files: what is said of them, and what they become.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::time::Duration;

use miette::{Diagnostic as _, GraphicalReportHandler, GraphicalTheme};
use proptest::prelude::{Just, Strategy, prop_oneof, proptest};

use crate::expr::relations_of;
use crate::expr::typed::{FieldId, RelationId};
use crate::rule::error::RuleErrors;
use crate::rule::load::needed;
use crate::rule::tree::{self, Node, NodeKind};
use crate::rule::{
    Check, CheckedRule, Expectation, LoadRequest, PackSelection, ParamSetting, Place, RuleBook,
    RuleText, Severity, Strictness, Tailoring, Tolerance, config, embedded, lint, load, read_paths,
    recheck,
};

const DICTIONARY: &str = "\
records:
  encounters:
    title: One stay or visit
    key: [encounter_id]
    fields:
      encounter_id:  {type: id, phi: direct}
      patient_id:    {type: id, phi: direct, references: patients}
      class:         {type: code, values: [inpatient, emergency]}
      admitted_at:   {type: timestamp, phi: date}
      discharged_at: {type: timestamp, phi: date}
      closed_on:     {type: date, often_blank: true}
      charge:        {type: decimal}
      notes:         {type: text, phi: text}
  patients:
    key: [patient_id]
    fields:
      patient_id: {type: id, phi: direct}
      ssn:        {type: id, phi: direct, label: Social security number, aliases: [SSN]}
";

const PACK: &str = "\
pack: local
title: House rules
version: 1.0.0
params:
  days: {type: integer, default: 30, unit: days, min: 1, max: 90}
rules:
  - id: completeness/discharge-missing
    title: No discharge
    severity: error
    guideline:
      - {cite: 42 CFR 482.24, authority: CMS, confidence: primary, in_force: {from: 2006-01-26}}
    records: encounters
    because: >
      It is asked
      for.
    remedy: Ask the ward.
    assign: patient_id
    tolerance: 0.5%
    require: [discharged_at]
    examples:
      - {as_of: 2026-01-01, given: {encounters: [{encounter_id: 010, discharged_at: 2026-01-01}]}, expect: pass}
      - {given: {encounters: [{encounter_id: 1e3}, {encounter_id: no, charge: 12.50}]}, expect: [violation, violation]}
  - id: completeness/discharge-late
    title: Late
    severity: warning
    records: encounters
    deadline: {of: discharged_at, after: admitted_at, within: \":days days\"}
    examples:
      - {params: {days: 5}, given: {encounters: [{}]}, expect: not-evaluable}
  - id: completeness/class-unknown
    title: Not a class
    severity: note
    records: encounters
    allowed: {field: class, values: [no, 010, 1e3]}
";

/// What is said of a text beside the dictionary.
fn report(text: &str) -> String {
    render(&problems(text, &LoadRequest::default()))
}

fn problems(text: &str, request: &LoadRequest<'_>) -> RuleErrors {
    load(texts(text), request).expect_err("the text is faulty")
}

fn texts(text: &str) -> Vec<RuleText> {
    [("dictionary.yaml", DICTIONARY), ("house/rules.yaml", text)]
        .map(|(name, text)| RuleText { name: name.to_owned(), text: text.to_owned() })
        .into()
}

fn book(text: &str, request: &LoadRequest<'_>) -> RuleBook {
    load(texts(text), request).unwrap_or_else(|errors| panic!("{}", render(&errors)))
}

fn render(errors: &RuleErrors) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
        .with_width(100)
        .with_links(false);
    let mut text = String::new();
    handler.render_report(&mut text, errors).unwrap();
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n")
}

const NOT_YAML: &str = "pack: local\nrules:\n  - id: a: b\n";
const TABS: &str = "pack: local\nrules:\n\t- id: a\n";
const FORBIDDEN: &str = "\
pack: &name local
title: *name
title: !text again
<<: {a: b}
? [a]
: c
";
const HIDDEN: &str = "pack: local\ntitle: \"a\u{202e}b\"\n";
const SHAPE: &str = "\
pack: local
titel: House rules
version: 1.0.0
rules:
  - id: completeness/a
    title: A
    severity: eror
    records: encounters
    when: class = 'inpatient'
    require: 5
    required: yes
  - severity: error
    title:
    records: encounters
    require: [discharged_at]
    with: {patient: patients}
    examples:
      - {given: {encounters: [{class: ~}]}, expect: passed}
  - id: completeness/c
    title: C
    severity: error
    records: encounter
    require: [discharged_on]
---
something: else
";
const NAMES: &str = "\
pack: Local
title: House rules
version: 1.0.0
params:
  days: {type: integer, default: many}
  share: {type: decimal, default: 0.5, min: 0.6}
  word: {type: text, default: a, min: b}
  turned: {type: integer, default: 3, min: 9, max: 1}
rules:
  - {id: complete/a, title: A, severity: error, records: encounters, require: [discharged_at]}
  - {id: completeness/b, title: B, severity: error, records: encounter, require: [discharged_at]}
  - {id: completeness/c, title: C, severity: error, records: encounters, require: [dischargd_at, class, class]}
  - {id: completeness/d, title: D, severity: error, records: encounters}
  - {id: completeness/e, title: E, severity: error, records: encounters, require: [class], unique: [class]}
  - {id: completeness/e, title: E, severity: error, records: encounters, require: []}
  - {id: completeness/f, title: F, severity: error, records: encounters, require: [], assign: nobody, tolerance: half}
";
const CHECKS: &str = "\
pack: local
title: House rules
version: 1.0.0
params:
  days: {type: integer, default: 30, unit: days}
  word: {type: text, default: a}
rules:
  - id: completeness/a
    title: A
    severity: error
    records: encounters
    guideline: [{cite: X, in_force: {from: 2006-13-01}}, {cite: Y, in_force: {from: 2006-01-02, to: 2006-01-01}}]
    deadline: {of: class, after: admitted_at, within: \":days hours\"}
  - {id: completeness/b, title: B, severity: error, records: encounters, deadline: {of: admitted_at, after: discharged_at, within: soon}}
  - {id: completeness/c, title: C, severity: error, records: encounters, deadline: {of: admitted_at, after: discharged_at, within: \":dayz days\"}}
  - {id: completeness/c2, title: C, severity: error, records: encounters, deadline: {of: admitted_at, after: discharged_at, within: \":word days\"}}
  - {id: completeness/d, title: D, severity: error, records: encounters, format: {field: patient_id, is: us-np}}
  - {id: completeness/e, title: E, severity: error, records: encounters, format: {field: charge, is: us-npi}}
  - {id: completeness/f, title: F, severity: error, records: encounters, format: {field: class}}
  - {id: completeness/g, title: G, severity: error, records: encounters, allowed: {field: class, file: codes.csv}}
  - {id: completeness/h, title: H, severity: error, records: encounters, allowed: {field: class, code_set: empty}}
  - {id: completeness/i, title: I, severity: error, records: encounters, identifiers: {in: text, detect: [us-sn]}}
  - {id: completeness/j, title: J, severity: error, records: encounters, measure: {value: count()}}
  - id: completeness/k
    title: K
    severity: error
    records: encounters
    require: [class]
    examples:
      - {given: {patients: [{ssn: 1}]}, expect: pass}
      - {given: {encounters: [{clas: a}]}, expect: [pass, pass], params: {dys: 3}}
";
/// Questions about known people that nobody can answer.
const PEOPLE: &str = "\
pack: local
title: House rules
version: 1.0.0
rules:
  - {id: confidentiality/a, title: A, severity: error, records: encounters, identifiers: {in: text, of: patients, whose: own}}
  - {id: confidentiality/b, title: B, severity: error, records: encounters, identifiers: {in: text, of: staff, whose: another}}
  - {id: confidentiality/c, title: C, severity: error, records: encounters, identifiers: {in: text, detect: [us], kinds: [mrn]}}
  - {id: confidentiality/d, title: D, severity: error, records: encounters, identifiers: {in: text}}
";
const CONDITIONS: &str = "\
pack: local
title: House rules
version: 1.0.0
rules:
  - id: completeness/a
    title: A
    severity: error
    records: encounters
    where: |
      class = 'inpatient'
        AND dischargd_at IS NOT NULL
    assert: >-
      class = 'inpatient'
      AND admited_at IS NOT NULL
  - id: completeness/b
    title: B
    severity: error
    records: encounters
    where: 'class = ''a'' AND patint_id IS NOT NULL'
    fail_if: \"class = '\\u00e9' AND chrge > 3\"
  - {id: completeness/c, title: C, severity: error, records: encounters, format: {field: class, pattern: \"a(?=b)\"}}
";
const SETS: &str = "\
pack: local
title: House rules
version: 1.0.0
rules:
  - {id: completeness/a, title: A, severity: error, records: encounters, no_overlap: {by: [patient], from: closed, to: discharged_at}}
  - {id: completeness/b, title: B, severity: error, records: encounters, no_overlap: {from: class, to: discharged_at}}
  - {id: completeness/c, title: C, severity: error, records: encounters, no_overlap: {from: admitted_at, to: closed_on}}
  - {id: completeness/d, title: D, severity: error, records: encounters, no_overlap: {from: admitted_at, to: admitted_at}}
  - {id: completeness/e, title: E, severity: error, records: encounters, no_overlap: {from: admitted_at, until: discharged_at}}
  - {id: completeness/f, title: F, severity: error, records: encounters, small_cells: {by: [], at_least: 11}}
  - {id: completeness/g, title: G, severity: error, records: encounters, small_cells: {by: [klass, class], at_least: 1}}
  - {id: completeness/h, title: H, severity: error, records: encounters, small_cells: {by: class, at_least: few}}
  - {id: completeness/i, title: I, severity: error, records: encounters, gap_free: {field: encounter_id, by: [class, class]}}
  - {id: completeness/j, title: J, severity: error, records: encounters, gap_free: {field: sequence}}
  - {id: completeness/k, title: K, severity: error, records: encounters, gap_free: [charge]}
  - {id: retention/l, title: L, severity: error, records: encounters, release: limited}
  - {id: retention/m, title: M, severity: error, records: encounters, delivery: {manifest: files.csv}}
";
const LAYOUTS: &str = "\
layout: house
sources:
  encounter:
    bind: {encounter_id: Id}
  encounters:
    csv: {delimiter: \"ab\", encoding: utf-9, footer: \"(\", header: none}
    delimiter: \",\"
    timezone: Mars/Olympus
    expect: true
    key: [id]
    bind:
      encounter_id: Id
      discharged: STOP
      admitted_at: {column: START, formats: [isso]}
      charge: {formats: [iso], decimal: \"..\"}
      class: {column: [CLASS, Class], values: {inpatients: [i], emergency: [e, i]}}
---
layout: house
sources: {}
---
records:
  encounters:
    key: [class]
    fields:
      class: {type: code}
      doctor_id: {type: id, references: staff}
---
pack: local
title: House rules
version: 1.0.0
---
pack: local
title: House rules
---
pack: bare
rules: []
";

const RELATIONS: &str = "\
records:
  encounters:
    fields:
      attending: {type: id, references: staff}
      former_id: {type: id, references: {records: encounters, as: this}}
      patient:   {type: text, references: patients}
      ward_id:   {type: id, references: wards}
      badge_id:  {type: integer, references: staff}
  staff:
    key: [staff_id]
    fields:
      staff_id:  {type: id}
      hired_on:  {type: date}
      last_name: {type: text}
  wards:
    key: [house, ward_id]
    fields:
      house:   {type: code}
      ward_id: {type: id}
      beds:    {type: integer}
---
pack: local
title: House rules
version: 1.0.0
rules:
  - id: completeness/a
    title: A
    severity: error
    records: encounters
    with:
      ward:     {records: ward, match: ward_id}
      surgeon:  {records: staff, match: staff_id}
      nurse:    {records: staff, match: {attnding: staff_id, charge: staff_id, class: hired}}
      nobody:   {records: staff, match: []}
      class:    {records: staff, match: {attending: staff_id}}
      this:     {records: staff, match: {attending: staff_id}}
      patient:  {records: staff, match: {attending: staff_id}}
      twice:    {records: encounters, match: [class, class], where: class = this.clas}
      wrong:    {records: staff, match: {attending: staff_id}, where: patient.ssn = last_name AND admitted_at > hired_on}
      shape:    {record: staff}
    assert: count(nurse) > 0 AND exists(wrong) AND ward.beds > 1 AND exists(shape) AND attnding.hired_on IS NULL
  - id: completeness/b
    title: B
    severity: error
    records: encounters
    with:
      staff: {records: staff, match: {attending: staff_id}, where: hired_on < date_of(this.admitted_at)}
    measure: {value: sum(attending.hired_on), by: [class], at_most: count(staff), at_least: \"ratio(count(), count(attending.staff_id))\"}
";

#[test]
fn what_is_wrong_around_relations() {
    insta::assert_snapshot!(report(RELATIONS), @r#"
      × 23 problems found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::relation_this

      × a relation cannot be called `this`
       ╭─[house/rules.yaml:5:67]
     4 │       attending: {type: id, references: staff}
     5 │       former_id: {type: id, references: {records: encounters, as: this}}
       ·                                                                   ──┬─
       ·                                                                     ╰── this name is taken
     6 │       patient:   {type: text, references: patients}
       ╰────
      help: give it another name; `this` is the record under test

    Error: chartaudit::rule::reference_twice

      × two fields open a relation `patient`
       ╭─[house/rules.yaml:6:43]
     5 │       former_id: {type: id, references: {records: encounters, as: this}}
     6 │       patient:   {type: text, references: patients}
       ·                                           ────┬───
       ·                                               ╰── `patient_id` opens one of this name
     7 │       ward_id:   {type: id, references: wards}
       ╰────
      help: name one of them, as `references: {records: …, as: NAME}`

    Error: chartaudit::rule::reference_without_key

      × a field cannot refer to `wards`
       ╭─[house/rules.yaml:7:41]
     6 │       patient:   {type: text, references: patients}
     7 │       ward_id:   {type: id, references: wards}
       ·                                         ──┬──
       ·                                           ╰── no single field is its key
     8 │       badge_id:  {type: integer, references: staff}
       ╰────
      help: give `wards` a key of one field, or open a relation with `with` in the rules that need it

    Error: chartaudit::rule::match_types

      × `badge_id` cannot match `staff_id`
       ╭─[house/rules.yaml:8:46]
     7 │       ward_id:   {type: id, references: wards}
     8 │       badge_id:  {type: integer, references: staff}
       ·                                              ──┬──
       ·                                                ╰── one is of type integer, the other of type id
     9 │   staff:
       ╰────
      help: match id, code and text with each other, integer with integer, date with date

    Error: chartaudit::rule::unknown_record_set

      × unknown record set `ward`
        ╭─[house/rules.yaml:31:27]
     30 │     with:
     31 │       ward:     {records: ward, match: ward_id}
        ·                           ──┬─
        ·                             ╰── not in the dictionary
     32 │       surgeon:  {records: staff, match: staff_id}
        ╰────
      help: did you mean `wards`?

    Error: chartaudit::rule::unknown_field

      × unknown field `staff_id`
        ╭─[house/rules.yaml:32:41]
     31 │       ward:     {records: ward, match: ward_id}
     32 │       surgeon:  {records: staff, match: staff_id}
        ·                                         ────┬───
        ·                                             ╰── `encounters` has no such field
     33 │       nurse:    {records: staff, match: {attnding: staff_id, charge: staff_id, class: hired}}
        ╰────
      help: name both fields, as `match: {FIELD: staff_id}`

    Error: chartaudit::rule::unknown_field

      × unknown field `attnding`
        ╭─[house/rules.yaml:33:42]
     32 │       surgeon:  {records: staff, match: staff_id}
     33 │       nurse:    {records: staff, match: {attnding: staff_id, charge: staff_id, class: hired}}
        ·                                          ────┬───
        ·                                              ╰── `encounters` has no such field
     34 │       nobody:   {records: staff, match: []}
        ╰────
      help: did you mean `attending`?

    Error: chartaudit::rule::match_types

      × `charge` cannot match `staff_id`
        ╭─[house/rules.yaml:33:70]
     32 │       surgeon:  {records: staff, match: staff_id}
     33 │       nurse:    {records: staff, match: {attnding: staff_id, charge: staff_id, class: hired}}
        ·                                                                      ────┬───
        ·                                                                          ╰── one is of type decimal, the other of type id
     34 │       nobody:   {records: staff, match: []}
        ╰────
      help: match id, code and text with each other, integer with integer, date with date

    Error: chartaudit::rule::unknown_field

      × unknown field `hired`
        ╭─[house/rules.yaml:33:87]
     32 │       surgeon:  {records: staff, match: staff_id}
     33 │       nurse:    {records: staff, match: {attnding: staff_id, charge: staff_id, class: hired}}
        ·                                                                                       ──┬──
        ·                                                                                         ╰── `staff` has no such field
     34 │       nobody:   {records: staff, match: []}
        ╰────

    Error: chartaudit::rule::empty_list

      × an empty list
        ╭─[house/rules.yaml:34:41]
     33 │       nurse:    {records: staff, match: {attnding: staff_id, charge: staff_id, class: hired}}
     34 │       nobody:   {records: staff, match: []}
        ·                                         ─┬
        ·                                          ╰── nothing is named here
     35 │       class:    {records: staff, match: {attending: staff_id}}
        ╰────
      help: name a field that is equal in both, or remove `match`

    Error: chartaudit::rule::relation_taken

      × relation `class` is there already
        ╭─[house/rules.yaml:35:7]
     34 │       nobody:   {records: staff, match: []}
     35 │       class:    {records: staff, match: {attending: staff_id}}
        ·       ──┬──
        ·         ╰── a field of `encounters` has this name
     36 │       this:     {records: staff, match: {attending: staff_id}}
        ╰────
      help: give it another name

    Error: chartaudit::rule::relation_this

      × a relation cannot be called `this`
        ╭─[house/rules.yaml:36:7]
     35 │       class:    {records: staff, match: {attending: staff_id}}
     36 │       this:     {records: staff, match: {attending: staff_id}}
        ·       ──┬─
        ·         ╰── this name is taken
     37 │       patient:  {records: staff, match: {attending: staff_id}}
        ╰────
      help: give it another name; `this` is the record under test

    Error: chartaudit::rule::relation_taken

      × relation `patient` is there already
        ╭─[house/rules.yaml:37:7]
     36 │       this:     {records: staff, match: {attending: staff_id}}
     37 │       patient:  {records: staff, match: {attending: staff_id}}
        ·       ───┬───
        ·          ╰── `patient_id` opens it to the one record of `patients`
     38 │       twice:    {records: encounters, match: [class, class], where: class = this.clas}
        ╰────
      help: give it another name

    Error: chartaudit::rule::repeated_field

      × field `class` is listed twice
        ╭─[house/rules.yaml:38:54]
     37 │       patient:  {records: staff, match: {attending: staff_id}}
     38 │       twice:    {records: encounters, match: [class, class], where: class = this.clas}
        ·                                                      ──┬──
        ·                                                        ╰── again here
     39 │       wrong:    {records: staff, match: {attending: staff_id}, where: patient.ssn = last_name AND admitted_at > hired_on}
        ╰────
      help: name it once

    Error: chartaudit::expr::E102

      × unknown column `clas`
        ╭─[house/rules.yaml:38:77]
     37 │       patient:  {records: staff, match: {attending: staff_id}}
     38 │       twice:    {records: encounters, match: [class, class], where: class = this.clas}
        ·                                                                             ────┬────
        ·                                                                                 ╰── the record under test has no such field
     39 │       wrong:    {records: staff, match: {attending: staff_id}, where: patient.ssn = last_name AND admitted_at > hired_on}
        ╰────
      help: did you mean `class`?

    Error: chartaudit::expr::E111

      × a relation cannot be used in the condition of another
        ╭─[house/rules.yaml:39:71]
     38 │       twice:    {records: encounters, match: [class, class], where: class = this.clas}
     39 │       wrong:    {records: staff, match: {attending: staff_id}, where: patient.ssn = last_name AND admitted_at > hired_on}
        ·                                                                       ─────┬─────
        ·                                                                            ╰── a relation inside a relation
     40 │       shape:    {record: staff}
        ╰────
      help: compare fields of the related record with fields of the record under test, as `this.FIELD`

    Error: chartaudit::expr::E102

      × unknown column `admitted_at`
        ╭─[house/rules.yaml:39:99]
     38 │       twice:    {records: encounters, match: [class, class], where: class = this.clas}
     39 │       wrong:    {records: staff, match: {attending: staff_id}, where: patient.ssn = last_name AND admitted_at > hired_on}
        ·                                                                                                   ─────┬─────
        ·                                                                                                        ╰── the record set has no such field
     40 │       shape:    {record: staff}
        ╰────
      help: write `this.admitted_at` for the field of the record under test

    Error: chartaudit::rule::missing_key

      × `records` is missing
        ╭─[house/rules.yaml:40:17]
     39 │       wrong:    {records: staff, match: {attending: staff_id}, where: patient.ssn = last_name AND admitted_at > hired_on}
     40 │       shape:    {record: staff}
        ·                 ───┬───
        ·                    ╰── a relation needs it
     41 │     assert: count(nurse) > 0 AND exists(wrong) AND ward.beds > 1 AND exists(shape) AND attnding.hired_on IS NULL
        ╰────
      help: add `records`: the record set of the related records

    Error: chartaudit::rule::unknown_key

      × unknown key `record`
        ╭─[house/rules.yaml:40:18]
     39 │       wrong:    {records: staff, match: {attending: staff_id}, where: patient.ssn = last_name AND admitted_at > hired_on}
     40 │       shape:    {record: staff}
        ·                  ───┬──
        ·                     ╰── a relation has no such key
     41 │     assert: count(nurse) > 0 AND exists(wrong) AND ward.beds > 1 AND exists(shape) AND attnding.hired_on IS NULL
        ╰────
      help: did you mean `records`?

    Error: chartaudit::expr::E111

      × relation `attnding` is not declared
        ╭─[house/rules.yaml:41:88]
     40 │       shape:    {record: staff}
     41 │     assert: count(nurse) > 0 AND exists(wrong) AND ward.beds > 1 AND exists(shape) AND attnding.hired_on IS NULL
        ·                                                                                        ────────┬────────
        ·                                                                                                ╰── relation not declared
     42 │   - id: completeness/b
        ╰────
      help: did you mean `attending`?

    Error: chartaudit::expr::E105

      × sum needs numbers, this is date
        ╭─[house/rules.yaml:48:26]
     47 │       staff: {records: staff, match: {attending: staff_id}, where: hired_on < date_of(this.admitted_at)}
     48 │     measure: {value: sum(attending.hired_on), by: [class], at_most: count(staff), at_least: "ratio(count(), count(attending.staff_id))"}
        ·                          ─────────┬────────
        ·                                   ╰── this is date
        ╰────

    Error: chartaudit::rule::relation_outside_group

      × the records of `staff` are not those of a group
        ╭─[house/rules.yaml:48:69]
     47 │       staff: {records: staff, match: {attending: staff_id}, where: hired_on < date_of(this.admitted_at)}
     48 │     measure: {value: sum(attending.hired_on), by: [class], at_most: count(staff), at_least: "ratio(count(), count(attending.staff_id))"}
        ·                                                                     ──────┬─────
        ·                                                                           ╰── which they are depends on `attending`, `admitted_at`, outside of `by`
        ╰────
      help: add `attending`, `admitted_at` to `by`, or put the figure of each record inside an
            aggregate, as count_if(count(staff) > 0)

    Error: chartaudit::rule::relation_outside_group

      × the records of `attending` are not those of a group
        ╭─[house/rules.yaml:48:109]
     47 │       staff: {records: staff, match: {attending: staff_id}, where: hired_on < date_of(this.admitted_at)}
     48 │     measure: {value: sum(attending.hired_on), by: [class], at_most: count(staff), at_least: "ratio(count(), count(attending.staff_id))"}
        ·                                                                                                             ────────────┬────────────
        ·                                                                                                                         ╰── which they are depends on `attending`, outside of `by`
        ╰────
      help: add `attending` to `by`, or put the figure of each record inside an aggregate, as
            count_if(count(attending) > 0)
    "#);
}

const RELATED: &str = "\
records:
  encounters:
    fields:
      attending: {type: id, references: {records: staff, as: doctor}}
      left_on:   {type: date, often_blank: true}
  staff:
    key: [staff_id]
    fields:
      staff_id:  {type: id}
      hired_on:  {type: date}
      left_on:   {type: date, often_blank: true}
---
pack: local
title: House rules
version: 1.0.0
rules:
  - id: completeness/a
    title: A
    severity: error
    records: encounters
    where: exists(patient)
    with:
      others:  {records: encounters, match: [patient_id, class], where: admitted_at > this.discharged_at}
      idle:    {records: staff}
      patient: {records: patients, match: patient_id}
      crew:    {records: staff}
    assert: count(others) = 0 AND doctor.hired_on <= date_of(admitted_at)
  - id: completeness/b
    title: B
    severity: error
    records: encounters
    with:
      back: {records: encounters, match: {patient_id: encounter_id}}
    measure: {value: count(back), by: [patient_id], at_most: count_if(exists(patient)) + 3}
  - id: completeness/c
    title: C
    severity: error
    records: encounters
    with:
      crew: {records: staff, where: hired_on < date_of(this.admitted_at)}
    deadline: {of: min(crew.hired_on), after: admitted_at, within: 3 days}
";

/// A rule as it is listed, without its texts.
fn listed_rule(rule: &CheckedRule) -> String {
    let (file, line) = &rule.declared;
    format!("{}:{} {:?} {file}:{line} | {}", rule.pack, rule.id.text, rule.severity, rule.title)
}

#[test]
fn references_make_rules() {
    let text = "\
records:
  encounters:
    fields:
      ward_id:    {type: id, references: wards, label: Ward}
      former_id:  {type: id, references: {records: encounters, as: former}, label: Former stay number}
      payer:      {type: code, references: payers}
      payer_id:   {type: integer, references: {records: numbers, as: paid_by}, label: HMO number}
  wards:
    title: One ward
    key: [ward_id]
    fields:
      ward_id: {type: id, references: {records: wards, as: itself}}
  payers:  {key: [code], fields: {code: {type: code}}}
  numbers: {key: [number], fields: {number: {type: integer}, encounter: {type: id, references: encounters}}}
---
pack: local
title: House rules
version: 1.0.0
rules:
  - {id: completeness/z, title: Z, severity: note, records: encounters, require: [class]}
  - {id: completeness/encounters-ward-orphaned, title: Mine, severity: note, records: encounters, require: [ward_id]}
";
    let request = LoadRequest {
        ignore: vec!["completeness/encounters-former-orphaned".to_owned()],
        tailoring: vec![Tailoring {
            rule: "completeness/encounters-payer-orphaned".to_owned(),
            severity: Some(Severity::Warning),
            because: "known".to_owned(),
            ..Tailoring::default()
        }],
        ..LoadRequest::default()
    };
    let book = book(text, &request);
    let rules = || book.packs.iter().flat_map(|pack| &pack.rules);
    insta::assert_snapshot!(rules().map(listed_rule).collect::<Vec<_>>().join("\n"), @r#"
    local:completeness/z Note house/rules.yaml:20 | Z
    local:completeness/encounters-ward-orphaned Note house/rules.yaml:21 | Mine
    local:completeness/encounters-payer-id-orphaned Error house/rules.yaml:7 | Stay or visit whose HMO is not in the export
    local:completeness/encounters-payer-orphaned Warning house/rules.yaml:6 | Stay or visit whose payer is not in the export
    local:completeness/numbers-encounter-orphaned Error house/rules.yaml:14 | Record of numbers whose encounter is not in the export
    dictionary:completeness/encounters-patient-orphaned Error dictionary.yaml:7 | Stay or visit whose patient is not in the export
    "#);
    assert_eq!(book.deselected, ["local:completeness/encounters-former-orphaned"]);
    let own = &book.packs[1];
    let digest = &book.digests.iter().find(|(name, _)| name == "dictionary.yaml").unwrap().1;
    assert_eq!((own.name.as_str(), &own.digest), ("dictionary", digest));

    let rule = rules().find(|rule| rule.id.text.ends_with("payer-id-orphaned")).unwrap();
    let text = [&rule.check_text, rule.because.as_ref().unwrap(), rule.remedy.as_ref().unwrap()];
    insta::assert_snapshot!(text.map(String::as_str).join("\n"), @r#"
    references: {field: payer_id, of: numbers.number}
    Where the HMO number leads nowhere, it is wrong or the export lacks records of numbers. Whatever is to be known of the HMO cannot be judged for such a record.
    See whether numbers were exported for the same period and facilities. If they were, correct the HMO number in the source system.
    "#);
    let Check::References { field, relation: RelationId(0) } = rule.check else { panic!() };
    assert_eq!((rule.fields.as_slice(), rule.relations[0].implied), (&[field][..], true));
    assert_eq!(rule.relations[0].matches, [(field, FieldId(0))]);
    let examples = rule.examples.iter().map(|example| {
        let given = example.given.iter().map(|(set, records)| {
            let cells = records.iter().flat_map(|record| &record.cells);
            format!("{set} {:?}", cells.collect::<Vec<_>>())
        });
        format!("{} {:?}", given.collect::<Vec<_>>().join(", "), example.expect)
    });
    insta::assert_snapshot!(examples.collect::<Vec<_>>().join("\n"), @r#"
    encounters [(FieldId(11), "1")], numbers [(FieldId(0), "1")] [Pass]
    encounters [(FieldId(11), "2")], numbers [(FieldId(0), "1")] [Violation]
    encounters [], numbers [(FieldId(0), "1")] [NotApplicable]
    "#);
    let again = recheck(&book, rule, &rule.examples[0], &LoadRequest::default()).unwrap();
    assert_eq!(again.id, rule.id);
}

/// Every reference of the built-in dictionary whose orphans matter has a rule, with everything that a shipped rule has.
#[test]
fn references_of_the_dictionary_are_essential() {
    let book = load(embedded(), &LoadRequest::default()).unwrap();
    let fields = book.dictionary.sets.iter().flat_map(|set| &set.fields);
    let references = fields.filter_map(|field| field.references.as_ref());
    let references = references.filter(|reference| reference.orphans.is_some()).count();
    let essentials = book.packs.iter().find(|pack| pack.name == "essentials").unwrap();
    let is_made = |rule: &&CheckedRule| matches!(rule.check, Check::References { .. });
    let made: Vec<_> = essentials.rules.iter().filter(is_made).collect();
    assert_eq!(made.len(), references);
    let written = essentials.rules.len() - made.len();
    assert!(essentials.rules[written..].iter().all(|rule| is_made(&rule)), "written rules first");
    assert!(made.is_sorted_by_key(|rule| &rule.id.text));
    let mut ids: Vec<_> =
        book.packs.iter().flat_map(|pack| &pack.rules).map(|rule| &rule.id.text).collect();
    let all = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), all, "every id once");
    assert!(ids.iter().any(|id| *id == "completeness/encounters-patient-orphaned"));
    for rule in made {
        assert!(rule.declared.0.starts_with("chartaudit/rules/dictionary/"), "{}", rule.id.text);
        assert!(rule.because.is_some() && rule.remedy.is_some() && rule.guideline.len() == 1);
        let expect: Vec<_> = rule.examples.iter().flat_map(|example| &example.expect).collect();
        assert_eq!(
            expect,
            [&Expectation::Pass, &Expectation::Violation, &Expectation::NotApplicable],
            "{}",
            rule.id.text
        );
    }
    let texts = embedded().into_iter().filter(|text| !text.name.contains("/essentials/")).collect();
    let without = load(texts, &LoadRequest::default()).unwrap();
    let mut rules = without.packs.iter().flat_map(|pack| &pack.rules);
    assert!(!rules.any(|rule| is_made(&rule)), "only where the pack is");
}

#[test]
fn what_is_wrong_with_checks_of_sets() {
    insta::assert_snapshot!(report(SETS), @r"
      × 17 problems found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::unknown_field

      × unknown field `patient`
       ╭─[house/rules.yaml:5:92]
     4 │ rules:
     5 │   - {id: completeness/a, title: A, severity: error, records: encounters, no_overlap: {by: [patient], from: closed, to: discharged_at}}
       ·                                                                                            ───┬───
       ·                                                                                               ╰── `encounters` has no such field
     6 │   - {id: completeness/b, title: B, severity: error, records: encounters, no_overlap: {from: class, to: discharged_at}}
       ╰────

    Error: chartaudit::rule::unknown_field

      × unknown field `closed`
       ╭─[house/rules.yaml:5:108]
     4 │ rules:
     5 │   - {id: completeness/a, title: A, severity: error, records: encounters, no_overlap: {by: [patient], from: closed, to: discharged_at}}
       ·                                                                                                            ───┬──
       ·                                                                                                               ╰── `encounters` has no such field
     6 │   - {id: completeness/b, title: B, severity: error, records: encounters, no_overlap: {from: class, to: discharged_at}}
       ╰────

    Error: chartaudit::rule::field_type

      × field `class` is of type code
       ╭─[house/rules.yaml:6:93]
     5 │   - {id: completeness/a, title: A, severity: error, records: encounters, no_overlap: {by: [patient], from: closed, to: discharged_at}}
     6 │   - {id: completeness/b, title: B, severity: error, records: encounters, no_overlap: {from: class, to: discharged_at}}
       ·                                                                                             ──┬──
       ·                                                                                               ╰── a date, timestamp or instant is needed here
     7 │   - {id: completeness/c, title: C, severity: error, records: encounters, no_overlap: {from: admitted_at, to: closed_on}}
       ╰────
      help: an interval has two ends of one type

    Error: chartaudit::rule::field_type

      × field `closed_on` is of type date
       ╭─[house/rules.yaml:7:110]
     6 │   - {id: completeness/b, title: B, severity: error, records: encounters, no_overlap: {from: class, to: discharged_at}}
     7 │   - {id: completeness/c, title: C, severity: error, records: encounters, no_overlap: {from: admitted_at, to: closed_on}}
       ·                                                                                                              ────┬────
       ·                                                                                                                  ╰── timestamp is needed here
     8 │   - {id: completeness/d, title: D, severity: error, records: encounters, no_overlap: {from: admitted_at, to: admitted_at}}
       ╰────
      help: an interval has two ends of one type

    Error: chartaudit::rule::repeated_field

      × field `admitted_at` is listed twice
       ╭─[house/rules.yaml:8:110]
     7 │   - {id: completeness/c, title: C, severity: error, records: encounters, no_overlap: {from: admitted_at, to: closed_on}}
     8 │   - {id: completeness/d, title: D, severity: error, records: encounters, no_overlap: {from: admitted_at, to: admitted_at}}
       ·                                                                                                              ─────┬─────
       ·                                                                                                                   ╰── again here
     9 │   - {id: completeness/e, title: E, severity: error, records: encounters, no_overlap: {from: admitted_at, until: discharged_at}}
       ╰────
      help: name it once

    Error: chartaudit::rule::missing_key

      × `to` is missing
        ╭─[house/rules.yaml:9:86]
      8 │   - {id: completeness/d, title: D, severity: error, records: encounters, no_overlap: {from: admitted_at, to: admitted_at}}
      9 │   - {id: completeness/e, title: E, severity: error, records: encounters, no_overlap: {from: admitted_at, until: discharged_at}}
        ·                                                                                      ──┬──
        ·                                                                                        ╰── `no_overlap` needs it
     10 │   - {id: completeness/f, title: F, severity: error, records: encounters, small_cells: {by: [], at_least: 11}}
        ╰────
      help: add `to`: the field of the end, of the same type

    Error: chartaudit::rule::unknown_key

      × unknown key `until`
        ╭─[house/rules.yaml:9:106]
      8 │   - {id: completeness/d, title: D, severity: error, records: encounters, no_overlap: {from: admitted_at, to: admitted_at}}
      9 │   - {id: completeness/e, title: E, severity: error, records: encounters, no_overlap: {from: admitted_at, until: discharged_at}}
        ·                                                                                                          ──┬──
        ·                                                                                                            ╰── `no_overlap` has no such key
     10 │   - {id: completeness/f, title: F, severity: error, records: encounters, small_cells: {by: [], at_least: 11}}
        ╰────
      help: the keys here are `by`, `from`, `to`

    Error: chartaudit::rule::empty_list

      × an empty list
        ╭─[house/rules.yaml:10:92]
      9 │   - {id: completeness/e, title: E, severity: error, records: encounters, no_overlap: {from: admitted_at, until: discharged_at}}
     10 │   - {id: completeness/f, title: F, severity: error, records: encounters, small_cells: {by: [], at_least: 11}}
        ·                                                                                            ─┬
        ·                                                                                             ╰── nothing is named here
     11 │   - {id: completeness/g, title: G, severity: error, records: encounters, small_cells: {by: [klass, class], at_least: 1}}
        ╰────
      help: name at least one field

    Error: chartaudit::expr::E102

      × unknown column `klass`
        ╭─[house/rules.yaml:11:93]
     10 │   - {id: completeness/f, title: F, severity: error, records: encounters, small_cells: {by: [], at_least: 11}}
     11 │   - {id: completeness/g, title: G, severity: error, records: encounters, small_cells: {by: [klass, class], at_least: 1}}
        ·                                                                                             ──┬──
        ·                                                                                               ╰── the record set has no such field
     12 │   - {id: completeness/h, title: H, severity: error, records: encounters, small_cells: {by: class, at_least: few}}
        ╰────
      help: did you mean `class`?

    Error: chartaudit::rule::never_broken

      × no combination occurs fewer than 1 times
        ╭─[house/rules.yaml:11:118]
     10 │   - {id: completeness/f, title: F, severity: error, records: encounters, small_cells: {by: [], at_least: 11}}
     11 │   - {id: completeness/g, title: G, severity: error, records: encounters, small_cells: {by: [klass, class], at_least: 1}}
        ·                                                                                                                      ┬
        ·                                                                                                                      ╰── nothing breaks this limit
     12 │   - {id: completeness/h, title: H, severity: error, records: encounters, small_cells: {by: class, at_least: few}}
        ╰────
      help: ask for 2 or more, often 5 or 11

    Error: chartaudit::rule::wrong_type

      × expected a list of field names, found text
        ╭─[house/rules.yaml:12:92]
     11 │   - {id: completeness/g, title: G, severity: error, records: encounters, small_cells: {by: [klass, class], at_least: 1}}
     12 │   - {id: completeness/h, title: H, severity: error, records: encounters, small_cells: {by: class, at_least: few}}
        ·                                                                                            ──┬──
        ·                                                                                              ╰── text
     13 │   - {id: completeness/i, title: I, severity: error, records: encounters, gap_free: {field: encounter_id, by: [class, class]}}
        ╰────
      help: write it as a list: `[class]`

    Error: chartaudit::rule::wrong_type

      × expected a whole number, 0 or more, found text
        ╭─[house/rules.yaml:12:109]
     11 │   - {id: completeness/g, title: G, severity: error, records: encounters, small_cells: {by: [klass, class], at_least: 1}}
     12 │   - {id: completeness/h, title: H, severity: error, records: encounters, small_cells: {by: class, at_least: few}}
        ·                                                                                                             ─┬─
        ·                                                                                                              ╰── text
     13 │   - {id: completeness/i, title: I, severity: error, records: encounters, gap_free: {field: encounter_id, by: [class, class]}}
        ╰────

    Error: chartaudit::rule::field_type

      × field `encounter_id` is of type id
        ╭─[house/rules.yaml:13:92]
     12 │   - {id: completeness/h, title: H, severity: error, records: encounters, small_cells: {by: class, at_least: few}}
     13 │   - {id: completeness/i, title: I, severity: error, records: encounters, gap_free: {field: encounter_id, by: [class, class]}}
        ·                                                                                            ──────┬─────
        ·                                                                                                  ╰── an integer is needed here
     14 │   - {id: completeness/j, title: J, severity: error, records: encounters, gap_free: {field: sequence}}
        ╰────
      help: declare the field as `type: integer`

    Error: chartaudit::rule::repeated_field

      × field `class` is listed twice
        ╭─[house/rules.yaml:13:118]
     12 │   - {id: completeness/h, title: H, severity: error, records: encounters, small_cells: {by: class, at_least: few}}
     13 │   - {id: completeness/i, title: I, severity: error, records: encounters, gap_free: {field: encounter_id, by: [class, class]}}
        ·                                                                                                                      ──┬──
        ·                                                                                                                        ╰── again here
     14 │   - {id: completeness/j, title: J, severity: error, records: encounters, gap_free: {field: sequence}}
        ╰────
      help: name it once

    Error: chartaudit::rule::unknown_field

      × unknown field `sequence`
        ╭─[house/rules.yaml:14:92]
     13 │   - {id: completeness/i, title: I, severity: error, records: encounters, gap_free: {field: encounter_id, by: [class, class]}}
     14 │   - {id: completeness/j, title: J, severity: error, records: encounters, gap_free: {field: sequence}}
        ·                                                                                            ────┬───
        ·                                                                                                ╰── `encounters` has no such field
     15 │   - {id: completeness/k, title: K, severity: error, records: encounters, gap_free: [charge]}
        ╰────

    Error: chartaudit::rule::wrong_type

      × expected a mapping, found a list
        ╭─[house/rules.yaml:15:84]
     14 │   - {id: completeness/j, title: J, severity: error, records: encounters, gap_free: {field: sequence}}
     15 │   - {id: completeness/k, title: K, severity: error, records: encounters, gap_free: [charge]}
        ·                                                                                    ───┬───
        ·                                                                                       ╰── a list
     16 │   - {id: retention/l, title: L, severity: error, records: encounters, release: limited}
        ╰────

    Error: chartaudit::rule::only_of_every

      × `delivery` judges files, whatever they hold
        ╭─[house/rules.yaml:17:59]
     16 │   - {id: retention/l, title: L, severity: error, records: encounters, release: limited}
     17 │   - {id: retention/m, title: M, severity: error, records: encounters, delivery: {manifest: files.csv}}
        ·                                                           ─────┬────
        ·                                                                ╰── files of any record set are meant
        ╰────
      help: write `records: every`
    ");
}

#[test]
fn checks_of_sets() {
    let text = "\
records:
  encounters:
    fields:
      seq: {type: integer}
---
pack: local
title: House rules
version: 1.0.0
rules:
  - id: completeness/a
    title: A
    severity: error
    records: encounters
    no_overlap: {by: [patient_id], from: admitted_at, to: discharged_at}
  - id: completeness/b
    title: B
    severity: error
    records: encounters
    small_cells: {by: [class, closed_on], at_least: 11}
    examples:
      - {given: {encounters: [{class: a}, {class: a}]}, expect: [violation]}
      - {given: {patients: [{ssn: 1}], encounters: [{class: a}, {class: b}, {}]}, expect: [violation, violation, pass]}
  - id: completeness/c
    title: C
    severity: error
    records: encounters
    gap_free: {field: seq, by: [class]}
";
    let book = book(text, &LoadRequest::default());
    let rules = &book.packs[0].rules;
    let set = book.dictionary.set("encounters").unwrap();
    let id = |name: &str| set.field_id(name).unwrap();
    assert_eq!(
        rules.iter().map(|rule| rule.fields.clone()).collect::<Vec<_>>(),
        [
            vec![id("patient_id"), id("admitted_at"), id("discharged_at")],
            vec![id("class"), id("closed_on")],
            vec![id("class"), id("seq")],
        ]
    );
    let texts: Vec<&str> = rules.iter().map(|rule| rule.check_text.as_str()).collect();
    insta::assert_snapshot!(texts.join("\n"), @r#"
    no_overlap: {by: [patient_id], from: admitted_at, to: discharged_at}
    small_cells: {by: [class, closed_on], at_least: 11}
    gap_free: {field: seq, by: [class]}
    "#);
    assert_eq!(rules[1].examples[1].given.len(), 2);
    assert!(matches!(
        &rules[0].check,
        Check::NoOverlap { by, from, to }
            if (by.as_slice(), *from, *to)
                == (&[id("patient_id")][..], id("admitted_at"), id("discharged_at"))
    ));
    assert!(matches!(&rules[1].check, Check::SmallCells(cells) if cells.at_least == 11));
    assert!(matches!(&rules[2].check, Check::GapFree { field, .. } if *field == id("seq")));
}

#[test]
fn rules_list_the_relations_that_they_use() {
    let book = book(RELATED, &LoadRequest::default());
    let rules = &book.packs[0].rules;
    let shown = |rule: usize| {
        let rule = &rules[rule];
        let set = |name: &str| book.dictionary.set(name).unwrap();
        let own = set(&rule.record_set);
        let mut text = String::new();
        for relation in &rule.relations {
            let related = set(&relation.record_set);
            let pairs = relation.matches.iter().map(|(mine, theirs)| {
                format!("{}={}", own.field(*mine).name, related.field(*theirs).name)
            });
            let pairs = pairs.collect::<Vec<_>>().join(" ");
            let condition = relation.where_text.as_deref().unwrap_or("-");
            let (name, set) = (&relation.name, &relation.record_set);
            let implied = if relation.implied { " (implied)" } else { "" };
            writeln!(text, "{name}: {set} {pairs} {condition}{implied}").unwrap();
        }
        let fields = rule.fields.iter().map(|id| own.field(*id).name.as_str());
        text + &fields.collect::<Vec<_>>().join(", ")
    };
    insta::assert_snapshot!(shown(0), @r#"
    others: encounters patient_id=patient_id class=class admitted_at > this.discharged_at
    patient: patients patient_id=patient_id -
    doctor: staff attending=staff_id - (implied)
    admitted_at, patient_id, class, discharged_at, attending
    "#);
    insta::assert_snapshot!(shown(1), @r#"
    back: encounters patient_id=encounter_id -
    patient: patients patient_id=patient_id - (implied)
    patient_id
    "#);
    insta::assert_snapshot!(shown(2), @r#"
    crew: staff  hired_on < date_of(this.admitted_at)
    admitted_at
    "#);

    // The numbers in conditions are those of the list.
    let Check::Assert(assert) = &rules[0].check else { panic!() };
    assert_eq!(relations_of(assert), [RelationId(0), RelationId(2)]);
    assert_eq!(rules[0].applies.as_ref().map(relations_of), Some(vec![RelationId(1)]));
}

#[test]
fn doubtful_uses_of_relations_are_told() {
    let text = RELATED
        .replace("    key: [staff_id]\n", "    key: [staff_id, hired_on]\n")
        .replace("references: {records: staff, as: doctor}", "label: Doctor");
    let text = text.split_once("rules:\n").unwrap().0.to_owned()
        + "\
rules:
  - id: completeness/a
    title: A
    severity: error
    records: encounters
    where: closed_on IS NOT NULL
    with:
      doctor: {records: staff, match: {attending: staff_id}}
      nurse:  {records: staff, match: {attending: staff_id}, where: left_on > this.left_on AND hired_on < this.closed_on}
      desk:   {records: staff, match: {attending: staff_id}, where: left_on IS NULL OR left_on > this.closed_on}
    assert: doctor.left_on > closed_on AND exists(nurse) AND exists(desk) AND (doctor.hired_on IS NULL OR doctor.hired_on < closed_on)
";
    let book = book(&text, &LoadRequest::default());
    insta::assert_snapshot!(render(&RuleErrors(lint(&book, Strictness::Normal))), @r#"
      × 4 warnings found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Warning: chartaudit::rule::several_matches

      ⚠ relation `doctor` may be to several records
        ╭─[house/rules.yaml:23:7]
     22 │     with:
     23 │       doctor: {records: staff, match: {attending: staff_id}}
        ·       ───┬──
        ·          ╰── records of `staff` also differ in `hired_on`
     24 │       nurse:  {records: staff, match: {attending: staff_id}, where: left_on > this.left_on AND hired_on < this.closed_on}
        ╰────
      help: match the whole key, narrow it with `where`, or use min, max or count over it; where
            several match, a field of the one is unknown

    Warning: chartaudit::rule::bare_often_blank

      ⚠ field `left_on` is often blank
        ╭─[house/rules.yaml:24:69]
     23 │       doctor: {records: staff, match: {attending: staff_id}}
     24 │       nurse:  {records: staff, match: {attending: staff_id}, where: left_on > this.left_on AND hired_on < this.closed_on}
        ·                                                                     ───┬───
        ·                                                                        ╰── unknown for every record where it is blank
     25 │       desk:   {records: staff, match: {attending: staff_id}, where: left_on IS NULL OR left_on > this.closed_on}
        ╰────
      help: write `left_on IS NULL OR …` or `left_on IS NOT NULL AND …` around it

    Warning: chartaudit::rule::bare_often_blank

      ⚠ field `this.left_on` is often blank
        ╭─[house/rules.yaml:24:79]
     23 │       doctor: {records: staff, match: {attending: staff_id}}
     24 │       nurse:  {records: staff, match: {attending: staff_id}, where: left_on > this.left_on AND hired_on < this.closed_on}
        ·                                                                               ──────┬─────
        ·                                                                                     ╰── unknown for every record where it is blank
     25 │       desk:   {records: staff, match: {attending: staff_id}, where: left_on IS NULL OR left_on > this.closed_on}
        ╰────
      help: write `this.left_on IS NULL OR …` or `this.left_on IS NOT NULL AND …` around it

    Warning: chartaudit::rule::bare_often_blank

      ⚠ field `doctor.left_on` is often blank
        ╭─[house/rules.yaml:26:13]
     25 │       desk:   {records: staff, match: {attending: staff_id}, where: left_on IS NULL OR left_on > this.closed_on}
     26 │     assert: doctor.left_on > closed_on AND exists(nurse) AND exists(desk) AND (doctor.hired_on IS NULL OR doctor.hired_on < closed_on)
        ·             ───────┬──────
        ·                    ╰── unknown for every record where it is blank
        ╰────
      help: write `doctor.left_on IS NULL OR …` or `doctor.left_on IS NOT NULL AND …` around it
    "#);
}

#[test]
fn relations_that_nothing_uses_are_told() {
    let book = book(RELATED, &LoadRequest::default());
    insta::assert_snapshot!(render(&RuleErrors(lint(&book, Strictness::Normal))), @r#"
      × 2 warnings found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Warning: chartaudit::rule::unused_relation

      ⚠ relation `idle` is never used
        ╭─[house/rules.yaml:24:7]
     23 │       others:  {records: encounters, match: [patient_id, class], where: admitted_at > this.discharged_at}
     24 │       idle:    {records: staff}
        ·       ──┬─
        ·         ╰── no condition names it
     25 │       patient: {records: patients, match: patient_id}
        ╰────
      help: use it in `where` or in the check, or remove it

    Warning: chartaudit::rule::unused_relation

      ⚠ relation `crew` is never used
        ╭─[house/rules.yaml:26:7]
     25 │       patient: {records: patients, match: patient_id}
     26 │       crew:    {records: staff}
        ·       ──┬─
        ·         ╰── no condition names it
     27 │     assert: count(others) = 0 AND doctor.hired_on <= date_of(admitted_at)
        ╰────
      help: use it in `where` or in the check, or remove it
    "#);
}

#[test]
fn what_is_not_yaml() {
    insta::assert_snapshot!(report(NOT_YAML), @r#"
      × 1 problem found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::syntax

      × not valid YAML: mapping values are not allowed in this context
       ╭─[house/rules.yaml:3:10]
     2 │ rules:
     3 │   - id: a: b
       ·          ┬
       ·          ╰── here
       ╰────
      help: put quotes around a text that holds `: `, and check the indentation
    "#);
    insta::assert_snapshot!(report(TABS), @r#"
      × 1 problem found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::syntax

      × not valid YAML: tabs disallowed within this context (block indentation)
       ╭─[house/rules.yaml:3:2]
     2 │ rules:
     3 │     - id: a
       ·     ┬
       ·     ╰── here
       ╰────
      help: indent with spaces; YAML forbids tabs there
    "#);
}

#[test]
fn what_rule_files_have_no_need_of() {
    insta::assert_snapshot!(report(FORBIDDEN), @r#"
      × 6 problems found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::anchor

      × anchors are not allowed
       ╭─[house/rules.yaml:1:7]
     1 │ pack: &name local
       ·       ──┬──
       ·         ╰── this names a node
     2 │ title: *name
       ╰────
      help: write the text out where it is needed

    Error: chartaudit::rule::alias

      × aliases are not allowed
       ╭─[house/rules.yaml:2:8]
     1 │ pack: &name local
     2 │ title: *name
       ·        ──┬──
       ·          ╰── this stands for a node elsewhere
     3 │ title: !text again
       ╰────
      help: write the text out where it is needed

    Error: chartaudit::rule::duplicate_key

      × key `title` is given twice
       ╭─[house/rules.yaml:2:1]
     1 │ pack: &name local
     2 │ title: *name
       · ──┬──
       ·   ╰── first given here
     3 │ title: !text again
       · ──┬──
       ·   ╰── again here
     4 │ <<: {a: b}
       ╰────
      help: keep one of the two

    Error: chartaudit::rule::tag

      × tags are not allowed
       ╭─[house/rules.yaml:3:8]
     2 │ title: *name
     3 │ title: !text again
       ·        ──┬──
       ·          ╰── this asks for a type of its own
     4 │ <<: {a: b}
       ╰────
      help: remove the tag; put quotes around what must be text

    Error: chartaudit::rule::merge_key

      × merge keys are not allowed
       ╭─[house/rules.yaml:4:1]
     3 │ title: !text again
     4 │ <<: {a: b}
       · ─┬
       ·  ╰── this pulls in another mapping
     5 │ ? [a]
       ╰────
      help: write the keys out where they are needed

    Error: chartaudit::rule::key_not_text

      × a key must be text
       ╭─[house/rules.yaml:5:3]
     4 │ <<: {a: b}
     5 │ ? [a]
       ·   ─┬─
       ·    ╰── this is a list or a mapping
     6 │ : c
       ╰────
      help: write a plain name before the colon
    "#);
    insta::assert_snapshot!(report(HIDDEN), @r#"
      × 2 problems found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::missing_key

      × `version` is missing
       ╭─[house/rules.yaml:1:7]
     1 │ pack: local
       ·       ──┬──
       ·         ╰── the header of a pack needs it
     2 │ title: "a�b"
       ╰────
      help: add `version` beside `pack: local`

    Error: chartaudit::rule::hidden_character

      × hidden character U+202E
       ╭─[house/rules.yaml:2:10]
     1 │ pack: local
     2 │ title: "a�b"
       ·          ┬
       ·          ╰── right here
       ╰────
      help: delete it
    "#);
}

#[test]
fn wrong_shapes_are_all_reported_and_the_other_rules_checked() {
    insta::assert_snapshot!(report(SHAPE), @r#"
      × 12 problems found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::missing_key

      × `title` is missing
       ╭─[house/rules.yaml:1:7]
     1 │ pack: local
       ·       ──┬──
       ·         ╰── the header of a pack needs it
     2 │ titel: House rules
       ╰────
      help: add `title` beside `pack: local`

    Error: chartaudit::rule::unknown_key

      × unknown key `titel`
       ╭─[house/rules.yaml:2:1]
     1 │ pack: local
     2 │ titel: House rules
       · ──┬──
       ·   ╰── a pack has no such key
     3 │ version: 1.0.0
       ╰────
      help: did you mean `title`?

    Error: chartaudit::rule::unknown_word

      × `eror` is not one of the words allowed here
       ╭─[house/rules.yaml:7:15]
     6 │     title: A
     7 │     severity: eror
       ·               ──┬─
       ·                 ╰── not known here
     8 │     records: encounters
       ╰────
      help: did you mean `error`?

    Error: chartaudit::rule::unknown_key

      × unknown key `when`
        ╭─[house/rules.yaml:9:5]
      8 │     records: encounters
      9 │     when: class = 'inpatient'
        ·     ──┬─
        ·       ╰── a rule has no such key
     10 │     require: 5
        ╰────
      help: did you mean `where`?

    Error: chartaudit::rule::wrong_type

      × expected a list of field names, found a number
        ╭─[house/rules.yaml:10:14]
      9 │     when: class = 'inpatient'
     10 │     require: 5
        ·              ┬
        ·              ╰── a number
     11 │     required: yes
        ╰────
      help: write it as a list: `[5]`

    Error: chartaudit::rule::wrong_type

      × expected `true` or `false`, found text
        ╭─[house/rules.yaml:11:15]
     10 │     require: 5
     11 │     required: yes
        ·               ─┬─
        ·                ╰── text
     12 │   - severity: error
        ╰────
      help: write `true`

    Error: chartaudit::rule::missing_key

      × `id` is missing
        ╭─[house/rules.yaml:12:5]
     11 │     required: yes
     12 │   - severity: error
        ·     ────┬───
        ·         ╰── a rule needs it
     13 │     title:
        ╰────
      help: add `id`: `family/what-is-wrong`; the family is retention, confidentiality or completeness

    Error: chartaudit::rule::empty_value

      × `title` has no value
        ╭─[house/rules.yaml:13:5]
     12 │   - severity: error
     13 │     title:
        ·     ──┬──
        ·       ╰── nothing after the colon
     14 │     records: encounters
        ╰────
      help: give it a value or remove the key

    Error: chartaudit::rule::wrong_type

      × expected a mapping, found text
        ╭─[house/rules.yaml:16:21]
     15 │     require: [discharged_at]
     16 │     with: {patient: patients}
        ·                     ────┬───
        ·                         ╰── text
     17 │     examples:
        ╰────
      help: write it as a mapping: `{records: patients}`

    Error: chartaudit::rule::unknown_word

      × `passed` is not one of the words allowed here
        ╭─[house/rules.yaml:18:53]
     17 │     examples:
     18 │       - {given: {encounters: [{class: ~}]}, expect: passed}
        ·                                                     ───┬──
        ·                                                        ╰── not known here
     19 │   - id: completeness/c
        ╰────
      help: did you mean `pass`?

    Error: chartaudit::rule::unknown_record_set

      × unknown record set `encounter`
        ╭─[house/rules.yaml:22:14]
     21 │     severity: error
     22 │     records: encounter
        ·              ────┬────
        ·                  ╰── not in the dictionary
     23 │     require: [discharged_on]
        ╰────
      help: did you mean `encounters`?

    Error: chartaudit::rule::document_kind

      × not a rule document
        ╭─[house/rules.yaml:25:1]
     24 │ ---
     25 │ something: else
        · ────┬────
        ·     ╰── no `pack`, `layout`, `schedule` or `records` here
        ╰────
      help: begin it with `pack: NAME`, `layout: NAME`, `schedule: NAME` or `records:`
    "#);
}

#[test]
fn wrong_names() {
    insta::assert_snapshot!(report(NAMES), @r"
      × 17 problems found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::pack_name

      × `Local` is not a pack name
       ╭─[house/rules.yaml:1:7]
     1 │ pack: Local
       ·       ──┬──
       ·         ╰── letters, digits and dashes only
     2 │ title: House rules
       ╰────
      help: write it in lower case with dashes, like `us-hospital`

    Error: chartaudit::rule::param_type

      × `many` is not a whole number
       ╭─[house/rules.yaml:5:34]
     4 │ params:
     5 │   days: {type: integer, default: many}
       ·                                  ──┬─
       ·                                    ╰── parameter `days` takes a whole number
     6 │   share: {type: decimal, default: 0.5, min: 0.6}
       ╰────

    Error: chartaudit::rule::param_range

      × `0.5` is out of bounds for parameter `share`
       ╭─[house/rules.yaml:6:35]
     5 │   days: {type: integer, default: many}
     6 │   share: {type: decimal, default: 0.5, min: 0.6}
       ·                                   ─┬─
       ·                                    ╰── at least 0.6
     7 │   word: {type: text, default: a, min: b}
       ╰────
      help: change the default or the bounds

    Error: chartaudit::rule::param_bounds

      × these bounds make no sense
       ╭─[house/rules.yaml:7:34]
     6 │   share: {type: decimal, default: 0.5, min: 0.6}
     7 │   word: {type: text, default: a, min: b}
       ·                                  ─┬─
       ·                                   ╰── a parameter of this type has no bounds
     8 │   turned: {type: integer, default: 3, min: 9, max: 1}
       ╰────
      help: give `min` and `max` to integers, decimals and dates only, the smaller first

    Error: chartaudit::rule::param_range

      × `3` is out of bounds for parameter `turned`
       ╭─[house/rules.yaml:8:36]
     7 │   word: {type: text, default: a, min: b}
     8 │   turned: {type: integer, default: 3, min: 9, max: 1}
       ·                                    ┬
       ·                                    ╰── 9 to 1
     9 │ rules:
       ╰────
      help: change the default or the bounds

    Error: chartaudit::rule::param_bounds

      × these bounds make no sense
       ╭─[house/rules.yaml:8:44]
     7 │   word: {type: text, default: a, min: b}
     8 │   turned: {type: integer, default: 3, min: 9, max: 1}
       ·                                            ┬
       ·                                            ╰── `min` is greater than `max`
     9 │ rules:
       ╰────
      help: give `min` and `max` to integers, decimals and dates only, the smaller first

    Error: chartaudit::rule::rule_id

      × `complete/a` is not a rule id
        ╭─[house/rules.yaml:10:10]
      9 │ rules:
     10 │   - {id: complete/a, title: A, severity: error, records: encounters, require: [discharged_at]}
        ·          ─────┬────
        ·               ╰── not of the form `family/what-is-wrong`
     11 │   - {id: completeness/b, title: B, severity: error, records: encounter, require: [discharged_at]}
        ╰────
      help: begin it with `retention/`, `confidentiality/` or `completeness/`

    Error: chartaudit::rule::unknown_record_set

      × unknown record set `encounter`
        ╭─[house/rules.yaml:11:62]
     10 │   - {id: complete/a, title: A, severity: error, records: encounters, require: [discharged_at]}
     11 │   - {id: completeness/b, title: B, severity: error, records: encounter, require: [discharged_at]}
        ·                                                              ────┬────
        ·                                                                  ╰── not in the dictionary
     12 │   - {id: completeness/c, title: C, severity: error, records: encounters, require: [dischargd_at, class, class]}
        ╰────
      help: did you mean `encounters`?

    Error: chartaudit::rule::unknown_field

      × unknown field `dischargd_at`
        ╭─[house/rules.yaml:12:84]
     11 │   - {id: completeness/b, title: B, severity: error, records: encounter, require: [discharged_at]}
     12 │   - {id: completeness/c, title: C, severity: error, records: encounters, require: [dischargd_at, class, class]}
        ·                                                                                    ──────┬─────
        ·                                                                                          ╰── `encounters` has no such field
     13 │   - {id: completeness/d, title: D, severity: error, records: encounters}
        ╰────
      help: did you mean `discharged_at`?

    Error: chartaudit::rule::repeated_field

      × field `class` is listed twice
        ╭─[house/rules.yaml:12:105]
     11 │   - {id: completeness/b, title: B, severity: error, records: encounter, require: [discharged_at]}
     12 │   - {id: completeness/c, title: C, severity: error, records: encounters, require: [dischargd_at, class, class]}
        ·                                                                                                         ──┬──
        ·                                                                                                           ╰── again here
     13 │   - {id: completeness/d, title: D, severity: error, records: encounters}
        ╰────
      help: name it once

    Error: chartaudit::rule::no_check

      × a rule needs one check
        ╭─[house/rules.yaml:13:10]
     12 │   - {id: completeness/c, title: C, severity: error, records: encounters, require: [dischargd_at, class, class]}
     13 │   - {id: completeness/d, title: D, severity: error, records: encounters}
        ·          ───────┬──────
        ·                 ╰── no check in this rule
     14 │   - {id: completeness/e, title: E, severity: error, records: encounters, require: [class], unique: [class]}
        ╰────
      help: add one of `require`, `require_any`, `assert`, `fail_if`, `deadline`, `format`, `allowed`,
            `readable`, `unique`, `measure`, `ordered`, `columns`, `identifiers`, `no_overlap`,
            `small_cells`, `gap_free`, `retain`, `release`, `delivery`, `small_counts`

    Error: chartaudit::rule::several_checks

      × a rule has exactly one check, and this has 2
        ╭─[house/rules.yaml:14:92]
     13 │   - {id: completeness/d, title: D, severity: error, records: encounters}
     14 │   - {id: completeness/e, title: E, severity: error, records: encounters, require: [class], unique: [class]}
        ·                                                                                            ───┬──
        ·                                                                                               ╰── one more check
     15 │   - {id: completeness/e, title: E, severity: error, records: encounters, require: []}
        ╰────
      help: make a rule of each, or join conditions with AND

    Error: chartaudit::rule::duplicate_rule

      × rule `completeness/e` is declared twice
        ╭─[house/rules.yaml:15:10]
     14 │   - {id: completeness/e, title: E, severity: error, records: encounters, require: [class], unique: [class]}
     15 │   - {id: completeness/e, title: E, severity: error, records: encounters, require: []}
        ·          ───────┬──────
        ·                 ╰── this id is taken
     16 │   - {id: completeness/f, title: F, severity: error, records: encounters, require: [], assign: nobody, tolerance: half}
        ╰────
      help: give it a name of its own; the other one stands in house/rules.yaml:14

    Error: chartaudit::rule::empty_list

      × an empty list
        ╭─[house/rules.yaml:15:83]
     14 │   - {id: completeness/e, title: E, severity: error, records: encounters, require: [class], unique: [class]}
     15 │   - {id: completeness/e, title: E, severity: error, records: encounters, require: []}
        ·                                                                                   ─┬
        ·                                                                                    ╰── nothing is named here
     16 │   - {id: completeness/f, title: F, severity: error, records: encounters, require: [], assign: nobody, tolerance: half}
        ╰────
      help: name at least one field

    Error: chartaudit::rule::empty_list

      × an empty list
        ╭─[house/rules.yaml:16:83]
     15 │   - {id: completeness/e, title: E, severity: error, records: encounters, require: []}
     16 │   - {id: completeness/f, title: F, severity: error, records: encounters, require: [], assign: nobody, tolerance: half}
        ·                                                                                   ─┬
        ·                                                                                    ╰── nothing is named here
        ╰────
      help: name at least one field

    Error: chartaudit::rule::unknown_field

      × unknown field `nobody`
        ╭─[house/rules.yaml:16:95]
     15 │   - {id: completeness/e, title: E, severity: error, records: encounters, require: []}
     16 │   - {id: completeness/f, title: F, severity: error, records: encounters, require: [], assign: nobody, tolerance: half}
        ·                                                                                               ───┬──
        ·                                                                                                  ╰── `encounters` has no such field
        ╰────

    Error: chartaudit::rule::tolerance

      × `half` is not a tolerance
        ╭─[house/rules.yaml:16:114]
     15 │   - {id: completeness/e, title: E, severity: error, records: encounters, require: []}
     16 │   - {id: completeness/f, title: F, severity: error, records: encounters, require: [], assign: nobody, tolerance: half}
        ·                                                                                                                  ──┬─
        ·                                                                                                                    ╰── not a share or a count
        ╰────
      help: write a share like `0.5%` or a count like `3`
    ");
}

#[test]
fn wrong_checks() {
    insta::assert_snapshot!(render(&problems(CHECKS, &with_files())), @r#"
      × 18 problems found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::bad_date

      × `2006-13-01` is not a date
        ╭─[house/rules.yaml:12:44]
     11 │     records: encounters
     12 │     guideline: [{cite: X, in_force: {from: 2006-13-01}}, {cite: Y, in_force: {from: 2006-01-02, to: 2006-01-01}}]
        ·                                            ─────┬────
        ·                                                 ╰── not a day of the calendar
     13 │     deadline: {of: class, after: admitted_at, within: ":days hours"}
        ╰────
      help: write it as YYYY-MM-DD

    Error: chartaudit::rule::date_order

      × ends before it starts
        ╭─[house/rules.yaml:12:101]
     11 │     records: encounters
     12 │     guideline: [{cite: X, in_force: {from: 2006-13-01}}, {cite: Y, in_force: {from: 2006-01-02, to: 2006-01-01}}]
        ·                                                                                                     ─────┬────
        ·                                                                                                          ╰── earlier than `from`
     13 │     deadline: {of: class, after: admitted_at, within: ":days hours"}
        ╰────
      help: swap the two dates

    Error: chartaudit::rule::condition_type

      × expected a date or a timestamp, found text
        ╭─[house/rules.yaml:13:20]
     12 │     guideline: [{cite: X, in_force: {from: 2006-13-01}}, {cite: Y, in_force: {from: 2006-01-02, to: 2006-01-01}}]
     13 │     deadline: {of: class, after: admitted_at, within: ":days hours"}
        ·                    ──┬──
        ·                      ╰── text
     14 │   - {id: completeness/b, title: B, severity: error, records: encounters, deadline: {of: admitted_at, after: discharged_at, within: soon}}
        ╰────
      help: name a field of type `date` or `timestamp`

    Error: chartaudit::rule::unit_mismatch

      × parameter `days` counts days, not hours
        ╭─[house/rules.yaml:13:55]
     12 │     guideline: [{cite: X, in_force: {from: 2006-13-01}}, {cite: Y, in_force: {from: 2006-01-02, to: 2006-01-01}}]
     13 │     deadline: {of: class, after: admitted_at, within: ":days hours"}
        ·                                                       ──────┬──────
        ·                                                             ╰── hours here
     14 │   - {id: completeness/b, title: B, severity: error, records: encounters, deadline: {of: admitted_at, after: discharged_at, within: soon}}
        ╰────
      help: write `:days days`

    Error: chartaudit::rule::span

      × `soon` is not a span of time
        ╭─[house/rules.yaml:14:132]
     13 │     deadline: {of: class, after: admitted_at, within: ":days hours"}
     14 │   - {id: completeness/b, title: B, severity: error, records: encounters, deadline: {of: admitted_at, after: discharged_at, within: soon}}
        ·                                                                                                                                    ──┬─
        ·                                                                                                                                      ╰── not a number and a unit
     15 │   - {id: completeness/c, title: C, severity: error, records: encounters, deadline: {of: admitted_at, after: discharged_at, within: ":dayz days"}}
        ╰────
      help: write a number or `:parameter` and hours, days, months or years, like `30 days`

    Error: chartaudit::rule::unknown_param

      × unknown parameter `dayz`
        ╭─[house/rules.yaml:15:132]
     14 │   - {id: completeness/b, title: B, severity: error, records: encounters, deadline: {of: admitted_at, after: discharged_at, within: soon}}
     15 │   - {id: completeness/c, title: C, severity: error, records: encounters, deadline: {of: admitted_at, after: discharged_at, within: ":dayz days"}}
        ·                                                                                                                                    ──────┬─────
        ·                                                                                                                                          ╰── not among the pack's params
     16 │   - {id: completeness/c2, title: C, severity: error, records: encounters, deadline: {of: admitted_at, after: discharged_at, within: ":word days"}}
        ╰────
      help: did you mean `days`?

    Error: chartaudit::rule::param_type

      × `:word` is not a whole number
        ╭─[house/rules.yaml:16:133]
     15 │   - {id: completeness/c, title: C, severity: error, records: encounters, deadline: {of: admitted_at, after: discharged_at, within: ":dayz days"}}
     16 │   - {id: completeness/c2, title: C, severity: error, records: encounters, deadline: {of: admitted_at, after: discharged_at, within: ":word days"}}
        ·                                                                                                                                     ──────┬─────
        ·                                                                                                                                           ╰── parameter `word` takes a whole number
     17 │   - {id: completeness/d, title: D, severity: error, records: encounters, format: {field: patient_id, is: us-np}}
        ╰────
      help: declare it with `type: integer`

    Error: chartaudit::rule::unknown_form

      × unknown form `us-np`
        ╭─[house/rules.yaml:17:106]
     16 │   - {id: completeness/c2, title: C, severity: error, records: encounters, deadline: {of: admitted_at, after: discharged_at, within: ":word days"}}
     17 │   - {id: completeness/d, title: D, severity: error, records: encounters, format: {field: patient_id, is: us-np}}
        ·                                                                                                          ──┬──
        ·                                                                                                            ╰── no form of this name
     18 │   - {id: completeness/e, title: E, severity: error, records: encounters, format: {field: charge, is: us-npi}}
        ╰────
      help: did you mean `us-npi`?

    Error: chartaudit::rule::field_type

      × field `charge` is of type decimal
        ╭─[house/rules.yaml:18:90]
     17 │   - {id: completeness/d, title: D, severity: error, records: encounters, format: {field: patient_id, is: us-np}}
     18 │   - {id: completeness/e, title: E, severity: error, records: encounters, format: {field: charge, is: us-npi}}
        ·                                                                                          ───┬──
        ·                                                                                             ╰── id, code or text is needed here
     19 │   - {id: completeness/f, title: F, severity: error, records: encounters, format: {field: class}}
        ╰────
      help: use `readable` to check what has a type

    Error: chartaudit::rule::one_of

      × give exactly one of `is` and `pattern`
        ╭─[house/rules.yaml:19:83]
     18 │   - {id: completeness/e, title: E, severity: error, records: encounters, format: {field: charge, is: us-npi}}
     19 │   - {id: completeness/f, title: F, severity: error, records: encounters, format: {field: class}}
        ·                                                                                   ──┬──
        ·                                                                                     ╰── none here
     20 │   - {id: completeness/g, title: G, severity: error, records: encounters, allowed: {field: class, file: codes.csv}}
        ╰────

    Error: chartaudit::rule::code_set_missing

      × cannot find code set `codes.csv`
        ╭─[house/rules.yaml:20:104]
     19 │   - {id: completeness/f, title: F, severity: error, records: encounters, format: {field: class}}
     20 │   - {id: completeness/g, title: G, severity: error, records: encounters, allowed: {field: class, file: codes.csv}}
        ·                                                                                                        ────┬────
        ·                                                                                                            ╰── no such file
     21 │   - {id: completeness/h, title: H, severity: error, records: encounters, allowed: {field: class, code_set: empty}}
        ╰────
      help: put it beside the rule file, at `house/codes.csv`

    Error: chartaudit::rule::code_set_empty

      × code set `empty` holds no codes
        ╭─[house/rules.yaml:21:108]
     20 │   - {id: completeness/g, title: G, severity: error, records: encounters, allowed: {field: class, file: codes.csv}}
     21 │   - {id: completeness/h, title: H, severity: error, records: encounters, allowed: {field: class, code_set: empty}}
        ·                                                                                                            ──┬──
        ·                                                                                                              ╰── nothing to compare with
     22 │   - {id: completeness/i, title: I, severity: error, records: encounters, identifiers: {in: text, detect: [us-sn]}}
        ╰────
      help: write one code a line

    Error: chartaudit::rule::unknown_detector

      × unknown detector `us-sn`
        ╭─[house/rules.yaml:22:107]
     21 │   - {id: completeness/h, title: H, severity: error, records: encounters, allowed: {field: class, code_set: empty}}
     22 │   - {id: completeness/i, title: I, severity: error, records: encounters, identifiers: {in: text, detect: [us-sn]}}
        ·                                                                                                           ──┬──
        ·                                                                                                             ╰── no detector of this name
     23 │   - {id: completeness/j, title: J, severity: error, records: encounters, measure: {value: count()}}
        ╰────
      help: did you mean `us-ssn`?

    Error: chartaudit::rule::missing_key

      × `at_most` is missing
        ╭─[house/rules.yaml:23:91]
     22 │   - {id: completeness/i, title: I, severity: error, records: encounters, identifiers: {in: text, detect: [us-sn]}}
     23 │   - {id: completeness/j, title: J, severity: error, records: encounters, measure: {value: count()}}
        ·                                                                                           ───┬───
        ·                                                                                              ╰── a measure needs it
     24 │   - id: completeness/k
        ╰────
      help: add a limit: `at_most`, `at_least` or `equals`

    Error: chartaudit::rule::example_without_records

      × no record of `encounters` in this example
        ╭─[house/rules.yaml:30:18]
     29 │     examples:
     30 │       - {given: {patients: [{ssn: 1}]}, expect: pass}
        ·                  ────┬───
        ·                      ╰── nothing for the rule to judge
     31 │       - {given: {encounters: [{clas: a}]}, expect: [pass, pass], params: {dys: 3}}
        ╰────
      help: add `encounters: […]` to `given`

    Error: chartaudit::rule::unknown_field

      × unknown field `clas`
        ╭─[house/rules.yaml:31:32]
     30 │       - {given: {patients: [{ssn: 1}]}, expect: pass}
     31 │       - {given: {encounters: [{clas: a}]}, expect: [pass, pass], params: {dys: 3}}
        ·                                ──┬─
        ·                                  ╰── `encounters` has no such field
        ╰────
      help: did you mean `class`?

    Error: chartaudit::rule::expectation_count

      × 2 outcomes for 1 records
        ╭─[house/rules.yaml:31:52]
     30 │       - {given: {patients: [{ssn: 1}]}, expect: pass}
     31 │       - {given: {encounters: [{clas: a}]}, expect: [pass, pass], params: {dys: 3}}
        ·                                                    ──────┬─────
        ·                                                          ╰── one word for all, or one for each record
        ╰────
      help: give 1 outcomes, in the order of the records

    Error: chartaudit::rule::unknown_param

      × unknown parameter `dys`
        ╭─[house/rules.yaml:31:75]
     30 │       - {given: {patients: [{ssn: 1}]}, expect: pass}
     31 │       - {given: {encounters: [{clas: a}]}, expect: [pass, pass], params: {dys: 3}}
        ·                                                                           ─┬─
        ·                                                                            ╰── not among the pack's params
        ╰────
      help: did you mean `days`?
    "#);
}

#[test]
fn wrong_conditions_in_every_kind_of_scalar() {
    insta::assert_snapshot!(report(CONDITIONS), @r#"
      × 5 problems found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::expr::E102

      × unknown column `dischargd_at`
        ╭─[house/rules.yaml:11:13]
     10 │       class = 'inpatient'
     11 │         AND dischargd_at IS NOT NULL
        ·             ──────┬─────
        ·                   ╰── the record set has no such field
     12 │     assert: >-
        ╰────
      help: did you mean `discharged_at`?

    Error: chartaudit::expr::E102

      × unknown column `admited_at`
        ╭─[house/rules.yaml:14:11]
     13 │       class = 'inpatient'
     14 │       AND admited_at IS NOT NULL
        ·           ─────┬────
        ·                ╰── the record set has no such field
     15 │   - id: completeness/b
        ╰────
      help: did you mean `admitted_at`?

    Error: chartaudit::expr::E102

      × unknown column `patint_id`
        ╭─[house/rules.yaml:19:31]
     18 │     records: encounters
     19 │     where: 'class = ''a'' AND patint_id IS NOT NULL'
        ·                               ────┬────
        ·                                   ╰── the record set has no such field
     20 │     fail_if: "class = '\u00e9' AND chrge > 3"
        ╰────
      help: did you mean `patient_id`?

    Error: chartaudit::expr::E102

      × unknown column `chrge`
        ╭─[house/rules.yaml:20:36]
     19 │     where: 'class = ''a'' AND patint_id IS NOT NULL'
     20 │     fail_if: "class = '\u00e9' AND chrge > 3"
        ·                                    ──┬──
        ·                                      ╰── the record set has no such field
     21 │   - {id: completeness/c, title: C, severity: error, records: encounters, format: {field: class, pattern: "a(?=b)"}}
        ╰────
      help: did you mean `charge`?

    Error: chartaudit::expr::E109

      × lookaround is not allowed in a pattern
        ╭─[house/rules.yaml:21:108]
     20 │     fail_if: "class = '\u00e9' AND chrge > 3"
     21 │   - {id: completeness/c, title: C, severity: error, records: encounters, format: {field: class, pattern: "a(?=b)"}}
        ·                                                                                                            ─┬─
        ·                                                                                                             ╰── outside the subset of regular expressions
        ╰────
      help: use two conditions joined with AND
    "#);
}

/// A key that the language reserves.
const RESERVED: &str = "\
layout: house
sources:
  patients:
    bind: {patient_id: {column: Id, many: first}}
";

#[test]
fn what_is_reserved_is_said() {
    let told = report(RESERVED);
    for words in [
        "`many` is not available in this version",
        "reserved, but not built yet",
        "newer chartaudit",
    ] {
        assert!(told.contains(words), "{told}");
    }
}

#[test]
fn wrong_layouts_and_packs() {
    insta::assert_snapshot!(report(LAYOUTS), @r#"
      × 22 problems found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::unknown_record_set

      × unknown record set `encounter`
       ╭─[house/rules.yaml:3:3]
     2 │ sources:
     3 │   encounter:
       ·   ────┬────
       ·       ╰── not in the dictionary
     4 │     bind: {encounter_id: Id}
       ╰────
      help: did you mean `encounters`?

    Error: chartaudit::rule::option_twice

      × `delimiter` is given twice for one source
       ╭─[house/rules.yaml:6:11]
     5 │   encounters:
     6 │     csv: {delimiter: "ab", encoding: utf-9, footer: "(", header: none}
       ·           ────┬────
       ·               ╰── again here
     7 │     delimiter: ","
       ╰────
      help: keep one of the two

    Error: chartaudit::rule::bad_option

      × `ab` cannot be used as the delimiter
       ╭─[house/rules.yaml:6:22]
     5 │   encounters:
     6 │     csv: {delimiter: "ab", encoding: utf-9, footer: "(", header: none}
       ·                      ──┬─
       ·                        ╰── not one ASCII sign
     7 │     delimiter: ","
       ╰────
      help: write one sign in quotes, like `";"`, or the word `tab`

    Error: chartaudit::rule::bad_option

      × `utf-9` cannot be used as the encoding
       ╭─[house/rules.yaml:6:38]
     5 │   encounters:
     6 │     csv: {delimiter: "ab", encoding: utf-9, footer: "(", header: none}
       ·                                      ──┬──
       ·                                        ╰── no encoding of this name
     7 │     delimiter: ","
       ╰────
      help: write a name like `utf-8`, `windows-1252` or `utf-16le`

    Error: chartaudit::rule::bad_option

      × `(` cannot be used as the footer
       ╭─[house/rules.yaml:6:53]
     5 │   encounters:
     6 │     csv: {delimiter: "ab", encoding: utf-9, footer: "(", header: none}
       ·                                                     ─┬─
       ·                                                      ╰── not a regular expression
     7 │     delimiter: ","
       ╰────
      help: write a regular expression like `^\((\d+) rows\)$`

    Error: chartaudit::rule::missing_key

      × `columns` is missing
       ╭─[house/rules.yaml:6:66]
     5 │   encounters:
     6 │     csv: {delimiter: "ab", encoding: utf-9, footer: "(", header: none}
       ·                                                                  ──┬─
       ·                                                                    ╰── a source without a header needs it
     7 │     delimiter: ","
       ╰────
      help: name the columns in their order

    Error: chartaudit::rule::bad_option

      × `Mars/Olympus` cannot be used as the time zone
       ╭─[house/rules.yaml:8:15]
     7 │     delimiter: ","
     8 │     timezone: Mars/Olympus
       ·               ──────┬─────
       ·                     ╰── no time zone of this name
     9 │     expect: true
       ╰────
      help: write an IANA name like `America/New_York`

    Error: chartaudit::rule::unknown_key

      × unknown key `expect`
        ╭─[house/rules.yaml:9:5]
      8 │     timezone: Mars/Olympus
      9 │     expect: true
        ·     ───┬──
        ·        ╰── a layout's source has no such key
     10 │     key: [id]
        ╰────
      help: say in the project file which record sets must be there

    Error: chartaudit::rule::unknown_field

      × unknown field `id`
        ╭─[house/rules.yaml:10:11]
      9 │     expect: true
     10 │     key: [id]
        ·           ─┬
        ·            ╰── `encounters` has no such field
     11 │     bind:
        ╰────

    Error: chartaudit::rule::unknown_field

      × unknown field `discharged`
        ╭─[house/rules.yaml:13:7]
     12 │       encounter_id: Id
     13 │       discharged: STOP
        ·       ─────┬────
        ·            ╰── `encounters` has no such field
     14 │       admitted_at: {column: START, formats: [isso]}
        ╰────
      help: did you mean `discharged_at`?

    Error: chartaudit::rule::bad_format

      × `isso` is not a format
        ╭─[house/rules.yaml:14:46]
     13 │       discharged: STOP
     14 │       admitted_at: {column: START, formats: [isso]}
        ·                                              ──┬─
        ·                                                ╰── unknown date format: neither a name nor a pattern of YYYY YY MM M DD D MON HH H mm ss AM
     15 │       charge: {formats: [iso], decimal: ".."}
        ╰────
      help: did you mean `iso`?

    Error: chartaudit::rule::missing_key

      × `column` is missing
        ╭─[house/rules.yaml:15:16]
     14 │       admitted_at: {column: START, formats: [isso]}
     15 │       charge: {formats: [iso], decimal: ".."}
        ·                ───┬───
        ·                   ╰── a binding needs it
     16 │       class: {column: [CLASS, Class], values: {inpatients: [i], emergency: [e, i]}}
        ╰────
      help: add `column`: the header name that the field is read from

    Error: chartaudit::rule::field_type

      × field `charge` is of type decimal
        ╭─[house/rules.yaml:15:25]
     14 │       admitted_at: {column: START, formats: [isso]}
     15 │       charge: {formats: [iso], decimal: ".."}
        ·                         ──┬──
        ·                           ╰── a date or a time is needed here
     16 │       class: {column: [CLASS, Class], values: {inpatients: [i], emergency: [e, i]}}
        ╰────
      help: remove `formats`

    Error: chartaudit::rule::bad_option

      × `..` cannot be used as the decimal sign
        ╭─[house/rules.yaml:15:41]
     14 │       admitted_at: {column: START, formats: [isso]}
     15 │       charge: {formats: [iso], decimal: ".."}
        ·                                         ──┬─
        ·                                           ╰── not one sign
     16 │       class: {column: [CLASS, Class], values: {inpatients: [i], emergency: [e, i]}}
        ╰────
      help: write one sign in quotes, like `","`

    Error: chartaudit::rule::unmapped_code

      × `inpatients` is not a code of field `class`
        ╭─[house/rules.yaml:16:48]
     15 │       charge: {formats: [iso], decimal: ".."}
     16 │       class: {column: [CLASS, Class], values: {inpatients: [i], emergency: [e, i]}}
        ·                                                ─────┬────
        ·                                                     ╰── the dictionary does not declare it
     17 │ ---
        ╰────
      help: did you mean `inpatient`?

    Error: chartaudit::rule::code_mapped_twice

      × source code `i` is mapped twice
        ╭─[house/rules.yaml:16:80]
     15 │       charge: {formats: [iso], decimal: ".."}
     16 │       class: {column: [CLASS, Class], values: {inpatients: [i], emergency: [e, i]}}
        ·                                                                                ┬
        ·                                                                                ╰── again here
     17 │ ---
        ╰────
      help: keep one of the two

    Error: chartaudit::rule::duplicate_layout

      × layout `house` is declared twice
        ╭─[house/rules.yaml:18:9]
     17 │ ---
     18 │ layout: house
        ·         ──┬──
        ·           ╰── this name is taken
     19 │ sources: {}
        ╰────
      help: give it a name of its own; the other one stands in house/rules.yaml:1

    Error: chartaudit::rule::key_conflict

      × record set `encounters` has another key already
        ╭─[house/rules.yaml:23:10]
     22 │   encounters:
     23 │     key: [class]
        ·          ───┬───
        ·             ╰── differs from the first declaration
     24 │     fields:
        ╰────
      help: keep the key in one document

    Error: chartaudit::rule::duplicate_field

      × field `class` is declared twice in `encounters`
        ╭─[house/rules.yaml:25:7]
     24 │     fields:
     25 │       class: {type: code}
        ·       ──┬──
        ·         ╰── this name is taken
     26 │       doctor_id: {type: id, references: staff}
        ╰────
      help: give it another name; the first stands in dictionary.yaml:8

    Error: chartaudit::rule::unknown_reference

      × unknown record set `staff`
        ╭─[house/rules.yaml:26:41]
     25 │       class: {type: code}
     26 │       doctor_id: {type: id, references: staff}
        ·                                         ──┬──
        ·                                           ╰── referred to here, but nowhere declared
     27 │ ---
        ╰────

    Error: chartaudit::rule::pack_header_twice

      × pack `local` has two headers
        ╭─[house/rules.yaml:32:7]
     31 │ ---
     32 │ pack: local
        ·       ──┬──
        ·         ╰── a second header
     33 │ title: House rules
        ╰────
      help: keep title, version and params in one document; the others repeat `pack: local` and add
            `rules`

    Error: chartaudit::rule::pack_without_header

      × pack `bare` has no title and version
        ╭─[house/rules.yaml:35:7]
     34 │ ---
     35 │ pack: bare
        ·       ──┬─
        ·         ╰── only rules here
     36 │ rules: []
        ╰────
      help: add `title` and `version` to one of its documents
    "#);
}

fn with_files() -> LoadRequest<'static> {
    LoadRequest {
        read_file: &|path| (path == "house/codes/empty.csv").then(|| "code\n# none\n".to_owned()),
        ..LoadRequest::default()
    }
}

fn wrong_settings() -> LoadRequest<'static> {
    let param = |pack: Option<&str>, name: &str, value: &str| ParamSetting {
        pack: pack.map(str::to_owned),
        name: name.to_owned(),
        value: value.to_owned(),
        place: None,
    };
    LoadRequest {
        params: vec![
            param(None, "dayz", "3"),
            param(Some("local"), "days", "91"),
            param(None, "days", "3"),
        ],
        tailoring: vec![
            Tailoring { rule: "completeness/discharge-mising".to_owned(), ..Tailoring::default() },
            Tailoring {
                rule: "local:completeness/discharge-missing".to_owned(),
                severity: Some(Severity::Note),
                ..Tailoring::default()
            },
        ],
        select: vec!["completeness/discharge-lte".to_owned(), "cite:482.24".to_owned()],
        ignore: vec!["retention/".to_owned()],
        ..LoadRequest::default()
    }
}

#[test]
fn wrong_settings_are_all_reported() {
    insta::assert_snapshot!(render(&problems(&two_packs(), &wrong_settings())), @r#"
      × 7 problems found in these settings

    Error:
      × cannot use these settings

    Error: chartaudit::rule::param_unknown_here

      × no parameter `dayz`
      help: did you mean `days`?

    Error: chartaudit::rule::param_value

      × `91` cannot be the value of parameter `days`: its bounds are 1 to 90

    Error: chartaudit::rule::param_ambiguous

      × several packs have a parameter `days`
      help: name one of `local.days`, `other.days`

    Error: chartaudit::rule::no_such_rule_plain

      × no rule `completeness/discharge-mising`
      help: did you mean `completeness/discharge-missing`?

    Error: chartaudit::rule::reason

      × loosening a rule needs a reason
      help: add `because: …`; it stands in the report

    Error: chartaudit::rule::selects_nothing

      × `--select completeness/discharge-lte` matches no rule
      help: did you mean `completeness/discharge-late`?

    Error: chartaudit::rule::selects_nothing

      × `--ignore retention/` matches no rule
    "#);
    insta::assert_snapshot!(render(&problems(PACK, &wrong_pack())), @r#"
      × 1 problem found in these settings

    Error:
      × cannot use these settings

    Error: chartaudit::rule::no_such_pack

      × no pack `locl`
      help: did you mean `local`?
    "#);
}

fn two_packs() -> String {
    let params = "params: {days: {type: integer, default: 1}}";
    format!("{PACK}---\npack: other\ntitle: O\nversion: 1\n{params}\n")
}

fn wrong_pack() -> LoadRequest<'static> {
    LoadRequest { packs: PackSelection::Named(vec!["locl".to_owned()]), ..LoadRequest::default() }
}

fn wrong_tailoring() -> LoadRequest<'static> {
    let loosened = "\
rules:
  completeness/discharge-missing: {severity: note}
  completeness/none: {off: true, because: a}
";
    LoadRequest { tailoring: project(loosened).unwrap().tailoring, ..LoadRequest::default() }
}

fn half_mended() -> String {
    WRONG_PROJECT
        .replace("facilty", "facility")
        .replace("-1", "1")
        .replace("errors", "error")
        .replace("waivers: waivers.yaml\n", "")
}

fn unfinished() -> RuleBook {
    let text = PACK.replace("confidence: primary", "confidence: unverified")
        + "  - {id: completeness/bare, title: B, severity: note, records: encounters, assert: closed_on < date_of(admitted_at)}\n";
    book(&text, &LoadRequest::default())
}

const PROJECT: &str = "\
facility: {name: Riverside General, kind: hospital}
jurisdiction: [US, US-MA]
packs: [local]
params: {local: {days: 40}}
memory: 64 MiB
threads: 2
as_of: 2026-03-01
max_not_evaluable: 2%
fail_on: warning
expect: [patients]
sources:
  encounters: {files: ['enc*.csv'], expect: true, bind: {discharged_at: {column: 'Disch Dt/Tm', formats: [us]}}}
rules:
  completeness/discharge-missing: {severity: note, because: Paper charts until May.}
  completeness/class-unknown: {off: true, because: Local classes.}
";

const WRONG_PROJECT: &str = "\
facilty: A
memory: much
as_of: 2026-02-30
threads: -1
fail_on: errors
waivers: waivers.yaml
rules:
  completeness/a: {because: nothing}
  completeness/b: {tolerance: all, because: b}
";

fn project(text: &str) -> Result<config::ProjectFile, RuleErrors> {
    config::load(RuleText { name: "chartaudit.yaml".to_owned(), text: text.to_owned() })
}

#[test]
fn releases_are_said_in_the_project_file() {
    use crate::rule::{Purpose, ReleaseKind, ReleaseSettings};
    let limited = ReleaseSettings { kind: Some(ReleaseKind::Limited), ..Default::default() };
    assert_eq!(project("release: limited").unwrap().release, limited);
    let long = "release:\n  kind: limited\n  purpose: quality\n  manifest: files.csv\n  \
                quasi_identifiers: {patients: [sex, zip]}\n  purposes: {quality: {patients: [sex]}}\n";
    let columns = |names: &[&str]| {
        vec![("patients".to_owned(), names.iter().map(|name| (*name).to_owned()).collect())]
    };
    let expected = ReleaseSettings {
        purpose: Some("quality".to_owned()),
        manifest: Some("files.csv".to_owned()),
        quasi_identifiers: columns(&["sex", "zip"]),
        purposes: vec![Purpose { name: "quality".to_owned(), columns: columns(&["sex"]) }],
        ..limited
    };
    assert!(expected.declares("quality") && !expected.declares("Jane Roe"));
    assert_eq!(project(long).unwrap().release, expected);
}

const RELEASES: &str = "\
records:
  every: {fields: {id: {type: id}}}
---
pack: house
title: House
version: 1.0.0
params: {prefixes: {type: text, default: 036 59}, most: {type: integer, default: 3}}
rules:
  - {id: confidentiality/a, title: A, severity: error, records: every, release: deidentified}
  - {id: confidentiality/b, title: B, severity: error, records: every, unique: [id]}
  - {id: confidentiality/c, title: C, severity: error, records: every, release: identified}
  - {id: confidentiality/d, title: D, severity: error, records: every, release: {kind: limited, remove: []}}
  - {id: confidentiality/e, title: E, severity: error, records: every, release: {kind: limited, remove: [name]}}
  - {id: confidentiality/f, title: F, severity: error, records: every, release: {kind: limited, restricted_zips: \":prefixes\"}}
  - {id: confidentiality/g, title: G, severity: error, records: every, release: {kind: limited, unused_zips: \":most\"}}
  - {id: confidentiality/h, title: H, severity: error, records: every, release: {kind: limited, unused_zips: \":prefixs\"}}
  - {id: confidentiality/i, title: I, severity: error, records: every, release: {method: expert}}
  - {id: confidentiality/j, title: J, severity: error, records: every, small_counts: {from: 0, to: 10}}
  - {id: confidentiality/k, title: K, severity: error, records: every, delivery: {manifest: \":lst\"}}
  - {id: confidentiality/l, title: L, severity: error, records: patients, identifiers: {in: file_names}}
";

#[test]
fn wrong_checks_of_releases() {
    insta::assert_snapshot!(render(&problems(RELEASES, &LoadRequest::default())), @r#"
      × 12 problems found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::reserved_record_set

      × `every` stands for all record sets
       ╭─[house/rules.yaml:2:3]
     1 │ records:
     2 │   every: {fields: {id: {type: id}}}
       ·   ──┬──
       ·     ╰── reserved
     3 │ ---
       ╰────
      help: give it another name

    Error: chartaudit::rule::not_of_every

      × `unique` judges the records of one record set
        ╭─[house/rules.yaml:10:65]
      9 │   - {id: confidentiality/a, title: A, severity: error, records: every, release: deidentified}
     10 │   - {id: confidentiality/b, title: B, severity: error, records: every, unique: [id]}
        ·                                                                 ──┬──
        ·                                                                   ╰── not one record set
     11 │   - {id: confidentiality/c, title: C, severity: error, records: every, release: identified}
        ╰────
      help: name one record set; `every` is for `delivery`, `small_counts`, `release` and
            `identifiers` of `file_names` alone

    Error: chartaudit::rule::empty_list

      × an empty list
        ╭─[house/rules.yaml:11:81]
     10 │   - {id: confidentiality/b, title: B, severity: error, records: every, unique: [id]}
     11 │   - {id: confidentiality/c, title: C, severity: error, records: every, release: identified}
        ·                                                                                 ─────┬────
        ·                                                                                      ╰── nothing is named here
     12 │   - {id: confidentiality/d, title: D, severity: error, records: every, release: {kind: limited, remove: []}}
        ╰────
      help: name what must not be there: `names`, `addresses`, `places`, `dates`, `ages`, `phones`,
            `faxes`, `emails`, `ssns`, `record_numbers`, `plan_numbers`, `accounts`, `licences`,
            `vehicles`, `devices`, `urls`, `ip_addresses`, `biometrics`, `images`, `codes`

    Error: chartaudit::rule::empty_list

      × an empty list
        ╭─[house/rules.yaml:12:105]
     11 │   - {id: confidentiality/c, title: C, severity: error, records: every, release: identified}
     12 │   - {id: confidentiality/d, title: D, severity: error, records: every, release: {kind: limited, remove: []}}
        ·                                                                                                         ─┬
        ·                                                                                                          ╰── nothing is named here
     13 │   - {id: confidentiality/e, title: E, severity: error, records: every, release: {kind: limited, remove: [name]}}
        ╰────
      help: name what must not be there: `names`, `addresses`, `places`, `dates`, `ages`, `phones`,
            `faxes`, `emails`, `ssns`, `record_numbers`, `plan_numbers`, `accounts`, `licences`,
            `vehicles`, `devices`, `urls`, `ip_addresses`, `biometrics`, `images`, `codes`

    Error: chartaudit::rule::unknown_word

      × `name` is not one of the words allowed here
        ╭─[house/rules.yaml:13:106]
     12 │   - {id: confidentiality/d, title: D, severity: error, records: every, release: {kind: limited, remove: []}}
     13 │   - {id: confidentiality/e, title: E, severity: error, records: every, release: {kind: limited, remove: [name]}}
        ·                                                                                                          ──┬─
        ·                                                                                                            ╰── not known here
     14 │   - {id: confidentiality/f, title: F, severity: error, records: every, release: {kind: limited, restricted_zips: ":prefixes"}}
        ╰────
      help: did you mean `names`?

    Error: chartaudit::rule::zip_prefix

      × not a list of ZIP prefixes
        ╭─[house/rules.yaml:14:114]
     13 │   - {id: confidentiality/e, title: E, severity: error, records: every, release: {kind: limited, remove: [name]}}
     14 │   - {id: confidentiality/f, title: F, severity: error, records: every, release: {kind: limited, restricted_zips: ":prefixes"}}
        ·                                                                                                                  ─────┬─────
        ·                                                                                                                       ╰── not three digits each
     15 │   - {id: confidentiality/g, title: G, severity: error, records: every, release: {kind: limited, unused_zips: ":most"}}
        ╰────
      help: write the first three digits of each, parted by blanks: "036 059 102"

    Error: chartaudit::rule::param_type

      × `:most` is not a text
        ╭─[house/rules.yaml:15:110]
     14 │   - {id: confidentiality/f, title: F, severity: error, records: every, release: {kind: limited, restricted_zips: ":prefixes"}}
     15 │   - {id: confidentiality/g, title: G, severity: error, records: every, release: {kind: limited, unused_zips: ":most"}}
        ·                                                                                                              ───┬───
        ·                                                                                                                 ╰── parameter `most` takes a text
     16 │   - {id: confidentiality/h, title: H, severity: error, records: every, release: {kind: limited, unused_zips: ":prefixs"}}
        ╰────
      help: declare it with `type: text`

    Error: chartaudit::rule::unknown_param

      × unknown parameter `prefixs`
        ╭─[house/rules.yaml:16:110]
     15 │   - {id: confidentiality/g, title: G, severity: error, records: every, release: {kind: limited, unused_zips: ":most"}}
     16 │   - {id: confidentiality/h, title: H, severity: error, records: every, release: {kind: limited, unused_zips: ":prefixs"}}
        ·                                                                                                              ─────┬────
        ·                                                                                                                   ╰── not among the pack's params
     17 │   - {id: confidentiality/i, title: I, severity: error, records: every, release: {method: expert}}
        ╰────
      help: did you mean `prefixes`?

    Error: chartaudit::rule::missing_key

      × `kind` is missing
        ╭─[house/rules.yaml:17:81]
     16 │   - {id: confidentiality/h, title: H, severity: error, records: every, release: {kind: limited, unused_zips: ":prefixs"}}
     17 │   - {id: confidentiality/i, title: I, severity: error, records: every, release: {method: expert}}
        ·                                                                                 ───┬───
        ·                                                                                    ╰── `release` needs it
     18 │   - {id: confidentiality/j, title: J, severity: error, records: every, small_counts: {from: 0, to: 10}}
        ╰────
      help: add `kind`: the kind, or kinds, of release

    Error: chartaudit::rule::empty_range

      × no count is from 0 to 10
        ╭─[house/rules.yaml:18:86]
     17 │   - {id: confidentiality/i, title: I, severity: error, records: every, release: {method: expert}}
     18 │   - {id: confidentiality/j, title: J, severity: error, records: every, small_counts: {from: 0, to: 10}}
        ·                                                                                      ────────┬────────
        ·                                                                                              ╰── leaves nothing to look for
     19 │   - {id: confidentiality/k, title: K, severity: error, records: every, delivery: {manifest: ":lst"}}
        ╰────
      help: counts of nobody may be shown: begin at 1, as in `{from: 1, to: 10}`

    Error: chartaudit::rule::unknown_param

      × unknown parameter `lst`
        ╭─[house/rules.yaml:19:93]
     18 │   - {id: confidentiality/j, title: J, severity: error, records: every, small_counts: {from: 0, to: 10}}
     19 │   - {id: confidentiality/k, title: K, severity: error, records: every, delivery: {manifest: ":lst"}}
        ·                                                                                             ───┬──
        ·                                                                                                ╰── not among the pack's params
     20 │   - {id: confidentiality/l, title: L, severity: error, records: patients, identifiers: {in: file_names}}
        ╰────
      help: did you mean `most`?

    Error: chartaudit::rule::only_of_every

      × `identifiers` judges files, whatever they hold
        ╭─[house/rules.yaml:20:65]
     19 │   - {id: confidentiality/k, title: K, severity: error, records: every, delivery: {manifest: ":lst"}}
     20 │   - {id: confidentiality/l, title: L, severity: error, records: patients, identifiers: {in: file_names}}
        ·                                                                 ────┬───
        ·                                                                     ╰── files of any record set are meant
        ╰────
      help: write `records: every`
    "#);
}

#[test]
fn wrong_quasi_identifiers_in_project_files() {
    let text = "release:\n  k: 1\n  quasi_identifiers: {patients: [birth_yaer, sex, sex], encounters: []}\n  \
                sensitive: {claims: principal_dx}\n";
    let file = config::read(RuleText { name: "chartaudit.yaml".to_owned(), text: text.to_owned() });
    let request = LoadRequest { project: Some(&file), ..LoadRequest::default() };
    insta::assert_snapshot!(render(&load(embedded(), &request).unwrap_err()), @r"
      × 5 problems found in the project file

    Error:
      × cannot use `chartaudit.yaml`

    Error: chartaudit::rule::never_broken

      × no combination occurs fewer than 1 times
       ╭─[chartaudit.yaml:2:6]
     1 │ release:
     2 │   k: 1
       ·      ┬
       ·      ╰── nothing breaks this limit
     3 │   quasi_identifiers: {patients: [birth_yaer, sex, sex], encounters: []}
       ╰────
      help: ask for 2 or more, often 5 or 11

    Error: chartaudit::expr::E102

      × unknown column `birth_yaer`
       ╭─[chartaudit.yaml:3:34]
     2 │   k: 1
     3 │   quasi_identifiers: {patients: [birth_yaer, sex, sex], encounters: []}
       ·                                  ─────┬────
       ·                                       ╰── the record set has no such field
     4 │   sensitive: {claims: principal_dx}
       ╰────
      help: did you mean `birth_year`?

    Error: chartaudit::rule::repeated_field

      × field `sex` is listed twice
       ╭─[chartaudit.yaml:3:51]
     2 │   k: 1
     3 │   quasi_identifiers: {patients: [birth_yaer, sex, sex], encounters: []}
       ·                                                   ─┬─
       ·                                                    ╰── again here
     4 │   sensitive: {claims: principal_dx}
       ╰────
      help: name it once

    Error: chartaudit::rule::empty_list

      × an empty list
       ╭─[chartaudit.yaml:3:69]
     2 │   k: 1
     3 │   quasi_identifiers: {patients: [birth_yaer, sex, sex], encounters: []}
       ·                                                                     ─┬
       ·                                                                      ╰── nothing is named here
     4 │   sensitive: {claims: principal_dx}
       ╰────
      help: name at least one field

    Error: chartaudit::rule::sensitive_alone

      × `claims` has a sensitive field and no quasi-identifiers
       ╭─[chartaudit.yaml:4:15]
     3 │   quasi_identifiers: {patients: [birth_yaer, sex, sex], encounters: []}
     4 │   sensitive: {claims: principal_dx}
       ·               ───┬──
       ·                  ╰── values of it are counted for each combination of quasi-identifiers
       ╰────
      help: name them: `quasi_identifiers: {claims: [sex, zip]}`
    ");
}

#[test]
fn wrong_releases_in_project_files() {
    let text =
        "release: {kind: deidentifed, purpose: [a], quasi_identifiers: {patients: sex}, to: x}";
    insta::assert_snapshot!(render(&project(text).unwrap_err()), @r"
      × 4 problems found in the project file

    Error:
      × cannot use `chartaudit.yaml`

    Error: chartaudit::rule::unknown_word

      × `deidentifed` is not one of the words allowed here
       ╭─[chartaudit.yaml:1:17]
     1 │ release: {kind: deidentifed, purpose: [a], quasi_identifiers: {patients: sex}, to: x}
       ·                 ─────┬─────
       ·                      ╰── not known here
       ╰────
      help: did you mean `deidentified`?

    Error: chartaudit::rule::wrong_type

      × expected text, found a list
       ╭─[chartaudit.yaml:1:39]
     1 │ release: {kind: deidentifed, purpose: [a], quasi_identifiers: {patients: sex}, to: x}
       ·                                       ─┬
       ·                                        ╰── a list
       ╰────

    Error: chartaudit::rule::wrong_type

      × expected a list, found text
       ╭─[chartaudit.yaml:1:74]
     1 │ release: {kind: deidentifed, purpose: [a], quasi_identifiers: {patients: sex}, to: x}
       ·                                                                          ─┬─
       ·                                                                           ╰── text
       ╰────
      help: write it as a list: `[sex]`

    Error: chartaudit::rule::unknown_key

      × unknown key `to`
       ╭─[chartaudit.yaml:1:80]
     1 │ release: {kind: deidentifed, purpose: [a], quasi_identifiers: {patients: sex}, to: x}
       ·                                                                                ─┬
       ·                                                                                 ╰── a release has no such key
       ╰────
      help: the keys here are `codes`, `k`, `kind`, `l`, `manifest`, `purpose`, `purposes`,
            `quasi_identifiers`, `sensitive`
    ");
}

#[test]
fn identifiers_of_a_site_are_said_in_the_project_file() {
    use crate::detect::AllowedValue;
    use crate::value::Date;
    let text = "identifiers:\n  patterns:\n    - {name: badge, pattern: '[0-9]{11}', labels: [Badge, chart no], tier: C, \
                check: luhn, replaces: mrn}\n  allow:\n    - {value: 0143, detector: badge, reason: ' a desk ', \
                until: 2027-01-31}\n    - {column: notes.mail, reason: desks}\n";
    let site = project(text).unwrap().identifiers;
    let [badge] = site.patterns() else { panic!("not one pattern") };
    assert_eq!(
        (badge.name.as_str(), badge.title.as_str(), badge.tier.letter()),
        ("badge", "badge", 'C')
    );
    assert_eq!(badge.labels, ["badge", "chart no"]);
    assert_eq!(badge.replaces.as_deref(), Some("mrn"));
    let [value, column] = site.allowances() else { panic!("not two allowances") };
    // A number keeps its spelling.
    assert!(matches!(&value.value, AllowedValue::Exactly(text) if text == "0143"));
    assert_eq!(value.reason, "a desk");
    assert!(!value.is_expired(Date::from_ymd(2027, 1, 31).unwrap()));
    assert!(value.is_expired(Date::from_ymd(2027, 2, 1).unwrap()));
    assert!(matches!(&column.value, AllowedValue::Column(text) if text == "notes.mail"));
}

/// Everything that can be wrong with the identifiers of a site.
fn wrong_identifiers() -> String {
    let mut text = "identifiers:
  patterns:
    - {name: Badge_No, pattern: '[0-9]{11}'}
    - {name: mrn, pattern: 'RG-[0-9]{7}'}
    - {name: twice, pattern: 'A[0-9]+'}
    - {name: twice, pattern: 'B[0-9]+'}
    - {name: empty, pattern: '[0-9]*'}
    - {name: behind, pattern: '(?<=x)[0-9]+'}
    - {name: worded, pattern: 'C[0-9]+', labels: [one two three, no. 5], check: lunh, replaces: mnr}
  allow:
    - {value: '617-555-0143', column: note, reason: a desk}
    - {value: '617-555-0143', reason: ' '}
    - {value: '617-555-0143', reason: a desk, detector: twise, until: soon}
"
    .to_owned();
    let more: Vec<String> =
        (0..32).map(|n| format!("    - {{name: more-{n}, pattern: 'D{n}-[0-9]+'}}\n")).collect();
    text = text.replace("  allow:", &format!("{}  allow:", more.concat()));
    text
}

#[test]
fn wrong_identifiers_in_project_files() {
    insta::assert_snapshot!(render(&project(&wrong_identifiers()).unwrap_err()));
}

#[test]
fn wrong_project_files() {
    insta::assert_snapshot!(render(&project(WRONG_PROJECT).unwrap_err()), @r#"
      × 7 problems found in the project file

    Error:
      × cannot use `chartaudit.yaml`

    Error: chartaudit::rule::unknown_key

      × unknown key `facilty`
       ╭─[chartaudit.yaml:1:1]
     1 │ facilty: A
       · ───┬───
       ·    ╰── the project file has no such key
     2 │ memory: much
       ╰────
      help: did you mean `facility`?

    Error: chartaudit::rule::bad_option

      × `much` cannot be used as a size
       ╭─[chartaudit.yaml:2:9]
     1 │ facilty: A
     2 │ memory: much
       ·         ──┬─
       ·           ╰── not a number and a unit
     3 │ as_of: 2026-02-30
       ╰────
      help: write it like `64 MiB`

    Error: chartaudit::rule::bad_date

      × `2026-02-30` is not a date
       ╭─[chartaudit.yaml:3:8]
     2 │ memory: much
     3 │ as_of: 2026-02-30
       ·        ─────┬────
       ·             ╰── not a day of the calendar
     4 │ threads: -1
       ╰────
      help: write it as YYYY-MM-DD

    Error: chartaudit::rule::wrong_type

      × expected a whole number, 0 or more, found a number
       ╭─[chartaudit.yaml:4:10]
     3 │ as_of: 2026-02-30
     4 │ threads: -1
       ·          ─┬
       ·           ╰── a number
     5 │ fail_on: errors
       ╰────

    Error: chartaudit::rule::unknown_word

      × `errors` is not one of the words allowed here
       ╭─[chartaudit.yaml:5:10]
     4 │ threads: -1
     5 │ fail_on: errors
       ·          ───┬──
       ·             ╰── not known here
     6 │ waivers: waivers.yaml
       ╰────
      help: did you mean `error`?

    Error: chartaudit::rule::nothing_tailored

      × nothing is changed here
       ╭─[chartaudit.yaml:8:3]
     7 │ rules:
     8 │   completeness/a: {because: nothing}
       ·   ───────┬──────
       ·          ╰── no severity, off, required or tolerance
     9 │   completeness/b: {tolerance: all, because: b}
       ╰────
      help: say what is to change, or remove the entry

    Error: chartaudit::rule::tolerance

      × `all` is not a tolerance
       ╭─[chartaudit.yaml:9:31]
     8 │   completeness/a: {because: nothing}
     9 │   completeness/b: {tolerance: all, because: b}
       ·                               ─┬─
       ·                                ╰── not a share or a count
       ╰────
      help: write a share like `0.5%` or a count like `3`
    "#);
    insta::assert_snapshot!(render(&project(&half_mended()).unwrap_err()), @r#"
      × 4 problems found in the project file

    Error:
      × cannot use `chartaudit.yaml`

    Error: chartaudit::rule::bad_option

      × `much` cannot be used as a size
       ╭─[chartaudit.yaml:2:9]
     1 │ facility: A
     2 │ memory: much
       ·         ──┬─
       ·           ╰── not a number and a unit
     3 │ as_of: 2026-02-30
       ╰────
      help: write it like `64 MiB`

    Error: chartaudit::rule::bad_date

      × `2026-02-30` is not a date
       ╭─[chartaudit.yaml:3:8]
     2 │ memory: much
     3 │ as_of: 2026-02-30
       ·        ─────┬────
       ·             ╰── not a day of the calendar
     4 │ threads: 1
       ╰────
      help: write it as YYYY-MM-DD

    Error: chartaudit::rule::nothing_tailored

      × nothing is changed here
       ╭─[chartaudit.yaml:7:3]
     6 │ rules:
     7 │   completeness/a: {because: nothing}
       ·   ───────┬──────
       ·          ╰── no severity, off, required or tolerance
     8 │   completeness/b: {tolerance: all, because: b}
       ╰────
      help: say what is to change, or remove the entry

    Error: chartaudit::rule::tolerance

      × `all` is not a tolerance
       ╭─[chartaudit.yaml:8:31]
     7 │   completeness/a: {because: nothing}
     8 │   completeness/b: {tolerance: all, because: b}
       ·                               ─┬─
       ·                                ╰── not a share or a count
       ╰────
      help: write a share like `0.5%` or a count like `3`
    "#);
    insta::assert_snapshot!(render(&problems(PACK, &wrong_tailoring())), @r#"
      × 2 problems found in the project file

    Error:
      × cannot use `chartaudit.yaml`

    Error: chartaudit::rule::reason

      × loosening a rule needs a reason
       ╭─[chartaudit.yaml:2:3]
     1 │ rules:
     2 │   completeness/discharge-missing: {severity: note}
       ·   ───────────────┬──────────────
       ·                  ╰── severity note instead of error
     3 │   completeness/none: {off: true, because: a}
       ╰────
      help: add `because: …`; it stands in the report

    Error: chartaudit::rule::no_such_rule

      × no rule `completeness/none`
       ╭─[chartaudit.yaml:3:3]
     2 │   completeness/discharge-missing: {severity: note}
     3 │   completeness/none: {off: true, because: a}
       ·   ────────┬────────
       ·           ╰── no loaded pack has it
       ╰────
    "#);
    let sources =
        "sources:\n  encounter: {bind: {}}\n  encounters: {bind: {clas: C}}\nexpect: [nobody]\n";
    let found =
        project(sources).unwrap().check_sources(&book(PACK, &LoadRequest::default()).dictionary);
    insta::assert_snapshot!(render(&found.unwrap_err()), @r#"
      × 3 problems found in the project file

    Error:
      × cannot use `chartaudit.yaml`

    Error: chartaudit::rule::unknown_record_set

      × unknown record set `encounter`
       ╭─[chartaudit.yaml:2:3]
     1 │ sources:
     2 │   encounter: {bind: {}}
       ·   ────┬────
       ·       ╰── not in the dictionary
     3 │   encounters: {bind: {clas: C}}
       ╰────
      help: did you mean `encounters`?

    Error: chartaudit::rule::unknown_field

      × unknown field `clas`
       ╭─[chartaudit.yaml:3:23]
     2 │   encounter: {bind: {}}
     3 │   encounters: {bind: {clas: C}}
       ·                       ──┬─
       ·                         ╰── `encounters` has no such field
     4 │ expect: [nobody]
       ╰────
      help: did you mean `class`?

    Error: chartaudit::rule::unknown_record_set

      × unknown record set `nobody`
       ╭─[chartaudit.yaml:4:10]
     3 │   encounters: {bind: {clas: C}}
     4 │ expect: [nobody]
       ·          ───┬──
       ·             ╰── not in the dictionary
       ╰────
    "#);
}

#[test]
fn strict_lint_asks_for_all_parts() {
    let book = unfinished();
    let strict = RuleErrors(lint(&book, Strictness::Strict));
    insta::assert_snapshot!(render(&strict), @r#"
      × 14 problems and 1 warning found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::unverified_error

      × an unverified guideline is a warning at most
        ╭─[house/rules.yaml:9:15]
      8 │     title: No discharge
      9 │     severity: error
        ·               ──┬──
        ·                 ╰── severity `error` rests on memory alone
     10 │     guideline:
        ╰────
      help: set `severity: warning`, or verify the text

    Error: chartaudit::rule::missing_for_strict

      × `guideline` is missing
        ╭─[house/rules.yaml:23:9]
     22 │       - {given: {encounters: [{encounter_id: 1e3}, {encounter_id: no, charge: 12.50}]}, expect: [violation, violation]}
     23 │   - id: completeness/discharge-late
        ·         ─────────────┬─────────────
        ·                      ╰── a shipped rule has it
     24 │     title: Late
        ╰────
      help: cite the law, regulation or standard it checks

    Error: chartaudit::rule::missing_for_strict

      × `because` is missing
        ╭─[house/rules.yaml:23:9]
     22 │       - {given: {encounters: [{encounter_id: 1e3}, {encounter_id: no, charge: 12.50}]}, expect: [violation, violation]}
     23 │   - id: completeness/discharge-late
        ·         ─────────────┬─────────────
        ·                      ╰── a shipped rule has it
     24 │     title: Late
        ╰────
      help: say why the guideline asks for it

    Error: chartaudit::rule::missing_for_strict

      × `remedy` is missing
        ╭─[house/rules.yaml:23:9]
     22 │       - {given: {encounters: [{encounter_id: 1e3}, {encounter_id: no, charge: 12.50}]}, expect: [violation, violation]}
     23 │   - id: completeness/discharge-late
        ·         ─────────────┬─────────────
        ·                      ╰── a shipped rule has it
     24 │     title: Late
        ╰────
      help: say what to do about a finding

    Error: chartaudit::rule::missing_example

      × no example that expects `pass`
        ╭─[house/rules.yaml:28:5]
     27 │     deadline: {of: discharged_at, after: admitted_at, within: ":days days"}
     28 │     examples:
        ·     ────┬───
        ·         ╰── a shipped rule shows what passes and what does not
     29 │       - {params: {days: 5}, given: {encounters: [{}]}, expect: not-evaluable}
        ╰────
      help: add an example with `expect: pass`

    Error: chartaudit::rule::missing_example

      × no example that expects `violation`
        ╭─[house/rules.yaml:28:5]
     27 │     deadline: {of: discharged_at, after: admitted_at, within: ":days days"}
     28 │     examples:
        ·     ────┬───
        ·         ╰── a shipped rule shows what passes and what does not
     29 │       - {params: {days: 5}, given: {encounters: [{}]}, expect: not-evaluable}
        ╰────
      help: add an example with `expect: violation`

    Error: chartaudit::rule::missing_for_strict

      × `guideline` is missing
        ╭─[house/rules.yaml:30:9]
     29 │       - {params: {days: 5}, given: {encounters: [{}]}, expect: not-evaluable}
     30 │   - id: completeness/class-unknown
        ·         ─────────────┬────────────
        ·                      ╰── a shipped rule has it
     31 │     title: Not a class
        ╰────
      help: cite the law, regulation or standard it checks

    Error: chartaudit::rule::missing_for_strict

      × `because` is missing
        ╭─[house/rules.yaml:30:9]
     29 │       - {params: {days: 5}, given: {encounters: [{}]}, expect: not-evaluable}
     30 │   - id: completeness/class-unknown
        ·         ─────────────┬────────────
        ·                      ╰── a shipped rule has it
     31 │     title: Not a class
        ╰────
      help: say why the guideline asks for it

    Error: chartaudit::rule::missing_for_strict

      × `remedy` is missing
        ╭─[house/rules.yaml:30:9]
     29 │       - {params: {days: 5}, given: {encounters: [{}]}, expect: not-evaluable}
     30 │   - id: completeness/class-unknown
        ·         ─────────────┬────────────
        ·                      ╰── a shipped rule has it
     31 │     title: Not a class
        ╰────
      help: say what to do about a finding

    Error: chartaudit::rule::missing_for_strict

      × `examples` is missing
        ╭─[house/rules.yaml:30:9]
     29 │       - {params: {days: 5}, given: {encounters: [{}]}, expect: not-evaluable}
     30 │   - id: completeness/class-unknown
        ·         ─────────────┬────────────
        ·                      ╰── a shipped rule has it
     31 │     title: Not a class
        ╰────
      help: show records that pass and records that do not

    Error: chartaudit::rule::missing_for_strict

      × `guideline` is missing
        ╭─[house/rules.yaml:35:10]
     34 │     allowed: {field: class, values: [no, 010, 1e3]}
     35 │   - {id: completeness/bare, title: B, severity: note, records: encounters, assert: closed_on < date_of(admitted_at)}
        ·          ────────┬────────
        ·                  ╰── a shipped rule has it
        ╰────
      help: cite the law, regulation or standard it checks

    Error: chartaudit::rule::missing_for_strict

      × `because` is missing
        ╭─[house/rules.yaml:35:10]
     34 │     allowed: {field: class, values: [no, 010, 1e3]}
     35 │   - {id: completeness/bare, title: B, severity: note, records: encounters, assert: closed_on < date_of(admitted_at)}
        ·          ────────┬────────
        ·                  ╰── a shipped rule has it
        ╰────
      help: say why the guideline asks for it

    Error: chartaudit::rule::missing_for_strict

      × `remedy` is missing
        ╭─[house/rules.yaml:35:10]
     34 │     allowed: {field: class, values: [no, 010, 1e3]}
     35 │   - {id: completeness/bare, title: B, severity: note, records: encounters, assert: closed_on < date_of(admitted_at)}
        ·          ────────┬────────
        ·                  ╰── a shipped rule has it
        ╰────
      help: say what to do about a finding

    Error: chartaudit::rule::missing_for_strict

      × `examples` is missing
        ╭─[house/rules.yaml:35:10]
     34 │     allowed: {field: class, values: [no, 010, 1e3]}
     35 │   - {id: completeness/bare, title: B, severity: note, records: encounters, assert: closed_on < date_of(admitted_at)}
        ·          ────────┬────────
        ·                  ╰── a shipped rule has it
        ╰────
      help: show records that pass and records that do not

    Warning: chartaudit::rule::bare_often_blank

      ⚠ field `closed_on` is often blank
        ╭─[house/rules.yaml:35:84]
     34 │     allowed: {field: class, values: [no, 010, 1e3]}
     35 │   - {id: completeness/bare, title: B, severity: note, records: encounters, assert: closed_on < date_of(admitted_at)}
        ·                                                                                    ────┬────
        ·                                                                                        ╰── unknown for every record where it is blank
        ╰────
      help: write `closed_on IS NULL OR …` or `closed_on IS NOT NULL AND …` around it
    "#);
    let normal = RuleErrors(lint(&book, Strictness::Normal));
    assert_eq!(codes(&normal), ["chartaudit::rule::bare_often_blank"]);
}

fn codes(errors: &RuleErrors) -> Vec<String> {
    let problems = errors.0.iter().flat_map(|error| &error.problems);
    problems.filter_map(|problem| Some(problem.code()?.to_string())).collect()
}

/// Schedules with everything that can be wrong in them.
const SCHEDULES: &str = "schedule: a
places:
  US: {name: United States, majority: 300}
  us-ma: {name: Massachusetts}
rows:
  - {jurisdiction: USA, record_class: medical_record, trigger: discharge, years: 5, minors: same, citation: 1 X 2}
  - {jurisdiction: US, record_class: medicalrecord, trigger: dischrge, years: 500, minors: same, citation: 1 X 2}
  - {jurisdiction: US, record_class: imaging, years: 5, minors: same, citation: 1 X 2}
  - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 500, minors: same, citation: 1 X 2}
  - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 5, citation: 1 X 2}
  - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 5, minor_fixed_age: 21, citation: 1 X 2}
  - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 5, minors: same, after_death_years: 5, citation: 1 X 2}
  - {jurisdiction: US, record_class: mpi, minors: same, citation: 1 X 2}
  - {jurisdiction: US, record_class: mpi, permanent: true, valid_from: 2020-13-01, citation: 1 X 2}
  - {jurisdiction: US, record_class: mpi, permanent: true, valid_from: 2020-02-01, valid_to: 2020-01-01, citation: 1 X 2}
---
schedule: a
";

#[test]
fn wrong_schedules() {
    insta::assert_snapshot!(render(&problems(SCHEDULES, &LoadRequest::default())), @r#"
      × 14 problems found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::too_many_years

      × 300 years are too many
       ╭─[house/rules.yaml:3:39]
     2 │ places:
     3 │   US: {name: United States, majority: 300}
       ·                                       ─┬─
       ·                                        ╰── too many
     4 │   us-ma: {name: Massachusetts}
       ╰────
      help: write 200 or less

    Error: chartaudit::rule::place_code

      × `us-ma` is not the code of a place
       ╭─[house/rules.yaml:4:3]
     3 │   US: {name: United States, majority: 300}
     4 │   us-ma: {name: Massachusetts}
       ·   ──┬──
       ·     ╰── not a code
     5 │ rows:
       ╰────
      help: write it like `US` or `US-MA`, in capitals

    Error: chartaudit::rule::unknown_place

      × unknown place `USA`
       ╭─[house/rules.yaml:6:20]
     5 │ rows:
     6 │   - {jurisdiction: USA, record_class: medical_record, trigger: discharge, years: 5, minors: same, citation: 1 X 2}
       ·                    ─┬─
       ·                     ╰── no schedule declares this place
     7 │   - {jurisdiction: US, record_class: medicalrecord, trigger: dischrge, years: 500, minors: same, citation: 1 X 2}
       ╰────
      help: did you mean `US`?

    Error: chartaudit::rule::unknown_word

      × `medicalrecord` is not one of the words allowed here
       ╭─[house/rules.yaml:7:38]
     6 │   - {jurisdiction: USA, record_class: medical_record, trigger: discharge, years: 5, minors: same, citation: 1 X 2}
     7 │   - {jurisdiction: US, record_class: medicalrecord, trigger: dischrge, years: 500, minors: same, citation: 1 X 2}
       ·                                      ──────┬──────
       ·                                            ╰── not known here
     8 │   - {jurisdiction: US, record_class: imaging, years: 5, minors: same, citation: 1 X 2}
       ╰────
      help: did you mean `medical_record`?

    Error: chartaudit::rule::unknown_word

      × `dischrge` is not one of the words allowed here
       ╭─[house/rules.yaml:7:62]
     6 │   - {jurisdiction: USA, record_class: medical_record, trigger: discharge, years: 5, minors: same, citation: 1 X 2}
     7 │   - {jurisdiction: US, record_class: medicalrecord, trigger: dischrge, years: 500, minors: same, citation: 1 X 2}
       ·                                                              ────┬───
       ·                                                                  ╰── not known here
     8 │   - {jurisdiction: US, record_class: imaging, years: 5, minors: same, citation: 1 X 2}
       ╰────
      help: did you mean `discharge`?

    Error: chartaudit::rule::missing_key

      × `trigger` is missing
       ╭─[house/rules.yaml:8:54]
     7 │   - {jurisdiction: US, record_class: medicalrecord, trigger: dischrge, years: 500, minors: same, citation: 1 X 2}
     8 │   - {jurisdiction: US, record_class: imaging, years: 5, minors: same, citation: 1 X 2}
       ·                                                      ┬
       ·                                                      ╰── this row needs it
     9 │   - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 500, minors: same, citation: 1 X 2}
       ╰────

    Error: chartaudit::rule::too_many_years

      × 500 years are too many
        ╭─[house/rules.yaml:9:77]
      8 │   - {jurisdiction: US, record_class: imaging, years: 5, minors: same, citation: 1 X 2}
      9 │   - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 500, minors: same, citation: 1 X 2}
        ·                                                                             ─┬─
        ·                                                                              ╰── too many
     10 │   - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 5, citation: 1 X 2}
        ╰────
      help: write 200 or less

    Error: chartaudit::rule::missing_key

      × `minors` is missing
        ╭─[house/rules.yaml:10:90]
      9 │   - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 500, minors: same, citation: 1 X 2}
     10 │   - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 5, citation: 1 X 2}
        ·                                                                                          ──┬──
        ·                                                                                            ╰── this row needs it
     11 │   - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 5, minor_fixed_age: 21, citation: 1 X 2}
        ╰────

    Error: chartaudit::rule::missing_key

      × `minor_basis` is missing
        ╭─[house/rules.yaml:11:97]
     10 │   - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 5, citation: 1 X 2}
     11 │   - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 5, minor_fixed_age: 21, citation: 1 X 2}
        ·                                                                                                 ─┬
        ·                                                                                                  ╰── this row needs it
     12 │   - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 5, minors: same, after_death_years: 5, citation: 1 X 2}
        ╰────

    Error: chartaudit::rule::missing_key

      × `after_death` is missing
        ╭─[house/rules.yaml:12:113]
     11 │   - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 5, minor_fixed_age: 21, citation: 1 X 2}
     12 │   - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 5, minors: same, after_death_years: 5, citation: 1 X 2}
        ·                                                                                                                 ┬
        ·                                                                                                                 ╰── this row needs it
     13 │   - {jurisdiction: US, record_class: mpi, minors: same, citation: 1 X 2}
        ╰────

    Error: chartaudit::rule::missing_key

      × `years` is missing
        ╭─[house/rules.yaml:13:67]
     12 │   - {jurisdiction: US, record_class: imaging, trigger: service_date, years: 5, minors: same, after_death_years: 5, citation: 1 X 2}
     13 │   - {jurisdiction: US, record_class: mpi, minors: same, citation: 1 X 2}
        ·                                                                   ──┬──
        ·                                                                     ╰── this row needs it
     14 │   - {jurisdiction: US, record_class: mpi, permanent: true, valid_from: 2020-13-01, citation: 1 X 2}
        ╰────

    Error: chartaudit::rule::bad_date

      × `2020-13-01` is not a date
        ╭─[house/rules.yaml:14:72]
     13 │   - {jurisdiction: US, record_class: mpi, minors: same, citation: 1 X 2}
     14 │   - {jurisdiction: US, record_class: mpi, permanent: true, valid_from: 2020-13-01, citation: 1 X 2}
        ·                                                                        ─────┬────
        ·                                                                             ╰── not a day of the calendar
     15 │   - {jurisdiction: US, record_class: mpi, permanent: true, valid_from: 2020-02-01, valid_to: 2020-01-01, citation: 1 X 2}
        ╰────
      help: write it as YYYY-MM-DD

    Error: chartaudit::rule::date_order

      × ends before it starts
        ╭─[house/rules.yaml:15:94]
     14 │   - {jurisdiction: US, record_class: mpi, permanent: true, valid_from: 2020-13-01, citation: 1 X 2}
     15 │   - {jurisdiction: US, record_class: mpi, permanent: true, valid_from: 2020-02-01, valid_to: 2020-01-01, citation: 1 X 2}
        ·                                                                                              ─────┬────
        ·                                                                                                   ╰── earlier than `from`
     16 │ ---
        ╰────
      help: swap the two dates

    Error: chartaudit::rule::duplicate_schedule

      × schedule `a` is declared twice
        ╭─[house/rules.yaml:17:11]
     16 │ ---
     17 │ schedule: a
        ·           ┬
        ·           ╰── this name is taken
        ╰────
      help: give it a name of its own; the other one stands in house/rules.yaml:1
    "#);
}

/// Every kind of problem in `error.rs` is seen in some test of this file or has one of its own.
#[test]
fn questions_about_known_people_say_whose_they_are() {
    insta::assert_snapshot!(report(PEOPLE), @r#"
      × 2 problems found in the rules

    Error:
      × cannot use `house/rules.yaml`

    Error: chartaudit::rule::whose_record

      × the patient of a record of `encounters` cannot be told
       ╭─[house/rules.yaml:6:119]
     5 │   - {id: confidentiality/a, title: A, severity: error, records: encounters, identifiers: {in: text, of: patients, whose: own}}
     6 │   - {id: confidentiality/b, title: B, severity: error, records: encounters, identifiers: {in: text, of: staff, whose: another}}
       ·                                                                                                                       ───┬───
       ·                                                                                                                          ╰── needs a patient of the record's own
     7 │   - {id: confidentiality/c, title: C, severity: error, records: encounters, identifiers: {in: text, detect: [us], kinds: [mrn]}}
       ╰────
      help: say `of: patients`, or `whose: any`

    Error: chartaudit::rule::missing_key

      × `of` is missing
       ╭─[house/rules.yaml:7:115]
     6 │   - {id: confidentiality/b, title: B, severity: error, records: encounters, identifiers: {in: text, of: staff, whose: another}}
     7 │   - {id: confidentiality/c, title: C, severity: error, records: encounters, identifiers: {in: text, detect: [us], kinds: [mrn]}}
       ·                                                                                                                   ──┬──
       ·                                                                                                                     ╰── `kinds` needs it
     8 │   - {id: confidentiality/d, title: D, severity: error, records: encounters, identifiers: {in: text}}
       ╰────
      help: say whose identifiers are meant, as `of: patients`
    "#);
}

#[test]
fn every_kind_of_problem_is_shown() {
    let declared: BTreeSet<String> = include_str!("error.rs")
        .split("code(")
        .skip(1)
        .filter_map(|rest| rest.split([')', ',']).next())
        .filter(|code| code.starts_with("chartaudit::rule::"))
        .map(str::to_owned)
        .collect();
    let mut seen = BTreeSet::new();
    for text in [
        NOT_YAML, TABS, FORBIDDEN, HIDDEN, SHAPE, NAMES, PEOPLE, CONDITIONS, SETS, LAYOUTS,
        RELATIONS, SCHEDULES, RELEASES, RESERVED,
    ] {
        seen.extend(codes(&problems(text, &LoadRequest::default())));
    }
    seen.extend(codes(&problems(CHECKS, &with_files())));
    seen.extend(codes(&problems(&two_packs(), &wrong_settings())));
    seen.extend(codes(&problems(PACK, &wrong_pack())));
    seen.extend(codes(&problems(PACK, &wrong_tailoring())));
    seen.extend(codes(&project(WRONG_PROJECT).unwrap_err()));
    seen.extend(codes(&project(&half_mended()).unwrap_err()));
    seen.extend(codes(&project(&wrong_identifiers()).unwrap_err()));
    seen.extend(codes(&RuleErrors(lint(&unfinished(), Strictness::Strict))));
    // Seen by tests of their own in this file, and what cannot be shown in a few lines.
    let elsewhere = [
        "too_large",
        "too_deep",
        "too_many_nodes",
        "too_many_documents",
        "no_rule_files",
        "not_utf8",
        "unreadable",
        "unknown_jurisdiction",
        "unknown_facility",
        "too_many_fields",
        "decode",
        "more",
        "unknown_layout",
        "param_of_pack_not_run",
        "nothing_in_it",
        "unused_relation",
        "several_matches",
        "sensitive_alone",
        // Those of waivers, in `tests/it/waivers.rs`.
        "no_waivers",
        "expires_before_approval",
        "expires_too_late",
        "scope_of_nothing",
        "scope_not_of_rule",
        "scope_names_person",
        "not_a_fingerprint",
    ];
    seen.extend(elsewhere.map(|code| format!("chartaudit::rule::{code}")));
    let missing: Vec<_> = declared.difference(&seen).collect();
    assert_eq!(missing, Vec::<&String>::new());
}

#[test]
fn texts_keep_their_spelling() {
    let book = book(PACK, &LoadRequest::default());
    let rules = &book.packs[0].rules;
    let Check::Allowed { set, inline: true, .. } = &rules[2].check else { panic!("not allowed") };
    assert_eq!(set.members, ["010", "1e3", "no"]);
    let cells =
        |example: usize, record: usize| rules[0].examples[example].given[0].1[record].cells.clone();
    assert_eq!(
        cells(0, 0),
        [(FieldId(0), "010".to_owned()), (FieldId(4), "2026-01-01".to_owned())]
    );
    assert_eq!(cells(1, 0), [(FieldId(0), "1e3".to_owned())]);
    assert_eq!(cells(1, 1), [(FieldId(0), "no".to_owned()), (FieldId(6), "12.50".to_owned())]);
}

#[test]
fn a_rule_carries_what_it_says() {
    let book = book(PACK, &LoadRequest::default());
    let rule = &book.packs[0].rules[0];
    assert_eq!(rule.tolerance, Some(Tolerance::Share(5_000)));
    assert_eq!(rule.because.as_deref(), Some("It is asked for."));
    assert_eq!(rule.check_text, "require: [discharged_at]");
    assert_eq!(rule.fields, [FieldId(4)]);
    assert_eq!(rule.declared, ("house/rules.yaml".to_owned(), 7));
    assert_eq!(rule.examples[1].expect, [Expectation::Violation; 2]);
    assert_eq!(rule.examples[1].line, 22);
    let late = &book.packs[0].rules[1];
    let Check::Deadline { within, .. } = late.check else { panic!("no deadline") };
    assert_eq!(within.amount, 30);
    let again = recheck(&book, late, &late.examples[0], &LoadRequest::default()).unwrap();
    let Check::Deadline { within, .. } = again.check else { panic!("no deadline") };
    assert_eq!(within.amount, 5);
}

#[test]
fn a_project_file_tailors_and_sets() {
    let project = project(PROJECT).unwrap();
    assert_eq!(project.memory, Some(64 << 20));
    assert_eq!(project.expect, ["patients", "encounters"]);
    assert_eq!(project.facility_kind.as_deref(), Some("hospital"));
    let request = LoadRequest {
        packs: PackSelection::Named(project.packs.clone().unwrap()),
        params: project.params.clone(),
        tailoring: project.tailoring.clone(),
        ..LoadRequest::default()
    };
    let book = book(PACK, &request);
    project.check_sources(&book.dictionary).unwrap();
    let rules = &book.packs[0].rules;
    assert_eq!(rules[0].severity, Severity::Note);
    let tailored = "severity note instead of error: Paper charts until May.";
    assert_eq!(rules[0].tailored.as_deref(), Some(tailored));
    assert_eq!(rules[2].off.as_deref(), Some("Local classes."));
    assert!(book.packs[0].params[0].changed);
    assert_eq!(book.packs[0].params[0].value, "40");
}

#[test]
fn packs_run_where_they_are_made_for() {
    check_runs(&[], None, &["everywhere", "dictionary"]);
    check_runs(&["US"], None, &["everywhere", "us", "dictionary"]);
    check_runs(&["US-MA"], None, &["everywhere", "us", "us-ma", "dictionary"]);
    check_runs(&["US-ME"], Some("hospital"), &["everywhere", "us", "us-hospital", "dictionary"]);
    check_runs(&["us-zz"], Some("Hospital"), &["everywhere", "us", "us-hospital", "dictionary"]);
    check_runs(&[], Some("clinic"), &["everywhere", "dictionary"]);
}

#[test]
fn unknown_places_are_refused() {
    check_place(
        &["USA"],
        None,
        "no pack, schedule or detector is made for jurisdiction `USA`",
        "did you mean `US`?",
    );
    check_place(
        &["UK"],
        None,
        "no pack, schedule or detector is made for jurisdiction `UK`",
        "the code of the United Kingdom is `GB`",
    );
    check_place(&["US-MASS"], None, "jurisdiction `US-MASS`", "did you mean `US`?");
    check_place(&["US", "XX-ZZ"], None, "jurisdiction `XX-ZZ`", "`US`");
    check_place(&["QQ"], None, "jurisdiction `QQ`", "`US`, `US-MA`");
    check_place(&[], Some("hospitl"), "called `hospitl`", "did you mean `hospital`?");
    check_place(&[], Some("bakery"), "called `bakery`", "the kinds are `hospital`, `clinic`");
}

#[track_caller]
fn check_place(jurisdictions: &[&str], facility: Option<&str>, message: &str, help: &str) {
    let texts = || vec![RuleText { name: "packs.yaml".to_owned(), text: PLACES.to_owned() }];
    let jurisdictions: Vec<String> = jurisdictions.iter().map(|name| (*name).to_owned()).collect();
    let request = LoadRequest {
        packs: PackSelection::Where {
            jurisdictions: jurisdictions.clone(),
            facility: facility.map(str::to_owned),
        },
        ..LoadRequest::default()
    };
    let of_load = load(texts(), &request).unwrap_err();
    let alone = super::check_places(texts(), &jurisdictions, facility).unwrap_err();
    for errors in [of_load, alone] {
        let problem = &errors.0[0].problems[0];
        assert!(problem.to_string().contains(message), "{problem}");
        let shown = miette::Diagnostic::help(problem).unwrap().to_string();
        assert!(shown.contains(help), "{shown}");
    }
}

#[test]
fn problems_are_counted_apart_from_warnings_and_placed() {
    use crate::rule::RulePart::{Project, Rules, Settings};
    let error = || super::RuleProblem::NotUtf8;
    let warning =
        || super::RuleProblem::BareOftenBlank { name: "x".to_owned(), span: (0, 0).into() };
    let of = |part, problems| super::RuleError::without_text("x", problems).of(part);
    let check = |errors: Vec<super::RuleError>, expected: &str| {
        assert_eq!(RuleErrors(errors).to_string(), expected);
    };
    check(vec![of(Rules, vec![error()])], "1 problem found in the rules");
    check(vec![of(Project, vec![error(), error()])], "2 problems found in the project file");
    check(
        vec![of(Settings, vec![error(), warning()]), of(Rules, vec![warning()])],
        "1 problem and 2 warnings found in the rules and these settings",
    );
    check(vec![of(Rules, vec![warning()])], "1 warning found in the rules");
}

/// Packs made for places and for a kind of facility.
const PLACES: &str = "\
pack: everywhere
title: E
version: 1
---
{pack: us, title: U, version: 1, jurisdiction: US}
---
{pack: us-ma, title: M, version: 1, jurisdiction: US-MA, params: {days: {type: integer, default: 3}}}
---
{pack: us-hospital, title: H, version: 1, jurisdiction: US, facility: hospital}
";

#[track_caller]
fn check_runs(jurisdictions: &[&str], facility: Option<&str>, expected: &[&str]) {
    let request = LoadRequest {
        packs: PackSelection::Where {
            jurisdictions: jurisdictions.iter().map(|name| (*name).to_owned()).collect(),
            facility: facility.map(str::to_owned),
        },
        ..LoadRequest::default()
    };
    let book = book(PLACES, &request);
    let names: Vec<_> = book.packs.iter().map(|pack| pack.name.as_str()).collect();
    assert_eq!(names, expected, "in {jurisdictions:?}, {facility:?}");
    // The record sets of these tests have a pack of their own, for their references.
    assert_eq!(book.packs.len() + book.not_run.len(), 5);
    assert!(book.warnings.is_empty(), "for {jurisdictions:?}");
    if let Some(hospital) = book.not_run.iter().find(|left| left.name == "us-hospital")
        && jurisdictions.is_empty()
    {
        assert_eq!(hospital.flag_that_runs_it, "--jurisdiction US --facility hospital");
    }
}

#[test]
fn rules_are_selected_by_id_family_pack_and_citation() {
    check_select(&["completeness/discharge-late"], &[], &["discharge-late"]);
    check_select(&["local:completeness/discharge-late"], &[], &["discharge-late"]);
    check_select(&["cite:482.24"], &[], &["discharge-missing"]);
    check_select(&["local:"], &["cite:CFR"], &["discharge-late", "class-unknown"]);
    check_select(&[], &["completeness/"], &[]);
}

#[track_caller]
fn check_select(select: &[&str], ignore: &[&str], expected: &[&str]) {
    let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let request =
        LoadRequest { select: owned(select), ignore: owned(ignore), ..LoadRequest::default() };
    let book = book(PACK, &request);
    let rules = &book.packs[0].rules;
    let names: Vec<_> =
        rules.iter().filter_map(|rule| rule.id.text.strip_prefix("completeness/")).collect();
    assert_eq!(names, expected, "by {select:?}, {ignore:?}");
    let all: usize = book.packs.iter().map(|pack| pack.rules.len()).sum();
    assert_eq!(all + book.deselected.len(), 4, "with the rule of a reference");
    let by_id = select.iter().any(|text| text.ends_with("discharge-late"));
    assert!(rules.iter().all(|rule| rule.required == by_id), "by {select:?}");
}

#[test]
fn an_example_brings_its_own_code_set() {
    let text = "\
pack: local
title: L
version: 1
rules:
  - id: completeness/class
    title: C
    severity: error
    records: encounters
    allowed: {field: class, code_set: classes}
    examples:
      - {files: {classes: \"code\\nb\\n\"}, given: {encounters: [{class: a}]}, expect: violation}
";
    let request = LoadRequest {
        read_file: &|path| {
            (path == "house/codes/classes.txt").then(|| "a,first\n#x\nb\na\n".to_owned())
        },
        ..LoadRequest::default()
    };
    let book = book(text, &request);
    let rule = &book.packs[0].rules[0];
    let Check::Allowed { set, .. } = &rule.check else { panic!("not allowed") };
    assert_eq!(set.members, ["a", "b"]);
    let again = recheck(&book, rule, &rule.examples[0], &request).unwrap();
    let Check::Allowed { set, .. } = &again.check else { panic!("not allowed") };
    assert_eq!(set.members, ["b"]);
}

#[test]
fn hostile_files_end_quickly() {
    let bomb: String = (1..10).fold("a0: &a0 [x]\n".to_owned(), |mut text, level| {
        let inner = format!("*a{}, ", level - 1).repeat(10);
        writeln!(text, "a{level}: &a{level} [{inner}]").unwrap();
        text
    });
    check_hostile(bomb, "alias");
    check_hostile("[".repeat(20_000), "too_deep");
    check_hostile("{a: ".repeat(20_000), "too_deep");
    check_hostile("- ".repeat(20_000), "too_deep");
    check_hostile(format!("a: [{}]", "x, ".repeat(300_000)), "too_many_nodes");
    check_hostile("---\na\n".repeat(2_000), "too_many_documents");
    check_hostile("a".repeat(5 << 20), "too_large");
}

#[track_caller]
fn check_hostile(text: String, expected: &str) {
    let (sender, receiver) = std::sync::mpsc::channel();
    let shown: String = text.chars().take(20).collect();
    let worker = std::thread::Builder::new().stack_size(1 << 20).spawn(move || {
        let text = RuleText { name: "hostile.yaml".to_owned(), text };
        let _ = sender.send(load(vec![text], &LoadRequest::default()));
    });
    let result = receiver.recv_timeout(Duration::from_secs(20)).expect("an answer in time");
    worker.unwrap().join().unwrap();
    let codes = codes(&result.unwrap_err());
    let expected = format!("chartaudit::rule::{expected}");
    assert!(codes.contains(&expected), "{codes:?} for {shown:?}");
}

#[test]
fn files_are_refused_before_they_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let large = std::fs::File::create(folder.path().join("large.yaml")).unwrap();
    large.set_len(100 << 20).unwrap();
    std::fs::write(folder.path().join("latin.yml"), b"pack: \xe9").unwrap();
    std::fs::write(folder.path().join("notes.txt"), b"not a rule").unwrap();
    let empty = folder.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    let paths = [folder.path().to_owned(), empty, folder.path().join("none")];
    let mut found = codes(&read_paths(&paths).unwrap_err());
    found.sort();
    let expected = ["no_rule_files", "not_utf8", "too_large", "unreadable"]
        .map(|code| format!("chartaudit::rule::{code}"));
    assert_eq!(found, expected);
    std::fs::write(folder.path().join("good.yaml"), PACK).unwrap();
    let texts = read_paths(&[folder.path().join("good.yaml")]).unwrap();
    assert_eq!(texts[0].text, PACK);
}

/// The span tree and the other parser agree on every text that a rule file holds.
#[test]
fn two_parsers_agree() {
    for text in [DICTIONARY, PACK, LAYOUTS, CONDITIONS, CHECKS, NAMES, PROJECT] {
        agree(text);
    }
    for text in embedded() {
        agree(&text.text);
    }
}

#[track_caller]
fn agree(text: &str) {
    use serde::Deserialize as _;
    let (nodes, _) = tree::parse(text);
    let values: Vec<_> = serde_yaml::Deserializer::from_str(text)
        .map(|value| serde_yaml::Value::deserialize(value).unwrap())
        .collect();
    assert_eq!(nodes.len(), values.len());
    for (node, value) in nodes.iter().zip(&values) {
        same(node, value);
    }
}

fn same(node: &Node, value: &serde_yaml::Value) {
    use serde_yaml::Value;
    match (&node.kind, value) {
        (NodeKind::Mapping(entries), Value::Mapping(values)) => {
            assert_eq!(entries.len(), values.len());
            for (entry, (key, value)) in entries.iter().zip(values) {
                assert_eq!(key.as_str(), Some(entry.key.as_str()));
                same(&entry.value, value);
            }
        }
        (NodeKind::List(items), Value::Sequence(values)) => {
            assert_eq!(items.len(), values.len());
            for (item, value) in items.iter().zip(values) {
                same(item, value);
            }
        }
        (NodeKind::Scalar { text, .. }, Value::String(value)) => assert_eq!(text, value),
        (NodeKind::Scalar { text, .. }, Value::Bool(value)) => {
            assert_eq!(text, &value.to_string());
        }
        (NodeKind::Scalar { .. }, Value::Null) => assert!(node.is_null()),
        (NodeKind::Scalar { text, .. }, Value::Number(value)) => {
            assert_eq!(text.parse::<f64>().ok(), value.as_f64());
        }
        _ => panic!("{:?} is not {value:?}", node.span),
    }
}

#[test]
fn the_built_in_files_keep_the_schema_and_the_strict_lint() {
    // A space at the end makes a text another than the built-in one, so that its shape is checked too.
    let texts: Vec<_> = embedded()
        .into_iter()
        .map(|text| RuleText { text: format!("{}\n", text.text), ..text })
        .collect();
    let book =
        load(texts, &LoadRequest::default()).unwrap_or_else(|errors| panic!("{}", render(&errors)));
    let found = RuleErrors(lint(&book, Strictness::Strict));
    assert!(found.0.is_empty(), "{}", render(&found));
}

#[test]
fn the_schema_accepts_sound_files_and_names_what_exists() {
    let schema = crate::rule::schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for text in [DICTIONARY, PROJECT] {
        let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
        assert!(validator.is_valid(&value), "{text}");
    }
    assert!(!validator.is_valid(&serde_json::json!({"pack": "a", "titel": "b"})));
    let text = schema.to_string();
    for word in ["us-npi", "us-ssn", "payment", "not-evaluable", "Check: done in time."] {
        assert!(text.contains(word), "{word}");
    }
}

/// Lines of rule files, faulty ones among them, in any order.
fn lines() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("pack: a\n".to_owned()),
        Just("rules:\n  - id: completeness/a\n".to_owned()),
        Just("    where: |\n      class = 'é'\n".to_owned()),
        Just("    where: >-\n      class\n\n      = \n".to_owned()),
        Just("    assert: \"cl\\u00e9ss \\\n      x\"\n".to_owned()),
        Just("    title: A\n    severity: error\n    records: encounters\n".to_owned()),
        Just("    require: [class, 'x''y']\n".to_owned()),
        Just("    examples: [{given: {encounters: [{class: ~}]}, expect: pass}]\n".to_owned()),
        Just("---\n".to_owned()),
        Just(
            "layout: x\nsources: {encounters: {bind: {class: {column: a, formats: [YY]}}}}\n"
                .to_owned()
        ),
        "[ -~\n\té\u{85}]{0,24}",
    ];
    proptest::collection::vec(line, 0..10).prop_map(|lines| lines.concat())
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(text in lines()) {
        if let Err(errors) = load(texts(&text), &LoadRequest::default()) {
            let _ = render(&errors);
        }
        if let Err(errors) = project(&text) {
            let _ = render(&errors);
        }
    }
}

#[test]
fn places_of_settings_lead_to_their_file() {
    let project = project(PROJECT).unwrap();
    let place: &Place = project.params[0].place.as_ref().unwrap();
    assert_eq!(place.file.text.get(place.span.clone()), Some("days: 40"));
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_text() {
    let marked = |text: &str| format!("\u{feff}{text}");
    let sound = book(&marked(PACK), &LoadRequest::default());
    assert_eq!(sound.packs[0].rules.len(), 3);
    assert_eq!(sound.packs[0].rules[0].declared.1, 7);
    let digest = |text: &str| book(text, &LoadRequest::default()).packs[0].digest.clone();
    assert_ne!(digest(PACK), digest(&marked(PACK)), "the digest is that of the bytes on disk");
    assert_eq!(project(&marked(PROJECT)).unwrap().memory, Some(64 << 20));
    assert_eq!(report(&marked(NAMES)), report(NAMES));
    let twice = problems(&marked(&marked(PACK)), &LoadRequest::default());
    assert_eq!(codes(&twice), ["chartaudit::rule::hidden_character"]);
}

#[test]
fn of_very_many_problems_the_gravest_are_shown_and_the_others_counted() {
    let rule = |number: usize, condition: &str| {
        format!(
            "  - {{id: completeness/r{number}, title: A, severity: note, records: encounters, assert: \"{condition}\"}}\n"
        )
    };
    let head = "pack: many\ntitle: M\nversion: 1\nrules:\n";
    let odd: String = (0..5_000).map(|number| rule(number, "1 = 1")).collect();
    let text = format!("{head}{odd}{}", rule(5_000, "clas = 'a'"));
    let found = problems(&text, &LoadRequest::default());
    assert_eq!(found.problem_count(), 5_001);
    assert_eq!(found.0[0].problems.len(), 101);
    assert!(codes(&found).contains(&"chartaudit::expr::E102".to_owned()));
    assert!(render(&found).contains("and 4901 more"));
    let only_odd = book(&format!("{head}{odd}"), &LoadRequest::default());
    assert!(only_odd.warnings[0].problems.iter().all(super::RuleProblem::is_warning));
    assert_eq!(only_odd.warnings[0].problems.len(), 101);
}

#[test]
fn a_file_that_says_nothing_is_refused() {
    for text in ["", "\u{feff}", "\n", "# rules will stand here\n", "---\n", "---\n...\n---\n~\n"] {
        let found = codes(&problems(text, &LoadRequest::default()));
        assert_eq!(found, ["chartaudit::rule::nothing_in_it"], "for {text:?}");
    }
    assert_eq!(project("# nothing is set\n").unwrap().memory, None);
}

#[test]
fn params_that_nobody_has_are_told_with_their_pack_and_place() {
    let settings =
        "params: {local: {dayz: 1, days: 91}, nopack: {a: 1, b: 2}, us-hospital: {x: 1}}\n";
    let request =
        LoadRequest { params: project(settings).unwrap().params, ..LoadRequest::default() };
    insta::assert_snapshot!(render(&problems(PACK, &request)), @r#"
      × 4 problems found in the project file

    Error:
      × cannot use `chartaudit.yaml`

    Error: chartaudit::rule::param_unknown_here

      × no parameter `local.dayz`
       ╭─[chartaudit.yaml:1:18]
     1 │ params: {local: {dayz: 1, days: 91}, nopack: {a: 1, b: 2}, us-hospital: {x: 1}}
       ·                  ───┬───
       ·                     ╰── the pack has no such parameter
       ╰────
      help: did you mean `days`?

    Error: chartaudit::rule::param_value

      × `91` cannot be the value of parameter `days`: its bounds are 1 to 90
       ╭─[chartaudit.yaml:1:27]
     1 │ params: {local: {dayz: 1, days: 91}, nopack: {a: 1, b: 2}, us-hospital: {x: 1}}
       ·                           ────┬───
       ·                               ╰── its bounds are 1 to 90
       ╰────

    Error: chartaudit::rule::no_such_pack

      × no pack `nopack`
       ╭─[chartaudit.yaml:1:47]
     1 │ params: {local: {dayz: 1, days: 91}, nopack: {a: 1, b: 2}, us-hospital: {x: 1}}
       ·                                               ──┬─
       ·                                                 ╰── set for `nopack`, which is no pack
       ╰────
      help: the packs are `local`

    Error: chartaudit::rule::param_of_pack_not_run

      × parameter `x` belongs to pack `us-hospital`, which does not run
       ╭─[chartaudit.yaml:1:74]
     1 │ params: {local: {dayz: 1, days: 91}, nopack: {a: 1, b: 2}, us-hospital: {x: 1}}
       ·                                                                          ──┬─
       ·                                                                            ╰── without effect
       ╰────
      help: run the pack with `--rules us-hospital`, or leave the parameter out
    "#);
    let param = |pack: Option<&str>, name: &str| ParamSetting {
        pack: pack.map(str::to_owned),
        name: name.to_owned(),
        value: "3".to_owned(),
        place: None,
    };
    let elsewhere = LoadRequest {
        packs: PackSelection::Named(vec!["other".to_owned()]),
        params: vec![
            param(Some("local"), "days"),
            param(Some("local"), "dais"),
            param(Some("othr"), "day"),
        ],
        ..LoadRequest::default()
    };
    insta::assert_snapshot!(render(&problems(&two_packs(), &elsewhere)), @r#"
      × 3 problems found in these settings

    Error:
      × cannot use these settings

    Error: chartaudit::rule::param_of_pack_not_run

      × parameter `days` belongs to pack `local`, which does not run
      help: run the pack with `--rules local`, or leave the parameter out

    Error: chartaudit::rule::param_unknown_here

      × no parameter `local.dais`
      help: did you mean `days`?

    Error: chartaudit::rule::no_such_pack

      × no pack `othr`
      help: did you mean `other`?
    "#);
}

#[test]
fn a_selection_that_matches_nothing_says_what_it_is_close_to() {
    check_selection_help("completness/", "did you mean `completeness/`?");
    check_selection_help("local:completness/", "did you mean `local:completeness/`?");
    check_selection_help("locl:", "did you mean `local:`?");
    check_selection_help("locl", "did you mean `local:`?");
    check_selection_help(
        "completeness/discharge-lte",
        "did you mean `completeness/discharge-late`?",
    );
}

#[track_caller]
fn check_selection_help(text: &str, expected: &str) {
    let request = LoadRequest { select: vec![text.to_owned()], ..LoadRequest::default() };
    let found = problems(PACK, &request);
    let help = found.0[0].problems[0].help().map(|help| help.to_string());
    assert_eq!(help.as_deref(), Some(expected), "for {text}");
}

#[test]
fn rules_of_built_in_packs_that_do_not_run_are_not_read() {
    let nowhere = PackSelection::Where { jurisdictions: Vec::new(), facility: None };
    check_read(&nowhere, &["essentials"]);
    let us = PackSelection::Where { jurisdictions: vec!["US".to_owned()], facility: None };
    check_read(&us, &["essentials", "us-hipaa"]);
    let hospital = PackSelection::Where {
        jurisdictions: vec!["US".to_owned()],
        facility: Some("hospital".to_owned()),
    };
    check_read(&hospital, &["essentials", "us-hipaa", "us-hospital"]);
    check_read(&PackSelection::Named(vec!["us-hipaa".to_owned()]), &["us-hipaa"]);
    check_read(&PackSelection::All, &["essentials", "us-hipaa", "us-hospital"]);
}

/// Only these packs are read beyond their heads, with and without examples, and what is loaded is the same as if
/// every file had been read: another text than the built-in one always is.
#[track_caller]
fn check_read(packs: &PackSelection, expected: &[&str]) {
    let slim = || embedded().into_iter().map(RuleText::skip_examples).collect::<Vec<_>>();
    for texts in [embedded(), slim()] {
        let read = needed(texts, packs);
        let mut beyond: Vec<&str> = read
            .iter()
            .filter(|text| !text.name.ends_with("/pack.yaml"))
            .filter_map(|text| {
                text.name.split_once("/packs/")?.1.split_once('/').map(|(pack, _)| pack)
            })
            .collect();
        beyond.dedup();
        assert_eq!(beyond, expected, "for {packs:?}");
    }
    let request = LoadRequest { packs: packs.clone(), ..LoadRequest::default() };
    let all =
        embedded().into_iter().map(|text| RuleText { text: format!("{}\n", text.text), ..text });
    let (some, all) = (load(slim(), &request).unwrap(), load(all.collect(), &request).unwrap());
    assert_eq!(some.not_run, all.not_run);
    assert_eq!(some.digests.len(), all.digests.len());
    let rules = |book: &RuleBook| -> Vec<String> {
        let rules = book.packs.iter().flat_map(|pack| &pack.rules);
        rules.map(|rule| rule.id.text.clone()).collect()
    };
    assert_eq!(rules(&some), rules(&all));
}

/// What is wrong in one key of a rule does not hide what is wrong in the others, and nothing is told twice.
#[test]
fn what_is_broken_in_one_place_hides_nothing_elsewhere() {
    let text = "\
pack: local
title: [L]
version: 1.0.0
params:
  days: {type: integr, default: 30}
  hours: {type: integer, default: many}
rules:
  - id: completeness/a
    title: A
    severty: error
    records: encounters
    assert: clas = 'x' AND charge > :days
    assign: patient
  - id: completeness/b
    title: B
    severity: error
    records: encounters
    requir: [class]
    where: clazz = 'x'
  - title: No id
    severity: note
    records: encounters
    deadline: {of: discharged, after: admitted_at, within: ':hours hours', grace: 1}
  - title: No id either
    severity: note
    records: encounters
    require: [class, [notes], chrge]
    examples:
      - {given: {encounters: [{class: a}, 5, {clas: b}]}, expect: [pass, pass, violaton]}
";
    insta::assert_snapshot!(brief(&problems(text, &LoadRequest::default())), @r#"
    expected text, found a list | [L
    `integr` is not one of the words allowed here | integr
    `many` is not a whole number | many
    `severity` is missing | id
    unknown key `severty` | severty
    unknown column `clas` | clas
    unknown field `patient` | patient
    unknown key `requir` | requir
    unknown column `clazz` | clazz
    `id` is missing | title
    unknown column `discharged` | discharged
    unknown key `grace` | grace
    `id` is missing | title
    expected text, found a list | [notes
    unknown field `chrge` | chrge
    expected a mapping, found a number | 5
    unknown field `clas` | clas
    `violaton` is not one of the words allowed here | violaton
    "#);
    let hidden = "\
pack: lo\u{200b}cal
title: \u{1b}L
version: 1.0.0
title: again
rules:
  - id: completeness/a
    title: A
    severity: err\u{ad}or
    records: encounters
    where: |
      class = 'a\u{202e}b'
        AND clas IS NULL
    require: [class]
";
    insta::assert_snapshot!(brief(&problems(hidden, &LoadRequest::default())), @r#"
    hidden character U+200B | �
    hidden character U+001B | ?
    key `title` is given twice | title
    hidden character U+00AD | ·
    hidden character U+202E | �
    unknown column `clas` | clas
    "#);
}

/// A line a problem: what is wrong, and the text that is underlined.
fn brief(errors: &RuleErrors) -> String {
    let mut lines = Vec::new();
    for error in &errors.0 {
        let text = error.text.as_ref().map_or("", |text| text.inner());
        for problem in &error.problems {
            let label = problem.labels().and_then(|mut labels| labels.next());
            let at = label.map(|label| text.get(label.offset()..label.offset() + label.len()));
            lines.push(format!("{problem} | {}", at.flatten().unwrap_or("-")));
        }
    }
    lines.join("\n")
}

#[test]
fn what_is_wrong_in_a_project_file_is_told_at_once() {
    let text = "\
facilty: A
layout: nolayout
params: {local: {dayz: 1}}
expect: [nobody]
sources: {encounter: {bind: {}}}
rules:
  completeness/none: {off: true, because: a}
  completeness/discharge-late: {severty: note}
";
    let file = config::read(RuleText { name: "chartaudit.yaml".to_owned(), text: text.to_owned() });
    let request = LoadRequest {
        params: file.params.clone(),
        tailoring: file.tailoring.clone(),
        project: Some(&file),
        ..LoadRequest::default()
    };
    let found = problems(PACK, &request);
    assert_eq!(found.0.len(), 1);
    insta::assert_snapshot!(brief(&found), @r#"
    unknown key `facilty` | facilty
    unknown layout `nolayout` | nolayout
    no parameter `local.dayz` | dayz: 1
    unknown record set `nobody` | nobody
    unknown record set `encounter` | encounter
    no rule `completeness/none` | completeness/none
    unknown key `severty` | severty
    "#);
    let generic = project("layout: generic\n").unwrap();
    book(PACK, &LoadRequest { project: Some(&generic), ..LoadRequest::default() });
}
