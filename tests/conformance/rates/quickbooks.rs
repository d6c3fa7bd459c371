//! Property 4 with the real connector: QuickBooks allows 500 requests in any minute, 10 in any second and 10 at once.

use crate::world::{Distant, beginning, open, simulated};
use bytes::Bytes;
use connector_emulators::{
    FaultPlan, Faulty,
    quickbooks::{Limits, QuickBooks, Settings, Usage},
};
use engine_contract::{Context, Op, Outcome, Target, Tokens, Write};
use futures::future::join_all;
use jiff::SignedDuration;
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

const REALM: &str = "9130350000000000";
/// More than may be under way, so that somebody always waits.
const WORKERS: usize = 30;
const WINDOWS: u32 = 5;
const MINUTE: Duration = Duration::from_secs(60);

/// A company that answers after some time, at a distance: milliseconds.
struct Far {
    takes: i64,
    way: (u64, u64),
}

fn company(far: &Far) -> (Faulty<QuickBooks>, Tokens) {
    let limits = Limits { takes: SignedDuration::from_millis(far.takes), ..Limits::default() };
    let books = QuickBooks::new(Settings { limits, ..Settings::default() });
    let granted = books.grant(REALM, beginning());
    let tokens = Tokens {
        access: granted.access_token,
        access_until: granted.expires_at,
        refresh: granted.refresh_token,
        refresh_until: None,
    };
    (Faulty::new(books, FaultPlan::default()), tokens)
}

/// Writes and looks in turn, for as long as there is time.
async fn work(context: &Context, target: &dyn Target, worker: usize, until: Instant) {
    for turn in 0.. {
        if Instant::now() >= until {
            return;
        }
        if turn % 2 == 1 {
            let sought = [format!("Worker {worker}")];
            target.find(context, "Item", "Name", &sought).await.unwrap();
            continue;
        }
        let body = json!({"TxnDate": "2026-03-02", "Line": [
            {"Amount": 1, "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {"PostingType": "Debit", "AccountRef": {"value": "5"}}},
            {"Amount": 1, "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {"PostingType": "Credit", "AccountRef": {"value": "1"}}},
        ]});
        let write = Write {
            id: "1".to_owned(),
            op: Op::Create,
            object: "JournalEntry".to_owned(),
            payload: Bytes::from(body.to_string()),
            match_on: Vec::new(),
            target_id: None,
            token: None,
            request_key: format!("w{worker}t{turn}"),
            marker: String::new(),
            revision: 1,
        };
        let outcomes = target.write(context, &[write]).await.unwrap();
        assert!(matches!(outcomes[0].1, Outcome::Applied(_)), "{outcomes:?}");
    }
}

/// Hammers a company for five minutes through two connections, as two pipelines have them. What it counted: at their end, and in all, with what still waited then.
fn hammered(far: &Far) -> (Usage, Usage) {
    simulated(async {
        let (service, tokens) = company(far);
        let service = Distant::new(service, far.way);
        let settings =
            json!({"realm": REALM, "client_id": {"secret": "id"}, "client_secret": {"secret": "secret"}});
        let registry = connectors::registry();
        let connect = || open((&registry, "quickbooks"), &settings, Some(tokens.clone()), &service);
        let pipelines = [connect().await, connect().await];
        let until = Instant::now() + MINUTE * WINDOWS;
        let workers = join_all((0..WORKERS).map(|worker| {
            let (context, connection) = &pipelines[worker % pipelines.len()];
            work(context, connection.target.as_deref().unwrap(), worker, until)
        }));
        let counted = || service.look(|books| books.usage(REALM).unwrap());
        let watcher = async {
            sleep_until(until).await;
            counted()
        };
        let (_, within) = tokio::join!(workers, watcher);
        (within, counted())
    })
}

#[test]
fn no_window_of_quickbooks_is_exceeded_and_nine_tenths_of_them_are_used() {
    for (far, allowed) in [
        (Far { takes: 20, way: (1, 4) }, 2500),
        (Far { takes: 300, way: (20, 60) }, 2500),
        (Far { takes: 700, way: (60, 80) }, 2500),
        // Ten at once, each under way for 2.1 seconds: 10 / 2.1 s in 300 s.
        (Far { takes: 2000, way: (50, 0) }, 1428),
    ] {
        let (within, usage) = hammered(&far);
        let told = format!("{} ms: {} of {allowed}; {usage:?}", far.takes, within.requests);
        println!("{told}");
        assert!(usage.per_minute <= 500 && usage.per_second <= 10 && usage.at_once <= 10, "{told}");
        assert_eq!(usage.refused, 0, "{told}");
        assert!(within.requests * 10 >= allowed * 9, "{told}");
    }
}

#[test]
fn a_company_that_is_asked_without_restraint_refuses() {
    // The same counters see a client that does not hold back: the test above can fail.
    let (mut service, tokens) = company(&Far { takes: 300, way: (0, 0) });
    for _ in 0..11 {
        let request = http::Request::get(format!("/v3/company/{REALM}/companyinfo/{REALM}"))
            .header("authorization", format!("Bearer {}", tokens.access))
            .body(Bytes::new())
            .unwrap();
        service.handle(&request, beginning());
    }
    let usage = service.inner().usage(REALM).unwrap();
    assert_eq!((usage.per_second, usage.at_once, usage.refused), (11, 11, 1));
}
