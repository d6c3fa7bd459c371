//! Property 4: no window at the service ever holds more than the limit, and nine tenths of it are used.

use crate::{
    Accounts, Auth, Client, Limits, Window,
    testing::{World, get, reply, unlimited, world, world_over},
    was_sent,
};
use async_trait::async_trait;
use bytes::Bytes;
use engine_contract::{ErrorKind, HttpTransport, Result, Retry};
use futures::future::join_all;
use http::{Request, Response};
use proptest::prelude::*;
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::time::Instant;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// A service far away: requests arrive after differing times, and take differing times to be answered.
struct FarAway {
    ways: Vec<u64>,
    works: Vec<u64>,
    arrived: Mutex<Vec<Instant>>,
    under_way: Mutex<(usize, usize)>,
}

#[async_trait]
impl HttpTransport for FarAway {
    async fn send(&self, _request: Request<Bytes>) -> Result<Response<Bytes>> {
        let number = {
            let mut under_way = self.under_way.lock().unwrap();
            under_way.0 += 1;
            under_way.1 = under_way.1.max(under_way.0);
            self.arrived.lock().unwrap().len() + under_way.0
        };
        tokio::time::sleep(ms(self.ways[number % self.ways.len()])).await;
        self.arrived.lock().unwrap().push(Instant::now());
        tokio::time::sleep(ms(self.works[number % self.works.len()])).await;
        self.under_way.lock().unwrap().0 -= 1;
        Ok(Response::new(Bytes::new()))
    }
}

/// How many requests fit into `time` when each is sent at the first moment that the windows allow.
fn most(windows: &[(u32, u64)], time: u64) -> usize {
    let mut sent: Vec<u64> = Vec::new();
    loop {
        let earliest = windows.iter().map(|(requests, per)| {
            sent.len()
                .checked_sub(*requests as usize)
                .and_then(|at| sent.get(at))
                .map_or(0, |first| first + per)
        });
        let next = earliest.max().unwrap_or(0).max(sent.last().copied().unwrap_or(0));
        if next >= time {
            return sent.len();
        }
        sent.push(next);
    }
}

fn windows() -> impl Strategy<Value = Vec<(u32, u64)>> {
    // A second window is longer and allows more requests at a lower rate, as those of services do.
    (1u32..9, 500u64..4000, proptest::option::of((2u64..8, 3u64..9))).prop_map(|(requests, per, other)| {
        let second = other.map(|(times, tenths)| {
            let whole = u64::from(requests) * times * tenths / 10;
            (u32::try_from(whole).unwrap().max(requests), per * times)
        });
        [Some((requests, per)), second].into_iter().flatten().collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]
    #[test]
    fn no_window_is_exceeded_and_nine_tenths_are_used(
        windows in windows(),
        base in 0u64..500,
        spread in proptest::collection::vec(0u64..=1000, 1..20),
        works in proptest::collection::vec(0u64..1500, 1..20),
        clients in 1usize..4,
        concurrency in proptest::option::of(1usize..4),
    ) {
        let margin = windows.iter().map(|(_, per)| per / 12).min().unwrap_or(0);
        let far = Arc::new(FarAway {
            ways: spread.iter().map(|part| base + part * margin / 1000).collect(),
            works,
            arrived: Mutex::default(),
            under_way: Mutex::default(),
        });
        let longest = windows.iter().map(|(_, per)| *per).max().unwrap_or(0);
        // Not a round number: a burst more or less must tell nine tenths from less.
        let time = longest * 45;
        let limits = Limits {
            windows: windows.iter().map(|(requests, per)| Window { requests: *requests, per: ms(*per) }).collect(),
            concurrency,
            wait_after_429: ms(1000),
        };
        paused(async {
            let World { context, .. } = world_over(far.clone());
            let accounts = Accounts::default();
            let clients: Vec<_> =
                (0..clients).map(|_| Client::new(&accounts, "shop", Auth::None, limits.clone())).collect();
            let start = Instant::now();
            let workers = (0..60).map(|worker| {
                let (context, client) = (&context, &clients[worker % clients.len()]);
                async move {
                    while start.elapsed() < ms(time) {
                        client.send(context, get("https://shop.example/")).await.unwrap();
                    }
                }
            });
            join_all(workers).await;
            let arrived = far.arrived.lock().unwrap().clone();
            for (requests, per) in &windows {
                for pair in arrived.windows(*requests as usize + 1) {
                    let span = pair[pair.len() - 1] - pair[0];
                    prop_assert!(span >= ms(*per), "{requests} in {per} ms, but one more in {span:?}");
                }
            }
            let at_once = far.under_way.lock().unwrap().1;
            if let Some(most_at_once) = concurrency {
                prop_assert!(at_once <= most_at_once, "{at_once} at once");
            } else {
                let used = arrived.iter().filter(|moment| **moment - start < ms(time + base + margin)).count();
                prop_assert!(used >= most(&windows, time * 9 / 10), "{used} of {}", most(&windows, time));
            }
            Ok(())
        })?;
    }
}

fn paused<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap()
        .block_on(future)
}

#[tokio::test(start_paused = true)]
async fn the_account_is_quiet_for_as_long_as_the_service_asks() {
    for (headers, status, quiet) in [
        (vec![("retry-after", "7")], 429, 7),
        (vec![("retry-after", "7")], 503, 7),
        (
            vec![("retry-after", "Fri, 15 Jan 2027 08:10:00 GMT"), ("date", "Fri, 15 Jan 2027 08:09:30 GMT")],
            429,
            30,
        ),
        (vec![], 429, 60),
        (vec![("retry-after", "0")], 429, 60),
        (vec![("retry-after", "Fri, 15 Jan 2027 07:00:00 GMT")], 429, 60),
        (vec![("retry-after", "soon")], 429, 60),
        (vec![("retry-after", "7")], 200, 0),
    ] {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = asked.clone();
        let given: Vec<_> = headers.clone();
        let World { context, .. } = world(move |_| {
            let mut seen = seen.lock().unwrap();
            seen.push(Instant::now());
            if seen.len() == 1 { reply(status, &given, "") } else { reply(200, &[], "") }
        });
        let accounts = Accounts::default();
        let [one, other] = [(); 2].map(|()| Client::new(&accounts, "shop", Auth::None, unlimited()));
        assert_eq!(one.send(&context, get("https://shop.example/")).await.unwrap().status(), status);
        let answered = Instant::now();
        join_all([&one, &other].map(|client| client.send(&context, get("https://shop.example/")))).await;
        let asked = asked.lock().unwrap();
        let waited = asked[1].min(asked[2]) - answered;
        let most = Duration::from_secs(quiet) * 11 / 10 + ms(2);
        assert!(waited >= Duration::from_secs(quiet) && waited <= most, "{headers:?} {status}: {waited:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn pauses_without_a_length_double() {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let World { context, .. } = world(move |_| {
        seen.lock().unwrap().push(Instant::now());
        reply(429, &[], "")
    });
    let client = crate::testing::client(unlimited());
    for _ in 0..6 {
        client.send(&context, get("https://shop.example/")).await.unwrap();
    }
    let asked = asked.lock().unwrap();
    let waits: Vec<_> = asked.windows(2).map(|two| (two[1] - two[0]).as_secs()).collect();
    for (wait, least) in waits.iter().zip([60, 120, 240, 480, 600]) {
        assert!((least..=least * 11 / 10 + 1).contains(wait), "{waits:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn waiting_ends_when_the_work_should_stop_and_nothing_was_sent() {
    let World { context, .. } = world(|_| reply(200, &[], ""));
    let minute = Window { requests: 1, per: Duration::from_secs(60) };
    let client = crate::testing::client(Limits { windows: vec![minute], ..unlimited() });
    client.send(&context, get("https://shop.example/")).await.unwrap();
    let stop = async {
        tokio::time::sleep(ms(5_000)).await;
        context.cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(client.send(&context, get("https://shop.example/")), stop);
    let error = outcome.unwrap_err();
    assert_eq!((error.kind(), was_sent(&error)), (ErrorKind::Unavailable, false));
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_is_used_up_for_long_is_an_error_that_says_until_when() {
    let World { context, .. } = world(|_| reply(200, &[], ""));
    let day = Window { requests: 2, per: Duration::from_secs(86_400) };
    let client = crate::testing::client(Limits { windows: vec![day], ..unlimited() });
    for _ in 0..2 {
        client.send(&context, get("https://shop.example/")).await.unwrap();
    }
    let error = client.send(&context, get("https://shop.example/")).await.unwrap_err();
    assert_eq!((error.kind(), was_sent(&error)), (ErrorKind::Unavailable, false));
    assert!(matches!(error.retry(), Retry::After(wait) if wait > Duration::from_secs(86_000)), "{error:?}");
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_put_back_does_not_make_the_account_wait_for_it() {
    let World { context, clock, .. } = world(|_| reply(429, &[("retry-after", "30")], ""));
    let second = Window { requests: 1, per: Duration::from_secs(1) };
    let client = crate::testing::client(Limits { windows: vec![second], ..unlimited() });
    client.send(&context, get("https://shop.example/")).await.unwrap();
    clock.set(-3600);
    let start = Instant::now();
    client.send(&context, get("https://shop.example/")).await.unwrap();
    assert!((29..=31).contains(&start.elapsed().as_secs()), "{:?}", start.elapsed());
}
