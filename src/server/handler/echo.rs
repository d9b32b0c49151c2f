//! `/.glassport/echo`: any method, answered with the request as it came.
//!
//! What is echoed are the octets that were received, the chunked coding and its trailers too.
//! What is secret is masked: what cookies and credentials hold. A cookie belongs to a host, not
//! to a port, so a browser sends along those of every other server on this machine, and a page
//! that is served here could read from an echo what `HttpOnly` keeps from scripts.

mod page;
mod received;

use received::Received;

use super::request::{BodyLimit, Request};
use super::site::Site;
use crate::event::{Policy, Resource};
use crate::http::{
    Begins, BodyLength, ChunkedDecoder, RequestHead, Status, mask_fields, mask_received,
};
use crate::server::response::{Body, Octets, Response};

/// The path that is answered with an echo.
const PATH: &[u8] = b"/.glassport/echo";
/// The longest body that is echoed.
pub(super) const LIMIT: BodyLimit = BodyLimit {
    octets: 64 << 10,
    policy: Policy::EchoTooLong,
};

/// Whether this is the path of the echo.
pub(super) fn is_here(site: Site<'_>, head: &RequestHead) -> bool {
    site.config.builtin && head.path() == PATH
}

/// The response to a request that has come whole: itself.
pub(super) fn respond(request: Request<'_>) -> Response {
    let head = request.head;
    let mut octets = head.octets().to_vec();
    let masked = mask_fields(head, &mut octets);
    octets.extend_from_slice(request.body);
    if request.framing.body == BodyLength::Chunked {
        mask_trailers(octets.get_mut(head.octets().len()..).unwrap_or_default());
    }
    let received = Received {
        head,
        framing: request.framing,
        octets,
        runs: request.arrivals.runs(request.span),
        more: request.arrivals.more(),
        masked,
    };
    echo(received)
}

/// The request as the content of a response.
fn echo(request: Received<'_>) -> Response {
    let response = if request.head.query() == Some(b"html") {
        Response {
            media_type: Some("text/html; charset=utf-8".into()),
            ..Response::text(Status::OK, page::write(&request))
        }
    } else {
        // Whoever asks for the octets gets them, so a type is all that can be said of
        // them, and an encoding only where it is true.
        let text = std::str::from_utf8(&request.octets).is_ok();
        let body = Body::Memory(Octets::Owned(request.octets));
        Response {
            media_type: Some(if text {
                "text/plain; charset=utf-8".into()
            } else {
                "text/plain".into()
            }),
            body,
            ..Response::text(Status::OK, String::new())
        }
    };
    Response {
        private: true,
        masked: (!request.masked.is_empty()).then(|| request.masked.join(", ")),
        resource: Some(Resource::Generated {
            what: "the request as it came".into(),
        }),
        ..response
    }
}

/// Masks what is secret in the trailer section of a chunked body.
fn mask_trailers(body: &mut [u8]) {
    let Ok(decoded) = ChunkedDecoder::default().decode(body) else {
        return;
    };
    let trailers = decoded.taken.saturating_sub(decoded.trailer)..decoded.taken;
    mask_received(body.get_mut(trailers).unwrap_or_default(), Begins::Field);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_trailers_are_masked_and_nothing_like_them_in_chunks() {
        let text = "d\r\nCookie: a=b\r\n\r\n0\r\nX: y\r\nAuthorization: a b\r\n\r\n";
        let mut body = text.as_bytes().to_vec();
        mask_trailers(&mut body);
        assert_eq!(String::from_utf8(body).unwrap(), text.replace("a b", "***"));
    }
}
