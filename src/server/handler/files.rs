//! Answers with what the docroot has under the request-target: a file, a listing, a redirect,
//! or that there is nothing.

use std::io;

use super::page;
use super::representation::{self, read_all};
use crate::docroot::{Docroot, Listing, Resolution};
use crate::event::{Resource, failure};
use crate::http::{RequestHead, Status, prefers_json};
use crate::server::response::{Body, Octets, Response};

/// The response to GET (and HEAD) for what the target names.
pub(super) fn respond(docroot: &Docroot, head: &RequestHead) -> Response {
    #[cfg(debug_assertions)]
    injected_panic(head);
    match docroot.resolve(head.path(), head.query()) {
        Resolution::File(file) => {
            let file = docroot.encode(file, || head.values("accept-encoding"));
            representation::serve(file, head)
        }
        Resolution::Fallback(file) => {
            let file = docroot.encode(file, || head.values("accept-encoding"));
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
            let mut response = missing(docroot, status, &because);
            response.resource = Some(Resource::Nothing {
                because: because.clone(),
            });
            response.because = Some(because);
            response
        }
    }
}

/// What the target was found to name, for whoever watches: of what is not there, what was
/// tried and what is near, which the peer is not told.
pub(in crate::server) fn told(docroot: &Docroot, head: &RequestHead, found: &Resource) -> Resource {
    let Resource::Nothing { because } = found else {
        return found.clone();
    };
    let Some(near) = docroot.near(head.path()) else {
        return found.clone();
    };
    let names = match near.names.as_slice() {
        [] => String::new(),
        names => format!("; near it: {}", names.join(", ")),
    };
    let because = format!("{because}: {}{names}", near.tried).into();
    Resource::Nothing { because }
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
pub(in crate::server) fn lost(kind: io::ErrorKind) -> Response {
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

fn missing(docroot: &Docroot, status: Status, because: &str) -> Response {
    if let Some(file) = docroot.error_page(status) {
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
