//! Where a tap leads, and how a connection to there is made.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::event::{Activity, Operation, Policy, Reporter, UpstreamActivity};
use crate::server::hosts::names;

/// How long one address may take to answer.
const CONNECT_TIME: Duration = Duration::from_secs(30);

/// The server behind a tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    /// The host as it was named; an IPv6 address has its brackets.
    host: String,
    port: u16,
    /// What it is to be called in the Host of every request, if not as the peer does.
    called: Option<Arc<[u8]>>,
    /// Whether a folder is served beside it: it gets the rest then.
    is_beside_folder: bool,
    /// Tried in this order: a name may stand for two loopback addresses, and a server often
    /// listens on one of them.
    addresses: Vec<SocketAddr>,
}

impl Upstream {
    /// The server on that host, which listens on one of these.
    pub fn new(host: impl Into<String>, port: u16, addresses: Vec<SocketAddr>) -> Self {
        Self {
            host: host.into(),
            port,
            called: None,
            is_beside_folder: false,
            addresses,
        }
    }

    /// The same, called so in the Host of every request.
    #[must_use]
    pub fn called(self, host: Arc<[u8]>) -> Self {
        let called = Some(host);
        Self { called, ..self }
    }

    /// The same, which gets what the folder has no file for.
    #[must_use]
    pub fn beside_folder(self) -> Self {
        Self {
            is_beside_folder: true,
            ..self
        }
    }

    /// The host as it was named.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it gets only what the folder has no file for.
    pub const fn is_beside_folder(&self) -> bool {
        self.is_beside_folder
    }

    /// What it is to be called in the Host of every request, if not as the peer does.
    pub(super) const fn own_host(&self) -> Option<&Arc<[u8]>> {
        self.called.as_ref()
    }

    /// Whether it is to be called so.
    pub(super) fn has_host(&self, authority: &[u8]) -> bool {
        let called = self.called.as_ref();
        called.is_some_and(|called| called.eq_ignore_ascii_case(authority))
    }

    /// Whether it is what listens there.
    pub(super) fn listens_at(&self, host: &str, port: u16) -> bool {
        let is_named = || {
            let mut addresses = self.addresses.iter();
            addresses.any(|address| names(host, address.ip()))
        };
        port == self.port && (self.host.eq_ignore_ascii_case(host) || is_named())
    }

    /// Whether a connection to it may come to what is `bound` on a machine with the addresses
    /// `own`: a tap in front of itself would connect without end.
    pub fn leads_to(&self, bound: SocketAddr, own: &[IpAddr]) -> bool {
        let (ip, port) = (bound.ip().to_canonical(), bound.port());
        self.addresses.iter().any(|address| {
            let there = address.ip().to_canonical();
            let is_here = there.is_loopback() || there.is_unspecified() || own.contains(&there);
            address.port() == port && (there == ip || ip.is_unspecified() && is_here)
        })
    }

    fn connect(&self) -> io::Result<(TcpStream, SocketAddr)> {
        let mut refused = io::ErrorKind::AddrNotAvailable.into();
        for &address in &self.addresses {
            match TcpStream::connect_timeout(&address, CONNECT_TIME) {
                Ok(stream) => {
                    // What comes goes on at once.
                    stream.set_nodelay(true)?;
                    return Ok((stream, address));
                }
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }
}

impl fmt::Display for Upstream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Connects to the upstream, or says with what its requests are to be answered.
pub(in crate::server) fn connect(
    upstream: &Upstream,
    reporter: &mut Reporter,
) -> Result<TcpStream, Policy> {
    // It may take long.
    reporter.flush();
    let since = Instant::now();
    let (stream, address) = upstream.connect().map_err(|error| {
        let kind = error.kind();
        reporter.note(|| {
            Activity::Upstream(UpstreamActivity::Failed {
                operation: Operation::Connect,
                kind,
            })
        });
        unreachable(kind)
    })?;
    let took = since.elapsed();
    reporter.note(|| Activity::Upstream(UpstreamActivity::Connected { address, took }));
    Ok(stream)
}

/// Why there is no answer, for an upstream that could not be connected to.
fn unreachable(kind: io::ErrorKind) -> Policy {
    if kind == io::ErrorKind::ConnectionRefused {
        Policy::UpstreamRefused
    } else if kind == io::ErrorKind::TimedOut {
        Policy::UpstreamTimedOut
    } else if matches!(
        kind,
        io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable
    ) {
        Policy::UpstreamUnreachable
    } else {
        Policy::UpstreamFailed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_in_front_of_itself_is_known_by_its_address() {
        let own: [IpAddr; 1] = [[192, 0, 2, 7].into()];
        for (to, bound, leads) in [
            ("127.0.0.1:8080", "127.0.0.1:8080", true),
            ("127.0.0.1:8081", "127.0.0.1:8080", false),
            ("127.0.0.2:8080", "127.0.0.1:8080", false),
            ("[::1]:8080", "127.0.0.1:8080", false),
            ("127.0.0.1:8080", "0.0.0.0:8080", true),
            ("[::1]:8080", "[::]:8080", true),
            ("192.0.2.7:8080", "0.0.0.0:8080", true),
            ("192.0.2.8:8080", "0.0.0.0:8080", false),
            ("[::ffff:127.0.0.1]:8080", "127.0.0.1:8080", true),
        ] {
            let address: SocketAddr = to.parse().unwrap();
            let upstream = Upstream::new(to, address.port(), vec![address]);
            assert_eq!(
                upstream.leads_to(bound.parse().unwrap(), &own),
                leads,
                "{to} {bound}"
            );
        }
    }
}
