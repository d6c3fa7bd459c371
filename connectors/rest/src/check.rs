//! Settings of a connection against their description.
//!
//! The words are those in which serde refuses a value, for the engine knows how to turn these into a diagnostic
//! with a suggestion. No message holds a value: it may be a secret that should not stand there.

use crate::manifest::{Kind, Manifest, Setting};
use engine_contract::InvalidConfig;
use serde_json::Value;

/// Finds the first mistake: a name that is not known, else a setting that is missing, else a value.
pub(crate) fn check(manifest: &Manifest, config: &Value) -> Result<(), InvalidConfig> {
    let Value::Object(given) = config else { return Err(wrong_type("", config, "a map")) };
    let known = manifest.settings();
    if let Some(name) = given.keys().find(|name| !known.contains_key(name.as_str())) {
        return Err(unknown_key("", name, known.keys().copied()));
    }
    if let Some((name, _)) =
        known.iter().find(|(name, setting)| setting.required && !given.contains_key(**name))
    {
        return Err(refused("", format!("missing field `{name}`")));
    }
    given.iter().try_for_each(|(name, value)| {
        known.get(name.as_str()).map_or(Ok(()), |setting| fits(setting, &child("", name), value))
    })
}

/// Whether a setting takes a value.
pub(crate) fn fits(setting: &Setting, pointer: &str, value: &Value) -> Result<(), InvalidConfig> {
    match value {
        Value::Array(values) if setting.many => {
            if values.is_empty() {
                return Err(refused(pointer, "it needs at least one value"));
            }
            let mut values = values.iter().enumerate();
            values.try_for_each(|(index, value)| one(setting, &child(pointer, &index.to_string()), value))
        }
        value => one(setting, pointer, value),
    }
}

fn one(setting: &Setting, pointer: &str, value: &Value) -> Result<(), InvalidConfig> {
    match (setting.kind, value) {
        (Kind::Secret, value) => secret(pointer, value),
        (Kind::Integer, Value::Number(number)) if number.is_i64() => Ok(()),
        (Kind::Integer, _) => Err(wrong_type(pointer, value, "a whole number")),
        (Kind::Boolean, Value::Bool(_)) | (Kind::Text | Kind::Date, Value::String(_)) => Ok(()),
        (Kind::Boolean, _) => Err(wrong_type(pointer, value, "a boolean")),
        (Kind::Url, Value::String(text)) => address(text).map_err(|why| refused(pointer, why)),
        (Kind::OneOf, Value::String(text)) if setting.one_of.contains(text) => Ok(()),
        (Kind::OneOf, Value::String(_)) => {
            let allowed = one_of(setting.one_of.iter().map(String::as_str));
            Err(refused(pointer, format!("unknown variant, expected {allowed}")))
        }
        (Kind::Text | Kind::Date | Kind::Url | Kind::OneOf, _) => Err(wrong_type(pointer, value, "a string")),
    }
}

/// A secret is named, never written down.
fn secret(pointer: &str, value: &Value) -> Result<(), InvalidConfig> {
    let Value::Object(table) = value else {
        return Err(wrong_type(pointer, value, "the name of a secret, `{ secret = \"...\" }`"));
    };
    if let Some(name) = table.keys().find(|name| *name != "secret") {
        return Err(unknown_key(pointer, name, ["secret"].into_iter()));
    }
    match table.get("secret") {
        None => Err(refused(pointer, "missing field `secret`")),
        Some(Value::String(name)) if name.is_empty() => {
            Err(refused(&child(pointer, "secret"), "the name of a secret is not empty"))
        }
        Some(Value::String(_)) => Ok(()),
        Some(other) => Err(wrong_type(&child(pointer, "secret"), other, "a string")),
    }
}

/// Why a text is no address to send credentials to.
fn address(text: &str) -> Result<(), &'static str> {
    const SHAPE: &str = "it must be an address that starts with `https://` or `http://`";
    let address: http::Uri = text.parse().map_err(|_| SHAPE)?;
    let authority = address.authority().ok_or(SHAPE)?;
    if !matches!(address.scheme_str(), Some("https" | "http")) || authority.host().is_empty() {
        return Err(SHAPE);
    }
    if authority.as_str().contains('@') {
        return Err("it must not hold a user or a password: name secrets in their own settings");
    }
    if address.query().is_some() {
        return Err("it must not have a `?`: name secrets in their own settings");
    }
    Ok(())
}

fn unknown_key<'a>(pointer: &str, name: &str, known: impl Iterator<Item = &'a str>) -> InvalidConfig {
    refused(&child(pointer, name), format!("unknown field `{name}`, expected {}", one_of(known)))
}

fn wrong_type(pointer: &str, value: &Value, wanted: &str) -> InvalidConfig {
    let given = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "sequence",
        Value::Object(_) => "map",
    };
    refused(pointer, format!("invalid type: {given}, expected {wanted}"))
}

fn one_of<'a>(names: impl Iterator<Item = &'a str>) -> String {
    let names: Vec<_> = names.map(|name| format!("`{name}`")).collect();
    format!("one of {}", names.join(", "))
}

fn refused(pointer: &str, message: impl Into<String>) -> InvalidConfig {
    InvalidConfig { pointer: pointer.to_owned(), message: message.into() }
}

fn child(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", name.replace('~', "~0").replace('/', "~1"))
}
