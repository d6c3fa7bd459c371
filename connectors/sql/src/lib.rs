//! Reads and writes SQL databases: each one behind a feature, each in a folder of its own.

#[cfg(any(feature = "mysql", feature = "sqlite"))]
mod encode;
#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
#[cfg(test)]
mod trial;

#[cfg(feature = "mysql")]
pub use mysql::{Config as MysqlConfig, MysqlConnector, SslMode as MysqlSslMode, Stream as MysqlStream};
#[cfg(feature = "postgres")]
pub use postgres::{Config as PostgresConfig, PostgresConnector, Stream as PostgresStream};
#[cfg(feature = "sqlite")]
pub use sqlite::{Config as SqliteConfig, SqliteConnector, Stream as SqliteStream};
