//! Every table that editors know is documented.

use super::*;
use schemars::{JsonSchema, schema_for};
use serde_json::Value;

fn schema<T: JsonSchema>() -> Value {
    schema_for!(T).to_value()
}

/// The pointers of all properties without a description.
fn undocumented(at: &str, schema: &Value, out: &mut Vec<String>) {
    match schema {
        Value::Object(members) => {
            for (name, member) in members {
                let at = format!("{at}/{name}");
                if name == "properties" {
                    let properties = member.as_object().into_iter().flatten();
                    let bare = properties.filter(|(_, property)| property.get("description").is_none());
                    out.extend(bare.map(|(property, _)| format!("{at}/{property}")));
                }
                undocumented(&at, member, out);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                undocumented(&format!("{at}/{index}"), item, out);
            }
        }
        _ => {}
    }
}

#[test]
fn every_key_of_every_file_has_a_text_for_editors() {
    let mut out = Vec::new();
    for (file, schema) in [
        ("engine", schema::<EngineFile>()),
        ("connections", schema::<ConnectionsFile>()),
        ("environment", schema::<EnvironmentFile>()),
        ("tenant", schema::<TenantFile>()),
        ("pipeline", schema::<PipelineToml>()),
        ("rule", schema::<RuleTable>()),
        ("bind", schema::<BindTable>()),
        ("on_fail", schema::<OnFailTable>()),
    ] {
        undocumented(file, &schema, &mut out);
    }
    assert_eq!(out, Vec::<String>::new());
}

#[test]
fn tables_are_closed_except_where_connectors_add_keys() {
    let closed = schema::<PipelineToml>();
    assert_eq!(closed["additionalProperties"], false);
    assert_eq!(closed["$defs"]["EntityTable"]["additionalProperties"], false);
    assert_eq!(closed["$defs"]["EntitySourceTable"]["additionalProperties"], true);
    assert_eq!(schema::<ConnectionsFile>()["$defs"]["ConnectionTable"]["additionalProperties"], true);
}
