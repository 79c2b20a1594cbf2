//! How certain a finding is.

/// How certain a detector is, the most certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// Certain: check digit and label, or a shape that nothing else has.
    A,
    /// High: an unmistakable shape, or label and shape.
    B,
    /// Medium: shape and a weak check.
    C,
    /// Low: shape only, fictional or sample values.
    D,
}

impl Tier {
    /// Every tier, the most certain first.
    pub const ALL: [Self; 4] = [Self::A, Self::B, Self::C, Self::D];

    /// The letter that rules and reports use.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::A => 'A',
            Self::B => 'B',
            Self::C => 'C',
            Self::D => 'D',
        }
    }

    /// The tier above, if there is one.
    pub(super) fn raised(self) -> Self {
        match self {
            Self::A | Self::B => Self::A,
            Self::C => Self::B,
            Self::D => Self::C,
        }
    }

    /// The tier below, if there is one.
    pub(super) fn lowered(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::C,
            Self::C | Self::D => Self::D,
        }
    }
}

/// What a candidate is by itself, before the words around it count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Judgement {
    pub(super) tier: Tier,
    /// A check digit holds; a label makes it certain.
    pub(super) checked: bool,
    /// A value that was never given to anybody: fictional, documented, a test number.
    pub(super) fictional: bool,
    /// Of its tier whatever the words around it.
    pub(super) settled: bool,
}

impl Judgement {
    /// A shape of that tier.
    pub(super) const fn shape(tier: Tier) -> Self {
        Self { tier, checked: false, fictional: false, settled: false }
    }

    /// A shape whose check digit holds.
    pub(super) const fn checked(tier: Tier) -> Self {
        Self { checked: true, ..Self::shape(tier) }
    }

    /// Of that tier whatever stands around it.
    pub(super) fn settled(tier: Tier) -> Self {
        Self { settled: true, ..Self::shape(tier) }
    }

    pub(super) fn fictional_if(self, fictional: bool) -> Self {
        Self { fictional, ..self }
    }

    /// The tier in its surroundings.
    pub(super) fn tier(self, around: Around) -> Tier {
        if self.settled {
            return self.tier;
        }
        let tier = match (around.labelled, around.contrary) {
            (true, false) if self.checked => Tier::A,
            // A label beside the shape is high, however common the shape.
            (true, false) => self.tier.raised().min(Tier::B),
            (false, true) => self.tier.lowered(),
            (true, true) | (false, false) => self.tier,
        };
        if around.glued { tier.lowered() } else { tier }
    }
}

/// What stands around a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Around {
    /// A label of the detector.
    pub(super) labelled: bool,
    /// A word that names something else.
    pub(super) contrary: bool,
    /// It hangs on a word by a dash, a dot or a slash.
    pub(super) glued: bool,
}
