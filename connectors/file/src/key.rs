//! Keys: the values of some members, joined into one text.

use engine_contract::{Path, Record, Value, join_key};

/// How the parts of a key are found in a record.
#[derive(Clone, Debug)]
pub(crate) struct KeyRule(Vec<FieldRule>);

/// How one field is found: the member of exactly that name, else the dotted path.
#[derive(Clone, Debug)]
pub(crate) struct FieldRule {
    /// The name as the settings wrote it.
    pub(crate) name: String,
    path: Option<Path>,
}

impl FieldRule {
    pub(crate) fn new(name: &str) -> Self {
        let path = name.contains('.').then(|| Path::of_keys(name.split('.')));
        Self { name: name.to_owned(), path }
    }

    pub(crate) fn value(&self, record: &Record) -> Option<Value> {
        let member = record.member(&self.name);
        let found = match &self.path {
            Some(path) => member.or_else(|| record.part(path)),
            None => member,
        };
        found.map(|part| part.to_value())
    }
}

impl KeyRule {
    pub(crate) fn new(names: &[String]) -> Self {
        Self(names.iter().map(|name| FieldRule::new(name)).collect())
    }

    /// The record's key, or the name of the first part that is missing, empty, or no scalar.
    pub(crate) fn key(&self, record: &Record) -> Result<String, &str> {
        let mut parts = Vec::with_capacity(self.0.len());
        for field in &self.0 {
            let text = field.value(record).and_then(|value| value.scalar_text());
            parts.push(text.filter(|text| !text.is_empty()).ok_or(field.name.as_str())?);
        }
        Ok(join_key(&parts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(names: &[&str], json: &str) -> Option<String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        KeyRule::new(&names).key(&Record::parse(json.to_owned()).unwrap()).ok()
    }

    #[test]
    fn a_key_joins_its_parts() {
        assert_eq!(key(&["id", "b.email"], r#"{"id":7,"b":{"email":"x|y"}}"#).as_deref(), Some("7|x\\|y"));
        assert_eq!(key(&["b.email"], r#"{"b.email":"flat","b":{"email":"deep"}}"#).as_deref(), Some("flat"));
        assert_eq!(key(&["id"], r#"{"id":12.50}"#).as_deref(), Some("12.50"));
        for json in [r#"{"id":""}"#, r#"{"id":null}"#, "{}", r#"{"id":[1]}"#] {
            assert_eq!(key(&["id"], json), None, "{json}");
        }
    }
}
