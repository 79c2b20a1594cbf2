//! Sizes as people write them: `64MiB`, `1GB`, `4096`.

use std::str::FromStr;

/// A number of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Size(pub(crate) u64);

/// Why a text is not a size.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SizeError {
    /// It does not start with digits.
    #[error("a size is a whole number and a unit, as in `64MiB`")]
    NoNumber,
    /// The unit is unknown.
    #[error("unknown unit; use B, KB, MB, GB, TB (thousands) or KiB, MiB, GiB, TiB (1024s)")]
    Unit,
    /// It does not fit.
    #[error("more bytes than a computer can count")]
    TooLarge,
    /// Nothing fits into nothing.
    #[error("a size must be more than zero")]
    Zero,
}

/// Units and what they multiply by; `K` alone is what most tools mean by it, 1024.
const UNITS: [(&str, u64); 14] = [
    ("", 1),
    ("b", 1),
    ("k", 1 << 10),
    ("kb", 1_000),
    ("kib", 1 << 10),
    ("m", 1 << 20),
    ("mb", 1_000_000),
    ("mib", 1 << 20),
    ("g", 1 << 30),
    ("gb", 1_000_000_000),
    ("gib", 1 << 30),
    ("t", 1 << 40),
    ("tb", 1_000_000_000_000),
    ("tib", 1 << 40),
];

impl FromStr for Size {
    type Err = SizeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at_checked(digits).unwrap_or((text, ""));
        if number.is_empty() {
            return Err(SizeError::NoNumber);
        }
        let number: u64 = number.parse().map_err(|_| SizeError::TooLarge)?;
        let unit = unit.trim().to_ascii_lowercase();
        let factor = UNITS.iter().find(|(name, _)| *name == unit).ok_or(SizeError::Unit)?.1;
        match number.checked_mul(factor).ok_or(SizeError::TooLarge)? {
            0 => Err(SizeError::Zero),
            bytes => Ok(Self(bytes)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Size, SizeError};

    #[test]
    fn sizes_are_read() {
        check("64MiB", Ok(64 << 20));
        check("64 mib", Ok(64 << 20));
        check("1GB", Ok(1_000_000_000));
        check("512k", Ok(512 << 10));
        check("4096", Ok(4096));
    }

    #[test]
    fn nonsense_is_refused() {
        check("", Err(SizeError::NoNumber));
        check("MiB", Err(SizeError::NoNumber));
        check("-1", Err(SizeError::NoNumber));
        check("1.5GB", Err(SizeError::Unit));
        check("1 parsec", Err(SizeError::Unit));
        check("0MiB", Err(SizeError::Zero));
        check("18446744073709551616", Err(SizeError::TooLarge));
        check("99999999999TiB", Err(SizeError::TooLarge));
        check("1é", Err(SizeError::Unit));
    }

    #[track_caller]
    fn check(text: &str, expected: Result<u64, SizeError>) {
        assert_eq!(text.parse::<Size>().map(|size| size.0), expected, "of {text:?}");
    }
}
