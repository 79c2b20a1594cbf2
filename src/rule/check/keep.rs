//! The question that a list of all kept records asks: how long is each of them kept?

use std::sync::Arc;

use crate::expr::RelationScope;
use crate::retention::{Fact, RetainKind, Timetable};
use crate::rule::check::condition::Conditions;
use crate::rule::check::relation::{field_types, implied};
use crate::rule::check::retain::{Asked, PackPlace, Related, Timetables, related, relations};
use crate::rule::check::rule;
use crate::rule::checked::{Check, CheckedRule, Family, Retain, RuleId, Severity, Status};
use crate::rule::dictionary::Dictionary;

/// The record sets of which records are listed, the one that counts first.
pub const KEPT: [&str; 2] = ["record_inventory", "encounters"];

/// What only a list of kept records asks: whether a record is gone, and what its own entry says against destruction.
/// It stands in place of what other questions take for these facts.
struct Marks {
    record_set: &'static str,
    /// The fact, and its expressions: of several the first whose fields are in the export counts.
    facts: &'static [(Fact, &'static [&'static str])],
}

const MARKS: [Marks; 2] = [
    Marks {
        record_set: "record_inventory",
        facts: &[
            (Fact::Logged, &["disposition_status IN ('destroyed', 'transferred')"]),
            (
                Fact::Holds,
                &[
                    "count(holds) + CASE WHEN disposition_status IN ('held', 'permanent') THEN 1 ELSE 0 END",
                    "count(holds)",
                    "CASE WHEN disposition_status IN ('held', 'permanent') THEN 1 ELSE 0 END",
                ],
            ),
        ],
    },
    Marks { record_set: "encounters", facts: &[(Fact::Logged, &["count(chart_entries)"])] },
];

/// The entries of the destruction log that are about the chart of a stay, not another record of it.
const CHART_ENTRIES: Related = Related {
    name: "chart_entries",
    records: "destruction_log",
    by: "encounter_id",
    condition: "record_class IS NULL OR record_class = 'medical_record'",
};

/// The rule that asks of every record of that set how long it is kept by these rows; `None` where the dictionary has
/// no such set.
///
/// It is no rule of a pack: nothing can violate it. A fact whose fields are not in an export is absent.
#[must_use]
pub fn kept(
    dictionary: &Dictionary,
    record_set: &str,
    timetable: Arc<Timetable>,
) -> Option<CheckedRule> {
    let set = dictionary.set(record_set)?;
    let own = field_types(set);
    let plain = Conditions {
        source: "",
        fields: &own,
        relations: &[],
        this: None,
        params: &[],
        lost: &[],
        lost_relations: &[],
        code_sets: &|_| None,
    };
    let mut candidates = implied(dictionary, set);
    candidates.extend(relations(dictionary, set, &plain, &candidates));
    candidates.extend(related(dictionary, set, &plain, &candidates, &[CHART_ENTRIES]));
    let scopes: Vec<_> = candidates
        .iter()
        .map(|known| RelationScope {
            name: known.name,
            record_set: &known.set.name,
            fields: &known.fields,
        })
        .collect();
    let conditions = Conditions { relations: &scopes, ..plain };
    let timetables = Timetables::new(&[], &[], None);
    let pack = PackPlace { jurisdiction: None, facility: None };
    let asked = Asked { set, conditions: &conditions, timetables: &timetables, pack };
    let marks = MARKS.iter().find(|marks| marks.record_set == record_set);
    let marks = marks.map_or(&[][..], |marks| marks.facts);
    let mut facts = asked.known(None, None, &timetable);
    facts.retain(|known| {
        let kept_elsewhere = matches!(known.fact, Fact::Destroyed | Fact::Inventoried);
        !kept_elsewhere && marks.iter().all(|(fact, _)| *fact != known.fact)
    });
    for (fact, texts) in marks {
        for text in *texts {
            asked.built_in(*fact, text, &mut facts);
        }
    }
    let kind = RetainKind::Overdue { grace: None };
    let mut check = Check::Retain(Retain { kind, facts, timetable });
    let relations = rule::relations(&candidates, None, &mut check);
    Some(CheckedRule {
        id: RuleId { family: Family::Retention, text: "retention/kept".to_owned() },
        pack: "chartaudit".to_owned(),
        title: "How long each record is kept".to_owned(),
        severity: Severity::Note,
        status: Status::Stable,
        required: false,
        guideline: Vec::new(),
        record_set: set.name.clone(),
        relations,
        applies: None,
        check,
        unknown_violates: false,
        tolerance: None,
        report_fictional: false,
        because: None,
        remedy: None,
        assign: None,
        examples: Vec::new(),
        fields: Vec::new(),
        where_text: None,
        check_text: "retain: {kind: overdue}".to_owned(),
        tailored: None,
        off: None,
        declared: ("chartaudit".to_owned(), 0),
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{KEPT, MARKS, Marks, kept};
    use crate::retention::{Fact, Timetable, TimetableSettings};
    use crate::rule::{Check, LoadRequest, RetainFact, embedded, load};

    #[test]
    fn every_listed_record_set_can_be_asked() {
        for set in KEPT {
            let facts = facts(set);
            for fact in [Fact::Class, Fact::Birth, Fact::LastDischarge, Fact::Holds, Fact::Logged] {
                assert!(facts.iter().any(|known| known.fact == fact), "{} of {set}", fact.name());
            }
        }
    }

    #[test]
    fn marks_stand_in_the_place_of_other_sources() {
        for Marks { record_set: set, facts: marks } in MARKS {
            for (fact, texts) in marks {
                let found = facts(set).iter().filter(|known| known.fact == *fact).count();
                assert_eq!(found, texts.len(), "{} of {set}", fact.name());
            }
        }
    }

    #[test]
    fn what_was_never_declared_cannot_be_asked() {
        let book = load(embedded(), &LoadRequest::default()).unwrap();
        let table = Arc::new(Timetable::new(&[], &TimetableSettings::default()));
        assert!(kept(&book.dictionary, "no_such_set", table).is_none());
    }

    fn facts(set: &str) -> Vec<RetainFact> {
        let book = load(embedded(), &LoadRequest::default()).unwrap();
        let settings =
            TimetableSettings { places: vec!["US-WA".to_owned()], ..TimetableSettings::default() };
        let table = Arc::new(Timetable::new(&book.schedules, &settings));
        match kept(&book.dictionary, set, table).unwrap().check {
            Check::Retain(retain) => retain.facts,
            other => panic!("{other:?}"),
        }
    }
}
