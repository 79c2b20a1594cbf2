//! What the counts of a column come to under a rule about releases.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::detect::{Fineness, Identifying, Role, Site, Surety, Whose};
use crate::engine::chunk::FileWork;
use crate::engine::drive::FileSoFar;
use crate::engine::profile::part::{By, ColumnPart, Seen};
use crate::engine::profile::sign::Sign;
use crate::engine::profile::task::{ProfiledColumn, Said};
use crate::finding::{Counts, Finding, FindingField, Place};
use crate::plan::Plan;
use crate::rule::{CheckedRule, ReleaseCheck};

/// What a rule says of all columns that it is about.
#[derive(Debug, Default)]
pub(crate) struct Judged {
    /// The columns, by what became of them.
    pub(crate) counts: Counts,
    /// Why columns could not be judged: which, and why.
    pub(crate) reasons: BTreeMap<String, u64>,
    /// How many identifiers each of the site's allowances let stand.
    pub(crate) allowed: BTreeMap<u16, u64>,
    /// One finding a column that violates the rule, in the order of files and columns.
    pub(crate) findings: Vec<Finding>,
}

/// A column held against a rule.
enum Verdict<'p> {
    /// No value stands in it.
    Blank,
    /// It holds nothing that it must not hold.
    Keeps,
    /// That cannot be told, and why.
    Doubt(String),
    /// It does, for certain.
    Breaks(Evidence<'p>, usize),
}

/// Something that speaks for a kind of element in a column.
struct Evidence<'p> {
    sure: Sure,
    /// What was seen, in words.
    words: String,
    seen: Option<&'p Seen>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Sure {
    Certain,
    Doubtful,
}

/// Of so many values a share says something.
const ENOUGH: u64 = 20;
/// One known number in so many values is ten times what chance gives.
const CHANCE: u64 = 100;

/// Holds the columns of the files that a rule is about against it.
pub(crate) fn judge(
    plan: &Plan,
    files: &[(FileWork<'_>, FileSoFar)],
    number: u32,
    rule: &CheckedRule,
    check: &ReleaseCheck,
) -> Judged {
    let mut judged = Judged::default();
    for (index, planned) in
        plan.files.iter().enumerate().filter(|(file, _)| plan.is_about(rule, *file))
    {
        let read = files.iter().find(|(work, _)| work.number == index);
        let profile = read.and_then(|(work, so_far)| Some((work.profile.as_ref()?, so_far)));
        let whole = profile.filter(|(_, so_far)| so_far.complete);
        if whole.is_none() {
            judged.counts.records += 1;
            judged.counts.not_evaluable += 1;
            let why = format!(
                "`{}` could not be read to its end, so that more may stand in its columns",
                planned.name
            );
            *judged.reasons.entry(why).or_default() += 1;
        }
        let Some((task, so_far)) = profile else { continue };
        let file: Arc<str> = planned.name.as_str().into();
        for (column, part) in task.columns.iter().zip(&so_far.profile) {
            judged.counts.records += 1;
            for ((entry, kind), count) in &part.allowed {
                if check.remove.contains(kind) {
                    *judged.allowed.entry(*entry).or_default() += count;
                }
            }
            match verdict(column, part, check) {
                Verdict::Blank => judged.counts.not_applicable += 1,
                Verdict::Keeps => judged.counts.passed += 1,
                Verdict::Doubt(why) => {
                    judged.counts.not_evaluable += 1;
                    let why = format!("`{}` of {file}: {why}", column.name);
                    *judged.reasons.entry(why).or_default() += 1;
                }
                Verdict::Breaks(evidence, others) => {
                    judged.counts.violations += 1;
                    let site = &check.detection.site;
                    judged.findings.push(finding(number, &file, column, &evidence, others, site));
                }
            }
        }
    }
    judged
}

fn finding(
    rule: u32,
    file: &Arc<str>,
    column: &ProfiledColumn,
    evidence: &Evidence<'_>,
    others: usize,
    site: &Site,
) -> Finding {
    let mut message = evidence.words.clone();
    match others {
        0 => {}
        1 => message.push_str("; and 1 more sign"),
        others => message.push_str(&format!("; and {others} more signs")),
    }
    let first = evidence.seen.map(|seen| &seen.first);
    let place = Place {
        file: Some(Arc::clone(file)),
        record: first.map(|first| first.record),
        line: first.map(|first| first.line),
    };
    let mut finding = Finding::plain(rule, place, message);
    if let Some(first) = first {
        finding.fields.push(FindingField { name: column.name.clone(), value: first.value.clone() });
        finding.identifier = first.found.map(|found| {
            let name = match found.by {
                By::Detector(number) => site.name_of(number),
                By::Known(kind) => kind.detector(),
            };
            (name.to_owned(), found.tier.letter(), found.span)
        });
    }
    finding
}

fn verdict<'p>(column: &ProfiledColumn, part: &'p ColumnPart, check: &ReleaseCheck) -> Verdict<'p> {
    if part.filled == 0 {
        return Verdict::Blank;
    }
    let mut all: Vec<Evidence<'p>> = Vec::new();
    for kind in &check.remove {
        let mut found = Found { column, part, all: Vec::new() };
        found.kind(*kind);
        match kind {
            Identifying::Dates => found.dates(),
            Identifying::Ages => found.ages(),
            Identifying::Places => found.places(check),
            Identifying::Images => found.sure(Sign::Picture, "holds pictures"),
            Identifying::Codes => found.codes(),
            _ => {}
        }
        // What is a provider's is the patient's neither for certain nor never.
        let anybodys = matches!(
            kind,
            Identifying::Ssns | Identifying::RecordNumbers | Identifying::PlanNumbers
        );
        if column.whose == Whose::Other && !anybodys {
            for evidence in &mut found.all {
                if evidence.sure == Sure::Certain {
                    evidence.sure = Sure::Doubtful;
                    evidence.words =
                        "by its name it is not the patient's: decide whether it tells where or \
                                      through whom the patient can be found"
                            .to_owned();
                }
            }
        }
        all.extend(found.all);
    }
    all.sort_by_key(|evidence| {
        (evidence.sure, std::cmp::Reverse(evidence.seen.map_or(0, |seen| seen.count)))
    });
    let certain = all.iter().filter(|evidence| evidence.sure == Sure::Certain).count();
    let mut all = all.into_iter();
    match all.next() {
        Some(first) if certain > 0 => Verdict::Breaks(first, certain - 1),
        Some(first) => Verdict::Doubt(first.words),
        None => Verdict::Keeps,
    }
}

/// The evidence that is found in one column.
struct Found<'c, 'p> {
    column: &'c ProfiledColumn,
    part: &'p ColumnPart,
    all: Vec<Evidence<'p>>,
}

impl<'p> Found<'_, 'p> {
    fn seen(&self, sign: Sign) -> Option<&'p Seen> {
        self.part.signs.get(&sign.index())
    }

    fn push(&mut self, sure: Sure, words: String, seen: Option<&'p Seen>) {
        self.all.push(Evidence { sure, words, seen });
    }

    /// `12 of 40 values`.
    fn share(&self, count: u64) -> String {
        let noun = if self.part.filled == 1 { "value" } else { "values" };
        format!("{count} of {} {noun}", self.part.filled)
    }

    /// Whether so many are four in five of enough values, so that chance is out.
    fn most(&self, count: u64) -> bool {
        self.part.filled >= ENOUGH && count * 5 >= self.part.filled * 4
    }

    /// Whether so many are more than chance gives.
    fn some(&self, count: u64) -> bool {
        count * 10 > self.part.filled
    }

    /// A sign that needs no more.
    fn sure(&mut self, sign: Sign, what: &str) {
        if let Some(seen) = self.seen(sign) {
            self.push(Sure::Certain, format!("{what}: {}", self.share(seen.count)), Some(seen));
        }
    }

    /// What the column is called, and what detectors found in it.
    fn kind(&mut self, kind: Identifying) {
        let of_role = match self.column.role {
            Some(Role::Element(of_role)) => of_role == kind,
            Some(Role::PersonCode) => kind == Identifying::Codes && !self.column.is_code,
            _ => false,
        };
        if of_role && let Some(seen) = self.seen(Sign::Named) {
            let who = match self.column.said {
                Said::Dictionary => "the field holds",
                Said::Header => "by its name the column holds",
            };
            let words = format!("{who} {}: {}", kind.words(), self.share(seen.count));
            self.push(Sure::Certain, words, Some(seen));
        }
        self.sure(Sign::Certain(kind), &format!("holds {}", kind.words()));
        self.known(kind);
        if self.column.is_code {
            return;
        }
        if let Some(seen) = self.seen(Sign::Likely(kind)) {
            let words =
                format!("holds {} by shape and check: {}", kind.words(), self.share(seen.count));
            if self.most(seen.count) {
                self.push(Sure::Certain, words, Some(seen));
            } else if self.some(seen.count) {
                let words = format!("{} may be {}", self.share(seen.count), kind.words());
                self.push(Sure::Doubtful, words, Some(seen));
            }
        }
        if let Some(seen) = self.seen(Sign::Shape(kind))
            && self.part.filled > 0
            && seen.count * 5 >= self.part.filled * 4
        {
            let words = format!("{} have the shape of {}", self.share(seen.count), kind.words());
            self.push(Sure::Doubtful, words, Some(seen));
        }
    }

    /// What the column holds of the patients whose records are part of the audit. Nobody may declare it the code by
    /// which patients are found again: such a code is not derived from what is known of them.
    fn known(&mut self, kind: Identifying) {
        let what = match kind {
            Identifying::Codes => {
                "numbers of patients of this audit, or codes derived from what is known of them"
                    .to_owned()
            }
            Identifying::Names => "names of patients of this audit".to_owned(),
            _ => format!("{} of patients of this audit", kind.words()),
        };
        self.sure(Sign::Known(kind), &format!("holds {what}"));
        let Some(seen) = self.seen(Sign::MaybeKnown(kind)) else { return };
        let crowded = self.seen(Sign::Crowded).map_or(0, |seen| seen.count);
        let by_chance = crowded * 2 > seen.count;
        if self.most(seen.count) && !by_chance {
            let words = format!("holds {what}: {}", self.share(seen.count));
            self.push(Sure::Certain, words, Some(seen));
        } else if by_chance && seen.count * 2 > self.part.filled
            || !by_chance && seen.count * CHANCE > self.part.filled
        {
            let words = format!("{} may be {what}", self.share(seen.count));
            self.push(Sure::Doubtful, words, Some(seen));
        }
    }

    fn dates(&mut self) {
        let is_calendar = !matches!(self.column.role, Some(Role::Calendar(_)))
            || self.seen(Sign::Beyond).is_none();
        for fineness in Fineness::ALL {
            if is_calendar {
                self.sure(
                    Sign::Fine(fineness, Surety::Certain),
                    &format!("holds {}", fineness.words()),
                );
            }
            if self.column.is_code {
                continue;
            }
            if let Some(seen) = self.seen(Sign::Fine(fineness, Surety::Likely)) {
                if self.most(seen.count) {
                    let words = format!("holds {}: {}", fineness.words(), self.share(seen.count));
                    self.push(Sure::Certain, words, Some(seen));
                } else if self.some(seen.count) {
                    let words = format!("{} may be {}", self.share(seen.count), fineness.words());
                    self.push(Sure::Doubtful, words, Some(seen));
                }
            }
        }
        if let Some(seen) = self.seen(Sign::NoDate) {
            let words =
                format!("{} can be read neither as dates nor as years", self.share(seen.count));
            self.push(Sure::Doubtful, words, Some(seen));
        }
    }

    fn ages(&mut self) {
        self.sure(Sign::Over89, "holds ages over 89");
        self.sure(Sign::OldYear, "holds years that show an age over 89");
        if let Some(seen) = self.seen(Sign::MaybeOldYear) {
            let words =
                format!("{} are years that show an age of 89 or 90", self.share(seen.count));
            self.push(Sure::Doubtful, words, Some(seen));
        }
        let years = self.seen(Sign::YearShape).map_or(0, |seen| seen.count);
        if let Some(seen) = self.seen(Sign::OldYearShape).filter(|_| self.most(years)) {
            let words = format!(
                "its values look like years, and {} would show an age over 89",
                self.share(seen.count)
            );
            self.push(Sure::Doubtful, words, Some(seen));
        }
    }

    fn places(&mut self, check: &ReleaseCheck) {
        self.sure(Sign::FineZip, "holds postal codes of more than three digits");
        self.sure(Sign::Coordinate, "holds coordinates");
        let part = self.part;
        let mut restricted: Option<(u64, &Seen)> = None;
        let mut unknown: Option<(u64, &Seen)> = None;
        for (prefix, seen) in part.zips.iter().filter(|(prefix, _)| **prefix != 0) {
            let place = match &check.zips {
                Some(zips) if zips.restricted.contains(prefix) => &mut restricted,
                Some(zips) if !zips.unused.contains(prefix) => continue,
                _ => &mut unknown,
            };
            let (count, first) = place.unwrap_or((0, seen));
            let first = if seen.first.record < first.first.record { seen } else { first };
            *place = Some((count + seen.count, first));
        }
        if let Some((count, first)) = restricted {
            let words = format!(
                "holds ZIP prefixes of areas of 20,000 people or fewer: {}",
                self.share(count)
            );
            self.push(Sure::Certain, words, Some(first));
        }
        if let Some((count, first)) = unknown {
            let words =
                format!("{} are ZIP prefixes that are in no census table", self.share(count));
            self.push(Sure::Doubtful, words, Some(first));
        }
    }

    fn codes(&mut self) {
        let Some(seen) = self.seen(Sign::Code) else { return };
        let of_nobody = matches!(self.column.role, None | Some(Role::Code));
        if self.column.is_code
            || !of_nobody
            || !self.most(seen.count)
            || !self.part.values.nearly_all_differ()
        {
            return;
        }
        match self.column.role {
            Some(_) => {
                let words = format!(
                    "holds codes that are nearly all different: {}",
                    self.share(seen.count)
                );
                self.push(Sure::Certain, words, Some(seen));
            }
            None => {
                let words = "its values are nearly all different: name it under `codes` of the release if it is \
                             the code by which you find patients again, or leave it out";
                self.push(Sure::Doubtful, words.to_owned(), Some(seen));
            }
        }
    }
}
