//! A request as it is echoed.

use crate::http::{Framing, RequestHead, Span};

/// A request that has come whole.
pub(super) struct Received<'a> {
    pub(super) head: &'a RequestHead,
    pub(super) framing: Framing,
    /// Its octets, what is secret being masked.
    pub(super) octets: Vec<u8>,
    /// Which of them each `recv` brought.
    pub(super) runs: Vec<Span>,
    /// Whether the last run is more than one `recv`.
    pub(super) more: bool,
    /// What was masked, by the names of fields.
    pub(super) masked: Vec<&'static str>,
}
