//! Runs of digits and what stands between and around them.

/// What stands between two groups of digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gap {
    /// The group is the first of its chain.
    Outside,
    Dash,
    Dot,
    Slash,
    Space,
    /// ` (`
    Open,
    /// `)`, perhaps with a space or a dash.
    Close,
}

impl Gap {
    /// Every gap, in the order of their numbers.
    pub(super) const ALL: &'static [Self] =
        &[Self::Outside, Self::Dash, Self::Dot, Self::Slash, Self::Space, Self::Open, Self::Close];
}

/// Digits without anything between them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Group {
    /// What stands before it.
    pub(super) gap: Gap,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Group {
    /// The group that begins here, after nothing that could belong to it.
    pub(super) fn at(text: &[u8], start: usize) -> Self {
        Self { gap: Gap::Outside, start, end: digits_end(text, start) }
    }

    /// The group after this one, if one follows after a gap.
    pub(super) fn next(self, text: &[u8]) -> Option<Self> {
        let (gap, start) = gap(text, self.end)?;
        Some(Self { gap, start, end: digits_end(text, start) })
    }

    pub(super) fn len(self) -> usize {
        self.end - self.start
    }
}

/// How the digits of a candidate are written, which decides what may stand beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Written {
    /// In one run.
    Run,
    /// In groups with this between the last two.
    Parted(Gap),
}

/// Whether something else hangs on a candidate that still is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Edges {
    pub(super) glued: bool,
}

/// Groups of digits with known gaps between them, seen through a window that moves on.
pub(super) struct Chain<'t> {
    pub(super) text: &'t [u8],
    window: [Group; LOOK],
    filled: usize,
}

impl std::fmt::Debug for Chain<'_> {
    /// Says nothing of the text of records that it holds.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Chain").finish_non_exhaustive()
    }
}

/// How many groups are looked at together: one more than the longest candidate has.
const LOOK: usize = 9;

impl<'t> Chain<'t> {
    /// The chain that begins at `start`, where a digit is that no digit precedes.
    pub(super) fn new(text: &'t [u8], start: usize) -> Self {
        Self::from(text, Group::at(text, start))
    }

    /// The rest of a chain from one of its groups on.
    pub(super) fn from(text: &'t [u8], first: Group) -> Self {
        Self { text, window: [first; LOOK], filled: 1 }
    }

    /// The group at that place of the window, if the chain has it.
    pub(super) fn group(&mut self, place: usize) -> Option<Group> {
        while self.filled <= place {
            let next = self.window.get(self.filled - 1)?.next(self.text)?;
            *self.window.get_mut(self.filled)? = next;
            self.filled += 1;
        }
        self.window.get(place).copied()
    }

    pub(super) fn first(&self) -> Group {
        self.window[0]
    }

    /// Whether the first groups have these lengths.
    pub(super) fn has_lengths(&mut self, lengths: &[usize]) -> bool {
        let mut places = (0..).zip(lengths);
        places.all(|(place, length)| self.group(place).is_some_and(|group| group.len() == *length))
    }

    /// What stands between the groups before and at that place.
    pub(super) fn gap(&mut self, place: usize) -> Option<Gap> {
        self.group(place).map(|group| group.gap)
    }

    /// The digits of the first groups; `None` unless there are exactly `N`.
    pub(super) fn digits<const N: usize>(&mut self, groups: usize) -> Option<[u8; N]> {
        let mut digits = [0; N];
        let mut count = 0;
        for place in 0..groups {
            let group = self.group(place)?;
            let place = digits.get_mut(count..count + group.len())?;
            place.copy_from_slice(&self.text[group.start..group.end]);
            count += group.len();
        }
        (count == N).then_some(digits)
    }

    /// Whether the first `groups` stand by themselves, up to `end` in the text.
    pub(super) fn edges(&mut self, groups: usize, end: usize, written: Written) -> Option<Edges> {
        let first = self.first();
        let edges = match first.gap {
            Gap::Outside => left_edge(self.text, first.start)?,
            gap => may_neighbour(gap, written).then_some(Edges { glued: false })?,
        };
        // Only what ends with its last group can be followed by another group.
        let next = self.group(groups - 1).filter(|last| last.end == end).is_some();
        match if next { self.gap(groups) } else { None } {
            Some(gap) => may_neighbour(gap, written).then_some(edges),
            None => right_edge(self.text, end).then_some(edges),
        }
    }
}

/// Whether a group may stand beside a candidate with that gap and not belong to it.
fn may_neighbour(gap: Gap, written: Written) -> bool {
    match gap {
        Gap::Space | Gap::Open => written != Written::Parted(Gap::Space),
        Gap::Slash | Gap::Close => {
            matches!(written, Written::Parted(inner) if inner != Gap::Slash)
        }
        Gap::Outside | Gap::Dash | Gap::Dot => false,
    }
}

/// What hangs on the left of a candidate; `None`: it is a part of something longer.
pub(super) fn left_edge(text: &[u8], start: usize) -> Option<Edges> {
    let before = &text[..start];
    let Some(byte) = before.last() else { return Some(Edges { glued: false }) };
    match byte {
        b'-' | b'.' | b'/' | b'\\' => {
            Some(Edges { glued: ends_alphanumeric(&before[..before.len() - 1]) })
        }
        b'_' | b'@' | b'$' => None,
        _ => (!ends_alphanumeric(before)).then_some(Edges { glued: false }),
    }
}

/// Whether a candidate may end here.
pub(super) fn right_edge(text: &[u8], end: usize) -> bool {
    match text[end..] {
        [] => true,
        [b'_' | b'@' | b'%', ..] => false,
        [b'-' | b'\\', next, ..] => !(next.is_ascii_alphanumeric() || next == b'-'),
        [next, ..] if next < 0x80 => !next.is_ascii_alphanumeric(),
        ref rest => !starts_alphanumeric(rest),
    }
}

fn ends_alphanumeric(text: &[u8]) -> bool {
    match text.last() {
        Some(byte) if *byte < 0x80 => byte.is_ascii_alphanumeric(),
        Some(_) => {
            let start = text.len().saturating_sub(4);
            let last = text[start..].utf8_chunks().last();
            last.is_some_and(|chunk| {
                chunk.invalid().is_empty()
                    && chunk.valid().chars().next_back().is_some_and(char::is_alphanumeric)
            })
        }
        None => false,
    }
}

fn starts_alphanumeric(text: &[u8]) -> bool {
    let some = &text[..text.len().min(4)];
    let first = some.utf8_chunks().next();
    first.is_some_and(|chunk| chunk.valid().chars().next().is_some_and(char::is_alphanumeric))
}

fn digits_end(text: &[u8], start: usize) -> usize {
    let length = text[start..].iter().position(|byte| !byte.is_ascii_digit());
    length.map_or(text.len(), |length| start + length)
}

/// What stands between the digits that end here and the next ones, and where those start.
#[inline]
fn gap(text: &[u8], end: usize) -> Option<(Gap, usize)> {
    let [sign, next, ..] = *text.get(end..)? else { return None };
    if next.is_ascii_digit() {
        let gap = match sign {
            b' ' => Gap::Space,
            b'.' => Gap::Dot,
            b'/' => Gap::Slash,
            b'-' => Gap::Dash,
            b'(' => Gap::Open,
            b')' => Gap::Close,
            _ => return None,
        };
        return Some((gap, end + 1));
    }
    match (sign, next) {
        (b' ' | b'-', b'(') | (b')' | b' ', b'-') | (b')', b' ' | b'.') => long_gap(text, end),
        (0xC2 | 0xE2, _) => long_gap(text, end),
        _ => None,
    }
}

/// A gap of two bytes or three.
fn long_gap(text: &[u8], end: usize) -> Option<(Gap, usize)> {
    let (gap, length) = match text[end..] {
        [b' ' | b'-', b'(', b'0'..=b'9', ..] => (Gap::Open, 2),
        [b')', b' ' | b'-' | b'.', b'0'..=b'9', ..] => (Gap::Close, 2),
        [b' ', b'-', b' ', b'0'..=b'9', ..] => (Gap::Dash, 3),
        [b')', 0xC2, 0xA0, b'0'..=b'9', ..] => (Gap::Close, 3),
        // No-break space, and the narrow ones; the hyphens and dashes U+2010 to U+2015; the minus sign.
        [0xC2, 0xA0, b'0'..=b'9', ..] => (Gap::Space, 2),
        [0xE2, 0x80, 0x87 | 0x89 | 0xAF, b'0'..=b'9', ..] => (Gap::Space, 3),
        [0xE2, 0x80, 0x90..=0x95, b'0'..=b'9', ..] => (Gap::Dash, 3),
        [0xE2, 0x88, 0x92, b'0'..=b'9', ..] => (Gap::Dash, 3),
        _ => return None,
    };
    Some((gap, end + length))
}

/// Digits as one number.
pub(super) fn value(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value: u64, digit| {
        value.saturating_mul(10).saturating_add(u64::from(digit.wrapping_sub(b'0')))
    })
}

/// Whether all digits are the same: a placeholder.
pub(super) fn is_one_digit(digits: &[u8]) -> bool {
    digits.windows(2).all(|pair| pair[0] == pair[1])
}
