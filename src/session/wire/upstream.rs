//! What happened between a tap and the server behind it.

use std::borrow::Cow;
use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::basics::{Head, Span};
use super::names::Operation;
use super::octets::Octets;

/// What happened between a tap and the server behind it, or was seen in passing.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::session) enum Upstream<'a> {
    /// connect succeeded after so many nanoseconds.
    Connected { address: SocketAddr, took: u64 },
    /// The request goes on to the upstream; why the folder beside it does not answer.
    GoesOn {
        #[serde(borrow)]
        because: Cow<'a, str>,
    },
    /// Octets of the peer were forwarded as these: the value of Host.
    Rewritten {
        span: Span,
        #[serde(borrow)]
        octets: Octets<'a>,
    },
    /// What was held was forwarded as it was edited by hand.
    Edited {
        message: Message,
        span: Span,
        #[serde(borrow)]
        octets: Octets<'a>,
    },
    /// One send handed octets of the peer on.
    Forwarded { octets: u64, of: u64 },
    /// One recv returned octets; offset counts what the upstream sent.
    Received {
        offset: u64,
        asked: usize,
        #[serde(borrow)]
        octets: Octets<'a>,
    },
    /// The head of a response was understood, as the answer to this method.
    Parsed {
        #[serde(borrow)]
        head: Head<'a>,
        asked: Asked,
    },
    /// The Location of a response, whose value stands there, leads past the tap.
    LeadsPast { location: Span },
    /// What one side sent breaks the protocol; it was forwarded all the same.
    Faulty {
        #[serde(borrow)]
        fault: Cow<'a, str>,
        span: Span,
        message_at: u64,
        message: Message,
        #[serde(borrow)]
        request_line: Octets<'a>,
    },
    /// What follows is forwarded, and is no HTTP.
    Switched,
    /// What follows is forwarded without being read.
    NotRead,
    /// shutdown(SHUT_WR): the peer's FIN was passed on.
    Finished,
    /// recv returned 0: the upstream has finished sending.
    PeerFinished,
    /// A system call on the connection to the upstream failed.
    Failed { operation: Operation, error: String },
}

/// What a response answers, as far as it decides how it ends.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::session) enum Asked {
    Head,
    Connect,
    Other,
}

/// A kind of message.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::session) enum Message {
    Request,
    Response,
}
