//! A derivation as lines for people. Days stay values, so that the caller masks or shows them.

use crate::retention::derive::{Applies, Caveat, Derivation, FloorKind};
use crate::retention::fact::FactSet;
use crate::retention::schedule::{Confidence, Force, ScheduleRow};
use crate::retention::span::Bounds;
use crate::retention::timetable::Timetable;

/// One floor, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line<'a> {
    /// What it asks for, with its citation: `10 years after the most recent discharge, RCW 70.41.190`.
    pub what: String,
    /// Which part of its row it is.
    pub kind: FloorKind,
    /// Its row.
    pub row: &'a ScheduleRow,
    /// The place whose rule it is.
    pub place: &'a str,
    /// What binds.
    pub force: Force,
    /// How sure we are of what it says.
    pub confidence: Confidence,
    /// What else is to be known.
    pub note: Option<&'a str>,
    /// Whether it holds for the record.
    pub applies: Applies,
    /// The day from which it runs: a value of the record.
    pub start: Bounds,
    /// The day on which it has run: made of values of the record.
    pub day: Bounds,
    /// What is missing or not exact.
    pub open: FactSet,
    /// Whether the earliest lawful day is this one's.
    pub decides: Decides,
}

/// Whether a floor decides the earliest lawful day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Decides {
    /// Before it destruction is certainly unlawful, and from it on lawful.
    Both,
    /// Only before it destruction is certainly unlawful.
    Certain,
    /// Only from it on destruction is certainly lawful.
    Safe,
    /// Another does.
    Neither,
}

impl Timetable {
    /// The floors of a derivation, those that decide first, then by how late they end.
    #[must_use]
    pub fn lines(&self, derivation: &Derivation) -> Vec<Line<'_>> {
        let outlook = &derivation.outlook;
        let mut lines: Vec<Line<'_>> = derivation
            .floors
            .iter()
            .filter_map(|floor| {
                let row: &ScheduleRow = self.row(floor.row)?;
                let this = Some((floor.row, floor.kind));
                Some(Line {
                    what: self.floor_words(floor.row, floor.kind),
                    kind: floor.kind,
                    row,
                    place: &row.place,
                    force: row.force,
                    confidence: row.confidence,
                    note: row.note.as_deref().filter(|_| floor.kind != FloorKind::AfterDeath),
                    applies: floor.applies,
                    start: floor.start,
                    day: floor.day,
                    open: floor.open,
                    decides: match (this == outlook.certain, this == outlook.safe) {
                        (true, true) => Decides::Both,
                        (true, false) => Decides::Certain,
                        (false, true) => Decides::Safe,
                        (false, false) => Decides::Neither,
                    },
                })
            })
            .collect();
        lines.sort_by_key(|line| {
            let open = line.day.high.is_none();
            let decides = line.decides == Decides::Neither;
            (decides, !open, std::cmp::Reverse(line.day.high), std::cmp::Reverse(line.day.low))
        });
        lines
    }
}

impl Caveat {
    /// What was not judged, in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Holds => "legal holds are not in the export and were not judged",
            Self::Requests => "requests are not in the export and were not judged",
            Self::Payer => "payers are not in the export: their longer periods were not judged",
            Self::Litigation => "litigation is not in the export and was not judged",
        }
    }
}
