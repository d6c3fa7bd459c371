//! Where a store is: a server, a database, and the schema in it.

use super::{Result, StateError};
use sqlx::{ConnectOptions, postgres::PgConnectOptions};
use std::{fmt, str::FromStr};
use url::Url;

/// The schema where the address names none.
const SCHEMA: &str = "engine";

/// PostgreSQL cuts longer names.
const LONGEST_NAME: usize = 63;

/// More than the store has different statements: each is parsed once per connection.
const STATEMENTS: usize = 256;

/// An address: `postgres://user@host:5432/database?schema=engine&sslmode=verify-full`. Passwords may be in it, in
/// `PGPASSWORD`, or in `~/.pgpass`; nothing here shows one.
#[derive(Clone)]
pub struct Address {
    pub(super) options: Box<PgConnectOptions>,
    pub(super) schema: String,
    shown: String,
}

impl Address {
    /// Reads an address.
    ///
    /// # Errors
    /// `Unavailable` when it is none, or the schema is no plain name: small letters, digits and `_`.
    pub fn parse(text: &str) -> Result<Self> {
        let unavailable = |why: &str| StateError::Unavailable(why.to_owned());
        // What the parsers say may quote what they read.
        let mut url = Url::parse(text).map_err(|_| unavailable("its address is no URL of PostgreSQL"))?;
        let mut schema = SCHEMA.to_owned();
        let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        url.set_query(None);
        for (name, value) in pairs {
            if name == "schema" {
                schema = value;
            } else {
                url.query_pairs_mut().append_pair(&name, &value);
            }
        }
        if !is_plain(&schema) {
            return Err(unavailable("its schema is no plain name: small letters, digits and `_`"));
        }
        let options = PgConnectOptions::from_str(url.as_str()).map_err(|_| {
            unavailable("its address is no URL of PostgreSQL, or has an option with a wrong value")
        })?;
        let host = url.host_str().unwrap_or("localhost");
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let in_schema = if schema == SCHEMA { String::new() } else { format!("?schema={schema}") };
        let shown = format!("postgres://{host}{port}{}{in_schema}", url.path());
        let options = options.application_name("engine").statement_cache_capacity(STATEMENTS);
        Ok(Self { options: Box::new(options.disable_statement_logging()), schema, shown })
    }
}

impl Address {
    /// Where the tables from before are kept when a store of `version` is brought up to date.
    pub(in crate::state) fn older_copy(&self, version: i64) -> String {
        let beside = older_schema(&self.schema, version);
        let place = self.shown.split('?').next().unwrap_or_default();
        format!("{place}?schema={beside}")
    }
}

/// The schema in which the tables are kept that were brought up to date from `version`.
pub(super) fn older_schema(schema: &str, version: i64) -> String {
    let behind = format!("_schema_{version}");
    let longest = LONGEST_NAME.saturating_sub(behind.len());
    format!("{}{behind}", schema.get(..longest).unwrap_or(schema))
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

fn is_plain(name: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_';
    !name.is_empty()
        && name.len() <= LONGEST_NAME
        && name.chars().all(is_plain)
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && !name.starts_with("pg_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_shows_where_it_leads_and_never_who_goes_there() {
        let text = "postgres://me:pw-canary@db.example.com:6543/state?schema=shop_1&sslmode=require";
        let address = Address::parse(text).unwrap();
        assert_eq!(address.to_string(), "postgres://db.example.com:6543/state?schema=shop_1");
        assert!(!format!("{address:?}").contains("canary"));
        assert_eq!(Address::parse("postgresql://localhost/x").unwrap().schema, "engine");
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_quoted() {
        for wrong in [
            "pw-canary",
            "postgres://me:pw-canary@host/db?schema=Robert'); DROP",
            "postgres://me:pw-canary@host/db?schema=",
            "postgres://me:pw-canary@host/db?schema=pg_catalog",
            "postgres://me:pw-canary@host/db?sslmode=pw-canary",
            "postgres://me:pw-canary@host:99999/db",
        ] {
            let error = Address::parse(wrong).unwrap_err().to_string();
            assert!(!error.contains("canary") && !error.contains("DROP"), "{error}");
        }
    }
}
