//! From settings to the address of a database. Secrets are asked for here, and go to the host they may go to.

use super::config::{Config, Pooler, SecretSetting, SslMode};
use connector_kit::Secret;
use engine_contract::{ConnectorError, Context, ErrorKind, Result};
use sqlx::{
    ConnectOptions,
    postgres::{PgConnectOptions, PgSslMode},
};
use std::fmt;

/// Where a database is, and how to log in.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) options: PgConnectOptions,
    /// Host and port, for messages.
    pub(super) host: String,
    pub(super) database: String,
    pub(super) user: String,
    /// A session lasts for one transaction only.
    pub(super) is_pooled: bool,
}

/// The password is in the options.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.host, self.database)
    }
}

/// The parts of an address, from single settings or from a url.
#[derive(Default)]
struct Parts {
    host: Option<String>,
    port: Option<u16>,
    database: Option<String>,
    user: Option<String>,
    password: Option<String>,
    sslmode: Option<SslMode>,
}

impl Address {
    /// The address that the settings name.
    pub(super) fn of(context: &Context, config: &Config) -> Result<Self> {
        let parts = match &config.url {
            Some(url) => {
                let single = [&config.host, &config.database, &config.user];
                if single.iter().any(|part| part.is_some())
                    || config.port.is_some()
                    || config.password.is_some()
                {
                    return Err(wrong("give `url`, or `host`, `port`, `database`, `user` and `password`"));
                }
                from_url(context, url)?
            }
            None => from_settings(context, config)?,
        };
        let host = parts.host.ok_or_else(|| wrong("`host` is missing"))?;
        let user = parts.user.ok_or_else(|| wrong("`user` is missing"))?;
        let port = parts.port.unwrap_or(5432);
        let database = parts.database.unwrap_or_else(|| user.clone());
        let is_pooled = match config.pooler {
            Some(pooler) => pooler == Pooler::Transaction,
            None => port == 6543 || host.ends_with(".pooler.supabase.com") && port != 5432,
        };
        let mode = config.sslmode.or(parts.sslmode).unwrap_or_else(|| default_mode(&host));
        let mut options = PgConnectOptions::new_without_pgpass()
            .host(&host)
            .port(port)
            .username(&user)
            .password(parts.password.as_deref().unwrap_or_default())
            .database(&database)
            .application_name("engine")
            .ssl_mode(ssl_mode(mode))
            .disable_statement_logging();
        if let Some(file) = &config.ca_file {
            let pem = std::fs::read(context.project_dir.join(file)).map_err(|error| {
                wrong("the certificates cannot be read").with_context("file", file.clone()).with_source(error)
            })?;
            options = options.ssl_root_cert_from_pem(pem);
        }
        if is_pooled {
            options = options.statement_cache_capacity(0).extra_float_digits(None);
        }
        Ok(Self { options, host: format!("{host}:{port}"), database, user, is_pooled })
    }
}

fn from_settings(context: &Context, config: &Config) -> Result<Parts> {
    let host = config.host.clone().ok_or_else(|| wrong("`url` or `host` is missing"))?;
    let password = match &config.password {
        None => None,
        Some(setting) => Some(secret(context, setting)?.reveal_to(&place(&host)?)?.to_owned()),
    };
    Ok(Parts {
        host: Some(host),
        port: config.port,
        database: config.database.clone(),
        user: config.user.clone(),
        password,
        sslmode: None,
    })
}

/// The text of a url says where it goes; it is kept only when it may go there.
fn from_url(context: &Context, setting: &SecretSetting) -> Result<Parts> {
    let secret = secret(context, setting)?;
    let mut parts = Parts::default();
    let whole = Secret::made_of(std::slice::from_ref(&secret), |texts| {
        let text = texts.first().copied().unwrap_or_default();
        parts = parse(text)?;
        Ok::<_, ConnectorError>(text.to_owned())
    })?;
    let host = parts.host.clone().ok_or_else(|| wrong("the address has no host"))?;
    whole.reveal_to(&place(&host)?)?;
    Ok(parts)
}

fn parse(text: &str) -> Result<Parts> {
    let malformed = || wrong("the address is no url such as postgres://user@host:5432/database");
    let url = url::Url::parse(text).map_err(|_| malformed())?;
    if !["postgres", "postgresql"].contains(&url.scheme()) {
        return Err(malformed());
    }
    let decoded = |part: &str| {
        // A form's value with its plus signs kept: only percent signs are escapes in these parts of a url.
        let form = format!("v={}", part.replace('+', "%2B").replace('&', "%26").replace('=', "%3D"));
        url::form_urlencoded::parse(form.as_bytes()).next().map(|(_, value)| value.into_owned())
    };
    let text = |part: &str| if part.is_empty() { None } else { decoded(part) };
    let mut parts = Parts {
        host: url.host_str().filter(|host| !host.is_empty()).map(str::to_owned),
        port: url.port(),
        database: text(url.path().trim_start_matches('/')),
        user: text(url.username()),
        password: url.password().and_then(text),
        sslmode: None,
    };
    for (name, value) in url.query_pairs() {
        match name.as_ref() {
            "sslmode" => parts.sslmode = Some(mode_of(&value)?),
            // Poolers' own hints in copied addresses; the port decides.
            "pgbouncer" | "connection_limit" | "application_name" => {}
            other => return Err(wrong(format!("the address has a parameter `{other}`, which is not known"))),
        }
    }
    Ok(parts)
}

fn mode_of(word: &str) -> Result<SslMode> {
    let found = serde_json::from_value(serde_json::Value::from(word));
    found.map_err(|_| wrong("`sslmode` is disable, prefer, require, verify-ca or verify-full"))
}

fn secret(context: &Context, setting: &SecretSetting) -> Result<Secret> {
    Secret::of(context, &setting.secret).ok_or_else(|| {
        ConnectorError::new(ErrorKind::Unauthorized, format!("secret `{}` is not set", setting.secret))
    })
}

/// A host as the place that secrets are asked for.
fn place(host: &str) -> Result<http::Uri> {
    let host =
        if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() };
    let place = http::Uri::builder().scheme("postgres").authority(host).path_and_query("/").build();
    place.map_err(|_| wrong("`host` is no name and no address"))
}

fn default_mode(host: &str) -> SslMode {
    let is_here =
        host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
    if is_here { SslMode::Prefer } else { SslMode::Require }
}

fn ssl_mode(mode: SslMode) -> PgSslMode {
    match mode {
        SslMode::Disable => PgSslMode::Disable,
        SslMode::Prefer => PgSslMode::Prefer,
        SslMode::Require => PgSslMode::Require,
        SslMode::VerifyCa => PgSslMode::VerifyCa,
        SslMode::VerifyFull => PgSslMode::VerifyFull,
    }
}

fn wrong(message: impl Into<String>) -> ConnectorError {
    ConnectorError::new(ErrorKind::Config, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_with_its_escapes_and_strangers_are_refused() {
        let parts =
            parse("postgresql://us%40er:p%2Bw%26+x@db.example:6543/my%20db?sslmode=verify-full").unwrap();
        assert_eq!(parts.host.as_deref(), Some("db.example"));
        assert_eq!(parts.port, Some(6543));
        assert_eq!(parts.user.as_deref(), Some("us@er"));
        assert_eq!(parts.password.as_deref(), Some("p+w&+x"));
        assert_eq!(parts.database.as_deref(), Some("my db"));
        assert_eq!(parts.sslmode, Some(SslMode::VerifyFull));
        for broken in
            ["mysql://a@b/c", "postgres://a@b/c?options=-c%20x", "postgres://a@b/c?sslmode=maybe", "x"]
        {
            assert_eq!(parse(broken).err().unwrap().kind(), ErrorKind::Config, "{broken}");
        }
    }
}
