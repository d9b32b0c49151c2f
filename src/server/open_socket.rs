//! The socket of an open connection, as everyone but its own thread reaches it.

use std::net::{Shutdown, TcpStream};
use std::num::NonZeroU64;
use std::sync::OnceLock;

use super::keeper::Place;
use super::kernel;
use super::stepper::Stepper;
use crate::event::{ConnectionId, Handling, KernelView, Syn};

/// The socket of an open connection, shared by the thread that serves it and by those that
/// hold it, ask about it or stop it.
#[derive(Debug)]
pub(super) struct OpenSocket {
    stream: TcpStream,
    stepper: Stepper,
    throttle: Option<NonZeroU64>,
    /// Where it rests while no thread serves it, once that is known.
    place: OnceLock<Place>,
    /// The peer's SYN, once it has been asked for.
    syn: OnceLock<Option<Syn>>,
}

impl OpenSocket {
    /// An accepted socket that sends `throttle` octets a second at most.
    pub(super) fn new(
        stream: TcpStream,
        handling: Handling,
        throttle: Option<NonZeroU64>,
        place: Option<Place>,
    ) -> Self {
        Self {
            place: place.map_or_else(OnceLock::new, OnceLock::from),
            stream,
            stepper: Stepper::new(handling),
            throttle,
            syn: OnceLock::new(),
        }
    }

    /// The socket itself.
    pub(super) const fn stream(&self) -> &TcpStream {
        &self.stream
    }

    /// Where its worker is held, stepped and slowed down.
    pub(super) const fn stepper(&self) -> &Stepper {
        &self.stepper
    }

    /// How many octets a second are sent on it at most.
    pub(super) const fn throttle(&self) -> Option<NonZeroU64> {
        self.throttle
    }

    /// Where it rests while no thread serves it, if it ever does.
    pub(super) fn place(&self) -> Option<&Place> {
        self.place.get()
    }

    /// It rests there from now on while no thread serves it.
    pub(super) fn rest_at(&self, place: Place) {
        // Where it rests already is where it stays.
        let _ = self.place.set(place);
    }

    /// Has a thread serve the connection of this number, whose socket this is, when none does.
    pub(super) fn wake(&self, id: ConnectionId) {
        if let Some(place) = self.place() {
            place.keeper.wake(place.crowd, id);
        }
    }

    /// What the kernel knows of it.
    pub(super) fn kernel_view(&self) -> KernelView {
        kernel::view(&self.stream, &self.syn)
    }

    /// Wakes its worker, wherever that stands or is blocked. A socket that is already gone
    /// needs no waking.
    pub(super) fn stop(&self, how: Shutdown) {
        self.stepper.release_for_good();
        let _ = self.stream.shutdown(how);
    }
}
