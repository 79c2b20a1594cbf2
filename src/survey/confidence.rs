//! How sure it is that a file holds what it was recognised as.

/// How sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// A person has to look.
    Doubtful,
    /// Most of it fits.
    Likely,
    /// Names and values fit, and no other record set comes near.
    Certain,
}

impl Confidence {
    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Doubtful => "doubtful",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// What speaks for and against it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grounds {
    /// Columns that have a field, and all columns.
    pub(super) known: (usize, usize),
    /// Typed values that can be read, and all that there are.
    pub(super) read: (u64, u64),
    /// By how many fields it is ahead of the next record set.
    pub(super) ahead: usize,
    /// How many records were seen.
    pub(super) records: u64,
}

impl Grounds {
    /// What they come to.
    pub(super) fn confidence(self) -> Confidence {
        let Self { known: (known, columns), read: (read, values), ahead, records } = self;
        if records == 0 || ahead == 0 || known * 3 < columns || read * 2 < values {
            Confidence::Doubtful
        } else if ahead > 1 && known * 3 >= columns * 2 && read * 20 >= values * 19 {
            Confidence::Certain
        } else {
            Confidence::Likely
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Confidence, Grounds};

    #[test]
    fn grounds_are_weighed() {
        check((10, 10), (50, 50), 4, 5, Confidence::Certain);
        check((10, 10), (0, 0), 4, 5, Confidence::Certain);
        check((10, 10), (50, 50), 1, 5, Confidence::Likely);
        check((10, 16), (50, 50), 4, 5, Confidence::Likely);
        check((10, 10), (45, 50), 4, 5, Confidence::Likely);
        check((10, 10), (50, 50), 0, 5, Confidence::Doubtful);
        check((3, 10), (50, 50), 4, 5, Confidence::Doubtful);
        check((10, 10), (20, 50), 4, 5, Confidence::Doubtful);
        check((10, 10), (0, 0), 4, 0, Confidence::Doubtful);
    }

    #[track_caller]
    fn check(
        known: (usize, usize),
        read: (u64, u64),
        ahead: usize,
        records: u64,
        expected: Confidence,
    ) {
        assert_eq!(Grounds { known, read, ahead, records }.confidence(), expected);
    }
}
