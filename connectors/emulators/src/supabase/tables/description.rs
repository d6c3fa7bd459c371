//! Reads tables from the format of catalogs, with what a database knows beyond it.

use super::{
    Tables, TablesError,
    kind::Kind,
    table::{Column, Default, Privilege, Reference, Role, Table, Unique},
};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// A catalog; what is no table is passed over.
#[derive(Deserialize)]
struct Catalog {
    objects: Vec<Object>,
}

/// A table. The members below `key` are additions to the format of catalogs.
#[derive(Deserialize)]
struct Object {
    name: String,
    #[serde(default)]
    description: String,
    fields: Vec<Field>,
    #[serde(default)]
    key: Vec<String>,
    /// The schema, where it is another than the first that is exposed.
    schema: Option<String>,
    /// Lists of columns that are unique together.
    #[serde(default)]
    unique: Vec<Vec<String>>,
    /// Row level security is on; `policies` say who passes.
    #[serde(default)]
    row_security: bool,
    #[serde(default)]
    policies: BTreeMap<Role, Vec<Privilege>>,
    /// Who may do what; by default `service_role` everything and the others nothing, as in new projects.
    grants: Option<BTreeMap<Role, Vec<Privilege>>>,
}

/// A column. The members below `refers_to` are additions to the format of catalogs.
#[derive(Deserialize)]
struct Field {
    name: String,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    read_only: bool,
    #[serde(default)]
    nullable: bool,
    max_length: Option<usize>,
    refers_to: Option<String>,
    /// The type as PostgreSQL names it, in place of what `kind` means.
    format: Option<String>,
    /// An expression of SQL.
    default: Option<String>,
    identity: Option<Identity>,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Identity {
    Always,
    ByDefault,
}

/// Reads tables; `schema` is where those without a schema are.
pub(super) fn read(text: &str, schema: &str) -> Result<Tables, TablesError> {
    let catalog: Catalog =
        serde_json::from_str(text).map_err(|error| TablesError::Unreadable(error.to_string()))?;
    let mut all = Tables::default();
    let mut wanted = Vec::new();
    for object in &catalog.objects {
        let table = table(object, schema)?;
        for (number, field) in object.fields.iter().enumerate() {
            if let Some(target) = &field.refers_to {
                wanted.push((table.schema.clone(), table.name.clone(), number, target.clone()));
            }
        }
        all.tables.push(table);
    }
    for (schema, name, column, target) in wanted {
        refer(&mut all, (&schema, &name), column, &target)?;
    }
    Ok(all)
}

fn table(object: &Object, schema: &str) -> Result<Table, TablesError> {
    let place = |column: &String| {
        object
            .fields
            .iter()
            .position(|field| field.name == *column)
            .ok_or_else(|| TablesError::Column { table: object.name.clone(), column: column.clone() })
    };
    let key = object.key.iter().map(place).collect::<Result<Vec<_>, _>>()?;
    let mut uniques = Vec::new();
    if !key.is_empty() {
        uniques.push(Unique { name: format!("{}_pkey", object.name), columns: key.clone() });
    }
    for columns in &object.unique {
        uniques.push(Unique {
            name: format!("{}_{}_key", object.name, columns.join("_")),
            columns: columns.iter().map(place).collect::<Result<Vec<_>, _>>()?,
        });
    }
    let columns = object.fields.iter().enumerate();
    let columns = columns.map(|(number, field)| column(&object.name, field, key.contains(&number)));
    let everything = || BTreeMap::from([(Role::Service, Privilege::ALL.to_vec())]);
    let grants = object.grants.clone().unwrap_or_else(everything);
    let policies = object.policies.iter();
    let policies = policies.flat_map(|(role, what)| what.iter().map(|privilege| (*role, *privilege)));
    Ok(Table {
        schema: object.schema.clone().unwrap_or_else(|| schema.to_owned()),
        name: object.name.clone(),
        description: filled(&object.description),
        columns: columns.collect::<Result<_, _>>()?,
        key,
        uniques,
        references: Vec::new(),
        security: object.row_security.then(|| policies.collect()),
        grants: grants.into_iter().map(|(role, what)| (role, BTreeSet::from_iter(what))).collect(),
    })
}

/// A column. What must not be null but need not be given has a default that catalogs do not tell: of keys it is a
/// number that is counted or a UUID, of others null.
fn column(table: &str, field: &Field, is_key: bool) -> Result<Column, TablesError> {
    let kind = kind(field).ok_or_else(|| TablesError::Kind {
        table: table.to_owned(),
        column: field.name.clone(),
        kind: field.format.clone().unwrap_or_else(|| field.kind.clone()),
    })?;
    let is_counted =
        is_key && !field.required && matches!(kind, Kind::Bigint | Kind::Integer | Kind::Smallint);
    let default = match (field.identity, &field.default) {
        (Some(Identity::Always), _) => Some(Default::AlwaysIdentity),
        (Some(Identity::ByDefault), _) => Some(Default::Identity),
        (None, Some(expression)) => Some(Default::Expression(expression.clone())),
        (None, None) if is_counted && field.read_only => Some(Default::AlwaysIdentity),
        (None, None) if is_counted => Some(Default::Identity),
        (None, None) if is_key && !field.required && kind == Kind::Uuid => {
            Some(Default::Expression("gen_random_uuid()".to_owned()))
        }
        (None, None) => None,
    };
    let is_required = is_key || !field.nullable && (field.required || default.is_some());
    let description = filled(&field.description);
    Ok(Column { name: field.name.clone(), kind, description, is_required, default })
}

fn kind(field: &Field) -> Option<Kind> {
    if let Some(format) = &field.format {
        let kind = Kind::named(format)?;
        return Some(match (kind, field.max_length) {
            (Kind::Varchar(None), Some(length)) => Kind::Varchar(Some(length)),
            (kind, _) => kind,
        });
    }
    Some(match (field.kind.as_str(), field.max_length) {
        ("text", Some(length)) => Kind::Varchar(Some(length)),
        ("text", None) => Kind::Text,
        ("integer", _) => Kind::Bigint,
        ("decimal", _) => Kind::Numeric(None),
        ("boolean", _) => Kind::Boolean,
        ("date", _) => Kind::Date,
        ("timestamp", _) => Kind::Timestamptz,
        ("object" | "list" | "json" | "any" | "", _) => Kind::Jsonb,
        _ => return None,
    })
}

/// Adds a foreign key to the primary key of a table of the same schema. Keys of several columns cannot be referred
/// to by one, and a table that the catalog lacks is none to check against: they are passed over.
fn refer(all: &mut Tables, from: (&str, &str), column: usize, to: &str) -> Result<(), TablesError> {
    let Some(target) = all.find(from.0, to) else { return Ok(()) };
    let [target_column] = target.key.as_slice() else { return Ok(()) };
    let target_column = *target_column;
    let kinds = all.find(from.0, from.1).and_then(|table| table.columns.get(column));
    let kinds = kinds.zip(all.find(from.0, to).and_then(|table| table.columns.get(target_column)));
    let Some((own, other)) = kinds else { return Ok(()) };
    if own.kind.name() != other.kind.name() {
        return Err(TablesError::Reference { table: from.1.to_owned(), column: own.name.clone() });
    }
    let name = format!("{}_{}_fkey", from.1, own.name);
    let target_name = other.name.clone();
    let reference = Reference { name, column, table: to.to_owned(), target: target_column, target_name };
    if let Some(table) = all.find_mut(from.0, from.1) {
        table.references.push(reference);
    }
    Ok(())
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}
