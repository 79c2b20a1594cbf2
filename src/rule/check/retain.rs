//! The `retain` check: what is asked of a record, and from which fields the facts are taken.
//!
//! What the built-in record sets know is said once, in the tables here; a rule adds to it or replaces it by `facts`.
//! An expression of the tables that names what the dictionary of a run lacks is left out: the fact is absent then.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::sync::Arc;

use crate::expr::typed::Expr;
use crate::expr::{self, Scope};
use crate::retention::{
    ELSEWHERE, Facility, Fact, Payer, Period, RecordClass, RetainKind, Schedule, Standards,
    Timetable, TimetableSettings,
};
use crate::rule::check::condition::Conditions;
use crate::rule::check::relation::Candidate;
use crate::rule::checked::{Retain, RetainFact};
use crate::rule::dictionary::{Dictionary, RecordSet};
use crate::rule::error::{RuleProblem, did_you_mean, listed, span};
use crate::rule::raw::{RawRetain, RawRetainKind};
use crate::rule::tree::Node;
use crate::value::Type;

/// A relation that the facts of a record set use.
pub(super) struct Related {
    pub(super) name: &'static str,
    pub(super) records: &'static str,
    /// The field that both have.
    pub(super) by: &'static str,
    pub(super) condition: &'static str,
}

/// What the records of a set know of the facts.
struct Source {
    record_set: &'static str,
    /// The class of its records, where no field says it.
    class: Option<RecordClass>,
    relations: &'static [Related],
    /// The fact, and its expressions: of several the first whose fields are in the export counts.
    facts: &'static [(Fact, &'static [&'static str])],
}

// What is asked of the same records by records of several sets.
const VISITS_NOW: Related = Related {
    name: "visits",
    records: "encounters",
    by: "patient_id",
    condition: "date_of(admitted_at) <= :as_of",
};
/// Of a visit that is no stay in the hospital it is open whether its end is a discharge: it may be the most recent
/// one, but proves nothing. An unknown condition says so.
const STAYS_NOW: Related = Related {
    name: "stays",
    records: "encounters",
    by: "patient_id",
    condition: "date_of(admitted_at) <= :as_of AND (lower(class) IN ('inpatient', 'observation') OR nullif(class, class) = class)",
};
const OPEN_STAYS: Related = Related {
    name: "open_stays",
    records: "encounters",
    by: "patient_id",
    condition: "discharged_at IS NULL AND date_of(admitted_at) <= :as_of AND lower(class) IS DISTINCT FROM 'outpatient'",
};
const UNENDED_STAYS: Related = Related {
    name: "unended_stays",
    records: "encounters",
    by: "patient_id",
    condition: "discharged_at IS NULL AND date_of(admitted_at) <= :as_of",
};
const HOLDS_NOW: Related = Related {
    name: "holds",
    records: "legal_holds",
    by: "patient_id",
    condition: "placed_on <= :as_of AND (released_on IS NULL OR released_on > :as_of)",
};
const UNNAMED_HOLDS_NOW: Related = Related {
    name: "unnamed_holds",
    records: "legal_holds",
    by: "",
    condition: "patient_id IS NULL AND placed_on <= :as_of AND (released_on IS NULL OR released_on > :as_of)",
};
const LITIGATION_NOW: Related = Related {
    name: "litigation",
    records: "legal_holds",
    by: "patient_id",
    condition: "lower(kind) = 'litigation' AND placed_on <= :as_of AND (released_on IS NULL OR released_on > :as_of)",
};
const REQUESTS_NOW: Related = Related {
    name: "requests",
    records: "access_requests",
    by: "patient_id",
    condition: "lower(kind) IN ('access', 'amendment', 'accounting') AND received_on <= :as_of AND (coalesce(closed_on, acted_on) IS NULL OR coalesce(closed_on, acted_on) > :as_of)",
};
const UNCLOSED_REQUESTS_NOW: Related = Related {
    name: "unclosed_requests",
    records: "access_requests",
    by: "patient_id",
    condition: "lower(kind) IN ('access', 'amendment', 'accounting') AND received_on <= :as_of AND (closed_on IS NULL OR closed_on > :as_of)",
};

const SOURCES: [Source; 4] = [
    Source {
        record_set: "destruction_log",
        class: None,
        relations: &[
            Related {
                name: "visits",
                records: "encounters",
                by: "patient_id",
                condition: "date_of(admitted_at) <= this.destroyed_on",
            },
            Related {
                name: "stays",
                records: "encounters",
                by: "patient_id",
                condition: "date_of(admitted_at) <= this.destroyed_on AND (lower(class) IN ('inpatient', 'observation') OR nullif(class, class) = class)",
            },
            Related {
                name: "open_stays",
                records: "encounters",
                by: "patient_id",
                condition: "discharged_at IS NULL AND date_of(admitted_at) <= this.destroyed_on AND lower(class) IS DISTINCT FROM 'outpatient'",
            },
            Related {
                name: "unended_stays",
                records: "encounters",
                by: "patient_id",
                condition: "discharged_at IS NULL AND date_of(admitted_at) <= this.destroyed_on",
            },
            Related {
                name: "later_mammograms",
                records: "imaging_studies",
                by: "patient_id",
                condition: "lower(kind) = 'mammogram' AND date_of(performed_at) > this.date_range_end AND date_of(performed_at) <= this.destroyed_on",
            },
            Related {
                name: "holds",
                records: "legal_holds",
                by: "patient_id",
                condition: "placed_on <= this.destroyed_on AND (released_on IS NULL OR released_on > this.destroyed_on)",
            },
            Related {
                name: "unnamed_holds",
                records: "legal_holds",
                by: "",
                condition: "patient_id IS NULL AND placed_on <= this.destroyed_on AND (released_on IS NULL OR released_on > this.destroyed_on)",
            },
            Related {
                name: "litigation",
                records: "legal_holds",
                by: "patient_id",
                condition: "lower(kind) = 'litigation' AND placed_on <= this.destroyed_on AND (released_on IS NULL OR released_on > this.destroyed_on)",
            },
            Related {
                name: "requests",
                records: "access_requests",
                by: "patient_id",
                condition: "lower(kind) IN ('access', 'amendment', 'accounting') AND received_on <= this.destroyed_on AND (coalesce(closed_on, acted_on) IS NULL OR coalesce(closed_on, acted_on) >= this.destroyed_on)",
            },
            Related {
                name: "unclosed_requests",
                records: "access_requests",
                by: "patient_id",
                condition: "lower(kind) IN ('access', 'amendment', 'accounting') AND received_on <= this.destroyed_on AND (closed_on IS NULL OR closed_on >= this.destroyed_on)",
            },
        ],
        facts: &[
            (Fact::Destroyed, &["destroyed_on"]),
            (Fact::Birth, &["patient.birth_date"]),
            (Fact::Death, &["patient.death_date"]),
            (Fact::Admitted, &["encounter.admitted_at"]),
            (
                Fact::Discharged,
                &[
                    "CASE WHEN encounter_id IS NULL THEN date_range_end ELSE date_of(encounter.discharged_at) END",
                    "date_of(encounter.discharged_at)",
                    "date_range_end",
                ],
            ),
            (Fact::LastAdmission, &["max(stays.admitted_at)", "max(visits.admitted_at)"]),
            (Fact::LastDischarge, &["max(stays.discharged_at)", "max(visits.discharged_at)"]),
            (Fact::LastService, &["max(coalesce(visits.discharged_at, visits.admitted_at))"]),
            (Fact::OpenStays, &["count(open_stays)", "count(unended_stays)"]),
            (
                Fact::Created,
                &["CASE WHEN encounter_id IS NULL THEN date_range_end END", "date_range_end"],
            ),
            (
                Fact::LastEntry,
                &[
                    "coalesce(date_range_end, date_of(encounter.record_completed_at))",
                    "date_range_end",
                    "date_of(encounter.record_completed_at)",
                ],
            ),
            (Fact::Serviced, &["date_range_end"]),
            (Fact::Reported, &["date_range_end"]),
            (Fact::LastInEffect, &["date_range_end"]),
            (
                Fact::Transferred,
                &[
                    "CASE WHEN encounter_id IS NOT NULL THEN date_of(encounter.emtala_transfer_at) END",
                ],
            ),
            (Fact::LaterMammograms, &["count(later_mammograms)"]),
            (Fact::ReportKept, &["report_kept"]),
            (Fact::CopyInRecord, &["copy_in_record"]),
            (Fact::Reproduced, &["preserved"]),
            (Fact::PatientNotified, &["patient_notified_on"]),
            (Fact::PatientAuthorized, &["patient_authorization_id IS NOT NULL"]),
            (Fact::AuthorityNotified, &["notice_sent_on"]),
            (Fact::NormalCourse, &["normal_course"]),
            (Fact::Holds, &["count(holds)"]),
            (Fact::UnnamedHolds, &["count(unnamed_holds)"]),
            (Fact::Requests, &["count(requests)", "count(unclosed_requests)"]),
            (Fact::Litigation, &["min(litigation.placed_on)"]),
            (Fact::Method, &["method IS NOT NULL"]),
            (Fact::Description, &["NOT blank(description)"]),
            (Fact::RangeStart, &["date_range_start IS NOT NULL"]),
            (Fact::RangeEnd, &["date_range_end IS NOT NULL"]),
            (Fact::DestroyedBy, &["NOT blank(destroyed_by)"]),
            (Fact::Witness, &["NOT blank(witness)"]),
            (Fact::AuthorizedBy, &["NOT blank(authorized_by)"]),
        ],
    },
    Source {
        record_set: "record_inventory",
        class: None,
        relations: &[
            VISITS_NOW,
            STAYS_NOW,
            OPEN_STAYS,
            UNENDED_STAYS,
            Related {
                name: "later_mammograms",
                records: "imaging_studies",
                by: "patient_id",
                condition: "lower(kind) = 'mammogram' AND date_of(performed_at) > this.trigger_date",
            },
            HOLDS_NOW,
            UNNAMED_HOLDS_NOW,
            LITIGATION_NOW,
            REQUESTS_NOW,
            UNCLOSED_REQUESTS_NOW,
            Related {
                name: "entries",
                records: "destruction_log",
                by: "patient_id",
                condition: "",
            },
        ],
        facts: &[
            (Fact::Birth, &["patient.birth_date"]),
            (Fact::Death, &["patient.death_date"]),
            (Fact::Discharged, &["trigger_date"]),
            (Fact::LastAdmission, &["max(stays.admitted_at)", "max(visits.admitted_at)"]),
            (Fact::LastDischarge, &["max(stays.discharged_at)", "max(visits.discharged_at)"]),
            (Fact::LastService, &["max(coalesce(visits.discharged_at, visits.admitted_at))"]),
            (Fact::OpenStays, &["count(open_stays)", "count(unended_stays)"]),
            (Fact::Created, &["created_at"]),
            (Fact::LastEntry, &["last_entry_at"]),
            (
                Fact::Serviced,
                &["coalesce(trigger_date, date_of(created_at))", "trigger_date", "created_at"],
            ),
            (
                Fact::Reported,
                &["coalesce(trigger_date, date_of(created_at))", "trigger_date", "created_at"],
            ),
            (Fact::EmploymentEnd, &["trigger_date"]),
            (Fact::LastInEffect, &["trigger_date"]),
            (Fact::StudyEnd, &["trigger_date"]),
            (Fact::LaterMammograms, &["count(later_mammograms)"]),
            (Fact::Holds, &["count(holds)"]),
            (Fact::UnnamedHolds, &["count(unnamed_holds)"]),
            (Fact::Requests, &["count(requests)", "count(unclosed_requests)"]),
            (Fact::Litigation, &["min(litigation.placed_on)"]),
            (Fact::Logged, &["count(entries)"]),
            (Fact::Inventoried, &["location IS NOT NULL"]),
        ],
    },
    Source {
        record_set: "encounters",
        class: Some(RecordClass::MedicalRecord),
        relations: &[
            VISITS_NOW,
            STAYS_NOW,
            OPEN_STAYS,
            UNENDED_STAYS,
            HOLDS_NOW,
            UNNAMED_HOLDS_NOW,
            LITIGATION_NOW,
            REQUESTS_NOW,
            UNCLOSED_REQUESTS_NOW,
            Related { name: "kept", records: "record_inventory", by: "patient_id", condition: "" },
            Related {
                name: "entries",
                records: "destruction_log",
                by: "encounter_id",
                condition: "",
            },
            Related {
                name: "patient_entries",
                records: "destruction_log",
                by: "patient_id",
                condition: "encounter_id IS NULL",
            },
        ],
        facts: &[
            (Fact::Birth, &["patient.birth_date"]),
            (Fact::Death, &["patient.death_date"]),
            (Fact::Admitted, &["admitted_at"]),
            (Fact::Discharged, &["discharged_at"]),
            (Fact::LastAdmission, &["max(stays.admitted_at)", "max(visits.admitted_at)"]),
            (Fact::LastDischarge, &["max(stays.discharged_at)", "max(visits.discharged_at)"]),
            (Fact::LastService, &["max(coalesce(visits.discharged_at, visits.admitted_at))"]),
            (Fact::OpenStays, &["count(open_stays)", "count(unended_stays)"]),
            (Fact::LastEntry, &["record_completed_at"]),
            (Fact::Transferred, &["emtala_transfer_at"]),
            (Fact::Holds, &["count(holds)"]),
            (Fact::UnnamedHolds, &["count(unnamed_holds)"]),
            (Fact::Requests, &["count(requests)", "count(unclosed_requests)"]),
            (Fact::Litigation, &["min(litigation.placed_on)"]),
            (
                Fact::Logged,
                &[
                    "count(entries) + count(patient_entries)",
                    "count(entries)",
                    "count(patient_entries)",
                ],
            ),
            (Fact::Inventoried, &["count(kept)"]),
        ],
    },
    Source {
        record_set: "compliance_documents",
        class: Some(RecordClass::ComplianceDoc),
        relations: &[],
        facts: &[
            (Fact::Destroyed, &["destroyed_on"]),
            (Fact::Created, &["created_on"]),
            (
                Fact::LastInEffect,
                &[
                    "CASE WHEN lower(kind) IN ('policy', 'procedure', 'notice', 'agreement') THEN last_effective_on ELSE coalesce(last_effective_on, created_on) END",
                    "last_effective_on",
                ],
            ),
        ],
    },
];

/// Where the codes of facts that are numbers of a vocabulary stand.
const CODES: [(Fact, &[&str]); 4] = [
    (Fact::Class, &["record_class"]),
    (Fact::Place, &["facility_state", "encounter.facility_state", "facility.state"]),
    (Fact::Facility, &["facility_type", "facility.kind"]),
    (Fact::Payer, &["payer_class", "encounter.payer_class"]),
];

/// The facts that a question needs.
fn asks(kind: RetainKind, fact: Fact) -> bool {
    let whose = matches!(fact, Fact::Class | Fact::Place | Fact::Facility | Fact::Payer);
    let part = matches!(
        fact,
        Fact::Method
            | Fact::Description
            | Fact::RangeStart
            | Fact::RangeEnd
            | Fact::DestroyedBy
            | Fact::Witness
            | Fact::AuthorizedBy
    );
    let notice = matches!(
        fact,
        Fact::PatientNotified
            | Fact::PatientAuthorized
            | Fact::AuthorityNotified
            | Fact::NormalCourse
    );
    let stop = matches!(fact, Fact::Holds | Fact::UnnamedHolds | Fact::Requests);
    let trace = matches!(fact, Fact::Logged | Fact::Inventoried);
    match kind {
        RetainKind::Early => !part && !stop && !trace,
        RetainKind::Held => {
            whose
                || stop && fact != Fact::Requests
                || matches!(fact, Fact::Destroyed | Fact::Litigation)
        }
        RetainKind::Requested => matches!(fact, Fact::Destroyed | Fact::Requests),
        RetainKind::Unevidenced => whose || part || notice || fact == Fact::Destroyed,
        RetainKind::Vanished => !part && !stop && fact != Fact::Destroyed,
        RetainKind::Overdue { .. } => !part && !trace && fact != Fact::Destroyed,
    }
}

/// The type of the values of a fact, in words.
fn wanted(fact: Fact) -> (&'static str, fn(Type) -> bool) {
    match fact {
        Fact::Class | Fact::Place | Fact::Facility | Fact::Payer => {
            ("an integer", |ty| ty == Type::Integer)
        }
        Fact::OpenStays
        | Fact::LaterMammograms
        | Fact::ReportKept
        | Fact::CopyInRecord
        | Fact::Reproduced
        | Fact::PatientAuthorized
        | Fact::NormalCourse
        | Fact::Holds
        | Fact::UnnamedHolds
        | Fact::Requests
        | Fact::Logged
        | Fact::Inventoried
        | Fact::Method
        | Fact::Description
        | Fact::RangeStart
        | Fact::RangeEnd
        | Fact::DestroyedBy
        | Fact::Witness
        | Fact::AuthorizedBy => {
            ("a condition or a count", |ty| matches!(ty, Type::Boolean | Type::Integer))
        }
        _ => ("a date or a timestamp", |ty| matches!(ty, Type::Date | Type::Timestamp)),
    }
}

/// The schedules of a run, and the rows of each question that was asked of them.
#[derive(Debug)]
pub(crate) struct Timetables<'a> {
    schedules: &'a [Schedule],
    places: &'a [String],
    facility: Option<&'a str>,
    made: RefCell<Vec<(TimetableSettings, Arc<Timetable>)>>,
}

impl<'a> Timetables<'a> {
    /// The rows of these schedules, for these places; every place of a pack's jurisdiction if none is chosen.
    pub(crate) fn new(
        schedules: &'a [Schedule],
        places: &'a [String],
        facility: Option<&'a str>,
    ) -> Self {
        Self { schedules, places, facility, made: RefCell::new(Vec::new()) }
    }

    fn get(
        &self,
        pack: PackPlace<'_>,
        facility: Option<Facility>,
        standards: Standards,
    ) -> Arc<Timetable> {
        let is_here = |code: &str| match pack.jurisdiction {
            Some(own) => is_within(code, own),
            None => true,
        };
        let mut places: Vec<String> =
            self.places.iter().filter(|code| is_here(code)).cloned().collect();
        if places.is_empty() {
            let all = self.schedules.iter().flat_map(|schedule| &schedule.places);
            places.extend(all.map(|place| place.code.clone()).filter(|code| is_here(code)));
        }
        let facility = facility
            .or_else(|| self.facility.and_then(|word| Facility::named(&word.to_lowercase())))
            .or_else(|| pack.facility.and_then(|word| Facility::named(&word.to_lowercase())));
        let settings = TimetableSettings { places, facility, standards };
        let mut made = self.made.borrow_mut();
        if let Some((_, known)) = made.iter().find(|(known, _)| *known == settings) {
            return Arc::clone(known);
        }
        let table = Arc::new(Timetable::new(self.schedules, &settings));
        made.push((settings, Arc::clone(&table)));
        table
    }
}

/// Where and for whom a pack is made.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PackPlace<'a> {
    /// Its jurisdiction.
    pub(crate) jurisdiction: Option<&'a str>,
    /// Its kind of facility.
    pub(crate) facility: Option<&'a str>,
}

fn is_within(place: &str, other: &str) -> bool {
    let rest = place.strip_prefix(other);
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// The relations that the facts of a record set use, but for names that the rule has given to others.
pub(crate) fn relations<'a>(
    dictionary: &'a Dictionary,
    set: &'a RecordSet,
    plain: &Conditions<'_>,
    known: &[Candidate<'a>],
) -> Vec<Candidate<'a>> {
    let source = SOURCES.iter().find(|source| source.record_set == set.name);
    related(dictionary, set, plain, known, source.map_or(&[][..], |source| source.relations))
}

/// Those of the relations for which the dictionary has fields, but for names that are given to others.
pub(super) fn related<'a>(
    dictionary: &'a Dictionary,
    set: &'a RecordSet,
    plain: &Conditions<'_>,
    known: &[Candidate<'a>],
    relations: &'static [Related],
) -> Vec<Candidate<'a>> {
    let mut found = Vec::new();
    for related in relations {
        let Some(other) = dictionary.set(related.records) else { continue };
        let fields = set.field_id(related.by).zip(other.field_id(related.by));
        let matches = match fields {
            Some(fields) => vec![fields],
            None if related.by.is_empty() => Vec::new(),
            None => continue,
        };
        if known.iter().any(|known| known.name == related.name)
            || set.field_id(related.name).is_some()
        {
            continue;
        }
        let mut candidate = Candidate::built_in(related.name, other, matches);
        if !related.condition.is_empty() {
            let scope = Scope {
                fields: &candidate.fields,
                relations: &[],
                this: Some(plain.fields),
                params: &[],
                code_sets: &|_| None,
            };
            let Ok(checked) = expr::check_condition(related.condition, &scope) else { continue };
            candidate.limit(checked.expr, related.condition);
        }
        found.push(candidate);
    }
    found
}

/// What a rule asks of the schedule, and of whom.
pub(crate) struct Asked<'a> {
    /// The rule's record set.
    pub(crate) set: &'a RecordSet,
    /// What its expressions may name.
    pub(crate) conditions: &'a Conditions<'a>,
    /// The schedules.
    pub(crate) timetables: &'a Timetables<'a>,
    /// Where its pack runs.
    pub(crate) pack: PackPlace<'a>,
}

impl Asked<'_> {
    /// The check that a rule writes.
    pub(crate) fn check(
        &self,
        node: &Node,
        raw: &RawRetain,
        problems: &mut Vec<RuleProblem>,
    ) -> Option<Retain> {
        let before = problems.len();
        let kind = kind(node, raw, problems)?;
        let facility = raw.facility.as_deref().and_then(Facility::named);
        let standards = if raw.standards { Standards::Counted } else { Standards::Left };
        let timetable = self.timetables.get(self.pack, facility, standards);
        let mut facts = self.said(node, problems);
        let own = |facts: &[RetainFact], fact| facts.iter().any(|known| known.fact == fact);
        let class = raw.class.as_deref().and_then(RecordClass::named);
        let mut built_in = self.known(class, facility, &timetable);
        built_in.retain(|found| asks(kind, found.fact) && !own(&facts, found.fact));
        facts.extend(built_in);
        if problems.len() == before {
            self.needs(kind, node, &facts, problems);
        }
        (problems.len() == before).then_some(Retain { kind, facts, timetable })
    }

    /// The facts that the record set knows, each from every place that may have it.
    pub(super) fn known(
        &self,
        class: Option<RecordClass>,
        facility: Option<Facility>,
        timetable: &Timetable,
    ) -> Vec<RetainFact> {
        let source = SOURCES.iter().find(|source| source.record_set == self.set.name);
        let class = class.or_else(|| source.and_then(|source| source.class));
        let mut built_in = Vec::new();
        if let Some(class) = class {
            self.built_in(Fact::Class, &class.number().to_string(), &mut built_in);
        }
        for (fact, names) in CODES {
            if fact == Fact::Class && class.is_some() {
                continue;
            }
            if fact == Fact::Facility && facility.is_some() {
                continue;
            }
            for text in codes(fact, names, timetable) {
                self.built_in(fact, &text, &mut built_in);
            }
        }
        for (fact, texts) in source.map_or(&[][..], |source| source.facts) {
            for text in *texts {
                self.built_in(*fact, text, &mut built_in);
            }
        }
        built_in
    }

    /// The facts that the rule itself says where to find.
    fn said(&self, node: &Node, problems: &mut Vec<RuleProblem>) -> Vec<RetainFact> {
        let mut facts = Vec::new();
        for entry in node.get("facts").map_or(&[][..], Node::entries) {
            let Some(fact) = Fact::named(&entry.key).filter(|fact| !is_code(*fact)) else {
                let names = Fact::ALL.iter().filter(|fact| !is_code(**fact)).map(|fact| fact.key());
                problems.push(RuleProblem::UnknownWord {
                    word: entry.key.clone(),
                    span: span(entry.key_span.clone()),
                    help: Some(
                        did_you_mean(&entry.key, names.clone())
                            .unwrap_or_else(|| format!("the facts are {}", listed(names))),
                    ),
                });
                continue;
            };
            let Some(value) = self.conditions.value(&entry.value, problems) else { continue };
            let (words, fits) = wanted(fact);
            if fits(value.ty) {
                facts.push(RetainFact { fact, value });
            } else {
                problems.push(RuleProblem::ConditionType {
                    wanted: words.to_owned(),
                    found: super::rule::type_name(value.ty).to_owned(),
                    span: span(entry.value.span.clone()),
                    help: None,
                });
            }
        }
        facts
    }

    /// Takes a built-in expression, if the dictionary of the run has what it names.
    pub(super) fn built_in(&self, fact: Fact, text: &str, facts: &mut Vec<RetainFact>) {
        let scope = Scope {
            fields: self.conditions.fields,
            relations: self.conditions.relations,
            this: None,
            params: &[],
            code_sets: &|_| None,
        };
        if let Ok(checked) = expr::check_value(text, &scope) {
            let (_, fits) = wanted(fact);
            if fits(checked.expr.ty) {
                facts.push(RetainFact { fact, value: checked.expr });
            }
        }
    }

    /// Without these facts there is nothing to judge.
    fn needs(
        &self,
        kind: RetainKind,
        node: &Node,
        facts: &[RetainFact],
        problems: &mut Vec<RuleProblem>,
    ) {
        let mut needed = vec![];
        match kind {
            RetainKind::Early => needed.extend([Fact::Class, Fact::Destroyed]),
            RetainKind::Held => needed.push(Fact::Holds),
            RetainKind::Requested => needed.push(Fact::Requests),
            RetainKind::Unevidenced => needed.push(Fact::Destroyed),
            RetainKind::Vanished => needed.extend([Fact::Class, Fact::Inventoried, Fact::Logged]),
            RetainKind::Overdue { .. } => needed.push(Fact::Class),
        }
        for fact in needed {
            if facts.iter().any(|known| known.fact == fact) {
                continue;
            }
            let (key, help) = match fact {
                Fact::Class => ("class", "add `class`, as `class: medical_record`".to_owned()),
                _ => ("facts", format!("add `facts: {{{}: …}}`", fact.key())),
            };
            problems.push(RuleProblem::MissingKey {
                key: key.to_owned(),
                within: format!("a question about `{}`", self.set.name),
                span: span(
                    node.entries().first().map_or(node.span.clone(), |e| e.key_span.clone()),
                ),
                help: Some(help),
            });
        }
    }
}

fn is_code(fact: Fact) -> bool {
    matches!(fact, Fact::Class | Fact::Place | Fact::Facility | Fact::Payer)
}

fn kind(node: &Node, raw: &RawRetain, problems: &mut Vec<RuleProblem>) -> Option<RetainKind> {
    let kind = match raw.kind {
        RawRetainKind::Early => RetainKind::Early,
        RawRetainKind::Held => RetainKind::Held,
        RawRetainKind::Requested => RetainKind::Requested,
        RawRetainKind::Unevidenced => RetainKind::Unevidenced,
        RawRetainKind::Vanished => RetainKind::Vanished,
        RawRetainKind::Overdue => {
            let Some(text) = raw.grace.as_deref() else {
                return Some(RetainKind::Overdue { grace: None });
            };
            let grace = period(text);
            if grace.is_none() {
                let place = node.span_of("grace");
                problems.push(RuleProblem::Span { text: text.to_owned(), span: span(place) });
            }
            RetainKind::Overdue { grace: Some(grace?) }
        }
    };
    if raw.grace.is_some() && raw.kind != RawRetainKind::Overdue {
        problems.push(RuleProblem::UnknownKey {
            key: "grace".to_owned(),
            within: "this kind of `retain`".to_owned(),
            span: span(node.entry("grace").map_or(node.span.clone(), |e| e.key_span.clone())),
            help: Some("only `kind: overdue` has it".to_owned()),
        });
    }
    Some(kind)
}

/// `2 years` or `18 months`.
fn period(text: &str) -> Option<Period> {
    let (amount, unit) = text.trim().split_once(' ')?;
    let amount: u32 = amount.parse().ok().filter(|amount| *amount <= 2400)?;
    match unit.trim() {
        "year" | "years" => Some(Period { months: amount.checked_mul(12)? }),
        "month" | "months" => Some(Period { months: amount }),
        _ => None,
    }
}

/// Expressions that give the number of a code in its vocabulary, the one that knows most first.
fn codes(fact: Fact, names: &[&str], table: &Timetable) -> Vec<String> {
    let Some((cases, otherwise)) = cases(fact, table) else { return Vec::new() };
    let number = |name: &str| {
        let mut text = String::from("CASE");
        for (number, words) in &cases {
            let words: Vec<String> =
                words.iter().map(|word| format!("'{}'", word.to_lowercase())).collect();
            let _ = write!(text, " WHEN lower({name}) IN ({}) THEN {number}", words.join(", "));
        }
        if let Some(otherwise) = otherwise {
            let _ = write!(text, " WHEN {name} IS NOT NULL THEN {otherwise}");
        }
        text.push_str(" END");
        // Without a stay there is no field of one: nothing is said then, rather than something unknown.
        match name.split_once('.') {
            Some((relation, _)) => format!("CASE WHEN {relation}_id IS NOT NULL THEN {text} END"),
            None => text,
        }
    };
    let each: Vec<String> = names.iter().map(|name| number(name)).collect();
    let mut all = Vec::new();
    for (index, own) in each.iter().enumerate() {
        for other in each.iter().skip(index + 1) {
            all.push(format!("coalesce({own}, {other})"));
        }
    }
    all.extend(each);
    all
}

/// The numbers and words of a vocabulary, and the number of every other word.
type Cases = (Vec<(i64, Vec<String>)>, Option<i64>);

fn cases(fact: Fact, table: &Timetable) -> Option<Cases> {
    let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    match fact {
        Fact::Class => {
            let all = RecordClass::ALL.iter();
            Some((all.map(|class| (class.number(), owned(class.words()))).collect(), None))
        }
        Fact::Facility => {
            let all = Facility::ALL.iter();
            let other = Some(Facility::Other.number());
            Some((all.map(|kind| (kind.number(), owned(kind.words()))).collect(), other))
        }
        Fact::Payer => {
            let all = Payer::ALL.iter();
            let other = Some(Payer::Other.number());
            Some((all.map(|payer| (payer.number(), owned(payer.words()))).collect(), other))
        }
        Fact::Place => {
            let leaves: Vec<_> = table.leaves().collect();
            if let [(_, only)] = leaves.as_slice()
                && !only.code.contains('-')
            {
                // Whoever chooses a country by itself asks for its own rules only.
                return None;
            }
            let mut taken: Vec<String> = Vec::new();
            let mut cases = Vec::new();
            for (number, place) in leaves {
                let short = place.code.rsplit_once('-').map(|(_, short)| short);
                let words = [Some(place.code.as_str()), short, Some(place.name.as_str())];
                let mut own: Vec<String> = Vec::new();
                for word in words.into_iter().flatten() {
                    if !word.contains('\'') && !taken.iter().chain(&own).any(|known| known == word)
                    {
                        own.push(word.to_owned());
                    }
                }
                taken.extend(own.iter().cloned());
                cases.push((i64::try_from(number).ok()?, own));
            }
            Some((cases, Some(ELSEWHERE)))
        }
        _ => None,
    }
}

/// The expressions without whose fields a rule has nothing to judge.
pub(crate) fn needed(retain: &Retain) -> impl Iterator<Item = &Expr> {
    let needed = |fact: &&RetainFact| matches!(fact.fact, Fact::Class | Fact::Destroyed);
    retain.facts.iter().filter(needed).map(|fact| &fact.value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rule::{
        Check, CheckedRule, LoadRequest, PackSelection, RuleBook, RuleErrors, RuleText, embedded,
        load,
    };

    #[test]
    fn every_fact_of_the_tables_has_a_place_in_the_dictionary() {
        for source in SOURCES {
            let mut said = Vec::new();
            for kind in ["early", "held", "requested", "unevidenced", "vanished", "overdue"] {
                let rule = format!("records: {}, retain: {{kind: {kind}}}", source.record_set);
                let Ok(book) = book(&rule, &[]) else { continue };
                for (fact, texts) in source.facts {
                    let found = retain(&book).facts.iter().filter(|known| known.fact == *fact);
                    match found.count() {
                        0 => {}
                        count => {
                            assert_eq!(count, texts.len(), "{} of {rule}", fact.key());
                            said.push(*fact);
                        }
                    }
                }
            }
            for (fact, _) in source.facts {
                assert!(said.contains(fact), "{} of {}", fact.key(), source.record_set);
            }
        }
    }

    #[test]
    fn relations_that_no_question_needs_are_left_out() {
        check(
            "records: destruction_log, retain: {kind: requested}",
            &["requests", "unclosed_requests"],
        );
        check(
            "records: destruction_log, retain: {kind: held}",
            &["encounter", "holds", "litigation", "unnamed_holds"],
        );
        check("records: compliance_documents, retain: {kind: early}", &[]);
    }

    #[track_caller]
    fn check(rule: &str, expected: &[&str]) {
        let book = book(rule, &[]).unwrap();
        let mut names: Vec<&str> =
            only_rule(&book).relations.iter().map(|relation| relation.name.as_str()).collect();
        names.sort_unstable();
        assert_eq!(names, expected, "of {rule}");
    }

    #[test]
    fn only_the_class_and_the_day_are_needed_to_run() {
        let book = book("records: destruction_log, retain: {kind: early}", &[]).unwrap();
        let set = book.dictionary.set("destruction_log").unwrap();
        let rule = only_rule(&book);
        let names: Vec<&str> =
            rule.fields.iter().map(|field| set.field(*field).name.as_str()).collect();
        assert_eq!(names, ["record_class", "destroyed_on"]);
    }

    #[test]
    fn a_rule_says_itself_where_facts_are() {
        let rule = "records: medications, retain: {kind: early, class: pharmacy_record, facility: clinic, facts: {destroyed: stopped_at, created: started_at}}";
        let found = book(rule, &[]);
        let names: Vec<String> = match &found {
            Ok(book) => retain(book).facts.iter().map(|f| f.fact.key().to_owned()).collect(),
            Err(errors) => errors.0.iter().map(|error| format!("{:?}", error.problems)).collect(),
        };
        assert!(names.iter().any(|name| name == "destroyed"), "{names:?}");
    }

    #[test]
    fn what_is_wrong_is_said_at_its_place() {
        let wrong = |rule: &str| {
            let errors = book(rule, &[]).err().map(|errors| errors.0).unwrap_or_default();
            errors
                .iter()
                .flat_map(|error| &error.problems)
                .map(ToString::to_string)
                .collect::<Vec<_>>()
        };
        let log = "records: destruction_log, retain";
        assert_eq!(
            wrong(&format!("{log}: {{kind: erly}}")),
            ["`erly` is not one of the words allowed here"]
        );
        assert_eq!(
            wrong(&format!("{log}: {{kind: early, grace: 2 years}}")),
            ["unknown key `grace`"]
        );
        assert_eq!(
            wrong("records: record_inventory, retain: {kind: overdue, grace: soon}"),
            ["`soon` is not a span of time"]
        );
        assert_eq!(
            wrong(&format!("{log}: {{kind: early, facts: {{birh: destroyed_on}}}}")),
            ["`birh` is not one of the words allowed here"]
        );
        assert_eq!(
            wrong(&format!("{log}: {{kind: early, facts: {{birth: description}}}}")),
            ["expected a date or a timestamp, found text"]
        );
        assert_eq!(
            wrong("records: patients, retain: {kind: early}"),
            ["`class` is missing", "`facts` is missing"]
        );
    }

    #[test]
    fn the_rows_are_those_of_the_chosen_places() {
        let rule = "records: destruction_log, retain: {kind: early}";
        let places = |chosen: &[&str]| {
            let book = book(rule, chosen).unwrap();
            let table = &retain(&book).timetable;
            let mut places: Vec<&str> = table.rows().iter().map(|row| row.place.as_str()).collect();
            places.dedup();
            places.into_iter().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(places(&["US"]), ["US"]);
        assert_eq!(places(&["US-WA"]), ["US", "US-WA"]);
        assert_eq!(places(&["US", "US-WA"]), ["US", "US-WA"]);
        // A pack made for the United States knows nothing of other countries.
        assert_eq!(places(&["US-WA", "DE"]), ["US", "US-WA"]);
        assert!(places(&[]).len() > 40);
    }

    fn book(rule: &str, places: &[&str]) -> Result<RuleBook, RuleErrors> {
        let text = format!(
            "pack: p\ntitle: t\nversion: 1.0.0\njurisdiction: US\nfacility: hospital\nrules:\n  - {{id: retention/a, title: t, severity: error, {rule}}}\n"
        );
        let mut texts = embedded();
        texts.push(RuleText { name: "p.yaml".to_owned(), text });
        let request = LoadRequest {
            packs: PackSelection::Named(vec!["p".to_owned()]),
            places: places.iter().map(|place| (*place).to_owned()).collect(),
            ..LoadRequest::default()
        };
        load(texts, &request)
    }

    fn only_rule(book: &RuleBook) -> &CheckedRule {
        &book.packs[0].rules[0]
    }

    fn retain(book: &RuleBook) -> &Retain {
        match &only_rule(book).check {
            Check::Retain(retain) => retain,
            other => panic!("{other:?}"),
        }
    }
}
