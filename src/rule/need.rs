//! The rule that a declared purpose makes: a release holds the columns that the purpose needs, and no others.

use crate::rule::checked::{
    Check, CheckedRule, Citation, Confidence, Family, RuleId, Severity, Status,
};
use crate::rule::dictionary::RecordSet;
use crate::rule::project::{PACK, line};
use crate::rule::release::ReleaseSettings;
use crate::rule::text::RuleText;
use crate::rule::tree::Node;

/// The rule on columns beyond a purpose; `None` where the project names no purpose.
pub(crate) fn need_rule(
    file: &RuleText,
    release: &Node,
    settings: &ReleaseSettings,
) -> Option<CheckedRule> {
    let said = release.entry("purposes").or_else(|| release.entry("purpose"))?;
    let citation = |cite: &str| Citation {
        cite: cite.to_owned(),
        authority: Some("HHS OCR".to_owned()),
        confidence: Confidence::Primary,
        url: None,
        text_as_of: Some("January 2025".to_owned()),
        from: None,
        to: None,
    };
    Some(CheckedRule {
        id: RuleId {
            family: Family::Confidentiality,
            text: "confidentiality/column-beyond-purpose".to_owned(),
        },
        pack: PACK.to_owned(),
        title: "Column that the purpose of the release does not need".to_owned(),
        severity: Severity::Error,
        status: Status::Stable,
        required: false,
        guideline: vec![citation("45 CFR 164.502(b)"), citation("45 CFR 164.514(d)(3)")],
        record_set: RecordSet::EVERY.to_owned(),
        relations: Vec::new(),
        applies: None,
        check: Check::Purpose(settings.purposes.clone()),
        unknown_violates: false,
        tolerance: None,
        report_fictional: false,
        because: Some(
            "What is disclosed is kept to the minimum that its purpose needs. The project file says which columns each \
             purpose needs; a purpose without such a list cannot be judged."
                .to_owned(),
        ),
        remedy: Some(
            "Leave the column out of the release, or have its need approved and add it to the purpose's list.".to_owned(),
        ),
        assign: None,
        examples: Vec::new(),
        fields: Vec::new(),
        where_text: None,
        check_text: "columns: on the list of the purpose".to_owned(),
        tailored: None,
        off: None,
        declared: (file.name.clone(), line(&file.text, &said.key_span)),
    })
}
