//! Simple patterns as byte loops: runs of byte classes with counts, as codes and identifiers have them.
//!
//! A pattern that has no such form stays with the regular expression engine; the answers are the same.

use regex_syntax::hir::{Class, Hir, HirKind, Look};

/// How many alternatives a pattern may unfold to.
const MOST_ALTERNATIVES: usize = 8;

/// A pattern of the whole text that is a list of runs, or a choice of such lists.
#[derive(Debug, Clone)]
pub(crate) struct Runs {
    alternatives: Vec<Vec<Run>>,
}

/// Between `min` and `max` bytes of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    class: ByteSet,
    min: usize,
    max: usize,
}

/// A set of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct ByteSet([u64; 4]);

impl ByteSet {
    const EMPTY: Self = Self([0; 4]);

    fn insert(&mut self, byte: u8) {
        self.0[usize::from(byte >> 6)] |= 1 << (byte & 63);
    }

    #[inline]
    fn has(&self, byte: u8) -> bool {
        self.0[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
    }

    fn meets(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }
}

impl Runs {
    /// The runs of a rewritten pattern, if it matches whole texts and is simple enough.
    pub(crate) fn of(rewritten: &str) -> Option<Self> {
        let hir = regex_syntax::ParserBuilder::new().utf8(false).build().parse(rewritten).ok()?;
        let HirKind::Concat(parts) = hir.kind() else { return None };
        let [start, middle @ .., end] = parts.as_slice() else { return None };
        if *start.kind() != HirKind::Look(Look::Start) || *end.kind() != HirKind::Look(Look::End) {
            return None;
        }
        let mut alternatives = vec![Vec::new()];
        for part in middle {
            append(&mut alternatives, part)?;
        }
        alternatives.iter().all(|runs| decides_greedily(runs)).then_some(Self { alternatives })
    }

    /// Whether the whole text matches.
    #[inline]
    pub(crate) fn match_whole(&self, text: &[u8]) -> bool {
        self.alternatives.iter().any(|runs| runs_match(runs, text))
    }
}

#[inline]
fn runs_match(runs: &[Run], text: &[u8]) -> bool {
    let mut rest = text;
    for run in runs {
        let most = run.max.min(rest.len());
        let count = if run.min == run.max {
            if most < run.min
                || !rest[..most].iter().fold(true, |all, &byte| all & run.class.has(byte))
            {
                return false;
            }
            most
        } else {
            rest[..most].iter().take_while(|&&byte| run.class.has(byte)).count()
        };
        if count < run.min {
            return false;
        }
        rest = &rest[count..];
    }
    rest.is_empty()
}

/// Taking as much as each run can is right if nothing that may follow could have used it.
fn decides_greedily(runs: &[Run]) -> bool {
    runs.iter().enumerate().all(|(at, run)| {
        if run.min == run.max {
            return true;
        }
        for next in &runs[at + 1..] {
            if next.class.meets(&run.class) {
                return false;
            }
            if next.min > 0 {
                break;
            }
        }
        true
    })
}

/// Appends what a part of the pattern matches to every alternative.
fn append(alternatives: &mut Vec<Vec<Run>>, hir: &Hir) -> Option<()> {
    match hir.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => {
            for &byte in &literal.0 {
                let mut class = ByteSet::EMPTY;
                class.insert(byte);
                push(alternatives, Run { class, min: 1, max: 1 });
            }
        }
        HirKind::Class(class) => push(alternatives, Run { class: bytes(class)?, min: 1, max: 1 }),
        HirKind::Capture(capture) => append(alternatives, &capture.sub)?,
        HirKind::Concat(parts) => {
            for part in parts {
                append(alternatives, part)?;
            }
        }
        HirKind::Alternation(choices) => {
            let mut all = Vec::new();
            for choice in choices {
                let mut these = alternatives.clone();
                append(&mut these, choice)?;
                all.extend(these);
            }
            *alternatives = all;
        }
        HirKind::Repetition(repetition) => {
            let max = repetition.max.map_or(usize::MAX, |max| max as usize);
            let min = repetition.min as usize;
            match single(&repetition.sub) {
                Some(class) => push(alternatives, Run { class, min, max }),
                None if (min, max) == (0, 1) => {
                    let without = alternatives.clone();
                    append(alternatives, &repetition.sub)?;
                    alternatives.extend(without);
                }
                None if min == max => {
                    for _ in 0..min.min(64) {
                        append(alternatives, &repetition.sub)?;
                    }
                    if min > 64 {
                        return None;
                    }
                }
                None => return None,
            }
        }
        HirKind::Look(_) => return None,
    }
    (alternatives.len() <= MOST_ALTERNATIVES).then_some(())
}

/// Adds a run; equal neighbours of fixed length become one.
fn push(alternatives: &mut [Vec<Run>], run: Run) {
    for runs in alternatives {
        match runs.last_mut() {
            Some(last) if last.class == run.class && last.min == last.max && run.min == run.max => {
                last.min += run.min;
                last.max += run.max;
            }
            _ => runs.push(run.clone()),
        }
    }
}

/// The class of a pattern that matches one byte.
fn single(hir: &Hir) -> Option<ByteSet> {
    match hir.kind() {
        HirKind::Class(class) => bytes(class),
        HirKind::Literal(literal) => match *literal.0 {
            [byte] => {
                let mut class = ByteSet::EMPTY;
                class.insert(byte);
                Some(class)
            }
            _ => None,
        },
        HirKind::Capture(capture) => single(&capture.sub),
        _ => None,
    }
}

/// A class as bytes, if no character of it has more than one.
fn bytes(class: &Class) -> Option<ByteSet> {
    let mut set = ByteSet::EMPTY;
    match class {
        Class::Unicode(class) => {
            for range in class.ranges() {
                let (start, end) =
                    (u8::try_from(range.start()).ok()?, u8::try_from(range.end()).ok()?);
                if end > 0x7F {
                    return None;
                }
                (start..=end).for_each(|byte| set.insert(byte));
            }
        }
        Class::Bytes(class) => {
            for range in class.ranges() {
                (range.start()..=range.end()).for_each(|byte| set.insert(byte));
            }
        }
    }
    Some(set)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Runs;
    use crate::expr::check_pattern;

    #[test]
    fn patterns_of_codes_are_runs() {
        for pattern in [
            "[0-9]{5}(-[0-9]{4})?",
            "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
            "[0-9]{1,7}-[0-9]",
            r"\d{5}|\d{4}[FTUM]",
            "[A-V][0-9]{3}",
            "F|M",
            "",
        ] {
            let rewritten = check_pattern(pattern, false, true).unwrap().rewritten;
            assert!(Runs::of(&rewritten).is_some(), "{pattern}");
        }
        for pattern in ["[0-9]{1,3}[0-9]", ".*a", "é+", "(ab)+"] {
            let rewritten = check_pattern(pattern, false, true).unwrap().rewritten;
            assert!(Runs::of(&rewritten).is_none(), "{pattern}");
        }
        let partial = check_pattern("[0-9]{3}", false, false).unwrap().rewritten;
        assert!(Runs::of(&partial).is_none());
    }

    proptest! {
        #[test]
        fn runs_and_the_regex_engine_agree(
            pattern in "([ab][0-9]{1,3}|[a-c]{0,2}-?|x|(ab|[0-9]){2}|(-[0-9])?){1,4}",
            text in "[abcx0-9-]{0,8}",
        ) {
            let Ok(compiled) = check_pattern(&pattern, false, true) else { return Ok(()) };
            if let Some(runs) = Runs::of(&compiled.rewritten) {
                prop_assert_eq!(runs.match_whole(text.as_bytes()), compiled.regex.is_match(text.as_bytes()), "{}", pattern);
            }
        }
    }
}
