//! Sums with unknown counts in them, and the counts that they give back.
//!
//! A count is a whole number from 0 on. What is told of it narrows its bounds, and each equation narrows those of its
//! unknowns by those of the others, over and over until nothing moves: one such round takes time in proportion to
//! the terms. Where few unknowns hang together, what follows from all their equations is worked out exactly besides.

use std::collections::BTreeMap;

/// Counts are at most so many.
pub(crate) const TOP: i64 = 1_000_000_000_000_000_000;

/// The least and the most that a count may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) low: i64,
    pub(crate) high: i64,
}

impl Bounds {
    /// Of a count of which nothing is told.
    pub(crate) const ANY: Self = Self { low: 0, high: TOP };
}

/// An equation: the terms add up to the constant.
#[derive(Debug)]
pub(crate) struct Equation<P> {
    /// Unknowns, each with its sign and what is told of it.
    pub(crate) terms: Vec<(P, i8, Bounds)>,
    pub(crate) constant: i128,
}

impl<P> Default for Equation<P> {
    fn default() -> Self {
        Self { terms: Vec::new(), constant: 0 }
    }
}

/// What equations say of their unknowns.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Solution<P> {
    /// Those that can be one count alone, and which.
    pub(crate) known: Vec<(P, i64)>,
    /// Those of which more may follow than was worked out.
    pub(crate) tangled: Vec<P>,
    /// Those that no counts fit.
    pub(crate) contrary: Vec<P>,
}

/// So many unknowns that hang together are solved exactly.
const MOST_UNKNOWN: usize = 300;
/// So many terms are looked at for unknowns that hang together, before bounds that still move are left as they are.
const MOST_STEPS: usize = 20_000_000;

/// What equations say of their unknowns. What is `known` is certain.
pub(crate) fn solve<P: Ord + Copy>(equations: &[Equation<P>]) -> Solution<P> {
    let mut solution = Solution { known: Vec::new(), tangled: Vec::new(), contrary: Vec::new() };
    for mut knot in knots(equations) {
        // Without a circle the lines one by one say all there is to say.
        let together = if knot.is_tree() {
            Some(Vec::new())
        } else if knot.bounds.len() <= MOST_UNKNOWN {
            knot.eliminated()
        } else {
            None
        };
        // What contradicts itself shows at once in the lines that follow from all of them.
        let lines: Vec<Line> = together.iter().flatten().chain(&knot.lines).cloned().collect();
        let settled = knot.narrow(&lines);
        for (place, bounds) in knot.places.iter().zip(&knot.bounds) {
            match settled {
                Settled::Never => solution.contrary.push(*place),
                _ if bounds.low == bounds.high => solution.known.push((*place, bounds.low)),
                Settled::Whole if together.is_some() => {}
                Settled::Whole | Settled::InPart => solution.tangled.push(*place),
            }
        }
    }
    solution.known.sort_unstable();
    solution.tangled.sort_unstable();
    solution.contrary.sort_unstable();
    solution
}

/// How far bounds were narrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Settled {
    /// Until nothing moved.
    Whole,
    /// They may move further.
    InPart,
    /// Until nothing was left between two of them.
    Never,
}

/// Factors of unknowns, by their numbers, and what the terms add up to.
#[derive(Debug, Clone)]
struct Line {
    terms: Vec<(usize, i128)>,
    constant: i128,
}

/// Unknowns that hang together, with their equations.
#[derive(Debug)]
struct Knot<P> {
    places: Vec<P>,
    bounds: Vec<Bounds>,
    lines: Vec<Line>,
}

/// The unknowns that hang together, in the order of the first of each.
fn knots<P: Ord + Copy>(equations: &[Equation<P>]) -> Vec<Knot<P>> {
    let mut numbers: BTreeMap<P, usize> = BTreeMap::new();
    for (place, ..) in equations.iter().flat_map(|equation| &equation.terms) {
        numbers.insert(*place, 0);
    }
    numbers.values_mut().enumerate().for_each(|(number, of)| *of = number);
    // Each points at one that it hangs together with, the first of them at itself.
    let mut heads: Vec<usize> = (0..numbers.len()).collect();
    for equation in equations {
        let mut of = equation.terms.iter().map(|(place, ..)| numbers[place]);
        let Some(first) = of.next() else { continue };
        for other in of {
            let (one, other) = (head(&mut heads, first), head(&mut heads, other));
            heads[one.max(other)] = one.min(other);
        }
    }
    let mut knots: BTreeMap<usize, Knot<P>> = BTreeMap::new();
    let mut places_in: Vec<usize> = Vec::with_capacity(numbers.len());
    for (place, number) in &numbers {
        let knot = knots.entry(head(&mut heads, *number)).or_insert_with(|| Knot {
            places: Vec::new(),
            bounds: Vec::new(),
            lines: Vec::new(),
        });
        places_in.push(knot.places.len());
        knot.places.push(*place);
        knot.bounds.push(Bounds::ANY);
    }
    for equation in equations {
        let Some((first, ..)) = equation.terms.first() else { continue };
        let Some(knot) = knots.get_mut(&head(&mut heads, numbers[first])) else { continue };
        let mut terms: BTreeMap<usize, i128> = BTreeMap::new();
        for (place, sign, told) in &equation.terms {
            let number = places_in[numbers[place]];
            *terms.entry(number).or_default() += i128::from(*sign);
            let bounds = &mut knot.bounds[number];
            bounds.low = bounds.low.max(told.low);
            bounds.high = bounds.high.min(told.high);
        }
        terms.retain(|_, factor| *factor != 0);
        knot.lines.push(Line { terms: terms.into_iter().collect(), constant: equation.constant });
    }
    knots.into_values().collect()
}

fn head(heads: &mut [usize], mut of: usize) -> usize {
    while heads[of] != of {
        heads[of] = heads[heads[of]];
        of = heads[of];
    }
    of
}

impl<P> Knot<P> {
    /// Whether no unknown is tied to itself by a way around over its lines.
    fn is_tree(&self) -> bool {
        let ties: usize = self.lines.iter().map(|line| line.terms.len()).sum();
        ties < self.bounds.len() + self.lines.len()
    }

    /// Narrows the bounds by each line until none moves any more.
    fn narrow(&mut self, lines: &[Line]) -> Settled {
        let mut steps = MOST_STEPS;
        loop {
            let mut moved = false;
            for line in lines {
                let Some(left) = steps.checked_sub(line.terms.len()) else {
                    return Settled::InPart;
                };
                steps = left;
                match self.narrow_by(line) {
                    Some(by_line) => moved |= by_line,
                    None => return Settled::Never,
                }
            }
            if !moved {
                return Settled::Whole;
            }
        }
    }

    /// Narrows the bounds by one line: whether any moved; `None` where no counts fit.
    fn narrow_by(&mut self, line: &Line) -> Option<bool> {
        let between = |bounds: Bounds, factor: i128| {
            let ends = (factor * i128::from(bounds.low), factor * i128::from(bounds.high));
            if factor < 0 { (ends.1, ends.0) } else { ends }
        };
        let (mut least, mut most) = (0_i128, 0_i128);
        for (number, factor) in &line.terms {
            let (low, high) = between(self.bounds[*number], *factor);
            least += low;
            most += high;
        }
        if line.constant < least || line.constant > most {
            return None;
        }
        let mut moved = false;
        for (number, factor) in &line.terms {
            let bounds = &mut self.bounds[*number];
            let (low, high) = between(*bounds, *factor);
            // What is left for this term when the others take the most, and the least.
            let (from, to) = (line.constant - (most - high), line.constant - (least - low));
            let (from, to) = if *factor < 0 { (-to, -from) } else { (from, to) };
            let factor = factor.abs();
            let from = from.div_euclid(factor) + i128::from(from.rem_euclid(factor) != 0);
            let to = to.div_euclid(factor);
            if from > i128::from(bounds.low) {
                bounds.low = i64::try_from(from).ok()?;
                moved = true;
            }
            if to < i128::from(bounds.high) {
                bounds.high = i64::try_from(to).ok()?;
                moved = true;
            }
            if bounds.low > bounds.high {
                return None;
            }
        }
        Some(moved)
    }

    /// What follows from all lines together, each unknown taken out of all lines but one; `None` where the factors grow
    /// too large.
    fn eliminated(&self) -> Option<Vec<Line>> {
        let width = self.bounds.len();
        let mut system: Vec<Vec<i128>> = self
            .lines
            .iter()
            .map(|line| {
                let mut row = vec![0_i128; width + 1];
                line.terms.iter().for_each(|(number, factor)| row[*number] = *factor);
                row[width] = line.constant;
                row
            })
            .collect();
        let mut done = 0;
        for unknown in 0..width {
            let Some(pivot) = (done..system.len()).find(|&line| system[line][unknown] != 0) else {
                continue;
            };
            system.swap(done, pivot);
            let lead = system[done].clone();
            for (number, line) in system.iter_mut().enumerate() {
                if number == done || line[unknown] == 0 {
                    continue;
                }
                let (own, its) = (line[unknown], lead[unknown]);
                for (value, of_lead) in line.iter_mut().zip(&lead) {
                    let new = value.checked_mul(its)?.checked_sub(of_lead.checked_mul(own)?)?;
                    *value = new;
                }
                reduce(line);
            }
            done += 1;
        }
        let lines = system.iter().map(|row| Line {
            terms: (row.iter().take(width).copied().enumerate())
                .filter(|(_, factor)| *factor != 0)
                .collect(),
            constant: row[width],
        });
        // With larger factors the bounds could not be narrowed in numbers of 128 bits.
        let lines: Vec<Line> = lines.collect();
        let small = |line: &Line| line.terms.iter().all(|(_, factor)| factor.abs() < LARGEST);
        lines.iter().all(small).then_some(lines)
    }
}

/// The largest factor of a line by which bounds are narrowed.
const LARGEST: i128 = 1_000_000_000_000;

/// Divides a line by what divides all of it.
fn reduce(line: &mut [i128]) {
    let gcd = line.iter().fold(0_i128, |a, b| {
        let (mut a, mut b) = (a, b.abs());
        while b != 0 {
            (a, b) = (b, a % b);
        }
        a
    });
    if gcd > 1 {
        line.iter_mut().for_each(|value| *value /= gcd);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::{Bounds, Equation, Solution, solve};

    fn equation(terms: &[(u8, i8)], constant: i128, told: &[Bounds]) -> Equation<u8> {
        let terms = terms.iter().map(|(of, sign)| (*of, *sign, told[usize::from(*of)])).collect();
        Equation { terms, constant }
    }

    #[test]
    fn unknowns_are_solved_one_by_one_and_together() {
        let any = [Bounds::ANY; 4];
        let small = [Bounds { low: 0, high: 10 }; 4];
        // a + b = 7, b = 3.
        let lines =
            |told: &[Bounds]| [equation(&[(0, 1), (1, 1)], 7, told), equation(&[(1, 1)], 3, told)];
        let known = |known: &[(u8, i64)]| Solution {
            known: known.to_vec(),
            tangled: Vec::new(),
            contrary: Vec::new(),
        };
        assert_eq!(solve(&lines(&any)), known(&[(0, 4), (1, 3)]));
        // a + b = 8, b + c = 9, a + c = 7: only all of them together say it.
        let circle = [
            equation(&[(0, 1), (1, 1)], 8, &any),
            equation(&[(1, 1), (2, 1)], 9, &any),
            equation(&[(0, 1), (2, 1)], 7, &any),
        ];
        assert_eq!(solve(&circle), known(&[(0, 3), (1, 5), (2, 4)]));
        // a + b = 20 below eleven each.
        assert_eq!(solve(&[equation(&[(0, 1), (1, 1)], 20, &small)]), known(&[(0, 10), (1, 10)]));
        let contrary = solve(&[equation(&[(0, 1), (1, 1)], 21, &small)]);
        assert_eq!(contrary.contrary, [0, 1]);
    }

    /// What is found by asking each equation with one unknown left, over and over.
    fn one_by_one(equations: &[Equation<u8>]) -> BTreeMap<u8, i64> {
        let mut known: BTreeMap<u8, i64> = BTreeMap::new();
        loop {
            let before = known.len();
            for equation in equations {
                let mut rest = equation.constant;
                let mut left: Vec<(u8, i8)> = Vec::new();
                for (of, sign, _) in &equation.terms {
                    match known.get(of) {
                        Some(value) => rest -= i128::from(*sign) * i128::from(*value),
                        None => left.push((*of, *sign)),
                    }
                }
                if let [(of, sign)] = left[..] {
                    known.insert(of, i64::try_from(rest * i128::from(sign)).unwrap());
                }
            }
            if known.len() == before {
                return known;
            }
        }
    }

    /// All ways to fill in the unknowns from `at` on, each handed on.
    fn fill(
        equations: &[Equation<u8>],
        told: &[Bounds],
        values: &mut Vec<i64>,
        each: &mut dyn FnMut(&[i64]),
    ) {
        let holds = |equation: &Equation<u8>| {
            let given = equation.terms.iter().map(|(of, sign, _)| {
                values.get(usize::from(*of)).map(|value| i128::from(*sign) * i128::from(*value))
            });
            given.sum::<Option<i128>>().is_none_or(|sum| sum == equation.constant)
        };
        if !equations.iter().all(holds) {
            return;
        }
        let Some(bounds) = told.get(values.len()) else {
            each(values);
            return;
        };
        for value in bounds.low..=bounds.high.min(14) {
            values.push(value);
            fill(equations, told, values, each);
            values.pop();
        }
    }

    proptest! {
        /// Equations that true counts keep: what is said to be known is so in every way to fill them in, all that single
        /// equations give is known, and nothing is called contrary.
        #[test]
        fn nothing_is_claimed_that_does_not_follow(
            truth in prop::collection::vec((0_i64..=12, 0_u8..4), 4),
            shapes in prop::collection::vec(prop::collection::vec(-1_i8..=1, 4), 1..4),
        ) {
            let told: Vec<Bounds> = truth
                .iter()
                .map(|(count, how)| match how {
                    0 if *count <= 10 => Bounds { low: 0, high: 10 },
                    1 if (1..=10).contains(count) => Bounds { low: 1, high: 10 },
                    2 if *count > 10 => Bounds { low: 11, high: Bounds::ANY.high },
                    _ => Bounds::ANY,
                })
                .collect();
            let equations: Vec<Equation<u8>> = shapes
                .iter()
                .map(|signs| {
                    let terms: Vec<(u8, i8)> =
                        (0_u8..).zip(signs.iter().copied()).filter(|(_, sign)| *sign != 0).collect();
                    let constant = terms.iter().map(|(of, sign)| {
                        i128::from(*sign) * i128::from(truth[usize::from(*of)].0)
                    });
                    equation(&terms, constant.sum(), &told)
                })
                .collect();
            let solution = solve(&equations);
            prop_assert!(solution.contrary.is_empty() && solution.tangled.is_empty());
            let known: BTreeMap<u8, i64> = solution.known.iter().copied().collect();
            for (of, value) in one_by_one(&equations) {
                prop_assert_eq!(known.get(&of), Some(&value));
            }
            let mut ways = 0;
            fill(&equations, &told, &mut Vec::new(), &mut |values| {
                ways += 1;
                for (of, value) in &known {
                    assert_eq!(values[usize::from(*of)], *value, "of unknown {of}");
                }
            });
            prop_assert!(ways > 0, "the true counts are one way");
        }
    }
}
