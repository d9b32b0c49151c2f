//! Layer 2: the server, straight from the socket API.
//!
//! socket → setsockopt(SO_REUSEADDR) → bind → listen → accept, recv, send, close. A worker
//! thread serves a connection for as long as there is something to do; one that waits for
//! octets rests without a thread, or in [`recv` on its own](Threads::Connection). Nothing in
//! here knows who watches: what happens is told to a [`Sink`].

mod address;
mod admission;
mod ceiling;
mod config;
mod connection;
mod control;
#[cfg(target_os = "linux")]
mod crew;
#[cfg(target_os = "linux")]
mod crowd;
mod date;
mod deadline;
mod fields;
mod handler;
mod hosts;
mod keeper;
mod kernel;
mod listener;
mod open_socket;
mod pace;
#[cfg(target_os = "linux")]
mod poller;
mod response;
#[cfg(target_os = "linux")]
mod resting;
mod sendfile;
mod served_socket;
mod shared;
mod shortage;
mod stepper;
mod stream;
mod tap;
mod turn_away;
mod worker_pool;
mod workers;

use std::collections::HashMap;
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

pub use address::{Address, Port};
pub use ceiling::Ceiling;
pub use config::{Config, Threads};
pub use control::Control;
pub use fields::{Fields, OwnField};
pub use hosts::AllowedHosts;
pub(crate) use kernel::spare_address_space;
pub use listener::BindError;
pub use tap::Upstream;

use crate::docroot::Docroot;
use crate::event::{ListenerEvent, Sink};
use listener::Listener;
use shared::Shared;
use workers::Workers;

/// How long busy connections may go on after the server was told to stop.
const DRAIN_TIME: Duration = Duration::from_millis(1500);

/// A server that is bound, listening and accepting.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    listeners: Vec<Arc<Listener>>,
    workers: Workers,
}

impl Server {
    /// Opens, binds and listens on every address, then accepts in threads of its own.
    pub fn start(
        config: Config,
        docroot: Arc<Docroot>,
        sink: Arc<Sink>,
    ) -> Result<Self, BindError> {
        raise_descriptor_limit();
        let listeners: Vec<_> = listener::open(&config, &sink)?
            .into_iter()
            .map(Arc::new)
            .collect();
        let mut limits = kernel::descriptors();
        limits.extend(match config.threads {
            Threads::Connection => kernel::threads(worker_pool::STACK),
            Threads::Ready => kernel::address_space(0),
        });
        let ceiling = Ceiling::under(config.max_connections, &limits);
        if let Some((asked, because)) = ceiling.lowered {
            sink.listener(ListenerEvent::Lowered {
                asked,
                holds: ceiling.connections,
                because: because.into(),
            });
        }
        let threads = config.threads;
        let shared = Arc::new(Shared::new(config, ceiling, docroot, sink));
        let workers = Workers::start(threads, &listeners, &shared);
        Ok(Self {
            shared,
            listeners,
            workers,
        })
    }

    /// For a watcher, to hold, step and slow down connections, and to ask what the kernel
    /// knows of them.
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.shared), self.listeners.clone())
    }

    /// How many connections may be open at once.
    pub fn ceiling(&self) -> Ceiling {
        self.shared.ceiling()
    }

    /// The addresses that are really bound.
    pub fn local_addrs(&self) -> impl Iterator<Item = SocketAddr> {
        self.listeners.iter().map(|listener| listener.local())
    }

    /// Stops: no new connections, idle ones are half-closed, busy ones may finish for a
    /// moment, then everything is closed.
    pub fn stop(self) {
        let Self {
            shared,
            listeners,
            workers,
        } = self;
        shared.drain();
        for listener in &listeners {
            listener.wake();
        }
        // From then on no connection is listed any more.
        shared.wait_until(DRAIN_TIME, |_| !workers.accept());
        shared.close_all(Shutdown::Read);
        if !shared.wait_until(DRAIN_TIME, HashMap::is_empty) {
            shared.close_all(Shutdown::Both);
            shared.wait_until(DRAIN_TIME, HashMap::is_empty);
        }
        workers.dismiss();
        shared.sink.listener(ListenerEvent::Stopped);
    }
}

/// A soft limit of 1024 descriptors is the default of most systems, and one connection
/// takes one: ask for what the hard limit allows. That it fails is no reason not to start.
fn raise_descriptor_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    let _ = setrlimit(Resource::Nofile, limit);
}
