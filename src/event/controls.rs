//! What whoever watches may ask of the server: to hold a connection, to let it do one step,
//! to slow it down, and what the kernel knows of it.
//!
//! The server implements [`Controls`]; a watcher is handed it and knows nothing else of the
//! server. None of these calls waits for a worker.

use std::time::Duration;

use super::connection::ConnectionId;
use super::kernel::{AcceptQueue, KernelView};

/// Where a worker can be made to stop: before it does this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Breakpoint {
    /// Before one `recv`.
    Recv,
    /// Before what has come is searched for CR LF CR LF.
    Scan,
    /// Before the head that was cut off is parsed.
    Parse,
    /// Before one `send`.
    Send,
}

/// How a connection goes on from breakpoint to breakpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    /// Without stopping.
    #[default]
    Run,
    /// It stops at the next breakpoint until it is released or told to do one step.
    Held,
    /// It waits this long at each breakpoint.
    Slow(Duration),
}

/// Whom a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// One open connection.
    Connection(ConnectionId),
    /// Every connection accepted from now on.
    New,
}

/// How a connection is driven, or will be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Handling {
    /// How it goes on.
    pub flow: Flow,
    /// How many octets its next `recv` asks for, 1 to 65536.
    pub recv_size: usize,
}

/// What the server and the kernel say of one connection, when they are asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sampled {
    /// How it is driven.
    pub handling: Handling,
    /// What the kernel knows of it.
    pub kernel: KernelView,
}

/// What a watcher may ask of the server. A connection that is already closed is not an
/// error: what is asked of it has no effect, and what is asked about it has no answer.
pub trait Controls {
    /// How `target` is driven now.
    fn handling(&self, target: Target) -> Option<Handling>;
    /// Sets how `target` goes on.
    fn set_flow(&self, target: Target, flow: Flow);
    /// Lets a held connection pass one breakpoint.
    fn step(&self, connection: ConnectionId);
    /// Has these octets sent in the place of those that are held before a `send` of a tap, in
    /// either direction. Nothing else can be edited.
    fn edit(&self, connection: ConnectionId, octets: Vec<u8>);
    /// Sets how many octets `recv` asks for from now on.
    fn set_recv_size(&self, target: Target, octets: usize);
    /// What the kernel knows of a connection now.
    fn kernel(&self, connection: ConnectionId) -> Option<KernelView>;
    /// What waits before `accept`, on all listening sockets together.
    fn accept_queue(&self) -> AcceptQueue;
}

/// For a watcher without a server, such as a test or a replay: nothing can be asked.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoControls;

impl Controls for NoControls {
    fn handling(&self, _target: Target) -> Option<Handling> {
        None
    }
    fn set_flow(&self, _target: Target, _flow: Flow) {}
    fn step(&self, _connection: ConnectionId) {}
    fn edit(&self, _connection: ConnectionId, _octets: Vec<u8>) {}
    fn set_recv_size(&self, _target: Target, _octets: usize) {}
    fn kernel(&self, _connection: ConnectionId) -> Option<KernelView> {
        None
    }
    fn accept_queue(&self) -> AcceptQueue {
        AcceptQueue::default()
    }
}
