//! Identifiers in columns and in free text: found, told apart, and ranked by how certain they are.
//!
//! A [`Finder`] walks a text once. Digits, `@`, `://` and `www.` make candidates; a candidate is judged by its shape,
//! its neighbours and its check digit, then raised or lowered by the words around it and by the name of
//! its column. This room says where and what, never the text itself.

mod tier;
mod catalogue;
mod label;
mod number;
mod us;
mod contact;
mod payment;
mod network;
mod finder;

pub use self::catalogue::{DETECTORS, Detector, UnknownDetector, named};
pub use self::finder::{Finder, Hit};
pub use self::label::Context;
pub use self::tier::Tier;
