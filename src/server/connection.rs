//! One connection, from the first `recv` to the last: what it has received, what it sends, and
//! how long it waits are all in one value.
//!
//! It goes through phases, in a file each: [`receiving`] a request, [`answering`] it,
//! [`sending`] the response, and again; in the end [`closing`]. Between two requests it
//! [rests](Outcome::Rests): it can be put down, and taken up again by any thread.

mod answering;
mod closing;
mod ending;
mod received;
mod receiving;
mod sending;
mod transport;

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use super::shared::Shared;
use super::stream::Stream;
use crate::event::{CloseReason, Policy, Refusal, Reporter};
use crate::http::Span;
use answering::Answer;
use ending::Ending;
use received::Refused;
use receiving::{Next, Receiver};
use sending::Sender;
use transport::Transport;

/// What became of a connection that was served for a while.
pub(super) enum Outcome<C> {
    /// It waits for its next request, of which nothing has come. Its deadline has begun.
    Rests(C),
    /// It has ended, and everything of it was told.
    Ended,
}

/// A served connection.
pub(super) struct Connection<S> {
    shared: Arc<Shared>,
    transport: Transport<S>,
    receiver: Receiver,
    sender: Sender,
}

impl<S: Stream> Connection<S> {
    /// A connection of which nothing has been received.
    pub(super) fn new(
        shared: Arc<Shared>,
        stream: S,
        reporter: Reporter,
        peer: SocketAddr,
    ) -> Self {
        let on_this_machine = peer.ip().to_canonical().is_loopback();
        let head_time = shared.config.head_time(on_this_machine);
        Self {
            transport: Transport::new(stream, reporter, &shared.config),
            receiver: Receiver::new(&shared.config, head_time),
            sender: Sender::default(),
            shared,
        }
    }

    /// From now on every request is refused for this reason, if there is one.
    pub(super) fn refuse_all(&mut self, reason: Option<Policy>) {
        self.receiver.refuse_all(reason);
    }

    /// Takes the connection up: receives, answers and sends until there is nothing to be done
    /// before more octets come. It waits in `recv` for the first of them, when they have not
    /// come yet, and for the rest of a request that has begun.
    pub(super) fn serve_until_idle(mut self) -> Outcome<Self> {
        if self.attended(Self::exchange) {
            Outcome::Ended
        } else {
            Outcome::Rests(self)
        }
    }

    /// Answers that there is no room for the connection, and closes it.
    pub(super) fn turn_away(mut self) {
        let policy = self.shared.policy_above_ceiling();
        let refused = Refused {
            refusal: Refusal::from_policy(policy, Span::default(), 0),
            head: None,
            reason: CloseReason::Full,
        };
        self.attended(|connection| connection.refuse(refused));
    }

    /// Has the calling thread serve the connection, and closes it when it ends; says whether it
    /// has. A panic ends the connection, with an event, and nothing else.
    fn attended(&mut self, serve: impl FnOnce(&mut Self) -> Option<Ending>) -> bool {
        self.transport.take_up();
        let has_ended = catch_unwind(AssertUnwindSafe(|| {
            let ending = serve(self);
            ending.inspect(|&ending| self.close(ending)).is_some()
        }));
        self.transport.put_down();
        has_ended.unwrap_or_else(|_| {
            closing::close_after_panic(&mut self.transport);
            true
        })
    }

    /// Requests and responses, until something ends the connection, or it can rest.
    fn exchange(&mut self) -> Option<Ending> {
        loop {
            let ending = match self.receiver.next(&mut self.transport, &self.shared) {
                Next::Rest => return None,
                Next::End(ending) => Some(ending),
                Next::Refuse(refused) => self.refuse(refused),
                Next::Answer(received) => {
                    let reporter = self.transport.reporter();
                    let request = self.receiver.request(&received);
                    let answer = answering::answer(&self.shared, reporter, &received, request);
                    self.send(&answer)
                }
            };
            if ending.is_some() {
                return ending;
            }
            self.receiver.begin_next(&mut self.transport);
        }
    }

    fn refuse(&mut self, refused: Refused) -> Option<Ending> {
        let reporter = self.transport.reporter();
        let buffered = self.receiver.buffered();
        let answer = answering::refuse(&self.shared, reporter, refused, buffered);
        self.send(&answer)
    }

    /// Sends an answer; says how the connection ends, if it does.
    fn send(&mut self, answer: &Answer) -> Option<Ending> {
        let config = &self.shared.config;
        let (response, persistence) = (&answer.response, answer.persistence);
        let sent = self
            .sender
            .send(&mut self.transport, config, response, persistence);
        match sent {
            Ok(()) => answer.closes.map(Ending::lingering),
            Err(unsent) => {
                let reporter = self.transport.reporter();
                Some(sending::end_unsent(unsent, reporter, config))
            }
        }
    }

    fn close(&mut self, ending: Ending) {
        // Once the peer has finished there is nothing it could still be sending.
        if ending.linger && !self.receiver.peer_finished() {
            closing::linger(&mut self.transport);
        }
        closing::close(&mut self.transport, ending);
    }
}

#[cfg(test)]
pub(super) mod script;
#[cfg(test)]
mod tests;
