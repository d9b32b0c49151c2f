//! A request that another server is to answer, and what follows once it has.

use std::time::Duration;

use super::Receiver;
use crate::event::Policy;
use crate::http;
use crate::server::config::Config;
use crate::server::connection::received::{Forwarded, Received};
use crate::server::handler::Handler;

impl Receiver {
    /// One that goes on with what came of these messages.
    pub(in crate::server::connection) fn resume(
        config: &Config,
        head_time: Duration,
        messages: http::Connection,
    ) -> Self {
        Self {
            messages,
            ..Self::new(config, head_time)
        }
    }

    /// How long a head may take.
    pub(in crate::server::connection) const fn head_time(&self) -> Duration {
        self.head_time
    }

    /// The messages, as far as they came.
    pub(in crate::server::connection) fn into_messages(self) -> http::Connection {
        self.messages
    }

    /// The request whose head was read is refused after all.
    pub(in crate::server::connection) fn refuse_one(&mut self, request: Forwarded, reason: Policy) {
        let handler = Handler::refuse(reason, &request.head);
        self.request = Some(Received::new(request.head, request.framing, handler));
    }
}
