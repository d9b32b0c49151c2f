//! Receiving: how long one `recv` is waited for, and what is said when nothing comes.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::stream::Stream;
use super::worker::{Ending, Worker};
use crate::event::{Activity, CloseReason, Operation, Phase, Policy, Refusal, Station, Waiting};
use crate::http::{RequestHead, Span, WaitingFor};

/// How long, and how much, is received after the last answer, so that a peer which is still
/// sending gets to read it (RFC 9112 §9.6).
const LINGER_TIME: Duration = Duration::from_secs(2);
const LINGER_LIMIT: u64 = 64 << 20;

impl<S: Stream> Worker<'_, S> {
    /// One `recv`, however long it takes. What happened so far is told first. `head` is that of
    /// the request whose body is being received.
    pub(super) fn receive(&mut self, head: Option<&Arc<RequestHead>>) -> Option<Ending> {
        let waiting = self.connection.waiting_for();
        if self.waiting != Some(waiting) {
            self.waiting = Some(waiting);
            let time = match waiting {
                WaitingFor::Message => self.shared.config.idle_timeout,
                WaitingFor::Head => self.head_time,
                WaitingFor::Body => self.shared.config.body_timeout,
            };
            self.deadline.restart(self.now, time);
            match waiting {
                WaitingFor::Message if self.tap.ledger().totals().requests > 0 => {
                    self.tap.set_phase(Phase::Idle);
                }
                WaitingFor::Message => self.tap.set_phase(Phase::Accepted),
                WaitingFor::Head => self.tap.set_phase(Phase::Head),
                WaitingFor::Body => self.tap.set_phase(Phase::Body),
            }
        }
        self.tap.flush();
        loop {
            self.pass(Station::Recv);
            if self.shared.draining() && waiting == WaitingFor::Message {
                return Some(Ending::by_server(CloseReason::Draining));
            }
            if self.deadline.is_past(self.now) {
                return Some(self.timed_out(waiting, head));
            }
            if let Some(timeout) = self.deadline.timeout(self.now)
                && let Err(error) = self.stream.set_recv_timeout(timeout)
            {
                return Some(self.broken(Operation::Recv, error.kind()));
            }
            let offset = self.connection.buffered().end;
            let asked = self.stream.recv_size();
            make_room(&mut self.room, asked);
            let result = self.stream.recv(&mut self.room, asked);
            self.now = self.stream.now();
            match result {
                // The server's own shutdown(SHUT_RD) reads as the end too.
                Ok([]) if self.shared.draining() => {
                    return Some(Ending::by_server(CloseReason::Draining));
                }
                Ok([]) => {
                    self.connection.receive_eof();
                    self.tap.note(|| Activity::PeerFinished);
                    return None;
                }
                Ok(octets) => {
                    let n = octets.len() as u64;
                    self.tap.count_received(n);
                    self.tap.detail(|| Activity::Received {
                        offset,
                        octets: octets.into(),
                        asked,
                    });
                    self.recvs.note(offset + n);
                    self.connection.receive(octets);
                    return None;
                }
                Err(error) => {
                    let kind = error.kind();
                    // After a wait that is over the deadline is looked at again.
                    let again = [
                        io::ErrorKind::WouldBlock,
                        io::ErrorKind::TimedOut,
                        io::ErrorKind::Interrupted,
                    ];
                    if !again.contains(&kind) {
                        return Some(self.broken(Operation::Recv, kind));
                    }
                }
            }
        }
    }

    /// Passes a station of the gate. The deadline stands still meanwhile.
    pub(super) fn pass(&mut self, station: Station) {
        let stood = self.stream.pass(station, self.tap);
        if !stood.is_zero() {
            self.now = self.stream.now();
            self.deadline.extend(stood);
        }
    }

    /// Octets of a head are searched; those of a body are counted.
    pub(super) fn pass_before_scan(&mut self) {
        let octets = !self.connection.buffered().is_empty();
        if octets && self.connection.waiting_for() != WaitingFor::Body {
            self.pass(Station::Scan);
        }
    }

    fn broken(&mut self, operation: Operation, kind: io::ErrorKind) -> Ending {
        self.tap.note(|| Activity::Failed { operation, kind });
        Ending::by_peer(CloseReason::Broken)
    }

    /// A silent connection is closed, an incomplete request is answered 408.
    fn timed_out(&mut self, waiting: WaitingFor, head: Option<&Arc<RequestHead>>) -> Ending {
        let after = self.deadline.time();
        let (waiting_for, policy) = match waiting {
            WaitingFor::Message => (Waiting::Request, None),
            WaitingFor::Head => (Waiting::Head, Some(Policy::HeadTimeout)),
            WaitingFor::Body => (Waiting::Body, Some(Policy::BodyTimeout)),
        };
        self.tap.note(|| Activity::TimedOut { waiting_for, after });
        let Some(policy) = policy else {
            return Ending::by_server(CloseReason::Idle);
        };
        let buffered = self.connection.buffered();
        let at = self
            .connection
            .first_bare_lf()
            .filter(|_| policy == Policy::HeadTimeout)
            .unwrap_or(buffered.end);
        let request_at = head.map_or(buffered.start, |head| head.span().start);
        let refusal = Refusal::by(policy, Span::new(at, at), request_at);
        self.refuse(refusal, head.cloned(), CloseReason::Deadline)
    }

    /// Sends FIN, once.
    pub(super) fn finish(&mut self) {
        if !self.finished {
            self.finished = true;
            // It fails when the peer is gone, and then it is not needed.
            if self.stream.finish().is_ok() {
                self.tap.detail(|| Activity::Finished);
            }
        }
    }

    /// Sends FIN and receives what the peer still sends, for a bounded time, so that closing
    /// does not reset the connection before the peer has read its answer.
    pub(super) fn linger(&mut self) {
        self.tap.set_phase(Phase::Closing);
        self.finish();
        self.tap.flush();
        self.now = self.stream.now();
        self.deadline.restart(self.now, LINGER_TIME);
        let mut left = LINGER_LIMIT;
        while left > 0 && !self.deadline.is_past(self.now) {
            if let Some(timeout) = self.deadline.timeout(self.now)
                && self.stream.set_recv_timeout(timeout).is_err()
            {
                return;
            }
            // What comes now is for nobody: it is never taken into the buffer.
            let asked = self.stream.recv_size();
            make_room(&mut self.room, asked);
            let result = self.stream.recv(&mut self.room, asked);
            self.now = self.stream.now();
            match result {
                Ok([]) => return,
                Ok(octets) => {
                    let n = octets.len() as u64;
                    self.tap.count_received(n);
                    left = left.saturating_sub(n);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // Timed out or reset: in both cases there is nothing left to protect.
                Err(_) => return,
            }
        }
    }
}

/// Empties `room` and sees to it that `asked` octets fit in. How many are asked for can be
/// changed at any time, and then what is too large is given back.
fn make_room(room: &mut Vec<u8>, asked: usize) {
    room.clear();
    if room.capacity() != asked {
        *room = Vec::with_capacity(asked);
    }
}
