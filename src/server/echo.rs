//! `/.glassport/echo`: any method, answered with the request as it came.
//!
//! What is echoed are the octets that were received, the chunked coding and its trailers too.
//! What is secret is masked: what cookies and credentials hold. A cookie belongs to a host, not
//! to a port, so a browser sends along those of every other server on this machine, and a page
//! that is served here could read from an echo what `HttpOnly` keeps from scripts.

mod page;

use std::sync::Arc;

use super::Shared;
use super::respond;
use super::response::{Body, Octets, Response};
use super::stream::Stream;
use super::worker::{Ending, Worker};
use crate::event::{CloseReason, Policy, Refusal, Resource};
use crate::http::{
    Begins, BodyLength, ChunkedDecoder, Framing, Method, RequestHead, Span, Status, mask_fields,
    mask_received,
};

/// The path that is answered with an echo.
const PATH: &[u8] = b"/.glassport/echo";
/// The longest body that is echoed, its coding included.
pub(super) const LIMIT: u64 = 64 << 10;
/// How many calls of `recv` are told apart in one request.
const TOLD_APART: usize = 4096;

/// Whether a request is to be echoed. A browser's question what another origin may do is no
/// such request: it is answered.
pub(super) fn is_asked(shared: &Shared, head: &RequestHead) -> bool {
    is_here(shared, head) && !respond::is_preflight(shared, head)
}

/// Whether this is the path of the echo.
pub(super) fn is_here(shared: &Shared, head: &RequestHead) -> bool {
    shared.config.builtin && head.path() == PATH
}

/// Whether a request is answered with an echo, so that its body has to be kept.
pub(super) fn answers(shared: &Shared, head: &RequestHead) -> bool {
    is_asked(shared, head) && respond::refused(shared, head).is_none()
}

/// Whether the body is known to be longer than is echoed.
pub(super) fn is_too_long(framing: Framing) -> bool {
    matches!(framing.body, BodyLength::Length(length) if length > LIMIT)
}

/// Where each `recv` ended that brought octets of the request that is being read.
#[derive(Debug, Default)]
pub(super) struct Recvs {
    ends: Vec<u64>,
    /// Whether there were more of them.
    more: bool,
}

impl Recvs {
    pub(super) fn note(&mut self, end: u64) {
        if self.ends.len() < TOLD_APART {
            self.ends.push(end);
        } else {
            self.more = true;
        }
    }

    /// Leaves those that brought octets of the next request, which begins at `start`.
    pub(super) fn begin(&mut self, start: u64) {
        self.ends.retain(|&end| end > start);
        // An idle connection does not hold what a long request took.
        self.ends.shrink_to(TOLD_APART / 64);
        self.more = false;
    }

    /// The runs they cut `span` into.
    fn runs(&self, span: Span) -> Vec<Span> {
        let inside = |end: &u64| span.start < *end && *end < span.end;
        let mut start = span.start;
        let mut runs = Vec::new();
        for end in self.ends.iter().copied().filter(inside).chain([span.end]) {
            runs.push(Span::new(start, end));
            start = end;
        }
        runs
    }
}

/// A request that has come whole.
struct Received<'a> {
    head: &'a RequestHead,
    framing: Framing,
    /// Its octets, what is secret being masked.
    octets: Vec<u8>,
    /// Which of them each `recv` brought.
    runs: Vec<Span>,
    /// Whether the last run is more than one `recv`.
    more: bool,
    /// What was masked, by the names of fields.
    masked: Vec<&'static str>,
}

impl<S: Stream> Worker<'_, S> {
    /// Refuses to echo a body that is too long.
    pub(super) fn refuse_echo(&mut self, head: Arc<RequestHead>) -> Ending {
        let mut lengths = head.lines("content-length");
        let at = self.connection.buffered().start;
        let span = lengths
            .next()
            .map_or(Span::octet(at), |line| head.span_of(line.value));
        let refusal = Refusal::by(Policy::EchoTooLong, span, head.span().start);
        drop(lengths);
        self.refuse(refusal, Some(head), CloseReason::BodyUnread)
    }

    /// The response to a request that has come whole: an echo, if its body was kept for one.
    pub(super) fn respond(
        &mut self,
        head: &RequestHead,
        framing: Framing,
        echoed: Option<Vec<u8>>,
    ) -> Response {
        let start = head.span().start;
        let end = self.connection.buffered().start;
        let response = match echoed {
            None => respond::to(self.shared, head),
            Some(body) => {
                let mut octets = head.octets().to_vec();
                let masked = mask_fields(head, &mut octets);
                octets.extend_from_slice(&body);
                if framing.body == BodyLength::Chunked {
                    mask_trailers(octets.get_mut(head.octets().len()..).unwrap_or_default());
                }
                let received = Received {
                    head,
                    framing,
                    octets,
                    runs: self.recvs.runs(Span::new(start, end)),
                    more: self.recvs.more,
                    masked,
                };
                received.echo()
            }
        };
        self.recvs.begin(end);
        response
    }
}

impl Received<'_> {
    fn echo(self) -> Response {
        let mut response = if self.head.query() == Some(b"html") {
            Response {
                media_type: Some("text/html; charset=utf-8".into()),
                ..Response::text(Status::OK, page::write(&self))
            }
        } else {
            // Whoever asks for the octets gets them, so a type is all that can be said of
            // them, and an encoding only where it is true.
            let text = std::str::from_utf8(&self.octets).is_ok();
            let body = Body::Memory(Octets::Owned(self.octets));
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
        response = Response {
            private: true,
            masked: (!self.masked.is_empty()).then(|| self.masked.join(", ")),
            resource: Some(Resource::Generated {
                what: "the request as it came".into(),
            }),
            ..response
        };
        if self.head.method() == Method::Head {
            response.withhold()
        } else {
            response
        }
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

    #[test]
    fn runs_are_where_recv_cut_the_request() {
        let mut recvs = Recvs::default();
        for end in [3, 10, 12, 20] {
            recvs.note(end);
        }
        let runs = |recvs: &Recvs, start, end| -> Vec<(u64, u64)> {
            let runs = recvs.runs(Span::new(start, end));
            runs.iter().map(|run| (run.start, run.end)).collect()
        };
        assert_eq!(runs(&recvs, 0, 11), [(0, 3), (3, 10), (10, 11)]);
        recvs.begin(11);
        assert_eq!(runs(&recvs, 11, 20), [(11, 12), (12, 20)]);
        assert_eq!(runs(&Recvs::default(), 0, 5), [(0, 5)]);
    }
}
