//! The schema of one entity, whose stream and target objects are known.

use super::{
    Profile, fields,
    offers::{self, Offers},
    outline::Entity,
    rule::{Scope, refer},
    scopes::{Scopes, View},
    words::{self, Word},
};
use engine_contract::{EntitySchema, Field};
use serde_json::{Map, Value, json};

/// What the schema of an entity is made of.
pub(super) struct Maker<'a> {
    pub(super) profile: Profile,
    pub(super) offers: &'a Offers,
    /// The tables of the base schema.
    pub(super) tables: &'a Map<String, Value>,
    /// The names of entities and their routes.
    pub(super) references: &'a [Word],
    /// The names of entities.
    pub(super) entities: &'a [Word],
}

impl Maker<'_> {
    /// The schema of an entity.
    pub(super) fn entity(&self, entity: &Entity, scopes: &mut Scopes) -> Value {
        let mut schema = self.table("EntityTable");
        let outer = self.offers.view(&entity.from);
        let view = entity
            .each
            .as_ref()
            .map_or_else(|| outer.clone(), |each| outer.within(std::slice::from_ref(each)));
        let (scope, outer_scope) = (scopes.of(&view), scopes.of(&outer));
        let profile = self.profile;
        describe(&mut schema, &summary(entity));
        edit(&mut schema, "from", |it| words::only(it, &self.offers.streams()));
        edit(&mut schema, "to", |it| words::only(it, &self.offers.objects()));
        edit(&mut schema, "needs", |it| items(it, |items| profile.suggest(items, self.entities)));
        edit(&mut schema, "key", |it| rules(it, &outer_scope));
        edit(&mut schema, "each_key", |it| rules(it, &scope));
        edit(&mut schema, "each", |it| fields::suggest_lists(it, &outer, &outer_scope));
        edit(&mut schema, "when_ref", |it| self.when_ref(it, &outer_scope));
        edit(&mut schema, "source", |it| self.offers.source(it, &entity.from));
        let targets: Vec<&EntitySchema> =
            entity.targets().filter_map(|name| self.offers.object(name)).collect();
        edit(&mut schema, "write", |it| offers::write(it, &targets, profile));
        edit(&mut schema, "map", |it| map(it, &targets, &[&entity.map], &view, scopes));
        let routes = self.routes(entity, &view, scopes);
        edit(&mut schema, "route", |it| literal(it, routes, "RouteTable", profile));
        schema
    }

    fn routes(&self, entity: &Entity, view: &View, scopes: &mut Scopes) -> Map<String, Value> {
        let mut out = Map::new();
        let scope = scopes.of(view);
        for route in &entity.routes {
            let mut schema = self.table("RouteTable");
            describe(
                &mut schema,
                &format!("The route `{}` of `{}`: `{}`.", route.name, entity.name, route.to),
            );
            edit(&mut schema, "to", |it| words::only(it, &self.offers.objects()));
            edit(&mut schema, "when_ref", |it| self.when_ref(it, &scope));
            let target: Vec<&EntitySchema> = self.offers.object(&route.to).into_iter().collect();
            edit(&mut schema, "map", |it| map(it, &target, &[&route.map, &entity.map], view, scopes));
            out.insert(route.name.clone(), schema);
        }
        out
    }

    fn when_ref(&self, schema: &mut Value, scope: &Scope) {
        edit(schema, "ref", |it| self.profile.suggest(it, self.references));
        edit(schema, "key", |it| rules(it, scope));
    }

    fn table(&self, name: &str) -> Value {
        self.tables.get(name).cloned().unwrap_or_default()
    }
}

fn summary(entity: &Entity) -> String {
    let targets: Vec<String> = entity.targets().map(|to| format!("`{to}`")).collect();
    match (entity.from.as_str(), targets.as_slice()) {
        ("", _) => format!("The entity `{}`.", entity.name),
        (from, []) => format!("The entity `{}`: from `{from}`.", entity.name),
        (from, targets) => format!("The entity `{}`: from `{from}` to {}.", entity.name, targets.join(", ")),
    }
}

/// Changes the schema of a property that is there.
pub(super) fn edit(schema: &mut Value, name: &str, change: impl FnOnce(&mut Value)) {
    if let Some(property) = schema.get_mut("properties").and_then(|all| all.get_mut(name)) {
        change(property);
    }
}

/// Changes the schema of a list's elements.
pub(super) fn items(schema: &mut Value, change: impl FnOnce(&mut Value)) {
    if let Some(items) = schema.get_mut("items") {
        change(items);
    }
}

pub(super) fn describe(schema: &mut Value, text: &str) {
    if let Some(members) = schema.as_object_mut() {
        members.insert("description".to_owned(), Value::from(text));
    }
}

/// Makes the schema one of rules that see the paths of a scope.
fn rules(schema: &mut Value, scope: &Scope) {
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    *schema = scope.rules(&text);
}

/// A `map` of one of several target objects: the fields of all. Where none is known it stays open.
fn map(schema: &mut Value, targets: &[&EntitySchema], maps: &[&Value], view: &View, scopes: &mut Scopes) {
    let mut known: Vec<Field> = Vec::new();
    for field in targets.iter().flat_map(|target| &target.fields) {
        if !known.iter().any(|other| other.name == field.name) {
            known.push(field.clone());
        }
    }
    if known.is_empty() {
        return;
    }
    let text = schema.get("description").and_then(Value::as_str).unwrap_or_default().to_owned();
    *schema = fields::table(&known, false, maps, view, scopes);
    describe(schema, &text);
}

/// Gives a table of things with names those that the file has. New ones are as in the base schema, where an
/// editor does not mix both up.
pub(super) fn literal(schema: &mut Value, members: Map<String, Value>, table: &str, profile: Profile) {
    let Some(object) = schema.as_object_mut() else { return };
    if members.is_empty() {
        return;
    }
    object.insert("properties".to_owned(), Value::Object(members));
    if profile == Profile::Taplo {
        object.shift_remove("x-tombi-additional-key-label");
    }
    let others = match profile {
        Profile::Tombi => refer(table),
        Profile::Taplo => json!({"type": "object", "additionalProperties": true}),
    };
    object.insert("additionalProperties".to_owned(), others);
}
