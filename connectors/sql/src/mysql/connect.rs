//! Connections to a server: where, as whom, and with which session.
//!
//! Every session is strict (nothing is cut or rounded in silence, 0 is stored as 0), in UTC and utf8mb4, and sees
//! what is committed. In a dry run the server itself refuses to write.

use super::{
    config::{Config, SslMode},
    error,
};
use connector_kit::Secret;
use engine_contract::{Access, ConnectorError, Context, ErrorKind, Result, Retry};
use sqlx::{
    ConnectOptions, Connection as _, Executor, MySql, MySqlConnection, MySqlPool, Row,
    mysql::{MySqlConnectOptions, MySqlPoolOptions, MySqlSslMode},
    pool::PoolConnection,
};
use std::time::Duration;

/// How long a server may take to answer a new connection.
const ANSWER: Duration = Duration::from_secs(10);

/// How long a call waits for a connection of the pool.
const ACQUIRE: Duration = Duration::from_secs(30);

const SESSION: &str = "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,\
    ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO', time_zone = '+00:00', \
    innodb_lock_wait_timeout = 10, foreign_key_checks = 1, unique_checks = 1, sql_safe_updates = 0, \
    sql_select_limit = DEFAULT, sql_auto_is_null = 0, autocommit = 1";

const ISOLATION: &str = "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED";

const READ_ONLY: &str = "SET SESSION TRANSACTION READ ONLY";

/// A database on a server.
pub(super) struct Database {
    pool: MySqlPool,
    options: MySqlConnectOptions,
    pub(super) access: Access,
    /// The most bytes of values that one statement may carry.
    pub(super) packet: usize,
}

impl Database {
    /// Connects once, to see that it works.
    pub(super) async fn open(context: &Context, config: &Config, access: Access) -> Result<Self> {
        let options = options(context, config)?.disable_statement_logging();
        let mut first = connect(&options).await?;
        let packet = prepare(&mut first, access).await;
        let packet = packet.map_err(|error| error::of_database(&error, "beginning the session"))?;
        first.close().await.ok();
        let pool = MySqlPoolOptions::new()
            .max_connections(size(config))
            .acquire_timeout(ACQUIRE)
            .after_connect(move |db, _| Box::pin(async move { prepare(db, access).await.map(drop) }))
            .connect_lazy_with(options.clone());
        Ok(Self { pool, options, access, packet })
    }

    /// A connection that nobody else uses.
    pub(super) async fn acquire(&self) -> Result<PoolConnection<MySql>> {
        match self.pool.acquire().await {
            Ok(db) => Ok(db),
            // The pool keeps the reason to itself.
            Err(sqlx::Error::PoolTimedOut) => Err(match connect(&self.options).await {
                Err(reason) => reason,
                Ok(_) => error::of_database(&sqlx::Error::PoolTimedOut, "connecting"),
            }),
            Err(error) => Err(error::of_database(&error, "connecting")),
        }
    }
}

/// The most connections that are open at once.
pub(super) fn size(config: &Config) -> u32 {
    config.pool.unwrap_or(4).max(1)
}

async fn connect(options: &MySqlConnectOptions) -> Result<MySqlConnection> {
    let connected = tokio::time::timeout(ANSWER, options.connect()).await;
    let connected = connected.map_err(|_| {
        ConnectorError::new(ErrorKind::Timeout, "the server does not answer in time")
            .with_retry(Retry::Soon)
            .with_context("while", "connecting")
    })?;
    connected.map_err(|error| error::of_database(&error, "connecting"))
}

/// Begins a session, and tells how many bytes of values one statement may carry.
async fn prepare(db: &mut MySqlConnection, access: Access) -> sqlx::Result<usize> {
    db.execute(SESSION).await?;
    db.execute(ISOLATION).await?;
    if access == Access::Read {
        db.execute(READ_ONLY).await?;
    }
    let row = db.fetch_one("SELECT CAST(@@max_allowed_packet AS UNSIGNED)").await?;
    let packet: u64 = row.try_get(0)?;
    // Names and marks need some of it too. Above 8 MiB a statement gains nothing.
    Ok(usize::try_from(packet / 2).unwrap_or(usize::MAX).min(8 << 20))
}

fn options(context: &Context, config: &Config) -> Result<MySqlConnectOptions> {
    let wrong = |message: &str| ConnectorError::new(ErrorKind::Config, message);
    let mut options = match &config.url {
        Some(name) => {
            let parts = [
                config.host.is_some(),
                config.port.is_some(),
                config.user.is_some(),
                config.password.is_some(),
            ];
            if parts.contains(&true) || config.database.is_some() {
                return Err(wrong(
                    "`url` has the whole address: leave `host`, `port`, `database`, `user` and `password` out",
                ));
            }
            of_url(context, &name.secret)?
        }
        None => of_parts(context, config)?,
    };
    if options.get_database().is_none_or(str::is_empty) {
        return Err(wrong("the address names no database"));
    }
    if let Some(file) = &config.ssl_ca {
        options = options.ssl_ca(context.project_dir.join(file));
    }
    let is_here = options.get_socket().is_some()
        || ["localhost", "127.0.0.1", "::1", "[::1]"].contains(&options.get_host());
    let mode = match config.ssl_mode {
        None if is_here => MySqlSslMode::Preferred,
        None | Some(SslMode::VerifyFull) => MySqlSslMode::VerifyIdentity,
        Some(SslMode::VerifyCa) => MySqlSslMode::VerifyCa,
        Some(SslMode::Required) => MySqlSslMode::Required,
        Some(SslMode::Preferred) => MySqlSslMode::Preferred,
        Some(SslMode::Disabled) => MySqlSslMode::Disabled,
    };
    let options = options.ssl_mode(mode).charset("utf8mb4").timezone(Some("+00:00".to_owned()));
    Ok(options.pipes_as_concat(false).no_engine_substitution(false).statement_cache_capacity(32))
}

fn of_url(context: &Context, name: &str) -> Result<MySqlConnectOptions> {
    let text = context.secrets.get(name).ok_or_else(|| no_secret(name))?.text;
    let is_ours = ["mysql://", "mariadb://"].iter().any(|scheme| text.starts_with(scheme));
    let options: Option<MySqlConnectOptions> = text.parse().ok().filter(|_| is_ours);
    let options = options.ok_or_else(|| {
        let message = format!(
            "secret `{name}` is no address of the form `mysql://user:password@host:port/database`; \
             special characters in it are written as %XX"
        );
        ConnectorError::new(ErrorKind::Config, message)
    })?;
    // The secret may be bound to hosts.
    reveal(context, name, &options)?;
    Ok(options)
}

fn of_parts(context: &Context, config: &Config) -> Result<MySqlConnectOptions> {
    let user = config.user.as_deref().ok_or_else(|| {
        ConnectorError::new(
            ErrorKind::Config,
            "`user` is missing: name the user, or give the whole address as `url`",
        )
    })?;
    let mut options = MySqlConnectOptions::new()
        .host(config.host.as_deref().unwrap_or("localhost"))
        .port(config.port.unwrap_or(3306))
        .username(user)
        .database(config.database.as_deref().unwrap_or_default());
    if let Some(name) = &config.password {
        let password = reveal(context, &name.secret, &options)?;
        options = options.password(&password);
    }
    Ok(options)
}

/// The text of a secret, when it may go to the host of `options`.
fn reveal(context: &Context, name: &str, options: &MySqlConnectOptions) -> Result<String> {
    let secret = Secret::of(context, name).ok_or_else(|| no_secret(name))?;
    let place = format!("mysql://{}:{}", options.get_host(), options.get_port());
    let place = place
        .parse()
        .map_err(|_| ConnectorError::new(ErrorKind::Config, "`host` is neither a name nor an address"))?;
    secret.reveal_to(&place).map(str::to_owned)
}

fn no_secret(name: &str) -> ConnectorError {
    ConnectorError::new(ErrorKind::Config, format!("no provider has the secret `{name}`"))
}
