//! Which addresses may be reached: public ones, and what the operator allows.
//!
//! A connection's URL, a host that moves, or a name whose owner lets it point inwards must not make the engine
//! ask services of the inner network (a cloud's metadata service at 169.254.169.254 hands out credentials).
//! The lists are IANA's registries of special-purpose addresses for IPv4 and IPv6: what is not globally
//! reachable is refused. An IPv6 address that carries an IPv4 address (mapped, NAT64) is judged by that one.

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// An address that may not be reached.
#[derive(Debug, thiserror::Error)]
#[error("{address} is not a public address")]
pub(super) struct Refused {
    pub(super) address: IpAddr,
    /// The address would be allowed over https.
    pub(super) for_plain_http: bool,
}

const V4: [(Ipv4Addr, u8); 17] = [
    (Ipv4Addr::UNSPECIFIED, 8),
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(192, 31, 196, 0), 24),
    (Ipv4Addr::new(192, 52, 193, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(192, 175, 48, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    // Multicast and reserved, with the broadcast address.
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// Public IPv6 addresses are in `2000::/3`, but not here: protocol assignments with Teredo, documentation, 6to4
/// (whose gateways are gone), the segment routing and documentation prefixes beyond.
const V6: [(Ipv6Addr, u8); 4] = [
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

const NAT64: (Ipv6Addr, u8) = (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);
const GLOBAL: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Whether an address may be reached; over plain http only when it is allowed by name.
pub(super) fn check(address: IpAddr, allowed: &[IpNet], plain: bool) -> Result<(), Refused> {
    let judged = carried(address);
    if allowed.iter().any(|net| net.contains(&judged) || net.contains(&address)) {
        return Ok(());
    }
    match (is_public(judged), plain) {
        (true, false) => Ok(()),
        (public, _) => Err(Refused { address, for_plain_http: public }),
    }
}

/// The IPv4 address within an IPv6 address that only carries it.
fn carried(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    if let Some(v4) = v6.to_ipv4_mapped() {
        return v4.into();
    }
    if within_v6(v6, &[NAT64]) {
        let [.., a, b, c, d] = v6.octets();
        return Ipv4Addr::new(a, b, c, d).into();
    }
    address
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => !V4.iter().any(|(net, length)| Ipv4Net::new_assert(*net, *length).contains(&v4)),
        IpAddr::V6(v6) => within_v6(v6, &[GLOBAL]) && !within_v6(v6, &V6),
    }
}

fn within_v6(address: Ipv6Addr, nets: &[(Ipv6Addr, u8)]) -> bool {
    nets.iter().any(|(net, length)| Ipv6Net::new_assert(*net, *length).contains(&address))
}
