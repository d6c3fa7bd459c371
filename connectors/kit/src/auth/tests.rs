//! The signatures that services check.

use super::{
    Auth,
    oauth1::{self, Stamp, encode},
};
use crate::{
    Secret,
    testing::{get, reply, world},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use engine_contract::{ErrorKind, Result};
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use jiff::SignedDuration;
use percent::php_pairs;
use proptest::prelude::*;
use sha2::Sha256;

/// RFC 5849, 3.4.1.1: the example of a base string.
#[test]
fn makes_the_base_string_of_the_rfc() {
    let given = [
        ("b5", "=%3D"),
        ("a3", "a"),
        ("c@", ""),
        ("a2", "r b"),
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
        ("c2", ""),
        ("a3", "2 q"),
    ];
    let mut parameters: Vec<_> = given.iter().map(|(name, value)| (encode(name), encode(value))).collect();
    parameters.sort();
    let uri = "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b".parse().unwrap();
    assert_eq!(
        oauth1::base_string("post", &uri, &parameters),
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%25\
         40%3D%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method\
         %3DHMAC-SHA1%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    );
}

/// RFC 5849, 3.4.1.2: the address without the scheme's own port, with any other.
#[test]
fn keeps_ports_that_are_not_the_schemes_own() {
    for (uri, base) in [
        ("https://www.example.net:8080/?q=1", "GET&https%3A%2F%2Fwww.example.net%3A8080%2F&"),
        (
            "https://shop.example:443/wp-json/wc/v3/orders",
            "GET&https%3A%2F%2Fshop.example%2Fwp-json%2Fwc%2Fv3%2Forders&",
        ),
        ("http://shop.example/sub/", "GET&http%3A%2F%2Fshop.example%2Fsub%2F&"),
    ] {
        assert_eq!(oauth1::base_string("GET", &uri.parse().unwrap(), &[]), base);
    }
}

#[test]
fn numbers_arrays_as_php_does() {
    let stamp = Stamp { key: "ck", nonce: "n", timestamp: "1" };
    let sent: Vec<_> = oauth1::parameters("status[]=b&page=2&status%5B%5D=a", &stamp)
        .into_iter()
        .filter(|(name, _)| !name.starts_with("oauth_"))
        .collect();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(sent, [pair("page", "2"), pair("status%5B0%5D", "b"), pair("status%5B1%5D", "a")]);
}

proptest! {
    /// `WooCommerce`'s own check (class-wc-rest-authentication.php), written again here, takes every signature.
    #[test]
    fn woocommerce_takes_every_signature(
        query in proptest::collection::vec(("[a-z_]{1,6}(\\[\\])?", "[ -~äß€]{0,6}"), 0..14),
        secret in "[a-zA-Z0-9_&+%]{1,20}",
    ) {
        // PHP has one value for a name: a plain name that repeats, or is an array too, is not a case.
        let mut names: Vec<_> = query.iter().map(|(name, _)| name.trim_end_matches("[]")).collect();
        names.sort_unstable();
        let arrays = query.iter().all(|(name, _)| name.ends_with("[]"));
        prop_assume!(arrays || names.windows(2).all(|two| two[0] != two[1]));
        // PHP decodes names and values once more than it should (rawurldecode): `%41` is not a case either.
        prop_assume!(query.iter().all(|(_, value)| !value.contains('%')));
        let text = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&query).finish();
        let mut request = get(&format!("http://shop.example/wp-json/wc/v3/orders?{text}"));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let _guard = runtime.enter();
        let context = world(|_| reply(200, &[], "")).context;
        oauth1::sign(&context, &mut request, &"ck".into(), &secret.clone().into(), SignedDuration::ZERO).unwrap();
        prop_assert!(php_accepts(&request, &secret), "{}", request.uri());
    }
}

/// The check of `WooCommerce`, step by step.
fn php_accepts(request: &Request<Bytes>, secret: &str) -> bool {
    let mut pairs = php_pairs(request.uri().query().unwrap());
    let signature =
        pairs.iter().position(|(name, _, _)| name == "oauth_signature").map(|at| pairs.remove(at).2);
    // uksort by the names of parameters; elements of arrays stay as they came.
    pairs.sort_by(|(one, ..), (other, ..)| one.cmp(other));
    let twice = |text: &str| encode(text).replace('%', "%25");
    let joined: Vec<_> = pairs
        .iter()
        .map(|(name, element, value)| match element {
            Some(element) => format!("{}%255B{element}%255D%3D{}", twice(name), twice(value)),
            None => format!("{}%3D{}", twice(name), twice(value)),
        })
        .collect();
    let base = format!("GET&{}&{}", encode("http://shop.example/wp-json/wc/v3/orders"), joined.join("%26"));
    let mut mac = Hmac::<Sha256>::new_from_slice(format!("{}&", encode(secret)).as_bytes()).unwrap();
    mac.update(base.as_bytes());
    signature == Some(BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

mod percent {
    /// Names, array elements and values as PHP reads a query.
    pub(super) fn php_pairs(query: &str) -> Vec<(String, Option<String>, String)> {
        url::form_urlencoded::parse(query.as_bytes())
            .map(|(name, value)| match name.split_once('[') {
                Some((array, rest)) => {
                    (array.to_owned(), Some(rest.trim_end_matches(']').to_owned()), value.into_owned())
                }
                None => (name.into_owned(), None, value.into_owned()),
            })
            .collect()
    }
}

fn signed(auth: &Auth, url: &str) -> Result<Request<Bytes>> {
    let mut request = get(url);
    let context = world(|_| reply(200, &[], "")).context;
    auth.sign(&context, &mut request, SignedDuration::from_mins(10), Some(&"token".into()))?;
    Ok(request)
}

#[tokio::test(start_paused = true)]
async fn each_kind_puts_its_proof_where_services_look() {
    let header = |request: &Request<Bytes>| {
        request.headers().get("authorization").map(|v| v.to_str().unwrap().to_owned())
    };
    let basic = Auth::Basic { user: "ck_1".into(), password: "cs_1".into() };
    let request = signed(&basic, "https://shop.example/a").unwrap();
    assert_eq!(header(&request).as_deref(), Some("Basic Y2tfMTpjc18x"));
    assert!(request.headers()["authorization"].is_sensitive());

    let bearer = Auth::Headers(vec![(http::header::AUTHORIZATION, "Bearer x".into())]);
    assert_eq!(header(&signed(&bearer, "https://shop.example/a").unwrap()).as_deref(), Some("Bearer x"));

    let query = Auth::Query { pairs: vec![("key".into(), "a&b".into())] };
    let request = signed(&query, "https://shop.example/a?page=2").unwrap();
    assert_eq!(request.uri().to_string(), "https://shop.example/a?page=2&key=a%26b");
    assert_eq!(signed(&query, "http://shop.example/a").unwrap_err().kind(), ErrorKind::Config);

    // The service's clock is ten minutes ahead: its time is signed, not ours.
    let oauth1 = Auth::OAuth1 { key: "ck".into(), secret: "cs".into() };
    let request = signed(&oauth1, "http://shop.example/a").unwrap();
    assert!(request.uri().query().unwrap().contains("oauth_timestamp=1800000600"), "{}", request.uri());
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_no_header_can_carry_is_an_error_without_it() {
    let auth = Auth::Headers(vec![(http::header::AUTHORIZATION, Secret::new("canary\n1"))]);
    let error = signed(&auth, "https://shop.example/a").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Config);
    assert!(!format!("{error:?} {error} {auth:?}").contains("canary"));
}
