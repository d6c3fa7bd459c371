//! Names to addresses: resolved by the system, judged, and then used as judged, so that a name which points
//! elsewhere a moment later ("DNS rebinding") gains nothing.

use super::address;
use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::SocketAddr;

pub(super) struct Resolver {
    allowed: Vec<IpNet>,
    plain: bool,
}

impl Resolver {
    pub(super) fn new(allowed: &[IpNet], plain: bool) -> Self {
        Self { allowed: allowed.to_vec(), plain }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (allowed, plain) = (self.allowed.clone(), self.plain);
        Box::pin(async move {
            // The port is set by who asks.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let judged = judge(found, &allowed, plain)?;
            Ok(Box::new(judged.into_iter()) as Addrs)
        })
    }
}

/// The addresses that may be used; the first refusal when there are none. A name with public and private
/// addresses is used by its public ones.
pub(super) fn judge(
    found: impl Iterator<Item = SocketAddr>,
    allowed: &[IpNet],
    plain: bool,
) -> Result<Vec<SocketAddr>, address::Refused> {
    let mut refused = None;
    let mut good = Vec::new();
    for socket in found {
        match address::check(socket.ip(), allowed, plain) {
            Ok(()) => good.push(socket),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    match refused {
        Some(error) if good.is_empty() => Err(error),
        _ => Ok(good),
    }
}
