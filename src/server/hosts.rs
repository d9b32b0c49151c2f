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
    /// Names and addresses of this machine, and these names. `*.example.com` stands for every
    /// name below `example.com`, however deep, and not for that name itself.
    Local(Vec<String>),
}

impl AllowedHosts {
    /// Reads the name of a host, or `*` for any. The error is a clause that says what is wrong
    /// with it.
    pub fn name(text: &str) -> Result<String, String> {
        if text == "*" {
            return Ok(text.into());
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        // A star is a host's octet in a URL (RFC 3986 §3.2.2), and no name has one.
        let below = name.strip_prefix("*.").unwrap_or(name);
        if below.contains('*') {
            return Err("a star stands for what is before the first dot: *.example.com".into());
        }
        if below.len() < name.len() && (below.starts_with('[') || is_address(below)) {
            return Err("an address has no names below it".into());
        }
        match parse_authority(below.as_bytes()) {
            Ok(Authority { host, .. }) if host.len() == below.len() => Ok(name.into()),
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
        let address = literal(host);
        is_local_name(host)
            || address.is_some_and(|a| a.is_loopback())
            || names.iter().any(|name| stands_for(name, host))
    }
}

/// Whether it is localhost or a name under it (RFC 6761 §6.3).
fn is_local_name(name: &str) -> bool {
    let (above, last) = name.rsplit_once('.').unwrap_or((name, name));
    last.eq_ignore_ascii_case("localhost") && above.split('.').all(|label| !label.is_empty())
}

/// Whether the host names this address.
pub(super) fn names(host: &str, address: IpAddr) -> bool {
    let address = address.to_canonical();
    literal(host).map_or_else(
        || address.is_loopback() && is_local_name(host),
        |literal| literal == address,
    )
}

/// Whether the `name` that is allowed stands for `host`.
fn stands_for(name: &str, host: &str) -> bool {
    let Some(domain) = name.strip_prefix("*.") else {
        // An IPv6 address may be written in several ways (RFC 5952 §2).
        let same_address = literal(name).is_some_and(|a| literal(host) == Some(a));
        return same_address || name.eq_ignore_ascii_case(host);
    };
    let mut labels = host.rsplit('.');
    let same = domain.rsplit('.').all(|wanted| {
        labels
            .next()
            .is_some_and(|label| label.eq_ignore_ascii_case(wanted))
    });
    let mut above = labels.peekable();
    same && above.peek().is_some() && above.all(|label| !label.is_empty())
}

/// The address a host is, if it is one (RFC 3986 §3.2.2).
fn literal(host: &str) -> Option<IpAddr> {
    match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
        Some(v6) => v6
            .parse::<Ipv6Addr>()
            .ok()
            .map(|a| IpAddr::V6(a).to_canonical()),
        None => host.parse().ok().map(IpAddr::V4),
    }
}

fn is_address(name: &str) -> bool {
    name.parse::<IpAddr>().is_ok()
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
        for name in ["*", "dev.example", "10.0.0.1", "[::2]", "*.dev.example"] {
            assert_eq!(AllowedHosts::name(name).as_deref(), Ok(name));
        }
        assert_eq!(AllowedHosts::name("dev.example.").unwrap(), "dev.example");
        assert_eq!(AllowedHosts::name("*.example.").unwrap(), "*.example");
        for name in [
            "",
            "http://dev",
            "dev/",
            "dev:8080",
            "dev:",
            "a b",
            "::2",
            "[::2",
            "*.",
            "*.*",
            "**",
            "*dev.example",
            "a.*.example",
            "*.example:8080",
            "*.10.0.0.1",
            "*.[::2]",
        ] {
            assert!(AllowedHosts::name(name).is_err(), "{name}");
        }
    }

    #[test]
    fn a_star_stands_for_one_label_or_more_and_for_no_less() {
        let starred = AllowedHosts::Local(vec!["*.Example.com".into()]);
        for host in ["app.example.com", "A.B.EXAMPLE.COM", "x.example.com."] {
            assert!(allows(&starred, host), "{host}");
        }
        for host in [
            "example.com",
            ".example.com",
            "a..example.com",
            "notexample.com",
            "app.example.com.evil.example",
            "example.com.evil",
            "*.com",
            "com",
            "",
        ] {
            assert!(!allows(&starred, host), "{host}");
        }
    }

    #[test]
    fn an_address_is_the_same_however_it_is_written() {
        let one = AllowedHosts::Local(vec!["[2001:db8::1]".into(), "10.0.0.1".into()]);
        for host in [
            "[2001:db8::1]",
            "[2001:DB8:0::0001]",
            "10.0.0.1",
            "[::ffff:10.0.0.1]",
        ] {
            assert!(allows(&one, host), "{host}");
        }
        for host in ["[2001:db8::2]", "2001:db8::1", "10.0.0.2", "10.0.1"] {
            assert!(!allows(&one, host), "{host}");
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
