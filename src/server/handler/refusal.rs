//! Answers what cannot be served: which rule is broken, where, and what to do instead.

use super::page;
use super::representation::read_all;
use super::site::Site;
use crate::event::{Policy, Refusal};
use crate::http::{RequestHead, Status};
use crate::server::response::{ALLOW, Body, Octets, Response};

/// The response to a request that cannot be served: `received` are its octets as far as they
/// are at hand, from `offset` on.
pub(in crate::server) fn refuse(
    site: Site<'_>,
    refusal: Refusal,
    received: &[u8],
    offset: u64,
) -> Response {
    let text = page::refusal(refusal, received, offset);
    let own = wants_html(received)
        .then(|| site.docroot.error_page(refusal.status()))
        .flatten();
    let filled = own.and_then(|file| page::with_diagnosis(&read_all(file)?, &text));
    let mut response = match filled {
        Some(html) => Response {
            media_type: Some("text/html; charset=utf-8".into()),
            ..Response::new(refusal.status(), Body::Memory(Octets::Owned(html)))
        },
        None => Response::text(refusal.status(), text),
    };
    response.refusal = Some(refusal);
    response
}

/// The response to a well-formed request that is refused whatever it asks for.
pub(super) fn refuse_head(site: Site<'_>, refusal: Refusal, head: &RequestHead) -> Response {
    let mut response = refuse(site, refusal, head.octets(), head.span().start);
    response.allow = refusal.is_by(Policy::MethodNotAllowed).then_some(ALLOW);
    // The next connection may reach what this one did not.
    let unreachable = refusal.status() == Status::BAD_GATEWAY;
    response.close = refusal.is_by(Policy::HostForeign) || unreachable;
    response
}

/// Whether what came so far has an Accept field that names text/html. The head may be
/// malformed, so it is not parsed: a page is shown to browsers, a text to everyone else.
fn wants_html(received: &[u8]) -> bool {
    received.split(|&o| o == b'\n').any(|line| {
        let accept = line
            .get(..7)
            .is_some_and(|name| name.eq_ignore_ascii_case(b"accept:"));
        accept
            && line
                .windows(9)
                .any(|w| w.eq_ignore_ascii_case(b"text/html"))
    })
}
