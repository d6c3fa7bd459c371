//! Answers what comes in over HTTP.

use super::connection::{Cuttable, Scissors};
use crate::{Answer, Emulator, Faulty, Way};
use axum::{
    Router,
    body::Body,
    extract::{ConnectInfo, Request, State},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::net::TcpListener;

/// The largest body of a request, in bytes.
const LARGEST: usize = 32 << 20;
/// What the first part of a truncated body needs to leave the machine.
const PARTING: Duration = Duration::from_millis(20);

/// An emulator that is served and looked into at the same time.
pub struct Shared<E> {
    faulty: Arc<Mutex<Faulty<E>>>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
}

impl<E> Clone for Shared<E> {
    fn clone(&self) -> Self {
        Self { faulty: Arc::clone(&self.faulty), clock: Arc::clone(&self.clock) }
    }
}

impl<E: Emulator + 'static> Shared<E> {
    /// Shares an emulator that lives by `clock`.
    pub fn new(faulty: Faulty<E>, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { faulty: Arc::new(Mutex::new(faulty)), clock: Arc::new(clock) }
    }

    /// The emulator; requests wait meanwhile.
    pub fn lock(&self) -> MutexGuard<'_, Faulty<E>> {
        self.faulty.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The real time of the emulator's clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    fn answer(&self, request: &http::Request<Bytes>) -> Answer {
        let now = self.now();
        self.lock().handle(request, now)
    }
}

/// Serves an emulator until the future is dropped.
///
/// # Errors
/// When the listener fails for good.
pub async fn serve<E: Emulator + 'static>(listener: TcpListener, shared: Shared<E>) -> io::Result<()> {
    let router = Router::new().fallback(handle::<E>).with_state(shared);
    axum::serve(Cuttable(listener), router.into_make_service_with_connect_info::<Scissors>()).await
}

async fn handle<E: Emulator + 'static>(
    State(shared): State<Shared<E>>,
    ConnectInfo(scissors): ConnectInfo<Scissors>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let Answer { response, delay, way } = shared.answer(&http::Request::from_parts(parts, body));
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match way {
        Way::Whole => response.map(Body::from),
        Way::Dropped => {
            scissors.cut();
            StatusCode::OK.into_response()
        }
        Way::Truncated(bytes) => truncated(response, bytes),
    }
}

/// A response that promises its whole body and breaks off within it.
fn truncated(response: http::Response<Bytes>, bytes: usize) -> Response {
    let (mut parts, mut body) = response.into_parts();
    parts
        .headers
        .insert(header::CONTENT_LENGTH, HeaderValue::from(body.len() + usize::from(bytes >= body.len())));
    body.truncate(bytes);
    let first = stream::iter([Ok::<Bytes, io::Error>(body)]);
    let end = stream::once(async {
        tokio::time::sleep(PARTING).await;
        Err(io::ErrorKind::ConnectionAborted.into())
    });
    Response::from_parts(parts, Body::from_stream(first.chain(end)))
}
