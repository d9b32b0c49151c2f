//! The URL of a request.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use super::transcript::Exchange;
use super::{Cannot, Request, Written};
use crate::http::Form;

/// The effective URL (RFC 9110 §7.1) for a line that may be pasted into a shell: whatever a
/// shell would act on is percent-encoded.
pub(super) fn effective_url(request: &Request) -> Result<Written, Cannot> {
    let head = request.head()?;
    let url = match head.target().form {
        Form::Origin => {
            let authority = head.value("host").and_then(authority);
            let authority = authority.unwrap_or_else(|| server(request.server));
            format!(
                "http://{authority}{}",
                encode(head.target_octets(), Keep::Harmless)
            )
        }
        Form::Absolute => absolute(head.target_octets(), Keep::Harmless)
            .ok_or(Cannot("its target names no host that can be connected to"))?,
        Form::Authority | Form::Asterisk => return Err(Cannot("its target is no URL")),
    };
    // What separates parameters means itself no longer once it is encoded.
    let separators = head.query().is_some_and(|query| {
        let separates = |octet: &u8| b"&;".contains(octet);
        query.iter().any(separates)
    });
    Ok(Written {
        octets: url.into_bytes(),
        but: separators.then(|| "what separates its parameters is percent-encoded".into()),
    })
}

/// A URL that any program can read, whatever is known of the request: of one that was
/// refused, as much of its target as came. With what the target was, where it was no URL.
pub(super) fn always(exchange: &Exchange) -> (String, Option<&'static str>) {
    let request = &exchange.request;
    let server = || format!("http://{}", server(request.server));
    let Some(head) = request.head.as_deref() else {
        let target = exchange.request_line.as_deref().and_then(|line| {
            let mut words = line.split(|&octet| octet == b' ');
            words.nth(1).filter(|word| word.starts_with(b"/"))
        });
        let path = target.map_or_else(|| "/".into(), |target| encode(target, Keep::Reserved));
        return (format!("{}{path}", server()), None);
    };
    let target = head.target_octets();
    let host = || {
        let named = head.value("host").and_then(authority);
        named.map_or_else(server, |named| format!("http://{named}"))
    };
    match head.target().form {
        Form::Origin => (
            format!("{}{}", host(), encode(target, Keep::Reserved)),
            None,
        ),
        Form::Absolute => match absolute(target, Keep::Reserved) {
            Some(url) => (url, None),
            None => (
                format!("{}{}", server(), encode(head.path(), Keep::Reserved)),
                Some("the request-target names no host"),
            ),
        },
        Form::Authority => (
            authority(target).map_or_else(server, |named| format!("http://{named}/")),
            Some("the request-target is an authority"),
        ),
        Form::Asterisk => (host() + "/", Some("the request-target is *")),
    }
}

/// Where the server listens: an address that is no place to connect to stands for this
/// machine.
fn server(address: SocketAddr) -> String {
    match address {
        SocketAddr::V6(address) if address.ip().to_ipv4_mapped().is_some() => {
            let ip = address.ip().to_ipv4_mapped().unwrap_or(Ipv4Addr::LOCALHOST);
            format!("{ip}:{}", address.port())
        }
        // A zone has no place in a URL that others read (RFC 9844).
        SocketAddr::V6(address) => format!("[{}]:{}", address.ip(), address.port()),
        SocketAddr::V4(address) => address.to_string(),
    }
}

/// An absolute-form target as a URL, when it names a host.
fn absolute(target: &[u8], keep: Keep) -> Option<String> {
    let colon = target.iter().position(|&octet| octet == b':')?;
    let (scheme, rest) = target.split_at_checked(colon)?;
    let rest = rest.strip_prefix(b"://")?;
    let scheme = std::str::from_utf8(scheme).ok()?.to_ascii_lowercase();
    let end = rest.iter().position(|octet| b"/?".contains(octet));
    let (host, path) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
    let authority = authority(host)?;
    let slash = if path.starts_with(b"/") { "" } else { "/" };
    matches!(&scheme[..], "http" | "https")
        .then(|| format!("{scheme}://{authority}{slash}{}", encode(path, keep)))
}

/// An authority as it is, when every reader of URLs takes it for one: a name of letters,
/// digits and hyphens, an IPv4 or an IPv6 address.
fn authority(octets: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(octets).ok()?;
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        Some(_) | None => (text, None),
    };
    let port_fits = match port {
        None | Some("") => true,
        Some(port) => {
            port.bytes().all(|octet| octet.is_ascii_digit()) && port.parse::<u16>().is_ok()
        }
    };
    let fits = if let Some(inside) = host.strip_prefix('[') {
        let inside = inside.strip_suffix(']')?;
        inside.parse::<Ipv6Addr>().is_ok()
    } else {
        is_name(host)
    };
    let port = port.filter(|port| !port.is_empty());
    (port_fits && fits).then(|| match port {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    })
}

/// Whether a host is a name, or an IPv4 address: what ends in a number must be one (URL
/// Standard, "ends in a number").
fn is_name(host: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label
                .bytes()
                .all(|octet| octet.is_ascii_alphanumeric() || b"-_".contains(&octet))
    };
    let number = host.rsplit('.').next().is_some_and(|last| {
        let hex = last.strip_prefix("0x").or_else(|| last.strip_prefix("0X"));
        last.bytes().all(|octet| octet.is_ascii_digit())
            || hex.is_some_and(|hex| hex.bytes().all(|octet| octet.is_ascii_hexdigit()))
    });
    host.len() <= 253 && host.split('.').all(label) && (!number || host.parse::<Ipv4Addr>().is_ok())
}

/// What is left as it is, beside letters, digits and `-._~:/@=+,`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Keep {
    /// What RFC 3986 §3.3 and §3.4 allow in a path and a query.
    Reserved,
    /// Nothing a shell acts on.
    Harmless,
}

/// Percent-encodes what may not stand in the path or query of a URL. `%` stays where it
/// begins a triplet, and the first `?` where it begins the query.
fn encode(octets: &[u8], keep: Keep) -> String {
    let mut out = String::with_capacity(octets.len());
    let mut query = false;
    for (index, &octet) in octets.iter().enumerate() {
        let digits = octets.get(index + 1..index + 3).unwrap_or_default();
        let kept = match octet {
            b'%' => digits.len() == 2 && digits.iter().all(u8::is_ascii_hexdigit),
            b'?' => keep == Keep::Reserved || !std::mem::replace(&mut query, true),
            b'!' | b'$' | b'&' | b'(' | b')' | b'*' | b';' => keep == Keep::Reserved,
            _ => octet.is_ascii_alphanumeric() || b"-._~:/@=+,".contains(&octet),
        };
        if kept {
            out.push(char::from(octet));
        } else {
            out.push_str(percent_encoding::percent_encode_byte(octet));
        }
    }
    out
}

#[cfg(test)]
mod tests;
