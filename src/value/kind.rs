//! The types of fields and of expressions.

/// The type that the dictionary gives a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FieldType {
    /// An identifier: text that is trimmed, and whose spreadsheet damage makes it invalid.
    Id,
    /// Free text, never trimmed.
    Text,
    /// A code from a small set, trimmed.
    Code,
    /// A 64-bit signed integer.
    Integer,
    /// An exact decimal, up to 28 digits before and 10 after the point.
    Decimal,
    /// True or false.
    Boolean,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// A civil date and time without a zone.
    Timestamp,
    /// A moment in UTC.
    Instant,
}

impl FieldType {
    /// Every field type, in the order of the reference.
    pub const ALL: [Self; 10] = [
        Self::Id,
        Self::Text,
        Self::Code,
        Self::Integer,
        Self::Decimal,
        Self::Boolean,
        Self::Date,
        Self::Time,
        Self::Timestamp,
        Self::Instant,
    ];

    /// The name that rule files use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Text => "text",
            Self::Code => "code",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Time => "time",
            Self::Timestamp => "timestamp",
            Self::Instant => "instant",
        }
    }

    /// The type that an expression sees.
    #[must_use]
    pub fn expr_type(self) -> Type {
        match self {
            Self::Id | Self::Text | Self::Code => Type::Text,
            Self::Integer => Type::Integer,
            Self::Decimal => Type::Decimal,
            Self::Boolean => Type::Boolean,
            Self::Date => Type::Date,
            Self::Time => Type::Time,
            Self::Timestamp => Type::Timestamp,
            Self::Instant => Type::Instant,
        }
    }
}

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// Unicode text, compared by bytes of its UTF-8.
    Text,
    /// A 64-bit signed integer.
    Integer,
    /// An exact decimal.
    Decimal,
    /// True, false or unknown.
    Boolean,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// A civil date and time.
    Timestamp,
    /// A moment in UTC.
    Instant,
}
