use crate::{
    Emulator,
    woocommerce::{
        KeyPair, Permission, Role, Settings, WooCommerce,
        tests::{moment, settings, store},
    },
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A query that is signed for `GET https://shop.example/wp-json/wc/v3/orders`.
fn signed(nonce: &str, stamp: i64) -> String {
    let query = format!(
        "oauth_consumer_key=ck_1&oauth_nonce={nonce}&oauth_signature_method=HMAC-SHA256&oauth_timestamp={stamp}"
    );
    let encoded = query.replace('=', "%3D").replace('&', "%26");
    let base = format!("GET&https%3A%2F%2Fshop.example%2Fwp-json%2Fwc%2Fv3%2Forders&{encoded}");
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(b"cs_1&").unwrap();
    mac.update(base.as_bytes());
    let signature = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    let signature = signature.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    format!("{query}&oauth_signature={signature}")
}

fn ask(store: &mut WooCommerce, query: &str, header: Option<&str>, now: &str) -> (u16, String) {
    let mut builder = http::Request::builder().uri(format!("/wp-json/wc/v3/orders?{query}"));
    if let Some(header) = header {
        builder = builder.header("authorization", header);
    }
    let response = store.handle(&builder.body(Bytes::new()).unwrap(), moment(now));
    let body: serde_json::Value = serde_json::from_slice(response.body()).unwrap();
    (response.status().as_u16(), body["message"].as_str().unwrap_or_default().to_owned())
}

#[test]
fn a_nonce_is_good_once_within_a_quarter_of_an_hour() {
    let mut store = store("UTC");
    let now = moment("2026-11-23T00:20:00Z").as_second();
    let rows = [
        ("2026-11-23T00:20:00Z", "n", now, 200, ""),
        ("2026-11-23T00:21:00Z", "n", now, 401, "Invalid nonce - nonce has already been used."),
        ("2026-11-23T00:21:00Z", "m", now, 200, ""),
        ("2026-11-23T00:35:00Z", "o", now, 200, ""),
        ("2026-11-23T00:35:01Z", "p", now, 401, "Invalid timestamp."),
        ("2026-11-23T00:04:59Z", "q", now, 401, "Invalid timestamp."),
        ("2026-11-23T01:20:00Z", "n", now + 3600, 200, ""),
    ];
    for (time, nonce, stamp, status, message) in rows {
        let answer = ask(&mut store, &signed(nonce, stamp), None, time);
        assert_eq!(answer, (status, message.to_owned()), "{nonce} at {time}");
    }
}

#[test]
fn credentials_are_not_looked_at_without_encryption() {
    let plain = Settings { https: false, ..settings("UTC") };
    let mut store = WooCommerce::new(plain);
    let basic = Some("Basic Y2tfMTpjc18x");
    let nobody = (401, "Sorry, you cannot list resources.".to_owned());
    assert_eq!(ask(&mut store, "", basic, "2026-11-23T00:20:00Z"), nobody);
    let query = "consumer_key=ck_1&consumer_secret=wrong";
    assert_eq!(ask(&mut store, query, None, "2026-11-23T00:20:00Z"), nobody);
}

#[test]
fn keys_do_not_show_themselves() {
    let pair = KeyPair {
        key: "ck_1".to_owned(),
        secret: "cs_1".to_owned(),
        permission: Permission::Read,
        role: Role::Administrator,
    };
    assert_eq!(format!("{pair:?}"), "KeyPair(Read, Administrator)");
}
