//! A request as its handler gets it.

use super::arrivals::Arrivals;
use crate::event::Policy;
use crate::http::{Framing, RequestHead, Span};

/// A request whose body has come whole, or is not going to be read.
#[derive(Debug, Clone, Copy)]
pub(in crate::server) struct Request<'a> {
    pub(in crate::server) head: &'a RequestHead,
    pub(in crate::server) framing: Framing,
    /// The octets of the body, coding included, where the handler wants to have them.
    pub(in crate::server) body: &'a [u8],
    /// Where the request stands in what the connection received.
    pub(in crate::server) span: Span,
    /// Where each `recv` ended.
    pub(in crate::server) arrivals: &'a Arrivals,
}

/// The longest body that a handler takes, its coding included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::server) struct BodyLimit {
    pub(in crate::server) octets: u64,
    /// Why a longer one is refused.
    pub(in crate::server) policy: Policy,
}
