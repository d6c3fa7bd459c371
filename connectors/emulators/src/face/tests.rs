use super::*;
use crate::{Emulator, Faulty};
use bytes::Bytes;
use jiff::Timestamp;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

struct Fine;

impl Emulator for Fine {
    fn handle(&mut self, request: &http::Request<Bytes>, now: Timestamp) -> http::Response<Bytes> {
        http::Response::new(Bytes::from(format!(
            "{} {} {now} {}",
            request.method(),
            request.uri(),
            request.body().len()
        )))
    }
}

/// What comes back over a connection, whole, under a plan.
async fn heard(plan: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let faulty = Faulty::new(Fine, serde_json::from_str(plan).unwrap());
    let shared = Shared::new(faulty, || Timestamp::UNIX_EPOCH);
    let client = async {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream
            .write_all(
                b"POST /a?b=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc",
            )
            .await
            .unwrap();
        let mut heard = Vec::new();
        drop(stream.read_to_end(&mut heard).await);
        String::from_utf8(heard).unwrap()
    };
    tokio::select! {
        heard = client => heard,
        stopped = serve(listener, shared) => panic!("{stopped:?}"),
    }
}

const BODY: &str = "POST /a?b=1 1970-01-01T00:00:00Z 3";

#[tokio::test]
async fn an_answer_comes_whole() {
    let heard = heard("{}").await;
    assert!(heard.starts_with("HTTP/1.1 200 OK") && heard.ends_with(BODY), "{heard}");
}

#[tokio::test]
async fn a_dropped_answer_is_not_even_begun() {
    assert_eq!(heard(r#"{"fault": [{"what": "drop_after_effect"}]}"#).await, "");
}

#[tokio::test]
async fn a_truncated_answer_promises_more_than_it_gives() {
    let heard = heard(r#"{"fault": [{"what": {"truncated": {"bytes": 4}}}]}"#).await;
    assert!(heard.ends_with("\r\n\r\nPOST"), "{heard}");
    assert!(heard.contains(&format!("content-length: {}", BODY.len())), "{heard}");
}
