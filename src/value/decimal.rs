//! Exact decimals with ten digits after the point.

use std::fmt;

/// An exact decimal: the value times 10^10.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Decimal(pub i128);

/// 10^10, the scale.
const SCALE: u64 = 10_000_000_000;

impl Decimal {
    /// The value nought.
    pub const ZERO: Self = Self(0);
    /// The value one.
    pub const ONE: Self = Self(SCALE as i128);
    /// The largest absolute scaled value: 38 digits.
    pub const LIMIT: i128 = 10_i128.pow(38) - 1;

    /// The decimal of that scaled value; `None` beyond 38 digits.
    #[must_use]
    #[inline]
    pub fn from_scaled(scaled: i128) -> Option<Self> {
        (-Self::LIMIT..=Self::LIMIT).contains(&scaled).then_some(Self(scaled))
    }

    /// The decimal of an integer.
    #[must_use]
    #[inline]
    pub fn from_i64(value: i64) -> Self {
        Self(i128::from(value) * i128::from(SCALE))
    }

    /// The exact sum; `None` beyond 38 digits.
    #[must_use]
    #[inline]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::from_scaled(self.0.checked_add(other.0)?)
    }

    /// The exact difference; `None` beyond 38 digits.
    #[must_use]
    #[inline]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Self::from_scaled(self.0.checked_sub(other.0)?)
    }

    /// The exact product; `None` beyond 38 digits, or if it needs more than ten digits after the point.
    #[must_use]
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let scale = i128::from(SCALE);
        if let Some(product) = self.0.checked_mul(other.0) {
            return if product % scale == 0 { Self::from_scaled(product / scale) } else { None };
        }
        // The product of the scaled values overflows although the result may fit: take what one factor
        // shares with the scale out of it; the rest of the scale must then divide the other factor.
        let shared =
            i128::from(gcd(u64::try_from(self.0.unsigned_abs() % u128::from(SCALE)).ok()?));
        let rest = scale / shared;
        if other.0 % rest != 0 {
            return None;
        }
        Self::from_scaled((self.0 / shared).checked_mul(other.0 / rest)?)
    }

    /// The value with its sign turned.
    #[must_use]
    #[inline]
    pub fn checked_neg(self) -> Option<Self> {
        Self::from_scaled(self.0.checked_neg()?)
    }
}

/// The greatest common divisor of a value and the scale.
fn gcd(value: u64) -> u64 {
    let (mut a, mut b) = (SCALE, value);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl From<i64> for Decimal {
    fn from(value: i64) -> Self {
        Self::from_i64(value)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.unsigned_abs();
        let (whole, fraction) = (digits / u128::from(SCALE), digits % u128::from(SCALE));
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{whole}")?;
        if fraction == 0 {
            return Ok(());
        }
        let digits = format!("{fraction:010}");
        write!(f, ".{}", digits.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::Decimal;

    fn decimal(text: &str) -> Decimal {
        crate::value::parse::decimal(text.as_bytes()).expect("a decimal of the test")
    }

    #[test]
    fn arithmetic_is_exact() {
        assert_eq!(decimal("0.1").checked_add(decimal("0.2")), Some(decimal("0.3")));
        assert_eq!(decimal("1").checked_sub(decimal("0.9")), Some(decimal("0.1")));
        assert_eq!(decimal("-1.5").checked_mul(decimal("1.5")), Some(decimal("-2.25")));
        assert_eq!(decimal("0.00001").checked_mul(decimal("0.00001")), Some(Decimal(1)));
        assert_eq!(decimal("0.000001").checked_mul(decimal("0.00001")), None);
    }

    #[test]
    fn results_beyond_38_digits_are_none() {
        let limit = Decimal(Decimal::LIMIT);
        assert_eq!(limit.checked_add(Decimal(1)), None);
        assert_eq!(Decimal(-Decimal::LIMIT).checked_sub(Decimal(1)), None);
        assert_eq!(limit.checked_mul(Decimal::from_i64(2)), None);
        assert_eq!(limit.checked_mul(Decimal::ONE), Some(limit));
        assert_eq!(Decimal::ONE.checked_mul(limit), Some(limit));
        assert_eq!(Decimal(i128::MIN).checked_neg(), None);
        assert_eq!(Decimal(i128::MIN).checked_mul(Decimal(i128::MIN)), None);
        let big = Decimal::from_i64(100_000_000_000_000);
        assert_eq!(big.checked_mul(big), Decimal::from_scaled(10_i128.pow(38)));
        assert_eq!(big.checked_mul(decimal("10000000000000")), Some(Decimal(10_i128.pow(37))));
    }

    #[test]
    fn trailing_zeros_are_not_printed() {
        for (text, printed) in [
            ("0", "0"),
            ("-0.0", "0"),
            ("+12.50", "12.5"),
            ("-0.0000000001", "-0.0000000001"),
            ("999999999999999999.9999999999", "999999999999999999.9999999999"),
        ] {
            assert_eq!(decimal(text).to_string(), printed);
        }
        assert!(Decimal(i128::MIN).to_string().starts_with('-'));
    }

    proptest! {
        #[test]
        fn both_ways_of_multiplying_agree(a in any::<i32>(), b in any::<i32>()) {
            let (a, b) = (i128::from(a), i128::from(b));
            let short = Decimal(a * 10_i128.pow(5)).checked_mul(Decimal(b * 10_i128.pow(5)));
            assert_eq!(short, Some(Decimal(a * b)));
            let long = Decimal(a * 10_i128.pow(19)).checked_mul(Decimal(b * 10_i128.pow(16)));
            let expected = (a * b).checked_mul(10_i128.pow(25)).and_then(Decimal::from_scaled);
            assert_eq!(long, expected);
        }

        #[test]
        fn printed_decimals_read_back(scaled in -9_999_999_999_999_999_999_999_999_999_i128..=9_999_999_999_999_999_999_999_999_999) {
            let value = Decimal(scaled);
            assert_eq!(decimal(&value.to_string()), value);
        }
    }
}
