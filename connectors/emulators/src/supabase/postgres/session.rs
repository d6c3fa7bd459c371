//! Transactions in the role of a request.

use super::{ddl, link::Link, scratch::Scratch, sql::literal, statement};
use crate::supabase::{
    database::{Database, Outcome, Session, Statement},
    error::DatabaseError,
    tables::{Tables, table::Role},
};
use serde_json::{Map, Value};

/// A real database with the tables of a project.
pub struct Postgres {
    link: Link,
    tables: Tables,
    /// How the server calls the roles.
    roles: Vec<(Role, String)>,
}

impl Postgres {
    /// Makes the tables in an empty database. The database must outlive this.
    ///
    /// # Errors
    /// What PostgreSQL says of the connection or of a table.
    pub fn new(scratch: &Scratch, tables: Tables) -> Result<Self, DatabaseError> {
        let link = scratch.connect()?;
        link.run("SET TIME ZONE 'UTC'".to_owned())?;
        for statement in ddl::statements(&tables, scratch) {
            link.run(statement)?;
        }
        let roles = Role::ALL.into_iter().map(|role| (role, scratch.role(role))).collect();
        Ok(Self { link, tables, roles })
    }

    fn begin(&self, statement: &Statement, session: &Session) -> Result<(), DatabaseError> {
        let role =
            self.roles.iter().find(|(role, _)| *role == session.caller.role).map(|(_, name)| name.as_str());
        let claims = Value::Object(session.caller.claims.clone()).to_string();
        self.link.run(format!(
            "BEGIN; SET LOCAL ROLE {}; SELECT set_config('request.jwt.claims', {}, true), \
             set_config('search_path', {}, true)",
            role.unwrap_or("NONE"),
            literal(&claims),
            literal(&super::sql::name(&statement.schema))
        ))?;
        Ok(())
    }

    fn query(&self, statement: &Statement) -> Result<Outcome, DatabaseError> {
        let (schema, name) = (&statement.schema, &statement.table);
        let unknown = || DatabaseError::new("42P01", format!("relation \"{schema}.{name}\" does not exist"));
        let table = self.tables.find(schema, name).ok_or_else(unknown)?;
        let rows = self.link.run(statement::query(statement, table))?;
        let mut values = rows.into_iter().next().unwrap_or_default().into_iter();
        let mut next = || values.next().flatten();
        let (total, rows, body, inserted, key) = (next(), next(), next(), next(), next());
        let number = |text: Option<String>| text.and_then(|text| text.parse().ok());
        Ok(Outcome {
            body: body.unwrap_or_default(),
            rows: number(rows).unwrap_or_default(),
            total: number(total),
            inserted: number(inserted).unwrap_or_default(),
            location: key.map(|key| location(&key)).unwrap_or_default(),
        })
    }
}

/// The filters that find a row again by its key.
fn location(key: &str) -> Vec<(String, String)> {
    let members: Map<String, Value> = serde_json::from_str(key).unwrap_or_default();
    let filter = |value: Value| match value {
        Value::Null => "is.null".to_owned(),
        Value::String(text) => format!("eq.{text}"),
        other => format!("eq.{other}"),
    };
    members.into_iter().map(|(name, value)| (name, filter(value))).collect()
}

impl Database for Postgres {
    fn tables(&self) -> &Tables {
        &self.tables
    }

    fn execute(&mut self, statement: &Statement, session: &Session) -> Result<Outcome, DatabaseError> {
        let done = self.begin(statement, session).and_then(|()| self.query(statement));
        if done.is_err() {
            self.end(false)?;
        }
        done
    }

    fn end(&mut self, keeps: bool) -> Result<(), DatabaseError> {
        self.link.run(if keeps { "COMMIT" } else { "ROLLBACK" }.to_owned()).map(drop)
    }
}
