//! A report as a SARIF log.

use std::collections::BTreeMap;

use serde_json::{Map, json};

use super::v2::{
    Artifact, ArtifactLocation, AutomationDetails, BaseLocation, Component, ComponentReference,
    Configuration, Descriptor, DescriptorReference, Driver, Finding, Invocation, Location, Log,
    LogicalLocation, Notification, PhysicalLocation, Properties, Region, Relationship, Run,
    Suppression, Text, Tool,
};
use crate::finding::neutral;
use crate::report::ReportError;
use crate::report::advice::advice;
use crate::report::json::v1::{
    self, Family, Fate, FileCount, Outcome, ProblemClass, ReasonCode, Report, Rule, Severity,
};
use crate::report::phrase;
use crate::report::role::Roles;
use crate::report::screen::{counted, length, number};
use crate::report::waiver;

/// What becomes a result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// Open violations: GitHub shows every result as an alert, whatever its kind and whether it is suppressed.
    Open,
    /// What became of every rule.
    Every,
}

/// Results that GitHub shows of a run; the others are counted.
const RESULTS: usize = 5_000;
/// Rules that GitHub takes of a run.
const RULES: usize = 25_000;
/// Examples of a result.
const PLACES: usize = 10;
/// Artifacts and notifications of a kind that are listed.
const LISTED: usize = 1_000;
/// Tags of a rule that GitHub shows.
const TAGS: usize = 10;
/// Characters of a description that GitHub takes.
const DESCRIPTION: usize = 1_024;
/// The base of the paths of an export.
const BASE: &str = "EXPORT";

/// The report as one line of SARIF, so that it is small.
///
/// # Errors
/// Never; the writer's error is passed on all the same.
pub(crate) fn render(report: &Report, scope: Scope) -> Result<String, ReportError> {
    let mut text = serde_json::to_string(&Drawer::new(report).log(scope))
        .map_err(|_| ReportError::NotWritten)?;
    text.push('\n');
    Ok(text)
}

/// A report on its way into a log.
struct Drawer<'r> {
    report: &'r Report,
    /// The rules that are listed, those with results first; their place is their index.
    rules: Vec<&'r Rule>,
    roles: Roles<'r>,
    /// The instruments that are cited and their citations, in order.
    instruments: Vec<(&'r str, Vec<&'r v1::Guideline>)>,
    /// Where each listed artifact stands.
    artifacts: BTreeMap<&'r str, usize>,
}

impl<'r> Drawer<'r> {
    fn new(report: &'r Report) -> Self {
        let mut rules: Vec<&Rule> = report.rules.iter().collect();
        rules.sort_by_key(|rule| (rule.outcome != Outcome::Fail, std::cmp::Reverse(rule.severity)));
        rules.truncate(RULES);
        let mut cited: BTreeMap<&str, BTreeMap<&str, &v1::Guideline>> = BTreeMap::new();
        for guideline in rules.iter().flat_map(|rule| &rule.guideline) {
            let of = cited.entry(instrument(guideline)).or_default();
            of.entry(&guideline.cite).or_insert(guideline);
        }
        let instruments =
            cited.into_iter().map(|(name, of)| (name, of.into_values().collect())).collect();
        let mut artifacts = BTreeMap::new();
        for (index, input) in report.inputs.iter().take(LISTED).enumerate() {
            artifacts.entry(input.path.as_str()).or_insert(index);
        }
        Self { report, rules, roles: Roles::of(&report.inputs), instruments, artifacts }
    }

    fn log(&self, scope: Scope) -> Log {
        let report = self.report;
        let (results, left) = self.results(scope);
        let facility = report.provenance.facility.as_deref().unwrap_or("records");
        let facility: String =
            neutral(facility).chars().map(|char| if char == '/' { '-' } else { char }).collect();
        let base = "the folder that the scan was given; paths are relative to it";
        Log {
            schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
            version: "2.1.0",
            runs: vec![Run {
                tool: Tool { driver: self.driver() },
                automation_details: AutomationDetails {
                    id: format!("chartaudit/{facility}/{}", safe(&report.as_of)),
                },
                invocations: vec![self.invocation(scope, left)],
                original_uri_base_ids: BTreeMap::from([(
                    BASE,
                    BaseLocation { description: text(base) },
                )]),
                artifacts: self.artifacts(),
                results,
                taxonomies: self.taxonomies(),
                redaction_tokens: vec!["▒", "▒▒▒▒▒"],
                column_kind: "unicodeCodePoints",
                language: "en-US",
                properties: self.properties(),
            }],
        }
    }

    fn driver(&self) -> Driver {
        let supported = self.instruments.iter().enumerate();
        let mut codes: Vec<&str> = self
            .report
            .inputs
            .iter()
            .flat_map(|input| &input.problems)
            .map(|p| p.code.as_str())
            .collect();
        codes.sort_unstable();
        codes.dedup();
        let kinds = NOTICES.iter().map(|(id, about)| (*id, Some(*about)));
        let codes = codes.into_iter().map(|code| (code, advice(code)));
        Driver {
            name: "chartaudit",
            semantic_version: safe(&self.report.tool.version),
            short_description: text("Audits exported health records against declared rules."),
            rules: self.rules.iter().map(|rule| self.descriptor(rule)).collect(),
            notifications: kinds
                .chain(codes)
                .map(|(id, about)| Descriptor {
                    id: safe(id),
                    short_description: about.map(text),
                    ..Descriptor::default()
                })
                .collect(),
            supported_taxonomies: supported
                .map(|(index, (name, _))| ComponentReference { name: safe(name), index })
                .collect(),
        }
    }

    /// A rule, with what became of it.
    fn descriptor(&self, rule: &Rule) -> Descriptor {
        let mut tags = vec![rule.family.name().to_owned(), rule.pack.clone()];
        tags.extend(rule.guideline.iter().map(|guideline| guideline.cite.clone()));
        tags.truncate(TAGS);
        let mut properties = Map::new();
        properties.insert("tags".to_owned(), tags.iter().map(|tag| safe(tag)).collect());
        if rule.family == Family::Confidentiality {
            let gravity = match rule.severity {
                Severity::Error => "8.0",
                Severity::Warning => "5.0",
                Severity::Note => "2.0",
            };
            properties.insert("security-severity".to_owned(), gravity.into());
        }
        let counts = &rule.counts;
        properties.insert("pack".to_owned(), safe(&rule.pack).into());
        properties.insert("outcome".to_owned(), phrase::outcome(rule.outcome).into());
        properties.insert("told".to_owned(), safe(&phrase::told(rule)).into());
        properties.insert(
            "counts".to_owned(),
            json!({
                "unit": rule.unit.name(1),
                "records": counts.records,
                "notApplicable": counts.not_applicable,
                "passed": counts.passed,
                "violations": counts.violations,
                "notEvaluable": counts.not_evaluable,
                "pending": counts.pending,
                "waived": counts.waived,
                "baselined": counts.baselined,
            }),
        );
        let because = rule.because.as_deref().unwrap_or(&rule.title);
        let remedy = rule.remedy.as_deref().unwrap_or("Look at the records that are named.");
        let mut help = remedy.to_owned();
        if !rule.guideline.is_empty() {
            help.push_str(&format!("\n\nGuideline: {}", phrase::citations(rule)));
        }
        Descriptor {
            id: safe(&rule.id),
            short_description: Some(text(&phrase::cut(&rule.title, DESCRIPTION))),
            full_description: Some(text(&phrase::cut(because, DESCRIPTION))),
            help: Some(Text { text: help.lines().map(neutral).collect::<Vec<_>>().join("\n") }),
            help_uri: rule.guideline.iter().find_map(|of| of.url.as_deref()).and_then(web_address),
            default_configuration: Some(Configuration {
                enabled: rule.outcome != Outcome::Off,
                level: rule.severity.name(),
            }),
            relationships: rule.guideline.iter().filter_map(|of| self.relationship(of)).collect(),
            properties,
        }
    }

    /// That a rule checks a guideline.
    fn relationship(&self, guideline: &v1::Guideline) -> Option<Relationship> {
        let name = instrument(guideline);
        let index = self.instruments.iter().position(|(other, _)| *other == name)?;
        let (_, taxa) = self.instruments.get(index)?;
        Some(Relationship {
            target: DescriptorReference {
                id: safe(&guideline.cite),
                index: taxa.iter().position(|other| other.cite == guideline.cite),
                tool_component: Some(ComponentReference { name: safe(name), index }),
            },
            kinds: ["relevant"],
        })
    }

    fn taxonomies(&self) -> Vec<Component> {
        let taxon = |guideline: &&v1::Guideline| {
            let mut properties = Map::new();
            properties.insert("confidence".to_owned(), json!(guideline.confidence));
            if let Some(day) = &guideline.text_as_of {
                properties.insert("textAsOf".to_owned(), safe(day).into());
            }
            Descriptor {
                id: safe(&guideline.cite),
                help_uri: guideline.url.as_deref().and_then(web_address),
                properties,
                ..Descriptor::default()
            }
        };
        let component = |(name, cited): &(&str, Vec<&v1::Guideline>)| Component {
            name: safe(name),
            taxa: cited.iter().map(taxon).collect(),
        };
        self.instruments.iter().map(component).collect()
    }

    fn artifacts(&self) -> Vec<Artifact> {
        let inputs = self.report.inputs.iter().take(LISTED).enumerate();
        inputs
            .map(|(index, input)| {
                let digest = input.blake3.iter().map(|hex| ("blake3".to_owned(), safe(hex).into()));
                let mut properties = Map::new();
                properties.insert("fate".to_owned(), json!(input.fate));
                properties.insert(
                    "recordSet".to_owned(),
                    json!(input.record_set.as_deref().map(neutral)),
                );
                properties.insert("layout".to_owned(), json!(input.layout.as_deref().map(neutral)));
                properties.insert("recordsKept".to_owned(), input.records.kept.into());
                properties.insert("recordsSkipped".to_owned(), input.records.skipped.into());
                Artifact {
                    location: ArtifactLocation {
                        uri: uri(&input.path),
                        uri_base_id: BASE,
                        index: Some(index),
                    },
                    roles: ["analysisTarget"],
                    length: Some(input.bytes),
                    hashes: digest.collect(),
                    properties,
                }
            })
            .collect()
    }

    /// The results, and how many violations of how many more are left out.
    fn results(&self, scope: Scope) -> (Vec<Finding>, u64) {
        let mut results = Vec::new();
        for (index, rule) in self.rules.iter().enumerate() {
            match (rule.outcome, scope) {
                (Outcome::Fail, _) => results.extend(self.violations(index, rule, scope)),
                (Outcome::Waived | Outcome::Baselined, Scope::Every) => {
                    results.extend(self.violations(index, rule, scope));
                }
                (_, Scope::Every) => results.push(self.verdict(index, rule)),
                (_, Scope::Open) => {}
            }
        }
        let left = u64::try_from(results.len().saturating_sub(RESULTS)).unwrap_or(u64::MAX);
        results.truncate(RESULTS);
        (results, left)
    }

    /// A result a file in which a rule is violated; one for the rule where files are not told apart.
    fn violations(&self, index: usize, rule: &Rule, scope: Scope) -> Vec<Finding> {
        // Where only what is open is shown, a file in which everything is excused has no result.
        let shown = |count: &&FileCount| scope == Scope::Every || count.open() > 0;
        let mut groups: Vec<Group<'_>> = rule.files.iter().filter(shown).map(Group::of).collect();
        if groups.is_empty() {
            let mut seen: Vec<&str> =
                rule.findings.iter().filter_map(|finding| finding.file.as_deref()).collect();
            seen.dedup();
            groups = match seen.as_slice() {
                [] => vec![Group::of_rule(rule, None)],
                [only] if rule.findings_omitted == 0 => vec![Group::of_rule(rule, Some(only))],
                files => files
                    .iter()
                    .map(|file| Group { count: None, ..Group::of_rule(rule, Some(file)) })
                    .collect(),
            };
        }
        let last = groups.len() - 1;
        let violations = |(nth, group): (usize, Group<'_>)| {
            self.violation(index, rule, scope, group, nth == last)
        };
        groups.into_iter().enumerate().map(violations).collect()
    }

    /// The violations of a rule in one file.
    fn violation(
        &self,
        index: usize,
        rule: &Rule,
        scope: Scope,
        group: Group<'_>,
        is_last: bool,
    ) -> Finding {
        let Group { file, count, waived, baselined, .. } = group;
        let here: Vec<&v1::Finding> = rule
            .findings
            .iter()
            .filter(|finding| finding.file.as_deref() == file || file.is_none())
            .collect();
        let mut message = vec![format!("{}.", rule.title.trim_end_matches('.'))];
        if let (Some(count), Some(file)) = (count, file) {
            message.push(format!("{} {} in {file}.", number(count), rule.unit.name(count)));
        }
        message.push(format!("{}.", capital(&phrase::told(rule))));
        message.extend(phrase::unjudged(rule).map(|words| format!("{}.", capital(&words))));
        if is_last && rule.files_omitted > 0 {
            let more = counted(rule.files_omitted, "more file has", "more files have");
            message.push(format!("{more} violations and no result of their own."));
        }
        let shown = length(&here).min(PLACES as u64);
        let more = count.map(|count| count.saturating_sub(shown)).filter(|more| *more > 0);
        if let Some(more) = more {
            message.push(format!("{} more are not among the places.", number(more)));
        }
        message.push(phrase::masking(self.report).to_owned());
        let primary = self.primary(rule, file, here.first().copied());
        let related = here.iter().take(PLACES).enumerate();
        let fields: Vec<&str> = here
            .iter()
            .flat_map(|finding| &finding.fields)
            .map(|field| field.name.as_str())
            .fold(Vec::new(), |mut all, name| {
                if !all.contains(&name) {
                    all.push(name);
                }
                all
            });
        let hash = self.roles.fingerprint(&rule.id, file, "");
        let mut fingerprints = Map::new();
        // Without it, an upload would hash the text of the line, which is a record.
        fingerprints.insert("primaryLocationLineHash".to_owned(), format!("{hash}:1").into());
        fingerprints.insert("chartaudit/v1".to_owned(), hash.into());
        let mut properties = Map::new();
        properties.insert("recordSet".to_owned(), safe(&rule.record_set).into());
        properties.insert("fields".to_owned(), fields.iter().map(|field| safe(field)).collect());
        properties.insert("waived".to_owned(), waived.into());
        properties.insert("baselined".to_owned(), baselined.into());
        let suppressed = scope == Scope::Every && group.is_excused() && waived > 0;
        Finding {
            rule_id: safe(&rule.id),
            rule_index: index,
            kind: "fail",
            level: rule.severity.name(),
            message: text(&message.join(" ")),
            locations: vec![primary],
            related_locations: related
                .map(|(nth, finding)| Location {
                    id: Some(nth + 1),
                    ..self.location(rule, finding)
                })
                .collect(),
            occurrence_count: count.filter(|count| *count > 0),
            partial_fingerprints: fingerprints,
            suppressions: suppressed
                .then(|| Suppression {
                    kind: "external",
                    status: "accepted",
                    justification: self.justification(rule),
                })
                .into_iter()
                .collect(),
            baseline_state: self.report.baseline.is_some().then(|| group.state(rule)),
            properties,
        }
    }

    /// Why the violations of a rule are waived: the reasons of its waivers.
    fn justification(&self, rule: &Rule) -> String {
        let waivers = self.report.waivers.iter();
        let own = waivers.filter(|of| rule.waived.iter().any(|count| count.waiver == of.number));
        let words = own.map(|of| {
            format!("{} (approved by {}, until {})", of.reason, of.approved_by, of.expires)
        });
        let words = words.collect::<Vec<_>>().join("; ");
        safe(if words.is_empty() { "waived" } else { &words })
    }

    /// What became of a rule that is not violated.
    fn verdict(&self, index: usize, rule: &Rule) -> Finding {
        let kind = match rule.outcome {
            Outcome::Pass => "pass",
            Outcome::NotApplicable => "notApplicable",
            Outcome::NotEvaluated | Outcome::Pending => "open",
            _ => "informational",
        };
        let mut message = vec![format!("{}.", capital(&phrase::told(rule)))];
        message.extend(phrase::unjudged(rule).map(|words| format!("{}.", capital(&words))));
        let hash = self.roles.fingerprint(&rule.id, None, "outcome");
        let mut fingerprints = Map::new();
        fingerprints.insert("primaryLocationLineHash".to_owned(), format!("{hash}:1").into());
        Finding {
            rule_id: safe(&rule.id),
            rule_index: index,
            kind,
            level: "none",
            message: text(&message.join(" ")),
            locations: vec![self.primary(rule, None, None)],
            related_locations: Vec::new(),
            occurrence_count: None,
            partial_fingerprints: fingerprints,
            suppressions: Vec::new(),
            baseline_state: None,
            properties: Map::new(),
        }
    }

    /// The place that stands for a result: its first example, else its file, else a file of its record set.
    fn primary(&self, rule: &Rule, file: Option<&str>, first: Option<&v1::Finding>) -> Location {
        if let Some(finding) = first.filter(|finding| finding.file.is_some()) {
            return self.location(rule, finding);
        }
        let of_set = || {
            let claims = |input: &&v1::Input| input.record_set.as_ref() == Some(&rule.record_set);
            self.report.inputs.iter().find(claims).map(|input| input.path.as_str())
        };
        let first = || self.report.inputs.first().map(|input| input.path.as_str());
        let file = file.or_else(of_set).or_else(first).unwrap_or(".");
        Location {
            id: None,
            physical_location: self.physical(file, 1),
            logical_locations: vec![LogicalLocation {
                name: safe(&rule.record_set),
                fully_qualified_name: safe(&rule.record_set),
                kind: "table",
            }],
            message: None,
            properties: Map::new(),
        }
    }

    /// Where a finding is.
    fn location(&self, rule: &Rule, finding: &v1::Finding) -> Location {
        let file = finding.file.as_deref().unwrap_or(".");
        let record = finding.record.map(|record| LogicalLocation {
            name: format!("record {record}"),
            fully_qualified_name: safe(&format!("{}#row={record}", rule.record_set)),
            kind: "record",
        });
        let mut properties = Map::new();
        let mut add = |name: &str, value: Option<String>| {
            properties.extend(value.map(|value| (name.to_owned(), safe(&value).into())));
        };
        add("key", Some(phrase::key(finding)).filter(|key| !key.is_empty()));
        add("assign", finding.assign.as_ref().map(|part| format!("{} {}", part.field, part.tag)));
        add("overdue", finding.overdue.map(|overdue| overdue.words().to_owned()));
        add("due", finding.due.clone());
        add("fingerprint", finding.fingerprint.clone());
        Location {
            id: None,
            physical_location: self.physical(file, finding.line.unwrap_or(1)),
            logical_locations: record.into_iter().collect(),
            message: Some(text(&phrase::finding(finding))),
            properties,
        }
    }

    fn physical(&self, file: &str, line: u64) -> PhysicalLocation {
        let line = line.max(1);
        PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: uri(file),
                uri_base_id: BASE,
                index: self.artifacts.get(file).copied(),
            },
            region: Region { start_line: line, start_column: 1, end_line: line, end_column: 2 },
        }
    }

    fn invocation(&self, scope: Scope, left: u64) -> Invocation {
        let mut execution = self.input_notices();
        let mut configuration = Vec::new();
        for (index, rule) in self.rules.iter().enumerate() {
            let (level, to) = match (rule.outcome, rule.reason_code) {
                (Outcome::NotEvaluated, _) if rule.required => ("error", &mut execution),
                (
                    Outcome::NotEvaluated,
                    Some(ReasonCode::RecordSetAbsent | ReasonCode::FieldsNotBound),
                ) => ("warning", &mut configuration),
                (Outcome::NotEvaluated, _) => ("warning", &mut execution),
                (Outcome::Off, _) => ("note", &mut configuration),
                _ => continue,
            };
            let descriptor =
                if rule.outcome == Outcome::Off { "rule/off" } else { "rule/not-evaluated" };
            to.push(Notification {
                associated_rule: Some(DescriptorReference {
                    id: safe(&rule.id),
                    index: Some(index),
                    tool_component: None,
                }),
                ..notice(descriptor, level, &phrase::told(rule))
            });
        }
        for pack in &self.report.provenance.packs_not_run {
            let words = format!("{}: {}; {} runs it", pack.pack, pack.reason, pack.flag);
            configuration.push(notice("pack/not-run", "note", &words));
        }
        for reason in &self.report.incomplete_reasons {
            execution.push(notice("audit/incomplete", "error", reason));
        }
        let mut cut = |what: u64, one: &str, many: &str| {
            if what > 0 {
                let words = format!(
                    "{} not in this file; the JSON report has them",
                    counted(what, one, many)
                );
                execution.push(notice("report/truncated", "warning", &words));
            }
        };
        cut(left, "more result is", "more results are");
        let rules = length(&self.report.rules).saturating_sub(length(&self.rules));
        cut(rules, "more rule is", "more rules are");
        let inputs = length(&self.report.inputs).saturating_sub(LISTED as u64);
        cut(inputs, "more input is", "more inputs are");
        if scope == Scope::Open {
            let waived = self.report.rules.iter().fold(0, |sum: u64, rule| {
                sum.saturating_add(rule.counts.violations.saturating_sub(phrase::open(rule)))
            });
            if waived > 0 {
                let words = format!(
                    "{} waived or known from the baseline; rules of which nothing else is violated have no result",
                    counted(waived, "violation is", "violations are")
                );
                execution.push(notice("report/excused", "note", &words));
            }
        }
        for waiver in waiver::noted(self.report) {
            execution.push(notice("waiver/noted", "warning", &waiver::sentence(waiver)));
        }
        Invocation {
            execution_successful: matches!(self.report.exit_code, 0 | 1 | 6),
            exit_code: self.report.exit_code,
            exit_code_description: safe(&self.report.exit_reason),
            tool_execution_notifications: execution,
            tool_configuration_notifications: configuration,
        }
    }

    /// What was wrong with the inputs.
    fn input_notices(&self) -> Vec<Notification> {
        let mut notices = Vec::new();
        let mut left = 0_u64;
        for input in &self.report.inputs {
            if matches!(input.fate, Fate::Refused | Fate::Unrecognised) && input.problems.is_empty()
            {
                notices.push(Notification {
                    locations: vec![self.bare(&input.path, 1)],
                    ..notice("input/not-read", "error", "nothing of this file was evaluated")
                });
            }
            for problem in &input.problems {
                if notices.len() >= LISTED {
                    left += 1;
                    continue;
                }
                let level = match problem.class {
                    ProblemClass::Refused | ProblemClass::Skipped => "error",
                    ProblemClass::Kept => "warning",
                    ProblemClass::Noted => "note",
                };
                let first = problem.first.first();
                let words = first.map_or("", |place| place.detail.as_str());
                let words = format!(
                    "{} ({}): {words}",
                    input.path,
                    counted(problem.count, "time", "times")
                );
                notices.push(Notification {
                    locations: vec![self.bare(&input.path, first.map_or(1, |place| place.line))],
                    ..notice(&problem.code, level, &words)
                });
            }
        }
        if left > 0 {
            let words = format!(
                "{} not in this file; the JSON report has them",
                counted(left, "more input problem is", "more input problems are")
            );
            notices.push(notice("report/truncated", "warning", &words));
        }
        notices
    }

    /// A place in a file.
    fn bare(&self, file: &str, line: u64) -> Location {
        Location {
            id: None,
            physical_location: self.physical(file, line),
            logical_locations: Vec::new(),
            message: None,
            properties: Map::new(),
        }
    }

    /// What the audit stands on.
    fn properties(&self) -> Properties {
        let report = self.report;
        let provenance = &report.provenance;
        let mut properties = Map::new();
        let mut add = |name: &str, value: serde_json::Value| {
            properties.insert(name.to_owned(), value);
        };
        add("asOf", json!(safe(&report.as_of)));
        add("verdict", json!(report.verdict));
        add("masking", json!(phrase::masking(report)));
        add("notice", json!(safe(&report.notice)));
        add("siteKey", json!(provenance.site_key));
        add("timeZone", json!(safe(&provenance.time_zone)));
        add("selection", json!(safe(&provenance.selection)));
        add("failOn", json!(safe(&provenance.fail_on)));
        add("facility", json!(provenance.facility.as_deref().map(neutral)));
        let packs = provenance.packs.iter().map(|pack| {
            json!({"pack": safe(&pack.pack), "version": safe(&pack.version), "blake3": safe(&pack.blake3)})
        });
        add("packs", packs.collect());
        let params = provenance.params.iter();
        add("params", params.map(|(name, value)| (safe(name), json!(safe(value)))).collect());
        let tailoring = provenance.tailoring.iter().map(|change| {
            json!({"rule": safe(&change.rule), "change": safe(&change.change), "reason": safe(&change.reason)})
        });
        add("tailoring", tailoring.collect());
        let controls = provenance.not_checkable.iter().flat_map(|pack| &pack.controls);
        add("notCheckable", controls.map(|control| safe(control)).collect());
        let rules = &report.summary.rules;
        add(
            "rules",
            json!({
                "total": rules.total, "passed": rules.passed, "failed": rules.failed,
                "waived": rules.waived, "baselined": rules.baselined, "pending": rules.pending,
                "notEvaluated": rules.not_evaluated, "notApplicable": rules.not_applicable,
                "off": rules.off, "violations": rules.violations,
                "openViolations": rules.open_violations,
            }),
        );
        properties
    }
}

/// The violations of a rule that have one result.
#[derive(Debug, Clone, Copy)]
struct Group<'r> {
    file: Option<&'r str>,
    /// How many there are, where that is known.
    count: Option<u64>,
    waived: u64,
    baselined: u64,
}

impl<'r> Group<'r> {
    /// Those in one file.
    fn of(count: &'r FileCount) -> Self {
        let FileCount { file, violations, waived, baselined } = count;
        Self { file: Some(file), count: Some(*violations), waived: *waived, baselined: *baselined }
    }

    /// All of a rule.
    fn of_rule(rule: &Rule, file: Option<&'r str>) -> Self {
        let counts = &rule.counts;
        let (waived, baselined) = (counts.waived, counts.baselined);
        Self { file, count: Some(counts.violations), waived, baselined }
    }

    /// What a viewer may say of it that knows the baseline.
    fn state(&self, rule: &Rule) -> &'static str {
        let by_file = rule.files.iter().map(|of| of.baselined).fold(0, u64::saturating_add);
        // Fingerprints do not say in which file a known finding lies, so that a comparison does not know it.
        let untold = by_file < rule.counts.baselined && rule.files_omitted == 0;
        match self.count {
            _ if self.baselined == 0 && untold => "updated",
            _ if self.baselined == 0 => "new",
            Some(count) if count <= self.waived.saturating_add(self.baselined) => "unchanged",
            _ => "updated",
        }
    }

    /// Whether none of them is open.
    fn is_excused(&self) -> bool {
        self.count.is_some_and(|count| count <= self.waived.saturating_add(self.baselined))
    }
}

/// Kinds of notifications beside the codes of input problems.
const NOTICES: [(&str, &str); 8] = [
    ("audit/incomplete", "Something that had to be judged was not."),
    ("input/not-read", "A file was not evaluated."),
    ("pack/not-run", "A pack did not run."),
    ("report/excused", "Violations are waived or known."),
    ("report/truncated", "This file does not hold everything."),
    ("rule/not-evaluated", "A rule could not be judged."),
    ("rule/off", "A rule is switched off by the project file."),
    ("waiver/noted", "Somebody has to renew a waiver, or to strike it out."),
];

/// A notification without a place.
fn notice(descriptor: &str, level: &'static str, words: &str) -> Notification {
    Notification {
        descriptor: DescriptorReference { id: safe(descriptor), index: None, tool_component: None },
        level,
        message: text(&capital(words)),
        associated_rule: None,
        locations: Vec::new(),
    }
}

/// The instrument that a guideline is part of.
fn instrument(guideline: &v1::Guideline) -> &str {
    guideline.authority.as_deref().unwrap_or("guidelines")
}

/// A text as a message.
fn text(text: &str) -> Text {
    Text { text: safe(text) }
}

/// The text without a character that deceives.
fn safe(text: &str) -> String {
    neutral(text)
}

/// The sentence with a capital.
fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// The address if it is one of the web.
fn web_address(url: &str) -> Option<String> {
    let is_plain = |char: char| char.is_ascii_graphic() && !"\"<>\\^`{|}".contains(char);
    (url.starts_with("https://") && url.chars().all(is_plain)).then(|| url.to_owned())
}

/// A relative path as a URI.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in neutral(path).trim_start_matches("./").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}
