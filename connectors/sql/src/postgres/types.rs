//! Types of columns: which values they keep exactly, and what they mean to a pipeline.

use engine_contract::FieldType;
use serde::Deserialize;

/// What a column's type does with values. A domain does what its base type does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Whole,
    /// With its scale, where it has one: `numeric(14,2)`.
    Numeric(Option<i32>),
    /// `real`.
    Single,
    /// `double precision`.
    Double,
    Boolean,
    Date,
    Time,
    /// Without time zone.
    Timestamp,
    Timestamptz,
    Json,
    Bytes,
    Money,
    /// An array of elements of this shape.
    List(Box<Shape>),
    /// Characters: also enums, uuids, addresses, intervals, ranges, whatever the server reads from a text.
    Text,
}

/// A type as the server describes it.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Described {
    /// The base type's name in `pg_type`.
    pub(super) base: String,
    /// `typcategory`: `A` is an array.
    pub(super) category: String,
    /// The base type's name of an array's elements.
    pub(super) element: Option<String>,
    /// `atttypmod`: lengths, precision and scale; -1 for none.
    pub(super) modifier: i32,
}

/// What a type does with values.
pub(super) fn shape(described: &Described) -> Shape {
    match (described.category.as_str(), &described.element) {
        ("A", Some(element)) => Shape::List(Box::new(plain(element, described.modifier))),
        _ => plain(&described.base, described.modifier),
    }
}

fn plain(base: &str, modifier: i32) -> Shape {
    match base {
        "int2" | "int4" | "int8" | "oid" => Shape::Whole,
        "numeric" => Shape::Numeric(scale(modifier)),
        "float4" => Shape::Single,
        "float8" => Shape::Double,
        "bool" => Shape::Boolean,
        "date" => Shape::Date,
        "time" | "timetz" => Shape::Time,
        "timestamp" => Shape::Timestamp,
        "timestamptz" => Shape::Timestamptz,
        "json" | "jsonb" => Shape::Json,
        "bytea" => Shape::Bytes,
        "money" => Shape::Money,
        _ => Shape::Text,
    }
}

/// The scale in a modifier of `numeric`: 11 bits with a sign, below the precision (`numeric.c`, since version 15;
/// earlier ones know no negative scale and fit in).
fn scale(modifier: i32) -> Option<i32> {
    const HEADER: i32 = 4;
    (modifier >= HEADER).then(|| (((modifier - HEADER) & 0x7ff) ^ 1024) - 1024)
}

impl Described {
    /// The `n` of `varchar(n)` and `char(n)`.
    pub(super) fn max_length(&self) -> Option<usize> {
        let is_text = ["varchar", "bpchar"].contains(&self.base.as_str());
        usize::try_from(self.modifier - 4).ok().filter(|_| is_text && self.modifier >= 4)
    }
}

impl Shape {
    /// What values of the type mean to a pipeline.
    pub(super) fn field_type(&self) -> FieldType {
        match self {
            Self::Whole => FieldType::Integer,
            Self::Numeric(_) | Self::Single | Self::Double | Self::Money => FieldType::Decimal,
            Self::Boolean => FieldType::Boolean,
            Self::Date => FieldType::Date,
            Self::Timestamp | Self::Timestamptz => FieldType::Timestamp,
            Self::Json => FieldType::Json,
            Self::List(_) => FieldType::List,
            Self::Time | Self::Bytes | Self::Text => FieldType::Text,
        }
    }

    /// Whether equal values have equal texts and an order, so that they can name a row.
    pub(super) fn can_be_key(&self) -> bool {
        match self {
            Self::Single | Self::Double | Self::Json | Self::Bytes | Self::Money | Self::List(_) => false,
            Self::Whole
            | Self::Numeric(_)
            | Self::Boolean
            | Self::Date
            | Self::Time
            | Self::Timestamp
            | Self::Timestamptz
            | Self::Text => true,
        }
    }

    /// Whether changes can be read by a column of the type.
    pub(super) fn can_be_cursor(&self) -> bool {
        matches!(self, Self::Whole | Self::Numeric(_)) || self.is_moment()
    }

    /// Whether its values are moments.
    pub(super) fn is_moment(&self) -> bool {
        matches!(self, Self::Date | Self::Timestamp | Self::Timestamptz)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modifiers_hold_lengths_and_scales() {
        let of = |base: &str, modifier| Described {
            base: base.to_owned(),
            category: "X".to_owned(),
            element: None,
            modifier,
        };
        // numeric(14,2), numeric(3,-2) and numeric: what PostgreSQL 15 has in atttypmod.
        assert_eq!(shape(&of("numeric", 917_510)), Shape::Numeric(Some(2)));
        assert_eq!(shape(&of("numeric", 198_658)), Shape::Numeric(Some(-2)));
        assert_eq!(shape(&of("numeric", -1)), Shape::Numeric(None));
        assert_eq!(of("varchar", 44).max_length(), Some(40));
        assert_eq!(of("text", -1).max_length(), None);
    }
}
