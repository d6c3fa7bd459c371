//! One emulated service.

use super::{
    invalid, journal,
    options::{BooksOptions, StoreOptions},
    project,
};
use crate::error::Result;
use bytes::Bytes;
use connector_emulators::{
    Answer, Emulator, FaultPlan, Faulty, Journaled,
    quickbooks::{self, Company, QuickBooks},
    supabase::{Memory, Supabase},
    woocommerce::{self, KeyPair, Permission, Role, Seed, WooCommerce},
};
use engine_contract::Context;
use engine_project::{model::Open, project::Connection};
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

/// What stands in for a service.
pub(crate) enum StandIn {
    /// A WooCommerce store.
    Store(Box<WooCommerce>),
    /// A QuickBooks company, with its number.
    Books(Box<QuickBooks>, String),
    /// A Supabase project.
    Project(Box<Supabase<Memory>>),
}

impl Emulator for StandIn {
    fn handle(&mut self, request: &http::Request<Bytes>, now: Timestamp) -> http::Response<Bytes> {
        match self {
            Self::Store(store) => store.handle(request, now),
            Self::Books(books, _) => books.handle(request, now),
            Self::Project(project) => project.handle(request, now),
        }
    }
}

/// An emulator in place of a connection's service.
pub(crate) struct Service {
    /// The connection.
    pub(crate) connection: String,
    /// The host of its requests, or the end of it.
    host: String,
    /// Where in a path its requests begin; empty for all.
    path: String,
    /// The secrets that the connection names, and what the emulator takes for them.
    pub(super) secrets: BTreeMap<String, String>,
    stand_in: Mutex<Faulty<Journaled<StandIn>>>,
    /// The journal could not be written: the emulator would forget what it answered.
    is_broken: Arc<AtomicBool>,
    /// When it was last changed before this process began.
    pub(super) last: Option<Timestamp>,
}

/// The connectors that have an emulator in the place of a connection.
pub(super) const CONNECTORS: [&str; 3] = ["quickbooks", "supabase", "woocommerce"];

/// How long before the first run the books are filled.
const SEEDED_BEFORE: SignedDuration = SignedDuration::from_mins(10);

/// The app that an emulated company knows, and the key of an emulated project.
const APP: [(&str, &str); 3] =
    [("client_id", "emulated-client"), ("client_secret", "emulated-secret"), ("key", project::KEY)];

impl Service {
    /// Starts the emulator of a connection, in the state in which it was left.
    pub(super) fn start(
        connection: &Connection,
        options: &Open,
        folder: &Path,
        context: &Context,
    ) -> Result<Self> {
        let (mut stand_in, host, path) = match connection.connector.as_str() {
            "woocommerce" => store(connection, options, context)?,
            "quickbooks" => books(connection, options)?,
            "supabase" => (
                StandIn::Project(Box::new(project::start(connection, options, context)?)),
                host(connection)?,
                String::new(),
            ),
            other => return Err(invalid(connection, format!("there is no emulator for `{other}`"))),
        };
        let file = folder.join(format!("{}.ndjson", connection.name));
        let unusable = |error: std::io::Error| {
            invalid(connection, format!("its journal `{}` cannot be used: {error}", file.display()))
        };
        let (journal, last) = journal::open(&file, &mut stand_in).map_err(unusable)?;
        let is_broken = Arc::new(AtomicBool::new(false));
        let broken = Arc::clone(&is_broken);
        let journaled = Journaled::new(stand_in, move |entry| {
            if journal::append(&journal, entry).is_err() {
                broken.store(true, Ordering::Release);
            }
        });
        let service = Self {
            connection: connection.name.clone(),
            host,
            path,
            secrets: secrets(connection),
            stand_in: Mutex::new(Faulty::new(journaled, FaultPlan::default())),
            is_broken,
            last,
        };
        if last.is_none() && connection.connector == "quickbooks" {
            service.seed(connection, options, context)?;
        }
        service.lock().set_plan(faults(connection, options, context)?);
        Ok(service)
    }

    fn lock(&self) -> MutexGuard<'_, Faulty<Journaled<StandIn>>> {
        self.stand_in.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks into the emulator; requests wait meanwhile.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&StandIn) -> T) -> T {
        look(self.lock().inner().inner())
    }

    /// Whether a request is for this service.
    pub(super) fn serves(&self, uri: &http::Uri) -> bool {
        let host = uri.host().unwrap_or_default();
        let is_host = host == self.host || host.ends_with(&format!(".{}", self.host));
        is_host
            && (self.path.is_empty() || !uri.path().starts_with("/v3/") || uri.path().starts_with(&self.path))
    }

    /// Answers a request, as the plan of faults lets it. What changed the emulator is kept before that.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub(super) fn answer(&self, request: &http::Request<Bytes>, now: Timestamp) -> std::io::Result<Answer> {
        let answer = self.lock().handle(request, now);
        if self.is_broken.load(Ordering::Acquire) {
            return Err(std::io::Error::other("the journal of the emulator cannot be written"));
        }
        Ok(answer)
    }

    /// Answers a request in any case.
    pub(super) fn ask(&self, request: &http::Request<Bytes>, now: Timestamp) -> http::Response<Bytes> {
        self.lock().inner_mut().handle(request, now)
    }

    /// Writes what new books begin with.
    fn seed(&self, connection: &Connection, options: &Open, context: &Context) -> Result<()> {
        let options: BooksOptions = read(connection, options)?;
        let Some(folder) = options.seed else { return Ok(()) };
        // Some time ago: what is written here must not count against the limits of the run.
        let now = context.clock.now() - SEEDED_BEFORE;
        let access = self.look(|stand_in| match stand_in {
            StandIn::Books(books, realm) => Some((books.grant(realm, now).access_token, realm.clone())),
            StandIn::Store(_) | StandIn::Project(_) => None,
        });
        let Some((token, realm)) = access else { return Ok(()) };
        for (name, text) in seed_of(connection, &folder, context)? {
            let bodies: Vec<serde_json::Value> = serde_json::from_str(&text)
                .map_err(|error| invalid(connection, format!("`{folder}/{name}.json`: {error}")))?;
            for body in bodies {
                let request = http::Request::post(format!(
                    "https://{}/v3/company/{realm}/{}",
                    self.host,
                    name.replace('-', "/")
                ))
                .header("authorization", format!("Bearer {token}"))
                .header("accept", "application/json")
                .header("content-type", "application/json")
                .body(Bytes::from(body.to_string()))
                .map_err(|error| invalid(connection, error))?;
                let answer = self.answer(&request, now).map_err(|error| invalid(connection, error))?.response;
                if !answer.status().is_success()
                    || answer.body().windows(9).any(|part| part == b"\"Fault\":{")
                {
                    let told = String::from_utf8_lossy(answer.body()).into_owned();
                    return Err(invalid(connection, format!("`{folder}/{name}.json` was refused: {told}")));
                }
            }
        }
        Ok(())
    }
}

/// The plan of faults, where the options name one.
fn faults(connection: &Connection, options: &Open, context: &Context) -> Result<FaultPlan> {
    let Some(file) = options.get("faults").and_then(serde_json::Value::as_str) else {
        return Ok(FaultPlan::default());
    };
    let told = |problem: String| invalid(connection, format!("`{file}`: {problem}"));
    let text =
        std::fs::read_to_string(context.project_dir.join(file)).map_err(|error| told(error.to_string()))?;
    plan(&text).map_err(told)
}

/// Reads a plan of faults, which is TOML.
pub(crate) fn plan(text: &str) -> std::result::Result<FaultPlan, String> {
    toml::from_str(text).map_err(|error| error.to_string().trim_end().to_owned())
}

/// An emulator with the host and the path of its requests.
type Started = (StandIn, String, String);

fn store(connection: &Connection, options: &Open, context: &Context) -> Result<Started> {
    let options: StoreOptions = read(connection, options)?;
    let url = text(connection, "url").unwrap_or_default().trim_end_matches('/').to_owned();
    let uri: http::Uri = url.parse().map_err(|error| invalid(connection, format!("`url`: {error}")))?;
    let host = uri.host().ok_or_else(|| invalid(connection, "`url` names no host"))?.to_owned();
    let known = secrets(connection);
    let value = |setting: &str| {
        let name = connection.settings.get(setting).and_then(|value| value["secret"].as_str());
        name.and_then(|name| known.get(name)).cloned().unwrap_or_default()
    };
    let key = KeyPair {
        key: value("consumer_key"),
        secret: value("consumer_secret"),
        permission: Permission::ReadWrite,
        role: Role::Administrator,
    };
    let mut store = WooCommerce::new(woocommerce::Settings {
        https: uri.scheme_str() == Some("https"),
        url,
        zone: options.zone.unwrap_or_else(|| "America/New_York".to_owned()),
        keys: vec![key],
    });
    if let Some(folder) = options.seed {
        let texts = seed_of(connection, &folder, context)?;
        let pairs = texts.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        store.seed(&Seed::read(pairs).map_err(|error| invalid(connection, error))?);
    }
    Ok((StandIn::Store(Box::new(store)), host, String::new()))
}

/// The host of a connection's `url`.
fn host(connection: &Connection) -> Result<String> {
    let url = text(connection, "url").unwrap_or_default();
    let uri: http::Uri = url.parse().map_err(|error| invalid(connection, format!("`url`: {error}")))?;
    uri.host().map(str::to_owned).ok_or_else(|| invalid(connection, "`url` names no host"))
}

fn books(connection: &Connection, options: &Open) -> Result<Started> {
    let options: BooksOptions = read(connection, options)?;
    let realm = text(connection, "realm").ok_or_else(|| invalid(connection, "it needs a `realm`"))?;
    if text(connection, "emulator").is_some() {
        return Err(invalid(
            connection,
            "the setting `emulator` names another one: leave out one of the two",
        ));
    }
    let mut company = Company::new(realm, options.company.into());
    if !options.currencies.is_empty() {
        company.preferences.multi_currency = true;
        company.currencies = options.currencies;
    }
    company.preferences.book_close_date = options.closed_until;
    let settings = quickbooks::Settings { companies: vec![company], ..quickbooks::Settings::default() };
    let books = StandIn::Books(Box::new(QuickBooks::new(settings)), realm.to_owned());
    Ok((books, "intuit.com".to_owned(), format!("/v3/company/{realm}/")))
}

/// The options, in the form of the connector's emulator.
pub(super) fn read<T: DeserializeOwned>(connection: &Connection, options: &Open) -> Result<T> {
    let value = serde_json::Value::Object(
        options.iter().map(|(name, value)| (name.clone(), value.clone())).collect(),
    );
    serde_json::from_value(value).map_err(|error| invalid(connection, error))
}

fn text<'a>(connection: &'a Connection, setting: &str) -> Option<&'a str> {
    connection.settings.get(setting)?.as_str()
}

/// What the emulator takes for the secrets that a connection names.
fn secrets(connection: &Connection) -> BTreeMap<String, String> {
    let secret = |(setting, value): (&String, &serde_json::Value)| {
        let name = value["secret"].as_str()?.to_owned();
        let app = APP.iter().find(|(known, _)| known == setting).map(|(_, value)| (*value).to_owned());
        let value = app.unwrap_or_else(|| format!("emulated-{name}"));
        Some((name, value))
    };
    connection.settings.iter().filter_map(secret).collect()
}

/// The JSON files of a folder, by their names without the ending.
pub(crate) fn texts(folder: &Path) -> std::io::Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name =
            path.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(".json"));
        if let Some(name) = name {
            texts.insert(name.to_owned(), std::fs::read_to_string(&path)?);
        }
    }
    Ok(texts)
}

pub(super) fn seed_of(
    connection: &Connection,
    folder: &str,
    context: &Context,
) -> Result<BTreeMap<String, String>> {
    texts(&context.project_dir.join(folder))
        .map_err(|error| invalid(connection, format!("the folder `{folder}` cannot be read: {error}")))
}
