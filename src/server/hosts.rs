//! Which hosts a server answers for.
//!
//! A page anywhere can make its own name resolve to 127.0.0.1 and read what a loopback
//! server answers (DNS rebinding). A server bound to loopback therefore answers only for
//! names of this machine (RFC 9110 §7.4: a misdirected request is answered 421).

use std::net::{IpAddr, Ipv6Addr};

use crate::http::{Authority, parse_authority};

/// The hosts that are answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AllowedHosts {
    /// Every host.
    Any,
    /// Names and addresses of this machine, and these names.
    Local(Vec<String>),
}

impl AllowedHosts {
    /// Reads the name of a host, or `*` for any. The error is a clause that says what is wrong
    /// with it.
    pub fn name(text: &str) -> Result<String, String> {
        let name = text.strip_suffix('.').unwrap_or(text);
        if name == "*" {
            return Ok(name.into());
        }
        match parse_authority(name.as_bytes()) {
            Ok(Authority { host, .. }) if host.len() == name.len() => Ok(name.into()),
            Ok(_) => Err("a host is named without a port: every port of it is meant".into()),
            Err(_) => Err("a host is named as in a URL, and by nothing else of it".into()),
        }
    }

    /// Whether a request for `authority` is answered. HTTP/1.0 may name no host.
    pub(crate) fn allow(&self, authority: Option<Authority<'_>>) -> bool {
        let (Self::Local(names), Some(authority)) = (self, authority) else {
            return true;
        };
        let Ok(host) = std::str::from_utf8(authority.host) else {
            return false;
        };
        let host = host.strip_suffix('.').unwrap_or(host);
        let local_name = |name: &str| {
            // RFC 6761 §6.3: localhost and every name under it.
            let (above, last) = name.rsplit_once('.').unwrap_or((name, name));
            last.eq_ignore_ascii_case("localhost")
                && above.split('.').all(|label| !label.is_empty())
        };
        let address = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
            Some(v6) => v6
                .parse::<Ipv6Addr>()
                .ok()
                .map(|a| IpAddr::V6(a).to_canonical()),
            None => host.parse().ok(),
        };
        local_name(host)
            || address.is_some_and(|a| a.is_loopback())
            || names.iter().any(|name| name.eq_ignore_ascii_case(host))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(hosts: &AllowedHosts, host: &str) -> bool {
        hosts.allow(Some(Authority {
            host: host.as_bytes(),
            port: Some(8080),
        }))
    }

    #[test]
    fn a_name_that_no_request_could_have_is_refused() {
        for name in ["*", "dev.example", "10.0.0.1", "[::2]"] {
            assert_eq!(AllowedHosts::name(name).as_deref(), Ok(name));
        }
        assert_eq!(AllowedHosts::name("dev.example.").unwrap(), "dev.example");
        for name in [
            "",
            "http://dev",
            "dev/",
            "dev:8080",
            "dev:",
            "a b",
            "::2",
            "[::2",
        ] {
            assert!(AllowedHosts::name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn names_of_this_machine_are_answered_and_others_are_not() {
        let local = AllowedHosts::Local(vec!["Dev.Example".into()]);
        for host in [
            "localhost",
            "LOCALHOST",
            "localhost.",
            "app.localhost",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
            "dev.example",
        ] {
            assert!(allows(&local, host), "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example",
            "10.0.0.1",
            "[::2]",
            "notlocalhost",
            ".localhost",
            "a..localhost",
            ".a.localhost",
            "localhost..",
            "0.0.0.0",
        ] {
            assert!(!allows(&local, host), "{host}");
        }
        assert!(local.allow(None));
        assert!(allows(&AllowedHosts::Any, "evil.example"));
    }
}
