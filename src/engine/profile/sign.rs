//! What one cell shows, as a set of signs.

use crate::detect::{Fineness, Identifying, Surety};

/// Something that a cell shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// A value in a column whose name says that it holds such elements.
    Named,
    /// An identifier of tier A or B.
    Certain(Identifying),
    /// The whole cell is one of tier C.
    Likely(Identifying),
    /// The whole cell has the shape of one, tier D.
    Shape(Identifying),
    /// An element of a date finer than a year.
    Fine(Fineness, Surety),
    /// In a column of dates, what is neither a date nor a year.
    NoDate,
    /// In a column of months and the like, a number that is none.
    Beyond,
    /// An age over 89.
    Over89,
    /// A year that shows such an age for certain.
    OldYear,
    /// A year that shows an age of 89 or 90.
    MaybeOldYear,
    /// A number that may be a year, in a column that does not say so.
    YearShape,
    /// Such a number of more than 90 years ago.
    OldYearShape,
    /// A postal code of more than three digits.
    FineZip,
    /// A coordinate with decimals.
    Coordinate,
    /// A picture.
    Picture,
    /// The shape of a number or code.
    Code,
    /// An identifier of a patient whose record is part of the audit.
    Known(Identifying),
    /// The whole cell is a number or code of such a patient, which may count something else here.
    MaybeKnown(Identifying),
    /// So many of such numbers are known that one of its length may be among them by chance.
    Crowded,
}

/// The number of kinds of elements.
const KINDS: u8 = 20;
/// Where the signs of dates begin.
const FINE: u8 = 1 + 3 * KINDS;
/// Where the single signs after them begin.
const SINGLE: u8 = FINE + 2 * 6;
/// Where the signs of what is known begin.
const KNOWN: u8 = SINGLE + 12;

impl Sign {
    /// How many signs there are.
    pub(super) const COUNT: usize = KNOWN as usize + 2 * KINDS as usize;

    /// Its number.
    pub(super) fn index(self) -> u8 {
        let single = |number: u8| SINGLE + number;
        match self {
            Self::Named => 0,
            Self::Certain(kind) => 1 + kind as u8,
            Self::Likely(kind) => 1 + KINDS + kind as u8,
            Self::Shape(kind) => 1 + 2 * KINDS + kind as u8,
            Self::Fine(fineness, surety) => FINE + 2 * (fineness as u8) + surety as u8,
            Self::NoDate => single(0),
            Self::Beyond => single(1),
            Self::Over89 => single(2),
            Self::OldYear => single(3),
            Self::MaybeOldYear => single(4),
            Self::YearShape => single(5),
            Self::OldYearShape => single(6),
            Self::FineZip => single(7),
            Self::Coordinate => single(8),
            Self::Picture => single(9),
            Self::Code => single(10),
            Self::Crowded => single(11),
            Self::Known(kind) => KNOWN + kind as u8,
            Self::MaybeKnown(kind) => KNOWN + KINDS + kind as u8,
        }
    }
}

/// A set of signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Signs(u128);

impl Signs {
    /// Adds a sign; whether it is new.
    pub(super) fn add(&mut self, sign: Sign) -> bool {
        let bit = 1_u128 << sign.index();
        let new = self.0 & bit == 0;
        self.0 |= bit;
        new
    }

    /// The numbers of its signs, rising.
    pub(super) fn indices(self) -> impl Iterator<Item = u8> {
        let mut left = self.0;
        std::iter::from_fn(move || {
            (left != 0).then(|| {
                let next = left.trailing_zeros();
                left &= left - 1;
                u8::try_from(next).unwrap_or(0)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Sign, Signs};
    use crate::detect::{Fineness, Identifying, Surety};

    #[test]
    fn every_sign_has_a_number_of_its_own() {
        let mut all = vec![
            Sign::Named,
            Sign::NoDate,
            Sign::Beyond,
            Sign::Over89,
            Sign::OldYear,
            Sign::MaybeOldYear,
            Sign::YearShape,
            Sign::OldYearShape,
            Sign::FineZip,
            Sign::Coordinate,
            Sign::Picture,
            Sign::Code,
            Sign::Crowded,
        ];
        for kind in Identifying::ALL {
            all.extend([Sign::Certain(kind), Sign::Likely(kind), Sign::Shape(kind)]);
            all.extend([Sign::Known(kind), Sign::MaybeKnown(kind)]);
        }
        for fineness in Fineness::ALL {
            all.extend(
                [Surety::Certain, Surety::Likely].map(|surety| Sign::Fine(fineness, surety)),
            );
        }
        let numbers: BTreeSet<u8> = all.iter().map(|sign| sign.index()).collect();
        assert_eq!(numbers.len(), all.len());
        assert_eq!(numbers.last().map(|last| usize::from(*last) + 1), Some(Sign::COUNT));
        let mut signs = Signs::default();
        for sign in &all {
            assert!(signs.add(*sign) && !signs.add(*sign));
        }
        assert!(signs.indices().eq(numbers));
    }
}
