//! A request that was sent from here, until it has come and was answered.

use std::net::SocketAddr;

use crate::event::ConnectionId;
use crate::trace::ExchangeId;

/// What is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Sent {
    /// From where the connection was made.
    pub(crate) local: Option<SocketAddr>,
    /// The connection it came on.
    pub(crate) connection: Option<ConnectionId>,
    /// The exchange whose answer the new one is compared with.
    pub(crate) compare: Option<ExchangeId>,
}
