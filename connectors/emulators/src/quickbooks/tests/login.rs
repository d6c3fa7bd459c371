//! Logging in, tokens that end and rotate, the gateway.

use base64::Engine as _;
use bytes::Bytes;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{Desk, REALM, read, settings, start};
use crate::Emulator;
use crate::quickbooks::{CompanyKind, QuickBooks};

const BASIC: &str = "Basic ZW11bGF0ZWQtY2xpZW50OmVtdWxhdGVkLXNlY3JldA==";

fn form(service: &mut QuickBooks, body: &str, now: Timestamp) -> (u16, Value) {
    read(&send(service, "POST", "/oauth2/v1/tokens/bearer", BASIC, body, now))
}

fn send(
    service: &mut QuickBooks,
    method: &str,
    path: &str,
    authorization: &str,
    body: &str,
    now: Timestamp,
) -> Response<Bytes> {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "127.0.0.1:8090")
        .header("authorization", authorization)
        .header("accept", "application/json")
        .body(Bytes::from(body.to_owned()))
        .unwrap();
    service.handle(&request, now)
}

fn page(service: &mut QuickBooks, more: &str) -> url::Url {
    let path = format!(
        "/connect/oauth2?client_id=emulated-client&response_type=code&scope=com.intuit.quickbooks.accounting\
         &redirect_uri=http%3A%2F%2Flocalhost%2Fback&state=s1{more}"
    );
    let response = send(service, "GET", &path, "", "", start());
    assert_eq!(response.status(), 302);
    response.headers()["location"].to_str().unwrap().parse().unwrap()
}

fn parameter(url: &url::Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

fn redeem(code: &str, more: &str) -> String {
    format!("grant_type=authorization_code&code={code}&redirect_uri=http%3A%2F%2Flocalhost%2Fback{more}")
}

fn asks(service: &mut QuickBooks, token: &str, realm: &str, now: Timestamp) -> (u16, Value) {
    let path = format!("/v3/company/{realm}/companyinfo/{realm}");
    read(&send(service, "GET", &path, &format!("Bearer {token}"), "", now))
}

#[test]
fn a_login_ends_in_tokens_that_open_the_company() {
    let mut service = QuickBooks::new(settings(CompanyKind::Ca));
    let back = page(&mut service, "");
    assert_eq!((parameter(&back, "state").as_str(), parameter(&back, "realmId").as_str()), ("s1", REALM));
    let code = parameter(&back, "code");
    assert!(code.len() <= 512);

    let (status, tokens) = form(&mut service, &redeem(&code, ""), start());
    assert_eq!(status, 200);
    assert_eq!(tokens["token_type"], "bearer");
    assert_eq!(
        (tokens["expires_in"].as_i64(), tokens["x_refresh_token_expires_in"].as_i64()),
        (Some(3600), Some(8_726_400))
    );
    assert_eq!(asks(&mut service, tokens["access_token"].as_str().unwrap(), REALM, start()).0, 200);

    let again = form(&mut service, &redeem(&code, ""), start());
    assert_eq!(again, (400, json!({"error": "invalid_grant"})), "a code is good once");
}

#[test]
fn a_code_is_refused_late_or_elsewhere_or_without_its_proof() {
    let mut service = QuickBooks::new(settings(CompanyKind::Us));
    let plain = parameter(&page(&mut service, ""), "code");
    let late = start() + SignedDuration::from_mins(11);
    assert_eq!(form(&mut service, &redeem(&plain, ""), late).0, 400);
    let elsewhere = format!("grant_type=authorization_code&code={plain}&redirect_uri=http%3A%2F%2Fevil");
    assert_eq!(form(&mut service, &elsewhere, start()).0, 400);

    let challenge = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(Sha256::digest("proof"));
    let bound = parameter(
        &page(&mut service, &format!("&code_challenge={challenge}&code_challenge_method=S256")),
        "code",
    );
    assert_eq!(form(&mut service, &redeem(&bound, "&code_verifier=guess"), start()).0, 400);
    assert_eq!(form(&mut service, &redeem(&bound, "&code_verifier=proof"), start()).0, 200);
}

#[test]
fn a_refusal_or_an_unknown_scope_leads_back_with_an_error() {
    let mut service = QuickBooks::new(settings(CompanyKind::Us));
    assert_eq!(parameter(&page(&mut service, "&decision=deny"), "error"), "access_denied");
    let path = "/connect/oauth2?client_id=emulated-client&response_type=code&scope=openid&redirect_uri=http%3A%2F%2Fx%2F";
    let response = send(&mut service, "GET", path, "", "", start());
    assert!(response.headers()["location"].to_str().unwrap().contains("error=invalid_scope"));
}

#[test]
fn a_rotated_refresh_token_is_refused_and_the_new_one_works() {
    let mut service = QuickBooks::new(settings(CompanyKind::Us));
    let first = service.grant(REALM, start()).refresh_token;
    let refresh = |token: &str| format!("grant_type=refresh_token&refresh_token={token}");

    let (_, soon) = form(&mut service, &refresh(&first), start() + SignedDuration::from_hours(1));
    assert_eq!(soon["refresh_token"], json!(first), "within a day it stays");
    let next_day = start() + SignedDuration::from_hours(25);
    let (_, rotated) = form(&mut service, &refresh(&first), next_day);
    let second = rotated["refresh_token"].as_str().unwrap().to_owned();
    assert_ne!(second, first);
    assert_eq!(form(&mut service, &refresh(&first), next_day), (400, json!({"error": "invalid_grant"})));
    assert_eq!(form(&mut service, &refresh(&second), next_day).0, 200);
    let much_later = next_day + SignedDuration::from_hours(24 * 102);
    assert_eq!(form(&mut service, &refresh(&second), much_later).0, 400, "unused for 101 days it is dead");
}

#[test]
fn zero_hours_rotate_at_every_refresh() {
    let mut chosen = settings(CompanyKind::Us);
    chosen.tokens.rotate_after = SignedDuration::ZERO;
    let mut service = QuickBooks::new(chosen);
    let first = service.grant(REALM, start()).refresh_token;
    let body = format!("grant_type=refresh_token&refresh_token={first}");
    assert_eq!(form(&mut service, &body, start()).0, 200);
    assert_eq!(form(&mut service, &body, start()).0, 400);
}

#[test]
fn revoking_either_token_ends_both() {
    let mut service = QuickBooks::new(settings(CompanyKind::Us));
    let tokens = service.grant(REALM, start());
    let body = json!({"token": tokens.refresh_token}).to_string();
    let response = send(&mut service, "POST", "/v2/oauth2/tokens/revoke", BASIC, &body, start());
    assert_eq!((response.status().as_u16(), response.body().len()), (200, 0));
    assert_eq!(asks(&mut service, &tokens.access_token, REALM, start()).0, 401);
    let refresh = format!("grant_type=refresh_token&refresh_token={}", tokens.refresh_token);
    assert_eq!(form(&mut service, &refresh, start()).0, 400);
}

#[test]
fn the_wrong_secret_is_an_invalid_client() {
    let mut service = QuickBooks::new(settings(CompanyKind::Us));
    let response = send(
        &mut service,
        "POST",
        "/oauth2/v1/tokens/bearer",
        "Basic eDp5",
        "grant_type=refresh_token",
        start(),
    );
    assert_eq!(read(&response), (401, json!({"error": "invalid_client"})));
}

#[test]
fn the_gateway_answers_in_lower_case() {
    let mut service = QuickBooks::new(settings(CompanyKind::Us));
    let token = service.grant(REALM, start()).access_token;
    let late = start() + SignedDuration::from_secs(3600);
    let (status, expired) = asks(&mut service, &token, REALM, late);
    assert_eq!(status, 401);
    assert_eq!(expired["fault"]["error"][0]["code"], "3200");
    assert_eq!(expired["fault"]["type"], "AUTHENTICATION");
    assert_eq!(expired["time"], json!(late.as_millisecond()));
    assert!(expired["fault"]["error"][0]["detail"].as_str().unwrap().starts_with("Token expired: "));

    let (status, other) = asks(&mut service, &token, "1", start());
    assert_eq!((status, other["fault"]["error"][0]["code"].as_str()), (403, Some("3100")));
}

/// What `userinfo` says of the person that a login with these scopes belongs to.
fn person(service: &mut QuickBooks, scopes: &str) -> (u16, Value) {
    let path = format!(
        "/connect/oauth2?client_id=emulated-client&response_type=code&scope={scopes}\
         &redirect_uri=http%3A%2F%2Flocalhost%2Fback"
    );
    let back = send(service, "GET", &path, "", "", start());
    let back: url::Url = back.headers()["location"].to_str().unwrap().parse().unwrap();
    let (_, tokens) = form(service, &redeem(&parameter(&back, "code"), ""), start());
    let refresh =
        format!("grant_type=refresh_token&refresh_token={}", tokens["refresh_token"].as_str().unwrap());
    let (_, tokens) = form(service, &refresh, start() + SignedDuration::from_hours(25));
    let token = format!("Bearer {}", tokens["access_token"].as_str().unwrap());
    let later = start() + SignedDuration::from_hours(25);
    read(&send(service, "GET", "/v1/openid_connect/userinfo", &token, "", later))
}

#[test]
fn who_logged_in_is_told_as_far_as_the_scopes_go() {
    let mut service = QuickBooks::new(settings(CompanyKind::Us));
    let accounting = "com.intuit.quickbooks.accounting";
    let (status, all) = person(&mut service, &format!("{accounting}+openid+profile+email+phone+address"));
    assert_eq!(status, 200, "{all}");
    assert_eq!((&all["email"], &all["emailVerified"]), (&json!("owner@example.com"), &json!(true)));
    assert!(all["givenName"].is_string() && all["phoneNumber"].is_string(), "{all}");
    assert!(all["address"]["postalCode"].is_string(), "{all}");
    let (_, few) = person(&mut service, &format!("openid+{accounting}+email"));
    assert_eq!(few.as_object().unwrap().keys().collect::<Vec<_>>(), ["sub", "email", "emailVerified"]);
    assert_eq!(few["sub"], all["sub"]);
    assert_eq!(person(&mut service, accounting), (403, json!({"error": "insufficient_scope"})));
    let guess = send(&mut service, "GET", "/v1/openid_connect/userinfo", "Bearer guess", "", start());
    assert_eq!(read(&guess), (401, json!({"error": "invalid_token"})));
    assert_eq!(guess.headers()["www-authenticate"], "Bearer error=\"invalid_token\"");
}

#[test]
fn discovery_leads_to_the_emulator() {
    let mut service = QuickBooks::new(settings(CompanyKind::Us));
    for document in ["openid_configuration", "openid_sandbox_configuration"] {
        let response = send(&mut service, "GET", &format!("/.well-known/{document}"), "", "", start());
        let (_, found) = read(&response);
        assert_eq!(found["token_endpoint"], "http://127.0.0.1:8090/oauth2/v1/tokens/bearer");
        assert_eq!(found["authorization_endpoint"], "http://127.0.0.1:8090/connect/oauth2");
    }
}

#[test]
fn every_answer_has_a_transaction_id_and_json_only_comes_when_asked_for() {
    let mut desk = Desk::new(CompanyKind::Us);
    let answers = [
        desk.send("GET", "companyinfo/1", ""),
        desk.send("POST", "invoice", "{}"),
        desk.send("GET", "none", ""),
    ];
    let ids: std::collections::BTreeSet<_> =
        answers.iter().map(|it| it.headers()["intuit_tid"].clone().to_str().unwrap().to_owned()).collect();
    assert_eq!(ids.len(), 3);

    let token = desk.token.clone();
    let request = Request::get(format!("/v3/company/{REALM}/companyinfo/{REALM}"))
        .header("authorization", format!("Bearer {token}"))
        .body(Bytes::new())
        .unwrap();
    let response = desk.service.handle(&request, desk.now);
    let body = String::from_utf8(response.body().to_vec()).unwrap();
    assert!(body.starts_with("<?xml") && body.contains("<CompanyName>Craft Garden</CompanyName>"), "{body}");
}

#[test]
fn a_token_can_be_revoked_by_a_form_too() {
    let mut service = QuickBooks::new(settings(CompanyKind::Us));
    let tokens = service.grant(REALM, start());
    let body = format!("token={}", tokens.refresh_token);
    assert_eq!(send(&mut service, "POST", "/v2/oauth2/tokens/revoke", BASIC, &body, start()).status(), 200);
    assert_eq!(asks(&mut service, &tokens.access_token, REALM, start()).0, 401);
    assert_eq!(
        send(&mut service, "POST", "/v2/oauth2/tokens/revoke", BASIC, "token=x", start()).status(),
        400
    );
}
