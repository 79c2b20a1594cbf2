//! A rule explained: what, why, from where, with which parameters, by example, and how to mend it.

use crate::report::assemble::{day, guideline, severity, tolerance};
use crate::report::json::v1::{Confidence, Guideline};
use crate::report::screen::{Ink, Screen, Style, length, pad, shorten, width};
use crate::rule::{
    Check, CheckedRule, Dictionary, Example, Expectation, Pack, ParamValue, RecordSet, Relation,
    Status,
};

/// How far the text below a heading is indented.
const INDENT: usize = 2;
/// A column of an example is no wider than this.
const CELL: usize = 28;

/// Everything that is to be said about a rule, ending in a line end.
///
/// The dictionary is the one the rule was checked against; it names the fields of the examples.
#[must_use]
pub fn render(rule: &CheckedRule, pack: &Pack, dictionary: &Dictionary, style: Style) -> String {
    let mut screen = Screen::new(style);
    heading(&mut screen, rule, pack);
    if let Some(because) = &rule.because {
        section(&mut screen, "WHY");
        screen.paragraph(INDENT, Ink::Plain, because);
    }
    guidelines(&mut screen, rule);
    check(&mut screen, rule);
    relations(&mut screen, rule, dictionary);
    params(&mut screen, rule, pack);
    examples(&mut screen, rule, dictionary);
    if let Some(remedy) = &rule.remedy {
        section(&mut screen, "WHAT TO DO");
        screen.paragraph(INDENT, Ink::Plain, remedy);
    }
    screen.blank();
    let (file, line) = &rule.declared;
    screen.paragraph(0, Ink::Faint, &format!("declared at {file}:{line} · not legal advice"));
    screen.finish()
}

/// Starts a part.
fn section(screen: &mut Screen, title: &str) {
    screen.blank();
    screen.line(&[(Ink::Strong, title)]);
}

/// Which rule this is, and whether it runs as it was shipped.
fn heading(screen: &mut Screen, rule: &CheckedRule, pack: &Pack) {
    screen.line(&[(Ink::Strong, &rule.id.text)]);
    screen.paragraph(0, Ink::Plain, &rule.title);
    let mut about = vec![
        severity(rule.severity).name().to_owned(),
        format!("pack {} {}", pack.name, pack.version),
        match rule.record_set.as_str() {
            RecordSet::EVERY => "on every file".to_owned(),
            set => format!("on {set}"),
        },
    ];
    match rule.status {
        Status::Stable => {}
        Status::Preview => about.push("preview: it may still change".to_owned()),
        Status::Deprecated => about.push("deprecated".to_owned()),
    }
    if rule.required {
        about.push("required".to_owned());
    }
    screen.paragraph(0, Ink::Faint, &about.join(" · "));
    if let Some(reason) = &rule.off {
        screen.paragraph(0, Ink::Doubtful, &format!("Switched off by the project file: {reason}"));
    }
    if let Some(change) = &rule.tailored {
        screen.paragraph(0, Ink::Doubtful, &format!("Changed by the project file: {change}"));
    }
}

/// The guidelines, how sure we are of each, and which text was read.
fn guidelines(screen: &mut Screen, rule: &CheckedRule) {
    if rule.guideline.is_empty() {
        return;
    }
    section(screen, "GUIDELINE");
    for citation in &rule.guideline {
        let guideline = guideline(citation);
        let issuer = guideline.authority.as_deref().map(|authority| format!(" ({authority})"));
        let cite = format!("{}{}", guideline.cite, issuer.unwrap_or_default());
        screen.paragraph(INDENT, Ink::Strong, &cite);
        screen.paragraph(INDENT * 2, Ink::Plain, &sources(&guideline));
        if let Some(url) = &guideline.url {
            screen.paragraph(INDENT * 2, Ink::Faint, url);
        }
    }
}

/// How sure we are of a guideline, which text was read, and when it is in force.
fn sources(guideline: &Guideline) -> String {
    let mut words = vec![read_in(guideline.confidence).to_owned()];
    words.extend(guideline.text_as_of.as_ref().map(|date| format!("text of {date}")));
    if let Some(in_force) = &guideline.in_force {
        words.extend(in_force.from.as_ref().map(|from| format!("in force from {from}")));
        words.extend(in_force.to.as_ref().map(|to| format!("in force to {to}")));
    }
    words.join(" · ")
}

/// How sure we are of what we read.
pub(super) fn read_in(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::Primary => "read in its own text",
        Confidence::Secondary => "read in a secondary source",
        Confidence::Unverified => "from memory: verify it before you rely on it",
        Confidence::Computed => "an algorithm, run on values known to be good",
        Confidence::Practice => "practice, not law",
    }
}

/// To which records it applies, and when one violates it.
fn check(screen: &mut Screen, rule: &CheckedRule) {
    section(screen, "CHECK");
    let everything = match &rule.check {
        Check::Release(check) => {
            let kinds: Vec<&str> = check.kinds.iter().map(|kind| kind.name()).collect();
            format!("every column of files that are said to be {}", kinds.join(" or "))
        }
        _ => "every record".to_owned(),
    };
    let applies = rule.where_text.as_deref().unwrap_or(&everything);
    screen.hanging("  applies to   ", Ink::Plain, applies);
    screen.hanging("  checks       ", Ink::Plain, &rule.check_text);
    if let Some(most) = rule.tolerance {
        let words = format!("up to {} of the applicable records may violate it", tolerance(most));
        screen.hanging("  tolerates    ", Ink::Plain, &words);
    }
    if let Check::Identifiers(identifiers) = &rule.check {
        screen.hanging("  detectors    ", Ink::Plain, &identifiers.detect.join(", "));
    }
    if rule.unknown_violates {
        screen.hanging("  unknown      ", Ink::Plain, "counts as a violation");
    }
}

/// The other records that the rule looks up, and which they are.
fn relations(screen: &mut Screen, rule: &CheckedRule, dictionary: &Dictionary) {
    if rule.relations.is_empty() {
        return;
    }
    section(screen, "RELATED RECORDS");
    let widest = rule.relations.iter().map(|relation| width(&relation.name)).max().unwrap_or(0);
    for relation in &rule.relations {
        let lead = format!("  {}   ", pad(&relation.name, widest));
        screen.hanging(&lead, Ink::Plain, &related(rule, relation, dictionary));
    }
}

/// Which records a relation is to, in words.
fn related(rule: &CheckedRule, relation: &Relation, dictionary: &Dictionary) -> String {
    let name = |set: &str, id: u16| {
        let field = dictionary.set(set).and_then(|set| set.fields.get(usize::from(id)));
        field.map_or_else(String::new, |field| field.name.clone())
    };
    let pairs = relation.matches.iter().map(|(mine, theirs)| {
        let (mine, theirs) = (name(&rule.record_set, mine.0), name(&relation.record_set, theirs.0));
        if mine == theirs { format!("the same {mine}") } else { format!("{theirs} = this.{mine}") }
    });
    let pairs: Vec<String> = pairs.collect();
    let mut words = match pairs.as_slice() {
        [] => format!("all {}", relation.record_set),
        _ => format!("{} with {}", relation.record_set, pairs.join(" and ")),
    };
    if let Some(condition) = &relation.where_text {
        words.push_str(&format!(", where {condition}"));
    }
    if relation.implied {
        words.push_str(" (a reference of the dictionary)");
    }
    words
}

/// The parameters that the rule names, with the values in force.
fn params(screen: &mut Screen, rule: &CheckedRule, pack: &Pack) {
    let text = format!("{} {}", rule.where_text.as_deref().unwrap_or_default(), rule.check_text);
    let named: Vec<&ParamValue> =
        pack.params.iter().filter(|param| names(&text, &param.name)).collect();
    if named.is_empty() {
        return;
    }
    section(screen, "PARAMETERS IN FORCE");
    for param in named {
        let unit = param.unit.as_deref().map(|unit| format!(" {unit}")).unwrap_or_default();
        let origin = if param.changed { "set for this run" } else { "the pack's default" };
        let lead = format!("  {}   ", param.name);
        screen.hanging(&lead, Ink::Plain, &format!("{}{unit}   ({origin})", param.value));
    }
}

/// Whether the text names the parameter: `:name` as a whole word.
fn names(text: &str, name: &str) -> bool {
    text.split(':').skip(1).any(|rest| {
        rest.strip_prefix(name).is_some_and(|after| {
            !after.starts_with(|char: char| char.is_ascii_alphanumeric() || char == '_')
        })
    })
}

/// The examples, each as tables of records with what the rule says of them.
fn examples(screen: &mut Screen, rule: &CheckedRule, dictionary: &Dictionary) {
    for (index, example) in rule.examples.iter().enumerate() {
        section(screen, &format!("EXAMPLE {}", index + 1));
        let mut when: Vec<String> =
            example.as_of.map(|date| format!("as of {}", day(date))).into_iter().collect();
        when.extend(example.params.iter().map(|(name, value)| format!("{name} = {value}")));
        when.extend(example.release.map(|kind| format!("said to be {}", kind.name())));
        when.extend(example.files.iter().map(|(name, _)| format!("with {name}")));
        if !when.is_empty() {
            screen.paragraph(INDENT, Ink::Faint, &when.join(" · "));
        }
        for (set, _) in &example.given {
            table(screen, rule, example, set, dictionary);
        }
        unclaimed(screen, example);
        // Of columns there is one word for all of them.
        if let Check::Release(_) = rule.check {
            let outcome = expectation(example.expect.first());
            screen.hanging("  outcome   ", Ink::Plain, outcome);
        }
    }
}

/// The rows of an example's table that no record set claims.
fn unclaimed(screen: &mut Screen, example: &Example) {
    let mut headers: Vec<&str> = Vec::new();
    for (header, _) in example.table.iter().flatten() {
        if !headers.contains(&header.as_str()) {
            headers.push(header);
        }
    }
    for row in &example.table {
        for header in &headers {
            let cell = row.iter().find(|(name, _)| name == header);
            let cell = cell.map_or("(missing)", |(_, text)| text.as_str());
            let lead = format!("  {}   ", screen.safe(header));
            screen.hanging(&lead, Ink::Plain, &shorten(&screen.safe(cell), CELL));
        }
    }
}

/// The records of one set in an example.
fn table(
    screen: &mut Screen,
    rule: &CheckedRule,
    example: &Example,
    set: &str,
    dictionary: &Dictionary,
) {
    let Some((_, records)) = example.given.iter().find(|(name, _)| name == set) else { return };
    let mut fields: Vec<u16> = Vec::new();
    for (field, _) in records.iter().flat_map(|record| &record.cells) {
        if !fields.contains(&field.0) {
            fields.push(field.0);
        }
    }
    let name = |field: u16| {
        let known = dictionary.set(set).and_then(|set| set.fields.get(usize::from(field)));
        known.map_or_else(|| format!("field {field}"), |field| field.name.clone())
    };
    let mut rows = vec![fields.iter().map(|field| name(*field)).collect::<Vec<String>>()];
    for record in records {
        let cell = |field: &u16| {
            let cell = record.cells.iter().find(|(id, _)| id.0 == *field);
            cell.map_or_else(|| "(missing)".to_owned(), |(_, text)| text.clone())
        };
        rows.push(fields.iter().map(cell).collect());
    }
    if set == rule.record_set {
        // One expectation stands for all records; groups have fewer expectations than records.
        let same = example.expect.len() == 1 && length(records) > 1;
        for (index, row) in rows.iter_mut().enumerate() {
            row.push(match (index.checked_sub(1), same) {
                (None, _) => "outcome".to_owned(),
                (Some(_), true) => expectation(example.expect.first()).to_owned(),
                (Some(record), false) => expectation(example.expect.get(record)).to_owned(),
            });
        }
    }
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| shorten(&screen.safe(cell), CELL)).collect())
        .collect();
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    if INDENT + widths.iter().map(|width| width + 3).sum::<usize>() > screen.style().width {
        upright(screen, set, &rows);
        return;
    }
    screen.paragraph(INDENT, Ink::Plain, set);
    for (index, row) in rows.iter().enumerate() {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(cell, width)| pad(cell, *width)).collect();
        let ink = if index == 0 { Ink::Faint } else { Ink::Plain };
        screen.line(&[(Ink::Plain, "    "), (ink, &cells.join("   "))]);
    }
}

/// The records of an example one below the other, where the table would be too wide.
fn upright(screen: &mut Screen, set: &str, rows: &[Vec<String>]) {
    let Some((names, records)) = rows.split_first() else { return };
    let widest = names.iter().map(|name| width(name)).max().unwrap_or(0);
    for (index, record) in records.iter().enumerate() {
        screen.paragraph(INDENT, Ink::Plain, &format!("{set}, record {}", index + 1));
        for (name, cell) in names.iter().zip(record) {
            let lead = format!("    {}   ", pad(name, widest));
            screen.hanging(&lead, Ink::Plain, cell);
        }
    }
}

/// What a rule says of a record, in words.
fn expectation(expected: Option<&Expectation>) -> &'static str {
    match expected {
        Some(Expectation::Pass) => "pass",
        Some(Expectation::Violation) => "violation",
        Some(Expectation::NotEvaluable) => "not evaluable",
        Some(Expectation::NotApplicable) => "not applicable",
        Some(Expectation::Pending) => "pending",
        None => "",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::{names, render};
    use crate::report::screen::width;
    use crate::report::{Style, sample};
    use crate::rule::Relation;

    #[test]
    fn a_rule_is_explained() {
        let pack = sample::pack();
        let shown = render(&pack.rules[0], &pack, &sample::dictionary(), Style::default());
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn a_tailored_rule_says_so() {
        let mut pack = sample::pack();
        pack.params[0].changed = true;
        pack.rules[1].tailored = Some("severity: warning, was error".to_owned());
        pack.rules[1].off = Some("not our duty".to_owned());
        pack.rules[1].required = true;
        let style = Style { width: 50, unicode: false, ..Style::default() };
        let shown = render(&pack.rules[1], &pack, &sample::dictionary(), style);
        assert!(shown.is_ascii());
        insta::assert_snapshot!(shown);
    }

    #[test]
    fn related_records_are_named() {
        let dictionary = sample::dictionary();
        let set = dictionary.sets.first().unwrap();
        let mut pack = sample::pack();
        let relation = |name: &str, matches: &[(&str, &str)], where_text: Option<&str>| Relation {
            name: name.to_owned(),
            record_set: set.name.clone(),
            matches: matches
                .iter()
                .filter_map(|(a, b)| set.field_id(a).zip(set.field_id(b)))
                .collect(),
            condition: None,
            implied: where_text.is_none(),
            where_text: where_text.map(str::to_owned),
        };
        pack.rules[0].relations = vec![
            relation("same", &[("encounter_id", "encounter_id"), ("class", "encounter_id")], None),
            relation("everything", &[], Some("class = this.class")),
        ];
        let shown = render(&pack.rules[0], &pack, &dictionary, Style::default());
        let from = shown.find("RELATED RECORDS").unwrap();
        let lines: Vec<&str> = shown.get(from..).unwrap().lines().take(5).collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        RELATED RECORDS
          same         encounters with the same encounter_id and encounter_id =
                       this.class (a reference of the dictionary)
          everything   all encounters, where class = this.class
        "#);
    }

    #[test]
    fn parameters_are_found_as_whole_words() {
        check(":days days", "days", true);
        check("within: \":days days\"", "days", true);
        check(":days_late", "days", false);
        check("days", "days", false);
        check("a :day b", "days", false);
        check("", "days", false);
    }

    #[track_caller]
    fn check(text: &str, name: &str, expected: bool) {
        assert_eq!(names(text, name), expected, "{name:?} in {text:?}");
    }

    proptest! {
        #[test]
        fn no_line_is_wider_than_the_screen(columns in 0..120_usize, unicode: bool) {
            let pack = sample::pack();
            let style = Style { width: columns, unicode, ..Style::default() };
            let shown = render(&pack.rules[0], &pack, &sample::dictionary(), style);
            assert!(shown.lines().all(|line| width(line) <= columns));
        }
    }
}
