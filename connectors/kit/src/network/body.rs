//! Bodies of answers: read in parts, never more than allowed, unpacked within bounds.

use super::{NetworkOptions, failure, failure::Place};
use bytes::{Bytes, BytesMut};
use engine_contract::{ConnectorError, ErrorKind, Result};
use flate2::read::MultiGzDecoder;
use http::{HeaderMap, header};
use std::io::Read;
use tokio::time::timeout;

/// A body that grows by more than this when it is unpacked is an attack: JSON that repeats itself a lot grows
/// by fifty.
const MOST_GROWTH: usize = 200;
/// Below this size growth does no harm.
const HARMLESS: usize = 1024 * 1024;

/// Reads a body to its end.
pub(super) async fn read(
    mut answer: reqwest::Response,
    options: &NetworkOptions,
    place: &Place,
) -> Result<Bytes> {
    let told = answer.content_length().unwrap_or(0);
    if usize::try_from(told).map_or(true, |told| told > options.max_body) {
        return Err(too_large(options.max_body, place));
    }
    let mut body = BytesMut::new();
    loop {
        let part = match timeout(options.idle, answer.chunk()).await {
            Ok(part) => part.map_err(|error| failure::of_body(error, place))?,
            Err(_elapsed) => return Err(failure::timeout("the answer stopped in its middle", place)),
        };
        let Some(part) = part else { return Ok(body.freeze()) };
        if body.len() + part.len() > options.max_body {
            return Err(too_large(options.max_body, place));
        }
        body.extend_from_slice(&part);
    }
}

/// Unpacks a body that came packed, and makes the headers say so.
pub(super) fn unpack(body: Bytes, headers: &mut HeaderMap, most: usize, place: &Place) -> Result<Bytes> {
    let coding =
        headers.get(header::CONTENT_ENCODING).map(|coding| coding.to_str().unwrap_or("?").to_lowercase());
    match coding.as_deref() {
        None | Some("identity" | "") => return Ok(body),
        Some("gzip" | "x-gzip") => {}
        Some(_) => return Err(broken("the answer is packed in a way that was not asked for", place)),
    }
    headers.remove(header::CONTENT_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    if body.is_empty() {
        return Ok(body);
    }
    let bound = most.min(body.len().saturating_mul(MOST_GROWTH).max(HARMLESS));
    let mut unpacked = Vec::new();
    let limit = u64::try_from(bound).unwrap_or(u64::MAX).saturating_add(1);
    MultiGzDecoder::new(body.as_ref())
        .take(limit)
        .read_to_end(&mut unpacked)
        .map_err(|_broken| broken("the packed answer is broken", place))?;
    if unpacked.len() > bound {
        return Err(too_large(bound, place));
    }
    Ok(unpacked.into())
}

fn too_large(most: usize, place: &Place) -> ConnectorError {
    let error = "the answer is larger than allowed: ask for smaller pages";
    place.of(ConnectorError::new(ErrorKind::Protocol, error).with_context("allowed", format!("{most} bytes")))
}

fn broken(message: &str, place: &Place) -> ConnectorError {
    place.of(ConnectorError::new(ErrorKind::Protocol, message))
}
