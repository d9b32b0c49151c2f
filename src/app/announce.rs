//! What is said on stderr when the server listens: what is served, where, and who else can
//! read it.

mod qr;
mod reach;

pub(crate) use qr::modules;

use std::fmt::{self, Write as _};
use std::io::{self, IsTerminal as _};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use crate::server::{Port, Server, Upstream};
use crate::tui::Theme;

/// What stands before the name of the server that a tap passes on to.
pub(super) const TAP: &str = "tap → ";

/// What those have to know who let others connect.
const PUBLIC: &str = "whoever can connect can read all that is served: there is no password, and \
                      no TLS, so others on the way can read along";

/// The URLs of a server.
#[derive(Debug, Default)]
pub(crate) struct Urls {
    /// For a client on this machine.
    pub(crate) own: Vec<String>,
    /// For clients on other machines, the one that is most likely to work first.
    pub(crate) others: Vec<String>,
}

impl Urls {
    /// Those of what it listens on.
    pub(crate) fn from_server(server: &Server) -> Self {
        let bound: Vec<_> = server.local_addrs().collect();
        let others = if bound.iter().all(|address| address.ip().is_loopback()) {
            Vec::new()
        } else {
            reach::others(&bound, &reach::Machine::ask())
        };
        Self {
            own: bound.into_iter().map(here).map(url).collect(),
            others: others.into_iter().map(url).collect(),
        }
    }

    /// Those for other machines that are not said to be for this one anyway.
    pub(crate) fn only_for_others(&self) -> impl Iterator<Item = &String> {
        self.others.iter().filter(|url| !self.own.contains(url))
    }
}

/// The address a tap listens on, where its upstream is there too.
pub(crate) fn in_front_of_itself(server: &Server, upstream: &Upstream) -> Option<SocketAddr> {
    let own: Vec<_> = if_addrs::get_if_addrs()
        .unwrap_or_default()
        .iter()
        .map(if_addrs::Interface::ip)
        .collect();
    server
        .local_addrs()
        .find(|bound| upstream.leads_to(*bound, &own))
}

/// What there is to say beside the URLs.
pub(crate) struct Announced<'a> {
    /// What is done, as a clause: what is served.
    pub(crate) doing: &'a str,
    /// The port that was asked for.
    pub(crate) wanted: Port,
    /// What was not heeded.
    pub(crate) notes: &'a [String],
    /// How a QR code is to look; `None` for none.
    pub(crate) qr: Option<Theme>,
}

/// What is served and where, truthfully: lines for stderr.
pub(crate) fn text(server: &Server, urls: &Urls, announced: &Announced<'_>) -> String {
    let mut text = String::new();
    let mut say = |line: fmt::Arguments<'_>| {
        // Nothing fails in writing to memory.
        let _ = writeln!(text, "glassport: {line}");
    };
    let Some((first, more)) = urls.own.split_first() else {
        return text;
    };
    say(format_args!("{} at {first}", announced.doing));
    for other in more {
        say(format_args!("and at {other}"));
    }
    for (index, url) in urls.only_for_others().enumerate() {
        let before = if index == 0 {
            "others reach it at"
        } else {
            "and at"
        };
        say(format_args!("{before} {url}"));
    }
    if server.local_addrs().any(|bound| !bound.ip().is_loopback()) {
        say(format_args!("{PUBLIC}"));
    }
    let ceiling = server.ceiling();
    if let Some((asked, because)) = ceiling.lowered {
        say(format_args!(
            "room for {} connections at once, not {asked}: there are too few {because}",
            ceiling.connections
        ));
    }
    let port = server.local_addrs().next().map(|address| address.port());
    if let (Port::From(wanted), Some(port)) = (announced.wanted, port)
        && port != wanted
    {
        say(format_args!(
            "port {wanted} is in use, so this is port {port}"
        ));
    }
    for note in announced.notes {
        say(format_args!("{note}"));
    }
    if let (Some(url), Some(theme)) = (urls.others.first(), announced.qr)
        && io::stderr().is_terminal()
        && let Some(code) = room().and_then(|room| qr::drawn(url, theme.into(), room))
    {
        let _ = writeln!(text, "{code}");
    }
    text
}

/// How many columns and rows the terminal behind stderr has.
fn room() -> Option<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(io::stderr()).ok()?;
    Some((size.ws_col, size.ws_row))
}

/// The address a client on this machine can use for a bound one: every address of this
/// machine is none that can be asked for.
pub(crate) fn here(address: SocketAddr) -> SocketAddr {
    match address.ip() {
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) => (Ipv4Addr::LOCALHOST, address.port()).into(),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => (Ipv6Addr::LOCALHOST, address.port()).into(),
        IpAddr::V4(_) | IpAddr::V6(_) => address,
    }
}

/// The URL for an address. A zone is written as it is typed (RFC 9844 §2): its syntax in URLs
/// (RFC 6874) was withdrawn, and curl takes it so.
pub(crate) fn url(address: SocketAddr) -> String {
    match address {
        SocketAddr::V6(v6) if v6.scope_id() != 0 => {
            let zone = reach::zone(v6.scope_id());
            format!("http://[{}%{zone}]:{}/", v6.ip(), v6.port())
        }
        SocketAddr::V4(_) | SocketAddr::V6(_) => format!("http://{address}/"),
    }
}
