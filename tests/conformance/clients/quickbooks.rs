//! Client libraries of QuickBooks, each against an emulated company. What is expected is what the library makes of
//! the answers, so that its own reading judges them.

use super::program::{start, told};
use connector_emulators::{
    Emulator,
    quickbooks::{Company, CompanyKind, Limits, QuickBooks, Settings, WebhookFormat, Webhooks},
};
use jiff::{SignedDuration, Timestamp};

const REALM: &str = "9130350000000000";

/// A company of the USA that anybody may ask as often as they like. Refresh tokens rotate every time.
fn settings() -> Settings {
    let mut company = Company::new(REALM, CompanyKind::Us);
    company.opened = "2026-01-02T00:00:00Z".parse().unwrap();
    let mut settings = Settings { companies: vec![company], limits: Limits::none(), ..Settings::default() };
    settings.tokens.rotate_after = SignedDuration::ZERO;
    settings
}

/// The address of an emulator, with the tokens of a login.
fn books(settings: Settings) -> (String, String, String) {
    let tokens = QuickBooks::new(settings.clone()).grant(REALM, Timestamp::now());
    let url = start(|_| QuickBooks::new(settings));
    (url, tokens.access_token, tokens.refresh_token)
}

/// The address of the same company on a day on which nobody may ask anything.
fn busy() -> String {
    books(Settings { limits: Limits { per_minute: 0, ..Limits::none() }, ..settings() }).0
}

/// A notice of a change with its signature, and the token that signed it.
fn notice() -> String {
    let verifier = "verifier-token";
    let webhooks = Webhooks {
        format: WebhookFormat::CloudEvents,
        verifier: verifier.to_owned(),
        repeat_every: None,
        disorder: false,
    };
    let mut books = QuickBooks::new(Settings { webhooks: Some(webhooks), ..settings() });
    let now = Timestamp::now();
    let token = books.grant(REALM, now).access_token;
    let request = http::Request::post(format!("/v3/company/{REALM}/customer"))
        .header("authorization", format!("Bearer {token}"))
        .body(r#"{"DisplayName":"Ada"}"#.into())
        .unwrap();
    books.handle(&request, now);
    let delivery = books.deliveries(now).remove(0);
    let signature = &delivery.headers.iter().find(|(name, _)| *name == "intuit-signature").unwrap().1;
    serde_json::to_string(&[&String::from_utf8(delivery.body).unwrap(), signature, verifier]).unwrap()
}

#[test]
fn the_python_login_client_logs_in_refreshes_and_revokes() {
    let (url, ..) = books(settings());
    let Settings { client_id, client_secret, .. } = settings();
    insta::assert_snapshot!(told("python_intuit_oauth.py", &[&url, &client_id, &client_secret]));
}

#[test]
fn the_node_login_client_logs_in_refreshes_and_revokes() {
    let (url, ..) = books(settings());
    let Settings { client_id, client_secret, .. } = settings();
    let arguments = [&url, &client_id, &client_secret, REALM, &busy()];
    insta::assert_snapshot!(told("node_intuit_oauth.js", &arguments));
}

#[test]
fn the_python_client_keeps_books() {
    let (url, _, refresh) = books(settings());
    let Settings { client_id, client_secret, .. } = settings();
    let arguments = [&url, &client_id, &client_secret, &refresh, REALM, &busy(), &notice()];
    insta::assert_snapshot!(told("python_quickbooks.py", &arguments));
}

#[test]
fn the_node_client_keeps_books() {
    let (url, access, refresh) = books(settings());
    let Settings { client_id, client_secret, .. } = settings();
    let arguments = [&url, &client_id, &client_secret, &access, &refresh, REALM, &busy()];
    insta::assert_snapshot!(told("node_quickbooks.js", &arguments));
}
