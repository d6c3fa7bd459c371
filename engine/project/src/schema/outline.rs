//! The names in a pipeline's text, however little of it can be read yet.

use crate::toml::sketch;
use serde_json::{Map, Value};

/// What a pipeline's text says that editors offer again elsewhere in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Outline {
    pub(super) source: Side,
    pub(super) target: Side,
    pub(super) entities: Vec<Entity>,
    pub(super) lookups: Vec<Named>,
    pub(super) vars: Vec<Named>,
}

/// `[source]` or `[target]`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Side {
    pub(super) connector: Option<String>,
    pub(super) connection: Option<String>,
    pub(super) bind: Option<String>,
}

/// Something with a name and a text; the text may be empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) text: String,
}

/// An entity. What is not typed yet is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Entity {
    pub(super) name: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) each: Option<String>,
    pub(super) map: Value,
    pub(super) routes: Vec<Route>,
}

/// A route of an entity.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Route {
    pub(super) name: String,
    pub(super) to: String,
    pub(super) map: Value,
}

impl Outline {
    /// Reads the texts of a pipeline's files.
    pub(super) fn of(texts: &[&str]) -> Self {
        let json = texts.iter().filter_map(|text| sketch(text)).fold(Value::Null, unite);
        Self {
            source: side(json.get("source")),
            target: side(json.get("target")),
            entities: members(json.get("entity")).map(|(name, table)| entity(name, table)).collect(),
            lookups: members(json.get("lookup")).map(|(name, table)| described(name, table)).collect(),
            vars: members(json.get("vars")).map(|(name, table)| described(name, table)).collect(),
        }
    }
}

impl Entity {
    /// The target objects that it may have, with the names of their routes.
    pub(super) fn targets(&self) -> impl Iterator<Item = &str> {
        let routes = self.routes.iter().map(|route| route.to.as_str());
        std::iter::once(self.to.as_str()).chain(routes).filter(|to| !to.is_empty())
    }
}

/// Lays the tables of another file beside those that are there; the first word about a thing stays.
fn unite(mut out: Value, more: Value) -> Value {
    match (&mut out, more) {
        (Value::Object(known), Value::Object(more)) => {
            for (name, value) in more {
                let united = match known.get_mut(&name) {
                    Some(old) => unite(old.take(), value),
                    None => value,
                };
                known.insert(name, united);
            }
            out
        }
        (Value::Null, more) => more,
        _ => out,
    }
}

fn members(table: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    table.and_then(Value::as_object).into_iter().flat_map(Map::iter)
}

fn text(table: &Value, key: &str) -> Option<String> {
    table.get(key)?.as_str().map(str::to_owned)
}

fn side(table: Option<&Value>) -> Side {
    let Some(table) = table else { return Side::default() };
    let bind = table.get("connection").and_then(|connection| text(connection, "bind"));
    Side { connector: text(table, "connector"), connection: text(table, "connection"), bind }
}

fn described(name: &str, table: &Value) -> Named {
    Named { name: name.to_owned(), text: text(table, "description").unwrap_or_default() }
}

fn entity(name: &str, table: &Value) -> Entity {
    let route = |(name, table): (&String, &Value)| Route {
        name: name.clone(),
        to: text(table, "to").unwrap_or_default(),
        map: table.get("map").cloned().unwrap_or_default(),
    };
    Entity {
        name: name.to_owned(),
        from: text(table, "from").unwrap_or_default(),
        to: text(table, "to").unwrap_or_default(),
        each: text(table, "each"),
        map: table.get("map").cloned().unwrap_or_default(),
        routes: members(table.get("route")).map(route).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_around_what_is_half_typed() {
        let outline = Outline::of(&[
            "[source]\nconnection = { bind = \"store\" }\n[entity.order]\nfrom = \"orders\"\nto = \n\n[entity.order.map]\nA = \"$.\n[entity.payment]\nfrom = \"orders\"\nto = \"Payment\"\n[lookup.tax]\ndescription = \"Taxes\"\n",
        ]);
        assert_eq!(outline.source.bind.as_deref(), Some("store"));
        let names: Vec<_> =
            outline.entities.iter().map(|entity| (&*entity.name, &*entity.from, &*entity.to)).collect();
        assert_eq!(names, [("order", "orders", ""), ("payment", "orders", "Payment")]);
        assert_eq!(outline.lookups, [Named { name: "tax".to_owned(), text: "Taxes".to_owned() }]);
    }

    #[test]
    fn the_files_of_a_pipeline_are_read_as_one() {
        let outline = Outline::of(&[
            "[entity.order]\nfrom = \"orders\"\n[lookup.a]\n",
            "[entity.payment]\nfrom = \"orders\"\n[entity.order.route.paid]\nto = \"Receipt\"\n[lookup.b]\n",
        ]);
        let names: Vec<_> = outline.entities.iter().map(|entity| &*entity.name).collect();
        assert_eq!(names, ["order", "payment"]);
        assert_eq!(outline.entities[0].routes[0].to, "Receipt");
        assert_eq!(outline.lookups.len(), 2);
    }

    #[test]
    fn a_text_that_is_no_toml_has_no_names() {
        assert_eq!(Outline::of(&["][}{ = \"\u{0}"]), Outline::default());
    }
}
