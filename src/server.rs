//! Layer 2: the server, straight from the socket API.
//!
//! socket → setsockopt(SO_REUSEADDR) → bind → listen → accept, one worker thread per
//! connection, recv, send, close. Nothing in here knows who watches: what happens is told
//! to a [`Sink`].

mod address;
mod answer;
mod ceiling;
mod control;
mod crew;
mod date;
mod deadline;
mod echo;
mod fields;
mod gate;
mod hosts;
mod kernel;
mod listener;
mod pace;
mod page;
mod receive;
mod representation;
mod respond;
mod response;
mod send;
mod sendfile;
mod serve;
mod stream;
mod turn_away;
mod worker;

use std::collections::HashMap;
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

pub use address::Address;
pub use ceiling::Ceiling;
pub use control::Control;
pub use fields::{Fields, OwnField};
pub use hosts::AllowedHosts;
pub(crate) use kernel::spare_address_space;
pub use listener::{BindError, Port};

use crate::docroot::Docroot;
use crate::event::{ConnectionId, Flow, Handling, ListenerEvent, Policy, Sink, Syn};
use crate::http::LineEnds;
use crew::Crew;
use gate::Gate;
use listener::Listener;

/// How long busy connections may go on after the server was told to stop.
const DRAIN_TIME: Duration = Duration::from_millis(1500);

/// How long a head may take.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long a head may take from a peer on this machine, where it may be typed by hand.
const HEAD_TIME_BY_HAND: Duration = Duration::from_secs(300);

/// What a server is told before it starts.
#[derive(Debug, Clone)]
pub struct Config {
    /// Addresses to listen on.
    pub addresses: Vec<Address>,
    /// The port to listen on.
    pub port: Port,
    /// How many octets one `recv` asks for.
    pub recv_size: usize,
    /// How every connection goes on, until a watcher says otherwise.
    pub flow: Flow,
    /// How long each response is waited with.
    pub latency: Duration,
    /// How many octets a second are sent on one connection at most.
    pub throttle: Option<NonZeroU64>,
    /// How many connections may be open at once.
    pub max_connections: usize,
    /// How long a head may take, when one deadline was asked for: 30 s, and 300 s for
    /// loopback peers, so that a request can be typed by hand.
    pub head_timeout: Option<Duration>,
    /// How long a connection may wait for its next request. No deadline passes here, or in
    /// what follows, where the time is [`Duration::MAX`].
    pub idle_timeout: Duration,
    /// How long a body that is skipped may take.
    pub body_timeout: Duration,
    /// How long a peer may take nothing of a response.
    pub send_timeout: Duration,
    /// How many octets of a response a peer must take a second, measured over 5 s at a time.
    pub min_send_rate: Option<NonZeroU64>,
    /// Which line ends are taken.
    pub line_ends: LineEnds,
    /// Which hosts are answered.
    pub hosts: AllowedHosts,
    /// What is said in every response.
    pub fields: Fields,
    /// Whether the server has its own corner, `/.glassport/`.
    pub builtin: bool,
}

impl Default for Config {
    /// Loopback, on a port the system picks, and nothing out of the ordinary.
    fn default() -> Self {
        Self {
            addresses: Address::LOCALHOST.to_vec(),
            port: Port::Exactly(0),
            recv_size: 16384,
            flow: Flow::Run,
            latency: Duration::ZERO,
            throttle: None,
            max_connections: 1024,
            head_timeout: None,
            idle_timeout: Duration::from_secs(60),
            body_timeout: Duration::from_secs(30),
            send_timeout: Duration::from_secs(30),
            min_send_rate: None,
            line_ends: LineEnds::CrLf,
            hosts: AllowedHosts::Local(Vec::new()),
            fields: Fields::default(),
            builtin: true,
        }
    }
}

impl Config {
    /// How long one `send` may block before it is looked at how the peer receives.
    fn longest_send(&self) -> Duration {
        let window = self
            .min_send_rate
            .map_or(deadline::LONGEST, |_| pace::WINDOW);
        self.send_timeout.min(window)
    }

    /// How long a head may take, from a peer on this machine or from another one.
    pub fn head_time(&self, on_this_machine: bool) -> Duration {
        let time = if on_this_machine {
            HEAD_TIME_BY_HAND
        } else {
            HEAD_TIME
        };
        self.head_timeout.unwrap_or(time)
    }
}

/// A server that is bound, listening and accepting.
#[derive(Debug)]
pub struct Server {
    shared: Arc<Shared>,
    listeners: Vec<Arc<Listener>>,
    crews: Vec<Arc<Crew>>,
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
        let limits = kernel::limits(crew::STACK);
        let ceiling = Ceiling::under(config.max_connections, &limits);
        if let Some((asked, because)) = ceiling.lowered {
            sink.listener(ListenerEvent::Lowered {
                asked,
                holds: ceiling.connections,
                because: because.into(),
            });
        }
        let shared = Arc::new(Shared {
            ceiling,
            ..Shared::new(config, docroot, sink)
        });
        let crews = listeners
            .iter()
            .filter_map(|listener| Crew::start(Arc::clone(listener), Arc::clone(&shared)).ok())
            .collect();
        Ok(Self {
            shared,
            listeners,
            crews,
        })
    }

    /// For a watcher, to hold, step and slow down connections, and to ask what the kernel
    /// knows of them.
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.shared), self.listeners.clone())
    }

    /// How many connections may be open at once.
    pub fn ceiling(&self) -> Ceiling {
        self.shared.ceiling
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
            crews,
        } = self;
        shared.draining.store(true, Ordering::SeqCst);
        shared.sink.listener(ListenerEvent::Draining);
        for listener in &listeners {
            listener.wake();
        }
        // From then on no connection is listed any more.
        shared.wait_until(DRAIN_TIME, |_| !crews.iter().any(|crew| crew.accepts()));
        shared.close_all(Shutdown::Read);
        if !shared.wait_until(DRAIN_TIME, HashMap::is_empty) {
            shared.close_all(Shutdown::Both);
            shared.wait_until(DRAIN_TIME, HashMap::is_empty);
        }
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

/// What every thread of the server shares.
#[derive(Debug)]
pub(crate) struct Shared {
    config: Config,
    docroot: Arc<Docroot>,
    sink: Arc<Sink>,
    /// How many connections may be open at once.
    ceiling: Ceiling,
    draining: AtomicBool,
    /// How connections are driven that are accepted from now on.
    new: Mutex<Handling>,
    /// How many connections there are, those that are turned away with care counted.
    busy: AtomicUsize,
    open: Mutex<HashMap<ConnectionId, Arc<Open>>>,
    closed: Condvar,
}

/// An open connection, as the rest of the server can reach it.
#[derive(Debug)]
pub(crate) struct Open {
    stream: TcpStream,
    gate: Gate,
    throttle: Option<NonZeroU64>,
    /// The peer's SYN, once it has been asked for.
    syn: OnceLock<Option<Syn>>,
}

impl Shared {
    fn new(config: Config, docroot: Arc<Docroot>, sink: Arc<Sink>) -> Self {
        Self {
            new: Mutex::new(Handling {
                flow: config.flow,
                recv_size: config.recv_size,
            }),
            ceiling: Ceiling::as_asked(config.max_connections),
            config,
            docroot,
            sink,
            draining: AtomicBool::new(false),
            busy: AtomicUsize::new(0),
            open: Mutex::default(),
            closed: Condvar::new(),
        }
    }

    /// What is said to those that come when every place is taken.
    fn policy_above_ceiling(&self) -> Policy {
        match self.ceiling.lowered {
            None => Policy::TooManyConnections,
            Some(_) => Policy::TooManyForSystem,
        }
    }

    fn draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// A panic while the lock is held leaves a map that is as good as before.
    fn open(&self) -> MutexGuard<'_, HashMap<ConnectionId, Arc<Open>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn new_handling(&self) -> MutexGuard<'_, Handling> {
        self.new.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lists a connection among the open ones, driven as new ones are.
    fn register(&self, id: ConnectionId, stream: TcpStream) -> Arc<Open> {
        let open = Arc::new(Open {
            stream,
            gate: Gate::new(*self.new_handling()),
            throttle: self.config.throttle,
            syn: OnceLock::new(),
        });
        self.open().insert(id, Arc::clone(&open));
        // A connection that slipped in while the server began to stop is stopped too.
        if self.draining() {
            open.stop(Shutdown::Read);
        }
        open
    }

    fn unregister(&self, id: ConnectionId) {
        let open = self.open().remove(&id);
        // The socket may be closed by this, and the others are not to wait for that.
        drop(open);
        // Waking nobody is a system call too; whoever waits has begun to drain before.
        if self.draining() {
            self.tell_of_closing();
        }
    }

    /// Wakes whoever waits for connections, or for those who accept them, to be gone.
    fn tell_of_closing(&self) {
        // Who has looked at the state with the lock held, and seen it as it was, waits by now.
        drop(self.open());
        self.closed.notify_all();
    }

    /// Wakes every worker that stands at its gate or is blocked on its socket.
    fn close_all(&self, how: Shutdown) {
        for open in self.open().values() {
            open.stop(how);
        }
    }

    /// Waits for the server to come to a state in which `done`, and says whether it has.
    fn wait_until(
        &self,
        time: Duration,
        done: impl Fn(&HashMap<ConnectionId, Arc<Open>>) -> bool,
    ) -> bool {
        let deadline = Instant::now() + time;
        let mut open = self.open();
        while !done(&open) {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            open = self
                .closed
                .wait_timeout(open, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        true
    }
}

impl Open {
    /// A socket that is already gone needs no waking.
    fn stop(&self, how: Shutdown) {
        self.gate.open_for_good();
        let _ = self.stream.shutdown(how);
    }
}
