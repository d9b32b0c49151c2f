//! What is answered: a request and what it names become a status, fields and a body.
//!
//! Nothing here sends; the worker does.

use std::io;

use super::representation::{self, read_all};
use super::response::{ALLOW, Body, Octets, Response};
use super::{Shared, echo, page};
use crate::docroot::{Listing, Resolution};
use crate::event::{Policy, Refusal, Resource, failure};
use crate::http::{Method, RequestHead, Status, prefers_json};

/// The response to a well-formed request.
pub(crate) fn to(shared: &Shared, head: &RequestHead) -> Response {
    let response = refused(shared, head).unwrap_or_else(|| match head.method() {
        Method::Options => options(shared, head),
        Method::Get | Method::Head | Method::Known | Method::Unknown => resource(shared, head),
    });
    // A response to HEAD has the fields of the response to GET, and no content
    // (RFC 9110 §9.3.2).
    if head.method() == Method::Head {
        response.withhold()
    } else {
        response
    }
}

/// Whether a browser asks what a page of another origin may do, where any page may (Fetch
/// §3.3.2).
pub(super) fn is_preflight(shared: &Shared, head: &RequestHead) -> bool {
    let asked = |name| head.value(name).is_some();
    shared.config.fields.cors
        && head.method() == Method::Options
        && asked("origin")
        && asked("access-control-request-method")
}

/// The response to OPTIONS: what may be asked, and by whom when a browser wants to know it for
/// a page of another origin.
fn options(shared: &Shared, head: &RequestHead) -> Response {
    let preflight = is_preflight(shared, head);
    Response {
        allow: Some(ALLOW),
        preflight: preflight.then_some(if echo::is_here(shared, head) {
            "*"
        } else {
            ALLOW
        }),
        because: preflight
            .then(|| "a browser asks what a page of another origin may do (--cors)".into()),
        ..Response::new(Status::NO_CONTENT, Body::None)
    }
}

/// The response to a well-formed request that is refused whatever it asks for: for its host
/// or for its method.
pub(crate) fn refused(shared: &Shared, head: &RequestHead) -> Option<Response> {
    let (policy, part) = if shared.config.hosts.allow(head.authority()) {
        match head.method() {
            Method::Get | Method::Head | Method::Options => return None,
            Method::Known | Method::Unknown if echo::is_asked(shared, head) => return None,
            Method::Known => (Policy::MethodNotAllowed, head.method_part()),
            Method::Unknown => (Policy::MethodUnknown, head.method_part()),
        }
    } else {
        let named = head
            .target()
            .authority
            .or_else(|| head.lines("host").next().map(|line| line.value));
        (Policy::HostForeign, named.unwrap_or_default())
    };
    let start = head.span().start;
    let by = Refusal::by(policy, head.span_of(part), start);
    let mut response = refusal(shared, by, head.octets(), start);
    response.allow = (policy == Policy::MethodNotAllowed).then_some(ALLOW);
    response.close = policy == Policy::HostForeign;
    Some(response)
}

/// The response to a request that cannot be served: `received` are its octets as far as they
/// are at hand, from `offset` on.
pub(crate) fn refusal(shared: &Shared, refusal: Refusal, received: &[u8], offset: u64) -> Response {
    let text = page::refusal(refusal, received, offset);
    let own = wants_html(received)
        .then(|| shared.docroot.error_page(refusal.status()))
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

/// The response to GET (and HEAD) for what the target names.
fn resource(shared: &Shared, head: &RequestHead) -> Response {
    #[cfg(debug_assertions)]
    injected_panic(head);
    match shared.docroot.resolve(head.path(), head.query()) {
        Resolution::File(file) => {
            let file = shared
                .docroot
                .encode(file, || head.values("accept-encoding"));
            representation::serve(file, head)
        }
        Resolution::Fallback(file) => {
            let file = shared
                .docroot
                .encode(file, || head.values("accept-encoding"));
            let mut response = representation::serve(file, head);
            response.because.get_or_insert(
                "nothing is there, so the application's page stands for it (--spa)".into(),
            );
            response
        }
        Resolution::Listing(listing) => list(&listing, head),
        Resolution::Redirect { location, path } => Response {
            location: Some(location),
            resource: Some(Resource::Directory { path }),
            because: Some("a directory is asked for with a slash at its end".into()),
            ..Response::text(
                Status::PERMANENT_REDIRECT,
                page::plain(
                    Status::PERMANENT_REDIRECT,
                    "a directory is asked for with a slash at its end",
                ),
            )
        },
        Resolution::Refused { status, because } => {
            let mut response = missing(shared, status, &because);
            response.resource = Some(Resource::Nothing {
                because: because.clone(),
            });
            response.because = Some(because);
            response
        }
    }
}

/// A directory that no index stands for, as a page or as JSON.
fn list(listing: &Listing, head: &RequestHead) -> Response {
    let (text, media_type) = if prefers_json(|| head.values("accept")) {
        (listing.json(), "application/json")
    } else {
        (listing.html(), "text/html; charset=utf-8")
    };
    let what = "a listing of a directory without an index";
    Response {
        media_type: Some(media_type.into()),
        vary: Some("Accept"),
        resource: Some(Resource::Generated { what: what.into() }),
        ..Response::text(Status::OK, text)
    }
}

/// So that a test can see what a panic in a worker does.
#[cfg(debug_assertions)]
fn injected_panic(head: &RequestHead) {
    let asked =
        head.path() == b"/.glassport/panic" && std::env::var_os("GLASSPORT_TEST_PANIC").is_some();
    assert!(!asked, "asked to panic by a test");
}

/// The response in place of a file that could not be read as it was announced.
pub(crate) fn file_lost(kind: io::ErrorKind) -> Response {
    let (status, because) = if kind == io::ErrorKind::UnexpectedEof {
        let because = "the file changed while it was being read";
        (Status::SERVICE_UNAVAILABLE, because.into())
    } else {
        let because = format!("the file could not be read: {}", failure(kind));
        (Status::INTERNAL_SERVER_ERROR, because)
    };
    let text = page::plain(status, &because);
    Response {
        because: Some(because.into()),
        ..Response::text(status, text)
    }
}

fn missing(shared: &Shared, status: Status, because: &str) -> Response {
    if let Some(file) = shared.docroot.error_page(status) {
        let media_type = Some(file.media_type.clone());
        if let Some(content) = read_all(file) {
            return Response {
                media_type,
                ..Response::new(status, Body::Memory(Octets::Owned(content)))
            };
        }
    }
    Response::text(status, page::plain(status, because))
}
