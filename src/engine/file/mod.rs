//! Rules about files as wholes: what they are called, whether they are the ones that were to come, and which columns
//! and figures they hold.

mod delivery;
mod name;
mod column;
mod purpose;
mod release;
mod figure;

pub(super) use self::column::columns;
pub(super) use self::delivery::delivered;
pub(super) use self::figure::counted;
pub(super) use self::name::names;
pub(super) use self::purpose::needed;
pub(super) use self::release::released;
