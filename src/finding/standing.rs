//! How a violation stands: open, or excused and by what.

/// How a violation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Standing {
    /// Somebody has to act on it.
    #[default]
    Open,
    /// Under a waiver: its place in the file of waivers, from nought.
    Waived(u16),
    /// Known from the baseline.
    Known,
}

impl Standing {
    /// Whether somebody has to act on it.
    #[must_use]
    pub fn is_open(self) -> bool {
        self == Self::Open
    }
}
