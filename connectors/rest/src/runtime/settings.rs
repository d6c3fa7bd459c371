//! The settings of one connection: what is given, else the defaults.

use crate::{
    manifest::{Kind, Manifest},
    template,
};
use connector_kit::Secret;
use engine_contract::{ConnectorError, Context, ErrorKind, Result};
use serde_json::Value;
use std::collections::BTreeMap;

/// Values by name, without the secrets; and the names of these.
pub(super) struct Settings {
    values: BTreeMap<String, String>,
    secrets: BTreeMap<String, String>,
}

impl Settings {
    pub(super) fn of(manifest: &Manifest, config: &Value) -> Self {
        let (mut values, mut secrets) = (BTreeMap::new(), BTreeMap::new());
        for (name, setting) in manifest.settings() {
            let given = config.get(name).or(setting.default.as_ref());
            match given {
                // Of several secrets the first is the one in use; the others sign webhooks for a while.
                Some(given) if setting.kind == Kind::Secret => {
                    let first = given.get(0).unwrap_or(given);
                    if let Some(secret) = first.get("secret").and_then(Value::as_str) {
                        secrets.insert(name.to_owned(), secret.to_owned());
                    }
                }
                Some(Value::String(text)) if setting.kind == Kind::Url => {
                    values.insert(name.to_owned(), text.trim_end_matches('/').to_owned());
                }
                Some(Value::String(text)) => drop(values.insert(name.to_owned(), text.clone())),
                Some(Value::Number(number)) => drop(values.insert(name.to_owned(), number.to_string())),
                Some(Value::Bool(flag)) => drop(values.insert(name.to_owned(), flag.to_string())),
                _ => {}
            }
        }
        Self { values, secrets }
    }

    /// A value that is no secret.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// A text with the settings that it names.
    pub(super) fn fill(&self, text: &str) -> Result<String> {
        template::fill(text, |name| self.get(name).map(str::to_owned)).map_err(|fault| {
            ConnectorError::new(ErrorKind::Config, format!("the connection lacks a setting: {fault}"))
        })
    }

    /// The name under which a provider keeps a secret.
    pub(super) fn secret_name(&self, setting: &str) -> Option<&str> {
        self.secrets.get(setting).map(String::as_str)
    }

    /// A secret.
    pub(super) fn secret(&self, context: &Context, setting: &str) -> Result<Secret> {
        let missing =
            || ConnectorError::new(ErrorKind::Config, format!("the connection lacks the secret `{setting}`"));
        let name = self.secret_name(setting).ok_or_else(missing)?;
        Secret::of(context, name).filter(|secret| !secret.is_empty()).ok_or_else(|| {
            let message = format!("there is no secret `{name}`, which the setting `{setting}` names");
            ConnectorError::new(ErrorKind::Config, message)
        })
    }
}
