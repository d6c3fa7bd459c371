//! The fields of a target object, as the members of a `map`.

use super::{
    Profile,
    paths::kind,
    rule::{PATH, Scope},
    scopes::{Scopes, View},
    words::{self, Word},
};
use crate::model::RuleTable;
use engine_contract::{Field, FieldType};
use serde_json::{Map, Value, json};

/// The members of a table with these fields. `maps` holds what the file says there already.
pub(super) fn table(
    fields: &[Field],
    is_open: bool,
    maps: &[&Value],
    view: &View,
    scopes: &mut Scopes,
) -> Value {
    let mut properties = Map::new();
    for field in fields.iter().filter(|field| !field.read_only) {
        let inner: Vec<&Value> = maps.iter().filter_map(|map| map.get(&field.name)).collect();
        properties.insert(field.name.clone(), member(field, &inner, view, scopes));
    }
    json!({"type": "object", "properties": properties, "additionalProperties": is_open})
}

/// One field: a rule, a list of rules, and by its type an object of fields or blocks.
fn member(field: &Field, maps: &[&Value], view: &View, scopes: &mut Scopes) -> Value {
    let scope = scopes.of(view);
    let text = text(field);
    match field.kind {
        FieldType::Object if !field.fields.is_empty() => object(field, maps, view, scopes),
        FieldType::List if !field.fields.is_empty() => list(field, maps, view, scopes),
        FieldType::Json | FieldType::Any | FieldType::Object | FieldType::List => scope.node(&text),
        _ => leaf(field, &text, &scope),
    }
}

/// A field whose tables can only be rules.
fn leaf(field: &Field, text: &str, scope: &Scope) -> Value {
    let mut schema = scope.rules(text);
    let Some(members) = schema.as_object_mut() else { return schema };
    let kinds: &[&str] = match field.kind {
        FieldType::Boolean => &["string", "boolean", "object", "array"],
        FieldType::Integer | FieldType::Decimal => &["string", "integer", "number", "object", "array"],
        FieldType::Date | FieldType::Timestamp => &["string", "object", "array"],
        _ => return with_constants(field, schema),
    };
    members.insert("type".to_owned(), json!(kinds));
    with_constants(field, schema)
}

/// Where only some values are taken, a constant is one of them.
fn with_constants(field: &Field, mut schema: Value) -> Value {
    if field.one_of.is_empty() {
        return schema;
    }
    if let Some(constant) = schema.get_mut("properties").and_then(|all| all.get_mut("const")) {
        let mut list = Map::new();
        list.insert("description".to_owned(), Value::from(format!("A value that `{}` takes.", field.name)));
        let values: Vec<Word> =
            field.one_of.iter().map(|value| (Value::from(value.as_str()), String::new())).collect();
        words::list(&mut list, &values);
        *constant = Value::Object(list);
    }
    schema
}

/// An object: its fields, or a rule that yields all of it.
fn object(field: &Field, maps: &[&Value], view: &View, scopes: &mut Scopes) -> Value {
    let mut schema = table(&field.fields, field.is_open, maps, view, scopes);
    let scope = scopes.of(view);
    let Some(members) = schema.as_object_mut() else { return schema };
    members.insert("description".to_owned(), Value::from(text(field)));
    members.insert("type".to_owned(), json!(["object", "string", "array"]));
    members.insert("pattern".to_owned(), Value::from(PATH));
    allow_rules(members, &field.fields, scopes.profile());
    members.insert("items".to_owned(), scope.rule());
    scope.suggest(&mut schema);
    schema
}

/// A list of objects: blocks, rules, or one rule that yields all of it.
fn list(field: &Field, maps: &[&Value], view: &View, scopes: &mut Scopes) -> Value {
    let scope = scopes.of(view);
    let blocks: Vec<&Value> = maps.iter().filter_map(|map| map.as_array()).flatten().collect();
    let eaches: Vec<String> = blocks
        .iter()
        .filter_map(|block| block.get("each").and_then(Value::as_str))
        .map(str::to_owned)
        .collect();
    let inside = view.within(&eaches);
    let inner: Vec<&Value> = blocks.iter().filter_map(|block| block.get("map")).collect();
    let mut map = table(&field.fields, field.is_open, &inner, &inside, scopes);
    describe(&mut map, &format!("The fields of one element of `{}`.", field.name));
    let mut block = json!({
        "type": ["object", "string"],
        "pattern": PATH,
        "properties": {"each": each(view, &scope), "when": when(), "map": map},
        "additionalProperties": false,
    });
    block.as_object_mut().into_iter().for_each(|block| allow_rules(block, &[], scopes.profile()));
    let mut schema = json!({
        "description": text(field),
        "type": ["array", "string", "object"],
        "pattern": PATH,
        "items": block,
        "properties": scope.keywords(),
        "additionalProperties": false,
    });
    scope.suggest(&mut schema);
    schema
}

/// `each`: a path to a list.
pub(super) fn each(view: &View, scope: &Scope) -> Value {
    let mut schema = json!({
        "description": "Makes one element of each that the path leads to: `each = \"$.line_items[*]\"`.",
        "type": "string",
        "pattern": PATH,
    });
    suggest_lists(&mut schema, view, scope);
    schema
}

/// Offers the paths of lists, where paths are offered at all.
pub(super) fn suggest_lists(schema: &mut Value, view: &View, scope: &Scope) {
    if scope.suffix.is_empty() {
        return;
    }
    let mut branches = words::suggestions(&view.lists());
    if let (Some(all), Some(members)) = (branches.as_array_mut(), schema.as_object_mut()) {
        all.push(json!({}));
        members.insert("anyOf".to_owned(), branches);
    }
}

fn when() -> Value {
    json!({
        "description": "A script that lets elements through: `when = 'item.total != \"0\"'`.",
        "type": "string",
    })
}

/// Accepts the keywords of rules without offering them, where other names are offered.
fn allow_rules(table: &mut Map<String, Value>, fields: &[Field], profile: Profile) {
    let words = RuleTable::keywords().chain(["object"]);
    let words: Vec<&str> = words.filter(|word| !fields.iter().any(|field| field.name == *word)).collect();
    match profile {
        Profile::Taplo => {
            table.insert("patternProperties".to_owned(), json!({format!("^({})$", words.join("|")): {}}));
        }
        Profile::Tombi => {
            let Some(properties) = table.get_mut("properties").and_then(Value::as_object_mut) else { return };
            let hidden = json!({"x-taplo": {"hidden": true}, "additionalProperties": true});
            for word in words {
                properties.entry(word).or_insert_with(|| hidden.clone());
            }
        }
    }
}

fn describe(schema: &mut Value, text: &str) {
    if let Some(members) = schema.as_object_mut() {
        members.insert("description".to_owned(), Value::from(text));
    }
}

/// What is shown of a field: name, type, whether it must be there, meaning.
pub(super) fn text(field: &Field) -> String {
    let required = if field.required { " required" } else { "" };
    let mut parts = vec![format!("**{}** `{}`{required}", field.name, kind(field))];
    if !field.description.is_empty() {
        parts.push(field.description.clone());
    }
    parts.extend(field.refers_to.as_ref().map(|object| format!("The id of a `{object}`.")));
    if !field.one_of.is_empty() {
        parts.push(format!("One of `{}`.", field.one_of.join("`, `")));
    }
    let sample = field.sample.as_ref().filter(|_| !field.is_personal);
    parts.extend(sample.map(|sample| format!("For example `{sample}`.")));
    parts.join("\n\n")
}
