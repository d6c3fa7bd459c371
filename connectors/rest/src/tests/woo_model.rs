//! A store that changes while it is read: nothing that is there is ever lost.
//!
//! The model follows the store's rules: bounds are exclusive, stamps have a grain of a second, ties are in the
//! order of ids, a change moves a record to the end of the list, a deletion shifts the rest.

use super::world::{Open, read};
use bytes::Bytes;
use engine_contract::{Cursor, HttpTransport, Result, async_trait};
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, PoisonError},
};

#[derive(Clone, Copy, Debug)]
enum Happening {
    /// A record changes, or is made where there is none.
    Change(u64),
    Delete(u64),
    /// Seconds pass.
    Pass(i64),
}

struct Store {
    now: i64,
    rows: BTreeMap<u64, i64>,
    happenings: Vec<Happening>,
    /// How much happens before each answer.
    pace: usize,
    deleted: BTreeSet<u64>,
    /// How long requests are under way: of those that are sent at once the last may arrive first.
    travels: Vec<u8>,
    /// How many requests have arrived.
    asked: usize,
}

struct Model(Mutex<Store>);

fn text(second: i64) -> String {
    TimeZone::UTC.to_datetime(Timestamp::from_second(second).unwrap()).to_string()
}

impl Store {
    fn happen(&mut self) {
        for _ in 0..self.pace {
            match self.happenings.pop() {
                Some(Happening::Change(id)) => drop(self.rows.insert(id, self.now)),
                Some(Happening::Delete(id)) => {
                    self.rows.remove(&id);
                    self.deleted.insert(id);
                }
                Some(Happening::Pass(seconds)) => self.now += seconds,
                None => {}
            }
        }
    }

    fn list(&self, query: &BTreeMap<String, String>) -> String {
        let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
        let after = query.get("modified_after").map(|text| match Cursor::parse(text) {
            Ok(Cursor::Instant(instant)) => instant.as_second(),
            _ => panic!("a bound in UTC"),
        });
        let without: BTreeSet<u64> = query
            .get("exclude")
            .into_iter()
            .flat_map(|ids| ids.split(','))
            .filter_map(|id| id.parse().ok())
            .collect();
        let mut rows: Vec<(i64, u64)> = self.rows.iter().map(|(id, modified)| (*modified, *id)).collect();
        if query.get("orderby").map(String::as_str) == Some("id") {
            rows.sort_by_key(|(_, id)| *id);
        } else {
            rows.sort_unstable();
        }
        let rows = rows
            .into_iter()
            .filter(|(modified, id)| after.is_none_or(|after| *modified > after) && !without.contains(id));
        let page = rows.skip(number("offset").unwrap_or(0)).take(number("per_page").unwrap());
        let page: Vec<_> = page
            .map(|(modified, id)| format!(r#"{{"id":{id},"date_modified_gmt":"{}"}}"#, text(modified)))
            .collect();
        format!("[{}]", page.join(","))
    }
}

#[async_trait]
impl HttpTransport for Model {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>> {
        let travels = self.0.lock().unwrap_or_else(PoisonError::into_inner).travels.pop();
        for _ in 0..travels.unwrap_or_default() {
            tokio::task::yield_now().await;
        }
        let mut store = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        store.happen();
        store.asked += 1;
        let query =
            request.uri().query().unwrap_or_default().split('&').filter_map(|pair| pair.split_once('='));
        let decoded =
            |text: &str| percent_encoding::percent_decode_str(text).decode_utf8().unwrap().into_owned();
        let query = query.map(|(name, value)| (name.to_owned(), decoded(value))).collect();
        let body = store.list(&query);
        Ok(Response::builder().status(200).body(Bytes::from(body)).unwrap())
    }
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        6 => (1u64..60).prop_map(Happening::Change),
        1 => (1u64..60).prop_map(Happening::Delete),
        2 => (1i64..3).prop_map(Happening::Pass),
    ]
}

/// Reads to the end, and gives the newest version that was seen of each record.
async fn all(
    open: &Open,
    stream: &str,
    (cursor, since): (Option<&str>, Option<i64>),
    most: usize,
) -> BTreeMap<u64, i64> {
    let mut request = read(stream, cursor, since.map(text).as_deref());
    request.max_records = most;
    let mut seen = BTreeMap::new();
    for _ in 0..5000 {
        let batch = open.source().read(&open.context, &request).await.unwrap();
        for record in &batch.records {
            let modified = record.record.member("date_modified_gmt").unwrap().to_value();
            let Ok(Cursor::Instant(modified)) = Cursor::parse(modified.as_str().unwrap()) else { panic!() };
            seen.insert(record.key.parse().unwrap(), modified.as_second());
        }
        request.resume.clone_from(&batch.checkpoint.resume);
        if batch.is_last() {
            return seen;
        }
    }
    panic!("the read does not end");
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

fn model(rows: BTreeMap<u64, i64>, happenings: Vec<Happening>, pace: usize) -> Arc<Model> {
    let now = 1_790_000_000;
    let rows = rows.into_iter().map(|(id, ago)| (id, now - ago)).collect();
    Arc::new(Model(Mutex::new(Store {
        now,
        rows,
        happenings,
        pace,
        deleted: BTreeSet::new(),
        travels: Vec::new(),
        asked: 0,
    })))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    /// A record that changes after it was read may hide behind its own key, which is left out while its second is
    /// read. The next run sees it: it begins at the cursor, which never passes the store's clock at the start.
    #[test]
    fn no_version_is_lost_to_this_run_and_the_next(
        rows in prop::collection::btree_map(1u64..60, 0i64..4, 0..50),
        happenings in prop::collection::vec(happening(), 0..120),
        pace in 0usize..4,
        most in 1usize..9,
    ) {
        let store = model(rows, happenings, pace);
        run(async {
            let open = Open::new("woocommerce", store.clone()).await;
            let began = store.0.lock().unwrap().now;
            let cursor = Some("date_modified_gmt");
            let mut seen = all(&open, "orders", (cursor, None), most).await;
            let newest = seen.values().max().map(|newest| (*newest).min(began));
            store.0.lock().unwrap().pace = 0;
            seen.extend(all(&open, "orders", (cursor, newest), most).await);
            let store = store.0.lock().unwrap();
            for (id, modified) in &store.rows {
                prop_assert_eq!(seen.get(id), Some(modified), "{} of {:?}", id, store.rows);
            }
            Ok(())
        })?;
    }

    #[test]
    fn no_record_is_lost_while_others_vanish(
        ids in prop::collection::btree_set(1u64..60, 0..50),
        happenings in prop::collection::vec((1u64..60).prop_map(Happening::Delete), 0..60),
        pace in 0usize..4,
        most in 1usize..9,
    ) {
        let store = model(ids.into_iter().map(|id| (id, 0)).collect(), happenings, pace);
        run(async {
            let open = Open::new("woocommerce", store.clone()).await;
            let seen = all(&open, "customers", (None, None), most).await;
            let store = store.0.lock().unwrap();
            for id in store.rows.keys() {
                prop_assert!(seen.contains_key(id), "{} of {:?}", id, store.rows);
            }
            prop_assert!(seen.keys().all(|id| store.rows.contains_key(id) || store.deleted.contains(id)));
            Ok(())
        })?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Several pages are asked for at once, and arrive in any order while records vanish between them.
    #[test]
    fn no_record_is_lost_between_pages_that_are_read_side_by_side(
        ids in prop::collection::btree_set(1u64..3000, 0..1200),
        happenings in prop::collection::vec((1u64..3000).prop_map(Happening::Delete), 0..900),
        pace in 0usize..70,
        travels in prop::collection::vec(0u8..6, 0..60),
        most in 90usize..1200,
    ) {
        let store = model(ids.into_iter().map(|id| (id, 0)).collect(), happenings, pace);
        store.0.lock().unwrap().travels = travels;
        run(async {
            let open = Open::new("woocommerce", store.clone()).await;
            let seen = all(&open, "customers", (None, None), most).await;
            let store = store.0.lock().unwrap();
            for id in store.rows.keys() {
                prop_assert!(seen.contains_key(id), "{}", id);
            }
            prop_assert!(seen.keys().all(|id| store.rows.contains_key(id) || store.deleted.contains(id)));
            Ok(())
        })?;
    }
}

/// Pages that are asked for at once are taken once, and a long list costs few pages beyond its end.
#[test]
fn a_long_list_is_read_four_pages_at_a_time() {
    let store = model((1..=3000).map(|id| (id, 0)).collect(), Vec::new(), 0);
    let seen = run(async {
        let open = Open::new("woocommerce", store.clone()).await;
        all(&open, "customers", (None, None), 2000).await
    });
    assert_eq!(seen.len(), 3000);
    let asked = store.0.lock().unwrap().asked;
    // 31 pages that overlap by a row, and at most three behind the end.
    assert!((31..=34).contains(&asked), "{asked} pages");
}

/// A bulk edit: more records in one second than a page or an address holds.
#[test]
fn a_second_with_thousands_of_records_is_read_whole() {
    let rows = (1..=1500).map(|id| (id, 0)).collect();
    let store = model(rows, Vec::new(), 0);
    let seen = run(async {
        let open = Open::new("woocommerce", store.clone()).await;
        all(&open, "orders", (Some("date_modified_gmt"), None), 500).await
    });
    assert_eq!(seen.len(), 1500);
    let lag = SignedDuration::from_secs(120);
    assert!(seen.values().all(|modified| *modified + lag.as_secs() > 1_790_000_000));
}
