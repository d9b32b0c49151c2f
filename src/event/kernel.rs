//! What the kernel knows of a connection and of a listening socket, as values.
//!
//! A fact that a platform does not give is `None`: it is shown as absent, never as 0.

use std::fmt;
use std::net::SocketAddr;
use std::time::Duration;

/// The state of a TCP connection (RFC 9293 §3.3.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TcpState {
    /// Both ends may send.
    Established,
    /// Our SYN is on its way.
    SynSent,
    /// Their SYN has come.
    SynReceived,
    /// We have sent FIN, and it is not acknowledged.
    FinWait1,
    /// Our FIN is acknowledged; the peer may go on sending.
    FinWait2,
    /// Both have sent FIN; old segments are waited out.
    TimeWait,
    /// There is no connection.
    Closed,
    /// The peer has sent FIN; we may go on sending.
    CloseWait,
    /// Both have sent FIN, theirs first.
    LastAck,
    /// Waiting for connections.
    Listen,
    /// Both have sent FIN at the same time.
    Closing,
}

impl TcpState {
    /// The state for the number Linux uses (include/net/tcp_states.h).
    pub const fn from_linux(number: u8) -> Option<Self> {
        Some(match number {
            1 => Self::Established,
            2 => Self::SynSent,
            3 => Self::SynReceived,
            4 => Self::FinWait1,
            5 => Self::FinWait2,
            6 => Self::TimeWait,
            7 => Self::Closed,
            8 => Self::CloseWait,
            9 => Self::LastAck,
            10 => Self::Listen,
            11 => Self::Closing,
            _ => return None,
        })
    }

    /// Its name in RFC 9293.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Established => "ESTABLISHED",
            Self::SynSent => "SYN-SENT",
            Self::SynReceived => "SYN-RECEIVED",
            Self::FinWait1 => "FIN-WAIT-1",
            Self::FinWait2 => "FIN-WAIT-2",
            Self::TimeWait => "TIME-WAIT",
            Self::Closed => "CLOSED",
            Self::CloseWait => "CLOSE-WAIT",
            Self::LastAck => "LAST-ACK",
            Self::Listen => "LISTEN",
            Self::Closing => "CLOSING",
        }
    }
}

impl fmt::Display for TcpState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What TCP_INFO says (tcp(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TcpFacts {
    /// The state of the connection.
    pub state: Option<TcpState>,
    /// Smoothed round-trip time.
    pub rtt: Duration,
    /// Its mean deviation.
    pub rtt_variation: Duration,
    /// Congestion window, in segments.
    pub congestion_window: u32,
    /// The largest segment that is sent, in octets of payload.
    pub send_mss: u32,
    /// The largest segment that was received lately, in octets of payload.
    pub recv_mss: u32,
    /// Segments sent again, ever.
    pub retransmits: u32,
    /// Segments sent and not yet acknowledged.
    pub unacknowledged: u32,
    /// Segments received.
    pub segments_in: u32,
    /// Segments sent.
    pub segments_out: u32,
    /// Segments received that held octets; `None` on kernels that do not say.
    pub data_segments_in: Option<u32>,
    /// Octets the peer has acknowledged.
    pub octets_acknowledged: u64,
    /// Octets the kernel has received from the peer, read or not.
    pub octets_received: u64,
    /// Octets a second at which data reached the peer lately.
    pub delivery_rate: u64,
    /// How many octets the peer is willing to take; `None` on kernels that do not say.
    pub peer_window: Option<u32>,
    /// How long ago data came.
    pub since_data: Duration,
}

/// The peer's SYN, as it came (TCP_SAVED_SYN).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Syn {
    /// IP's time to live (IPv6: hop limit).
    pub ttl: u8,
    /// The window it offers, in octets.
    pub window: u16,
    /// The largest segment it takes.
    pub mss: Option<u16>,
    /// By how many bits its windows are to be shifted.
    pub window_scale: Option<u8>,
    /// Whether it understands selective acknowledgements.
    pub sack: bool,
    /// Whether it sends timestamps.
    pub timestamps: bool,
    /// The IP and TCP header, octet for octet.
    pub octets: Vec<u8>,
}

/// What the kernel knows of one connection.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct KernelView {
    /// Octets that have come and were not received by the program (SIOCINQ).
    pub unread: Option<u64>,
    /// Octets that the program sent and the peer has not acknowledged (SIOCOUTQ).
    pub unsent: Option<u64>,
    /// SO_RCVBUF: the room for what is unread, in octets of memory.
    pub recv_buffer: Option<u64>,
    /// SO_SNDBUF: the room for what is unsent, in octets of memory.
    pub send_buffer: Option<u64>,
    /// TCP's own figures.
    pub tcp: Option<TcpFacts>,
    /// The peer's SYN.
    pub syn: Option<Syn>,
}

/// A connection that the kernel has completed and the program has not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unaccepted {
    /// The other end.
    pub peer: SocketAddr,
    /// Octets that have come already.
    pub unread: u64,
}

/// What waits before `accept`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AcceptQueue {
    /// How many connections wait; `None` where the system does not say.
    pub waiting: Option<u32>,
    /// How many may wait: the backlog as the kernel took it.
    pub limit: Option<u32>,
    /// Who waits, as far as the system tells.
    pub peers: Vec<Unaccepted>,
}
