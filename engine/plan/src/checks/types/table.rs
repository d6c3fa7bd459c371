//! The tables that `write.create_table` asks for: their columns, and the types that the map's values have.
//!
//! A column's type is one that takes every value which the map can make, and that says the same of itself when it is
//! read back: what is mapped before the table is there is mapped the same way afterwards.

use super::{scripts, target::wholes, typer::Typer};
use crate::{
    checks::bad_script,
    compile::deleted_field,
    scene::{Scene, visit},
    types::{Base, Type},
};
use engine_contract::{EntitySchema, Field, FieldType, Offer};
use engine_project::{
    Place,
    diag::Diagnostics,
    project::Entity,
    rule::{Node, Rule, Source},
};
use indexmap::IndexMap;
use std::collections::BTreeMap;

/// What is to be made where the target does not have it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tables {
    /// By their names.
    pub(crate) wanted: BTreeMap<String, EntitySchema>,
    /// Columns of which nobody knows what they hold.
    pub(crate) untyped: Vec<Untyped>,
}

/// A column whose type is not known.
#[derive(Clone, Debug)]
pub(crate) struct Untyped {
    pub(crate) object: String,
    pub(crate) name: String,
    pub(crate) place: Place,
}

/// What a column holds, as far as it is known.
enum Column {
    Values(Type),
    /// Ids of the objects of another entity.
    Ids(String),
}

type Columns = IndexMap<String, (Column, Place)>;

/// The tables that the entities of a pipeline ask for.
pub(crate) fn tables(scene: &Scene<'_>) -> Tables {
    let asking: Vec<&Entity> =
        scene.file.entities.values().filter(|entity| entity.write.create_table).collect();
    if asking.is_empty() {
        return Tables::default();
    }
    let libraries = bad_script::libraries(scene, &mut Diagnostics::default());
    let mut columns: BTreeMap<String, Columns> = BTreeMap::new();
    for entity in &asking {
        let mut typer = Typer::new(scene);
        let sites = visit::sites(entity, scene.record(entity));
        let judged = scripts::judge((scene, entity), &sites, libraries.as_ref(), &typer);
        typer.learn(&judged);
        of_entity(scene, entity, &typer, &mut columns);
    }
    let mut out = Tables::default();
    for (object, columns) in columns {
        let users = asking.iter().filter(|entity| writes(entity, &object));
        let key = users.clone().map(|entity| entity.write.match_on.clone()).next().unwrap_or_default();
        let marks: Vec<&str> = users.filter_map(|entity| deleted_field(entity)).collect();
        let mut fields = Vec::with_capacity(columns.len());
        for (name, (column, place)) in columns {
            let field = match &column {
                Column::Values(ty) => of_values(&name, ty),
                Column::Ids(_) => Field::new(name.clone(), FieldType::Text),
            };
            if field.kind == FieldType::Any {
                out.untyped.push(Untyped { object: object.clone(), name, place });
            }
            fields.push((field, column));
        }
        let fields = fields.into_iter().map(|(mut field, column)| {
            field.required = key.contains(&field.name);
            field.nullable = !field.required;
            if let Column::Ids(entity) = column {
                field.refers_to = Some(entity);
            }
            field
        });
        let mut fields: Vec<Field> = fields.collect();
        for mark in marks {
            if fields.iter().all(|field| field.name != mark) {
                fields.push(Field { nullable: true, ..Field::new(mark, FieldType::Timestamp) });
            }
        }
        let offer = Offer { delete: vec!["delete".to_owned(), "soft".to_owned()], ..Offer::default() };
        let name = object.clone();
        out.wanted.insert(object, EntitySchema { name, fields, key, offer, ..EntitySchema::default() });
    }
    settle_ids(scene, &mut out.wanted);
    out
}

fn writes(entity: &Entity, object: &str) -> bool {
    visit::objects(entity).iter().any(|(name, _)| *name == object)
}

fn of_entity(scene: &Scene<'_>, entity: &Entity, typer: &Typer<'_>, columns: &mut BTreeMap<String, Columns>) {
    let sight = visit::of_map(entity, scene.record(entity));
    for whole in wholes(scene, entity) {
        let table = columns.entry(whole.object.clone()).or_default();
        for (name, member) in &whole.map {
            let new = match &member.node {
                Node::Object(_) => Column::Values(Type::of(Base::Object)),
                Node::Blocks(_) => Column::Values(Type::of(Base::List)),
                Node::Rules(rules) => of_rules(rules).map_or_else(
                    || {
                        let all = typer.rules(rules, sight).into_iter().flat_map(|known| known.rules);
                        let all = all.map(|(_, ty)| ty);
                        Column::Values(all.reduce(Type::union).unwrap_or_else(Type::any))
                    },
                    Column::Ids,
                ),
            };
            match table.get_mut(name) {
                None => drop(table.insert(name.clone(), (new, member.place.clone()))),
                Some((Column::Values(known), _)) => {
                    let ty = match new {
                        Column::Values(ty) => ty,
                        Column::Ids(_) => Type::of(Base::Text),
                    };
                    *known = known.clone().union(ty);
                }
                Some((known @ Column::Ids(_), _)) => {
                    if let Column::Values(ty) = new {
                        *known = Column::Values(ty.union(Type::of(Base::Text)));
                    }
                }
            }
        }
    }
}

/// The entity to whose objects rules lead, when they are nothing but references to one.
fn of_rules(rules: &[Rule]) -> Option<String> {
    let of = |rule: &Rule| match &rule.source {
        Source::Ref(of) if rule.transform.is_empty() && rule.lookup.is_none() => Some(of.entity.clone()),
        _ => None,
    };
    let (first, rest) = rules.split_first()?;
    let entity = of(first)?;
    rest.iter().all(|other| of(other).as_ref() == Some(&entity)).then_some(entity)
}

/// A column for values of a type; for any value when it is not known what they are.
fn of_values(name: &str, ty: &Type) -> Field {
    let kind = kind(ty);
    let max_length = ty.max_length.filter(|_| kind == FieldType::Text);
    let is_money = ty.is_money && kind == FieldType::Decimal;
    Field { max_length, is_money, ..Field::new(name, kind) }
}

fn kind(ty: &Type) -> FieldType {
    use Base as B;
    let only = |bases: &[Base]| ty.bases.iter().all(|base| bases.contains(base));
    match () {
        () if ty.is_any() => FieldType::Any,
        // There is never a value: whatever comes one day is text.
        () if ty.bases.is_empty() => FieldType::Text,
        () if ty.bases.contains(&B::Object) || ty.bases.contains(&B::List) => FieldType::Json,
        () if only(&[B::Boolean]) => FieldType::Boolean,
        () if only(&[B::Integer]) => FieldType::Integer,
        () if only(&[B::Integer, B::Decimal]) => FieldType::Decimal,
        () if only(&[B::DateText]) => FieldType::Date,
        () if only(&[B::DateText, B::TimeText]) => FieldType::Timestamp,
        () => FieldType::Text,
    }
}

/// Gives columns of ids the type of the key that they hold. A key may hold ids itself, so that it is looked for as often
/// as there are tables.
fn settle_ids(scene: &Scene<'_>, tables: &mut BTreeMap<String, EntitySchema>) {
    for _ in 0..tables.len() {
        let known = tables.clone();
        for field in tables.values_mut().flat_map(|table| &mut table.fields) {
            let entity = field.refers_to.as_ref().and_then(|name| scene.file.entities.get(name));
            let Some(entity) = entity else { continue };
            let objects = visit::objects(entity);
            let ids = objects.iter().map(|(object, _)| {
                let table = known.get(*object).or_else(|| scene.schema(object))?;
                let key = if entity.write.match_on.is_empty() { &table.key } else { &entity.write.match_on };
                let [key] = key.as_slice() else { return None };
                table.field(key)
            });
            let ids: Option<Vec<&Field>> = ids.collect();
            let Some((first, rest)) = ids.as_deref().and_then(<[_]>::split_first) else { continue };
            if rest.iter().all(|other| other.kind == first.kind) {
                field.kind = first.kind;
                field.max_length = first.max_length;
            }
        }
    }
    for field in tables.values_mut().flat_map(|table| &mut table.fields) {
        let entity = field.refers_to.as_ref().and_then(|name| scene.file.entities.get(name));
        field.refers_to = entity.and_then(|entity| entity.to.clone());
    }
}
