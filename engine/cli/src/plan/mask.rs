//! What a plan shows of personal data: that there is something, and that it changes.

use engine_contract::Value;
use engine_run::plan::FieldChange;

/// Stands for what is not shown.
const DOTS: &str = "\u{2022}\u{2022}\u{2022}";

/// A field with its personal texts masked.
pub(super) fn masked(field: &FieldChange) -> FieldChange {
    if !field.is_personal {
        return field.clone();
    }
    FieldChange { before: value(&field.before), after: value(&field.after), ..field.clone() }
}

/// A value with its texts masked.
pub(crate) fn masked_value(shown: &Value) -> Value {
    value(shown)
}

/// The first letter of a text tells enough to recognise it, and too little to know it.
fn value(shown: &Value) -> Value {
    match shown {
        Value::Null | Value::Bool(_) => shown.clone(),
        Value::Text(text) if text.is_empty() => shown.clone(),
        Value::Text(text) => Value::Text(text.chars().take(1).chain(DOTS.chars()).collect()),
        Value::Int(_) | Value::Decimal(_) | Value::Number(_) => Value::Text(DOTS.to_owned()),
        Value::List(items) => Value::List(items.iter().map(value).collect()),
        Value::Map(members) => {
            Value::Map(members.iter().map(|(name, member)| (name.clone(), value(member))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn personal_values_show_their_first_letter_at_most() {
        let address = [("City".to_owned(), Value::from("Aarhus")), ("Zip".to_owned(), Value::Int(8000))];
        let field = FieldChange {
            path: "BillAddr".to_owned(),
            before: Value::Null,
            after: Value::Map(address.into_iter().collect()),
            is_personal: true,
        };
        assert_eq!(masked(&field).after.to_json(), r#"{"City":"A•••","Zip":"•••"}"#);
        let open = FieldChange { is_personal: false, ..field };
        assert_eq!(masked(&open), open);
    }
}
