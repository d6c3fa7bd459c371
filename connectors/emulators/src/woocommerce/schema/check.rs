//! `rest_validate_value_from_schema`, for what the tables use of it.

use crate::woocommerce::{
    error::Refusal,
    time,
    value::{text, words, written},
};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};

/// What is wrong with a value.
struct Problem {
    code: &'static str,
    message: String,
    data: Value,
}

impl Problem {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: Value::Null }
    }
}

/// Checks parameters against the arguments of a route: first those that are missing, then all that are wrong.
///
/// # Errors
/// One refusal with everything that is wrong.
pub(in crate::woocommerce) fn check(arguments: &Map<String, Value>, sent: &Value) -> Result<(), Refusal> {
    let missing: Vec<&str> = arguments
        .iter()
        .filter(|(name, argument)| argument["required"] == true && sent.get(name.as_str()).is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    if !missing.is_empty() {
        let message = format!("Missing parameter(s): {}", missing.join(", "));
        return Err(Refusal::new(400, "rest_missing_callback_param", message).with("params", json!(missing)));
    }
    let (mut names, mut params, mut details) = (Vec::new(), Map::new(), Map::new());
    for (name, argument) in arguments {
        let Some(value) = sent.get(name.as_str()) else { continue };
        if argument["items"]["type"] == "integer" && argument["type"] == "array" {
            continue;
        }
        if let Err(problem) = value_fits(value, argument, name) {
            names.push(name.as_str());
            params.insert(name.clone(), problem.message.as_str().into());
            let detail = json!({"code": problem.code, "message": problem.message, "data": problem.data});
            details.insert(name.clone(), detail);
        }
    }
    if names.is_empty() {
        return Ok(());
    }
    let message = format!("Invalid parameter(s): {}", names.join(", "));
    Err(Refusal::new(400, "rest_invalid_param", message)
        .with("params", Value::Object(params))
        .with("details", Value::Object(details)))
}

fn value_fits(value: &Value, schema: &Value, name: &str) -> Result<(), Problem> {
    let types = match &schema["type"] {
        Value::Array(types) => types.iter().map(text).collect(),
        one => vec![text(one)],
    };
    let Some(fitting) = types.iter().copied().find(|one| has_type(value, one)) else {
        return Err(wrong_type(name, &types));
    };
    match fitting {
        "object" => parts_fit(value, schema, name)?,
        "array" => elements_fit(value, schema, name)?,
        "integer" | "number" => within_bounds(value, schema, name)?,
        _ => {}
    }
    in_enumeration(value, schema, name)?;
    match (text(&schema["format"]), value) {
        ("date-time", Value::String(sent)) if time::parse(sent).is_none() => {
            Err(Problem::new("rest_invalid_date", "Invalid date."))
        }
        ("email", Value::String(sent)) if !is_email(sent) && !sent.is_empty() => {
            Err(Problem::new("rest_invalid_email", "Invalid email address."))
        }
        _ => Ok(()),
    }
}

fn wrong_type(name: &str, types: &[&str]) -> Problem {
    let message = format!("{name} is not of type {}.", types.join(","));
    Problem { data: json!({"param": name}), ..Problem::new("rest_invalid_type", message) }
}

fn has_type(value: &Value, name: &str) -> bool {
    let is_scalar = value.is_string() || value.is_number() || value.is_boolean();
    match name {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => {
            value.is_boolean()
                || ["0", "1", "true", "false", "TRUE", "FALSE"].contains(&written(value).as_ref())
        }
        "integer" => {
            let number = written(value).trim().parse::<Decimal>();
            !value.is_boolean() && number.is_ok_and(|number| number.fract().is_zero())
        }
        "number" => !value.is_boolean() && written(value).trim().parse::<Decimal>().is_ok(),
        "array" => value.is_array() || is_scalar,
        "object" => value.is_object() || value.as_array().is_some_and(Vec::is_empty) || value == "",
        // `mixed`, and the types that only documents know, such as `date-time`.
        _ => true,
    }
}

fn parts_fit(value: &Value, schema: &Value, name: &str) -> Result<(), Problem> {
    let (Some(parts), Some(known)) = (value.as_object(), schema["properties"].as_object()) else {
        return Ok(());
    };
    for (key, part) in parts {
        if let Some(schema) = known.get(key) {
            value_fits(part, schema, &format!("{name}[{key}]"))?;
        }
    }
    Ok(())
}

fn elements_fit(value: &Value, schema: &Value, name: &str) -> Result<(), Problem> {
    if !schema["items"].is_object() {
        return Ok(());
    }
    let fits = |(number, element): (usize, &Value)| {
        value_fits(element, &schema["items"], &format!("{name}[{number}]"))
    };
    match value {
        Value::Array(elements) => elements.iter().enumerate().try_for_each(fits),
        other => {
            let elements: Vec<Value> = words(other).into_iter().map(Value::String).collect();
            elements.iter().enumerate().try_for_each(fits)
        }
    }
}

fn within_bounds(value: &Value, schema: &Value, name: &str) -> Result<(), Problem> {
    let number = super::super::value::int(value);
    let (least, most) = (schema["minimum"].as_i64(), schema["maximum"].as_i64());
    let fits = least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most);
    let message = match (least, most) {
        _ if fits => return Ok(()),
        (Some(least), Some(most)) => {
            format!("{name} must be between {least} (inclusive) and {most} (inclusive)")
        }
        (Some(least), None) => format!("{name} must be greater than or equal to {least}"),
        (None, most) => format!("{name} must be less than or equal to {}", most.unwrap_or_default()),
    };
    Err(Problem::new("rest_out_of_bounds", message))
}

fn in_enumeration(value: &Value, schema: &Value, name: &str) -> Result<(), Problem> {
    let Some(allowed) = schema["enum"].as_array() else { return Ok(()) };
    if allowed.iter().any(|one| one == value || written(one) == written(value)) {
        return Ok(());
    }
    let names: Vec<&str> = allowed.iter().map(text).collect();
    let listed = match names.as_slice() {
        [] => String::new(),
        [one] => return Err(Problem::new("rest_not_in_enum", format!("{name} is not {one}."))),
        [one, two] => format!("{one} and {two}"),
        [first @ .., last] => format!("{}, and {last}", first.join(", ")),
    };
    Err(Problem::new("rest_not_in_enum", format!("{name} is not one of {listed}.")))
}

/// `is_email`: one `@`, something before it, and a dot within what comes after.
pub(in crate::woocommerce) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.split_once('@') else { return false };
    let fits = |letter: char| letter.is_alphanumeric() || "-.".contains(letter);
    let local_fits = |letter: char| letter.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(letter);
    let labels: Vec<&str> = domain.split('.').collect();
    !local.is_empty()
        && local.chars().all(local_fits)
        && domain.chars().all(fits)
        && labels.len() > 1
        && labels.iter().all(|label| !label.is_empty())
}
