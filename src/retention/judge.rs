//! What is said of one record: lawful, unlawful, or undecided and for lack of what.

use std::fmt::Write as _;

use crate::retention::derive::{Applies, FloorKind, Outlook};
use crate::retention::fact::{Fact, FactSet, FactValue, Facts, Held};
use crate::retention::schedule::{
    CountedFrom, DeathHow, Minor, MinorAge, Period, ScheduleRow, Termed,
};
use crate::retention::span::Bounds;
use crate::retention::timetable::Timetable;
use crate::retention::vocabulary::{Evidence, Trigger};
use crate::value::Date;

/// What is asked of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RetainKind {
    /// Was it destroyed before the earliest lawful day?
    Early,
    /// Was it destroyed under a legal hold or during a litigation that stops destruction?
    Held,
    /// Was it destroyed while a request of the patient was open?
    Requested,
    /// Is the evidence of its destruction incomplete?
    Unevidenced,
    /// Is it gone without an entry?
    Vanished,
    /// Is it kept longer than law or policy lets it be?
    Overdue {
        /// How long after the earliest lawful day the facility's policy keeps records.
        grace: Option<Period>,
    },
}

/// What is said of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ruling {
    /// Nothing is wrong, whatever the input that is missing.
    Pass,
    /// There is nothing to judge.
    NotApplicable,
    /// It is certainly wrong.
    Violation(Breach),
    /// It cannot be told.
    Unknown(Undecided),
}

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breach {
    /// Destroyed too early.
    Early {
        /// The number of the row.
        row: u16,
        /// The part of it.
        kind: FloorKind,
        /// How many days too early, at least.
        days: i64,
        /// Whether it is exactly so many.
        exact: bool,
    },
    /// Destroyed although it is kept for ever.
    Forever {
        /// The number of the row.
        row: u16,
    },
    /// Destroyed under legal holds: how many at least.
    Held(i64),
    /// Destroyed while a litigation was pending that this row respects.
    Litigation {
        /// The number of the row.
        row: u16,
    },
    /// Destroyed while requests were open: how many at least.
    Requested(i64),
    /// These parts of the evidence are not there.
    Unevidenced(FactSet),
    /// A condition of a row was not kept.
    Condition {
        /// The number of the row.
        row: u16,
        /// The number of its condition.
        condition: u8,
        /// Whether what it asks for came too late, rather than not at all.
        late: bool,
    },
    /// Gone without an entry before it could have been destroyed: so many days at least.
    Vanished {
        /// The number of the row.
        row: u16,
        /// The part of it.
        kind: FloorKind,
        /// The days that are left at least.
        days: i64,
    },
    /// Gone without the entry that this row asks for.
    Unlogged {
        /// The number of the row.
        row: u16,
    },
    /// Kept so many days past the limit, at least.
    Overdue {
        /// The number of the row that limits it; `None`: the facility's policy.
        row: Option<u16>,
        /// How many days.
        days: i64,
    },
}

/// Why it cannot be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undecided {
    /// The facts that would decide it.
    pub open: FactSet,
    /// What else stands in the way.
    pub obstacle: Option<Obstacle>,
}

/// What stands in the way of a judgement besides missing facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// No row of the schedule is for such a record.
    NoRow,
    /// The law of this place is known to say more than the rows tell.
    Gap(u16),
    /// The destruction is dated after the day of the audit.
    Future,
    /// The rule can be read in two ways, and the day lies between them.
    Wording,
}

impl Timetable {
    /// What is said of a record on the day of the audit.
    #[must_use]
    pub fn judge(&self, kind: RetainKind, facts: &Facts, as_of: Date) -> Ruling {
        match kind {
            RetainKind::Early => self.early(facts, as_of),
            RetainKind::Held | RetainKind::Requested if is_to_come(facts, as_of) => {
                undecided(FactSet::of(Fact::Destroyed), Some(Obstacle::Future))
            }
            RetainKind::Held => self.held(facts, as_of),
            RetainKind::Requested => match counted(facts, Fact::Requests) {
                Ok(0) => Ruling::Pass,
                Ok(count) => Ruling::Violation(Breach::Requested(count)),
                Err(undecided) => Ruling::Unknown(undecided),
            },
            RetainKind::Unevidenced => self.unevidenced(facts, as_of),
            RetainKind::Vanished => self.vanished(facts, as_of),
            RetainKind::Overdue { grace } => self.overdue(facts, as_of, grace),
        }
    }

    fn early(&self, facts: &Facts, as_of: Date) -> Ruling {
        let destroyed = match Bounds::of(facts.get(Fact::Destroyed)) {
            Some(Bounds { low: Some(low), high: Some(high) }) => (low, high),
            _ => return undecided(FactSet::of(Fact::Destroyed), None),
        };
        if destroyed.1 > as_of {
            return undecided(FactSet::of(Fact::Destroyed), Some(Obstacle::Future));
        }
        let outlook = self.outlook(facts, as_of);
        let Bounds { low, high } = outlook.lawful;
        if let (Some(low), Some((row, kind))) = (low, outlook.certain)
            && destroyed.1 < low
        {
            if low == Date::MAX {
                return Ruling::Violation(Breach::Forever { row });
            }
            let days = destroyed.1.days_between(low);
            let exact = outlook.lawful.is_exact() && destroyed.0 == destroyed.1;
            return Ruling::Violation(Breach::Early { row, kind, days, exact });
        }
        if high.is_some_and(|high| destroyed.0 >= high) {
            return Ruling::Pass;
        }
        let mut open = outlook.open;
        if destroyed.0 != destroyed.1 {
            open.insert(Fact::Destroyed);
        }
        undecided(open, obstacle(&outlook))
    }

    fn held(&self, facts: &Facts, as_of: Date) -> Ruling {
        let holds = counted(facts, Fact::Holds);
        if let Ok(count) = holds
            && count > 0
        {
            return Ruling::Violation(Breach::Held(count));
        }
        let mut ruling = match holds {
            Ok(_) => Ruling::Pass,
            Err(undecided) => Ruling::Unknown(undecided),
        };
        let pending = facts.get(Fact::Litigation);
        if matches!(pending, FactValue::Absent | FactValue::Missing) {
            return ruling;
        }
        self.each_row(facts, as_of, |number, row, applies, open| {
            let stops = row.litigation.is_some_and(|rule| rule.at_most_years.is_none());
            if !stops || matches!(ruling, Ruling::Violation(_)) {
                return;
            }
            let certain = applies == Applies::Yes && matches!(pending, FactValue::Known { .. });
            if certain {
                ruling = Ruling::Violation(Breach::Litigation { row: number });
            } else if ruling == Ruling::Pass {
                ruling = undecided(open.and(FactSet::of(Fact::Litigation)), None);
            }
        });
        ruling
    }

    fn unevidenced(&self, facts: &Facts, as_of: Date) -> Ruling {
        const PARTS: [Fact; 7] = [
            Fact::Method,
            Fact::Description,
            Fact::RangeStart,
            Fact::RangeEnd,
            Fact::DestroyedBy,
            Fact::Witness,
            Fact::AuthorizedBy,
        ];
        let (mut lacking, mut open) = (FactSet::EMPTY, FactSet::EMPTY);
        match facts.get(Fact::Destroyed) {
            FactValue::Missing => lacking.insert(Fact::Destroyed),
            FactValue::Known { .. } => {}
            FactValue::Absent | FactValue::Unknown => open.insert(Fact::Destroyed),
        }
        for part in PARTS {
            match facts.get(part).holds() {
                Held::Yes => {}
                Held::No => lacking.insert(part),
                Held::Maybe | Held::NotSaid => open.insert(part),
            }
        }
        if !lacking.is_empty() {
            return Ruling::Violation(Breach::Unevidenced(lacking));
        }
        let mut breach = None;
        self.each_row(facts, as_of, |number, row, applies, row_open| {
            for (condition, index) in row.conditions.iter().zip(0_u8..) {
                let (fact, kept) = kept(condition.evidence, condition.days_before, facts);
                match kept {
                    Kept::Yes => {}
                    Kept::No { late } if applies == Applies::Yes => {
                        let found = Breach::Condition { row: number, condition: index, late };
                        breach = breach.or(Some(found));
                    }
                    Kept::No { .. } => open = open.and(row_open),
                    Kept::Maybe => open = open.and(row_open).and(FactSet::of(fact)),
                }
            }
        });
        match breach {
            Some(breach) => Ruling::Violation(breach),
            None if open.is_empty() => Ruling::Pass,
            None => undecided(open, None),
        }
    }

    fn vanished(&self, facts: &Facts, as_of: Date) -> Ruling {
        let mut open = FactSet::EMPTY;
        for fact in [Fact::Inventoried, Fact::Logged] {
            match facts.get(fact).holds() {
                Held::Yes => return Ruling::Pass,
                Held::No => {}
                Held::Maybe | Held::NotSaid => open.insert(fact),
            }
        }
        if !open.is_empty() {
            return undecided(open, None);
        }
        let outlook = self.outlook(facts, as_of);
        if let (Some(low), Some((row, kind))) = (outlook.lawful.low, outlook.certain)
            && as_of < low
        {
            let days = as_of.days_between(low);
            return Ruling::Violation(Breach::Vanished { row, kind, days });
        }
        let mut unlogged = None;
        self.each_row(facts, as_of, |number, row, applies, _| {
            if row.log_required && applies == Applies::Yes {
                unlogged = unlogged.or(Some(number));
            }
        });
        if let Some(row) = unlogged {
            return Ruling::Violation(Breach::Unlogged { row });
        }
        if outlook.lawful.high.is_some_and(|high| as_of >= high) {
            return Ruling::Pass;
        }
        undecided(outlook.open, obstacle(&outlook))
    }

    fn overdue(&self, facts: &Facts, as_of: Date, grace: Option<Period>) -> Ruling {
        let outlook = self.outlook(facts, as_of);
        let mut limit: Option<(Option<u16>, Bounds, FactSet)> = None;
        self.each_limit(facts, as_of, |row, applies, day, open| {
            if applies == Applies::Yes && limit.is_none() {
                limit = Some((Some(row), day, open));
            }
        });
        if let (None, Some(grace)) = (limit, grace) {
            let day = outlook.lawful.after(grace, grace);
            limit = Some((None, day, outlook.open));
        }
        let Some((row, day, open)) = limit else { return Ruling::NotApplicable };
        // A record that must still be kept, for whatever reason, is not kept too long.
        let ends = day.later(outlook.lawful);
        if ends.low.is_some_and(|low| as_of <= low) {
            return Ruling::Pass;
        }
        let mut missing = open.and(outlook.open);
        let past = ends.high.filter(|high| as_of > *high);
        let holds = counted(facts, Fact::Holds);
        let requests = match facts.get(Fact::Requests) {
            FactValue::Absent => Ok(0),
            _ => counted(facts, Fact::Requests),
        };
        match (past, holds, requests) {
            (_, Ok(1..), _) | (_, _, Ok(1..)) => Ruling::Pass,
            (Some(high), Ok(_), Ok(_)) => {
                let days = high.days_between(as_of);
                Ruling::Violation(Breach::Overdue { row, days })
            }
            (_, holds, requests) => {
                for found in [holds, requests] {
                    if let Err(undecided) = found {
                        missing = missing.and(undecided.open);
                    }
                }
                undecided(missing, past.is_none().then(|| obstacle(&outlook)).flatten())
            }
        }
    }
}

fn undecided(open: FactSet, obstacle: Option<Obstacle>) -> Ruling {
    let obstacle = obstacle.or(open.is_empty().then_some(Obstacle::Wording));
    Ruling::Unknown(Undecided { open, obstacle })
}

pub(super) fn obstacle(outlook: &Outlook) -> Option<Obstacle> {
    if let Some(place) = outlook.gap {
        return Some(Obstacle::Gap(place));
    }
    (outlook.rows == 0 && outlook.open.is_empty()).then_some(Obstacle::NoRow)
}

/// A count that is certainly nothing, or how many there are at least.
fn counted(facts: &Facts, fact: Fact) -> Result<i64, Undecided> {
    let value = facts.get(fact);
    match (value.holds(), value) {
        (Held::Yes, FactValue::Known { low, .. }) => Ok(low),
        // A hold that names nobody may be about this record.
        (Held::No, _)
            if fact == Fact::Holds
                && matches!(facts.get(Fact::UnnamedHolds).holds(), Held::Yes | Held::Maybe) =>
        {
            Err(Undecided { open: FactSet::of(Fact::UnnamedHolds), obstacle: None })
        }
        (Held::No, _) => Ok(0),
        _ => Err(Undecided { open: FactSet::of(fact), obstacle: None }),
    }
}

/// Whether the destruction is dated after the day of the audit.
fn is_to_come(facts: &Facts, as_of: Date) -> bool {
    let destroyed = Bounds::of(facts.get(Fact::Destroyed));
    destroyed.and_then(|day| day.high).is_some_and(|day| day > as_of)
}

/// Whether a condition was kept.
enum Kept {
    Yes,
    No { late: bool },
    Maybe,
}

fn kept(evidence: Evidence, days_before: Option<u16>, facts: &Facts) -> (Fact, Kept) {
    let told = |fact: Fact| {
        let destroyed = Bounds::of(facts.get(Fact::Destroyed)).unwrap_or(Bounds::OPEN);
        let notice = match facts.get(fact) {
            FactValue::Missing => return Kept::No { late: false },
            value => match Bounds::of(value) {
                Some(notice) => notice,
                None => return Kept::Maybe,
            },
        };
        let ahead = -i64::from(days_before.unwrap_or(0));
        let latest = |day: Option<Date>| day.map(|day| day.add_days(ahead).unwrap_or(Date::MIN));
        if notice.high.zip(latest(destroyed.low)).is_some_and(|(notice, latest)| notice <= latest) {
            Kept::Yes
        } else if notice.low.zip(latest(destroyed.high)).is_some_and(|(a, latest)| a > latest) {
            Kept::No { late: true }
        } else {
            Kept::Maybe
        }
    };
    let said = |fact: Fact| match facts.get(fact).holds() {
        Held::Yes => Kept::Yes,
        Held::No => Kept::No { late: false },
        Held::Maybe | Held::NotSaid => Kept::Maybe,
    };
    match evidence {
        Evidence::AuthorityNotice => (Fact::AuthorityNotified, told(Fact::AuthorityNotified)),
        Evidence::PatientNotice => (Fact::PatientNotified, told(Fact::PatientNotified)),
        Evidence::PatientAuthorization => (Fact::PatientAuthorized, said(Fact::PatientAuthorized)),
        Evidence::NormalCourse => (Fact::NormalCourse, said(Fact::NormalCourse)),
    }
}

impl Timetable {
    /// What is wrong, in one line without a value of the record.
    #[must_use]
    pub fn message(&self, breach: &Breach) -> String {
        match *breach {
            Breach::Early { row, kind, days, exact } => {
                let span =
                    if exact || days > YEAR { span_words(days) + " " } else { String::new() };
                let what = self.floor_words(row, kind);
                format!("destroyed {span}before the earliest lawful day ({what})")
            }
            Breach::Forever { row } => {
                let what = self.floor_words(row, FloorKind::Permanent);
                format!("destroyed although it must be kept ({what})")
            }
            Breach::Held(count) => {
                let verb = if count == 1 { "was" } else { "were" };
                format!("destroyed while {} {verb} in force", counting(count, "legal hold"))
            }
            Breach::Litigation { row } => {
                format!("destroyed while litigation was pending ({})", self.citation(row))
            }
            Breach::Requested(count) => {
                let verb = if count == 1 { "was" } else { "were" };
                format!("destroyed while {} {verb} open", counting(count, "request"))
            }
            Breach::Unevidenced(lacking) => {
                format!("the evidence of destruction lacks: {}", names(lacking))
            }
            Breach::Condition { row, condition, late } => {
                self.condition_words(row, condition, late)
            }
            Breach::Vanished { row, kind, days } => {
                let span = if days > YEAR { span_words(days) + " " } else { String::new() };
                let what = self.floor_words(row, kind);
                format!("gone without an entry {span}before the earliest lawful day ({what})")
            }
            Breach::Unlogged { row } => {
                format!("gone without the entry that must remain ({})", self.citation(row))
            }
            Breach::Overdue { row: Some(row), days } => {
                let cite = self.citation(row);
                format!("kept {} longer than the law lets it be ({cite})", span_words(days))
            }
            Breach::Overdue { row: None, days } => {
                format!("kept {} longer than the facility's policy says", span_words(days))
            }
        }
    }

    /// Why it cannot be told, in one line without a value of the record.
    #[must_use]
    pub fn reason(&self, undecided: &Undecided) -> String {
        let mut text = match undecided.obstacle {
            Some(Obstacle::NoRow) => "no row of the schedule is for such a record".to_owned(),
            Some(Obstacle::Gap(place)) => {
                let place = self.places().get(usize::from(place));
                let why =
                    place.and_then(|place| place.gap.as_ref()).map(|gap| gap.because.as_str());
                let name = place.map_or("", |place| place.name.as_str());
                format!("the period of {name} is not in the schedule: {}", why.unwrap_or_default())
            }
            Some(Obstacle::Future) => {
                return "the destruction is dated after the day of the audit".to_owned();
            }
            Some(Obstacle::Wording) => {
                "the rule can be read in two ways, and the day lies between them".to_owned()
            }
            None => String::new(),
        };
        if !undecided.open.is_empty() {
            if !text.is_empty() {
                text.push_str("; ");
            }
            text.push_str("not known: ");
            text.push_str(&names(undecided.open));
        }
        text
    }

    /// Where a row stands.
    #[must_use]
    pub fn citation(&self, row: u16) -> &str {
        self.row(row).map_or("", |row| row.citation.as_str())
    }

    /// What a floor asks for, with its citation: `10 years after the most recent discharge, RCW 70.41.190`.
    #[must_use]
    pub fn floor_words(&self, row: u16, kind: FloorKind) -> String {
        let Some(row) = self.row(row) else { return String::new() };
        let mut words = part_words(row, kind);
        words.push_str(", ");
        words.push_str(&row.citation);
        words
    }

    fn condition_words(&self, row: u16, number: u8, late: bool) -> String {
        let found = self.row(row).and_then(|row| {
            let condition = row.conditions.get(usize::from(number))?;
            Some((row, condition))
        });
        let Some((row, condition)) = found else { return String::new() };
        let what = match condition.evidence {
            Evidence::AuthorityNotice => "the authority was not told",
            Evidence::PatientNotice => "the patient was not told",
            Evidence::PatientAuthorization => "the patient did not authorize it",
            Evidence::NormalCourse => "not in the ordinary course of business",
        };
        let mut text = what.to_owned();
        if late && let Some(days) = condition.days_before {
            let _ = write!(text, " {} before", counting(i64::from(days), "day"));
        }
        format!("{text} ({})", row.cites(condition))
    }
}

/// A part of a row in words.
fn part_words(row: &ScheduleRow, kind: FloorKind) -> String {
    match kind {
        FloorKind::Permanent => "kept for ever".to_owned(),
        FloorKind::MinorUnknown => "a rule for minors that was not found".to_owned(),
        FloorKind::Litigation => {
            let years = row.litigation.and_then(|rule| rule.at_most_years).unwrap_or(0);
            format!("{} with litigation announced", counting(i64::from(years), "year"))
        }
        FloorKind::AfterDeath => {
            let years = row.death.map_or(0, |rule| rule.years);
            format!("{} after death", counting(i64::from(years), "year"))
        }
        FloorKind::Period => {
            let Some(termed) = &row.period else { return String::new() };
            let mut words = term_words(termed);
            if let Some(death) = row.death.filter(|death| death.how != DeathHow::And) {
                let _ =
                    write!(words, ", or {} after death", counting(i64::from(death.years), "year"));
            }
            words
        }
        FloorKind::Minor => match &row.minors {
            Minor::Rule(rule) => match rule.until {
                MinorAge::Birthday(age) => format!("until a minor's {} birthday", ordinal(age)),
                MinorAge::AfterMajority(years) => {
                    format!("{} after a minor's majority", counting(i64::from(years), "year"))
                }
            },
            Minor::Same | Minor::NotFound => String::new(),
        },
    }
}

fn term_words(termed: &Termed) -> String {
    let mut words = period_words(termed.longest);
    if termed.shortest != termed.longest {
        words = format!("{} to {words}", period_words(termed.shortest));
    }
    for (index, trigger) in termed.triggers.iter().enumerate() {
        words.push_str(if index == 0 { " after " } else { " or " });
        words.push_str(trigger_words(*trigger));
    }
    if termed.counted_from != CountedFrom::Day {
        words.push_str(", to the end of the year");
    }
    words
}

fn period_words(period: Period) -> String {
    let (years, months) = (i64::from(period.months / 12), i64::from(period.months % 12));
    match (years, months) {
        (years, 0) => counting(years, "year"),
        (0, months) => counting(months, "month"),
        (years, months) => format!("{} and {}", counting(years, "year"), counting(months, "month")),
    }
}

fn trigger_words(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Discharge => "discharge",
        Trigger::LastDischarge => "the most recent discharge",
        Trigger::LastService => "the most recent service",
        Trigger::LastEntry => "the last entry",
        Trigger::RecordCreated => "the record was made",
        Trigger::ServiceDate => "the date of service",
        Trigger::Reported => "the date of reporting",
        Trigger::Transfer => "the transfer",
        Trigger::Death => "death",
        Trigger::Majority => "majority",
        Trigger::ContractEnd => "the end of the contract",
        Trigger::AuditCompleted => "the completion of the audit",
        Trigger::EmploymentEnd => "the end of employment",
        Trigger::DocumentLastInEffect => "the document was last in effect",
        Trigger::StudyEnd => "the end of the study",
        Trigger::MarketingDecided => "the decision on marketing",
        Trigger::CostReportFiled => "the cost report was filed",
        Trigger::ProductExpiry => "the expiry of the product",
        Trigger::Deregistered => "deregistration",
    }
}

fn names(facts: FactSet) -> String {
    facts.iter().map(Fact::name).collect::<Vec<_>>().join(", ")
}

/// Days of a year at most.
const YEAR: i64 = 366;

/// A span of days in whole years, cut: a span to the day would show the day, and with it a birthday, to whoever
/// knows when a record was destroyed.
fn span_words(days: i64) -> String {
    match days / YEAR {
        0 => "less than a year".to_owned(),
        1 => "more than a year".to_owned(),
        years => format!("more than {years} years"),
    }
}

fn counting(count: i64, what: &str) -> String {
    if count == 1 { format!("1 {what}") } else { format!("{count} {what}s") }
}

fn ordinal(number: u8) -> String {
    let ending = match (number % 100, number % 10) {
        (11..=13, _) => "th",
        (_, 1) => "st",
        (_, 2) => "nd",
        (_, 3) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}
