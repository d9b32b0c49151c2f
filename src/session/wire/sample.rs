//! What was read from outside of a connection's own doings: counts, how it is driven, what
//! the kernel says. A fact that is absent was not told by the platform.

use std::net::SocketAddr;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::names::{Breakpoint, Phase, TcpState};
use super::octets::Octets;
use crate::event;

/// The counts of everything since the server started.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::session) struct Totals {
    pub(in crate::session) connections: u64,
    pub(in crate::session) open: u64,
    /// Responses begun, by the first digit of their status.
    pub(in crate::session) statuses: [u64; 6],
    pub(in crate::session) received: u64,
    pub(in crate::session) sent: u64,
    pub(in crate::session) refused: u64,
    /// Records that are not in the file.
    pub(in crate::session) left_out: u64,
}

/// The counts of one connection.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::session) struct Counted {
    pub(in crate::session) peer: SocketAddr,
    pub(in crate::session) local: SocketAddr,
    /// Nanoseconds since the session started.
    pub(in crate::session) accepted: u64,
    pub(in crate::session) requests: u64,
    pub(in crate::session) received: u64,
    pub(in crate::session) sent: u64,
    pub(in crate::session) left_out: u64,
    pub(in crate::session) phase: Phase,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::session) held: Option<Breakpoint>,
}

/// How connections are driven.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
pub(in crate::session) struct Handling {
    pub(in crate::session) flow: Flow,
    pub(in crate::session) recv_size: usize,
}

/// How a connection goes on from breakpoint to breakpoint; nanoseconds at each.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::session) enum Flow {
    Run,
    Held,
    Slow(u64),
}

/// What waits before accept.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::session) struct Queue {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::session) waiting: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::session) limit: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::session) peers: Vec<Unaccepted>,
}

/// One that waits, and how many octets of it have come.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::session) struct Unaccepted {
    pub(in crate::session) peer: SocketAddr,
    pub(in crate::session) unread: u64,
}

/// What the server and the kernel said of a connection.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::session) struct Sampled<'a> {
    pub(in crate::session) handling: Handling,
    #[serde(borrow)]
    pub(in crate::session) kernel: Kernel<'a>,
}

/// What the kernel said of a connection, in octets.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::session) struct Kernel<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::session) unread: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::session) unsent: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::session) recv_buffer: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::session) send_buffer: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::session) tcp: Option<TcpFacts>,
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    pub(in crate::session) syn: Option<Syn<'a>>,
}

/// The peer's SYN.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(in crate::session) struct Syn<'a> {
    pub(in crate::session) ttl: u8,
    pub(in crate::session) window: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::session) mss: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::session) window_scale: Option<u8>,
    pub(in crate::session) sack: bool,
    pub(in crate::session) timestamps: bool,
    /// The IP and TCP header.
    #[serde(borrow)]
    pub(in crate::session) octets: Octets<'a>,
}

/// A time, in nanoseconds.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub(in crate::session) struct Nanoseconds(pub(in crate::session) u64);

impl From<Duration> for Nanoseconds {
    fn from(time: Duration) -> Self {
        Self(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX))
    }
}

impl From<Nanoseconds> for Duration {
    fn from(time: Nanoseconds) -> Self {
        Self::from_nanos(time.0)
    }
}

/// A struct with a twin of the same fields in the vocabulary; those after `optional` may be
/// absent.
macro_rules! twin {
    ($(#[$doc:meta])* $name:ident: $twin:path {
        $($field:ident: $type:ty),* ; optional $($maybe:ident: $inner:ty),* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, Serialize, Deserialize, JsonSchema)]
        pub(in crate::session) struct $name {
            $($field: $type,)*
            $(#[serde(default, skip_serializing_if = "Option::is_none")] $maybe: Option<$inner>,)*
        }

        impl From<$twin> for $name {
            fn from(twin: $twin) -> Self {
                Self {
                    $($field: twin.$field.into(),)*
                    $($maybe: twin.$maybe.map(Into::into),)*
                }
            }
        }

        impl From<$name> for $twin {
            fn from(twin: $name) -> Self {
                Self {
                    $($field: twin.$field.into(),)*
                    $($maybe: twin.$maybe.map(Into::into),)*
                }
            }
        }
    };
}

twin! {
    /// What TCP_INFO said; times in nanoseconds.
    TcpFacts: event::TcpFacts {
        rtt: Nanoseconds, rtt_variation: Nanoseconds, congestion_window: u32, send_mss: u32,
        recv_mss: u32, retransmits: u32, unacknowledged: u32, segments_in: u32,
        segments_out: u32, octets_acknowledged: u64, octets_received: u64, delivery_rate: u64,
        since_data: Nanoseconds;
        optional state: TcpState, data_segments_in: u32, peer_window: u32,
    }
}
