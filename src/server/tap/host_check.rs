//! Which host a tapped connection is for.
//!
//! A page anywhere can make its own name resolve to this machine, and would then reach the
//! server behind the tap as if it were that server's own page (DNS rebinding). So a tap that is
//! bound to loopback takes the same hosts as where files are served, and the one it leads to.
//!
//! Octets still go on as they come. But each line of the first head is looked at before its last
//! octet goes on, and with the line that names a host which is not served nothing goes on any
//! more: the upstream has seen a beginning of a head by then, and no request. The first head
//! decides for the connection, because a browser uses a connection for one host alone. What no
//! browser sends (no HTTP, no Host, a Host that is folded onto the next line) is let through:
//! there is no page to be protected from then.

use memchr::memchr;

use crate::http::{Span, parse_authority};
use crate::server::hosts::AllowedHosts;

/// How much of a line is kept. The value of a Host that is longer is not served.
const KEPT: usize = 512;

/// What is known of the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing yet.
    Open,
    /// The connection is not stopped.
    Passes,
    /// The host that is named there is not served.
    Foreign(Span),
}

/// Looks for the host in the lines of the first head.
#[derive(Debug, Default)]
pub(super) struct HostCheck {
    /// The line that is not complete, as far as it is kept.
    line: Vec<u8>,
    /// Where it begins.
    begin: u64,
    /// Where the octet stands that comes next.
    next: u64,
    /// Whether a line with anything in it was complete.
    begun: bool,
}

impl HostCheck {
    /// Looks at what came next.
    pub(super) fn look(&mut self, octets: &[u8], hosts: &AllowedHosts) -> Verdict {
        let mut rest = octets;
        while let Some(end) = memchr(b'\n', rest) {
            let (line, after) = rest.split_at(end + 1);
            rest = after;
            self.keep(line);
            let verdict = self.line_ends(hosts);
            if verdict != Verdict::Open {
                return verdict;
            }
            self.line.clear();
            self.begin = self.next;
        }
        self.keep(rest);
        Verdict::Open
    }

    fn keep(&mut self, octets: &[u8]) {
        let room = KEPT.saturating_sub(self.line.len());
        self.line
            .extend_from_slice(octets.get(..room).unwrap_or(octets));
        self.next += octets.len() as u64;
    }

    /// A line is complete.
    fn line_ends(&mut self, hosts: &AllowedHosts) -> Verdict {
        let is_whole = self.line.ends_with(b"\n");
        let line = self.line.trim_ascii_end();
        if line.is_empty() && is_whole {
            return if self.begun {
                Verdict::Passes
            } else {
                Verdict::Open
            };
        }
        let named = if self.begun {
            field_value(line)
        } else {
            self.begun = true;
            if is_whole && !is_request_line(line) {
                return Verdict::Passes;
            }
            target_authority(line)
        };
        let Some(named) = named.filter(|named| !named.is_empty()) else {
            return Verdict::Open;
        };
        let authority = parse_authority(named);
        if is_whole && authority.is_ok_and(|authority| hosts.allow(Some(authority))) {
            return Verdict::Open;
        }
        let before = named.as_ptr().addr() - self.line.as_ptr().addr();
        let start = self.begin + before as u64;
        Verdict::Foreign(Span::new(start, start + named.len() as u64))
    }
}

/// Whether it may be the first line of a request.
fn is_request_line(line: &[u8]) -> bool {
    let version = line.rsplit(|&octet| octet == b' ').next();
    version.is_some_and(|version| version.starts_with(b"HTTP/"))
}

/// The authority of a target in absolute form, which stands for the Host (RFC 9112 §3.2.2).
fn target_authority(line: &[u8]) -> Option<&[u8]> {
    let target = line.split(|&octet| octet == b' ').nth(1)?;
    if target.starts_with(b"/") {
        return None;
    }
    let scheme = target.windows(3).position(|octets| octets == b"://")?;
    let authority = target.get(scheme + 3..)?;
    authority
        .split(|octet| matches!(octet, b'/' | b'?' | b'#'))
        .next()
}

/// The value of the line, if it is a Host field.
fn field_value(line: &[u8]) -> Option<&[u8]> {
    let colon = memchr(b':', line)?;
    let (name, value) = line.split_at_checked(colon)?;
    let is_host = name.trim_ascii().eq_ignore_ascii_case(b"host");
    is_host.then(|| value.get(1..).unwrap_or_default().trim_ascii())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(text: &str, piece: usize) -> Verdict {
        let hosts = AllowedHosts::Local(vec!["dev.example".into()]);
        let mut check = HostCheck::default();
        let looks = text
            .as_bytes()
            .chunks(piece)
            .map(|octets| check.look(octets, &hosts));
        looks
            .into_iter()
            .find(|verdict| *verdict != Verdict::Open)
            .unwrap_or(Verdict::Open)
    }

    /// However the octets come.
    fn check(text: &str, expected: Verdict) {
        for piece in [1, 2, 7, 100_000] {
            assert_eq!(verdict(text, piece), expected, "{text:?} by {piece}");
        }
    }

    fn foreign(text: &str, named: &str) {
        let start = text.find(named).unwrap() as u64;
        let span = Span::new(start, start + named.len() as u64);
        check(text, Verdict::Foreign(span));
    }

    #[test]
    fn a_host_that_is_not_served_is_seen_with_the_end_of_its_line() {
        foreign("GET / HTTP/1.1\r\nHost: evil.test\r\n", "evil.test");
        foreign("GET / HTTP/1.1\nhOST :\tevil.test:80 \n", "evil.test:80");
        foreign("\r\n\r\nGET / HTTP/1.1\r\nA: b\r\nHost: x\r\n", "x");
        foreign("GET http://evil.test/ HTTP/1.1\r\n", "evil.test");
        // A browser takes what is no reg-name for a name too.
        foreign("GET / HTTP/1.1\r\nHost: a`b.test\r\n", "a`b.test");
        foreign(
            "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.test\r\n",
            "evil.test",
        );
        check("GET / HTTP/1.1\r\nHost: evil.test\r", Verdict::Open);
    }

    #[test]
    fn what_cannot_be_such_a_page_passes() {
        for host in ["localhost", "127.0.0.1:8080", "[::1]:1", "dev.example", ""] {
            let text = format!("GET /?a://b HTTP/1.1\r\nHost: {host}\r\n\r\n");
            check(&text, Verdict::Passes);
        }
        check("GET / HTTP/1.0\r\n\r\nHost: evil.test\r\n", Verdict::Passes);
        check("EHLO evil.test\r\nHost: evil.test\r\n\r\n", Verdict::Passes);
        check(
            "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
            Verdict::Passes,
        );
    }

    #[test]
    fn a_long_line_hides_nothing() {
        let path = "a".repeat(2 * KEPT);
        foreign(
            &format!("GET /{path} HTTP/1.1\r\nHost: evil.test\r\n"),
            "evil.test",
        );
        let name = "localhost.".repeat(KEPT);
        let text = format!("GET / HTTP/1.1\r\nHost: {name}\r\n");
        assert!(matches!(verdict(&text, 100), Verdict::Foreign(_)));
    }
}
