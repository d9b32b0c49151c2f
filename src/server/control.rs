//! The server's side of [`Controls`]: finds the connection that is meant and asks its stepper,
//! or the kernel.

use std::sync::Arc;

use super::kernel;
use super::listener::Listener;
use super::open_socket::OpenSocket;
use super::shared::Shared;
use super::stepper::Reach;
use crate::event::{AcceptQueue, ConnectionId, Controls, Flow, Handling, KernelView, Target};

/// What a watcher holds of a running server.
#[derive(Debug)]
pub struct Control {
    shared: Arc<Shared>,
    listeners: Vec<Arc<Listener>>,
}

impl Control {
    pub(super) fn new(shared: Arc<Shared>, listeners: Vec<Arc<Listener>>) -> Self {
        Self { shared, listeners }
    }

    fn find(&self, connection: ConnectionId) -> Option<Arc<OpenSocket>> {
        self.shared.find(connection)
    }
}

impl Controls for Control {
    fn handling(&self, target: Target) -> Option<Handling> {
        match target {
            Target::New => Some(*self.shared.new_handling()),
            Target::Connection(id) => self.find(id).map(|socket| socket.stepper().handling()),
        }
    }

    fn set_flow(&self, target: Target, flow: Flow) {
        match target {
            Target::New => self.shared.new_handling().flow = flow,
            Target::Connection(id) => {
                let Some(socket) = self.find(id) else { return };
                match socket.stepper().set_flow(flow) {
                    Reach::AtOnce => {}
                    Reach::ByWaking => socket.wake(id),
                    // Without a thread to pull, the worker stops at its next breakpoint by itself.
                    Reach::ByPulling => drop(
                        std::thread::Builder::new()
                            .name("hold".into())
                            .spawn(move || socket.stepper().pull()),
                    ),
                }
            }
        }
    }

    fn step(&self, connection: ConnectionId) {
        if let Some(socket) = self.find(connection) {
            socket.stepper().step();
        }
    }

    fn edit(&self, connection: ConnectionId, octets: Vec<u8>) {
        if let Some(socket) = self.find(connection) {
            socket.stepper().edit(octets);
        }
    }

    fn set_recv_size(&self, target: Target, octets: usize) {
        match target {
            Target::New => self.shared.new_handling().recv_size = octets,
            Target::Connection(id) => {
                if let Some(socket) = self.find(id) {
                    socket.stepper().set_recv_size(octets);
                }
            }
        }
    }

    fn kernel(&self, connection: ConnectionId) -> Option<KernelView> {
        self.find(connection).map(|socket| socket.kernel_view())
    }

    fn accept_queue(&self) -> AcceptQueue {
        kernel::accept_queue(self.listeners.iter().map(|one| (one.socket(), one.local())))
    }
}
