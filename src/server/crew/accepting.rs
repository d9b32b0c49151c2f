//! New connections: how they are accepted, and which crowd they come to.
//!
//! When descriptors run out it is said, and nobody spins. One descriptor is kept in reserve, so
//! that even then a peer is told 503 instead of being left waiting.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::Ordering::SeqCst;

use super::Crew;
use crate::event::{CloseReason, Policy};
use crate::server::admission::Admitted;
use crate::server::connection::Desk;
use crate::server::crowd::Crowd;
use crate::server::keeper::Place;
use crate::server::listener::Listener;
use crate::server::shortage::is_exhaustion;
use crate::server::turn_away::turn_away;

/// How many connections are accepted before those that rest are looked after again.
const ACCEPTED_AT_ONCE: usize = 8;
/// How many more connections than another a crowd may have before it gives new ones to it.
const UNEVEN: usize = 4;

impl Crew {
    /// Accepts connections that wait, and serves them for as long as there is something to do.
    /// Says whether there are descriptors to be had.
    pub(super) fn accept(
        &self,
        listener: &Listener,
        at: usize,
        term: u64,
        desk: &mut Desk,
    ) -> bool {
        for _ in 0..ACCEPTED_AT_ONCE {
            match self.accept_one(listener, at) {
                Ok(Some((admitted, place))) => self.begin(at, admitted, place, desk),
                Ok(None) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return true,
                // The peer was gone before we came to it, or a signal came.
                Err(error)
                    if matches!(
                        error.kind(),
                        io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted
                    ) => {}
                Err(error) if is_exhaustion(&error) => {
                    return self.without_descriptors(listener, at, &error, desk);
                }
                Err(error) => {
                    if !self.shared.draining() {
                        self.shortage.tell_of_accept(&self.shared.sink, &error);
                    }
                    return false;
                }
            }
            if self.crowds.get(at).is_none_or(|crowd| crowd.term() != term) {
                return true;
            }
        }
        true
    }

    /// The reserve is given up for whoever waits. Says whether there was one.
    fn without_descriptors(
        &self,
        listener: &Listener,
        at: usize,
        error: &io::Error,
        desk: &mut Desk,
    ) -> bool {
        if !self.shortage.give_up_reserve() {
            self.shortage.tell_of_accept(&self.shared.sink, error);
            self.shortage.restore_reserve();
            return false;
        }
        let accepted = self.while_not_draining(|| listener.accept_ready());
        let is_over = self.shortage.restore_reserve();
        let Ok((stream, peer)) = accepted else {
            return true;
        };
        // Whoever came may have come only after descriptors were to be had again.
        if is_over {
            if let Some((admitted, place)) = self.admit(listener, stream, peer, at) {
                self.begin(at, admitted, place, desk);
            }
            return true;
        }
        self.shortage.tell_of_accept(&self.shared.sink, error);
        self.turn_away(listener, stream, peer);
        true
    }

    /// Turns a connection away whose descriptor is to be the reserve.
    fn turn_away(&self, listener: &Listener, stream: TcpStream, peer: SocketAddr) {
        let local = listener.local_of(&stream);
        let mut reporter = self.shared.sink.accept(peer, local);
        turn_away(
            &self.shared,
            &mut reporter,
            &stream,
            Policy::OutOfDescriptors,
            CloseReason::Exhausted,
        );
        drop(stream);
        self.shortage.restore_reserve();
    }

    /// One connection, and the crowd it is to rest in.
    fn accept_one(&self, listener: &Listener, at: usize) -> io::Result<Option<(Admitted, usize)>> {
        self.while_not_draining(|| {
            let (stream, peer) = listener.accept_ready()?;
            // Another thread gave the reserve up for whoever waits, and this took it. Were it
            // served, nobody could be told anything until a connection ends.
            if self.shortage.lacks_reserve() && !self.shortage.restore_reserve() {
                self.turn_away(listener, stream, peer);
                return Ok(None);
            }
            Ok(self.admit(listener, stream, peer, at))
        })
    }

    /// Accepts, when the server is not stopping: whoever stops it waits until what was accepted
    /// is listed.
    fn while_not_draining<T>(&self, accept: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        self.accepting.fetch_add(1, SeqCst);
        let accepted = if self.shared.draining() {
            Err(io::ErrorKind::WouldBlock.into())
        } else {
            accept()
        };
        self.accepting.fetch_sub(1, SeqCst);
        if self.shared.draining() {
            self.shared.tell_of_closing();
        }
        accepted
    }

    fn admit(
        &self,
        listener: &Listener,
        stream: TcpStream,
        peer: SocketAddr,
        at: usize,
    ) -> Option<(Admitted, usize)> {
        let crowd = self.evenly(at);
        let place = Place {
            keeper: self.me.upgrade()?,
            crowd,
        };
        let local = listener.local_of(&stream);
        Admitted::new(&self.shared, stream, peer, local, Some(place)).map(|it| (it, crowd))
    }

    /// The crowd that a connection is to rest in which was accepted by whoever leads `at`: that
    /// one, which costs least, unless another has far fewer.
    fn evenly(&self, at: usize) -> usize {
        let own = self.crowds.get(at).map_or(0, Crowd::len);
        let others = self.crowds.iter().map(Crowd::len).enumerate();
        let fewest = others.min_by_key(|(_, connections)| *connections);
        let (fewest, connections) = fewest.unwrap_or((at, own));
        if connections + UNEVEN < own {
            fewest
        } else {
            at
        }
    }
}
