//! Secrets and tokens that are easy to recognise, through the whole of the demo: over real connections, with
//! services that fail and repeat in their answers what they were sent, and a log that tells everything. Nothing that
//! the engine prints or keeps shows one, in whatever form.

use super::scene::{Behind, REALM, issuer, login, store_with};
use crate::ENGINE;
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD},
};
use connector_emulators::{
    Emulator,
    quickbooks::{Company, CompanyKind, Lifetimes, Limits, QuickBooks, Settings},
    woocommerce::WooCommerce,
};
use jiff::{SignedDuration, Timestamp};
use kit::{Outcome, Project, Reply};
use std::{
    collections::BTreeSet,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
};

const KEY: &str = "ck_canary+4711/\"x\\z";
const SECRET: &str = "cs_canary-0815.zZ~_9";
const CLIENT: &str = "canary-client/+\"1";
const CLIENT_SECRET: &str = "canary\\secret=\u{fc}?2";

/// The forms in which a secret may show: as it is, escaped, encoded for addresses and forms, in hexadecimal digits,
/// and in base64 wherever it begins within what is encoded.
fn forms(secret: &str) -> BTreeSet<String> {
    let json = serde_json::to_string(secret).unwrap();
    let debug = format!("{secret:?}");
    let percent = |is_plain: fn(&u8) -> bool| -> String {
        let encode =
            |byte: u8| if is_plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        secret.bytes().map(encode).collect()
    };
    let strict = percent(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(byte));
    let form = percent(|byte| byte.is_ascii_alphanumeric() || b"-._*".contains(byte));
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap();
    let hex: String = secret.bytes().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
    let mut forms = BTreeSet::from([
        secret.to_owned(),
        json.trim_matches('"').to_owned(),
        debug.trim_matches('"').to_owned(),
        strict.to_lowercase(),
        strict,
        form.replace("%20", "+"),
        hex.to_uppercase(),
        hex,
    ]);
    for shift in 0..3 {
        let bytes = [vec![b':'; shift], secret.as_bytes().to_vec()].concat();
        for text in [BASE64_STANDARD_NO_PAD.encode(&bytes), BASE64_URL_SAFE_NO_PAD.encode(&bytes)] {
            // The first and last letters depend on what stands beside the secret.
            forms.insert(text.chars().take(text.len() - 3).skip(4.min(shift * 4)).collect());
        }
    }
    forms
}

/// What must not be seen, by the moment.
#[derive(Clone, Default)]
struct Canaries(Arc<Mutex<BTreeSet<String>>>);

impl Canaries {
    fn add(&self, secret: &str) {
        self.0.lock().unwrap().insert(secret.to_owned());
    }

    /// Fails when one shows.
    #[track_caller]
    fn are_hidden_in(&self, what: &str, bytes: &[u8]) {
        let secrets = self.0.lock().unwrap().clone();
        for secret in &secrets {
            for form in forms(secret) {
                let place = bytes.windows(form.len()).position(|window| window == form.as_bytes());
                let at = place.unwrap_or_default();
                let around = &bytes[at.saturating_sub(300)..(at + form.len() + 100).min(bytes.len())];
                assert!(place.is_none(), "{what} shows `{form}`: {}", String::from_utf8_lossy(around));
            }
        }
    }
}

/// The demo, between a store and books on ports of this machine.
struct Demo {
    project: Project,
    store: Behind<WooCommerce>,
    books: Behind<QuickBooks>,
    canaries: Canaries,
}

impl Demo {
    /// With a store over plain http, whose requests are signed, or over TLS, where key and secret themselves travel.
    fn open(over_tls: bool) -> Self {
        let canaries = Canaries::default();
        for secret in [KEY, SECRET, CLIENT, CLIENT_SECRET] {
            canaries.add(secret);
        }
        // A few records: the books take ten requests a second.
        let store = |url: &str| {
            store_with(url, (KEY, SECRET), |name, records| match name {
                "orders" => records.truncate(20),
                "products" => records.truncate(5),
                "variations" | "refunds" => records.truncate(2),
                _ => {}
            })
        };
        let store = if over_tls { Behind::locked(store) } else { Behind::open(store) };
        let mut company = Company::new(REALM, CompanyKind::Ca);
        company.preferences.multi_currency = true;
        company.currencies = ["USD", "EUR", "GBP", "JPY", "KWD"].map(str::to_owned).to_vec();
        let settings = Settings {
            companies: vec![company],
            client_id: CLIENT.to_owned(),
            client_secret: CLIENT_SECRET.to_owned(),
            limits: Limits::none(),
            // Every refresh gives another refresh token.
            tokens: Lifetimes { rotate_after: SignedDuration::ZERO, ..Lifetimes::default() },
            ..Settings::default()
        };
        let books = Behind::open(|_| QuickBooks::new(settings));
        let project = Project::shops(ENGINE);
        project.write(
            "connections.canary.toml",
            format!(
                "[connection.acme-store]\nurl = \"{}\"\nproduction = false\n\n\
                 [connection.acme-books]\nemulator = \"{}\"\nproduction = false\n",
                store.door.url(),
                books.door.url()
            ),
        );
        let demo = Self { project, store, books, canaries };
        demo.seed();
        demo.echo(false);
        demo
    }

    /// What the books of the demo begin with.
    fn seed(&self) {
        let at = Timestamp::now() - SignedDuration::from_mins(10);
        let token = self.books.lock().service.grant(REALM, at).access_token;
        let folder = self.project.path("samples/books");
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let resource = path.file_stem().unwrap().to_string_lossy().replace('-', "/");
            let bodies: Vec<serde_json::Value> =
                serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            for body in bodies {
                let request = http::Request::post(format!("/v3/company/{REALM}/{resource}"))
                    .header("authorization", format!("Bearer {token}"))
                    .header("accept", "application/json")
                    .header("content-type", "application/json")
                    .body(bytes::Bytes::from(body.to_string()))
                    .unwrap();
                let answer = self.books.lock().service.handle(&request, at);
                assert!(answer.status().is_success(), "{answer:?}");
            }
        }
    }

    /// Services from now on: they give out tokens that are noted, and, with `fails`, many requests fail with an answer
    /// that repeats the credentials of the request, plain and encoded.
    fn echo(&self, fails: bool) {
        let canaries = self.canaries.clone();
        let mut asked = 0_u32;
        self.books.twist_around(move |request, stand| {
            asked += 1;
            let is_api = request.uri().path().starts_with("/v3/");
            if fails && asked.is_multiple_of(5) && is_api {
                return Some(repeated(request, asked / 5));
            }
            if fails && !is_api && asked.is_multiple_of(2) {
                return Some(repeated(request, asked / 2));
            }
            if is_api {
                return None;
            }
            let answer = stand.answer(request);
            if let Ok(body) = serde_json::from_slice::<serde_json::Value>(answer.body()) {
                for token in ["access_token", "refresh_token"] {
                    body[token].as_str().into_iter().for_each(|token| canaries.add(token));
                }
            }
            Some(Reply::Answer(answer))
        });
        let mut asked = 0_u32;
        self.store.twist(move |request| {
            asked += 1;
            (fails && asked.is_multiple_of(4)).then(|| repeated(request, asked / 4))
        });
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.project.command(arguments);
        command
            .env("ENGINE_ALLOW_PRIVATE", "127.0.0.0/8")
            .env("ENGINE_EXTRA_CA", issuer())
            .env("ENGINE_LOG", "trace")
            .env("RUST_LOG", "trace");
        command.env("ENGINE_SECRET_ACME_WOO_KEY", KEY).env("ENGINE_SECRET_ACME_WOO_SECRET", SECRET);
        command.env("ENGINE_SECRET_INTUIT_CLIENT_ID", CLIENT);
        command.env("ENGINE_SECRET_INTUIT_CLIENT_SECRET", CLIENT_SECRET);
        command.env("ACME_STORE_URL", "https://shop.acme.example");
        command
    }

    /// Runs a command; it and all files of the project show nothing.
    #[track_caller]
    fn engine(&self, arguments: &[&str]) -> Outcome {
        let outcome = self.project.end(&mut self.command(arguments));
        self.look(&arguments.join(" "), &outcome);
        outcome
    }

    /// Whether the store was sent this, in an address or in the header of credentials.
    fn carried(&self, what: &str) -> bool {
        let has = |request: &http::Request<bytes::Bytes>| {
            let header = request.headers().get("authorization").and_then(|value| value.to_str().ok());
            header.unwrap_or_default().contains(what) || request.uri().to_string().contains(what)
        };
        self.store.door.seen().iter().any(has)
    }

    #[track_caller]
    fn look(&self, what: &str, outcome: &Outcome) {
        self.canaries.are_hidden_in(what, outcome.printed().as_bytes());
        look_into(&self.project.path("."), &self.canaries);
    }
}

#[track_caller]
fn look_into(folder: &Path, canaries: &Canaries) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            look_into(&path, canaries);
        } else if let Ok(bytes) = std::fs::read(&path) {
            canaries.are_hidden_in(&path.to_string_lossy(), &bytes);
        }
    }
}

/// A failure that repeats what came with the request.
fn repeated(request: &http::Request<bytes::Bytes>, nth: u32) -> Reply {
    let carried = request
        .headers()
        .get("authorization")
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned());
    let text = format!(
        "{} {} {}",
        carried.unwrap_or_default(),
        request.uri(),
        String::from_utf8_lossy(request.body())
    );
    let said = serde_json::to_string(&format!("No access: {text}")).unwrap();
    let fault = format!(
        r#"{{"Fault":{{"Error":[{{"Message":{said},"Detail":{said},"code":"6000","element":{said}}}],"type":"ValidationFault"}},"time":{said},"code":{said},"message":{said}}}"#
    );
    let json = [("content-type", "application/json")];
    match nth % 7 {
        0 => Reply::of(400, &json, &fault),
        1 => Reply::of(500, &json, &fault),
        2 => {
            let said = said.replace("No access", "Token expired");
            let body = format!(
                r#"{{"fault":{{"error":[{{"message":"errorCode=003200","detail":{said},"code":"3200"}}]}},"code":"x","message":{said}}}"#
            );
            Reply::of(401, &json, &body)
        }
        3 => Reply::of(
            503,
            &[("content-type", "text/html"), ("intuit_tid", "trace-1")],
            &format!("<html>{text}</html>"),
        ),
        4 => {
            let there = format!(
                "https://elsewhere.example/?{}",
                text.replace(|letter: char| !letter.is_ascii_graphic(), "_")
            );
            Reply::of(302, &[("location", &there)], &text)
        }
        5 => Reply::of(429, &[("retry-after", "1")], &fault),
        _ => Reply::Nothing,
    }
}

/// Over plain http requests to the store are signed, and the key alone travels.
#[test]
fn no_secret_and_no_token_shows_in_anything_that_the_demo_prints_or_keeps() {
    let demo = Demo::open(false);
    nothing_shows(&demo);
    assert!(demo.carried("oauth_signature=") && !demo.carried("Basic "));
}

/// Over TLS every request to the store carries key and secret, and the store's failures repeat them.
#[test]
fn the_key_and_the_secret_of_a_store_over_tls_show_nowhere() {
    let demo = Demo::open(true);
    nothing_shows(&demo);
    assert!(demo.carried("Basic ") && !demo.carried("oauth_signature="));
}

fn nothing_shows(demo: &Demo) {
    let env = ["--env", "canary"];
    let with = |arguments: &[&str]| demo.engine(&[arguments, &env].concat());
    let logged_in =
        login(demo.command(&["connections", "login", "acme-books", "--env", "canary"]), |address| {
            let query = address.split_once('?').unwrap().1;
            let request =
                http::Request::get(format!("/connect/oauth2?{query}")).body(bytes::Bytes::new()).unwrap();
            let answer = demo.books.lock().answer(&request);
            answer.headers()["location"].to_str().unwrap().to_owned()
        });
    assert!(demo.canaries.0.lock().unwrap().len() > 4, "tokens were given out");
    demo.look("the login", &logged_in.ended(0));
    demo.echo(true);
    for round in 0..3 {
        // Tokens that have ended are renewed in each round.
        demo.books.lock().ahead = SignedDuration::from_hours(2 * (round + 1));
        drop(with(&["run", "woo-to-qbo"]));
        drop(with(&["run", "woo-to-qbo", "--dry-run", "--format", "json"]));
    }
    for arguments in [
        ["failures"].as_slice(),
        &["failures", "--format", "json"],
        &["status", "--format", "json"],
        &["history", "--format", "json"],
        &["connections", "ls", "--format", "json"],
        &["connections", "show", "acme-store"],
        &["connections", "show", "acme-books", "--format", "json"],
        &["connections", "check"],
        &["secret", "check"],
    ] {
        drop(with(arguments));
    }
    drop(demo.engine(&["doctor", "--format", "json"]));
    demo.echo(false);
    drop(with(&["run", "woo-to-qbo"]));
    let last = with(&["run", "woo-to-qbo"]);
    assert!([0, 5].contains(&last.code), "{}", last.snapshot());
    let receipts = demo.books.lock().service.objects(REALM, "SalesReceipt").len();
    assert!(receipts > 0, "the demo does its work: {}", last.stdout);
    drop(with(&["connections", "logout", "acme-books"]).ended(0));
    // In the demo itself the real secrets are not even looked at.
    drop(demo.engine(&["run", "woo-to-qbo", "--env", "demo", "-vvv"]));
    // What is looked for would be found.
    let found = std::panic::catch_unwind(|| {
        let canaries = Canaries::default();
        canaries.add(CLIENT_SECRET);
        let pair = base64::prelude::BASE64_STANDARD.encode(format!("{CLIENT}:{CLIENT_SECRET}"));
        canaries.are_hidden_in("a header", format!("Basic {pair}").as_bytes());
    });
    assert!(found.is_err(), "the search itself is blind");
}
