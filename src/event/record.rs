//! What happened, as values: every record is one thing that happened to a listening socket or
//! to a connection.

use std::borrow::Cow;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use super::connection::{CloseReason, ConnectionId, ConnectionTotals, End};
use super::controls::{Breakpoint, Handling, Sampled};
use super::kernel::AcceptQueue;
use super::ledger::Counted;
use super::operation::{Operation, SendCall, Waiting};
use super::refusal::Refusal;
use super::totals::Totals;
use super::upstream::UpstreamActivity;
use crate::http::{Framing, RequestHead, Span, Status};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Counts per connection (and for the listener), from 0. A gap means that what happened
    /// in between was counted and left out. What is seen from outside, such as the counts, has
    /// no number among what a worker tells, and its `seq` is not looked at.
    pub seq: u64,
    /// Time since the server started.
    pub at: Duration,
    /// What happened.
    pub event: Event,
}

/// What happened, and to whom.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// To a listening socket, or to the server as a whole.
    Listener(ListenerEvent),
    /// To one connection.
    Connection(ConnectionId, Activity),
}

/// What a server does before and beside its connections.
#[derive(Debug, Clone, PartialEq)]
pub enum ListenerEvent {
    /// `socket` returned a descriptor; SO_REUSEADDR was set on it, and IPV6_V6ONLY if it is
    /// for IPv6.
    Opened {
        /// Where it will be bound.
        wanted: SocketAddr,
    },
    /// `bind` gave the socket this address.
    Bound {
        /// The address, with the real port.
        local: SocketAddr,
    },
    /// `listen`: peers can connect from now on. On Linux TCP_NODELAY was set before, which
    /// accepted sockets take over.
    Listening {
        /// The address.
        local: SocketAddr,
        /// How many connections may wait for `accept`.
        backlog: u32,
    },
    /// `accept` failed; it is tried again after a while.
    AcceptFailed {
        /// What the system said.
        error: Cow<'static, str>,
        /// How long it waits.
        retry: Duration,
    },
    /// No thread could be started for a connection. One that was just accepted is answered 503;
    /// others wait for one that was being served.
    SpawnFailed {
        /// What the system said.
        error: Cow<'static, str>,
    },
    /// The system has no room for as many connections as were asked for.
    Lowered {
        /// How many were asked for.
        asked: usize,
        /// How many there is room for.
        holds: usize,
        /// What there is too little of.
        because: Cow<'static, str>,
    },
    /// The server is stopping: no new connections, those that are busy may finish.
    Draining,
    /// Every connection is closed.
    Stopped,
    /// The counts of everything since the start were read.
    Counted(Box<Totals>),
    /// How connections accepted from now on are driven.
    Handling(Handling),
    /// The kernel was asked what waits before `accept`.
    Queue(Box<AcceptQueue>),
}

/// What happened on one connection.
#[derive(Debug, Clone, PartialEq)]
pub enum Activity {
    /// `accept` returned this connection.
    Accepted {
        /// The other end.
        peer: SocketAddr,
        /// Our end.
        local: SocketAddr,
    },
    /// One `recv` returned octets.
    Received {
        /// Stream offset of the first one.
        offset: u64,
        /// What came.
        octets: Arc<[u8]>,
        /// How many were asked for.
        asked: usize,
    },
    /// The scanner looked at `from..to` for CR LF CR LF.
    Scanned {
        /// First octet looked at.
        from: u64,
        /// One past the last octet looked at.
        to: u64,
        /// How many of the four octets stand at `to`, 0 to 4.
        matched: u8,
    },
    /// The empty line was found: these octets were cut off as the head.
    BoundaryFound {
        /// The head, its empty line included.
        head: Span,
    },
    /// The head was parsed and its framing is clear.
    Parsed {
        /// The head.
        head: Arc<RequestHead>,
        /// Its body and persistence.
        framing: Framing,
    },
    /// What came was refused.
    Rejected {
        /// Why, where, and what to do instead.
        refusal: Refusal,
        /// The head, when it was well-formed and refused for what it says.
        head: Option<Arc<RequestHead>>,
        /// The first line of the request as far as it came, cut to a length fit for a log.
        request_line: Arc<[u8]>,
    },
    /// `100 Continue` was sent: the peer may send the body.
    Continued,
    /// Octets of the request body came and were taken out of the receive buffer.
    BodyReceived {
        /// The octets, chunked coding included.
        span: Span,
        /// How many of them are content.
        content: u64,
    },
    /// The request-target was looked up below the document root.
    Resolved(Resource),
    /// A response begins.
    Responding {
        /// Its status.
        status: Status,
        /// Its head, as sent.
        head: Arc<[u8]>,
        /// How many octets of content follow the head.
        body: u64,
        /// Why this status, where that is not plain from the status.
        because: Option<Cow<'static, str>>,
    },
    /// The first octets of the content behind the head of a response, for whoever asked for
    /// them. How many of them were sent is told by what is sent.
    Content {
        /// As they stand behind the head, up to what was asked for.
        octets: Arc<[u8]>,
    },
    /// One `send`, `sendmsg` or `sendfile` returned.
    Sent {
        /// Which of the three.
        call: SendCall,
        /// How many octets it took.
        octets: u64,
        /// How many it was given.
        of: u64,
    },
    /// The response is complete.
    Responded {
        /// Its status.
        status: Status,
        /// How many octets of content were sent.
        body: u64,
        /// From the last octet of the request to the last octet of the response.
        took: Duration,
    },
    /// The worker stands still at a breakpoint; its deadlines stand still with it.
    Held {
        /// What it will do next.
        before: Breakpoint,
    },
    /// A held worker goes on.
    Released {
        /// How long it stood.
        after: Duration,
    },
    /// `shutdown(SHUT_WR)`: a FIN was sent, nothing more will be.
    Finished,
    /// `recv` returned 0: the peer has finished sending.
    PeerFinished,
    /// A deadline passed.
    TimedOut {
        /// What did not happen in time.
        waiting_for: Waiting,
        /// How long it was waited for.
        after: Duration,
    },
    /// A system call failed.
    Failed {
        /// Which one.
        operation: Operation,
        /// How.
        kind: io::ErrorKind,
    },
    /// The connection was closed.
    Closed {
        /// Whose decision it was.
        by: End,
        /// Why.
        reason: CloseReason,
        /// What went over it in all.
        totals: ConnectionTotals,
    },
    /// Its exact counts were read, by somebody who misses records of it.
    Counted(Arc<Counted>),
    /// The server and the kernel were asked about it.
    Sampled(Arc<Sampled>),
    /// It is open no longer, and the record of its end was left out.
    Gone,
    /// Of several servers that are watched together, this one has it.
    OfSource(Arc<str>),
    /// Something between this tap and the server behind it.
    Upstream(UpstreamActivity),
}

/// What a request-target was found to name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resource {
    /// A file.
    File {
        /// Its path below the document root.
        path: Arc<[u8]>,
        /// How long it is.
        length: u64,
    },
    /// A directory, asked for without its slash.
    Directory {
        /// Its path below the document root.
        path: Arc<[u8]>,
    },
    /// Something the server makes itself, such as a listing.
    Generated {
        /// What it is.
        what: Cow<'static, str>,
    },
    /// Nothing that is served.
    Nothing {
        /// Why not, as a clause.
        because: Cow<'static, str>,
    },
}
