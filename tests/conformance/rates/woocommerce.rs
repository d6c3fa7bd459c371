//! A store that answers after 50 ms and takes four requests at once: 80 requests a second, and no more.

use crate::woocommerce::store;
use crate::world::{Distant, open, simulated};
use bytes::Bytes;
use connector_emulators::{Fault, FaultPlan, Faulty, Trigger, What, woocommerce::WooCommerce};
use engine_contract::{Connection, Context, Op, Outcome, ReadRequest, Write};
use futures::future::join_all;
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::time::Instant;

const URL: &str = "https://shop.example";
const ANSWERS_AFTER: u32 = 50;
const TIME: Duration = Duration::from_secs(60);

async fn connected() -> (Context, Connection) {
    let slow = Fault { what: What::Slow { milliseconds: ANSWERS_AFTER }, on: Trigger::default() };
    let plan = FaultPlan { fault: vec![slow], ..FaultPlan::default() };
    let service: Arc<Distant<WooCommerce>> = Distant::new(Faulty::new(store(URL, true), plan), (0, 0));
    let letters = "a".repeat(40);
    let secret = |begin: &str| json!({"secret": format!("{begin}_{letters}")});
    let settings = json!({"url": URL, "consumer_key": secret("ck"), "consumer_secret": secret("cs")});
    open((&connectors::registry(), "woocommerce"), &settings, None, &service).await
}

/// How many requests a second ten workers get done.
async fn a_second(work: impl AsyncFn(usize)) -> f64 {
    let done = AtomicUsize::new(0);
    let begin = Instant::now();
    let worker = async |number: usize| {
        while begin.elapsed() < TIME {
            work(number).await;
            // What ends later is not counted.
            if begin.elapsed() <= TIME {
                done.fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    join_all((0..10).map(worker)).await;
    f64::from(u32::try_from(done.into_inner()).unwrap()) / TIME.as_secs_f64()
}

#[test]
fn four_connections_read_at_nine_tenths_of_what_they_can() {
    let rate = simulated(async {
        let (context, connection) = connected().await;
        let source = connection.source.as_deref().unwrap();
        let request = ReadRequest {
            stream: "orders".to_owned(),
            options: engine_contract::Map::new(),
            cursor: None,
            since: None,
            resume: None,
            max_records: 500,
            max_bytes: 4 << 20,
        };
        a_second(async |_| {
            let found = source.fetch(&context, &request, &["83".to_owned()]).await.unwrap();
            assert_eq!(found.len(), 1);
        })
        .await
    });
    println!("{rate} reads a second");
    assert!((72.0..=80.0).contains(&rate), "{rate}");
}

#[test]
fn writes_of_a_store_use_the_two_connections_that_they_may_use() {
    let rate = simulated(async {
        let (context, connection) = connected().await;
        let target = connection.target.as_deref().unwrap();
        let at_once = connection.capabilities.write_concurrency_max;
        assert_eq!(at_once, 2);
        a_second(async |number| {
            // As the engine does: no more calls at once than the target takes.
            if number >= at_once {
                tokio::time::sleep(TIME * 2).await;
                return;
            }
            let write = Write {
                id: "1".to_owned(),
                op: Op::Update,
                object: "products".to_owned(),
                payload: Bytes::from_static(br#"{"name":"other"}"#),
                match_on: Vec::new(),
                target_id: Some("12".to_owned()),
                token: None,
                request_key: String::new(),
                marker: String::new(),
                revision: 1,
            };
            let outcomes = target.write(&context, &[write]).await.unwrap();
            assert!(matches!(outcomes[0].1, Outcome::Applied(_)), "{outcomes:?}");
        })
        .await
    });
    println!("{rate} writes a second");
    assert!((36.0..=40.0).contains(&rate), "{rate}");
}
