//! How a tapped connection comes to its end, in one direction or as a whole.

use std::io::{self, Read as _};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use socket2::SockRef;

use super::{Ending, Relay, closed};
use crate::event::{
    Activity, Breakpoint, CloseReason, End, Operation, Refusal, Reporter, UpstreamActivity,
};
use crate::server::kernel;
use crate::server::served_socket::ServedSocket;
use crate::server::shared::Shared;
use crate::server::stream::Stream as _;
use crate::server::tap::gate::Gate;
use crate::server::tap::side::Side;
use crate::server::turn_away;

/// How long what was sent may take to arrive before a reset is sent behind it, which would
/// overtake it.
const TO_ARRIVE: Duration = Duration::from_secs(1);
/// How often it is looked whether it has.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

impl Relay {
    /// One side has finished sending.
    pub(super) fn finish(&mut self, from: Side) {
        // The server's own shutdown(SHUT_RD) reads as the end too, and is no FIN.
        if from == Side::Peer && self.shared.draining() {
            return;
        }
        self.finished_first.get_or_insert(from);
        match from {
            Side::Peer => {
                self.reporter.note(|| Activity::PeerFinished);
                // What was held back for more to come goes on before the end.
                if !matches!(self.gate, Gate::OneRequest) {
                    self.up.free();
                }
                self.observer.peer_finished(&mut self.reporter);
            }
            Side::Upstream => {
                let finished = UpstreamActivity::PeerFinished;
                self.reporter.note(|| Activity::Upstream(finished));
                self.observer.upstream_finished(&mut self.reporter);
            }
        }
    }

    /// A side that has finished sending, and whose octets have gone on: the other is told by a
    /// FIN too. While one request is forwarded it is not for the upstream to be told: others may
    /// have come behind it.
    pub(super) fn pass_on_the_end(&mut self, from: Side) {
        let flow = match from {
            Side::Peer if matches!(self.gate, Gate::OneRequest) || self.shared.draining() => return,
            Side::Peer => &mut self.up,
            Side::Upstream => &mut self.down,
        };
        if !flow.ends_now() {
            return;
        }
        self.pass(Breakpoint::Send);
        // It fails on a side that is lost, and that shows soon enough.
        let shut = self.socket(from.other()).shutdown(Shutdown::Write);
        if shut.is_ok() {
            self.reporter.detail(|| match from {
                Side::Peer => Activity::Upstream(UpstreamActivity::Finished),
                Side::Upstream => Activity::Finished,
            });
        }
    }

    /// The connection to one side is broken. What it sent before goes on, as far as the other
    /// takes it at once, and then the other is told by a reset.
    pub(super) fn lost(&mut self, side: Side, operation: Operation, kind: io::ErrorKind) -> Ending {
        self.reporter.note(|| match side {
            Side::Peer => Activity::Failed { operation, kind },
            Side::Upstream => Activity::Upstream(UpstreamActivity::Failed { operation, kind }),
        });
        self.forward_the_last(side);
        let other = side.other();
        self.let_arrive(other);
        // With SO_LINGER and no time, close sends RST. Where it cannot be set, FIN has to do.
        let _ = SockRef::from(self.socket(other)).set_linger(Some(Duration::ZERO));
        (side.into(), CloseReason::Broken)
    }

    /// Sends on what a side that is lost has sent before.
    fn forward_the_last(&mut self, from: Side) {
        loop {
            let asked = self.peer.recv_size();
            let offset = self.flow(from).offset();
            let (flow, socket, other) = match from {
                Side::Peer => (&mut self.up, self.peer.stream(), &self.upstream),
                Side::Upstream => (&mut self.down, &self.upstream, self.peer.stream()),
            };
            let of = flow.rest().len();
            if of > 0 {
                let Ok(taken) = flow.send(other, of) else {
                    return;
                };
                self.tell_sent(from, taken, of);
                self.observer.read(&mut self.reporter);
            } else if flow.wants_octets() && flow.receive(socket, asked).is_ok_and(|n| n > 0) {
                self.tell_received(from, offset, asked);
                if self.check(from).is_err() {
                    return;
                }
                let read_first = from == Side::Peer && self.gate.changes();
                if read_first {
                    self.read(from);
                }
                self.let_through(from);
                if !read_first {
                    self.read(from);
                }
            } else {
                return;
            }
        }
    }

    /// Waits until what was sent to a side has arrived there, within bounds.
    fn let_arrive(&mut self, side: Side) {
        self.reporter.flush();
        let since = Instant::now();
        while since.elapsed() < TO_ARRIVE
            && !self.shared.draining()
            && kernel::unsent(self.socket(side)).is_some_and(|octets| octets > 0)
        {
            self.peer.dawdle(LOOK_AGAIN);
        }
    }

    /// The peer is answered by the tap itself, and nothing goes on any more. The upstream is told
    /// by a reset: what it has of the request is not the request.
    pub(super) fn refuse(mut self, refusal: Refusal) {
        // Where it cannot be set, FIN has to do.
        let _ = SockRef::from(&self.upstream).set_linger(Some(Duration::ZERO));
        let (octets, offset) = self.up.unsent();
        let has_begun = self.down.offset() > self.answered_from;
        let (stream, reason) = (self.peer.stream(), CloseReason::Refused);
        let (by, reason) = if has_begun {
            // Nothing can be put into an answer that has begun.
            turn_away::tell(&mut self.reporter, refusal, b"");
            let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
            (End::Server, reason)
        } else {
            let (shared, reporter) = (&self.shared, &mut self.reporter);
            turn_away::refuse(shared, reporter, stream, refusal, (octets, offset), reason)
        };
        drop(self.upstream);
        if !has_begun {
            take_the_rest(&mut self.peer, &mut self.reporter, &self.shared);
        }
        closed(&mut self.reporter, by, reason);
    }
}

/// Takes what the peer still sends behind its answer, within bounds: closed before that, it would
/// be sent a reset, which can overtake the answer.
fn take_the_rest(peer: &mut ServedSocket, reporter: &mut Reporter, shared: &Shared) {
    reporter.flush();
    let _ = peer.stream().shutdown(Shutdown::Write);
    let since = Instant::now();
    let mut unread = [0; 4096];
    while since.elapsed() < TO_ARRIVE && !shared.draining() {
        let mut stream = peer.stream();
        match stream.read(&mut unread) {
            Ok(0) => return,
            Ok(n) => reporter.count_received(n as u64),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                peer.dawdle(LOOK_AGAIN);
            }
            Err(_) => return,
        }
    }
}
