//! `engine connections show`: one connection. Secrets are shown by name, and addresses without what may be a secret
//! in them.

use super::{find, settings, standing::Standing};
use crate::{
    custody::Found,
    error::Result,
    exit::Exit,
    output::Output,
    workspace::{Workspace, secret_names},
};
use serde_json::{Value, json};
use url::Url;

pub(super) fn run(workspace: &Workspace, name: &str, output: &Output) -> Result<Exit> {
    let connection = find(workspace, name, output)?;
    let now = workspace.context.clock.now();
    let standing = Standing::of(workspace, connection)?;
    let settings = settings(connection);
    let mut secrets = Vec::new();
    for secret in secret_names(&settings) {
        secrets.push((secret.to_owned(), workspace.secrets.find(secret)?));
    }
    let shown = shown(&settings);
    if !output.is_text() {
        let secrets: Vec<_> = secrets.iter().map(|(name, found)| document(name, found.as_ref())).collect();
        output.json(&json!({
            "name": connection.name, "connector": connection.connector, "production": connection.production,
            "environment": workspace.project.environment, "place": connection.key_place("").to_string(),
            "settings": shown, "secrets": secrets, "login": standing.document(now),
        }));
        return Ok(Exit::Done);
    }
    let line = |name: &str, value: &str| output.result(&format!("{name:<12}  {value}"));
    line("name", &connection.name);
    line("connector", &connection.connector);
    line("production", if connection.production { "yes" } else { "no" });
    line("environment", &workspace.project.environment);
    line("place", &connection.key_place("").to_string());
    for (name, value) in shown.as_object().into_iter().flatten() {
        line("setting", &format!("{name} = {}", in_one_line(value)));
    }
    for (name, found) in &secrets {
        let from = found.as_ref().map_or("missing", |found| found.from.as_str());
        let hosts = found.as_ref().map(|found| found.hosts.join(" ")).filter(|hosts| !hosts.is_empty());
        let bound = hosts.map(|hosts| format!(", for {hosts}")).unwrap_or_default();
        line("secret", &format!("{name}: {from}{bound}"));
    }
    match &standing {
        Standing::NotNeeded => {}
        Standing::Unknown(reason) => line("login", reason),
        known => line("login", &known.words(now)),
    }
    Ok(Exit::Done)
}

fn document(name: &str, found: Option<&Found>) -> Value {
    json!({ "name": name, "from": found.map(|found| found.from.as_str()),
        "hosts": found.map(|found| found.hosts.as_slice()).unwrap_or_default() })
}

fn in_one_line(value: &Value) -> String {
    match (value, value.get("secret").and_then(Value::as_str)) {
        (_, Some(name)) => format!("secret {name}"),
        (Value::String(text), None) => text.clone(),
        (value, None) => value.to_string(),
    }
}

/// Settings without what addresses may carry: user, password, query.
fn shown(settings: &Value) -> Value {
    match settings {
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), shown(value))).collect())
        }
        Value::Array(items) => Value::Array(items.iter().map(shown).collect()),
        Value::String(text) => Value::String(without_credentials(text)),
        other => other.clone(),
    }
}

fn without_credentials(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return text.to_owned() };
    let carries = !url.username().is_empty() || url.password().is_some() || url.query().is_some();
    if !url.has_host() || !carries {
        return text.to_owned();
    }
    url.set_query(None);
    match url.set_password(None).and_then(|()| url.set_username("")) {
        Ok(()) => url.into(),
        Err(()) => "an address with credentials".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_shown_without_what_they_carry() {
        let settings = json!({ "url": "https://u:p@shop.example.com/x?consumer_secret=cs", "path": "a.db?x",
            "list": ["https://shop.example.com"], "key": { "secret": "shop_key" } });
        let expected = json!({ "url": "https://shop.example.com/x", "path": "a.db?x",
            "list": ["https://shop.example.com"], "key": { "secret": "shop_key" } });
        assert_eq!(shown(&settings), expected);
    }
}
