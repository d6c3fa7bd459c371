//! Renewals: one at a time, stored before they are used, whatever happens meanwhile.

use crate::{
    Accounts, Auth, Client, Code, OAuth2, Secret, account_name, authorize_url, exchange_code, random_token,
    revoke,
    testing::{Reply, World, get, reply, unlimited, world},
    was_sent,
};
use bytes::Bytes;
use engine_contract::{ConnectorError, Context, ErrorKind, Held, Login, Question, Retry, SecretName, Tokens};
use futures::future::join_all;
use http::{Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

const ACCOUNT: &str = "quickbooks/123";
const API: &str = "https://quickbooks.example/v3";
const LIFE: i64 = 3600;

/// The service: which tokens are good, and what it saw.
#[derive(Default)]
struct Service {
    /// How many pairs were given out; `access-N` and `refresh-N` are the newest.
    pair: u32,
    /// The tokens of earlier pairs are good too, but for the access token of the login.
    lenient: bool,
    /// What the token endpoint answers instead.
    token_answer: Option<u16>,
    /// No access token is good.
    revoked: bool,
    exchanges: u32,
    asked: u32,
}

impl Service {
    fn answer(&mut self, request: &Request<Bytes>) -> Reply {
        if request.uri().path() == "/token" { self.token(request) } else { self.api(request) }
    }

    fn token(&mut self, request: &Request<Bytes>) -> Reply {
        self.exchanges += 1;
        assert_eq!(request.headers()["authorization"], "Basic aWQ6c2VjcmV0");
        if let Some(status) = self.token_answer {
            return reply(status, &[], "{\"error\":\"server_error\"}");
        }
        let body = String::from_utf8(request.body().to_vec()).unwrap();
        let newest = body.contains(&format!("grant_type=refresh_token&refresh_token=refresh-{}", self.pair));
        if !newest && !self.lenient {
            return reply(400, &[], "{\"error\":\"invalid_grant\"}");
        }
        self.pair += 1;
        let pair = self.pair;
        let body = format!(
            "{{\"access_token\":\"access-{pair}\",\"refresh_token\":\"refresh-{pair}\",\"expires_in\":{LIFE},\
             \"x_refresh_token_expires_in\":8726400}}"
        );
        Reply { after: Duration::from_millis(300), ..reply(200, &[], &body) }
    }

    fn api(&mut self, request: &Request<Bytes>) -> Reply {
        self.asked += 1;
        let carried = request.headers()["authorization"].to_str().unwrap();
        let oldest = if self.lenient { 1 } else { self.pair };
        let good = (oldest..=self.pair).any(|pair| carried == format!("Bearer access-{pair}"));
        reply(if good && !self.revoked { 200 } else { 401 }, &[], "{}")
    }
}

struct Scene {
    world: World,
    service: Arc<Mutex<Service>>,
}

/// Somebody logged in; the access token is good for `seconds`.
fn scene(seconds: i64) -> Scene {
    let service = Arc::new(Mutex::new(Service::default()));
    let shared = service.clone();
    let world = world(move |request| shared.lock().unwrap().answer(request));
    let until = world.context.clock.now() + SignedDuration::from_secs(seconds);
    put(&world, 1, 0, until);
    Scene { world, service }
}

fn put(world: &World, version: u64, pair: u32, access_until: Timestamp) {
    let tokens = Tokens {
        access: format!("access-{pair}"),
        access_until,
        refresh: format!("refresh-{pair}"),
        refresh_until: None,
    };
    world.vault.held.lock().unwrap().insert(ACCOUNT.into(), Held { tokens, version });
}

/// A client of a process of its own.
fn process() -> Client {
    let oauth = OAuth2 {
        account: ACCOUNT.into(),
        token_url: "https://login.example/token".into(),
        client_id: "id".into(),
        client_secret: "secret".into(),
    };
    Client::new(&Accounts::default(), "realm", Auth::OAuth2(oauth), unlimited())
}

impl Scene {
    async fn ask(&self, client: &Client) -> Result<StatusCode, ConnectorError> {
        client.send(&self.world.context, get(API)).await.map(|answer| answer.status())
    }

    fn exchanges(&self) -> u32 {
        self.service.lock().unwrap().exchanges
    }

    fn stored(&self) -> Held {
        self.world.vault.held.lock().unwrap()[ACCOUNT].clone()
    }
}

#[tokio::test(start_paused = true)]
async fn eight_workers_renew_once_when_the_token_ends_in_the_middle() {
    let scene = scene(400);
    let client = process();
    let workers = (0..8).map(|_| async {
        for _ in 0..4_000 {
            assert_eq!(scene.ask(&client).await.unwrap(), StatusCode::OK);
            // What requests carry is in the vault before.
            assert_eq!(
                scene.stored().tokens.access,
                format!("access-{}", scene.service.lock().unwrap().pair)
            );
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    });
    join_all(workers).await;
    // 8,200 s: renewed at 100 s, and then five minutes before each hour of a token is over.
    assert_eq!(scene.exchanges(), 3);
    assert_eq!(scene.stored().version, 4);
    assert!(scene.stored().tokens.refresh_until.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_service_refuses_is_renewed_once_for_all_and_the_requests_are_sent_again() {
    let scene = scene(3600);
    scene.service.lock().unwrap().lenient = true;
    // The service has given out a pair that is in nobody's vault: the stored access token is not good.
    scene.service.lock().unwrap().pair = 7;
    let client = process();
    let outcomes = join_all((0..8).map(|_| scene.ask(&client))).await;
    assert!(outcomes.into_iter().all(|outcome| outcome.unwrap() == StatusCode::OK));
    assert_eq!(scene.exchanges(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_no_renewal_heals_is_given_back_and_does_not_renew_for_each_request() {
    let scene = scene(3600);
    scene.service.lock().unwrap().revoked = true;
    let client = process();
    for _ in 0..20 {
        assert_eq!(scene.ask(&client).await.unwrap(), StatusCode::UNAUTHORIZED);
    }
    assert_eq!(scene.exchanges(), 1);
}

#[tokio::test(start_paused = true)]
async fn of_two_processes_that_renew_at_once_both_use_what_was_stored_first() {
    for lenient in [true, false] {
        let scene = scene(10);
        scene.service.lock().unwrap().lenient = lenient;
        // The faster one needs a second to store: the slower one sees the old tokens when it is refused.
        *scene.world.vault.slow.lock().unwrap() = Duration::from_secs(1);
        let (one, other) = (process(), process());
        let outcomes = tokio::join!(scene.ask(&one), scene.ask(&other));
        assert_eq!([outcomes.0.unwrap(), outcomes.1.unwrap()], [StatusCode::OK; 2], "lenient {lenient}");
        assert_eq!((scene.exchanges(), scene.stored().version), (2, 2), "lenient {lenient}");
        assert_eq!(scene.stored().tokens.access, "access-1");
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_uses_what_another_one_stored_without_asking_the_service() {
    let scene = scene(3600);
    let (one, other) = (process(), process());
    scene.ask(&one).await.unwrap();
    scene.world.context.clock.sleep(Duration::from_secs(3400)).await;
    scene.ask(&other).await.unwrap();
    scene.ask(&one).await.unwrap();
    assert_eq!(scene.exchanges(), 1);
}

#[tokio::test(start_paused = true)]
async fn work_that_is_dropped_between_exchange_and_storing_does_not_lose_the_pair() {
    let scene = scene(10);
    let client = process();
    *scene.world.vault.slow.lock().unwrap() = Duration::from_secs(1);
    let dropped = tokio::time::timeout(Duration::from_millis(500), scene.ask(&client)).await;
    assert!(dropped.is_err());
    assert_eq!((scene.exchanges(), scene.stored().version), (1, 1));
    // The refresh token of the vault is used up; the pair that was bought is stored now.
    assert_eq!(scene.ask(&client).await.unwrap(), StatusCode::OK);
    assert_eq!((scene.exchanges(), scene.stored().version), (1, 2));
}

#[tokio::test(start_paused = true)]
async fn a_pair_that_cannot_be_stored_is_not_used() {
    let scene = scene(4);
    let client = process();
    *scene.world.vault.broken.lock().unwrap() = true;
    let error = scene.ask(&client).await.unwrap_err();
    assert_eq!((error.kind(), was_sent(&error)), (ErrorKind::Unavailable, false));
    assert_eq!(scene.service.lock().unwrap().asked, 0);
    *scene.world.vault.broken.lock().unwrap() = false;
    assert_eq!(scene.ask(&client).await.unwrap(), StatusCode::OK);
    assert_eq!(scene.exchanges(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_crash_between_exchange_and_storing_needs_a_login_only_where_old_tokens_die_at_once() {
    for (lenient, kind) in [(true, None), (false, Some(ErrorKind::Unauthorized))] {
        let scene = scene(10);
        scene.service.lock().unwrap().lenient = lenient;
        *scene.world.vault.slow.lock().unwrap() = Duration::from_secs(1);
        // The process ends: what it held in memory is gone.
        drop(tokio::time::timeout(Duration::from_millis(500), scene.ask(&process())).await);
        *scene.world.vault.slow.lock().unwrap() = Duration::ZERO;
        assert_eq!(scene.ask(&process()).await.err().map(|error| error.kind()), kind);
    }
}

#[tokio::test(start_paused = true)]
async fn a_login_that_ended_says_so_and_asks_the_service_no_more_until_somebody_logs_in() {
    let scene = scene(10);
    scene.service.lock().unwrap().pair = 5;
    let client = process();
    for _ in 0..3 {
        let error = scene.ask(&client).await.unwrap_err();
        assert_eq!((error.kind(), was_sent(&error)), (ErrorKind::Unauthorized, false));
        assert!(error.to_string().contains("engine connections login"), "{error}");
    }
    assert_eq!(scene.exchanges(), 1);
    put(&scene.world, 2, 5, scene.world.context.clock.now() + SignedDuration::from_hours(1));
    assert_eq!(scene.ask(&client).await.unwrap(), StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn without_a_login_nothing_is_sent() {
    let scene = scene(10);
    scene.world.vault.held.lock().unwrap().clear();
    let error = scene.ask(&process()).await.unwrap_err();
    assert_eq!((error.kind(), was_sent(&error)), (ErrorKind::Unauthorized, false));
    assert!(error.to_string().contains("engine connections login"), "{error}");
    assert_eq!((scene.exchanges(), scene.service.lock().unwrap().asked), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_token_service_that_is_down_stops_nothing_while_the_token_is_good() {
    let scene = scene(200);
    scene.service.lock().unwrap().token_answer = Some(503);
    let client = process();
    let start = scene.world.context.clock.now();
    let error = loop {
        match scene.ask(&client).await {
            Ok(status) => assert_eq!(status, StatusCode::OK),
            Err(error) => break error,
        }
        scene.world.context.clock.sleep(Duration::from_secs(1)).await;
    };
    let passed = scene.world.context.clock.now().duration_since(start).as_secs();
    assert!((190..=200).contains(&passed), "{passed}");
    assert_eq!((error.kind(), was_sent(&error)), (ErrorKind::Unavailable, false));
    assert!(scene.exchanges() <= 21, "{}", scene.exchanges());
    scene.service.lock().unwrap().token_answer = None;
    // Its breaker opens for five minutes at most.
    scene.world.context.clock.sleep(Duration::from_secs(360)).await;
    assert_eq!(scene.ask(&client).await.unwrap(), StatusCode::OK);
}

const CODE: Code<'_> = Code { code: "c", redirect_uri: "http://localhost/", verifier: "v" };

fn name(name: &str) -> SecretName {
    SecretName { secret: name.into() }
}

/// A login whose tokens are bought and given back at another place.
fn login_at(url: &str) -> Login {
    Login { token_url: format!("{url}/token"), revoke_url: Some(format!("{url}/revoke")), ..login() }
}

fn login() -> Login {
    Login {
        account: ACCOUNT.into(),
        authorize_url: "https://login.example/connect?prompt=1".into(),
        token_url: "https://login.example/token".into(),
        revoke_url: Some("https://login.example/revoke".into()),
        client_id: SecretName { secret: "id".into() },
        client_secret: SecretName { secret: "secret".into() },
        scopes: vec!["accounting".into(), "openid".into()],
        expects: None,
        question: Some(Question { url: "https://api.example/company".into(), name: "/Company/Name".into() }),
    }
}

/// RFC 7636, appendix B: verifier and challenge.
#[tokio::test(start_paused = true)]
async fn the_address_of_a_login_has_the_challenge_and_not_the_verifier() {
    let World { context, .. } = world(|_| reply(200, &[], ""));
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let url = authorize_url(&context, &login(), "http://127.0.0.1:8123/callback", "state", verifier).unwrap();
    assert_eq!(
        url,
        "https://login.example/connect?prompt=1&client_id=value-of-id&response_type=code&scope=accounting+openid\
         &redirect_uri=http%3A%2F%2F127.0.0.1%3A8123%2Fcallback&state=state\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );
    assert_ne!(random_token(&context), random_token(&context));
    assert_eq!(random_token(&context).len(), 43);
}

#[tokio::test(start_paused = true)]
async fn a_code_buys_tokens_or_an_error_that_says_what_to_do() {
    let good = "{\"access_token\":\"a\",\"refresh_token\":\"r\",\"expires_in\":\"3600\"}";
    for (status, body, kind) in [
        (200, good, None),
        (200, "{\"access_token\":\"a\"}", Some(ErrorKind::Protocol)),
        (200, "<html>", Some(ErrorKind::Protocol)),
        (400, "{\"error\":\"invalid_grant\"}", Some(ErrorKind::Unauthorized)),
        (401, "{\"error\":\"invalid_client\"}", Some(ErrorKind::Unauthorized)),
        (401, "", Some(ErrorKind::Unauthorized)),
        (404, "<html>", Some(ErrorKind::Config)),
        (400, "{\"error\":\"invalid_request\"}", Some(ErrorKind::Config)),
        (302, "", Some(ErrorKind::Config)),
        (503, "", Some(ErrorKind::Unavailable)),
    ] {
        let World { context, .. } = world(move |request| {
            let form = String::from_utf8(request.body().to_vec()).unwrap();
            assert_eq!(
                form,
                "grant_type=authorization_code&code=c&redirect_uri=http%3A%2F%2Flocalhost%2F&code_verifier=v"
            );
            reply(status, &[], body)
        });
        let outcome = exchange_code(&Accounts::default(), &context, &login(), &CODE).await;
        assert_eq!(outcome.as_ref().err().map(ConnectorError::kind), kind, "{status} {body}");
        if let Ok(tokens) = outcome {
            assert_eq!(tokens.access_until.duration_since(context.clock.now()).as_secs(), LIFE - 1);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn new_tokens_are_for_the_account_only_when_the_account_itself_says_so() {
    for (status, body, outcome) in [
        (200, r#"{"Company":{"Name":"Ada & Co"}}"#, Ok("Ada & Co")),
        (200, "{\"Company\":{\"Name\":\"Ada\\u001b[2J & Co\"}}", Ok("Ada[2J & Co")),
        (200, r#"{"Fault":{"Error":[]}}"#, Err(ErrorKind::Protocol)),
        (200, "<html>", Err(ErrorKind::Protocol)),
        (302, "", Err(ErrorKind::Protocol)),
        (401, "", Err(ErrorKind::Unauthorized)),
        (403, r#"{"Company":{"Name":"Ada & Co"}}"#, Err(ErrorKind::Unauthorized)),
        (404, "", Err(ErrorKind::Unauthorized)),
        (429, "", Err(ErrorKind::Unavailable)),
        (503, "", Err(ErrorKind::Unavailable)),
    ] {
        let World { context, .. } = world(move |request| {
            assert_eq!(request.uri(), "https://api.example/company");
            assert_eq!(request.headers()["authorization"], "Bearer a");
            reply(status, &[], body)
        });
        let until = context.clock.now();
        let tokens =
            Tokens { access: "a".into(), access_until: until, refresh: "r".into(), refresh_until: None };
        let name = account_name(&Accounts::default(), &context, &login(), &tokens).await;
        let name = name.map(Option::unwrap).map_err(|error| error.kind());
        assert_eq!(name.as_deref().map_err(|kind| *kind), outcome, "{status} {body}");
    }
}

#[tokio::test(start_paused = true)]
async fn secrets_and_tokens_do_not_go_to_a_token_endpoint_that_they_are_not_bound_to() {
    let World { context, vault, .. } = world(|request| panic!("{} was asked", request.uri()));
    let elsewhere = |url: &str| Login { client_secret: name("login.example|secret"), ..login_at(url) };
    let code = exchange_code(&Accounts::default(), &context, &elsewhere("https://evil.example"), &CODE).await;
    assert_eq!(code.unwrap_err().kind(), ErrorKind::Config);
    let until = context.clock.now();
    let tokens = Tokens { access: "a".into(), access_until: until, refresh: "r".into(), refresh_until: None };
    let given = revoke(&Accounts::default(), &context, &elsewhere("https://evil.example"), &tokens).await;
    assert_eq!(given.unwrap_err().kind(), ErrorKind::Config);
    let asked =
        account_name(&Accounts::default(), &context, &elsewhere("https://login.example"), &tokens).await;
    assert_eq!(asked.unwrap_err().kind(), ErrorKind::Config, "the account is at another host than the login");
    vault.held.lock().unwrap().insert(ACCOUNT.into(), Held { tokens, version: 1 });
    let client = process_at(&context, "https://evil.example/token");
    let error = client.send(&context, get(API)).await.unwrap_err();
    assert_eq!((error.kind(), was_sent(&error)), (ErrorKind::Config, false));
    assert!(error.to_string().contains("host evil.example"), "{error}");
}

/// A client whose app's secret is bound to the host of the API and of the logins.
fn process_at(context: &Context, token_url: &str) -> Client {
    let oauth = OAuth2 {
        account: ACCOUNT.into(),
        token_url: token_url.into(),
        client_id: "id".into(),
        client_secret: Secret::of(context, "login.example|secret").unwrap(),
    };
    Client::new(&Accounts::default(), "realm", Auth::OAuth2(oauth), unlimited())
}

#[tokio::test(start_paused = true)]
async fn the_token_endpoint_has_a_pause_and_a_breaker_of_its_own_that_stop_no_other_request() {
    let asked = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&asked);
    let World { context, vault, .. } = world(move |request| {
        if request.uri().path() != "/token" {
            return reply(200, &[], "{}");
        }
        *counter.lock().unwrap() += 1;
        reply(429, &[("retry-after", "120")], "")
    });
    let until = context.clock.now() + SignedDuration::from_secs(200);
    let tokens = Tokens { access: "a".into(), access_until: until, refresh: "r".into(), refresh_until: None };
    vault.held.lock().unwrap().insert(ACCOUNT.into(), Held { tokens, version: 1 });
    let accounts = Accounts::default();
    let client = |realm: &str| {
        let oauth = OAuth2 {
            account: ACCOUNT.into(),
            token_url: "https://login.example/token".into(),
            client_id: "id".into(),
            client_secret: "secret".into(),
        };
        Client::new(&accounts, realm, Auth::OAuth2(oauth), unlimited())
    };
    let (one, other) = (client("one"), client("other"));
    let start = context.clock.now();
    for _ in 0..100 {
        assert!(one.send(&context, get(API)).await.is_ok() && other.send(&context, get(API)).await.is_ok());
        context.clock.sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(*asked.lock().unwrap(), 1, "for two minutes nothing more is asked");
    assert!(context.clock.now().duration_since(start).as_secs() < 130, "no request waited for the tokens");
    // Another login at the same endpoint obeys the same pause, and is told how long it lasts.
    let error = exchange_code(&accounts, &context, &login(), &CODE).await.unwrap_err();
    assert!(matches!(error.retry(), Retry::After(wait) if wait > Duration::from_secs(5)), "{error:?}");
    context.clock.sleep(Duration::from_secs(120)).await;
    assert!(one.send(&context, get(API)).await.is_err(), "the token has ended, and there is no other");
    assert_eq!(*asked.lock().unwrap(), 2);
}

#[tokio::test(start_paused = true)]
async fn tokens_are_given_back_once_and_giving_back_unknown_ones_is_no_error() {
    for (status, good) in [(200, true), (400, true), (503, false)] {
        let World { context, .. } = world(move |request| {
            assert_eq!(request.body(), "{\"token\":\"r\"}");
            reply(status, &[], "")
        });
        let until = context.clock.now();
        let tokens =
            Tokens { access: "a".into(), access_until: until, refresh: "r".into(), refresh_until: None };
        assert_eq!(revoke(&Accounts::default(), &context, &login(), &tokens).await.is_ok(), good);
    }
}
