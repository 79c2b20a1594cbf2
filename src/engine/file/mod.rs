//! Rules about files as wholes: what they are called, and whether they are the ones that were to come.

mod delivery;
mod name;

pub(super) use self::delivery::delivered;
pub(super) use self::name::names;
