//! Under which addresses other machines reach this one.

use std::net::{IpAddr, SocketAddr, UdpSocket};

/// How many are told. A machine may have a dozen of IPv6, each for a day.
const TOLD: usize = 4;

/// Addresses that are for documentation alone (RFC 5737, RFC 3849): what is sent there, and
/// nothing is, would leave by the default route.
const OUTSIDE: [(&str, &str); 2] = [
    ("0.0.0.0:0", "198.51.100.1:9"),
    ("[::]:0", "[2001:db8::1]:9"),
];

/// What this machine's interfaces are.
#[derive(Debug, Default)]
pub(super) struct Machine {
    /// Every address there is.
    pub(super) addresses: Vec<IpAddr>,
    /// Those that packets on their way out are sent from.
    pub(super) outward: Vec<IpAddr>,
}

impl Machine {
    /// Asks the system.
    pub(super) fn ask() -> Self {
        let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
        Self {
            addresses: interfaces.iter().map(if_addrs::Interface::ip).collect(),
            outward: OUTSIDE.into_iter().filter_map(outward).collect(),
        }
    }
}

/// The address the system would send from. Connecting a datagram socket sends nothing
/// (connect(2)); it looks up the route.
fn outward((any, outside): (&str, &str)) -> Option<IpAddr> {
    let socket = UdpSocket::bind(any).ok()?;
    socket.connect(outside).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

/// The name of an interface, or its number where it has none any more.
pub(super) fn zone(index: u32) -> String {
    let interfaces = if_addrs::get_if_addrs().unwrap_or_default();
    let named = interfaces.into_iter().find(|i| i.index == Some(index));
    named.map_or_else(|| index.to_string(), |interface| interface.name)
}

/// Where others reach what is `bound`, the most likely address first.
pub(super) fn others(bound: &[SocketAddr], machine: &Machine) -> Vec<SocketAddr> {
    let mut found: Vec<SocketAddr> = Vec::new();
    for &address in bound {
        let (ip, port) = (address.ip(), address.port());
        if !ip.is_unspecified() {
            found.push(address);
            continue;
        }
        let same = machine
            .addresses
            .iter()
            .filter(|a| a.is_ipv4() == ip.is_ipv4());
        found.extend(same.map(|&ip| SocketAddr::new(ip, port)));
    }
    found.retain(|address| match address.ip() {
        IpAddr::V4(ip) => !ip.is_loopback(),
        // A link-local address needs a zone, and that is the other machine's to know.
        IpAddr::V6(ip) => !ip.is_loopback() && !ip.is_unicast_link_local(),
    });
    let unlikely = |ip: IpAddr| matches!(ip, IpAddr::V4(ip) if ip.is_link_local());
    // An address of IPv4 is easier to type, and reached by more.
    found.sort_by_key(|address| {
        let ip = address.ip();
        (unlikely(ip), ip.is_ipv6(), !machine.outward.contains(&ip))
    });
    found.dedup();
    found.truncate(TOLD);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(bound: &[&str], addresses: &[&str], outward: &[&str]) -> Vec<String> {
        let ips = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect();
        let bound: Vec<_> = bound.iter().map(|text| text.parse().unwrap()).collect();
        let machine = Machine {
            addresses: ips(addresses),
            outward: ips(outward),
        };
        let others = others(&bound, &machine);
        others.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_address_that_is_routed_comes_before_a_bridge_and_loopback_never() {
        let addresses = [
            "127.0.0.1",
            "172.17.0.1",
            "169.254.3.4",
            "192.168.1.5",
            "::1",
            "fe80::5",
            "fd00::2",
        ];
        assert_eq!(
            told(&["0.0.0.0:80", "[::]:80"], &addresses, &["192.168.1.5"]),
            [
                "192.168.1.5:80",
                "172.17.0.1:80",
                "[fd00::2]:80",
                "169.254.3.4:80"
            ]
        );
    }

    #[test]
    fn what_is_bound_alone_is_told_alone() {
        let addresses = ["127.0.0.1", "10.0.0.1", "10.0.0.2", "fe80::5"];
        assert_eq!(
            told(&["10.0.0.2:80", "127.0.0.1:80"], &addresses, &["10.0.0.1"]),
            ["10.0.0.2:80"]
        );
        assert!(told(&["[fe80::5%3]:80"], &addresses, &[]).is_empty());
        assert!(told(&["127.0.0.1:80", "[::1]:80"], &addresses, &[]).is_empty());
    }

    #[test]
    fn a_machine_without_a_network_has_no_others() {
        assert!(told(&["0.0.0.0:80", "[::]:80"], &["127.0.0.1", "::1"], &[]).is_empty());
        assert!(told(&["0.0.0.0:80"], &[], &[]).is_empty());
    }
}
