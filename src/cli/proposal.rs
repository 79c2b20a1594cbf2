//! What a user could write into the project file for columns that were not placed.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::finding::header_text;
use crate::plan::{BoundFile, FileState, Plan, normalise};
use crate::rule::{Field, RecordSet};

/// How alike a header and a known name must be for the header to be proposed: near misses and abbreviations,
/// not every word that shares some letters.
const ALIKE: f64 = 0.88;

/// The part of a project file that binds columns.
#[derive(Debug, Serialize)]
struct Proposal {
    sources: BTreeMap<String, Source>,
}

/// The bindings of one record set: field and header.
#[derive(Debug, Default, Serialize)]
struct Source {
    bind: BTreeMap<String, String>,
}

/// The lines to add to the project file, if any column is called almost like a field that no column has.
pub(crate) fn render(plan: &Plan) -> String {
    let mut proposal = Proposal { sources: BTreeMap::new() };
    for file in &plan.files {
        let FileState::Bound(bound) = &file.state else { continue };
        let Some(set) = plan.dictionary.sets.get(bound.set) else { continue };
        for (field, header) in near(bound, set) {
            let source = proposal.sources.entry(set.name.clone()).or_default();
            source.bind.entry(field).or_insert(header);
        }
    }
    if proposal.sources.is_empty() {
        return String::new();
    }
    let yaml = serde_yaml::to_string(&proposal).unwrap_or_default();
    yaml.lines().map(|line| format!("  {line}\n")).collect()
}

/// Headers that were not placed, each with the free field whose names are most like it: field and header.
pub(crate) fn near(file: &BoundFile, set: &RecordSet) -> Vec<(String, String)> {
    let free: Vec<&Field> = set
        .fields
        .iter()
        .zip(&file.columns)
        .filter(|(_, column)| column.is_none())
        .map(|(field, _)| field)
        .collect();
    let headers = file.unbound.iter().filter_map(|column| file.table.header.names.get(*column));
    headers
        // A header that may be a value is not repeated.
        .filter(|header| !header.is_empty() && header_text(header) == **header)
        .filter_map(|header| {
            let best = free.iter().map(|field| (likeness(header, field), field));
            let (likeness, field) = best.max_by(|a, b| a.0.total_cmp(&b.0))?;
            (likeness >= ALIKE).then(|| (field.name.clone(), header.clone()))
        })
        .collect()
}

/// How alike a header is to the most similar of a field's names, from 0 to 1.
fn likeness(header: &str, field: &Field) -> f64 {
    let header = normalise(header);
    let names = field.aliases.iter().chain(&field.label).chain([&field.name]);
    names.map(|name| strsim::jaro_winkler(&header, &normalise(name))).fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use super::likeness;
    use crate::rule::{Field, Phi};
    use crate::value::FieldType;

    #[test]
    fn abbreviations_are_alike_and_other_words_are_not() {
        let field = Field {
            name: "discharged_at".to_owned(),
            ty: FieldType::Timestamp,
            phi: Phi::Date,
            label: Some("Discharge time".to_owned()),
            aliases: vec!["Disch Dt/Tm".to_owned()],
            values: Vec::new(),
            references: None,
            often_blank: false,
        };
        for (header, alike) in
            [("Disch Date/Tm", true), ("DISCHARGED", true), ("Ward", false), ("Insurance", false)]
        {
            assert_eq!(likeness(header, &field) >= super::ALIKE, alike, "{header}");
        }
    }
}
