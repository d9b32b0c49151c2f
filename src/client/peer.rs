//! Whom to talk to: from a URL to addresses that may be used.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs};

/// Whether the peer may be on another machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remote {
    /// Loopback addresses alone.
    Refused,
    /// Any address.
    Allowed,
}

/// Host and port of an `http` URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// As it stands in the URL, brackets of an IPv6 address left out.
    pub host: String,
    /// 80 where the URL names none (RFC 9110 §4.2.1).
    pub port: u16,
}

/// Why there is nobody to talk to.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The name has no address.
    #[error("{0}: {1}")]
    Unknown(String, #[source] io::Error),
    /// It has one that is not of this machine.
    #[error(
        "{0} ({ip}) is not this machine; what is sent may disturb a server, so say --yes-remote if it is yours",
        ip = .1.ip()
    )]
    Remote(String, SocketAddr),
}

impl Peer {
    /// Takes a URL apart: the peer, the authority as it stands there (for the Host field),
    /// and the request-target, which is taken as it is. The scheme may be left out.
    ///
    /// The error is a sentence.
    pub fn parse(url: &str) -> Result<(Self, String, String), String> {
        let rest = match url.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => rest,
            Some((scheme, _)) => {
                return Err(format!("only http is spoken, not {scheme}"));
            }
            None => url,
        };
        // A fragment is the client's own business and never sent (RFC 9110 §7.1).
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, target) = rest.split_at(end);
        let target = match target {
            "" => "/".to_owned(),
            query if query.starts_with('?') => format!("/{query}"),
            path => path.to_owned(),
        };
        if authority.contains('@') {
            return Err("a name and password have no place in a URL (RFC 9110 §4.2.4)".into());
        }
        let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
            rest.split_once(']')
                .ok_or_else(|| format!("{authority} lacks the ] of an IPv6 address"))?
        } else {
            authority.split_at(authority.find(':').unwrap_or(authority.len()))
        };
        if host.is_empty() {
            return Err(format!("{url} names no host"));
        }
        let port = match port {
            "" | ":" => 80,
            port => port
                .strip_prefix(':')
                .and_then(|digits| digits.parse().ok())
                .ok_or_else(|| format!("{authority} has no port from 0 to 65535"))?,
        };
        let peer = Self {
            host: host.to_owned(),
            port,
        };
        Ok((peer, authority.to_owned(), target))
    }

    /// Looks the name up. What comes out is what may be connected to, and nothing else.
    pub fn addresses(&self, remote: Remote) -> Result<Vec<SocketAddr>, PeerError> {
        let addresses: Vec<_> = (self.host.as_str(), self.port)
            .to_socket_addrs()
            .map_err(|error| PeerError::Unknown(self.host.clone(), error))?
            .collect();
        let elsewhere = addresses
            .iter()
            .find(|address| !address.ip().to_canonical().is_loopback());
        match elsewhere {
            Some(address) if remote == Remote::Refused => {
                Err(PeerError::Remote(self.host.clone(), *address))
            }
            Some(_) | None => Ok(addresses),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_taken_apart() {
        for (url, host, port, authority, target) in [
            (
                "http://localhost:8080",
                "localhost",
                8080,
                "localhost:8080",
                "/",
            ),
            (
                "localhost:8080/a?b#c",
                "localhost",
                8080,
                "localhost:8080",
                "/a?b",
            ),
            ("HTTP://127.0.0.1", "127.0.0.1", 80, "127.0.0.1", "/"),
            ("http://[::1]:99/../%zz", "::1", 99, "[::1]:99", "/../%zz"),
            ("http://localhost?q", "localhost", 80, "localhost", "/?q"),
        ] {
            let peer = Peer {
                host: host.into(),
                port,
            };
            let expected = (peer, authority.to_owned(), target.to_owned());
            assert_eq!(Peer::parse(url), Ok(expected), "{url}");
        }
        for (url, says) in [
            ("https://localhost/", "not https"),
            ("http:///x", "names no host"),
            ("", "names no host"),
            ("http://me:pw@localhost/", "password"),
            ("http://localhost:http/", "port"),
            ("http://localhost:65536/", "port"),
            ("http://[::1/", "]"),
        ] {
            let error = Peer::parse(url).unwrap_err();
            assert!(error.contains(says), "{url}: {error}");
        }
    }

    #[test]
    fn another_machine_is_refused_unless_allowed() {
        let addresses = |host: &str, remote| {
            let host = host.into();
            Peer { host, port: 1 }.addresses(remote)
        };
        for host in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
            assert!(addresses(host, Remote::Refused).is_ok(), "{host}");
        }
        for host in [
            "192.0.2.1",
            "0.0.0.0",
            "::",
            "2001:db8::1",
            "::ffff:192.0.2.1",
        ] {
            let refused = addresses(host, Remote::Refused);
            assert!(matches!(refused, Err(PeerError::Remote(..))), "{host}");
            assert!(addresses(host, Remote::Allowed).is_ok(), "{host}");
        }
    }
}
