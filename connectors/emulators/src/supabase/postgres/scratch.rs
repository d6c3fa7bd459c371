//! A database for one test, with the roles of a Supabase project.

use super::{link::Link, sql::name};
use crate::supabase::{error::DatabaseError, tables::table::Role};
use sqlx::postgres::PgConnectOptions;

/// A database of its own with roles of its own, since roles belong to the whole server. Both are dropped with this.
pub struct Scratch {
    pub(super) options: PgConnectOptions,
    name: String,
}

impl Scratch {
    /// Makes a database on a server: texts are compared by their bytes, as in memory.
    ///
    /// # Errors
    /// When the server cannot be reached, or has a database or roles of this name.
    pub fn new(server: &str, database: &str) -> Result<Self, DatabaseError> {
        let options: PgConnectOptions =
            server.parse().map_err(|error: sqlx::Error| DatabaseError::new("08006", error.to_string()))?;
        let scratch = Self { options, name: database.to_owned() };
        let link = Link::open(scratch.options.clone())?;
        link.run(format!(
            "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'",
            name(database)
        ))?;
        for role in Role::ALL {
            let bypass = if role.bypasses_security() { " BYPASSRLS" } else { "" };
            link.run(format!("CREATE ROLE {} NOLOGIN{bypass}", scratch.role(role)))?;
        }
        Ok(scratch)
    }

    /// How this database calls a role, as an identifier of SQL.
    pub(super) fn role(&self, role: Role) -> String {
        name(&format!("{}_{}", self.name, role.name()))
    }

    pub(super) fn connect(&self) -> Result<Link, DatabaseError> {
        Link::open(self.options.clone().database(&self.name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let Ok(link) = Link::open(self.options.clone()) else { return };
        // What cannot be dropped stays for whoever looks after the server.
        drop(link.run(format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", name(&self.name))));
        for role in Role::ALL {
            drop(link.run(format!("DROP ROLE IF EXISTS {}", self.role(role))));
        }
    }
}
