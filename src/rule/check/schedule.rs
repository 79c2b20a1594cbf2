//! Schedules: rows with every word resolved and every date read.

use std::collections::HashMap;
use std::sync::Arc;

use crate::retention::{
    Condition, Confidence, CountedFrom, DeathHow, DeathRule, Evidence, Facility, Force, Gap, Lift,
    LitigationRule, Minor, MinorAge, MinorBasis, MinorRule, Payer, Period, Place, RecordClass,
    Schedule, ScheduleRow, Termed, Trigger, WhenMissing,
};
use crate::rule::check::rule::date;
use crate::rule::error::{RuleProblem, did_you_mean, span};
use crate::rule::file::{Content, Document, File};
use crate::rule::raw::RawConfidence;
use crate::rule::schedule::{
    RawCountedFrom, RawDeathHow, RawForce, RawLawfulFrom, RawMinors, RawPlace, RawRow, RawSchedule,
    RawWhenMissing,
};
use crate::rule::tree::Node;

/// The most years that a schedule can name.
const MOST_YEARS: u64 = 200;

/// The schedules of all files; problems go to the list of their file.
pub(crate) fn schedules(files: &[Arc<File>], problems: &mut [Vec<RuleProblem>]) -> Vec<Schedule> {
    let mut codes: Vec<&str> = Vec::new();
    let documents = || {
        files.iter().enumerate().flat_map(|(index, file)| {
            file.documents.iter().filter_map(move |document| match document {
                Document { node, content: Content::Schedule(raw), .. } => {
                    Some((index, file, node, raw.as_ref()))
                }
                _ => None,
            })
        })
    };
    for (.., raw) in documents() {
        codes.extend(raw.places.0.iter().map(|(code, _)| code.as_str()));
    }
    let mut found = Vec::new();
    let mut names: HashMap<&str, String> = HashMap::new();
    for (index, file, node, raw) in documents() {
        let Some(problems) = problems.get_mut(index) else { continue };
        let place = node.span_of("schedule");
        if let Some(other) = names.get(raw.schedule.as_str()) {
            let name = raw.schedule.clone();
            let other = other.clone();
            problems.push(RuleProblem::DuplicateSchedule { name, other, span: span(place) });
            continue;
        }
        names.insert(&raw.schedule, format!("{}:{}", file.name, file.line(place.start)));
        found.push(schedule(file, node, raw, &codes, problems));
    }
    found
}

fn schedule(
    file: &File,
    node: &Node,
    raw: &RawSchedule,
    codes: &[&str],
    problems: &mut Vec<RuleProblem>,
) -> Schedule {
    let nodes = node.get("rows").map_or(&[][..], Node::items);
    let rows = raw.rows.iter().zip(nodes);
    let rows = rows
        .filter_map(|(row, node)| {
            let reader = Row { file, schedule: &raw.schedule, node, raw: row };
            reader.read(codes, problems)
        })
        .collect();
    Schedule {
        name: raw.schedule.clone(),
        title: raw.title.clone().unwrap_or_else(|| raw.schedule.clone()),
        version: raw.version.clone().unwrap_or_default(),
        digest: file.digest.to_hex().to_string(),
        places: places(node, raw, problems),
        rows,
        not_shipped: raw.not_shipped.clone(),
    }
}

fn places(node: &Node, raw: &RawSchedule, problems: &mut Vec<RuleProblem>) -> Vec<Place> {
    let Some(node) = node.get("places") else { return Vec::new() };
    let mut places = Vec::new();
    for (code, raw) in &raw.places.0 {
        let Some(entry) = node.entry(code) else { continue };
        if !is_code(code) {
            let place = span(entry.key_span.clone());
            problems.push(RuleProblem::PlaceCode { code: code.clone(), span: place });
            continue;
        }
        let mut age = |key: &str, value: Option<u64>| years(&entry.value, key, value, problems);
        let low = age("majority", raw.majority);
        let high = age("majority_at_most", raw.majority_at_most);
        let low = low.unwrap_or(18);
        places.push(Place {
            code: code.clone(),
            name: raw.name.clone(),
            majority: (low, high.unwrap_or(low).max(low)),
            gap: gap(&entry.value, raw),
        });
    }
    places
}

fn gap(node: &Node, raw: &RawPlace) -> Option<Gap> {
    let (node, raw) = (node.get("gap")?, raw.gap.as_ref()?);
    Some(Gap {
        classes: words(node, "record_class", RecordClass::named),
        facilities: words(node, "facility_type", Facility::named),
        because: raw.because.split_whitespace().collect::<Vec<_>>().join(" "),
    })
}

/// Upper-case parts joined by dashes: `US-MA`.
fn is_code(code: &str) -> bool {
    code.split('-').all(|part| {
        !part.is_empty() && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    })
}

/// The members of a vocabulary that a key names; other words were told by the shape.
fn words<T>(node: &Node, key: &str, named: impl Fn(&str) -> Option<T>) -> Vec<T> {
    let texts = node.get(key).map_or_else(Vec::new, Node::texts);
    texts.into_iter().filter_map(|(word, _)| named(word)).collect()
}

/// A number of years that fits, or the problem that it does not.
fn years(
    node: &Node,
    key: &str,
    value: Option<u64>,
    problems: &mut Vec<RuleProblem>,
) -> Option<u8> {
    let value = value?;
    let found = u8::try_from(value).ok().filter(|_| value <= MOST_YEARS);
    if found.is_none() {
        let place = span(node.span_of(key));
        problems.push(RuleProblem::TooManyYears { value, limit: MOST_YEARS, span: place });
    }
    found
}

/// A row and where it stands.
struct Row<'a> {
    file: &'a File,
    schedule: &'a str,
    node: &'a Node,
    raw: &'a RawRow,
}

impl Row<'_> {
    fn read(&self, codes: &[&str], problems: &mut Vec<RuleProblem>) -> Option<ScheduleRow> {
        let (node, raw) = (self.node, self.raw);
        let before = problems.len();
        if !codes.contains(&raw.jurisdiction.as_str()) {
            problems.push(RuleProblem::UnknownPlace {
                name: raw.jurisdiction.clone(),
                span: span(node.span_of("jurisdiction")),
                help: did_you_mean(&raw.jurisdiction, codes.iter().copied())
                    .or_else(|| Some("declare it under `places` of the schedule".to_owned())),
            });
        }
        let classes = words(node, "record_class", RecordClass::named);
        let period = self.period(problems);
        let minors = self.minors(&classes, problems);
        let death = self.death(problems);
        let at_most_years =
            self.years("litigation_at_most_years", raw.litigation_at_most_years, problems);
        let litigation = (raw.litigation_stops || at_most_years.is_some())
            .then_some(LitigationRule { at_most_years });
        let (from, to) = (self.day("valid_from", problems), self.day("valid_to", problems));
        if from.zip(to).is_some_and(|(from, to)| to < from) {
            problems.push(RuleProblem::DateOrder { span: span(node.span_of("valid_to")) });
        }
        let verified_on = self.day("verified_on", problems);
        let limit = self.years("limit_years", raw.limit_years, problems);
        let has_rule = matches!(minors, Some(Minor::Rule(_)));
        let says_nothing = raw.years.is_none()
            && raw.months.is_none()
            && !raw.permanent
            && !has_rule
            && raw.conditions.is_empty();
        if says_nothing {
            self.missing("years", self.node.span_of("citation"), problems);
        }
        if problems.len() > before {
            return None;
        }
        Some(ScheduleRow {
            schedule: self.schedule.to_owned(),
            place: raw.jurisdiction.clone(),
            facilities: words(node, "facility_type", Facility::named),
            classes,
            payers: words(node, "payer", Payer::named),
            force: match raw.force {
                None | Some(RawForce::Law) => Force::Law,
                Some(RawForce::Payer) => Force::Payer,
                Some(RawForce::Standard) => Force::Standard,
                Some(RawForce::Policy) => Force::Policy,
            },
            period,
            permanent: raw.permanent,
            minors: minors?,
            death,
            litigation,
            unless: raw.unless.as_deref().and_then(Lift::named),
            lifted_by: words(node, "lifted_by", Lift::named),
            conditions: raw
                .conditions
                .iter()
                .filter_map(|raw| {
                    Some(Condition {
                        evidence: Evidence::named(&raw.evidence)?,
                        days_before: raw.days_before.and_then(|days| u16::try_from(days).ok()),
                        citation: raw.citation.clone(),
                    })
                })
                .collect(),
            log_required: raw.log_required,
            limit: limit.map(|years| Period::years(u16::from(years))),
            next_day: matches!(raw.lawful_from, Some(RawLawfulFrom::NextDay)),
            citation: raw.citation.clone(),
            authority: raw.authority.clone(),
            url: raw.url.clone(),
            from,
            to,
            verified_on,
            source: raw.source.clone(),
            confidence: match raw.confidence {
                RawConfidence::Primary => Confidence::Primary,
                RawConfidence::Secondary => Confidence::Secondary,
                _ => Confidence::Unverified,
            },
            note: raw
                .note
                .as_deref()
                .map(|note| note.split_whitespace().collect::<Vec<_>>().join(" ")),
        })
    }

    fn years(&self, key: &str, value: Option<u64>, problems: &mut Vec<RuleProblem>) -> Option<u8> {
        years(self.node, key, value, problems)
    }

    fn day(&self, key: &str, problems: &mut Vec<RuleProblem>) -> Option<crate::value::Date> {
        let node = self.node.get(key)?;
        date(node.text()?, node, problems)
    }

    /// A key that is not there, unless what was left out may have been it.
    fn missing(&self, key: &str, place: std::ops::Range<usize>, problems: &mut Vec<RuleProblem>) {
        if self.file.is_whole(&self.node.span) {
            problems.push(RuleProblem::MissingKey {
                key: key.to_owned(),
                within: "this row".to_owned(),
                span: span(place),
                help: None,
            });
        }
    }

    fn period(&self, problems: &mut Vec<RuleProblem>) -> Option<Termed> {
        let (node, raw) = (self.node, self.raw);
        let triggers = words(node, "trigger", Trigger::named);
        let own = self.years("years", raw.years, problems);
        let other = self.years("years_at_most", raw.years_at_most, problems);
        let months = raw.months.and_then(|months| u32::try_from(months).ok());
        let shortest = match (own, months) {
            (Some(_), Some(_)) => {
                problems.push(RuleProblem::OneOf {
                    keys: "`years` and `months`".to_owned(),
                    found: "2 here".to_owned(),
                    span: span(node.span_of("months")),
                    help: None,
                });
                return None;
            }
            (Some(years), None) => Period::years(u16::from(years)),
            (None, Some(months)) => Period { months: months.min(12 * 200) },
            (None, None) => return None,
        };
        if triggers.is_empty() {
            let key = if raw.months.is_some() { "months" } else { "years" };
            self.missing("trigger", node.span_of(key), problems);
            return None;
        }
        let longest = other.map_or(shortest, |years| Period::years(u16::from(years)));
        Some(Termed {
            triggers,
            shortest: shortest.min(longest),
            longest: shortest.max(longest),
            counted_from: match raw.counted_from {
                None | Some(RawCountedFrom::Day) => CountedFrom::Day,
                Some(RawCountedFrom::YearEnd) => CountedFrom::YearEnd,
                Some(RawCountedFrom::Either) => CountedFrom::Either,
            },
            when_missing: raw.when_missing.map(|word| match word {
                RawWhenMissing::Open => WhenMissing::Open,
                RawWhenMissing::None => WhenMissing::None,
                RawWhenMissing::Keep => WhenMissing::Keep,
            }),
        })
    }

    /// What the row says of minors; a row for patients' records must say something.
    fn minors(&self, classes: &[RecordClass], problems: &mut Vec<RuleProblem>) -> Option<Minor> {
        let (node, raw) = (self.node, self.raw);
        let after =
            self.years("minor_years_after_majority", raw.minor_years_after_majority, problems);
        let age = self.years("minor_fixed_age", raw.minor_fixed_age, problems);
        let below = self.years("minor_below", raw.minor_below, problems);
        let last_year = self.years("minor_age_if_last_year", raw.minor_age_if_last_year, problems);
        let after_death =
            self.years("minor_after_death_years", raw.minor_after_death_years, problems);
        let until = match (after, age) {
            (Some(_), Some(_)) => {
                problems.push(RuleProblem::OneOf {
                    keys: "`minor_years_after_majority` and `minor_fixed_age`".to_owned(),
                    found: "2 here".to_owned(),
                    span: span(node.span_of("minor_fixed_age")),
                    help: None,
                });
                return None;
            }
            (Some(years), None) => Some(MinorAge::AfterMajority(years)),
            (None, Some(age)) => Some(MinorAge::Birthday(age)),
            (None, None) => None,
        };
        match (until, raw.minors) {
            (None, Some(RawMinors::Same)) => Some(Minor::Same),
            (None, Some(RawMinors::NotFound)) => Some(Minor::NotFound),
            // A row that keeps for ever, or only asks for evidence, has nothing to say of minors.
            (None, None) if raw.permanent || raw.years.is_none() && raw.months.is_none() => {
                Some(Minor::Same)
            }
            (None, None) if !classes.iter().any(|class| class.is_of_patient()) => Some(Minor::Same),
            (None, None) => {
                self.missing("minors", node.span_of("citation"), problems);
                None
            }
            (Some(_), Some(_)) => {
                problems.push(RuleProblem::OneOf {
                    keys: "`minors` and the age of minors".to_owned(),
                    found: "2 here".to_owned(),
                    span: span(node.span_of("minors")),
                    help: None,
                });
                None
            }
            (Some(until), None) => {
                let basis = raw.minor_basis.as_deref().and_then(MinorBasis::named);
                if basis.is_none() {
                    let key = if after.is_some() {
                        "minor_years_after_majority"
                    } else {
                        "minor_fixed_age"
                    };
                    self.missing("minor_basis", node.span_of(key), problems);
                }
                Some(Minor::Rule(MinorRule {
                    basis: basis?,
                    below,
                    until,
                    until_if_last_year: last_year,
                    after_death_years: after_death,
                }))
            }
        }
    }

    fn death(&self, problems: &mut Vec<RuleProblem>) -> Option<DeathRule> {
        let raw = self.raw;
        let years = self.years("after_death_years", raw.after_death_years, problems)?;
        let within = self.years("after_death_within_years", raw.after_death_within_years, problems);
        let how = match raw.after_death {
            Some(RawDeathHow::And) => DeathHow::And,
            Some(RawDeathHow::Or) => DeathHow::Or,
            Some(RawDeathHow::Instead) => DeathHow::Instead,
            None => {
                self.missing("after_death", self.node.span_of("after_death_years"), problems);
                return None;
            }
        };
        Some(DeathRule { years, how, within })
    }
}
