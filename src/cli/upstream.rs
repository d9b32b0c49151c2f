//! `--to`: the server that everything is forwarded to, in the place of serving a folder.

use std::path::Path;
use std::sync::Arc;

use clap::{Args, ValueHint};

use super::address::{self, Bind, DEFAULT_PORT};
use super::instead::Instead;
use super::peer::{addresses, remote};
use crate::client::Peer;
use crate::http::parse_authority;
use crate::server::Upstream;

/// How many octets one recv of a tap asks for where nothing else is said. All of them are copied,
/// of downloads too, and fewer calls take less time.
pub(super) const RECV_SIZE: usize = 65536;

const TAPPED: &str = "What is tapped, in the place of a folder";

/// Which server is tapped, if one is.
#[derive(Debug, Args)]
#[group(skip)]
pub(super) struct Arguments {
    /// Forward every octet to the server there and back as it comes, and show both directions;
    /// http://HOST:PORT is taken too
    #[arg(long, value_hint = ValueHint::Url, value_name = "HOST:PORT", value_parser = to, help_heading = TAPPED)]
    to: Option<Peer>,

    /// Forward every request with this Host in the place of its own; without --to, what --bind is
    #[arg(long, value_hint = ValueHint::Other, value_name = "NAME", value_delimiter = ',', help_heading = TAPPED)]
    host: Vec<String>,

    /// Let --to lead to another machine
    #[arg(long, help_heading = TAPPED)]
    yes_remote: bool,
}

impl Arguments {
    /// Whether a server is tapped.
    pub(super) const fn is_asked_for(&self) -> bool {
        self.to.is_some()
    }

    /// Where it leads, if anywhere. With a folder it gets what that has no file for.
    pub(super) fn upstream(&self, docroot: Option<&Path>) -> Result<Option<Upstream>, Instead> {
        let Some(to) = &self.to else { return Ok(None) };
        let mut upstream = find(to, self.yes_remote)?;
        match self.host.as_slice() {
            [] => {}
            [host] => upstream = upstream.called(called(host)?),
            [..] => return Err(Instead::Usage("--host gives one name with --to".into())),
        }
        if docroot.is_some() {
            upstream = upstream.beside_folder();
        }
        Ok(Some(upstream))
    }

    /// The addresses to listen on that are named by `--host`, as other servers call it.
    pub(super) fn binds(&self) -> Result<Vec<Bind>, Instead> {
        if self.is_asked_for() {
            return Ok(Vec::new());
        }
        let read = |text: &String| {
            address::bind(text).map_err(|error| {
                Instead::Usage(format!("--host: {error} (with --to it is a name for that)"))
            })
        };
        self.host.iter().map(read).collect()
    }

    /// The port to listen on that is tried first. Where the tapped server is to be, it is left
    /// free: that may not have been started yet.
    pub(super) fn first_port(&self) -> u16 {
        match &self.to {
            Some(to) if to.port == DEFAULT_PORT => DEFAULT_PORT + 1,
            Some(_) | None => DEFAULT_PORT,
        }
    }
}

/// Reads the value of `--to`. The error is a clause.
fn to(text: &str) -> Result<Peer, String> {
    if text.bytes().all(|octet| octet.is_ascii_digit()) {
        return Err(format!("a host goes with the port: localhost:{text}"));
    }
    let (peer, _, target) = Peer::parse(text)?;
    if target != "/" {
        return Err(format!(
            "host and port alone are taken: what comes goes on as it is, so {target} cannot be put before it"
        ));
    }
    Ok(peer)
}

/// What stands in the Host field of every request.
fn called(text: &str) -> Result<Arc<[u8]>, Instead> {
    let refuse = |clause: &str| Err(Instead::Usage(format!("--host {text}: {clause}")));
    let Ok(authority) = parse_authority(text.as_bytes()) else {
        return refuse("a host is named as in a URL, with its port or without");
    };
    if matches!(authority.host, b"0.0.0.0" | b"[::]") {
        return refuse("with --to it is the Host of every request; what to listen on is --bind");
    }
    Ok(text.as_bytes().into())
}

/// Where that leads. The error is a sentence.
fn find(to: &Peer, is_remote_allowed: bool) -> Result<Upstream, Instead> {
    let name = if to.host.contains(':') {
        format!("[{}]", to.host)
    } else {
        to.host.clone()
    };
    match addresses(to, remote(is_remote_allowed)) {
        Ok(addresses) => Ok(Upstream::new(name, to.port, addresses)),
        Err(error) => Err(Instead::Usage(format!("--to: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_and_a_port_are_taken_and_nothing_else() {
        for text in [
            "localhost:3000",
            "http://localhost:3000",
            "http://localhost:3000/",
        ] {
            let peer = to(text).unwrap();
            assert_eq!(
                (peer.host.as_str(), peer.port),
                ("localhost", 3000),
                "{text}"
            );
        }
        for (text, says) in [
            ("3000", "localhost:3000"),
            ("https://localhost:3000", "not https"),
            ("localhost:3000/api", "/api"),
            ("localhost:port", "port"),
            ("http://:3000", "names no host"),
        ] {
            let error = to(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }

    #[test]
    fn localhost_is_both_loopback_addresses_and_elsewhere_must_be_allowed() {
        let find = |text: &str, allowed| find(&to(text).unwrap(), allowed);
        let local = find("localhost:3000", false).unwrap();
        for address in ["127.0.0.1:3000", "[::1]:3000"] {
            assert!(local.leads_to(address.parse().unwrap(), &[]), "{address}");
        }
        assert_eq!(local.to_string(), "localhost:3000");
        assert_eq!(find("[::1]:99", false).unwrap().to_string(), "[::1]:99");
        assert!(find("192.0.2.1:80", false).is_err());
        assert!(find("192.0.2.1:80", true).is_ok());
    }
}
