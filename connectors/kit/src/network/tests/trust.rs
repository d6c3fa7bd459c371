//! Certificates: who is trusted, and what is said when the host is not.

use super::{
    super::{Network, NetworkOptions},
    server::{options, serve},
};
use crate::{testing::get, was_sent};
use engine_contract::{ErrorKind, HttpTransport, Result};
use http::Response;
use rustls::{
    ServerConfig, ServerConnection, Stream,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{
    io::{Read, Write},
    net::SocketAddr,
    path::PathBuf,
    sync::Arc,
};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/network/tests/keys").join(name)
}

/// A host with this certificate.
fn host(certificate: &str) -> SocketAddr {
    let chain = vec![CertificateDer::from_pem_file(file(certificate)).unwrap()];
    let key = PrivateKeyDer::from_pem_file(file("host.key.pem")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let config = Arc::new(config);
    serve(move |mut tcp| {
        let mut session = ServerConnection::new(Arc::clone(&config)).unwrap();
        let mut stream = Stream::new(&mut session, &mut tcp);
        let mut some = [0u8; 1024];
        if stream.read(&mut some).is_ok_and(|read| read > 0) {
            drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}"));
        }
    })
}

async fn ask(certificate: &str, extra_ca: Option<&str>) -> Result<Response<bytes::Bytes>> {
    let network = Network::new(NetworkOptions { extra_ca: extra_ca.map(file), ..options() })?;
    network.send(get(&format!("https://{}/", host(certificate)))).await
}

#[tokio::test]
async fn an_issuer_that_the_operator_added_is_trusted() {
    assert_eq!(ask("good.pem", Some("ca.pem")).await.unwrap().body(), "{}");
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_has_a_sentence_that_says_why() {
    for (certificate, extra_ca, sentence) in [
        ("good.pem", None, "unknown issuer"),
        ("other.pem", Some("ca.pem"), "for another name"),
        ("expired.pem", Some("ca.pem"), "has expired"),
        ("early.pem", Some("ca.pem"), "not valid yet: check this machine's clock"),
    ] {
        let error = ask(certificate, extra_ca).await.unwrap_err();
        assert_eq!((error.kind(), was_sent(&error)), (ErrorKind::Config, false), "{certificate}: {error}");
        assert!(error.to_string().contains(sentence), "{certificate}: {error}");
    }
}

#[tokio::test]
async fn a_file_that_has_no_certificates_is_named() {
    for (name, sentence) in [("none.pem", "cannot be read"), ("host.key.pem", "has no certificates")] {
        let error = ask("good.pem", Some(name)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Config);
        assert!(error.to_string().contains(sentence) && error.to_string().contains(name), "{error}");
    }
}
