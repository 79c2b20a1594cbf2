//! From the rows and what is known of one record to the earliest day on which it may be destroyed.

use crate::retention::fact::{Fact, FactSet, FactValue, Facts, Held};
use crate::retention::schedule::{
    CountedFrom, DeathHow, DeathRule, LitigationRule, Minor, MinorAge, MinorRule, ScheduleRow,
    Termed,
};
use crate::retention::span::{Bounds, birthday};
use crate::retention::timetable::Timetable;
use crate::retention::vocabulary::{
    Facility, Lift, MinorBasis, Payer, RecordClass, Trigger, WhenMissing,
};
use crate::value::Date;

/// One floor: the record may not be destroyed before its day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// The number of the row in the timetable.
    pub row: u16,
    /// Which part of the row it is.
    pub kind: FloorKind,
    /// Whether the row holds for the record.
    pub applies: Applies,
    /// The day from which the period runs, as far as it is known.
    pub start: Bounds,
    /// The day on which it has run.
    pub day: Bounds,
    /// The facts that are missing or not exact.
    pub open: FactSet,
}

/// A part of a row that is a floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the names are the parts")]
pub enum FloorKind {
    Period,
    AfterDeath,
    Minor,
    Litigation,
    /// The row says nothing of minors because nothing was found.
    MinorUnknown,
    Permanent,
}

/// Whether something applies to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Applies {
    /// Certainly.
    Yes,
    /// It cannot be told.
    Maybe,
    /// Certainly not: it was lifted by evidence, or its matter is otherwise.
    No,
}

impl Applies {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::No, _) | (_, Self::No) => Self::No,
            (Self::Yes, Self::Yes) => Self::Yes,
            _ => Self::Maybe,
        }
    }
}

impl From<Held> for Applies {
    fn from(held: Held) -> Self {
        match held {
            Held::Yes => Self::Yes,
            Held::No => Self::No,
            Held::Maybe | Held::NotSaid => Self::Maybe,
        }
    }
}

/// What was not judged because the export has nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Caveat {
    /// No legal holds are in the export.
    Holds,
    /// No requests are in the export.
    Requests,
    /// Who paid is not in the export, so that payers' periods were left out.
    Payer,
    /// Litigation is not in the export.
    Litigation,
}

impl Caveat {
    /// Every caveat, in the order in which they are told.
    pub const ALL: [Self; 4] = [Self::Holds, Self::Requests, Self::Litigation, Self::Payer];

    /// The fact that the export lacks.
    #[must_use]
    pub fn fact(self) -> Fact {
        match self {
            Self::Holds => Fact::Holds,
            Self::Requests => Fact::Requests,
            Self::Payer => Fact::Payer,
            Self::Litigation => Fact::Litigation,
        }
    }
}

/// The earliest lawful day and what decides it, without a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outlook {
    /// Before `low` destruction is certainly unlawful, from `high` on it is certainly lawful. `low` of `None`:
    /// nothing is certain; `high` of `None`: no day is safe.
    pub lawful: Bounds,
    /// The floor that decides `low`.
    pub certain: Option<(u16, FloorKind)>,
    /// The floor that decides `high`.
    pub safe: Option<(u16, FloorKind)>,
    /// The facts that are missing or not exact in floors that could lie after the judged day.
    pub open: FactSet,
    /// How many rows are for such a record.
    pub rows: u16,
    /// The number of a place whose law is known to say more than the rows tell.
    pub gap: Option<u16>,
}

/// All that was derived of one record, for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derivation {
    /// The earliest lawful day.
    pub outlook: Outlook,
    /// Every floor of every row for such a record, in the order of the rows.
    pub floors: Vec<Floor>,
    /// The legal holds in force.
    pub holds: FactValue,
    /// The open requests.
    pub requests: FactValue,
    /// The rows that a pending litigation stops.
    pub stopped_by_litigation: Vec<u16>,
    /// What was not judged.
    pub caveats: Vec<Caveat>,
}

impl Timetable {
    /// Every floor for the record, and the earliest lawful day; `as_of` is the day of a record that is still there.
    #[must_use]
    pub fn derive(&self, facts: &Facts, as_of: Date) -> Derivation {
        let mut floors = Vec::new();
        let outlook = self.each_floor(facts, as_of, |floor| floors.push(floor));
        let pending = facts.get(Fact::Litigation);
        let mut stopped_by_litigation = Vec::new();
        if !matches!(pending, FactValue::Missing | FactValue::Absent) {
            let mut rows: Vec<u16> = floors.iter().map(|floor| floor.row).collect();
            rows.dedup();
            stopped_by_litigation.extend(rows.into_iter().filter(|row| {
                self.row(*row).is_some_and(|row| {
                    row.litigation == Some(LitigationRule { at_most_years: None })
                })
            }));
        }
        let mut caveats = Vec::new();
        for caveat in Caveat::ALL {
            if facts.get(caveat.fact()) == FactValue::Absent {
                caveats.push(caveat);
            }
        }
        let (holds, requests) = (facts.get(Fact::Holds), facts.get(Fact::Requests));
        Derivation { outlook, floors, holds, requests, stopped_by_litigation, caveats }
    }

    /// The earliest lawful day.
    #[must_use]
    pub fn outlook(&self, facts: &Facts, as_of: Date) -> Outlook {
        self.each_floor(facts, as_of, |_| {})
    }

    /// For each row that limits how long such a record is kept: its number, whether it holds, and the last day.
    pub(super) fn each_limit(
        &self,
        facts: &Facts,
        as_of: Date,
        mut each: impl FnMut(u16, Applies, Bounds, FactSet),
    ) {
        let view = View::new(self, facts, as_of);
        self.each_scope(&view, |scope| {
            let (Some(limit), Some(termed)) = (scope.row.limit, &scope.row.period) else { return };
            let mut open = scope.open;
            let majority = view.majority(scope.row);
            let Some(start) = scope.term_start(termed, majority, &mut open) else { return };
            let day = counted(termed, start.day).after(limit, limit);
            each(scope.number, scope.applies.and(start.happened), day, open);
        });
    }

    /// Every row for such a record, whether it holds, and what that hangs on.
    pub(super) fn each_row(
        &self,
        facts: &Facts,
        as_of: Date,
        mut each: impl FnMut(u16, &ScheduleRow, Applies, FactSet),
    ) {
        let view = View::new(self, facts, as_of);
        self.each_scope(&view, |scope| each(scope.number, scope.row, scope.applies, scope.open));
    }

    fn each_scope<'a>(&'a self, view: &View<'a>, mut each: impl FnMut(&Scope<'a, '_>)) {
        let class = view.facts.get(Fact::Class).single().and_then(RecordClass::numbered);
        for (number, row) in class.into_iter().flat_map(|class| self.rows_of(class)) {
            if let Some(scope) = view.scope(number, row) {
                each(&scope);
            }
        }
    }

    /// Hands over every floor, and sums them up.
    fn each_floor(&self, facts: &Facts, as_of: Date, mut each: impl FnMut(Floor)) -> Outlook {
        let view = View::new(self, facts, as_of);
        let mut sum = Outlook {
            lawful: Bounds { low: None, high: Some(Date::MIN) },
            certain: None,
            safe: None,
            open: FactSet::EMPTY,
            rows: 0,
            gap: None,
        };
        let class = facts.get(Fact::Class).single().and_then(RecordClass::numbered);
        let Some(class) = class else {
            sum.lawful = Bounds::OPEN;
            sum.open = FactSet::of(Fact::Class);
            return sum;
        };
        for (number, row) in self.rows_of(class) {
            let Some(mut scope) = view.scope(number, row) else { continue };
            sum.rows += 1;
            scope.lifts();
            scope.floors(&mut |floor| {
                sum.take(floor, view.judged);
                each(floor);
            });
        }
        if sum.rows == 0 {
            sum.lawful = Bounds::OPEN;
        }
        if view.is_elsewhere() {
            sum.open.insert(Fact::Place);
            sum.lawful.high = None;
        }
        if let Some(gap) = view.gap(class) {
            sum.gap = Some(gap);
            sum.lawful.high = None;
        }
        sum
    }
}

impl Outlook {
    fn take(&mut self, floor: Floor, judged: Bounds) {
        if floor.applies == Applies::No {
            return;
        }
        let this = Some((floor.row, floor.kind));
        if floor.applies == Applies::Yes && floor.day.low > self.lawful.low {
            self.lawful.low = floor.day.low;
            self.certain = this;
        }
        if let Some(high) = self.lawful.high
            && floor.day.high.is_none_or(|day| day > high)
        {
            self.lawful.high = floor.day.high;
            self.safe = this;
        }
        let blocks =
            judged.low.is_none() || floor.day.high.is_none_or(|day| Some(day) > judged.low);
        if blocks {
            self.open = self.open.and(floor.open);
        }
    }
}

/// What [`Fact::Place`] says of a place that was not chosen.
pub const ELSEWHERE: i64 = -1;

/// The facts of one record, and the day by whose law it is judged.
struct View<'a> {
    table: &'a Timetable,
    facts: &'a Facts,
    judged: Bounds,
}

/// When something began, and whether it did.
#[derive(Clone, Copy)]
struct Start {
    day: Bounds,
    happened: Applies,
}

impl<'a> View<'a> {
    fn new(table: &'a Timetable, facts: &'a Facts, as_of: Date) -> Self {
        let judged = match facts.get(Fact::Destroyed) {
            FactValue::Absent | FactValue::Missing => Bounds::exact(as_of),
            value => Bounds::of(value).unwrap_or(Bounds::OPEN),
        };
        Self { table, facts, judged }
    }

    fn known(&self, fact: Fact) -> Option<Bounds> {
        Bounds::of(self.facts.get(fact))
    }

    fn low(&self, facts: &[Fact]) -> Option<Date> {
        facts.iter().filter_map(|fact| self.known(*fact)?.low).max()
    }

    /// What a row says of the record, if it is for such a record.
    fn scope(&self, number: u16, row: &'a ScheduleRow) -> Option<Scope<'a, '_>> {
        let mut open = FactSet::EMPTY;
        let mut applies = self.in_force(row);
        if applies == Applies::Maybe {
            open.insert(Fact::Destroyed);
        }
        for (fact, found) in [
            (Fact::Place, self.in_place(number, row)),
            (Fact::Facility, self.of_facility(&row.facilities)),
            (Fact::Payer, self.of_payer(row)),
        ] {
            if found == Applies::Maybe {
                open.insert(fact);
            }
            applies = applies.and(found);
        }
        (applies != Applies::No).then_some(Scope { view: self, number, row, applies, open })
    }

    fn in_force(&self, row: &ScheduleRow) -> Applies {
        let Bounds { low, high } = self.judged;
        let after_start =
            |day: Option<Date>| row.from.is_none_or(|from| day.is_some_and(|day| day >= from));
        let before_end =
            |day: Option<Date>| row.to.is_none_or(|to| day.is_some_and(|day| day <= to));
        if after_start(low) && before_end(high) {
            return Applies::Yes;
        }
        let too_early = row.from.is_some_and(|from| self.judged.is_before(from));
        let too_late = row.to.is_some_and(|to| low.is_some_and(|low| low > to));
        if too_early || too_late { Applies::No } else { Applies::Maybe }
    }

    /// Whether the facility lies in a place that was not chosen.
    fn is_elsewhere(&self) -> bool {
        self.facts.get(Fact::Place) == FactValue::exact(ELSEWHERE)
    }

    fn in_place(&self, number: u16, row: &ScheduleRow) -> Applies {
        if self.is_elsewhere() {
            // Whatever the part of the country, its own rules hold.
            let whole = self.table.holds_everywhere(number) && !row.place.contains('-');
            return if whole { Applies::Yes } else { Applies::No };
        }
        if self.table.holds_everywhere(number) {
            return Applies::Yes;
        }
        match self.facts.get(Fact::Place).single() {
            Some(place) => match self.table.place(place) {
                Some(place) if row.holds_in(&place.code) => Applies::Yes,
                _ => Applies::No,
            },
            None => Applies::Maybe,
        }
    }

    fn of_facility(&self, wanted: &[Facility]) -> Applies {
        if wanted.is_empty() {
            return Applies::Yes;
        }
        let own = match self.facts.get(Fact::Facility) {
            FactValue::Absent | FactValue::Missing => self.table.facility,
            value => value.single().and_then(Facility::numbered),
        };
        match own {
            Some(own) if wanted.contains(&own) => Applies::Yes,
            Some(_) => Applies::No,
            None => Applies::Maybe,
        }
    }

    fn of_payer(&self, row: &ScheduleRow) -> Applies {
        if row.payers.is_empty() {
            return Applies::Yes;
        }
        match self.facts.get(Fact::Payer) {
            // A payer that nobody names asks for nothing; that the export does not say is told as a caveat.
            FactValue::Absent | FactValue::Missing => Applies::No,
            value => match value.single().and_then(Payer::numbered) {
                Some(own) if row.payers.contains(&own) => Applies::Yes,
                Some(_) => Applies::No,
                None => Applies::Maybe,
            },
        }
    }

    /// The first place of the record whose law is known to say more than the rows tell.
    fn gap(&self, class: RecordClass) -> Option<u16> {
        let own = self.facts.get(Fact::Place).single();
        let here = |number: usize, code: &str| match own.and_then(|own| self.table.place(own)) {
            Some(place) => super::schedule::is_within(&place.code, code),
            None => self.table.places().get(number).is_some(),
        };
        let found = self.table.places().iter().enumerate().find(|(number, place)| {
            let Some(gap) = &place.gap else { return false };
            here(*number, &place.code)
                && gap.classes.iter().any(|own| class.is(*own))
                && self.of_facility(&gap.facilities) != Applies::No
                && !self.is_filled(class, &place.code)
        });
        found.and_then(|(number, _)| u16::try_from(number).ok())
    }

    /// Whether a row of that very place tells of such records: a user's own.
    fn is_filled(&self, class: RecordClass, place: &str) -> bool {
        self.table.rows_of(class).any(|(_, row)| {
            row.place == place
                && row.payers.is_empty()
                && self.of_facility(&row.facilities) == Applies::Yes
        })
    }

    /// The ages of majority that can hold for a row.
    fn majority(&self, row: &ScheduleRow) -> (u8, u8) {
        let own = self.facts.get(Fact::Place).single().and_then(|own| self.table.place(own));
        if let Some(place) = own {
            return place.majority;
        }
        let mut ages: Option<(u8, u8)> = None;
        for (_, place) in self.table.leaves() {
            if super::schedule::is_within(&place.code, &row.place) {
                let (low, high) = place.majority;
                ages = Some(ages.map_or((low, high), |(a, b)| (a.min(low), b.max(high))));
            }
        }
        ages.unwrap_or((18, 18))
    }

    /// When a trigger came, by what was known on the judged day.
    fn start(&self, trigger: Trigger, majority: (u8, u8), open: &mut FactSet) -> Start {
        let stay = [Fact::Admitted, Fact::Discharged];
        let since_begun = [Fact::Admitted, Fact::Discharged, Fact::Created, Fact::Serviced];
        let yes = |day| Start { day, happened: Applies::Yes };
        match trigger {
            Trigger::Discharge => yes(self.or_open(Fact::Discharged, &[Fact::Admitted], open)),
            Trigger::LastDischarge => yes(self.latest(Fact::LastDischarge, &stay, open)),
            Trigger::LastService => {
                let floor = [Fact::Admitted, Fact::Discharged, Fact::Serviced, Fact::LastDischarge];
                yes(self.latest(Fact::LastService, &floor, open))
            }
            Trigger::LastEntry => {
                yes(self.or_open(Fact::LastEntry, &[Fact::Admitted, Fact::Created], open))
            }
            Trigger::RecordCreated => yes(self.or_within_stay(Fact::Created, open)),
            Trigger::ServiceDate => yes(self.or_within_stay(Fact::Serviced, open)),
            Trigger::Reported => yes(self.or_open(Fact::Reported, &[Fact::Serviced], open)),
            Trigger::Majority => match self.known(Fact::Birth) {
                Some(birth) => yes(Bounds {
                    low: birth.low.map(|birth| birthday(birth, majority.0)),
                    high: birth.high.map(|birth| birthday(birth, majority.1)),
                }),
                None => {
                    open.insert(Fact::Birth);
                    let begun = self.begun(open);
                    yes(Bounds { low: None, high: begun.after_years(majority.1).high })
                }
            },
            Trigger::ContractEnd => yes(self.or_open(Fact::ContractEnd, &since_begun, open)),
            Trigger::EmploymentEnd => yes(self.or_open(Fact::EmploymentEnd, &since_begun, open)),
            Trigger::DocumentLastInEffect => {
                yes(self.or_open(Fact::LastInEffect, &[Fact::Created], open))
            }
            Trigger::StudyEnd => yes(self.or_open(Fact::StudyEnd, &[Fact::Created], open)),
            Trigger::CostReportFiled => {
                yes(self.or_open(Fact::CostReportFiled, &since_begun, open))
            }
            Trigger::ProductExpiry => yes(self.or_open(Fact::ProductExpiry, &[], open)),
            Trigger::Transfer => {
                let transfer = self.event(Fact::Transferred, open);
                if transfer.day != Bounds::OPEN || transfer.happened != Applies::Maybe {
                    return transfer;
                }
                // Patients come by transfer on admission and leave by it on discharge.
                let high = self.known(Fact::Discharged).and_then(|day| day.high);
                Start { day: Bounds { low: self.low(&[Fact::Admitted]), high }, ..transfer }
            }
            Trigger::Death => {
                let death = self.event(Fact::Death, open);
                // Nobody is admitted after death.
                let low = death.day.low.max(self.low(&[Fact::Admitted]));
                Start { day: Bounds { low, ..death.day }, ..death }
            }
            Trigger::AuditCompleted => self.event(Fact::AuditCompleted, open),
            Trigger::MarketingDecided => self.event(Fact::MarketingDecided, open),
            Trigger::Deregistered => self.event(Fact::Deregistered, open),
        }
    }

    /// A day that is known, or that comes at some time after others.
    fn or_open(&self, fact: Fact, after: &[Fact], open: &mut FactSet) -> Bounds {
        match self.known(fact) {
            Some(day) => self.noted(fact, day, open),
            None => {
                open.insert(fact);
                Bounds { low: self.low(after), high: None }
            }
        }
    }

    /// A day that is known, or that lies in the record's own stay.
    fn or_within_stay(&self, fact: Fact, open: &mut FactSet) -> Bounds {
        if let Some(day) = self.known(fact) {
            return self.noted(fact, day, open);
        }
        open.insert(fact);
        let discharged = self.known(Fact::Discharged);
        let low = self.known(Fact::Admitted).and_then(|day| day.low);
        Bounds { low, high: discharged.and_then(|day| day.high) }
    }

    /// The latest of a patient's days, which is no earlier than those of the record's own stay.
    fn latest(&self, fact: Fact, own: &[Fact], open: &mut FactSet) -> Bounds {
        let found = self.known(fact);
        let low = self.low(own).max(self.low(&[Fact::LastAdmission, fact]));
        let ended = match self.facts.get(Fact::OpenStays).holds() {
            Held::No => true,
            Held::NotSaid => found.is_some(),
            Held::Yes | Held::Maybe => false,
        };
        if !ended {
            open.insert(Fact::OpenStays);
        }
        let own_end = own.iter().filter_map(|fact| self.known(*fact)?.high).max();
        // A stay of which nothing is known may be the latest.
        let own_unknown =
            own_end.is_none() && own.iter().any(|fact| self.facts.get(*fact) == FactValue::Unknown);
        let high = match (self.facts.get(fact), found) {
            _ if own_unknown => {
                own.iter().for_each(|fact| open.insert(*fact));
                None
            }
            (_, Some(day)) => {
                self.noted(fact, day, open).high.map(|day| own_end.map_or(day, |own| day.max(own)))
            }
            (FactValue::Missing, None) => own_end,
            // No discharge is later than the latest service.
            (FactValue::Unknown, None) => {
                open.insert(fact);
                let service = self.known(Fact::LastService).and_then(|day| day.high);
                service.map(|day| own_end.map_or(day, |own| day.max(own)))
            }
            _ => None,
        };
        if high.is_none() {
            open.insert(fact);
        }
        Bounds { low, high: high.filter(|_| ended) }
    }

    /// Something that need not have happened, and counts only if it was known on the judged day.
    fn event(&self, fact: Fact, open: &mut FactSet) -> Start {
        match self.facts.get(fact) {
            FactValue::Missing => Start { day: Bounds::OPEN, happened: Applies::No },
            FactValue::Absent | FactValue::Unknown => {
                open.insert(fact);
                Start { day: Bounds::OPEN, happened: Applies::Maybe }
            }
            FactValue::Known { .. } => {
                let day = self.known(fact).unwrap_or(Bounds::OPEN);
                let happened = if self
                    .judged
                    .high
                    .is_some_and(|judged| day.low.is_some_and(|day| day > judged))
                {
                    Applies::No
                } else if self.judged.low.zip(day.high).is_some_and(|(judged, day)| day <= judged) {
                    Applies::Yes
                } else {
                    open.insert(if day.is_exact() { Fact::Destroyed } else { fact });
                    Applies::Maybe
                };
                Start { day: self.noted(fact, day, open), happened }
            }
        }
    }

    /// The day on which the record was begun.
    fn begun(&self, open: &mut FactSet) -> Bounds {
        for fact in [Fact::Admitted, Fact::Created, Fact::Serviced] {
            if let Some(day) = self.known(fact) {
                return self.noted(fact, day, open);
            }
        }
        open.insert(Fact::Admitted);
        Bounds { low: None, high: self.known(Fact::Discharged).and_then(|day| day.high) }
    }

    fn noted(&self, fact: Fact, day: Bounds, open: &mut FactSet) -> Bounds {
        if !day.is_exact() {
            open.insert(fact);
        }
        day
    }

    /// Whether a matter of fact or a piece of evidence is there.
    fn lift(&self, lift: Lift) -> (Fact, Held) {
        let dated = |fact: Fact| {
            let held = match self.known(fact) {
                Some(day) if day.high.zip(self.judged.low).is_some_and(|(a, b)| a <= b) => {
                    Held::Yes
                }
                Some(day) if day.low.zip(self.judged.high).is_some_and(|(a, b)| a > b) => Held::No,
                Some(_) => Held::Maybe,
                None => self.facts.get(fact).holds(),
            };
            (fact, held)
        };
        let counted = |fact: Fact| (fact, self.facts.get(fact).holds());
        match lift {
            Lift::LaterMammogram => counted(Fact::LaterMammograms),
            Lift::ReportKept => counted(Fact::ReportKept),
            Lift::CopyInRecord => counted(Fact::CopyInRecord),
            Lift::Reproduced => counted(Fact::Reproduced),
            Lift::PatientNotice => dated(Fact::PatientNotified),
            Lift::PatientAuthorization => counted(Fact::PatientAuthorized),
            Lift::Deregistered => dated(Fact::Deregistered),
        }
    }
}

/// One row that is, or may be, for the record.
struct Scope<'a, 'v> {
    view: &'v View<'a>,
    number: u16,
    row: &'a ScheduleRow,
    applies: Applies,
    open: FactSet,
}

impl Scope<'_, '_> {
    /// Takes the row away where its matter is otherwise or evidence lifts it.
    fn lifts(&mut self) {
        if let Some(lift) = self.row.unless {
            let (fact, held) = self.view.lift(lift);
            let found = match held {
                Held::Yes => Applies::No,
                Held::No => Applies::Yes,
                Held::Maybe | Held::NotSaid => {
                    self.open.insert(fact);
                    Applies::Maybe
                }
            };
            self.applies = self.applies.and(found);
        }
        if self.row.lifted_by.is_empty() {
            return;
        }
        // Evidence that nobody shows lifts nothing; only what is there and cannot be read leaves it open.
        let mut lifted = Applies::Yes;
        let mut unclear = FactSet::EMPTY;
        for lift in &self.row.lifted_by {
            let (fact, held) = self.view.lift(*lift);
            lifted = lifted.and(match held {
                Held::Yes => Applies::Yes,
                Held::No | Held::NotSaid => Applies::No,
                Held::Maybe => {
                    unclear.insert(fact);
                    Applies::Maybe
                }
            });
        }
        match lifted {
            Applies::Yes => self.applies = Applies::No,
            Applies::Maybe => {
                self.applies = self.applies.and(Applies::Maybe);
                self.open = self.open.and(unclear);
            }
            Applies::No => {}
        }
    }

    fn floor(
        &self,
        kind: FloorKind,
        applies: Applies,
        start: Bounds,
        day: Bounds,
        open: FactSet,
    ) -> Floor {
        // Where facts contradict each other the later day is the safe one.
        let high = day.high.map(|high| day.low.map_or(high, |low| high.max(low)));
        let day = Bounds { high, ..day };
        Floor {
            row: self.number,
            kind,
            applies: self.applies.and(applies),
            start,
            day,
            open: self.open.and(open),
        }
    }

    fn floors(&self, each: &mut impl FnMut(Floor)) {
        if self.row.permanent {
            let day = Bounds { low: Some(Date::MAX), high: None };
            each(self.floor(FloorKind::Permanent, Applies::Yes, Bounds::OPEN, day, FactSet::EMPTY));
        }
        let majority = self.view.majority(self.row);
        if let Some(termed) = &self.row.period {
            self.period(termed, majority, each);
        }
        match &self.row.minors {
            Minor::Same => {}
            Minor::NotFound => {
                let rule = MinorRule {
                    basis: MinorBasis::Creation,
                    below: None,
                    until: MinorAge::AfterMajority(0),
                    until_if_last_year: None,
                    after_death_years: None,
                };
                let mut open = FactSet::EMPTY;
                let (applies, start) = self.minor(&rule, majority, &mut open);
                if applies != Applies::No {
                    // What was not found may be of any length.
                    let day = Bounds::OPEN;
                    each(self.floor(FloorKind::MinorUnknown, Applies::Maybe, start, day, open));
                }
            }
            Minor::Rule(rule) => self.minors(rule, majority, each),
        }
    }

    /// The ordinary period, with what death and litigation change.
    fn period(&self, termed: &Termed, majority: (u8, u8), each: &mut impl FnMut(Floor)) {
        let mut open = FactSet::EMPTY;
        let Some(start) = self.term_start(termed, majority, &mut open) else { return };
        if start.happened == Applies::No {
            if termed.when_missing == Some(WhenMissing::Keep) {
                let day = Bounds { low: Some(Date::MAX), high: None };
                each(self.floor(FloorKind::Permanent, Applies::Yes, Bounds::OPEN, day, open));
            }
            return;
        }
        let counted = counted(termed, start.day);
        let mut day = if self.row.next_day {
            counted.day_after(termed.shortest, termed.longest)
        } else {
            counted.after(termed.shortest, termed.longest)
        };
        let mut after_death = None;
        if let Some(rule) = &self.row.death {
            after_death = self.death(rule, start.day, &mut day, &mut open);
        }
        each(self.floor(FloorKind::Period, start.happened, start.day, day, open));
        if let Some(floor) = after_death {
            each(floor);
        }
        if let Some(LitigationRule { at_most_years: Some(years) }) = self.row.litigation {
            self.litigation(years, start.day, day, each);
        }
    }

    /// When the period began; `None` if nothing that begins it happened, and the row then says nothing.
    fn term_start(&self, termed: &Termed, majority: (u8, u8), open: &mut FactSet) -> Option<Start> {
        let mut begun: Option<Start> = None;
        for trigger in &termed.triggers {
            if matches!(termed.when_missing, Some(WhenMissing::Keep | WhenMissing::None))
                && self.view.facts.get(fact_of(*trigger)) == FactValue::Missing
            {
                continue;
            }
            let mut start = self.view.start(*trigger, majority, open);
            if start.happened == Applies::No
                && termed.when_missing == Some(WhenMissing::Open)
                && self.view.facts.get(fact_of(*trigger)) == FactValue::Missing
            {
                open.insert(fact_of(*trigger));
                start.happened = Applies::Yes;
            }
            if start.happened == Applies::No {
                continue;
            }
            begun = Some(match begun {
                None => start,
                Some(other) => Start {
                    day: other.day.hull(start.day),
                    happened: if other.happened == Applies::Yes || start.happened == Applies::Yes {
                        Applies::Yes
                    } else {
                        Applies::Maybe
                    },
                },
            });
        }
        let keeps = termed.when_missing == Some(WhenMissing::Keep);
        match begun {
            None if keeps => Some(Start { day: Bounds::OPEN, happened: Applies::No }),
            begun => begun,
        }
    }

    /// What death makes of the ordinary day; a floor of its own where both must have run.
    fn death(
        &self,
        rule: &DeathRule,
        begun: Bounds,
        day: &mut Bounds,
        open: &mut FactSet,
    ) -> Option<Floor> {
        let mut own = FactSet::EMPTY;
        let death = self.view.event(Fact::Death, &mut own);
        if death.happened == Applies::No {
            return None;
        }
        let died = no_earlier(death.day, begun);
        let after = died.after_years(rule.years);
        if rule.how == DeathHow::And {
            return Some(self.floor(FloorKind::AfterDeath, death.happened, death.day, after, own));
        }
        *open = open.and(own);
        let ordinary = *day;
        let either = ordinary.hull(after);
        let in_time = in_time(rule, begun, died);
        *day = match death.happened.and(in_time) {
            Applies::No => ordinary,
            Applies::Yes if rule.how == DeathHow::Instead => after,
            Applies::Yes | Applies::Maybe => either,
        };
        None
    }

    /// A litigation that was announced before the period had run prolongs it.
    fn litigation(&self, years: u8, begun: Bounds, day: Bounds, each: &mut impl FnMut(Floor)) {
        let value = self.view.facts.get(Fact::Litigation);
        if matches!(value, FactValue::Absent | FactValue::Missing) {
            return;
        }
        let mut open = FactSet::EMPTY;
        let noticed = self.view.event(Fact::Litigation, &mut open);
        let in_time = if noticed.day.high.zip(day.low).is_some_and(|(notice, end)| notice < end) {
            Applies::Yes
        } else if noticed.day.low.zip(day.high).is_some_and(|(notice, end)| notice >= end) {
            Applies::No
        } else {
            Applies::Maybe
        };
        let applies = noticed.happened.and(in_time);
        if applies != Applies::No {
            let until = begun.after_years(years);
            each(self.floor(FloorKind::Litigation, applies, noticed.day, until, open));
        }
    }

    /// Whether the patient was a minor on the day that decides, and that day.
    fn minor(&self, rule: &MinorRule, majority: (u8, u8), open: &mut FactSet) -> (Applies, Bounds) {
        let view = self.view;
        let day = match rule.basis {
            MinorBasis::Discharge => view.start(Trigger::Discharge, majority, open).day,
            MinorBasis::LastService => view.start(Trigger::LastService, majority, open).day,
            MinorBasis::ServiceDate => view.start(Trigger::ServiceDate, majority, open).day,
            MinorBasis::Creation | MinorBasis::Always => view.begun(open),
        };
        let Some(birth) = view.known(Fact::Birth) else {
            open.insert(Fact::Birth);
            return (Applies::Maybe, day);
        };
        view.noted(Fact::Birth, birth, open);
        if rule.basis == MinorBasis::Always {
            return (Applies::Yes, day);
        }
        let below = rule.below.map_or(majority, |age| (age, age));
        let comes_of_age = Bounds {
            low: birth.low.map(|birth| birthday(birth, below.0)),
            high: birth.high.map(|birth| birthday(birth, below.1)),
        };
        let applies = if day.high.zip(comes_of_age.low).is_some_and(|(day, age)| day < age) {
            Applies::Yes
        } else if day.low.zip(comes_of_age.high).is_some_and(|(day, age)| day >= age) {
            Applies::No
        } else {
            Applies::Maybe
        };
        (applies, day)
    }

    /// The floor of minors.
    fn minors(&self, rule: &MinorRule, majority: (u8, u8), each: &mut impl FnMut(Floor)) {
        let mut open = FactSet::EMPTY;
        let (applies, decides) = self.minor(rule, majority, &mut open);
        if applies == Applies::No {
            return;
        }
        let (mut youngest, mut oldest) = match rule.until {
            MinorAge::AfterMajority(years) => {
                (majority.0.saturating_add(years), majority.1.saturating_add(years))
            }
            MinorAge::Birthday(age) => (age, age),
        };
        let birth = self.view.known(Fact::Birth);
        if let Some(age) = rule.until_if_last_year {
            let below = rule.below.map_or(majority, |age| (age, age));
            let last_year = birth.map_or(Applies::Maybe, |birth| {
                let begins = Bounds {
                    low: birth.low.map(|birth| birthday(birth, below.0.saturating_sub(1))),
                    high: birth.high.map(|birth| birthday(birth, below.1.saturating_sub(1))),
                };
                if decides.low.zip(begins.high).is_some_and(|(day, begins)| day >= begins) {
                    Applies::Yes
                } else if decides.high.zip(begins.low).is_some_and(|(day, begins)| day < begins) {
                    Applies::No
                } else {
                    Applies::Maybe
                }
            });
            match last_year {
                Applies::Yes => (youngest, oldest) = (age, age),
                Applies::Maybe => (youngest, oldest) = (youngest.min(age), oldest.max(age)),
                Applies::No => {}
            }
        }
        let mut day = match birth {
            Some(birth) => Bounds {
                low: birth.low.map(|birth| birthday(birth, youngest)),
                high: birth.high.map(|birth| birthday(birth, oldest)),
            },
            // Whoever was treated on a day was born by then.
            None => Bounds { low: None, high: decides.after_years(oldest).high },
        };
        if let Some(years) = rule.after_death_years {
            let death = self.view.event(Fact::Death, &mut open);
            let died = no_earlier(death.day, decides);
            let after = died.after_years(years);
            let in_time = match (&self.row.death, &self.row.period) {
                (Some(rule), Some(termed)) => {
                    let begun = self.term_start(termed, majority, &mut open);
                    begun.map_or(Applies::Maybe, |begun| in_time(rule, begun.day, died))
                }
                _ => Applies::Yes,
            };
            day = match death.happened.and(in_time) {
                Applies::No => day,
                Applies::Yes => day.earlier(after),
                Applies::Maybe => Bounds { low: day.earlier(after).low, high: day.high },
            };
        }
        each(self.floor(FloorKind::Minor, applies, decides, day, open));
    }
}

/// The fact that a trigger is.
fn fact_of(trigger: Trigger) -> Fact {
    match trigger {
        Trigger::Discharge => Fact::Discharged,
        Trigger::LastDischarge => Fact::LastDischarge,
        Trigger::LastService => Fact::LastService,
        Trigger::LastEntry => Fact::LastEntry,
        Trigger::RecordCreated => Fact::Created,
        Trigger::ServiceDate => Fact::Serviced,
        Trigger::Reported => Fact::Reported,
        Trigger::Transfer => Fact::Transferred,
        Trigger::Death => Fact::Death,
        Trigger::Majority => Fact::Birth,
        Trigger::ContractEnd => Fact::ContractEnd,
        Trigger::AuditCompleted => Fact::AuditCompleted,
        Trigger::EmploymentEnd => Fact::EmploymentEnd,
        Trigger::DocumentLastInEffect => Fact::LastInEffect,
        Trigger::StudyEnd => Fact::StudyEnd,
        Trigger::MarketingDecided => Fact::MarketingDecided,
        Trigger::CostReportFiled => Fact::CostReportFiled,
        Trigger::ProductExpiry => Fact::ProductExpiry,
        Trigger::Deregistered => Fact::Deregistered,
    }
}

/// A day of death that is known only in part is no earlier than what begins the period: nobody is treated after
/// death. Where the two contradict each other the death stays as it is written.
fn no_earlier(death: Bounds, begun: Bounds) -> Bounds {
    let begun = match (begun.low, death.high) {
        (Some(begun), Some(high)) => Some(begun.min(high)),
        (begun, _) => begun,
    };
    Bounds { low: death.low.max(begun), high: death.high }
}

/// The day from which a period is counted that a day begins.
fn counted(termed: &Termed, begun: Bounds) -> Bounds {
    match termed.counted_from {
        CountedFrom::Day => begun,
        CountedFrom::YearEnd => begun.after_year_end(),
        CountedFrom::Either => Bounds { low: begun.low, high: begun.after_year_end().high },
    }
}

/// Whether death came soon enough after what begins the period for the rule about it.
fn in_time(rule: &DeathRule, begun: Bounds, died: Bounds) -> Applies {
    let Some(years) = rule.within else { return Applies::Yes };
    let end = begun.after_years(years);
    if died.high.zip(end.low).is_some_and(|(died, end)| died < end) {
        Applies::Yes
    } else if died.low.zip(end.high).is_some_and(|(died, end)| died >= end) {
        Applies::No
    } else {
        Applies::Maybe
    }
}
