//! Hosts that drop, stall, flood and lie.

use super::{
    super::{body, failure::Place},
    server::{head, network, serve},
};
use crate::{json, testing::get, was_sent};
use engine_contract::{ConnectorError, ErrorKind, HttpTransport};
use flate2::{Compression, write::GzEncoder};
use futures::future::join_all;
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

/// What a host does after it read the head of a request.
type Act = fn(&mut TcpStream) -> std::io::Result<()>;

async fn ask(act: Act) -> Result<http::Response<bytes::Bytes>, ConnectorError> {
    let host = serve(move |mut stream| {
        head(&mut stream);
        // Whether the client still listens is for it to say.
        drop(act(&mut stream));
    });
    network().send(get(&format!("http://{host}/orders?key=canary"))).await
}

fn write_packed(stream: &mut TcpStream, packed: &[u8]) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: {}\r\n\r\n", packed.len())?;
    stream.write_all(packed)
}

fn gzip(parts: usize) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::best());
    for _ in 0..parts {
        packed.write_all(&vec![b' '; 65_536]).unwrap();
    }
    packed.write_all(b"{\"id\":1}").unwrap();
    packed.finish().unwrap()
}

const WRONG: &[(&str, Act, ErrorKind)] = &[
    ("drops the connection", |_| Ok(()), ErrorKind::Protocol),
    ("is no web server", |s| s.write_all(b"220 mail ready\r\n"), ErrorKind::Protocol),
    ("answers half a head", |s| s.write_all(b"HTTP/1.1 200 OK\r\ncontent-"), ErrorKind::Protocol),
    (
        "drops in the middle of the body",
        |s| s.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":"),
        ErrorKind::Protocol,
    ),
    (
        "never answers",
        |_| {
            thread::sleep(Duration::from_secs(3));
            Ok(())
        },
        ErrorKind::Timeout,
    ),
    (
        "stops in the middle of the body",
        |s| {
            s.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":")?;
            thread::sleep(Duration::from_secs(3));
            Ok(())
        },
        ErrorKind::Timeout,
    ),
    (
        "drips: each part comes in time, and it never ends",
        |s| {
            s.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")?;
            for _ in 0..100 {
                s.write_all(b"x")?;
                thread::sleep(Duration::from_millis(50));
            }
            Ok(())
        },
        ErrorKind::Timeout,
    ),
    (
        "says that it sends 200 MB",
        |s| s.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 209715200\r\n\r\n"),
        ErrorKind::Protocol,
    ),
    ("sends a gzip bomb", |s| write_packed(s, &gzip(64)), ErrorKind::Protocol),
    ("cuts the packed body off", |s| write_packed(s, gzip(2).split_at(40).0), ErrorKind::Protocol),
    (
        "packs in a way that nobody asked for",
        |s| s.write_all(b"HTTP/1.1 200 OK\r\ncontent-encoding: br\r\ncontent-length: 2\r\n\r\nab"),
        ErrorKind::Protocol,
    ),
];

#[tokio::test]
async fn whatever_goes_wrong_after_the_first_byte_may_have_arrived() {
    let outcomes = join_all(WRONG.iter().map(|(_, act, _)| ask(*act))).await;
    for ((what, _, kind), outcome) in WRONG.iter().zip(outcomes) {
        let error = outcome.expect_err(what);
        assert_eq!(error.kind(), *kind, "a host that {what}: {error}");
        assert!(was_sent(&error), "a host that {what}");
        let text = format!("{error} {error:?}");
        assert!(text.contains("/orders") && !text.contains("canary"), "{text}");
    }
}

#[tokio::test]
async fn a_body_without_end_is_cut_off() {
    let written = Arc::new(AtomicUsize::new(0));
    let count = written.clone();
    let host = serve(move |mut stream| {
        head(&mut stream);
        let mut go_on = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").is_ok();
        while go_on && count.load(Ordering::Relaxed) < 200 * 1024 * 1024 {
            go_on = stream.write_all(&vec![b'x'; 65_536]).is_ok();
            count.fetch_add(65_536, Ordering::Relaxed);
        }
    });
    let error = network().send(get(&format!("http://{host}/"))).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Protocol, "{error}");
    assert!(error.to_string().contains("larger than allowed"), "{error}");
    assert!(written.load(Ordering::Relaxed) < 50 * 1024 * 1024);
}

#[tokio::test]
async fn what_was_surely_not_sent_is_unavailable() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
    // A host that speaks no TLS.
    let plain = serve(|mut stream| {
        let mut some = [0u8; 16];
        drop(stream.read(&mut some));
        drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    });
    for url in [format!("http://{closed}/"), format!("https://{closed}/"), format!("https://{plain}/")] {
        let error = network().send(get(&url)).await.unwrap_err();
        assert_eq!((error.kind(), was_sent(&error)), (ErrorKind::Unavailable, false), "{url}: {error}");
    }
}

#[tokio::test]
async fn redirects_and_pages_are_given_back_and_have_their_error() {
    let moved = ask(|s| {
        s.write_all(b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\ncontent-length: 0\r\n\r\n")
    });
    let moved = moved.await.unwrap();
    assert_eq!(moved.status(), 302);
    assert!(json::read(&moved).unwrap_err().to_string().contains("moved to another host"));
    let page = ask(|s| s.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\n<html>")).await.unwrap();
    assert!(json::read(&page).unwrap_err().to_string().contains("a web page"));
}

#[test]
fn a_body_that_grows_too_much_is_refused_long_before_the_largest_size() {
    let place = Place { method: http::Method::GET, url: "https://shop.example/".into() };
    let mut headers = http::HeaderMap::new();
    headers.insert("content-encoding", "gzip".parse().unwrap());
    let error = body::unpack(gzip(64).into(), &mut headers, 16 * 1024 * 1024, &place).unwrap_err();
    assert!(error.to_string().contains("larger than allowed"), "{error}");
}

#[tokio::test]
async fn packed_answers_arrive_unpacked() {
    let answer = ask(|s| write_packed(s, &gzip(1))).await.unwrap();
    assert_eq!(answer.body().len(), 65_536 + 8);
    assert!(!answer.headers().contains_key("content-encoding"));
    assert_eq!(json::read(&answer).unwrap().to_string(), "{\"id\":1}");
}

#[tokio::test]
async fn the_request_arrives_as_it_was_made() {
    let host = serve(|mut stream| {
        let head = head(&mut stream);
        let mut body = [0u8; 4];
        drop(stream.read_exact(&mut body));
        let seen = format!("{head}{}", String::from_utf8_lossy(&body));
        drop(write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{seen}", seen.len()));
    });
    let request = http::Request::post(format!("http://{host}/a%20b/%C3%A9?x=1%2B1&y=a+b&z[]=2"))
        .header("x-marker", "m")
        .body(bytes::Bytes::from_static(b"body"))
        .unwrap();
    let answer = network().send(request).await.unwrap();
    let seen = String::from_utf8(answer.body().to_vec()).unwrap();
    assert!(seen.starts_with("POST /a%20b/%C3%A9?x=1%2B1&y=a+b&z[]=2 HTTP/1.1\r\n"), "{seen}");
    for line in
        ["x-marker: m", "content-length: 4", "accept-encoding: gzip", "user-agent: universal-data-sync/"]
    {
        assert!(seen.contains(line), "{line}: {seen}");
    }
    assert!(seen.ends_with("\r\n\r\nbody"), "{seen}");
}
