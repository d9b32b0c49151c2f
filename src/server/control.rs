//! The server's side of [`Controls`]: finds the connection that is meant and asks its gate,
//! or the kernel.

use std::sync::Arc;

use super::listener::Listener;
use super::{Open, Shared, kernel};
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

    fn find(&self, connection: ConnectionId) -> Option<Arc<Open>> {
        self.shared.open().get(&connection).cloned()
    }
}

impl Controls for Control {
    fn handling(&self, target: Target) -> Option<Handling> {
        match target {
            Target::New => Some(*self.shared.new_handling()),
            Target::Connection(id) => self.find(id).map(|open| open.gate.handling()),
        }
    }

    fn set_flow(&self, target: Target, flow: Flow) {
        match target {
            Target::New => self.shared.new_handling().flow = flow,
            Target::Connection(id) => {
                if let Some(open) = self.find(id)
                    && open.gate.set_flow(flow)
                {
                    // Without a thread to pull, the worker stops at its next station by itself.
                    let _ = std::thread::Builder::new()
                        .name("hold".into())
                        .spawn(move || open.gate.pull());
                }
            }
        }
    }

    fn step(&self, connection: ConnectionId) {
        if let Some(open) = self.find(connection) {
            open.gate.step();
        }
    }

    fn set_recv_size(&self, target: Target, octets: usize) {
        match target {
            Target::New => self.shared.new_handling().recv_size = octets,
            Target::Connection(id) => {
                if let Some(open) = self.find(id) {
                    open.gate.set_recv_size(octets);
                }
            }
        }
    }

    fn kernel(&self, connection: ConnectionId) -> Option<KernelView> {
        let open = self.find(connection)?;
        Some(kernel::view(&open.stream, &open.syn))
    }

    fn accept_queue(&self) -> AcceptQueue {
        kernel::accept_queue(&self.listeners)
    }
}
