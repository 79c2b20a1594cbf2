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

/// So many unknowns that hang together are solved exactly, whatever their equations; more of them where each stands in two
/// equations at most.
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
            let lines = knot.lines.clone();
            knot.narrow(&lines);
            knot.bridges()
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

    /// What follows from all lines together where each unknown stands in two of them at most, as in rows and columns of a
    /// table: lines of one unknown each. `None` where some stand in more, or the signs do not fit.
    ///
    /// Lines are places, and each unknown is a way between its two, or to the ground from its only one. Going around on a
    /// circle of ways, the unknowns on it can rise and fall by turns, and nothing is known of them; where there is but
    /// one way between two parts, the lines of one part, added up, leave its unknown alone.
    fn bridges(&self) -> Option<Vec<Line>> {
        let ground = self.lines.len();
        let mut constants: Vec<i128> = self.lines.iter().map(|line| line.constant).collect();
        let mut ends: Vec<Vec<(usize, i128)>> = vec![Vec::new(); self.bounds.len()];
        for (place, line) in self.lines.iter().enumerate() {
            for (unknown, factor) in &line.terms {
                let bounds = self.bounds[*unknown];
                if bounds.low == bounds.high {
                    constants[place] -= factor * i128::from(bounds.low);
                } else if factor.abs() == 1 && ends[*unknown].len() < 2 {
                    ends[*unknown].push((place, *factor));
                } else {
                    return None;
                }
            }
        }
        let mut ways: Vec<Vec<(usize, usize)>> = vec![Vec::new(); ground + 1];
        for (unknown, ends) in ends.iter().enumerate() {
            let (one, other) = match ends[..] {
                [(one, _), (other, _)] => (one, other),
                [(one, _)] => (one, ground),
                _ => continue,
            };
            ways[one].push((other, unknown));
            ways[other].push((one, unknown));
        }
        let signs = self.signs(&ways, &ends)?;
        let mut sums: Vec<i128> =
            constants.iter().zip(&signs).map(|(of, sign)| of * sign).collect();
        sums.push(0);
        // One walk in depth from the ground, and one through each part that no way leads to from there.
        let (mut order, mut lowest) = (vec![usize::MAX; ground + 1], vec![usize::MAX; ground + 1]);
        let mut lines = Vec::new();
        let mut count = 0;
        for root in (0..=ground).rev() {
            if order[root] != usize::MAX {
                continue;
            }
            let mut path: Vec<(usize, Option<usize>, usize)> = vec![(root, None, 0)];
            while let Some((place, by, next)) = path.last_mut() {
                let place = *place;
                if *next == 0 {
                    (order[place], lowest[place]) = (count, count);
                    count += 1;
                }
                if let Some((other, unknown)) = ways[place].get(*next).copied() {
                    *next += 1;
                    if *by == Some(unknown) {
                        // The way on which it came.
                    } else if order[other] == usize::MAX {
                        path.push((other, Some(unknown), 0));
                    } else {
                        lowest[place] = lowest[place].min(order[other]);
                    }
                    continue;
                }
                let by = *by;
                path.pop();
                let (Some(unknown), Some((before, ..))) = (by, path.last()) else { continue };
                let before = *before;
                sums[before] += sums[place];
                lowest[before] = lowest[before].min(lowest[place]);
                if lowest[place] > order[before]
                    && let Some((_, factor)) = ends[unknown].iter().find(|(at, _)| *at == place)
                {
                    let constant = sums[place] * signs[place] * factor;
                    lines.push(Line { terms: vec![(unknown, 1)], constant });
                }
            }
        }
        Some(lines)
    }

    /// With which sign each line is added so that the unknowns between two of them cancel out.
    fn signs(
        &self,
        ways: &[Vec<(usize, usize)>],
        ends: &[Vec<(usize, i128)>],
    ) -> Option<Vec<i128>> {
        let ground = self.lines.len();
        let mut signs = vec![0_i128; ground];
        for root in 0..ground {
            if signs[root] != 0 {
                continue;
            }
            signs[root] = 1;
            let mut left = vec![root];
            while let Some(place) = left.pop() {
                for (other, unknown) in ways[place].iter().filter(|(other, _)| *other < ground) {
                    let product: i128 = ends[*unknown].iter().map(|(_, factor)| factor).product();
                    let wanted = -signs[place] * product;
                    match signs[*other] {
                        0 => {
                            signs[*other] = wanted;
                            left.push(*other);
                        }
                        sign if sign != wanted => return None,
                        _ => {}
                    }
                }
            }
        }
        Some(signs)
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

    use super::{Bounds, Equation, Knot, Line, Solution, knots, solve};

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

    #[test]
    fn too_many_in_too_many_equations_are_told_of() {
        // Each of 400 in a circle stands in three equations.
        let equations: Vec<Equation<u32>> = (0..400)
            .map(|start| {
                let terms = (start..start + 3).map(|of| (of % 400, 1, Bounds::ANY));
                Equation { terms: terms.collect(), constant: 15 }
            })
            .collect();
        let solution = solve(&equations);
        assert_eq!((solution.known.len(), solution.tangled.len()), (0, 400));
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

        /// Of hidden cells in rows and columns with totals: what follows from all of them together is the same by ways as by
        /// taking one unknown out after the other, at once and after what single totals give.
        #[test]
        fn rows_and_columns_say_by_ways_what_they_say_by_elimination(
            cells in prop::collection::vec(prop::option::weighted(0.55, 0_i64..30), 24),
            totals in prop::collection::vec(prop::option::weighted(0.3, Just(())), 10),
            first in any::<bool>(),
        ) {
            let mut equations: Vec<Equation<u8>> = Vec::new();
            for (line, total) in totals.iter().enumerate() {
                // Six rows of four, then four columns of six.
                let of_line = |cell: &usize| if line < 6 { cell / 4 == line } else { cell % 4 + 6 == line };
                let mut equation: Equation<u8> = Equation::default();
                for cell in (0..24).filter(of_line) {
                    if let Some(value) = cells[cell] {
                        equation.terms.push((u8::try_from(cell).unwrap(), 1, Bounds::ANY));
                        equation.constant += i128::from(value);
                    }
                }
                if total.is_some() {
                    // A total that is left out; sums without one are known.
                    equation.terms.push((u8::try_from(24 + line).unwrap(), -1, Bounds::ANY));
                    equation.constant = 0;
                }
                equations.push(equation);
            }
            for mut knot in knots(&equations) {
                if first {
                    let lines = knot.lines.clone();
                    knot.narrow(&lines);
                }
                let by_ways = known_by(&knot, Knot::bridges);
                let by_elimination = known_by(&knot, Knot::eliminated);
                prop_assert_eq!(by_ways, by_elimination);
            }
        }
    }

    /// The unknowns that lines of one unknown give, and those that bounds have given before.
    fn known_by(
        knot: &Knot<u8>,
        how: fn(&Knot<u8>) -> Option<Vec<Line>>,
    ) -> Option<BTreeMap<usize, i128>> {
        let lines = how(knot)?;
        let alone = lines.iter().filter_map(|line| match line.terms[..] {
            [(unknown, factor)] => Some((unknown, line.constant / factor)),
            _ => None,
        });
        let before = knot.bounds.iter().enumerate().filter(|(_, of)| of.low == of.high);
        let before = before.map(|(unknown, of)| (unknown, i128::from(of.low)));
        Some(before.chain(alone).collect())
    }
}
