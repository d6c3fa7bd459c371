//! Reading what was recorded.

use super::folder;
use bytes::Bytes;
use flate2::read::GzDecoder;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::{collections::BTreeMap, fs::File};

/// One exchange.
#[derive(Clone, Deserialize)]
pub(super) struct Exchange {
    pub(super) name: String,
    /// When it was answered, in seconds.
    pub(super) at: i64,
    pub(super) request: Request,
    pub(super) response: Response,
}

#[derive(Clone, Deserialize)]
pub(super) struct Request {
    pub(super) method: String,
    pub(super) url: String,
    authorization: Option<String>,
    content_type: Option<String>,
    #[serde(rename = "override")]
    overridden: Option<String>,
    body: Option<Value>,
    raw: Option<String>,
}

#[derive(Clone, Deserialize)]
pub(super) struct Response {
    pub(super) status: u16,
    /// Those of paging.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: Option<Value>,
}

/// One delivery of a webhook.
#[derive(Deserialize)]
pub(super) struct Delivered {
    pub(super) name: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: String,
    pub(super) secret: String,
    pub(super) caused_by: Option<String>,
}

/// The recordings of a file.
pub(super) fn read<T: DeserializeOwned>(name: &str) -> Vec<T> {
    let path = folder(&format!("tests/conformance/recordings/woocommerce/{name}.json.gz"));
    serde_json::from_reader(GzDecoder::new(File::open(path).unwrap())).unwrap()
}

impl Request {
    /// The request again.
    pub(super) fn http(&self) -> http::Request<Bytes> {
        let address = self.url.splitn(4, '/').nth(3).unwrap();
        let mut builder = http::Request::builder().method(self.method.as_str()).uri(format!("/{address}"));
        let headers = [
            ("authorization", &self.authorization),
            ("content-type", &self.content_type),
            ("x-http-method-override", &self.overridden),
        ];
        for (name, value) in headers {
            if let Some(value) = value {
                builder = builder.header(name, value);
            }
        }
        let body = match (&self.raw, &self.body) {
            (Some(raw), _) => raw.clone(),
            (None, Some(body)) => body.to_string(),
            (None, None) => String::new(),
        };
        builder.body(Bytes::from(body)).unwrap()
    }
}
