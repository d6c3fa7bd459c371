//! What went wrong on the way, and whether the request may have arrived.
//!
//! | what | kind | arrived? |
//! |---|---|---|
//! | the name is unknown, nobody listens, no connection in time, the TLS handshake fails | `Unavailable` | no |
//! | the address is not allowed, the certificate is not trusted | `Config` | no |
//! | no answer in time | `Timeout` | maybe |
//! | the connection breaks, the answer is not HTTP | `Protocol` | maybe |

use super::address::Refused;
use engine_contract::{ConnectorError, ErrorKind, Retry};
use http::Method;
use rustls::CertificateError;
use std::{error::Error, io};

/// Which request failed: without its query.
pub(super) struct Place {
    pub(super) method: Method,
    pub(super) url: String,
}

impl Place {
    /// Adds the place to an error.
    pub(super) fn of(&self, error: ConnectorError) -> ConnectorError {
        error.with_context("method", self.method.as_str()).with_context("url", &self.url)
    }
}

/// No answer, or not all of it, in time.
pub(super) fn timeout(message: &str, place: &Place) -> ConnectorError {
    place.of(ConnectorError::new(ErrorKind::Timeout, message).with_retry(Retry::Soon))
}

/// The address may not be reached.
pub(super) fn refused(refused: &Refused) -> ConnectorError {
    let message = if refused.for_plain_http {
        "plain http goes only to allowed private addresses: use https"
    } else {
        "the host's address is not public: check the connection's URL, or let the operator allow its network"
    };
    ConnectorError::new(ErrorKind::Config, message).with_context("address", refused.address.to_string())
}

/// An error before the head of the answer came.
pub(super) fn of_request(error: reqwest::Error, place: &Place) -> ConnectorError {
    let error = error.without_url();
    if let Some(reason) = find::<Refused>(&error) {
        return place.of(refused(reason));
    }
    if let Some(rustls::Error::InvalidCertificate(reason)) = find::<rustls::Error>(&error) {
        return place.of(ConnectorError::new(ErrorKind::Config, certificate(reason)));
    }
    let (kind, message) = if error.is_builder() {
        (ErrorKind::Config, "the request cannot be made: check the connection's URL")
    } else if error.is_connect() && error.is_timeout() {
        (ErrorKind::Unavailable, "the host does not answer")
    } else if error.is_connect() && find::<rustls::Error>(&error).is_some() {
        (ErrorKind::Unavailable, "no secure connection to the host: it may not speak TLS at this port")
    } else if error.is_connect() {
        (ErrorKind::Unavailable, "the host cannot be found or reached")
    } else if error.is_timeout() {
        (ErrorKind::Timeout, "the service does not answer")
    } else {
        (ErrorKind::Protocol, "the connection broke before the answer, or the answer is not HTTP")
    };
    let retry = if kind == ErrorKind::Config { Retry::Never } else { Retry::Soon };
    place.of(ConnectorError::new(kind, message).with_retry(retry).with_source(error))
}

/// An error within the body of the answer.
pub(super) fn of_body(error: reqwest::Error, place: &Place) -> ConnectorError {
    let (kind, message) = if error.is_timeout() {
        (ErrorKind::Timeout, "the answer takes too long")
    } else {
        (ErrorKind::Protocol, "the connection broke in the middle of the answer")
    };
    place.of(ConnectorError::new(kind, message).with_retry(Retry::Soon).with_source(error.without_url()))
}

fn certificate(reason: &CertificateError) -> &'static str {
    match reason {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the host's certificate has expired: its owner must renew it; or this machine's clock is wrong"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the host's certificate is not valid yet: check this machine's clock"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "the host's certificate is for another name: check the host in the connection's URL"
        }
        CertificateError::UnknownIssuer => {
            "the host's certificate is from an unknown issuer: the host must send its whole chain, or the \
             operator trusts the issuer's certificate"
        }
        _ => "the host's certificate is not valid",
    }
}

/// The cause of this type. An `io::Error` hides what it holds from `source`.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<T>() {
            return Some(found);
        }
        let held = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match held {
            Some(held) => Some(held),
            None => error.source(),
        };
    }
    None
}
