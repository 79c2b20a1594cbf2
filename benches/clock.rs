//! How long something takes on its core.

use std::fs;
use std::time::{Duration, Instant};

/// A clock that runs while this thread does, where the system says so; else one that always runs.
///
/// What other programs do on the machine costs turns on the core and not the time that is measured.
#[derive(Debug)]
pub(crate) enum Clock {
    Core(Duration),
    Wall(Instant),
}

impl Clock {
    pub(crate) fn start() -> Self {
        on_core().map_or_else(|| Self::Wall(Instant::now()), Self::Core)
    }

    /// Seconds since it was started.
    pub(crate) fn seconds(&self) -> f64 {
        match self {
            Self::Core(start) => {
                on_core().map_or(0.0, |now| now.saturating_sub(*start).as_secs_f64())
            }
            Self::Wall(start) => start.elapsed().as_secs_f64(),
        }
    }
}

/// How long this thread was on a core.
fn on_core() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    stat.split_ascii_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
