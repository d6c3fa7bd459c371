//! Which values a type allows.

use super::{Base, Type};
use engine_contract::{Field, Map, Value};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
use rust_decimal::Decimal;

impl Type {
    /// Whether `value` is among those that this type allows.
    #[must_use]
    pub fn allows(&self, value: &Value) -> bool {
        match value {
            Value::Null => self.nullable,
            _ if self.is_any() => true,
            Value::Bool(_) => self.bases.contains(&Base::Boolean),
            // A decimal that happens to be whole comes as an integer.
            Value::Int(_) => self.bases.contains(&Base::Integer) || self.bases.contains(&Base::Decimal),
            Value::Decimal(_) => self.bases.contains(&Base::Decimal),
            // More digits than the engine computes with.
            Value::Number(_) => false,
            Value::Text(text) => self.allows_text(text),
            Value::List(items) => {
                let element = self.element.as_deref();
                self.bases.contains(&Base::List)
                    && element.is_none_or(|element| items.iter().all(|item| element.allows(item)))
            }
            Value::Map(map) => self.bases.contains(&Base::Object) && self.allows_members(map),
        }
    }

    fn allows_text(&self, text: &str) -> bool {
        let trimmed = text.trim();
        let is_of = |base: &Base| match base {
            Base::Text => true,
            Base::NumberText if trimmed.is_empty() => self.nullable,
            Base::NumberText => Decimal::from_str_exact(trimmed).is_ok(),
            Base::DateText => trimmed.is_empty() || trimmed.parse::<Date>().is_ok(),
            Base::TimeText => {
                trimmed.is_empty()
                    || trimmed.parse::<Timestamp>().is_ok()
                    || trimmed.parse::<DateTime>().is_ok()
            }
            _ => false,
        };
        self.bases.iter().any(is_of)
            && self.max_length.is_none_or(|most| text.chars().count() <= most)
            && self.one_of.as_ref().is_none_or(|texts| texts.contains(text))
    }

    fn allows_members(&self, map: &Map) -> bool {
        if self.fields.is_empty() {
            return true;
        }
        let known = |field: &Field| match map.get(&field.name) {
            Some(value) => Self::of_field(field).allows(value),
            None => field.nullable,
        };
        let is_named = |name: &String| self.fields.iter().any(|field| field.name == *name);
        self.fields.iter().all(known) && (self.is_open || map.keys().all(is_named))
    }
}
