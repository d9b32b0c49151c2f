//! Receives from one side, and sends that to the other.

use std::io;

use super::{Break, Relay};
use crate::event::{Activity, Breakpoint, Operation, Refusal, UpstreamActivity};
use crate::http::MessageKind;
use crate::server::stream::Stream as _;
use crate::server::tap::side::Side;

impl Relay {
    /// One `recv`, and what came goes on.
    pub(super) fn receive(&mut self, from: Side) -> Result<(), Break> {
        let asked = self.peer.recv_size();
        let offset = self.flow(from).offset();
        let (flow, socket) = match from {
            Side::Peer => (&mut self.up, self.peer.stream()),
            Side::Upstream => (&mut self.down, &self.upstream),
        };
        match flow.receive(socket, asked) {
            Ok(0) => self.finish(from),
            Ok(_) => {
                self.tell_received(from, offset, asked);
                self.check(from).map_err(Break::Refused)?;
                return self.came(from);
            }
            Err(error) if is_for_later(&error) => {}
            Err(error) => return Err(Break::Lost(from, Operation::Recv, error.kind())),
        }
        Ok(())
    }

    /// What came last is read, and goes on.
    fn came(&mut self, from: Side) -> Result<(), Break> {
        // Whoever holds the connection wants to see what it is that is to go on.
        let changes = from == Side::Peer && self.gate.changes();
        let read_first = changes || self.peer.is_stepped();
        if read_first {
            self.read(from);
        }
        self.let_through(from);
        let is_held_back = self.flow(from).is_empty();
        let forwarded = if is_held_back {
            Ok(())
        } else {
            self.forward(from)
        };
        if read_first {
            self.observer.read(&mut self.reporter);
        } else {
            self.read(from);
        }
        forwarded
    }

    /// Whether what came last may go on at all.
    pub(super) fn check(&mut self, from: Side) -> Result<(), Refusal> {
        match from {
            Side::Peer => self.gate.check(self.up.last(), &self.shared.config.hosts),
            Side::Upstream => Ok(()),
        }
    }

    /// Settles what of it goes on.
    pub(super) fn let_through(&mut self, from: Side) {
        match from {
            Side::Peer => self.gate.let_through(&mut self.up, &mut self.reporter),
            Side::Upstream => self.down.free(),
        }
    }

    pub(super) fn tell_received(&mut self, from: Side, offset: u64, asked: usize) {
        let octets = match from {
            Side::Peer => self.up.last(),
            Side::Upstream => self.down.last(),
        };
        match from {
            Side::Peer => {
                self.reporter.count_received(octets.len() as u64);
                self.reporter.detail(|| Activity::Received {
                    offset,
                    octets: octets.into(),
                    asked,
                });
            }
            Side::Upstream => self.reporter.detail(|| {
                Activity::Upstream(UpstreamActivity::Received {
                    offset,
                    octets: octets.into(),
                    asked,
                })
            }),
        }
    }

    /// Has what came last read.
    pub(super) fn read(&mut self, from: Side) {
        let reporter = &mut self.reporter;
        match from {
            Side::Peer => self.observer.peer_sent(self.up.last(), reporter),
            Side::Upstream => self.observer.upstream_sent(self.down.last(), reporter),
        }
    }

    /// One `send` of what one side sent, to the other.
    pub(super) fn forward(&mut self, from: Side) -> Result<(), Break> {
        if from == Side::Upstream && self.forwarded_last == Side::Peer {
            self.delay();
        }
        self.forwarded_last = from;
        if self.is_alone {
            self.pass(Breakpoint::Send);
            self.edit(from);
            if self.flow(from).is_empty() {
                return Ok(());
            }
        }
        let most = self.peer.piece(self.flow(from).rest().len());
        let (flow, socket) = match from {
            Side::Peer => (&mut self.up, &self.upstream),
            Side::Upstream => (&mut self.down, self.peer.stream()),
        };
        match flow.send(socket, most) {
            Ok(taken) => {
                self.tell_sent(from, taken, most);
                self.peer.rest(taken);
            }
            Err(error) if is_for_later(&error) => {}
            Err(error) => return Err(Break::Lost(from.other(), Operation::Send, error.kind())),
        }
        Ok(())
    }

    /// Takes over what was held and has been edited. It was read as it came, and what it says now
    /// is for the other side alone.
    fn edit(&mut self, from: Side) {
        let Some(octets) = self.peer.take_edited() else {
            return;
        };
        let (flow, message) = match from {
            Side::Peer => (&mut self.up, MessageKind::Request),
            Side::Upstream => (&mut self.down, MessageKind::Response),
        };
        let span = flow.replace_rest(&octets);
        if from == Side::Upstream {
            self.observer.edited(span.len(), octets.len() as u64);
        }
        self.reporter.note(|| {
            Activity::Upstream(UpstreamActivity::Edited {
                message,
                span,
                octets: octets.into(),
            })
        });
    }

    /// Waits for as long as answers are delayed, when they are.
    fn delay(&mut self) {
        let latency = self.shared.config.latency;
        if !latency.is_zero() {
            self.reporter.flush();
            self.peer.dawdle(latency);
        }
    }

    pub(super) fn tell_sent(&mut self, from: Side, taken: usize, of: usize) {
        let (octets, of) = (taken as u64, of as u64);
        match from {
            Side::Peer => self
                .reporter
                .detail(|| Activity::Upstream(UpstreamActivity::Forwarded { octets, of })),
            Side::Upstream => {
                self.reporter.count_sent(octets);
                self.observer.passed_on(octets, of);
            }
        }
    }
}

/// Whether a call is to be made again: nothing came, there is no room, or a signal came.
fn is_for_later(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted
    )
}
