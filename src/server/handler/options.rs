//! Answers OPTIONS: what may be asked, and by whom when a browser wants to know it for a page
//! of another origin.

use super::echo;
use super::site::Site;
use crate::http::{Method, RequestHead, Status};
use crate::server::response::{ALLOW, Body, Response};

/// Whether a browser asks what a page of another origin may do, where any page may (Fetch
/// §3.3.2).
pub(super) fn is_preflight(site: Site<'_>, head: &RequestHead) -> bool {
    let asked = |name| head.value(name).is_some();
    site.config.fields.cors
        && head.method() == Method::Options
        && asked("origin")
        && asked("access-control-request-method")
}

/// The response to OPTIONS.
pub(super) fn respond(site: Site<'_>, head: &RequestHead) -> Response {
    let preflight = is_preflight(site, head);
    Response {
        allow: Some(ALLOW),
        preflight: preflight.then_some(if echo::is_here(site, head) {
            "*"
        } else {
            ALLOW
        }),
        because: preflight
            .then(|| "a browser asks what a page of another origin may do (--cors)".into()),
        ..Response::new(Status::NO_CONTENT, Body::None)
    }
}
