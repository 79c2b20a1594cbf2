//! Identifiers in columns and in free text: found, told apart, and ranked by how certain they are.
//!
//! A [`Finder`] walks a text once. Digits, capital letters, `@`, `://` and `www.` make candidates; a candidate is judged by
//! its shape, its neighbours and its check digit, then raised or lowered by the words around it and by the name of
//! its column. This room says where and what, never the text itself.

mod tier;
mod catalogue;
mod label;
mod number;
mod gate;
mod reading;
mod words;
mod eight;
mod us;
mod uk;
mod canada;
mod australia;
mod europe;
mod world;
mod record;
mod contact;
mod payment;
mod network;
mod date;
mod place;
mod person;
mod thing;
mod secret;
mod allow;
mod finder;
mod site;
pub mod known;
mod column;
mod file_name;

pub use self::allow::{Allowance, Allowed, AllowedValue};
pub use self::catalogue::{DETECTORS, Detector, UnknownDetector, named, served};
pub use self::column::{
    CalendarPart, Dated, Fineness, Identifying, Postal, Role, Surety, Whose, is_age_over_89,
    is_coordinate, is_image, is_placeholder, is_position, is_truth, year_of,
};
pub use self::file_name::{NamedIdentifier, finder_for_names, in_path};
pub(crate) use self::file_name::{hits_in_name, is_day, own_in_name};
pub use self::finder::{Finder, Hit};
pub use self::label::Context;
pub use self::site::{MOST_PATTERNS, Site, SitePattern};
pub use self::tier::Tier;
