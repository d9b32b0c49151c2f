//! One record as it is written into a session file: types of its own, so that the format
//! changes only where it is meant to.

mod basics;
mod names;
mod octets;
mod sample;
mod upstream;

use std::borrow::Cow;
use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) use self::basics::{Head, Span};
pub(super) use self::names::{Breakpoint, CloseReason, End, Operation, SendCall, Waiting};
pub(super) use self::octets::Octets;
pub(super) use self::sample::{
    Counted, Flow, Handling, Kernel, Queue, Sampled, Syn, Totals, Unaccepted,
};
pub(super) use self::upstream::{Asked, Message, Upstream};

/// One record.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Record<'a> {
    /// Counts per connection, or for the listener, from 0. A gap means that what happened in
    /// between was counted and left out.
    pub(super) seq: u64,
    /// Nanoseconds since the session started.
    pub(super) at: u64,
    /// The connection, counted from 1 in the order of accept; absent for the listener.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) connection: Option<u64>,
    /// What happened.
    #[serde(borrow)]
    pub(super) event: Event<'a>,
}

/// What happened.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Event<'a> {
    /// Listener: socket returned a descriptor.
    Opened { wanted: SocketAddr },
    /// Listener: bind gave the socket this address.
    Bound { local: SocketAddr },
    /// Listener: peers can connect from now on.
    Listening { local: SocketAddr, backlog: u32 },
    /// Listener: accept failed, and is tried again after so many nanoseconds.
    AcceptFailed { error: String, retry: u64 },
    /// Listener: no thread could be started for a connection.
    SpawnFailed { error: String },
    /// Listener: the system has no room for as many connections as were asked for.
    Lowered {
        asked: usize,
        holds: usize,
        because: Cow<'a, str>,
    },
    /// Listener: no new connections.
    Draining,
    /// Listener: every connection is closed.
    Stopped,
    /// Listener: the counts of everything were read.
    Totals(Totals),
    /// Listener: how new connections are driven.
    Handling(Handling),
    /// Listener: what waits before accept.
    Queue(Queue),
    /// accept returned this connection.
    Accepted { peer: SocketAddr, local: SocketAddr },
    /// One recv returned octets; offset counts what the connection received.
    Received {
        offset: u64,
        asked: usize,
        #[serde(borrow)]
        octets: Octets<'a>,
    },
    /// The search for CR LF CR LF looked at octets from..to; so many of the four stand at to.
    Scanned { from: u64, to: u64, matched: u8 },
    /// The empty line was found: these octets were cut off as the head.
    BoundaryFound { head: Span },
    /// The head was parsed.
    Parsed {
        #[serde(borrow)]
        head: Head<'a>,
    },
    /// What came was refused.
    Rejected {
        diagnosis: Refusal<'a>,
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        head: Option<Head<'a>>,
        #[serde(borrow)]
        request_line: Octets<'a>,
    },
    /// 100 Continue was sent.
    Continued,
    /// Octets of the request body were taken out of the receive buffer.
    BodyReceived { span: Span, content: u64 },
    /// The request-target was looked up.
    Resolved(#[serde(borrow)] Resource<'a>),
    /// A response begins.
    Responding {
        status: u16,
        #[serde(borrow)]
        head: Octets<'a>,
        body: u64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        because: Option<Cow<'a, str>>,
    },
    /// The first octets of the content behind the head of a response.
    Content {
        #[serde(borrow)]
        octets: Octets<'a>,
    },
    /// One send, sendmsg or sendfile returned.
    Sent {
        call: SendCall,
        octets: u64,
        of: u64,
    },
    /// The response is complete; nanoseconds since the last octet of the request.
    Responded { status: u16, body: u64, took: u64 },
    /// The worker stands still before this.
    Held { before: Breakpoint },
    /// It goes on after so many nanoseconds.
    Released { after: u64 },
    /// shutdown(SHUT_WR): our FIN was sent.
    Finished,
    /// recv returned 0: the peer has finished sending.
    PeerFinished,
    /// A deadline passed after so many nanoseconds.
    TimedOut { waiting_for: Waiting, after: u64 },
    /// A system call failed.
    Failed { operation: Operation, error: String },
    /// The connection was closed.
    Closed {
        by: End,
        reason: CloseReason,
        requests: u64,
        received: u64,
        sent: u64,
    },
    /// Its counts were read.
    Counted(Counted),
    /// The server and the kernel were asked about it.
    Sampled(#[serde(borrow)] Box<Sampled<'a>>),
    /// It is open no longer, and the record of its end was left out.
    Gone,
    /// Of several servers that are watched together, this one has it.
    OfSource { name: Cow<'a, str> },
    /// Something between this tap and the server behind it.
    Upstream(#[serde(borrow)] Upstream<'a>),
}

/// Why a request is refused, where, and where the request begins.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct Refusal<'a> {
    pub(super) reason: Reason<'a>,
    pub(super) span: Span,
    pub(super) request_at: u64,
}

/// What it is refused for, by name.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Reason<'a> {
    /// It breaks the protocol.
    Fault(Cow<'a, str>),
    /// It does not, but the server's limits or options are against it.
    Policy(Cow<'a, str>),
}

/// What a request-target names.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Resource<'a> {
    File {
        #[serde(borrow)]
        path: Octets<'a>,
        length: u64,
    },
    Directory {
        #[serde(borrow)]
        path: Octets<'a>,
    },
    Generated {
        what: Cow<'a, str>,
    },
    Nothing {
        because: Cow<'a, str>,
    },
}
