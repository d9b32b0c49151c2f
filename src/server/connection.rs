//! One connection, from the first `recv` to the last: what it has received, what it sends, and
//! how long it waits are all in one value.
//!
//! It goes through phases, in a file each: [`receiving`] a request, [`answering`] it,
//! [`sending`] the response, and again; in the end [`closing`]. Where it waits for octets it
//! [rests](Outcome::Rests): it can be put down, and taken up again by any thread.

mod answering;
mod closing;
mod ending;
mod received;
mod receiving;
mod sending;
mod spare;
mod transport;

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use super::shared::Shared;
use super::stream::Stream;
use crate::event::{CloseReason, Policy, Refusal, Reporter};
use crate::http::{self, Span};
use answering::Answer;
use closing::Linger;
use ending::Ending;
pub(super) use received::Forwarded;
use received::Refused;
use receiving::{Next, Receiver};
use sending::Sender;
use transport::Transport;

/// What became of a connection that was served for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It waits for octets: its deadline has begun, and what there is to tell was told.
    Rests,
    /// It has ended, and everything of it was told.
    Ended,
    /// The request whose head was read is [for the server behind the tap](Connection::forwarded).
    GoesOn,
}

/// Memory that a connection needs while it is served, and not while it rests: a thread has it
/// for all the connections it serves.
#[derive(Debug, Default)]
pub(super) struct Desk {
    /// For what one `recv` brings.
    room: Vec<u8>,
    /// For a response.
    out: Vec<u8>,
}

/// A served connection.
pub(super) struct Connection<S> {
    shared: Arc<Shared>,
    transport: Transport<S>,
    receiver: Receiver,
    sender: Sender,
    /// The request that another server is to answer.
    forwarded: Option<Forwarded>,
    /// How it ends, once that is settled, and how long it lingers.
    last: Option<(Ending, Linger)>,
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
            forwarded: None,
            last: None,
            shared,
        }
    }

    /// A connection that another server answered a request on: `messages` are what came since.
    pub(super) fn resume(
        shared: Arc<Shared>,
        stream: S,
        reporter: Reporter,
        peer: SocketAddr,
        messages: http::Connection,
    ) -> Self {
        let mut connection = Self::new(shared, stream, reporter, peer);
        let (config, receiver) = (&connection.shared.config, &mut connection.receiver);
        *receiver = Receiver::resume(config, receiver.head_time(), messages);
        receiver.begin_next(&mut connection.transport);
        connection
    }

    /// The request that is for the server behind the tap, and whom that is told to.
    pub(super) fn forwarded(&mut self) -> Option<(&Forwarded, &mut Reporter)> {
        let forwarded = self.forwarded.as_ref()?;
        Some((forwarded, self.transport.reporter()))
    }

    /// That request is refused after all.
    pub(super) fn refuse_forwarded(&mut self, reason: Policy) {
        if let Some(request) = self.forwarded.take() {
            self.receiver.refuse_one(request, reason);
        }
    }

    /// Its socket, whom what happens is told to, and what came: the octets that are not for this
    /// server are in there.
    pub(super) fn into_parts(self) -> (S, Reporter, http::Connection) {
        let (stream, reporter) = self.transport.into_parts();
        (stream, reporter, self.receiver.into_messages())
    }

    /// From now on every request is refused for this reason.
    pub(super) fn refuse_all(&mut self, reason: Policy) {
        self.receiver.refuse_all(reason);
    }

    /// Takes the connection up: receives, answers and sends until there is nothing to be done
    /// before more octets come. Where its socket waits in `recv`, that is only between two
    /// requests.
    pub(super) fn serve_until_idle(&mut self) -> Outcome {
        self.attended(Self::go_on)
    }

    /// The same with memory that is there already.
    pub(super) fn serve_at(&mut self, desk: &mut Desk) -> Outcome {
        self.swap(desk);
        let outcome = self.serve_until_idle();
        self.swap(desk);
        outcome
    }

    fn swap(&mut self, desk: &mut Desk) {
        self.transport.swap_room(&mut desk.room);
        self.sender.swap_out(&mut desk.out);
    }

    /// Gives back what memory can be had again when octets come.
    pub(super) fn give_back(&mut self) {
        self.receiver.give_back();
    }

    /// When the wait for octets is over, if it ever is.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.transport.deadline()
    }

    /// The socket it is served on.
    pub(super) fn stream(&mut self) -> &mut S {
        self.transport.stream()
    }

    /// Closes the connection, because it cannot be waited for.
    pub(super) fn give_up(&mut self) {
        closing::close(
            &mut self.transport,
            Ending::by_server(CloseReason::Exhausted),
        );
    }

    /// Answers that there is no room for the connection, and closes it.
    pub(super) fn turn_away(&mut self) -> Outcome {
        let policy = self.shared.policy_above_ceiling();
        let refused = Refused {
            refusal: Refusal::from_policy(policy, Span::default(), 0),
            head: None,
            reason: CloseReason::Full,
        };
        self.attended(|connection| {
            let ending = connection.refuse(refused);
            connection.last = ending.map(|ending| connection.begin_to_end(ending));
            connection.go_on()
        })
    }

    /// Has the calling thread serve the connection. A panic ends the connection, with an event,
    /// and nothing else.
    fn attended(&mut self, serve: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        self.transport.take_up();
        let outcome = catch_unwind(AssertUnwindSafe(|| serve(self)));
        self.transport.put_down();
        outcome.unwrap_or_else(|_| {
            closing::close_after_panic(&mut self.transport);
            Outcome::Ended
        })
    }

    /// What comes next, to the end where that is near.
    fn go_on(&mut self) -> Outcome {
        if self.last.is_none() {
            let ending = self.exchange();
            self.last = ending.map(|ending| self.begin_to_end(ending));
        }
        let Some((ending, linger)) = &mut self.last else {
            return if self.forwarded.is_some() {
                Outcome::GoesOn
            } else {
                Outcome::Rests
            };
        };
        if !linger.is_over(&mut self.transport) {
            return Outcome::Rests;
        }
        closing::close(&mut self.transport, *ending);
        Outcome::Ended
    }

    fn begin_to_end(&mut self, ending: Ending) -> (Ending, Linger) {
        // Once the peer has finished there is nothing it could still be sending.
        let linger = if ending.linger && !self.receiver.peer_finished() {
            Linger::begin(&mut self.transport)
        } else {
            Linger::NOT
        };
        (ending, linger)
    }

    /// Requests and responses, until something ends the connection, or it can rest.
    fn exchange(&mut self) -> Option<Ending> {
        loop {
            let ending = match self.receiver.next(&mut self.transport, &self.shared) {
                Next::Rest => return None,
                Next::GoOn(forwarded) => {
                    self.forwarded = Some(forwarded);
                    return None;
                }
                Next::End(ending) => Some(ending),
                Next::Refuse(refused) => self.refuse(refused),
                Next::Answer(received) => {
                    let reporter = self.transport.reporter();
                    let request = self.receiver.request(&received);
                    let answer = answering::answer(&self.shared, reporter, &received, request);
                    let ending = self.send(&answer);
                    spare::keep(received.head);
                    ending
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
}

#[cfg(test)]
pub(super) mod script;
#[cfg(test)]
mod tests;
