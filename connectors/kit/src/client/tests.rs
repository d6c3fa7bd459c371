//! The way of one request.

use super::{Asked, Client, was_sent};
use crate::{
    Accounts, Auth, OAuth2, Secret,
    testing::{World, get, reply, unlimited, world},
};
use engine_contract::{ConnectorError, ErrorKind, Held, Tokens};
use http::{Method, StatusCode};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

#[tokio::test(start_paused = true)]
async fn credentials_go_to_the_host_of_the_connection_only() {
    let World { context, .. } = world(|_| reply(200, &[], ""));
    let auth = Auth::Basic { user: "u".into(), password: "p".into() };
    let client = Client::new(&Accounts::default(), "shop", auth, unlimited())
        .bound_to("https://shop.example/wp-json".parse().unwrap());
    for (url, goes) in [
        ("https://shop.example/wp-json/wc/v3/orders?page=2", true),
        ("https://SHOP.example:443/other", true),
        ("http://shop.example/wp-json", false),
        ("https://shop.example:8443/wp-json", false),
        ("https://shop.example.evil.example/wp-json", false),
        ("https://user@evil.example/?shop.example", false),
    ] {
        let outcome = client.send(&context, get(url)).await;
        assert_eq!(
            outcome.as_ref().err().map(ConnectorError::kind),
            (!goes).then_some(ErrorKind::Config),
            "{url}"
        );
    }
    let error = client.send(&context, get("/orders")).await.unwrap_err();
    assert!(error.to_string().contains("scheme and a host"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_bound_to_a_host_is_sent_to_no_other_in_whatever_way_requests_are_signed() {
    let sent = Arc::new(AtomicU32::new(0));
    let counter = Arc::clone(&sent);
    let World { context, vault, .. } = world(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        reply(200, &[], "")
    });
    let until = context.clock.now() + jiff::SignedDuration::from_hours(1);
    let tokens = Tokens { access: "a".into(), access_until: until, refresh: "r".into(), refresh_until: None };
    vault.held.lock().unwrap().insert("books".into(), Held { tokens, version: 1 });
    let secret = |name: &str| Secret::of(&context, name).unwrap();
    let bound = || secret("shop.example|key");
    let bearer = Secret::made_of::<()>(&[bound()], |texts| Ok(format!("Bearer {}", texts[0]))).unwrap();
    let auths = [
        Auth::Basic { user: "open".into(), password: bound() },
        Auth::Basic { user: bound(), password: "open".into() },
        Auth::Headers(vec![(http::header::AUTHORIZATION, bearer)]),
        Auth::Query { pairs: vec![("key".into(), bound())] },
        Auth::OAuth1 { key: "open".into(), secret: bound() },
        Auth::OAuth1 { key: bound(), secret: "open".into() },
        Auth::OAuth2(OAuth2 {
            account: "books".into(),
            token_url: "https://shop.example/token".into(),
            client_id: "open".into(),
            client_secret: bound(),
        }),
    ];
    for (index, auth) in (1..).zip(auths) {
        let client = Client::new(&Accounts::default(), "shop", auth, unlimited());
        client.send(&context, get("https://shop.example/orders")).await.unwrap();
        let error = client.send(&context, get("https://moved.example/orders")).await.unwrap_err();
        assert_eq!((error.kind(), was_sent(&error)), (ErrorKind::Config, false), "{index}");
        assert!(error.to_string().contains("`shop.example` only"), "{error}");
        assert_eq!(sent.load(Ordering::Relaxed), index, "nothing went to the other host");
    }
}

#[tokio::test(start_paused = true)]
async fn answers_say_what_was_asked_without_the_query() {
    let World { context, .. } = world(|_| reply(404, &[], "{}"));
    let client = crate::testing::client(unlimited());
    let answer =
        client.send(&context, get("https://shop.example:8443/orders/7?email=a@b.example")).await.unwrap();
    let asked =
        Asked { method: Method::GET, origin: "https://shop.example:8443".into(), path: "/orders/7".into() };
    assert_eq!(answer.extensions().get::<Asked>(), Some(&asked));
}

/// The service's clock is two hours ahead of ours, and takes 15 minutes, as `WooCommerce` does.
#[tokio::test(start_paused = true)]
async fn a_signature_for_a_wrong_time_is_made_again_for_the_services_time() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    let World { context, .. } = world(move |request| {
        count.fetch_add(1, Ordering::Relaxed);
        let query = request.uri().query().unwrap();
        let at = query.split_once("oauth_timestamp=").unwrap().1.split('&').next().unwrap();
        let good = at.parse::<i64>().unwrap().abs_diff(1_800_007_200) < 900;
        reply(if good { 200 } else { 401 }, &[("date", "Fri, 15 Jan 2027 10:00:00 GMT")], "{}")
    });
    let auth = Auth::OAuth1 { key: "ck".into(), secret: "cs".into() };
    let client = Client::new(&Accounts::default(), "shop", auth, unlimited());
    for expected in [2, 3] {
        let answer = client.send(&context, get("http://shop.example/orders")).await.unwrap();
        assert_eq!((answer.status(), asked.load(Ordering::Relaxed)), (StatusCode::OK, expected));
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_that_cannot_be_mended_is_given_back_at_once() {
    let asked = Arc::new(AtomicU32::new(0));
    let count = asked.clone();
    let World { context, .. } = world(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        reply(401, &[("date", "Fri, 15 Jan 2027 08:00:00 GMT")], "{}")
    });
    for auth in [
        Auth::None,
        Auth::Basic { user: "u".into(), password: "p".into() },
        Auth::OAuth1 { key: "ck".into(), secret: "cs".into() },
    ] {
        let client = Client::new(&Accounts::default(), "shop", auth, unlimited());
        client.send(&context, get("https://shop.example/orders")).await.unwrap();
    }
    assert_eq!(asked.load(Ordering::Relaxed), 3);
}

#[test]
fn only_what_surely_did_not_arrive_counts_as_not_sent() {
    let sent = |kind| was_sent(&ConnectorError::new(kind, ""));
    for kind in [
        ErrorKind::Unavailable,
        ErrorKind::Config,
        ErrorKind::Unauthorized,
        ErrorKind::Unsupported,
        ErrorKind::Hook,
    ] {
        assert!(!sent(kind), "{kind:?}");
    }
    for kind in [ErrorKind::Timeout, ErrorKind::Protocol, ErrorKind::Corrupt, ErrorKind::RateLimited] {
        assert!(sent(kind), "{kind:?}");
    }
}
