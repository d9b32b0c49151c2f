//! `host [ ":" port ]`: the authority of a request-target and the value of Host.

use super::octet::{self, HEX, HOST};

/// An authority, cut into its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Authority<'a> {
    /// The host as written; an IPv6 address keeps its brackets.
    pub host: &'a [u8],
    /// The port, when one is written and it is not empty.
    pub port: Option<u16>,
}

/// Reads `uri-host [ ":" port ]` (RFC 9110 §7.2, RFC 3986 §3.2). On a fault, the offset of
/// the first octet that is wrong. An empty host is refused (RFC 9110 §4.2.1).
pub(crate) fn parse(value: &[u8]) -> Result<Authority<'_>, usize> {
    let host_len = match value.first() {
        None | Some(b':') => return Err(0),
        Some(b'[') => ip_literal(value)?,
        Some(_) => registered_name(value)?,
    };
    let (host, rest) = value.split_at_checked(host_len).ok_or(host_len)?;
    let port = match rest.split_first() {
        // `port = *DIGIT`: an empty port is allowed and means the default.
        None | Some((b':', [])) => None,
        Some((b':', digits)) => {
            if let Some(bad) = digits.iter().position(|o| !o.is_ascii_digit()) {
                return Err(host_len + 1 + bad);
            }
            let number = digits.iter().try_fold(0u16, |n, o| {
                n.checked_mul(10)?.checked_add(u16::from(o - b'0'))
            });
            Some(number.ok_or(host_len + 1)?)
        }
        Some(_) => return Err(host_len),
    };
    Ok(Authority { host, port })
}

/// The length of `[...]` at the start of `value`: `IP-literal`, RFC 3986 §3.2.2.
fn ip_literal(value: &[u8]) -> Result<usize, usize> {
    let close = value.iter().position(|&o| o == b']').ok_or(value.len())?;
    let inside = value.get(1..close).unwrap_or_default();
    let text = core::str::from_utf8(inside).map_err(|e| 1 + e.valid_up_to())?;
    let future = || {
        // IPvFuture = "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" )
        let (version, address) = text.strip_prefix(['v', 'V'])?.split_once('.')?;
        let fine = !version.is_empty()
            && version.bytes().all(|o| octet::is(o, HEX))
            && !address.is_empty()
            && address
                .bytes()
                .all(|o| o == b':' || o != b'%' && octet::is(o, HOST));
        fine.then_some(())
    };
    if text.parse::<core::net::Ipv6Addr>().is_err() && future().is_none() {
        return Err(1);
    }
    Ok(close + 1)
}

/// The length of `reg-name` or an IPv4 address at the start of `value`, up to the colon.
fn registered_name(value: &[u8]) -> Result<usize, usize> {
    let mut i = 0;
    while let Some(&o) = value.get(i) {
        match o {
            b':' => break,
            b'%' => {
                let escape = value.get(i + 1..i + 3).unwrap_or_default();
                if escape.len() < 2 || !escape.iter().all(|&o| octet::is(o, HEX)) {
                    return Err(i);
                }
                i += 3;
            }
            _ if octet::is(o, HOST) => i += 1,
            _ => return Err(i),
        }
    }
    Ok(i)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports() {
        for (value, host, port) in [
            ("localhost", "localhost", None),
            ("LocalHost:8080", "LocalHost", Some(8080)),
            ("localhost:", "localhost", None),
            ("127.0.0.1:80", "127.0.0.1", Some(80)),
            ("[::1]:8080", "[::1]", Some(8080)),
            ("[::ffff:1.2.3.4]", "[::ffff:1.2.3.4]", None),
            ("[v1.a:b]", "[v1.a:b]", None),
            ("a%41b", "a%41b", None),
            ("my_host", "my_host", None),
            ("x:65535", "x", Some(65535)),
        ] {
            assert_eq!(
                parse(value.as_bytes()),
                Ok(Authority {
                    host: host.as_bytes(),
                    port
                }),
                "{value}"
            );
        }
    }

    #[test]
    fn what_is_no_authority() {
        for (value, at) in [
            ("", 0),
            (":80", 0),
            ("a b", 1),
            ("user@host", 4),
            ("host/path", 4),
            ("host:80x", 7),
            ("host:65536", 5),
            ("[::1", 4),
            ("[::g]", 1),
            ("[::1]x", 5),
            ("a%4", 1),
            ("a,b c", 3),
            ("caf\u{e9}", 3),
            ("host:80:80", 7),
            ("[]", 1),
        ] {
            assert_eq!(parse(value.as_bytes()), Err(at), "{value}");
        }
    }
}
