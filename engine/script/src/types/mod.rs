//! Types: what a value may be, as far as it is known before any record is read.
//!
//! A [`Type`] is an upper bound: the values that a record really has are among those it allows. What is not
//! known is [`Base::Any`]; nothing is ever said about such a value, because nothing sure could be said.

mod allows;
mod object;

pub(crate) use object::Member;

use engine_contract::{Field, FieldType};
use std::collections::BTreeSet;

/// What a value may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Type {
    /// The kinds of value besides nothing; empty when there is never a value.
    pub bases: BTreeSet<Base>,
    /// Whether there may be no value.
    pub nullable: bool,
    /// The most characters of a text; `None` when that is not known.
    pub max_length: Option<usize>,
    /// The only texts there are; `None` when that is not known.
    pub one_of: Option<BTreeSet<String>>,
    /// Whether it is an amount of money, so that it may pass through exact steps only.
    pub is_money: bool,
    /// The fields of objects, or of a list's objects; empty when they are not known.
    pub fields: Vec<Field>,
    /// Whether objects may have fields beside [`Type::fields`].
    pub is_open: bool,
    /// The type of a list's elements; `None` when that is not known.
    pub element: Option<Box<Type>>,
}

/// A kind of value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {
    /// Text that may be anything.
    Text,
    /// Text that is a decimal number, such as `"12.50"`; empty only where the type is nullable.
    NumberText,
    /// Text that is a day.
    DateText,
    /// Text that is a date and time, with or without an offset.
    TimeText,
    /// A whole number.
    Integer,
    /// An exact number.
    Decimal,
    /// True or false.
    Boolean,
    /// An object.
    Object,
    /// A list.
    List,
    /// Nothing is known.
    Any,
}

impl Type {
    /// A type of one kind of value, which is always there.
    #[must_use]
    pub fn of(base: Base) -> Self {
        Self {
            bases: BTreeSet::from([base]),
            nullable: false,
            max_length: None,
            one_of: None,
            is_money: false,
            fields: Vec::new(),
            is_open: false,
            element: None,
        }
    }

    /// Nothing is known, not even whether there is a value.
    #[must_use]
    pub fn any() -> Self {
        Self::of(Base::Any).or_null()
    }

    /// There is never a value.
    #[must_use]
    pub fn nothing() -> Self {
        Self { bases: BTreeSet::new(), nullable: true, ..Self::of(Base::Any) }
    }

    /// The same, and there may be no value.
    #[must_use]
    pub fn or_null(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// Whether nothing is known of its values.
    #[must_use]
    pub fn is_any(&self) -> bool {
        self.bases.contains(&Base::Any)
    }

    /// The type of a catalog's field: in a source what records hold, in a target what it takes.
    #[must_use]
    pub fn of_field(field: &Field) -> Self {
        let base = match field.kind {
            FieldType::Text if field.is_money => Base::NumberText,
            FieldType::Text => Base::Text,
            FieldType::Integer => Base::Integer,
            FieldType::Decimal => Base::Decimal,
            FieldType::Boolean => Base::Boolean,
            FieldType::Date => Base::DateText,
            FieldType::Timestamp => Base::TimeText,
            FieldType::Object => Base::Object,
            FieldType::List => Base::List,
            FieldType::Json | FieldType::Any => Base::Any,
        };
        let one_of = (!field.one_of.is_empty()).then(|| field.one_of.iter().cloned().collect());
        let longest = field.one_of.iter().map(|text| text.chars().count()).max();
        Self {
            nullable: field.nullable,
            max_length: field.max_length.or(longest),
            one_of,
            is_money: field.is_money,
            fields: if field.kind == FieldType::Object { field.fields.clone() } else { Vec::new() },
            is_open: field.is_open,
            element: (field.kind == FieldType::List).then(|| Box::new(element(field))),
            ..Self::of(base)
        }
    }

    /// What is either this or the other.
    #[must_use]
    pub fn union(mut self, other: Self) -> Self {
        // What is never there adds nothing but that.
        if other.bases.is_empty() {
            return self.or_null();
        }
        if self.bases.is_empty() {
            return other.or_null();
        }
        self.bases.extend(other.bases);
        self.nullable |= other.nullable;
        self.max_length = self.max_length.zip(other.max_length).map(|(one, two)| one.max(two));
        self.one_of = self.one_of.zip(other.one_of).map(|(one, two)| one.union(&two).cloned().collect());
        self.is_money |= other.is_money;
        if self.fields != other.fields {
            self.fields.clear();
            self.is_open = true;
        }
        self.element = self.element.zip(other.element).map(|(one, two)| Box::new(one.union(*two)));
        self
    }
}

/// The type of the elements of a list field.
fn element(list: &Field) -> Type {
    match list.element {
        Some(kind) => Type::of_field(&Field::new("", kind)),
        None if list.fields.is_empty() => Type::any(),
        None => Type { fields: list.fields.clone(), is_open: list.is_open, ..Type::of(Base::Object) },
    }
}
