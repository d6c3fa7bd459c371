//! Property 3: no error, log line or `Debug` has a secret, in whatever form.

use super::server::{head, network, serve};
use crate::{
    Accounts, Auth, Client, Code, OAuth2, Secret, account_name, exchange_code, json, revoke,
    testing::{TestVault, World, get, unlimited, world_over},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use engine_contract::{Context, Held, Login, Question, SecretName, Tokens};
use http::header::AUTHORIZATION;
use std::{
    fmt::Write as _,
    io::{self, Write},
    sync::{Arc, Mutex},
};
use tracing_subscriber::fmt::MakeWriter;

const CANARY: &str = "cs_canary+/=&\"7f";

/// The forms in which a secret may show.
fn forms() -> Vec<String> {
    let encoded = url::form_urlencoded::byte_serialize(CANARY.as_bytes()).collect();
    let hex = CANARY.bytes().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    });
    // Base64 of the text at each place within a group of three bytes, without the ends that depend on what is
    // around.
    let base64 = (0..3).map(|shift| {
        let text = BASE64_STANDARD.encode(format!("{}{CANARY}", "x".repeat(shift)));
        text.chars().skip(4).take(12).collect()
    });
    [CANARY.to_owned(), CANARY.replace('"', "\\\""), "cs_canary".into(), encoded, hex]
        .into_iter()
        .chain(base64)
        .collect()
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

fn auths(host: &str) -> Vec<Auth> {
    let secret = || Secret::new(CANARY);
    vec![
        Auth::Basic { user: secret(), password: secret() },
        Auth::Headers(vec![(AUTHORIZATION, Secret::new(format!("Bearer {CANARY}")))]),
        Auth::Headers(vec![(AUTHORIZATION, Secret::new(format!("{CANARY}\n")))]),
        Auth::Query { pairs: vec![("key".into(), secret())] },
        Auth::OAuth1 { key: secret(), secret: secret() },
        Auth::OAuth2(OAuth2 {
            account: "account".into(),
            token_url: format!("http://{host}/token?x={}", "q"),
            client_id: secret(),
            client_secret: secret(),
        }),
    ]
}

fn log_in(context: &Context, vault: &TestVault) -> Tokens {
    let tokens = Tokens {
        access: CANARY.into(),
        access_until: context.clock.now(),
        refresh: CANARY.into(),
        refresh_until: None,
    };
    vault.held.lock().unwrap().insert("account".into(), Held { tokens: tokens.clone(), version: 1 });
    tokens
}

/// A host that answers 200, 401, 500, nothing and half an answer in turn, and always repeats what it was told.
fn hostile() -> String {
    let mut turn = 0usize;
    let turns = Mutex::new(move || {
        turn += 1;
        turn
    });
    let host = serve(move |mut stream| {
        let told = head(&mut stream);
        let turn = (turns.lock().unwrap())();
        let status = ["200 OK", "401 Unauthorized", "500 Oops", "302 Found"][turn % 4];
        let length = if turn % 5 == 0 { told.len() + 9 } else { told.len() };
        if turn % 7 != 0 {
            let line = told.lines().next().unwrap_or_default().to_owned();
            drop(write!(
                stream,
                "HTTP/1.1 {status}\r\nx-told: {line}\r\ncontent-length: {length}\r\n\r\n{told}"
            ));
        }
    });
    host.to_string()
}

#[tokio::test]
async fn nothing_that_is_shown_has_a_secret() {
    let log = Log::default();
    let subscriber =
        tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut shown = String::new();
    let host = hostile();
    let World { context, vault, .. } = world_over(Arc::new(network()));
    let tokens = log_in(&context, &vault);
    for auth in auths(&host) {
        let accounts = Accounts::default();
        write!(shown, "{auth:?} {accounts:?}").unwrap();
        let client = Client::new(&accounts, "account", auth, unlimited());
        for _ in 0..8 {
            let request = get(&format!("http://{host}/orders?search={}", "cs_canary"));
            match client.send(&context, request).await {
                Ok(answer) => write!(shown, "{:?}", json::read(&answer).map(drop)).unwrap(),
                Err(error) => write!(shown, "{error} {error:?}").unwrap(),
            }
        }
    }
    let login = Login {
        account: "account".into(),
        authorize_url: String::new(),
        token_url: format!("http://{host}/token"),
        revoke_url: Some(format!("http://{host}/revoke")),
        client_id: SecretName { secret: "id".into() },
        client_secret: SecretName { secret: "secret".into() },
        scopes: Vec::new(),
        expects: None,
        question: Some(Question { url: format!("http://{host}/company"), name: "/name".into() }),
    };
    let code = Code { code: CANARY, redirect_uri: CANARY, verifier: CANARY };
    for _ in 0..8 {
        let accounts = Accounts::default();
        write!(shown, "{:?}", exchange_code(&accounts, &context, &login, &code).await).unwrap();
        write!(shown, "{:?}", account_name(&accounts, &context, &login, &tokens).await).unwrap();
        write!(shown, "{:?}", revoke(&accounts, &context, &login, &tokens).await).unwrap();
    }
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("/orders"), "the log is on");
    for form in forms() {
        assert!(!shown.contains(&form), "{form} in {shown}");
        assert!(!logged.contains(&form), "{form} in {logged}");
    }
}
