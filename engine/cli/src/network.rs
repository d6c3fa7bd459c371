//! The way to the network, for commands that may reach it.

use crate::{
    error::{CommandError, Result},
    exit::Exit,
    surroundings::environment,
};
use connector_kit::{Network, NetworkOptions};
use engine_contract::HttpTransport;
use ipnet::IpNet;
use std::{net::IpAddr, path::PathBuf, sync::Arc};

/// Where the administrator lists private networks that connections may reach. No file of a project can: whoever
/// changes a pipeline does not thereby reach what stands behind the firewall.
const ALLOW_PRIVATE: &str = "ENGINE_ALLOW_PRIVATE";

/// Where the administrator names a file of certificates, in PEM, whose issuers are trusted beside the public ones.
const EXTRA_CA: &str = "ENGINE_EXTRA_CA";

/// The transport of this process.
pub(crate) fn transport() -> Result<Arc<dyn HttpTransport>> {
    let mut environment = environment();
    let allow_private = allowed(&environment.remove(ALLOW_PRIVATE).unwrap_or_default())?;
    let extra_ca = environment.remove(EXTRA_CA).filter(|file| !file.is_empty()).map(PathBuf::from);
    let options = NetworkOptions { allow_private, extra_ca, ..NetworkOptions::default() };
    let network = Network::new(options)
        .map_err(|error| CommandError::new(Exit::Failed, "connector/config", error.to_string()))?;
    Ok(Arc::new(network))
}

/// Networks or single addresses, between commas.
fn allowed(list: &str) -> Result<Vec<IpNet>> {
    let parts = list.split(',').map(str::trim).filter(|part| !part.is_empty());
    let network = |part: &str| {
        part.parse().or_else(|_| part.parse::<IpAddr>().map(IpNet::from)).map_err(|_| {
            let message = format!("`{ALLOW_PRIVATE}` lists `{part}`, which is no network and no address");
            CommandError::new(Exit::Usage, "command/allow-private", message)
                .help("list networks like `10.0.0.0/8`, with commas between them")
        })
    };
    parts.map(network).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_and_addresses_are_listed_with_commas() {
        let shown =
            |list: &str| -> Vec<String> { allowed(list).unwrap().iter().map(ToString::to_string).collect() };
        assert_eq!(shown(""), Vec::<String>::new());
        assert_eq!(shown("10.0.0.0/8, 127.0.0.1,::1"), ["10.0.0.0/8", "127.0.0.1/32", "::1/128"]);
        for wrong in ["localhost", "10.0.0.0/40", "10.0.0.0/8;127.0.0.1", "*"] {
            assert_eq!(allowed(wrong).unwrap_err().code, "command/allow-private");
        }
    }
}
