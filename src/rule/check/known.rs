//! `of` of the `identifiers` check: the people whose identifiers are looked for, and whose the record is.

use crate::detect::known::KnownKind;
use crate::expr::typed::{Expr, ExprKind, RelationId};
use crate::rule::check::relation::Candidate;
use crate::rule::checked::{KNOWN_PEOPLE, KnownPeople, Whose};
use crate::rule::dictionary::RecordSet;
use crate::rule::error::{RuleProblem, listed, span};
use crate::rule::people::{PATIENTS, owner_field};
use crate::rule::raw::{RawIdentifiers, RawWhose};
use crate::rule::tree::Node;
use crate::value::Type;

/// Checks `of`, `whose` and `kinds`; nothing where the rule has none of them.
pub(super) fn known(
    set: &RecordSet,
    candidates: &[Candidate<'_>],
    raw: &RawIdentifiers,
    node: &Node,
    problems: &mut Vec<RuleProblem>,
) -> Option<KnownPeople> {
    let Some(people) = node.get("of") else {
        for key in ["whose", "kinds"] {
            if let Some(entry) = node.entry(key) {
                problems.push(RuleProblem::MissingKey {
                    key: "of".to_owned(),
                    within: format!("`{key}`"),
                    span: span(entry.key_span.clone()),
                    help: Some(format!("say whose identifiers are meant, as `of: {PATIENTS}`")),
                });
            }
        }
        return None;
    };
    // Words that are not allowed here have been told of already.
    let named = |name: &str| KNOWN_PEOPLE.into_iter().find(|known| *known == name);
    let of: Vec<&str> = people.texts().iter().filter_map(|(name, _)| named(name)).collect();
    if people.texts().is_empty() {
        problems.push(RuleProblem::EmptyList {
            span: span(people.span.clone()),
            help: Some(format!("name some of {}", listed(KNOWN_PEOPLE))),
        });
    }
    let whose = match raw.whose {
        Some(RawWhose::Own) => Whose::Own,
        Some(RawWhose::Another) => Whose::Another,
        Some(RawWhose::Any) | None => Whose::Any,
    };
    let own = own(set, candidates);
    if whose != Whose::Any && !of.is_empty() && (!of.contains(&PATIENTS) || own.is_empty()) {
        problems.push(RuleProblem::WhoseRecord {
            record_set: set.name.clone(),
            span: span(node.span_of("whose")),
            help: Some(if own.is_empty() {
                "say `whose: any`, or declare a field of the record set with `references: patients`"
                    .to_owned()
            } else {
                "say `of: patients`, or `whose: any`".to_owned()
            }),
        });
    }
    Some(KnownPeople { of, whose, kinds: kinds(node, problems), own })
}

/// The kinds that are looked for; all but pseudonyms unless said, since those take their time.
fn kinds(node: &Node, problems: &mut Vec<RuleProblem>) -> Vec<KnownKind> {
    let Some(list) = node.get("kinds") else {
        return KnownKind::ALL.into_iter().filter(|kind| !kind.is_pseudonym()).collect();
    };
    let texts = list.texts();
    let is_named = |kind: &KnownKind| texts.iter().any(|(name, _)| *name == kind.name());
    let kinds = KnownKind::ALL.into_iter().filter(is_named).collect();
    if texts.is_empty() {
        problems.push(RuleProblem::EmptyList {
            span: span(list.span.clone()),
            help: Some(format!("name some of {}", listed(KnownKind::names()))),
        });
    }
    kinds
}

/// What says whose a record is, the nearest first: its own key if it is a patient's, a field that refers to the
/// patients, the same field of a record that it refers to.
fn own(set: &RecordSet, candidates: &[Candidate<'_>]) -> Vec<Expr> {
    let text = |kind: ExprKind| Expr { kind, ty: Type::Text, span: 0..0 };
    let mut own: Vec<Expr> =
        owner_field(set).map(|field| text(ExprKind::Field(field))).into_iter().collect();
    if set.name == PATIENTS {
        return own;
    }
    for (candidate, number) in candidates.iter().zip(0_u16..) {
        if candidate.is_implied()
            && candidate.set.name != PATIENTS
            && let Some(field) = owner_field(candidate.set)
            // The staff who wrote it may be patients too.
            && candidate.set.name != "staff"
        {
            own.push(text(ExprKind::Related(RelationId(number), field)));
        }
    }
    own
}
