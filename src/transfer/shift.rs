//! Values of a record that stand under other columns than those they were sent in.

use std::ops::RangeInclusive;

use crate::transfer::Kind;
use crate::transfer::difference::difference;
use crate::value::FieldType;

/// The value of a column on one side.
type Cells<'f, 'c> = &'f dyn Fn(usize) -> &'c [u8];

/// The columns whose values stand elsewhere: `differing` columns of a record, whose columns stand in the orders of both
/// sides. Nothing where no values moved.
pub(super) fn moved<'c>(
    differing: &[usize],
    orders: &[Vec<usize>; 2],
    sent: Cells<'_, 'c>,
    received: Cells<'_, 'c>,
) -> Vec<usize> {
    if differing.len() < 2 {
        return Vec::new();
    }
    let kinds = if orders[0] == orders[1] { 1 } else { 2 };
    let shifted = orders.iter().take(kinds).find_map(|order| {
        let places = shifted(order, sent, received)?;
        order.get(places).map(<[usize]>::to_vec)
    });
    shifted.unwrap_or_else(|| exchanged(differing, sent, received))
}

/// Columns whose values moved by one place, in the order in which the columns stand: the first and the last of them.
///
/// At least two values must be found beside their places, and every value between the first and the last difference.
fn shifted<'c>(
    columns: &[usize],
    sent: Cells<'_, 'c>,
    received: Cells<'_, 'c>,
) -> Option<RangeInclusive<usize>> {
    let differs = |place: &usize| sent(columns[*place]) != received(columns[*place]);
    let first = (0..columns.len()).find(differs)?;
    let last = (0..columns.len()).rev().find(differs)?;
    if last == first {
        return None;
    }
    let places = |moved: Moved, place: usize| match moved {
        Moved::Right => (columns[place], columns[place + 1]),
        Moved::Left => (columns[place + 1], columns[place]),
    };
    let all_moved = |direction: Moved| {
        // Most records are not shifted, and comparing bytes is cheap.
        let same = (first..last).map(|place| places(direction, place)).filter(|(from, to)| {
            let before = sent(*from);
            !before.is_empty() && alike(before, received(*to))
        });
        if same.take(2).count() < 2 {
            return false;
        }
        let mut moved = 0;
        for (from, to) in (first..last).map(|place| places(direction, place)) {
            let (before, after) = (sent(from), received(to));
            // A value may have been harmed in another way too, as zeros are lost in a whole column.
            match difference(before, after, FieldType::Text) {
                None => moved += usize::from(!before.is_empty()),
                Some(Kind::Changed | Kind::Emptied | Kind::Filled) => return false,
                Some(_) => {}
            }
        }
        moved >= 2
    };
    (all_moved(Moved::Right) || all_moved(Moved::Left)).then_some(first..=last)
}

/// To which neighbour values moved.
#[derive(Debug, Clone, Copy)]
enum Moved {
    Left,
    Right,
}

/// Whether both are the same text; where line ends may be written in two ways, only whether they can be.
fn alike(one: &[u8], other: &[u8]) -> bool {
    one == other || memchr::memchr2(b'\r', b'\n', one).is_some()
}

/// Columns that changed places among themselves: each has the value that another of them had, and gave its own away.
fn exchanged<'c>(differing: &[usize], sent: Cells<'_, 'c>, received: Cells<'_, 'c>) -> Vec<usize> {
    let given_away = |column: usize, other: usize| {
        column != other && received(other) == sent(column) && !sent(column).trim_ascii().is_empty()
    };
    let any = differing.iter().any(|one| differing.iter().any(|other| given_away(*one, *other)));
    if !any {
        return Vec::new();
    }
    // Where a value went: the column that is found, followed until the way is back at its beginning.
    let goes_to =
        |column: usize| differing.iter().find(|other| given_away(column, **other)).copied();
    let mut found: Vec<usize> = Vec::new();
    for &first in differing {
        let (mut way, mut at) = (vec![first], goes_to(first));
        while let Some(next) = at.filter(|next| !way.contains(next) && way.len() <= MOST) {
            way.push(next);
            at = goes_to(next);
        }
        if way.len() > 1 && at == Some(first) && !found.contains(&first) {
            found.extend(way);
        }
    }
    found
}

/// Columns that are taken to have changed places with one another at most.
const MOST: usize = 16;

#[cfg(test)]
mod tests {
    use super::moved;

    #[test]
    fn values_move_by_a_column() {
        check(["k", "a", "b", "c"], ["k", "", "a", "b"], &[1, 2, 3]);
        check(["k", "a", "b", "c"], ["k", "b", "c", ""], &[1, 2, 3]);
        check(["k", "a", "07", "c"], ["", "k", "a", "7"], &[0, 1, 2, 3]);
        check(["k", "a", "b", "c"], ["k", "x", "y", "z"], &[]);
        check(["k", "a", "b", "c"], ["k", "a", "b", "z"], &[]);
    }

    #[test]
    fn columns_change_places() {
        check(["k", "a", "b", "c"], ["k", "b", "a", "c"], &[1, 2]);
        check(["k", "a", "b", "c"], ["k", "c", "a", "b"], &[1, 3, 2]);
        check(["k", "a", "b", "c"], ["a", "k", "c", "b"], &[0, 1, 2, 3]);
        check(["k", "a", "b", "c"], ["k", "b", "x", "c"], &[]);
        check(["k", "a", "", "c"], ["k", "", "a", "c"], &[]);
    }

    #[track_caller]
    fn check(sent: [&str; 4], received: [&str; 4], expected: &[usize]) {
        let differing: Vec<usize> =
            (0..4).filter(|column| sent[*column] != received[*column]).collect();
        let orders = [vec![0, 1, 2, 3], vec![0, 1, 2, 3]];
        let found = moved(&differing, &orders, &|column| sent[column].as_bytes(), &|column| {
            received[column].as_bytes()
        });
        let mut found = found;
        let mut expected = expected.to_vec();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{sent:?} to {received:?}");
    }
}
