//! Natural keys as ids of objects: the value of one column as it is, the values of several as a JSON array.

use engine_contract::{ConnectorError, ErrorKind, Map, Record, Result, Value};

/// The id of the row that has these values; nothing when one is missing or is no single value.
pub(super) fn id(match_on: &[String], fields: &Map) -> Option<String> {
    let values: Option<Vec<&Value>> = match_on.iter().map(|column| fields.get(column)).collect();
    id_of(&values?)
}

/// The id of a row as the service shows it.
pub(super) fn id_of_record(match_on: &[String], record: &Record) -> Option<String> {
    let values: Option<Vec<Value>> =
        match_on.iter().map(|column| record.member(column).map(|member| member.to_value())).collect();
    id_of(&values?.iter().collect::<Vec<_>>())
}

fn id_of(values: &[&Value]) -> Option<String> {
    match values {
        [] => None,
        [single] => single.scalar_text(),
        several if several.iter().all(|value| value.scalar_text().is_some()) => {
            Some(Value::List(several.iter().map(|value| (*value).clone()).collect()).to_json())
        }
        _ => None,
    }
}

/// The values that an id stands for.
pub(super) fn values(match_on: &[String], id: &str) -> Result<Vec<String>> {
    let parts = match (match_on.len(), serde_json::from_str(id)) {
        (1, _) => Some(vec![id.to_owned()]),
        (_, Ok(Value::List(parts))) => parts.iter().map(Value::scalar_text).collect(),
        _ => None,
    };
    parts.filter(|parts| parts.len() == match_on.len() && !parts.is_empty()).ok_or_else(|| {
        ConnectorError::new(
            ErrorKind::Invalid,
            "the id of the row does not fit the columns of its natural key",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_tells_the_values_that_it_was_made_of(number: i64, text in "\\PC{0,12}") {
            let fields: Map =
                [("a".to_owned(), Value::Int(number)), ("b".to_owned(), Value::from(text.as_str()))].into();
            let both = ["a".to_owned(), "b".to_owned()];
            let known = id(&both, &fields).unwrap();
            prop_assert_eq!(values(&both, &known).unwrap(), vec![number.to_string(), text.clone()]);
            prop_assert_eq!(id_of_record(&both, &Record::from_value(&Value::Map(fields.clone()))), Some(known));
            prop_assert_eq!(values(&both[1..], &id(&both[1..], &fields).unwrap()).unwrap(), vec![text]);
        }
    }

    #[test]
    fn a_null_names_no_row() {
        let fields: Map = [("a".to_owned(), Value::Null), ("b".to_owned(), Value::Int(1))].into();
        assert_eq!(id(&["a".to_owned(), "b".to_owned()], &fields), None);
        assert!(values(&["a".to_owned(), "b".to_owned()], "[1]").is_err());
    }
}
