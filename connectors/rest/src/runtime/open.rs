//! Opening a connection: from the tables of connector.toml and the settings of a connection to a source and a
//! target.

use super::{
    catalog::Catalog, faults::Faults, heard::Heard, hooks::Hooks, query::Query, read::RestSource,
    service::Service, settings::Settings, tables, write::RestTarget,
};
use crate::{
    manifest::{AuthKind, BaseTable, LimitsTable, Manifest, Scope},
    script::Script,
};
use connector_kit::{Accounts, Auth, Client, Limits, OAuth2, Secret, Window};
use engine_contract::{
    Access, Capabilities, Connection, ConnectorError, Context, Discovery, EffectClass, ErrorKind, Login,
    Question, Result, SecretName,
};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// What the files of a connector say.
#[derive(Clone, Copy)]
pub(crate) struct Said<'a> {
    pub(crate) manifest: &'a Arc<Manifest>,
    pub(crate) discovery: &'a Arc<Discovery>,
    pub(crate) script: Option<&'a Script>,
}

/// Opens a connection. Reaches out for nothing.
pub(crate) fn open(
    said: Said<'_>,
    accounts: &Accounts,
    context: &Context,
    config: &Value,
    access: Access,
) -> Result<Connection> {
    let manifest = said.manifest;
    let service = Arc::new(service(said, accounts, context, config)?);
    if let Some(rules) = &manifest.tables {
        return Ok(tables::open(service, rules, access, &capabilities(manifest, true, true)));
    }
    let writes = manifest.object.values().any(|table| !table.is_read_only);
    let reads = !manifest.stream.is_empty();
    let target = !manifest.object.is_empty();
    Ok(Connection {
        capabilities: capabilities(manifest, reads, writes),
        source: reads.then(|| Box::new(RestSource::new(Arc::clone(&service))) as _),
        target: target.then(|| Box::new(RestTarget::new(service, access, writes_at_once(manifest))) as _),
    })
}

/// What a connection has whose streams and objects only the service knows.
pub(crate) async fn discover(
    said: Said<'_>,
    accounts: &Accounts,
    context: &Context,
    config: &Value,
) -> Result<Discovery> {
    let Some(rules) = &said.manifest.tables else { return Ok((**said.discovery).clone()) };
    let service = Arc::new(service(said, accounts, context, config)?);
    tables::discover(service, rules, context).await
}

fn capabilities(manifest: &Manifest, reads: bool, writes: bool) -> Capabilities {
    let effect = manifest.target.effect.or_else(|| manifest.object.values().find_map(|table| table.effect));
    let common = Capabilities::default();
    Capabilities {
        can_read: reads,
        can_fetch: reads,
        can_write: writes,
        can_delete: writes,
        effect_class: effect.unwrap_or(EffectClass::None),
        // One request per write, unless an object says otherwise.
        write_batch_max: 1,
        write_concurrency_max: writes_at_once(manifest),
        settle: manifest.target.settle_seconds.map_or(common.settle, Duration::from_secs),
        key_horizon: manifest.target.key_horizon_seconds.map(Duration::from_secs),
        ..common
    }
}

fn writes_at_once(manifest: &Manifest) -> usize {
    manifest.limits.writes.max(1)
}

/// What a connection sends through.
pub(super) fn service(
    Said { manifest, discovery, script }: Said<'_>,
    accounts: &Accounts,
    context: &Context,
    config: &Value,
) -> Result<Service> {
    let settings = &Arc::new(Settings::of(manifest, config));
    let base = manifest.base.as_ref().ok_or_else(|| cannot_open(manifest))?;
    let address = address(base, settings)?;
    let account = account(manifest, base, settings)?;
    let auth = auth(manifest, base, (&address, &account), context, settings)?;
    let limited = match manifest.limits.scope {
        Scope::Account => account,
        Scope::App => manifest.connector.name.clone(),
    };
    let base_uri = address.parse().map_err(|error: http::uri::InvalidUri| {
        let message = "the address of the connection is none: it begins with https:// and has a host";
        ConnectorError::new(ErrorKind::Config, message).with_source(error)
    })?;
    let client = Client::new(accounts, &limited, auth, limits(&manifest.limits)).bound_to(base_uri);
    let query: Result<Query> =
        base.query.iter().map(|(name, value)| Ok((name.clone(), settings.fill(value)?))).collect();
    let wait = Duration::from_secs(manifest.limits.wait_after_429_seconds);
    Ok(Service {
        catalog: Catalog::new(Arc::clone(manifest), Arc::clone(discovery), Arc::clone(settings)),
        client,
        base: address,
        query: query?,
        headers: headers(base, settings)?,
        faults: Faults::new(manifest.errors.clone(), wait),
        hooks: Hooks::new(script.cloned()),
        time: manifest.time.clone(),
        heard: Heard::default(),
        pages_at_once: manifest.limits.concurrency.unwrap_or(1),
    })
}

/// What is said of a connector that has no `[base]`.
pub(crate) fn cannot_open(manifest: &Manifest) -> ConnectorError {
    let name = &manifest.connector.name;
    let message = format!("this engine can check pipelines of `{name}`, and cannot open its connections yet");
    ConnectorError::new(ErrorKind::Unsupported, message)
}

pub(super) fn address(base: &BaseTable, settings: &Settings) -> Result<String> {
    let chosen = base.by.as_deref().and_then(|setting| base.urls.get(settings.get(setting)?));
    let template = chosen.or(base.url.as_ref()).ok_or_else(|| {
        ConnectorError::new(ErrorKind::Config, "no address goes with the settings of the connection")
    })?;
    let address = settings.fill(template)?;
    Ok(replaced(base, settings, &address).trim_end_matches('/').to_owned())
}

/// An address, at the place that the connection names instead.
fn replaced(base: &BaseTable, settings: &Settings, address: &str) -> String {
    let other = base.replaced_by.as_deref().and_then(|setting| settings.get(setting));
    let Some(other) = other else { return address.to_owned() };
    let path =
        address.split_once("://").map_or("", |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    format!("{}/{path}", other.trim_end_matches('/'))
}

/// `quickbooks/9130350000000000`: whose limits and tokens these are.
fn account(manifest: &Manifest, base: &BaseTable, settings: &Settings) -> Result<String> {
    let own = settings.fill(&base.account)?;
    let own = own.split_once("://").map_or(own.as_str(), |(_, rest)| rest);
    Ok(format!("{}/{own}", manifest.connector.name))
}

fn headers(base: &BaseTable, settings: &Settings) -> Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in &base.headers {
        let wrong = || ConnectorError::new(ErrorKind::Config, format!("`{name}` cannot be sent as a header"));
        let value = HeaderValue::from_str(&settings.fill(value)?).map_err(|_| wrong())?;
        headers.insert(HeaderName::try_from(name.as_str()).map_err(|_| wrong())?, value);
    }
    Ok(headers)
}

fn limits(table: &LimitsTable) -> Limits {
    let windows = table.windows.iter();
    Limits {
        windows: windows
            .map(|window| Window { requests: window.requests, per: Duration::from_secs(window.seconds) })
            .collect(),
        concurrency: table.concurrency,
        wait_after_429: Duration::from_secs(table.wait_after_429_seconds),
    }
}

fn auth(
    manifest: &Manifest,
    base: &BaseTable,
    (address, account): (&str, &str),
    context: &Context,
    settings: &Settings,
) -> Result<Auth> {
    let Some(mut table) = manifest.auth.as_ref() else { return Ok(Auth::None) };
    if let Some(other) = table.over_http.as_deref().filter(|_| address.starts_with("http://")) {
        table = other;
    }
    let secret = |name: &Option<String>| settings.secret(context, name.as_deref().unwrap_or_default());
    Ok(match table.kind {
        AuthKind::None => Auth::None,
        AuthKind::Basic => Auth::Basic { user: secret(&table.user)?, password: secret(&table.password)? },
        AuthKind::Header => {
            let name = table.name.as_deref().unwrap_or("authorization");
            let own = header(name, table.value.as_deref().unwrap_or_default(), context, settings)?;
            let mut headers = vec![own];
            for (name, value) in &table.also {
                headers.push(header(name, value, context, settings)?);
            }
            Auth::Headers(headers)
        }
        AuthKind::Query => {
            let pairs = table.pairs.iter();
            let pairs: Result<_> =
                pairs.map(|(name, setting)| Ok((name.clone(), settings.secret(context, setting)?))).collect();
            Auth::Query { pairs: pairs? }
        }
        AuthKind::Oauth1 => Auth::OAuth1 { key: secret(&table.key)?, secret: secret(&table.secret)? },
        AuthKind::Oauth2 => Auth::OAuth2(OAuth2 {
            account: account.to_owned(),
            token_url: replaced(base, settings, table.token_url.as_deref().unwrap_or_default()),
            client_id: secret(&table.client_id)?,
            client_secret: secret(&table.client_secret)?,
        }),
    })
}

/// A header, with the secrets that its text names.
fn header(
    name: &str,
    template: &str,
    context: &Context,
    settings: &Settings,
) -> Result<(HeaderName, Secret)> {
    let name = HeaderName::try_from(name).map_err(|_| {
        ConnectorError::new(ErrorKind::Config, format!("`{name}` is not the name of a header"))
    })?;
    Ok((name, header_value(template, context, settings)?))
}

fn header_value(template: &str, context: &Context, settings: &Settings) -> Result<Secret> {
    let names = crate::template::names(template).unwrap_or_default();
    let secrets: Result<Vec<_>> = names.iter().map(|name| settings.secret(context, name)).collect();
    Secret::made_of(&secrets?, |texts| {
        let text = |wanted: &str| {
            let found = names.iter().zip(texts).find(|(name, _)| **name == wanted);
            found.map(|(_, text)| (*text).to_owned())
        };
        crate::template::fill(template, text)
            .map_err(|fault| ConnectorError::new(ErrorKind::Config, fault.to_string()))
    })
}

/// How a person gives the engine access; nothing where the settings are enough.
pub(crate) fn login(manifest: &Manifest, config: &Value) -> Result<Option<Login>> {
    let (Some(base), Some(table)) = (&manifest.base, &manifest.auth) else { return Ok(None) };
    if table.kind != AuthKind::Oauth2 {
        return Ok(None);
    }
    let settings = Settings::of(manifest, config);
    let url = |url: &Option<String>| replaced(base, &settings, url.as_deref().unwrap_or_default());
    let secret = |setting: &Option<String>| {
        let name = setting.as_deref().and_then(|setting| settings.secret_name(setting));
        SecretName { secret: name.unwrap_or_default().to_owned() }
    };
    let account = settings.fill(&base.account)?;
    let question = table.question.as_ref().map(|question| {
        let (address, path) = (address(base, &settings)?, settings.fill(&question.path)?);
        let name = format!("/{}", question.name.replace('.', "/"));
        Ok(Question { url: format!("{address}/{path}"), name })
    });
    Ok(Some(Login {
        account: self::account(manifest, base, &settings)?,
        authorize_url: url(&table.authorize_url),
        token_url: url(&table.token_url),
        revoke_url: table.revoke_url.is_some().then(|| url(&table.revoke_url)),
        client_id: secret(&table.client_id),
        client_secret: secret(&table.client_secret),
        scopes: table.scopes.clone(),
        expects: table.account_parameter.clone().map(|parameter| (parameter, account)),
        question: question.transpose()?,
    }))
}
