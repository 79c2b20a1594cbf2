//! What may be done with a record that is kept: destroyed now, kept on, or not decided.

use crate::retention::derive::Outlook;
use crate::retention::fact::{Fact, FactSet, FactValue, Held};
use crate::retention::judge::{Ruling, Undecided, obstacle};
use crate::retention::span::Bounds;
use crate::value::Date;

/// What stands against the destruction of a record besides its periods.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claims {
    /// The legal holds in force.
    pub holds: FactValue,
    /// The open requests of the patient.
    pub requests: FactValue,
    /// Whether a pending litigation stops it.
    pub litigation: Ruling,
    /// Whether it is gone already: entries in the destruction log, or what the inventory says.
    pub gone: FactValue,
}

impl Claims {
    /// Nothing stands against it.
    pub const NONE: Self = Self {
        holds: FactValue::Absent,
        requests: FactValue::Absent,
        litigation: Ruling::Pass,
        gone: FactValue::Absent,
    };
}

/// What may be done with a record on the day of the audit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Every period has run, whatever the input that is missing, and nothing else is known to stop it.
    Destroyable,
    /// A period has certainly not run yet.
    Keep,
    /// No period is certainly left, and a legal hold or a pending litigation stops destruction.
    Held,
    /// The same, and a request of the patient is open.
    Requested,
    /// It depends on what is not known.
    Undecided,
    /// It is never destroyed.
    Permanent,
    /// No row of the schedule is for such a record.
    NoRow,
    /// It is gone already.
    Gone,
}

impl Standing {
    /// Every standing, in the order in which a person reads them.
    pub const ALL: [Self; 8] = [
        Self::Destroyable,
        Self::Keep,
        Self::Held,
        Self::Requested,
        Self::Undecided,
        Self::Permanent,
        Self::NoRow,
        Self::Gone,
    ];

    /// Its word in lists.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Destroyable => "destroyable",
            Self::Keep => "keep",
            Self::Held => "held",
            Self::Requested => "requested",
            Self::Undecided => "undecided",
            Self::Permanent => "permanent",
            Self::NoRow => "no-rule",
            Self::Gone => "gone",
        }
    }
}

impl Outlook {
    /// What may be done with the record on that day. What is certain comes first: a period that has not run, then
    /// what stops destruction, and only then what is in doubt.
    #[must_use]
    pub fn standing(&self, claims: &Claims, as_of: Date) -> Standing {
        let Bounds { low, high } = self.lawful;
        if claims.gone.holds() == Held::Yes {
            return Standing::Gone;
        }
        if low == Some(Date::MAX) {
            return Standing::Permanent;
        }
        if low.is_some_and(|low| low > as_of) {
            return Standing::Keep;
        }
        if claims.holds.holds() == Held::Yes || matches!(claims.litigation, Ruling::Violation(_)) {
            return Standing::Held;
        }
        if claims.requests.holds() == Held::Yes {
            return Standing::Requested;
        }
        if self.rows == 0 && self.open.is_empty() && self.gap.is_none() {
            return Standing::NoRow;
        }
        let run = high.is_some_and(|high| high <= as_of);
        if run && claims.open().is_empty() { Standing::Destroyable } else { Standing::Undecided }
    }

    /// What would decide it: the facts that are missing, and what else stands in the way.
    #[must_use]
    pub fn undecided(&self, claims: &Claims, as_of: Date) -> Undecided {
        let run = self.lawful.high.is_some_and(|high| high <= as_of);
        let (own, stands) = if run { (FactSet::EMPTY, None) } else { (self.open, obstacle(self)) };
        Undecided { open: own.and(claims.open()), obstacle: stands }
    }
}

impl Claims {
    /// The facts that may stand against it and are not clear. What the export does not tell at all is a caveat of
    /// the whole list.
    fn open(&self) -> FactSet {
        let mut open = FactSet::EMPTY;
        for (fact, value) in
            [(Fact::Holds, self.holds), (Fact::Requests, self.requests), (Fact::Logged, self.gone)]
        {
            if value.holds() == Held::Maybe {
                open.insert(fact);
            }
        }
        if let Ruling::Unknown(undecided) = self.litigation {
            open = open.and(undecided.open);
        }
        open
    }
}

#[cfg(test)]
mod tests {
    use super::{Claims, Standing};
    use crate::retention::{
        Bounds, Breach, Fact, FactSet, FactValue, FloorKind, Outlook, Ruling, Undecided,
    };
    use crate::value::Date;

    const AS_OF: Date = Date(20_000);

    #[test]
    fn what_is_certain_comes_first() {
        let before = Bounds::exact(Date(19_000));
        let after = Bounds::exact(Date(21_000));
        let between = Bounds { low: Some(Date(19_000)), high: Some(Date(21_000)) };
        let forever = Bounds { low: Some(Date::MAX), high: None };
        let held = Claims { holds: FactValue::exact(2), ..Claims::NONE };
        let asked = Claims { requests: FactValue::exact(1), ..Claims::NONE };
        let sued =
            Claims { litigation: Ruling::Violation(Breach::Litigation { row: 0 }), ..Claims::NONE };
        let gone = Claims { gone: FactValue::truth(true), ..held };
        check(before, Claims::NONE, Standing::Destroyable);
        check(after, Claims::NONE, Standing::Keep);
        check(between, Claims::NONE, Standing::Undecided);
        check(Bounds::OPEN, Claims::NONE, Standing::Undecided);
        check(forever, held, Standing::Permanent);
        check(after, held, Standing::Keep);
        check(before, held, Standing::Held);
        check(between, sued, Standing::Held);
        check(before, asked, Standing::Requested);
        check(between, asked, Standing::Requested);
        check(after, gone, Standing::Gone);
    }

    #[test]
    fn the_first_lawful_day_is_lawful() {
        check(Bounds::exact(AS_OF), Claims::NONE, Standing::Destroyable);
        check(Bounds::exact(Date(AS_OF.0 + 1)), Claims::NONE, Standing::Keep);
    }

    #[test]
    fn a_claim_in_doubt_leaves_it_undecided() {
        let before = Bounds::exact(Date(19_000));
        let maybe = FactValue::Known { low: 0, high: 1 };
        check(before, Claims { holds: maybe, ..Claims::NONE }, Standing::Undecided);
        check(before, Claims { requests: FactValue::Unknown, ..Claims::NONE }, Standing::Undecided);
        check(before, Claims { gone: FactValue::Unknown, ..Claims::NONE }, Standing::Undecided);
        let open = FactSet::of(Fact::Litigation);
        let litigation = Ruling::Unknown(Undecided { open, obstacle: None });
        let claims = Claims { litigation, ..Claims::NONE };
        check(before, claims, Standing::Undecided);
        let why = outlook(before).undecided(&claims, AS_OF);
        assert_eq!(why.open, open, "what the periods lack does not matter once they have run");
        assert_eq!(why.obstacle, None);
    }

    #[test]
    fn without_a_row_nothing_is_allowed() {
        let none = Outlook { rows: 0, open: FactSet::EMPTY, ..outlook(Bounds::OPEN) };
        assert_eq!(none.standing(&Claims::NONE, AS_OF), Standing::NoRow);
        let class = Outlook { open: FactSet::of(Fact::Class), ..none };
        assert_eq!(class.standing(&Claims::NONE, AS_OF), Standing::Undecided);
        assert_eq!(class.undecided(&Claims::NONE, AS_OF).open, FactSet::of(Fact::Class));
    }

    #[test]
    fn every_standing_has_a_word_of_its_own() {
        let mut names = Standing::ALL.map(Standing::name);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]));
    }

    #[track_caller]
    fn check(lawful: Bounds, claims: Claims, expected: Standing) {
        assert_eq!(outlook(lawful).standing(&claims, AS_OF), expected, "of {lawful:?} {claims:?}");
    }

    fn outlook(lawful: Bounds) -> Outlook {
        Outlook {
            lawful,
            certain: Some((0, FloorKind::Period)),
            safe: Some((0, FloorKind::Period)),
            open: FactSet::of(Fact::Birth),
            rows: 1,
            gap: None,
        }
    }
}
