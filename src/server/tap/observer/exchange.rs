//! What is known of the exchange that is under way.

use std::time::Duration;

use crate::http::Status;

/// The exchange that is under way.
#[derive(Debug, Default)]
pub(super) struct Exchange {
    /// When the last octet of the request came.
    pub(super) complete: Option<Duration>,
    pub(super) response: Option<Response>,
    /// Where the response ends, once all of it came. It is complete when the peer was sent so
    /// much.
    pub(super) end: Option<u64>,
    /// Whether the response is complete.
    pub(super) is_answered: bool,
}

/// The final response, as far as it came.
#[derive(Debug, Clone, Copy)]
pub(super) struct Response {
    pub(super) status: Status,
    pub(super) content: u64,
    /// Whether no HTTP follows it.
    pub(super) switches: bool,
}
