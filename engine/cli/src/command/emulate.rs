//! `engine emulate`: a stand-in of a service on a port of this machine.

use crate::{
    args::{Emulate, EmulatorName},
    emulate::{self, texts},
    error::{CommandError, Result},
    exit::Exit,
    output::{self, Output},
    surroundings,
    workspace::runtime,
};
use connector_emulators::{
    Emulator, FaultPlan, Faulty, Shared,
    quickbooks::{Company, QuickBooks, Settings as BooksSettings},
    serve,
    supabase::{Memory, Settings as ProjectSettings, Supabase},
    woocommerce::{KeyPair, Permission, Role, Seed, Settings as StoreSettings, WooCommerce},
};
use engine_contract::Cancel;
use jiff::Timestamp;
use std::{collections::BTreeMap, fmt::Display, path::Path, time::Duration};
use tokio::net::TcpListener;

/// The credentials that an emulated store takes.
const KEY: (&str, &str) = ("ck_emulated", "cs_emulated");
/// The number of the emulated company.
const REALM: &str = "9130350000000000";
/// How often it is looked whether to stop.
const GLANCE: Duration = Duration::from_millis(100);

pub(super) fn run(arguments: &Emulate, output: &Output) -> Result<Exit> {
    let plan = match &arguments.faults {
        Some(file) => emulate::plan(&read(file)?).map_err(|problem| unusable(file, problem))?,
        None => FaultPlan::default(),
    };
    let cancel = Cancel::default();
    surroundings::stop_on_signals(cancel.clone())
        .map_err(|error| CommandError::new(Exit::Failed, "run/no-signals", error.to_string()))?;
    runtime()?.block_on(async {
        let listener = TcpListener::bind(("127.0.0.1", arguments.port)).await;
        let listener = listener.map_err(|error| cannot_listen(arguments.port, &error))?;
        let address = listener.local_addr().map_err(|error| cannot_listen(arguments.port, &error))?;
        let url = format!("http://{address}");
        match arguments.name {
            EmulatorName::Woocommerce => {
                let store = store(&url, arguments.seed.as_deref())?;
                output.step(output::GOOD, "Emulating", &format!("woocommerce at {url}, until Ctrl-C"));
                show(output, &[("url", &url), ("consumer key", KEY.0), ("consumer secret", KEY.1)]);
                until_stopped(listener, Faulty::new(store, plan), &cancel).await
            }
            EmulatorName::Quickbooks => {
                let settings = BooksSettings {
                    companies: vec![Company::new(REALM, arguments.company.into())],
                    ..BooksSettings::default()
                };
                let (id, secret) = (settings.client_id.clone(), settings.client_secret.clone());
                let books = QuickBooks::new(settings);
                let tokens = books.grant(REALM, Timestamp::now());
                output.step(output::GOOD, "Emulating", &format!("quickbooks at {url}, until Ctrl-C"));
                let base = format!("{url}/v3/company/{REALM}");
                show(
                    output,
                    &[
                        ("url", &base),
                        ("client id", &id),
                        ("client secret", &secret),
                        ("access token", &tokens.access_token),
                        ("refresh token", &tokens.refresh_token),
                    ],
                );
                until_stopped(listener, Faulty::new(books, plan), &cancel).await
            }
            EmulatorName::Supabase => {
                let settings = ProjectSettings::default();
                let database = tables(arguments.seed.as_deref())?;
                output.step(output::GOOD, "Emulating", &format!("supabase at {url}, until Ctrl-C"));
                show(
                    output,
                    &[
                        ("url", &url),
                        ("secret key", emulate::SUPABASE_KEY),
                        ("publishable key", &settings.publishable_key),
                        ("service role key", &settings.service_role_key()),
                        ("anon key", &settings.anon_key()),
                    ],
                );
                until_stopped(listener, Faulty::new(Supabase::new(settings, database), plan), &cancel).await
            }
        }
    })
}

fn show(output: &Output, facts: &[(&str, &str)]) {
    for (name, value) in facts {
        output.result(&format!("{name}: {value}"));
    }
}

fn store(url: &str, seed: Option<&Path>) -> Result<WooCommerce> {
    let key = KeyPair {
        key: KEY.0.to_owned(),
        secret: KEY.1.to_owned(),
        permission: Permission::ReadWrite,
        role: Role::Administrator,
    };
    let mut store = WooCommerce::new(StoreSettings {
        url: url.to_owned(),
        zone: "America/New_York".to_owned(),
        https: false,
        keys: vec![key],
    });
    if let Some(folder) = seed {
        let texts = texts(folder).map_err(|error| unusable(folder, error))?;
        let pairs = texts.iter().map(|(name, text)| (name.as_str(), text.as_str()));
        store.seed(&Seed::read(pairs).map_err(|error| unusable(folder, error))?);
    }
    Ok(store)
}

/// The tables of a folder with `tables.json` and rows, or of a catalog.
fn tables(seed: Option<&Path>) -> Result<Memory> {
    let Some(seed) = seed else {
        let message = "supabase needs `--seed`: a catalog, or a folder with `tables.json`";
        return Err(CommandError::new(Exit::Usage, "command/unusable-file", message));
    };
    let texts = if seed.is_dir() {
        texts(seed).map_err(|error| unusable(seed, error))?
    } else {
        BTreeMap::from([("tables".to_owned(), read(seed)?)])
    };
    emulate::filled_tables(&texts, "public", Timestamp::now()).map_err(|problem| unusable(seed, problem))
}

/// Serves until a signal asks for the stop.
async fn until_stopped<E: Emulator + 'static>(
    listener: TcpListener,
    emulator: Faulty<E>,
    cancel: &Cancel,
) -> Result<Exit> {
    let served = serve(listener, Shared::new(emulator, Timestamp::now));
    let stopped = async {
        while !cancel.is_cancelled() {
            tokio::time::sleep(GLANCE).await;
        }
    };
    tokio::select! {
        biased;
        () = stopped => Ok(Exit::Done),
        ended = served => ended.map(|()| Exit::Done).map_err(|error| cannot_listen(0, &error)),
    }
}

fn read(file: &Path) -> Result<String> {
    std::fs::read_to_string(file).map_err(|error| unusable(file, error))
}

fn unusable(path: &Path, problem: impl Display) -> CommandError {
    CommandError::new(Exit::Usage, "command/unusable-file", format!("`{}`: {problem}", path.display()))
}

fn cannot_listen(port: u16, error: &std::io::Error) -> CommandError {
    let message = format!("cannot listen on port {port} of this machine: {error}");
    CommandError::new(Exit::Failed, "command/port-taken", message)
        .help("take another with `--port`, or leave it out for one that is free")
}
