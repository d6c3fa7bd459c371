//! TLS: rustls with ring, Mozilla's list of issuers, and those that the operator adds.

use engine_contract::{ConnectorError, ErrorKind, Result};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject},
};
use std::{path::Path, sync::Arc};

/// What connections are made with: TLS 1.2 and 1.3, HTTP/2 where the host speaks it.
pub(super) fn config(extra_ca: Option<&Path>) -> Result<ClientConfig> {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    if let Some(file) = extra_ca {
        add(&mut roots, file)?;
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectorError::new(ErrorKind::Config, "TLS cannot be set up").with_source(error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn add(roots: &mut RootCertStore, file: &Path) -> Result<()> {
    let unusable = |message: &str| {
        ConnectorError::new(ErrorKind::Config, message).with_context("file", file.display().to_string())
    };
    let certificates = CertificateDer::pem_file_iter(file)
        .map_err(|error| unusable("the file of certificates cannot be read").with_source(error))?;
    let mut added = 0u32;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| {
            unusable("the file of certificates has something that is not PEM").with_source(error)
        })?;
        roots.add(certificate).map_err(|error| {
            unusable("the file has a certificate that cannot be trusted").with_source(error)
        })?;
        added += 1;
    }
    if added == 0 { Err(unusable("the file has no certificates")) } else { Ok(()) }
}
