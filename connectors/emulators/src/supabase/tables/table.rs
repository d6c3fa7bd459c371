//! What is known of a table: the part of a schema that PostgREST caches, and what a database checks.

use super::kind::Kind;
use std::collections::{BTreeMap, BTreeSet};

/// A table with its columns and rules.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) schema: String,
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) columns: Vec<Column>,
    /// The columns of the primary key, by number; empty where there is none.
    pub(crate) key: Vec<usize>,
    /// The unique constraints, the primary key first.
    pub(crate) uniques: Vec<Unique>,
    pub(crate) references: Vec<Reference>,
    /// Row level security: whom it lets through, for what. `None` where it is off.
    pub(crate) security: Option<Vec<(Role, Privilege)>>,
    pub(crate) grants: BTreeMap<Role, BTreeSet<Privilege>>,
}

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) description: Option<String>,
    pub(crate) is_required: bool,
    pub(crate) default: Option<Default>,
}

/// What a column holds when nothing is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Default {
    /// An expression of SQL: a literal, `now()` or `gen_random_uuid()`.
    Expression(String),
    /// The next number; a number that is given wins.
    Identity,
    /// The next number; a number that is given is refused.
    AlwaysIdentity,
}

/// A unique constraint.
#[derive(Clone, Debug)]
pub(crate) struct Unique {
    pub(crate) name: String,
    pub(crate) columns: Vec<usize>,
}

/// A foreign key of one column.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) name: String,
    pub(crate) column: usize,
    pub(crate) table: String,
    pub(crate) target: usize,
    /// The name of that column.
    pub(crate) target_name: String,
}

/// The roles that requests act in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    Anon,
    Authenticated,
    #[serde(rename = "service_role")]
    Service,
}

impl Role {
    pub(crate) const ALL: [Self; 3] = [Self::Anon, Self::Authenticated, Self::Service];

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Anon => "anon",
            Self::Authenticated => "authenticated",
            Self::Service => "service_role",
        }
    }

    /// Whether row level security does not apply to it.
    pub(crate) fn bypasses_security(self) -> bool {
        self == Self::Service
    }
}

/// What a role may do with a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Privilege {
    Select,
    Insert,
    Update,
    Delete,
}

impl Privilege {
    pub(crate) const ALL: [Self; 4] = [Self::Select, Self::Insert, Self::Update, Self::Delete];

    pub(crate) fn sql(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

impl Table {
    /// The number of a column.
    pub(crate) fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|known| known.name == column)
    }

    /// The names of columns by their numbers.
    pub(crate) fn names(&self, columns: &[usize]) -> Vec<&str> {
        columns.iter().filter_map(|number| Some(self.columns.get(*number)?.name.as_str())).collect()
    }

    /// The names of the columns of the primary key.
    pub(crate) fn key_names(&self) -> Vec<&str> {
        self.names(&self.key)
    }

    pub(crate) fn allows(&self, role: Role, privilege: Privilege) -> bool {
        self.grants.get(&role).is_some_and(|granted| granted.contains(&privilege))
    }

    /// Whether row level security lets a role see or write rows.
    pub(crate) fn admits(&self, role: Role, privilege: Privilege) -> bool {
        role.bypasses_security()
            || self.security.as_ref().is_none_or(|policies| policies.contains(&(role, privilege)))
    }
}
