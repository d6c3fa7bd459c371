//! The settings of a `PostgreSQL` connection.

use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// `[connection.NAME]` with `connector = "postgres"`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The secret that holds the whole address, `postgres://user:password@host:5432/database?sslmode=require`:
    /// `{ secret = "warehouse_url" }`. Instead of `host`, `port`, `database`, `user` and `password`.
    pub url: Option<SecretSetting>,
    /// The server's name or address, such as `"db.example.com"`.
    pub host: Option<String>,
    /// The server's port. Default: 5432.
    pub port: Option<u16>,
    /// The database. Default: one named like the user.
    pub database: Option<String>,
    /// The role to log in as, such as `"engine"`.
    pub user: Option<String>,
    /// The secret that holds the password: `{ secret = "warehouse_password" }`. Not needed where the server
    /// asks for none.
    pub password: Option<SecretSetting>,
    /// The schema of the tables. Default: `"public"`.
    #[serde(default = "public")]
    pub schema: String,
    /// How the connection is encrypted. Default: `"prefer"` for this machine, `"require"` for every other.
    pub sslmode: Option<SslMode>,
    /// The certificates that vouch for the server, as a PEM file relative to the project, for `sslmode`
    /// `"verify-ca"` and `"verify-full"`. Default: the well-known authorities.
    pub ca_file: Option<String>,
    /// The most connections at once, from 1. Default: 4.
    pub pool: Option<u16>,
    /// What stands between the engine and the server. Default: `"transaction"` for port 6543, and for
    /// `*.pooler.supabase.com` but at its port 5432; else `"session"`.
    pub pooler: Option<Pooler>,
    /// Streams to read, by name: `[connection.NAME.stream.orders]`. A table that no stream names is a stream
    /// of its own name, swept by its primary key.
    #[serde(default)]
    pub stream: BTreeMap<String, Stream>,
}

/// `{ secret = "name" }`: where a secret text is kept, never the text itself.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecretSetting {
    /// The name under which a provider keeps it.
    pub secret: String,
}

/// How a connection is encrypted, in the words of libpq.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SslMode {
    /// Not at all.
    Disable,
    /// Where the server can, without a look at its certificate.
    Prefer,
    /// Always, without a look at its certificate.
    Require,
    /// Always, and the certificate must be vouched for.
    VerifyCa,
    /// Always, and the certificate must be vouched for and name the host.
    VerifyFull,
}

/// What stands between the engine and the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Pooler {
    /// Nothing, or a pooler that keeps a session for each connection.
    Session,
    /// A pooler that lends a session for one transaction (`PgBouncer`, Supavisor): statements are not kept, and
    /// everything happens within transactions.
    Transaction,
}

/// `[connection.NAME.stream.NAME]`: a table or view that is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// The table or view, in the connection's schema. Default: the stream's name.
    pub table: Option<String>,
    /// The columns whose values make a record's key, such as `["id"]`. They must be unique together. Default:
    /// the table's primary key.
    #[serde(default)]
    pub key: Vec<String>,
    /// The column by which changes are read, such as `"updated_at"`: a timestamp, a date or a growing number.
    /// Without it the stream is swept: every run reads it whole and compares contents.
    pub cursor: Option<String>,
    /// How long after its cursor's moment a row can still become visible, in seconds: a run reads so much again.
    /// Transactions that are under way are seen anyway where the role may; this covers clocks of applications
    /// that stamp rows, and replicas that are behind. Default: 60.
    #[serde(default = "minute")]
    pub lag_seconds: u32,
}

fn public() -> String {
    "public".to_owned()
}

fn minute() -> u32 {
    60
}
