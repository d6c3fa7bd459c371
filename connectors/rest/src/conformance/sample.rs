//! Objects that a pipeline could write, made from the fields alone.

use engine_contract::{Field, FieldType, Map, Value};

/// The members that may be written, with a value for each.
pub(super) fn members(fields: &[Field], without: &[String]) -> Map {
    let writable = fields.iter().filter(|field| !field.read_only && !without.contains(&field.name));
    writable.map(|field| (field.name.clone(), value(field))).collect()
}

/// All members, as the service would show them.
pub(super) fn whole(fields: &[Field]) -> Map {
    fields.iter().map(|field| (field.name.clone(), value(field))).collect()
}

fn value(field: &Field) -> Value {
    if let Some(sample) = &field.sample {
        return Value::from(sample.clone());
    }
    match field.kind {
        FieldType::List if field.fields.is_empty() => {
            Value::List(field.element.map(scalar).into_iter().collect())
        }
        FieldType::List => Value::List(vec![Value::Map(members(&field.fields, &[]))]),
        FieldType::Object => Value::Map(members(&field.fields, &[])),
        FieldType::Text => text(field),
        kind => scalar(kind),
    }
}

fn text(field: &Field) -> Value {
    let text = match field.one_of.first() {
        Some(one) => one.as_str(),
        None if field.is_money => "1.50",
        None => "sample",
    };
    Value::Text(text.chars().take(field.max_length.unwrap_or(usize::MAX)).collect())
}

fn scalar(kind: FieldType) -> Value {
    match kind {
        FieldType::Integer => Value::Int(1),
        FieldType::Decimal => Value::Decimal(rust_decimal::Decimal::new(150, 2)),
        FieldType::Boolean => Value::Bool(true),
        FieldType::Date => Value::Text("2026-01-31".to_owned()),
        FieldType::Timestamp => Value::Text("2026-01-31T08:00:00Z".to_owned()),
        FieldType::Object | FieldType::Json => Value::Map(Map::new()),
        FieldType::List => Value::List(Vec::new()),
        FieldType::Text | FieldType::Any => Value::Text("sample".to_owned()),
    }
}
