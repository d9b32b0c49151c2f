//! Where a tap leads, and how a connection to there is made.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::event::{Activity, Operation, Policy, Reporter, UpstreamActivity};

/// How long one address may take to answer.
const CONNECT_TIME: Duration = Duration::from_secs(30);

/// The server behind a tap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upstream {
    name: String,
    /// Tried in this order: a name may stand for two loopback addresses, and a server often
    /// listens on one of them.
    addresses: Vec<SocketAddr>,
}

impl Upstream {
    /// The server that is called so and listens on one of these.
    pub fn new(name: impl Into<String>, addresses: Vec<SocketAddr>) -> Self {
        Self {
            name: name.into(),
            addresses,
        }
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
        f.write_str(&self.name)
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
            let upstream = Upstream::new(to, vec![to.parse().unwrap()]);
            assert_eq!(
                upstream.leads_to(bound.parse().unwrap(), &own),
                leads,
                "{to} {bound}"
            );
        }
    }
}
