//! What columns hold: told by their names, and by their values whatever the names say.

mod identifying;
mod role;
mod fineness;
mod value;

pub use self::fineness::{Dated, Fineness, Surety, year_of};
pub use self::identifying::Identifying;
pub use self::role::{CalendarPart, Role, Whose};
pub use self::value::{
    Postal, is_age_over_89, is_coordinate, is_image, is_placeholder, is_position, is_truth,
};
