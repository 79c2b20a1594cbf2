//! Bit masks over the rows of a batch.

/// One bit a row; bits past the last row are zero.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Bits {
    words: Vec<u64>,
    len: usize,
}

impl Bits {
    /// No row.
    pub(crate) fn zeros(len: usize) -> Self {
        Self { words: vec![0; len.div_ceil(64)], len }
    }

    /// Every row.
    pub(crate) fn ones(len: usize) -> Self {
        let mut bits = Self { words: vec![u64::MAX; len.div_ceil(64)], len };
        bits.clear_tail();
        bits
    }

    /// The rows for which `test` is true.
    #[inline]
    pub(crate) fn from_fn(len: usize, mut test: impl FnMut(usize) -> bool) -> Self {
        let mut words = Vec::with_capacity(len.div_ceil(64));
        let mut row = 0;
        while row < len {
            let here = (len - row).min(64);
            let mut word = 0_u64;
            for bit in 0..here {
                word |= u64::from(test(row + bit)) << bit;
            }
            words.push(word);
            row += here;
        }
        Self { words, len }
    }

    fn clear_tail(&mut self) {
        let used = self.len % 64;
        if used != 0
            && let Some(last) = self.words.last_mut()
        {
            *last &= (1_u64 << used) - 1;
        }
    }

    /// Whether the row is set.
    #[inline]
    pub(crate) fn get(&self, row: usize) -> bool {
        self.words.get(row / 64).is_some_and(|word| word >> (row % 64) & 1 == 1)
    }

    /// Sets the row.
    #[inline]
    pub(crate) fn set(&mut self, row: usize) {
        debug_assert!(row < self.len);
        self.words[row / 64] |= 1 << (row % 64);
    }

    /// Clears the row.
    #[inline]
    pub(crate) fn clear(&mut self, row: usize) {
        debug_assert!(row < self.len);
        self.words[row / 64] &= !(1 << (row % 64));
    }

    /// How many rows are set.
    pub(crate) fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Whether any row is set.
    pub(crate) fn any(&self) -> bool {
        self.words.iter().any(|&word| word != 0)
    }

    fn zip(&self, other: &Self, join: impl Fn(u64, u64) -> u64) -> Self {
        debug_assert_eq!(self.len, other.len);
        let words = self.words.iter().zip(&other.words).map(|(&a, &b)| join(a, b)).collect();
        Self { words, len: self.len }
    }

    /// Rows in both.
    pub(crate) fn and(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// Rows in either.
    pub(crate) fn or(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// Rows in this one and not in the other.
    pub(crate) fn and_not(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    /// Rows not in this one.
    pub(crate) fn not(&self) -> Self {
        let mut bits = Self { words: self.words.iter().map(|word| !word).collect(), len: self.len };
        bits.clear_tail();
        bits
    }

    /// The rows that are set, rising.
    pub(crate) fn rows(&self) -> impl Iterator<Item = usize> + '_ {
        self.words.iter().enumerate().flat_map(|(index, &word)| {
            let mut rest = word;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros() as usize;
                rest &= rest - 1;
                Some(index * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_agree_with_lists_of_truths() {
        for len in [0, 1, 63, 64, 65, 200] {
            let a = Bits::from_fn(len, |row| row % 3 == 0);
            let b = Bits::from_fn(len, |row| row % 5 == 0);
            let expected = |test: &dyn Fn(usize) -> bool| {
                (0..len).filter(|&row| test(row)).collect::<Vec<_>>()
            };
            assert_eq!(a.and(&b).rows().collect::<Vec<_>>(), expected(&|r| r % 15 == 0));
            assert_eq!(
                a.or(&b).rows().collect::<Vec<_>>(),
                expected(&|r| r % 3 == 0 || r % 5 == 0)
            );
            assert_eq!(
                a.and_not(&b).rows().collect::<Vec<_>>(),
                expected(&|r| r % 3 == 0 && r % 5 != 0)
            );
            assert_eq!(a.not().rows().collect::<Vec<_>>(), expected(&|r| r % 3 != 0));
            assert_eq!(Bits::ones(len).count(), len as u64);
            assert_eq!(a.not().count() + a.count(), len as u64);
        }
    }
}
