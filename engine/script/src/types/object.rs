//! Objects: their members, and types as the fields of one.

use super::{Base, Type};
use engine_contract::{Field, FieldType};

/// What is known of a member of an object.
pub(crate) enum Member {
    /// It may be there, with values of this type.
    Known(Type),
    /// The object has no member of this name.
    Unknown,
    /// It is no object.
    NoObject,
}

impl Type {
    /// An object with these members and no others.
    pub(crate) fn object(members: impl IntoIterator<Item = (String, Self)>) -> Self {
        let fields = members.into_iter().map(|(name, member)| member.to_field(name)).collect();
        Self { fields, ..Self::of(Base::Object) }
    }

    /// A list of elements of one type.
    pub(crate) fn list(element: Self) -> Self {
        Self { element: Some(Box::new(element)), ..Self::of(Base::List) }
    }

    /// Whether there is never a value, not even nothing: the script does not come so far.
    pub(crate) fn is_never(&self) -> bool {
        self.bases.is_empty() && !self.nullable
    }

    /// What a script never gives.
    pub(crate) fn never() -> Self {
        Self { nullable: false, ..Self::nothing() }
    }

    /// What is either this or the other, where either may be never.
    pub(crate) fn join(self, other: Self) -> Self {
        match (self.is_never(), other.is_never()) {
            (true, _) => other,
            (_, true) => self,
            _ => self.union(other),
        }
    }

    /// The same, when there is a value. An amount of which there may be none may still be an empty text.
    pub(crate) fn present(mut self) -> Self {
        if self.nullable && self.bases.remove(&Base::NumberText) {
            self.bases.insert(Base::Text);
        }
        self.nullable = false;
        self
    }

    /// Whether all its values, besides nothing, are of these kinds.
    pub(crate) fn is_only(&self, bases: &[Base]) -> bool {
        !self.bases.is_empty() && self.bases.iter().all(|base| bases.contains(base))
    }

    /// The member called `name`.
    pub(crate) fn member(&self, name: &str) -> Member {
        if self.is_any() || self.bases.is_empty() {
            return Member::Known(Self::any());
        }
        if !self.bases.contains(&Base::Object) {
            return Member::NoObject;
        }
        if !self.is_only(&[Base::Object]) || self.fields.is_empty() {
            return Member::Known(Self::any());
        }
        match self.fields.iter().find(|field| field.name == name) {
            Some(field) => Member::Known(Self::of_field(field)),
            None if self.is_open => Member::Known(Self::any()),
            None => Member::Unknown,
        }
    }

    /// This type as far as a field can say it.
    fn to_field(&self, name: String) -> Field {
        let kind = match self.bases.iter().next() {
            Some(base) if self.bases.len() == 1 => kind_of(*base),
            _ => FieldType::Any,
        };
        let of_elements = self.element.as_deref().filter(|_| kind == FieldType::List);
        let objects = match (kind, of_elements) {
            (FieldType::Object, _) => Some(self),
            (_, Some(element)) if element.is_only(&[Base::Object]) && !element.nullable => Some(element),
            _ => None,
        };
        let element = of_elements.filter(|element| {
            objects.is_none() && element.bases.len() == 1 && !element.nullable && element.one_of.is_none()
        });
        Field {
            kind,
            nullable: self.nullable,
            max_length: self.max_length.filter(|_| kind == FieldType::Text),
            fields: objects.map(|objects| objects.fields.clone()).unwrap_or_default(),
            is_open: objects.is_some_and(|objects| objects.is_open),
            element: element.and_then(|element| element.bases.iter().next()).map(|base| kind_of(*base)),
            ..Field::new(name, kind)
        }
    }
}

fn kind_of(base: Base) -> FieldType {
    match base {
        Base::Text | Base::NumberText => FieldType::Text,
        Base::DateText => FieldType::Date,
        Base::TimeText => FieldType::Timestamp,
        Base::Integer => FieldType::Integer,
        Base::Decimal => FieldType::Decimal,
        Base::Boolean => FieldType::Boolean,
        Base::Object => FieldType::Object,
        Base::List => FieldType::List,
        Base::Any => FieldType::Any,
    }
}
