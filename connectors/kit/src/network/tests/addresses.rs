//! Server-side request forgery: no spelling of an inner address gets through.

use super::super::{Network, NetworkOptions, address, resolve};
use crate::testing::get;
use engine_contract::{ErrorKind, HttpTransport};
use std::net::{IpAddr, SocketAddr};

/// Hosts as they can stand in an address.
const REFUSED: &[&str] = &[
    // Loopback, in all spellings that address parsers take.
    "127.0.0.1",
    "127.1",
    "127.255.255.254",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "127.0.0.1.",
    "0x7F.1",
    "%31%32%37.0.0.1",
    "127。0。0。1",
    "①②⑦.⓪.⓪.①",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    // This host.
    "0.0.0.0",
    "0",
    "0.1.2.3",
    "[::]",
    "[::ffff:0.0.0.0]",
    // Private networks.
    "10.0.0.1",
    "10.255.255.255",
    "167772161",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "192.168.257",
    "0xc0a80001",
    "[::ffff:10.0.0.1]",
    "[64:ff9b::a00:1]",
    "[64:ff9b:1::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fec0::1]",
    // Link-local, with the metadata services of clouds.
    "169.254.169.254",
    "169.254.170.2",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[fe80::1]",
    // Shared addresses of providers (CGNAT), and another metadata service.
    "100.64.0.1",
    "100.100.100.200",
    "100.127.255.255",
    // Protocols, documentation, measurements.
    "192.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.88.99.1",
    "[2001:db8::1]",
    "[2001::1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[3fff::1]",
    "[100::1]",
    "[5f00::1]",
    // Multicast, reserved, broadcast.
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[ff02::1]",
];

const PUBLIC: &[&str] = &[
    "1.1.1.1",
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "126.255.255.255",
    "128.0.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.167.255.255",
    "223.255.255.255",
    "2606:4700::1111",
    "2001:4860:4860::8888",
    "2a00:1450::1",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
];

#[tokio::test]
async fn no_spelling_of_an_inner_address_is_reached() {
    let network = Network::new(NetworkOptions::default()).unwrap();
    for scheme in ["http", "https"] {
        for host in REFUSED {
            // What is not even an address for `http` cannot be sent; the rest is asked.
            let Ok(url) = url::Url::parse(&format!("{scheme}://{host}/latest/meta-data")) else { continue };
            let error = network.send(get(url.as_str())).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Config, "{url}: {error}");
            let as_given = format!("{scheme}://{host}/");
            if let Ok(uri) = as_given.parse::<http::Uri>() {
                let mut request = get("https://shop.example/");
                *request.uri_mut() = uri;
                let error = network.send(request).await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Config, "{as_given}: {error}");
            }
        }
    }
}

#[test]
fn public_addresses_are_reached_over_https_only_and_allowed_ones_over_both() {
    let inner = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
    for text in PUBLIC {
        let ip: IpAddr = text.parse().unwrap();
        assert!(address::check(ip, &inner, false).is_ok(), "{text}");
        assert!(address::check(ip, &inner, true).unwrap_err().for_plain_http, "{text}");
    }
    for (text, allowed) in [
        ("10.1.2.3", true),
        ("::ffff:10.1.2.3", true),
        ("fd12::1", true),
        ("192.168.1.1", false),
        ("::1", false),
    ] {
        for plain in [true, false] {
            assert_eq!(address::check(text.parse().unwrap(), &inner, plain).is_ok(), allowed, "{text}");
        }
    }
}

/// A name may point anywhere, and elsewhere a moment later: what was judged is what is used.
#[test]
fn names_are_used_by_their_public_addresses_only() {
    let socket = |text: &str| SocketAddr::new(text.parse().unwrap(), 0);
    let judge = |found: &[&str]| resolve::judge(found.iter().map(|text| socket(text)), &[], false);
    assert_eq!(judge(&["169.254.169.254", "1.1.1.1"]).unwrap(), [socket("1.1.1.1")]);
    assert!(judge(&["127.0.0.1", "::1"]).is_err());
}

#[tokio::test]
async fn names_that_point_inwards_are_refused() {
    let network = Network::new(NetworkOptions::default()).unwrap();
    for url in ["http://localhost:1/", "https://localhost:1/"] {
        let error = network.send(get(url)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config, "{error}");
        assert!(error.to_string().contains("not public"), "{error}");
    }
}
