//! Progress in bytes: a bar for a person at a terminal, lines where a log asks for them.

use std::io::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::cli::console::Face;

/// When progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum)]
pub(crate) enum Progress {
    /// A bar where standard error is a terminal
    #[default]
    Auto,
    /// Also elsewhere: a line for every tenth of the bytes
    Always,
    /// Not at all
    Never,
}

/// Counts the bytes that are done, from several threads.
#[derive(Debug)]
pub(crate) enum Meter {
    /// Nobody watches.
    Hidden,
    /// A bar on a terminal.
    Bar(ProgressBar),
    /// A line a tenth.
    Lines {
        /// All bytes.
        total: u64,
        /// Bytes done.
        done: AtomicU64,
    },
}

impl Progress {
    /// The meter for so many bytes on this standard error.
    pub(crate) fn meter(self, total: u64, stderr: Face) -> Meter {
        match self {
            Self::Never => Meter::Hidden,
            Self::Auto | Self::Always if stderr.terminal => Meter::Bar(bar(total, stderr)),
            Self::Auto => Meter::Hidden,
            Self::Always => Meter::Lines { total, done: AtomicU64::new(0) },
        }
    }
}

impl Meter {
    /// So many more bytes are done.
    pub(crate) fn add(&self, bytes: u64) {
        match self {
            Self::Hidden => {}
            Self::Bar(bar) => bar.inc(bytes),
            Self::Lines { total, done } => {
                let before = done.fetch_add(bytes, Ordering::Relaxed);
                if let Some(tenth) = tenth_reached(before, bytes, *total) {
                    let line = format!("{tenth}0% of {}\n", HumanBytes(*total));
                    drop(std::io::stderr().write_all(line.as_bytes()));
                }
            }
        }
    }

    /// Takes the bar off the screen.
    pub(crate) fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// The bar of a terminal.
fn bar(total: u64, stderr: Face) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr_with_hz(8));
    let template = "{bytes:>10} of {total_bytes:<10} [{bar:32}] {bytes_per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars(if stderr.unicode { "█▓░" } else { "#>." }));
    }
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

/// The tenth of the total, from 1 to 10, that these bytes reach first.
fn tenth_reached(before: u64, bytes: u64, total: u64) -> Option<u128> {
    let tenth =
        |done: u64| (u128::from(done) * 10).checked_div(u128::from(total)).unwrap_or(10).min(10);
    let (old, new) = (tenth(before), tenth(before.saturating_add(bytes)));
    (new > old).then_some(new)
}

#[cfg(test)]
mod tests {
    use super::tenth_reached;

    #[test]
    fn each_tenth_is_told_once() {
        check(0, 9, 100, None);
        check(0, 10, 100, Some(1));
        check(10, 5, 100, None);
        check(15, 50, 100, Some(6));
        check(99, 1, 100, Some(10));
        check(100, 50, 100, None);
        check(0, 0, 0, None);
        check(u64::MAX - 1, 5, u64::MAX, Some(10));
    }

    #[track_caller]
    fn check(before: u64, bytes: u64, total: u64, expected: Option<u128>) {
        assert_eq!(tenth_reached(before, bytes, total), expected);
    }
}
