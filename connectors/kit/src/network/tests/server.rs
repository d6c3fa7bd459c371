//! A host on this machine that does one thing, right or wrong, with each connection.

use super::super::{Network, NetworkOptions};
use std::{
    io::Read,
    net::{SocketAddr, TcpListener, TcpStream},
    thread,
    time::Duration,
};

/// Starts a host; it ends with the test.
pub(super) fn serve(act: impl Fn(TcpStream) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || listener.incoming().flatten().for_each(act));
    address
}

/// Reads the head of a request.
pub(super) fn head(stream: &mut TcpStream) -> String {
    let mut head = Vec::new();
    let mut byte = [0u8; 1];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|read| read == 1) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

/// Short times, a body of 1 MiB, this machine allowed.
pub(super) fn options() -> NetworkOptions {
    NetworkOptions {
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        max_body: 1024 * 1024,
        extra_ca: None,
        connect: Duration::from_secs(4),
        head: Duration::from_secs(1),
        idle: Duration::from_secs(1),
        total: Duration::from_millis(2500),
    }
}

pub(super) fn network() -> Network {
    Network::new(options()).unwrap()
}
