//! The rows of all schedules that hold in the chosen places, ready to be asked about one record after the other.

use crate::retention::schedule::{Force, Place, Schedule, ScheduleRow, is_within};
use crate::retention::vocabulary::{Facility, RecordClass};

/// Where and for whom the rows are asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TimetableSettings {
    /// The chosen places: `US-MA` holds `US` too.
    pub places: Vec<String>,
    /// The kind of facility where a record does not say its own.
    pub facility: Option<Facility>,
    /// Whether standards that are no law count.
    pub standards: Standards,
}

/// Whether standards that are no law count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Standards {
    /// Only law, payers' rules and the facility's own policy.
    #[default]
    Left,
    /// They too.
    Counted,
}

/// The rows that hold in the chosen places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timetable {
    places: Vec<Place>,
    rows: Vec<ScheduleRow>,
    /// For each class the numbers of its rows.
    by_class: Vec<Vec<u16>>,
    /// For each row whether it holds in every chosen place, so that a record need not say its own.
    everywhere: Vec<bool>,
    pub(super) facility: Option<Facility>,
}

impl Timetable {
    /// The rows of the schedules that hold in the chosen places.
    #[must_use]
    pub fn new(schedules: &[Schedule], settings: &TimetableSettings) -> Self {
        let chosen = |code: &str| settings.places.iter().any(|place| is_within(place, code));
        let mut places: Vec<Place> = Vec::new();
        for place in schedules.iter().flat_map(|schedule| &schedule.places) {
            if chosen(&place.code) && places.iter().all(|known| known.code != place.code) {
                places.push(place.clone());
            }
        }
        for code in &settings.places {
            if places.iter().all(|known| known.code != *code) {
                places.push(Place {
                    code: code.clone(),
                    name: code.clone(),
                    majority: (18, 18),
                    gap: None,
                });
            }
        }
        places.sort_by(|a, b| a.code.cmp(&b.code));
        let rows: Vec<ScheduleRow> = schedules
            .iter()
            .flat_map(|schedule| &schedule.rows)
            .filter(|row| chosen(&row.place))
            .filter(|row| row.force != Force::Standard || settings.standards == Standards::Counted)
            .take(usize::from(u16::MAX))
            .cloned()
            .collect();
        let by_class = RecordClass::ALL
            .iter()
            .map(|class| {
                let rows = rows.iter().zip(0_u16..);
                rows.filter(|(row, _)| row.classes.iter().any(|own| class.is(*own)))
                    .map(|(_, number)| number)
                    .collect()
            })
            .collect();
        let everywhere = rows
            .iter()
            .map(|row| settings.places.iter().all(|place| row.holds_in(place)))
            .collect();
        Self { places, rows, by_class, everywhere, facility: settings.facility }
    }

    /// The chosen places and those that hold them, by code; facts name them by their number here.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// The chosen places of which none lies in another: what a record's own place is one of.
    pub fn leaves(&self) -> impl Iterator<Item = (usize, &Place)> {
        self.places.iter().enumerate().filter(|(_, place)| {
            self.places
                .iter()
                .all(|other| other.code == place.code || !is_within(&other.code, &place.code))
        })
    }

    /// The rows, by their numbers.
    #[must_use]
    pub fn rows(&self) -> &[ScheduleRow] {
        &self.rows
    }

    /// The row of that number.
    #[must_use]
    pub fn row(&self, number: u16) -> Option<&ScheduleRow> {
        self.rows.get(usize::from(number))
    }

    /// The rows of a class, with their numbers.
    pub(super) fn rows_of(
        &self,
        class: RecordClass,
    ) -> impl Iterator<Item = (u16, &ScheduleRow)> + '_ {
        let numbers = self.by_class.get(class as usize).map_or(&[][..], Vec::as_slice);
        numbers.iter().filter_map(|number| Some((*number, self.row(*number)?)))
    }

    /// Whether a row holds in every chosen place.
    pub(super) fn holds_everywhere(&self, number: u16) -> bool {
        self.everywhere.get(usize::from(number)).copied().unwrap_or(false)
    }

    /// The place of that number.
    pub(super) fn place(&self, number: i64) -> Option<&Place> {
        self.places.get(usize::try_from(number).ok()?)
    }
}
