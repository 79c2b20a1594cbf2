//! What an audit says as a whole, and the exit code that says it to scripts.

use crate::report::json::v1::{Severity, Verdict};
use crate::report::screen::{counted, number};

/// The lowest severity whose open findings make an audit fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FailOn {
    /// Errors.
    #[default]
    Error,
    /// Errors and warnings.
    Warning,
    /// Errors, warnings and notes.
    Note,
    /// Nothing: findings are reported, never counted against the exit code.
    Never,
}

impl FailOn {
    /// Every threshold, in the order of the reference.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warning, Self::Note, Self::Never];

    /// The name that the flag uses.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
            Self::Never => "never",
        }
    }

    /// The threshold of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }

    /// Whether open findings of that severity make the audit fail.
    #[must_use]
    pub fn counts(self, severity: Severity) -> bool {
        match self {
            Self::Error => severity >= Severity::Error,
            Self::Warning => severity >= Severity::Warning,
            Self::Note => true,
            Self::Never => false,
        }
    }
}

/// Something that had to be judged and was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gap {
    /// An input was not read.
    InputRefused {
        /// Its path.
        path: String,
    },
    /// A table was not recognised as any record set, so nothing of it was evaluated.
    InputUnrecognised {
        /// Its path.
        path: String,
    },
    /// A file of a release could not be looked into.
    InputNotLookedAt {
        /// Its path.
        path: String,
    },
    /// An input holds the bytes of another one, and was not read.
    InputTwice {
        /// Its path.
        path: String,
    },
    /// More records of an input were skipped than it may, or its end is missing.
    InputIncomplete {
        /// Its path.
        path: String,
        /// How many records were skipped.
        skipped: u64,
    },
    /// No input holds a record set that the project file expects.
    RecordSetAbsent {
        /// The record set.
        record_set: String,
    },
    /// A rule could not judge more records than `max_not_evaluable` allows.
    TooManyNotEvaluable {
        /// The rule.
        rule: String,
        /// How many it could not judge.
        not_evaluable: u64,
        /// Of how many to which it may apply.
        of: u64,
    },
    /// Files claim to be fit to leave, and no rule judged whether they are.
    ClaimNotJudged {
        /// What they claim to be.
        kind: &'static str,
    },
    /// A rule that the baseline has judged was not evaluated, and growth is refused.
    NoLongerJudged {
        /// The rule.
        rule: String,
    },
    /// A rule that was asked for by its id, or is required, was not evaluated.
    RuleNotEvaluated {
        /// The rule.
        rule: String,
    },
}

impl std::fmt::Display for Gap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::InputRefused { path } => write!(f, "`{path}` could not be read"),
            Self::InputUnrecognised { path } => {
                write!(f, "`{path}` was not recognised as any record set")
            }
            Self::InputNotLookedAt { path } => {
                write!(f, "`{path}` would leave with the release, and nothing could look into it")
            }
            Self::InputTwice { path } => {
                write!(f, "`{path}` holds the same bytes as another input; remove one of them")
            }
            Self::InputIncomplete { path, skipped: 0 } => write!(f, "`{path}` was read in part"),
            Self::InputIncomplete { path, skipped: 1 } => {
                write!(f, "1 record of `{path}` was skipped")
            }
            Self::InputIncomplete { path, skipped } => {
                write!(f, "{} records of `{path}` were skipped", number(*skipped))
            }
            Self::RecordSetAbsent { record_set } => {
                write!(f, "no input holds `{record_set}`, which the project file expects")
            }
            Self::TooManyNotEvaluable { rule, not_evaluable, of } => write!(
                f,
                "`{rule}` could not judge {} of {}, more than `max_not_evaluable` allows",
                number(*not_evaluable),
                number(*of)
            ),
            Self::ClaimNotJudged { kind } => {
                write!(f, "no rule judged whether what is said to be `{kind}` is so")
            }
            Self::NoLongerJudged { rule } => {
                write!(f, "`{rule}` was judged in the baseline and could not be judged now")
            }
            Self::RuleNotEvaluated { rule } => {
                write!(f, "`{rule}` was asked for or is required, and was not evaluated")
            }
        }
    }
}

/// Why nothing was evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Emptiness {
    /// No input was recognised and read.
    NoInput,
    /// No record was kept.
    NoRecords,
    /// No rule applied.
    NoRule,
}

impl std::fmt::Display for Emptiness {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoInput => "no input was recognised as a record set",
            Self::NoRecords => "the inputs hold no records",
            Self::NoRule => "no rule applied to any record",
        })
    }
}

/// Everything that decides over verdict and exit code.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facts {
    /// The run was interrupted.
    pub interrupted: bool,
    /// A signature or digest does not match.
    pub trust_broken: bool,
    /// Command line, configuration or rules are wrong, and nothing was scanned.
    pub unusable: bool,
    /// A bug of ours showed itself.
    pub faulty: bool,
    /// A report could not be written.
    pub unwritten: bool,
    /// What had to be judged and was not.
    pub gaps: Vec<Gap>,
    /// Why nothing was evaluated, if so.
    pub empty: Option<Emptiness>,
    /// Whether an empty audit is fine.
    pub allow_empty: bool,
    /// The severity and the open violations of each rule that fails.
    pub failed: Vec<(Severity, u64)>,
    /// The threshold.
    pub fail_on: FailOn,
    /// The violations of each rule that the baseline does not know, where growth is refused.
    pub grown: Vec<u64>,
    /// Stale waivers and baseline entries.
    pub stale: u64,
    /// Whether they count.
    pub fail_on_stale: bool,
}

/// Why the run ends with the exit code it ends with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExitReason {
    /// Nothing that counts is open. So many rules fail below the threshold.
    Clean {
        /// Rules that fail below the threshold.
        below: usize,
    },
    /// Nothing was evaluated, and that is fine.
    EmptyAllowed(Emptiness),
    /// Findings that count are open.
    Findings {
        /// Rules that fail.
        rules: usize,
        /// Their open violations.
        violations: u64,
        /// The threshold.
        fail_on: FailOn,
    },
    /// There are findings that the baseline does not know, and growth is refused.
    Grown {
        /// Rules that have some.
        rules: usize,
        /// How many.
        violations: u64,
    },
    /// Command line, configuration or rules are wrong.
    Usage,
    /// Something that had to be judged was not.
    Incomplete(Vec<Gap>),
    /// Nothing was evaluated.
    Nothing(Emptiness),
    /// A signature or digest does not match.
    Trust,
    /// Waivers or baseline entries are stale.
    Stale(u64),
    /// A bug of ours.
    Internal,
    /// A report could not be written.
    Write,
    /// Interrupted.
    Interrupted,
}

impl ExitReason {
    /// The exit code.
    #[must_use]
    pub fn number(&self) -> u8 {
        match self {
            Self::Clean { .. } | Self::EmptyAllowed(_) => 0,
            Self::Findings { .. } | Self::Grown { .. } => 1,
            Self::Usage => 2,
            Self::Incomplete(_) => 3,
            Self::Nothing(_) => 4,
            Self::Trust => 5,
            Self::Stale(_) => 6,
            Self::Internal => 70,
            Self::Write => 74,
            Self::Interrupted => 130,
        }
    }

    /// The verdict that goes with it.
    pub(crate) fn verdict(&self) -> Verdict {
        match self {
            Self::Clean { .. } => Verdict::Pass,
            Self::Findings { .. } | Self::Grown { .. } | Self::Stale(_) => Verdict::Fail,
            Self::EmptyAllowed(_) | Self::Nothing(_) => Verdict::Empty,
            Self::Usage
            | Self::Incomplete(_)
            | Self::Trust
            | Self::Internal
            | Self::Write
            | Self::Interrupted => Verdict::Incomplete,
        }
    }
}

impl std::fmt::Display for ExitReason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Clean { below: 0 } => f.write_str("no rule fails"),
            Self::Clean { below: 1 } => f.write_str("1 rule fails, below `--fail-on`"),
            Self::Clean { below } => write!(f, "{below} rules fail, all below `--fail-on`"),
            Self::EmptyAllowed(why) => write!(f, "{why}, and `--allow-empty` lets that pass"),
            Self::Findings { rules: 1, violations, fail_on } => {
                write!(f, "1 rule fails at `{}` or above: ", fail_on.name())?;
                write_open(f, *violations)
            }
            Self::Findings { rules, violations, fail_on } => {
                write!(f, "{rules} rules fail at `{}` or above: ", fail_on.name())?;
                write_open(f, *violations)
            }
            Self::Grown { rules, violations } => {
                let rules = counted(*rules as u64, "rule has", "rules have");
                write!(
                    f,
                    "{rules} violations that the baseline does not know: {}",
                    number(*violations)
                )
            }
            Self::Usage => f.write_str("the command line, the project file or the rules are wrong"),
            Self::Incomplete(gaps) => match gaps.as_slice() {
                [] => f.write_str("something that had to be judged was not"),
                [gap] => write!(f, "{gap}"),
                [gap, rest @ ..] => write!(f, "{gap}, and {} more", rest.len()),
            },
            Self::Nothing(why) => write!(f, "nothing was evaluated: {why}"),
            Self::Trust => f.write_str("a signature or digest does not match"),
            Self::Stale(1) => f.write_str("1 waiver or baseline entry is stale"),
            Self::Stale(count) => write!(f, "{count} waivers or baseline entries are stale"),
            Self::Internal => f.write_str("a bug of chartaudit; please report it"),
            Self::Write => f.write_str("a report could not be written"),
            Self::Interrupted => f.write_str("the run was interrupted; what is shown is partial"),
        }
    }
}

/// Writes how many violations are open.
fn write_open(f: &mut std::fmt::Formatter<'_>, violations: u64) -> std::fmt::Result {
    match violations {
        1 => f.write_str("1 open violation"),
        _ => write!(f, "{} open violations", number(violations)),
    }
}

/// The verdict and the reason for the exit code.
///
/// Several facts at once: 130, 5, 2, 70, 74, 3, 4, 1, 6. What keeps an audit from being certified outranks
/// what it found.
#[must_use]
pub fn verdict(facts: &Facts) -> (Verdict, ExitReason) {
    let reason = exit_reason(facts);
    (reason.verdict(), reason)
}

/// The first reason that holds, in the order of precedence.
fn exit_reason(facts: &Facts) -> ExitReason {
    if facts.interrupted {
        return ExitReason::Interrupted;
    }
    if facts.trust_broken {
        return ExitReason::Trust;
    }
    if facts.unusable {
        return ExitReason::Usage;
    }
    if facts.faulty {
        return ExitReason::Internal;
    }
    if facts.unwritten {
        return ExitReason::Write;
    }
    if !facts.gaps.is_empty() {
        return ExitReason::Incomplete(facts.gaps.clone());
    }
    if let Some(why) = facts.empty
        && !facts.allow_empty
    {
        return ExitReason::Nothing(why);
    }
    let counted = facts.failed.iter().filter(|(severity, _)| facts.fail_on.counts(*severity));
    let rules = counted.clone().count();
    if rules > 0 {
        let violations =
            counted.fold(0, |sum: u64, (_, violations)| sum.saturating_add(*violations));
        return ExitReason::Findings { rules, violations, fail_on: facts.fail_on };
    }
    if !facts.grown.is_empty() {
        let violations = facts.grown.iter().fold(0, |sum: u64, new| sum.saturating_add(*new));
        return ExitReason::Grown { rules: facts.grown.len(), violations };
    }
    if facts.fail_on_stale && facts.stale > 0 {
        return ExitReason::Stale(facts.stale);
    }
    match facts.empty {
        Some(why) => ExitReason::EmptyAllowed(why),
        None => ExitReason::Clean { below: facts.failed.len() },
    }
}

#[cfg(test)]
mod tests {
    use super::{Emptiness, ExitReason, Facts, FailOn, Gap, verdict};
    use crate::report::json::v1::{Severity, Verdict};

    fn gap() -> Gap {
        Gap::InputRefused { path: "a.csv".to_owned() }
    }

    #[test]
    fn each_row_of_the_table() {
        let none = Facts::default;
        check(none(), Verdict::Pass, 0, "no rule fails");
        check(
            Facts { failed: vec![(Severity::Error, 2), (Severity::Error, 5)], ..none() },
            Verdict::Fail,
            1,
            "2 rules fail at `error` or above: 7 open violations",
        );
        check(Facts { unusable: true, ..none() }, Verdict::Incomplete, 2, "wrong");
        check(Facts { gaps: vec![gap()], ..none() }, Verdict::Incomplete, 3, "`a.csv` could not");
        check(
            Facts { empty: Some(Emptiness::NoRecords), ..none() },
            Verdict::Empty,
            4,
            "nothing was evaluated: the inputs hold no records",
        );
        check(
            Facts { empty: Some(Emptiness::NoRule), allow_empty: true, ..none() },
            Verdict::Empty,
            0,
            "`--allow-empty` lets that pass",
        );
        check(Facts { trust_broken: true, ..none() }, Verdict::Incomplete, 5, "digest");
        check(Facts { stale: 2, fail_on_stale: true, ..none() }, Verdict::Fail, 6, "2 waivers");
        check(Facts { stale: 2, ..none() }, Verdict::Pass, 0, "no rule fails");
        let grown = "2 rules have violations that the baseline does not know: 7";
        check(Facts { grown: vec![3, 4], ..none() }, Verdict::Fail, 1, grown);
        check(Facts { faulty: true, ..none() }, Verdict::Incomplete, 70, "bug");
        check(Facts { unwritten: true, ..none() }, Verdict::Incomplete, 74, "written");
        check(Facts { interrupted: true, ..none() }, Verdict::Incomplete, 130, "interrupted");
    }

    #[test]
    fn the_threshold_decides() {
        for (fail_on, severity, code) in [
            (FailOn::Error, Severity::Error, 1),
            (FailOn::Error, Severity::Warning, 0),
            (FailOn::Warning, Severity::Warning, 1),
            (FailOn::Warning, Severity::Note, 0),
            (FailOn::Note, Severity::Note, 1),
            (FailOn::Never, Severity::Error, 0),
        ] {
            let facts = Facts { failed: vec![(severity, 1)], fail_on, ..Facts::default() };
            let expected = if code == 0 { Verdict::Pass } else { Verdict::Fail };
            check(facts, expected, code, "1 rule fails");
        }
        for level in FailOn::ALL {
            assert_eq!(FailOn::named(level.name()), Some(level));
        }
        assert_eq!(FailOn::named("stale"), None);
    }

    #[test]
    fn several_at_once_end_in_the_gravest() {
        let mut facts = Facts {
            interrupted: true,
            trust_broken: true,
            unusable: true,
            faulty: true,
            unwritten: true,
            gaps: vec![gap(), gap()],
            empty: Some(Emptiness::NoInput),
            allow_empty: false,
            failed: vec![(Severity::Error, 1)],
            fail_on: FailOn::Error,
            grown: vec![1],
            stale: 1,
            fail_on_stale: true,
        };
        let calm: [fn(&mut Facts); 9] = [
            |facts| facts.interrupted = false,
            |facts| facts.trust_broken = false,
            |facts| facts.unusable = false,
            |facts| facts.faulty = false,
            |facts| facts.unwritten = false,
            |facts| facts.gaps.clear(),
            |facts| facts.empty = None,
            |facts| {
                facts.failed.clear();
                facts.grown.clear();
            },
            |facts| facts.stale = 0,
        ];
        let mut codes = Vec::new();
        for step in calm {
            codes.push(verdict(&facts).1.number());
            step(&mut facts);
        }
        codes.push(verdict(&facts).1.number());
        assert_eq!(codes, [130, 5, 2, 70, 74, 3, 4, 1, 6, 0]);
    }

    #[test]
    fn an_allowed_empty_audit_may_still_fail() {
        let facts = Facts {
            empty: Some(Emptiness::NoRecords),
            allow_empty: true,
            failed: vec![(Severity::Error, 1)],
            ..Facts::default()
        };
        check(facts, Verdict::Fail, 1, "1 open violation");
    }

    #[test]
    fn several_gaps_are_counted() {
        let reason = ExitReason::Incomplete(vec![gap(), gap(), gap()]);
        assert_eq!(reason.to_string(), "`a.csv` could not be read, and 2 more");
    }

    #[track_caller]
    fn check(facts: Facts, expected: Verdict, code: u8, words: &str) {
        let (found, reason) = verdict(&facts);
        assert_eq!((found, reason.number()), (expected, code), "of {facts:?}");
        assert!(reason.to_string().contains(words), "{reason} does not say {words}");
    }
}
