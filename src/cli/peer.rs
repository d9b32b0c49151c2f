//! Who is talked to: by name, and whether it may be another machine.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::client::{Peer, PeerError, Remote};

/// Whether another machine may be talked to.
pub(super) const fn remote(is_allowed: bool) -> Remote {
    if is_allowed {
        Remote::Allowed
    } else {
        Remote::Refused
    }
}

/// The addresses of a server. The name localhost stands for both loopback addresses (RFC 6761
/// §6.3), whatever a file of hosts says of it, and many a server listens on one of them alone.
pub(super) fn addresses(to: &Peer, remote: Remote) -> Result<Vec<SocketAddr>, PeerError> {
    let host = to.host.strip_suffix('.').unwrap_or(&to.host);
    if host.eq_ignore_ascii_case("localhost") {
        return Ok(vec![
            SocketAddr::from((Ipv4Addr::LOCALHOST, to.port)),
            SocketAddr::from((Ipv6Addr::LOCALHOST, to.port)),
        ]);
    }
    to.addresses(remote)
}
