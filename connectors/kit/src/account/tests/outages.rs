//! Services that are down, and requests that are repeated.

use crate::{
    Client, Repeat,
    testing::{Reply, World, client, get, reply, unlimited, world},
    was_sent,
};
use engine_contract::{ConnectorError, Context, ErrorKind, Retry};
use http::StatusCode;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

const URL: &str = "https://shop.example/";

fn broken(kind: ErrorKind) -> Reply {
    Reply { outcome: Err(ConnectorError::new(kind, "broken")), after: Duration::from_millis(10) }
}

/// How many of `tries` requests, one after the other, reach a service that answers so.
async fn reached(tries: u32, answer: fn() -> Reply) -> u32 {
    let reached = Arc::new(AtomicU32::new(0));
    let count = reached.clone();
    let World { context, .. } = world(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        answer()
    });
    let client = client(unlimited());
    for _ in 0..tries {
        drop(client.send(&context, get(URL)).await);
    }
    reached.load(Ordering::Relaxed)
}

#[tokio::test(start_paused = true)]
async fn five_failures_in_a_row_open_the_breaker_and_refusals_do_not() {
    let cases: [(fn() -> Reply, u32); 8] = [
        (|| broken(ErrorKind::Unavailable), 5),
        (|| broken(ErrorKind::Timeout), 5),
        (|| broken(ErrorKind::Protocol), 5),
        (|| reply(503, &[], "<html>"), 5),
        (|| reply(500, &[], "fatal error"), 5),
        (|| reply(500, &[], "{\"code\":\"woocommerce_rest_cannot_create_order_refund\"}"), 20),
        (|| reply(400, &[], "{}"), 20),
        (|| broken(ErrorKind::Config), 20),
    ];
    for (index, (answer, expected)) in cases.into_iter().enumerate() {
        assert_eq!(reached(20, answer).await, expected, "case {index}");
    }
}

/// A service that can be switched on, and counts.
fn switched() -> (Context, Client, Arc<AtomicBool>, Arc<AtomicU32>) {
    let (works, asked) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let (on, count) = (works.clone(), asked.clone());
    let World { context, .. } = world(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        reply(if on.load(Ordering::Relaxed) { 200 } else { 502 }, &[], "")
    });
    (context, client(unlimited()), works, asked)
}

#[tokio::test(start_paused = true)]
async fn an_open_breaker_lets_one_probe_through_after_its_time() {
    let (context, client, works, asked) = switched();
    for _ in 0..5 {
        client.send(&context, get(URL)).await.unwrap();
    }
    let error = client.send(&context, get(URL)).await.unwrap_err();
    assert_eq!((error.kind(), was_sent(&error)), (ErrorKind::Unavailable, false));
    let Retry::After(wait) = error.retry() else { panic!("{error:?}") };
    assert!(wait <= Duration::from_secs(12), "{wait:?}");

    context.clock.sleep(wait).await;
    let (one, other) = tokio::join!(client.send(&context, get(URL)), client.send(&context, get(URL)));
    assert_eq!(one.unwrap().status(), StatusCode::BAD_GATEWAY);
    assert_eq!(other.unwrap_err().kind(), ErrorKind::Unavailable);
    assert_eq!(asked.load(Ordering::Relaxed), 6);

    // The probe failed: twice the time. Then it works again, for all.
    let Retry::After(wait) = client.send(&context, get(URL)).await.unwrap_err().retry() else { panic!() };
    assert!(wait > Duration::from_secs(19), "{wait:?}");
    context.clock.sleep(wait).await;
    works.store(true, Ordering::Relaxed);
    for _ in 0..3 {
        assert_eq!(client.send(&context, get(URL)).await.unwrap().status(), StatusCode::OK);
    }
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_given_up_leaves_the_way_to_the_next() {
    let (context, client, works, _) = switched();
    for _ in 0..5 {
        client.send(&context, get(URL)).await.unwrap();
    }
    context.clock.sleep(Duration::from_secs(13)).await;
    let probe = client.send(&context, get(URL));
    assert!(tokio::time::timeout(Duration::from_millis(10), probe).await.is_err());
    works.store(true, Ordering::Relaxed);
    assert!(client.send(&context, get(URL)).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn repeats_are_a_tenth_of_what_is_sent_and_ten_more() {
    let World { context, .. } = world(|_| Reply { after: Duration::ZERO, ..reply(200, &[], "") });
    let client = client(unlimited());
    let repeat = || {
        let mut request = get(URL);
        request.extensions_mut().insert(Repeat);
        request
    };
    for _ in 0..100 {
        client.send(&context, get(URL)).await.unwrap();
    }
    let mut sent = 0;
    let error = loop {
        match client.send(&context, repeat()).await {
            Ok(_) => sent += 1,
            Err(error) => break error,
        }
    };
    assert_eq!(sent, 20);
    assert_eq!((error.kind(), was_sent(&error)), (ErrorKind::Unavailable, false));
    let Retry::After(wait) = error.retry() else { panic!("{error:?}") };
    context.clock.sleep(wait).await;
    client.send(&context, repeat()).await.unwrap();
}
