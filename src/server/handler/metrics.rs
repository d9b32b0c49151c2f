//! `/.glassport/metrics`: the counts of everything, for Prometheus to collect.

use super::site::Site;
use crate::event::{Resource, Sink};
use crate::http::{Method, RequestHead, Status};
use crate::metrics;
use crate::server::response::Response;

/// The path that is answered with the counts.
const PATH: &[u8] = b"/.glassport/metrics";

/// Whether they are asked for, where they are to be had.
pub(super) fn is_here(site: Site<'_>, head: &RequestHead) -> bool {
    let asks = matches!(head.method(), Method::Get | Method::Head);
    site.config.metrics && asks && head.path() == PATH
}

/// The counts as they are now.
pub(super) fn respond(sink: &Sink) -> Response {
    let text = metrics::text(&sink.totals(), sink.measures());
    Response {
        media_type: Some(metrics::MEDIA_TYPE.into()),
        resource: Some(Resource::Generated {
            what: "the counts of everything".into(),
        }),
        ..Response::text(Status::OK, text)
    }
}
