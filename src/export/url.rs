//! The URL of a request.

use super::{Cannot, Request};
use crate::http::{Form, RequestHead};

/// The effective URL (RFC 9110 §7.1), percent-encoded where a line could not carry it.
pub(super) fn of(request: &Request) -> Result<String, Cannot> {
    let head = request.head()?;
    let target = head.target_octets();
    match head.target().form {
        Form::Origin => Ok(format!(
            "http://{}{}",
            authority(request, head),
            encode(target)
        )),
        Form::Absolute => Ok(encode(target)),
        Form::Authority | Form::Asterisk => Err(Cannot("its target is no URL")),
    }
}

/// What the peer calls this server, or where it listens.
fn authority(request: &Request, head: &RequestHead) -> String {
    match head.value("host") {
        Some(host) if !host.is_empty() => encode(host),
        Some(_) | None => request.server.to_string(),
    }
}

/// Everything but what a URL is made of (RFC 3986 §2) is percent-encoded; so is a quote.
fn encode(octets: &[u8]) -> String {
    let mut out = String::with_capacity(octets.len());
    for &octet in octets {
        if octet.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&()*+,;=%".contains(&octet) {
            out.push(char::from(octet));
        } else {
            out.push_str(percent_encoding::percent_encode_byte(octet));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::samples;

    fn url(octets: &str) -> Option<String> {
        super::of(&samples::request(&[(0, octets.as_bytes(), false)])).ok()
    }

    #[test]
    fn a_url_is_what_the_peer_asked_for() {
        let host = "Host: localhost:8080\r\n\r\n";
        for (line, expected) in [
            (
                "GET /a?b=%20c HTTP/1.1",
                Some("http://localhost:8080/a?b=%20c"),
            ),
            (
                "GET http://localhost:8080/x HTTP/1.1",
                Some("http://localhost:8080/x"),
            ),
            ("OPTIONS * HTTP/1.1", None),
        ] {
            assert_eq!(
                url(&format!("{line}\r\n{host}")).as_deref(),
                expected,
                "{line}"
            );
        }
        assert_eq!(
            url("GET / HTTP/1.0\r\n\r\n").as_deref(),
            Some("http://127.0.0.1:8080/")
        );
        assert_eq!(url("GET / HT"), None);
    }
}
