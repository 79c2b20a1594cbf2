//! Month before day, or day before month.

use crate::rule::Binding;

/// Which of the two stands first in a date of two numbers and a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As in the United States: 2/3/2024 is in February.
    MonthFirst,
    /// As nearly everywhere else: 2/3/2024 is in March.
    DayFirst,
}

/// Formats that differ in the order of day and month alone: month first, day first.
pub(super) const TWINS: [(&str, &str); 2] = [("us", "eu"), ("M/D/YY", "D/M/YY")];

impl Order {
    /// Both, the one that formats are tried with first.
    pub const ALL: [Self; 2] = [Self::MonthFirst, Self::DayFirst];

    /// The order that a binding reads, if it reads one.
    #[must_use]
    pub fn of(binding: &Binding) -> Option<Self> {
        let has = |name: &str| binding.formats.iter().any(|format| format == name);
        TWINS.iter().find_map(|(month, day)| match (has(month), has(day)) {
            (true, _) => Some(Self::MonthFirst),
            (false, true) => Some(Self::DayFirst),
            (false, false) => None,
        })
    }

    /// Where a place is said, the order in which people there write; `None` where they write both.
    #[must_use]
    pub fn usual_in(place: &str) -> Option<Self> {
        match place.split('-').next() {
            Some("US") => Some(Self::MonthFirst),
            Some("CA") | None => None,
            Some(_) => Some(Self::DayFirst),
        }
    }

    /// Makes a binding read this order.
    pub fn put_into(self, binding: &mut Binding) {
        for format in &mut binding.formats {
            for (month, day) in TWINS {
                if *format == month || *format == day {
                    *format = match self {
                        Self::MonthFirst => month.to_owned(),
                        Self::DayFirst => day.to_owned(),
                    };
                }
            }
        }
    }
}
