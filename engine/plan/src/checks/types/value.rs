//! Types of values that the files themselves say.

use crate::types::{Base, Type};
use engine_contract::Value;
use engine_project::model::VarType;

/// The type of exactly this value.
pub(crate) fn of_value(value: &Value) -> Type {
    match value {
        Value::Null => Type::nothing(),
        Value::Bool(_) => Type::of(Base::Boolean),
        Value::Int(_) => Type::of(Base::Integer),
        Value::Decimal(_) | Value::Number(_) => Type::of(Base::Decimal),
        Value::Text(text) => Type {
            max_length: Some(text.chars().count()),
            one_of: Some([text.clone()].into()),
            ..Type::of(Base::Text)
        },
        Value::List(_) => Type::of(Base::List),
        Value::Map(_) => Type { is_open: true, ..Type::of(Base::Object) },
    }
}

/// The type of a variable whose value is not known.
pub(crate) fn of_var(kind: VarType) -> Type {
    Type::of(match kind {
        VarType::String => Base::Text,
        VarType::Integer => Base::Integer,
        VarType::Decimal => Base::Decimal,
        VarType::Boolean => Base::Boolean,
        VarType::Date => Base::DateText,
    })
}

/// Whether a kind of value is text.
pub(crate) fn is_text(base: Base) -> bool {
    matches!(base, Base::Text | Base::NumberText | Base::DateText | Base::TimeText)
}

/// All texts that a type allows, when it allows nothing but known texts.
pub(crate) fn known_texts(ty: &Type) -> Option<impl Iterator<Item = &str>> {
    let texts =
        ty.one_of.as_ref().filter(|_| !ty.bases.is_empty() && ty.bases.iter().copied().all(is_text))?;
    Some(texts.iter().map(String::as_str))
}

/// A type in words, with its article: `a text`, `a decimal or nothing`.
pub(crate) fn described(ty: &Type) -> String {
    let mut words: Vec<&str> = ty.bases.iter().map(|base| word(*base)).collect();
    words.dedup();
    if words.is_empty() {
        return "nothing".to_owned();
    }
    words.join(" or ")
}

fn word(base: Base) -> &'static str {
    match base {
        Base::Text => "a text",
        Base::NumberText => "a number written as text",
        Base::DateText => "a date",
        Base::TimeText => "a date and time",
        Base::Integer => "an integer",
        Base::Decimal => "a decimal",
        Base::Boolean => "a boolean",
        Base::Object => "an object",
        Base::List => "a list",
        Base::Any => "any value",
    }
}
