//! How a run ends: the numbers that scripts rely on.

/// The exit codes, a stable interface.
///
/// When several hold, the one that stands first in [`ExitCode::PRECEDENCE`] wins: what keeps an
/// audit from being certified outranks what it found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ExitCode {
    /// What could be judged was judged, and nothing at or above `--fail-on` is open.
    Ok,
    /// Open findings at or above `--fail-on`.
    Findings,
    /// The command line, the project file or a rule pack is wrong; nothing was scanned.
    Usage,
    /// Something that had to be judged was not: an unreadable input, too many skipped records, a required rule.
    Incomplete,
    /// Nothing was evaluated: no input, no records, or no rule that applies.
    NothingEvaluated,
    /// A signature or a digest does not match.
    Trust,
    /// A waiver or a baseline is stale, and `--fail-on stale` asked for it.
    Stale,
    /// A bug of this program, caught and reported without data.
    Internal,
    /// A report could not be written.
    Write,
    /// The run was interrupted.
    Interrupted,
}

impl ExitCode {
    /// Every exit code, the one that wins over all others first.
    pub const PRECEDENCE: [Self; 10] = [
        Self::Interrupted,
        Self::Trust,
        Self::Usage,
        Self::Internal,
        Self::Write,
        Self::Incomplete,
        Self::NothingEvaluated,
        Self::Findings,
        Self::Stale,
        Self::Ok,
    ];

    /// The number that the operating system is given.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
            Self::NothingEvaluated => 4,
            Self::Trust => 5,
            Self::Stale => 6,
            Self::Internal => 70,
            Self::Write => 74,
            Self::Interrupted => 130,
        }
    }

    /// The exit code with that number, as a report records it.
    #[must_use]
    pub fn from_number(number: u8) -> Option<Self> {
        Self::PRECEDENCE.into_iter().find(|code| code.number() == number)
    }

    /// Of two codes that both hold, the one that the program ends with.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        if self.rank() <= other.rank() { self } else { other }
    }

    /// The place in [`ExitCode::PRECEDENCE`].
    fn rank(self) -> usize {
        Self::PRECEDENCE.into_iter().take_while(|code| *code != self).count()
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code.number())
    }
}

#[cfg(test)]
mod tests {
    use super::ExitCode;

    #[test]
    fn numbers_are_the_published_ones() {
        let mut numbers = ExitCode::PRECEDENCE.map(ExitCode::number);
        assert_eq!(numbers, [130, 5, 2, 70, 74, 3, 4, 1, 6, 0]);
        numbers.sort_unstable();
        assert!(numbers.windows(2).all(|pair| pair[0] != pair[1]), "a number stands for one thing");
    }

    #[test]
    fn numbers_lead_back() {
        for code in ExitCode::PRECEDENCE {
            assert_eq!(ExitCode::from_number(code.number()), Some(code));
        }
        assert_eq!(ExitCode::from_number(7), None);
    }

    #[test]
    fn cannot_certify_outranks_found() {
        check(ExitCode::Findings, ExitCode::Incomplete, ExitCode::Incomplete);
        check(ExitCode::Findings, ExitCode::Write, ExitCode::Write);
        check(ExitCode::Interrupted, ExitCode::Write, ExitCode::Interrupted);
        check(ExitCode::Stale, ExitCode::Findings, ExitCode::Findings);
        check(ExitCode::Ok, ExitCode::Stale, ExitCode::Stale);
        check(ExitCode::Ok, ExitCode::Ok, ExitCode::Ok);
    }

    #[track_caller]
    fn check(one: ExitCode, other: ExitCode, expected: ExitCode) {
        assert_eq!(one.or(other), expected);
        assert_eq!(other.or(one), expected);
    }
}
