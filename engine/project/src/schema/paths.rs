//! The paths of a stream's records, as candidates with samples.

use super::words::Word;
use engine_contract::{Field, FieldType};
use serde_json::Value;

/// How deep objects inside objects are offered.
const DEPTH: usize = 4;

/// The paths below `root` (`$` or `@`): every field, members of objects, and one level into lists.
pub(super) fn paths(root: &str, fields: &[Field]) -> Vec<Word> {
    let mut out = Vec::new();
    if !fields.is_empty() {
        let whole = if root == "$" { "The whole record." } else { "The whole element." };
        out.push((Value::from(root), whole.to_owned()));
        walk(root, fields, DEPTH, &mut out);
    }
    out
}

fn walk(prefix: &str, fields: &[Field], depth: usize, out: &mut Vec<Word>) {
    for field in fields {
        let path = member(prefix, &field.name);
        out.push((Value::from(path.as_str()), text(field)));
        match field.kind {
            FieldType::Object if depth > 0 => walk(&path, &field.fields, depth - 1, out),
            FieldType::List => {
                let element = format!("{path}[*]");
                let inner = field.fields.iter().filter(|inner| inner.fields.is_empty());
                out.extend(inner.map(|inner| (Value::from(member(&element, &inner.name)), text(inner))));
            }
            _ => {}
        }
    }
}

/// The paths of lists below `root`, whose elements `each` takes.
pub(super) fn lists(root: &str, fields: &[Field]) -> Vec<Word> {
    let mut out = Vec::new();
    elements(root, fields, DEPTH, &mut |path, field| out.push((Value::from(path), text(field))));
    out
}

/// The fields of the elements that a path leads to, `$.line_items[*]`.
pub(super) fn list_at(root: &str, fields: &[Field], path: &str) -> Option<Vec<Field>> {
    let mut found = None;
    elements(root, fields, DEPTH, &mut |candidate, field| {
        if candidate == path {
            found = Some(field.fields.clone());
        }
    });
    found
}

/// Calls `visit` with each list and the path of its elements.
pub(super) fn elements(root: &str, fields: &[Field], depth: usize, visit: &mut dyn FnMut(&str, &Field)) {
    for field in fields {
        let path = member(root, &field.name);
        match field.kind {
            FieldType::Object if depth > 0 => elements(&path, &field.fields, depth - 1, visit),
            FieldType::List => visit(&format!("{path}[*]"), field),
            _ => {}
        }
    }
}

fn member(prefix: &str, name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_plain {
        return format!("{prefix}.{name}");
    }
    let quoted = name.replace('\\', "\\\\").replace('\'', "\\'");
    format!("{prefix}['{quoted}']")
}

/// What is shown beside a path: type, sample, meaning. Personal data are not shown.
fn text(field: &Field) -> String {
    let sample = field.sample.as_ref().filter(|_| !field.is_personal);
    let sample = sample.map(|sample| format!(", for example `{sample}`")).unwrap_or_default();
    let stop = if field.description.is_empty() { "" } else { ". " };
    format!("`{}`{sample}{stop}{}", kind(field), field.description)
}

/// The type of a field in a word: `string(21)`.
pub(super) fn kind(field: &Field) -> String {
    let word = match field.kind {
        FieldType::Text => "string",
        FieldType::Integer => "integer",
        FieldType::Decimal => "decimal",
        FieldType::Boolean => "boolean",
        FieldType::Date => "date",
        FieldType::Timestamp => "timestamp",
        FieldType::Object => "object",
        FieldType::List => "list",
        FieldType::Json => "json",
        FieldType::Any => "any",
    };
    field.max_length.map_or_else(|| word.to_owned(), |length| format!("{word}({length})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn record() -> Vec<Field> {
        let member = Field { sample: Some(json!("Oslo")), ..Field::new("city", FieldType::Text) };
        let secret = Field {
            sample: Some(json!("Ada")),
            is_personal: true,
            ..Field::new("first-name", FieldType::Text)
        };
        let total = Field { sample: Some(json!("20.00")), ..Field::new("total", FieldType::Text) };
        vec![
            Field { fields: vec![member, secret], ..Field::new("billing", FieldType::Object) },
            Field { fields: vec![total], ..Field::new("lines", FieldType::List) },
        ]
    }

    #[test]
    fn every_field_has_a_path_with_its_sample_unless_it_is_personal() {
        let paths: Vec<(String, String)> = paths("$", &record())
            .into_iter()
            .map(|(path, text)| (path.as_str().unwrap().to_owned(), text))
            .collect();
        let expected = [
            ("$", "The whole record."),
            ("$.billing", "`object`"),
            ("$.billing.city", "`string`, for example `\"Oslo\"`"),
            ("$.billing['first-name']", "`string`"),
            ("$.lines", "`list`"),
            ("$.lines[*].total", "`string`, for example `\"20.00\"`"),
        ];
        let shown: Vec<(&str, &str)> = paths.iter().map(|(path, text)| (&**path, &**text)).collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn elements_are_found_by_the_path_of_their_list() {
        assert_eq!(lists("$", &record()), [(json!("$.lines[*]"), "`list`".to_owned())]);
        assert_eq!(list_at("$", &record(), "$.lines[*]").unwrap()[0].name, "total");
        assert_eq!(list_at("$", &record(), "$.billing"), None);
    }
}
