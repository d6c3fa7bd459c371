//! The schema of one pipeline.

use super::{
    Facts, Kind, base,
    entity::{Maker, edit, items, literal},
    offers::{self, Offers},
    outline::{Named, Outline},
    polish::{polish, prune},
    scopes::Scopes,
    transform, words,
    words::Word,
};
use serde_json::{Map, Value, json};

/// The editors that a schema is for. Their servers read the same schema differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Profile {
    /// tombi: offers the paths of streams too.
    Tombi,
    /// taplo: offers a key once per branch, so that there are none.
    Taplo,
}

impl Profile {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Tombi, Self::Taplo];

    /// The name of the server.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tombi => "tombi",
            Self::Taplo => "taplo",
        }
    }

    /// Offers words that the file itself defines, where more may be added before the schema is made again.
    pub(super) fn suggest(self, schema: &mut Value, all: &[Word]) {
        let Some(members) = schema.as_object_mut().filter(|_| !all.is_empty()) else { return };
        if self == Self::Taplo {
            words::list(members, all);
            return;
        }
        let mut branches = words::suggestions(all);
        if let Some(branches) = branches.as_array_mut() {
            branches.push(json!({}));
        }
        members.insert("anyOf".to_owned(), branches);
    }
}

/// The schema of the pipeline with these files, which may be half typed.
#[must_use]
pub fn specialise(texts: &[&str], facts: &Facts, profile: Profile) -> Value {
    let outline = Outline::of(texts);
    let offers = Offers { source: facts.offers(&outline.source), target: facts.offers(&outline.target) };
    let mut schema = base(Kind::Pipeline);
    let tables = schema.get("$defs").and_then(Value::as_object).cloned().unwrap_or_default();
    let (references, entities) = names(&outline);
    let maker =
        Maker { profile, offers: &offers, tables: &tables, references: &references, entities: &entities };
    let mut scopes = Scopes::new(profile);
    let made: Map<String, Value> = outline
        .entities
        .iter()
        .map(|entity| (entity.name.clone(), maker.entity(entity, &mut scopes)))
        .collect();
    edit(&mut schema, "entity", |it| literal(it, made, "EntityTable", profile));
    edit(&mut schema, "source", |it| side(it, facts, &outline.source, profile));
    edit(&mut schema, "target", |it| side(it, facts, &outline.target, profile));
    if let Some(definitions) = schema.get_mut("$defs").and_then(Value::as_object_mut) {
        definitions.extend(scopes.definitions);
        shared(definitions, &maker, &outline, facts);
    }
    prune(&mut schema);
    schema
}

/// The names of entities with their routes, and of entities alone.
fn names(outline: &Outline) -> (Vec<Word>, Vec<Word>) {
    let (mut references, mut entities) = (Vec::new(), Vec::new());
    for entity in &outline.entities {
        let arrow = |to: &str| format!("`{}` -> `{to}`", entity.from);
        let targets: Vec<&str> = entity.targets().collect();
        let name = (Value::from(entity.name.as_str()), arrow(&targets.join("`, `")));
        references.push(name.clone());
        entities.push(name);
        for route in &entity.routes {
            references.push((Value::from(format!("{}.{}", entity.name, route.name)), arrow(&route.to)));
        }
    }
    (references, entities)
}

/// `[source]` or `[target]`.
fn side(schema: &mut Value, facts: &Facts, side: &super::outline::Side, profile: Profile) {
    let connectors: Vec<Word> =
        facts.connectors.keys().map(|name| (Value::from(name.as_str()), String::new())).collect();
    edit(schema, "connector", |it| words::only(it, &connectors));
    edit(schema, "connection", |it| connection(it, facts, side.bind.as_ref(), profile));
    let named = side.connection.as_ref().and_then(|name| facts.connections.get(name));
    let connector = side.connector.as_ref().or_else(|| named.map(|connection| &connection.connector));
    let Some(known) = connector.and_then(|name| facts.connectors.get(name)) else { return };
    let mut settings = known.settings.clone();
    polish(&mut settings);
    if let (Some(properties), None) = (offers::settings(&settings), settings.get("$defs")) {
        edit(schema, "options", |it| {
            if let Some(members) = it.as_object_mut() {
                members.insert("properties".to_owned(), Value::Object(properties));
            }
        });
    }
}

/// A connection by its name, or by the name that tenants bind. One that is `used` already is no mistake of this
/// file, even if no tenant binds it.
fn connection(schema: &mut Value, facts: &Facts, used: Option<&String>, profile: Profile) {
    let named = facts.connections.iter().map(|(name, connection)| {
        (Value::from(name.as_str()), format!("A connection of `{}`.", connection.connector))
    });
    let mut binds: Vec<&String> = facts.binds.keys().collect();
    binds.extend(used.filter(|name| !facts.binds.contains_key(*name)));
    let bound = binds.iter().map(|name| {
        let connections = facts.binds.get(*name).map(|bound| format!("Bound to `{}`.", bound.join("`, `")));
        (json!({"bind": name}), connections.unwrap_or_default())
    });
    let words: Vec<Word> = named.chain(bound).collect();
    if words.is_empty() {
        return;
    }
    if let Some(members) = schema.as_object_mut() {
        words::list(members, &words);
    }
    if profile == Profile::Tombi {
        let binds: Vec<Word> = binds.iter().map(|name| (Value::from(name.as_str()), String::new())).collect();
        edit(schema, "bind", |it| words::only(it, &binds));
    }
}

/// What is the same in every entity: names of this file, objects that are found, transforms; and tests.
fn shared(definitions: &mut Map<String, Value>, maker: &Maker<'_>, outline: &Outline, facts: &Facts) {
    let profile = maker.profile;
    let named = |all: &[Named]| -> Vec<Word> {
        all.iter().map(|one| (Value::from(one.name.as_str()), one.text.clone())).collect()
    };
    let mut change =
        |name: &str, change: &dyn Fn(&mut Value)| definitions.get_mut(name).into_iter().for_each(change);
    change("rule_ref", &|it| profile.suggest(it, maker.references));
    change("rule_lookup", &|it| profile.suggest(it, &named(&outline.lookups)));
    change("rule_var", &|it| profile.suggest(it, &named(&outline.vars)));
    change("rule_find", &|it| words::only(it, &maker.offers.findable()));
    change("rule_by", &|it| {
        if profile == Profile::Tombi || maker.offers.all_say_find_by() {
            profile.suggest(it, &maker.offers.find_by());
        }
    });
    if !facts.transforms.is_empty() {
        change("rule_transform", &|it| items(it, |it| *it = transform::call(&facts.transforms)));
    }
    let tenants: Vec<Word> =
        facts.tenants.iter().map(|name| (Value::from(name.as_str()), String::new())).collect();
    let routes: Vec<Word> = outline
        .entities
        .iter()
        .flat_map(|entity| &entity.routes)
        .map(|route| (Value::from(route.name.as_str()), format!("To `{}`.", route.to)))
        .collect();
    change("TestTable", &|it| {
        edit(it, "entity", |it| profile.suggest(it, maker.entities));
        edit(it, "tenant", |it| profile.suggest(it, &tenants));
        edit(it, "expect", |it| edit(it, "route", |it| profile.suggest(it, &unique(&routes))));
    });
    change("ReconcileTable", &|it| {
        edit(it, "source", |it| edit(it, "entity", |it| profile.suggest(it, maker.entities)));
    });
}

/// Each word once.
fn unique(words: &[Word]) -> Vec<Word> {
    let mut out: Vec<Word> = Vec::new();
    for word in words {
        if !out.iter().any(|(known, _)| *known == word.0) {
            out.push(word.clone());
        }
    }
    out
}
