//! Figures: bars of which the numbers stand beside them, so that nobody has to see them to read the page.

use maud::{Markup, html};

/// Units that the width of a bar is divided into.
const WIDTH: u64 = 1_000;
/// The least width of a part that is not nothing, so that it can be seen.
const LEAST: u64 = 6;

/// A bar of one part of a whole.
pub(super) fn bar(class: &str, part: u64, whole: u64) -> Markup {
    parts(&[(class, part), ("rest", whole.saturating_sub(part))])
}

/// A bar of several parts, one beside the other, in the order given.
pub(super) fn parts(parts: &[(&str, u64)]) -> Markup {
    let widths = widths(parts);
    let places = widths.iter().scan(0, |end, width| {
        let start = *end;
        *end += width;
        Some(start)
    });
    html! {
        svg.bar viewBox={ "0 0 " (WIDTH) " 10" } preserveAspectRatio="none" aria-hidden="true" {
            @for (((class, _), width), x) in parts.iter().zip(&widths).zip(places) {
                @if *width > 0 { rect class=(class) x=(x) width=(width) height="10" {} }
            }
        }
    }
}

/// How wide each part is; together as wide as the bar, unless there is nothing to show.
fn widths(parts: &[(&str, u64)]) -> Vec<u64> {
    let whole: u128 = parts.iter().map(|(_, count)| u128::from(*count)).sum();
    if whole == 0 {
        return vec![0; parts.len()];
    }
    let scaled = |count: u64| {
        let width = u128::from(count) * u128::from(WIDTH) / whole;
        u64::try_from(width).unwrap_or(WIDTH).max(if count > 0 { LEAST } else { 0 })
    };
    let mut widths: Vec<u64> = parts.iter().map(|(_, count)| scaled(*count)).collect();
    // What rounding took or gave, the widest part has.
    let sum: u64 = widths.iter().sum();
    if let Some(widest) = widths.iter_mut().max() {
        *widest = (*widest + WIDTH).saturating_sub(sum);
    }
    widths
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{LEAST, WIDTH, bar, widths};

    #[test]
    fn a_bar_of_nothing_is_empty() {
        assert!(!bar("fail", 0, 0).into_string().contains("rect"));
        assert_eq!(
            bar("fail", 5, 5).into_string().matches("rect").count(),
            2,
            "one, opened and closed"
        );
    }

    proptest! {
        #[test]
        fn parts_fill_the_bar_and_none_is_lost(counts in proptest::collection::vec(any::<u64>(), 1..8)) {
            let parts: Vec<(&str, u64)> = counts.iter().map(|count| ("pass", *count)).collect();
            let widths = widths(&parts);
            let filled = counts.iter().any(|count| *count > 0);
            assert_eq!(widths.iter().sum::<u64>(), if filled { WIDTH } else { 0 });
            for (count, width) in counts.iter().zip(&widths) {
                assert_eq!(*count > 0, *width > 0);
                assert!(*width == 0 || *width >= LEAST);
            }
        }
    }
}
