//! Where a server listens.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV6};

/// An address to listen on, without the port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Address {
    /// The address itself.
    pub ip: IpAddr,
    /// The number of the zone it is meant in (RFC 4007 §6); 0 for none.
    pub zone: u32,
    /// Whether the server does without it on a machine that has no such address: nobody
    /// asked for it by name.
    pub optional: bool,
}

impl Address {
    /// Both loopback addresses, of which a machine may have one alone.
    pub const LOCALHOST: [Self; 2] = [
        Self::optional(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        Self::optional(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ];
    /// Every address of this machine.
    pub const EVERY: [Self; 2] = [
        Self::optional(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        Self::optional(IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
    ];

    const fn optional(ip: IpAddr) -> Self {
        Self {
            ip,
            zone: 0,
            optional: true,
        }
    }

    /// The address with a port.
    pub(super) fn with_port(self, port: u16) -> SocketAddr {
        match self.ip {
            IpAddr::V4(ip) => SocketAddr::new(ip.into(), port),
            IpAddr::V6(ip) => SocketAddrV6::new(ip, port, 0, self.zone).into(),
        }
    }
}

impl From<IpAddr> for Address {
    /// An address that has to be there.
    fn from(ip: IpAddr) -> Self {
        Self {
            ip,
            zone: 0,
            optional: false,
        }
    }
}

/// Which port to listen on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Port {
    /// This one, or none; 0 lets the system pick.
    Exactly(u16),
    /// This one, or the next that is free.
    From(u16),
}
