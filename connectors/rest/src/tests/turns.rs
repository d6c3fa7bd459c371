//! Lists of names are written one at a time; transactions are not held up by each other.

use super::world::Open;
use bytes::Bytes;
use engine_contract::{HttpTransport, Op, Result, Write, async_trait};
use http::{Request, Response};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Counts the requests that are under way at once.
#[derive(Default)]
struct Busy {
    now: AtomicUsize,
    most: AtomicUsize,
}

#[async_trait]
impl HttpTransport for Busy {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        for _ in 0..10 {
            tokio::task::yield_now().await;
        }
        self.now.fetch_sub(1, Ordering::SeqCst);
        let body = r#"{"Customer":{"Id":"1","SyncToken":"0"},"Invoice":{"Id":"1","SyncToken":"0"}}"#;
        Ok(Response::new(Bytes::from_static(body.as_bytes())))
    }
}

async fn most_at_once(object: &str) -> usize {
    let busy = Arc::new(Busy::default());
    let open = Open::new("quickbooks", busy.clone()).await;
    let write = Write {
        id: "1".into(),
        op: Op::Create,
        object: object.into(),
        payload: Bytes::from_static(b"{}"),
        match_on: Vec::new(),
        target_id: None,
        token: None,
        request_key: "k".into(),
        marker: "m".into(),
        revision: 1,
    };
    let writes = [write];
    let one = || open.target().write(&open.context, &writes);
    let (first, second) = tokio::join!(one(), one());
    assert!(first.is_ok() && second.is_ok());
    busy.most.load(Ordering::SeqCst)
}

#[tokio::test]
async fn customers_take_turns_and_invoices_do_not() {
    assert_eq!(most_at_once("Customer").await, 1);
    assert_eq!(most_at_once("Invoice").await, 2);
}
