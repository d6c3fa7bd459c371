//! One delivery.

use bytes::Bytes;
use http::{HeaderName, HeaderValue};

/// A request that the store wants to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Which delivery it is, within the store.
    pub number: u64,
    /// The webhook that it is of.
    pub webhook: u64,
    /// Where it goes. The method is always POST.
    pub url: String,
    /// Its headers. Names as the store writes them; HTTP does not mind.
    pub headers: Vec<(&'static str, String)>,
    /// The bytes that the signature is over.
    pub body: Bytes,
}

impl Delivery {
    /// The request of HTTP.
    ///
    /// # Errors
    /// When the address of the webhook is none.
    pub fn request(&self) -> Result<http::Request<Bytes>, http::Error> {
        let mut builder = http::Request::builder().method("POST").uri(&self.url);
        for (name, value) in &self.headers {
            builder = builder.header(HeaderName::from_bytes(name.as_bytes())?, HeaderValue::from_str(value)?);
        }
        builder.body(self.body.clone())
    }

    /// What tells the store what became of it: the status of the answer, or nothing when none came. It is a request,
    /// so that journals hold it.
    #[must_use]
    pub fn outcome(&self, status: Option<u16>) -> http::Request<Bytes> {
        let body = serde_json::json!({ "status": status }).to_string();
        let mut request = http::Request::new(Bytes::from(body));
        *request.method_mut() = http::Method::POST;
        *request.uri_mut() = format!("/-/deliveries/{}", self.number).parse().unwrap_or_default();
        let json = HeaderValue::from_static("application/json");
        request.headers_mut().insert(http::header::CONTENT_TYPE, json);
        request
    }
}
