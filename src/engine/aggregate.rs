//! Tables of counts: which cells show how few people they are about, and which give it back although they are left out.
//!
//! A table is looked at as a whole, so that only the text of its cells is needed: no record is about one person.

use std::collections::BTreeSet;

use crate::engine::equation::{Bounds, Equation, Solution, TOP, solve};

/// The cells of a table, row by row, and the names of its columns.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// The names of the columns.
    pub(crate) headers: Vec<String>,
    /// The texts of the cells.
    pub(crate) rows: Vec<Vec<String>>,
}

/// What is wrong with a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Leak {
    /// It shows a count that is too small.
    Shown,
    /// It is left out, and totals and the other cells give it back.
    Subtracted,
    /// It is left out, and a share and what it is a share of give it back.
    Share,
}

/// What a table comes to.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// The columns that were taken for counts.
    pub(crate) counts: Vec<usize>,
    /// The cells of those columns.
    pub(crate) cells: u64,
    /// Cells that are neither a count nor left out, so that nothing can be said of them.
    pub(crate) unclear: u64,
    /// Cells that are left out, of which it was not worked out whether the others give them back: too many of them depend
    /// on each other.
    pub(crate) tangled: u64,
    /// Cells that are left out, of which nothing can be said: no counts fit the totals and what is said of the cells.
    pub(crate) contrary: u64,
    /// The cells that leak, by row and column.
    pub(crate) leaks: Vec<(usize, usize, Leak)>,
}

/// What a cell of a column of counts holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cell {
    Count(i64),
    /// Left out, and what is said of it all the same: `<11`.
    Hidden(Bounds),
    Other,
}

/// Words for columns of whole numbers that count nobody.
const NO_COUNTS: &[&str] = &[
    "year",
    "yr",
    "age",
    "month",
    "quarter",
    "week",
    "day",
    "days",
    "date",
    "zip",
    "zip3",
    "fips",
    "code",
    "id",
    "key",
    "rank",
    "drg",
    "icd",
    "hour",
    "hours",
    "level",
    "mean",
    "median",
    "avg",
    "average",
    "rate",
    "ratio",
    "min",
    "max",
    "cost",
    "costs",
    "charge",
    "charges",
    "payment",
    "payments",
    "amount",
    "los",
    "length",
    "score",
    "index",
    "sd",
    "price",
    "line",
    "row",
    "seq",
    "percent",
    "pct",
    "share",
    "proportion",
    "percentage",
    "version",
];
/// Words for shares.
const SHARES: &[&str] = &["percent", "pct", "share", "proportion", "percentage"];
/// Words for totals.
const TOTALS: &[&str] = &["total", "totals", "subtotal", "all", "overall", "sum", "denominator"];
/// Texts of a cell that is left out.
const HIDDEN: &[&str] = &[
    "",
    "*",
    "**",
    "***",
    "-",
    "--",
    "\u{2013}",
    "\u{2014}",
    ".",
    "..",
    "s",
    "x",
    "c",
    "na",
    "n/a",
    "nr",
    "suppressed",
    "redacted",
    "(s)",
    "(x)",
    "#",
];

/// Holds a table against the rule that no count from `from` to `to` is shown or can be worked out.
pub(crate) fn judge(table: &Figures, from: i64, to: i64) -> Verdict {
    let width = table.headers.len();
    let words: Vec<Vec<String>> = table.headers.iter().map(|header| words(header)).collect();
    let column = |column: usize| table.rows.iter().map(move |row| text(row, column));
    let counts: Vec<usize> = (0..width).filter(|&c| is_count(&words[c], column(c))).collect();
    let cells: Vec<Vec<Cell>> = table
        .rows
        .iter()
        .map(|row| counts.iter().map(|&column| cell(text(row, column))).collect())
        .collect();
    let mut verdict = Verdict { counts: counts.clone(), ..Verdict::default() };
    for (row, cells) in cells.iter().enumerate() {
        for (at, cell) in cells.iter().enumerate() {
            verdict.cells += 1;
            match cell {
                Cell::Count(count) if (from..=to).contains(count) => {
                    verdict.leaks.push((row, counts[at], Leak::Shown));
                }
                Cell::Other => verdict.unclear += 1,
                Cell::Count(_) | Cell::Hidden(_) => {}
            }
        }
    }
    let total_rows: Vec<bool> = table
        .rows
        .iter()
        .map(|row| {
            (0..width)
                .filter(|column| !counts.contains(column))
                .any(|column| is_total(&self::words(text(row, column))))
        })
        .collect();
    let total_columns: Vec<bool> = counts.iter().map(|&column| is_total(&words[column])).collect();
    let sums = sums(&cells, &total_rows, &total_columns);
    let solution = hidden(&cells, &sums);
    for ((row, at), count) in solution.known {
        if (from..=to).contains(&count) {
            verdict.leaks.push((row, counts[at], Leak::Subtracted));
        }
    }
    shares(table, &words, &counts, &cells, &total_rows, &total_columns, (from, to), &mut verdict);
    verdict.leaks.sort_unstable();
    verdict.leaks.dedup_by_key(|(row, column, _)| (*row, *column));
    let leaked: BTreeSet<(usize, usize)> =
        verdict.leaks.iter().map(|(row, column, _)| (*row, *column)).collect();
    let open = |cells: &[Place]| {
        cells.iter().filter(|(row, at)| !leaked.contains(&(*row, counts[*at]))).count() as u64
    };
    verdict.tangled = open(&solution.tangled);
    verdict.contrary = open(&solution.contrary);
    verdict
}

/// What the sums of a table say of the cells that are left out.
fn hidden(cells: &[Vec<Cell>], sums: &[Sum]) -> Solution<Place> {
    let equation = |(total, parts): &Sum| {
        let mut equation = Equation::default();
        for (place, sign) in parts.iter().map(|part| (*part, 1)).chain([(*total, -1)]) {
            match at(cells, place) {
                Cell::Count(count) => equation.constant -= i128::from(sign) * i128::from(count),
                Cell::Hidden(bounds) => equation.terms.push((place, sign, bounds)),
                // INVARIANT: a sum with a cell that cannot be read is refuted.
                Cell::Other => {}
            }
        }
        equation
    };
    solve(&sums.iter().map(equation).collect::<Vec<_>>())
}

fn text(row: &[String], column: usize) -> &str {
    row.get(column).map_or("", |text| text.trim())
}

fn words(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    let parts = lower.split(|char: char| !char.is_alphanumeric());
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn is_total(words: &[String]) -> bool {
    words.iter().any(|word| TOTALS.contains(&word.as_str()))
}

/// Whether a column holds counts: whole numbers or what is left out, under a name that is not of another figure.
fn is_count<'t>(words: &[String], texts: impl Iterator<Item = &'t str>) -> bool {
    if words.iter().any(|word| NO_COUNTS.contains(&word.as_str())) {
        return false;
    }
    let (mut numbers, mut others) = (0_u64, 0_u64);
    for text in texts {
        match cell(text) {
            Cell::Count(_) => numbers += 1,
            Cell::Other => others += 1,
            Cell::Hidden(_) => {}
        }
    }
    numbers > 0 && numbers >= 4 * others
}

fn cell(text: &str) -> Cell {
    let lower = text.to_lowercase();
    if HIDDEN.contains(&lower.as_str()) {
        return Cell::Hidden(Bounds::ANY);
    }
    let count = || whole(&lower).map(Cell::Count);
    bounds(&lower).map(Cell::Hidden).or_else(count).unwrap_or(Cell::Other)
}

/// What a cell says in place of its count: `<11`, `1-10`, `>10`.
fn bounds(text: &str) -> Option<Bounds> {
    let digits = |text: &str| {
        let text = text.trim();
        let all = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        all.then(|| text.parse::<i64>().ok().filter(|count| *count < TOP).unwrap_or(TOP))
    };
    let told = if let Some((low, high)) = text.split_once(['-', '\u{2013}']) {
        Bounds { low: digits(low)?, high: digits(high)? }
    } else {
        let bare = text.trim_start_matches(['<', '>', '\u{2264}', '\u{2265}', '=']);
        let count = digits(bare)?;
        match text.strip_suffix(bare)? {
            "<" => Bounds { low: 0, high: count - 1 },
            "<=" | "\u{2264}" => Bounds { low: 0, high: count },
            ">" => Bounds { low: count.saturating_add(1).min(TOP), high: TOP },
            ">=" | "\u{2265}" => Bounds { low: count, high: TOP },
            "" => return None,
            _ => Bounds::ANY,
        }
    };
    Some(if told.low <= told.high { told } else { Bounds::ANY })
}

/// A whole number, with signs between groups of three digits or a fraction of zeros.
fn whole(text: &str) -> Option<i64> {
    let (number, fraction) = text.split_once('.').unwrap_or((text, ""));
    if !fraction.bytes().all(|byte| byte == b'0') {
        return None;
    }
    let groups: Vec<&str> = number.split([',', ' ', '\u{a0}']).collect();
    let sound = groups.iter().enumerate().all(|(nth, group)| {
        let of_three = if nth == 0 { (1..=3).contains(&group.len()) } else { group.len() == 3 };
        (groups.len() == 1 || of_three) && group.bytes().all(|byte| byte.is_ascii_digit())
    });
    if !sound || groups.concat().len() > 15 {
        return None;
    }
    groups.concat().parse().ok()
}

/// The place of a cell: its row, and its place among the columns of counts.
type Place = (usize, usize);
/// A sum: the place of the total, and the places of its parts.
type Sum = (Place, Vec<Place>);

/// The sums that a table holds: rows of totals add up the rows of their block, columns of totals the other columns.
/// A row of totals that follows others adds up all the rows that are none.
fn sums(cells: &[Vec<Cell>], total_rows: &[bool], total_columns: &[bool]) -> Vec<Sum> {
    let mut sums = Vec::new();
    let details: Vec<usize> = (0..cells.len()).filter(|&row| !total_rows[row]).collect();
    let leads = total_rows.first() == Some(&true) && total_rows.last() != Some(&true);
    let totals: Vec<usize> = (0..cells.len()).filter(|&row| total_rows[row]).collect();
    for (nth, &total) in totals.iter().enumerate() {
        let block: Vec<usize> = if leads {
            let next = totals.get(nth + 1).copied().unwrap_or(cells.len());
            (total + 1..next).collect()
        } else {
            let before = nth.checked_sub(1).map_or(0, |before| totals[before] + 1);
            (before..total).collect()
        };
        let block = if block.is_empty() { &details } else { &block };
        for at in 0..total_columns.len() {
            sums.push(((total, at), block.iter().map(|&row| (row, at)).collect()));
        }
        // The last of several totals may be that of all.
        if totals.len() > 1 && nth + 1 == totals.len() && block.len() < details.len() {
            for at in 0..total_columns.len() {
                sums.push(((total, at), details.iter().map(|&row| (row, at)).collect()));
            }
        }
    }
    if let [only] = (0..total_columns.len()).filter(|&at| total_columns[at]).collect::<Vec<_>>()[..]
        && total_columns.len() > 2
    {
        for row in 0..cells.len() {
            let parts = (0..total_columns.len()).filter(|&at| at != only).map(|at| (row, at));
            sums.push(((row, only), parts.collect()));
        }
    }
    // What is no sum where all is shown is none anywhere in that column, or in that block.
    let refuted: Vec<bool> = sums.iter().map(|sum| is_refuted(cells, sum)).collect();
    let of_kind = |sum: &Sum| sum.1.first().is_some_and(|(row, _)| *row == sum.0.0);
    let across_refuted = sums.iter().zip(&refuted).any(|(sum, refuted)| of_kind(sum) && *refuted);
    let kept = sums
        .into_iter()
        .zip(refuted)
        .filter(|(sum, refuted)| !(*refuted || across_refuted && of_kind(sum)));
    kept.map(|(sum, _)| sum).collect()
}

fn at(cells: &[Vec<Cell>], (row, column): Place) -> Cell {
    cells.get(row).and_then(|row| row.get(column)).copied().unwrap_or(Cell::Other)
}

/// Whether no counts that the cells may hold add up to the total, or one cell cannot be read.
fn is_refuted(cells: &[Vec<Cell>], (total, parts): &Sum) -> bool {
    let mut all = Bounds { low: 0, high: 0 };
    for part in parts {
        let Some(part) = may_be(at(cells, *part)) else { return true };
        all.low = all.low.saturating_add(part.low);
        all.high = all.high.saturating_add(part.high);
    }
    may_be(at(cells, *total)).is_none_or(|total| all.low > total.high || all.high < total.low)
}

/// The counts that a cell may hold.
fn may_be(cell: Cell) -> Option<Bounds> {
    match cell {
        Cell::Count(count) => Some(Bounds { low: count, high: count }),
        Cell::Hidden(bounds) => Some(bounds),
        Cell::Other => None,
    }
}

/// Hidden counts that a shown share, and the shown count of which it is one, give back.
#[expect(clippy::too_many_arguments, reason = "one call, with what is known of the table")]
fn shares(
    table: &Figures,
    words: &[Vec<String>],
    counts: &[usize],
    cells: &[Vec<Cell>],
    total_rows: &[bool],
    total_columns: &[bool],
    (from, to): (i64, i64),
    verdict: &mut Verdict,
) {
    let is_share = |column: usize| {
        table.headers[column].contains('%')
            || words[column].iter().any(|word| SHARES.contains(&word.as_str()))
    };
    let total_row = total_rows.iter().rposition(|total| *total);
    for column in (0..table.headers.len()).filter(|column| is_share(*column)) {
        // The count to its left, or else the next one, is the one that it is a share of something.
        let own = |(_, count): &(usize, &usize)| {
            !total_columns[counts.iter().position(|c| c == *count).unwrap_or(0)]
        };
        let near = counts.iter().enumerate().filter(own);
        let Some((count, _)) = near.min_by_key(|(_, count)| {
            if **count < column { column - **count } else { 1_000 + **count - column }
        }) else {
            continue;
        };
        for (row, row_cells) in cells.iter().enumerate() {
            if !matches!(at(cells, (row, count)), Cell::Hidden(_)) {
                continue;
            }
            let Some((low, high)) = share(text(&table.rows[row], column), &words[column]) else {
                continue;
            };
            let of_row = (0..counts.len()).find_map(|other| match row_cells[other] {
                Cell::Count(whole) if total_columns[other] => Some(whole),
                _ => None,
            });
            let of_column = total_row.and_then(|total| match at(cells, (total, count)) {
                Cell::Count(whole) => Some(whole),
                _ => None,
            });
            let Some(whole) = of_row.or(of_column) else { continue };
            // The whole numbers between the bounds of what was rounded, in units of 10^-8.
            let scale = 100_000_000_i128;
            let least = (low * i128::from(whole)).div_euclid(scale)
                + i128::from((low * i128::from(whole)).rem_euclid(scale) != 0);
            let most = (high * i128::from(whole)).div_euclid(scale);
            if least <= most && least >= i128::from(from) && most <= i128::from(to) {
                verdict.leaks.push((row, counts[count], Leak::Share));
            }
        }
    }
}

/// The bounds of a share in units of 10^-8: what is rounded to it.
fn share(text: &str, words: &[String]) -> Option<(i128, i128)> {
    let number = text.trim_end_matches('%').trim();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty()
        || whole.len() > 3
        || fraction.len() > 5
        || !digits(whole)
        || !digits(fraction)
    {
        return None;
    }
    let places = u32::try_from(fraction.len()).ok()?;
    let is_part = words.iter().any(|word| word == "proportion" || word == "share")
        && !text.ends_with('%')
        && whole == "0";
    // A hundredth is 10^6 of the units, a whole 10^8.
    let unit: i128 = if is_part { 100_000_000 } else { 1_000_000 };
    let step = unit / 10_i128.pow(places);
    let value = format!("{whole}{fraction}").parse::<i128>().ok()? * step;
    Some((value - step / 2, value + step / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Figures {
        let mut lines = text
            .trim()
            .lines()
            .map(|line| line.split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>());
        Figures { headers: lines.next().unwrap_or_default(), rows: lines.collect() }
    }

    #[track_caller]
    fn check(text: &str, expected: &[(usize, usize, Leak)]) {
        assert_eq!(judge(&table(text), 1, 10).leaks, expected, "of {text}");
    }

    use Leak::{Share, Shown, Subtracted};

    #[test]
    fn small_counts_are_shown_and_zero_may_be() {
        check(
            "Year|Sex|N\n2024|F|11\n2024|M|10\n2023|F|1\n2023|M|0",
            &[(1, 2, Shown), (2, 2, Shown)],
        );
        check("Age|Patients|Mean LOS\n1|1,204|3\n5|<11|4\n7|12.0|9", &[]);
    }

    #[test]
    fn the_one_hidden_cell_of_a_column_with_a_total_is_given_back() {
        check("County|Cases\nAsh|40\nBirch|*\nCedar|25\nTotal|70", &[(1, 1, Subtracted)]);
        // The hidden cell is no small one: it was left out for the other's sake.
        check("County|Cases\nAsh|40\nBirch|*\nCedar|25\nTotal|90", &[]);
        check("County|Cases\nAsh|*\nBirch|*\nCedar|25\nTotal|40", &[]);
        check("County|Cases\nTotal|70\nAsh|40\nBirch|*\nCedar|25", &[(2, 1, Subtracted)]);
    }

    #[test]
    fn rows_and_columns_are_solved_together() {
        // Two hidden in each row and column of a square of four, and nothing follows.
        check("Ward|F|M|X|Total\nA|*|*|20|35\nB|*|*|20|45\nC|20|20|20|60\nTotal|40|40|60|140", &[]);
        // A third hidden cell in the first column alone: the rows give it.
        check(
            "Ward|F|M|X|Total\nA|*|30|20|55\nB|*|*|20|45\nC|20|20|20|60\nTotal|*|*|60|160",
            &[(0, 1, Subtracted)],
        );
    }

    #[test]
    fn subtotals_count_as_totals() {
        let text = "Region|Ward|N\nNorth|A|30\nNorth|B|*\nNorth|Subtotal|36\nSouth|C|50\nSouth|D|*\nSouth|Subtotal|*\nAll|All|140";
        check(text, &[(1, 2, Subtracted)]);
    }

    #[test]
    fn a_column_called_total_that_adds_nothing_up_is_no_total() {
        check("Ward|F|M|Total visits\nA|20|30|900\nB|*|30|800", &[]);
    }

    #[test]
    fn shares_of_shown_totals_give_counts_back() {
        check("Ward|Cases|Percent|Total\nA|*|4.0|100\nB|40|20.0|200", &[(0, 1, Share)]);
        check("Ward|Cases|%\nA|*|5.0\nB|95|47.5\nC|*|47.5\nTotal|200|100", &[(0, 1, Share)]);
        // Rounded so far that more than ten could be meant.
        check("Ward|Cases|Percent|Total\nA|*|1|1000\nB|40|20|200", &[]);
    }

    #[test]
    fn what_counts_nobody_is_left_alone() {
        let found = judge(&table("Year|Rank|Fips|Deaths|Rate\n2024|1|3|20|4\n2025|2|5|s|5"), 1, 10);
        assert_eq!(found.counts, [3]);
        assert_eq!((found.cells, found.unclear, found.leaks.len()), (2, 0, 0));
    }

    #[test]
    fn what_is_said_of_hidden_cells_narrows_them() {
        // Two cells below eleven that make twenty are ten each; two that make twelve may be much.
        check("Ward|N\nA|<11\nB|<11\nTotal|20", &[(0, 1, Subtracted), (1, 1, Subtracted)]);
        check("Ward|N\nA|1-10\nB|1-10\nC|11\nTotal|13", &[(0, 1, Subtracted), (1, 1, Subtracted)]);
        check("Ward|N\nA|<11\nB|<11\nTotal|12", &[]);
        // What is more than ten leaves one for the other.
        check("Ward|N\nA|>10\nB|1\u{2013}10\nTotal|12", &[(1, 1, Subtracted)]);
        // Nothing below eleven makes thirty of two: that is no total of these rows.
        check("Ward|N\nA|<11\nB|<11\nTotal|30", &[]);
        check("Ward|N\nA|\u{2264}10\nB|<=10\nTotal|0", &[]);
    }

    #[test]
    fn cells_that_hang_together_by_many_rows_are_solved() {
        // Each row leaves two cells, and the columns tie all rows to each other: nothing follows.
        let table_of = |rows: usize, first: &str| {
            let mut text = "Ward|F|M|Total\n".to_owned();
            for row in 0..rows {
                let f = if row == 0 { first } else { "*" };
                text.push_str(&format!("W{row}|{f}|*|{}\n", 20 + row % 7));
            }
            let all: usize = (0..rows).map(|row| 20 + row % 7).sum();
            text.push_str(&format!("Total|{}|{}|*\n", 9 * rows, all - 9 * rows));
            judge(&table(&text), 1, 10)
        };
        let few = table_of(100, "*");
        assert_eq!((few.leaks.len(), few.tangled, few.contrary), (0, 0, 0));
        let many = table_of(2_000, "*");
        assert_eq!((many.leaks.len(), many.tangled, many.contrary), (0, 0, 0));
        // One shown cell gives its neighbour back, however many there are.
        let shown = table_of(2_000, "11");
        assert_eq!(shown.leaks, [(0, 2, Subtracted)]);
    }

    #[test]
    fn totals_that_contradict_each_other_say_nothing() {
        let found = judge(&table("Ward|F|M|Total\nA|*|*|20\nB|*|*|30\nTotal|40|40|*"), 1, 10);
        assert_eq!((found.leaks.len(), found.contrary), (0, 5));
        let found = judge(&table("Ward|F|M|Total\nA|<11|*|20\nB|<11|*|30\nTotal|20|45|*"), 1, 10);
        assert_eq!((found.leaks.len(), found.contrary), (0, 5));
    }
}
