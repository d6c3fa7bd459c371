//! Logins: tokens are kept when the company itself takes them, and ended ones say so.

use super::{
    scene::{Office, REALM, login},
    told,
};
use connector_emulators::{
    Emulator,
    quickbooks::{Company, CompanyKind, QuickBooks, Settings},
};
use jiff::{SignedDuration, Timestamp};
use kit::Reply;

#[test]
fn a_login_names_the_company_that_answers() {
    let office = Office::open();
    let before = office.engine(&["run", "."]).ended(4);
    told(&before, "connector/unauthorized", "run `engine connections login`");
    let ended = office.log_in().ended(0);
    assert!(
        ended.stderr.contains(&format!("books to quickbooks/{REALM} (Craft Garden)")),
        "{}",
        ended.stderr
    );
    drop(office.engine(&["run", "."]).ended(0));
    assert_eq!(office.numbers(), ["S-11", "S-12", "S-13"]);
}

/// Two companies; the person agrees for the first, and somebody tells the engine that it was the other.
#[test]
fn tokens_of_another_company_are_refused_whatever_the_browser_says() {
    let others = [Company::new("4620816365000000", CompanyKind::Us), Company::new(REALM, CompanyKind::Us)];
    let office = Office::with(Settings { companies: others.to_vec(), ..Settings::default() });
    let refused = login(office.command(&["connections", "login", "books"]), |address| {
        back(&office, &format!("{address}&realm=4620816365000000")).replace("4620816365000000", REALM)
    });
    told(
        &refused.clone().ended(4),
        "connection/login-refused",
        "the account does not take the tokens of this login",
    );
    assert!(refused.stderr.contains("nothing was stored"), "{}", refused.stderr);
    let list = office.engine(&["connections", "ls"]).ended(0);
    assert!(list.stdout.contains("not logged in"), "{}", list.stdout);
    let honest = login(office.command(&["connections", "login", "books"]), |address| {
        back(&office, &format!("{address}&realm=4620816365000000"))
    });
    told(&honest.ended(4), "connection/login-refused", "another account was chosen");
}

/// The books send the browser back at once.
fn back(office: &Office, address: &str) -> String {
    let query = address.split_once('?').unwrap().1;
    let request = http::Request::get(format!("/connect/oauth2?{query}")).body(bytes::Bytes::new()).unwrap();
    let answer = office.books.lock().answer(&request);
    answer.headers()["location"].to_str().unwrap().to_owned()
}

/// The logins of both environments are at one place; the company lives in the other.
#[test]
fn a_company_of_the_other_environment_is_refused() {
    let office = Office::open();
    let mut elsewhere = QuickBooks::new(Settings { seed: 99, ..Settings::default() });
    office.books.twist(move |request| {
        let is_api = request.uri().path().starts_with("/v3/");
        is_api.then(|| Reply::Answer(elsewhere.handle(request, Timestamp::now())))
    });
    let refused = office.log_in().ended(4);
    told(&refused, "connection/login-refused", "the account does not take the tokens of this login");
    assert!(refused.stderr.contains("engine connections show books"), "{}", refused.stderr);
    office.books.always("/companyinfo/", || Reply::page(200));
    told(&office.log_in().ended(4), "connection/login-refused", "what answers is not the account");
    office.books.always("/companyinfo/", || Reply::page(503));
    told(&office.log_in().ended(1), "connector/unavailable", "the account does not answer now");
    office.books.untwist();
    drop(office.log_in().ended(0));
}

#[test]
fn an_access_token_that_has_ended_is_renewed_and_a_login_that_has_ended_asks_for_another() {
    let office = Office::ready();
    office.books.lock().ahead = SignedDuration::from_hours(2);
    drop(office.engine(&["run", "."]).ended(0));
    assert_eq!(office.numbers().len(), 3);
    office.edit_sale("S-11", "amount", "11.00");
    // Nobody used it for longer than refresh tokens live.
    office.books.lock().ahead = SignedDuration::from_hours(24 * 120);
    for _ in 0..2 {
        let ended = office.engine(&["run", "."]).ended(4);
        told(&ended, "connector/unauthorized", "the login to this account has ended or was taken back");
        assert!(ended.stderr.contains("engine connections login"), "{}", ended.stderr);
    }
    office.books.lock().ahead = SignedDuration::ZERO;
    drop(office.log_in().ended(0));
    drop(office.engine(&["run", "."]).ended(0));
    assert_eq!(office.invoices()[0]["TotalAmt"].to_string(), "11");
}

#[test]
fn a_login_that_was_taken_back_stops_the_run_and_loses_nothing() {
    let office = Office::ready();
    let mut writes = 0;
    let service = std::sync::Arc::new(std::sync::Mutex::new(None::<String>));
    let noted = std::sync::Arc::clone(&service);
    // After the first write somebody disconnects the app.
    office.books.twist(move |request| {
        let authorization = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
        writes += usize::from(request.method() == "POST" && request.uri().path().starts_with("/v3/"));
        if writes < 2 {
            return None;
        }
        *noted.lock().unwrap() = authorization;
        let refusal = if request.uri().path().starts_with("/v3/") {
            let body = r#"{"fault":{"error":[{"message":"message=AuthenticationFailed; errorCode=003200; statusCode=401","detail":"Token revoked: canary-token","code":"3200"}],"type":"AUTHENTICATION"}}"#;
            Reply::of(401, &[("content-type", "application/json")], body)
        } else {
            Reply::of(400, &[("content-type", "application/json")], r#"{"error":"invalid_grant"}"#)
        };
        Some(refusal)
    });
    let stopped = office.engine(&["run", ".", "-vvv"]).ended(4);
    told(&stopped, "connector/unauthorized", "the login to this account has ended or was taken back");
    assert!(!stopped.printed().contains("canary-token"), "{}", stopped.printed());
    assert!(service.lock().unwrap().is_some());
    office.books.untwist();
    drop(office.log_in().ended(0));
    drop(office.engine(&["run", "."]).ended(0));
    assert_eq!(office.numbers(), ["S-11", "S-12", "S-13"]);
    assert_eq!(office.books.lock().service.objects(REALM, "Customer").len(), 2);
}

#[test]
fn a_wrong_secret_of_the_app_is_an_authentication_error_at_the_login_and_when_tokens_are_renewed() {
    let office = Office::open();
    let wrong = |arguments: &[&str]| {
        let mut command = office.command(arguments);
        command.env("ENGINE_SECRET_APP_SECRET", "wrong-secret");
        command
    };
    let refused = login(wrong(&["connections", "login", "books"]), |address| back(&office, address)).ended(4);
    told(&refused, "connector/unauthorized", "the service does not know the app: check the secrets");
    drop(office.log_in().ended(0));
    office.books.lock().ahead = SignedDuration::from_hours(2);
    let stopped = office.project.end(&mut wrong(&["run", "."])).ended(4);
    told(&stopped, "connector/unauthorized", "the service does not know the app: check the secrets");
    assert!(!refused.printed().contains("wrong-secret") && !stopped.printed().contains("wrong-secret"));
    drop(office.engine(&["run", "."]).ended(0));
    assert_eq!(office.numbers().len(), 3);
}
