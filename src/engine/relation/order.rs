//! In which order record sets are read, so that related records are known before they are asked for.

/// Record sets that are read together.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Stage {
    /// Record sets of which only tables are gathered, since something they need needs them.
    pub(crate) gathered: Vec<usize>,
    /// Record sets whose records are judged.
    pub(crate) judged: Vec<usize>,
}

/// The stages in which `sets` (number and bytes) are read, where each pair of `needs` says that the first record
/// set asks for records of the second.
///
/// Each is judged once. One that stands in a circle of needs, or needs itself, is read once more before, for its
/// tables alone; of a circle the smallest is chosen.
pub(crate) fn stages(sets: &[(usize, u64)], needs: &[(usize, usize)]) -> Vec<Stage> {
    let here = |set: usize| sets.iter().any(|(number, _)| *number == set);
    let needs: Vec<(usize, usize)> =
        needs.iter().copied().filter(|(a, b)| here(*a) && here(*b)).collect();
    let mut gathered: Vec<usize> =
        needs.iter().filter(|(a, b)| a == b).map(|(set, _)| *set).collect();
    let levels = loop {
        let (levels, left) = levels(sets, &needs, &gathered);
        let asked = |set: usize| needs.iter().any(|(a, b)| *b == set && left.contains(a));
        let smallest = sets
            .iter()
            .filter(|(set, _)| left.contains(set) && !gathered.contains(set) && asked(*set))
            .min_by_key(|(set, bytes)| (*bytes, *set));
        match smallest {
            Some((set, _)) => gathered.push(*set),
            None => break levels,
        }
    };
    gathered.sort_unstable();
    let first = (!gathered.is_empty()).then(|| Stage { gathered, judged: Vec::new() });
    let others = levels.into_iter().map(|judged| Stage { gathered: Vec::new(), judged });
    first.into_iter().chain(others).collect()
}

/// The record sets that can be judged together, in order, when the tables of `gathered` are known; and those
/// that wait for each other.
fn levels(
    sets: &[(usize, u64)],
    needs: &[(usize, usize)],
    gathered: &[usize],
) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut left: Vec<usize> = sets.iter().map(|(set, _)| *set).collect();
    left.sort_unstable();
    let mut levels = Vec::new();
    loop {
        let known = |set: &usize| gathered.contains(set) || !left.contains(set);
        let ready = |set: &usize| needs.iter().filter(|(a, _)| a == set).all(|(_, b)| known(b));
        let (now, later): (Vec<usize>, Vec<usize>) = left.iter().partition(|set| ready(set));
        if now.is_empty() {
            return (levels, later);
        }
        levels.push(now);
        left = later;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Stage, stages};

    #[test]
    fn parents_come_first_and_circles_are_opened_at_their_smallest() {
        check(&[], &[(&[], &[0, 1, 2])]);
        check(&[(1, 0), (2, 1)], &[(&[], &[0]), (&[], &[1]), (&[], &[2])]);
        check(&[(1, 2), (2, 1), (1, 0)], &[(&[1], &[]), (&[], &[0, 2]), (&[], &[1])]);
        check(&[(0, 0)], &[(&[0], &[]), (&[], &[0, 1, 2])]);
        check(&[(2, 7)], &[(&[], &[0, 1, 2])]);
    }

    #[track_caller]
    fn check(needs: &[(usize, usize)], expected: &[(&[usize], &[usize])]) {
        let expected: Vec<Stage> = expected
            .iter()
            .map(|(gathered, judged)| Stage {
                gathered: gathered.to_vec(),
                judged: judged.to_vec(),
            })
            .collect();
        assert_eq!(stages(&[(0, 30), (1, 10), (2, 20)], needs), expected);
    }

    proptest! {
        /// Whatever is asked of whom: each set is judged once, and after the tables that it needs were gathered.
        #[test]
        fn needs_are_met(
            needs in prop::collection::vec((0_usize..6, 0_usize..6), 0..14),
            bytes in prop::collection::vec(0_u64..50, 6),
        ) {
            let sets: Vec<(usize, u64)> = bytes.into_iter().enumerate().collect();
            let mut known = Vec::new();
            let mut judged = Vec::new();
            for stage in stages(&sets, &needs) {
                for set in &stage.judged {
                    for (_, needed) in needs.iter().filter(|(a, _)| a == set) {
                        prop_assert!(known.contains(needed));
                    }
                }
                known.extend(stage.gathered);
                known.extend(stage.judged.iter().copied());
                judged.extend(stage.judged);
            }
            judged.sort_unstable();
            prop_assert_eq!(judged, vec![0, 1, 2, 3, 4, 5]);
        }
    }
}
