//! Which redirects lead past a tap: to the upstream itself, by its own address.

use std::net::SocketAddr;
use std::sync::Arc;

use super::upstream::Upstream;
use crate::http::{Authority, parse_authority};
use crate::server::hosts::names;

/// What a redirect must name to lead past a tap.
#[derive(Debug, Clone)]
pub(super) struct Past {
    upstream: Arc<Upstream>,
    /// Where the peer is connected to.
    tap: SocketAddr,
}

impl Past {
    pub(super) const fn new(upstream: Arc<Upstream>, tap: SocketAddr) -> Self {
        Self { upstream, tap }
    }

    /// Whether this value of Location leads there.
    pub(super) fn leads(&self, location: &[u8]) -> bool {
        let Some((scheme, authority)) = parts(location) else {
            return false;
        };
        let Ok(Authority { host, port }) = parse_authority(authority) else {
            return false;
        };
        let Ok(host) = std::str::from_utf8(host) else {
            return false;
        };
        let port = port.unwrap_or(if scheme.eq_ignore_ascii_case(b"https") {
            443
        } else {
            80
        });
        if port == self.tap.port() && names(host, self.tap.ip()) {
            return false;
        }
        self.upstream.has_host(authority) || self.upstream.listens_at(host, port)
    }
}

/// The scheme and the authority of a reference that has one (RFC 3986 §4.2). Without a scheme it
/// is that of the tap.
fn parts(location: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = location.windows(2).position(|octets| octets == b"//")?;
    let (scheme, rest) = location.split_at_checked(at)?;
    let scheme = match scheme {
        [] => b"http",
        [scheme @ .., b':'] => scheme,
        [..] => return None,
    };
    let mut ends = rest
        .get(2..)?
        .split(|octet| matches!(octet, b'/' | b'?' | b'#'));
    ends.next().map(|authority| (scheme, authority))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_location_leads_past_the_tap_where_it_names_the_upstream() {
        let addresses = ["127.0.0.1:3000", "[::1]:3000"].map(|text| text.parse().unwrap());
        let upstream = Upstream::new("localhost", 3000, addresses.to_vec());
        let upstream = upstream.called(b"app.example".as_slice().into());
        let past = Past::new(Arc::new(upstream), "127.0.0.1:8080".parse().unwrap());
        for location in [
            "http://localhost:3000/login",
            "http://127.0.0.1:3000",
            "http://[::1]:3000/?a",
            "//LOCALHOST:3000/x",
            "http://app.example/",
        ] {
            assert!(past.leads(location.as_bytes()), "{location}");
        }
        for location in [
            "/login",
            "login?next=//localhost:3000/",
            "",
            "http:///",
            "http://localhost:8080/",
            "http://127.0.0.1:8080/",
            "http://localhost/",
            "http://other.example:3000/",
            "http://192.0.2.1:3000/",
        ] {
            assert!(!past.leads(location.as_bytes()), "{location}");
        }
    }

    #[test]
    fn a_default_port_need_not_be_named() {
        let upstream = Upstream::new("app.example", 80, vec!["192.0.2.1:80".parse().unwrap()]);
        let past = Past::new(Arc::new(upstream), "127.0.0.1:8080".parse().unwrap());
        for (location, leads) in [
            ("http://app.example/", true),
            ("http://APP.example:80/", true),
            ("https://app.example/", false),
            ("http://192.0.2.1", true),
        ] {
            assert_eq!(past.leads(location.as_bytes()), leads, "{location}");
        }
    }
}
