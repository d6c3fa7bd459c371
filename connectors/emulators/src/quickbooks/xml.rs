//! Answers in XML: what the service sends to callers that do not ask for JSON.

use std::fmt::Write;

use serde_json::Value;

const NAMESPACE: &str = "http://schema.intuit.com/finance/v3";

/// The body of an answer as `<IntuitResponse>`. Lists repeat their element; a reference is an element with its name
/// as an attribute.
pub(super) fn write(body: &Value) -> String {
    let mut xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?><IntuitResponse xmlns=\"{NAMESPACE}\"");
    if let Some(time) = body.get("time").and_then(Value::as_str) {
        attribute(&mut xml, "time", time);
    }
    xml.push('>');
    for (name, value) in body.as_object().into_iter().flatten().filter(|(name, _)| *name != "time") {
        element(&mut xml, name, value);
    }
    xml.push_str("</IntuitResponse>");
    xml
}

fn element(xml: &mut String, name: &str, value: &Value) {
    match value {
        Value::Null => {}
        Value::Array(items) => items.iter().for_each(|item| element(xml, name, item)),
        Value::Object(object) if name.ends_with("Ref") && object.contains_key("value") => {
            open(xml, name, object.get("name").and_then(Value::as_str));
            escape(xml, object.get("value").and_then(Value::as_str).unwrap_or_default());
            close(xml, name);
        }
        Value::Object(object) => {
            open(xml, name, None);
            for (name, value) in object {
                element(xml, name, value);
            }
            close(xml, name);
        }
        Value::String(text) => leaf(xml, name, text),
        Value::Bool(_) | Value::Number(_) => leaf(xml, name, &value.to_string()),
    }
}

fn leaf(xml: &mut String, name: &str, text: &str) {
    open(xml, name, None);
    escape(xml, text);
    close(xml, name);
}

fn open(xml: &mut String, name: &str, label: Option<&str>) {
    xml.push('<');
    xml.push_str(name);
    if let Some(label) = label {
        attribute(xml, "name", label);
    }
    xml.push('>');
}

fn close(xml: &mut String, name: &str) {
    xml.push_str("</");
    xml.push_str(name);
    xml.push('>');
}

fn attribute(xml: &mut String, name: &str, value: &str) {
    xml.push(' ');
    xml.push_str(name);
    xml.push_str("=\"");
    escape(xml, value);
    xml.push('"');
}

fn escape(xml: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '&' => xml.push_str("&amp;"),
            '"' => xml.push_str("&quot;"),
            control if control.is_control() && !matches!(control, '\t' | '\n' | '\r') => {
                // Writing to a text cannot fail.
                write!(xml, "&#{};", u32::from(control)).unwrap_or_default();
            }
            other => xml.push(other),
        }
    }
}
