//! What is known of the facility: said on the command line, shown by the export, or answered.

use crate::cli::init::export::Export;
use crate::cli::init::place::{self, Evident};
use crate::survey::Order;

/// What goes into the project file beside what was seen.
#[derive(Debug, Default)]
pub(super) struct Answers {
    /// The facility's name.
    pub(super) name: Option<String>,
    /// Where it is.
    pub(super) places: Vec<String>,
    /// What shows where it is, if nobody said it.
    pub(super) places_by: Option<String>,
    /// Its kind.
    pub(super) kind: Option<String>,
    /// What shows its kind, if nobody said it.
    pub(super) kind_by: Option<String>,
    /// The order of day and month where the values leave it open.
    pub(super) order: Option<Order>,
    /// What that order is taken from, in words.
    pub(super) order_by: String,
    /// Columns that somebody said belong to a field: record set, field, header.
    pub(super) accepted: Vec<(String, String, String)>,
}

impl Answers {
    /// What flags and the export tell, before anybody is asked.
    pub(super) fn of(export: &Export, places: Vec<String>, kind: Option<String>) -> Self {
        let country = if places.is_empty() { place::country(export) } else { None };
        let facility = if kind.is_none() { place::facility(export) } else { None };
        let split = |evident: Option<Evident>| {
            evident.map_or((None, None), |found| (Some(found.value), Some(found.by)))
        };
        let (country, places_by) = split(country);
        let (shown, kind_by) = split(facility);
        let places: Vec<String> = places.into_iter().chain(country).collect();
        let kind = kind.or(shown);
        let mut answers = Self { places, places_by, kind, kind_by, ..Self::default() };
        answers.settle_order(export);
        answers
    }

    /// Takes the order of day and month from the other columns, else from the place.
    pub(super) fn settle_order(&mut self, export: &Export) {
        if let Some(order) = export.told_order() {
            self.order = Some(order);
            "as the other dates of this export".clone_into(&mut self.order_by);
            return;
        }
        let usual: Vec<Option<Order>> =
            self.places.iter().map(|place| Order::usual_in(place)).collect();
        match usual.as_slice() {
            [Some(first), rest @ ..] if rest.iter().all(|order| *order == Some(*first)) => {
                self.order = Some(*first);
                self.order_by = format!("as is usual in {}", self.places.join(", "));
            }
            _ => self.order = None,
        }
    }

    /// Whether somebody said that this column is that field.
    pub(super) fn accepts(&self, set: &str, field: &str, header: &str) -> bool {
        self.accepted.iter().any(|(of, taken, name)| of == set && taken == field && name == header)
    }
}
