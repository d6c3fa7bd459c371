//! Listens on this machine for the browser that comes back.
//!
//! Browsers open connections ahead and leave them silent, and anything on this machine may knock: connections are
//! read side by side, each only as far as the head of one request, and only an answer with the right state ends the
//! wait.

use super::{
    page,
    pending::{Pending, Refusal},
};
use engine_contract::{Clock, Context};
use futures::{StreamExt, stream::FuturesUnordered};
use std::{io, net::Ipv4Addr, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

/// The most bytes of a request's head.
const HEAD: usize = 16 * 1024;

/// How long a connection may stay silent.
const SILENCE: Duration = Duration::from_secs(10);

/// The most connections that are read at once.
const CONNECTIONS: usize = 64;

/// A place on this machine to which a browser can come back.
pub(crate) struct Listener {
    socket: TcpListener,
    path: String,
}

/// What was waited for.
pub(crate) enum Arrival {
    /// The code.
    Code(String),
    /// An answer to this login that does not count, or none in time.
    Refused(Refusal),
    /// The command was asked to stop.
    Stopped,
}

impl Listener {
    /// Listens on a port of 127.0.0.1, or any free one, for requests of `path`.
    pub(crate) async fn bind(port: Option<u16>, path: &str) -> io::Result<Self> {
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, port.unwrap_or_default())).await?;
        Ok(Self { socket, path: path.to_owned() })
    }

    /// The port.
    pub(crate) fn port(&self) -> io::Result<u16> {
        Ok(self.socket.local_addr()?.port())
    }

    /// Waits for the answer to a login.
    pub(crate) async fn wait(&self, pending: &mut Pending, context: &Context) -> Arrival {
        let mut heads = FuturesUnordered::new();
        loop {
            let left = pending.until().duration_since(context.clock.now());
            let Ok(left) = Duration::try_from(left) else { return Arrival::Refused(Refusal::Late) };
            if left.is_zero() {
                return Arrival::Refused(Refusal::Late);
            }
            tokio::select! {
                accepted = self.socket.accept(), if heads.len() < CONNECTIONS => {
                    if let Ok((stream, _)) = accepted {
                        heads.push(head(stream, &*context.clock));
                    }
                }
                Some(request) = heads.next(), if !heads.is_empty() => {
                    if let Some((stream, target)) = request
                        && let Some(arrival) = self.judge(stream, &target, pending, context).await
                    {
                        return arrival;
                    }
                }
                () = context.clock.sleep(left) => {}
            }
            if context.cancel.is_cancelled() {
                return Arrival::Stopped;
            }
        }
    }

    /// Answers a request; something when the wait has come to its end.
    async fn judge(
        &self,
        stream: TcpStream,
        target: &str,
        pending: &mut Pending,
        context: &Context,
    ) -> Option<Arrival> {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        if path != self.path {
            say(stream, "404 Not Found", "There is nothing here.").await;
            return None;
        }
        match pending.accept(query, context.clock.now()) {
            Ok(code) => {
                say(
                    stream,
                    "200 OK",
                    "The engine has the answer. You can close this page and go back to it.",
                )
                .await;
                Some(Arrival::Code(code))
            }
            Err(refusal) => {
                let is_over = !matches!(refusal, Refusal::NotOurs | Refusal::Used);
                say(stream, "400 Bad Request", "This answer does not count. The engine says why.").await;
                is_over.then_some(Arrival::Refused(refusal))
            }
        }
    }
}

/// The target of the GET request on a connection; nothing for anything else.
async fn head(mut stream: TcpStream, clock: &dyn Clock) -> Option<(TcpStream, String)> {
    let mut bytes = Vec::new();
    let target = tokio::select! {
        target = read_target(&mut stream, &mut bytes) => target?,
        () = clock.sleep(SILENCE) => return None,
    };
    Some((stream, target))
}

async fn read_target(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<String> {
    loop {
        let mut chunk = [0; 2048];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(chunk.get(..read)?);
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        match request.parse(bytes) {
            Ok(httparse::Status::Complete(_)) => {
                return request.path.filter(|_| request.method == Some("GET")).map(str::to_owned);
            }
            Ok(httparse::Status::Partial) if bytes.len() < HEAD => {}
            _ => return None,
        }
    }
}

/// Shows a sentence. A browser that is gone misses nothing.
async fn say(mut stream: TcpStream, status: &str, sentence: &str) {
    drop(stream.write_all(page::answer(status, sentence).as_bytes()).await);
    drop(stream.shutdown().await);
}
