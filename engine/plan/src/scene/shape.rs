//! What is known of a part of a record: a view into the fields of its stream.

use crate::types::{Base, Type};
use engine_contract::{Field, FieldType};

/// A part of a record.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape<'a> {
    /// Nothing is known of it.
    Unknown,
    /// The record itself, with its fields.
    Record(&'a [Field]),
    /// The value of a field.
    Value(&'a Field),
    /// An element of a list field.
    Element(&'a Field),
}

/// What a part of a record is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content<'a> {
    /// Nothing is known of it.
    Unknown,
    /// Members; others than these when it is open.
    Object { fields: &'a [Field], is_open: bool },
    /// Elements.
    List(Shape<'a>),
    /// One value of this type.
    Scalar(FieldType),
}

impl<'a> Shape<'a> {
    /// A record of a stream with these fields; without any, nothing is known.
    pub(crate) fn record(fields: &'a [Field]) -> Self {
        if fields.is_empty() { Self::Unknown } else { Self::Record(fields) }
    }

    pub(crate) fn content(self) -> Content<'a> {
        match self {
            Self::Unknown => Content::Unknown,
            Self::Record(fields) => Content::Object { fields, is_open: false },
            Self::Value(field) => match field.kind {
                FieldType::Object => Content::object(field),
                FieldType::List => Content::List(Self::Element(field)),
                FieldType::Json | FieldType::Any => Content::Unknown,
                scalar => Content::Scalar(scalar),
            },
            Self::Element(list) => match list.element {
                None if list.fields.is_empty() => Content::Unknown,
                None | Some(FieldType::Object) => Content::object(list),
                Some(FieldType::List) => Content::List(Self::Unknown),
                Some(FieldType::Json | FieldType::Any) => Content::Unknown,
                Some(scalar) => Content::Scalar(scalar),
            },
        }
    }

    /// The type of its values.
    pub(crate) fn to_type(self) -> Type {
        match self {
            Self::Unknown => Type::any(),
            Self::Record(fields) => Type { fields: fields.to_vec(), ..Type::of(Base::Object) },
            Self::Value(field) => Type::of_field(field),
            Self::Element(list) => Type::of_field(list).element.map_or_else(Type::any, |element| *element),
        }
    }
}

impl<'a> Content<'a> {
    fn object(field: &'a Field) -> Self {
        Self::Object { fields: &field.fields, is_open: field.is_open || field.fields.is_empty() }
    }
}
