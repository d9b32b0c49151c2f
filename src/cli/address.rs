//! What `--bind` takes: an address, with its zone where it needs one, or `localhost`.

use std::net::{IpAddr, Ipv4Addr};

use crate::server::Address;

/// The port when none is asked for; a busy one moves up.
pub(super) const DEFAULT_PORT: u16 = 8080;

/// What is said of whatever is no address.
const TAKEN: &str = "an address is taken, such as 127.0.0.1, ::1 or fe80::1%eth0, or localhost; \
                     other names are not looked up";

/// What one value of `--bind` stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bind(pub(super) Vec<Address>);

/// Reads one value of `--bind`. The error is a clause.
pub(super) fn bind(text: &str) -> Result<Bind, String> {
    read(text, |name| {
        let there = if_addrs::get_if_addrs().unwrap_or_default();
        let mut names: Vec<_> = there.iter().map(|i| i.name.clone()).collect();
        names.sort();
        names.dedup();
        let index = there.into_iter().find(|i| i.name == name);
        index.and_then(|i| i.index).ok_or(names)
    })
}

/// The same, where `zone` knows the number of an interface by its name, or else all names.
fn read(text: &str, zone: impl Fn(&str) -> Result<u32, Vec<String>>) -> Result<Bind, String> {
    // RFC 6761 §6.3: the name stands for the loopback addresses and needs no look-up.
    let name = text.strip_suffix('.').unwrap_or(text);
    if name.eq_ignore_ascii_case("localhost") {
        return Ok(Bind(Address::LOCALHOST.to_vec()));
    }
    let inner = text.strip_prefix('[').and_then(|t| t.strip_suffix(']'));
    let (address, named) = match inner.unwrap_or(text).split_once('%') {
        Some((address, zone)) => (address, Some(zone)),
        None => (inner.unwrap_or(text), None),
    };
    let Ok(ip) = address.parse::<IpAddr>() else {
        return Err(match text.parse::<std::net::SocketAddr>() {
            Ok(both) => format!("the port goes with -p: -b {} -p {}", both.ip(), both.port()),
            Err(_) => TAKEN.into(),
        });
    };
    // A socket takes either IPv6 or IPv4 here, and this is IPv4 (RFC 4291 §2.5.5.2).
    let ip = ip.to_canonical();
    if ip.is_multicast() || ip == IpAddr::V4(Ipv4Addr::BROADCAST) {
        return Err(format!(
            "{ip} stands for many machines, and a connection leads to one; {TAKEN}"
        ));
    }
    let local = matches!(ip, IpAddr::V6(ip) if ip.is_unicast_link_local());
    let zone = match named {
        None if local => {
            return Err(format!(
                "{ip} is an address of one link, so its interface has to be named: {ip}%eth0"
            ));
        }
        None => 0,
        Some(_) if !local => {
            return Err(format!(
                "{ip} takes no zone: only an address that begins with fe80 does"
            ));
        }
        // RFC 4007 §11.2: a zone may be given by its number.
        Some(name) => match name.parse() {
            Ok(number @ 1..) => number,
            Ok(0) | Err(_) => zone(name).map_err(|names| {
                format!(
                    "there is no interface {name:?}; there are {}",
                    names.join(", ")
                )
            })?,
        },
    };
    Ok(Bind(vec![Address {
        zone,
        ..Address::from(ip)
    }]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses(text: &str) -> Result<Vec<Address>, String> {
        let zone = |name: &str| match name {
            "lo" => Ok(7),
            _ => Err(vec!["lo".into(), "eth0".into()]),
        };
        read(text, zone).map(|bind| bind.0)
    }

    fn one(ip: &str, zone: u32) -> Vec<Address> {
        let ip: IpAddr = ip.parse().unwrap();
        vec![Address {
            zone,
            ..Address::from(ip)
        }]
    }

    #[test]
    fn an_address_may_have_a_zone_by_name_or_number_and_brackets() {
        for (text, ip, zone) in [
            ("127.0.0.1", "127.0.0.1", 0),
            ("::", "::", 0),
            ("[::1]", "::1", 0),
            ("fe80::1%lo", "fe80::1", 7),
            ("fe80::1%3", "fe80::1", 3),
            ("[fe80::1%lo]", "fe80::1", 7),
            ("::ffff:127.0.0.1", "127.0.0.1", 0),
        ] {
            assert_eq!(addresses(text), Ok(one(ip, zone)), "{text}");
        }
    }

    #[test]
    fn localhost_is_both_loopback_addresses_without_a_look_up() {
        for text in ["localhost", "LocalHost", "localhost."] {
            assert_eq!(addresses(text), Ok(Address::LOCALHOST.to_vec()));
        }
    }

    #[test]
    fn what_is_no_address_is_told_what_is_one() {
        for (text, says) in [
            ("nowhere", "localhost"),
            ("", "127.0.0.1"),
            ("%lo", "fe80::1%eth0"),
            ("256.0.0.1", "127.0.0.1"),
            ("http://127.0.0.1", "127.0.0.1"),
            ("127.0.0.1:8080", "-b 127.0.0.1 -p 8080"),
            ("[::1]:80", "-b ::1 -p 80"),
            ("fe80::1", "fe80::1%eth0"),
            ("fe80::1%", "lo, eth0"),
            ("fe80::1%0", "lo, eth0"),
            (
                "fe80::1%wlan9",
                "there is no interface \"wlan9\"; there are lo, eth0",
            ),
            ("::1%lo", "no zone"),
            ("127.0.0.1%lo", "no zone"),
            ("224.0.0.1", "many machines"),
            ("255.255.255.255", "many machines"),
            ("ff02::1", "many machines"),
        ] {
            let error = addresses(text).unwrap_err();
            assert!(error.contains(says), "{text}: {error}");
        }
    }
}
