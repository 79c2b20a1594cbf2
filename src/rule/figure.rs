//! The rule on figures about groups of people: no cell is so small that it points at a few of them.

use crate::rule::checked::{
    Check, CheckedRule, Citation, Confidence, Family, Pack, RuleId, Severity, Status,
};
use crate::rule::dictionary::RecordSet;

/// The pack that has the rule.
const PACK: &str = "us-hipaa";

/// Adds the rule to its pack, if that runs. One that somebody wrote under the same id stands in its place.
pub(crate) fn add_figure_rule(packs: &mut [Pack]) {
    let rule = figure_rule();
    let is_written = packs.iter().flat_map(|pack| &pack.rules).any(|other| other.id == rule.id);
    if let Some(pack) = packs.iter_mut().find(|pack| pack.name == PACK)
        && !is_written
    {
        pack.rules.push(rule);
    }
}

fn figure_rule() -> CheckedRule {
    CheckedRule {
        id: RuleId {
            family: Family::Confidentiality,
            text: "confidentiality/small-count".to_owned(),
        },
        pack: PACK.to_owned(),
        title: "Count of one to ten people in an aggregate release".to_owned(),
        severity: Severity::Error,
        status: Status::Stable,
        required: false,
        guideline: vec![Citation {
            cite: "Cell size suppression policy".to_owned(),
            authority: Some("CMS".to_owned()),
            confidence: Confidence::Primary,
            url: None,
            text_as_of: Some("January 2024".to_owned()),
            from: None,
            to: None,
        }],
        record_set: RecordSet::EVERY.to_owned(),
        relations: Vec::new(),
        applies: None,
        check: Check::SmallCounts { from: 1, to: 10 },
        unknown_violates: false,
        tolerance: None,
        report_fictional: false,
        because: Some(
            "A count of one to ten points at a few people. Zero may be shown. What is left out must not follow from \
             totals, from other cells or from a share and what it is a share of."
                .to_owned(),
        ),
        remedy: Some(
            "Leave the cell out, and another of its row and its column with it; or put groups together until each has \
             eleven people. Leave out shares of what is left out."
                .to_owned(),
        ),
        assign: None,
        examples: Vec::new(),
        fields: Vec::new(),
        where_text: None,
        check_text: "small_counts: {from: 1, to: 10}".to_owned(),
        tailored: None,
        off: None,
        declared: ("rules/packs/us-hipaa".to_owned(), 1),
    }
}
