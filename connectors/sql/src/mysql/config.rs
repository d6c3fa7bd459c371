//! The settings of a MySQL or MariaDB connection.

use engine_contract::SecretName;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// `[connection.NAME]` with `connector = "mysql"`: MySQL 8.0 and later, MariaDB 10.6 and later.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The whole address as one secret, `url = { secret = "warehouse_url" }`, in the form
    /// `mysql://user:password@host:3306/database`. Then `host`, `port`, `database`, `user` and `password` are left out.
    #[schemars(with = "Option<SecretSetting>")]
    #[serde(default, deserialize_with = "secret")]
    pub url: Option<SecretName>,
    /// The server's name or address, such as `"db.example.com"`. Default `"localhost"`.
    pub host: Option<String>,
    /// The server's port. Default 3306.
    pub port: Option<u16>,
    /// The database, such as `"shop"`. Required, unless `url` names it.
    pub database: Option<String>,
    /// The user to log in as. Required without `url`.
    pub user: Option<String>,
    /// The user's password, `password = { secret = "warehouse_password" }`. Without it none is sent.
    #[schemars(with = "Option<SecretSetting>")]
    #[serde(default, deserialize_with = "secret")]
    pub password: Option<SecretName>,
    /// How the connection is encrypted. Default: `"verify_full"`, on this machine (`localhost`, `127.0.0.1`, `::1`)
    /// `"preferred"`.
    pub ssl_mode: Option<SslMode>,
    /// A file with the certificate of the authority that signed the server's, in PEM, relative to the project, such as
    /// `"certificates/db.pem"`. Default: the authorities that browsers trust.
    pub ssl_ca: Option<String>,
    /// The most connections that are open at once, also how many calls write at once. Default 4.
    pub pool: Option<u32>,
    /// Seconds: the longest time between the moment that a row's cursor column names and the moment when others can
    /// see the row. A run reads again from its cursor minus this. Default 60. Raise it to the longest transaction
    /// where the user lacks the privilege `PROCESS`, and to the longest delay of a replica where one is read.
    pub visibility_lag: Option<u32>,
    /// Streams to read, by name: `[connection.NAME.stream.orders]`. A table that no stream names is a stream
    /// of its own name, swept by its primary key.
    #[serde(default)]
    pub stream: BTreeMap<String, Stream>,
}

/// `[connection.NAME.stream.NAME]`: a table or view that is read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// The table or view. Default: the stream's name.
    pub table: Option<String>,
    /// The columns whose values make a record's key, such as `["id"]`. They must be unique together. Default:
    /// the table's primary key.
    #[serde(default)]
    pub key: Vec<String>,
    /// The column by which changes are read, such as `"updated_at"`: a date and time, a date, a whole number or a
    /// decimal that only grows. Without it the stream is swept: every run reads it whole and compares contents.
    pub cursor: Option<String>,
}

/// How a connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SslMode {
    /// Never encrypted.
    Disabled,
    /// Encrypted where the server can; nobody proves who it is.
    Preferred,
    /// Encrypted; nobody proves who the server is.
    Required,
    /// Encrypted, and the server's certificate is signed by a trusted authority.
    VerifyCa,
    /// As `verify_ca`, and the certificate is for this host.
    VerifyFull,
}

/// `{ secret = "name" }`: the name of a secret, never the secret itself.
#[derive(JsonSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "only its schema is used: the value is the contract's `SecretName`")]
struct SecretSetting {
    /// The name under which a provider keeps it.
    secret: String,
}

fn secret<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SecretName>, D::Error> {
    SecretName::deserialize(deserializer).map(Some)
}
